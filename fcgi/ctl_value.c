/*
 * ctl_value.c - one value as text: for people at a terminal, for a pipe, for programs.
 */
#include "ctl_value.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define SAFE_MAX (64 * 1024)

void sy_view_init(struct sy_view *v, FILE *out)
{
	locale_t locale = newlocale(LC_ALL_MASK, "", (locale_t)0);
	const char *dumb = getenv("TERM");
	struct winsize size;

	*v = (struct sy_view){ .width = 80, .now_ms = (int64_t)time(NULL) * 1000 };
	v->terminal = isatty(fileno(out));
	if (v->terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		v->width = size.ws_col;
	if (getenv("NO_COLOR") != NULL || (dumb != NULL && strcmp(dumb, "dumb") == 0))
		v->color = SY_WHEN_NEVER;
	if (locale == (locale_t)0) {
		sy_copy(v->point, sizeof(v->point), ".");
		return;
	}
	v->utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	sy_copy(v->point, sizeof(v->point), nl_langinfo_l(RADIXCHAR, locale));
	sy_copy(v->group, sizeof(v->group), nl_langinfo_l(THOUSEP, locale));
	/* The C locale groups nothing; its readers are better served by a comma. */
	if (v->group[0] == '\0' && strcmp(v->point, ".") == 0)
		sy_copy(v->group, sizeof(v->group), ",");
	freelocale(locale);
}

bool sy_view_colored(const struct sy_view *v)
{
	return v->form == SY_FORM_TABLE &&
	       (v->color == SY_WHEN_ALWAYS || (v->color == SY_WHEN_AUTO && v->terminal));
}

size_t sy_show_width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

const char *sy_show_safe(const struct sy_view *v, const char *s, struct sy_arena *a)
{
	struct sy_buf b;
	size_t len = strlen(s), step;
	const char *safe;

	sy_buf_init(&b, SAFE_MAX);
	for (size_t i = 0; i<len; i += step> 0 ? step : 1) {
		unsigned char c = (unsigned char)s[i];

		step = sy_utf8_step(s + i, len - i);
		/* U+0080 to U+009F are control characters too: C2 80 to C2 9F. */
		if (c < 0x20 || c == 0x7f || step == 0 ||
		    (c == 0xc2 && (unsigned char)s[i + 1] < 0xa0))
			sy_buf_printf(&b, "\\x%02x",
			    step > 1 ? (unsigned char)s[i + 1] : c);
		else if (step > 1 && !v->utf8 && v->form != SY_FORM_JSON)
			sy_buf_putc(&b, '?');
		else
			sy_buf_add(&b, s + i, step);
	}
	safe = sy_strndup(a, b.data != NULL ? b.data : "", b.len);
	sy_buf_release(&b);
	return safe;
}

static const char *grouped(const struct sy_view *v, uint64_t n, struct sy_arena *a)
{
	const char *group = v->terminal ? v->group : "";

	if (n < 1000)
		return sy_strf(a, "%" PRIu64, n);
	return sy_strf(a, "%s%s%03u", grouped(v, n / 1000, a), group,
	    (unsigned)(n % 1000));
}

static uint64_t size_of(int64_t n)
{
	return n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
}

static const char *count(const struct sy_view *v, int64_t n, struct sy_arena *a)
{
	return sy_strf(a, "%s%s", n < 0 ? "-" : "", grouped(v, size_of(n), a));
}

/* n / 10^digits, with that many digits after the point. */
static const char *decimal(const struct sy_view *v, uint64_t n, unsigned digits,
    struct sy_arena *a)
{
	uint64_t unit = 1;

	for (unsigned i = 0; i < digits; i++)
		unit *= 10;
	return sy_strf(a, "%s%s%0*" PRIu64, grouped(v, n / unit, a),
	    v->terminal ? v->point : ".", (int)digits, n % unit);
}

unsigned sy_money_digits(int64_t nanodollars)
{
	uint64_t n = size_of(nanodollars);

	return n == 0 || n >= 1000000000 ? 2 : n >= 1000000 ? 4 : 6;
}

const char *sy_money_show(const struct sy_view *v, int64_t nanodollars, unsigned digits,
    struct sy_arena *a)
{
	uint64_t n = size_of(nanodollars), unit = 1;
	const char *sign = nanodollars < 0 ? "-" : "";

	for (unsigned i = digits; i < 9; i++)
		unit *= 10;
	/* Little is not nothing. */
	if (n > 0 && n < unit / 2)
		return sy_strf(a, "%s<$%s", sign, decimal(v, 1, digits, a));
	return sy_strf(a, "%s$%s", sign, decimal(v, (n + unit / 2) / unit, digits, a));
}

static const char *span(const struct sy_view *v, int64_t ms, struct sy_arena *a)
{
	if (ms < 1000)
		return sy_strf(a, "%" PRId64 " ms", ms);
	if (ms < 60000)
		return sy_strf(a, "%s s", decimal(v, (uint64_t)(ms + 50) / 100, 1, a));
	if (ms < 3600000)
		return sy_strf(a, "%" PRId64 " min", ms / 60000);
	if (ms < 172800000)
		return sy_strf(a, "%" PRId64 " h", ms / 3600000);
	return sy_strf(a, "%" PRId64 " d", ms / 86400000);
}

static const char *local_time(int64_t ms, struct sy_arena *a)
{
	time_t at = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	return sy_strdup(a, text);
}

static const char *utc_time(int64_t ms, struct sy_arena *a)
{
	time_t at = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return sy_strdup(a, text);
}

static const char *moment(const struct sy_view *v, int64_t ms, struct sy_arena *a)
{
	int64_t ago = v->now_ms - ms;

	if (!v->terminal)
		return local_time(ms, a);
	if (ago < 0)
		return sy_strf(a, "in %s", span(v, -ago, a));
	return ago < 1000 ? "just now" : sy_strf(a, "%s ago", span(v, ago, a));
}

static const char *bytes(const struct sy_view *v, int64_t n, struct sy_arena *a)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	uint64_t tenths = n < 0 ? 0 : (uint64_t)n * 10;
	size_t u = 0;

	for (; tenths >= 10000 && u + 1 < sizeof(units) / sizeof(units[0]); u++)
		tenths /= 1000;
	if (u == 0 || tenths >= 1000)
		return sy_strf(a, "%s %s", grouped(v, tenths / 10, a), units[u]);
	return sy_strf(a, "%s %s", decimal(v, tenths, 1, a), units[u]);
}

