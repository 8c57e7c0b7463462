/* SPDX-License-Identifier: GPL-3.0-or-later
 * Notices: what became of a message. */
#include "fuzz.h"
#include "mime/mime.h"

FUZZ(in)
{
	struct mime_tree *tree = mime_parse_mem(in, NULL);
	struct err err = ERR_INIT;
	struct report r;

	bug_on(report_read(tree, -1, in, &r, &err) != 0);
	bug_on(r.n > 10000 || (r.kind == REPORT_NONE && r.n));
	for (size_t i = 0; i < r.n; i++) {
		const struct report_rcpt *one = &r.rcpts[i];

		bug_on(!one->address || strlen(one->status) >= sizeof(one->status));
		bug_on(!report_action_word(one->action));
		bug_on(one->status[strspn(one->status, "0123456789.")]);
	}
	report_release(&r);
	tree_free(&tree);
}
