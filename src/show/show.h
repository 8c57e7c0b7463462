/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * show: a message as its reader sees it, line by line, and the programs that show
 * what is no text.  No terminal, no mailboxes: bytes in, cleaned lines out.
 */
#ifndef SHOW_SHOW_H
#define SHOW_SHOW_H

#include "base/base.h"
#include "mime/mime.h"
#include "conf/conf.h"

/* ---- render.c, renderhead.c, renderbody.c: a message as lines for a screen ---- */

/* A message is read once, in steps, and laid out for a width; lines are text that has
 * passed utf8_sanitize, no wider than that (but by one grapheme). */
enum line_kind {
	LINE_HEADER,            /* "Subject: ..."; the name is span SPAN_NAME    */
	LINE_TEXT, LINE_QUOTE, LINE_SIGNATURE,
	LINE_ATTACHMENT,        /* one for each part that is not shown as text   */
	LINE_TRUST,             /* what the reader should know of the sender     */
	LINE_NOTE,              /* what was left out, and why; "[-- part 2 --]"  */
	LINE_RAW,
};
enum span_kind { SPAN_NAME = 1, SPAN_BOLD, SPAN_ITALIC, SPAN_LINK, SPAN_QUOTE_MARK };
struct render_span { size_t from, to; enum span_kind kind; unsigned link; };     /* bytes of the line; link: not 0 where it is one */
struct render_line {
	enum line_kind kind;
	struct slice text;              /* borrowed until the next layout        */
	unsigned quote;                 /* depth, of LINE_QUOTE                  */
	bool goes_on;                   /* the next line is the same paragraph   */
	unsigned part;                  /* of LINE_ATTACHMENT: render_part's k   */
	const struct render_span *spans; size_t n_spans;
};
struct render_link {
	char *url;                      /* as it stands there, sanitized         */
	char *host;                     /* the real one, A-labels shown as such beside the Unicode; "" for mailto */
	char *shown;                    /* the text of the link, "" where it is the URL itself */
	bool deceptive;                 /* its text names another host           */
	char *claims;                   /* that host, or address, as its text has it; NULL */
	unsigned line;                  /* where it stands first in this layout  */
};
/* What the program knows of addresses; each may be NULL. */
struct trust {
	const char *authserv;           /* names of hosts whose Authentication-Results are believed */
	int  (*known)(void *ctx, const char *spec);     /* mail from or to it was there before: 1, 0; -1 not known */
	/* Calls each with the addresses of the book, and those that are often written to. */
	void (*friends)(void *ctx, void (*each)(void *to, const char *spec), void *to);
	void *ctx;
};
struct render;
struct render_opts {
	int width;
	bool all_headers, raw;          /* raw: the bytes of the message, cleaned */
	bool html;                      /* HTML where there is a choice          */
	bool no_fold;                   /* all_headers: as folded in the message */
	const char *headers;            /* chosen ones in order, blanks between; NULL: From To Cc Date Subject (and Reply-To where it differs) */
	const char *charset;            /* of the text, in place of what is said; NULL */
	const struct trust *trust;      /* what is known of senders; must live as long; NULL (authserv: of the configuration) */
	bool fold_quotes;               /* quotes of more than 3 lines become one line that says so */
	/* Plain text is not laid out but given to this, in its place among the lines; NULL */
	int  (*text)(void *ctx, struct render *, const struct part *, struct err *);
	/* What became of it where it was sent from here, or whether a notice is about such a message:
	 * sentences, a line each, cleaned; wrong: those to worry about.  NULL */
	void (*sent)(void *ctx, const struct render *, struct str *wrong, struct str *fine);
	/* The key of a command of the message screen, for notes that name one; NULL: they name none */
	void (*key)(void *ctx, const char *command, struct str *out);
	void *ctx;
};
/* Takes fd (or -1 and the bytes in mem, which becomes empty): a whole message. */
struct render *render_open(int fd, struct str *mem, const struct conf *);
void render_free(struct render **);
/* Works for about so many microseconds: 1 all is laid out, 0 more to do, -1 it can't be
 * read.  First the tree (once), then lines for the opts of the last render_layout. */
