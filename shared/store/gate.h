/*
 * gate.h - the lock in front of LMDB's write lock.
 *
 * LMDB's own is waited for without limit, also while its owner is stopped.  This one is asked
 * for and never waited on: an OFD lock on a file, which the kernel frees when its holder dies
 * and which tells apart two descriptors of one process, so threads have one each.
 */
#ifndef SY_STORE_GATE_H
#define SY_STORE_GATE_H

#include <stdbool.h>

#define SY_GATE_WAIT_MS 2000

/* Opens (and makes, 0600) the file; a descriptor, or -1 with errno. */
int sy_gate_open(const char *dir, const char *file);

/* 1: it is ours now.  0: somebody else is inside.  -1: errno. */
int sy_gate_try(int fd);

/* The same, trying again for so long. */
int sy_gate_wait(int fd, int wait_ms);

void sy_gate_leave(int fd);

#endif
