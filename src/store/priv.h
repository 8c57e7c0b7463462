/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what arrive.c asks of known.c, what the files of the state database share,
 * and the kinds of mailboxes behind box.c.
 */
#ifndef STORE_PRIV_H
#define STORE_PRIV_H

#include "store/store.h"
#include <dirent.h>
#include <sqlite3.h>

/* ---- known.c ---- */

struct known;
/* The contents of a Maildir that no record of this account claims; NULL: err. */
struct known *known_load(struct maildir *, struct state *, const char *account, struct err *);
void known_free(struct known **);
/* The name of a synced file with the contents of tmp/name, which has this size;
 * each is given once.  NULL: none. */
const char *known_find(struct known *, const char *tmp, off_t size);

/* ---- journal.c ---- */

#define JOURNAL_SQL \
	[S_ACTION] = "SELECT 1 + coalesce(max(action), 0) FROM journal", \
	[S_JOURNAL_PUT] = "INSERT OR REPLACE INTO journal(id, action, at, what, kind, state, source, target, before, items) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", \
	[S_JOURNAL_SET] = "UPDATE journal SET state = ?2 WHERE id = ?1", \
	[S_JOURNAL_DROP] = "DELETE FROM journal WHERE id = ?1", \
	[S_JOURNAL_NEXT] = "SELECT id, action, at, what, kind, state, source, target, before, items FROM journal WHERE id < ?1 AND (?2 = 0 OR action = ?2) AND (?3 = 0 OR state = ?3) ORDER BY id DESC LIMIT 1", \
	[S_JOURNAL_PRUNE] = "DELETE FROM journal WHERE state >= 3 AND (at < ?2 OR action <= (SELECT max(action) FROM journal) - ?1)", \
	[S_WHY_PUT] = "INSERT OR REPLACE INTO why(ident, rule, at) VALUES(?1, ?2, ?3)", \
	[S_WHY_GET] = "SELECT rule, at FROM why WHERE ident = ?1", \
	[S_EDIT_PUT] = "INSERT OR REPLACE INTO edit(child, parent) VALUES(?1, ?2)", \
	[S_EDITS] = "SELECT child, parent FROM edit ORDER BY child", \
	[S_MOVED] = "UPDATE uidl SET box = ?3, file = ?4 WHERE box = ?1 AND file = ?2"

/* ---- track.c ---- */

#define TRACK_SQL \
	[S_TRACK_ADD] = "INSERT INTO track(item, account, message_id, envid, subject, at, dsn) VALUES(?1, ?2, ?3, ?4, ?5, ?6, -1)", \
	[S_TRACK_RCPT] = "INSERT INTO track_rcpt(track, n, addr, state, code, text, by, at) VALUES(?1, ?2, ?3, ?4, '', '', '', ?5)", \
	[S_TRACK_DROP] = "DELETE FROM track WHERE id = ?1", \
	[S_TRACK_DROP_RCPT] = "DELETE FROM track_rcpt WHERE track = ?1", \
	[S_TRACK_DROP_EVENT] = "DELETE FROM track_event WHERE track = ?1", \
	[S_TRACK_DSN] = "UPDATE track SET dsn = ?2 WHERE id = ?1", \
	[S_TRACK_ITEM] = "SELECT id, item, account, message_id, envid, subject, at, dsn FROM track WHERE item = ?1 AND id < ?2 ORDER BY id DESC LIMIT 1", \
	[S_TRACK_ENVID] = "SELECT id, item, account, message_id, envid, subject, at, dsn FROM track WHERE envid = ?1 AND envid <> '' AND id < ?2 ORDER BY id DESC LIMIT 1", \
	[S_TRACK_MSGID] = "SELECT id, item, account, message_id, envid, subject, at, dsn FROM track WHERE message_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT 1", \
	[S_TRACK_ADDR] = "SELECT id, item, account, message_id, envid, subject, at, dsn FROM track WHERE id = " \
		"(SELECT track FROM track_rcpt WHERE addr = ?1 COLLATE NOCASE AND track < ?2 ORDER BY track DESC LIMIT 1)", \
	[S_TRACK_ANY] = "SELECT id, item, account, message_id, envid, subject, at, dsn FROM track WHERE id < ?2 ORDER BY id DESC LIMIT 1", \
	[S_TRACK_RCPTS] = "SELECT addr, state, code, text, by, at FROM track_rcpt WHERE track = ?1 ORDER BY n", \
	[S_TRACK_EVENT] = "INSERT INTO track_event(track, n, at, state, sets, code, text, by, notice) VALUES(?1, ?2, ?3, ?4, ?9, ?5, ?6, ?7, ?8)", \
	[S_TRACK_SET] = "UPDATE track_rcpt SET at = ?3, state = ?4, code = ?5, text = ?6, by = ?7 WHERE track = ?1 AND n = ?2", \
	[S_TRACK_EVENTS] = "SELECT at, state, code, text, by, notice, sets FROM track_event WHERE track = ?1 AND n IN (?2, -1) ORDER BY id", \
	[S_TRACK_FATES] = "SELECT at, state, code, text, by, '', 1 FROM track_rcpt WHERE addr = ?1 COLLATE NOCASE ORDER BY track DESC LIMIT 20", \
	[S_TRACK_NOTICE] = "INSERT OR IGNORE INTO track_notice(notice, at) VALUES(?1, ?2)", \
	[S_TRACK_NEWS] = "SELECT count(DISTINCT e.track) FROM track_event e JOIN track_rcpt r ON r.track = e.track AND r.n = e.n " \
		"WHERE e.sets AND e.state IN (?1, ?2) AND r.state IN (?1, ?2) AND e.id > " \
		"coalesce((SELECT value FROM meta WHERE key = 'track looked'), 0) + 0", \
	[S_TRACK_LOOKED] = "INSERT OR REPLACE INTO meta(key, value) SELECT 'track looked', coalesce(max(id), 0) FROM track_event"

