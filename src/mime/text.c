/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * text: all that a person could look for in a message, as UTF-8, for the index
 * and for scans.  What stands twice (plain text and HTML of the same) is taken
 * once; what is no language (encoded files inside a text) is left out.
 *
 * Parts are at most mime_limits.depth deep, which bounds the recursion here.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define ATTACHED_MAX (256u << 10)       /* taken of a text that is attached     */
#define HEADER_MAX   (64u << 10)        /* looked at of a message inside        */
#define ENCODED_MAX  (16u << 20)        /* looked at of a message or multipart that is encoded */
#define ENCODED_DEEP 4                  /* of those, each inside of another     */
#define RUN_MAX      200                /* bytes of ASCII without a blank       */
#define SHORT        4                  /* plain text that much shorter is none */

struct grab {
	int fd; struct slice mem;
	struct str *out; size_t max; bool full;
	struct str raw, text, page;     /* of one part: bytes, UTF-8, HTML as text */
	bool names_only;                /* the texts here are there already     */
	bool comparing;                 /* in an alternative that may not be taken */
	unsigned encoded;               /* messages around this that are encoded */
	struct err *err; int rc;
};

/* ---- what goes out ---- */

static bool is_full(const struct grab *g)
{
	return g->rc != 0 || g->full;
}

static void put(struct grab *g, struct slice s)
{
	size_t room = g->max - MIN(g->max, g->out->n);

	if (s.n > room) {
		while (room > 0 && ((unsigned char)s.p[room] & 0xC0) == 0x80)
			room--;
		s.n = room;
		g->full = true;
	}
	str_addsl(g->out, s);
}

static bool is_base64(struct slice line)
{
	bool upper = false, lower = false;

	if (line.n < 60 || line.n > 80)
		return false;
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];

		if (!ascii_isalnum(c) && c != '+' && c != '/' && c != '=')
			return false;
		upper |= c >= 'A' && c <= 'Z';
		lower |= c >= 'a' && c <= 'z';
	}
	return upper && lower;
}

static bool is_uu(struct slice line)
{
	if (line.n != 61 || line.p[0] != 'M')
		return false;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < ' ' || line.p[i] > '`')
			return false;
	return true;
}

static bool is_junk(struct slice line)
{
	return is_base64(line) || is_uu(line);
}

static void put_long_line(struct grab *g, struct slice line)
{
	while (line.n) {
		size_t i = 0, ascii = 0;

		for (; i < line.n && line.p[i] != ' ' && line.p[i] != '\t'; i++)
			ascii += (unsigned char)line.p[i] < 0x80;
		if (ascii <= RUN_MAX || ascii < i)
			put(g, sl_head(line, i));
		put(g, sl_head(sl_skip(line, i), 1));
		line = sl_skip(line, i + 1);
	}
}

/* Line by line, without CR; two lines that look like an encoded file are one. */
static void put_text(struct grab *g, struct slice text)
{
	struct slice line, next = text;
	bool junk = false, more = sl_line(&next, &line);

	while (more && !is_full(g)) {
		struct slice here = line;
		bool was = junk;

		more = sl_line(&next, &line);
		junk = is_junk(here);
		if (junk && (was || (more && is_junk(line))))
			continue;
		if (here.n > RUN_MAX)
			put_long_line(g, here);
		else
			put(g, here);
		put(g, SL("\n"));
	}
}

static void put_z(struct grab *g, const char *z)
{
	if (z && *z)
		put_text(g, sl(z));
}

/* ---- one part ---- */

/* Its decoded bytes, that many at most; borrowed. */
static struct slice part_bytes(struct grab *g, const struct part *p, size_t max)
{
	bool encoded = p->enc == ENC_QP || p->enc == ENC_BASE64 || p->enc == ENC_UU;
	struct part_src ps;
	ssize_t n = 1;

	if (g->fd < 0 && !encoded)
		return sl_head(sl_head(sl_skip(g->mem, (size_t)p->body),
			(size_t)(p->end - p->body)), max);
	str_clear(&g->raw);
	part_open(&ps, p, g->fd, g->mem);
	while (n > 0 && g->raw.n < max) {
		size_t want = MIN(max - g->raw.n, 65536u);

		str_reserve(&g->raw, want);
		n = src_read(part_src(&ps), g->raw.p + g->raw.n, want, g->err);
		if (n > 0)
			g->raw.n += (size_t)n;
	}
	part_close(&ps);
	if (n < 0)
		g->rc = -1;
	return n < 0 ? SL_NONE : str_sl(&g->raw);
}

