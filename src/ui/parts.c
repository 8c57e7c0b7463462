/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * parts: the MIME tree of a message: what each part is, and viewing, saving, piping and
 * removing it.
 */
#include "screens.h"
#include <fcntl.h>
#include <unistd.h>

struct parts {
	struct screen s;
	struct render *r;                       /* its own                          */
	int64_t id;
	struct part_rows rows;
	struct list at;
};
#define PARTS(s) ((struct parts *)(s))

static struct part_row *current_row(struct screen *s)
{
	struct parts *p = PARTS(s);

	return p->at.at < p->rows.n ? &p->rows.v[p->at.at] : NULL;
}

static const struct part *current(struct screen *s)
{
	struct part_row *row = current_row(s);

	return row ? row->part : NULL;
}

static void name_of(const struct part *p, struct str *out)
{
	if (p->filename)
		utf8_sanitize(out, sl(p->filename), CLEAN_LINE);
	else if (p->description)
		utf8_sanitize(out, sl(p->description), CLEAN_LINE);
}

static void parts_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct parts *p = PARTS(s);
	struct str line, type, size;

	str_init(&line, 8192);
	str_init(&type, 8192);
	str_init(&size, 8192);
	list_size(&p->at, p->rows.n, r.rows);
	for (int i = 0; i < r.rows && p->at.top + (uint64_t)i < p->rows.n; i++) {
		const struct part_row *row = &p->rows.v[p->at.top + (uint64_t)i];
		const struct part *q = row->part;
		int col = r.col + 1;

		str_clear(&line);
		str_clear(&size);
		utf8_sanitize(&line, sl(row->label), CLEAN_LINE);
		col += grid_put(g, r.row + i, col, 10, str_sl(&line), STYLE_DIM);
		col = r.col + 10 + (int)MIN(row->depth, 10) * 2;
		str_clear(&line);
		name_of(q, &line);
		if (r.cols >= 60 || !line.n) {          /* where both have no room the name says more */
			str_addf(&type, "%s/%s", q->type, q->subtype);
			utf8_sanitize(&size, str_sl(&type), CLEAN_LINE);
			str_clear(&type);
			col += grid_put_cut(g, r.row + i, col, 30, str_sl(&size), STYLE_NORMAL) + 2;
		}
		col = r.cols < 60 ? col : MAX(col, r.col + 36);
		grid_put_cut(g, r.row + i, col, MAX(r.col + r.cols - 8 - col, 0), str_sl(&line), STYLE_ATTACHMENT);
		str_clear(&size);
		fmt_size(&size, render_part_size(q));
		grid_put_right(g, r.row + i, r.col + r.cols - 7, 6, str_sl(&size), STYLE_NORMAL);
		if (p->at.top + (uint64_t)i == p->at.at)
			grid_style(g, (struct area){ r.row + i, r.col, 1, r.cols }, STYLE_CURSOR);
	}
	if (focus)
		grid_cursor(g, r.row + (int)(p->at.at - p->at.top), r.col, false);
	str_release(&line);
	str_release(&type);
	str_release(&size);
}

static void parts_title(struct screen *s, struct str *left, struct str *right)
{
	struct parts *p = PARTS(s);

	str_adds(left, _("Parts of: "));
	if (render_env(p->r))
		utf8_sanitize(left, sl(render_env(p->r)->subject), CLEAN_LINE);
	str_addf(right, "%llu/%zu", (unsigned long long)p->at.at + 1, p->rows.n);
}

static void parts_mouse(struct screen *s, const struct mouse *m, struct area r)
{
	move_mouse(s, m, r.row, 1, "view-attach");
}

static void parts_free(struct screen *s)
{
	part_rows_release(&PARTS(s)->rows);
	render_free(&PARTS(s)->r);
	free(s);
}

static struct list *rows(struct screen *s)
{
	return &PARTS(s)->at;
}

static const struct screen_ops ops = {
	.where = WHERE_PARTS, .title = parts_title, .draw = parts_draw, .mouse = parts_mouse, .rows = rows, .free = parts_free,
	.hints = "exit view-attach save-entry view-mailcap pipe-entry forward-entry delete-entry help",
};

