/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * outbox: what waits to be sent, when it is tried next, and the server's last words.
 */
#include "screens.h"
#include <unistd.h>

struct waiting { char *id, *subject, *to, *words; enum style style; char *state; bool held, unsure; };
struct outbox_screen { struct screen s; struct waiting *v; size_t n, cap; struct list at; };
#define OUTBOX(s) ((struct outbox_screen *)(s))

static void clear(struct outbox_screen *o)
{
	for (size_t i = 0; i < o->n; i++) {
		struct waiting *w = &o->v[i];

		free(w->id);
		free(w->subject);
		free(w->to);
		free(w->words);
		free(w->state);
	}
	o->n = 0;
}

static void state_of(const struct item *it, struct waiting *w)
{
	int64_t now = rt_now() / 1000000;
	size_t failed = 0, waiting = 0, unsure = 0;
	struct str s;

	for (size_t i = 0; i < it->fates.n; i++) {
		failed += it->fates.v[i].fate == FATE_FAILED;
		unsure += it->fates.v[i].fate == FATE_UNSURE;
		waiting += it->fates.v[i].fate == FATE_WAITING || it->fates.v[i].fate == FATE_GOING;
	}
	str_init(&s, 256);
	w->style = STYLE_NORMAL;
	w->unsure = unsure > 0;
	w->held = it->sending.held;
	if (unsure) {
		str_adds(&s, _("unsure"));
		w->style = STYLE_WARNING;
	} else if (it->sending.held) {
		str_adds(&s, _("held"));
	} else if (waiting) {
		if (it->sending.next_try > now) {
			str_adds(&s, _("at "));
			send_when(&s, it->sending.next_try, now);
		} else {
			str_adds(&s, _("now"));
		}
		if (failed)
			w->style = STYLE_ERROR;
	} else if (failed) {
		str_adds(&s, _("FAILED"));
		w->style = STYLE_ERROR;
	}
	w->state = str_detach(&s);
}

/* Of those that did not get it: the first, and what was said of it. */
static void words_of(const struct item *it, struct waiting *w)
{
	struct str to, words;

	str_init(&to, 65536);
	str_init(&words, 65536);
	for (size_t i = 0; i < it->fates.n; i++) {
		const struct fate *f = &it->fates.v[i];

		if (f->fate == FATE_ACCEPTED)
			continue;
		str_addf(&to, "%s%s", to.n ? ", " : "", f->addr);
		if (words.n == 0 && f->text && f->text[0] && f->code)
			str_addf(&words, "%d %s", f->code, f->text);
		else if (words.n == 0 && f->text)
			str_adds(&words, f->text);
	}
	if (words.n == 0 && it->lost_state)
		str_adds(&words, _("The record of what became of it is lost."));
	w->to = appdraw_clean(to.p);
	w->words = appdraw_clean(words.p);
	str_release(&to);
	str_release(&words);
}

static void fill(struct outbox_screen *x)
{
	char *at = x->at.at < x->n ? mem_strdup(x->v[x->at.at].id) : NULL;
	struct items items = { 0 };
	struct err err = ERR_INIT;
	struct outbox *o;
	struct state *st;

	clear(x);
	if (post_open(x->s.app, &st, &o, &err) == 0 && outbox_list(o, &items, &err) == 0) {
		for (size_t i = 0; i < items.n; i++) {
			struct waiting w = { .id = mem_strdup(items.v[i].id), .subject = appdraw_clean(items.v[i].env.subject) };

			state_of(&items.v[i], &w);
			words_of(&items.v[i], &w);
			mem_grow(x->v, x->n, x->cap);
			x->v[x->n++] = w;
		}
		items_release(&items);
	} else {
		app_fail(x->s.app, &err);
	}
	post_close(&st, &o);
	list_size(&x->at, x->n, x->at.rows);
	for (size_t i = 0; at && i < x->n; i++)
		if (strcmp(x->v[i].id, at) == 0)
			list_goto(&x->at, i);
	free(at);
	app_dirty(x->s.app);
}

static void outbox_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct outbox_screen *x = OUTBOX(s);
	int per = r.cols >= 60 ? 2 : 1, rows = MAX(r.rows / per, 1), when = per == 2 ? 20 : 15, to = 2 + when;

	list_size(&x->at, x->n, rows);
	for (int i = 0; i < rows && x->at.top + (uint64_t)i < x->n; i++) {
		const struct waiting *w = &x->v[x->at.top + (uint64_t)i];
		int row = r.row + i * per, who = MAX(r.cols / 3, 12);

		grid_put_cut(g, row, r.col + 1, when, sl(w->state), w->style);
		grid_put_cut(g, row, r.col + to, who, sl(w->to), w->style);
		grid_put_cut(g, row, r.col + to + who + 1, r.cols - to - who - 1, sl(w->subject[0] ? w->subject : _("(no subject)")), w->style);
		if (per == 2 && row + 1 < r.row + r.rows)
			grid_put_cut(g, row + 1, r.col + to, r.cols - to, sl(w->words), STYLE_DIM);
		if (x->at.top + (uint64_t)i == x->at.at)
			grid_style(g, (struct area){ row, r.col, 1, r.cols }, STYLE_CURSOR);
	}
	if (x->n == 0)
		appdraw_empty(s->app, r, _("Nothing waits to be sent."), _("{mail} writes a message; what was sent is in Sent ({change-folder})."));
	if (focus)
		grid_cursor(g, r.row + (int)(x->n ? x->at.at - x->at.top : 0) * per, r.col, false);
}

