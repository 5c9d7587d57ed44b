/*
 * gemini_write.h - what the files that write a request share.
 *
 * The body is appended to one buffer, without a tree between: what the client wrote in JSON
 * goes in as it stands, once it is known to be JSON.
 */
#ifndef SY_DIALECT_GEMINI_WRITE_H
#define SY_DIALECT_GEMINI_WRITE_H

#include "dialect/gemini_plan.h"

struct sy_buf;

struct sy_gemini_writer {
	struct sy_gemini_plan *plan;
	struct sy_arena *arena;
	struct sy_buf *out;
	struct sy_error *err;
};

/* "contents":[...], without a comma around it; and ,"systemInstruction":{...} if any. */
int sy_gemini_put_contents(struct sy_gemini_writer *w);
void sy_gemini_put_system(struct sy_gemini_writer *w);

/* ,"tools":[...],"toolConfig":{...} if any. */
void sy_gemini_put_tools(struct sy_gemini_writer *w);

#endif
