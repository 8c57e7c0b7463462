/* SPDX-License-Identifier: GPL-3.0-or-later
 * find: trees of conditions, against the same asked of every message by hand */
#include "../../../src/index/priv.h"
#include "../../tap.h"

#define N 120

static struct err err;
static struct index *ix;
static int64_t folders[3];
static uint64_t seed = 11;

struct model { int64_t id, folder, date, received, size, thread; unsigned flags, attachments, who, to, cc, subject, n, word; bool textless; };
static struct model all[N];

static unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((seed >> 33) % n);
}

static const char *const people[] = { "\"Kim Kihyun\" <kihyun@uu.ac.kr>", "\"ALICE Ä\" <alice@x.org>", "bob@x.org", "\"박지수\" <jisu@y.kr>" };
static const char *const folded[] = { "kim kihyun <kihyun@uu.ac.kr>", "alice ä <alice@x.org>", "bob@x.org", "박지수 <jisu@y.kr>" };
/* in pieces that compose, or not, and a Kelvin sign */
static const char *const subjects[] = { "Meeting NOTES", "회의 안건 ABC", "Straße", "re: \xe1\x84\x92\xe1\x85\xac\xe1\x84\x8b\xe1\x85\xb4", "한\xe1\x86\xa8 k\xe2\x84\xaa" };
static const char *const subjects_folded[] = { "meeting notes", "회의 안건 abc", "strasse", "re: 회의", "한\xe1\x86\xa8 kk" };
static const char *const words[] = { "zyzzyva", "두루미", "plain" };

static void add_one(unsigned k)
{
	struct model *m = &all[k];
	struct index_msg msg;
	struct str s;
	struct env e;

	*m = (struct model){ .folder = folders[any(3)], .date = 1000 + any(50), .received = 1000 + any(50), .size = any(100), .flags = any(128),
		.attachments = any(3), .who = any(4), .to = any(4), .cc = any(4), .subject = any(5), .n = 1 + k, .word = any(3), .textless = any(4) == 0 };
	str_init(&s, 4096);
	str_addf(&s, "From: %s\nTo: %s\nCc: %s\nSubject: %s\nMessage-ID: <Id%u@X>\nDate: ", people[m->who], people[m->to], people[m->cc], subjects[m->subject],
		k % 10 == 9 ? m->n - 1 : m->n);
	date_write(&s, m->date, 540);
	if (k % 3 == 1)
		str_addf(&s, "\nReferences: <Id%u@X>", 1 + any(k));
	str_adds(&s, "\n\n");
	env_parse(str_sl(&s), &mime_limits_default, &e);
	msg = (struct index_msg){ .folder = m->folder, .received = m->received, .size = (uint64_t)m->size, .flags = m->flags, .ref = { .key = k, .name = "" } };
	if (index_add(ix, &msg, &e, str_sl(&s), &err) != 0 ||
	    (!m->textless && index_text_put(ix, msg.id, &e, sl(words[m->word]), m->attachments, &err) != 0))
		tap_note("%s", err.text);
	m->id = msg.id;
	env_release(&e);
	str_release(&s);
}

/* ---- by hand ---- */

static bool holds(const struct find *f, const struct model *m, bool maybe);

static bool in_thread(const struct find *f, const struct model *m, bool maybe)
{
	struct find all_of = { .kind = FIND_AND, .child = f->child };

	for (int k = 0; k < N; k++)
		if (all[k].thread == m->thread && holds(&all_of, &all[k], maybe))
			return true;
	return false;
}

static int alike(const struct model *m, bool thread)
{
	int n = 0;

	for (int k = 0; k < N; k++) {
		unsigned a = (all[k].n - 1) % 10 == 9 ? all[k].n - 1 : all[k].n, b = (m->n - 1) % 10 == 9 ? m->n - 1 : m->n;

		n += thread ? all[k].thread == m->thread : a == b;
	}
	return n;
}

static bool has(const char *hay, const char *needle)
{
	struct str s;
	bool found;

	str_init(&s, 4096);
	utf8_casefold(&s, sl(needle));
	found = strstr(hay, s.p) != NULL;
	str_release(&s);
	return found;
}

