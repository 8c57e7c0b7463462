/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * qregex: regular expressions over text that others wrote, in bounded time and
 * memory, on regcomp.
 *
 * Invariants.
 * 1. No back-references, and repeats that come to little: the automaton is
 *    small, and the text is never read again.
 * 2. An expression begins with "\`.*": the search is one pass from the first
 *    byte, where regexec would try every byte anew (which is quadratic).
 * 3. regexec keeps each state that it meets.  So a compiled form lives for
 *    PIECE bytes of text and is then made again; longer lines go in pieces.
 * 4. The locale of the process has no say: what is compiled speaks of bytes
 *    (qbytes.c).
 */
#include "query/priv.h"
#include <locale.h>
#include <regex.h>

#define LENGTH_MAX 1000         /* bytes of an expression                  */
#define REPEAT_MAX 255          /* POSIX's RE_DUP_MAX                      */
#define WEIGHT_MAX 1000         /* characters when all repeats are written out */
#define PIECE 16384
#define OVERLAP 1024

struct query_regex {
	char *bytes;
	bool folds, made;
	regex_t re;
	size_t used;            /* bytes searched since it was made        */
};

/* ---- checking ---- */

size_t query_regex_bracket(struct slice s)
{
	size_t i = 1;

	if (i < s.n && s.p[i] == '^')
		i++;
	if (i < s.n && s.p[i] == ']')
		i++;
	while (i < s.n && s.p[i] != ']') {
		char kind = i + 1 < s.n && s.p[i] == '[' ? s.p[i + 1] : '\0';

		i++;
		if (kind != ':' && kind != '.' && kind != '=')
			continue;
		i++;
		while (i + 1 < s.n && !(s.p[i] == kind && s.p[i + 1] == ']'))
			i++;
		i += 2;
	}
	return i < s.n ? i + 1 : 0;
}

/* How often regcomp writes out what stands before "{2,5}" (5), "{3,}" (4); *n
 * the bytes, of what is no such thing (regcomp will refuse it) one; 0: too often. */
static unsigned repeat(struct slice s, size_t *n)
{
	unsigned most = 1, v = 0;

	for (*n = 1; *n < s.n && (ascii_isdigit((unsigned char)s.p[*n]) || s.p[*n] == ','); (*n)++) {
		char c = s.p[*n];

		v = c == ',' ? 0 : v * 10 + (unsigned)(c - '0');
		if (v > REPEAT_MAX)
			return 0;
		most = MAX(most, v);
	}
	if (s.p[*n - 1] == ',')
		most++;
	*n = *n < s.n && s.p[*n] == '}' ? *n + 1 : 1;
	return most;
}

/* Beyond ASCII each member may become a few bytes. */
static unsigned bracket_weight(struct slice s)
{
	unsigned n = s.n > 1 && s.p[1] == '^' ? 3 : 1;

	for (size_t i = 0; i < s.n; i++)
		n += (unsigned char)s.p[i] >= 0x80;
	return n;
}

static const char *check(struct slice s)
{
	unsigned weight[LENGTH_MAX + 1] = { 0 };        /* of each open group */
	unsigned depth = 0, last = 0, times;
	size_t n;

	if (s.n > LENGTH_MAX)
		return _("A regular expression can't be longer than 1,000 bytes.");
	for (; s.n; s = sl_skip(s, n)) {
		n = 1;
		switch (s.p[0]) {
		case '\\':
			n = 2;
			last = 1;
			if (s.n > 1 && ascii_isdigit((unsigned char)s.p[1]))
				return _("Regular expressions here have no back-references such as \\1.");
			break;
		case '[':
			n = query_regex_bracket(s);
			last = bracket_weight(sl_head(s, n));
			if (n == 0)
				return _("A [ in this regular expression has no ] after it.");
			break;
		case '(':
			weight[++depth] = 0;
			last = 0;
			break;
		case ')':
			if (depth == 0)
				return _("A ) in this regular expression has no ( before it.");
			last = weight[depth--];
			break;
		case '{':
		case '+':
			times = s.p[0] == '+' ? 2 : repeat(s, &n);
			weight[depth] -= last;
			last = times ? last * times : WEIGHT_MAX + 1;
			break;
		case '*':
		case '?':
			continue;
		case '.':
			last = 3;
			break;
		default:
			last = 1;
		}
		weight[depth] += last;
		if (weight[depth] > WEIGHT_MAX)
			return _("This regular expression repeats too much; make the numbers in { } smaller.");
	}
	return depth ? _("A ( in this regular expression has no ) after it.") : NULL;
}

