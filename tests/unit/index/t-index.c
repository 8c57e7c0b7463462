/* SPDX-License-Identifier: GPL-3.0-or-later
 * index: opened, damaged, made anew, shared by several; what is put in and found by key */
#include "../../../src/index/priv.h"
#include "../../tap.h"
#include <fcntl.h>
#include <unistd.h>

static struct err err;
static char *db;

static void fresh(void)
{
	free(db);
	db = path_join(tap_tmpdir(), "index.db");
	err = (struct err)ERR_INIT;
}

static struct index *open_it(void)
{
	struct index *i = NULL;

	err = (struct err)ERR_INIT;
	if (index_open(&i, db, &err) != 0)
		tap_note("open: %s", err.text);
	return i;
}

static int64_t folder_of(struct index *i, const char *path)
{
	struct index_folder f = { .path = mem_strdup(path), .kind = BOX_MAILDIR, .role = 'i' };
	int64_t id;

	if (index_folder_put(i, &f, &err) != 0)
		tap_note("folder: %s", err.text);
	id = f.id;
	index_folder_release(&f);
	return id;
}

static int64_t put(struct index *i, int64_t folder, uint64_t key)
{
	char head[256];
	struct index_msg m = { .folder = folder, .received = 1000000 + (int64_t)(key % 1000), .size = 10, .print = key, .ino = key,
		.ref = { .key = key, .name = "123.host:2,S" } };
	struct env e;

	snprintf(head, sizeof(head), "From: A <a%llu@x.org>\nTo: B <b@x.org>, c@x.org\nCc: D <d@x.org>\nSubject: s%llu\nMessage-ID: <%llu@x>\n\n",
		(unsigned long long)key % 50, (unsigned long long)key, (unsigned long long)key);
	env_parse(sl(head), &mime_limits_default, &e);
	if (index_add(i, &m, &e, sl(head), &err) != 0)
		m.id = -1;
	env_release(&e);
	return m.id;
}

static int count(void *ctx, const struct index_row *r)
{
	(void)r;
	++*(int *)ctx;
	return 0;
}

static int rows_of(struct index *i, int64_t folder)
{
	struct view *v;
	int n = 0;

	if (view_folder(i, folder, SORT_DATE, false, &v, &err) != 0)
		return -1;
	if (view_rows(v, 0, 100000, count, &n, &err) != 0)
		n = -1;
	view_close(&v);
	return n;
}

static void fill(int n)
{
	struct index *i = open_it();
	int64_t f = folder_of(i, "/f");

	index_begin(i, &err);
	for (int k = 1; k <= n; k++)
		put(i, f, (uint64_t)k);
	index_commit(i, &err);
	index_close(&i);
}

/* ---- opening ---- */

static void test_open(void)
{
	struct index *i;
	int64_t f;

	fresh();
	i = open_it();
	ok(i && i->path && !index_note(i), "made where there is none");
	f = folder_of(i, "/f");
	ok(put(i, f, 1) > 0, "a message goes in");
	index_close(&i);
	i = open_it();
	ok(i && !index_note(i), "opened again without a word");
	is_int(rows_of(i, folder_of(i, "/f")), 1, "it is there");
	index_close(&i);
}

static void by_hand(const char *sql)
{
	sqlite3 *raw;

	if (sqlite3_open(db, &raw) != SQLITE_OK || sqlite3_exec(raw, sql, NULL, NULL, NULL) != SQLITE_OK)
		tap_note("%s: %s", sql, sqlite3_errmsg(raw));
	sqlite3_close(raw);
}

/* What was there is no index of ours any more: one is made, empty. */
static void is_anew(const char *name)
{
	struct index *i = open_it();
	bool good = i && index_note(i) && i->path;
	int64_t f = good ? folder_of(i, "/f") : 0;

	good = good && rows_of(i, f) == 0 && put(i, f, 5) > 0 && rows_of(i, f) == 1;
	if (!ok(good, "%s: made anew", name))
		tap_note("%s / %s", i ? index_note(i) : "", err.text);
	index_close(&i);
	i = open_it();
	ok(i && !index_note(i) && rows_of(i, folder_of(i, "/f")) == 1, "%s: and is whole then", name);
	index_close(&i);
}

static void write_file(const char *path, struct slice s)
{
	int fd = fs_open_named(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || fs_write_all(fd, s.p, s.n) != 0)
		tap_note("%s can't be written", path);
	fs_close(&fd);
}

