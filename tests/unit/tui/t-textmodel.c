/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text against a string with a cursor: 20000 random keys.
 */
#include "../../tap.h"
#include "tui/tui.h"

/* The model: the text is one string. */
static struct str model;
static size_t at;

static const char *const bits[] = { "a", "b", " ", "é", "e\xCC\x81", "한", "日本", "👩", "ש", ">", "-", "word" };

static struct slice bytes(void)
{
	return str_sl(&model);
}

static size_t next(size_t i)
{
	return i < model.n ? i + utf8_grapheme(sl_skip(bytes(), i)) : i;
}

/* As slowly and surely as can be: from the start of the line. */
static size_t prev(size_t i)
{
	size_t from = i, k;

	if (i == 0)
		return 0;
	if (model.p[i - 1] == '\n')
		return i - 1;
	while (from > 0 && model.p[from - 1] != '\n')
		from--;
	while ((k = next(from)) < i)
		from = k;
	return from;
}

static void put(size_t from, size_t to, const char *with)
{
	struct str s;

	str_init(&s, 1 << 24);
	str_addsl(&s, sl_head(bytes(), from));
	str_adds(&s, with);
	str_addsl(&s, sl_skip(bytes(), to));
	str_release(&model);
	model = s;
}

static size_t line_start(size_t i)
{
	while (i > 0 && model.p[i - 1] != '\n')
		i--;
	return i;
}

static size_t line_end(size_t i)
{
	while (i < model.n && model.p[i] != '\n')
		i++;
	return i;
}

static size_t offset(const struct text *t)
{
	size_t line, byte, sum = 0;

	text_cursor(t, &line, &byte);
	for (size_t i = 0; i < line; i++)
		sum += text_line(t, i).n + 1;
	return sum + byte;
}

static bool same(const struct text *t, struct str *buf)
{
	str_clear(buf);
	text_get(t, buf);
	return sl_eq(str_sl(buf), bytes()) && offset(t) == at;
}

static void type(struct text *t, const char *s)
{
	struct slice rest = sl(s);

	while (rest.n) {
		uint32_t cp;

		rest = sl_skip(rest, utf8_decode(rest, &cp));
		text_key(t, cp);
	}
	put(at, at, s);
	at += strlen(s);
}

static void step(struct text *t, const uint32_t *r)
{
	switch (r[0] % 14) {
	case 0: case 1: case 2: case 3: case 4:
		type(t, bits[r[1] % ARRAY_LEN(bits)]);
		break;
	case 5:
		text_key(t, 13);
		put(at, at, "\n");
		at++;
		break;
	case 6: case 7:
		text_key(t, 127);
		{
			size_t from = prev(at);

			put(from, at, "");
			at = from;
		}
		break;
	case 8:
		text_key(t, KEY_DELETE);
		put(at, next(at), "");
		break;
	case 9:
		text_key(t, KEY_LEFT_);
		at = prev(at);
		break;
	case 10:
		text_key(t, KEY_RIGHT_);
		at = next(at);
		break;
	case 11:
		text_key(t, r[1] & 1 ? KEY_HOME_ : KEY_END_);
		at = r[1] & 1 ? line_start(at) : line_end(at);
		break;
	case 12:
		text_key(t, KEY_CTRL('k'));
		{
			size_t from = line_start(at), to = line_end(at);

			to += to < model.n;
			put(from, to, "");
			at = from;
		}
		break;
	case 13:
		text_insert(t, SL("two\nlines"));
		put(at, at, "two\nlines");
		at += 9;
		break;
	}
}

/* Where a mark meets what stands behind the cursor the model must follow. */
static void settle(const struct text *t)
{
	at = offset(t);
}

static void test_model(struct text *t, struct str *buf)
{
	int bad = 0;

	rt_set_seed(11);
	for (int i = 0; i < 20000 && bad < 5; i++) {
		uint32_t r[2];

		rt_random(r, sizeof(r));
		step(t, r);
		if (!same(t, buf)) {
			tap_note("step %d, kind %u: %zu at %zu, want %zu at %zu", i, r[0] % 14, buf->n, offset(t), model.n, at);
			bad++;
		}
		settle(t);
	}
	is_int(bad, 0, "20000 keys do to the text what they do to a string");
}

