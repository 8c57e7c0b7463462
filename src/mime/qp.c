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

static bool is_plain(unsigned char c)
{
	return c != '=' && c != ' ' && c != '\t' && c != '\r';
}

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

int qp_decode(struct enc_state *st, struct slice in, bool last, struct str *out)
{
	enum state now = (enum state)st->have;

	for (size_t i = 0; i < in.n; ) {
		bool again = false;

		if (now == TEXT) {
			size_t from = i;

			while (i < in.n && is_plain((unsigned char)in.p[i]))
				i++;
			if (i > from)
				str_add(out, in.p + from, i - from);
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

/* ---- encoding: hold is the output line so far, without its end ---- */

#define LINE_MAX_QP 76

static bool starts_from(const struct enc_state *st)
{
	return st->held >= 5 && memcmp(st->hold, "From ", 5) == 0;
}

static bool is_tail_byte(const char *triplet)
{
	return triplet[0] == '=' && (triplet[1] == '8' || triplet[1] == '9' ||
				     triplet[1] == 'A' || triplet[1] == 'B');
}

static void put_line(struct enc_state *st, size_t n, bool soft, struct str *out)
{
	size_t from = starts_from(st) && n >= 5;

	if (from)
		str_adds(out, "=46");
	if (!soft && n == 1 && st->hold[0] == '.')
		str_adds(out, "=2E");
	else
		str_add(out, st->hold + from, n - from);
	str_adds(out, soft ? "=\n" : "\n");
	st->held -= n;
	memmove(st->hold, st->hold + n, st->held);
}

/* Where to break a line that became too long: behind the last blank if that is
 * not far back, else before the last whole character. */
static size_t break_at(const struct enc_state *st)
{
	size_t room = LINE_MAX_QP - 1 - (starts_from(st) ? 2 : 0), chars = 0, bytes = 0, word = 0;

	for (size_t i = 0; i < st->held && i <= room; ) {
		if (!is_tail_byte(st->hold + i))
			chars = i;
		bytes = i;
		if (i && (st->hold[i - 1] == ' ' || st->hold[i - 1] == '\t'))
			word = i;
		i += st->hold[i] == '=' ? 3 : 1;
	}
	if (word > room - 25)
		return word;
	/* A run of tail bytes is no character. */
	return chars + 24 > bytes ? chars : bytes;
}

static void put_token(struct enc_state *st, const char *token, size_t n, struct str *out)
{
	memcpy(st->hold + st->held, token, n);
	st->held += n;
	if (st->held > LINE_MAX_QP - (starts_from(st) ? 2u : 0))
		put_line(st, break_at(st), true, out);
}

static void put_escaped(struct enc_state *st, unsigned char c, struct str *out)
{
	static const char hex[] = "0123456789ABCDEF";
	char token[3] = { '=', hex[c >> 4], hex[c & 15] };

	put_token(st, token, 3, out);
}

static void end_line(struct enc_state *st, struct str *out)
{
	char c = st->held ? st->hold[st->held - 1] : 0;

	if (c == ' ' || c == '\t') {
		st->held--;
		put_escaped(st, (unsigned char)c, out);
	}
	put_line(st, st->held, false, out);
}

int qp_encode(struct enc_state *st, struct slice in, bool last, struct str *out)
{
	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];

		if (c == '\n')
			end_line(st, out);
		else if ((c >= 33 && c <= 126 && c != '=') || c == ' ' || c == '\t')
			put_token(st, (const char *)&in.p[i], 1, out);
		else
			put_escaped(st, c, out);
	}
	if (last && st->held) {
		if (st->held > LINE_MAX_QP - 1 - (starts_from(st) ? 2 : 0))
			put_line(st, break_at(st), true, out);
		put_line(st, st->held, true, out);
	}
	return out->full ? -1 : 0;
}
