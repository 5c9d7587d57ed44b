/*
 * responses_kept.c - what is kept of an exchange, and going on from it.
 *
 * {"response":{...},"input":[...]}: the answer as the client got it, and everything before it,
 * back to the first request of the conversation.  So each is whole by itself, and one that is
 * forgotten takes nothing else with it.  Instructions are not kept: they held once.
 */
#include "dialect/responses.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/fields.h"
#include "dialect/openai.h"

#include <stdlib.h>
#include <string.h>

#define EARLIER_MOST 64 /* answers that one request may refer to */

#define LIST_MOST  100 /* items of one page */
#define LIST_USUAL 20

/* --- What a request needs to find again. ------------------------------------------------- */

void sy_responses_want(struct sy_ask *ask, const char *id, struct sy_arena *a)
{
	struct sy_earlier **end = &ask->earlier;

	for (; *end != NULL; end = &(*end)->next)
		if (strcmp((*end)->id, id) == 0)
			return;
	*end = sy_alloc(a, sizeof(**end));
	(*end)->id = id;
}

/* An item is named after its answer: "msg_ID_0" is of "resp_ID". */
static const char *answer_of(const char *item, struct sy_arena *a)
{
	const char *begin = strchr(item, '_');
	const char *end = begin != NULL ? strrchr(begin + 1, '_') : NULL;

	if (end == NULL)
		return NULL;
	return sy_strf(a, "resp_%.*s", (int)(end - begin - 1), begin + 1);
}

static bool is_reference(struct sy_span item)
{
	struct sy_span type = sy_walk_get(item, "type");

	if (type.at == NULL)
		return sy_walk_get(item, "role").at == NULL &&
		       sy_walk_get(item, "id").at != NULL;
	return sy_span_is(type, "item_reference");
}

int sy_responses_want_references(struct sy_ask *ask, struct sy_arena *a,
    struct sy_error *err)
{
	struct sy_span list = sy_field_span(&ask->scan, "input"), item;
	size_t pos = 0, count = 0;

	while (sy_walk_element(list, &pos, &item)) {
		struct sy_span id = sy_walk_get(item, "id");
		const char *answer;

		if (!is_reference(item) || !sy_span_is_string(id))
			continue;
		answer = answer_of(sy_unquote(a, id, NULL), a);
		if (answer != NULL)
			sy_responses_want(ask, answer, a);
		if (++count > EARLIER_MOST)
			return sy_fail_code(err, SY_BAD_REQUEST, "input",
			    "array_above_max_length",
			    "'input' may refer to %d items by their ids", EARLIER_MOST);
	}
	return 0;
}

/* --- What was found. --------------------------------------------------------------------- */

static struct sy_span kept_of(const struct sy_earlier *e)
{
	return (struct sy_span){ e->text, e->len };
}

static struct sy_span output_of(struct sy_span kept)
{
	return sy_walk_get(sy_walk_get(kept, "response"), "output");
}

static struct sy_span item_in(struct sy_span list, const char *id)
{
	struct sy_span item;
	size_t pos = 0;

	while (sy_walk_element(list, &pos, &item))
		if (sy_span_is(sy_walk_get(item, "id"), id))
			return item;
	return (struct sy_span){ NULL, 0 };
}

struct sy_span sy_responses_item(const struct sy_ask *ask, const char *id)
{
	struct sy_span item = { NULL, 0 };

	for (const struct sy_earlier *e = ask->earlier; e != NULL && item.at == NULL;
	     e = e->next) {
		if (e->text == NULL)
			continue;
		item = item_in(output_of(kept_of(e)), id);
		if (item.at == NULL)
			item = item_in(sy_walk_get(kept_of(e), "input"), id);
	}
	return item;
}

/* The answer that the request goes on from was wanted first. */
static const struct sy_earlier *previous_of(const struct sy_ask *ask)
{
	return sy_field(&ask->scan, "previous_response_id") != NULL ? ask->earlier : NULL;
}

