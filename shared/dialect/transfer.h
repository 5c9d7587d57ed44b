/*
 * transfer.h - one attempt's exchange for a task that is no chat.
 *
 * The part of translate.h that does not go through events: what has a canonical form is read
 * and written anew (or passes, where it is what the client expects), the rest passes as it
 * came: documents once they are whole, streams event by event, raw bytes at once.
 */
#ifndef SY_DIALECT_TRANSFER_H
#define SY_DIALECT_TRANSFER_H

#include "dialect/translate.h"

struct sy_task_way;
struct sy_transfer;

/* Everything given outlives it; its memory is the call's arena. */
struct sy_transfer *sy_transfer_new(const struct sy_surface *surface,
    const struct sy_task_way *way, struct sy_call *call, const struct sy_face *face,
    struct sy_reading *reading);

int sy_transfer_request(struct sy_transfer *t, struct sy_http *out, struct sy_error *err);
void sy_transfer_head(struct sy_transfer *t, const char *content_type);
const char *sy_transfer_type(const struct sy_transfer *t);
int sy_transfer_feed(struct sy_transfer *t, const char *data, size_t len,
    struct sy_buf *out, struct sy_error *err);
int sy_transfer_finish(struct sy_transfer *t, struct sy_buf *out, struct sy_error *err);

#endif
