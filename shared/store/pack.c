/*
 * pack.c - see pack.h.
 */
#include "store/pack.h"

#include <string.h>

void sy_pack_int(struct sy_packer *p, int64_t n)
{
	uint64_t u = (uint64_t)n << 1 ^ (uint64_t)(n >> 63);

	do {
		if (p->at == p->end) {
			p->full = true;
			return;
		}
		*p->at++ = (uint8_t)(u < 0x80 ? u : (u & 0x7f) | 0x80);
		u >>= 7;
	} while (u > 0);
}

int64_t sy_unpack_int(struct sy_unpacker *u)
{
	uint64_t n = 0;

	for (int shift = 0; shift < 70; shift += 7) {
		uint8_t byte;

		if (u->at == u->end)
			break;
		byte = *u->at++;
		n |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
	}
	u->bad = true;
	return 0;
}

static void pack_text(struct sy_packer *p, const char *text, size_t size)
{
	size_t len = strnlen(text, size - 1);

	sy_pack_int(p, (int64_t)len);
	if (len > (size_t)(p->end - p->at)) {
		p->full = true;
		return;
	}
	memcpy(p->at, text, len);
	p->at += len;
}

static void unpack_text(struct sy_unpacker *u, char *text, size_t size)
{
	int64_t len = sy_unpack_int(u);

	if (u->bad || len < 0 || (uint64_t)len >= size || len > u->end - u->at) {
		u->bad = true;
		return;
	}
	memcpy(text, u->at, (size_t)len);
	memset(text + len, 0, size - (size_t)len);
	u->at += len;
}

static int64_t member_value(const struct sy_packed_member *m, const char *from)
{
	const void *at = from + m->offset;

	switch (m->type) {
	case SY_M_BOOL:
		return *(const bool *)at;
	case SY_M_U16:
		return *(const uint16_t *)at;
	case SY_M_I32:
		return *(const int32_t *)at;
	case SY_M_U32:
		return *(const uint32_t *)at;
	default:
		return *(const int64_t *)at;
	}
}

static void set_member(const struct sy_packed_member *m, char *to, int64_t n)
{
	void *at = to + m->offset;

	switch (m->type) {
	case SY_M_BOOL:
		*(bool *)at = n != 0;
		break;
	case SY_M_U16:
		*(uint16_t *)at = (uint16_t)n;
		break;
	case SY_M_I32:
		*(int32_t *)at = (int32_t)n;
		break;
	case SY_M_U32:
		*(uint32_t *)at = (uint32_t)n;
		break;
	default:
		*(int64_t *)at = n;
	}
}

void sy_pack(struct sy_packer *p, const struct sy_packed_member *members, size_t count,
    const void *from)
{
	for (size_t i = 0; i < count; i++) {
		if (members[i].type == SY_M_TEXT)
			pack_text(p, (const char *)from + members[i].offset,
			    members[i].size);
		else
			sy_pack_int(p, member_value(&members[i], from));
	}
}

void sy_unpack(struct sy_unpacker *u, const struct sy_packed_member *members,
    size_t count, void *to)
{
	for (size_t i = 0; i < count && !u->bad; i++) {
		if (members[i].type == SY_M_TEXT)
			unpack_text(u, (char *)to + members[i].offset, members[i].size);
		else
			set_member(&members[i], to, sy_unpack_int(u));
	}
}
