/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * thread: the tree of a conversation (RFC 5256 REFERENCES), a pure function of the
 * set of messages: they are taken in the order of their dates, whatever order they
 * came in.  Two passes decide who is whose parent.  First each message says it of
 * itself, with its last reference; then the chains of references say it of messages
 * that are missing or name no parent.  A link that would close a loop is left out:
 * a union-find tells in nearly constant time.
 *
 * Missing messages are not shown: their children stand in their place, marked.  Of
 * several messages with one ident the first has the children.
 */
#include "index/priv.h"

#define NONE SIZE_MAX
#define UNKNOWN (SIZE_MAX - 1)

/* One ident, with or without a message. */
struct node {
	uint64_t ident;
	size_t item;            /* in order, NONE: missing                      */
	size_t parent, root;    /* nodes; root: union-find                      */
	size_t shown;           /* the nearest node above with a message        */
};
struct order { const struct thread_item *v; size_t n; struct node *nodes; size_t n_nodes; size_t *by_date, *node_of; };

static int by_date_cmp(const void *a, const void *b)
{
	const struct thread_item *x = *(const struct thread_item *const *)a, *y = *(const struct thread_item *const *)b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	if (x->ident != y->ident)
		return x->ident < y->ident ? -1 : 1;
	if (x->n_refs != y->n_refs)
		return x->n_refs < y->n_refs ? -1 : 1;
	for (size_t k = x->n_refs; k-- > 0;)
		if (x->refs[k] != y->refs[k])
			return x->refs[k] < y->refs[k] ? -1 : 1;
	return 0;
}

static int ident_cmp(const void *a, const void *b)
{
	uint64_t x = ((const struct node *)a)->ident, y = ((const struct node *)b)->ident;

	return x < y ? -1 : x > y;
}

static size_t node_find(const struct order *o, uint64_t ident)
{
	struct node key = { .ident = ident };
	struct node *at = bsearch(&key, o->nodes, o->n_nodes, sizeof(key), ident_cmp);

	return (size_t)(at - o->nodes);
}

static void make_nodes(struct order *o)
{
	size_t cap = o->n, n = 0, kept = 0;

	for (size_t i = 0; i < o->n; i++)
		cap += o->v[i].n_refs;
	o->nodes = mem_array(NULL, cap, sizeof(*o->nodes));
	for (size_t i = 0; i < o->n; i++) {
		o->nodes[n++].ident = o->v[i].ident;
		for (size_t k = 0; k < o->v[i].n_refs; k++)
			o->nodes[n++].ident = o->v[i].refs[k];
	}
	qsort(o->nodes, n, sizeof(*o->nodes), ident_cmp);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || o->nodes[kept - 1].ident != o->nodes[i].ident)
			o->nodes[kept++].ident = o->nodes[i].ident;
	o->n_nodes = kept;
	for (size_t i = 0; i < kept; i++) {
		o->nodes[i].item = o->nodes[i].parent = NONE;
		o->nodes[i].shown = UNKNOWN;
		o->nodes[i].root = i;
	}
}

static size_t root_of(struct node *v, size_t x)
{
	while (v[x].root != x) {
		v[x].root = v[v[x].root].root;
		x = v[x].root;
	}
	return x;
}

static void link_nodes(struct order *o, size_t parent, size_t child)
{
	struct node *v = o->nodes;

	if (v[child].parent != NONE || root_of(v, parent) == child)
		return;
	v[child].parent = parent;
	v[child].root = parent;
}

static void link_all(struct order *o)
{
	for (size_t k = 0; k < o->n; k++) {
		const struct thread_item *t = &o->v[o->by_date[k]];

		if (t->n_refs && o->nodes[o->node_of[o->by_date[k]]].item == o->by_date[k])
			link_nodes(o, node_find(o, t->refs[t->n_refs - 1]), o->node_of[o->by_date[k]]);
	}
	for (size_t k = 0; k < o->n; k++) {
		const struct thread_item *t = &o->v[o->by_date[k]];
		size_t above = NONE;

		for (size_t r = 0; r < t->n_refs; r++) {
			size_t node = node_find(o, t->refs[r]);

			if (above != NONE)
				link_nodes(o, above, node);
			above = node;
		}
	}
}

