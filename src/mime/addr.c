/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * addr: address lists are read (RFC 5322 3.4 and 4.4, RFC 6532), as found in
 * mail and as typed.
 *
 * 1. An address comes from an addr-spec only: never out of a comment, a quoted
 *    string, an encoded word or a display name.
 * 2. What cannot be read is counted and stands in the list as a name without
 *    an address, so that the reader sees that there is none.
 * 3. A list is cut into pieces in one pass that knows quotes, comments and
 *    angles; each piece is read once more.  Nothing is nested, so nothing
 *    recurses.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define GROUP_MAX 256   /* bytes of a group's name, which each member holds */
#define MENDS_MAX 2     /* "Name\" <a@b> has two such marks                */

/* Between two separators. */
struct piece {
	const char *from, *to;
	const char *lt, *gt;    /* what is between the angles; gt NULL: not closed */
	bool route;             /* the angle begins with @ and had no colon yet */
	bool after;             /* follows another with nothing between */
	struct slice comment;
};

struct reader {
	struct lex lx;
	const struct mime_limits *lim;
	struct addrs *out;
	char *group;
	bool members;           /* the group has some */
	unsigned mended;        /* quotation marks without a partner that were dropped */
	struct err *err;        /* typed: the first fault ends it; else NULL */
	bool failed;
};

static void addr_release(struct addr *a)
{
	free(a->name);
	free(a->local);
	free(a->domain);
	free(a->group);
	free(a->comment);
}

void addrs_release(struct addrs *l)
{
	for (size_t i = 0; i < l->n; i++)
		addr_release(&l->v[i]);
	free(l->v);
	free(l->empty);
	*l = (struct addrs){ .n = 0 };
}

void addrs_add(struct addrs *l, const struct addr *a)
{
	mem_grow(l->v, l->n, l->cap);
	l->v[l->n++] = (struct addr){
		.name = mem_strdup(a->name),
		.local = mem_strdup(a->local ? a->local : ""),
		.domain = mem_strdup(a->domain),
		.group = mem_strdup(a->group),
		.comment = mem_strdup(a->comment),
	};
}

/* ---- pieces of text ---- */

static char *trimmed(struct str *s)
{
	struct slice t = sl_trim(str_sl(s));

	str_cut(s, (size_t)(t.p - s->p) + t.n);
	str_drop(s, s->n - t.n);
	if (s->n)
		return word_detach(s);
	str_release(s);
	return NULL;
}

/* A name for people out of a phrase: quotes and comments off, words decoded. */
static char *phrase_text(struct slice phrase)
{
	struct lex lx;
	struct lex_tok t;
	struct str raw, out;

	str_init(&raw, STR_MAX);
	str_init(&out, STR_MAX);
	lex_init(&lx, phrase, false);
	for (t = lex_next(&lx); t.kind != LEX_END; t = lex_next(&lx)) {
		if (t.space_before && raw.n)
			str_addc(&raw, ' ');
		if (t.kind == LEX_QUOTED)
			lex_unquote(t.raw, &raw);
		else if (t.special != '<' && t.special != '>')
			str_addsl(&raw, t.raw);
	}
	word_decode(str_sl(&raw), &out);
	str_release(&raw);
	return trimmed(&out);
}

static char *comment_text(struct slice comment)
{
	struct str raw, out;

	str_init(&raw, STR_MAX);
	str_init(&out, STR_MAX);
	lex_unquote(comment, &raw);
	word_decode(str_sl(&raw), &out);
	str_release(&raw);
	return trimmed(&out);
}

/* Bytes of an address as UTF-8; NULL when a control is among them. */
static char *spec_text(struct str *raw)
{
	bool ascii = true, high = false;
	struct str out;

	for (size_t i = 0; i < raw->n; i++) {
		if ((unsigned char)raw->p[i] < ' ' || raw->p[i] == 0x7f)
			return NULL;
		high = high || (unsigned char)raw->p[i] >= 0x80;
		ascii = ascii && !high && raw->p[i] != '~';     /* HZ begins with one */
	}
	if (ascii || (high && utf8_valid(str_sl(raw))))
		return str_detach(raw);
	str_init(&out, STR_MAX);
	charset_to_utf8(sl(guess_field(str_sl(raw))), str_sl(raw), &out);
	return str_detach(&out);
}

/* Words of a local part or domain: an old one has blanks beside its dots
 * (RFC 5322 4.4).  Returns the token after them. */
static struct lex_tok spec_words(struct lex *lx, bool domain, struct str *out, bool *good)
{
	struct lex_tok t = lex_next(lx);
	bool first = true;

