/* SPDX-License-Identifier: GPL-3.0-or-later
 * seeds: what the files of the shared corpus give to a target. */
#ifndef TESTS_SEEDS_H
#define TESTS_SEEDS_H

#include "base/base.h"

/* Calls each with the inputs for that target, of at most max bytes: of all files, or of
 * so many, spread over the corpus.  How many inputs; -1: there is no corpus. */
long seeds_each(const char *target, size_t files, size_t max, void (*each)(void *, const char *from, struct slice),
	void *ctx);

#endif
