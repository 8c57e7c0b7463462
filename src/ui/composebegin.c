/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * composebegin: how a message begins to be written: a new one, or of another message.
 */
#include "priv.h"

enum { AT_ONCE_US = 50000 };

static const struct account *writer(struct app *a)
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
	const struct account *acct = writer(a);
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

struct beginning { struct app *app; struct render *r; int64_t id; char what; char *to; };

static int fill(struct compose *c, struct app *a, struct render *r, char what, struct err *err)
{
	switch (what) {
	case 'r': return compose_reply(c, &a->conf, r, REPLY_SENDER, err);
	case 'g': return compose_reply(c, &a->conf, r, REPLY_ALL, err);
	case 'L': return compose_reply(c, &a->conf, r, REPLY_LIST, err);
	case 'f': return compose_forward(c, &a->conf, r, false, err);
	case 'F': return compose_forward(c, &a->conf, r, true, err);
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

static bool begin_when_read(void *ctx)
{
	struct beginning *b = ctx;
	struct err err = ERR_INIT;
	struct app *a = b->app;
	struct compose *c;
	struct hdr h;
	int r = render_step(b->r, 4000, &err);

	if (r == 0 && !render_tree(b->r))
		return true;
	c = mem_zalloc(sizeof(*c));
	compose_init(c, &a->conf, conf_account(&a->conf, NULL));
	if (r >= 0)
		r = fill(c, a, b->r, b->what, &err);
	if (r >= 0 && b->id && strchr("rgLfFbytn", b->what)) {
		c->about = act_about(a, b->id);
		c->about_flag = strchr("rgLytn", b->what) ? 'R' : 'P';
	}
	if (r >= 0 && b->to) {
		only_to(c, b->to);
		c->notify_success = true;       /* does it arrive now? */
		c->receipt = hdr_find(render_header(b->r), "Disposition-Notification-To", &h);
	}
	free(b->to);
	if (r >= 0 && b->what == 'd')
		c->draft = act_about(a, b->id);
	render_free(&b->r);
	if (r < 0) {
		app_fail(a, &err);
		compose_drop(c, &(struct err){ 0 });
		compose_release(c);
		free(c);
	} else {
		compose_open(a, c, strchr("rgL", b->what) != NULL);
	}
	free(b);
	return false;
}

static void begin(struct app *a, struct render *r, int64_t id, char what, const char *to)
{
	struct beginning *b;

	if (!writer(a)) {
		render_free(&r);
		return;
	}
	b = mem_zalloc(sizeof(*b));
	*b = (struct beginning){ a, r, id, what, mem_strdup(to) };
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
	begin(a, r, id, what, NULL);
}

void compose_correct(struct app *a, struct render *r, const char *to)
{
	begin(a, r, 0, 'e', to);
}