static bool between(const struct find *f, int64_t x)
{
	return x >= f->min && x <= f->max;
}

static int64_t ident_of(const struct model *m)
{
	char id[32];
	struct env e = { .message_id = id };

	snprintf(id, sizeof(id), "Id%u@X", (m->n - 1) % 10 == 9 ? m->n - 1 : m->n);
	return (int64_t)index_ident(&e, SL_NONE);
}

static bool leaf(const struct find *f, const struct model *m, bool maybe, bool negated)
{
	char id[32];

	switch (f->kind) {
	case FIND_ALL: return !negated;
	case FIND_AND: case FIND_OR: {
		bool every = (f->kind == FIND_AND) != negated;

		for (const struct find *c = f->child; c; c = c->next) {
			struct find turned = *c;

			turned.negated = c->negated != negated;
			if (holds(&turned, m, maybe) != every)
				return !every;
		}
		return every;
	}
	case FIND_THREAD: return in_thread(f, m, negated ? !maybe : maybe) != negated;
	case FIND_FOLDER: return (m->folder == f->min) != negated;
	case FIND_ROLE: return (m->folder == folders[f->min == 'i' ? 0 : 2] || (f->min == 'i' && m->folder == folders[1])) != negated;
	case FIND_FLAGS: return ((m->flags & f->min) != 0) != negated;
	case FIND_DATE: return between(f, m->date) != negated;
	case FIND_RECEIVED: return between(f, m->received) != negated;
	case FIND_SIZE: return between(f, m->size) != negated;
	case FIND_ATTACHMENTS: return m->textless ? maybe : between(f, m->attachments) != negated;
	case FIND_FROM: return has(folded[m->who], f->text) != negated;
	case FIND_TO: return has(folded[m->to], f->text) != negated;
	case FIND_CC: return has(folded[m->cc], f->text) != negated;
	case FIND_SUBJECT: return has(subjects_folded[m->subject], f->text) != negated;
	case FIND_MSGID:
		snprintf(id, sizeof(id), "id%u@x", (m->n - 1) % 10 == 9 ? m->n - 1 : m->n);
		return has(id, f->text) != negated;
	case FIND_WORDS: case FIND_TEXT: return m->textless ? maybe : (strcmp(words[m->word], f->text) == 0) != negated;
	case FIND_DUPLICATE: return (alike(m, false) > 1) != negated;
	case FIND_ALONE: return (alike(m, true) == 1) != negated;
	case FIND_ID: return (m->id == f->min) != negated;
	case FIND_IDENT: return (ident_of(m) == f->min) != negated;
	}
	return false;
}

static bool holds(const struct find *f, const struct model *m, bool maybe)
{
	return leaf(f, m, maybe, f->negated);
}

/* ---- trees ---- */

static struct find nodes[64];
static size_t n_nodes;

static struct find *any_tree(unsigned depth)
{
	static const char *const texts[] = { "KIHYUN", "x.org", "박지", "ä <ali", "nobody", "" };
	static const char *const subject_texts[] = { "meet", "회의", "STRASSE", "e", "%", "건 aB", "KK", "\xe1\x84\x92\xe1\x85\xac" };
	struct find *f = &nodes[n_nodes++];
	unsigned kind = any(depth ? 20 : 16);