	for (; *good; t = lex_next(lx)) {
		bool dot = t.kind == LEX_ATOM && t.raw.p[0] == '.';

		if (t.kind == LEX_END || t.kind == LEX_SPECIAL)
			break;
		if (!first && !dot && out->p[out->n - 1] != '.')
			*good = false;
		if (t.kind == LEX_ATOM) {
			for (size_t i = 0; i < t.raw.n; i++)
				if (t.raw.p[i] != '.' && !lex_is_atext(t.raw.p[i]))
					*good = false;
			str_addsl(out, t.raw);
		} else if (t.kind == LEX_QUOTED && !domain) {
			lex_unquote(t.raw, out);
			*good = *good && t.raw.n > 2;
		} else if (t.kind == LEX_LITERAL && domain && first) {
			str_addsl(out, t.raw);
			*good = sl_find(t.raw, '\\') < 0;
			t = lex_next(lx);
			break;
		} else {
			*good = false;
		}
		first = false;
	}
	*good = *good && out->n > 0;
	return t;
}

/* local@domain, or local alone; the whole slice or nothing. */
static bool read_spec(struct slice s, struct addr *a)
{
	struct lex lx;
	struct lex_tok t;
	struct str local, domain;
	bool good = true;

	str_init(&local, STR_MAX);
	str_init(&domain, STR_MAX);
	lex_init(&lx, s, false);
	t = spec_words(&lx, false, &local, &good);
	if (good && t.special == '@') {
		t = spec_words(&lx, true, &domain, &good);
		a->domain = good ? spec_text(&domain) : NULL;
		good = good && a->domain;
	}
	a->local = good && t.kind == LEX_END ? spec_text(&local) : NULL;
	if (!a->local) {
		free(a->domain);
		a->domain = NULL;
	}
	str_release(&local);
	str_release(&domain);
	return a->local != NULL;
}

/* ---- a piece becomes entries ---- */

/* Says what is wrong with typed text; elsewhere faults are only counted. */
static void fault(struct reader *r, struct slice piece, const char *why)
{
	struct str shown;

	r->out->bad++;
	if (!r->err || r->failed)
		return;
	r->failed = true;
	str_init(&shown, STR_MAX);
	utf8_sanitize(&shown, sl_head(sl_trim(piece), 120), CLEAN_LINE);
	err_set(r->err, ERR_INPUT, "\"%s\" is not a mail address: %s", shown.p, why);
	str_release(&shown);
}

/* Takes what a holds. */
static void take(struct reader *r, struct addr *a)
{
	struct addrs *l = r->out;

	if (l->n >= r->lim->addrs) {
		l->bad++;
		addr_release(a);
		return;
	}
	a->group = mem_strdup(r->group);
	r->members = true;
	mem_grow(l->v, l->n, l->cap);
	l->v[l->n++] = *a;
}

static void take_unreadable(struct reader *r, struct piece *p, const char *why)
{
	struct slice whole = sl_range(p->from, p->to);
	struct addr a = { .local = mem_strdup("") };
	struct str text;

	fault(r, whole, why);
	str_init(&text, STR_MAX);
	if (sl_find(whole, '@') >= 0)
		hdr_text(whole, &text);         /* as it stands, marks and all */
	if (text.n)
		a.name = trimmed(&text);
	else
		a.name = phrase_text(whole);
	str_release(&text);
	if (a.name)
		take(r, &a);
	else
		addr_release(&a);
}

/* RFC 5322 4.4: a route before the address means nothing now; nor does the scheme of a link. */
static struct slice skip_route(struct slice spec)
{
	struct lex lx;
	struct lex_tok t;

	lex_init(&lx, spec, false);
	t = lex_next(&lx);
	if (sl_iis(t.raw, "mailto") && lex_next(&lx).special == ':')
		return lx.rest;
	if (t.special != '@')
		return spec;
	while (t.kind != LEX_END && t.special != ':')
		t = lex_next(&lx);
	return t.kind == LEX_END ? spec : lx.rest;
}

static void take_angle(struct reader *r, struct piece *p)
{
	struct slice whole = sl_range(p->from, p->to);
	struct slice spec = sl_range(p->lt + 1, p->gt ? p->gt : p->to);
	struct addr a = { .name = phrase_text(sl_range(p->from, p->lt)) };

	if (!p->gt && r->err)
		fault(r, whole, "the \">\" at its end is missing.");
	if (sl_trim(spec).n == 0 && a.name && !r->err) {
		a.local = mem_strdup("");       /* Name <> */
		r->out->bad++;
	} else if (!read_spec(r->err ? spec : skip_route(spec), &a)) {
		free(a.name);
		take_unreadable(r, p, "between \"<\" and \">\" there must be one "
				"address like name@example.org.");
		return;
	}
	a.comment = comment_text(p->comment);
	if (!a.name)
		a.name = mem_strdup(a.comment);
	take(r, &a);
}

