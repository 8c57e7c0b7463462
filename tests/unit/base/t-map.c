/* SPDX-License-Identifier: GPL-3.0-or-later
 * map: against a plain list, in order, and with a million keys */
#include "../../tap.h"

static void *num(size_t n)
{
	return (void *)(uintptr_t)n;
}

static struct slice key_of(char buf[32], size_t n)
{
	snprintf(buf, 32, "UID%08zx-%zu", n * 2654435761u, n);
	return sl(buf);
}

static void test_basics(void)
{
	struct map *m = map_new();
	struct slice key;
	void *value;
	size_t it = 0;

	ok(map_get(m, SL("x")) == NULL && map_count(m) == 0, "empty");
	ok(map_del(m, SL("x")) == NULL, "nothing to delete");
	ok(!map_next(m, &it, &key, &value), "nothing to walk");
	ok(map_put(m, SL(""), num(1)) == NULL, "the empty key");
	ok(map_put(m, sl_make("\0", 1), num(2)) == NULL, "a NUL is another");
	ok(map_put(m, SL("a"), num(3)) == NULL, "a third");
	ok(map_get(m, SL_NONE) == num(1) && map_get(m, sl_make("\0", 1)) == num(2), "both are found");
	ok(map_put(m, SL("a"), num(4)) == num(3), "put gives what was there");
	ok(map_get(m, SL("a")) == num(4) && map_count(m) == 3, "and replaces it");
	ok(map_del(m, SL("")) == num(1) && map_count(m) == 2, "delete gives what was there");
	ok(map_get(m, SL("")) == NULL && map_get(m, SL("a")) == num(4), "only that is gone");
	it = 0;
	ok(map_next(m, &it, &key, &value) && key.n == 1 && value == num(2), "walk: first");
	ok(map_next(m, &it, &key, &value) && sl_is(key, "a") && value == num(4), "walk: second");
	ok(!map_next(m, &it, &key, &value), "walk: end");
	map_free(&m);
	ok(m == NULL, "free forgets");
	map_free(&m);
}

#define KEYS 300

/* 40,000 random changes; the list beside it is the order of insertion. */
static void test_against_list(void)
{
	struct map *m = map_new();
	size_t value[KEYS] = { 0 }, born[KEYS] = { 0 }, clock = 0, alive = 0, it = 0, last = 0, seen = 0;
	bool same = true, ordered = true;
	struct slice key;
	char buf[32];
	void *got;

	rt_set_seed(7);
	for (size_t step = 1; step <= 40000; step++) {
		uint32_t r;
		size_t i;
		void *was;

		rt_random(&r, sizeof(r));
		i = r % KEYS;
		key = key_of(buf, i);
		if (r >> 16 & 1) {
			was = map_put(m, key, num(step));
			same &= was == num(value[i]);
			if (!value[i]) {
				born[i] = ++clock;
				alive++;
			}
			value[i] = step;
		} else {
			was = map_del(m, key);
			same &= was == num(value[i]);
			alive -= value[i] != 0;
			value[i] = 0;
		}
		same &= map_count(m) == alive;
	}
	ok(same, "40,000 changes give what a list gives");
	while (map_next(m, &it, &key, &got)) {
		size_t i;

		for (i = 0; i < KEYS && !sl_eq(key, key_of(buf, i)); )
			i++;
		ordered &= i < KEYS && got == num(value[i]) && born[i] > last;
		last = i < KEYS ? born[i] : 0;
		seen++;
	}
	ok(ordered && seen == alive, "walked in the order of insertion");
	map_free(&m);
	rt_set_seed(0);
}

static void test_million(void)
{
	struct map *m = map_new();
	size_t n = 1000000, found = 0;
	int64_t start = rt_mono();
	char buf[32];

	for (size_t i = 0; i < n; i++)
		map_put(m, key_of(buf, i), num(i + 1));
	for (size_t i = 0; i < n; i++)
		found += map_get(m, key_of(buf, i)) == num(i + 1);
	ok(found == n && map_count(m) == n, "a million keys are found");
	tap_note("a million put and found in %lld ms", (long long)(rt_mono() - start) / 1000);
	for (size_t i = 0; i < n; i += 2)
		map_del(m, key_of(buf, i));
	ok(map_count(m) == n / 2 && map_get(m, key_of(buf, 0)) == NULL &&
		map_get(m, key_of(buf, n - 1)) == num(n), "half of them deleted");
	map_free(&m);
}

/* One key over and over must not take more memory each time. */
static void test_churn(void)
{
	struct map *m = map_new();
	char big[4096];
	size_t it = 0, n = 0;
	struct slice key;
	void *value;

	memset(big, 'k', sizeof(big));
	for (size_t i = 0; i < 20000; i++) {
		memcpy(big, &i, sizeof(i));
		map_put(m, sl_make(big, sizeof(big)), num(1));
		if (i >= 8) {
			size_t old = i - 8;

			memcpy(big, &old, sizeof(old));
			map_del(m, sl_make(big, sizeof(big)));
		}
	}
	while (map_next(m, &it, &key, &value))
		n++;
	is_int((long long)n, 8, "80 MB of keys come and go");
	map_free(&m);
}

static void test_hash(void)
{
	ok(hash64("a", 1) == hash64("a", 1), "one hash a run");
	ok(hash64("a", 1) != hash64("b", 1) && hash64("", 0) != hash64("\0", 1), "that differs");
}

int main(void)
{
	test_basics();
	test_against_list();
	test_million();
	test_churn();
	test_hash();
	return tap_done();
}
