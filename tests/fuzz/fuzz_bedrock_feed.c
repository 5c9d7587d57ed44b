/*
 * Records of ConverseStream: whatever they say, their events keep the adapter's contract.  A
 * line is a record, its event's name before the first space; "!" before it makes it a failure.
 * How frames are cut is fuzz_eventstream's affair.
 */
#include "contract.h"

#include "base/arena.h"
#include "dialect/bedrock.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <string.h>

static void feed(const struct sy_call *call, void *state, struct sy_contract *contract,
    const char *line)
{
	const char *blank = strchr(line, ' ');
	char *name = blank != NULL ? sy_strndup(call->arena, line, (size_t)(blank - line))
	                           : sy_strdup(call->arena, line);
	const char *data = blank != NULL ? blank + 1 : "";
	bool failure = *name == '!';
	struct sy_record rec = { name + failure, data, strlen(data), failure };
	struct sy_error err;

	/* One that is no JSON is skipped, as the translation does. */
	sy_adapter_bedrock.feed(call, state, &rec, &contract->sink, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_provider provider = { .name = "bedrock", .base_url = "" };
	struct sy_model model = { .provider = &provider, .name = "m" };
	struct sy_tool tools[] = { { .name = "sh", .custom = true }, { .name = "now" } };
	struct sy_chat chat = { .tools = tools,
		.tool_count = 2,
		.format = size % 2 ? SY_FORMAT_JSON_SCHEMA : SY_FORMAT_TEXT };
	struct sy_ask ask = { .model = "m", .chat = &chat };
	struct sy_call call = { .ask = &ask, .model = &model, .arena = sy_arena_new() };
	char *rest = sy_strndup(call.arena, (const char *)data, size), *line;
	struct sy_contract contract;
	void *state = NULL;

	model.upstream =
	    size % 3 ? "us.anthropic.claude-sonnet-4-5" : "amazon.nova-2-lite";
	sy_contract_init(&contract);
	while ((line = strsep(&rest, "\n")) != NULL)
		feed(&call, &state, &contract, line);
	sy_adapter_bedrock.finish(&call, &state, &contract.sink);
	sy_arena_free(call.arena);
	return 0;
}
