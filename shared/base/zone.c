/*
 * zone.c - see zone.h.
 *
 * A TZif file lists the moments at which a zone's offset changed; what holds after the last
 * of them is a rule in its footer ("CET-1CEST,M3.5.0,M10.5.0/3", POSIX's TZ).  Only the
 * 64-bit part is read: every file of this century has one.
 */
#include "base/zone.h"

#include "base/arena.h"
#include "base/text.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER    "/usr/share/zoneinfo/"
#define FILE_MAX  (256 * 1024)
#define DAY_S     86400
#define TYPES_MAX 256

/* When a change of the footer's rule happens, each year. */
struct change {
	char
	    form; /* 'M' month, week, weekday; 'J' day 1-365 without 29 February; 'N' 0-365 */
	int month, week, weekday, day;
	int32_t at_s; /* local time of that day, as clocks showed before the change */
};

struct sy_zone {
	char name[64];
	size_t count;
	int64_t *at;     /* when the offset changes, ascending */
	int32_t *offset; /* ... to this */
	int32_t first;   /* what holds before the first change */
	bool has_rule;   /* what holds after the last change: */
	bool has_summer;
	int32_t standard, summer;
	struct change begins, ends;
};

/* --- Dates ------------------------------------------------------------------------------ */

/* Howard Hinnant's days_from_civil: years are counted from March, eras have 400 of them. */
int64_t sy_date_to_day(int64_t year, int month, int mday)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void sy_date_from_day(int64_t day, int64_t *year, int *month, int *mday)
{
	int64_t z = day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (int)((5 * doy + 2) / 153);

	*mday = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* --- The footer's rule ------------------------------------------------------------------ */

static bool take_number(const char **s, int *out)
{
	int n = 0;

	if (!isdigit((unsigned char)**s))
		return false;
	while (isdigit((unsigned char)**s) && n < 100000)
		n = n * 10 + (*(*s)++ - '0');
	*out = n;
	return true;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(const char **s, int32_t *out)
{
	int part, unit = 3600, total = 0;
	bool minus = **s == '-';

	if (**s == '-' || **s == '+')
		++*s;
	do {
		if (!take_number(s, &part))
			return false;
		total += part * unit;
		unit /= 60;
	} while (**s == ':' && unit > 0 && ++*s);
	*out = minus ? -total : total;
	return true;
}

static bool skip_name(const char **s)
{
	const char *from = *s;

	if (**s == '<') {
		*s = strchr(*s, '>');
		if (*s == NULL)
			return false;
		++*s;
		return true;
	}
	while (isalpha((unsigned char)**s))
		++*s;
	return *s - from >= 3;
}

static bool take_change(const char **s, struct change *c)
{
	if (**s != ',')
		return false;
	++*s;
	c->at_s = 7200;
	c->form = 'N';
	if (**s == 'M' || **s == 'J')
		c->form = *(*s)++;
	if (c->form == 'M') {
		if (!take_number(s, &c->month) || *(*s)++ != '.' ||
		    !take_number(s, &c->week) || *(*s)++ != '.' ||
		    !take_number(s, &c->weekday) || c->month < 1 || c->month > 12 ||
		    c->week < 1 || c->week > 5 || c->weekday > 6)
			return false;
	} else if (!take_number(s, &c->day)) {
		return false;
	}
	if (**s != '/')
		return true;
	++*s;
	return take_time(s, &c->at_s);
}

/* POSIX counts offsets westward, we eastward. */
static bool read_rule(const char *s, struct sy_zone *z)
{
	if (!skip_name(&s) || !take_time(&s, &z->standard))
		return false;
	z->standard = -z->standard;
	z->has_rule = true;
	if (*s == '\0')
		return true;
	if (!skip_name(&s))
		return false;
	z->summer = z->standard + 3600;
	if (*s != ',') {
		if (!take_time(&s, &z->summer))
			return false;
		z->summer = -z->summer;
	}
	z->has_summer = true;
	return take_change(&s, &z->begins) && take_change(&s, &z->ends) && *s == '\0';
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Local seconds since 1970 at which the change happens in that year. */
static int64_t change_local(const struct change *c, int64_t year)
{
	int64_t day = sy_date_to_day(year, 1, 1);

	if (c->form == 'M') {
		int64_t first = sy_date_to_day(year, c->month, 1);
		int64_t next = c->month == 12 ? sy_date_to_day(year + 1, 1, 1)
		                              : sy_date_to_day(year, c->month + 1, 1);
		int weekday =
		    (int)((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */

		day = first + (c->weekday - weekday + 7) % 7 + 7 * (c->week - 1);
		while (day >= next)
			day -= 7;
	} else if (c->form == 'J') {
		day += c->day - 1 + (is_leap(year) && c->day >= 60);
	} else {
		day += c->day;
	}
	return day * DAY_S + c->at_s;
}

static int32_t rule_offset(const struct sy_zone *z, int64_t unix_s)
{
	int64_t year, begins, ends;
	int month, mday;
	bool summer;

	if (!z->has_summer)
		return z->standard;
	sy_date_from_day(floor_div(unix_s + z->standard, DAY_S), &year, &month, &mday);
	begins = change_local(&z->begins, year) - z->standard;
	ends = change_local(&z->ends, year) - z->summer;
	summer = begins < ends ? unix_s >= begins && unix_s < ends
	                       : unix_s >= begins || unix_s < ends;
	return summer ? z->summer : z->standard;
}

/* --- TZif ------------------------------------------------------------------------------- */

struct reader {
	const unsigned char *data;
	size_t len, at;
	bool bad;
};

static const unsigned char *take(struct reader *r, size_t len)
{
	const unsigned char *p = r->data + r->at;

	if (r->bad || len > r->len - r->at) {
		r->bad = true;
		return NULL;
	}
	r->at += len;
	return p;
}

static int64_t take_int(struct reader *r, size_t bytes)
{
	const unsigned char *p = take(r, bytes);
	uint64_t n = 0;

	if (p == NULL)
		return 0;
	if (p[0] & 0x80)
		n = UINT64_MAX;
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | p[i];
	return (int64_t)n;
}

struct head {
	int64_t isut, isstd, leap, time, type, letters;
};

static bool take_head(struct reader *r, struct head *h)
{
	const unsigned char *p = take(r, 20);

	if (p == NULL || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	h->isut = take_int(r, 4);
	h->isstd = take_int(r, 4);
	h->leap = take_int(r, 4);
	h->time = take_int(r, 4);
	h->type = take_int(r, 4);
	h->letters = take_int(r, 4);
	return !r->bad && h->isut >= 0 && h->isstd >= 0 && h->leap >= 0 && h->time >= 0 &&
	       h->time <= 20000 && h->type >= 1 && h->type <= TYPES_MAX &&
	       h->letters >= 0;
}

static bool take_footer(struct reader *r, struct sy_zone *z)
{
	const unsigned char *p = take(r, 1), *end;
	char rule[128] = "";

	if (p == NULL || *p != '\n')
		return false;
	end = memchr(r->data + r->at, '\n', r->len - r->at);
	if (end == NULL || (size_t)(end - p) > sizeof(rule))
		return false;
	memcpy(rule, p + 1, (size_t)(end - p - 1));
	return rule[0] == '\0' || read_rule(rule, z);
}

static bool read_tzif(struct reader *r, struct sy_zone *z)
{
	int32_t offsets[TYPES_MAX];
	struct head h;
	const unsigned char *which;

	if (!take_head(r, &h))
		return false;
	take(r, (size_t)(h.time * 5 + h.type * 6 + h.letters + h.leap * 8 + h.isstd +
	                 h.isut));
	if (!take_head(r, &h))
		return false;
	z->count = (size_t)h.time;
	z->at = sy_xcalloc(z->count + 1, sizeof(*z->at));
	z->offset = sy_xcalloc(z->count + 1, sizeof(*z->offset));
	for (size_t i = 0; i < z->count; i++)
		z->at[i] = take_int(r, 8);
	which = take(r, z->count);
	for (int64_t i = 0; i < h.type; i++) {
		offsets[i] = (int32_t)take_int(r, 4);
		take(r, 2);
	}
	take(r, (size_t)(h.letters + h.leap * 12 + h.isstd + h.isut));
	if (r->bad || !take_footer(r, z))
		return false;
	z->first = offsets[0];
	for (size_t i = 0; i < z->count; i++) {
		if (which[i] >= h.type)
			return false;
		z->offset[i] = offsets[which[i]];
	}
	return true;
}

static bool read_file(const char *path, struct sy_zone *z)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct reader r = { 0 };
	unsigned char *data = NULL;
	struct stat st;
	ssize_t got = -1;
	bool ok;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= FILE_MAX) {
		data = sy_xcalloc(1, (size_t)st.st_size + 1);
		got = read(fd, data, (size_t)st.st_size);
	}
	if (fd >= 0)
		close(fd);
	r.data = data;
	r.len = got > 0 ? (size_t)got : 0;
	ok = got > 0 && read_tzif(&r, z);
	free(data);
	return ok;
}

/* A name goes into a path, so it may not lead elsewhere. */
static bool is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < sizeof(((struct sy_zone *)0)->name) && name[0] != '/' &&
	       strstr(name, "..") == NULL &&
	       strspn(name,
	           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	           "_+-/") == len;
}

int sy_zone_load(const char *name, struct sy_zone **out, struct sy_error *err)
{
	struct sy_zone *z = sy_xcalloc(1, sizeof(*z));
	char path[128] = FOLDER;

	*out = NULL;
	sy_copy(z->name, sizeof(z->name), name);
	if (strcmp(name, "UTC") != 0) {
		sy_copy(path + strlen(FOLDER), sizeof(path) - strlen(FOLDER), name);
		if (!is_name(name) || !read_file(path, z)) {
			sy_zone_free(z);
			return sy_fail(err, SY_CONFIG, "time_zone",
			    "there is no time zone '%s' in " FOLDER
			    ": give a name like Europe/Berlin (package tzdata)",
			    name);
		}
	}
	*out = z;
	return 0;
}

void sy_zone_free(struct sy_zone *z)
{
	if (z == NULL)
		return;
	free(z->at);
	free(z->offset);
	free(z);
}

const char *sy_zone_name(const struct sy_zone *z)
{
	return z->name;
}

/* --- Questions -------------------------------------------------------------------------- */

int32_t sy_zone_offset(const struct sy_zone *z, int64_t unix_s)
{
	size_t low = 0, high = z->count; /* changes before `low` lie in the past */

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (z->at[mid] <= unix_s)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == z->count && z->has_rule)
		return rule_offset(z, unix_s);
	return low == 0 ? z->first : z->offset[low - 1];
}

int64_t sy_zone_day(const struct sy_zone *z, int64_t unix_s)
{
	return floor_div(unix_s + sy_zone_offset(z, unix_s), DAY_S);
}

/* Midnight may be missing (clocks went forward at 0:00) or there twice, so it is searched
 * for rather than computed. */
int64_t sy_zone_day_start(const struct sy_zone *z, int64_t day)
{
	int64_t low = (day - 1) * DAY_S, high = (day + 2) * DAY_S;

	while (low < high) {
		int64_t mid = low + (high - low) / 2;

		if (sy_zone_day(z, mid) < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int64_t sy_zone_hour_start(const struct sy_zone *z, int64_t unix_s)
{
	int64_t local = unix_s + sy_zone_offset(z, unix_s);

	return unix_s - (local - floor_div(local, 3600) * 3600);
}

int64_t sy_zone_month(const struct sy_zone *z, int64_t unix_s)
{
	int64_t year;
	int month, mday;

	sy_date_from_day(sy_zone_day(z, unix_s), &year, &month, &mday);
	return year * 12 + month - 1;
}

int64_t sy_zone_month_start(const struct sy_zone *z, int64_t month)
{
	int64_t year = floor_div(month, 12);

	return sy_zone_day_start(z,
	    sy_date_to_day(year, (int)(month - year * 12) + 1, 1));
}
