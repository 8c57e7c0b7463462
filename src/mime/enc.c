/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * enc: content transfer encodings (RFC 2045 6), streaming.  This file holds
 * base64, uuencode and the door; quoted-printable is qp.c.
 *
 * Invariants: the result does not depend on how the input was cut; memory is
 * the state struct and blocks on the stack; decoding takes any bytes.
 *
 * base64 choices: bytes outside the alphabet are skipped (RFC 2045 6.8; the
 * url-safe letters are outside).  Padding ends the data, unless the next line
 * that is not blank is base64 through and through: several encoded pieces
 * stand in a row then and all are decoded.  A list footer is not.  An empty
 * line without padding ends the data before a line of text: one in which more
 * than a letter of sixteen is outside.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define BLOCK 8192

static const struct { const char *name; enum enc enc; } names[] = {
	{ "7bit", ENC_7BIT }, { "8bit", ENC_8BIT }, { "binary", ENC_BINARY },
	{ "quoted-printable", ENC_QP }, { "base64", ENC_BASE64 },
	{ "x-uuencode", ENC_UU }, { "x-uue", ENC_UU }, { "uuencode", ENC_UU }, { "uue", ENC_UU },
	/* seen in the wild, as are blanks and dashes in other places */
	{ "7bits", ENC_7BIT }, { "8bits", ENC_8BIT }, { "8bitmime", ENC_8BIT }, { "none", ENC_8BIT }, { "plain", ENC_8BIT },
	{ "text", ENC_8BIT }, { "identity", ENC_8BIT }, { "qp", ENC_QP }, { "quoted/printable", ENC_QP }, { "b64", ENC_BASE64 },
};

static struct slice skip_filler(struct slice s)
{
	while (s.n && (s.p[0] == '-' || s.p[0] == '_' || ascii_isblank(s.p[0])))
		s = sl_skip(s, 1);
	return s;
}

static bool same_name(struct slice a, struct slice b)
{
	for (a = skip_filler(a), b = skip_filler(b); a.n && b.n;
	     a = skip_filler(sl_skip(a, 1)), b = skip_filler(sl_skip(b, 1)))
		if (ascii_lower((unsigned char)a.p[0]) != ascii_lower((unsigned char)b.p[0]))
			return false;
	return a.n == b.n;
}

enum enc enc_by_name(struct slice name)
{
	name = sl_trim(name);
	if (name.n == 0)
		return ENC_7BIT;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (same_name(name, sl(names[i].name)))
			return names[i].enc;
	return ENC_UNKNOWN;
}

const char *enc_name(enum enc enc)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].enc == enc)
			return names[i].name;
	return "x-unknown";
}

/* ---- base64 ---- */

static const char b64_letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define XX 0xff
static const uint8_t b64_value[256] = {
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, 62, XX, XX, XX, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, XX, XX, XX, XX, XX, XX,
	XX,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, XX, XX, XX, XX, XX,
	XX, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
};

/* Decodes groups of four letters until one is not clean: the hot loop.
 * Returns the bytes taken (with line ends, where all of a line was clean). */
static size_t b64_decode_run(const unsigned char *in, size_t n, unsigned char **to)
{
	size_t made, i = vec_b64_decode(in, n, *to, &made);
	unsigned char *out = *to + made;

	for (; i + 4 <= n; i += 4, out += 3) {
		unsigned a = b64_value[in[i]], b = b64_value[in[i + 1]];
		unsigned c = b64_value[in[i + 2]], d = b64_value[in[i + 3]];
		uint32_t bits;

		if ((a | b | c | d) & 0x80)
			break;
		bits = a << 18 | b << 12 | c << 6 | d;
		out[0] = (unsigned char)(bits >> 16);
		out[1] = (unsigned char)(bits >> 8);
		out[2] = (unsigned char)bits;
	}
	*to = out;
	return i;
}

/* What a group without its last letters says; one letter alone says nothing. */
static unsigned char *b64_flush(struct enc_state *st, unsigned char *out)
{
	if (st->have == 3)
		*out++ = (unsigned char)(st->bits >> 10);
	if (st->have == 3)
		*out++ = (unsigned char)(st->bits >> 2);
	if (st->have == 2)
		*out++ = (unsigned char)(st->bits >> 4);
	st->have = 0;
	st->bits = 0;
	return out;
}

