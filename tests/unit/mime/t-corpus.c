/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mail of the corpus: every message parses within bounds, the same in any
 * pieces, and agrees with what others made of it.  Where we differ from them
 * on purpose the reasons are below; the counts are floors.
 *
 * Python's email differs where it ends a header at the first line that is no
 * field, gives damaged base64 back undecoded, keeps blanks at line ends of
 * quoted-printable, takes bare CR for a line end, drops the last line end of a
 * message cut short, takes every message/... apart (also encoded ones), knows
 * no limits, and does not see a boundary behind a header without blank line.
 * mime4j differs in three: it decodes encoded messages inside, takes text
 * behind a boundary and boundaries that end in blanks.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"
#include <fcntl.h>
#include <unistd.h>

#define BIG ((size_t)64 << 20)
#define PYTHON_DIFFERS 192

static bool slurp(const char *name, struct str *out)
{
	const char *path = tap_corpus(name);
	struct err err = ERR_INIT;

	str_clear(out);
	return path && fs_slurp(path, BIG, out, &err) == 0;
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

/* The first 16 hex digits. */
static void sha_head(struct slice s, char out[17])
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

/* ---- one message ---- */

static void decode(const struct part *p, struct slice message, struct str *out)
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

/* Everything the parser says, as text. */
static void dump(const struct mime_tree *t, struct str *out)
{
	str_clear(out);
	for (const struct part *p = tree_next(t, NULL); p; p = tree_next(t, p))
		str_addf(out, "%s %d %lld %lld %lld %llu %s/%s %d %s %s %u %d\n", p->number, (int)p->kind,
			 (long long)p->head, (long long)p->body, (long long)p->end, (unsigned long long)p->lines,
			 p->type, p->subtype, (int)p->enc, p->filename ? p->filename : "-",
			 p->disposition ? p->disposition : "-", p->defects, p->blank);
}

static bool in_bounds(const struct mime_tree *t)
{
	unsigned parts = 0;

	for (const struct part *p = tree_next(t, NULL); p; p = tree_next(t, p)) {
		off_t from = p->parent ? p->parent->body : 0, to = p->parent ? p->parent->end : t->size;

		parts++;
		if (p->head < from || p->body < p->head || p->end < p->body || p->end > to)
			return false;
		if (p->next && p->next->head < p->end)
			return false;
		if ((p->kind == PART_LEAF) != !p->child || !p->number || !*p->type || !*p->subtype)
			return false;
	}
	return parts == t->parts && t->root->head == 0 && t->root->end == t->size;
}

static struct mime_tree *parse_in(struct slice message, size_t step)
{
	struct parser *ps = parser_new(NULL);

	for (struct slice rest = message; rest.n; rest = sl_skip(rest, step))
		parser_feed(ps, sl_head(rest, step));
	return parser_finish(&ps);
}

static struct { int files, bounds, splits, leaves, recoded, refused, changed; uint64_t bytes; } count;

static void content(const struct part *p, struct slice message, struct str *out)
{
	struct sink sink;
	struct err err = ERR_INIT;

	str_clear(out);
	sink_str(&sink, out);
	if (part_is(p, "text", NULL))
		part_text(p, -1, message, &sink, &err);
	else
		decode(p, message, out);
}

/* Made fit for a path of 7 bits, a message says the same in every part, and
 * its bodies need nothing any more. */
static void check_recode(const char *name, struct slice message, const struct mime_tree *t, struct str *a, struct str *b)
{
	struct needs needs = { 0 };
	struct str out;
	struct sink sink;
	struct err err = ERR_INIT;
	struct mime_tree *again;
	const struct part *q = NULL;
	bool same = true;
	int fd;

	needs_feed(&needs, message);
	if (!needs.eight_bit && !needs.nul && !needs.long_lines)
		return;
	fd = fs_open_named(tap_corpus(name), O_RDONLY, 0);
	str_init(&out, BIG);
	sink_str(&sink, &out);
	if (recode_write(t, fd, false, &sink, &err) != 0) {
		count.refused++;
	} else {
		count.recoded++;
		again = mime_parse_mem(str_sl(&out), NULL);
		for (const struct part *p = tree_next(t, NULL); p && same; p = tree_next(t, p)) {
			q = tree_next(again, q);
			same = q && p->kind == q->kind && sl_eq(sl(p->number), sl(q->number));
			if (!same || p->kind != PART_LEAF)
				continue;
			content(p, message, a);
			content(q, str_sl(&out), b);
			same = sl_eq(str_sl(a), str_sl(b));
		}
		if (!same && count.changed++ < 30)
			tap_note("recoding changes %s", name);
		tree_free(&again);
	}
	str_release(&out);
	fs_close(&fd);
}

static void check_message(const char *name, struct slice message, struct str *a, struct str *b)
{
	struct mime_tree *t = mime_parse_mem(message, NULL);

	count.files++;
	count.bytes += message.n;
	if (!in_bounds(t) && count.bounds++ == 0)
		tap_note("out of bounds: %s", name);
	if (message.n <= 65536) {
		dump(t, a);
		for (size_t step = 1; step <= 7; step += 6) {
			struct mime_tree *again = parse_in(message, step);

			dump(again, b);
			if (!sl_eq(str_sl(a), str_sl(b)) && count.splits++ == 0)
				tap_note("differs in blocks of %zu: %s", step, name);
			tree_free(&again);
		}
	}
	for (const struct part *p = tree_next(t, NULL); p; p = tree_next(t, p)) {
		if (p->kind != PART_LEAF)
			continue;
		decode(p, message, a);
		count.leaves++;
	}
	check_recode(name, message, t, a, b);
	tree_free(&t);
}

static void test_all(void)
{
	struct str list, message, a, b;
	struct slice rest, line;

	str_init(&list, BIG);
	str_init(&message, BIG);
	str_init(&a, BIG);
	str_init(&b, BIG);
	slurp("manifest.tsv", &list);
	rest = str_sl(&list);
	sl_line(&rest, &line);
	while (sl_line(&rest, &line)) {
		struct slice path, kind;
		char *name;

		if (!sl_cut(&line, '\t', &path) || !sl_cut(&line, '\t', &kind))
			continue;
		if (sl_is(kind, "expected") || sl_is(kind, "key"))
			continue;
		name = sl_dup(path);
		if (slurp(name, &message))
			check_message(name, str_sl(&message), &a, &b);
		free(name);
	}
	ok(count.files > 3000, "%d files of the corpus are parsed, %llu bytes", count.files, (unsigned long long)count.bytes);
	is_int(count.bounds, 0, "every part lies inside its parent");
	is_int(count.splits, 0, "blocks of 1 and 7 give the same trees");
	ok(count.recoded > 100 && count.changed == 0, "%d messages are recoded, %d refused, %d changed",
	   count.recoded, count.refused, count.changed);
	ok(count.leaves > 6000, "%d leaves are decoded", count.leaves);
	str_release(&list);
	str_release(&message);
	str_release(&a);
	str_release(&b);
}

/* ---- Python's opinion: JSON, one message a line ---- */

/* The value of a key of the object at s, which is left as it was; only what
 * the oracle has: strings without escapes that matter, numbers, arrays. */
static struct slice json_skip(struct slice s)
{
	int depth = 0;
	bool quoted = false;
	size_t i = 0;

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth-- == 0)
				break;
		} else if (c == ',' && depth == 0) {
			break;
		}
	}
	return sl_skip(s, i);
}

