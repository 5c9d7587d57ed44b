/*
 * multipart.c - see multipart.h.
 */
#include "base/multipart.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BOUNDARY_BYTES 70 /* RFC 2046 allows no more */

struct reader {
	struct sy_multipart *form;
	struct sy_arena *arena;
	struct sy_error *err;
	char delimiter[BOUNDARY_BYTES + 5]; /* CR LF and two hyphens before the boundary */
	size_t delimiter_len;
	const char *at, *end;
};

static int broken(struct reader *r, const char *what)
{
	return sy_fail(r->err, SY_BAD_REQUEST, "", "the form is broken: %s", what);
}

/* --- Header parameters. ------------------------------------------------------------------ */

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* A quoted string's text, or a token's; *p moves behind it.  In quotes a backslash protects a
 * quote only: old browsers send paths with backslashes in them. */
static char *read_value(const char **p, const char *end, struct sy_arena *a)
{
	const char *from = *p;
	char *text, *out;

	if (from == end || *from != '"') {
		while (*p < end && **p != ';' && **p != ' ' && **p != '\t')
			++*p;
		return sy_strndup(a, from, (size_t)(*p - from));
	}
	text = out = sy_alloc(a, (size_t)(end - from) + 1);
	for (++*p; *p < end && **p != '"'; ++*p) {
		if (**p == '\\' && *p + 1 < end && (*p)[1] == '"')
			++*p;
		*out++ = **p;
	}
	if (*p < end)
		++*p;
	return text;
}

/* The next "; name=value" of a header; false at its end. */
static bool next_param(const char **p, const char *end, struct sy_arena *a, const char **name,
    size_t *name_len, char **value)
{
	const char *semicolon = memchr(*p, ';', (size_t)(end - *p));
	const char *from, *equals;

	if (semicolon == NULL)
		return false;
	from = skip_blanks(semicolon + 1, end);
	equals = memchr(from, '=', (size_t)(end - from));
	if (equals == NULL)
		return false;
	*name = from;
	*name_len = (size_t)(equals - from);
	while (*name_len > 0 && from[*name_len - 1] == ' ')
		--*name_len;
	*p = skip_blanks(equals + 1, end);
	*value = read_value(p, end, a);
	return true;
}

static bool is_named(const char *name, size_t len, const char *wanted)
{
	return len == strlen(wanted) && strncasecmp(name, wanted, len) == 0;
}

/* --- The boundary. ----------------------------------------------------------------------- */

bool sy_multipart_is(const char *content_type)
{
	size_t len = content_type != NULL ? strcspn(content_type, "; \t") : 0;

	return is_named(content_type, len, "multipart/form-data");
}

static int read_boundary(struct reader *r, const char *content_type)
{
	const char *p = content_type, *end = p + strlen(p), *name;
	char *value = NULL, *found = NULL;
	size_t len;

	while (next_param(&p, end, r->arena, &name, &len, &value))
		if (is_named(name, len, "boundary") && found == NULL)
			found = value;
	if (found == NULL || found[0] == '\0')
		return broken(r, "its Content-Type names no boundary");
	if (strlen(found) > BOUNDARY_BYTES)
		return broken(r, "its boundary is over 70 bytes");
	r->form->boundary = found;
	r->delimiter_len = (size_t)snprintf(r->delimiter, sizeof(r->delimiter), "\r\n--%s",
	    found);
	return 0;
}

/* --- Parts. ------------------------------------------------------------------------------ */

enum border { BORDER_NONE, BORDER_PART, BORDER_END };

/* What follows the boundary decides whether it is one: two hyphens, or blanks and a line's
 * end.  *p moves behind that. */
static enum border border_at(const char **p, const char *end)
{
	const char *behind;

	if (end - *p >= 2 && memcmp(*p, "--", 2) == 0) {
		*p += 2;
		return BORDER_END;
	}
	behind = skip_blanks(*p, end);
	if (end - behind < 2 || memcmp(behind, "\r\n", 2) != 0)
		return BORDER_NONE;
	*p = behind + 2;
	return BORDER_PART;
}

/* The next delimiter from r->at on: where it begins; r->at moves behind it. */
static enum border next_border(struct reader *r, const char **begins)
{
	enum border border = BORDER_NONE;
	const char *p = r->at;

	while (border == BORDER_NONE) {
		p = memmem(p, (size_t)(r->end - p), r->delimiter, r->delimiter_len);
		if (p == NULL)
			return BORDER_NONE;
		*begins = p;
		p += r->delimiter_len;
		border = border_at(&p, r->end);
	}
	r->at = p;
	return border;
}

/* The very first one needs no line's end before it. */
static enum border first_border(struct reader *r)
{
	size_t len = r->delimiter_len - 2;
	const char *begins = r->at, *p = r->at + len;
	enum border border = BORDER_NONE;

