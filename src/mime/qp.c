/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * qp: quoted-printable (RFC 2045 6.7), streaming, both ways.
 *
 * Decoding: what is no escape stays as it is; blanks before a line end and at
 * the very end were put there on the way and go (76 at most, a longer run is
 * no padding); "=" before a line end or the very end joins the lines.
 *
 * Encoding: one output line is held until it is complete, so a line can end
 * at a word, or at least not inside a character.  A line that starts with
 * "From " or is a single dot is escaped: mailboxes and SMTP have meanings for
 * them.  Input without a final LF ends with a soft line break.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

/* ---- decoding ---- */

enum state {
	TEXT, BLANKS, BLANKS_CR,        /* blanks in hold that may be padding     */
	ESC, ESC_HEX,                   /* "=", "=X" with X in hold              */
	ESC_BLANKS, ESC_CR,             /* "=" and blanks in hold, then CR       */
};
#define BLANKS_MAX 76

static void put_hold(struct enc_state *st, struct str *out, const char *before, const char *after)
{
	str_adds(out, before);
	str_add(out, st->hold, st->held);
	str_adds(out, after);
	st->held = 0;
}

/* One byte more of a run of blanks; false: the run is too long to be padding. */
static bool hold_blank(struct enc_state *st, unsigned char c)
{
	if (st->held == BLANKS_MAX)
		return false;
	st->hold[st->held++] = (char)c;
	return true;
}

/* The next state; *again: c is to be looked at once more in it. */
static enum state decode_byte(struct enc_state *st, enum state now, unsigned char c,
			      struct str *out, bool *again)
{
	bool blank = ascii_isblank(c);

	switch (now) {
	case TEXT:
		if (c == '=')
			return ESC;
		if (c == '\r')
			return BLANKS_CR;
		if (blank && hold_blank(st, c))
			return BLANKS;
		str_addc(out, (char)c);
		return TEXT;
	case BLANKS:
		if (blank && hold_blank(st, c))
			return BLANKS;
		if (c == '\r')
			return BLANKS_CR;
		if (c == '\n')
			st->held = 0;
		break;
	case BLANKS_CR:
		if (c == '\n')
			st->held = 0;
		put_hold(st, out, "", "\r");
		*again = true;
		return TEXT;
	case ESC:
		if (hex_val(c) >= 0) {
			st->hold[st->held++] = (char)c;
			return ESC_HEX;
		}
		if (blank && hold_blank(st, c))
			return ESC_BLANKS;
		if (c == '\r')
			return ESC_CR;
		if (c == '\n')
			return TEXT;
		str_addc(out, '=');
		break;
	case ESC_HEX:
		if (hex_val(c) >= 0) {
			str_addc(out, (char)(hex_val((unsigned char)st->hold[0]) << 4 | hex_val(c)));
			st->held = 0;
			return TEXT;
		}
		str_addc(out, '=');
		break;
	case ESC_BLANKS:
		if (blank && hold_blank(st, c))
			return ESC_BLANKS;
		if (c == '\r')
			return ESC_CR;
		if (c == '\n') {
			st->held = 0;
			return TEXT;
		}
		str_addc(out, '=');
		break;
	case ESC_CR:
		st->held = 0;
		*again = c != '\n';
		return TEXT;
	}
	put_hold(st, out, "", "");
	*again = true;
	return TEXT;
}

static void decode_end(struct enc_state *st, enum state now, struct str *out)
{
	switch (now) {
	case BLANKS_CR:
		put_hold(st, out, "", "\r");
		break;
	case ESC_HEX:
		put_hold(st, out, "=", "");
		break;
	case TEXT:
	case BLANKS:
	case ESC:
	case ESC_BLANKS:
	case ESC_CR:
		break;
	}
	st->held = 0;
}

