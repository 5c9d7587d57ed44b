/*
 * parse.c - one block of text through libconfuse: see parse.h.
 */
#include "config/parse.h"

#include "base/arena.h"
#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERASURES_MAX 20
#define LINES_MAX    4096

/* What libconfuse had to say; its callbacks have no argument of ours, and its lexer is one a
 * process, so this may be too. */
static struct {
	bool error;
	int line;
	char unknown[128]; /* the option that there is not; or "" */
	char text[256];
	char include[PATH_MAX];
} heard;

static const char unknown_format[] = "no such option '%s'";

static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *sec, const char *fmt, va_list ap)
{
	if (heard.error)
		return;
	heard.error = true;
	heard.line = sec->line;
	vsnprintf(heard.text, sizeof(heard.text), fmt, ap);
	if (strcmp(fmt, unknown_format) == 0 &&
	    strlen(heard.text) < sizeof(heard.unknown)) {
		sy_copy(heard.unknown, sizeof(heard.unknown),
		    heard.text + strlen("no such option '"));
		*strrchr(heard.unknown, '\'') = '\0';
	}
}

static int on_include(cfg_t *sec, cfg_opt_t *opt, int argc, const char **argv)
{
	(void)opt;
	if (argc != 1 || strlen(argv[0]) >= sizeof(heard.include)) {
		cfg_error(sec, "include takes one path: include(\"conf.d/*.conf\")");
		return -1;
	}
	sy_copy(heard.include, sizeof(heard.include), argv[0]);
	return 0;
}

/* Appends the line to the option's comment: "12 13 14". */
static int note_line(cfg_t *sec, cfg_opt_t *opt)
{
	const char *have = opt->comment != NULL ? opt->comment : "";
	size_t len = strlen(have);
	char *lines;

	if (len > LINES_MAX)
		return 0;
	lines = sy_xcalloc(len + 16, 1);
	snprintf(lines, len + 16, "%s%d ", have, sec->line);
	cfg_opt_setcomment(opt, lines);
	free(lines);
	return 0;
}

int sy_noted(const cfg_opt_t *opt, size_t n)
{
	const char *p = opt->comment != NULL ? opt->comment : "";
	int line = 0;

	for (size_t i = 0; i <= n && *p != '\0'; i++) {
		line = atoi(p);
		p += strcspn(p, " ");
		p += *p == ' ';
	}
	return line;
}

size_t sy_noted_count(const cfg_opt_t *opt)
{
	size_t n = 0;

	for (const char *p = opt->comment; p != NULL && *p != '\0'; p++)
		n += *p == ' ';
	return n;
}

static cfg_opt_t *make_opts(const struct sy_block *b, struct sy_arena *a);

static cfg_opt_t make_section(const struct sy_block *b, struct sy_arena *a)
{
	cfg_flag_t flags = CFGF_NODEFAULT;

	if (b->titled)
		flags |= CFGF_TITLE | CFGF_MULTI | CFGF_NO_TITLE_DUPES;
	return (cfg_opt_t)CFG_SEC(b->name, make_opts(b, a), flags);
}

static cfg_opt_t *make_opts(const struct sy_block *b, struct sy_arena *a)
{
	const struct sy_conf_option *rows = sy_block_options(b);
	cfg_opt_t *opts, *to;
	size_t n = 1;

	for (const struct sy_conf_option *o = rows; o->name != NULL; o++)
		n++;
	for (const struct sy_block *const *in = b->inner; in != NULL && *in != NULL; in++)
		n++;
	to = opts = sy_alloc(a, n * sizeof(*opts));
	for (const struct sy_conf_option *o = rows; o->name != NULL; o++)
		*to++ = o->type == SY_OPT_LIST
		            ? (cfg_opt_t)CFG_STR_LIST(o->name, NULL, CFGF_NODEFAULT)
		            : (cfg_opt_t)CFG_STR(o->name, NULL, CFGF_NODEFAULT);
	for (const struct sy_block *const *in = b->inner; in != NULL && *in != NULL; in++)
		*to++ = make_section(*in, a);
	*to = (cfg_opt_t)CFG_END();
	for (to = opts; to->name != NULL; to++)
		to->validcb = note_line;
	return opts;
}

/* A word that a block follows is its title, and any other is a value. */
static bool opens_block(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p < end && *p == '{';
}

/* From a statement's first word to its end: = value, = { list }, title { block }. */
static char *skip_statement(char *p, const char *end)
{
	int depth = 0;

	p += sy_token_len(p, end);
	while (p < end) {
		size_t len = sy_token_len(p, end);

		if (len > 0) {
			p += len;
			if (depth == 0 && !opens_block(p, end))
				return p;
			continue;
		}
		depth += (*p == '{' || *p == '(') - (*p == '}' || *p == ')');
		if (depth < 0)
			return p;
		if (depth == 0 && (*p == '}' || *p == ')'))
			return p + 1;
		p++;
	}
	return p;
}

