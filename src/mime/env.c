/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * env: what a row of a list and a reply need of a header, in one pass.  Of a
 * field that may stand once only, the first counts, everywhere in the program;
 * recipients are gathered from all their fields.
 */
#include "base/base.h"
#include "mime/mime.h"

#define ID_MAX   995    /* with its angles it fits into a line of 998 */
#define IDS_LAST 19     /* of many references: the first and the last 19 */

bool msgid_next(struct slice *rest, struct slice *id)
{
	while (rest->n > 0) {
		ssize_t lt = sl_find(*rest, '<');
		size_t n = 0;

		if (lt < 0)
			break;
		*rest = sl_skip(*rest, (size_t)lt + 1);
		while (n < rest->n && n <= ID_MAX && rest->p[n] != '<' && rest->p[n] != '>' &&
		       (unsigned char)rest->p[n] > ' ' && rest->p[n] != 0x7f)
			n++;
		if (n > 0 && n <= ID_MAX && n < rest->n && rest->p[n] == '>' &&
		    utf8_valid(sl_head(*rest, n))) {
			*id = sl_head(*rest, n);
			*rest = sl_skip(*rest, n + 1);
			return true;
		}
		*rest = sl_skip(*rest, n);
	}
	*rest = sl_head(*rest, 0);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One word with an @ in it and no angles: some programs leave them out. */
static bool is_bare_id(struct slice s)
{
	ssize_t at = sl_find(s, '@');

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '<' || (unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return at > 0 && (size_t)at + 1 < s.n;
}

/* The same for each word of a field, as one with a space between; NULL: not so. */
static char *bare_ids(struct slice value)
{
	struct slice id;
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t n = 0; sl_word(&value, &id); n++) {
		if (!is_bare_id(id) || id.n > ID_MAX || n > IDS_LAST || !utf8_valid(id)) {
			str_release(&s);
			return NULL;
		}
		str_addf(&s, "%s" SL_FMT, n ? " " : "", SL_ARG(id));
	}
	return s.n ? str_detach(&s) : NULL;
}

/* The ids with a space between; NULL for none. */
static char *join_ids(struct slice value)
{
	struct slice whole = sl_trim(value), first = SL_NONE, last[IDS_LAST], id;
	size_t n = 0;
	struct str s;

	for (; msgid_next(&value, &id); n++) {
		if (n == 0)
			first = id;
		else
			last[(n - 1) % IDS_LAST] = id;
	}
	if (n == 0)
		return bare_ids(whole);
	str_init(&s, STR_MAX);
	str_addsl(&s, first);
	for (size_t i = n - 1 > IDS_LAST ? n - 1 - IDS_LAST : 0; i < n - 1; i++) {
		str_addc(&s, ' ');
		str_addsl(&s, last[i % IDS_LAST]);
	}
	return str_detach(&s);
}

/* A message's own id, also where blanks stand in it (RFC 5322 4.5.4). */
static char *own_id(struct slice value)
{
	struct slice word = sl_trim(value), rest = value, id;
	bool open = sl_starts(word, "<") && sl_find(word, '>') < 0, bare = is_bare_id(open ? sl_skip(word, 1) : word);
	struct str tight;
	char *own = NULL;

	str_init(&tight, STR_MAX);
	str_adds(&tight, bare && !open ? "<" : "");
	for (size_t i = 0; i < value.n; i++)
		if (!is_blank(value.p[i]))
			str_addc(&tight, value.p[i]);
	str_adds(&tight, bare ? ">" : "");
	if (msgid_next(&rest, &id) || (rest = str_sl(&tight), msgid_next(&rest, &id)))
		own = sl_dup(id);
	str_release(&tight);
	return own;
}

static char *text(struct slice value)
{
	struct str s;

	str_init(&s, STR_MAX);
	hdr_text(value, &s);
	return word_detach(&s);
}

static void read_field(const struct hdr *h, const struct mime_limits *lim, struct env *e)
{
	static const char first[256] = { ['f'] = 1, ['s'] = 1, ['r'] = 1, ['t'] = 1, ['c'] = 1, ['b'] = 1, ['d'] = 1, ['m'] = 1, ['i'] = 1 };
	const struct { const char *name; struct addrs *to; bool many; } lists[] = {
		{ "from", &e->from, false }, { "sender", &e->sender, false },
		{ "reply-to", &e->reply_to, false }, { "to", &e->to, true },
		{ "cc", &e->cc, true }, { "bcc", &e->bcc, true },
	};
	struct slice value = h->value;

	if (h->name.n > sizeof("in-reply-to") - 1 || !first[ascii_lower((unsigned char)h->name.p[0]) & 0xff])
		return;                 /* most are none of these */
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct addrs *l = lists[i].to;

		if (sl_iis(h->name, lists[i].name) &&
		    (lists[i].many || (l->n == 0 && l->bad == 0 && !l->empty)))
			addrs_parse(value, lim, l);
	}
	if (sl_iis(h->name, "subject") && !e->subject)
		e->subject = text(value);
	else if (sl_iis(h->name, "date") && !e->date.ok)
		e->date = date_parse(value);
	else if (sl_iis(h->name, "message-id") && !e->message_id)
		e->message_id = own_id(value);
	else if (sl_iis(h->name, "in-reply-to") && !e->in_reply_to)
		e->in_reply_to = join_ids(value);
	else if (sl_iis(h->name, "references") && !e->references)
		e->references = join_ids(value);
}

void env_parse(struct slice header, const struct mime_limits *lim, struct env *e)
{
	struct slice rest = sl_head(header, lim->header);
	struct hdr h;

	*e = (struct env){ .subject = NULL };
	guess_header(rest);
	while (hdr_next(&rest, &h) == 1)
		read_field(&h, lim, e);
	guess_header(SL_NONE);
	if (!e->subject)
		e->subject = mem_strdup("");
}

void env_release(struct env *e)
{
	struct addrs *lists[] = { &e->from, &e->sender, &e->reply_to, &e->to, &e->cc, &e->bcc };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		addrs_release(lists[i]);
	free(e->subject);
	free(e->message_id);
	free(e->in_reply_to);
	free(e->references);
	*e = (struct env){ .subject = NULL };
}
