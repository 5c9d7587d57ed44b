/*
 * step.c - reads a step: a table of plain fields, and functions for those with a shape.
 */
#include "sim/step.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS_BYTES = 16 * 1024, PATH_ROOM = 96 };

struct field;

/* Reads in[f->name], which is there; path is the place of `in`. */
typedef int read_fn(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err);

struct field {
	const char *name;
	read_fn *read;
	size_t offset;
	int64_t min, max; /* of a number */
};

/* The field's place in the step. */
static void *place(const struct field *f, struct sy_sim_step *step)
{
	return (char *)step + f->offset;
}

static void keep(char **place_of, const char *s)
{
	size_t room = strlen(s) + 1;

	free(*place_of);
	*place_of = memcpy(sy_xrealloc(NULL, room), s, room);
}

static int refuse(const struct field *f, const char *path, const char *wanted,
    struct sy_error *err)
{
	return sy_json_wrong_type(f->name, path, wanted, err);
}

static int read_int(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	return sy_json_int(in, f->name, path, f->min, f->max, place(f, step), err);
}

static int read_bool(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	return sy_json_bool(in, f->name, path, place(f, step), err);
}

static int read_text(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	const char *text;
	int rc = sy_json_string(in, f->name, path, &text, err);

	if (rc > 0)
		keep(place(f, step), text);
	return rc;
}

