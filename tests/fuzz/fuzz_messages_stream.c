/*
 * Events in any order, as a stream of the Messages API: one block is open at a time, indices
 * rise by one, and nothing stands before the start or behind the end.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/sse.h"
#include "base/walk.h"
#include "dialect/surface.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* What has been read of the stream. */
struct order {
	bool begun, told, ended;
	int64_t open, next;
};

static int take_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct sy_span json = { rec->data, rec->len };
	struct order *o = arg;
	int64_t index = -1;

	demand(sy_scan_check(rec->data, rec->len, NULL, err) == 0);
	demand(sy_span_is(sy_walk_get(json, "type"), rec->event) && !o->ended);
	sy_span_int(sy_walk_get(json, "index"), &index);
	if (strcmp(rec->event, "message_start") == 0) {
		demand(!o->begun);
		o->begun = true;
	} else if (strcmp(rec->event, "content_block_start") == 0) {
		demand(o->begun && o->open < 0 && index == o->next++);
		o->open = index;
	} else if (strcmp(rec->event, "content_block_delta") == 0) {
		demand(o->open >= 0 && index == o->open);
	} else if (strcmp(rec->event, "content_block_stop") == 0) {
		demand(o->open >= 0 && index == o->open);
		o->open = -1;
	} else if (strcmp(rec->event, "message_delta") == 0) {
		demand(o->begun && o->open < 0 && !o->told);
		o->told = true;
	} else {
		demand(strcmp(rec->event, "message_stop") == 0 && o->told);
		o->ended = true;
	}
	return 0;
}

/* The event that two bytes ask for. */
static struct sy_event event_of(uint8_t what, uint8_t how, int *calls)
{
	static const char *const pieces[] = { "{", "}", "\"", "\\", "a", "[", "]", "{}" };
	struct sy_event ev = { .kind = SY_EV_TEXT, .text = pieces[how % 8] };

	switch (what % 6) {
	case 1:
		ev.kind = SY_EV_REASONING;
		ev.signature = how & 8 ? "sig" : NULL;
		ev.data = how & 16 ? "data" : NULL;
		ev.format = how & 32 ? "anthropic-claude-v1" : NULL;
		break;
	case 2:
		ev = (struct sy_event){ .kind = SY_EV_TOOL_CALL,
			.call_index = (*calls)++,
			.id = "c",
			.name = "f",
			.signature = how & 1 ? "s" : NULL };
		break;
	case 3:
		ev.kind = *calls > 0 ? SY_EV_TOOL_ARGS : SY_EV_TEXT;
		ev.call_index = *calls > 0 ? (how >> 3) % *calls : 0;
		break;
	case 4:
		ev.kind = SY_EV_CITATION;
		ev.url = how & 1 ? "https://example.com" : NULL;
		break;
	case 5:
		ev.kind = SY_EV_REFUSAL;
		break;
	default:
		break;
	}
	ev.text_len = ev.text != NULL ? strlen(ev.text) : 0;
	return ev;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sy_surface *surface = &sy_surface_messages;
	struct sy_face face = { .id = "msg_1", .model = "m" };
	struct sy_event ev = { .kind = SY_EV_START };
	struct sy_ask ask = { .input_tokens = 1, .stream = true };
	struct order order = { .open = -1 };
	struct sy_arena *a = sy_arena_new();
	void *state = sy_alloc(a, surface->stream_state);
	struct sy_error err;
	struct sy_sse sse;
	struct sy_buf out;
	int calls = 0;

	sy_buf_init(&out, 64 << 20);
	sy_sse_init(&sse);
	surface->begin(state, a);
	surface->event(&ask, &face, state, &ev, &out);
	for (size_t i = 0; i + 1 < size && i < 4096; i += 2) {
		ev = event_of(data[i], data[i + 1], &calls);
		surface->event(&ask, &face, state, &ev, &out);
	}
	ev = (struct sy_event){ .kind = SY_EV_FINISH, .finish = SY_FINISH_STOP };
	surface->event(&ask, &face, state, &ev, &out);
	ev = (struct sy_event){ .kind = SY_EV_END };
	surface->event(&ask, &face, state, &ev, &out);
	demand(sy_sse_feed(&sse, out.data, out.len, take_record, &order, &err) == 0);
	demand(order.ended);
	sy_sse_release(&sse);
	sy_buf_release(&out);
	sy_arena_free(a);
	return 0;
}
