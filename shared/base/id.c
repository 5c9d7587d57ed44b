/*
 * id.c - see id.h.
 */
#include "base/id.h"

#include "base/arena.h"
#include "base/text.h"

#include <sodium.h>
#include <string.h>

#define PREFIX "req_"
#define LETTERS 26 /* 26 * 5 = 130 bits hold 128 */

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

struct sy_id sy_id_new(int64_t unix_ms)
{
	struct sy_id id;

	for (int i = 0; i < 6; i++)
		id.bytes[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
	randombytes_buf(id.bytes + 6, sizeof(id.bytes) - 6);
	return id;
}

int64_t sy_id_unix_ms(const struct sy_id *id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id->bytes[i];
	return ms;
}

void sy_id_text(const struct sy_id *id, char text[SY_ID_TEXT])
{
	unsigned held = 0, bits = 2; /* two zero bits stand in front of the 128 */
	size_t at = 0;

	memcpy(text, PREFIX, 4);
	for (int i = 0; i < LETTERS; i++) {
		if (bits < 5) {
			held = held << 8 | id->bytes[at++];
			bits += 8;
		}
		bits -= 5;
		text[4 + i] = alphabet[held >> bits & 31];
	}
	text[4 + LETTERS] = '\0';
}

bool sy_id_parse(const char *text, struct sy_id *out)
{
	if (!sy_starts(text, PREFIX) || strlen(text) != 4 + LETTERS)
		return false;
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < LETTERS; i++) {
		const char *at = strchr(alphabet, text[4 + i]);
		unsigned value;

		if (at == NULL)
			return false;
		value = (unsigned)(at - alphabet);
		for (int k = 0; k < 5; k++) {
			int bit = i * 5 - 2 + k;

			if (!(value >> (4 - k) & 1))
				continue;
			if (bit < 0)
				return false;
			out->bytes[bit / 8] |= (uint8_t)(1u << (7 - bit % 8));
		}
	}
	return true;
}

const char *sy_id_fit(struct sy_arena *a, const char *id, size_t len)
{
	static const char digits[] =
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	uint64_t hash = 0xcbf29ce484222325u;
	char *out;

	if (strlen(id) == len && strspn(id, digits) == len)
		return id;
	for (const char *p = id; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	out = sy_alloc(a, len + 1);
	for (size_t i = 0; i < len; i++) {
		out[i] = digits[hash % 62];
		hash = hash / 62 ^ (hash << 7);
	}
	return out;
}
