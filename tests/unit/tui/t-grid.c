/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cells: columns of every script, edges, styles.
 */
#include "../../tap.h"
#include "tui/tui.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACUTE "\xCC\x81"
#define ZWJ "\xE2\x80\x8D"

static struct grid *g;
static struct str out;

static const char *text(void)
{
	str_clear(&out);
	grid_text(g, &out);
	return out.p;
}

static const char *styles(void)
{
	str_clear(&out);
	grid_styles(g, &out);
	return out.p;
}

static const char *cell(int row, int col)
{
	const struct cell *c = grid_cell(g, row, col);

	str_clear(&out);
	str_add(&out, c->text, c->n);
	return out.p;
}

static void blank(void)
{
	grid_fill(g, grid_area(g), STYLE_NORMAL);
}

static void test_put(void)
{
	is_int(grid_put(g, 0, 0, 20, SL("hello"), STYLE_NORMAL), 5, "five letters take five columns");
	is_int(grid_put(g, 1, 0, 20, SL("안녕 世界"), STYLE_NORMAL), 9, "wide characters take two");
	is_str(text(), "hello\n안녕 世界\n\n", "they are there");
	is_int(grid_cell(g, 1, 0)->width, 2, "a wide cell");
	is_int(grid_cell(g, 1, 1)->width, 0, "and its other half");
	is_int(grid_cell(g, 1, 1)->n, 0, "which is empty");
	is_int(grid_put(g, 0, 6, 3, SL("abcdef"), STYLE_NORMAL), 3, "no more than cols");
	is_int(grid_put(g, 0, 18, 20, SL("xyz"), STYLE_NORMAL), 2, "not over the edge");
	is_int(grid_put(g, 2, 19, 20, SL("世"), STYLE_NORMAL), 0, "a wide one does not fit into the last column");
	is_int(grid_put(g, 2, 0, 4, SL("a世界"), STYLE_NORMAL), 3, "nor into half of what is left");
	is_str(text(), "hello abc         xy\n안녕 世界\na世\n", "the rows");
	is_int(grid_put(g, 3, 0, 9, SL("x"), STYLE_NORMAL), 0, "no such row");
	is_int(grid_put(g, -1, 0, 9, SL("x"), STYLE_NORMAL), 0, "nor that");
	is_int(grid_put(g, 0, 20, 9, SL("x"), STYLE_NORMAL), 0, "no such column");
	is_int(grid_put(g, 0, -1, 9, SL("x"), STYLE_NORMAL), 0, "nor that");
	is_int(grid_put(g, 0, 0, -5, SL("x"), STYLE_NORMAL), 0, "a width below nothing");
	blank();
}

static void test_marks(void)
{
	is_int(grid_put(g, 0, 0, 20, SL("e" ACUTE "x"), STYLE_NORMAL), 2, "a mark takes no column");
	is_str(cell(0, 0), "e" ACUTE, "it is in the cell of its letter");
	grid_put(g, 0, 0, 20, SL("a" ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE "b"), STYLE_NORMAL);
	is_str(cell(0, 0), "a" ACUTE ACUTE ACUTE ACUTE, "four marks at most");
	is_str(cell(0, 1), "b", "and the next letter stands next to it");
	is_int(grid_put(g, 1, 0, 20, SL(ACUTE "b"), STYLE_NORMAL), 2, "a mark without a letter takes a column");
	is_str(cell(1, 0), "◌" ACUTE, "and gets a circle");
	is_int(grid_width(SL("שָׁלוֹם")), 4, "Hebrew with its points");
	is_int(grid_width(SL("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xE1\x84\x80\xE1\x85\xB3\xE1\x86\xAF")), 4,
		"Korean taken apart (NFD)");
	grid_put(g, 2, 0, 20, SL("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xE1\x84\x80\xE1\x85\xB3\xE1\x86\xAF!"), STYLE_NORMAL);
	is_str(cell(2, 0), "한", "is put together");
	is_str(cell(2, 2), "글", "syllable by syllable");
	is_int(grid_width(SL("か\xE3\x82\x99")), 2, "a Japanese mark");
	blank();
}

