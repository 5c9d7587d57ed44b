/*
 * task.c - see task.h.
 */
#include "model/task.h"

#include "model/config.h"

#include <stddef.h>

/* clang-format off */
static const struct sy_task_info rows[SY_TASKS] = {
	[SY_TASK_CHAT] = { "chat", SY_CAP_CHAT, NULL, .by_tokens = true, .writes = true },
	[SY_TASK_COMPLETE] = { "completions", 0, NULL, .by_tokens = true, .writes = true },
	[SY_TASK_EMBED] = { "embeddings", SY_CAP_EMBED, NULL, .by_tokens = true },
	[SY_TASK_RERANK] = { "reranking", SY_CAP_RERANK, NULL, .by_tokens = false },
	[SY_TASK_MODERATE] = { "moderations", SY_CAP_MODERATE, "omni-moderation-latest", .by_tokens = false },
	[SY_TASK_IMAGE] = { "images", SY_CAP_IMAGE, "dall-e-2", .writes = true },
	[SY_TASK_IMAGE_EDIT] = { "image edits", SY_CAP_IMAGE, "gpt-image-1.5", .writes = true },
	[SY_TASK_IMAGE_VARY] = { "image variations", SY_CAP_IMAGE, "dall-e-2", .writes = true },
	[SY_TASK_SPEAK] = { "speech", SY_CAP_SPEECH, NULL, .writes = true, .raw = true },
	[SY_TASK_TRANSCRIBE] = { "transcriptions", SY_CAP_TRANSCRIBE, NULL, .writes = true, .raw = true },
	[SY_TASK_TRANSLATE] = { "translations", SY_CAP_TRANSCRIBE, NULL, .writes = true, .raw = true },
	[SY_TASK_COUNT] = { "token counts", 0, NULL, .free = true },
};
/* clang-format on */

const struct sy_task_info *sy_task_info(enum sy_task task)
{
	return &rows[task];
}
