/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * match: one message against a tree.  Of a group the cheap parts are asked
 * first and the rest only where they leave it open, so that a body is read and
 * decoded only for messages that nothing else could rule out.
 */
#include "query/priv.h"

struct content { bool known; struct slice bytes; };
struct match {
	const struct match_input *in;
	struct err *err;
	struct content body, header, raw;
	struct str hay;         /* an address, a field                       */
	struct str folded;      /* a line of it, as the needle is            */
};

/* ---- text ---- */

static bool is_ascii(struct slice s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

/* Characters that stay themselves, folded or not, and never join what stands
 * beside them here: most of Korean, Chinese and Japanese text, and its quotes. */
static bool is_plain(uint32_t cp)
{
	return (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0x4E00 && cp <= 0x9FFF) ||
		(cp >= 0x3041 && cp <= 0x3096) || (cp >= 0x30A1 && cp <= 0x30FA) ||
		(cp >= 0x3001 && cp <= 0x3029) || (cp >= 0x2010 && cp <= 0x2027);
}

static bool is_all_plain(struct slice s)
{
	while (s.n) {
		uint32_t cp = (unsigned char)s.p[0];
		size_t n = cp < 0x80 ? 1 : utf8_decode(s, &cp);

		if (cp >= 0x80 && !is_plain(cp))
			return false;
		s = sl_skip(s, n);
	}
	return true;
}

static struct slice lower_ascii(struct str *out, struct slice s)
{
	str_clear(out);
	str_addsl(out, s);
	for (size_t i = 0; i < out->n; i++) {
		unsigned char c = (unsigned char)out->p[i];

		out->p[i] = (char)(c + ((unsigned)c - 'A' < 26u ? 32 : 0));
	}
	return str_sl(out);
}

/* s as the needle of q is: NFC, and folded where that is. */
static struct slice prepare(struct match *m, const struct query *q, struct slice s)
{
	bool fold = q->how == QUERY_FOLD || (q->regex && query_regex_folds(q->regex));

	if (is_ascii(s) || is_all_plain(s))
		return fold ? lower_ascii(&m->folded, s) : s;
	str_clear(&m->folded);
	if (fold)
		utf8_casefold(&m->folded, s);
	else
		utf8_nfc(&m->folded, s);
	return str_sl(&m->folded);
}

static int find_in(struct match *m, const struct query *q, struct slice s)
{
	int rc;

	s = prepare(m, q, s);
	if (q->how != QUERY_REGEX)
		return sl_search(s, sl(q->needle)) >= 0;
	rc = query_regex_find(q->regex, s);
	if (rc < 0)
		err_set(m->err, ERR_LIMIT,
			_("There is not enough memory for the regular expression %.200s."), q->text);
	return rc;
}

/* ---- a quick no ---- */

/* The byte of the needle that is met least in mail. */
static size_t rarest(struct slice needle)
{
	static const char often[] = " etaoinsrhldcumfpgwybvk0123456789.-xjqz";
	size_t best = 0;
	ptrdiff_t rank = -1;

	for (size_t i = 0; i < needle.n; i++) {
		const char *at = strchr(often, needle.p[i]);
		ptrdiff_t r = needle.p[i] && at ? at - often : (ptrdiff_t)sizeof(often);

		if (r > rank) {
			rank = r;
			best = i;
		}
	}
	return best;
}

static bool stands_at(struct slice hay, size_t at, struct slice needle)
{
	if (needle.n > hay.n - at)
		return false;
	for (size_t i = 0; i < needle.n; i++)
		if (ascii_lower((unsigned char)hay.p[at + i]) != ascii_lower((unsigned char)needle.p[i]))
			return false;
	return true;
}

static bool has_case(struct slice hay, struct slice needle, size_t pivot, int byte)
{
	const char *p = hay.p, *end = hay.p + hay.n;

	for (; p < end && (p = memchr(p, byte, (size_t)(end - p))); p++)
		if ((size_t)(p - hay.p) >= pivot && stands_at(hay, (size_t)(p - hay.p) - pivot, needle))
			return true;
	return false;
}

/* memmem is slow for so few bytes. */
static bool has_bytes(struct slice hay, struct slice few)
{
	const char *p = hay.p, *end = hay.p + hay.n;

	for (; p < end && (p = memchr(p, (unsigned char)few.p[0], (size_t)(end - p))); p++)
		if ((size_t)(end - p) >= few.n && memcmp(p, few.p, few.n) == 0)
			return true;
	return false;
}

/* Surely not in there: an ASCII needle is not, in any case, and nothing that becomes
 * ASCII when it is folded is either (K of Kelvin, long s, I with a dot). */
static bool surely_not(struct slice hay, struct slice needle)
{
	size_t pivot;
	int c;

	if (needle.n == 0 || hay.n < needle.n || !is_ascii(needle))
		return false;
	pivot = rarest(needle);
	c = (unsigned char)needle.p[pivot];
	if (has_case(hay, needle, pivot, c) || (ascii_upper(c) != c && has_case(hay, needle, pivot, ascii_upper(c))) ||
	    (ascii_lower(c) != c && has_case(hay, needle, pivot, ascii_lower(c))))
		return false;
	return !has_bytes(hay, SL("\xE2\x84\xAA")) && !has_bytes(hay, SL("\xC5\xBF")) && !has_bytes(hay, SL("\xC4\xB0"));
}

/* Line by line, for ^ and $, and because most lines of most mail are ASCII. */
static int find(struct match *m, const struct query *q, struct slice s)
{
	struct slice line;
	int rc = 0;

	if (q->how != QUERY_REGEX && surely_not(s, sl(q->needle)))
		return 0;
	if (q->how != QUERY_REGEX && is_ascii(s))
		return find_in(m, q, s);
	if (s.n == 0)
		return find_in(m, q, s);
	while (rc == 0 && sl_line(&s, &line))
		rc = find_in(m, q, line);
	return rc;
}

static int find_z(struct match *m, const struct query *q, const char *z)
{
	return z ? find(m, q, sl(z)) : 0;
}

/* ---- addresses ---- */

/* The name and the address each by itself, and both as one reads them. */
static int find_addr(struct match *m, const struct query *q, const struct addr *a)
{
	int rc = find_z(m, q, a->name);

	if (rc == 0 && a->group)
		rc = find_z(m, q, a->group);
	if (rc == 0) {
		str_clear(&m->hay);
		if (addr_spec(a, &m->hay) == 0)
			rc = find(m, q, str_sl(&m->hay));
	}
	if (rc == 0 && a->name && q->how != QUERY_REGEX) {
		str_clear(&m->hay);
		if (addr_show(a, &m->hay) == 0)
			rc = find(m, q, str_sl(&m->hay));
	}
	return rc;
}

static int find_addrs(struct match *m, const struct query *q, const struct addrs *list)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < list->n; i++)
		rc = find_addr(m, q, &list->v[i]);
	return rc != 0 ? rc : find_z(m, q, list->empty);
}

