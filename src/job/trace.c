/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trace: transcripts of a session, as the textbook writes them.  Each line is
 * one write(2), so that sessions may share a file opened for appending.  What
 * the other side said is cleaned, since a transcript ends up on a terminal.
 */
#include "job/priv.h"
#include <errno.h>
#include <unistd.h>

enum { LINE_SHOWN = 1000, BODY_LINES = 5, HEADER_LINES = 500 };

static void put(struct trace *t, const char *mark, struct slice text, const char *tail)
{
	struct str line, clean;

	str_init(&line, 16384);
	str_init(&clean, 8192);
	if (t->shared && *t->shared)
		str_addf(&line, "[%llu] ", (unsigned long long)t->number);
	str_adds(&line, mark);
	utf8_sanitize(&clean, sl_head(text, LINE_SHOWN), CLEAN_TABS);
	str_addsl(&line, str_sl(&clean));
	if (text.n > LINE_SHOWN)
		str_addf(&line, "... (%zu bytes)", text.n);
	str_adds(&line, tail);
	str_addc(&line, '\n');
	while (write(t->fd, line.p, line.n) < 0 && errno == EINTR)
		;
	str_release(&clean);
	str_release(&line);
}

static const char *who(const struct trace *t, bool ours)
{
	return ours == t->client ? "C: " : "S: ";
}

void trace_note(struct trace *t, const char *fmt, ...)
{
	struct str text;
	va_list ap;

	if (!t)
		return;
	str_init(&text, 4096);
	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	put(t, "*: ", str_sl(&text), "");
	str_release(&text);
}

/* ---- lines ---- */

/* How much of a client's command may be shown; the rest is a secret. */
static size_t shown_of(struct slice line)
{
	struct slice rest = line, verb, mech;

	if (!sl_word(&rest, &verb))
		return line.n;
	if (sl_iis(verb, "PASS") || sl_iis(verb, "APOP"))
		return (size_t)(verb.p + verb.n - line.p);
	if (sl_iis(verb, "AUTH") && sl_word(&rest, &mech))
		return (size_t)(mech.p + mech.n - line.p);
	return line.n;
}

void trace_heard(struct trace *t, struct slice line)
{
	size_t n = line.n;

	if (!t)
		return;
	if (!t->client)
		n = t->login && !sl_is(line, "*") ? 0 : shown_of(line);
	t->login = false;
	put(t, who(t, false), sl_head(line, n), n == line.n ? "" : n ? " ****" : "****");
}

void trace_said(struct trace *t, const struct act *act)
{
	struct slice rest = act->secret ? act->shown : act->out, line;

	if (!t)
		return;
	if (act->secret && rest.n == 0)
		rest = SL("****");
	while (sl_line(&rest, &line)) {
		/* A server that says this waits for a secret. */
		t->login = !t->client && (sl_starts(line, "334") || sl_is(line, "+") || sl_starts(line, "+ "));
		put(t, who(t, true), line, "");
	}
}

/* ---- messages ---- */

static void end_line(struct trace *t, struct trace_body *b, bool ours)
{
	struct slice line = str_sl(&b->line);
	bool show, cut = b->wire > b->line.n + 2;

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (b->in_header) {
		show = ++b->header <= HEADER_LINES;
		b->in_header = line.n > 0;
	} else {
		show = ++b->shown <= BODY_LINES;
	}
	b->dot = !show && sl_is(line, ".");
	if (show) {
		put(t, who(t, ours), line, cut ? "..." : "");
	} else {
		b->more++;
		b->bytes += b->wire;
	}
	b->last = b->wire;
	b->wire = 0;
	str_clear(&b->line);
}

void trace_body(struct trace *t, struct trace_body *b, bool ours, struct slice bytes)
{
	if (!t)
		return;
	if (!b->on) {
		*b = (struct trace_body){ .on = true, .in_header = true };
		str_init(&b->line, LINE_SHOWN);
	}
	while (bytes.n) {
		ssize_t lf = sl_find(bytes, '\n');
		struct slice part = sl_head(bytes, lf < 0 ? bytes.n : (size_t)lf);

		str_addsl(&b->line, sl_head(part, LINE_SHOWN - b->line.n));
		b->wire += part.n + (lf >= 0);
		bytes = sl_skip(bytes, part.n + (lf >= 0));
		if (lf >= 0)
			end_line(t, b, ours);
	}
}

void trace_body_end(struct trace *t, struct trace_body *b, bool ours)
{
	char text[80];

	if (!t || !b->on)
		return;
	if (b->wire)
		end_line(t, b, ours);
	if (b->dot) {           /* the end of data itself is shown */
		b->more--;
		b->bytes -= b->last;
	}
	if (b->more) {
		snprintf(text, sizeof(text), "... (%llu more lines, %llu bytes)",
			(unsigned long long)b->more, (unsigned long long)b->bytes);
		put(t, who(t, ours), sl(text), "");
	}
	if (b->dot)
		put(t, who(t, ours), SL("."), "");
	str_release(&b->line);
	b->on = false;
}
