/* SPDX-License-Identifier: GPL-3.0-or-later
 * round: drafts of every kind from a seed, written, with what has to be read again */
#ifndef TESTS_MIME_ROUND_H
#define TESTS_MIME_ROUND_H

#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

#define ROUND_FILES  4
#define ROUND_FIELDS 3

struct round;
struct round_file {
	char *name, *type, *description, *id;   /* or NULL; type: main/sub      */
	struct str bytes;
	bool is_inline;
	struct round *inside;                   /* it is a message of ours       */
	bool opaque;                            /* a message that has to be encoded: others may take it apart */
};
struct round_field { char *name, *value, *want; bool text; };
struct round {
	uint64_t seed;
	struct addrs from, to, cc, reply_to;
	char *subject;                          /* as it has to be read; NULL: none */
	int64_t date; int zone;
	char *id, *in_reply_to, *references;
	struct round_field fields[ROUND_FIELDS]; size_t n_fields;
	struct str text, html;                  /* as they have to be read        */
	bool has_html;
	struct round_file files[ROUND_FILES]; size_t n_files;
	struct str out;                         /* the message                    */
};
/* NULL: it could not be written, and that is noted. */
struct round *round_make(uint64_t seed);
void round_free(struct round **);
/* What has to be read, as one line of JSON; bytes in base64. */
void round_json(const struct round *, struct str *out);

/* Each: NULL, or what is not as it was. */
const char *round_read(const struct round *);           /* by pabal               */
const char *round_gmime(const struct round *);          /* by gmime, where it is  */
void round_gmime_begin(void), round_gmime_end(void);

#endif
