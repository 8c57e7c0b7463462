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

/* 0, 0px, 0.0em, 0.01: nothing that can be seen. */
static bool is_zero(struct slice s)
{
	size_t i = 0;
	bool digit = false;

	for (; i < s.n && (s.p[i] == '0' || s.p[i] == '.'); i++)
		digit = digit || s.p[i] == '0';
	return digit && (i == s.n || !ascii_isdigit(s.p[i]));
}

int64_t css_thousandths(struct slice s, struct slice *unit)
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
	int64_t n = css_thousandths(s, &unit);

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
	int64_t n = css_thousandths(minus ? sl_skip(s, 1) : s, &unit);

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

/* Behind "NAME(" in a value; nothing where that is not there. */
static struct slice inside_of(struct slice value, const char *name)
{
	ssize_t at = sl_search(value, sl(name));

	return at < 0 ? SL_NONE : sl_trim(sl_skip(value, (size_t)at + strlen(name)));
}

/* "0, 0, 0, 0)", "1px 1px 1px 1px)": a piece of which nothing is left. */
static bool is_all_small(struct slice s)
{
	unsigned count = 0;

	while (s.n && s.p[0] != ')') {
		struct slice rest;

		if (ascii_isdigit(s.p[0]) || s.p[0] == '.') {
			if (css_thousandths(s, &rest) > 1000)
				return false;
			count++;
			for (s = rest; s.n && (ascii_isalpha(s.p[0]) || s.p[0] == '%'); )
				s = sl_skip(s, 1);
		} else if (s.p[0] == ' ' || s.p[0] == ',') {
			s = sl_skip(s, 1);
		} else {
			return false;
		}
	}
	return count > 0;
}

static bool is_cut_away(struct slice path)
{
	struct slice inset = inside_of(path, "inset("), unit;

	if (inset.n)
		return css_thousandths(inset, &unit) >= 50000 && sl_starts(unit, "%");
	return is_zero(inside_of(path, "circle(")) || is_all_small(inside_of(path, "polygon("));
}

/* translate() far to the left or above, scale(0) */
static bool is_moved_away(struct slice value)
{
	struct slice args = inside_of(value, "translate"), one;

	if (is_zero(inside_of(value, "scale(")) || is_zero(inside_of(value, "scaleX(")) || is_zero(inside_of(value, "scaleY(")))
		return true;
	while (args.n && args.p[0] != '(')
		args = sl_skip(args, 1);
	args = sl_skip(args, 1);
	args = sl_head(args, sl_find(args, ')') < 0 ? args.n : (size_t)sl_find(args, ')'));
	while (sl_cut(&args, ',', &one))
		if (pixels(sl_trim(one)) <= -FAR_PIXELS)
			return true;
	return false;
}

