/* SPDX-License-Identifier: GPL-3.0-or-later
 * boxes, writing: messages put in, changed, moved; each of these killed at each file
 * call, and each file call failing (FAULTS.md): old or new, never half, nothing lost,
 * nothing doubled.  And any row of puts and changes shows the same in a Maildir and an
 * mbox. */
#include "../job/crash.h"
#include "store/priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FROM "From a@b.example Tue Mar  3 09:30:00 2026\n"
#define WHEN 1772530200

static char *home;
static struct err why;

static char *at(const char *name)
{
	static char *kept[8];
	static unsigned next;
	char **p = &kept[next++ % 8];

	free(*p);
	return *p = tbox_path("%s/%s", home, name);
}

static void fresh_home(void)
{
	free(home);
	home = tbox_dir();
}

static void make_maildir(const char *name)
{
	struct maildir m;

	if (maildir_open(&m, at(name), true, &why) == 0)
		maildir_close(&m);
}

static void put_file(const char *name, const char *text)
{
	tbox_put(at(name), sl(text));
}

static const char *slurp(const char *name)
{
	static struct str s;

	if (!s.p)
		str_init(&s, STR_MAX);
	str_clear(&s);
	return fs_slurp(at(name), STR_MAX, &s, &why) == 0 ? s.p : "(no file)";
}

/* ---- what is visible: "1:FS 2:* 3:" sorted ---- */

struct show { char *v[600]; size_t n; struct box *box; bool with_text; };

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int show_one(void *ctx, const struct box_msg *m)
{
	struct show *s = ctx;
	struct str text;
	struct slice rest, line = SL("");
	char flags[8];
	int fd;

	flags_letters(m->flags, flags);
	str_init(&text, STR_MAX);
	if (box_read(s->box, &m->ref, &text, &fd, &why) != 0)
		str_adds(&text, why.text);
	rest = str_sl(&text);
	sl_line(&rest, &line);
	if (sl_starts(line, "A: "))
		line = sl_skip(line, 3);
	s->v[s->n++] = tbox_path(SL_FMT ":%s%s%s", SL_ARG(line), flags, m->flags & FLAG_FRESH ? "*" : "",
		sl_ends(str_sl(&text), "\nend\n") ? "" : "(half)");
	str_release(&text);
	return 0;
}

static const char *show(const char *name)
{
	static struct str out;
	struct show s = { .n = 0 };
	struct box b;
	bool resumed;

	if (!out.p)
		str_init(&out, STR_MAX);
	str_clear(&out);
	s.box = &b;
	if (box_open(&b, at(name), &why) != 0)
		return why.kind == ERR_NOTFOUND ? "none" : why.text;
	if (box_scan(&b, NULL, &resumed, show_one, &s, &why) != 0)
		str_adds(&out, why.text);
	box_close(&b);
	if (s.n)
		qsort(s.v, s.n, sizeof(*s.v), by_text);
	for (size_t i = 0; i < s.n; i++) {
		str_addf(&out, "%s%s", i ? " " : "", s.v[i]);
		free(s.v[i]);
	}
	return out.p;
}

/* ---- the ref of a message ---- */

struct seek { const char *want; struct box *box; struct box_ref ref; char name[300]; bool found, failed; };

static int seek_one(void *ctx, const struct box_msg *m)
{
	struct seek *s = ctx;
	struct str head;
	uint64_t size;

	str_init(&head, 4096);
	s->failed = s->failed || box_header(s->box, &m->ref, &head, &size, &why) != 0;
	if (sl_starts(sl_skip(str_sl(&head), 3), s->want) &&
	    sl_starts(sl_skip(str_sl(&head), 3 + strlen(s->want)), "\n")) {
		s->found = true;
		s->ref = m->ref;
		snprintf(s->name, sizeof(s->name), "%s", m->ref.name);
	}
	str_release(&head);
	return 0;
}

/* found: false, when it is not there */
static bool ref_of(struct box *b, const char *want, struct seek *s)
{
	bool resumed;

	*s = (struct seek){ .want = want, .box = b };
	s->failed = box_scan(b, NULL, &resumed, seek_one, s, &why) != 0 || s->failed;
	s->ref.name = s->name;
	return s->found;
}

