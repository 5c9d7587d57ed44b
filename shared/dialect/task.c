/*
 * task.c - see task.h.
 */
#include "dialect/task.h"

#include "dialect/adapter.h"
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
