/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * editor: the text of a message being written, full screen.
 */
#include "screens.h"

struct editor { struct screen s; struct screen_compose *k; char *sought; struct area area; };
#define EDITOR(s) ((struct editor *)(s))

static void editor_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct editor *e = EDITOR(s);

	e->area = r;
	text_draw(e->k->text, g, r, focus);
}

static void editor_title(struct screen *s, struct str *left, struct str *right)
{
	struct editor *e = EDITOR(s);
	size_t line, byte;

	str_addf(left, _("To: %s   Subject: %s"), e->k->fields[FIELD_TO].text.p, e->k->fields[FIELD_SUBJECT].text.p);
	text_cursor(e->k->text, &line, &byte);
	str_addf(right, "%s  %zu/%zu", e->k->unsaved ? _("not saved yet") : _("saved"), line + 1, text_lines(e->k->text));
}

static bool editor_key(struct screen *s, key_code k)
{
	struct editor *e = EDITOR(s);
	enum edit_result r = text_key(e->k->text, k);

	if (r == EDIT_CHANGED)
		compose_changed(e->k);
	return r != EDIT_IGNORED;
}

static void editor_pasted(struct screen *s, struct slice text)
{
	text_insert(EDITOR(s)->k->text, text);
	compose_changed(EDITOR(s)->k);
}

static void editor_mouse(struct screen *s, const struct mouse *m, struct area r)
{
	struct editor *e = EDITOR(s);

	if (m->what == MOUSE_WHEEL_UP || m->what == MOUSE_WHEEL_DOWN)
		for (int i = 0; i < 3; i++)
			text_key(e->k->text, m->what == MOUSE_WHEEL_UP ? KEY_UP_ : KEY_DOWN_);
	else
		text_click(e->k->text, r, m->row, m->col);
	app_dirty(s->app);
}

static void editor_free(struct screen *s)
{
	free(EDITOR(s)->sought);
	free(s);
}

static const struct screen_ops ops = {
	.where = WHERE_EDITOR, .title = editor_title, .draw = editor_draw, .key = editor_key, .pasted = editor_pasted,
	.mouse = editor_mouse, .free = editor_free,
	.hints = "help exit cut paste undo fill quote unquote search check-spelling insert-file mark edit-external copy",
};

void editor_open(struct app *a, struct screen_compose *k)
{
	struct editor *e = mem_zalloc(sizeof(*e));

	e->s = (struct screen){ .ops = &ops, .app = a };
	e->k = k;
	app_push(a, &e->s);
}

struct screen_compose *editor_owner(const struct screen *s)
{
	return ((const struct editor *)s)->k;
}

/* ---- commands ---- */

static void do_exit(struct screen *s, const char *arg)
{
	(void)arg;
	compose_store(EDITOR(s)->k);
	app_close(s);
}

static void changed(struct screen *s)
{
	compose_changed(EDITOR(s)->k);
	app_dirty(s->app);
}

static void do_cut(struct screen *s, const char *arg)
{
	(void)arg;
	text_cut(EDITOR(s)->k->text);
	changed(s);
}

static void do_copy(struct screen *s, const char *arg)
{
	(void)arg;
	text_copy(EDITOR(s)->k->text);
	app_dirty(s->app);
}

static void do_paste(struct screen *s, const char *arg)
{
	(void)arg;
	text_paste(EDITOR(s)->k->text);
	changed(s);
}

static void do_mark(struct screen *s, const char *arg)
{
	(void)arg;
	text_mark(EDITOR(s)->k->text);
	app_dirty(s->app);
}

static void do_undo(struct screen *s, const char *arg)
{
	(void)arg;
	if (!text_undo(EDITOR(s)->k->text))
		app_say(s->app, STYLE_DIM, "%s", _("There is nothing to take back."));
	changed(s);
}

static void do_redo(struct screen *s, const char *arg)
{
	(void)arg;
	if (!text_redo(EDITOR(s)->k->text))
		app_say(s->app, STYLE_DIM, "%s", _("There is nothing to do again."));
	changed(s);
}

static void do_fill(struct screen *s, const char *arg)
{
	unsigned col = s->app->conf.look.wrap;

	(void)arg;
	text_fill(EDITOR(s)->k->text, col ? (int)col : 72);
	changed(s);
}

static void do_quote(struct screen *s, const char *arg)
{
	(void)arg;
	text_quote(EDITOR(s)->k->text, true);
	changed(s);
}

static void do_unquote(struct screen *s, const char *arg)
{
	(void)arg;
	text_quote(EDITOR(s)->k->text, false);
	changed(s);
}

static void find_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct editor *e = a->top->ops->where == WHERE_EDITOR ? EDITOR(a->top) : NULL;

	if (!e || !text || !text[0])
		return;
	free(e->sought);
	e->sought = mem_strdup(text);
	if (!text_find(e->k->text, sl(text), false))
		app_say(a, STYLE_WARNING, _("\"%s\" is not in the text."), text);
	app_dirty(a);
}

static void do_search(struct screen *s, const char *arg)
{
	if (arg[0])
		find_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Find: "), .text = EDITOR(s)->sought, .history = "text", .done = find_typed, .ctx = s->app });
}

static void insert_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct editor *e = a->top->ops->where == WHERE_EDITOR ? EDITOR(a->top) : NULL;
	struct err err = ERR_INIT;
	struct str content, utf8;
	char *path;

	if (!e || !text || !text[0])
		return;
	path = path_expand(text);
	str_init(&content, 16 << 20);
	str_init(&utf8, TEXT_MAX);
	if (fs_slurp(path, 16 << 20, &content, &err) != 0) {
		app_fail(a, &err);
	} else {
		charset_to_utf8(SL("utf-8"), str_sl(&content), &utf8);
		text_insert(e->k->text, str_sl(&utf8));
		compose_changed(e->k);
	}
	str_release(&content);
	str_release(&utf8);
	free(path);
	app_dirty(a);
}