const uint8_t qp_digit[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* The blanks before p that the states would hold there. */
static size_t held_blanks(const char *from, const char *p)
{
	size_t n = 0;

	while (p - n > from && ascii_isblank(p[-1 - (ptrdiff_t)n]))
		n++;
	return n ? (n - 1) % BLANKS_MAX + 1 : 0;
}

/* Bytes of the soft line break at p, or 0. */
static size_t soft_break(const char *p, size_t n)
{
	if (n > 1 && p[1] == '\n')
		return 2;
	return n > 2 && p[1] == '\r' && p[2] == '\n' ? 3 : 0;
}

/* "=" that is not of an escape, and cannot be: n of what follows is at hand. */
static bool is_bare(const char *p, size_t n)
{
	return n > 2 && !ascii_isblank(p[1]) && p[1] != '\r' && hex_val(p[1]) < 0;
}

/* The common case, in TEXT: copies text, escapes and line ends that are whole in
 * what is at hand, to where there is room for them.  Stops before what
 * decode_byte has to look at; *from moves. */
static char *decode_text(struct slice in, size_t *from, char *to)
{
	const char *begin = in.p + *from, *p = begin, *end = in.p + in.n;

	for (;;) {
		size_t n, left;
		int hex;

		to = vec_qp_decode(&p, end, to);
		while (p < end && *p != '=' && *p != '\n' && *p != '\r')
			*to++ = *p++;
		while (end - p > 2 && *p == '=' && (hex = hex_byte(p + 1)) >= 0) {
			*to++ = (char)hex;
			p += 3;
		}
		left = (size_t)(end - p);
		if (left && *p == '=') {
			n = soft_break(p, left);
			if (n == 0 && !is_bare(p, left))
				break;
			if (n == 0)
				*to++ = *p++;
			p += n;
			continue;
		}
		if (left && *p != '\n' && *p != '\r')
			continue;
		n = held_blanks(begin, p);
		if (left == 0 || (left == 1 && *p == '\r')) {
			to -= n;
			p -= n;
			break;
		}
		if (*p == '\n' || p[1] == '\n')
			to -= n;
		if (*p == '\r')
			*to++ = *p++;
		if (p < end && *p == '\n')
			*to++ = *p++;
	}
	*from = (size_t)(p - in.p);
	return to;
}

int qp_decode(struct enc_state *st, struct slice in, bool last, struct str *out)
{
	enum state now = (enum state)st->have;
	size_t room = in.n + sizeof(st->hold) + VEC_SLACK;
	bool roomy = room <= out->max - out->n && str_reserve(out, room) == 0;

	for (size_t i = 0; i < in.n; ) {
		bool again = false;

		if (now == TEXT && roomy) {
			str_grown(out, decode_text(in, &i, out->p + out->n));
			if (i == in.n)
				break;
		}
		now = decode_byte(st, now, (unsigned char)in.p[i], out, &again);
		if (!again)
			i++;
	}
	if (last) {
		decode_end(st, now, out);
		now = TEXT;
	}
	st->have = now;
	return out->full ? -1 : 0;
}

/* ---- encoding: hold is what of the line was made so far, in tokens ---- */

#define LINE_MAX_QP 76
#define PIECE       4096        /* of the input, at once                        */
#define AHEAD       96          /* that a line may be copied by, behind what is made */

static bool starts_from(const char *line, size_t n)
{
	return n >= 5 && memcmp(line, "From ", 5) == 0;
}

/* How long a line may be: "From " becomes two bytes longer. */
static size_t line_limit(const char *line, size_t n)
{
	return LINE_MAX_QP - (starts_from(line, n) ? 2 : 0);
}

static bool is_tail_byte(const char *triplet)
{
	return triplet[0] == '=' && (triplet[1] == '8' || triplet[1] == '9' ||
				     triplet[1] == 'A' || triplet[1] == 'B');
}

/* The last token that begins at i or before it. */
static size_t token_at(const char *line, size_t i)
{
	if (i >= 1 && line[i - 1] == '=')
		return i - 1;
	return i >= 2 && line[i - 2] == '=' ? i - 2 : i;
}

#define BACK_MAX 24             /* so far back a blank or a whole character is looked for */

/* Behind the last blank of the BACK_MAX bytes before at, or 0.  Eight at once: all are
 * ASCII, and none below "!" but the blanks. */
static size_t behind_blank(const char *line, size_t at)
{
	for (size_t i = 0; i < BACK_MAX; i += 8) {
		uint64_t v;

		memcpy(&v, line + at - i - 8, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		v = __builtin_bswap64(v);
#endif
		v = ~(v + UINT64_C(0x5f5f5f5f5f5f5f5f)) & UINT64_C(0x8080808080808080);
		if (v)
			return at - i - (size_t)__builtin_clzll(v) / 8;
	}
	return 0;
}

/* Where to break a line that is longer than room: behind the last blank if that
 * is not far back, else before the last whole character. */
static size_t break_at(const char *line, size_t room)
{
	size_t at = behind_blank(line, room), last;

	if (at)
		return at;
	at = last = token_at(line, room);
	while (at + BACK_MAX > last && is_tail_byte(line + at))
		at = token_at(line, at - 1);
	/* A run of tail bytes is no character. */
	return at + BACK_MAX > last ? at : last;
}

/* A line of the output; its end. */
static char *put_line(char *out, const char *line, size_t n, bool soft)
{
	if (starts_from(line, n)) {
		memcpy(out, "=46", 3);
		out += 3;
		line++;
		n--;
	} else if (!soft && n == 1 && line[0] == '.') {
		memcpy(out, "=2E", 3);
		out += 3;
		n = 0;
	}
	memcpy(out, line, AHEAD);
	out += n;
	if (soft)
		*out++ = '=';
	*out++ = '\n';
	return out;
}

/* Lines of the output from the front of one of the input, *n tokens' bytes, until what
 * is left is not longer than its limit and less; *n becomes the rest of it. */
static char *cut_lines(char *out, const char *line, size_t *n, size_t less)
{
	size_t limit;

	while (*n > (limit = line_limit(line, *n) - less)) {
		size_t at = break_at(line, less ? limit : limit - 1);

		out = put_line(out, line, at, true);
		line += at;
		*n -= at;
	}
	return out;
}

/* A whole line of the input. */
static char *end_line(char *out, const char *line, size_t n)
{
	char blank[LINE_MAX_QP + AHEAD];
	size_t left = n;

	out = cut_lines(out, line, &left, 0);
	line += n - left;
	if (left && ascii_isblank(line[left - 1])) {    /* it would go on the way */
		memcpy(blank, line, LINE_MAX_QP);
		memcpy(blank + left - 1, line[left - 1] == ' ' ? "=20" : "=09", 3);
		n = left += 2;
		out = cut_lines(out, blank, &left, 0);
		return put_line(out, blank + n - left, left, false);
	}
	return put_line(out, line, left, false);
}

/* What stands for each byte, and how long it is. */
static struct token { char text[3]; uint8_t n; } tokens[256];

static void make_tokens(void)
{
	static const char hex[] = "0123456789ABCDEF";

	for (int c = 0; c < 256; c++) {
		if ((c >= 32 && c <= 126 && c != '=') || c == '\t' || c == '\n')
			tokens[c] = (struct token){ { (char)c, 0, 0 }, 1 };
		else
			tokens[c] = (struct token){ { '=', hex[c >> 4], hex[c & 15] }, 3 };
	}
}

/* The tokens of all that is there; their end. */
static char *put_tokens(char *to, struct slice in)
{
	const char *p = in.p, *end = in.p + in.n;

	to = vec_qp_tokens(&p, end, to);
	while (p < end) {
		const struct token *t = &tokens[(unsigned char)*p++];

		memcpy(to, t, sizeof(*t));      /* a byte more than there may be */
		to += t->n;
	}
	return to;
}

int qp_encode(struct enc_state *st, struct slice in, bool last, struct str *out)
{
	char made[sizeof(st->hold) + 3 * PIECE + AHEAD], buf[4 * PIECE + 256];

	if (!tokens[0].n)
		make_tokens();
	do {
		struct slice piece = sl_head(in, PIECE);
		bool direct = sizeof(buf) <= out->max - out->n && str_reserve(out, sizeof(buf)) == 0;
		char *begin = direct ? out->p + out->n : buf, *to = begin, *line = made, *end, *lf;
		size_t left;

		in = sl_skip(in, piece.n);
		memcpy(made, st->hold, st->held);
		end = put_tokens(made + st->held, piece);
		while ((lf = memchr(line, '\n', (size_t)(end - line)))) {
			to = end_line(to, line, (size_t)(lf - line));
			line = lf + 1;
		}
		left = (size_t)(end - line);
		to = cut_lines(to, line, &left, 0);
		if (last && in.n == 0 && left) {
			line = end - left;
			to = cut_lines(to, line, &left, 1);     /* "=" stands behind it */
			to = put_line(to, end - left, left, true);
			left = 0;
		}
		st->held = left;
		memcpy(st->hold, end - left, left);
		if (direct)
			str_grown(out, to);
		else
			str_add(out, buf, (size_t)(to - buf));
	} while (in.n);
	return out->full ? -1 : 0;
}
