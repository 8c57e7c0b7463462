/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looks: all there, to be read and told apart.
 */
#include "../../tap.h"
#include "tui/tui.h"

/* WCAG 2: relative luminance, in integers of 1/10000. */
static int channel(int c)
{
	double x = c / 255.0, y = (x + 0.055) / 1.055;

	/* y to the power of 2.4, near enough: y^2 * y^0.4 by Newton's steps on z^5 = y^2 */
	double z = y;

	if (x <= 0.04045)
		return (int)(x / 12.92 * 10000);
	for (int i = 0; i < 40; i++)
		z -= (z * z * z * z * z - y * y) / (5 * z * z * z * z);
	return (int)(y * y * z * 10000);
}

static int luminance(int rgb)
{
	return (2126 * channel(rgb >> 16 & 255) + 7152 * channel(rgb >> 8 & 255) + 722 * channel(rgb & 255)) / 10000;
}

static int contrast100(int a, int b)
{
	int x = luminance(a), y = luminance(b);

	return 100 * (MAX(x, y) + 500) / (MIN(x, y) + 500);
}

static void test_contrast(const char *name, int paper, int ink)
{
	const struct theme *t = theme_by_name(name);
	int low = 0;

	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct look *l = &t->looks[i];
		int fg = l->fg == LOOK_NONE ? ink : l->fg, bg = l->bg == LOOK_NONE ? paper : l->bg;

		if (contrast100(fg, bg) < 450) {
			tap_note("%s: %d", style_name((enum style)i), contrast100(fg, bg));
			low++;
		}
		if (l->fg16 >= 0 && l->fg16 == l->bg16)
			low++;
	}
	is_int(low, 0, "%s: all can be read (4.5:1)", name);
}

static bool same_mono(enum style a, enum style b)
{
	const struct look *looks = theme_by_name("mono")->looks;

	return looks[a].attrs == looks[b].attrs;
}

static int square(int x)
{
	return x * x;
}

static int cube_distance(int rgb, int i)
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	int n = i - 16, grey = 8 + 10 * (i - 232);
	int r = i >= 232 ? grey : levels[n / 36], g = i >= 232 ? grey : levels[n / 6 % 6], b = i >= 232 ? grey : levels[n % 6];

	return square((rgb >> 16) - r) + square((rgb >> 8 & 255) - g) + square((rgb & 255) - b);
}

static void test_256(void)
{
	int bad = 0;

	is_int(colour_256(0x000000), 16, "black");
	is_int(colour_256(0xFFFFFF), 231, "white");
	is_int(colour_256(0xFF0000), 196, "red");
	is_int(colour_256(0x808080), 244, "grey");
	for (int rgb = 0; rgb < 0x1000000; rgb += 0x01234 * 3 + 1) {
		int best = 16;

		for (int i = 17; i < 256; i++)
			if (cube_distance(rgb, i) < cube_distance(rgb, best))
				best = i;
		bad += cube_distance(rgb, colour_256(rgb)) > cube_distance(rgb, best) + 200;
	}
	is_int(bad, 0, "no other colour is much nearer");
}

int main(void)
{
	const struct theme *t = NULL;
	int n = 0, missing = 0;
	enum style s;

	while ((t = theme_next(t)))
		n++;
	is_int(n, 3, "three themes");
	is_str(theme_next(NULL)->name, "dark", "dark is the first");
	ok(theme_by_name("light") && theme_by_name("mono") && !theme_by_name("pink"), "by name");
	for (int i = 0; i < STYLE_COUNT; i++)
		missing += style_by_name(sl(style_name((enum style)i)), &s) != 0 || s != (enum style)i;
	is_int(missing, 0, "every style has a name of its own");
	is_int(style_by_name(SL("none-such"), &s), -1, "and no other");
	test_contrast("dark", 0x1C1C1C, 0xE0E0E0);
	test_contrast("dark", 0x000000, 0xFFFFFF);
	test_contrast("light", 0xFFFFFF, 0x000000);
	ok(!same_mono(STYLE_CURSOR, STYLE_NORMAL) && !same_mono(STYLE_TAGGED, STYLE_UNREAD) && !same_mono(STYLE_TAGGED, STYLE_NORMAL) &&
		!same_mono(STYLE_DELETED, STYLE_NORMAL) && !same_mono(STYLE_DELETED, STYLE_TAGGED) && !same_mono(STYLE_UNREAD, STYLE_NORMAL) &&
		!same_mono(STYLE_FLAGGED, STYLE_UNREAD) && !same_mono(STYLE_FLAGGED, STYLE_TAGGED) && !same_mono(STYLE_CURSOR, STYLE_MATCH) &&
		!same_mono(STYLE_HINT, STYLE_HINT_KEY) && !same_mono(STYLE_HEADER, STYLE_HEADER_NAME) && !same_mono(STYLE_QUOTE1, STYLE_QUOTE2) &&
		!same_mono(STYLE_ERROR, STYLE_BAR), "without colour neighbours can be told apart");
	test_256();
	return tap_done();
}
