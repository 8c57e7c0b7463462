/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What files of mime share among themselves. */
#ifndef MIME_PRIV_H
#define MIME_PRIV_H

#include "mime/mime.h"

/* qp.c: the two ways of quoted-printable, called by enc_feed. */
int qp_decode(struct enc_state *, struct slice in, bool last, struct str *out);
int qp_encode(struct enc_state *, struct slice in, bool last, struct str *out);

#endif
