/*
 * Streams of Gemini: however the bytes are cut, the same answer comes out, and its events keep
 * the adapter's contract.  The first byte says where to cut.
 */
#include "contract.h"

#include "base/arena.h"
#include "base/sse.h"
#include "dialect/gemini.h"
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
	sy_adapter_gemini.feed(&run->call, &run->state, rec, &run->contract.sink, err);
	return 0;
}

static uint64_t digest_of(const char *data, size_t len, size_t step)
{
	struct sy_provider provider = { .name = "google", .base_url = "" };
	struct sy_model model = { .provider = &provider, .upstream = "gemini-2.5-flash" };
	struct sy_ask ask = { .model = "m" };
	struct run run = {
		.call = { .ask = &ask, .model = &model, .arena = sy_arena_new() }
	};
	struct sy_error err;
	struct sy_sse sse;
	size_t at, n;

	sy_contract_init(&run.contract);
	sy_sse_init(&sse);
	for (at = 0; at < len; at += n) {
		n = len - at < step ? len - at : step;
		if (sy_sse_feed(&sse, data + at, n, take_record, &run, &err) < 0)
			break;
	}
	sy_sse_end(&sse, take_record, &run, &err);
	sy_adapter_gemini.finish(&run.call, &run.state, &run.contract.sink);
	sy_sse_release(&sse);
	sy_arena_free(run.call.arena);
	return run.contract.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (size < 2)
		return 0;
	if (digest_of(text, size - 1, size) !=
	    digest_of(text, size - 1, data[0] % 64 + 1))
		abort();
	return 0;
}
