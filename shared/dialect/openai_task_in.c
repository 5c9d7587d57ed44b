/*
 * openai_task_in.c - requests for tasks that are no chat: what the engine asks of them.
 *
 * Works on the scan, or on the parts of a form.  The checks are those that hold whichever
 * provider is chosen: what must be there, and what the type or range of a field is.
 */
#include "dialect/openai_task.h"

#include "base/arena.h"
#include "base/multipart.h"
#include "base/text.h"
#include "dialect/fields.h"
#include "dialect/openai_chat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NODES_MAX 1000000 /* token ids, mostly */

static const struct sy_scan_limits limits = {
	.nodes = NODES_MAX,
	.depth = SY_SCAN_DEPTH,
	.messages = NODES_MAX,
};

/* --- Fields. ----------------------------------------------------------------------------- */

enum kind {
	FIELD_TEXT, /* a string; where it is required, not an empty one */
	FIELD_INT,
	FIELD_NUMBER,
	FIELD_BOOL,
	FIELD_FILE, /* of forms */
	FIELD_ANY,
};

struct field {
	const char *name;
	enum kind kind;
	bool required;
	double min, max; /* of numbers */
};

#define NEED(field, what)             { .name = field, .kind = what, .required = true }
#define MAY(field, what)              { .name = field, .kind = what }
#define MAY_BE(field, what, low, top) { .name = field, .kind = what, .min = low, .max = top }
#define LAST                          { .name = NULL }

int sy_openai_missing(const char *field, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, field, "missing_required_parameter",
	    "'%s' is missing", field);
}

static int wrong(const char *field, const char *wanted, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, field, "invalid_type", "'%s' must be %s",
	    field, wanted);
}

static int empty(const char *field, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, field, "invalid_value",
	    "'%s' must not be empty", field);
}

static int check_number(const struct sy_scan *s, const struct field *f, struct sy_error *err)
{
	const struct sy_field_type type[] = { { f->name, SY_J_NUMBER, "a number" },
		{ NULL, SY_J_NULL, NULL } };
	const struct sy_field_range range[] = { { f->name, f->min, f->max }, { NULL, 0, 0 } };

	if (sy_fields_types(s, type, err) < 0)
		return -1;
	return sy_fields_ranges(s, range, err);
}

static int check_member(const struct sy_scan *s, const struct field *f, struct sy_error *err)
{
	struct sy_span v = sy_field_span(s, f->name);
	int64_t n;
	bool b;

	if (v.at == NULL)
		return f->required ? sy_openai_missing(f->name, err) : 0;
	switch (f->kind) {
	case FIELD_TEXT:
		if (!sy_span_is_string(v))
			return wrong(f->name, "a string", err);
		return f->required && sy_span_is_empty(v) ? empty(f->name, err) : 0;
	case FIELD_INT:
		return sy_scan_int(s, f->name, (int64_t)f->min, (int64_t)f->max, &n, err);
	case FIELD_NUMBER:
		return check_number(s, f, err);
	case FIELD_BOOL:
		return sy_scan_bool(s, f->name, &b, err);
	case FIELD_FILE:
	case FIELD_ANY:
		break;
	}
	return 0;
}

static int check_members(const struct sy_scan *s, const struct field *fields,
    struct sy_error *err)
{
	for (; fields->name != NULL; fields++)
		if (check_member(s, fields, err) < 0)
			return -1;
	return 0;
}

/* --- Fields of forms. -------------------------------------------------------------------- */

static const char *text_of(const struct sy_multipart_part *part, struct sy_arena *a)
{
	return sy_strndup(a, part->at, part->len);
}

/* Clients write True, true and 1. */
static bool read_bool(const char *text, bool *out)
{
	*out = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
	return *out || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

static int check_text_number(const struct field *f, const char *text, struct sy_error *err)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || *end != '\0' || !isfinite(n))
		return wrong(f->name, "a number", err);
	if (f->kind == FIELD_INT && n != floor(n))
		return wrong(f->name, "an integer", err);
	if (n < f->min || n > f->max)
		return sy_fail_code(err, SY_BAD_REQUEST, f->name,
		    n < f->min ? "decimal_below_min_value" : "decimal_above_max_value",
		    "'%s' must be from %g to %g", f->name, f->min, f->max);
	return 0;
}

static int check_part(const struct sy_multipart *form, const struct field *f, struct sy_arena *a,
    struct sy_error *err)
{
	const struct sy_multipart_part *part = sy_multipart_find(form, f->name);
	const char *text;
	bool b;

