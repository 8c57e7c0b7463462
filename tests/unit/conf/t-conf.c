/* SPDX-License-Identifier: GPL-3.0-or-later
 * conf: INI text, every setting of the table with good and bad values, and what
 * is said about a file that is not usable */
#include "../store/box.h"
#include "conf/conf.h"
#include <unistd.h>

static struct err err;
static char *path;

/* ---- INI text ---- */

struct heard { struct str text; const char *stop_at; };

static int hear(void *ctx, struct slice section, struct slice key, struct slice value, unsigned line, struct err *e)
{
	struct heard *h = ctx;

	str_addf(&h->text, "%u [" SL_FMT "] " SL_FMT "=<" SL_FMT ">\n", line, SL_ARG(section), SL_ARG(key), SL_ARG(value));
	return h->stop_at && sl_is(key, h->stop_at) ? err_set(e, ERR_INPUT, "stopped") : 0;
}

static void ini(const char *what, struct slice text, const char *want, const char *error)
{
	struct heard h = { .stop_at = "stop" };

	str_init(&h.text, 1 << 20);
	err = (struct err)ERR_INIT;
	is_int(ini_parse(text, "f", hear, &h, &err), error ? -1 : 0, "%s: %s", what, err.text);
	if (want)
		is_str(h.text.p, want, "... gives what it says");
	if (error)
		ok(strstr(err.text, error), "... and the error says \"%s\"", error);
	str_release(&h.text);
}

static void t_ini(void)
{
	struct str s;

	str_init(&s, 1 << 20);
	ini("sections and keys", SL("a = 1\n[s]\nb=2\r\n  c  =  3 4  \n[ s two ]\nd =\n"),
		"1 [] a=<1>\n3 [s] b=<2>\n4 [s] c=<3 4>\n6 [s two] d=<>\n", NULL);
	ini("comments and blank lines", SL("# a = 1\n\n ; b = 2\n\tc = 3 # no comment\n"), "4 [] c=<3 # no comment>\n", NULL);
	ini("quotes", SL("a = \" x \\\" \\\\ \\n\\t\"\n"), "1 [] a=< x \" \\ \n\t>\n", NULL);
	ini("quotes inside", SL("a = x \"y\"\n"), "1 [] a=<x \"y\">\n", NULL);
	ini("a line that goes on", SL("a = one \\\n two\\\nthree\nb = 4\n"), "3 [] a=<one  twothree>\n4 [] b=<4>\n", NULL);
	ini("a line that goes on into nothing", SL("a = one \\"), "1 [] a=<one>\n", NULL);
	ini("an equals sign in a value", SL("a = b = c\n"), "1 [] a=<b = c>\n", NULL);
	ini("a mark of UTF-8", SL("\xef\xbb\xbf" "a = \xed\x95\x9c\n"), "1 [] a=<\xed\x95\x9c>\n", NULL);
	ini("no line end", SL("a = 1"), "1 [] a=<1>\n", NULL);
	ini("nothing", SL(""), "", NULL);
	ini("no key", SL("= 1\n"), "", "f:1: ");
	ini("a word", SL("a = 1\nword\n"), "1 [] a=<1>\n", "f:2: ");
	ini("an open bracket", SL("[s\n"), "", "f:1: ");
	ini("an empty section", SL("[ ]\n"), "", "f:1: ");
	ini("an open quote", SL("a = \"x\n"), "", "f:1: ");
	ini("something behind a quote", SL("a = \"x\" y\n"), "", "f:1: ");
	ini("an unknown escape", SL("a = \"\\x\"\n"), "", "f:1: ");
	ini("a NUL", SL("a = 1\nb = \0\n"), "", "NUL");
	ini("a reader that stops", SL("a = 1\nstop = 1\nb = 2\n"), "1 [] a=<1>\n2 [] stop=<1>\n", "stopped");
	str_adds(&s, "[");
	for (int i = 0; i < 127; i++)
		str_addc(&s, 's');
	str_adds(&s, "]\n");
	ini("a section of 127 letters", str_sl(&s), "", NULL);
	str_clear(&s);
	str_adds(&s, "[s");
	for (int i = 0; i < 127; i++)
		str_addc(&s, 's');
	str_adds(&s, "]\n");
	ini("one of 128", str_sl(&s), "", "too long");
	str_clear(&s);
	str_adds(&s, "a = ");
	for (int i = 0; i < 65532; i++)
		str_addc(&s, 'v');
	ini("a line of 64 KiB", str_sl(&s), NULL, NULL);
	str_addc(&s, 'v');
	ini("one byte more", str_sl(&s), NULL, "too long");
	str_release(&s);
}

