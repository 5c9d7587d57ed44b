/*
 * records.c - see records.h.
 */
#include "records.h"

#include <fastcgi.h>
#include <string.h>

#define VALUES_BYTES 512
#define LONGEST      65528 /* of a record we write: a multiple of 8 below FCGI_MAX_LENGTH */

/* --- Records. ---------------------------------------------------------------------------- */

static void put_header(unsigned char *h, int type, unsigned id, size_t len)
{
	h[0] = FCGI_VERSION_1;
	h[1] = (unsigned char)type;
	h[2] = (unsigned char)(id >> 8);
	h[3] = (unsigned char)id;
	h[4] = (unsigned char)(len >> 8);
	h[5] = (unsigned char)len;
	h[6] = h[7] = 0;
}

static size_t put_end(unsigned char *out, unsigned id, int status)
{
	put_header(out, FCGI_END_REQUEST, id, 8);
	memset(out + FCGI_HEADER_LEN, 0, 8);
	out[FCGI_HEADER_LEN + 4] = (unsigned char)status;
	return FCGI_HEADER_LEN + 8;
}

/* --- Reading. ---------------------------------------------------------------------------- */

void sy_fcgi_init(struct sy_fcgi *f)
{
	memset(f, 0, sizeof(*f));
	sy_buf_init(&f->params, SY_FCGI_PARAMS_BYTES);
	sy_buf_init(&f->values, VALUES_BYTES);
}

void sy_fcgi_release(struct sy_fcgi *f)
{
	sy_buf_release(&f->params);
	sy_buf_release(&f->values);
}

void sy_fcgi_done(struct sy_fcgi *f)
{
	if (f->phase == SY_FCGI_READ)
		f->phase = SY_FCGI_IDLE;
	else
		f->done = f->phase != SY_FCGI_IDLE;
}

static bool is_stream(int type)
{
	return type == FCGI_PARAMS || type == FCGI_STDIN;
}

static int begin_request(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg)
{
	unsigned char end[16];
	int role = f->begin[0] << 8 | f->begin[1];

	if (f->small_len < sizeof(FCGI_BeginRequestBody))
		return -1;
	if (f->phase != SY_FCGI_IDLE && f->done) {
		f->phase = SY_FCGI_IDLE; /* the rest of the last one will not come */
		f->done = false;
	}
	if (f->phase != SY_FCGI_IDLE && f->record_id == f->id)
		return -1;
	if (f->phase != SY_FCGI_IDLE || role != FCGI_RESPONDER) {
		int why = role != FCGI_RESPONDER ? FCGI_UNKNOWN_ROLE : FCGI_CANT_MPX_CONN;

		ops->reply(arg, end, put_end(end, f->record_id, why));
		return 0;
	}
	f->phase = SY_FCGI_PARAMS;
	f->id = f->record_id;
	f->keep = f->begin[2] & FCGI_KEEP_CONN;
	f->params_too_long = false;
	sy_buf_reset(&f->params);
	ops->begin(arg);
	return 0;
}

/* Each value that is asked for and known is answered, in a record of its own kind. */
static void answer_values(const struct sy_fcgi *f, const struct sy_fcgi_ops *ops,
    void *arg)
{
	static const struct {
		const char *name, *value;
	} known[] = {
		{ FCGI_MAX_CONNS, "4096" },
		{ FCGI_MAX_REQS, "4096" },
		{ FCGI_MPXS_CONNS, "0" },
	};
	unsigned char out[FCGI_HEADER_LEN + 96];
	struct sy_fcgi_pair asked;
	size_t at = 0, len = FCGI_HEADER_LEN;
	unsigned given = 0;

	while (!f->values.full && sy_fcgi_pair(&f->values, &at, &asked) == 1)
		for (unsigned i = 0; i < 3; i++) {
			size_t n = strlen(known[i].name), v = strlen(known[i].value);

			if ((given & 1u << i) != 0 || asked.name_len != n ||
			    memcmp(asked.name, known[i].name, n) != 0)
				continue;
			given |= 1u << i;
			out[len++] = (unsigned char)n;
			out[len++] = (unsigned char)v;
			memcpy(out + len, known[i].name, n);
			memcpy(out + len + n, known[i].value, v);
			len += n + v;
		}
	put_header(out, FCGI_GET_VALUES_RESULT, 0, len - FCGI_HEADER_LEN);
	ops->reply(arg, out, len);
}

static void refuse_type(const struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg)
{
	unsigned char out[FCGI_HEADER_LEN + 8] = { 0 };

	put_header(out, FCGI_UNKNOWN_TYPE, 0, 8);
	out[FCGI_HEADER_LEN] = (unsigned char)f->type;
	ops->reply(arg, out, sizeof(out));
}

/* Whether a record's content belongs to the request that is being read. */
static bool is_ours(const struct sy_fcgi *f)
{
	return f->phase != SY_FCGI_IDLE && f->record_id == f->id;
}

static int end_of_stream(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg)
{
	if (f->type == FCGI_PARAMS && f->phase == SY_FCGI_PARAMS) {
		f->phase = SY_FCGI_INPUT;
		if (!f->done)
			ops->params(arg);
	} else if (f->type == FCGI_STDIN && f->phase == SY_FCGI_INPUT) {
		f->phase = f->done ? SY_FCGI_IDLE : SY_FCGI_READ;
		f->done = false;
		if (f->phase == SY_FCGI_READ)
			ops->input_end(arg);
	} else if (f->type == FCGI_PARAMS || f->phase == SY_FCGI_PARAMS) {
		return -1;
	}
	return 0;
}

