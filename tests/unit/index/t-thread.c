/* SPDX-License-Identifier: GPL-3.0-or-later
 * thread: the tree of a conversation (RFC 5256), whatever order its messages came in;
 * threads in the database: joined, edited, by subject */
#include "../../../src/index/priv.h"
#include "../../tap.h"

#define MOST 16

static struct err err;

/* A thread in words: "1@10 2@20<1 3@30<1,2": ident@date<refs. */
struct set { struct thread_item v[MOST]; uint64_t refs[MOST][8]; size_t n; };

static void read_set(const char *text, struct set *s)
{
	struct slice rest = sl(text), word, part, ref;

	*s = (struct set){ .n = 0 };
	while (sl_word(&rest, &word)) {
		struct thread_item *t = &s->v[s->n];
		uint64_t x;

		sl_cut(&word, '@', &part);
		sl_u64(part, 99, &t->ident);
		sl_cut(&word, '<', &part);
		sl_u64(part, 99, &x);
		t->date = (int64_t)x;
		t->refs = s->refs[s->n];
		while (sl_cut(&word, ',', &ref))
			sl_u64(ref, 99, &s->refs[s->n][t->n_refs++]);
		s->n++;
	}
}

/* As "1 .2 ..3 !4": a dot for each level, ! where a parent is missing. */
static void write_set(const struct set *s, struct str *out)
{
	str_clear(out);
	for (size_t k = 0; k < s->n; k++) {
		str_adds(out, k ? " " : "");
		for (unsigned d = 0; d < s->v[k].depth; d++)
			str_addc(out, '.');
		str_addf(out, "%s%llu", s->v[k].ghost_parent ? "!" : "", (unsigned long long)s->v[k].ident);
		if (s->v[k].parent != SIZE_MAX && s->v[s->v[k].parent].depth + 1 != s->v[k].depth)
			str_adds(out, "(parent!)");
	}
}

static bool next_permutation(size_t *p, size_t n)
{
	size_t i = n, j = n, least;

	while (i > 1 && p[i - 2] >= p[i - 1])
		i--;
	if (i < 2)
		return false;
	while (p[j - 1] <= p[i - 2])
		j--;
	least = p[i - 2];
	p[i - 2] = p[j - 1];
	p[j - 1] = least;
	for (size_t a = i - 1, b = n - 1; a < b; a++, b--) {
		size_t t = p[a];

		p[a] = p[b];
		p[b] = t;
	}
	return true;
}

static const struct { const char *in, *out, *name; } trees[] = {
	{ "", "", "nothing" },
	{ "1@1", "1", "one message" },
	{ "1@1 2@2<1 3@3<1,2", "1 .2 ..3", "RFC 5256 REFERENCES: a chain" },
	{ "1@1 2@3<1 3@2<1", "1 .3 .2", "RFC 5256 step 6: siblings by date" },
	{ "2@2<1 3@3<1", "!2 !3", "RFC 5256 step 3: children of a missing root" },
	{ "1@1 4@4<1,2,3", "1 .!4", "RFC 5256 step 3: missing ones between" },
	{ "1@1 3@3<1,2 4@4<1,2 5@2<1", "1 .5 .!3 .!4", "promoted children stand by date among the others" },
	{ "1@1<2 2@2<1", "2 .1", "a loop of two" },
	{ "1@1<3 2@2<1 3@3<2", "3 .1 ..2", "a loop of three" },
	{ "1@1<1", "1", "a message that answers itself" },
	{ "1@5 2@1<1", "1 .2", "an answer older than its question" },
	{ "2@2 3@3<1,2 1@1", "1 .2 ..3", "the references of others link what says nothing" },
	{ "2@2<9 3@3<1,2", "!2 .3", "what a message says of itself counts more" },
	{ "5@1<1,2 6@2<2,1", "!5 !6", "references that contradict each other" },
	{ "1@1 1@2 2@3<1", "1 .2 1", "the same message twice: the first has the answers" },
	{ "1@1 2@2<1 2@3<1 3@4<2", "1 .2 ..3 .2", "an answer twice" },
	{ "1@1 2@1<1 3@1<1", "1 .2 .3", "equal dates" },
};

