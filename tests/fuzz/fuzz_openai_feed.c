/*
 * Streams of the OpenAI dialect: however the bytes are cut, the same answer comes out, and its
 * events keep the adapter's contract.  The first byte says where to cut, the second how the
 * provider differs.
 */
#include "contract.h"

#include "base/arena.h"
#include "base/sse.h"
#include "dialect/openai.h"
#include "fuzz.h"
#include "model/config.h"

#include <stdlib.h>

struct run {
	struct sy_call call;
	void *state;
	struct sy_contract contract;
};

static int take_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct run *run = arg;

	/* A record that is no JSON is skipped, as the translation does. */
	sy_openai_feed(&run->call, run->state, rec, &run->contract.sink, err);
	return 0;
}

static uint64_t digest_of(const char *data, size_t len, size_t step, uint8_t quirks)
{
	struct sy_provider provider = { .name = "p", .base_url = "" };
	struct sy_model model = { .provider = &provider, .upstream = "m" };
	struct sy_ask ask = { .model = "m", .n = 1 };
	struct run run = {
		.call = { .ask = &ask, .model = &model, .arena = sy_arena_new() }
	};
	struct sy_error err;
	struct sy_sse sse;

	provider.quirks.think_tags = quirks & 1;
	provider.quirks.clean = quirks & 2;
	provider.quirks.reasoning_excluded = quirks & 4;
	run.state = sy_alloc(run.call.arena, SY_OPENAI_STATE_BYTES);
	sy_contract_init(&run.contract);
	sy_sse_init(&sse);
	for (size_t at = 0; at < len; at += step)
		if (sy_sse_feed(&sse, data + at, len - at < step ? len - at : step,
		        take_record, &run, &err) < 0)
			break;
	sy_sse_end(&sse, take_record, &run, &err);
	sy_openai_finish_stream(&run.call, run.state, &run.contract.sink);
	sy_sse_release(&sse);
	sy_arena_free(run.call.arena);
	return run.contract.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 2;

	if (size < 3)
		return 0;
	if (digest_of(text, size - 2, size, data[1]) !=
	    digest_of(text, size - 2, data[0] % 64 + 1, data[1]))
		abort();
	return 0;
}
