/*
 * suites.h - the suites of one unit program; each program brings its own array.
 */
#ifndef SY_TESTS_SUITES_H
#define SY_TESTS_SUITES_H

#include <CUnit/CUnit.h>

extern CU_SuiteInfo sy_suites[]; /* ends with CU_SUITE_INFO_NULL */

#endif
