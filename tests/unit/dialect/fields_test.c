/*
 * fields_test.c - no field of a request is lost without a word.
 *
 * Each field of a chat request, to every adapter, with the quirks of every packaged provider
 * of its dialect: it changes what the provider is sent, or it is named as left out, or the
 * request is refused by its name.  New adapters and new rows take part by themselves.
 */
#include "dialect/adapter.h"

#include "../suites.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/text.h"
#include "config/config_file.h"
#include "config/draft.h"
#include "config/root.h"
#include "dialect/translate.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is before the field, where it needs company; NULL for a plain request. */
#define TOOLS                                                                            \
	"\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","                  \
	"\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]"
#define TURNS(more)                                                                      \
	"\"messages\":[{\"role\":\"user\",\"content\":\"hi\"" more "}]"
#define SCHEMA "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}"

static const struct {
	const char *name;    /* as it may be named: itself, or a part of the list */
	const char *without; /* members of the request it is compared with, or NULL */
	const char *with;    /* the same with the field */
} fields[] = {
	{ "max_completion_tokens", NULL, "\"max_completion_tokens\":77" },
	{ "max_tokens", NULL, "\"max_tokens\":77" },
	{ "temperature", NULL, "\"temperature\":0.37" },
	{ "top_p", NULL, "\"top_p\":0.37" },
	{ "top_k", NULL, "\"top_k\":7" },
	{ "n", NULL, "\"n\":3" },
	{ "stop", NULL, "\"stop\":[\"END\"]" },
	{ "frequency_penalty", NULL, "\"frequency_penalty\":0.37" },
	{ "presence_penalty", NULL, "\"presence_penalty\":0.37" },
	{ "logit_bias", NULL, "\"logit_bias\":{\"42\":5}" },
	{ "logprobs", NULL, "\"logprobs\":true" },
	{ "top_logprobs", "\"logprobs\":true", "\"logprobs\":true,\"top_logprobs\":3" },
	{ "seed", NULL, "\"seed\":42" },
	{ "stream", NULL, "\"stream\":true" },
	{ "response_format", NULL, "\"response_format\":{\"type\":\"json_object\"}" },
	{ "response_format", NULL,
	    "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
	    "{\"name\":\"s\",\"schema\":" SCHEMA "}}" },
	{ "tools", NULL, TOOLS },
	{ "tool_choice", TOOLS, TOOLS ",\"tool_choice\":\"required\"" },
	{ "tool_choice", TOOLS, TOOLS ",\"tool_choice\":\"none\"" },
	{ "tool_choice", TOOLS,
	    TOOLS ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}" },
	{ "parallel_tool_calls", TOOLS, TOOLS ",\"parallel_tool_calls\":false" },
	{ "functions", NULL, "\"functions\":[{\"name\":\"f\"}]" },
	{ "tool_choice", "\"functions\":[{\"name\":\"f\"}]",
	    "\"functions\":[{\"name\":\"f\"}],\"function_call\":{\"name\":\"f\"}" },
	{ "strict", TOOLS,
	    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true,"
	    "\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]" },
	{ "reasoning_effort", NULL, "\"reasoning_effort\":\"high\"" },
	{ "reasoning", NULL, "\"reasoning\":{\"effort\":\"high\"}" },
	{ "verbosity", NULL, "\"verbosity\":\"low\"" },
	{ "modalities", NULL, "\"modalities\":[\"text\",\"audio\"]" },
	{ "audio", NULL, "\"audio\":{\"voice\":\"alloy\",\"format\":\"wav\"}" },
	{ "prediction", NULL, "\"prediction\":{\"type\":\"content\",\"content\":\"x\"}" },
	{ "web_search_options", NULL, "\"web_search_options\":{\"search_context_size\":\"low\"}" },
	{ "service_tier", NULL, "\"service_tier\":\"flex\"" },
	{ "store", NULL, "\"store\":true" },
	{ "metadata", NULL, "\"metadata\":{\"a\":\"b\"}" },
	{ "user", NULL, "\"user\":\"u-1\"" },
	{ "safety_identifier", NULL, "\"safety_identifier\":\"s-1\"" },
	{ "prompt_cache_key", NULL, "\"prompt_cache_key\":\"k-1\"" },
	{ "prompt_cache_retention", NULL, "\"prompt_cache_retention\":\"24h\"" },
	{ "prompt_cache_options", NULL, "\"prompt_cache_options\":{\"mode\":\"explicit\"}" },
	{ "moderation", NULL, "\"moderation\":{\"model\":\"m\"}" },
	{ "never_heard_of", NULL, "\"never_heard_of\":{\"a\":1}" },
	{ "models", NULL, "\"models\":[\"a\",\"b\"]" },
	{ "name", TURNS(""), TURNS(",\"name\":\"ann\"") },
	{ "image_url", TURNS(""),
	    "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"},"
	    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,QUJD\"}}]}]" },
	{ "input_audio", TURNS(""),
	    "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"},"
	    "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"QUJD\",\"format\":\"wav\"}}]}]" },
	{ "file", TURNS(""),
	    "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"},"
	    "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\","
	    "\"file_data\":\"data:application/pdf;base64,QUJD\"}}]}]" },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Generations that differ in what they take; to others they are names as any. */
