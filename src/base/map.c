/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * map: bytes to pointer.  Entries lie in the order in which they were put; an
 * open-addressed table of their numbers (linear probing, at most 3/4 full)
 * finds them by SipHash-1-3 under a key of this process, so that nobody
 * outside can choose colliding keys.  Keys are copied into blocks.
 *
 * Invariants: a deleted entry has key NULL and stands in no slot; a slot holds
 * the number of a living entry plus one, or 0.
 */
#include "base/base.h"

#define BLOCK ((size_t)64 * 1024)

struct entry { const char *key; void *value; uint32_t len, hash; };
struct block { struct block *next; size_t used, size; char bytes[]; };

struct map {
	struct entry *entries;
	uint32_t *slots;
	size_t n, cap;                  /* entries, with the deleted ones    */
	size_t n_slots;                 /* 0 or a power of two               */
	size_t living;
	size_t key_bytes, dead_bytes;   /* in the blocks                     */
	struct block *blocks;
};

static inline uint64_t rotl(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1]; v[1] = rotl(v[1], 13) ^ v[0]; v[0] = rotl(v[0], 32);
	v[2] += v[3]; v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3]; v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1]; v[1] = rotl(v[1], 17) ^ v[2]; v[2] = rotl(v[2], 32);
}

static uint64_t load64(const unsigned char *p, size_t n)
{
	uint64_t word = 0;

	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)p[i] << (8 * i);
	return word;
}

static uint64_t siphash13(const uint64_t key[2], const unsigned char *p, size_t n)
{
	uint64_t v[4] = {
		key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
		key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u,
	};
	uint64_t last = (uint64_t)n << 56;

	for (; n >= 8; p += 8, n -= 8) {
		uint64_t word = load64(p, 8);

		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	last |= load64(p, n);
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xFF;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash64(const void *p, size_t n)
{
	static uint64_t key[2];
	static bool ready;

	if (!ready) {
		rt_random(key, sizeof(key));
		ready = true;
	}
	return siphash13(key, p, n);
}

struct map *map_new(void)
{
	return mem_zalloc(sizeof(struct map));
}

static void free_blocks(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void map_free(struct map **mp)
{
	if (!*mp)
		return;
	free_blocks((*mp)->blocks);
	free((*mp)->entries);
	free((*mp)->slots);
	free(*mp);
	*mp = NULL;
}

static const char *keep_key(struct map *m, struct slice key)
{
	struct block *b = m->blocks;
	char *p;

	if (!b || b->size - b->used < key.n) {
		size_t size = MAX(m->cap < 64 ? (size_t)1024 : BLOCK, key.n);

		b = mem_alloc(sizeof(*b) + size);
		*b = (struct block){ .next = m->blocks, .size = size };
		m->blocks = b;
	}
	p = b->bytes + b->used;
	if (key.n)
		memcpy(p, key.p, key.n);
	b->used += key.n;
	m->key_bytes += key.n;
	return p;
}

/* Where the key stands, or the free slot where it would. */
static size_t find_slot(const struct map *m, struct slice key, uint32_t hash)
{
	size_t mask = m->n_slots - 1, at = hash & mask;

	for (; m->slots[at]; at = (at + 1) & mask) {
		const struct entry *e = &m->entries[m->slots[at] - 1];

		if (e->hash == hash && sl_eq(sl_make(e->key, e->len), key))
			break;
	}
	return at;
}

/* Drops deleted entries, and their keys where these are the larger part. */
static void compact(struct map *m)
{
	struct block *old = NULL;
	size_t to = 0;

	if (m->dead_bytes > m->key_bytes / 2) {
		old = m->blocks;
		m->blocks = NULL;
		m->key_bytes = m->dead_bytes = 0;
	}
	for (size_t i = 0; i < m->n; i++) {
		struct entry e = m->entries[i];

		if (!e.key)
			continue;
		if (old)
			e.key = keep_key(m, sl_make(e.key, e.len));
		m->entries[to++] = e;
	}
	m->n = to;
	free_blocks(old);
}

/* Makes room for one more entry and its slot. */
static void make_room(struct map *m)
{
	size_t mask;

	if (m->n < m->cap && (m->n + 1) * 4 <= m->n_slots * 3)
		return;
	if (m->living < m->n)
		compact(m);
	if (m->n_slots == 0 || m->living * 2 >= m->n_slots) {
		m->n_slots = m->n_slots ? m->n_slots * 2 : 16;
		m->cap = m->n_slots / 4 * 3;
		bug_on(m->cap >= UINT32_MAX);
		m->entries = mem_array(m->entries, m->cap, sizeof(*m->entries));
		free(m->slots);
		m->slots = mem_array(NULL, m->n_slots, sizeof(*m->slots));
	}
	memset(m->slots, 0, m->n_slots * sizeof(*m->slots));
	mask = m->n_slots - 1;
	for (size_t i = 0; i < m->n; i++) {
		size_t at = m->entries[i].hash & mask;

		while (m->slots[at])
			at = (at + 1) & mask;
		m->slots[at] = (uint32_t)i + 1;
	}
}

void *map_get(const struct map *m, struct slice key)
{
	size_t at;

	if (m->living == 0)
		return NULL;
	at = find_slot(m, key, (uint32_t)hash64(key.p, key.n));
	return m->slots[at] ? m->entries[m->slots[at] - 1].value : NULL;
}

void *map_put(struct map *m, struct slice key, void *value)
{
	uint32_t hash = (uint32_t)hash64(key.p, key.n);
	size_t at;

	bug_on(key.n >= UINT32_MAX);
	make_room(m);
	at = find_slot(m, key, hash);
	if (m->slots[at]) {
		struct entry *e = &m->entries[m->slots[at] - 1];
		void *before = e->value;

		e->value = value;
		return before;
	}
	m->entries[m->n] = (struct entry){ keep_key(m, key), value, (uint32_t)key.n, hash };
	m->slots[at] = (uint32_t)++m->n;
	m->living++;
	return NULL;
}

/* Empties a slot and moves up those that were pushed past it. */
static void clear_slot(struct map *m, size_t hole)
{
	size_t mask = m->n_slots - 1;

	for (size_t at = (hole + 1) & mask; m->slots[at]; at = (at + 1) & mask) {
		size_t home = m->entries[m->slots[at] - 1].hash & mask;

		if (((at - home) & mask) >= ((at - hole) & mask)) {
			m->slots[hole] = m->slots[at];
			hole = at;
		}
	}
	m->slots[hole] = 0;
}

void *map_del(struct map *m, struct slice key)
{
	struct entry *e;
	size_t at;

	if (m->living == 0)
		return NULL;
	at = find_slot(m, key, (uint32_t)hash64(key.p, key.n));
	if (!m->slots[at])
		return NULL;
	e = &m->entries[m->slots[at] - 1];
	clear_slot(m, at);
	e->key = NULL;
	m->dead_bytes += e->len;
	m->living--;
	return e->value;
}

size_t map_count(const struct map *m)
{
	return m->living;
}

bool map_next(const struct map *m, size_t *it, struct slice *key, void **value)
{
	while (*it < m->n) {
		const struct entry *e = &m->entries[(*it)++];

		if (!e->key)
			continue;
		*key = sl_make(e->key, e->len);
		*value = e->value;
		return true;
	}
	return false;
}