static int put_one(struct box_put *p, const char *subject, unsigned flags, const char *name, struct err *err)
{
	struct box_meta meta = { .flags = flags, .received = WHEN, .sender = "a@b.example" };
	char text[200];
	struct src src;

	snprintf(text, sizeof(text), "A: %s\n\nFrom here\n>From there\nend\n", subject);
	src_mem(&src, sl(text));
	return box_put(p, &src, &meta, name, err);
}

/* ---- plain use ---- */

static char places[400];

static void told(void *ctx, size_t i, const struct box_ref *ref)
{
	size_t n = strlen(places);

	snprintf(places + n, sizeof(places) - n, "%zu:%s%s:%lld ", i, ref->name, ref->fresh ? "*" : "", (long long)ref->pos);
}

static void t_put(void)
{
	static const char *const boxes[] = { "m", "box" };

	for (size_t i = 0; i < 2; i++) {
		struct box_put *p = NULL;
		struct err err = ERR_INIT;
		int fds = tap_open_fds();

		fresh_home();
		if (i == 0)
			make_maildir("m");
		else
			put_file("box", FROM "A: 0\n\nx\nend");
		is_int(box_put_open(&p, at(boxes[i]), "mark7", &err), 0, "open %s: %s", boxes[i], err.text);
		is_int(put_one(p, "1", FLAG_FRESH, "100.a.h", &err), 0, "put: %s", err.text);
		is_int(put_one(p, "2", FLAG_SEEN | FLAG_FLAGGED, "101.b.h", &err), 0, "put: %s", err.text);
		is_int(put_one(p, "3", 0, "102.c.h", &err), 0, "put: %s", err.text);
		is_int(put_one(p, "4", FLAG_FRESH | FLAG_REPLIED, "103.d.h", &err), 0, "put: %s", err.text);
		if (i == 0)
			is_str(show("m"), "", "nobody sees them before the commit");
		places[0] = 0;
		is_int(box_put_commit(p, told, NULL, &err), 0, "commit: %s", err.text);
		is_str(show(boxes[i]), i ? "0:* 1:* 2:FS 3: 4:R" : "1:* 2:FS 3: 4:R", "everybody sees them");
		is_str(places, i ? "0::55 1::132 2::232 3::319 " :
			"0:100.a.h*:0 1:101.b.h:2,FS:0 2:102.c.h:2,:0 3:103.d.h:2,R:0 ", "and their places are told");
		places[0] = 0;
		is_int(put_one(p, "5", FLAG_FRESH, NULL, &err), 0, "the next batch: %s", err.text);
		is_int(box_put_commit(p, NULL, NULL, &err), 0, "commit: %s", err.text);
		is_int(put_one(p, "6", FLAG_FRESH, NULL, &err), 0, "one that is not committed: %s", err.text);
		if (i == 0) {
			struct stat st;

			is_int(tbox_count(at("m/tmp")), 1, "lies in tmp/");
			stat(at("m/cur/101.b.h:2,FS"), &st);
			is_int(st.st_mtime, WHEN, "the file has its time");
		}
		box_put_close(&p);
		ok(!p, "closed");
		is_str(show(boxes[i]), i ? "0:* 1:* 2:FS 3: 4:R 5:*" : "1:* 2:FS 3: 4:R 5:*", "it is gone");
		if (i == 0)
			is_int(tbox_count(at("m/tmp")), 0, "from tmp/, too");
		is_int(tap_open_fds(), fds, "no descriptor is lost");
	}
}

