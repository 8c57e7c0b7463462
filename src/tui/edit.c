/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * edit: one line of text with readline's keys.
 *
 * Invariants: the text is clean (utf8_sanitize), at is a boundary of graphemes.
 * Of a password nothing is kept: no undo, no killed text.
 */
#include "tui/priv.h"

enum { LINE_MAX_ = 1 << 18, UNDO_MAX = 100 };

/* ---- life and undo ---- */

void edit_init(struct edit *e, const char *text)
{
	*e = (struct edit){ .at = 0 };
	str_init(&e->text, LINE_MAX_);
	str_init(&e->killed, LINE_MAX_);
	edit_set(e, text);
}

static void forget_undo(struct edit *e)
{
	for (size_t i = 0; i < e->n_undo; i++)
		free(e->undo[i].text);
	e->n_undo = 0;
	e->typing = false;
}

void edit_release(struct edit *e)
{
	forget_undo(e);
	free(e->undo);
	if (e->hidden) {
		str_wipe(&e->text);
		str_wipe(&e->killed);
	}
	str_release(&e->text);
	str_release(&e->killed);
	*e = (struct edit){ .at = 0 };
}

/* Line ends become blanks. */
static void add_clean(struct edit *e, struct slice before, struct slice in, struct str *out)
{
	struct str flat;

	str_init(&flat, LINE_MAX_);
	str_reserve(&flat, in.n);
	while (in.n) {
		size_t n = 1;

		if (in.p[0] == '\r' && in.n > 1 && in.p[1] == '\n')
			n = 2;
		str_addc(&flat, in.p[0] == '\r' || in.p[0] == '\n' ? ' ' : in.p[0]);
		in = sl_skip(in, n);
	}
	if (!flat.full)
		clean_behind(out, before, str_sl(&flat), CLEAN_LINE);
	if (e->hidden)
		str_wipe(&flat);
	str_release(&flat);
}

void edit_set(struct edit *e, const char *text)
{
	forget_undo(e);
	if (e->hidden)
		str_wipe(&e->text);
	str_clear(&e->text);
	add_clean(e, SL_NONE, sl(text), &e->text);
	e->at = e->text.n;
	e->left = 0;
	e->kill_goes_on = false;
}

static void remember(struct edit *e)
{
	e->typing = false;
	if (e->hidden)
		return;
	if (e->n_undo == UNDO_MAX) {
		free(e->undo[0].text);
		memmove(e->undo, e->undo + 1, --e->n_undo * sizeof(*e->undo));
	}
	mem_grow(e->undo, e->n_undo, e->cap_undo);
	e->undo[e->n_undo].text = mem_strndup(e->text.p, e->text.n);
	e->undo[e->n_undo++].at = e->at;
}

static enum edit_result undo(struct edit *e)
{
	if (e->n_undo == 0)
		return EDIT_MOVED;
	e->n_undo--;
	str_clear(&e->text);
	str_adds(&e->text, e->undo[e->n_undo].text);
	e->at = e->undo[e->n_undo].at;
	free(e->undo[e->n_undo].text);
	e->typing = false;
	return EDIT_CHANGED;
}

/* ---- changing ---- */

/* [from, to) becomes with, which is clean; all of it or nothing. */
static bool splice(struct edit *e, size_t from, size_t to, struct slice with)
{
	struct str all;
	int rc;

	str_init(&all, LINE_MAX_);
	rc = str_reserve(&all, e->text.n + with.n);     /* at once, so that no half of a password stays in memory */
	rc |= str_addsl(&all, sl_head(str_sl(&e->text), from));
	rc |= str_addsl(&all, with);
	rc |= str_addsl(&all, sl_skip(str_sl(&e->text), to));
	if (rc == 0) {
		if (e->hidden)
			str_wipe(&e->text);
		str_clear(&e->text);
		str_addsl(&e->text, str_sl(&all));
		e->at = grapheme_snap(str_sl(&e->text), from + with.n);
	}
	if (e->hidden)
		str_wipe(&all);
	str_release(&all);
	return rc == 0;
}

static bool insert(struct edit *e, struct slice utf8)
{
	struct str clean;
	bool done;

	str_init(&clean, LINE_MAX_);
	str_reserve(&clean, MIN(utf8.n * 4, LINE_MAX_));
	add_clean(e, sl_head(str_sl(&e->text), e->at), utf8, &clean);
	done = clean.n && splice(e, e->at, e->at, str_sl(&clean));
	if (e->hidden)
		str_wipe(&clean);
	str_release(&clean);
	return done;
}

void edit_insert(struct edit *e, struct slice utf8)
{
	remember(e);
	insert(e, utf8);
	e->kill_goes_on = false;
}

void edit_replace(struct edit *e, size_t from, size_t to, struct slice with)
{
	struct str clean;

	str_init(&clean, LINE_MAX_);
	from = MIN(from, e->text.n);
	to = MIN(MAX(to, from), e->text.n);
	remember(e);
	add_clean(e, sl_head(str_sl(&e->text), from), with, &clean);
	splice(e, from, to, str_sl(&clean));
	str_release(&clean);
	e->kill_goes_on = false;
}