/* ---- state.c ---- */

enum stmt {
	S_BEGIN, S_LOOK, S_COMMIT,
	S_UIDL_ALL, S_UIDL_ONLY, S_UIDL_PUT, S_UIDL_SET, S_UIDL_FORGET, S_UIDL_GET, S_HASH,
	S_WHOLE, S_WHOLE_SET,
	S_ITEM_ADD, S_RCPT_ADD, S_ITEM_GET, S_RCPT_GET, S_TRIED, S_LATER, S_FATE,
	S_HOLD, S_ITEM_DROP, S_RCPT_DROP,
	S_ACTION, S_JOURNAL_PUT, S_JOURNAL_SET, S_JOURNAL_DROP, S_JOURNAL_NEXT, S_JOURNAL_PRUNE,
	S_WHY_PUT, S_WHY_GET, S_EDIT_PUT, S_EDITS, S_MOVED,
	S_TRACK_ADD, S_TRACK_RCPT, S_TRACK_DROP, S_TRACK_DROP_RCPT, S_TRACK_DROP_EVENT, S_TRACK_DSN, S_TRACK_ITEM, S_TRACK_ENVID, S_TRACK_MSGID, S_TRACK_ADDR, S_TRACK_ANY,
	S_TRACK_RCPTS, S_TRACK_EVENT, S_TRACK_SET, S_TRACK_EVENTS, S_TRACK_FATES, S_TRACK_NOTICE, S_TRACK_NEWS, S_TRACK_LOOKED,
	S_COUNT
};

