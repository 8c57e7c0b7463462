/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text to the wire and back: in pieces as at once; and text of the wire, whatever it is. */
#include "fuzz.h"
#include "proto/proto.h"

static void stuff(struct slice in, bool pieces, struct str *out)
{
	unsigned state = fuzz_number(in, 10);
	struct slice piece;
	struct stuff s;

	stuff_init(&s, true);
	while (pieces && fuzz_piece(&in, &state, &piece))
		stuff_feed(&s, piece, out);
	stuff_feed(&s, in, out);
	stuff_end(&s, out);
}

/* Up to the end: the bytes that it took. */
static size_t unstuff(struct slice in, bool strict, bool pieces, struct str *out)
{
	unsigned state = fuzz_number(in, 10);
	struct slice piece = in, run, all = in;
	struct unstuff u;
	int rc = 0;

	unstuff_init(&u, strict);
	while (rc != 2 && (!pieces || fuzz_piece(&in, &state, &piece))) {
		while ((rc = unstuff_next(&u, &piece, &run)) == 1)
			str_addsl(out, run);
		bug_on(rc == 0 && piece.n);
		if (!pieces)
			break;
	}
	return rc == 2 ? all.n - (pieces ? in.n : 0) - piece.n : all.n;
}

FUZZ(in)
{
	struct str s[4];        /* of the wire, text, and each again */

	for (int i = 0; i < 4; i++)
		str_init(&s[i], STR_MAX);
	for (int strict = 0; strict < 2; strict++) {
		str_clear(&s[1]);
		str_clear(&s[3]);
		bug_on(unstuff(in, strict, false, &s[1]) != unstuff(in, strict, true, &s[3]));
		bug_on(!sl_eq(str_sl(&s[1]), str_sl(&s[3])));
	}
	stuff(in, false, &s[0]);
	stuff(in, true, &s[2]);
	bug_on(!sl_eq(str_sl(&s[0]), str_sl(&s[2])) || (in.n && !sl_ends(str_sl(&s[0]), "\r\n")));
	for (int i = 0; i < 2; i++) {   /* once there are only line ends of ours in it, it stays so */
		str_adds(&s[0], ".\r\nbehind");
		str_clear(&s[1 + 2 * i]);
		bug_on(unstuff(str_sl(&s[0]), true, false, &s[1 + 2 * i]) != s[0].n - 6);
		str_clear(&s[0]);
		stuff(str_sl(&s[1]), false, &s[0]);
	}
	bug_on(!sl_eq(str_sl(&s[1]), str_sl(&s[3])));
	for (int i = 0; i < 4; i++)
		str_release(&s[i]);
}
