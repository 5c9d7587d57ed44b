/*
 * gemini_seal.c - what a client of Google's API is to give back with a thought.
 *
 * That API has one place for it, a thoughtSignature of bytes, which its clients decode and
 * encode again.  What other providers want back (a signature, a thought that is encrypted) is
 * put there with a mark, what it is and whose; anything without the mark is Google's own.
 */
#include "dialect/gemini_generate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "dialect/media.h"
#include "model/chat.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SEAL_BYTES (4 << 20)
#define MARK       "sy1"

static void put_base64(struct sy_buf *out, const struct sy_buf *plain)
{
	const int variant = sodium_base64_VARIANT_ORIGINAL;
	size_t room = sodium_base64_encoded_len(plain->len, variant);
	char *text = sy_xcalloc(room, 1);

	sodium_bin2base64(text, room, (const unsigned char *)plain->data, plain->len,
	    variant);
	sy_buf_json_str(out, text);
	free(text);
}

/* mark, 's' or 'd', the format, a colon, the rest */
void sy_gemini_put_seal(struct sy_buf *out, const char *format, const char *signature,
    const char *data)
{
	const char *held = signature != NULL ? signature : data;
	struct sy_buf plain;

	if (format != NULL && sy_starts(format, SY_GEMINI_FORMAT)) {
		sy_buf_json_str(out, held);
		return;
	}
	sy_buf_init(&plain, SEAL_BYTES);
	sy_buf_puts(&plain, MARK);
	sy_buf_putc(&plain, signature != NULL ? 's' : 'd');
	sy_buf_puts(&plain, format != NULL ? format : "");
	sy_buf_putc(&plain, ':');
	sy_buf_puts(&plain, held);
	put_base64(out, &plain);
	sy_buf_release(&plain);
}

void sy_gemini_open_seal(const char *seal, struct sy_arena *a, struct sy_part *out)
{
	struct sy_media sealed = { .data = seal, .len = strlen(seal) };
	size_t len;
	char *plain = sy_media_text(&sealed, a, &len), *colon;

	out->format = SY_GEMINI_FORMAT "-v1";
	out->signature = seal;
	if (plain == NULL || !sy_starts(plain, MARK) || strlen(plain) < sizeof(MARK))
		return;
	colon = strchr(plain, ':');
	if (colon == NULL)
		return;
	*colon = '\0';
	out->format = plain + sizeof(MARK);
	if (out->format[0] == '\0')
		out->format = NULL;
	out->signature = plain[sizeof(MARK) - 1] == 's' ? colon + 1 : NULL;
	out->data = plain[sizeof(MARK) - 1] == 'd' ? colon + 1 : NULL;
}
