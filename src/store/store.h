/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * store: mailboxes and the state database.  Flags live in the
 * mailbox itself, never only in a database.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/base.h"
#include "mime/mime.h"

/* ---- maildir.c ---- */

/* An open Maildir: descriptors of its three folders, so that no path is walked twice.
 * mark: when not "", up to 15 letters and digits that every name made by
 * maildir_tmp bears, so that its owner knows what a crash left of it. */
struct maildir { char *path; int tmp, new, cur; char mark[16]; };
/* create: makes what is missing (0700), synced. */
int  maildir_open(struct maildir *, const char *path, bool create, struct err *);
void maildir_close(struct maildir *);
bool maildir_is(const char *path);              /* has new/ and cur/ */
/* A new file in tmp/: descriptor (O_EXCL, 0600) and its name. */
int  maildir_tmp(struct maildir *, char name[128], struct err *);
/* tmp/name to new/name (or cur/name:2,flags), never onto another file.  No sync. */
int  maildir_publish(struct maildir *, const char *name, const char *flags, struct err *);

/* Removes from tmp/ what bears the mark (nobody else alive may use it), and what
 * anybody left there 36 hours ago (maildir(5)). */
int  maildir_sweep(struct maildir *, struct err *);

/* One message found by a scan. */
struct entry {
	char *name;             /* file name, with its ":2,FLAGS"              */
	bool fresh;             /* in new/, not cur/                           */
	int64_t when;           /* seconds, from the name, else the file's mtime */
};
struct entries { struct entry *v; size_t n, cap; };
/* Newest first; a name that is in new/ and cur/ at once counts once. */
int  maildir_scan(struct maildir *, struct entries *, struct err *);
void entries_release(struct entries *);
struct slice entry_base(const char *name);      /* without ":2,..." */
/* "DFPRST" letters of the name; borrowed. */
struct slice entry_flags(const char *name);
int  maildir_entry_open(struct maildir *, const struct entry *, struct err *);  /* a descriptor */
/* The short stable name of a message for people: 12 hex digits from its base name. */
void entry_id(const char *name, char out[13]);
uint64_t entry_key(const char *name);           /* its box_ref.key             */
/* New flags (letters sorted here); moves from new/ to cur/; name is replaced. */
int  maildir_set_flags(struct maildir *, struct entry *, const char *flags, struct err *);
/* Looks for a base name in new/ and cur/: 1 found (with its full name), 0 not, -1. */
int  maildir_find(struct maildir *, struct slice base, struct str *name, bool *fresh, struct err *);

/* ---- state.c, uidl.c, sending.c: what must survive everything (synchronous=FULL) ---- */

struct state;
/* Opens or makes the database; a newer format is ERR_CONFIG and nothing is written;
 * damage is ERR_SYS with what to do (P17). */
int  state_open(struct state **, const char *path, struct err *);
void state_close(struct state **);
/* A random stamp made with the database: tells a lost one from the same one. */
const char *state_stamp(struct state *);
/* Transactions nest: only the outermost commits (and syncs). */
int  state_begin(struct state *, struct err *);
int  state_commit(struct state *, struct err *);
/* Many look-ups in a row see one state and cost a tenth; nothing may be written
 * between the two. */
int  state_look(struct state *, struct err *);
void state_look_end(struct state *);
void state_rollback(struct state *);

/* UIDLs of one account: what we have of a server's messages. */
enum uidl_state {
	UIDL_INTENT = 1,        /* on disk under tmp/, about to be renamed      */
	UIDL_DONE = 2,          /* whole, synced, under its final name          */
	UIDL_DELETE = 3,        /* deleted here: may be deleted there           */
};
struct uidl {
	const char *uid, *box, *file;   /* box: the Maildir; file: base name    */
	const char *hash;               /* hex of state_hash_*                  */
	uint64_t size; int64_t when;    /* octets on disk; seconds of arrival   */
	enum uidl_state state;
};
/* Every row of an account, or only those in one state (0: all); strings are
 * borrowed for the call.  each returning -1 stops and fails. */
