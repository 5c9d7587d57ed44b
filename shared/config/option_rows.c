/*
 * option_rows.c - the tables of option.h.
 */
#include "config/option.h"

#include "config/draft.h"
#include "model/quirks.h"

static const struct sy_word enabled_words[] = {
	{ "no", SY_ENABLED_NO },
	{ "yes", SY_ENABLED_YES },
	{ "auto", SY_ENABLED_AUTO },
	{ NULL, 0 },
};

#define DAY_MS     86400000
#define MONEY_MAX  INT64_MAX
#define TOKENS_MAX 100000000

/* struct, member, name, and what the type needs */
#define ROW(s, m, n, t, w, low, high, init, h)                                           \
	{                                                                                \
		n, t, offsetof(s, m), w, low, high, init, h                              \
	}
#define BOOL(s, m, n, init, h) ROW(s, m, n, SY_OPT_BOOL, NULL, 0, 1, init, h)
#define INT(s, m, n, low, high, init, h)                                                 \
	ROW(s, m, n, SY_OPT_INT, NULL, low, high, init, h)
#define MS(s, m, n, low, high, init, h) ROW(s, m, n, SY_OPT_MS, NULL, low, high, init, h)
#define BYTES(s, m, n, low, high, init, h)                                               \
	ROW(s, m, n, SY_OPT_BYTES, NULL, low, high, init, h)
#define TOKENS(s, m, n, h)        ROW(s, m, n, SY_OPT_TOKENS, NULL, 0, TOKENS_MAX, NULL, h)
#define MONEY(s, m, n, h)         ROW(s, m, n, SY_OPT_MONEY, NULL, 0, MONEY_MAX, "unknown", h)
#define TIERS(s, m, n, h)         ROW(s, m, n, SY_OPT_TIERS, NULL, 0, 0, NULL, h)
#define DATE(s, m, n, h)          ROW(s, m, n, SY_OPT_DATE, NULL, 0, INT64_MAX, NULL, h)
#define WORD(s, m, n, w, init, h) ROW(s, m, n, SY_OPT_WORD, w, 0, 0, init, h)
#define WORDS(s, m, n, w, h)      ROW(s, m, n, SY_OPT_WORDS, w, 0, 0, NULL, h)
#define TEXT(s, m, n, h)          ROW(s, m, n, SY_OPT_TEXT, NULL, 0, 0, NULL, h)
#define LIST(s, m, n, h)          ROW(s, m, n, SY_OPT_LIST, NULL, 0, 0, NULL, h)
#define END                                                                              \
	{                                                                                \
		NULL, SY_OPT_BOOL, 0, NULL, 0, 0, NULL, NULL                             \
	}

/* clang-format off */
#define S struct sy_draft_gateway
static const struct sy_conf_option gateway_rows[] = {
	TEXT(S, c.time_zone, "time_zone", "zone in which days begin, such as Europe/Berlin"),
	BYTES(S, c.body_limit_bytes, "body_limit", 1024, 1 << 28, "32M",
	    "largest body of a request"),
	MS(S, c.heartbeat_ms, "heartbeat", 0, 60000, "15s",
	    "a silent stream gets a comment this often; 0 for never"),
	MS(S, c.keep_ms, "keep_responses", 0, 7 * DAY_MS, "24h",
	    "how long clients of the Responses API may go on from an answer; 0 to keep none"),
	MS(S, c.drain_ms, "drain", 0, 600000, "8s",
	    "time that a stopping worker gives its requests"),
	INT(S, c.attempts, "attempts", 1, 10, "3", "calls to providers for one request, at most"),
	INT(S, c.target_attempts, "target_attempts", 1, 10, "2",
	    "calls to one target for one request, at most"),
	BOOL(S, c.allow_direct, "allow_direct", "yes",
	    "clients may ask for provider:model without a route"),
	BOOL(S, standalone, "standalone", "no",
	    "neither packaged rows nor price files are read: this file says all"),
	END
};
#undef S