int sy_responses_read_previous(const struct sy_ask *ask, struct sy_arena *a,
    struct sy_chat *out, struct sy_error *err)
{
	const struct sy_earlier *e = previous_of(ask);
	struct json_object *kept, *response;

	if (e == NULL)
		return 0;
	if (e->text == NULL)
		return sy_fail_code(err, SY_BAD_REQUEST, "previous_response_id",
		    "previous_response_not_found",
		    "No answer with the id '%.80s' is kept for this key: it was not stored, "
		    "or has expired.",
		    e->id);
	if (sy_json_parse(a, e->text, e->len, &kept, err) < 0)
		return -1;
	response = sy_json_get(kept, "response");
	if (sy_responses_read_items(ask, sy_json_get(kept, "input"),
	        "previous_response_id", a, out, err) < 0)
		return -1;
	return sy_responses_read_items(ask, sy_json_get(response, "output"),
	    "previous_response_id", a, out, err);
}

/* --- Keeping. ---------------------------------------------------------------------------- */

/* Items of an array that is open, each with a comma before it unless it is the first. */
struct items {
	struct sy_buf *out;
	const struct sy_face *face;
	bool begun;
	int named; /* that had no id of their own */
};

static void next_item(struct items *list)
{
	sy_buf_puts(list->out, list->begun ? "," : "");
	list->begun = true;
}

static void copy_items(struct items *list, struct sy_span from)
{
	struct sy_span item;
	size_t pos = 0;

	while (sy_walk_element(from, &pos, &item)) {
		next_item(list);
		sy_openai_put_line(list->out, item);
	}
}

static void put_id(struct items *list)
{
	sy_buf_lit(list->out, "\"id\":\"item_");
	sy_buf_puts(list->out, list->face->id + strlen("resp_"));
	sy_buf_printf(list->out, "_in%d\"", list->named++);
}

/* What a list shows must have an id, which clients need not send. */
static void put_own_item(struct items *list, struct sy_span item)
{
	next_item(list);
	if (sy_walk_get(item, "id").at != NULL) {
		sy_openai_put_line(list->out, item);
		return;
	}
	sy_buf_putc(list->out, '{');
	put_id(list);
	sy_buf_putc(list->out, ',');
	if (sy_walk_get(item, "type").at == NULL)
		sy_buf_lit(list->out, "\"type\":\"message\",");
	sy_openai_put_line(list->out, (struct sy_span){ item.at + 1, item.len - 1 });
}

static void put_own_text(struct items *list, struct sy_span text)
{
	next_item(list);
	sy_buf_putc(list->out, '{');
	put_id(list);
	sy_buf_lit(list->out, ",\"type\":\"message\",\"role\":\"user\",\"content\":"
	                      "[{\"type\":\"input_text\",\"text\":");
	sy_buf_add(list->out, text.at, text.len);
	sy_buf_lit(list->out, "}]}");
}

static struct sy_span resolved(const struct sy_ask *ask, struct sy_span item)
{
	char id[128];

	if (!is_reference(item))
		return item;
	sy_unquote_copy(id, sizeof(id), sy_walk_get(item, "id"));
	return sy_responses_item(ask, id);
}

static void put_own(struct items *list, const struct sy_ask *ask)
{
	struct sy_span input = sy_field_span(&ask->scan, "input"), item;
	size_t pos = 0;

	if (sy_span_is_string(input))
		put_own_text(list, input);
	while (sy_walk_element(input, &pos, &item))
		put_own_item(list, resolved(ask, item));
}

static void keep(const struct sy_ask *ask, const struct sy_face *face, const void *state,
    const struct sy_answer *answer, struct sy_buf *out)
{
	const struct sy_responses_stream *s = state;
	struct sy_response r = { ask, face, answer != NULL ? answer : &s->answer,
		SY_RESPONSE_COMPLETED, NULL };
	const struct sy_earlier *e = previous_of(ask);
	struct items list = { out, face, false, 0 };

	r.status = sy_response_ended(r.answer);
	sy_buf_lit(out, "{\"response\":");
	sy_response_put_object(out, &r);
	sy_buf_lit(out, ",\"input\":[");
	if (e != NULL) {
		copy_items(&list, sy_walk_get(kept_of(e), "input"));
		copy_items(&list, output_of(kept_of(e)));
	}
	put_own(&list, ask);
	sy_buf_lit(out, "]}");
}