	if ((size_t)(r->end - r->at) >= len && memcmp(r->at, r->delimiter + 2, len) == 0)
		border = border_at(&p, r->end);
	if (border != BORDER_NONE) {
		r->at = p;
	} else {
		border = next_border(r, &begins);
		begins += border != BORDER_NONE ? 2 : 0;
	}
	r->form->text = begins;
	r->form->len = (size_t)(r->end - begins);
	return border;
}

static bool is_utf8(const char *s, size_t len)
{
	size_t step;

	for (size_t i = 0; i < len; i += step) {
		step = sy_utf8_step(s + i, len - i);
		if (step == 0 || s[i] == '\0')
			return false;
	}
	return true;
}

static void read_disposition(struct reader *r, const char *line, const char *end,
    struct sy_multipart_part *part)
{
	const char *name;
	size_t len;
	char *value;

	while (next_param(&line, end, r->arena, &name, &len, &value))
		if (is_named(name, len, "name") && part->name == NULL)
			part->name = value;
		else if (is_named(name, len, "filename") || is_named(name, len, "filename*"))
			part->filename = value;
}

static void read_header(struct reader *r, const char *line, const char *end,
    struct sy_multipart_part *part)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	size_t len = colon != NULL ? (size_t)(colon - line) : 0;
	const char *value;

	if (len == 0)
		return;
	value = skip_blanks(colon + 1, end);
	if (is_named(line, len, "Content-Disposition"))
		read_disposition(r, value, end, part);
	else if (is_named(line, len, "Content-Type") && part->type == NULL)
		part->type = sy_strndup(r->arena, value, (size_t)(end - value));
}

/* Up to and with the blank line. */
static int read_headers(struct reader *r, struct sy_multipart_part *part)
{
	const char *last = r->end - r->at > SY_MULTIPART_HEADER_BYTES ? r->at + SY_MULTIPART_HEADER_BYTES
								 : r->end;

	for (;;) {
		const char *eol = memmem(r->at, (size_t)(last - r->at), "\r\n", 2);
		const char *line = r->at;

		if (eol == NULL)
			return broken(r, "the head of a part has no end, or is over 8192 bytes");
		r->at = eol + 2;
		if (eol == line)
			break;
		read_header(r, line, eol, part);
	}
	if (part->name == NULL)
		return broken(r, "a part has no name");
	if (!is_utf8(part->name, strlen(part->name)))
		return broken(r, "a part's name is no UTF-8");
	return 0;
}

static int check_value(struct reader *r, const struct sy_multipart_part *part)
{
	if (part->filename != NULL || is_utf8(part->at, part->len))
		return 0;
	return sy_fail_code(r->err, SY_BAD_REQUEST, part->name, "invalid_value",
	    "'%.80s' is no text in UTF-8", part->name);
}

static int read_part(struct reader *r, enum border *border)
{
	struct sy_multipart *f = r->form;
	struct sy_multipart_part *part = &f->parts[f->count];
	const char *value_end;

	if (f->count == SY_MULTIPART_PARTS)
		return sy_fail(r->err, SY_TOO_LARGE, "", "the form has over %d parts",
		    SY_MULTIPART_PARTS);
	if (read_headers(r, part) < 0)
		return -1;
	part->at = r->at;
	r->at -= 2; /* of an empty value, the blank line's end is the delimiter's beginning */
	*border = next_border(r, &value_end);
	if (*border == BORDER_NONE)
		return broken(r, "its last boundary is missing");
	part->len = value_end > part->at ? (size_t)(value_end - part->at) : 0;
	f->count++;
	return check_value(r, part);
}

int sy_multipart_read(const char *content_type, const char *body, size_t len, struct sy_arena *a,
    struct sy_multipart *out, struct sy_error *err)
{
	struct reader r = { .form = out, .arena = a, .err = err, .at = body, .end = body + len };
	enum border border;

	memset(out, 0, sizeof(*out));
	out->content_type = content_type;
	out->parts = sy_alloc(a, SY_MULTIPART_PARTS * sizeof(*out->parts));
	if (read_boundary(&r, content_type) < 0)
		return -1;
	border = first_border(&r);
	if (border == BORDER_NONE)
		return broken(&r, "its boundary is not in it");
	while (border == BORDER_PART)
		if (read_part(&r, &border) < 0)
			return -1;
	return 0;
}

const struct sy_multipart_part *sy_multipart_find(const struct sy_multipart *f, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < f->count; i++) {
		const char *tail = f->parts[i].name + len;

		if (strncmp(f->parts[i].name, name, len) == 0 &&
		    (*tail == '\0' || strcmp(tail, "[]") == 0))
			return &f->parts[i];
	}
	return NULL;
}
