/* SPDX-License-Identifier: GPL-3.0-or-later
 * Samples of notices, and what is wanted of each: as it is, with CRLF, and in other domains. */
#ifndef TESTS_MIME_NOTICES_H
#define TESTS_MIME_NOTICES_H

#include "tests/tap.h"
#include "mime/mime.h"

/* want: the kind, then each address, its action ("-": none) and, where status is set, its code ("-") */
struct notice_row { const char *name, *in, *want; };
void notices_check(const struct notice_row *, size_t n, bool status);

#endif
