/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * composebegin: how a message begins to be written: a new one, or of another message.
 */
#include "screens.h"

enum { AT_ONCE_US = 50000, ABOUT_MAX = 100 };

const struct account *compose_writer(struct app *a)
{
	const char *folder = a->list->path;
	const struct account *first = conf_account(&a->conf, NULL);

	if (a->writer && a->writer <= a->conf.n_accounts)
		return &a->conf.accounts[a->writer - 1];
	/* in the mailbox of an account that account writes */
	for (size_t i = 0; folder && i < a->conf.n_accounts; i++)
		if (strcmp(a->conf.accounts[i].inbox, folder) == 0)
			return &a->conf.accounts[i];
	if (!first)
		app_say(a, STYLE_WARNING, "%s", _("No account is set up, so nothing can be sent. {setup} sets one up."));
	return first;
}

void compose_start(struct app *a, const char *to)
{
	const struct account *acct = compose_writer(a);
	struct err err = ERR_INIT;
	struct compose *c;

	if (!acct)
		return;
	c = mem_zalloc(sizeof(*c));
	compose_init(c, &a->conf, acct);
	if (to && sl_istarts(sl(to), "mailto:")) {
		if (compose_mailto(c, &a->conf, sl(to), &err) != 0)
			app_fail(a, &err);
	} else if (to) {
		free(c->to);
		c->to = mem_strdup(to);
	}
	compose_signature(c, &a->conf);
	compose_open(a, c, false);
}

struct screen *compose_of_draft(struct app *a, int64_t draft)
{
	char *about = act_about(a, draft);
	struct screen *s = a->top;

	while (s && !(s->ops->where == WHERE_COMPOSE && ((struct screen_compose *)s)->c->draft && strcmp(((struct screen_compose *)s)->c->draft, about) == 0))
		s = s->below;
	free(about);
	return s;
}

/* One that is gone on with already is not opened twice. */
static bool is_open(struct app *a, int64_t draft)
{
	struct screen *s = compose_of_draft(a, draft);

	if (s)
		app_raise(s);
	return s != NULL;
}

/* Of n messages; id 0: in no mailbox. */
struct beginning { struct app *app; struct render **r; int64_t *ids; size_t n, ready; char what; char *to; };

static void beginning_free(struct beginning *b)
{
	for (size_t i = 0; i < b->n; i++)
		render_free(&b->r[i]);
	free(b->r);
	free(b->ids);
	free(b->to);
	free(b);
}

static int fill(struct compose *c, struct beginning *b, struct err *err)
{
	struct app *a = b->app;
	struct render *r = b->r[0];

	switch (b->what) {
	case 'r': return compose_reply(c, &a->conf, b->r, b->n, REPLY_SENDER, err);
	case 'g': return compose_reply(c, &a->conf, b->r, b->n, REPLY_ALL, err);
	case 'L': return compose_reply(c, &a->conf, b->r, b->n, REPLY_LIST, err);
	case 'f': return compose_forward(c, &a->conf, b->r, b->n, false, err);
	case 'F': return compose_forward(c, &a->conf, b->r, b->n, true, err);
	case 'b': return compose_resend(c, &a->conf, r, err);
	case 'y': return compose_invite_reply(c, &a->conf, r, INVITE_ACCEPT, err);
	case 't': return compose_invite_reply(c, &a->conf, r, INVITE_TENTATIVE, err);
	case 'n': return compose_invite_reply(c, &a->conf, r, INVITE_DECLINE, err);
	case 'e': case 'd': return compose_recall(c, &a->conf, r, err);
	}
	bug_on(true);
}

static void only_to(struct compose *c, const char *to)
{
	free(c->to);
	free(c->cc);
	free(c->bcc);
	c->to = mem_strdup(to);
	c->cc = mem_strdup("");
	c->bcc = mem_strdup("");
}

