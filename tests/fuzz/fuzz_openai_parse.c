/*
 * Whole answers of the OpenAI dialect, and error documents: their events keep the adapter's
 * contract, and a failure has words.
 */
#include "contract.h"

#include "base/arena.h"
#include "dialect/openai.h"
#include "fuzz.h"
#include "model/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_provider provider = { .name = "p", .base_url = "" };
	struct sy_model model = { .provider = &provider, .upstream = "m" };
	struct sy_ask ask = { .model = "m", .n = 1 };
	struct sy_call call = { .ask = &ask, .model = &model, .arena = sy_arena_new() };
	const char *text = (const char *)data;
	struct sy_contract contract;
	struct sy_error err;

	provider.quirks.think_tags = size % 2;
	sy_contract_init(&contract);
	if (sy_openai_parse(&call, text, size, &contract.sink, &err) < 0) {
		if (err.message[0] == '\0')
			abort();
	} else if (!contract.ended && !contract.failed) {
		abort();
	}
	sy_openai_blame(&call, size % 3 ? 400 : 0, text, size, &err);
	if (err.message[0] == '\0' || err.retry_after_ms < 0)
		abort();
	sy_arena_free(call.arena);
	return 0;
}
