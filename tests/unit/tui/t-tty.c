/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The real terminal code on a pseudo-terminal: what is drawn, what is read, what
 * is written and how little, and how the terminal is left.
 */
#include "../../tap.h"
#include "tui/tui.h"
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int master = -1, slave = -1;
static struct tty *t;
static struct str seen;         /* bytes that came out of the terminal's side */

static void open_pty(int rows, int cols)
{
	struct winsize w = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 || (slave = open(ptsname(master), O_RDWR | O_NOCTTY)) < 0)
		tap_skip_all("no pseudo-terminals here");
	ioctl(slave, TIOCSWINSZ, &w);
}

static void close_pty(void)
{
	if (master >= 0)
		close(master);
	if (slave >= 0)
		close(slave);
	master = slave = -1;
}

static bool ready(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0 && p.revents & POLLIN;
}

/* All that was written so far: a mark is written last and waited for. */
static const struct str *drain(void)
{
	static const char mark[] = "\001\002\001";
	char buf[4096];
	ssize_t n;

	str_clear(&seen);
	if (write(slave, mark, 3) != 3)
		return &seen;
	while (sl_search(str_sl(&seen), SL("\001\002\001")) < 0 && ready(master, 5000) && (n = read(master, buf, sizeof(buf))) > 0)
		str_add(&seen, buf, (size_t)n);
	if (seen.n >= 3)
		str_cut(&seen, seen.n - 3);
	return &seen;
}

static bool wrote(const char *bytes)
{
	return sl_search(str_sl(&seen), sl(bytes)) >= 0;
}

static bool begin(const char *term)
{
	struct tty_opts opts = { .theme = theme_by_name("dark"), .mouse = true };
	struct err err = ERR_INIT;

	open_pty(24, 80);
	if (tty_open_on(&t, term, slave, slave, &opts, &err) != 0) {
		tap_skip("%s: %s", term, err.text);
		close_pty();
		return false;
	}
	return true;
}

static void end(void)
{
	tty_close(&t);
	close_pty();
}

/* ---- drawing ---- */

static const char *cell(int row, int col)
{
	static struct str s;

	if (!s.p)
		str_init(&s, 100);
	str_clear(&s);
	tty_cell_text(t, row, col, &s);
	return str_addc(&s, 0) == 0 ? s.p : "";
}

