/* SPDX-License-Identifier: GPL-3.0-or-later
 * change: every command that changes mailboxes, killed before and after each file call,
 * and (with FAULTS) with each call failing: then mended or run again, and each message
 * is there once (P12, P27; FAULTS.md F1, F5) */
#include "crash.h"
#include "job/job.h"
#include <dirent.h>
#include <unistd.h>

#define N 5
extern unsigned mbox_dead_seconds;      /* of store: a killed child's lock heals at once */
static char *root, *conf_path;
static struct err err;

/* ---- a world of five messages ---- */

static const char *const flags[N] = { "S", "", "FS", "RS", "S" };

static void message(struct str *s, int i)
{
	str_clear(s);
	/* the last one is a twin of the second */
	str_addf(s, "From: k@x.test\nSubject: mail %d\nMessage-ID: <m%d@x.test>\nDate: Tue, 14 Nov 20%02d 22:13:20 +0000\n\ntoken-%d\n",
		i == 4 ? 1 : i, i == 4 ? 1 : i, 20 + (i == 4 ? 1 : i) % 3, i == 4 ? 1 : i);
}

static void put(const char *path, const char *text)
{
	tbox_put(path, sl(text));
}

static void remove_all(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char *sub = tbox_path("%s/%s", path, e->d_name);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && unlink(sub) != 0)
			remove_all(sub);
		free(sub);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

static void world(bool mbox)
{
	struct str s, all;
	char *a = tbox_path("%s/mail/A", root), *home = tbox_path("%s/home", root), *mail = tbox_path("%s/mail", root);
	struct maildir m;

	remove_all(home);
	remove_all(mail);
	mkdir(home, 0700);
	mkdir(mail, 0700);
	str_init(&s, 65536);
	str_init(&all, 65536);
	if (!mbox) {
		bug_on(maildir_open(&m, a, true, &err) != 0);
		maildir_close(&m);
	}
	for (int i = 0; i < N; i++) {
		message(&s, i);
		if (mbox) {
			str_addf(&all, "From k@x.test Tue Nov 14 22:13:2%d 2023\n", i);
			str_addsl(&all, str_sl(&s));
			str_addc(&all, '\n');
		} else {
			char *name = tbox_path("%s/cur/%d.M%dP1.host:2,%s", a, 1700000000 + i, i, flags[i]);

			tbox_put(name, str_sl(&s));
			free(name);
		}
	}
	if (mbox)
		tbox_put(a, str_sl(&all));
	str_release(&s);
	str_release(&all);
	free(a);
	free(home);
	free(mail);
}

/* ---- running ---- */

static int run(const char *kind, const char *what, const char *folder, const char *to, const char *flag, const char *item)
{
	struct job_spec spec = { .kind = kind, .what = what, .folder = folder, .pattern = folder ? "~A" : NULL, .to = to, .flags = flag,
		.item = item, .conf_path = conf_path, .all = true };
	struct job_events ev = { 0 };

	err = (struct err)ERR_INIT;
	return job_here(&spec, &ev, &err);
}

static int w_flag(void *x) { (void)x; return run("change", "flag", "A", NULL, "+flagged -seen", NULL); }
static int w_move(void *x) { (void)x; return run("change", "move", "A", "B", NULL, NULL); }
static int w_copy(void *x) { (void)x; return run("change", "copy", "A", "B", NULL, NULL); }
static int w_delete(void *x) { (void)x; return run("change", "delete", "A", NULL, NULL, NULL); }
static int w_archive(void *x) { (void)x; return run("change", "archive", "A", NULL, NULL, NULL); }
static int w_undo(void *x) { (void)x; return run("change", "undo", NULL, NULL, NULL, NULL); }
static int w_dedupe(void *x) { (void)x; return run("manage", "dedupe", "A", NULL, NULL, NULL); }
static int w_mbox(void *x) { (void)x; return run("manage", "convert", "A", "mbox", NULL, NULL); }
static int w_maildir(void *x) { (void)x; return run("manage", "convert", "A", "maildir", NULL, NULL); }
static int w_remove(void *x) { (void)x; return run("manage", "remove", "A", NULL, NULL, NULL); }
static int w_rename(void *x) { (void)x; return run("manage", "rename", "A", "B", NULL, NULL); }