/* Text without angles, cut at blanks into units; those with an @ are addresses
 * and the ones before such a unit are its name. */
struct bare {
	struct lex lx;
	struct piece *p;
	const char *unit, *name;        /* where they begin, or NULL */
	bool at;                        /* the unit has an @ */
	unsigned found;
};

/* The unit ends before `to`; false: it is no address though it has an @. */
static bool end_unit(struct reader *r, struct bare *b, const char *to)
{
	struct addr a = { .name = NULL };
	struct slice unit = sl_range(b->unit, to);

	if (!b->at) {
		if (!b->name)
			b->name = b->unit;
		return true;
	}
	if (r->err && (b->name || b->found))
		fault(r, sl_range(b->p->from, b->p->to), b->found ?
		      "there is a blank in it; put a comma between two addresses." :
		      "put \"<\" and \">\" around the address behind the name.");
	unit = sl_trim(unit);
	while (!r->err && sl_ends(unit, ">"))   /* "a@b>" */
		unit.n--;
	if (!read_spec(unit, &a))
		return false;
	if (b->name)
		a.name = phrase_text(sl_range(b->name, b->unit));
	a.comment = comment_text(b->lx.comment);
	b->lx.comment = SL_NONE;
	if (!a.name)
		a.name = mem_strdup(a.comment);
	take(r, &a);
	b->found++;
	b->name = NULL;
	return true;
}

/* Text without an address at its end. */
static void take_rest(struct reader *r, struct bare *b, bool one_atom)
{
	struct slice rest = sl_range(b->name, b->p->to);
	struct addr a = { .name = NULL };

	if (b->found || b->p->after) {
		fault(r, rest, "this stands behind an address.");
	} else if (one_atom && read_spec(rest, &a)) {
		a.comment = comment_text(b->lx.comment);
		a.name = mem_strdup(a.comment);
		take(r, &a);
	} else {
		take_unreadable(r, b->p, "there is no \"@\" in it.");
	}
}

static void take_bare(struct reader *r, struct piece *p)
{
	struct bare b = { .p = p };
	struct lex_tok t, last = { .kind = LEX_END };
	unsigned tokens = 0;
	bool good = true, one_atom = true;

	lex_init(&b.lx, sl_range(p->from, p->to), false);
	for (;;) {
		bool joins;

		t = lex_next(&b.lx);
		joins = b.unit && t.kind != LEX_END &&
			(!t.space_before || t.special == '@' || last.special == '@' ||
			 t.raw.p[0] == '.' || last.raw.p[last.raw.n - 1] == '.');
		if (b.unit && !joins) {
			good = end_unit(r, &b, t.raw.p);
			b.unit = NULL;
		}
		if (t.kind == LEX_END || !good)
			break;
		if (!b.unit) {
			b.unit = t.raw.p;
			b.at = false;
		}
		b.at = b.at || t.special == '@';
		one_atom = ++tokens == 1 && t.kind == LEX_ATOM && word_match(t.raw) == 0;
		last = t;
	}
	if (!good)
		take_unreadable(r, p, "it must look like name@example.org.");
	else if (b.name)
		take_rest(r, &b, one_atom);
}

/* ---- a list becomes pieces ---- */

static void end_group(struct reader *r)
{
	if (r->group && !r->members && !r->out->empty)
		r->out->empty = r->group;
	else
		free(r->group);
	r->group = NULL;
}

static void begin_group(struct reader *r, struct piece *p)
{
	struct slice name = sl_range(p->from, p->to);
	size_t n = 0;
	uint32_t cp;

	if (r->err)
		fault(r, name, "\":\" has no meaning here.");
	else if (sl_iis(sl_trim(name), "mailto"))
		return;
	end_group(r);
	r->group = phrase_text(name);
	r->members = false;
	if (!r->group)
		return;
	while (r->group[n] && n + 4 < GROUP_MAX)
		n += utf8_decode(sl(r->group + n), &cp);
	r->group[n] = '\0';
}

static bool is_closed(struct slice quoted)
{
	for (size_t i = 1; i < quoted.n; i++) {
		if (quoted.p[i] == '\\')
			i++;
		else if (quoted.p[i] == '"')
			return true;
	}
	return false;
}

/* A comma in the angle of a route is followed by more of the route. */
static bool goes_on(struct lex lx)
{
	struct lex_tok t = lex_next(&lx);

	return t.special == '@' || t.special == ',';
}

