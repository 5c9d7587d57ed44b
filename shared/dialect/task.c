/*
 * task.c - see task.h.
 */
#include "dialect/task.h"

#include "base/arena.h"
#include "base/text.h"
#include "dialect/adapter.h"
#include "dialect/notes.h"
#include "model/config.h"

/* A model that is known to chat and not known to take raw prompts is asked for a chat. */
static bool must_chat(const struct sy_model *m)
{
	return m->caps != 0 && !(m->caps & SY_CAP_COMPLETE);
}

const struct sy_task_way *sy_task_way(const struct sy_adapter *adapter,
    const struct sy_model *model, enum sy_task task)
{
	if (task == SY_TASK_COMPLETE && must_chat(model))
		return NULL;
	for (const struct sy_task_way *w = adapter->ways; w != NULL && w->build != NULL; w++)
		if (w->task == task)
			return w;
	return NULL;
}

bool sy_task_fits(const struct sy_adapter *adapter, const struct sy_model *model,
    enum sy_task task)
{
	return task == SY_TASK_CHAT || task == SY_TASK_COMPLETE ||
	       sy_task_way(adapter, model, task) != NULL;
}

void sy_task_note_rest(struct sy_call *call, const char *known)
{
	const struct sy_scan *s = &call->ask->scan;
	struct sy_notes *notes = sy_alloc(call->arena, sizeof(*notes));

	for (size_t i = 0; i < s->member_count; i++)
		if (s->members[i].type != SY_J_NULL && !sy_listed(known, s->members[i].key))
			sy_note(notes, s->members[i].key);
	if (notes->text[0] != '\0')
		call->dropped = notes->text;
}
