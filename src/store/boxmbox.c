/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxmbox: an mbox as a mailbox.  Invariants:
 * - a message is known by its key: the sum of its From_ line and header, and its turn
 *   among those with the same sum; where it lies is a hint, and never believed;
 * - the file is looked at by its name before each reading, so that one that was
 *   written anew is read anew, and something else in its place is told in words;
 * - a scan reads with a reader of its own, so that each message may be read in it.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define TURN_MAX ((uint64_t)1 << 32)
#define TURN_STEP 0x9E3779B97F4A7C15u
#define TURN_BACK 0xF1DE83E19937733Du   /* TURN_STEP * TURN_BACK == 1 */
#define FEW ((size_t)32 * 1024)         /* read at once for one message somewhere */
#define TRIES 3

uint64_t box_mbox_key(uint64_t sum, unsigned turn)
{
	return sum + turn * TURN_STEP;
}

/* May this be the key of a message with this sum? */
static bool key_fits(uint64_t key, uint64_t sum)
{
	return (key - sum) * TURN_BACK < TURN_MAX;
}

/* ---- the file, as it is now ---- */

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int open_gzip(struct box *b, int fd, const struct stat *st, struct err *err)
{
	struct stat plain;
	int copy = box_gzip_open(b->path, fd, err), r = -1;

	if (copy >= 0 && fstat(copy, &plain) != 0)
		err_sys(err, _("Can't read the mailbox %s"), b->path);
	else if (copy >= 0)
		r = 0;
	fs_close(&fd);
	if (r != 0) {
		fs_close(&copy);
		return -1;
	}
	plain.st_dev = st->st_dev;
	plain.st_ino = st->st_ino;
	return mbox_read_fd(&b->mbox, b->path, copy, &plain, err);
}

static int is_gzip(int fd)
{
	unsigned char head[2];

	return fs_pread(fd, head, 2, 0) == 2 && head[0] == 0x1F && head[1] == 0x8B;
}

static int look_again(struct box *b, struct err *err)
{
	struct stat st;
	int fd;

	if (b->mbox.fd >= 0 && lstat(b->real, &st) == 0 && same_file(&st, &b->st))
		return 0;
	mbox_close(&b->mbox);
	fd = box_file(FS_CWD, b->real, &st);
	if (fd < 0)
		return box_lost(b->path, err);
	b->st = st;
	b->gzip = is_gzip(fd);
	if (b->gzip)
		return open_gzip(b, fd, &st, err);
	return mbox_read_fd(&b->mbox, b->path, fd, &st, err);
}

int mb_open(struct box *b, struct err *err)
{
	struct stat st;
	int fd;

	b->real = realpath(b->path, NULL);
	fd = b->real ? box_file(FS_CWD, b->real, &st) : -1;
	if (fd < 0)
		return err_sys(err, _("Can't open the mailbox %s"), b->path);
	b->gzip = is_gzip(fd);
	/* what is packed is unpacked when somebody reads it */
	if (b->gzip)
		fs_close(&fd);
	else if (mbox_read_fd(&b->mbox, b->path, fd, &st, err) != 0)
		return -1;
	b->st = st;
	b->read_only = b->gzip || b->mbox.mmdf || access(b->real, W_OK) != 0;
	return 0;
}

