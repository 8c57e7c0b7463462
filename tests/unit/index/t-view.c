/* SPDX-License-Identifier: GPL-3.0-or-later
 * view: windows of folders and of what is found, in each sort and direction, against
 * a model that keeps everything in an array, while messages come, go and change */
#include "../../../src/index/priv.h"
#include "../../tap.h"

#define MOST 400
#define FOLDERS 3       /* the last one is a sent folder */

static struct err err;
static struct index *ix;
static int64_t folders[FOLDERS];
static uint64_t seed = 7;

struct model { int64_t id, folder, date, received, size; unsigned flags; uint64_t print; unsigned who, what, n, ref; int64_t thread; unsigned depth; };
static struct model all[MOST];
static size_t n_all;
static unsigned next_n = 1;

static unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((seed >> 33) % n);
}

static const char *const names[] = { "alice", "Bob", "가나다", "", "Zoë", "bob" };
static const char *const subjects[] = { "Hello", "Re: hello", "[list] Fwd: abc", "", "회의", "zzz" };
/* as keys.c should see them */
static const char *const name_keys[] = { "alice", "bob", "가나다", "p3@x.org", "zoë", "bob" };
static const char *const subject_keys[] = { "hello", "hello", "abc", "", "회의", "zzz" };

static void head_of(const struct model *m, struct str *s)
{
	str_addf(s, "From: %s%s%s<p%u@x.org>\nSubject: %s\nMessage-ID: <m%u@x>\nDate: ", names[m->who][0] ? "\"" : "",
		names[m->who], names[m->who][0] ? "\" " : "", m->who, subjects[m->what], m->n);
	date_write(s, m->date, 0);
	str_addc(s, '\n');
	if (m->ref)
		str_addf(s, "References: <m%u@x>\n", m->ref);
	str_addc(s, '\n');
}

static void add_one(void)
{
	struct model *m = &all[n_all];
	struct index_msg msg;
	struct str s;
	struct env e;

	*m = (struct model){ .folder = folders[any(FOLDERS)], .date = 1000000 + any(40), .size = any(30), .flags = any(64), .print = any(1000),
		.who = any(6), .what = any(6), .n = next_n++ };
	m->received = 1000000 + any(40);
	if (any(3))
		m->ref = 1 + any(next_n + 3);
	if (m->ref == m->n)
		m->ref = 0;
	str_init(&s, 4096);
	head_of(m, &s);
	env_parse(str_sl(&s), &mime_limits_default, &e);
	msg = (struct index_msg){ .folder = m->folder, .received = m->received, .size = (uint64_t)m->size, .flags = m->flags, .print = m->print,
		.ref = { .key = (uint64_t)m->n * 0x9E3779B97F4A7C15u, .name = "x" } };
	if (index_add(ix, &msg, &e, str_sl(&s), &err) != 0)
		tap_note("add: %s", err.text);
	m->id = msg.id;
	n_all++;
	env_release(&e);
	str_release(&s);
}

static void step(void)
{
	unsigned what = any(10);
	struct model *m = n_all ? &all[any((unsigned)n_all)] : NULL;
	struct index_msg to;

	if (n_all < 20 || (what < 5 && n_all < MOST)) {
		add_one();
		return;
	}
	to = (struct index_msg){ .id = m->id, .folder = m->folder, .flags = any(64), .print = any(1000), .ref = { .key = (uint64_t)m->n * 0x9E3779B97F4A7C15u, .name = "y" } };
	if (what < 7) {
		if (index_gone(ix, m->id, &err) != 0)
			tap_note("gone: %s", err.text);
		*m = all[--n_all];
	} else if (what < 8) {
		m->flags = to.flags;
		m->print = to.print;
		if (index_change(ix, &to, &err) != 0)
			tap_note("change: %s", err.text);
	} else {
		m->folder = to.folder = folders[any(FOLDERS)];
		m->flags = to.flags;
		m->print = to.print;
		if (index_move(ix, m->id, &to, &err) != 0)
			tap_note("move: %s", err.text);
	}
}

/* ---- what a list should be ---- */

static enum index_sort by;

static int cmp_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int cmp_text(const char *a, const char *b, int64_t da, int64_t db)
{
	int c = strcmp(a, b);

	return c ? c : cmp_int(db, da);
}

static int cmp(const void *a, const void *b)
{
	const struct model *x = a, *y = b;
	int c = 0;

	switch (by) {
	case SORT_DATE: case SORT_THREAD: c = cmp_int(x->date, y->date); break;
	case SORT_RECEIVED: c = cmp_int(x->received, y->received); break;
	case SORT_SIZE: c = cmp_int(x->size, y->size); break;
	case SORT_SENDER: c = cmp_text(names[x->who][0] ? name_keys[x->who] : "p3@x.org", names[y->who][0] ? name_keys[y->who] : "p3@x.org", x->date, y->date); break;
	case SORT_SUBJECT: c = cmp_text(subject_keys[x->what], subject_keys[y->what], x->date, y->date); break;
	}
	return c ? c : cmp_int(x->id, y->id);
}

