/* SPDX-License-Identifier: GPL-3.0-or-later
 * compose: what is typed survives; into the outbox, into Drafts and out again; and
 * all of it killed at each file call, and with each file call failing */
#include "../job/crash.h"
#include "post/post.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <utime.h>

static char *home;
static struct conf conf;
static struct state *state;
static struct outbox *box;
static struct err err;

static char *copy(const char *z)
{
	return mem_strdup(z);
}

static void set(char **field, const char *z)
{
	free(*field);
	*field = copy(z);
}

static void start(void)
{
	char *path;

	home = tbox_dir();
	path = tbox_path("%s/config", home);
	tbox_put(path, SL("[account home]\naddress = Me <me@x.test>\nidentities = Other Me <me2@y.test>\n[account work]\naddress = w@z.test\n"));
	setenv("XDG_DATA_HOME", home, 1);
	err = (struct err)ERR_INIT;
	if (conf_load(&conf, path, &err) != 0)
		tap_note("%s", err.text);
	free(path);
}

static void office(void)
{
	char *db = path_join(conf.data, "state.db"), *dir = path_join(conf.data, "outbox");

	fs_mkdirs(conf.data, &err);
	if (state_open(&state, db, &err) != 0 || outbox_open(&box, dir, state, &err) != 0)
		tap_note("%s", err.text);
	free(db);
	free(dir);
}

static void finish(void)
{
	outbox_close(&box);
	state_close(&state);
	conf_release(&conf);
	free(home);
}

static char *read_all(const char *path)
{
	struct err own = ERR_INIT;
	struct str s;

	str_init(&s, STR_MAX);
	fs_slurp(path, STR_MAX, &s, &own);
	return str_detach(&s);
}

static char *read_fd(int fd)
{
	struct err own = ERR_INIT;
	struct str s;
	struct sink sink;
	struct src src;

	str_init(&s, STR_MAX);
	sink_str(&sink, &s);
	src_range(&src, fd, 0, -1);
	src_copy(&src, &sink, &own);
	src_release(&src);
	if (fd >= 0)
		fs_close(&fd);
	return str_detach(&s);
}

static void attach_bytes(struct compose *c, struct slice bytes, const char *name, const char *type)
{
	struct src src;

	src_mem(&src, bytes);
	is_int(compose_attach_src(c, &src, name, type, &err), 0, "bytes are attached as %s: %s", name, err.text);
	src_release(&src);
}

static int failed(const char *what)
{
	tap_note("%s: %s", what, err.text);
	return 1;
}

/* ---- saved and loaded ---- */

static const char nasty[] = "one\n.\n-- \nend\n> \xed\x95\x9c\xea\xb8\x80 % %0A \x1b[1m \x7f \t \r\n\r pabal-compose 1\n";