static void draw_scripts(struct grid *g)
{
	grid_put(g, 0, 0, 80, SL("plain"), STYLE_BAR);
	grid_put(g, 1, 0, 80, SL("한글 世界"), STYLE_UNREAD);
	grid_put(g, 2, 0, 80, SL("e\xCC\x81t\xC3\xA9"), STYLE_NORMAL);
	grid_put(g, 3, 0, 80, SL("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), STYLE_NORMAL);
	grid_put(g, 4, 78, 2, SL("界"), STYLE_NORMAL);
	grid_put(g, 5, 0, 80, SL("👩\xE2\x80\x8D💻 שָׁלוֹם"), STYLE_NORMAL);
	grid_put(g, 6, 0, 80, SL("└─→ “x” …"), STYLE_TREE);
	grid_put(g, 23, 0, 80, SL("the last row of all, which ends in the last column, where curses can't scroll it oof"), STYLE_BAR);
}

static void test_drawing(const char *term)
{
	struct grid *g;

	if (!begin(term))
		return;
	g = grid_new(24, 80);
	draw_scripts(g);
	grid_cursor(g, 1, 2, true);
	tty_show(t, g);
	is_str(cell(0, 4), "n", "%s: text (%d colours)", term, tty_colours(t));
	is_str(cell(1, 0), "한", "%s: a wide letter", term);
	is_str(cell(1, 1), "", "%s: its other half", term);
	is_str(cell(1, 2), "글", "%s: the next", term);
	is_str(cell(1, 5), "世", "%s: behind a blank", term);
	is_str(cell(2, 0), "e\xCC\x81", "%s: a letter with its mark", term);
	is_str(cell(2, 2), "é", "%s: a letter with a mark in one", term);
	is_str(cell(3, 0), "한", "%s: Korean put together", term);
	is_str(cell(4, 78), "界", "%s: at the edge", term);
	is_str(cell(5, 2), "💻", "%s: emoji side by side", term);
	is_str(cell(5, 5), "שָׁ", "%s: Hebrew with points", term);
	is_str(cell(6, 0), "└", "%s: lines", term);
	is_str(cell(23, 79), "t", "%s: the last cell of all", term);
	drain();
	ok(wrote("plain") && wrote("한글") && wrote("e\xCC\x81t"), "%s: it was written", term);
	tty_show(t, g);
	is_int((long long)drain()->n, 0, "%s: the same again writes nothing", term);
	grid_put(g, 1, 1, 1, SL("x"), STYLE_NORMAL);
	tty_show(t, g);
	is_str(cell(1, 0), " ", "%s: half of a wide letter written over", term);
	is_str(cell(1, 1), "x", "%s: is gone", term);
	is_str(cell(1, 2), "글", "%s: and what stands behind it stays", term);
	grid_free(&g);
	end();
}

static void draw_list(struct grid *g, int at)
{
	grid_fill(g, grid_area(g), STYLE_NORMAL);
	for (int row = 0; row < 24; row++) {
		grid_putf(g, row, 0, 80, STYLE_NORMAL, "%4d   Jan %2d  Somebody or other      (%4d)  Re: a subject of some length", row, row,
			row * 37);
		if (row == at)
			grid_style(g, (struct area){ row, 0, 1, 80 }, STYLE_CURSOR);
	}
	grid_cursor(g, at, 0, false);
}

static void test_economy(const char *term)
{
	struct grid *g;

	if (!begin(term))
		return;
	g = grid_new(24, 80);
	draw_list(g, 5);
	tty_show(t, g);
	drain();
	draw_list(g, 6);
	tty_show(t, g);
	drain();
	ok(seen.n > 0 && seen.n < 300, "%s: the bar moves by one line for %zu bytes", term, seen.n);
	tty_redraw(t);
	tty_show(t, g);
	drain();
	ok(wrote("Somebody") && seen.n > 1000, "%s: a redraw writes all", term);
	grid_free(&g);
	end();
}

static void test_sizes(void)
{
	struct winsize w = { .ws_row = 10, .ws_col = 21 };
	struct grid *g;
	int rows, cols;

	if (!begin("xterm-256color"))
		return;
	tty_size(t, &rows, &cols);
	ok(rows == 24 && cols == 80, "the size (%d, %d)", rows, cols);
	g = grid_new(24, 80);
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col += 2)
			grid_put(g, row, col, 2, SL("한"), STYLE_BAR);
	tty_show(t, g);
	ioctl(slave, TIOCSWINSZ, &w);
	tty_resized(t);
	tty_size(t, &rows, &cols);
	ok(rows == 10 && cols == 21, "a new size (%d, %d)", rows, cols);
	tty_show(t, g);
	is_str(cell(9, 18), "한", "a grid that is too large is cut");
	is_str(cell(9, 20), " ", "a wide letter is not cut in half");
	grid_resize(g, 4, 4);
	tty_show(t, g);
	is_str(cell(0, 0), " ", "a small grid");
	w.ws_row = 50;
	w.ws_col = 200;
	ioctl(slave, TIOCSWINSZ, &w);
	tty_resized(t);
	grid_resize(g, 50, 200);
	grid_put(g, 49, 195, 5, SL("large"), STYLE_NORMAL);
	tty_show(t, g);
	is_str(cell(49, 199), "e", "and a large one");
	drain();
	grid_free(&g);
	end();
}

static void test_plain(void)
{
	struct grid *g;

	setlocale(LC_ALL, "C");
	if (begin("xterm-256color")) {
		g = grid_new(24, 80);
		draw_scripts(g);
		tty_show(t, g);
		drain();
		ok(wrote("`-> \"x\" ~"), "in the C locale lines and quotes are ASCII");
		ok(wrote("ete"), "letters go without their accents");
		ok(wrote("???? ????"), "a wide letter is two question marks");
		for (size_t i = 0; i < seen.n; i++)
			if ((unsigned char)seen.p[i] >= 0x80) {
				ok(false, "byte %zu is %02x", i, (unsigned char)seen.p[i]);
				break;
			}
		grid_put(g, 10, 0, 80, SL("• ✓ ├ │ ü"), STYLE_NORMAL);
		tty_show(t, g);
		is_str(cell(10, 0), "*", "a bullet");
		is_str(cell(10, 2), "x", "a tick");
		is_str(cell(10, 8), "u", "a letter");
		drain();
		grid_free(&g);
		end();
	}
	setlocale(LC_ALL, "C.UTF-8");
}

static void test_colours(void)
{
	struct grid *g;

	setenv("NO_COLOR", "1", 1);
	if (begin("xterm-256color")) {
		g = grid_new(24, 80);
		is_int(tty_colours(t), 0, "NO_COLOR");
		draw_list(g, 3);
		tty_show(t, g);
		drain();
		ok(!wrote("38;5") && !wrote("48;5") && wrote("7m"), "the bar is in reverse");
		grid_free(&g);
		end();
	}
	setenv("NO_COLOR", "", 1);
	if (begin("xterm-256color")) {
		is_int(tty_colours(t), 256, "an empty NO_COLOR does not count");
		g = grid_new(24, 80);
		draw_list(g, 3);
		tty_show(t, g);
		drain();
		ok(wrote("48;5;"), "a bar in 256 colours");
		tty_theme(t, theme_by_name("mono"));
		tty_show(t, g);
		drain();
		ok(!wrote("48;5;") && wrote("7m"), "another theme");
		grid_free(&g);
		end();
	}
	unsetenv("NO_COLOR");
	if (begin("linux")) {
		is_int(tty_colours(t), 8, "8 colours");
		end();
	}
	if (begin("vt100")) {
		is_int(tty_colours(t), 0, "none");
		end();
	}
	if (begin("xterm-direct")) {
		is_int(tty_colours(t), 1 << 24, "all");
		end();
	}
}

/* ---- keys ---- */

static void types(const char *bytes, size_t n, const key_code *want, size_t n_want, const char *what)
{
	key_code got[16];
	size_t n_got = 0;
	bool gone = false, is_same;
	struct str names;

	if (write(master, bytes, n) != (ssize_t)n || !ready(slave, 5000)) {
		ok(false, "%s: the bytes do not arrive", what);
		return;
	}
	while (n_got < ARRAY_LEN(got) && tty_key(t, &got[n_got], &gone))
		n_got++;
	is_same = n_got == n_want && (n_want == 0 || memcmp(got, want, n_want * sizeof(*want)) == 0);
	str_init(&names, 1000);
	keys_format(got, n_got, &names);
	ok(is_same && !gone, "%s (%s)", what, names.p);
	str_release(&names);
}
#define TYPES(bytes, what, ...) do { static const key_code want[] = { __VA_ARGS__ }; \
	types(bytes, sizeof(bytes) - 1, want, ARRAY_LEN(want), what); } while (0)