struct looking { struct app *app; struct parts *parts; };

/* A part at a time; the cursor stays on its row. */
static bool look_inside(void *ctx)
{
	struct looking *l = ctx;
	struct parts *p = NULL;
	size_t before, place;
	bool more = false;

	for (struct screen *s = l->app->top; s; s = s->below)
		if (s == &l->parts->s)
			p = l->parts;
	if (p) {
		before = p->rows.n;
		place = p->rows.looked;
		more = part_rows_look(&p->rows, p->r);
		if (p->rows.n > before && p->at.at > place)
			list_move(&p->at, (int64_t)(p->rows.n - before));
		if (p->rows.n > before)
			app_dirty(l->app);
	}
	if (!more)
		free(l);
	return more;
}

static void open_on(struct app *a, struct render *r, int64_t id)
{
	struct parts *p = mem_zalloc(sizeof(*p));
	struct looking *looking;
	struct err err = ERR_INIT;

	while (!render_tree(r) && render_step(r, 1000000, &err) == 0)
		;
	if (!render_tree(r)) {
		app_fail(a, &err);
		render_free(&r);
		free(p);
		return;
	}
	p->s = (struct screen){ .ops = &ops, .app = a };
	p->r = r;
	p->id = id;
	part_rows_fill(&p->rows, r);
	app_push(a, &p->s);
	looking = mem_zalloc(sizeof(*looking));
	*looking = (struct looking){ a, p };
	app_later(a, look_inside, looking);
}

void parts_open_id(struct app *a, int64_t id)
{
	struct render *r = act_read(a, id);

	if (r)
		open_on(a, r, id);
}

/* Of a message in no mailbox: a copy, so that it may be closed meanwhile. */
void parts_open(struct app *a, struct screen *message)
{
	struct render *r;
	struct slice mem;
	struct str own;
	int fd;

	if (message_id(message)) {
		parts_open_id(a, message_id(message));
		return;
	}
	r = message_render(message);
	if (!r)
		return;
	render_bytes(r, &fd, &mem);
	str_init(&own, STR_MAX);
	str_addsl(&own, mem);
	open_on(a, render_open(fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1, &own, &a->conf), 0);
	str_release(&own);
}

/* ---- the bytes of a part ---- */

/* False, and said: they can't be had. */
static bool bytes_of(struct parts *p, struct part_row *row, int *fd, struct slice *mem)
{
	struct err err = ERR_INIT;

	if (part_row_bytes(p->s.app, p->r, row, fd, mem, &err) == 0)
		return true;
	app_fail(p->s.app, &err);
	return false;
}

static bool begin(struct parts *p, struct part_row *row, struct part_src *src)
{
	struct slice mem;
	int fd;

	if (!bytes_of(p, row, &fd, &mem))
		return false;
	part_open(src, row->part, fd, mem);
	return true;
}

static void do_save(struct screen *s, const char *arg)
{
	const struct part *q = current(s);
	struct slice mem;
	int fd;

	if (!q || q->kind == PART_MULTI) {
		app_say(s->app, STYLE_WARNING, "%s", _("This part only holds others; choose one of them."));
		return;
	}
	if (bytes_of(PARTS(s), current_row(s), &fd, &mem))
		part_save(s, q, fd, mem, arg);
}

/* ---- viewing ---- */

/* The header of a part but its Content-Disposition: what is looked at is shown. */
static void plain_header(struct slice head, struct str *out)
{
	struct slice rest = head;
	struct hdr h;

	while (hdr_next(&rest, &h) == 1)
		if (!sl_iis(h.name, "Content-Disposition"))
			str_addsl(out, h.whole);
	str_addc(out, '\n');
}

static int read_range(int fd, struct slice mem, off_t from, off_t to, struct str *out, struct err *err)
{
	struct sink sink;
	struct src src;
	int r;

	if (fd >= 0)
		src_range(&src, fd, from, to);
	else
		src_mem(&src, sl_make(mem.p + from, (size_t)(to - from)));
	sink_str(&sink, out);
	r = src_copy(&src, &sink, err);
	src_release(&src);
	return r;
}

