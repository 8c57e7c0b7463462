/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recallmsg: a message becomes one that is written again: its fields, its text, and
 * its attachments as files.  What a draft of ours says of itself (X-Pabal-Draft)
 * counts only where no post office has touched it.
 */
#include "priv.h"
#include <fcntl.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)64 << 20)

/* ---- what a draft says of itself ---- */

static char **note_string(struct compose *c, struct slice key)
{
	const struct { const char *key; char **to; } strings[] = {
		{ "account", &c->account }, { "headers", &c->headers }, { "about", &c->about }, { "from", &c->from },
		{ "to", &c->to }, { "cc", &c->cc }, { "bcc", &c->bcc }, { "reply-to", &c->reply_to },
	};

	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		if (sl_is(key, strings[i].key))
			return strings[i].to;
	return NULL;
}

static void note_fact(struct compose *c, struct slice key, struct slice value, bool *resend)
{
	uint64_t n = 0;

	if (sl_is(key, "notify")) {
		c->notify_success = sl_find(value, 'S') >= 0;
		c->notify_failure = sl_find(value, 'F') >= 0;
		c->notify_delay = sl_find(value, 'D') >= 0;
	} else if (sl_is(key, "flag") && (sl_is(value, "R") || sl_is(value, "P"))) {
		c->about_flag = value.p[0];
	} else if (sl_u64(value, INT64_MAX, &n) == 0) {
		if (sl_is(key, "receipt"))
			c->receipt = n != 0;
		else if (sl_is(key, "markdown"))
			c->markdown = n != 0;
		else if (sl_is(key, "send-at"))
			c->send_at = (int64_t)n;
		else if (sl_is(key, "rcpts"))
			c->rcpts_before = (unsigned)MIN(n, (uint64_t)UINT32_MAX);
		else if (sl_is(key, "resend"))
			*resend = n != 0;
	}
}

/* A value longer than a word stands in several with the same key. */
static void read_note(struct compose *c, struct slice value, bool *resend)
{
	struct slice rest, word, key, last = SL_NONE;
	struct str flat, v;
	char **to = NULL;

	str_init(&flat, STR_MAX);
	str_init(&v, STR_MAX);
	hdr_unfold(value, &flat);
	rest = str_sl(&flat);
	while (sl_word(&rest, &word)) {
		if (!sl_cut(&word, '=', &key))
			continue;
		if (!sl_eq(key, last))
			str_clear(&v);
		last = key;
		to = note_string(c, key);
		if (!to)
			note_fact(c, key, word, resend);
		else if (str_unpct(&v, word) == 0 && !memchr(v.p, 0, v.n))
			compose_set(to, v.p);
	}
	str_release(&flat);
	str_release(&v);
}

static bool was_delivered(struct slice header)
{
	static const char *const marks[] = { "Received", "Return-Path", "Delivered-To" };
	struct hdr h;

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (hdr_find(header, marks[i], &h))
			return true;
	return false;
}

/* ---- fields ---- */

static bool is_own(const struct account *a, const struct addr *who)
{
	if (conf_own(&a->address, who))
		return true;
	for (size_t i = 0; i < a->identities.n; i++)
		if (conf_own(&a->identities.v[i], who))
			return true;
	return false;
}

/* The writer of another's message is not who writes now. */
static void take_from(struct compose *c, const struct conf *conf, const struct env *e)
{
	for (size_t i = 0; i < conf->n_accounts && e->from.n; i++) {
		if (!is_own(&conf->accounts[i], &e->from.v[0]))
			continue;
		compose_set(&c->account, conf->accounts[i].name);
		compose_list(&c->from, &(struct addrs){ .v = e->from.v, .n = 1 });
		compose_list(&c->reply_to, &e->reply_to);
		return;
	}
}

static void take_fields(struct compose *c, const struct conf *conf, const struct env *e)
{
	struct str subject;

	take_from(c, conf, e);
	compose_list(&c->to, &e->to);
	compose_list(&c->cc, &e->cc);
	compose_list(&c->bcc, &e->bcc);
	str_init(&subject, STR_MAX);
	utf8_sanitize(&subject, sl(e->subject), CLEAN_LINE);
	compose_set(&c->subject, subject.p);
	str_release(&subject);
	compose_set(&c->in_reply_to, e->in_reply_to);
	compose_set(&c->references, e->references);
}

