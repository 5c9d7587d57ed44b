/*
 * vector.h - embeddings in JSON's digits and in packed binary32, each from the other.
 */
#ifndef SY_DIALECT_VECTOR_H
#define SY_DIALECT_VECTOR_H

#include "base/walk.h"

#include <stdbool.h>

struct sy_buf;

/* An array of numbers to a string of base64 (little-endian binary32, padded), with its quotes;
 * each number is rounded once.  False, with out as it was, where it holds anything else. */
bool sy_vector_pack(struct sy_span array, struct sy_buf *out);

/* The reverse, with digits that give the same binary32 again.  False, with out as it was, where
 * the string is no base64 of whole, finite values. */
bool sy_vector_unpack(struct sy_span string, struct sy_buf *out);

#endif
