/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * key: the names of keys, as mutt, readline and Emacs write them.
 *
 * Invariant: what keys_format_exact writes, keys_parse reads as the same keys.
 */
#include "tui/tui.h"

enum { SEQUENCE_MAX = 64 };

/* The first name of a key is the exact one; small: the one for hints. */
static const struct name { key_code key; const char *name, *small; } names[] = {
	{ 27, "Esc", "Esc" }, { 27, "Escape", NULL },
	{ 13, "Enter", "Enter" }, { 13, "Return", NULL }, { 13, "CR", NULL }, { 13, "KPEnter", NULL },
	{ 9, "Tab", "Tab" }, { ' ', "Space", "Space" },
	{ 127, "Backspace", "Bksp" }, { 127, "BS", NULL }, { 127, "Bksp", NULL },
	{ 0, "C-Space", "^Space" },
	{ KEY_UP_, "Up", "Up" }, { KEY_DOWN_, "Down", "Down" }, { KEY_LEFT_, "Left", "Left" },
	{ KEY_RIGHT_, "Right", "Right" }, { KEY_HOME_, "Home", "Home" }, { KEY_END_, "End", "End" },
	{ KEY_PGUP, "PageUp", "PgUp" }, { KEY_PGUP, "PgUp", NULL },
	{ KEY_PGDN, "PageDown", "PgDn" }, { KEY_PGDN, "PgDn", NULL }, { KEY_PGDN, "PgDown", NULL },
	{ KEY_INSERT, "Insert", "Ins" }, { KEY_INSERT, "Ins", NULL },
	{ KEY_DELETE, "Delete", "Del" }, { KEY_DELETE, "Del", NULL },
	{ KEY_BACKTAB, "BackTab", "S-Tab" }, { KEY_BACKTAB, "S-Tab", NULL },
	{ KEY_CTRL_LEFT, "C-Left", "^Left" }, { KEY_CTRL_RIGHT, "C-Right", "^Right" },
	{ KEY_CTRL_UP, "C-Up", "^Up" }, { KEY_CTRL_DOWN, "C-Down", "^Down" },
	{ KEY_CTRL_HOME, "C-Home", "^Home" }, { KEY_CTRL_END, "C-End", "^End" },
	{ KEY_CTRL_DELETE, "C-Delete", "^Del" }, { KEY_CTRL_DELETE, "C-Del", NULL },
	{ KEY_SHIFT_LEFT, "S-Left", "S-Left" }, { KEY_SHIFT_RIGHT, "S-Right", "S-Right" },
	{ KEY_SHIFT_UP, "S-Up", "S-Up" }, { KEY_SHIFT_DOWN, "S-Down", "S-Down" },
	{ KEY_PASTE_ON, "PasteOn", "PasteOn" }, { KEY_PASTE_OFF, "PasteOff", "PasteOff" },
	{ KEY_MOUSE_, "Mouse", "Mouse" }, { KEY_RESIZE_, "Resize", "Resize" },
	{ KEY_FOCUS_IN, "FocusIn", "FocusIn" }, { KEY_FOCUS_OUT, "FocusOut", "FocusOut" },
	{ '<', "lt", "<" }, { '<', "Less", NULL },
};

/* F1 to F20; 0: it is none. */
static key_code function_key(struct slice s)
{
	uint64_t n;

	if (s.n < 2 || (s.p[0] != 'F' && s.p[0] != 'f') || sl_u64(sl_skip(s, 1), 20, &n) != 0 || n == 0)
		return 0;
	return KEY_F1_ + (key_code)n - 1;
}

static bool by_name(struct slice s, bool any_case, key_code *key)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sl_is(s, names[i].name) || (any_case && sl_iis(s, names[i].name))) {
			*key = names[i].key;
			return true;
		}
	*key = function_key(s);
	return *key && (any_case || s.p[0] == 'F');
}

/* ---- reading ---- */

struct reading { struct slice rest; key_code *out; size_t n, max; bool bad; };

