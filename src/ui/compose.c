/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compose: a message being written: its fields, what is attached, and its text below.
 * What changed is saved a second later, so that no crash takes more than that.
 */
#include "screens.h"
#include <unistd.h>

enum { SAVE_US = 1000000, AGAIN_US = 5000000, LABEL = 11, SHOWN = 6 };

#define COMPOSE(s) ((struct screen_compose *)(s))

static const char *const labels[FIELDS] = { N_("From"), N_("To"), N_("Cc"), N_("Bcc"), N_("Reply-To"), N_("Subject") };

static const char *const helps[FIELDS] = {
	N_("From: which of your addresses writes; Tab goes through them."),
	N_("To: who it is for. Several addresses have commas between them; Tab completes names from the address book and from earlier mail."),
	N_("Cc: who gets a copy, seen by all. Tab completes names."),
	N_("Bcc: who gets a copy that nobody else sees. Tab completes names."),
	N_("Reply-To: where answers go, if not to From."),
	N_("Subject: what it is about, in a few words. Enter goes on to the text."),
};

static char **field_of(struct compose *c, enum field f)
{
	switch (f) {
	case FIELD_FROM: return &c->from;
	case FIELD_TO: return &c->to;
	case FIELD_CC: return &c->cc;
	case FIELD_BCC: return &c->bcc;
	case FIELD_REPLY_TO: return &c->reply_to;
	case FIELD_SUBJECT: return &c->subject;
	case FIELDS: break;
	}
	bug_on(true);
}

/* ---- model and screen ---- */

void compose_take(struct screen_compose *k)
{
	struct str text;

	for (int f = 0; f < FIELDS; f++) {
		char **to = field_of(k->c, (enum field)f);

		free(*to);
		*to = mem_strdup(k->fields[f].text.p);
	}
	str_init(&text, TEXT_MAX + 1);
	text_get(k->text, &text);
	free(k->c->text);
	k->c->text = str_detach(&text);
}

void compose_show(struct screen_compose *k)
{
	for (int f = 0; f < FIELDS; f++)
		edit_set(&k->fields[f], *field_of(k->c, (enum field)f));
	text_set(k->text, sl(k->c->text ? k->c->text : ""));
	app_dirty(k->s.app);
}

static void stop_timer(struct screen_compose *k)
{
	if (k->save_timer)
		k->s.app->later--;
	watch_free(&k->save_timer);
}

static bool store(struct screen_compose *k, bool by_hand);

static void save_time(void *ctx)
{
	struct screen_compose *k = ctx;

	k->save_timer = NULL;
	k->s.app->later--;
	store(k, false);
	app_dirty(k->s.app);
}

static void save_in(struct screen_compose *k, int64_t us)
{
	k->unsaved = true;
	if (k->save_timer)
		return;
	k->s.app->later++;
	k->save_timer = loop_timer(k->s.app->loop, us, save_time, k);
}

void compose_changed(struct screen_compose *k)
{
	save_in(k, SAVE_US);
}

/* By the timer it is said once, and again only where nothing else is. */
static bool store(struct screen_compose *k, bool by_hand)
{
	struct err err = ERR_INIT;

	stop_timer(k);
	compose_take(k);
	if (compose_save(k->c, &err) != 0) {
		if (by_hand || !k->failing || !k->s.app->said)
			app_say(k->s.app, STYLE_ERROR, _("%s%s It is on this screen only; it is saved by itself as soon as it can be."), err.text, stop_of(err.text));
		k->failing = true;
		if (k->s.app->tty)      /* a script waits until nothing is left to do */
			save_in(k, AGAIN_US);
		return false;
	}
	if (k->lock < 0)
		compose_lock(k->c, &k->lock, &err);
	k->unsaved = k->failing = false;
	text_saved(k->text);
	return true;
}

bool compose_store(struct screen_compose *k)
{
	return store(k, true);
}

