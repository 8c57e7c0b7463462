/* SPDX-License-Identifier: GPL-3.0-or-later
 * crash: dying, or failing, at the n-th file call of a workload (FAULTS.md F1, F5) */
#ifndef TESTS_JOB_CRASH_H
#define TESTS_JOB_CRASH_H

#include "../store/box.h"

/* Thousands of runs: where files lie in memory, these do. */
void crash_init(void);

/* Runs work in a child that is killed at its n-th chance (before and after each
 * changing call; 0: never).  1 killed, 0 it returned 0, -1 it returned another. */
int  crash_at(long n, int (*work)(void *), void *ctx);

/* Memory that children share with us, zeroed. */
void *crash_shared(size_t n);

enum fault { FAULT_NONE, FAULT_ENOSPC, FAULT_EIO, FAULT_DONE /* done, and EIO */,
	FAULT_SHORT /* half a write */, FAULT_EINTR };
extern const char *const fault_names[];
/* The n-th call of the table from now on fails, in this process; sticky: and
 * every one after it. */
void fault_set(enum fault, long n, bool sticky);
/* Lets go; did it come to the n-th? */
bool fault_off(void);
const char *fault_call(void);           /* which call it was */

#endif
