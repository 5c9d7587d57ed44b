/*
 * ctl_replay.c - see ctl_replay.h: recordings through pairings, and the comparison.
 */
#include "ctl_replay.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/json.h"
#include "base/scan.h"
#include "base/text.h"
#include "config/source.h"
#include "dialect/translate.h"
#include "model/answer.h"
#include "model/config.h"

#include <glob.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define OUT_BYTES (64 << 20)

const char *const sy_keep_names[SY_KEEPS] = {
	[SY_KEEP_TEXT] = "text",
	[SY_KEEP_REFUSAL] = "refusal",
	[SY_KEEP_REASONING] = "reasoning",
	[SY_KEEP_CALLS] = "calls",
	[SY_KEEP_CITATIONS] = "citations",
	[SY_KEEP_MEDIA] = "media",
	[SY_KEEP_FINISH] = "finish",
	[SY_KEEP_USAGE + SY_IN] = "in",
	[SY_KEEP_USAGE + SY_IN_CACHE_READ] = "in_cache_read",
	[SY_KEEP_USAGE + SY_IN_CACHE_WRITE] = "in_cache_write",
	[SY_KEEP_USAGE + SY_OUT] = "out",
	[SY_KEEP_USAGE + SY_OUT_REASONING] = "out_reasoning",
};

/* What a recording's endpoint speaks. */
static const struct {
	const char *endpoint, *adapter;
} endpoints[] = {
	{ "chat", "openai" },
	{ "messages", "anthropic" },
	{ "generateContent", "gemini" },
	{ "converse", "bedrock" },
	{ "cohere-chat", "cohere" },
	{ "ollama-chat", "ollama" },
};

/* What a client's dialect has no words for. */
static const struct {
	const char *dialect;
	int keep;
	const char *reason;
} reasons[] = {
	{ "anthropic", SY_KEEP_TEXT, "one choice an answer" },
	{ "anthropic", SY_KEEP_REFUSAL,
	    "its words come as text, and stop_reason is refusal" },
	{ "anthropic", SY_KEEP_FINISH, "a refusal is an end of its own" },
	{ "anthropic", SY_KEEP_CITATIONS, "those that come after their text was told" },
	{ "gemini", SY_KEEP_REFUSAL, "its words come as text" },
	{ "gemini", SY_KEEP_USAGE + SY_IN, "writes to a cache count as input" },
	{ "gemini", SY_KEEP_USAGE + SY_IN_CACHE_WRITE,
	    "writes to a cache count as input" },
	{ "openai", SY_KEEP_CITATIONS, "only what has an address can be cited" },
	{ "openai-responses", SY_KEEP_TEXT, "one choice an answer" },
};

const char *sy_replay_reason(const char *surface, enum sy_keep keep)
{
	const char *dialect = sy_surface_find(surface)->dialect;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].dialect, dialect) == 0 &&
		    reasons[i].keep == (int)keep)
			return reasons[i].reason;
	return NULL;
}

/* --- What an answer has, as texts that can be compared. ---------------------------------- */

struct content {
	const char *has[SY_KEEPS]; /* NULL: nothing of it */
};

static const char *add_text(struct sy_arena *a, const char *have, const char *more)
{
	return have == NULL ? more : sy_strf(a, "%s%s", have, more);
}

/* Arguments are the same when they say the same. */
static const char *canonical(struct sy_arena *a, const struct sy_buf *arguments)
{
	struct json_object *tree;
	struct sy_error err;

	if (arguments->len == 0)
		return "{}";
	if (sy_scan_check(arguments->data, arguments->len, NULL, &err) < 0 ||
	    sy_json_parse(a, arguments->data, arguments->len, &tree, &err) < 0)
		return arguments->data;
	return sy_strdup(a, json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN));
}

static void add_block(struct content *c, const struct sy_answer_block *b,
    struct sy_arena *a)
{
	const char *text = b->text.len > 0 ? b->text.data : "";
	const char **has = c->has;

