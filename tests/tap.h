/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tap: the test harness.  Plain calls that print TAP; no registration, no
 * mocks.  A name is a sentence; end with "return tap_done();".
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include "base/base.h"

bool tap_ok(const char *file, int line, bool ok, const char *fmt, ...) PRINTF(4, 5);
bool tap_int(const char *file, int line, long long got, long long want, const char *fmt, ...) PRINTF(5, 6);
bool tap_slice(const char *file, int line, struct slice got, struct slice want, const char *fmt, ...) PRINTF(5, 6);
#define ok(c, ...)            tap_ok(__FILE__, __LINE__, (c), __VA_ARGS__)
#define is_int(g, w, ...)     tap_int(__FILE__, __LINE__, (g), (w), __VA_ARGS__)
/* Shows both sides escaped and marks the first difference. */
#define is_slice(g, w, ...)   tap_slice(__FILE__, __LINE__, (g), (w), __VA_ARGS__)
#define is_str(g, w, ...)     tap_slice(__FILE__, __LINE__, sl(g), sl(w), __VA_ARGS__)
void tap_note(const char *fmt, ...) PRINTF(1, 2);
void tap_skip(const char *fmt, ...) PRINTF(1, 2);   /* one "ok # SKIP" */
void tap_skip_all(const char *fmt, ...) PRINTF(1, 2) NORETURN;
int  tap_done(void);                                /* prints the plan */

/* Calls feed with text cut whole, in pieces of 1 to 5, and once at every
 * offset; each piece lies in memory of exactly its size, so that a byte read
 * past it is seen.  feed(ctx, piece, last) and check(ctx, how) belong to the
 * test; begin makes a fresh ctx state. */
struct tap_split { void (*begin)(void *); void (*feed)(void *, struct slice, bool last);
	void (*check)(void *, const char *how); void *ctx; };
void tap_each_split(struct slice text, const struct tap_split *);

char *tap_tmpdir(void);             /* a fresh folder under TMPDIR, removed at exit; owned by tap */
/* $PABAL_CORPUS/name if it is there, else NULL (then skip); valid until the next call. */
const char *tap_corpus(const char *name);
int   tap_open_fds(void);           /* how many descriptors are open */

#endif