/* A message inside as itself, whether it is encoded or not. */
static int read_message(const struct part *q, int fd, struct slice mem, struct str *out, struct err *err)
{
	struct part_src src;
	struct sink sink;
	int r;

	sink_str(&sink, out);
	part_open(&src, q, fd, mem);
	r = src_copy(part_src(&src), &sink, err);
	part_close(&src);
	return r;
}

/* The part as a message of its own. */
static void view_text(struct parts *p, struct part_row *row)
{
	const struct part *q = row->part;
	bool message = q->kind == PART_MESSAGE || part_is(q, "message", "rfc822") || part_is(q, "message", "global");
	struct app *a = p->s.app;
	struct err err = ERR_INIT;
	struct str own, head, name;
	struct slice mem;
	int fd;

	if (!bytes_of(p, row, &fd, &mem))
		return;
	str_init(&own, STR_MAX);
	str_init(&head, 4 << 20);
	str_init(&name, 4096);
	name_of(q, &name);
	if (message)
		read_message(q, fd, mem, &own, &err);
	else if (read_range(fd, mem, q->head, q->body, &head, &err) == 0)
		plain_header(str_sl(&head), &own);
	if (err.kind == ERR_NONE && (message || read_range(fd, mem, q->body, q->end, &own, &err) == 0))
		message_open_render(a, render_open(-1, &own, &a->conf), name.n ? name.p : row->label);
	else
		app_fail(a, &err);
	str_release(&own);
	str_release(&head);
	str_release(&name);
}

/* A file of ours with the part in it, for another program; the name keeps its ending. */
static char *to_file(struct parts *p, struct part_row *row, struct err *err)
{
	const struct part *q = row->part;
	struct str path, name;
	struct part_src src;
	struct sink sink;
	int fd, r = -1;

	str_init(&path, 65536);
	str_init(&name, 1024);
	jobs_file(p->s.app, "view", &path);
	part_name(q, &name);
	str_addf(&path, "-%s", name.p);
	str_release(&name);
	fd = fs_open(FS_CWD, path.p, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd >= 0) {
		if (begin(p, row, &src)) {
			sink_fd(&sink, fd);
			r = src_copy(part_src(&src), &sink, err);
			part_close(&src);
		}
		fs_close(&fd);
	} else {
		err_sys(err, _("Can't write %s"), path.p);
	}
	if (r == 0)
		return str_detach(&path);
	fs_unlink(FS_CWD, path.p);
	str_release(&path);
	return NULL;
}

static void view_mailcap(struct parts *p, struct part_row *row)
{
	const struct part *q = row->part;
	struct app *a = p->s.app;
	struct mailcaps caps = { 0 };
	const struct mailcap *m = NULL;
	struct err err = ERR_INIT;
	struct str type, cmd;
	bool input = false;
	char *file = NULL;

	if (!extern_allowed(a))
		return;
	str_init(&type, 1024);
	str_init(&cmd, 65536);
	str_addf(&type, "%s/%s", q->type, q->subtype);
	mailcap_load(&caps, &err);
	for (size_t k = 0; (m = mailcap_find(&caps, type.p, k)); k++) {
		struct str ignored;
		bool fits;

		str_init(&ignored, 65536);
		fits = !m->test || proc_output(m->test, 10, 65536, &ignored, &err) == 0;
		str_release(&ignored);
		if (fits)
			break;
	}
	if (!m) {
		app_say(a, STYLE_WARNING, _("No program for %s is known (mailcap names them). {save-entry} saves the part."), type.p);
	} else if (!(file = to_file(p, row, &err)) || mailcap_command(m, file, type.p, &q->params, &cmd, &input) != 0) {
		app_fail(a, &err);
	} else if (input) {
		struct part_src src;

		if (begin(p, row, &src)) {
			extern_pipe(a, cmd.p, part_src(&src));
			part_close(&src);
		}
	} else {
		extern_run(a, cmd.p, m->copious);
	}
	if (file)
		fs_unlink(FS_CWD, file);
	free(file);
	mailcaps_release(&caps);
	str_release(&type);
	str_release(&cmd);
}