static void test_emoji(void)
{
	is_int(grid_put(g, 0, 0, 20, SL("👩" ZWJ "💻x"), STYLE_NORMAL), 5, "joined emoji stand side by side");
	is_str(cell(0, 0), "👩", "the first");
	is_str(cell(0, 2), "💻", "the second");
	is_int(grid_put(g, 1, 0, 20, SL("👍🏽!"), STYLE_NORMAL), 3, "a skin tone is left out");
	is_str(text(), "👩💻x\n👍!\n\n", "so that is what is there");
	is_int(grid_width(SL("🏽")), 2, "a skin tone alone is seen");
	is_int(grid_width(SL("❤\xEF\xB8\x8F")), grid_width(SL("❤")), "a variation selector changes nothing");
	is_int(grid_width(SL(ZWJ ZWJ)), 0, "joiners alone are nothing");
	is_int(grid_width(SL("🇰🇷")), 2, "a flag");
	blank();
}

static void test_halves(void)
{
	grid_put(g, 0, 0, 20, SL("世界"), STYLE_BAR);
	grid_put(g, 0, 1, 1, SL("x"), STYLE_NORMAL);
	is_str(text(), " x界\n\n\n", "the right half written over: the left one goes");
	grid_put(g, 0, 2, 1, SL("y"), STYLE_NORMAL);
	is_str(text(), " xy\n\n\n", "the left half written over: the right one goes");
	is_int(grid_cell(g, 0, 3)->width, 1, "and is a cell again");
	grid_put(g, 1, 0, 20, SL("世界"), STYLE_NORMAL);
	grid_put(g, 1, 1, 2, SL("語"), STYLE_NORMAL);
	is_str(text(), " xy\n 語\n\n", "a wide one over two halves");
	grid_put(g, 2, 0, 20, SL("世界"), STYLE_NORMAL);
	grid_fill(g, (struct area){ 2, 1, 1, 2 }, STYLE_BAR);
	is_str(text(), " xy\n 語\n\n", "blanks over two halves");
	is_str(styles(), "0: 0-0 bar, 3-3 bar\n2: 1-2 bar\n", "styles where they belong");
	blank();
}

static void test_cut(void)
{
	is_int(grid_put_cut(g, 0, 0, 5, SL("hello"), STYLE_NORMAL), 5, "it fits");
	is_int(grid_put_cut(g, 1, 0, 5, SL("hellos"), STYLE_NORMAL), 5, "it does not");
	is_int(grid_put_cut(g, 2, 0, 6, SL("a世界語"), STYLE_NORMAL), 6, "wide ones cut");
	is_str(text(), "hello\nhell…\na世界…\n", "the rows");
	blank();
	is_int(grid_put_cut(g, 0, 0, 4, SL("世界語"), STYLE_NORMAL), 3, "no gap before the dots");
	is_int(grid_put_cut(g, 1, 18, 9, SL("abc"), STYLE_NORMAL), 2, "at the edge");
	is_int(grid_put_cut(g, 2, 0, 4, SL("e" ACUTE ACUTE "bcd"), STYLE_NORMAL), 4, "marks do not count");
	is_str(text(), "世…\n                  a…\ne" ACUTE ACUTE "bcd\n", "the rows");
	blank();
	is_int(grid_put_right(g, 0, 2, 6, SL("12"), STYLE_NORMAL), 2, "to the right");
	is_int(grid_put_right(g, 1, 2, 6, SL("안녕"), STYLE_NORMAL), 4, "wide ones too");
	is_int(grid_put_right(g, 2, 2, 3, SL("12345"), STYLE_NORMAL), 3, "cut when too long");
	is_str(text(), "      12\n    안녕\n  12…\n", "the rows");
	blank();
	is_int(grid_putf(g, 0, 0, 20, STYLE_ERROR, "%d%s", 42, "\033[2J"), 6, "formatted text is cleaned");
	is_str(text(), "42␛[2J\n\n\n", "of control characters");
	is_int(grid_put(g, 1, 0, 20, SL("a\xFF" "b"), STYLE_NORMAL), 3, "a byte that is no UTF-8");
	is_str(cell(1, 1), "\xEF\xBF\xBD", "is marked");
	blank();
}

