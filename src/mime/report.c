/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report: what became of a message, as servers and readers report it: delivery status
 * (RFC 3464, and 6533 for other scripts), disposition (RFC 8098) and feedback (RFC 5965).
 * Only what stands in its fields counts here; bounce.c reads what has no such fields.
 */
#include "priv.h"

enum { FIELDS_MAX = 1 << 20, RCPTS_MAX = 10000 };

/* ---- one value ---- */

/* RFC 6533 3: \x{HEX} in utf-8-addr-xtext and -unitext. */
static void add_unitext(struct slice s, struct str *out)
{
	while (s.n) {
		uint32_t cp = 0;
		size_t i = 3;
		char utf8[4];

		if (!sl_starts(s, "\\x{")) {
			str_addc(out, s.p[0]);
			s = sl_skip(s, 1);
			continue;
		}
		while (i < s.n && i < 10 && hex_val((unsigned char)s.p[i]) >= 0)
			cp = cp << 4 | (uint32_t)hex_val((unsigned char)s.p[i++]);
		if (i < s.n && s.p[i] == '}' && cp > 0x1f && cp < 0x110000 && (cp < 0xd800 || cp > 0xdfff)) {
			str_add(out, utf8, utf8_encode(cp, utf8));
			s = sl_skip(s, i + 1);
		} else {
			str_addc(out, '\\');
			s = sl_skip(s, 1);
		}
	}
}

/* "type; value": the value; the type may be missing. */
static struct slice untyped(struct slice s, struct slice *type)
{
	ssize_t at = sl_find(s, ';');

	*type = SL_NONE;
	if (at < 0)
		return sl_trim(s);
	*type = sl_trim(sl_head(s, (size_t)at));
	return sl_trim(sl_skip(s, (size_t)at + 1));
}

/* The first word, if it is an address and nothing else: it stays as it is written, also where
 * RFC 5322 wants quotes ("a..b.@docomo.example"); 'a@b' goes without its own. */
static struct slice bare_address(struct slice s)
{
	size_t n = 0, signs = 0;

	s = sl_trim(s);
	if (s.n > 2 && sl_starts(s, "'") && sl_ends(s, "'"))
		s = sl_make(s.p + 1, s.n - 2);
	for (; n < s.n && (unsigned char)s.p[n] > ' '; n++) {
		signs += s.p[n] == '@';
		if (strchr("<>(),;:\\", s.p[n]))
			return SL_NONE;
	}
	return signs == 1 && s.p[0] != '@' && s.p[n - 1] != '@' ? sl_head(s, n) : SL_NONE;
}

/* An address as senders write it here: in <>, with a name, or with a comment behind it. */
static char *address_of(struct slice value)
{
	struct slice type, s;
	struct addrs list = { 0 };
	struct str text, flat, out;

	str_init(&text, 65536);
	str_init(&flat, 65536);
	str_init(&out, 65536);
	hdr_unfold(value, &flat);
	s = untyped(str_sl(&flat), &type);
	if (sl_iis(type, "utf-8"))
		add_unitext(s, &text);
	else
		str_addsl(&text, s);
	s = bare_address(str_sl(&text));
	if (s.n)
		str_addsl(&out, s);
	else
		addrs_parse(str_sl(&text), &mime_limits_default, &list);
	if (s.n == 0 && (list.n == 0 || addr_spec(&list.v[0], &out) != 0)) {
		str_clear(&out);
		str_addsl(&out, sl_trim(str_sl(&text)));
	}
	addrs_release(&list);
	str_release(&text);
	str_release(&flat);
	return word_detach(&out);
}

/* Where a line was folded one space is left of it. */
static void squeeze(struct str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!ascii_isblank(s->p[i]) || (n > 0 && s->p[n - 1] != ' '))
			s->p[n++] = ascii_isblank(s->p[i]) ? ' ' : s->p[i];
	str_cut(s, n);
}

static char *value_of(struct slice value)
{
	struct str flat, out;
	struct slice type, s;

	str_init(&flat, 1 << 20);
	str_init(&out, 1 << 20);
	hdr_unfold(value, &flat);
	s = untyped(str_sl(&flat), &type);
	/* a code may be followed by a ; of its own: only words are types */
	for (size_t i = 0; i < type.n; i++)
		if (!ascii_isalnum((unsigned char)type.p[i]) && type.p[i] != '-')
			s = sl_trim(str_sl(&flat));
	hdr_text(s, &out);
	squeeze(&out);
	str_release(&flat);
	return word_detach(&out);
}

