/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * htmlcss: what style says of being seen at all, of weight, of colours, and of the
 * room above and below; inline, and in rules whose selectors are a tag, a class or an id alone.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define RULES_MAX 2000

/* ---- values ---- */

static const struct { const char *name; uint32_t rgb; } colors[] = {
	{ "black", 0 }, { "silver", 0xC0C0C0 }, { "gray", 0x808080 }, { "grey", 0x808080 }, { "white", 0xFFFFFF },
	{ "maroon", 0x800000 }, { "red", 0xFF0000 }, { "purple", 0x800080 }, { "fuchsia", 0xFF00FF },
	{ "green", 0x8000 }, { "lime", 0xFF00 }, { "olive", 0x808000 }, { "yellow", 0xFFFF00 }, { "navy", 0x80 },
	{ "blue", 0xFF }, { "teal", 0x8080 }, { "aqua", 0xFFFF }, { "orange", 0xFFA500 },
	{ "whitesmoke", 0xF5F5F5 }, { "snow", 0xFFFAFA }, { "ivory", 0xFFFFF0 }, { "lightgray", 0xD3D3D3 },
	{ "lightgrey", 0xD3D3D3 }, { "darkgray", 0xA9A9A9 },
};

static bool hex_color(struct slice s, uint32_t *rgb)
{
	uint32_t v = 0;

	if (s.n != 3 && s.n != 6)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int digit = hex_val(s.p[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (uint32_t)digit;
		if (s.n == 3)
			v = v << 4 | (uint32_t)digit;
	}
	*rgb = v;
	return true;
}

static bool rgb_color(struct slice s, uint32_t *rgb)
{
	uint32_t v = 0;
	unsigned count = 0;

	for (size_t i = 0; i < s.n && count < 3; i++) {
		uint32_t n = 0;

		if (!ascii_isdigit(s.p[i]))
			continue;
		for (; i < s.n && ascii_isdigit(s.p[i]); i++)
			n = MIN(n * 10 + (uint32_t)(s.p[i] - '0'), 255u);
		v = v << 8 | n;
		count++;
	}
	*rgb = v;
	return count == 3 && sl_find(s, '%') < 0;
}

bool css_color(struct slice s, uint32_t *rgb)
{
	s = sl_trim(s);
	if (s.n == 0)
		return false;
	if (sl_starts(s, "#"))
		return hex_color(sl_skip(s, 1), rgb);
	if (sl_istarts(s, "rgb(") && sl_ends(s, ")"))
		return rgb_color(s, rgb);
	for (size_t i = 0; i < ARRAY_LEN(colors); i++) {
		if (sl_iis(s, colors[i].name)) {
			*rgb = colors[i].rgb;
			return true;
		}
	}
	return hex_color(s, rgb);
}

/* 0, 0px, 0.0em, 0.01: nothing that can be seen. */
static bool is_zero(struct slice s)
{
	size_t i = 0;
	bool digit = false;

	for (; i < s.n && (s.p[i] == '0' || s.p[i] == '.'); i++)
		digit = digit || s.p[i] == '0';
	return digit && (i == s.n || !ascii_isdigit(s.p[i]));
}

/* The number at its front in thousandths; what follows is its unit. */
static int64_t thousandths(struct slice s, struct slice *unit)
{
	int64_t n = 0, scale = 1000;
	size_t i = 0;

	for (; i < s.n && i < 12 && (ascii_isdigit(s.p[i]) || s.p[i] == '.'); i++) {
		if (s.p[i] != '.' && scale == 1000 && !memchr(s.p, '.', i))
			n = n * 10 + (s.p[i] - '0') * 1000;
		else if (s.p[i] != '.')
			n += (s.p[i] - '0') * (scale /= 10);
	}
	*unit = sl_skip(s, i);
	return n;
}

/* A size of letters that nobody reads: to 1 pixel or point, 0.1 em, 10 %. */
static bool is_tiny(struct slice s)
{
	static const struct { const char *unit; int64_t max; } units[] = {
		{ "px", 1000 }, { "pt", 1000 }, { "em", 100 }, { "rem", 100 }, { "%", 10000 },
	};
	struct slice unit;
	int64_t n = thousandths(s, &unit);

	for (size_t k = 0; unit.n < s.n && k < ARRAY_LEN(units); k++)
		if (sl_iis(unit, units[k].unit))
			return n <= units[k].max;
	return is_zero(s);
}

/* A length in pixels, about; 0 for what is none. */
static int64_t pixels(struct slice s)
{
	static const struct { const char *unit; int64_t of_12; } units[] = {
		{ "px", 12 }, { "", 12 }, { "pt", 16 }, { "em", 192 }, { "rem", 192 }, { "in", 1152 }, { "cm", 454 }, { "mm", 45 },
	};
	bool minus = sl_starts(s, "-");
	struct slice unit;
	int64_t n = thousandths(minus ? sl_skip(s, 1) : s, &unit);

	for (size_t k = 0; k < ARRAY_LEN(units); k++)
		if (sl_iis(unit, units[k].unit))
			return (minus ? -n : n) * units[k].of_12 / 12000;
	return 0;
}

#define LINE_PIXELS 8           /* room that reads as an empty line             */
#define FAR_PIXELS  500         /* so much to the left or above is out of sight */

/* "TOP [RIGHT [BOTTOM [LEFT]]]" */
static void sides(struct slice value, int64_t *top, int64_t *bottom)
{
	struct slice word;

	for (unsigned i = 0; i < 3 && sl_word(&value, &word); i++) {
		if (i == 0)
			*top = pixels(word);
		if (i != 1)
			*bottom = pixels(word);
	}
}

/* "transparent", or rgba() whose last number is zero. */
static bool is_clear(struct slice s)
{
	ssize_t comma = -1, next;

	if (!sl_istarts(s, "rgba(") && !sl_istarts(s, "hsla("))
		return sl_iis(s, "transparent");
	while ((next = sl_find(sl_skip(s, (size_t)(comma + 1)), ',')) >= 0)
		comma += next + 1;
	s = sl_trim(sl_skip(s, (size_t)(comma + 1)));
	return sl_ends(s, ")") && is_zero(sl_trim(sl_head(s, s.n - 1)));
}

static unsigned char yes(bool is)
{
	return is ? 1 : 2;
}

static bool room(struct slice name, struct slice value, struct css *css)
{
	bool pad = sl_istarts(name, "padding");
	struct slice side = sl_skip(name, pad ? 7 : 6);
	int64_t top = 0, bottom = 0;

	if (!pad && !sl_istarts(name, "margin"))
		return false;
	if (side.n)
		top = bottom = pixels(value);
	else
		sides(value, &top, &bottom);
	if (!sl_iis(side, "-bottom"))
		*(pad ? &css->pad_top : &css->top) = yes(top >= LINE_PIXELS);
	if (!sl_iis(side, "-top"))
		*(pad ? &css->pad_bottom : &css->bottom) = yes(bottom >= LINE_PIXELS);
	return true;
}

static void background(struct slice value, struct css *css)
{
	struct slice word, rest = value;

	css->has_back = css->vague_back = false;
	if (css_color(value, &css->back)) {
		css->has_back = true;
		return;
	}
	css->vague_back = !sl_iis(value, "transparent") && !sl_iis(value, "none") && !sl_iis(value, "inherit");
	while (css->vague_back && !css->has_back && sl_search(value, SL("(")) < 0 && sl_word(&rest, &word))
		css->has_back = css_color(word, &css->back);
}

bool css_counts(struct slice name)
{
	static const char *const names[] = {
		"background", "background-color", "background-image", "color", "display", "font-size", "font-style", "font-weight",
		"height", "left", "margin", "margin-bottom", "margin-top", "max-height", "mso-list", "opacity", "overflow",
		"padding", "padding-bottom", "padding-top", "position", "text-indent", "top", "visibility", "white-space", "width",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sl_iis(name, names[i]))
			return true;
	return false;
}

/* Of the names above. */
static void declare(struct slice name, struct slice value, struct css *css)
{
	ssize_t bang = sl_find(value, '!');

	if (bang >= 0)
		value = sl_trim(sl_head(value, (size_t)bang));
	if (value.n == 0)
		return;
	if (room(name, value, css))
		return;
	if (sl_iis(name, "display"))
		css->none = yes(sl_iis(value, "none"));
	else if (sl_iis(name, "visibility"))
		css->invisible = yes(sl_iis(value, "hidden") || sl_iis(value, "collapse"));
	else if (sl_iis(name, "font-size"))
		css->tiny = yes(is_tiny(value));
	else if (sl_iis(name, "opacity"))
		css->clear = yes(is_zero(value));
	else if (sl_iis(name, "max-height") || sl_iis(name, "height") || sl_iis(name, "width"))
		css->flat = is_zero(value) ? 1 : css->flat;
	else if (sl_iis(name, "overflow"))
		css->clipped = yes(sl_iis(value, "hidden"));
	else if (sl_iis(name, "position"))
		css->placed = yes(sl_iis(value, "absolute") || sl_iis(value, "fixed"));
	else if (sl_iis(name, "left") || sl_iis(name, "top"))
		css->away = pixels(value) <= -FAR_PIXELS ? 1 : css->away;
	else if (sl_iis(name, "text-indent"))
		css->clear = pixels(value) <= -FAR_PIXELS ? 1 : css->clear;
	else if (sl_iis(name, "mso-list"))
		css->marker = yes(sl_iis(value, "ignore"));
	else if (sl_iis(name, "font-weight"))
		css->bold = yes(sl_istarts(value, "bold") || (value.n == 3 && value.p[0] >= '6'));
	else if (sl_iis(name, "font-style"))
		css->italic = yes(sl_iis(value, "italic") || sl_iis(value, "oblique"));
	else if (sl_iis(name, "white-space"))
		css->pre = yes(sl_istarts(value, "pre") && !sl_iis(value, "pre-line"));
	else if (sl_iis(name, "color"))
		css->has_color = is_clear(value) ? (css->color = CSS_CLEAR) : css_color(value, &css->color);
	else if (sl_iis(name, "background-color") || sl_iis(name, "background"))
		background(value, css);
	else if (sl_iis(name, "background-image"))
		css->vague_back = !sl_iis(value, "none");
}

/* Comments go. */
static void add_plain(struct slice s, struct str *out)
{
	ssize_t at, end;

	while ((at = sl_search(s, SL("/*"))) >= 0) {
		str_addsl(out, sl_head(s, (size_t)at));
		s = sl_skip(s, (size_t)at + 2);
		end = sl_search(s, SL("*/"));
		s = end < 0 ? SL_NONE : sl_skip(s, (size_t)end + 2);
	}
	str_addsl(out, s);
}

void css_declarations(struct slice s, struct css *css)
{
	struct slice one, name;
	struct str plain;

	str_init(&plain, STR_MAX);
	if (sl_search(s, SL("/*")) >= 0) {
		add_plain(s, &plain);
		s = str_sl(&plain);
	}
	while (sl_cut(&s, ';', &one))
		if (sl_cut(&one, ':', &name))
			declare(sl_trim(name), sl_trim(one), css);
	str_release(&plain);
}

/* ---- rules ---- */

struct css_rules { struct map *by_selector; struct css **v; size_t n, cap; };

/* tag, .class, #id or tag.class, in the letters it has; false for others. */
static bool is_simple(struct slice s)
{
	unsigned marks = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' || s.p[i] == '#')
			marks++;
		else if (!ascii_isalnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	}
	return s.n > 0 && s.n < 200 && marks <= 1;
}

static void add_rule(struct css_rules *rules, struct slice selector, struct slice body)
{
	struct css *css;

	if (!is_simple(selector) || rules->n >= RULES_MAX)
		return;
	css = map_get(rules->by_selector, selector);
	if (!css) {
		css = mem_zalloc(sizeof(*css));
		mem_grow(rules->v, rules->n, rules->cap);
		rules->v[rules->n++] = css;
		map_put(rules->by_selector, selector, css);
	}
	css_declarations(body, css);
}

/* Behind the '}' that belongs to the '{' before `at`. */
static size_t block_end(struct slice s, size_t at)
{
	unsigned depth = 1;

	for (; at < s.n; at++) {
		depth += s.p[at] == '{';
		depth -= s.p[at] == '}';
		if (depth == 0)
			return at + 1;
	}
	return s.n;
}

static void without_comments(struct slice s, struct str *out)
{
	ssize_t at;

	while ((at = sl_search(s, SL("/*"))) >= 0) {
		str_addsl(out, sl_head(s, (size_t)at));
		s = sl_skip(s, (size_t)at + 2);
		at = sl_search(s, SL("*/"));
		s = at < 0 ? SL_NONE : sl_skip(s, (size_t)at + 2);
	}
	str_addsl(out, s);
}

static struct slice without_marks(struct slice s)
{
	s = sl_trim(s);
	if (sl_starts(s, "<!--"))
		s = sl_trim(sl_skip(s, 4));
	if (sl_starts(s, "-->"))
		s = sl_trim(sl_skip(s, 3));
	return s;
}

static void read_rules(struct css_rules *rules, struct slice s)
{
	ssize_t open;

	while ((open = sl_find(s, '{')) >= 0) {
		struct slice head = sl_head(s, (size_t)open), one, body;
		size_t end = block_end(s, (size_t)open + 1);
		ssize_t semi;

		/* "@import ...;" stands before a rule as if it were of it */
		while ((semi = sl_find(head, ';')) >= 0)
			head = sl_skip(head, (size_t)semi + 1);
		head = without_marks(head);
		body = sl_range(s.p + open + 1, s.p + (end > (size_t)open + 1 ? end - 1 : end));
		s = sl_skip(s, end);
		if (sl_starts(head, "@"))
			continue;
		while (sl_cut(&head, ',', &one))
			add_rule(rules, sl_trim(one), body);
	}
}

struct css_rules *css_rules_new(struct slice text)
{
	struct css_rules *rules;
	struct str clean;

	if (text.n == 0)
		return NULL;
	rules = mem_zalloc(sizeof(*rules));
	rules->by_selector = map_new();
	str_init(&clean, STR_MAX);
	without_comments(text, &clean);
	read_rules(rules, str_sl(&clean));
	str_release(&clean);
	return rules;
}

void css_rules_free(struct css_rules **rulesp)
{
	struct css_rules *rules = *rulesp;

	if (!rules)
		return;
	for (size_t i = 0; i < rules->n; i++)
		free(rules->v[i]);
	free(rules->v);
	map_free(&rules->by_selector);
	free(rules);
	*rulesp = NULL;
}

static void add_css(struct css *to, const struct css *from)
{
	if (!from)
		return;
	to->none = from->none ? from->none : to->none;
	to->invisible = from->invisible ? from->invisible : to->invisible;
	to->tiny = from->tiny ? from->tiny : to->tiny;
	to->clear = from->clear ? from->clear : to->clear;
	to->flat = from->flat ? from->flat : to->flat;
	to->clipped = from->clipped ? from->clipped : to->clipped;
	to->placed = from->placed ? from->placed : to->placed;
	to->away = from->away ? from->away : to->away;
	to->marker = from->marker ? from->marker : to->marker;
	to->top = from->top ? from->top : to->top;
	to->bottom = from->bottom ? from->bottom : to->bottom;
	to->pad_top = from->pad_top ? from->pad_top : to->pad_top;
	to->pad_bottom = from->pad_bottom ? from->pad_bottom : to->pad_bottom;
	to->bold = from->bold ? from->bold : to->bold;
	to->italic = from->italic ? from->italic : to->italic;
	to->pre = from->pre ? from->pre : to->pre;
	if (from->has_color) {
		to->has_color = true;
		to->color = from->color;
	}
	if (from->has_back || from->vague_back) {
		to->has_back = from->has_back;
		to->vague_back = from->vague_back;
		to->back = from->back;
	}
}

static void match_one(const struct css_rules *rules, struct slice tag, char mark, struct slice name, struct css *css)
{
	struct str key;

	str_init(&key, 300);
	str_addc(&key, mark);
	str_addsl(&key, name);
	add_css(css, map_get(rules->by_selector, str_sl(&key)));
	str_clear(&key);
	str_addsl(&key, tag);
	str_addc(&key, mark);
	str_addsl(&key, name);
	add_css(css, map_get(rules->by_selector, str_sl(&key)));
	str_release(&key);
}

void css_match(const struct css_rules *rules, struct slice tag, struct slice classes, struct slice id, struct css *css)
{
	struct slice name;
	unsigned count = 0;

	if (!rules)
		return;
	add_css(css, map_get(rules->by_selector, tag));
	while (count++ < 16 && sl_word(&classes, &name))
		match_one(rules, tag, '.', name, css);
	if (id.n)
		match_one(rules, tag, '#', id, css);
}
