/*
 * scan.c - see scan.h.
 *
 * Recursive descent; the depth limit bounds the stack.  What makes it fast is plain(): almost
 * all of a body is text inside strings, which is stepped over 32 bytes at a time.
 */
#include "base/scan.h"

#include "base/arena.h"
#include "base/text.h"
#include "base/walk.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

static const struct sy_scan_limits defaults = {
	.nodes = SY_SCAN_NODES,
	.depth = SY_SCAN_DEPTH,
	.messages = SY_SCAN_ELEMENTS,
};

struct scan {
	const char *text, *p, *end;
	const struct sy_scan_limits *limits;
	struct sy_arena *arena; /* NULL: only a verdict is wanted */
	struct sy_scan *out;
	struct sy_member *member; /* the top-level one that is being read */
	size_t room;              /* of out->members */
	struct sy_error *err;
};

static int scan_value(struct scan *s, unsigned depth, const struct sy_span *key,
    struct sy_member *about);

static int bad(const struct scan *s, const char *what)
{
	return sy_fail(s->err, SY_BAD_REQUEST, "", "not valid JSON at byte %zu: %s",
	    (size_t)(s->p - s->text), what);
}

static int too_much(const struct scan *s, const char *what, size_t limit)
{
	return sy_fail(s->err, SY_TOO_LARGE, s->member != NULL ? s->member->key : "",
	    "the JSON has more than %zu %s, at byte %zu", limit, what,
	    (size_t)(s->p - s->text));
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip_space(struct scan *s)
{
	while (s->p < s->end && is_space(*s->p))
		s->p++;
}

#define EACH(byte) (0x0101010101010101ULL * (byte))
#define HIGH       EACH(0x80)

/* The high bit of each of eight bytes that is a quote, a backslash, a control or not ASCII.
 * Borrows run upwards, so of the bytes that are marked the lowest one is one. */
static uint64_t special(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	w = le64toh(w);
	return ((w - EACH(0x20)) | ((w ^ EACH('"')) - EACH(1)) |
	           ((w ^ EACH('\\')) - EACH(1)) | w) &
	       HIGH;
}

/* The first byte at or after p that is not plain ASCII text of a string. */
static const char *plain(const char *p, const char *end)
{
	while (end - p >= 32 &&
	       (special(p) | special(p + 8) | special(p + 16) | special(p + 24)) == 0)
		p += 32;
	for (; end - p >= 8; p += 8) {
		uint64_t found = special(p);

		if (found != 0)
			return p + __builtin_ctzll(found) / 8;
	}
	while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 &&
	       *p != '"' && *p != '\\')
		p++;
	return p;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* At a backslash. */
static int scan_escape(struct scan *s, bool in_key)
{
	if (s->end - s->p < 2)
		return bad(s, "the text ends inside a string");
	if (s->p[1] != 'u') {
		if (s->p[1] == '\0' || strchr("\"\\/bfnrt", s->p[1]) == NULL)
			return bad(s, "no such escape");
		s->p += 2;
		return 0;
	}
	if (s->end - s->p < 6)
		return bad(s, "the text ends inside a string");
	for (int i = 2; i < 6; i++)
		if (!is_hex(s->p[i]))
			return bad(s, "\\u wants four hexadecimal digits");
	if (in_key && memcmp(s->p + 2, "0000", 4) == 0)
		return bad(s, "NUL in a key");
	s->p += 6;
	return 0;
}

static int scan_utf8(struct scan *s)
{
	size_t step;

	do {
		step = sy_utf8_step(s->p, (size_t)(s->end - s->p));
		if (step == 0)
			return bad(s, "not UTF-8");
		s->p += step;
	} while (s->p < s->end && (unsigned char)*s->p >= 0x80);
	return 0;
}

/* At an opening quote; *out is the string with both quotes. */
static int scan_string(struct scan *s, bool in_key, struct sy_span *out)
{
	out->at = s->p++;
	for (;;) {
		int rc;

		s->p = plain(s->p, s->end);
		if (s->p == s->end)
			return bad(s, "the text ends inside a string");
		if (*s->p == '"')
			break;
		if (*s->p == '\\')
			rc = scan_escape(s, in_key);
		else if ((unsigned char)*s->p >= 0x80)
			rc = scan_utf8(s);
		else
			rc = bad(s, "a control character in a string");
		if (rc < 0)
			return -1;
	}
	s->p++;
	out->len = (size_t)(s->p - out->at);
	return 0;
}

static uint32_t bit_of(const char *const *words, struct sy_span text)
{
	for (int i = 0; words != NULL && i < 32 && words[i] != NULL; i++)
		if (sy_span_is(text, words[i]))
			return UINT32_C(1) << i;
	return 0;
}

/* What a string value tells beyond being one. */
static void note_string(struct scan *s, const struct sy_span *key, struct sy_span v)
{
	if ((key != NULL && sy_span_is(*key, "data")) ||
	    (v.len > 6 && memcmp(v.at + 1, "data:", 5) == 0))
		s->out->media_count++;
	else
		s->out->string_bytes += v.len - 2;
	if (s->member != NULL && key != NULL &&
	    (sy_span_is(*key, "type") || sy_span_is(*key, "role")))
		s->member->seen |= bit_of(s->limits->watch, v);
}

static bool digits(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > from;
}

static bool step_over(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static int scan_number(struct scan *s)
{
	step_over(s, '-');
	if (!step_over(s, '0') && !digits(s))
		return bad(s, "a value was expected");
	if (step_over(s, '.') && !digits(s))
		return bad(s, "a digit was expected");
	if (step_over(s, 'e') || step_over(s, 'E')) {
		if (!step_over(s, '+'))
			step_over(s, '-');
		if (!digits(s))
			return bad(s, "a digit was expected");
	}
	return 0;
}

static int scan_literal(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return bad(s, "a value was expected");
	s->p += len;
	return 0;
}

/* A member of the top-level object: remembered, in order. */
static struct sy_member *add_member(struct scan *s, struct sy_span key)
{
	struct sy_scan *o = s->out;
	struct sy_member *m;

	if (o->member_count == s->room) {
		struct sy_member *more;

		s->room = s->room == 0 ? 16 : s->room * 2;
		more = sy_alloc(s->arena, s->room * sizeof(*more));
		if (o->member_count > 0)
			memcpy(more, o->members, o->member_count * sizeof(*more));
		o->members = more;
	}
	m = &o->members[o->member_count++];
	m->key = sy_unquote(s->arena, key, NULL);
	m->key_at = (size_t)(key.at - s->text);
	return m;
}

static int scan_member(struct scan *s, unsigned depth)
{
	struct sy_member *m = NULL;
	struct sy_span key;

	if (s->p == s->end || *s->p != '"')
		return bad(s, "a key in quotes was expected");
	if (scan_string(s, true, &key) < 0)
		return -1;
	skip_space(s);
	if (!step_over(s, ':'))
		return bad(s, "':' was expected");
	skip_space(s);
	if (depth == 1 && s->arena != NULL)
		s->member = m = add_member(s, key);
	else if (s->member != NULL)
		s->member->seen_keys |= bit_of(s->limits->watch_keys, key);
	return scan_value(s, depth, &key, m);
}

/* At the opening bracket; *count is the number of items. */
static int scan_items(struct scan *s, unsigned depth, char close, size_t *count)
{
	*count = 0;
	if (depth > s->limits->depth)
		return too_much(s, "levels", s->limits->depth);
	s->p++;
	skip_space(s);
	if (s->p < s->end && *s->p == close) {
		s->p++;
		return 0;
	}
	do {
		skip_space(s);
		if ((close == '}' ? scan_member(s, depth)
		                  : scan_value(s, depth, NULL, NULL)) < 0)
			return -1;
		if (++*count > s->limits->messages && depth == 2 && close == ']')
			return too_much(s, "elements in one array", s->limits->messages);
		skip_space(s);
	} while (step_over(s, ','));
	if (s->p == s->end || *s->p != close)
		return bad(s,
		    close == '}' ? "',' or '}' was expected" : "',' or ']' was expected");
	s->p++;
	return 0;
}

static int scan_by_type(struct scan *s, unsigned depth, const struct sy_span *key,
    enum sy_json_type *type, size_t *elements)
{
	struct sy_span string;

	*elements = 0;
	switch (*s->p) {
	case '{':
		*type = SY_J_OBJECT;
		return scan_items(s, depth + 1, '}', elements);
	case '[':
		*type = SY_J_ARRAY;
		return scan_items(s, depth + 1, ']', elements);
	case '"':
		*type = SY_J_STRING;
		if (scan_string(s, false, &string) < 0)
			return -1;
		note_string(s, key, string);
		return 0;
	case 't':
		*type = SY_J_BOOL;
		return scan_literal(s, "true");
	case 'f':
		*type = SY_J_BOOL;
		return scan_literal(s, "false");
	case 'n':
		*type = SY_J_NULL;
		return scan_literal(s, "null");
	default:
		*type = SY_J_NUMBER;
		return scan_number(s);
	}
}

/* `key` is what it stands under, or NULL; `about`, when not NULL, is told of it.  It stays
 * where it is meanwhile: what is nested adds no top-level members. */
static int scan_value(struct scan *s, unsigned depth, const struct sy_span *key,
    struct sy_member *about)
{
	const char *from = s->p;
	enum sy_json_type type;
	size_t elements;

	if (s->p == s->end)
		return bad(s, "a value was expected");
	if (++s->out->nodes > s->limits->nodes)
		return too_much(s, "values", s->limits->nodes);
	if (scan_by_type(s, depth, key, &type, &elements) < 0)
		return -1;
	if (about != NULL) {
		about->at = (size_t)(from - s->text);
		about->len = (size_t)(s->p - from);
		about->type = type;
		about->elements = elements;
	}
	if (depth == 0)
		s->out->type = type;
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct sy_member *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/* Two members of one name would let us check the one and a provider obey the other. */
static int refuse_twice(const struct scan *s)
{
	const struct sy_scan *o = s->out;
	const struct sy_member **sorted;

	if (o->member_count < 2)
		return 0;
	sorted = sy_alloc(s->arena, o->member_count * sizeof(*sorted));
	for (size_t i = 0; i < o->member_count; i++)
		sorted[i] = &o->members[i];
	qsort(sorted, o->member_count, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < o->member_count; i++)
		if (compare_keys(&sorted[i - 1], &sorted[i]) == 0)
			return sy_fail(s->err, SY_BAD_REQUEST, sorted[i]->key,
			    "'%s' is given twice", sorted[i]->key);
	return 0;
}

static int scan_text(struct scan *s)
{
	if (s->end - s->p >= 3 && memcmp(s->p, "\xef\xbb\xbf", 3) == 0)
		return bad(s, "a byte order mark does not belong here");
	skip_space(s);
	if (scan_value(s, 0, NULL, NULL) < 0)
		return -1;
	s->member = NULL;
	skip_space(s);
	if (s->p < s->end)
		return bad(s, "there is something behind the value");
	return 0;
}

int sy_scan(const char *text, size_t len, const struct sy_scan_limits *limits,
    struct sy_arena *a, struct sy_scan *out, struct sy_error *err)
{
	struct scan s = {
		.text = text,
		.p = text,
		.end = text + len,
		.limits = limits != NULL ? limits : &defaults,
		.arena = a,
		.out = out,
		.err = err,
	};

	memset(out, 0, sizeof(*out));
	out->text = text;
	out->len = len;
	if (scan_text(&s) < 0)
		return -1;
	return refuse_twice(&s);
}

int sy_scan_check(const char *text, size_t len, const struct sy_scan_limits *limits,
    struct sy_error *err)
{
	struct sy_scan unused = { .text = text, .len = len };
	struct scan s = {
		.text = text,
		.p = text,
		.end = text + len,
		.limits = limits != NULL ? limits : &defaults,
		.out = &unused,
		.err = err,
	};

	return scan_text(&s);
}

const struct sy_member *sy_scan_find(const struct sy_scan *s, const char *key)
{
	for (size_t i = 0; i < s->member_count; i++)
		if (s->members[i].key[0] == key[0] && strcmp(s->members[i].key, key) == 0)
			return &s->members[i];
	return NULL;
}

static const char *const type_names[] = {
	[SY_J_NULL] = "null",
	[SY_J_BOOL] = "a boolean",
	[SY_J_NUMBER] = "a number",
	[SY_J_STRING] = "a string",
	[SY_J_ARRAY] = "an array",
	[SY_J_OBJECT] = "an object",
};

/* 1 and *m; 0 when absent or null; -1 when it is of another type. */
static int find_typed(const struct sy_scan *s, const char *key, enum sy_json_type type,
    const struct sy_member **m, struct sy_error *err)
{
	*m = sy_scan_find(s, key);
	if (*m == NULL || (*m)->type == SY_J_NULL)
		return 0;
	if ((*m)->type != type)
		return sy_fail_code(err, SY_BAD_REQUEST, key, "invalid_type",
		    "'%s' must be %s, not %s", key, type_names[type],
		    type_names[(*m)->type]);
	return 1;
}

static struct sy_span span_of(const struct sy_scan *s, const struct sy_member *m)
{
	return (struct sy_span){ s->text + m->at, m->len };
}

int sy_scan_string(const struct sy_scan *s, const char *key, struct sy_arena *a,
    const char **out, struct sy_error *err)
{
	const struct sy_member *m;
	int rc = find_typed(s, key, SY_J_STRING, &m, err);
	size_t len;
	char *text;

	if (rc <= 0)
		return rc;
	text = sy_unquote(a, span_of(s, m), &len);
	if (strlen(text) != len)
		return sy_fail_code(err, SY_BAD_REQUEST, key, "invalid_value",
		    "'%s' has a NUL in it", key);
	*out = text;
	return 1;
}

int sy_scan_bool(const struct sy_scan *s, const char *key, bool *out,
    struct sy_error *err)
{
	const struct sy_member *m;
	int rc = find_typed(s, key, SY_J_BOOL, &m, err);

	if (rc > 0)
		*out = s->text[m->at] == 't';
	return rc;
}

int sy_scan_int(const struct sy_scan *s, const char *key, int64_t min, int64_t max,
    int64_t *out, struct sy_error *err)
{
	const struct sy_member *m;
	int rc = find_typed(s, key, SY_J_NUMBER, &m, err);
	struct sy_span number;
	int64_t n;

	if (rc <= 0)
		return rc;
	number = span_of(s, m);
	if (memchr(number.at, '.', number.len) || memchr(number.at, 'e', number.len) ||
	    memchr(number.at, 'E', number.len))
		return sy_fail_code(err, SY_BAD_REQUEST, key, "invalid_type",
		    "'%s' must be an integer", key);
	if (!sy_span_int(number, &n)) /* only its size is left to be wrong */
		n = number.at[0] == '-' ? INT64_MIN : INT64_MAX;
	if (n < min)
		return sy_fail_code(err, SY_BAD_REQUEST, key, "integer_below_min_value",
		    "'%s' must be at least %lld", key, (long long)min);
	if (n > max)
		return sy_fail_code(err, SY_BAD_REQUEST, key, "integer_above_max_value",
		    "'%s' must be at most %lld", key, (long long)max);
	*out = n;
	return 1;
}
