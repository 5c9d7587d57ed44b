/*
 * catalogue_print.c - rows of the catalogue as CSV: see draft.h.
 */
#include "config/draft.h"

#include "base/arena.h"
#include "base/buf.h"

#include <string.h>

#define VALUE_MAX 1024

static const char *option_text(const struct sy_conf_option *o, const void *row,
    struct sy_arena *a)
{
	const char *text, *end;
	struct sy_buf b;

	sy_buf_init(&b, VALUE_MAX);
	sy_conf_option_print(o, (const char *)row + o->offset, &b);
	text = sy_strdup(a, b.data != NULL ? b.data : "");
	sy_buf_release(&b);
	if (*text != '"')
		return text;
	end = text + strlen(text) - 1;
	return sy_strndup(a, text + 1, (size_t)(end - text) - 1);
}

const char *sy_catalogue_value(const struct sy_draft_model *m, const char *column,
    struct sy_arena *a)
{
	const struct sy_conf_option *o = sy_conf_option_find(&sy_block_model, column);
	struct sy_draft_model *plain;
	const char *text;

	if (strcmp(column, "model") == 0)
		return m->m.name;
	if (o == NULL)
		return "";
	plain = sy_alloc(a, sizeof(*plain));
	sy_block_init(&sy_block_model, plain);
	text = option_text(o, m, a);
	return strcmp(text, option_text(o, plain, a)) == 0 ? "" : text;
}

static void put_field(struct sy_buf *out, const char *text)
{
	if (strpbrk(text, ",\"") == NULL) {
		sy_buf_puts(out, text);
		return;
	}
	sy_buf_putc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			sy_buf_putc(out, '"');
		sy_buf_putc(out, *text);
	}
	sy_buf_putc(out, '"');
}

void sy_catalogue_print(struct sy_draft_model *const *rows, size_t count,
    const char *source, struct sy_arena *a, struct sy_buf *out)
{
	const char *const *columns = sy_catalogue_columns;

	for (size_t c = 0; columns[c] != NULL; c++)
		sy_buf_printf(out, "%s%s", c > 0 ? "," : "", columns[c]);
	sy_buf_putc(out, '\n');
	for (size_t i = 0; i < count; i++) {
		for (size_t c = 0; columns[c] != NULL; c++) {
			if (c > 0)
				sy_buf_putc(out, ',');
			put_field(out, strcmp(columns[c], "source") == 0
			                   ? source
			                   : sy_catalogue_value(rows[i], columns[c], a));
		}
		sy_buf_putc(out, '\n');
	}
}
