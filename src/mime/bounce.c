/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bounce: notices that keep to no standard.  Is it from a mail system, and does it say
 * that something failed?
 *
 * A message that no program sent is never a failure, whatever its words are.
 */
#include "priv.h"

#define NEAR_TOP 400
#define KEY_MAX 30
#define TOP 100                         /* where those who show no other sign say it */

static bool is_quoted(const struct letter *l)
{
	return sl_starts(sl_trim(str_sl(&l->flat)), "> ") || sl_search(str_sl(&l->flat), SL("begin forwarded message")) >= 0;
}

/* Persons greet, say "I" and ask. */
static bool is_personal(struct slice flat)
{
	static const char *const words[] = { " i ", "?", "hi ", "hi,", "hello", "dear ", " me ", " my " };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (sl_search(flat, sl(words[i])) >= 0)
			return true;
	return false;
}

/* What a mail system shows with a notice: its reply, or what it returns. */
static bool has_proof(const struct letter *l, const struct report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->rcpts[i].status[0])
			return true;
	return l->returned.n > 0 || l->returns;
}

/* By its name and by its envelope. */
static bool is_system(const struct letter *l)
{
	return (l->signs & (SIGN_NULL | SIGN_FROM)) == (SIGN_NULL | SIGN_FROM);
}

/* A mail system that wants no answer quotes a refusal: that needs no words that are known. */
static bool quotes_refusal(const struct letter *l, const struct report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->rcpts[i].status[0] == '5')
			return is_system(l) || (l->signs & SIGN_DAEMON && strcmp(r->rcpts[i].status, "5.0.0") != 0);
	return false;
}

/* Of those only who it is sent to: they are told something about themselves. */
static bool only_reader(const struct letter *l, const struct report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!sl_ieq(sl(r->rcpts[i].address), str_sl(&l->to)))
			return false;
	return r->n > 0;
}

/* "recipient:", and where that stands in a table. */
static bool is_key(struct slice s)
{
	bool word = sl_find(s, ' ') < 0 || (s.n && (unsigned char)s.p[0] >= 0x80);

	return s.n <= KEY_MAX && (sl_ends(s, ":") || (word && words_are(s, WORDS_TOLD)));
}

/* As in a list; persons name others in a sentence. */
static bool begins_line(const struct letter *l, const char *addr)
{
	struct slice rest = str_sl(&l->low), low;
	bool found = false;
	struct str want;

	str_init(&want, STR_MAX);
	str_addlower(&want, sl(addr));
	while (!found && sl_line(&rest, &low)) {
		ssize_t at = sl_search(low, str_sl(&want));
		struct slice key = line_behind(line_before(sl_head(low, (size_t)MAX(at, (ssize_t)0))));

		found = at >= 0 && (key.n == 0 || is_key(key));
	}
	str_release(&want);
	return found;
}

static bool lists(const struct letter *l, const struct report *r)
{
	return r->n && begins_line(l, r->rcpts[0].address);
}

/* Whoever announces something does not. */
static bool speaks(const struct letter *l, const struct report *r)
{
	return has_proof(l, r) || lists(l, r) || words_in(str_sl(&l->flat), WORDS_YOURS);
}

/* Parcels are not delivered, payments are refused, and builds fail, too. */
static bool is_of_mail(const struct letter *l, const struct report *r)
{
	struct slice flat = str_sl(&l->flat), subject = str_sl(&l->subject);
	bool mail = words_in(flat, WORDS_MAIL);

	if (!is_system(l))
		return mail && !words_in(flat, WORDS_GOODS) && !words_in(subject, WORDS_GOODS);
	/* these quote any subject */
	mail = mail || lists(l, r) || sl_search(flat, SL("deliver")) >= 0 || sl_search(subject, SL("deliver")) >= 0;
	return mail && !words_in(sl_head(flat, TOP), WORDS_GOODS);
}

/* "Hello," at the beginning, and something asked. */
static bool is_letter(struct slice flat)
{
	static const char *const words[] = { "hi ", "hi,", "hello ", "hello,", "dear " };
	bool greets = false;

	flat = sl_trim(flat);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		greets = greets || sl_starts(flat, words[i]);
	return greets && sl_find(flat, '?') >= 0;
}

