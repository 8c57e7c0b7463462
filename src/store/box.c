/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * box: any mailbox by its path: which kind it is, what its stamp says, and the way
 * to the functions of its kind.  Invariants:
 * - a link that the person named is followed when a mailbox is opened; what comes in
 *   its place later is not: folders are held open, and names in them are no links;
 * - what a mailbox can't be is told in words, and a FIFO never makes us wait.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* ---- flags ---- */

static const char flag_letters[] = "DFPRST";

unsigned flags_bits(struct slice s)
{
	unsigned bits = 0;

	for (size_t i = 0; i < s.n && ascii_isalpha(s.p[i]); i++) {
		const char *at = strchr(flag_letters, s.p[i]);

		if (at)
			bits |= 1u << (at - flag_letters);
	}
	return bits;
}

void flags_letters(unsigned bits, char out[8])
{
	size_t n = 0;

	for (size_t i = 0; flag_letters[i]; i++)
		if (bits & 1u << i)
			out[n++] = flag_letters[i];
	out[n] = 0;
}

/* ---- hashes, and a set of them ---- */

uint64_t box_hash(uint64_t h, const void *bytes, size_t n)
{
	const char *p = bytes;
	uint64_t v = 0;

	h ^= n * 0xBF58476D1CE4E5B9u;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&v, p, 8);
		h = (h ^ v) * 0x9E3779B97F4A7C15u;
		h ^= h >> 32;
	}
	v = 0;
	if (n)
		memcpy(&v, p, n);
	h = (h ^ v) * 0x9E3779B97F4A7C15u;
	h = (h ^ h >> 29) * 0xBF58476D1CE4E5B9u;
	return h ^ h >> 32;
}

/* What lies in a mailbox comes from others, so the place of a key can't be guessed. */
static struct key_slot *slot_of(const struct keys *k, uint64_t key)
{
	size_t i = hash64(&key, sizeof(key)) & (k->cap - 1);

	while (k->v[i].n && k->v[i].key != key)
		i = (i + 1) & (k->cap - 1);
	return k->v + i;
}

static void keys_grow(struct keys *k)
{
	struct keys old = *k;

	k->cap = old.cap ? 2 * old.cap : 64;
	k->v = mem_array(NULL, k->cap, sizeof(*k->v));
	memset(k->v, 0, k->cap * sizeof(*k->v));
	for (size_t i = 0; i < old.cap; i++)
		if (old.v[i].n)
			*slot_of(k, old.v[i].key) = old.v[i];
	free(old.v);
}

uint64_t keys_add(struct keys *k, uint64_t key)
{
	struct key_slot *s;

	if (k->n >= k->cap / 4 * 3)
		keys_grow(k);
	s = slot_of(k, key);
	if (s->n == 0)
		k->n++;
	s->key = key;
	return s->n++;
}

uint64_t keys_has(const struct keys *k, uint64_t key)
{
	return k->n ? slot_of(k, key)->n : 0;
}

void keys_release(struct keys *k)
{
	free(k->v);
	*k = (struct keys){ 0 };
}

/* ---- words ---- */

int box_lost(const char *path, struct err *err)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return err_set(err, ERR_NOTFOUND, _("The mailbox %s is gone: another program removed "
			"or renamed it."), path);
	if (errno == ELOOP || errno == EISDIR || errno == ENXIO || errno == EINVAL)
		return err_set(err, ERR_TEMP, _("The mailbox %s was replaced by something else; "
			"open it again."), path);
	return err_sys(err, _("Can't read the mailbox %s"), path);
}

int box_msg_gone(const char *path, struct err *err)
{
	return err_set(err, ERR_NOTFOUND, _("The message is not in the mailbox %s any more: another "
		"program deleted or moved it."), path);
}

int box_no_msg(const char *path, const char *name, struct err *err)
{
	if (errno == ELOOP || errno == EINVAL)
		return err_set(err, ERR_INPUT, _("%s in the mailbox %s is not a plain file, so it is "
			"not read."), name, path);
	return err_sys(err, _("Can't open the message %s in %s"), name, path);
}

int box_only_read(const char *path, struct err *err)
{
	return err_set(err, ERR_INPUT, _("The mailbox %s can only be read here, so nothing in it "
		"was changed."), path);
}

