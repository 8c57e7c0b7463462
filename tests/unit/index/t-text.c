/* SPDX-License-Identifier: GPL-3.0-or-later
 * text: what FTS5 holds of messages, and that it finds what a scan finds */
#include "../../tap.h"
#include "index/priv.h"

/* ---- an index ---- */

static struct index *db_open(void)
{
	struct err err = ERR_INIT;
	struct index *ix = NULL;

	if (index_open(&ix, NULL, &err) != 0)
		ok(false, "the index opens: %s", err.text);
	return ix;
}

/* Folders have the ids 1, 2 and so on. */
static void add_folder(struct index *ix, const char *path, bool no_text)
{
	struct index_folder f = { .path = mem_strdup(path), .no_text = no_text };
	struct err err = ERR_INIT;

	if (index_folder_put(ix, &f, &err) != 0)
		ok(false, "%s: %s", path, err.text);
	index_folder_release(&f);
}

/* Messages, too. */
static int64_t add_msg(struct index *ix, int64_t folder, int64_t date)
{
	static uint64_t key;
	struct index_msg m = { .folder = folder, .received = date };
	struct err err = ERR_INIT;
	struct env env;

	m.ref.key = ++key;
	env_parse(SL("\n"), &mime_limits_default, &env);
	if (index_add(ix, &m, &env, SL("\n"), &err) != 0)
		ok(false, "%s", err.text);
	env_release(&env);
	return m.id;
}

static int put(struct index *ix, int64_t id, const char *header, struct slice text)
{
	struct err err = ERR_INIT;
	struct env env;
	int rc;

	env_parse(sl(header), &mime_limits_default, &env);
	rc = index_text_put(ix, id, &env, text, 3, &err);
	env_release(&env);
	if (rc != 0)
		tap_note("%s", err.text);
	return rc;
}

