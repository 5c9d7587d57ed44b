/*
 * gemini_grounding.c - what an answer rests on: searches of the web, documents, recitations.
 *
 * Google counts places in a text in bytes, from the beginning of a part that a stream does not
 * show; the words that it quotes tell whether they are where it says, or where else.
 */
#include "dialect/gemini_content.h"

#include "base/arena.h"

#include <string.h>

#define CHUNKS_MAX 256

struct place {
	int64_t from, to; /* bytes */
};

static int64_t characters(const struct sy_buf *text, int64_t bytes)
{
	int64_t n = 0;

	for (int64_t i = 0; i < bytes && i < (int64_t)text->len; i++)
		n += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return n;
}

static bool stands_at(const struct sy_buf *text, const struct place *p,
    struct sy_span quoted)
{
	return p->from >= 0 && p->to <= (int64_t)text->len &&
	       p->to - p->from == (int64_t)quoted.len &&
	       memcmp(text->data + p->from, quoted.at, quoted.len) == 0;
}

/* Where the words are; { -1, -1 } when they are nowhere. */
static struct place find(const struct sy_buf *text, struct sy_span segment,
    struct sy_span quoted)
{
	struct place p = { 0, -1 };
	const char *at;

	sy_span_int(sy_walk_get(segment, "startIndex"), &p.from);
	sy_span_int(sy_walk_get(segment, "endIndex"), &p.to);
	if (p.from < 0 || p.to < p.from || text->data == NULL)
		return (struct place){ -1, -1 };
	if (quoted.len == 0 || stands_at(text, &p, quoted))
		return p.to <= (int64_t)text->len ? p : (struct place){ -1, -1 };
	at = memmem(text->data, text->len, quoted.at, quoted.len);
	if (at == NULL)
		return (struct place){ -1, -1 };
	p.from = at - text->data;
	p.to = p.from + (int64_t)quoted.len;
	return p;
}

static char *keep(struct sy_gemini_teller *t, struct sy_span string)
{
	return sy_span_is_string(string) ? sy_unquote(t->call->arena, string, NULL)
	                                 : NULL;
}

/* web, retrievedContext or maps: each has an address and a title. */
static struct sy_span source_of(struct sy_span chunk)
{
	struct sy_span key, value;
	size_t at = 0;

	return sy_walk_member(chunk, &at, &key, &value) ? value
	                                                : (struct sy_span){ NULL, 0 };
}

static void tell(struct sy_gemini_teller *t, const struct sy_gemini_candidate *c,
    struct sy_span source, const struct place *p, struct sy_span quoted,
    struct sy_span own)
{
	struct sy_event ev = { .kind = SY_EV_CITATION,
		.choice = c->index,
		.url = keep(t, sy_walk_get(source, "uri")),
		.title = keep(t, sy_walk_get(source, "title")),
		.from = -1,
		.to = -1,
		.json = own.at,
		.json_len = own.len };

	if (ev.url == NULL && ev.title == NULL)
		return;
	if (p->from >= 0) {
		ev.from = characters(&c->text, p->from);
		ev.to = characters(&c->text, p->to);
	}
	if (quoted.len > 0) {
		ev.text = quoted.at;
		ev.text_len = quoted.len;
	}
	sy_emit(t->sink, &ev);
}

static void tell_support(struct sy_gemini_teller *t, const struct sy_gemini_candidate *c,
    const struct sy_span *chunks, int64_t count, struct sy_span support)
{
	struct sy_span segment = sy_walk_get(support, "segment"), number;
	struct sy_span list = sy_walk_get(support, "groundingChunkIndices");
	struct sy_span text = sy_walk_get(segment, "text"), quoted = { "", 0 };
	struct place p;
	size_t at = 0;
	int64_t i;

	if (sy_span_is_string(text))
		quoted.at = sy_unquote(t->call->arena, text, &quoted.len);
	p = find(&c->text, segment, quoted);
	while (sy_walk_element(list, &at, &number))
		if (sy_span_int(number, &i) && i >= 0 && i < count)
			tell(t, c, source_of(chunks[i]), &p, quoted, support);
}

/* What is kept for those who know it: queries, and what Google wants shown beside them. */
static void tell_all(struct sy_gemini_teller *t, const struct sy_gemini_candidate *c)
{
	struct sy_event ev = { .kind = SY_EV_EXTRA,
		.choice = c->index,
		.place = SY_EXTRA_CHOICE,
		.key = "groundingMetadata",
		.json = c->grounding.at,
		.json_len = c->grounding.len };

	sy_emit(t->sink, &ev);
}

static void tell_sources(struct sy_gemini_teller *t, const struct sy_gemini_candidate *c)
{
	struct sy_span list = sy_walk_get(c->grounding, "groundingChunks"), one;
	struct sy_span supports = sy_walk_get(c->grounding, "groundingSupports");
	struct sy_span chunks[CHUNKS_MAX];
	const struct place nowhere = { -1, -1 };
	size_t at = 0;
	int64_t count = 0;

	while (count < CHUNKS_MAX && sy_walk_element(list, &at, &chunks[count]))
		count++;
	if (sy_span_is_empty(supports))
		for (int64_t i = 0; i < count; i++)
			tell(t, c, source_of(chunks[i]), &nowhere,
			    (struct sy_span){ "", 0 }, chunks[i]);
	for (at = 0; sy_walk_element(supports, &at, &one);)
		tell_support(t, c, chunks, count, one);
}

static void tell_recitations(struct sy_gemini_teller *t,
    const struct sy_gemini_candidate *c)
{
	struct sy_span list = sy_walk_get(c->citations, "citationSources"), source;
	size_t at = 0;

	if (list.at == NULL)
		list = sy_walk_get(c->citations, "citations");
	while (sy_walk_element(list, &at, &source)) {
		struct place p = find(&c->text, source, (struct sy_span){ "", 0 });

		tell(t, c, source, &p, (struct sy_span){ "", 0 }, source);
	}
}

void sy_gemini_tell_grounding(struct sy_gemini_teller *t,
    const struct sy_gemini_candidate *c)
{
	if (c->grounding.at != NULL) {
		tell_sources(t, c);
		tell_all(t, c);
	}
	if (c->citations.at != NULL)
		tell_recitations(t, c);
}