static void t_round(void)
{
	char *file = tbox_path("%s/a file %%.txt", home);
	struct compose c, d;

	tbox_put(file, SL("file\n"));
	compose_init(&c, &conf, NULL);
	is_str(c.from, "Me <me@x.test>", "a new message is from the account");
	is_str(c.account, "home", "... which is the default");
	ok(c.to && !*c.to && !*c.subject && !*c.text && !c.draft && c.notify_failure && !c.notify_success, "... and empty");
	ok(access(c.dir, F_OK) != 0, "nothing is on disk before the first save");
	set(&c.to, nasty);
	set(&c.cc, "a@x, b@y");
	set(&c.bcc, "\xed\x95\x9c <h@x>");
	set(&c.subject, nasty);
	set(&c.text, nasty);
	c.in_reply_to = copy("a@b");
	c.references = copy("a@b c@d");
	c.headers = copy("X-One: 1\nX-Two: \xed\x95\x9c\n");
	c.about = copy("/mail/IN BOX\n00ff");
	c.about_flag = 'R';
	c.draft = copy("/mail/Drafts\n1");
	c.receipt = c.notify_success = true;
	c.notify_delay = false;
	c.send_at = 1800000000;
	c.rcpts_before = 7;
	is_int(compose_attach(&c, file, &err), 0, "a file is attached: %s", err.text);
	c.files[0].description = copy("what\nit is");
	attach_bytes(&c, SL("\0\r\n\xff"), "../x\ny", "a/b");
	c.files[1].is_inline = true;
	is_int(compose_save(&c, &err), 0, "it is saved: %s", err.text);
	is_int(compose_load(&d, &conf, c.id, &err), 0, "it is loaded: %s", err.text);
	is_str(d.to, nasty, "what was typed comes back");
	is_str(d.cc, c.cc, "cc");
	is_str(d.bcc, c.bcc, "bcc");
	is_str(d.subject, nasty, "a subject with anything in it");
	is_str(d.text, nasty, "the text, byte for byte");
	ok(!strcmp(d.in_reply_to, "a@b") && !strcmp(d.references, "a@b c@d") && !strcmp(d.headers, c.headers), "ids and further fields");
	ok(!strcmp(d.about, c.about) && d.about_flag == 'R' && !strcmp(d.draft, c.draft), "what it is about, and its draft");
	ok(d.receipt && d.notify_success && d.notify_failure && !d.notify_delay, "receipts");
	ok(d.send_at == 1800000000 && d.rcpts_before == 7, "numbers");
	is_int((int)d.n_files, 2, "two files");
	if (d.n_files == 2) {
		ok(!d.files[0].own && sl_ends(sl(d.files[0].path), "/a file %.txt") && !strcmp(d.files[0].description, "what\nit is"), "one of the person's");
		ok(d.files[0].size == 5 && d.files[0].mtime == c.files[0].mtime && !d.files[0].type, "... as it was");
		ok(d.files[1].own && d.files[1].is_inline && !strcmp(d.files[1].type, "a/b"), "one of its own");
		ok(tbox_has(d.files[1].path, SL("\0\r\n\xff")), "... with its bytes");
		is_str(d.files[1].path, c.files[1].path, "... in its folder");
		ok(!strchr(d.files[1].name, '/') && !strchr(d.files[1].name, '\n'), "... under a name that is one: %s", d.files[1].name);
	}
	is_int(compose_drop(&d, &err), 0, "it is dropped");
	ok(access(c.dir, F_OK) != 0, "... and gone");
	is_int(compose_drop(&d, &err), 0, "... twice is fine");
	compose_release(&c);
	is_int(compose_load(&c, &conf, d.id, &err), -1, "then it can't be loaded");
	is_int(err.kind, ERR_NOTFOUND, "... as it is not there");
	compose_release(&d);
	free(file);
}

static int writes;

static void count_calls(const char *call, bool after)
{
	if (after && (strcmp(call, "write") == 0 || strcmp(call, "fsync") == 0 || strcmp(call, "rename") == 0))
		writes++;
}

static int saved_with(struct compose *c)
{
	writes = 0;
	fs_hook = count_calls;
	if (compose_save(c, &err) != 0)
		tap_note("%s", err.text);
	fs_hook = NULL;
	return writes;
}

static void t_changes(void)
{
	struct compose c, d;
	char *path;

	compose_init(&c, &conf, NULL);
	saved_with(&c);
	is_int(saved_with(&c), 0, "what has not changed is not written again");
	set(&c.text, "new");
	is_int(saved_with(&c), 4, "a new text is one file: written, synced, renamed, synced");
	set(&c.to, "a@b");
	is_int(saved_with(&c), 4, "new fields are another");
	compose_load(&d, &conf, c.id, &err);
	is_int(saved_with(&d), 0, "one that was loaded is not written either");
	path = path_join(c.dir, "text");
	unlink(path);
	is_int(saved_with(&d), 4, "... but for a file that went away");
	ok(tbox_has(path, SL("new")), "... which is there again");
	free(path);
	fs_remove_tree(FS_CWD, c.dir);
	is_int(compose_save(&d, &err), 0, "a folder that went away is made again: %s", err.text);
	compose_release(&c);
	is_int(compose_load(&c, &conf, d.id, &err), 0, "... and read");
	is_str(c.text, "new", "... with its text");
	compose_drop(&d, &err);
	compose_release(&c);
	compose_release(&d);
}

