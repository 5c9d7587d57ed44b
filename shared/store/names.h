/*
 * names.h - labels as small numbers, for the keys of roll-ups.
 *
 * Numbers are given once and for ever, by dimension.  Number 0 is the empty label.
 */
#ifndef SY_STORE_NAMES_H
#define SY_STORE_NAMES_H

#include "store/rollup.h"
#include "store/store.h"

#define SY_NAME_OVERFLOW "(overflow)"
#define SY_NAMES_A_DAY   10000

/* The label's number; false when it has none.  With `day` (any day count), one is given: but
 * only SY_NAMES_A_DAY new ones a day, then that of SY_NAME_OVERFLOW. */
bool sy_name_find(struct sy_txn *t, enum sy_dim dim, const char *text, uint32_t *number);
uint32_t sy_name_make(struct sy_txn *t, enum sy_dim dim, const char *text, uint32_t day);

/* "" when the number was never given. */
void sy_name_text(struct sy_txn *t, enum sy_dim dim, uint32_t number, char text[64]);

#endif
