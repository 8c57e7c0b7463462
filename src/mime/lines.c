/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lines: sources of text whose line ends are changed on the way.
 */
#include "priv.h"

struct lines {
	struct src *in;
	enum { TO_LF, TO_CRLF, TO_LOCAL } to;
	bool cr, ended;
	char last;
	size_t given;
	struct str out;
};

static void lines_add(struct lines *l, struct slice in)
{
	const char *end = l->to == TO_CRLF ? "\r\n" : "\n";

	for (size_t i = 0; i < in.n; ) {
		const char *p = in.p + i, *stop = p, *over = in.p + in.n;

		if (l->cr && *p != '\n')
			str_addc(&l->out, l->to == TO_LOCAL ? '\n' : '\r');
		l->cr = false;
		while (stop < over && *stop != '\r' && *stop != '\n')
			stop++;
		str_add(&l->out, p, (size_t)(stop - p));
		if (stop < over && *stop == '\r')
			l->cr = true;
		else if (stop < over)
			str_adds(&l->out, end);
		i = (size_t)(stop - in.p) + (stop < over);
	}
	if (l->out.n)
		l->last = l->out.p[l->out.n - 1];
}

/* The end of the input: what was held back, and the last line's end. */
static void lines_end(struct lines *l)
{
	l->ended = true;
	if (l->cr)
		str_addc(&l->out, l->to == TO_LOCAL ? '\n' : '\r');
	else if (l->to == TO_LOCAL && l->last && l->last != '\n')
		str_addc(&l->out, '\n');
	l->cr = false;
}

static ssize_t lines_read(struct src *src, void *buf, size_t n, struct err *err)
{
	struct lines *l = src->ctx;
	char block[16384];

	while (l->given == l->out.n) {
		ssize_t got = l->ended ? 0 : src_read(l->in, block, sizeof(block), err);

		if (got < 0 || l->ended)
			return got;
		str_clear(&l->out);
		l->given = 0;
		if (got == 0)
			lines_end(l);
		else
			lines_add(l, sl_make(block, (size_t)got));
	}
	n = MIN(n, l->out.n - l->given);
	memcpy(buf, l->out.p + l->given, n);
	l->given += n;
	return (ssize_t)n;
}

static void lines_release(struct src *src)
{
	struct lines *l = src->ctx;

	if (l)
		str_release(&l->out);
	free(l);
	src->ctx = NULL;
}

static void start(struct src *src, struct src *in, int to)
{
	struct lines *l = mem_zalloc(sizeof(*l));

	l->in = in;
	l->to = to;
	str_init(&l->out, STR_MAX);
	memset(src, 0, sizeof(*src));
	src->fd = -1;
	src->read = lines_read;
	src->release = lines_release;
	src->ctx = l;
}

void lines_src(struct src *src, struct src *in, bool to_crlf)
{
	start(src, in, to_crlf ? TO_CRLF : TO_LF);
}

void local_src(struct src *src, struct src *in)
{
	start(src, in, TO_LOCAL);
}
