/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tui: cells, keys, lists, editors.  Nothing here knows mail.  Screens draw into
 * a grid of cells; tty.c, the only file with curses, shows a grid on a terminal.
 * So a screen is a function from model and size to cells, tested as text.
 *
 * Text given to the grid has passed utf8_sanitize; a control byte is a bug (bug_on).
 */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "base/base.h"

/* ---- theme.c: what a cell means; colours are the theme's ---- */

enum style {
	STYLE_NORMAL, STYLE_BAR /* title and status lines */, STYLE_HINT, STYLE_HINT_KEY,
	STYLE_CURSOR /* the current line of a list */, STYLE_TAGGED, STYLE_UNREAD, STYLE_FLAGGED,
	STYLE_DELETED, STYLE_TREE, STYLE_DIM, STYLE_HEADER, STYLE_HEADER_NAME,
	STYLE_QUOTE1, STYLE_QUOTE2, STYLE_QUOTE3, STYLE_SIGNATURE, STYLE_LINK, STYLE_BOLD, STYLE_ITALIC,
	STYLE_ATTACHMENT, STYLE_MATCH, STYLE_SELECTION, STYLE_WARNING, STYLE_ERROR, STYLE_GOOD,
	STYLE_PROMPT, STYLE_FIELD /* where something can be typed */, STYLE_MISSPELT, STYLE_BORDER,
	STYLE_CLIENT, STYLE_SERVER /* the two sides of a transcript */, STYLE_COUNT
};
const char *style_name(enum style);             /* "normal", "hint-key" ...      */
int  style_by_name(struct slice, enum style *); /* -1: none is called so         */

enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_ITALIC = 4, ATTR_UNDERLINE = 8, ATTR_REVERSE = 16 };
/* A look.  Colours are 0xRRGGBB, or LOOK_NONE: the terminal's own.  c16: the colour
 * on terminals of 16 (8 and more: bright; on 8 colours bold), -1 the terminal's own.
 * mono: attributes where there is no colour; every style that says something differs
 * from its neighbours there, too (tagged, deleted, cursor ...). */
#define LOOK_NONE (-1)
struct look { int fg, bg; signed char fg16, bg16; unsigned char attrs, mono; };
struct theme { const char *name; const struct look *looks; };
/* "dark", "light", "mono"; NULL: none is called so. */
const struct theme *theme_by_name(const char *);
const struct theme *theme_next(const struct theme *);   /* NULL starts; NULL: no more */
int  colour_256(int rgb);       /* the nearest of the 240 fixed ones (6x6x6 cube, greys) */

/* ---- grid.c: cells ---- */

struct area { int row, col, rows, cols; };

/* One character cell: a base character with its marks, at most 5 code points (what
 * curses holds).  width 2: the next cell has width 0 and n 0. */
struct cell { char text[20]; unsigned char n, width, style; };
struct grid;
struct grid *grid_new(int rows, int cols);      /* all blank, STYLE_NORMAL       */
void grid_free(struct grid **);
void grid_resize(struct grid *, int rows, int cols);    /* blank again */
int  grid_rows(const struct grid *);
int  grid_cols(const struct grid *);
struct area grid_area(const struct grid *);     /* all of it */
const struct cell *grid_cell(const struct grid *, int row, int col);
void grid_fill(struct grid *, struct area, enum style);         /* blanks; cut at the edges */
/* Text from there on, at most cols columns (and not over the edge); a wide character
 * that does not fit is left out.  Characters whose width terminals do not agree on are
 * taken apart or simplified, so that columns hold everywhere: emoji joined by ZWJ stand
 * side by side, variation selectors and skin tones are left out.  Half of a wide
 * character that is overwritten becomes a blank.  Returns the columns used. */