#define TYPES_NONE(bytes, what) types(bytes, sizeof(bytes) - 1, NULL, 0, what)

static void test_keys(const char *term)
{
	key_code key;
	bool gone;

	if (!begin(term))
		return;
	tap_note("%s", term);
	ok(!tty_key(t, &key, &gone) && !gone, "no key yet");
	TYPES("a", "a letter", 'a');
	TYPES("é한", "letters of two and three bytes", 0xE9, 0xD55C);
	TYPES("😀", "of four", 0x1F600);
	TYPES("\r", "Enter", 13);
	TYPES("\n", "Enter as LF", 13);
	TYPES("\t", "Tab", 9);
	TYPES("\177", "Backspace", 127);
	TYPES("\x03\x1A\x13\x11\x1C", "^C ^Z ^S ^Q ^\\ are keys", 3, 26, 19, 17, 28);
	TYPES("\x00", "^@", 0);
	TYPES("\033", "Esc alone", 27);
	TYPES("\033x", "Alt-x", KEY_ALT | 'x');
	TYPES("\033<", "Alt-<", KEY_ALT | '<');
	TYPES("\033é", "Alt-é", KEY_ALT | 0xE9);
	TYPES("\033\177", "Alt-Backspace", KEY_ALT | 127);
	TYPES("\033OA\033OB\033OC\033OD", "arrows", KEY_UP_, KEY_DOWN_, KEY_RIGHT_, KEY_LEFT_);
	TYPES("\033[A\033[B\033[C\033[D", "arrows of the other mode", KEY_UP_, KEY_DOWN_, KEY_RIGHT_, KEY_LEFT_);
	TYPES("\033[5~\033[6~", "pages", KEY_PGUP, KEY_PGDN);
	TYPES("\033[1~\033[4~", "Home and End", KEY_HOME_, KEY_END_);
	TYPES("\033OPx", "F1", KEY_F1_, 'x');
	end();
}

