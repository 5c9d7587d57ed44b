/*
 * op_status.h - how the installation is doing, in a few figures.
 */
#ifndef SY_OPS_OP_STATUS_H
#define SY_OPS_OP_STATUS_H

#include "base/error.h"
#include "store/ledger.h"
#include "store/live.h"
#include "store/rollup.h"

#include <stdint.h>

struct sy_ops;

struct sy_status {
	struct sy_live_now now;
	struct sy_ledger_span span;
	struct sy_rollup_state rollup;
	struct sy_cell hour; /* the last 60 minutes */
	int64_t as_of_ms;    /* all that ended before is in the figures */
	int64_t book_bytes;  /* on disk */
	int64_t live_bytes;
	int64_t disk_free_bytes;
};

int sy_op_status(struct sy_ops *o, struct sy_status *out, struct sy_error *err);

#endif
