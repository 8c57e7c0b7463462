/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * replytext: the words of an answer: its subject, the quote with a line above it, and
 * the signature.
 */
#include "priv.h"

#define NAME_MAX_BYTES 200
#define SIGNATURE_MAX  65536

/* ---- subjects ---- */

static struct slice skip_blanks(struct slice s)
{
	while (s.n && ascii_isblank((unsigned char)*s.p))
		s = sl_skip(s, 1);
	return s;
}

/* Bytes of "Re:", "AW: ", "Re[2]:", "답장 : " at its beginning; 0: none. */
static size_t leader(struct slice s, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		struct slice t = s;
		ssize_t close;

		if (!sl_istarts(t, words[i]))
			continue;
		t = skip_blanks(sl_skip(t, strlen(words[i])));
		if (t.n && (*t.p == '[' || *t.p == '(') && (close = sl_find(sl_head(t, 8), *t.p == '[' ? ']' : ')')) > 0)
			t = skip_blanks(sl_skip(t, (size_t)close + 1));
		if (sl_starts(t, ":"))
			t = sl_skip(t, 1);
		else if (sl_starts(t, "："))
			t = sl_skip(t, strlen("："));
		else
			continue;
		return (size_t)(skip_blanks(t).p - s.p);
	}
	return 0;
}

static struct slice skip_leaders(struct slice s, const char *const *words)
{
	size_t n;

	s = skip_blanks(s);
	while ((n = leader(s, words)) > 0)
		s = sl_skip(s, n);
	return s;
}

/* "[list] " at its beginning; 0: none. */
static size_t tag(struct slice s)
{
	ssize_t close = s.n && *s.p == '[' ? sl_find(s, ']') : -1;

	return close > 0 ? (size_t)(skip_blanks(sl_skip(s, (size_t)close + 1)).p - s.p) : 0;
}

static char *subject(const char *head, const char *old, const char *const *words)
{
	struct str clean, out;
	struct slice rest;
	size_t n;

	str_init(&clean, STR_MAX);
	str_init(&out, STR_MAX);
	utf8_sanitize(&clean, sl(old ? old : ""), CLEAN_LINE);
	rest = skip_leaders(str_sl(&clean), words);
	str_adds(&out, head);
	if (rest.n)
		str_addc(&out, ' ');
	/* "[list] Re: x" has its Re, too */
	n = tag(rest);
	if (n && leader(sl_skip(rest, n), words)) {
		str_addsl(&out, sl_head(rest, n));
		rest = skip_leaders(sl_skip(rest, n), words);
	}
	str_addsl(&out, rest);
	str_release(&clean);
	return str_detach(&out);
}

char *compose_re(const char *old)
{
	static const char *const words[] = { "re", "aw", "antw", "sv", "vs", "odp", "ynt", "답장", "회신", "返信", "回复", "回覆", "答复", "答覆", NULL };

	return subject("Re:", old, words);
}

char *compose_fwd(const char *old)
{
	static const char *const words[] = { "fwd", "fw", "wg", "tr", "rv", "vb", "전달", "転送", "转发", "轉寄", NULL };

	return subject("Fwd:", old, words);
}

/* ---- names and dates ---- */

static void add_name(struct str *out, const struct addr *a)
{
	struct str raw, clean;

	str_init(&raw, STR_MAX);
	str_init(&clean, STR_MAX);
	if (a->name && *a->name)
		str_adds(&raw, a->name);
	else if (addr_spec(a, &raw) != 0)
		str_adds(&raw, a->local ? a->local : "");
	utf8_sanitize(&clean, str_sl(&raw), CLEAN_LINE);
	if (clean.n > NAME_MAX_BYTES) {
		size_t n = NAME_MAX_BYTES;

		while (n && ((unsigned char)clean.p[n] & 0xC0) == 0x80)
			n--;
		str_cut(&clean, n);
	}
	str_addsl(out, str_sl(&clean));
	str_release(&raw);
	str_release(&clean);
}

