/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what the files of this folder share.
 */
#ifndef TUI_PRIV_H
#define TUI_PRIV_H

#include "tui/tui.h"
#include <termios.h>
#include <wchar.h>

/* ---- grid.c: text taken apart into cells ---- */

struct pieces { struct slice rest; struct str composed; };
void pieces_init(struct pieces *, struct slice utf8);
void pieces_release(struct pieces *);
bool pieces_next(struct pieces *, struct cell *);       /* style is not set; false at the end */

/* ---- letters.c: graphemes, cleaning and case of text that is edited ---- */

/* Adds text cleaned by utf8_sanitize, as it stands behind before, which is clean:
 * so a mark that is typed joins the letter that stands there already. */
int clean_behind(struct str *out, struct slice before, struct slice text, int flags);
/* The grapheme boundary before at, which is one and not 0. */
size_t grapheme_before(struct slice, size_t at);
/* The grapheme boundary at or behind at. */
size_t grapheme_snap(struct slice, size_t at);
enum text_case { CASE_UPPER, CASE_LOWER, CASE_TITLE };
void add_cased(struct str *out, struct slice, enum text_case);

/* ---- ttyplain.c: a cell in the characters that the locale has ---- */

/* One or two columns' worth of wide strings (two: a wide character replaced by two). */
struct plain { wchar_t text[2][8]; int n; };
void plain_cell(const struct cell *, struct plain *);
/* Cleaned, the head that fits into cols; '?' for what is not ASCII where the locale is not UTF-8. */
void plain_text(struct str *out, struct slice utf8, int cols);

/* ---- ttykey.c: what terminals send ---- */

extern const struct tty_seq { const char *cap, *bytes; key_code key; } tty_seqs[];
extern const int tty_seqs_n;
struct letter { char bytes[8]; size_t n; };
/* A byte of a letter in the locale's charset: the letter when it is whole, else KEY_NONE_.
 * (get_wch of curses loses what stands behind a byte that is none.) */
key_code letter_add(struct letter *, char byte);

/* ---- ttyreset.c: the terminal put right when the program dies ---- */

/* A capability (or NULL), without the delays ("$<5>") that terminfo writes in. */
void reset_add(struct str *, const char *capability);
/* From now on fatal signals write these bytes to fd, set its mode and go their way. */
void reset_arm(int fd, struct slice bytes, const struct termios *);
void reset_disarm(void);

/* ---- text*.c: a text of many lines ---- */

struct pos { size_t line, byte; };
/* Where the rows of a line begin on the screen, as far as anybody asked. */
struct rows { int cols; bool complete; size_t n, cap; size_t *start; };
struct line { char *p; size_t n, cap; struct rows *rows; };
/* At a place some bytes went and others came. */
struct change { struct pos at, cursor; struct str gone, come; unsigned group; };

struct text {
	struct line *lines;
	size_t n, cap, bytes;                   /* bytes: with the line ends         */
	struct pos at;
	struct pos mark;
	bool marked, by_shift;                  /* by_shift: a plain move ends it    */
	int goal;                               /* column for Up and Down, -1: none  */
	struct pos top;                         /* byte: the row, not a byte         */
	int view_rows, view_cols;
	struct change *changes;                 /* [0, done) can be undone, the rest redone */
	size_t n_changes, done, cap_changes, saved, journal_bytes;
	unsigned group;
	bool typing;
	struct str clip;
	bool kill_goes_on;
	int wrap_at;
	bool (*is_wrong)(void *, struct slice);
	void *wrong_ctx;
	struct pos wrong;
	size_t wrong_n;
};

/* text.c.  A step: what one undo takes back. */
void text_step(struct text *);
/* [from, to) becomes with, which is clean and may have line ends; recorded.  false: too long. */
bool text_splice(struct text *, struct pos from, struct pos to, struct slice with);
void text_between(const struct text *, struct pos from, struct pos to, struct str *out);
bool text_range(const struct text *, struct pos *from, struct pos *to);  /* the marked; false: none */
int  pos_cmp(struct pos, struct pos);
struct pos text_end(const struct text *);
struct pos text_next(const struct text *, struct pos);  /* a grapheme or line end on */
struct pos text_prev(const struct text *, struct pos);
struct pos text_settle(const struct text *, struct pos); /* inside, on a boundary */
bool text_type(struct text *, struct slice utf8);       /* one letter; runs are one step */
bool text_delete_marked(struct text *);                 /* of Shift; false: there is none */
enum edit_result text_kill(struct text *, struct pos from, struct pos to);

/* textwrap.c.  Bytes of the head of text that make a row of cols columns (one grapheme at
 * least): broken at an opportunity (UAX 14), blanks at its end with it, but not in used;
 * forced: there was no opportunity. */
size_t wrap_row(struct slice text, int cols, int *used, bool *forced);
bool text_row(struct text *, size_t line, size_t row, size_t *from, size_t *to); /* false: no such row */
size_t text_row_of(struct text *, struct pos);
size_t text_last_row(struct text *, size_t line);
int  text_columns(struct slice);                        /* from a row's start, with tabs */
size_t text_byte_at(struct text *, size_t line, size_t row, int col);
void wraps_forget(struct line *, size_t from);           /* the line changed from there on */
void wraps_free(struct line *);
/* The step of a row up or down from (line, row); false: there is none. */
bool text_row_up(struct text *, size_t *line, size_t *row);
bool text_row_down(struct text *, size_t *line, size_t *row);

/* textfill.c */
size_t quote_mark(struct slice line, int *depth);       /* bytes of "> > " */
void text_break_long(struct text *);                    /* the cursor's line, after typing */

/* textfind.c.  The next word at or behind *at, which goes behind it. */
bool word_next(struct slice line, size_t *at, struct slice *word);

#endif
