/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line of text and readline's keys.
 */
#include "../../tap.h"
#include "tui/tui.h"

#define ACUTE "\xCC\x81"

/* Keys by name into text ("|" is the cursor), and what comes of it. */
static void after(const char *start, const char *keys, const char *want)
{
	key_code k[64];
	int n = keys_parse(sl(keys), k, ARRAY_LEN(k));
	ssize_t bar = sl_find(sl(start), '|');
	struct edit e;
	struct str got;

	edit_init(&e, start);
	if (bar >= 0)
		edit_replace(&e, (size_t)bar, (size_t)bar + 1, SL_NONE);
	for (int i = 0; i < n; i++)
		if (k[i] == 27 && i + 1 < n)
			edit_key(&e, k[++i] | KEY_ALT);
		else
			edit_key(&e, k[i]);
	str_init(&got, 10000);
	str_addsl(&got, sl_head(str_sl(&e.text), e.at));
	str_addc(&got, '|');
	str_addsl(&got, sl_skip(str_sl(&e.text), e.at));
	is_str(got.p, want, "%s: %s", start, keys);
	str_release(&got);
	edit_release(&e);
}

static void test_keys(void)
{
	after("hello", "^A X", "X|hello");
	after("he|llo", "^E !", "hello!|");
	after("he|llo", "^B", "h|ello");
	after("he|llo", "<Right>", "hel|lo");
	after("|hello", "<Left>", "|hello");
	after("hello|", "^F", "hello|");
	after("he|llo", "^D", "he|lo");
	after("he|llo", "<Delete><Delete>", "he|o");
	after("he|llo", "<Backspace>", "h|llo");
	after("he|llo", "^H^H^H", "|llo");
	after("one two|", "Esc b", "one |two");
	after("one, two|", "<Esc>b<Esc>b", "|one, two");
	after("|one, two", "<Esc>f<C-Right>", "one, two|");
	after("one two|", "<C-Left>", "one |two");
	after("one |two three", "^K", "one |");
	after("one |two", "^U", "|two");
	after("one two|", "^W", "one |");
	after("a@b.c d|", "^W^W", "|");
	after("one |two three", "<Esc>d", "one | three");
	after("a.b|", "<Esc><Backspace>", "a.|");
	after("one two|", "^W^A^Y", "two|one ");
	after("one two three|", "^W^W^A^Y", "two three|one ");
	after("one| two three", "<Esc>d<Esc>d^A^Y", " two three|one");
	after("one two|", "^W^B^F^W^Y", "one |");
	after("ab|", "^T", "ba|");
	after("a|bc", "^T", "ba|c");
	after("|ab", "^T", "|ab");
	after("|one two", "<Esc>u", "ONE| two");
	after("|ÉCOLE", "<Esc>l", "école|");
	after("one |two", "<Esc>c", "one Two|");
	after("|straße", "<Esc>u", "STRASSE|");
	after("", "a b c ^_", "|");
	after("", "a b <Space> c d ^_", "ab|");
	after("", "a b <Space> c d ^_ ^_", "|");
	after("one two|", "^W^_", "one two|");
	after("x", "^_ ^_ ^_", "x|");
}

static void test_scripts(void)
{
	after("한글|", "^B", "한|글");
	after("한글|", "<Backspace>", "한|");
	after("e" ACUTE "x|", "^B^B", "|e" ACUTE "x");
	after("e" ACUTE "|", "<Backspace>", "|");
	after("👩\xE2\x80\x8D💻|", "<Backspace>", "|");
	after("שלום|", "^B", "שלו|ם");
	after("日本 語|", "<Esc>b", "日本 |語");
	after("e|x", "\xCC\x81", "e" ACUTE "|x");
	after("|x", "\xCC\x81", "◌" ACUTE "|x");
	after("\xE1\x84\x92|", "\xE1\x85\xA1", "\xE1\x84\x92\xE1\x85\xA1|");
}

