/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool: mail on this disk: ROOT/tmp takes what comes in, ROOT/mail/NAME is
 * the Maildir of a user.
 *
 * Invariants, each named by a test (P28):
 *   1  250 is answered only after the file is synced, stands under its final
 *      name in every mailbox, and those folders are synced.
 *   2  All that became whole in one turn of the loop shares one sync, and a turn
 *      waits a moment (GATHER) for what is still coming in: a sync costs more.
 *   3  Nothing half-written is ever visible in a mailbox: a file gets its name
 *      there when it is whole.  After a power cut a name may have outlived its
 *      bytes; nobody was told 250 for it, and the next start moves it to
 *      ROOT/damaged: it is shorter than the S= of its name (sweep).
 *   4  A message is removed only by maildrop_update (QUIT), and that is synced.
 *
 * The base name ends in ",S=bytes,W=octets on the wire", as other servers
 * write it, so that a maildrop is listed without reading its messages.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <unistd.h>

#define SYNC_ONCE 4             /* from here on fs_sync_many is one call */
#define GATHER    2000          /* microseconds; about one sync of a disk */

struct incoming {
	struct spool *spool;
	struct incoming *next;
	int fd;
	char name[128];
	struct str buf;
	uint64_t size, wire;
	char **boxes; size_t n_boxes;
	void (*done)(void *ctx, bool ok, const char *words);
	void *ctx;
	bool failed;
};

struct spool {
	char *root;
	int tmp, lock;
	struct incoming *whole, **tail;         /* of this turn */
	unsigned coming;                        /* begun and not yet whole */
	bool scheduled;                         /* store_all runs at the end of this turn */
	struct watch *timer;                    /* or, while others are coming, soon */
};

/* ",S=123" or ",W=123" of a base name, or -1. */
static int64_t number_of(struct slice base, struct slice key)
{
	ssize_t at = sl_search(base, key);
	struct slice digits;
	size_t len = 0;
	uint64_t n;

	if (at < 0)
		return -1;
	digits = sl_skip(base, (size_t)at + key.n);
	while (len < digits.n && ascii_isdigit(digits.p[len]))
		len++;
	return sl_u64(sl_head(digits, len), INT64_MAX, &n) == 0 ? (int64_t)n : -1;
}

/* Put aside, not removed: another program may have other ideas of S=. */
static void sweep_new(struct spool *s, const char *box)
{
	char *new = path_join(box, "new"), *aside = path_join(s->root, "damaged");
	DIR *d = opendir(new);
	struct dirent *e;
	struct stat st; int to = -1;

	while (d && (e = readdir(d))) {
		int64_t size = number_of(sl(e->d_name), SL(",S="));

		if (size < 0 || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_size >= size)
			continue;
		if (to < 0 && fs_mkdir(FS_CWD, aside, 0700) != 0 && errno != EEXIST)
			break;
		if (to < 0 && (to = fs_open_named(aside, O_RDONLY | O_DIRECTORY, 0)) < 0)
			break;
		log_msg(LOG_WARN, _("Moved %s to %s: a power cut left %lld of its bytes; nobody was told that it was taken."),
			e->d_name, aside, (long long)st.st_size);
		fs_rename(dirfd(d), e->d_name, to, e->d_name);
	}
	if (d)
		closedir(d);
	if (to >= 0)
		fs_close(&to);
	free(new);
	free(aside);
}

/* After a stop that was not orderly: what is left in tmp/, and invariant 3. */
static void sweep(struct spool *s)
{
	char *mail = path_join(s->root, "mail"), *tmp = path_join(s->root, "tmp");
	DIR *d = opendir(tmp);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			fs_unlink(dirfd(d), e->d_name);
	if (d)
		closedir(d);
	d = opendir(mail);
	while (d && (e = readdir(d))) {
		char *box = e->d_name[0] == '.' ? NULL : path_join(mail, e->d_name);

		if (box)
			sweep_new(s, box);
		free(box);
	}
	if (d)
		closedir(d);
	free(mail);
	free(tmp);
}

/* ROOT/running stands while a server runs, locked; found unlocked it says that
 * the last one was killed.  A second pabald in the same root leaves it alone. */
static void mark_running(struct spool *s)
{
	char *path = path_join(s->root, "running");
	bool unclean = access(path, F_OK) == 0;
	struct err held = ERR_INIT;

	if (fs_lock(path, false, &s->lock, &held) == 0 && unclean)
		sweep(s);
	free(path);
}

