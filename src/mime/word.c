/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * word: RFC 2047 encoded words, read as they are found and written by the book.
 *
 * 1. Reading is linear: the search for the end of a word stops where another
 *    one begins.
 * 2. Neighbours of one charset are joined as bytes before they are converted,
 *    because senders split characters between words, and even groups of base64;
 *    charsets that keep a state start anew with each word (RFC 2047 3), as they
 *    must, save where one goes back to ASCII before it has left it.
 * 3. What is written is ASCII without controls, and word_decode of it gives
 *    the (cleaned) text back.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct word { struct slice charset, text; bool b; };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t blanks(struct slice s, size_t i)
{
	size_t from = i;

	while (i < s.n && is_blank(s.p[i]))
		i++;
	return i - from;
}

/* Bytes of the word that s begins with, or 0. */
static size_t read_word(struct slice s, struct word *w)
{
	size_t i = 2, from;

	if (s.n < 8 || s.p[0] != '=' || s.p[1] != '?')
		return 0;
	while (i < s.n && i < 80 && s.p[i] > ' ' && s.p[i] != '?' && s.p[i] != '=')
		i++;
	if (i == 2 || i + 3 > s.n || s.p[i] != '?' || s.p[i + 2] != '?')
		return 0;
	w->charset = sl_range(s.p + 2, s.p + i);
	if (sl_find(w->charset, '*') >= 0)      /* RFC 2231 5: the language */
		w->charset.n = (size_t)sl_find(w->charset, '*');
	w->b = ascii_lower(s.p[i + 1]) == 'b';
	if (!w->b && ascii_lower(s.p[i + 1]) != 'q')
		return 0;
	for (i = from = i + 3; i + 1 < s.n; i++) {
		if (s.p[i] == '?' && s.p[i + 1] == '=') {
			w->text = sl_range(s.p + from, s.p + i);
			return i + 2;
		}
		/* "=?=" is padding and the end, "=??=" a mark too many; "=?x" begins another word */
		if (s.p[i] == '=' && s.p[i + 1] == '?' && !(i + 2 < s.n && (s.p[i + 2] == '=' || s.p[i + 2] == '?')))
			return 0;
	}
	return 0;
}

size_t word_match(struct slice s)
{
	struct word w;

	return read_word(s, &w);
}

/* Bits of a group that a word of base64 began and did not end. */
struct group { uint32_t bits; int have; };

/* Is that group cut, and goes on in s, or only without its padding? */
static bool goes_on(const struct group *g, struct slice s)
{
	if (g->have == 6 || (g->bits & ((1u << g->have) - 1)) != 0)
		return true;
	return g->have > 0 && (s.n % 4 == 1 || (s.n % 4 != 0 && s.p[s.n - 1] == '='));
}

static int decode_b(struct slice s, struct group *g, struct str *out)
{
	uint32_t bits = g->bits;
	int have = g->have;

	if (!goes_on(g, s))
		have = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *d = s.p[i] ? strchr(digits, s.p[i]) : NULL;

		if (s.p[i] == '=') {            /* what follows starts anew */
			have = 0;
			continue;
		}
		if (!d)
			continue;
		bits = (bits << 6 | (uint32_t)(d - digits)) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			if (str_addc(out, (char)(bits >> have & 0xff)) != 0)
				return -1;
		}
	}
	g->bits = bits;
	g->have = have;
	return 0;
}

static int decode_q(struct slice s, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '_') {
			c = ' ';
		} else if (c == '=' && i + 2 < s.n && hex_val(s.p[i + 1]) >= 0 &&
			   hex_val(s.p[i + 2]) >= 0) {
			c = (char)(hex_val(s.p[i + 1]) << 4 | hex_val(s.p[i + 2]));
			i += 2;
		}
		if (str_addc(out, c) != 0)
			return -1;
	}
	return 0;
}

