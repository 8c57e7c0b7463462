/* SPDX-License-Identifier: GPL-3.0-or-later
 * words: what the index knows of a text, and how a text is found */
#include "../../tap.h"
#include "index/index.h"

static int join(void *ctx, struct slice word, bool last)
{
	struct str *s = ctx;

	if (s->n)
		str_addc(s, '|');
	str_addsl(s, word);
	if (last)
		str_addc(s, '*');
	return 0;
}

static void words(const char *text, const char *want)
{
	struct str s;

	str_init(&s, STR_MAX);
	is_int(words_each(sl(text), join, &s), 0, "walked");
	is_slice(str_sl(&s), sl(want), "words of %.60s", text);
	str_release(&s);
}

#define NFD_SIHEOM "\xE1\x84\x89\xE1\x85\xB5\xE1\x84\x92\xE1\x85\xA5\xE1\x86\xB7"       /* 시험 */

static void splitting(void)
{
	words("", "");
	words(" \r\n\t.,;", "");
	words("Hello, World", "hello|world*");
	words("hello.", "hello");
	words("kim@example.org", "kim|example|org*");
	words("foo_bar-baz.c", "foo|bar|baz|c*");
	words("don't 3rd 1,000 a1b2 ", "don|t|3rd|1|000|a1b2");
	words("Kaffee\xC2\xADhaus \xE2\x80\x8B" "a\xE2\x80\x8B" "b c\xE2\x80\x8D" "d ", "kaffeehaus|a|b|cd");
	words("a\xFF" "b\xC3", "a|b");
	words("a\xE2\x84\xA2 b\xC2\xB2 c\xE2\x91\xA0 ", "a|b2|c1");
	words("\xF0\x9F\x98\x80 x \xE2\x9D\xA4", "x");
}

static void folding(void)
{
	words("Caf\xC3\xA9 CAFE\xCC\x81 \xC3\x89", "cafe|cafe|e*");
	words("Stra\xC3\x9F" "e STRASSE \xE1\xBA\x9E ", "strasse|strasse|ss");
	words("\xC4\xB0stanbul \xC4\xB1 I ", "istanbul|i|i");
	words("\xC5\x81ukasz S\xC3\xB8ren \xC3\x86on \xC5\x93uvre \xC3\x90\xC3\xBEor ", "lukasz|soren|aeon|oeuvre|dthor");
	words("\xEF\xAC\x81x \xEF\xAC\x86 ", "fix|st");
	words("\xEF\xBC\xA1\xEF\xBD\x82\xEF\xBC\x99\xEF\xBC\x8E\xEF\xBD\x83 ", "ab9|c");     /* Ａｂ９．ｃ */
	words("\xCE\x86\xCE\xBB\xCF\x86\xCE\xB1 \xCE\xA3\xCE\x91\xCE\xA3 \xCF\x83\xCE\xB1\xCF\x82 ", "αλφα|σασ|σασ");
	words("\xD0\x81\xD0\xBB\xD0\xBA\xD0\xB0 \xD0\x99\xD0\xBE\xD0\xB4 ", "елка|иод");
	words("\xE1\xBB\x86 \xE1\xBA\xB8\xCC\x82 E\xCC\xA3\xCC\x82 E\xCC\x82\xCC\xA3 ", "e|e|e|e");
	words("\xF0\x9D\x95\x8C\xF0\x9D\x93\x83 ", "un");       /* mathematical letters */
	words("\xCC\x81 a", "a*");
	/* marks that stay: shin with dot and dagesh in three orders and forms */
	words("\xD7\xA9\xD7\x81\xD6\xBC", "\xD7\xA9\xD6\xBC\xD7\x81*");
	words("\xD7\xA9\xD6\xBC\xD7\x81", "\xD7\xA9\xD6\xBC\xD7\x81*");
	words("\xEF\xAC\xAC", "\xD7\xA9\xD6\xBC\xD7\x81*");
	words("हिन्दी", "हिन्दी*");
}

