/* SPDX-License-Identifier: GPL-3.0-or-later
 * outbox: its numbered invariants, one after the other; the sweeps over every
 * call stand in tests/unit/job/t-crash-out.c */
#include "../store/box.h"
#include "post/post.h"
#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

static char *home, *db, *dir;
static struct state *state;
static struct outbox *box;
static struct err err;

static void open_all(void)
{
	err = (struct err)ERR_INIT;
	if (state_open(&state, db, &err) != 0 || outbox_open(&box, dir, state, &err) != 0)
		tap_note("%s", err.text);
}

static void close_all(void)
{
	outbox_close(&box);
	state_close(&state);
}

static void start(void)
{
	close_all();
	free(home);
	free(db);
	free(dir);
	home = tbox_dir();
	db = tbox_path("%s/state.db", home);
	dir = tbox_path("%s/outbox", home);
	open_all();
}

static int write_text(void *ctx, struct sink *sink, struct err *e)
{
	return sink_write(sink, sl(ctx), e);
}

static int write_fails(void *ctx, struct sink *sink, struct err *e)
{
	sink_write(sink, sl(ctx), e);
	return err_set(e, ERR_INPUT, "the text broke off");
}

static struct rcpt two[2];
static struct envelope env;
static char text[] = "Subject: hello\n\nhello\n";

static char c_a[] = "a@x.test", c_orcpt[] = "rfc822;a@x.test", c_notify[] = "FAILURE", c_bc[] = "\"b c\"@x.test",
	c_home[] = "home", c_id[] = "1@x.test", c_subject[] = "hello % \xed\x95\x9c \x1b[1m", c_envid[] = "e1", c_ret[] = "HDRS";

static void make_envelope(void)
{
	two[0] = (struct rcpt){ .addr = c_a, .orcpt = c_orcpt, .notify = c_notify };
	two[1] = (struct rcpt){ .addr = c_bc };
	env = (struct envelope){ .account = c_home, .from = c_home + 4, .message_id = c_id, .subject = c_subject,
		.envid = c_envid, .ret = c_ret, .created = 1700000000, .rcpt = two, .n = 2 };
}

/* ---- the order of calls ---- */

static struct str seen;

static void note_call(const char *call, bool after)
{
	if (after)
		str_addf(&seen, "%s ", call);
}

static void t_put(char id[64])
{
	struct items all;
	struct item it;
	char *path;
	int fd;

	str_init(&seen, 65536);
	fs_hook = note_call;
	is_int(outbox_put(box, &env, write_text, text, id, &err), 0, "a message is queued");
	fs_hook = NULL;
	is_str(seen.p, "mkdir open write fsync open write fsync fsync rename fsync ",
		"1: both files and their folder are synced before the rename, the outbox after it");
	str_release(&seen);
	path = tbox_path("%s/tmp", dir);
	is_int(tbox_count(path), 0, "1: nothing is left in tmp/");
	free(path);
	is_int(outbox_list(box, &all, &err), 0, "the outbox is listed");
	is_int((int)all.n, 1, "... with one item");
	is_str(all.n ? all.v[0].id : "", id, "... which is ours");
	items_release(&all);
	is_int(outbox_get(box, id, &it, &err), 0, "it is read back");
	is_str(it.env.subject, env.subject, "... its subject, whatever bytes it has");
	is_str(it.env.from, "", "... the null sender");
	is_str(it.env.rcpt[1].addr, "\"b c\"@x.test", "... an address with a space");
	ok(it.env.n == 2 && !it.env.rcpt[1].orcpt && it.env.created == 1700000000, "... and all the rest");
	is_str(it.env.rcpt[0].orcpt, "rfc822;a@x.test", "... the original recipient");
	is_int((int)it.size, (int)strlen(text), "... and the size of its message");
	ok(!it.lost_state && item_waiting(&it) && !item_failed(&it) && item_due(&it, 1), "it waits, and is due");
	item_release(&it);
	fd = outbox_message(box, id, &err);
	path = tbox_path("%s/%s/message", dir, id);
	ok(fd >= 0 && tbox_has(path, sl(text)), "the message is there, byte for byte");
	free(path);
	fs_close(&fd);
}

static void t_order_of_age(void)
{
	char id[3][64];
	struct items all;

	start();
	for (int i = 0; i < 3; i++) {
		rt_set_clock(1700000000000000 + i * 3);
		outbox_put(box, &env, write_text, text, id[i], &err);
	}
	rt_set_clock(-1);
	outbox_list(box, &all, &err);
	ok(all.n == 3 && !strcmp(all.v[0].id, id[0]) && !strcmp(all.v[2].id, id[2]), "items of one second are listed oldest first");
	items_release(&all);
}

