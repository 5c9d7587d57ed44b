/*
 * gemini_generate.h - what the files of Google's generateContent surface share.
 *
 *	gemini_generate_in        what the engine asks of a request; the table
 *	gemini_generate_read      requests to the waist: generation, tools, all but
 *	gemini_generate_contents  their contents
 *	gemini_generate_types     Google's schemas as JSON schemas
 *	gemini_generate_seal      thoughts of all providers in a thoughtSignature, and back
 *	gemini_generate_parts     what streams and whole answers have in common
 *	gemini_generate_out       answers and errors as clients read them
 */
#ifndef SY_DIALECT_GEMINI_GENERATE_H
#define SY_DIALECT_GEMINI_GENERATE_H

#include "base/json.h"
#include "base/walk.h"
#include "dialect/gemini.h"
#include "dialect/surface.h"
#include "model/answer.h"

struct sy_part;

/* --- Requests. --------------------------------------------------------------------------- */

/* A request being read.  Google's names come in camelCase and in snake_case; whoever reads
 * says the first, and finds either. */
struct sy_gemini_reading {
	struct sy_arena *a;
	struct sy_chat *out;
	struct sy_error *err;
};

/* The name by which the object has it. */
const char *sy_gemini_key(struct json_object *in, const char *camel, struct sy_arena *a);
struct json_object *sy_gemini_get(const struct sy_gemini_reading *r,
    struct json_object *in, const char *camel);
int sy_gemini_string(const struct sy_gemini_reading *r, struct json_object *in,
    const char *camel, const char *path, const char **out);
int sy_gemini_object(const struct sy_gemini_reading *r, struct json_object *in,
    const char *camel, const char *path, struct json_object **out);
int sy_gemini_array(const struct sy_gemini_reading *r, struct json_object *in,
    const char *camel, const char *path, struct json_object **out);

/* Keeps what only Google's models know.  With `needed`, others must refuse to go without. */
void sy_gemini_native(const struct sy_gemini_reading *r, const char *name,
    struct json_object *value, bool needed);

int sy_gemini_generate_read(const struct sy_ask *ask, struct sy_arena *a,
    struct sy_chat *out, struct sy_error *err);

/* systemInstruction and contents, as messages. */
int sy_gemini_read_contents(const struct sy_gemini_reading *r, struct json_object *root);

/* A schema of Google's (types in capitals, nullable) as a JSON schema; a new tree. */
struct json_object *sy_gemini_schema(struct json_object *in, struct sy_arena *a);

/* Whether the client wants to see the thoughts. */
bool sy_gemini_wants_thoughts(const struct sy_ask *ask);

/* --- Seals. ------------------------------------------------------------------------------ */

/* Appends, as a JSON string, what a client is to give back with a thought: Google's own
 * signatures as they are, others with the name of their format inside. */
void sy_gemini_put_seal(struct sy_buf *out, const char *format, const char *signature,
    const char *data);

/* What every seal begins with that is not Google's. */
#define SY_GEMINI_SEALED "c3kx"

/* The reverse: format, and signature or data. */
void sy_gemini_open_seal(const char *seal, struct sy_arena *a, struct sy_part *out);

/* --- Answers. ---------------------------------------------------------------------------- */

/* Each appends a part, a whole object.  Of a thought either may be missing. */
void sy_gemini_put_text(struct sy_buf *out, const char *text, size_t len);
void sy_gemini_put_thought(struct sy_buf *out, const char *text, size_t len,
    const char *format, const char *signature, const char *data);
void sy_gemini_put_call(struct sy_buf *out, const struct sy_answer_block *call);
void sy_gemini_put_media(struct sy_buf *out, const char *media_type, const char *data);

/* Parts that only Google's clients know (code that ran there), as its adapter passes them on in
 * an extra; `count` of others are before them, and how many there are then is returned. */
bool sy_gemini_is_parts(const char *key);
int sy_gemini_put_parts(struct sy_buf *out, struct sy_span list, int count);

/* Each appends members to an object that is open. */
void sy_gemini_put_finish(struct sy_buf *out, const struct sy_answer_choice *c);
void sy_gemini_put_beside(struct sy_buf *out, const struct sy_answer_choice *c);
void sy_gemini_put_tail(struct sy_buf *out, const struct sy_face *face,
    const struct sy_answer *answer);

void sy_gemini_generate_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out);

struct sy_gemini_stream {
	struct sy_answer
	    answer; /* what the last chunk says: calls, citations, finishes, usage */
	bool begun; /* a chunk is out */
};

void sy_gemini_generate_begin(void *state, struct sy_arena *a);
void sy_gemini_generate_event(const struct sy_ask *ask, const struct sy_face *face,
    void *state, const struct sy_event *ev, struct sy_buf *out);
void sy_gemini_generate_error(const struct sy_error *err, const char *request_id,
    bool streaming, struct sy_buf *out);

/* The same, where a stream is one JSON array that comes in pieces. */
void sy_gemini_array_event(const struct sy_ask *ask, const struct sy_face *face,
    void *state, const struct sy_event *ev, struct sy_buf *out);
void sy_gemini_array_error(const struct sy_error *err, const char *request_id,
    bool streaming, struct sy_buf *out);

#endif
