/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names of keys, read and written.
 */
#include "../../tap.h"
#include "tui/priv.h"
#include <locale.h>

static void reads(const char *name, int n, key_code a, key_code b, key_code c)
{
	key_code want[3] = { a, b, c }, got[8] = { 0 };
	int rc = keys_parse(sl(name), got, ARRAY_LEN(got));

	ok(rc == n && (n < 0 || memcmp(want, got, (size_t)n * sizeof(*got)) == 0), "\"%s\" is %d keys (got %d: %x %x %x)", name, n,
		rc, got[0], got[1], got[2]);
}

static void writes(const key_code *keys, size_t n, const char *small, const char *exact)
{
	struct str s;

	str_init(&s, 1000);
	keys_format(keys, n, &s);
	is_str(s.p, small, "for hints: %s", small);
	str_clear(&s);
	keys_format_exact(keys, n, &s);
	is_str(s.p, exact, "exactly: %s", exact);
	str_release(&s);
}
#define WRITES(small, exact, ...) do { static const key_code keys[] = { __VA_ARGS__ }; \
	writes(keys, ARRAY_LEN(keys), small, exact); } while (0)

static void test_parse(void)
{
	reads("a", 1, 'a', 0, 0);
	reads("A", 1, 'A', 0, 0);
	reads("^X", 1, 24, 0, 0);
	reads("^x", 1, 24, 0, 0);
	reads("C-x", 1, 24, 0, 0);
	reads("\\Cx", 1, 24, 0, 0);
	reads("\\C-x", 1, 24, 0, 0);
	reads("<C-x>", 1, 24, 0, 0);
	reads("^X^C", 2, 24, 3, 0);
	reads("^X ^C", 2, 24, 3, 0);
	reads("^@", 1, 0, 0, 0);
	reads("^_", 1, 31, 0, 0);
	reads("^?", 1, 127, 0, 0);
	reads("^", 1, '^', 0, 0);
	reads("^ a", 2, '^', 'a', 0);
	reads("<Esc>", 1, 27, 0, 0);
	reads("<esc>", 1, 27, 0, 0);
	reads("Esc v", 2, 27, 'v', 0);
	reads("M-v", 2, 27, 'v', 0);
	reads("\\ev", 2, 27, 'v', 0);
	reads("<M-v>", 2, 27, 'v', 0);
	reads("M-^V", 2, 27, 22, 0);
	reads("<A-Left>", 2, 27, KEY_LEFT_, 0);
	reads("M-<Up>", 2, 27, KEY_UP_, 0);
	reads(",u", 2, ',', 'u', 0);
	reads("gg", 2, 'g', 'g', 0);
	reads("up", 2, 'u', 'p', 0);
	reads("Up", 1, KEY_UP_, 0, 0);
	reads("<up>", 1, KEY_UP_, 0, 0);
	reads("<PageDown>", 1, KEY_PGDN, 0, 0);
	reads("PgDn", 1, KEY_PGDN, 0, 0);
	reads("<F1>", 1, KEY_F1_, 0, 0);
	reads("F20", 1, KEY_F20_, 0, 0);
	reads("<f12>", 1, KEY_F1_ + 11, 0, 0);
	reads("F21", 3, 'F', '2', '1');
	reads("<BackTab>", 1, KEY_BACKTAB, 0, 0);
	reads("<S-Tab>", 1, KEY_BACKTAB, 0, 0);
	reads("<C-Left>", 1, KEY_CTRL_LEFT, 0, 0);
	reads("<Space>", 1, ' ', 0, 0);
	reads("<Backspace>", 1, 127, 0, 0);
	reads("<Tab><Enter>", 2, 9, 13, 0);
	reads("<return>x", 2, 13, 'x', 0);
	reads("<", 1, '<', 0, 0);
	reads("<>", 2, '<', '>', 0);
	reads("<<>", 1, '<', 0, 0);
	reads("<>>", 1, '>', 0, 0);
	reads("<lt>", 1, '<', 0, 0);
	reads("<=", 2, '<', '=', 0);
	reads("C-", 2, 'C', '-', 0);
	reads("\\", 1, '\\', 0, 0);
	reads("\\\\", 1, '\\', 0, 0);
	reads("ㅎ", 1, 0x314E, 0, 0);
	reads("<é>", 1, 0xE9, 0, 0);
	reads("", -1, 0, 0, 0);
	reads("  ", -1, 0, 0, 0);
	reads("<NoSuchKey>", -1, 0, 0, 0);
	reads("<F21>", -1, 0, 0, 0);
	reads("abcdefghi", -1, 0, 0, 0);
	reads("\xFF", -1, 0, 0, 0);
	reads("\n", -1, 0, 0, 0);
}

