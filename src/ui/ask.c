/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ask: the prompt on the status line: a line of text, yes or no, one key of a few.
 * One at a time; what was asked before is cancelled by the next question.
 */
#include "priv.h"
#include <dirent.h>

enum ask_kind { ASK_LINE, ASK_YES, ASK_CHOICE };
enum { HISTORY_MAX = 100 };

struct ask {
	enum ask_kind kind;
	char *label;
	struct edit edit; int row, col;         /* where it was drawn                */
	struct ask_opts o;
	bool deflt;
	char *keys;
	void (*yes)(void *, bool); void (*stay)(void *), (*esc)(void *);
	void (*choice)(void *, char);
	void *ctx;
	struct choices choices; size_t choice_at, from;         /* a completion in turns */
	size_t old;                     /* of the history: 0 is what is typed now */
	char *draft;
};

/* ---- what was typed before ---- */

static struct history { char *name; char *v[HISTORY_MAX]; size_t n; } *histories;
static size_t n_histories;

static struct history *history_of(const char *name)
{
	for (size_t i = 0; i < n_histories; i++)
		if (strcmp(histories[i].name, name) == 0)
			return &histories[i];
	histories = mem_array(histories, n_histories + 1, sizeof(*histories));
	histories[n_histories] = (struct history){ .name = mem_strdup(name) };
	return &histories[n_histories++];
}

static void remember(const char *name, const char *text)
{
	struct history *h = name && text[0] ? history_of(name) : NULL;

	if (!h || (h->n && strcmp(h->v[h->n - 1], text) == 0))
		return;
	if (h->n == HISTORY_MAX) {
		free(h->v[0]);
		memmove(h->v, h->v + 1, --h->n * sizeof(*h->v));
	}
	h->v[h->n++] = mem_strdup(text);
}

void ask_history_free(void)
{
	for (size_t i = 0; i < n_histories; i++) {
		for (size_t k = 0; k < histories[i].n; k++)
			free(histories[i].v[k]);
		free(histories[i].name);
	}
	free(histories);
	histories = NULL;
	n_histories = 0;
}

static void go_back(struct ask *q, int by)
{
	struct history *h = q->o.history ? history_of(q->o.history) : NULL;
	size_t to = q->old + (size_t)by;

	if (!h || (by < 0 && q->old == 0) || to > h->n)
		return;
	if (q->old == 0) {
		free(q->draft);
		q->draft = mem_strdup(q->edit.text.p);
	}
	q->old = to;
	edit_set(&q->edit, to ? h->v[h->n - to] : q->draft);
}

/* ---- choices ---- */

void choices_add(struct choices *c, const char *text)
{
	mem_grow(c->v, c->n, c->cap);
	c->v[c->n++] = mem_strdup(text);
}

void choices_note(struct choices *c, const char *note)
{
	while (c->n_notes < c->n) {
		mem_grow(c->notes, c->n_notes, c->cap_notes);
		c->notes[c->n_notes++] = NULL;
	}
	c->notes[c->n - 1] = mem_strdup(note);
}

const char *choices_note_of(const struct choices *c, size_t k)
{
	return k < c->n_notes ? c->notes[k] : NULL;
}

