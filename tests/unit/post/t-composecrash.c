/* SPDX-License-Identifier: GPL-3.0-or-later
 * compose: saving, postponing and queueing, killed at each file call and with each
 * file call failing: what was written is there at least once, whole, with its file
 * (P5, P9, P10, P11) */
#include "../job/crash.h"
#include "post/post.h"
#include <dirent.h>
#include <unistd.h>

static const char old_text[] = "the older words\n", new_text[] = "the newer words, and more of them\n";
static const struct slice file_bytes = { "\0\1\r\n\xff bytes", 11 };

struct world {
	char *home, *drafts, id[64];
	struct conf conf;
	struct err err;
	bool keep;              /* a draft lies in Drafts, from which it came  */
};

static void world_start(struct world *w)
{
	char *path;

	memset(w, 0, sizeof(*w));
	w->home = tbox_dir();
	path = tbox_path("%s/config", w->home);
	tbox_put(path, SL("mail = /nowhere\n[account home]\naddress = me@x.test\n"));
	setenv("XDG_DATA_HOME", w->home, 1);
	if (conf_load(&w->conf, path, &w->err) != 0)
		tap_note("%s", w->err.text);
	free(w->conf.drafts);
	w->conf.drafts = tbox_path("%s/Drafts", w->home);
	free(path);
}

static void world_end(struct world *w)
{
	fs_remove_tree(FS_CWD, w->home);
	conf_release(&w->conf);
	free(w->home);
}

static void set_text(struct compose *c, const char *text)
{
	free(c->text);
	c->text = mem_strdup(text);
}

/* A message that was saved with the older words and a file. */
static void prepare(struct world *w)
{
	struct compose c;
	struct src src;

	compose_init(&c, &w->conf, NULL);
	set_text(&c, old_text);
	free(c.to);
	c.to = mem_strdup("a@y.test");
	src_mem(&src, file_bytes);
	if (compose_attach_src(&c, &src, "file.bin", NULL, &w->err) != 0 || compose_save(&c, &w->err) != 0)
		tap_note("%s", w->err.text);
	src_release(&src);
	snprintf(w->id, sizeof(w->id), "%s", c.id);
	compose_release(&c);
}

/* ---- what is there ---- */

static bool file_has(int dir, const char *name, struct slice bytes)
{
	struct err own = ERR_INIT;
	struct str s;
	struct sink sink;
	struct src src;
	int fd = fs_open(dir, name, 0, 0);
	bool has;

	if (fd < 0)
		return false;
	str_init(&s, STR_MAX);
	sink_str(&sink, &s);
	src_range(&src, fd, 0, -1);
	has = src_copy(&src, &sink, &own) == 0 && sl_search(str_sl(&s), bytes) >= 0;
	src_release(&src);
	fs_close(&fd);
	str_release(&s);
	return has;
}

/* Files of a folder that hold these bytes. */
static int holding(const char *folder, const char *bytes)
{
	DIR *d = opendir(folder);
	const struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			n += file_has(dirfd(d), e->d_name, sl(bytes));
	if (d)
		closedir(d);
	return n;
}

static int in_drafts(const struct world *w, const char *text)
{
	char *cur = tbox_path("%s/cur", w->conf.drafts), *new = tbox_path("%s/new", w->conf.drafts);
	int n = holding(cur, text) + holding(new, text);

	free(cur);
	free(new);
	return n;
}

struct saved { const char *text; int n; bool whole; };

static int look(void *ctx, const char *id, bool locked, const struct compose *c)
{
	struct saved *s = ctx;

	(void)id;
	(void)locked;
	if (strcmp(c->text, s->text) != 0)
		return 0;
	s->n++;
	s->whole = c->n_files == 1 && tbox_has(c->files[0].path, file_bytes) && !strcmp(c->to, "a@y.test");
	return 0;
}

static struct saved in_folder(struct world *w, const char *text)
{
	struct saved s = { .text = text };
	struct err own = ERR_INIT;

