/* SPDX-License-Identifier: GPL-3.0-or-later
 * match: patterns against messages */
#include "../../tap.h"
#include "query/query.h"
#include <time.h>

#define NOW 1784116800          /* 2026-07-15 12:00 UTC, a Wednesday */
#define DAY 86400

/* A message and what was asked of it. */
struct mail {
	struct env env;
	struct slice header, body;
	struct match_input in;
	unsigned bodies, headers, raws;
	bool broken;
};

static bool is_me(void *ctx, const struct addr *a)
{
	(void)ctx;
	return a->domain && strcmp(a->local, "me") == 0;
}

static bool is_list(void *ctx, const struct addr *a)
{
	(void)ctx;
	return a->domain && strcmp(a->domain, "lists.example") == 0;
}

static int thread(void *ctx, const struct query *q, struct err *err)
{
	struct mail *m = ctx;

	return query_match(q, &m->in, err);
}

static int give(const struct mail *m, unsigned *count, struct slice s, struct slice *out, struct err *err)
{
	++*count;
	if (m->broken)
		return err_set(err, ERR_SYS, "The message can't be read.");
	*out = s;
	return 0;
}

static int body(void *ctx, struct slice *out, struct err *err)
{
	struct mail *m = ctx;

	return give(m, &m->bodies, m->body, out, err);
}

static int header(void *ctx, struct slice *out, struct err *err)
{
	struct mail *m = ctx;

	return give(m, &m->headers, m->header, out, err);
}

static int raw(void *ctx, struct slice *out, struct err *err)
{
	struct mail *m = ctx;

	return give(m, &m->raws, m->header, out, err);
}

static void mail_init(struct mail *m, const char *text, struct slice text_body)
{
	memset(m, 0, sizeof(*m));
	m->header = sl(text);
	m->body = text_body;
	env_parse(m->header, &mime_limits_default, &m->env);
	m->in = (struct match_input){ .env = &m->env, .flags = "", .size = 1024, .received = NOW,
		.is_me = is_me, .is_list = is_list, .thread = thread,
		.body = body, .header = header, .raw = raw, .ctx = m };
}

static int match(struct mail *m, struct slice pattern)
{
	struct query_error error;
	struct err err = ERR_INIT;
	struct query *q;
	int rc;

	if (query_parse(pattern, NOW, &q, &error) != 0) {
		tap_note("%zu: %s", error.at, error.text);
		return -2;
	}
	rc = query_match(q, &m->in, &err);
	if (rc < 0 && !err.text[0])
		rc = -3;
	query_free(&q);
	return rc;
}

static void yes(struct mail *m, const char *pattern)
{
	is_int(match(m, sl(pattern)), 1, "%.60s", pattern);
}

static void no(struct mail *m, const char *pattern)
{
	is_int(match(m, sl(pattern)), 0, "not %.60s", pattern);
}

/* ---- text ---- */

static const char letter[] =
	"From: \"Kim, Cheolsu\" <cheolsu.kim@example.kr>\n"
	"Sender: robot@example.kr\n"
	"To: me@example.org, Team: \"Ann Other\" <ann@lists.example>, bob@example.org;\n"
	"Cc: =?utf-8?B?7ZmN6ri464+Z?= <hong@example.kr>\n"
	"Subject: =?utf-8?B?7Iuc7ZeYIOqysOqzvA==?= Report (final)\n"    /* 시험 결과 */
	"Message-ID: <a.1@example.kr>\n"
	"References: <r1@example.kr> <r2@example.kr>\n"
	"In-Reply-To: <r3@example.kr>\n"
	"X-Folded: one\n two\n"
	"X-Label: =?utf-8?B?7KSR7JqU?= work\n"
	"Date: Wed, 15 Jul 2026 10:00:00 +0000\n\n";
static const char text[] = "Dear all,\nthe BUDGET is 100% fine.\n다음 주 회의에서 봐요.\nfoo.bar\n";

