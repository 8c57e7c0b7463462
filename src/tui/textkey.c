/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * textkey: the keys of a text.
 */
#include "tui/priv.h"

/* ---- moving ---- */

static enum edit_result move(struct text *t, struct pos to)
{
	if (t->marked && t->by_shift)
		t->marked = false;
	t->at = to;
	t->goal = -1;
	t->typing = false;
	return EDIT_MOVED;
}

/* Rows of the screen, keeping the column. */
static struct pos rows_away(struct text *t, int rows)
{
	size_t line = t->at.line, row = text_row_of(t, t->at), from, to;
	bool moved = false;

	if (t->goal < 0) {
		text_row(t, line, row, &from, &to);
		t->goal = text_columns(sl_head(sl_skip(text_line(t, line), from), t->at.byte - from));
	}
	for (; rows < 0 && text_row_up(t, &line, &row); rows++)
		moved = true;
	for (; rows > 0 && text_row_down(t, &line, &row); rows--)
		moved = true;
	if (!moved && rows)
		return rows < 0 ? (struct pos){ 0, 0 } : text_end(t);
	return (struct pos){ line, text_byte_at(t, line, row, t->goal) };
}

static enum edit_result move_rows(struct text *t, int rows)
{
	struct pos to = rows_away(t, rows);
	int goal = t->goal;

	move(t, to);
	t->goal = goal;
	return EDIT_MOVED;
}

/* The window goes with the cursor. */
static enum edit_result page(struct text *t, int direction)
{
	int by = MAX(t->view_rows - 1, 1);

	for (int i = 0; i < by; i++)
		if (direction < 0 ? !text_row_up(t, &t->top.line, &t->top.byte) : !text_row_down(t, &t->top.line, &t->top.byte))
			break;
	return move_rows(t, direction * by);
}

static enum edit_result shift(struct text *t, key_code key)
{
	struct pos mark = t->marked ? t->mark : t->at;
	bool by_shift = !t->marked || t->by_shift;

	t->marked = false;
	if (key == KEY_SHIFT_LEFT)
		move(t, text_prev(t, t->at));
	else if (key == KEY_SHIFT_RIGHT)
		move(t, text_next(t, t->at));
	else
		move_rows(t, key == KEY_SHIFT_UP ? -1 : 1);
	t->marked = true;
	t->by_shift = by_shift;
	t->mark = mark;
	return EDIT_MOVED;
}

/* ---- words ---- */

static bool is_word(const struct text *t, struct pos p)
{
	struct slice line = text_line(t, p.line);

	return p.byte < line.n && ((unsigned char)line.p[p.byte] >= 0x80 || ascii_isalnum(line.p[p.byte]));
}

static struct pos word_end(const struct text *t, struct pos p)
{
	struct pos end = text_end(t);

	while (pos_cmp(p, end) < 0 && !is_word(t, p))
		p = text_next(t, p);
	while (is_word(t, p))
		p = text_next(t, p);
	return p;
}

static struct pos word_start(const struct text *t, struct pos p)
{
	while ((p.line || p.byte) && !is_word(t, text_prev(t, p)))
		p = text_prev(t, p);
	while (p.byte && is_word(t, text_prev(t, p)))
		p = text_prev(t, p);
	return p;
}

static enum edit_result change_case(struct text *t, enum text_case how)
{
	struct pos to = word_end(t, t->at), from = t->at;
	struct str changed;
	bool done;

	while (pos_cmp(from, to) < 0 && !is_word(t, from))
		from = text_next(t, from);
	if (pos_cmp(from, to) >= 0)
		return EDIT_MOVED;
	str_init(&changed, TEXT_MAX);
	add_cased(&changed, sl_make(t->lines[from.line].p + from.byte, to.byte - from.byte), how);
	text_step(t);
	t->at = to;             /* it goes with the end of the word */
	done = text_splice(t, from, to, str_sl(&changed));
	str_release(&changed);
	return done ? EDIT_CHANGED : EDIT_MOVED;
}

static enum edit_result transpose(struct text *t)
{
	struct slice line = text_line(t, t->at.line);
	size_t to = t->at.byte < line.n ? text_next(t, t->at).byte : t->at.byte, middle, from;
	struct pos end = { t->at.line, to };
	struct str swapped;

	if (t->at.byte == 0 || (middle = grapheme_before(line, to)) == 0)
		return EDIT_MOVED;
	from = grapheme_before(line, middle);
	str_init(&swapped, 1000);
	str_add(&swapped, line.p + middle, to - middle);
	str_add(&swapped, line.p + from, middle - from);
	text_step(t);
	text_splice(t, (struct pos){ end.line, from }, end, str_sl(&swapped));
	t->at = text_settle(t, end);
	str_release(&swapped);
	return EDIT_CHANGED;
}

/* ---- changing ---- */

static enum edit_result erase(struct text *t, struct pos from, struct pos to)
{
	text_step(t);
	if (text_delete_marked(t))
		return EDIT_CHANGED;
	return text_splice(t, from, to, SL_NONE) ? EDIT_CHANGED : EDIT_MOVED;
}

