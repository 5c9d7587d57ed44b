/*
 * think.h - content of models that think aloud: "<think>...</think>" before the answer.
 *
 * The tags may come cut anywhere.  A tag counts only as the first thing of the content; the
 * line ends around it belong to neither thought nor answer.
 */
#ifndef SY_DIALECT_THINK_H
#define SY_DIALECT_THINK_H

#include <stdbool.h>
#include <stddef.h>

enum sy_thinking { SY_THINK_UNDECIDED, SY_THINK_INSIDE, SY_THINK_OVER };

/* Zeroed before the first piece. */
struct sy_think {
	enum sy_thinking where;
	char lead[16]; /* white space before the content, while a tag may follow */
	size_t lead_len;
	char tag[16]; /* what may be the begin of a tag */
	size_t tag_len;
	bool after_tag; /* line ends are still to be skipped */
};

typedef void sy_say_thought(void *arg, bool thought, const char *text, size_t len);

void sy_think(struct sy_think *t, const char *text, size_t len, sy_say_thought *say,
    void *arg);

/* The content is over: what was held back comes out. */
void sy_think_end(struct sy_think *t, sy_say_thought *say, void *arg);

#endif
