/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * picks: sets of messages: tagged, marked as deleted, found.
 */
#include "priv.h"

static size_t place(const struct picks *p, int64_t id)
{
	size_t lo = 0, hi = p->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (p->v[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool picks_has(const struct picks *p, int64_t id)
{
	size_t at = place(p, id);

	return at < p->n && p->v[at].id == id;
}

void picks_add(struct picks *p, int64_t id, uint64_t key)
{
	size_t at = place(p, id);

	if (at < p->n && p->v[at].id == id)
		return;
	mem_grow(p->v, p->n, p->cap);
	memmove(&p->v[at + 1], &p->v[at], (p->n - at) * sizeof(*p->v));
	p->v[at] = (struct pick){ id, key };
	p->n++;
}

void picks_del(struct picks *p, int64_t id)
{
	size_t at = place(p, id);

	if (at == p->n || p->v[at].id != id)
		return;
	memmove(&p->v[at], &p->v[at + 1], (p->n - at - 1) * sizeof(*p->v));
	p->n--;
}

void picks_append(struct picks *p, int64_t id, uint64_t key)
{
	mem_grow(p->v, p->n, p->cap);
	p->v[p->n++] = (struct pick){ id, key };
}

static int by_id(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* A million of them in some milliseconds: byte after byte of the ids, the lowest first. */
static void sort_many(struct picks *p)
{
	struct pick *from = p->v, *to = mem_array(NULL, p->n, sizeof(*to)), *swap;
	uint64_t all = 0;

	for (size_t i = 0; i < p->n; i++)
		all |= (uint64_t)p->v[i].id ^ (uint64_t)p->v[0].id;
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t at[256] = { 0 }, sum = 0;

		if (!(all >> shift & 0xff))
			continue;
		for (size_t i = 0; i < p->n; i++)
			at[(uint64_t)from[i].id >> shift & 0xff]++;
		for (size_t b = 0; b < 256; b++) {
			size_t n = at[b];

			at[b] = sum;
			sum += n;
		}
		for (size_t i = 0; i < p->n; i++)
			to[at[(uint64_t)from[i].id >> shift & 0xff]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	p->v = from;
	p->cap = p->n;
	free(to);
}

void picks_sort(struct picks *p)
{
	size_t to = 0;

	if (p->n > 500)
		sort_many(p);
	else if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_id);
	for (size_t i = 0; i < p->n; i++)
		if (to == 0 || p->v[to - 1].id != p->v[i].id)
			p->v[to++] = p->v[i];
	p->n = to;
}

/* Both in the order of ids. */
void picks_merge(struct picks *p, const struct picks *other, bool add)
{
	struct pick *v = mem_array(NULL, p->n + (add ? other->n : 0) + 1, sizeof(*v));
	size_t n = 0, i = 0, k = 0;

	while (i < p->n || (add && k < other->n)) {
		if (k == other->n || (i < p->n && p->v[i].id < other->v[k].id)) {
			v[n++] = p->v[i++];
		} else if (i < p->n && p->v[i].id == other->v[k].id) {
			if (add)
				v[n++] = p->v[i];
			i++;
			k++;
		} else if (add) {
			v[n++] = other->v[k++];
		} else {
			k++;
		}
	}
	free(p->v);
	*p = (struct picks){ v, n, n + 1 };
}

void picks_clear(struct picks *p)
{
	free(p->v);
	*p = (struct picks){ 0 };
}

void picks_take(struct picks *p, const struct wire *w)
{
	struct slice rest, word, part;
	struct str text;

	str_init(&text, WIRE_MAX);
	wire_get(w, "rows", &text);
	rest = str_sl(&text);
	while (sl_word(&rest, &word)) {
		uint64_t v[4] = { 0 };

		for (size_t k = 0; k < 4 && sl_cut(&word, ',', &part); k++)
			for (size_t i = 0; i < part.n; i++)
				v[k] = v[k] << 4 | (uint64_t)MAX(hex_val((unsigned char)part.p[i]), 0);
		picks_append(p, (int64_t)v[0], v[3]);
	}
	str_release(&text);
}
