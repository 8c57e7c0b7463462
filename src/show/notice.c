/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * notice: what notices say, in plain words; and their codes (RFC 3463 and the registry
 * that follows it).
 */
#include "priv.h"

#define NOTICE_SHOWN 5          /* recipients, each with its line               */

/* By subject.detail; the class says whether it is for good. */
static const struct { const char *code, *words; } reasons[] = {
	{ "1.0", N_("The address is not right.") },
	{ "1.1", N_("There is no such mailbox.") },
	{ "1.2", N_("There is no such mail domain.") },
	{ "1.3", N_("The address is not well formed.") },
	{ "1.4", N_("The address means more than one mailbox.") },
	{ "1.5", N_("The address is right.") },
	{ "1.6", N_("The mailbox has moved, and nobody says where to.") },
	{ "1.7", N_("The sender's address is not well formed.") },
	{ "1.8", N_("The sender's domain does not exist.") },
	{ "1.9", N_("It went on to a server that gives no notices.") },
	{ "1.10", N_("There is no such address, or its domain takes no mail at all.") },
	{ "2.0", N_("Something is wrong with the mailbox.") },
	{ "2.1", N_("The mailbox is switched off.") },
	{ "2.2", N_("The mailbox is full.") },
	{ "2.3", N_("The message is larger than the mailbox takes.") },
	{ "2.4", N_("The mailing list could not be expanded.") },
	{ "3.0", N_("Something is wrong with the receiving server.") },
	{ "3.1", N_("The receiving server has no room left.") },
	{ "3.2", N_("The receiving server takes no mail now.") },
	{ "3.3", N_("The receiving server can't do what was asked.") },
	{ "3.4", N_("The message is larger than the server takes.") },
	{ "3.5", N_("The receiving server is not set up right.") },
	{ "4.0", N_("There is no way through the network.") },
	{ "4.1", N_("The receiving server does not answer.") },
	{ "4.2", N_("The connection broke.") },
	{ "4.3", N_("The directory of names does not answer.") },
	{ "4.4", N_("There is no way to that domain.") },
	{ "4.5", N_("The servers have too much to do.") },
	{ "4.6", N_("The message went round in circles.") },
	{ "4.7", N_("It could not be delivered in time, and was given up.") },
	{ "5.0", N_("The servers did not understand each other.") },
	{ "5.1", N_("The server did not know a command.") },
	{ "5.2", N_("The server found a mistake in a command.") },
	{ "5.3", N_("Too many recipients at once.") },
	{ "5.4", N_("The server found a mistake in an argument.") },
	{ "5.6", N_("The login was too long for the server.") },
	{ "6.0", N_("The server can't handle the form of the message.") },
	{ "6.1", N_("The server does not take this kind of content.") },
	{ "6.2", N_("The message would have to be converted, and may not be.") },
	{ "6.3", N_("The message would have to be converted, and can't be.") },
	{ "6.4", N_("It was converted, and lost something by that.") },
	{ "6.5", N_("The message could not be converted.") },
	{ "6.6", N_("A part of the message could not be fetched.") },
	{ "6.7", N_("The server takes no addresses in other scripts.") },
	{ "6.8", N_("The server takes no replies in other scripts.") },
	{ "6.9", N_("The server takes no headers in other scripts.") },
	{ "7.0", N_("The server refused it by its rules.") },
	{ "7.1", N_("The server refused it: not allowed to send there, or taken for unwanted mail.") },
	{ "7.2", N_("The mailing list does not take mail from this sender.") },
	{ "7.3", N_("The message would have to be secured in another way, and can't be.") },
	{ "7.4", N_("The server can't handle the way in which it is secured.") },
	{ "7.5", N_("Encrypting or checking it failed.") },
	{ "7.6", N_("The server does not know the way in which it is encrypted.") },
	{ "7.7", N_("The message was changed on its way.") },
	{ "7.8", N_("The login was refused.") },
	{ "7.9", N_("The way of logging in is too weak for the server.") },
	{ "7.10", N_("The server takes mail over encrypted connections only.") },
	{ "7.11", N_("The server takes logins over encrypted connections only.") },
	{ "7.12", N_("The password has to be changed first.") },
	{ "7.13", N_("The account is switched off.") },
	{ "7.14", N_("The server takes mail of known servers only.") },
	{ "7.15", N_("The server takes only more urgent mail now.") },
	{ "7.16", N_("The message is too large for its priority now.") },
	{ "7.17", N_("The mailbox belongs to somebody else now.") },
	{ "7.18", N_("The domain belongs to somebody else now.") },
	{ "7.19", N_("Nobody can say whether the mailbox still belongs to the same person.") },
	{ "7.20", N_("Its signature (DKIM) does not pass.") },
	{ "7.21", N_("It has no signature (DKIM) that the server accepts.") },
	{ "7.22", N_("It has no signature (DKIM) of its author's domain.") },
	{ "7.23", N_("The sending server may not send for this domain (SPF).") },
	{ "7.24", N_("Who may send for this domain could not be found out (SPF).") },
	{ "7.25", N_("The sending server has no proper name.") },
	{ "7.26", N_("Neither signature nor sending server is right (DKIM, SPF).") },
	{ "7.27", N_("The sender's domain takes no mail.") },
	{ "7.28", N_("Too much mail came at once.") },
	{ "7.29", N_("The record of its way (ARC) does not pass.") },
	{ "7.30", N_("It may go over encrypted connections only, and there is none.") },
};