static void test_more_keys(const char *term)
{
	if (!begin(term))
		return;
	tap_note("%s", term);
	TYPES("\033[1;5D\033[1;5C", "Ctrl and arrows", KEY_CTRL_LEFT, KEY_CTRL_RIGHT);
	TYPES("\033[1;2A\033[1;2B\033[1;2C\033[1;2D", "Shift and arrows", KEY_SHIFT_UP, KEY_SHIFT_DOWN, KEY_SHIFT_RIGHT, KEY_SHIFT_LEFT);
	TYPES("\033[1;3D", "Alt and an arrow", KEY_ALT | KEY_LEFT_);
	TYPES("\033[3~\033[2~\033[Z", "Delete, Insert, BackTab", KEY_DELETE, KEY_INSERT, KEY_BACKTAB);
	TYPES("\033[1;5H\033[1;5F", "Ctrl and Home, End", KEY_CTRL_HOME, KEY_CTRL_END);
	TYPES("\033[15~\033[24~", "F5, F12", KEY_F1_ + 4, KEY_F1_ + 11);
	TYPES("\033[200~a\033b\r\033[201~", "pasted text stands in brackets", KEY_PASTE_ON, 'a', 27, 'b', 13, KEY_PASTE_OFF);
	TYPES("\033b", "Alt again", KEY_ALT | 'b');
	TYPES_NONE("\xED\x95", "half a letter");
	TYPES("\x9Cx", "and the rest of it", 0xD55C, 'x');
	TYPES("\xED\xC3\xA9", "half a letter and another", 0xE9);
	TYPES("\xFFz", "a byte that is no UTF-8 does not stop the rest", 'z');
	drain();
	ok(wrote("\033[?2004h"), "brackets were asked for");
	end();
}

static bool is_mouse(enum mouse_what what, int row, int col)
{
	struct mouse m = tty_mouse(t);

	if (m.what != what || m.row != row || m.col != col)
		tap_note("what %d at %d, %d", (int)m.what, m.row, m.col);
	return m.what == what && m.row == row && m.col == col;
}

static void test_mouse(void)
{
	struct grid *g;

	if (!begin("xterm-256color"))
		return;
	g = grid_new(24, 80);
	tty_show(t, g);
	drain();
	ok(wrote("1006"), "the mouse is asked for");
	rt_set_clock(1000000);
	TYPES("\033[<0;5;3M\033[<0;5;3m", "a click", KEY_MOUSE_);
	ok(is_mouse(MOUSE_CLICK, 2, 4), "where it was");
	rt_set_clock(1200000);
	TYPES("\033[<0;5;3M\033[<0;5;3m", "another one soon", KEY_MOUSE_);
	ok(is_mouse(MOUSE_DOUBLE, 2, 4), "is a double click");
	rt_set_clock(1300000);
	TYPES("\033[<0;5;3M\033[<0;5;3m", "a third", KEY_MOUSE_);
	ok(is_mouse(MOUSE_CLICK, 2, 4), "is a click again");
	rt_set_clock(3000000);
	TYPES("\033[<0;5;3M\033[<0;5;3m", "one much later", KEY_MOUSE_);
	ok(is_mouse(MOUSE_CLICK, 2, 4), "is a click");
	TYPES("\033[<0;6;3M\033[<0;6;3m", "one elsewhere", KEY_MOUSE_);
	ok(is_mouse(MOUSE_CLICK, 2, 5), "is a click");
	TYPES("\033[<64;70;20M", "the wheel", KEY_MOUSE_);
	ok(is_mouse(MOUSE_WHEEL_UP, 19, 69), "up");
	TYPES("\033[<65;70;20M", "the wheel", KEY_MOUSE_);
	ok(is_mouse(MOUSE_WHEEL_DOWN, 19, 69), "down");
	TYPES("\033[<2;1;1M\033[<2;1;1m", "the right button", KEY_MOUSE_);
	ok(is_mouse(MOUSE_RIGHT, 0, 0), "is told");
	rt_set_clock(-1);
	grid_free(&g);
	end();
}

/* ---- leaving ---- */

static bool is_cooked(void)
{
	struct termios mode;

	return tcgetattr(slave, &mode) == 0 && mode.c_lflag & ICANON && mode.c_lflag & ECHO && mode.c_lflag & ISIG;
}

