/* SPDX-License-Identifier: GPL-3.0-or-later
 * The SMTP server, to which anything is said. */
#include "pump.h"

static void asked(struct pump *p, enum want w, const struct act *a)
{
	static const int codes[] = { 0, 0, 0, 0, 450, 550, 0 };
	int code = codes[p->dice++ % ARRAY_LEN(codes)];

	if (w != WANT_ANSWER)
		return;
	bug_on(a->event == EV_RCPT && !a->addr[0]);
	for (const char *z = a->addr; z && *z; z++)
		bug_on((unsigned char)*z < 32 || *z == 127);
	smtpd_answer(p->e, code ? code : a->event == EV_DATA ? 354 : a->event == EV_VRFY ? 252 : 250, NULL, NULL);
}

FUZZ(in)
{
	unsigned dice = fuzz_number(in, 64);
	struct smtpd_conf conf = { .host = "mx.test", .tls_offered = dice & 1, .plain_ok = dice & 2, .auth_offered = dice & 4,
		.auth_needed = (dice & 12) == 12, .max_size = 4096, .max_rcpts = 5, .max_errors = 20 };
	struct pump p = { .v = &smtpd_engine, .e = smtpd_new(&conf), .server = true, .in = in, .asked = asked, .dice = dice };
	struct smtpd *d = p.e;

	pump_run(&p);
	smtpd_free(&d);
}