static const char *const found[] = {
	"", "~A", "~f kim", "~f KIM", "~f \"kim, cheolsu\"", "~f cheolsu.kim@", "~f \"^cheolsu\"",
	"~c \"홍길동 <hong\"", "=f Kim", "=f cheolsu.kim",
	"~e robot", "~t me@", "~t ann", "~t team", "~t bob", "~c hong", "~c 홍길동", "~C hong", "~C me@",
	"~L kim", "~L hong", "~L bob", "~s 시험", "~s \"시험 결과\"", "~s 시험.결", "~s ^시험",
	"~s \"final\\)$\"", "~s 시.\\ 결과", "~s [가-힣]+", "~s report", "~s rep.rt", "~s Rep.rt", "=s Report", "=s (final)",
	"~i a.1@example.kr", "~i <a.1@", "~i ^a", "~i \"kr>$\"", "~x r1", "~x r2", "~x r3@example.kr",
	"~b budget", "~b ^the", "~b fine\\.$", "~b 회의", "~b 주.회의", "~b \"100% FINE\"", "~b \\bis\\b",
	"~h x-folded", "~h \"x-folded: one two\"", "~h ^date:", "~h 홍길동", "~h utf-8",
	"~y work", "~y 중요", "~y ^중요.work$",
	/* words of the text: across lines, in any case, pairs anywhere */
	"~b all", "~b \"all the\"", "~b bud", "~b \"fine 다음\"", "~b 의에", "~b 에", "fine.다음", "=b udget", "=b \"l,\"",
	"~B =?utf-8", "~B \"^ two\"",
	"kim", "cheolsu", "hong", "시험", "budget", "회의", "kim 회의 report", "\"dear all\"", "foo.bar", "100%",
	"report(final)|x", "~p", "~l", "~(~f kim)",
	/* precedence: ! before and, and before | */
	"~f kim ~s none | ~s report", "~s report | ~f none ~s none", "!~f none ~s report",
	"!~f none !~s none", "!(~f kim ~s none)", "!(~f none | ~s none)", "~f kim (~s none | ~s report)",
	"!!~f kim", "!~A | ~A",
};
static const char *const absent[] = {
	"!~A", "~f hong", "=f kim,\\ cheolsuu", "=f KIM", "=f CHEOLSU.", "~f ^kim@", "~e kim", "~t hong", "~c me@", "~C kim",
	"~L robot", "~s 시헙", "~s ^결과", "~s report$", "~s REP.RT", "=s reporT", "=s rep.rt", "~i ^1", "~x a.1@", "~b ^budget",
	"~b \"all,.*the\"", "~b report", "~b udget", "udget", "~b \"bud is\"",
	"~b \"the all\"", "~b 주회", "=b \"all the\"", "=b fine다", "~h \"one.*date\"", "~B budget", "~y folded", "~y one", "fooxbar", "kim nothing",
	"\"all dear\"", "~P", "~(~f hong)", "!~(~f kim)",
	"~s report ~f none | ~s none", "(~s report | ~f kim) ~s none", "!~f kim ~s report", "!(~f kim | ~s none)",
	"!(~f kim ~s report)",
};

static void texts(void)
{
	struct mail m;

	mail_init(&m, letter, SL_NONE);
	m.body = sl(text);
	for (size_t i = 0; i < ARRAY_LEN(found); i++)
		yes(&m, found[i]);
	for (size_t i = 0; i < ARRAY_LEN(absent); i++)
		no(&m, absent[i]);
	env_release(&m.env);
}

