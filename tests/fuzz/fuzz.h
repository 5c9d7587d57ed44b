/*
 * fuzz.h - the entry that every target has: libFuzzer's, so that other engines fit as well.
 */
#ifndef SY_TESTS_FUZZ_H
#define SY_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
