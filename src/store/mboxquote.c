/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mboxquote: the two filters between a message and its place in an mbox.  Both take
 * pieces of any size and hold a few bytes at most.  All lines are quoted, those of
 * the header too, since other programs split there; a round trip is the identity.
 */
#include "priv.h"

static const char from_[] = "From ";

/* The head of the line is known: what was held goes out. */
static int settle(struct mbox_quote *q, bool from, struct str *out)
{
	int r = 0;

	if (q->undo ? q->held && !from : from)
		r |= str_addc(out, '>');
	r |= str_add(out, from_, q->matched);
	q->inside = true;
	q->held = false;
	q->matched = 0;
	return r;
}

/* One byte of a line's head.  A ">" more or less is the same wherever it stands among
 * the others, so only one is held back. */
static int head_byte(struct mbox_quote *q, char c, struct str *out)
{
	int r = 0;

	if (c == '>' && q->matched == 0) {
		if (!q->undo || q->held)
			return str_addc(out, c);
		q->held = true;
		return 0;
	}
	if (c == from_[q->matched]) {
		if (++q->matched == 5)
			return settle(q, true, out);
		return 0;
	}
	r |= settle(q, false, out);
	q->inside = c != '\n';
	return r | str_addc(out, c);
}

int mbox_quote(struct mbox_quote *q, struct slice in, bool last, struct str *out)
{
	int r = 0;

	while (in.n) {
		ssize_t lf;
		size_t n;

		if (!q->inside) {
			r |= head_byte(q, in.p[0], out);
			in = sl_skip(in, 1);
			continue;
		}
		lf = sl_find(in, '\n');
		n = lf < 0 ? in.n : (size_t)lf + 1;
		r |= str_add(out, in.p, n);
		q->inside = lf < 0;
		in = sl_skip(in, n);
	}
	if (last && !q->inside)
		r |= settle(q, false, out);
	return r ? -1 : 0;
}

/* ---- Status ---- */

static int add_field(struct str *out, const char *name, const char *value, const char *end)
{
	return *value ? str_addf(out, "%s: %s%s", name, value, end) : 0;
}

/* Our letters in theirs: seen is R; a message with flags was shown, so it is old. */
static int add_status(const struct mbox_fields *f, struct str *out)
{
	static const char ours[] = "RFTDP", theirs[] = "AFDTP";
	const char *end = f->crlf ? "\r\n" : "\n";
	char x[8];
	size_t n = 0;
	int r;

	if (!f->flags)
		return 0;
	for (size_t i = 0; ours[i]; i++)
		if (strchr(f->flags, ours[i]))
			x[n++] = theirs[i];
	x[n] = 0;
	r = add_field(out, "Status", strchr(f->flags, 'S') ? "RO" : "O", end);
	return r | add_field(out, "X-Status", x, end);
}

/* The head of a line is here: where does the line go? */
static int settle_head(struct mbox_fields *f, struct str *out)
{
	struct slice s = sl_make(f->head, f->n);
	int r = 0;

	f->passed = true;
	if (sl_is(s, "\n") || sl_is(s, "\r\n")) {
		f->body = true;
		r = add_status(f, out);
	} else if (!(f->dropping && ascii_isblank(s.p[0]))) {
		f->dropping = sl_istarts(s, "status:") || sl_istarts(s, "x-status:") ||
			(f->drop_length && sl_istarts(s, "content-length:"));
	}
	if (f->body || !f->dropping)
		r |= str_addsl(out, s);
	return r;
}

static int field_byte(struct mbox_fields *f, char c, struct str *out)
{
	int r = 0;

	if (!f->passed) {
		f->head[f->n++] = c;
		if (f->n == sizeof(f->head) || c == '\n')
			r = settle_head(f, out);
	} else if (!f->dropping) {
		r = str_addc(out, c);
	}
	if (c == '\n') {
		f->crlf = f->before == '\r';
		f->n = 0;
		f->passed = false;
	}
	f->before = c;
	return r;
}

int mbox_fields(struct mbox_fields *f, struct slice in, bool last, struct str *out)
{
	int r = 0;

	for (; in.n && !f->body; in = sl_skip(in, 1))
		r |= field_byte(f, in.p[0], out);
	r |= str_addsl(out, in);
	if (last && !f->body) {
		bool open = f->passed || f->n;

		if (f->n && !f->passed)
			r |= settle_head(f, out);
		if (f->flags && open && !f->dropping)
			r |= str_addc(out, '\n');
		r |= add_status(f, out);
		f->body = true;
	}
	return r ? -1 : 0;
}

/* ---- a message without its quoting ---- */

#define BLOCK ((size_t)64 * 1024)

struct plain {
	struct src raw; struct mbox_quote quote;
	struct str out; size_t at;
	char *buf; bool end;
};

static ssize_t plain_read(struct src *s, void *buf, size_t n, struct err *err)
{
	struct plain *p = s->ctx;

	while (p->at == p->out.n && !p->end) {
		ssize_t got = src_read(&p->raw, p->buf, BLOCK, err);

		if (got < 0)
			return -1;
		p->end = got == 0;
		str_clear(&p->out);
		p->at = 0;
		mbox_quote(&p->quote, sl_make(p->buf, (size_t)got), p->end, &p->out);
	}
	n = MIN(n, p->out.n - p->at);
	if (n)
		memcpy(buf, p->out.p + p->at, n);
	p->at += n;
	return (ssize_t)n;
}

static void plain_release(struct src *s)
{
	struct plain *p = s->ctx;

	src_release(&p->raw);
	str_release(&p->out);
	free(p->buf);
	free(p);
}

void mbox_src(struct src *s, const struct mbox *m, const struct mbox_msg *msg)
{
	struct plain *p;

	if (msg->raw || m->mmdf) {
		src_range(s, m->fd, msg->at, msg->at + msg->len);
		return;
	}
	p = mem_zalloc(sizeof(*p));
	src_range(&p->raw, m->fd, msg->at, msg->at + msg->len);
	p->quote.undo = true;
	str_init(&p->out, 2 * BLOCK);
	p->buf = mem_alloc(BLOCK);
	*s = (struct src){ .read = plain_read, .release = plain_release, .fd = -1, .ctx = p };
}