const char *box_tmp(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

/* ---- kinds ---- */

static int not_a_box(const char *path, mode_t mode, struct err *err)
{
	if (S_ISFIFO(mode))
		return err_set(err, ERR_INPUT, _("%s is a FIFO, not a mailbox."), path);
	if (S_ISSOCK(mode))
		return err_set(err, ERR_INPUT, _("%s is a socket, not a mailbox."), path);
	if (S_ISBLK(mode) || S_ISCHR(mode))
		return err_set(err, ERR_INPUT, _("%s is a device, not a mailbox."), path);
	return err_set(err, ERR_INPUT, _("%s is neither a folder nor a plain file, so it is no "
		"mailbox."), path);
}

/* Mail packed by something else than gzip. */
static const char *packed_by(struct slice head)
{
	static const struct { struct slice magic; const char *name; } v[] = {
		{ { "BZh", 3 }, "bzip2" }, { { "\xFD" "7zXZ\0", 6 }, "xz" },
		{ { "\x28\xB5\x2F\xFD", 4 }, "zstd" }, { { "PK\3\4", 4 }, "zip" },
		{ { "\x04\x22\x4D\x18", 4 }, "lz4" }, { { "\x1F\x9D", 2 }, "compress" },
		{ { "7z\xBC\xAF\x27\x1C", 6 }, "7z" }, { { "LZIP", 4 }, "lzip" },
	};

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (sl_eq(sl_head(head, v[i].magic.n), v[i].magic))
			return v[i].name;
	return NULL;
}

static bool begins_mbox(struct slice s)
{
	if (sl_starts(s, "\xEF\xBB\xBF"))
		s = sl_skip(s, 3);
	while (s.n && (s.p[0] == '\n' || s.p[0] == '\r'))
		s = sl_skip(s, 1);
	return sl_starts(s, "From ") || sl_starts(s, "\1\1\1\1\n") || sl_starts(s, "\1\1\1\1\r\n");
}

/* Does it begin with "Name:"? */
static bool begins_header(struct slice s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] > ' ' && s.p[i] < 0x7f && s.p[i] != ':')
		i++;
	return i > 0 && i < s.n && i < 100 && s.p[i] == ':';
}

static int kind_of_bytes(const char *path, int fd, struct err *err)
{
	char head[512];
	ssize_t n = fs_pread(fd, head, sizeof(head), 0);
	struct slice s, name = sl(path);

	if (n < 0)
		return err_sys(err, _("Can't read the mailbox %s"), path);
	s = sl_make(head, (size_t)n);
	if (sl_starts(s, "\x1F\x8B")) {
		n = box_gzip_head(path, fd, head, sizeof(head), err);
		if (n < 0)
			return -1;
		if (n == 0 || begins_mbox(sl_make(head, (size_t)n)))
			return BOX_MBOX;
		return err_set(err, ERR_INPUT, _("What is packed in %s is not an mbox; unpack it first."), path);
	}
	if (packed_by(s))
		return err_set(err, ERR_INPUT, _("%s is packed by %s, which can't be read here; unpack "
			"it first."), path, packed_by(s));
	if (n == 0 || begins_mbox(s) || sl_ends(name, ".mbox"))
		return BOX_MBOX;
	if (begins_header(s) || sl_ends(name, ".eml"))
		return BOX_FILE;
	return err_set(err, ERR_INPUT, _("%s is a file, but there is no mail in it."), path);
}

static int kind_of_file(const char *path, struct err *err)
{
	int fd = fs_open_named(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0), r;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		r = err_sys(err, _("Can't open the mailbox %s"), path);
	else if (!S_ISREG(st.st_mode))
		r = not_a_box(path, st.st_mode, err);
	else
		r = kind_of_bytes(path, fd, err);
	fs_close(&fd);
	return r;
}