/* The message in NFD and other odd forms. */
static void forms(void)
{
	struct mail m;

	/* 시험 as conjoining jamo, and é as e and an accent */
	mail_init(&m, "Subject: \xE1\x84\x89\xE1\x85\xB5\xE1\x84\x92\xE1\x85\xA5\xE1\x86\xB7 Cafe\xCC\x81 STRASSE\n\n", SL(""));
	yes(&m, "~s 시험");
	yes(&m, "~s \xE1\x84\x89\xE1\x85\xB5\xE1\x84\x92\xE1\x85\xA5\xE1\x86\xB7");
	yes(&m, "~s 시.*Caf");
	no(&m, "~s 시.*CAF");
	yes(&m, "~s ^시험.caf");
	yes(&m, "=s Café");
	yes(&m, "~s cafÉ");
	yes(&m, "~s straße");
	no(&m, "~s 시허");
	no(&m, "~s cafe");
	no(&m, "~s [[:upper:]][[:upper:]]x");
	yes(&m, "~s [[:upper:]]TRA");
	yes(&m, "~s [^a-z]험");
	yes(&m, "~s ^.험");
	yes(&m, "~s ^[ㄱ-힣]{2}.C");
	yes(&m, "~s [시도]험");
	yes(&m, "~s [a도-시]험");
	yes(&m, "~s ^[!-힣]험");
	yes(&m, "~s ^(시|도)?험+");
	yes(&m, "~s ^시?험");
	yes(&m, "~s \\w험.\\w");
	yes(&m, "~s ^[^가나]험");
	yes(&m, "~s []시]험");
	yes(&m, "~s [^]a]험");
	yes(&m, "~s [-시]험");
	yes(&m, "~s caf[é-]");
	yes(&m, "~s [[:alpha:]시]험");
	no(&m, "~s ^..험");
	no(&m, "~s ^시{2}");
	no(&m, "~s [^시도]험");
	no(&m, "~s [^ㄱ-힣]험");
	no(&m, "~s [a-z]험");
	no(&m, "~s [가-나]험");
	no(&m, "~s \\W험");
	no(&m, "~s ^[^시].*험");
	no(&m, "~f x | ~t x | ~c x | ~e x | ~i x | ~x x | ~b x | kim");
	env_release(&m.env);
	/* what needs no tables to fold, and what stands beside it */
	mail_init(&m, "Subject: 시험 ABC \xE3\x81\x8B\xE3\x82\x99 \xEA\xB0\x80\xE1\x86\xA8 ＡＢ “x” 漢字\n\n", SL(""));
	yes(&m, "~s \"시험 abc が 각 ａｂ “X” 漢字\"");
	no(&m, "~s か");
	no(&m, "~s 가");
	env_release(&m.env);
	mail_init(&m, "Subject: 시험 ABC “x” 漢字、か\n\n", SL(""));
	yes(&m, "~s \"시험 abc “X” 漢字、か\"");
	yes(&m, "=s ABC");
	no(&m, "=s Abc");
	yes(&m, "~s [[:upper:]]BC");
	env_release(&m.env);
	mail_init(&m, "Subject: a\n\n", SL_NONE);
	m.body = SL("one\0two\xFFthree\r\nend");
	yes(&m, "~b two");
	yes(&m, "~b t[w]o");
	yes(&m, "~b \"three$\"");
	yes(&m, "~b ^end$");
	yes(&m, "~b one.two");
	no(&m, "~b three.end");
	env_release(&m.env);
}

/* A line longer than a piece: cut at any byte of a character, nothing is lost. */
static void long_lines(void)
{
	static const char word[] = "가나needle다라";
	const size_t cut = 16384, size = 50000;
	char *line = mem_alloc(size);
	unsigned over = 0, ends = 0, wrong = 0;
	struct mail m;

	mail_init(&m, "Subject: a\n\n", SL_NONE);
	m.body = sl_make(line, size);
	for (size_t at = cut - 24; at < cut + 8; at++) {
		memset(line, 'x', size);
		memcpy(line + at, word, sizeof(word) - 1);
		over += match(&m, SL("~b 가.need.e다라x")) == 1;
		ends += match(&m, SL("~b 라x+$")) == 1;
		wrong += match(&m, SL("~b (^가|^.{0,9}다|라$|다$)")) == 1;
	}
	is_int(over, 32, "a word over the edge of a piece is found");
	is_int(ends, 0, "... but no more than 1 KiB over two of them");
	is_int(wrong, 0, "the edge of a piece is no edge of a line");
	memset(line, 'x', size);
	memcpy(line, "be", 2);
	memcpy(line + size - 2, "en", 2);
	yes(&m, "~b ^be");
	yes(&m, "~b en$");
	no(&m, "~b ^xx");
	no(&m, "~b xx$");
	env_release(&m.env);
	free(line);
}

