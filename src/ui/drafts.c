/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * drafts: messages that are not sent yet: open ones, those that a crash left, and those
 * that were postponed.
 */
#include "screens.h"

struct draft_row { struct screen_compose *open; char *id; int64_t msg; };
struct drafts { struct draft_row *v; size_t n, cap; struct screen *page; };

static struct drafts shown;             /* of the page that is open */

static void clear(void)
{
	for (size_t i = 0; i < shown.n; i++)
		free(shown.v[i].id);
	free(shown.v);
	shown = (struct drafts){ 0 };
}

static void add(struct draft_row row, enum style style, const char *what, const char *to, const char *subject)
{
	bool narrow = grid_cols(shown.page->app->grid) < 60;
	struct str line;

	str_init(&line, 65536);
	sheet_column(&line, what, narrow ? 11 : 12);
	sheet_column(&line, to && to[0] ? to : _("(nobody yet)"), narrow ? 12 : 28);
	str_adds(&line, subject && subject[0] ? subject : _("(no subject)"));
	sheet_add(shown.page, style, str_sl(&line));
	sheet_id(shown.page, row.open ? (uint64_t)(uintptr_t)row.open : row.id ? hash64(row.id, strlen(row.id)) : (uint64_t)row.msg);
	str_release(&line);
	mem_grow(shown.v, shown.n, shown.cap);
	shown.v[shown.n++] = row;
}

static int take_left(void *ctx, const char *id, bool locked, const struct compose *c)
{
	(void)ctx;
	if (!locked)
		add((struct draft_row){ .id = mem_strdup(id) }, STYLE_UNREAD, _("interrupted"), c->to, c->subject);
	return 0;
}

static int first_rcpt(void *ctx, char kind, const char *name, const char *addr)
{
	char **to = ctx;

	if (!*to && kind == 't')
		*to = mem_strdup(name[0] ? name : addr);
	return 0;
}

static int take_postponed(void *ctx, const struct index_row *row)
{
	struct app *a = ctx;
	struct err ignored = ERR_INIT;
	char *to = NULL;

	if (compose_of_draft(a, row->msg.id))   /* is listed as that */
		return 0;
	index_rcpts(folders_index(a->folders), row->msg.id, first_rcpt, &to, &ignored);
	add((struct draft_row){ .msg = row->msg.id }, STYLE_NORMAL, _("postponed"), to, row->subject);
	free(to);
	return 0;
}

static void open_left(struct app *a, const char *id)
{
	struct compose *c = mem_zalloc(sizeof(*c));
	struct err err = ERR_INIT;

	if (compose_load(c, &a->conf, id, &err) == 0) {
		compose_open(a, c, false);
		return;
	}
	app_fail(a, &err);
	compose_release(c);
	free(c);
}

static void raise_open(struct app *a, const struct screen_compose *k)
{
	for (struct screen *s = a->top; s; s = s->below) {
		if (s == &k->s) {
			app_raise(s);
			return;
		}
	}
}

static void add_open(struct app *a)
{
	for (struct screen *s = a->top; s; s = s->below) {
		struct screen_compose *k = (struct screen_compose *)s;

		if (s->ops->where == WHERE_COMPOSE)
			add((struct draft_row){ .open = k }, STYLE_NORMAL, _("open"), k->fields[FIELD_TO].text.p, k->fields[FIELD_SUBJECT].text.p);
	}
}

static void chosen(struct screen *page, size_t line, void *ctx)
{
	struct app *a = page->app;
	struct draft_row *row = line < shown.n ? &shown.v[line] : NULL;
	struct render *r;

	(void)ctx;
	if (!row)
		return;
	app_close(page);
	if (row->open) {
		raise_open(a, row->open);
	} else if (row->id) {
		open_left(a, row->id);
	} else if ((r = act_open(a, row->msg))) {
		/* from Drafts: it goes when what is written now is safe */
		compose_about(a, r, row->msg, 'd');
	}
	clear();
}

/* Also when the index hears of them a moment later. */
static void fill(struct screen *page)
{
	struct app *a = page->app;
	struct err err = ERR_INIT;
	struct index_folder f;
	struct view *v = NULL;

	clear();
	sheet_clear(page);
	shown.page = page;
	add_open(a);
	compose_each(&a->conf, take_left, a, &err);
	if (index_folder(folders_index(a->folders), a->conf.drafts, &f, &err) == 1) {
		if (view_folder(folders_index(a->folders), f.id, SORT_DATE, false, &v, &err) == 0)
			view_rows(v, 0, 500, take_postponed, a, &err);
		view_close(&v);
		index_folder_release(&f);
	}
	if (shown.n == 0)
		sheet_note(page, _("No message was postponed. {mail} writes a new one."));
	sheet_indent(page, shown.n == 0 ? 0 : grid_cols(a->grid) < 60 ? 25 : 42);        /* a long Subject goes on below itself */
	sheet_on_enter(page, shown.n ? chosen : NULL, NULL);
	sheet_on_change(page, fill);
}

void compose_drafts(struct app *a)
{
	struct screen *top = a->top, *page = sheet_new(a, _("Drafts: Enter goes on with one"));
	const struct screen_compose *only;

	fill(page);
	only = shown.n == 1 && !a->postponed ? shown.v[0].open : NULL;
	a->postponed = false;
	/* the only one is meant; from itself, and among several, one chooses */
	if (only && &only->s != top) {
		app_close(page);
		raise_open(a, only);
		clear();
	}
}

static int count_left(void *ctx, const char *id, bool locked, const struct compose *c)
{
	unsigned *n = ctx;

	(void)id;
	(void)c;
	*n += !locked;
	return 0;
}

void compose_check_left(struct app *a)
{
	struct err ignored = ERR_INIT;
	unsigned n = 0;

	compose_each(&a->conf, count_left, &n, &ignored);
	if (n)
		app_say(a, STYLE_WARNING, ngettext_("%u message was being written when pabal ended. It is safe: {recall-message} goes on with it.",
			"%u messages were being written when pabal ended. They are safe: {recall-message} goes on with them.", n), n);
}
