/* SPDX-License-Identifier: GPL-3.0-or-later
 * The SMTP client, to which a server says anything: each recipient has a result in the end,
 * and none is sent that was not taken. */
#include "pump.h"

struct work { struct smtp_mail mail; struct smtp_rcpt rcpt[3]; bool out; };

static void done(struct work *w)
{
	for (size_t i = 0; i < ARRAY_LEN(w->rcpt) && w->out; i++) {
		bug_on(w->rcpt[i].state == RCPT_NEW);
		bug_on(w->rcpt[i].state == RCPT_SENT && w->rcpt[i].reply.code / 100 != 2);
		reply_release(&w->rcpt[i].reply);
	}
	w->out = false;
}

static void asked(struct pump *p, enum want want, const struct act *a)
{
	struct work *w = p->ctx;

	if (want == WANT_EVENT && a->event == EV_MAIL_DONE)
		done(w);
	if (want != WANT_NEXT)
		return;
	if (p->work++ == 2) {
		smtp_quit(p->e);
		return;
	}
	bug_on(w->out);
	memset(w, 0, sizeof(*w));
	w->rcpt[0].addr = "a@x.test";
	w->rcpt[1].addr = "b@y.test";
	w->rcpt[1].notify = "NEVER";
	w->rcpt[2].addr = p->dice & 8 ? "\xc3\xa9@z.test" : "c@z.test";
	w->mail = (struct smtp_mail){ .from = "me@x.test", .size = 20, .eight_bit = p->dice & 16, .chunk = p->dice & 1,
		.envid = "1", .rcpt = w->rcpt, .n = 3, .last = p->work == 2 };
	w->out = true;
	smtp_mail(p->e, &w->mail);
}

FUZZ(in)
{
	unsigned dice = fuzz_number(in, 64);
	struct smtp_conf conf = { .helo = "me.test", .host = "mx.test", .tls = dice & 2 ? TLS_UPGRADE : TLS_DIRECT,
		.user = dice & 4 ? "alice" : NULL };
	struct work w = { .out = false };
	struct pump p = { .v = &smtp_engine, .e = smtp_new(&conf), .in = in, .asked = asked, .dice = dice, .ctx = &w };
	struct smtp *s = p.e;

	pump_run(&p);
	bug_on(w.out);
	smtp_free(&s);
}
