/*
 * rows.c - see rows.h.
 */
#include "store/rows.h"

#include "store/pack.h"
#include "store/schema.h"

#include <string.h>

#define MEMBER(type, name)                                                               \
	{                                                                                \
		type, offsetof(struct sy_attempt, name),                                 \
		    sizeof(((struct sy_attempt *)0)->name)                               \
	}
#define TOKENS(class) MEMBER(SY_M_I64, usage.tokens[class])

/* The order is the layout: new members go to the end, and raise the version. */
static const struct sy_packed_member members[] = {
	MEMBER(SY_M_BOOL, last),
	MEMBER(SY_M_BOOL, stream),
	MEMBER(SY_M_BOOL, simulated),
	MEMBER(SY_M_BOOL, priced),
	MEMBER(SY_M_I32, outcome),
	MEMBER(SY_M_I32, kind),
	MEMBER(SY_M_I32, http_status),
	MEMBER(SY_M_I32, finish),
	MEMBER(SY_M_TEXT, key),
	MEMBER(SY_M_TEXT, route),
	MEMBER(SY_M_TEXT, asked),
	MEMBER(SY_M_TEXT, provider),
	MEMBER(SY_M_TEXT, model),
	MEMBER(SY_M_TEXT, feature),
	MEMBER(SY_M_TEXT, user),
	MEMBER(SY_M_TEXT, why),
	MEMBER(SY_M_I64, started_ms),
	MEMBER(SY_M_I32, first_ms),
	MEMBER(SY_M_I32, total_ms),
	MEMBER(SY_M_U32, generation),
	MEMBER(SY_M_I32, usage.source),
	TOKENS(SY_IN),
	TOKENS(SY_IN_CACHE_READ),
	TOKENS(SY_IN_CACHE_WRITE),
	TOKENS(SY_OUT),
	TOKENS(SY_OUT_REASONING),
	MEMBER(SY_M_I64, cost_nanodollars),
	MEMBER(SY_M_I64, reserved_nanodollars),
	MEMBER(SY_M_I64, bytes_out),
	MEMBER(SY_M_U16, attempts),
	MEMBER(SY_M_I32, client_status),
	MEMBER(SY_M_I32, request_first_ms),
	MEMBER(SY_M_I32, request_ms),
};

#define COUNT  (sizeof(members) / sizeof(members[0]))
#define GLANCE 8 /* before the first text */

_Static_assert(sizeof(enum sy_outcome) == sizeof(int32_t), "enums are packed as int32_t");
_Static_assert(SY_ROW_BYTES >= 1 + 7 * SY_LABEL_MAX + 128 + 32 * 10, "a row may not fit");

size_t sy_row_pack(const struct sy_attempt *row, uint8_t bytes[SY_ROW_BYTES])
{
	struct sy_packer p = { .at = bytes, .end = bytes + SY_ROW_BYTES };

	*p.at++ = SY_ROW_VERSION;
	sy_pack(&p, members, COUNT, row);
	return (size_t)(p.at - bytes);
}

bool sy_row_unpack(const void *aid, const void *bytes, size_t len, struct sy_attempt *row)
{
	struct sy_unpacker u = { .at = bytes, .end = (const uint8_t *)bytes + len };

	memset(row, 0, sizeof(*row));
	if (len == 0 || *u.at++ != SY_ROW_VERSION)
		return false;
	memcpy(row->rid.bytes, aid, SY_ID_BYTES);
	row->seq = (uint16_t)sy_db_uint((const uint8_t *)aid + SY_ID_BYTES, 2);
	sy_unpack(&u, members, COUNT, row);
	return !u.bad && u.at == u.end;
}

bool sy_row_glance(const void *bytes, size_t len, struct sy_attempt *row)
{
	struct sy_unpacker u = { .at = bytes, .end = (const uint8_t *)bytes + len };

	if (len == 0 || *u.at++ != SY_ROW_VERSION)
		return false;
	sy_unpack(&u, members, GLANCE, row);
	return !u.bad;
}