struct state {
	sqlite3 *db;
	sqlite3_stmt *st[S_COUNT];
	char *path;
	char stamp[33];
	unsigned depth;         /* of nested transactions */
	bool broken;            /* a nested one failed: the outermost rolls back */
	bool journal, track;    /* journal.c, track.c have their tables        */
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

extern unsigned mbox_dead_seconds;      /* a dead owner's dotlock is broken after these; tests: 0 */
/* The fcntl lock of a whole file: 1 locked, 0 another one has it, -1 */
int  mbox_lock_fd(int fd);
/* Lets those in who wait for the fcntl lock, and takes it again behind them. */
int  mbox_let_in(int fd);

/* ---- mboxwrite.c ---- */

/* Appends as mboxrd, any number of messages and then one commit; Status, X-Status
 * and Content-Length of the message are dropped.  flags NULL: a new message.  -1:
 * nothing of what was not committed stays. */
int  mbox_append(struct mbox_lock *, struct src *, const char *sender, int64_t when, const char *flags, struct err *);
int  mbox_commit(struct mbox_lock *, struct err *);     /* synced on return */

struct mbox_change {
	struct mbox_msg msg;    /* as it was read                              */
	const char *flags;      /* new ones; NULL: it is removed               */
};
/* All changes (in the order of the file) in one pass through a new file: after a
 * crash the old one is there or the new one.  What others appended since is kept; a
 * message that is not as it was read: ERR_TEMP and nothing is changed.  The lock
 * holds the new file then, for nothing but mbox_unlock. */
int  mbox_rewrite(struct mbox_lock *, const struct mbox_change *, size_t n, struct err *);
/* The file is cut to its committed size. */
void mbox_undo(struct mbox_lock *);

/* ---- maildir.c ---- */

/* A listing of one of the folders; NULL: err. */
DIR *maildir_list(struct maildir *, int fd, struct err *);
/* After it ended with errno. */
int  maildir_list_end(struct maildir *, DIR *, struct err *);
/* Seconds of a name, else the mtime of the file. */
int64_t maildir_when(int dir, const char *name);
/* maildir_tmp with a name that begins with these seconds. */
int  maildir_tmp_at(struct maildir *, int64_t sec, char name[128], struct err *);

/* ---- box.c ---- */

#define BOX_MEM ((size_t)1 << 20)       /* a larger message comes in a file    */
#define BOX_HEADER ((size_t)1 << 20)
#define BOX_LOCK_MS 10000

/* Fast, mixes well, no secret. */
uint64_t box_hash(uint64_t seed, const void *p, size_t n);
/* How often each key was added, 16 to 32 bytes a key. */
struct keys { struct key_slot { uint64_t key, n; } *v; size_t n, cap; };
uint64_t keys_add(struct keys *, uint64_t key); /* how often before            */
uint64_t keys_has(const struct keys *, uint64_t key);
void keys_release(struct keys *);
/* Is this a plain file and no dot file?  Links are not followed. */
bool box_is_file(int dir, const struct dirent *);
/* errno in words: gone, swapped for something else, no permission; -1 */
int  box_lost(const char *path, struct err *);
/* A message can't be opened: errno in words; -1 */
int  box_no_msg(const char *path, const char *name, struct err *);
int  box_msg_gone(const char *path, struct err *);
int  box_only_read(const char *path, struct err *);
/* Where files without names go. */
const char *box_tmp(void);
/* The header of a message that lies at [from, to) of a file. */
int  box_head(const char *path, int fd, off_t from, off_t to, struct str *out, struct err *);
/* The plain file in a folder, open for reading; -1 with errno, EINVAL: it is none. */
int  box_file(int dir, const char *name, struct stat *);
/* A whole plain file: as box_read; fd is taken. */
int  box_whole(const char *path, int fd, const struct stat *, struct str *mem, int *fd_r, struct err *);
typedef int box_each_fn(void *ctx, const struct box_msg *);

/* ---- boxmd.c, boxmbox.c, boxdir.c: the kinds ---- */

int  md_open(struct box *, struct err *);
int  md_alive(struct box *, struct err *);      /* its path leads to it still  */
int  md_sum(struct box *, uint64_t *n, uint64_t *sum, struct err *);
int  md_scan(struct box *, box_each_fn *, void *ctx, struct err *);
int  md_header(struct box *, const struct box_ref *, struct str *, uint64_t *, struct err *);
int  md_read(struct box *, const struct box_ref *, struct str *, int *, struct err *);
int  md_find(struct box *, const struct box_ref *, char **name, bool *fresh, struct err *);
int  md_change(struct box *, struct box_change *, size_t n, bool (*stop)(void *), void *ctx, struct err *);

int  mb_open(struct box *, struct err *);
int  mb_scan(struct box *, const struct mbox_msg *after, bool *resumed, box_each_fn *, void *ctx, struct err *);
int  mb_header(struct box *, const struct box_ref *, struct str *, uint64_t *, struct err *);
int  mb_read(struct box *, const struct box_ref *, struct str *, int *, struct err *);
int  mb_find(struct box *, const struct box_ref *, off_t *pos, struct err *);
int  mb_change(struct box *, struct box_change *, size_t n, bool (*stop)(void *), void *ctx, struct err *);

int  dd_open(struct box *, struct err *);
int  dd_scan(struct box *, box_each_fn *, void *ctx, struct err *);
int  dd_header(struct box *, const struct box_ref *, struct str *, uint64_t *, struct err *);
int  dd_read(struct box *, const struct box_ref *, struct str *, int *, struct err *);
int  dd_find(struct box *, const struct box_ref *, char **name, struct err *);

/* ---- boxgzip.c ---- */

extern off_t box_gzip_max;              /* a test makes it small               */
/* Its first bytes, unpacked: how many, or -1. */
ssize_t box_gzip_head(const char *path, int fd, char *out, size_t n, struct err *);
/* All of it in a file without a name: a descriptor, or -1. */
int  box_gzip_open(const char *path, int fd, struct err *);

#endif