static bool is_person(const struct letter *l, const struct report *r)
{
	bool sent = !(l->signs & SIGN_NULL), answer = sent && sl_starts(sl_trim(str_sl(&l->subject)), "re:");

	if (sent && (answer || is_letter(str_sl(&l->flat))) && !has_proof(l, r) && !lists(l, r))
		return true;
	return (answer || !(l->signs & ~(unsigned)(SIGN_FROM | SIGN_DAEMON))) && is_personal(str_sl(&l->flat));
}

/* "[MAIL-7] Undelivered mail", "[#7] ...": somebody's words, which a program sends on. */
static bool is_ticket(const struct letter *l)
{
	struct slice s = sl_trim(str_sl(&l->subject));
	ssize_t end = sl_find(s, ' ');

	s = sl_head(s, end < 0 ? s.n : (size_t)end + 12);
	if (!sl_starts(s, "[") || l->signs & SIGN_FROM)
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (ascii_isdigit((unsigned char)s.p[i]))
			return true;
	return false;
}

/* The words and the signs of a failure, or delay. */
static bool is_bounce(const struct letter *l, const struct report *r)
{
	struct slice flat = str_sl(&l->flat);
	bool returned = l->returned.n > 0 || l->returns;
	bool program = l->signs & (SIGN_NULL | SIGN_FROM | SIGN_FAILED);
	bool late = program && words_in(str_sl(&l->subject), WORDS_DELAYED);
	bool subject = l->signs & SIGN_SUBJECT || late || (program && words_in(str_sl(&l->subject), WORDS_FAILED));
	bool says = (is_system(l) && r->n && words_in(str_sl(&l->subject), WORDS_FAILED)) || words_in(flat, WORDS_FAILED) || words_in(flat, WORDS_DELAYED) || words_in(flat, WORDS_DELIVERED) || late ||
		quotes_refusal(l, r) || (program && returned && l->signs & SIGN_SUBJECT) || sl_search(flat, SL("final-recipient: ")) >= 0;

	if (is_quoted(l) || is_ticket(l))
		return false;
	if (l->signs & SIGN_FAILED)
		return true;
	if (l->signs & SIGN_DAEMON)
		return r->n ? says && (l->signs & SIGN_SUBJECT || has_proof(l, r) || !only_reader(l, r)) : l->signs & SIGN_SUBJECT && (says || words_in(str_sl(&l->subject), WORDS_FAILED));
	if ((bounce_to_many(l) && !is_system(l) && !(program && has_proof(l, r))) || (!has_proof(l, r) && (only_reader(l, r) || !is_of_mail(l, r))))
		return false;
	/* builds that fail quote replies, too */
	if (program && !returned && !(l->signs & (SIGN_FROM | SIGN_FAILED)) && !words_in(flat, WORDS_YOURS) && !lists(l, r))
		return false;
	/* postmasters are persons, too */
	if (program && is_person(l, r))
		return false;
	if (program && !subject)
		return r->n && says && (returned || (is_system(l) && speaks(l, r)) || (has_proof(l, r) && l->signs & SIGN_FROM));
	/* nobody is named, and nothing shows that it is no letter of a mere name */
	if (program && r->n == 0 && !returned && (!(l->signs & SIGN_FROM) || !(l->signs & (SIGN_NULL | SIGN_REPORT))))
		return false;
	if (program)
		return r->n ? says : says || words_in(str_sl(&l->subject), WORDS_FAILED);
	if (r->n == 0 || l->from.n == 0 || !(l->signs & SIGN_SUBJECT) ||
	    !(returned || (words_in(sl_head(flat, NEAR_TOP), WORDS_YOURS) && (l->signs & SIGN_AUTO || begins_line(l, r->rcpts[0].address)))))
		return false;
	if (l->signs & (SIGN_AUTO | SIGN_REPORT))
		return says && (returned || !is_personal(flat));
	/* no name that is known: it must speak of nothing else, from its first words on */
	return !is_personal(flat) && (words_in(sl_head(flat, TOP), WORDS_FAILED) || words_in(sl_head(flat, TOP), WORDS_DELAYED));
}

