/*
 * sse.c - see sse.h.
 *
 * A line that lies whole in the input is read where it stands; only a line that is cut is
 * gathered first.  Data is copied once, into the event's buffer, which terminates it.
 */
#include "base/sse.h"

#include "base/text.h"

#include <string.h>

void sy_sse_init(struct sy_sse *s)
{
	memset(s, 0, sizeof(*s));
	sy_buf_init(&s->line, SY_SSE_LINE_BYTES);
	sy_buf_init(&s->data, SY_SSE_EVENT_BYTES);
}

void sy_sse_release(struct sy_sse *s)
{
	sy_buf_release(&s->line);
	sy_buf_release(&s->data);
}

/* A blank line: hands over what was gathered, unless that was no data at all. */
static int dispatch(struct sy_sse *s, sy_take_record *take, void *arg,
    struct sy_error *err)
{
	struct sy_record rec = { s->event, s->data.data, s->data.len, false };
	int rc = 0;

	if (s->has_data) {
		if (rec.data == NULL)
			rec.data = "";
		rc = take(arg, &rec, err);
	}
	sy_buf_reset(&s->data);
	s->event[0] = '\0';
	s->has_data = false;
	return rc;
}

static int add_data(struct sy_sse *s, const char *value, size_t len, struct sy_error *err)
{
	if (s->has_data)
		sy_buf_putc(&s->data, '\n');
	sy_buf_add(&s->data, value, len);
	s->has_data = true;
	if (s->data.full)
		return sy_fail(err, SY_UNUSABLE, "",
		    "an event of the stream is over %d bytes", SY_SSE_EVENT_BYTES);
	return 0;
}

static bool named(const char *line, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(line, name, len) == 0;
}

/* One line without its end. */
static int take_line(struct sy_sse *s, const char *line, size_t len, sy_take_record *take,
    void *arg, struct sy_error *err)
{
	const char *colon, *value;
	size_t name_len, value_len;

	if (!s->past_first && len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		len -= 3;
	}
	s->past_first = true;
	if (len == 0)
		return dispatch(s, take, arg, err);
	if (len > SY_SSE_LINE_BYTES)
		return sy_fail(err, SY_UNUSABLE, "",
		    "a line of the stream is over %d bytes", SY_SSE_LINE_BYTES);
	colon = memchr(line, ':', len);
	name_len = colon != NULL ? (size_t)(colon - line) : len;
	value = colon != NULL ? colon + 1 : line + len;
	if (value < line + len && *value == ' ')
		value++;
	value_len = (size_t)(line + len - value);
	if (named(line, name_len, "data"))
		return add_data(s, value, value_len, err);
	if (named(line, name_len, "event"))
		sy_copy_n(s->event, sizeof(s->event), value, value_len);
	return 0;
}

/* The rest of a line that began in an earlier piece, or the begin of one that goes on. */
static int gather(struct sy_sse *s, const char *data, size_t len, struct sy_error *err)
{
	sy_buf_add(&s->line, data, len);
	if (s->line.full)
		return sy_fail(err, SY_UNUSABLE, "",
		    "a line of the stream is over %d bytes", SY_SSE_LINE_BYTES);
	return 0;
}

static int end_line(struct sy_sse *s, const char *data, size_t len, sy_take_record *take,
    void *arg, struct sy_error *err)
{
	int rc;

	if (s->line.len == 0)
		return take_line(s, data, len, take, arg, err);
	if (gather(s, data, len, err) < 0)
		return -1;
	rc = take_line(s, s->line.data, s->line.len, take, arg, err);
	sy_buf_reset(&s->line);
	return rc;
}

int sy_sse_feed(struct sy_sse *s, const char *data, size_t len, sy_take_record *take,
    void *arg, struct sy_error *err)
{
	const char *p = data, *end, *lf = NULL;

	if (len == 0) /* data may be NULL then */
		return 0;
	end = data + len;
	while (p < end) {
		const char *stop;

		if (s->after_cr && *p == '\n') {
			s->after_cr = false;
			p++;
			continue;
		}
		s->after_cr = false;
		/* The next LF is looked for once, however many CRs come before it. */
		if (lf == NULL || lf < p) {
			lf = memchr(p, '\n', (size_t)(end - p));
			if (lf == NULL)
				lf = end;
		}
		stop = memchr(p, '\r', (size_t)(lf - p));
		if (stop == NULL)
			stop = lf;
		if (stop == end)
			return gather(s, p, (size_t)(end - p), err);
		s->after_cr = *stop == '\r';
		if (end_line(s, p, (size_t)(stop - p), take, arg, err) < 0)
			return -1;
		p = stop + 1;
	}
	return 0;
}

int sy_sse_end(struct sy_sse *s, sy_take_record *take, void *arg, struct sy_error *err)
{
	if (s->line.len > 0 && end_line(s, "", 0, take, arg, err) < 0)
		return -1;
	return dispatch(s, take, arg, err);
}