int spool_open(struct spool **out, const char *root, struct err *err)
{
	struct spool *s = mem_zalloc(sizeof(*s));
	char *tmp = path_join(root, "tmp");

	s->root = mem_strdup(root);
	s->tmp = s->lock = -1;
	s->tail = &s->whole;
	if (fs_mkdirs(tmp, err) == 0 && (s->tmp = fs_open_named(tmp, O_RDONLY | O_DIRECTORY, 0)) < 0)
		err_sys(err, _("Can't open %s"), tmp);
	free(tmp);
	if (s->tmp < 0) {
		spool_close(&s);
		return -1;
	}
	mark_running(s);
	*out = s;
	return 0;
}

void spool_close(struct spool **sp)
{
	struct spool *s = *sp;

	if (!s)
		return;
	watch_free(&s->timer);
	if (s->lock >= 0) {
		char *path = path_join(s->root, "running");

		fs_unlink(FS_CWD, path);
		fs_close(&s->lock);
		free(path);
	}
	if (s->tmp >= 0)
		fs_close(&s->tmp);
	free(s->root);
	free(s);
	*sp = NULL;
}

static char *box_path(const struct spool *s, const char *name)
{
	char *mail = path_join(s->root, "mail"), *path = path_join(mail, name);

	free(mail);
	return path;
}

/* ---- coming in ---- */

struct incoming *incoming_new(struct spool *s, struct err *err)
{
	struct incoming *in = mem_zalloc(sizeof(*in));

	in->spool = s;
	fs_unique(in->name);
	in->fd = fs_open(s->tmp, in->name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (in->fd < 0) {
		err_sys(err, _("Can't write into %s"), s->root);
		free(in);
		return NULL;
	}
	str_init(&in->buf, 1 << 20);
	s->coming++;
	return in;
}

static int flush(struct incoming *in)
{
	int r = in->buf.n ? fs_write_all(in->fd, in->buf.p, in->buf.n) : 0;

	str_clear(&in->buf);
	return r;
}

int incoming_write(struct incoming *in, struct slice s, struct err *err)
{
	const char *p = s.p, *end = s.p + s.n;

	in->size += s.n;
	in->wire += s.n;
	while ((p = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL)) {
		in->wire++;
		p++;
	}
	if (in->buf.n + s.n > 65536 && flush(in) != 0)
		goto full;
	if (s.n > 65536) {
		if (fs_write_all(in->fd, s.p, s.n) != 0)
			goto full;
		return 0;
	}
	return str_addsl(&in->buf, s);
full:
	in->failed = true;
	return err_sys(err, _("Can't write into %s"), in->spool->root);
}

int incoming_src(struct incoming *in, off_t from, struct src *src, struct err *err)
{
	if (in->failed || flush(in) != 0)
		return err_sys(err, _("Can't write into %s"), in->spool->root);
	src_range(src, in->fd, from, -1);
	return 0;
}

static void release(struct incoming *in)
{
	if (in->fd >= 0)
		fs_close(&in->fd);
	for (size_t i = 0; i < in->n_boxes; i++)
		free(in->boxes[i]);
	free(in->boxes);
	str_release(&in->buf);
	free(in);
}

void incoming_drop(struct incoming **inp)
{
	struct incoming *in = *inp;

	if (!in)
		return;
	in->spool->coming--;
	fs_unlink(in->spool->tmp, in->name);
	release(in);
	*inp = NULL;
}

/* ---- storing what became whole in this turn ---- */

struct folder { char *path; struct maildir box; bool ok; };
struct folders { struct folder *v; size_t n, cap; };

static struct folder *folder(struct folders *all, struct spool *s, const char *name)
{
	struct err err = ERR_INIT;
	char *path = box_path(s, name);

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].path, path) == 0)
			return free(path), &all->v[i];
	mem_grow(all->v, all->n, all->cap);
	all->v[all->n] = (struct folder){ .path = path };
	all->v[all->n].ok = maildir_open(&all->v[all->n].box, path, true, &err) == 0;
	if (!all->v[all->n].ok)
		log_msg(LOG_ERROR, "%s", err.text);
	return &all->v[all->n++];
}

/* Links the synced file into each mailbox. */
static bool place(struct spool *s, struct incoming *in, struct folders *all)
{
	char final[192];
	bool ok = true;

	snprintf(final, sizeof(final), "%s,S=%llu,W=%llu", in->name,
		(unsigned long long)in->size, (unsigned long long)in->wire);
	for (size_t i = 0; i < in->n_boxes; i++) {
		struct folder *f = folder(all, s, in->boxes[i]);
		bool last = i + 1 == in->n_boxes;

		if (!f->ok)
			return false;
		/* The last one is a rename: most mail has one recipient. */
		if (last ? fs_rename_new(s->tmp, in->name, f->box.new, final) != 0
			 : fs_sys.link(s->tmp, in->name, f->box.new, final) != 0 && errno != EEXIST) {
			log_msg(LOG_ERROR, _("Can't put a message into %s: %s."), f->path, strerror(errno));
			ok = false;
		}
	}
	return ok;
}

