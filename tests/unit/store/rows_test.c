#include "scratch.h"

#include "store/cells.h"
#include "store/pack.h"
#include "store/rows.h"
#include "store/schema.h"

#include <stdlib.h>
#include <string.h>

static void test_numbers(void)
{
	static const int64_t numbers[] = { 0, 1, -1, 63, 64, -64, -65, 127, 128,
		INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint8_t bytes[10];
		struct sy_packer p = { .at = bytes, .end = bytes + sizeof(bytes) };
		struct sy_unpacker u = { .at = bytes };

		sy_pack_int(&p, numbers[i]);
		CU_ASSERT_FALSE(p.full);
		u.end = p.at;
		CU_ASSERT_EQUAL(sy_unpack_int(&u), numbers[i]);
		CU_ASSERT_FALSE(u.bad);
		CU_ASSERT_PTR_EQUAL(u.at, u.end);
		u.at = bytes;
		u.end = p.at - 1;
		sy_unpack_int(&u);
		CU_ASSERT_TRUE(u.bad);
	}
}

/* Bytes are read from the file again, so they end where they end. */
static void test_cut_rows(void)
{
	struct sy_attempt row = row_at(1750000000000), got;
	struct sy_db_name aid = sy_db_aid(&row.rid, row.seq);
	uint8_t bytes[SY_ROW_BYTES + 1], *exact;
	size_t len = sy_row_pack(&row, bytes);

	CU_ASSERT_TRUE(sy_row_unpack(aid.bytes, bytes, len, &got));
	CU_ASSERT_TRUE(same_row(&row, &got));
	CU_ASSERT(len < 200);
	for (size_t cut = 0; cut < len; cut++) {
		exact = malloc(cut + 1);
		memcpy(exact, bytes, cut);
		CU_ASSERT_FALSE(sy_row_unpack(aid.bytes, exact, cut, &got));
		free(exact);
	}
	CU_ASSERT_FALSE(sy_row_unpack(aid.bytes, bytes, len + 1, &got));
	bytes[0] = SY_ROW_VERSION + 1;
	CU_ASSERT_FALSE(sy_row_unpack(aid.bytes, bytes, len, &got));
	CU_ASSERT_FALSE(sy_row_glance(bytes, len, &got));
}

static void test_spoilt_rows(void)
{
	struct sy_attempt row = row_at(1750000000000), got;
	struct sy_db_name aid = sy_db_aid(&row.rid, row.seq);
	uint8_t bytes[SY_ROW_BYTES];
	size_t len = sy_row_pack(&row, bytes);

	srand(4);
	for (int i = 0; i < 20000; i++) {
		uint8_t spoilt[SY_ROW_BYTES];

		memcpy(spoilt, bytes, len);
		for (int k = rand() % 4; k >= 0; k--)
			spoilt[1 + (size_t)rand() % (len - 1)] = (uint8_t)rand();
		if (!sy_row_unpack(aid.bytes, spoilt, len, &got))
			continue;
		CU_ASSERT(strnlen(got.user, SY_LABEL_MAX) < SY_LABEL_MAX);
		CU_ASSERT(strnlen(got.why, sizeof(got.why)) < sizeof(got.why));
		CU_ASSERT(sy_row_end(&got) < SY_ENDS); /* whatever kind it claims */
	}
}

static void test_cells(void)
{
	struct sy_cell cell, got;
	uint8_t bytes[SY_CELL_BYTES];
	size_t len;

	memset(&cell, 0x7f, sizeof(cell)); /* as large as it can be */
	len = sy_cell_pack(&cell, true, bytes);
	CU_ASSERT_TRUE(sy_cell_unpack(bytes, len, &got));
	CU_ASSERT_EQUAL(memcmp(&cell, &got, sizeof(cell)), 0);
	for (size_t cut = 0; cut < len; cut++)
		sy_cell_unpack(bytes, cut, &got);
	len = sy_cell_pack(&cell, false, bytes);
	CU_ASSERT_TRUE(sy_cell_unpack(bytes, len, &got));
	CU_ASSERT_EQUAL(sy_histogram_count(&got.first), 0);
	CU_ASSERT_FALSE(sy_cell_unpack(bytes, len - 1, &got));
	memset(&cell, 0, sizeof(cell));
	CU_ASSERT(sy_cell_pack(&cell, true, bytes) < 40); /* nothing takes little room */
}

CU_TestInfo rows_tests[] = {
	{ "numbers", test_numbers },
	{ "rows that are cut are refused", test_cut_rows },
	{ "rows that are spoilt do no harm", test_spoilt_rows },
	{ "cells", test_cells },
	CU_TEST_INFO_NULL,
};