/* ---- text ---- */

static int html_text(const struct recalled *m, const struct part *p, struct str *out, struct err *err)
{
	struct str html;
	struct sink sink;
	int r;

	str_init(&html, TEXT_MAX);
	sink_str(&sink, &html);
	r = part_text(p, m->fd, m->mem, &sink, err);
	if (r == 0 && html_words(str_sl(&html), out) != 0)
		r = err_set(err, ERR_LIMIT, _("The text of the message is too large to be edited."));
	str_release(&html);
	return r;
}

static int take_text(struct compose *c, const struct recalled *m, const struct part *body, struct err *err)
{
	struct str text, clean;
	struct sink sink;
	int r = 0;

	str_init(&text, TEXT_MAX);
	str_init(&clean, STR_MAX);
	sink_str(&sink, &text);
	if (body && part_is(body, "text", "html"))
		r = m->html ? m->html(m->ctx, &text, err) : html_text(m, body, &text, err);
	else if (body)
		r = part_text(body, m->fd, m->mem, &sink, err);
	if (r == 0) {
		if (utf8_valid(str_sl(&text)))
			str_addsl(&clean, str_sl(&text));
		else
			charset_to_utf8(SL("utf-8"), str_sl(&text), &clean);
		free(c->text);
		c->text = word_detach(&clean);
	}
	str_release(&text);
	str_release(&clean);
	return r;
}

/* ---- parts ---- */

static bool is_in(const struct part *p, const struct part *whole)
{
	while (p && p != whole)
		p = p->parent;
	return p != NULL;
}

/* Another form of the text, or a signature that says nothing of what is written anew. */
static bool is_left_out(const struct part *p, const struct part *body)
{
	const struct part *up = p->parent;

	if (part_is(p, "application", "pgp-signature") || part_is(p, "application", "pkcs7-signature") ||
	    part_is(p, "application", "x-pkcs7-signature"))
		return true;
	return body && up && part_is(up, "multipart", "alternative") && is_in(body, up) && !is_in(body, p);
}

static const struct part *next_beside(const struct part *p)
{
	while (p && !p->next)
		p = p->parent;
	return p ? p->next : NULL;
}

/* "text/calendar; method=REPLY"; what says how bytes are read, and names, are told elsewhere. */
void compose_part_type(const struct part *p, struct str *out)
{
	str_addf(out, "%s/%s", p->type, p->subtype);
	for (size_t i = 0; i < p->params.n; i++) {
		struct slice name = sl(p->params.v[i].name), value = sl(p->params.v[i].value);
		bool plain = lex_is_token(name) && !sl_is(name, "name") && !sl_is(name, "boundary") && value.n <= 256 &&
			!(sl_is(name, "charset") && (sl_iis(value, "utf-8") || sl_iis(value, "us-ascii")));

		for (size_t k = 0; k < value.n && plain; k++)
			plain = value.p[k] >= ' ' && value.p[k] <= '~' && value.p[k] != '"' && value.p[k] != '\\';
		if (plain)
			str_addf(out, lex_is_token(value) ? "; %s=%s" : "; %s=\"%s\"", name.p, value.p);
	}
}

int compose_take_part(struct compose *c, const struct recalled *m, const struct part *p, struct err *err)
{
	struct str name, type;
	struct part_src ps;
	int r;

	str_init(&name, 4096);
	str_init(&type, 8192);
	part_name(p, &name);
	compose_part_type(p, &type);
	part_open(&ps, p, m->fd, m->mem);
	r = compose_attach_src(c, part_src(&ps), name.p, type.full ? NULL : type.p, err);
	part_close(&ps);
	if (r == 0) {
		struct compose_file *f = &c->files[c->n_files - 1];

		f->description = mem_strdup(p->description);
		f->is_inline = p->disposition && strcmp(p->disposition, "inline") == 0;
	}
	str_release(&name);
	str_release(&type);
	return r;
}