static const char *const upstreams[] = { "m-1", "claude-3-haiku-20240307",
	"claude-3-7-sonnet-20250219", "claude-sonnet-4-5", "claude-opus-4-8",
	"gemini-2.5-flash", "gemini-3.1-pro-preview", "anthropic.claude-sonnet-4-5-v1:0" };

struct sent {
	int rc;
	const char *body, *dropped;
	struct sy_error err;
};

static void build(const struct sy_adapter *adapter, const struct sy_model *model,
    const char *members, struct sy_arena *a, struct sent *out)
{
	const struct sy_surface *surface = &sy_surface_openai_chat;
	bool turns = members != NULL && strstr(members, "\"messages\"") != NULL;
	struct sy_ask *ask = sy_alloc(a, sizeof(*ask));
	struct sy_call *call = sy_alloc(a, sizeof(*call));
	struct sy_face *face = sy_alloc(a, sizeof(*face));
	struct sy_http http = { 0 };
	struct sy_buf body;
	char *text = sy_strf(a, "{\"model\":\"m\"%s%s%s%s}", turns ? "" : ",",
	    turns ? "" : TURNS(""), members != NULL ? "," : "", members != NULL ? members : "");

	memset(out, 0, sizeof(*out));
	out->rc = surface->ask(text, strlen(text), a, ask, &out->err);
	if (out->rc < 0)
		return;
	*face = (struct sy_face){ "chatcmpl-1", model->upstream, 1 };
	*call = (struct sy_call){ .ask = ask, .model = model, .arena = a,
		.stream = ask->stream };
	out->rc = sy_translation_request(sy_translation_new(surface, adapter, call, face),
	    &http, &out->err);
	sy_buf_init(&body, 1 << 20);
	sy_buf_printf(&body, "%s ", http.url != NULL ? http.url : "");
	for (size_t i = 0; i < http.piece_count; i++)
		sy_buf_add(&body, http.body[i].iov_base, http.body[i].iov_len);
	out->body = sy_strndup(a, body.data, body.len);
	out->dropped = call->dropped != NULL ? call->dropped : "";
	sy_buf_release(&body);
}

static bool is_kept(const struct sy_adapter *adapter, const struct sy_model *model, size_t at,
    struct sy_arena *a)
{
	struct sent without, with;

	build(adapter, model, fields[at].without, a, &without);
	build(adapter, model, fields[at].with, a, &with);
	if (with.rc < 0)
		return strstr(with.err.param, fields[at].name) != NULL ||
		    strstr(fields[at].with, with.err.param) != NULL ||
		    strstr(with.err.param, "messages") != NULL ||
		    (without.rc < 0 && strcmp(with.err.param, without.err.param) == 0);
	return strstr(with.dropped, fields[at].name) != NULL ||
	    (without.rc == 0 && strcmp(with.body, without.body) != 0);
}

static size_t check(const struct sy_adapter *adapter, struct sy_provider *provider)
{
	size_t lost = 0;

	for (size_t u = 0; u < sizeof(upstreams) / sizeof(upstreams[0]); u++) {
		struct sy_model model = { .provider = provider, .name = "m",
			.upstream = upstreams[u] };

		for (size_t i = 0; i < FIELDS; i++) {
			struct sy_arena *a = sy_arena_new();

			if (!is_kept(adapter, &model, i, a)) {
				lost++;
				fprintf(stderr, "%s (%s) loses %s in silence: %s\n",
				    provider->name, upstreams[u], fields[i].name, fields[i].with);
			}
			sy_arena_free(a);
		}
	}
	return lost;
}

static void test_nothing_is_lost(void)
{
	const char *top = getenv("srcdir");
	struct sy_arena *a = sy_arena_new();
	struct sy_findings findings = { 0 };
	struct sy_draft d = { .arena = a, .findings = &findings };
	struct sy_root root = { .etc_dir = "/nonexistent",
		.conf_file = "/nonexistent/switchyard.conf" };
	size_t checked = 0;

	root.data_dir = sy_strf(a, "%s/etc", top != NULL ? top : "..");
	sy_draft_read(&d, &root);
	CU_ASSERT(d.provider_count > 50);
	for (size_t i = 0; sy_adapter_names[i] != NULL; i++) {
		const struct sy_adapter *adapter = sy_adapter_find(sy_adapter_names[i]);
		struct sy_provider plain = { .name = adapter->name,
			.dialect = adapter->name, .base_url = "https://p.example/v1" };

		sy_quirks_default(&plain.quirks);
		CU_ASSERT_EQUAL(check(adapter, &plain), 0);
		for (size_t p = 0; p < d.provider_count; p++)
			if (strcmp(d.providers[p].p.dialect, adapter->name) == 0) {
				CU_ASSERT_EQUAL(check(adapter, &d.providers[p].p), 0);
				checked++;
			}
	}
	CU_ASSERT_EQUAL(checked, d.provider_count);
	sy_arena_free(a);
}

CU_TestInfo fields_tests[] = {
	{ "nothing is lost in silence", test_nothing_is_lost },
	CU_TEST_INFO_NULL,
};