/* ---- loading ---- */

static int load(struct conf *c, const char *text, mode_t mode)
{
	err = (struct err)ERR_INIT;
	chmod(path, 0600);
	tbox_put(path, sl(text));
	chmod(path, mode);
	return conf_load(c, path, &err);
}

static void refused(const char *what, const char *text, const char *line, const char *word)
{
	struct conf c;
	char *place = tbox_path("%s:%s", path, line);

	is_int(load(&c, text, 0600), -1, "%s is refused", what);
	is_int(err.kind, ERR_CONFIG, "... as a matter of configuration");
	ok(strstr(err.text, line[0] ? place : path) && strstr(err.text, word), "... with its place and \"%s\": %s", word,
		err.text + MIN(strlen(err.text), strlen(path)));
	free(place);
}

#define ACCT "[account home]\naddress = me@x.test\n"

static void t_good(void)
{
	static const char text[] =
		"default-account = work\nmail = ~/Mail\nretry = 1h\nretry-max = 6h\ngive-up = 2d\ntimeout = 90\nhostname = desk.x.test\n"
		"[account \"home\"]\naddress = Me <me@x.test>\nsmtp = smtps://me@s.x.test\npop3 = pop3+plain://me@p.x.test:1110\n"
		"password = \"geheim # 1\"\nauth = scram-sha-256\nallow-cleartext-password = yes\ntls-trust-file = /etc/ca.pem\n"
		"tls-fingerprint = AA:bb:00000000000000000000000000000000000000000000000000000000:0c:0D\n"
		"leave-on-server = 7 days\ninbox = Home\nsent = /var/sent\nhelo = me.x.test\nmax-fetch = 20\n"
		"[account work]\naddress = w@y.test\npassword-command = pass show work\nsent = no\n";
	struct account *a;
	struct addr who = { .local = (char[]){ "w" }, .domain = (char[]){ "Y.TEST" } };
	struct conf c;

	setenv("HOME", "/home/me", 1);
	is_int(load(&c, text, 0600), 0, "a file with every setting loads: %s", err.text);
	is_int((int)c.n_accounts, 2, "it has two accounts");
	is_str(c.mail, "/home/me/Mail", "~ is the home folder");
	ok(c.retry == 3600 && c.retry_max == 21600 && c.give_up == 172800 && c.timeout == 90, "times");
	is_str(conf_hostname(&c), "desk.x.test", "the host's name");
	a = conf_account(&c, NULL);
	ok(a && strcmp(a->name, "work") == 0, "the default account");
	ok(a && conf_account_by_address(&c, &who) == a, "an account by its address");
	ok(!conf_account(&c, "none"), "an account that is not there");
	ok(a && !a->sent && strcmp(a->password_command, "pass show work") == 0, "no copies of what is sent");
	is_str(a ? a->inbox : "", "/home/me/Mail/INBOX", "the usual inbox");
	a = conf_account(&c, "home");
	ok(a && strcmp(a->address.name, "Me") == 0 && strcmp(a->address.domain, "x.test") == 0, "an address with a name");
	ok(a && a->smtp.set && a->smtp.tls == CONF_TLS && a->pop3.set && a->pop3.tls == CONF_PLAIN, "servers");
	is_str(a->password, "geheim # 1", "a password");
	is_str(a->auth, "SCRAM-SHA-256", "a mechanism");
	ok(a->cleartext_password && a->leave == LEAVE_DAYS && a->leave_days == 7 && a->max_fetch == 20, "a switch, days, a size");
	is_str(a->tls_trust, "/etc/ca.pem", "a file");
	is_str(a->tls_fingerprint, "aabb000000000000000000000000000000000000000000000000000000000c0d", "a fingerprint");
	is_str(a->inbox, "/home/me/Mail/Home", "a mailbox by its name");
	is_str(a->sent, "/var/sent", "... and by its path");
	is_str(a->helo, "me.x.test", "a name to greet with");
	conf_release(&c);
}

