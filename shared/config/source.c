/*
 * source.c - see source.h.
 */
#include "config/source.h"

#include "base/arena.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One pass over a file: where it stands, and what goes where its text is made. */
struct cleaner {
	const char *in, *end;
	char *out; /* as long as the input; filled in step with it */
	struct sy_place place;
	struct sy_arena *arena;
	struct sy_findings *findings;
};

/* Copies n bytes, or blanks as many. */
static void pass(struct cleaner *c, size_t n)
{
	memcpy(c->out, c->in, n);
	c->in += n;
	c->out += n;
}

static void blank(struct cleaner *c, size_t n)
{
	memset(c->out, ' ', n);
	c->in += n;
	c->out += n;
}

static void newline(struct cleaner *c)
{
	pass(c, 1);
	c->place.line++;
}

static void broken(struct cleaner *c, const char *token, const char *text)
{
	sy_find_error(c->findings, c->arena, c->place, token, NULL, "%s", text);
	blank(c, 1);
	c->out[-1] = SY_BROKEN;
}

/* A byte that may stand anywhere, or a finding; consumes at least one. */
static void clean_byte(struct cleaner *c)
{
	unsigned char u = (unsigned char)*c->in;
	size_t step = sy_utf8_step(c->in, (size_t)(c->end - c->in));

	if (u == '\n')
		newline(c);
	else if (u == '\r' && c->in + 1 < c->end && c->in[1] == '\n')
		blank(c, 1);
	else if ((u < 0x20 && u != '\t') || u == 0x7f)
		broken(c, NULL, "a control character stands here");
	else if (step == 0)
		broken(c, NULL, "this is not UTF-8");
	else if (u == '$' && c->in + 1 < c->end && c->in[1] == '{')
		broken(c, "${",
		    "values are not taken from the environment: ${...} means nothing");
	else
		pass(c, step);
}

static void clean_line_comment(struct cleaner *c)
{
	while (c->in < c->end && *c->in != '\n')
		blank(c, 1);
}

static void clean_block_comment(struct cleaner *c)
{
	struct sy_place begin = c->place;

	blank(c, 2);
	while (c->in < c->end) {
		if (c->in[0] == '*' && c->in + 1 < c->end && c->in[1] == '/') {
			blank(c, 2);
			return;
		}
		if (*c->in == '\n')
			newline(c);
		else
			blank(c, 1);
	}
	sy_find_error(c->findings, c->arena, begin, "/*", NULL,
	    "this comment is not closed");
}

/* A string ends in its line, unless a backslash ends that. */
static void clean_string(struct cleaner *c)
{
	char quote = *c->in;

	pass(c, 1);
	while (c->in < c->end && *c->in != quote && *c->in != '\n') {
		bool escaped = *c->in == '\\' && c->in + 1 < c->end && c->in[1] != '\r';

		if (escaped)
			pass(c, 1);
		/* Only a bare $ in double quotes would be looked up. */
		if (*c->in == '$' && (escaped || quote == '\''))
			pass(c, 1);
		else
			clean_byte(c);
	}
	if (c->in < c->end && *c->in == quote) {
		pass(c, 1);
		return;
	}
	sy_find_error(c->findings, c->arena, c->place, quote == '"' ? "\"" : "'", NULL,
	    "this string is not closed");
	c->out[-1] = SY_BROKEN;
}

static void clean(struct cleaner *c)
{
	bool apart = true; /* a word does not go on here */

	while (c->in < c->end) {
		bool slash = *c->in == '/' && c->in + 1 < c->end;

		if (*c->in == '#' || (apart && slash && c->in[1] == '/')) {
			clean_line_comment(c);
		} else if (apart && slash && c->in[1] == '*') {
			clean_block_comment(c);
		} else if (*c->in == '"' || *c->in == '\'') {
			clean_string(c);
		} else {
			apart = strchr(" \t\r\n{}()=,", *c->in) != NULL;
			clean_byte(c);
		}
	}
}

void sy_source_clean(struct sy_source *s, struct sy_arena *a, struct sy_findings *f)
{
	char *out = sy_alloc(a, s->len + 1);
	struct cleaner c = { .in = s->raw,
		.end = s->raw + s->len,
		.out = out,
		.place = { s, 1 },
		.arena = a,
		.findings = f };

	s->text = out;
	if (s->len >= 3 && memcmp(s->raw, "\xef\xbb\xbf", 3) == 0)
		blank(&c, 3);
	clean(&c);
}

struct sy_source *sy_source_text(const char *text, size_t len, const char *name,
    struct sy_arena *a, struct sy_findings *f)
{
	struct sy_source *s = sy_alloc(a, sizeof(*s));

	s->name = sy_strdup(a, name);
	s->path = s->name;
	s->raw = text;
	s->len = len;
	if (memchr(text, '\0', len) == NULL)
		return s;
	sy_find_error(f, a, (struct sy_place){ s, 0 }, NULL, NULL,
	    "this is no text: there are NUL bytes in it");
	return NULL;
}

/* Who may write a configuration may spend its owner's money. */
static void check_mode(const struct stat *st, struct sy_place whole, struct sy_arena *a,
    struct sy_findings *f)
{
	if (st->st_mode & S_IWOTH)
		sy_find_error(f, a, whole, NULL, "chmod o-w",
		    "everybody can write to this file");
	else if (st->st_mode & S_IWGRP)
		sy_find_warning(f, a, whole, NULL, "chmod g-w",
		    "its group can write to this file");
}