/* ---- dates ---- */

static void date(int64_t sec, const char *pattern, int want)
{
	struct mail m;
	char p[80];

	mail_init(&m, "Subject: a\n\n", SL(""));
	m.env.date = (struct date){ .sec = sec, .ok = true };
	m.in.received = 0;
	snprintf(p, sizeof(p), "~d %s", pattern);
	is_int(match(&m, sl(p)), want, "%s: %lld", p, (long long)(sec - NOW));
	env_release(&m.env);
}

static int64_t at(int year, int month, int day)
{
	struct date_parts p = { .year = year, .month = month, .day = day };

	return date_join(&p);
}

/* From the first second to the last, and not one more; zone in seconds east. */
static void days(const char *pattern, int64_t first, int64_t end, int64_t zone)
{
	if (first != INT64_MIN) {
		date(first - zone, pattern, 1);
		date(first - zone - 1, pattern, 0);
	}
	if (end != INT64_MAX) {
		date(end - zone - 1, pattern, 1);
		date(end - zone, pattern, 0);
	}
}

static void dates_in(int64_t zone)
{
	int64_t today = at(2026, 7, 15);

	days("today", today, today + DAY, zone);
	days("yesterday", today - DAY, today, zone);
	days("yesterday-", today - DAY, INT64_MAX, zone);
	days("<1d", today, INT64_MAX, zone);
	days("<7d", today - 6 * DAY, INT64_MAX, zone);
	days(">7d", INT64_MIN, today - 6 * DAY, zone);
	days("=3d", today - 3 * DAY, today - 2 * DAY, zone);
	days("=0d", today, today + DAY, zone);
	days("<2w", today - 13 * DAY, INT64_MAX, zone);
	days(">1m", INT64_MIN, at(2026, 6, 16), zone);
	days("<1y", at(2025, 7, 16), INT64_MAX, zone);
	days("1/2/2026-", at(2026, 2, 1), INT64_MAX, zone);
	days("-15/3/2026", INT64_MIN, at(2026, 3, 16), zone);
	days("1/2/2026-15/3/2026", at(2026, 2, 1), at(2026, 3, 16), zone);
	days("15/3/2026-1/2/2026", at(2026, 2, 1), at(2026, 3, 16), zone);
	days("2026-01-01-2026-02-01", at(2026, 1, 1), at(2026, 2, 2), zone);
	days("20260301", at(2026, 3, 1), at(2026, 3, 2), zone);
	days("29/2/2024", at(2024, 2, 29), at(2024, 3, 1), zone);
	days("1/2/99", at(1999, 2, 1), at(1999, 2, 2), zone);
	days("1/2/69", at(2069, 2, 1), at(2069, 2, 2), zone);
	days("3", at(2026, 7, 3), at(2026, 7, 4), zone);
	days("3/5", at(2026, 5, 3), at(2026, 5, 4), zone);
	days("3/5*1w", at(2026, 4, 26), at(2026, 5, 11), zone);
	days("3/5+1m-2d", at(2026, 5, 1), at(2026, 6, 4), zone);
	days("31/3+1m", at(2026, 3, 31), at(2026, 5, 1), zone);
	days("3/5-1w-", at(2026, 4, 26), INT64_MAX, zone);
	days("-3d", at(2026, 7, 12), at(2026, 7, 16), zone);
}