void compose_leave(struct screen_compose *k)
{
	struct app *a = k->s.app;
	struct screen *next;

	stop_timer(k);
	k->unsaved = false;
	for (struct screen *s = a->top; s; s = next) {
		next = s->below;
		if ((s->ops->where == WHERE_EDITOR && editor_owner(s) == k) || (s->ops->where == WHERE_PICK && pick_owner(s) == k))
			app_close(s);
	}
	app_close(&k->s);
}

/* ---- drawing ---- */

unsigned compose_fields(const struct screen_compose *k)
{
	return k->c->resend ? FIELD_REPLY_TO : FIELDS;
}

static uint64_t rows_of(const struct screen_compose *k)
{
	return compose_fields(k) + k->c->n_files;
}

static void draw_field(struct screen_compose *k, struct grid *g, struct area r, int row, enum field f)
{
	bool here = k->at.at == (uint64_t)f;
	struct str label;

	str_init(&label, 256);
	str_addf(&label, "%s:", _(labels[f]));
	grid_put_right(g, row, r.col, LABEL - 1, str_sl(&label), here ? STYLE_PROMPT : STYLE_HEADER_NAME);
	if (here && k->editing)
		edit_draw(&k->fields[f], g, row, r.col + LABEL, r.cols - LABEL, STYLE_FIELD, true);
	else            /* from its start: nobody who gets it is out of sight unsaid */
		grid_put_cut(g, row, r.col + LABEL, r.cols - LABEL, str_sl(&k->fields[f].text), STYLE_HEADER);
	if (here && !k->editing)
		grid_style(g, (struct area){ row, r.col, 1, r.cols }, STYLE_CURSOR);
	str_release(&label);
}

static void draw_file(struct screen_compose *k, struct grid *g, struct area r, int row, size_t i)
{
	const struct compose_file *f = &k->c->files[i];
	struct str s;

	str_init(&s, 65536);
	str_addf(&s, "[%zu] %s  ", i + 1, f->name);
	fmt_size(&s, f->size);
	str_addf(&s, "  %s", f->type ? f->type : "");
	if (f->description && f->description[0])
		str_addf(&s, "  \"%s\"", f->description);
	grid_putf(g, row, r.col + LABEL, r.cols - LABEL, STYLE_ATTACHMENT, "%s", s.p);
	if (k->at.at == compose_fields(k) + i)
		grid_style(g, (struct area){ row, r.col, 1, r.cols }, STYLE_CURSOR);
	str_release(&s);
}

static void draw_choices(struct screen_compose *k, struct grid *g, struct area r, int row)
{
	size_t first = k->choice >= SHOWN ? k->choice - SHOWN + 1 : 0;

	for (size_t i = 0; i < SHOWN && first + i < k->choices.n && row + (int)i < r.row + r.rows; i++) {
		const char *note = choices_note_of(&k->choices, first + i);
		struct area line = { row + (int)i, r.col + LABEL, 1, note ? r.cols - LABEL : MIN(r.cols - LABEL, 60) };
		int used;

		grid_fill(g, line, STYLE_BAR);
		used = grid_putf(g, line.row, line.col, line.cols, STYLE_BAR, " %s", k->choices.v[first + i]);
		if (note)
			grid_put_cut(g, line.row, line.col + used + 2, MAX(line.cols - used - 2, 0), sl(note), STYLE_BAR);
		if (first + i == k->choice)
			grid_style(g, line, STYLE_CURSOR);
	}
}

static void wishes(const struct screen_compose *k, struct str *out)
{
	const struct compose *c = k->c;

	if (c->send_at) {
		str_adds(out, _("  sent at "));
		send_when(out, c->send_at, rt_now() / 1000000);
	}
	if (c->notify_success)
		str_adds(out, _("  delivery notice"));
	if (c->receipt)
		str_adds(out, _("  read receipt"));
	if (c->markdown && !c->resend)
		str_adds(out, _("  also as HTML"));
	if (c->resend)
		str_adds(out, _("  passed on as it is"));
}