static int stream_bytes(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg,
    const char *data, size_t len)
{
	if (f->type == FCGI_PARAMS && f->phase == SY_FCGI_PARAMS) {
		sy_buf_add(&f->params, data, len);
		f->params_too_long = f->params.full;
		return 0;
	}
	if (f->type != FCGI_STDIN || f->phase != SY_FCGI_INPUT)
		return -1;
	if (!f->done)
		ops->input(arg, data, len);
	return 0;
}

/* A record has ended that is no part of a stream, or is its end. */
static int end_of_record(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg,
    bool empty)
{
	if (f->type == FCGI_BEGIN_REQUEST)
		return begin_request(f, ops, arg);
	if (f->type == FCGI_GET_VALUES && f->record_id == FCGI_NULL_REQUEST_ID)
		answer_values(f, ops, arg);
	else if (f->record_id == FCGI_NULL_REQUEST_ID)
		refuse_type(f, ops, arg);
	else if (f->type == FCGI_ABORT_REQUEST && is_ours(f) && !f->done)
		ops->aborted(arg);
	else if (is_stream(f->type) && empty && is_ours(f))
		return end_of_stream(f, ops, arg);
	return 0;
}

static int content(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg,
    const char *data, size_t len)
{
	if (f->type == FCGI_BEGIN_REQUEST) {
		size_t n = sizeof(f->begin) - f->small_len;

		if (n > len)
			n = len;
		memcpy(f->begin + f->small_len, data, n);
		f->small_len += n;
	} else if (f->type == FCGI_GET_VALUES) {
		sy_buf_add(&f->values, data, len);
	} else if (is_stream(f->type) && is_ours(f)) {
		return stream_bytes(f, ops, arg, data, len);
	}
	return 0;
}

static int start_record(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg)
{
	const unsigned char *h = f->head;

	f->head_len = 0;
	if (h[0] != FCGI_VERSION_1)
		return -1;
	f->type = h[1];
	f->record_id = (unsigned)h[2] << 8 | h[3];
	f->content_left = (size_t)h[4] << 8 | h[5];
	f->padding_left = h[6];
	f->small_len = 0;
	sy_buf_reset(&f->values);
	if (f->type == FCGI_BEGIN_REQUEST && f->record_id == FCGI_NULL_REQUEST_ID)
		return -1;
	return f->content_left == 0 ? end_of_record(f, ops, arg, true) : 0;
}

static int step(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg,
    const char **at, const char *end)
{
	size_t n = (size_t)(end - *at);
	int rc;

	if (f->content_left > 0) {
		if (n > f->content_left)
			n = f->content_left;
		rc = content(f, ops, arg, *at, n);
		f->content_left -= n;
		if (rc == 0 && f->content_left == 0)
			rc = end_of_record(f, ops, arg, false);
		*at += n;
		return rc;
	}
	if (f->padding_left > 0) {
		if (n > f->padding_left)
			n = f->padding_left;
		f->padding_left -= n;
		*at += n;
		return 0;
	}
	f->head[f->head_len++] = (unsigned char)*(*at)++;
	return f->head_len == sizeof(f->head) ? start_record(f, ops, arg) : 0;
}

int sy_fcgi_feed(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg,
    const char *data, size_t len)
{
	const char *end = data + len;

	while (data < end)
		if (step(f, ops, arg, &data, end) < 0)
			return -1;
	return 0;
}

/* A length is one byte, or four with the highest bit set. */
static int pair_length(const struct sy_buf *b, size_t *at, size_t *out)
{
	const unsigned char *p = (const unsigned char *)b->data + *at;
	size_t left = b->len - *at;

	if (left < 1 || (p[0] >> 7 && left < 4))
		return -1;
	if (p[0] >> 7 == 0) {
		*out = p[0];
		*at += 1;
		return 0;
	}
	*out =
	    (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	*at += 4;
	return 0;
}

int sy_fcgi_pair(const struct sy_buf *params, size_t *at, struct sy_fcgi_pair *out)
{
	size_t left;

	if (*at >= params->len)
		return 0;
	if (pair_length(params, at, &out->name_len) < 0 ||
	    pair_length(params, at, &out->value_len) < 0)
		return -1;
	left = params->len - *at;
	if (out->name_len > left || out->value_len > left - out->name_len)
		return -1;
	out->name = params->data + *at;
	out->value = out->name + out->name_len;
	*at += out->name_len + out->value_len;
	return 1;
}

/* --- Writing. ---------------------------------------------------------------------------- */

void sy_fcgi_out_close(struct sy_fcgi_out *o)
{
	size_t len = o->bytes.len - o->record - FCGI_HEADER_LEN;

	if (o->open && !o->bytes.full)
		put_header((unsigned char *)o->bytes.data + o->record, FCGI_STDOUT, o->id,
		    len);
	o->open = false;
}

static void open_record(struct sy_fcgi_out *o)
{
	static const char blank[FCGI_HEADER_LEN];

	o->record = o->bytes.len;
	o->open = true;
	sy_buf_add(&o->bytes, blank, sizeof(blank));
}

void sy_fcgi_out_add(struct sy_fcgi_out *o, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0 && !o->bytes.full) {
		size_t room, n;

		if (!o->open)
			open_record(o);
		room = LONGEST - (o->bytes.len - o->record - FCGI_HEADER_LEN);
		n = len < room ? len : room;
		sy_buf_add(&o->bytes, at, n);
		at += n;
		len -= n;
		if (n == room)
			sy_fcgi_out_close(o);
	}
}

void sy_fcgi_out_end(struct sy_fcgi_out *o)
{
	unsigned char end[2 * FCGI_HEADER_LEN + 8];

	sy_fcgi_out_close(o);
	put_header(end, FCGI_STDOUT, o->id, 0);
	put_end(end + FCGI_HEADER_LEN, o->id, FCGI_REQUEST_COMPLETE);
	sy_buf_add(&o->bytes, end, sizeof(end));
}
