/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bouncercpt: the recipients that a notice in no standard form names.  Every address in
 * it stands in a place that tells more or less surely that it is one of them; those of
 * the surest kind count.
 */
#include "priv.h"

#define FOUND_MAX 10000
#define DIAG_MAX  1000
#define AGAIN_MAX 200          /* addresses that are looked at once more      */
#define NEAR      200           /* bytes of a line that are looked at around an address */
#define FOLD_NEAR 60            /* ... on both sides of the end of a line */

/* From the least sure on. */
enum place {
	PLACE_NONE,
	PLACE_SUMMARY,          /* "To: a@b" of what was sent                   */
	PLACE_NAMED,            /* in a sentence of failure                     */
	PLACE_ALONE,            /* begins a line, and nothing was said before   */
	PLACE_SMTP,             /* in a reply of a server, or RCPT TO           */
	PLACE_TOLD,             /* "could not be delivered to a@b"              */
	PLACE_LISTED,           /* begins a line, behind words of failure       */
};
struct found { enum place place; size_t line, at, end; enum report_action section; };
struct finder {
	const struct letter *l; struct slice text, low;
	struct found *v; size_t n, cap;
	enum place best;
	bool said; enum report_action section;  /* at the line at hand          */
	bool line_fails, line_delivers;         /* ... which has words of it    */
	bool sender_line;                       /* MAIL FROM was the last command */
	bool late, over, failed, relayed;       /* what is said anywhere        */
};

/* ---- its place ---- */

static bool tail_fits(struct slice tail)
{
	unsigned code;

	/* qmail, of the server it spoke to */
	if (sl_search(sl_head(tail, NEAR), SL("failed after i sent")) >= 0)
		return false;
	if (sl_starts(tail, "  ") || sl_starts(tail, "\t"))
		return true;
	tail = sl_trim(sl_head(tail, NEAR));
	if (tail.n == 0 || strchr(":;,[(.<>-\"'=/", tail.p[0]) || line_is_stop(tail) || sl_starts(tail, "on ") || line_is_when(tail))
		return true;
	return line_code(tail, &code) || words_in(tail, WORDS_FAILED) || words_in(tail, WORDS_DELAYED);
}

/* "recipient: "Bob" <", "recipient: Bob <": the name goes. */
static struct slice before_name(struct slice s)
{
	for (size_t i = s.n; i-- > 1;)
		if (s.p[i] == '"' || s.p[i] == ':')
			return sl_trim(sl_head(s, i));
	return s;
}

/* "recipient:", "recipient #2:" */
static struct slice without_colon(struct slice s)
{
	while (s.n && (strchr(":;],#", s.p[s.n - 1]) || ascii_isblank((unsigned char)s.p[s.n - 1]) || ascii_isdigit((unsigned char)s.p[s.n - 1])))
		s.n--;
	return s;
}

/* "<mail.x.example #5.2.2 smtp;552 5.2.2 a@b>" */
static bool quotes_reply(struct slice lead)
{
	char status[12];
	unsigned code;

	report_status_in(lead, status);
	return status[0] && line_code(lead, &code);
}

/* "a@b    5.1.1   unknown user" */
static bool says_why(struct slice tail)
{
	char status[12];

	tail = sl_head(tail, NEAR);
	report_status_in(tail, status);
	return (status[0] && status[0] != '2') || words_in(tail, WORDS_FAILED);
}

/* "message from <a@b> to", "sender: a@b, recipient:": what was said of a@b is over. */
static bool is_behind_other(struct slice lead)
{
	return sl_find(lead, '@') >= 0 && (sl_ends(lead, " to") || words_end(lead, WORDS_TOLD));
}

static enum place place_of(struct finder *f, struct slice low, size_t at, size_t end)
{
	struct slice lead = line_before(sl_make(low.p + at - MIN(at, (size_t)NEAR), MIN(at, (size_t)NEAR))), bare, name;
	char word[LINE_WORD];