/* The same table, whatever it is called. */
static bool same_charset(struct slice a, struct slice b)
{
	const char *table = charset_table(a);

	return sl_ieq(a, b) || (table && table == charset_table(b));
}

/* Does a word of a charset with a state begin as it should?  One that was cut goes back to
 * ASCII before it has left it. */
static bool starts_anew(struct slice charset, struct slice bytes)
{
	size_t i = 0;

	if (!sl_istarts(charset, "iso-2022-"))
		return sl_istarts(charset, "utf-7") || sl_istarts(charset, "hz");
	while (i < bytes.n && bytes.p[i] != 0x1b && bytes.p[i] != 0x0e && bytes.p[i] != 0x0f)
		i++;
	bytes = sl_skip(bytes, i);
	return i == 0 || !(sl_starts(bytes, "\x1b(B") || sl_starts(bytes, "\x1b(J") || sl_starts(bytes, "\x0f"));
}

/* Converts the bytes joined so far. */
static int flush(struct slice charset, struct str *bytes, struct str *out)
{
	char charset_name[80];
	int rc;

	if (bytes->n == 0)
		return 0;
	snprintf(charset_name, sizeof(charset_name), SL_FMT, SL_ARG(charset));
	rc = charset_to_utf8(sl(guess_said(str_sl(bytes), charset_name)), str_sl(bytes), out);
	str_clear(bytes);
	return rc < 0 ? -1 : 0;
}

/* Raw bytes of a text, all of which tells what they are. */
static int add_raw(struct slice s, struct slice text, struct str *out)
{
	if (s.n == 0)
		return 0;
	if (!memchr(s.p, 0x1b, s.n) && utf8_valid(s))
		return str_addsl(out, s);
	return charset_to_utf8(sl(guess_field(text)), s, out) < 0 ? -1 : 0;
}

/* Where the next word begins at or after i; s.n: nowhere. */
static size_t find_word(struct slice s, size_t i, struct word *w, size_t *n)
{
	while (i < s.n) {
		const char *at = memchr(s.p + i, '=', s.n - i);

		if (!at)
			break;
		i = (size_t)(at - s.p);
		*n = read_word(sl_skip(s, i), w);
		if (*n)
			return i;
		i++;
	}
	*n = 0;
	return s.n;
}

int word_decode(struct slice text, struct str *out)
{
	struct slice charset = SL_NONE;
	struct group group = { 0 };
	struct str bytes, more;
	size_t i = 0;
	bool after = false;             /* the last thing was a word */
	int rc = 0;

	str_init(&bytes, STR_MAX);
	str_init(&more, STR_MAX);
	while (rc == 0 && i < text.n) {
		struct word w = { .b = false };
		size_t n, at = find_word(text, i, &w, &n);
		bool near = after && n && i + blanks(text, i) == at, joins = near && same_charset(charset, w.charset);

		if (!joins || !w.b)
			group = (struct group){ 0 };
		str_clear(&more);
		if (n)
			rc = w.b ? decode_b(w.text, &group, &more) : decode_q(w.text, &more);
		if (rc == 0 && (!joins || starts_anew(w.charset, str_sl(&more))))
			rc = flush(charset, &bytes, out);
		if (rc == 0 && !near)
			rc = add_raw(sl_range(text.p + i, text.p + at), text, out);
		if (rc == 0)
			rc = str_addsl(&bytes, str_sl(&more));
		charset = w.charset;
		after = n > 0;
		i = at + n;
	}
	if (rc == 0)
		rc = flush(charset, &bytes, out);
	str_release(&bytes);
	str_release(&more);
	return rc;
}

char *word_detach(struct str *s)
{
	struct str out;
	const char *nul;
	struct slice rest = str_sl(s);

	if (rest.n == 0 || !memchr(rest.p, 0, rest.n))
		return str_detach(s);
	str_init(&out, STR_MAX);
	while (rest.n && (nul = memchr(rest.p, 0, rest.n))) {
		str_addsl(&out, sl_range(rest.p, nul));
		str_adds(&out, "\xe2\x90\x80");         /* U+2400 */
		rest = sl_range(nul + 1, rest.p + rest.n);
	}
	str_addsl(&out, rest);
	str_release(s);
	return str_detach(&out);
}

