/* SPDX-License-Identifier: GPL-3.0-or-later
 * sasl.c, md5.c: the choice of a mechanism, client against server, hostile steps. */
#include "../../tap.h"
#include "proto/priv.h"

static void picks(void)
{
	static const struct {
		const char *name, *offered, *only;
		bool plain_ok;
		const char *want;
	} cases[] = {
		{ "the best of all", "LOGIN PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256", NULL, true,
			"SCRAM-SHA-256" },
		{ "plain ones not in clear", "LOGIN PLAIN", NULL, false, NULL },
		{ "PLAIN before LOGIN", "LOGIN PLAIN", NULL, true, "PLAIN" },
		{ "lower case", "plain", NULL, true, "PLAIN" },
		{ "ATTACKS X_1: exact names", "LOGIN1 PLAIN2 SCRAM-SHA-256-PLUS XPLAIN", NULL, true,
			NULL },
		{ "nothing offered", "", NULL, true, NULL },
		{ "insisted on", "PLAIN SCRAM-SHA-1", "PLAIN", true, "PLAIN" },
		{ "insisted on, not offered", "LOGIN", "PLAIN", true, NULL },
		{ "insisted on, in clear", "PLAIN", "PLAIN", false, NULL },
		{ "insisted on, unknown to us", "GSSAPI", "GSSAPI", true, NULL },
		{ "auth-downgrade: the configuration is obeyed", "LOGIN", "SCRAM-SHA-256", true,
			NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = sasl_pick(sl(cases[i].offered), cases[i].only, cases[i].plain_ok);

		is_str(got ? got : "-", cases[i].want ? cases[i].want : "-", "pick: %s",
			cases[i].name);
	}
}

/* Runs both; 1 both are content, 0 the server refuses, -1 the client gives up. */
static int talk(const char *mech, const char *user, const char *password, const char *truth,
	bool initial, char who[64])
{
	struct err e = ERR_INIT;
	struct sasl *c = sasl_client(mech, user, sl(password), "smtp", "mail.test", &e);
	struct sasl *s = sasl_server(mech, "smtp", "mail.test", &e);
	struct str to_s, to_c;
	int cd = 0, sd = 0, result = -1;

	str_init(&to_s, SASL_LINE_MAX);
	str_init(&to_c, SASL_LINE_MAX);
	ok(c && s, "%s: both sides start", mech);
	if (initial)
		cd = sasl_step(c, SL_NONE, &to_s, &e);
	for (int i = 0; i < 10 && cd >= 0; i++) {
		sd = sasl_step(s, str_sl(&to_s), &to_c, &e);
		if (sd == 2) {
			snprintf(who, 64, "%s", sasl_user(s));
			sasl_give(s, sl(truth ? truth : ""), truth != NULL);
			sd = sasl_step(s, str_sl(&to_s), &to_c, &e);
		}
		if (sd < 0) {
			result = 0;
			break;
		}
		if (sd == 1 && to_c.n == 0) {
			result = cd == 1 ? 1 : -1;
			break;
		}
		cd = sasl_step(c, str_sl(&to_c), &to_s, &e);
		if (sd == 1) {
			result = cd == 1 ? 1 : -1;
			break;
		}
	}
	str_release(&to_s);
	str_release(&to_c);
	sasl_free(&c);
	sasl_free(&s);
	return result;
}

static void pairs(void)
{
	static const char *const mechs[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN",
		"LOGIN" };
	char who[64];

	for (size_t i = 0; i < ARRAY_LEN(mechs); i++) {
		const char *m = mechs[i];
		bool first = i != 2 && i != 4;

		who[0] = '\0';
		is_int(talk(m, "alice", "wonder land", "wonder land", first, who), 1,
			"%s: the right password", m);
		is_str(who, "alice", "%s: the server knows who", m);
		ok(talk(m, "alice", "wrong", "wonderland", first, who) <= 0, "%s: a wrong password",
			m);
		ok(talk(m, "alice", "wonderlan", "wonderland", first, who) <= 0,
			"%s: one letter less", m);
		ok(talk(m, "alice", "", "wonderland", first, who) <= 0, "%s: no password", m);
		ok(talk(m, "nobody", "x", NULL, first, who) <= 0, "%s: an unknown user", m);
		is_int(talk(m, "a,b=c", "p,=w", "p,=w", first, who), 1,
			"%s: commas and equal signs", m);
		is_str(who, "a,b=c", "%s: and the name comes out of them", m);
	}
	is_int(talk("PLAIN", "kihyun@uu.ac.kr", "\u00e4\u00f6\u00fc", "\u00e4\u00f6\u00fc", true,
			who),
		1, "PLAIN: a password in UTF-8");
	is_int(talk("LOGIN", "alice", "pw", "pw", true, who), 1,
		"LOGIN: the name with the command");
	is_int(talk("PLAIN", "alice", "pw", "pw", false, who), 1,
		"PLAIN: begun by the server with an empty challenge");
}

static int server_step(const char *mech, const char *b64, enum err_kind *kind)
{
	struct err e = ERR_INIT;
	struct sasl *s = sasl_server(mech, "smtp", "mail.test", &e);
	struct str out;
	int rc;

	str_init(&out, SASL_LINE_MAX);
	rc = sasl_step(s, sl(b64), &out, &e);
	if (rc == 2) {
		sasl_give(s, SL("pw"), true);
		rc = sasl_step(s, sl(b64), &out, &e);
	}
	*kind = rc < 0 ? e.kind : ERR_NONE;
	str_release(&out);
	sasl_free(&s);
	return rc;
}

static void hostile(void)
{
	struct err e = ERR_INIT;
	enum err_kind kind;
	struct sasl *s;
	struct str out;
	int rc = 0, steps;

	str_init(&out, SASL_LINE_MAX);
	is_int(server_step("PLAIN", "!!!", &kind), -1, "server: not base64");
	is_int(kind, ERR_PROTO, "server: which is a mistake of form");
	is_int(server_step("PLAIN", "AGFsaWNlAHB3", &kind), 1, "server: NUL alice NUL pw");
	is_int(server_step("PLAIN", "Ym9iAGFsaWNlAHB3", &kind), -1,
		"server: alice may not act as bob");
	is_int(server_step("PLAIN", "YWxpY2UAYWxpY2UAcHc=", &kind), 1,
		"server: alice may act as alice");
	is_int(server_step("PLAIN", "YWxpY2U=", &kind), -1, "server: PLAIN without NULs");
	ok(!sasl_server("GSSAPI", "smtp", "mail.test", &e), "server: a mechanism that is not ours");

	s = sasl_client("SCRAM-SHA-256", "alice", SL("pw"), "smtp", "mail.test", &e);
	sasl_step(s, SL_NONE, &out, &e);
	is_int(sasl_step(s, SL("cj1mLHM9YSxpPTQwMDAwMDAwMDA="), &out, &e), -1,
		"client: i=4000000000 is refused");
	is_int(e.kind, ERR_AUTH, "client: as a login that is not possible");
	sasl_free(&s);
	s = sasl_client("LOGIN", "alice", SL("pw"), "smtp", "mail.test", &e);
	for (steps = 0; steps < 100 && rc >= 0; steps++)
		rc = sasl_step(s, SL_NONE, &out, &e);
	ok(steps <= SASL_STEPS_MAX + 1,
		"client: a server that asks for ever gets no answer (%d steps)", steps);
	sasl_free(&s);
	ok(!sasl_client("PLAIN", "alice", SL("a\0b"), "smtp", "mail.test", &e),
		"client: NUL in a password");
	is_int(e.kind, ERR_INPUT, "client: is a mistake of the person");
	str_release(&out);
}

static void digests(void)
{
	static const struct { const char *text, *hex;
	} rfc1321[] = {
		{ "", "d41d8cd98f00b204e9800998ecf8427e" },
		{ "a", "0cc175b9c0f1b6a831c399e269772661" },
		{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
		{ "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
			"d174ab98d277d9f5a5611c2c9f419d9f" },
		{ "1234567890123456789012345678901234567890123456789012345678901234567890123456789"
			"0",
			"57edf4a22be3c955ac49da2e2107b67a" },
	};
	char hex[33];

	for (size_t i = 0; i < ARRAY_LEN(rfc1321); i++) {
		struct slice s = sl(rfc1321[i].text);

		md5_hex(sl_head(s, s.n / 2), sl_skip(s, s.n / 2), hex);
		is_str(hex, rfc1321[i].hex, "RFC 1321 A.5, %zu bytes", s.n);
	}
	md5_hex(SL("<1896.697170952@dbc.mtview.ca.us>"), SL("tanstaaf"), hex);
	is_str(hex, "c4c9334bac560ecc979e58001b3e22fb", "RFC 1939 section 7: the digest of mrose");
}

int main(void)
{
	picks();
	digests();
	pairs();
	hostile();
	ok(secret_same(SL("abc"), SL("abc")) && !secret_same(SL("abc"), SL("abd")) &&
			!secret_same(SL("abc"), SL("ab")) && secret_same(SL(""), SL("")),
		"secrets are compared byte for byte");
	return tap_done();
}
