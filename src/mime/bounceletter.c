/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bounceletter: what is looked at of a message that may be a notice: the signs in its
 * header, the words of its text, and where the message begins that it returns.
 */
#include "priv.h"

#define TEXT_MAX   ((size_t)256 << 10)
#define NOTICE_MAX ((size_t)64 << 10)   /* the part of it that is not returned */

/* ---- the header ---- */

static void fold_case(struct slice value, struct str *out)
{
	struct str text;

	str_init(&text, LETTER_HEADER);
	hdr_text(value, &text);
	str_clear(out);
	utf8_casefold(out, str_sl(&text));
	str_release(&text);
}

static unsigned sign_of(const struct hdr *h, struct str *subject, struct str *from)
{
	struct slice v = sl_trim(h->value);
	unsigned signs = 0;

	if (sl_iis(h->name, "From")) {
		fold_case(h->value, from);
		if (words_in(str_sl(from), WORDS_DAEMON))
			signs |= SIGN_FROM;
		if (sl_search(str_sl(from), SL("mailer-daemon")) >= 0)
			signs |= SIGN_DAEMON;
		if (sl_search(v, SL("<>")) >= 0)
			signs |= SIGN_NULL;
	} else if (sl_iis(h->name, "Subject")) {
		fold_case(h->value, subject);
		if (words_in(str_sl(subject), WORDS_SUBJECT))
			signs |= SIGN_SUBJECT;
		if (words_in(str_sl(subject), WORDS_AWAY_SUBJECT) || words_in(str_sl(subject), WORDS_COMPLAINT) ||
		    words_in(str_sl(subject), WORDS_GUARD_SUBJECT))
			signs |= SIGN_ANSWER;
	} else if (sl_iis(h->name, "Return-Path")) {
		if (v.n == 0 || sl_is(v, "<>") || sl_istarts(v, "<MAILER-DAEMON"))
			signs |= SIGN_NULL;
	} else if (sl_iis(h->name, "Auto-Submitted")) {
		if (sl_istarts(v, "auto-"))
			signs |= SIGN_AUTO;
	} else if (sl_iis(h->name, "X-Auto-Response-Suppress")) {
		signs |= SIGN_AUTO;
	} else if (sl_iis(h->name, "X-Failed-Recipients")) {
		signs |= SIGN_FAILED;
	} else if (sl_iis(h->name, "Content-Type")) {
		if (sl_istarts(v, "multipart/report"))
			signs |= SIGN_REPORT;
	} else if (sl_iis(h->name, "Precedence") && (sl_iis(v, "bulk") || sl_iis(v, "junk"))) {
		signs |= SIGN_BULK;
	} else if (bounce_answers(h)) {
		signs |= SIGN_ANSWER;
	}
	return signs;
}

unsigned bounce_signs(struct slice header, struct str *subject, struct str *from)
{
	unsigned signs = 0;
	struct hdr h;

	while (hdr_next(&header, &h) == 1)
		signs |= sign_of(&h, subject, from);
	/* sent to many, and yet an answer */
	if (signs & SIGN_BULK && sl_starts(str_sl(subject), "re:"))
		signs |= SIGN_ANSWER;
	return signs & ~(unsigned)SIGN_BULK;
}

bool report_maybe(struct slice header)
{
	struct str subject, from;
	unsigned signs;

	str_init(&subject, LETTER_HEADER);
	str_init(&from, LETTER_HEADER);
	signs = bounce_signs(sl_head(header, LETTER_HEADER), &subject, &from);
	str_release(&subject);
	str_release(&from);
	return signs != 0;
}

void letter_address(struct slice header, const char *name, struct str *out)
{
	struct addrs list = { 0 };
	struct hdr h;

	if (hdr_find(header, name, &h))
		addrs_parse(h.value, &mime_limits_default, &list);
	if (list.n == 0 || addr_spec(&list.v[0], out) != 0)
		str_clear(out);
	addrs_release(&list);
}

