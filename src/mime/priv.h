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

/* lines.c: a source of text with its line ends changed: CRLF to LF, or both
 * to CRLF; a bare CR stays.  in must live until release. */
void lines_src(struct src *, struct src *in, bool to_crlf);

#endif