static bool has_folder(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int kind_of_names(DIR *d)
{
	struct dirent *e;
	int kind = 0;

	while (errno = 0, kind != BOX_MH && (e = readdir(d))) {
		struct slice s = sl(e->d_name);
		uint64_t v;

		if (sl_is(s, ".mh_sequences") || sl_is(s, ".xmhcache") ||
		    (sl_u64(s, INT32_MAX, &v) == 0 && box_is_file(dirfd(d), e)))
			kind = BOX_MH;
		else if (s.p[0] != '.' && sl_ends(s, ".eml") && box_is_file(dirfd(d), e))
			kind = BOX_DIR;
	}
	return errno ? -1 : kind;
}

static int kind_of_folder(const char *path, struct err *err)
{
	int fd = fs_open_named(path, O_RDONLY | O_DIRECTORY, 0), r;
	DIR *d;

	if (fd >= 0 && has_folder(fd, "new") && has_folder(fd, "cur")) {
		fs_close(&fd);
		return BOX_MAILDIR;
	}
	d = fd >= 0 ? fdopendir(fd) : NULL;
	r = d ? kind_of_names(d) : -1;
	if (r < 0)
		err_sys(err, _("Can't read the folder %s"), path);
	if (d)
		closedir(d);
	else
		fs_close(&fd);
	return r;
}

int box_kind_of(const char *path, struct err *err)
{
	struct stat st, link;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? kind_of_folder(path, err) :
			S_ISREG(st.st_mode) ? kind_of_file(path, err) : not_a_box(path, st.st_mode, err);
	if (errno != ENOENT && errno != ENOTDIR)
		return err_sys(err, _("Can't open the mailbox %s"), path);
	if (lstat(path, &link) == 0)
		return err_set(err, ERR_INPUT, _("%s is a link that leads to nothing."), path);
	return 0;
}

/* ---- an open one ---- */

int box_open(struct box *b, const char *path, struct err *err)
{
	int kind = box_kind_of(path, err), r = -1;

	*b = (struct box){ .md = { .tmp = -1, .new = -1, .cur = -1 }, .mbox = { .fd = -1 }, .dir = -1 };
	if (kind < 0)
		return -1;
	if (kind == 0)
		return err_set(err, ERR_NOTFOUND, _("There is no mailbox %s."), path);
	b->kind = (enum box_kind)kind;
	b->path = mem_strdup(path);
	switch (b->kind) {
	case BOX_MAILDIR:
		r = md_open(b, err);
		break;
	case BOX_MBOX:
		r = mb_open(b, err);
		break;
	case BOX_MH:
	case BOX_DIR:
	case BOX_FILE:
		r = dd_open(b, err);
		break;
	}
	if (r != 0)
		box_close(b);
	return r;
}

void box_close(struct box *b)
{
	if (b->md.path)
		maildir_close(&b->md);
	mbox_close(&b->mbox);
	fs_close(&b->dir);
	free(b->path);
	free(b->real);
	*b = (struct box){ .md = { .tmp = -1, .new = -1, .cur = -1 }, .mbox = { .fd = -1 }, .dir = -1 };
}

/* ---- stamps ---- */

static uint64_t nanoseconds(struct timespec t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Is it so old that the next change must get another time?  Where there are no
 * nanoseconds, the clock may tick in steps of two seconds. */
static bool long_past(struct timespec t)
{
	int64_t age = rt_now() - ((int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);

	return age > (t.tv_nsec ? 1000000 : 3000000);
}

static int stamp_sub(const char *path, const char *sub, bool must, uint64_t v[2], bool *sure, struct err *err)
{
	char *name = path_join(path, sub);
	struct stat st;
	int r = lstat(name, &st);

	free(name);
	if (r != 0 && !must && errno == ENOENT)
		return 0;
	if (r == 0 && must && !S_ISDIR(st.st_mode)) {
		errno = EINVAL;
		r = -1;
	}
	if (r != 0)
		return box_lost(path, err);
	v[0] = st.st_ino;
	v[1] = nanoseconds(st.st_mtim);
	*sure = *sure && long_past(st.st_mtim);
	return 0;
}

/* When a file was made; 0 where nobody knows. */
static uint64_t born(const char *path)
{
#ifdef STATX_BTIME
	struct statx sx;

	if (statx(FS_CWD, path, 0, STATX_BTIME, &sx) == 0 && (sx.stx_mask & STATX_BTIME))
		return (uint64_t)sx.stx_btime.tv_sec * 1000000000u + sx.stx_btime.tv_nsec;
#endif
	return 0;
}

int box_stamp(const struct box *b, struct box_stamp *s, struct err *err)
{
	bool folder = b->kind == BOX_MH || b->kind == BOX_DIR;
	struct stat st;

	*s = (struct box_stamp){ .sure = true };
	if (b->kind == BOX_MAILDIR) {
		if (stamp_sub(b->path, "new", true, s->v, &s->sure, err) != 0)
			return -1;
		return stamp_sub(b->path, "cur", true, s->v + 2, &s->sure, err);
	}
	if (stat(b->path, &st) != 0)
		return box_lost(b->path, err);
	if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return box_lost(b->path, err);
	}
	s->v[0] = st.st_dev;
	s->v[1] = st.st_ino;
	s->v[2] = nanoseconds(st.st_mtim);
	s->sure = long_past(st.st_mtim);
	if (folder)
		return stamp_sub(b->path, ".mh_sequences", false, s->v + 3, &s->sure, err);
	s->v[3] = (uint64_t)st.st_size;
	/* some programs set mtime back */
	s->v[4] = nanoseconds(st.st_ctim);
	/* a file written anew may have the number that the one before it had */
	s->v[5] = born(b->path);
	return 0;
}

bool box_stamp_same(const struct box_stamp *a, const struct box_stamp *b)
{
	return memcmp(a->v, b->v, sizeof(a->v)) == 0;
}

/* ---- by kind ---- */

struct sums { uint64_t n, sum; };

static int add_print(void *ctx, const struct box_msg *msg)
{
	struct sums *s = ctx;

	s->n++;
	s->sum += msg->print;
	return 0;
}

int box_sum(struct box *b, uint64_t *n, uint64_t *sum, struct err *err)
{
	struct sums s = { 0 };
	bool resumed;
	int r;

	if (b->kind == BOX_MAILDIR)
		return md_sum(b, n, sum, err);
	r = box_scan(b, NULL, &resumed, add_print, &s, err);
	*n = s.n;
	*sum = s.sum;
	return r;
}

int box_scan(struct box *b, const struct mbox_msg *after, bool *resumed, box_each_fn *each, void *ctx,
	struct err *err)
{
	*resumed = false;
	switch (b->kind) {
	case BOX_MAILDIR:
		return md_scan(b, each, ctx, err);
	case BOX_MBOX:
		return mb_scan(b, after, resumed, each, ctx, err);
	case BOX_MH:
	case BOX_DIR:
	case BOX_FILE:
		break;
	}
	return dd_scan(b, each, ctx, err);
}

int box_header(struct box *b, const struct box_ref *ref, struct str *out, uint64_t *size, struct err *err)
{
	int r = (b->kind == BOX_MAILDIR ? md_header : b->kind == BOX_MBOX ? mb_header : dd_header)(b, ref, out, size, err);

	/* where lines end in CR alone nothing else ends the header */
	if (r == 0 && lines_mend(out))
		str_cut(out, hdr_length(str_sl(out)));
	return r;
}

int box_read(struct box *b, const struct box_ref *ref, struct str *mem, int *fd, struct err *err)
{
	*fd = -1;
	if (b->kind == BOX_MAILDIR)
		return md_read(b, ref, mem, fd, err);
	return (b->kind == BOX_MBOX ? mb_read : dd_read)(b, ref, mem, fd, err);
}

int box_find(struct box *b, const struct box_ref *ref, char **name, bool *fresh, off_t *pos, struct err *err)
{
	*name = NULL;
	*fresh = false;
	*pos = 0;
	if (b->kind == BOX_MAILDIR)
		return md_find(b, ref, name, fresh, err);
	if (b->kind != BOX_MBOX)
		return dd_find(b, ref, name, err);
	*name = mem_strdup("");
	return mb_find(b, ref, pos, err);
}

int box_change(struct box *b, struct box_change *v, size_t n, bool (*stop)(void *), void *ctx, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		v[i].done = false;
		v[i].name = NULL;
		v[i].fresh = v[i].ref.fresh;
	}
	if (b->read_only)
		return box_only_read(b->path, err);
	return (b->kind == BOX_MAILDIR ? md_change : mb_change)(b, v, n, stop, ctx, err);
}

int box_sync(struct box *b, struct err *err)
{
	if (b->kind == BOX_MAILDIR && (fs_sync(b->md.cur) != 0 || fs_sync(b->md.new) != 0))
		return err_sys(err, _("Can't write the mailbox %s to disk"), b->path);
	return 0;
}
