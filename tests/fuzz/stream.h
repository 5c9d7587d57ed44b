/*
 * stream.h - a promise of every adapter whose streams are SSE: however the bytes are cut, the
 * same answer comes out, and its events keep the contract.
 */
#ifndef SY_TESTS_STREAM_H
#define SY_TESTS_STREAM_H

#include "dialect/adapter.h"

#include <stddef.h>
#include <stdint.h>

/* Feeds the text to the adapter at once, and again in pieces that `cut` gives the size of; a
 * difference ends the program.  A record that is no JSON is skipped, as the translation does. */
void sy_stream_alike(const struct sy_adapter *adapter, const struct sy_ask *ask,
    const struct sy_model *model, const char *text, size_t len, uint8_t cut);

/* The same with the first byte as `cut`, for a provider and a model without peculiarities. */
void sy_stream_alike_plain(const struct sy_adapter *adapter, const char *provider,
    const char *upstream, const uint8_t *data, size_t size);

#endif