static void compose_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct screen_compose *k = COMPOSE(s);
	unsigned fields = compose_fields(k);
	int top = MIN((int)rows_of(k), MAX(r.rows - 3, (int)fields)), row = r.row;
	struct area text;

	list_size(&k->at, rows_of(k), top);
	for (int i = 0; i < top && k->at.top + (uint64_t)i < k->at.n; i++, row++) {
		uint64_t n = k->at.top + (uint64_t)i;

		if (n < fields)
			draw_field(k, g, r, row, (enum field)n);
		else
			draw_file(k, g, r, row, (size_t)(n - fields));
	}
	for (int i = 0; i < r.cols && row < r.row + r.rows; i++)
		grid_put(g, row, r.col + i, 1, SL("─"), STYLE_BORDER);
	row++;
	text = (struct area){ row, r.col, r.row + r.rows - row, r.cols };
	if (text.rows > 0 && k->c->resend)
		grid_put_cut(g, text.row, text.col, text.cols, sl(_("The message goes on unchanged to those named above.")), STYLE_DIM);
	else if (text.rows > 0 && text_lines(k->text) <= 1 && text_line(k->text, 0).n == 0)
		appdraw_note(s->app, text.row, text.col, text.cols, _("There is no text yet: {edit-message} writes it."));
	else if (text.rows > 0)
		text_draw(k->text, g, text, false);
	if (k->editing && k->choices.n)
		draw_choices(k, g, r, r.row + (int)(k->at.at - k->at.top) + 1);
	else if (focus && !k->editing)
		grid_cursor(g, r.row + (int)(k->at.at - k->at.top), r.col, false);
}

static void compose_title(struct screen *s, struct str *left, struct str *right)
{
	struct screen_compose *k = COMPOSE(s);

	str_addf(left, "%s%s", k->c->resend ? _("Pass on: ") : _("Compose: "), k->fields[FIELD_SUBJECT].text.p[0] ? k->fields[FIELD_SUBJECT].text.p : _("(no subject)"));
	str_adds(right, k->unsaved ? _("not saved yet") : _("saved"));
	wishes(k, right);       /* behind, as the end is cut */
}

/* ---- fields ---- */

static bool is_list(enum field f)
{
	return f != FIELD_SUBJECT;
}

void compose_edit_field(struct screen_compose *k, enum field f)
{
	list_goto(&k->at, (uint64_t)f);
	k->editing = true;
	choices_release(&k->choices);
	app_dirty(k->s.app);
}

static void choose(struct screen_compose *k, struct edit *e)
{
	size_t to;

	edit_piece(e, true, &k->from, &to);
	edit_replace(e, k->from, to, sl(k->choices.v[k->choice]));
	compose_changed(k);
}

static void complete(struct screen_compose *k, int by)
{
	struct edit *e = &k->fields[k->at.at];
	size_t from, to;
	char *piece;

	if (k->choices.n) {
		k->choice = (k->choice + k->choices.n + (size_t)by) % k->choices.n;
		choose(k, e);
		return;
	}
	edit_piece(e, true, &from, &to);
	piece = mem_strndup(e->text.p + from, to - from);
	if (k->at.at == FIELD_FROM) {
		const struct conf *conf = &k->s.app->conf;

		for (size_t i = 0; i < conf->n_accounts; i++) {
			struct str s;

			str_init(&s, 4096);
			addr_show(&conf->accounts[i].address, &s);
			choices_add(&k->choices, s.p);
			for (size_t n = 0; n < conf->accounts[i].identities.n; n++) {
				str_clear(&s);
				addr_show(&conf->accounts[i].identities.v[n], &s);
				choices_add(&k->choices, s.p);
			}
			str_release(&s);
		}
	} else if (piece[0]) {
		complete_address(k->s.app, piece, &k->choices);
	}
	if (k->choices.n) {
		k->choice = 0;
		choose(k, e);
	} else {
		app_say(k->s.app, STYLE_DIM, "%s", piece[0] ? _("Nobody is known by that name.") : _("Type the beginning of a name or address, then Tab."));
	}
	if (k->choices.n == 1) {        /* no list is shown that would say so */
		if (choices_note_of(&k->choices, 0))
			app_say(k->s.app, STYLE_WARNING, _("The last mail to %s %s"), k->choices.v[0], choices_note_of(&k->choices, 0));
		choices_release(&k->choices);
	}
	free(piece);
}