static void test_format(void)
{
	WRITES("^X", "^X", 24);
	WRITES("Esc v", "<Esc>v", 27, 'v');
	WRITES("Esc v", "<Esc>v", KEY_ALT | 'v');
	WRITES("PgDn", "<PageDown>", KEY_PGDN);
	WRITES(",u", ",u", ',', 'u');
	WRITES("Space", "<Space>", ' ');
	WRITES("^X^C", "^X^C", 24, 3);
	WRITES("^X", "<^>X", '^', 'X');
	WRITES("^Left", "<C-Left>", KEY_CTRL_LEFT);
	WRITES("F12", "<F12>", KEY_F1_ + 11);
	WRITES("Bksp", "<Backspace>", 127);
	WRITES("<x>", "<lt>x<>>", '<', 'x', '>');
	WRITES("Tab", "T a b", 'T', 'a', 'b');
	WRITES("C-x", "C - x", 'C', '-', 'x');
	WRITES("\\e", "<\\>e", '\\', 'e');
	WRITES("한", "한", 0xD55C);
	WRITES("Esc Esc", "<Esc><Esc>", 27, 27);
}

static void test_round(void)
{
	static const key_code odd[] = { 'C', 'M', '-', 'x', '<', '>', '\\', '^', 'T', 'a', 'b', 'F', '1', 'e', 27, 9, ' ', 13, 127, 0, 1,
		KEY_UP_, KEY_F1_, KEY_F20_, KEY_PASTE_ON, KEY_CTRL_DELETE, KEY_SHIFT_DOWN, 0x1F600, 'U', 'p', 'E', 's', 'c' };
	int bad = 0;

	rt_set_seed(3);
	for (int round = 0; round < 5000; round++) {
		key_code keys[6], back[8];
		uint32_t r[7];
		struct str s;
		size_t n;

		rt_random(r, sizeof(r));
		n = 1 + r[6] % 6;
		for (size_t i = 0; i < n; i++)
			keys[i] = odd[r[i] % ARRAY_LEN(odd)];
		str_init(&s, 1000);
		keys_format_exact(keys, n, &s);
		if (keys_parse(str_sl(&s), back, ARRAY_LEN(back)) != (int)n || memcmp(keys, back, n * sizeof(*keys)) != 0) {
			tap_note("\"%s\"", s.p);
			bad++;
		}
		str_release(&s);
	}
	is_int(bad, 0, "5000 random rows of keys are read as they were written");
}

/* The letters of bytes, a blank for those that make none (yet). */
static void letters(const char *bytes, const key_code *want, const char *name)
{
	struct letter l = { .n = 0 };
	bool good = true;

	for (size_t i = 0; bytes[i]; i++)
		good = letter_add(&l, bytes[i]) == want[i] && good;
	ok(good, "letters: %s", name);
}
#define LETTERS(bytes, name, ...) do { static const key_code want[] = { __VA_ARGS__ }; letters(bytes, want, name); } while (0)

static void test_letters(void)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		tap_skip("letters: no locale C.UTF-8");
		return;
	}
	LETTERS("a\xed\x95\x9c", "one byte and three", 'a', KEY_NONE_, KEY_NONE_, 0xD55C);
	LETTERS("\xff\xed" "b", "broken ones are none, and what follows is", KEY_NONE_, KEY_NONE_, 'b');
	LETTERS("\xf4\x8f\xbf\xbf", "the last of Unicode", KEY_NONE_, KEY_NONE_, KEY_NONE_, 0x10FFFF);
	LETTERS("\xf4\x90\x80\x80", "what stands behind it is no key", KEY_NONE_, KEY_NONE_, KEY_NONE_, KEY_NONE_);
	LETTERS("\xf4\x90\x80\x97", "nor the end of a paste", KEY_NONE_, KEY_NONE_, KEY_NONE_, KEY_NONE_);
}

int main(void)
{
	key_code few[2];

	test_parse();
	test_format();
	test_round();
	test_letters();
	is_int(keys_parse(SL("abc"), few, 2), -1, "three keys do not fit into two");
	is_int(keys_parse(SL("ab"), few, 2), 2, "two do");
	ok(key_is_text('a') && key_is_text(0xD55C) && key_is_text(' ') && key_is_text(0x10FFFF), "text");
	ok(!key_is_text(27) && !key_is_text(127) && !key_is_text(0x9B) && !key_is_text(0xD800), "controls are none");
	ok(!key_is_text(KEY_UP_) && !key_is_text(KEY_ALT | 'a') && !key_is_text(KEY_NONE_), "nor are keys with names");
	return tap_done();
}