static void test_unusable(void)
{
	struct str all;

	str_init(&all, STR_MAX);
	fresh();
	fill(10);
	by_hand("PRAGMA user_version = 0");
	is_anew("an old format");
	by_hand("PRAGMA user_version = 99");
	is_anew("a newer format");
	by_hand("PRAGMA application_id = 1");
	is_anew("another program's database");
	by_hand("DROP TABLE state");
	is_anew("a table is missing");
	write_file(db, SL("this is no database, but it is long enough to be taken for one, says the test, "
		"which goes on and on until it has more than a hundred bytes"));
	is_anew("garbage");
	write_file(db, SL(""));
	is_anew("an empty file");
	fs_slurp(db, 100 << 20, &all, &err);
	write_file(db, sl_head(str_sl(&all), all.n / 2));
	by_hand("SELECT 1");
	{
		struct index *i = open_it();
		int64_t f = i ? folder_of(i, "/f") : 0;

		/* it may look whole until what is cut off is asked for */
		for (uint64_t k = 100; i && k < 110; k++)
			put(i, f, k);
		index_close(&i);
		i = open_it();
		ok(i && put(i, folder_of(i, "/f"), 500) > 0 && rows_of(i, folder_of(i, "/f")) >= 1, "cut in the middle: usable when it is opened again");
		index_close(&i);
	}
	str_release(&all);
}

/* Any byte may be wrong: nothing crashes, and in the end there is an index. */
static void test_flips(void)
{
	struct str all;
	bool good = true;
	int failed = 0, anew = 0;
	uint64_t seed = 3;

	str_init(&all, STR_MAX);
	fresh();
	fill(300);
	fs_slurp(db, 100 << 20, &all, &err);
	for (int round = 0; round < 150 && good; round++) {
		struct str bad;
		struct index *i;
		int64_t f;
		int tries;

		str_init(&bad, STR_MAX);
		str_addsl(&bad, str_sl(&all));
		for (int b = 0; b < 1 + round % 20; b++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			bad.p[(seed >> 20) % (round % 3 ? bad.n : 4096)] ^= (char)(1 << (seed >> 60 & 7));
		}
		write_file(db, str_sl(&bad));
		str_release(&bad);
		for (tries = 0; tries < 3; tries++) {
			bool worked;

			i = open_it();
			if (!i)
				break;
			f = folder_of(i, "/f");
			worked = put(i, f, 1000000 + (uint64_t)round) > 0 && rows_of(i, f) >= 0;
			worked = index_folder_drop(i, f, &err) == 0 && worked;
			anew += index_note(i) != NULL;
			index_close(&i);
			if (worked)
				break;
			failed++;
		}
		good = tries < 3;
		if (!good)
			tap_note("round %d: %s", round, err.text);
	}
	ok(good, "flipped bits: what was hit is made anew (%d calls failed, %d times anew)", failed, anew);
	str_release(&all);
}

static void test_nowhere(void)
{
	struct index *i;

	fresh();
	fs_mkdir(FS_CWD, db, 0700);
	i = open_it();
	ok(i && !i->path && index_note(i), "a folder in its place: for this time only");
	ok(i && put(i, folder_of(i, "/f"), 1) > 0 && rows_of(i, folder_of(i, "/f")) == 1, "and it works");
	index_close(&i);
	fs_rmdir(FS_CWD, db);
	free(db);
	db = mem_strdup("/dev/null/index.db");
	i = open_it();
	ok(i && !i->path && put(i, folder_of(i, "/f"), 1) > 0, "no place for a file");
	index_close(&i);
	ok(index_open(&i, NULL, &err) == 0 && !index_note(i), "no file wanted");
	index_close(&i);
	free(db);
	db = path_join(tap_tmpdir(), "a/b/index.db");
	i = open_it();
	ok(i && i->path && access(db, F_OK) == 0, "missing folders are made");
	index_close(&i);
}

/* ---- several ---- */

static void test_two(void)
{
	struct index *a, *b;
	int64_t f, seq = 0;
	bool good = true;

	fresh();
	a = open_it();
	b = open_it();
	f = folder_of(a, "/f");
	index_events(b, &seq, NULL, NULL, &err);
	for (uint64_t k = 1; k <= 40; k++)
		good = put(k % 2 ? a : b, f, k) > 0 && good;
	ok(good && rows_of(a, f) == 40 && rows_of(b, f) == 40, "two write in turn, both see all");
	ok(put(b, f, 7) < 0 && err.kind == ERR_EXISTS, "a key that the other one took is ERR_EXISTS");
	err = (struct err)ERR_INIT;
	write_file(db, SL("garbage garbage garbage garbage garbage garbage garbage garbage garbage garbage garbage garbage garbage garbage"));
	index_close(&b);
	b = open_it();
	ok(b && index_note(b) && rows_of(b, folder_of(b, "/f")) == 0, "one makes it anew while the other has it open");
	err = (struct err)ERR_INIT;
	ok(put(a, f, 1001) < 0 && err.kind == ERR_TEMP, "who holds the dead file is told when it writes");
	index_close(&a);
	ok(put(b, folder_of(b, "/f"), 1) > 0, "the new one goes on when the old one is closed");
	index_close(&b);
	b = open_it();
	ok(b && !index_note(b) && rows_of(b, folder_of(b, "/f")) == 1, "and is whole");
	index_close(&b);
}

