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
	char *host;                     /* found by MX, or NULL                 */
	bool ready, gave;               /* gave: a password                     */
};
/* Connects (and starts TLS where it comes first); -1: err, nothing is open. */
int  session_open(struct session *, struct front *, const struct conf *, const struct account *,
	const struct server *, const struct engine *, void *state, struct trace *, struct err *);
void session_close(struct session *);
/* Waits for what the engine wants; passwords are given here, and the owner is told of
 * one that was refused (an item "password": refused=account).  WANT_FAIL also
 * when the job is cancelled (act->err ERR_CANCEL). */
enum want session_next(struct session *, struct act *, struct slice *run);
/* WANT_BODY: all of src goes out. */
int  session_body(struct session *, const struct act *, struct src *, struct err *);
bool session_clear_ok(const struct account *, const struct server *);
enum tls_mode session_tls(const struct server *);

/* ---- send.c, sendfate.c ---- */

struct send {
	struct front *front;
	const struct conf *conf;
	struct trace *trace;
	struct state *state;
	struct outbox *outbox;
	const char *of;                 /* of this account only, or NULL         */
	const char *only;               /* this item, also its unsure recipients */
	bool all;
	/* the account at hand */
	const struct account *account;
	struct item *queue; size_t n, at;       /* its items, locked one by one  */
	struct smtp *smtp;
	struct session session;
	/* the item at hand */
	struct item *item;
	int lock, fd, recoded;
	struct smtp_mail mail;
	size_t *which;                  /* index of mail.rcpt[i] in the item     */
	bool again;                     /* recipients are left for another transaction */
	struct track track;             /* what is known of it; id 0: not read   */
};
/* A server passes mail on: what is unsure it tries again, as RFC 5321 4.5.4.1 asks. */
bool send_relays(const struct send *);
void send_tell(struct send *, const struct fate *);
/* why NULL: each recipient that waits was told with its own reason. */
void send_tell_wait(struct send *, const struct err *why);
/* expired: a failure is one because its time is over. */
int  send_fate(struct send *, size_t i, enum rcpt_fate, int code, const char *enh, const char *text, bool expired, struct err *);
/* What the record says of a recipient, into the tracking. */
int  send_follow(struct send *, size_t i, bool expired, struct err *);
/* After a refusal for now: waits, or fails when its time is over. */
enum rcpt_fate send_waits(const struct send *);
/* All that the engine says of the item's recipients. */
int  send_record(struct send *, struct err *);

/* ---- notice.c: what came may be a notice about what went out ---- */

/* A message (fd, else mem), read whole; what it says of messages of ours is noted, and it
 * joins their thread.  item kind=heard addr= state= code= text= subject= */
int  notice_hear(struct front *, struct state *, struct folders *, int fd, struct slice mem, struct err *);
/* What a fetch brings, watched as it comes; its end reads those that are worth it. */
struct notices { struct str head; struct map *maybe; char **v; size_t n, cap; };
void notices_init(struct notices *);
void notices_release(struct notices *);
void notices_begin(struct notices *);
void notices_bytes(struct notices *, struct slice);
void notices_end(struct notices *, const char *uid);
void notices_file(struct notices *, const char *uid, const char *file);
int  notices_read(struct notices *, struct front *, const struct conf *, const char *inbox, struct err *);

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

/* ---- change.c, changemove.c, changerun.c ---- */

struct change_item {
	int64_t id;             /* in the index                                */
	struct box_ref ref;     /* its name is ours                            */
	unsigned flags, set, clear;     /* as they are, and what is asked      */
	int64_t received; uint64_t ino, size;
	char *to_name;          /* planned base name in a Maildir; "" in an mbox */
	struct box_ref now;     /* where it came to; its name is ours, or NULL */
	bool gone, over;        /* it was not there any more; it is done       */
};
/* Messages of one mailbox that the same happens to. */
struct change_group {
	char kind;              /* as journal_row.kind                         */
	int64_t from; char *to;
	struct change_item *v; size_t n, cap;
};
struct change {
	struct front *front; struct folders *folders; struct state *state;
	char *what; int64_t action; int lock;
	enum journal_state final;       /* what a row is when it is done       */
	struct change_group *groups; size_t n_groups;
	uint64_t done, gone, total;
};
bool change_stopped(void *change);
void change_item_release(struct change_item *);
/* A batch of a group; 1, 0 stopped (what is done is marked over), -1. */
int  change_move_batch(struct change *, struct change_group *, struct err *);
/* For undo: kind 'f', 'm' (to a path, under a base name if that is free) or 'd'. */
int  change_back(struct change *, const struct index_row *, char kind, const char *to, const char *name, unsigned set, unsigned clear);
/* The messages that a spec means, as ids of the index; the mailboxes are synced. */
int  change_choose(struct front *, struct folders *, const struct job_spec *, int64_t **ids, size_t *n, struct err *);
/* Calls each for every message (those that are gone are left out), with batches carried
 * out between: 1, 0 stopped, -1. */
int  change_each(struct change *, struct folders *, const int64_t *ids, size_t n,
	int (*each)(void *ctx, const struct index_row *), void *ctx, struct err *);
/* What journal_item.to_name says of a message that was put there; owned. */
char *change_to_name(const struct box_ref *);
int  change_moved(struct folders *, struct state *, struct journal_row *, struct err *);
/* What a crash left of one row of the journal; the lock is held. */
int  change_mend(struct folders *, struct state *, const struct journal_row *, struct err *);
int  change_lock(struct folders *, bool wait /* 10 s */, int *lock, struct err *);

/* ---- manage.c, import.c, convert.c, rewrite.c ---- */

struct manage { struct front *front; const struct conf *conf; const struct job_spec *spec; struct folders *folders; struct state *state; };
void manage_tell(struct manage *, const char *what, const char *path, uint64_t n);
int  manage_stopped(struct err *);      /* -1 */
int  import_run(struct manage *, struct err *);
int  export_run(struct manage *, struct err *);
int  convert_run(struct manage *, const char *path, struct err *);
int  rewrite_run(struct manage *, struct err *);

#endif