static void t_names(void)
{
	static const char *const bad[] = { "", ".x", "a/b", "a:2,", "x:2,S" };
	struct box_put *p = NULL;
	struct err err = ERR_INIT;
	char long_name[300], want[200];

	fresh_home();
	make_maildir("m");
	put_file("m/cur/100.a.h:2,S", "A: 1\n\nend\n");
	put_file("m/new/101.b.h", "A: 2\n\nend\n");
	box_put_open(&p, at("m"), "", &err);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		is_int(put_one(p, "x", 0, bad[i], &err), -1, "a name that can't be: %s", err.text);
		is_int(err.kind, ERR_INPUT, "... is a wrong input");
	}
	memset(long_name, 'n', 250);
	long_name[250] = 0;
	is_int(put_one(p, "x", 0, long_name, &err), -1, "a long name");
	is_int(put_one(p, "x", 0, "100.a.h", &err), -1, "%s", err.text);
	is_int(err.kind, ERR_EXISTS, "there, with other flags");
	is_int(put_one(p, "x", 0, "101.b.h", &err), -1, "there, in new/");
	is_int(put_one(p, "3", 0, "102.c.h", &err), 0, "a new one: %s", err.text);
	is_int(put_one(p, "x", 0, "102.c.h", &err), -1, "not twice in one batch");
	is_int(put_one(p, "4", FLAG_SEEN, NULL, &err), 0, "without a name: %s", err.text);
	places[0] = 0;
	is_int(box_put_commit(p, told, NULL, &err), 0, "commit: %s", err.text);
	is_str(show("m"), "1:S 2:* 3: 4:S", "the others stay");
	snprintf(want, sizeof(want), "0:102.c.h:2,:0 1:%d.M", WHEN);
	ok(strncmp(places, want, strlen(want)) == 0, "a new name begins with the time of arrival: %s", places);
	/* somebody takes the name before the commit */
	is_int(put_one(p, "5", 0, "103.d.h", &err), 0, "put");
	is_int(put_one(p, "6", 0, "104.e.h", &err), 0, "put");
	put_file("m/cur/104.e.h:2,", "A: other\n\nend\n");
	is_int(box_put_commit(p, NULL, NULL, &err), -1, "%s", err.text);
	is_str(show("m"), "1:S 2:* 3: 4:S other:", "nothing of the batch stays, and nothing is lost");
	is_int(put_one(p, "7", 0, NULL, &err), -1, "it is over: %s", err.text);
	is_int(box_put_commit(p, NULL, NULL, &err), -1, "it is over");
	box_put_close(&p);
	is_int(tbox_count(at("m/tmp")), 0, "tmp/ is empty");
	is_int(box_put_open(&p, at("none"), "", &err), -1, "%s", err.text);
	put_file("one.eml", "A: b\n\n");
	is_int(box_put_open(&p, at("one.eml"), "", &err), -1, "%s", err.text);
	box_put_close(&p);
}

/* ---- moved ---- */

static int move_one(const char *from, const char *to, const char *subject, const char *name, char **name_r)
{
	struct box a, b;
	struct seek s;
	int r;

	if (box_open(&a, at(from), &why) != 0)
		return -1;
	if (box_open(&b, at(to), &why) != 0) {
		box_close(&a);
		return -1;
	}
	r = ref_of(&a, subject, &s) ? box_rename(&a, &s.ref, &b, name, name_r, &why) : s.failed ? -1 : -2;
	if (r == 1 && (box_sync(&b, &why) != 0 || box_sync(&a, &why) != 0))
		r = -1;
	box_close(&a);
	box_close(&b);
	return r;
}

