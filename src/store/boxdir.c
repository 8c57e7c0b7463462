/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxdir: what is read and copied from, and never written: MH folders, folders of
 * .eml files, one message alone; and reading a message that is a file of its own.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* ---- a message that is a file ---- */

int box_file(int dir, const char *name, struct stat *st)
{
	int fd = fs_open(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	fs_close(&fd);
	errno = EINVAL;
	return -1;
}

/* Behind the blank line, or 0; from: what was searched already. */
static size_t header_end(struct slice s, size_t from)
{
	if (s.n && s.p[0] == '\n')
		return 1;
	if (s.n > 1 && s.p[0] == '\r' && s.p[1] == '\n')
		return 2;
	from -= MIN(from, (size_t)2);
	for (;;) {
		ssize_t at = sl_find(sl_skip(s, from), '\n');

		if (at < 0)
			return 0;
		from += (size_t)at + 1;
		if (from < s.n && s.p[from] == '\n')
			return from + 1;
		if (from + 1 < s.n && s.p[from] == '\r' && s.p[from + 1] == '\n')
			return from + 2;
	}
}

int box_head(const char *path, int fd, off_t from, off_t to, struct str *out, struct err *err)
{
	size_t start = out->n, most = MIN(BOX_HEADER, out->max - out->n), block = 4096;
	char buf[32768];

	while (from < to && out->n - start < most) {
		size_t had = out->n - start, want = MIN(block, most - had), end;
		ssize_t n = fs_pread(fd, buf, (size_t)MIN((off_t)want, to - from), from);

		if (n < 0)
			return err_sys(err, _("Can't read a message of %s"), path);
		if (n == 0)
			break;
		str_add(out, buf, (size_t)n);
		from += n;
		end = header_end(sl_skip(str_sl(out), start), had);
		if (end) {
			str_cut(out, start + end);
			break;
		}
		block = sizeof(buf);
	}
	return 0;
}

int box_whole(const char *path, int fd, const struct stat *st, struct str *mem, int *fd_r, struct err *err)
{
	off_t at = 0;
	ssize_t n = 0;

	str_clear(mem);
	if (st->st_size > (off_t)MIN(BOX_MEM, mem->max)) {
		*fd_r = fd;
		return 0;
	}
	if (str_reserve(mem, (size_t)st->st_size) == 0)
		while (at < st->st_size && (n = fs_pread(fd, mem->p + at, (size_t)(st->st_size - at), at)) > 0)
			at += n;
	if (n < 0)
		err_sys(err, _("Can't read a message of %s"), path);
	fs_close(&fd);
	mem->n = (size_t)at;
	mem->p[mem->n] = 0;
	return n < 0 ? -1 : 0;
}

/* ---- opening ---- */

static int open_parent(struct box *b, struct err *err)
{
	char *slash;

	b->real = realpath(b->path, NULL);
	slash = b->real ? strrchr(b->real, '/') : NULL;
	if (slash) {
		char *dir = mem_strndup(b->real, MAX((size_t)(slash - b->real), 1));

		b->dir = fs_open_named(dir, O_RDONLY | O_DIRECTORY, 0);
		free(dir);
	}
	return b->dir >= 0 ? 0 : err_sys(err, _("Can't open the folder of %s"), b->path);
}

int dd_open(struct box *b, struct err *err)
{
	b->read_only = true;
	if (b->kind == BOX_FILE)
		return open_parent(b, err);
	b->dir = fs_open_named(b->path, O_RDONLY | O_DIRECTORY, 0);
	return b->dir >= 0 ? 0 : err_sys(err, _("Can't open the mailbox %s"), b->path);
}

static int alive(struct box *b, struct err *err)
{
	struct stat there, held;

	if (b->kind == BOX_FILE)
		return 0;
	if (stat(b->path, &there) != 0)
		return box_lost(b->path, err);
	if (fstat(b->dir, &held) == 0 && held.st_ino == there.st_ino && held.st_dev == there.st_dev)
		return 0;
	errno = EINVAL;
	return box_lost(b->path, err);
}

/* ---- .mh_sequences: "unseen: 1-5 7" ---- */

#define MH_FILE_MAX ((size_t)16 << 20)

struct range { uint32_t from, to; };
struct ranges { struct range *v; size_t n, cap; };
struct sequences { struct ranges unseen, flagged, replied; };

static int by_from(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static void read_ranges(struct slice s, struct ranges *out)
{
	struct slice word, first;
	uint64_t from, to;
	size_t n = 0;

	while (sl_word(&s, &word)) {
		if (!sl_cut(&word, '-', &first) || sl_u64(first, INT32_MAX, &from) != 0)
			continue;
		to = from;
		if (word.n && sl_u64(word, INT32_MAX, &to) != 0)
			continue;
		mem_grow(out->v, out->n, out->cap);
		out->v[out->n++] = (struct range){ (uint32_t)from, (uint32_t)to };
	}
	/* ascending and apart, so that one is found by halving */
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_from);
	for (size_t i = 1; i < out->n; i++)
		if (out->v[i].from <= out->v[n].to)
			out->v[n].to = MAX(out->v[n].to, out->v[i].to);
		else
			out->v[++n] = out->v[i];
	out->n = out->n ? n + 1 : 0;
}

static bool in_ranges(const struct ranges *r, uint32_t v)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->v[mid].to < v)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->n && r->v[low].from <= v;
}

