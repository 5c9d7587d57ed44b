/*
 * config.h - the compiled configuration: one generation, read-only, as all layers see it.
 *
 * Made by the configuration reader from text and CSV, kept in the book as one blob, loaded
 * once a process and generation.  Everything here lives as long as its struct sy_config;
 * a request holds a reference (sy_config_ref) to the generation that it began with.
 */
#ifndef SY_MODEL_CONFIG_H
#define SY_MODEL_CONFIG_H

#include "model/quirks.h"
#include "model/usage.h"
#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a provider is told who we are. */
enum sy_auth {
	SY_AUTH_BEARER,    /* Authorization: Bearer */
	SY_AUTH_API_KEY,   /* api-key (Azure) */
	SY_AUTH_X_API_KEY, /* x-api-key (Anthropic) */
	SY_AUTH_GOOG,      /* x-goog-api-key */
	SY_AUTH_SIGV4,     /* AWS: each request is signed (net/sigv4.h) */
	SY_AUTH_NONE,
};

/* Closing the connection stops generation and billing. */
enum sy_abort_stops { SY_ABORT_UNKNOWN, SY_ABORT_YES, SY_ABORT_NO };

/* Milliseconds; 0 in a provider or route: as the next outer level says. */
struct sy_timeouts {
	int connect_ms;     /* DNS, TCP and TLS */
	int first_ms;       /* to the first content of a stream */
	int idle_ms;        /* silence between bytes */
	int no_progress_ms; /* bytes, but no content */
	int stream_ms;      /* a stream in all */
	int whole_ms;       /* an answer that is not streamed, in all */
};

struct sy_provider {
	const char *name;
	const char *label;   /* for people */
	const char *dialect; /* the adapter's name: "openai", "anthropic" */
	const char *base_url; /* without a slash at its end */
	const char *query;   /* "api-version=..." or NULL */
	const char *region;  /* "eu-central-1" or NULL: in base_url for {region}, and signed */
	enum sy_auth auth;
	const char *secret;     /* the secret's name, never the secret; NULL: none needed */
	const char *secret_env; /* environment variable looked at when there is no file */
	const char *proxy;      /* NULL: none, whatever the environment says */
	const char *ca_file;    /* NULL: the system's certificate authorities */
	const char *origin;     /* "providers.conf:12", for messages */
	struct sy_timeouts timeouts;
	enum sy_abort_stops abort_stops;
	int max_in_flight; /* 0: no limit */
	bool http2;
	bool plain_http; /* http to a machine that is not this one is meant */
	bool simulated;
	bool unpriced_ok; /* models without a price may be used */
	bool enabled;
	struct sy_quirks quirks;
};

/*
 * What a model is for, and what it can do besides.  A request names what it needs (sy_ask.caps):
 * one of the first group, by its surface, and what it found in the body of the second.  A plan
 * passes over models that lack one of them, unless nothing at all is known of the model.
 */
enum sy_cap {
	SY_CAP_CHAT = 1 << 7,
	SY_CAP_COMPLETE = 1 << 13,   /* completions of a text, the old way */
	SY_CAP_EMBED = 1 << 6,
	SY_CAP_RERANK = 1 << 8,
	SY_CAP_MODERATE = 1 << 12,
	SY_CAP_IMAGE = 1 << 9,       /* makes or edits images */
	SY_CAP_SPEECH = 1 << 10,     /* text to audio */
	SY_CAP_TRANSCRIBE = 1 << 11, /* audio to text */

	SY_CAP_TOOLS = 1 << 0,
	SY_CAP_VISION = 1 << 1,
	SY_CAP_SCHEMA = 1 << 2,
	SY_CAP_REASONING = 1 << 3,
	SY_CAP_AUDIO = 1 << 4,
	SY_CAP_FILES = 1 << 5,
};

/* One model at one provider, with the price that holds now. */
struct sy_model {
	const struct sy_provider *provider;
	const char *name;     /* in our catalogue: the part of "provider:name" */
	const char *upstream; /* the provider's own name for it */
	uint32_t caps;        /* enum sy_cap bits; 0: not known, nothing is excluded */
	int64_t context_tokens;    /* 0 not known */
	int64_t max_output_tokens; /* 0 not known */
	struct sy_price price;
	int64_t price_from; /* Unix seconds the price is valid from; 0 always */
	int64_t deprecated; /* Unix seconds from which its maker advises against it; 0 never */
};

enum sy_strategy { SY_ORDER, SY_WEIGHTED };

struct sy_target {
	const struct sy_model *model;
	int weight;
};

/* A name that clients may ask for. */
struct sy_route {
	const char *name;
	enum sy_strategy strategy;
	struct sy_target *targets;
	size_t target_count;
	struct sy_target *fallbacks; /* tried in order after all targets */
	size_t fallback_count;
	struct sy_target *context_fallbacks; /* when a prompt is too long */
	size_t context_fallback_count;
	int attempts;        /* upstream calls in all, at most */
	int target_attempts; /* on one target, at most */
	bool complete; /* hold the answer back until it is whole */
	bool strict;   /* a target that would leave a field of the request out is passed over */
	struct sy_timeouts timeouts;
	const char *feature; /* label of its spend, when the client gives none; or NULL */
	const char *origin;
};

struct sy_alias {
	const char *name;
	const char *to; /* a route, or "provider:model" */
};

struct sy_config {
	uint32_t generation;
	int64_t applied_ms; /* Unix */
	const char *time_zone; /* IANA name of the reporting zone */
	int64_t body_limit_bytes;
	int heartbeat_ms; /* 0: none */
	int keep_ms;      /* answers that clients may go on from; 0: none */
	int drain_ms;     /* how long a stopping worker lets requests finish */
	struct sy_timeouts timeouts; /* all set */
	int attempts, target_attempts;
	bool allow_direct; /* clients may ask for "provider:model" without a route */

	struct sy_provider *providers; /* sorted by name */
	size_t provider_count;
	struct sy_model *models; /* sorted by provider's name, then name */
	size_t model_count;
	struct sy_route *routes; /* in the order of the text */
	size_t route_count;
	struct sy_alias *aliases;
	size_t alias_count;

	struct sy_arena *arena; /* owns all of it */
	unsigned refs;
};

const struct sy_provider *sy_config_provider(const struct sy_config *c, const char *name);
const struct sy_model *sy_config_model(const struct sy_config *c, const char *provider,
    const char *name);
const struct sy_route *sy_config_route(const struct sy_config *c, const char *name);

/* Whether each class of tokens that such a model can use has a price: for those that answer
 * with no text (embeddings, scores) input alone is enough. */
bool sy_model_priced(const struct sy_model *m);

/*
 * What a client means by a model's name: a route, or else one target.  In this order:
 * alias (once), route, "provider:model", "provider/model", a model's bare name where the
 * first enabled provider that has it, by name, wins.
 * False when nothing answers to it.
 */
struct sy_meaning {
	const struct sy_route *route; /* or NULL: */
	struct sy_target target;
};
bool sy_config_meaning(const struct sy_config *c, const char *asked, struct sy_meaning *out);

struct sy_config *sy_config_ref(struct sy_config *c);
void sy_config_unref(struct sy_config *c); /* NULL does nothing; the last one frees */

/* The first level that sets a member wins. */
struct sy_timeouts sy_timeouts_of(const struct sy_config *c, const struct sy_route *route,
    const struct sy_provider *provider);

extern const struct sy_word sy_auth_words[], sy_abort_words[], sy_strategy_words[],
    sy_cap_words[];

#endif
