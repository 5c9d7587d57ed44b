/*
 * Streams of Gemini; the first byte says where to cut.
 */
#include "dialect/gemini.h"
#include "fuzz.h"
#include "stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sy_stream_alike_plain(&sy_adapter_gemini, "google", "gemini-2.5-flash", data, size);
	return 0;
}
