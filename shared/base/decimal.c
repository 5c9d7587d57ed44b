/*
 * decimal.c - see decimal.h.
 */
#include "base/decimal.h"

#define DIGITS_MAX   30 /* that count; what follows them is beyond any rounding */
#define EXPONENT_MAX 400

struct decimal {
	const char *p, *end;
	unsigned __int128 digits;
	int count;    /* of digits */
	int exponent; /* of ten, for the last of them */
};

static bool is_digit(const struct decimal *d)
{
	return d->p < d->end && *d->p >= '0' && *d->p <= '9';
}

/* A run of digits, at least one; `step` is what each does to the exponent. */
static bool take_digits(struct decimal *d, int step)
{
	if (!is_digit(d))
		return false;
	for (; is_digit(d); d->p++) {
		if (d->count >= DIGITS_MAX) {
			d->exponent += step + 1;
			continue;
		}
		d->digits = d->digits * 10 + (unsigned)(*d->p - '0');
		d->count += d->digits > 0;
		d->exponent += step;
	}
	return true;
}

static bool take_exponent(struct decimal *d)
{
	bool negative = false;
	int n = 0;

	if (d->p < d->end && (*d->p == '-' || *d->p == '+'))
		negative = *d->p++ == '-';
	if (!is_digit(d))
		return false;
	for (; is_digit(d); d->p++)
		if (n < EXPONENT_MAX)
			n = n * 10 + (*d->p - '0');
	d->exponent += negative ? -n : n;
	return true;
}

/* digits times ten to the exponent; false when that is too large. */
static bool settle(struct decimal *d, int64_t *out)
{
	unsigned __int128 n = d->digits, unit = 1;

	for (; d->exponent > 0 && n > 0; d->exponent--) {
		n *= 10;
		if (n > SY_DECIMAL_MAX)
			return false;
	}
	for (; d->exponent < 0 && unit <= 2 * n; d->exponent++)
		unit *= 10;
	n = (n + unit / 2) / unit;
	*out = (int64_t)n;
	return n <= SY_DECIMAL_MAX;
}

bool sy_decimal_scale(const char *text, size_t len, int shift, int64_t *out)
{
	struct decimal d = { .p = text, .end = text + len, .exponent = shift };
	bool negative = len > 0 && *text == '-';

	d.p += negative;
	if (!take_digits(&d, 0))
		return false;
	if (d.p < d.end && *d.p == '.') {
		d.p++;
		if (!take_digits(&d, -1))
			return false;
	}
	if (d.p < d.end && (*d.p == 'e' || *d.p == 'E')) {
		d.p++;
		if (!take_exponent(&d))
			return false;
	}
	if (d.p != d.end || !settle(&d, out))
		return false;
	*out = negative ? -*out : *out;
	return true;
}
