/*
 * contract.c - see contract.h.
 */
#include "contract.h"

#include "base/scan.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "the adapter broke its contract: %s\n", what);
	abort();
}

static void digest(struct sy_contract *c, const char *data, size_t len)
{
	for (size_t i = 0; data != NULL && i < len; i++)
		c->digest =
		    (c->digest ^ (unsigned char)data[i]) * UINT64_C(1099511628211);
}

static bool is_utf8(const char *s, size_t len)
{
	for (size_t at = 0, step; at < len; at += step)
		if ((step = sy_utf8_step(s + at, len - at)) == 0)
			return false;
	return true;
}

static void check_text(struct sy_contract *c, const struct sy_event *ev)
{
	demand(ev->text != NULL || ev->text_len == 0, "a length without text");
	demand(is_utf8(ev->text, ev->text_len), "text that is no UTF-8");
	digest(c, ev->text, ev->text_len);
}

static void check_call(struct sy_contract *c, const struct sy_event *ev)
{
	int *calls = &c->calls[ev->choice];

	if (ev->kind == SY_EV_TOOL_CALL) {
		demand(ev->call_index == *calls, "call indices are not dense");
		demand(ev->name != NULL, "a call without a name");
		++*calls;
		digest(c, ev->name, strlen(ev->name));
		return;
	}
	demand(ev->call_index >= 0 && ev->call_index < *calls, "arguments of no call");
	check_text(c, ev);
}

static void check_extra(const struct sy_event *ev)
{
	struct sy_error err;

	demand(ev->key != NULL, "an extra without a key");
	demand(sy_scan_check(ev->json, ev->json_len, NULL, &err) == 0,
	    "an extra is no JSON");
}

static void check_usage(const struct sy_usage *u)
{
	for (int i = 0; i < SY_TOKEN_CLASSES; i++)
		demand(u->tokens[i] >= 0 && u->tokens[i] <= SY_TOKENS_MAX,
		    "an impossible count");
}

static void take(void *arg, const struct sy_event *ev)
{
	struct sy_contract *c = arg;

	demand(!c->ended, "an event after the end");
	demand(ev->choice >= 0 && ev->choice < SY_CONTRACT_CHOICES,
	    "a choice out of range");
	switch (ev->kind) {
	case SY_EV_START:
		c->started = true;
		return;
	case SY_EV_USAGE:
		check_usage(&ev->usage);
		return;
	case SY_EV_ERROR:
		demand(ev->error != NULL && ev->error->message[0] != '\0',
		    "an error without words");
		c->failed = true;
		return;
	case SY_EV_END:
		c->ended = true;
		return;
	default:
		break;
	}
	demand(c->started, "content before the start");
	demand(!c->finished[ev->choice], "content after the finish");
	if (ev->kind == SY_EV_FINISH)
		c->finished[ev->choice] = true;
	else if (ev->kind == SY_EV_TOOL_CALL || ev->kind == SY_EV_TOOL_ARGS)
		check_call(c, ev);
	else if (ev->kind == SY_EV_EXTRA)
		check_extra(ev);
	else
		check_text(c, ev);
}

void sy_contract_init(struct sy_contract *c)
{
	memset(c, 0, sizeof(*c));
	c->sink = (struct sy_sink){ take, c };
	c->digest = UINT64_C(14695981039346656037);
}