int  grid_put(struct grid *, int row, int col, int cols, struct slice utf8, enum style);
/* The columns that grid_put needs for it. */
int  grid_width(struct slice utf8);
/* The same, but text that does not fit ends in "…". */
int  grid_put_cut(struct grid *, int row, int col, int cols, struct slice utf8, enum style);
/* Right-aligned in cols columns. */
int  grid_put_right(struct grid *, int row, int col, int cols, struct slice utf8, enum style);
int  grid_putf(struct grid *, int row, int col, int cols, enum style, const char *fmt, ...) PRINTF(6, 7);       /* sanitizes */
void grid_style(struct grid *, struct area, enum style);        /* of what is there */
/* Where the terminal's cursor stands (for screen readers: on the current line or
 * letter); visible: it is shown.  -1, -1: bottom right, hidden. */
void grid_cursor(struct grid *, int row, int col, bool visible);
void grid_cursor_at(const struct grid *, int *row, int *col, bool *visible);
bool grid_same(const struct grid *, const struct grid *);
void grid_copy(struct grid *to, const struct grid *from);       /* size too */
/* Rows as text, blanks at the end cut, LF after each. */
void grid_text(const struct grid *, struct str *out);
/* Runs of styles other than normal, one row a line: "3: 0-9 bar, 12-20 unread". */
void grid_styles(const struct grid *, struct str *out);

/* ---- key.c: keys and their names ---- */

/* A key is a code point, or one of these, perhaps with KEY_ALT.  Control keys are
 * their bytes (^A is 1), Esc is 27, Enter 13 ('\n' counts as Enter), Tab 9, Backspace 127. */
enum {
	KEY_UP_ = 0x110000, KEY_DOWN_, KEY_LEFT_, KEY_RIGHT_, KEY_HOME_, KEY_END_, KEY_PGUP, KEY_PGDN,
	KEY_INSERT, KEY_DELETE, KEY_BACKTAB, KEY_CTRL_LEFT, KEY_CTRL_RIGHT, KEY_CTRL_UP, KEY_CTRL_DOWN,
	KEY_CTRL_HOME, KEY_CTRL_END, KEY_CTRL_DELETE, KEY_SHIFT_LEFT, KEY_SHIFT_RIGHT, KEY_SHIFT_UP, KEY_SHIFT_DOWN,
	KEY_PASTE_ON, KEY_PASTE_OFF /* brackets of pasted text */,
	KEY_MOUSE_ /* see tty_mouse */, KEY_RESIZE_, KEY_FOCUS_IN, KEY_FOCUS_OUT,
	KEY_F1_ /* F1 to F20 follow each other */, KEY_F20_ = KEY_F1_ + 19,
	KEY_NONE_ = 0x1FFFFF,
	KEY_ALT = 0x200000,     /* Esc and the key at once */
};
#define KEY_CTRL(c) ((c) & 0x1f)
typedef uint32_t key_code;
/* Names as mutt writes them: "a" "A" "^X" or "C-x" "\Cx", "<Esc>" "<Enter>" "<Tab>" "<Space>"
 * "<Backspace>" "<Up>" ... "<PageDown>" "<F1>" "<BackTab>" "<C-Left>", "Esc v", "M-v" and "\ev"
 * (two keys: 27 and v), ",u" (two keys), "^X^C"; blanks between keys are ignored (a blank is
 * "<Space>"), case of names too.  At most max keys; their number, or -1: it is no such name. */
int  keys_parse(struct slice, key_code *out, size_t max);
/* "^X", "Esc v", "PgDn": short, for hints.  Keys of a sequence without blanks but after Esc. */
void keys_format(const key_code *, size_t n, struct str *out);
/* The same in a form that keys_parse reads in any place ("<Space>", "<PageDown>"). */
void keys_format_exact(const key_code *, size_t n, struct str *out);
/* Is it text that can be typed into a field? (a code point that is no control) */
bool key_is_text(key_code);

/* ---- edit.c: one line of text, with readline's keys ---- */