	if (sl_ends(lead, "mailto:"))
		lead = line_before(sl_head(lead, lead.n - 7));
	bare = line_word(line_before(without_colon(lead)), word);
	name = at > 2 && low.p[at - 1] == '<' ? without_colon(before_name(bare)) : bare;
	if (line_is_number(line_behind(lead)))
		return !tail_fits(sl_skip(low, end)) ? PLACE_NONE : f->said || says_why(sl_skip(low, end)) ? PLACE_LISTED : PLACE_ALONE;
	if ((words_in(bare, WORDS_OTHER) && !is_behind_other(bare)) || sl_ends(bare, "message") || sl_ends(bare, "message-id"))
		return PLACE_NONE;
	if (f->said && line_is_name(lead) && line_in_brackets(low, at, end))
		return PLACE_ALONE;
	if (sl_search(lead, SL("rcpt to")) >= 0 || quotes_reply(lead) || (line_is_reply(low) && !(f->sender_line && sl_starts(sl_trim(low), "<<<"))))
		return PLACE_SMTP;
	if (words_are(line_behind(bare), WORDS_TO) || words_are(line_behind(name), WORDS_TO))
		return PLACE_SUMMARY;
	if (words_end(bare, WORDS_TOLD) || words_end(name, WORDS_TOLD))
		return PLACE_TOLD;
	if (!f->line_fails)
		return PLACE_NONE;
	return line_is_towards(sl_skip(low, end)) ? PLACE_TOLD : f->l->signs & SIGN_FROM ? PLACE_NAMED : PLACE_NONE;
}

/* ---- all of them ---- */

static bool says_delivered(struct slice low)
{
	return words_in(low, WORDS_DELIVERED) && sl_search(low, SL("unsuccessful")) < 0 && sl_search(low, SL("not successful")) < 0;
}

static bool look_at(struct finder *f, struct slice low)
{
	bool heading = sl_starts(sl_trim(low), "-");

	if (says_delivered(low))
		f->section = ACTION_DELIVERED;
	else if (words_in(low, WORDS_DELAYED))
		f->section = ACTION_DELAYED;
	else if (words_in(low, WORDS_FAILED))
		f->section = heading || f->section == ACTION_NONE ? ACTION_FAILED : f->section;
	else
		return false;
	f->said = true;
	return true;
}

/* In this line, or over its beginning and the end of the one before. */
static void look_at_words(struct finder *f, struct slice low, struct slice last)
{
	struct str both;

	if (look_at(f, low) || sl_trim(low).n == 0 || sl_trim(last).n == 0)
		return;
	last = sl_trim(last);
	str_init(&both, 4 * FOLD_NEAR);
	str_addsl(&both, sl_skip(last, last.n - MIN(last.n, (size_t)FOLD_NEAR)));
	str_addc(&both, ' ');
	str_addsl(&both, sl_head(sl_trim(low), FOLD_NEAR));
	look_at(f, str_sl(&both));
	str_release(&both);
}

/* "<a@b> successfully delivered": behind the address. */
static enum report_action section_of(const struct finder *f, size_t end)
{
	struct slice tail = sl_head(sl_skip(f->low, end), NEAR);
	ssize_t lf = sl_find(tail, '\n');

	return f->line_delivers || says_delivered(sl_head(tail, lf < 0 ? tail.n : (size_t)lf)) ? ACTION_DELIVERED : f->section;
}

static void keep(struct finder *f, enum place place, size_t line, size_t at, size_t end)
{
	if (place == PLACE_NONE || f->n == FOUND_MAX)
		return;
	mem_grow(f->v, f->n, f->cap);
	f->v[f->n++] = (struct found){ .place = place, .line = line, .at = at, .end = end, .section = section_of(f, end) };
	f->best = MAX(f->best, place);
}

static void look_at_line(struct finder *f, struct slice low)
{
	bool fails = words_in(low, WORDS_FAILED);

	f->line_delivers = !fails && says_delivered(low);
	f->line_fails = fails || f->line_delivers || words_in(low, WORDS_DELAYED);
}

static void find_all(struct finder *f)
{
	struct slice rest = f->low, low, before = SL_NONE;
	enum place of_list = PLACE_NONE;

	while (sl_line(&rest, &low)) {
		size_t line = (size_t)(low.p - f->low.p), from, to, i = 0, last = 0;
		bool quiet = sl_find(low, '@') < 0;
		enum place place = PLACE_NONE;

		if (sl_search(low, SL("mail from")) >= 0)
			f->sender_line = true;
		else if (sl_search(low, SL("rcpt to")) >= 0 || sl_search(low, SL(">>> data")) >= 0)
			f->sender_line = false;
		if (quiet)
			look_at_words(f, low, before);
		else
			look_at_line(f, low);
		for (; i < low.n; i++) {
			if (low.p[i] != '@' || !line_address(low, i, &from, &to))
				continue;
			if (last == 0 && of_list != PLACE_NONE && line_behind(sl_head(low, from)).n == 0)
				place = of_list;
			else if (place == PLACE_NONE || !line_is_between(sl_make(low.p + last, from - MIN(from, last))))
				place = place_of(f, low, from, to);
			keep(f, place, line, line + from, line + to);
			i = last = to;
		}
		if (!quiet)
			look_at(f, low);
		before = quiet ? low : SL_NONE;
		of_list = last && sl_ends(sl_trim(sl_skip(low, last)), ",") ? place : PLACE_NONE;
	}
}