	switch (b->kind) {
	case SY_BLOCK_TEXT:
		if (*text != '\0')
			has[SY_KEEP_TEXT] = add_text(a, has[SY_KEEP_TEXT], text);
		for (struct sy_answer_citation *n = b->citations; n != NULL; n = n->next)
			has[SY_KEEP_CITATIONS] = add_text(a, has[SY_KEEP_CITATIONS], "*");
		break;
	case SY_BLOCK_REFUSAL:
		has[SY_KEEP_REFUSAL] = add_text(a, has[SY_KEEP_REFUSAL], text);
		break;
	case SY_BLOCK_REASONING:
		if (*text != '\0')
			has[SY_KEEP_REASONING] =
			    add_text(a, has[SY_KEEP_REASONING], text);
		break;
	case SY_BLOCK_CALL:
		has[SY_KEEP_CALLS] = add_text(a, has[SY_KEEP_CALLS],
		    sy_strf(a, "%s(%s);", b->name, canonical(a, &b->text)));
		break;
	case SY_BLOCK_MEDIA:
		has[SY_KEEP_MEDIA] = add_text(a, has[SY_KEEP_MEDIA], "*");
		break;
	}
}

static struct content content_of(const struct sy_answer *answer, struct sy_arena *a)
{
	static const char *const finishes[] = { NULL, "stop", "length", "calls", "filter",
		"calls" };
	struct content c = { { NULL } };

	for (int i = 0; i < answer->choice_count; i++) {
		const struct sy_answer_choice *choice = answer->choices[i];

		for (const struct sy_answer_block *b = choice != NULL ? choice->blocks
		                                                      : NULL;
		     b != NULL; b = b->next)
			add_block(&c, b, a);
		if (choice != NULL && finishes[choice->finish] != NULL)
			c.has[SY_KEEP_FINISH] = finishes[choice->finish];
	}
	for (int class = 0; class < SY_TOKEN_CLASSES; class ++)
		if (answer->usage.tokens[class] > 0)
			c.has[SY_KEEP_USAGE + class] =
			    sy_strf(a, "%lld", (long long)answer->usage.tokens[class]);
	return c;
}

/* --- One recording. ---------------------------------------------------------------------- */

struct recording {
	const char *id, *adapter;
	const char *type; /* of its content */
	const char *body;
	size_t len;
	bool stream;
};

static int read_bytes(struct json_object *response, struct sy_arena *a,
    struct recording *out)
{
	struct json_object *body = sy_json_get(response, "body");
	const char *encoding = sy_json_text(response, "body_encoding");
	unsigned char *bytes;

	out->body = json_object_get_string(body);
	out->len = (size_t)json_object_get_string_len(body);
	if (encoding == NULL || strcmp(encoding, "base64") != 0)
		return out->body != NULL ? 0 : -1;
	bytes = sy_alloc(a, out->len + 1);
	if (sodium_base642bin(bytes, out->len, out->body, out->len, NULL, &out->len, NULL,
	        sodium_base64_VARIANT_ORIGINAL) < 0)
		return -1;
	out->body = (const char *)bytes;
	return 0;
}

/* 1; 0 for what is no chat, or failed, or whose dialect is not spoken here. */
static int read_recording(const char *path, struct sy_arena *a, struct recording *out,
    struct sy_error *err)
{
	struct sy_findings findings = { 0 };
	const struct sy_source *s =
	    sy_source_load(path, path, (struct sy_place){ NULL, 0 }, a, &findings);
	struct json_object *tree = NULL, *response;
	const char *endpoint;

