/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * book: the address book: taking a sender into it, and looking somebody up.
 */
#include "screens.h"

struct sender { char *from, *from_name; };

static int take(void *ctx, const struct index_row *row)
{
	struct sender *s = ctx;

	s->from = mem_strdup(row->from);
	s->from_name = mem_strdup(row->from_name);
	return 0;
}

struct aliasing { struct app *app; char *name, *addr; };

static void nick_typed(void *ctx, const char *text)
{
	struct aliasing *x = ctx;
	struct err err = ERR_INIT;
	struct contact c = { .nick = (char *)(uintptr_t)text, .name = x->name, .addr = x->addr };

	x->app->friends_at = 0;
	if (text && contacts_put(&x->app->conf, &c, &err) == 0)
		app_say(x->app, STYLE_GOOD, _("%s is in the address book."), x->addr);
	else if (text)
		app_fail(x->app, &err);
	free(x->name);
	free(x->addr);
	free(x);
}

void act_alias(struct app *a, int64_t id)
{
	struct sender f = { 0 };
	struct err err = ERR_INIT;
	struct aliasing *x;
	char *nick;

	if (index_get(folders_index(a->folders), id, take, &f, &err) != 1 || !f.from[0]) {
		app_say(a, STYLE_WARNING, "%s", _("There is no address to take."));
	} else {
		x = mem_zalloc(sizeof(*x));
		*x = (struct aliasing){ a, mem_strdup(f.from_name), mem_strdup(f.from) };
		nick = mem_strndup(f.from, strcspn(f.from, "@"));
		ask_line(a, &(struct ask_opts){ .label = _("Into the address book under the short name: "), .text = nick, .done = nick_typed, .ctx = x });
		free(nick);
	}
	free(f.from);
	free(f.from_name);
}

/* ---- looking up ---- */

static void chosen(struct screen *page, size_t line, void *ctx)
{
	struct app *a = page->app;
	struct choices *c = ctx;
	char *to = line < c->n ? mem_strdup(c->v[line]) : NULL;

	app_close(page);
	if (to)
		compose_start(a, to);
	free(to);
}

static void add_person(struct screen *page, const struct choices *c, size_t k)
{
	struct str line;

	str_init(&line, 16384);
	str_adds(&line, c->v[k]);
	if (choices_note_of(c, k))
		str_addf(&line, "  %s", choices_note_of(c, k));
	sheet_add(page, STYLE_NORMAL, str_sl(&line));
	str_release(&line);
}

static void typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct screen *page;

	if (!text)
		return;
	choices_release(&a->found_people);
	complete_address(a, text, &a->found_people);
	if (a->found_people.n == 0) {
		app_say(a, STYLE_WARNING, "%s", text[0] ? _("Nobody is known by that name.") : _("The address book is empty. a takes the sender of a message into it."));
		return;
	}
	page = sheet_new(a, _("Addresses: Enter writes to one"));
	for (size_t i = 0; i < a->found_people.n; i++)
		add_person(page, &a->found_people, i);
	sheet_on_enter(page, chosen, &a->found_people);
}

void book_query(struct app *a, const char *text)
{
	if (text[0])
		typed(a, text);
	else
		ask_line(a, &(struct ask_opts){ .label = _("Look up (nothing: the address book): "), .history = "people", .done = typed, .ctx = a });
}
