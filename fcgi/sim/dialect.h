/*
 * dialect.h - an answer in the words of a provider.
 */
#ifndef SY_SIM_DIALECT_H
#define SY_SIM_DIALECT_H

#include <stddef.h>
#include <stdint.h>

struct sy_buf;
struct sy_error;
struct sy_sim_answer;
struct sy_sim_ask;
struct sy_sim_reply;
struct sy_sim_step;

/* One call and its answer; all of it outlives the writing. */
struct sy_sim_turn {
	const struct sy_sim_ask *ask;
	const struct sy_sim_step *step;
	const struct sy_sim_answer *answer;
	const char *id;  /* "SITE-17" */
	int64_t created; /* Unix seconds */
};

struct sy_sim_dialect {
	/* The answer as one JSON document. */
	void (*whole)(const struct sy_sim_turn *t, struct sy_sim_reply *out);

	/* The same as a stream of events, each of them marked; its content type is set when it
	 * is not of server-sent events. */
	void (*stream)(const struct sy_sim_turn *t, struct sy_sim_reply *out);

	/* The body of an error, appended. */
	void (*error)(const struct sy_error *err, struct sy_buf *out);

	/* MAY be NULL.  What its head says of an error: header lines. */
	void (*error_head)(int status, struct sy_buf *headers);

	/* MAY be NULL.  A body as an error inside a stream that is not of server-sent events. */
	void (*error_frame)(const struct sy_buf *body, struct sy_buf *out);

	const char *error_event; /* what stands before "data:" of an error in a stream */
	const char *error_open;  /* what stands before the error object in its body; NULL: the
	                          * object is the body */
	int broken_status;       /* whose error an answer breaks off with */
	const char *id_header;   /* the response header with the provider's request id */
};

extern const struct sy_sim_dialect sy_sim_openai;
extern const struct sy_sim_dialect sy_sim_legacy; /* OpenAI's /completions */
extern const struct sy_sim_dialect sy_sim_anthropic;
/* OpenAI's, of tasks that are no chat: task.c. */
extern const struct sy_sim_dialect sy_sim_moderations, sy_sim_rerank, sy_sim_images,
    sy_sim_speech, sy_sim_transcripts;
extern const struct sy_sim_dialect sy_sim_cohere;
extern const struct sy_sim_dialect sy_sim_bedrock; /* AWS's Converse */
extern const struct sy_sim_dialect sy_sim_gemini;  /* Google's generateContent */

/* OpenAI's usage object; the keys that only chat has as asked. */
void sy_sim_openai_usage(const struct sy_sim_answer *a, struct sy_buf *out);
const char *sy_sim_openai_finish(const struct sy_sim_turn *t);
/* The record that ends a stream, unless the script leaves it out. */
void sy_sim_openai_done(const struct sy_sim_turn *t, struct sy_sim_reply *r);
void sy_sim_openai_error(const struct sy_error *err, struct sy_buf *out);

/* Bytes of the next piece of a text sent in pieces; never splits a character. */
size_t sy_sim_piece(const char *s, size_t len);

#endif
