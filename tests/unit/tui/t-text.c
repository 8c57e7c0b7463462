/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text of many lines: keys, undo, wrapping, filling, finding, spelling, drawing.
 */
#include "../../tap.h"
#include "tui/tui.h"

#define ACUTE "\xCC\x81"

static struct text *t;
static struct str out;

/* "|" is the cursor, in what is given and in what comes out. */
static void start(const char *with_bar)
{
	ssize_t bar = sl_find(sl(with_bar), '|');
	struct slice before = sl_head(sl(with_bar), bar < 0 ? 0 : (size_t)bar), rest = before, line;
	struct str plain;
	size_t n = 0, last = 0;

	str_init(&plain, 1 << 20);
	str_addsl(&plain, before);
	str_adds(&plain, with_bar + (bar < 0 ? 0 : bar + 1));
	text_set(t, str_sl(&plain));
	while (sl_cut(&rest, '\n', &line)) {
		n++;
		last = line.n;
	}
	if (before.n && before.p[before.n - 1] == '\n')
		text_goto(t, n, 0);
	else
		text_goto(t, n ? n - 1 : 0, last);
	str_release(&plain);
}

static void press(const char *keys)
{
	key_code k[300];
	int n = keys_parse(sl(keys), k, ARRAY_LEN(k));

	for (int i = 0; i < n; i++)
		if (k[i] == 27 && i + 1 < n)
			text_key(t, k[++i] | KEY_ALT);
		else
			text_key(t, k[i]);
}

static const char *now(void)
{
	size_t line, byte;

	text_cursor(t, &line, &byte);
	str_clear(&out);
	for (size_t i = 0; i < text_lines(t); i++) {
		struct slice s = text_line(t, i);

		if (i)
			str_addc(&out, '\n');
		str_addsl(&out, i == line ? sl_head(s, byte) : s);
		if (i == line) {
			str_addc(&out, '|');
			str_addsl(&out, sl_skip(s, byte));
		}
	}
	return out.p;
}

static void after(const char *with_bar, const char *keys, const char *want)
{
	start(with_bar);
	press(keys);
	is_str(now(), want, "%s", keys);
}

static void test_keys(void)
{
	after("|ab", "x<Enter>y", "x\ny|ab");
	after("ab\n|cd", "<Backspace>", "ab|cd");
	after("ab|\ncd", "<Delete>", "ab|cd");
	after("ab|\ncd", "<Right>", "ab\n|cd");
	after("ab\n|cd", "<Left>", "ab|\ncd");
	after("|", "<Backspace><Delete><Left><Up>", "|");
	after("abc|\nx\nabcd", "<Down>", "abc\nx|\nabcd");
	after("abc|\nx\nabcd", "<Down><Down>", "abc\nx\nabc|d");
	after("abc\nx\nab|cd", "<Up><Up>", "ab|c\nx\nabcd");
	after("a|bc", "<Up>", "|abc");
	after("a|bc", "<Down>", "abc|");
	after("ab|c\ndef", "^E", "abc|\ndef");
	after("abc\nde|f", "^A", "abc\n|def");
	after("abc\nde|f", "<Esc><lt>", "|abc\ndef");
	after("a|bc\ndef", "<Esc><>>", "abc\ndef|");
	after("a|bc\ndef", "<C-End><C-Home>x", "x|abc\ndef");
	after("one| two\nthree", "<Esc>f<Esc>f", "one two\nthree|");
	after("one two\n|three", "<Esc>b", "one |two\nthree");
	after("one|\ntwo", "<Esc>d", "one|");
	after("one two|", "<Esc><Backspace>", "one |");
	after("one|two", "^T", "onte|wo");
	after("|one two", "<Esc>u", "ONE| two");
	after("|one\n", "<Tab>", "\t|one\n");
	after("한글|", "<Backspace>", "한|");
	after("e" ACUTE "x|", "<Left><Left>", "|e" ACUTE "x");
	after("e|", ACUTE "<Backspace>", "|");
	after("日本|語", "<Delete>", "日本|");
	after("👩\xE2\x80\x8D💻|", "<Backspace>", "|");
	after("שלו|ם", "x", "שלוx|ם");
}

