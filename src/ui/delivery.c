/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * delivery: what became of what was sent, a row for each recipient: the newest message
 * first.  From a failure one key writes again to those who did not get it.
 */
#include "screens.h"

#define MESSAGES_MAX 500        /* older ones: --track                          */

struct delivery_row { int64_t track; size_t k; int state; int64_t at; char *addr, *subject, *words, *code, *message_id, *item; bool silent; };
struct delivery { struct screen s; struct delivery_row *v; size_t n, cap; struct list at; uint64_t failed; };
#define DELIVERY(s) ((struct delivery *)(s))

static void clear(struct delivery *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct delivery_row *w = &d->v[i];

		free(w->addr);
		free(w->subject);
		free(w->words);
		free(w->code);
		free(w->message_id);
		free(w->item);
	}
	d->n = 0;
	d->failed = 0;
}

static void take(struct delivery *d, const struct track *t)
{
	for (size_t k = 0; k < t->n; k++) {
		const struct track_rcpt *c = &t->rcpt[k];

		mem_grow(d->v, d->n, d->cap);
		d->v[d->n++] = (struct delivery_row){ .track = t->id, .k = k, .state = c->state, .at = c->at,
			.silent = t->dsn == 0 && c->state == TRACK_ACCEPTED, .addr = appdraw_clean(c->addr), .subject = appdraw_clean(t->subject), .words = appdraw_clean(c->text),
			.code = appdraw_clean(c->code), .message_id = mem_strdup(t->message_id), .item = mem_strdup(t->item) };
		d->failed += track_is_failure(c->state);
	}
}

/* What waits and was never tried is followed from now on. */
static int read_all(struct delivery *d, struct state *st, struct outbox *o, struct err *err)
{
	struct items items = { 0 };
	int64_t below = INT64_MAX;
	struct track t;
	int r = outbox_list(o, &items, err);

	for (size_t i = 0; i < items.n && r == 0; i++)
		r = track_item(st, &items.v[i], NULL, err);
	items_release(&items);
	for (unsigned i = 0; i < MESSAGES_MAX && r >= 0 && (r = state_track_get(st, '*', NULL, below, &t, err)) == 1; i++) {
		below = t.id;
		take(d, &t);
		track_release(&t);
	}
	return r < 0 ? -1 : 0;
}

static void fill(struct delivery *d)
{
	struct err err = ERR_INIT;
	struct outbox *o;
	struct state *st;
	int64_t track = d->at.at < d->n ? d->v[d->at.at].track : 0;
	size_t k = d->at.at < d->n ? d->v[d->at.at].k : 0;

	clear(d);
	if (post_open(d->s.app, &st, &o, &err) != 0 || read_all(d, st, o, &err) != 0)
		app_fail(d->s.app, &err);
	post_close(&st, &o);
	list_size(&d->at, d->n, d->at.rows);
	for (size_t i = 0; i < d->n && track; i++)      /* the cursor stays on its recipient */
		if (d->v[i].track == track && d->v[i].k == k)
			list_goto(&d->at, i);
	app_dirty(d->s.app);
}

static enum style style_of(int state)
{
	switch (state) {
	case TRACK_FAILED: case TRACK_EXPIRED: return STYLE_ERROR;
	case TRACK_DELAYED: case TRACK_UNCLEAR: return STYLE_WARNING;
	case TRACK_DELIVERED: case TRACK_READ: return STYLE_GOOD;
	default: return STYLE_NORMAL;
	}
}

/* A word that fits a narrow column. */
const char *delivery_word(int state)
{
	switch (state) {
	case TRACK_QUEUED: return _("waits");
	case TRACK_ACCEPTED: return _("sent");
	case TRACK_RELAYED: return _("passed on");
	case TRACK_DELIVERED: return _("delivered");
	case TRACK_DELAYED: return _("late");
	case TRACK_FAILED: return _("FAILED");
	case TRACK_READ: return _("read");
	case TRACK_DELETED: return _("deleted");
	case TRACK_EXPIRED: return _("GIVEN UP");
	default: return _("unclear");
	}
}

static void words_of(const struct delivery_row *w, struct str *out)
{
	const char *reason = notice_reason(w->code);

	if (reason && track_is_failure(w->state))
		str_addf(out, "%s ", reason);
	if (w->words[0] && w->state != TRACK_ACCEPTED && !(reason && strcmp(w->words, reason) == 0))
		str_adds(out, w->words);
	if (w->silent)
		str_adds(out, _("Its server sends no notices: nothing more may be heard."));
}