static void do_view(struct screen *s, const char *arg)
{
	const struct part *q = current(s);

	(void)arg;
	if (!q)
		return;
	if (q->kind == PART_MULTI)
		app_say(s->app, STYLE_WARNING, "%s", _("This part only holds others; choose one of them."));
	else if (strcmp(q->type, "text") == 0 || strcmp(q->type, "message") == 0)
		view_text(PARTS(s), current_row(s));
	else
		view_mailcap(PARTS(s), current_row(s));
}

static void do_view_text(struct screen *s, const char *arg)
{
	(void)arg;
	if (current(s))
		view_text(PARTS(s), current_row(s));
}

static void do_view_mailcap(struct screen *s, const char *arg)
{
	(void)arg;
	if (current(s))
		view_mailcap(PARTS(s), current_row(s));
}

static void pipe_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct parts *p = (struct parts *)app_screen(a, WHERE_PARTS);
	struct part_src src;

	if (!text || !text[0] || !p || !current(&p->s))
		return;
	if (begin(p, current_row(&p->s), &src)) {
		extern_pipe(a, text, part_src(&src));
		part_close(&src);
	}
}

static void do_pipe(struct screen *s, const char *arg)
{
	if (!extern_allowed(s->app) || !current(s))
		return;
	if (arg[0])
		pipe_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Pipe the part to command: "), .history = "shell", .done = pipe_typed, .ctx = s->app });
}

static void do_forward(struct screen *s, const char *arg)
{
	const struct account *acct = compose_writer(s->app);
	const struct part *q = current(s);
	struct err err = ERR_INIT;
	struct part_src src;
	struct str type, name;
	struct compose *c;

	(void)arg;
	if (!acct)
		return;
	c = mem_zalloc(sizeof(*c));
	compose_init(c, &s->app->conf, acct);
	str_init(&type, 8192);
	str_init(&name, 1024);
	if (q) {
		compose_part_type(q, &type);
		part_name(q, &name);
		if (begin(PARTS(s), current_row(s), &src)) {
			if (compose_attach_src(c, part_src(&src), name.p, type.p, &err) != 0)
				app_fail(s->app, &err);
			part_close(&src);
		}
	}
	compose_signature(c, &s->app->conf);
	compose_open(s->app, c, false);
	str_release(&type);
	str_release(&name);
}

/* ---- visiting cards ---- */

/* Those with an address; the last one is told. */
static unsigned take_cards(struct app *a, const struct vcards *cards, struct str *last, struct err *err)
{
	unsigned n = 0;

	for (size_t i = 0; i < cards->n; i++) {
		struct contact c = { .nick = (char[]){ "" }, .name = cards->v[i].name, .addr = cards->v[i].mail };

		if (!c.addr)
			continue;
		if (contacts_put(&a->conf, &c, err) != 0)
			break;
		str_clear(last);
		utf8_sanitize(last, sl(c.addr), CLEAN_LINE);
		n++;
	}
	a->friends_at = 0;
	return n;
}

static void do_take_contact(struct screen *s, const char *arg)
{
	const struct part *q = current(s);
	struct vcards cards = { 0 };
	struct err err = ERR_INIT;
	struct str text, last;
	struct slice mem;
	struct sink sink;
	unsigned n = 0;
	int fd;

	(void)arg;
	if (!q || !part_is_vcard(q)) {
		app_say(s->app, STYLE_WARNING, "%s", _("This part is no visiting card."));
		return;
	}
	if (!bytes_of(PARTS(s), current_row(s), &fd, &mem))
		return;
	str_init(&text, 1 << 20);
	str_init(&last, 4096);
	sink_str(&sink, &text);
	if (part_text(q, fd, mem, &sink, &err) == 0) {
		vcards_parse(str_sl(&text), &cards);
		n = take_cards(s->app, &cards, &last, &err);
	}
	if (err.kind != ERR_NONE)
		app_fail(s->app, &err);
	else if (n == 0)
		app_say(s->app, STYLE_WARNING, "%s", _("There is no address in this card."));
	else if (n == 1)
		app_say(s->app, STYLE_GOOD, _("%s is in the address book."), last.p);
	else
		app_say(s->app, STYLE_GOOD, ngettext_("%u address is in the address book.", "%u addresses are in the address book.", n), n);
	vcards_release(&cards);
	str_release(&text);
	str_release(&last);
}

