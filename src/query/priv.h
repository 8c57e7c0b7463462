/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what query.c and match.c ask of qtree.c, qdate.c, qregex.c and qbytes.c.
 */
#ifndef QUERY_PRIV_H
#define QUERY_PRIV_H

#include "query/query.h"

struct query *query_node(enum query_kind);
/* Puts q, which it takes over, behind the last child.  *last: NULL at first. */
void query_add(struct query *to, struct query **last, struct query *q);
/* A group of one is that one, a group of none is everything. */
struct query *query_end(struct query *group);
bool query_is_regex(const char *text);          /* it has a metacharacter */

/* "<7d", "1/2/2026-" at that time: seconds from min to max, both in it.  -1: *at and
 * *why (a sentence) say what is wrong. */
int  query_date(struct slice, int64_t now, int64_t *min, int64_t *max, size_t *at, const char **why);

/* A regular expression whose cost is bounded; NULL: why is a sentence. */
struct query_regex *query_regex_new(const char *text, char why[160]);
void query_regex_free(struct query_regex **);
bool query_regex_folds(const struct query_regex *);     /* it wants folded text */
/* In one line of NFC (or folded) UTF-8: 1, 0, -1 out of memory. */
int  query_regex_find(struct query_regex *, struct slice line);
/* Bytes of the bracket expression that begins with '[' here; 0: it has no end. */
size_t query_regex_bracket(struct slice);
/* The same expression over bytes; -1: a range in it ends before it begins. */
int  query_regex_bytes(struct slice text, struct str *out);

#endif