static void delivery_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct delivery *d = DELIVERY(s);
	int per = r.cols >= 60 ? 2 : 1, rows = MAX(r.rows / per, 1);
	int64_t now = rt_now() / 1000000;
	struct str t;

	str_init(&t, 65536);
	list_size(&d->at, d->n, rows);
	for (int i = 0; i < rows && d->at.top + (uint64_t)i < d->n; i++) {
		const struct delivery_row *w = &d->v[d->at.top + (uint64_t)i];
		int row = r.row + i * per, who = MAX((r.cols - 20) / 2, 8);

		grid_put_cut(g, row, r.col + 1, 10, sl(delivery_word(w->state)), style_of(w->state));
		str_clear(&t);
		fmt_date(&t, w->at, now);
		grid_put_cut(g, row, r.col + 12, 6, str_sl(&t), STYLE_NORMAL);
		grid_put_cut(g, row, r.col + 19, who, sl(w->addr), STYLE_NORMAL);
		grid_put_cut(g, row, r.col + 20 + who, r.cols - 20 - who, sl(w->subject[0] ? w->subject : _("(no subject)")), STYLE_NORMAL);
		str_clear(&t);
		words_of(w, &t);
		if (per == 2 && row + 1 < r.row + r.rows)
			grid_put_cut(g, row + 1, r.col + 19, r.cols - 19, str_sl(&t), STYLE_DIM);
		if (d->at.top + (uint64_t)i == d->at.at)
			grid_style(g, (struct area){ row, r.col, 1, r.cols }, STYLE_CURSOR);
	}
	str_release(&t);
	if (d->n == 0)
		appdraw_empty(s->app, r, _("Nothing was sent from here yet."), _("{mail} writes a message; what becomes of it is told here."));
	if (focus)
		grid_cursor(g, r.row + (int)(d->n ? d->at.at - d->at.top : 0) * per, r.col, false);
}

static void delivery_title(struct screen *s, struct str *left, struct str *right)
{
	struct delivery *d = DELIVERY(s);

	str_adds(left, _("Delivery: what became of what was sent"));
	if (d->failed)
		str_addf(right, ngettext_("%llu not delivered  ", "%llu not delivered  ", d->failed), (unsigned long long)d->failed);
	str_addf(right, "%llu/%zu", (unsigned long long)(d->n ? d->at.at + 1 : 0), d->n);
}

/* It was looked at: new failures are not told any more. */
static void looked(struct app *a)
{
	struct err ignored = ERR_INIT;
	struct state *st;
	uint64_t n;

	if (track_open(&a->conf, &st, &ignored) == 0 && st)
		state_track_news(st, TRACK_FAILED, TRACK_EXPIRED, true, &n, &ignored);
	state_close(&st);
}

void delivery_news(struct app *a, const char *before)
{
	struct err ignored = ERR_INIT;
	struct state *st;
	uint64_t n = 0;

	if (track_open(&a->conf, &st, &ignored) == 0 && st)
		state_track_news(st, TRACK_FAILED, TRACK_EXPIRED, false, &n, &ignored);
	state_close(&st);
	if (n)
		app_say(a, STYLE_ERROR, ngettext_("%s%s%llu message could not be delivered: {delivery} shows it.", "%s%s%llu messages could not be delivered: {delivery} shows them.", n),
			before, before[0] ? " " : "", (unsigned long long)n);
}

static void delivery_changed(struct screen *s, unsigned what)
{
	if (!(what & (CHANGED_OUTBOX | CHANGED_JOBS)))
		return;
	fill(DELIVERY(s));
	if (s == s->app->top)
		looked(s->app);
}

static void delivery_mouse(struct screen *s, const struct mouse *m, struct area r)
{
	move_mouse(s, m, r.row, r.cols >= 60 ? 2 : 1, "show-delivery");
}

static void delivery_free(struct screen *s)
{
	clear(DELIVERY(s));
	free(DELIVERY(s)->v);
	free(s);
}

static struct list *rows(struct screen *s)
{
	return &DELIVERY(s)->at;
}

static const struct screen_ops ops = {
	.where = WHERE_DELIVERY, .title = delivery_title, .draw = delivery_draw, .mouse = delivery_mouse, .changed = delivery_changed, .rows = rows,
	.free = delivery_free, .hints = "exit show-delivery correct-address next-failure open-notice outbox fetch-mail help",
};