static int w_import(void *x)
{
	char *a = tbox_path("%s/mail/A", root);
	int r = run("manage", "import", NULL, "B", NULL, a);

	(void)x;
	free(a);
	return r;
}

static int w_export(void *x)
{
	char *to = tbox_path("%s/mail/out.mbox", root);
	int r = run("manage", "export", "A", to, NULL, NULL);

	(void)x;
	free(to);
	return r;
}

/* What the next command does first. */
static int mend(void *x)
{
	struct folders *folders = NULL;
	struct state *state = NULL;
	char *db = tbox_path("%s/home/pabal/state.db", root);
	struct conf conf;
	int r = -1;

	(void)x;
	err = (struct err)ERR_INIT;
	if (conf_load(&conf, conf_path, &err) == 0) {
		if (fs_mkdirs(conf.data, &err) == 0 && state_open(&state, db, &err) == 0 && folders_open(&folders, &conf, &err) == 0)
			r = change_recover(folders, state, true, &err);
		folders_close(&folders);
		state_close(&state);
		conf_release(&conf);
	}
	free(db);
	return r;
}

/* ---- what is there ---- */

struct tally { int n[N]; int strange; unsigned flags[N]; struct box *box; };

static int count(void *ctx, const struct box_msg *m)
{
	struct tally *t = ctx;
	struct str mem;
	int fd = -1, i;

	str_init(&mem, 2 << 20);
	if (box_read(t->box, &m->ref, &mem, &fd, &err) != 0) {
		t->strange++;
	} else {
		ssize_t at = sl_search(str_sl(&mem), SL("\n\ntoken-"));

		i = at >= 0 ? mem.p[at + 8] - '0' : -1;
		if (i < 0 || i >= N || mem.p[mem.n - 1] != '\n' || mem.p[at + 9] != '\n') {
			t->strange++;
		} else {
			t->n[i]++;
			t->flags[i] = m->flags;
		}
	}
	str_release(&mem);
	return 0;
}

static void tally(struct tally *t, const char *name)
{
	char *path = tbox_path("%s/mail/%s", root, name);
	struct err own = ERR_INIT;
	struct box box;
	bool resumed;

	if (box_kind_of(path, &own) > 0 && box_open(&box, path, &own) == 0) {
		t->box = &box;
		if (box_scan(&box, NULL, &resumed, count, t, &own) != 0)
			t->strange++;
		box_close(&box);
	}
	free(path);
}

/* The twin counts with the second. */
static bool each_once(const struct tally *t)
{
	return t->strange == 0 && t->n[0] == 1 && t->n[1] == 2 && t->n[2] == 1 && t->n[3] == 1;
}

static struct tally all_of(const char *const *boxes)
{
	struct tally t = { .strange = 0 };

	for (; *boxes; boxes++)
		tally(&t, *boxes);
	return t;
}

static const char *const everywhere[] = { "A", "B", "Trash", "Archive/2020", "Archive/2021", "Archive/2022",
	"Archive/2023" /* a header that could not be read: the year it came */, NULL };
static const char *const in_a[] = { "A", NULL }, *const in_b[] = { "B", NULL }, *const in_out[] = { "out.mbox", NULL };

static bool conserved(void)
{
	struct tally t = all_of(everywhere);

	return each_once(&t);
}

static bool old_or_new_flags(void)
{
	struct tally t = all_of(in_a);

	for (int i = 0; i < 4; i++) {
		unsigned old = flags_bits(sl(flags[i])), new = (old | FLAG_FLAGGED) & ~(unsigned)FLAG_SEEN;

		/* the twins were both S and nothing at first */
		if (i != 1 && t.flags[i] != old && t.flags[i] != new)
			return false;
	}
	return each_once(&t);
}

static bool a_is_whole(void)
{
	struct tally t = all_of(in_a);

	return each_once(&t);
}