static void test_trees(void)
{
	struct str out;

	str_init(&out, 4096);
	for (size_t k = 0; k < ARRAY_LEN(trees); k++) {
		size_t p[MOST];
		struct set s, t;
		bool good = true;

		read_set(trees[k].in, &s);
		for (size_t i = 0; i < s.n; i++)
			p[i] = i;
		do {
			t = s;
			for (size_t i = 0; i < s.n; i++)
				t.v[i] = s.v[p[i]];
			thread_order(t.v, t.n);
			write_set(&t, &out);
			good = sl_is(str_sl(&out), trees[k].out);
		} while (good && next_permutation(p, s.n));
		if (!ok(good, "%s", trees[k].name))
			tap_note("got \"%s\", wanted \"%s\"", out.p, trees[k].out);
	}
	str_release(&out);
}

/* ---- large ones ---- */

static uint64_t seed = 5;

static size_t any(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)((seed >> 33) % n);
}

static void shuffle(struct thread_item *v, size_t n)
{
	for (size_t k = n; k > 1; k--) {
		size_t o = any(k);
		struct thread_item t = v[o];

		v[o] = v[k - 1];
		v[k - 1] = t;
	}
}

static void test_large(void)
{
	enum { N = 300, CHAIN = 100000 };
	struct thread_item *v = mem_array(NULL, CHAIN, sizeof(*v)), *w = mem_array(NULL, N, sizeof(*w));
	uint64_t (*refs)[4] = mem_zalloc(CHAIN * sizeof(*refs));
	bool good = true;
	int64_t t;

	for (int round = 0; round < 30; round++) {
		for (size_t k = 0; k < N; k++) {
			size_t n = any(4);

			for (size_t r = 0; r < n; r++)
				refs[k][r] = 1 + any(N + 50);
			v[k] = (struct thread_item){ .ident = 1 + any(N), .refs = refs[k], .n_refs = n, .date = (int64_t)k, .ctx = &refs[k] };
		}
		memcpy(w, v, N * sizeof(*w));
		thread_order(v, N);
		for (int turn = 0; good && turn < 5; turn++) {
			shuffle(w, N);
			thread_order(w, N);
			for (size_t k = 0; k < N; k++)
				good = good && v[k].ctx == w[k].ctx && v[k].depth == w[k].depth && v[k].parent == w[k].parent;
		}
		for (size_t k = 0; k < N; k++)
			good = good && (v[k].parent == SIZE_MAX ? v[k].depth == 0 : v[k].parent < k && v[v[k].parent].depth + 1 == v[k].depth);
	}
	ok(good, "300 messages with any references: the order of arrival changes nothing, each stands once");
	for (size_t k = 0; k < CHAIN; k++) {
		refs[k][0] = k;
		v[k] = (struct thread_item){ .ident = k + 1, .refs = refs[k], .n_refs = k != 0, .date = (int64_t)k };
	}
	shuffle(v, CHAIN);
	t = rt_mono();
	thread_order(v, CHAIN);
	ok(v[CHAIN - 1].depth == CHAIN - 1 && rt_mono() - t < 5000000, "a chain of 100,000 in %.0f ms", (double)(rt_mono() - t) / 1000);
	/* each names what nobody has: a chain of missing ones */
	for (size_t k = 0; k < CHAIN; k++) {
		refs[k][0] = 1000000 + k;
		refs[k][1] = 1000001 + k;
		v[k] = (struct thread_item){ .ident = k + 1, .refs = refs[k], .n_refs = 2, .date = (int64_t)k };
	}
	t = rt_mono();
	thread_order(v, CHAIN);
	ok(v[CHAIN - 1].depth == 0 && v[5].ghost_parent && rt_mono() - t < 5000000, "a chain of 100,000 missing ones in %.0f ms", (double)(rt_mono() - t) / 1000);
	free(v);
	free(w);
	free(refs);
}

/* ---- in the database ---- */

static int take(void *ctx, const struct index_row *r)
{
	struct str *s = ctx;

	str_adds(s, s->n ? " " : "");
	for (unsigned d = 0; d < r->depth; d++)
		str_addc(s, '.');
	str_adds(s, r->message_id);
	return 0;
}

static int take_thread(void *ctx, const struct index_row *r)
{
	*(int64_t *)ctx = r->thread;
	return 0;
}

