/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * slice: looking at borrowed bytes.  Nothing here reads past n or expects a
 * NUL, an empty slice may have a NULL pointer, and letters are those of ASCII
 * whatever the locale says.
 */
#include "base/base.h"

struct slice sl_make(const char *p, size_t n)
{
	return (struct slice){ p, n };
}

struct slice sl(const char *z)
{
	return sl_make(z, z ? strlen(z) : 0);
}

struct slice sl_range(const char *from, const char *to)
{
	bug_on(to < from);
	return sl_make(from, (size_t)(to - from));
}

bool sl_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool same_folded(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool sl_ieq(struct slice a, struct slice b)
{
	return a.n == b.n && same_folded(a.p, b.p, a.n);
}

bool sl_is(struct slice s, const char *z)
{
	return sl_eq(s, sl(z));
}

bool sl_iis(struct slice s, const char *z)
{
	for (size_t i = 0; i < s.n; i++)
		if (!z[i] || ascii_lower(s.p[i]) != ascii_lower(z[i]))
			return false;
	return !z[s.n];
}

bool sl_starts(struct slice s, const char *z)
{
	size_t n = strlen(z);

	return s.n >= n && (n == 0 || memcmp(s.p, z, n) == 0);
}

bool sl_istarts(struct slice s, const char *z)
{
	size_t n = strlen(z);

	return s.n >= n && same_folded(s.p, z, n);
}

bool sl_ends(struct slice s, const char *z)
{
	size_t n = strlen(z);

	return s.n >= n && (n == 0 || memcmp(s.p + (s.n - n), z, n) == 0);
}

static bool is_edge(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice sl_trim(struct slice s)
{
	while (s.n && is_edge(s.p[s.n - 1]))
		s.n--;
	while (s.n && is_edge(s.p[0]))
		s = sl_skip(s, 1);
	return s;
}

struct slice sl_skip(struct slice s, size_t n)
{
	n = MIN(n, s.n);
	return n ? sl_make(s.p + n, s.n - n) : s;
}

struct slice sl_head(struct slice s, size_t n)
{
	return sl_make(s.p, MIN(n, s.n));
}

ssize_t sl_find(struct slice s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

ssize_t sl_search(struct slice s, struct slice what)
{
	const char *at;

	if (what.n == 0)
		return 0;
	if (s.n < what.n)
		return -1;
	at = memmem(s.p, s.n, what.p, what.n);
	return at ? at - s.p : -1;
}

bool sl_cut(struct slice *rest, char sep, struct slice *part)
{
	ssize_t at;

	if (rest->n == 0)
		return false;
	at = sl_find(*rest, sep);
	*part = at < 0 ? *rest : sl_head(*rest, (size_t)at);
	*rest = sl_skip(*rest, at < 0 ? rest->n : (size_t)at + 1);
	return true;
}

bool sl_line(struct slice *rest, struct slice *line)
{
	bool ended = sl_find(*rest, '\n') >= 0;

	if (!sl_cut(rest, '\n', line))
		return false;
	if (ended && line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool sl_word(struct slice *rest, struct slice *word)
{
	size_t from = 0, to;

	while (from < rest->n && ascii_isblank(rest->p[from]))
		from++;
	for (to = from; to < rest->n && !ascii_isblank(rest->p[to]); )
		to++;
	*word = sl_head(sl_skip(*rest, from), to - from);
	*rest = sl_skip(*rest, to);
	return to > from;
}

int sl_u64(struct slice s, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (s.n == 0)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		uint64_t digit = (uint64_t)(s.p[i] - '0');

		if (!ascii_isdigit(s.p[i]) || value > max / 10 || digit > max - value * 10)
			return -1;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

char *sl_dup(struct slice s)
{
	char *copy = mem_alloc(s.n + 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = 0;
	return copy;
}

int sl_cmp(struct slice a, struct slice b)
{
	size_t n = MIN(a.n, b.n);
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

int ascii_lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int ascii_upper(int c)
{
	return c >= 'a' && c <= 'z' ? c - 32 : c;
}

bool ascii_isalpha(int c)
{
	c = ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

bool ascii_isdigit(int c)
{
	return c >= '0' && c <= '9';
}

bool ascii_isalnum(int c)
{
	return ascii_isalpha(c) || ascii_isdigit(c);
}

bool ascii_isblank(int c)
{
	return c == ' ' || c == '\t';
}

int hex_val(int c)
{
	if (ascii_isdigit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
