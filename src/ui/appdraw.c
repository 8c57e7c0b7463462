/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * appdraw: the window: title, the screens, the status line and the keys.
 */
#include "screens.h"

enum { MIN_ROWS = 10, MIN_COLS = 40 };

/* Where the pieces of the window are. */
static void layout(const struct app *a, struct area *content, int *status_row, int *hint_row, int *hint_rows)
{
	int rows = grid_rows(a->grid), cols = grid_cols(a->grid), hints = a->conf.look.no_hints ? 0 : 2;

	*hint_rows = hints;
	*hint_row = rows - hints;
	*status_row = rows - hints - 1;
	*content = (struct area){ 1, 0, rows - hints - 2, cols };
}

static void draw_title(struct app *a)
{
	struct str left, right;
	int cols = grid_cols(a->grid), used;

	str_init(&left, 4096);
	str_init(&right, 4096);
	a->top->ops->title(a->top, &left, &right);
	grid_fill(a->grid, (struct area){ 0, 0, 1, cols }, STYLE_BAR);
	used = grid_width(str_sl(&right));
	used = MIN(used, cols * 2 / 3);
	grid_put_cut(a->grid, 0, 1, cols - used - 4, str_sl(&left), STYLE_BAR);
	grid_put_right(a->grid, 0, cols - used - 1, used, str_sl(&right), STYLE_BAR);
	str_release(&left);
	str_release(&right);
}

/* ---- two lines of keys, from the map ---- */

/* As drawn last, for clicks: a command, or a key while text is typed. */
static struct { struct area at; const struct cmd *cmd; key_code key; } drawn[64];
static size_t n_drawn;

static void draw_hint(struct app *a, struct area r, struct slice key, const char *what, const struct cmd *cmd, key_code code)
{
	int used = grid_put(a->grid, r.row, r.col, r.cols - 1, key, STYLE_HINT_KEY);

	if (used < r.cols - 2)
		used += 1 + grid_put_cut(a->grid, r.row, r.col + used + 1, r.cols - used - 2, sl(_(what)), STYLE_HINT);
	r.cols = used;
	if (n_drawn < ARRAY_LEN(drawn)) {
		drawn[n_drawn].at = r;
		drawn[n_drawn].cmd = cmd;
		drawn[n_drawn++].key = code;
	}
}

bool appdraw_hint(struct app *a, const struct mouse *m)
{
	for (size_t i = 0; i < n_drawn && m->what == MOUSE_CLICK; i++) {
		const struct area *r = &drawn[i].at;

		if (m->row != r->row || m->col < r->col || m->col >= r->col + r->cols)
			continue;
		if (drawn[i].key)
			app_key(a, drawn[i].key);
		else if (!a->ask)
			cmd_run(a, drawn[i].cmd->name);
		return true;
	}
	return false;
}

/* What works while text is typed. */
static void draw_typing(struct app *a, int row, int rows, bool completes)
{
	static const struct { const char *key, *what; key_code code; } hints[] = { { "Enter", N_("Done"), 13 }, { "Esc", N_("Cancel"), 27 },
		{ "Tab", N_("Complete"), 9 }, { "^U", N_("Clear"), KEY_CTRL('u') }, { "^Y", N_("Put back"), KEY_CTRL('y') },
		{ "^_", N_("Undo"), KEY_CTRL('_') }, { "F1", N_("Help"), KEY_F1_ } };
	size_t n = ARRAY_LEN(hints) - !(a->ask || a->top->ops->where == WHERE_COMPOSE);        /* F1 is of fields */
	bool chooses = !a->ask && a->top->ops->where == WHERE_TEXT;
	int cols = grid_cols(a->grid), across = MAX(cols / 15, 1), width = cols / across, k = 0;

	for (size_t i = 0; i < n && k < across * rows; i++) {
		const char *what = chooses && hints[i].code == 13 ? N_("Choose") : chooses && hints[i].code == 27 ? N_("Back") : hints[i].what;

		if (hints[i].code == 9 && !completes)
			continue;
		draw_hint(a, (struct area){ row + k / across, k % across * width, 1, width }, sl(hints[i].key), what, NULL, hints[i].code);
		k++;
	}
}

static void draw_hints(struct app *a, int row, int rows)
{
	struct slice rest = sl(a->top->ops->hints ? a->top->ops->hints : ""), name;
	int cols = grid_cols(a->grid), width = 15, across = MAX(cols / width, 1), k = 0;
	struct str key;

	width = cols / across;
	str_init(&key, 256);
	while (k < across * rows && sl_word(&rest, &name)) {
		const struct cmd *c = cmd_find(a->top->ops->where, name);

		str_clear(&key);
		if (!c || !c->hint || !keymap_key_of(&a->keymap, a->top->ops->where, c, &key))
			continue;
		draw_hint(a, (struct area){ row + k / across, k % across * width, 1, width }, str_sl(&key), c->hint, c, 0);
		k++;
	}
	str_release(&key);
}

/* Text that is longer than a row takes rows above it, as many as it needs and there are;
 * returns the columns used of the last one. */