static void test_cutting(void)
{
	after("a|b\ncd\nef", "^K", "|cd\nef");
	after("a|b\ncd\nef", "^K^K", "|ef");
	after("a|b\ncd\nef", "^K^K<Down>^U", "efab\ncd\n|");
	after("a|b\ncd\nef", "^K^K^U", "ab\ncd\n|ef");
	after("ab\n|cd", "^K^K", "ab\n|");
	after("ab\n|cd", "^K<C-Home>^Y", "cd|ab\n");
	after("a|bcd", "^@<Right><Right>^K", "a|d");
	after("a|b\ncd", "^@<Down>^W", "a|d");
	after("a|b\ncd", "^@<Down><Esc>w<C-Home>^Y", "b\nc|ab\ncd");
	after("a|bcd", "<S-Right><S-Right>x", "ax|d");
	after("a|bcd", "<S-Right><S-Right><Delete>", "a|d");
	after("abc|d", "<S-Left><S-Left><Backspace>", "a|d");
	after("a|bcd", "<S-Right><Right>x", "abcx|d");
	after("a|b\ncd", "<S-Down><Enter>", "a\n|d");
	after("a|bcd", "^@<Right><Right>x", "abcx|d");
	after("ab|", "^W", "ab|");
	after("one two |three", "<Esc><Backspace><Esc><Backspace>^Y", "one two |three");
	start("a|b\ncd\nef");
	text_cut(t);
	text_cut(t);
	text_paste(t);
	is_str(now(), "ab\ncd\n|ef", "calls as keys");
	text_goto(t, 1, 1);
	text_copy(t);
	text_paste(t);
	is_str(now(), "ab\nccd\n|d\nef", "a copied line");
	text_mark(t);
	text_goto(t, 0, 1);
	text_cut(t);
	is_str(now(), "a|d\nef", "a mark behind the cursor");
}

static void test_undo(void)
{
	after("|", "a b c ^_", "|");
	after("|", "a b <Space> c d ^_", "ab |");
	after("|", "a b <Space> c d ^_^_", "|");
	after("|", "a b <Space> c d ^_^_<Esc>_<Esc>_", "ab cd|");
	after("|", "a b ^_ x <Esc>_", "x|");
	after("a|b\ncd\nef", "^K^K^_", "|cd\nef");
	after("a|b\ncd\nef", "^K^K^_^_", "|ab\ncd\nef");
	after("a|b\ncd", "<S-Down>x^_", "ab\nc|d");
	after("|ab", "^_", "|ab");
	start("|one");
	ok(!text_changed(t), "a new text is unchanged");
	press("x");
	ok(text_changed(t), "a letter changes it");
	press("^_");
	ok(!text_changed(t), "undone it is as it was");
	press("x");
	text_saved(t);
	ok(!text_changed(t), "saved");
	press("y");
	ok(text_changed(t), "and changed again");
	press("^_");
	ok(!text_changed(t), "undone to what was saved");
	press("^_");
	ok(text_changed(t), "and beyond");
	press("z");
	ok(text_changed(t) && !text_redo(t), "what was saved can't come back");
	press("^_");
	ok(text_changed(t), "by undo either");
	start("a|b");
	text_insert(t, SL("1\r\n2\r3\t\033"));
	is_str(now(), "a1\n2\n3\t␛|b", "pasted text keeps its lines and tabs, and is cleaned");
	ok(text_undo(t) && !text_undo(t), "it is one step");
	is_str(now(), "a|b", "that goes back");
	ok(text_redo(t) && !text_redo(t), "and forth");
	is_str(now(), "a1\n2\n3\t␛|b", "whole");
}

static const char *all(void)
{
	str_clear(&out);
	text_get(t, &out);
	return out.p;
}

static void test_setting(void)
{
	struct str big;

	text_set(t, SL(""));
	is_int((long long)text_lines(t), 1, "no text is one line");
	text_set(t, SL("a\nb\n"));
	is_int((long long)text_lines(t), 3, "a line end ends a line");
	is_str(all(), "a\nb\n", "what was set comes out again");
	text_set(t, SL("a\r\nb\tc\rd\x07"));
	is_str(all(), "a\nb\tc\nd␇", "but clean");
	text_goto(t, 99, 99);
	press("!");
	is_str(all(), "a\nb\tc\nd␇!", "a place that is none is the end");
	text_goto(t, 2, 2);
	is_str(now(), "a\nb\tc\nd␇|!", "and none between the bytes of a letter");
	str_init(&big, (size_t)TEXT_MAX + 10);
	str_reserve(&big, TEXT_MAX + 5);
	for (size_t i = 0; i < TEXT_MAX; i++)
		str_addc(&big, i % 100 == 99 ? '\n' : 'x');
	is_int(text_set(t, str_sl(&big)), 0, "as long as it may be");
	is_int(text_key(t, 'x'), EDIT_MOVED, "no more can be typed");
	text_insert(t, SL("xx"));
	text_key(t, KEY_DELETE);
	is_int(text_key(t, 'y'), EDIT_CHANGED, "what was deleted makes room");
	str_addc(&big, 'x');
	is_int(text_set(t, str_sl(&big)), -1, "longer than that");
	ok(text_line(t, 0).p[0] == 'y', "changes nothing");
	str_release(&big);
}

