/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mailboxes in one file: read in large and small blocks the same; quoting there and back. */
#include "fuzz.h"
#include "store/priv.h"
#include <unistd.h>

static void open_box(struct mbox *m, struct slice in, size_t block)
{
	struct err err = ERR_INIT;
	struct stat st;
	int fd = fs_tmpfile("/tmp", &err);

	bug_on(fd < 0 || fs_write_all(fd, in.p, in.n) != 0 || fstat(fd, &st) != 0);
	mbox_block = block;
	bug_on(mbox_read_fd(m, "box", fd, &st, &err) < 0 && !err.text[0]);
}

static void quote_and_back(struct slice in)
{
	struct mbox_quote there = { .undo = false }, back = { .undo = true };
	unsigned state = fuzz_number(in, 10);
	struct slice rest = in, piece;
	struct str quoted, out;

	str_init(&quoted, STR_MAX);
	str_init(&out, STR_MAX);
	while (fuzz_piece(&rest, &state, &piece))
		mbox_quote(&there, piece, false, &quoted);
	mbox_quote(&there, SL_NONE, true, &quoted);
	rest = str_sl(&quoted);
	while (fuzz_piece(&rest, &state, &piece))
		mbox_quote(&back, piece, false, &out);
	mbox_quote(&back, SL_NONE, true, &out);
	bug_on(!sl_eq(str_sl(&out), in) || sl_starts(str_sl(&quoted), "From ") || sl_search(str_sl(&quoted), SL("\nFrom ")) >= 0);
	str_release(&quoted);
	str_release(&out);
}

FUZZ(in)
{
	struct mbox a, b;
	struct mbox_msg x, y;
	struct err err = ERR_INIT;
	int more;
	off_t at = 0;

	quote_and_back(in);
	open_box(&a, in, 65536);
	open_box(&b, in, 64 + fuzz_number(in, 200));
	while ((more = mbox_next(&a, &x, &err)) == mbox_next(&b, &y, &err) && more == 1) {
		bug_on(x.from != y.from || x.at != y.at || x.len != y.len || x.next != y.next || x.sum != y.sum);
		bug_on(x.when != y.when || strcmp(x.flags, y.flags) != 0 || x.old != y.old || x.raw != y.raw);
		bug_on(x.from < at || x.at < x.from || x.len < 0 || x.next < x.at + x.len || x.next > (off_t)in.n);
		at = x.next;
	}
	bug_on(more != 0 || mbox_next(&b, &y, &err) != 0);
	mbox_close(&a);
	mbox_close(&b);
}