int appdraw_text(struct app *a, int row, int cols, struct slice text, enum style style)
{
	struct { struct slice text; int used; } rows[4];
	int n = 0, used = 0;

	while (text.n && n < (int)ARRAY_LEN(rows)) {
		size_t take = utf8_wrap(text, MAX(cols, 1), &used);

		rows[n].text = sl_head(text, take);
		rows[n++].used = used;
		text = sl_skip(text, take);
	}
	for (int i = 0; i < n; i++) {
		int at = row - (n - 1 - i);

		if (at < 1)
			continue;
		grid_fill(a->grid, (struct area){ at, 0, 1, i == n - 1 ? cols : grid_cols(a->grid) }, STYLE_NORMAL);
		if (i == n - 1 && text.n)
			grid_put_cut(a->grid, at, 0, cols, sl_range(rows[i].text.p, text.p + text.n), style);
		else
			grid_put(a->grid, at, 0, cols, rows[i].text, style);
	}
	return n ? MIN(rows[n - 1].used, cols) : 0;
}

int appdraw_lines(struct grid *g, struct area r, const char *text, enum style style)
{
	struct slice rest = sl(text);
	int row = 0, used;

	while (rest.n && row < r.rows) {
		size_t n = utf8_wrap(rest, MAX(r.cols, 1), &used);

		grid_put(g, r.row + row++, r.col, r.cols, sl_head(rest, n), style);
		rest = sl_skip(rest, n);
	}
	return row;
}

void appdraw_note(struct app *a, int row, int col, int cols, const char *text)
{
	struct str s;

	str_init(&s, 4096);
	keys_name(a, text, &s);
	grid_put_cut(a->grid, row, col, cols, str_sl(&s), STYLE_DIM);
	str_release(&s);
}

void appdraw_empty(struct app *a, struct area r, const char *what, const char *next)
{
	struct area in = { r.row + MIN(1, r.rows - 1), r.col + 2, r.rows - 1, r.cols - 4 };
	int used = appdraw_lines(a->grid, in, what, STYLE_NORMAL) + 1;
	struct str s;

	in.row += used;
	in.rows -= used;
	str_init(&s, 4096);
	keys_name(a, next, &s);
	if (in.rows > 0 && s.n)
		appdraw_lines(a->grid, in, s.p, STYLE_DIM);
	str_release(&s);
}

static void draw_status(struct app *a, int row)
{
	int cols = grid_cols(a->grid), used;
	struct str words;

	if (a->ask) {
		ask_draw(a, a->grid, row);
		return;
	}
	str_init(&words, 4096);
	jobs_words(a, &words);
	used = MIN(grid_width(str_sl(&words)), a->said ? cols / 2 : cols);
	if (words.n)
		grid_put_cut(a->grid, row, cols - used, used, str_sl(&words), STYLE_DIM);
	str_clear(&words);
	if (a->said) {
		appdraw_text(a, row, cols - used - (used > 0), sl(a->said), a->said_style);
	} else if (a->n_typed) {
		keys_format(a->typed, a->n_typed, &words);
		str_addc(&words, '-');
		grid_put(a->grid, row, 0, cols - used, str_sl(&words), STYLE_PROMPT);
	} else if (a->tag_prefix) {
		grid_put(a->grid, row, 0, cols - used, sl(_("For all tagged:")), STYLE_PROMPT);
	}
	str_release(&words);
}

static void draw_screens(struct app *a, struct area content)
{
	struct screen *s = a->top, *list = app_screen(a, WHERE_LIST);
	struct area side = { 0 }, rows = { 0 }, message = content;

	if (list && (s->ops->where == WHERE_LIST || s->ops->where == WHERE_MESSAGE)) {
		list_area_split(a, content, &side, &rows, &message);
		if (s->ops->where == WHERE_LIST) {
			list->ops->draw(list, a->grid, content, true);
			a->area = content;
			return;
		}
		if (rows.rows > 0 || side.cols > 0)
			list->ops->draw(list, a->grid, content, false);
	}
	a->area = message;
	s->ops->draw(s, a->grid, message, true);
}

void app_lay(struct app *a)
{
	struct area content, all = grid_area(a->grid);
	int status, hint, hints;

	if (!a->dirty)
		return;
	a->dirty = false;
	grid_fill(a->grid, all, STYLE_NORMAL);
	grid_cursor(a->grid, -1, -1, false);
	a->below_minimum = all.rows < MIN_ROWS || all.cols < MIN_COLS;
	if (a->below_minimum) {
		grid_put(a->grid, 0, 0, all.cols, sl(_("Too small a window.")), STYLE_WARNING);
		if (all.rows > 1)
			grid_put(a->grid, 1, 0, all.cols, sl(_("pabal needs 40x10.")), STYLE_NORMAL);
	} else {
		layout(a, &content, &status, &hint, &hints);
		draw_screens(a, content);
		draw_title(a);
		grid_fill(a->grid, (struct area){ hint, 0, hints, all.cols }, STYLE_HINT);
		n_drawn = 0;
		if (a->ask ? ask_is_line(a) : a->top->ops->typing && a->top->ops->typing(a->top))
			draw_typing(a, hint, hints, a->ask ? ask_completes(a) : a->top->ops->where == WHERE_COMPOSE);
		else
			draw_hints(a, hint, hints);
		draw_status(a, status);
	}
}

void app_draw(struct app *a)
{
	a->dirty = a->shows = true;
	app_lay(a);
	a->shows = false;
	if (a->tty)
		tty_show(a->tty, a->grid);
}

char *appdraw_clean(const char *text)
{
	struct str s;

	str_init(&s, 65536);
	utf8_sanitize(&s, sl_head(sl(text ? text : ""), 8192), CLEAN_LINE);
	return str_detach(&s);
}