/* "id", "id<ref,ref", "id=subject": a message each, dates rising. */
static int64_t put(struct index *i, int64_t folder, const char *word, int date)
{
	struct index_msg m = { .folder = folder, .received = 1000 + date, .ref = { .key = (uint64_t)date, .name = "" } };
	struct slice rest = sl(word), id, ref;
	struct str s;
	struct env e;

	str_init(&s, 4096);
	if (sl_find(rest, '=') >= 0) {
		sl_cut(&rest, '=', &id);
		str_addf(&s, "Message-ID: <" SL_FMT ">\nSubject: " SL_FMT "\n\n", SL_ARG(id), SL_ARG(rest));
	} else {
		sl_cut(&rest, '<', &id);
		str_addf(&s, "Message-ID: <" SL_FMT ">\nSubject: x\nReferences:", SL_ARG(id));
		while (sl_cut(&rest, ',', &ref))
			str_addf(&s, " <" SL_FMT ">", SL_ARG(ref));
		str_adds(&s, "\n\n");
	}
	env_parse(str_sl(&s), &mime_limits_default, &e);
	if (index_add(i, &m, &e, str_sl(&s), &err) != 0)
		tap_note("%s", err.text);
	env_release(&e);
	str_release(&s);
	return m.id;
}

static struct index *open_new(int64_t *folder)
{
	struct index_folder f = { .path = mem_strdup("/f"), .kind = BOX_MAILDIR };
	struct index *i = NULL;

	if (index_open(&i, NULL, &err) != 0 || index_folder_put(i, &f, &err) != 0)
		tap_note("%s", err.text);
	*folder = f.id;
	index_folder_release(&f);
	return i;
}

static void is_list(struct index *i, int64_t folder, const char *want, const char *name)
{
	struct view *v;
	struct str s;

	str_init(&s, 65536);
	if (view_folder(i, folder, SORT_THREAD, true, &v, &err) != 0 || view_rows(v, 0, 100, take, &s, &err) != 0)
		tap_note("%s", err.text);
	is_str(s.p, want, "%s", name);
	view_close(&v);
	str_release(&s);
}

static uint64_t ident(const char *id)
{
	return ix_hash("id:", sl(id));
}

static void edit(struct index *i, const char *child, const char *parent)
{
	if (index_thread_edit(i, ident(child), *parent ? ident(parent) : 0, &err) != 0)
		tap_note("%s", err.text);
}

static void test_edits(void)
{
	int64_t f;
	struct index *i = open_new(&f);

	put(i, f, "a", 1);
	put(i, f, "b<a", 2);
	put(i, f, "c<a,b", 3);
	put(i, f, "x", 4);
	is_list(i, f, "a .b ..c x", "linked by references");
	edit(i, "b", "");
	is_list(i, f, "a b .c x", "broken by hand: what is below goes along, whatever it refers to");
	put(i, f, "d<a,b,c", 5);
	is_list(i, f, "a x b .c ..d", "and what comes later");
	edit(i, "b", "x");
	is_list(i, f, "a x .b ..c ...d", "joined by hand");
	edit(i, "b", "b");
	edit(i, "x", "c");
	is_list(i, f, "a .b ..c ...x ...d", "undone, and another one joined");
	edit(i, "x", "x");
	is_list(i, f, "x a .b ..c ...d", "all as it was");
	edit(i, "a", "d");
	is_list(i, f, "x d .a ..b ...c", "a parent put under its child");
	edit(i, "a", "a");
	edit(i, "later", "x");
	put(i, f, "later", 6);
	is_list(i, f, "a .b ..c ...d x .later", "an edit waits for its message");
	index_close(&i);
}

