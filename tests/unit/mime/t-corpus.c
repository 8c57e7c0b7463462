/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mail of the corpus: every message parses within bounds, the same in any
 * pieces, and agrees with what others made of it, but for the reasons in doc/departures.
 * Prints the table of sets.
 */
#include "corpus.h"
#include <fcntl.h>
#include <unistd.h>

/* ---- one message ---- */

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
	fd = fs_tmpfile("/tmp", &err);
	if (fd < 0 || fs_write_all(fd, message.p, message.n) != 0)
		tap_skip_all("no room below /tmp");
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

static struct str whole, one, two;

static void check_file(const char *path, struct slice kind, struct slice expected)
{
	int bad = count.bounds + count.splits + count.changed;

	(void)expected;
	table_file(path);
	if (sl_is(kind, "expected") || sl_is(kind, "key") || !slurp(path, &whole))
		return;
	check_message(path, str_sl(&whole), &one, &two);
	table_check(path, "pabal", "whole", bad == count.bounds + count.splits + count.changed);
}

static void test_all(void)
{
	str_init(&whole, BIG);
	str_init(&one, BIG);
	str_init(&two, BIG);
	each_file(check_file);
	ok(count.files > 3000, "%d files of the corpus are parsed, %llu bytes", count.files, (unsigned long long)count.bytes);
	is_int(count.bounds, 0, "every part lies inside its parent");
	is_int(count.splits, 0, "blocks of 1 and 7 give the same trees");
	ok(count.recoded > 100 && count.changed == 0, "%d messages are recoded, %d refused, %d changed",
	   count.recoded, count.refused, count.changed);
	ok(count.leaves > 6000, "%d leaves are decoded", count.leaves);
	str_release(&whole);
	str_release(&one);
	str_release(&two);
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
	table_read(false);
	test_samples();
	test_all();
	test_trees();
	test_expected();
	table_print(12400, 58);
	return tap_done();
}