static void add(struct reading *r, key_code key)
{
	if (r->n >= r->max)
		r->bad = true;
	else
		r->out[r->n++] = key;
}

static bool is_control_letter(char c)
{
	return (c >= '@' && c <= '_') || (c >= 'a' && c <= 'z') || c == '?';
}

static key_code control(char c)
{
	return c == '?' ? 127 : KEY_CTRL((unsigned char)c);
}

/* The code point at the front, which is taken; 0: not one that can be typed. */
static key_code take_point(struct reading *r)
{
	uint32_t cp;
	size_t n = utf8_decode(r->rest, &cp);

	if (cp == UTF8_BAD && n == 1)
		cp = 0;
	r->rest = sl_skip(r->rest, n);
	if (!key_is_text(cp))
		r->bad = true;
	return cp;
}

/* "<...>": a name, one character, or modifiers ("C-x", "M-x", "A-Left"). */
static bool inside_brackets(struct reading *r, struct slice s)
{
	struct reading one = { .rest = s, .out = r->out, .n = r->n, .max = r->max };
	key_code key;

	if (by_name(s, true, &key)) {
		add(r, key);
		return true;
	}
	if (s.n > 2 && (sl_istarts(s, "M-") || sl_istarts(s, "A-"))) {
		add(r, 27);
		return inside_brackets(r, sl_skip(s, 2));
	}
	if (s.n == 3 && sl_istarts(s, "C-") && is_control_letter(s.p[2])) {
		add(r, control(s.p[2]));
		return true;
	}
	if (s.n == 0)
		return false;
	key = take_point(&one);
	if (one.bad || one.rest.n)
		return false;
	add(r, key);
	return true;
}

static bool take_brackets(struct reading *r)
{
	struct slice inside;
	struct reading before = *r;
	ssize_t end;

	if (r->rest.n < 3 || r->rest.p[0] != '<')
		return false;
	end = sl_find(sl_skip(r->rest, 2), '>');        /* so "<>>" is > */
	if (end < 0)
		return false;
	inside = sl_make(r->rest.p + 1, (size_t)end + 1);
	if (!inside_brackets(r, inside)) {
		*r = before;
		/* a name that nobody knows is a mistake, no row of letters */
		if (sl_find(inside, ' ') < 0 && inside.n > 1 && ascii_isalpha(inside.p[0]))
			r->bad = true;
		return false;
	}
	r->rest = sl_skip(r->rest, (size_t)end + 3);
	return true;
}

static bool take_backslash(struct reading *r)
{
	static const char plain[] = "e\033t\tr\rn\r\\\\";
	char c = r->rest.n > 1 ? r->rest.p[1] : 0;
	size_t n = 2;

	if (r->rest.p[0] != '\\')
		return false;
	if (c == 'C' || c == 'c') {
		n += r->rest.n > 3 && r->rest.p[2] == '-';
		if (r->rest.n <= n || !is_control_letter(r->rest.p[n]))
			return false;
		add(r, control(r->rest.p[n]));
		r->rest = sl_skip(r->rest, n + 1);
		return true;
	}
	for (size_t i = 0; i + 1 < sizeof(plain) - 1; i += 2)
		if (c == plain[i]) {
			add(r, (unsigned char)plain[i + 1]);
			r->rest = sl_skip(r->rest, 2);
			return true;
		}
	return false;
}

static bool take_modifier(struct reading *r)
{
	char next = r->rest.n > 1 ? r->rest.p[1] : 0;

	if (r->rest.p[0] == '^' && next && is_control_letter(next)) {
		add(r, control(next));
		r->rest = sl_skip(r->rest, 2);
		return true;
	}
	if (r->rest.n < 3 || ascii_isblank(r->rest.p[2]))
		return false;
	if (sl_istarts(r->rest, "C-") && is_control_letter(r->rest.p[2])) {
		add(r, control(r->rest.p[2]));
		r->rest = sl_skip(r->rest, 3);
		return true;
	}
	if (sl_istarts(r->rest, "M-")) {
		add(r, 27);
		r->rest = sl_skip(r->rest, 2);
		return true;
	}
	return false;
}

