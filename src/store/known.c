/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * known: which contents lie in a Maildir already, for the day when the record
 * of what was fetched is lost.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct known_file { off_t size; char *name; bool fresh, used; };
struct known { struct maildir *box; struct known_file *v; size_t n, cap; };

static int by_size(const void *a, const void *b)
{
	const struct known_file *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

static int claim(void *ctx, const struct uidl *u)
{
	map_put(ctx, sl(u->file), ctx);
	return 0;
}

/* What was listed, but for the files that a record claims already: a second
 * message with the same contents is a message of its own. */
static void take_entries(struct known *k, const struct entries *all, const struct map *claimed)
{
	struct stat st;

	for (size_t i = 0; i < all->n; i++) {
		struct entry *e = &all->v[i];
		int dir = e->fresh ? k->box->new : k->box->cur;

		if (map_get(claimed, entry_base(e->name)))
			continue;
		if (fstatat(dir, e->name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
			continue;
		mem_grow(k->v, k->n, k->cap);
		k->v[k->n++] = (struct known_file){ st.st_size, mem_strdup(e->name), e->fresh, false };
	}
	if (k->n)
		qsort(k->v, k->n, sizeof(*k->v), by_size);
}

struct known *known_load(struct maildir *box, struct state *state, const char *account, struct err *err)
{
	struct known *k = mem_zalloc(sizeof(*k));
	struct map *claimed = map_new();
	struct entries all = { 0 };
	int r;

	k->box = box;
	r = state_uidls(state, account, 0, claim, claimed, err);
	if (r == 0)
		r = maildir_scan(box, &all, err);
	/* A match becomes DONE, so its name must be on disk. */
	if (r == 0 && (fs_sync(box->new) != 0 || fs_sync(box->cur) != 0))
		r = err_sys(err, _("The mailbox %s can't be synced"), box->path);
	if (r == 0)
		take_entries(k, &all, claimed);
	else
		known_free(&k);
	entries_release(&all);
	map_free(&claimed);
	return k;
}

void known_free(struct known **kp)
{
	struct known *k = *kp;

	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++)
		free(k->v[i].name);
	free(k->v);
	free(k);
	*kp = NULL;
}

static bool same(int a, int b)
{
	char x[16384], y[16384];
	off_t at = 0;

	for (;;) {
		ssize_t n = fs_pread(a, x, sizeof(x), at), m = fs_pread(b, y, sizeof(y), at);

		if (n != m || n < 0)
			return false;
		if (n == 0)
			return true;
		if (memcmp(x, y, (size_t)n) != 0)
			return false;
		at += n;
	}
}

static bool matches(struct known *k, struct known_file *f, int fd)
{
	int other = f->used ? -1 : fs_open(f->fresh ? k->box->new : k->box->cur, f->name, O_RDONLY, 0);
	bool equal = other >= 0 && same(fd, other) && fs_sync(other) == 0;

	if (other >= 0)
		fs_close(&other);
	return equal;
}

const char *known_find(struct known *k, const char *tmp, off_t size)
{
	size_t lo = 0, hi = k->n;
	const char *name = NULL;
	int fd;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->v[mid].size < size)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == k->n || k->v[lo].size != size)
		return NULL;
	fd = fs_open(k->box->tmp, tmp, O_RDONLY, 0);
	for (; fd >= 0 && !name && lo < k->n && k->v[lo].size == size; lo++) {
		if (matches(k, &k->v[lo], fd)) {
			k->v[lo].used = true;
			name = k->v[lo].name;
		}
	}
	if (fd >= 0)
		fs_close(&fd);
	return name;
}
