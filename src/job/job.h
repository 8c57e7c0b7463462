/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * job: the long operations, and both ends of the pipe to them.  A job is our
 * own executable, "pabal --job", in its own process group, with one socketpair
 * that carries lines (io/wire.c).  The disk is the truth and the pipe carries
 * hints: if either side dies nothing is lost.
 *
 *   owner -> job   hello 1 | start 1 kind=fetch account=home ... | answer 7 value=... | cancel 1
 *   job -> owner   hello 1 | progress 1 done= total= unit= what= | item 1 ... | ask 7 kind=password ...
 *                  note 1 level=warn text= | done 1 ... | fail 1 kind= text=
 */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "post/post.h"
#include "io/io.h"
#include "proto/proto.h"

/* ---- drive.c: the pump between an engine and a connection ---- */

/* A transcript, as the textbook writes it: "C: " and "S: " before each line;
 * secrets as ****, bodies as their first lines and a count, text sanitized.
 * Where *shared (NULL: never), "[number] " stands in front. */
struct trace { int fd; bool client /* we are C: */, login; const bool *shared; uint64_t number; };
void trace_note(struct trace *, const char *fmt, ...) PRINTF(2, 3);     /* "*: connected to ..." */

struct drive;
struct drive_conf {
	const struct engine *engine; void *state;       /* the engine, borrowed        */
	struct trace *trace;                            /* or NULL                     */
	struct tls_ctx *tls; const char *host;          /* for WANT_TLS                */
	unsigned max_wait;                              /* seconds; 0: what the engine says */
	bool server;
	/* Called from the loop whenever the engine wants something of its owner;
	 * the owner loops over drive_next until that says WANT_READ (= blocked). */
	void (*ready)(struct drive *, void *ctx); void *ctx;
};
/* Takes the transport. tls_first: implicit TLS before the first byte. */
struct drive *drive_new(struct loop *, struct transport *, bool tls_first, const struct drive_conf *);
void drive_free(struct drive **);               /* closes at once              */
void drive_finish(struct drive **);             /* sends what is queued first  */
/* Runs the engine until it wants something only the owner can give: SECRET,
 * BODY, SINK (*run is a run of the message; take it before the next call),
 * COMMIT, NEXT, EVENT, ANSWER, DONE, FAIL; or WANT_READ: nothing now, ready
 * will be called.  ready is never called while the owner owes an answer. */
enum want drive_next(struct drive *, struct act *, struct slice *run);
/* WANT_BODY: pump from src as far as the connection takes it: 1 over, ask
 * drive_next (all was sent, or the connection is gone; the engine was told), 0
 * wait for ready, -1 reading failed (the session is lost, the engine told). */
int  drive_body(struct drive *, const struct act *, struct src *, struct err *);
struct conn *drive_conn(struct drive *);
/* For owners that decide later (WANT_ANSWER after a sync): calls ready now; so
 * not from inside ready. */
void drive_wake(struct drive *);

/* ---- worker.c: the job's side ---- */

/* How a job speaks to its owner: every call becomes a line of io/wire, which
 * goes over the pipe, or straight to the owner where the job runs in its
 * process (job_here). */
struct front;
struct loop *front_loop(struct front *);
/* Ten times a second at most; the last word wins. */
void front_progress(struct front *, uint64_t done, uint64_t total, const char *what);
/* A fact for the owner: pairs of key and value (strings), NULL ends. */
void front_item(struct front *, const char *kind, ...) __attribute__((sentinel));
void front_note(struct front *, enum log_level, const char *fmt, ...) PRINTF(3, 4);
/* The password of an account: its configuration, else the owner is asked (the
 * loop runs on meanwhile); ERR_AUTH when nobody answers. */
int  front_password(struct front *, const struct account *, const struct server *, struct str *out, struct err *);
bool front_cancelled(const struct front *);
/* For jobs that work and do not wait: hears what was said meanwhile, at most every
 * 20 ms; true: cancelled. */
bool front_stop(struct front *);
/* The hidden command "--job": serves one job on descriptor 0. Returns the exit code. */
int  worker_main(void);

/* ---- job.c: the owner's side ---- */

struct job_spec;
struct job;
struct job_events {
	void (*progress)(void *ctx, uint64_t done, uint64_t total, struct slice what);
	void (*item)(void *ctx, const struct wire *);
	void (*note)(void *ctx, enum log_level, struct slice text);
	/* fills out, or returns -1: no answer */
	int  (*password)(void *ctx, struct slice account, struct slice user, struct slice host, struct str *out);
	/* In place of password, for owners that can't wait: job_answer(id) follows. */
	void (*ask)(void *ctx, uint32_t id, struct slice account, struct slice user, struct slice host);
	/* over: err->kind ERR_NONE when it was done */
	void (*end)(void *ctx, const struct err *);
	void *ctx;
};
struct job_spec {
	const char *kind;               /* "fetch", "send", "index", "find", "change", "manage", "filter" */
	const char *account;            /* fetch: which; send: NULL or which        */
	const char *item;               /* send: only this one, also if it is unsure; NULL: all */
	const char *folder;             /* index: a mailbox (as folder_path); NULL: all */
	const char *what, *pattern, *ids, *to, *flags;  /* change, manage, filter: see there */
	bool all;                       /* send: not only what is due               */
	const char *conf_path;          /* as -F gave it, or NULL                   */
	const char *trace;              /* a file to append the transcript to, "-" standard error, or NULL */
};
/* Starts the job as a process; its events come from the loop. */
struct job *job_start(struct loop *, const struct job_spec *, const struct job_events *, struct err *);
/* The answer to an ask; SL_NONE (p NULL): there is none. */
void job_answer(struct job *, uint32_t id, struct slice value);
/* A message, after 2 s SIGTERM to its group, after 5 s SIGKILL. */
void job_cancel(struct job *);
void job_free(struct job **);                   /* kills what still runs */
/* The same job in this process; returns when it is over (end is called too). */
int  job_here(const struct job_spec *, const struct job_events *, struct err *);