static void test_leaving(void)
{
	struct grid *g;
	struct winsize w = { .ws_row = 12, .ws_col = 40 };
	int rows, cols;

	if (!begin("xterm-256color"))
		return;
	g = grid_new(24, 80);
	grid_put(g, 0, 0, 80, SL("something"), STYLE_NORMAL);
	tty_show(t, g);
	tty_title(t, SL("pabal: 한\033]x"));
	drain();
	ok(wrote("\033[?1049h"), "the other screen is taken");
	ok(wrote("\033]2;pabal: 한␛]x\007"), "a title, cleaned");
	ok(!is_cooked(), "the terminal is raw");
	tty_suspend(t);
	drain();
	ok(wrote("\033[?1049l") && wrote("\033[?2004l") && wrote("\033[?1006;1000l"), "suspended: all is given back");
	ok(is_cooked(), "its mode too");
	tty_show(t, g);
	is_int((long long)drain()->n, 0, "nothing is drawn while it is away");
	ioctl(slave, TIOCSWINSZ, &w);
	tty_resume(t);
	tty_show(t, g);
	drain();
	ok(wrote("\033[?1049h") && wrote("something") && wrote("\033[?2004h") && wrote("\033[?1006;1000h"), "resumed: all is drawn again");
	ok(!is_cooked(), "raw again");
	tty_size(t, &rows, &cols);
	ok(rows == 12 && cols == 40, "the size is asked anew");
	tty_bell(t);
	drain();
	ok(wrote("\007"), "a bell");
	tty_close(&t);
	drain();
	ok(wrote("\033[?1049l") && wrote("\033[?2004l"), "closed: the screen is given back");
	ok(is_cooked() && !t, "and the mode");
	grid_free(&g);
	close_pty();
}

static volatile uintptr_t nowhere_at = 8;

static void die_by(int how)
{
	struct tty_opts opts = { .mouse = true };
	struct err err = ERR_INIT;
	pid_t pid;
	int status = 0;

	open_pty(24, 80);
	pid = fork();
	if (pid == 0) {
		int nowhere = open("/dev/null", O_WRONLY);

		dup2(nowhere, 2);
		if (tty_open_on(&t, "xterm-256color", slave, slave, &opts, &err) != 0)
			_exit(99);
		if (how == 0)
			exit(7);
		else if (how == SIGSEGV)
			*(volatile int *)nowhere_at = 1;
		else
			abort();
	}
	waitpid(pid, &status, 0);
	drain();
	ok(wrote("\033[?1049l") && wrote("\033[?2004l"), "a program that ends by %s gives the screen back", how ? strsignal(how) : "exit");
	ok(is_cooked(), "and the mode");
	if (how == 0)
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 7, "and ends as it would (%x)", (unsigned)status);
	else
		ok(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 99), "and ends as it would (%x)", (unsigned)status);
	close_pty();
}

static void test_gone(void)
{
	key_code key;
	bool gone = false;

	if (!begin("xterm-256color"))
		return;
	close(master);
	master = -1;
	ok(!tty_key(t, &key, &gone) && gone, "a terminal that hung up is told");
	end();
}

static void test_refused(void)
{
	struct tty_opts opts = { 0 };
	struct err err = ERR_INIT;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), before;

	is_int(tty_open_on(&t, "xterm", null, null, &opts, &err), -1, "no terminal");
	ok(err.kind == ERR_INPUT && *err.text, "in words: %s", err.text);
	open_pty(24, 80);
	before = tap_open_fds();
	is_int(tty_open_on(&t, "no-such-type", slave, slave, &opts, &err), -1, "an unknown type");
	ok(strstr(err.text, "\"no-such-type\"") && strstr(err.text, "TERM=xterm"), "in words: %s", err.text);
	is_int(tty_open_on(&t, NULL, slave, slave, &opts, &err), -1, "no type: %s", err.text);
	ok(!t, "nothing is open");
	ok(is_cooked(), "the mode is as it was");
	is_int(tap_open_fds(), before, "no descriptor is left");
	close_pty();
	close(null);
}

int main(void)
{
	static const char *const terms[] = { "xterm-256color", "vt100", "linux", "screen-256color", "xterm-direct" };

	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		tap_skip_all("no locale with UTF-8");
	unsetenv("NO_COLOR");
	unsetenv("LINES");
	unsetenv("COLUMNS");
	str_init(&seen, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		test_drawing(terms[i]);
		test_economy(terms[i]);
		test_keys(terms[i]);
	}
	test_more_keys("xterm-256color");
	test_more_keys("screen-256color");
	test_mouse();
	test_sizes();
	test_plain();
	test_colours();
	test_leaving();
	die_by(0);
	die_by(SIGABRT);
	die_by(SIGSEGV);
	test_gone();
	test_refused();
	str_release(&seen);
	return tap_done();
}
