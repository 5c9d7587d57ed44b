#include "base/framing.h"

#include "../suites.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Frames whose bytes are published; the last is an exception. */
#define EMPTY_FRAME "000000100000000005c248eb7d98c8ff"
#define STOP_FRAME                                                                       \
	"0000007a00000051ca2c46650b3a6576656e742d7479706507000b6d65737361676553746f70"   \
	"0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e"             \
	"0d3a6d6573736167652d747970650700056576656e74"                                   \
	"7b2273746f70526561736f6e223a22656e645f7475726e227d5fbf09fc"
#define EXCEPTION_FRAME                                                                  \
	"0000008800000061de0175f40f3a657863657074696f6e2d74797065070013"                 \
	"7468726f74746c696e67457863657074696f6e0d3a636f6e74656e742d74797065070010"       \
	"6170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009"             \
	"657863657074696f6e7b226d657373616765223a22736c6f7720646f776e227d832ee072"

static const char all_seen[] =
    "||\nmessageStop|{\"stopReason\":\"end_turn\"}|\n"
    "throttlingException|{\"message\":\"slow down\"}|failure\n";

static void add_hex(struct sy_buf *out, const char *hex)
{
	size_t len = strlen(hex) / 2;

	CU_ASSERT_TRUE(sy_buf_reserve(out, len));
	CU_ASSERT_EQUAL(sodium_hex2bin((unsigned char *)out->data + out->len, len, hex,
	                    2 * len, NULL, NULL, NULL),
	    0);
	out->len += len;
}

static void add_number(struct sy_buf *out, uint32_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		sy_buf_putc(out, (char)(n >> shift));
}

/* A frame of these headers, as bytes, and this payload. */
static void add_frame(struct sy_buf *out, const char *headers, size_t headers_len,
    const char *payload)
{
	size_t from = out->len, len = strlen(payload);

	add_number(out, (uint32_t)(16 + headers_len + len));
	add_number(out, (uint32_t)headers_len);
	add_number(out, sy_crc32(0, out->data + from, 8));
	sy_buf_add(out, headers, headers_len);
	sy_buf_add(out, payload, len);
	add_number(out, sy_crc32(0, out->data + from, out->len - from));
}

static int note(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct sy_buf *seen = arg;

	(void)err;
	CU_ASSERT_EQUAL(rec->data[rec->len], '\0');
	sy_buf_printf(seen, "%s|", rec->event);
	sy_buf_add(seen, rec->data, rec->len);
	sy_buf_printf(seen, "|%s\n", rec->failure ? "failure" : "");
	return 0;
}

static int feed(const struct sy_buf *in, size_t step, struct sy_buf *seen,
    struct sy_error *err)
{
	struct sy_framer f;
	int rc = 0;

	sy_buf_init(seen, 1 << 20);
	sy_framer_init(&f, SY_FRAMING_AMAZON);
	for (size_t at = 0; at < in->len && rc == 0; at += step)
		rc = sy_framer_feed(&f, in->data + at,
		    in->len - at < step ? in->len - at : step, note, seen, err);
	if (rc == 0)
		rc = sy_framer_end(&f, note, seen, err);
	sy_framer_release(&f);
	return rc;
}

static void published(struct sy_buf *out)
{
	sy_buf_init(out, 1 << 20);
	add_hex(out, EMPTY_FRAME);
	add_hex(out, STOP_FRAME);
	add_hex(out, EXCEPTION_FRAME);
}

static void test_known_frames_cut_anywhere(void)
{
	struct sy_buf in, seen;
	struct sy_error err;

	published(&in);
	for (size_t step = 1; step <= in.len; step++) {
		CU_ASSERT_EQUAL(feed(&in, step, &seen, &err), 0);
		CU_ASSERT_STRING_EQUAL(seen.data, all_seen);
		sy_buf_release(&seen);
	}
	sy_buf_release(&in);
}