static enum edit_result type(struct text *t, key_code key)
{
	char bytes[4];
	size_t n = utf8_encode(key, bytes);

	if (!text_type(t, sl_make(bytes, n)))
		return EDIT_MOVED;
	if (key != '\n' && t->wrap_at > 0)
		text_break_long(t);
	return EDIT_CHANGED;
}

static enum edit_result enter(struct text *t)
{
	enum edit_result result = type(t, '\n');

	t->typing = false;
	return result;
}

static enum edit_result cut(struct text *t, bool *killed)
{
	size_t before = t->bytes;

	text_cut(t);
	*killed = true;
	return t->bytes != before ? EDIT_CHANGED : EDIT_MOVED;
}

static enum edit_result changed(bool is)
{
	return is ? EDIT_CHANGED : EDIT_MOVED;
}

static enum edit_result paste(struct text *t)
{
	text_paste(t);
	return changed(t->clip.n > 0);
}

/* ---- keys ---- */

static enum edit_result alt_key(struct text *t, key_code key, bool *killed)
{
	switch (key) {
	case 'b': case KEY_LEFT_:
		return move(t, word_start(t, t->at));
	case 'f': case KEY_RIGHT_:
		return move(t, word_end(t, t->at));
	case '<':
		return move(t, (struct pos){ 0, 0 });
	case '>':
		return move(t, text_end(t));
	case 'd': case KEY_DELETE:
		*killed = true;
		return text_kill(t, t->at, word_end(t, t->at));
	case 127: case KEY_CTRL('h'):
		*killed = true;
		return text_kill(t, word_start(t, t->at), t->at);
	case 'w':
		text_copy(t);
		return EDIT_MOVED;
	case '_':
		return changed(text_redo(t));
	case 'u':
		return change_case(t, CASE_UPPER);
	case 'l':
		return change_case(t, CASE_LOWER);
	case 'c':
		return change_case(t, CASE_TITLE);
	}
	return EDIT_IGNORED;
}

static enum edit_result move_key(struct text *t, key_code key)
{
	switch (key) {
	case KEY_CTRL('a'): case KEY_HOME_:
		return move(t, (struct pos){ t->at.line, 0 });
	case KEY_CTRL('e'): case KEY_END_:
		return move(t, (struct pos){ t->at.line, t->lines[t->at.line].n });
	case KEY_CTRL('b'): case KEY_LEFT_:
		return move(t, text_prev(t, t->at));
	case KEY_CTRL('f'): case KEY_RIGHT_:
		return move(t, text_next(t, t->at));
	case KEY_CTRL('p'): case KEY_UP_:
		return move_rows(t, -1);
	case KEY_CTRL('n'): case KEY_DOWN_:
		return move_rows(t, 1);
	case KEY_CTRL_LEFT:
		return move(t, word_start(t, t->at));
	case KEY_CTRL_RIGHT:
		return move(t, word_end(t, t->at));
	case KEY_PGUP:
		return page(t, -1);
	case KEY_PGDN:
		return page(t, 1);
	case KEY_CTRL_HOME:
		return move(t, (struct pos){ 0, 0 });
	case KEY_CTRL_END:
		return move(t, text_end(t));
	case KEY_SHIFT_LEFT: case KEY_SHIFT_RIGHT: case KEY_SHIFT_UP: case KEY_SHIFT_DOWN:
		return shift(t, key);
	case 0:
		text_mark(t);
		return EDIT_MOVED;
	}
	return EDIT_IGNORED;
}

static enum edit_result change_key(struct text *t, key_code key, bool *killed)
{
	switch (key) {
	case 13:
		return enter(t);
	case 9:
		return type(t, key);
	case KEY_CTRL('d'): case KEY_DELETE:
		return erase(t, t->at, text_next(t, t->at));
	case KEY_CTRL('h'): case 127:
		return erase(t, text_prev(t, t->at), t->at);
	case KEY_CTRL('k'):
		return cut(t, killed);
	case KEY_CTRL('w'):
		return t->marked ? cut(t, killed) : EDIT_IGNORED;
	case KEY_CTRL_DELETE:
		*killed = true;
		return text_kill(t, t->at, word_end(t, t->at));
	case KEY_CTRL('u'): case KEY_CTRL('y'):
		return paste(t);
	case KEY_CTRL('t'):
		return transpose(t);
	case KEY_CTRL('_'):
		return changed(text_undo(t));
	}
	return key_is_text(key) ? type(t, key) : EDIT_IGNORED;
}

enum edit_result text_key(struct text *t, key_code key)
{
	enum edit_result result = EDIT_IGNORED;
	bool killed = false;

	if (key & KEY_ALT) {
		result = alt_key(t, key & ~(key_code)KEY_ALT, &killed);
	} else {
		result = move_key(t, key);
		if (result == EDIT_IGNORED)
			result = change_key(t, key, &killed);
	}
	if (result != EDIT_IGNORED)
		t->kill_goes_on = killed;
	return result;
}