/* Descriptors of what has to be on disk: the files, the folders, or both. */
static size_t to_sync(const struct incoming *list, const struct folders *all, int **fds)
{
	size_t n = 0, cap = 0;

	for (const struct incoming *in = list; in; in = in->next) {
		if (in->failed)
			continue;
		mem_grow(*fds, n, cap);
		(*fds)[n++] = in->fd;
	}
	for (size_t i = 0; all && i < all->n; i++) {
		if (!all->v[i].ok)
			continue;
		mem_grow(*fds, n, cap);
		(*fds)[n++] = all->v[i].box.new;
	}
	return n;
}

static int sync_now(const struct incoming *list, const struct folders *all)
{
	int *fds = NULL;
	size_t n = to_sync(list, all, &fds);
	int r = n ? fs_sync_many(fds, n) : 0;

	free(fds);
	return r;
}

static void tell(struct spool *s, struct incoming *in, bool ok)
{
	if (!ok)
		fs_unlink(s->tmp, in->name);
	if (in->done)
		in->done(in->ctx, ok, ok ? NULL : _("The message can't be stored now"));
	release(in);
}

static void store_all(void *ctx)
{
	struct spool *s = ctx;
	struct incoming *list = s->whole, *in, *next;
	struct folders all = { 0 };
	unsigned n = 0;
	int r = 0;

	s->scheduled = false;
	watch_free(&s->timer);
	s->whole = NULL;
	s->tail = &s->whole;
	for (in = list; in; in = in->next, n++)
		in->failed = in->failed || flush(in) != 0;
	/* Few: the bytes first, so that a power cut leaves no empty file.  Many
	 * share one sync of bytes and names, and the sweep stands behind it. */
	if (n < SYNC_ONCE)
		r = sync_now(list, NULL);
	for (in = list; in; in = in->next)
		in->failed = in->failed || r != 0 || !place(s, in, &all);
	if (r == 0)
		r = sync_now(n < SYNC_ONCE ? NULL : list, &all);
	for (in = list; in; in = next) {
		next = in->next;
		tell(s, in, !in->failed && r == 0);
	}
	for (size_t i = 0; i < all.n; i++) {
		if (all.v[i].ok)
			maildir_close(&all.v[i].box);
		free(all.v[i].path);
	}
	free(all.v);
}

static void gathered(void *ctx)
{
	struct spool *s = ctx;

	s->timer = NULL;                /* it runs once */
	if (!s->scheduled)
		store_all(s);
}

void incoming_store(struct incoming **inp, struct loop *loop, char **boxes, size_t n,
	void (*done)(void *, bool, const char *), void *ctx)
{
	struct incoming *in = *inp;
	struct spool *s = in->spool;

	*inp = NULL;
	in->boxes = mem_array(NULL, n, sizeof(*in->boxes));
	for (size_t i = 0; i < n; i++)
		in->boxes[in->n_boxes++] = mem_strdup(boxes[i]);
	in->done = done;
	in->ctx = ctx;
	in->next = NULL;
	*s->tail = in;
	s->tail = &in->next;
	s->coming--;
	if (!s->scheduled && s->coming == 0) {
		s->scheduled = true;
		loop_later(loop, store_all, s);
	} else if (!s->scheduled && !s->timer) {
		s->timer = loop_timer(loop, GATHER, gathered, s);
	}
}

void spool_forget(struct spool *s, void *ctx)
{
	for (struct incoming *in = s->whole; in; in = in->next)
		if (in->ctx == ctx)
			in->done = NULL;
}

/* ---- maildrops ---- */

static int64_t count_wire(struct maildir *box, const struct entry *e)
{
	struct err ignored = ERR_INIT;
	int fd = maildir_entry_open(box, e, &ignored);
	char *block = mem_alloc(65536), last = '\n';
	int64_t size = 0;
	off_t at = 0;
	ssize_t n;

	if (fd < 0) {
		free(block);
		return 0;
	}
	while ((n = fs_pread(fd, block, 65536, at)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			size += block[i] == '\n' && last != '\r' ? 2 : 1;
			last = block[i];
		}
		at += n;
	}
	if (last != '\n')
		size += 2;
	free(block);
	fs_close(&fd);
	return size;
}

