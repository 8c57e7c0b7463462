/* SPDX-License-Identifier: GPL-3.0-or-later
 * box: what lies in a Maildir, seen without the code under test */
#ifndef TESTS_STORE_BOX_H
#define TESTS_STORE_BOX_H

#include "../../tap.h"

/* A fresh folder of its own name, owned by the caller. */
char *tbox_dir(void);
char *tbox_path(const char *fmt, ...) PRINTF(1, 2);      /* owned */
void  tbox_put(const char *path, struct slice bytes);
bool  tbox_has(const char *path, struct slice bytes);    /* the file holds just these */
/* Files in a folder, dot files not counted; -1: no such folder. */
int   tbox_count(const char *dir);
/* How many files under new/ and cur/ hold just these bytes. */
int   tbox_copies(const char *box, struct slice bytes);
/* Is every file under new/ and cur/ one of these? */
bool  tbox_only(const char *box, const struct slice *v, size_t n);
/* A message under new/ or cur/: its path, owned; NULL: none. */
char *tbox_first(const char *box);
/* The five messages of workload W1 (FAULTS.md 2), the last a twin of the second. */
#define W1_N 5
const struct slice *tbox_w1(void);

#endif