/* Never lost where it was, never half or twice where it comes to. */
static bool copied_at_most(void)
{
	struct tally a = all_of(in_a), b = all_of(in_b);

	return each_once(&a) && b.strange == 0 && b.n[0] <= 1 && b.n[1] <= 2 && b.n[2] <= 1 && b.n[3] <= 1;
}

/* Imports know what they have by its content: of twins one comes. */
static bool b_has_one_each(void)
{
	struct tally a = all_of(in_a), b = all_of(in_b);

	return each_once(&a) && b.strange == 0 && b.n[0] == 1 && b.n[1] >= 1 && b.n[2] == 1 && b.n[3] == 1;
}

static bool out_whole_or_none(void)
{
	struct tally a = all_of(in_a), out = all_of(in_out);

	return each_once(&a) && (each_once(&out) || (out.n[0] + out.n[1] + out.n[2] + out.n[3] + out.strange == 0));
}

static bool moved_all(void)
{
	struct tally a = all_of(in_a);

	return conserved() && a.n[0] + a.n[1] + a.n[2] + a.n[3] == 0;
}

static const struct command {
	const char *name;
	bool mbox;                      /* A is one                              */
	const char *target;             /* B is made as this first               */
	int (*before)(void *);          /* done before, undisturbed              */
	int (*work)(void *);
	bool (*ever)(void);             /* true after any crash, once mended     */
	bool (*in_the_end)(void);       /* after the command was run again       */
	bool again;                     /* it may be run again after any crash   */
	bool full_disk;                 /* it writes messages                    */
	bool slow;                      /* like another one: with PABAL_SLOW only */
} commands[] = {
	{ "flags in a Maildir", false, NULL, NULL, w_flag, old_or_new_flags, a_is_whole, true, false, false },
	{ "flags in an mbox", true, NULL, NULL, w_flag, a_is_whole, a_is_whole, true, true, false },
	{ "move, Maildir to Maildir", false, NULL, NULL, w_move, conserved, moved_all, false, false, false },
	{ "move, Maildir to mbox", false, "mbox", NULL, w_move, conserved, moved_all, false, true, false },
	{ "move, mbox to Maildir", true, NULL, NULL, w_move, conserved, moved_all, false, true, false },
	{ "move, mbox to mbox", true, "mbox", NULL, w_move, conserved, moved_all, false, false, true },
	{ "copy to a Maildir", false, NULL, NULL, w_copy, copied_at_most, copied_at_most, false, true, false },
	{ "copy to an mbox", false, "mbox", NULL, w_copy, copied_at_most, copied_at_most, false, false, true },
	{ "delete", false, NULL, NULL, w_delete, conserved, moved_all, false, false, false },
	{ "archive", false, NULL, NULL, w_archive, conserved, moved_all, false, false, true },
	{ "take back a move", false, NULL, w_move, w_undo, conserved, a_is_whole, true, false, false },
	{ "take back a deletion from an mbox", true, NULL, w_delete, w_undo, conserved, conserved, true, false, false },
	{ "take back flags", false, NULL, w_flag, w_undo, old_or_new_flags, a_is_whole, true, false, true },
	{ "remove duplicates", false, NULL, NULL, w_dedupe, conserved, conserved, true, false, false },
	{ "convert to an mbox", false, NULL, NULL, w_mbox, a_is_whole, a_is_whole, false, true, false },
	{ "convert to a Maildir", true, NULL, NULL, w_maildir, a_is_whole, a_is_whole, false, true, false },
	{ "import", false, NULL, NULL, w_import, a_is_whole, b_has_one_each, true, true, false },
	{ "export", false, NULL, NULL, w_export, out_whole_or_none, out_whole_or_none, false, true, false },
	{ "remove a mailbox that is full", false, NULL, NULL, w_remove, conserved, conserved, false, false, true },
	{ "rename a mailbox", false, NULL, NULL, w_rename, conserved, conserved, false, false, true },
};

static void begin(const struct command *c)
{
	char *b = tbox_path("%s/mail/B", root);

	world(c->mbox);
	if (c->target)
		put(b, "");
	if (c->before && c->before(NULL) != 0)
		tap_note("%s", err.text);
	free(b);
}