/* The settings of the screens. */
static bool look_default(const struct conf_look *l, const struct opt *o)
{
	const struct { const char *name; const char *is; } words[] = {
		{ "keys", l->keys }, { "theme", l->theme }, { "sort", l->sort }, { "layout", l->layout }, { "sidebar", l->sidebar }, { "receipts", l->receipts },
	};
	const struct { const char *name; unsigned is; } numbers[] = {
		{ "wrap", l->wrap }, { "warn-recipients", l->warn_rcpts }, { "undo-send", l->undo_send }, { "fetch-every", l->fetch_every },
	};
	unsigned n;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(o->name, words[i].name) == 0)
			return strcmp(o->def, words[i].is) == 0;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (strcmp(o->name, numbers[i].name) == 0)
			return conf_duration(sl(o->def), &n) == 0 && n == numbers[i].is;
	if (strcmp(o->name, "mouse") == 0)
		return strcmp(o->def, "yes") == 0 && !l->no_mouse;
	if (strcmp(o->name, "hints") == 0)
		return strcmp(o->def, "yes") == 0 && !l->no_hints;
	if (strcmp(o->name, "markdown") == 0)
		return strcmp(o->def, "no") == 0 && !l->markdown;
	if (strcmp(o->name, "headers") == 0)            /* of show.h: NULL means these */
		return strcmp(o->def, "From To Cc Date Subject") == 0 && !l->headers;
	if (strcmp(o->name, "address-book") == 0)
		return strcmp(o->def, "$XDG_DATA_HOME/pabal/addresses") == 0 && strcmp(l->address_book, "/data/pabal/addresses") == 0;
	if (strcmp(o->name, "save-to") == 0)
		return strcmp(o->def, "~") == 0 && strncmp(l->save_to, "/home/me", 8) == 0 && strlen(l->save_to) <= 9;
	return false;
}

