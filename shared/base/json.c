/*
 * json.c - see json.h.
 */
#include "base/json.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define PATH_ROOM 160

int sy_json_parse(struct sy_arena *a, const char *text, size_t len,
    struct json_object **out, struct sy_error *err)
{
	/* json-c counts a scalar as a level of its own. */
	struct json_tokener *tok = json_tokener_new_ex(SY_SCAN_DEPTH + 2);
	enum json_tokener_error code = json_tokener_error_size;

	*out = NULL;
	if (tok != NULL && len < INT_MAX) {
		*out = sy_adopt_json(a, json_tokener_parse_ex(tok, text, (int)len));
		code = json_tokener_get_error(tok);
		/* A number is only over when something follows it. */
		if (code == json_tokener_continue) {
			*out = sy_adopt_json(a, json_tokener_parse_ex(tok, "", 1));
			code = json_tokener_get_error(tok);
		}
	}
	json_tokener_free(tok);
	if (code != json_tokener_success)
		return sy_fail(err, SY_BAD_REQUEST, "", "not valid JSON: %s",
		    json_tokener_error_desc(code));
	return 0;
}

const char *sy_json_path(char *buf, size_t room, const char *path, const char *key)
{
	snprintf(buf, room, "%s%s%s", path, path[0] != '\0' ? "." : "", key);
	return buf;
}

const char *sy_json_path_at(char *buf, size_t room, const char *path, const char *key,
    size_t index)
{
	snprintf(buf, room, "%s%s%s[%zu]", path, path[0] != '\0' ? "." : "", key, index);
	return buf;
}

int sy_json_wrong_type(const char *key, const char *path, const char *wanted,
    struct sy_error *err)
{
	char field[PATH_ROOM];

	sy_json_path(field, sizeof(field), path, key);
	return sy_fail_code(err, SY_BAD_REQUEST, field, "invalid_type", "'%s' must be %s",
	    field, wanted);
}

struct json_object *sy_json_get(struct json_object *in, const char *key)
{
	struct json_object *value = NULL;

	if (json_object_is_type(in, json_type_object))
		json_object_object_get_ex(in, key, &value);
	return value;
}

const char *sy_json_text(struct json_object *in, const char *key)
{
	struct json_object *value = sy_json_get(in, key);

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* 1 and *value, 0 when absent or null, -1 when it is of another type. */
static int typed(struct json_object *in, const char *key, const char *path,
    enum json_type type, const char *wanted, struct json_object **value,
    struct sy_error *err)
{
	*value = sy_json_get(in, key);
	if (*value == NULL)
		return 0;
	if (!json_object_is_type(*value, type))
		return sy_json_wrong_type(key, path, wanted, err);
	return 1;
}

int sy_json_string(struct json_object *in, const char *key, const char *path,
    const char **out, struct sy_error *err)
{
	struct json_object *value;
	int rc = typed(in, key, path, json_type_string, "a string", &value, err);
	char field[PATH_ROOM];
	const char *text;

	if (rc <= 0)
		return rc;
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value)) {
		sy_json_path(field, sizeof(field), path, key);
		return sy_fail_code(err, SY_BAD_REQUEST, field, "invalid_value",
		    "'%s' has a NUL in it", field);
	}
	*out = text;
	return 1;
}

int sy_json_bool(struct json_object *in, const char *key, const char *path, bool *out,
    struct sy_error *err)
{
	struct json_object *value;
	int rc = typed(in, key, path, json_type_boolean, "a boolean", &value, err);

	if (rc > 0)
		*out = json_object_get_boolean(value);
	return rc;
}

int sy_json_int(struct json_object *in, const char *key, const char *path, int64_t min,
    int64_t max, int64_t *out, struct sy_error *err)
{
	struct json_object *value;
	int rc = typed(in, key, path, json_type_int, "an integer", &value, err);
	char field[PATH_ROOM];
	int64_t n;

	if (rc <= 0)
		return rc;
	n = json_object_get_int64(value);
	sy_json_path(field, sizeof(field), path, key);
	if (n < min)
		return sy_fail_code(err, SY_BAD_REQUEST, field, "integer_below_min_value",
		    "'%s' must be at least %lld", field, (long long)min);
	if (n > max)
		return sy_fail_code(err, SY_BAD_REQUEST, field, "integer_above_max_value",
		    "'%s' must be at most %lld", field, (long long)max);
	*out = n;
	return 1;
}

int sy_json_number(struct json_object *in, const char *key, const char *path,
    const char **out, struct sy_error *err)
{
	struct json_object *value = sy_json_get(in, key);

	if (value == NULL)
		return 0;
	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return sy_json_wrong_type(key, path, "a number", err);
	*out = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
	return 1;
}

int sy_json_word(struct json_object *in, const char *key, const char *path,
    const struct sy_word *table, int *out, struct sy_error *err)
{
	const char *text = NULL;
	int rc = sy_json_string(in, key, path, &text, err);
	char field[PATH_ROOM];
	int value;

	if (rc <= 0)
		return rc;
	value = sy_word_value(table, text);
	if (value < 0) {
		sy_json_path(field, sizeof(field), path, key);
		return sy_fail_code(err, SY_BAD_REQUEST, field, "invalid_value",
		    "'%s' cannot be '%s'", field, text);
	}
	*out = value;
	return 1;
}

int sy_json_object(struct json_object *in, const char *key, const char *path,
    struct json_object **out, struct sy_error *err)
{
	struct json_object *value;
	int rc = typed(in, key, path, json_type_object, "an object", &value, err);

	if (rc > 0)
		*out = value;
	return rc;
}

int sy_json_array(struct json_object *in, const char *key, const char *path,
    struct json_object **out, struct sy_error *err)
{
	struct json_object *value;
	int rc = typed(in, key, path, json_type_array, "an array", &value, err);

	if (rc > 0)
		*out = value;
	return rc;
}

int sy_json_need(int rc, const char *key, const char *path, struct sy_error *err)
{
	char field[PATH_ROOM];

	if (rc != 0)
		return rc;
	sy_json_path(field, sizeof(field), path, key);
	return sy_fail_code(err, SY_BAD_REQUEST, field, "missing_required_parameter",
	    "'%s' is missing", field);
}

void sy_json_print(struct sy_buf *out, struct json_object *value)
{
	size_t len;
	const char *text = json_object_to_json_string_length(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	sy_buf_add(out, text, len);
}
