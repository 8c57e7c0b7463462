/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * vec: the inner loops of mime that look at every byte, 32 at once where the
 * processor can (AVX2, asked when the program runs), else byte by byte.
 *
 * Invariants: both ways give the same results, save that the base64 ones may
 * stop anywhere (their callers go on letter by letter).  Nothing before or
 * behind the input is read; behind the output at most VEC_SLACK bytes are
 * written, which the caller has room for.
 *
 * base64 after Mula and Lemire, "Faster Base64 Encoding and Decoding Using AVX2
 * Instructions" (2018).  Lines are of 76 letters in mail: two vectors and a third
 * that overlaps the second.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
#define HAVE_AVX2 1
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define AVX2_INLINE AVX2 __attribute__((always_inline)) static inline
#endif

#define LINE 76                 /* letters of a full line               */
#define LINE_BYTES 57           /* ... and the bytes that they stand for */

static bool plain;

void vec_plain(bool yes)
{
	plain = yes;
}

#ifdef HAVE_AVX2

static bool fast(void)
{
	return !plain && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

AVX2_INLINE __m256i load(const void *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

AVX2_INLINE void store(void *p, __m256i v)
{
	_mm256_storeu_si256((__m256i *)p, v);
}

/* What comes next is fetched from memory meanwhile: lines are not whole steps of
 * the caches, whose own guess is too short.  (An address is all it takes: it need
 * not be one that can be read.) */
AVX2_INLINE void soon(const void *p)
{
	_mm_prefetch((const char *)((uintptr_t)p + 1024), _MM_HINT_T0);
}

/* The same 16 bytes in both halves. */
#define BOTH(...) _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))

/* 32 letters as 24 bytes; *bad gets a bit where one of them is none: the classes
 * of its two halves have a bit in common. */
AVX2_INLINE __m256i from_letters(__m256i in, __m256i *bad)
{
	const __m256i low = BOTH(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
	const __m256i high = BOTH(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
	const __m256i roll = BOTH(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i order = BOTH(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	const __m256i slash = _mm256_set1_epi8(0x2f);
	__m256i upper = _mm256_and_si256(_mm256_srli_epi32(in, 4), slash);
	__m256i lower = _mm256_and_si256(in, slash);
	__m256i shift = _mm256_shuffle_epi8(roll, _mm256_add_epi8(_mm256_cmpeq_epi8(in, slash), upper));
	__m256i six = _mm256_add_epi8(in, shift);

	*bad = _mm256_and_si256(_mm256_shuffle_epi8(low, lower), _mm256_shuffle_epi8(high, upper));
	six = _mm256_maddubs_epi16(six, _mm256_set1_epi32(0x01400140));
	six = _mm256_madd_epi16(six, _mm256_set1_epi32(0x00011000));
	six = _mm256_shuffle_epi8(six, order);
	return _mm256_permutevar8x32_epi32(six, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7));
}

/* A line at in[0..76] and its end: bytes of both, or 0. */
AVX2_INLINE size_t full_line(const unsigned char *in, const unsigned char *end)
{
	if (end - in > LINE && in[LINE] == '\n')
		return LINE + 1;
	return end - in > LINE + 1 && in[LINE] == '\r' && in[LINE + 1] == '\n' ? LINE + 2 : 0;
}

AVX2 static size_t decode_avx2(const unsigned char *in, size_t n, unsigned char *out, size_t *made)
{
	const unsigned char *p = in, *end = in + n;
	unsigned char *to = out;
	__m256i bad, bad2, bad3;
	size_t line;

	while ((line = full_line(p, end))) {
		__m256i a = from_letters(load(p), &bad), b = from_letters(load(p + 32), &bad2);
		__m256i c = from_letters(load(p + LINE - 32), &bad3);

		soon(p);
		bad = _mm256_or_si256(_mm256_or_si256(bad, bad2), bad3);
		if (!_mm256_testz_si256(bad, bad))
			break;
		store(to, a);
		store(to + 24, b);
		store(to + LINE_BYTES - 24, c);
		to += LINE_BYTES;
		p += line;
	}
	while (end - p >= 32) {
		__m256i a = from_letters(load(p), &bad);

		soon(p);
		if (!_mm256_testz_si256(bad, bad))
			break;
		store(to, a);
		to += 24;
		p += 32;
	}
	*made = (size_t)(to - out);
	return (size_t)(p - in);
}

/* 24 bytes, of which 28 can be read, as 32 letters. */
AVX2_INLINE __m256i to_letters(const unsigned char *p)
{
	const __m256i order = BOTH(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
	const __m256i shift = BOTH(65, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 0, 0);
	__m256i in = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p)),
					     _mm_loadu_si128((const __m128i *)(p + 12)), 1);
	__m256i a, b, six, class;

	in = _mm256_shuffle_epi8(in, order);
	a = _mm256_mulhi_epu16(_mm256_and_si256(in, _mm256_set1_epi32(0x0fc0fc00)), _mm256_set1_epi32(0x04000040));
	b = _mm256_mullo_epi16(_mm256_and_si256(in, _mm256_set1_epi32(0x003f03f0)), _mm256_set1_epi32(0x01000010));
	six = _mm256_or_si256(a, b);
	class = _mm256_subs_epu8(six, _mm256_set1_epi8(51));
	class = _mm256_sub_epi8(class, _mm256_cmpgt_epi8(six, _mm256_set1_epi8(25)));
	return _mm256_add_epi8(six, _mm256_shuffle_epi8(shift, class));
}

AVX2 static size_t encode_avx2(const unsigned char *in, size_t n, char *out)
{
	const unsigned char *p = in, *end = in + n;

	for (; end - p >= LINE_BYTES + 4; p += LINE_BYTES, out += LINE + 1) {
		__m256i a = to_letters(p), b = to_letters(p + 24), c = to_letters(p + LINE_BYTES - 24);

		soon(p);
		store(out, a);
		store(out + 32, b);
		store(out + LINE - 32, c);
		out[LINE] = '\n';
	}
	return (size_t)(p - in);
}

/* For each set of eight bytes that go: where those that stay come from. */
static uint8_t kept_from[256][8];

static void make_kept_from(void)
{
	for (unsigned set = 0; set < 256; set++) {
		unsigned n = 0;

		for (unsigned i = 0; i < 8; i++)
			if (!(set >> i & 1))
				kept_from[set][n++] = (uint8_t)i;
	}
}

/* The first eight bytes of v without those of the set. */
AVX2_INLINE char *keep_eight(char *to, __m128i v, unsigned set)
{
	__m128i order = _mm_loadl_epi64((const __m128i *)kept_from[set]);

	_mm_storel_epi64((__m128i *)to, _mm_shuffle_epi8(v, order));
	return to + 8 - __builtin_popcount(set);
}

AVX2_INLINE char *keep(char *to, __m256i v, uint32_t gone)
{
	__m128i low = _mm256_castsi256_si128(v), high = _mm256_extracti128_si256(v, 1);

	to = keep_eight(to, low, gone & 255);
	to = keep_eight(to, _mm_srli_si128(low, 8), gone >> 8 & 255);
	to = keep_eight(to, high, gone >> 16 & 255);
	return keep_eight(to, _mm_srli_si128(high, 8), gone >> 24);
}

AVX2_INLINE __m256i is(__m256i v, char c)
{
	return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c));
}

AVX2_INLINE __m256i is_below(__m256i v, char first, char n)
{
	__m256i at = _mm256_sub_epi8(v, _mm256_set1_epi8(first));

	return _mm256_cmpeq_epi8(_mm256_min_epu8(at, _mm256_set1_epi8((char)(n - 1))), at);
}

AVX2_INLINE __m256i is_hex(__m256i v)
{
	return _mm256_or_si256(is_below(v, '0', 10), is_below(_mm256_or_si256(v, _mm256_set1_epi8(32)), 'a', 6));
}

AVX2_INLINE __m256i hex_digit(__m256i v)
{
	__m256i letter = _mm256_and_si256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8('9')), _mm256_set1_epi8(9));

	return _mm256_add_epi8(_mm256_and_si256(v, _mm256_set1_epi8(15)), letter);
}