static void outbox_title(struct screen *s, struct str *left, struct str *right)
{
	str_adds(left, _("Outbox: what waits to be sent"));
	str_addf(right, "%llu/%zu", (unsigned long long)(OUTBOX(s)->n ? OUTBOX(s)->at.at + 1 : 0), OUTBOX(s)->n);
}

static void outbox_changed(struct screen *s, unsigned what)
{
	if (what & (CHANGED_OUTBOX | CHANGED_JOBS))
		fill(OUTBOX(s));
}

static void outbox_mouse(struct screen *s, const struct mouse *m, struct area r)
{
	move_mouse(s, m, r.row, r.cols >= 60 ? 2 : 1, "show-item");
}

static void outbox_free(struct screen *s)
{
	clear(OUTBOX(s));
	free(OUTBOX(s)->v);
	free(s);
}

static struct list *rows(struct screen *s)
{
	return &OUTBOX(s)->at;
}

static const struct screen_ops ops = {
	.where = WHERE_OUTBOX, .title = outbox_title, .draw = outbox_draw, .mouse = outbox_mouse, .changed = outbox_changed, .rows = rows, .free = outbox_free,
	.hints = "exit show-item try-now edit-item hold-item delete-item transcript help",
};

void outbox_screen_open(struct app *a)
{
	struct outbox_screen *x = (struct outbox_screen *)app_screen(a, WHERE_OUTBOX);

	if (x) {
		app_raise(&x->s);
		return;
	}
	x = mem_zalloc(sizeof(*x));
	x->s = (struct screen){ .ops = &ops, .app = a };
	fill(x);
	app_push(a, &x->s);
}

/* ---- commands ---- */

static struct waiting *current(struct screen *s)
{
	struct outbox_screen *x = OUTBOX(s);

	if (x->at.at < x->n)
		return &x->v[x->at.at];
	app_say(s->app, STYLE_WARNING, "%s", _("Nothing waits here."));
	return NULL;
}

static const char *fate_word(enum rcpt_fate f)
{
	switch (f) {
	case FATE_WAITING: return _("waits");
	case FATE_GOING: return _("is being sent");
	case FATE_ACCEPTED: return _("accepted by the server");
	case FATE_FAILED: return _("refused for good");
	case FATE_UNSURE: return _("unsure: the answer never came");
	}
	return "";
}

static void show_item(struct app *a, const struct item *it)
{
	struct screen *page = sheet_new(a, it->env.subject ? it->env.subject : _("(no subject)"));
	struct str s;

	str_init(&s, 65536);
	for (size_t i = 0; i < it->fates.n; i++) {
		const struct fate *f = &it->fates.v[i];

		str_clear(&s);
		str_addf(&s, "%s: %s", f->addr, fate_word(f->fate));
		sheet_add(page, f->fate == FATE_FAILED ? STYLE_ERROR : f->fate == FATE_UNSURE ? STYLE_WARNING : f->fate == FATE_ACCEPTED ? STYLE_GOOD : STYLE_NORMAL, str_sl(&s));
		if (!f->text || !f->text[0])
			continue;
		str_clear(&s);
		if (f->code)
			str_addf(&s, "    %d %s%s%s", f->code, f->enh ? f->enh : "", f->enh && f->enh[0] ? " " : "", f->text);
		else
			str_addf(&s, "    %s", f->text);
		sheet_add(page, STYLE_DIM, str_sl(&s));
	}
	str_clear(&s);
	if (it->sending.attempts)
		str_addf(&s, ngettext_("Tried %u time so far.", "Tried %u times so far.", it->sending.attempts), it->sending.attempts);
	else
		str_adds(&s, _("Not tried yet."));
	sheet_add(page, STYLE_NORMAL, SL(""));
	sheet_add(page, STYLE_NORMAL, str_sl(&s));
	str_clear(&s);
	str_addf(&s, "Message-ID: <%s>", it->env.message_id ? it->env.message_id : "");
	sheet_add(page, STYLE_DIM, str_sl(&s));
	str_release(&s);
}

static void do_show(struct screen *s, const char *arg)
{
	struct waiting *w = current(s);
	struct err err = ERR_INIT;
	struct outbox *o;
	struct state *st;
	struct item it;

	(void)arg;
	if (!w)
		return;
	if (post_open(s->app, &st, &o, &err) == 0 && outbox_get(o, w->id, &it, &err) == 0) {
		show_item(s->app, &it);
		item_release(&it);
	} else {
		app_fail(s->app, &err);
	}
	post_close(&st, &o);
}

struct about_item { struct app *app; char *id; };

