/*
 * wish.c - see wish.h.
 */
#include "dialect/wish.h"

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "model/chat.h"

#include <string.h>

bool sy_wants_no_thoughts(const struct sy_chat *chat)
{
	return chat->thoughts == SY_THOUGHTS_UNWANTED;
}

bool sy_wants_modality(const struct sy_chat *chat, const char *name)
{
	struct json_object *list = sy_json_get(chat->extra, "modalities");

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *s =
		    json_object_get_string(json_object_array_get_idx(list, i));

		if (s != NULL && strcmp(s, name) == 0)
			return true;
	}
	return false;
}

bool sy_is_understood(const char *field)
{
	static const char *const fields[] = { "thinking", "output_config", "reasoning",
		"include_reasoning", "modalities", "logprobs", "enable_thinking",
		"thinking_budget", "provider", NULL };

	return sy_one_of(field, fields);
}

int sy_refuse_unkept(const struct sy_chat *chat, struct sy_error *err)
{
	const char *what = NULL;

	if (chat->n > 1)
		what = "n";
	else if (json_object_get_boolean(sy_json_get(chat->extra, "logprobs")))
		what = "logprobs";
	else if (sy_wants_modality(chat, "audio"))
		what = "modalities";
	if (what == NULL)
		return 0;
	return sy_fail_code(err, SY_REFUSED, what, "unsupported_parameter",
	    "'%s' cannot be kept by this model's provider", what);
}
