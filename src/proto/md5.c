/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * md5: the digest of RFC 1321, for APOP (RFC 1939 section 7) and nothing else.
 * It protects nothing today; no library that we link offers it undeprecated.
 */
#include "base/base.h"
#include "proto/priv.h"

struct md5 { uint32_t h[4]; unsigned char block[64]; uint64_t n; };

static const uint32_t sines[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613,
	0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193,
	0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d,
	0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
	0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122,
	0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
	0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244,
	0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
	0xeb86d391,
};
static const unsigned char shifts[4][4] = {
	{ 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 },
};

static void one_block(struct md5 *m)
{
	uint32_t a = m->h[0], b = m->h[1], c = m->h[2], d = m->h[3], x[16];

	for (unsigned i = 0; i < 16; i++)
		x[i] = (uint32_t)m->block[4 * i] | (uint32_t)m->block[4 * i + 1] << 8 |
			(uint32_t)m->block[4 * i + 2] << 16 | (uint32_t)m->block[4 * i + 3] << 24;
	for (unsigned i = 0; i < 64; i++) {
		uint32_t f, t;
		unsigned g, r = shifts[i / 16][i % 4];

		if (i < 16)
			f = (b & c) | (~b & d), g = i;
		else if (i < 32)
			f = (d & b) | (~d & c), g = (5 * i + 1) % 16;
		else if (i < 48)
			f = b ^ c ^ d, g = (3 * i + 5) % 16;
		else
			f = c ^ (b | ~d), g = (7 * i) % 16;
		t = a + f + sines[i] + x[g];
		a = d;
		d = c;
		c = b;
		b += t << r | t >> (32 - r);
	}
	m->h[0] += a;
	m->h[1] += b;
	m->h[2] += c;
	m->h[3] += d;
}

static void add(struct md5 *m, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		m->block[m->n++ % 64] = (unsigned char)s.p[i];
		if (m->n % 64 == 0)
			one_block(m);
	}
}

void md5_hex(struct slice a, struct slice b, char out[33])
{
	struct md5 m = { .h = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } };
	uint64_t bits;
	char len[8];

	add(&m, a);
	add(&m, b);
	bits = m.n * 8;
	add(&m, SL("\x80"));
	while (m.n % 64 != 56)
		add(&m, sl_make("", 1));
	for (unsigned i = 0; i < 8; i++)
		len[i] = (char)(bits >> 8 * i);
	add(&m, sl_make(len, sizeof(len)));
	for (unsigned i = 0; i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", m.h[i / 4] >> 8 * (i % 4) & 255);
	mem_wipe(&m, sizeof(m));
}
