/*
 * step.c - reads a step: a table of plain fields, and functions for those with a shape.
 */
#include "sim/step.h"

#include "sim/tree.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

#include <json-c/json.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS_BYTES = 16 * 1024 };

struct field;

typedef int read_fn(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err);

struct field {
	const char *name;
	read_fn *read;
	size_t offset;
	int64_t min, max; /* of a number */
};

static char *keep(const char *s)
{
	size_t room = strlen(s) + 1;

	return memcpy(sy_xrealloc(NULL, room), s, room);
}

static int read_int(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	int64_t n = json_object_get_int64(in);

	if (!json_object_is_type(in, json_type_int) || n < f->min || n > f->max)
		return sy_fail(err, SY_BAD_REQUEST, path,
		    "must be an integer from %lld to %lld", (long long)f->min,
		    (long long)f->max);
	*(int64_t *)((char *)step + f->offset) = n;
	return 0;
}

static int read_bool(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	if (!json_object_is_type(in, json_type_boolean))
		return sy_fail(err, SY_BAD_REQUEST, path, "must be true or false");
	*(bool *)((char *)step + f->offset) = json_object_get_boolean(in);
	return 0;
}

static int read_text(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	char **text = (char **)((char *)step + f->offset);

	if (!json_object_is_type(in, json_type_string))
		return sy_fail(err, SY_BAD_REQUEST, path, "must be a string");
	if (strlen(json_object_get_string(in)) != (size_t)json_object_get_string_len(in))
		return sy_fail(err, SY_BAD_REQUEST, path, "must not hold a NUL");
	free(*text);
	*text = keep(json_object_get_string(in));
	return 0;
}

static int read_json(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	char **text = (char **)((char *)step + f->offset);

	(void)path;
	(void)err;
	free(*text);
	*text = keep(json_object_to_json_string_ext(in, JSON_C_TO_STRING_NOSLASHESCAPE));
	return 0;
}

/* A string goes out as it is, anything else as JSON. */
static int read_body(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	step->body_is_text = json_object_is_type(in, json_type_string);
	return (step->body_is_text ? read_text : read_json)(f, step, in, path, err);
}

static int read_chunked(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	(void)f;
	if (!json_object_is_type(in, json_type_boolean))
		return sy_fail(err, SY_BAD_REQUEST, path, "must be true or false");
	step->chunked = json_object_get_boolean(in);
	return 0;
}

/* "reset" and "stall" both have one value that is no count. */
static int read_before_headers(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	if (!json_object_is_type(in, json_type_string) ||
	    strcmp(json_object_get_string(in), "before_headers") != 0)
		return sy_fail(err, SY_BAD_REQUEST, path, "must be \"before_headers\"");
	*(bool *)((char *)step + f->offset) = true;
	return 0;
}

static int read_cut(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	static const char *const words[] = {
		[SY_SIM_CUT_ABORT] = "abort",
		[SY_SIM_CUT_CLEAN] = "clean",
		[SY_SIM_CUT_RESET] = "reset",
	};
	const char *word = json_object_get_string(in);

	(void)f;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (word != NULL && strcmp(word, words[i]) == 0) {
			step->cut = (enum sy_sim_cut)i;
			return 0;
		}
	return sy_fail(err, SY_BAD_REQUEST, path, "must be clean, abort or reset");
}

static bool fits_header(const char *name, const char *value)
{
	return *name != '\0' && strpbrk(name, " :\r\n\t") == NULL &&
	    strpbrk(value, "\r\n") == NULL;
}

static int read_headers(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	struct sy_buf lines;
	bool fit = true;

	(void)f;
	if (!json_object_is_type(in, json_type_object))
		return sy_fail(err, SY_BAD_REQUEST, path, "must be an object of strings");
	sy_buf_init(&lines, HEADERS_BYTES);
	json_object_object_foreach(in, name, value) {
		const char *text = json_object_get_string(value);

		fit = fit && text != NULL && fits_header(name, text);
		if (fit)
			sy_buf_printf(&lines, "%s: %s\r\n", name, text);
	}
	if (!fit || lines.full) {
		sy_buf_release(&lines);
		return sy_fail(err, SY_BAD_REQUEST, path, "holds what no header can");
	}
	free(step->headers);
	step->headers = lines.data; /* NULL when there are none */
	return 0;
}

/* A number below an object: in[name], in a range; *out as it was if absent. */
static int read_number(struct json_object *in, const char *name, double min, double max,
    double *out, const char *path, struct sy_error *err)
{
	struct json_object *member = in;
	double n;

	if (name != NULL && !json_object_object_get_ex(in, name, &member))
		return 0;
	n = json_object_get_double(member);
	if ((!json_object_is_type(member, json_type_double) &&
		!json_object_is_type(member, json_type_int)) ||
	    isnan(n) || n < min || n > max)
		return sy_fail(err, SY_BAD_REQUEST, path, "%s must be a number from %g to %g",
		    name != NULL ? name : "it", min, max);
	*out = n;
	return 0;
}

static int read_share(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	(void)f;
	return read_number(in, NULL, 0, 1, &step->fail_share, path, err);
}

static int read_latency(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	double median = 0;

	(void)f;
	if (read_number(in, "median_ms", 0, 600000, &median, path, err) < 0 ||
	    read_number(in, "sigma", 0, 4, &step->latency_sigma, path, err) < 0)
		return -1;
	step->latency_median_ms = (int64_t)median;
	return 0;
}

static int read_outage(const struct field *f, struct sy_sim_step *step,
    struct json_object *in, const char *path, struct sy_error *err)
{
	double every = 0, lasts = 0;

	(void)f;
	if (read_number(in, "every_s", 1, 86400, &every, path, err) < 0 ||
	    read_number(in, "for_s", 1, every, &lasts, path, err) < 0)
		return -1;
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
	{ "error", read_json, AT(error), 0, 0 },
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
	const char *near;

	for (size_t i = 0; i < FIELDS; i++)
		names[i] = fields[i].name;
	near = sy_did_you_mean(name, names);
	return sy_fail(err, SY_BAD_REQUEST, path, "a step has no such field%s%s",
	    near != NULL ? "; did you mean " : "", near != NULL ? near : "");
}

static int read_field(struct sy_sim_step *step, const char *name, struct json_object *in,
    const char *path, struct sy_error *err)
{
	char below[SY_SIM_PATH];

	sy_sim_path(below, path, name);
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].read(&fields[i], step, in, below, err);
	return no_such_field(name, below, err);
}

int sy_sim_step_read(struct sy_sim_step *step, struct json_object *in, const char *path,
    struct sy_error *err)
{
	if (!json_object_is_type(in, json_type_object))
		return sy_fail(err, SY_BAD_REQUEST, path, "a step must be an object");
	json_object_object_foreach(in, name, value)
		if (read_field(step, name, value, path, err) < 0)
			return -1;
	return 0;
}