static int oldest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int lock_drop(struct spool *s, const char *mailbox, int *lock, struct err *err)
{
	struct str path;
	int r;

	str_init(&path, 8192);
	str_addf(&path, "%s/mail/%s/pop3.lock", s->root, mailbox);
	r = fs_lock(path.p, false, lock, err);
	str_release(&path);
	return r;
}

int maildrop_open(struct spool *s, const char *mailbox, struct maildrop *d, struct err *err)
{
	char *path = box_path(s, mailbox);
	struct entries all;
	int r;

	memset(d, 0, sizeof(*d));
	d->lock = -1;
	r = maildir_open(&d->box, path, true, err);
	free(path);
	if (r != 0)
		return -1;
	if (lock_drop(s, mailbox, &d->lock, err) != 0 || maildir_scan(&d->box, &all, err) != 0) {
		maildrop_close(d);
		return -1;
	}
	d->v = all.v;
	d->n = all.n;
	if (d->n)
		qsort(d->v, d->n, sizeof(*d->v), oldest_first);
	d->msg = mem_zalloc((d->n + 1) * sizeof(*d->msg));
	for (size_t i = 0; i < d->n; i++) {
		static const unsigned char key[16] = "pabald unique id";
		int64_t wire = number_of(entry_base(d->v[i].name), SL(",W="));
		char *uid = mem_alloc(33);
		struct sip h;

		sip_init(&h, key);
		sip_add(&h, entry_base(d->v[i].name));
		sip_hex(&h, uid);
		d->msg[i].uid = uid;
		d->msg[i].size = (uint64_t)(wire >= 0 ? wire : count_wire(&d->box, &d->v[i]));
	}
	return 0;
}

void maildrop_close(struct maildrop *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].name);
		if (d->msg)
			free((void *)(uintptr_t)d->msg[i].uid);
	}
	free(d->v);
	free(d->msg);
	if (d->lock >= 0)
		fs_close(&d->lock);
	maildir_close(&d->box);
	memset(d, 0, sizeof(*d));
	d->lock = -1;
}

/* Another program may have moved it from new to cur, or set flags. */
static int refind(struct maildrop *d, struct entry *e)
{
	struct err ignored = ERR_INIT;
	struct str name;
	bool fresh;
	int found;

	str_init(&name, 1024);
	found = maildir_find(&d->box, entry_base(e->name), &name, &fresh, &ignored);
	if (found == 1) {
		free(e->name);
		e->name = mem_strdup(name.p);
		e->fresh = fresh;
	}
	str_release(&name);
	return found == 1 ? 0 : -1;
}

int maildrop_message(struct maildrop *d, uint32_t num)
{
	struct err ignored = ERR_INIT;
	struct entry *e = &d->v[num - 1];
	int fd = maildir_entry_open(&d->box, e, &ignored);

	if (fd < 0 && refind(d, e) == 0)
		fd = maildir_entry_open(&d->box, e, &ignored);
	return fd;
}

off_t maildrop_top(int fd, uint64_t lines)
{
	char *block = mem_alloc(65536);
	bool body = false, blank = true;        /* blank: nothing on this line yet */
	off_t at = 0, cut = -1;
	ssize_t n;

	while (cut < 0 && (n = fs_pread(fd, block, 65536, at)) > 0) {
		for (ssize_t i = 0; i < n && cut < 0; i++) {
			if (block[i] != '\n') {
				blank = blank && block[i] == '\r';
				continue;
			}
			if (body && lines-- <= 1)
				cut = at + i + 1;
			else if (!body && blank && (body = true) && lines == 0)
				cut = at + i + 1;
			blank = true;
		}
		at += n;
	}
	free(block);
	return cut < 0 ? at : cut;
}

bool maildrop_update(struct maildrop *d)
{
	bool ok = true, any = false;

	for (size_t i = 0; i < d->n; i++) {
		struct entry *e = &d->v[i];

		if (!d->msg[i].deleted)
			continue;
		any = true;
		if (fs_unlink(e->fresh ? d->box.new : d->box.cur, e->name) == 0)
			continue;
		if (errno == ENOENT && refind(d, e) != 0)
			continue;       /* somebody else removed it */
		if (fs_unlink(e->fresh ? d->box.new : d->box.cur, e->name) != 0)
			ok = false;
	}
	if (any && (fs_sync(d->box.new) != 0 || fs_sync(d->box.cur) != 0))
		ok = false;
	return ok;
}