static struct slice json_get(struct slice object, const char *key)
{
	struct slice s = sl_skip(sl_trim(object), 1);

	while (s.n > 1) {
		struct slice item, after = json_skip(s), name;

		item = sl_trim(sl_range(s.p, after.p));
		name = sl_head(sl_skip(item, 1), strlen(key));
		if (sl_is(name, key) && item.n > strlen(key) + 3 && item.p[strlen(key) + 1] == '"')
			return sl_trim(sl_skip(item, strlen(key) + 3));
		s = sl_skip(after, 1);
	}
	return SL_NONE;
}

static struct slice json_string(struct slice s)
{
	return s.n >= 2 ? sl_make(s.p + 1, s.n - 2) : SL_NONE;
}

static bool json_next(struct slice *array, struct slice *item)
{
	struct slice after;

	*array = sl_trim(*array);
	if (array->n <= 1)
		return false;
	after = json_skip(*array);
	*item = sl_trim(sl_range(array->p, after.p));
	*array = sl_skip(after, 1);
	return item->n > 0;
}

static const char *compare(const struct part *p, struct slice node, struct slice message, struct str *buf)
{
	struct slice type = json_string(json_get(node, "type")), parts = json_get(node, "parts"), item;
	const struct part *c = p->child;
	char ours[256], hash[17];

	snprintf(ours, sizeof(ours), "%s/%s", p->type, p->subtype);
	if (!sl_is(type, ours))
		return "type";
	if (parts.n && sl_starts(type, "message/") && !sl_is(type, "message/rfc822") && !sl_is(type, "message/global"))
		return p->kind == PART_LEAF ? NULL : "tree";
	if (!parts.n != (p->kind == PART_LEAF))
		return "tree";
	if (p->kind == PART_LEAF) {
		struct slice want = json_string(json_get(node, "sha256"));

		decode(p, message, buf);
		sha_head(str_sl(buf), hash);
		return want.n == 0 || sl_is(want, hash) ? NULL : "bytes";
	}
	parts = sl_skip(parts, 1);
	while (json_next(&parts, &item)) {
		const char *what = c ? compare(c, item, message, buf) : "tree";

		if (what)
			return what;
		c = c->next;
	}
	return c ? "tree" : NULL;
}