static bool is_faint(struct slice opacity)
{
	struct slice unit;
	int64_t n = css_thousandths(opacity, &unit);

	return unit.n < opacity.n && n <= (sl_starts(unit, "%") ? 5000 : 50);
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

void css_background(struct slice value, struct css *css)
{
	struct slice word, rest = value;

	css->back = 0;
	css->has_back = css_color(value, &css->back) && css->back <= 0xFFFFFF;
	css->vague_back = !css->has_back && css->back != CSS_CLEAR && !sl_iis(value, "none") && !sl_iis(value, "inherit");
	while (css->vague_back && !css->has_back && sl_search(value, SL("(")) < 0 && sl_word(&rest, &word))
		css->has_back = css_color(word, &css->back) && css->back <= 0xFFFFFF;
}

static void display(struct slice value, struct css *css)
{
	static const char *const blocks[] = { "block", "flex", "grid", "table", "list-item" };

	css->none = yes(sl_iis(value, "none"));
	css->box = sl_iis(value, "inline") ? CSS_INLINE : 0;
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		css->box = sl_iis(value, blocks[i]) ? CSS_BLOCK : css->box;
}

static void list_style(struct slice value, struct css *css)
{
	static const struct { const char *name; char style; } styles[] = {
		{ "none", '-' }, { "decimal", '1' }, { "lower-alpha", 'a' }, { "lower-latin", 'a' }, { "upper-alpha", 'A' },
		{ "upper-latin", 'A' }, { "lower-roman", 'i' }, { "upper-roman", 'I' }, { "disc", '*' }, { "circle", '*' }, { "square", '*' },
	};
	struct slice word;

	while (sl_word(&value, &word))
		for (size_t i = 0; i < ARRAY_LEN(styles); i++)
			if (sl_iis(word, styles[i].name))
				css->list = styles[i].style;
}

/* The size in "bold 12px/1.5 Arial". */
static void font(struct slice value, struct css *css)
{
	struct slice word;

	while (sl_word(&value, &word)) {
		ssize_t slash = sl_find(word, '/');

		word = slash < 0 ? word : sl_head(word, (size_t)slash);
		if (word.n && (ascii_isdigit(word.p[0]) || word.p[0] == '.') && (is_zero(word) || !ascii_isdigit(word.p[word.n - 1])))
			css->tiny = yes(is_tiny(word));
	}
}

bool css_counts(struct slice name)
{
	static const char *const names[] = {
		"background", "background-color", "background-image", "bottom", "clip", "clip-path", "color", "content-visibility",
		"display", "filter", "font", "font-size", "font-style", "font-weight", "height", "left", "list-style",
		"list-style-type", "margin", "margin-bottom", "margin-left", "margin-top", "max-height", "max-width", "mso-list",
		"opacity", "overflow", "padding", "padding-bottom", "padding-top", "position", "right", "text-align",
		"text-indent", "top", "transform", "visibility", "white-space", "width",
	};

	for (size_t i = 0; name.n && i < ARRAY_LEN(names); i++)
		if (ascii_lower(name.p[0]) == names[i][0] && sl_iis(name, names[i]))
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
	if (sl_iis(name, "margin-left"))
		css->clear = pixels(value) <= -FAR_PIXELS ? 1 : css->clear;
	else if (room(name, value, css))
		return;
	else if (sl_iis(name, "display"))
		display(value, css);
	else if (sl_iis(name, "visibility"))
		css->invisible = yes(sl_iis(value, "hidden") || sl_iis(value, "collapse"));
	else if (sl_iis(name, "content-visibility"))
		css->invisible = yes(sl_iis(value, "hidden"));
	else if (sl_iis(name, "font-size"))
		css->tiny = yes(is_tiny(value));
	else if (sl_iis(name, "font"))
		font(value, css);
	else if (sl_iis(name, "opacity"))
		css->clear = yes(is_faint(value));
	else if (sl_iis(name, "filter"))
		css->clear = is_zero(inside_of(value, "opacity(")) || is_zero(inside_of(value, "opacity=")) ? 1 : css->clear;
	else if (sl_iis(name, "transform"))
		css->clear = is_moved_away(value) ? 1 : css->clear;
	else if (sl_iis(name, "clip-path"))
		css->clear = is_cut_away(value) ? 1 : css->clear;
	else if (sl_iis(name, "clip"))
		css->away = is_all_small(inside_of(value, "rect(")) ? 1 : css->away;
	else if (sl_iis(name, "max-height") || sl_iis(name, "height") || sl_iis(name, "width") || sl_iis(name, "max-width"))
		css->flat = is_zero(value) ? 1 : sl_iis(value, "1px") && css->flat != 1 ? 3 : css->flat;
	else if (sl_iis(name, "overflow"))
		css->clipped = yes(sl_iis(value, "hidden"));
	else if (sl_iis(name, "position"))
		css->placed = yes(sl_iis(value, "absolute") || sl_iis(value, "fixed"));
	else if (sl_iis(name, "left") || sl_iis(name, "top") || sl_iis(name, "right") || sl_iis(name, "bottom"))
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
		css->pre = sl_iis(value, "pre-line") ? 3 : yes(sl_istarts(value, "pre") || sl_iis(value, "break-spaces"));
	else if (sl_iis(name, "text-align"))
		css->right = yes(sl_iis(value, "right") || sl_iis(value, "end"));
	else if (sl_iis(name, "list-style") || sl_iis(name, "list-style-type"))
		list_style(value, css);
	else if (sl_iis(name, "color"))
		css->has_color = css_color(value, &css->color);
	else if (sl_iis(name, "background-color") || sl_iis(name, "background"))
		css_background(value, css);
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
	to->box = from->none ? from->box : to->box;
	to->right = from->right ? from->right : to->right;
	to->list = from->list ? from->list : to->list;
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
