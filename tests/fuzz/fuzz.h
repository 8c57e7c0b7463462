/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz: what the targets share.  A target is one file, FUZZ(in) { ... }: any bytes, and
 * nothing may come of them but a crash (bug_on is one) or silence.  Built with libFuzzer
 * by --enable-fuzzing, else with replay.c.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FUZZ(in) \
	static void fuzz_one(struct slice in); \
	int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) \
	{ \
		rt_set_seed(1); \
		rt_set_clock(INT64_C(1772409600000000)); \
		log_open(2, LOG_ERROR); \
		fuzz_one(sl_make((const char *)p, n)); \
		return 0; \
	} \
	static void fuzz_one(struct slice in)

/* A number that is the same for the same input: widths, sizes of pieces, choices. */
static inline unsigned fuzz_number(struct slice in, unsigned below)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < in.n; i++)
		h = (h ^ (unsigned char)in.p[i]) * 16777619u;
	return (h ^ h >> 15) % below;
}

/* The next piece of in, of an odd size that differs from the last, in memory of its own
 * size, so that a byte read past it is seen, until the next call.  false: the end. */
static inline bool fuzz_piece(struct slice *in, unsigned *state, struct slice *piece)
{
	static const size_t sizes[] = { 1, 7, 3, 61, 2, 1021, 5, 19, 257, 4099 };
	static char *copy;
	size_t size = sizes[(*state)++ % ARRAY_LEN(sizes)], n = MIN(in->n, size);

	free(copy);
	copy = NULL;
	if (n == 0)
		return false;
	copy = mem_alloc(n);
	memcpy(copy, in->p, n);
	*piece = sl_make(copy, n);
	*in = sl_skip(*in, n);
	return true;
}

/* Both NULL, or the same string. */
static inline bool fuzz_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

#endif