/* A bare name between blanks ("Esc v"), in its exact letters only, as "gg" is two keys. */
static bool take_bare(struct reading *r)
{
	struct slice rest = r->rest, word;
	key_code key;

	if (!sl_word(&rest, &word) || word.n < 2 || word.p != r->rest.p || !by_name(word, false, &key))
		return false;
	add(r, key);
	r->rest = sl_skip(r->rest, word.n);
	return true;
}

int keys_parse(struct slice s, key_code *out, size_t max)
{
	struct reading r = { .rest = s, .out = out, .max = max };
	bool at_word = true;

	while (r.rest.n && !r.bad) {
		if (ascii_isblank(r.rest.p[0])) {
			r.rest = sl_skip(r.rest, 1);
			at_word = true;
			continue;
		}
		if (!(at_word && take_bare(&r)) && !take_brackets(&r) && !r.bad && !take_backslash(&r) &&
		    !take_modifier(&r))
			add(&r, take_point(&r));
		at_word = false;
	}
	return r.bad || r.n == 0 ? -1 : (int)r.n;
}

/* ---- writing ---- */

static const struct name *find_name(key_code key)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].key == key && names[i].small)
			return &names[i];
	return NULL;
}

static void add_point(struct str *out, key_code key)
{
	char text[4];

	str_add(out, text, utf8_encode(key, text));
}

static void add_small(struct str *out, key_code key)
{
	const struct name *n = find_name(key);

	if (n)
		str_adds(out, n->small);
	else if (key >= KEY_F1_ && key <= KEY_F20_)
		str_addf(out, "F%u", (unsigned)(key - KEY_F1_ + 1));
	else if (key < 32)
		str_addf(out, "^%c", (int)key + '@');
	else if (key_is_text(key))
		add_point(out, key);
	else
		str_adds(out, "?");
}

void keys_format(const key_code *keys, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++) {
		if (keys[i] & KEY_ALT)
			str_adds(out, "Esc ");
		add_small(out, keys[i] & ~(key_code)KEY_ALT);
		if (keys[i] == 27 && i + 1 < n)
			str_addc(out, ' ');
	}
}

static void add_exact(struct str *out, key_code key)
{
	const struct name *n = find_name(key);

	if (n)
		str_addf(out, "<%s>", n->name);
	else if (key >= KEY_F1_ && key <= KEY_F20_)
		str_addf(out, "<F%u>", (unsigned)(key - KEY_F1_ + 1));
	else if (key < 32)
		str_addf(out, "^%c", (int)key + '@');
	else if (key == '^' || key == '\\' || key == '>')
		str_addf(out, "<%c>", (int)key);
	else if (key_is_text(key))
		add_point(out, key);
}

static void add_all_exact(const key_code *keys, size_t n, const char *between, struct str *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_adds(out, between);
		if (keys[i] & KEY_ALT)
			add_exact(out, 27);
		add_exact(out, keys[i] & ~(key_code)KEY_ALT);
	}
}

/* Letters that happen to be a name, as T a b, are set apart by blanks. */
void keys_format_exact(const key_code *keys, size_t n, struct str *out)
{
	key_code back[SEQUENCE_MAX];
	size_t start = out->n;
	int got;

	add_all_exact(keys, n, "", out);
	got = keys_parse(sl_skip(str_sl(out), start), back, SEQUENCE_MAX);
	if (got >= 0 && (size_t)got == n && memcmp(back, keys, n * sizeof(*keys)) == 0)
		return;
	str_cut(out, start);
	add_all_exact(keys, n, " ", out);
}

bool key_is_text(key_code key)
{
	return key >= 0x20 && key <= 0x10FFFF && key != 0x7F && !(key >= 0x80 && key < 0xA0) &&
		!(key >= 0xD800 && key <= 0xDFFF);
}
