/*
 * period.c - see period.h.
 */
#include "ops/period.h"

#include "base/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HOUR_S 3600
#define DAY_S  86400

#define STEPS_MAX 3000 /* ten days of five minutes; the dashboard shows some hundred */

const struct sy_word sy_step_words[] = {
	{ "5min", SY_STEP_5MIN },
	{ "hour", SY_STEP_HOUR },
	{ "day", SY_STEP_DAY },
	{ "month", SY_STEP_MONTH },
	{ NULL, 0 },
};

/* How a range is compared with the one before: shifted by its own days, months or seconds. */
struct shift {
	int64_t days, months, seconds;
};

int64_t sy_days_before(const struct sy_zone *zone, int64_t at, int64_t days)
{
	int64_t day = sy_zone_day(zone, at);
	int64_t into = at - sy_zone_day_start(zone, day);

	return sy_zone_day_start(zone, day - days) + into;
}

int64_t sy_months_before(const struct sy_zone *zone, int64_t at, int64_t months)
{
	int64_t day = sy_zone_day(zone, at), year, first, next;
	int64_t into = at - sy_zone_day_start(zone, day);
	int month, mday;

	sy_date_from_day(day, &year, &month, &mday);
	months = year * 12 + month - 1 - months;
	first = sy_date_to_day(months / 12, (int)(months % 12) + 1, 1);
	next = sy_date_to_day((months + 1) / 12, (int)((months + 1) % 12) + 1, 1);
	day = first + mday - 1 < next ? first + mday - 1 : next - 1;
	return sy_zone_day_start(zone, day) + into;
}

static bool parse_days(const char *range, const struct sy_zone *zone, struct sy_span *out,
    struct shift *shift)
{
	int64_t y[2];
	int m[2], d[2], end = 0;
	int64_t from, to;

	if (sscanf(range, "%4" SCNd64 "-%2d-%2d..%4" SCNd64 "-%2d-%2d%n", &y[0], &m[0], &d[0],
		&y[1], &m[1], &d[1], &end) != 6 ||
	    range[end] != '\0')
		return false;
	from = sy_date_to_day(y[0], m[0], d[0]);
	to = sy_date_to_day(y[1], m[1], d[1]) + 1;
	for (int i = 0; i < 2; i++)
		if (y[i] < 1970 || m[i] < 1 || m[i] > 12 || d[i] < 1 || d[i] > 31)
			return false;
	if (to <= from)
		return false;
	*out = (struct sy_span){ sy_zone_day_start(zone, from), sy_zone_day_start(zone, to) };
	shift->days = to - from;
	return true;
}

static bool parse_seconds(const char *range, struct sy_span *out, struct shift *shift)
{
	int end = 0;

	if (sscanf(range, "@%12" SCNd64 "..%12" SCNd64 "%n", &out->from, &out->to, &end) != 2 ||
	    range[end] != '\0' || out->from < 0 || out->to <= out->from)
		return false;
	shift->seconds = out->to - out->from;
	return true;
}

static bool parse_word(const char *range, const struct sy_zone *zone, int64_t now,
    struct sy_span *out, struct shift *shift)
{
	static const struct {
		const char *word;
		struct shift shift;
		int64_t days_back; /* from the start of the day so many days ago */
		int64_t months_back;
		int64_t seconds_back;
	} words[] = {
		{ "1h", { .seconds = HOUR_S }, 0, 0, HOUR_S },
		{ "24h", { .seconds = DAY_S }, 0, 0, DAY_S },
		{ "today", { .days = 1 }, 0, 0, 0 },
		{ "yesterday", { .days = 1 }, 1, 0, 0 },
		{ "7d", { .days = 7 }, 6, 0, 0 },
		{ "30d", { .days = 30 }, 29, 0, 0 },
		{ "90d", { .days = 90 }, 89, 0, 0 },
		{ "mtd", { .months = 1 }, 0, 1, 0 },
		{ "lastmonth", { .months = 1 }, 0, 2, 0 },
		{ "12m", { .months = 12 }, 0, 12, 0 },
	};
	int64_t today = sy_zone_day(zone, now), month = sy_zone_month(zone, now);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, range) != 0)
			continue;
		*shift = words[i].shift;
		out->to = now;
		if (words[i].seconds_back > 0)
			out->from = now - words[i].seconds_back;
		else if (words[i].months_back > 0)
			out->from = sy_zone_month_start(zone, month - words[i].months_back + 1);
		else
			out->from = sy_zone_day_start(zone, today - words[i].days_back);
		if (strcmp(range, "yesterday") == 0)
			out->to = sy_zone_day_start(zone, today);
		if (strcmp(range, "lastmonth") == 0)
			out->to = sy_zone_month_start(zone, month);
		return true;
	}
	return false;
}

static int64_t shifted(const struct sy_zone *zone, int64_t at, const struct shift *shift)
{
	if (shift->months > 0)
		return sy_months_before(zone, at, shift->months);
	if (shift->days > 0)
		return sy_days_before(zone, at, shift->days);
	return at - shift->seconds;
}