static void zone(const char *tz, int64_t east)
{
	setenv("TZ", tz, 1);
	tzset();
	tap_note("%s", tz);
	dates_in(east);
}

static void dates(void)
{
	struct mail m;

	zone("UTC", 0);
	zone("KST-9", 9 * 3600);
	zone("XXX8", -8 * 3600);
	/* a night of 23 hours on March 29, of 25 on October 25 */
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	days("29/3/2026", at(2026, 3, 29) - 3600, at(2026, 3, 30) - 7200, 0);
	days("25/10/2026", at(2026, 10, 25) - 7200, at(2026, 10, 26) - 3600, 0);
	days("28/3/2026-30/3/2026", at(2026, 3, 28) - 3600, at(2026, 3, 31) - 7200, 0);
	setenv("TZ", "UTC", 1);
	tzset();
	days("<2H", NOW - 7200, INT64_MAX, 0);
	days(">2H", INT64_MIN, NOW - 7200 + 1, 0);
	days("=2H", NOW - 7200, NOW - 3600, 0);
	days("<90M", NOW - 5400, INT64_MAX, 0);
	days("<30S", NOW - 30, INT64_MAX, 0);
	days("=30S", NOW - 30, NOW - 29, 0);
	date(at(1, 1, 1), "<1000000y", 1);
	date(at(1, 1, 1), ">1000000y", 0);
	mail_init(&m, "Subject: a\n\n", SL(""));
	yes(&m, "~d today");
	yes(&m, "~r today");
	m.in.received = NOW - DAY;
	no(&m, "~d today");
	yes(&m, "~r yesterday");
	m.env.date = (struct date){ .sec = NOW, .ok = true };
	yes(&m, "~d today ~r yesterday");
	env_release(&m.env);
}

/* ---- numbers and flags ---- */

static void sizes(void)
{
	static const struct { const char *pattern; uint64_t size; bool is; } t[] = {
		{ ">10k", 10240, false }, { ">10k", 10241, true },
		{ "<2K", 2047, true }, { "<2K", 2048, false },
		{ "1M-5M", (1u << 20) - 1, false }, { "1M-5M", 1u << 20, true },
		{ "1M-5M", 5u << 20, true }, { "1M-5M", (5u << 20) + 1, false },
		{ "5M-1M", 1u << 20, true }, { "5M-1M", (5u << 20) + 1, false },
		{ "100", 99, false }, { "100", 100, true }, { "=100", 100, true }, { "100", 101, false },
		{ "2k-", 2047, false }, { "2k-", 2048, true }, { "2k-", UINT64_MAX, true },
		{ "-2k", 2048, true }, { "-2k", 2049, false }, { "<0", 0, false },
		{ "0", 0, true }, { "4g", (uint64_t)4 << 30, true },
		{ ">4294967296G", UINT64_MAX, true }, { "<4294967296G", (uint64_t)1 << 62, false },
	};
	struct mail m;
	char p[80];

	mail_init(&m, "Subject: a\n\n", SL(""));
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		snprintf(p, sizeof(p), "~z %s", t[i].pattern);
		m.in.size = t[i].size;
		is_int(match(&m, sl(p)), t[i].is, "%s of %llu", p, (unsigned long long)t[i].size);
	}
	m.in.attachments = 2;
	yes(&m, "~X 2");
	yes(&m, "~X 1-3");
	yes(&m, "~X >1");
	no(&m, "~X 3-");
	m.in.attachments = 0;
	no(&m, "~X 1-");
	env_release(&m.env);
}

