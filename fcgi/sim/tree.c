/*
 * tree.c - see tree.h.
 */
#include "sim/tree.h"

#include "base/text.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 64 };

struct json_object *sy_sim_get(struct json_object *in, const char *name)
{
	struct json_object *member = NULL;

	if (json_object_is_type(in, json_type_object))
		json_object_object_get_ex(in, name, &member);
	return member;
}

const char *sy_sim_word(struct json_object *in, const char *name)
{
	struct json_object *member = sy_sim_get(in, name);

	return json_object_is_type(member, json_type_string) ?
	    json_object_get_string(member) : "";
}

struct json_object *sy_sim_parse(const char *text, size_t len)
{
	struct json_tokener *tokener;
	struct json_object *root;
	size_t end;

	if (len == 0)
		return NULL;
	tokener = json_tokener_new_ex(DEPTH);
	root = json_tokener_parse_ex(tokener, text, (int)len);
	end = json_tokener_get_parse_end(tokener);
	if (end + strspn(text + end, " \t\r\n") != len) {
		json_object_put(root);
		root = NULL;
	}
	json_tokener_free(tokener);
	return root;
}

void sy_sim_write_tree(struct json_object *tree, struct sy_buf *out)
{
	sy_buf_puts(out, json_object_to_json_string_ext(tree,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void append(char out[SY_SIM_PATH], const char *text)
{
	size_t len = strlen(out);

	sy_copy(out + len, SY_SIM_PATH - len, text);
}

void sy_sim_path(char out[SY_SIM_PATH], const char *path, const char *name)
{
	sy_copy(out, SY_SIM_PATH, path);
	if (*path != '\0')
		append(out, ".");
	append(out, name);
}

void sy_sim_path_index(char out[SY_SIM_PATH], const char *path, size_t index)
{
	char text[24];

	sy_copy(out, SY_SIM_PATH, path);
	snprintf(text, sizeof(text), "[%zu]", index);
	append(out, text);
}
