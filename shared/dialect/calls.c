/*
 * calls.c - see calls.h.
 */
#include "dialect/calls.h"

#include "model/chat.h"

#include <string.h>

static bool is_answered(const struct sy_chat *c, size_t from, const char *id)
{
	for (size_t i = from; i < c->message_count; i++)
		if (c->messages[i].tool_call_id != NULL &&
		    strcmp(c->messages[i].tool_call_id, id) == 0)
			return true;
	return false;
}

const char *sy_call_open(const struct sy_chat *c, const char *name)
{
	for (size_t i = c->message_count; i-- > 0;) {
		const struct sy_message *m = &c->messages[i];

		for (size_t k = 0; k < m->call_count; k++)
			if ((name == NULL || strcmp(m->calls[k].name, name) == 0) &&
			    !is_answered(c, i, m->calls[k].id))
				return m->calls[k].id;
		if (m->call_count > 0)
			break;
	}
	return NULL;
}

bool sy_call_exists(const struct sy_chat *c, const char *id)
{
	for (size_t i = 0; i < c->message_count; i++)
		for (size_t k = 0; k < c->messages[i].call_count; k++)
			if (strcmp(c->messages[i].calls[k].id, id) == 0)
				return true;
	return false;
}
