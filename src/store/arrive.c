/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * arrive: messages on their way from a server into a Maildir, in batches.
 *
 * Invariants (PROMISES.md 1.2, order B), each named by a test:
 *   1  Nothing stands under new/ or cur/ that is not whole and synced.
 *   2  An intent (uid, file, size, hash) is committed before its rename.
 *   3  A uid is DONE only after its file has its final name and new/ is synced.
 *   4  DELE may be sent only for a uid that is DONE.
 *   5  An open intent found later is settled by what lies on the disk: the file
 *      in tmp/ with the right size and hash is renamed; one under its name in
 *      new/ or cur/ is done; else the intent is forgotten and fetched again.
 *   6  After a failed sync of files every file of the batch is thrown away (P9).
 *      (A folder may be synced again: a journal that fails stays failed.)
 *   7  Contents that are known to be here are recorded, not stored again.
 *
 *      writing --end--> whole --sync--> on disk --commit--> intent
 *          --rename--> visible --sync, commit--> done --> DELE
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct arriving { int fd; char name[128]; char *uid; uint64_t size; char hash[33]; };

struct arrive {
	struct maildir box;
	struct state *state;
	char *account;
	struct arriving *v;     /* the batch; the last one is open when writing */
	size_t n, cap;
	bool writing;
	struct sip hash;
	struct str buf;         /* of the message being written, up to 64 KiB   */
	uint64_t bytes;
	struct known *known;    /* contents to compare with, or NULL            */
	char *last_uid;
};

/* Names made here say whose they are: of this account by this database, so that
 * whoever holds the account's lock knows what a crash left. */
static void make_mark(struct arrive *a)
{
	struct sip h;
	char hex[33];

	state_hash_init(a->state, &h);
	sip_add(&h, SL("mark "));
	sip_add(&h, sl(a->account));
	sip_hex(&h, hex);
	memcpy(a->box.mark, hex, 8);
}

int arrive_open(struct arrive **out, const char *path, struct state *state, const char *account, struct err *err)
{
	struct arrive *a = mem_zalloc(sizeof(*a));

	if (maildir_open(&a->box, path, true, err) != 0) {
		free(a);
		return -1;
	}
	a->state = state;
	a->account = mem_strdup(account);
	make_mark(a);
	str_init(&a->buf, 1 << 20);
	*out = a;
	return 0;
}

/* Forgets message i of the batch and removes its file from tmp/. */
static void drop(struct arrive *a, size_t i)
{
	if (a->v[i].fd >= 0)
		fs_close(&a->v[i].fd);
	fs_unlink(a->box.tmp, a->v[i].name);
	free(a->v[i].uid);
}

/* The batch is over, its files are somebody else's. */
static void forget_batch(struct arrive *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].uid);
	a->n = 0;
	a->bytes = 0;
}

static void drop_batch(struct arrive *a)
{
	for (size_t i = 0; i < a->n; i++)
		drop(a, i);
	a->n = 0;
	a->bytes = 0;
	a->writing = false;
}

void arrive_close(struct arrive **ap)
{
	struct arrive *a = *ap;

	if (!a)
		return;
	drop_batch(a);
	maildir_close(&a->box);
	str_release(&a->buf);
	known_free(&a->known);
	free(a->last_uid);
	free(a->account);
	free(a->v);
	free(a);
	*ap = NULL;
}

/* ---- one message ---- */

int arrive_begin(struct arrive *a, const char *uid, struct err *err)
{
	struct arriving *m;

	bug_on(a->writing);
	mem_grow(a->v, a->n, a->cap);
	m = &a->v[a->n];
	memset(m, 0, sizeof(*m));
	m->fd = maildir_tmp(&a->box, m->name, err);
	if (m->fd < 0)
		return -1;
	m->uid = mem_strdup(uid);
	a->n++;
	a->writing = true;
	state_hash_init(a->state, &a->hash);
	str_clear(&a->buf);
	return 0;
}

static int flush(struct arrive *a, struct err *err)
{
	struct arriving *m = &a->v[a->n - 1];

	if (a->buf.n && fs_write_all(m->fd, a->buf.p, a->buf.n) != 0)
		return err_sys(err, _("Can't write a new message into %s"), a->box.path);
	str_clear(&a->buf);
	return 0;
}

