/*
 * Streams of the Messages API; the first byte says where to cut.
 */
#include "dialect/anthropic.h"
#include "fuzz.h"
#include "stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sy_stream_alike_plain(&sy_adapter_anthropic, "anthropic", "claude-sonnet-4-5", data, size);
	return 0;
}