static struct slice address_of(const struct finder *f, const struct found *v)
{
	return sl_make(f->text.p + v->at, v->end - v->at);
}

/* Whom one writes to about a notice, or who gets it. */
static bool is_office(const struct letter *l, struct slice addr)
{
	static const char *const names[] = { "postmaster@", "mailer-daemon@", "abuse@", "hostmaster@", "support@", "helpdesk@" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sl_istarts(addr, names[i]))
			return true;
	return sl_ieq(addr, str_sl(&l->to)) || sl_ieq(addr, str_sl(&l->from));
}

static void drop_offices(struct finder *f)
{
	size_t good = 0, n = 0;

	for (size_t i = 0; i < f->n; i++)
		good += f->v[i].place == f->best && !is_office(f->l, address_of(f, &f->v[i]));
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].place == f->best && (!good || !is_office(f->l, address_of(f, &f->v[i]))))
			f->v[n++] = f->v[i];
	f->n = n;
}

/* ---- why ---- */

static void add_words(struct str *out, struct slice s)
{
	while (s.n) {
		size_t n = 0;

		while (n < s.n && (unsigned char)s.p[n] > ' ')
			n++;
		if (n && out->n)
			str_addc(out, ' ');
		str_addsl(out, sl_head(s, n));
		s = sl_skip(s, MAX(n, (size_t)1));
	}
}

/* Lines up to an empty one. */
static void add_paragraph(struct slice *rest, struct str *out)
{
	struct slice line;

	while (out->n < DIAG_MAX && sl_line(rest, &line) && sl_trim(line).n)
		add_words(out, sl_head(line, DIAG_MAX));
}

static struct slice behind(struct slice s)
{
	s = sl_skip(s, sl_istarts(s, "<mailto:") ? (size_t)MAX((ssize_t)0, sl_find(s, '>')) : 0);
	while (s.n && (strchr(">\"'):;,|", s.p[0]) || ascii_isblank((unsigned char)s.p[0])))
		s = sl_skip(s, 1);
	while (sl_starts(s, "..."))
		s = sl_trim(sl_skip(s, 3));
	return s;
}

/* The words about v; up to `end`, where the next address is, or all is over. */
static void words_about(const struct finder *f, const struct found *v, size_t end, struct str *out)
{
	size_t at = v->place == PLACE_LISTED || v->place == PLACE_ALONE ? v->end : v->line;
	struct slice rest = sl_skip(sl_head(f->text, end), at);
	char status[12];
	unsigned code;

	if (at == v->end)
		rest = behind(rest);
	if (v->place == PLACE_SMTP) {
		struct slice line;

		if (sl_line(&rest, &line))
			add_words(out, sl_head(line, DIAG_MAX));
		return;
	}
	add_paragraph(&rest, out);
	report_status_in(str_sl(out), status);
	for (int i = 0; i < 6 && rest.n && !status[0] && !line_code(str_sl(out), &code); i++) {
		struct str more;

		str_init(&more, 2 * DIAG_MAX);
		add_paragraph(&rest, &more);
		if (line_code(str_sl(&more), &code) || (out->n == 0 && more.n)) {
			str_clear(out);
			add_words(out, str_sl(&more));
		}
		str_release(&more);
	}
}

/* Numbers stand in sentences, too: this one begins, or what is in front says what it is. */
static bool is_reply(struct slice words, size_t at)
{
	static const char *const names[] = { "code", "error", "said", "returned", "reply", "replied", "response", "responded", "status", "with",
		"responsecode", "smtp", "reason" };
	size_t end = at, from;

	while (end && words.p[end - 1] == ' ')
		end--;
	if (end > 1 && words.p[end - 1] == ',' && words.p[end - 2] == ']')      /* "[192.0.2.5], 550" */
		return true;
	if (line_behind(sl_head(words, end)).n == 0 || strchr(":<(#'\"[=", words.p[end - 1]) || (end > 2 && line_is_stop(sl_skip(words, end - 3))) || (end >= 3 && words.p[end - 1] == '.' && words.p[end - 2] == '.'))
		return true;
	for (from = end; from && ascii_isalpha((unsigned char)words.p[from - 1]);)
		from--;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sl_iis(sl_make(words.p + from, end - from), names[i]))
			return true;
	return false;
}