static struct about_item *about(struct app *a, const char *id)
{
	struct about_item *x = mem_zalloc(sizeof(*x));

	x->app = a;
	x->id = mem_strdup(id);
	return x;
}

static void again_answered(void *ctx, bool yes)
{
	struct about_item *x = ctx;

	if (yes)
		jobs_send(x->app, x->id, true);
	free(x->id);
	free(x);
}

static void do_try(struct screen *s, const char *arg)
{
	struct waiting *w = current(s);

	(void)arg;
	if (!w)
		return;
	if (w->held)
		app_say(s->app, STYLE_WARNING, "%s", _("It is held: {hold-item} releases it, and then {try-now} sends it."));
	else if (w->unsure)
		ask_yes(s->app, false, again_answered, about(s->app, w->id), "%s", _("The server may have it already, and then it comes twice. Send it again?"));
	else
		jobs_send(s->app, w->id, true);
}

static void do_hold(struct screen *s, const char *arg)
{
	struct waiting *w = current(s);
	struct err err = ERR_INIT;
	struct outbox *o;
	struct state *st;

	(void)arg;
	if (!w)
		return;
	if (post_open(s->app, &st, &o, &err) != 0 || state_item_hold(st, w->id, !w->held, &err) != 0)
		app_fail(s->app, &err);
	else
		app_say(s->app, STYLE_NORMAL, "%s", w->held ? _("Released: it is tried again.") : _("Held: it stays until {hold-item} releases it."));
	post_close(&st, &o);
	app_changed(s->app, CHANGED_OUTBOX);
}

static void edit_answered(void *ctx, bool yes)
{
	struct about_item *x = ctx;

	if (yes)
		send_take_back(x->app, x->id);
	free(x->id);
	free(x);
}

static void do_edit(struct screen *s, const char *arg)
{
	struct waiting *w = current(s);

	(void)arg;
	if (!w)
		return;
	if (w->unsure)
		ask_yes(s->app, false, edit_answered, about(s->app, w->id), "%s",
			_("The server may have it already, and then this is a second message. Change it?"));
	else
		edit_answered(about(s->app, w->id), true);
}

static void delete_answered(void *ctx, bool yes)
{
	struct about_item *x = ctx;
	struct err err = ERR_INIT;
	struct outbox *o;
	struct state *st;
	int lock = -1;

	if (yes) {
		if (post_open(x->app, &st, &o, &err) != 0 || outbox_lock(o, x->id, &lock, &err) != 0 || outbox_remove(o, x->id, &err) != 0 ||
		    state_item_drop(st, x->id, &err) != 0)
			app_fail(x->app, &err);
		else
			app_say(x->app, STYLE_NORMAL, "%s", _("Removed from the outbox."));
		if (lock >= 0)
			fs_close(&lock);
		post_close(&st, &o);
		app_changed(x->app, CHANGED_OUTBOX);
	}
	free(x->id);
	free(x);
}

static void do_delete(struct screen *s, const char *arg)
{
	struct waiting *w = current(s);

	(void)arg;
	if (w)
		ask_yes(s->app, false, delete_answered, about(s->app, w->id), w->unsure ?
			_("Remove \"%s\" from the outbox for good? It may have been sent or not.") :
			_("Remove \"%s\" from the outbox for good, unsent?"), w->subject);
}

static void do_take_back(struct screen *s, const char *arg)
{
	struct app *a = s->app;

	(void)arg;
	if (a->pending_send.on) {
		char id[64];

		snprintf(id, sizeof(id), "%s", a->pending_send.id);
		app_close(s);
		send_take_back(a, id);
	} else {
		do_edit(s, "");
	}
}

const struct cmd outbox_cmds[] = {
	{ "exit", "q i x <Left> <Esc>", "< q <Left> <Esc>", NULL, NULL, N_("Back"), N_("Back to where this was opened."), move_exit },
	{ "show-item", "<Space> v", NULL, NULL, NULL, N_("Details"), N_("Show each recipient and what the server said."), do_show },
	{ "edit-item", "<Enter> e", NULL, NULL, NULL, N_("Edit"), N_("Take the message back and change it."), do_edit },
	{ "try-now", "!", NULL, NULL, NULL, N_("Try now"), N_("Try to send it now."), do_try },
	{ "hold-item", "h", NULL, NULL, NULL, N_("Hold"), N_("Hold it back, or release it."), do_hold },
	{ "delete-item", "d", "D d", NULL, NULL, N_("Remove"), N_("Remove it from the outbox, unsent."), do_delete },
	{ "take-back", NULL, NULL, NULL, NULL, NULL, N_("Take back what is about to be sent."), do_take_back },
	{ "next-entry", "j <Down>", "n <Down>", NULL, NULL, NULL, N_("To the next message."), move_next },
	{ "previous-entry", "k <Up>", "p <Up>", NULL, NULL, NULL, N_("To the message before."), move_previous },
	{ "first-entry", "= <Home>", NULL, "gg <Home>", NULL, NULL, N_("To the first message."), move_first },
	{ "last-entry", "* <End>", NULL, "G <End>", NULL, NULL, N_("To the last message."), move_last },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