	memset(out, 0, sizeof(*out));
	if (s == NULL)
		return sy_fail(err, SY_CONFIG, "", "%s", findings.list[0].text);
	if (sy_scan_check(s->raw, s->len, NULL, err) < 0 ||
	    sy_json_parse(a, s->raw, s->len, &tree, err) < 0)
		return sy_fail(err, SY_CONFIG, "", "%s: it is no JSON", path);
	out->id = sy_json_text(tree, "id");
	endpoint = sy_json_text(tree, "endpoint");
	response = sy_json_get(tree, "response");
	if (out->id == NULL || endpoint == NULL || read_bytes(response, a, out) < 0)
		return sy_fail(err, SY_CONFIG, "",
		    "%s: a recording has id, endpoint and response.body", path);
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
		if (strcmp(endpoints[i].endpoint, endpoint) == 0)
			out->adapter = endpoints[i].adapter;
	out->type = sy_json_text(sy_json_get(response, "headers"), "content-type");
	if (out->adapter == NULL || sy_adapter_find(out->adapter) == NULL ||
	    json_object_get_int(sy_json_get(response, "status")) != 200)
		return 0;
	out->stream = strstr(out->id, "--stream--") != NULL;
	return 1;
}

/* --- Through a pairing. ------------------------------------------------------------------ */

static struct sy_pairing *find_pairing(struct sy_replay *r,
    const struct sy_surface *surface, const char *adapter, bool stream,
    struct sy_arena *a)
{
	struct sy_pairing *p;

	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->list[i].surface, surface->name) == 0 &&
		    strcmp(r->list[i].adapter, adapter) == 0 &&
		    r->list[i].stream == stream)
			return &r->list[i];
	r->list = sy_draft_grow(a, r->list, r->count, &r->room, sizeof(*r->list));
	p = &r->list[r->count++];
	*p = (struct sy_pairing){ .adapter = adapter,
		.surface = surface->name,
		.stream = stream };
	return p;
}

/* What a client of the surface gets, appended to out. */
static int pass_through(const struct recording *rec, const struct sy_surface *surface,
    struct sy_ask *ask, struct sy_arena *a, struct sy_buf *out, struct sy_error *err)
{
	const struct sy_adapter *adapter = sy_adapter_find(rec->adapter);
	struct sy_provider *provider = sy_alloc(a, sizeof(*provider));
	struct sy_model *model = sy_alloc(a, sizeof(*model));
	struct sy_face *face = sy_alloc(a, sizeof(*face));
	struct sy_call *call = sy_alloc(a, sizeof(*call));
	struct sy_http http = { 0 };
	struct sy_translation *t;

	*provider = (struct sy_provider){ .name = rec->adapter,
		.dialect = rec->adapter,
		.base_url = "" };
	sy_quirks_default(&provider->quirks);
	*model = (struct sy_model){ .provider = provider, .name = "m", .upstream = "m" };
	*face = (struct sy_face){ sy_strf(a, "%s1", surface->id_prefix), "m", 1 };
	*call = (struct sy_call){ .ask = ask,
		.model = model,
		.arena = a,
		.stream = rec->stream };
	t = sy_translation_new(surface, adapter, call, face);
	if (sy_translation_request(t, &http, err) < 0)
		return -1;
	sy_translation_head(t, rec->type);
	if (sy_translation_feed(t, rec->stream, rec->body, rec->len, out, err) < 0)
		return -1;
	return sy_translation_finish(t, out, err);
}

static void compare(struct sy_pairing *p, const struct recording *rec,
    const struct content *want, const struct content *got, struct sy_arena *keep)
{
	for (int i = 0; i < SY_KEEPS; i++) {
		if (want->has[i] == NULL)
			continue;
		p->recorded[i]++;
		if (got->has[i] != NULL && strcmp(want->has[i], got->has[i]) == 0)
			p->kept[i]++;
		else if (p->lost[i] == NULL)
			p->lost[i] = sy_strdup(keep, rec->id);
	}
}

