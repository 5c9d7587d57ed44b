/*
 * framing.c - see framing.h.
 */
#include "base/framing.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *type;
	const char *begins; /* with any of these bytes */
	size_t begin_count;
} framings[] = {
	[SY_FRAMING_SSE] = { "text/event-stream", ":d", 2 }, /* a comment, or data */
	/* The high byte of a length that is below 16 MiB. */
	[SY_FRAMING_AMAZON] = { "application/vnd.amazon.eventstream", "", 1 },
};

const char *sy_framing_type(enum sy_framing framing)
{
	return framings[framing].type;
}

bool sy_framing_is(enum sy_framing framing, const char *content_type)
{
	const char *type = framings[framing].type;

	return strncasecmp(content_type, type, strlen(type)) == 0;
}

bool sy_framing_begins(enum sy_framing framing, char first)
{
	return memchr(framings[framing].begins, first, framings[framing].begin_count) !=
	       NULL;
}

void sy_framer_init(struct sy_framer *f, enum sy_framing framing)
{
	f->framing = framing;
	if (framing == SY_FRAMING_AMAZON)
		sy_eventstream_init(&f->as.amazon);
	else
		sy_sse_init(&f->as.sse);
}

void sy_framer_release(struct sy_framer *f)
{
	if (f->framing == SY_FRAMING_AMAZON)
		sy_eventstream_release(&f->as.amazon);
	else
		sy_sse_release(&f->as.sse);
}

int sy_framer_feed(struct sy_framer *f, const char *data, size_t len,
    sy_take_record *take, void *arg, struct sy_error *err)
{
	if (f->framing == SY_FRAMING_AMAZON)
		return sy_eventstream_feed(&f->as.amazon, data, len, take, arg, err);
	return sy_sse_feed(&f->as.sse, data, len, take, arg, err);
}

int sy_framer_end(struct sy_framer *f, sy_take_record *take, void *arg,
    struct sy_error *err)
{
	if (f->framing == SY_FRAMING_AMAZON)
		return sy_eventstream_end(&f->as.amazon, err);
	return sy_sse_end(&f->as.sse, take, arg, err);
}
