/*
 * stopwatch.c - see stopwatch.h.
 */
#include "dialect/stopwatch.h"

#include "base/text.h"
#include "model/chat.h"

#include <string.h>

#define HELD_BYTES (64 << 20)

static bool watched(const char *stop)
{
	return *stop != '\0' && sy_blank(stop, strlen(stop));
}

void sy_stopwatch_init(struct sy_stopwatch *w, const struct sy_chat *chat)
{
	memset(w, 0, sizeof(*w));
	sy_buf_init(&w->held, HELD_BYTES);
	for (size_t i = 0; chat != NULL && i < chat->stop_count; i++) {
		if (!watched(chat->stop[i]) || w->count == SY_STOPS_WATCHED)
			continue;
		w->stops[w->count++] = chat->stop[i];
		if (strlen(chat->stop[i]) > w->longest)
			w->longest = strlen(chat->stop[i]);
	}
}

void sy_stopwatch_release(struct sy_stopwatch *w)
{
	sy_buf_release(&w->held);
}

/* Where the first stop begins, or the length of all there is. */
static size_t first_stop(const struct sy_stopwatch *w)
{
	size_t first = w->held.len;

	for (size_t i = 0; i < w->count; i++) {
		const char *at =
		    memmem(w->held.data, w->held.len, w->stops[i], strlen(w->stops[i]));

		if (at != NULL && (size_t)(at - w->held.data) < first)
			first = (size_t)(at - w->held.data);
	}
	return first;
}

void sy_stopwatch_feed(struct sy_stopwatch *w, const char *text, size_t len,
    sy_pass_text *pass, void *arg)
{
	size_t safe;

	if (w->count == 0) {
		pass(arg, text, len);
		return;
	}
	if (w->stopped)
		return;
	sy_buf_add(&w->held, text, len);
	if (w->held.len == 0)
		return;
	safe = first_stop(w);
	w->stopped = safe < w->held.len;
	if (!w->stopped) {
		safe = w->held.len > w->longest - 1 ? w->held.len - (w->longest - 1) : 0;
		while (safe > 0 && safe < w->held.len &&
		       ((unsigned char)w->held.data[safe] & 0xc0) == 0x80)
			safe--;
	}
	if (safe > 0)
		pass(arg, w->held.data, safe);
	sy_buf_eat(&w->held, safe);
	if (w->stopped)
		sy_buf_reset(&w->held);
}

void sy_stopwatch_flush(struct sy_stopwatch *w, sy_pass_text *pass, void *arg)
{
	if (w->held.len > 0)
		pass(arg, w->held.data, w->held.len);
	sy_buf_reset(&w->held);
}