#define S struct sy_timeouts
static const struct sy_conf_option timeouts_rows[] = {
	MS(S, connect_ms, "connect", 1, 60000, NULL, "look-up, connection and TLS"),
	MS(S, first_ms, "first", 1, DAY_MS, NULL, "until the first content"),
	MS(S, idle_ms, "idle", 1, DAY_MS, NULL, "silence between two pieces of an answer"),
	MS(S, no_progress_ms, "no_progress", 1, DAY_MS, NULL, "signs of life without content"),
	MS(S, stream_ms, "stream", 1, DAY_MS, NULL, "a stream in all"),
	MS(S, whole_ms, "whole", 1, DAY_MS, NULL, "an answer that is not streamed, in all"),
	END
};
#undef S

#define S struct sy_draft_provider
static const struct sy_conf_option provider_rows[] = {
	WORD(S, enabled, "enabled", enabled_words, "auto",
	    "auto: if its secret is there, or the configuration speaks of it"),
	TEXT(S, p.label, "label", "name for people"),
	TEXT(S, p.dialect, "dialect", "wire shape: openai, anthropic, bedrock or gemini"),
	TEXT(S, p.base_url, "base", "address that paths are appended to"),
	TEXT(S, p.query, "query", "appended to each address, such as api-version=2024-10-21"),
	TEXT(S, p.region, "region", "of AWS, such as eu-central-1; stands for {region} in the base"),
	WORD(S, p.auth, "auth", sy_auth_words, "bearer",
	    "header that carries the secret; or sigv4, signed with it"),
	TEXT(S, p.secret, "secret", "name of the secret, never the secret itself"),
	TEXT(S, p.secret_env, "env", "environment variable with the secret, where no file has it"),
	TEXT(S, p.proxy, "proxy", "address of an HTTP proxy on the way to it"),
	TEXT(S, p.ca_file, "ca_file", "file of the authorities that its certificate is checked against"),
	BOOL(S, p.plain_http, "plain_http", "no",
	    "http without TLS to another machine is meant"),
	WORD(S, p.abort_stops, "abort_stops_billing", sy_abort_words, "unknown",
	    "whether hanging up ends generation and cost"),
	INT(S, p.max_in_flight, "max_in_flight", 0, 1000000, NULL,
	    "requests at the same time; 0 for no limit"),
	BOOL(S, p.http2, "http2", "no", "HTTP/2 where libcurl can do it well"),
	BOOL(S, p.simulated, "simulated", "no", "what it answers is marked as not real"),
	BOOL(S, p.unpriced_ok, "unpriced_ok", "no", "models without a price may be used"),
	END
};
#undef S

#define S struct sy_draft_model
static const struct sy_conf_option model_rows[] = {
	TEXT(S, provider, "provider", "whose model it is"),
	TEXT(S, m.upstream, "upstream", "the provider's own name for it"),
	TOKENS(S, m.context_tokens, "context", "tokens of prompt and answer together"),
	TOKENS(S, m.max_output_tokens, "max_output", "tokens of an answer"),
	MONEY(S, m.price.per_class[SY_IN], "in", "price of a million input tokens, in dollars"),
	MONEY(S, m.price.per_class[SY_IN_CACHE_READ], "cache_read", "of those read from a cache"),
	MONEY(S, m.price.per_class[SY_IN_CACHE_WRITE], "cache_write", "of those written to one"),
	MONEY(S, m.price.per_class[SY_OUT], "out", "price of a million output tokens"),
	MONEY(S, m.price.per_class[SY_OUT_REASONING], "reasoning", "of those spent on thinking"),
	TIERS(S, m.price.tiers, "tiers", "prices of requests with longer input"),
	WORDS(S, m.caps, "caps", sy_cap_words, "what it can do; empty: not known"),
	DATE(S, m.price_from, "valid_from", "day from which the price holds"),
	DATE(S, m.deprecated, "deprecated", "day from which its maker advises against it"),
	END
};
#undef S

