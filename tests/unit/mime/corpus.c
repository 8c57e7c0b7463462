/* SPDX-License-Identifier: GPL-3.0-or-later
 * See corpus.h. */
#include "corpus.h"
#include <stdlib.h>

bool slurp(const char *name, struct str *out)
{
	const char *path = tap_corpus(name);
	struct err err = ERR_INIT;

	str_clear(out);
	if (!path || fs_slurp(path, BIG, out, &err) != 0)
		return false;
	lines_mend(out);                /* as whoever opens a message does */
	return true;
}

/* ---- SHA-256 (FIPS 180-4), for the hashes in the oracle ---- */

static const uint32_t sha_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t ror(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static void sha_block(uint32_t h[8], const unsigned char *p)
{
	uint32_t w[64], v[8];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] + (ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3) +
			(ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(v, h, sizeof(v));
	for (int i = 0; i < 64; i++) {
		uint32_t a = v[7] + (ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + sha_k[i] + w[i];
		uint32_t b = (ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(*v));
		v[4] += a;
		v[0] = a + b;
	}
	for (int i = 0; i < 8; i++)
		h[i] += v[i];
}

void sha_head(struct slice s, char out[17])
{
	uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	unsigned char tail[128] = { 0 };
	size_t whole = s.n / 64 * 64, left = s.n - whole, end = left < 56 ? 64 : 128;

	for (size_t i = 0; i < whole; i += 64)
		sha_block(h, (const unsigned char *)s.p + i);
	if (left)
		memcpy(tail, s.p + whole, left);
	tail[left] = 0x80;
	for (int i = 0; i < 8; i++)
		tail[end - 1 - (size_t)i] = (unsigned char)((uint64_t)s.n * 8 >> (8 * i));
	for (size_t i = 0; i < end; i += 64)
		sha_block(h, tail + i);
	snprintf(out, 17, "%08x%08x", h[0], h[1]);
}

/* ---- parts ---- */

void decode(const struct part *p, struct slice message, struct str *out)
{
	struct part_src ps;
	struct sink sink;
	struct err err = ERR_INIT;

	str_clear(out);
	sink_str(&sink, out);
	part_open(&ps, p, -1, message);
	src_copy(part_src(&ps), &sink, &err);
	part_close(&ps);
}

void text_of(const struct part *p, struct slice message, struct str *out)
{
	struct sink sink;
	struct err err = ERR_INIT;

	str_clear(out);
	sink_str(&sink, out);
	part_text(p, -1, message, &sink, &err);
}

/* ---- JSON ---- */

#define JSON_DEPTH 200

static struct json *value(struct slice *s, int depth);

static void blanks(struct slice *s)
{
	while (s->n && strchr(" \t\r\n", s->p[0]) && s->p[0])
		*s = sl_skip(*s, 1);
}

static bool eat(struct slice *s, char c)
{
	blanks(s);
	if (!s->n || s->p[0] != c)
		return false;
	*s = sl_skip(*s, 1);
	return true;
}

static uint32_t hex4(struct slice *s)
{
	uint32_t v = 0;

	for (int i = 0; i < 4 && s->n && hex_val(s->p[0]) >= 0; i++) {
		v = v << 4 | (uint32_t)hex_val(s->p[0]);
		*s = sl_skip(*s, 1);
	}
	return v;
}

static void escape(struct slice *s, struct str *out)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	char c = s->p[0], buf[4];
	const char *at;
	uint32_t cp;

	*s = sl_skip(*s, 1);
	if (c == 'u') {
		cp = hex4(s);
		if (cp >= 0xD800 && cp < 0xDC00 && sl_starts(*s, "\\u")) {
			*s = sl_skip(*s, 2);
			cp = 0x10000 + ((cp - 0xD800) << 10) + (hex4(s) - 0xDC00);
		}
		str_add(out, buf, utf8_encode(cp, buf));
	} else {
		at = strchr(from, c);
		str_addc(out, at && c ? to[at - from] : c);
	}
}

static bool string(struct slice *s, struct str *out)
{
	if (!eat(s, '"'))
		return false;
	while (s->n && s->p[0] != '"') {
		char c = s->p[0];

		*s = sl_skip(*s, 1);
		if (c == '\\' && s->n)
			escape(s, out);
		else
			str_addc(out, c);
	}
	return eat(s, '"');
}

static bool members(struct slice *s, struct json *j, int depth)
{
	struct json **tail = &j->child;
	char close = j->kind == J_OBJECT ? '}' : ']';

	if (eat(s, close))
		return true;
	do {
		struct str key;
		struct json *c = NULL;
		bool good = true;

		str_init(&key, BIG);
		if (j->kind == J_OBJECT)
			good = string(s, &key) && eat(s, ':');
		if (good)
			c = value(s, depth + 1);
		if (!c) {
			str_release(&key);
			return false;
		}
		if (j->kind == J_OBJECT)
			c->key = str_detach(&key);
		str_release(&key);
		*tail = c;
		tail = &c->next;
	} while (eat(s, ','));
	return eat(s, close);
}

static struct json *value(struct slice *s, int depth)
{
	struct json *j = mem_zalloc(sizeof(*j));
	bool good = true;

	str_init(&j->text, BIG);
	blanks(s);
	if (!s->n || depth > JSON_DEPTH) {
		good = false;
	} else if (s->p[0] == '{' || s->p[0] == '[') {
		j->kind = s->p[0] == '{' ? J_OBJECT : J_ARRAY;
		*s = sl_skip(*s, 1);
		good = members(s, j, depth);
	} else if (s->p[0] == '"') {
		j->kind = J_STRING;
		good = string(s, &j->text);
	} else {
		j->kind = s->p[0] == 't' ? J_TRUE : s->p[0] == 'f' ? J_FALSE : s->p[0] == 'n' ? J_NULL : J_NUMBER;
		while (s->n && (ascii_isalnum(s->p[0]) || s->p[0] == '-' || s->p[0] == '.' || s->p[0] == '+')) {
			str_addc(&j->text, s->p[0]);
			*s = sl_skip(*s, 1);
		}
		good = j->text.n > 0;
	}
	if (good)
		return j;
	json_free(j);
	return NULL;
}

struct json *json_parse(struct slice s)
{
	return value(&s, 0);
}

void json_free(struct json *j)
{
	while (j) {
		struct json *next = j->next;

		json_free(j->child);
		free(j->key);
		str_release(&j->text);
		free(j);
		j = next;
	}
}

const struct json *json_at(const struct json *j, const char *key)
{
	for (const struct json *c = j ? j->child : NULL; c; c = c->next)
		if (c->key && strcmp(c->key, key) == 0)
			return c;
	return NULL;
}

const struct json *json_item(const struct json *j, long long index)
{
	const struct json *c = j ? j->child : NULL;

	while (c && index-- > 0)
		c = c->next;
	return c;
}

long long json_number(const struct json *j)
{
	return j && j->kind == J_NUMBER ? strtoll(j->text.p, NULL, 10) : -1;
}

const char *json_text(const struct json *j)
{
	return j && j->kind == J_STRING ? (j->text.n ? j->text.p : "") : NULL;
}

/* ---- the manifest ---- */

void each_file(void (*fn)(const char *path, struct slice kind, struct slice expected))
{
	struct str list;
	struct slice rest, line;

	str_init(&list, BIG);
	slurp("manifest.tsv", &list);
	rest = str_sl(&list);
	sl_line(&rest, &line);
	while (sl_line(&rest, &line)) {
		struct slice path, kind, other, expected = SL_NONE;
		char *name;

		if (!sl_cut(&line, '\t', &path) || !sl_cut(&line, '\t', &kind))
			continue;
		if (sl_cut(&line, '\t', &other) && sl_cut(&line, '\t', &other) && !sl_cut(&line, '\t', &expected))
			expected = line;
		name = sl_dup(path);
		fn(name, kind, expected);
		free(name);
	}
	str_release(&list);
}

/* ---- the table ---- */

/* "corpus: mime4j/x* mime4j bytes 3 why": at most so many of these differ. */
struct rule { char *path, *by, *what; uint64_t max; uint64_t met; };
static struct rule *rules;
static size_t n_rules, cap_rules;
struct row { char *set; unsigned files, checks, equal, departures; };
static struct row *rows;
static size_t n_rows, cap_rows;
static unsigned unexplained;

void table_read(bool gmime)
{
	const char *top = getenv("srcdir");
	struct str path, text;
	struct slice rest, line;
	struct err err = ERR_INIT;

	str_init(&path, 4096);
	str_init(&text, BIG);
	str_addf(&path, "%s/doc/departures", top ? top : "../../..");
	ok(fs_slurp(path.p, BIG, &text, &err) == 0, "doc/departures is read");
	rest = str_sl(&text);
	while (sl_line(&rest, &line)) {
		struct slice word[5];
		struct rule r = { .met = 0 };
		size_t n = 0;

		while (n < 5 && sl_word(&line, &word[n]))
			n++;
		if (n < 5 || !sl_is(word[0], "corpus:") || sl_is(word[2], "gmime") != gmime || sl_u64(word[4], 100000, &r.max) != 0)
			continue;
		r.path = sl_dup(word[1]);
		r.by = sl_dup(word[2]);
		r.what = sl_dup(word[3]);
		mem_grow(rules, n_rules, cap_rules);
		rules[n_rules++] = r;
	}
	str_release(&path);
	str_release(&text);
}

static bool fits(const char *pattern, const char *text)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return strncmp(pattern, text, n - 1) == 0;
	return strcmp(pattern, text) == 0;
}

