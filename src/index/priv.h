/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: the database as the files of this folder share it.
 */
#ifndef INDEX_PRIV_H
#define INDEX_PRIV_H

#include "index/index.h"
#include <sqlite3.h>

struct index {
	sqlite3 *db;
	char *path, *note;
	struct map *stmts;      /* by the address of their text                 */
	unsigned depth; bool broken;
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

/* ---- view.c ---- */

#define IX_ROW_COLUMNS "msg.id, msg.folder, msg.key, msg.print, msg.name, msg.fresh, msg.pos, msg.ino, msg.flags, " \
	"msg.date, msg.zone, msg.received, msg.size, msg.subject, msg.mid, msg.ident, msg.thread, msg.attachments, " \
	"msg.textless, addr.name, addr.spec"
#define IX_ROW_FROM "msg LEFT JOIN addr ON addr.id = msg.sender"
/* A row of "SELECT IX_ROW_COLUMNS FROM IX_ROW_FROM ..."; borrows from it. */
void ix_row(struct index *, sqlite3_stmt *, struct index_row *);

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
