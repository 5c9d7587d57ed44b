/*
 * dialect.c - what dialects share.
 */
#include "sim/dialect.h"

#include "base/text.h"

enum { PIECE_BYTES = 16 };

size_t sy_sim_piece(const char *s, size_t len)
{
	size_t n = 0, step;

	while (n < len && n < PIECE_BYTES) {
		step = sy_utf8_step(s + n, len - n);
		n += step > 0 ? step : 1;
	}
	return n;
}