static int compare_with(struct sy_period *p, const char *cmp, const struct sy_zone *zone,
    const struct shift *own, struct sy_error *err)
{
	static const struct {
		const char *word;
		struct shift shift;
	} words[] = {
		{ "week", { .days = 7 } },
		{ "month", { .months = 1 } },
		{ "year", { .months = 12 } },
	};
	const struct shift *shift = strcmp(cmp, "prev") == 0 ? own : NULL;

	p->compared = strcmp(cmp, "none") != 0;
	if (!p->compared)
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, cmp) == 0)
			shift = &words[i].shift;
	if (shift == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "cmp",
		    "'%.40s' is no comparison: none, prev, week, month or year", cmp);
	p->before.from = shifted(zone, p->now.from, shift);
	p->before.to = shifted(zone, p->now.to, shift);
	return 0;
}

static enum sy_step auto_step(int64_t length)
{
	return length <= 3 * HOUR_S ? SY_STEP_5MIN
	    : length <= 48 * HOUR_S ? SY_STEP_HOUR
	    : length <= 93 * DAY_S  ? SY_STEP_DAY
				    : SY_STEP_MONTH;
}

/* The coarsest cells that add up to the period; its beginning moves down to where the first
 * of them begins, which changes nothing for days and months. */
static void choose_grain(struct sy_period *p, const struct sy_zone *zone)
{
	static const struct {
		enum sy_step step;
		enum sy_grain grain;
	} rows[] = {
		{ SY_STEP_MONTH, SY_MONTH },
		{ SY_STEP_DAY, SY_DAY },
		{ SY_STEP_HOUR, SY_HOUR },
		{ SY_STEP_5MIN, SY_MINUTE },
	};
	size_t i = 0;

	while (rows[i].step > p->step)
		i++;
	while (rows[i].step > SY_STEP_HOUR &&
	    sy_step_start(rows[i].step, zone, p->now.from) != p->now.from)
		i++;
	p->grain = rows[i].grain;
	p->now.from = sy_step_start(rows[i].step, zone, p->now.from);
}

static int choose_step(struct sy_period *p, const char *step, int64_t now,
    struct sy_error *err)
{
	int value = sy_word_value(sy_step_words, step);

	if (strcmp(step, "auto") == 0) {
		p->step = auto_step(p->now.to - p->now.from);
		if (p->step == SY_STEP_5MIN && p->now.from < now - 47 * HOUR_S)
			p->step = SY_STEP_HOUR;
		return 0;
	}
	if (value < 0)
		return sy_fail(err, SY_BAD_REQUEST, "step",
		    "'%.40s' is no step: auto, 5min, hour, day or month", step);
	p->step = (enum sy_step)value;
	return 0;
}

/* Every step is a row of the answer, for every group. */
static int check_steps(const struct sy_period *p, struct sy_error *err)
{
	static const int64_t shortest_s[] = {
		[SY_STEP_5MIN] = 300,
		[SY_STEP_HOUR] = HOUR_S,
		[SY_STEP_DAY] = 23 * HOUR_S,
		[SY_STEP_MONTH] = 28 * DAY_S,
	};

	if ((p->now.to - p->now.from) / shortest_s[p->step] <= STEPS_MAX)
		return 0;
	return sy_fail(err, SY_BAD_REQUEST, "step",
	    "That would be more than %d steps; ask for longer ones, or a shorter period.",
	    STEPS_MAX);
}

int sy_period_parse(const char *range, const char *cmp, const char *step,
    const struct sy_zone *zone, int64_t now, struct sy_period *out, struct sy_error *err)
{
	struct shift shift = { 0, 0, 0 };

	memset(out, 0, sizeof(*out));
	if (!parse_word(range, zone, now, &out->now, &shift) &&
	    !parse_seconds(range, &out->now, &shift) &&
	    !parse_days(range, zone, &out->now, &shift))
		return sy_fail(err, SY_BAD_REQUEST, "r",
		    "'%.60s' is no period: 1h 24h today yesterday 7d 30d 90d mtd lastmonth 12m, "
		    "2026-01-01..2026-01-31 or @FROM..TO",
		    range);
	if (out->now.to > now && out->now.from < now)
		out->now.to = now;
	if (choose_step(out, step != NULL ? step : "auto", now, err) < 0 ||
	    check_steps(out, err) < 0)
		return -1;
	choose_grain(out, zone);
	return compare_with(out, cmp != NULL ? cmp : "prev", zone, &shift, err);
}

int64_t sy_step_start(enum sy_step step, const struct sy_zone *zone, int64_t at)
{
	switch (step) {
	case SY_STEP_5MIN:
		return at - at % 300;
	case SY_STEP_HOUR:
		return sy_zone_hour_start(zone, at);
	case SY_STEP_DAY:
		return sy_zone_day_start(zone, sy_zone_day(zone, at));
	case SY_STEP_MONTH:
		return sy_zone_month_start(zone, sy_zone_month(zone, at));
	}
	return at;
}

int64_t sy_step_next(enum sy_step step, const struct sy_zone *zone, int64_t start)
{
	switch (step) {
	case SY_STEP_5MIN:
		return start + 300;
	case SY_STEP_HOUR:
		return sy_zone_hour_start(zone, start + HOUR_S);
	case SY_STEP_DAY:
		return sy_zone_day_start(zone, sy_zone_day(zone, start) + 1);
	case SY_STEP_MONTH:
		return sy_zone_month_start(zone, sy_zone_month(zone, start) + 1);
	}
	return start + 1;
}