static void t_own_files(void)
{
	struct compose c;
	char *files;

	compose_init(&c, &conf, NULL);
	attach_bytes(&c, SL("1"), "same.txt", NULL);
	attach_bytes(&c, SL("2"), "same.txt", NULL);
	attach_bytes(&c, SL("3"), "", NULL);
	ok(strcmp(c.files[0].path, c.files[1].path) != 0 && tbox_has(c.files[0].path, SL("1")) && tbox_has(c.files[1].path, SL("2")),
		"two files of one name are two");
	is_str(c.files[1].name, "same.txt", "... and both go by that name");
	ok(c.files[2].name && *c.files[2].name, "one without a name gets one: %s", c.files[2].name);
	compose_reorder(&c, 0, 2);
	ok(tbox_has(c.files[2].path, SL("1")) && tbox_has(c.files[0].path, SL("2")), "the first goes to the end");
	compose_reorder(&c, 2, 1);
	ok(tbox_has(c.files[1].path, SL("1")) && tbox_has(c.files[2].path, SL("3")), "the last goes to the middle");
	compose_save(&c, &err);
	files = path_join(c.dir, "files");
	is_int(tbox_count(files), 3, "three files lie there");
	compose_detach(&c, 1);
	is_int(tbox_count(files), 3, "one that is taken off lies there until the message is saved");
	compose_save(&c, &err);
	is_int(tbox_count(files), 2, "... and then goes");
	ok(tbox_has(c.files[0].path, SL("2")) && tbox_has(c.files[1].path, SL("3")), "... and no other");
	is_int(compose_attach(&c, "/nowhere/x", &err), -1, "a file that is not there");
	is_int(compose_attach(&c, home, &err), -1, "a folder");
	ok(strstr(err.text, "folder"), "... is told so: %s", err.text);
	is_int((int)c.n_files, 2, "... and nothing is attached");
	free(files);
	compose_drop(&c, &err);
	compose_release(&c);
}

/* ---- damaged ---- */

static void t_damaged(void)
{
	static const struct { const char *what, *fields; bool good; } cases[] = {
		{ "as written", "pabal-compose 1\nto a@b\nend\n", true },
		{ "with keys of the future", "pabal-compose 1\nto a@b\nfuture %00%zz\nmore\nend\n", true },
		{ "with nothing in it", "pabal-compose 1\nend\n", true },
		{ "of another version", "pabal-compose 2\nend\n", false },
		{ "cut off", "pabal-compose 1\nto a@b\n", false },
		{ "empty", "", false },
		{ "with a bad escape", "pabal-compose 1\nto a%4\nend\n", false },
		{ "with a NUL", "pabal-compose 1\nto a%00b\nend\n", false },
		{ "with a file outside of its folder", "pabal-compose 1\nown-file ..%2F..%2Fx\nend\n", false },
		{ "with a file called ..", "pabal-compose 1\nown-file ..\nend\n", false },
		{ "with a relative file", "pabal-compose 1\nfile x\nend\n", false },
		{ "with a size that is none", "pabal-compose 1\nfile %2Fx\nsize -1\nend\n", false },
		{ "with a flag that is none", "pabal-compose 1\nabout-flag T\nend\n", false },
		{ "with a message outside of its folder", "pabal-compose 1\nresend %2Fetc%2Fpasswd\nend\n", false },
		{ "with a time that is none", "pabal-compose 1\nsend-at soon\nend\n", false },
	};
	struct compose c;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *dir = tbox_path("%s/compose/1000000%02zu.M1P1Q1R1", conf.data, i), *path = path_join(dir, "fields");

		fs_mkdirs(dir, &err);
		tbox_put(path, sl(cases[i].fields));
		err = (struct err)ERR_INIT;
		if (is_int(compose_load(&c, &conf, strrchr(dir, '/') + 1, &err), cases[i].good ? 0 : -1, "fields %s: %s", cases[i].what, err.text) &&
		    cases[i].good)
			compose_release(&c);
		if (!cases[i].good)
			ok(err.kind == ERR_CONFIG && err.text[0], "... are refused in words");
		free(path);
		free(dir);
	}
	{
		char *dir = tbox_path("%s/compose/200000000.M1P1Q1R1", conf.data), *path = path_join(dir, "text");

		fs_mkdirs(dir, &err);
		tbox_put(path, SL("only a text\0 and \xff"));
		is_int(compose_load(&c, &conf, "200000000.M1P1Q1R1", &err), 0, "a text without fields is read: %s", err.text);
		is_str(c.text, "only a text\xe2\x90\x80 and \xef\xbf\xbd", "... with marks for what no text has");
		is_str(c.from, "Me <me@x.test>", "... from the account");
		compose_drop(&c, &err);
		compose_release(&c);
		free(path);
		free(dir);
	}
	is_int(compose_load(&c, &conf, "../../etc/passwd", &err), -1, "an id that leads elsewhere");
	is_int(compose_load(&c, &conf, ".gone-100000000", &err), -1, "an id that was dropped");
}