static void t_killed(const struct command *c)
{
	long n, bad = 0, bad_end = 0, unmended = 0;
	int r = 1;

	for (n = 1; r == 1; n++) {
		begin(c);
		r = crash_at(n, c->work, NULL);
		if (mend(NULL) != 0)
			unmended++;
		if (!c->ever()) {
			if (!bad++)
				tap_note("killed at chance %ld", n);
			continue;
		}
		if (r == 1 && c->again)
			crash_at(0, c->work, NULL);
		if (c->again && !c->in_the_end())
			bad_end++;
	}
	is_int(r, 0, "%s: in the end it is done", c->name);
	ok(n > 3, "... after %ld chances to die", n - 2);
	is_int(unmended, 0, "... what a crash left can always be mended");
	is_int(bad, 0, "... each message is there once after each of them");
	if (c->again)
		is_int(bad_end, 0, "... and after it was run again");
	else
		ok(c->in_the_end(), "... and undisturbed all of it is done");
}

static int w_look(void *x) { (void)x; return run("index", NULL, NULL, NULL, NULL, NULL); }

/* Who only looks sees each message once, too. */
static void t_looked_at(void)
{
	long n, bad = 0;
	int r = 1;

	for (n = 1; r == 1; n++) {
		world(true);
		r = crash_at(n, w_move, NULL);
		if (w_look(NULL) != 0 || !conserved())
			bad++;
	}
	ok(n > 3 && bad == 0, "a look mends what %ld crashes left (%ld not)", n - 2, bad);
}

/* What another program holds can't leave, so it is not copied. */
static void t_held(void)
{
	char *a = tbox_path("%s/mail/A", root);
	struct mbox_lock k;
	struct tally t;

	world(true);
	is_int(mbox_lock(&k, a, false, 0, &err), 0, "a mailbox is held");
	is_int(w_move(NULL), -1, "nothing moves out of it: %s", err.text);
	is_int(err.kind, ERR_LOCKED, "... and why");
	mbox_unlock(&k);
	t = all_of(everywhere);
	ok(each_once(&t), "... each message is there once");
	t = all_of(in_a);
	ok(each_once(&t), "... where it was");
	free(a);
}

static void note(void *ctx, enum log_level level, struct slice text)
{
	(void)level;
	*(int *)ctx += 1;
	tap_note(SL_FMT, SL_ARG(text));
}

/* Who only looks doesn't wait for another program: that would be said, after 10 s. */
static void t_looked_at_held(void)
{
	char *b = tbox_path("%s/mail/B", root), *lock = tbox_path("%s/mail/A.lock", root), *lock_b = tbox_path("%s/mail/B.lock", root), *held = tbox_path("%d", (int)getppid());
	struct job_spec spec = { .kind = "index", .conf_path = conf_path };
	int notes = 0, r = 1, failed = 0;
	struct job_events ev = { .note = note, .ctx = &notes };
	long bad = 0;

	for (long n = 1; r == 1; n++) {
		world(true);
		put(b, "");
		r = crash_at(n, w_move, NULL);
		put(lock, held);
		put(lock_b, held);
		failed += job_here(&spec, &ev, &err) != 0;
		unlink(lock);
		unlink(lock_b);
		if (w_look(NULL) != 0 || !conserved())
			bad++;
	}
	is_int(notes + failed, 0, "a look at mailboxes that are held leaves what is half done, without a word");
	is_int(bad, 0, "... and the next one mends it");
	free(b);
	free(lock);
	free(lock_b);
	free(held);
}

static void t_fails(const struct command *c, enum fault f)
{
	long bad = 0, unmended = 0;
	bool reached = true;

	for (long n = 1; reached; n++) {
		begin(c);
		fault_set(f, n, false);
		c->work(NULL);
		reached = fault_off();
		if (mend(NULL) != 0)
			unmended++;
		if (!c->ever() && !bad++) {
			struct tally t = all_of(everywhere);

			tap_note("%d %d %d %d, %d strange", t.n[0], t.n[1], t.n[2], t.n[3], t.strange);
		}
		if (bad == 1)
			tap_note("%s at call %ld (%s): %s", fault_names[f], n, fault_call(), err.text);
	}
	is_int(bad + unmended, 0, "%s: each call fails once (%s), and each message is there once", c->name, fault_names[f]);
}