/* The first class.subject.detail (RFC 3463 2) in a text; "" if none. */
void report_status_in(struct slice s, char out[12])
{
	out[0] = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digits[3] = { 0 };
		size_t k = i, part = 0;

		if (!strchr("245", s.p[i]) || !s.p[i] || (i > 0 && (ascii_isalnum((unsigned char)s.p[i - 1]) || s.p[i - 1] == '.')))
			continue;
		for (; k < s.n && part < 3; k++) {
			if (ascii_isdigit((unsigned char)s.p[k]) && digits[part] < 3)
				digits[part]++;
			else if (s.p[k] == '.' && digits[part] && part < 2)
				part++;
			else
				break;
		}
		/* nor is it the beginning of an IP address */
		if (k + 1 < s.n && s.p[k] == '.' && ascii_isdigit((unsigned char)s.p[k + 1]))
			continue;
		if (part == 2 && digits[0] == 1 && digits[2] && (k == s.n || !ascii_isalnum((unsigned char)s.p[k]))) {
			snprintf(out, 12, "%.*s", (int)MIN(k - i, (size_t)11), s.p + i);
			return;
		}
	}
}

static const struct { const char *word; enum report_action action; } actions[] = {
	{ "failed", ACTION_FAILED }, { "failure", ACTION_FAILED }, { "delayed", ACTION_DELAYED }, { "delivered", ACTION_DELIVERED },
	{ "relayed", ACTION_RELAYED }, { "expanded", ACTION_EXPANDED }, { "displayed", ACTION_DISPLAYED }, { "read", ACTION_DISPLAYED },
	{ "deleted", ACTION_DELETED }, { "processed", ACTION_PROCESSED }, { "dispatched", ACTION_PROCESSED }, { "denied", ACTION_DENIED },
};

const char *report_kind_word(enum report_kind k)
{
	static const char *const words[] = {
		[REPORT_NONE] = "none", [REPORT_DSN] = "dsn", [REPORT_MDN] = "mdn", [REPORT_FEEDBACK] = "feedback",
		[REPORT_BOUNCE] = "bounce", [REPORT_VACATION] = "vacation", [REPORT_CHALLENGE] = "challenge",
	};

	return words[k];
}

const char *report_action_word(enum report_action a)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (actions[i].action == a)
			return actions[i].word;
	return "";
}

/* The first word of the value. */
static enum report_action action_of(struct slice value)
{
	size_t n = 0;

	value = sl_trim(value);
	while (n < value.n && ascii_isalpha((unsigned char)value.p[n]))
		n++;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (sl_iis(sl_head(value, n), actions[i].word))
			return actions[i].action;
	return ACTION_NONE;
}

/* ---- blocks of fields ---- */

static void set(char **field, char *value)
{
	free(*field);
	*field = value;
}

struct report_rcpt *report_rcpt_new(struct report *r)
{
	if (r->n == RCPTS_MAX)
		return NULL;
	mem_grow(r->rcpts, r->n, r->cap);
	r->rcpts[r->n] = (struct report_rcpt){ 0 };
	return &r->rcpts[r->n++];
}

static void rcpt_field(struct report_rcpt *c, const struct hdr *h)
{
	if (sl_iis(h->name, "Final-Recipient")) {
		set(&c->address, address_of(h->value));
	} else if (sl_iis(h->name, "Original-Recipient")) {
		set(&c->original, address_of(h->value));
	} else if (sl_iis(h->name, "Action")) {
		c->action = action_of(h->value);
	} else if (sl_iis(h->name, "Status")) {
		report_status_in(h->value, c->status);
	} else if (sl_iis(h->name, "Remote-MTA")) {
		set(&c->remote, value_of(h->value));
	} else if (sl_iis(h->name, "Diagnostic-Code")) {
		set(&c->diagnostic, value_of(h->value));
	}
}

static void message_field(struct report *r, const struct hdr *h)
{
	if (sl_iis(h->name, "Original-Envelope-Id"))
		set(&r->envelope_id, value_of(h->value));
	else if (sl_iis(h->name, "Reporting-MTA"))
		set(&r->reporter, value_of(h->value));
}

/* A status says what the reply says where it has none itself, and the class of a status
 * what the action is. */