static void t_defaults(void)
{
	unsigned sec;
	struct conf c;

	setenv("XDG_DATA_HOME", "/data", 1);
	setenv("XDG_CACHE_HOME", "not/absolute", 1);
	is_int(load(&c, ACCT, 0644), 0, "a file without secrets may be read by others: %s", err.text);
	is_str(c.data, "/data/pabal", "where data lies");
	is_str(c.cache, "/home/me/.cache/pabal", "a relative XDG folder does not count");
	is_str(c.mail, "/data/pabal/mail", "where mail lies");
	/* the table says so, and it is so */
	for (const struct opt *o = opts_all(); o->name; o++) {
		if (!o->def)
			continue;
		if (strcmp(o->name, "retry") == 0)
			ok(conf_duration(sl(o->def), &sec) == 0 && sec == c.retry, "the default of retry is what the table says");
		else if (strcmp(o->name, "retry-max") == 0)
			ok(conf_duration(sl(o->def), &sec) == 0 && sec == c.retry_max, "the default of retry-max likewise");
		else if (strcmp(o->name, "give-up") == 0)
			ok(conf_duration(sl(o->def), &sec) == 0 && sec == c.give_up, "the default of give-up");
		else if (strcmp(o->name, "mail") == 0)
			is_str(o->def, "$XDG_DATA_HOME/pabal/mail", "the default of mail");
		else if (strcmp(o->name, "leave-on-server") == 0)
			ok(strcmp(o->def, "yes") == 0 && c.accounts[0].leave == LEAVE_FOREVER, "the default of leave-on-server");
		else if (strcmp(o->name, "allow-cleartext-password") == 0)
			ok(strcmp(o->def, "no") == 0 && !c.accounts[0].cleartext_password, "the default of allow-cleartext-password");
		else if (strcmp(o->name, "inbox") == 0)
			ok(sl_ends(sl(c.accounts[0].inbox), o->def), "the default of inbox");
		else if (strcmp(o->name, "sent") == 0)
			ok(sl_ends(sl(c.accounts[0].sent), o->def), "the default of sent");
		else if (strcmp(o->name, "max-fetch") == 0)
			is_int(c.accounts[0].max_fetch, (long long)strtoull(o->def, NULL, 10), "the default of max-fetch");
		else if (strcmp(o->name, "data") == 0)
			ok(strcmp(o->def, "$XDG_DATA_HOME/pabal") == 0 && strcmp(c.data, "/data/pabal") == 0, "the default of data");
		else if (strcmp(o->name, "trash") == 0)
			ok(sl_ends(sl(c.trash), o->def), "the default of trash");
		else if (strcmp(o->name, "archive") == 0)
			ok(sl_ends(sl(c.archive), o->def), "the default of archive");
		else if (strcmp(o->name, "drafts") == 0)
			ok(sl_ends(sl(c.drafts), o->def), "the default of drafts");
		else if (strcmp(o->name, "junk") == 0)
			ok(sl_ends(sl(c.junk), o->def), "the default of junk");
		else if (strcmp(o->name, "thread-by-subject") == 0)
			ok(strcmp(o->def, "no") == 0 && !c.thread_subjects, "the default of thread-by-subject");
		else if (strcmp(o->name, "index-text") == 0)
			ok(strcmp(o->def, "yes") == 0 && !c.no_text, "the default of index-text");
		else if (o->where == OPT_FILTER && strcmp(o->name, "stop") == 0)
			ok(strcmp(o->def, "yes") == 0, "the default of stop: see the filters below");
		else
			ok(look_default(&c.look, o), "the default of %s is what the table says", o->name);
	}
	conf_release(&c);
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CACHE_HOME");
}

/* Every key of the table: a value that is taken and one that is not. */
static const struct { const char *name, *good, *bad; } values[] = {
	{ "default-account", "home", "nobody" },
	{ "mail", "/var/mail", "Mail" },
	{ "data", "/var/pabal", "Data" },
	{ "receipts", "Never", "often" },
	{ "receipts-for", "a@x.test, B <b@x.test>", "two words" },
	{ "retry", "30m", "0" }, { "retry-max", "4h", "0" },
	{ "give-up", "5d", "soon" },
	{ "timeout", "0", "1x" },
	{ "hostname", "desk.x.test", "two words" },
	{ "address", "Me <me@x.test>", "me" },
	{ "smtp", "smtp://me@x.test:587", "pop3://x.test" },
	{ "pop3", "pop3s://me@x.test", "imap://x.test" },
	{ "password", "x", NULL },
	{ "password-command", "pass show x", NULL },
	{ "auth", "plain", "NTLM" },
	{ "allow-cleartext-password", "off", "perhaps" },
	{ "tls-trust-file", "~/ca.pem", "ca.pem" },
	{ "tls-fingerprint", "0000000000000000000000000000000000000000000000000000000000000000",
	  "000000000000000000000000000000000000000000000000000000000000000" },
	{ "leave-on-server", "until-deleted", "sometimes" },
	{ "inbox", "INBOX", NULL },
	{ "sent", "no", NULL },
	{ "helo", "x.test", "h\xc3\xa9.test" },
	{ "max-fetch", "1", "0" },
	{ "trash", "no", NULL },
	{ "archive", "Old", NULL },
	{ "drafts", "/var/drafts", NULL },
	{ "junk", "Spam", NULL },
	{ "index-text", "no", "some" },
	{ "thread-by-subject", "yes", "some" },
	{ "lists", "dev@lists.test, users@lists.test", "two words" },
	{ "keys", "Alpine", "emacs" },
	{ "theme", "light", "purple" },
	{ "headers", "From Subject", NULL },
	{ "sort", "-date", NULL },
	{ "layout", "beside", "above" },
	{ "sidebar", "no", "left" },
	{ "mouse", "no", "left" },
	{ "hints", "no", "few" },
	{ "editor", "vim -f", NULL },
	{ "speller", "no", NULL },
	{ "address-book", "~/addresses", "addresses" },
	{ "attach-words", "bijlage", NULL },
	{ "trusted-authserv", "mx.test, mx2.test", NULL },
	{ "save-to", "~/Downloads", "Downloads" },
	{ "wrap", "no", "999" },
	{ "warn-recipients", "25", "many" },
	{ "markdown", "yes", "some" },
	{ "undo-send", "no", "soon" },
	{ "fetch-every", "10m", "often" },
	{ "identities", "Me <me2@x.test>, me3@x.test", "two words here" },
	{ "signature", "~/.signature", "signature" },
	{ "pattern", "~f kim", NULL },
	{ "move", "Work/Reports", NULL },
	{ "flag", "+flagged", NULL },
	{ "stop", "no", "often" },
};