/* One step of undo for a word that is typed. */
static enum edit_result type(struct edit *e, key_code key)
{
	char text[4];
	size_t n = utf8_encode(key, text);

	if (!e->typing || (key == ' ' && e->at && e->text.p[e->at - 1] != ' '))
		remember(e);
	e->typing = true;
	return insert(e, sl_make(text, n)) ? EDIT_CHANGED : EDIT_MOVED;
}

static enum edit_result cut(struct edit *e, size_t from, size_t to)
{
	if (from >= to)
		return EDIT_MOVED;
	remember(e);
	splice(e, from, to, SL_NONE);
	return EDIT_CHANGED;
}

/* Cut to be put back by ^Y; kills in a row add up, at the side where they were. */
static enum edit_result kill(struct edit *e, size_t from, size_t to)
{
	struct slice gone = sl_make(e->text.p + from, to - from);
	struct str all;

	if (from >= to)
		return EDIT_MOVED;
	if (!e->hidden) {
		str_init(&all, LINE_MAX_);
		if (e->kill_goes_on && to > e->at)
			str_addsl(&all, str_sl(&e->killed));
		str_addsl(&all, gone);
		if (e->kill_goes_on && to <= e->at)
			str_addsl(&all, str_sl(&e->killed));
		str_release(&e->killed);
		e->killed = all;
	}
	return cut(e, from, to);
}

/* ---- words ---- */

static size_t next_at(const struct edit *e, size_t at)
{
	return at + utf8_grapheme(sl_skip(str_sl(&e->text), at));
}

static size_t prev_at(const struct edit *e, size_t at)
{
	return at ? grapheme_before(str_sl(&e->text), at) : 0;
}

static bool is_word(const struct edit *e, size_t at)
{
	unsigned char c = (unsigned char)e->text.p[at];

	return at < e->text.n && (c >= 0x80 || ascii_isalnum(c));
}

static size_t word_end(const struct edit *e)
{
	size_t at = e->at;

	while (at < e->text.n && !is_word(e, at))
		at = next_at(e, at);
	while (at < e->text.n && is_word(e, at))
		at = next_at(e, at);
	return at;
}

static size_t word_start(const struct edit *e)
{
	size_t at = e->at;

	while (at && !is_word(e, prev_at(e, at)))
		at = prev_at(e, at);
	while (at && is_word(e, prev_at(e, at)))
		at = prev_at(e, at);
	return at;
}

/* ^W: back to a blank */
static size_t blank_start(const struct edit *e)
{
	size_t at = e->at;

	while (at && e->text.p[at - 1] == ' ')
		at--;
	while (at && e->text.p[at - 1] != ' ')
		at--;
	return at;
}

static enum edit_result transpose(struct edit *e)
{
	size_t to = e->at < e->text.n ? next_at(e, e->at) : e->at, middle, from;
	struct str swapped;

	if (e->at == 0)
		return EDIT_MOVED;
	middle = prev_at(e, to);
	if (middle == 0)
		return EDIT_MOVED;
	from = prev_at(e, middle);
	str_init(&swapped, LINE_MAX_);
	str_add(&swapped, e->text.p + middle, to - middle);
	str_add(&swapped, e->text.p + from, middle - from);
	remember(e);
	splice(e, from, to, str_sl(&swapped));
	if (e->hidden)
		str_wipe(&swapped);
	str_release(&swapped);
	return EDIT_CHANGED;
}

static enum edit_result change_case(struct edit *e, enum text_case how)
{
	size_t to = word_end(e), from = e->at;
	struct str changed;

	while (from < to && !is_word(e, from))
		from = next_at(e, from);
	if (from == to)
		return EDIT_MOVED;
	str_init(&changed, LINE_MAX_);
	add_cased(&changed, sl_make(e->text.p + from, to - from), how);
	remember(e);
	splice(e, from, to, str_sl(&changed));
	if (e->hidden)
		str_wipe(&changed);
	str_release(&changed);
	return EDIT_CHANGED;
}

/* ---- keys ---- */

static enum edit_result move(struct edit *e, size_t to)
{
	e->at = to;
	e->typing = false;
	return EDIT_MOVED;
}

static enum edit_result alt_key(struct edit *e, key_code key, bool *killed)
{
	switch (key) {
	case 'b': case KEY_LEFT_:
		return move(e, word_start(e));
	case 'f': case KEY_RIGHT_:
		return move(e, word_end(e));
	case 'd': case KEY_DELETE:
		*killed = true;
		return kill(e, e->at, word_end(e));
	case 127: case KEY_CTRL('h'):
		*killed = true;
		return kill(e, word_start(e), e->at);
	case 'u':
		return change_case(e, CASE_UPPER);
	case 'l':
		return change_case(e, CASE_LOWER);
	case 'c':
		return change_case(e, CASE_TITLE);
	}
	return EDIT_IGNORED;
}

