/* SPDX-License-Identifier: GPL-3.0-or-later
 * The vector loops against byte by byte: the same results for every length and
 * alignment, in pieces of every size, with whatever may stand between.  Inputs end
 * where their memory does, so that a byte too many is seen. */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"
#include "../../tap.h"

static uint32_t seed = 1;

static uint32_t next(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * n >> 32);
}

/* ---- one input, both ways ---- */

struct way { enum enc enc; bool encode; size_t step; };

/* In pieces of step bytes, each a block of memory of its own at that alignment. */
static void convert(const struct way *w, struct slice in, size_t align, struct str *out)
{
	struct enc_state st;

	str_clear(out);
	enc_init(&st, w->enc, w->encode);
	do {
		struct slice part = sl_head(in, w->step);
		char *room = mem_alloc(part.n + align + 1), *p = room + 1;

		p += align;
		in = sl_skip(in, part.n);
		if (part.n)
			memcpy(p, part.p, part.n);
		enc_feed(&st, sl_make(p, part.n), in.n == 0, out);
		free(room);
	} while (in.n);
}

static struct str fast, slow;
static int bad;

static void compare(const struct way *w, struct slice in, size_t align)
{
	vec_plain(false);
	convert(w, in, align, &fast);
	vec_plain(true);
	convert(w, in, align, &slow);
	vec_plain(false);
	if (sl_eq(str_sl(&fast), str_sl(&slow)) || bad++)
		return;
	is_slice(str_sl(&fast), str_sl(&slow), "%zu bytes at %zu in pieces of %zu", in.n, align, w->step);
	tap_note("input: " SL_FMT, SL_ARG(in));
}

static const size_t steps[] = { 1, 2, 3, 5, 7, 31, 32, 33, 57, 63, 64, 65, 76, 77, 78, 79, 127, 128, 129, 191, 4096 };

/* Whole, in pieces of some size and of single bytes, which no vector ever sees. */
static void in_steps(struct way w, struct slice in, size_t align)
{
	size_t sizes[] = { SIZE_MAX, steps[next(ARRAY_LEN(steps))], 1 };
	struct str whole;

	str_init(&whole, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		w.step = sizes[i];
		compare(&w, in, align);
		if (i == 0)
			str_addsl(&whole, str_sl(&fast));
		else if (!sl_eq(str_sl(&fast), str_sl(&whole)) && !bad++)
			is_slice(str_sl(&fast), str_sl(&whole), "%zu bytes in pieces of %zu as they are whole", in.n, w.step);
	}
	str_release(&whole);
}

/* ---- inputs ---- */

static void noise(struct str *s, size_t n)
{
	str_clear(s);
	while (s->n < n)
		str_addc(s, (char)next(256));
}

enum { CLEAN, ENDS, ODD, PADDED, N_KINDS };

/* Lines of base64 with ends of one kind, of any length when they are ODD, and junk in them. */
static void letters(struct str *s, size_t n, const char *end, int kind)
{
	static const char *const junk[] = { " ", "\t", "\r", "-", "_", "=", "==", "\x80", "\xff", "\n\n", "!", "@", "[", "`", "{", "\x2c", "\x3a" };
	size_t room = kind == ODD ? 1 + next(100) : 76, col = 0;

	str_clear(s);
	while (s->n < n) {
		str_addc(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[next(64)]);
		if (++col == room) {
			str_adds(s, end);
			col = 0;
		}
		if (kind == PADDED && next(150) == 0)
			str_adds(s, junk[next(ARRAY_LEN(junk))]);
	}
	str_cut(s, n);
}

static void quoted(struct str *s, size_t n, unsigned odd)
{
	static const char *const pieces[] = {
		"=C3=A9", "=\n", "=\r\n", "\r\n", "\n", " \n", "\t \r\n", "=20", "=", "==", "= \n", "=A", "=ZZ", "\r", "\r\r\n", " ", "  ",
		"=3D", "\x80", "=e2=82=ac", "=\r", "=\t \r\n",
	};

	str_clear(s);
	while (s->n < n) {
		if (next(100) < odd)
			str_adds(s, pieces[next(ARRAY_LEN(pieces))]);
		else
			str_addc(s, (char)('a' + next(26)));
		if (next(4000) == 0)
			for (unsigned k = next(200); k; k--)
				str_addc(s, next(2) ? ' ' : '\t');
	}
	str_cut(s, n);
}

/* ---- tests ---- */

