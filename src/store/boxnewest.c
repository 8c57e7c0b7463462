/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxnewest: the newest messages of a mailbox that no index knows: the first screen.
 * Of all the others nothing is kept and, in a Maildir, nothing is hashed.
 */
#include "priv.h"
#include <errno.h>

struct newest { struct box_msg *v; size_t n, max; };

static bool older(const struct box_msg *a, const struct box_msg *b)
{
	if (a->received != b->received)
		return a->received < b->received;
	return a->ref.pos != b->ref.pos ? a->ref.pos < b->ref.pos : strcmp(a->ref.name, b->ref.name) < 0;
}

/* A heap whose head is the oldest that is kept. */
static void sift(struct newest *k, size_t i)
{
	for (;;) {
		size_t c = 2 * i + 1;
		struct box_msg swap;

		if (c >= k->n)
			return;
		if (c + 1 < k->n && older(&k->v[c + 1], &k->v[c]))
			c++;
		if (!older(&k->v[c], &k->v[i]))
			return;
		swap = k->v[c];
		k->v[c] = k->v[i];
		k->v[i] = swap;
		i = c;
	}
}

static void keep(struct newest *k, const struct box_msg *m)
{
	if (k->n == k->max && !older(&k->v[0], m))
		return;
	if (k->n < k->max) {
		k->v[k->n] = *m;
		k->v[k->n++].ref.name = mem_strdup(m->ref.name);
		for (size_t i = k->n == k->max ? k->n / 2 : 0; i-- > 0;)
			sift(k, i);
		return;
	}
	free((char *)(uintptr_t)k->v[0].ref.name);
	k->v[0] = *m;
	k->v[0].ref.name = mem_strdup(m->ref.name);
	sift(k, 0);
}

static int newest_first(const void *a, const void *b)
{
	return older(a, b) ? 1 : older(b, a) ? -1 : 0;
}

/* ---- Maildir ---- */

static int look_in(struct box *b, struct newest *k, bool fresh, struct err *err)
{
	int fd = fresh ? b->md.new : b->md.cur;
	DIR *d = maildir_list(&b->md, fd, err);
	struct dirent *e;

	if (!d)
		return -1;
	while (errno = 0, (e = readdir(d))) {
		struct box_msg m = { .ref = { .name = e->d_name, .fresh = fresh }, .ino = e->d_ino };

		if (!box_is_file(fd, e))
			continue;
		m.received = maildir_when(fd, e->d_name);
		keep(k, &m);
	}
	return maildir_list_end(&b->md, d, err);
}

/* What a listing has of it beside its name; the same one in new/ and cur/ once. */
static void complete(struct newest *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++) {
		struct box_msg *m = &k->v[i];
		bool twice = false;

		m->ref.key = entry_key(m->ref.name);
		for (size_t j = n; j-- > 0 && k->v[j].received == m->received && !twice;)
			twice = k->v[j].ref.key == m->ref.key;
		if (twice) {
			free((char *)(uintptr_t)m->ref.name);
			continue;
		}
		m->print = box_print(m->ref.name, m->ref.fresh);
		m->flags = flags_bits(entry_flags(m->ref.name)) | (m->ref.fresh ? FLAG_FRESH : 0);
		k->v[n++] = *m;
	}
	k->n = n;
}

/* ---- others ---- */

/* The last ones of an mbox, whatever their dates say. */
struct last { struct box_msg *v; size_t n, max; };

static int take_last(void *ctx, const struct box_msg *m)
{
	struct last *l = ctx;

	l->v[l->n++ % l->max] = *m;
	return 0;
}

static int take_file(void *ctx, const struct box_msg *m)
{
	keep(ctx, m);
	return 0;
}

int box_newest(struct box *b, size_t n, int (*each)(void *ctx, const struct box_msg *), void *ctx, struct err *err)
{
	struct newest k = { .max = n };
	bool resumed;
	int r = 0;

	if (n == 0)
		return 0;
	k.v = mem_array(NULL, n, sizeof(*k.v));
	if (b->kind == BOX_MBOX) {
		struct last l = { k.v, 0, n };

		r = box_scan(b, NULL, &resumed, take_last, &l, err);
		for (size_t i = l.n; r == 0 && i-- > l.n - MIN(l.n, n);)
			r = each(ctx, &k.v[i % n]);
		free(k.v);
		return r;
	}
	if (b->kind == BOX_MAILDIR) {
		/* new/ first: what moves to cur/ meanwhile is met twice, not never */
		r = look_in(b, &k, true, err) == 0 ? look_in(b, &k, false, err) : -1;
	} else {
		r = box_scan(b, NULL, &resumed, take_file, &k, err);
	}
	if (r == 0 && k.n)
		qsort(k.v, k.n, sizeof(*k.v), newest_first);
	if (b->kind == BOX_MAILDIR)
		complete(&k);
	for (size_t i = 0; i < k.n; i++) {
		if (r == 0)
			r = each(ctx, &k.v[i]);
		free((char *)(uintptr_t)k.v[i].ref.name);
	}
	free(k.v);
	return r;
}