int compose_take_parts(struct compose *c, const struct recalled *m, const struct part *body, struct err *err)
{
	const struct part *p = m->tree->root;

	while (p) {
		bool down = p->kind == PART_MULTI && !is_left_out(p, body);

		if (p->kind != PART_MULTI && p != body && !is_left_out(p, body) && compose_take_part(c, m, p, err) != 0)
			return -1;
		p = down && p->child ? p->child : next_beside(p);
	}
	return 0;
}

/* ---- all of it ---- */

/* In a draft of ours the text is always first. */
static const struct part *first_leaf(const struct part *p)
{
	while (p && p->kind == PART_MULTI)
		p = p->child;
	return p;
}

static int make_resend(struct compose *c, struct err *err)
{
	if (c->n_files == 0)
		return err_set(err, ERR_INPUT, _("The message that was to be passed on is not in the draft any more."));
	compose_set(&c->resend, c->files[c->n_files - 1].path);
	compose_detach(c, c->n_files - 1);
	return 0;
}

int compose_take_message(struct compose *c, const struct conf *conf, const struct recalled *m, struct err *err)
{
	const struct part *body;
	bool resend = false;
	struct hdr h;
	bool ours = !was_delivered(m->header) && hdr_find(m->header, "X-Pabal-Draft", &h);

	take_fields(c, conf, m->env);
	if (ours) {
		c->markdown = false;
		read_note(c, h.value, &resend);
	}
	body = ours ? first_leaf(m->tree->root) : tree_best_text(m->tree);
	if (ours && body && !part_is(body, "text", NULL))
		body = NULL;
	if (take_text(c, m, body, err) != 0 || compose_take_parts(c, m, body, err) != 0)
		return -1;
	return resend ? make_resend(c, err) : 0;
}

/* ---- an item of the outbox ---- */

/* Whom the envelope names and the header does not. */
static void hidden(const struct envelope *e, const struct addrs *to, const struct addrs *cc, char **bcc)
{
	const struct addrs *const lists[] = { to, cc };
	struct map *seen = map_new();
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
		for (size_t i = 0; i < lists[l]->n; i++) {
			struct str spec, folded;

			str_init(&spec, 8192);
			str_init(&folded, 8192);
			addr_spec(&lists[l]->v[i], &spec);
			utf8_casefold(&folded, str_sl(&spec));
			map_put(seen, str_sl(&folded), seen);
			str_release(&spec);
			str_release(&folded);
		}
	}
	for (size_t i = 0; i < e->n; i++) {
		struct str folded;

		str_init(&folded, 8192);
		utf8_casefold(&folded, sl(e->rcpt[i].addr));
		if (!map_get(seen, str_sl(&folded)))
			str_addf(&s, "%s%s", s.n ? ", " : "", e->rcpt[i].addr);
		str_release(&folded);
	}
	map_free(&seen);
	compose_set(bcc, s.p);
	str_release(&s);
}

/* The Resent fields on top say who gets it; what is below goes out as it is. */
static int from_resent(struct compose *c, const struct recalled *m, struct addrs *to, struct addrs *cc, struct err *err)
{
	struct slice rest = m->header, next = rest;
	bool last = false;
	struct str subject;
	struct src src;
	struct hdr h;
	int r;

	while (!last && hdr_next(&next, &h) == 1 && sl_istarts(h.name, "Resent-")) {
		if (sl_iis(h.name, "Resent-To"))
			addrs_parse(h.value, &mime_limits_default, to);
		else if (sl_iis(h.name, "Resent-Cc"))
			addrs_parse(h.value, &mime_limits_default, cc);
		rest = sl_range(h.whole.p + h.whole.n, m->header.p + m->header.n);
		next = rest;
		last = sl_iis(h.name, "Resent-Message-ID");     /* of our block; older ones may follow */
	}
	src_range(&src, m->fd, (off_t)(rest.p - m->header.p), -1);
	r = compose_keep(c, &src, "message.eml", &c->resend, err);
	src_release(&src);
	str_init(&subject, STR_MAX);
	utf8_sanitize(&subject, sl(m->env->subject), CLEAN_LINE);
	compose_set(&c->subject, subject.p);
	str_release(&subject);
	compose_list(&c->to, to);
	compose_list(&c->cc, cc);
	return r;
}