static void fills(int col, const char *with_bar, const char *want)
{
	start(with_bar);
	text_fill(t, col);
	is_str(all(), want, "filled to %d", col);
}

static void types_long(int col, const char *with_bar, const char *text, const char *want)
{
	start(with_bar);
	text_wrap_at(t, col);
	for (struct slice s = sl(text); s.n; ) {
		uint32_t cp;

		s = sl_skip(s, utf8_decode(s, &cp));
		text_key(t, cp);
	}
	text_wrap_at(t, 0);
	is_str(now(), want, "typed to %d", col);
}

static void test_filling(void)
{
	fills(10, "one two| three four five", "one two\nthree four\nfive");
	fills(72, "one\ntwo|\nthree\n\nfour\nfive", "one two three\n\nfour\nfive");
	fills(12, "> one two| three\n> four\n> > five\n> > six", "> one two\n> three four\n> > five\n> > six");
	fills(12, ">> one two| three", ">> one two\n>> three");
	fills(20, ">one|\n>two", "> one two");
	fills(10, "|- one two three\n  four", "- one two\n  three\n  four");
	fills(10, "http://a.very/long/address| x y", "http://a.very/long/address\nx y");
	fills(10, "한국어는 띄어쓰기를| 합니다", "한국어는\n띄어쓰기를\n합니다");
	fills(10, "日本語は|空白なし\nで書く。", "日本語は空\n白なしで書\nく。");
	fills(10, "aa|\n-- \nsig", "aa\n-- \nsig");
	fills(10, "|   \nx", "   \nx");
	start("one\ntwo|\n\nthree\nfour\n\nfive\nsix");
	text_mark(t);
	text_goto(t, 6, 1);
	text_fill(t, 40);
	is_str(all(), "one\ntwo\n\nthree four\n\nfive\nsix", "the marked paragraphs");
	ok(text_undo(t), "in one step");
	is_str(all(), "one\ntwo\n\nthree\nfour\n\nfive\nsix", "back");
	start("one two|");
	text_fill(t, 72);
	ok(!text_changed(t), "what is filled is not changed");
	types_long(10, "|", "one two three four five", "one two\nthree four\nfive|");
	types_long(10, "|", "averylongwordindeed x", "averylongwordindeed\nx|");
	types_long(10, "> one|", " two three four", "> one two\n> three\n> four|");
	types_long(10, "|", "日本語は空白なしで書く", "日本語は空\n白なしで書\nく|");
	types_long(10, "|", "one two   ", "one two   |");
	types_long(10, "one t|wo three", "x", "one tx|wo\nthree");
}

static void test_quoting(void)
{
	start("a\n\n|> b");
	text_quote(t, true);
	is_str(all(), "a\n\n> > b", "the line is quoted");
	text_quote(t, false);
	text_quote(t, false);
	text_quote(t, false);
	is_str(all(), "a\n\nb", "and no more");
	text_goto(t, 0, 0);
	text_mark(t);
	text_goto(t, 2, 1);
	text_quote(t, true);
	is_str(all(), "> a\n>\n> b", "the marked lines are");
	text_quote(t, false);
	is_str(all(), "a\n\nb", "and are not");
	ok(text_undo(t), "in one step");
	is_str(all(), "> a\n>\n> b", "each");
}

static void finds(const char *what, bool back, bool want, const char *where)
{
	is_int(text_find(t, sl(what), back), want, "\"%s\"%s", what, back ? " backwards" : "");
	is_str(now(), where, "is where it is");
}