static void turn(struct model *v, size_t n)
{
	for (size_t k = 0; k < n / 2; k++) {
		struct model t = v[k];

		v[k] = v[n - 1 - k];
		v[n - 1 - k] = t;
	}
}

/* A thread in the order of its tree, its messages at out. */
static size_t one_thread(const struct model *v, size_t n, int64_t thread, struct model *out)
{
	struct thread_item items[MOST];
	uint64_t refs[MOST];
	size_t got = 0;

	for (size_t k = 0; k < n; k++) {
		char id[32];
		struct env e = { .message_id = id };

		if (v[k].thread != thread)
			continue;
		snprintf(id, sizeof(id), "m%u@x", v[k].ref);
		refs[got] = index_ident(&e, SL_NONE);
		snprintf(id, sizeof(id), "m%u@x", v[k].n);
		items[got] = (struct thread_item){ .ident = index_ident(&e, SL_NONE), .refs = &refs[got], .n_refs = v[k].ref != 0,
			.date = v[k].date, .ctx = (void *)(intptr_t)(k + 1) };
		got++;
	}
	thread_order(items, got);
	for (size_t k = 0; k < got; k++) {
		out[k] = v[(intptr_t)items[k].ctx - 1];
		out[k].depth = items[k].depth;
	}
	return got;
}

struct head { int64_t latest, thread; };

static int cmp_head(const void *a, const void *b)
{
	const struct head *x = a, *y = b;

	return x->latest != y->latest ? cmp_int(x->latest, y->latest) : cmp_int(x->thread, y->thread);
}

static size_t by_threads(const struct model *v, size_t n, bool down, struct model *out)
{
	struct head heads[MOST];
	size_t n_heads = 0, got = 0;

	for (size_t k = 0; k < n; k++) {
		size_t h = 0;

		while (h < n_heads && heads[h].thread != v[k].thread)
			h++;
		if (h == n_heads)
			heads[n_heads++] = (struct head){ v[k].date, v[k].thread };
		heads[h].latest = MAX(heads[h].latest, v[k].date);
	}
	qsort(heads, n_heads, sizeof(*heads), cmp_head);
	for (size_t h = 0; h < n_heads; h++)
		got += one_thread(v, n, heads[down ? n_heads - 1 - h : h].thread, out + got);
	return got;
}

/* folder 0: all that have a bit of flags. */
static size_t expect(int64_t folder, unsigned flags, enum index_sort sort, bool reverse, struct model *out)
{
	static struct model some[MOST];
	bool down = (sort != SORT_SENDER && sort != SORT_SUBJECT) != reverse;
	size_t n = 0;

	for (size_t k = 0; k < n_all; k++) {
		bool in = folder ? all[k].folder == folder : (all[k].flags & flags) != 0;

		/* one's own answers */
		for (size_t o = 0; !in && folder && sort == SORT_THREAD && all[k].folder == folders[FOLDERS - 1] && o < n_all; o++)
			in = all[o].folder == folder && all[o].thread == all[k].thread;
		if (in)
			some[n++] = all[k];
	}
	if (sort == SORT_THREAD)
		return by_threads(some, n, down, out);
	memcpy(out, some, n * sizeof(*out));
	by = sort;
	qsort(out, n, sizeof(*out), cmp);
	if (down)
		turn(out, n);
	return n;
}

/* ---- what it is ---- */

struct got { int64_t id[MOST + 10]; unsigned depth[MOST + 10]; size_t n; };

static int take(void *ctx, const struct index_row *r)
{
	struct got *g = ctx;

	g->depth[g->n] = r->depth;
	g->id[g->n++] = r->msg.id;
	return 0;
}

static int take_thread(void *ctx, const struct index_row *r)
{
	*(int64_t *)ctx = r->thread;
	return 0;
}

static bool same(const struct got *g, const struct model *want, size_t n, const char *what, uint64_t k)
{
	bool good = g->n == n;

	for (size_t r = 0; good && r < n; r++)
		good = g->id[r] == want[r].id && g->depth[r] == want[r].depth;
	if (!good)
		tap_note("%s from row %llu: %zu rows, wanted %zu", what, (unsigned long long)k, g->n, n);
	return good;
}