static int reader(struct box *b, struct mbox *m, struct err *err)
{
	struct stat st = { .st_dev = b->mbox.dev, .st_ino = b->mbox.ino, .st_size = b->mbox.size };
	int fd = fcntl(b->mbox.fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return err_sys(err, _("Can't read the mailbox %s"), b->path);
	return mbox_read_fd(m, b->path, fd, &st, err);
}

/* ---- all messages ---- */

static unsigned flags_of(const struct mbox_msg *m)
{
	unsigned flags = flags_bits(sl(m->flags));

	return m->old || flags & FLAG_SEEN ? flags : flags | FLAG_FRESH;
}

static void describe(struct box_msg *out, const struct mbox_msg *m, uint64_t turn)
{
	uint64_t v[5] = { m->sum, (uint64_t)m->from, (uint64_t)m->next, 0, turn };

	*out = (struct box_msg){ .flags = flags_of(m), .received = m->when, .mbox = *m,
		.ref = { .key = box_mbox_key(m->sum, (unsigned)turn), .name = "", .pos = m->from } };
	v[3] = out->flags;
	out->print = box_hash(0, v, sizeof(v));
}

int mb_scan(struct box *b, const struct mbox_msg *after, bool *resumed, box_each_fn *each, void *ctx,
	struct err *err)
{
	struct keys sums = { 0 };
	struct mbox_msg msg;
	struct box_msg out;
	struct mbox m;
	int r = look_again(b, err);

	if (r != 0 || reader(b, &m, err) != 0)
		return -1;
	if (after) {
		r = mbox_resume(&m, m.dev, m.ino, after, err);
		*resumed = r == 1;
	}
	while (r >= 0 && (r = mbox_next(&m, &msg, err)) == 1) {
		describe(&out, &msg, *resumed ? 0 : keys_add(&sums, msg.sum));
		if (each(ctx, &out) != 0)
			r = -1;
	}
	mbox_close(&m);
	keys_release(&sums);
	return r;
}

/* ---- one message ---- */

/* The message that lies at pos: 1, 0 there is none, -1.  Those that are asked for in
 * the order of the file are read in one pass. */
static int read_at(struct mbox *m, off_t pos, struct mbox_msg *msg, struct err *err)
{
	int r;

	if (pos < 0 || pos >= m->size)
		return 0;
	if (m->where == MBOX_HEAD && m->cur.from == pos) {
		m->block = mbox_block;
	} else {
		m->block = MIN(mbox_block, FEW);
		mbox_seek(m, pos);
	}
	r = mbox_next(m, msg, err);
	return r == 1 && msg->from != pos ? 0 : r;
}

/* The turn-th one of all that may have the key: 1, 0, -1 */
static int search(struct mbox *m, uint64_t key, struct mbox_msg *msg, struct err *err)
{
	uint64_t turn = 0;
	int r;

	m->block = mbox_block;
	mbox_seek(m, 0);
	while ((r = mbox_next(m, msg, err)) == 1)
		if (key_fits(key, msg->sum) && box_mbox_key(msg->sum, (unsigned)turn++) == key)
			break;
	return r;
}

static int locate(struct box *b, const struct box_ref *ref, struct mbox_msg *msg, struct err *err)
{
	int r = look_again(b, err);

	if (r == 0)
		r = read_at(&b->mbox, ref->pos, msg, err);
	if (r == 1 && key_fits(ref->key, msg->sum))
		return 1;
	return r < 0 ? -1 : search(&b->mbox, ref->key, msg, err);
}

int mb_find(struct box *b, const struct box_ref *ref, off_t *pos, struct err *err)
{
	struct mbox_msg msg;
	int r = locate(b, ref, &msg, err);

	if (r == 1)
		*pos = msg.from;
	return r;
}

int mb_header(struct box *b, const struct box_ref *ref, struct str *out, uint64_t *size, struct err *err)
{
	struct mbox_quote quote = { .undo = true };
	struct mbox_msg msg;
	struct str raw;
	int r = locate(b, ref, &msg, err);

	if (r != 1)
		return r < 0 ? -1 : box_msg_gone(b->path, err);
	*size = (uint64_t)msg.len;
	if (msg.raw || b->mbox.mmdf)
		return box_head(b->path, b->mbox.fd, msg.at, msg.at + msg.len, out, err);
	str_init(&raw, BOX_HEADER);
	r = box_head(b->path, b->mbox.fd, msg.at, msg.at + msg.len, &raw, err);
	/* what is more than out holds is cut off */
	if (r == 0)
		mbox_quote(&quote, sl_head(str_sl(&raw), out->max - out->n), true, out);
	str_release(&raw);
	return r;
}

/* What did not fit: into a file, behind what is in mem. */
static int spill(struct box *b, struct src *src, struct str *mem, const char *buf, size_t n, int *fd,
	struct err *err)
{
	struct sink sink;
	int r = 0;

	*fd = fs_tmpfile(box_tmp(), err);
	if (*fd < 0)
		return err_sys(err, _("Can't make a file in %s"), box_tmp());
	sink_fd(&sink, *fd);
	r = sink_write(&sink, str_sl(mem), err);
	if (r == 0)
		r = sink_write(&sink, sl_make(buf, n), err);
	if (r == 0)
		r = src_copy(src, &sink, err);
	if (r == 0 && lseek(*fd, 0, SEEK_SET) != 0)
		r = err_sys(err, _("Can't read the mailbox %s"), b->path);
	if (r != 0)
		fs_close(fd);
	str_clear(mem);
	return r;
}

int mb_read(struct box *b, const struct box_ref *ref, struct str *mem, int *fd, struct err *err)
{
	size_t most = MIN(BOX_MEM, mem->max);
	struct mbox_msg msg;
	struct src src;
	ssize_t n = 1;
	char *buf;
	int r = locate(b, ref, &msg, err);

	if (r != 1)
		return r < 0 ? -1 : box_msg_gone(b->path, err);
	str_clear(mem);
	mbox_src(&src, &b->mbox, &msg);
	buf = mem_alloc(FEW);
	r = 0;
	while (r == 0 && *fd < 0 && n > 0) {
		n = src_read(&src, buf, FEW, err);
		if (n < 0)
			r = -1;
		else if (mem->n + (size_t)n > most)
			r = spill(b, &src, mem, buf, (size_t)n, fd, err);
		else
			str_add(mem, buf, (size_t)n);
	}
	free(buf);
	src_release(&src);
	return r;
}

/* ---- changes ---- */

struct target { uint64_t key; struct mbox_change to; struct box_change *of; bool found, idle; char letters[8]; };
struct targets { struct target *v; size_t n; };

static int by_key(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static int by_place(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->to.msg.from != y->to.msg.from)
		return x->to.msg.from < y->to.msg.from ? -1 : 1;
	return x->of < y->of ? -1 : x->of > y->of;
}

/* Where they were said to be: are all of them there? 1, 0, -1 */
static int find_at(struct mbox *m, struct targets *t, struct err *err)
{
	for (size_t i = 0; i < t->n; i++)
		t->v[i].to.msg.from = t->v[i].of->ref.pos;
	qsort(t->v, t->n, sizeof(*t->v), by_place);
	for (size_t i = 0; i < t->n; i++) {
		struct target *x = t->v + i;
		bool again = i && x->of->ref.pos == x[-1].of->ref.pos;
		int r = 1;

		if (again)
			x->to.msg = x[-1].to.msg;
		else
			r = read_at(m, x->of->ref.pos, &x->to.msg, err);
		if (r != 1)
			return r;
		/* where there are twins, the place may be another one's now */
		if (x->key != box_mbox_key(x->to.msg.sum, 0))
			return 0;
		x->found = true;
	}
	return 1;
}

static int find_by_key(struct mbox *m, struct targets *t, struct err *err)
{
	struct keys sums = { 0 };
	struct mbox_msg msg;
	int r;

	for (size_t i = 0; i < t->n; i++)
		t->v[i].found = false;
	qsort(t->v, t->n, sizeof(*t->v), by_key);
	m->block = mbox_block;
	mbox_seek(m, 0);
	while ((r = mbox_next(m, &msg, err)) == 1) {
		struct target want = { .key = box_mbox_key(msg.sum, (unsigned)keys_add(&sums, msg.sum)) };
		struct target *x = bsearch(&want, t->v, t->n, sizeof(*t->v), by_key);

		while (x && x > t->v && x[-1].key == want.key)
			x--;
		for (; x && x < t->v + t->n && x->key == want.key; x++) {
			x->found = true;
			x->to.msg = msg;
		}
	}
	keys_release(&sums);
	return r;
}

static void settle(struct target *x)
{
	unsigned old = flags_of(&x->to.msg), flags = (old & ~x->of->clear) | x->of->set;

	flags_letters(flags, x->letters);
	x->to.flags = x->of->remove ? NULL : x->letters;
	x->idle = !x->of->remove && (!(x->of->set || x->of->clear) ||
		(strcmp(x->letters, x->to.msg.flags) == 0 && !(old & FLAG_FRESH)));
}

/* The list for mbox_rewrite: ascending, each message once. */
static size_t make_list(struct targets *t, struct mbox_change *out)
{
	size_t n = 0;
	struct target *last = NULL;

	for (size_t i = 0; i < t->n; i++)
		if (!t->v[i].found)
			t->v[i].to.msg.from = -1;
	qsort(t->v, t->n, sizeof(*t->v), by_place);
	for (size_t i = 0; i < t->n; i++) {
		struct target *x = t->v + i;

		if (!x->found)
			continue;
		if (last && last->to.msg.from == x->to.msg.from && last->to.flags) {
			/* two changes of one message: this one after that one */
			memcpy(x->to.msg.flags, last->letters, sizeof(x->to.msg.flags));
			x->to.msg.old = true;
			settle(x);
			if (!x->idle || !last->idle)
				n -= !last->idle;
			x->idle = x->idle && last->idle;
		} else if (last && last->to.msg.from == x->to.msg.from) {
			continue;
		} else {
			settle(x);
		}
		if (!x->idle)
			out[n++] = x->to;
		last = x;
	}
	return n;
}

/* Under the lock: 1 done, 0 others came between, 2 stopped, -1 */
static int change_once(struct mbox_lock *k, struct targets *t, bool (*stop)(void *), void *ctx, struct err *err)
{
	struct mbox_change *list = mem_array(NULL, t->n, sizeof(*list));
	struct err why = ERR_INIT;
	struct mbox m;
	int fd = fcntl(k->fd, F_DUPFD_CLOEXEC, 3), r;
	size_t n;

	if (fd < 0)
		r = err_sys(err, _("Can't read the mailbox %s"), k->path);
	else
		r = mbox_read_fd(&m, k->path, fd, &k->st, err);
	if (r == 0) {
		r = find_at(&m, t, err);
		if (r == 0)
			r = find_by_key(&m, t, err);
		mbox_close(&m);
	}
	n = r >= 0 ? make_list(t, list) : 0;
	if (r >= 0 && stop && stop(ctx))
		r = 2;
	else if (r >= 0)
		r = n && mbox_rewrite(k, list, n, &why) != 0 ? (why.kind == ERR_TEMP ? 0 : -1) : 1;
	if (why.kind != ERR_NONE)
		*err = why;
	free(list);
	return r;
}

int mb_change(struct box *b, struct box_change *v, size_t n, bool (*stop)(void *), void *ctx, struct err *err)
{
	struct err why = ERR_INIT;
	struct targets t = { mem_array(NULL, n, sizeof(*t.v)), n };
	struct mbox_lock k;
	int r = n ? 0 : 1;

	for (int i = 0; i < TRIES && r == 0; i++) {
		for (size_t j = 0; j < n; j++)
			t.v[j] = (struct target){ .key = v[j].ref.key, .of = v + j };
		r = mbox_lock(&k, b->real, false, BOX_LOCK_MS, &why);
		if (r == 0) {
			r = change_once(&k, &t, stop, ctx, &why);
			mbox_unlock(&k);
		}
	}
	for (size_t j = 0; j < n && r == 1; j++) {
		t.v[j].of->done = t.v[j].found;
		t.v[j].of->fresh = t.v[j].found && flags_of(&t.v[j].to.msg) & FLAG_FRESH && t.v[j].idle;
	}
	free(t.v);
	if (r <= 0)
		*err = why;
	return r == 1 ? 0 : r == 2 ? 1 : -1;
}