/* What is flagged when it is sent, as act_flag_about takes it. */
static char *about_of(struct beginning *b)
{
	struct str all;

	str_init(&all, STR_MAX);
	for (size_t i = 0; i < b->n; i++) {
		char *one = b->ids[i] ? act_about(b->app, b->ids[i]) : NULL;

		if (one)
			str_addf(&all, "%s%s", all.n ? "\n" : "", one);
		free(one);
	}
	return str_detach(&all);
}

static bool begin_when_read(void *ctx)
{
	struct beginning *b = ctx;
	struct err err = ERR_INIT;
	struct app *a = b->app;
	struct compose *c;
	struct hdr h;
	int r = render_step(b->r[b->ready], 4000, &err);

	if (r == 0 && !render_tree(b->r[b->ready]))
		return true;
	if (r >= 0 && ++b->ready < b->n)
		return true;
	c = mem_zalloc(sizeof(*c));
	compose_init(c, &a->conf, conf_account(&a->conf, NULL));
	if (r >= 0)
		r = fill(c, b, &err);
	if (r >= 0 && b->ids[0] && !a->list->read_only && strchr("rgLfFbytn", b->what)) {
		c->about = about_of(b);
		c->about_flag = strchr("rgLytn", b->what) ? 'R' : 'P';
	}
	if (r >= 0 && b->to) {
		only_to(c, b->to);
		c->notify_success = true;       /* does it arrive now? */
		c->receipt = hdr_find(render_header(b->r[0]), "Disposition-Notification-To", &h);
	}
	if (r >= 0 && b->what == 'd')
		c->draft = act_about(a, b->ids[0]);
	if (r < 0) {
		app_fail(a, &err);
		compose_drop(c, &(struct err){ 0 });
		compose_release(c);
		free(c);
	} else {
		compose_open(a, c, strchr("rgL", b->what) != NULL);
		if (b->n > 1)
			app_say(a, STYLE_NORMAL, ngettext_("Of %zu tagged message.", "Of %zu tagged messages.", b->n), b->n);
	}
	beginning_free(b);
	return false;
}

static struct beginning *beginning_new(struct app *a, char what)
{
	struct beginning *b = mem_zalloc(sizeof(*b));

	b->app = a;
	b->what = what;
	return b;
}

static void add(struct beginning *b, struct render *r, int64_t id)
{
	b->r = mem_array(b->r, b->n + 1, sizeof(struct render *));
	b->ids = mem_array(b->ids, b->n + 1, sizeof(*b->ids));
	b->r[b->n] = r;
	b->ids[b->n++] = id;
}

static void begin(struct beginning *b)
{
	struct app *a = b->app;

	if (!compose_writer(a) || (b->what == 'd' && is_open(a, b->ids[0]))) {
		beginning_free(b);
		return;
	}
	/* Most are read at once, so that the next key already goes to what is opened. */
	for (int64_t until = rt_mono() + AT_ONCE_US; begin_when_read(b); ) {
		if (rt_mono() >= until) {
			app_later(a, begin_when_read, b);
			return;
		}
	}
}

void compose_about(struct app *a, struct render *r, int64_t id, char what)
{
	struct beginning *b = beginning_new(a, what);

	add(b, r, id);
	begin(b);
}

/* ---- several passed on as they are: one after the other into the outbox ---- */

struct passing { struct app *app; struct picks p; size_t at; char *to; struct render *r; };

static void passing_free(struct passing *x)
{
	render_free(&x->r);
	picks_clear(&x->p);
	free(x->to);
	free(x);
}

static void passed(struct passing *x, const struct err *err)
{
	struct app *a = x->app;

	if (x->at) {
		app_changed(a, CHANGED_OUTBOX);
		jobs_index(a, NULL, true);
		jobs_send(a, NULL, true);
	}
	if (err && x->at)
		app_say(a, STYLE_ERROR, _("%s%s Of %zu messages %zu are in the outbox, the others were not passed on."), err->text, stop_of(err->text), x->p.n, x->at);
	else if (err)
		app_fail(a, err);
	else
		app_say(a, STYLE_GOOD, ngettext_("In the outbox ({outbox}): %zu message.", "In the outbox ({outbox}): %zu messages.", x->p.n), x->p.n);
	passing_free(x);
}