	if (compose_each(&w->conf, look, &s, &own) != 0)
		s.n = -1;
	return s;
}

static int open_office(const struct conf *conf, struct state **s, struct outbox **o, struct err *err)
{
	char *db = path_join(conf->data, "state.db"), *dir = path_join(conf->data, "outbox");
	int r = fs_mkdirs(conf->data, err);

	*s = NULL;
	*o = NULL;
	if (r == 0)
		r = state_open(s, db, err);
	if (r == 0)
		r = outbox_open(o, dir, *s, err);
	free(db);
	free(dir);
	if (r != 0)
		state_close(s);
	return r;
}

static int in_outbox(struct world *w, const char *text)
{
	struct err own = ERR_INIT;
	struct items all = { 0 };
	struct outbox *o;
	struct state *s;
	int n = 0;

	if (open_office(&w->conf, &s, &o, &own) != 0)
		return -1;
	if (outbox_list(o, &all, &own) != 0)
		n = -1;
	for (size_t i = 0; i < all.n && n >= 0; i++) {
		char *dir = tbox_path("%s/outbox/%s", w->conf.data, all.v[i].id);

		n += holding(dir, text);
		free(dir);
	}
	items_release(&all);
	outbox_close(&o);
	state_close(&s);
	return n;
}

/* ---- work ---- */

static int load(struct world *w, struct compose *c)
{
	if (compose_load(c, &w->conf, w->id, &w->err) != 0)
		return -1;
	set_text(c, new_text);
	return 0;
}

static int save(void *ctx)
{
	struct world *w = ctx;
	struct compose c;
	int r = load(w, &c);

	if (r != 0)
		return -1;
	r = compose_save(&c, &w->err);
	compose_release(&c);
	return r;
}

static int first_save(void *ctx)
{
	struct world *w = ctx;
	struct compose c;
	struct src src;
	int r;

	compose_init(&c, &w->conf, NULL);
	set_text(&c, new_text);
	free(c.to);
	c.to = mem_strdup("a@y.test");
	src_mem(&src, file_bytes);
	r = compose_attach_src(&c, &src, "file.bin", NULL, &w->err);
	src_release(&src);
	if (r == 0)
		r = compose_save(&c, &w->err);
	compose_release(&c);
	return r;
}

/* Twice: the second is what became of the first, which it takes the place of. */
static int postpone(void *ctx)
{
	struct world *w = ctx;
	struct compose c;
	int r = load(w, &c);

	if (r != 0)
		return -1;
	if (w->keep) {
		struct str where;
		DIR *d;
		const struct dirent *e;
		char *cur = tbox_path("%s/cur", w->conf.drafts);

		str_init(&where, 8192);
		d = opendir(cur);
		while (d && (e = readdir(d)))
			if (e->d_name[0] != '.')
				str_addf(&where, "%s\n%llx", w->conf.drafts, (unsigned long long)entry_key(e->d_name));
		if (d)
			closedir(d);
		free(cur);
		c.draft = str_detach(&where);
	}
	r = compose_postpone(&c, &w->conf, &w->err);
	compose_release(&c);
	return r;
}

static int queue(void *ctx)
{
	struct world *w = ctx;
	struct outbox *o;
	struct state *s;
	struct compose c;
	char id[64];
	int r;

	if (open_office(&w->conf, &s, &o, &w->err) != 0)
		return -1;
	r = load(w, &c);
	if (r == 0) {
		r = compose_queue(&c, &w->conf, o, id, &w->err);
		compose_release(&c);
	}
	outbox_close(&o);
	state_close(&s);
	return r;
}

/* ---- what must hold ---- */

struct plan {
	const char *what;
	int (*work)(void *);
	void (*before)(struct world *);
	const char *(*check)(struct world *, bool done);
};

static const char *check_save(struct world *w, bool done)
{
	struct saved was = in_folder(w, old_text), is = in_folder(w, new_text);

	if (done && is.n != 1)
		return "it said it was saved";
	if (was.n + is.n != 1)
		return "neither the old words nor the new ones";
	return (was.n ? was : is).whole ? NULL : "it lost its file";
}

