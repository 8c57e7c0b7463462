/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lex: the tokens of structured fields (RFC 5322 3.2, RFC 2045 5.1).
 *
 * 1. Every byte is looked at a bounded number of times, whatever it is: a
 *    comment is counted, never descended into, and a '[' without its ']' is
 *    given up at the next bracket.
 * 2. Atoms hold dots (a dot-atom is one token) and whatever has no meaning:
 *    controls and 8-bit bytes too.  Callers judge the content.
 * 3. An encoded word without blanks is one atom, though senders leave commas
 *    and brackets in it that RFC 2047 5(3) forbids.
 */
#include "base/base.h"
#include "mime/mime.h"

const struct mime_limits mime_limits_default = {
	.depth = 100,
	.parts = 10000,
	.header = (size_t)1 << 20,
	.params = 128,
	.addrs = 100000,
	.comment = 100,
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Of RFC 5322 and of RFC 2045. */
#define OF_MAIL 1
#define OF_MIME 2
static const uint8_t specials[256] = {
	['('] = 3, [')'] = 3, ['<'] = 3, ['>'] = 3, ['@'] = 3, [','] = 3, [';'] = 3, [':'] = 3, ['\\'] = 3, ['"'] = 3,
	['['] = 3, [']'] = 3, ['/'] = OF_MIME, ['?'] = OF_MIME, ['='] = OF_MIME,
};

static bool is_special(char c, bool mime)
{
	return specials[(unsigned char)c] & (mime ? OF_MIME : OF_MAIL);
}

void lex_init(struct lex *lx, struct slice text, bool mime)
{
	*lx = (struct lex){ .rest = text, .mime = mime };
}

/* Past the comment that rest begins with. */
static void skip_comment(struct lex *lx)
{
	const char *p = lx->rest.p, *end = p + lx->rest.n, *from = p + 1;
	unsigned depth = 0;

	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end) {
			p++;
		} else if (*p == '(') {
			depth++;
			lx->depth = MAX(lx->depth, depth);
		} else if (*p == ')' && --depth == 0) {
			break;
		}
	}
	lx->comment = sl_range(from, p);
	lx->rest = sl_range(p < end ? p + 1 : p, end);
}

/* Blanks, folds and comments; true when there was any. */
static bool skip_cfws(struct lex *lx)
{
	size_t before = lx->rest.n;

	while (lx->rest.n > 0) {
		if (is_blank(lx->rest.p[0]))
			lx->rest = sl_skip(lx->rest, 1);
		else if (lx->rest.p[0] == '(')
			skip_comment(lx);
		else
			break;
	}
	return lx->rest.n < before;
}

static size_t quoted_length(struct slice s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return s.n;
}

/* 0 where no ']' closes it before another bracket opens. */
static size_t literal_length(struct slice s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == ']')
			return i + 1;
		else if (s.p[i] == '[')
			return 0;
	}
	return 0;
}

static size_t atom_length(struct slice s, bool mime)
{
	size_t i = mime ? 0 : word_match(s);

	for (size_t j = 0; j < i; j++)
		if (is_blank(s.p[j]))
			i = 0;
	while (i < s.n && !is_blank(s.p[i]) && !is_special(s.p[i], mime))
		i++;
	return i;
}

struct lex_tok lex_next(struct lex *lx)
{
	struct lex_tok t = { .space_before = skip_cfws(lx) };
	struct slice s = lx->rest;
	size_t n;

	if (s.n == 0) {
		t.raw = s;
		return t;
	}
	t.kind = LEX_SPECIAL;
	n = 0;
	if (s.p[0] == '"') {
		t.kind = LEX_QUOTED;
		n = quoted_length(s);
	} else if (s.p[0] == '[') {
		n = literal_length(s);
		if (n > 0)
			t.kind = LEX_LITERAL;
	} else if (!is_special(s.p[0], lx->mime)) {
		t.kind = LEX_ATOM;
		n = atom_length(s, lx->mime);
	}
	if (t.kind == LEX_SPECIAL) {
		t.special = s.p[0];
		n = 1;
	}
	t.raw = sl_head(s, n);
	lx->rest = sl_skip(s, n);
	return t;
}

/* The closing mark is the last byte, or is missing altogether. */
static bool is_enclosed(struct slice s, char open, char close)
{
	if (s.n == 0 || s.p[0] != open)
		return false;
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == close)
			return i + 1 == s.n;
	}
	return true;
}

int lex_unquote(struct slice raw, struct str *out)
{
	char close = raw.n > 0 && raw.p[0] == '[' ? ']' : '"';
	bool enclosed = is_enclosed(raw, close == ']' ? '[' : '"', close);

	for (size_t i = enclosed ? 1 : 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '\r' && i + 1 < raw.n && raw.p[i + 1] == '\n')
			continue;
		if (c == '\n' && i + 1 < raw.n && raw.p[i + 1] == '\t') {
			c = ' ';
			i++;
		}
		if (c == '\n' || (enclosed && c == close))
			continue;
		if (c == '\\' && i + 1 < raw.n)
			c = raw.p[++i];
		if (str_addc(out, c) != 0)
			return -1;
	}
	return 0;
}

bool lex_is_token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || is_special(s.p[i], true))
			return false;
	return s.n > 0;
}

bool lex_is_atext(int c)
{
	c &= 0xff;
	if (c >= 0x80)
		return true;
	return c > ' ' && c < 0x7f && c != '.' && !is_special((char)c, false);
}
