/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * opts: the table of every setting.  The manual page pabal.conf(5) is made
 * from it, and acct.c reads the file by it.
 */
#include "conf.h"

static const struct opt opts[] = {
	{ OPT_GENERAL, "default-account", "NAME", NULL,
	  N_("The account that writes when nothing else decides. Default: the first one in the file.") },
	{ OPT_GENERAL, "data", "FOLDER", "$XDG_DATA_HOME/pabal",
	  N_("The folder that holds the outbox, what is being written, and the record of both.") },
	{ OPT_GENERAL, "mail", "FOLDER", "$XDG_DATA_HOME/pabal/mail",
	  N_("The folder that holds the Maildir mailboxes.") },
	{ OPT_GENERAL, "trash", "FOLDER|no", "Trash",
	  N_("The Maildir that takes what is deleted, or no: what is deleted is gone.") },
	{ OPT_GENERAL, "archive", "FOLDER", "Archive",
	  N_("The folder below which messages are archived, in a Maildir for each year.") },
	{ OPT_GENERAL, "drafts", "FOLDER", "Drafts",
	  N_("The Maildir that keeps what is being written.") },
	{ OPT_GENERAL, "junk", "FOLDER", "Junk",
	  N_("The Maildir for unwanted mail. Searches leave it and the trash out.") },
	{ OPT_GENERAL, "index-text", "yes|no", "yes",
	  N_("Keep the words of all texts in the index, so that searches need not read the messages.") },
	{ OPT_GENERAL, "thread-by-subject", "yes|no", "no",
	  N_("Join answers that name no message they answer to the thread with their subject.") },
	{ OPT_GENERAL, "lists", "ADDRESSES", NULL,
	  N_("Addresses of the mailing lists you are on, with commas between; the pattern ~l finds mail to them.") },
	{ OPT_GENERAL, "retry", "TIME", "30m",
	  N_("How long a message that could not be sent waits before the next try; twice as long after each further one.") },
	{ OPT_GENERAL, "retry-max", "TIME", "4h",
	  N_("How long it waits at most.") },
	{ OPT_GENERAL, "give-up", "TIME", "5d",
	  N_("A message that could not be sent for so long comes back as failed.") },
	{ OPT_GENERAL, "timeout", "TIME", NULL,
	  N_("The longest wait for any answer of a server. Default: what RFC 5321 asks for each command, 2 to 10 minutes.") },
	{ OPT_GENERAL, "hostname", "NAME", NULL,
	  N_("The name of this host in greetings and Message-IDs. Default: what the system says.") },
	{ OPT_GENERAL, "keys", "mutt|alpine|vi", "mutt",
	  N_("Whose keys the screens have. Any key can be bound in sections [bind CONTEXT].") },
	{ OPT_GENERAL, "theme", "dark|light|mono", "dark",
	  N_("The colours. NO_COLOR in the environment means mono.") },
	{ OPT_GENERAL, "headers", "NAMES", "From To Cc Date Subject",
	  N_("The fields shown above a message, in this order.") },
	{ OPT_GENERAL, "sort", "KEY", "thread",
	  N_("The order of lists: date, received, sender, subject, size or thread; - before it turns it around.") },
	{ OPT_GENERAL, "layout", "auto|list|below|beside", "auto",
	  N_("Where a message is shown: in place of the list, below it or beside it. Auto: beside it from 160 columns on.") },
	{ OPT_GENERAL, "sidebar", "auto|yes|no", "auto",
	  N_("The list of mailboxes at the left. Auto: from 100 columns on.") },
	{ OPT_GENERAL, "mouse", "yes|no", "yes",
	  N_("Listen to the mouse. With no, the terminal selects text by itself.") },
	{ OPT_GENERAL, "hints", "yes|no", "yes",
	  N_("Two lines of keys at the foot of each screen.") },
	{ OPT_GENERAL, "editor", "COMMAND", NULL,
	  N_("The program that edits texts, such as \"vim\" or \"$EDITOR\". Default: the built-in editor.") },
	{ OPT_GENERAL, "speller", "COMMAND|no", NULL,
	  N_("A program that finds misspelt words and speaks as \"ispell -a\". Default: hunspell or aspell where it is installed.") },
	{ OPT_GENERAL, "address-book", "FILE", "$XDG_DATA_HOME/pabal/addresses",
	  N_("The address book: a line for each, \"nick Name <address>\".") },
	{ OPT_GENERAL, "attach-words", "WORDS", NULL,
	  N_("Further words that make pabal ask whether an attachment was forgotten.") },
	{ OPT_GENERAL, "trusted-authserv", "NAMES", NULL,
	  N_("The names that your providers give themselves in Authentication-Results, such as \"mx.example.org\": what they found out about SPF, DKIM and DMARC is told above a message. Those of others are not believed.") },
	{ OPT_GENERAL, "save-to", "FOLDER", "~",
	  N_("The folder in which attachments are saved.") },
	{ OPT_GENERAL, "receipts", "never|ask|always", "ask",
	  N_("What happens when somebody asks to be told that a message was read. Lists, and those who ask for it at another address than they write from, are never answered without a question.") },
	{ OPT_GENERAL, "receipts-for", "ADDRESSES", NULL,
	  N_("Addresses, with commas between, that get read receipts without a question.") },
	{ OPT_GENERAL, "wrap", "COLUMN|no", "72",
	  N_("Where the built-in editor breaks lines.") },
	{ OPT_GENERAL, "markdown", "yes|no", "no",
	  N_("What is written on the screens is Markdown: beside the plain text goes the same as HTML. The compose screen has a key for a single message, --markdown is for the command line.") },
	{ OPT_GENERAL, "warn-recipients", "N|no", "10",
	  N_("Ask before a reply to all goes to more than so many.") },
	{ OPT_GENERAL, "undo-send", "TIME|no", "10s",
	  N_("How long a message that was sent from the screens can be taken back before it leaves.") },
	{ OPT_GENERAL, "fetch-every", "TIME|no", "5m",
	  N_("How often the screens fetch new mail of all accounts.") },
	{ OPT_ACCOUNT, "address", "MAILBOX", NULL,
	  N_("Whose mail this is: \"Name <user@example.org>\". Needed.") },
	{ OPT_ACCOUNT, "smtp", "URL", NULL,
	  N_("Where mail is handed in: smtps://user@host:port (TLS from the start, port 465), smtp://user@host:port (STARTTLS required, port 587), or smtp+plain://host:port (clear text, port 25). Without a user nobody logs in.") },
	{ OPT_ACCOUNT, "pop3", "URL", NULL,
	  N_("Where mail is fetched: pop3s://user@host:port (TLS from the start, port 995), pop3://user@host:port (STLS required, port 110), or pop3+plain://user@host:port (clear text).") },
	{ OPT_ACCOUNT, "password", "TEXT", NULL,
	  N_("The password. Refused when others can read this file; password-command is better.") },
	{ OPT_ACCOUNT, "password-command", "COMMAND", NULL,
	  N_("A command whose first line of output is the password, such as \"pass show mail\". Without it and without password, the screen asks, and keeps what was typed until it ends.") },
	{ OPT_ACCOUNT, "auth", "MECHANISM", NULL,
	  N_("Log in by this mechanism only: SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN, and for POP3 also APOP or USER, which leave SMTP its default. Default: the strongest that the server offers.") },
	{ OPT_ACCOUNT, "allow-cleartext-password", "yes|no", "no",
	  N_("Allow a password over a connection without TLS to another host. Anyone on the way can read it.") },
	{ OPT_ACCOUNT, "tls-trust-file", "FILE", NULL,
	  N_("Trust the certificates in this file (PEM) in place of the system's.") },
	{ OPT_ACCOUNT, "tls-fingerprint", "HEX", NULL,
	  N_("Trust just the certificate with this SHA-256 fingerprint.") },
	{ OPT_ACCOUNT, "leave-on-server", "yes|no|DAYS|until-deleted", "yes",
	  N_("What happens on the server to mail that was fetched: it stays (yes), goes at once (no), goes after so many days (7 or \"7 days\"), or goes when it is deleted here (until-deleted).") },
	{ OPT_ACCOUNT, "inbox", "FOLDER", "INBOX",
	  N_("The Maildir that takes the mail fetched: a path, or a name below the setting mail.") },
	{ OPT_ACCOUNT, "sent", "FOLDER|no", "Sent",
	  N_("The Maildir that keeps a copy of what was sent, or no.") },
	{ OPT_ACCOUNT, "helo", "NAME", NULL,
	  N_("The name to greet the SMTP server with. Default: the setting hostname.") },
	{ OPT_ACCOUNT, "max-fetch", "MIB", "1024",
	  N_("A message larger than this stays on the server, and you are told.") },
	{ OPT_ACCOUNT, "identities", "ADDRESSES", NULL,
	  N_("Further addresses of yours: an answer is written as the one that was written to.") },
	{ OPT_ACCOUNT, "signature", "FILE", NULL,
	  N_("The file whose text ends what you write as this account.") },
	{ OPT_FILTER, "pattern", "PATTERN", NULL,
	  N_("Which messages: as in searches, such as \"~f boss@example.org ~s report\". Needed.") },
	{ OPT_FILTER, "move", "FOLDER", NULL,
	  N_("Move them into this Maildir: a path, or a name below the setting mail.") },
	{ OPT_FILTER, "flag", "FLAGS", NULL,
	  N_("Change their flags, such as \"+flagged +seen\".") },
	{ OPT_FILTER, "stop", "yes|no", "yes",
	  N_("Look at no further filter for a message that this one took.") },
	{ OPT_SEARCH, "pattern", "PATTERN", NULL,
	  N_("What this saved search finds. Needed.") },
	{ OPT_FOLDER, "index-text", "yes|no", "yes",
	  N_("Keep the words of this folder's texts in the index.") },
	{ OPT_GENERAL, NULL, NULL, NULL, NULL },
};

const struct opt *opts_all(void)
{
	return opts;
}

bool opts_has(enum opt_where where, struct slice name)
{
	for (const struct opt *o = opts; o->name; o++)
		if (o->where == where && sl_is(name, o->name))
			return true;
	return false;
}

/* Levenshtein distance, at most 32 letters a side. */
static unsigned distance(struct slice a, struct slice b)
{
	unsigned row[33];

	if (a.n > 32 || b.n > 32)
		return 99;
	for (unsigned j = 0; j <= b.n; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned diag = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			unsigned sub = diag + (a.p[i - 1] != b.p[j - 1]);
			unsigned best = MIN(row[j], row[j - 1]) + 1;

			diag = row[j];
			row[j] = MIN(sub, best);
		}
	}
	return row[b.n];
}

const char *opts_nearest(enum opt_where where, struct slice name)
{
	const char *best = NULL;
	unsigned least = 3;

	for (const struct opt *o = opts; o->name; o++) {
		unsigned d = distance(name, sl(o->name));

		if (o->where == where && d < least) {
			least = d;
			best = o->name;
		}
	}
	return best;
}
