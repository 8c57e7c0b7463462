/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailboxes: all mailboxes with what is in them; made, renamed, emptied, removed, turned
 * into another kind.
 */
#include "screens.h"

struct box_row { char *path, *shown; enum box_kind kind; char role; uint64_t unread, total, bytes; };
struct mailboxes { struct screen s; struct box_row *v; size_t n, cap; struct list at; char *made; /* the cursor goes there when it is in the index */ };
#define BOXES(s) ((struct mailboxes *)(s))

static void clear(struct mailboxes *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].path);
		free(m->v[i].shown);
	}
	m->n = 0;
}

static int take(void *ctx, const struct index_folder *f)
{
	struct mailboxes *m = ctx;
	struct str name;

	str_init(&name, 65536);
	utf8_sanitize(&name, sl(folder_name(&m->s.app->conf, f->path)), CLEAN_LINE);
	mem_grow(m->v, m->n, m->cap);
	m->v[m->n++] = (struct box_row){ mem_strdup(f->path), str_detach(&name), f->kind, f->role, f->unread, f->total, f->bytes };
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct box_row *x = a, *y = b;

	return (x->role != 'i') != (y->role != 'i') ? (x->role != 'i') - (y->role != 'i') : strcmp(x->shown, y->shown);
}

static void fill(struct mailboxes *m)
{
	char *at = m->at.at < m->n ? mem_strdup(m->v[m->at.at].path) : NULL;
	struct err err = ERR_INIT;

	clear(m);
	if (index_folders(folders_index(m->s.app->folders), take, m, &err) != 0)
		app_fail(m->s.app, &err);
	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), by_name);
	list_size(&m->at, m->n, m->at.rows);
	for (size_t i = 0; at && i < m->n; i++)
		if (strcmp(m->v[i].path, at) == 0)
			list_goto(&m->at, i);
	for (size_t i = 0; m->made && i < m->n; i++) {
		if (strcmp(m->v[i].path, m->made) == 0) {
			list_goto(&m->at, i);
			free(m->made);
			m->made = NULL;
		}
	}
	free(at);
	app_dirty(m->s.app);
}

static const char *kind_word(enum box_kind k)
{
	switch (k) {
	case BOX_MAILDIR: return "maildir";
	case BOX_MBOX: return "mbox";
	case BOX_MH: return "MH";
	case BOX_DIR: return ".eml";
	case BOX_FILE: return _("message");
	}
	return "";
}

/* Columns from the right edge; a narrow window has no kinds. */
struct columns { int unread, total, size, kind; };

static struct columns columns_of(int cols)
{
	return cols < 60 ? (struct columns){ 23, 16, 7, 0 } : (struct columns){ 33, 25, 16, 9 };
}

static void draw_box(const struct box_row *b, struct grid *g, struct area r, int row, struct columns c)
{
	enum style style = b->unread ? STYLE_UNREAD : STYLE_NORMAL;
	int edge = r.col + r.cols;
	struct str t;

	str_init(&t, 256);
	grid_put_cut(g, row, r.col + 1, r.cols - c.unread - 2, sl(b->shown), style);
	if (c.kind)
		grid_putf(g, row, edge - c.kind, 8, STYLE_DIM, "%s", kind_word(b->kind));
	if (b->unread)
		str_addf(&t, "%llu", (unsigned long long)b->unread);
	grid_put_right(g, row, edge - c.unread, 6, str_sl(&t), style);
	str_clear(&t);
	str_addf(&t, "%llu", (unsigned long long)b->total);
	grid_put_right(g, row, edge - c.total, 8, str_sl(&t), style);
	str_clear(&t);
	fmt_size(&t, b->bytes);
	grid_put_right(g, row, edge - c.size, 6, str_sl(&t), style);
	str_release(&t);
}