/* ---- writing ---- */

/* One line of valid UTF-8 without controls: what breaks lines becomes a space. */
static int clean(struct slice s, struct str *out)
{
	int rc = 0;

	while (s.n > 0 && rc == 0) {
		char enc[4];
		uint32_t cp;
		size_t n = utf8_decode(s, &cp);

		if (cp == '\r' && s.n > 1 && s.p[1] == '\n')
			n = 2;
		if (cp == '\r' || cp == '\n' || cp == '\t' || cp == 0x85 ||
		    cp == 0x2028 || cp == 0x2029)
			rc = str_addc(out, ' ');
		else if (cp >= ' ' && !(cp >= 0x7f && cp < 0xa0))
			rc = str_add(out, enc, utf8_encode(cp, enc));
		s = sl_skip(s, n);
	}
	return rc;
}

#define WORD_MAX   75   /* RFC 2047 2 */
#define WORD_FRAME 12   /* "=?utf-8?q?" and "?=" */
#define LINE_LIMIT 76   /* of a line with encoded words */
#define WORD_LONG  900  /* a plain word must fit into a line of 998 */
#define BLANK_LONG 60   /* blanks that would make a line of their own */

/* RFC 2047 5(3) for phrases; elsewhere all of ASCII but the four marks. */
static bool q_plain(char c, bool phrase)
{
	if (ascii_isalnum((unsigned char)c))
		return true;
	if (phrase)
		return c && strchr("!*+-/", c);
	return c > ' ' && c < 0x7f && !strchr("=?_\"(),", c);
}

static size_t q_length(struct slice s, bool phrase)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ' ' || q_plain(s.p[i], phrase) ? 1 : 3;
	return n;
}

static size_t b_length(size_t n)
{
	return (n + 2) / 3 * 4;
}

static int add_word(struct slice s, bool b, bool phrase, struct str *out)
{
	str_adds(out, b ? "=?utf-8?b?" : "=?utf-8?q?");
	for (size_t i = 0; b && i < s.n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s.p[i] << 16;

		if (i + 1 < s.n)
			v |= (uint32_t)(unsigned char)s.p[i + 1] << 8;
		if (i + 2 < s.n)
			v |= (unsigned char)s.p[i + 2];
		str_addc(out, digits[v >> 18]);
		str_addc(out, digits[v >> 12 & 63]);
		str_addc(out, i + 1 < s.n ? digits[v >> 6 & 63] : '=');
		str_addc(out, i + 2 < s.n ? digits[v & 63] : '=');
	}
	for (size_t i = 0; !b && i < s.n; i++) {
		if (s.p[i] == ' ')
			str_addc(out, '_');
		else if (q_plain(s.p[i], phrase))
			str_addc(out, s.p[i]);
		else
			str_addf(out, "=%02X", (unsigned)(unsigned char)s.p[i]);
	}
	return str_adds(out, "?=");
}

static size_t cost(struct slice s, bool b, bool phrase)
{
	return WORD_FRAME + (b ? b_length(s.n) : q_length(s, phrase));
}

/* The span as words separated by one space; room is what the first may take.  Base64
 * within it has no padding where that can be: some readers stop there. */
