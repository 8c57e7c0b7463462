/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what outbox.c asks of envelope.c, and the compose files of each other.
 */
#ifndef POST_PRIV_H
#define POST_PRIV_H

#include "post/post.h"

/* Can it be written so that the same is read again? */
int  envelope_check(const struct envelope *, struct err *);
void envelope_format(const struct envelope *, struct str *out);
/* id: of the item, for messages.  account, from, message_id and subject are never NULL. */
int  envelope_read(struct slice text, struct envelope *, const char *id, struct err *);

/* ---- queue.c ---- */

int  draft_message_id(const struct conf *, const struct draft *, struct str *out);     /* a new one */
/* The message of a draft.  kept: for a mailbox, not to be sent: Bcc stays in it. */
int  draft_write(const struct conf *, struct draft *, bool kept, struct sink *, struct err *);

/* ---- markdown.c ---- */

#define MARKDOWN_MAX ((size_t)64 << 10)       /* cmark takes time by the square at worst */
/* A page of HTML; -1: the text is too long for that, or no UTF-8. */
int  markdown_html(struct slice text, struct str *out);

/* ---- compose.c and its helpers ---- */

void compose_set(char **field, const char *text);       /* a copy; the old one goes */
/* Typed lists back to front: "Name <a@x>, b@y"; groups are left out. */
void compose_list(char **field, const struct addrs *);
/* data/compose/ID and files/ in it, where they are not there yet. */
int  compose_folder(const struct compose *, struct err *);
/* A new file in files/ with these bytes, synced; *name: what it is called there. */
int  compose_keep(struct compose *, struct src *, const char *name, char **path, struct err *);
int  compose_save_id(struct compose *, struct err *);   /* as compose_save; message_id stays whatever changed */
char *compose_own_path(const struct compose *, struct slice name);      /* of files/name; NULL: no plain name */
bool compose_id_ok(const char *id);
const struct account *compose_account(const struct compose *, const struct conf *);
/* The text behind its last line "-- " (0: none), for quoting and checks. */
size_t compose_sig_at(struct slice text);
const char *compose_forward_mark(void);         /* the line above what is passed on */
/* "About" and "draft" of a message: its mailbox's path and its key. */
bool compose_where(const char *where, struct str *path, uint64_t *key);

/* ---- recallmsg.c: a message taken apart to be written again ---- */

struct recalled {
	int fd; struct slice mem;               /* its bytes, as part_open takes them */
	struct render *render;                  /* of reply.c alone              */
	const struct mime_tree *tree; const struct env *env; struct slice header;
	/* its HTML as text; NULL: its words */
	int (*html)(void *ctx, struct str *out, struct err *); void *ctx;
};
int  compose_take_message(struct compose *, const struct conf *, const struct recalled *, struct err *);
/* One part as a file of its own; all but body and what is another form of it. */
int  compose_take_part(struct compose *, const struct recalled *, const struct part *, struct err *);
int  compose_take_parts(struct compose *, const struct recalled *, const struct part *body, struct err *);

/* ---- replyto.c, replytext.c, reply.c: answers ---- */

bool compose_is_me(const struct conf *, const struct addr *);
/* To, Cc and rcpts_before of an answer. */
int  compose_reply_to(struct compose *, const struct conf *, const struct recalled *, size_t n, enum reply_to, struct err *);
void compose_write_as(struct compose *, const struct account *, const struct addr *identity);
/* "Re: ..." and "Fwd: ..." once; the caller's. */
char *compose_re(const char *subject);
char *compose_fwd(const char *subject);
void compose_date_words(const struct date *, struct str *out);
void compose_quote(const struct env *, struct slice text, struct str *out);
void compose_passed_on(const struct env *, struct slice text, struct str *out);
void compose_add_signature(const struct account *, struct str *out);
void compose_take_thread(struct compose *, const struct env *);         /* In-Reply-To and References */
/* Reads on until its tree is there; what m holds is the render's. */
int  compose_ready(struct render *, struct recalled *m, struct err *);
void compose_bytes(const struct recalled *, struct src *);

#endif
