/*
 * Streams of the OpenAI dialect; the first byte says where to cut, the second how the provider
 * differs.
 */
#include "dialect/openai.h"
#include "fuzz.h"
#include "model/config.h"
#include "stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_provider provider = { .name = "p", .base_url = "" };
	struct sy_model model = { .provider = &provider, .upstream = "m" };
	struct sy_ask ask = { .model = "m", .n = 1 };

	if (size < 3)
		return 0;
	provider.quirks.think_tags = data[1] & 1;
	provider.quirks.clean = data[1] & 2;
	provider.quirks.reasoning_excluded = data[1] & 4;
	sy_stream_alike(&sy_adapter_openai, &ask, &model, (const char *)data + 2, size - 2,
	    data[0]);
	return 0;
}
