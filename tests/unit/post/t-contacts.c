/* SPDX-License-Identifier: GPL-3.0-or-later
 * contacts: the address book as people write it, changed line by line; and what is
 * found in it and in earlier mail */
#include "../store/box.h"
#include "post/post.h"
#include <errno.h>
#include <unistd.h>

static char *home;
static struct conf conf;
static struct err err;

static void start(void)
{
	char *path;

	home = tbox_dir();
	path = tbox_path("%s/config", home);
	tbox_put(path, SL("[account home]\naddress = Me <me@x.test>\n"));
	setenv("XDG_DATA_HOME", home, 1);
	if (conf_load(&conf, path, &err) != 0)
		tap_note("%s", err.text);
	fs_mkdirs(conf.data, &err);
	free(path);
}

/* "nick|name|addr|note" of all, with line ends. */
static void flat(const struct contacts *l, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < l->n; i++)
		str_addf(out, "%s|%s|%s|%s\n", l->v[i].nick, l->v[i].name, l->v[i].addr, l->v[i].note);
}

static void book(struct slice text)
{
	tbox_put(conf.look.address_book, text);
}

static void loaded(const char *what, const char *want)
{
	struct contacts l;
	struct str s;

	str_init(&s, 1 << 20);
	err = (struct err)ERR_INIT;
	is_int(contacts_load(&conf, &l, &err), 0, "%s: it loads %s", what, err.text);
	flat(&l, &s);
	is_str(s.p, want, "... as it says");
	contacts_release(&l);
	str_release(&s);
}

