/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tty: a grid on a terminal, and its keys.  The only file with curses.
 *
 * Invariants:
 *   1. Only one terminal is held at a time; curses keeps it in globals.
 *   2. last is what curses was told, unless all is set.
 *   3. However the program ends, the terminal gets back the mode it had: by
 *      tty_close, at exit, or by ttyreset.c.
 */
#define NCURSES_WIDECHAR 1
#include "tui/priv.h"
#include <curses.h>
#include <term.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ESC_WAIT = 25, DOUBLE_CLICK_US = 400000, OWN_CODES = 0x1000 };

struct tty {
	SCREEN *screen;
	WINDOW *keys;                   /* a pad: reading from it never draws  */
	FILE *in, *out;
	const struct theme *theme;
	struct grid *last;
	bool all;                       /* nothing of last counts              */
	bool suspended, mouse_on, is_xterm, has_title, titled, pasting;
	int colours;
	char *term;
	struct termios saved;
	key_code pending;               /* read already, or KEY_NONE_          */
	struct mouse mouse;
	int64_t clicked;                /* when, for double clicks; 0: not     */
	attr_t attrs[STYLE_COUNT];
	struct letter letter;           /* of which not all bytes came yet     */
};

static struct tty *held;

/* ---- keys that terminfo names ---- */

static const char *capability(const char *name)
{
	const char *s = tigetstr(name);

	return s == NULL || s == (char *)-1 || !*s ? NULL : s;
}

static void define_keys(const struct tty *t)
{
	for (int i = 0; i < tty_seqs_n; i++) {
		const char *s = tty_seqs[i].cap ? capability(tty_seqs[i].cap) : NULL;

		if (s)
			define_key(s, OWN_CODES + i);
		if (t->is_xterm || !tty_seqs[i].cap)
			if (key_defined(tty_seqs[i].bytes) == 0)
				define_key(tty_seqs[i].bytes, OWN_CODES + i);
	}
}

static const struct { int code; key_code key; } codes[] = {
	{ KEY_UP, KEY_UP_ }, { KEY_DOWN, KEY_DOWN_ }, { KEY_LEFT, KEY_LEFT_ }, { KEY_RIGHT, KEY_RIGHT_ },
	{ KEY_HOME, KEY_HOME_ }, { KEY_FIND, KEY_HOME_ }, { KEY_END, KEY_END_ }, { KEY_LL, KEY_END_ }, { KEY_SELECT, KEY_END_ },
	{ KEY_PPAGE, KEY_PGUP }, { KEY_NPAGE, KEY_PGDN }, { KEY_IC, KEY_INSERT }, { KEY_DC, KEY_DELETE },
	{ KEY_A1, KEY_HOME_ }, { KEY_A3, KEY_PGUP }, { KEY_C1, KEY_END_ }, { KEY_C3, KEY_PGDN },
	{ KEY_BTAB, KEY_BACKTAB }, { KEY_ENTER, 13 }, { KEY_BACKSPACE, 127 },
	{ KEY_SLEFT, KEY_SHIFT_LEFT }, { KEY_SRIGHT, KEY_SHIFT_RIGHT }, { KEY_SR, KEY_SHIFT_UP }, { KEY_SF, KEY_SHIFT_DOWN },
	{ KEY_RESIZE, KEY_RESIZE_ }, { KEY_SUSPEND, 26 }, { KEY_MOUSE, KEY_MOUSE_ },
};

static key_code from_code(int code)
{
	if (code >= OWN_CODES && code < OWN_CODES + tty_seqs_n)
		return tty_seqs[code - OWN_CODES].key;
	if (code >= KEY_F(1) && code <= KEY_F(20))
		return KEY_F1_ + (key_code)(code - KEY_F(1));
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code)
			return codes[i].key;
	return KEY_NONE_;
}

/* ---- colours ---- */

