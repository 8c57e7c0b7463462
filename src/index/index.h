/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * index: what lists and searches need of all mailboxes, in one SQLite file a home.
 * A cache: flags and messages live in the mailboxes, and the file may go at any
 * time.  Callbacks return 0, or -1, which stops and fails; what they are given is
 * borrowed for the call; they may not change the index.
 */
#ifndef INDEX_INDEX_H
#define INDEX_INDEX_H

#include "base/base.h"
#include "mime/mime.h"
#include "store/store.h"

/* ---- index.c, folder.c, put.c: the database ---- */

struct index;
/* Opens or makes it; an old, newer or damaged one is made anew without a question
 * (index_note says why).  path NULL, or where no file can be: in memory.
 * Several processes at once: a writer waits for another up to 10 s. */
int  index_open(struct index **, const char *path, struct err *);
void index_close(struct index **);
const char *index_note(const struct index *);
/* Transactions nest: only the outermost commits. */
int  index_begin(struct index *, struct err *);
int  index_commit(struct index *, struct err *);
void index_rollback(struct index *);

struct index_folder {
	int64_t id; char *path; enum box_kind kind;
	char role;              /* 'i' inbox, 's' sent, 't' trash, 'd' drafts, 'a' archive, 'j' junk, 0 */
	bool no_text;           /* its texts stay out of the index              */
	bool whole;             /* every header is in                           */
	uint64_t dev, ino;      /* of the folder (Maildir: cur/) or file        */
	struct box_stamp stamp; /* when it was whole last                       */
	struct mbox_msg last;   /* mbox: the last message that is in            */
	uint64_t total, unread, flagged, bytes, textless;       /* kept by the index */
	uint64_t sum;           /* of all prints, kept by the index             */
};
void index_folder_release(struct index_folder *);
int  index_folder(struct index *, const char *path, struct index_folder *, struct err *);      /* 1, 0, -1 */
int  index_folder_inode(struct index *, uint64_t dev, uint64_t ino, struct index_folder *, struct err *);
/* id 0: a new one, id is set.  The counts are not taken. */
int  index_folder_put(struct index *, struct index_folder *, struct err *);
int  index_folder_drop(struct index *, int64_t folder, struct err *);
int  index_folders(struct index *, int (*each)(void *ctx, const struct index_folder *), void *ctx, struct err *);

/* What the index keeps of a message beside its header. */
struct index_msg {
	int64_t id, folder;     /* id: never used again                         */
	struct box_ref ref; uint64_t print, ino, size; unsigned flags; int64_t received;
	unsigned attachments;   /* 0 until its text was read                    */
};
/* Takes a message in (m->id is set), and links its thread.  ERR_EXISTS: its folder
 * has the key already. */
int  index_add(struct index *, struct index_msg *, const struct env *, struct slice header, struct err *);
int  index_change(struct index *, const struct index_msg *, struct err *);      /* ref, print, ino, flags */
int  index_move(struct index *, int64_t id, const struct index_msg *to, struct err *); /* another folder, too */
int  index_gone(struct index *, int64_t id, struct err *);
/* All of a folder in the order of keys (as unsigned). */
int  index_keys(struct index *, int64_t folder, int (*each)(void *ctx, const struct index_msg *), void *ctx, struct err *);
/* One whose file has this inode and base name, in any folder: 1, 0, -1; *m borrows until the next call. */
int  index_by_inode(struct index *, uint64_t ino, struct slice base, struct index_msg *m, struct err *);
/* Before and after many: what is only needed for reading is made in one go where
 * the index was (nearly) empty. */
int  index_bulk(struct index *, bool begin, struct err *);

/* ---- link.c, thread.c: threads (RFC 5256 REFERENCES) across folders ---- */

/* Who a message is in all mailboxes: its Message-ID hashed, else its header. */
uint64_t index_ident(const struct env *, struct slice header);
/* By hand: child belongs under parent; parent 0: it begins a thread; parent child:
 * as its header says, again. */
int  index_thread_edit(struct index *, uint64_t child, uint64_t parent, struct err *);
/* Messages without references that answer by subject join, too; changes are
 * linked anew from what the index holds. */
int  index_thread_subjects(struct index *, bool join, struct err *);
struct thread_item {
	uint64_t ident; const uint64_t *refs; size_t n_refs;    /* oldest first, the parent last */
	int64_t date;
	unsigned depth; bool ghost_parent;      /* set by thread_order: 0 is the root */
	size_t parent;                          /* index in the array, or SIZE_MAX */
	void *ctx;
};
/* The array as the tree is read, siblings by date; loops and missing parents are
 * allowed, each item stays once, the order of arrival changes nothing. */
void thread_order(struct thread_item *, size_t n);

/* ---- view.c, rank.c, find.c: windows, not lists ---- */

enum find_kind {
	FIND_ALL, FIND_AND, FIND_OR,
	FIND_THREAD,            /* its thread has a message that child finds     */
	FIND_FOLDER,            /* min: id                                      */
	FIND_ROLE,              /* min: letter                                  */
	FIND_FLAGS,             /* has one of the bits of min                   */
	FIND_DATE, FIND_RECEIVED, FIND_SIZE, FIND_ATTACHMENTS,  /* min to max, both in it */
	FIND_FROM, FIND_TO, FIND_CC, FIND_SUBJECT, FIND_MSGID,  /* text is inside, folded */
	FIND_WORDS,             /* words of text in addresses, subject or text  */
	FIND_TEXT,              /* words of text in the text                    */
	FIND_DUPLICATE,         /* another message of the view's has its ident  */
	FIND_ALONE,             /* no other message in its thread               */
	FIND_ID,                /* min: of the message                          */
	FIND_IDENT,             /* min: as index_ident                          */
};
struct find { enum find_kind kind; bool negated; const char *text; int64_t min, max; struct find *child, *next; };

