/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * renderplan: which parts of a message are shown, in which order, and which are
 * listed to be taken out.  Parts are at most mime_limits.depth deep, which
 * bounds the recursion.
 */
#include "priv.h"

bool part_is_html(const struct part *p)
{
	return part_is(p, "text", "html") || part_is(p, "text", "enriched") || part_is(p, "text", "richtext") ||
		part_is(p, "application", "xhtml+xml");
}

bool part_is_wrapped(const struct part *p)
{
	return p->kind == PART_LEAF && (part_is(p, "message", NULL) || part_is(p, "multipart", NULL)) && inner_may_be(p);
}

static bool is_shown(const struct part *p)
{
	bool status = part_is(p, "message", "delivery-status") || part_is(p, "message", "feedback-report") ||
		part_is(p, "message", "disposition-notification");

	if (p->kind != PART_LEAF || part_is_attached(p) || p->enc == ENC_UNKNOWN)
		return false;
	if (part_is(p, "text", "plain") || part_is_html(p) || part_is(p, "multipart", NULL) || status)
		return true;
	return part_is(p, "text", NULL) && (!p->filename || !p->parent || sl_is(sl(p->disposition), "inline"));
}

static struct piece *add_piece(struct render *r, enum piece_kind kind, const struct part *p)
{
	mem_grow(r->pieces, r->n_pieces, r->cap_pieces);
	r->pieces[r->n_pieces] = (struct piece){ .kind = kind, .part = p };
	return &r->pieces[r->n_pieces++];
}

static void add_note(struct render *r, const struct part *p, const char *fmt, ...) PRINTF(3, 4);
static void add_note(struct render *r, const struct part *p, const char *fmt, ...)
{
	struct str text;
	va_list ap;

	str_init(&text, STR_MAX);
	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	add_piece(r, PIECE_NOTE, p)->note = str_detach(&text);
	str_release(&text);
}

static void add_part(struct render *r, const struct part *p)
{
	mem_grow(r->parts, r->n_parts, r->cap_parts);
	r->parts[r->n_parts++] = p;
}

/* All leaves of what is not shown. */
static void list_parts(struct render *r, const struct part *p)
{
	if (p->kind != PART_MULTI && (!p->blank || part_is_attached(p)))
		add_part(r, p);
	for (const struct part *c = p->kind == PART_MULTI ? p->child : NULL; c; c = c->next)
		list_parts(r, c);
}

static void collect(struct render *r, const struct part *p);
static bool collect_calendar(struct render *r, const struct part *p);

#define ONLY_READ ((size_t)1 << 10)     /* more is a text of its own */

/* Nothing but that there is a better form. */
static bool says_nothing(struct render *r, const struct part *p)
{
	struct err err = ERR_INIT;
	struct str text;
	bool cut, is;

	if (!part_is(p, "text", "plain") || p->end - p->body > (off_t)ONLY_READ * 2)
		return false;
	str_init(&text, STR_MAX);
	is = body_text(r, p, ONLY_READ, &text, &cut, &err) && !cut && only_says_html(str_sl(&text));
	str_release(&text);
	return is;
}

/* What a form of the same is worth here; 0: nothing that can be shown. */
static int worth(const struct render *r, struct part *p)
{
	struct mime_tree tree = { .root = p };
	const struct part *text = tree_best_text(&tree);

	if (!text)
		return part_is(p, "application", "xhtml+xml") ? 2 : 0;
	if (text->blank)
		return 1;
	if (part_is_html(text))
		return r->opts.html ? 5 : 3;
	return part_is(text, "text", "plain") || part_is(text, "multipart", NULL) ? 4 : 2;
}

/* Where there is HTML, a text that only says so counts as none, here and for an answer. */
static void drop_hollow(struct render *r, const struct part *multi)
{
	bool rich = false;

	for (struct part *c = multi->child; c; c = c->next) {
		struct part *text = tree_best_text(&(struct mime_tree){ .root = c });

		rich = rich || (text && part_is_html(text) && !text->blank);
	}
	for (struct part *c = multi->child; c && rich; c = c->next)
		if (!c->blank && says_nothing(r, c))
			c->blank = true;
}

static void collect_alternative(struct render *r, const struct part *multi)
{
	const struct part *taken = NULL;
	int best = 0;

	drop_hollow(r, multi);
	for (struct part *c = multi->child; c; c = c->next) {
		int one = worth(r, c);

		if (one && one >= best) {
			best = one;
			taken = c;
		}
	}
	/* an invitation stands above the text that tells of it */
	for (const struct part *c = multi->child; c; c = c->next)
		if (c != taken)
			collect_calendar(r, c);
	if (taken)
		collect(r, taken);
	for (const struct part *c = multi->child; c; c = c->next)
		if (c != taken && (!part_is_calendar(c) || c->blank))
			list_parts(r, c);
}

/* The part that "start" names, or the first, is the text; the rest goes with it. */
static void collect_related(struct render *r, const struct part *multi)
{
	struct slice start = sl_trim(sl(params_get(&multi->params, "start")));
	const struct part *root = multi->child;

	if (start.n > 2 && start.p[0] == '<' && start.p[start.n - 1] == '>')
		start = sl_make(start.p + 1, start.n - 2);
	for (const struct part *c = multi->child; c && start.n; c = c->next) {
		if (c->id && sl_is(start, c->id)) {
			root = c;
			break;
		}
	}
	if (root)
		collect(r, root);
	for (const struct part *c = multi->child; c; c = c->next)
		if (c != root)
			list_parts(r, c);
}

