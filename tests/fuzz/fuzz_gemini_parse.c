/*
 * Whole answers of Gemini, and error documents: their events keep the adapter's contract, and
 * a failure has words.
 */
#include "contract.h"

#include "base/arena.h"
#include "dialect/gemini.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_provider provider = { .name = "google", .base_url = "" };
	struct sy_model model = { .provider = &provider, .upstream = "gemini-3-pro" };
	struct sy_tool tools[] = { { .name = "sh/run", .custom = true },
		{ .name = "now" } };
	struct sy_chat chat = { .tools = tools, .tool_count = 2 };
	struct sy_ask ask = { .model = "m", .chat = &chat };
	struct sy_call call = { .ask = &ask,
		.model = &model,
		.arena = sy_arena_new(),
		.attempt = (unsigned)(size % 3) };
	struct sy_contract contract;
	struct sy_error err;

	sy_contract_init(&contract);
	if (sy_adapter_gemini.parse(&call, (const char *)data, size, &contract.sink,
	        &err) < 0 &&
	    err.kind != SY_UNUSABLE && err.kind != SY_TRUNCATED)
		abort();
	sy_adapter_gemini.blame(&call, 400, (const char *)data, size, &err);
	if (err.message[0] == '\0')
		abort();
	sy_arena_free(call.arena);
	return 0;
}