static void test_transactions(bool file)
{
	struct index *i = NULL;
	struct index_folder f = { 0 };
	int64_t folder, a;
	const char *where = file ? "in a file" : "without a file";

	fresh();
	if (index_open(&i, file ? db : NULL, &err) != 0)
		tap_note("%s", err.text);
	folder = folder_of(i, "/f");
	a = put(i, folder, 1);
	index_begin(i, &err);
	for (uint64_t k = 2; k < 3000; k++)
		put(i, folder, k);
	index_rollback(i);
	is_int(rows_of(i, folder), 1, "%s: taken back", where);
	index_folder(i, "/f", &f, &err);
	ok(f.total == 1 && f.bytes == 10 && f.sum == 1 && f.textless == 1, "%s: counts, too", where);
	index_folder_release(&f);
	index_begin(i, &err);
	ok(put(i, folder, 2) > a, "%s: ids go on", where);
	ok(put(i, folder, 2) < 0 && err.kind == ERR_EXISTS, "%s: a key that is taken", where);
	err = (struct err)ERR_INIT;
	ok(index_change(i, &(struct index_msg){ .id = 99999 }, &err) != 0 && err.kind == ERR_NOTFOUND, "%s: no such message", where);
	err = (struct err)ERR_INIT;
	ok(put(i, folder, 3) > 0 && index_commit(i, &err) == 0, "%s: and what is around them goes on", where);
	is_int(rows_of(i, folder), 3, "%s: committed", where);
	ok(index_gone(i, a, &err) == 0 && put(i, folder, 1) > a, "%s: an id is never used again", where);
	index_close(&i);
}

/* ---- by key, inode, id; events; recipients ---- */

struct keys { uint64_t last; int n; bool good; };

static int take_key(void *ctx, const struct index_msg *m)
{
	struct keys *k = ctx;

	k->good = k->good && (k->n == 0 || m->ref.key > k->last) && m->print == m->ref.key && strcmp(m->ref.name, "123.host:2,S") == 0;
	k->last = m->ref.key;
	k->n++;
	return 0;
}

static int take_event(void *ctx, char what, int64_t folder, int64_t id)
{
	(void)folder;
	(void)id;
	str_addc(ctx, what);
	return 0;
}

static int take_rcpt(void *ctx, char kind, const char *name, const char *addr)
{
	str_addf(ctx, "%c:%s<%s> ", kind, name, addr);
	return 0;
}

static void test_asked(void)
{
	static const uint64_t some[] = { 5, UINT64_MAX, 1, (uint64_t)1 << 63, 0x7fffffffffffffff, 0xabcdef0123456789 };
	struct keys k = { .good = true };
	struct index_msg m;
	struct index *i;
	struct str s;
	int64_t f, g, id = 0, seq = 0;
	int n = 0;

	fresh();
	str_init(&s, 65536);
	i = open_it();
	f = folder_of(i, "/f");
	g = folder_of(i, "/g");
	index_events(i, &seq, take_event, &s, &err);
	for (size_t x = 0; x < ARRAY_LEN(some); x++)
		id = put(i, f, some[x]);
	ok(index_keys(i, f, take_key, &k, &err) == 0 && k.n == 6 && k.good, "keys come in order, as unsigned");
	ok(index_by_inode(i, some[5], SL("123.host"), &m, &err) == 1 && m.id == id, "by inode and base name");
	ok(index_by_inode(i, some[5], SL("123.other"), &m, &err) == 0, "not with another name");
	ok(index_by_id(i, f, SL("abcdef012345"), count, &n, &err) == 1 && n == 1, "by twelve digits");
	ok(index_by_id(i, 0, SL("F"), count, &n, &err) == 1 && n == 2, "by one digit, in any folder");
	ok(index_by_id(i, 0, SL("8"), count, &n, &err) == 1 && n == 3, "the highest bit");
	ok(index_by_id(i, g, SL("abcdef012345"), count, &n, &err) == 0 && index_by_id(i, 0, SL("xyz"), count, &n, &err) == 0 &&
	   index_by_id(i, 0, SL(""), count, &n, &err) == 0 && index_by_id(i, 0, SL("00000000000000000"), count, &n, &err) == 0, "none");
	m = (struct index_msg){ .id = id, .folder = g, .ref = { .key = 9, .name = "n" }, .flags = FLAG_SEEN };
	index_move(i, id, &m, &err);
	m.flags = FLAG_FLAGGED;
	index_change(i, &m, &err);
	index_gone(i, id, &err);
	str_clear(&s);
	ok(index_events(i, &seq, take_event, &s, &err) == 0, "events");
	is_str(s.p, "aaaaaagafg", "appeared, moved, flags, gone");
	str_clear(&s);
	ok(index_text_put(i, 1, &(struct env){ .subject = s.p }, SL("text"), 1, &err) == 0 &&
	   index_text_put(i, 2, &(struct env){ .subject = s.p }, SL("text"), 0, &err) == 0, "texts");
	index_events(i, &seq, take_event, &s, &err);
	is_str(s.p, "f", "that it has attachments is told, for lists show it");
	for (int x = 0; x < 40; x++) {
		index_begin(i, &err);
		for (int y = 0; y < 300; y++)
			index_change(i, &(struct index_msg){ .id = 1, .ref = { .key = some[0], .name = "123.host:2,S" }, .print = some[0] }, &err);
		index_commit(i, &err);
	}
	str_clear(&s);
	index_events(i, &seq, take_event, &s, &err);
	is_str(s.p, "x", "more than the log holds: look at everything again");
	str_clear(&s);
	index_events(i, &seq, take_event, &s, &err);
	is_str(s.p, "", "once");
	str_clear(&s);
	index_rcpts(i, 1, take_rcpt, &s, &err);
	is_str(s.p, "t:B<b@x.org> t:<c@x.org> c:D<d@x.org> ", "recipients");
	str_release(&s);
	index_close(&i);
}