static int queue_one(struct passing *x, struct err *err)
{
	struct app *a = x->app;
	char *about = a->list->read_only ? NULL : act_about(a, x->p.v[x->at].id), id[64];
	struct outbox *o;
	struct state *st;
	struct compose c;
	int r;

	compose_init(&c, &a->conf, conf_account(&a->conf, NULL));
	r = compose_resend(&c, &a->conf, x->r, err);
	if (r == 0) {
		only_to(&c, x->to);
		r = post_open(a, &st, &o, err);
		if (r == 0)
			r = compose_queue(&c, &a->conf, o, id, err);
		post_close(&st, &o);
	}
	if (r != 0)
		compose_drop(&c, &(struct err){ 0 });
	else if (about)
		act_flag_about(a, about, "+passed");
	compose_release(&c);
	free(about);
	return r;
}

static bool pass_next(void *ctx)
{
	struct passing *x = ctx;
	struct err err = ERR_INIT;
	int r;

	if (!x->r && !(x->r = act_open(x->app, x->p.v[x->at].id))) {
		err_set(&err, ERR_NOTFOUND, "%s", _("A message is not there any more."));
		passed(x, &err);
		return false;
	}
	r = render_step(x->r, 4000, &err);
	if (r == 0 && !render_tree(x->r))
		return true;
	if (r < 0 || queue_one(x, &err) != 0) {
		passed(x, &err);
		return false;
	}
	render_free(&x->r);
	if (++x->at < x->p.n)
		return true;
	passed(x, NULL);
	return false;
}

static void pass_answered(void *ctx, bool yes)
{
	struct passing *x = ctx;

	if (yes)
		app_later(x->app, pass_next, x);
	else
		passing_free(x);
}

static void pass_typed(void *ctx, const char *text)
{
	struct passing *x = ctx;

	if (!text || !text[0]) {
		passing_free(x);
		return;
	}
	x->to = mem_strdup(text);
	ask_yes(x->app, true, pass_answered, x, ngettext_("Pass on %zu message as it is to %s?", "Pass on %zu messages as they are to %s?", x->p.n), x->p.n, text);
}

static void pass_on(struct app *a, const struct picks *p)
{
	struct passing *x;

	if (!compose_writer(a))
		return;
	x = mem_zalloc(sizeof(*x));
	x->app = a;
	picks_merge(&x->p, p, true);
	ask_line(a, &(struct ask_opts){ .label = _("Pass on all that are tagged, as they are, to: "), .list = true, .history = "address", .complete = complete_address, .done = pass_typed, .ctx = x });
}

void compose_about_all(struct app *a, const struct picks *p, char what)
{
	struct beginning *b;
	struct render *r = NULL;

	if (p->n > 1 && what == 'b' && p->n <= ABOUT_MAX) {
		pass_on(a, p);
		return;
	}
	if (p->n > 1 && !strchr("rgLfFb", what)) {
		app_say(a, STYLE_WARNING, "%s", _("This is done with one message at a time. {forward-attached} after {tag-prefix} passes on all that are tagged, whole."));
		return;
	}
	if (p->n > ABOUT_MAX) {
		app_say(a, STYLE_WARNING, _("%zu messages are tagged; one answer, or one that passes them on, takes %d at most."), p->n, ABOUT_MAX);
		return;
	}
	b = beginning_new(a, what);
	for (size_t i = 0; i < p->n && (r = act_open(a, p->v[i].id)); i++)
		add(b, r, p->v[i].id);
	if (r)
		begin(b);
	else
		beginning_free(b);
}

void compose_correct(struct app *a, struct render *r, const char *to)
{
	struct beginning *b = beginning_new(a, 'e');

	b->to = mem_strdup(to);
	add(b, r, 0);
	begin(b);
}
