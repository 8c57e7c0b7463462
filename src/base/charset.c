/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * charset: from the tables behind mail's labels to UTF-8 and back, on iconv.
 * Invariants: the answer is the same however the input is cut; every turn of
 * the loop uses input or ends; a bad byte becomes U+FFFD and never takes an
 * ASCII byte with it; nothing is guessed or transliterated by iconv.
 *
 * The seven-bit forms of Japanese, Korean and Chinese are first turned into the
 * eight-bit form of the same table: libraries differ in which of them they
 * know, lose their place after a bad pair, insist on designators that real mail
 * leaves out, and have had holes in this of all places (CVE-2024-2961).
 */
#include "base/base.h"
#include <errno.h>
#include <iconv.h>

#ifdef SMALL_BUFFERS
#define FEED_MAX 16
#else
#define FEED_MAX 2048
#endif
#define TAIL_MAX 16
#define TURN_MAX 4096           /* of what one call of iconv makes       */
#define NO_ICONV ((iconv_t)-1)

enum seven { SEVEN_NOT, SEVEN_JP, SEVEN_KR, SEVEN_CN, SEVEN_HZ };
enum mode { MODE_ASCII, MODE_KANA, MODE_PAIR, MODE_PAIR_X };

/* How far apart the characters of a table are, for going on after a bad one. */
enum form { FORM_ONE, FORM_PAIRS, FORM_16, FORM_32, FORM_UTF8 };

struct charset {
	iconv_t cd;
	const char *table;
	enum form form;
	bool order_known;               /* of the bytes of UTF-16 and UTF-32 */
	char tail[TAIL_MAX];            /* the start of a character          */
	size_t tail_n;
	enum seven seven;
	enum mode mode;
	unsigned char pend[4];          /* the start of an escape or a pair  */
	size_t pend_n;
};

/* ---- opening, with second choices ---- */

struct second { const char *table, *instead; };
static const struct second seconds[] = {
	{ "CP949", "UHC" }, { "UHC", "EUC-KR" }, { "CP932", "WINDOWS-31J" }, { "WINDOWS-31J", "SHIFT_JIS" },
	{ "EUC-JP-MS", "EUCJP-MS" }, { "EUCJP-MS", "EUC-JP" }, { "GB18030", "GBK" }, { "GBK", "GB2312" },
	{ "BIG5-HKSCS", "BIG5" }, { "CP874", "TIS-620" }, { "TIS-620", "ISO-8859-11" }, { "WINDOWS-1252", "CP1252" },
	{ "CP1252", "ISO-8859-1" }, { "WINDOWS-1254", "CP1254" }, { "CP1254", "ISO-8859-9" },
	{ "WINDOWS-1250", "CP1250" }, { "WINDOWS-1251", "CP1251" }, { "WINDOWS-1253", "CP1253" },
	{ "WINDOWS-1255", "CP1255" }, { "WINDOWS-1256", "CP1256" }, { "WINDOWS-1257", "CP1257" },
	{ "WINDOWS-1258", "CP1258" }, { "MACINTOSH", "MACROMAN" }, { "MAC-CENTRALEUROPE", "MACCENTRALEUROPE" },
	{ "MAC-CYRILLIC", "MACCYRILLIC" }, { "MAC-UK", "MACUKRAINE" },
};

static const char *instead_of(const char *table)
{
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
		if (strcmp(seconds[i].table, table) == 0)
			return seconds[i].instead;
	return NULL;
}

/* Loading a table costs far more than converting a subject, and the next one
 * is most often of the same table: descriptors are kept for it. */
static struct idle { const char *table; iconv_t cd; } idle[4];

static iconv_t open_table(const char *table)
{
	for (size_t i = 0; i < ARRAY_LEN(idle); i++) {
		if (idle[i].table && strcmp(idle[i].table, table) == 0) {
			idle[i].table = NULL;
			return idle[i].cd;
		}
	}
	for (const char *name = table; name; name = instead_of(name)) {
		iconv_t cd = iconv_open("UTF-8", name);

		if (cd != NO_ICONV)
			return cd;
	}
	return NO_ICONV;
}

static void close_table(const char *table, iconv_t cd)
{
	static size_t next;
	struct idle *slot = &idle[next++ % ARRAY_LEN(idle)];

	if (slot->table)
		iconv_close(slot->cd);
	iconv(cd, NULL, NULL, NULL, NULL);
	*slot = (struct idle){ table, cd };
}

