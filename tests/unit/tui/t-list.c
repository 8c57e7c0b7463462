/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which rows of a list are seen.
 */
#include "../../tap.h"
#include "tui/tui.h"

static void is_at(const struct list *l, uint64_t at, uint64_t top, const char *what)
{
	ok(l->at == at && l->top == top, "%s (at %llu, top %llu)", what, (unsigned long long)l->at, (unsigned long long)l->top);
}

static bool is_right(const struct list *l)
{
	uint64_t rows = (uint64_t)MAX(l->rows, 1);

	if (l->n == 0)
		return l->at == 0 && l->top == 0;
	return l->at < l->n && l->top <= l->at && l->at - l->top < rows && (l->top == 0 || l->top + rows <= l->n);
}

static void test_moves(void)
{
	struct list l = { 0 };

	list_size(&l, 0, 10);
	ok(list_key(&l, KEY_DOWN_), "a key on no rows");
	is_at(&l, 0, 0, "stays nowhere");
	list_size(&l, 100, 10);
	list_move(&l, 1);
	is_at(&l, 1, 0, "down");
	list_move(&l, -5);
	is_at(&l, 0, 0, "not over the start");
	list_move(&l, 10);
	is_at(&l, 10, 1, "the window follows");
	list_key(&l, KEY_PGDN);
	is_at(&l, 19, 10, "a page keeps one row");
	list_key(&l, KEY_PGUP);
	is_at(&l, 10, 1, "and back");
	list_key(&l, KEY_PGUP);
	is_at(&l, 1, 0, "to the first page");
	list_key(&l, KEY_PGUP);
	is_at(&l, 0, 0, "to the first row");
	list_key(&l, KEY_END_);
	is_at(&l, 99, 90, "the end");
	list_key(&l, KEY_PGDN);
	is_at(&l, 99, 90, "nothing below");
	list_scroll(&l, -20);
	is_at(&l, 79, 70, "scrolled: at follows");
	list_scroll(&l, 5);
	is_at(&l, 79, 75, "at stays while it is seen");
	list_goto(&l, 50);
	list_middle(&l);
	is_at(&l, 50, 45, "the middle");
	list_goto(&l, 1);
	list_middle(&l);
	is_at(&l, 1, 0, "there is no middle at the start");
	list_goto(&l, 95);
	list_size(&l, 20, 10);
	is_at(&l, 19, 10, "rows went away");
	list_size(&l, 20, 30);
	is_at(&l, 19, 0, "the window grew: no blank rows while there are some above");
	list_size(&l, 20, 5);
	is_at(&l, 19, 15, "the window shrank");
	list_size(&l, 20, 0);
	is_at(&l, 19, 19, "no window at all");
	list_key(&l, KEY_HOME_);
	is_at(&l, 0, 0, "home");
	ok(!list_key(&l, 'x'), "other keys are not its own");
	list_move(&l, INT64_MAX);
	list_move(&l, INT64_MIN);
	is_at(&l, 0, 0, "the farthest moves");
	list_size(&l, UINT64_MAX, 10);
	list_move(&l, INT64_MAX);
	list_move(&l, INT64_MAX);
	list_move(&l, INT64_MAX);
	is_at(&l, UINT64_MAX - 1, UINT64_MAX - 10, "in the longest list");
}

static void test_random(void)
{
	struct list l = { 0 };
	int bad = 0;

	rt_set_seed(5);
	for (int i = 0; i < 20000; i++) {
		uint32_t r[3];

		rt_random(r, sizeof(r));
		switch (r[0] % 6) {
		case 0:
			list_size(&l, r[1] % 60, (int)(r[2] % 20));
			break;
		case 1:
			list_move(&l, (int64_t)(r[1] % 80) - 40);
			break;
		case 2:
			list_page(&l, (int)(r[1] % 7) - 3);
			break;
		case 3:
			list_scroll(&l, (int64_t)(r[1] % 80) - 40);
			break;
		case 4:
			list_goto(&l, r[1] % 90);
			break;
		case 5:
			list_middle(&l);
			break;
		}
		bad += !is_right(&l);
	}
	is_int(bad, 0, "20000 random moves keep the current row seen");
}

int main(void)
{
	test_moves();
	test_random();
	return tap_done();
}