static void t_move(void)
{
	char *name = NULL;
	struct box a, b;
	struct seek s;

	fresh_home();
	make_maildir("m");
	make_maildir("n");
	put_file("m/cur/100.a.h:2,FSxy,odd", "A: 1\n\nend\n");
	put_file("m/new/101.b.h", "A: 2\n\nend\n");
	put_file("m/cur/102.c.h:2,S", "A: 3\n\nend\n");
	is_int(move_one("m", "n", "1", NULL, &name), 1, "moved: %s", why.text);
	ok(sl_starts(sl(name), "100.M"), "the new name keeps the seconds");
	free(name);
	is_int(move_one("m", "n", "2", "200.x.h", &name), 1, "moved: %s", why.text);
	is_str(name, "200.x.h", "under the name that was asked for");
	free(name);
	is_str(show("m"), "3:S", "gone from there");
	is_str(show("n"), "1:FS 2:*", "and here, flags and all");
	is_int(move_one("m", "n", "3", "200.x.h", &name), 1, "another with flags may have the name");
	free(name);
	put_file("m/new/300.y.h", "A: 4\n\nend\n");
	is_int(move_one("m", "n", "4", "200.x.h", &name), -1, "%s", why.text);
	is_int(why.kind, ERR_EXISTS, "never onto another");
	is_str(show("m"), "4:*", "it stays");

	/* others renamed it meanwhile */
	put_file("m/cur/400.z.h:2,", "A: 5\n\nend\n");
	box_open(&a, at("m"), &why);
	box_open(&b, at("n"), &why);
	ref_of(&a, "5", &s);
	rename(at("m/cur/400.z.h:2,"), at("m/cur/400.z.h:2,T"));
	is_int(box_rename(&a, &s.ref, &b, NULL, &name, &why), 1, "found under its other name: %s", why.text);
	free(name);
	is_int(box_rename(&a, &s.ref, &b, NULL, &name, &why), -1, "%s", why.text);
	is_int(why.kind, ERR_NOTFOUND, "gone");
	ok(strstr(show("n"), "5:T") != NULL, "its last flags came along");
	box_close(&a);
	box_close(&b);
	put_file("box", FROM "A: 6\n\nend\n\n");
	is_int(move_one("box", "m", "6", NULL, &name), 0, "an mbox: by copying");
	if (access("/dev/shm", W_OK) == 0) {
		char *other = mem_strdup("/dev/shm/pabal-test-XXXXXX");
		struct maildir m;
		struct stat st, here;

		if (mkdtemp(other) && stat(other, &st) == 0 && stat(home, &here) == 0 && st.st_dev != here.st_dev) {
			maildir_open(&m, other, true, &why);
			maildir_close(&m);
			box_open(&a, at("m"), &why);
			box_open(&b, other, &why);
			ref_of(&a, "4", &s);
			is_int(box_rename(&a, &s.ref, &b, NULL, &name, &why), 0, "another file system: by copying");
			is_str(show("m"), "4:*", "... and it stays");
			box_close(&a);
			box_close(&b);
		}
		fs_remove_tree(FS_CWD, other);
		free(other);
	}
}

/* ---- workloads ---- */

static void fresh_boxes(void)
{
	fresh_home();
	make_maildir("m");
	make_maildir("n");
	put_file("m/cur/100.a.h:2,Sk", "A: 1\n\nend\n");
	put_file("m/new/101.b.h", "A: 2\n\nend\n");
	put_file("m/cur/102.c.h:2,", "A: 3\n\nend\n");
	put_file("box", FROM "A: 1\nStatus: RO\n\nend\n\n" FROM "A: 2\n\nend\n\n" FROM "A: 3\nStatus: O\n\nend\n\n");
}

static int put_into(const char *name)
{
	struct box_put *p = NULL;
	bool maildir = strcmp(name, "m") == 0;
	int r;

	why = (struct err)ERR_INIT;
	r = box_put_open(&p, at(name), "mark7", &why);
	for (int i = 4; i <= 6 && r == 0; i++) {
		char subject[12], base[20];

		snprintf(subject, sizeof(subject), "%d", i);
		snprintf(base, sizeof(base), "20%d.x.h", i);
		r = put_one(p, subject, i == 4 ? FLAG_FRESH : FLAG_SEEN, maildir ? base : NULL, &why);
		if (r != 0 && why.kind == ERR_EXISTS)
			r = 0;
	}
	if (r == 0)
		r = box_put_commit(p, NULL, NULL, &why);
	box_put_close(&p);
	return r;
}

static int w_put(void *ctx)
{
	return put_into("m");
}

/* An mbox has no names: what was put is not put again. */
static int w_append(void *ctx)
{
	return strstr(slurp("box"), "A: 6") ? 0 : put_into("box");
}