static enum form form_of(const char *table)
{
	static const char *const pairs[] = { "CP949", "CP932", "GB18030", "BIG5-HKSCS",
		"EUC-JP-MS", "EUC-TW", "JOHAB" };

	if (strcmp(table, "UTF-8") == 0)
		return FORM_UTF8;
	if (strncmp(table, "UTF-16", 6) == 0)
		return FORM_16;
	if (strncmp(table, "UTF-32", 6) == 0)
		return FORM_32;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (strcmp(pairs[i], table) == 0)
			return FORM_PAIRS;
	return FORM_ONE;
}

static enum seven seven_of(const char **table)
{
	static const struct { const char *name, *eight; enum seven seven; } rows[] = {
		{ "ISO-2022-JP", "EUC-JP-MS", SEVEN_JP },
		{ "ISO-2022-KR", "CP949", SEVEN_KR },
		{ "ISO-2022-CN", "GB18030", SEVEN_CN },
		{ "HZ", "GB18030", SEVEN_HZ },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, *table) == 0) {
			*table = rows[i].eight;
			return rows[i].seven;
		}
	}
	return SEVEN_NOT;
}

struct charset *charset_open(struct slice label)
{
	const char *table = charset_table(label);
	struct charset c = { .cd = NO_ICONV };
	struct charset *made;

	if (!table)
		return NULL;
	c.seven = seven_of(&table);
	c.table = table;
	c.form = form_of(table);
	c.order_known = strlen(table) > 6;      /* "UTF-16BE" */
	if (c.form != FORM_UTF8 && (c.cd = open_table(table)) == NO_ICONV)
		return NULL;
	made = mem_alloc(sizeof(*made));
	*made = c;
	return made;
}

void charset_free(struct charset **cp)
{
	if (!*cp)
		return;
	if ((*cp)->cd != NO_ICONV)
		close_table((*cp)->table, (*cp)->cd);
	free(*cp);
	*cp = NULL;
}

/* ---- seven bits to eight ---- */

#define NO_CHAR 0xFFu   /* a byte that none of these tables has */
#define ESC 0x1B

struct designator { const char *seq; enum mode mode; };
static const struct designator jp_sets[] = {
	{ "(B", MODE_ASCII }, { "(J", MODE_ASCII }, { "(H", MODE_ASCII }, { "(I", MODE_KANA },
	{ "$@", MODE_PAIR }, { "$B", MODE_PAIR }, { "$(@", MODE_PAIR }, { "$(B", MODE_PAIR },
	{ "$(O", MODE_PAIR }, { "$(Q", MODE_PAIR }, { "$(D", MODE_PAIR_X },
};

static size_t emit(unsigned char *out, const unsigned char *in, size_t n)
{
	if (n)
		memcpy(out, in, n);
	return n;
}

static size_t seven_plain(struct charset *c, unsigned char b, unsigned char *out);

/* Not an escape after all: the ESC is bad, what came after it is text. */
static size_t give_up_escape(struct charset *c, unsigned char *out)
{
	unsigned char held[4];
	size_t n = emit(held, c->pend, c->pend_n), made = 1;

	out[0] = NO_CHAR;
	c->pend_n = 0;
	for (size_t i = 1; i < n; i++)
		made += seven_plain(c, held[i], out + made);
	return made;
}

static size_t seven_escape(struct charset *c, unsigned char b, unsigned char *out)
{
	const char *seq = (const char *)c->pend + 1;
	size_t n;

	if (b == '\n' || b >= 0x80) {
		size_t made = give_up_escape(c, out);

		return made + seven_plain(c, b, out + made);
	}
	c->pend[c->pend_n++] = b;
	n = c->pend_n - 1;
	if (c->seven != SEVEN_JP) {
		const char *only = c->seven == SEVEN_KR ? "$)C" : "$)A";

		if (memcmp(seq, only, n) != 0)
			return give_up_escape(c, out);
		if (n == 3)
			c->pend_n = 0;          /* it changes nothing */
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(jp_sets); i++) {
		if (strncmp(jp_sets[i].seq, seq, n) != 0)
			continue;
		if (jp_sets[i].seq[n] == 0) {
			c->mode = jp_sets[i].mode;
			c->pend_n = 0;
		}
		return 0;
	}
	if (n <= 2 && memcmp(seq, "&@", n) == 0) {
		if (n == 2)                     /* announces a revision of JIS X 0208 */
			c->pend_n = 0;
		return 0;
	}
	return give_up_escape(c, out);
}