/* "Thu, 26 Nov 2026 at 21:09", in the writer's zone: it is their day and hour. */
void compose_date_words(const struct date *date, struct str *out)
{
	static const char *const days[] = { N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat") };
	static const char *const months[] = { N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
		N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec") };
	struct date_parts d;

	date_split(date->sec, date->zone, &d);
	/* weekday, day, month, year, hour, minute */
	str_addf(out, _("%s, %d %s %04d at %02d:%02d"), _(days[d.wday]), d.day, _(months[d.month - 1]), d.year, d.hour, d.min);
}

static void attribution(const struct env *e, struct str *out)
{
	const struct addrs *from = e->from.n ? &e->from : &e->sender;
	struct str date, name;

	str_init(&date, 256);
	str_init(&name, 4096);
	if (from->n)
		add_name(&name, &from->v[0]);
	if (name.n == 0)
		str_adds(&name, _("Somebody"));
	if (e->date.ok) {
		compose_date_words(&e->date, &date);
		str_addf(out, _("On %s, %s wrote:"), date.p, name.p);
	} else {
		str_addf(out, _("%s wrote:"), name.p);
	}
	str_addc(out, '\n');
	str_release(&date);
	str_release(&name);
}

/* ---- the quote ---- */

static struct slice trim_end(struct slice s)
{
	while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Where all of it is a signature, it is none. */
static struct slice without_end(struct slice text)
{
	struct slice s = trim_end(sl_head(text, compose_sig_at(text)));

	return s.n ? s : trim_end(text);
}

/* The line above, the quote, an empty line. */
void compose_quote(const struct env *e, struct slice text, struct str *out)
{
	struct slice rest = without_end(text), line;

	attribution(e, out);
	while (sl_line(&rest, &line)) {
		str_addc(out, '>');
		if (line.n && *line.p != '>')
			str_addc(out, ' ');
		str_addsl(out, line);
		str_addc(out, '\n');
	}
	str_addc(out, '\n');
}

/* "Name: value" above what is passed on. */
static void passed_field(struct str *out, const char *name, struct slice value)
{
	if (value.n == 0)
		return;
	str_addf(out, "%s: ", name);
	utf8_sanitize(out, value, CLEAN_LINE);
	str_addc(out, '\n');
}

void compose_passed_on(const struct env *e, struct slice text, struct str *out)
{
	const struct { const char *name; const struct addrs *l; } lists[] = { { "To", &e->to }, { "Cc", &e->cc } };
	char *from = NULL;
	struct str date;

	str_init(&date, 256);
	str_addf(out, "%s\n", compose_forward_mark());
	compose_list(&from, e->from.n ? &e->from : &e->sender);
	passed_field(out, "From", sl(from));
	if (e->date.ok)
		date_write(&date, e->date.sec, e->date.zone);
	passed_field(out, "Date", str_sl(&date));
	passed_field(out, "Subject", sl(e->subject));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		compose_list(&from, lists[i].l);
		passed_field(out, lists[i].name, sl(from));
	}
	free(from);
	str_release(&date);
	str_addc(out, '\n');
	str_addsl(out, text);
	if (out->n && out->p[out->n - 1] != '\n')
		str_addc(out, '\n');
}

/* ---- the signature ---- */

/* "-- " and the text of the file, which may begin with "-- " itself. */
void compose_add_signature(const struct account *a, struct str *out)
{
	struct err err = ERR_INIT;
	struct str file, clean;
	struct slice text;

	if (!a || !a->signature)
		return;
	str_init(&file, SIGNATURE_MAX);
	str_init(&clean, STR_MAX);
	if (fs_slurp(a->signature, SIGNATURE_MAX, &file, &err) != 0) {
		log_msg(LOG_WARN, _("The signature is left out: %s"), err.text);
	} else {
		utf8_sanitize(&clean, str_sl(&file), CLEAN_LINES | CLEAN_TABS);
		text = str_sl(&clean);
		while (text.n && strchr(" \t\n", text.p[text.n - 1]))
			text.n--;
		if (sl_starts(text, "-- \n"))
			text = sl_skip(text, 4);
		if (text.n)
			str_addf(out, "-- \n" SL_FMT "\n", SL_ARG(text));
	}
	str_release(&file);
	str_release(&clean);
}

void compose_signature(struct compose *c, const struct conf *conf)
{
	struct str out;

	if (*c->text)
		return;
	str_init(&out, STR_MAX);
	str_addc(&out, '\n');
	compose_add_signature(compose_account(c, conf), &out);
	if (out.n > 1) {
		free(c->text);
		c->text = str_detach(&out);
	}
	str_release(&out);
}
