/*
 * endpoint.c - see endpoint.h.
 */
#include "endpoint.h"

#include "path.h"
#include "visit.h"

#include "base/arena.h"
#include "base/text.h"
#include "dialect/surface.h"

#include <string.h>

/* --- Handlers. --------------------------------------------------------------------------- */

static void serve_asked(struct sy_visit *v)
{
	struct sy_inbound in = sy_visit_inbound(v);

	in.path_model = v->subject;
	v->request = sy_relay_start(v->edge->relay, &in, &v->client);
}

/* Google's address for a stream is the same whichever way it is to be framed. */
static void serve_google_stream(struct sy_visit *v)
{
	struct sy_inbound in = sy_visit_inbound(v);
	const char *alt = sy_meta_query(&v->meta, "alt", v->arena);

	in.path_model = v->subject;
	if (alt == NULL || strcmp(alt, "sse") != 0)
		in.surface = &sy_surface_gemini_array;
	v->request = sy_relay_start(v->edge->relay, &in, &v->client);
}

/* Google and OpenAI have one address for it; who sends the key as Google does is answered in its
 * shape. */
static void serve_models(struct sy_visit *v)
{
	struct sy_inbound in = sy_visit_inbound(v);

	if (v->meta.value[SY_META_GOOG_API_KEY] != NULL)
		in.surface = &sy_surface_gemini;
	v->request = sy_relay_models(v->edge->relay, &in, v->subject, &v->client);
}

static void serve_view(struct sy_visit *v, enum sy_kept_view view)
{
	struct sy_inbound in = sy_visit_inbound(v);

	v->request = sy_relay_kept(v->edge->relay, &in, v->subject, view, &v->client);
}

static void serve_kept(struct sy_visit *v)
{
	serve_view(v, SY_KEPT_ANSWER);
}

static void serve_input(struct sy_visit *v)
{
	serve_view(v, SY_KEPT_INPUT);
}

static void serve_forget(struct sy_visit *v)
{
	serve_view(v, SY_KEPT_DELETED);
}

/* Touches nothing: says that a worker runs and its loop turns. */
static void serve_healthz(struct sy_visit *v)
{
	static const struct sy_header type = { "content-type",
		"text/plain; charset=utf-8" };

	sy_visit_answer(v, 200, &type, 1, "ok\n", 3);
}

/* Why it is not ready is in the log: strangers may ask here. */
static void serve_readyz(struct sy_visit *v)
{
	static const struct sy_header type = { "content-type", "application/json" };
	static const char yes[] = "{\"ready\":true}\n", no[] = "{\"ready\":false}\n";
	struct sy_error err;

	if (!v->edge->draining && sy_relay_ready(v->edge->relay, &err) >= 0)
		sy_visit_answer(v, 200, &type, 1, yes, sizeof(yes) - 1);
	else
		sy_visit_answer(v, 503, &type, 1, no, sizeof(no) - 1);
}

/* --- The table. -------------------------------------------------------------------------- */

/* All five, or it does not compile: nothing is served without saying to whom. */
#define ROW(method, path, role, serve, surface)                                          \
	{                                                                                \
		method, path, role, serve, surface                                       \
	}

/* What Google's clients ask of a model; `model` is its path. */
#define GOOGLE(model)                                                                    \
	ROW("POST", model ":generateContent", SY_FOR_KEYS_IN_QUERY, serve_asked,         \
	    &sy_surface_gemini),                                                         \
	    ROW("POST", model ":streamGenerateContent", SY_FOR_KEYS_IN_QUERY,            \
	        serve_google_stream, &sy_surface_gemini_stream),                         \
	    ROW("POST", model ":countTokens", SY_FOR_KEYS_IN_QUERY, serve_asked,         \
	        &sy_surface_gemini_count)

