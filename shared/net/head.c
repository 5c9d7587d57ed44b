/*
 * head.c - see head.h.
 */
#include "net/head.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void sy_head_init(struct sy_head *h)
{
	sy_buf_init(&h->text, 2 * SY_HEAD_BYTES);
	h->at = NULL;
	h->room = 0;
}

void sy_head_reset(struct sy_head *h)
{
	sy_buf_reset(&h->text);
	h->status = 0;
	h->whole = false;
	h->count = h->lines_so_far = h->bytes_so_far = 0;
}

void sy_head_release(struct sy_head *h)
{
	sy_buf_release(&h->text);
	free(h->at);
}

/* The three digits after "HTTP/1.1 ", or 0. */
static int read_status(const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	int status = 0;

	if (space == NULL || line + len - space < 4)
		return 0;
	for (int i = 1; i <= 3; i++) {
		if (space[i] < '0' || space[i] > '9')
			return 0;
		status = status * 10 + space[i] - '0';
	}
	return status;
}

static void new_head(struct sy_head *h, const char *line, size_t len)
{
	sy_buf_reset(&h->text);
	h->count = 0;
	h->status = read_status(line, len);
}

static uint32_t keep(struct sy_buf *b, const char *s, const char *end)
{
	uint32_t at = (uint32_t)b->len;

	sy_buf_add(b, s, (size_t)(end - s));
	sy_buf_putc(b, '\0');
	return at;
}

static void lower(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s += 'a' - 'A';
}

/* What came compressed would have to be unpacked before anybody could look into it. */
static bool is_compressed(const char *name, const char *value)
{
	return strcmp(name, "content-encoding") == 0 && value[0] != '\0' &&
	       strcasecmp(value, "identity") != 0;
}

static const char *add_line(struct sy_head *h, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *end = line + len, *value;
	uint32_t name_at, value_at;

	if (colon == NULL || colon == line || line[0] == ' ' || line[0] == '\t')
		return "a header line of the answer has no name";
	if (memchr(line, '\0', len) != NULL)
		return "a header line of the answer has a NUL";
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
		;
	name_at = keep(&h->text, line, colon);
	value_at = keep(&h->text, value, end);
	lower(h->text.data + name_at);
	if (is_compressed(h->text.data + name_at, h->text.data + value_at))
		return "the answer is compressed, which was not asked for";
	if (h->count == h->room) {
		h->room = h->room == 0 ? 16 : h->room * 2;
		h->at = sy_xrealloc(h->at, h->room * sizeof(*h->at));
	}
	h->at[h->count++] = (struct sy_head_line){ name_at, value_at };
	return NULL;
}

const char *sy_head_line(struct sy_head *h, const char *line, size_t len)
{
	h->bytes_so_far += len;
	if (h->bytes_so_far > SY_HEAD_BYTES || ++h->lines_so_far > SY_HEAD_LINES)
		return "the answer's headers are too long";
	if (h->whole)
		return NULL;
	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	if (len == 0)
		h->whole = h->status >= 200;
	else if (len > 5 && memcmp(line, "HTTP/", 5) == 0)
		new_head(h, line, len);
	else
		return add_line(h, line, len);
	return NULL;
}

size_t sy_head_headers(const struct sy_head *h, struct sy_header out[SY_HEAD_LINES])
{
	for (size_t i = 0; i < h->count; i++) {
		out[i].name = h->text.data + h->at[i].name;
		out[i].value = h->text.data + h->at[i].value;
	}
	return h->count;
}
