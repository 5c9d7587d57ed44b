/*
 * feed.h - models and prices as others publish them, read as rows of our catalogue.
 *
 *	models.dev  api.json: an object of providers with their models; or the same as two lists
 *	litellm     model_prices_and_context_window.json: an object of models, prices a token
 *	openrouter  the answer of its /models: a list, prices a token as texts
 *
 * A feed is a stranger's file.  What is wrong with a row becomes a finding that names it, and
 * no row comes out with a price that cannot be true: it comes without that price.
 */
#ifndef SY_CONFIG_FEED_H
#define SY_CONFIG_FEED_H

#include "base/error.h"
#include "base/word.h"

#include <stddef.h>

struct sy_draft;
struct sy_source;

enum sy_feed_shape {
	SY_FEED_UNSAID, /* told by what the file looks like */
	SY_FEED_MODELS_DEV,
	SY_FEED_LITELLM,
	SY_FEED_OPENROUTER,
};

extern const struct sy_word sy_feed_words[]; /* without SY_FEED_UNSAID */

/* What was read, beside the rows. */
struct sy_feed {
	enum sy_feed_shape shape;
	const char *day; /* "2026-07-02", as the file says; or NULL */
	size_t unpriced; /* rows without a price, or with one of zero */
	size_t no_use;   /* left out: they make what nobody can ask us for */
	size_t
	    other_units; /* rows with prices beside those of tokens, which are not kept */
};

/*
 * The rows are added to d->models, sorted by provider and name, each once.  Errors among
 * d->findings are what should hold an import back, warnings are what was mended.  -1 with
 * SY_CONFIG when the file as a whole is none.
 */
int sy_feed_read(struct sy_draft *d, const struct sy_source *s, enum sy_feed_shape shape,
    struct sy_feed *out, struct sy_error *err);

#endif
