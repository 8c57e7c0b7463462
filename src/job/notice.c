/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * notice: mail that reports back is read as it comes, so that what was sent says what
 * became of it.  The notice stays mail; in the list it belongs to the message it is about.
 */
#include "priv.h"
#include <unistd.h>

struct hearing { struct front *front; char *message_id; };

static void heard(void *ctx, const struct track *t, size_t k, const struct track_event *e, bool counts)
{
	struct hearing *h = ctx;

	if (!h->message_id)
		h->message_id = mem_strdup(t->message_id);
	if (counts)
		front_item(h->front, "heard", "addr", t->rcpt[k].addr, "state", track_word(e->state), "code", e->code, "text", e->text,
			"subject", t->subject, NULL);
}

/* The notice comes below what it is about. */
static int fold(struct state *state, struct folders *folders, const struct env *notice, struct slice header, char *about, struct err *err)
{
	struct env parent = { .message_id = about };
	uint64_t child = index_ident(notice, header), to = index_ident(&parent, SL_NONE);

	if (child == to)
		return 0;
	if (state_edit_put(state, child, to, err) != 0)
		return -1;
	return folders ? index_thread_edit(folders_index(folders), child, to, err) : 0;
}

/* Who a notice is: its Message-ID, or what is in it. */
static void name_of(const struct env *env, struct slice header, struct str *out)
{
	if (env->message_id)
		str_adds(out, env->message_id);
	else
		str_addf(out, "%016llx", (unsigned long long)index_ident(env, header));
}

static int read_header(int fd, struct slice mem, struct str *out, struct err *err)
{
	if (fd < 0)
		return str_addsl(out, sl_head(sl_head(mem, hdr_length(mem)), out->max)), 0;
	return hdr_read(fd, 0, out) == 0 ? 0 : err_sys(err, "%s", _("A message can't be read"));
}

static bool is_notice(const struct report *r)
{
	return r->kind == REPORT_DSN || r->kind == REPORT_MDN || r->kind == REPORT_BOUNCE;
}

int notice_hear(struct front *front, struct state *state, struct folders *folders, int fd, struct slice mem, struct err *err)
{
	struct mime_tree *tree = fd >= 0 ? mime_parse_fd(fd, 0, -1, &mime_limits_default, err) : mime_parse_mem(mem, &mime_limits_default);
	struct hearing h = { .front = front };
	struct report rep = { 0 };
	struct str header, name;
	struct env env;
	int r = -1;

	if (!tree)
		return -1;
	str_init(&header, 1 << 20);
	str_init(&name, 4096);
	if (report_read(tree, fd, mem, &rep, err) == 0 && read_header(fd, mem, &header, err) == 0) {
		env_parse(str_sl(&header), &mime_limits_default, &env);
		name_of(&env, str_sl(&header), &name);
		r = track_hear(state, &rep, name.p, rt_now() / 1000000, heard, &h, err);
		/* sent by another program: the notice names it all the same */
		if (r == 0 && is_notice(&rep))
			h.message_id = mem_strdup(rep.message_id);
		if (r >= 0 && r != 2 && h.message_id && h.message_id[0])
			r = fold(state, folders, &env, str_sl(&header), h.message_id, err);
		env_release(&env);
	}
	free(h.message_id);
	report_release(&rep);
	str_release(&name);
	str_release(&header);
	tree_free(&tree);
	return MIN(r, 0);
}

/* ---- as they are fetched ---- */

#define HEAD_MAX 16384          /* what tells a notice stands near the beginning */

void notices_init(struct notices *x)
{
	*x = (struct notices){ .maybe = map_new() };
	str_init(&x->head, HEAD_MAX);
}

void notices_release(struct notices *x)
{
	str_release(&x->head);
	map_free(&x->maybe);
	for (size_t i = 0; i < x->n; i++)
		free(x->v[i]);
	free(x->v);
}

void notices_begin(struct notices *x)
{
	str_clear(&x->head);
}

void notices_bytes(struct notices *x, struct slice bytes)
{
	str_addsl(&x->head, sl_head(bytes, HEAD_MAX - x->head.n));
}

void notices_end(struct notices *x, const char *uid)
{
	struct slice head = str_sl(&x->head);

	if (report_maybe(sl_head(head, hdr_length(head))))
		map_put(x->maybe, sl(uid), x);
}

void notices_file(struct notices *x, const char *uid, const char *file)
{
	if (!map_get(x->maybe, sl(uid)))
		return;
	mem_grow(x->v, x->n, x->cap);
	x->v[x->n++] = mem_strdup(file);
}

struct newcomers {
	struct front *front; const struct conf *conf;
	struct maildir box; struct state *state; struct folders *folders;
};

static int open_rest(struct newcomers *x, struct err *err)
{
	char *path;
	int r;

	if (x->state)
		return 0;
	path = path_join(x->conf->data, "state.db");
	r = state_open(&x->state, path, err);
	free(path);
	return r == 0 ? folders_open(&x->folders, x->conf, err) : -1;
}

static int one_new(struct newcomers *x, const char *file, struct err *err)
{
	struct entry e = { 0 };
	struct str name;
	int fd = -1, r = 0;

	str_init(&name, 1024);
	if (maildir_find(&x->box, entry_base(file), &name, &e.fresh, err) == 1) {
		e.name = name.p;
		fd = maildir_entry_open(&x->box, &e, err);
	}
	/* moved or removed by somebody meanwhile: it is read when it is met again */
	if (fd >= 0)
		r = open_rest(x, err) == 0 ? notice_hear(x->front, x->state, x->folders, fd, SL_NONE, err) : -1;
	if (fd >= 0)
		fs_close(&fd);
	str_release(&name);
	return r;
}

int notices_read(struct notices *n, struct front *front, const struct conf *conf, const char *inbox, struct err *err)
{
	struct newcomers x = { .front = front, .conf = conf };
	int r = 0;

	if (n->n == 0)
		return 0;
	r = maildir_open(&x.box, inbox, false, err);
	if (r != 0)
		return -1;
	for (size_t i = 0; i < n->n && r == 0; i++)
		r = one_new(&x, n->v[i], err);
	folders_close(&x.folders);
	state_close(&x.state);
	maildir_close(&x.box);
	return r;
}
