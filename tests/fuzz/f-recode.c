/* SPDX-License-Identifier: GPL-3.0-or-later
 * A message for a narrower path: the same parts with the same bytes. */
#include "body.h"
#include <unistd.h>

/* Text may come back with other line ends. */
static void same(const struct part *a, struct slice from, const struct part *b, struct slice to)
{
	struct str x, y;

	bug_on(a->kind != b->kind || !fuzz_same(a->type, b->type) || !fuzz_same(a->subtype, b->subtype));
	str_init(&x, STR_MAX);
	str_init(&y, STR_MAX);
	fuzz_body(a, from, &x);
	fuzz_body(b, to, &y);
	bug_on(a->kind == PART_LEAF && !part_is(a, "text", NULL) && !sl_eq(str_sl(&x), str_sl(&y)));
	str_release(&x);
	str_release(&y);
}

FUZZ(in)
{
	struct mime_tree *before = mime_parse_mem(in, NULL), *after;
	struct part *a = tree_next(before, NULL), *b;
	struct err err = ERR_INIT;
	int fd = fs_tmpfile("/tmp", &err);
	struct sink sink;
	struct str out;

	str_init(&out, STR_MAX);
	sink_str(&sink, &out);
	bug_on(fd < 0 || fs_write_all(fd, in.p, in.n) != 0);
	if (recode_write(before, fd, fuzz_number(in, 2), &sink, &err) == 0 && !(before->defects & (DEF_DEPTH | DEF_PARTS | DEF_HEADER))) {
		after = mime_parse_mem(str_sl(&out), NULL);
		b = tree_next(after, NULL);
		for (; a && b; a = tree_next(before, a), b = tree_next(after, b))
			same(a, in, b, str_sl(&out));
		bug_on(a || b);
		tree_free(&after);
	}
	close(fd);
	str_release(&out);
	tree_free(&before);
}
