/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: the database as the files of this folder share it.
 */
#ifndef INDEX_PRIV_H
#define INDEX_PRIV_H

#include "index/index.h"
#include <sqlite3.h>

/* What a message counts for in its folder, gathered until it is asked for. */
struct ix_counts { int64_t folder, total, unread, flagged, bytes, textless; uint64_t sum; };

struct index {
	sqlite3 *db;
	char *path, *note;      /* path NULL: a file without a name             */
	struct map *stmts;      /* by the address of their text                 */
	unsigned depth; bool broken;
	unsigned looks, telling;        /* calls of view_rows that go on        */
	/* as the outermost transaction found them */
	bool lean;              /* what only reading needs is not there yet     */
	bool edits, subjects;
	int64_t next_id, first_id;
	bool changed;
	/* its own */
	bool bulk;              /* between the two calls of index_bulk          */
	struct map *addrs;      /* name NUL spec: id in addr                    */
	struct ix_counts counts;
	struct str fold, held;
};

/* ---- index.c ---- */

/* Says in words what the database's last error means; -1. */
int  ix_fail(struct index *, struct err *);
/* The statement of a literal, made at its first use and reset; NULL: err. */
sqlite3_stmt *ix_stmt(struct index *, const char *sql, struct err *);
/* One row: 1, 0 the end (it is reset then), -1. */
int  ix_step(struct index *, sqlite3_stmt *, struct err *);
/* A statement without rows; resets it. */
int  ix_run(struct index *, sqlite3_stmt *, struct err *);
int  ix_exec(struct index *, const char *sql, struct err *);
/* One number of a literal with numbers for its parameters: 1, 0 no row, -1. */
int  ix_int(struct index *, const char *sql, int64_t a, int64_t b, int64_t *out, struct err *);
/* A literal without rows. */
int  ix_do(struct index *, const char *sql, int64_t a, int64_t b, struct err *);
/* Ends what index_begin began: with r 0 it commits; nothing was changed yet where the
 * error is ERR_EXISTS or ERR_NOTFOUND, and what is around goes on. */
int  ix_end(struct index *, int r, struct err *);
/* Until the end everything that is read is of one moment; they nest. */
int  ix_look(struct index *, struct err *);
void ix_look_end(struct index *);
const char *ix_text(sqlite3_stmt *, int column);        /* never NULL */
/* A statement of a text that was put together; the caller finalizes it. */
sqlite3_stmt *ix_prepare(struct index *, const char *sql, struct err *);

/* ---- schema.c ---- */

extern const char ix_schema[];
/* What is only read: indexes, made after many messages were put in. */
int  ix_schema_drop(struct index *, struct err *);
int  ix_schema_make(struct index *, struct err *);

/* ---- folder.c ---- */

int  ix_counts_flush(struct index *, struct err *);
int  ix_count(struct index *, const struct ix_counts *, struct err *);
/* The folders with this role (0: all), in an array of the caller's. */
int  ix_folder_ids(struct index *, char role, int64_t **ids, size_t *n, struct err *);

/* ---- keys.c ---- */

uint64_t ix_hash(const char *kind, struct slice);
/* RFC 5256 2.1: what is left of a subject without Re: and the like, and whether
 * there was one.  In hold. */
struct slice ix_base_subject(struct slice subject, bool *reply, struct str *hold);
/* Bytes that sort as a person wants it; the same text newest first. */
void ix_sort_key(struct slice text, int64_t date, struct str *fold, struct str *out);
/* The ident that refs in common stand for when a subject joins; 0: none. */
uint64_t ix_subject_ident(struct slice subject, bool *reply);

/* ---- put.c ---- */

/* What orders a message in each sort. */
struct ix_keys { int64_t id, folder, thread, date, received, size; struct slice sender, subject; };

/* ---- link.c ---- */

