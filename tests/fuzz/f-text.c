/* SPDX-License-Identifier: GPL-3.0-or-later
 * What can be searched in a message, and each of its parts as text. */
#include "fuzz.h"
#include "mime/mime.h"

#define TEXT_MAX ((size_t)1 << 20)

FUZZ(in)
{
	struct mime_tree *tree = mime_parse_mem(in, NULL);
	struct err err = ERR_INIT;
	unsigned attachments = 0;
	struct sink sink;
	struct str out;
	char label[64], text[] = "text", enriched[] = "enriched", richtext[] = "richtext";

	str_init(&out, TEXT_MAX);
	bug_on(tree_text(tree, -1, in, TEXT_MAX / 4, &out, &attachments, &err) != 0);
	bug_on(out.n > TEXT_MAX / 4 || attachments > tree->parts || !utf8_valid(str_sl(&out)));
	str_clear(&out);
	rtf_text(in, &out);
	enriched_html(&(struct part){ .type = text, .subtype = in.n & 1 ? enriched : richtext }, in, &out);
	for (struct part *p = tree_next(tree, NULL); p; p = tree_next(tree, p)) {
		if (p->kind != PART_LEAF)
			continue;
		str_clear(&out);
		sink_str(&sink, &out);
		if (part_text(p, -1, in, &sink, &err) == 0)
			bug_on(!utf8_valid(str_sl(&out)));
		str_clear(&out);
		sink_str(&sink, &out);
		part_text_as(p, "iso-2022-kr", -1, in, &sink, &err);
		bug_on(part_text_label(p, -1, in, label, &err) != 0);
		bug_on(memchr(label, 0, sizeof(label)) == NULL);
	}
	str_release(&out);
	tree_free(&tree);
}