void delivery_open(struct app *a)
{
	struct delivery *d = (struct delivery *)app_screen(a, WHERE_DELIVERY);

	if (d) {
		app_raise(&d->s);
	} else {
		d = mem_zalloc(sizeof(*d));
		d->s = (struct screen){ .ops = &ops, .app = a };
		app_push(a, &d->s);
	}
	fill(d);
	looked(a);
}

/* ---- commands ---- */

static struct delivery_row *current(struct screen *s)
{
	struct delivery *d = DELIVERY(s);

	if (d->at.at < d->n)
		return &d->v[d->at.at];
	app_say(s->app, STYLE_WARNING, "%s", _("Nothing is here."));
	return NULL;
}

struct history { struct screen *page; int64_t now; struct str line; };

static int add_event(void *ctx, const struct track_event *e)
{
	struct history *h = ctx;

	str_clear(&h->line);
	str_adds(&h->line, "    ");
	fmt_date(&h->line, e->at, h->now);
	str_addf(&h->line, "  %s%s", e->counted ? "" : _("not counted: "), track_words(e->state));
	if (e->code && e->code[0])
		str_addf(&h->line, " (%s)", e->code);
	if (e->text && e->text[0])
		str_addf(&h->line, ": %s", e->text);
	if (e->by && e->by[0])
		str_addf(&h->line, " [%s]", e->by);
	sheet_add(h->page, STYLE_DIM, str_sl(&h->line));
	return 0;
}

static void add_rcpt(struct history *h, struct state *st, const struct track *t, size_t k)
{
	const char *reason = notice_reason(t->rcpt[k].code);
	struct err ignored = ERR_INIT;

	str_clear(&h->line);
	str_addf(&h->line, "%s: %s", t->rcpt[k].addr, track_words(t->rcpt[k].state));
	sheet_add(h->page, style_of(t->rcpt[k].state), str_sl(&h->line));
	if (reason && track_is_failure(t->rcpt[k].state)) {
		str_clear(&h->line);
		str_addf(&h->line, "    %s", reason);
		sheet_add(h->page, STYLE_NORMAL, str_sl(&h->line));
	}
	state_track_events(st, t->id, k, add_event, h, &ignored);
}

static void do_show(struct screen *s, const char *arg)
{
	struct delivery_row *w = current(s);
	struct history h = { .now = rt_now() / 1000000 };
	struct err err = ERR_INIT;
	struct outbox *o;
	struct state *st;
	struct track t;

	(void)arg;
	if (!w)
		return;
	str_init(&h.line, 65536);
	if (post_open(s->app, &st, &o, &err) == 0 && state_track_get(st, 'i', w->item, INT64_MAX, &t, &err) == 1) {
		h.page = sheet_new(s->app, w->subject[0] ? w->subject : _("(no subject)"));
		for (size_t k = 0; k < t.n; k++)
			add_rcpt(&h, st, &t, k);
		str_clear(&h.line);
		str_addf(&h.line, "Message-ID: <%s>", t.message_id);
		sheet_add(h.page, STYLE_NORMAL, SL(""));
		sheet_add(h.page, STYLE_DIM, str_sl(&h.line));
		track_release(&t);
	} else {
		app_fail(s->app, &err);
	}
	post_close(&st, &o);
	str_release(&h.line);
}

/* Of that message all who did not get it, with commas between. */
static void failed_of(struct delivery *d, int64_t track, struct str *out)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].track == track && track_is_failure(d->v[i].state))
			str_addf(out, "%s%s", out->n ? ", " : "", d->v[i].addr);
}

static int take_id(void *ctx, const struct index_row *row)
{
	*(int64_t *)ctx = row->msg.id;
	return 0;
}

/* A message by its Message-ID, or a notice by what stands for one that it has not; 0: there is none. */
static int64_t message_of(struct app *a, const char *name, struct err *err)
{
	struct env env = { .message_id = (char *)(uintptr_t)name };
	struct find find = { .kind = FIND_IDENT, .min = (int64_t)index_ident(&env, SL_NONE) };
	struct view *v = NULL;
	uint64_t ident = 0;
	int64_t id = 0;

	for (size_t i = 0; i < 16 && hex_val((unsigned char)name[i]) >= 0; i++) {
		ident = ident << 4 | (uint64_t)hex_val((unsigned char)name[i]);
		if (i == 15 && !name[16])
			find.min = (int64_t)ident;
	}
	if (name[0] && view_find(folders_index(a->folders), &find, SORT_RECEIVED, true, &v, err) == 0)
		view_rows(v, 0, 1, take_id, &id, err);
	view_close(&v);
	return id;
}