	if (part == NULL)
		return f->required ? sy_openai_missing(f->name, err) : 0;
	if ((part->filename != NULL) != (f->kind == FIELD_FILE) && f->kind != FIELD_ANY)
		return wrong(f->name, f->kind == FIELD_FILE ? "a file" : "a field, no file", err);
	if (f->required && part->len == 0)
		return empty(f->name, err);
	if (f->kind == FIELD_FILE || f->kind == FIELD_ANY || f->kind == FIELD_TEXT)
		return 0;
	text = text_of(part, a);
	if (f->kind != FIELD_BOOL)
		return check_text_number(f, text, err);
	return read_bool(text, &b) ? 0 : wrong(f->name, "true or false", err);
}

static int check_parts(const struct sy_multipart *form, const struct field *fields,
    struct sy_arena *a, struct sy_error *err)
{
	for (; fields->name != NULL; fields++)
		if (check_part(form, fields, a, err) < 0)
			return -1;
	return 0;
}

/* Which of two models would it be? */
static int check_once(const struct sy_multipart *form, const char *name, struct sy_error *err)
{
	int found = 0;

	for (size_t i = 0; i < form->count; i++)
		found += strcmp(form->parts[i].name, name) == 0;
	if (found < 2)
		return 0;
	return sy_fail_code(err, SY_BAD_REQUEST, name, "invalid_value",
	    "'%s' is there twice", name);
}

/* --- Beginning. -------------------------------------------------------------------------- */

static void begin(enum sy_task task, struct sy_ask *out)
{
	memset(out, 0, sizeof(*out));
	out->task = task;
	out->n = 1;
	out->caps = sy_task_info(task)->cap;
}

static void estimate(struct sy_ask *out, size_t text_bytes)
{
	out->input_tokens = sy_tokens_estimate((int64_t)text_bytes);
	if (out->input_tokens < 1)
		out->input_tokens = 1;
}

int sy_openai_task_ask(enum sy_task task, const char *body, size_t len, struct sy_arena *a,
    struct sy_ask *out, struct sy_error *err)
{
	struct sy_scan *s = &out->scan;

	begin(task, out);
	if (sy_scan(body, len, &limits, a, s, err) < 0)
		return -1;
	if (s->type != SY_J_OBJECT)
		return sy_fail_code(err, SY_BAD_REQUEST, "", "invalid_type",
		    "the body must be a JSON object");
	if (sy_scan_string(s, "model", a, &out->model, err) < 0 ||
	    sy_scan_string(s, "user", a, &out->user, err) < 0 ||
	    sy_scan_bool(s, "stream", &out->stream, err) < 0)
		return -1;
	estimate(out, s->string_bytes);
	return 0;
}

static int ask_form(enum sy_task task, const struct field *fields,
    const struct sy_multipart *form, struct sy_arena *a, struct sy_ask *out, struct sy_error *err)
{
	const struct sy_multipart_part *model = sy_multipart_find(form, "model");
	const struct sy_multipart_part *user = sy_multipart_find(form, "user");
	const struct sy_multipart_part *stream = sy_multipart_find(form, "stream");
	size_t text_bytes = 0;

	begin(task, out);
	out->form = form;
	if (check_once(form, "model", err) < 0 || check_parts(form, fields, a, err) < 0)
		return -1;
	if (model != NULL)
		out->model = text_of(model, a);
	if (user != NULL)
		out->user = text_of(user, a);
	if (stream != NULL)
		read_bool(text_of(stream, a), &out->stream);
	for (size_t i = 0; i < form->count; i++)
		text_bytes += form->parts[i].filename == NULL ? form->parts[i].len : 0;
	estimate(out, text_bytes);
	return 0;
}

/* --- Moderations. ------------------------------------------------------------------------ */

/* A text, texts, or parts that say their type. */
static int check_moderated(const struct sy_scan *s, struct sy_error *err)
{
	struct sy_span input = sy_field_span(s, "input"), v;
	size_t pos = 0, count = 0;
	char param[32];

	if (!sy_span_is_string(input) && !sy_span_is_array(input))
		return wrong("input", "a string or an array", err);
	for (; sy_walk_element(input, &pos, &v); count++) {
		snprintf(param, sizeof(param), "input[%zu]", count);
		if (!sy_span_is_string(v) && !sy_span_is_object(v))
			return wrong(param, "a string or an object", err);
	}
	if (sy_span_is_array(input) && count == 0)
		return empty("input", err);
	return 0;
}

static int ask_moderation(const char *body, size_t len, struct sy_arena *a,
    struct sy_ask *out, struct sy_error *err)
{
	static const struct field fields[] = {
		NEED("input", FIELD_ANY),
		LAST,
	};

	if (sy_openai_task_ask(SY_TASK_MODERATE, body, len, a, out, err) < 0 ||
	    check_members(&out->scan, fields, err) < 0)
		return -1;
	out->stream = false;
	return check_moderated(&out->scan, err);
}

/* --- Images. ----------------------------------------------------------------------------- */