static int change_all(const char *name)
{
	struct box_change v[3] = { { .set = FLAG_FLAGGED, .clear = FLAG_SEEN }, { .set = FLAG_SEEN }, { .remove = true } };
	struct seek s[3];
	struct box b;
	bool failed = false;
	size_t n = 0;
	int r;

	why = (struct err)ERR_INIT;
	if (box_open(&b, at(name), &why) != 0)
		return -1;
	for (int i = 0; i < 3; i++) {
		static const char *const subjects[] = { "1", "2", "3" };

		if (ref_of(&b, subjects[i], &s[i])) {
			v[n] = v[i];
			v[n++].ref = s[i].ref;
		}
		failed = failed || s[i].failed || (i < 2 && !s[i].found);
	}
	r = !failed ? box_change(&b, v, n, NULL, NULL, &why) : -1;
	for (size_t i = 0; i < n; i++)
		free(v[i].name);
	box_close(&b);
	return r;
}

static int w_change(void *ctx)
{
	return change_all("m");
}

static int w_rewrite(void *ctx)
{
	return change_all("box");
}

static int w_rename(void *ctx)
{
	char *name = NULL;
	int r;

	why = (struct err)ERR_INIT;
	r = move_one("m", "n", "1", "500.n.h", &name);
	free(name);
	return r == 1 || (r == -2 && why.kind == ERR_NONE && sl_is(sl(show("n")), "1:S")) ? 0 : -1;
}

static int w_create(void *ctx)
{
	int r;

	why = (struct err)ERR_INIT;
	r = box_create(at("deep/new"), BOX_MAILDIR, &why);
	return r == 0 || why.kind == ERR_EXISTS ? 0 : -1;
}

static int w_create_mbox(void *ctx)
{
	int r;

	why = (struct err)ERR_INIT;
	r = box_create(at("deep/mbox"), BOX_MBOX, &why);
	return r == 0 || why.kind == ERR_EXISTS ? 0 : -1;
}

static int w_remove(void *ctx)
{
	int r;

	why = (struct err)ERR_INIT;
	r = box_remove(at("n"), &why);
	return r == 0 || why.kind == ERR_NOTFOUND ? 0 : -1;
}

static int w_move(void *ctx)
{
	int r;

	why = (struct err)ERR_INIT;
	r = box_move(at("m"), at("moved/m"), &why);
	return r == 0 || why.kind == ERR_NOTFOUND ? 0 : -1;
}

static int w_move_mbox(void *ctx)
{
	int r;

	why = (struct err)ERR_INIT;
	r = box_move(at("box"), at("moved box"), &why);
	return r == 0 || why.kind == ERR_NOTFOUND ? 0 : -1;
}

/* legal: states that a crash may leave; the last of them is the end of a good run, the
 * first one the state before. */
static const struct work {
	const char *name; int (*work)(void *); const char *boxes[2]; const char *legal[10]; bool steps;
} works[] = {
	{ "put", w_put, { "m" }, { "1:S 2:* 3:", "1:S 2:* 3: 4:*", "1:S 2:* 3: 4:* 5:S", "1:S 2:* 3: 4:* 5:S 6:S" }, false },
	{ "append", w_append, { "box" }, { "1:S 2:* 3:", "1:S 2:* 3: 4:* 5:S 6:S" }, false },
	{ "change", w_change, { "m" }, { "1:S 2:* 3:", "1:F 2:* 3:", "1:F 2:S 3:", "1:F 2:S" }, true },
	{ "rewrite", w_rewrite, { "box" }, { "1:S 2:* 3:", "1:F 2:S" }, true },
	{ "rename", w_rename, { "m", "n" }, { "1:S 2:* 3:|", "2:* 3:|1:S" }, true },
	{ "create", w_create, { "deep/new" }, { "none", "" }, true },
	{ "create an mbox", w_create_mbox, { "deep/mbox" }, { "none", "" }, true },
	{ "remove", w_remove, { "n" }, { "", "none" }, true },
	{ "move", w_move, { "m", "moved/m" }, { "1:S 2:* 3:|none", "none|1:S 2:* 3:" }, true },
	{ "move an mbox", w_move_mbox, { "box", "moved box" }, { "1:S 2:* 3:|none", "none|1:S 2:* 3:" }, true },
};

