/* SPDX-License-Identifier: GPL-3.0-or-later
 * Transfer encodings: whole and in pieces the same, there and back the same. */
#include "fuzz.h"
#include "mime/mime.h"

static void convert(struct slice in, enum enc enc, bool encode, bool pieces, struct str *out)
{
	unsigned state = fuzz_number(in, 10);
	struct enc_state st;
	struct slice piece;

	enc_init(&st, enc, encode);
	while (pieces && fuzz_piece(&in, &state, &piece))
		bug_on(enc_feed(&st, piece, false, out) != 0);
	bug_on(enc_feed(&st, in, true, out) != 0);
}

static void one(struct slice in, enum enc enc, bool encode)
{
	struct str whole, pieces, back;

	str_init(&whole, STR_MAX);
	str_init(&pieces, STR_MAX);
	str_init(&back, STR_MAX);
	convert(in, enc, encode, false, &whole);
	convert(in, enc, encode, true, &pieces);
	bug_on(!sl_eq(str_sl(&whole), str_sl(&pieces)));
	if (encode) {
		convert(str_sl(&whole), enc, false, false, &back);
		bug_on(!sl_eq(str_sl(&back), in));
	}
	str_release(&whole);
	str_release(&pieces);
	str_release(&back);
}

FUZZ(in)
{
	struct enc_look whole = { 0 }, pieces = { 0 };
	unsigned state = fuzz_number(in, 10);
	struct slice rest = in, piece;

	for (enum enc e = ENC_7BIT; e <= ENC_UNKNOWN; e++) {
		one(in, e, false);
		if (e != ENC_UU && e != ENC_UNKNOWN)
			one(in, e, true);
	}
	enc_look_feed(&whole, in);
	while (fuzz_piece(&rest, &state, &piece))
		enc_look_feed(&pieces, piece);
	for (int how = 0; how < 4; how++)
		bug_on(enc_look_best(&whole, how & 1, how & 2) != enc_look_best(&pieces, how & 1, how & 2));
}
