/* SPDX-License-Identifier: GPL-3.0-or-later
 * A draft of From, Subject, a file's name, its type (each with a NUL) and text, which is the
 * file too, is refused or reads back. */
#include "body.h"

static int again(struct gen_file *f, struct err *err)
{
	(void)err;
	src_mem(f->src, *(struct slice *)f->ctx);
	return 0;
}

static void check(struct slice message, const struct gen *g, struct slice file)
{
	struct mime_tree *tree = mime_parse_mem(message, NULL);
	struct part *last = g->n_files ? tree->root->child->next : NULL;
	struct slice line, rest = message;
	struct env env;
	struct str body;

	while (sl_line(&rest, &line))
		bug_on(line.n > 998);
	env_parse(message, &mime_limits_default, &env);
	bug_on(env.from.n != g->from->n || !fuzz_same(env.message_id, "1@example.org") || !env.date.ok);
	bug_on(tree->root->kind != (last ? PART_MULTI : PART_LEAF) || (last && last->next));
	str_init(&body, STR_MAX);
	fuzz_body(last ? last : tree->root, message, &body);
	/* behind a message that is a header only, the line end before the boundary ends the header */
	if (last && last->kind == PART_MESSAGE && last->child->body == last->child->end && body.n == file.n + 1)
		str_cut(&body, file.n);
	bug_on(last && !sl_eq(str_sl(&body), file));
	str_release(&body);
	env_release(&env);
	tree_free(&tree);
}

FUZZ(in)
{
	struct addrs from = { 0 };
	struct src src[2];
	struct gen_file text = { .src = &src[0], .rewind = again, .ctx = &in }, file = { .src = &src[1], .rewind = again, .ctx = &in };
	struct gen g = { .from = &from, .to = &from, .date = 1739404800, .message_id = "1@example.org", .text = &text, .files = &file };
	struct err err = ERR_INIT;
	struct sink sink;
	struct str out;
	char *copy = sl_dup(in), *z[4];
	size_t at = 0;

	for (int i = 0; i < 4; at += strlen(z[i++]) + 1)
		z[i] = copy + MIN(at, in.n);
	in = sl_skip(in, at);
	g.subject = z[1];
	g.n_files = z[2][0] != 0;
	file.filename = z[2];
	file.type = z[3];
	src_mem(&src[0], in);
	src_mem(&src[1], in);
	str_init(&out, STR_MAX);
	sink_str(&sink, &out);
	addrs_parse(sl(z[0]), &mime_limits_default, &from);
	if (from.n == 1 && addr_check(&from.v[0], &err) == 0 && gen_write(&g, &sink, &err) == 0)
		check(str_sl(&out), &g, in);
	str_release(&out);
	addrs_release(&from);
	free(copy);
}
