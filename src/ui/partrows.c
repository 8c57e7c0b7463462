/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * partrows: the rows of the parts screen: the parts of a message, and the files that stand
 * inside of them (mime/inner.c), which are parts of their own here.  What is inside is looked
 * for part by part between keys; a file is decoded when something is done with it.
 */
#include "screens.h"

#define FIRST_BYTES 512         /* of a file, that tell its type                */

struct part_inside { struct part_inside *next; const struct part *of; struct inners all; };

static unsigned depth_of(const struct part *p)
{
	unsigned n = 0;

	for (p = p->parent; p; p = p->parent)
		n++;
	return n;
}

static struct part_row *add(struct part_rows *rows, size_t at)
{
	mem_grow(rows->v, rows->n, rows->cap);
	memmove(rows->v + at + 1, rows->v + at, (rows->n++ - at) * sizeof(*rows->v));
	rows->v[at] = (struct part_row){ .fd = -1 };
	return &rows->v[at];
}

void part_rows_fill(struct part_rows *rows, struct render *r)
{
	const struct mime_tree *tree = render_tree(r);

	for (const struct part *q = tree_next(tree, NULL); q; q = tree_next(tree, q)) {
		struct part_row *row = add(rows, rows->n);

		row->part = q;
		row->depth = depth_of(q);
		snprintf(row->label, sizeof(row->label), "%.30s", q->number);
	}
}

void part_rows_release(struct part_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct part_row *row = &rows->v[i];

		if (row->fd >= 0)
			fs_close(&row->fd);
		if (row->own) {
			free(row->own->type);
			free(row->own->subtype);
			free(row->own->number);
			free(row->own);
		}
	}
	while (rows->insides) {
		struct part_inside *next = rows->insides->next;

		inners_release(&rows->insides->all);
		free(rows->insides);
		rows->insides = next;
	}
	free(rows->v);
	*rows = (struct part_rows){ 0 };
}

/* ---- what is inside ---- */

static int write_first(struct sink *sink, struct slice s, struct err *err)
{
	struct str *out = sink->ctx;

	str_addsl(out, sl_head(s, FIRST_BYTES - MIN(out->n, (size_t)FIRST_BYTES)));
	return out->n < FIRST_BYTES ? 0 : err_set(err, ERR_LIMIT, "%s", "");
}

/* A part that is nothing but this file. */
static struct part *as_part(struct render *r, const struct part_inside *in, const struct inner *one, size_t k)
{
	struct part *p = mem_zalloc(sizeof(*p));
	struct str first, number;
	struct sink sink = { .write = write_first, .ctx = &first, .fd = -1 };
	struct err ignored = ERR_INIT;
	const char *type, *slash;
	struct slice mem;
	int fd;

	str_init(&first, FIRST_BYTES);
	str_init(&number, 256);
	render_bytes(r, &fd, &mem);
	inner_copy(in->of, &in->all, one, fd, mem, &sink, &ignored);
	type = type_of(sl(one->name), str_sl(&first));
	slash = strchr(type, '/');
	p->type = mem_strndup(type, (size_t)(slash - type));
	p->subtype = mem_strdup(slash + 1);
	str_addf(&number, "%.30s-%zu", in->of->number, k + 1);
	p->number = str_detach(&number);
	p->filename = *one->name ? one->name : NULL;
	p->enc = ENC_BINARY;
	p->end = (off_t)(one->kind == INNER_UU ? (one->to - one->from) / 4 * 3 : one->to - one->from);
	str_release(&first);
	return p;
}

static void add_inside(struct part_rows *rows, struct render *r, size_t at, const struct part_inside *in)
{
	for (size_t k = 0; k < in->all.n; k++) {
		const struct inner *one = &in->all.v[k];
		struct part_row *row = add(rows, at + 1 + k);

		row->inside = one;
		row->in = in;
		row->depth = rows->v[at].depth + 1 + (one->part ? depth_of(one->part) : 0);
		snprintf(row->label, sizeof(row->label), "%.20s/%zu", in->of->number, k + 1);
		if (!one->part)
			row->own = as_part(r, in, one, k);
		row->part = one->part ? one->part : row->own;
	}
}

bool part_rows_look(struct part_rows *rows, struct render *r)
{
	const struct part *q = rows->looked < rows->n ? rows->v[rows->looked].part : NULL;
	struct part_inside *in;
	struct err ignored = ERR_INIT;
	struct slice mem;
	size_t before = rows->n;
	int fd;

	if (!q)
		return false;
	if (inner_may_be(q)) {
		in = mem_zalloc(sizeof(*in));
		in->of = q;
		in->next = rows->insides;
		rows->insides = in;
		render_bytes(r, &fd, &mem);
		if (inner_find(q, fd, mem, &in->all, &ignored) == 0)
			add_inside(rows, r, rows->looked, in);
	}
	rows->looked += 1 + rows->n - before;
	return rows->looked < rows->n;
}

/* ---- its bytes ---- */

int part_row_bytes(struct app *a, struct render *r, struct part_row *row, int *fd, struct slice *mem, struct err *err)
{
	struct sink sink;
	int from, rc;

	render_bytes(r, fd, mem);
	if (!row->inside)
		return 0;
	from = *fd;
	*fd = -1;
	if (row->inside->part) {
		*mem = sl_make(row->in->all.bytes.p, row->in->all.bytes.n);
		return 0;
	}
	if (row->fd < 0) {
		if (fs_mkdirs(a->conf.cache, err) != 0 || (row->fd = fs_tmpfile(a->conf.cache, err)) < 0)
			return -1;
		sink_fd(&sink, row->fd);
		rc = inner_copy(row->in->of, &row->in->all, row->inside, from, *mem, &sink, err);
		if (rc != 0) {
			fs_close(&row->fd);
			return -1;
		}
		row->own->end = (off_t)sink.count;
	}
	*mem = SL_NONE;
	*fd = row->fd;
	return 0;
}
