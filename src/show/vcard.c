/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * vcard: visiting cards, of RFC 6350 and 2426 and of vCard 2.1 with its encodings.
 * What is no text (pictures, keys) is left out.
 */
#include "priv.h"

#define CARDS_MAX  100
#define FIELDS_MAX 1000         /* of all cards                                */
#define VALUE_MAX  4000

struct prop { struct slice name, params, value; };

bool part_is_vcard(const struct part *p)
{
	return p->kind == PART_LEAF && p->enc != ENC_UNKNOWN && (part_is(p, "text", "vcard") || part_is(p, "text", "x-vcard") ||
		part_is(p, "text", "directory") || (p->filename && strlen(p->filename) > 4 && sl_iis(sl(p->filename + strlen(p->filename) - 4), ".vcf")));
}

/* ---- lines ---- */

static bool has_word(struct slice params, const char *word)
{
	struct slice part, one;

	while (sl_cut(&params, ';', &part)) {
		ssize_t eq = sl_find(part, '=');

		part = sl_trim(eq < 0 ? part : sl_skip(part, (size_t)eq + 1));
		if (part.n > 1 && part.p[0] == '"' && part.p[part.n - 1] == '"')
			part = sl_make(part.p + 1, part.n - 2);
		while (sl_cut(&part, ',', &one))
			if (sl_iis(sl_trim(one), word))
				return true;
	}
	return false;
}

/* "item1.EMAIL;TYPE=work:a@b": a colon within quotes is none. */
static bool split(struct slice line, struct prop *p)
{
	bool quoted = false;
	size_t n = 0;
	ssize_t at;

	for (; n < line.n && (quoted || line.p[n] != ':'); n++)
		quoted = quoted != (line.p[n] == '"');
	if (n == line.n)
		return false;
	p->value = sl_skip(line, n + 1);
	p->params = sl_head(line, n);
	if (!sl_cut(&p->params, ';', &p->name))
		return false;
	at = sl_find(p->name, '.');
	p->name = sl_trim(at < 0 ? p->name : sl_skip(p->name, (size_t)at + 1));
	return true;
}

static bool is_qp(struct slice line)
{
	struct prop p;

	return split(line, &p) && has_word(p.params, "quoted-printable");
}

/* One property: a line, those that begin with a blank, and what a soft end of 2.1 joins. */
static bool next_line(struct slice *rest, struct str *out)
{
	struct slice line;

	str_clear(out);
	if (!sl_line(rest, &line))
		return false;
	str_addsl(out, line);
	while (rest->n && out->n && out->p[out->n - 1] == '=' && is_qp(str_sl(out))) {
		str_cut(out, out->n - 1);
		sl_line(rest, &line);
		str_addsl(out, line);
	}
	while (rest->n && ascii_isblank((unsigned char)rest->p[0])) {
		sl_line(rest, &line);
		str_addsl(out, sl_skip(line, 1));
	}
	return true;
}

/* ---- values ---- */

static struct slice charset_in(struct slice params)
{
	struct slice part;

	while (sl_cut(&params, ';', &part))
		if (sl_istarts(sl_trim(part), "charset="))
			return sl_skip(sl_trim(part), strlen("charset="));
	return SL_NONE;
}

static void decode(const struct prop *p, struct str *out)
{
	bool qp = has_word(p->params, "quoted-printable");
	struct enc_state enc;
	struct str bytes;

	if (!qp && !has_word(p->params, "base64") && !has_word(p->params, "b")) {
		str_addsl(out, p->value);
		return;
	}
	str_init(&bytes, STR_MAX);
	enc_init(&enc, qp ? ENC_QP : ENC_BASE64, false);
	enc_feed(&enc, p->value, true, &bytes);
	charset_to_utf8(charset_in(p->params), str_sl(&bytes), out);
	str_release(&bytes);
}

/* Without backslashes; parts between semicolons joined by that, empty ones left out. */
static void unescape(struct slice in, const char *join, struct str *out)
{
	bool empty = true, pending = false;

	for (size_t i = 0; i < in.n && out->n < VALUE_MAX; i++) {
		char c = in.p[i];

		if (c == ';' && join) {
			pending = pending || !empty;
			empty = true;
			continue;
		}
		if (c == '\\' && i + 1 < in.n) {
			c = in.p[++i];
			c = c == 'n' || c == 'N' ? ' ' : c;
		}
		c = strchr("\r\n\t", c) ? ' ' : c;
		if (pending && c != ' ') {
			str_adds(out, join);
			pending = false;
		}
		if (c != ' ' || !empty)
			str_addc(out, c);
		empty = empty && c == ' ';
	}
}