	*f = (struct find){ .negated = any(4) == 0, .text = texts[any(6)] };
	f->min = 1000 + any(50);
	f->max = f->min + any(30);
	if (kind >= 16) {
		struct find **at = &f->child;

		f->kind = kind == 16 ? FIND_THREAD : kind % 2 ? FIND_AND : FIND_OR;
		for (unsigned n = any(4); n > 0 && n_nodes < 50; n--) {
			*at = any_tree(depth - 1);
			at = &(*at)->next;
		}
		return f;
	}
	switch (kind) {
	case 0: f->kind = FIND_ALL; break;
	case 1: f->kind = FIND_FOLDER; f->min = folders[any(3)]; break;
	case 2: f->kind = FIND_ROLE; f->min = any(2) ? 'i' : 's'; break;
	case 3: f->kind = FIND_FLAGS; f->min = 1 + any(127); break;
	case 4: f->kind = FIND_DATE; break;
	case 5: f->kind = FIND_RECEIVED; break;
	case 6: f->kind = FIND_SIZE; f->min = any(100); f->max = f->min + 20; break;
	case 7: f->kind = FIND_ATTACHMENTS; f->min = 1; f->max = INT64_MAX; break;
	case 8: f->kind = FIND_FROM; break;
	case 9: f->kind = FIND_TO; break;
	case 10: f->kind = FIND_CC; break;
	case 11: f->kind = FIND_SUBJECT; f->text = subject_texts[any(8)]; break;
	case 12: f->kind = FIND_MSGID; f->text = any(2) ? "ID1" : "7@X"; break;
	case 13: f->kind = any(2) ? FIND_TEXT : FIND_WORDS; f->text = words[any(3)]; break;
	case 14: f->kind = any(2) ? FIND_DUPLICATE : FIND_ALONE; break;
	default:
		f->kind = any(2) ? FIND_ID : FIND_IDENT;
		f->min = f->kind == FIND_ID ? all[any(N)].id : ident_of(&all[any(N)]);
		break;
	}
	return f;
}

/* Of duplicates it matters which folders are looked at; that has its own test. */
static bool mentions(const struct find *f, enum find_kind kind)
{
	if (f->kind == kind)
		return true;
	for (const struct find *c = f->child; c; c = c->next)
		if (mentions(c, kind))
			return true;
	return false;
}

struct got { int64_t id[N + 1]; size_t n; };

static int take(void *ctx, const struct index_row *r)
{
	struct got *g = ctx;

	if (g->n <= N)
		g->id[g->n++] = r->msg.id;
	return 0;
}

