/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * text: a text of many lines, with undo.
 *
 * Invariants:
 *   1. There is one line at least; no line has a line end in it; all is clean
 *      (utf8_sanitize, tabs kept).  bytes <= TEXT_MAX.
 *   2. The cursor and the mark are inside, on boundaries of graphemes.
 *   3. Every change goes through text_splice and into the journal; changes of
 *      one step have one group.  The journal is bounded: the oldest steps go.
 */
#include "tui/priv.h"

enum { JOURNAL_BYTES = 64 << 20 };

/* ---- places ---- */

int pos_cmp(struct pos a, struct pos b)
{
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	return a.byte < b.byte ? -1 : a.byte > b.byte;
}

struct pos text_end(const struct text *t)
{
	return (struct pos){ t->n - 1, t->lines[t->n - 1].n };
}

struct pos text_next(const struct text *t, struct pos p)
{
	struct slice line = text_line(t, p.line);

	if (p.byte < line.n)
		p.byte += utf8_grapheme(sl_skip(line, p.byte));
	else if (p.line + 1 < t->n)
		p = (struct pos){ p.line + 1, 0 };
	return p;
}

struct pos text_prev(const struct text *t, struct pos p)
{
	if (p.byte)
		p.byte = grapheme_before(text_line(t, p.line), p.byte);
	else if (p.line)
		p = (struct pos){ p.line - 1, t->lines[p.line - 1].n };
	return p;
}

struct pos text_settle(const struct text *t, struct pos p)
{
	if (p.line >= t->n)
		return text_end(t);
	p.byte = grapheme_snap(text_line(t, p.line), p.byte);
	return p;
}

/* Where text that begins at p ends. */
static struct pos end_of(struct pos p, struct slice text)
{
	const char *lf;

	while ((lf = text.n ? memchr(text.p, '\n', text.n) : NULL)) {
		text = sl_skip(text, (size_t)(lf - text.p) + 1);
		p = (struct pos){ p.line + 1, 0 };
	}
	p.byte += text.n;
	return p;
}

/* ---- lines ---- */

static void line_release(struct line *l)
{
	free(l->p);
	wraps_free(l);
	*l = (struct line){ .p = NULL };
}

static void line_replace(struct line *l, size_t from, size_t to, struct slice with)
{
	size_t n = l->n - (to - from) + with.n;

	if (n > l->cap) {
		l->cap = MAX(n, l->cap + l->cap / 2);
		l->p = mem_realloc(l->p, l->cap);
	}
	if (l->n > to)
		memmove(l->p + from + with.n, l->p + to, l->n - to);
	if (with.n)
		memcpy(l->p + from, with.p, with.n);
	l->n = n;
	wraps_forget(l, from);
}

static size_t count_ends(struct slice text)
{
	size_t n = 0;

	for (ssize_t lf; (lf = sl_find(text, '\n')) >= 0; text = sl_skip(text, (size_t)lf + 1))
		n++;
	return n;
}

/* n lines, which are empty, behind this one. */
static void lines_insert(struct text *t, size_t behind, size_t n)
{
	if (t->n + n > t->cap) {
		t->cap = MAX(t->n + n, t->cap * 2);
		t->lines = mem_array(t->lines, t->cap, sizeof(*t->lines));
	}
	memmove(t->lines + behind + 1 + n, t->lines + behind + 1, (t->n - behind - 1) * sizeof(*t->lines));
	memset(t->lines + behind + 1, 0, n * sizeof(*t->lines));
	t->n += n;
}

static void lines_remove(struct text *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		line_release(&t->lines[i]);
	memmove(t->lines + from, t->lines + to, (t->n - to) * sizeof(*t->lines));
	t->n -= to - from;
}

/* A place that stays where it was in the text around it. */
static void carry(struct pos *p, struct pos from, struct pos to, struct pos end)
{
	if (pos_cmp(*p, from) <= 0)
		return;
	if (pos_cmp(*p, to) < 0) {
		*p = from;
	} else if (p->line == to.line) {
		*p = (struct pos){ end.line, end.byte + (p->byte - to.byte) };
	} else {
		p->line = p->line - to.line + end.line;
	}
}