/* Bytes changed, cut and doubled: words or a message, never anything else. */
static void t_junk(void)
{
	struct compose c, d;
	char *path, *good;
	size_t n;
	int loaded = 0, refused = 0, silent = 0;

	compose_init(&c, &conf, NULL);
	set(&c.to, nasty);
	c.about = copy("/m\n1");
	c.about_flag = 'P';
	attach_bytes(&c, SL("x"), "x", "a/b");
	compose_save(&c, &err);
	path = path_join(c.dir, "fields");
	good = read_all(path);
	n = strlen(good);
	rt_set_seed(7);
	for (int i = 0; i < 3000; i++) {
		char *bad = mem_strdup(good);
		unsigned rnd[3];
		size_t len = n;

		rt_random(rnd, sizeof(rnd));
		bad[rnd[0] % n] = rnd[1] % 4 ? "\n %0end=a\xff"[rnd[2] % 10] : (char)rnd[2];
		if (rnd[1] % 5 == 0)
			len = rnd[2] % n;
		tbox_put(path, sl_make(bad, len));
		err = (struct err)ERR_INIT;
		if (compose_load(&d, &conf, c.id, &err) == 0) {
			loaded++;
			compose_release(&d);
		} else {
			refused++;
			silent += err.text[0] == 0;
		}
		free(bad);
	}
	rt_set_seed(0);
	ok(loaded > 100 && refused > 100 && silent == 0, "P23: junk is loaded (%d) or refused in words (%d)", loaded, refused);
	free(good);
	free(path);
	compose_drop(&c, &err);
	compose_release(&c);
}

struct listed { char ids[4][64]; bool locked[4]; size_t n; };

static int list_one(void *ctx, const char *id, bool locked, const struct compose *c)
{
	struct listed *l = ctx;

	(void)c;
	if (l->n < 4) {
		snprintf(l->ids[l->n], 64, "%s", id);
		l->locked[l->n] = locked;
	}
	l->n++;
	return 0;
}

static int lock_again(void *ctx)
{
	struct compose *c = ctx;
	int fd;

	return compose_lock(c, &fd, &err) == -1 && err.kind == ERR_LOCKED ? 0 : -1;
}

static void t_each(void)
{
	char *all = path_join(conf.data, "compose"), *gone = tbox_path("%s/.gone-1000000000.x", all), *empty = tbox_path("%s/3000000000.M1P1Q1R1", all),
		*stale = tbox_path("%s/1000000000.M1P1Q1R1", all);
	struct listed l = { 0 };
	struct compose a, b;
	int lock = -1;

	log_open(-1, LOG_ERROR);
	fs_remove_tree(FS_CWD, all);
	is_int(compose_each(&conf, list_one, &l, &err), 0, "no folder, nothing listed");
	rt_set_clock(1800000000000000);
	compose_init(&a, &conf, NULL);
	compose_save(&a, &err);
	rt_set_clock(1800000001000000);
	compose_init(&b, &conf, NULL);
	compose_save(&b, &err);
	rt_set_clock(-1);
	fs_mkdirs(gone, &err);
	fs_mkdirs(empty, &err);
	fs_mkdirs(stale, &err);
	utime(stale, &(struct utimbuf){ 1000000000, 1000000000 });
	is_int(compose_lock(&a, &lock, &err), 0, "one is locked: %s", err.text);
	is_int(crash_at(0, lock_again, &a), 0, "... and no other process gets it");
	l = (struct listed){ 0 };
	is_int(compose_each(&conf, list_one, &l, &err), 0, "all are listed");
	ok(l.n == 2 && !strcmp(l.ids[0], b.id) && !strcmp(l.ids[1], a.id), "... the newest first, no empty ones (%zu)", l.n);
	ok(!l.locked[0] && l.locked[1], "... and which are being written now");
	ok(access(gone, F_OK) != 0, "what was dropped before a crash went");
	ok(access(stale, F_OK) != 0 && access(empty, F_OK) == 0, "... and what was never saved, when it is old");
	fs_close(&lock);
	l = (struct listed){ 0 };
	compose_each(&conf, list_one, &l, &err);
	ok(!l.locked[0] && !l.locked[1], "a lock goes with its process");
	tbox_put((free(gone), gone = tbox_path("%s/fields", a.dir)), SL("junk"));
	l = (struct listed){ 0 };
	is_int(compose_each(&conf, list_one, &l, &err), 0, "a damaged one");
	ok(l.n == 1 && !strcmp(l.ids[0], b.id), "... hides no other");
	fs_remove_tree(FS_CWD, all);
	compose_release(&a);
	compose_release(&b);
	free(all);
	free(gone);
	free(empty);
	free(stale);
	log_open(STDERR_FILENO, LOG_WARN);
}