/* 32 bytes: bytes, with what an escape means in place of its "="; bits where an escape or
 * a soft line break begins; stop: there is a bare "=", or a blank before a line end. */
struct qp_look { __m256i bytes; uint32_t escape, soft_lf, soft_crlf; bool stop; };

AVX2_INLINE struct qp_look qp_look(const char *p)
{
	__m256i a = load(p), b = load(p + 1), c = load(p + 2);
	__m256i equals = is(a, '='), lf = is(b, '\n'), crlf = _mm256_and_si256(is(b, '\r'), is(c, '\n'));
	__m256i ends = _mm256_or_si256(lf, crlf), blank = _mm256_or_si256(is(a, ' '), is(a, '\t'));
	__m256i escape = _mm256_and_si256(equals, _mm256_and_si256(is_hex(b), is_hex(c)));
	__m256i bare = _mm256_andnot_si256(_mm256_or_si256(escape, ends), equals);
	__m256i stop = _mm256_or_si256(bare, _mm256_and_si256(blank, ends));
	__m256i high = _mm256_and_si256(_mm256_slli_epi16(hex_digit(b), 4), _mm256_set1_epi8((char)0xf0));

	return (struct qp_look){
		.bytes = _mm256_blendv_epi8(a, _mm256_or_si256(high, hex_digit(c)), escape),
		.escape = (uint32_t)_mm256_movemask_epi8(escape),
		.soft_lf = (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(equals, lf)),
		.soft_crlf = (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(equals, crlf)),
		.stop = !_mm256_testz_si256(stop, stop),
	};
}

