/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dsn: delivery status notices as a server writes them: words for the reader, fields for
 * programs (RFC 3464, for other scripts RFC 6533), and the message they are about or its
 * header (RFC 3461 4.3).  They say nothing that their server does not know.
 */
#include "post/priv.h"

#define HEADER_MAX (64 << 10)   /* of the header that goes back                */

static bool is_ascii(const char *z)
{
	while (z && *z)
		if ((unsigned char)*z++ >= 0x80)
			return false;
	return true;
}

static bool all_ascii(const struct dsn *d)
{
	bool ascii = is_ascii(d->to) && is_ascii(d->envid);

	for (size_t i = 0; i < d->n; i++)
		ascii = ascii && is_ascii(d->v[i].addr) && is_ascii(d->v[i].orcpt);
	return ascii;
}

/* Words of another server: one line, no controls, in 7 bits where the notice is. */
static void add_words(struct str *s, const char *z, bool ascii)
{
	size_t n = 0;

	for (; z && *z && n < 900; z++, n++) {
		unsigned char c = (unsigned char)*z;

		str_addc(s, c < ' ' || c == 0x7f ? ' ' : ascii && c >= 0x80 ? '?' : (char)c);
	}
}

static const char *subject_of(enum report_action a)
{
	switch (a) {
	case ACTION_FAILED: return "Undelivered mail returned to its sender";
	case ACTION_DELAYED: return "Mail is late, and still tried";
	case ACTION_DELIVERED: return "Mail was delivered";
	default: return "Mail went on to a server that gives no notices";
	}
}

static const char *words_of_action(enum report_action a)
{
	switch (a) {
	case ACTION_FAILED: return "Your message could not be delivered to:";
	case ACTION_DELAYED: return "Your message has not been delivered yet. There is nothing to do: it is tried\nagain until it arrives or its time is over. It waits for:";
	case ACTION_DELIVERED: return "Your message was delivered to:";
	default: return "Your message was passed on, to a server that gives no notices of delivery. This\nis the last that can be said here of:";
	}
}

static void add_text(const struct dsn *d, bool ascii, struct str *s)
{
	str_addf(s, "This is the mail server %s.\n\n%s\n\n", d->host, words_of_action(d->v[0].action));
	for (size_t i = 0; i < d->n; i++) {
		const struct dsn_rcpt *c = &d->v[i];

		str_adds(s, "    <");
		add_words(s, c->addr, ascii);
		str_adds(s, ">\n");
		if (c->diagnostic && c->diagnostic[0]) {
			str_addf(s, "        %s%s", c->remote ? c->remote : "", c->remote ? " says: " : "");
			add_words(s, c->diagnostic, ascii);
			str_addc(s, '\n');
		}
	}
	if (d->v[0].action == ACTION_FAILED)
		str_adds(s, "\nIt is not tried again.\n");
}

static void add_addr(struct str *s, const char *field, const char *addr, const char *orcpt)
{
	const char *semi = orcpt ? strchr(orcpt, ';') : NULL;

	if (semi)
		str_addf(s, "%s: %.*s; %s\n", field, (int)(semi - orcpt), orcpt, semi + 1);
	else
		str_addf(s, "%s: %s; %s\n", field, is_ascii(addr) ? "rfc822" : "utf-8", addr);
}

static void add_status(const struct dsn *d, bool ascii, struct str *s)
{
	if (d->envid && d->envid[0])
		str_addf(s, "Original-Envelope-Id: %s\n", d->envid);
	str_addf(s, "Reporting-MTA: dns; %s\nArrival-Date: ", d->host);
	date_write(s, d->arrival, date_zone(d->arrival));
	str_addc(s, '\n');
	for (size_t i = 0; i < d->n; i++) {
		const struct dsn_rcpt *c = &d->v[i];

		str_addc(s, '\n');
		if (c->orcpt && c->orcpt[0])
			add_addr(s, "Original-Recipient", c->orcpt, c->orcpt);
		add_addr(s, "Final-Recipient", c->addr, NULL);
		str_addf(s, "Action: %s\nStatus: %s\n", report_action_word(c->action), c->status);
		if (c->remote)
			str_addf(s, "Remote-MTA: dns; %s\n", c->remote);
		if (c->diagnostic && c->diagnostic[0]) {
			str_addf(s, "Diagnostic-Code: %s; ", c->remote ? "smtp" : "X-pabald");
			add_words(s, c->diagnostic, ascii);
			str_addc(s, '\n');
		}
		if (c->until) {
			str_adds(s, "Will-Retry-Until: ");
			date_write(s, c->until, date_zone(c->until));
			str_addc(s, '\n');
		}
	}
}

/* The header of the message alone, or all of it. */
static int add_original(const struct dsn *d, struct src *message, struct sink *sink, struct err *err)
{
	struct str head;
	struct slice s;
	char block[8192];
	ssize_t n;
	int r;

	if (d->full)
		return src_copy(message, sink, err);
	str_init(&head, HEADER_MAX);
	while ((n = src_read(message, block, sizeof(block), err)) > 0 && str_add(&head, block, (size_t)n) == 0)
		;
	s = sl_head(str_sl(&head), hdr_length(str_sl(&head)));
	r = n < 0 ? -1 : sink_write(sink, s, err);
	str_release(&head);
	return r;
}

static void add_header(const struct dsn *d, const char *boundary, struct str *s)
{
	str_addf(s, "From: Mail server <MAILER-DAEMON@%s>\nTo: <%s>\nSubject: %s\nDate: ", d->host, d->to, subject_of(d->v[0].action));
	date_write(s, d->now, date_zone(d->now));
	str_addf(s, "\nMessage-ID: <%s@%s>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
		"Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"%s\"\n\n", boundary, d->host, boundary);
}

int dsn_write(const struct dsn *d, struct src *message, struct sink *sink, struct err *err)
{
	bool ascii = all_ascii(d);
	unsigned char rnd[16];
	char boundary[33];
	struct str s;
	int r;

	bug_on(d->n == 0);
	rt_random(rnd, sizeof(rnd));
	for (size_t i = 0; i < sizeof(rnd); i++)
		snprintf(boundary + 2 * i, 3, "%02x", rnd[i]);
	str_init(&s, STR_MAX);
	add_header(d, boundary, &s);
	str_addf(&s, "--%s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: %s\n\n", boundary, ascii ? "7bit" : "8bit");
	add_text(d, ascii, &s);
	str_addf(&s, "\n--%s\nContent-Type: message/%sdelivery-status\nContent-Transfer-Encoding: %s\n\n", boundary,
		ascii ? "" : "global-", ascii ? "7bit" : "8bit");
	add_status(d, ascii, &s);
	str_addf(&s, "\n--%s\nContent-Type: %s\nContent-Transfer-Encoding: 8bit\n\n", boundary, d->full ? "message/rfc822" : "text/rfc822-headers");
	r = sink_write(sink, str_sl(&s), err);
	if (r == 0)
		r = add_original(d, message, sink, err);
	if (r == 0)
		r = sink_printf(sink, err, "\n--%s--\n", boundary);
	str_release(&s);
	return r;
}
