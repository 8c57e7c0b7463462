/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sip: SipHash-2-4 with a 128-bit result (Aumasson, Bernstein 2012), for
 * telling contents apart where an attacker may choose them but not the key.
 */
#include "base/base.h"

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

static void rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		v[0] += v[1]; v[1] = ROTL(v[1], 13); v[1] ^= v[0]; v[0] = ROTL(v[0], 32);
		v[2] += v[3]; v[3] = ROTL(v[3], 16); v[3] ^= v[2];
		v[0] += v[3]; v[3] = ROTL(v[3], 21); v[3] ^= v[0];
		v[2] += v[1]; v[1] = ROTL(v[1], 17); v[1] ^= v[2]; v[2] = ROTL(v[2], 32);
	}
}

static uint64_t load64(const unsigned char *p)
{
	uint64_t x = 0;

	for (int i = 7; i >= 0; i--)
		x = x << 8 | p[i];
	return x;
}

void sip_init(struct sip *s, const unsigned char key[16])
{
	uint64_t k0 = load64(key), k1 = load64(key + 8);

	s->v[0] = k0 ^ 0x736f6d6570736575u;
	s->v[1] = k1 ^ 0x646f72616e646f6du ^ 0xee;
	s->v[2] = k0 ^ 0x6c7967656e657261u;
	s->v[3] = k1 ^ 0x7465646279746573u;
	s->n = 0;
}

static void word(struct sip *s, uint64_t m)
{
	s->v[3] ^= m;
	rounds(s->v, 2);
	s->v[0] ^= m;
}

void sip_add(struct sip *s, struct slice in)
{
	size_t have = s->n & 7, i = 0;

	s->n += in.n;
	if (have) {
		while (have < 8 && i < in.n)
			s->tail[have++] = (unsigned char)in.p[i++];
		if (have < 8)
			return;
		word(s, load64(s->tail));
	}
	for (; in.n - i >= 8; i += 8)
		word(s, load64((const unsigned char *)in.p + i));
	if (i < in.n)
		memcpy(s->tail, in.p + i, in.n - i);
}

static void hex64(uint64_t x, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 8; i++, x >>= 8) {
		*out++ = digits[x >> 4 & 15];
		*out++ = digits[x & 15];
	}
}

/* The first half of what it gives. */
static uint64_t end(struct sip *s)
{
	uint64_t last = s->n << 56;

	for (size_t i = 0; i < (s->n & 7); i++)
		last |= (uint64_t)s->tail[i] << (8 * i);
	word(s, last);
	s->v[2] ^= 0xee;
	rounds(s->v, 4);
	return s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3];
}

uint64_t sip_u64(struct sip *s)
{
	uint64_t x = end(s), out = 0;

	/* digits stand byte by byte, the lowest first */
	for (int i = 0; i < 8; i++, x >>= 8)
		out = out << 8 | (x & 255);
	return out;
}

void sip_hex(struct sip *s, char out[33])
{
	hex64(end(s), out);
	s->v[1] ^= 0xdd;
	rounds(s->v, 4);
	hex64(s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3], out + 16);
	out[32] = 0;
}
