/*
 * answer.h - the answers of the dashboard's API (www/API.md), one function an endpoint.
 */
#ifndef SY_FCGI_ADMIN_ANSWER_H
#define SY_FCGI_ADMIN_ANSWER_H

#include "admin/web.h"
#include "ops/breakdown.h"

/* Each fills w->out (and w->status), or returns -1 with *err filled. */
int sy_answer_meta(struct sy_web *w, struct sy_error *err);
int sy_answer_sign_in(struct sy_web *w, struct sy_error *err);
int sy_answer_sign_out(struct sy_web *w, struct sy_error *err);
int sy_answer_summary(struct sy_web *w, struct sy_error *err);
int sy_answer_series(struct sy_web *w, struct sy_error *err);
int sy_answer_top(struct sy_web *w, struct sy_error *err);
int sy_answer_providers(struct sy_web *w, struct sy_error *err);

/* --- Shared by those. ------------------------------------------------------------------ */

/* The question that r, cmp, step and f.DIM ask; `by` from the parameter of that name. */
int sy_answer_ask(struct sy_web *w, struct sy_ask_spend *out, struct sy_error *err);

/* Everything up to and including `"data":`; period NULL for answers that take none.  Notes
 * as_of and seq in *w. */
int sy_answer_head(struct sy_web *w, const struct sy_period *period, bool partial,
    struct sy_error *err);

/* The closing brace of the whole. */
void sy_answer_tail(struct sy_web *w);

/* "name": for a member; with a comma unless it is the first. */
void sy_answer_name(struct sy_buf *out, const char *name, bool first);

void sy_answer_totals(struct sy_buf *out, const struct sy_cell *c, int64_t cost_uusd);

/* [n, n, ...] */
void sy_answer_numbers(struct sy_buf *out, const int64_t *n, size_t count);

/* What to show for a dimension's value. */
const char *sy_answer_label(struct sy_web *w, enum sy_dim dim, const char *id);

/* The `data` of GET providers, also part of the summary. */
int sy_answer_provider_list(struct sy_web *w, struct sy_error *err);

/* Banners for circuits that are open, comma-separated objects; how many. */
int sy_answer_circuit_banners(struct sy_web *w, struct sy_error *err);

#endif
