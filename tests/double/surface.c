/*
 * surface.c - a surface that only writes errors, for tests of the edge.
 */
#include "dialect/surface.h"

#include "base/buf.h"

static void put_error(const struct sy_error *err, bool streaming, struct sy_buf *out)
{
	(void)streaming;
	sy_buf_puts(out, "{\"error\":{\"message\":");
	sy_buf_json_str(out, err->message);
	sy_buf_puts(out, ",\"type\":");
	sy_buf_json_str(out, err->type);
	sy_buf_puts(out, ",\"param\":null,\"code\":");
	sy_buf_json_str(out, err->code[0] != '\0' ? err->code : NULL);
	sy_buf_puts(out, "}}\n");
}

const struct sy_surface sy_surface_openai_chat = {
	.name = "openai-chat",
	.dialect = "openai",
	.error = put_error,
};
