/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * known: which contents lie in a Maildir already, for the day when the record
 * of what was fetched is lost.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct known_file { off_t size; char *name; bool fresh; };
struct known { struct maildir *box; struct known_file *v; size_t n, cap; };

static int by_size(const void *a, const void *b)
{
	const struct known_file *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

struct known *known_load(struct maildir *box, struct err *err)
{
	struct known *k = mem_zalloc(sizeof(*k));
	struct entries all;
	struct stat st;

	k->box = box;
	if (maildir_scan(box, &all, err) != 0) {
		free(k);
		return NULL;
	}
	for (size_t i = 0; i < all.n; i++) {
		struct entry *e = &all.v[i];

		if (fstatat(e->fresh ? box->new : box->cur, e->name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
			continue;
		mem_grow(k->v, k->n, k->cap);
		k->v[k->n++] = (struct known_file){ st.st_size, mem_strdup(e->name), e->fresh };
	}
	entries_release(&all);
	if (k->n)
		qsort(k->v, k->n, sizeof(*k->v), by_size);
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

/* The name of a file with these contents (each is found once), or NULL. */
const char *known_find(struct known *k, int fd, off_t size)
{
	size_t lo = 0, hi = k->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->v[mid].size < size)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < k->n && k->v[lo].size == size; lo++) {
		struct known_file *f = &k->v[lo];
		int other = f->name[0] ? fs_open(f->fresh ? k->box->new : k->box->cur, f->name, O_RDONLY, 0) : -1;
		bool equal = other >= 0 && same(fd, other);

		if (other >= 0)
			fs_close(&other);
		if (equal)
			return f->name;
	}
	return NULL;
}
