/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxgzip: an mbox packed by gzip, unpacked into a file without a name.  Memory does
 * not grow with it; a damaged one is an error, never the half that could be read.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>
#include <zlib.h>

#define BLOCK ((size_t)256 * 1024)
#define GZIP_BITS (16 + MAX_WBITS)
#define BOMB_FROM 1000          /* deflate ends at 1032; text seldom comes to 20 */

off_t box_gzip_max = (off_t)64 << 30;

/* What is left of the input, in blocks. */
struct unpack { const char *path; int fd; off_t at; z_stream z; unsigned char *in; bool end; };

static int fill(struct unpack *u, struct err *err)
{
	ssize_t n;

	if (u->z.avail_in || u->end)
		return 0;
	n = fs_pread(u->fd, u->in, BLOCK, u->at);
	if (n < 0)
		return err_sys(err, _("Can't read the mailbox %s"), u->path);
	u->end = n == 0;
	u->at += n;
	u->z.next_in = u->in;
	u->z.avail_in = (uInt)n;
	return 0;
}

static int damaged(const struct unpack *u, struct err *err)
{
	return err_set(err, ERR_INPUT, _("The packed mailbox %s is damaged or cut off, so nothing "
		"of it is shown; \"gzip -t\" says more."), u->path);
}

/* Behind one gzip member: another one, zeros (tape blocks) or the end. 1 another, 0, -1 */
static int next_member(struct unpack *u, struct err *err)
{
	for (;;) {
		if (fill(u, err) != 0)
			return -1;
		if (u->end && u->z.avail_in == 0)
			return 0;
		if (u->z.next_in[0] == 0x1F)
			return inflateReset(&u->z) == Z_OK ? 1 : damaged(u, err);
		if (u->z.next_in[0] != 0)
			return damaged(u, err);
		u->z.next_in++;
		u->z.avail_in--;
	}
}

/* The next bytes: how many, 0 the end, -1 */
static ssize_t unpack(struct unpack *u, void *out, size_t n, struct err *err)
{
	u->z.next_out = out;
	u->z.avail_out = (uInt)n;
	while (u->z.avail_out == n) {
		int r;

		if (fill(u, err) != 0)
			return -1;
		r = inflate(&u->z, Z_NO_FLUSH);
		if (r == Z_STREAM_END) {
			r = next_member(u, err);
			if (r < 0)
				return -1;
			if (r == 0)
				break;
		} else if (r != Z_OK && (r != Z_BUF_ERROR || u->end)) {
			return damaged(u, err);
		}
	}
	return (ssize_t)(n - u->z.avail_out);
}

static int begin(struct unpack *u, const char *path, int fd, struct err *err)
{
	*u = (struct unpack){ .path = path, .fd = fd };
	if (inflateInit2(&u->z, GZIP_BITS) != Z_OK)
		return err_set(err, ERR_SYS, _("There is not enough memory to unpack %s."), path);
	u->in = mem_alloc(BLOCK);
	return 0;
}

static void end(struct unpack *u)
{
	inflateEnd(&u->z);
	free(u->in);
}

ssize_t box_gzip_head(const char *path, int fd, char *out, size_t n, struct err *err)
{
	struct unpack u;
	ssize_t got;

	if (begin(&u, path, fd, err) != 0)
		return -1;
	got = unpack(&u, out, n, err);
	end(&u);
	return got;
}

/* Mail that was packed honestly neither has this size nor shrinks this much. */
static int check_size(const struct unpack *u, off_t size, struct err *err)
{
	if (size <= box_gzip_max && (size < (off_t)256 << 20 || size / BOMB_FROM < u->at))
		return 0;
	return err_set(err, ERR_LIMIT, _("The packed mailbox %s would become larger than %lld MiB or is "
		"hardly mail: unpack it yourself if you trust it."), u->path, (long long)(box_gzip_max >> 20));
}

int box_gzip_open(const char *path, int fd, struct err *err)
{
	struct unpack u;
	off_t size = 0;
	ssize_t n = 0;
	char *out;
	int copy = fs_tmpfile(box_tmp(), err), r = 0;

	if (copy < 0)
		return err_sys(err, _("Can't make a file in %s"), box_tmp());
	if (begin(&u, path, fd, err) != 0) {
		fs_close(&copy);
		return -1;
	}
	out = mem_alloc(BLOCK);
	while (r == 0 && (n = unpack(&u, out, BLOCK, err)) > 0) {
		size += n;
		r = check_size(&u, size, err);
		if (r == 0 && fs_write_all(copy, out, (size_t)n) != 0)
			r = err_sys(err, _("Can't unpack the mailbox %s in %s"), path, box_tmp());
	}
	free(out);
	end(&u);
	if (r != 0 || n < 0)
		fs_close(&copy);
	return copy;
}