/* Every byte is looked at as if an escape began there, and what is too much is left out:
 * where escapes are is nothing that a processor can foresee. */
AVX2 static char *qp_avx2(const char **from, const char *end, char *to)
{
	const char *p = *from;
	uint64_t gone = 0;              /* of what stands at p, by what was before it */

	if (!kept_from[0][1])
		make_kept_from();
	while (end - p >= 66) {
		struct qp_look x = qp_look(p), y = qp_look(p + 32);
		uint64_t escape = x.escape | (uint64_t)y.escape << 32, crlf = x.soft_crlf | (uint64_t)y.soft_crlf << 32;
		uint64_t soft = crlf | x.soft_lf | (uint64_t)y.soft_lf << 32;

		soon(p);
		if (x.stop || y.stop)
			break;
		gone |= soft | (escape | soft) << 1 | (escape | crlf) << 2;
		if (gone) {
			to = keep(to, x.bytes, (uint32_t)gone);
			to = keep(to, y.bytes, (uint32_t)(gone >> 32));
		} else {
			store(to, x.bytes);
			store(to + 32, y.bytes);
			to += 64;
		}
		gone = (escape | soft) >> 63 | (escape | crlf) >> 62;
		p += 64;
	}
	*from = p + __builtin_popcountll(gone);
	return to;
}

/* For each set of escaped ones of four bytes: where what is written comes from, in
 * { four bytes, four high digits, four low digits, "====" }, and how much it is. */
static struct { uint8_t from[16]; } token_order[16];
static uint8_t token_bytes[16];

static void make_token_order(void)
{
	for (unsigned set = 0; set < 16; set++) {
		uint8_t *p = token_order[set].from, n = 0;

		for (unsigned i = 0; i < 4; i++) {
			if (set >> i & 1) {
				p[n++] = 12;
				p[n++] = (uint8_t)(4 + i);
				p[n++] = (uint8_t)(8 + i);
			} else {
				p[n++] = (uint8_t)i;
			}
		}
		token_bytes[set] = n;
	}
}

AVX2_INLINE char *four_tokens(char *to, __m128i v, unsigned set)
{
	__m128i order = _mm_loadu_si128((const __m128i *)token_order[set].from);

	_mm_storeu_si128((__m128i *)to, _mm_shuffle_epi8(v, order));
	return to + token_bytes[set];
}

