/*
 * sign.c - requests that are signed for AWS, and whose clock is right.
 *
 * A signature holds for some minutes around its time.  Where this machine's clock is wrong, the
 * provider refuses all of them with one word for everything; its answer has the time in its
 * head, by which the next one is made.
 */
#include "base/clock.h"
#include "net/sigv4.h"
#include "relay/engine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVICE "bedrock"

/* Less than this is the time that an answer takes, and no reason for a refusal. */
#define NOTABLE_MS 60000

int sy_sign(struct sy_try *t, const char *secret, struct sy_error *err)
{
	struct sy_sigv4 how = { .credential = secret,
		.region = t->model->provider->region,
		.service = SERVICE,
		.unix_ms = sy_unix_ms() + t->q->relay->signing_offset_ms };

	return sy_sigv4_sign(&t->http, &how, t->arena, err);
}

void sy_sign_note_date(struct sy_try *t, const char *date)
{
	struct tm tm = { 0 };

	if (t->model->provider->auth == SY_AUTH_SIGV4 &&
	    strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &tm) != NULL)
		t->date_ms = (int64_t)timegm(&tm) * 1000;
}

bool sy_sign_learn(struct sy_try *t)
{
	struct sy_relay *relay = t->q->relay;
	int64_t offset_ms = t->date_ms - sy_unix_ms();

	if (t->date_ms == 0 || t->err.kind != SY_CREDENTIAL ||
	    llabs(offset_ms - relay->signing_offset_ms) < NOTABLE_MS)
		return false;
	relay->signing_offset_ms = offset_ms;
	return true;
}
