/*
 * event.h - an answer is its events.
 *
 * Every adapter has one way out, whether the provider streamed or not: it emits these.  A
 * stream for the client is each event written as it comes; a whole answer is the fold of all
 * of them (answer.h).  Strings are borrowed, and valid during the call only.
 *
 * Order within one choice: START, then content events, then FINISH.  USAGE comes any number
 * of times, the last counts.  END once, last, when the dialect's own end was seen.
 */
#ifndef SY_MODEL_EVENT_H
#define SY_MODEL_EVENT_H

#include "base/error.h"
#include "model/usage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sy_finish {
	SY_FINISH_NONE,
	SY_FINISH_STOP,
	SY_FINISH_LENGTH,
	SY_FINISH_TOOL_CALLS,
	SY_FINISH_CONTENT_FILTER,
	SY_FINISH_FUNCTION_CALL, /* for clients of the old `functions` field only */
};

enum sy_event_kind {
	SY_EV_START,     /* id, model, created: the provider's own; any may be NULL or 0 */
	SY_EV_TEXT,      /* text */
	SY_EV_REASONING, /* text; `signature` where the provider signs its thoughts, or `data`,
	                  * a thought that it sends encrypted: either ends one thought, may
	                  * come without text, and goes back unchanged.  `format`: whose */
	SY_EV_REFUSAL,   /* text: the model declines, in its own words */
	SY_EV_TOOL_CALL, /* call begins: call_index (dense from 0 in a choice), id, name; and
	                  * `signature` where the provider signs its calls, to come back with it */
	SY_EV_TOOL_ARGS, /* text: a piece of the arguments of call_index, JSON text */
	SY_EV_CITATION,  /* what the choice's text, from..to, rests on: url or data, title, and the
	                  * words cited as text; json: the provider's own form of it, and
	                  * format the dialect that this form is of */
	SY_EV_MEDIA,     /* a picture or sound in the answer: media_type and data (base64) */
	SY_EV_EXTRA,     /* key and json: a field our model has no place for, kept for clients
	                  * of the same dialect and dropped (with a note) for others */
	SY_EV_FINISH,    /* finish, and native: the provider's own word */
	SY_EV_USAGE,     /* usage */
	SY_EV_ERROR,     /* error: the provider says in the answer that it failed */
	SY_EV_END,
};

/* Where an SY_EV_EXTRA stood, so that it can be put back. */
enum sy_extra_place {
	SY_EXTRA_ANSWER,  /* beside choices: citations, service_tier, system_fingerprint */
	SY_EXTRA_CHOICE,  /* beside delta or message: logprobs, content_filter_results */
	SY_EXTRA_MESSAGE, /* inside delta or message: annotations, reasoning_details, audio */
};

struct sy_event {
	enum sy_event_kind kind;
	int choice; /* which of n answers */
	const char *text;
	size_t text_len;
	const char *signature;
	const char *data;   /* reasoning: encrypted, instead of text and signature; media:
	                     * base64; citation: the cited document's name or number */
	const char *format; /* reasoning: "anthropic-claude-v1"; NULL: nobody's in particular;
	                     * citation: "anthropic" */
	int call_index;
	const char *id;
	const char *name;
	const char *url, *title, *media_type;
	int64_t from, to; /* code points of the choice's text, `to` behind the last; -1 unknown */
	bool custom; /* the call is of a custom tool: its arguments are plain text */
	const char *model;
	int64_t created; /* Unix seconds */
	enum sy_extra_place place;
	const char *key;
	const char *json; /* the value's JSON text, json_len bytes */
	size_t json_len;
	enum sy_finish finish;
	const char *native;
	struct sy_usage usage;
	const struct sy_error *error;
};

/* Takes events; `take` is called in order. */
struct sy_sink {
	void (*take)(void *arg, const struct sy_event *ev);
	void *arg;
};

static inline void sy_emit(const struct sy_sink *sink, const struct sy_event *ev)
{
	sink->take(sink->arg, ev);
}

#endif
