/*
 * gemini_generate_contents.c - the contents of a generateContent request, to the waist.
 *
 * Clients that stream give each chunk back as a content of its own, so a model's turn is a run
 * of contents, and its text the pieces put together up to the next thing that is no text: the
 * signature that ends a thought among them.  Results of functions may stand beside a user's
 * words, and may name the function alone instead of the call.
 */
#include "dialect/gemini_generate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "dialect/calls.h"
#include "model/chat.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PATH       128
#define TEXT_BYTES (64 << 20)

typedef const struct sy_gemini_reading reading;

static const char *field_at(char at[PATH], const char *path, const char *name)
{
	return sy_json_path(at, PATH, path, name);
}

/* --- Media. ------------------------------------------------------------------------------ */

static enum sy_part_kind kind_of(const char *type)
{
	if (type != NULL && strncasecmp(type, "image/", 6) == 0)
		return SY_PART_IMAGE;
	if (type != NULL && strncasecmp(type, "audio/", 6) == 0)
		return SY_PART_AUDIO;
	return SY_PART_FILE;
}

/* The waist names sounds by their format. */
static const char *sound_of(const char *type)
{
	const char *name = type + strlen("audio/");

	if (strcasecmp(name, "mpeg") == 0)
		return "mp3";
	return strncasecmp(name, "x-", 2) == 0 ? name + 2 : name;
}

static int read_inline(reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	char at[PATH];

	field_at(at, path, "inlineData");
	if (sy_json_need(sy_gemini_string(r, in, "mimeType", at, &p->media_type),
	        "mimeType", at, r->err) < 0 ||
	    sy_json_need(sy_gemini_string(r, in, "data", at, &p->data), "data", at,
	        r->err) < 0 ||
	    sy_gemini_string(r, in, "displayName", at, &p->name) < 0)
		return -1;
	p->kind = kind_of(p->media_type);
	if (p->kind == SY_PART_AUDIO)
		p->media_type = sound_of(p->media_type);
	return 0;
}