static char *around(const struct opt *o, const char *value)
{
	switch (o->where) {
	case OPT_GENERAL: return tbox_path("%s = %s\n" ACCT, o->name, value);
	case OPT_ACCOUNT: return tbox_path(ACCT "%s = %s\n", o->name, value);
	case OPT_FILTER: return tbox_path("[filter one]\npattern = ~A\n%s = %s\nmove = X\n", o->name, value);
	case OPT_SEARCH: return tbox_path("[search one]\npattern = ~A\n%s = %s\n", o->name, value);
	case OPT_FOLDER: return tbox_path("[folder one]\nindex-text = yes\n%s = %s\n", o->name, value);
	case OPT_BIND: break;           /* no names of settings: keys, see t_binds */
	}
	return NULL;
}

static void one_value(const struct opt *o, const char *value, bool good)
{
	char *text = around(o, value);
	struct conf c;
	int r = load(&c, text, 0600);

	is_int(r, good ? 0 : -1, "%s = %s: %s", o->name, value, err.text + MIN(strlen(err.text), strlen(path)));
	if (!good)
		ok(err.kind == ERR_CONFIG && strstr(err.text, path), "... is told with the name of the file");
	if (!good && strcmp(o->name, "default-account") != 0)
		ok(strstr(err.text, o->where == OPT_GENERAL ? ":1: " : ":3: "), "... and the line");
	if (r == 0)
		conf_release(&c);
	free(text);
}

static void t_table(void)
{
	for (const struct opt *o = opts_all(); o->name; o++) {
		bool held = false;

		ok(opts_has(o->where, sl(o->name)) && o->help && o->type, "%s stands in the table with its help", o->name);
		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
			if (strcmp(values[i].name, o->name) != 0)
				continue;
			held = true;
			one_value(o, values[i].good, true);
			if (values[i].bad)
				one_value(o, values[i].bad, false);
			one_value(o, "", false);
		}
		ok(held, "... and is tried here");
	}
	is_str(opts_nearest(OPT_ACCOUNT, SL("adress")), "address", "a name with a letter missing");
	is_str(opts_nearest(OPT_ACCOUNT, SL("pasword-comand")), "password-command", "... with two missing");
	ok(!opts_nearest(OPT_ACCOUNT, SL("frobnicate")), "a name like none");
	ok(!opts_nearest(OPT_ACCOUNT, SL("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")), "a long name");
	ok(!opts_nearest(OPT_GENERAL, SL("addresss")), "a name of the other kind of section");
}

