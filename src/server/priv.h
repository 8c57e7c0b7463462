/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what the files of pabald share.
 */
#ifndef SERVER_PRIV_H
#define SERVER_PRIV_H

#include "server/server.h"
#include "job/job.h"

/* ---- options.c: the command line ---- */

enum service { SV_SMTP, SV_SMTPS, SV_POP3, SV_POP3S, SV_COUNT };

/* domain NULL: of every domain; box: the name of the mailbox, nobody else's */
struct user { char *name, *domain, *password, *box; };
struct route { char *domain, *host; };          /* domain "*": all others; host NULL: as DNS says */
struct options {
	char **domains; size_t n_domains;
	struct user *users; size_t n_users;
	char *root, *cert, *key, *ready_file, *trace;   /* trace "-": standard error */
	char *listen[SV_COUNT];                         /* "[ADDR:]PORT", or NULL */
	uint64_t max_size;
	unsigned max_sessions;
	bool capture;
	struct route *routes; size_t n_routes;
	unsigned retry, warn, give_up;                  /* seconds */
};
/* 1: go on; 0: all is done (help); -1: wrong, err says why. */
int  options_parse(struct options *, int argc, char **argv, struct err *);
void options_release(struct options *);
extern const char *const service_names[SV_COUNT];
/* The user of a login name or an address, or NULL. */
const struct user *user_find(const struct options *, const char *name);
const struct route *route_find(const struct options *, const char *domain);     /* or NULL */
/* May this domain be delivered to here? */
bool domain_is_ours(const struct options *, const char *domain);

/* ---- spool.c: mail on this disk ---- */

struct spool;
int  spool_open(struct spool **, const char *root, struct err *);
void spool_close(struct spool **);

/* A message coming in. */
struct incoming;
struct incoming *incoming_new(struct spool *, struct err *);
int  incoming_write(struct incoming *, struct slice, struct err *);
void incoming_drop(struct incoming **);
/* What was written so far from this byte on; until it is stored or dropped. */
int  incoming_src(struct incoming *, off_t from, struct src *, struct err *);
/* Whole: it is stored in these mailboxes (names) with all others of this turn
 * of the loop; then done(ctx, ok, words). */
void incoming_store(struct incoming **, struct loop *, char **boxes, size_t n,
	void (*done)(void *ctx, bool ok, const char *words), void *ctx);
/* ctx is gone: store it all the same, tell nobody. */
void spool_forget(struct spool *, void *ctx);

/* A mailbox opened for a POP3 session, locked against others. */
struct maildrop { struct maildir box; struct entry *v; struct pop3d_msg *msg; size_t n; int lock; };
/* -1: err, ERR_LOCKED when another session holds it. */
int  maildrop_open(struct spool *, const char *mailbox, struct maildrop *, struct err *);
void maildrop_close(struct maildrop *);
/* The file of a message (1..n): a descriptor or -1. */
int  maildrop_message(struct maildrop *, uint32_t num);
/* Where the file has to be cut for TOP: header and so many lines of the body. */
off_t maildrop_top(int fd, uint64_t lines);
/* Removes what is marked deleted, synced; false: something stayed. */
bool maildrop_update(struct maildrop *);

/* ---- queue.c, queuetell.c: mail for elsewhere, and reports on it ---- */

/* What a client handed in for others, and what it wants to hear of it. */
struct passed { const char *from, *envid, *ret; struct rcpt *v; size_t n; };
struct queue {
	struct serving *server;
	char *dir;                      /* ROOT/queue                             */
	struct state *state;
	struct outbox *outbox;          /* as a person's: post/outbox              */
	struct map *runs;               /* way -> what sends there: a host that hangs holds up nobody else */
	bool again;                     /* something came while it ran, or was too much at once */
	uint64_t traces;                /* transcripts that were begun            */
	struct watch *timer;
	struct map *telling;            /* id of an item -> its report that is being stored */
	bool told;                      /* some of them are safe, which is written soon */
};
void queue_forget_reports(struct queue *);
bool queue_sends(const struct queue *, const char *way);        /* right now */
/* *out NULL where the options name no way. */
int  queue_open(struct queue **out, struct serving *, struct err *);
void queue_close(struct queue **);
/* Safe on disk when it returns; one item for each way that they go. */
int  queue_put(struct queue *, const struct passed *, struct src *(*open)(void *ctx, struct err *), void *ctx, struct err *);
void queue_kick(struct queue *);                /* tries what is due, soon         */
/* After a run: what is known is told to the senders, what is over goes; the time until
 * something is to be done, in seconds, -1: nothing. */
int64_t queue_settle(struct queue *);
/* A report to its sender: into a mailbox here, or on its way.  done: it is safe (or there is
 * nobody to tell); not called at once. */
void report_send(struct serving *, const struct dsn *, struct src *message, void (*done)(void *ctx, bool ok, const char *words), void *ctx);

/* ---- serve.c: listeners and sessions ---- */

struct serving {
	const struct options *opt;
	struct loop *loop;
	struct spool *spool;
	struct queue *queue;            /* or NULL */
	struct tls_ctx *tls;
	char host[256];                 /* our name in greetings */
	int trace_fd;                   /* or -1 */
	unsigned sessions;
	uint64_t count;                 /* sessions so far */
	bool mixed;                     /* what is open is not alone in the transcript */
	struct listener { int fd; enum service service; struct watch *watch; struct serving *server; uint16_t port; } listen[SV_COUNT];
	struct live { struct live *next, *prev; void (*close)(struct live *); } all;  /* open sessions */
};
int  serve_run(const struct options *, struct err *);
void session_began(struct serving *, struct live *);
void session_ended(struct serving *, struct live *);
/* The transcript of a session, or NULL when none is asked for. */
struct trace *server_trace(struct serving *, struct trace *, const char *peer);

/* ---- smtp.c, pop.c: a session each ---- */

void smtp_session(struct serving *, int fd, const char *peer, bool tls);
void pop_session(struct serving *, int fd, const char *peer, bool tls);

#endif