static void do_correct(struct screen *s, const char *arg)
{
	struct delivery_row *w = current(s);
	struct err err = ERR_INIT;
	struct render *r;
	struct str to;
	int64_t id;

	(void)arg;
	if (!w)
		return;
	str_init(&to, 1 << 20);
	failed_of(DELIVERY(s), w->track, &to);
	id = message_of(s->app, w->message_id, &err);
	if (to.n == 0) {
		app_say(s->app, STYLE_WARNING, "%s", _("Nobody failed to get this message."));
	} else if (id && (r = act_open(s->app, id))) {
		compose_correct(s->app, r, to.p);
	} else if (!id) {
		send_take_back(s->app, w->item);        /* nobody got it: it waits in the outbox still */
	}
	str_release(&to);
}

struct last { char *counted, *any; };

static int take_notice(void *ctx, const struct track_event *e)
{
	struct last *l = ctx;

	if (!e->notice || !e->notice[0])
		return 0;
	free(l->any);
	l->any = mem_strdup(e->notice);
	if (e->counted) {
		free(l->counted);
		l->counted = mem_strdup(e->notice);
	}
	return 0;
}

/* The last that counted, else the last. */
static void do_open_notice(struct screen *s, const char *arg)
{
	struct delivery_row *w = current(s);
	struct err err = ERR_INIT;
	struct last last = { 0 };
	struct render *r = NULL;
	struct state *st;
	int64_t id = 0;

	(void)arg;
	if (!w)
		return;
	if (track_open(&s->app->conf, &st, &err) == 0 && st)
		state_track_events(st, w->track, w->k, take_notice, &last, &err);
	state_close(&st);
	if (last.any)
		id = message_of(s->app, last.counted ? last.counted : last.any, &err);
	if (err.kind != ERR_NONE)
		app_fail(s->app, &err);
	else if (!last.any)
		app_say(s->app, STYLE_WARNING, "%s", _("No notice came about this recipient; what is known was said by your own server."));
	else if (!id)
		app_say(s->app, STYLE_WARNING, "%s", _("The notice is in no mailbox any more."));
	else if ((r = act_open(s->app, id)))
		message_open_render(s->app, r, _("Notice"));
	free(last.any);
	free(last.counted);
}

static void do_next_failure(struct screen *s, const char *arg)
{
	struct delivery *d = DELIVERY(s);

	(void)arg;
	for (size_t i = 1; i <= d->n; i++) {
		size_t k = (d->at.at + i) % d->n;

		if (track_is_failure(d->v[k].state)) {
			list_goto(&d->at, k);
			app_dirty(s->app);
			return;
		}
	}
	app_say(s->app, STYLE_NORMAL, "%s", _("Nothing failed."));
}

const struct cmd delivery_cmds[] = {
	{ "exit", "q i x <Left> <Esc>", "< q <Left> <Esc>", NULL, NULL, N_("Back"), N_("Back to where this was opened."), move_exit },
	{ "show-delivery", "<Enter> <Space> v", NULL, NULL, NULL, N_("History"), N_("Show all recipients of this message, and what was heard of each."), do_show },
	{ "open-notice", "o", NULL, NULL, NULL, N_("Notice"), N_("Open the notice that says so, as mail."), do_open_notice },
	{ "correct-address", "e", NULL, NULL, NULL, N_("Correct"), N_("Write it again to those who did not get it, their addresses ready to be corrected."), do_correct },
	{ "next-failure", "<Tab>", NULL, NULL, NULL, N_("Failures"), N_("To the next recipient who did not get it."), do_next_failure },
	{ "next-entry", "j <Down>", "n <Down>", NULL, NULL, NULL, N_("To the next recipient."), move_next },
	{ "previous-entry", "k <Up>", "p <Up>", NULL, NULL, NULL, N_("To the recipient before."), move_previous },
	{ "next-page", "<PgDn> z", NULL, "^D <PgDn>", NULL, NULL, N_("A screen down."), move_next_page },
	{ "previous-page", "<PgUp> Z", NULL, "^U <PgUp>", NULL, NULL, N_("A screen up."), move_previous_page },
	{ "first-entry", "= <Home>", NULL, "gg <Home>", NULL, NULL, N_("To the newest."), move_first },
	{ "last-entry", "* <End>", NULL, "G <End>", NULL, NULL, N_("To the oldest."), move_last },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
