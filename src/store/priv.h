/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what arrive.c asks of known.c, and what the files of the state database
 * share.
 */
#ifndef STORE_PRIV_H
#define STORE_PRIV_H

#include "store/store.h"
#include <sqlite3.h>

/* ---- known.c ---- */

struct known;
/* The contents of a Maildir that no record of this account claims; NULL: err. */
struct known *known_load(struct maildir *, struct state *, const char *account, struct err *);
void known_free(struct known **);
/* The name of a synced file with the contents of tmp/name, which has this size;
 * each is given once.  NULL: none. */
const char *known_find(struct known *, const char *tmp, off_t size);

/* ---- state.c ---- */

enum stmt {
	S_BEGIN, S_LOOK, S_COMMIT,
	S_UIDL_ALL, S_UIDL_ONLY, S_UIDL_PUT, S_UIDL_SET, S_UIDL_FORGET, S_UIDL_GET, S_HASH,
	S_WHOLE, S_WHOLE_SET,
	S_ITEM_ADD, S_RCPT_ADD, S_ITEM_GET, S_RCPT_GET, S_TRIED, S_FATE,
	S_HOLD, S_ITEM_DROP, S_RCPT_DROP,
	S_COUNT
};

struct state {
	sqlite3 *db;
	sqlite3_stmt *st[S_COUNT];
	char *path;
	char stamp[33];
	unsigned depth;         /* of nested transactions */
	bool broken;            /* a nested one failed: the outermost rolls back */
};

/* Says in words what the database's last error means; -1. */
int  state_fail(struct state *, struct err *);
/* The statement, made at its first use; NULL: state_run and state_step say why. */
sqlite3_stmt *state_stmt(struct state *, enum stmt);
void state_bind(sqlite3_stmt *, int n, const char *z);  /* NULL is ""; copies */
const char *state_text(sqlite3_stmt *, int n);          /* never NULL */
/* One row of a statement: triple without need-more; the caller resets it. */
int  state_step(struct state *, sqlite3_stmt *, struct err *);
void state_reset(sqlite3_stmt *);                       /* forgets what was bound, too */
/* A statement that returns no rows; resets it. */
int  state_run(struct state *, sqlite3_stmt *, struct err *);
/* The same where it must change a row: none is an error. */
int  state_change(struct state *, sqlite3_stmt *, struct err *);

/* ---- mbox.c ---- */

extern size_t mbox_block;       /* bytes of one read; a test makes it small */
/* The plain file of that name; path is for words.  A descriptor or -1. */
int  mbox_open_fd(const char *path, int dir, const char *name, int flags, struct stat *, struct err *);
/* mbox_open on a descriptor, which is taken. */
int  mbox_read_fd(struct mbox *, const char *path, int fd, const struct stat *, struct err *);

/* ---- mboxquote.c ---- */

/* Puts a ">" on (or with undo takes one off) lines ">*From ", in pieces. */
struct mbox_quote {
	bool undo, inside;      /* inside: behind the head of a line           */
	bool held;              /* undo: a ">" that may go                     */
	size_t matched;         /* of "From "                                  */
};
int  mbox_quote(struct mbox_quote *, struct slice, bool last, struct str *out);

/* Copies the header with the Status fields (and without Content-Length, when
 * drop_length) replaced by fields, in pieces; behind the header nothing changes. */
struct mbox_fields {
	const char *flags;      /* NULL: no Status field                       */
	bool drop_length;
	bool body, dropping, crlf; char before;
	char head[20]; size_t n;        /* of this line, until it is clear what it is */
	bool passed;            /* the head was dealt with                     */
};
int  mbox_fields(struct mbox_fields *, struct slice, bool last, struct str *out);

/* ---- mboxlock.c ---- */

/* The fcntl lock of a whole file: 1 locked, 0 another one has it, -1 */
int  mbox_lock_fd(int fd);
/* Lets those in who wait for the fcntl lock, and takes it again behind them. */
int  mbox_let_in(int fd);

/* ---- mboxwrite.c ---- */

/* The file is cut to its committed size. */
void mbox_undo(struct mbox_lock *);

#endif
