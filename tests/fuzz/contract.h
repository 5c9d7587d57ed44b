/*
 * contract.h - what every adapter promises of its events; a breach ends the program.
 */
#ifndef SY_TESTS_CONTRACT_H
#define SY_TESTS_CONTRACT_H

#include "model/event.h"

#include <stdbool.h>
#include <stdint.h>

#define SY_CONTRACT_CHOICES 128

struct sy_contract {
	struct sy_sink sink; /* hand this to the adapter */
	bool started, ended, failed;
	bool finished[SY_CONTRACT_CHOICES];
	int calls[SY_CONTRACT_CHOICES];
	uint64_t digest; /* of all that came, pieces of text joined */
};

void sy_contract_init(struct sy_contract *c);

#endif