static void boxes_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct columns c = columns_of(r.cols);
	struct mailboxes *m = BOXES(s);
	int edge = r.col + r.cols;

	grid_put(g, r.row, r.col + 1, r.cols - c.unread - 2, sl(_("Mailbox")), STYLE_HEADER_NAME);
	grid_put_right(g, r.row, edge - c.unread, 6, sl(_("unread")), STYLE_HEADER_NAME);
	grid_put_right(g, r.row, edge - c.total, 8, sl(_("all")), STYLE_HEADER_NAME);
	grid_put_right(g, r.row, edge - c.size, 6, sl(_("size")), STYLE_HEADER_NAME);
	r.row++;
	r.rows--;
	list_size(&m->at, m->n, r.rows);
	for (int i = 0; i < r.rows && m->at.top + (uint64_t)i < m->n; i++) {
		draw_box(&m->v[m->at.top + (uint64_t)i], g, r, r.row + i, c);
		if (m->at.top + (uint64_t)i == m->at.at)
			grid_style(g, (struct area){ r.row + i, r.col, 1, r.cols }, STYLE_CURSOR);
	}
	if (m->n == 0)
		appdraw_empty(s->app, r, _("There is no mailbox yet."), _("{create-mailbox} makes one; {fetch-mail} fetches mail into the inbox."));
	if (focus)
		grid_cursor(g, r.row + (int)(m->n ? m->at.at - m->at.top : 0), r.col, false);
}

static void boxes_title(struct screen *s, struct str *left, struct str *right)
{
	struct mailboxes *m = BOXES(s);
	uint64_t unread = 0, total = 0;

	for (size_t i = 0; i < m->n; i++) {
		unread += m->v[i].unread;
		total += m->v[i].total;
	}
	str_adds(left, _("Mailboxes"));
	str_addf(right, _("%llu unread of %llu"), (unsigned long long)unread, (unsigned long long)total);
}

static void boxes_changed(struct screen *s, unsigned what)
{
	if (what & (CHANGED_INDEX | CHANGED_JOBS))      /* one that is empty makes no event of the index */
		fill(BOXES(s));
}

static void boxes_mouse(struct screen *s, const struct mouse *m, struct area r)
{
	move_mouse(s, m, r.row + 1, 1, "open");
}

static void boxes_free(struct screen *s)
{
	clear(BOXES(s));
	free(BOXES(s)->v);
	free(BOXES(s)->made);
	free(s);
}

static struct list *rows(struct screen *s)
{
	return &BOXES(s)->at;
}

static const struct screen_ops ops = {
	.where = WHERE_MAILBOXES, .title = boxes_title, .draw = boxes_draw, .mouse = boxes_mouse, .changed = boxes_changed, .rows = rows, .free = boxes_free,
	.hints = "exit open create-mailbox rename-mailbox delete-mailbox empty-mailbox convert-mailbox next-unread search help copy-mailbox compact",
};

void mailboxes_open(struct app *a)
{
	struct mailboxes *m = (struct mailboxes *)app_screen(a, WHERE_MAILBOXES);

	if (m) {
		app_raise(&m->s);
		return;
	}
	m = mem_zalloc(sizeof(*m));
	m->s = (struct screen){ .ops = &ops, .app = a };
	fill(m);
	for (size_t i = 0; a->list->path && i < m->n; i++)
		if (strcmp(m->v[i].path, a->list->path) == 0)
			list_goto(&m->at, i);
	app_push(a, &m->s);
	jobs_index(a, NULL, true);
}

/* ---- commands ---- */

static const struct box_row *current(struct screen *s)
{
	struct mailboxes *m = BOXES(s);

	if (m->at.at < m->n)
		return &m->v[m->at.at];
	app_say(s->app, STYLE_WARNING, "%s", _("There is no mailbox here."));
	return NULL;
}

static void managed_item(void *ctx, struct task *t, const struct wire *w)
{
	uint64_t n = 0;

	(void)ctx;
	if (wire_get_u64(w, "n", &n) == 0)
		t->fresh += n;
}

static bool counts(const struct task *t)
{
	static const char *const whats[] = { "copy", "import", "export", "dedupe", "convert" };

	for (size_t i = 0; i < ARRAY_LEN(whats); i++)
		if (strcmp(t->spec.what, whats[i]) == 0)
			return true;
	return false;
}

