/* SPDX-License-Identifier: GPL-3.0-or-later
 * round-read: what was written, read by pabal; see round.h */
#include "round.h"

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_addrs(const struct addrs *a, const struct addrs *b)
{
	bool good = a->n == b->n && a->bad == 0;

	for (size_t i = 0; i < a->n && good; i++)
		good = same(a->v[i].name, b->v[i].name) && same(a->v[i].local, b->v[i].local) && same(a->v[i].domain, b->v[i].domain);
	return good;
}

static const char *read_env(const struct round *r, struct slice head)
{
	const char *what = NULL;
	struct env e;

	env_parse(head, &mime_limits_default, &e);
	if (!same(e.subject, r->subject))
		what = "subject";
	else if (!same_addrs(&e.from, &r->from))
		what = "from";
	else if (!same_addrs(&e.to, &r->to))
		what = "to";
	else if (!same_addrs(&e.cc, &r->cc))
		what = "cc";
	else if (!same_addrs(&e.reply_to, &r->reply_to))
		what = "reply-to";
	else if (!e.date.ok || e.date.sec != r->date || e.date.zone != r->zone)
		what = "date";
	else if (!same(e.message_id, r->id) || !same(e.in_reply_to, r->in_reply_to) || !same(e.references, r->references))
		what = "ids";
	env_release(&e);
	return what;
}

static const char *read_fields(const struct round *r, struct slice head)
{
	const char *what = NULL;
	struct str text;
	struct hdr h;

	str_init(&text, STR_MAX);
	for (size_t i = 0; i < r->n_fields && !what; i++) {
		str_clear(&text);
		if (!hdr_find(head, r->fields[i].name, &h))
			what = "a field is gone";
		else if ((r->fields[i].text ? hdr_text : hdr_unfold)(h.value, &text), !sl_is(str_sl(&text), r->fields[i].want))
			what = "a field";
	}
	str_release(&text);
	return what;
}

static bool has_bytes(const struct part *p, struct slice mem, struct slice want)
{
	struct err err = ERR_INIT;
	struct part_src ps;
	struct sink sink;
	struct str out;
	bool good;

	if (p->kind == PART_MESSAGE)
		return sl_eq(sl_make(mem.p + p->body, (size_t)(p->end - p->body)), want);
	str_init(&out, STR_MAX);
	sink_str(&sink, &out);
	part_open(&ps, p, -1, mem);
	good = src_copy(part_src(&ps), &sink, &err) == 0 && sl_eq(str_sl(&out), want);
	part_close(&ps);
	str_release(&out);
	return good;
}

/* Composed, as names are shown. */
static bool same_filename(const char *name, const char *found)
{
	struct str composed;
	bool good;

	if (!name || !found)
		return name == found;
	str_init(&composed, STR_MAX);
	utf8_nfc(&composed, sl(name));
	good = sl_is(str_sl(&composed), found);
	str_release(&composed);
	return good;
}

static const char *read_file(const struct round_file *f, const struct part *p, struct slice mem)
{
	char type[256];

	snprintf(type, sizeof(type), "%s/%s", p->type, p->subtype);
	if (strcmp(type, f->type) != 0)
		return "type of a file";
	if (!same_filename(f->name, p->filename))
		return "name of a file";
	if (!same(f->description, p->description))
		return "description of a file";
	if (!same(f->id, p->id))
		return "id of a file";
	if (!p->disposition || strcmp(p->disposition, f->is_inline ? "inline" : "attachment") != 0)
		return "disposition of a file";
	if (f->inside && p->kind != PART_MESSAGE)
		return "a message is none";
	return has_bytes(p, mem, str_sl(&f->bytes)) ? NULL : "bytes of a file";
}

static const char *read_body(const struct round *r, const struct part *p, struct slice mem)
{
	const struct part *text = p;

	if (r->n_files) {
		if (!part_is(p, "multipart", "mixed"))
			return "tree";
		p = text = p->child;
	}
	if (r->has_html) {
		if (!part_is(p, "multipart", "alternative") || !p->child || !p->child->next || p->child->next->next)
			return "tree";
		text = p->child;
		if (!part_is(text->next, "text", "html") || !has_bytes(text->next, mem, str_sl(&r->html)))
			return "html";
	}
	if (!part_is(text, "text", "plain") || !has_bytes(text, mem, str_sl(&r->text)))
		return "text";
	for (size_t i = 0; i < r->n_files; i++) {
		const char *what;

		p = p->next;
		what = p ? read_file(&r->files[i], p, mem) : "files";
		if (what)
			return what;
	}
	return r->n_files && p->next ? "files" : NULL;
}

/* As the strictest reader takes it. */
static const char *strict(struct slice message)
{
	struct slice line, rest = message, words;
	bool header = true;

	if (!sl_ends(message, "\n"))
		return "the last line has no end";
	while (sl_line(&rest, &line)) {
		header = header && line.n;
		if (line.n > 998)
			return "a line over 998";
		words = sl_trim(sl_skip(line, line.n && line.p[0] == ' ' ? 1 : (size_t)(sl_find(line, ':') + 1)));
		if (header && line.n > 78 && sl_find(words, ' ') >= 0)
			return "a header line over 78 that could be folded";
		if (memchr(line.p, '\r', line.n) || memchr(line.p, 0, line.n))
			return "a CR or NUL";
		for (size_t i = 0; i < line.n && header; i++)
			if ((unsigned char)line.p[i] >= 0x80)
				return "an 8-bit byte in the header";
	}
	return NULL;
}

const char *round_read(const struct round *r)
{
	struct slice mem = str_sl(&r->out), head = sl_head(mem, hdr_length(mem));
	struct mime_tree *t = mime_parse_mem(mem, NULL);
	const char *what = strict(mem);
	unsigned wrong = t->defects;
	bool opaque = false;

	for (size_t i = 0; i < r->n_files; i++)
		opaque = opaque || r->files[i].opaque;
	if (opaque)             /* RFC 2046 5.2.1 has no way for it */
		wrong &= ~(unsigned)DEF_ENC_ON_MULTI;
	if (!what)
		what = read_env(r, head);
	if (!what)
		what = read_fields(r, head);
	if (!what)
		what = read_body(r, t->root, mem);
	/* defects of messages inside that are no work of ours */
	for (size_t i = 0; i < r->n_files && wrong; i++)
		if (sl_is(sl(r->files[i].type), "message/rfc822"))
			wrong = 0;
	if (!what && wrong)
		what = "defects";
	tree_free(&t);
	return what;
}
