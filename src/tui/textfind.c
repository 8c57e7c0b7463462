/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * textfind: text looked for in any case, and words that a speller calls wrong.
 */
#include "tui/priv.h"
#include <unictype.h>

/* ---- finding ---- */

/* A line folded, and a walk that knows where its bytes come from. */
struct folded { struct slice line; struct str text; size_t i, j; };

static void add_folded(struct str *out, struct slice s)
{
	while (s.n) {
		size_t n = utf8_grapheme(s);

		if (n == 1)
			str_addc(out, (char)ascii_lower(s.p[0]));
		else
			utf8_casefold(out, sl_head(s, n));
		s = sl_skip(s, n);
	}
}

/* Is folded offset at the start of a grapheme of the line?  Offsets ascend from call to call. */
static bool unfold(struct folded *f, size_t at, size_t *byte)
{
	struct str one;

	str_init(&one, 1 << 16);
	while (f->j < at && f->i < f->line.n) {
		size_t n = utf8_grapheme(sl_skip(f->line, f->i));

		str_clear(&one);
		add_folded(&one, sl_make(f->line.p + f->i, n));
		f->i += n;
		f->j += one.n;
	}
	str_release(&one);
	*byte = f->i;
	return f->j == at;
}

/* The first hit at or behind from, or the last one before it (back).  false: none. */
static bool find_in(struct slice line, struct slice needle, size_t from, bool back, size_t *byte)
{
	struct folded f = { .line = line };
	size_t at = 0, hit;
	ssize_t next;
	bool found = false;

	str_init(&f.text, STR_MAX * 3);
	add_folded(&f.text, line);
	while (at <= f.text.n && (next = sl_search(sl_skip(str_sl(&f.text), at), needle)) >= 0) {
		at += (size_t)next;
		if (unfold(&f, at, &hit)) {
			if (back && hit >= from)
				break;
			if (back || hit >= from) {
				*byte = hit;
				found = true;
			}
			if (found && !back)
				break;
		}
		at++;
	}
	str_release(&f.text);
	return found;
}

bool text_find(struct text *t, struct slice needle, bool back)
{
	size_t byte = 0, line = t->at.line, from = back ? t->at.byte : text_next(t, t->at).byte;
	bool found = false, is_end = !back && t->at.byte == t->lines[line].n;
	struct str folded;

	str_init(&folded, TEXT_MAX);
	add_folded(&folded, needle);
	/* the cursor's line twice: its other part comes last */
	for (size_t i = 0; i <= t->n && folded.n && !found; i++) {
		if (i || !is_end)
			found = find_in(text_line(t, line), str_sl(&folded), from, back, &byte);
		if (!found)
			line = back ? (line ? line - 1 : t->n - 1) : (line + 1) % t->n;
		from = back ? SIZE_MAX : 0;
	}
	str_release(&folded);
	if (found)
		text_goto(t, line, byte);
	return found;
}

/* ---- spelling ---- */

static bool is_letter(struct slice s, size_t *n)
{
	uint32_t cp;

	*n = utf8_decode(s, &cp);
	if (cp < 0x80)
		return ascii_isalpha((int)cp);
	return uc_is_property_alphabetic(cp) || uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_M);
}

/* "'" and "’" between letters */
static size_t apostrophe(struct slice s)
{
	size_t n = sl_starts(s, "'") ? 1 : sl_starts(s, "’") ? 3 : 0, letter;

	return n && n < s.n && is_letter(sl_skip(s, n), &letter) ? n : 0;
}

static size_t letters(struct slice s)
{
	size_t at = 0, n;

	while (at < s.n && (is_letter(sl_skip(s, at), &n) || (at && (n = apostrophe(sl_skip(s, at))))))
		at += n;
	return at;
}

/* Addresses are no words, nor is what has digits in it. */
static bool is_checked(struct slice token)
{
	return sl_find(token, '@') < 0 && sl_search(token, SL("://")) < 0 && !sl_istarts(token, "www.");
}

static bool is_name_char(struct slice s, size_t at)
{
	return at < s.n && (ascii_isdigit(s.p[at]) || s.p[at] == '_');
}

static struct slice token_at(struct slice line, size_t at)
{
	size_t from = at, to = at;

	while (from > 0 && !ascii_isblank(line.p[from - 1]))
		from--;
	while (to < line.n && !ascii_isblank(line.p[to]))
		to++;
	return sl_make(line.p + from, to - from);
}

bool word_next(struct slice line, size_t *at, struct slice *word)
{
	struct slice token = SL_NONE;
	bool checked = false;

	while (*at < line.n) {
		size_t n = letters(sl_skip(line, *at)), start = *at;

		if (n == 0) {
			uint32_t cp;

			*at += utf8_decode(sl_skip(line, *at), &cp);
			continue;
		}
		*at += n;
		if (!token.p || line.p + start >= token.p + token.n) {
			token = token_at(line, start);
			checked = is_checked(token);
		}
		*word = sl_make(line.p + start, n);
		if (checked && !is_name_char(line, start + n) && !(start && is_name_char(line, start - 1)))
			return true;
	}
	return false;
}

void text_speller(struct text *t, bool (*wrong)(void *ctx, struct slice word), void *ctx)
{
	t->is_wrong = wrong;
	t->wrong_ctx = ctx;
	t->wrong_n = 0;
}

/* In [from, to) of a line, where words count by their ends. */
static bool wrong_in(struct text *t, size_t i, size_t from, size_t to, struct slice *word)
{
	struct slice line = text_line(t, i);
	size_t at = 0;

	if (line.n && line.p[0] == '>')
		return false;
	while (word_next(line, &at, word))
		if (at > from && at <= to && t->is_wrong(t->wrong_ctx, *word)) {
			t->wrong = (struct pos){ i, (size_t)(word->p - line.p) };
			t->wrong_n = word->n;
			return true;
		}
	return false;
}

bool text_next_wrong(struct text *t, struct slice *word)
{
	struct pos start = t->at;

	t->wrong_n = 0;
	if (!t->is_wrong)
		return false;
	for (size_t i = 0; i <= t->n; i++) {
		size_t line = (start.line + i) % t->n;
		size_t from = i == 0 ? start.byte : 0, to = i == t->n ? start.byte : SIZE_MAX;

		if (wrong_in(t, line, from, to, word)) {
			text_goto(t, t->wrong.line, t->wrong.byte);
			return true;
		}
	}
	return false;
}

void text_replace_word(struct text *t, struct slice with)
{
	struct pos end = { t->wrong.line, t->wrong.byte + t->wrong_n };
	struct str clean;

	if (t->wrong_n == 0 || end.line >= t->n || end.byte > t->lines[end.line].n)
		return;
	str_init(&clean, TEXT_MAX);
	text_step(t);
	if (utf8_sanitize(&clean, with, CLEAN_LINE) == 0 && text_splice(t, t->wrong, end, str_sl(&clean)))
		t->at = text_settle(t, (struct pos){ end.line, t->wrong.byte + clean.n });
	t->wrong_n = 0;
	text_step(t);
	str_release(&clean);
}