static void managed(void *ctx, struct task *t)
{
	struct app *a = ctx;
	struct mailboxes *m = (struct mailboxes *)app_screen(a, WHERE_MAILBOXES);
	const char *made;

	if (t->err.kind == ERR_NONE && counts(t))
		app_say(a, STYLE_GOOD, ngettext_("Done: %s, %llu message.", "Done: %s, %llu messages.", t->fresh), t->title, (unsigned long long)t->fresh);
	else if (t->err.kind == ERR_NONE)
		app_say(a, STYLE_GOOD, _("Done: %s."), t->title);
	made = strcmp(t->spec.what, "create") == 0 ? t->spec.folder : strcmp(t->spec.what, "rename") == 0 ? t->spec.to : NULL;
	/* an empty file is a mailbox because it was made as one */
	if (made)
		jobs_index(a, made, true);
	if (made && m && t->err.kind == ERR_NONE) {
		free(m->made);
		m->made = folder_path(&a->conf, made);
	}
	/* the list goes along */
	if (strcmp(t->spec.what, "rename") == 0 && t->err.kind == ERR_NONE && a->list->path && strcmp(a->list->path, t->spec.folder) == 0)
		list_open(a, t->spec.to);
	jobs_index(a, NULL, true);
	app_changed(a, CHANGED_INDEX);
}

static void manage(struct app *a, const char *what, const char *folder, const char *to, const char *item, bool all, const char *title)
{
	jobs_start(a, &(struct job_spec){ .kind = "manage", .what = what, .folder = folder, .to = to, .item = item, .all = all }, title, false, managed_item, managed, a);
}

static void do_open(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);
	struct app *a = s->app;
	char *path = b ? mem_strdup(b->path) : NULL;

	(void)arg;
	if (path)
		cmd_find(WHERE_LIST, SL("change-folder"))->fn(&a->list->s, path);
	free(path);
}

struct naming { struct app *app; char *path, *name; };

static void naming_free(struct naming *n)
{
	free(n->path);
	free(n->name);
	free(n);
}

static struct naming *naming(struct app *a, const char *path)
{
	struct naming *n = mem_zalloc(sizeof(*n));

	n->app = a;
	n->path = mem_strdup(path);
	return n;
}

static void kind_chosen(void *ctx, char key)
{
	struct naming *n = ctx;

	if (key)
		manage(n->app, "create", n->name, key == 'b' ? "mbox" : "maildir", NULL, false, _("Making a mailbox"));
	naming_free(n);
}

static void create_typed(void *ctx, const char *text)
{
	struct naming *n = ctx;

	if (!text || !text[0]) {
		naming_free(n);
		return;
	}
	n->name = mem_strdup(text);
	ask_choice(n->app, "mb", kind_chosen, n, "%s", _("A (m)aildir, one file a message, or an m(b)ox, one file for all? "));
}

static void do_create(struct screen *s, const char *arg)
{
	if (arg[0])
		create_typed(naming(s->app, NULL), arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Make mailbox: "), .done = create_typed, .ctx = naming(s->app, NULL) });
}

static void rename_typed(void *ctx, const char *text)
{
	struct naming *n = ctx;

	if (text && text[0])
		manage(n->app, "rename", n->path, text, NULL, false, _("Renaming a mailbox"));
	naming_free(n);
}

static void do_rename(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);

	if (!b)
		return;
	if (b->role == 'i')
		app_say(s->app, STYLE_WARNING, "%s", _("The inbox keeps its name: it is where mail is fetched to (setting inbox)."));
	else if (arg[0])
		rename_typed(naming(s->app, b->path), arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Rename to: "), .text = folder_name(&s->app->conf, b->path), .done = rename_typed, .ctx = naming(s->app, b->path) });
}

static void remove_answered(void *ctx, bool yes)
{
	struct naming *n = ctx;

	if (yes)
		manage(n->app, "remove", n->path, NULL, NULL, true, _("Removing a mailbox"));
	naming_free(n);
}

static void do_remove(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);

	(void)arg;
	if (!b)
		return;
	if (b->role == 'i')
		app_say(s->app, STYLE_WARNING, "%s", _("The inbox can't be removed, only emptied ({empty-mailbox})."));
	else if (b->total)
		ask_yes(s->app, false, remove_answered, naming(s->app, b->path), ngettext_("Remove %s, and move its %llu message to the trash?",
			"Remove %s, and move its %llu messages to the trash?", b->total), b->shown, (unsigned long long)b->total);
	else
		ask_yes(s->app, false, remove_answered, naming(s->app, b->path), _("Remove the empty mailbox %s?"), b->shown);
}