static int letter_header(struct letter *l, const struct part *root, int fd, struct slice mem, struct err *err)
{
	struct str names;
	struct src src;
	char block[8192];
	ssize_t n;

	if (fd < 0)
		src_mem(&src, sl_head(sl_skip(mem, (size_t)root->head), (size_t)(root->body - root->head)));
	else
		src_range(&src, fd, root->head, root->body);
	while ((n = src_read(&src, block, sizeof(block), err)) > 0 && l->head.n < LETTER_HEADER)
		str_add(&l->head, block, (size_t)n);
	src_release(&src);
	if (n < 0)
		return -1;
	l->header = str_sl(&l->head);
	str_init(&names, LETTER_HEADER);
	l->signs = bounce_signs(l->header, &l->subject, &names);
	str_release(&names);
	letter_address(l->header, "From", &l->from);
	letter_address(l->header, "To", &l->to);
	return 0;
}

/* ---- the text ---- */

/* As much as there is room for. */
static int take(struct sink *to, struct slice s, struct err *err)
{
	(void)err;
	str_addsl(to->str, sl_head(s, to->str->max - to->str->n));
	return 0;
}

static int add_text(struct letter *l, const struct part *p, int fd, struct slice mem, struct err *err)
{
	struct sink to = { .write = take, .str = &l->text };
	struct str page;
	int r;

	str_addc(&l->text, '\n');
	if (!part_is(p, "text", "html"))
		return part_text(p, fd, mem, &to, err);
	str_init(&page, TEXT_MAX);
	to.str = &page;
	r = part_text(p, fd, mem, &to, err);
	if (r == 0)
		html_words(str_sl(&page), &l->text);
	str_release(&page);
	return r;
}

static bool is_own_text(const struct part *p, bool html)
{
	if (p->kind != PART_LEAF || part_is_inside(p) || report_is_original(p))
		return false;
	return html ? part_is(p, "text", "html") : part_is(p, "text", NULL) ? !part_is(p, "text", "html") : !p->parent;
}

static bool returns_part(const struct mime_tree *tree)
{
	for (const struct part *p = tree_next(tree, NULL); p; p = tree_next(tree, p))
		if (p->parent && report_is_original(p))
			return true;
	return false;
}

/* In small letters, each where it stands in the text. */
static void add_low(struct slice s, struct str *out)
{
	struct str one;

	str_init(&one, 64);
	while (s.n) {
		uint32_t cp;
		size_t n = utf8_decode(s, &cp);

		str_clear(&one);
		/* no script with longer letters has small ones */
		if (n == 2)
			utf8_casefold(&one, sl_head(s, n));
		str_addlower(out, one.n == n ? str_sl(&one) : sl_head(s, n));
		s = sl_skip(s, n);
	}
	str_release(&one);
}

static int letter_text(struct letter *l, const struct mime_tree *tree, int fd, struct slice mem, struct err *err)
{
	int r = 0;

	l->returns = returns_part(tree);
	/* "Please view this as HTML": as text where that names nobody */
	for (int html = 0; html < 2 && r == 0 && sl_find(str_sl(&l->text), '@') < 0; html++)
		for (const struct part *p = tree_next(tree, NULL); p && r == 0; p = tree_next(tree, p))
			if (is_own_text(p, html))
				r = add_text(l, p, fd, mem, err);
	add_low(str_sl(&l->text), &l->low);
	return r;
}

static void flatten(struct letter *l)
{
	struct slice s = sl_head(str_sl(&l->text), l->notice);
	struct str one;
	bool blank = true;

	str_clear(&l->flat);
	str_init(&one, TEXT_MAX);
	for (size_t i = 0; i < s.n; i++) {
		bool is = (unsigned char)s.p[i] <= ' ';

		if (!is || !blank)
			str_addc(&one, is ? ' ' : s.p[i]);
		blank = is;
	}
	utf8_casefold(&l->flat, str_sl(&one));
	str_release(&one);
}

/* ---- where the returned message begins ---- */