static void t_rules(void)
{
	static const char text[] =
		"mail = /m\ntrash = no\nlists = dev@lists.test\n"
		"[filter \"first one\"]\npattern = ~f a ~s \\\"x y\\\"\nmove = Work/A\nflag = +flagged -seen\nstop = no\n"
		"[filter second]\npattern = ~A\nmove = /else/where\n"
		"[search waiting]\npattern = ~F\n[folder Lists]\nindex-text = no\n";
	struct conf c;

	is_int(load(&c, text, 0644), 0, "filters, a search and a folder load: %s", err.text);
	is_int((int)c.n_filters, 2, "two filters, in the order of the file");
	is_str(c.filters[0].name, "first one", "the name of a filter may hold blanks");
	is_str(c.filters[0].move, "/m/Work/A", "... its folder lies below the root");
	is_str(c.filters[0].flags, "+flagged -seen", "... its flags are kept");
	ok(!c.filters[0].stop && c.filters[1].stop, "... it goes on where that was said, and else stops");
	is_str(c.filters[1].move, "/else/where", "a path is kept");
	ok(c.n_searches == 1 && strcmp(c.searches[0].pattern, "~F") == 0, "a saved search");
	ok(c.n_folders == 1 && strcmp(c.folders[0].path, "/m/Lists") == 0 && c.folders[0].no_text, "a folder without texts");
	ok(!c.trash && strcmp(c.junk, "/m/Junk") == 0 && c.lists.n == 1, "no trash; the usual place of junk; a list");
	conf_release(&c);
	refused("a filter without a pattern", "[filter x]\nmove = A\n", "", "no pattern");
	refused("a filter that does nothing", "[filter x]\npattern = ~A\n", "2: ", "does nothing");
	refused("a search without a pattern", "[search x]\n[search y]\npattern = a\n[search x]\npatern = b\n", "5: ", "pattern");
	refused("a setting of a filter elsewhere", "[search x]\nmove = A\n", "2: ", "[filter NAME]");
}

static void t_look(void)
{
	static const char text[] =
		"keys = VI\ntheme = mono\nheaders = From Subject\nsort = -size\nlayout = below\nsidebar = no\nmouse = no\nhints = no\n"
		"editor = vim -f\nspeller = no\naddress-book = /a/book\nattach-words = bijlage\ntrusted-authserv = mx.test\nsave-to = /s\nwrap = no\n"
		"warn-recipients = 3\nundo-send = 1m\nfetch-every = no\n"
		"[account a]\naddress = x@x.test\nidentities = Me <me2@x.test>, me3@x.test\nsignature = /sig\n";
	struct addr who = { .local = (char[]){ "me3" }, .domain = (char[]){ "X.test" } };
	struct conf c;
	struct conf_look *l = &c.look;

	if (!is_int(load(&c, text, 0644), 0, "the settings of the screens load: %s", err.text))
		return;
	is_str(l->keys, "vi", "a word in any case is the word");
	ok(strcmp(l->theme, "mono") == 0 && strcmp(l->layout, "below") == 0 && strcmp(l->sidebar, "no") == 0, "theme, layout, sidebar");
	ok(strcmp(l->headers, "From Subject") == 0 && strcmp(l->sort, "-size") == 0, "headers and order");
	ok(l->no_mouse && l->no_hints, "no mouse, no hints");
	ok(strcmp(l->editor, "vim -f") == 0 && strcmp(l->speller, "no") == 0, "editor and speller");
	ok(strcmp(l->address_book, "/a/book") == 0 && strcmp(l->save_to, "/s") == 0, "files and folders");
	is_str(l->trusted_authserv, "mx.test", "who is believed");
	is_str(l->attach_words, "bijlage", "words of attachments");
	ok(l->wrap == 0 && l->warn_rcpts == 3 && l->undo_send == 60 && l->fetch_every == 0, "numbers and times");
	is_int((int)c.accounts[0].identities.n, 2, "two identities");
	is_str(c.accounts[0].signature, "/sig", "a signature");
	ok(conf_account_by_address(&c, &who) == &c.accounts[0], "an account is found by an identity, too");
	conf_release(&c);
}

