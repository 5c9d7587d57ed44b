/*
 * op_import.h - taking models and prices from what others publish into the local catalogue.
 *
 * First what would change is worked out and can be looked at; then it is written, as one file
 * of the local catalogue that overrides what is packaged.  What other local files say of a
 * model is the operator's own word, and stays.
 */
#ifndef SY_OPS_OP_IMPORT_H
#define SY_OPS_OP_IMPORT_H

#include "base/error.h"
#include "config/config_file.h"
#include "config/draft.h"
#include "config/feed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;
struct sy_root;

enum sy_change_kind {
	SY_PRICE_CHANGED,
	SY_FACT_CHANGED,
	SY_MODEL_REMOVED,
	SY_MODEL_ADDED
};
extern const struct sy_word sy_change_words[];

/* One field of one model; of a model that is new or gone, one for all of it. */
struct sy_change {
	enum sy_change_kind kind;
	const char *provider, *model;
	const char *what;           /* the column, or "" for all of it */
	const char *before, *after; /* as the file would say it; "" for nothing */
	bool counted;               /* whether there is a share: */
	int64_t permille; /* of a price: how much more than before, in thousandths */
};

struct sy_import {
	struct sy_feed feed;
	struct sy_change *changes; /* prices first, then facts, removals, additions */
	size_t count, room;
	size_t models;    /* read, of providers that are known */
	size_t same;      /* as they are in the catalogue already */
	size_t yours;     /* another local file speaks of them */
	size_t strangers; /* of providers that no row is for */
	size_t not_in_it; /* packaged models of its providers that it lacks; they stay */
	const char
	    *unknown; /* the first of those providers' names, with spaces between */
	struct sy_findings findings; /* errors are what should hold it back */

	struct sy_draft_model **rows; /* what would be written */
	size_t row_count;
	const char *path;   /* where to */
	const char *source; /* what the rows will say of where they come from */
	struct sy_arena *arena;
};

struct sy_import_ask {
	const char *path; /* of the feed */
	enum sy_feed_shape shape;
	const char *provider; /* only of this one; NULL: all */
	const char *
	    output; /* write all of it, as a catalogue of its own, to this file; or NULL */
	int64_t now_ms;
};

/* Writes nothing.  -1 with SY_CONFIG when the file is no feed. */
int sy_op_import(const struct sy_root *root, const struct sy_import_ask *ask,
    struct sy_arena *a, struct sy_import *out, struct sy_error *err);

/* Writes what sy_op_import() found, whole or not at all. */
int sy_op_import_write(const struct sy_import *in, struct sy_error *err);

#endif