static const char *state_of(const struct work *w)
{
	static char text[2000];

	snprintf(text, sizeof(text), "%s", show(w->boxes[0]));
	if (w->boxes[1]) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "|%s", show(w->boxes[1]));
	}
	return text;
}

static const char *last_of(const struct work *w)
{
	size_t i = 0;

	while (w->legal[i + 1])
		i++;
	return w->legal[i];
}

static bool is_legal(const struct work *w, const char *state)
{
	for (size_t i = 0; w->legal[i]; i++)
		if (strcmp(state, w->legal[i]) == 0)
			return true;
	return false;
}

/* A dotlock of a killed one is old at once; one that could not be removed is, to
 * itself, one of a living process. */
static void end_locks(bool killed)
{
	static const char *const locks[] = { "box.lock", "moved box.lock" };
	struct timespec t[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	for (size_t i = 0; i < ARRAY_LEN(locks); i++)
		if (killed)
			utimensat(AT_FDCWD, at(locks[i]), t, 0);
		else
			unlink(at(locks[i]));
}

static int left_in_tmp(void)
{
	struct maildir m;
	int n;

	if (!maildir_is(at("m")) || maildir_open(&m, at("m"), false, &why) != 0)
		return 0;
	memcpy(m.mark, "mark7", 6);
	maildir_sweep(&m, &why);
	maildir_close(&m);
	n = tbox_count(at("m/tmp"));
	return n;
}

static void t_killed(void)
{
	for (size_t i = 0; i < ARRAY_LEN(works); i++) {
		const struct work *w = works + i;
		int r = 1, n, half = 0, unhealed = 0, left = 0;

		for (n = 1; r == 1; n++) {
			fresh_boxes();
			r = crash_at(n, w->work, NULL);
			if (!is_legal(w, state_of(w))) {
				tap_note("killed at %d: %s", n, state_of(w));
				half++;
			}
			end_locks(true);
			if (w->work(NULL) != 0 || strcmp(state_of(w), last_of(w)) != 0) {
				tap_note("after %d: %s: %s", n, state_of(w), why.text);
				unhealed++;
			}
			left += left_in_tmp();
		}
		is_int(r, 0, "%s: ran to its end after %d kills", w->name, n - 2);
		ok(n > 3, "... and there were some");
		is_int(half, 0, "%s killed: old or new, never half", w->name);
		is_int(unhealed, 0, "%s killed: the next run makes it whole", w->name);
		is_int(left, 0, "%s killed: what is left in tmp/ bears the mark", w->name);
	}
}

static void fail_once(const struct work *w, enum fault f, bool sticky)
{
	int bad = 0, n, fds = tap_open_fds(), lost_fds = 0, failed = 0;
	bool came = true;

	for (n = 1; came; n++) {
		const char *state;
		int r;

		fresh_boxes();
		fault_set(f, n, sticky);
		r = w->work(NULL);
		came = fault_off();
		state = state_of(w);
		lost_fds += tap_open_fds() != fds;
		failed += r != 0;
		if (r == 0 ? strcmp(state, last_of(w)) != 0 : !is_legal(w, state) || !why.text[0]) {
			bad++;
			tap_note("%d, %s: %d, %s, %s", n, fault_call(), r, state, why.text);
		} else if (r != 0 && !w->steps && !sticky && strcmp(state, w->legal[0]) != 0) {
			bad++;
			tap_note("%d, %s: some of it stays: %s, %s", n, fault_call(), state, why.text);
		} else if (r != 0 && (f == FAULT_EINTR || f == FAULT_SHORT)) {
			bad++;
			tap_note("%d, %s: it gave up: %s", n, fault_call(), why.text);
		}
		end_locks(false);
		if (w->work(NULL) != 0 || strcmp(state_of(w), last_of(w)) != 0) {
			bad++;
			tap_note("%d: the run after it: %s, %s", n, state_of(w), why.text);
		}
	}
	is_int(bad, 0, "%s, %s%s at each of %d calls, %d felt: old or new, in words", w->name, fault_names[f],
		sticky ? " for good" : "", n - 2, failed);
	is_int(lost_fds, 0, "... and no descriptor is lost");
}

static void t_failing(void)
{
	for (size_t i = 0; i < ARRAY_LEN(works); i++)
		for (int f = FAULT_ENOSPC; f <= FAULT_EINTR; f++) {
			fail_once(works + i, (enum fault)f, false);
			if (f == FAULT_ENOSPC || f == FAULT_EIO)
				fail_once(works + i, (enum fault)f, true);
		}
}

/* ---- the same in a Maildir and an mbox ---- */

static int model_put(const char *name, const char *subject, unsigned flags)
{
	struct box_put *p = NULL;
	int r = box_put_open(&p, at(name), "", &why);

	if (r == 0)
		r = put_one(p, subject, flags, NULL, &why);
	if (r == 0)
		r = box_put_commit(p, NULL, NULL, &why);
	box_put_close(&p);
	return r;
}

static unsigned rnd(unsigned below)
{
	uint32_t v;

	rt_random(&v, sizeof(v));
	return v % below;
}

/* Some changes of some messages at once: in both, and told the same. */
static bool model_change(unsigned next)
{
	struct box_change v[2][4];
	static struct seek s[2][4];
	struct box box[2];
	size_t n = 1 + rnd(4);
	bool same = true;

	box_open(&box[0], at("m"), &why);
	box_open(&box[1], at("box"), &why);
	for (size_t i = 0; i < n; i++) {
		static char subject[4][12];
		struct box_change c = { .remove = rnd(6) == 0, .set = rnd(128) & rnd(128), .clear = rnd(128) & rnd(128) };

		c.set &= FLAG_FRESH - 1u;
		c.clear &= ~c.set;
		do
			snprintf(subject[i], sizeof(subject[i]), "%u", (rnd(next) + (unsigned)i) % next);
		while (i && strcmp(subject[i], subject[i - 1]) == 0 && next > 1);
		for (int k = 0; k < 2; k++) {
			if (!ref_of(&box[k], subject[i], &s[k][i]))
				s[k][i].ref = (struct box_ref){ .key = 7, .name = k ? "" : "7.gone.h", .pos = 0 };
			v[k][i] = c;
			v[k][i].ref = s[k][i].ref;
		}
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (v[0][i].ref.key == v[0][j].ref.key)
				n = i;
	for (int k = 0; k < 2; k++)
		if (box_change(&box[k], v[k], n, NULL, NULL, &why) != 0) {
			tap_note("%s", why.text);
			same = false;
		}
	for (size_t i = 0; i < n; i++) {
		same = same && v[0][i].done == v[1][i].done && (v[0][i].remove || v[0][i].fresh == v[1][i].fresh);
		free(v[0][i].name);
	}
	box_close(&box[0]);
	box_close(&box[1]);
	return same;
}

static void t_model(void)
{
	unsigned next = 0, steps = 0;
	char last[8000] = "";
	bool same = true;

	rt_set_seed(20261121);
	fresh_home();
	make_maildir("m");
	put_file("box", "");
	for (; steps < 300 && same; steps++) {
		if (next < 40 && rnd(3) == 0) {
			char subject[12];
			unsigned flags = rnd(128) & rnd(128);

			snprintf(subject, sizeof(subject), "%u", next++);
			same = model_put("m", subject, flags) == 0 && model_put("box", subject, flags) == 0;
		} else if (next) {
			same = model_change(next);
		}
		snprintf(last, sizeof(last), "%s", show("m"));
		same = same && strcmp(last, show("box")) == 0;
	}
	ok(same, "%u steps: a Maildir and an mbox show the same", steps);
	is_str(show("box"), last, "... to the end");
	ok(next == 40, "... of all messages");
	rt_set_seed(0);
}

int main(void)
{
	crash_init();
	fresh_home();
	t_put();
	t_names();
	t_move();
	t_model();
	t_killed();
	t_failing();
	free(home);
	return tap_done();
}
