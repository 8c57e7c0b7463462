/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * list: which rows of a long list are seen.  Numbers only; the rows themselves
 * belong to somebody else.
 *
 * Invariants: n == 0: at == top == 0.  Else at < n and top <= at < top + rows; and
 * no blank row is seen at the end while there are rows above.
 */
#include "tui/tui.h"

static uint64_t last_top(const struct list *l)
{
	uint64_t rows = (uint64_t)MAX(l->rows, 1);

	return l->n > rows ? l->n - rows : 0;
}

static void settle(struct list *l)
{
	uint64_t rows = (uint64_t)MAX(l->rows, 1);

	if (l->n == 0) {
		l->at = l->top = 0;
		return;
	}
	l->at = MIN(l->at, l->n - 1);
	l->top = MIN(l->top, last_top(l));
	if (l->at < l->top)
		l->top = l->at;
	else if (l->at - l->top >= rows)
		l->top = l->at - rows + 1;
}

/* x + by inside of [0, max] */
static uint64_t moved(uint64_t x, int64_t by, uint64_t max)
{
	uint64_t down = by < 0 ? (uint64_t)0 - (uint64_t)by : 0;

	x = MIN(x, max);
	if (by < 0)
		return x > down ? x - down : 0;
	return (uint64_t)by > max - x ? max : x + (uint64_t)by;
}

void list_size(struct list *l, uint64_t n, int rows)
{
	l->n = n;
	l->rows = rows;
	settle(l);
}

void list_goto(struct list *l, uint64_t at)
{
	l->at = at;
	settle(l);
}

void list_move(struct list *l, int64_t by)
{
	if (l->n)
		list_goto(l, moved(l->at, by, l->n - 1));
}

void list_page(struct list *l, int pages)
{
	int64_t by = (int64_t)MAX(l->rows - 1, 1) * pages;

	if (l->n == 0)
		return;
	l->top = moved(l->top, by, last_top(l));
	l->at = moved(l->at, by, l->n - 1);
	settle(l);
}

void list_scroll(struct list *l, int64_t rows)
{
	uint64_t last;

	if (l->n == 0)
		return;
	l->top = moved(l->top, rows, last_top(l));
	last = MIN(l->top + (uint64_t)MAX(l->rows, 1) - 1, l->n - 1);
	l->at = MIN(MAX(l->at, l->top), last);
	settle(l);
}

void list_middle(struct list *l)
{
	uint64_t half = (uint64_t)(MAX(l->rows, 1) / 2);

	l->top = l->at > half ? l->at - half : 0;
	settle(l);
}

bool list_key(struct list *l, key_code key)
{
	switch (key) {
	case KEY_UP_:
		list_move(l, -1);
		return true;
	case KEY_DOWN_:
		list_move(l, 1);
		return true;
	case KEY_HOME_:
		list_goto(l, 0);
		return true;
	case KEY_END_:
		list_goto(l, UINT64_MAX);
		return true;
	case KEY_PGUP:
		list_page(l, -1);
		return true;
	case KEY_PGDN:
		list_page(l, 1);
		return true;
	}
	return false;
}