static void emptied(void *ctx, struct task *t)
{
	struct app *a = ctx;

	if (t->err.kind == ERR_NONE)
		app_say(a, STYLE_GOOD, "%s", act_for_good(a, t->spec.folder) ? _("Emptied for good.") : _("Emptied: what was in it is in the trash.  {undo} takes it back."));
	jobs_index(a, NULL, true);
}

static void empty_answered(void *ctx, bool yes)
{
	struct naming *n = ctx;

	if (yes)
		jobs_start(n->app, &(struct job_spec){ .kind = "change", .what = "delete", .folder = n->path, .pattern = "~A" }, _("Emptying a mailbox"), false, NULL, emptied, n->app);
	naming_free(n);
}

static void do_empty(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);

	(void)arg;
	if (!b)
		return;
	if (b->total == 0)
		app_say(s->app, STYLE_NORMAL, _("%s is empty."), b->shown);
	else if (b->role == 't' || !s->app->conf.trash)
		ask_yes(s->app, false, empty_answered, naming(s->app, b->path), ngettext_("Remove %llu message of %s for good?",
			"Remove %llu messages of %s for good?", b->total), (unsigned long long)b->total, b->shown);
	else
		ask_yes(s->app, false, empty_answered, naming(s->app, b->path), ngettext_("Move %llu message of %s to the trash?",
			"Move %llu messages of %s to the trash?", b->total), (unsigned long long)b->total, b->shown);
}

static void convert_answered(void *ctx, bool yes)
{
	struct naming *n = ctx;

	if (yes)
		manage(n->app, "convert", n->path, n->name, NULL, false, _("Converting a mailbox"));
	naming_free(n);
}

static void do_convert(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);
	struct naming *n;

	(void)arg;
	if (!b)
		return;
	if (b->kind != BOX_MAILDIR && b->kind != BOX_MBOX) {
		app_say(s->app, STYLE_WARNING, _("%s is only read; {copy-mailbox} copies its messages into another mailbox."), b->shown);
		return;
	}
	n = naming(s->app, b->path);
	n->name = mem_strdup(b->kind == BOX_MBOX ? "maildir" : "mbox");
	ask_yes(s->app, false, convert_answered, n, _("Turn %s from %s into %s?"), b->shown, kind_word(b->kind), n->name);
}

static void copy_typed(void *ctx, const char *text)
{
	struct naming *n = ctx;

	if (text && text[0])
		jobs_start(n->app, &(struct job_spec){ .kind = "change", .what = "copy", .folder = n->path, .pattern = "~A", .to = text }, _("Copying a mailbox"), false, managed_item, managed, n->app);
	naming_free(n);
}

static void do_copy(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);

	if (!b)
		return;
	if (arg[0])
		copy_typed(naming(s->app, b->path), arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Copy all its messages into: "), .history = "folder", .complete = complete_folder, .done = copy_typed, .ctx = naming(s->app, b->path) });
}

static void do_compact(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);

	(void)arg;
	if (b)
		manage(s->app, "compact", b->path, NULL, NULL, false, _("Compacting a mailbox"));
}

static void do_dedupe(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);

	(void)arg;
	if (b)
		manage(s->app, "dedupe", b->path, NULL, NULL, false, _("Looking for what is there twice"));
}

static void import_typed(void *ctx, const char *text)
{
	struct naming *n = ctx;

	if (text && text[0])
		manage(n->app, "import", NULL, n->path, text, false, _("Importing"));
	naming_free(n);
}

static void do_import(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);

	if (!b)
		return;
	if (arg[0])
		import_typed(naming(s->app, b->path), arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Import into it (mbox, Maildir, .eml ...): "), .history = "file", .complete = complete_file, .done = import_typed, .ctx = naming(s->app, b->path) });
}

static void export_typed(void *ctx, const char *text)
{
	struct naming *n = ctx;

	if (text && text[0])
		jobs_start(n->app, &(struct job_spec){ .kind = "manage", .what = "export", .folder = n->path, .pattern = "~A", .to = text }, _("Exporting"), false, managed_item, managed, n->app);
	naming_free(n);
}

