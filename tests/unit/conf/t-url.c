/* SPDX-License-Identifier: GPL-3.0-or-later
 * url: servers as they are written, and what is no server */
#include "../../tap.h"
#include "conf/conf.h"

static const struct {
	const char *url; bool smtp; enum conf_tls tls; const char *user, *host, *port;
} good[] = {
	{ "smtps://me@mail.x.test:4650", true, CONF_TLS, "me", "mail.x.test", "4650" },
	{ "smtps://mail.x.test", true, CONF_TLS, NULL, "mail.x.test", "465" },
	{ "smtp://mail.x.test", true, CONF_STARTTLS, NULL, "mail.x.test", "587" },
	{ "smtp+plain://localhost", true, CONF_PLAIN, NULL, "localhost", "25" },
	{ "SMTPS://mail.x.test/", true, CONF_TLS, NULL, "mail.x.test", "465" },
	{ "pop3s://me@mail.x.test", false, CONF_TLS, "me", "mail.x.test", "995" },
	{ "pop3://me@mail.x.test", false, CONF_STARTTLS, "me", "mail.x.test", "110" },
	{ "pop3+plain://me@mail.x.test:65535", false, CONF_PLAIN, "me", "mail.x.test", "65535" },
	{ "pop3s://kihyun@uu.ac.kr@mail.x.test", false, CONF_TLS, "kihyun@uu.ac.kr", "mail.x.test", "995" },
	{ "pop3s://a%3Ab%40c%2F%25@x.test", false, CONF_TLS, "a:b@c/%", "x.test", "995" },
	{ "pop3s://\xed\x95\x9c@x.test", false, CONF_TLS, "\xed\x95\x9c", "x.test", "995" },
	{ "smtps://me@[::1]:2525", true, CONF_TLS, "me", "::1", "2525" },
	{ "smtps://[2001:db8::25]", true, CONF_TLS, NULL, "2001:db8::25", "465" },
	{ "smtps://127.0.0.1:1", true, CONF_TLS, NULL, "127.0.0.1", "1" },
	{ "smtps://\xed\x95\x9c\xea\xb8\x80.example", true, CONF_TLS, NULL, "\xed\x95\x9c\xea\xb8\x80.example", "465" },
};

static const struct { const char *url; bool smtp; const char *word; } bad[] = {
	{ "", true, "smtps://" },
	{ "mail.x.test", true, "smtps://" },
	{ "http://mail.x.test", true, "smtps://" },
	{ "pop3s://mail.x.test", true, "smtps://" },
	{ "smtps://mail.x.test", false, "pop3s://" },
	{ "smtp+tls://mail.x.test", true, "smtps://" },
	{ "smtps://", true, "host" },
	{ "smtps:///", true, "host" },
	{ "smtps://me@", true, "host" },
	{ "smtps://@x.test", true, "user" },
	{ "smtps://me:secret@x.test", true, "password-command" },
	{ "smtps://me%zz@x.test", true, "escaped" },
	{ "smtps://me%0D%0AQUIT@x.test", true, "escaped" },
	{ "smtps://me%00@x.test", true, "escaped" },
	{ "smtps://x.test:", true, "port" },
	{ "smtps://x.test:0", true, "port" },
	{ "smtps://x.test:65536", true, "port" },
	{ "smtps://x.test:smtp", true, "port" },
	{ "smtps://x.test:-1", true, "port" },
	{ "smtps://x.test/inbox", true, "host" },
	{ "smtps://x test", true, "host" },
	{ "smtps://x\ttest", true, "host" },
	{ "smtps://-x.test", true, "host" },
	{ "smtps://[::1", true, "bracket" },
	{ "smtps://[]", true, "host" },
	{ "smtps://[::1]x", true, ":port" },
	{ "smtps://::1", true, "host" },
	{ "smtps://x.test?a", true, "host" },
};

int main(void)
{
	struct slice longest;
	char url[300] = "smtps://";
	struct server s;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		err = (struct err)ERR_INIT;
		is_int(server_parse(sl(good[i].url), good[i].smtp, &s, &err), 0, "%s %s", good[i].url, err.text);
		ok(s.set && s.tls == good[i].tls, "... is protected as it says");
		is_str(s.host, good[i].host, "... its host");
		is_str(s.port, good[i].port, "... its port");
		ok(good[i].user ? s.user && strcmp(s.user, good[i].user) == 0 : !s.user, "... its user");
		server_release(&s);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err = (struct err)ERR_INIT;
		is_int(server_parse(sl(bad[i].url), bad[i].smtp, &s, &err), -1, "\"%s\" is refused", bad[i].url);
		ok(err.kind == ERR_CONFIG && strstr(err.text, bad[i].word), "... with a word: %s", err.text);
		ok(!s.set && !s.host && !s.user && !s.port, "... and gives nothing");
		ok(!strstr(err.text, "secret"), "... least of all a password");
	}
	memset(url + 8, 'h', 255);
	url[8 + 255] = 0;
	longest = sl(url);
	is_int(server_parse(longest, true, &s, &err), 0, "a host of 255 letters");
	server_release(&s);
	url[8 + 255] = 'h';
	is_int(server_parse(sl(url), true, &s, &err), -1, "... and of 256");
	return tap_done();
}