static bool check_view(struct view *v, const struct model *want, size_t n, const char *what)
{
	struct got g = { .n = 0 };
	uint64_t count = 0, at = 0;
	bool good = view_rows(v, 0, 20, take, &g, &err) == 0 && same(&g, want, MIN(n, (size_t)20), what, 0);

	good = good && view_count(v, &count, &err) == 0 && count == n;
	g.n = 0;
	good = good && view_rows(v, 0, MOST + 1, take, &g, &err) == 0 && same(&g, want, n, what, 0);
	for (int t = 0; good && t < 4; t++) {
		uint64_t k = any((unsigned)n + 2);
		size_t size = any(12);

		g.n = 0;
		good = view_rows(v, k, size, take, &g, &err) == 0 && same(&g, want + k, k < n ? MIN(size, n - k) : 0, what, k);
		if (good && k < n)
			good = view_where(v, want[k].id, &at, &err) == 1 && at == k;
		if (!good)
			tap_note("row %llu is at %llu", (unsigned long long)k, (unsigned long long)at);
	}
	good = good && view_where(v, 1000000, &at, &err) == 0;
	if (!good)
		tap_note("%s: count %llu, wanted %zu %s", what, (unsigned long long)count, n, err.text);
	return good;
}

static bool read_threads(void)
{
	bool good = true;

	for (size_t k = 0; k < n_all; k++)
		good = index_get(ix, all[k].id, take_thread, &all[k].thread, &err) == 1 && good;
	return good;
}

/* The messages that refer to each other, and no others, are in one thread. */
static bool partition_ok(void)
{
	static unsigned root[MOST * 20];
	bool good = true, moved = true;

	for (unsigned k = 0; k < ARRAY_LEN(root); k++)
		root[k] = k;
	while (moved) {
		moved = false;
		for (size_t k = 0; k < n_all; k++) {
			unsigned a = root[all[k].n], b = root[all[k].ref ? all[k].ref : all[k].n], least = MIN(a, b);

			for (unsigned x = 0; a != b && x < ARRAY_LEN(root); x++)
				if (root[x] == a || root[x] == b)
					root[x] = least;
			moved = moved || a != b;
		}
	}
	for (size_t a = 0; a < n_all; a++)
		for (size_t b = a + 1; b < n_all; b++)
			if (root[all[a].n] == root[all[b].n] && all[a].thread != all[b].thread)
				good = false;
	return good;
}

/* lean: while an index is filled, its threads may be in pieces. */
static bool check_all(bool lean)
{
	static struct model want[MOST];
	bool good = read_threads() && (lean || partition_ok());
	struct find flagged = { .kind = FIND_FLAGS, .min = FLAG_FLAGGED | FLAG_DRAFT };
	struct view *v;
	char what[64];

	for (int sort = 0; good && sort < IX_SORTS; sort++) {
		for (int f = 0; good && f < FOLDERS + 2; f++) {
			bool reverse = any(2);
			size_t n = expect(f < FOLDERS ? folders[f] : 0, FLAG_FLAGGED | FLAG_DRAFT, (enum index_sort)sort, reverse, want);

			snprintf(what, sizeof(what), "sort %d, folder %d%s", sort, f, reverse ? ", reverse" : "");
			if (f < FOLDERS) {
				good = view_folder(ix, folders[f], (enum index_sort)sort, reverse, &v, &err) == 0;
			} else if (f == FOLDERS) {
				good = view_find(ix, &flagged, (enum index_sort)sort, reverse, &v, &err) == 0;
			} else {
				int64_t ids[MOST];

				for (size_t k = 0; k < n; k++)
					ids[k] = want[n - 1 - k].id;
				good = view_ids(ix, ids, n, (enum index_sort)sort, reverse, &v, &err) == 0;
			}
			if (!good) {
				tap_note("%s: %s", what, err.text);
				break;
			}
			good = check_view(v, want, n, what);
			view_close(&v);
		}
	}
	return good;
}

static int check_folder(void *ctx, const struct index_folder *f)
{
	uint64_t n = 0, unread = 0, flagged = 0, bytes = 0, sum = 0;

	for (size_t k = 0; k < n_all; k++) {
		if (all[k].folder != f->id)
			continue;
		n++;
		unread += !(all[k].flags & FLAG_SEEN);
		flagged += (all[k].flags & FLAG_FLAGGED) != 0;
		bytes += (uint64_t)all[k].size;
		sum += all[k].print;
	}
	if (n != f->total || unread != f->unread || flagged != f->flagged || bytes != f->bytes || sum != f->sum || n != f->textless)
		*(bool *)ctx = false;
	return 0;
}

static bool counts_ok(void)
{
	bool good = true;

	return index_folders(ix, check_folder, &good, &err) == 0 && good;
}