static void read_sequences(int dir, struct sequences *q)
{
	struct stat st;
	struct err err = ERR_INIT;
	struct str text;
	struct slice rest, line, name;
	int fd = box_file(dir, ".mh_sequences", &st), none = -1;

	*q = (struct sequences){ 0 };
	if (fd < 0)
		return;
	str_init(&text, MH_FILE_MAX);
	if (st.st_size > (off_t)BOX_MEM) {
		struct src src;
		struct sink sink;

		src_range(&src, fd, 0, MIN(st.st_size, (off_t)MH_FILE_MAX));
		sink_str(&sink, &text);
		src_copy(&src, &sink, &err);
		fs_close(&fd);
	} else {
		box_whole("", fd, &st, &text, &none, &err);
	}
	rest = str_sl(&text);
	while (sl_line(&rest, &line)) {
		if (!sl_cut(&line, ':', &name))
			continue;
		if (sl_iis(name, "unseen") && !q->unseen.v)
			read_ranges(line, &q->unseen);
		else if (sl_iis(name, "flagged") && !q->flagged.v)
			read_ranges(line, &q->flagged);
		else if (sl_iis(name, "replied") && !q->replied.v)
			read_ranges(line, &q->replied);
	}
	str_release(&text);
}

/* ---- listing ---- */

static bool is_member(const struct box *b, const char *name, uint64_t *number)
{
	*number = 0;
	if (b->kind == BOX_MH)
		return name[0] != '0' && sl_u64(sl(name), INT32_MAX, number) == 0;
	return name[0] != '.' && sl_ends(sl(name), ".eml");
}

static int tell(const struct box *b, const struct sequences *q, const char *name, uint64_t number,
	box_each_fn *each, void *ctx)
{
	struct box_msg m = { .ref.name = name };
	uint64_t v[5];
	struct stat st;

	if (fstatat(b->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return 0;
	m.ref.key = box_hash(0, name, strlen(name));
	m.ino = st.st_ino;
	m.received = st.st_mtime;
	if (b->kind == BOX_MH) {
		m.flags = in_ranges(&q->unseen, (uint32_t)number) ? 0 : FLAG_SEEN;
		m.flags |= in_ranges(&q->flagged, (uint32_t)number) ? FLAG_FLAGGED : 0;
		m.flags |= in_ranges(&q->replied, (uint32_t)number) ? FLAG_REPLIED : 0;
	}
	v[0] = m.ref.key;
	v[1] = st.st_ino;
	v[2] = (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
	v[3] = (uint64_t)st.st_size;
	v[4] = m.flags;
	m.print = box_hash(0, v, sizeof(v));
	return each(ctx, &m);
}

static int scan_folder(struct box *b, const struct sequences *q, box_each_fn *each, void *ctx, struct err *err)
{
	int fd = fs_open(b->dir, ".", O_RDONLY | O_DIRECTORY, 0), r = 0;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	uint64_t number;

	if (!d) {
		err_sys(err, _("Can't read the mailbox %s"), b->path);
		fs_close(&fd);
		return -1;
	}
	while (errno = 0, r == 0 && (e = readdir(d)))
		if (is_member(b, e->d_name, &number) && tell(b, q, e->d_name, number, each, ctx) != 0)
			r = -1;
	if (r == 0 && errno)
		r = err_sys(err, _("Can't read the mailbox %s"), b->path);
	closedir(d);
	return r;
}

int dd_scan(struct box *b, box_each_fn *each, void *ctx, struct err *err)
{
	struct sequences q = { 0 };
	struct stat st;
	const char *name;
	int r;

	if (alive(b, err) != 0)
		return -1;
	if (b->kind == BOX_FILE) {
		name = strrchr(b->real, '/') + 1;
		if (fstatat(b->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
			errno = errno ? errno : EINVAL;
			return box_lost(b->path, err);
		}
		return tell(b, &q, name, 0, each, ctx) == 0 ? 0 : -1;
	}
	if (b->kind == BOX_MH)
		read_sequences(b->dir, &q);
	r = scan_folder(b, &q, each, ctx, err);
	free(q.unseen.v);
	free(q.flagged.v);
	free(q.replied.v);
	return r;
}

/* ---- one message ---- */

static int open_msg(struct box *b, const struct box_ref *ref, struct stat *st, struct err *err)
{
	int fd = -1;

	errno = ENOENT;
	if (ref->name && ref->name[0] && !strchr(ref->name, '/'))
		fd = box_file(b->dir, ref->name, st);
	if (fd < 0 && errno == ENOENT)
		return alive(b, err) != 0 ? -1 : box_msg_gone(b->path, err);
	return fd < 0 ? box_no_msg(b->path, ref->name, err) : fd;
}

int dd_header(struct box *b, const struct box_ref *ref, struct str *out, uint64_t *size, struct err *err)
{
	struct stat st;
	int fd = open_msg(b, ref, &st, err), r;

	if (fd < 0)
		return -1;
	*size = (uint64_t)st.st_size;
	r = box_head(b->path, fd, 0, st.st_size, out, err);
	fs_close(&fd);
	return r;
}

int dd_read(struct box *b, const struct box_ref *ref, struct str *mem, int *fd_r, struct err *err)
{
	struct stat st;
	int fd = open_msg(b, ref, &st, err);

	return fd < 0 ? -1 : box_whole(b->path, fd, &st, mem, fd_r, err);
}

int dd_find(struct box *b, const struct box_ref *ref, char **name, struct err *err)
{
	struct stat st;

	if (!ref->name || !ref->name[0] || strchr(ref->name, '/'))
		return 0;
	if (fstatat(b->dir, ref->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)) {
		*name = mem_strdup(ref->name);
		return 1;
	}
	return alive(b, err) != 0 ? -1 : 0;
}
