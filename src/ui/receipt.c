/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * receipt: the sender of a message that was shown asks to be told.  The person decides, or
 * has decided in the configuration; either way it is answered once.
 */
#include "screens.h"

struct asking { struct app *app; char *to; struct str header; bool automatic; };

static void asking_free(struct asking *q)
{
	free(q->to);
	str_release(&q->header);
	free(q);
}

/* Whether it goes or not, it is not asked about again. */
static void answer(struct asking *q, bool yes)
{
	struct err err = ERR_INIT;
	struct outbox *o;
	struct state *st;
	struct env env;
	char id[64];
	int r;

	env_parse(str_sl(&q->header), &mime_limits_default, &env);
	r = post_open(q->app, &st, &o, &err);
	if (r == 0)
		r = receipt_once(st, &env, &err);
	if (r == 1 && yes)
		r = receipt_put(&q->app->conf, o, str_sl(&q->header), &env, q->to, q->automatic, id, &err) == 0 ? 2 : -1;
	post_close(&st, &o);
	env_release(&env);
	if (r < 0)
		app_fail(q->app, &err);
	if (r == 2)
		jobs_send(q->app, id, !q->automatic);
}

static void answered(void *ctx, char key)
{
	struct asking *q = ctx;

	if (key == 'y' || key == 'n')
		answer(q, key == 'y');
	asking_free(q);
}

static void ask(void *ctx)
{
	struct asking *q = ctx;

	if (q->automatic) {
		answer(q, true);
		asking_free(q);
	} else if (q->app->ask) {
		asking_free(q);         /* another question is open: this one can wait for ever */
	} else {
		ask_choice(q->app, "yn", answered, q, _("%s asks to be told that you read this. Tell it? (y)es, (n)o"), q->to);
		app_dirty(q->app);
	}
}

void receipt_shown(struct app *a, const struct render *r)
{
	enum receipt what;
	struct asking *q;
	char *to;

	if (!render_env(r))
		return;
	what = receipt_wanted(&a->conf, render_header(r), render_env(r), &to);
	if (what == RECEIPT_NO)
		return;
	q = mem_zalloc(sizeof(*q));
	*q = (struct asking){ .app = a, .to = to, .automatic = what == RECEIPT_SEND };
	str_init(&q->header, mime_limits_default.header);
	str_addsl(&q->header, render_header(r));
	loop_later(a->loop, ask, q);
}