/* Each step of a ladder holds what it says. */
static bool ladders_ok(void)
{
	static const char *const entries[IX_SORTS] = { "SELECT date k, id, 1 n FROM msg", "SELECT skey k, id, 1 n FROM msg", "SELECT bkey k, id, 1 n FROM msg",
		"SELECT size k, id, 1 n FROM msg", "SELECT latest k, thread id, n FROM tfold", "SELECT received k, id, 1 n FROM msg" };
	bool good = true;

	for (int sort = 0; sort < IX_SORTS; sort++) {
		char sql[800];
		sqlite3_stmt *st;

		snprintf(sql, sizeof(sql), "SELECT r.folder, r.sort, r.key, r.id, r.n, (SELECT coalesce(sum(e.n), 0) FROM (%s WHERE folder = r.folder) e "
			"WHERE (e.k, e.id) >= (r.key, r.id) AND NOT EXISTS(SELECT 1 FROM rank q WHERE q.folder = r.folder AND q.sort = r.sort "
			"AND (q.key, q.id) > (r.key, r.id) AND (q.key, q.id) <= (e.k, e.id))) AS s FROM rank r WHERE r.sort = %d AND r.n <> s", entries[sort], sort);
		st = ix_prepare(ix, sql, &err);
		if (!st) {
			tap_note("%s", err.text);
			return false;
		}
		while (sqlite3_step(st) == SQLITE_ROW) {
			good = false;
			tap_note("folder %lld sort %d: a step at %s, %lld says %lld and holds %lld", (long long)sqlite3_column_int64(st, 0), sort,
				sqlite3_column_text(st, 2), (long long)sqlite3_column_int64(st, 3), (long long)sqlite3_column_int64(st, 4), (long long)sqlite3_column_int64(st, 5));
		}
		sqlite3_finalize(st);
	}
	return good;
}

static void run(bool bulk, size_t bucket, int steps, const char *name)
{
	bool good = true, counts = true;

	ix_bucket = bucket;
	n_all = 0;
	next_n = 1;
	if (index_open(&ix, NULL, &err) != 0)
		tap_note("%s", err.text);
	for (int f = 0; f < FOLDERS; f++) {
		char path[16];
		struct index_folder folder = { .path = path, .kind = BOX_MAILDIR, .role = f == FOLDERS - 1 ? 's' : 'i' };

		snprintf(path, sizeof(path), "/f%d", f);
		index_folder_put(ix, &folder, &err);
		folders[f] = folder.id;
	}
	if (bulk && index_bulk(ix, true, &err) != 0)
		tap_note("%s", err.text);
	for (int s = 0; good && counts && s < steps; s++) {
		step();
		if (bulk && s == steps / 2)
			good = index_bulk(ix, false, &err) == 0;
		if (s % 50 == 49) {
			good = good && check_all(bulk && s < steps / 2) && ladders_ok();
			counts = counts_ok();
		}
	}
	ok(good, "%s: windows in each sort, both ways, and where", name);
	ok(counts, "%s: counts of folders", name);
	index_close(&ix);
}

static int count_row(void *ctx, const struct index_row *row)
{
	(void)row;
	++*(uint64_t *)ctx;
	return 0;
}

static int look_inside(void *ctx, const struct index_row *row)
{
	char *subject = mem_strdup(row->subject), *id = mem_strdup(row->message_id);
	struct view *v = NULL;
	uint64_t n = 0;

	if (view_folder(ix, folders[0], SORT_DATE, false, &v, &err) == 0)
		view_rows(v, 0, 50, count_row, &n, &err);
	view_close(&v);
	if (n == 0 || strcmp(subject, row->subject) != 0 || strcmp(id, row->message_id) != 0)
		*(bool *)ctx = false;
	free(subject);
	free(id);
	return 0;
}

/* A search by thread looks at the rows of each that it finds. */
static void inside(void)
{
	struct index_folder folder = { .path = (char[]){ "/f" }, .kind = BOX_MAILDIR, .role = 'i' };
	struct view *v = NULL;
	bool same_row = true;

	index_open(&ix, NULL, &err);
	index_folder_put(ix, &folder, &err);
	for (int f = 0; f < FOLDERS; f++)
		folders[f] = folder.id;
	n_all = 0;
	next_n = 1;
	for (int k = 0; k < 20; k++)
		add_one();
	is_int(view_folder(ix, folders[0], SORT_DATE, false, &v, &err), 0, "a view");
	is_int(view_rows(v, 0, 20, look_inside, &same_row, &err), 0, "and another within its rows");
	ok(same_row, "each row is what it was");
	view_close(&v);
	index_close(&ix);
}

int main(void)
{
	inside();
	run(false, 4, 1200, "steps of 4");
	run(false, 1, 400, "steps of 1");
	run(true, 3, 800, "begun as many at once");
	run(false, 512, 400, "one step");
	return tap_done();
}