static char *sender_of(struct render *r, const struct part *root)
{
	struct str room, name;
	struct env env = { 0 };
	struct slice header;

	str_init(&room, mime_limits_default.header);
	str_init(&name, STR_MAX);
	header = render_head_of(r, root, &room);
	env_parse(header, &mime_limits_default, &env);
	if (env.from.n)
		addr_show(&env.from.v[0], &name);
	env_release(&env);
	str_release(&room);
	return str_detach(&name);
}

static void collect_message(struct render *r, const struct part *p)
{
	char *sender;

	add_part(r, p);
	if (part_is_attached(p) || !p->child)
		return;
	sender = sender_of(r, p->child);
	if (*sender)
		add_note(r, p, _("[-- message from %s, part %s --]"), sender, p->number);
	else
		add_note(r, p, _("[-- message, part %s --]"), p->number);
	free(sender);
	add_piece(r, PIECE_HEADER, p->child);
	collect(r, p->child);
}

/* The first is shown: others, as files beside an invitation, say the same.  All can be saved. */
static bool collect_calendar(struct render *r, const struct part *p)
{
	if (!part_is_calendar(p) || p->blank)
		return false;
	if (!r->has_calendar)
		add_piece(r, PIECE_CALENDAR, p);
	r->has_calendar = true;
	add_part(r, p);
	return true;
}

#define CARDS_SHOWN 5           /* parts with visiting cards                    */

static bool collect_card(struct render *r, const struct part *p)
{
	if (!part_is_vcard(p) || p->blank || r->cards >= CARDS_SHOWN)
		return false;
	r->cards++;
	add_piece(r, PIECE_CARDS, p);
	add_part(r, p);
	return true;
}

/* Where the body of such a part is to be found (RFC 2046 5.2.3, RFC 2017). */
static void note_elsewhere(struct render *r, const struct part *p)
{
	static const char *const names[] = { "url", "site", "server", "directory", "name", "access-type" };
	struct str where;

	str_init(&where, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = params_get(&p->params, names[i]);

		if (value && value[0] && (i + 1 < ARRAY_LEN(names) || !where.n))
			str_addf(&where, "%s%s", where.n ? " " : "", value);
	}
	if (where.n)
		add_note(r, p, _("What belongs here is elsewhere and is not fetched: %s"), where.p);
	else
		add_note(r, p, _("What belongs here is elsewhere and is not fetched."));
	str_release(&where);
}

static void collect_leaf(struct render *r, const struct part *p)
{
	const char *number = params_get(&p->params, "number"), *total = params_get(&p->params, "total");

	if (part_is(p, "message", "partial")) {
		if (number && total)
			add_note(r, p, _("This is piece %s of %s of a message that was cut; only the pieces together can be read."),
				number, total);
		else
			add_note(r, p, _("This is one piece of a message that was cut; only the pieces together can be read."));
	}
	if (part_is(p, "message", "external-body"))
		note_elsewhere(r, p);
	if (part_is(p, "application", "pkcs7-mime") || part_is(p, "application", "x-pkcs7-mime")) {
		const char *type = params_get(&p->params, "smime-type");

		if (!type || !sl_iis(sl(type), "signed-data"))
			add_note(r, p, _("This part is encrypted; pabal can't read it yet."));
	}
	if (collect_calendar(r, p) || collect_card(r, p))
		return;
	if (part_is_wrapped(p) && !part_is_attached(p)) {
		add_part(r, p);
		if (p->parent)
			add_note(r, p, _("[-- message, part %s --]"), p->number);
		add_piece(r, PIECE_TEXT, p);
		return;
	}
	if (is_shown(p)) {
		if (!p->blank)
			add_piece(r, part_is_html(p) ? PIECE_HTML : PIECE_TEXT, p);
		if (sl_is(sl(p->disposition), "attachment") && p->body < p->end)
			add_part(r, p);         /* a whole body */
		return;
	}
	if (p->parent || p->body < p->end)
		add_part(r, p);
}

static void collect(struct render *r, const struct part *p)
{
	if (p->kind == PART_MESSAGE) {
		collect_message(r, p);
	} else if (p->kind == PART_LEAF) {
		collect_leaf(r, p);
	} else if (part_is_attached(p)) {
		list_parts(r, p);
	} else if (part_is(p, "multipart", "alternative")) {
		collect_alternative(r, p);
	} else if (part_is(p, "multipart", "related")) {
		collect_related(r, p);
	} else {
		if (part_is(p, "multipart", "encrypted"))
			add_note(r, p, _("This part is encrypted; pabal can't read it yet."));
		for (const struct part *c = p->child; c; c = c->next)
			collect(r, c);
	}
}

void plan_make(struct render *r)
{
	if (r->planned || !r->tree)
		return;
	r->planned = true;
	if (r->tree->root)
		collect(r, r->tree->root);
	for (size_t i = 0; i < r->n_pieces; i++)
		if (r->pieces[i].kind == PIECE_HTML)
			r->last_html = i + 1;
}

void plan_clear(struct render *r)
{
	for (size_t i = 0; i < r->n_pieces; i++)
		free(r->pieces[i].note);
	r->n_pieces = r->n_parts = r->piece = r->last_html = 0;
	r->planned = r->has_calendar = false;
	r->cards = 0;
}

const struct part *render_part(const struct render *r, size_t k)
{
	return k < r->n_parts ? r->parts[k] : NULL;
}