static int find_to_cc(struct match *m, const struct query *q)
{
	int rc = find_addrs(m, q, &m->in->env->to);

	return rc != 0 ? rc : find_addrs(m, q, &m->in->env->cc);
}

static bool any(const struct match *m, bool (*is)(void *, const struct addr *),
	const struct addrs *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (is(m->in->ctx, &list->v[i]))
			return true;
	return false;
}

/* Ids with their angle brackets, so that they are found with and without. */
static int find_ids(struct match *m, const struct query *q, const char *ids)
{
	struct slice rest = sl(ids), id;
	int rc = 0;

	while (rc == 0 && sl_word(&rest, &id)) {
		str_clear(&m->hay);
		str_addf(&m->hay, "<" SL_FMT ">", SL_ARG(id));
		rc = find(m, q, str_sl(&m->hay));
		if (rc == 0 && q->how == QUERY_REGEX)
			rc = find(m, q, id);    /* ^ and $ */
	}
	return rc;
}

/* ---- what has to be read ---- */

static int get(struct match *m, struct content *c, int (*read)(void *, struct slice *,
	struct err *))
{
	if (c->known)
		return 0;
	bug_on(!read);
	if (read(m->in->ctx, &c->bytes, m->err) != 0)
		return -1;
	c->known = true;
	return 0;
}

static int find_content(struct match *m, const struct query *q, struct content *c,
		int (*read)(void *, struct slice *, struct err *))
{
	return get(m, c, read) != 0 ? -1 : find(m, q, c->bytes);
}

/* In the text: what the index finds, a scan finds. */
static int find_text(struct match *m, const struct query *q)
{
	if (get(m, &m->body, m->in->body) != 0)
		return -1;
	if (q->how == QUERY_FOLD && !(q->needs & QUERY_NEEDS_SCAN))
		return words_find(m->body.bytes, q->needle);
	return find(m, q, m->body.bytes);
}

static int find_fields(struct match *m, const struct query *q, int (*in)(struct match *, const struct query *, const struct hdr *))
{
	struct slice block;
	struct hdr field;
	int rc = 0;

	if (get(m, &m->header, m->in->header) != 0)
		return -1;
	block = m->header.bytes;
	while (rc == 0 && hdr_next(&block, &field) == 1)
		rc = in(m, q, &field);
	return rc;
}

static int in_label(struct match *m, const struct query *q, const struct hdr *field)
{
	if (!sl_iis(field->name, "X-Label"))
		return 0;
	str_clear(&m->hay);
	hdr_text(field->value, &m->hay);
	return find(m, q, str_sl(&m->hay));
}

/* On one line, as written and as one reads it. */
static int in_field(struct match *m, const struct query *q, const struct hdr *field)
{
	int rc;

	str_clear(&m->hay);
	str_addf(&m->hay, SL_FMT ": ", SL_ARG(field->name));
	hdr_unfold(field->value, &m->hay);
	rc = find(m, q, str_sl(&m->hay));
	if (rc != 0 || (sl_search(field->value, SL("=?")) < 0 && is_ascii(field->value)))
		return rc;
	str_clear(&m->hay);
	str_addf(&m->hay, SL_FMT ": ", SL_ARG(field->name));
	hdr_text(field->value, &m->hay);
	return find(m, q, str_sl(&m->hay));
}