/* Blanks the inner statement that begins with `word` in that line of the text. */
static bool erase(char *text, size_t len, int line, const char *word)
{
	char *p = text, *end = text + len, *stop;
	size_t word_len = strlen(word);

	for (int i = 1; i < line; i++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (p++ == NULL)
			return false;
	}
	while (p < end && *p != '\n') {
		size_t n = sy_token_len(p, end);

		if (n == word_len && memcmp(p, word, n) == 0 && p > text)
			break;
		p += n > 0 ? n : 1;
	}
	if (p == end || *p == '\n')
		return false;
	for (stop = skip_statement(p, end); p < stop; p++)
		if (*p != '\n')
			*p = ' ';
	return true;
}

struct sy_place sy_place_in(const struct sy_statement *st, int line)
{
	return (struct sy_place){ st->place.source,
		st->place.line + (line > 0 ? line - 1 : 0) };
}

static const struct sy_block *find_block(const char *name)
{
	for (const struct sy_block *const *b = sy_blocks; *b != NULL; b++)
		if (strcmp((*b)->name, name) == 0)
			return *b;
	return NULL;
}

/* All that may be named in a block or in those inside of it; ends with NULL. */
static size_t gather_names(const struct sy_block *b, const char **names, size_t room,
    size_t n)
{
	for (const struct sy_conf_option *o = sy_block_options(b);
	     o->name != NULL && n < room; o++)
		names[n++] = o->name;
	for (const struct sy_block *const *in = b->inner; in != NULL && *in != NULL;
	     in++) {
		if (n < room)
			names[n++] = (*in)->name;
		n = gather_names(*in, names, room, n);
	}
	return n;
}

static void blame_unknown(struct sy_draft *d, const struct sy_block *b,
    struct sy_place place)
{
	const char *names[128] = { NULL };

	gather_names(b, names, 127, 0);
	sy_find_error(d->findings, d->arena, place, heard.unknown,
	    sy_hint_near(d->arena, heard.unknown, names), "a %s has no option \"%s\"%s",
	    b->name, heard.unknown,
	    find_block(heard.unknown) != NULL ? ": is a '}' missing before it?" : "");
}

static void blame_syntax(struct sy_draft *d, const struct sy_statement *st)
{
	const char *quote = strchr(heard.text, '\'');
	char token[128] = "";

	if (!heard.error) {
		sy_copy(heard.text, sizeof(heard.text),
		    "this block cannot be understood");
		heard.line = 1;
	}
	if (quote != NULL) {
		sy_copy(token, sizeof(token), quote + 1);
		token[strcspn(token, "'")] = '\0';
	}
	sy_find_error(d->findings, d->arena, sy_place_in(st, heard.line), token, NULL,
	    "%s", heard.text);
}

cfg_t *sy_parse_block(struct sy_draft *d, const struct sy_block *b,
    const struct sy_statement *st)
{
	cfg_opt_t opts[] = { make_section(b, d->arena), CFG_END() };
	char *text = sy_strndup(d->arena, st->text, st->len);
	cfg_t *cfg;

	opts[0].validcb = note_line;
	for (int tries = 0;; tries++) {
		memset(&heard, 0, sizeof(heard));
		cfg = cfg_init(opts, CFGF_NONE);
		cfg_set_error_function(cfg, on_error);
		if (cfg_parse_buf(cfg, text) == CFG_SUCCESS)
			return cfg;
		cfg_free(cfg);
		if (heard.unknown[0] == '\0' || tries == ERASURES_MAX) {
			blame_syntax(d, st);
			return NULL;
		}
		blame_unknown(d, b, sy_place_in(st, heard.line));
		if (!erase(text, st->len, heard.line, heard.unknown))
			return NULL;
	}
}

const char *sy_parse_include(struct sy_draft *d, const struct sy_statement *st)
{
	cfg_opt_t opts[] = { CFG_FUNC("include", on_include), CFG_END() };
	cfg_t *cfg = cfg_init(opts, CFGF_NONE);

	memset(&heard, 0, sizeof(heard));
	cfg_set_error_function(cfg, on_error);
	if (cfg_parse_buf(cfg, sy_strndup(d->arena, st->text, st->len)) != CFG_SUCCESS)
		blame_syntax(d, st);
	cfg_free(cfg);
	return heard.include[0] != '\0' ? sy_strdup(d->arena, heard.include) : NULL;
}
