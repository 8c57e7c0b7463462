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

/* ---- text.c ---- */

extern const char ix_text_schema[];     /* the tables of the texts          */

#endif