/* ---- terms ---- */

static int find_word(struct match *m, const struct query *q)
{
	const struct env *env = m->in->env;
	int rc = find_z(m, q, env->subject);

	if (rc == 0)
		rc = find_addrs(m, q, &env->from);
	if (rc == 0)
		rc = find_to_cc(m, q);
	return rc != 0 ? rc : find_text(m, q);
}

static int match_text(struct match *m, const struct query *q)
{
	const struct env *env = m->in->env;
	int rc;

	switch (q->letter) {
	case '\0':
		return find_word(m, q);
	case 'f':
		return find_addrs(m, q, &env->from);
	case 't':
		return find_addrs(m, q, &env->to);
	case 'c':
		return find_addrs(m, q, &env->cc);
	case 'L':
		rc = find_addrs(m, q, &env->from);
		return rc != 0 ? rc : find_to_cc(m, q);
	case 'C':
		return find_to_cc(m, q);
	case 'e':
		return find_addrs(m, q, &env->sender);
	case 's':
		return find_z(m, q, env->subject);
	case 'i':
		return find_ids(m, q, env->message_id);
	case 'x':
		rc = find_ids(m, q, env->references);
		return rc != 0 ? rc : find_ids(m, q, env->in_reply_to);
	case 'b':
		return find_text(m, q);
	case 'B':
		return find_content(m, q, &m->raw, m->in->raw);
	case 'h':
		return find_fields(m, q, in_field);
	case 'y':
		return find_fields(m, q, in_label);
	}
	bug_on(true);
}

static bool in_range(const struct query *q, int64_t v)
{
	return v >= q->min && v <= q->max;
}

static bool match_fact(const struct match *m, const struct query *q)
{
	const struct match_input *in = m->in;
	bool seen = in->flags && strchr(in->flags, 'S');

	switch (q->letter) {
	case 'd':
		return in_range(q, in->env->date.ok ? in->env->date.sec : in->received);
	case 'r':
		return in_range(q, in->received);
	case 'z':
		return in_range(q, (int64_t)MIN(in->size, (uint64_t)INT64_MAX));
	case 'X':
		return in_range(q, in->attachments);
	case 'D':
		return in->flags && strchr(in->flags, 'T');
	case 'F':
		return in->flags && strchr(in->flags, 'F');
	case 'Q':
		return in->flags && strchr(in->flags, 'R');
	case 'U':
		return !seen;
	case 'N':
		return !seen && in->fresh;
	case 'O':
		return !seen && !in->fresh;
	case 'R':
		return seen;
	case 'T':
		return in->tagged;
	case 'v':
		return in->collapsed;
	case '=':
		return in->duplicate;
	case '$':
		return in->unreferenced;
	case 'p':
		return any(m, in->is_me, &in->env->to) || any(m, in->is_me, &in->env->cc);
	case 'P':
		return any(m, in->is_me, &in->env->from);
	case 'l':
		return any(m, in->is_list, &in->env->to) || any(m, in->is_list, &in->env->cc);
	}
	bug_on(true);
}

/* ---- groups ---- */

enum { COSTS = 4 };

static int cost(const struct query *q)
{
	if (q->needs & (QUERY_NEEDS_TEXT | QUERY_NEEDS_RAW))
		return 3;
	if (q->needs & (QUERY_NEEDS_HEADER | QUERY_NEEDS_THREAD | QUERY_NEEDS_PARTS))
		return 2;
	return q->needs & (QUERY_NEEDS_ENV | QUERY_NEEDS_WHO) ? 1 : 0;
}

static int match_node(struct match *m, const struct query *q);

/* AND ends at the first that is not, OR at the first that is. */
static int match_group(struct match *m, const struct query *q)
{
	int end = q->kind == QUERY_OR;

	for (int level = 0; level < COSTS; level++) {
		for (const struct query *child = q->child; child; child = child->next) {
			int rc = cost(child) == level ? match_node(m, child) : !end;

			if (rc < 0 || rc == end)
				return rc;
		}
	}
	return !end;
}

static int match_node(struct match *m, const struct query *q)
{
	int rc = 1;

	switch (q->kind) {
	case QUERY_ALL:
		break;
	case QUERY_TERM:
		rc = q->needle ? match_text(m, q) : match_fact(m, q);
		break;
	case QUERY_AND:
	case QUERY_OR:
		rc = match_group(m, q);
		break;
	case QUERY_THREAD:
		bug_on(!m->in->thread);
		rc = m->in->thread(m->in->ctx, q->child, m->err);
		break;
	}
	return rc < 0 ? -1 : (rc > 0) != q->negated;
}

int query_match(const struct query *q, const struct match_input *in, struct err *err)
{
	struct match m = { .in = in, .err = err };
	int rc;

	str_init(&m.hay, STR_MAX);
	str_init(&m.folded, STR_MAX);
	rc = match_node(&m, q);
	str_release(&m.hay);
	str_release(&m.folded);
	return rc;
}