static const char *check_first(struct world *w, bool done)
{
	struct saved is = in_folder(w, new_text);

	if (is.n < 0)
		return "the folder can't be listed";
	return done && (is.n != 1 || !is.whole) ? "it said it was saved" : NULL;
}

static const char *check_postpone(struct world *w, bool done)
{
	struct saved was = in_folder(w, old_text);
	int drafts = in_drafts(w, new_text);

	if (done && drafts != 1)
		return "it said it was in Drafts";
	if (was.n == 0 && drafts == 0)
		return "the message is nowhere";
	if (was.n && !was.whole)
		return "it lost its file";
	if (was.n < 0 || was.n > 1 || drafts > 1)
		return "there are more than one";
	if (w->keep && drafts == 0 && in_drafts(w, "an earlier draft") != 1)
		return "the earlier draft went too early";
	return NULL;
}

static const char *check_queue(struct world *w, bool done)
{
	struct saved was = in_folder(w, old_text), is = in_folder(w, new_text);
	int queued = in_outbox(w, new_text);

	if (done && queued != 1)
		return "it said it was queued";
	if (was.n == 0)
		was = is;               /* it is saved before it is queued */
	if (was.n == 0 && queued == 0)
		return "the message is nowhere";
	if (was.n && !was.whole)
		return "it lost its file";
	return was.n < 0 || was.n > 1 || queued < 0 || queued > 1 ? "there are more than one" : NULL;
}

/* P8: what is queued again after a crash, as it was, has the same Message-ID; with
 * other words it has another. */
static int ids_in_outbox(struct world *w, int *n)
{
	struct err own = ERR_INIT;
	struct items all = { 0 };
	struct outbox *o;
	struct state *s;
	int kinds = 0;

	*n = 0;
	if (open_office(&w->conf, &s, &o, &own) != 0 || outbox_list(o, &all, &own) != 0)
		return -1;
	*n = (int)all.n;
	for (size_t i = 0; i < all.n; i++) {
		bool known = false;

		for (size_t k = 0; k < i; k++)
			known = known || strcmp(all.v[k].env.message_id, all.v[i].env.message_id) == 0;
		kinds += !known;
	}
	items_release(&all);
	outbox_close(&o);
	state_close(&s);
	return kinds;
}

static void t_same_id(void)
{
	int twice = 0, bad = 0, other = 0, n, r, kinds;
	struct world w;
	long at = 0;

	do {
		world_start(&w);
		prepare(&w);
		r = crash_at(++at, queue, &w);
		if (r == 1 && in_folder(&w, new_text).n == 1) {
			queue(&w);      /* the same words again */
			kinds = ids_in_outbox(&w, &n);
			twice += n == 2;
			bad += kinds != 1;
		}
		world_end(&w);
	} while (r == 1);
	ok(twice > 0 && bad == 0, "P8: queued twice after a crash (%d times), it bears one Message-ID", twice);
	for (long k = at; k > 0 && !other; k--) {
		world_start(&w);
		prepare(&w);
		if (crash_at(k, queue, &w) == 1 && in_folder(&w, new_text).n == 1 && in_outbox(&w, new_text) == 1) {
			struct compose c;
			struct outbox *o;
			struct state *s;
			char id[64];

			open_office(&w.conf, &s, &o, &w.err);
			compose_load(&c, &w.conf, w.id, &w.err);
			set_text(&c, "other words\n");
			compose_queue(&c, &w.conf, o, id, &w.err);
			compose_release(&c);
			outbox_close(&o);
			state_close(&s);
			other = ids_in_outbox(&w, &n);
		}
		world_end(&w);
	}
	is_int(other, 2, "... with other words it is another message");
}