bool compose_has_text(const struct screen_compose *k)
{
	for (size_t i = 0; i < text_lines(k->text) && !sl_is(text_line(k->text, i), "-- "); i++)
		if (sl_trim(text_line(k->text, i)).n)
			return true;
	return false;
}

/* Of a new message Enter goes where one writes next; of one field that was asked for, nowhere. */
static void next_field(struct screen_compose *k)
{
	enum field f = (enum field)k->at.at;

	k->editing = false;
	if (!k->filling || k->c->resend)
		return;
	if (f == FIELD_SUBJECT) {
		k->filling = false;
		if (!compose_has_text(k))
			cmd_run(k->s.app, "edit-message");
		return;
	}
	compose_edit_field(k, f == FIELD_TO || f == FIELD_REPLY_TO ? FIELD_SUBJECT : (enum field)(f + 1));
}

static bool field_key(struct screen_compose *k, key_code key)
{
	struct edit *e = &k->fields[k->at.at];
	bool open = k->choices.n > 0;

	if (key == 9 || key == KEY_BACKTAB || (open && (key == KEY_UP_ || key == KEY_DOWN_))) {
		if (is_list((enum field)k->at.at))
			complete(k, key == KEY_BACKTAB || key == KEY_UP_ ? -1 : 1);
		else
			next_field(k);
		return true;
	}
	choices_release(&k->choices);
	if (open && key == 27)
		return true;            /* the choice is taken as it stands */
	if (key == KEY_F1_) {
		app_say(k->s.app, STYLE_NORMAL, "%s", _(helps[k->at.at]));
		return true;
	}
	if (key == 13 || key == 10) {
		next_field(k);
	} else if (key == KEY_UP_ || key == KEY_DOWN_) {
		list_move(&k->at, key == KEY_UP_ ? -1 : 1);
		k->editing = k->at.at < compose_fields(k);
	} else if (key == 27 || key == KEY_CTRL('c') || key == KEY_CTRL('g')) {
		k->editing = k->filling = false;
	} else {
		enum edit_result r = edit_key(e, key);

		if (r == EDIT_CHANGED) {
			k->passed = 0;
			compose_changed(k);
		}
		return r != EDIT_IGNORED || key_is_text(key);
	}
	return true;
}

static bool compose_key(struct screen *s, key_code key)
{
	struct screen_compose *k = COMPOSE(s);

	if (k->editing && k->at.at < compose_fields(k))
		return field_key(k, key);
	return false;
}

static bool compose_typing(struct screen *s)
{
	return COMPOSE(s)->editing;
}

static void compose_pasted(struct screen *s, struct slice text)
{
	struct screen_compose *k = COMPOSE(s);

	if (!k->editing || k->at.at >= compose_fields(k))
		return;
	choices_release(&k->choices);
	edit_insert(&k->fields[k->at.at], text);
	compose_changed(k);
}

static void compose_mouse(struct screen *s, const struct mouse *m, struct area r)
{
	struct screen_compose *k = COMPOSE(s);
	uint64_t row = k->at.top + (uint64_t)(m->row - r.row);

	if (m->what != MOUSE_CLICK && m->what != MOUSE_DOUBLE)
		return;
	if (row < compose_fields(k) && k->editing && row == k->at.at)
		edit_click(&k->fields[row], MAX(m->col - r.col - LABEL, 0));
	else if (row < compose_fields(k))
		compose_edit_field(k, (enum field)row);
	else if (row < rows_of(k))
		list_goto(&k->at, row);
	else
		cmd_run(s->app, "edit-message");
}