static void pairs(void)
{
	words("시험", "시험|험");
	words(NFD_SIHEOM, "시험|험");
	words("다음 주 회의에서", "다음|음|주|회의|의에|에서|서");
	words("PDF파일2개", "pdf|파일|일|2|개");
	words("東京タワーへ、行く", "東京|京タ|タワ|ワー|ーへ|へ|行く|く");
	words("\xEF\xBD\xB6\xEF\xBE\x9E\xEF\xBD\xB7 \xE3\x82\xAB\xE3\x82\x99\xE3\x82\xAD ガキ", "ガキ|キ|ガキ|キ|ガキ|キ");
	words("\xE3\x81\x8B\xE3\x82\x99", "が");
	words("\xEA\xB0\x80\xE1\x86\xA8", "각");        /* 가 and a final */
	words("ㅋㅋㅋ ㅎㅏ", "ㅋㅋ|ㅋㅋ|ㅋ|ㅎㅏ|ㅏ");
	words("\xEF\xBE\xA1\xEF\xBF\x82", "ㄱㅏ|ㅏ");   /* half-width jamo */
	words("ㄅㄆ 㐀𠀀", "ㄅㄆ|ㄆ|㐀𠀀|𠀀");
	words("\xEF\xA4\x80", "豈");                    /* a compatibility ideograph */
	words("㈜한국", "주|한국|국");
	words("ไทย", "ไท|ทย|ย");
	words("中\xEF\xB8\x80国", "中国|国");           /* a variation selector */
	words("한\xE2\x80\x8B국", "한|국");
	words("가 나", "가|나");
}