static void test_any_changed_byte_is_fatal(void)
{
	struct sy_buf in, seen;
	struct sy_error err;

	published(&in);
	for (size_t i = 0; i < in.len; i++) {
		in.data[i] ^= 0x10;
		CU_ASSERT_EQUAL(feed(&in, 7, &seen, &err), -1);
		CU_ASSERT_EQUAL(err.kind, SY_UNUSABLE);
		sy_buf_release(&seen);
		in.data[i] ^= 0x10;
	}
	sy_buf_release(&in);
}

static void test_a_missing_tail_is_told(void)
{
	struct sy_buf in, seen;
	struct sy_error err;

	published(&in);
	for (in.len--; in.len > 16 + 122; in.len--) {
		CU_ASSERT_EQUAL(feed(&in, 1000, &seen, &err), -1);
		CU_ASSERT_EQUAL(err.kind, SY_TRUNCATED);
		sy_buf_release(&seen);
	}
	CU_ASSERT_EQUAL(feed(&in, 1000, &seen, &err), 0);
	sy_buf_release(&seen);
	sy_buf_release(&in);
}

static void test_headers_of_every_type_are_passed_over(void)
{
	static const char headers[] = "\x01"
	                              "t\x00"
	                              "\x01"
	                              "f\x01"
	                              "\x01"
	                              "b\x02"
	                              "x"
	                              "\x01"
	                              "s\x03"
	                              "xx"
	                              "\x01"
	                              "i\x04"
	                              "xxxx"
	                              "\x01"
	                              "l\x05"
	                              "xxxxxxxx"
	                              "\x01"
	                              "y\x06\x00\x03"
	                              "\x00\x07\xff"
	                              "\x01"
	                              "d\x08"
	                              "xxxxxxxx"
	                              "\x01"
	                              "u\x09"
	                              "0123456789abcdef"
	                              "\x0b:event-type\x07\x00\x05"
	                              "thing";
	struct sy_buf in, seen;
	struct sy_error err;

	sy_buf_init(&in, 1 << 20);
	add_frame(&in, headers, sizeof(headers) - 1, "{}");
	CU_ASSERT_EQUAL(feed(&in, 1, &seen, &err), 0);
	CU_ASSERT_STRING_EQUAL(seen.data, "thing|{}|\n");
	sy_buf_release(&seen);
	sy_buf_release(&in);
}

static void test_an_error_has_its_words_in_a_header(void)
{
	static const char headers[] = "\x0d:message-type\x07\x00\x05"
	                              "error"
	                              "\x0b:error-code\x07\x00\x0d"
	                              "InternalError"
	                              "\x0e:error-message\x07\x00\x04"
	                              "oops";
	struct sy_buf in, seen;
	struct sy_error err;

	sy_buf_init(&in, 1 << 20);
	add_frame(&in, headers, sizeof(headers) - 1, "");
	CU_ASSERT_EQUAL(feed(&in, 1, &seen, &err), 0);
	CU_ASSERT_STRING_EQUAL(seen.data, "InternalError|oops|failure\n");
	sy_buf_release(&seen);
	sy_buf_release(&in);
}

