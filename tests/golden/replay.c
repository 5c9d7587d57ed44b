/*
 * replay.c - trials for a program that judges them, one a line:
 *
 *	{"set":{"dialect":"openai","clean":"yes"},"request":"{...}","answer":"data: ...",
 *	 "piece":7}
 *
 * is answered with what trial_receive() says, as a JSON string; without an answer, with what
 * trial_send() does.  An answer of bytes is "answer_base64".
 */
#include "trial.h"

#include "base/arena.h"
#include "base/json.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_BYTES (64 << 20)

static void set_all(struct trial *t, struct json_object *settings)
{
	json_object_object_foreach(settings, name, value) {
		if (trial_set(t, name, json_object_get_string(value)))
			continue;
		fprintf(stderr, "replay: '%s' is nothing to set\n", name);
		exit(2);
	}
}

static const char *text_of(struct json_object *job, const char *key, size_t *len)
{
	struct json_object *text = sy_json_get(job, key);

	*len = (size_t)json_object_get_string_len(text);
	return json_object_get_string(text);
}

/* The bytes, which stay in the arena. */
static const char *bytes_of(struct sy_arena *a, const char *base64, size_t len, size_t *out)
{
	unsigned char *bytes = sy_alloc(a, len + 1);

	if (sodium_base642bin(bytes, len, base64, len, NULL, out, NULL,
	        sodium_base64_VARIANT_ORIGINAL) < 0) {
		fprintf(stderr, "replay: an answer is not base64\n");
		exit(2);
	}
	return (const char *)bytes;
}

static void run(const char *line, size_t len)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_buf got, said;
	struct json_object *job;
	const char *base64;
	size_t base64_len;
	struct sy_error err;
	struct trial t;

	if (sy_json_parse(a, line, len, &job, &err) < 0) {
		fprintf(stderr, "replay: %s\n", err.message);
		exit(2);
	}
	trial_init(&t);
	set_all(&t, sy_json_get(job, "set"));
	t.request = text_of(job, "request", &t.request_len);
	t.answer = text_of(job, "answer", &t.answer_len);
	base64 = text_of(job, "answer_base64", &base64_len);
	if (base64 != NULL)
		t.answer = bytes_of(a, base64, base64_len, &t.answer_len);
	sy_buf_init(&got, OUT_BYTES);
	sy_buf_init(&said, OUT_BYTES);
	if (t.answer == NULL)
		trial_send(&t, &got);
	else
		trial_receive(&t,
		    (size_t)json_object_get_int64(sy_json_get(job, "piece")), &got);
	sy_buf_json(&said, got.len > 0 ? got.data : "", got.len);
	puts(said.data);
	fflush(stdout);
	sy_buf_release(&got);
	sy_buf_release(&said);
	sy_arena_free(a);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) > 0)
		run(line, (size_t)len);
	free(line);
	return 0;
}