/* What b64_byte saw last, in col. */
enum { NO_DATA, IN_LINE, LINE_END, EMPTY_LINE };

static unsigned char *b64_byte(struct enc_state *st, unsigned char c, unsigned char *out)
{
	unsigned v = b64_value[c];

	if (v != XX || (st->col == LINE_END && c > ' '))
		st->col = IN_LINE;
	if (v != XX) {
		st->bits = (st->bits << 6 | v) & 0xffffff;
		if (++st->have == 4) {
			*out++ = (unsigned char)(st->bits >> 16);
			*out++ = (unsigned char)(st->bits >> 8);
			*out++ = (unsigned char)st->bits;
			st->have = 0;
		}
	} else if (c == '=' && st->have >= 2) {
		out = b64_flush(st, out);
		st->eof = true;
		st->held = 0;
	} else if (c == '\n' && st->col != NO_DATA) {
		st->eof = st->col == LINE_END;
		st->col = st->eof ? EMPTY_LINE : LINE_END;
		st->held = 0;
	}
	return out;
}

/* The line after padding or an empty line is complete (or as long as lines get):
 * goes on with it if it is base64, stops for good if not. */
static unsigned char *b64_resume(struct enc_state *st, unsigned char *out)
{
	char line[sizeof(st->hold)];
	size_t n = st->held, letters, outside = 0;

	while (n && st->hold[n - 1] == ' ')
		n--;
	letters = n;
	while (letters && n - letters < 2 && st->hold[letters - 1] == '=')
		letters--;
	for (size_t i = 0; i < letters; i++)
		outside += b64_value[(unsigned char)st->hold[i]] == XX;
	st->done = st->col == EMPTY_LINE ? outside * 16 > n : outside || n % 4 != 0;
	if (st->done)
		return b64_flush(st, out);
	if (n == 0)
		return out;
	memcpy(line, st->hold, n);
	st->eof = false;
	st->held = 0;
	for (size_t i = 0; i < n && !st->eof; i++)
		out = b64_byte(st, (unsigned char)line[i], out);
	return out;
}

static unsigned char *b64_after_pad(struct enc_state *st, unsigned char c, unsigned char *out)
{
	if (c == '\n' || c == '\r') {
		if (st->held)
			out = b64_resume(st, out);
		if (c == '\n' && !st->eof)
			st->col = LINE_END;
		return out;
	}
	if (st->held == 0 && (c == '=' || c == ' ' || c == '\t'))
		return out;
	st->hold[st->held++] = (char)(c == '\t' ? ' ' : c);
	return st->held == sizeof(st->hold) ? b64_resume(st, out) : out;
}

/* All that a piece says, and what was held before it. */
static unsigned char *b64_piece(struct enc_state *st, struct slice in, bool last, unsigned char *to)
{
	const unsigned char *p = (const unsigned char *)in.p;
	const unsigned char *end = in.n ? p + in.n : p;

	while (p < end && !st->done) {
		size_t n = 0;

		if (st->eof) {
			to = b64_after_pad(st, *p++, to);
			continue;
		}
		if (st->have == 0 && b64_value[*p] != XX)
			n = b64_decode_run(p, (size_t)(end - p), &to);
		p += n;
		if (n == 0)
			to = b64_byte(st, *p++, to);
		else
			st->col = p[-1] == '\n' ? LINE_END : IN_LINE;
	}
	if (last && !st->done) {
		if (st->eof && st->held)
			to = b64_resume(st, to);
		to = b64_flush(st, to);
	}
	return to;
}

#define MORE (sizeof(((struct enc_state *)0)->hold) + 3 + VEC_SLACK)    /* than 3 bytes for 4 letters */

/* Where out could be too small it is shown when all is decoded. */
static int b64_decode(struct enc_state *st, struct slice in, bool last, struct str *out)
{
	unsigned char buf[BLOCK / 4 * 3 + MORE];

	if (in.n / 4 * 3 + MORE <= out->max - out->n && str_reserve(out, in.n / 4 * 3 + MORE) == 0) {
		str_grown(out, b64_piece(st, in, last, (unsigned char *)out->p + out->n));
		return 0;
	}
	do {
		struct slice part = sl_head(in, BLOCK);
		unsigned char *to;

		in = sl_skip(in, part.n);
		to = b64_piece(st, part, last && in.n == 0, buf);
		if (str_add(out, buf, (size_t)(to - buf)) != 0)
			return -1;
	} while (in.n);
	return 0;
}

