/*
 * bedrock_family.c - the table of families; the first mark found wins.
 */
#include "dialect/bedrock_family.h"

#include "model/config.h"

#include <string.h>

#define NONE   SY_TOP_K_NONE
#define PLAIN  SY_TOP_K_PLAIN
#define NOVA   SY_TOP_K_NOVA
#define COHERE SY_TOP_K_COHERE

/* clang-format off */
static const struct sy_bedrock_family table[] = {
	{ .mark = "claude", PLAIN, SY_REASONS_CLAUDE, .forcing = true, .cache = true },
	{ .mark = "nova-2", NOVA, SY_REASONS_NOVA, .forcing = true, .cache = true,
	  .no_tool_cache = true },
	{ .mark = "nova", NOVA, .forcing = true, .cache = true, .no_tool_cache = true },
	{ .mark = "titan", NONE, .no_system = true },
	{ .mark = "llama", NONE, .results_alone = true },
	{ .mark = "mistral-7b", PLAIN, .no_system = true, .results_alone = true, .id_len = 9 },
	{ .mark = "mixtral", PLAIN, .results_alone = true, .id_len = 9 },
	{ .mark = "mistral", PLAIN, .forcing = true, .results_alone = true, .id_len = 9 },
	{ .mark = "cohere", COHERE },
	{ .mark = "openai.", NONE, SY_REASONS_EFFORT },
	{ .mark = "qwen3", NONE, SY_REASONS_LOW_HIGH },
	{ .mark = "writer", NONE, .no_status = true },
	{ .mark = "" },
};
/* clang-format on */

static const struct sy_bedrock_family *find(const char *id)
{
	const struct sy_bedrock_family *row = table;

	while (strstr(id, row->mark) == NULL)
		row++;
	return row;
}

const struct sy_bedrock_family *sy_bedrock_family(const struct sy_model *model)
{
	const struct sy_bedrock_family *row = find(model->upstream);

	return row->mark[0] == '\0' ? find(model->name) : row;
}

/* Converse takes outputConfig for the generation that thinks by a budget; the newer ones
 * refuse it there, and the older ones do not know it. */
static const struct sy_claude *claude_of(const struct sy_model *model,
    struct sy_claude *room)
{
	bool hidden = strstr(model->upstream, "claude") == NULL;

	*room = *sy_claude_find(hidden ? model->name : model->upstream);
	room->schema = room->schema && room->thinking == SY_THINKS_BUDGET;
	room->mid_system = false;
	return room;
}

const struct sy_claude *sy_bedrock_model(const struct sy_model *model,
    const struct sy_bedrock_family *family, struct sy_claude *room)
{
	if (family->reasons == SY_REASONS_CLAUDE)
		return claude_of(model, room);
	*room = (struct sy_claude){ .mark = family->mark,
		.thinking = family->reasons == SY_REASONS_NOT ? SY_THINKS_NOT
		                                              : SY_THINKS_OTHERWISE,
		.sampling = SY_SAMPLING_ALL,
		.forcing = family->forcing };
	return room;
}
