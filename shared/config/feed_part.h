/*
 * feed_part.h - what the readers of the shapes of feed.h share.
 *
 * A reader begins a row with sy_feed_row(), fills in what it finds, and ends it with
 * sy_feed_end(), which weighs it; a row that cannot be one is told and left out.
 */
#ifndef SY_CONFIG_FEED_PART_H
#define SY_CONFIG_FEED_PART_H

#include "base/walk.h"
#include "config/draft.h"
#include "config/feed.h"

#include <stdbool.h>
#include <stdint.h>

/* Powers of ten from a feed's prices to micro-dollars a million tokens. */
#define SY_PER_MILLION 6
#define SY_PER_TOKEN   12

struct sy_feed_reader {
	struct sy_draft *draft;
	const struct sy_source *source;
	struct sy_feed *feed;
	struct sy_draft_model *row; /* that is being read */
	const char *told;           /* lines were counted up to here */
	int line;
	bool bad; /* it will be left out */
	bool other_units;
};

/* The text of a string in the arena; NULL for anything else, and for one with a NUL in it. */
const char *sy_feed_text(const struct sy_feed_reader *r, struct sy_span s);
bool sy_feed_true(struct sy_span s);
/* Whether a list of strings has that one. */
bool sy_feed_has(struct sy_span list, const char *text);

void sy_feed_row(struct sy_feed_reader *r, struct sy_span at, const char *provider,
    const char *name);

/* A number, or a string with one, under that key; absent is no price. */
void sy_feed_price(struct sy_feed_reader *r, int64_t *price, struct sy_span value,
    int shift, const char *key);
void sy_feed_tokens(struct sy_feed_reader *r, int64_t *tokens, struct sy_span value,
    const char *key);

/* A tier whose prices are not known yet, in its place by threshold; NULL when there is no
 * room, or no threshold. */
struct sy_tier *sy_feed_tier(struct sy_feed_reader *r, int64_t above_tokens);

/* A day as "2026-07-02..."; anything else is passed over. */
void sy_feed_day(struct sy_feed_reader *r, struct sy_span value);

void sy_feed_end(struct sy_feed_reader *r);

/* What should hold the import back, about the row. */
void sy_feed_hold(struct sy_feed_reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void sy_feed_warn(struct sy_feed_reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What a model is for and what it can do, from what it takes and what it makes; `name` tells
 * vectors and scores from text.  0: nothing that can be asked for here. */
uint32_t sy_feed_caps(struct sy_span takes, struct sy_span makes, const char *name);

void sy_feed_read_models_dev(struct sy_feed_reader *r, struct sy_span root);
void sy_feed_read_litellm(struct sy_feed_reader *r, struct sy_span root);
void sy_feed_read_openrouter(struct sy_feed_reader *r, struct sy_span root);

#endif