static const char *share(const struct sy_view *v, int64_t thousandths, struct sy_arena *a)
{
	return sy_strf(a, "%s%s %%", thousandths < 0 ? "-" : "",
	    decimal(v, size_of(thousandths), 1, a));
}

const char *sy_value_show(const struct sy_view *v, enum sy_value_type type,
    struct sy_value value, struct sy_arena *a)
{
	if (!value.known)
		return "-";
	switch (type) {
	case SY_V_TEXT:
	case SY_V_ID:
	case SY_V_STATE:
		return sy_show_safe(v, value.s, a);
	case SY_V_COUNT:
		return count(v, value.n, a);
	case SY_V_MONEY:
		return sy_money_show(v, value.n, sy_money_digits(value.n), a);
	case SY_V_MS:
		return span(v, value.n, a);
	case SY_V_TIME:
		return moment(v, value.n, a);
	case SY_V_BYTES:
		return bytes(v, value.n, a);
	case SY_V_SHARE:
		return share(v, value.n, a);
	case SY_V_YES:
		return value.n ? "yes" : "no";
	}
	return "";
}

/* Micro-dollars, rounded half away from zero, once. */
static int64_t micro(int64_t nanodollars)
{
	return (nanodollars + (nanodollars < 0 ? -500 : 500)) / 1000;
}

static int64_t floor_seconds(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

const char *sy_value_plain(const struct sy_view *v, enum sy_value_type type,
    struct sy_value value, struct sy_arena *a)
{
	if (!value.known)
		return "";
	switch (type) {
	case SY_V_TEXT:
	case SY_V_ID:
	case SY_V_STATE:
		return sy_show_safe(v, value.s, a);
	case SY_V_TIME:
		return utc_time(value.n, a);
	case SY_V_MONEY:
		return sy_strf(a, "%" PRId64, micro(value.n));
	case SY_V_YES:
		return value.n ? "yes" : "no";
	default:
		return sy_strf(a, "%" PRId64, value.n);
	}
}

void sy_value_json(struct sy_buf *b, enum sy_value_type type, struct sy_value value)
{
	if (!value.known)
		sy_buf_puts(b, "null");
	else if (type == SY_V_TEXT || type == SY_V_ID || type == SY_V_STATE)
		sy_buf_json_str(b, value.s);
	else if (type == SY_V_YES)
		sy_buf_puts(b, value.n ? "true" : "false");
	else if (type == SY_V_TIME)
		sy_buf_int(b, floor_seconds(value.n));
	else
		sy_buf_int(b, type == SY_V_MONEY ? micro(value.n) : value.n);
}