void choices_release(struct choices *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i]);
	for (size_t i = 0; i < c->n_notes; i++)
		free(c->notes[i]);
	free(c->notes);
	free(c->v);
	*c = (struct choices){ 0 };
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t common_head(const struct choices *c)
{
	size_t n = strlen(c->v[0]);

	for (size_t i = 1; i < c->n; i++) {
		size_t k = 0;

		while (k < n && c->v[i][k] == c->v[0][k])
			k++;
		n = k;
	}
	while (n > 0 && ((unsigned char)c->v[0][n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void say_note(struct app *a, const struct choices *c, size_t k)
{
	if (choices_note_of(c, k))
		app_say(a, STYLE_WARNING, "%s", choices_note_of(c, k));
}

/* The first Tab completes what is common; more of them go round. */
static void complete(struct app *a, struct ask *q, int by)
{
	size_t from, to;
	char *piece;

	if (!q->o.complete)
		return;
	if (q->choices.n) {
		to = q->from + strlen(q->choices.v[q->choice_at]);
		q->choice_at = (q->choice_at + q->choices.n + (size_t)by) % q->choices.n;
		edit_replace(&q->edit, q->from, MIN(to, q->edit.text.n), sl(q->choices.v[q->choice_at]));
		app_say(a, STYLE_NORMAL, "%zu/%zu", q->choice_at + 1, q->choices.n);
		say_note(a, &q->choices, q->choice_at);
		return;
	}
	if (q->o.list) {
		edit_piece(&q->edit, true, &from, &to);
	} else {
		from = 0;
		to = q->edit.text.n;
	}
	piece = mem_strndup(q->edit.text.p + from, to - from);
	q->o.complete(a, piece, &q->choices);
	if (q->choices.n > 1 && !q->o.list)
		qsort(q->choices.v, q->choices.n, sizeof(*q->choices.v), by_text);
	q->from = from;
	if (q->choices.n == 1 || (q->choices.n > 1 && !q->o.list && common_head(&q->choices) > strlen(piece))) {
		edit_replace(&q->edit, from, to, q->choices.n == 1 ? sl(q->choices.v[0]) : sl_make(q->choices.v[0], common_head(&q->choices)));
		say_note(a, &q->choices, q->choices.n == 1 ? 0 : SIZE_MAX);
		choices_release(&q->choices);
	} else if (q->choices.n > 1) {
		q->choice_at = 0;
		edit_replace(&q->edit, from, to, sl(q->choices.v[0]));
		say_note(a, &q->choices, 0);
	} else {
		app_say(a, STYLE_DIM, "%s", _("Nothing begins so."));
	}
	free(piece);
}

static int add_folder(void *ctx, const struct index_folder *f)
{
	void **c = ctx;
	struct app *a = c[0];
	const char *name = folder_name(&a->conf, f->path), *piece = c[1];

	if (sl_istarts(sl(name), piece))
		choices_add(c[2], name);
	return 0;
}

void complete_folder(struct app *a, const char *piece, struct choices *out)
{
	void *c[3] = { a, (void *)(uintptr_t)piece, out };
	struct err ignored = ERR_INIT;

	if (piece[0] == '/' || piece[0] == '~')
		complete_file(a, piece, out);
	else
		index_folders(folders_index(a->folders), add_folder, c, &ignored);
}

const char *typed_file(const char *text)
{
	const char *from = text;

	for (const char *p = text; *p; p++)
		if (strncmp(p, "//", 2) == 0 || strncmp(p, "/~/", 3) == 0)
			from = p + 1;
	return from;
}

void complete_file(struct app *a, const char *piece, struct choices *out)
{
	const char *slash = strrchr(piece, '/'), *base = slash ? slash + 1 : piece;
	char *head = mem_strndup(piece, (size_t)(base - piece)), *dir = path_expand(head[0] ? typed_file(head) : ".");
	struct dirent *e;
	struct str full;
	DIR *d = opendir(dir);

	(void)a;
	str_init(&full, 65536);
	while (d && (e = readdir(d)) && out->n < 1000) {
		struct stat st;
		char *path;

		if (!sl_starts(sl(e->d_name), base) || (e->d_name[0] == '.' && base[0] != '.') || !utf8_valid(sl(e->d_name)))
			continue;
		str_clear(&full);
		str_addf(&full, "%s%s", head, e->d_name);
		path = path_join(dir, e->d_name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			str_addc(&full, '/');
		free(path);
		choices_add(out, full.p);
	}
	if (d)
		closedir(d);
	str_release(&full);
	free(head);
	free(dir);
}

/* Who did not get the last mail is said so, and comes last. */
static void mark_failed(struct app *a, struct contacts *found)
{
	struct err ignored = ERR_INIT;
	struct state *st;

	if (found->n == 0)
		return;
	if (track_open(&a->conf, &st, &ignored) == 0 && st)
		contacts_mark(found, st, &ignored);
	state_close(&st);
}

void complete_address(struct app *a, const char *piece, struct choices *out)
{
	struct contacts book = { 0 }, found = { 0 };
	struct err ignored = ERR_INIT;
	struct str s;

	str_init(&s, 8192);
	contacts_load(&a->conf, &book, &ignored);
	if (contacts_find(&book, folders_index(a->folders), sl(piece), 50, &found, &ignored) == 0) {
		mark_failed(a, &found);
		for (size_t i = 0; i < found.n; i++) {
			struct addrs one = { 0 };

			addrs_parse(sl(found.v[i].addr), &mime_limits_default, &one);
			if (one.n) {
				str_clear(&s);
				free(one.v[0].name);
				one.v[0].name = mem_strdup(found.v[i].name);
				if (addr_show(&one.v[0], &s) == 0) {
					choices_add(out, s.p);
					if (found.v[i].failed)
						choices_note(out, found.v[i].failed);
				}
			}
			addrs_release(&one);
		}
	}
	contacts_release(&book);
	contacts_release(&found);
	str_release(&s);
}

/* ---- asking ---- */

static struct ask *open_ask(struct app *a, enum ask_kind kind, const char *label)
{
	struct ask *q = mem_zalloc(sizeof(*q));
	struct str clean;

	ask_cancel(a);
	str_init(&clean, 4096);
	utf8_sanitize(&clean, sl(label), CLEAN_LINE);
	q->kind = kind;
	q->label = str_detach(&clean);
	edit_init(&q->edit, "");
	a->ask = q;
	a->n_typed = 0;
	app_dirty(a);
	return q;
}

static void free_ask(struct ask *q)
{
	edit_release(&q->edit);
	choices_release(&q->choices);
	free(q->label);
	free(q->keys);
	free(q->draft);
	free(q);
}

void ask_line(struct app *a, const struct ask_opts *o)
{
	struct ask *q = open_ask(a, ASK_LINE, o->label);

	q->o = *o;
	q->edit.hidden = o->hidden;
	if (o->text)
		edit_set(&q->edit, o->text);
}

void ask_yes(struct app *a, bool deflt, void (*done)(void *, bool), void *ctx, const char *fmt, ...)
{
	char text[1024];
	struct ask *q;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	q = open_ask(a, ASK_YES, text);
	q->deflt = deflt;
	q->yes = done;
	q->ctx = ctx;
}

void ask_may_stay(struct app *a, void (*stay)(void *))
{
	a->ask->stay = stay;
}

void ask_on_esc(struct app *a, void (*esc)(void *))
{
	a->ask->esc = esc;
}

void ask_choice(struct app *a, const char *keys, void (*done)(void *, char), void *ctx, const char *fmt, ...)
{
	char text[1024];
	struct ask *q;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	q = open_ask(a, ASK_CHOICE, text);
	q->keys = mem_strdup(keys);
	q->choice = done;
	q->ctx = ctx;
}

/* The question is over before its answer is heard, as that may ask the next one. */
static void answer(struct app *a, struct ask *q, bool given, char key)
{
	a->ask = NULL;
	app_dirty(a);
	switch (q->kind) {
	case ASK_LINE:
		if (given && !q->o.hidden)
			remember(q->o.history, q->edit.text.p);
		q->o.done(q->o.ctx, given ? q->edit.text.p : NULL);
		break;
	case ASK_YES:
		if (!given && q->stay)
			q->stay(q->ctx);
		else
			q->yes(q->ctx, key == 'y');
		break;
	case ASK_CHOICE:
		q->choice(q->ctx, given ? key : 0);
		break;
	}
	if (!a->ask)
		a->tag_prefix = false;  /* the command it was for is over */
	free_ask(q);
}

void ask_cancel(struct app *a)
{
	if (a->ask)
		answer(a, a->ask, false, 'n');
}

/* By what it remembers. */
static void say_help(struct app *a, const struct ask *q)
{
	static const struct { const char *history, *text; } helps[] = {
		{ "pattern", N_("Words are looked for in senders, recipients, subjects and texts; ~f sender, ~t recipient, ~s subject, ~b text, ~d <7d date, ~U unread, ~F important; ! not, | or.") },
		{ "folder", N_("The name of a mailbox; Tab goes through those there are. A path begins with / or ~; ! is the inbox, < is Sent, - the mailbox before.") },
		{ "file", N_("The name of a file; Tab goes through those there are. ~ is your home.") },
		{ "command", N_("The name of a command, and what it takes; Tab completes both.") },
		{ "when", N_("A time such as 18:00, +2h, tomorrow 9:00 or 2026-12-24 8:00.") },
	};

	for (size_t i = 0; q->o.history && i < ARRAY_LEN(helps); i++) {
		if (strcmp(helps[i].history, q->o.history) == 0) {
			app_say(a, STYLE_NORMAL, "%s", _(helps[i].text));
			return;
		}
	}
	app_say(a, STYLE_NORMAL, "%s", q->o.history ? _("Enter takes what is typed, Esc leaves all as it is; Up brings what was typed here before.")
		: _("Enter takes what is typed, Esc leaves all as it is."));
}

static bool line_key(struct app *a, struct ask *q, key_code k)
{
	enum edit_result r;

	if (k == KEY_F1_) {
		say_help(a, q);
		return true;
	}
	if (k == 9 || k == KEY_BACKTAB) {
		complete(a, q, k == 9 ? 1 : -1);
		if (q->o.typing)
			q->o.typing(q->o.ctx, q->edit.text.p);
		return true;
	}
	choices_release(&q->choices);
	if (k == KEY_UP_ || k == KEY_CTRL('p')) {
		go_back(q, 1);
		r = EDIT_CHANGED;
	} else if (k == KEY_DOWN_ || k == KEY_CTRL('n')) {
		go_back(q, -1);
		r = EDIT_CHANGED;
	} else {
		r = edit_key(&q->edit, k);
	}
	if (r == EDIT_CHANGED && q->o.typing)
		q->o.typing(q->o.ctx, q->edit.text.p);
	return true;
}

bool ask_key(struct app *a, key_code k)
{
	struct ask *q = a->ask;

	app_unsay(a);
	if (k == 27 && q->esc) {
		a->ask = NULL;
		q->esc(q->kind == ASK_LINE ? q->o.ctx : q->ctx);
		free_ask(q);
		return true;
	}
	if (k == 27 || k == KEY_CTRL('c') || k == KEY_CTRL('g')) {
		answer(a, q, false, 'n');
		return true;
	}
	switch (q->kind) {
	case ASK_LINE:
		if (k != 13 && k != 10)
			return line_key(a, q, k);
		answer(a, q, true, 0);
		break;
	case ASK_YES:
		if (k == 13 || k == 10)
			answer(a, q, true, q->deflt ? 'y' : 'n');
		else if (k == 'y' || k == 'Y')
			answer(a, q, true, 'y');
		else if (k == 'n' || k == 'N' || k == 'q')
			answer(a, q, true, 'n');
		break;
	case ASK_CHOICE:
		if (k < 128 && k && strchr(q->keys, (int)k))
			answer(a, q, true, (char)k);
		break;
	}
	return true;
}

void ask_mouse(struct app *a, const struct mouse *m)
{
	struct ask *q = a->ask;

	if (q->kind == ASK_LINE && m->row == q->row && m->col >= q->col && (m->what == MOUSE_CLICK || m->what == MOUSE_DOUBLE))
		edit_click(&q->edit, m->col - q->col);
}

void ask_paste(struct app *a, struct slice text)
{
	struct ask *q = a->ask;

	if (q->kind != ASK_LINE)
		return;
	choices_release(&q->choices);
	edit_insert(&q->edit, text);
	if (q->o.typing)
		q->o.typing(q->o.ctx, q->edit.text.p);
}

bool ask_is_line(const struct app *a)
{
	return a->ask->kind == ASK_LINE;
}

bool ask_completes(const struct app *a)
{
	return a->ask->o.complete != NULL;
}

void ask_draw(struct app *a, struct grid *g, int row)
{
	struct ask *q = a->ask;
	int cols = grid_cols(g), used, said = a->said && q->kind == ASK_LINE ? grid_width(sl(a->said)) + 1 : 0;
	enum style style = a->said_style == STYLE_WARNING ? STYLE_WARNING : STYLE_DIM;
	struct str s;

	if (said > cols / 2) {          /* not cut: above what is asked */
		appdraw_text(a, row - 1, cols, sl(a->said), style);
		said = 0;
	}
	str_init(&s, 4096);
	str_adds(&s, q->label);
	if (q->kind == ASK_YES)
		str_adds(&s, q->deflt ? _(" ([yes]/no): ") : _(" (yes/[no]): "));
	grid_fill(g, (struct area){ row, 0, 1, cols }, STYLE_NORMAL);
	if (q->kind == ASK_LINE)
		used = grid_put_cut(g, row, 0, cols * 2 / 3, str_sl(&s), STYLE_PROMPT);
	else
		used = appdraw_text(a, row, cols - 1, str_sl(&s), STYLE_PROMPT) + 1;
	q->row = row;
	q->col = used;
	if (q->kind == ASK_LINE)
		edit_draw(&q->edit, g, row, used, MAX(cols - used - said, 1), STYLE_NORMAL, true);
	else
		grid_cursor(g, row, MIN(used, cols - 1), true);
	if (said)
		grid_put_right(g, row, cols - said, said, sl(a->said), style);
	str_release(&s);
}
