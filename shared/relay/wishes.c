/*
 * wishes.c - see wishes.h.
 */
#include "relay/wishes.h"

#include "base/walk.h"
#include "model/ask.h"

int sy_wishes_read(const struct sy_ask *ask, struct sy_wishes *out, struct sy_error *err)
{
	const struct sy_member *m = sy_scan_find(&ask->scan, "provider");
	struct sy_span wish = { NULL, 0 };

	*out = (struct sy_wishes){ false };
	if (m != NULL && m->type == SY_J_OBJECT)
		wish = sy_walk_get((struct sy_span){ ask->scan.text + m->at, m->len },
		    "require_parameters");
	if (wish.at == NULL)
		return 0;
	if (*wish.at != 't' && *wish.at != 'f')
		return sy_fail_code(err, SY_BAD_REQUEST, "provider.require_parameters",
		    "invalid_type", "'provider.require_parameters' must be true or false.");
	out->require_parameters = *wish.at == 't';
	return 0;
}
