/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reportsay: what a delivery status leaves to the text beside its fields.  OpenSMTPD gives
 * the reason there only, and calls "delayed" what it gave up; Exim has 5.0.0 for everything
 * and "delivered" for what went on to a server without notices.  The fields stay as they
 * are: what is meant stands beside them.
 */
#include "priv.h"

#define SAID_MAX 1000

struct saying { struct map *who; struct report_rcpt *at; size_t indent; struct str said; };

static struct slice lowered(struct slice s, struct str *out)
{
	str_clear(out);
	str_addlower(out, s);
	return str_sl(out);
}

static size_t indent_of(struct slice line)
{
	size_t n = 0;

	while (n < line.n && ascii_isblank(line.p[n]))
		n++;
	return n;
}

static bool is_generic(const char *status)
{
	return !status[0] || strcmp(status + 1, ".0.0") == 0;
}

/* ---- one recipient ---- */

static void take_reason(struct report_rcpt *c, struct slice said)
{
	struct str low, text;

	str_init(&low, SAID_MAX);
	str_init(&text, 4 * SAID_MAX);
	if (c->meant == ACTION_DELIVERED && sl_search(lowered(said, &low), SL("non-dsn-aware")) >= 0)
		c->meant = ACTION_RELAYED;
	if (!c->diagnostic && said.n && (c->meant == ACTION_FAILED || c->meant == ACTION_DELAYED)) {
		hdr_text(said, &text);
		c->diagnostic = word_detach(&text);
	} else {
		str_release(&text);
	}
	str_release(&low);
}

/* A code that says no more than its class gives way to that of the reply. */
static void refine(struct report_rcpt *c)
{
	char found[12];
	struct str low;

	if (!c->diagnostic || (c->meant != ACTION_FAILED && c->meant != ACTION_DELAYED))
		return;
	report_status_in(sl(c->diagnostic), found);
	if (is_generic(c->code) && !is_generic(found) && found[0] != '2')
		memcpy(c->code, found, sizeof(found));
	str_init(&low, STR_MAX);
	if (words_in(lowered(sl(c->diagnostic), &low), WORDS_EXPIRED)) {
		c->meant = ACTION_FAILED;
		if (is_generic(c->code))
			snprintf(c->code, sizeof(c->code), "%c.4.7", c->code[0] ? c->code[0] : '5');
	}
	str_release(&low);
}

/* ---- the text ---- */

static void end_saying(struct saying *x)
{
	if (x->at)
		take_reason(x->at, sl_trim(str_sl(&x->said)));
	x->at = NULL;
	str_clear(&x->said);
}

static void add_line(struct saying *x, struct slice line)
{
	line = sl_trim(line);
	if (x->said.n && line.n)
		str_addc(&x->said, ' ');
	str_addsl(&x->said, sl_head(line, SAID_MAX - MIN(SAID_MAX, x->said.n + 1)));
}

/* "a@b: why", "<a@b>: why", "<a@b> (why)", or "a@b" alone and why below it, further in. */
static void begin_saying(struct saying *x, struct slice line)
{
	struct slice s = sl_trim(line);
	struct str key;
	size_t n = 0;

	if (sl_starts(s, "<"))
		s = sl_skip(s, 1);
	while (n < s.n && !strchr(" \t:<>(", s.p[n]))
		n++;
	if (n == 0 || n > 1000 || sl_find(sl_head(s, n), '@') < 0)
		return;
	str_init(&key, 1024);
	x->at = map_get(x->who, lowered(sl_head(s, n), &key));
	str_release(&key);
	if (!x->at)
		return;
	s = sl_trim(sl_skip(s, n + sl_starts(sl_skip(s, n), ">")));
	if (s.n && s.p[0] != ':' && s.p[0] != '(') {
		x->at = NULL;
		return;
	}
	x->indent = indent_of(line);
	add_line(x, sl_starts(s, ":") ? sl_skip(s, 1) : s);
}

static void read_text(struct saying *x, struct slice text)
{
	struct slice line;

	while (sl_line(&text, &line)) {
		if (x->at && sl_trim(line).n && indent_of(line) > x->indent) {
			add_line(x, line);
			continue;
		}
		end_saying(x);
		begin_saying(x, line);
	}
	end_saying(x);
}

static const struct part *text_of(const struct mime_tree *tree)
{
	for (const struct part *p = tree_next(tree, NULL); p; p = tree_next(tree, p))
		if (part_is(p, "text", "plain") && !part_is_inside(p))
			return p;
	return NULL;
}

int report_say(const struct mime_tree *tree, int fd, struct slice mem, struct report *r, struct err *err)
{
	const struct part *p = text_of(tree);
	struct saying x = { .who = map_new() };
	struct str text, key;
	int result = 0;

	str_init(&text, 1 << 20);
	str_init(&key, STR_MAX);
	str_init(&x.said, 2 * SAID_MAX);
	for (size_t i = 0; i < r->n; i++)
		map_put(x.who, lowered(sl(r->rcpts[i].address), &key), &r->rcpts[i]);
	if (p)
		result = report_part(p, fd, mem, &text, err);
	if (p && result == 0)
		read_text(&x, str_sl(&text));
	for (size_t i = 0; i < r->n; i++)
		refine(&r->rcpts[i]);
	str_release(&x.said);
	str_release(&key);
	str_release(&text);
	map_free(&x.who);
	return result;
}