/* ---- what can go wrong with putting ---- */

static int (*sound_fsync)(int);
static int sync_calls, sync_fails_at;

static int bad_fsync(int fd)
{
	if (++sync_calls == sync_fails_at) {
		errno = EIO;
		return -1;
	}
	return sound_fsync(fd);
}

static int in_outbox(void)
{
	char *tmp = tbox_path("%s/tmp", dir);
	int n = tbox_count(dir) - 1 + tbox_count(tmp);

	free(tmp);
	return n;
}

static void t_put_fails(void)
{
	struct envelope none = env;
	char id[64];
	char *big = mem_zalloc(9000);

	start();
	is_int(outbox_put(box, &env, write_fails, text, id, &err), -1, "1: a text that breaks off is not queued");
	is_str(err.text, "the text broke off", "... and it says why");
	is_int(in_outbox(), 0, "... and nothing of it is left");
	sound_fsync = fs_sys.fsync;
	fs_sys.fsync = bad_fsync;
	for (sync_fails_at = 1; sync_fails_at <= 4; sync_fails_at++) {
		sync_calls = 0;
		is_int(outbox_put(box, &env, write_text, text, id, &err), -1, "P9: sync %d fails, and so does queueing", sync_fails_at);
		is_int(in_outbox(), 0, "... and nothing is left that could be sent");
	}
	fs_sys.fsync = sound_fsync;
	none.n = 0;
	is_int(outbox_put(box, &none, write_text, text, id, &err), -1, "nobody to send to");
	memset(big, 'x', 8999);
	two[0].addr = big;
	is_int(outbox_put(box, &env, write_text, text, id, &err), -1, "an address that no envelope holds");
	make_envelope();
	none = env;
	none.subject = big;
	is_int(outbox_put(box, &none, write_text, text, id, &err), 0, "a long subject is no reason");
	{
		struct item it;

		is_int(outbox_get(box, id, &it, &err), 0, "... it is cut for the listing");
		item_release(&it);
	}
	free(big);
}

/* ---- results ---- */

static int fate_of(const char *id, size_t i)
{
	struct item it;
	int f;

	if (outbox_get(box, id, &it, &err) != 0)
		return -1;
	f = (int)it.fates.v[i].fate;
	item_release(&it);
	return f;
}

static void set_fate(const char *id, const char *addr, enum rcpt_fate fate)
{
	struct fate f = { .addr = mem_strdup(addr), .fate = fate, .when = 5 };

	is_int(state_fate(state, id, &f, &err), 0, "%s gets a fate", addr);
	free(f.addr);
}

static void t_fates(void)
{
	struct item it;
	char id[64];

	start();
	outbox_put(box, &env, write_text, text, id, &err);
	fate_of(id, 0);
	set_fate(id, "a@x.test", FATE_GOING);
	set_fate(id, "\"b c\"@x.test", FATE_ACCEPTED);
	close_all();            /* a crash */
	open_all();
	is_int(fate_of(id, 0), FATE_GOING, "2: going is on disk");
	is_int(fate_of(id, 1), FATE_ACCEPTED, "3: accepted is on disk");
	outbox_get(box, id, &it, &err);
	ok(item_waiting(&it), "4: what is going is no result yet");
	is_int(outbox_settle(box, &it, &err), 0, "4: the next try settles it");
	ok(it.fates.v[0].fate == FATE_UNSURE && fate_of(id, 0) == FATE_UNSURE, "4: as unsure");
	ok(it.fates.v[1].fate == FATE_ACCEPTED && fate_of(id, 1) == FATE_ACCEPTED, "3: and accepted stays accepted");
	ok(!item_waiting(&it) && item_failed(&it) && !item_due(&it, INT64_MAX), "4: nobody waits, so nobody is tried");
	is_int(outbox_settle(box, &it, &err), 0, "settling again changes nothing");
	is_int(fate_of(id, 0), FATE_UNSURE, "... at all");
	item_release(&it);
	/* a decision of the person */
	set_fate(id, "a@x.test", FATE_WAITING);
	is_int(fate_of(id, 0), FATE_WAITING, "4: only a person makes it wait again");
}