static void take_envelope(struct compose *c, const struct conf *conf, const struct envelope *e)
{
	const char *notify = e->n && e->rcpt[0].notify ? e->rcpt[0].notify : "FAILURE,DELAY";

	if (conf_account(conf, e->account))
		compose_set(&c->account, e->account);
	c->notify_success = strstr(notify, "SUCCESS") != NULL;
	c->notify_failure = strstr(notify, "FAILURE") != NULL;
	c->notify_delay = strstr(notify, "DELAY") != NULL;
	c->send_at = e->send_at > rt_now() / 1000000 ? e->send_at : 0;
}

/* What the writer added by hand. */
static void take_headers(struct compose *c, struct slice header)
{
	static const char *const usual[] = { "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID",
		"In-Reply-To", "References", "MIME-Version", "Disposition-Notification-To" };
	struct str s;
	struct hdr h;

	str_init(&s, STR_MAX);
	while (hdr_next(&header, &h) == 1) {
		bool known = sl_istarts(h.name, "Content-");

		for (size_t i = 0; i < ARRAY_LEN(usual) && !known; i++)
			known = sl_iis(h.name, usual[i]);
		if (known)
			continue;
		str_addf(&s, SL_FMT ": ", SL_ARG(h.name));
		hdr_text(h.value, &s);
		str_addc(&s, '\n');
	}
	if (s.n && !memchr(s.p, 0, s.n))
		compose_set(&c->headers, s.p);
	str_release(&s);
}

/* HTML that would be made of its text anew. */
static bool was_markdown(const struct compose *c, const struct recalled *m)
{
	const struct part *body = tree_best_text(m->tree), *html = body ? body->next : NULL;
	struct err ignored = ERR_INIT;
	struct str there, made;
	struct sink sink;
	bool same;

	if (!html || !part_is(body->parent, "multipart", "alternative") || !part_is(html, "text", "html"))
		return false;
	str_init(&there, STR_MAX);
	str_init(&made, STR_MAX);
	sink_str(&sink, &there);
	same = part_text(html, m->fd, m->mem, &sink, &ignored) == 0 && markdown_html(sl(c->text), &made) == 0 &&
		sl_eq(str_sl(&there), str_sl(&made));
	str_release(&there);
	str_release(&made);
	return same;
}

static int take_item(struct compose *c, const struct conf *conf, const struct item *it, const struct recalled *m, struct err *err)
{
	struct slice first = m->header;
	struct addrs to = { 0 }, cc = { 0 };
	struct hdr h;
	int r;

	if (hdr_next(&first, &h) == 1 && sl_istarts(h.name, "Resent-")) {
		r = from_resent(c, m, &to, &cc, err);
		hidden(&it->env, &to, &cc, &c->bcc);
	} else {
		r = compose_take_message(c, conf, m, err);
		c->receipt = hdr_find(m->header, "Disposition-Notification-To", &h);
		c->markdown = was_markdown(c, m);
		take_headers(c, m->header);
		hidden(&it->env, &m->env->to, &m->env->cc, &c->bcc);
	}
	take_envelope(c, conf, &it->env);
	addrs_release(&to);
	addrs_release(&cc);
	return r;
}

int compose_from_item(struct compose *c, const struct conf *conf, struct outbox *o, const char *id, struct err *err)
{
	struct recalled m = { .fd = -1 };
	struct mime_tree *tree = NULL;
	struct item it = { 0 };
	struct str header;
	struct env env;
	int r;

	if (outbox_get(o, id, &it, err) != 0)
		return -1;
	str_init(&header, 16 << 20);
	m.fd = outbox_message(o, id, err);
	r = m.fd < 0 ? -1 : 0;
	if (r == 0)
		tree = mime_parse_fd(m.fd, 0, -1, &mime_limits_default, err);
	if (r == 0 && (!tree || hdr_read(m.fd, 0, &header) < 0))
		r = tree ? err_sys(err, _("Can't read the outbox item %s"), id) : -1;
	if (r == 0) {
		env_parse(str_sl(&header), &mime_limits_default, &env);
		m.tree = tree;
		m.env = &env;
		m.header = str_sl(&header);
		r = take_item(c, conf, &it, &m, err);
		env_release(&env);
	}
	tree_free(&tree);
	if (m.fd >= 0)
		fs_close(&m.fd);
	str_release(&header);
	item_release(&it);
	return r;
}