static bool is_whole(const struct text *t)
{
	size_t line, byte, k = 0;
	struct slice s;

	text_cursor(t, &line, &byte);
	if (line >= text_lines(t) || byte > text_line(t, line).n)
		return false;
	for (s = text_line(t, line); k < byte; )
		k += utf8_grapheme(sl_skip(s, k));
	return k == byte;
}

/* All keys and calls, drawn after each; then everything undone and done again. */
static void test_all(struct text *t, struct str *buf)
{
	static const key_code keys[] = { 'a', ' ', 'x', 0xD55C, 0x65E5, 0x301, 13, 13, 9, 127, 127, KEY_DELETE, KEY_LEFT_, KEY_RIGHT_, KEY_UP_,
		KEY_DOWN_, KEY_PGUP, KEY_PGDN, KEY_HOME_, KEY_END_, KEY_CTRL_HOME, KEY_CTRL_END, KEY_SHIFT_LEFT, KEY_SHIFT_RIGHT, KEY_SHIFT_UP,
		KEY_SHIFT_DOWN, 0, KEY_CTRL('k'), KEY_CTRL('u'), KEY_CTRL('w'), KEY_CTRL('t'), KEY_CTRL('_'), KEY_ALT | '_', KEY_ALT | 'u',
		KEY_ALT | 'd', KEY_ALT | 127, KEY_ALT | 'b', KEY_ALT | 'f', KEY_ALT | 'w', KEY_CTRL_LEFT, KEY_CTRL_RIGHT, '>', 0x1F469 };
	static const char first[] = "> quoted text\n> > and more\n한국어 글\n\n日本語の文\tx\nplain words that are long enough to wrap\n-- \nme";
	struct grid *g = grid_new(7, 17);
	struct str end;
	int bad = 0, redone = 0;

	text_set(t, sl(first));
	rt_set_seed(12);
	text_wrap_at(t, 30);
	for (int i = 0; i < 20000; i++) {
		uint32_t r[3];

		rt_random(r, sizeof(r));
		if (r[0] % 50 == 0)
			text_fill(t, 5 + (int)(r[1] % 40));
		else if (r[0] % 50 == 1)
			text_quote(t, r[1] & 1);
		else if (r[0] % 50 == 2)
			text_find(t, SL("X"), r[1] & 1);
		else if (r[0] % 50 == 3)
			text_insert(t, SL("one\ntwo\tthree \xCC\x81"));
		else if (r[0] % 50 == 4)
			text_click(t, grid_area(g), (int)(r[1] % 9), (int)(r[2] % 20));
		else
			text_key(t, keys[r[1] % ARRAY_LEN(keys)]);
		if (r[0] % 50 == 5)
			grid_resize(g, 1 + (int)(r[1] % 9), 1 + (int)(r[2] % 30));
		if (r[0] % 3 == 0)
			text_draw(t, g, grid_area(g), true);
		if (!is_whole(t)) {
			tap_note("step %d: %u %u", i, r[0] % 50, r[1] % (unsigned)ARRAY_LEN(keys));
			bad++;
		}
		/* so that it does not grow for ever */
		if (text_lines(t) > 200)
			for (int k = 0; k < 60; k++)
				text_undo(t);
	}
	is_int(bad, 0, "20000 keys of every kind: the cursor stays between letters");
	while (text_redo(t))
		;
	str_init(&end, 1 << 24);
	text_get(t, &end);
	while (text_undo(t))
		;
	str_clear(buf);
	text_get(t, buf);
	is_slice(str_sl(buf), sl(first), "all undone, it is what it was");
	ok(!text_changed(t), "and says so");
	while (text_redo(t))
		redone++;
	str_clear(buf);
	text_get(t, buf);
	is_slice(str_sl(buf), str_sl(&end), "%d steps done again, it is what it had become", redone);
	str_release(&end);
	grid_free(&g);
}

int main(void)
{
	struct text *t = text_new();
	struct str buf;

	str_init(&buf, 1 << 24);
	str_init(&model, 1 << 24);
	test_model(t, &buf);
	test_all(t, &buf);
	str_release(&buf);
	str_release(&model);
	text_free(&t);
	return tap_done();
}