static void do_insert(struct screen *s, const char *arg)
{
	if (arg[0])
		insert_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Insert the text of file: "), .history = "file", .complete = complete_file, .done = insert_typed, .ctx = s->app });
}

static void do_external(struct screen *s, const char *arg)
{
	struct screen_compose *k = EDITOR(s)->k;

	(void)arg;
	cmd_find(WHERE_COMPOSE, SL("edit-external"))->fn(&k->s, "");
}

/* ---- spelling: each wrong word with what may have been meant ---- */

struct spelling { struct app *app; char *word; struct choices choices; };

static void spell_next(struct editor *e);

static void spell_answered(void *ctx, char key)
{
	struct spelling *x = ctx;
	struct app *a = x->app;
	struct editor *e = a->top->ops->where == WHERE_EDITOR ? EDITOR(a->top) : NULL;

	if (e && key >= '1' && key <= '9' && (size_t)(key - '1') < x->choices.n) {
		text_replace_word(e->k->text, sl(x->choices.v[key - '1']));
		compose_changed(e->k);
	} else if (e && key == 'n') {
		speller_accept(e->k->speller, sl(x->word));     /* or it would be the next one again */
	}
	choices_release(&x->choices);
	free(x->word);
	free(x);
	if (e && key && key != 'q')
		spell_next(e);
	app_dirty(a);
}

static void spell_next(struct editor *e)
{
	struct app *a = e->s.app;
	struct spelling *x;
	struct slice word;
	struct str q;

	if (!text_next_wrong(e->k->text, &word)) {
		app_say(a, STYLE_GOOD, "%s", _("No more words look misspelt."));
		return;
	}
	x = mem_zalloc(sizeof(*x));
	x->app = a;
	x->word = sl_dup(word);
	speller_suggest(e->k->speller, word, &x->choices);
	str_init(&q, 1024);
	str_addf(&q, "\"" SL_FMT "\":", SL_ARG(word));
	for (size_t i = 0; i < MIN(x->choices.n, 9); i++)
		str_addf(&q, " (%zu) %s", i + 1, x->choices.v[i]);
	str_adds(&q, _(" (n)ext (q)uit "));
	ask_choice(a, "123456789nq", spell_answered, x, "%s", q.p);
	str_release(&q);
	app_dirty(a);
}

static void do_spelling(struct screen *s, const char *arg)
{
	(void)arg;
	if (!EDITOR(s)->k->speller)
		app_say(s->app, STYLE_WARNING, "%s", _("No speller is installed. hunspell or aspell, with a dictionary, would be used."));
	else
		spell_next(EDITOR(s));
}

static void do_postpone(struct screen *s, const char *arg)
{
	struct screen_compose *k = EDITOR(s)->k;

	(void)arg;
	cmd_find(WHERE_COMPOSE, SL("postpone-message"))->fn(&k->s, "");
}

static void do_help(struct screen *s, const char *arg)
{
	(void)arg;
	help_open(s->app, WHERE_EDITOR);
}

const struct cmd editor_cmds[] = {
	{ "exit", "^X <Esc>", NULL, NULL, NULL, N_("Done"), N_("Back to the fields, where the message is sent."), do_exit },
	{ "postpone-message", "^O", NULL, NULL, NULL, NULL, N_("Keep the message in the drafts."), do_postpone },
	{ "cut", "<Esc>k", NULL, NULL, NULL, N_("Cut"), N_("Cut what is marked, or the line (^K, too)."), do_cut },
	{ "copy", "<Esc>c", NULL, NULL, NULL, N_("Copy"), N_("Copy what is marked, or the line."), do_copy },
	{ "paste", "<Esc>v", NULL, NULL, NULL, N_("Paste"), N_("Put in what was cut or copied (^Y, too)."), do_paste },
	{ "mark", "<Esc>m", NULL, NULL, NULL, N_("Mark"), N_("Begin or end marking (Shift with arrows, too)."), do_mark },
	{ "undo", "^_", NULL, NULL, NULL, N_("Undo"), N_("Take back the last change of the text."), do_undo },
	{ "redo", "<Esc>_ ^]", NULL, NULL, NULL, NULL, N_("Do again what was taken back."), do_redo },
	{ "fill", "<Esc>q", NULL, NULL, NULL, N_("Justify"), N_("Fill the lines of the paragraph anew."), do_fill },
	{ "quote", "<Esc>+", NULL, NULL, NULL, N_("Quote"), N_("Quote the marked lines, or the line."), do_quote },
	{ "unquote", "<Esc>-", NULL, NULL, NULL, N_("Unquote"), N_("Take one level of quoting off."), do_unquote },
	{ "search", "<Esc>/ ^S", NULL, NULL, "TEXT", N_("Find"), N_("Find text."), do_search },
	{ "check-spelling", "<Esc>s", NULL, NULL, NULL, N_("Spelling"), N_("Go through the words that look misspelt."), do_spelling },
	{ "insert-file", "<Esc>i ^R", NULL, NULL, "FILE", N_("Insert"), N_("Insert the text of a file."), do_insert },
	{ "edit-external", "<Esc>e", NULL, NULL, NULL, N_("$EDITOR"), N_("Go on in the editor of the setting editor or of $EDITOR."), do_external },
	{ "help", "<F1> ^G", NULL, NULL, NULL, N_("Help"), N_("Show all keys."), do_help },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