static void run(struct sy_replay *r, const struct recording *rec,
    const struct content *want, const struct sy_surface *surface, struct sy_ask *ask,
    struct sy_arena *keep)
{
	struct sy_pairing *p = find_pairing(r, surface, rec->adapter, ask->stream, keep);
	struct sy_arena *a = sy_arena_new();
	struct sy_answer *answer = sy_alloc(a, sizeof(*answer));
	struct content got = { { NULL } };
	struct sy_error err;
	struct sy_buf out;

	sy_buf_init(&out, OUT_BYTES);
	p->answers++;
	sy_fail(&err, SY_UNUSABLE, "", "a client could not read what it got");
	if (pass_through(rec, surface, ask, a, &out, &err) >= 0 &&
	    sy_replay_read(surface->dialect, out.data, out.len, ask->stream, a, answer)) {
		got = content_of(answer, a);
	} else {
		p->failed++;
		if (p->failure == NULL)
			p->failure = sy_strf(keep, "%s: %s", rec->id, err.message);
	}
	compare(p, rec, want, &got, keep);
	sy_buf_release(&out);
	sy_arena_free(a);
}

/* Whole and streamed, where the surface knows both. */
static void run_surface(struct sy_replay *r, const struct recording *rec,
    const struct content *want, const char *name, struct sy_arena *keep)
{
	const struct sy_surface *surface = sy_surface_find(name);
	int seen = 0;

	if (surface->read == NULL || surface->count != NULL ||
	    !sy_replay_can_read(surface->dialect))
		return;
	for (int stream = 0; stream < 2; stream++) {
		const char *request = sy_replay_request(stream != 0);
		struct sy_arena *a = sy_arena_new();
		struct sy_ask *ask = sy_alloc(a, sizeof(*ask));
		struct sy_error err;

		if (surface->ask(request, strlen(request), a, ask, &err) >= 0 &&
		    ask->task == SY_TASK_CHAT && !(seen & 1 << ask->stream) &&
		    (ask->stream ? surface->event != NULL && surface->stream_type == NULL
		                 : surface->write != NULL)) {
			seen |= 1 << ask->stream;
			run(r, rec, want, surface, ask, keep);
		}
		sy_arena_free(a);
	}
}

static int replay_file(struct sy_replay *r, const char *path, struct sy_arena *keep,
    struct sy_error *err)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_answer *answer = sy_alloc(a, sizeof(*answer));
	struct recording rec;
	struct content want;
	struct sy_error why;
	int rc = read_recording(path, a, &rec, err);

	if (rc == 0) {
		r->left_out++;
	} else if (rc > 0 && !sy_replay_record(rec.adapter, rec.body, rec.len, rec.stream,
	                         a, answer, &why)) {
		r->unread++;
	} else if (rc > 0) {
		r->answers++;
		want = content_of(answer, a);
		for (const char *const *name = sy_surface_names(); *name != NULL; name++)
			run_surface(r, &rec, &want, *name, keep);
	}
	sy_arena_free(a);
	return rc;
}

static int compare_pairings(const void *pa, const void *pb)
{
	const struct sy_pairing *a = pa, *b = pb;
	int order = strcmp(a->adapter, b->adapter);

	if (order == 0)
		order = strcmp(a->surface, b->surface);
	return order != 0 ? order : (int)a->stream - (int)b->stream;
}

int sy_replay_folder(const char *folder, struct sy_arena *a, struct sy_replay *out,
    struct sy_error *err)
{
	glob_t found;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	glob(sy_strf(a, "%s/*.json", folder), 0, NULL, &found);
	glob(sy_strf(a, "%s/*/*.json", folder), GLOB_APPEND, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc && rc >= 0; i++)
		rc = replay_file(out, found.gl_pathv[i], a, err);
	if (found.gl_pathc == 0)
		rc =
		    sy_fail(err, SY_NOT_FOUND, "", "there is no recording in %s", folder);
	globfree(&found);
	if (out->count > 1)
		qsort(out->list, out->count, sizeof(*out->list), compare_pairings);
	return rc < 0 ? -1 : 0;
}