int arrive_write(struct arrive *a, struct slice s, struct err *err)
{
	struct arriving *m = &a->v[a->n - 1];

	bug_on(!a->writing);
	sip_add(&a->hash, s);
	m->size += s.n;
	if (a->buf.n + s.n > 65536 && flush(a, err) != 0)
		return -1;
	if (s.n > 65536) {
		if (fs_write_all(m->fd, s.p, s.n) != 0)
			return err_sys(err, _("Can't write a new message into %s"), a->box.path);
		return 0;
	}
	return str_addsl(&a->buf, s);
}

/* Invariant 7: contents that lie in the Maildir without a record get one. */
static int find_known(struct arrive *a, struct arriving *m, struct err *err)
{
	const char *name = known_find(a->known, m->name, (off_t)m->size);
	struct uidl u;
	char *base;
	int r;

	if (!name)
		return 0;
	base = sl_dup(entry_base(name));
	u = (struct uidl){ .uid = m->uid, .box = a->box.path, .file = base, .hash = m->hash,
		.size = m->size, .when = rt_now() / 1000000, .state = UIDL_DONE };
	r = state_uidl_put(a->state, a->account, &u, err);
	free(base);
	return r == 0 ? 1 : -1;
}

int arrive_end(struct arrive *a, struct err *err)
{
	struct arriving *m = &a->v[a->n - 1];
	bool unnamed = !m->uid[0];
	int known = 0;

	bug_on(!a->writing);
	if (flush(a, err) != 0)
		return -1;
	sip_hex(&a->hash, m->hash);
	if (unnamed) {
		free(m->uid);
		m->uid = mem_alloc(sizeof("hash:") + 32);
		snprintf(m->uid, sizeof("hash:") + 32, "hash:%s", m->hash);
		known = state_hash_known(a->state, a->account, m->hash, m->size, err);
	}
	free(a->last_uid);
	a->last_uid = mem_strdup(m->uid);
	if (known == 0 && a->known)
		known = find_known(a, m, err);
	if (known < 0)
		return -1;
	if (known) {
		arrive_abort(a);
		return 0;
	}
	a->bytes += m->size;
	a->writing = false;
	return 1;
}

const char *arrive_uid(const struct arrive *a)
{
	return a->last_uid;
}

int arrive_compare(struct arrive *a, struct err *err)
{
	known_free(&a->known);
	a->known = known_load(&a->box, a->state, a->account, err);
	return a->known ? 0 : -1;
}

void arrive_abort(struct arrive *a)
{
	if (!a->writing)
		return;
	drop(a, --a->n);
	a->writing = false;
}

size_t arrive_pending(const struct arrive *a, uint64_t *bytes)
{
	if (bytes)
		*bytes = a->bytes;
	return a->writing ? a->n - 1 : a->n;
}

/* ---- the batch ---- */

static int sync_batch(struct arrive *a, struct err *err)
{
	int *fds = mem_array(NULL, a->n, sizeof(int));
	int r;

	for (size_t i = 0; i < a->n; i++)
		fds[i] = a->v[i].fd;
	r = fs_sync_many(fds, a->n);
	free(fds);
	for (size_t i = 0; i < a->n && r == 0; i++)
		r = fs_close(&a->v[i].fd);
	if (r == 0)
		r = fs_sync(a->box.tmp);
	if (r != 0)
		return err_sys(err, _("New messages can't be saved in %s; they stay on the server"), a->box.path);
	return 0;
}

static int put_all(struct arrive *a, enum uidl_state state, int64_t now, struct err *err)
{
	if (state_begin(a->state, err) != 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		struct uidl u = { .uid = a->v[i].uid, .box = a->box.path, .file = a->v[i].name,
			.hash = a->v[i].hash, .size = a->v[i].size, .when = now, .state = state };

		if (state_uidl_put(a->state, a->account, &u, err) != 0) {
			state_rollback(a->state);
			return -1;
		}
	}
	return state_commit(a->state, err);
}

/* Invariant 3: the names, and the folder that holds them. */
static int show_all(struct arrive *a, struct err *err)
{
	for (size_t i = 0; i < a->n; i++)
		if (maildir_publish(&a->box, a->v[i].name, NULL, err) != 0)
			return -1;
	if (fs_sync(a->box.new) != 0)
		return err_sys(err, _("The mailbox %s can't be synced"), a->box.path);
	return 0;
}

