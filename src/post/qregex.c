/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * qregex: regular expressions over text that others wrote, in bounded time and
 * memory, on regcomp.
 *
 * Invariants.
 * 1. No back-references, and repeats that multiply to little: the automaton is
 *    small and no state of it needs the text read again.
 * 2. An expression begins with "\`.*": the search is one pass from the first
 *    byte, where regexec would try every byte anew (which is quadratic).
 * 3. regexec keeps each state that it meets.  So a compiled form lives for
 *    PIECE bytes of text and is then made again; longer lines go in pieces.
 * 4. The locale of the process has no say.  Pieces of ASCII take a form for
 *    bytes, which is fast; others one for UTF-8.
 */
#include "post/priv.h"
#include <locale.h>
#include <regex.h>

#define LENGTH_MAX 1000         /* bytes of an expression                  */
#define REPEAT_MAX 255          /* POSIX's RE_DUP_MAX                      */
#define PRODUCT_MAX 1000        /* all repeats of an expression multiplied */
#define SIZE_MAX_EXPANDED 32000 /* ... and its length                      */
#define PIECE 32768
#define OVERLAP 1024

struct form { regex_t re; bool made; size_t used; };
struct query_regex {
	char *text;
	bool folds, ascii;
	struct form bytes, utf8;
};

/* ---- checking ---- */

/* A bracket expression from its '[': bytes of it, or 0 where it has no end. */
static size_t bracket(struct slice s)
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

/* "{2,5}": its larger number, at least 1; *n the bytes; 0: too large. */
static unsigned repeat(struct slice s, size_t *n)
{
	unsigned most = 1, v = 0;

	for (*n = 1; *n < s.n && s.p[*n] != '}'; (*n)++) {
		char c = s.p[*n];

		v = ascii_isdigit((unsigned char)c) ? v * 10 + (unsigned)(c - '0') : 0;
		if (v > REPEAT_MAX)
			return 0;
		most = MAX(most, v);
	}
	return most;
}

static const char *check(struct slice s)
{
	unsigned depth = 0;
	size_t product = 1, n;

	if (s.n > LENGTH_MAX)
		return _("A regular expression can't be longer than 1,000 bytes.");
	for (size_t i = 0; i < s.n; i += n) {
		struct slice rest = sl_skip(s, i);

		n = 1;
		switch (s.p[i]) {
		case '\\':
			n = 2;
			if (rest.n > 1 && ascii_isdigit((unsigned char)rest.p[1]))
				return _("Regular expressions here have no back-references such as \\1.");
			break;
		case '[':
			n = bracket(rest);
			if (n == 0)
				return _("A [ in this regular expression has no ] after it.");
			break;
		case '(':
			depth++;
			break;
		case ')':
			if (depth-- == 0)
				return _("A ) in this regular expression has no ( before it.");
			break;
		case '{':
			product *= repeat(rest, &n);
			if (product == 0 || product > PRODUCT_MAX || product * s.n > SIZE_MAX_EXPANDED)
				return _("This regular expression repeats too much; make the numbers in { } smaller.");
			break;
		}
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

/* Made once, for good; where a system has none, the locale of the process stays. */
static locale_t locale_of(bool utf8)
{
	static locale_t made[2];

	if (!made[utf8])
		made[utf8] = newlocale(LC_CTYPE_MASK, utf8 ? "C.UTF-8" : "C", (locale_t)0);
	return made[utf8];
}

static int compile(struct query_regex *r, bool utf8)
{
	struct form *f = utf8 ? &r->utf8 : &r->bytes;
	locale_t before = uselocale(locale_of(utf8));
	struct str s;
	int rc;

	if (f->made)
		regfree(&f->re);
	str_init(&s, LENGTH_MAX + 8);
	str_addf(&s, "\\`.*(%s)", r->text);
	rc = regcomp(&f->re, s.p, REG_EXTENDED | REG_NOSUB);
	str_release(&s);
	uselocale(before);
	f->made = rc == 0;
	f->used = 0;
	return rc;
}

static bool is_ascii(struct slice s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

struct query_regex *query_regex_new(const char *text, char why[160])
{
	struct query_regex *r;
	const char *wrong = check(sl(text));
	char words[100];
	int rc;

	if (wrong) {
		snprintf(why, 160, "%s", wrong);
		return NULL;
	}
	r = mem_zalloc(sizeof(*r));
	r->text = mem_strdup(text);
	r->folds = !has_capital(sl(text));
	r->ascii = is_ascii(sl(text));
	rc = compile(r, !r->ascii);
	if (rc == 0)
		return r;
	regerror(rc, &r->utf8.re, words, sizeof(words));
	snprintf(why, 160, _("This regular expression is wrong: %s."), words);
	query_regex_free(&r);
	return NULL;
}

void query_regex_free(struct query_regex **r)
{
	if (!*r)
		return;
	if ((*r)->bytes.made)
		regfree(&(*r)->bytes.re);
	if ((*r)->utf8.made)
		regfree(&(*r)->utf8.re);
	free((*r)->text);
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
	bool utf8 = !r->ascii || !is_ascii(piece);
	struct form *f = utf8 ? &r->utf8 : &r->bytes;
	locale_t before;
	char *text;
	int rc;

	if ((!f->made || f->used + piece.n > PIECE) && compile(r, utf8) != 0)
		return -1;
	f->used += piece.n;
	text = mem_alloc(piece.n + 1);
	for (size_t i = 0; i < piece.n; i++)
		text[i] = piece.p[i] ? piece.p[i] : ' ';        /* nothing hides behind a NUL */
	text[piece.n] = '\0';
	before = uselocale(locale_of(utf8));
	rc = regexec(&f->re, text, 0, NULL, flags);
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
