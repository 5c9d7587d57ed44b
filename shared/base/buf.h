/*
 * buf.h - bytes that grow, up to a limit stated when the buffer is made.
 *
 * Writers need not check each step: once an addition would pass the limit, the buffer
 * remembers that in `full`, takes no more, and whoever reads it asks once.
 */
#ifndef SY_BASE_BUF_H
#define SY_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_buf {
	char *data; /* NULL while empty; always NUL-terminated otherwise */
	size_t len;
	size_t room;
	size_t limit;
	bool full;
};

void sy_buf_init(struct sy_buf *b, size_t limit);
void sy_buf_release(struct sy_buf *b); /* frees; the buffer may be used again */
void sy_buf_reset(struct sy_buf *b);   /* empties, keeps the memory */

/* Makes room for `more` further bytes; false when that passes the limit. */
bool sy_buf_reserve(struct sy_buf *b, size_t more);

void sy_buf_add(struct sy_buf *b, const void *data, size_t len);
void sy_buf_puts(struct sy_buf *b, const char *s);
void sy_buf_putc(struct sy_buf *b, char c);
void sy_buf_int(struct sy_buf *b, int64_t n);
void sy_buf_printf(struct sy_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes off all behind the first `len` bytes. */
void sy_buf_cut(struct sy_buf *b, size_t len);

/* Takes `len` bytes off the front. */
void sy_buf_eat(struct sy_buf *b, size_t len);

/* A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void sy_buf_json(struct sy_buf *b, const char *s, size_t len);
void sy_buf_json_piece(struct sy_buf *b, const char *s, size_t len); /* without the quotes */
void sy_buf_json_str(struct sy_buf *b, const char *s); /* NULL gives null */

/* Text that is known here and now, without counting it. */
#define sy_buf_lit(b, text) sy_buf_add(b, text, sizeof(text) - 1)

/* A member of a JSON object, with a comma before it unless it is the first; the key is plain
 * ASCII without quotes. */
void sy_buf_key(struct sy_buf *b, const char *key); /* the value is yet to come */
void sy_buf_member(struct sy_buf *b, const char *key, const char *s); /* NULL gives null */
void sy_buf_member_int(struct sy_buf *b, const char *key, int64_t n);

#endif