/* ---- checks ---- */

static unsigned check(struct compose *c, uint64_t max)
{
	struct str words;
	unsigned bits, lines = 0, n = 0;

	str_init(&words, 65536);
	bits = compose_check(c, &conf, NULL, max, &words);
	for (unsigned b = bits; b; b &= b - 1)
		n++;
	for (size_t i = 0; i < words.n; i++)
		lines += words.p[i] == '\n';
	if (words.n)
		lines++;
	if (lines != n)
		ok(false, "a sentence for each bit of %x: %s", bits, words.p);
	str_release(&words);
	return bits;
}

static void t_sentences(void)
{
	struct compose c;
	struct str words;
	unsigned bits;

	compose_init(&c, &conf, &conf.accounts[0]);
	free(c.to);
	free(c.text);
	c.to = mem_strdup("a@x.test");
	c.text = mem_strdup("Here is what I attached.\n");
	c.rcpts_before = 500;
	str_init(&words, 65536);
	conf.look.warn_rcpts = 0;
	bits = compose_check(&c, &conf, NULL, 1, &words);
	ok((bits & CHECK_NO_SUBJECT) && (bits & CHECK_SIZE), "no subject, and too large");
	ok(sl_search(str_sl(&words), SL("no subject")) >= 0 && sl_search(str_sl(&words), SL("no subject")) < sl_search(str_sl(&words), SL("\n")),
		"the sentences are in the order of their bits: %s", words.p);
	str_release(&words);
	compose_release(&c);
}

static void t_check(void)
{
	static const struct { const char *text; bool asks; } texts[] = {
		{ "see the attached plan", true }, { "Attachment: plan", true }, { "ATTACH it", true }, { "I reattached nothing", false },
		{ "attacher une image", false }, { "> see attached\nno", false }, { "hello\n-- \nattachments are evil", false },
		{ "im Anhang", true }, { "Anh\xc3\xa4nge", true }, { "beigef\xc3\xbcgt.", true }, { "beigefu\xcc\x88gt", true },
		{ "PI\xc3\x88" "CE JOINTE", true }, { "ci-joint", true }, { "adjunto el plan", true },
		{ "\xed\x8c\x8c\xec\x9d\xbc\xec\x9d\x84 \xec\xb2\xa8\xeb\xb6\x80\xed\x95\xa9\xeb\x8b\x88\xeb\x8b\xa4", true },
		{ "\xe8\xa9\xb3\xe7\xb4\xb0\xe3\x81\xaf\xe6\xb7\xbb\xe4\xbb\x98\xe3\x81\xae\xe9\x80\x9a\xe3\x82\x8a", true },
		{ "\xe8\xaf\xb7\xe7\x9c\x8b\xe9\x99\x84\xe4\xbb\xb6\xe3\x80\x82", true }, { "zie bijlage", true }, { "plain words", false },
		{ "unattached", false }, { "(attached)", true }, { "mine\n---------- Forwarded message ----------\nsee attached", false },
	};
	char *file = tbox_path("%s/check", home);
	struct compose c;

	conf.look.attach_words = copy("bijlage, vedlegg");
	compose_init(&c, &conf, NULL);
	is_int((int)check(&c, 0), CHECK_NO_RCPT | CHECK_NO_SUBJECT | CHECK_EMPTY, "an empty message lacks everything");
	set(&c.subject, "s");
	set(&c.to, "a@x.test, b");
	set(&c.text, "hello\n");
	is_int((int)check(&c, 0), 0, "one with all is fine");
	set(&c.to, "a b@x");
	is_int((int)check(&c, 0), CHECK_BAD_ADDR, "an address that is none");
	set(&c.to, "a@x.test");
	set(&c.bcc, "b@");
	is_int((int)check(&c, 0), CHECK_BAD_ADDR, "... hidden");
	set(&c.bcc, "");
	set(&c.from, "a@x, b@x");
	is_int((int)check(&c, 0), CHECK_BAD_ADDR, "two writers");
	set(&c.from, "");
	is_int((int)check(&c, 0), CHECK_BAD_ADDR, "no writer");
	set(&c.from, "me@x.test");
	set(&c.reply_to, "x@[");
	ok(check(&c, 0) & CHECK_BAD_ADDR, "a place for answers that is none");
	set(&c.reply_to, "");
	set(&c.text, " \n\n-- \nMe\n");
	is_int((int)check(&c, 0), CHECK_EMPTY, "a signature is no text");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		set(&c.text, texts[i].text);
		is_int((int)check(&c, 0), texts[i].asks ? CHECK_FORGOT_FILE : 0, "a forgotten file: %s", texts[i].text);
	}
	set(&c.text, "attached");
	tbox_put(file, SL("12345"));
	compose_attach(&c, file, &err);
	is_int((int)check(&c, 0), 0, "nothing is forgotten where a file is attached");
	is_int((int)check(&c, 1000), CHECK_SIZE, "too large for the server");
	is_int((int)check(&c, 1 << 20), 0, "... or not");
	tbox_put(file, SL("123456"));
	is_int((int)check(&c, 0), CHECK_FILE_CHANGED, "a file that changed");
	unlink(file);
	is_int((int)check(&c, 0), CHECK_FILE_GONE, "a file that is gone");
	compose_detach(&c, 0);
	set(&c.text, "x");
	c.rcpts_before = 3;
	conf.look.warn_rcpts = 2;
	set(&c.cc, "b@x.test, c@x.test");
	is_int((int)check(&c, 0), CHECK_MANY_RCPTS, "an answer to many");
	set(&c.cc, "b@x.test");
	is_int((int)check(&c, 0), 0, "... until some are taken out");
	set(&c.cc, "b@x.test, c@x.test");
	conf.look.warn_rcpts = 0;
	is_int((int)check(&c, 0), 0, "... or never");
	conf.look.warn_rcpts = 10;
	compose_release(&c);
	free(file);
}

