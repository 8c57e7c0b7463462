/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every message of the corpus by gmime as well: the same tree and decoded bytes,
 * or a class of difference that doc/departures explains. */
#include "corpus.h"
#include <gmime/gmime.h>

static struct str message, ours, theirs;
static int seen;

static void their_bytes(GMimeObject *leaf)
{
	GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *)leaf);
	GMimeStream *mem = g_mime_stream_mem_new();
	GByteArray *bytes;

	str_clear(&theirs);
	if (content) {
		g_mime_data_wrapper_write_to_stream(content, mem);
		bytes = g_mime_stream_mem_get_byte_array((GMimeStreamMem *)mem);
		str_add(&theirs, (const char *)bytes->data, bytes->len);
	}
	g_object_unref(mem);
}

/* Bytes but for a last line end, which both sides give to a boundary or not. */
static bool same_bytes(void)
{
	struct slice a = str_sl(&ours), b = str_sl(&theirs);

	while (a.n && (a.p[a.n - 1] == '\n' || a.p[a.n - 1] == '\r'))
		a.n--;
	while (b.n && (b.p[b.n - 1] == '\n' || b.p[b.n - 1] == '\r'))
		b.n--;
	return sl_eq(a, b);
}

static const char *compare(const struct part *p, GMimeObject *o)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	const struct part *c = p->child;
	char mine[256], other[256];

	snprintf(mine, sizeof(mine), "%s/%s", p->type, p->subtype);
	snprintf(other, sizeof(other), "%s/%s", g_mime_content_type_get_media_type(type), g_mime_content_type_get_media_subtype(type));
	if (!sl_iis(sl(other), mine)) {
		table_detail(sl(mine), sl(other));
		return "type";
	}
	if (GMIME_IS_MESSAGE_PART(o)) {
		GMimeMessage *inside = g_mime_message_part_get_message((GMimeMessagePart *)o);

		if (p->kind != PART_MESSAGE)
			return "encoded";
		return inside && g_mime_message_get_mime_part(inside) ? compare(p->child, g_mime_message_get_mime_part(inside)) : "tree";
	}
	if (GMIME_IS_MULTIPART(o)) {
		int n = g_mime_multipart_get_count((GMimeMultipart *)o);

		if (p->kind == PART_LEAF)
			return n == 0 ? NULL : "tree";
		for (int i = 0; i < n; i++, c = c->next) {
			const char *what = c ? compare(c, g_mime_multipart_get_part((GMimeMultipart *)o, i)) : "tree";

			if (what)
				return what;
		}
		return c ? "tree" : NULL;
	}
	if (p->kind != PART_LEAF)
		return "tree";
	decode(p, str_sl(&message), &ours);
	their_bytes(o);
	if (same_bytes())
		return NULL;
	table_detail(str_sl(&ours), str_sl(&theirs));
	return p->enc == ENC_BASE64 ? "base64" : p->enc == ENC_QP ? "qp" : p->enc == ENC_UU ? "uuencode" : "bytes";
}

static void one_file(const char *path, struct slice kind, struct slice expected)
{
	struct slice bytes, line;
	struct mime_tree *t;
	GMimeStream *mem;
	GMimeParser *parser;
	GMimeMessage *theirs_all;
	const char *what;

	(void)expected;
	if (!sl_starts(kind, "message") || !slurp(path, &message) || !message.n)
		return;
	table_file(path);
	bytes = str_sl(&message);
	if (sl_starts(bytes, "From ") || sl_starts(bytes, ">From "))
		sl_line(&bytes, &line);
	mem = g_mime_stream_mem_new_with_buffer(bytes.p, bytes.n);
	parser = g_mime_parser_new_with_stream(mem);
	theirs_all = g_mime_parser_construct_message(parser, NULL);
	t = mime_parse_mem(str_sl(&message), NULL);
	if (theirs_all && g_mime_message_get_mime_part(theirs_all))
		what = compare(t->root, g_mime_message_get_mime_part(theirs_all));
	else
		what = "nothing";
	table_check(path, "gmime", what ? what : "same", !what);
	seen++;
	tree_free(&t);
	if (theirs_all)
		g_object_unref(theirs_all);
	g_object_unref(parser);
	g_object_unref(mem);
}

int main(void)
{
	if (!tap_corpus("manifest.tsv"))
		tap_skip_all("the corpus is not there (set PABAL_CORPUS)");
	g_mime_init();
	str_init(&message, BIG);
	str_init(&ours, BIG);
	str_init(&theirs, BIG);
	table_read(true);
	each_file(one_file);
	ok(seen > 3000, "gmime reads %d messages", seen);
	table_print(2500, 50);
	str_release(&message);
	str_release(&ours);
	str_release(&theirs);
	g_mime_shutdown();
	return tap_done();
}