/* Reads up to a separator, which is returned: one of ",;:", 0 at the end, or
 * '<' where another piece begins with nothing between. */
static char read_piece(struct reader *r, struct piece *p)
{
	bool at = false, inside;

	for (;;) {
		struct lex_tok t = lex_next(&r->lx);

		p->to = t.raw.p;
		inside = p->lt && !p->gt;
		if (t.kind == LEX_END)
			return 0;
		if (t.kind == LEX_QUOTED && !is_closed(t.raw) && r->mended < MENDS_MAX) {
			/* read on as if the mark were not there */
			fault(r, sl_range(p->from, t.raw.p + t.raw.n), "a quotation mark has no partner.");
			if (t.raw.n == 1)
				return 0;
			r->lx.rest = sl_skip(t.raw, 1);
			if (r->mended++ == 0 && sl_trim(sl_range(p->from, t.raw.p)).n == 0)
				p->from = r->lx.rest.p;
			p->lt = NULL;
			continue;
		}
		if (p->gt && !r->err && (t.special == ':' || t.special == '>'))
			continue;
		if (p->gt && t.special != ',' && t.special != ';') {
			r->lx.rest = sl_range(t.raw.p, r->lx.rest.p + r->lx.rest.n);
			return '<';
		}
		if (t.special == '@' && p->lt && t.raw.p == p->lt + 1)
			p->route = true;
		at = at || (t.special == '@' && !p->lt);
		if (t.special == '<') {
			p->lt = inside && !r->err ? t.raw.p : p->lt ? p->lt : t.raw.p;
			p->route = false;
		} else if (t.special == '>' && inside) {
			p->gt = t.raw.p;
		} else if (t.special == ':' && inside) {
			p->route = false;
		} else if (t.special == ':' && !at) {
			return ':';
		} else if (t.special == ';' ||
			   (t.special == ',' && !(p->route && goes_on(r->lx)))) {
			return t.special;
		}
	}
}

static void read_list(struct reader *r, struct slice field)
{
	const char *end;
	char sep = ',';

	if (field.n == 0)
		return;
	end = field.p + field.n;
	lex_init(&r->lx, field, false);
	while (sep && !r->failed && r->out->n < r->lim->addrs) {
		struct piece p = { .from = r->lx.rest.p, .after = sep == '<' };

		r->lx.comment = SL_NONE;
		sep = read_piece(r, &p);
		p.comment = r->lx.comment;
		if (p.comment.p && p.comment.p + p.comment.n == end && r->err)
			fault(r, sl_range(p.from, end), "a \"(\" has no partner.");
		if (r->err && p.after)
			fault(r, sl_range(p.from, p.to), "this stands behind an address.");
		if (sep == ':')
			begin_group(r, &p);
		else if (p.lt)
			take_angle(r, &p);
		else
			take_bare(r, &p);
		if (sep == ';')
			end_group(r);
	}
	end_group(r);
	if (sep || r->lx.depth > r->lim->comment)
		r->out->bad++;
}

/* Raw text of a charset in which bytes of ASCII are halves of characters: quotes and commas
 * can be told only when it is UTF-8. */
static bool hides_marks(struct slice field)
{
	static const char *const tables[] = { "ISO-2022", "CP932", "GB18030", "BIG5", "CP950", "JOHAB" };
	struct slice table;
	bool high = false;

	for (size_t i = 0; i < field.n && !high; i++)
		high = (unsigned char)field.p[i] >= 0x80 || field.p[i] == 0x1b || field.p[i] == 0x0e;
	if (!high)
		return false;
	table = sl(charset_table(sl(guess_field(field))));
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (sl_istarts(table, tables[i]))
			return true;
	return false;
}

void addrs_parse(struct slice field, const struct mime_limits *lim, struct addrs *out)
{
	struct reader r = { .lim = lim, .out = out };
	struct str utf8;

	str_init(&utf8, STR_MAX);
	if (hides_marks(field)) {
		charset_to_utf8(sl(guess_field(field)), field, &utf8);
		field = str_sl(&utf8);
	}
	read_list(&r, field);
	str_release(&utf8);
}

int addrs_parse_typed(struct slice text, struct addrs *out, struct err *err)
{
	struct reader r = { .lim = &mime_limits_default, .out = out, .err = err };

	read_list(&r, text);
	for (size_t i = 0; i < out->n && !r.failed; i++)
		if (out->v[i].domain && addr_check(&out->v[i], err) != 0)
			return -1;
	return r.failed ? -1 : 0;
}