static void replace(struct text *t, struct pos from, struct pos to, struct slice with)
{
	size_t ends = count_ends(with), i = from.line;
	struct pos end = end_of(from, with);
	struct str tail;
	struct slice part;

	carry(&t->mark, from, to, end);
	if (t->top.line > to.line)
		t->top.line = t->top.line - to.line + end.line;
	else if (t->top.line > from.line)
		t->top = (struct pos){ from.line, 0 };
	if (from.line == to.line && ends == 0) {
		line_replace(&t->lines[i], from.byte, to.byte, with);
		return;
	}
	str_init(&tail, TEXT_MAX);
	str_addsl(&tail, sl_skip(text_line(t, to.line), to.byte));
	lines_remove(t, from.line + 1, to.line + 1);
	lines_insert(t, from.line, ends);
	for (size_t start = from.byte; ; start = 0) {
		bool more = sl_find(with, '\n') >= 0;

		part = more ? sl_head(with, (size_t)sl_find(with, '\n')) : with;
		line_replace(&t->lines[i], start, t->lines[i].n, part);
		if (!more)
			break;
		with = sl_skip(with, part.n + 1);
		i++;
	}
	line_replace(&t->lines[i], t->lines[i].n, t->lines[i].n, str_sl(&tail));
	str_release(&tail);
}

void text_between(const struct text *t, struct pos from, struct pos to, struct str *out)
{
	for (size_t i = from.line; i <= to.line; i++) {
		struct slice line = text_line(t, i);

		if (i == to.line)
			line = sl_head(line, to.byte);
		str_addsl(out, i == from.line ? sl_skip(line, from.byte) : line);
		if (i < to.line)
			str_addc(out, '\n');
	}
}

/* ---- the journal ---- */

static void change_release(struct text *t, struct change *c)
{
	t->journal_bytes -= c->gone.n + c->come.n + sizeof(*c);
	str_release(&c->gone);
	str_release(&c->come);
}

static void forget_redo(struct text *t)
{
	while (t->n_changes > t->done)
		change_release(t, &t->changes[--t->n_changes]);
	if (t->saved > t->done)
		t->saved = SIZE_MAX;
}

static void forget_oldest(struct text *t)
{
	size_t n = 0;

	while (t->journal_bytes > JOURNAL_BYTES && t->changes[n].group != t->group) {
		unsigned group = t->changes[n].group;

		while (n < t->done && t->changes[n].group == group)
			change_release(t, &t->changes[n++]);
	}
	memmove(t->changes, t->changes + n, (t->n_changes - n) * sizeof(*t->changes));
	t->n_changes -= n;
	t->done -= n;
	t->saved = t->saved == SIZE_MAX || t->saved < n ? SIZE_MAX : t->saved - n;
}

static void record(struct text *t, struct pos at, struct str *gone, struct slice come)
{
	struct change *c;

	forget_redo(t);
	mem_grow(t->changes, t->n_changes, t->cap_changes);
	c = &t->changes[t->n_changes++];
	*c = (struct change){ .at = at, .cursor = t->at, .gone = *gone, .group = t->group };
	str_init(&c->come, TEXT_MAX);
	str_addsl(&c->come, come);
	t->done = t->n_changes;
	t->journal_bytes += c->gone.n + come.n + sizeof(*c);
	if (t->journal_bytes > JOURNAL_BYTES)
		forget_oldest(t);
}

void text_step(struct text *t)
{
	t->group++;
	t->typing = false;
}

bool text_splice(struct text *t, struct pos from, struct pos to, struct slice with)
{
	struct str gone;
	struct pos at = t->at;

	str_init(&gone, TEXT_MAX);
	text_between(t, from, to, &gone);
	if ((gone.n == 0 && with.n == 0) || t->bytes - gone.n + with.n > TEXT_MAX) {
		str_release(&gone);
		return false;
	}
	carry(&at, from, to, end_of(from, with));
	t->bytes = t->bytes - gone.n + with.n;
	replace(t, from, to, with);
	record(t, from, &gone, with);
	t->at = text_settle(t, at);
	t->mark = text_settle(t, t->mark);
	t->goal = -1;
	return true;
}

