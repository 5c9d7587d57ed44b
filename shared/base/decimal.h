/*
 * decimal.h - decimal numbers as text to integers, never by way of a double.
 */
#ifndef SY_BASE_DECIMAL_H
#define SY_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SY_DECIMAL_MAX 100000000000000000 /* ten to the 17th */

/*
 * A number as JSON writes it ("3e-06", "-0.25") times ten to the power of `shift`, rounded
 * half away from zero, once.  False when the text is no such number, or when the result is
 * beyond SY_DECIMAL_MAX on either side.
 */
bool sy_decimal_scale(const char *text, size_t len, int shift, int64_t *out);

#endif