static void test_rest(void)
{
	struct grid *other = grid_new(1, 1);
	int row, col;
	bool visible;

	grid_style(g, (struct area){ 0, 5, 2, 100 }, STYLE_CURSOR);
	grid_style(g, (struct area){ -3, -3, 4, 5 }, STYLE_BAR);
	is_str(styles(), "0: 0-1 bar, 5-19 cursor\n1: 5-19 cursor\n", "areas are cut at the edges");
	grid_fill(g, (struct area){ 1, 1, INT32_MAX, INT32_MAX }, STYLE_HINT);
	is_str(styles(), "0: 0-1 bar, 5-19 cursor\n1: 1-19 hint\n2: 1-19 hint\n", "however large they are");
	grid_cursor_at(g, &row, &col, &visible);
	ok(row == 2 && col == 19 && !visible, "the cursor begins at the bottom right, hidden");
	grid_cursor(g, 1, 2, true);
	grid_cursor_at(g, &row, &col, &visible);
	ok(row == 1 && col == 2 && visible, "it is where it was put");
	ok(!grid_same(g, other), "grids of two sizes differ");
	grid_copy(other, g);
	ok(grid_same(g, other), "a copy is the same");
	grid_cursor(g, -1, -1, true);
	ok(!grid_same(g, other), "the cursor counts");
	grid_copy(other, g);
	grid_put(other, 0, 0, 1, SL(" "), STYLE_NORMAL);
	ok(!grid_same(g, other), "styles count");
	grid_resize(other, 0, -4);
	ok(grid_rows(other) == 1 && grid_cols(other) == 1, "a grid has one cell at least");
	grid_free(&other);
	ok(!other, "freed");
}

static bool aborts(struct slice s)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		close(2);
		signal(SIGABRT, SIG_DFL);
		grid_put(g, 0, 0, 20, s, STYLE_NORMAL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Any clean text: grid_width is what grid_put uses, and the row stays whole. */
static void test_property(void)
{
	static const char *const bits[] = { "a", " ", "é", "e\xCC\x81", ACUTE, "世", "한", "\xE1\x84\x92\xE1\x85\xA1", "👩", ZWJ,
		"🏽", "\xEF\xB8\x8F", "שׁ", "🇰", "ก็", "–" };
	struct grid *wide = grid_new(1, 400);
	int bad = 0;

	rt_set_seed(7);
	for (int round = 0; round < 2000; round++) {
		struct str raw, clean;
		uint32_t r[24];
		int width = 0;

		str_init(&raw, 4096);
		str_init(&clean, 4096);
		rt_random(r, sizeof(r));
		for (size_t i = 0; i < 1 + r[0] % 23; i++)
			str_adds(&raw, bits[r[i + 1 < 24 ? i + 1 : 0] % ARRAY_LEN(bits)]);
		utf8_sanitize(&clean, str_sl(&raw), CLEAN_LINE);
		grid_fill(wide, grid_area(wide), STYLE_NORMAL);
		bad += grid_put(wide, 0, 0, 400, str_sl(&clean), STYLE_BAR) != grid_width(str_sl(&clean));
		bad += grid_put(wide, 0, 0, 7, str_sl(&clean), STYLE_HINT) > 7;
		for (int col = 0; col < 400; col++) {
			width += grid_cell(wide, 0, col)->width;
			bad += grid_cell(wide, 0, col)->width == 2 && grid_cell(wide, 0, col + 1)->width != 0;
		}
		bad += width != 400;
		str_release(&raw);
		str_release(&clean);
	}
	is_int(bad, 0, "2000 random texts keep their columns");
	grid_free(&wide);
}

int main(void)
{
	str_init(&out, 1 << 20);
	g = grid_new(3, 20);
	test_put();
	test_marks();
	test_emoji();
	test_halves();
	test_cut();
	ok(aborts(SL("a\nb")), "a line end is a bug");
	ok(aborts(SL("a\033b")), "so is Esc");
	ok(aborts(SL("a\xC2\x9B" "b")), "so is CSI of one character");
	ok(!aborts(SL("ab")), "text is none");
	test_rest();
	test_property();
	grid_free(&g);
	str_release(&out);
	return tap_done();
}