static void test_base64(void)
{
	static const char *const ends[] = { "\n", "\r\n", "\r", "", "\n\n", " \n" };
	static const char *const names[] = { "clean lines", "ends of all kinds", "lines of any length", "junk and padding" };
	struct way dec = { .enc = ENC_BASE64 }, enc = { .enc = ENC_BASE64, .encode = true };
	struct str s;

	str_init(&s, STR_MAX);
	for (int kind = 0; kind < N_KINDS; kind++) {
		bad = 0;
		for (size_t n = 0; n < 700; n++) {
			letters(&s, n, kind == CLEAN ? "\n" : ends[next(ARRAY_LEN(ends))], kind);
			in_steps(dec, str_sl(&s), n % 33);
		}
		is_int(bad, 0, "base64 decoded is the same both ways: %s", names[kind]);
	}
	bad = 0;
	for (size_t n = 0; n < 700; n++) {
		noise(&s, n);
		in_steps(enc, str_sl(&s), n % 33);
		in_steps(dec, str_sl(&s), n % 33);
	}
	is_int(bad, 0, "base64 encoded, and noise decoded, are the same both ways");
	str_release(&s);
}

/* Each byte at each place of three vectors and a line end. */
static void test_each_byte(void)
{
	struct way dec = { .enc = ENC_BASE64, .step = SIZE_MAX };
	struct str s;

	str_init(&s, STR_MAX);
	bad = 0;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 79; at++) {
			letters(&s, 156, at % 2 ? "\n" : "\r\n", CLEAN);
			s.p[at] = (char)c;
			compare(&dec, str_sl(&s), 0);
		}
	is_int(bad, 0, "every byte at every place of a line is taken the same both ways");
	str_release(&s);
}

static void test_qp(void)
{
	struct way dec = { .enc = ENC_QP };
	struct str s;

	str_init(&s, STR_MAX);
	for (unsigned odd = 2; odd <= 80; odd += 26) {
		bad = 0;
		for (size_t n = 0; n < 900; n++) {
			quoted(&s, n, odd);
			in_steps(dec, str_sl(&s), n % 33);
		}
		is_int(bad, 0, "quoted-printable decoded is the same both ways, %u of 100 odd", odd);
	}
	str_release(&s);
}

static void test_qp_encode(void)
{
	static const char *const words[] = {
		"word ", "\n", "From ", ".", " \n", "\xed\x95\x9c\xea\xb8\x80", "=", "x", "\t", "\xc3\xa9t\xc3\xa9 ", "\x80\x80\x80\x80",
	};
	struct way enc = { .enc = ENC_QP, .encode = true };
	struct str s;

	str_init(&s, STR_MAX);
	bad = 0;
	for (size_t i = 0; i < 400; i++) {
		unsigned few = 1 + next(ARRAY_LEN(words));

		str_clear(&s);
		while (s.n < 600)
			str_adds(&s, words[next(few)]);
		in_steps(enc, str_sl(&s), i % 33);
	}
	is_int(bad, 0, "quoted-printable encoded does not depend on the pieces");
	str_release(&s);
}

static void test_lines(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	bad = 0;
	for (int i = 0; i < 20000; i++) {
		size_t n = next(300), align = next(33);
		uint64_t lines[2] = { 0, 0 };
		size_t took[2];
		char *room = mem_alloc(n + align + 1), *p = room + 1 + align;
		unsigned every = 1 + next(90);

		for (size_t k = 0; k < n; k++)
			p[k] = next(every) == 0 ? '\n' : next(12) == 0 ? '-' : 'x';
		for (int way = 0; way < 2; way++) {
			vec_plain(way);
			took[way] = vec_skip_lines(p, n, '-', &lines[way]);
		}
		vec_plain(false);
		bad += took[0] != took[1] || lines[0] != lines[1];
		free(room);
	}
	is_int(bad, 0, "lines are skipped and counted the same both ways");
	str_release(&s);
}

/* A result as large as its limit is made though there is no room for whole vectors. */
static void test_tight(void)
{
	struct str s, out;
	struct enc_state st;

	str_init(&s, STR_MAX);
	letters(&s, 400, "\n", CLEAN);
	str_init(&out, STR_MAX);
	enc_init(&st, ENC_BASE64, false);
	enc_feed(&st, str_sl(&s), true, &out);
	for (int less = 0; less < 2; less++) {
		struct str tight;

		str_init(&tight, out.n - (size_t)less);
		enc_init(&st, ENC_BASE64, false);
		is_int(enc_feed(&st, str_sl(&s), true, &tight), -less, less ? "a byte less is too little" : "a limit that is met exactly");
		ok(less || sl_eq(str_sl(&tight), str_sl(&out)), "... and the result is whole");
		str_release(&tight);
	}
	str_release(&s);
	str_release(&out);
}

int main(void)
{
	str_init(&fast, STR_MAX);
	str_init(&slow, STR_MAX);
	if (!vec_is_fast())
		tap_note("this processor has no AVX2: both ways are one");
	test_base64();
	test_each_byte();
	test_qp();
	test_qp_encode();
	test_lines();
	test_tight();
	str_release(&fast);
	str_release(&slow);
	return tap_done();
}
