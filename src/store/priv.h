/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what arrive.c asks of known.c.
 */
#ifndef STORE_PRIV_H
#define STORE_PRIV_H

#include "store/store.h"

struct known;
/* All contents of a Maildir by size; NULL: err. */
struct known *known_load(struct maildir *, struct err *);
void known_free(struct known **);
/* The name of a file with the contents of fd (from its start), or NULL. */
const char *known_find(struct known *, int fd, off_t size);

#endif