static void test_python(void)
{
	struct str list, message, buf;
	struct slice rest, line;
	int equal = 0, all = 0, type = 0, tree = 0, bytes = 0;

	str_init(&list, BIG);
	str_init(&message, BIG);
	str_init(&buf, BIG);
	if (!slurp("_oracle/python-email.jsonl", &list))
		tap_note("no oracle");
	rest = str_sl(&list);
	while (sl_line(&rest, &line)) {
		char *name = sl_dup(json_string(json_get(line, "file")));
		const char *what;
		struct mime_tree *t;

		if (slurp(name, &message)) {
			t = mime_parse_mem(str_sl(&message), NULL);
			what = compare(t->root, json_get(line, "tree"), str_sl(&message), &buf);
			all++;
			equal += !what;
			type += what && what[1] == 'y' && what[0] == 't';
			tree += what && what[1] == 'r';
			bytes += what && what[0] == 'b';
			if (what)
				tap_note("python differs in %s: %s", what, name);
			tree_free(&t);
		}
		free(name);
	}
	ok(all - equal <= PYTHON_DIFFERS, "python: %d of %d are equal (%d differ in types, %d in structure, %d in bytes)",
	   equal, all, type, tree, bytes);
	str_release(&list);
	str_release(&message);
	str_release(&buf);
}

/* ---- mime4j's opinion: X_decoded.xml beside X.msg ---- */

/* "[" a multipart, "(" a message, "L" a leaf, each closed. */
static void our_shape(const struct part *p, struct str *out)
{
	if (p->kind == PART_LEAF && !part_is(p, "multipart", NULL)) {
		str_addc(out, 'L');
		return;
	}
	str_addc(out, p->kind == PART_MESSAGE ? '(' : '[');
	for (const struct part *c = p->child; c; c = c->next)
		our_shape(c, out);
	str_addc(out, p->kind == PART_MESSAGE ? ')' : ']');
}

static bool next_tag(struct slice *xml, struct slice *tag)
{
	ssize_t open = sl_find(*xml, '<'), close;

	if (open < 0)
		return false;
	*xml = sl_skip(*xml, (size_t)open + 1);
	close = sl_find(*xml, '>');
	if (close < 0)
		return false;
	*tag = sl_head(*xml, (size_t)close);
	*xml = sl_skip(*xml, (size_t)close + 1);
	return true;
}

/* A message in a message has its own header first, so its depth tells. */
static void their_shape(struct slice xml, struct str *out, struct str *names)
{
	struct slice tag;
	int messages = 0;

	while (next_tag(&xml, &tag)) {
		if (sl_is(tag, "message") && messages++ > 0) {
			str_addc(out, '(');
		} else if (sl_is(tag, "/message") && --messages > 0) {
			str_addc(out, ')');
		} else if (sl_is(tag, "multipart")) {
			str_addc(out, '[');
		} else if (sl_is(tag, "/multipart")) {
			str_addc(out, ']');
		} else if (sl_starts(tag, "text-body name=\"") || sl_starts(tag, "binary-body name=\"")) {
			ssize_t quote = sl_find(tag, '"');

			tag = sl_skip(tag, (size_t)quote + 1);
			str_addc(out, 'L');
			str_addsl(names, sl_head(tag, (size_t)MAX(sl_find(tag, '"'), 0)));
			str_addc(names, '\n');
		}
	}
}

static int bad_bodies(const struct mime_tree *t, struct slice message, struct slice names, const char *folder, struct str *a, struct str *b)
{
	int bad = 0;

	for (const struct part *p = tree_next(t, NULL); p; p = tree_next(t, p)) {
		struct slice name;
		char path[1024];

		if (p->kind != PART_LEAF || !sl_line(&names, &name))
			continue;
		snprintf(path, sizeof(path), "%s/" SL_FMT, folder, SL_ARG(name));
		if (!slurp(path, a))
			continue;
		decode(p, message, b);
		if (!sl_eq(str_sl(a), str_sl(b))) {
			tap_note("mime4j differs in bytes: %s (%zu, ours %zu)", path, a->n, b->n);
			bad++;
		}
	}
	return bad;
}

