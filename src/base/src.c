/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * src: where bytes come from and where they go, so that nothing above has to
 * hold a message whole.  A file that became shorter than the range that was
 * asked for is an error, never a silent end.
 */
#include "base/base.h"
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#ifdef SMALL_BUFFERS
#define COPY_BLOCK ((size_t)64)
#else
#define COPY_BLOCK ((size_t)64 * 1024)
#endif

static ssize_t read_mem(struct src *s, void *buf, size_t n, struct err *e)
{
	n = MIN(n, s->mem.n);
	if (n)
		memcpy(buf, s->mem.p, n);
	s->mem = sl_skip(s->mem, n);
	return (ssize_t)n;
}

void src_mem(struct src *s, struct slice bytes)
{
	*s = (struct src){ .read = read_mem, .fd = -1, .mem = bytes };
}

static ssize_t read_range(struct src *s, void *buf, size_t n, struct err *e)
{
	ssize_t got;

	if (s->end >= 0) {
		if (s->at >= s->end)
			return 0;
		if ((uintmax_t)(s->end - s->at) < n)
			n = (size_t)(s->end - s->at);
	}
	got = fs_pread(s->fd, buf, n, s->at);
	if (got < 0)
		return err_sys(e, "cannot read a file");
	if (got == 0 && s->end >= 0) {
		errno = EIO;
		return err_sys(e, "a file became shorter while it was read");
	}
	s->at += got;
	return got;
}

void src_range(struct src *s, int fd, off_t from, off_t to)
{
	*s = (struct src){ .read = read_range, .fd = fd, .at = from, .end = to };
}

static ssize_t read_fd(struct src *s, void *buf, size_t n, struct err *e)
{
	ssize_t got = fs_read(s->fd, buf, n);

	return got < 0 ? err_sys(e, "cannot read the input") : got;
}

void src_fd(struct src *s, int fd)
{
	*s = (struct src){ .read = read_fd, .fd = fd, .end = -1 };
}

ssize_t src_read(struct src *s, void *buf, size_t n, struct err *e)
{
	bug_on(n == 0);         /* its answer would look like the end */
	return s->read(s, buf, MIN(n, (size_t)SSIZE_MAX), e);
}

void src_release(struct src *s)
{
	if (s->release)
		s->release(s);
	if (s->own_fd)
		fs_close(&s->fd);
	*s = (struct src){ .read = read_mem, .fd = -1 };
}

static int write_str(struct sink *k, struct slice bytes, struct err *e)
{
	if (str_addsl(k->str, bytes) != 0)
		return err_set(e, ERR_LIMIT, "larger than the limit of %zu bytes", k->str->max);
	return 0;
}

void sink_str(struct sink *k, struct str *s)
{
	*k = (struct sink){ .write = write_str, .fd = -1, .str = s };
}

static int write_fd(struct sink *k, struct slice bytes, struct err *e)
{
	return fs_write_all(k->fd, bytes.p, bytes.n) == 0 ? 0 : err_sys(e, "cannot write");
}

void sink_fd(struct sink *k, int fd)
{
	*k = (struct sink){ .write = write_fd, .fd = fd };
}

int sink_write(struct sink *k, struct slice bytes, struct err *e)
{
	if (bytes.n == 0)
		return 0;
	if (k->write(k, bytes, e) != 0)
		return -1;
	k->count += bytes.n;
	return 0;
}

int sink_printf(struct sink *k, struct err *e, const char *fmt, ...)
{
	struct str text;
	va_list ap;
	int rc;

	str_init(&text, STR_MAX);
	va_start(ap, fmt);
	rc = str_vaddf(&text, fmt, ap);
	va_end(ap);
	if (rc != 0)
		err_set(e, ERR_LIMIT, "a piece of text is too long");
	else
		rc = sink_write(k, str_sl(&text), e);
	str_release(&text);
	return rc;
}

int src_copy(struct src *s, struct sink *k, struct err *e)
{
	char *buf = mem_alloc(COPY_BLOCK);
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = src_read(s, buf, COPY_BLOCK, e)) != 0)
		rc = n < 0 ? -1 : sink_write(k, sl_make(buf, (size_t)n), e);
	free(buf);
	return rc;
}