int  state_uidls(struct state *, const char *account, enum uidl_state only,
	int (*each)(void *ctx, const struct uidl *), void *ctx, struct err *);
/* 1: *state_r and *when_r are set; 0: no such row. */
int  state_uidl_get(struct state *, const char *account, const char *uid, enum uidl_state *state_r, int64_t *when_r, struct err *);
/* Was everything that the server has recorded once? Until then, arrive_compare. 1, 0, -1 */
int  state_whole(struct state *, const char *account, struct err *);
int  state_whole_set(struct state *, const char *account, struct err *);
int  state_uidl_put(struct state *, const char *account, const struct uidl *, struct err *);
int  state_uidl_set(struct state *, const char *account, const char *uid, enum uidl_state, struct err *);
int  state_uidl_forget(struct state *, const char *account, const char *uid, struct err *);
/* 1: a message with this hash and size is DONE under another uid; 0 not. */
int  state_hash_known(struct state *, const char *account, const char *hash, uint64_t size, struct err *);
/* The hash of contents: SipHash-2-4-128 under a key of this database. */
void state_hash_init(struct state *, struct sip *);

/* Outgoing: one row an item, one a recipient, one an attempt. */
enum rcpt_fate {
	FATE_WAITING,           /* to be tried                                   */
	FATE_GOING,             /* the end of data goes out: no answer recorded yet */
	FATE_ACCEPTED, FATE_FAILED,
	FATE_UNSURE,            /* the answer never came: a person decides       */
};
struct fate { char *addr; enum rcpt_fate fate; int code; char *enh, *text; int64_t when; };
struct fates { struct fate *v; size_t n; };
void fates_release(struct fates *);
struct sending { int64_t created, next_try, first_try, last_try; unsigned attempts; bool held; };
/* Adds rows for an item that has none yet; each address once. */
int  state_item_add(struct state *, const char *item, int64_t created, const char *const *addrs, size_t n, struct err *);
/* 1 found, 0 no such rows, -1. */
int  state_item_get(struct state *, const char *item, struct sending *, struct fates *, struct err *);
/* What became of one recipient (by addr); code, enh and text may be 0 or NULL. */
int  state_fate(struct state *, const char *item, const struct fate *, struct err *);
/* A try is over; the next one is at this time (0: none). */
int  state_tried(struct state *, const char *item, int64_t now, int64_t next_try, struct err *);
int  state_item_hold(struct state *, const char *item, bool held, struct err *);
/* Not before this time. */
int  state_item_later(struct state *, const char *item, int64_t next_try, struct err *);
int  state_item_drop(struct state *, const char *item, struct err *);

/* ---- track.c: each recipient of each message that went out, and what was heard of it
 * (post/track.c knows what the states mean) ---- */

struct track_rcpt { char *addr; int state; char *code, *text, *by; int64_t at; };
struct track {
	int64_t id;             /* rises with time                             */
	char *item, *account, *message_id, *envid, *subject; int64_t at;
	int dsn;                /* does the server send notices? 1 yes, 0 no, -1 not known */
	struct track_rcpt *rcpt; size_t n;
};
void track_release(struct track *);
int  state_track_add(struct state *, struct track *, struct err *);     /* id is set */
int  state_track_dsn(struct state *, int64_t id, int dsn, struct err *);
int  state_track_drop(struct state *, int64_t id, struct err *);
/* The newest one below an id, by 'i' item, 'e' envid, 'm' Message-ID, 'a' recipient, '*' any.  1, 0, -1 */
int  state_track_get(struct state *, char by, const char *what, int64_t below, struct track *out, struct err *);
/* notice: its Message-ID, or "".  counted (only read): it is or agrees with what was known. */
struct track_event { int64_t at; int state; const char *code, *text, *by, *notice; bool counted; };
/* Something was heard of a recipient (from 0), or of all; sets: that is its state from now on. */
#define TRACK_MESSAGE SIZE_MAX
int  state_track_event(struct state *, int64_t id, size_t k, const struct track_event *, bool sets, struct err *);
int  state_track_events(struct state *, int64_t id, size_t k, int (*each)(void *ctx, const struct track_event *), void *ctx, struct err *);
/* How the last 20 messages to an address stand, the newest first. */
int  state_track_fates(struct state *, const char *addr, int (*each)(void *ctx, const struct track_event *), void *ctx, struct err *);
/* Notes that a notice was read, whatever it was: 1 new, 0 read before, -1. */
int  state_track_notice(struct state *, const char *notice, int64_t at, struct err *);
/* Messages of which a recipient came into either state since a person looked; looked: he does now. */
int  state_track_news(struct state *, int state, int other, bool looked, uint64_t *n, struct err *);