/* Google's own stores, which nobody else can read. */
static bool is_googles(const char *uri)
{
	static const char *const places[] = { "gs://",
		"https://generativelanguage.googleapis.com/", "https://www.youtube.com/",
		"https://youtube.com/", "https://youtu.be/" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (sy_starts(uri, places[i]))
			return true;
	return false;
}

static bool looks_like_image(const char *uri)
{
	static const char *const ends[] = { ".png", ".jpg", ".jpeg", ".webp", ".gif" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sy_ends(uri, ends[i]))
			return true;
	return false;
}

static int read_file(reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	char at[PATH];

	field_at(at, path, "fileData");
	if (sy_json_need(sy_gemini_string(r, in, "fileUri", at, &p->url), "fileUri", at,
	        r->err) < 0 ||
	    sy_gemini_string(r, in, "mimeType", at, &p->media_type) < 0 ||
	    sy_gemini_string(r, in, "displayName", at, &p->name) < 0)
		return -1;
	p->kind = kind_of(p->media_type);
	if (p->media_type == NULL && looks_like_image(p->url))
		p->kind = SY_PART_IMAGE;
	if (is_googles(p->url))
		sy_gemini_native(r, at, in, true);
	return 0;
}

/* inlineData or fileData of a part: 1, or 0 when it has neither. */
static int read_media(reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	struct json_object *data = NULL, *file = NULL;

	if (sy_gemini_object(r, in, "inlineData", path, &data) < 0 ||
	    sy_gemini_object(r, in, "fileData", path, &file) < 0)
		return -1;
	if (data == NULL && file == NULL)
		return 0;
	if (data != NULL ? read_inline(r, data, path, p) < 0
	                 : read_file(r, file, path, p) < 0)
		return -1;
	if (sy_gemini_get(r, in, "videoMetadata") != NULL)
		sy_gemini_native(r, "videoMetadata",
		    sy_gemini_get(r, in, "videoMetadata"), false);
	return 1;
}

static int nothing_known(reading *r, const char *path)
{
	return sy_fail_code(r->err, SY_BAD_REQUEST, path, "invalid_value",
	    "'%s' has none of text, inlineData, fileData, functionCall and functionResponse",
	    path);
}

/* --- What a user says. ------------------------------------------------------------------- */

static struct sy_message *add_message(reading *r, enum sy_role role, size_t parts)
{
	struct sy_message *m = &r->out->messages[r->out->message_count++];

	m->role = role;
	m->parts = sy_alloc(r->a, (parts + 1) * sizeof(*m->parts));
	return m;
}

static void add_text(struct sy_message *m, const char *text)
{
	m->parts[m->part_count++] =
	    (struct sy_part){ .kind = SY_PART_TEXT, .text = text };
}

static int read_user_part(reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	const char *text = NULL;
	int rc = sy_gemini_string(r, in, "text", path, &text);

	if (rc < 0)
		return -1;
	if (text != NULL) {
		add_text(m, text);
		return 0;
	}
	rc = read_media(r, in, path, &m->parts[m->part_count]);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return nothing_known(r, path);
	m->part_count++;
	return 0;
}

/* --- Results of functions. --------------------------------------------------------------- */

/* The text of a result: `output` and `error` are Google's names for it, anything else is the
 * result as it stands. */
static const char *result_text(reading *r, struct json_object *response, bool *failed)
{
	struct json_object *said = response;

	if (response == NULL)
		return "";
	if (json_object_object_length(response) == 1) {
		struct json_object *error = sy_json_get(response, "error");
		struct json_object *output = sy_json_get(response, "output");

		*failed = error != NULL;
		said = error != NULL ? error : output != NULL ? output : response;
	}
	if (json_object_is_type(said, json_type_string))
		return json_object_get_string(said);
	return sy_strdup(r->a,
	    json_object_to_json_string_ext(said,
	        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static int read_result_media(reading *r, struct json_object *parts, const char *path,
    struct sy_message *m)
{
	char at[PATH];

	for (size_t i = 0; parts != NULL && i < json_object_array_length(parts); i++) {
		struct json_object *in = json_object_array_get_idx(parts, i);

		sy_json_path_at(at, sizeof(at), path, "parts", i);
		if (!json_object_is_type(in, json_type_object))
			return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_type",
			    "'%s' must be an object", at);
		if (read_user_part(r, in, at, m) < 0)
			return -1;
	}
	return 0;
}

static int read_result(reading *r, struct json_object *in, const char *path)
{
	struct json_object *response = NULL, *parts = NULL;
	const char *id = NULL, *open = NULL;
	struct sy_message *m;

	if (sy_gemini_object(r, in, "response", path, &response) < 0 ||
	    sy_gemini_array(r, in, "parts", path, &parts) < 0 ||
	    sy_gemini_string(r, in, "id", path, &id) < 0)
		return -1;
	m = add_message(r, SY_ROLE_TOOL,
	    1 + (parts != NULL ? json_object_array_length(parts) : 0));
	if (sy_json_need(sy_gemini_string(r, in, "name", path, &m->name), "name", path,
	        r->err) < 0)
		return -1;
	if (id == NULL || !sy_call_exists(r->out, id))
		open = sy_call_open(r->out, m->name);
	m->tool_call_id = open != NULL                  ? open
	                  : id != NULL && id[0] != '\0' ? id
	                                                : m->name;
	add_text(m, result_text(r, response, &m->tool_error));
	return read_result_media(r, parts, path, m);
}

/* Results follow the calls at once, so they come before what else the turn has. */
static int read_user(reading *r, struct json_object *parts, const char *path)
{
	size_t count = json_object_array_length(parts), results = 0;
	struct json_object *in, *result;
	char at[PATH], inner[PATH + 20];
	struct sy_message *m;

	for (size_t i = 0; i < count; i++) {
		in = json_object_array_get_idx(parts, i);
		result = NULL;
		sy_json_path_at(at, sizeof(at), path, "parts", i);
		if (!json_object_is_type(in, json_type_object))
			return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_type",
			    "'%s' must be an object", at);
		if (sy_gemini_object(r, in, "functionResponse", at, &result) < 0)
			return -1;
		if (result == NULL)
			continue;
		results++;
		sy_json_path(inner, sizeof(inner), at, "functionResponse");
		if (read_result(r, result, inner) < 0)
			return -1;
	}
	if (results == count)
		return 0;
	m = add_message(r, SY_ROLE_USER, count);
	for (size_t i = 0; i < count; i++) {
		in = json_object_array_get_idx(parts, i);
		sy_json_path_at(at, sizeof(at), path, "parts", i);
		if (sy_gemini_get(r, in, "functionResponse") == NULL &&
		    read_user_part(r, in, at, m) < 0)
			return -1;
	}
	return 0;
}

/* --- What a model said. ------------------------------------------------------------------ */

struct turn {
	reading *r;
	struct sy_message *m;
	struct sy_buf text; /* pieces that are not yet a part */
	bool thought;       /* they are */
};

static void flush(struct turn *t)
{
	if (t->text.len == 0)
		return;
	t->m->parts[t->m->part_count++] = (struct sy_part){
		.kind = t->thought ? SY_PART_REASONING : SY_PART_TEXT,
		.text = sy_strndup(t->r->a, t->text.data, t->text.len),
	};
	sy_buf_reset(&t->text);
}

/* Ends the thought before it; without one, it stands for itself. */
static void take_seal(struct turn *t, const char *seal)
{
	struct sy_part sealed = { .kind = SY_PART_REASONING };
	bool thought = t->thought && t->text.len > 0;

	sy_gemini_open_seal(seal, t->r->a, &sealed);
	flush(t);
	if (thought && sealed.signature != NULL) {
		sealed.text = t->m->parts[t->m->part_count - 1].text;
		t->m->part_count--;
	}
	t->m->parts[t->m->part_count++] = sealed;
}

static void take_text(struct turn *t, const char *text, bool thought)
{
	if (t->thought != thought)
		flush(t);
	t->thought = thought;
	sy_buf_puts(&t->text, text);
}

static int take_call(struct turn *t, struct json_object *in, const char *seal,
    const char *path)
{
	reading *r = t->r;
	struct sy_message *m = t->m;
	struct sy_tool_call *call = &m->calls[m->call_count];
	struct json_object *args = NULL;

	if (sy_json_need(sy_gemini_string(r, in, "name", path, &call->name), "name", path,
	        r->err) < 0 ||
	    sy_gemini_object(r, in, "args", path, &args) < 0 ||
	    sy_gemini_string(r, in, "id", path, &call->id) < 0)
		return -1;
	if (call->id == NULL || call->id[0] == '\0')
		call->id =
		    sy_strf(r->a, "call_%zu_%zu", r->out->message_count, m->call_count);
	call->arguments =
	    args == NULL ? "{}"
	                 : json_object_to_json_string_ext(args,
	                       JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	call->signature = seal;
	m->call_count++;
	return 0;
}

/* Code that Google ran, as a reader of the conversation would see it. */
static bool take_code(struct turn *t, struct json_object *in)
{
	struct json_object *code = sy_gemini_get(t->r, in, "executableCode");
	struct json_object *result = sy_gemini_get(t->r, in, "codeExecutionResult");
	const char *text = sy_json_text(code, "code");

	if (result != NULL)
		text = sy_json_text(result, "output");
	if (code == NULL && result == NULL)
		return false;
	take_text(t,
	    sy_strf(t->r->a, "\n```%s\n%s\n```\n", code != NULL ? "python" : "",
	        text != NULL ? text : ""),
	    false);
	return true;
}

/* What only Google's servers say to one another. */
static bool is_servers(reading *r, struct json_object *in)
{
	static const char *const names[] = { "toolCall", "toolResponse" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sy_gemini_get(r, in, names[i]) != NULL) {
			sy_gemini_native(r, names[i], sy_gemini_get(r, in, names[i]),
			    false);
			return true;
		}
	return false;
}

static int take_other(struct turn *t, struct json_object *in, const char *path)
{
	int rc;

	if (take_code(t, in) || is_servers(t->r, in))
		return 1;
	flush(t);
	rc = read_media(t->r, in, path, &t->m->parts[t->m->part_count]);
	t->m->part_count += rc > 0;
	return rc;
}

static int read_model_part(struct turn *t, struct json_object *in, const char *path)
{
	const char *text = NULL, *seal = NULL;
	struct json_object *call = NULL;
	reading *r = t->r;
	bool thought = false;
	char at[PATH];
	int rc = 1;

	if (!json_object_is_type(in, json_type_object))
		return sy_fail_code(r->err, SY_BAD_REQUEST, path, "invalid_type",
		    "'%s' must be an object", path);
	if (sy_gemini_string(r, in, "thoughtSignature", path, &seal) < 0 ||
	    sy_gemini_string(r, in, "text", path, &text) < 0 ||
	    sy_json_bool(in, "thought", path, &thought, r->err) < 0 ||
	    sy_gemini_object(r, in, "functionCall", path, &call) < 0)
		return -1;
	if (call != NULL) {
		flush(t);
		return take_call(t, call, seal, field_at(at, path, "functionCall"));
	}
	if (text != NULL)
		take_text(t, text, thought);
	else if (!thought) /* of a thought, a picture is a draft */
		rc = take_other(t, in, path);
	if (rc == 0 && seal == NULL)
		return nothing_known(r, path);
	if (rc >= 0 && seal != NULL)
		take_seal(t, seal);
	return rc < 0 ? -1 : 0;
}

static size_t parts_in(struct json_object *content)
{
	struct json_object *parts = sy_json_get(content, "parts");

	return parts != NULL ? json_object_array_length(parts) : 0;
}

static bool is_model(struct json_object *content)
{
	const char *role = sy_json_text(content, "role");

	return role != NULL && strcmp(role, "model") == 0;
}

/* The contents from *i on that are the model's, as one message; *i is behind them then. */
static int read_model(reading *r, struct json_object *list, size_t *i,
    struct sy_buf *text)
{
	struct turn t = { .r = r, .text = *text };
	size_t end = *i, parts = 0;
	char path[PATH];
	int rc = 0;

	for (; end < json_object_array_length(list) &&
	       is_model(json_object_array_get_idx(list, end));
	     end++)
		parts += parts_in(json_object_array_get_idx(list, end));
	t.m = add_message(r, SY_ROLE_ASSISTANT, 2 * parts);
	t.m->calls = sy_alloc(r->a, (parts + 1) * sizeof(*t.m->calls));
	for (; *i < end && rc >= 0; ++*i) {
		struct json_object *content = json_object_array_get_idx(list, *i);

		for (size_t k = 0; k < parts_in(content) && rc >= 0; k++) {
			snprintf(path, sizeof(path), "contents[%zu].parts[%zu]", *i, k);
			rc = read_model_part(&t,
			    json_object_array_get_idx(sy_json_get(content, "parts"), k),
			    path);
		}
	}
	flush(&t);
	*text = t.text;
	/* A chat keeps the turn in which nothing was said; a provider would refuse it. */
	if (t.m->part_count == 0 && t.m->call_count == 0)
		r->out->message_count--;
	return rc;
}

/* --- All of it. -------------------------------------------------------------------------- */

/* A content, or plain text. */
static int read_system(reading *r, struct json_object *root)
{
	struct json_object *in = sy_gemini_get(r, root, "systemInstruction"),
	                   *parts = NULL;
	const char *path = "systemInstruction";
	struct sy_message *m;
	char at[PATH];

	if (in == NULL)
		return 0;
	if (json_object_is_type(in, json_type_string)) {
		m = add_message(r, SY_ROLE_SYSTEM, 1);
		add_text(m, json_object_get_string(in));
		return 0;
	}
	if (!json_object_is_type(in, json_type_object))
		return sy_json_wrong_type(path, "", "an object", r->err);
	if (sy_json_array(in, "parts", path, &parts, r->err) < 0)
		return -1;
	if (parts == NULL || json_object_array_length(parts) == 0)
		return 0;
	m = add_message(r, SY_ROLE_SYSTEM, json_object_array_length(parts));
	for (size_t i = 0; i < json_object_array_length(parts); i++) {
		const char *text = NULL;

		sy_json_path_at(at, sizeof(at), path, "parts", i);
		if (sy_json_need(sy_json_string(json_object_array_get_idx(parts, i),
		                     "text", at, &text, r->err),
		        "text", at, r->err) < 0)
			return -1;
		add_text(m, text);
	}
	return 0;
}

static void release(void *text)
{
	sy_buf_release(text);
}

int sy_gemini_read_contents(reading *r, struct json_object *root)
{
	struct json_object *list = sy_json_get(root, "contents"), *content;
	size_t count = json_object_array_length(list), room = count + 1, i = 0;
	struct sy_buf *text = sy_alloc(r->a, sizeof(*text));
	char path[PATH];
	int rc;

	for (size_t k = 0; k < count; k++)
		room += parts_in(json_object_array_get_idx(list, k));
	r->out->messages = sy_alloc(r->a, room * sizeof(*r->out->messages));
	sy_buf_init(text, TEXT_BYTES);
	sy_defer(r->a, release, text);
	rc = read_system(r, root);
	while (i < count && rc >= 0) {
		content = json_object_array_get_idx(list, i);
		sy_json_path_at(path, sizeof(path), "", "contents", i);
		if (is_model(content))
			rc = read_model(r, list, &i, text);
		else
			rc = read_user(r,
			    sy_json_get(json_object_array_get_idx(list, i++), "parts"),
			    path);
	}
	return rc < 0 ? -1 : 0;
}