/* ---- removing ---- */

struct removing { struct app *app; struct picks one; char *number; };

static void removed(void *ctx, struct task *t)
{
	struct app *a = ctx;

	if (t->err.kind == ERR_NONE)
		app_say(a, STYLE_GOOD, "%s", _("The part was removed; the message as it was is in the trash."));
	jobs_index(a, NULL, true);
}

static void remove_answered(void *ctx, bool yes)
{
	struct removing *x = ctx;
	struct app *a = x->app;

	if (yes) {
		char *ids = act_ids(a, &x->one);

		jobs_start(a, &(struct job_spec){ .kind = "manage", .what = "strip", .ids = ids, .item = x->number }, _("Removing a part"), false, NULL, removed, a);
		free(ids);
		while (a->top->ops->where == WHERE_PARTS || a->top->ops->where == WHERE_MESSAGE)
			app_close(a->top);
	}
	picks_clear(&x->one);
	free(x->number);
	free(x);
}

static void do_delete(struct screen *s, const char *arg)
{
	const struct part *q = current(s);
	const struct row *w = list_current(s->app->list);
	struct removing *x;

	(void)arg;
	if (!q || current_row(s)->inside || !q->parent || q->kind == PART_MULTI) {
		app_say(s->app, STYLE_WARNING, "%s", _("Only a part of a larger message can be removed."));
	} else if (!PARTS(s)->id || !w || w->id != PARTS(s)->id || s->app->list->read_only) {
		app_say(s->app, STYLE_WARNING, "%s", _("This message can't be changed."));
	} else {
		x = mem_zalloc(sizeof(*x));
		x->app = s->app;
		x->number = mem_strdup(q->number);
		picks_append(&x->one, w->id, w->key);
		ask_yes(s->app, false, remove_answered, x, _("Remove part %s from the stored message?"), q->number);
	}
}

const struct cmd parts_cmds[] = {
	{ "exit", "q i x <Left> <Esc>", "< q <Left> <Esc>", NULL, NULL, N_("Back"), N_("Back to the message."), move_exit },
	{ "view-attach", "<Enter> <Space>", "<Enter> v >", NULL, NULL, N_("View"), N_("View the part: text here, others by the program that mailcap names."), do_view },
	{ "view-text", "T", NULL, NULL, NULL, NULL, N_("View the part as text, whatever it is."), do_view_text },
	{ "view-mailcap", "m", NULL, NULL, NULL, N_("Program"), N_("View the part by the program that mailcap names."), do_view_mailcap },
	{ "save-entry", "s", "S s", NULL, "FILE", N_("Save"), N_("Save the part as a file."), do_save },
	{ "pipe-entry", "|", NULL, NULL, "COMMAND", N_("Pipe"), N_("Give the part to a command of the shell."), do_pipe },
	{ "forward-entry", "f", "F f", NULL, NULL, N_("Forward"), N_("Send the part on in a new message."), do_forward },
	{ "take-contact", "a", NULL, NULL, NULL, NULL, N_("Take the people of a visiting card into the address book."), do_take_contact },
	{ "delete-entry", "d", "D d", NULL, NULL, N_("Remove"), N_("Remove the part from the stored message."), do_delete },
	{ "next-entry", "j <Down>", "n <Down>", NULL, NULL, NULL, N_("To the next part."), move_next },
	{ "previous-entry", "k <Up>", "p <Up>", NULL, NULL, NULL, N_("To the part before."), move_previous },
	{ "first-entry", "= <Home>", NULL, "gg <Home>", NULL, NULL, N_("To the first part."), move_first },
	{ "last-entry", "* <End>", NULL, "G <End>", NULL, NULL, N_("To the last part."), move_last },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
