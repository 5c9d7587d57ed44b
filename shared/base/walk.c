/*
 * walk.c - see walk.h.
 */
#include "base/walk.h"

#include "base/arena.h"
#include "base/text.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool ends_scalar(char c)
{
	return c == ',' || c == ']' || c == '}' || is_space(c);
}

static size_t skip_space(struct sy_span s, size_t at)
{
	while (at < s.len && is_space(s.at[at]))
		at++;
	return at;
}

/* Behind the closing quote of the string at `at`. */
static size_t skip_string(struct sy_span s, size_t at)
{
	for (at++; at < s.len; at++) {
		const char *quote = memchr(s.at + at, '"', s.len - at);
		size_t end, slashes = 0;

		if (quote == NULL)
			return s.len;
		end = (size_t)(quote - s.at);
		while (end - slashes > at && s.at[end - slashes - 1] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return end + 1;
		at = end;
	}
	return s.len;
}

/* Behind the object or array at `at`: brackets are known to match. */
static size_t skip_nest(struct sy_span s, size_t at)
{
	size_t depth = 0;

	while (at < s.len) {
		char c = s.at[at];

		if (c == '"') {
			at = skip_string(s, at);
			continue;
		}
		at++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			break;
	}
	return at;
}

static size_t skip_value(struct sy_span s, size_t at)
{
	if (at >= s.len)
		return s.len;
	if (s.at[at] == '"')
		return skip_string(s, at);
	if (s.at[at] == '{' || s.at[at] == '[')
		return skip_nest(s, at);
	while (at < s.len && !ends_scalar(s.at[at]))
		at++;
	return at;
}

/* To the first byte of the next item, or false at the end. */
static bool next_item(struct sy_span s, char open, size_t *pos)
{
	if (s.at == NULL || s.len < 2 || s.at[0] != open)
		return false;
	*pos = skip_space(s, *pos == 0 ? 1 : *pos);
	if (*pos < s.len && s.at[*pos] == ',')
		*pos = skip_space(s, *pos + 1);
	return *pos < s.len - 1;
}

static struct sy_span cut(struct sy_span s, size_t from, size_t to)
{
	return (struct sy_span){ s.at + from, to - from };
}

bool sy_walk_element(struct sy_span array, size_t *pos, struct sy_span *value)
{
	size_t from;

	if (!next_item(array, '[', pos))
		return false;
	from = *pos;
	*pos = skip_value(array, from);
	*value = cut(array, from, *pos);
	return true;
}

bool sy_walk_member(struct sy_span object, size_t *pos, struct sy_span *key,
    struct sy_span *value)
{
	size_t from;

	if (!next_item(object, '{', pos))
		return false;
	from = *pos;
	*pos = skip_value(object, from);
	*key = cut(object, from, *pos);
	from = skip_space(object, *pos);
	from = skip_space(object, from + 1); /* the colon */
	if (from > object.len)
		from = object.len;
	*pos = skip_value(object, from);
	*value = cut(object, from, *pos);
	return true;
}

struct sy_span sy_walk_get(struct sy_span object, const char *key)
{
	struct sy_span name, value;
	size_t pos = 0;

	while (sy_walk_member(object, &pos, &name, &value))
		if (sy_span_is(name, key) && value.len > 0 && value.at[0] != 'n')
			return value;
	return (struct sy_span){ NULL, 0 };
}

void sy_walk_fill(struct sy_span object, const struct sy_key *keys, size_t count,
    struct sy_span *out)
{
	struct sy_span name, value;
	size_t pos = 0;

	memset(out, 0, count * sizeof(*out));
	while (sy_walk_member(object, &pos, &name, &value)) {
		if (value.len == 0 || value.at[0] == 'n')
			continue;
		for (size_t i = 0; i < count; i++)
			if (name.len == keys[i].len + 2 &&
			    memcmp(name.at + 1, keys[i].text, keys[i].len) == 0) {
				out[i] = value;
				break;
			}
	}
}

struct sy_span sy_span_trim(const char *text, size_t len)
{
	while (len > 0 && is_space(*text))
		text++, len--;
	while (len > 0 && is_space(text[len - 1]))
		len--;
	return (struct sy_span){ text, len };
}

static bool begins(struct sy_span s, char c)
{
	return s.at != NULL && s.len >= 2 && s.at[0] == c;
}

bool sy_span_is_string(struct sy_span s)
{
	return begins(s, '"');
}

bool sy_span_is_empty(struct sy_span s)
{
	return s.at == NULL ||
	    (s.len == 2 && (s.at[0] == '"' || s.at[0] == '{' || s.at[0] == '['));
}

bool sy_span_is_object(struct sy_span s)
{
	return begins(s, '{');
}

bool sy_span_is_array(struct sy_span s)
{
	return begins(s, '[');
}

bool sy_span_int(struct sy_span s, int64_t *out)
{
	bool negative = s.at != NULL && s.len > 0 && s.at[0] == '-';
	size_t i = negative;
	int64_t n = 0;

	if (s.at == NULL || i == s.len)
		return false;
	for (; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, s.at[i] - '0', &n))
			return false;
	}
	*out = negative ? -n : n;
	return true;
}

