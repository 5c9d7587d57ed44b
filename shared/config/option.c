/*
 * option.c - values as text: see option.h.  The tables are in option_rows.c.
 */
#include "config/option.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/zone.h"
#include "model/usage.h"

#include <string.h>

#define DAY_S 86400

/* A unit's name and what it multiplies by; the largest unit first, for printing. */
struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit ms_units[] = { { "d", 86400000 }, { "h", 3600000 },
	{ "m", 60000 }, { "s", 1000 }, { "ms", 1 }, { NULL, 0 } };
static const struct unit byte_units[] = { { "G", 1 << 30 }, { "M", 1 << 20 },
	{ "K", 1 << 10 }, { "", 1 }, { NULL, 0 } };
static const struct unit token_units[] = { { "M", 1000000 }, { "k", 1000 }, { "", 1 },
	{ NULL, 0 } };
static const struct unit share_units[] = { { "", 1 }, { "%", 1 }, { NULL, 0 } };
static const struct unit plain_units[] = { { "", 1 }, { NULL, 0 } };

static const struct unit *units_of(enum sy_conf_option_type type)
{
	switch (type) {
	case SY_OPT_MS:
		return ms_units;
	case SY_OPT_BYTES:
		return byte_units;
	case SY_OPT_TOKENS:
		return token_units;
	case SY_OPT_SHARE:
		return share_units;
	default:
		return plain_units;
	}
}

/* Digits into *n; what follows them, or NULL without digits or when there are too many. */
static const char *parse_digits(const char *text, int64_t *n)
{
	if (*text < '0' || *text > '9')
		return NULL;
	for (*n = 0; *text >= '0' && *text <= '9'; text++) {
		if (*n > INT64_MAX / 100000)
			return NULL;
		*n = *n * 10 + (*text - '0');
	}
	return text;
}

static bool parse_units(const char *text, const struct unit *units, int64_t *n)
{
	const char *rest = parse_digits(text, n);

	if (rest == NULL)
		return false;
	/* Without a unit 0 is 0, and anything else needs one where units exist. */
	if (*rest == '\0' && *n == 0)
		return true;
	for (; units->name != NULL; units++)
		if (strcmp(rest, units->name) == 0) {
			if (*n > INT64_MAX / units->factor)
				return false;
			*n *= units->factor;
			return true;
		}
	return false;
}

static void print_units(int64_t n, const struct unit *units, struct sy_buf *out)
{
	while (units[1].name != NULL && (n == 0 || n % units->factor != 0))
		units++;
	sy_buf_int(out, n / units->factor);
	sy_buf_puts(out, units->name);
}

int64_t sy_tokens_parse(const char *text)
{
	int64_t n;

	return parse_units(text, token_units, &n) ? n : -1;
}

void sy_tokens_print(int64_t tokens, struct sy_buf *out)
{
	print_units(tokens, token_units, out);
}

int64_t sy_money_parse(const char *text)
{
	int64_t whole, part = 0;
	const char *rest = parse_digits(text, &whole);
	int digits = 0;

	if (rest == NULL || whole > 1000000000)
		return -1;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9' && digits < 6; rest++, digits++)
			part = part * 10 + (*rest - '0');
	if (*rest != '\0' || rest[-1] == '.')
		return -1;
	for (; digits < 6; digits++)
		part *= 10;
	return whole * 1000000 + part;
}

void sy_money_print(int64_t micro_dollars, struct sy_buf *out)
{
	int64_t part = micro_dollars % 1000000;
	char digits[8];
	size_t len = 6;

	sy_buf_int(out, micro_dollars / 1000000);
	for (size_t i = len; i-- > 0; part /= 10)
		digits[i] = (char)('0' + part % 10);
	while (len > 2 && digits[len - 1] == '0')
		len--;
	sy_buf_putc(out, '.');
	sy_buf_add(out, digits, len);
}

int64_t sy_date_parse(const char *text)
{
	int64_t year, month, mday, y, day;
	int m, d;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
	    parse_digits(text, &year) != text + 4 ||
	    parse_digits(text + 5, &month) != text + 7 ||
	    parse_digits(text + 8, &mday) != text + 10 || year < 1970)
		return -1;
	/* 30 February becomes a day of March. */
	day = sy_date_to_day(year, (int)month, (int)mday);
	sy_date_from_day(day, &y, &m, &d);
	return y == year && m == month && d == mday ? day * DAY_S : -1;
}