AVX2 static char *qp_tokens_avx2(const char **from, const char *end, char *to)
{
	const __m128i hex = _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
	const __m128i nibble = _mm_set1_epi8(15), equals = _mm_set1_epi8('=');
	const char *p = *from;

	if (!token_bytes[0])
		make_token_order();
	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		__m128i ends = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\t')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
		__m128i no = _mm_or_si128(_mm_cmpeq_epi8(v, equals), _mm_cmpeq_epi8(v, _mm_set1_epi8(127)));
		__m128i text = _mm_or_si128(_mm_andnot_si128(no, _mm_cmpgt_epi8(v, _mm_set1_epi8(31))), ends);
		unsigned set = ~(unsigned)_mm_movemask_epi8(text) & 0xffff;
		__m128i high, low, a, b;

		if (set == 0) {
			_mm_storeu_si128((__m128i *)to, v);
			to += 16;
			continue;
		}
		high = _mm_shuffle_epi8(hex, _mm_and_si128(_mm_srli_epi16(v, 4), nibble));
		low = _mm_shuffle_epi8(hex, _mm_and_si128(v, nibble));
		a = _mm_unpacklo_epi32(v, high);
		b = _mm_unpacklo_epi32(low, equals);
		to = four_tokens(to, _mm_unpacklo_epi64(a, b), set & 15);
		to = four_tokens(to, _mm_unpackhi_epi64(a, b), set >> 4 & 15);
		a = _mm_unpackhi_epi32(v, high);
		b = _mm_unpackhi_epi32(low, equals);
		to = four_tokens(to, _mm_unpacklo_epi64(a, b), set >> 8 & 15);
		to = four_tokens(to, _mm_unpackhi_epi64(a, b), set >> 12);
	}
	*from = p;
	return to;
}

/* Line ends in 32 bytes, and bytes c behind them: begin has a bit where the
 * byte before was a line end. */
AVX2 static size_t lines_avx2(const char *in, size_t n, char c, uint64_t *lines)
{
	const __m256i lf = _mm256_set1_epi8('\n'), want = _mm256_set1_epi8(c);
	size_t i = 0, past = 0;
	uint64_t count = 0;
	unsigned begin = 1;

	for (; n - i >= 32; i += 32) {
		__m256i v = load(in + i);
		unsigned ends = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, lf));
		unsigned hit = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, want)) & (ends << 1 | begin);

		soon(in + i);
		if (hit) {
			unsigned at = (unsigned)__builtin_ctz(hit);

			*lines += count + (unsigned)__builtin_popcount(ends & ((1u << at) - 1));
			return i + at;
		}
		if (ends) {
			count += (unsigned)__builtin_popcount(ends);
			past = i + 32 - (unsigned)__builtin_clz(ends);
		}
		begin = ends >> 31;
	}
	*lines += count;
	return past;
}

#else

static bool fast(void)
{
	return false;
}

static size_t decode_avx2(const unsigned char *in UNUSED, size_t n UNUSED, unsigned char *out UNUSED, size_t *made UNUSED)
{
	return 0;
}

static size_t encode_avx2(const unsigned char *in UNUSED, size_t n UNUSED, char *out UNUSED)
{
	return 0;
}

static char *qp_avx2(const char **from UNUSED, const char *end UNUSED, char *to)
{
	return to;
}

static char *qp_tokens_avx2(const char **from UNUSED, const char *end UNUSED, char *to)
{
	return to;
}

static size_t lines_avx2(const char *in UNUSED, size_t n UNUSED, char c UNUSED, uint64_t *lines UNUSED)
{
	return 0;
}

#endif

/* ---- the doors ---- */

bool vec_is_fast(void)
{
	return fast();
}

size_t vec_b64_decode(const unsigned char *in, size_t n, unsigned char *out, size_t *made)
{
	*made = 0;
	return n >= 32 && fast() ? decode_avx2(in, n, out, made) : 0;
}

size_t vec_b64_encode(const unsigned char *in, size_t n, char *out)
{
	return fast() ? encode_avx2(in, n, out) : 0;
}

char *vec_qp_decode(const char **from, const char *end, char *to)
{
	return fast() ? qp_avx2(from, end, to) : to;
}

char *vec_qp_tokens(const char **from, const char *end, char *to)
{
	return fast() ? qp_tokens_avx2(from, end, to) : to;
}

size_t vec_skip_lines(const char *in, size_t n, char c, uint64_t *lines)
{
	size_t i = n >= 32 && fast() ? lines_avx2(in, n, c, lines) : 0;
	const char *end;

	while (i < n && in[i] != c && (end = memchr(in + i, '\n', n - i))) {
		i = (size_t)(end - in) + 1;
		++*lines;
	}
	return i;
}