static bool reply_in(struct slice words, unsigned *code)
{
	struct slice rest = words, line;

	while (sl_line(&rest, &line))
		for (size_t i = 0; i + 3 <= line.n; i++)
			if (ascii_isdigit((unsigned char)line.p[i]) && (i == 0 || !ascii_isalnum((unsigned char)line.p[i - 1])) && is_reply(line, i) &&
			    line_code(sl_make(line.p + i, MIN(line.n - i, (size_t)4)), code) && (line.n == i + 3 || !ascii_isdigit((unsigned char)line.p[i + 3])))
				return true;
	return false;
}

/* Servers that took it are no reason. */
static void set_status(struct report_rcpt *c, struct slice words)
{
	struct slice rest = words, line;
	unsigned code;

	while (!c->status[0] && sl_line(&rest, &line)) {
		report_status_in(line, c->status);
		if (c->status[0] == '2')
			c->status[0] = 0;
	}
	if (!c->status[0] && reply_in(words, &code))
		snprintf(c->status, sizeof(c->status), "%c.0.0", code < 500 ? '4' : '5');
}

static enum report_action action_in(const struct finder *f, const struct found *v)
{
	if (f->late && !f->over)
		return ACTION_DELAYED;
	if (v && v->section != ACTION_NONE && (v->section != ACTION_DELAYED || !f->over || v->place == PLACE_LISTED))
		return v->section;
	return f->late || f->over || f->failed ? ACTION_FAILED : ACTION_NONE;
}

/* Where the next one begins, or all is over. */
static size_t end_of(const struct finder *f, size_t i)
{
	for (size_t k = i + 1; k < f->n; k++)
		if (f->v[k].line > f->v[i].line && !sl_ieq(address_of(f, &f->v[i]), address_of(f, &f->v[k])))
			return f->v[k].line;
	return f->text.n;
}

static void put(struct finder *f, size_t i, struct report *r)
{
	const struct found *v = &f->v[i];
	struct report_rcpt *c = report_rcpt_new(r);
	struct str words;

	if (!c)
		return;
	str_init(&words, 4 * DIAG_MAX);
	words_about(f, v, end_of(f, i), &words);
	c->address = sl_dup(address_of(f, v));
	c->action = action_in(f, v);
	if (c->action == ACTION_DELIVERED && f->relayed)
		c->action = ACTION_RELAYED;
	set_status(c, str_sl(&words));
	c->original = line_original(str_sl(&words));
	c->remote = line_remote(str_sl(&words));
	if (words.n)
		c->diagnostic = word_detach(&words);
	str_release(&words);
}

static void put_failed_field(struct finder *f, struct report *r)
{
	struct slice header = f->l->header;
	struct str spec;
	struct hdr h;

	str_init(&spec, STR_MAX);
	while (hdr_next(&header, &h) == 1) {
		struct addrs list = { 0 };

		if (!sl_iis(h.name, "X-Failed-Recipients"))
			continue;
		addrs_parse(h.value, &mime_limits_default, &list);
		for (size_t i = 0; i < list.n; i++) {
			struct report_rcpt *c = list.v[i].domain && addr_spec(&list.v[i], &spec) == 0 ? report_rcpt_new(r) : NULL;

			if (c)
				*c = (struct report_rcpt){ .address = sl_dup(str_sl(&spec)), .action = action_in(f, NULL) };
			str_clear(&spec);
		}
		addrs_release(&list);
	}
	str_release(&spec);
}

/* Only a program or a file is named: as who it was sent to. */
static void put_original(struct finder *f, struct report *r)
{
	char *original = line_original(f->text);
	struct report_rcpt *c = original ? report_rcpt_new(r) : NULL;

	if (c)
		*c = (struct report_rcpt){ .address = original, .action = action_in(f, NULL) };
	else
		free(original);
}

/* "550 5.1.1 <a@b>... User unknown", far from where it is listed: a reply that says why, or more of it. */
static void read_transcript(const struct finder *f, struct map *who)
{
	struct slice rest = f->low, low;

	while (sl_line(&rest, &low)) {
		size_t line = (size_t)(low.p - f->low.p), from, to;
		ssize_t at = sl_find(low, '@'), prompt = sl_search(low, SL(">>> "));
		struct report_rcpt *c;
		char more[12];

		if (at <= 0 || !line_is_reply(prompt > 0 ? sl_skip(low, (size_t)prompt) : low) || !line_address(low, (size_t)at, &from, &to))
			continue;
		c = map_get(who, sl_make(low.p + from, to - from));
		if (!c || c->action == ACTION_DELIVERED)
			continue;
		set_status(c, sl_make(f->text.p + line, low.n));
		report_status_in(low, more);
		if (strcmp(c->status + 1, ".0.0") == 0 && more[0] == c->status[0])
			memcpy(c->status, more, sizeof(more));
	}
}

