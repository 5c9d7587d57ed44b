/*
 * replay.c - plays providers' answers through a translation, one job a line.
 *
 *	{"dialect":"openai","quirks":"clean think_tags","request":{...},
 *	 "stream":true,"step":7,"body":"data: ..."}
 *
 * answers with what the client would read and what was learned of the answer:
 *
 *	{"kind":null,"out":"data: ...","finish":"stop","usage":[9,0,0,2,0],...}
 *
 * What is judged by that is not judged here: see exchanges.py.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/json.h"
#include "base/word.h"
#include "dialect/translate.h"
#include "model/config.h"
#include "model/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
	struct sy_arena *a;
	struct json_object *in;
	struct sy_provider provider;
	struct sy_model model;
	struct sy_ask ask;
	struct sy_call call;
	struct sy_face face;
	struct sy_buf out;
};

static void set_quirks(struct job *j, const char *words)
{
	sy_quirks_default(&j->provider.quirks);
	for (const struct sy_quirk_row *q = sy_quirk_rows; q->name != NULL; q++) {
		const char *at = strstr(words, q->name);
		size_t len = strlen(q->name);

		if (q->type == SY_QUIRK_BOOL && at != NULL &&
		    (at[len] == ' ' || at[len] == '\0'))
			*(bool *)((char *)&j->provider.quirks + q->offset) = true;
	}
}

static const char *text_of(struct job *j, const char *key)
{
	const char *text = sy_json_text(j->in, key);

	return text != NULL ? text : "";
}

static int prepare(struct job *j, struct sy_http *http, struct sy_translation **t,
    struct sy_error *err)
{
	const struct sy_adapter *adapter = sy_adapter_find(text_of(j, "dialect"));
	struct sy_buf body;

	sy_buf_init(&body, 64 << 20);
	sy_json_print(&body, sy_json_get(j->in, "request"));
	j->provider.name = text_of(j, "dialect");
	j->provider.dialect = j->provider.name;
	j->provider.base_url = "https://provider.example/v1";
	set_quirks(j, text_of(j, "quirks"));
	j->model =
	    (struct sy_model){ .provider = &j->provider, .name = "m", .upstream = "up" };
	j->face = (struct sy_face){ .id = "chatcmpl-test",
		.model = "up",
		.created = 1760000000 };
	if (sy_surface_openai_chat.ask(sy_strndup(j->a, body.data, body.len), body.len,
	        j->a, &j->ask, err) < 0) {
		sy_buf_release(&body);
		return -1;
	}
	sy_buf_release(&body);
	j->call = (struct sy_call){
		.ask = &j->ask,
		.model = &j->model,
		.arena = j->a,
		.stream = json_object_get_boolean(sy_json_get(j->in, "stream")),
	};
	*t = sy_translation_new(&sy_surface_openai_chat, adapter, &j->call, &j->face);
	return sy_translation_request(*t, http, err);
}

/* In pieces of heap memory of just their size, so that a read over the end is noticed. */
static int play(struct job *j, struct sy_translation *t, struct sy_error *err)
{
	struct json_object *body = sy_json_get(j->in, "body");
	const char *text = json_object_get_string(body);
	size_t len = (size_t)json_object_get_string_len(body);
	size_t step = (size_t)json_object_get_int64(sy_json_get(j->in, "step"));
	int rc = 0;

	for (size_t at = 0; at < len && rc == 0; at += step) {
		size_t piece = len - at < step ? len - at : step;
		char *copy = malloc(piece);

		memcpy(copy, text + at, piece);
		rc = sy_translation_feed(t, j->call.stream, copy, piece, &j->out, err);
		free(copy);
	}
	return rc < 0 ? rc : sy_translation_finish(t, &j->out, err);
}

static void put_reading(struct sy_buf *b, const struct sy_reading *r)
{
	sy_buf_printf(b, ",\"content\":%d,\"finished\":%d,\"whole\":%d,\"skipped\":%d",
	    r->content, r->finished, r->whole, r->skipped);
	sy_buf_puts(b, ",\"finish\":");
	sy_buf_json_str(b, sy_word_name(sy_finish_words, (int)r->finish));
	sy_buf_printf(b, ",\"usage_source\":%d,\"usage\":[", r->usage.source);
	for (int i = 0; i < SY_TOKEN_CLASSES; i++)
		sy_buf_printf(b, "%s%lld", i ? "," : "", (long long)r->usage.tokens[i]);
	sy_buf_puts(b, "]");
}

static void report(struct job *j, const struct sy_http *http, struct sy_translation *t,
    int rc, const struct sy_error *err)
{
	struct sy_buf line;

	sy_buf_init(&line, 256 << 20);
	sy_buf_puts(&line, "{\"kind\":");
	sy_buf_json_str(&line, rc < 0 ? sy_kind_info(err->kind)->name : NULL);
	sy_buf_puts(&line, ",\"message\":");
	sy_buf_json_str(&line, rc < 0 ? err->message : NULL);
	sy_buf_puts(&line, ",\"out\":");
	sy_buf_json(&line, j->out.len ? j->out.data : "", j->out.len);
	if (t != NULL)
		put_reading(&line, sy_translation_reading(t));
	sy_buf_puts(&line, ",\"sent\":");
	if (http->piece_count == 0)
		sy_buf_puts(&line, "null");
	for (size_t i = 0; i < http->piece_count; i++)
		sy_buf_add(&line, http->body[i].iov_base, http->body[i].iov_len);
	sy_buf_puts(&line, "}\n");
	fwrite(line.data, 1, line.len, stdout);
	fflush(stdout);
	sy_buf_release(&line);
}

static void run(char *line, size_t len)
{
	struct job j = { .a = sy_arena_new() };
	struct sy_translation *t = NULL;
	struct sy_http http = { .method = NULL };
	struct sy_error err;
	int rc;

	sy_buf_init(&j.out, 128 << 20);
	if (sy_json_parse(j.a, line, len, &j.in, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		exit(2);
	}
	rc = prepare(&j, &http, &t, &err);
	if (rc == 0)
		rc = play(&j, t, &err);
	report(&j, &http, t, rc, &err);
	sy_buf_release(&j.out);
	sy_arena_free(j.a);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) > 0)
		run(line, (size_t)len - (line[len - 1] == '\n'));
	free(line);
	return 0;
}