/* ---- out ---- */

static bool has(const char *message, const char *what)
{
	return strstr(message, what) != NULL;
}

static void t_preview(void)
{
	struct compose c;
	struct draft d;
	char *text;

	compose_init(&c, &conf, NULL);
	set(&c.subject, "\xed\x95\x9c\xea\xb8\x80");
	set(&c.text, "hello\n");
	text = read_fd(compose_preview(&c, &conf, &err));
	ok(has(text, "From: Me <me@x.test>\n") && has(text, "\n\nhello\n") && has(text, "Subject: =?utf-8?"), "a message to nobody yet can be looked at");
	free(text);
	set(&c.to, "a@x.test");
	set(&c.bcc, "secret@x.test");
	c.headers = copy("X-Mood: \xed\x95\x9c\n\nX-Two:2\n");
	c.receipt = true;
	c.in_reply_to = copy("a@b <bad> c@d");
	attach_bytes(&c, SL("{}"), "data.json", "application/x-thing");
	c.files[0].description = copy("a thing");
	c.files[0].is_inline = true;
	text = read_fd(compose_preview(&c, &conf, &err));
	ok(has(text, "To: a@x.test\n") && !has(text, "secret"), "Bcc stays out of it");
	ok(has(text, "X-Mood: =?utf-8?") && has(text, "X-Two: 2\n"), "further fields are in it");
	ok(has(text, "Disposition-Notification-To: me@x.test\n"), "a receipt is asked for");
	ok(has(text, "In-Reply-To: <a@b> <c@d>\n"), "ids that are none are left out");
	ok(has(text, "Content-Type: application/x-thing\n") && has(text, "Content-Description: a thing\n") &&
		has(text, "Content-Disposition: inline; filename=data.json\n"), "a file is what was said of it");
	free(text);
	c.notify_success = true;
	is_int(compose_draft(&c, &conf, &d, &err), 0, "it is a draft: %s", err.text);
	is_str(d.notify, "SUCCESS,FAILURE,DELAY", "... with what is to be reported");
	draft_release(&d);
	c.notify_success = c.notify_failure = c.notify_delay = false;
	compose_draft(&c, &conf, &d, &err);
	is_str(d.notify, "NEVER", "... or nothing");
	draft_release(&d);
	set(&c.headers, "Bcc: all@x.test\n");
	is_int(compose_preview(&c, &conf, &err), -1, "P24: a field that is not one's own to set");
	set(&c.headers, "no field\n");
	is_int(compose_preview(&c, &conf, &err), -1, "... or none at all: %s", err.text);
	set(&c.headers, "");
	set(&c.subject, "one\nBcc: x@y.test");
	is_int(compose_draft(&c, &conf, &d, &err), -1, "P24: a line break in a subject: %s", err.text);
	compose_drop(&c, &err);
	compose_release(&c);
}

