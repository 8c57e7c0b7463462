/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * keys: which keys mean which command: the map that was chosen, then what [bind]
 * sections say.
 */
#include "priv.h"

static const char *keys_in_map(const struct cmd *c, const char *map)
{
	if (strcmp(map, "alpine") == 0 && c->alpine)
		return c->alpine;
	if (strcmp(map, "vi") == 0 && c->vi)
		return c->vi;
	return c->keys ? c->keys : "";
}

static struct binding *add(struct keymap *m, enum where where, const key_code *keys, size_t n)
{
	mem_grow(m->v, m->n, m->cap);
	m->v[m->n] = (struct binding){ .where = where, .n = n };
	memcpy(m->v[m->n].keys, keys, n * sizeof(*keys));
	return &m->v[m->n++];
}

static void add_defaults(struct keymap *m, enum where where, const char *map)
{
	key_code keys[KEYS_MAX];

	for (const struct cmd *c = cmd_next(where, NULL); c; c = cmd_next(where, c)) {
		struct slice rest = sl(keys_in_map(c, map)), word;

		while (sl_word(&rest, &word)) {
			int n = keys_parse(word, keys, KEYS_MAX);

			bug_on(n <= 0);
			add(m, where, keys, (size_t)n)->cmd = c;
		}
	}
}

/* ---- what a person binds ---- */

static void unbind(struct keymap *m, enum where where, const key_code *keys, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < m->n; i++) {
		struct binding *b = &m->v[i];

		if (b->where == where && b->line == 0 && b->n == n && memcmp(b->keys, keys, n * sizeof(*keys)) == 0)
			continue;
		m->v[to++] = *b;
	}
	m->n = to;
}

/* Keys of the one begin the other: then the longer is never reached. */
static const struct binding *collides(const struct keymap *m, enum where where, const key_code *keys, size_t n)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct binding *b = &m->v[i];

		if (b->where == where && memcmp(b->keys, keys, MIN(b->n, n) * sizeof(*keys)) == 0 &&
		    !(MIN(b->n, n) == 1 && keys[0] == 27 && b->n != n))
			return b;
	}
	return NULL;
}

static int collision(const struct conf *conf, const struct conf_bind *b, const struct binding *other, struct err *err)
{
	struct str keys;

	str_init(&keys, 256);
	keys_format(other->keys, other->n, &keys);
	if (other->line)
		err_set(err, ERR_CONFIG, _("%s:%u: The key %s collides with %s of line %u. Only one of them can work."), conf->path, b->line, b->key, keys.p, other->line);
	else
		err_set(err, ERR_CONFIG, _("%s:%u: The key %s collides with %s, which is %s. Free that one first: %s = nothing"),
			conf->path, b->line, b->key, keys.p, other->cmd ? other->cmd->name : "", keys.p);
	str_release(&keys);
	return -1;
}

static int bind_command(const struct conf *conf, const struct conf_bind *b, struct binding *to, struct err *err)
{
	struct slice rest = sl(b->command), word = SL_NONE;

	/* <function> as in mutt's macros: the whole is kept, cmd_run takes it apart. */
	if (b->command[0] == '<' && strchr(b->command + 1, '<')) {
		to->macro = mem_strdup(b->command);
		return 0;
	}
	if (rest.n > 2 && rest.p[0] == '<' && rest.p[rest.n - 1] == '>')
		rest = sl_make(rest.p + 1, rest.n - 2);
	sl_word(&rest, &word);
	to->cmd = cmd_find(to->where, word);
	if (!to->cmd)
		return err_set(err, ERR_CONFIG, _("%s:%u: There is no command \"" SL_FMT "\" in %s. The help screen lists them."),
			conf->path, b->line, SL_ARG(word), b->context);
	rest = sl_trim(rest);
	if (rest.n)
		to->arg = sl_dup(rest);
	return 0;
}

static int bind_one(struct keymap *m, const struct conf *conf, const struct conf_bind *b, struct err *err)
{
	const struct binding *other;
	key_code keys[KEYS_MAX];
	struct binding *to;
	enum where where;
	int n;

	if (where_by_name(sl(b->context), &where) != 0)
		return err_set(err, ERR_CONFIG, _("%s:%u: There are no keys of \"%s\". Write all, list, message, parts, compose, editor, mailboxes, outbox, delivery, text or pick."),
			conf->path, b->line, b->context);
	n = keys_parse(sl(b->key), keys, KEYS_MAX);
	if (n <= 0)
		return err_set(err, ERR_CONFIG, _("%s:%u: \"%s\" names no key. Write such as ^A, <F2>, <Esc>a or ,x."), conf->path, b->line, b->key);
	unbind(m, where, keys, (size_t)n);
	if (strcmp(b->command, "nothing") == 0 || strcmp(b->command, "noop") == 0)
		return 0;
	other = collides(m, where, keys, (size_t)n);
	if (other)
		return collision(conf, b, other, err);
	to = add(m, where, keys, (size_t)n);
	to->line = b->line;
	return bind_command(conf, b, to, err);
}

