/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * date: what stands in Date fields, and what we write there. */
#include "../../tap.h"
#include "mime/mime.h"

#include <time.h>

#define BAD INT64_MIN

static const struct { const char *text; int64_t sec; int zone; const char *name; } cases[] = {
	{ "Thu, 13 Feb 2025 09:00:00 +0900", 1739404800, 540, "RFC 5322 3.3" },
	{ "13 Feb 2025 09:00 +0900", 1739404800, 540, "RFC 5322 3.3: no weekday, no seconds" },
	{ "Thu,13 Feb 2025 09:00:00 +0900 (KST)", 1739404800, 540, "RFC 5322 A.5: a comment" },
	{ "Thu (x(y)) , 13 \r\n Feb\t2025 09 : 00 :\n 00 +0900", 1739404800, 540,
	  "RFC 5322 4.3: folds and comments between all tokens" },
	{ "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880127706, -360, "RFC 5322 A.6.3: a comment inside of the time" },
	{ "Thu, 1 Jan 1970 00:00:00 +0000", 0, 0, "the epoch is a date" },
	{ "Wed, 31 Dec 1969 23:59:59 +0000", -1, 0, "-1 is a date" },
	{ "Tue, 19 Jan 2038 03:14:08 +0000", 2147483648, 0, "past 32 bits" },
	{ "Sat, 1 Jan 0000 00:00:00 +0000", -62167219200, 0, "year 0000" },
	{ "Fri, 31 Dec 9999 23:59:59 +0000", 253402300799, 0, "year 9999" },
	{ "Sat, 1 Jan 0000 00:00:00 +0900", -62167219200, 540, "year 0000 and a zone that leads out of it" },
	{ "Fri, 31 Dec 9999 23:59:59 -0900", 253402300799, -540, "year 9999 likewise" },
	{ "Fri, 31 Dec 10000 23:59:59 +0000", BAD, 0, "year 10000" },
	{ "Tue, 3 Mar 999999999999999999999 09:30:00 +0000", BAD, 0, "a year that overflows" },
	{ "Tue, 3 Mar -2026 09:30:00 +0000", BAD, 0, "a negative year" },
	{ "Tue, 3 Mar 49 09:30:00 GMT", 2498376600, 0, "RFC 5322 4.3: 49 is 2049" },
	{ "Tue, 3 Mar 50 09:30:00 GMT", -625847400, 0, "RFC 5322 4.3: 50 is 1950" },
	{ "Tue, 3 Mar 126 09:30:00 GMT", 1772530200, 0, "RFC 5322 4.3: 126 is 2026" },
	{ "Tue, 3 Mar 2026 09:30:00 Z", 1772530200, 0, "military Z" },
	{ "Tuesday, March 3rd, 2026 at 09:30:00", 1772530200, 0, "as a person says it" },
	{ "3rd of March 2026 at 9:30 AM", 1772530200, 0, "as a person says it, the other way round" },
	{ "Tue, 3 Mar 2026 at at 09:30:00", BAD, 0, "but not as nobody says it" },
	{ "Tue, 3 rd Mar 2026 09:30:00", BAD, 0, "letters without a number" },
	{ "Tue, 03 Mar 2026 18:30:00 \"+0900\"", 1772530200, 540, "a quoted zone" },
	{ "'Tue, 03 Mar 2026 18:30:00 +0900'", 1772530200, 540, "all of it quoted" },
	{ "25-12-2026 09:30", 1798191000, 0, "no month is the 25th" },
	{ "12-25-2026 09:30", 1798191000, 0, "no month is the 25th, American" },
	{ "03-04-2026 09:30", BAD, 0, "nobody knows which" },
	{ "Tue, 3 Mar 2026 09:30:00 A", 1772530200, 0,
	  "RFC 5322 4.3: other military zones say nothing" },
	{ "Tue, 3 Mar 2026 09:30:00 -0000", 1772530200, 0, "RFC 5322 3.3: -0000" },
	{ "Tue, 3 Mar 2026 09:30:00", 1772530200, 0, "no zone" },
	{ "Tue, 3 Mar 2026 09:30:00 EST", 1772548200, -300, "RFC 5322 4.3: EST" },
	{ "Tue, 3 Mar 2026 09:30:00 pdt", 1772555400, -420, "RFC 5322 4.3: PDT in any case" },
	{ "Tue, 3 Mar 2026 09:30:00 KST", 1772497800, 540, "KST" },
	{ "Tue, 3 Mar 2026 09:30:00 XYZ", 1772530200, 0, "a zone that nobody knows" },
	{ "Tue, 3 Mar 2026 09:30:00 GMT+0900", 1772497800, 540, "the offset beside a name counts" },
	{ "Tue, 3 Mar 2026 09:30:00 +09:00", 1772497800, 540, "an offset with a colon" },
	{ "Tue, 3 Mar 2026 09:30:00 +9", 1772497800, 540, "an offset of one digit" },
	{ "Mon, 29 Feb 2016 00:00:00 -1200", 1456747200, -720, "minus twelve hours" },
	{ "Mon, 29 Feb 2016 00:00:00 +0545", 1456683300, 345, "a quarter hour" },
	{ "Tue, 3 Mar 2026 09:30:00 +0960", 1772530200, 0, "sixty minutes: a zone that can't be says nothing" },
	{ "Tue, 3 Mar 2026 09:30:00 +070", 1772530200, 0, "a digit of a zone is missing" },
	{ "Tue, 3 Mar 2026 09:30:00.882 0900", 1772497800, 540, "a zone without its sign" },
	{ "Tue, 003 Mar 2026 09:30:00 +0900", 1772497800, 540, "a day of three digits" },
	{ "Tue, 3 Mar 2026 09:30:00 +99999999999", BAD, 0, "an offset that overflows" },
	{ "Tue, 3 Mar 2026 09:30:00 +", BAD, 0, "a sign alone" },
	{ "Thu, 31 Dec 2026 23:59:60 +0000", 1798761600, 0, "a leap second" },
	{ "Thu, 31 Dec 2026 23:59:61 +0000", BAD, 0, "second 61" },
	{ "Sun, 3 Mar 2026 24:00:00 +0000", BAD, 0, "hour 24" },
	{ "Sun, 3 Mar 2026 10:60:00 +0000", BAD, 0, "minute 60" },
	{ "Sun, 0 Mar 2026 10:00:00 +0000", BAD, 0, "day 0" },
	{ "Sun, 32 Mar 2026 10:00:00 +0000", BAD, 0, "day 32" },
	{ "Sun, 31 Apr 2026 10:00:00 +0000", BAD, 0, "a 31st of April" },
	{ "Sun, 29 Feb 2026 10:00:00 +0000", BAD, 0, "a 29th of February, no leap year" },
	{ "Sun, 29 Feb 1900 10:00:00 +0000", BAD, 0, "1900 was no leap year" },
	{ "Tue, 29 Feb 2000 00:00:00 +0000", 951782400, 0, "2000 was one" },
	{ "Tuesday, 3 March 2026 09:30:00 +0900", 1772497800, 540, "names in full" },
	{ "Tue, 03-Mar-26 09:30:00 GMT", 1772530200, 0, "RFC 850" },
	{ "Tue Mar  3 09:30:00 2026", 1772530200, 0, "asctime" },
	{ "Tue Mar  3 09:30:00 KST 2026", 1772497800, 540, "asctime with a zone" },
	{ "Tue Mar  3 09:30:00 2026 +0900", 1772497800, 540, "asctime with an offset" },
	{ "2026-03-03 09:30:00 +0900", 1772497800, 540, "ISO 8601 with blanks" },
	{ "2026-03-03T09:30:00.123Z", 1772530200, 0, "RFC 3339" },
	{ "2026-13-03T09:30:00Z", BAD, 0, "ISO 8601, month 13" },
	{ "Tue, 3 Mar 2026 9:30:00 PM +0900", 1772541000, 540, "PM" },
	{ "Tue, 3 Mar 2026 12:30:00 AM +0900", 1772465400, 540, "half past midnight" },
	{ "Tue, 3 Mar 2026", 1772496000, 0, "no time" },
	{ "Tue, 03 Mrz 2026 09:30:00 +0100", 1772526600, 60, "a month in German" },
	{ "Di., 3. März 2026 09:30:00 +0100", 1772526600, 60, "German" },
	{ "mar., 3 mars 2026 09:30:00 +0100", 1772526600, 60, "French, a Tuesday" },
	{ "Mar, 3 Apr 2026 09:30:00 +0100", 1775205000, 60, "Italian, a Tuesday" },
	{ "Mar 3 2026 09:30:00 +0100", 1772526600, 60, "... and a month" },
	{ "mar, 3 de marzo de 2026 09:30:00 +0100", 1772526600, 60, "Spanish" },
	{ "s\xe1" "b, 7 mar 2026 09:30:00 +0100", 1772872200, 60, "a weekday in raw bytes" },
	{ "Вт, 3 мар 2026 09:30:00 +0300", 1772519400, 180, "Russian" },
	{ "화, 3 3월 2026 09:30:00 +0900", 1772497800, 540, "Korean, as Java writes it" },
	{ "2026년 3월 3일 (화) 오후 9:30:00 +0900", 1772541000, 540, "Korean" },
	{ "2026年3月3日 火曜日 09:30:00 +0900", 1772497800, 540, "Japanese" },
	{ "2026年3月3日星期二 下午9:30:00 +0800", 1772544600, 480, "Chinese" },
	{ "út, 3. března 2026 09:30:00 +0100", 1772526600, 60, "Czech" },
	{ "3 marca 2026 09:30:00 +0100", 1772526600, 60, "Slovak, Polish, Slovenian" },
	{ "uto, 3. ožujka 2026 09:30:00 +0100", 1772526600, 60, "Croatian" },
	{ "Sze, 2026. márc. 3. 09:30:00 +0100", 1772526600, 60, "Hungarian, whose weekday begins like a month" },
	{ "mar., 3 martie 2026 09:30:00 +0100", 1772526600, 60, "Romanian" },
	{ "Τρι, 3 Μαρτίου 2026 09:30:00 +0100", 1772526600, 60, "Greek" },
	{ "Τρι, 3 ΜΆΡΤΙΟΣ 2026 09:30:00 +0100", 1772526600, 60, "... in capitals" },
	{ "вт, 3 бер 2026 09:30:00 +0100", 1772526600, 60, "Ukrainian" },
	{ "3. maaliskuuta 2026 09:30:00 +0100", 1772526600, 60, "Finnish" },
	{ "3 červen 2026 09:30:00 +0000", 1780479000, 0, "a name that is the head of another" },
	{ "3 listopadu 2026 09:30:00 +0000", 1793698200, 0, "November in Czech" },
	{ "3 listopada 2026 09:30:00", BAD, 0, "October in Croatian, November in Polish" },
	{ "3 srp 2026 09:30:00", BAD, 0, "July in Croatian, August in Czech" },
	{ "3 jui 2026 09:30:00", BAD, 0, "June or July" },
	{ "foo 3 Mar 2026 09:30:00", BAD, 0, "a word that is no weekday" },
	{ "3 Foo 2026 09:30:00", BAD, 0, "nor a month" },
	{ "2026年13月3日 09:30", BAD, 0, "month 13" },
	{ "Tue, 3 Mar 2026 9.30.00 +0900", 1772497800, 540, "dots in the time" },
	{ "3 Mar 2026 09.30 GMT", 1772530200, 0, "... without seconds" },
	{ "2026/03/03 09:30:00", 1772530200, 0, "slashes behind the year" },
	{ "2026. 3. 3. 09:30", 1772530200, 0, "dots behind the year" },
	{ "3.3.2026 09:30:00 +0100", 1772526600, 60, "dots in front of it" },
	{ "25/12/2026 09:30", 1798191000, 0, "no month 25" },
	{ "12/25/2026 9:30 AM", 1798191000, 0, "... nor this way" },
	{ "13.13.2026 09:30", BAD, 0, "neither" },
	{ "3-3-2026 09:30", BAD, 0, "dashes: nobody knows the order" },
	{ "192.168.2026.1", BAD, 0, "four numbers" },
	{ "3/3/2026 09:30:00", BAD, 0, "slashes: nobody knows the order" },
	{ "09:30:00 +0900", BAD, 0, "no date" },
	{ "Mar 2026 09:30:00 +0900", BAD, 0, "no day" },
	{ "=?utf-8?Q?Tue,_3_Mar_2026_09:30:00_+0900?=", BAD, 0, "an encoded word" },
	{ "", BAD, 0, "empty" },
	{ ",;:", BAD, 0, "marks only" },
	{ "((((((((", BAD, 0, "comments without end" },
	{ "Tue, 3 Mar 2026 09:30:00 +0900 junk", 1772497800, 540, "junk behind" },
};

static void each_head(struct slice text)
{
	for (size_t i = 0; i <= text.n; i++) {
		char *copy = malloc(i ? i : 1);

		memcpy(copy, text.p, i);
		date_parse(sl_make(copy, i));
		free(copy);
	}
}

static void check(struct slice text, int64_t sec, int zone, const char *name)
{
	struct date d = date_parse(text);

	is_int(d.ok, sec != BAD, "%s", name);
	if (d.ok && sec != BAD) {
		is_int(d.sec, sec, "%s: seconds", name);
		is_int(d.zone, zone, "%s: zone", name);
	}
}

static void test_hostile(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	str_adds(&s, "Tue, 3 Mar 2026 09:30:00 +0900 ");
	for (int i = 0; i < 50000; i++)
		str_addc(&s, '(');
	check(str_sl(&s), 1772497800, 540, "50,000 comments behind");
	str_clear(&s);
	for (int i = 0; i < 100000; i++)
		str_addc(&s, '9');
	check(str_sl(&s), BAD, 0, "100,000 digits");
	str_release(&s);
	check(sl_make("Tue, 3 Mar 2026 09:30:00 +0900\0(", 32), 1772497800, 540, "a NUL behind");
	check(sl_make("Tue, 3 Mar\0 2026 09:30:00 +0900", 31), BAD, 0, "a NUL inside");
}

static void check_write(int64_t sec, int zone, const char *want)
{
	struct str s;

	str_init(&s, 64);
	date_write(&s, sec, zone);
	is_slice(str_sl(&s), sl(want), "written: %s", want);
	str_release(&s);
}

static void test_write(void)
{
	unsigned wrong = 0;
	struct str s;

	check_write(1739404800, 540, "Thu, 13 Feb 2025 09:00:00 +0900");
	check_write(0, 0, "Thu, 1 Jan 1970 00:00:00 +0000");
	check_write(-1, -210, "Wed, 31 Dec 1969 20:29:59 -0330");
	check_write(INT64_MAX, 0, "Fri, 31 Dec 9999 23:59:59 +0000");
	check_write(INT64_MIN, -5, "Sat, 1 Jan 0000 00:00:00 -0005");
	check_write(0, INT32_MAX, "Mon, 5 Jan 1970 03:59:00 +9959");
	str_init(&s, 64);
	for (int64_t t = -62167132800; t < 253402214400; t += 86400 * 97 + 3601) {
		struct date_parts p;
		struct date d;
		int zone = (int)(t / 100 % 1400);

		str_clear(&s);
		date_write(&s, t, zone);
		d = date_parse(str_sl(&s));
		date_split(t, 0, &p);
		wrong += !d.ok || d.sec != t || d.zone != zone || date_join(&p) != t;
	}
	str_release(&s);
	is_int(wrong, 0, "RFC 5322 3.3: what is written reads back, years 0 to 9999");
}

static void test_zone(void)
{
	setenv("TZ", "XXX-9", 1);
	tzset();
	is_int(date_zone(1739404800), 540, "the local zone, east");
	setenv("TZ", "XXX3:30YYY,M3.2.0,M11.1.0", 1);
	tzset();
	is_int(date_zone(1739404800), -210, "the local zone, west, in winter");
	is_int(date_zone(1753000000), -150, "the local zone, west, in summer");
}

/* The attack inputs: date, epoch or "invalid", note. */
static void test_corpus(void)
{
	const char *path = tap_corpus("attack-inputs/dates.tsv");
	struct str s;
	struct err err = ERR_INIT;
	struct slice rest, line, text, want;

	if (!path) {
		tap_skip("no corpus: attack-inputs/dates.tsv");
		return;
	}
	str_init(&s, STR_MAX);
	if (!ok(fs_slurp(path, 1 << 20, &s, &err) == 0, "read the corpus"))
		return;
	rest = str_sl(&s);
	sl_line(&rest, &line);
	while (sl_line(&rest, &line)) {
		uint64_t n;
		int64_t sec = BAD;

		sl_cut(&line, '\t', &text);
		sl_cut(&line, '\t', &want);
		if (sl_search(line, SL("(or ")) >= 0)   /* it may be read, and is: see cases */
			continue;
		if (sl_u64(sl_starts(want, "-") ? sl_skip(want, 1) : want, INT64_MAX, &n) == 0)
			sec = sl_starts(want, "-") ? -(int64_t)n : (int64_t)n;
		is_int(date_parse(text).ok ? date_parse(text).sec : BAD, sec,
		       "corpus: " SL_FMT, SL_ARG(sl_head(text, 60)));
	}
	str_release(&s);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check(sl(cases[i].text), cases[i].sec, cases[i].zone, cases[i].name);
		each_head(sl(cases[i].text));
	}
	test_hostile();
	test_write();
	test_zone();
	test_corpus();
	return tap_done();
}