/* The second byte after '~' in HZ. */
static size_t seven_tilde(struct charset *c, unsigned char b, unsigned char *out)
{
	c->pend_n = 0;
	if (b == '~') {
		out[0] = '~';
		return 1;
	}
	if (b == '{' || b == '}')
		c->mode = b == '{' ? MODE_PAIR : MODE_ASCII;
	else if (b != '\n') {
		out[0] = NO_CHAR;
		return 1 + seven_plain(c, b, out + 1);
	}
	return 0;
}

static size_t seven_pair(struct charset *c, unsigned char b, unsigned char *out)
{
	size_t made = 0;

	if (c->pend_n == 0) {
		c->pend[c->pend_n++] = b;
		return 0;
	}
	if (c->mode == MODE_PAIR_X)
		out[made++] = 0x8F;
	out[made++] = c->pend[0] | 0x80;
	out[made++] = b | 0x80;
	c->pend_n = 0;
	return made;
}

/* A byte that belongs to no escape. */
static size_t seven_plain(struct charset *c, unsigned char b, unsigned char *out)
{
	size_t made = 0;
	bool graphic = b > 0x20 && b < 0x7F;

	if (graphic && c->seven == SEVEN_HZ && b == '~' && !(c->mode == MODE_PAIR && c->pend_n)) {
		c->pend[c->pend_n++] = b;
		return 0;
	}
	if (graphic && c->mode == MODE_KANA) {
		out[0] = 0x8E;
		out[1] = b | 0x80;
		return 2;
	}
	if (graphic && c->mode != MODE_ASCII)
		return seven_pair(c, b, out);
	if (c->pend_n) {                        /* half a pair */
		out[made++] = NO_CHAR;
		c->pend_n = 0;
	}
	if (c->seven == SEVEN_JP && b >= 0xA1 && b <= 0xDF) {
		out[made++] = 0x8E;             /* kana of eight bits, beside escapes */
		out[made++] = b;
	} else if (b == ESC && c->seven != SEVEN_HZ) {
		c->pend[c->pend_n++] = b;
	} else if (b == 0x0E && c->seven != SEVEN_HZ) {
		c->mode = c->seven == SEVEN_JP ? MODE_KANA : MODE_PAIR;
	} else if (b == 0x0F && c->seven != SEVEN_HZ) {
		c->mode = MODE_ASCII;
	} else {
		if (b == '\n')                  /* every line begins in ASCII */
			c->mode = MODE_ASCII;
		out[made++] = b;
	}
	return made;
}

/* Turns in into out, which has room for 4 bytes each and 8 more. */
static size_t seven_bytes(struct charset *c, struct slice in, bool last, unsigned char *out)
{
	size_t made = 0;

	for (size_t i = 0; i < in.n; i++) {
		unsigned char b = (unsigned char)in.p[i];

		if (c->pend_n && c->pend[0] == ESC)
			made += seven_escape(c, b, out + made);
		else if (c->pend_n && c->seven == SEVEN_HZ && c->pend[0] == '~')
			made += seven_tilde(c, b, out + made);
		else
			made += seven_plain(c, b, out + made);
	}
	if (last && c->pend_n && c->pend[0] == ESC)
		made += give_up_escape(c, out + made);
	if (last && c->pend_n) {
		out[made++] = NO_CHAR;
		c->pend_n = 0;
	}
	if (last)
		c->mode = MODE_ASCII;
	return made;
}

/* ---- the loop ---- */

struct turn { char *p; size_t n; bool last; struct str *out; int bad; int rc; };

/* How many bytes to leave out at a bad place; 0: the next byte must be seen. */
static size_t bad_length(const struct charset *c, const struct turn *t)
{
	unsigned char lead = (unsigned char)t->p[0];
	size_t most = 1, n = 1;

	switch (c->form) {
	case FORM_16:
		return MIN((size_t)2, t->n);
	case FORM_32:
		return MIN((size_t)4, t->n);
	case FORM_PAIRS:
		if (lead > 0x80 && lead < 0xFF)
			most = strcmp(c->table, "EUC-JP-MS") == 0 && lead == 0x8F ? 3 : 2;
		break;
	case FORM_ONE:
	case FORM_UTF8:
		break;
	}
	while (n < most && n < t->n && (unsigned char)t->p[n] >= 0x80)
		n++;
	return n < most && n == t->n && !t->last ? 0 : n;
}

