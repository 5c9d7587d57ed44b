/*
 * ctl_answer.h - a model's answer, printed as it comes.
 */
#ifndef SY_FCGI_CTL_ANSWER_H
#define SY_FCGI_CTL_ANSWER_H

#include "base/buf.h"
#include "base/error.h"
#include "ctl.h"

struct sy_shown {
	const struct sy_cli *cli;
	struct sy_buf head;
	struct sy_buf body; /* of a stream: the line that is not whole yet */
	bool in_body;       /* a head was there */
	int status;
	bool streamed;
	bool said;             /* something was printed */
	struct sy_error error; /* of kind SY_KINDS while there is none */
};

void sy_shown_init(struct sy_shown *an, const struct sy_cli *cli);
void sy_shown_release(struct sy_shown *an);

/* The head, where somebody else has read it; the other two may be NULL. */
void sy_shown_begin(struct sy_shown *an, int status, const char *type,
    const char *request);
void sy_shown_body(struct sy_shown *an, const char *data, size_t len);

/* Head and body as a CGI program writes them, in pieces of any size. */
void sy_shown_bytes(struct sy_shown *an, const char *data, size_t len);

/* No more will come: prints what is printed whole, or fills `error`. */
void sy_shown_end(struct sy_shown *an);

#endif
