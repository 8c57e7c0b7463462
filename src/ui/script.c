/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * script: keys and commands from a file in place of a person, for tests.  The screens
 * draw into the grid; no terminal is there.
 *
 *   keys j j <Enter> ^U     keys, as in [bind]; blanks between
 *   keys jj<Enter>          without blanks: all at once, before anything is drawn
 *   type Hello world        text, as typed
 *   paste Hello             text, as pasted (\n is a line end)
 *   : limit ~U              a command by name
 *   wait-idle               until no job runs and nothing is left to do
 *   until TEXT              until the text is on the screen (30 s at most)
 *   resize 12 40            rows and columns
 *   clock +1h               the clock, moved on (first: frozen)
 *   dump NAME, attrs NAME   the screen, its styles
 *   every-key COMMANDS      presses each key of the screen that the commands (; between)
 *                           lead to, each on a fresh one, and counts them
 *   stay                    leaving does not end the script from here on
 */
#include "screens.h"
#include <time.h>
#include <unistd.h>

enum { WAIT_S = 60, UNTIL_S = 30, TURN_US = 20000 };

static bool frozen, stays;

/* From the end of one turn to that of the next: keys, drawing and what came. */
static int turn(struct app *a, int64_t usec, struct err *err)
{
	static int64_t before;
	int r;

	if (a->dirty)
		app_draw(a);
	r = loop_turn(a->loop, usec, err);
	app_turn_over(a, &before);
	return r;
}

/* With a frozen clock the timers that the screens wait for are reached by moving it on. */
static int wait_idle(struct app *a, struct err *err)
{
	time_t started = time(NULL);

	for (;;) {
		if (app_idle(a) && turn(a, 0, err) == 0 && app_idle(a))
			break;
		if (frozen && jobs_running(a) == 0)
			rt_set_clock(rt_now() + 50000);
		if (turn(a, jobs_running(a) ? TURN_US : 0, err) != 0)
			return -1;
		if (time(NULL) - started > WAIT_S)
			return err_set(err, ERR_TIMEOUT, "wait-idle: still busy after %d s", WAIT_S);
	}
	app_draw(a);
	return 0;
}

static bool on_screen(struct app *a, struct slice text)
{
	struct str all;
	bool there;

	app_draw(a);
	str_init(&all, 1 << 22);
	grid_text(a->grid, &all);
	there = sl_search(str_sl(&all), text) >= 0;
	str_release(&all);
	return there;
}

static int until(struct app *a, struct slice text, struct err *err)
{
	time_t started = time(NULL);

	while (!on_screen(a, text)) {
		if (time(NULL) - started > UNTIL_S) {
			struct str all;

			str_init(&all, 1 << 22);
			grid_text(a->grid, &all);
			printf("%s", all.p);
			str_release(&all);
			return err_set(err, ERR_TIMEOUT, "until: \"" SL_FMT "\" did not appear", SL_ARG(text));
		}
		if (turn(a, TURN_US, err) != 0)
			return -1;
	}
	return 0;
}

static int keys(struct app *a, struct slice rest, struct err *err)
{
	key_code v[64];
	struct slice word;

	while (sl_word(&rest, &word)) {
		int n = keys_parse(word, v, ARRAY_LEN(v));

		if (n <= 0)
			return err_set(err, ERR_INPUT, "keys: \"" SL_FMT "\" is no key", SL_ARG(word));
		for (int i = 0; i < n && !a->quit; i++)
			app_key(a, v[i]);
		if (turn(a, 0, err) != 0)
			return -1;
	}
	return 0;
}

static int type(struct app *a, struct slice text, struct err *err)
{
	while (text.n && !a->quit) {
		uint32_t cp;
		size_t n = utf8_decode(text, &cp);

		app_key(a, cp);
		text = sl_skip(text, n);
	}
	return turn(a, 0, err);
}

static void paste(struct app *a, struct slice text)
{
	app_key(a, KEY_PASTE_ON);
	while (text.n) {
		uint32_t cp;
		size_t n = utf8_decode(text, &cp);

		if (sl_starts(text, "\\n")) {
			cp = 13;
			n = 2;
		}
		app_key(a, cp);
		text = sl_skip(text, n);
	}
	app_key(a, KEY_PASTE_OFF);
}

static int resize(struct app *a, struct slice rest, struct err *err)
{
	struct slice word;
	uint64_t rows, cols;

	if (!sl_word(&rest, &word) || sl_u64(word, 500, &rows) != 0 || !sl_word(&rest, &word) || sl_u64(word, 1000, &cols) != 0)
		return err_set(err, ERR_INPUT, "resize: rows and columns are needed");
	grid_resize(a->grid, (int)rows, (int)cols);
	app_changed(a, CHANGED_SIZE);
	return 0;
}

static int set_clock(struct slice arg, struct err *err)
{
	struct date d;
	unsigned sec;

	frozen = true;
	if (sl_starts(arg, "+") && conf_duration(sl_skip(arg, 1), &sec) == 0) {
		rt_set_clock(rt_now() + (int64_t)sec * 1000000);
		return 0;
	}
	d = date_parse(arg);
	if (!d.ok)
		return err_set(err, ERR_INPUT, "clock: +TIME or a date is needed");
	rt_set_clock(d.sec * 1000000);
	return 0;
}