static int count_colours(void)
{
	const char *no = getenv("NO_COLOR");

	if ((no && *no) || !has_colors() || start_color() != OK)
		return 0;
	return COLORS >= 1 << 24 ? 1 << 24 : COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
}

static int colour(const struct tty *t, int rgb, int c16)
{
	if (rgb == LOOK_NONE || c16 < 0)
		c16 = -1;
	if (t->colours == 1 << 24)
		return rgb == LOOK_NONE ? -1 : rgb < 8 ? 0 : rgb;       /* below 8 stand the palette's */
	if (t->colours == 256)
		return rgb == LOOK_NONE ? -1 : colour_256(rgb);
	return t->colours == 8 && c16 >= 8 ? c16 - 8 : c16;
}

static attr_t attributes(unsigned a)
{
	return (a & ATTR_BOLD ? A_BOLD : 0) | (a & ATTR_DIM ? A_DIM : 0) | (a & ATTR_ITALIC ? A_ITALIC : 0) |
		(a & ATTR_UNDERLINE ? A_UNDERLINE : 0) | (a & ATTR_REVERSE ? A_REVERSE : 0);
}

static void set_looks(struct tty *t)
{
	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct look *l = &t->theme->looks[i];
		int fg, bg;

		t->attrs[i] = attributes(t->colours ? l->attrs : l->mono);
		if (!t->colours)
			continue;
		fg = colour(t, l->fg, l->fg16);
		bg = colour(t, l->bg, l->bg16);
		if (t->colours == 8 && l->fg16 == 8) {
			fg = -1;                /* bold black is black on many */
			t->attrs[i] |= A_DIM;
		} else if (t->colours == 8 && l->fg16 > 8) {
			t->attrs[i] |= A_BOLD;
		}
		init_extended_pair(i + 1, fg, bg);
	}
}

/* ---- entering and leaving ---- */

static void say(const struct tty *t, const char *bytes)
{
	fflush(t->out);
	fs_write_all(fileno(t->out), bytes, strlen(bytes));
}

static void arm(struct tty *t)
{
	struct str s;

	str_init(&s, 500);
	reset_add(&s, capability("sgr0"));
	reset_add(&s, capability("cnorm"));
	if (t->mouse_on)
		str_adds(&s, "\033[?1006l\033[?1002l\033[?1000l");
	if (t->is_xterm)
		str_adds(&s, "\033[?2004l");
	reset_add(&s, capability("rmkx"));
	reset_add(&s, capability("rmcup"));
	str_adds(&s, "\r\n");
	reset_arm(fileno(t->out), str_sl(&s), &t->saved);
	str_release(&s);
}

static void mouse_mask(const struct tty *t, bool on)
{
	mmask_t mask = BUTTON1_PRESSED | BUTTON3_PRESSED | BUTTON4_PRESSED;

#if NCURSES_MOUSE_VERSION > 1
	mask |= BUTTON5_PRESSED;
#endif
	if (t->mouse_on)
		mousemask(on ? mask : 0, NULL);
}

static void enter(struct tty *t)
{
	t->suspended = false;
	t->all = true;
	if (t->is_xterm)
		say(t, "\033[?2004h");
	mouse_mask(t, true);
	arm(t);
}

static void leave(struct tty *t)
{
	if (t->suspended)
		return;
	mouse_mask(t, false);
	if (t->is_xterm)
		say(t, "\033[?2004l");
	if (t->titled)
		say(t, "\033[23;2t");
	t->titled = false;
	curs_set(1);
	if (!capability("rmcup")) {             /* the screen stays: its last line is the shell's */
		move(LINES - 1, 0);
		clrtoeol();
		refresh();
	}
	endwin();
	reset_disarm();
	t->suspended = true;
}

static void at_exit(void)
{
	if (held)
		leave(held);
}

static bool starts(const char *term, const char *const *list)
{
	for (; *list; list++)
		if (strncmp(term, *list, strlen(*list)) == 0)
			return true;
	return false;
}

