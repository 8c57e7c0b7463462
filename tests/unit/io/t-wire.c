/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lines between a job and its owner.
 */
#include "../../tap.h"
#include "io/io.h"

static struct err e;

static const struct { const char *line; bool fine; } cases[] = {
	{ "hello 1", true }, { "start 12 kind=fetch account=home", true }, { "answer 7 value=", true },
	{ "note 4294967295 a=%00%fF", true }, { "x 0 ", true }, { "a-b_c 1 d-e_f=1", true },
	{ "x 1 a=b=c", true },
	{ "", false }, { "hello", false }, { "hello ", false }, { " 1", false }, { "hello x", false },
	{ "hello -1", false }, { "hello 4294967296", false }, { "hello 1 x", false },
		{ "hello 1 =x", false },
	{ "hello 1 a=%", false }, { "hello 1 a=%0", false }, { "hello 1 a=%0g", false },
		{ "hello 1 a=b  c=d", false },
	{ "hello 1 a=b\tc", false }, { "hello 1 a=\xc3\xa9", false }, { "hello 1 a=b\n", false },
		{ "he\x01llo 1", false },
	{ "hello 1 a b=c", false }, { "hello 1 k\xff=c", false },
};

static void t_cases(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice in = sl(cases[i].line);
		char *exact = malloc(in.n + 1);         /* one byte less for ASan: see below */
		struct wire w;
		struct err why = ERR_INIT;

		free(exact);
		exact = in.n ? malloc(in.n) : malloc(1);
		memcpy(exact, in.p, in.n);
		is_int(wire_parse(sl_make(exact, in.n), &w, &why), cases[i].fine ? 0 : -1,
			"\"%s\" is %s", cases[i].line, cases[i].fine ? "a message" : "none");
		free(exact);
	}
}

static void t_values(void)
{
	struct wire w;
	struct str out;
	uint64_t n = 0;

	str_init(&out, 100);
	is_int(wire_parse(SL("item 7 kind=new"
		" what=a%20b%0D%0A%00 n=18446744073709551615 m=x kind=other"), &w, &e), 0, "parsed");
	ok(sl_is(w.verb, "item") && w.id == 7, "verb and number");
	ok(wire_get(&w, "kind", &out), "a value");
	is_str(out.p, "new", "the first of two");
	str_clear(&out);
	ok(wire_get(&w, "what", &out), "an encoded value");
	is_slice(str_sl(&out), SL("a b\r\n\0"), "decoded");
	ok(!wire_get(&w, "wha", &out) && !wire_get(&w, "", &out), "no key, no value");
	is_int(wire_get_u64(&w, "n", &n), 0, "a number");
	ok(n == UINT64_MAX, "up to 64 bits");
	is_int(wire_get_u64(&w, "m", &n), -1, "not a number");
	is_int(wire_get_u64(&w, "none", &n), -1, "not there");
	str_release(&out);
	str_init(&out, 2);
	ok(!wire_get(&w, "kind", &out) && out.n == 0, "a value over the caller's limit is refused whole");
	str_release(&out);
}

/* Every byte goes there and back. */
static void t_round(void)
{
	rt_set_seed(42);
	for (int i = 0; i < 300; i++) {
		unsigned char raw[600];
		struct slice value;
		struct str line, out;
		struct wire w;
		uint64_t n = 0, want;
		bool same;

		rt_random(raw, sizeof(raw));
		rt_random(&want, sizeof(want));
		value = sl_make((char *)raw, i < 256 ? (size_t)i : sizeof(raw));
		if (i < 256)
			raw[0] = (unsigned char)i;
		str_init(&line, WIRE_MAX);
		str_init(&out, STR_MAX);
		wire_start(&line, "item", (uint32_t)i);
		wire_add(&line, "value", value);
		wire_addn(&line, "n", want);
		wire_end(&line);
		same = !line.full && line.p[line.n - 1] == '\n' &&
			wire_parse(sl_head(str_sl(&line), line.n - 1), &w, &e) == 0 && w.id == (uint32_t)i &&
			wire_get(&w, "value", &out) && sl_eq(str_sl(&out), value) &&
			wire_get_u64(&w, "n", &n) == 0 && n == want;
		if (!same || i == 255)
			ok(same, "a value comes back as it was (round %d)", i);
		str_release(&line);
		str_release(&out);
	}
	rt_set_seed(0);
}

static void t_limit(void)
{
	struct str line;
	struct wire w;

	str_init(&line, STR_MAX);
	str_adds(&line, "x 1 a=");
	while (line.n < WIRE_MAX)
		str_addc(&line, 'b');
	is_int(wire_parse(str_sl(&line), &w, &e), 0, "a line of WIRE_MAX is a message");
	str_addc(&line, 'b');
	is_int(wire_parse(str_sl(&line), &w, &e), -1, "one byte more is not");
	is_int(e.kind, ERR_LIMIT, "and says why");
	str_release(&line);
	str_init(&line, WIRE_MAX);
	wire_start(&line, "x", 1);
	while (!line.full)
		wire_add(&line, "key", SL("a value of some length \xff"));
	ok(line.full && line.n <= WIRE_MAX, "a writer with that limit knows that its line is too long");
	str_release(&line);
}

/* Broken lines: no crash, and what is accepted can be asked. */
static void t_noise(void)
{
	int taken = 0;

	rt_set_seed(7);
	for (int i = 0; i < 20000; i++) {
		static const char alphabet[] = "ab1= %0f\n\xff-";
		unsigned char raw[24];
		struct slice s;
		struct wire w;
		struct str out;
		char *exact;

		rt_random(raw, sizeof(raw));
		for (size_t k = 1; k < sizeof(raw); k++)
			raw[k] = (unsigned char)alphabet[raw[k] % (sizeof(alphabet) - 1)];
		if (i % 2)
			memcpy(raw + 1, "a 1 b=", 6);
		s = sl_make((char *)raw + 1, raw[0] % (sizeof(raw) - 1));
		exact = malloc(s.n ? s.n : 1);
		memcpy(exact, s.p, s.n);
		s.p = exact;
		str_init(&out, 1000);
		if (wire_parse(s, &w, &e) == 0) {
			taken++;
			wire_get(&w, "b", &out);
			wire_get(&w, "zz", &out);
		}
		str_release(&out);
		free(exact);
	}
	ok(taken > 100, "20,000 lines of noise, %d of them messages", taken);
	rt_set_seed(0);
}

int main(void)
{
	t_cases();
	t_values();
	t_round();
	t_limit();
	t_noise();
	return tap_done();
}
