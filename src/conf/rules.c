/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rules: the sections [filter NAME], [search NAME] and [folder NAME].
 */
#include "priv.h"

int rules_filter(struct reading *r, struct slice k, struct slice v, struct err *err)
{
	struct conf_filter *f = &r->conf->filters[r->at];

	if (sl_is(k, "pattern")) {
		conf_set(&f->pattern, v);
		f->line = r->line;
	} else if (sl_is(k, "move")) {
		conf_set(&f->move, v);
	} else if (sl_is(k, "flag")) {
		conf_set(&f->flags, v);
	} else if (sl_is(k, "stop")) {
		if (conf_bool(v, &f->stop) != 0)
			return conf_bad(r, k, v, _("yes or no"), err);
	} else {
		return 1;
	}
	return 0;
}

int rules_enter_filter(struct reading *r, struct slice name, struct err *err)
{
	struct conf *c = r->conf;

	(void)err;
	for (r->at = 0; r->at < c->n_filters; r->at++)
		if (sl_is(name, c->filters[r->at].name))
			return 0;
	c->filters = mem_array(c->filters, c->n_filters + 1, sizeof(*c->filters));
	c->filters[c->n_filters++] = (struct conf_filter){ .name = sl_dup(name), .stop = true, .line = r->line };
	return 0;
}

int rules_search(struct reading *r, struct slice k, struct slice v, struct err *err)
{
	(void)err;
	if (!sl_is(k, "pattern"))
		return 1;
	conf_set(&r->conf->searches[r->at].pattern, v);
	return 0;
}

int rules_enter_search(struct reading *r, struct slice name, struct err *err)
{
	struct conf *c = r->conf;

	(void)err;
	for (r->at = 0; r->at < c->n_searches; r->at++)
		if (sl_is(name, c->searches[r->at].name))
			return 0;
	c->searches = mem_array(c->searches, c->n_searches + 1, sizeof(*c->searches));
	c->searches[c->n_searches++] = (struct conf_search){ .name = sl_dup(name) };
	return 0;
}

int rules_folder(struct reading *r, struct slice k, struct slice v, struct err *err)
{
	if (!sl_is(k, "index-text"))
		return 1;
	return conf_no(r, k, v, &r->conf->folders[r->at].no_text, err);
}

int rules_enter_folder(struct reading *r, struct slice name, struct err *err)
{
	struct conf *c = r->conf;

	(void)err;
	for (r->at = 0; r->at < c->n_folders; r->at++)
		if (sl_is(name, c->folders[r->at].path))
			return 0;
	c->folders = mem_array(c->folders, c->n_folders + 1, sizeof(*c->folders));
	c->folders[c->n_folders++] = (struct conf_folder){ .path = sl_dup(name) };
	return 0;
}

int rules_finish(struct conf *c, struct err *err)
{
	for (size_t i = 0; i < c->n_folders; i++)
		conf_place(c, &c->folders[i].path);
	for (size_t i = 0; i < c->n_filters; i++) {
		struct conf_filter *f = &c->filters[i];

		if (!f->pattern)
			return err_set(err, ERR_CONFIG, _("%s:%u: The filter %s has no pattern."), c->path, f->line, f->name);
		if (!f->move && !f->flags)
			return err_set(err, ERR_CONFIG, _("%s:%u: The filter %s does nothing. Add move = FOLDER or flag = +flagged."), c->path, f->line, f->name);
		if (f->move)
			conf_place(c, &f->move);
	}
	for (size_t i = 0; i < c->n_searches; i++)
		if (!c->searches[i].pattern)
			return err_set(err, ERR_CONFIG, _("%s: The search %s has no pattern."), c->path, c->searches[i].name);
	return 0;
}

void rules_release(struct conf *c)
{
	for (size_t i = 0; i < c->n_filters; i++) {
		free(c->filters[i].name);
		free(c->filters[i].pattern);
		free(c->filters[i].move);
		free(c->filters[i].flags);
	}
	for (size_t i = 0; i < c->n_searches; i++) {
		free(c->searches[i].name);
		free(c->searches[i].pattern);
	}
	for (size_t i = 0; i < c->n_folders; i++)
		free(c->folders[i].path);
	free(c->filters);
	free(c->searches);
	free(c->folders);
}
