/*
 * Streams of Cohere's chat; the first byte says where to cut.
 */
#include "dialect/cohere.h"
#include "fuzz.h"
#include "stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sy_stream_alike_plain(&sy_adapter_cohere, "cohere", "command-a-03-2025", data, size);
	return 0;
}