#define IMAGE_FIELDS                                                                     \
	MAY("model", FIELD_TEXT), MAY("user", FIELD_TEXT), MAY("stream", FIELD_BOOL),    \
	    MAY_BE("n", FIELD_INT, 1, 10), MAY("size", FIELD_TEXT),                      \
	    MAY("quality", FIELD_TEXT), MAY("response_format", FIELD_TEXT),              \
	    MAY("output_format", FIELD_TEXT), MAY("background", FIELD_TEXT),             \
	    MAY_BE("output_compression", FIELD_INT, 0, 100),                             \
	    MAY_BE("partial_images", FIELD_INT, 0, 3), LAST

static int ask_image(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	static const struct field fields[] = { NEED("prompt", FIELD_TEXT),
		MAY("style", FIELD_TEXT), MAY("moderation", FIELD_TEXT), IMAGE_FIELDS };

	if (sy_openai_task_ask(SY_TASK_IMAGE, body, len, a, out, err) < 0)
		return -1;
	return check_members(&out->scan, fields, err);
}

/* Images by address or file id; files themselves come in forms. */
static int ask_edit(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	static const struct field fields[] = { NEED("prompt", FIELD_TEXT),
		NEED("images", FIELD_ANY), IMAGE_FIELDS };

	if (sy_openai_task_ask(SY_TASK_IMAGE_EDIT, body, len, a, out, err) < 0)
		return -1;
	return check_members(&out->scan, fields, err);
}

static int ask_edit_form(const struct sy_multipart *form, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	static const struct field fields[] = { NEED("image", FIELD_FILE),
		NEED("prompt", FIELD_TEXT), MAY("mask", FIELD_FILE),
		MAY("input_fidelity", FIELD_TEXT), IMAGE_FIELDS };

	return ask_form(SY_TASK_IMAGE_EDIT, fields, form, a, out, err);
}

static int ask_variation_form(const struct sy_multipart *form, struct sy_arena *a,
    struct sy_ask *out, struct sy_error *err)
{
	static const struct field fields[] = { NEED("image", FIELD_FILE),
		IMAGE_FIELDS };

	return ask_form(SY_TASK_IMAGE_VARY, fields, form, a, out, err);
}

/* --- Audio. ------------------------------------------------------------------------------ */

static int ask_speech(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	static const struct field fields[] = {
		NEED("input", FIELD_TEXT),
		NEED("voice", FIELD_ANY),
		MAY("instructions", FIELD_TEXT),
		MAY("response_format", FIELD_TEXT),
		MAY("stream_format", FIELD_TEXT),
		MAY_BE("speed", FIELD_NUMBER, 0.25, 4),
		LAST,
	};

	if (sy_openai_task_ask(SY_TASK_SPEAK, body, len, a, out, err) < 0 ||
	    check_members(&out->scan, fields, err) < 0)
		return -1;
	out->stream = sy_span_is(sy_field_span(&out->scan, "stream_format"), "sse");
	return 0;
}

#define AUDIO_FIELDS                                                                     \
	NEED("file", FIELD_FILE), MAY("model", FIELD_TEXT), MAY("user", FIELD_TEXT),     \
	    MAY("prompt", FIELD_TEXT), MAY("response_format", FIELD_TEXT),               \
	    MAY_BE("temperature", FIELD_NUMBER, 0, 1)

static int ask_transcription_form(const struct sy_multipart *form, struct sy_arena *a,
    struct sy_ask *out, struct sy_error *err)
{
	static const struct field fields[] = { AUDIO_FIELDS, MAY("language", FIELD_TEXT),
		MAY("stream", FIELD_BOOL), LAST };

	return ask_form(SY_TASK_TRANSCRIBE, fields, form, a, out, err);
}

static int ask_translation_form(const struct sy_multipart *form, struct sy_arena *a,
    struct sy_ask *out, struct sy_error *err)
{
	static const struct field fields[] = { AUDIO_FIELDS, LAST };

	return ask_form(SY_TASK_TRANSLATE, fields, form, a, out, err);
}

/* --- Surfaces. --------------------------------------------------------------------------- */

/* Their answers pass as they come. */
#define SURFACE(id, title, ...)                                                          \
	const struct sy_surface sy_surface_openai_##id = { .name = "openai-" title,      \
		.dialect = "openai",                                                     \
		.id_prefix = title "-",                                                  \
		.error = sy_openai_chat_error,                                           \
		__VA_ARGS__ }

SURFACE(moderation, "moderations", .ask = ask_moderation);
SURFACE(image, "images", .ask = ask_image);
SURFACE(image_edit, "image-edits", .ask = ask_edit, .ask_form = ask_edit_form);
SURFACE(image_variation, "image-variations", .ask_form = ask_variation_form);
SURFACE(speech, "speech", .ask = ask_speech);
SURFACE(transcription, "transcriptions", .ask_form = ask_transcription_form);
SURFACE(translation, "translations", .ask_form = ask_translation_form);