/* ---- journal.c: what was done to messages, so that a crash is finished and a
 * person can take it back; and what a person said of threads and filters did ---- */

enum journal_state {
	JOURNAL_PLANNED = 1,    /* about to be done                            */
	JOURNAL_COPIED,         /* it is where it goes to, not yet gone from where it was */
	JOURNAL_DONE,
	JOURNAL_UNDONE,
};
struct journal_item {
	uint64_t key;           /* as box_ref.key, in `from`                   */
	unsigned old, set, clear;       /* FLAG_ bits: as they were, what was asked */
	const char *name, *to_name;     /* base names in `from` and in `to`; "" in an mbox */
};
/* One batch of an action: messages from one mailbox (to one). */
struct journal_row {
	int64_t id, action, at; /* action: one number for all that a person did at once */
	const char *what;       /* for lists: "move to Archive"                 */
	char kind;              /* 'f' flags, 'm' moved, 'c' copied, 'd' gone for good */
	enum journal_state state;
	const char *from, *to;  /* paths; to "" for flags                       */
	int64_t before;         /* size of an mbox `to` before                  */
	struct journal_item *v; size_t n;
};
int  state_action(struct state *, int64_t *action, struct err *);       /* the next number */
/* id 0: a new row, id is set; else all of it is written anew. */
int  state_journal_put(struct state *, struct journal_row *, struct err *);
int  state_journal_set(struct state *, int64_t id, enum journal_state, struct err *);
int  state_journal_drop(struct state *, int64_t id, struct err *);
/* Rows of an action (0: all) in a state (0: any), newest first; lent for the call, in
 * which the journal may be changed. */
int  state_journal_each(struct state *, int64_t action, enum journal_state, int (*each)(void *ctx, const struct journal_row *), void *ctx, struct err *);
/* Done ones before the last `keep` actions, or older than this, are forgotten. */
int  state_journal_prune(struct state *, unsigned keep, int64_t older_than, struct err *);
/* What was fetched into one Maildir lies in another one now, under this base name: it
 * was not deleted. */
int  state_uidl_moved(struct state *, const char *box, const char *file, const char *to, const char *name, struct err *);
/* Which filter moved a message (by index_ident): 1, 0, -1 */
int  state_why_put(struct state *, uint64_t ident, const char *rule, int64_t at, struct err *);
int  state_why_get(struct state *, uint64_t ident, struct str *rule, int64_t *at, struct err *);
/* Threads broken (parent 0) and joined by hand. */
int  state_edit_put(struct state *, uint64_t child, uint64_t parent, struct err *);
int  state_edits(struct state *, int (*each)(void *ctx, uint64_t child, uint64_t parent), void *ctx, struct err *);

/* ---- arrive.c: messages on their way in (numbered invariants there) ---- */

struct arrive;
/* One batch after the other into one Maildir, for one account of one server. */
int  arrive_open(struct arrive **, const char *maildir, struct state *, const char *account, struct err *);
void arrive_close(struct arrive **);            /* what was not committed is removed */
/* Settles what a crash left: open intents are finished or forgotten, and what
 * lies in tmp/ without one is removed.  Only under a lock on the account, and
 * before the first arrive_begin. */
int  arrive_recover(struct arrive *, struct err *);
int  arrive_begin(struct arrive *, const char *uid, struct err *);
int  arrive_write(struct arrive *, struct slice, struct err *);
/* Whole: it joins the batch (1), or it is here already (0): its contents are in
 * the Maildir (see arrive_compare), or, begun with uid "", known by hash. */
