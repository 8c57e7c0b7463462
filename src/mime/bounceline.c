/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bounceline: what a line of a notice shows: addresses, what frames them, and replies of servers.
 */
#include "priv.h"

#define WHO_MAX 36              /* bytes of a name in front of an address */

static bool is_local(unsigned char c)
{
	return lex_is_atext(c) || c == '.';
}

bool line_is_domain(unsigned char c)
{
	return ascii_isalnum(c) || c == '-' || c == '.' || c >= 0x80;
}

/* The stops, brackets and colons of Chinese, Japanese and Korean texts: U+3000 to 303F, and wide
 * ASCII; bullets, arrows, and what tables are drawn with: U+2022, U+30FB, U+2180 to 21FF, U+2500 to 25FF. */
bool line_is_stop(struct slice s)
{
	if (sl_starts(s, "\xe2\x80\xa2") || sl_starts(s, "\xe3\x83\xbb"))
		return true;
	if (s.n > 2 && sl_starts(s, "\xe2") && (((unsigned char)s.p[1] & 0xfe) == 0x86 || ((unsigned char)s.p[1] & 0xfc) == 0x94))
		return true;
	return sl_starts(s, "\xe3\x80") || (s.n > 2 && sl_starts(s, "\xef\xbc") && !ascii_isalnum((unsigned char)(s.p[2] - 0x60)));
}

/* They stand in no address. */
static size_t behind_stop(struct slice s)
{
	size_t at = 0;

	for (size_t i = 0; i + 3 <= s.n; i++)
		if (line_is_stop(sl_skip(s, i)))
			at = i + 3;
	return at;
}

/* "a@b.example에": a particle of the sentence is no part of the last label. */
static size_t before_particle(struct slice domain)
{
	size_t label = domain.n, n;

	while (label && domain.p[label - 1] != '.')
		label--;
	for (n = label; n < domain.n && ascii_isalnum((unsigned char)domain.p[n]);)
		n++;
	return n - label >= 2 ? n : domain.n;
}

/* Bytes of '"john doe"' in front of the @; 0: none. */
static size_t quoted_before(struct slice line, size_t sign)
{
	if (sign < 3 || line.p[sign - 1] != '"')
		return 0;
	for (size_t n = 2; n <= sign && n < 66; n++)
		if (line.p[sign - n] == '"')
			return n > 2 ? n : 0;
	return 0;
}

/* "rcpt-to=a@b": bytes of what is a key.  Others with = are parts of the address. */
static size_t key_before(struct slice local)
{
	static const char *const keys[] = { "smtp=", "rcpt-to=", "rcpt=", "recipient=", "to=", "original-recipient=", "final-recipient=",
		"mail-from=", "from=", "sender=" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (sl_istarts(local, keys[i]) && local.n > strlen(keys[i]))
			return strlen(keys[i]);
	return 0;
}

bool line_address(struct slice line, size_t sign, size_t *from, size_t *to)
{
	size_t a = sign, b = sign + 1;
	bool dot = false;

	while (a > 0 && sign - a < 320 && is_local((unsigned char)line.p[a - 1]))
		a--;
	if (a == sign)
		a -= quoted_before(line, sign);
	a += behind_stop(sl_make(line.p + a, sign - a));
	a += key_before(sl_make(line.p + a, sign - a));
	while (a < sign && strchr("'*.-=|#`", line.p[a]))
		a++;
	if (b < line.n && line.p[b] == '[') {
		while (b < line.n && line.p[b] != ']' && b - sign < 60)
			b++;
		dot = b < line.n && line.p[b] == ']';
		b += dot;
	} else {
		while (b < line.n && b - sign < 255 && line_is_domain((unsigned char)line.p[b]))
			b++;
		b = sign + 1 + before_particle(sl_make(line.p + sign + 1, b - sign - 1));
		while (b > sign + 1 && (line.p[b - 1] == '.' || line.p[b - 1] == '-'))
			b--;
		dot = sl_find(sl_make(line.p + sign + 1, b - sign - 1), '.') > 0 || (b < line.n && line.p[b] == '>');
	}
	*from = a;
	*to = b;
	return a < sign && b > sign + 1 && dot && utf8_valid(sl_make(line.p + a, b - a));
}

bool line_is_frame(char c)
{
	return ascii_isblank(c) || strchr("<>(\"'[*|`+=", c) || c == '-';
}

struct slice line_before(struct slice s)
{
	size_t stop;

	while (s.n && ((stop = s.n > 2 && line_is_stop(sl_skip(s, s.n - 3)) ? 3 : 0) || line_is_frame(s.p[s.n - 1])))
		s.n -= stop ? stop : 1;
	return s;
}

struct slice line_behind(struct slice s)
{
	while (s.n && (line_is_frame(s.p[0]) || line_is_stop(s)))
		s = sl_skip(s, line_is_frame(s.p[0]) ? 1 : 3);
	return s;
}

/* "550 ", "<<< 550-5.1.1", "[550": a reply for no. */
bool line_code(struct slice s, unsigned *code)
{
	for (size_t i = 0; i + 3 <= s.n; i++) {
		bool open = i == 0 || (!ascii_isalnum((unsigned char)s.p[i - 1]) && !strchr(".-@/_", s.p[i - 1]));

		if (!open || (s.p[i] != '4' && s.p[i] != '5') || s.p[i + 1] > '5' || s.p[i + 1] < '0' || !ascii_isdigit((unsigned char)s.p[i + 2]))
			continue;
		if (i + 3 < s.n && !strchr(" -:,;)]'\">\r\n", s.p[i + 3]))
			continue;
		*code = (unsigned)(s.p[i] - '0') * 100 + (unsigned)(s.p[i + 1] - '0') * 10 + (unsigned)(s.p[i + 2] - '0');
		return true;
	}
	return false;
}

bool line_is_reply(struct slice line)
{
	unsigned code;

	return line_code(sl_head(line_behind(line), 3), &code) || line_code(sl_head(line_behind(line), 4), &code);
}

/* "Kim Minji (", ""Lee, Jo" <": a few words, and nothing else in the line but the address. */
bool line_is_name(struct slice lead)
{
	size_t words = 1;

	lead = sl_trim(lead);
	for (size_t i = 0; i < lead.n; i++) {
		words += lead.p[i] == ' ';
		if (!ascii_isalpha((unsigned char)lead.p[i]) && (unsigned char)lead.p[i] < 0x80 && !strchr(" .,'\"-/", lead.p[i]))
			return false;
	}
	return lead.n && lead.n <= WHO_MAX && words <= 5;
}

bool line_in_brackets(struct slice line, size_t at, size_t end)
{
	struct slice tail = sl_trim(sl_skip(line, end));

	return at > 0 && ((line.p[at - 1] == '<' && sl_is(tail, ">")) || (line.p[at - 1] == '(' && sl_is(tail, ")")));
}

struct slice line_word(struct slice s, char buf[LINE_WORD])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool wide = sl_starts(sl_skip(s, i), "\xe3\x80\x80");

		if ((unsigned char)s.p[i] > ' ' && ((unsigned char)s.p[i] < 0x80 || n == LINE_WORD))
			return s;
		if (wide)
			i += 2;
		else if ((unsigned char)s.p[i] >= 0x80)
			buf[n++] = s.p[i];
	}
	return sl_make(buf, n);
}