/* ---- fetch.c, send.c: the jobs ---- */

/* Brings home what is new of one account.  item kind=fetched account= new= bytes= left= deleted= */
int  fetch_run(struct front *, const struct conf *, struct account *, struct trace *, struct err *);
/* Tries what is due, or all, or one item; of all accounts, or of the one named.
 * item kind=rcpt item= addr= fate= code= enh= text=    for each result
 * item kind=wait item= next= why= errkind=             waits; why empty: each rcpt told its own
 * item kind=sent item=                                 nothing of it waits any more
 * item kind=server account= max=                       octets that the server takes at most */
int  send_run(struct front *, const struct conf *, const char *account, const char *only, bool all, struct trace *, struct err *);

/* ---- scan.c: the index built and kept up ---- */

/* Headers of all mailboxes (or one) first, then texts, newest first.
 * item kind=indexed folder= messages= unread=     for each mailbox */
int  scan_run(struct front *, const struct conf *, const char *folder, struct err *);

/* ---- find.c: a search in the background ---- */

/* "date", "-size", "thread": the order and whether it is turned around; -1: no such key. */
int  find_sort(const char *key, enum index_sort *, bool *reverse);
/* spec: folder (NULL: all but trash and junk), pattern, to: the order.  The index is taken as
 * it is.  item kind=found rows="ID,THREAD,DEPTH,KEY ..." (hex), in order */
int  find_run(struct front *, const struct conf *, const struct job_spec *, struct err *);

/* ---- change.c, changerun.c: what happens to messages (numbered invariants there) ---- */

/* One action of a person: one entry of the undo journal, taken back as one.  Any
 * number of messages; carried out in batches, each whole or not at all after a
 * crash, and a stop between two leaves what is done.  The index follows. */
struct change;
/* what: for the list of what can be undone, such as "move to Archive"; NULL: this one
 * is not kept for undo. */
int  change_begin(struct change **, struct front *, struct folders *, struct state *, const char *what, struct err *);
/* These four only take note (so they may be called from a callback); change_step
 * carries out what makes a full batch, change_end the rest.
 * The row's message: flags (FLAG_ bits), into another mailbox (a path; it is made
 * where it is missing), a copy there, into the trash (from there, or without one: gone). */
int  change_flags(struct change *, const struct index_row *, unsigned set, unsigned clear, struct err *);
int  change_move(struct change *, const struct index_row *, const char *to, unsigned set, unsigned clear, struct err *);
int  change_copy(struct change *, const struct index_row *, const char *to, struct err *);
int  change_delete(struct change *, const struct index_row *, struct err *);
int  change_step(struct change *, struct err *);        /* 1 go on, 0 stopped, -1 */
/* Carries out what is left, and syncs.  *done: messages changed, *gone: those that
 * were not there any more (either may be NULL).  1, 0 stopped, -1; *cp is NULL then. */
int  change_end(struct change **cp, uint64_t *done, uint64_t *gone, struct err *);
/* Finishes or takes back what a crash, or a mailbox that another program held, left half
 * done; every job that changes calls it first, and so does scan_run.  wait: for mailboxes
 * that are held now; else what is in them stays for the next time.  One process at a
 * time changes: a lock beside the state database. */
int  change_recover(struct folders *, struct state *, bool wait, struct err *);
/* "+flagged -seen", "+F-S": -1 and what is wrong with it. */
int  change_parse_flags(const char *text, unsigned *set, unsigned *clear, struct err *);
/* spec->what: "flag" (flags "+flagged -seen"), "move" and "copy" (to), "delete",
 * "archive" (by year), "undo".  Which: folder and pattern, or ids (hex, blanks between; or
 * #ID:KEY, of the index and of box_ref, both hex), or @FILE that holds such.
 * item kind=changed what= n= gone=, and of= what was taken back */
int  change_run(struct front *, const struct conf *, const struct job_spec *, struct err *);

/* ---- manage.c, filter.c ---- */

/* spec->what: "convert" (folder; to "mbox" or "maildir"), "dedupe" (folder or all),
 * "compact" (folder or all), "import" (item: a file or mailbox; to), "export" (folder,
 * pattern; to: an mbox file, or a Maildir when it ends in /), "create" (folder; to
 * "mbox" or "maildir"), "rename" (folder; to), "remove" (folder),
 * "strip" (ids: one message; item: the number of the part that is removed from it), "label"
 * (ids; to: its X-Label, "" takes it away).
 * item kind=managed what= folder= n= */
int  manage_run(struct front *, const struct conf *, const struct job_spec *, struct err *);
/* The rules of the configuration over the messages of a folder (pattern, or ids).
 * what "try": nothing is done.  item kind=filtered id= rule= to= flags= subject= */
int  filter_run(struct front *, const struct conf *, const struct job_spec *, struct err *);
/* Can all of them be read?  ERR_CONFIG with file and line. */
int  filter_check(const struct conf *, struct err *);
/* The same for what a fetch has just brought into a Maildir: base names. */
int  filter_new(struct front *, const struct conf *, const char *inbox, const char *const *files, size_t n, struct err *);

#endif