static void test_subjects(void)
{
	int64_t f;
	struct index *i = open_new(&f);

	put(i, f, "a=Plan", 1);
	put(i, f, "b=Re: plan", 2);
	put(i, f, "o=Other", 3);
	is_list(i, f, "a b o", "subjects join only when asked");
	index_thread_subjects(i, true, &err);
	is_list(i, f, "a .b o", "RFC 5256 step 5: an answer by subject");
	put(i, f, "c=[list] AW: PLAN (fwd)", 4);
	put(i, f, "p=답장: 회의", 5);
	put(i, f, "q=회의", 6);
	put(i, f, "r=other", 7);
	is_list(i, f, "o a .b .c q .p r", "in any order of arrival; equal subjects alone join nothing");
	index_thread_subjects(i, false, &err);
	is_list(i, f, "a b o c p q r", "not any more");
	index_close(&i);
	i = open_new(&f);
	index_thread_subjects(i, true, &err);
	put(i, f, "b=Re: plan", 2);
	put(i, f, "a=Plan", 1);
	is_list(i, f, "a .b", "the answer came first");
	index_close(&i);
}

static void test_arrival(void)
{
	static const char *const words[] = { "a", "b<a", "c<a,b", "d<m", "e<m,c", "f" };
	enum { N = ARRAY_LEN(words) };
	size_t p[N];
	bool good = true;

	for (size_t k = 0; k < N; k++)
		p[k] = k;
	do {
		int64_t f, ids[N], threads[N];
		struct index *i = open_new(&f);

		for (size_t k = 0; k < N; k++)
			ids[p[k]] = put(i, f, words[p[k]], (int)p[k] + 1);
		for (size_t k = 0; k < N; k++)
			good = index_get(i, ids[k], take_thread, &threads[k], &err) == 1 && good;
		for (size_t k = 1; k < N; k++)
			good = good && (threads[k] == threads[0]) == (k != 5);
		index_close(&i);
		for (int skip = 0; skip < 11 && good; skip++)   /* 60 of the 720 */
			next_permutation(p, N);
	} while (good && next_permutation(p, N));
	ok(good, "threads are the same in any order of arrival");
}

static void test_gone(void)
{
	int64_t f, a, b, n = 0;
	struct index *i = open_new(&f);

	a = put(i, f, "a", 1);
	b = put(i, f, "b<a,z", 2);
	put(i, f, "c<z", 3);
	index_gone(i, a, &err);
	is_list(i, f, "b c", "a parent went");
	put(i, f, "a", 4);
	is_list(i, f, "a .b .c", "and came again: what linked them is remembered");
	index_gone(i, b, &err);
	ix_int(i, "SELECT count(*) FROM mid", 0, 0, &n, &err);
	is_int(n, 4, "idents of a thread stay while a message of it is there");
	index_folder_drop(i, f, &err);
	ix_int(i, "SELECT (SELECT count(*) FROM mid) + (SELECT count(*) FROM msg) + (SELECT count(*) FROM tfold) + (SELECT count(*) FROM rank)", 0, 0, &n, &err);
	is_int(n, 0, "and go with the last");
	index_close(&i);
}

static void test_base_subject(void)
{
	static const struct { const char *in, *base; bool reply; } table[] = {
		{ "hello", "hello", false }, { "Re: hello", "hello", true }, { "RE : hello", "hello", true },
		{ "re[2]: Fwd: hello", "hello", true }, { "[list] hello", "hello", false }, { "[a][b] Re: hello", "hello", true },
		{ "hello (fwd)", "hello", true }, { "[fwd: hello]", "hello", true }, { "[fwd: Re: a b ]", "a b", true },
		{ "Re:", "", true }, { "", "", false }, { "[list]", "[list]", false }, { "Regards: x", "Regards: x", false },
		{ "답장: 회의", "회의", true }, { "전달: [공지] 회의", "회의", true }, { "回复：你好", "你好", true },
		{ "  a \t b\n c ", "a b c", false }, { "[fwd:", "[fwd:", false }, { "[x", "[x", false }, { "(fwd)", "", true },
	};
	struct str hold;

	str_init(&hold, 4096);
	for (size_t k = 0; k < ARRAY_LEN(table); k++) {
		bool reply;
		struct slice s = ix_base_subject(sl(table[k].in), &reply, &hold);

		if (!ok(sl_is(s, table[k].base) && reply == table[k].reply, "RFC 5256 2.1: base of \"%s\"", table[k].in))
			tap_note("\"" SL_FMT "\" %d", SL_ARG(s), reply);
	}
	str_release(&hold);
}

int main(void)
{
	test_base_subject();
	test_trees();
	test_large();
	test_edits();
	test_subjects();
	test_arrival();
	test_gone();
	return tap_done();
}