#define IX_REFS 20
/* The thread of a message that comes in. */
int  ix_thread_in(struct index *, int64_t id, uint64_t ident, const uint64_t *refs, size_t n, const char *subject, int64_t *thread, struct err *);
/* A message of a thread went: with the last one, what is known of it goes, too. */
int  ix_thread_out(struct index *, int64_t thread, struct err *);
int  ix_thread_forget(struct index *, int64_t thread, struct err *);
/* Refs with edits in force (room for 2 * IX_REFS); edited: the message itself. */
int  ix_edit_refs(struct index *, uint64_t ident, uint64_t *refs, size_t *n, bool *edited, struct err *);
size_t ix_refs_read(sqlite3_stmt *, int column, uint64_t refs[IX_REFS]);
/* A message for thread_order: refs as edits and subjects leave them. */
struct ix_item { int64_t id; unsigned n; uint64_t ident, refs[2 * IX_REFS]; int64_t date; char *subject; };
struct ix_items { struct ix_item *v; size_t n, cap; };
struct ix_slot { int64_t id; unsigned depth; };
/* From a row "id, ident, refs, date, subject". */
void ix_item_add(struct index *, struct ix_items *, sqlite3_stmt *);
/* Orders them into slots (an array of n) and empties items. */
void ix_items_clear(struct ix_items *);
int  ix_items_order(struct index *, struct ix_items *, struct ix_slot *, struct err *);

/* ---- relink.c ---- */

/* Joins what messages joined while there were no indexes. */
int  ix_joined_settle(struct index *, struct err *);

/* Links the messages of these threads (0, 0: all) anew. */
int  ix_thread_again(struct index *, int64_t a, int64_t b, struct err *);

/* ---- rank.c: how many stand before ---- */

extern size_t ix_bucket;        /* rows of one step; a test makes it small   */
#define IX_SORTS 6
/* The ladders of a folder (0: of all) that are not there. */
int  ix_rank_make(struct index *, int64_t folder, struct err *);
int  ix_rank_drop(struct index *, int64_t folder, struct err *);
/* A message appeared (by 1) or is gone (by -1), in all sorts but SORT_THREAD. */
int  ix_rank_row(struct index *, const struct ix_keys *, int by, struct err *);
/* A thread of a folder has that many rows more. */
int  ix_rank_thread(struct index *, int64_t folder, int64_t thread, int64_t latest, int64_t by, struct err *);
/* A step: its least entry, and how many rows lie behind us when we stand there. */
struct ix_start { sqlite3_value *key; int64_t id; uint64_t before; };
/* The step that holds row k, counted from the lowest entry, or (down) from the
 * highest: then the bound lies above it.  1; 0: there is no such row; -1.  No ladder
 * or bound: key NULL. */
int  ix_rank_find(struct index *, int64_t folder, enum index_sort, bool down, uint64_t k, struct ix_start *, struct err *);
/* The step in which an entry lies, from the lowest. */
int  ix_rank_of(struct index *, int64_t folder, enum index_sort, sqlite3_value *key, int64_t id, struct ix_start *, struct err *);
void ix_start_release(struct ix_start *);

/* ---- tfold.c: the threads of a folder ---- */

/* That thread in that folder is not what it was. */
int  ix_tfold_touch(struct index *, int64_t folder, int64_t thread, struct err *);
/* A message of that folder in that thread appeared or is gone. */
int  ix_tfold_row(struct index *, int64_t folder, int64_t thread, struct err *);
/* The same thread in all folders. */
int  ix_tfold_thread(struct index *, int64_t thread, struct err *);
int  ix_tfold_make(struct index *, struct err *);

/* ---- view.c ---- */

#define IX_ROW_COLUMNS "msg.id, msg.folder, msg.key, msg.print, msg.name, msg.fresh, msg.pos, msg.ino, msg.flags, " \
	"msg.date, msg.zone, msg.received, msg.size, msg.subject, msg.mid, msg.ident, msg.thread, msg.attachments, " \
	"msg.textless, addr.name, addr.spec"
