/* SPDX-License-Identifier: GPL-3.0-or-later
 * str, err and mem: growth, limits, escapes, sentences */
#include "../../tap.h"
#include <errno.h>

static void test_growth(void)
{
	struct str s;
	char *taken;

	str_init(&s, 10);
	ok(s.p && s.p[0] == 0, "a new one is an empty string");
	is_int(str_add(&s, "12345", 5), 0, "half full");
	is_int(str_add(&s, "678901", 6), -1, "one past the limit");
	is_slice(str_sl(&s), SL("12345"), "adds nothing");
	ok(s.full, "and marks it");
	is_int(str_adds(&s, "67890"), 0, "up to the limit");
	is_slice(str_sl(&s), SL("1234567890"), "is held");
	is_int(s.p[10], 0, "with a NUL after it");
	is_int(str_addc(&s, 'x'), -1, "not one more");
	str_drop(&s, 4);
	is_slice(str_sl(&s), SL("567890"), "drop takes from the front");
	str_cut(&s, 2);
	is_slice(str_sl(&s), SL("56"), "cut keeps the head");
	str_cut(&s, 9);
	is_slice(str_sl(&s), SL("56"), "cut never lengthens");
	ok(s.full, "the mark stays");
	str_clear(&s);
	ok(!s.full && s.n == 0 && s.p[0] == 0, "until it is cleared");
	taken = str_detach(&s);
	is_str(taken, "", "an empty one can be taken");
	free(taken);
	ok(s.cap == 0 && s.max == 10, "and leaves a new one");
	str_drop(&s, 3);
	str_cut(&s, 0);
	str_wipe(&s);
	is_str(s.p, "", "nothing to drop, cut or wipe");
	taken = str_detach(&s);
	taken[0] = 'x';
	is_str(s.p, "", "what was taken is not shared");
	free(taken);
	is_int(str_reserve(&s, 11), -1, "no room past the limit");
	is_int(str_reserve(&s, SIZE_MAX), -1, "no overflow");
	is_int(str_reserve(&s, 10), 0, "room up to the limit");
	str_release(&s);
	str_release(&s);
	is_str(s.p, "", "released twice");
}

static void test_format(void)
{
	struct str s;

	str_init(&s, 40);
	for (int i = 0; i < 9; i++)
		str_addf(&s, "%d:%s,", i, "x");
	is_slice(str_sl(&s), SL("0:x,1:x,2:x,3:x,4:x,5:x,6:x,7:x,8:x,"), "formats add up");
	is_int(str_addf(&s, "%05d", 1), -1, "a format past the limit");
	is_int((long long)s.n, 36, "adds nothing");
	is_int(s.p[36], 0, "and leaves the end");
	is_int(str_addf(&s, "%04d", 1), 0, "up to the limit");
	is_int(str_addf(&s, "%s", ""), 0, "an empty format fits a full one");
	str_release(&s);
}

static void check_escape(int (*add)(struct str *, struct slice), struct slice in,
	struct slice want, const char *name)
{
	struct str s;

	str_init(&s, want.n);
	is_int(add(&s, in), 0, "%s", name);
	is_slice(str_sl(&s), want, "%s", name);
	str_release(&s);
	if (!want.n)
		return;
	str_init(&s, want.n - 1);
	is_int(add(&s, in), -1, "%s: one byte less does not do", name);
	is_int((long long)s.n, 0, "%s: nothing is left of it", name);
	str_release(&s);
}