static enum edit_result plain_key(struct edit *e, key_code key, bool *killed)
{
	switch (key) {
	case KEY_CTRL('a'): case KEY_HOME_:
		return move(e, 0);
	case KEY_CTRL('e'): case KEY_END_:
		return move(e, e->text.n);
	case KEY_CTRL('b'): case KEY_LEFT_:
		return move(e, prev_at(e, e->at));
	case KEY_CTRL('f'): case KEY_RIGHT_:
		return move(e, next_at(e, e->at));
	case KEY_CTRL_LEFT:
		return move(e, word_start(e));
	case KEY_CTRL_RIGHT:
		return move(e, word_end(e));
	case KEY_CTRL('d'): case KEY_DELETE:
		return cut(e, e->at, next_at(e, e->at));
	case KEY_CTRL('h'): case 127:
		return cut(e, prev_at(e, e->at), e->at);
	case KEY_CTRL('t'):
		return transpose(e);
	case KEY_CTRL('_'):
		return undo(e);
	case KEY_CTRL('y'):
		if (e->killed.n == 0)
			return EDIT_MOVED;
		remember(e);
		return insert(e, str_sl(&e->killed)) ? EDIT_CHANGED : EDIT_MOVED;
	}
	*killed = true;
	switch (key) {
	case KEY_CTRL('k'):
		return kill(e, e->at, e->text.n);
	case KEY_CTRL('u'):
		return kill(e, 0, e->at);
	case KEY_CTRL('w'):
		return kill(e, blank_start(e), e->at);
	case KEY_CTRL_DELETE:
		return kill(e, e->at, word_end(e));
	}
	*killed = false;
	return key_is_text(key) ? type(e, key) : EDIT_IGNORED;
}

enum edit_result edit_key(struct edit *e, key_code key)
{
	enum edit_result result;
	bool killed = false;

	if (key & KEY_ALT)
		result = alt_key(e, key & ~(key_code)KEY_ALT, &killed);
	else
		result = plain_key(e, key, &killed);
	if (result != EDIT_IGNORED)
		e->kill_goes_on = killed;
	return result;
}

/* ---- for completion ---- */

/* Of a list: from behind the last comma that is outside of quotes, comments and <>. */
void edit_piece(const struct edit *e, bool list, size_t *from, size_t *to)
{
	struct slice t = str_sl(&e->text);
	bool quoted = false, angle = false;
	size_t i;

	*from = 0;
	*to = t.n;
	if (!list) {
		*from = blank_start(e);
		if (e->at && t.p[e->at - 1] == ' ')
			*from = e->at;
		for (i = e->at; i < t.n && t.p[i] != ' '; i++)
			;
		*to = i;
		return;
	}
	for (i = 0; i < t.n; i++) {
		if (quoted && t.p[i] == '\\' && i + 1 < t.n)
			i++;
		else if (t.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && (t.p[i] == '<' || t.p[i] == '>'))
			angle = t.p[i] == '<';
		else if (t.p[i] == ',' && !quoted && !angle) {
			if (i >= e->at) {
				*to = i;
				break;
			}
			*from = i + 1;
		}
	}
	while (*from < e->at && t.p[*from] == ' ')
		(*from)++;
	while (*to > e->at && t.p[*to - 1] == ' ')
		(*to)--;
}

/* ---- drawing ---- */

static int hidden_columns(struct slice s)
{
	int n = 0;

	while (s.n) {
		s = sl_skip(s, utf8_grapheme(s));
		n++;
	}
	return n;
}

/* The text from column left on. */
static void draw_from(struct grid *g, int row, int col, int cols, struct slice text, int left, enum style style)
{
	int skipped = 0;

	while (skipped < left && text.n) {
		size_t n = utf8_grapheme(text);

		skipped += grid_width(sl_head(text, n));
		text = sl_skip(text, n);
	}
	if (skipped >= left)
		grid_put(g, row, col + (skipped - left), cols - (skipped - left), text, style);
}

void edit_draw(struct edit *e, struct grid *g, int row, int col, int cols, enum style style, bool focus)
{
	struct slice text = str_sl(&e->text), before = sl_head(text, e->at);
	int at, total;
	struct str stars;

	if (cols <= 0)
		return;
	str_init(&stars, LINE_MAX_);
	at = e->hidden ? hidden_columns(before) : grid_width(before);
	total = e->hidden ? hidden_columns(text) : grid_width(text);
	for (int i = 0; e->hidden && i < total; i++)
		str_addc(&stars, '*');
	if (at < e->left)
		e->left = MAX(at - cols / 3, 0);
	if (at - e->left >= cols)
		e->left = at - (cols - 1) + cols / 3;
	if (e->left > 0 && total < cols)
		e->left = 0;
	grid_fill(g, (struct area){ row, col, 1, cols }, style);
	draw_from(g, row, col, cols, e->hidden ? str_sl(&stars) : text, e->left, style);
	if (focus)
		grid_cursor(g, row, col + at - e->left, true);
	str_release(&stars);
}

void edit_click(struct edit *e, int col)
{
	size_t at = 0;

	while (at < e->text.n) {
		struct slice head = sl_head(str_sl(&e->text), next_at(e, at));

		if ((e->hidden ? hidden_columns(head) : grid_width(head)) > e->left + col)
			break;
		at = head.n;
	}
	move(e, at);
	e->kill_goes_on = false;
}
