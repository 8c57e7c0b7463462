/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of job share and nobody else needs.
 */
#ifndef JOB_PRIV_H
#define JOB_PRIV_H

#include "job/job.h"

/* ---- trace.c; a trace of NULL writes nothing ---- */

/* A message on its way through a transcript. */
struct trace_body {
	bool on, in_header;
	unsigned header, shown;         /* lines so far of each part     */
	uint64_t more, bytes;           /* what was only counted         */
	struct str line; uint64_t wire, last;   /* at hand; bytes of it and of the one before */
	bool dot;                       /* the last line was a counted "." */
};

/* One line that came in; on servers what logs a client in is hidden. */
void trace_heard(struct trace *, struct slice line);
/* Whole lines that go out. */
void trace_said(struct trace *, const struct act *);
/* Bytes of a message in any pieces: the header and the first lines of the rest
 * are written, the others counted. */
void trace_body(struct trace *, struct trace_body *, bool ours, struct slice bytes);
void trace_body_end(struct trace *, struct trace_body *, bool ours);

#endif
