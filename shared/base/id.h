/*
 * id.h - names of requests and attempts.
 *
 * A request's id is 48 bits of Unix milliseconds and 80 random bits, so ids sort by time.
 * In text it is "req_" and 26 letters of Crockford's base 32.  An attempt is the request's
 * id, a dot and its number: "req_....1".
 */
#ifndef SY_BASE_ID_H
#define SY_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;

#define SY_ID_BYTES 16
#define SY_ID_TEXT  31 /* with the final NUL */

struct sy_id {
	uint8_t bytes[SY_ID_BYTES];
};

struct sy_id sy_id_new(int64_t unix_ms);
int64_t sy_id_unix_ms(const struct sy_id *id);
void sy_id_text(const struct sy_id *id, char text[SY_ID_TEXT]);
bool sy_id_parse(const char *text, struct sy_id *out);

/* For who insists on ids of exactly so many letters and digits: the id itself where it is one,
 * else one made from it alone.  Either `id` or memory of the arena. */
const char *sy_id_fit(struct sy_arena *a, const char *id, size_t len);

#endif