/* Text is valid UTF-8, sanitized on the way in; the cursor stands between graphemes. */
struct edit {
	struct str text; size_t at;     /* at: byte offset of the cursor          */
	bool hidden;                    /* a password: shown as *, wiped           */
	int left;                       /* columns scrolled off to the left        */
	/* own */
	struct str killed; struct { char *text; size_t at; } *undo; size_t n_undo, cap_undo; bool kill_goes_on, typing;
};
enum edit_result { EDIT_IGNORED, EDIT_MOVED, EDIT_CHANGED };
void edit_init(struct edit *, const char *text);        /* the cursor at the end */
void edit_release(struct edit *);
void edit_set(struct edit *, const char *text);
/* ^A ^E ^B ^F Home End arrows, Esc-b Esc-f C-arrows (words), ^D Delete ^H Backspace,
 * ^K ^U ^W Esc-d Esc-Backspace, ^Y, ^T, Esc-u Esc-l Esc-c, ^_ (undo), ^V or ^Q the next
 * key as it is is not offered.  Enter, Tab, Esc, ^C, ^G, ^P, ^N, Up and Down are the owner's. */
enum edit_result edit_key(struct edit *, key_code);
void edit_insert(struct edit *, struct slice utf8);     /* as if typed; line ends become blanks */
/* The word (or, of a list, the piece between commas outside of quotes and <>) at the
 * cursor, for completion. */
void edit_piece(const struct edit *, bool list, size_t *from, size_t *to);
void edit_replace(struct edit *, size_t from, size_t to, struct slice with);    /* the cursor behind it */
/* In one row; the row scrolls so that the cursor is seen; puts the grid's cursor there when focus. */
void edit_draw(struct edit *, struct grid *, int row, int col, int cols, enum style, bool focus);
void edit_click(struct edit *, int col);         /* the cursor to a column of what was drawn */

/* ---- text.c, textdraw.c: a text of many lines ---- */

/* Lines of UTF-8 (sanitized on the way in; tabs are kept), wrapped for the screen at
 * width.  Bounded: TEXT_MAX bytes. */
#define TEXT_MAX (64u << 20)
struct text;
struct text *text_new(void);
void text_free(struct text **);
/* All of it new; undo starts afresh. The cursor at the start. -1: too long (nothing changed). */
int  text_set(struct text *, struct slice utf8);
void text_get(const struct text *, struct str *out);    /* lines with LF between: as text_set took it */
bool text_changed(const struct text *);                 /* since the last text_saved */
void text_saved(struct text *);
size_t text_lines(const struct text *);
struct slice text_line(const struct text *, size_t);    /* borrowed until the next change */
void text_cursor(const struct text *, size_t *line, size_t *byte);
void text_goto(struct text *, size_t line, size_t byte);
/* Keys as edit_key, but over lines: Enter splits, Up Down by screen rows, PgUp PgDn,
 * ^Home ^End, Esc-< Esc->, Shift with arrows or ^@ / ^Space marks, ^K cuts line by line as
 * alpine's, ^U or ^Y pastes, Esc-w copies, ^W cuts the marked (else it
 * is ignored), ^P ^N as Up Down, Tab is typed, ^_ undo, Esc-_ redo. */
enum edit_result text_key(struct text *, key_code);
void text_insert(struct text *, struct slice utf8);     /* pasted: as it is, one undo */
void text_cut(struct text *);                           /* the marked, or the line   */
void text_copy(struct text *);
void text_paste(struct text *);
void text_mark(struct text *);                          /* begins or ends marking    */
bool text_undo(struct text *);                          /* false: nothing to undo    */
bool text_redo(struct text *);
/* Typing past this column breaks the line at a blank (UAX 14 for scripts without), 0: never.
 * Quoted lines ("> ") break into quoted lines. */
void text_wrap_at(struct text *, int col);
/* The paragraph at the cursor (or the marked ones) filled to that column; quotes of one
 * depth ("> > ") are a paragraph and keep their mark. */