/* Is that one meant?  Only who is spoken of, or is of the house that writes. */
static bool is_meant(const struct letter *l, const struct addr *to)
{
	struct slice from = str_sl(&l->from);
	struct str local;
	bool is;

	str_init(&local, STR_MAX);
	utf8_casefold(&local, sl(to->local));
	is = local.n > 2 && sl_search(str_sl(&l->flat), str_sl(&local)) >= 0;
	str_clear(&local);
	utf8_casefold(&local, sl(to->domain));
	is = is || (local.n > 3 && sl_search(str_sl(&l->flat), str_sl(&local)) >= 0);
	str_release(&local);
	from = sl_skip(from, (size_t)(sl_find(from, '@') + 1));
	return is || (from.n > strlen(to->domain) && from.p[from.n - strlen(to->domain) - 1] == '.' &&
		sl_iis(sl_skip(from, from.n - strlen(to->domain)), to->domain)) || sl_iis(from, to->domain);
}

/* The notice names nobody: the only one that the message went to. */
static void only_one(const struct letter *l, struct slice header, struct report *r)
{
	struct report_rcpt *c;
	struct env env;
	struct str spec;

	report_original(r, header);
	env_parse(header, &mime_limits_default, &env);
	str_init(&spec, STR_MAX);
	if (r->n == 0 && env.to.n == 1 && env.cc.n == 0 && env.to.v[0].domain && is_meant(l, &env.to.v[0]) &&
	    addr_spec(&env.to.v[0], &spec) == 0 && (c = report_rcpt_new(r)))
		c->address = word_detach(&spec);
	str_release(&spec);
	env_release(&env);
}

/* Of the part that is what is returned. */
static int read_returned(const struct letter *l, const struct mime_tree *tree, int fd, struct slice mem, struct report *r, struct err *err)
{
	struct str text;
	int result = 0;

	str_init(&text, LETTER_HEADER + 8192);
	for (const struct part *p = tree_next(tree, NULL); p && result == 0; p = tree_next(tree, p)) {
		if (p == tree->root || part_is_inside(p) || !report_is_original(p))
			continue;
		result = report_part(p, fd, mem, &text, err);
		if (result == 0)
			only_one(l, sl_head(str_sl(&text), hdr_length(str_sl(&text))), r);
		break;
	}
	str_release(&text);
	return result;
}

static bool is_status(const struct part *p)
{
	return part_is(p, "message", "delivery-status") || part_is(p, "message", "global-delivery-status");
}

/* A gateway that sends on the report of another as its own. */
static int read_wrapped(const struct mime_tree *tree, int fd, struct slice mem, struct report *r, struct err *err)
{
	struct str text;
	int result = 0;

	str_init(&text, LETTER_HEADER + 8192);
	for (const struct part *p = tree_next(tree, NULL); p && r->n == 0 && result == 0; p = tree_next(tree, p)) {
		if (!is_status(p) || !part_is_inside(p))
			continue;
		result = report_part(p, fd, mem, &text, err);
		if (result == 0)
			report_blocks(r, str_sl(&text));
	}
	str_release(&text);
	return result;
}

/* Whose answer it is, and to what. */
static void fill_answer(const struct letter *l, struct report *r)
{
	struct report_rcpt *c = l->from.n ? report_rcpt_new(r) : NULL;
	struct env env;

	if (c)
		c->address = sl_dup(str_sl(&l->from));
	env_parse(l->header, &mime_limits_default, &env);
	if (env.in_reply_to) {
		struct slice rest = sl(env.in_reply_to), id;

		if (sl_word(&rest, &id))
			r->message_id = sl_dup(id);
	}
	env_release(&env);
}

/* Whose mailbox the message was in that somebody complains of. */
static int fill_complaint(const struct letter *l, const struct mime_tree *tree, int fd, struct slice mem, struct report *r, struct err *err)
{
	struct report_rcpt *c;
	struct str spec;

	str_init(&spec, LETTER_HEADER);
	letter_address(l->header, COMPLAINT_FIELD, &spec);
	if (spec.n && (c = report_rcpt_new(r)))
		c->address = word_detach(&spec);
	str_release(&spec);
	if (l->returned.n)
		report_original(r, str_sl(&l->returned));
	return read_returned(l, tree, fd, mem, r, err);
}

static void to_all(struct report *r, enum report_action action)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->rcpts[i].action == ACTION_NONE)
			r->rcpts[i].action = action;
}