static void test_finding(void)
{
	start("|one two\nOne Straße\nÉcole ONE");
	finds("one", false, true, "one two\n|One Straße\nÉcole ONE");
	finds("one", false, true, "one two\nOne Straße\nÉcole |ONE");
	finds("one", false, true, "|one two\nOne Straße\nÉcole ONE");
	finds("one", true, true, "one two\nOne Straße\nÉcole |ONE");
	finds("STRASSE", false, true, "one two\nOne |Straße\nÉcole ONE");
	finds("école", false, true, "one two\nOne Straße\n|École ONE");
	finds("e" ACUTE "cole", false, true, "one two\nOne Straße\n|École ONE");
	finds("one", true, true, "one two\n|One Straße\nÉcole ONE");
	finds("nothing", false, false, "one two\n|One Straße\nÉcole ONE");
	finds("", false, false, "one two\n|One Straße\nÉcole ONE");
	start("한글 한글|");
	finds("한글", false, true, "|한글 한글");
	finds("한글", false, true, "한글 |한글");
	finds("글", true, true, "한|글 한글");
	start("aaa|a");
	finds("aa", true, true, "aa|aa");
	finds("aa", true, true, "a|aaa");
}

static bool is_wrong(void *ctx, struct slice word)
{
	(*(int *)ctx)++;
	return sl_is(word, "teh") || sl_is(word, "don't") || sl_is(word, "멜일");
}

static void draws(int rows, int cols, const char *want, const char *styles, const char *what)
{
	struct grid *g = grid_new(rows, cols);
	struct str s;
	size_t line, byte, clicked_line, clicked_byte;
	int row, col;
	bool visible;

	str_init(&s, 1 << 20);
	text_draw(t, g, grid_area(g), true);
	grid_text(g, &s);
	is_str(s.p, want, "%s", what);
	str_clear(&s);
	grid_styles(g, &s);
	if (styles)
		is_str(s.p, styles, "%s: styles", what);
	grid_cursor_at(g, &row, &col, &visible);
	text_cursor(t, &line, &byte);
	ok(visible, "%s: the cursor is seen (%d, %d)", what, row, col);
	text_click(t, grid_area(g), row, col);
	text_cursor(t, &clicked_line, &clicked_byte);
	if (cols > 1)
		ok(clicked_line == line && clicked_byte == byte, "%s: a click on it stays there", what);
	str_release(&s);
	grid_free(&g);
}

static void test_spelling(void)
{
	struct slice word;
	int calls = 0;

	start("|see teh a@teh.x teh1 don't\n> teh\n멜일 teh");
	text_speller(t, is_wrong, &calls);
	draws(4, 40, "see teh a@teh.x teh1 don't\n> teh\n멜일 teh\n\n", "0: 4-6 misspelt, 21-25 misspelt\n1: 0-4 quote1\n"
		"2: 0-3 misspelt, 5-7 misspelt\n", "misspelt words");
	ok(text_next_wrong(t, &word), "the next");
	is_slice(word, SL("teh"), "is that");
	is_str(now(), "see |teh a@teh.x teh1 don't\n> teh\n멜일 teh", "there");
	text_replace_word(t, SL("the"));
	is_str(now(), "see the| a@teh.x teh1 don't\n> teh\n멜일 teh", "put right");
	ok(text_next_wrong(t, &word) && sl_is(word, "don't"), "a word with an apostrophe");
	text_replace_word(t, SL("do"));
	ok(text_next_wrong(t, &word) && sl_is(word, "멜일"), "a Korean one, not the quoted");
	text_replace_word(t, SL("메일"));
	ok(text_next_wrong(t, &word) && sl_is(word, "teh"), "the last");
	text_goto(t, 2, 10);
	ok(text_next_wrong(t, &word) && sl_is(word, "teh"), "found from within it, too");
	text_replace_word(t, SL("the"));
	ok(!text_next_wrong(t, &word), "no more");
	text_replace_word(t, SL("nothing"));
	is_str(all(), "see the a@teh.x teh1 do\n> teh\n메일 the", "all is right");
	ok(text_undo(t), "undo");
	is_str(all(), "see the a@teh.x teh1 do\n> teh\n메일 teh", "takes one back");
	text_speller(t, NULL, NULL);
}

