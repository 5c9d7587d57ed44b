/*
 * meta.c - GET meta: what the page has to know before it can ask for anything.
 */
#include "admin/answer.h"

#include "admin/session.h"
#include "model/config.h"
#include "store/ledger.h"

#include <inttypes.h>

#define ROUTES 20

static void put_second(struct sy_buf *out, const char *name, int64_t ms)
{
	sy_answer_name(out, name, false);
	if (ms == 0)
		sy_buf_puts(out, "null");
	else
		sy_buf_int(out, ms / 1000);
}

static void put_config(struct sy_buf *out, const struct sy_config *c)
{
	bool demo = c != NULL;

	for (size_t i = 0; c != NULL && i < c->provider_count; i++)
		demo &= !c->providers[i].enabled || c->providers[i].simulated;
	sy_buf_printf(out, ",\"generation\":%u,\"demo\":%s,\"base_url\":null,\"routes\":[",
	    c != NULL ? c->generation : 0, demo ? "true" : "false");
	for (size_t i = 0; c != NULL && i < c->route_count && i < ROUTES; i++) {
		sy_buf_puts(out, i > 0 ? "," : "");
		sy_buf_json_str(out, c->routes[i].name);
	}
	sy_buf_putc(out, ']');
}

static void put_dims(struct sy_buf *out)
{
	sy_buf_puts(out, ",\"dims\":[");
	for (int dim = SY_DIM_NONE + 1; dim < SY_DIMS; dim++)
		sy_buf_printf(out, "%s\"%s\"", dim > SY_DIM_NONE + 1 ? "," : "",
		    sy_word_name(sy_dim_words, dim));
	sy_buf_putc(out, ']');
}

int sy_answer_meta(struct sy_web *w, struct sy_error *err)
{
	struct sy_ledger_span span;

	if (!w->signed_in) {
		sy_buf_puts(&w->out,
		    "{\"v\":1,\"data\":{\"sign_in\":[\"link\"],\"session\":null}}");
		return 0;
	}
	if (sy_ledger_span(w->admin->book, &span, err) < 0 ||
	    sy_answer_head(w, NULL, false, err) < 0)
		return -1;
	sy_buf_puts(&w->out, "{\"sign_in\":[\"link\"],\"session\":");
	sy_web_put_session(w);
	sy_buf_puts(&w->out, ",\"version\":\"" VERSION "\",\"currency\":\"USD\"");
	put_dims(&w->out);
	put_second(&w->out, "first_day", span.rows == 0 ? 0 : span.first_ms);
	put_second(&w->out, "last_request", span.rows == 0 ? 0 : span.last_ms);
	put_config(&w->out, w->admin->config);
	sy_buf_putc(&w->out, '}');
	sy_answer_tail(w);
	return 0;
}
