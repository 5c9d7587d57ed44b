/*
 * ctl_value.h - what ctl_print.c needs of single values.
 */
#ifndef SY_FCGI_CTL_VALUE_H
#define SY_FCGI_CTL_VALUE_H

#include "ctl_print.h"

struct sy_buf;

bool sy_view_colored(const struct sy_view *v);

/* Characters, as a terminal counts them (no wide ones are expected in names). */
size_t sy_show_width(const char *s);

/* Two digits after the point from a dollar on, four or six for less. */
unsigned sy_money_digits(int64_t nanodollars);
const char *sy_money_show(const struct sy_view *v, int64_t nanodollars, unsigned digits,
    struct sy_arena *a);

/* For programs: raw numbers, UTC times, "" where it is not known. */
const char *sy_value_plain(const struct sy_view *v, enum sy_value_type type,
    struct sy_value value, struct sy_arena *a);
void sy_value_json(struct sy_buf *b, enum sy_value_type type, struct sy_value value);

#endif