int  arrive_end(struct arrive *, struct err *);
/* The uid under which the last ended message is known ("" became "hash:..."). */
const char *arrive_uid(const struct arrive *);
/* When the record of an account is lost or not whole: what arrives is compared
 * with what lies in the Maildir without a record there, and recorded instead of
 * stored twice (P17). */
int  arrive_compare(struct arrive *, struct err *);
void arrive_abort(struct arrive *);             /* the message begun is dropped */
size_t arrive_pending(const struct arrive *, uint64_t *bytes);
/* The batch becomes visible, exactly once, and its UIDLs are DONE on return:
 * only then may DELE be sent.  names: called for each with its uid and file. */
int  arrive_commit(struct arrive *, void (*each)(void *ctx, const char *uid, const char *file), void *ctx, struct err *);

/* ---- mbox.c, mboxlock.c, mboxwrite.c: many messages in one file ---- */

/* One message.  sum: of the From_ line and the header without Status and X-Status;
 * tells whether it is still the same one that lies there. */
struct mbox_msg {
	off_t from;             /* its From_ line (MMDF: its ^A line)          */
	off_t at, len;          /* the message, without the blank line after it */
	off_t next;             /* behind all of it                            */
	int64_t when;           /* of the From_ line, 0: it has no date        */
	uint64_t sum;
	char flags[7];          /* "DFPRST" letters, from Status and X-Status  */
	bool old;               /* Status O: some program has shown it         */
	bool raw;               /* mboxcl2: its From_ lines are not quoted     */
};
enum mbox_where { MBOX_LEAD, MBOX_HEAD, MBOX_BODY };
/* An open file, as large as it was then (what comes later is not read). */
struct mbox {
	char *path; int fd;
	size_t block;           /* bytes of one read                           */
	dev_t dev; ino_t ino; off_t size;
	bool mmdf;              /* ^A^A^A^A lines separate; such a file is only read */
	off_t junk;             /* bytes before the first separator: in no message, kept */
	/* the reader's own */
	char *buf, *keep; size_t pos, n, blank; off_t at, until, length;
	enum mbox_where where; bool begun; unsigned seen; struct mbox_msg cur;
};
/* A plain file: not a link, a folder or a FIFO.  No lock: reading needs none, as a
 * change goes through sum and the end through mbox_resume. */
int  mbox_open(struct mbox *, const char *path, struct err *);
void mbox_close(struct mbox *);
/* The next message: 1, 0 the end, -1; in the order of the file. */
int  mbox_next(struct mbox *, struct mbox_msg *, struct err *);
/* Reading goes on at the From_ line of a message. */
void mbox_seek(struct mbox *, off_t from);
/* What came since: 1, and mbox_next gives the message after last, when this is the
 * same file and last lies there unchanged; 0, and it gives the first; -1. */
int  mbox_resume(struct mbox *, dev_t, ino_t, const struct mbox_msg *last, struct err *);
/* Its bytes; m stays open meanwhile.  Files don't say how they quote: ">From " loses
 * its ">" and ">>From " one of them (mboxrd; mboxo writes the first alone), but
 * nothing does in a raw message or an MMDF file. */
void mbox_src(struct src *, const struct mbox *, const struct mbox_msg *);

/* The file, locked as Debian's policy asks: dotlock, then fcntl; the folder not
 * writable: fcntl alone.  Opened anew under the locks. */
struct mbox_lock {
	char *path, *name; int dir, fd;
	struct stat st;         /* the file when it was locked                 */
	bool dotlock, made; ino_t dot_ino; off_t size; bool dirty; char *out; size_t out_n;
};
/* wait_ms: then ERR_LOCKED, in words.  create: makes a missing file (0600). */
int  mbox_lock(struct mbox_lock *, const char *path, bool create, unsigned wait_ms, struct err *);
void mbox_unlock(struct mbox_lock *);           /* what was not committed is taken back */
/* ---- box.c, boxmd.c, boxmbox.c, boxgzip.c, boxdir.c, boxnewest.c: any mailbox, by its path ---- */