/* Is it the same in small letters?  What follows a backslash doesn't count. */
static bool has_capital(struct slice s)
{
	struct str plain, nfc, folded;
	bool differs;

	str_init(&plain, STR_MAX);
	str_init(&nfc, STR_MAX);
	str_init(&folded, STR_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else
			str_addc(&plain, s.p[i]);
	}
	utf8_nfc(&nfc, str_sl(&plain));
	utf8_casefold(&folded, str_sl(&plain));
	differs = !sl_eq(str_sl(&nfc), str_sl(&folded)) ||
		sl_search(str_sl(&plain), SL("[:upper:]")) >= 0;
	str_release(&plain);
	str_release(&nfc);
	str_release(&folded);
	return differs;
}

/* ---- compiled forms ---- */

/* Made once, for good. */
static locale_t bytes_locale(void)
{
	static locale_t made;

	if (!made)
		made = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return made;
}

/* Under bytes_locale, as all that touches re. */
static int compile(struct query_regex *r)
{
	int rc;

	if (r->made)
		regfree(&r->re);
	rc = regcomp(&r->re, r->bytes, REG_EXTENDED | REG_NOSUB);
	r->made = rc == 0;
	r->used = 0;
	return rc;
}

struct query_regex *query_regex_new(const char *text, char why[160])
{
	const char *wrong = check(sl(text));
	struct query_regex *r;
	locale_t before;
	char words[100] = "";
	struct str s;
	int rc;

	snprintf(why, 160, "%s", wrong ? wrong : "");
	if (wrong)
		return NULL;
	str_init(&s, STR_MAX);
	str_adds(&s, "\\`.*(");
	rc = query_regex_bytes(sl(text), &s);
	str_addc(&s, ')');
	r = mem_zalloc(sizeof(*r));
	r->bytes = str_detach(&s);
	r->folds = !has_capital(sl(text));
	if (rc == 0) {
		before = uselocale(bytes_locale());
		rc = compile(r);
		uselocale(before);
		if (rc == 0)
			return r;
		regerror(rc, &r->re, words, sizeof(words));
		snprintf(why, 160, _("This regular expression is wrong: %s."), words);
	} else {
		snprintf(why, 160, "%s",
			_("A range in this regular expression ends before it begins."));
	}
	query_regex_free(&r);
	return NULL;
}

void query_regex_free(struct query_regex **r)
{
	if (!*r)
		return;
	if ((*r)->made)
		regfree(&(*r)->re);
	free((*r)->bytes);
	free(*r);
	*r = NULL;
}

bool query_regex_folds(const struct query_regex *r)
{
	return r->folds;
}

/* ---- searching ---- */

static int find_piece(struct query_regex *r, struct slice piece, int flags)
{
	locale_t before = uselocale(bytes_locale());
	char *text;
	int rc = 0;

	if (!r->made || r->used + piece.n > PIECE)
		rc = compile(r);
	r->used += piece.n;
	text = mem_alloc(piece.n + 1);
	for (size_t i = 0; i < piece.n; i++)
		text[i] = piece.p[i] ? piece.p[i] : ' ';        /* nothing hides behind a NUL */
	text[piece.n] = '\0';
	if (rc == 0)
		rc = regexec(&r->re, text, 0, NULL, flags);
	uselocale(before);
	free(text);
	return rc == 0 ? 1 : rc == REG_NOMATCH ? 0 : -1;
}

static bool is_inside(struct slice s, size_t at)
{
	return at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80;
}

int query_regex_find(struct query_regex *r, struct slice line)
{
	int flags = 0, rc;

	while (line.n > PIECE) {
		size_t n = PIECE, next = PIECE - OVERLAP;

		while (is_inside(line, n))
			n--;
		while (is_inside(line, next))
			next--;
		rc = find_piece(r, sl_head(line, n), flags | REG_NOTEOL);
		if (rc != 0)
			return rc;
		line = sl_skip(line, next);
		flags = REG_NOTBOL;
	}
	return find_piece(r, line, flags);
}