static bool is_ascii(struct slice s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

/* Does ASCII mean itself in it? */
static bool holds_ascii(struct slice label)
{
	struct slice table = sl(charset_table(label));

	return !sl_starts(table, "ISO-2022") && !sl_starts(table, "UTF-7") && !sl_is(table, "HZ") &&
		!sl_starts(table, "UTF-16") && !sl_starts(table, "UTF-32");
}

static struct slice utf8_of(struct grab *g, struct slice label, struct slice bytes)
{
	bool utf8 = label.n == 0 || sl_iis(label, "us-ascii") || sl_iis(label, "utf-8");
	char *said;

	if ((utf8 || holds_ascii(label)) && is_ascii(bytes) && sl_find(bytes, '\x1b') < 0)
		return bytes;
	if (utf8 && utf8_valid(bytes) && sl_find(bytes, '\x1b') < 0)
		return bytes;
	said = label.n ? sl_dup(label) : NULL;
	str_clear(&g->text);
	charset_to_utf8(sl(guess_said(bytes, said)), bytes, &g->text);
	free(said);
	return str_sl(&g->text);
}

static bool is_html(const struct part *p)
{
	return part_is(p, "text", "html") || part_is(p, "text", "enriched") || part_is(p, "text", "richtext") ||
			part_is(p, "application", "xhtml+xml");
}

/* Borrowed until the next. */
static struct slice leaf_text(struct grab *g, const struct part *p, size_t max)
{
	bool html = is_html(p);
	struct slice label = sl(part_charset(p));
	char *meta = NULL;
	struct str html_text;
	/* HTML says little in many bytes */
	struct slice bytes = part_bytes(g, p, html ? 4 * max : max);

	if (html && label.n == 0)
		label = sl(meta = guess_meta(bytes));
	bytes = utf8_of(g, label, bytes);
	free(meta);
	str_clear(&g->page);
	if (!html)
		return part_is(p, "text", "rtf") && rtf_text(bytes, &g->page) ? str_sl(&g->page) : bytes;
	str_init(&html_text, STR_MAX);
	if (enriched_html(p, bytes, &html_text))
		bytes = str_sl(&html_text);
	html_words(bytes, &g->page);
	str_release(&html_text);
	return str_sl(&g->page);
}

/* ---- parts ---- */

static bool is_attached(const struct part *p)
{
	return sl_is(sl(p->disposition), "attachment");
}

static bool is_text(const struct part *p)
{
	if (p->kind != PART_LEAF)
		return false;
	return part_is(p, "text", NULL) || part_is(p, "multipart", NULL) ||
		part_is(p, "application", "xhtml+xml") ||
		part_is(p, "message", "delivery-status") || part_is(p, "message", "feedback-report");
}

static void grab_message(struct grab *g, const struct part *root)
{
	size_t n = (size_t)MIN(root->body - root->head, (off_t)HEADER_MAX);
	struct slice header = sl_head(sl_skip(g->mem, (size_t)root->head), n);
	struct str text;
	struct hdr field;

	if (g->fd >= 0) {
		struct part top = { .body = root->head, .end = root->head + (off_t)n };

		header = part_bytes(g, &top, n);
	}
	str_init(&text, STR_MAX);
	if (hdr_find(header, "Subject", &field) && hdr_text(field.value, &text) == 0)
		str_addc(&text, '\n');
	if (hdr_find(header, "From", &field))
		hdr_text(field.value, &text);
	put_text(g, str_sl(&text));
	str_release(&text);
}

static void grab(struct grab *g, const struct part *p);

static const struct part *find_text(const struct part *p, const char *subtype)
{
	const struct part *found = NULL;

	if (p->kind == PART_LEAF)
		return part_is(p, "text", subtype) && !is_attached(p) ? p : NULL;
	for (const struct part *c = p->kind == PART_MULTI ? p->child : NULL; c && !found; c = c->next)
		found = find_text(c, subtype);
	return found;
}

/* A part of an alternative into a text of its own: is it worth more than that? */
static bool grab_instead(struct grab *g, const struct part *rich, size_t from)
{
	struct str *out = g->out, other;
	size_t max = g->max;
	bool was_full = g->full, better;

	str_init(&other, STR_MAX);
	g->out = &other;
	g->max = max - from;
	g->full = false;
	g->comparing = true;
	grab(g, rich);
	g->comparing = false;
	better = g->rc == 0 && SHORT * (out->n - from) < other.n;
	if (better) {
		str_cut(out, from);
		str_addsl(out, str_sl(&other));
	} else {
		g->full = was_full;
	}
	g->out = out;
	g->max = max;
	str_release(&other);
	return better;
}

/* Of the same in several forms: plain text, but HTML where that says much more;
 * of the others what is attached in them. */
static void grab_alternative(struct grab *g, const struct part *multi)
{
	const struct part *taken = NULL, *rich = NULL, *html = NULL;
	bool names_only = g->names_only;
	size_t from = g->out->n;

	for (const struct part *c = multi->child; c; c = c->next) {
		if (find_text(c, "html"))
			rich = c;
		else if (!taken && find_text(c, "plain"))
			taken = c;
	}
	if (!taken)
		taken = rich;
	if (taken)
		grab(g, taken);
	if (rich && taken != rich && !names_only && !g->comparing) {
		html = find_text(rich, "html");
		if ((off_t)(SHORT * (g->out->n - from)) < html->end - html->body &&
		    grab_instead(g, rich, from))
			taken = rich;
	}
	g->names_only = names_only || taken;
	for (const struct part *c = multi->child; c; c = c->next)
		if (c != taken)
			grab(g, c);
	g->names_only = names_only;
}

/* A message or multipart that is encoded is read like one that is not. */
static void grab_encoded(struct grab *g, const struct part *p)
{
	struct slice mem = g->mem;
	struct mime_tree *tree;
	struct str whole;
	int fd = g->fd;

	str_init(&whole, STR_MAX);
	part_encoded_start(p, &whole);
	str_addsl(&whole, part_bytes(g, p, ENCODED_MAX));
	tree = mime_parse_mem(str_sl(&whole), NULL);
	g->fd = -1;
	g->mem = str_sl(&whole);
	g->encoded++;
	if (!part_is(p, "multipart", NULL))
		grab_message(g, tree->root);
	grab(g, tree->root);
	g->encoded--;
	g->mem = mem;
	g->fd = fd;
	tree_free(&tree);
	str_release(&whole);
}

static void grab(struct grab *g, const struct part *p)
{
	if (is_full(g))
		return;
	put_z(g, p->filename);
	put_z(g, p->description);
	if (p->kind == PART_MULTI && part_is(p, "multipart", "alternative")) {
		grab_alternative(g, p);
		return;
	}
	if (p->kind == PART_MESSAGE && p->child)
		grab_message(g, p->child);
	if (part_is_encoded(p)) {
		if (g->encoded < ENCODED_DEEP)
			grab_encoded(g, p);
		return;
	}
	for (const struct part *c = p->child; c; c = c->next)
		grab(g, c);
	if (!is_text(p) || (g->names_only && !is_attached(p)))
		return;
	put_text(g, leaf_text(g, p, MIN(g->max - MIN(g->max, g->out->n),
		is_attached(p) ? ATTACHED_MAX : SIZE_MAX)));
}

int tree_text(const struct mime_tree *tree, int fd, struct slice mem, size_t max,
		struct str *out, unsigned *attachments, struct err *err)
{
	struct grab g = { .fd = fd, .mem = mem, .out = out, .max = MIN(max, STR_MAX / 8), .err = err };

	*attachments = 0;
	for (const struct part *p = tree_next(tree, NULL); p; p = tree_next(tree, p))
		*attachments += p->filename || is_attached(p);
	str_init(&g.raw, STR_MAX);
	str_init(&g.text, STR_MAX);
	str_init(&g.page, STR_MAX);
	if (tree->root)
		grab(&g, tree->root);
	str_release(&g.raw);
	str_release(&g.text);
	str_release(&g.page);
	return g.rc;
}