/* "Family;Given;..." as one says it. */
static void add_name(struct slice in, struct str *out)
{
	struct slice family, given;

	if (!sl_cut(&in, ';', &family))
		return;
	if (sl_cut(&in, ';', &given) && given.n) {
		unescape(given, NULL, out);
		str_adds(out, family.n ? " " : "");
	}
	unescape(family, NULL, out);
}

static const char *kind_words(struct slice params)
{
	if (has_word(params, "work"))
		return _("work");
	if (has_word(params, "home"))
		return _("home");
	if (has_word(params, "cell"))
		return _("mobile");
	return has_word(params, "fax") ? _("fax") : NULL;
}

/* ---- cards ---- */

static void put(struct vcard *card, const char *label, const char *value, const char *kind)
{
	struct str text;

	if (!*value || strspn(value, " ") == strlen(value))
		return;
	str_init(&text, STR_MAX);
	str_addf(&text, "%s\t%s", label, value);
	if (kind)
		str_addf(&text, " (%s)", kind);
	mem_grow(card->lines, card->n_lines, card->cap_lines);
	card->lines[card->n_lines++] = str_detach(&text);
	str_release(&text);
}

static void take_mail(struct vcard *card, const char *value)
{
	struct addrs found = { 0 };
	struct err ignored = ERR_INIT;
	struct str spec;

	if (card->mail || strpbrk(value, "\r\n,;") || addrs_parse_typed(sl(value), &found, &ignored) != 0 || found.n != 1) {
		addrs_release(&found);
		return;
	}
	str_init(&spec, 4096);
	if (found.v[0].domain && addr_check(&found.v[0], &ignored) == 0 && addr_spec(&found.v[0], &spec) == 0)
		card->mail = str_detach(&spec);
	str_release(&spec);
	addrs_release(&found);
}

static const struct { const char *name, *label, *join; } known[] = {
	{ "FN", N_("Name:"), NULL }, { "NICKNAME", N_("Nick:"), NULL }, { "ORG", N_("Organization:"), ", " }, { "TITLE", N_("Title:"), NULL },
	{ "EMAIL", N_("Mail:"), NULL }, { "TEL", N_("Phone:"), NULL }, { "ADR", N_("Address:"), ", " }, { "URL", N_("Web:"), NULL },
	{ "BDAY", N_("Birthday:"), NULL }, { "NOTE", N_("Note:"), NULL },
};

static void take(struct vcard *card, const struct prop *p)
{
	bool is_n = sl_iis(p->name, "N");
	struct str raw, value;
	size_t k = 0;

	while (k < ARRAY_LEN(known) && !sl_iis(p->name, known[k].name))
		k++;
	if (k == ARRAY_LEN(known) && !is_n)
		return;
	str_init(&raw, STR_MAX);
	str_init(&value, STR_MAX);
	decode(p, &raw);
	if (is_n)
		add_name(str_sl(&raw), &value);
	else
		unescape(sl_istarts(str_sl(&raw), "tel:") ? sl_skip(str_sl(&raw), 4) : sl_istarts(str_sl(&raw), "mailto:") ? sl_skip(str_sl(&raw), 7) : str_sl(&raw),
			known[k].join, &value);
	if (is_n || k == 0) {
		/* FN before N */
		if (value.n && (!card->name || k == 0)) {
			free(card->name);
			card->name = mem_strdup(value.p);
		}
	} else {
		put(card, _(known[k].label), value.p, kind_words(p->params));
	}
	if (!is_n && sl_iis(p->name, "EMAIL"))
		take_mail(card, value.p);
	str_release(&raw);
	str_release(&value);
}

void vcards_parse(struct slice text, struct vcards *out)
{
	struct vcard *card = NULL;
	struct str line;
	unsigned fields = 0;

	str_init(&line, STR_MAX);
	while (fields < FIELDS_MAX && next_line(&text, &line)) {
		struct prop p;

		if (!split(str_sl(&line), &p))
			continue;
		if (sl_iis(p.name, "BEGIN") && sl_iis(sl_trim(p.value), "VCARD")) {
			if (out->n == CARDS_MAX) {
				out->more = true;
				break;
			}
			mem_grow(out->v, out->n, out->cap);
			card = &out->v[out->n++];
			*card = (struct vcard){ 0 };
		} else if (sl_iis(p.name, "END")) {
			card = NULL;
		} else if (card) {
			take(card, &p);
			fields++;
		}
	}
	out->more = out->more || (fields == FIELDS_MAX && text.n);
	str_release(&line);
}

void vcards_release(struct vcards *l)
{
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; k < l->v[i].n_lines; k++)
			free(l->v[i].lines[k]);
		free(l->v[i].lines);
		free(l->v[i].name);
		free(l->v[i].mail);
	}
	free(l->v);
	*l = (struct vcards){ 0 };
}