static bool explained(const char *path, const char *by, const char *what)
{
	for (size_t i = 0; i < n_rules; i++)
		if (fits(rules[i].path, path) && fits(rules[i].by, by) && fits(rules[i].what, what))
			return rules[i].met++ < rules[i].max;
	return false;
}

static struct row *row_of(const char *path)
{
	size_t n = strcspn(path, "/");

	for (size_t i = 0; i < n_rows; i++)
		if (strlen(rows[i].set) == n && strncmp(rows[i].set, path, n) == 0)
			return &rows[i];
	mem_grow(rows, n_rows, cap_rows);
	rows[n_rows] = (struct row){ .set = sl_dup(sl_make(path, n)) };
	return &rows[n_rows++];
}

static char detail[400];

void table_detail(struct slice ours, struct slice theirs)
{
	while (ours.n && theirs.n && ours.p[0] == theirs.p[0] && (ours.n > 60 || theirs.n > 60)) {
		ours = sl_skip(ours, 1);
		theirs = sl_skip(theirs, 1);
	}
	ours = sl_head(ours, 60);
	theirs = sl_head(theirs, 60);
	snprintf(detail, sizeof(detail), "\"" SL_FMT "\", they say \"" SL_FMT "\"", SL_ARG(ours), SL_ARG(theirs));
}