static void test_drawing(void)
{
	start("|one two three\n> quoted\n> > twice\n-- \nme");
	draws(6, 10, "one two\nthree\n> quoted\n> > twice\n--\nme\n", "2: 0-7 quote1\n3: 0-8 quote2\n4: 0-2 signature\n5: 0-1 signature\n",
		"wrapped at a blank");
	press("<Down>");
	is_str(now(), "one two |three\n> quoted\n> > twice\n-- \nme", "down by a row of the screen");
	press("<Down><Up><Up>");
	is_str(now(), "|one two three\n> quoted\n> > twice\n-- \nme", "and up");
	start("한글한글한글 日本|");
	draws(4, 8, "한글한\n글한글\n日本\n\n", NULL, "wide letters");
	start("a\tb|\n\tc");
	draws(3, 20, "a       b\n        c\n\n", NULL, "tabs");
	press("<Down>");
	is_str(now(), "a\tb\n\tc|", "columns count tabs");
	start("abcdefghijk|lmn");
	draws(3, 6, "abcde\nfghij\nklmn\n", NULL, "a word that is too long");
	press("<End><Backspace><Backspace>");
	draws(3, 6, "abcde\nfghij\nkl\n", NULL, "shorter");
	start("|aaa bbb ccc ddd");
	draws(3, 8, "aaa bbb\nccc ddd\n\n", NULL, "two rows");
	text_goto(t, 0, 4);
	press("<Delete><Delete><Delete><Delete>");
	draws(3, 8, "aaa ccc\nddd\n\n", NULL, "words go back up");
	press("<Backspace>");
	draws(3, 8, "aaaccc\nddd\n\n", NULL, "again");
	start("a|b\ncd\nef");
	text_mark(t);
	press("<Down><Down>");
	draws(3, 10, "ab\ncd\nef\n", "0: 1-2 selection\n1: 0-2 selection\n2: 0-0 selection\n", "the marked");
	start("1\n2\n3\n4\n5\n6\n7\n8\n9|");
	draws(3, 10, "8\n9\n\n", NULL, "the end");
	press("<Up><Up><Up>");
	draws(3, 10, "5\n6\n7\n", NULL, "far above: the middle");
	press("<PageUp>");
	draws(3, 10, "3\n4\n5\n", NULL, "a page up");
	press("<PageDown><PageDown>");
	draws(3, 10, "7\n8\n9\n", NULL, "pages down");
	press("<Up><Up>");
	draws(3, 10, "6\n7\n8\n", NULL, "one row above the window");
	press("<Down><Down><Down>");
	draws(3, 10, "7\n8\n9\n", NULL, "one row below it");
	press("<C-Home>");
	draws(3, 10, "1\n2\n3\n", NULL, "the start");
	text_set(t, SL("short"));
	draws(2, 10, "short\n\n", NULL, "a new text");
	press("^K");
	draws(1, 1, "\n", NULL, "nothing in one cell");
	press("한");
	draws(2, 1, "\n\n", NULL, "a wide letter in one column");
}

/* ---- long texts stay quick ---- */

static int64_t slowest(const char *keys, int rounds)
{
	struct grid *g = grid_new(24, 80);
	int64_t worst = 0;
	key_code k[64];
	int n = keys_parse(sl(keys), k, ARRAY_LEN(k));

	text_draw(t, g, grid_area(g), true);
	for (int i = 0; i < rounds * n; i++) {
		int64_t begin = rt_mono(), took;

		text_key(t, k[i % n]);
		text_draw(t, g, grid_area(g), true);
		took = rt_mono() - begin;
		worst = MAX(worst, took);
	}
	grid_free(&g);
	return worst;
}

static void test_long(void)
{
	/* under sanitizers all is five times slower, and the machine may be busy */
	static const struct { const char *unit; int lines; const char *what; } kinds[] = {
		{ "a line of text, as people write them, a little more", 20000, "20000 lines" },
		{ "words in one line ", -60000, "one line of a megabyte" },
		{ "한국어 ", -100000, "one line of a megabyte, Korean" },
		{ "漢字", -170000, "one line of a megabyte without blanks" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct str s;
		int64_t took;

		str_init(&s, 4 << 20);
		for (int k = 0; k < abs(kinds[i].lines); k++) {
			str_adds(&s, kinds[i].unit);
			if (kinds[i].lines > 0)
				str_addc(&s, '\n');
		}
		text_set(t, str_sl(&s));
		press("<C-End>");
		took = slowest("x<Space>y<Left><Up><Down><End><Backspace>", 5);
		ok(took < 100000, "%s (%zu kB): a key at its end takes %lld us at most", kinds[i].what, s.n >> 10, (long long)took);
		press("<C-Home>");
		took = slowest("x<Space>y<Down><Right><Backspace>", 5);
		ok(took < 100000, "... at its start %lld us", (long long)took);
		str_release(&s);
	}
}

int main(void)
{
	str_init(&out, (size_t)TEXT_MAX * 2);
	t = text_new();
	test_keys();
	test_cutting();
	test_undo();
	test_setting();
	test_filling();
	test_quoting();
	test_finding();
	test_spelling();
	test_drawing();
	test_long();
	text_free(&t);
	str_release(&out);
	return tap_done();
}