static void test_folders(void)
{
	struct index_folder f = { .path = mem_strdup("/old"), .kind = BOX_MBOX, .role = 's', .whole = true, .dev = 7, .ino = UINT64_MAX, .no_text = true,
		.stamp = { .v = { 1, 2, 3 }, .sure = true }, .last = { .from = 5, .sum = 77 } }, got;
	struct index *i;

	fresh();
	i = open_it();
	index_folder_put(i, &f, &err);
	put(i, f.id, 1);
	free(f.path);
	f.path = mem_strdup("/new");
	index_folder_put(i, &f, &err);
	ok(index_folder(i, "/old", &got, &err) == 0, "a folder that was renamed has left its old name");
	ok(index_folder_inode(i, 7, UINT64_MAX, &got, &err) == 1 && strcmp(got.path, "/new") == 0 && got.kind == BOX_MBOX && got.role == 's' &&
	   got.whole && got.no_text && got.total == 1 && got.stamp.v[2] == 3 && got.stamp.sure && got.last.sum == 77 && got.sum == 1, "by inode, with all it had");
	index_folder_release(&got);
	ok(index_folder_drop(i, f.id, &err) == 0 && index_folder(i, "/new", &got, &err) == 0, "dropped");
	index_folder_release(&f);
	index_close(&i);
}

static int one_spec(void *ctx, const char *spec)
{
	str_addf(ctx, "%s ", spec);
	return 0;
}

static void test_known(void)
{
	struct index *i = NULL;
	struct index_folder sent = { .path = mem_strdup("/sent"), .kind = BOX_MAILDIR, .role = 's' };
	struct err e = ERR_INIT;
	struct str specs;
	int64_t inbox;

	str_init(&specs, 4096);
	if (!is_int(index_open(&i, NULL, &err), 0, "an index: %s", err.text))
		return;
	inbox = folder_of(i, "/box");
	put(i, inbox, 1);
	is_int(index_known_address(i, "a1@x.org", &e), 0, "one message from it: it is the first");
	is_int(index_known_address(i, "B@x.org", &e), 1, "somebody wrote to it, in any case");
	is_int(index_known_address(i, "nobody@x.org", &e), 0, "never met");
	put(i, inbox, 51);
	is_int(index_known_address(i, "a1@x.org", &e), 1, "two messages from it");
	is_int(index_written_to(i, 10, one_spec, &specs, &e), 0, "what came in is not what one wrote");
	is_str(specs.p, "", "nobody yet");
	index_folder_put(i, &sent, &err);
	put(i, sent.id, 2);
	index_written_to(i, 10, one_spec, &specs, &e);
	is_str(specs.p, "", "one message is not often");
	put(i, sent.id, 3);
	is_int(index_written_to(i, 10, one_spec, &specs, &e), 0, "two are");
	is_str(specs.p, "b@x.org c@x.org d@x.org ", "all that they went to");
	index_folder_release(&sent);
	index_close(&i);
	str_release(&specs);
}

int main(void)
{
	test_open();
	test_unusable();
	test_flips();
	test_nowhere();
	test_two();
	test_transactions(true);
	test_transactions(false);
	test_asked();
	test_known();
	test_folders();
	free(db);
	return tap_done();
}
