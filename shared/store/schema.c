/*
 * schema.c - the two shapes; layouts are in schema.h.
 */
#include "store/schema.h"

#include "store/store.h"

static const char *const book_tables[] = {
	[SY_T_META] = "meta",
	[SY_T_GENERATION] = "generation",
	[SY_T_TEXT] = "text",
	[SY_T_KEY] = "key",
	[SY_T_SECRET] = "secret",
	[SY_T_SPENT] = "spent",
	[SY_T_ROW] = "row",
	[SY_T_CELL] = "cell",
	[SY_T_NAME] = "name",
	[SY_T_NUMBER] = "number",
	[SY_T_FRESH] = "fresh",
};

static const char *const live_tables[] = {
	[SY_L_META] = "meta",
	[SY_L_FLIGHT] = "flight",
	[SY_L_OUTBOX] = "outbox",
	[SY_L_TALLY] = "tally",
	[SY_L_WINDOW] = "window",
	[SY_L_PLACE] = "place",
	[SY_L_CIRCUIT] = "circuit",
	[SY_L_CODE] = "code",
	[SY_L_SESSION] = "session",
	[SY_L_TRY] = "try",
	[SY_L_KEPT] = "kept",
};

_Static_assert(SY_BOOK_TABLES <= SY_TABLES_MAX,
    "more tables than the store has room for");
_Static_assert(SY_LIVE_TABLES <= SY_TABLES_MAX,
    "more tables than the store has room for");

#define MIB ((size_t)1 << 20)

/* A map is address space, not memory; small at first for hosts that limit that. */
const struct sy_shape sy_book_shape = {
	.what = "book",
	.tables = book_tables,
	.count = SY_BOOK_TABLES,
	.map_bytes = 256 * MIB,
	.map_most_bytes = 256 * 1024 * MIB,
	.format = SY_BOOK_FORMAT,
};

/* Without sync: it ends with the boot anyway, and survives the death of processes. */
const struct sy_shape sy_live_shape = {
	.what = "live store",
	.tables = live_tables,
	.count = SY_LIVE_TABLES,
	.flags = MDB_NOSYNC,
	.map_bytes = 64 * MIB,
	.map_most_bytes = 16 * 1024 * MIB,
	.format = SY_LIVE_FORMAT,
};