/* Nothing, or that of a row in a table. */
bool line_is_number(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n < 2 && ascii_isdigit((unsigned char)s.p[n]))
		n++;
	s = sl_trim(sl_skip(s, n));
	return s.n == 0 || (n && (sl_is(s, ".") || sl_is(s, ")")));
}

/* "a@b.example 님에게 보낸 메일이 전송되지 못했습니다": to whom, behind the address. */
bool line_is_towards(struct slice tail)
{
	static const char *const words[] = { "님에게", "님께", "님 앞", "에게", "으로", "로 ", "께", "宛", "様", "さん", "に", "へ" };

	tail = sl_trim(tail);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (sl_starts(line_behind(tail), words[i]))
			return true;
	return false;
}

static bool is_separator(char c)
{
	return line_is_frame(c) || strchr(",;>)\"'", c);
}

/* "a@b, c@d and e@f": what stands between two addresses of a list. */
bool line_is_between(struct slice s)
{
	static const char *const words[] = { "and", "or", "und", "oder", "et", "ou", "y", "e", "o", "en", "и", "및" };
	bool some = s.n > 0;

	while (s.n && is_separator(s.p[0]))
		s = sl_skip(s, 1);
	while (s.n && is_separator(s.p[s.n - 1]))
		s.n--;
	for (size_t i = 0; i < ARRAY_LEN(words) && s.n; i++)
		if (sl_is(s, words[i]))
			return true;
	return some && s.n == 0;
}

/* "host mx.example.org [192.0.2.1] said": who refused it. */
char *line_remote(struct slice s)
{
	ssize_t at = sl_search(s, SL("host "));
	size_t n = 0;

	if (at < 0)
		return NULL;
	s = sl_skip(s, (size_t)at + 5);
	while (n < s.n && line_is_domain((unsigned char)s.p[n]))
		n++;
	while (n && s.p[n - 1] == '.')
		n--;
	return sl_find(sl_head(s, n), '.') > 0 ? sl_dup(sl_head(s, n)) : NULL;
}

/* "(expanded from: <a@b>)": as the sender wrote it. */
char *line_original(struct slice s)
{
	static const char *const before[] = { "expanded from: ", "generated from ", "originally addressed to ", "Original address: " };
	size_t from, to;

	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		ssize_t at = sl_search(s, sl(before[i]));
		struct slice rest = at < 0 ? SL_NONE : sl_head(sl_skip(s, (size_t)at), 400);
		ssize_t sign = sl_find(rest, '@');

		if (sign > 0 && line_address(rest, (size_t)sign, &from, &to))
			return sl_dup(sl_make(rest.p + from, to - from));
	}
	return NULL;
}

/* "am 2.3.2026", "op 2-3", "날짜: 2026": a short word, and a date. */
bool line_is_when(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n < ((unsigned char)s.p[n] < 0x80 ? 5 : 9) && !ascii_isblank(s.p[n]) && !ascii_isdigit((unsigned char)s.p[n]))
		n++;
	n += n < s.n && s.p[n] == ':';
	return n + 1 < s.n && ascii_isblank(s.p[n]) && ascii_isdigit((unsigned char)s.p[n + 1]);
}