static void test_api(void)
{
	struct edit e;
	size_t from, to;

	edit_init(&e, "x");
	is_int(edit_key(&e, 13), EDIT_IGNORED, "Enter is the owner's");
	is_int(edit_key(&e, 9), EDIT_IGNORED, "Tab is");
	is_int(edit_key(&e, KEY_UP_), EDIT_IGNORED, "Up is");
	is_int(edit_key(&e, KEY_CTRL('g')), EDIT_IGNORED, "^G is");
	is_int(edit_key(&e, 27), EDIT_IGNORED, "Esc is");
	is_int(edit_key(&e, KEY_LEFT_), EDIT_MOVED, "Left is not");
	is_int(edit_key(&e, 'y'), EDIT_CHANGED, "nor is a letter");
	edit_insert(&e, SL("a\r\nb\nc\rd\te\033"));
	is_str(e.text.p, "ya b c d e␛x", "pasted lines are one line, controls are marked");
	edit_set(&e, "Kim <k@x, y>, \"Lee, S\" <l@x>, pa, rest");
	e.at = 32;
	edit_piece(&e, true, &from, &to);
	is_slice(sl_make(e.text.p + from, to - from), SL("pa"), "a piece of a list");
	e.at = 16;
	edit_piece(&e, true, &from, &to);
	is_slice(sl_make(e.text.p + from, to - from), SL("\"Lee, S\" <l@x>"), "a comma in quotes does not end it");
	edit_replace(&e, from, to, SL("Lee"));
	is_str(e.text.p, "Kim <k@x, y>, Lee, pa, rest", "replaced");
	is_int((long long)e.at, 17, "the cursor stands behind it");
	edit_set(&e, "open /tmp/fi le");
	e.at = 9;
	edit_piece(&e, false, &from, &to);
	is_slice(sl_make(e.text.p + from, to - from), SL("/tmp/fi"), "a word");
	edit_set(&e, "open ");
	edit_piece(&e, false, &from, &to);
	ok(from == 5 && to == 5, "no word yet");
	edit_release(&e);
}

static void test_limit(void)
{
	struct str big;
	struct edit e;

	str_init(&big, 1 << 20);
	for (int i = 0; i < 1 << 18; i++)
		str_addc(&big, 'x');
	edit_init(&e, big.p);
	is_int((long long)e.text.n, 1 << 18, "a line as long as it may be");
	is_int(edit_key(&e, 'y'), EDIT_MOVED, "takes no more");
	edit_insert(&e, SL("more"));
	is_int((long long)e.text.n, 1 << 18, "nor from the clipboard");
	str_addc(&big, 'x');
	edit_set(&e, big.p);
	is_int((long long)e.text.n, 0, "what is longer is not taken");
	edit_release(&e);
	str_release(&big);
}

static void shows(struct edit *e, int cols, const char *want, int cursor)
{
	struct grid *g = grid_new(1, 20);
	struct str s;
	int row, col;
	bool visible;

	str_init(&s, 1000);
	edit_draw(e, g, 0, 2, cols, STYLE_NORMAL, true);
	grid_text(g, &s);
	grid_cursor_at(g, &row, &col, &visible);
	is_str(s.p, want, "drawn: %s", want);
	ok(visible && row == 0 && col == cursor, "the cursor is at %d (%d)", cursor, col);
	str_release(&s);
	grid_free(&g);
}

static void test_draw(void)
{
	struct edit e;

	edit_init(&e, "hello");
	shows(&e, 10, "  hello\n", 7);
	edit_set(&e, "0123456789");
	shows(&e, 10, "  456789\n", 8);
	edit_key(&e, KEY_CTRL('a'));
	shows(&e, 10, "  0123456789\n", 2);
	edit_set(&e, "한글한글한글");
	shows(&e, 6, "   글\n", 5);
	edit_key(&e, KEY_LEFT_);
	edit_key(&e, KEY_LEFT_);
	shows(&e, 6, "  글한글\n", 4);
	edit_click(&e, 3);
	shows(&e, 6, "  글한글\n", 4);
	edit_click(&e, 4);
	shows(&e, 6, "  글한글\n", 6);
	edit_click(&e, 90);
	is_int((long long)e.at, (long long)e.text.n, "a click behind the end");
	edit_set(&e, "secret");
	e.hidden = true;
	shows(&e, 10, "  ******\n", 8);
	edit_key(&e, KEY_CTRL('u'));
	is_int((long long)e.killed.n, 0, "a password is not kept for ^Y");
	edit_key(&e, KEY_CTRL('_'));
	is_str(e.text.p, "", "nor for ^_");
	edit_key(&e, 'x');
	is_int((long long)e.n_undo, 0, "no copies of it are made");
	edit_release(&e);
}

int main(void)
{
	test_keys();
	test_scripts();
	test_api();
	test_limit();
	test_draw();
	return tap_done();
}
