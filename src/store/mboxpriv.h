/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mboxpriv: what the files of the mbox store share.
 */
#ifndef STORE_MBOXPRIV_H
#define STORE_MBOXPRIV_H

#include "store/store.h"

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