static void dump(struct app *a, struct slice name, bool styles)
{
	struct str s;

	app_draw(a);
	str_init(&s, 1 << 22);
	if (styles)
		grid_styles(a->grid, &s);
	else
		grid_text(a->grid, &s);
	printf("== " SL_FMT "\n%s", SL_ARG(name), s.p);
	fflush(stdout);
	str_release(&s);
}

/* ---- every key of a screen ---- */

/* Back to the list, whatever is open. */
static int start_over(struct app *a, struct slice commands, struct err *err)
{
	struct slice part;
	char *z;

	ask_cancel(a);
	a->tag_prefix = a->quit = a->pending_send.on = false;
	a->n_typed = 0;
	while (a->top != &a->list->s)
		app_close(a->top->ops->where == WHERE_LIST ? a->top->below : a->top);
	while (a->list->s.below)
		app_close(a->list->s.below);
	if (wait_idle(a, err) != 0)
		return -1;
	while (sl_cut(&commands, ';', &part)) {
		z = sl_dup(sl_trim(part));
		cmd_run(a, z);
		free(z);
		if (wait_idle(a, err) != 0)
			return -1;
	}
	return 0;
}

/* Does a shorter key of the same screen begin this one? (Esc alone waits) */
static bool hides(const struct keymap *m, const struct binding *b)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].where == b->where && m->v[i].n < b->n && memcmp(m->v[i].keys, b->keys, m->v[i].n * sizeof(key_code)) == 0 &&
		    !(m->v[i].n == 1 && m->v[i].keys[0] == 27))
			return true;
	return false;
}

static int every_key(struct app *a, struct slice commands, struct err *err)
{
	enum where where;
	unsigned n = 0;

	if (start_over(a, commands, err) != 0)
		return -1;
	where = a->top->ops->where;
	for (size_t i = 0; i < a->keymap.n; i++) {
		const struct binding *b = &a->keymap.v[i], *found = NULL;

		if (b->where != where && b->where != WHERE_ALL)
			continue;
		if (keymap_find(&a->keymap, where, b->keys, b->n, &found) != 1 || found != b || hides(&a->keymap, b)) {
			if (b->where == where)
				return err_set(err, ERR_INPUT, "every-key: a key of %s is never reached", b->cmd ? b->cmd->name : b->macro);
			continue;
		}
		for (size_t k = 0; k < b->n; k++)
			app_key(a, b->keys[k]);
		if (a->said && strstr(a->said, _("does nothing here")))
			return err_set(err, ERR_INPUT, "every-key: the key of %s does nothing", b->cmd ? b->cmd->name : b->macro);
		/* what it asks for is answered by Enter, once */
		if (wait_idle(a, err) != 0)
			return -1;
		if (a->ask)
			app_key(a, 13);
		n++;
		if (start_over(a, commands, err) != 0)
			return -1;
	}
	printf("== every key of %s: %u\n", where_name(where), n);
	fflush(stdout);
	return 0;
}

static int one(struct app *a, struct slice line, struct err *err)
{
	struct slice rest = line, word;
	char *z;

	if (!sl_word(&rest, &word) || word.p[0] == '#')
		return 0;
	if (rest.n)
		rest = sl_skip(rest, 1);
	if (sl_is(word, "keys"))
		return keys(a, rest, err);
	if (sl_is(word, "type"))
		return type(a, rest, err);
	if (sl_is(word, "paste")) {
		paste(a, rest);
	} else if (sl_is(word, ":")) {
		z = sl_dup(rest);
		cmd_run(a, z);
		free(z);
	} else if (sl_is(word, "wait-idle")) {
		return wait_idle(a, err);
	} else if (sl_is(word, "until")) {
		return until(a, rest, err);
	} else if (sl_is(word, "resize")) {
		return resize(a, rest, err);
	} else if (sl_is(word, "clock")) {
		return set_clock(rest, err);
	} else if (sl_is(word, "dump")) {
		dump(a, rest, false);
	} else if (sl_is(word, "every-key")) {
		return every_key(a, rest, err);
	} else if (sl_is(word, "stay")) {
		stays = true;
	} else if (sl_is(word, "attrs")) {
		dump(a, rest, true);
	} else {
		return err_set(err, ERR_INPUT, "\"" SL_FMT "\" is no word of a script", SL_ARG(word));
	}
	return turn(a, 0, err);
}

int script_run(struct app *a, const char *path)
{
	struct slice rest, line;
	struct err err = ERR_INIT;
	unsigned number = 0;
	struct str text;
	int r;

	str_init(&text, 16 << 20);
	r = fs_slurp(path, 16 << 20, &text, &err);
	for (rest = str_sl(&text); r == 0 && !a->quit && sl_line(&rest, &line); ) {
		number++;
		r = one(a, line, &err);
		a->quit = a->quit && !stays;
	}
	if (r != 0)
		fprintf(stderr, "%s:%u: %s\n", path, number, err.text);
	/* what was begun is finished, as after q */
	if (r == 0 && !a->quit)
		r = wait_idle(a, &err);
	str_release(&text);
	return r == 0 ? a->exit_code : 1;
}