static int add_words(struct slice s, bool phrase, size_t room, struct str *out)
{
	bool b = b_length(s.n) < q_length(s, phrase);
	size_t used = 0;                /* bytes of s in the word being filled */
	size_t cluster = 0;             /* bytes left of the grapheme at used */
	size_t even = 0, even_cluster = 0;      /* the last place that needs no padding */
	size_t first = 0, first_cluster = 0;    /* the first place              */
	uint32_t cp;

	while (used < s.n) {
		struct slice rest = sl_skip(s, used);
		size_t step;

		if (cluster == 0)
			cluster = utf8_grapheme(rest);
		step = cluster;
		/* what fits no word is split between its characters */
		if (step > WORD_MAX || cost(sl_head(rest, step), b, phrase) > WORD_MAX)
			step = utf8_decode(rest, &cp);
		if (used && cost(sl_head(s, used + step), b, phrase) > room) {
			bool q = !b;

			if (b && !even && room < WORD_MAX) {
				room = WORD_MAX;        /* on a line of its own */
				continue;
			}
			if (b && even) {
				used = even;
				cluster = even_cluster;
			} else if (b && first < used && cost(sl_head(s, first), false, phrase) <= room) {
				used = first;           /* what is in the way stands by itself */
				cluster = first_cluster;
				q = true;
			}
			add_word(sl_head(s, used), !q, phrase, out);
			str_addc(out, ' ');
			s = sl_skip(s, used);
			used = even = first = 0;
			room = WORD_MAX;
		} else {
			used += step;
			cluster -= MIN(step, cluster);
			if (first == 0) {
				first = used;
				first_cluster = cluster;
			}
			if (used % 3 == 0) {
				even = used;
				even_cluster = cluster;
			}
		}
	}
	return s.n ? add_word(s, b, phrase, out) : 0;
}

/* From the first to the last place that cannot stand as it is, grown to whole
 * words; false when there is none. */
static bool find_span(struct slice s, struct slice *span)
{
	size_t from = s.n, to = 0, last = 0, i = 0;
	bool grow = false;              /* a word goes with the blanks beside it */

	while (i < s.n) {
		size_t start = i;
		bool bad = grow, blank = s.p[i] == ' ';

		for (; i < s.n && (s.p[i] == ' ') == blank; i++)
			bad = bad || (s.p[i] & 0x80) ||
				(s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?');
		if (blank)
			bad = start == 0 || i == s.n || i - start > BLANK_LONG;
		else
			bad = bad || i - start > WORD_LONG;
		grow = bad && blank;
		if (bad) {
			from = MIN(from, blank ? last : start);
			to = i;
		}
		last = start;
	}
	/* several blanks before a word of full length would make a long line */
	while (from < to && from > 1 && s.p[from - 1] == ' ' && s.p[from - 2] == ' ') {
		while (from && s.p[from - 1] == ' ')
			from--;
		while (from && s.p[from - 1] != ' ')
			from--;
	}
	*span = from < to ? sl_range(s.p + from, s.p + to) : SL_NONE;
	return from < to;
}

static bool is_phrase(struct slice s)
{
	if (s.n == 0 || s.n > WORD_LONG)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ' ? i == 0 || i + 1 == s.n || s.p[i - 1] == ' ' :
		    (s.p[i] & 0x80) || !lex_is_atext(s.p[i]))
			return false;
	return sl_search(s, SL("=?")) < 0;
}

int word_encode_at(struct slice utf8, bool phrase, size_t col, struct str *out)
{
	struct str text;
	struct slice s, span;
	size_t room;

	str_init(&text, STR_MAX);
	clean(utf8, &text);
	s = span = str_sl(&text);
	if (text.full || s.n == 0 || (phrase ? is_phrase(s) : !find_span(s, &span))) {
		str_addsl(out, s);
	} else {
		str_addsl(out, sl_range(s.p, span.p));
		col += (size_t)(span.p - s.p);
		room = col + WORD_FRAME + 24 < LINE_LIMIT ? LINE_LIMIT - col : WORD_MAX;
		add_words(span, phrase, MIN(room, WORD_MAX), out);
		str_addsl(out, sl_range(span.p + span.n, s.p + s.n));
	}
	room = text.full || out->full;
	str_release(&text);
	return room ? -1 : 0;
}

int word_encode(struct slice utf8, bool phrase, struct str *out)
{
	return word_encode_at(utf8, phrase, 0, out);
}