int  render_step(struct render *, int64_t usec, struct err *);
void render_layout(struct render *, const struct render_opts *);        /* lines anew, by render_step; strings copied */
size_t render_lines(const struct render *);             /* so far */
const struct render_line *render_line(const struct render *, size_t k);
size_t render_links(const struct render *);
const struct render_link *render_link(const struct render *, size_t k);         /* number k + 1 */
/* After the tree: until then NULL. */
const struct mime_tree *render_tree(const struct render *);
const struct env *render_env(const struct render *);
struct slice render_header(const struct render *);      /* its header block */
const struct report *render_report(const struct render *);      /* of a notice; else REPORT_NONE */
/* The file or bytes of it, for part_open. */
void render_bytes(const struct render *, int *fd, struct slice *mem);
/* The k-th part that a reader can take out (attachments, and texts that are not shown);
 * inline images too.  NULL: no more. */
const struct part *render_part(const struct render *, size_t k);
uint64_t render_part_size(const struct part *);          /* about what it has when decoded */
/* The text as a person quotes it: of the best part, flowed text joined to paragraphs, HTML
 * as text of that width, without attachments; UTF-8 lines, cleaned. At most max bytes. */
int  render_quotable(struct render *, int width, size_t max, struct str *out, struct err *);
/* What is wrong between the sender's words and facts, a sentence a line: the shown name is
 * another address; Reply-To leads to another domain.  Nothing: "". */
int  trust_words(const struct env *, struct str *out);
/* The same and more from facts.  wrong: a sentence a line; fine: one line of what is no reason
 * to worry.  Both cleaned. */
int  trust_line(struct slice header, const struct env *, const struct trust *, struct str *wrong, struct str *fine);

/* ---- notice.c ---- */

/* An enhanced status code ("5.1.1") in plain words; NULL: nothing is known of it. */
const char *notice_reason(const char *status);
bool notice_contradicts(const struct report_rcpt *);    /* its action and its code */
/* What a notice means, a sentence a line, cleaned: of at most 5 recipients.  True: something
 * was not delivered. */
bool notice_words(const struct report *, struct str *out);

/* ---- calendar.c, calwords.c: calendars (RFC 5545), read by libical ---- */

bool part_is_calendar(const struct part *);
/* At most 1 MiB; zones whose rules never end are taken out.  NULL: err says why. */
struct icalcomponent_impl *calendar_parse(struct slice text, struct err *);
void calendar_free(struct icalcomponent_impl *);
/* Its entries in words, a line each: "Name:\tvalue", or a heading; not cleaned.  In the
 * local time zone.  How many there are. */
size_t calendar_words(struct icalcomponent_impl *, bool description, struct str *out);

/* ---- vcard.c: visiting cards (RFC 6350, RFC 2426, vCard 2.1) ---- */

struct vcard { char *name, *mail; char **lines; size_t n_lines, cap_lines; };   /* name, mail: or NULL; lines "Name:\tvalue" */
struct vcards { struct vcard *v; size_t n, cap; bool more; };
bool part_is_vcard(const struct part *);
/* At most 100 cards; mail is an address that may be written to; the rest is not cleaned. */
void vcards_parse(struct slice utf8, struct vcards *out);
void vcards_release(struct vcards *);

/* ---- mailcap.c: programs for types (RFC 1524) ---- */

struct mailcap { char *type, *command, *test, *nametemplate; bool needs_terminal, copious; };
struct mailcaps { struct mailcap *v; size_t n, cap; };
void mailcap_parse(struct slice text, struct mailcaps *out);    /* adds */
void mailcaps_release(struct mailcaps *);
/* $MAILCAPS, or ~/.mailcap and the system's. */
int  mailcap_load(struct mailcaps *out, struct err *);
/* The entries for a type, those of all its subtypes too, in order: k from 0; NULL: no more. */
const struct mailcap *mailcap_find(const struct mailcaps *, const char *type, size_t k);
/* The command for a file, for "sh -c": %s %t %{param} replaced, each quoted so that no
 * value can be anything but one word.  *input: no %s, so it reads standard input.  -1: the
 * entry has %s within quotes or a substitution, and the file's name is no plain word. */
int  mailcap_command(const struct mailcap *, const char *file, const char *type, const struct params *, struct str *out, bool *input);

#endif
