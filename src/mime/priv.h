/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What files of mime share among themselves. */
#ifndef MIME_PRIV_H
#define MIME_PRIV_H

#include "mime/mime.h"

/* qp.c: the two ways of quoted-printable, called by enc_feed. */
int qp_decode(struct enc_state *, struct slice in, bool last, struct str *out);
int qp_encode(struct enc_state *, struct slice in, bool last, struct str *out);

/* part.c: a part with the defaults of RFC 2045 5.2, a tree of nothing else. */
struct part *part_new(void);
void part_free(struct part *);
/* Gives every part its IMAP number, once the tree is complete. */
void tree_number(struct mime_tree *);

/* field.c: the MIME fields of one part's header into the part. */
void part_read_fields(struct part *, struct slice header, bool in_digest,
		      const struct mime_limits *);
/* The boundary that such a header asks for, or NULL; owned by the caller. */
char *header_boundary(struct slice header, const struct mime_limits *);

/* lines.c: a source of text whose lines (LF or CRLF) end with LF, or as said;
 * in must live until release. */
enum {
	LINES_FROM_CR = 1,      /* a bare CR is a line end too          */
	LINES_FINAL   = 2,      /* a last line without end gets one     */
};
void lines_src(struct src *, struct src *in, unsigned how);

#endif