/* --- Showing. ---------------------------------------------------------------------------- */

struct page {
	long limit;
	bool newest_first;
	char after[128]; /* behind the item of this id; "" */
};

/* Names and values are plain where they are of any use here. */
static struct page page_of(const char *query)
{
	struct page p = { LIST_USUAL, true, "" };

	while (query != NULL && *query != '\0') {
		size_t len = strcspn(query, "&");

		if (sy_starts(query, "limit="))
			p.limit = strtol(query + strlen("limit="), NULL, 10);
		else if (sy_starts(query, "order=asc"))
			p.newest_first = false;
		else if (sy_starts(query, "after="))
			sy_copy_n(p.after, sizeof(p.after), query + strlen("after="),
			    len - strlen("after="));
		query += len + (query[len] == '&');
	}
	if (p.limit < 1 || p.limit > LIST_MOST)
		p.limit = p.limit < 1 ? 1 : LIST_MOST;
	return p;
}

static size_t count_of(struct sy_span list)
{
	struct sy_span item;
	size_t pos = 0, count = 0;

	while (sy_walk_element(list, &pos, &item))
		count++;
	return count;
}

static struct sy_span nth(struct sy_span list, size_t n)
{
	struct sy_span item = { NULL, 0 };
	size_t pos = 0;

	while (sy_walk_element(list, &pos, &item) && n-- > 0)
		;
	return item;
}

/* The place of the page's first item, in its order. */
static size_t first_of(struct sy_span list, size_t count, const struct page *p)
{
	struct sy_span item;
	size_t pos = 0;

	for (size_t i = 0; p->after[0] != '\0' && sy_walk_element(list, &pos, &item); i++)
		if (sy_span_is(sy_walk_get(item, "id"), p->after))
			return p->newest_first ? count - i : i + 1;
	return 0;
}

static void put_item_id(struct sy_buf *out, const char *key, struct sy_span item)
{
	struct sy_span id = sy_walk_get(item, "id");

	sy_buf_key(out, key);
	if (id.at != NULL)
		sy_buf_add(out, id.at, id.len);
	else
		sy_buf_lit(out, "null");
}

static void show_input(struct sy_span list, const char *query, struct sy_buf *out)
{
	struct page p = page_of(query);
	size_t count = count_of(list), first = first_of(list, count, &p), i;
	struct sy_span item = { NULL, 0 }, begin = { NULL, 0 };

	sy_buf_lit(out, "{\"object\":\"list\",\"data\":[");
	for (i = first; i < count && i < first + (size_t)p.limit; i++) {
		item = nth(list, p.newest_first ? count - 1 - i : i);
		if (i == first)
			begin = item;
		sy_buf_puts(out, i > first ? "," : "");
		sy_buf_add(out, item.at, item.len);
	}
	sy_buf_putc(out, ']');
	put_item_id(out, "first_id", begin);
	put_item_id(out, "last_id", item);
	sy_buf_puts(out, i < count ? ",\"has_more\":true}\n" : ",\"has_more\":false}\n");
}

static void show(const char *id, const char *kept, size_t len, enum sy_kept_view view,
    const char *query, struct sy_buf *out)
{
	struct sy_span whole = { kept, len }, response = sy_walk_get(whole, "response");

	switch (view) {
	case SY_KEPT_ANSWER:
		sy_buf_add(out, response.at, response.len);
		sy_buf_putc(out, '\n');
		break;
	case SY_KEPT_INPUT:
		show_input(sy_walk_get(whole, "input"), query, out);
		break;
	case SY_KEPT_DELETED:
		sy_buf_putc(out, '{');
		sy_buf_member(out, "id", id);
		sy_buf_lit(out, ",\"object\":\"response\",\"deleted\":true}\n");
		break;
	}
}

const struct sy_keeping sy_responses_keeping = { .keep = keep, .show = show };