void table_file(const char *path)
{
	row_of(path)->files++;
}

void table_check(const char *path, const char *by, const char *what, bool equal)
{
	struct row *r = row_of(path);

	r->checks++;
	if (equal) {
		r->equal++;
	} else if (explained(path, by, what)) {
		r->departures++;
	} else {
		unexplained++;
		for (char *p = detail; *p; p++)
			if ((unsigned char)*p < ' ')
				*p = '~';
		tap_note("differs: %s %s %s %s", path, by, what, detail);
	}
	detail[0] = 0;
}

void table_print(unsigned checks, size_t sets)
{
	struct row all = { .files = 0 };
	unsigned stale = 0;

	tap_note("table %-24s %6s %7s %7s %11s", "set", "files", "checks", "equal", "departures");
	for (size_t i = 0; i < n_rows; i++) {
		struct row *r = &rows[i];

		tap_note("table %-24s %6u %7u %7u %11u", r->set, r->files, r->checks, r->equal, r->departures);
		all.files += r->files;
		all.checks += r->checks;
		all.equal += r->equal;
		all.departures += r->departures;
		free(r->set);
	}
	tap_note("table %-24s %6u %7u %7u %11u", "all", all.files, all.checks, all.equal, all.departures);
	for (size_t i = 0; i < n_rules; i++) {
		if (rules[i].met == 0 && stale++ < 20)
			tap_note("nothing departs any more: %s %s %s", rules[i].path, rules[i].by, rules[i].what);
		free(rules[i].path);
		free(rules[i].by);
		free(rules[i].what);
	}
	is_int(unexplained, 0, "every difference has its reason in doc/departures");
	is_int(stale, 0, "every reason there is met");
	ok(all.checks > checks && n_rows >= sets, "%u checks in %zu sets", all.checks, n_rows);
	free(rules);
	free(rows);
}
