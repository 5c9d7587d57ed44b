/*
 * pack.h - structs of many small numbers and short texts, as few bytes.
 *
 * A table lists a struct's members once; packing and unpacking both walk it.  Numbers are
 * variable-length (7 bits a byte, sign folded into the lowest), texts have their length in
 * front.
 */
#ifndef SY_STORE_PACK_H
#define SY_STORE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_packer {
	uint8_t *at;
	const uint8_t *end;
	bool full; /* something did not fit */
};

struct sy_unpacker {
	const uint8_t *at;
	const uint8_t *end;
	bool bad; /* the bytes ended early, or made no sense */
};

void sy_pack_int(struct sy_packer *p, int64_t n);
int64_t sy_unpack_int(struct sy_unpacker *u);

enum sy_member_type {
	SY_M_BOOL,
	SY_M_U16,
	SY_M_I32, /* int and enums too */
	SY_M_U32,
	SY_M_I64,
	SY_M_TEXT, /* an array of char, `size` bytes */
};

struct sy_packed_member {
	enum sy_member_type type;
	uint16_t offset;
	uint16_t size;
};

void sy_pack(struct sy_packer *p, const struct sy_packed_member *members, size_t count,
    const void *from);
void sy_unpack(struct sy_unpacker *u, const struct sy_packed_member *members,
    size_t count, void *to);

#endif