enum box_kind {
	BOX_MAILDIR = 1,
	BOX_MBOX,               /* plain or gzip (then it is only read)          */
	BOX_MH,                 /* a folder of numbered files                   */
	BOX_DIR,                /* a folder of .eml files                       */
	BOX_FILE,               /* one message                                  */
};
/* Flags as bits; the letters of Maildir names, "DFPRST". */
enum { FLAG_DRAFT = 1, FLAG_FLAGGED = 2, FLAG_PASSED = 4, FLAG_REPLIED = 8, FLAG_SEEN = 16,
	FLAG_TRASHED = 32, FLAG_FRESH = 64 /* nobody has listed it: in new/, mbox without O */ };
unsigned flags_bits(struct slice letters);
void flags_letters(unsigned bits, char out[8]);

/* An open mailbox.  What it can't be (a link to nowhere, a FIFO, not ours to read,
 * gone) is an error in words; read_only is found out by access(2) and kind. */
struct box {
	char *path; enum box_kind kind; bool read_only;
	struct maildir md; int dir;
	char *real;             /* mbox, one message: its path without links   */
	struct mbox mbox;       /* mbox: for reading at any place              */
	bool gzip; struct stat st;      /* mbox: of the file that mbox reads   */
};
int  box_open(struct box *, const char *path, struct err *);
void box_close(struct box *);
int  box_kind_of(const char *path, struct err *);       /* enum box_kind, 0: nothing there, -1 */

/* What two stats say.  Equal and sure: nothing has changed.  Not sure: it was
 * changed so lately that the clock of the files may not tell the next change. */
struct box_stamp { uint64_t v[6]; bool sure; };
#define BOX_STAMP_SIZE 3        /* mbox: that v is the size of the file         */
/* By path: a mailbox that lies there instead has another one. */
int  box_stamp(const struct box *, struct box_stamp *, struct err *);
/* The print of a message in a Maildir. */
uint64_t box_print(const char *name, bool fresh);
bool box_stamp_same(const struct box_stamp *, const struct box_stamp *);

/* Where a message is. */
struct box_ref {
	uint64_t key;           /* who it is in this box, for good: the base name hashed
	                           (its first 12 hex digits are entry_id), in mbox sum and turn */
	const char *name;       /* file name as it stands there; mbox: ""        */
	bool fresh;             /* Maildir: in new/                             */
	off_t pos;              /* mbox: its From_ line                         */
};
struct box_msg {
	struct box_ref ref;
	uint64_t print;         /* of all that a change of flags changes        */
	unsigned flags;
	int64_t received;       /* Maildir: seconds of the name, else mtime; mbox: From_ line */
	uint64_t ino;           /* 0: none                                      */
	struct mbox_msg mbox;   /* mbox: all of it                              */
};
/* Number of messages and sum of their prints, without memory: one readdir. */
int  box_sum(struct box *, uint64_t *n, uint64_t *sum, struct err *);
/* The key of the turn-th message (from 0) with this sum.  A scan that resumes says
 * turn 0 of all: when that key is taken, the caller takes the next turn. */
uint64_t box_mbox_key(uint64_t sum, unsigned turn);
/* A message whose name others change meanwhile may be missed: ask box_find before
 * it is taken for gone.  after: when the file is the same inode.
 * Every message once, in any order (mbox: that of the file, behind after where that
 * still lies there unchanged: *resumed); each borrows msg, and -1 of it stops. */
int  box_scan(struct box *, const struct mbox_msg *after, bool *resumed,
	int (*each)(void *ctx, const struct box_msg *), void *ctx, struct err *);
/* The newest n by arrival, newest first (mbox: the last ones), in one pass without
 * the cost of a scan. */
int  box_newest(struct box *, size_t n, int (*each)(void *ctx, const struct box_msg *), void *ctx, struct err *);
/* The header (1 MiB of it at most; see lines_mend), its blank line included, and the size of the
 * message (mbox: as it lies there; quick in the order of the file).  A name that
 * others changed meanwhile is looked for; ERR_NOTFOUND: the message is gone. */