void sy_date_print(int64_t unix_s, struct sy_buf *out)
{
	int64_t year;
	int month, mday;

	sy_date_from_day(unix_s / DAY_S, &year, &month, &mday);
	sy_buf_printf(out, "%04d-%02d-%02d", (int)year, month, mday);
}

void sy_quote(const char *text, struct sy_buf *out)
{
	sy_buf_putc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\' || *text == '$')
			sy_buf_putc(out, '\\');
		sy_buf_putc(out, *text);
	}
	sy_buf_putc(out, '"');
}

const struct sy_conf_option *sy_conf_option_find(const struct sy_block *b,
    const char *name)
{
	for (const struct sy_conf_option *o = sy_block_options(b); o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

void sy_block_init(const struct sy_block *b, void *at)
{
	struct sy_error err;

	if (b->init != NULL) {
		b->init(at);
		return;
	}
	for (const struct sy_conf_option *o = sy_block_options(b); o->name != NULL; o++)
		if (o->initial != NULL)
			sy_conf_option_parse(o, o->initial, (char *)at + o->offset, NULL,
			    &err);
}

/* "one of order, weighted", and what was probably meant. */
static int blame_word(const struct sy_conf_option *o, const char *text,
    struct sy_error *err)
{
	const char *names[32], *near;
	struct sy_buf list;
	size_t n = 0;
	int rc;

	for (; o->words[n].name != NULL && n < 31; n++)
		names[n] = o->words[n].name;
	names[n] = NULL;
	near = sy_did_you_mean(text, names);
	sy_buf_init(&list, 400);
	for (size_t i = 0; i < n; i++)
		sy_buf_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
	rc = near != NULL ? sy_fail(err, SY_CONFIG, "",
	                        "it is one of %s; did you mean \"%s\"?", list.data, near)
	                  : sy_fail(err, SY_CONFIG, "", "it is one of %s", list.data);
	sy_buf_release(&list);
	return rc;
}

static int parse_words(const struct sy_conf_option *o, const char *text, uint32_t *bits,
    struct sy_error *err)
{
	*bits = 0;
	while (*(text += strspn(text, " ")) != '\0') {
		size_t len = strcspn(text, " ");
		char word[32];
		int value;

		sy_copy_n(word, sizeof(word), text, len);
		value = sy_word_value(o->words, word);
		if (value < 0)
			return blame_word(o, word, err);
		*bits |= (uint32_t)value;
		text += len;
	}
	return 0;
}

static int parse_bool(const char *text, bool *at, struct sy_error *err)
{
	static const struct sy_word words[] = { { "yes", 1 }, { "no", 0 }, { "true", 1 },
		{ "false", 0 }, { "on", 1 }, { "off", 0 }, { NULL, 0 } };
	int value = sy_word_value(words, text);

	if (value < 0)
		return sy_fail(err, SY_CONFIG, "", "it is yes or no");
	*at = value != 0;
	return 0;
}

static int parse_text(const char *text, const char **at, struct sy_arena *a,
    struct sy_error *err)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return sy_fail(err, SY_CONFIG, "",
			    "it has a control character in it");
	*at = *text == '\0' ? NULL : a != NULL ? sy_strdup(a, text) : text;
	return 0;
}

static const char *example_of(enum sy_conf_option_type type)
{
	switch (type) {
	case SY_OPT_MS:
		return "a time such as 250ms, 15s, 10m or 2h";
	case SY_OPT_BYTES:
		return "a size such as 512K or 32M";
	case SY_OPT_TOKENS:
		return "a number such as 8192, 128k or 1M";
	case SY_OPT_SHARE:
		return "a number such as 70, or 70%";
	default:
		return "a whole number";
	}
}

static int parse_number(const struct sy_conf_option *o, const char *text, int64_t *n,
    struct sy_error *err)
{
	struct sy_buf low, high;
	int rc;

	if (!parse_units(text, units_of(o->type), n))
		return sy_fail(err, SY_CONFIG, "", "it is %s", example_of(o->type));
	if (*n >= o->min && *n <= o->max)
		return 0;
	sy_buf_init(&low, 64);
	sy_buf_init(&high, 64);
	print_units(o->min, units_of(o->type), &low);
	print_units(o->max, units_of(o->type), &high);
	rc = sy_fail(err, SY_CONFIG, "", "it is between %s and %s", low.data, high.data);
	sy_buf_release(&low);
	sy_buf_release(&high);
	return rc;
}

static int parse_money(const char *text, int64_t *at, struct sy_error *err)
{
	if (strcmp(text, "unknown") == 0) {
		*at = SY_PRICE_UNKNOWN;
		return 0;
	}
	*at = sy_money_parse(text);
	if (*at < 0)
		return sy_fail(err, SY_CONFIG, "",
		    "it is dollars for a million tokens, such as 2.50, with up to six decimals");
	return 0;
}

int sy_conf_option_parse(const struct sy_conf_option *o, const char *text, void *at,
    struct sy_arena *a, struct sy_error *err)
{
	int64_t n;

	switch (o->type) {
	case SY_OPT_BOOL:
		return parse_bool(text, at, err);
	case SY_OPT_INT:
	case SY_OPT_SHARE:
	case SY_OPT_MS:
		if (parse_number(o, text, &n, err) < 0)
			return -1;
		*(int *)at = (int)n;
		return 0;
	case SY_OPT_BYTES:
	case SY_OPT_TOKENS:
		if (parse_number(o, text, &n, err) < 0)
			return -1;
		*(int64_t *)at = n;
		return 0;
	case SY_OPT_MONEY:
		return parse_money(text, at, err);
	case SY_OPT_DATE:
		n = *text == '\0' ? 0 : sy_date_parse(text);
		if (n < 0)
			return sy_fail(err, SY_CONFIG, "",
			    "it is a date such as 2026-01-31");
		*(int64_t *)at = n;
		return 0;
	case SY_OPT_TIERS:
		return sy_tiers_parse(text, at, err);
	case SY_OPT_WORD:
		if (sy_word_value(o->words, text) < 0)
			return blame_word(o, text, err);
		*(int *)at = sy_word_value(o->words, text);
		return 0;
	case SY_OPT_WORDS:
		return parse_words(o, text, at, err);
	case SY_OPT_TEXT:
		return parse_text(text, at, a, err);
	case SY_OPT_LIST:
		break;
	}
	return sy_fail(err, SY_BUG, "", "a list is read by whoever reads the block");
}

static void print_words(const struct sy_conf_option *o, uint32_t bits, struct sy_buf *out)
{
	const char *gap = "";

	sy_buf_putc(out, '"');
	for (const struct sy_word *w = o->words; w->name != NULL; w++)
		if (bits & (uint32_t)w->value) {
			sy_buf_printf(out, "%s%s", gap, w->name);
			gap = " ";
		}
	sy_buf_putc(out, '"');
}

static void print_list(const struct sy_names *names, struct sy_buf *out)
{
	sy_buf_puts(out, "{");
	for (size_t i = 0; i < names->count; i++) {
		sy_buf_puts(out, i > 0 ? ", " : " ");
		sy_quote(names->name[i], out);
	}
	sy_buf_puts(out, " }");
}

void sy_conf_option_print(const struct sy_conf_option *o, const void *at,
    struct sy_buf *out)
{
	switch (o->type) {
	case SY_OPT_BOOL:
		sy_buf_puts(out, *(const bool *)at ? "yes" : "no");
		break;
	case SY_OPT_INT:
	case SY_OPT_SHARE:
	case SY_OPT_MS:
		print_units(*(const int *)at, units_of(o->type), out);
		break;
	case SY_OPT_BYTES:
	case SY_OPT_TOKENS:
		print_units(*(const int64_t *)at, units_of(o->type), out);
		break;
	case SY_OPT_MONEY:
		if (*(const int64_t *)at == SY_PRICE_UNKNOWN)
			sy_buf_puts(out, "unknown");
		else
			sy_money_print(*(const int64_t *)at, out);
		break;
	case SY_OPT_DATE:
		if (*(const int64_t *)at == 0)
			sy_buf_puts(out, "\"\"");
		else
			sy_date_print(*(const int64_t *)at, out);
		break;
	case SY_OPT_TIERS:
		sy_buf_putc(out, '"');
		sy_tiers_print(at, out);
		sy_buf_putc(out, '"');
		break;
	case SY_OPT_WORD:
		sy_buf_puts(out, sy_word_name(o->words, *(const int *)at));
		break;
	case SY_OPT_WORDS:
		print_words(o, *(const uint32_t *)at, out);
		break;
	case SY_OPT_TEXT:
		sy_quote(*(const char *const *)at != NULL ? *(const char *const *)at : "",
		    out);
		break;
	case SY_OPT_LIST:
		print_list(at, out);
		break;
	}
}
