/*
 * The scanner against json-c: what the one accepts the other must read, to the same members;
 * and walking what was accepted must come to the same places.
 */
#include "base/arena.h"
#include "base/json.h"
#include "base/scan.h"
#include "base/walk.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* Walks to every value, and to the end of every string. */
static size_t count_values(struct sy_span v, struct sy_arena *a)
{
	struct sy_span key, value;
	size_t pos = 0, count = 1;

	demand(v.at != NULL && v.len > 0);
	if (sy_span_is_string(v))
		sy_unquote(a, v, NULL);
	while (sy_span_is_object(v) && sy_walk_member(v, &pos, &key, &value)) {
		demand(sy_span_is_string(key));
		count += count_values(value, a);
	}
	while (sy_span_is_array(v) && sy_walk_element(v, &pos, &value))
		count += count_values(value, a);
	return count;
}

static void compare_members(const struct sy_scan *s, struct json_object *tree,
    struct sy_arena *a)
{
	demand((size_t)json_object_object_length(tree) == s->member_count);
	for (size_t i = 0; i < s->member_count; i++) {
		const struct sy_member *m = &s->members[i];
		struct json_object *value;

		demand(json_object_object_get_ex(tree, m->key, &value));
		demand((value == NULL) == (m->type == SY_J_NULL));
		if (m->type == SY_J_STRING) {
			struct sy_span span = { s->text + m->at, m->len };
			size_t len;
			const char *text = sy_unquote(a, span, &len);

			demand(len == (size_t)json_object_get_string_len(value));
			demand(memcmp(text, json_object_get_string(value), len) == 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_arena *a = sy_arena_new();
	const char *text = (const char *)data;
	struct json_object *tree;
	struct sy_error err;
	struct sy_scan s;

	if (sy_scan(text, size, NULL, a, &s, &err) == 0) {
		struct sy_span whole = sy_span_trim(text, size);

		demand(sy_scan_check(text, size, NULL, &err) == 0);
		demand(sy_json_parse(a, text, size, &tree, &err) == 0);
		demand(count_values(whole, a) == s.nodes);
		if (s.type == SY_J_OBJECT)
			compare_members(&s, tree, a);
	} else {
		demand(err.message[0] != '\0');
	}
	sy_arena_free(a);
	return 0;
}