/* The nearest message above a node; the missing ones on the way remember it. */
static size_t shown_above(struct node *v, size_t x)
{
	size_t top = v[x].parent;

	while (top != NONE && v[top].item == NONE && v[top].shown == UNKNOWN)
		top = v[top].parent;
	if (top != NONE && v[top].item == NONE)
		top = v[top].shown;
	for (x = v[x].parent; x != NONE && v[x].item == NONE && v[x].shown == UNKNOWN; x = v[x].parent)
		v[x].shown = top;
	return top;
}

struct frame { size_t item; unsigned depth; };

static void set_parents(struct order *o, struct thread_item *out, size_t *parent)
{
	for (size_t i = 0; i < o->n; i++) {
		size_t node = o->node_of[i], above, from = node;

		if (o->nodes[node].item != i && out[i].n_refs) {
			/* a copy: under what it names, beside the first */
			from = node_find(o, out[i].refs[out[i].n_refs - 1]);
			above = o->nodes[from].item != NONE ? from : shown_above(o->nodes, from);
			if (above == node)
				above = NONE;
			out[i].ghost_parent = o->nodes[from].item == NONE;
		} else {
			above = shown_above(o->nodes, node);
			out[i].ghost_parent = o->nodes[node].parent != NONE && o->nodes[o->nodes[node].parent].item == NONE;
		}
		parent[i] = above == NONE ? NONE : o->nodes[above].item;
	}
}

/* Depth first; lists of children come out in the order of dates. */
static void walk(const struct order *o, const size_t *parent, size_t *seq, unsigned *depth)
{
	size_t *first = mem_array(NULL, o->n, sizeof(size_t)), *next = mem_array(NULL, o->n, sizeof(size_t));
	struct frame *stack = mem_array(NULL, o->n, sizeof(*stack));
	size_t top = 0, n = 0, roots = NONE;

	for (size_t i = 0; i < o->n; i++)
		first[i] = NONE;
	for (size_t k = o->n; k-- > 0;) {
		size_t i = o->by_date[k], *head = parent[i] == NONE ? &roots : &first[parent[i]];

		next[i] = *head;
		*head = i;
	}
	if (roots != NONE)
		stack[top++] = (struct frame){ roots, 0 };
	while (top > 0) {
		struct frame f = stack[--top];

		seq[n] = f.item;
		depth[n++] = f.depth;
		if (next[f.item] != NONE)
			stack[top++] = (struct frame){ next[f.item], f.depth };
		if (first[f.item] != NONE)
			stack[top++] = (struct frame){ first[f.item], f.depth + 1 };
	}
	bug_on(n != o->n);
	free(first);
	free(next);
	free(stack);
}

static void arrange(struct thread_item *v, const struct order *o, const size_t *parent)
{
	size_t n = o->n, *seq = mem_array(NULL, n, sizeof(size_t)), *place = mem_array(NULL, n, sizeof(size_t));
	unsigned *depth = mem_array(NULL, n, sizeof(*depth));
	struct thread_item *out = mem_array(NULL, n, sizeof(*out));

	walk(o, parent, seq, depth);
	for (size_t k = 0; k < n; k++)
		place[seq[k]] = k;
	for (size_t k = 0; k < n; k++) {
		out[k] = v[seq[k]];
		out[k].depth = depth[k];
		out[k].parent = parent[seq[k]] == NONE ? SIZE_MAX : place[parent[seq[k]]];
	}
	memcpy(v, out, n * sizeof(*v));
	free(seq);
	free(place);
	free(depth);
	free(out);
}

void thread_order(struct thread_item *v, size_t n)
{
	struct order o = { .v = v, .n = n };
	const struct thread_item **sorted;
	size_t *parent;

	if (n == 0)
		return;
	sorted = mem_array(NULL, n, sizeof(*sorted));
	o.by_date = mem_array(NULL, n, sizeof(size_t));
	o.node_of = mem_array(NULL, n, sizeof(size_t));
	parent = mem_array(NULL, n, sizeof(size_t));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &v[i];
	qsort(sorted, n, sizeof(*sorted), by_date_cmp);
	make_nodes(&o);
	for (size_t k = 0; k < n; k++) {
		size_t i = o.by_date[k] = (size_t)(sorted[k] - v);

		o.node_of[i] = node_find(&o, v[i].ident);
		if (o.nodes[o.node_of[i]].item == NONE)
			o.nodes[o.node_of[i]].item = i;
	}
	link_all(&o);
	set_parents(&o, v, parent);
	arrange(v, &o, parent);
	free(sorted);
	free(parent);
	free(o.by_date);
	free(o.node_of);
	free(o.nodes);
}
