/*
 * openai_choice.c - which tool a client wants used, in all the shapes that OpenAI's APIs have.
 */
#include "dialect/openai.h"

#include "base/json.h"
#include "model/chat.h"

#include <string.h>

static int wrong_choice(const char *field, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, field, "invalid_value",
	    "'%s' must be none, auto, required, or name one of the tools", field);
}

static const struct sy_word choice_words[] = {
	{ "none", SY_CHOICE_NONE },
	{ "auto", SY_CHOICE_AUTO },
	{ "required", SY_CHOICE_REQUIRED },
	{ "any", SY_CHOICE_REQUIRED },
	{ NULL, 0 },
};

static int choose_word(const char *field, const char *word, struct sy_chat *out,
    struct sy_error *err)
{
	int choice = sy_word_value(choice_words, word);

	if (choice < 0)
		return wrong_choice(field, err);
	out->tool_choice = (enum sy_tool_choice)choice;
	return 0;
}

static int choose_name(const char *field, const char *name, struct sy_chat *out,
    struct sy_error *err)
{
	if (name == NULL)
		return wrong_choice(field, err);
	for (size_t i = 0; i < out->tool_count; i++)
		if (strcmp(out->tools[i].name, name) == 0) {
			out->tool_choice = SY_CHOICE_TOOL;
			out->choice_name = name;
			return 0;
		}
	return sy_fail_code(err, SY_BAD_REQUEST, field, "invalid_value",
	    "'%s' names '%s', which is none of the tools", field, name);
}

static const char *tool_name(struct json_object *in)
{
	const char *name = sy_json_text(sy_json_get(in, "function"), "name");

	if (name == NULL)
		name = sy_json_text(sy_json_get(in, "custom"), "name");
	return name != NULL ? name : sy_json_text(in, "name");
}

static bool is_allowed(struct json_object *list, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *allowed = tool_name(json_object_array_get_idx(list, i));

		if (allowed != NULL && strcmp(allowed, name) == 0)
			return true;
	}
	return false;
}

/* Only the listed tools stay.  Chat completions has the list in an object of its own. */
static int allow_tools(struct json_object *choice, struct sy_chat *out,
    struct sy_error *err)
{
	struct json_object *nested = sy_json_get(choice, "allowed_tools");
	struct json_object *allowed = nested != NULL ? nested : choice;
	struct json_object *list = sy_json_get(allowed, "tools");
	const char *mode = sy_json_text(allowed, "mode");
	size_t kept = 0;

	if (!json_object_is_type(list, json_type_array) || mode == NULL)
		return wrong_choice("tool_choice", err);
	for (size_t i = 0; i < out->tool_count; i++)
		if (is_allowed(list, out->tools[i].name))
			out->tools[kept++] = out->tools[i];
	out->tool_count = kept;
	return choose_word("tool_choice", mode, out, err);
}

int sy_openai_read_choice(struct json_object *choice, const char *field,
    struct sy_chat *out, struct sy_error *err)
{
	const char *type = sy_json_text(choice, "type");

	if (choice == NULL || out->tool_count == 0)
		return 0;
	if (json_object_is_type(choice, json_type_string))
		return choose_word(field, json_object_get_string(choice), out, err);
	if (type != NULL && strcmp(type, "allowed_tools") == 0)
		return allow_tools(choice, out, err);
	return choose_name(field, tool_name(choice), out, err);
}
