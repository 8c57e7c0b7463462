/* SPDX-License-Identifier: GPL-3.0-or-later
 * Messages to trees: whole and in pieces the same tree, whose offsets hold. */
#include "fuzz.h"
#include "mime/mime.h"

static void same(const struct part *a, const struct part *b)
{
	bug_on(a->kind != b->kind || a->head != b->head || a->body != b->body || a->end != b->end);
	bug_on(a->lines != b->lines || a->blank != b->blank || a->enc != b->enc || a->defects != b->defects);
	bug_on(!fuzz_same(a->type, b->type) || !fuzz_same(a->subtype, b->subtype) || !fuzz_same(a->number, b->number));
	bug_on(!fuzz_same(a->filename, b->filename) || !fuzz_same(a->id, b->id) || a->params.n != b->params.n);
	bug_on(!fuzz_same(a->description, b->description) || !fuzz_same(a->disposition, b->disposition));
}

static void look(const struct mime_tree *tree, const struct part *p, struct slice in)
{
	const struct part *q;
	struct str out;

	bug_on(p->head < 0 || p->body < p->head || p->end < p->body || p->end > (off_t)in.n);
	bug_on(p->parent && (p->head < p->parent->body || p->end > p->parent->end));
	bug_on(p->kind == PART_LEAF ? p->child != NULL : p->child == NULL);
	q = tree_find(tree, sl(p->number));
	bug_on(!q || strcmp(q->number, p->number) != 0);
	str_init(&out, 65536);
	part_remark(p, &out);
	part_charset(p);
	part_damage(p, -1, in);
	for (unsigned bit = 1; bit <= DEF_RAW; bit <<= 1)
		bug_on(p->defects & bit && !part_defect_text(bit));
	str_release(&out);
}

FUZZ(in)
{
	struct mime_tree *whole = mime_parse_mem(in, NULL), *pieces;
	struct parser *ps = parser_new(NULL);
	struct part *a = tree_next(whole, NULL), *b;
	unsigned state = fuzz_number(in, 10);
	struct slice rest = in, piece;

	while (fuzz_piece(&rest, &state, &piece))
		parser_feed(ps, piece);
	pieces = parser_finish(&ps);
	bug_on(whole->parts != pieces->parts || whole->size != pieces->size || whole->defects != pieces->defects);
	b = tree_next(pieces, NULL);
	for (; a && b; a = tree_next(whole, a), b = tree_next(pieces, b)) {
		same(a, b);
		look(whole, a, in);
	}
	bug_on(a || b);
	tree_best_text(whole);
	tree_free(&whole);
	tree_free(&pieces);
}