int  box_header(struct box *, const struct box_ref *, struct str *out, uint64_t *size, struct err *);
/* The whole: up to 1 MiB in mem (*fd -1), else a file that begins with it (mem
 * empty), the caller's to close. */
int  box_read(struct box *, const struct box_ref *, struct str *mem, int *fd, struct err *);
/* Where it is now: 1 (name, fresh or pos may have changed; name the caller's), 0 gone, -1. */
int  box_find(struct box *, const struct box_ref *, char **name, bool *fresh, off_t *pos, struct err *);

/* Changes of many messages.  Maildir: a rename each, the folders synced once;
 * mbox: one pass.  Each says what became of it.  What is changed is listed:
 * FLAG_FRESH can be cleared only. */
struct box_change {
	struct box_ref ref;
	bool remove;
	unsigned set, clear;    /* FLAG_ bits; other letters of a name stay     */
	bool done;              /* set here; not: it was gone                   */
	char *name; bool fresh; /* its new name, the caller's to free (mbox: NULL) */
};
/* stop: asked between messages; 1: stopped, what is done is done and marked. */
int  box_change(struct box *, struct box_change *, size_t n, bool (*stop)(void *), void *ctx, struct err *);

/* Messages put into a mailbox: any number, then one commit that syncs all.
 * Until then nobody sees them, after it everybody does. */
struct box_put;
struct box_meta { unsigned flags; int64_t received; const char *sender; /* mbox; may be NULL */ };
/* The box must be a Maildir or a plain mbox.  mark: up to 15 letters and digits,
 * borne by every name in tmp/ (see struct maildir), or "". */
int  box_put_open(struct box_put **, const char *path, const char *mark, struct err *);
/* Locks an mbox until the commit: its size before.  Else 0. */
int  box_put_end(struct box_put *, off_t *end, struct err *);
/* name: what the file shall be called in a Maildir (a base name), NULL: a new one.
 * A name that is there already: ERR_EXISTS, and the others stay.  After any other
 * error nothing of the batch stays. */
int  box_put(struct box_put *, struct src *, const struct box_meta *, const char *name, struct err *);
/* each: the i-th put and where it lies now (mbox: with turn 0, as a scan that resumes).
 * After an error nothing of the batch stays, as far as the disk still obeys. */
int  box_put_commit(struct box_put *, void (*each)(void *ctx, size_t i, const struct box_ref *), void *ctx, struct err *);
void box_put_close(struct box_put **);          /* what was not committed is gone */
/* A Maildir's message into another Maildir of the same file system by rename, under
 * a new unique name that keeps its seconds: 1 done (name_r: the base name), 0 not the
 * same file system, -1.  Nothing is synced: box_sync both then. */
int  box_rename(struct box *from, const struct box_ref *, struct box *to, const char *name, char **name_r, struct err *);
int  box_sync(struct box *, struct err *);

/* Mailboxes as a whole.  Names are paths; Maildir++ folders (".A.B" in a Maildir)
 * are found by box_each. */
int  box_create(const char *path, enum box_kind, struct err *);         /* Maildir, mbox */
int  box_move(const char *from, const char *to, struct err *);          /* never onto something */
/* Both exist and change their names, at once where the system can: 0, or -1.  Synced. */
int  box_exchange(const char *a, const char *b, struct err *);
int  box_remove(const char *path, struct err *);        /* only when no message is in it */
/* Every mailbox below root: itself where it is one, folders, Maildir++ folders, mbox
 * files; 32 deep, links to folders are not followed. */
int  box_each(const char *root, int (*each)(void *ctx, const char *path, enum box_kind), void *ctx, struct err *);

/* ---- watch.c: a mailbox changed ---- */

/* A descriptor that becomes readable when one of the mailboxes changes (inotify), or
 * -1 where the system has none: then look at the stamps every few seconds. */
int  watch_open(void);
/* To be said again after each change: what was replaced is another file. */
int  watch_add(int fd, const char *path, struct err *);
int  watch_drain(int fd);                       /* forgets what it has told: 1, 0 it was nothing */

#endif