static void t_due(void)
{
	struct fate f = { .fate = FATE_WAITING };
	struct item it = { .fates = { &f, 1 } };
	struct conf conf = { .retry = 1800 };

	it.sending = (struct sending){ .last_try = 1000, .next_try = 2800 };
	ok(!item_due(&it, 2799) && item_due(&it, 2800), "an item is due when its time has come");
	is_int(outbox_next_try(&conf, &it, 1000), 2800, "... after the retry interval");
	conf.retry_max = 14400;
	it.sending.attempts = 2;
	is_int(outbox_next_try(&conf, &it, 1000), 8200, "... twice as long after each further try");
	it.sending.attempts = 1000;
	is_int(outbox_next_try(&conf, &it, 1000), 15400, "... and not longer than retry-max");
	conf.retry_max = 60;
	is_int(outbox_next_try(&conf, &it, 1000), 2800, "... nor shorter than retry");
	it.sending.attempts = 0;
	ok(item_due(&it, 999), "P18: a clock that went back makes nothing wait for years");
	it.sending.held = true;
	ok(!item_due(&it, 5000), "what is held is not due");
	it.sending.held = false;
	f.fate = FATE_FAILED;
	ok(!item_due(&it, 5000) && item_failed(&it), "nor is what failed");
}

/* What is to leave later says so in its envelope: before anybody looked at it, and
 * when the database was lost. */
static void t_scheduled(void)
{
	struct envelope later = env;
	struct item it;
	char id[64];
	char *lost;

	start();
	later.send_at = 1800000000;
	outbox_put(box, &later, write_text, text, id, &err);
	close_all();
	open_all();
	is_int(outbox_get(box, id, &it, &err), 0, "an item for later: %s", err.text);
	ok(it.env.send_at == 1800000000 && it.sending.next_try == 1800000000 && it.sending.attempts == 0, "... has its time");
	ok(item_scheduled(&it, 1799999999) && !item_due(&it, 1799999999) && item_waiting(&it), "... waits for it");
	ok(!item_scheduled(&it, 1800000000) && item_due(&it, 1800000000), "... and is due then");
	item_release(&it);
	is_int(state_tried(state, id, 1800000000, 1800001800, &err), 0, "it is tried");
	outbox_get(box, id, &it, &err);
	ok(!item_scheduled(&it, 1800000001), "what was tried waits as everything does");
	item_release(&it);
	is_int(state_item_later(state, id, 5, &err), 0, "its time can be changed");
	outbox_get(box, id, &it, &err);
	is_int(it.sending.next_try, 5, "... at any time");
	item_release(&it);
	is_int(state_item_later(state, "0123456789abcdef", 5, &err), -1, "... of what is there: %s", err.text);
	close_all();
	lost = tbox_path("%s.lost", db);
	if (rename(db, lost) != 0)
		tap_note("rename: %s", strerror(errno));
	open_all();
	is_int(outbox_get(box, id, &it, &err), 0, "7: with another database");
	ok(!item_due(&it, INT64_MAX) && it.sending.next_try == 1800000000, "7: ... it is unsure, not early");
	item_release(&it);
	free(lost);
}

/* ---- locks ---- */

static void t_lock(void)
{
	char id[64];
	int lock, second, status;

	start();
	outbox_put(box, &env, write_text, text, id, &err);
	is_int(outbox_lock(box, id, &lock, &err), 0, "P13: an item is locked");
	if (fork() == 0)
		_exit(outbox_lock(box, id, &second, &err) == -1 && err.kind == ERR_LOCKED ? 0 : 1);
	wait(&status);
	is_int(status, 0, "P13: ... and another process is told so");
	fs_close(&lock);
	is_int(outbox_lock(box, id, &lock, &err), 0, "it can be locked again");
	is_int(outbox_remove(box, id, &err), 0, "an item is removed under its lock");
	fs_close(&lock);
	is_int(outbox_lock(box, id, &lock, &err), -1, "one that is gone can't be locked");
	is_int(outbox_lock(box, "../../x", &lock, &err), -1, "nor one whose name leads elsewhere");
}

/* ---- Sent ---- */