int arrive_commit(struct arrive *a, void (*each)(void *, const char *, const char *), void *ctx, struct err *err)
{
	int64_t now = rt_now() / 1000000;

	bug_on(a->writing);
	if (a->n == 0)
		return 0;
	if (sync_batch(a, err) != 0 || put_all(a, UIDL_INTENT, now, err) != 0) {
		drop_batch(a);          /* invariant 6 */
		return -1;
	}
	if (show_all(a, err) != 0 || put_all(a, UIDL_DONE, now, err) != 0) {
		forget_batch(a);        /* invariant 5 settles them */
		return -1;
	}
	for (size_t i = 0; i < a->n; i++)
		if (each)
			each(ctx, a->v[i].uid, a->v[i].name);
	forget_batch(a);
	return 0;
}

/* ---- what a crash left ---- */

struct open_intent { char *uid, *box, *file, *hash; uint64_t size; };
struct open_intents { struct open_intent *v; size_t n, cap; };

static int collect(void *ctx, const struct uidl *u)
{
	struct open_intents *all = ctx;

	mem_grow(all->v, all->n, all->cap);
	all->v[all->n++] = (struct open_intent){ mem_strdup(u->uid), mem_strdup(u->box),
		mem_strdup(u->file), mem_strdup(u->hash), u->size };
	return 0;
}

/* Is the file in tmp/ the one that was meant? */
static bool whole_in_tmp(struct state *state, struct maildir *box, const struct open_intent *in)
{
	int fd = fs_open(box->tmp, in->file, O_RDONLY, 0);
	char block[65536], hex[33];
	uint64_t size = 0;
	struct sip h;
	ssize_t n;

	if (fd < 0)
		return false;
	state_hash_init(state, &h);
	while ((n = fs_read(fd, block, sizeof(block))) > 0) {
		sip_add(&h, sl_make(block, (size_t)n));
		size += (uint64_t)n;
	}
	fs_close(&fd);
	sip_hex(&h, hex);
	return n == 0 && size == in->size && strcmp(hex, in->hash) == 0;
}

/* 1: the message is under its final name, synced; 0: it is nowhere; -1. */
static int finish(struct arrive *a, struct maildir *box, const struct open_intent *in, struct err *err)
{
	struct str name;
	bool fresh = true;
	int found;

	str_init(&name, 1024);
	found = maildir_find(box, sl(in->file), &name, &fresh, err);
	str_release(&name);
	if (found < 0)
		return -1;
	if (!found && !whole_in_tmp(a->state, box, in)) {
		fs_unlink(box->tmp, in->file);
		return 0;
	}
	/* The data was synced before the intent; its name may not have been. */
	if (!found) {
		if (fs_sync(box->tmp) != 0)
			return err_sys(err, _("The mailbox %s can't be synced"), in->box);
		if (maildir_publish(box, in->file, NULL, err) != 0)
			return -1;
	}
	if (fs_sync(fresh ? box->new : box->cur) != 0)
		return err_sys(err, _("The mailbox %s can't be synced"), in->box);
	return 1;
}

static int settle(struct arrive *a, const struct open_intent *in, struct err *err)
{
	struct err own = ERR_INIT;
	struct maildir box;
	int r;

	if (maildir_open(&box, in->box, false, &own) != 0) {
		if (own.kind == ERR_NOTFOUND)
			return state_uidl_forget(a->state, a->account, in->uid, err);
		*err = own;
		return -1;
	}
	r = finish(a, &box, in, err);
	if (r >= 0)
		r = r ? state_uidl_set(a->state, a->account, in->uid, UIDL_DONE, err)
			: state_uidl_forget(a->state, a->account, in->uid, err);
	maildir_close(&box);
	return r;
}

int arrive_recover(struct arrive *a, struct err *err)
{
	struct open_intents all = { 0 };
	int r;

	bug_on(a->n);
	r = state_uidls(a->state, a->account, UIDL_INTENT, collect, &all, err);

	for (size_t i = 0; i < all.n; i++) {
		if (r == 0)
			r = settle(a, &all.v[i], err);
		free(all.v[i].uid);
		free(all.v[i].box);
		free(all.v[i].file);
		free(all.v[i].hash);
	}
	free(all.v);
	return r == 0 ? maildir_sweep(&a->box, err) : r;
}
