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

AVX2_INLINE __m256i is_one_of(__m256i v, char a, char b)
{
	return _mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(a)), _mm256_cmpeq_epi8(v, _mm256_set1_epi8(b)));
}

/* Bits for what is more than text in 64 bytes.  A line end is, where blanks may
 * stand before it. */
AVX2_INLINE uint64_t qp_special(const char *p)
{
	__m256i a = load(p), b = load(p + 32), lf = _mm256_set1_epi8('\n');
	uint64_t marks = (uint32_t)_mm256_movemask_epi8(is_one_of(a, '=', '\r')) |
		(uint64_t)(uint32_t)_mm256_movemask_epi8(is_one_of(b, '=', '\r')) << 32;
	uint64_t blanks = (uint32_t)_mm256_movemask_epi8(is_one_of(a, ' ', '\t')) |
		(uint64_t)(uint32_t)_mm256_movemask_epi8(is_one_of(b, ' ', '\t')) << 32;
	uint64_t ends = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, lf)) |
		(uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, lf)) << 32;

	return marks | (ends & (blanks << 1 | 1));
}

AVX2_INLINE void copy64(char *to, const char *from)
{
	__m256i a = load(from), b = load(from + 32);

	store(to, a);
	store(to + 32, b);
}

AVX2_INLINE bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What is special in 64 bytes is looked at in turn; what is between two of them
 * is copied by whole vectors, wanted or not. */
AVX2 static char *qp_avx2(const char **from, const char *end, char *to)
{
	const char *p = *from;

	while (end - p >= 128) {
		uint64_t bits = qp_special(p);
		size_t done = 0;

		soon(p);
		while (bits) {
			size_t at = (size_t)__builtin_ctzll(bits);
			const char *c = p + at;
			int hex = *c == '=' ? hex_byte(c + 1) : -1;

			copy64(to, p + done);
			to += at - done;
			if (hex >= 0) {
				do {            /* they rarely come alone */
					*to++ = (char)hex;
					c += 3;
				} while (c < p + 64 && *c == '=' && (hex = hex_byte(c + 1)) >= 0);
			} else if (*c == '=' && c[1] == '\n') {
				c += 2;
			} else if (*c == '=' && c[1] == '\r' && c[2] == '\n') {
				c += 3;
			} else if ((*c == '\n' || (*c == '\r' && c[1] == '\n')) && (c == *from || !is_blank(c[-1]))) {
				*to++ = *c++;   /* the LF behind a CR is text */
			} else {
				*from = c;
				return to;
			}
			done = (size_t)(c - p);
			bits &= done < 64 ? ~UINT64_C(0) << done : 0;
		}
		if (done < 64) {
			copy64(to, p + done);
			to += 64 - done;
			done = 64;
		}
		p += done;
	}
	*from = p;
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