static void test_mime4j(void)
{
	struct str list, message, xml, ours, theirs, names;
	struct slice rest, line, path;
	int all = 0, equal = 0, bodies = 0;

	str_init(&list, BIG);
	str_init(&message, BIG);
	str_init(&xml, BIG);
	str_init(&ours, BIG);
	str_init(&theirs, BIG);
	str_init(&names, BIG);
	slurp("manifest.tsv", &list);
	rest = str_sl(&list);
	while (sl_line(&rest, &line)) {
		char name[512], folder[480];
		struct mime_tree *t;

		if (!sl_cut(&line, '\t', &path) || !sl_starts(path, "mime4j/") || !sl_ends(path, ".msg"))
			continue;
		snprintf(name, sizeof(name), SL_FMT "_decoded.xml", SL_ARG(sl_head(path, path.n - 4)));
		if (!slurp(name, &xml))
			continue;
		snprintf(name, sizeof(name), SL_FMT, SL_ARG(path));
		snprintf(folder, sizeof(folder), SL_FMT, SL_ARG(path));
		*strrchr(folder, '/') = 0;
		if (!slurp(name, &message))
			continue;
		t = mime_parse_mem(str_sl(&message), NULL);
		str_clear(&ours);
		str_clear(&theirs);
		str_clear(&names);
		our_shape(t->root, &ours);
		their_shape(str_sl(&xml), &theirs, &names);
		all++;
		if (sl_eq(str_sl(&ours), str_sl(&theirs))) {
			equal++;
			bodies += bad_bodies(t, str_sl(&message), str_sl(&names), folder, &ours, &theirs);
		} else {
			tap_note("mime4j differs in structure: %s (%s, ours %s)", name, theirs.p, ours.p);
		}
		tree_free(&t);
	}
	ok(all - equal <= 4, "mime4j: %d of %d have the same structure", equal, all);
	ok(bodies <= 6, "mime4j: %d bodies differ", bodies);
	str_release(&list);
	str_release(&message);
	str_release(&xml);
	str_release(&ours);
	str_release(&theirs);
	str_release(&names);
}

/* ---- the attack samples have their required results ---- */

static void is_sample(const char *name, const char *number, const char *want)
{
	struct str message, out;
	struct sink sink;
	struct err err = ERR_INIT;
	struct mime_tree *t;
	struct part *p;
	char path[256];

	str_init(&message, BIG);
	str_init(&out, BIG);
	sink_str(&sink, &out);
	snprintf(path, sizeof(path), "attack-samples/%s.eml", name);
	if (!slurp(path, &message)) {
		tap_skip("%s is not there", path);
	} else {
		t = mime_parse_mem(str_sl(&message), NULL);
		p = tree_find(t, sl(number));
		if (p)
			part_text(p, -1, str_sl(&message), &sink, &err);
		is_slice(sl_trim(str_sl(&out)), sl(want), "%s", path);
		tree_free(&t);
	}
	str_release(&message);
	str_release(&out);
}

static void test_samples(void)
{
	is_sample("cte/base64-junk", "1", "hello world");
	is_sample("cte/base64-truncated-1", "1", "hello world");
	is_sample("cte/base64-then-footer", "1", "hello");
	is_sample("cte/case-space", "1", "hello");
	is_sample("cte/qp-bad-hex", "1", "a=ZZb=4\nc");
	is_sample("cte/qp-eof-equals", "1", "abc");
	is_sample("cte/qp-lowercase", "1", "\xc3\xa9");
	is_sample("cte/qp-soft-space", "1", "ab");
	is_sample("cte/uuencode", "1", "hi");
	is_sample("mime/boundary-quoted-pair", "1", "A");
	is_sample("mime/close-then-more", "1", "A");
	is_sample("mime/header-only-no-blank", "1", "this is body without blank line\nTo: not a header?");
	is_sample("mime/header-space-before-colon", "1", "x");
}

int main(void)
{
	if (!tap_corpus("manifest.tsv"))
		tap_skip_all("the corpus is not there (set PABAL_CORPUS)");
	test_samples();
	test_all();
	test_python();
	test_mime4j();
	return tap_done();
}