#define IX_ROW_FROM "msg LEFT JOIN addr ON addr.id = msg.sender"
/* A row of "SELECT IX_ROW_COLUMNS FROM IX_ROW_FROM ..."; borrows from it. */
void ix_row(struct index *, sqlite3_stmt *, struct index_row *);
extern const char *const ix_sort_column[IX_SORTS];
extern const bool ix_sort_down[IX_SORTS];       /* the greatest first           */

/* ---- find.c ---- */

/* A condition on msg m, and the texts bound to it. */
struct ix_where {
	struct str sql; char **texts; size_t n, cap;
	bool slow;              /* SQLite should find them all before it orders them */
	bool pure;              /* whole folders, nothing else                  */
	bool scoped; int64_t *folders; size_t n_folders;        /* these folders only */
};
int  ix_where_make(struct index *, const struct find *, struct ix_where *, struct err *);
void ix_where_release(struct ix_where *);
/* Binds its texts from parameter first on. */
void ix_where_bind(const struct ix_where *, sqlite3_stmt *, int first);
/* The functions that conditions use. */
int  ix_find_open(struct index *);

/* ---- window.c, found.c: a view's rows as ids ---- */

struct view {
	struct index *i; enum index_sort sort; bool down;
	int64_t folder;         /* 0: what where finds                          */
	struct ix_where where;
	/* all that was found, in order; SORT_THREAD: thread by thread, each begins
	 * at a start and is ordered when it is seen */
	bool whole; int64_t *ids; size_t n, cap;
	size_t *starts, n_starts, cap_starts;
};
/* Rows k to k + n: how many there are is set. */
int  ix_window(struct view *, uint64_t k, size_t n, struct ix_slot *, size_t *got, struct err *);
int  ix_window_where(struct view *, int64_t id, uint64_t *k, struct err *);
int  ix_window_count(struct view *, uint64_t *n, struct err *);
int  ix_found(struct view *, uint64_t k, size_t n, struct ix_slot *, size_t *got, struct err *);
int  ix_found_where(struct view *, int64_t id, uint64_t *k, struct err *);
int  ix_found_count(struct view *, uint64_t *n, struct err *);
/* The messages of a thread that a folder shows, in the order of the tree; the array
 * is the caller's. */
int  ix_thread_slots(struct index *, int64_t folder, int64_t thread, struct ix_slot **, size_t *n, struct err *);

/* ---- event.c ---- */

int  ix_event(struct index *, char what, int64_t folder, int64_t id, struct err *);
int  ix_event_trim(struct index *, struct err *);

/* ---- fold.c: one character of a text ---- */

enum ix_class {
	IX_SEP,         /* ends a word                                          */
	IX_SKIP,        /* not seen: as if it were not there                    */
	IX_MARK,        /* belongs to the letter before                         */
	IX_LETTER,      /* or digit                                             */
	IX_BARE,        /* one that loses its accents                           */
	IX_PAIR,        /* of a script without blanks: words are its pairs      */
};
#define IX_CP(code, class) ((code) | (uint32_t)(class) << 24)
#define IX_CODE(x)  ((x) & 0xFFFFFF)
#define IX_CLASS(x) ((enum ix_class)((x) >> 24))
#define IX_FOLD_MAX 40
static inline bool ix_in(uint32_t cp, uint32_t from, uint32_t to)
{
	return cp - from <= to - from;
}
/* What it becomes: that many IX_CP, perhaps none. */
size_t ix_fold(uint32_t cp, uint32_t out[IX_FOLD_MAX]);
/* A syllable, ideograph or kana that is a pair's half as it is. */
bool ix_is_whole(uint32_t cp);

/* ---- words.c, text.c ---- */

#define IX_WORD_MAX 64                  /* bytes of a word in the index     */
/* The FTS5 expression for messages that may hold the text; -1: no word in it. */
int  ix_text_match(const char *text, struct str *match);
extern const char ix_text_schema[];     /* the tables of the texts          */

#endif
