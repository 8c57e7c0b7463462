/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * htmlcolor: colours as HTML and style sheets name them.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

static const struct { const char *name; uint32_t rgb; } colors[] = {
	{ "black", 0 }, { "silver", 0xC0C0C0 }, { "gray", 0x808080 }, { "grey", 0x808080 }, { "white", 0xFFFFFF },
	{ "maroon", 0x800000 }, { "red", 0xFF0000 }, { "purple", 0x800080 }, { "fuchsia", 0xFF00FF },
	{ "green", 0x8000 }, { "lime", 0xFF00 }, { "olive", 0x808000 }, { "yellow", 0xFFFF00 }, { "navy", 0x80 },
	{ "blue", 0xFF }, { "teal", 0x8080 }, { "aqua", 0xFFFF }, { "orange", 0xFFA500 },
	{ "whitesmoke", 0xF5F5F5 }, { "snow", 0xFFFAFA }, { "ivory", 0xFFFFF0 }, { "lightgray", 0xD3D3D3 },
	{ "lightgrey", 0xD3D3D3 }, { "darkgray", 0xA9A9A9 },
};

/* "fff", "ffffff", and with a last digit, or two, that say how much of it is seen. */
static bool hex_color(struct slice s, uint32_t *rgb)
{
	uint32_t v = 0, alpha = 255;

	if (s.n != 3 && s.n != 4 && s.n != 6 && s.n != 8)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int digit = hex_val(s.p[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (uint32_t)digit;
		if (s.n < 6)
			v = v << 4 | (uint32_t)digit;
	}
	if (s.n == 4 || s.n == 8) {
		alpha = v & 0xFF;
		v >>= 8;
	}
	*rgb = alpha < 13 ? CSS_CLEAR : v | (alpha < 242 ? CSS_SHEER : 0);
	return true;
}

/* Up to four numbers, of 0 to 255 or of percent of that; the last of 0 to 1, as 0 to 255, too. */
static unsigned numbers(struct slice s, int64_t v[4])
{
	unsigned count = 0;

	while (s.n && s.p[0] != ')' && count < 4) {
		int64_t n;
		bool percent;

		if (!ascii_isdigit(s.p[0]) && s.p[0] != '.') {
			s = sl_skip(s, 1);
			continue;
		}
		n = css_thousandths(s, &s);
		percent = sl_starts(s, "%");
		if (percent)
			n = n * 255 / 100;
		else if (count == 3)
			n *= 255;
		v[count++] = MIN(n / 1000, 255);
	}
	return count;
}

/* rgb(1, 2, 3), rgba(1 2 3 / 50%), hsl(0, 0%, 100%); of hues only what is no colour. */
static bool function_color(struct slice s, uint32_t *rgb)
{
	int64_t v[4] = { 0 };
	bool hsl = sl_istarts(s, "hsl");
	unsigned n = numbers(sl_skip(s, 4), v);
	int64_t alpha = n == 4 ? v[3] : 255;

	if (n < 3 || !sl_ends(s, ")"))
		return false;
	if (alpha < 13) {
		*rgb = CSS_CLEAR;
		return true;
	}
	if (hsl && v[1] > 0 && v[2] > 0 && v[2] < 255)
		return false;
	if (hsl)
		v[0] = v[1] = v[2];
	*rgb = (uint32_t)(v[0] << 16 | v[1] << 8 | v[2]) | (alpha < 242 ? CSS_SHEER : 0);
	return true;
}

bool css_color(struct slice s, uint32_t *rgb)
{
	s = sl_trim(s);
	if (s.n == 0)
		return false;
	if (sl_starts(s, "#"))
		return hex_color(sl_skip(s, 1), rgb);
	if (sl_istarts(s, "rgb(") || sl_istarts(s, "rgba(") || sl_istarts(s, "hsl(") || sl_istarts(s, "hsla("))
		return function_color(s, rgb);
	if (sl_iis(s, "transparent")) {
		*rgb = CSS_CLEAR;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(colors); i++) {
		if (sl_iis(s, colors[i].name)) {
			*rgb = colors[i].rgb;
			return true;
		}
	}
	return hex_color(s, rgb);
}
