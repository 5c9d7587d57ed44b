/*
 * findings.c - what was found: see source.h and config_file.h.
 */
#include "config/source.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define EXCERPT_MAX 160

/* The line as it stands in the file, blanks instead of control characters. */
static char *excerpt(struct sy_place at, struct sy_arena *a)
{
	const char *p = at.source->raw, *end = p + at.source->len;
	char *text;
	size_t len;

	for (int line = 1; line < at.line; line++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			return NULL;
		p++;
	}
	for (len = 0; p + len < end && p[len] != '\n' && len < EXCERPT_MAX; len++)
		continue;
	text = sy_alloc(a, len + 1);
	sy_copy_n(text, len + 1, p, len);
	for (size_t i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = ' ';
	return text;
}

static int characters(const char *s, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

static void mark(struct sy_finding *f, const char *token)
{
	const char *at = f->excerpt != NULL && token != NULL && *token != '\0'
	                     ? strstr(f->excerpt, token)
	                     : NULL;

	f->column = -1;
	if (at == NULL)
		return;
	f->column = characters(f->excerpt, (size_t)(at - f->excerpt));
	f->width = characters(token, strlen(token));
}

/* The text comes as va_list; the counts are right even when the list is full. */
static void __attribute__((format(printf, 7, 0)))
add(struct sy_findings *f, struct sy_arena *a, bool warning, struct sy_place at,
    const char *token, const char *hint, const char *fmt, va_list ap)
{
	struct sy_finding *new;
	char text[512];

	*(warning ? &f->warnings : &f->errors) += 1;
	if (f->count == SY_FINDINGS_MAX)
		return;
	if (f->list == NULL)
		f->list = sy_alloc(a, SY_FINDINGS_MAX * sizeof(*f->list));
	vsnprintf(text, sizeof(text), fmt, ap);
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	new = &f->list[f->count++];
	new->warning = warning;
	new->text = sy_strdup(a, text);
	new->hint = hint;
	new->file = at.source != NULL ? at.source->name : NULL;
	new->line = at.line;
	if (at.source != NULL && at.line > 0)
		new->excerpt = excerpt(at, a);
	mark(new, token);
}

void sy_find_error(struct sy_findings *f, struct sy_arena *a, struct sy_place at,
    const char *token, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, a, false, at, token, hint, fmt, ap);
	va_end(ap);
}

void sy_find_warning(struct sy_findings *f, struct sy_arena *a, struct sy_place at,
    const char *token, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, a, true, at, token, hint, fmt, ap);
	va_end(ap);
}

const char *sy_hint_near(struct sy_arena *a, const char *text, const char *const *words)
{
	const char *near = sy_did_you_mean(text, words);

	return near != NULL ? sy_strf(a, "did you mean \"%s\"?", near) : NULL;
}

const char *sy_place_text(struct sy_place at, struct sy_arena *a)
{
	return at.source != NULL ? sy_strf(a, "%s:%d", at.source->name, at.line)
	                         : "default";
}

void sy_finding_print(const struct sy_finding *f, struct sy_buf *out)
{
	if (f->file != NULL)
		sy_buf_printf(out, "%s:", f->file);
	if (f->file != NULL && f->line > 0)
		sy_buf_printf(out, "%d:", f->line);
	if (f->column >= 0 && f->line > 0)
		sy_buf_printf(out, "%d:", f->column + 1);
	sy_buf_printf(out, "%s%s: %s\n", f->file != NULL ? " " : "",
	    f->warning ? "warning" : "error", f->text);
	if (f->excerpt != NULL)
		sy_buf_printf(out, "%6d | %s\n", f->line, f->excerpt);
	if (f->excerpt != NULL && f->column >= 0) {
		sy_buf_printf(out, "       | %*s", f->column, "");
		for (int i = 0; i < f->width; i++)
			sy_buf_putc(out, i == 0 ? '^' : '~');
		if (f->hint != NULL)
			sy_buf_printf(out, " %s", f->hint);
		sy_buf_putc(out, '\n');
	} else if (f->hint != NULL) {
		sy_buf_printf(out, "       | %s\n", f->hint);
	}
}
