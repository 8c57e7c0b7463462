/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lines: a source of text with other line ends than the source it reads, and messages whose
 * lines end in CR alone: they are mended as a whole where a message is opened, so that no
 * reader has to know of them. */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define BLOCK 8192
#define LOOK  16384             /* bytes that say how lines end                 */
#define WHOLE ((size_t)128 << 20)

struct lines {
	struct src *in;
	unsigned how;
	bool cr, open, end;             /* a CR waits; the line has no end yet */
	size_t given;
	struct str out;
};

static void end_line(struct lines *l)
{
	str_addc(&l->out, '\n');
	l->cr = l->open = false;
}

/* A CR waits for what follows it: an LF makes it a line end, else it is one
 * too or stays, as asked. */
static void add(struct lines *l, struct slice in)
{
	for (size_t i = 0; i < in.n; i++) {
		size_t from = i;

		if (l->cr && in.p[i] != '\n') {
			if (l->how & LINES_FROM_CR) {
				end_line(l);
			} else {
				str_addc(&l->out, '\r');
				l->open = true;
			}
			l->cr = false;
		}
		while (i < in.n && in.p[i] != '\r' && in.p[i] != '\n')
			i++;
		if (i > from) {
			str_add(&l->out, in.p + from, i - from);
			l->open = true;
		}
		if (i < in.n && in.p[i] == '\n')
			end_line(l);
		else
			l->cr = i < in.n;
	}
}

static void add_end(struct lines *l)
{
	l->end = true;
	if (l->cr && !(l->how & LINES_FROM_CR)) {
		str_addc(&l->out, '\r');
		l->open = true;
		l->cr = false;
	}
	if (l->cr || (l->open && (l->how & LINES_FINAL)))
		end_line(l);
}

static ssize_t lines_read(struct src *src, void *buf, size_t n, struct err *err)
{
	struct lines *l = src->ctx;
	char block[BLOCK];

	while (l->given == l->out.n && !l->end) {
		ssize_t got = src_read(l->in, block, sizeof(block), err);

		if (got < 0)
			return -1;
		str_clear(&l->out);
		l->given = 0;
		add(l, sl_make(block, (size_t)got));
		if (got == 0)
			add_end(l);
	}
	n = MIN(n, l->out.n - l->given);
	if (n)
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

void lines_src(struct src *src, struct src *in, unsigned how)
{
	struct lines *l = mem_zalloc(sizeof(*l));

	l->in = in;
	l->how = how;
	str_init(&l->out, 2 * BLOCK + 16);
	memset(src, 0, sizeof(*src));
	src->fd = -1;
	src->read = lines_read;
	src->release = lines_release;
	src->ctx = l;
}

/* ---- CR alone ---- */

static bool ends_in_cr(struct slice first)
{
	return first.n && memchr(first.p, '\r', first.n) && !memchr(first.p, '\n', first.n);
}

bool lines_mend(struct str *message)
{
	if (!ends_in_cr(sl_head(str_sl(message), LOOK)))
		return false;
	for (size_t i = 0; i < message->n; i++)
		if (message->p[i] == '\r')
			message->p[i] = '\n';
	return true;
}

int message_mend(int *fd, struct str *mem, struct err *err)
{
	char first[LOOK];
	struct sink sink;
	struct src src;
	ssize_t n;
	int rc;

	if (*fd < 0) {
		lines_mend(mem);
		return 0;
	}
	n = fs_pread(*fd, first, sizeof(first), 0);
	if (n <= 0 || !ends_in_cr(sl_make(first, (size_t)n)))
		return 0;
	str_release(mem);
	str_init(mem, WHOLE);
	sink_str(&sink, mem);
	src_range(&src, *fd, 0, -1);
	rc = src_copy(&src, &sink, err);
	src_release(&src);
	if (rc != 0)
		return -1;
	lines_mend(mem);
	fs_close(fd);
	return 0;
}