static int take_thread(void *ctx, const struct index_row *r)
{
	*(int64_t *)ctx = r->thread;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool check(const struct find *f, enum index_sort sort, size_t *found)
{
	struct got g = { .n = 0 }, some = { .n = 0 };
	struct view *v;
	uint64_t count;
	bool good;
	size_t n = 0;

	if (view_find(ix, f, sort, any(2), &v, &err) != 0) {
		tap_note("%s", err.text);
		return false;
	}
	if (v->folder && sort == SORT_THREAD) {         /* shown as a folder, with what was sent */
		view_close(&v);
		return check(f, SORT_DATE, found);
	}
	good = view_rows(v, 0, 30, take, &some, &err) == 0 && view_count(v, &count, &err) == 0;
	good = good && view_rows(v, 0, N + 1, take, &g, &err) == 0 && count == g.n;
	for (size_t k = 0; good && k < some.n; k++)
		good = some.id[k] == g.id[k];
	good = good && some.n == MIN(g.n, (size_t)30);
	view_close(&v);
	qsort(g.id, g.n, sizeof(g.id[0]), by_id);
	for (int k = 0; k < N; k++)
		if (holds(f, &all[k], true))
			good = n < g.n && g.id[n++] == all[k].id && good;
	*found = g.n;
	return good && n == g.n;
}

static void test_trees(void)
{
	size_t most = 0, none = 0, found = 0;
	bool good = true;
	int round;

	for (round = 0; good && round < 3000; round++) {
		struct find *f;

		n_nodes = 0;
		f = any_tree(3);
		if (mentions(f, FIND_DUPLICATE) && (mentions(f, FIND_FOLDER) || mentions(f, FIND_ROLE)))
			continue;
		good = check(f, (enum index_sort)any(IX_SORTS), &found);
		most = MAX(most, found);
		none += found == 0;
		if (!good) {
			struct ix_where w;

			ix_where_make(ix, f, &w, &err);
			tap_note("round %d: %zu found, %s (%s)", round, found, w.sql.p, err.text);
			ix_where_release(&w);
		}
	}
	ok(good, "any tree finds what holds (%zu of %d found nothing)", none, round);
}

static void test_each(void)
{
	static const enum find_kind text_kinds[] = { FIND_FROM, FIND_TO, FIND_CC, FIND_SUBJECT, FIND_MSGID, FIND_WORDS, FIND_TEXT };
	struct find both[2], two = { .kind = FIND_AND, .child = both };
	size_t n;

	for (size_t k = 0; k < ARRAY_LEN(text_kinds); k++) {
		struct find f = { .kind = text_kinds[k], .text = "', ?1) OR 1 --\"*" };
		struct view *v;
		uint64_t count;

		ok(view_find(ix, &f, SORT_DATE, false, &v, &err) == 0 && view_count(v, &count, &err) == 0, "text is only text (%zu)", k);
		view_close(&v);
	}
	both[0] = (struct find){ .kind = FIND_FOLDER, .min = folders[0], .next = &both[1] };
	both[1] = (struct find){ .kind = FIND_FLAGS, .min = FLAG_SEEN, .negated = true };
	ok(check(&two, SORT_DATE, &n) && n > 0, "unread in a folder");
	two.child = NULL;
	ok(check(&two, SORT_DATE, &n) && n == N, "an empty AND finds all");
	two.kind = FIND_OR;
	ok(check(&two, SORT_DATE, &n) && n == 0, "an empty OR finds nothing");
}

static void test_depth(void)
{
	enum { DEEP = 5000 };
	struct find *v = mem_array(NULL, DEEP, sizeof(*v));
	struct view *view;

	for (int k = 0; k < DEEP; k++)
		v[k] = (struct find){ .kind = FIND_AND, .negated = true, .child = k + 1 < DEEP ? &v[k + 1] : NULL };
	ok(view_find(ix, v, SORT_DATE, false, &view, &err) != 0 && err.kind == ERR_LIMIT, "nested too deeply: an error in words");
	err = (struct err)ERR_INIT;
	for (int k = 0; k < DEEP; k++)
		v[k] = (struct find){ .kind = FIND_ID, .min = k, .next = k + 1 < DEEP ? &v[k + 1] : NULL };
	{
		struct find any_of = { .kind = FIND_OR, .child = v };
		uint64_t n = 0;
		int r = view_find(ix, &any_of, SORT_DATE, false, &view, &err);

		if (r == 0)
			r = view_count(view, &n, &err);
		ok(r == 0 && n == N, "5,000 of them side by side: %llu %s", (unsigned long long)n, err.text);
		view_close(&view);
	}
	free(v);
}

static void test_duplicates(void)
{
	struct find both[2], two = { .kind = FIND_AND, .child = both };
	size_t want = 0;
	struct view *v;
	uint64_t n = 0;

	both[0] = (struct find){ .kind = FIND_FOLDER, .min = folders[1], .next = &both[1] };
	both[1] = (struct find){ .kind = FIND_DUPLICATE };
	for (int a = 0; a < N; a++)
		for (int b = 0; b < N; b++)
			want += a != b && (a % 10 == 9 ? a - 1 : a) == (b % 10 == 9 ? b - 1 : b) && all[a].folder == folders[1] && all[b].folder == folders[1];
	if (view_find(ix, &two, SORT_DATE, false, &v, &err) != 0 || view_count(v, &n, &err) != 0)
		tap_note("%s", err.text);
	is_int((long long)n, (long long)want, "duplicates are looked for in the folder that is shown");
	view_close(&v);
}

int main(void)
{
	if (index_open(&ix, NULL, &err) != 0)
		tap_note("%s", err.text);
	for (int f = 0; f < 3; f++) {
		char path[16];
		struct index_folder folder = { .path = path, .role = f < 2 ? 'i' : 's' };

		snprintf(path, sizeof(path), "/f%d", f);
		index_folder_put(ix, &folder, &err);
		folders[f] = folder.id;
	}
	for (unsigned k = 0; k < N; k++)
		add_one(k);
	for (unsigned k = 0; k < N; k++)
		index_get(ix, all[k].id, take_thread, &all[k].thread, &err);
	test_each();
	test_trees();
	test_duplicates();
	test_depth();
	index_close(&ix);
	return tap_done();
}