void text_fill(struct text *, int col);
/* Adds "> " (">" where nothing stands) to, or takes one level of quoting from, the marked lines or the current one. */
void text_quote(struct text *, bool add);
/* Looks for text from behind the cursor on, in any case, around the end: moves there, true. */
bool text_find(struct text *, struct slice needle, bool back);
/* Words to be marked in lines [from, to) that are on the screen: called for each word of
 * the rows drawn; true marks it STYLE_MISSPELT.  NULL: none. */
void text_speller(struct text *, bool (*wrong)(void *ctx, struct slice word), void *ctx);
/* The word at or behind the cursor that the speller calls wrong, from there around: false none. */
bool text_next_wrong(struct text *, struct slice *word);
void text_replace_word(struct text *, struct slice with);       /* the one that was found */
/* focus: with the cursor, which is always seen; else from the start. */
void text_draw(struct text *, struct grid *, struct area, bool focus);
/* A click there: the cursor goes to it. */
void text_click(struct text *, struct area, int row, int col);

/* ---- list.c: which rows of a long list are seen ---- */

/* No rows: at is 0, n is 0.  All moves keep at inside and seen. */
struct list { uint64_t n, at, top; int rows; };
void list_size(struct list *, uint64_t n, int rows);    /* also after n or rows changed */
void list_goto(struct list *, uint64_t at);
void list_move(struct list *, int64_t by);
void list_page(struct list *, int pages);               /* a screenful, keeping one row */
void list_scroll(struct list *, int64_t rows);          /* the window; at follows into it */
void list_middle(struct list *);                        /* at in the middle of the window */
/* Up Down Home End PgUp PgDn; true: it was one of them. */
bool list_key(struct list *, key_code);

/* ---- tty.c: the terminal (the only file with curses) ---- */

struct tty;
struct tty_opts { const struct theme *theme; bool mouse; };
/* Takes over the terminal on standard input and output; TERM unknown or no terminal:
 * err in words.  NO_COLOR set and not empty: without colour.  Restores the terminal at
 * exit and on fatal signals, also when the program aborts. */
int  tty_open(struct tty **, const struct tty_opts *, struct err *);
/* The same on other descriptors and with another TERM: for tests. */
int  tty_open_on(struct tty **, const char *term, int in, int out, const struct tty_opts *, struct err *);
void tty_close(struct tty **);
int  tty_fd(const struct tty *);                        /* for the loop, POLLIN   */
void tty_size(const struct tty *, int *rows, int *cols);
/* After SIGWINCH: the new size is taken from the terminal. */
void tty_resized(struct tty *);
/* Only what differs from the last grid shown is written.  In a locale that lacks a
 * character: an ASCII one in its place ("`->" for tree lines, "~" for …), else "?". */
void tty_show(struct tty *, const struct grid *);
void tty_redraw(struct tty *);                          /* all of it, next time   */
/* The next key, false: none now.  Esc followed at once by a key is KEY_ALT of it.  Never
 * blocks (but ESCDELAY, 25 ms).  *gone: the terminal hung up. */
bool tty_key(struct tty *, key_code *, bool *gone);
/* Of the last KEY_MOUSE_. */
enum mouse_what { MOUSE_CLICK, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN, MOUSE_RIGHT };
struct mouse { enum mouse_what what; int row, col; };
struct mouse tty_mouse(const struct tty *);
/* The terminal as it was before, for an editor, a viewer or a stopped program; and back
 * (everything is drawn again, the size asked anew). */
void tty_suspend(struct tty *);
void tty_resume(struct tty *);
/* A title by OSC 2 where the terminal has one, cleaned; the old one comes back at the end. */
void tty_title(struct tty *, struct slice utf8);
void tty_bell(struct tty *);
/* Sets the theme anew; everything is drawn again. */
void tty_theme(struct tty *, const struct theme *);
/* What curses has on its screen at a cell: for tests. */
void tty_cell_text(const struct tty *, int row, int col, struct str *out);
int  tty_colours(const struct tty *);                   /* 0, 8, 16, 256, 1 << 24 */

#endif
