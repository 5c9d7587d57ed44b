#include "../suites.h"
#include "scratch.h"

extern CU_TestInfo book_tests[], fold_tests[], gate_tests[], kept_tests[], keys_tests[], kill_tests[],
    ledger_tests[], limits_tests[], race_tests[], rollup_tests[], rows_tests[],
    session_tests[], store_tests[], turn_tests[], upkeep_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "store", NULL, NULL, NULL, NULL, store_tests },
	{ "gate", NULL, NULL, fresh_stores, no_stores, gate_tests },
	{ "rows", NULL, NULL, NULL, NULL, rows_tests },
	{ "limits", NULL, NULL, NULL, NULL, limits_tests },
	{ "book", NULL, NULL, fresh_stores, no_stores, book_tests },
	{ "keys", NULL, NULL, fresh_stores, no_stores, keys_tests },
	{ "session", NULL, NULL, fresh_stores, no_stores, session_tests },
	{ "kept", NULL, NULL, fresh_stores, no_stores, kept_tests },
	{ "turn", NULL, NULL, fresh_stores, no_stores, turn_tests },
	{ "fold", NULL, NULL, fresh_stores, no_stores, fold_tests },
	{ "ledger", NULL, NULL, fresh_stores, no_stores, ledger_tests },
	{ "upkeep", NULL, NULL, fresh_stores, no_stores, upkeep_tests },
	{ "rollup", NULL, NULL, NULL, NULL, rollup_tests },
	{ "race", NULL, NULL, NULL, NULL, race_tests },
	{ "kill", NULL, NULL, NULL, NULL, kill_tests },
	CU_SUITE_INFO_NULL,
};
