/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests over the corpus share: its files, what others made of them
 * (JSON), and the table of checks, in which every difference has its reason in
 * doc/departures. */
#ifndef TESTS_CORPUS_H
#define TESTS_CORPUS_H

#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

#define BIG ((size_t)64 << 20)

bool slurp(const char *name, struct str *out);
void sha_head(struct slice s, char out[17]);    /* the first 16 hex digits of SHA-256 */
void decode(const struct part *p, struct slice message, struct str *out);
void text_of(const struct part *p, struct slice message, struct str *out);

struct json {
	enum { J_NULL, J_TRUE, J_FALSE, J_NUMBER, J_STRING, J_ARRAY, J_OBJECT } kind;
	char *key; struct str text; struct json *child, *next;
};
struct json *json_parse(struct slice);          /* NULL: broken */
void json_free(struct json *);
const struct json *json_at(const struct json *, const char *key);       /* NULL: none */
const struct json *json_item(const struct json *, long long index);
long long json_number(const struct json *);     /* -1: none */
const char *json_text(const struct json *);     /* NULL: no string */

/* Calls each with every row of the manifest. */
void each_file(void (*)(const char *path, struct slice kind, struct slice expected));

void table_read(bool gmime);                    /* doc/departures: of gmime, or of the others */
void table_file(const char *path);
/* One thing that others say of a file, and whether it is equal. */
void table_check(const char *path, const char *by, const char *what, bool equal);
void table_detail(struct slice ours, struct slice theirs);      /* for the note of the next difference */
/* With checks of its own, and that there are at least so many. */
void table_print(unsigned checks, size_t sets);

void test_expected(void);                       /* corpus-expect.c */
/* corpus-fields.c: of a part, a message, or all of them */
void fields_stalwart(const char *path, const struct json *part, const struct part *p, const struct env *e);
void fields_mailcore(const char *path, const struct json *header, const struct env *e);
void fields_mailcore_part(const char *path, const struct json *j, const struct part *p);
void fields_javamail(void);
void test_trees(void);                          /* corpus-trees.c */

#endif