static void skip_bad(struct turn *t, size_t n)
{
	t->rc |= str_add(t->out, "\xEF\xBF\xBD", 3);
	t->bad++;
	t->p += n;
	t->n -= n;
}

/* Lets iconv write what it holds back (letters that may get an accent). */
static void flush_iconv(struct charset *c, struct str *to, int *rc)
{
	char buf[64], *at = buf;
	size_t room = sizeof(buf);

	iconv(c->cd, NULL, NULL, &at, &room);
	*rc |= str_add(to, buf, sizeof(buf) - room);
}

/* Some tables of the GNU C library (UHC) step over a bad pair before they call it bad: then
 * all that was made comes from what stands before it. */
static bool was_stepped_over(struct charset *c, char *from, size_t n, size_t made)
{
	char buf[TURN_MAX], *at = buf;
	size_t room = sizeof(buf);

	if (c->form != FORM_PAIRS || n < 2)
		return false;
	n -= 2;
	iconv(c->cd, &from, &n, &at, &room);
	return n == 0 && sizeof(buf) - room == made;
}

/* Converts until nothing is left but the start of a character. */
static void turn_iconv(struct charset *c, struct turn *t)
{
	char buf[TURN_MAX];

	while (t->n && t->rc == 0) {
		char *at = buf, *from = t->p;
		size_t room = sizeof(buf), left = t->n, n;
		size_t got = iconv(c->cd, &t->p, &t->n, &at, &room);
		int why = got == (size_t)-1 ? errno : 0;
		bool over;

		t->rc |= str_add(t->out, buf, sizeof(buf) - room);
		if (t->n > left) {              /* one has been seen to step back */
			t->p += t->n - left;
			t->n = left;
		}
		if (!why || (why == E2BIG && (t->n < left || room < sizeof(buf))))
			continue;
		if (why == EINVAL && !t->last && t->n <= TAIL_MAX)
			return;
		over = t->n == 0 || (why == EILSEQ && was_stepped_over(c, from, left - t->n, sizeof(buf) - room));
		n = over ? 0 : bad_length(c, t);
		if (n == 0 && !over)
			return;
		flush_iconv(c, t->out, &t->rc);
		skip_bad(t, n);
	}
}

static void turn_utf8(struct turn *t)
{
	while (t->n && t->rc == 0) {
		struct slice rest = sl_make(t->p, t->n);
		uint32_t cp;
		size_t n = 0, step;

		while (n < rest.n && (unsigned char)rest.p[n] < 0x80)
			n++;
		while (n < rest.n && (step = utf8_decode(sl_skip(rest, n), &cp),
		    step > 1 || cp != UTF8_BAD))
			n += step;
		t->rc |= str_add(t->out, t->p, n);
		t->p += n;
		t->n -= n;
		if (!t->n)
			return;
		n = (unsigned char)*t->p;
		step = n >= 0xF0 && n < 0xF5 ? 4 : n >= 0xE0 ? 3 : n >= 0xC2 ? 2 : 1;
		for (n = 1; n < t->n && n < step && ((unsigned char)t->p[n] & 0xC0) == 0x80; )
			n++;
		if (n == t->n && n < step && !t->last)
			return;
		skip_bad(t, 1);
	}
}

/* UTF-16 and UTF-32 without a mark are big-endian (RFC 2781 section 4.3), but
 * much is written by those who do not know: an ASCII character tells. */
static bool find_order(struct charset *c, struct turn *t)
{
	static const char *const names[2][2] = {
		{ "UTF-16BE", "UTF-16LE" }, { "UTF-32BE", "UTF-32LE" },
	};
	const unsigned char *p = (const unsigned char *)t->p;
	size_t unit = c->form == FORM_32 ? 4 : 2, mark = 0;
	bool little;

	if (t->n < unit)
		return t->last;
	if (p[unit - 2] == 0xFE && p[unit - 1] == 0xFF && (unit == 2 || (!p[0] && !p[1])))
		mark = unit;
	little = p[0] == 0xFF && p[1] == 0xFE && (unit == 2 || (!p[2] && !p[3]));
	if (little)
		mark = unit;
	else if (!mark)
		little = p[0] && !p[unit - 1];
	t->p += mark;
	t->n -= mark;
	close_table(c->table, c->cd);
	c->table = names[unit == 4][little];
	c->cd = open_table(c->table);
	c->order_known = true;
	return c->cd != NO_ICONV;
}