/* Named again, as Exchange does it: once for its reader and once for those who run it. */
static void read_again(struct finder *f, struct map *who)
{
	struct str key, words;

	str_init(&key, STR_MAX);
	str_init(&words, 4 * DIAG_MAX);
	for (size_t i = 0; i < MIN(f->n, (size_t)AGAIN_MAX); i++) {
		struct report_rcpt *c;

		str_clear(&key);
		str_addlower(&key, address_of(f, &f->v[i]));
		c = map_get(who, str_sl(&key));
		if (!c || c->status[0])
			continue;
		str_clear(&words);
		words_about(f, &f->v[i], end_of(f, i), &words);
		set_status(c, str_sl(&words));
	}
	str_release(&key);
	str_release(&words);
}

/* A notice about one has one reason, wherever it stands. */
static void finish(struct finder *f, struct report *r)
{
	struct map *who = map_new();
	struct str key;

	if (r->n == 1)
		set_status(&r->rcpts[0], f->text);
	str_init(&key, STR_MAX);
	for (size_t i = 0; i < r->n; i++) {
		str_clear(&key);
		str_addlower(&key, sl(r->rcpts[i].address));
		map_put(who, str_sl(&key), &r->rcpts[i]);
	}
	if (r->n > 1)
		read_again(f, who);
	if (r->n)
		read_transcript(f, who);
	str_release(&key);
	map_free(&who);
}

void bounce_recipients(const struct letter *l, struct report *r)
{
	struct finder f = { .l = l, .text = sl_head(str_sl(&l->text), l->notice), .low = sl_head(str_sl(&l->low), l->notice) };
	struct slice flat = str_sl(&l->flat), subject = str_sl(&l->subject);
	struct map *had = map_new();
	struct str key;

	f.late = words_in(flat, WORDS_DELAYED) || words_in(subject, WORDS_DELAYED);
	f.over = words_in(flat, WORDS_FOR_GOOD);
	f.relayed = words_in(flat, WORDS_RELAYED);
	f.failed = l->signs & SIGN_FAILED || words_in(flat, WORDS_FAILED) || words_in(subject, WORDS_FAILED);
	if (sl_search(f.low, SL("final-recipient:")) >= 0)
		report_blocks(r, f.text);
	if (r->n == 0) {
		find_all(&f);
		if (l->signs & SIGN_FAILED && f.best < PLACE_TOLD)
			f.best = PLACE_NONE;
		drop_offices(&f);
	}
	str_init(&key, STR_MAX);
	for (size_t i = 0; i < f.n && f.best != PLACE_NONE; i++) {
		struct slice addr = address_of(&f, &f.v[i]);

		str_clear(&key);
		str_addlower(&key, addr);
		if (!map_get(had, str_sl(&key))) {
			map_put(had, str_sl(&key), &f);
			put(&f, i, r);
		}
	}
	if (r->n == 0)
		put_failed_field(&f, r);
	if (r->n == 0)
		put_original(&f, r);
	finish(&f, r);
	str_release(&key);
	map_free(&had);
	free(f.v);
}

/* The address in it that is nobody's who sends or helps; false: there are two. */
static bool find_sole(const struct finder *f, struct found *sole)
{
	struct slice rest = f->low, low;

	while (sl_line(&rest, &low)) {
		size_t line = (size_t)(low.p - f->low.p), from, to;

		if (sl_find(low, '@') < 0 || words_in(low, WORDS_OTHER))
			continue;
		for (size_t i = 0; i < low.n; i++) {
			struct found v;

			if (low.p[i] != '@' || !line_address(low, i, &from, &to))
				continue;
			i = to;
			v = (struct found){ .place = PLACE_NAMED, .line = line, .at = line + from, .end = line + to };
			if (is_office(f->l, address_of(f, &v)))
				continue;
			if (sole->end && !sl_ieq(address_of(f, sole), address_of(f, &v)))
				return false;
			*sole = v;
		}
	}
	return true;
}

void bounce_sole(const struct letter *l, struct report *r)
{
	struct slice text = sl_head(str_sl(&l->text), l->notice);
	struct finder f = { .l = l, .text = text, .low = sl_head(str_sl(&l->low), l->notice), .n = 1 };
	struct found sole = { 0 };

	if (!find_sole(&f, &sole))
		return;
	if (sole.end == 0)
		f.text = f.low = str_sl(&l->subject);
	if (sole.end == 0 && (!find_sole(&f, &sole) || sole.end == 0))
		return;
	f.v = &sole;
	put(&f, 0, r);
	f.text = text;
	f.low = str_sl(&l->low);
	finish(&f, r);
}
