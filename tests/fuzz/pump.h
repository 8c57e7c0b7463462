/* SPDX-License-Identifier: GPL-3.0-or-later
 * pump: an engine and all that its peer will ever say; as job/drive.c does it, but for
 * what the owner decides. */
#ifndef TESTS_FUZZ_PUMP_H
#define TESTS_FUZZ_PUMP_H

#include "fuzz.h"
#include "proto/proto.h"

struct pump {
	const struct engine *v; void *e;
	bool server;            /* only CRLF ends a line                        */
	struct slice in;
	void (*asked)(struct pump *, enum want, const struct act *);    /* WANT_NEXT, WANT_EVENT, WANT_ANSWER */
	unsigned dice, work; void *ctx;
};

static inline void pump_lost(struct pump *p, enum err_kind kind)
{
	struct err err = ERR_INIT;

	err_set(&err, kind, "The connection was lost.");
	p->v->lost(p->e, &err);
}

static inline void pump_line(struct pump *p)
{
	ssize_t end = p->server ? sl_search(p->in, SL("\r\n")) : sl_find(p->in, '\n');
	struct slice line;
	char *copy;

	if (end < 0 || end > PROTO_LINE_MAX) {
		pump_lost(p, end < 0 ? ERR_NET : ERR_LIMIT);
		return;
	}
	line = sl_head(p->in, (size_t)end);
	p->in = sl_skip(p->in, line.n + (p->server ? 2 : 1));
	if (!p->server && sl_ends(line, "\r"))
		line.n--;
	copy = mem_alloc(line.n);
	if (line.n)
		memcpy(copy, line.p, line.n);
	p->v->line(p->e, sl_make(copy, line.n));
	free(copy);
}

static inline void pump_data(struct pump *p)
{
	struct slice piece = sl_head(p->in, 1 + p->dice++ % 61), rest = piece, run;
	int rc;

	while ((rc = p->v->data(p->e, &rest, &run)) == 1)
		bug_on(run.n == 0);
	p->in = sl_skip(p->in, piece.n - rest.n);
	if (rc == 0 && p->in.n == 0)
		pump_lost(p, ERR_NET);
}

/* To its end, which must come: each turn takes bytes, or is one of few that are not. */
static inline enum want pump_run(struct pump *p)
{
	size_t turns = 1000 + 20 * p->in.n;
	struct act act = { .timeout = 0 };
	enum want w;

	while ((w = p->v->next(p->e, &act)) != WANT_DONE && w != WANT_FAIL) {
		bug_on(turns-- == 0);
		switch (w) {
		case WANT_READ:
			pump_line(p);
			break;
		case WANT_SINK:
			pump_data(p);
			break;
		case WANT_TLS:
			p->v->tls_up(p->e);
			break;
		case WANT_SECRET:
			p->v->secret(p->e, p->dice++ % 5 ? SL("secret") : SL_NONE);
			break;
		case WANT_BODY:
			p->v->sent(p->e);
			break;
		case WANT_COMMIT:
			p->v->go(p->e);
			break;
		case WANT_WRITE:
			bug_on(act.out.n == 0);
			break;
		default:
			p->asked(p, w, &act);
		}
	}
	bug_on(w == WANT_FAIL && !act.err.text[0]);
	return w;
}

#endif
