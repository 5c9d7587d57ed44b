/*
 * tree.c - see tree.h.
 */
#include "sim/tree.h"

#include "base/scan.h"

int sy_sim_parse(struct sy_arena *a, const char *text, size_t len,
    struct json_object **out, struct sy_error *err)
{
	*out = NULL;
	if (len == 0)
		return sy_fail(err, SY_BAD_REQUEST, "", "not valid JSON: it is empty");
	if (sy_scan_check(text, len, NULL, err) < 0)
		return -1;
	return sy_json_parse(a, text, len, out, err);
}

const char *sy_sim_word(struct json_object *in, const char *name)
{
	const char *text = sy_json_text(in, name);

	return text != NULL ? text : "";
}
