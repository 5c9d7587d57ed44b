/*
 * stream.c - see stream.h.
 */
#include "stream.h"

#include "contract.h"

#include "base/arena.h"
#include "base/sse.h"
#include "model/config.h"

#include <stdlib.h>

struct run {
	const struct sy_adapter *adapter;
	struct sy_call call;
	void *state;
	struct sy_contract contract;
};

static int take_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct run *run = arg;

	run->adapter->feed(&run->call, run->state, rec, &run->contract.sink, err);
	return 0;
}

static uint64_t digest_of(const struct sy_adapter *adapter, const struct sy_ask *ask,
    const struct sy_model *model, const char *data, size_t len, size_t step)
{
	struct run run = {
		.adapter = adapter,
		.call = { .ask = ask, .model = model, .arena = sy_arena_new() },
	};
	struct sy_error err;
	struct sy_sse sse;
	size_t at, n;

	run.state = sy_alloc(run.call.arena, adapter->stream_state);
	sy_contract_init(&run.contract);
	sy_sse_init(&sse);
	for (at = 0; at < len; at += n) {
		n = len - at < step ? len - at : step;
		if (sy_sse_feed(&sse, data + at, n, take_record, &run, &err) < 0)
			break;
	}
	sy_sse_end(&sse, take_record, &run, &err);
	adapter->finish(&run.call, run.state, &run.contract.sink);
	sy_sse_release(&sse);
	sy_arena_free(run.call.arena);
	return run.contract.digest;
}

void sy_stream_alike(const struct sy_adapter *adapter, const struct sy_ask *ask,
    const struct sy_model *model, const char *text, size_t len, uint8_t cut)
{
	if (digest_of(adapter, ask, model, text, len, len + 1) !=
	    digest_of(adapter, ask, model, text, len, cut % 64 + 1))
		abort();
}

void sy_stream_alike_plain(const struct sy_adapter *adapter, const char *provider,
    const char *upstream, const uint8_t *data, size_t size)
{
	struct sy_provider plain = { .name = provider, .base_url = "" };
	struct sy_model model = { .provider = &plain, .upstream = upstream };
	struct sy_ask ask = { .model = "m" };

	if (size < 2)
		return;
	sy_stream_alike(adapter, &ask, &model, (const char *)data + 1, size - 1, data[0]);
}