static char *read_all(int fd, size_t *len, struct sy_arena *a)
{
	char *text = sy_alloc(a, *len + 1);
	size_t have = 0;
	ssize_t n = 1;

	while (have < *len && (n = read(fd, text + have, *len - have)) > 0)
		have += (size_t)n;
	*len = have;
	return n < 0 ? NULL : text;
}

struct sy_source *sy_source_load(const char *path, const char *name, struct sy_place from,
    struct sy_arena *a, struct sy_findings *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct sy_source *s = NULL;
	struct stat st;
	char *text;
	size_t len;

	if (fd < 0 || fstat(fd, &st) < 0) {
		sy_find_error(f, a, from, name,
		    errno == ENOENT && sy_ends(path, "/switchyard.conf")
		        ? "switchyard init"
		        : NULL,
		    "%s: %s", path, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		sy_find_error(f, a, from, name, NULL, "%s is no regular file", path);
	} else if (st.st_size > SY_SOURCE_MAX) {
		sy_find_error(f, a, from, name, NULL, "%s is larger than %d MB", path,
		    SY_SOURCE_MAX >> 20);
	} else {
		len = (size_t)st.st_size;
		text = read_all(fd, &len, a);
		if (text == NULL) {
			sy_find_error(f, a, from, name, NULL, "%s: %s", path,
			    strerror(errno));
		} else {
			s = sy_source_text(text, len, name, a, f);
		}
		if (s != NULL) {
			s->path = sy_strdup(a, path);
			check_mode(&st, (struct sy_place){ s, 0 }, a, f);
		}
	}
	if (fd >= 0)
		close(fd);
	return s;
}

size_t sy_token_len(const char *text, const char *end)
{
	const char *p = text;
	char quote = p < end && (*p == '"' || *p == '\'') ? *p : '\0';

	if (quote == '\0') {
		while (p < end && strchr(" \t\n{}()=,\"'", *p) == NULL)
			p++;
		return (size_t)(p - text);
	}
	for (p++; p < end && *p != quote && *p != SY_BROKEN; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return (size_t)(p - text) + (p < end);
}

/* A block at the margin that never stands inside of another: a closing brace was forgotten. */
static bool begins_block(const char *p, const char *end)
{
	static const char *const outer[] = { "gateway", "provider", "model", "route",
		"alias" };

	for (size_t i = 0; i < sizeof(outer) / sizeof(outer[0]); i++) {
		size_t len = strlen(outer[i]);

		if ((size_t)(end - p) <= len || memcmp(p, outer[i], len) != 0 ||
		    (p[len] != ' ' && p[len] != '\t'))
			continue;
		for (p += len; p < end && (*p == ' ' || *p == '\t'); p++)
			continue;
		return p < end && *p != '=' && *p != '\n';
	}
	return false;
}

/* Where a statement that has not been opened yet ends: at its line's end, unless the brace
 * stands in the next one. */
static bool goes_on(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n'))
		p++;
	return p < end && *p == '{';
}

/* From behind the first word to the statement's end; *line moves along. */
static const char *statement_end(const char *p, const char *end, int *line, bool *closed)
{
	int depth = 0;

	for (*closed = true; p < end;) {
		size_t len = sy_token_len(p, end);

		for (size_t i = 0; i < len; i++)
			*line += p[i] == '\n';
		if (len > 0) {
			p += len;
			continue;
		}
		if (*p == '\n' && depth == 0 && !goes_on(p, end))
			return p;
		if (*p == '\n') {
			++*line;
			if (depth > 0 && begins_block(p + 1, end))
				break;
		}
		depth += (*p == '{' || *p == '(') - (*p == '}' || *p == ')');
		if ((*p == '}' || *p == ')') && depth <= 0)
			return p + 1;
		p++;
	}
	*closed = depth == 0;
	return p < end ? p + 1 : end;
}

bool sy_source_next(const struct sy_source *s, size_t *at, int *line, struct sy_arena *a,
    struct sy_findings *f, struct sy_statement *out)
{
	const char *p = s->text + *at, *end = s->text + s->len;
	const char *begin;
	bool closed;

	for (; p < end && (*p == ' ' || *p == '\t' || *p == '\n'); p++)
		*line += *p == '\n';
	if (p == end)
		return false;
	begin = p;
	memset(out, 0, sizeof(*out));
	out->place = (struct sy_place){ s, *line };
	out->word = sy_strndup(a, p, sy_token_len(p, end));
	p += strlen(out->word);
	if (*out->word == '\0') {
		sy_find_error(f, a, out->place, sy_strndup(a, p, 1), NULL,
		    "a '%c' outside of any block", *p);
		out->broken = true;
		*at = (size_t)(p + 1 - s->text);
		return true;
	}
	p = statement_end(p, end, line, &closed);
	out->text = begin;
	out->len = (size_t)(p - begin);
	*at = (size_t)(p - s->text);
	out->broken = memchr(begin, SY_BROKEN, out->len) != NULL;
	if (!closed && !out->broken) {
		sy_find_error(f, a, out->place, out->word, NULL,
		    "the block that begins here is not closed: a '}' is missing before line %d",
		    *line);
		out->broken = true;
	}
	return true;
}
