/*
 * exchange.h - one libcurl handle: what it is told to do, and what came of it.
 *
 * A handle is used for one exchange after the other; between them it keeps its constant
 * options and its buffers.  When it runs is fetch.c's affair.
 */
#ifndef SY_NET_EXCHANGE_H
#define SY_NET_EXCHANGE_H

#include "net/fetch.h"
#include "net/head.h"

#include "base/buf.h"
#include "base/http.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_exchange {
	CURL *easy;
	const char *ca_file; /* for exchanges that name none; outlives this */
	bool custom_method; /* of the last request: to be taken back */
	char *proxy;        /* the last one set */
	char curl_said[CURL_ERROR_SIZE];
	struct sy_buf header_text; /* what header_list points into */
	struct curl_slist header_list[SY_HTTP_HEADERS];

	const struct sy_http *http;
	const struct sy_fetch_options *options;
	struct sy_fetch_taker taker;
	bool cancelled; /* no more calls to the taker; libcurl is to stop */

	struct sy_buf short_body; /* in one piece, to go out together with the head */
	size_t piece, offset;     /* of a longer body, where the next read begins */

	struct sy_head head;
	bool head_given;
	const char *bad; /* why the answer is unusable */

	bool opened;   /* a connection was made, not found */
	bool repeated; /* libcurl was about to send it again */
	bool connected, reused;
	int64_t started_us, connected_us;
};

/* `owner` is what CURLINFO_PRIVATE gives. */
void sy_exchange_open(struct sy_exchange *x, const char *ca_file, void *owner);
void sy_exchange_close(struct sy_exchange *x);

/* Forgets the last one. */
void sy_exchange_reset(struct sy_exchange *x, const struct sy_http *http,
    const struct sy_fetch_options *options, const struct sy_fetch_taker *taker);

/* Sets the handle up; it may be added to a multi handle then. */
void sy_exchange_arm(struct sy_exchange *x, bool http2);

/* How it ended. */
void sy_exchange_describe(struct sy_exchange *x, CURLcode code, struct sy_fetched *end);

#endif