static void expect_unusable(const char *headers, size_t len)
{
	struct sy_buf in, seen;
	struct sy_error err;

	sy_buf_init(&in, 1 << 20);
	add_frame(&in, headers, len, "{}");
	CU_ASSERT_EQUAL(feed(&in, 1, &seen, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_UNUSABLE);
	sy_buf_release(&seen);
	sy_buf_release(&in);
}

static void test_broken_headers_are_refused(void)
{
	expect_unusable("\x05", 1); /* a name that goes beyond them */
	expect_unusable("\x01"
	                "a",
	    2); /* no type */
	expect_unusable("\x01"
	                "a\x0a",
	    3); /* a type that there is not */
	expect_unusable("\x01"
	                "a\x07\x00",
	    4); /* half a length */
	expect_unusable("\x01"
	                "a\x07\x00\x02"
	                "x",
	    6);
	expect_unusable("\x01"
	                "a\x09"
	                "0123456789abcde",
	    18);
}

static void expect_bad_lengths(uint32_t total, uint32_t headers)
{
	struct sy_buf in, seen;
	struct sy_error err;

	sy_buf_init(&in, 1 << 20);
	add_number(&in, total);
	add_number(&in, headers);
	add_number(&in, sy_crc32(0, in.data, 8));
	CU_ASSERT_EQUAL(feed(&in, 1, &seen, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_UNUSABLE);
	sy_buf_release(&seen);
	sy_buf_release(&in);
}

static void test_lengths_that_cannot_be(void)
{
	expect_bad_lengths(15, 0);
	expect_bad_lengths(20, 5);
	expect_bad_lengths(UINT32_MAX, 0);
	expect_bad_lengths(16 + SY_EVENTSTREAM_PAYLOAD_BYTES + 1, 0);
	expect_bad_lengths(1 << 20, SY_EVENTSTREAM_HEADER_BYTES + 1);
}

static void test_frames_are_written_as_published(void)
{
	static const char stop[] = "{\"stopReason\":\"end_turn\"}";
	static const char slow[] = "{\"message\":\"slow down\"}";
	struct sy_buf in, out, seen;
	struct sy_error err;

	sy_buf_init(&in, 1 << 20);
	sy_buf_init(&out, 1 << 20);
	add_hex(&in, STOP_FRAME EXCEPTION_FRAME);
	sy_eventstream_add(&out, "event", "messageStop", stop, strlen(stop));
	sy_eventstream_add(&out, "exception", "throttlingException", slow, strlen(slow));
	CU_ASSERT_EQUAL_FATAL(out.len, in.len);
	CU_ASSERT_EQUAL(memcmp(out.data, in.data, in.len), 0);
	sy_buf_reset(&out);
	sy_eventstream_add(&out, "error", "InternalError", "oops", 4);
	CU_ASSERT_EQUAL(feed(&out, 1, &seen, &err), 0);
	CU_ASSERT_STRING_EQUAL(seen.data, "InternalError|oops|failure\n");
	sy_buf_release(&seen);
	sy_buf_release(&out);
	sy_buf_release(&in);
}

static void test_framings_are_told_apart(void)
{
	CU_ASSERT_TRUE(sy_framing_is(SY_FRAMING_SSE, "Text/Event-Stream; charset=utf-8"));
	CU_ASSERT_FALSE(sy_framing_is(SY_FRAMING_SSE, "application/json"));
	CU_ASSERT_TRUE(
	    sy_framing_is(SY_FRAMING_AMAZON, "application/vnd.amazon.eventstream"));
	CU_ASSERT_TRUE(sy_framing_begins(SY_FRAMING_AMAZON, '\0'));
	CU_ASSERT_FALSE(sy_framing_begins(SY_FRAMING_AMAZON, 'd'));
	CU_ASSERT_TRUE(sy_framing_begins(SY_FRAMING_SSE, 'd'));
	CU_ASSERT_FALSE(sy_framing_begins(SY_FRAMING_SSE, '\0'));
}

CU_TestInfo eventstream_tests[] = {
	{ "known frames, cut anywhere", test_known_frames_cut_anywhere },
	{ "any changed byte is fatal", test_any_changed_byte_is_fatal },
	{ "a missing tail is told", test_a_missing_tail_is_told },
	{ "headers of every type are passed over",
	    test_headers_of_every_type_are_passed_over },
	{ "an error has its words in a header", test_an_error_has_its_words_in_a_header },
	{ "broken headers are refused", test_broken_headers_are_refused },
	{ "lengths that cannot be", test_lengths_that_cannot_be },
	{ "frames are written as published", test_frames_are_written_as_published },
	{ "framings are told apart", test_framings_are_told_apart },
	CU_TEST_INFO_NULL,
};