static int64_t number(struct index *ix, const char *sql)
{
	struct err err = ERR_INIT;
	sqlite3_stmt *st = ix_prepare(ix, sql, &err);
	int64_t n = -1;

	if (st && sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	else
		tap_note("%s: %s", sql, sqlite3_errmsg(ix->db));
	sqlite3_finalize(st);
	return n;
}

static int64_t textless(struct index *ix, const char *path)
{
	struct index_folder f = { .id = 0 };
	struct err err = ERR_INIT;
	int64_t n = index_folder(ix, path, &f, &err) == 1 ? (int64_t)f.textless : -1;

	index_folder_release(&f);
	return n;
}

/* How many rows of a table match; -1: no word. */
static int64_t count(struct index *ix, const char *table, const char *text)
{
	struct str sql;
	int64_t n = -1;

	str_init(&sql, STR_MAX);
	str_addf(&sql, "SELECT count(*) FROM %s WHERE %s MATCH '", table, table);
	if (ix_text_match(text, &sql) == 0) {
		str_addc(&sql, '\'');
		n = number(ix, sql.p);
	}
	str_release(&sql);
	return n;
}

#define NFD_SIHEOM "\xE1\x84\x89\xE1\x85\xB5\xE1\x84\x92\xE1\x85\xA5\xE1\x86\xB7"       /* 시험 */

static void in_and_out(void)
{
	static const char header[] = "From: =?utf-8?B?7ZmN6ri464+Z?= <hong@example.kr>\n"
		"To: Ann Other <ann@example.org>\nCc: bob@example.net\nSubject: Caf\xC3\xA9 report\n\n";
	static const struct { const char *text; int n; } body[] = {
		{ "budget", 1 }, { "BUDG", 1 }, { "budg ", 0 }, { "udget", 0 }, { "plan fine", 1 }, { "plan xx", 0 },
		{ "시험", 2 }, { NFD_SIHEOM, 2 }, { "로젝", 1 }, { "프로젝트", 1 }, { "프로트", 0 }, { "젝", 1 }, { "트", 1 },
		{ "험", 2 }, { "주", 1 }, { "줄", 0 }, { "café", 1 }, { "cafe", 1 }, { "CAFÉ", 1 }, { "pdf파일", 1 }, { "파일", 1 },
		{ "\xEF\xBC\xB0\xEF\xBC\xA4\xEF\xBC\xA6", 1 }, { "東京", 1 }, { "京タ", 1 }, { "foo.bar", 1 },
		{ "", -1 }, { "...", -1 }, { "report", 0 }, { "it's \"quoted\" (x* OR y)", 0 },
	};
	static const struct { const char *text; int n; } head[] = {
		{ "홍길동", 1 }, { "길동", 1 }, { "hong@example.kr", 1 }, { "ann", 1 }, { "bob@example.net", 1 },
		{ "cafe rep", 1 }, { "budget", 0 },
	};
	struct index *ix = db_open();

	add_folder(ix, "a", false);
	add_msg(ix, 1, 10);
	add_msg(ix, 1, 20);
	is_int(put(ix, 1, header, SL("The BUDGET plan is fine, budget budget.\nfoo.bar cafe\xCC\x81 PDF파일 东 " NFD_SIHEOM)), 0, "one goes in");
	is_int(put(ix, 2, "\n", SL("다음 주 국어시험 프로젝트 東京タワー")), 0, "another");
	for (size_t i = 0; i < ARRAY_LEN(body); i++)
		is_int(count(ix, "body", body[i].text), body[i].n, "body: %s", body[i].text);
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		is_int(count(ix, "head", head[i].text), head[i].n, "head: %s", head[i].text);
	is_int(textless(ix, "a"), 0, "none is missing");
	is_int(number(ix, "SELECT attachments FROM msg WHERE id = 1"), 3, "attachments are counted");
	is_int(put(ix, 1, header, SL("another text")), 0, "again");
	is_int(count(ix, "body", "another"), 0, "... changes nothing");
	is_int(put(ix, 7, header, SL("another text")), 0, "one that is gone");
	is_int(count(ix, "body", "another"), 0, "... neither");
	is_int(textless(ix, "a"), 0, "the count stays");
	index_close(&ix);
}

/* More words than are taken, from one message: the first are there. */
static void many_words(void)
{
	struct index *ix = db_open();
	struct str s;

	str_init(&s, STR_MAX);
	for (int i = 0; i < 100000; i++)
		str_addf(&s, "w%d w%d ", i, i);
	add_folder(ix, "a", false);
	add_msg(ix, 1, 10);
	is_int(put(ix, 1, "\n", str_sl(&s)), 0, "100,000 words go in");
	is_int(count(ix, "body", "w65535 "), 1, "the 65,536th is there");
	is_int(count(ix, "body", "w65536 "), 0, "... and no more");
	str_release(&s);
	index_close(&ix);
}

/* ---- what is missing ---- */

static int note_id(void *ctx, const struct index_row *row)
{
	str_addf(ctx, "%d ", (int)row->msg.id);
	return 0;
}

static void missing(struct index *ix, int64_t folder, size_t max, const char *want)
{
	struct err err = ERR_INIT;
	struct str s;

	str_init(&s, STR_MAX);
	is_int(index_text_missing(ix, folder, max, note_id, &s, &err), 0, "asked %s", err.text);
	is_slice(str_sl(&s), sl(want), "%zu of folder %d", max, (int)folder);
	str_release(&s);
}

static int refuse(void *ctx, const struct index_row *row)
{
	(void)row;
	return --*(int *)ctx;
}

static void texts_missing(void)
{
	struct err err = ERR_INIT;
	struct index *ix = db_open();
	int calls = 0;

	add_folder(ix, "a", false);
	add_folder(ix, "b", false);
	add_folder(ix, "c", true);
	missing(ix, 0, 10, "");
	for (int i = 1; i <= 9; i++)
		add_msg(ix, (i - 1) % 3 + 1, 100 - i);      /* the newest have low ids */
	add_msg(ix, 1, 200);
	missing(ix, 1, 2, "1 10 ");
	missing(ix, 1, 10, "1 4 7 10 ");
	missing(ix, 3, 1, "3 ");
	missing(ix, 0, 3, "1 2 10 ");
	missing(ix, 0, 100, "1 2 4 5 7 8 10 ");
	missing(ix, 9, 100, "");
	put(ix, 1, "\n", SL("x"));
	put(ix, 10, "\n", SL("x"));
	missing(ix, 1, 2, "4 7 ");
	is_int(index_text_missing(ix, 0, 9, refuse, &calls, &err), -1, "stopped");
	is_int(calls, -1, "... at once");
	index_close(&ix);
}

/* ---- the index and a scan agree ---- */

static const char *const atoms[] = {
	"a", "B", "ab", "9", "é", "e\xCC\x81", "ж", " ", " ", " ", ".", "\n", "시", "험", "가", "東", "か", "ไ",
	"\xE1\x84\x89\xE1\x85\xB5", "\xEF\xBD\xB6", "\xEF\xBE\x9E", "\xC2\xAD", "ﬁ", "“", "\xFF",
};

static void made_up(struct str *s, size_t max)
{
	uint32_t r;

	rt_random(&r, sizeof(r));
	str_clear(s);
	for (size_t i = 0, n = 1 + r % max; i < n; i++) {
		rt_random(&r, sizeof(r));
		str_adds(s, atoms[r % ARRAY_LEN(atoms)]);
	}
}

#define TEXTS 300

static void agreement(void)
{
	static char *texts[TEXTS];
	unsigned wrong = 0, fewer = 0, hits = 0;
	struct err err = ERR_INIT;
	struct index *ix = db_open();
	struct str s;

	rt_set_seed(11);
	str_init(&s, STR_MAX);
	add_folder(ix, "a", false);
	for (int i = 0; i < TEXTS; i++) {
		made_up(&s, 30);
		texts[i] = mem_strdup(s.p);
		add_msg(ix, 1, i);
		put(ix, i + 1, "\n", str_sl(&s));
	}
	for (int round = 0; round < 2000; round++) {
		int64_t scan = 0, found;

		made_up(&s, 6);
		for (int i = 0; i < TEXTS; i++)
			scan += words_find(sl(texts[i]), s.p);
		found = count(ix, "body", s.p);
		if (found < 0)
			continue;
		hits += scan > 0;
		if (words_exact(s.p) ? found != scan : found < scan)
			tap_note("%s: index %d, scan %d", s.p, (int)found, (int)scan);
		wrong += words_exact(s.p) && found != scan;
		fewer += found < scan;
	}
	is_int(wrong, 0, "words and pairs: the index finds what a scan finds");
	is_int(fewer, 0, "longer texts: no fewer");
	ok(hits > 500, "%u were there to be found", hits);
	is_int(index_text_settle(ix, &err), 0, "merged %s", err.text);
	is_int(count(ix, "body", "a"), count(ix, "body", "A"), "... and still asked");
	for (int i = 0; i < TEXTS; i++)
		free(texts[i]);
	str_release(&s);
	index_close(&ix);
}

/* ---- size ---- */

/* Words of letters that come as often as in a language: the k-th by 1/k. */
static void language(struct str *s, size_t bytes, bool korean)
{
	while (s->n < bytes) {
		uint32_t r[3], word;

		rt_random(r, sizeof(r));
		word = (uint32_t)((uint64_t)30000 * (r[0] >> 8) / (1u << 24) * (r[1] >> 8) / (1u << 24) * (r[2] >> 8) / (1u << 24));
		for (uint32_t i = 0, h = word * 2654435761u, n = 2 + word % 3; i < n; i++, h = h * 1664525u + 1013904223u) {
			char text[4];

			if (korean)
				str_add(s, text, utf8_encode(0xAC00 + (h >> 16) % 1200 * 9, text));
			else
				str_addf(s, "%c%c", "bdfgklmnprstv"[(h >> 16) % 13], "aeiou"[(h >> 24) % 5]);
		}
		str_addc(s, r[0] % 12 ? ' ' : '\n');
	}
}

static void size(bool korean)
{
	struct err err = ERR_INIT;
	struct index *ix = db_open();
	struct str s;
	double share;

	str_init(&s, STR_MAX);
	index_begin(ix, &err);
	add_folder(ix, "a", false);
	for (int i = 1; i <= 500; i++) {
		str_clear(&s);
		language(&s, 4096, korean);
		add_msg(ix, 1, i);
		put(ix, i, "From: Ann Other <ann@example.org>\nSubject: a b\n\n", str_sl(&s));
		if (i % 100 == 0) {
			index_commit(ix, &err);
			index_begin(ix, &err);
		}
	}
	index_commit(ix, &err);
	is_int(index_text_settle(ix, &err), 0, "settled %s", err.text);
	share = (double)number(ix, "SELECT (SELECT sum(length(block)) FROM body_data)"
		" + (SELECT sum(length(block)) FROM head_data)") / (500 * 4096);
	ok(share > 0.01 && share < 0.6, "%s: %.0f%% of the text", korean ? "Korean" : "Latin", share * 100);
	str_release(&s);
	index_close(&ix);
}

int main(void)
{
	in_and_out();
	many_words();
	texts_missing();
	agreement();
	size(false);
	size(true);
	return tap_done();
}
