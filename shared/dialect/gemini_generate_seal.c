/*
 * gemini_generate_seal.c - what a client of Google's API is to give back with a thought.
 *
 * That API has one place for it, a thoughtSignature of bytes, which its clients decode and
 * encode again, in either alphabet of base64.  What other providers want back is sealed in it;
 * what is no seal of ours is Google's own.
 */
#include "dialect/gemini_generate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "dialect/media.h"
#include "dialect/seal.h"
#include "model/chat.h"

#include <sodium.h>
#include <string.h>

static const char *base64(struct sy_arena *a, const char *text)
{
	const int variant = sodium_base64_VARIANT_ORIGINAL;
	size_t room = sodium_base64_encoded_len(strlen(text), variant);
	char *out = sy_alloc(a, room);

	return sodium_bin2base64(out, room, (const unsigned char *)text, strlen(text),
	    variant);
}

void sy_gemini_put_seal(struct sy_buf *out, const char *format, const char *signature,
    const char *data)
{
	enum sy_seal_kind kind = signature != NULL ? SY_SEAL_SIGNATURE : SY_SEAL_DATA;
	const char *payload = signature != NULL ? signature : data;
	struct sy_arena *a;

	if (format != NULL && sy_starts(format, SY_GEMINI_FORMAT)) {
		sy_buf_json_str(out, payload);
		return;
	}
	a = sy_arena_new();
	sy_buf_json_str(out, base64(a, sy_seal_any(a, kind, format, payload)));
	sy_arena_free(a);
}

void sy_gemini_open_seal(const char *text, struct sy_arena *a, struct sy_part *out)
{
	struct sy_media sealed = { .data = text, .len = strlen(text) };
	struct sy_seal seal;
	const char *plain;
	size_t len;

	out->format = SY_GEMINI_REASONING;
	out->signature = text;
	if (!sy_starts(text, SY_GEMINI_SEALED) ||
	    (plain = sy_media_text(&sealed, a, &len)) == NULL ||
	    !sy_unseal(a, plain, &seal))
		return;
	out->format = seal.format;
	out->signature = seal.kind == SY_SEAL_SIGNATURE ? seal.payload : NULL;
	out->data = seal.kind == SY_SEAL_DATA ? seal.payload : NULL;
}