/* "Name:" of a header; 2: one that only messages have. */
static int header_line(struct slice low)
{
	static const char *const sure[] = { "received", "return-path", "message-id", "mime-version", "dkim-signature",
		"authentication-results" };
	ssize_t colon = sl_find(low, ':');

	if (colon <= 0 || colon > 60)
		return 0;
	for (ssize_t i = 0; i < colon; i++)
		if (!ascii_isalnum((unsigned char)low.p[i]) && low.p[i] != '-')
			return 0;
	for (size_t i = 0; i < ARRAY_LEN(sure); i++)
		if (sl_iis(sl_head(low, (size_t)colon), sure[i]))
			return 2;
	return 1;
}

/* A header of 3 fields or more begins here. */
static bool header_begins(struct slice low)
{
	struct slice line;
	int fields = 0, best = 0, kind;

	for (int i = 0; i < 40 && sl_line(&low, &line) && line.n; i++) {
		if (i > 0 && ascii_isblank((unsigned char)line.p[0]))
			continue;
		kind = header_line(line);
		if (kind == 0 && !(i == 0 && sl_starts(line, "from ")))
			break;
		fields += kind > 0;
		best = MAX(best, kind);
	}
	return fields >= 3 && best == 2;
}

static bool announces(struct slice low)
{
	struct slice line = sl_trim(low);

	if (line.n < 4 || line.n > 160 || sl_search(line, SL("transcript")) >= 0 || !words_in(line, WORDS_RETURNED))
		return false;
	return strchr("-=*|#_", line.p[0]) || line.p[line.n - 1] == ':' || sl_ends(line, "follows.") || sl_ends(line, "follow.");
}

void letter_split(struct letter *l, size_t after)
{
	struct slice rest = sl_skip(str_sl(&l->low), after), line, from;
	const char *all = l->low.p;
	bool before = after > 0;

	l->notice = l->text.n;
	str_clear(&l->returned);
	while (sl_line(&rest, &line)) {
		size_t at = (size_t)(line.p - all), behind = rest.n ? (size_t)(rest.p - all) : l->low.n;
		bool said = before && announces(line);

		if (said || header_begins(sl_skip(str_sl(&l->low), at))) {
			l->notice = at;
			from = sl_skip(str_sl(&l->text), said ? behind : at);
			while (from.n && !header_line(sl_head(from, MAX((ssize_t)0, sl_find(from, '\n')))) && sl_line(&from, &line))
				;
			l->returned_end = from.n ? (size_t)(from.p - l->text.p) + hdr_length(from) : l->text.n;
			str_addsl(&l->returned, sl_head(sl_head(from, hdr_length(from)), l->returned.max));
			break;
		}
		before = before || sl_trim(line).n > 0;
	}
	l->notice = MIN(l->notice, NOTICE_MAX);
	flatten(l);
}

/* ---- the whole ---- */

int letter_open(struct letter *l, const struct mime_tree *tree, int fd, struct slice mem, struct err *err)
{
	int result;

	*l = (struct letter){ 0 };
	str_init(&l->head, LETTER_HEADER + 8192);
	str_init(&l->subject, LETTER_HEADER);
	str_init(&l->from, LETTER_HEADER);
	str_init(&l->to, LETTER_HEADER);
	str_init(&l->text, TEXT_MAX);
	str_init(&l->low, TEXT_MAX);
	str_init(&l->flat, 2 * TEXT_MAX);
	str_init(&l->returned, LETTER_HEADER);
	result = letter_header(l, tree->root, fd, mem, err);
	if (result == 0 && l->signs)
		result = letter_text(l, tree, fd, mem, err);
	if (result == 0 && l->signs)
		letter_split(l, 0);
	return result;
}

void letter_release(struct letter *l)
{
	str_release(&l->head);
	str_release(&l->subject);
	str_release(&l->from);
	str_release(&l->to);
	str_release(&l->text);
	str_release(&l->low);
	str_release(&l->flat);
	str_release(&l->returned);
}
