/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * look: the settings of the screens, and the sections [bind CONTEXT].
 */
#include "priv.h"

/* One of a few words. */
static int take_word(struct reading *r, struct slice k, struct slice v, const char *const *words, const char *want, char **out, struct err *err)
{
	for (size_t i = 0; words[i]; i++) {
		if (sl_iis(v, words[i])) {
			conf_set(out, sl(words[i]));
			return 0;
		}
	}
	return conf_bad(r, k, v, want, err);
}

static int take_number(struct reading *r, struct slice k, struct slice v, unsigned max, unsigned *out, struct err *err)
{
	uint64_t n = 0;

	if (!sl_iis(v, "no") && sl_u64(v, max, &n) != 0)
		return conf_bad(r, k, v, _("a number, or no"), err);
	*out = (unsigned)n;
	return 0;
}

static int take_time(struct reading *r, struct slice k, struct slice v, unsigned *out, struct err *err)
{
	if (sl_iis(v, "no")) {
		*out = 0;
		return 0;
	}
	return conf_duration(v, out) == 0 ? 0 : conf_bad(r, k, v, _("a time such as 10s or 5m, or no"), err);
}

static int take_words(struct reading *r, struct slice k, struct slice v, struct err *err)
{
	static const char *const maps[] = { "mutt", "alpine", "vi", NULL }, *const themes[] = { "dark", "light", "mono", NULL },
		*const receipts[] = { "never", "ask", "always", NULL }, *const layouts[] = { "auto", "list", "below", "beside", NULL }, *const bars[] = { "auto", "yes", "no", NULL };
	struct conf_look *l = &r->conf->look;

	if (sl_is(k, "keys"))
		return take_word(r, k, v, maps, _("mutt, alpine or vi"), &l->keys, err);
	if (sl_is(k, "theme"))
		return take_word(r, k, v, themes, _("dark, light or mono"), &l->theme, err);
	if (sl_is(k, "receipts"))
		return take_word(r, k, v, receipts, _("never, ask or always"), &l->receipts, err);
	if (sl_is(k, "layout"))
		return take_word(r, k, v, layouts, _("auto, list, below or beside"), &l->layout, err);
	if (sl_is(k, "sidebar"))
		return take_word(r, k, v, bars, _("auto, yes or no"), &l->sidebar, err);
	return 1;
}

int look_take(struct reading *r, struct slice k, struct slice v, struct err *err)
{
	struct conf_look *l = &r->conf->look;
	int found = take_words(r, k, v, err);

	if (found != 1)
		return found;
	if (sl_is(k, "headers"))
		conf_set(&l->headers, v);
	else if (sl_is(k, "sort"))
		conf_set(&l->sort, v);
	else if (sl_is(k, "mouse"))
		return conf_no(r, k, v, &l->no_mouse, err);
	else if (sl_is(k, "hints"))
		return conf_no(r, k, v, &l->no_hints, err);
	else if (sl_is(k, "markdown"))
		return conf_bool(v, &l->markdown) == 0 ? 0 : conf_bad(r, k, v, _("yes or no"), err);
	else if (sl_is(k, "editor"))
		conf_set(&l->editor, v);
	else if (sl_is(k, "speller"))
		conf_set(&l->speller, v);
	else if (sl_is(k, "address-book"))
		return conf_take_path(r, k, v, &l->address_book, err);
	else if (sl_is(k, "attach-words"))
		conf_set(&l->attach_words, v);
	else if (sl_is(k, "trusted-authserv"))
		conf_set(&l->trusted_authserv, v);
	else if (sl_is(k, "receipts-for"))
		return addrs_parse_typed(v, &l->receipts_for, err) == 0 ? 0 : conf_bad(r, k, v, _("addresses"), err);
	else if (sl_is(k, "save-to"))
		return conf_take_path(r, k, v, &l->save_to, err);
	else if (sl_is(k, "wrap"))
		return take_number(r, k, v, 998, &l->wrap, err);
	else if (sl_is(k, "warn-recipients"))
		return take_number(r, k, v, 100000, &l->warn_rcpts, err);
	else if (sl_is(k, "undo-send"))
		return take_time(r, k, v, &l->undo_send, err);
	else if (sl_is(k, "fetch-every"))
		return take_time(r, k, v, &l->fetch_every, err);
	else
		return 1;
	return 0;
}

int look_enter_bind(struct reading *r, struct slice name, struct err *err)
{
	(void)r;
	(void)name;
	(void)err;
	return 0;
}

int look_bind(struct reading *r, struct slice k, struct slice v, struct err *err)
{
	struct conf_look *l = &r->conf->look;
	struct slice rest = r->section, word;

	(void)err;
	sl_word(&rest, &word);
	l->binds = mem_array(l->binds, l->n_binds + 1, sizeof(*l->binds));
	l->binds[l->n_binds++] = (struct conf_bind){ sl_dup(sl_trim(rest)), sl_dup(k), sl_dup(v), r->line };
	return 0;
}

void look_init(struct conf *c)
{
	c->look = (struct conf_look){ .wrap = 72, .warn_rcpts = 10, .undo_send = 10, .fetch_every = 300 };
}

static void word_or(char **field, const char *word)
{
	if (!*field)
		*field = mem_strdup(word);
}

void look_finish(struct conf *c)
{
	struct conf_look *l = &c->look;

	word_or(&l->keys, "mutt");
	word_or(&l->theme, "dark");
	word_or(&l->sort, "thread");
	word_or(&l->layout, "auto");
	word_or(&l->sidebar, "auto");
	word_or(&l->receipts, "ask");
	if (!l->address_book)
		l->address_book = path_join(c->data, "addresses");
	if (!l->save_to)
		l->save_to = path_expand("~");
}

void look_release(struct conf *c)
{
	struct conf_look *l = &c->look;
	char *const own[] = { l->keys, l->theme, l->headers, l->sort, l->layout, l->sidebar, l->editor, l->speller,
		l->address_book, l->attach_words, l->trusted_authserv, l->save_to, l->receipts };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	addrs_release(&l->receipts_for);
	for (size_t i = 0; i < l->n_binds; i++) {
		free(l->binds[i].context);
		free(l->binds[i].key);
		free(l->binds[i].command);
	}
	free(l->binds);
}
