/* SPDX-License-Identifier: GPL-3.0-or-later
 * slices: comparing, cutting, numbers, letters */
#include "../../tap.h"

static void test_equal(void)
{
	ok(sl_eq(SL_NONE, SL("")), "nothing equals the empty text");
	ok(sl_eq(sl_make("a\0b", 3), sl_make("a\0b", 3)), "a NUL inside is a byte like others");
	ok(!sl_eq(sl_make("a\0b", 3), sl_make("a\0c", 3)), "what follows a NUL counts");
	ok(!sl_eq(SL("ab"), SL("abc")), "a head is not the whole");
	ok(sl_ieq(SL("aBC-1"), SL("AbC-1")), "ASCII letters fold");
	ok(!sl_ieq(SL("\xC4"), SL("\xE4")), "bytes above ASCII do not fold");
	ok(!sl_ieq(SL("@"), SL("`")), "only letters fold");
	ok(sl_is(SL("x"), "x") && !sl_is(SL("x"), "X") && sl_iis(SL("x"), "X"), "is and iis");
	ok(sl_is(SL_NONE, ""), "nothing is the empty string");
	ok(sl_starts(SL("abc"), "ab") && !sl_starts(SL("a"), "ab"), "starts");
	ok(sl_istarts(SL("ABc"), "ab") && !sl_istarts(SL("b"), "a"), "istarts");
	ok(sl_ends(SL("abc"), "bc") && !sl_ends(SL("c"), "bc"), "ends");
	ok(sl_starts(SL_NONE, "") && sl_ends(SL_NONE, ""), "everything starts and ends with nothing");
	ok(sl_cmp(SL("a"), SL("ab")) < 0 && sl_cmp(SL("b"), SL("ab")) > 0, "order is that of bytes");
	ok(sl_cmp(SL("\xFF"), SL("a")) > 0, "bytes are not signed");
	is_int(sl_cmp(SL_NONE, SL("")), 0, "nothing compares as empty");
	is_int((long long)sl(NULL).n, 0, "a NULL string is an empty slice");
}

static void test_parts(void)
{
	is_slice(sl_trim(SL(" \t\r\na b\n ")), SL("a b"), "blanks and line ends go from both ends");
	is_slice(sl_trim(SL("  ")), SL(""), "nothing is left of blanks");
	is_slice(sl_trim(SL_NONE), SL_NONE, "nothing can be trimmed");
	is_slice(sl_skip(SL("abc"), 9), SL(""), "skipping stops at the end");
	is_slice(sl_head(SL("abc"), 2), SL("ab"), "head");
	is_slice(sl_head(SL("abc"), 9), SL("abc"), "head stops at the end");
	is_int(sl_find(SL("abc"), 'c'), 2, "find");
	is_int(sl_find(SL("abc"), 'x'), -1, "find of what is not there");
	is_int(sl_find(SL_NONE, 'x'), -1, "find in nothing");
	is_int(sl_find(sl_make("a\0b", 3), 0), 1, "find a NUL");
	is_int(sl_search(SL("xabab"), SL("ab")), 1, "search finds the first");
	is_int(sl_search(SL("x"), SL("xx")), -1, "search for more than there is");
	is_int(sl_search(SL_NONE, SL("")), 0, "an empty text is everywhere");
}

static void test_cut(void)
{
	struct slice rest = SL("a,,b,"), part;

	ok(sl_cut(&rest, ',', &part), "a first part");
	is_slice(part, SL("a"), "it ends before the comma");
	ok(sl_cut(&rest, ',', &part) && part.n == 0, "an empty part");
	ok(sl_cut(&rest, ',', &part) && sl_is(part, "b"), "a last part");
	ok(!sl_cut(&rest, ',', &part), "the end after a last comma");

	rest = SL("one\r\ntwo\n\nx\ry\r");
	ok(sl_line(&rest, &part) && sl_is(part, "one"), "CRLF ends a line");
	ok(sl_line(&rest, &part) && sl_is(part, "two"), "LF ends a line");
	ok(sl_line(&rest, &part) && part.n == 0, "an empty line");
	ok(sl_line(&rest, &part), "a line without an end");
	is_slice(part, SL("x\ry\r"), "a bare CR is part of the line");
	ok(!sl_line(&rest, &part), "no more lines");

	rest = SL("  USER\t a  ");
	ok(sl_word(&rest, &part) && sl_is(part, "USER"), "a first word");
	ok(sl_word(&rest, &part) && sl_is(part, "a"), "a second word");
	ok(!sl_word(&rest, &part) && part.n == 0, "only blanks are left");
}

static void test_numbers(void)
{
	static const struct { const char *text; uint64_t max; int rc; uint64_t value; } t[] = {
		{ "0", 9, 0, 0 }, { "007", 9, 0, 7 }, { "9", 9, 0, 9 }, { "10", 9, -1, 0 },
		{ "", 9, -1, 0 }, { "-1", 9, -1, 0 }, { "+1", 9, -1, 0 }, { " 1", 9, -1, 0 },
		{ "1 ", 9, -1, 0 }, { "1x", 99, -1, 0 }, { "0x1", 99, -1, 0 },
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -1, 0 },
		{ "99999999999999999999999", UINT64_MAX, -1, 0 },
		{ "255", 255, 0, 255 }, { "256", 255, -1, 0 }, { "1", 0, -1, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		uint64_t value = 42;
		int rc = sl_u64(sl(t[i].text), t[i].max, &value);

		is_int(rc, t[i].rc, "\"%s\" up to %llu", t[i].text, (unsigned long long)t[i].max);
		ok(value == (rc == 0 ? t[i].value : 42), "and its value");
	}
}

static void test_letters(void)
{
	char *copy = sl_dup(sl_make("a\0b", 3));

	ok(memcmp(copy, "a\0b", 4) == 0, "a copy keeps NULs and has one at its end");
	free(copy);
	for (int c = -128; c < 256; c++) {
		bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (ascii_isalpha(c) != alpha || (ascii_lower(c) != c) != (c >= 'A' && c <= 'Z') ||
		    (ascii_upper(c) != c) != (c >= 'a' && c <= 'z'))
			ok(false, "letter %d", c);
	}
	is_int(hex_val('0') + hex_val('9') + hex_val('a') + hex_val('F'), 34, "hex digits");
	is_int(hex_val('g') + hex_val('/') + hex_val(':') + hex_val(0), -4, "no hex digits");
}

int main(void)
{
	test_equal();
	test_parts();
	test_cut();
	test_numbers();
	test_letters();
	return tap_done();
}
