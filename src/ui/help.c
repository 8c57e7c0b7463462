/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * help: all commands of a screen with their keys, made from the tables and the live map,
 * narrowed while one types; Enter runs the one that is chosen.
 */
#include "screens.h"

struct help_row { enum where where; const struct cmd *cmd; };
static struct help_row entries[400];
static size_t n_entries;

static void add(struct app *a, struct screen *page, enum where where, enum where keys_of)
{
	struct str line, keys;

	str_init(&line, 8192);
	str_init(&keys, 1024);
	for (const struct cmd *c = cmd_next(where, NULL); c && n_entries < ARRAY_LEN(entries); c = cmd_next(where, c)) {
		int pad;

		if (where == WHERE_ALL && keys_of != WHERE_ALL && cmd_find(keys_of, sl(c->name)) != c)
			continue;
		str_clear(&line);
		str_clear(&keys);
		keymap_all_keys_of(&a->keymap, keys_of, c, &keys);
		str_addsl(&line, str_sl(&keys));
		pad = 16 - utf8_width(str_sl(&keys));
		str_addf(&line, "%*s %s  [%s%s%s]", MAX(pad, 0), "", _(c->help), c->name, c->args ? " " : "", c->args ? c->args : "");
		sheet_add(page, keys.n ? STYLE_NORMAL : STYLE_DIM, str_sl(&line));
		entries[n_entries++] = (struct help_row){ where, c };
	}
	str_release(&line);
	str_release(&keys);
}

static void chosen(struct screen *page, size_t line, void *ctx)
{
	struct app *a = page->app;
	const struct help_row *e = line < n_entries ? &entries[line] : NULL;

	(void)ctx;
	app_close(page);
	if (e && e->cmd)
		e->cmd->fn(a->top, "");
}

void help_open(struct app *a, enum where where)
{
	struct str title;
	struct screen *page;

	if (a->top->ops->where == WHERE_TEXT && where == WHERE_TEXT) {
		app_say(a, STYLE_NORMAL, "%s", _("{exit} goes back; {search} finds; the arrows move."));
		return;
	}
	str_init(&title, 256);
	str_addf(&title, _("Help: %s (type to narrow, Enter runs, Esc goes back)"), where_name(where));
	page = sheet_new(a, title.p);
	n_entries = 0;
	add(a, page, where, where);
	if (where != WHERE_ALL)
		add(a, page, WHERE_ALL, where);
	sheet_filter(page);
	sheet_indent(page, 17);
	sheet_on_enter(page, chosen, NULL);
	str_release(&title);
}
