/* SPDX-License-Identifier: GPL-3.0-or-later
 * The POP3 client, to which a server says anything. */
#include "pump.h"

static void asked(struct pump *p, enum want w, const struct act *a)
{
	if (w == WANT_EVENT)
		bug_on(a->event == EV_UID && (a->uid.n == 0 || a->uid.n > 70));
	if (w != WANT_NEXT)
		return;
	switch (p->work++) {
	case 0:
		pop3_stat(p->e);
		pop3_uidl(p->e);
		pop3_list(p->e);
		break;
	case 1:
		for (uint32_t i = 1; i < 4; i++)
			pop3_retr(p->e, i);
		pop3_top(p->e, 1, 2);
		break;
	case 2:
		for (uint32_t i = 1; i < 4; i++)
			pop3_dele(p->e, i);
		break;
	default:
		pop3_quit(p->e);
	}
}

FUZZ(in)
{
	static const char *const mechs[] = { NULL, "APOP", "USER", "PLAIN" };
	unsigned dice = fuzz_number(in, 64);
	struct pop3_conf conf = { .host = "pop.test", .tls = dice & 1 ? TLS_UPGRADE : TLS_DIRECT, .user = "alice",
		.mech = mechs[dice >> 1 & 3], .window = 1 + dice % 5, .max_messages = 1000 };
	struct pump p = { .v = &pop3_engine, .e = pop3_new(&conf), .in = in, .asked = asked, .dice = dice };
	struct pop3 *c = p.e;

	pump_run(&p);
	pop3_free(&c);
}
