/*
 * Whole answers of Converse, and error documents: their events keep the adapter's contract, and
 * a failure has words.
 */
#include "contract.h"

#include "base/arena.h"
#include "dialect/bedrock.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_provider provider = { .name = "bedrock", .base_url = "" };
	struct sy_model model = { .provider = &provider,
		.name = "m",
		.upstream = "us.amazon.nova-2-lite-v1:0" };
	struct sy_tool tools[] = { { .name = "sh/run", .custom = true },
		{ .name = "now" } };
	struct sy_chat chat = { .tools = tools,
		.tool_count = 2,
		.format = size % 2 ? SY_FORMAT_JSON_SCHEMA : SY_FORMAT_TEXT };
	struct sy_ask ask = { .model = "m", .chat = &chat };
	struct sy_call call = { .ask = &ask, .model = &model, .arena = sy_arena_new() };
	struct sy_contract contract;
	struct sy_error err;

	sy_contract_init(&contract);
	if (sy_adapter_bedrock.parse(&call, (const char *)data, size, &contract.sink,
	        &err) < 0 &&
	    err.kind != SY_UNUSABLE)
		abort();
	call.error_type = sy_strndup(call.arena, (const char *)data, size);
	sy_adapter_bedrock.blame(&call, 400, (const char *)data, size, &err);
	if (err.message[0] == '\0')
		abort();
	sy_arena_free(call.arena);
	return 0;
}