enum index_sort { SORT_DATE, SORT_SENDER, SORT_SUBJECT, SORT_SIZE, SORT_THREAD, SORT_RECEIVED };
struct index_row {
	struct index_msg msg; int64_t thread; uint64_t ident;
	int64_t date; int zone; /* of Date, or received where it is none or lies ahead of it */
	const char *from_name, *from, *subject, *message_id;    /* never NULL   */
	bool textless;          /* its text is not in yet: FIND_TEXT may be wrong */
	unsigned depth;         /* SORT_THREAD                                  */
};
struct view;
/* A folder (id), or all that find finds, in an order; reverse: oldest, smallest, Z first. */
int  view_folder(struct index *, int64_t folder, enum index_sort, bool reverse, struct view **, struct err *);
int  view_find(struct index *, const struct find *, enum index_sort, bool reverse, struct view **, struct err *);
/* These messages (ids in any order). */
int  view_ids(struct index *, const int64_t *ids, size_t n, enum index_sort, bool reverse, struct view **, struct err *);
void view_close(struct view **);
int  view_count(struct view *, uint64_t *n, struct err *);
/* Rows k to k + n, as far as there are; each borrows. */
int  view_rows(struct view *, uint64_t k, uint64_t n, int (*each)(void *ctx, const struct index_row *), void *ctx, struct err *);
int  view_where(struct view *, int64_t id, uint64_t *k, struct err *);  /* 1, 0, -1 */
int  index_get(struct index *, int64_t id, int (*each)(void *ctx, const struct index_row *), void *ctx, struct err *);  /* 1, 0, -1 */
/* By the hex digits that people see, in one folder or (0) all. */
int  index_by_id(struct index *, int64_t folder, struct slice hex, int (*each)(void *ctx, const struct index_row *), void *ctx, struct err *);
/* To and Cc of a message: each with kind 't' or 'c'. */
int  index_rcpts(struct index *, int64_t id, int (*each)(void *ctx, char kind, const char *name, const char *addr), void *ctx, struct err *);
/* Addresses of which a word of the name, or the address itself, begins with this (folded
 * by utf8_casefold), the most used first: to whom one wrote counts ten times. */
int  index_addresses(struct index *, struct slice folded_prefix, size_t max, int (*each)(void *ctx, const char *name, const char *spec, uint64_t used), void *ctx, struct err *);
/* Was there mail from (twice: this one counts, too) or to an address?  1, 0, -1.  And those that
 * one wrote to more than once lately, in any order. */
int  index_known_address(struct index *, const char *spec, struct err *);
int  index_written_to(struct index *, size_t max, int (*each)(void *ctx, const char *spec), void *ctx, struct err *);
/* What changed since *seq (0: from now on), which goes on.  what: 'a' appeared, 'g'
 * gone, 'f' flags, or that it has attachments; 'x': so much, look at everything again. */
int  index_events(struct index *, int64_t *seq, int (*each)(void *ctx, char what, int64_t folder, int64_t id), void *ctx, struct err *);

/* ---- text.c, words.c: full text (FTS5) ---- */

/* The words of text as the index knows them: runs of letters and digits, folded,
 * without accents; Chinese, Japanese and Korean in pairs of characters, the last of
 * a run by itself, too.  last: this word may go on behind the text. */
int  words_each(struct slice utf8, int (*each)(void *ctx, struct slice word, bool last), void *ctx);
/* Does the index alone tell which messages hold this text? (one word or pair) */
bool words_exact(const char *text);
/* Is text in hay, as words: begun where a word begins, in pairs anywhere. */
bool words_find(struct slice hay, const char *text);
int  index_text_put(struct index *, int64_t id, const struct env *, struct slice text, unsigned attachments, struct err *);
/* The newest messages of a folder (0: of all that want it) without text, by their
 * ids: put in rising order they go in fastest. */
int  index_text_missing(struct index *, int64_t folder, size_t max, int (*each)(void *ctx, const struct index_row *), void *ctx, struct err *);
int  index_text_settle(struct index *, struct err *);   /* after many: merged, small */

/* ---- sync.c: the index brought up to date with a mailbox ---- */

struct sync_events {
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	bool (*stop)(void *ctx);
	void *ctx;
	/* A message that was in no mailbox of the index before (borrowed); or NULL. */
	void (*arrived)(void *ctx, const struct index_msg *, const struct env *, struct slice header);
};
/* Headers: newest first, committed as they come.  1 up to date, 0 stopped (what is
 * in stays), -1.  max: with more messages than this to be read nothing is done: 2. */
int  sync_folder(struct index *, struct box *, char role, uint64_t max, const struct sync_events *, int64_t *folder, struct err *);
/* Texts of what is in it. */
int  sync_text(struct index *, struct box *, int64_t folder, const struct sync_events *, struct err *);

#endif