static void finish_rcpt(struct report_rcpt *c)
{
	if (!c->address)
		c->address = mem_strdup(c->original ? c->original : "");
	if (!c->status[0] && c->diagnostic)
		report_status_in(sl(c->diagnostic), c->status);
	if (c->action == ACTION_NONE && c->status[0])
		c->action = c->status[0] == '5' ? ACTION_FAILED : c->status[0] == '4' ? ACTION_DELAYED : ACTION_DELIVERED;
}

static bool names(struct slice field)
{
	return sl_iis(field, "Final-Recipient") || sl_iis(field, "Original-Recipient");
}

static bool names_anybody(struct slice block)
{
	struct hdr h;

	while (hdr_next(&block, &h) == 1)
		if (names(h.name))
			return true;
	return false;
}

/* Does another recipient begin with this field?  first: of a block that names somebody. */
static bool begins_rcpt(const struct report_rcpt *c, bool first, struct slice field)
{
	if (sl_iis(field, "Final-Recipient"))
		return !c || c->address;
	if (sl_iis(field, "Original-Recipient"))
		return !c || c->original || (first && c->address);
	return (sl_iis(field, "Action") || sl_iis(field, "Status")) && (!c || (first && c->address));
}

/* RFC 3464 2.1: fields of the message, and then a block for each recipient.  Blank lines may
 * be missing, or too many: what names nobody is of the one before. */
void report_blocks(struct report *r, struct slice text)
{
	struct slice rest = text, line, block;
	struct report_rcpt *c = NULL;
	struct hdr h;

	while (rest.n) {
		const char *from = rest.p;
		bool first;

		while (sl_line(&rest, &line) && sl_trim(line).n)
			;
		block = sl_range(from, rest.p ? rest.p : text.p + text.n);
		first = names_anybody(block);
		while (hdr_next(&block, &h) == 1) {
			if (begins_rcpt(c, first, h.name) && !(c = report_rcpt_new(r)))
				return;
			first = first && !names(h.name) && !sl_iis(h.name, "Action") && !sl_iis(h.name, "Status");
			if (c)
				rcpt_field(c, &h);
			else
				message_field(r, &h);
		}
	}
	for (size_t i = 0; i < r->n; i++)
		finish_rcpt(&r->rcpts[i]);
}

/* RFC 8098 3.1 */
static void read_disposition(struct report *r, struct slice text)
{
	struct report_rcpt *c = report_rcpt_new(r);
	struct slice id, rest;
	struct hdr h;

	while (c && hdr_next(&text, &h) == 1) {
		ssize_t at = sl_find(h.value, ';');

		rcpt_field(c, &h);
		rest = h.value;
		if (sl_iis(h.name, "Disposition"))
			c->action = action_of(at < 0 ? h.value : sl_skip(h.value, (size_t)at + 1));
		else if (sl_iis(h.name, "Original-Message-ID") && msgid_next(&rest, &id))
			set(&r->message_id, sl_dup(id));
		else if (sl_iis(h.name, "Reporting-UA"))
			set(&r->reporter, value_of(h.value));
	}
	if (c)
		finish_rcpt(c);
}

/* RFC 5965 3: whose mailbox it came from; nothing became of the message. */
static void read_feedback(struct report *r, struct slice text)
{
	struct report_rcpt *c;
	struct hdr h;

	while (hdr_next(&text, &h) == 1) {
		if (sl_iis(h.name, "Original-Rcpt-To") && (c = report_rcpt_new(r)))
			c->address = address_of(h.value);
		else if (sl_iis(h.name, "Original-Envelope-Id"))
			set(&r->envelope_id, value_of(h.value));
		else if (sl_iis(h.name, "Reporting-MTA"))
			set(&r->reporter, value_of(h.value));
	}
}

