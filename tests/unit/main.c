/*
 * main.c - runs the suites that a unit program brings; fails when a case failed or none ran.
 */
#include "../unit/suites.h"

#include <CUnit/Basic.h>
#include <sodium.h>
#include <stdio.h>

int main(void)
{
	unsigned failed, ran;

	if (sodium_init() < 0 || CU_initialize_registry() != CUE_SUCCESS ||
	    CU_register_suites(sy_suites) != CUE_SUCCESS) {
		fprintf(stderr, "cannot set up the tests\n");
		return 2;
	}
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures();
	ran = CU_get_number_of_tests_run();
	CU_cleanup_registry();
	return failed > 0 || ran == 0;
}