static void t_queue(void)
{
	struct compose c, d;
	struct item it;
	char id[64], *text;
	int64_t now = rt_now() / 1000000;

	office();
	compose_init(&c, &conf, conf_account(&conf, "work"));
	set(&c.subject, "late");
	set(&c.text, "text with an end");
	compose_save(&c, &err);
	is_int(compose_queue(&c, &conf, box, id, &err), -1, "a message to nobody is not queued");
	ok(access(c.dir, F_OK) == 0, "... and stays");
	set(&c.to, "a@x.test");
	set(&c.bcc, "Hidden <b@y.test>");
	c.headers = copy("X-Mood: good\n");
	c.notify_success = true;
	c.send_at = now + 5000;
	attach_bytes(&c, SL("\0\1\2"), "bytes.bin", NULL);
	compose_save(&c, &err);
	is_int(compose_queue(&c, &conf, box, id, &err), 0, "it is queued: %s", err.text);
	ok(access(c.dir, F_OK) != 0, "... and its folder goes");
	is_int(outbox_get(box, id, &it, &err), 0, "it is in the outbox");
	is_str(it.env.account, "work", "... of its account");
	is_str(it.env.from, "w@z.test", "... from its address");
	ok(it.env.n == 2 && !strcmp(it.env.rcpt[1].addr, "b@y.test") && !strcmp(it.env.rcpt[1].notify, "SUCCESS,FAILURE,DELAY"), "... to all, with NOTIFY");
	ok(it.sending.next_try == now + 5000 && !item_due(&it, now + 4999) && item_due(&it, now + 5000) && item_scheduled(&it, now), "it is due at its time");
	item_release(&it);
	/* a crash before anybody looked at it, another state */
	is_int(state_item_hold(state, id, true, &err), 0, "it is held");
	outbox_get(box, id, &it, &err);
	ok(!item_due(&it, now + 9999), "... and then not due");
	item_release(&it);
	compose_init(&d, &conf, NULL);
	is_int(compose_from_item(&d, &conf, box, id, &err), 0, "it can be written on: %s", err.text);
	ok(!strcmp(d.account, "work") && !strcmp(d.from, "w@z.test") && !strcmp(d.to, "a@x.test") && !strcmp(d.bcc, "b@y.test"), "... from, to and bcc");
	ok(!strcmp(d.subject, "late") && !strcmp(d.text, "text with an end\n") && d.send_at == now + 5000 && d.notify_success, "... subject, text, time");
	is_str(d.headers, "X-Mood: good\n", "... and what was added by hand");
	ok(d.n_files == 1 && tbox_has(d.files[0].path, SL("\0\1\2")) && !strcmp(d.files[0].name, "bytes.bin"), "... and its file");
	ok(outbox_get(box, id, &it, &err) == 0, "the item stays");
	item_release(&it);
	text = read_fd(outbox_message(box, id, &err));
	ok(has(text, "\nX-Mood: good\n") && !has(text, "Hidden"), "nobody reads who else gets it");
	free(text);
	outbox_remove(box, id, &err);
	compose_drop(&d, &err);
	compose_release(&d);
	compose_release(&c);
	is_int(compose_from_item(&d, &conf, box, "deadbeefdeadbeef", &err), -1, "an item that is not there");
	outbox_close(&box);
	state_close(&state);
}

