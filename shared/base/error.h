/*
 * error.h - what went wrong, in the words every surface needs.
 *
 * A function that can fail takes a struct sy_error as its last argument.  It returns a
 * negative number after filling that struct through sy_fail(), and zero or more otherwise.
 * After a return of zero or more, *err means nothing.
 *
 * An error owns nothing: its members are values, so it may sit on the stack, be copied by
 * assignment, and outlive the request's arena.
 */
#ifndef SY_BASE_ERROR_H
#define SY_BASE_ERROR_H

#include <stdbool.h>

enum sy_kind {
	/* What the client did. */
	SY_BAD_REQUEST, /* the body is wrong; no provider would take it */
	SY_TOO_LARGE,   /* longer than we take */
	SY_BAD_MEDIA,   /* not JSON, or compressed */
	SY_UNKNOWN_KEY, /* no such API key, or a revoked one */
	SY_FORBIDDEN,   /* the key is good, but this is not for it */
	SY_NOT_FOUND,   /* nothing at this path */
	SY_BAD_METHOD,  /* the path is there, the method is not */
	SY_NO_MODEL,    /* no route and no model answers to this name */
	SY_OVER_LIMIT,  /* our limit: requests or tokens a minute */
	SY_OVER_BUDGET, /* our limit: money */
	SY_CLIENT_GONE, /* nobody is listening; there is nothing to send */
	SY_CLIENT_SLOW, /* the body did not arrive in time */

	/* What a provider did; the classes are those of "retry and failover". */
	SY_UNREACHED,  /* A: no connection; certainly nothing was processed */
	SY_OVERLOADED, /* A: 503 or 529; answered without work */
	SY_BUSY,       /* A: 429, later */
	SY_CONFLICT,   /* A: 409 */
	SY_LOST,       /* B: sent, then the connection ended without an answer */
	SY_BROKEN,     /* B: 500, 502, 504, 408 and the like */
	SY_TOO_SLOW,   /* B: no first byte, or no next byte, in time */
	SY_REFUSED,    /* C: the provider says the request is wrong */
	SY_CONTEXT,    /* C: too long for this model */
	SY_POLICY,     /* C: refused by a content policy */
	SY_TRUNCATED,  /* D: the answer stopped half-way */
	SY_UNUSABLE,   /* F: success by status, but no answer we can read */
	SY_CREDENTIAL, /* G: our secret for the provider is bad, or its money is gone */
	SY_NO_UPSTREAM_MODEL, /* H: the provider does not have the model */

	/* What we did. */
	SY_NO_PROVIDER, /* every target is out of use */
	SY_STORE_BUSY,  /* the store was locked for too long */
	SY_STORE,       /* the store failed */
	SY_CONFIG,      /* the configuration is wrong, or there is none */
	SY_USAGE,       /* a command was called in a wrong way */
	SY_BUG,         /* we broke our own rule */
	SY_KINDS
};

struct sy_error {
	enum sy_kind kind;
	int status;         /* HTTP status to answer with */
	int retry_after_ms; /* 0 when nobody said */
	char type[32];      /* OpenAI error.type */
	char code[48];      /* OpenAI error.code: "model_not_found"; "" is null */
	char param[96];     /* OpenAI error.param: "messages[2].role"; "" is null */
	char message[512];  /* one line, for people, never with a secret in it */
};

/* What a kind means: one row a kind in error.c, read by surfaces and relay. */
struct sy_kind_info {
	const char *name; /* the word in logs, ledger and headers */
	int status;
	const char *openai_type;
	const char *openai_code; /* "" is null */
	const char *anthropic_type;
	char class;        /* 'A' to 'I', or '-' for what is no provider's doing */
	bool try_next;     /* another target may do better */
	bool hurts_health; /* counts against the target that failed */
	bool ambiguous;    /* the provider may have done, and billed, the work */
};

const struct sy_kind_info *sy_kind_info(enum sy_kind kind);

/* The kind of that name, or -1. */
int sy_kind_find(const char *name);

/* Fills *err from the kind's row, the field ("" for none) and the text; always -1. */
int sy_fail(struct sy_error *err, enum sy_kind kind, const char *param, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* The same, then replaces the code. */
int sy_fail_code(struct sy_error *err, enum sy_kind kind, const char *param,
    const char *code, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* A call that left its reason in errno: "cannot DOING PATH: reason", as SY_FORBIDDEN where the
 * reason is a lack of rights, else as `kind`. */
int sy_fail_file(struct sy_error *err, enum sy_kind kind, const char *doing,
    const char *path);

#endif