static void quit_answered(void *ctx, char key)
{
	struct screen_compose *k = ctx;
	struct app *a = k->s.app;

	if (key != 'p' && key != 'd')
		return;
	app_raise(&k->s);
	cmd_run(a, key == 'p' ? "postpone-message" : "drop-message");
	app_quit(a);
}

static bool may_close(struct screen *s)
{
	struct screen_compose *k = COMPOSE(s);

	app_raise(s);
	ask_choice(s->app, "pdc", quit_answered, k, _("\"%s\" is not sent. (p)ostpone it, (d)rop it, or (c)ancel? "),
		k->fields[FIELD_SUBJECT].text.p[0] ? k->fields[FIELD_SUBJECT].text.p : _("(no subject)"));
	return false;
}

static void compose_free(struct screen *s)
{
	struct screen_compose *k = COMPOSE(s);

	if (k->unsaved)                 /* the terminal is gone: the text stays */
		compose_store(k);
	stop_timer(k);
	for (int f = 0; f < FIELDS; f++)
		edit_release(&k->fields[f]);
	choices_release(&k->choices);
	speller_free(&k->speller);
	text_free(&k->text);
	if (k->lock >= 0)
		fs_close(&k->lock);
	compose_release(k->c);
	free(k->c);
	free(k);
}

static struct list *rows(struct screen *s)
{
	return &COMPOSE(s)->at;
}

#define OPS .where = WHERE_COMPOSE, .title = compose_title, .draw = compose_draw, .key = compose_key, .pasted = compose_pasted, \
	.mouse = compose_mouse, .may_close = may_close, .typing = compose_typing, .rows = rows, .free = compose_free

static const struct screen_ops ops = {
	OPS,
	.hints = "help send-message quit edit-message edit-to edit-cc edit-subject attach-file detach-file postpone-message preview send-later "
		"edit-bcc edit-from toggle-notice toggle-receipt toggle-markdown aside check-spelling",
};
/* What is passed on as it is takes nothing but addresses. */
static const struct screen_ops pass_on_ops = { OPS, .hints = "help send-message quit edit-to edit-cc edit-bcc edit-from send-later postpone-message preview toggle-notice aside" };

/* Where an answer is written: below what is quoted. */
static size_t behind_quote(const struct text *t)
{
	size_t line = 0, n = text_lines(t);

	for (size_t i = 0; i < n; i++) {
		if (sl_is(text_line(t, i), "-- "))
			break;
		if (sl_starts(text_line(t, i), ">"))
			line = i + 2;
	}
	return MIN(line, n ? n - 1 : 0);
}

void compose_open(struct app *a, struct compose *c, bool edit)
{
	struct screen_compose *k = mem_zalloc(sizeof(*k));

	k->s = (struct screen){ .ops = c->resend ? &pass_on_ops : &ops, .app = a };
	k->c = c;
	k->lock = -1;
	for (int f = 0; f < FIELDS; f++)
		edit_init(&k->fields[f], "");
	k->text = text_new();
	text_wrap_at(k->text, (int)a->conf.look.wrap);
	compose_show(k);
	list_size(&k->at, rows_of(k), (int)compose_fields(k));
	k->speller = speller_new(a);
	if (k->speller)
		text_speller(k->text, (bool (*)(void *, struct slice))speller_wrong, k->speller);
	app_push(a, &k->s);
	compose_store(k);
	if (edit) {
		text_goto(k->text, behind_quote(k->text), 0);
		editor_open(a, k);
	} else if (k->fields[FIELD_TO].text.n == 0) {
		k->filling = true;
		compose_edit_field(k, FIELD_TO);
	} else {
		list_goto(&k->at, FIELD_TO);
	}
}