static void apply(struct text *t, const struct change *c, const struct str *old, const struct str *new)
{
	replace(t, c->at, end_of(c->at, str_sl(old)), str_sl(new));
	t->bytes = t->bytes - old->n + new->n;
	t->marked = false;
	t->goal = -1;
	text_step(t);
}

bool text_undo(struct text *t)
{
	unsigned group;

	if (t->done == 0)
		return false;
	group = t->changes[t->done - 1].group;
	while (t->done && t->changes[t->done - 1].group == group) {
		const struct change *c = &t->changes[--t->done];

		apply(t, c, &c->come, &c->gone);
		t->at = text_settle(t, c->cursor);
	}
	return true;
}

bool text_redo(struct text *t)
{
	unsigned group;

	if (t->done == t->n_changes)
		return false;
	group = t->changes[t->done].group;
	while (t->done < t->n_changes && t->changes[t->done].group == group) {
		const struct change *c = &t->changes[t->done++];

		apply(t, c, &c->gone, &c->come);
		t->at = text_settle(t, end_of(c->at, str_sl(&c->come)));
	}
	return true;
}

/* ---- life ---- */

struct text *text_new(void)
{
	struct text *t = mem_zalloc(sizeof(*t));

	str_init(&t->clip, TEXT_MAX);
	t->goal = -1;
	t->view_rows = 24;
	t->view_cols = 80;
	t->lines = mem_zalloc(sizeof(*t->lines));
	t->n = t->cap = 1;
	return t;
}

static void forget_all(struct text *t)
{
	t->done = 0;
	forget_redo(t);
	for (size_t i = 0; i < t->n; i++)
		line_release(&t->lines[i]);
	t->n = 1;
	t->bytes = t->saved = 0;
	t->at = t->mark = t->top = (struct pos){ 0, 0 };
	t->marked = t->kill_goes_on = false;
	t->goal = -1;
}

void text_free(struct text **t)
{
	if (!*t)
		return;
	forget_all(*t);
	free((*t)->lines);
	free((*t)->changes);
	str_release(&(*t)->clip);
	free(*t);
	*t = NULL;
}

/* Clean, as it stands behind before; every kind of line end is LF. */
static int clean(struct str *out, struct slice before, struct slice utf8)
{
	struct str lf;
	int rc;

	str_init(&lf, STR_MAX);
	for (size_t i = 0; i < utf8.n; i++)
		if (utf8.p[i] != '\r')
			str_addc(&lf, utf8.p[i]);
		else if (i + 1 == utf8.n || utf8.p[i + 1] != '\n')
			str_addc(&lf, '\n');
	rc = lf.full ? -1 : clean_behind(out, before, str_sl(&lf), CLEAN_TABS | CLEAN_LINES);
	str_release(&lf);
	return rc;
}

int text_set(struct text *t, struct slice utf8)
{
	struct str s;
	int rc;

	str_init(&s, TEXT_MAX);
	rc = clean(&s, SL_NONE, utf8);
	if (rc == 0) {
		forget_all(t);
		replace(t, t->at, t->at, str_sl(&s));
		t->bytes = s.n;
		text_step(t);
	}
	str_release(&s);
	return rc;
}

void text_get(const struct text *t, struct str *out)
{
	text_between(t, (struct pos){ 0, 0 }, text_end(t), out);
}

bool text_changed(const struct text *t)
{
	return t->done != t->saved;
}

void text_saved(struct text *t)
{
	t->saved = t->done;
	text_step(t);
}

size_t text_lines(const struct text *t)
{
	return t->n;
}

struct slice text_line(const struct text *t, size_t i)
{
	bug_on(i >= t->n);
	return sl_make(t->lines[i].p, t->lines[i].n);
}

void text_cursor(const struct text *t, size_t *line, size_t *byte)
{
	*line = t->at.line;
	*byte = t->at.byte;
}

void text_goto(struct text *t, size_t line, size_t byte)
{
	if (t->by_shift)
		t->marked = false;
	t->at = text_settle(t, (struct pos){ line, byte });
	t->goal = -1;
	t->typing = t->kill_goes_on = false;
}

/* ---- typing and the marked ---- */

void text_mark(struct text *t)
{
	t->marked = !t->marked;
	t->by_shift = false;
	t->mark = t->at;
}