int keymap_make(struct keymap *m, const struct conf *conf, struct err *err)
{
	*m = (struct keymap){ 0 };
	for (int w = 0; w < WHERE_COUNT; w++)
		add_defaults(m, (enum where)w, conf->look.keys);
	for (size_t i = 0; i < conf->look.n_binds; i++) {
		if (bind_one(m, conf, &conf->look.binds[i], err) != 0) {
			keymap_release(m);
			return -1;
		}
	}
	return 0;
}

int ui_check(const struct conf *conf, struct err *err)
{
	struct keymap m;

	if (keymap_make(&m, conf, err) != 0)
		return -1;
	keymap_release(&m);
	return 0;
}

int ui_keys(const struct conf *conf, struct str *out, struct err *err)
{
	struct keymap m;
	struct str keys;

	if (keymap_make(&m, conf, err) != 0)
		return -1;
	str_init(&keys, 4096);
	for (int w = 0; w < WHERE_COUNT; w++) {
		str_addf(out, "%s[%s]\n", w ? "\n" : "", where_name((enum where)w));
		for (const struct cmd *c = cmd_next((enum where)w, NULL); c; c = cmd_next((enum where)w, c)) {
			str_clear(&keys);
			keymap_all_keys_of(&m, (enum where)w, c, &keys);
			str_addf(out, "%-18s %-26s %s\n", keys.p, c->name, _(c->help));
		}
	}
	str_release(&keys);
	keymap_release(&m);
	return 0;
}

void keymap_release(struct keymap *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].arg);
		free(m->v[i].macro);
	}
	free(m->v);
	*m = (struct keymap){ 0 };
}

/* ---- looking up ---- */

static int find_in(const struct keymap *m, enum where where, const key_code *keys, size_t n, const struct binding **out)
{
	int best = -1;

	for (size_t i = 0; i < m->n; i++) {
		const struct binding *b = &m->v[i];

		if (b->where != where || b->n < n || memcmp(b->keys, keys, n * sizeof(*keys)) != 0)
			continue;
		if (b->n == n) {
			*out = b;
			return 1;
		}
		best = 0;
	}
	return best;
}

int keymap_find(const struct keymap *m, enum where where, const key_code *keys, size_t n, const struct binding **b)
{
	const struct binding *general = NULL;
	int own = find_in(m, where, keys, n, b), all;

	if (own == 1 || where == WHERE_ALL)
		return own;
	all = find_in(m, WHERE_ALL, keys, n, &general);
	if (own == 0)
		return 0;
	if (all == 1)
		*b = general;
	return all;
}

/* A key of all that the context has for something else does not reach its command. */
static bool reaches(const struct keymap *m, enum where where, const struct binding *b)
{
	const struct binding *found = NULL;

	return keymap_find(m, where, b->keys, b->n, &found) == 1 && found == b;
}

static void format_keys(const struct keymap *m, enum where where, const struct cmd *c, bool all, struct str *out)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct binding *b = &m->v[i];

		if (b->cmd != c || b->arg || !reaches(m, where, b))
			continue;
		if (out->n)
			str_addc(out, ' ');
		keys_format(b->keys, b->n, out);
		if (!all)
			return;
	}
}

bool keymap_key_of(const struct keymap *m, enum where where, const struct cmd *c, struct str *out)
{
	size_t before = out->n;

	if (c)
		format_keys(m, where, c, false, out);
	return out->n > before;
}

/* A key of the screen that is open; where that has the command under none, its name; else of
 * any other that has it. */
static bool name_key(const struct app *a, struct slice name, struct str *out)
{
	const struct cmd *c = cmd_find(a->top->ops->where, name);
	bool here = c != NULL;

	if (c && keymap_key_of(&a->keymap, a->top->ops->where, c, out))
		return true;
	for (int w = 0; w < WHERE_COUNT && !here; w++) {
		const struct cmd *other = cmd_find((enum where)w, name);

		if (other && keymap_key_of(&a->keymap, (enum where)w, other, out))
			return true;
		c = c ? c : other;
	}
	if (c)
		str_addf(out, ":" SL_FMT, SL_ARG(name));
	return c != NULL;
}

void keys_name(const struct app *a, const char *text, struct str *out)
{
	struct slice rest = sl(text), before, name;
	struct str key;

	str_init(&key, 256);
	while (sl_find(rest, '{') >= 0) {
		sl_cut(&rest, '{', &before);
		str_addsl(out, before);
		name = sl_head(rest, (size_t)MAX(sl_find(rest, '}'), 0));
		str_clear(&key);
		if (name.n && name_key(a, name, &key)) {
			str_addsl(out, str_sl(&key));
			rest = sl_skip(rest, name.n + 1);
		} else {
			str_addc(out, '{');
		}
	}
	str_addsl(out, rest);
	str_release(&key);
}

void keymap_all_keys_of(const struct keymap *m, enum where where, const struct cmd *c, struct str *out)
{
	format_keys(m, where, c, true, out);
}