#define LINE_BYTES  57          /* of a full line                         */
#define LINE_SIZE   77          /* ... encoded, with its end              */
#define BLOCK_LINES 100
#define MORE_LINES  (2 * LINE_SIZE + 8 + VEC_SLACK)     /* than full lines     */

static char *b64_put(char *to, uint32_t bits)
{
	to[0] = b64_letters[bits >> 18 & 63];
	to[1] = b64_letters[bits >> 12 & 63];
	to[2] = b64_letters[bits >> 6 & 63];
	to[3] = b64_letters[bits & 63];
	return to + 4;
}

/* hold keeps the 0 to 2 bytes of a group that is not whole; col counts letters. */
static char *b64_group(struct enc_state *st, const unsigned char *g, char *to)
{
	to = b64_put(to, (uint32_t)g[0] << 16 | (uint32_t)g[1] << 8 | g[2]);
	if ((st->col += 4) == 76) {
		*to++ = '\n';
		st->col = 0;
	}
	return to;
}

static char *b64_encode_piece(struct enc_state *st, struct slice in, bool last, char *to)
{
	unsigned char *hold = (unsigned char *)st->hold;
	const unsigned char *p = (const unsigned char *)in.p;
	const unsigned char *end = in.n ? p + in.n : p;

	while (st->held && p < end) {
		hold[st->held++] = *p++;
		if (st->held == 3) {
			to = b64_group(st, hold, to);
			st->held = 0;
		}
	}
	while (end - p >= 3) {
		size_t lines = st->col ? 0 : vec_b64_encode(p, (size_t)(end - p), to) / LINE_BYTES;

		p += lines * LINE_BYTES;
		to += lines * LINE_SIZE;
		do {
			if (end - p < 3)
				break;
			to = b64_group(st, p, to);
			p += 3;
		} while (st->col);
	}
	while (p < end)
		hold[st->held++] = *p++;
	if (last && st->held) {
		to = b64_put(to, (uint32_t)hold[0] << 16 | (st->held == 2 ? (uint32_t)hold[1] << 8 : 0));
		to[-1] = '=';
		if (st->held == 1)
			to[-2] = '=';
		st->col += 4;
		st->held = 0;
	}
	if (last && st->col)
		*to++ = '\n';
	return to;
}

static int b64_encode(struct enc_state *st, struct slice in, bool last, struct str *out)
{
	char buf[BLOCK_LINES * LINE_SIZE + MORE_LINES];
	size_t room = in.n / LINE_BYTES * LINE_SIZE + MORE_LINES;

	if (room <= out->max - out->n && str_reserve(out, room) == 0) {
		str_grown(out, b64_encode_piece(st, in, last, out->p + out->n));
		return 0;
	}
	do {
		struct slice part = sl_head(in, BLOCK_LINES * LINE_BYTES);
		char *to;

		in = sl_skip(in, part.n);
		to = b64_encode_piece(st, part, last && in.n == 0, buf);
		if (str_add(out, buf, (size_t)(to - buf)) != 0)
			return -1;
	} while (in.n);
	return 0;
}

/* ---- uuencode: decoding only ---- */

/* "begin 644 name": the name is not looked at, so it can lead nowhere. */
static bool uu_is_begin(struct slice line)
{
	struct slice word;
	size_t digits = 0;

	if (!sl_starts(line, "begin "))
		return false;
	line = sl_skip(line, 6);
	if (!sl_word(&line, &word))
		return false;
	while (digits < word.n && word.p[digits] >= '0' && word.p[digits] <= '7')
		digits++;
	return digits == word.n && digits >= 3 && digits <= 4;
}

/* How many bytes a line of data says that it holds; 0: it is none. */
static size_t uu_says(struct slice line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < 32 || line.p[i] > 96)
			return 0;
	return line.n ? (size_t)(line.p[0] - 32) & 63 : 0;
}

static size_t uu_letters(size_t bytes)
{
	return 1 + (bytes + 2) / 3 * 4;
}