static int one_turn(struct charset *c, struct slice in, bool last, struct str *out)
{
	char buf[TAIL_MAX + FEED_MAX * 4 + 8];
	struct turn t = { .p = buf, .last = last, .out = out };

	if (c->tail_n)
		memcpy(buf, c->tail, c->tail_n);
	t.n = c->tail_n;
	if (c->seven != SEVEN_NOT)
		t.n += seven_bytes(c, in, last, (unsigned char *)buf + t.n);
	else if (in.n)
		t.n += emit((unsigned char *)buf + t.n, (const unsigned char *)in.p, in.n);
	if (c->form == FORM_UTF8)
		turn_utf8(&t);
	else if ((c->form != FORM_16 && c->form != FORM_32) || c->order_known || find_order(c, &t))
		turn_iconv(c, &t);
	if (t.n > TAIL_MAX)
		skip_bad(&t, t.n);              /* an iconv without UTF-16 */
	if (t.rc != 0)
		t.n = 0;
	memcpy(c->tail, t.p, t.n);
	c->tail_n = t.n;
	if (last && c->cd != NO_ICONV)
		flush_iconv(c, out, &t.rc);
	return t.rc == 0 ? t.bad : -1;
}

int charset_feed(struct charset *c, struct slice in, bool final, struct str *out)
{
	int bad = 0;

	do {
		struct slice part = sl_head(in, FEED_MAX);
		int n;

		in = sl_skip(in, part.n);
		n = one_turn(c, part, final && in.n == 0, out);
		if (n < 0)
			return -1;
		bad = bad > INT32_MAX - n ? INT32_MAX : bad + n;
	} while (in.n);
	return bad;
}

int charset_to_utf8(struct slice label, struct slice in, struct str *out)
{
	struct charset *c = charset_open(label);
	size_t start = out->n;
	int bad;

	if (!c && utf8_valid(in))
		return str_addsl(out, in);
	if (!c)
		c = charset_open(SL("windows-1252"));
	if (!c)
		c = charset_open(SL("utf-8"));          /* an iconv without any tables */
	bad = charset_feed(c, in, true, out);
	charset_free(&c);
	if (bad < 0)
		str_cut(out, start);
	return bad;
}

/* ---- writing ---- */

/* A label that is read as a superset is written as what it says. */
static const char *strict_table(const char *table, struct slice label)
{
	static const struct { const char *label, *table; } rows[] = {
		{ "us-ascii", "ASCII" }, { "iso-8859-1", "ISO-8859-1" },
		{ "iso-8859-9", "ISO-8859-9" }, { "iso-8859-11", "ISO-8859-11" },
		{ "tis-620", "TIS-620" }, { "euc-kr", "EUC-KR" }, { "gb2312", "GB2312" },
		{ "gbk", "GBK" }, { "big5", "BIG5" }, { "euc-jp", "EUC-JP" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (sl_iis(label, rows[i].label))
			return rows[i].table;
	return table;
}

int charset_from_utf8(struct slice label, struct slice in, struct str *out)
{
	const char *table = charset_table(label);
	char buf[4096], *copy, *p;
	size_t start = out->n, left = in.n;
	iconv_t cd;
	int rc = 0;

	if (!table || !utf8_valid(in))
		return -1;
	if (strcmp(table, "UTF-8") == 0)
		return str_addsl(out, in);
	if (strcmp(table, "ISO-2022-CN") == 0)
		return -1;              /* read only: nobody writes it any more */
	table = strict_table(table, label);
	do
		cd = iconv_open(table, "UTF-8");
	while (cd == NO_ICONV && (table = instead_of(table)));
	if (cd == NO_ICONV)
		return -1;
	copy = sl_dup(in);
	p = copy;
	for (bool flushing = false; rc == 0; ) {
		char *at = buf;
		size_t room = sizeof(buf);
		size_t got = iconv(cd, flushing ? NULL : &p, &left, &at, &room);

		rc |= str_add(out, buf, sizeof(buf) - room);
		if (got != 0 && !(got == (size_t)-1 && errno == E2BIG))
			rc = -1;                /* no place for it, or not its own */
		else if (got == 0 && flushing)
			break;
		else if (got == 0)
			flushing = true;
	}
	iconv_close(cd);
	free(copy);
	if (rc != 0)
		str_cut(out, start);
	return rc;
}