static void t_lines(void)
{
	static const struct { const char *what, *line, *want; } cases[] = {
		{ "nick, name and address", "kim  Kim Min <kim@x.test>  # from work", "kim|Kim Min|kim@x.test|from work\n" },
		{ "no name", "kim kim@x.test", "kim||kim@x.test|\n" },
		{ "no nick", "kim@x.test", "||kim@x.test|\n" },
		{ "name without a nick of its own", "\"Kim, Min\" <kim@x.test>", "|Kim, Min|kim@x.test|\n" },
		{ "mutt's alias", "alias kim Kim Min <kim@x.test>", "kim|Kim Min|kim@x.test|\n" },
		{ "mutt's alias with groups", "alias -group work -group all kim Kim <kim@x.test> # n", "kim|Kim|kim@x.test|n\n" },
		{ "mutt's alias without a name", "alias kim kim@x.test (Kim Min)", "kim|Kim Min|kim@x.test|\n" },
		{ "a # in quotes", "k \"Kim #1\" <kim@x.test> # two", "k|Kim #1|kim@x.test|two\n" },
		{ "a comment", "# kim kim@x.test", "" },
		{ "an empty line", "  ", "" },
		{ "several addresses", "alias all a@x.test, b@x.test", "" },
		{ "no address", "kim just words", "" },
		{ "an alias of nothing", "alias -group", "" },
		{ "Korean", "\xea\xb9\x80  \xea\xb9\x80\xeb\xaf\xbc\xec\x88\x98 <k@x.test>", "\xea\xb9\x80|\xea\xb9\x80\xeb\xaf\xbc\xec\x88\x98|k@x.test|\n" },
		{ "CRLF", "kim Kim <kim@x.test>\r", "kim|Kim|kim@x.test|\n" },
		{ "controls", "k K\x1b[1m <k@x.test> # a\x07" "b", "k|K\xe2\x90\x9b[1m|k@x.test|a\xe2\x90\x87" "b\n" },
		{ "bytes of another charset", "k K\xff\xfe <k@x.test>", "k|K\xc3\xbf\xc3\xbe|k@x.test|\n" },
		{ "NUL", "k K <k@x.test>\0hidden", "k|K|k@x.test|\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		book(sl(cases[i].line));
		loaded(cases[i].what, cases[i].want);
	}
	unlink(conf.look.address_book);
	loaded("a file that is not there", "");
}

static int put(const char *nick, const char *name, const char *addr, const char *note)
{
	char *own[4] = { mem_strdup(nick), mem_strdup(name), mem_strdup(addr), mem_strdup(note) };
	struct contact c = { .nick = own[0], .name = own[1], .addr = own[2], .note = own[3] };
	int r;

	err = (struct err)ERR_INIT;
	r = contacts_put(&conf, &c, &err);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	return r;
}

static void file_is(const char *want, const char *what)
{
	struct str s;
	struct err own = ERR_INIT;

	str_init(&s, 1 << 20);
	fs_slurp(conf.look.address_book, 1 << 20, &s, &own);
	is_str(s.p, want, "%s", what);
	str_release(&s);
}

static void t_put(void)
{
	static const char *const nicks[] = { "k", "" }, *const names[] = { "Kim", "Kim Min", "Kim, Min", "Kim \"M\" Min", "Kim #1", "# x", "Kim \\", "a@b", "\xea\xb9\x80", "(Kim)", "Kim # \"x\"", "" };

	unlink(conf.look.address_book);
	is_int(put("kim", "Kim", "kim@x.test", "note"), 0, "the first is put: %s", err.text);
	file_is("kim  Kim <kim@x.test>  # note\n", "... into a new file");
	book(SL("# my book\n\nalias lee Lee <lee@x.test> # by hand\nsource other\nset x=y\n  odd line\r\nkim  Kim <kim@X.TEST>\nlast last@x.test"));
	is_int(put("min", "Min", "kim@x.test", ""), 0, "one that is there is replaced");
	file_is("# my book\n\nalias lee Lee <lee@x.test> # by hand\nsource other\nset x=y\n  odd line\r\nmin  Min <kim@x.test>\nlast last@x.test\n",
		"... in its place, and all else is as it was");
	is_int(put("new", "", "new@x.test", ""), 0, "a new one");
	file_is("# my book\n\nalias lee Lee <lee@x.test> # by hand\nsource other\nset x=y\n  odd line\r\nmin  Min <kim@x.test>\nlast last@x.test\nnew  new@x.test\n",
		"... comes at the end");
	is_int(contacts_drop(&conf, "lee@X.test", &err), 0, "one is dropped");
	file_is("# my book\n\nsource other\nset x=y\n  odd line\r\nmin  Min <kim@x.test>\nlast last@x.test\nnew  new@x.test\n", "... and no other");
	is_int(contacts_drop(&conf, "Kim@x.test", &err), -1, "another local part is another address");
	is_int(err.kind, ERR_NOTFOUND, "... which is not there: %s", err.text);
	is_int(put("two words", "x", "a@x.test", ""), -1, "a nick of two words: %s", err.text);
	is_int(put("x", "x", "no address", ""), -1, "no address: %s", err.text);
	is_int(put("x", "x", "a@x.test, b@x.test", ""), -1, "two: %s", err.text);
	is_int(put("x", "x", "bare", ""), -1, "one without a domain: %s", err.text);
	for (size_t i = 0; i < 2 * ARRAY_LEN(names); i++) {
		const char *nick = nicks[i % 2], *name = names[i / 2];
		struct contacts l;

		unlink(conf.look.address_book);
		is_int(put(nick, name, "k@x.test", "a # b"), 0, "the name %s is written", name);
		is_int(contacts_load(&conf, &l, &err), 0, "... read");
		ok(l.n == 1 && !strcmp(l.v[0].name, name) && !strcmp(l.v[0].note, "a # b") && !strcmp(l.v[0].nick, nick),
			"... and is the same: %s # %s", l.n ? l.v[0].name : "", l.n ? l.v[0].note : "");
		contacts_release(&l);
	}
	unlink(conf.look.address_book);
	is_int(put("k", "one\ntwo", "k@x.test", "three\nfour <x@y>"), 0, "P24: line breaks");
	{
		struct contacts l;

		contacts_load(&conf, &l, &err);
		is_int((int)l.n, 1, "... make no lines");
		contacts_release(&l);
	}
}

/* ---- a write that fails leaves the book ---- */

static ssize_t no_write(int fd, const void *p, size_t n)
{
	(void)fd; (void)p; (void)n;
	errno = ENOSPC;
	return -1;
}

static void t_full(void)
{
	struct fs_calls sound = fs_sys;

	book(SL("kim kim@x.test\n"));
	fs_sys.write = no_write;
	is_int(put("lee", "Lee", "lee@x.test", ""), -1, "P10: a full disk: %s", err.text);
	fs_sys = sound;
	file_is("kim kim@x.test\n", "... leaves the book as it was");
}

/* ---- completion ---- */

static struct index *index_;
static int64_t inbox, sent;
static uint64_t turn;

static void mail(int64_t folder, const char *from, const char *to)
{
	char *head = tbox_path("From: %s\nTo: %s\nSubject: s\nMessage-ID: <%llu@x>\nDate: Thu, 13 Feb 2025 09:00:00 +0900\n", from, to,
		(unsigned long long)turn);
	struct index_msg m = { .folder = folder, .received = 1700000000, .size = 1, .print = turn, .ino = turn + 1 };
	char name[64];
	struct env e;

	snprintf(name, sizeof(name), "%llu.x.h", (unsigned long long)turn);
	m.ref = (struct box_ref){ .key = 77 + turn++ * 1000, .name = name };
	env_parse(sl(head), &mime_limits_default, &e);
	if (index_add(index_, &m, &e, SL_NONE, &err) != 0)
		tap_note("%s", err.text);
	env_release(&e);
	free(head);
}

static void found(const struct contacts *b, const char *typed, size_t max, const char *want)
{
	struct contacts l;
	struct str s;

	str_init(&s, 1 << 20);
	err = (struct err)ERR_INIT;
	is_int(contacts_find(b, index_, sl(typed), max, &l, &err), 0, "\"%s\" is looked for %s", typed, err.text);
	for (size_t i = 0; i < l.n; i++)
		str_addf(&s, "%s%s", i ? " " : "", l.v[i].addr);
	is_str(s.p, want, "... and found");
	contacts_release(&l);
	str_release(&s);
}

static void t_find(void)
{
	struct index_folder in = { .path = (char[]){ "/m/INBOX" }, .kind = BOX_MAILDIR, .role = 'i' },
		out = { .path = (char[]){ "/m/Sent" }, .kind = BOX_MAILDIR, .role = 's' };
	struct contacts b, l;

	book(SL("boss  Kim Min <kim@x.test>\nlee  Lee <lee@x.test>\nkang \xea\xb0\x95 \xeb\xaf\xbc\xec\x88\x98 <kang@x.test>\n"));
	contacts_load(&conf, &b, &err);
	is_int(index_open(&index_, NULL, &err), 0, "an index");
	index_folder_put(index_, &in, &err);
	index_folder_put(index_, &out, &err);
	inbox = in.id;
	sent = out.id;
	for (int i = 0; i < 5; i++)
		mail(inbox, "Kimberly <kimberly@y.test>", "me@x.test");
	mail(sent, "me@x.test", "Kimura Ken <ken@y.test>, =?utf-8?B?6rmA66+87IiY?= <minsu@y.test>");
	mail(inbox, "Lee <LEE@x.test>", "me@x.test");
	mail(inbox, "lee@X.test", "undisclosed-recipients:;");
	mail(inbox, "\"O'Brien-Kimball, J.\" <job@y.test>", "me@x.test");
	mail(inbox, "bare", "me@x.test");
	found(&b, "kim", 10, "kim@x.test ken@y.test kimberly@y.test job@y.test");
	found(&b, "KIM", 10, "kim@x.test ken@y.test kimberly@y.test job@y.test");
	found(&b, "min", 10, "kim@x.test minsu@y.test");
	found(&b, "boss", 10, "kim@x.test");
	found(&b, "oss", 10, "");
	found(&b, "ken", 10, "ken@y.test");
	found(&b, "kimura k", 10, "ken@y.test");
	found(&b, "y.test", 10, "");
	found(&b, "est", 10, "");
	found(&b, "\xea\xb9\x80", 10, "minsu@y.test");
	found(&b, "\xea\xb9\x80\xeb\xaf\xbc", 10, "minsu@y.test");
	found(&b, "\xeb\xaf\xbc", 10, "kang@x.test");
	found(&b, "\xe1\x84\x80\xe1\x85\xb5\xe1\x86\xb7", 10, "minsu@y.test");
	found(&b, "bare", 10, "");
	found(&b, "kim", 2, "kim@x.test ken@y.test");
	found(&b, "kim", 0, "");
	found(&b, "", 10, "kim@x.test kang@x.test lee@x.test");
	found(&b, "%", 10, "");
	found(&b, "lee", 10, "lee@x.test");            /* in any case the same for a person */
	contacts_find(&b, index_, SL("ken"), 1, &l, &err);
	is_int(l.n ? (int)l.v[0].used : 0, 10, "whom one wrote to counts ten times");
	contacts_release(&l);
	contacts_find(&b, index_, SL("kimb"), 1, &l, &err);
	ok(l.n == 1 && l.v[0].used == 5 && !strcmp(l.v[0].name, "Kimberly"), "who wrote counts once each time");
	contacts_release(&l);
	{
		struct index *none = index_;

		index_ = NULL;
		found(&b, "kim", 10, "kim@x.test");
		index_ = none;
	}
	index_close(&index_);
	/* while a large mailbox is read for the first time */
	index_open(&index_, NULL, &err);
	in.id = out.id = 0;
	index_folder_put(index_, &in, &err);
	inbox = in.id;
	is_int(index_bulk(index_, true, &err), 0, "many come in: %s", err.text);
	mail(inbox, "Kimberly <kimberly@y.test>", "me@x.test");
	found(&b, "kimb", 10, "kimberly@y.test");
	is_int(index_bulk(index_, false, &err), 0, "... and are in");
	found(&b, "kimb", 10, "kimberly@y.test");
	index_close(&index_);
	contacts_release(&b);
}

int main(void)
{
	int fds;

	start();
	fds = tap_open_fds();
	t_lines();
	t_put();
	t_full();
	t_find();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	conf_release(&conf);
	free(home);
	return tap_done();
}