static void t_binds(void)
{
	struct conf c;

	if (!is_int(load(&c, "[bind list]\nd = delete\n\"#\" = nothing\n[bind  pager]\nCtrl-N = next-message\n", 0644), 0,
		"sections [bind CONTEXT] load: %s", err.text))
		return;
	is_int((int)c.look.n_binds, 3, "a key each");
	ok(strcmp(c.look.binds[0].context, "list") == 0 && strcmp(c.look.binds[0].key, "d") == 0 &&
		strcmp(c.look.binds[0].command, "delete") == 0 && c.look.binds[0].line == 2, "context, key, command and line");
	ok(strcmp(c.look.binds[2].context, "pager") == 0 && strcmp(c.look.binds[2].key, "Ctrl-N") == 0 && c.look.binds[2].line == 5, "another context");
	conf_release(&c);
	refused("a bind without a context", "[bind]\nd = delete\n", "2: ", "needs a name");
}

static void t_refused(void)
{
	struct conf c;

	refused("an unknown setting", ACCT "adress = x@x.test\n", "3: ", "Did you mean address?");
	refused("one like none", ACCT "frobnicate = 1\n", "3: ", "pabal.conf(5)");
	refused("a setting of an account outside of one", "smtp = smtps://x\n" ACCT, "1: ", "[account NAME]");
	refused("a general setting in an account", ACCT "retry = 5m\n", "3: ", "[general]");
	refused("an unknown section", "[acount home]\na = 1\n", "2: ", "acount home");
	refused("a section without a name", "[account]\naddress = x@y.test\n", "2: ", "needs a name");
	refused("an account with a slash", "[account a/b]\naddress = x@y.test\n", "2: ", "/");
	refused("an account without an address", "[account home]\nsmtp = smtps://x.test\n", "", "address = ");
	refused("two addresses", "[account home]\naddress = a@x.test, b@x.test\n", "2: ", "One address");
	refused("a default account that is not there", "default-account = work\n" ACCT, "", "[account work]");
	refused("a password in a URL", ACCT "smtp = smtps://me:geheim@x.test\n", "3: ", "password-command");
	ok(!strstr(err.text, "geheim"), "... and is not repeated");

	is_int(load(&c, "[account a]\naddress = x@x.test\naddress = y@x.test\nsmtp = smtp://a\nsmtp = smtp://b\n", 0600), 0,
		"of a setting given twice");
	ok(strcmp(c.accounts[0].address.local, "y") == 0 && strcmp(c.accounts[0].smtp.host, "b") == 0, "... the last counts");
	conf_release(&c);
	is_int(load(&c, "[general]\nretry = 5m\n[account a]\naddress = x@x.test\n[general]\ntimeout = 5\n[account a]\ninbox = X\n", 0600), 0,
		"a section may be opened again");
	ok(c.n_accounts == 1 && c.timeout == 5 && sl_ends(sl(c.accounts[0].inbox), "/X"), "... and goes on");
	conf_release(&c);
}

static void t_secret_files(void)
{
	static const mode_t open_to[] = { 0640, 0604, 0644, 0660, 0620, 0601 };
	struct conf c;

	for (size_t i = 0; i < ARRAY_LEN(open_to); i++) {
		is_int(load(&c, ACCT "password = geheim\n", open_to[i]), -1, "a password in a file of mode %o is refused", (unsigned)open_to[i]);
		ok(strstr(err.text, "chmod 600") && !strstr(err.text, "geheim"), "... it is said how to mend it, and not what it is");
	}
	is_int(load(&c, ACCT "password = geheim\n", 0400), 0, "in a file of our own it is fine");
	conf_release(&c);
	is_int(load(&c, ACCT "password-command = echo x\n", 0644), 0, "a command is no secret");
	conf_release(&c);
}