/* A gateway that sends on the notice of another as text of its own. */
static bool returns_notice(struct letter *l)
{
	unsigned both = SIGN_FROM | SIGN_SUBJECT, signs;
	struct str subject, from;

	if (!(l->signs & (SIGN_FROM | SIGN_NULL)))
		return false;
	str_init(&subject, LETTER_HEADER);
	str_init(&from, LETTER_HEADER);
	signs = bounce_signs(str_sl(&l->returned), &subject, &from);
	str_release(&subject);
	str_release(&from);
	return (signs & both) == both;
}

/* Files and programs are no addresses: as who it was sent to, in Exim's reports. */
static void name_original(const struct letter *l, struct report *r)
{
	if (r->n == 1 && !r->rcpts[0].original && l->signs & SIGN_FAILED) {
		struct str spec;

		str_init(&spec, LETTER_HEADER);
		letter_address(l->header, "X-Failed-Recipients", &spec);
		if (spec.n)
			r->rcpts[0].original = word_detach(&spec);
		str_release(&spec);
	}
}

/* A report that names nobody, or a mailbox of a host, leaves that to its text. */
static void name_nameless(const struct letter *l, struct report *r)
{
	struct report said = { 0 };
	struct report_rcpt *c = r->rcpts;

	if (r->n == 1 && !c->original)
		bounce_recipients(l, &said);
	if (said.n == 1) {
		char **to = c->address[0] ? &c->original : &c->address;

		free(*to);
		*to = said.rcpts[0].address;
		said.rcpts[0].address = NULL;
	}
	report_release(&said);
}

static int decide(struct letter *l, const struct mime_tree *tree, int fd, struct slice mem, struct report *r, struct err *err)
{
	bool dsn = r->kind == REPORT_DSN;
	size_t named;

	if (dsn && r->n) {
		name_original(l, r);
		name_nameless(l, r);
		return 0;
	}
	if (bounce_json(l, r))
		return 0;
	if (!dsn && bounce_automatic(l, &r->kind)) {
		if (r->kind == REPORT_FEEDBACK)
			return fill_complaint(l, tree, fd, mem, r, err);
		if (r->kind != REPORT_NONE)
			fill_answer(l, r);
		return 0;
	}
	bounce_recipients(l, r);
	if (r->n == 0 && returns_notice(l)) {
		letter_split(l, l->returned_end);
		bounce_recipients(l, r);
	}
	named = r->n;
	/* one address only, in a place or a language that is not known */
	if (named == 0 && !dsn && is_system(l)) {
		bounce_sole(l, r);
		if (!quotes_refusal(l, r) && !words_in(str_sl(&l->flat), WORDS_FAILED))
			report_release(r);
	}
	if (r->n == 0 && l->signs & (SIGN_FROM | SIGN_NULL)) {
		if (read_wrapped(tree, fd, mem, r, err) != 0)
			return -1;
		if (r->n) {
			r->kind = REPORT_DSN;
			return 0;
		}
	}
	if (!dsn && !is_bounce(l, r)) {
		report_release(r);
		return 0;
	}
	r->kind = dsn ? REPORT_DSN : REPORT_BOUNCE;
	if (read_returned(l, tree, fd, mem, r, err) != 0)
		return -1;
	if (l->returned.n)
		only_one(l, str_sl(&l->returned), r);
	for (size_t i = 0; i < r->n; i++)
		if (r->rcpts[i].action == ACTION_NONE && r->rcpts[i].status[0] == '5' && quotes_refusal(l, r))
			r->rcpts[i].action = ACTION_FAILED;
	if (r->n == 0 && (l->signs & SIGN_DAEMON || is_system(l)))
		bounce_sole(l, r);
	if (named == 0 && words_in(str_sl(&l->flat), WORDS_DELAYED) && !words_in(str_sl(&l->flat), WORDS_FOR_GOOD))
		to_all(r, ACTION_DELAYED);
	if (named == 0 && (words_in(str_sl(&l->flat), WORDS_FAILED) || words_in(str_sl(&l->subject), WORDS_FAILED)))
		to_all(r, ACTION_FAILED);
	return 0;
}

int bounce_read(const struct mime_tree *tree, int fd, struct slice mem, struct report *r, struct err *err)
{
	struct letter l;
	int result = letter_open(&l, tree, fd, mem, err);

	if (result == 0 && l.signs)
		result = decide(&l, tree, fd, mem, r, err);
	letter_release(&l);
	return result;
}