static void t_sent(void)
{
	char *sent, *tmp;
	struct item it;
	struct maildir m;
	struct entries all;
	char id[64];

	start();
	sent = tbox_path("%s/Sent", home);
	tmp = tbox_path("%s/tmp", sent);
	outbox_put(box, &env, write_text, text, id, &err);
	outbox_get(box, id, &it, &err);
	is_int(outbox_copy_sent(box, &it, sent, &err), 0, "5: a copy goes to Sent");
	is_int(outbox_copy_sent(box, &it, sent, &err), 0, "5: ... and again, after a crash");
	is_int(tbox_copies(sent, sl(text)), 1, "5: there is one");
	is_int(tbox_count(tmp), 0, "... and nothing in tmp/");
	maildir_open(&m, sent, false, &err);
	maildir_scan(&m, &all, &err);
	ok(all.n == 1 && !all.v[0].fresh && strstr(all.v[0].name, id), "5: its name holds the item's id");
	is_slice(entry_flags(all.v[0].name), SL("S"), "... and it counts as read");
	maildir_set_flags(&m, &all.v[0], "FS", &err);
	is_int(outbox_copy_sent(box, &it, sent, &err), 0, "5: it is known with other flags, too");
	is_int(tbox_copies(sent, sl(text)), 1, "5: ... so there is still one");
	entries_release(&all);
	maildir_close(&m);
	item_release(&it);
	free(sent);
	free(tmp);
}

/* ---- going away ---- */

static int rows_at_rename;

static void look_at_rows(const char *call, bool after)
{
	struct sending s;
	struct fates f;
	struct err own = ERR_INIT;
	struct state *other = NULL;
	DIR *d = opendir(dir);
	const struct dirent *e;

	if (strcmp(call, "rename") == 0 && !after) {
		fs_hook = NULL;
		state_open(&other, db, &own);
		while (d && (e = readdir(d))) {
			if (strlen(e->d_name) < 8)
				continue;
			rows_at_rename = state_item_get(other, e->d_name, &s, &f, &own);
			fates_release(&f);
		}
		state_close(&other);
		fs_hook = look_at_rows;
	}
	if (d)
		closedir(d);
}

static void t_remove(void)
{
	struct utimbuf old = { 1000000000, 1000000000 };
	struct sending s;
	struct fates f;
	struct item it;
	char id[64];
	char *path, *to;

	start();
	outbox_put(box, &env, write_text, text, id, &err);
	fate_of(id, 0);
	fs_hook = look_at_rows;
	is_int(outbox_remove(box, id, &err), 0, "6: an item goes");
	fs_hook = NULL;
	is_int(rows_at_rename, 1, "6: its rows were there at the rename");
	is_int(state_item_get(state, id, &s, &f, &err), 0, "6: ... and are gone after it");
	is_int(in_outbox(), 0, "... and so is the folder");
	is_int(outbox_get(box, id, &it, &err), -1, "it can't be read any more");
	is_int(err.kind, ERR_NOTFOUND, "... as it is not there");
	is_int(outbox_remove(box, id, &err), -1, "nor removed twice");
	is_int(outbox_remove(box, "tmp", &err), -1, "nor can anything that is no item");
	/* a crash between the rename and the rows */
	outbox_put(box, &env, write_text, text, id, &err);
	fate_of(id, 0);
	path = tbox_path("%s/%s", dir, id);
	to = tbox_path("%s/tmp/%s", dir, id);
	if (rename(path, to) != 0)
		tap_note("rename: %s", strerror(errno));
	close_all();
	open_all();
	is_int(in_outbox(), 1, "6: what a crash left in tmp/ is left alone while it is young");
	utime(to, &old);
	close_all();
	open_all();
	is_int(in_outbox(), 0, "6: ... and swept when it is old");
	is_int(state_item_get(state, id, &s, &f, &err), 0, "6: ... with its rows");
	free(path);
	free(to);
}

/* ---- databases ---- */

static void t_lost(void)
{
	char id[64], later[64];
	struct item it;

	start();
	outbox_put(box, &env, write_text, text, id, &err);
	fate_of(id, 0);
	set_fate(id, "a@x.test", FATE_ACCEPTED);
	close_all();
	unlink(db);
	open_all();
	outbox_put(box, &env, write_text, text, later, &err);
	is_int(outbox_get(box, id, &it, &err), 0, "7: the database is lost, the item is not");
	ok(it.lost_state, "7: and that is seen");
	ok(it.fates.v[0].fate == FATE_UNSURE && it.fates.v[1].fate == FATE_UNSURE, "7: everybody is unsure");
	ok(!item_due(&it, INT64_MAX) && item_failed(&it), "7: and nobody is tried unasked");
	item_release(&it);
	is_int(outbox_get(box, id, &it, &err), 0, "7: also when it is looked at again");
	ok(it.lost_state && it.fates.v[0].fate == FATE_UNSURE, "7: ... it is the same");
	item_release(&it);
	is_int(fate_of(later, 0), FATE_WAITING, "7: what was queued since then waits as ever");
}