static unsigned hex4(const char *s)
{
	unsigned n = 0;

	for (int i = 0; i < 4; i++) {
		char c = s[i];
		unsigned digit =
		    c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;

		n = n << 4 | (digit & 15);
	}
	return n;
}

static size_t put_utf8(char *dst, unsigned c)
{
	if (c < 0x80) {
		dst[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		dst[0] = (char)(0xc0 | c >> 6);
		dst[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		dst[0] = (char)(0xe0 | c >> 12);
		dst[1] = (char)(0x80 | (c >> 6 & 0x3f));
		dst[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	dst[0] = (char)(0xf0 | c >> 18);
	dst[1] = (char)(0x80 | (c >> 12 & 0x3f));
	dst[2] = (char)(0x80 | (c >> 6 & 0x3f));
	dst[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The character of \uXXXX at p (the 'u'), with its other half if it is a pair; *used counts
 * from p. */
static unsigned read_unicode(const char *p, const char *end, size_t *used)
{
	unsigned high, low;

	*used = 5;
	if (end - p < 5)
		return 0xfffd;
	high = hex4(p + 1);
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || end - p < 11 || p[5] != '\\' || p[6] != 'u')
		return 0xfffd;
	low = hex4(p + 7);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*used = 11;
	return 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
}

/* One escape, its backslash at p; the bytes read. */
static size_t unescape(const char *p, const char *end, char **dst)
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	const char *known;
	size_t used;

	if (end - p < 2)
		return 1;
	if (p[1] == 'u') {
		*dst += put_utf8(*dst, read_unicode(p + 1, end, &used));
		return used + 1 > (size_t)(end - p) ? (size_t)(end - p) : used + 1;
	}
	known = strchr(names, p[1]);
	*(*dst)++ = known != NULL ? values[known - names] : p[1];
	return 2;
}

size_t sy_unquote_to(char *dst, struct sy_span s)
{
	const char *p, *end;
	char *out = dst;

	if (!sy_span_is_string(s))
		return 0;
	p = s.at + 1;
	end = s.at + s.len - 1;
	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		size_t plain = (size_t)((slash != NULL ? slash : end) - p);

		memcpy(out, p, plain);
		out += plain;
		p += plain;
		if (slash != NULL)
			p += unescape(p, end, &out);
	}
	return (size_t)(out - dst);
}

char *sy_unquote(struct sy_arena *a, struct sy_span s, size_t *len)
{
	char *text = sy_alloc(a, s.len + 1);
	size_t n = sy_unquote_to(text, s);

	if (len != NULL)
		*len = n;
	return text;
}

void sy_unquote_copy(char *dst, size_t room, struct sy_span s)
{
	char text[512];

	if (s.len > sizeof(text))
		s.len = sizeof(text);
	sy_copy_n(dst, room, text, sy_unquote_to(text, s));
}