static void flags(void)
{
	struct mail m;

	mail_init(&m, "From: me@example.org\n\n", SL(""));
	yes(&m, "~U ~O !~N !~R !~D !~F !~Q !~T !~v !~= !~$ ~P !~p !~l");
	m.in.fresh = true;
	yes(&m, "~U ~N !~O !~R");
	m.in.flags = "S";
	yes(&m, "~R !~U !~N !~O");
	m.in.flags = "FRST";
	yes(&m, "~F ~Q ~R ~D");
	m.in.flags = "DP";
	yes(&m, "!~D !~F !~Q !~R");
	m.in.flags = NULL;
	yes(&m, "~U !~D");
	m.in.tagged = true;
	yes(&m, "~T !~v");
	m.in.collapsed = true;
	yes(&m, "~v !~=");
	m.in.duplicate = true;
	yes(&m, "~= !~$");
	m.in.unreferenced = true;
	yes(&m, "~$");
	env_release(&m.env);
}

/* ---- what is read, and when ---- */

static void reads(void)
{
	struct mail m;

	mail_init(&m, letter, SL_NONE);
	m.body = sl(text);
	no(&m, "~b budget ~f nobody");
	no(&m, "budget ~U ~D");
	yes(&m, "~b budget | ~f kim");
	no(&m, "(~b budget | ~h x) ~f nobody");
	yes(&m, "kim report");
	is_int(m.bodies + m.headers + m.raws, 0, "nothing is read where the header's facts decide");
	yes(&m, "~b budget ~b fine ~b all budget !~b none");
	is_int(m.bodies, 1, "the text is read once");
	yes(&m, "~h date ~h subject ~B date ~B subject");
	ok(m.headers == 1 && m.raws == 1, "and so are header and message");
	no(&m, "~B x-none ~h x-none");
	ok(m.headers == 2 && m.raws == 1, "the header before the message");
	m.broken = true;
	is_int(match(&m, SL("!~b none")), -1, "what can't be read is an error, not a match");
	is_int(match(&m, SL("~f kim | ~b none")), 1, "... but only where it is needed");
	is_int(match(&m, SL("~h x | ~s none")), -1, "the header");
	is_int(match(&m, SL("~(!~B x)")), -1, "the message, through its thread");
	env_release(&m.env);
}

/* ---- cost ---- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Text that makes a search from every byte, or by trying all ways, take years. */
static void bounded(const char *pattern, const char *alphabet, bool last_hit, int want)
{
	const size_t size = 1u << 20;
	size_t letters = strlen(alphabet);
	uint64_t seed = 1;
	struct mail m;
	double start, took;

	mail_init(&m, "From: a@b\n\n", SL(""));
	free(m.env.subject);
	m.env.subject = mem_alloc(size + 1);
	for (size_t i = 0; i < size; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		m.env.subject[i] = alphabet[(seed >> 33) % letters];
	}
	if (last_hit)
		m.env.subject[size - 1] = 'Z';
	m.env.subject[size] = '\0';
	start = seconds();
	is_int(match(&m, sl(pattern)), want, "%s in 1 MiB", pattern);
	took = seconds() - start;
	tap_note("%.3f s", took);
	ok(took < 60, "... in bounded time");
	env_release(&m.env);
}

static void costs(void)
{
	bounded("~s (a+)+b", "a", false, 0);
	bounded("~s (a+)+Z$", "a", true, 1);
	bounded("~s (A+)+Z$", "A", true, 1);
	bounded("~s ^(A|AA)+$", "A", true, 0);
	bounded("~s (.*)*x(.*)*y", "a", false, 0);
	bounded("~s ((((a*)*)*)*)*b", "a", false, 0);
	bounded("~s a{1,255}b", "a", false, 0);
	bounded("~s (a{1,30}){1,30}b", "a", false, 0);
	bounded("~s 시|(a+)+b", "a", false, 0);
	bounded("~s ((((((((a+)+)+)+)+)+)+)+)+b", "a", false, 0);
	bounded("~s (a|b)*a(a|b){10}c", "ab", false, 0);
	bounded("~s (.{0,25}a){10}c", "ab", false, 0);
	bounded("~s [가-힣].{0,200}b[0-9]{200}", "ab", false, 0);
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	texts();
	forms();
	long_lines();
	dates();
	sizes();
	flags();
	reads();
	costs();
	return tap_done();
}