/* ---- a full journey without faults ---- */

static void t_plain(void)
{
	struct tally t;

	world(false);
	is_int(w_move(NULL), 0, "a move: %s", err.text);
	t = all_of(in_b);
	ok(each_once(&t) && t.flags[2] == (FLAG_FLAGGED | FLAG_SEEN) && t.flags[3] == (FLAG_REPLIED | FLAG_SEEN), "... keeps the flags");
	is_int(w_undo(NULL), 0, "it is taken back: %s", err.text);
	t = all_of(in_a);
	ok(each_once(&t) && t.flags[2] == (FLAG_FLAGGED | FLAG_SEEN), "... flags and all");
	is_int(w_undo(NULL), -1, "there is nothing more to take back");
	is_int(err.kind, ERR_NOTFOUND, "... and that is said: %s", err.text);
	is_int(w_flag(NULL), 0, "flags");
	t = all_of(in_a);
	is_int((int)t.flags[2], FLAG_FLAGGED, "... are changed");
	is_int(w_undo(NULL), 0, "... and taken back");
	t = all_of(in_a);
	is_int((int)t.flags[2], FLAG_FLAGGED | FLAG_SEEN, "... as they were");
	is_int(w_dedupe(NULL), 0, "duplicates are removed: %s", err.text);
	t = all_of(in_a);
	is_int(t.n[1], 1, "... one stays");
	is_int((int)(t.flags[1] & FLAG_SEEN), FLAG_SEEN, "... with the flags of both");
	is_int(w_undo(NULL), 0, "... which is taken back");
	ok(a_is_whole(), "... too");
	is_int(w_mbox(NULL), 0, "the Maildir becomes an mbox: %s", err.text);
	t = all_of(in_a);
	ok(each_once(&t) && t.flags[2] == (FLAG_FLAGGED | FLAG_SEEN) && t.flags[3] == (FLAG_REPLIED | FLAG_SEEN), "... with all flags");
	is_int(w_maildir(NULL), 0, "... and a Maildir again: %s", err.text);
	t = all_of(in_a);
	ok(each_once(&t) && t.flags[2] == (FLAG_FLAGGED | FLAG_SEEN), "... with all flags");
	is_int(w_import(NULL), 0, "an import: %s", err.text);
	is_int(w_import(NULL), 0, "... twice");
	ok(b_has_one_each(), "... brings each message once");
	is_int(run("change", "move", "A", "A", NULL, NULL), 0, "a move into where it is");
	ok(a_is_whole(), "... changes nothing");
	is_int(run("manage", "create", "A", "maildir", NULL, NULL), -1, "a mailbox that is there is not made again");
	is_int(run("change", "flag", "nowhere", NULL, "+seen", NULL), -1, "a mailbox that is not there: %s", err.text);
}

int main(void)
{
	char *home;

	crash_init();
	mbox_dead_seconds = 0;
	root = tbox_dir();
	home = tbox_path("%s/home", root);
	conf_path = tbox_path("%s/config", root);
	setenv("HOME", home, 1);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("XDG_CACHE_HOME", home, 1);
	{
		char *text = tbox_path("mail = %s/mail\n[account x]\naddress = me@x.test\n", root);

		put(conf_path, text);
		free(text);
	}
#ifdef FAULTS
	(void)t_plain;
	(void)t_killed;
	(void)t_held;
	(void)t_looked_at;
	(void)t_looked_at_held;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (commands[i].slow && !getenv("PABAL_SLOW"))
			continue;
		if (commands[i].full_disk)
			t_fails(&commands[i], FAULT_ENOSPC);
		t_fails(&commands[i], FAULT_EIO);
	}
#else
	(void)t_fails;
	t_plain();
	t_held();
	t_looked_at();
	t_looked_at_held();
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!commands[i].slow || getenv("PABAL_SLOW"))
			t_killed(&commands[i]);
#endif
	remove_all(root);
	free(home);
	return tap_done();
}
