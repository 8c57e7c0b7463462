/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files inside a body: uuencode, yEnc, winmail.dat and its RTF. */
#include "fuzz.h"
#include "mime/mime.h"

#define OUT_MAX ((size_t)64 << 20)

static void look(const char *head, struct slice body)
{
	struct inners found = { 0 };
	struct err err = ERR_INIT;
	struct mime_tree *tree;
	struct str message, out;
	struct sink sink;

	str_init(&message, STR_MAX);
	str_init(&out, OUT_MAX);
	str_adds(&message, head);
	str_addsl(&message, body);
	tree = mime_parse_mem(str_sl(&message), NULL);
	if (inner_may_be(tree->root)) {
		bug_on(inner_find(tree->root, -1, str_sl(&message), &found, &err) != 0);
		for (size_t i = 0; i < found.n; i++) {
			bug_on(!found.v[i].name || found.v[i].from > found.v[i].to);
			str_clear(&out);
			sink_str(&sink, &out);
			inner_copy(tree->root, &found, &found.v[i], -1, str_sl(&message), &sink, &err);
		}
	}
	inners_release(&found);
	tree_free(&tree);
	str_release(&message);
	str_release(&out);
}

FUZZ(in)
{
	look("Content-Type: text/plain\n\n", in);
	look("Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: binary\n\n", in);
}
