/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * line: replies, dot-stuffing and the words of a server.
 *
 * The one place where line ends change: on the wire CRLF, on disk LF.
 * 1. What stuff writes never holds a bare CR or LF, and no line of it is a dot.
 * 2. unstuff ends at CRLF . CRLF and at nothing else (RFC 5321 4.1.1.4).
 */
#include "base/base.h"
#include "proto/priv.h"

void act_reset(struct act *a)
{
	a->out = a->shown = a->uid = SL_NONE;
	a->secret = a->dot = a->quiet = false;
	a->timeout = 0;
	a->event = EV_NONE;
	a->user = a->addr = NULL;
	a->num = 0;
	a->size = a->count = 0;
	a->err.kind = ERR_NONE;
	a->err.sys = 0;
	a->err.text[0] = '\0';
}

struct slice line_chomp(struct slice line)
{
	if (line.n && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

bool line_is_http(struct slice verb)
{
	static const char *const verbs[] = { "GET", "POST", "HEAD", "PUT", "OPTIONS", "CONNECT" };

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (sl_is(verb, verbs[i]))
			return true;
	return false;
}

struct words words_of(struct slice s)
{
	struct words w = { "" };
	struct str clean;
	int cols;
	size_t n;

	str_init(&clean, 4096);
	utf8_sanitize(&clean, sl_head(sl_trim(s), 512), CLEAN_LINE);
	n = utf8_fit(sl_head(str_sl(&clean), sizeof(w.z) - 1), 180, &cols);
	while (n && !utf8_valid(sl_make(clean.p, n)))
		n--;
	memcpy(w.z, clean.p, n);
	str_release(&clean);
	return w;
}

/* ---- replies, RFC 5321 4.2, RFC 2034 ---- */

#define REPLY_LINES_MAX 512

void reply_release(struct reply *r)
{
	free(r->text);
	*r = (struct reply){ 0 };
}

int reply_copy(struct reply *to, const struct reply *from)
{
	char *text = mem_strdup(from->text);

	free(to->text);
	*to = *from;
	to->text = text;
	return 0;
}

/* The enhanced code at the front of a line, where it fits the basic one. */
static size_t enhanced(struct slice s, int code, char enh[16])
{
	size_t i = 0, digits, dots = 0;

	while (dots < 3) {
		for (digits = 0; i < s.n && ascii_isdigit(s.p[i]); i++)
			digits++;
		if (digits == 0 || digits > 3 || (dots == 0 && digits != 1))
			return 0;
		if (++dots < 3 && (i == s.n || s.p[i++] != '.'))
			return 0;
	}
	if ((i < s.n && s.p[i] != ' ') || s.p[0] != '0' + code / 100)
		return 0;
	memcpy(enh, s.p, i);
	enh[i] = '\0';
	return i;
}

/* The code, or -1.  1yz is no reply of SMTP. */
static int reply_code(struct slice line)
{
	if (line.n < 3 || line.p[0] < '2' || line.p[0] > '5' || line.p[1] < '0' ||
		line.p[1] > '5' || !ascii_isdigit(line.p[2]))
		return -1;
	if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')
		return -1;
	return (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + line.p[2] - '0';
}

static void reply_done(struct reply_in *in, struct reply *out)
{
	struct str clean;

	str_init(&clean, 2 * PROTO_LINE_MAX);
	utf8_sanitize(&clean, str_sl(&in->text), CLEAN_LINE);
	reply_release(out);
	out->code = in->code;
	memcpy(out->enh, in->enh, sizeof(out->enh));
	out->text = str_detach(&clean);
	str_release(&clean);
	str_clear(&in->text);
	in->code = 0;
	in->lines = 0;
	in->enh[0] = '\0';
}

int reply_feed(struct reply_in *in, struct slice line, struct reply *out, struct err *e)
{
	char enh[16];
	size_t skip;
	int code;
	bool more;

	line = line_chomp(line);
	code = reply_code(line);
	if (!in->text.p)
		str_init(&in->text, PROTO_LINE_MAX);
	if (code < 0)
		return err_set(e, ERR_PROTO, _("This is not an answer of a mail server: \"%s\"."),
			words_of(line).z);
	if (in->lines && code != in->code)
		return err_set(e, ERR_PROTO,
			_("The mail server contradicts itself in one answer: %d, then \"%s\"."),
			in->code, words_of(line).z);
	if (++in->lines > REPLY_LINES_MAX)
		return err_set(e, ERR_LIMIT, _("The mail server's answer has more than %d lines."),
			REPLY_LINES_MAX);
	in->code = code;
	more = line.n > 3 && line.p[3] == '-';
	line = sl_skip(line, 4);
	skip = enhanced(line, code, enh);
	if (skip && in->lines == 1)
		memcpy(in->enh, enh, sizeof(enh));
	line = sl_trim(sl_skip(line, skip));
	/* Words past the limit are dropped; the codes are what counts. */
	if (line.n && in->text.n + line.n + 1 < in->text.max) {
		if (in->text.n)
			str_addc(&in->text, ' ');
		str_addsl(&in->text, line);
	}
	if (more)
		return 0;
	reply_done(in, out);
	return 1;
}

/* ---- to the wire ---- */

void stuff_init(struct stuff *s, bool dot)
{
	*s = (struct stuff){ .dot = dot, .at_start = true };
}

int stuff_feed(struct stuff *s, struct slice in, struct str *out)
{
	const char *p = in.p, *end = in.p + in.n, *cr = NULL, *lf = NULL, *stop;
	bool fresh = true;

	if (in.n == 0)
		return 0;
	if (s->cr && *p == '\n')
		p++;
	s->cr = false;
	while (p < end) {
		/* Each of both is looked for again only when it was passed. */
		if (fresh || (cr && cr < p))
			cr = memchr(p, '\r', (size_t)(end - p));
		if (fresh || (lf && lf < p))
			lf = memchr(p, '\n', (size_t)(end - p));
		fresh = false;
		stop = !cr ? lf : !lf ? cr : MIN(cr, lf);
		if (s->at_start && *p == '.' && s->dot)
			str_addc(out, '.');
		str_add(out, p, (size_t)((stop ? stop : end) - p));
		s->at_start = stop != NULL;
		if (!stop)
			break;
		str_add(out, "\r\n", 2);
		p = stop + 1;
		if (*stop == '\r') {
			s->cr = p == end;
			if (p < end && *p == '\n')
				p++;
		}
	}
	return out->full ? -1 : 0;
}

int stuff_end(struct stuff *s, struct str *out)
{
	if (!s->at_start)
		str_add(out, "\r\n", 2);
	s->at_start = true;
	s->cr = false;
	return out->full ? -1 : 0;
}

/* ---- from the wire ---- */

/* CR, ".", ".CR" at the end of the input are held back until it is clear what they are. */
enum { U_START, U_TEXT, U_CR, U_DOT, U_DOT_CR };

void unstuff_init(struct unstuff *u, bool strict)
{
	*u = (struct unstuff){ .state = U_START, .strict = strict };
}

bool unstuff_held(const struct unstuff *u)
{
	return u->state == U_CR || u->state == U_DOT_CR;
}

/* A run from the front up to the next CR.  Its first skip bytes were looked at. */
static int text_run(struct unstuff *u, struct slice *in, size_t skip, struct slice *out)
{
	const char *cr = in->n > skip ? memchr(in->p + skip, '\r', in->n - skip) : NULL;
	size_t n = cr ? (size_t)(cr - in->p) : in->n;

	if (u->strict && n > skip && memchr(in->p + skip, '\n', n - skip))
		u->bare = true;
	*out = sl_head(*in, n);
	*in = sl_skip(*in, cr ? n + 1 : n);
	u->state = cr ? U_CR : U_TEXT;
	return n > 0;
}

static int held_cr(struct unstuff *u, struct slice *out)
{
	u->bare = true;
	u->state = U_TEXT;
	u->keep[0] = '\r';
	*out = sl_make(u->keep, 1);
	return 1;
}

int unstuff_next(struct unstuff *u, struct slice *in, struct slice *out)
{
	while (in->n && !u->end) {
		char c = *in->p;

		switch (u->state) {
		case U_START:
			if (c == '.' && !u->raw) {
				*in = sl_skip(*in, 1);
				u->state = U_DOT;
				break;
			}
			u->state = U_TEXT;
			break;
		case U_TEXT:
			if (text_run(u, in, 0, out))
				return 1;
			break;
		case U_CR:
			if (c != '\n')
				return held_cr(u, out);
			/* The LF of the wire starts the run, so a line is one run. */
			if (in->n > 1 && (in->p[1] != '.' || u->raw))
				return text_run(u, in, 1, out);
			*out = sl_head(*in, 1);
			*in = sl_skip(*in, 1);
			u->state = U_START;
			return 1;
		case U_DOT:
			if (c != '\r') {
				u->state = U_TEXT;
				break;
			}
			*in = sl_skip(*in, 1);
			u->state = U_DOT_CR;
			break;
		case U_DOT_CR:
			if (c != '\n')
				return held_cr(u, out);
			*in = sl_skip(*in, 1);
			u->end = true;
			break;
		}
	}
	return u->end ? 2 : 0;
}
