/*
 * option.h - every setting of switchyard.conf, one row each.
 *
 * The reader, the printed form, `show`, "did you mean" and the check of the manual walk these
 * tables.  A block's options stand in the order in which they are printed.
 */
#ifndef SY_CONFIG_OPTION_H
#define SY_CONFIG_OPTION_H

#include "base/error.h"
#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;
struct sy_buf;

enum sy_conf_option_type {
	SY_OPT_BOOL,   /* bool: yes, no */
	SY_OPT_INT,    /* int */
	SY_OPT_SHARE,  /* int: 70, or 70% */
	SY_OPT_MS,     /* int: 250ms 5s 10m 2h 7d */
	SY_OPT_BYTES,  /* int64_t: 4096, 64K, 32M, 1G; powers of 1,024 */
	SY_OPT_TOKENS, /* int64_t: 8192, 128k, 1M; powers of 1,000 */
	SY_OPT_MONEY,  /* int64_t micro-dollars: 0.15; unknown is SY_PRICE_UNKNOWN */
	SY_OPT_DATE,   /* int64_t Unix seconds: 2026-01-31 */
	SY_OPT_TIERS,  /* struct sy_tiers: "200k: in 4.00 out 18.00; 500k: in 6.00" */
	SY_OPT_WORD,   /* int: one of words */
	SY_OPT_WORDS,  /* uint32_t: bits of words, with spaces between */
	SY_OPT_TEXT,   /* const char *: NULL when not given */
	SY_OPT_LIST,   /* struct sy_names: "a" or { "a", "b" } */
};

/* What SY_OPT_LIST fills: texts, and the line each stands in. */
struct sy_names {
	const char **name;
	int *line;
	size_t count;
};

struct sy_conf_option {
	const char *name;
	enum sy_conf_option_type type;
	size_t offset; /* of its member in the block's struct */
	const struct sy_word *words;
	int64_t min, max;
	const char *initial; /* as text; NULL: the zeroed member */
	const char *help;    /* one line */
};

/* A kind of block: what may stand in it, and the struct (draft.h) that its options fill. */
struct sy_block {
	const char *name;
	bool titled;
	const struct sy_conf_option *options; /* sy_block_options() */
	void (*init)(void *at);               /* NULL: the initial values in the rows */
	const struct sy_block *const *inner;  /* ends with NULL; NULL: none */
	size_t size;                          /* of the struct */
	const char *help;
};

extern const struct sy_block sy_block_gateway, sy_block_timeouts, sy_block_provider,
    sy_block_quirks, sy_block_model, sy_block_route, sy_block_target, sy_block_alias;

/* The blocks that stand outside of others; ends with NULL. */
extern const struct sy_block *const sy_blocks[];

/* A block's options; ends with a row without a name. */
const struct sy_conf_option *sy_block_options(const struct sy_block *b);
const struct sy_conf_option *sy_conf_option_find(const struct sy_block *b,
    const char *name);

/* Sets every member of `at`, zeroed memory of b->size, to its initial value. */
void sy_block_init(const struct sy_block *b, void *at);

/* Text to member, for all types but lists.  Texts are copied into the arena.  -1 with
 * SY_CONFIG says what would be right, without the name of the option. */
int sy_conf_option_parse(const struct sy_conf_option *o, const char *text, void *at,
    struct sy_arena *a, struct sy_error *err);

/* The member as it is written in the file, lists and quotes included. */
void sy_conf_option_print(const struct sy_conf_option *o, const void *at,
    struct sy_buf *out);

/* Dollars as decimal text to micro-dollars, without floating point.  -1 when it is none. */
int64_t sy_money_parse(const char *text);
void sy_money_print(int64_t micro_dollars, struct sy_buf *out);

/* "2026-01-31" to Unix seconds at 00:00 UTC, and back; -1 when it is no date. */
int64_t sy_date_parse(const char *text);
void sy_date_print(int64_t unix_s, struct sy_buf *out);

/* tiers.c: prices of long requests; the option's text, the empty one for none. */
struct sy_tiers;
int sy_tiers_parse(const char *text, struct sy_tiers *out, struct sy_error *err);
void sy_tiers_print(const struct sy_tiers *tiers, struct sy_buf *out);

/* The classes of tokens, in the words of prices: "in", "cache_read", ... */
extern const struct sy_word sy_price_words[];

/* "128k" to 128000, and back; -1 when it is no number of tokens. */
int64_t sy_tokens_parse(const char *text);
void sy_tokens_print(int64_t tokens, struct sy_buf *out);

/* A text in double quotes, escaped for the reader. */
void sy_quote(const char *text, struct sy_buf *out);

#endif
