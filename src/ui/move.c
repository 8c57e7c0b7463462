/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * move: the commands that every screen with a list of its own has: up and down, and what
 * is done with the message that a screen stands for.
 */
#include "priv.h"

static struct list *list_of(struct screen *s)
{
	return s->ops->rows(s);
}

void move_next(struct screen *s, const char *arg)
{
	(void)arg;
	list_move(list_of(s), 1);
	app_dirty(s->app);
}

void move_previous(struct screen *s, const char *arg)
{
	(void)arg;
	list_move(list_of(s), -1);
	app_dirty(s->app);
}

void move_next_page(struct screen *s, const char *arg)
{
	(void)arg;
	list_page(list_of(s), 1);
	app_dirty(s->app);
}

void move_previous_page(struct screen *s, const char *arg)
{
	(void)arg;
	list_page(list_of(s), -1);
	app_dirty(s->app);
}

void move_first(struct screen *s, const char *arg)
{
	(void)arg;
	list_goto(list_of(s), 0);
	app_dirty(s->app);
}

void move_last(struct screen *s, const char *arg)
{
	(void)arg;
	list_goto(list_of(s), UINT64_MAX);
	app_dirty(s->app);
}

void move_exit(struct screen *s, const char *arg)
{
	(void)arg;
	app_close(s);
}

/* The wheel, a click on a row (the first stands at top), a double click as command. */
void move_mouse(struct screen *s, const struct mouse *m, int top, int per, const char *command)
{
	struct list *l = list_of(s);
	uint64_t k = l->top + (uint64_t)(MAX(m->row - top, 0) / per);

	if (m->what == MOUSE_WHEEL_UP || m->what == MOUSE_WHEEL_DOWN)
		list_scroll(l, m->what == MOUSE_WHEEL_UP ? -3 : 3);
	else if (m->row >= top && k < l->n)
		list_goto(l, k);
	if (m->what == MOUSE_DOUBLE)
		cmd_run(s->app, command);
	app_dirty(s->app);
}

/* ---- answers ---- */

void answer_reply(struct screen *s, const char *arg)
{
	(void)arg;
	s->ops->about(s, 'r');
}

void answer_group(struct screen *s, const char *arg)
{
	(void)arg;
	s->ops->about(s, 'g');
}

void answer_list(struct screen *s, const char *arg)
{
	(void)arg;
	s->ops->about(s, 'L');
}

void answer_forward(struct screen *s, const char *arg)
{
	s->ops->about(s, strcmp(arg, "attached") == 0 ? 'F' : 'f');
}

void answer_forward_attached(struct screen *s, const char *arg)
{
	(void)arg;
	s->ops->about(s, 'F');
}

void answer_bounce(struct screen *s, const char *arg)
{
	(void)arg;
	s->ops->about(s, 'b');
}

void answer_resend(struct screen *s, const char *arg)
{
	(void)arg;
	s->ops->about(s, 'e');
}
