/* SPDX-License-Identifier: GPL-3.0-or-later
 * w3: workload W3 (FAULTS.md 2): messages are queued and sent, as job/send.c does
 * it, to a server that is a piece of memory */
#ifndef TESTS_JOB_W3_H
#define TESTS_JOB_W3_H

#include "crash.h"
#include "post/post.h"

#define W3_RCPT 3       /* the last is told "not now" at its first try */

/* What was said, outside of the program: for each message. */
struct w3_said {
	bool queued;                    /* outbox_put returned                       */
	int accepted[W3_RCPT];          /* how often the server took it              */
	int deferred, again;            /* 451s; times the person said "send again"  */
};

struct w3 { char *home, *db, *outbox, *sent; struct w3_said *said; size_t n; struct err err; };

void w3_start(struct w3 *, struct w3_said *, size_t n);
void w3_end(struct w3 *);
/* The text of message i, owned. */
char *w3_text(size_t i);
int  w3_put(struct w3 *, size_t i);             /* queues it */
/* Tries everything.  again: what is unsure is sent again, as a person would. */
int  w3_send(struct w3 *, bool again);
/* NULL, or what is wrong. */
const char *w3_crashed(const struct w3 *);
const char *w3_settled(struct w3 *);

#endif
