/*
 * media.h - what the bytes of an attachment are, whatever its sender calls them.
 */
#ifndef SY_DIALECT_MEDIA_H
#define SY_DIALECT_MEDIA_H

#include <stddef.h>

struct sy_arena;
struct sy_buf;
struct sy_error;
struct sy_part;

/* An attachment, as a link or as bytes; all borrowed from the part. */
struct sy_media {
	const char *url;  /* https, or NULL: */
	const char *type; /* "image/png", as the bytes say where they are known */
	const char *data; /* base64, perhaps with line ends or of the URL-safe alphabet */
	size_t len;
};

/* Takes a data: URL apart; -1 with SY_REFUSED, whose param is set by the caller's name. */
int sy_media_of(const struct sy_part *part, const char *param, struct sy_arena *a,
    struct sy_media *out, struct sy_error *err);

/* The data in base64's plain alphabet with its padding; -1 when it is no base64. */
int sy_media_base64(const struct sy_media *m, const char *param, struct sy_buf *out,
    struct sy_error *err);

/* The data decoded to text; NULL when it is no base64, or no UTF-8. */
char *sy_media_text(const struct sy_media *m, struct sy_arena *a, size_t *len);

#endif
