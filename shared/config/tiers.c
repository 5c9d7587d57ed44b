/*
 * tiers.c - prices of long requests as text: "200k: in 4.00 out 18.00; 500k: in 6.00".
 */
#include "config/option.h"

#include "base/buf.h"
#include "base/text.h"
#include "model/usage.h"

#include <string.h>

const struct sy_word sy_price_words[] = {
	{ "in", SY_IN },
	{ "cache_read", SY_IN_CACHE_READ },
	{ "cache_write", SY_IN_CACHE_WRITE },
	{ "out", SY_OUT },
	{ "reasoning", SY_OUT_REASONING },
	{ NULL, 0 },
};

/* The next word of the text, up to a blank or one of `stops`; where it ends.  A word that
 * does not fit is one that nothing is called. */
static const char *next_word(const char *text, const char *stops, char word[32])
{
	size_t len;

	text += strspn(text, " ");
	for (len = 0; text[len] != '\0' && text[len] != ' '; len++)
		if (strchr(stops, text[len]) != NULL)
			break;
	sy_copy_n(word, 32, text, len);
	return text + len + strspn(text + len, " ");
}

static int blame(struct sy_error *err)
{
	return sy_fail(err, SY_CONFIG, "",
	    "it is thresholds, each with prices, such as \"200k: in 4.00 out 18.00\", "
	    "with ; between");
}

/* "in 4.00 out 18.00" up to a semicolon; what follows it, or NULL. */
static const char *parse_prices(const char *text, struct sy_tier *tier)
{
	char word[32], price[32];

	for (int class = 0; class < SY_TOKEN_CLASSES; class ++)
		tier->per_class[class] = SY_PRICE_UNKNOWN;
	do {
		int class;

		text = next_word(text, ";", word);
		class = sy_word_value(sy_price_words, word);
		text = next_word(text, ";", price);
		if (class < 0 || tier->per_class[class] != SY_PRICE_UNKNOWN)
			return NULL;
		tier->per_class[class] = sy_money_parse(price);
		if (tier->per_class[class] < 0)
			return NULL;
	} while (*text != '\0' && *text != ';');
	return *text == ';' ? text + 1 : text;
}

int sy_tiers_parse(const char *text, struct sy_tiers *out, struct sy_error *err)
{
	int64_t before = 0;

	memset(out, 0, sizeof(*out));
	text += strspn(text, " ");
	for (size_t i = 0; *text != '\0'; i++) {
		struct sy_tier *tier = &out->tier[i];
		char word[32];

		if (i == SY_TIERS_MAX)
			return sy_fail(err, SY_CONFIG, "", "it has more than %d tiers",
			    SY_TIERS_MAX);
		text = next_word(text, ":", word);
		tier->above_tokens = sy_tokens_parse(word);
		if (*text != ':' || tier->above_tokens <= before ||
		    tier->above_tokens > SY_TOKENS_MAX)
			return blame(err);
		before = tier->above_tokens;
		text = parse_prices(text + 1, tier);
		if (text == NULL)
			return blame(err);
		text += strspn(text, " ");
	}
	return 0;
}

void sy_tiers_print(const struct sy_tiers *tiers, struct sy_buf *out)
{
	for (size_t i = 0; i < SY_TIERS_MAX && tiers->tier[i].above_tokens > 0; i++) {
		const struct sy_tier *tier = &tiers->tier[i];

		sy_buf_puts(out, i > 0 ? "; " : "");
		sy_tokens_print(tier->above_tokens, out);
		sy_buf_putc(out, ':');
		for (const struct sy_word *w = sy_price_words; w->name != NULL; w++)
			if (tier->per_class[w->value] != SY_PRICE_UNKNOWN) {
				sy_buf_printf(out, " %s ", w->name);
				sy_money_print(tier->per_class[w->value], out);
			}
	}
}
