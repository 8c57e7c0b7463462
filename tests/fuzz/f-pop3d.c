/* SPDX-License-Identifier: GPL-3.0-or-later
 * The POP3 server, to which anything is said. */
#include "pump.h"

static struct pop3d_msg drop[] = { { 10, "a", false }, { 2000, "b", false }, { 0, "c", false } };

static void asked(struct pump *p, enum want w, const struct act *a)
{
	if (w == WANT_ANSWER && a->event == EV_OPEN) {
		for (size_t i = 0; i < ARRAY_LEN(drop); i++)
			drop[i].deleted = false;
		pop3d_open(p->e, drop, ARRAY_LEN(drop), p->dice++ % 9 ? NULL : "[IN-USE] busy");
	} else if (w == WANT_ANSWER) {
		bug_on(a->event == EV_RETR && (a->num < 1 || a->num > ARRAY_LEN(drop) || drop[a->num - 1].deleted));
		pop3d_ready(p->e, p->dice++ % 7);
	}
}

FUZZ(in)
{
	unsigned dice = fuzz_number(in, 64);
	struct pop3d_conf conf = { .host = "pop.test", .tls_offered = dice & 1, .plain_ok = dice & 2,
		.stamp = dice & 4 ? "<1.2@pop.test>" : NULL };
	struct pump p = { .v = &pop3d_engine, .e = pop3d_new(&conf), .server = true, .in = in, .asked = asked, .dice = dice };
	struct pop3d *d = p.e;

	pump_run(&p);
	pop3d_free(&d);
}