static int read_json(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	(void)path;
	(void)err;
	keep(place(f, step),
	    json_object_to_json_string_ext(sy_json_get(in, f->name),
	        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	return 0;
}

/* A string goes out as it is, anything else as JSON. */
static int read_body(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	step->body_is_text = sy_json_text(in, f->name) != NULL;
	return (step->body_is_text ? read_text : read_json)(f, step, in, path, err);
}

/* The error object alone is wrapped later, in the manner of the dialect. */
static int read_error(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	struct json_object *error;

	if (sy_json_object(in, f->name, path, &error, err) < 0)
		return -1;
	step->error_is_body = sy_json_get(error, "error") != NULL;
	return read_json(f, step, in, path, err);
}

static int read_chunked(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	bool chunked = false;
	int rc = sy_json_bool(in, f->name, path, &chunked, err);

	step->chunked = chunked;
	return rc;
}

/* "reset" and "stall" both have one value that is no count. */
static int read_before_headers(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	static const struct sy_word words[] = { { "before_headers", 1 }, { NULL, 0 } };
	int word = 0, rc = sy_json_word(in, f->name, path, words, &word, err);

	*(bool *)place(f, step) = word;
	return rc;
}

static int read_cut(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	static const struct sy_word words[] = {
		{ "abort", SY_SIM_CUT_ABORT },
		{ "clean", SY_SIM_CUT_CLEAN },
		{ "reset", SY_SIM_CUT_RESET },
		{ NULL, 0 },
	};
	int word = SY_SIM_CUT_ABORT,
	    rc = sy_json_word(in, f->name, path, words, &word, err);

	step->cut = (enum sy_sim_cut)word;
	return rc;
}

static bool fits_header(const char *name, const char *value)
{
	return *name != '\0' && strpbrk(name, " :\r\n\t") == NULL &&
	       strpbrk(value, "\r\n") == NULL;
}

static int read_headers(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	struct json_object *headers;
	struct sy_buf lines;
	bool fit = true;

	if (sy_json_object(in, f->name, path, &headers, err) < 0)
		return -1;
	sy_buf_init(&lines, HEADERS_BYTES);
	json_object_object_foreach(headers, name, value) {
		const char *text = json_object_get_string(value);

		fit = fit && text != NULL && fits_header(name, text);
		if (fit)
			sy_buf_printf(&lines, "%s: %s\r\n", name, text);
	}
	fit = fit && !lines.full;
	if (fit && lines.len > 0)
		keep(&step->headers, lines.data);
	sy_buf_release(&lines);
	return fit ? 0 : refuse(f, path, "an object of header lines", err);
}

/* A number that may have a fraction; *out as it was if it is absent. */
static int read_number(struct json_object *in, const char *name, double min, double max,
    double *out)
{
	struct json_object *member = sy_json_get(in, name);
	double n = json_object_get_double(member);

	if (member == NULL)
		return 0;
	if (!json_object_is_type(member, json_type_double) &&
	    !json_object_is_type(member, json_type_int))
		return -1;
	if (isnan(n) || n < min || n > max)
		return -1;
	*out = n;
	return 0;
}

static int read_share(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	if (read_number(in, f->name, 0, 1, &step->fail_share) < 0)
		return refuse(f, path, "a number from 0 to 1", err);
	return 0;
}

static int read_latency(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	struct json_object *latency = sy_json_get(in, f->name);
	double median = 0;

	if (read_number(latency, "median_ms", 0, 600000, &median) < 0 ||
	    read_number(latency, "sigma", 0, 4, &step->latency_sigma) < 0)
		return refuse(f, path, "{median_ms: 0 to 600000, sigma: 0 to 4}", err);
	step->latency_median_ms = (int64_t)median;
	return 0;
}

static int read_outage(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	struct json_object *outage = sy_json_get(in, f->name);
	double every = 0, lasts = 0;

	if (read_number(outage, "every_s", 1, 86400, &every) < 0 ||
	    read_number(outage, "for_s", 1, every, &lasts) < 0)
		return refuse(f, path, "{every_s: 1 to 86400, for_s: 1 to every_s}", err);
	step->outage_every_s = (int64_t)every;
	step->outage_for_s = (int64_t)lasts;
	return 0;
}

#define AT(member) offsetof(struct sy_sim_step, member)

/* clang-format off */
static const struct field fields[] = {
	{ "model", read_text, AT(model), 0, 0 },
	{ "say", read_text, AT(say), 0, 0 },
	{ "exchange", read_text, AT(exchange), 0, 0 },
	{ "status", read_int, AT(status), 200, 599 },
	{ "headers", read_headers, 0, 0, 0 },
	{ "body", read_body, AT(body), 0, 0 },
	{ "words", read_int, AT(words), 0, 100000 },
	{ "cached", read_int, AT(cached), 0, 100000000 },
	{ "cache_write", read_int, AT(cache_write), 0, 100000000 },
	{ "no_done", read_bool, AT(no_done), 0, 0 },
	{ "no_usage", read_bool, AT(no_usage), 0, 0 },
	{ "unread", read_bool, AT(unread), 0, 0 },
	{ "no_finish", read_bool, AT(no_finish), 0, 0 },
	{ "delay_ms", read_int, AT(delay_ms), 0, 3600000 },
	{ "header_delay_ms", read_int, AT(header_delay_ms), 0, 3600000 },
	{ "event_delay_ms", read_int, AT(event_delay_ms), 0, 3600000 },
	{ "rate", read_int, AT(rate), 1, 1000000 },
	{ "latency", read_latency, 0, 0, 0 },
	{ "refuse", read_bool, AT(refuse), 0, 0 },
	{ "reset", read_before_headers, AT(reset_before_headers), 0, 0 },
	{ "stall", read_before_headers, AT(stall_before_headers), 0, 0 },
	{ "stall_after", read_int, AT(stall_after), 0, 100000000 },
	{ "cut_after", read_int, AT(cut_after), 0, 100000000 },
	{ "cut", read_cut, 0, 0, 0 },
	{ "malformed_at", read_int, AT(malformed_at), 0, 100000000 },
	{ "error_at", read_int, AT(error_at), 0, 100000000 },
	{ "error", read_error, AT(error), 0, 0 },
	{ "fail_share", read_share, 0, 0, 0 },
	{ "fail_status", read_int, AT(fail_status), 400, 599 },
	{ "outage", read_outage, 0, 0, 0 },
	{ "slice", read_int, AT(slice), 1, 100000000 },
	{ "slice_delay_ms", read_int, AT(slice_delay_ms), 0, 60000 },
	{ "chunked", read_chunked, 0, 0, 0 },
};
/* clang-format on */

enum { FIELDS = sizeof(fields) / sizeof(*fields) };

void sy_sim_step_init(struct sy_sim_step *step)
{
	*step = (struct sy_sim_step){
		.words = SY_SIM_NEVER,
		.stall_after = SY_SIM_NEVER,
		.cut_after = SY_SIM_NEVER,
		.malformed_at = SY_SIM_NEVER,
		.error_at = SY_SIM_NEVER,
		.fail_status = 503,
		.chunked = SY_SIM_NEVER,
	};
}

void sy_sim_step_release(struct sy_sim_step *step)
{
	free(step->model);
	free(step->say);
	free(step->exchange);
	free(step->headers);
	free(step->body);
	free(step->error);
	sy_sim_step_init(step);
}

static int no_such_field(const char *name, const char *path, struct sy_error *err)
{
	const char *names[FIELDS + 1] = { NULL };
	char field[PATH_ROOM];
	const char *near;

	for (size_t i = 0; i < FIELDS; i++)
		names[i] = fields[i].name;
	near = sy_did_you_mean(name, names);
	sy_json_path(field, sizeof(field), path, name);
	return sy_fail(err, SY_BAD_REQUEST, field, "a step has no field '%s'%s%s", field,
	    near != NULL ? "; did you mean " : "", near != NULL ? near : "");
}

static const struct field *find_field(const char *name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

int sy_sim_step_read(struct sy_sim_step *step, struct json_object *in, const char *path,
    struct sy_error *err)
{
	if (!json_object_is_type(in, json_type_object))
		return sy_fail(err, SY_BAD_REQUEST, path, "a step must be an object");
	json_object_object_foreach(in, name, value) {
		const struct field *f = find_field(name);

		if (f == NULL)
			return no_such_field(name, path, err);
		if (value != NULL && f->read(f, step, in, path, err) < 0)
			return -1;
	}
	return 0;
}