static void test_json(void)
{
	check_escape(str_addjson, SL(""), SL("\"\""), "RFC 8259 7: empty");
	check_escape(str_addjson, SL("a\"\\/b"), SL("\"a\\\"\\\\/b\""), "quote and backslash");
	check_escape(str_addjson, SL("\n\r\t"), SL("\"\\n\\r\\t\""), "short forms");
	check_escape(str_addjson, sl_make("\0\x1b\x1f\x7f", 4),
		SL("\"\\u0000\\u001B\\u001F\\u007F\""), "controls and DEL");
	check_escape(str_addjson, SL("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA"),
		SL("\"\\u2028\\u2029\xE2\x80\xAA\""), "line separators");
	check_escape(str_addjson, SL("\xED\x95\x9C\xF0\x9F\x94\xA5"),
		SL("\"\xED\x95\x9C\xF0\x9F\x94\xA5\""), "text of two planes");
	check_escape(str_addjson, SL("a\xFF\xE2\x82" "b\xC0\xAF\xED\xA0\x80"),
		SL("\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD"
		"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""), "bytes that are not UTF-8");
	check_escape(str_addjson, SL("\xEF\xBF\xBD"), SL("\"\xEF\xBF\xBD\""), "a real U+FFFD");
}

static void test_percent(void)
{
	static const char *const bad[] = { "%", "%4", "%4g", "%g4", "a%", "%%41" };
	struct str s, back;
	char all[256];

	check_escape(str_addpct, SL("aZ09-._~@"), SL("aZ09-._~@"), "kept");
	check_escape(str_addpct, sl_make("\0 /%\xFF", 5), SL("%00%20%2F%25%FF"), "escaped");
	str_init(&s, 1000);
	str_init(&back, 1000);
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	str_addpct(&s, sl_make(all, 256));
	is_int(str_unpct(&back, str_sl(&s)), 0, "all bytes");
	is_slice(str_sl(&back), sl_make(all, 256), "come back");
	str_clear(&back);
	str_adds(&back, "x");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		is_int(str_unpct(&back, sl(bad[i])), -1, "\"%s\" is refused", bad[i]);
		is_slice(str_sl(&back), SL("x"), "and leaves nothing");
	}
	is_int(str_unpct(&back, SL("%2f%2F")), 0, "both cases");
	is_slice(str_sl(&back), SL("x//"), "of hex digits");
	str_release(&s);
	str_release(&back);
}

static void test_err(void)
{
	struct err e = ERR_INIT;
	char longer[600];

	is_int(err_set(&e, ERR_LIMIT, "%d is too much", 5), -1, "err_set returns -1");
	ok(e.kind == ERR_LIMIT && e.sys == 0, "kind");
	is_str(e.text, "5 is too much", "text");
	err_prefix(&e, "%s", "work");
	is_str(e.text, "work: 5 is too much", "prefix");
	ok(e.kind == ERR_LIMIT, "a prefix leaves the kind");
	err_set(&e, ERR_PROTO, "again: %s", e.text);
	is_str(e.text, "again: work: 5 is too much", "its own text may be an argument");
	err_set(&e, ERR_PROTO, "%s", "a\r\nb\nc");
	is_str(e.text, "a  b c", "line ends become blanks");
	errno = ENOENT;
	err_sys(&e, "cannot open %s", "x");
	ok(e.kind == ERR_SYS && e.sys == ENOENT && errno == ENOENT, "err_sys keeps errno");
	is_str(e.text, "cannot open x: No such file or directory", "and says it");

	for (size_t tail = 0; tail < 4; tail++) {
		memset(longer, 'a', sizeof(longer));
		for (size_t i = sizeof(e.text) - 8 + tail; i + 4 < sizeof(longer); i += 3)
			memcpy(longer + i, "\xED\x95\x9C", 3);
		longer[sizeof(longer) - 1] = 0;
		err_set(&e, ERR_INPUT, "%s", longer);
		ok(utf8_valid(sl(e.text)) && strlen(e.text) + 3 >= sizeof(e.text) - 1,
			"a long text is cut between characters (%zu)", tail);
		err_prefix(&e, "a longer prefix");
		ok(utf8_valid(sl(e.text)) && sl_starts(sl(e.text), "a longer prefix: aaa"),
			"also behind a prefix");
	}
}

static void test_mem(void)
{
	unsigned char *p = mem_zalloc(64);
	int *list = NULL;
	size_t n = 0, cap = 0;
	bool zero = true, wiped = true;

	for (int i = 0; i < 64; i++) {
		zero &= p[i] == 0;
		p[i] = 0xAA;
	}
	ok(zero, "zalloc zeroes");
	mem_wipe(p, 64);
	for (int i = 0; i < 64; i++)
		wiped &= p[i] == 0;
	ok(wiped, "wipe wipes");
	free(p);
	mem_wipe(NULL, 0);
	ok(mem_strdup(NULL) == NULL && mem_strndup(NULL, 3) == NULL, "no string, no copy");
	p = (unsigned char *)mem_strndup("abc", 2);
	is_str((char *)p, "ab", "strndup stops");
	free(p);
	for (int i = 0; i < 100; i++) {
		mem_grow(list, n, cap);
		list[n++] = i;
	}
	ok(list[99] == 99 && cap == 128, "an array grows");
	free(list);
}

int main(void)
{
	test_growth();
	test_format();
	test_json();
	test_percent();
	test_err();
	test_mem();
	return tap_done();
}