#define S struct sy_draft_route
static const struct sy_conf_option route_rows[] = {
	WORD(S, r.strategy, "strategy", sy_strategy_words, "order", "how a target is chosen"),
	LIST(S, names, "targets", "targets in order, where none needs a block of its own"),
	LIST(S, fallback, "fallback", "tried in order after all targets"),
	LIST(S, context_fallback, "context_fallback", "tried when a prompt is too long"),
	INT(S, r.attempts, "attempts", 0, 10, NULL, "as in gateway; 0: what that says"),
	INT(S, r.target_attempts, "target_attempts", 0, 10, NULL, "the same"),
	BOOL(S, r.complete, "complete", "no", "hold an answer back until it is whole"),
	BOOL(S, r.strict, "strict", "no", "pass over targets that would leave a field out"),
	TEXT(S, r.feature, "feature", "label of its spend, when a client gives none"),
	END
};
#undef S

#define S struct sy_draft_target
static const struct sy_conf_option target_rows[] = {
	{ "weight", SY_OPT_SHARE, offsetof(S, weight), NULL, 1, 1000000, "1",
	    "its share, with strategy weighted" },
	END
};
#undef S

#define S struct sy_draft_alias
static const struct sy_conf_option alias_rows[] = {
	TEXT(S, alias.to, "to", "a route, or provider:model"),
	END
};
#undef S

/* clang-format on */

#define QUIRKS_MAX 48

/* The dialects own the quirks: their rows are made options of when first asked for. */
static const struct sy_conf_option *quirk_options(void)
{
	static const enum sy_conf_option_type types[] = {
		[SY_QUIRK_BOOL] = SY_OPT_BOOL,
		[SY_QUIRK_INT] = SY_OPT_INT,
		[SY_QUIRK_WORD] = SY_OPT_WORD,
		[SY_QUIRK_TEXT] = SY_OPT_TEXT,
	};
	static struct sy_conf_option options[QUIRKS_MAX + 1];
	const struct sy_quirk_row *q = sy_quirk_rows;

	if (options[0].name != NULL)
		return options;
	for (size_t i = 0; i < QUIRKS_MAX && q->name != NULL; i++, q++)
		options[i] = (struct sy_conf_option){ .name = q->name,
			.type = types[q->type],
			.offset = q->offset,
			.words = q->words,
			.max = 100000,
			.help = q->help };
	return options;
}

static void init_quirks(void *at)
{
	sy_quirks_default(at);
}

static const struct sy_block *const provider_inner[] = { &sy_block_timeouts,
	&sy_block_quirks, NULL };
static const struct sy_block *const route_inner[] = { &sy_block_timeouts,
	&sy_block_target, NULL };

const struct sy_block sy_block_gateway = { "gateway", false, gateway_rows, NULL, NULL,
	sizeof(struct sy_draft_gateway), "what holds for the whole gateway" };
const struct sy_block sy_block_timeouts = { "timeouts", false, timeouts_rows, NULL, NULL,
	sizeof(struct sy_timeouts), "how long things may take" };
const struct sy_block sy_block_provider = { "provider", true, provider_rows, NULL,
	provider_inner, sizeof(struct sy_draft_provider),
	"an account at a provider; changes the packaged row of that name, or adds one" };
const struct sy_block sy_block_quirks = { "quirks", false, NULL, init_quirks, NULL,
	sizeof(struct sy_quirks), "how a provider's wire shape differs" };
const struct sy_block sy_block_model = { "model", true, model_rows, NULL, NULL,
	sizeof(struct sy_draft_model),
	"a model that no price file has, or another price" };
const struct sy_block sy_block_route = { "route", true, route_rows, NULL, route_inner,
	sizeof(struct sy_draft_route), "a name that clients may ask for" };
const struct sy_block sy_block_target = { "target", true, target_rows, NULL, NULL,
	sizeof(struct sy_draft_target), "a target of a route, with its share" };
const struct sy_block sy_block_alias = { "alias", true, alias_rows, NULL, NULL,
	sizeof(struct sy_draft_alias), "another name for a route or a target" };

const struct sy_block *const sy_blocks[] = { &sy_block_gateway, &sy_block_timeouts,
	&sy_block_provider, &sy_block_model, &sy_block_route, &sy_block_alias, NULL };

const struct sy_conf_option *sy_block_options(const struct sy_block *b)
{
	return b == &sy_block_quirks ? quirk_options() : b->options;
}