static void do_export(struct screen *s, const char *arg)
{
	const struct box_row *b = current(s);

	if (!b)
		return;
	if (arg[0])
		export_typed(naming(s->app, b->path), arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Export it to (a file: mbox; ending in /: Maildir): "), .history = "file", .complete = complete_file, .done = export_typed, .ctx = naming(s->app, b->path) });
}

static void do_next_unread(struct screen *s, const char *arg)
{
	struct mailboxes *m = BOXES(s);

	(void)arg;
	for (size_t i = 1; i <= m->n; i++) {
		size_t k = (m->at.at + i) % m->n;

		if (m->v[k].unread) {
			list_goto(&m->at, k);
			app_dirty(s->app);
			return;
		}
	}
	app_say(s->app, STYLE_DIM, "%s", _("Nothing is unread anywhere."));
}

static void find_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct mailboxes *m = (struct mailboxes *)app_screen(a, WHERE_MAILBOXES);

	for (size_t i = 1; m && text && i <= m->n; i++) {
		size_t k = (m->at.at + i) % m->n;

		if (strcasestr(m->v[k].shown, text)) {
			list_goto(&m->at, k);
			app_dirty(a);
			return;
		}
	}
	if (text)
		app_say(a, STYLE_WARNING, _("No mailbox is called \"%s\"."), text);
}

static void do_search(struct screen *s, const char *arg)
{
	if (arg[0])
		find_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Find mailbox: "), .history = "text", .done = find_typed, .ctx = s->app });
}

const struct cmd mailboxes_cmds[] = {
	{ "exit", "q i x <Left> <Esc>", "< q <Left> <Esc>", NULL, NULL, N_("Back"), N_("Back to the list."), move_exit },
	{ "open", "<Enter> <Space> <Right>", "<Enter> > <Right>", "<Enter> l <Right>", NULL, N_("Open"), N_("Open the mailbox."), do_open },
	{ "create-mailbox", "C", "A C", NULL, "NAME", N_("Make"), N_("Make a mailbox."), do_create },
	{ "rename-mailbox", "r", "R r", NULL, "NAME", N_("Rename"), N_("Give the mailbox another name."), do_rename },
	{ "delete-mailbox", "d", "D d", NULL, NULL, N_("Remove"), N_("Remove the mailbox; its messages go into the trash."), do_remove },
	{ "empty-mailbox", "e", NULL, NULL, NULL, N_("Empty"), N_("Move all its messages to the trash; those of the trash go for good."), do_empty },
	{ "convert-mailbox", "v", NULL, ",v", NULL, N_("Convert"), N_("Turn an mbox into a maildir, or back."), do_convert },
	{ "copy-mailbox", "c", NULL, NULL, "MAILBOX", N_("Copy"), N_("Copy all its messages into another mailbox."), do_copy },
	{ "compact", "$", NULL, NULL, NULL, N_("Compact"), N_("Remove messages marked as trashed, and what was left over."), do_compact },
	{ "dedupe", "D", "", NULL, NULL, NULL, N_("Move what is there twice to the trash."), do_dedupe },
	{ "import", "I", NULL, NULL, "FILE", NULL, N_("Copy messages from a file or another mailbox into it."), do_import },
	{ "export", "O", NULL, NULL, "FILE", NULL, N_("Copy its messages into a file or another mailbox."), do_export },
	{ "next-unread", "<Tab>", NULL, NULL, NULL, N_("Next new"), N_("To the next mailbox with unread messages."), do_next_unread },
	{ "search", "/", "W /", NULL, "TEXT", N_("Find"), N_("Find a mailbox by its name."), do_search },
	{ "next-entry", "j <Down>", "n <Down>", NULL, NULL, NULL, N_("To the next mailbox."), move_next },
	{ "previous-entry", "k <Up>", "p <Up>", NULL, NULL, NULL, N_("To the mailbox before."), move_previous },
	{ "next-page", "z <PageDown>", NULL, "^F <PageDown>", NULL, NULL, N_("One page down."), move_next_page },
	{ "previous-page", "Z <PageUp>", NULL, "^B <PageUp>", NULL, NULL, N_("One page up."), move_previous_page },
	{ "first-entry", "= <Home>", NULL, "gg <Home>", NULL, NULL, N_("To the first mailbox."), move_first },
	{ "last-entry", "* <End>", NULL, "G <End>", NULL, NULL, N_("To the last mailbox."), move_last },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