const char *notice_reason(const char *status)
{
	if (!status[0] || status[1] != '.')
		return NULL;
	/* Exchange has this for addresses that it does not know, too */
	if (strcmp(status, "5.4.1") == 0)
		return _("The server refuses the address, or does not answer.");
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (strcmp(status + 2, reasons[i].code) == 0)
			return _(reasons[i].words);
	return NULL;
}

/* ---- a whole notice ---- */

static int add_what(struct str *out, enum report_action a, const char *who)
{
	switch (a) {
	case ACTION_FAILED: return str_addf(out, _("Not delivered to %s"), who);
	case ACTION_DELAYED: return str_addf(out, _("Not yet delivered to %s, and still tried"), who);
	case ACTION_DELIVERED: return str_addf(out, _("Delivered to %s"), who);
	case ACTION_RELAYED: return str_addf(out, _("On its way to %s, through a server that gives no notices"), who);
	case ACTION_EXPANDED: return str_addf(out, _("Passed on to the members of the list %s"), who);
	case ACTION_DISPLAYED: return str_addf(out, _("Shown to %s"), who);
	case ACTION_DELETED: return str_addf(out, _("Deleted by %s"), who);
	case ACTION_PROCESSED: return str_addf(out, _("Processed for %s"), who);
	case ACTION_DENIED: return str_addf(out, _("%s gives no receipt"), who);
	case ACTION_NONE: break;
	}
	return str_addf(out, _("What became of the message to %s is unclear"), who);
}

bool notice_contradicts(const struct report_rcpt *c)
{
	switch (c->action) {
	case ACTION_FAILED: return c->status[0] == '2';
	case ACTION_DELAYED: return c->status[0] == '2' || c->status[0] == '5';
	case ACTION_DELIVERED:
	case ACTION_RELAYED:
	case ACTION_EXPANDED: return c->status[0] == '4' || c->status[0] == '5';
	default: return false;
	}
}

static void add_rcpt(const struct report_rcpt *c, struct str *out)
{
	const char *why = notice_reason(c->code);
	bool bad = c->meant == ACTION_FAILED || c->meant == ACTION_DELAYED || c->meant == ACTION_NONE;
	struct str text;

	str_init(&text, STR_MAX);
	add_what(&text, c->meant, c->address[0] ? c->address : _("somebody"));
	if (!why && bad && c->diagnostic)
		why = c->diagnostic;
	if (notice_contradicts(c))
		str_addf(&text, _("; but the notice contradicts itself, its code is %s"), c->status);
	else if (why && bad)
		str_addf(&text, ": %.*s", (int)MIN(strlen(why), (size_t)300), why);
	if (text.n && text.p[text.n - 1] != '.')
		str_addc(&text, '.');
	utf8_sanitize(out, str_sl(&text), CLEAN_LINE);
	str_addc(out, '\n');
	str_release(&text);
}

static void add_sentence(struct str *out, const char *sentence)
{
	str_adds(out, sentence);
	str_addc(out, '\n');
}

bool notice_words(const struct report *r, struct str *out)
{
	bool bad = false;

	if (r->kind == REPORT_NONE)
		return false;
	if (r->kind == REPORT_VACATION)
		add_sentence(out, _("A program answers this in place of a person; nothing failed."));
	else if (r->kind == REPORT_CHALLENGE)
		add_sentence(out, _("A program asks who you are before it lets your message through; nothing failed."));
	else if (r->kind == REPORT_FEEDBACK)
		add_sentence(out, _("A complaint about a message that was sent."));
	else if (r->n == 0)
		add_sentence(out, _("It is unclear which message this notice means, and what became of it; its own words follow."));
	if (r->kind != REPORT_DSN && r->kind != REPORT_MDN && r->kind != REPORT_BOUNCE)
		return false;
	for (size_t i = 0; i < r->n; i++) {
		if (i < NOTICE_SHOWN)
			add_rcpt(&r->rcpts[i], out);
		bad = bad || r->rcpts[i].meant == ACTION_FAILED;
	}
	if (r->n > NOTICE_SHOWN) {
		str_addf(out, ngettext_("and %zu more", "and %zu more", r->n - NOTICE_SHOWN), r->n - NOTICE_SHOWN);
		str_addc(out, '\n');
	}
	return bad;
}
