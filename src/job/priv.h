/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what worker.c and job.c share: both ends of the line between a job
 * and its owner.
 */
#ifndef JOB_PRIV_H
#define JOB_PRIV_H

#include "job/job.h"

struct front {
	struct loop *loop;
	bool cancelled;
	uint32_t next_ask;
	int64_t last_progress;          /* rt_mono of the last one sent            */
	/* Takes one line with its LF. */
	void (*emit)(struct front *, struct slice line);
	/* Waits for the answer to ask id; -1: none comes. */
	int  (*wait_answer)(struct front *, uint32_t id, struct str *out);
	void *ctx;
};

/* Runs the job of a spec against a front. */
int worker_run(struct front *, const struct job_spec *, struct err *);
/* Gives one line of a job to its owner's events; "ask" is returned to the
 * caller as 1, with the wire to answer. */
int job_dispatch(const struct job_events *, struct slice line, struct wire *ask);

#endif
