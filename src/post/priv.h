/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what outbox.c asks of envelope.c.
 */
#ifndef POST_PRIV_H
#define POST_PRIV_H

#include "post/post.h"

/* Can it be written so that the same is read again? */
int  envelope_check(const struct envelope *, struct err *);
void envelope_format(const struct envelope *, struct str *out);
/* id: of the item, for messages.  account, from, message_id and subject are never NULL. */
int  envelope_read(struct slice text, struct envelope *, const char *id, struct err *);

#endif