static void t_missing(void)
{
	struct conf c;
	char *none = tbox_path("%s.none", path), *dir = tbox_dir(), *sub, *file;
	struct str big;

	is_int(conf_load(&c, none, &err), -1, "a file that was named and is not there is an error");
	ok(strstr(err.text, none), "... with its name");
	setenv("XDG_CONFIG_HOME", dir, 1);
	err = (struct err)ERR_INIT;
	is_int(conf_load(&c, NULL, &err), 0, "no file at the usual place is fine: %s", err.text);
	ok(!c.path && c.n_accounts == 0 && !conf_account(&c, NULL), "... and there is nothing in it");
	ok(conf_hostname(&c)[0] != 0, "... but a name of the host");
	conf_release(&c);
	sub = tbox_path("%s/pabal", dir);
	file = tbox_path("%s/config", sub);
	mkdir(sub, 0700);
	tbox_put(file, SL(ACCT));
	is_int(conf_load(&c, NULL, &err), 0, "a file at the usual place is read");
	is_str(c.path, file, "... and it is known which");
	conf_release(&c);
	str_init(&big, 4 << 20);
	while (big.n <= 1 << 20)
		str_adds(&big, "# a line of comment that is about as long as lines are\n");
	tbox_put(file, str_sl(&big));
	is_int(conf_load(&c, NULL, &err), -1, "a file over 1 MiB is refused");
	is_int(err.kind, ERR_LIMIT, "... for its size");
	str_release(&big);
	free(none);
	free(dir);
	free(sub);
	free(file);
}

static void t_durations(void)
{
	static const struct { const char *text; int want; } cases[] = {
		{ "90", 90 }, { "30m", 1800 }, { "1h30m", 5400 }, { "5d", 432000 }, { "2w", 1209600 }, { "1m30", 90 },
		{ " 5s ", 5 }, { "0", 0 }, { "1000000000", 1000000000 },
		{ "1000000001", -1 }, { "", -1 }, { "m", -1 }, { "5x", -1 }, { "-5", -1 }, { "1.5h", -1 }, { "5 m", -1 },
		{ "99999999999999999999s", -1 }, { "1000000000w", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned sec = 0;
		int r = conf_duration(sl(cases[i].text), &sec);

		is_int(r == 0 ? (int)sec : -1, cases[i].want, "the time \"%s\"", cases[i].text);
	}
}

static void t_leave(void)
{
	static const struct { const char *text; enum leave leave; unsigned days; } cases[] = {
		{ "yes", LEAVE_FOREVER, 0 }, { "forever", LEAVE_FOREVER, 0 }, { "for ever", LEAVE_FOREVER, 0 },
		{ "no", LEAVE_NO, 0 }, { "0", LEAVE_NO, 0 }, { "7", LEAVE_DAYS, 7 }, { "1 day", LEAVE_DAYS, 1 },
		{ "30 days", LEAVE_DAYS, 30 }, { "14d", LEAVE_DAYS, 14 }, { "until-deleted", LEAVE_UNTIL_DELETED, 0 },
		{ "until deleted", LEAVE_UNTIL_DELETED, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = tbox_path(ACCT "leave-on-server = %s\n", cases[i].text);
		struct conf c;

		if (is_int(load(&c, text, 0600), 0, "leave-on-server = %s", cases[i].text)) {
			ok(c.accounts[0].leave == cases[i].leave && c.accounts[0].leave_days == cases[i].days, "... is what it says");
			conf_release(&c);
		}
		free(text);
	}
}

int main(void)
{
	char *dir = tbox_dir();
	int fds = tap_open_fds();

	path = tbox_path("%s/config", dir);
	t_ini();
	t_good();
	t_defaults();
	t_table();
	t_rules();
	t_look();
	t_binds();
	t_refused();
	t_secret_files();
	t_missing();
	t_durations();
	t_leave();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	free(path);
	free(dir);
	return tap_done();
}