static void with_draft(struct world *w)
{
	struct box_meta meta = { .flags = FLAG_DRAFT | FLAG_SEEN, .received = 1700000000 };
	struct box_put *put = NULL;
	struct src src;

	prepare(w);
	w->keep = true;
	src_mem(&src, SL("Subject: x\n\nan earlier draft\n"));
	if (box_create(w->conf.drafts, BOX_MAILDIR, &w->err) != 0 || box_put_open(&put, w->conf.drafts, "", &w->err) != 0 ||
	    box_put(put, &src, &meta, NULL, &w->err) != 0 || box_put_commit(put, NULL, NULL, &w->err) != 0)
		tap_note("%s", w->err.text);
	box_put_close(&put);
}

static void nothing(struct world *w)
{
	(void)w;
}

static const struct plan plans[] = {
	{ "the first save", first_save, nothing, check_first },
	{ "a save", save, prepare, check_save },
	{ "postponing", postpone, prepare, check_postpone },
	{ "postponing a draft again", postpone, with_draft, check_postpone },
	{ "queueing", queue, prepare, check_queue },
};

static void undisturbed(const struct plan *p)
{
	struct world w;
	const char *bad;
	int r;

	world_start(&w);
	p->before(&w);
	r = p->work(&w);
	is_int(r, 0, "%s, undisturbed: %s", p->what, w.err.text);
	bad = p->check(&w, true);
	ok(!bad, "... does what it says: %s", bad ? bad : "yes");
	if (p->check != check_save && p->check != check_first)
		is_int(in_folder(&w, old_text).n + in_folder(&w, new_text).n, 0, "... and leaves nothing behind");
	if (w.keep)
		is_int(in_drafts(&w, "an earlier draft"), 0, "... nor the earlier draft");
	world_end(&w);
}

static void kills(const struct plan *p)
{
	const char *bad = NULL;
	struct world w;
	long n = 0;
	int r;

	do {
		world_start(&w);
		p->before(&w);
		r = crash_at(++n, p->work, &w);
		bad = r < 0 ? "the work failed" : p->check(&w, r == 0);
		/* and the next one can go on */
		if (!bad && p->before != nothing && in_folder(&w, old_text).n + in_folder(&w, new_text).n == 1 && p->work(&w) != 0)
			bad = w.err.text;
		if (bad)
			tap_note("killed at chance %ld: %s", n, bad);
		world_end(&w);
	} while (!bad && r == 1);
	ok(!bad && n > 10, "%s, killed at each of %ld chances", p->what, n - 1);
}

static void faults(const struct plan *p, enum fault f, bool sticky)
{
	const char *bad = NULL;
	bool reached = true;
	int failed = 0;
	struct world w;
	long n = 0;

	while (!bad && reached) {
		int r, fds;

		world_start(&w);
		p->before(&w);
		fds = tap_open_fds();
		w.err = (struct err)ERR_INIT;
		fault_set(f, ++n, sticky);
		r = p->work(&w);
		reached = fault_off();
		failed += r != 0;
		if (tap_open_fds() != fds)
			bad = "I15: a descriptor was left open";
		else if (r != 0 && (w.err.kind == ERR_NONE || !w.err.text[0]))
			bad = "I17: it failed without a word";
		else if (r != 0 && (f == FAULT_EINTR || f == FAULT_SHORT))
			bad = "it failed where it should go on";
		else
			bad = p->check(&w, r == 0);
		if (bad)
			tap_note("call %ld, %s, %s: %s", n, fault_call(), w.err.text, bad);
		world_end(&w);
	}
	ok(!bad && n > 10, "%s, %s at each of %ld calls%s (%d failed)", p->what, fault_names[f], n - 1, sticky ? " and ever after" : "", failed);
}

int main(void)
{
	crash_init();
	t_same_id();
	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		undisturbed(&plans[i]);
		kills(&plans[i]);
		for (int f = FAULT_ENOSPC; f <= FAULT_EINTR; f++)
			faults(&plans[i], (enum fault)f, false);
		faults(&plans[i], FAULT_ENOSPC, true);
		faults(&plans[i], FAULT_EIO, true);
	}
	return tap_done();
}