void report_original(struct report *r, struct slice text)
{
	struct report_rcpt *c;
	struct str spec;
	struct env env;

	str_init(&spec, 65536);
	env_parse(sl_head(text, hdr_length(text)), &mime_limits_default, &env);
	if (env.message_id && !r->message_id)
		r->message_id = mem_strdup(env.message_id);
	if (!r->subject && env.subject[0])
		r->subject = mem_strdup(env.subject);
	if (!r->date.ok)
		r->date = env.date;
	if (r->n == 0 && r->kind == REPORT_FEEDBACK) {
		letter_address(text, COMPLAINT_FIELD, &spec);
		if (spec.n && (c = report_rcpt_new(r)))
			c->address = word_detach(&spec);
	}
	/* the only one it went to, where nobody else is named */
	if (r->n == 0 && r->kind == REPORT_FEEDBACK && env.to.n == 1 && env.cc.n == 0 && env.to.v[0].domain &&
	    addr_spec(&env.to.v[0], &spec) == 0 && (c = report_rcpt_new(r)))
		c->address = word_detach(&spec);
	str_release(&spec);
	env_release(&env);
}

/* ---- the whole ---- */

int report_part(const struct part *p, int fd, struct slice mem, struct str *out, struct err *err)
{
	struct part_src src;
	char block[8192];
	ssize_t n;

	str_clear(out);
	part_open(&src, p, fd, mem);
	while ((n = src_read(part_src(&src), block, sizeof(block), err)) > 0 && out->n < FIELDS_MAX)
		str_add(out, block, (size_t)n);
	part_close(&src);
	return n < 0 ? -1 : 0;
}

static enum report_kind kind_of(const struct part *p)
{
	if (part_is(p, "message", "delivery-status") || part_is(p, "message", "global-delivery-status"))
		return REPORT_DSN;
	if (part_is(p, "message", "disposition-notification") || part_is(p, "message", "global-disposition-notification"))
		return REPORT_MDN;
	return part_is(p, "message", "feedback-report") ? REPORT_FEEDBACK : REPORT_NONE;
}

bool part_is_inside(const struct part *p)
{
	while ((p = p->parent))
		if (p->kind == PART_MESSAGE)
			return true;
	return false;
}

bool report_is_original(const struct part *p)
{
	return part_is(p, "message", "rfc822") || part_is(p, "message", "global") || part_is(p, "message", "global-headers") ||
		part_is(p, "text", "rfc822-headers");
}

int report_read(const struct mime_tree *tree, int fd, struct slice mem, struct report *r, struct err *err)
{
	struct str text;
	int result = 0;

	*r = (struct report){ 0 };
	str_init(&text, FIELDS_MAX + 8192);
	for (const struct part *p = tree_next(tree, NULL); p && result == 0; p = tree_next(tree, p)) {
		enum report_kind kind = kind_of(p);

		/* What is inside of another message, returned or passed on, is not this report's. */
		if (part_is_inside(p) || (kind == REPORT_NONE && (r->kind == REPORT_NONE || !report_is_original(p) || r->subject)))
			continue;
		/* some give a part for each recipient */
		if (kind != REPORT_NONE && r->kind != REPORT_NONE && kind != r->kind)
			continue;
		result = report_part(p, fd, mem, &text, err);
		if (kind != REPORT_NONE)
			r->kind = kind;
		if (kind == REPORT_DSN)
			report_blocks(r, str_sl(&text));
		else if (kind == REPORT_MDN)
			read_disposition(r, str_sl(&text));
		else if (kind == REPORT_FEEDBACK)
			read_feedback(r, str_sl(&text));
		else
			report_original(r, str_sl(&text));
	}
	if (result == 0 && (r->kind == REPORT_NONE || (r->kind == REPORT_DSN && (r->n == 0 || (r->n == 1 && !strchr(r->rcpts[0].address, '@'))))))
		result = bounce_read(tree, fd, mem, r, err);
	for (size_t i = 0; i < r->n; i++) {
		/* what failed is the program of a reader: it had the message (RFC 2298 3.2.6.2) */
		bool of_reader = r->kind == REPORT_MDN && r->rcpts[i].action == ACTION_FAILED;

		r->rcpts[i].meant = of_reader ? ACTION_NONE : r->rcpts[i].action;
		memcpy(r->rcpts[i].code, r->rcpts[i].status, sizeof(r->rcpts[i].code));
	}
	if (result == 0 && r->kind == REPORT_DSN)
		result = report_say(tree, fd, mem, r, err);
	str_release(&text);
	return result;
}

void report_release(struct report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->rcpts[i].address);
		free(r->rcpts[i].original);
		free(r->rcpts[i].remote);
		free(r->rcpts[i].diagnostic);
	}
	free(r->rcpts);
	free(r->envelope_id);
	free(r->reporter);
	free(r->message_id);
	free(r->subject);
	*r = (struct report){ 0 };
}