static int uu_line(struct enc_state *st, struct str *out)
{
	struct slice line = sl_make(st->hold, st->held);
	unsigned char buf[64];
	size_t n, made = 0;

	while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n'))
		line.n--;
	st->held = 0;
	n = uu_says(line);
	if (st->col == 0) {
		st->col = uu_is_begin(line) || (n && line.n == uu_letters(n));  /* some forget to begin */
		if (!st->col || n == 0)
			return 0;
	}
	if (sl_is(line, "end") || (line.n == 1 && (line.p[0] == '`' || line.p[0] == ' '))) {
		st->done = true;
		return 0;
	}
	if (n == 0 || (line.n > 1 && line.n * 2 < uu_letters(n)))       /* nor junk between */
		return 0;
	for (size_t i = 1; made < n; i += 4) {
		uint32_t bits = 0;

		/* blanks cut off a line's end stood for zeros */
		for (size_t k = i; k < i + 4; k++)
			bits = bits << 6 | (k < line.n ? (uint32_t)(line.p[k] - 32) & 63 : 0);
		for (int shift = 16; shift >= 0 && made < n; shift -= 8)
			buf[made++] = (unsigned char)(bits >> shift);
	}
	return str_add(out, buf, made);
}

/* Of a line longer than hold the rest is dropped: no line of uuencode is. */
static int uu_decode(struct enc_state *st, struct slice in, bool last, struct str *out)
{
	for (size_t i = 0; i < in.n && !st->done; i++) {
		if (in.p[i] == '\n') {
			if (uu_line(st, out) != 0)
				return -1;
		} else if (st->held < sizeof(st->hold)) {
			st->hold[st->held++] = in.p[i];
		}
	}
	return last && st->held && !st->done ? uu_line(st, out) : 0;
}

/* ---- the door ---- */

void enc_init(struct enc_state *st, enum enc enc, bool encode)
{
	bug_on(encode && (enc == ENC_UU || enc == ENC_UNKNOWN));
	memset(st, 0, sizeof(*st));
	st->enc = enc;
	st->encode = encode;
}

int enc_feed(struct enc_state *st, struct slice in, bool last, struct str *out)
{
	switch (st->enc) {
	case ENC_QP:
		return st->encode ? qp_encode(st, in, last, out) : qp_decode(st, in, last, out);
	case ENC_BASE64:
		return st->encode ? b64_encode(st, in, last, out) : b64_decode(st, in, last, out);
	case ENC_UU:
		return uu_decode(st, in, last, out);
	case ENC_7BIT:
	case ENC_8BIT:
	case ENC_BINARY:
	case ENC_UNKNOWN:
		return str_addsl(out, in);
	}
	return 0;
}

/* ---- as a source ---- */

struct filter {
	struct src *in;
	struct enc_state st;
	struct str out;
	size_t given;
	bool end;
	char buf[];
};
#define FILTER_BLOCK ((size_t)48 << 10)         /* with its result within a near cache */

static ssize_t filter_read(struct src *src, void *buf, size_t n, struct err *err)
{
	struct filter *f = src->ctx;
	size_t made = 0;

	/* All that was asked for: a file is best written in whole pages. */
	while (made < n) {
		size_t some = MIN(n - made, f->out.n - f->given);
		ssize_t got;

		if (some)
			memcpy((char *)buf + made, f->out.p + f->given, some);
		f->given += some;
		made += some;
		if (made == n || (f->end && f->given == f->out.n))
			break;
		if (f->end)
			continue;
		got = src_read(f->in, f->buf, FILTER_BLOCK, err);
		if (got < 0)
			return -1;
		str_clear(&f->out);
		f->given = 0;
		f->end = got == 0;
		/* a block grows fourfold at most */
		bug_on(enc_feed(&f->st, sl_make(f->buf, (size_t)got), f->end, &f->out) != 0);
	}
	return (ssize_t)made;
}

static void filter_release(struct src *src)
{
	struct filter *f = src->ctx;

	if (!f)
		return;
	str_release(&f->out);
	free(f);
	src->ctx = NULL;
}

void enc_src(struct src *src, struct src *in, enum enc enc, bool encode)
{
	struct filter *f = mem_alloc(sizeof(*f) + FILTER_BLOCK);

	*f = (struct filter){ .in = in };
	enc_init(&f->st, enc, encode);
	str_init(&f->out, 4 * FILTER_BLOCK + 1024);
	memset(src, 0, sizeof(*src));
	src->fd = -1;
	src->read = filter_read;
	src->release = filter_release;
	src->ctx = f;
}