/* Many look at a new item at once: each must see it. */
static void t_at_once(void)
{
	int good = 0, status;
	char id[64];

	start();
	for (int i = 0; i < 5; i++)
		outbox_put(box, &env, write_text, text, id, &err);
	close_all();
	for (int i = 0; i < 4; i++) {
		if (fork() == 0) {
			struct items all;
			bool five;

			open_all();
			five = outbox_list(box, &all, &err) == 0 && all.n == 5;
			items_release(&all);
			close_all();
			_exit(five ? 0 : 1);
		}
	}
	for (int i = 0; i < 4; i++)
		good += wait(&status) > 0 && status == 0;
	is_int(good, 4, "P13: four processes list five new items at once");
	open_all();
}

/* ---- envelopes that are not as they should be ---- */

static void t_bad_envelopes(void)
{
	static const struct { const char *what, *text; bool good; } cases[] = {
		{ "as written", "pabal-envelope 1\naccount a\nfrom x@y\nto b@c\nend\n", true },
		{ "with a time to be sent at that is none", "pabal-envelope 1\nsend-at soon\naccount a\nfrom x@y\nto b@c\nend\n", false },
		{ "with a key of the future", "pabal-envelope 1\naccount a\nfrom x@y\nfuture x\nto b@c\nend\n", true },
		{ "without its end", "pabal-envelope 1\naccount a\nfrom x@y\nto b@c\n", false },
		{ "cut inside a word", "pabal-envelope 1\naccount a\nfrom x@y\nto b@c\nen", false },
		{ "of another version", "pabal-envelope 2\naccount a\nfrom x@y\nto b@c\nend\n", false },
		{ "without recipients", "pabal-envelope 1\naccount a\nfrom x@y\nend\n", false },
		{ "without a sender", "pabal-envelope 1\naccount a\nto b@c\nend\n", false },
		{ "without an account", "pabal-envelope 1\nfrom x@y\nto b@c\nend\n", false },
		{ "with a line break in an address", "pabal-envelope 1\naccount a\nfrom x@y\nto b@c%0D%0ADATA\nend\n", false },
		{ "with a NUL in the sender", "pabal-envelope 1\naccount a\nfrom x%00@y\nto b@c\nend\n", false },
		{ "with a bad escape", "pabal-envelope 1\naccount a\nfrom x%4\nto b@c\nend\n", false },
		{ "with an orcpt before any recipient", "pabal-envelope 1\naccount a\nfrom x@y\norcpt z\nto b@c\nend\n", false },
		{ "with a time that is none", "pabal-envelope 1\ncreated -1\naccount a\nfrom x@y\nto b@c\nend\n", false },
		{ "that is empty", "", false },
	};

	start();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *folder = tbox_path("%s/deadbeef%02zx", dir, i), *path = tbox_path("%s/envelope", folder);
		char id[64];
		struct item it;

		snprintf(id, sizeof(id), "deadbeef%02zx", i);
		mkdir(folder, 0700);
		tbox_put(path, sl(cases[i].text));
		err = (struct err)ERR_INIT;
		is_int(outbox_get(box, id, &it, &err), cases[i].good ? 0 : -1, "an envelope %s", cases[i].what);
		if (!cases[i].good)
			is_int(err.kind, ERR_CONFIG, "... is refused with a word: %s", err.text);
		else
			item_release(&it);
		free(folder);
		free(path);
	}
	{
		struct items all;

		log_open(-1, LOG_ERROR);
		is_int(outbox_list(box, &all, &err), 0, "bad ones do not hide the others");
		is_int((int)all.n, 2, "... which are listed");
		items_release(&all);
		log_open(STDERR_FILENO, LOG_WARN);
	}
}

static void t_not_ours(void)
{
	struct outbox *o = NULL;

	start();
	chmod(dir, 0777);
	is_int(outbox_open(&o, dir, state, &err), -1, "an outbox that others can write to is not used");
	chmod(dir, 0700);
}

int main(void)
{
	char id[64];
	int fds;

	make_envelope();
	start();
	close_all();
	fds = tap_open_fds();
	open_all();
	t_put(id);
	t_order_of_age();
	t_put_fails();
	t_fates();
	t_due();
	t_scheduled();
	t_lock();
	t_sent();
	t_remove();
	t_lost();
	t_at_once();
	t_bad_envelopes();
	t_not_ours();
	close_all();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	free(home);
	free(db);
	free(dir);
	return tap_done();
}
