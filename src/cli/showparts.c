/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * showparts: the MIME tree of a message as rows or JSON, with the files that
 * stand inside of its texts, and what is wrong with it.
 */
#include "priv.h"

/* Decoded size of a part's body. */
uint64_t cli_decoded_size(const struct part *p, int fd)
{
	struct err ignored = ERR_INIT;
	struct part_src ps;
	char block[16384];
	uint64_t size = 0;
	ssize_t n;

	if (p->kind != PART_LEAF)
		return (uint64_t)(p->end - p->body);
	part_open(&ps, p, fd, SL_NONE);
	while ((n = src_read(part_src(&ps), block, sizeof(block), &ignored)) > 0)
		size += (uint64_t)n;
	part_close(&ps);
	return size;
}

static int depth(const struct part *p)
{
	int n = 0;

	while ((p = p->parent))
		n++;
	return n;
}

static void json_text(struct str *s, const char *key, const char *value)
{
	str_addf(s, "\"%s\":", key);
	if (value)
		str_addjson(s, sl(value));
	else
		str_adds(s, "null");
	str_addc(s, ',');
}

static void parts_json(const struct part *p, int fd)
{
	struct str s, type;

	str_init(&s, STR_MAX);
	str_init(&type, 65536);
	str_addf(&type, "%s/%s", p->type, p->subtype);
	str_addc(&s, '{');
	json_text(&s, "number", p->number);
	json_text(&s, "type", type.p);
	json_text(&s, "charset", part_charset(p));
	json_text(&s, "encoding", p->enc_raw ? p->enc_raw : enc_name(p->enc));
	json_text(&s, "disposition", p->disposition);
	json_text(&s, "filename", p->filename);
	str_addf(&s, "\"offset\":%lld,\"length\":%lld,\"size\":%llu}\n", (long long)p->body,
		(long long)(p->end - p->body), (unsigned long long)cli_decoded_size(p, fd));
	fwrite(s.p, 1, s.n, stdout);
	str_release(&s);
	str_release(&type);
}

static void indent(struct str *line, int n)
{
	str_clear(line);
	for (int i = 0; i < n; i++)
		str_adds(line, "  ");
}

static void parts_row(struct cli *c, const struct part *p, int fd)
{
	const char *damage;
	struct str line;

	str_init(&line, 65536);
	indent(&line, depth(p));
	str_addf(&line, "%s  %s/%s", p->number, p->type, p->subtype);
	if (part_charset(p))
		str_addf(&line, "  %s", part_charset(p));
	str_addf(&line, "  %s", p->enc_raw ? p->enc_raw : enc_name(p->enc));
	if (p->disposition)
		str_addf(&line, "  %s", p->disposition);
	if (p->filename)
		str_addf(&line, "  \"%s\"", p->filename);
	str_addf(&line, "  %llu", (unsigned long long)cli_decoded_size(p, fd));
	cli_print(str_sl(&line), false);
	for (unsigned bit = 1; c->verbose && bit && bit <= p->defects; bit <<= 1) {
		if (!(p->defects & bit))
			continue;
		indent(&line, depth(p) + 1);
		str_addf(&line, "! %s", part_defect_text(bit));
		cli_print(str_sl(&line), false);
	}
	indent(&line, depth(p) + 1);
	str_adds(&line, "! ");
	if (c->verbose && part_remark(p, &line))
		cli_print(str_sl(&line), false);
	damage = c->verbose ? part_damage(p, fd, SL_NONE) : NULL;
	if (damage) {
		indent(&line, depth(p) + 1);
		str_addf(&line, "! %s", damage);
		cli_print(str_sl(&line), false);
	}
	str_release(&line);
}

/* ---- files inside of a part ---- */

static const char *inner_kind(const struct inner *one)
{
	switch (one->kind) {
	case INNER_UU:
		return "uuencode";
	case INNER_YENC:
		return "yenc";
	case INNER_TNEF:
	case INNER_RTF:
	case INNER_UTF16:
		return "tnef";
	case INNER_PART:
		return "message";
	}
	return "";
}

static int count_bytes(struct sink *sink, struct slice s, struct err *err)
{
	(void)sink;
	(void)s;
	(void)err;
	return 0;
}

static uint64_t inner_size(const struct part *p, const struct inners *all, const struct inner *one, int fd)
{
	struct sink sink = { .write = count_bytes, .fd = -1 };
	struct err ignored = ERR_INIT;

	inner_copy(p, all, one, fd, SL_NONE, &sink, &ignored);
	return sink.count;
}

static void inner_json(const struct part *p, size_t number, const struct inner *one, uint64_t size)
{
	struct str s, name;

	str_init(&s, STR_MAX);
	str_init(&name, 1024);
	str_addf(&name, "%s/%zu", p->number, number);
	str_addc(&s, '{');
	json_text(&s, "number", name.p);
	json_text(&s, "inside", inner_kind(one));
	str_clear(&name);
	if (one->part)
		str_addf(&name, "%s/%s", one->part->type, one->part->subtype);
	json_text(&s, "type", one->part ? name.p : NULL);
	json_text(&s, "filename", one->name);
	str_addf(&s, "\"whole\":%s,\"size\":%llu}\n", one->whole ? "true" : "false", (unsigned long long)size);
	fwrite(s.p, 1, s.n, stdout);
	str_release(&s);
	str_release(&name);
}

static void inner_row(struct cli *c, const struct part *p, size_t number, const struct inner *one, uint64_t size)
{
	struct str line;

	str_init(&line, 65536);
	indent(&line, depth(p) + 1);
	str_addf(&line, "%s/%zu  %s", p->number, number, inner_kind(one));
	if (one->part)
		str_addf(&line, "  %s/%s", one->part->type, one->part->subtype);
	str_addf(&line, "  \"%s\"  %llu", one->name, (unsigned long long)size);
	cli_print(str_sl(&line), false);
	indent(&line, depth(p) + 2);
	if (!one->whole)
		str_adds(&line, "! the file is not whole");
	else if (one->bad_size || (one->kind == INNER_YENC && one->said != size))
		str_adds(&line, "! the file is not as long as it says");
	else
		str_clear(&line);
	if (c->verbose && line.n)
		cli_print(str_sl(&line), false);
	str_release(&line);
}

static void inner_bad(const struct part *p)
{
	struct str line;

	str_init(&line, 65536);
	indent(&line, depth(p) + 1);
	str_adds(&line, "! what is inside could not be read to its end");
	cli_print(str_sl(&line), false);
	str_release(&line);
}

static void parts_inside(struct cli *c, const struct part *p, int fd)
{
	struct inners all;
	struct err ignored = ERR_INIT;

	if (inner_find(p, fd, SL_NONE, &all, &ignored) == 0) {
		for (size_t i = 0; i < all.n; i++) {
			uint64_t size = inner_size(p, &all, &all.v[i], fd);

			if (c->json)
				inner_json(p, i + 1, &all.v[i], size);
			else
				inner_row(c, p, i + 1, &all.v[i], size);
		}
		if (all.bad && c->verbose && !c->json)
			inner_bad(p);
	}
	inners_release(&all);
}

void cli_part_rows(struct cli *c, const struct mime_tree *tree, int fd)
{
	for (struct part *p = tree_next(tree, NULL); p; p = tree_next(tree, p)) {
		if (c->json)
			parts_json(p, fd);
		else
			parts_row(c, p, fd);
		parts_inside(c, p, fd);
	}
}
