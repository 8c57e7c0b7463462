/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what the files of this folder share: both ends of the line between a
 * job and its owner, the session of a client job, and transcripts.
 */
#ifndef JOB_PRIV_H
#define JOB_PRIV_H

#include "job/job.h"

struct front {
	struct loop *loop;
	bool cancelled;
	uint32_t next_ask;
	int64_t last_progress;          /* rt_mono of the last one sent            */
	int64_t last_turn;              /* rt_mono of the last look at the line    */
	/* Takes one line with its LF. */
	void (*emit)(struct front *, struct slice line);
	/* Waits for the answer to ask id; -1: none comes. */
	int  (*wait_answer)(struct front *, uint32_t id, struct str *out);
	void *ctx;
};

/* The strings of a spec, by their names on the line. */
struct job_field { const char *name; size_t at; };
extern const struct job_field job_fields[];
extern const size_t job_n_fields;
const char **job_field(struct job_spec *, size_t i);

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