static void cuts(void)
{
	struct str s, want;

	str_init(&s, STR_MAX);
	str_init(&want, STR_MAX);
	for (int i = 0; i < 65; i++)
		str_addc(&s, 'x');
	words(s.p, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx*");
	str_cut(&s, 64);
	words(s.p, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx*");
	str_cut(&s, 63);
	str_addsl(&want, str_sl(&s));
	str_adds(&s, "\xD0\xB6z a");
	str_adds(&want, "|a*");
	words(s.p, want.p);
	/* 200 marks on one letter */
	str_clear(&s);
	str_adds(&s, "ש");
	for (int i = 0; i < 200; i++)
		str_adds(&s, i & 1 ? "\xD7\x81" : "\xD6\xBC");
	ok(words_find(str_sl(&s), s.p), "more marks than a word can hold");
	str_release(&s);
	str_release(&want);
}

static int stop(void *ctx, struct slice word, bool last)
{
	unsigned *n = ctx;

	(void)word;
	(void)last;
	return ++*n == 2 ? -1 : 0;
}

static void stopping(void)
{
	unsigned n = 0;

	is_int(words_each(SL("시험 결과 a b"), stop, &n), -1, "stopped");
	is_int(n, 2, "... at once");
}

/* ---- finding ---- */

static const struct { const char *hay, *text; bool is; } finds[] = {
	{ "the budget is fine", "budget", true }, { "the budget is fine", "BUD", true },
	{ "the budget is fine", "udget", false }, { "the budget is fine", "budget is", true },
	{ "the budget is fine", "budget i", true }, { "the budget is fine", "budg is", false },
	{ "the budget is fine", "bud ", false }, { "the budget is fine", "fine budget", false },
	{ "the budget\n> is fine", "budget is", true }, { "a-b", "a b", true }, { "ab", "a b", false },
	{ "xbudget budget", "budget", true }, { "xbudget", "budget", false }, { "Budget", "bUdget", true },
	{ "시험budget", "budget", true }, { "é budget", "budget", true }, { "ébudget", "budget", false },
	{ "e\xCC\x81" "budget", "budget", false }, { "b\xC3\xBC" "dget", "budget", true },
	{ "bu\xCC\x88" "dget x", "bUdGet X", true }, { "\xEF\xBD\x82\xEF\xBD\x95\xEF\xBD\x84", "bud", true },
	{ "a\xC2\xA0" "budget", "budget", true }, { "“budget”", "budget", true },
	{ "co\xC2\xADoperate", "cooperate", true }, { "coopeer cooperate", "coope", true },
	{ "aab aaab", "aab", true }, { "aaab", "aab", false },
	{ "국어시험 결과", "시험", true }, { "국어시험 결과", "어시", true }, { "국어시험 결과", "시험결과", false },
	{ "국어시험 결과", "시험 결과", true }, { "국어시험 결과", "시험 결", true }, { "국어시험 결과", "어시 결과", false },
	{ "국어시험은 결과", "시험 결과", false }, { "프로시험 로젝", "프로젝", false }, { "프로젝트", "로젝트", true },
	{ "프로젝트 X", "트 x", true }, { "프로젝트", "젝", true }, { "프로젝트", "트", true }, { "프로젝트", "틀", false },
	{ NFD_SIHEOM, "시험", true }, { "시험", NFD_SIHEOM, true }, { NFD_SIHEOM, "시허", false },
	{ "\xEA\xB0\x80\xE1\x86\xA8", "가", false }, { "\xE3\x81\x8B\xE3\x82\x99", "か", false },
	{ "\xEF\xBD\xB6\xEF\xBE\x9E", "ガ", true }, { "PDF파일", "pdf", true }, { "PDF파일", "pdf파일", true },
	{ "PDF 파일", "pdf파일", true }, { "PDF파일", "파일", true }, { "PDF파일", "pd 파일", false },
	{ "PDF파일", "pdf 파", true }, { "APDF", "pdf", false }, { "東京タワー", "京タ", true },
	{ "привет Мир", "ПРИВЕТ", true }, { "привет Мир", "мир", true }, { "привет Мир", "ривет", false },
	{ "a ❤ b", "❤", true }, { "a b", "❤", false }, { "", "a", false }, { "a", "", true }, { "", "", true },
	{ "Straße", "strasse", true }, { "STRASSE", "straße", true }, { "x.y@z.org", "x.y@z", true },
};

static void finding(void)
{
	for (size_t i = 0; i < ARRAY_LEN(finds); i++)
		is_int(words_find(sl(finds[i].hay), finds[i].text), finds[i].is,
			"%s %s %s", finds[i].hay, finds[i].is ? "has" : "has not", finds[i].text);
	ok(words_find(SL("a\0budget"), "budget"), "behind a NUL");
}

static void exact(void)
{
	static const char *const yes[] = { "budget", "Caf\xC3\xA9", "시험", NFD_SIHEOM, "가", "budget.", "東京", "ガ" };
	static const char *const no[] = { "", "...", "a b", "a@b", "시험지", "가 나", "pdf파일", "foo.bar" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		ok(words_exact(yes[i]), "%s is exact", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		ok(!words_exact(no[i]), "%s is not", no[i]);
}

/* ---- properties ---- */

static const char *const atoms[] = {
	"a", "B", "9", "é", "e\xCC\x81", "ß", "ж", "Й", " ", " ", ".", "\n", "시", "험", "가",
	"\xE1\x84\x89\xE1\x85\xB5", "東", "か", "か\xE3\x82\x99", "\xEF\xBD\xB6", "\xEF\xBE\x9E", "ー", "\xC2\xAD",
	"ש\xD7\x81\xD6\xBC", "ไ", "ท", "\xEF\xBC\xA1", "“", "\xFF", "😀", "ﬁ", "㈜", "、",
};

static size_t random_below(size_t n)
{
	uint32_t r;

	rt_random(&r, sizeof(r));
	return r % n;
}

static bool word_begins(const char *p, const char *from)
{
	unsigned char before = p > from ? (unsigned char)p[-1] : ' ';

	return before < 0x80 && !ascii_isalnum(before);
}

static void properties(void)
{
	unsigned missed = 0, lost = 0, different = 0, tried = 0;
	struct str s, nfc, one, two;

	rt_set_seed(7);
	str_init(&s, STR_MAX);
	str_init(&nfc, STR_MAX);
	str_init(&one, STR_MAX);
	str_init(&two, STR_MAX);
	for (int round = 0; round < 3000; round++) {
		size_t from = 0, end;
		char *part;

		str_clear(&s);
		for (size_t i = 0, n = 1 + random_below(40); i < n; i++)
			str_adds(&s, atoms[random_below(ARRAY_LEN(atoms))]);
		/* from where a word begins to any border of characters */
		for (from = random_below(s.n); from > 0 && !word_begins(s.p + from, s.p); )
			from--;
		for (end = from; end < s.n && random_below(12); )
			end += utf8_grapheme(sl_skip(str_sl(&s), end));
		part = mem_strndup(s.p + from, end - from);
		tried++;
		if (!words_find(str_sl(&s), part)) {
			missed++;
			tap_note("%s has not %s", s.p, part);
		}
		free(part);
		str_clear(&nfc);
		utf8_nfc(&nfc, str_sl(&s));
		str_clear(&one);
		str_clear(&two);
		words_each(str_sl(&s), join, &one);
		words_each(str_sl(&nfc), join, &two);
		if (!sl_eq(str_sl(&one), str_sl(&two))) {
			different++;
			tap_note("%s: %s, %s", s.p, one.p, two.p);
		}
		if (one.n && !words_find(str_sl(&s), nfc.p)) {
			lost++;
			tap_note("%s is not %s", s.p, nfc.p);
		}
	}
	is_int(missed, 0, "%u parts of texts are found in them", tried);
	is_int(different, 0, "NFC changes no word");
	is_int(lost, 0, "nor what is found");
	str_release(&s);
	str_release(&nfc);
	str_release(&one);
	str_release(&two);
}

int main(void)
{
	splitting();
	folding();
	pairs();
	cuts();
	stopping();
	finding();
	exact();
	properties();
	return tap_done();
}
