/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the mime measures share. */
#ifndef BENCH_MIME_H
#define BENCH_MIME_H

#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

/* mimemake.c */
enum language { WORDS_ASCII, WORDS_LATIN, WORDS_KOREAN };
void make_newsletter(struct str *, size_t bytes);
int  make_messages(const char *dir, unsigned n);
int  make_file(const char *kind, const char *path, size_t bytes);
/* mimebad.c: seconds for one input that is as bad as can be, of that size; NAN: no such kind. */
double bad_seconds(const char *kind, size_t n);
double bench_now(void);

#endif
