/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what the files of this folder share: both ends of the line between a
 * job and its owner, and the session of a client job.
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

/* ---- session.c ---- */

struct session {
	struct front *front; const struct conf *conf;
	const struct account *account; const struct server *server;
	const struct engine *engine; void *state;       /* borrowed */
	struct trace *trace;
	struct tls_ctx *tls; struct drive *drive;
	bool ready;
};
/* Connects (and starts TLS where it comes first); -1: err, nothing is open. */
int  session_open(struct session *, struct front *, const struct conf *, const struct account *,
	const struct server *, const struct engine *, void *state, struct trace *, struct err *);
void session_close(struct session *);
/* Waits for what the engine wants; passwords are given here.  WANT_FAIL also
 * when the job is cancelled (act->err ERR_CANCEL). */
enum want session_next(struct session *, struct act *, struct slice *run);
/* WANT_BODY: all of src goes out. */
int  session_body(struct session *, const struct act *, struct src *, struct err *);
bool session_clear_ok(const struct account *, const struct server *);
enum tls_mode session_tls(const struct server *);

#endif
