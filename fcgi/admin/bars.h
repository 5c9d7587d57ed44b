/*
 * bars.h - parts of answers that the summary shares with series and top.
 */
#ifndef SY_FCGI_ADMIN_BARS_H
#define SY_FCGI_ADMIN_BARS_H

#include "admin/answer.h"

enum sy_measure {
	SY_MEASURE_COST,
	SY_MEASURE_REQUESTS,
	SY_MEASURE_TOKENS,
	SY_MEASURE_ERRORS,
};

extern const struct sy_word sy_measure_words[]; /* "cost" ... */

/* The object `bars`: `top` series, the rest as `other`. */
void sy_bars_put(struct sy_web *w, const struct sy_ask_spend *ask,
    const struct sy_breakdown *all, enum sy_measure m, size_t top);

/* The columns of a list, without the braces around them: the first `listed` groups, `rest`. */
void sy_top_put(struct sy_web *w, enum sy_dim by, const struct sy_breakdown *all,
    size_t listed);

#endif