static void look_at_terminal(struct tty *t, const struct tty_opts *opts)
{
	static const char *const plain[] = { "linux", "vt1", "vt2", "vt3", "vt4", "vt5", "dumb", "cons", "ansi", "sun", NULL };
	static const char *const titles[] = { "xterm", "tmux", "screen", "rxvt", "alacritty", "foot", "kitty", "st-", "konsole",
		"gnome", "putty", "vte", "wezterm", "contour", "ghostty", NULL };

	t->is_xterm = tigetnum("colors") >= 8 && !starts(t->term, plain);
	t->has_title = t->is_xterm && starts(t->term, titles);
	t->mouse_on = opts->mouse && t->is_xterm && capability("kmous");
}

static void set_modes(struct tty *t)
{
	t->keys = newpad(1, 1);
	bug_on(!t->keys);
	keypad(t->keys, TRUE);
	nodelay(t->keys, TRUE);
	raw();          /* no signals, no flow control: ^C ^Z ^S ^Q are keys */
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	idlok(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	set_escdelay(ESC_WAIT);
	mouseinterval(0);
}

static int start(struct tty *t, const char *term, int in, int out, struct err *err)
{
	int found;

	t->in = fdopen(dup(in), "r");
	t->out = fdopen(dup(out), "w");
	if (!t->in || !t->out)
		return err_sys(err, "The terminal can't be opened");
	if (tcgetattr(fileno(t->in), &t->saved) != 0)
		return err_sys(err, "The terminal's mode can't be read");
	t->term = mem_strdup(term);
	/* newterm loses memory when it fails, so it is asked for what is there only */
	if (setupterm(t->term, fileno(t->out), &found) == OK) {
		del_curterm(cur_term);
		t->screen = newterm(t->term, t->out, t->in);
	}
	if (!t->screen)
		return err_set(err, ERR_INPUT, "The terminal type \"%.40s\" is not known here. Set TERM, for example: "
			"TERM=xterm pabal.", term);
	return 0;
}

static void release(struct tty *t)
{
	if (t->keys)
		delwin(t->keys);
	if (t->screen)
		delscreen(t->screen);
	if (t->in)
		fclose(t->in);
	if (t->out)
		fclose(t->out);
	grid_free(&t->last);
	free(t->term);
	free(t);
}

int tty_open_on(struct tty **out, const char *term, int in, int out_fd, const struct tty_opts *opts, struct err *err)
{
	static bool is_registered;
	struct tty *t;

	bug_on(held);
	*out = NULL;
	if (!isatty(in) || !isatty(out_fd))
		return err_set(err, ERR_INPUT, "The screens need a terminal on standard input and output.");
	if (!term || !*term)
		return err_set(err, ERR_INPUT, "TERM is not set, so the kind of terminal is not known. Set it, for example: "
			"TERM=xterm pabal.");
	t = mem_zalloc(sizeof(*t));
	if (start(t, term, in, out_fd, err) != 0) {
		release(t);
		return -1;
	}
	if (!is_registered)
		atexit(at_exit);
	is_registered = true;
	held = *out = t;
	set_term(t->screen);
	look_at_terminal(t, opts);
	set_modes(t);
	define_keys(t);
	t->pending = KEY_NONE_;
	t->colours = count_colours();
	if (t->colours && use_default_colors() != OK)
		assume_default_colors(COLOR_WHITE, COLOR_BLACK);
	t->last = grid_new(1, 1);
	tty_theme(t, opts->theme ? opts->theme : theme_next(NULL));
	enter(t);
	tty_resized(t);
	return 0;
}

int tty_open(struct tty **out, const struct tty_opts *opts, struct err *err)
{
	return tty_open_on(out, getenv("TERM"), STDIN_FILENO, STDOUT_FILENO, opts, err);
}

void tty_close(struct tty **t)
{
	if (!*t)
		return;
	leave(*t);
	held = NULL;
	release(*t);
	*t = NULL;
}

void tty_suspend(struct tty *t)
{
	leave(t);
}

void tty_resume(struct tty *t)
{
	if (!t->suspended)
		return;
	reset_prog_mode();
	refresh();
	enter(t);
	tty_resized(t);
}

/* ---- size, title, bell ---- */

int tty_fd(const struct tty *t)
{
	return fileno(t->in);
}

void tty_size(const struct tty *t, int *rows, int *cols)
{
	getmaxyx(stdscr, *rows, *cols);
}

void tty_resized(struct tty *t)
{
	struct winsize w;
	int rows, cols;

	tty_size(t, &rows, &cols);
	if (ioctl(fileno(t->out), TIOCGWINSZ, &w) == 0 && w.ws_row && w.ws_col && (w.ws_row != rows || w.ws_col != cols))
		resize_term(w.ws_row, w.ws_col);
	tty_redraw(t);
}

void tty_redraw(struct tty *t)
{
	t->all = true;
}

void tty_theme(struct tty *t, const struct theme *theme)
{
	t->theme = theme;
	set_looks(t);
	tty_redraw(t);
}

int tty_colours(const struct tty *t)
{
	return t->colours;
}

void tty_bell(struct tty *t)
{
	if (!t->suspended)
		beep();
}

void tty_title(struct tty *t, struct slice utf8)
{
	struct str s;

	if (!t->has_title || t->suspended)
		return;
	str_init(&s, 1000);
	if (!t->titled)
		str_adds(&s, "\033[22;2t");     /* the old one is kept by the terminal */
	str_adds(&s, "\033]2;");
	plain_text(&s, utf8, 120);
	str_adds(&s, "\007");
	t->titled = true;
	if (!s.full)
		say(t, s.p);
	str_release(&s);
}

/* ---- showing ---- */

/* Cells [col, end) of a row, which are whole characters. */
static void put_run(const struct tty *t, const struct grid *g, int row, int col, int end)
{
	cchar_t *run = mem_array(NULL, (size_t)(end - col) + 1, sizeof(*run));
	int n = 0;

	for (int i = col; i < end; i++) {
		const struct cell *c = grid_cell(g, row, i);
		struct plain plain;

		if (c->width == 0)
			continue;
		plain_cell(c, &plain);
		for (int k = 0; k < plain.n; k++)
			setcchar(&run[n++], plain.text[k], t->attrs[c->style], t->colours ? (short)(c->style + 1) : 0, NULL);
	}
	mvadd_wchnstr(row, col, run, n);
	free(run);
}

static bool is_changed(const struct tty *t, const struct grid *g, int row, int col)
{
	return t->all || memcmp(grid_cell(t->last, row, col), grid_cell(g, row, col), sizeof(struct cell)) != 0;
}

static void show_row(const struct tty *t, const struct grid *g, int row, int cols)
{
	for (int col = 0, end; col < cols; col = end) {
		end = col + 1;
		if (!is_changed(t, g, row, col))
			continue;
		while (col > 0 && grid_cell(g, row, col)->width == 0)
			col--;
		while (end < cols && (grid_cell(g, row, end)->width == 0 || is_changed(t, g, row, end)))
			end++;
		/* half of it would be outside of the terminal */
		if (end < grid_cols(g) && grid_cell(g, row, end)->width == 0) {
			if (end - 1 > col)
				put_run(t, g, row, col, end - 1);
			mvaddch(row, end - 1, ' ');
		} else {
			put_run(t, g, row, col, end);
		}
	}
}

void tty_show(struct tty *t, const struct grid *g)
{
	int rows, cols, row, col;
	bool visible;

	if (t->suspended)
		return;
	tty_size(t, &rows, &cols);
	if (grid_rows(g) != grid_rows(t->last) || grid_cols(g) != grid_cols(t->last))
		t->all = true;
	if (t->all) {
		erase();
		clearok(stdscr, TRUE);
	}
	for (int i = 0; i < MIN(rows, grid_rows(g)); i++)
		show_row(t, g, i, MIN(cols, grid_cols(g)));
	grid_copy(t->last, g);
	t->all = false;
	grid_cursor_at(g, &row, &col, &visible);
	move(MIN(row, rows - 1), MIN(col, cols - 1));
	curs_set(visible ? 1 : 0);
	refresh();
}

void tty_cell_text(const struct tty *t, int row, int col, struct str *out)
{
	wchar_t text[CCHARW_MAX + 1];
	int old_row, old_col;
	attr_t attrs;
	short pair;
	cchar_t c;

	getyx(stdscr, old_row, old_col);
	if (grid_cell(t->last, row, col)->width && mvin_wch(row, col, &c) == OK &&
	    getcchar(&c, text, &attrs, &pair, NULL) == OK)
		for (size_t i = 0; text[i]; i++) {
			char bytes[4];

			str_add(out, bytes, utf8_encode((uint32_t)text[i], bytes));
		}
	move(old_row, old_col);
}

/* ---- keys ---- */

static bool read_mouse(struct tty *t)
{
	struct mouse m = { .what = MOUSE_CLICK };
	int64_t now = rt_mono();
	MEVENT e;

	if (getmouse(&e) != OK)
		return false;
	m.row = e.y;
	m.col = e.x;
	if (e.bstate & BUTTON4_PRESSED)
		m.what = MOUSE_WHEEL_UP;
#if NCURSES_MOUSE_VERSION > 1
	else if (e.bstate & BUTTON5_PRESSED)
		m.what = MOUSE_WHEEL_DOWN;
#endif
	else if (e.bstate & BUTTON3_PRESSED)
		m.what = MOUSE_RIGHT;
	else if (!(e.bstate & BUTTON1_PRESSED))
		return false;
	else if (t->clicked && now - t->clicked < DOUBLE_CLICK_US && m.row == t->mouse.row && m.col == t->mouse.col)
		m.what = MOUSE_DOUBLE;
	t->clicked = m.what == MOUSE_CLICK ? now : 0;
	t->mouse = m;
	return true;
}

struct mouse tty_mouse(const struct tty *t)
{
	return t->mouse;
}

/* One thing of curses; KEY_NONE_: it is no key that we know.  false: there is none now. */
static bool read_one(struct tty *t, key_code *key)
{
	int c = wgetch(t->keys);

	if (c == ERR)
		return false;
	if (c >= 0x80 && c < KEY_MIN) {
		*key = letter_add(&t->letter, (char)c);
	} else {
		*key = c >= KEY_MIN ? from_code(c) : c == '\n' && !t->pasting ? 13 : (key_code)c;
		t->letter.n = 0;
	}
	if (*key == KEY_MOUSE_ && !read_mouse(t))
		*key = KEY_NONE_;
	if (*key == KEY_PASTE_ON || *key == KEY_PASTE_OFF)
		t->pasting = *key == KEY_PASTE_ON;
	return true;
}

static bool read_key(struct tty *t, key_code *key)
{
	do
		if (!read_one(t, key))
			return false;
	while (*key == KEY_NONE_);
	return true;
}

static bool can_be_alt(key_code key)
{
	return key < KEY_PASTE_ON || (key >= KEY_F1_ && key <= KEY_F20_);
}

bool tty_key(struct tty *t, key_code *key, bool *gone)
{
	struct termios now;
	key_code next;

	*gone = false;
	if (t->suspended)
		return false;
	*key = t->pending;
	t->pending = KEY_NONE_;
	if (*key == KEY_NONE_ && !read_key(t, key)) {
		*gone = tcgetattr(fileno(t->in), &now) != 0;
		return false;
	}
	if (*key == 27 && !t->pasting && read_key(t, &next)) {
		if (can_be_alt(next))
			*key = KEY_ALT | next;
		else
			t->pending = next;
	}
	return true;
}