/* clang-format off */
static const struct sy_endpoint endpoints[] = {
	ROW("POST", "/v1/chat/completions",                   SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_chat),
	ROW("POST", "/v1/deployments/{}/chat/completions",    SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_chat),
	ROW("POST", "/v1/responses",                          SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_responses),
	ROW("GET",  "/v1/responses/{}/input_items",           SY_FOR_KEYS,   serve_input,   &sy_surface_openai_responses),
	ROW("GET",  "/v1/responses/{}",                       SY_FOR_KEYS,   serve_kept,    &sy_surface_openai_responses),
	ROW("DELETE", "/v1/responses/{}",                     SY_FOR_KEYS,   serve_forget,  &sy_surface_openai_responses),
	ROW("POST", "/v1/completions",                        SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_completions),
	ROW("POST", "/v1/deployments/{}/completions",         SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_completions),
	ROW("POST", "/v1/embeddings",                         SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_embed),
	ROW("POST", "/v1/deployments/{}/embeddings",          SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_embed),
	ROW("POST", "/v1/messages",                           SY_FOR_KEYS,   serve_asked,   &sy_surface_messages),
	ROW("POST", "/v1/messages/count_tokens",              SY_FOR_KEYS,   serve_asked,   &sy_surface_messages_count),
	ROW("POST", "/v1/moderations",                        SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_moderation),
	ROW("POST", "/v1/images/generations",                 SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_image),
	ROW("POST", "/v1/deployments/{}/images/generations",  SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_image),
	ROW("POST", "/v1/images/edits",                       SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_image_edit),
	ROW("POST", "/v1/deployments/{}/images/edits",        SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_image_edit),
	ROW("POST", "/v1/images/variations",                  SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_image_variation),
	ROW("POST", "/v1/rerank",                             SY_FOR_KEYS,   serve_asked,   &sy_surface_rerank),
	ROW("POST", "/v2/rerank",                             SY_FOR_KEYS,   serve_asked,   &sy_surface_rerank),
	ROW("POST", "/v1/audio/speech",                       SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_speech),
	ROW("POST", "/v1/deployments/{}/audio/speech",        SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_speech),
	ROW("POST", "/v1/audio/transcriptions",               SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_transcription),
	ROW("POST", "/v1/deployments/{}/audio/transcriptions", SY_FOR_KEYS,  serve_asked,   &sy_surface_openai_transcription),
	ROW("POST", "/v1/audio/translations",                 SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_translation),
	ROW("POST", "/v1/deployments/{}/audio/translations",  SY_FOR_KEYS,   serve_asked,   &sy_surface_openai_translation),
	GOOGLE("/v1beta/models/{}"),
	GOOGLE("/v1/models/{}"),
	GOOGLE("/v1beta1/publishers/google/models/{}"),
	ROW("GET",  "/v1beta/models",                         SY_FOR_KEYS_IN_QUERY, serve_models, &sy_surface_gemini),
	ROW("GET",  "/v1beta/models/{}",                      SY_FOR_KEYS_IN_QUERY, serve_models, &sy_surface_gemini),
	ROW("GET",  "/v1/models",                             SY_FOR_KEYS,   serve_models,  NULL),
	ROW("GET",  "/v1/models/{}",                          SY_FOR_KEYS,   serve_models,  NULL),
	ROW("GET",  "/healthz",                               SY_FOR_ANYONE, serve_healthz, NULL),
	ROW("GET",  "/readyz",                                SY_FOR_ANYONE, serve_readyz,  NULL),
};
/* clang-format on */

#define COUNT (sizeof(endpoints) / sizeof(endpoints[0]))

/* --- Finding. ---------------------------------------------------------------------------- */

struct span {
	const char *at;
	size_t len;
};

/* A model's name may have slashes in it, and colons, so that an ending is looked for from the
 * end. */
static size_t subject_length(const char *at, const char *ending)
{
	size_t len = strlen(at), rest = strlen(ending);

	if (ending[0] == '/')
		return strcspn(at, "/");
	return len > rest ? len - rest : 0;
}

static bool match(const char *pattern, const char *path, struct span *subject)
{
	const char *gap = strstr(pattern, "{}");
	size_t before = gap != NULL ? (size_t)(gap - pattern) : 0;

	subject->at = NULL;
	if (gap == NULL)
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, before) != 0)
		return false;
	subject->at = path + before;
	subject->len = subject_length(subject->at, gap + 2);
	return subject->len > 0 && strcmp(subject->at + subject->len, gap + 2) == 0;
}

/* People configure the address with and without "/v1", twice, and as Azure has it. */
static const char *skip_aliases(const char *path)
{
	if (sy_starts(path, "/openai/"))
		path += strlen("/openai");
	if (sy_starts(path, "/anthropic/"))
		path += strlen("/anthropic");
	while (sy_starts(path, "/v1/v1"))
		path += strlen("/v1");
	return path;
}

static bool match_aliased(const char *pattern, const char *path, struct span *subject)
{
	if (match(pattern, path, subject))
		return true;
	return sy_starts(pattern, "/v1/") &&
	       match(pattern + strlen("/v1"), path, subject);
}

static bool serves(const struct sy_endpoint *e, const char *method)
{
	return strcmp(e->method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(e->method, "GET") == 0);
}

static void add_allowed(struct sy_endpoint_found *out, const struct sy_endpoint *e,
    struct sy_arena *a)
{
	const char *these = strcmp(e->method, "GET") == 0 ? "GET, HEAD" : e->method;

	out->allow = out->allow == NULL ? these : sy_strf(a, "%s, %s", out->allow, these);
}

static int not_found(const char *method, const char *path,
    const struct sy_endpoint_found *f, struct sy_error *err)
{
	if (f->allow != NULL)
		return sy_fail(err, SY_BAD_METHOD, "", "%.20s is not served here; use %s",
		    method, f->allow);
	return sy_fail(err, SY_NOT_FOUND, "",
	    "nothing is served at %.200s; the base address ends in /v1", path);
}

static int take_subject(struct span s, struct sy_arena *a, struct sy_endpoint_found *out,
    struct sy_error *err)
{
	if (s.at == NULL)
		return 0;
	out->subject = sy_path_decode(sy_strndup(a, s.at, s.len), a);
	if (out->subject == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "",
		    "the path has a forbidden character");
	return 0;
}

int sy_endpoint_find(const char *method, const char *path, struct sy_arena *a,
    struct sy_endpoint_found *out, struct sy_error *err)
{
	const char *plain = skip_aliases(path);
	struct span subject;

	*out = (struct sy_endpoint_found){ .head_only = strcmp(method, "HEAD") == 0 };
	for (size_t i = 0; i < COUNT; i++) {
		if (!match_aliased(endpoints[i].path, plain, &subject))
			continue;
		if (serves(&endpoints[i], method)) {
			out->endpoint = &endpoints[i];
			return take_subject(subject, a, out, err);
		}
		if (out->endpoint == NULL)
			out->endpoint = &endpoints[i];
		add_allowed(out, &endpoints[i], a);
	}
	return not_found(method, path, out, err);
}