/* RFC 5322 3.6.6 */
static void t_resend(void)
{
	static const char old[] = "From here to there\nResent-To: older@x.test\nReceived: by x\nDate: Thu, 13 Feb 2025 09:00:00 +0900\nFrom: a@b.test\nTo: me@x.test\nBcc: no@x.test\nMessage-ID: <1@b>\n\nbody \xff\n";
	struct compose c, d;
	struct item it;
	char id[64], *path, *text;
	int fd;

	office();
	compose_init(&c, &conf, NULL);
	attach_bytes(&c, sl(old), "message.eml", NULL);
	path = copy(c.files[0].path);
	compose_detach(&c, 0);
	c.resend = path;
	set(&c.to, "new@x.test");
	set(&c.bcc, "hid@x.test");
	is_int((int)check(&c, 0), 0, "what goes out as it is needs no subject");
	compose_save(&c, &err);
	compose_release(&c);
	{
		struct listed l = { 0 };

		compose_each(&conf, list_one, &l, &err);
		is_int((int)l.n, 1, "it is saved");
		is_int(compose_load(&c, &conf, l.ids[0], &err), 0, "... and loaded");
	}
	fd = compose_preview(&c, &conf, &err);
	text = read_fd(fd);
	ok(strncmp(text, "Resent-From: Me <me@x.test>\nResent-To: new@x.test\nResent-Date: ", 60) == 0, "new fields stand on top");
	ok(has(text, "\nResent-Message-ID: <") && has(text, "\nResent-To: older@x.test\nReceived: by x\nDate: Thu, 13 Feb 2025 09:00:00 +0900\nFrom: a@b.test\nTo: me@x.test\n"), "... above all there was");
	ok(!has(text, "no@x.test") && !has(text, "hid@") && !has(text, "From here") && has(text, "\n\nbody \xff\n"), "... but Bcc and the line of an mbox");
	free(text);
	is_int(compose_queue(&c, &conf, box, id, &err), 0, "it is queued: %s", err.text);
	outbox_get(box, id, &it, &err);
	ok(it.env.n == 2 && !strcmp(it.env.rcpt[0].addr, "new@x.test") && !strcmp(it.env.rcpt[1].addr, "hid@x.test"), "to the new ones only");
	item_release(&it);
	compose_init(&d, &conf, NULL);
	is_int(compose_from_item(&d, &conf, box, id, &err), 0, "it comes back: %s", err.text);
	ok(d.resend && !strcmp(d.to, "new@x.test") && !strcmp(d.bcc, "hid@x.test"), "... as what it was");
	text = d.resend ? read_all(d.resend) : copy("");
	ok(strncmp(text, "Resent-To: older@x.test\n", 24) == 0, "... without its own fields");
	free(text);
	compose_drop(&d, &err);
	compose_release(&d);
	compose_release(&c);
	outbox_remove(box, id, &err);
	outbox_close(&box);
	state_close(&state);
}

static char *many(size_t n)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < n; i++)
		str_addf(&s, "%s\xed\x95\x9c %zu <r%zu@x.test>", i ? ", " : "", i, i);
	return str_detach(&s);
}

static void t_large(void)
{
	struct compose c, d;
	char id[64], *text = mem_alloc((1 << 20) + 1), *to = many(1000);
	struct item it;
	int64_t t;

	office();
	for (size_t i = 0; i < 1 << 20; i++)
		text[i] = i % 70 == 69 ? '\n' : (char)('a' + i % 26);
	text[1 << 20] = 0;
	compose_init(&c, &conf, NULL);
	set(&c.text, text);
	set(&c.to, to);
	set(&c.subject, "large");
	t = rt_mono();
	is_int(compose_save(&c, &err), 0, "1 MiB of text to 1,000 people is saved");
	ok(rt_mono() - t < 2000000, "... quickly (%lld us)", (long long)(rt_mono() - t));
	compose_load(&d, &conf, c.id, &err);
	ok(!strcmp(d.text, text) && !strcmp(d.to, to), "... and loaded");
	compose_release(&d);
	is_int(compose_queue(&c, &conf, box, id, &err), 0, "... and queued: %s", err.text);
	outbox_get(box, id, &it, &err);
	is_int((int)it.env.n, 1000, "... to all of them");
	item_release(&it);
	compose_init(&d, &conf, NULL);
	compose_from_item(&d, &conf, box, id, &err);
	ok(strlen(d.text) == (1 << 20) + 1 && !strncmp(d.text, text, 1 << 20) && !strcmp(d.to, to), "... and comes back as it was");
	compose_drop(&d, &err);
	compose_release(&d);
	compose_release(&c);
	outbox_remove(box, id, &err);
	outbox_close(&box);
	state_close(&state);
	free(text);
	free(to);
}

int main(void)
{
	int fds;

	crash_init();
	start();
	fds = tap_open_fds();
	t_round();
	t_changes();
	t_own_files();
	t_damaged();
	t_junk();
	t_each();
	t_check();
	t_sentences();
	t_preview();
	t_queue();
	t_resend();
	t_large();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	finish();
	(void)failed;
	return tap_done();
}
