/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * thread: --join and --break: threads put right by hand.  The state database remembers it,
 * so that an index made anew knows it, too.
 */
#include "priv.h"

struct idents { uint64_t *v; size_t n; };

static int take_ident(void *ctx, const struct index_row *row)
{
	struct idents *ids = ctx;

	ids->v = mem_array(ids->v, ids->n + 1, sizeof(*ids->v));
	ids->v[ids->n++] = row->ident;
	return 0;
}

/* Copies of one message in several mailboxes are one message here. */
static int ident_of(struct folders *folders, const char *id, uint64_t *out, struct err *err)
{
	struct idents ids = { 0 };
	int r = index_by_id(folders_index(folders), 0, sl(id), take_ident, &ids, err);

	for (size_t i = 1; r >= 0 && i < ids.n; i++)
		if (ids.v[i] != ids.v[0])
			r = err_set(err, ERR_INPUT, _("%s means more than one message. Give more of its id."), id);
	if (r >= 0 && ids.n == 0)
		r = err_set(err, ERR_NOTFOUND, _("There is no message %s. pabal --list shows the ids."), id);
	if (ids.n)
		*out = ids.v[0];
	free(ids.v);
	return r < 0 ? -1 : 0;
}

static int edit(struct cli *c, struct folders *folders, struct state *state, bool join, struct err *err)
{
	uint64_t parent = 0, child = 0;

	if (join && ident_of(folders, c->number, &parent, err) != 0)
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		if (ident_of(folders, c->operands[i], &child, err) != 0)
			return -1;
		if (join && child == parent)
			return err_set(err, ERR_INPUT, _("%s can't be an answer to itself."), c->operands[i]);
		if (state_edit_put(state, child, parent, err) != 0 || index_thread_edit(folders_index(folders), child, parent, err) != 0)
			return -1;
	}
	return 0;
}

static int by_hand(struct cli *c, bool join)
{
	struct err err = ERR_INIT;
	struct folders *folders = NULL;
	struct state *state = NULL;
	char *ids = cli_ids(c), *path;
	struct conf conf;
	int code = EXIT_OK;

	if (!ids || (join && !cli_is_id(c->number))) {
		cli_say("%s", join ? _("--join takes the id of a message, and then those of its answers, as --list shows them.")
			: _("--break takes ids of messages, as --list shows them."));
		free(ids);
		return EXIT_USAGE;
	}
	free(ids);
	if (cli_conf(c, &conf, &code) != 0)
		return code;
	path = path_join(conf.data, "state.db");
	if (fs_mkdirs(conf.data, &err) != 0 || state_open(&state, path, &err) != 0 || folders_open(&folders, &conf, &err) != 0 ||
	    edit(c, folders, state, join, &err) != 0)
		code = cli_fail(&err);
	folders_close(&folders);
	state_close(&state);
	free(path);
	conf_release(&conf);
	return code;
}

int cli_join(struct cli *c)
{
	return by_hand(c, true);
}

int cli_break(struct cli *c)
{
	return by_hand(c, false);
}