bool text_range(const struct text *t, struct pos *from, struct pos *to)
{
	bool back = pos_cmp(t->at, t->mark) < 0;

	*from = back ? t->at : t->mark;
	*to = back ? t->mark : t->at;
	return t->marked;
}

bool text_delete_marked(struct text *t)
{
	struct pos from, to;

	if (!text_range(t, &from, &to) || !t->by_shift)
		return false;
	t->marked = false;
	return text_splice(t, from, to, SL_NONE);
}

/* Behind what was typed just now: no new entry of the journal for every letter. */
static bool grow_last(struct text *t, struct pos at, struct slice utf8)
{
	struct change *c = t->done ? &t->changes[t->done - 1] : NULL;

	if (!t->typing || !c || t->done != t->n_changes || c->group != t->group || t->bytes + utf8.n > TEXT_MAX ||
	    pos_cmp(end_of(c->at, str_sl(&c->come)), at) != 0)
		return false;
	replace(t, at, at, utf8);
	t->bytes += utf8.n;
	str_addsl(&c->come, utf8);
	t->journal_bytes += utf8.n;
	t->at = text_settle(t, end_of(at, utf8));
	t->goal = -1;
	return true;
}

static bool insert(struct text *t, struct slice utf8, bool typed)
{
	struct pos at = t->at;
	struct str s;
	bool done = false;

	str_init(&s, TEXT_MAX);
	if (clean(&s, sl_head(text_line(t, at.line), at.byte), utf8) == 0 && s.n) {
		done = typed && grow_last(t, at, str_sl(&s));
		if (!done && text_splice(t, at, at, str_sl(&s))) {
			t->at = text_settle(t, end_of(at, str_sl(&s)));
			done = true;
		}
	}
	str_release(&s);
	return done;
}

bool text_type(struct text *t, struct slice utf8)
{
	struct slice before = sl_head(text_line(t, t->at.line), t->at.byte);
	bool after_blank = before.n && before.p[before.n - 1] == ' ';

	if (!t->typing || (after_blank && !sl_is(utf8, " ")))
		text_step(t);
	text_delete_marked(t);
	if (!insert(t, utf8, true))
		return false;
	t->typing = true;
	return true;
}

void text_insert(struct text *t, struct slice utf8)
{
	text_step(t);
	text_delete_marked(t);
	insert(t, utf8, false);
	t->kill_goes_on = false;
}

/* ---- cutting and pasting ---- */

/* Cuts in a row add up. */
enum edit_result text_kill(struct text *t, struct pos from, struct pos to)
{
	bool back = pos_cmp(to, t->at) <= 0 && pos_cmp(from, t->at) < 0;
	struct str all;

	if (pos_cmp(from, to) >= 0)
		return EDIT_MOVED;
	str_init(&all, TEXT_MAX);
	if (t->kill_goes_on && !back)
		str_addsl(&all, str_sl(&t->clip));
	text_between(t, from, to, &all);
	if (t->kill_goes_on && back)
		str_addsl(&all, str_sl(&t->clip));
	str_release(&t->clip);
	t->clip = all;
	text_step(t);
	t->marked = false;
	return text_splice(t, from, to, SL_NONE) ? EDIT_CHANGED : EDIT_MOVED;
}

/* The marked, or the line with its end. */
static void range_or_line(const struct text *t, struct pos *from, struct pos *to)
{
	if (text_range(t, from, to))
		return;
	*from = (struct pos){ t->at.line, 0 };
	*to = t->at.line + 1 < t->n ? (struct pos){ t->at.line + 1, 0 } : text_end(t);
}

void text_cut(struct text *t)
{
	struct pos from, to;

	range_or_line(t, &from, &to);
	if (t->marked)
		t->kill_goes_on = false;
	else
		t->at = from;           /* so that lines in a row add up downwards */
	text_kill(t, from, to);
	t->kill_goes_on = true;
}

void text_copy(struct text *t)
{
	struct pos from, to;

	range_or_line(t, &from, &to);
	str_clear(&t->clip);
	text_between(t, from, to, &t->clip);
	t->marked = t->kill_goes_on = false;
}

void text_paste(struct text *t)
{
	if (t->clip.n)
		text_insert(t, str_sl(&t->clip));
}
