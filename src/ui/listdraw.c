/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listdraw: the rows of a list, and the mailboxes beside it.
 */
#include "screens.h"

/* ---- the tree ---- */

/* Is there a later row with that depth before a shallower one? */
static bool has_sibling(struct screen_list *l, uint64_t k, unsigned depth)
{
	enum { LOOK = 100 };
	const struct row *w;

	for (uint64_t i = k + 1; i < k + LOOK && (w = rows_get(l->rows, i)); i++) {
		if (w->depth < depth)
			return false;
		if (w->depth == depth)
			return true;
	}
	return false;
}

static void tree_of(struct screen_list *l, uint64_t k, unsigned depth, struct str *out)
{
	enum { DEEP = 12 };
	unsigned from = depth > DEEP ? depth - DEEP : 1;

	if (depth == 0)
		return;
	if (from > 1)
		str_adds(out, "… ");
	for (unsigned d = from; d < depth; d++)
		str_adds(out, has_sibling(l, k, d) ? "│ " : "  ");
	str_adds(out, has_sibling(l, k, depth) ? "├─>" : "└─>");
}

/* ---- delivery of what was sent ---- */

void list_states_free(struct screen_list *l)
{
	post_close(&l->states, &l->outbox);
}

/* Where sent mail is, the tracking says what became of each. */
void list_states(struct screen_list *l)
{
	struct err ignored = ERR_INIT;

	list_states_free(l);
	l->is_sent = l->path && folder_role(&l->s.app->conf, l->path) == 's';
	if (l->is_sent)
		post_open(l->s.app, &l->states, &l->outbox, &ignored);
}

/* What is most worth knowing: a failure, else what is least certain. */
static int worth(int state)
{
	static const int order[] = { TRACK_READ, TRACK_DELETED, TRACK_DELIVERED, TRACK_RELAYED, TRACK_ACCEPTED, TRACK_QUEUED, TRACK_UNCLEAR,
		TRACK_DELAYED, TRACK_EXPIRED, TRACK_FAILED };
	int k = 0;

	while (k < (int)ARRAY_LEN(order) && order[k] != state)
		k++;
	return k;
}

static int delivery(struct screen_list *l, const struct row *w)
{
	struct err ignored = ERR_INIT;
	int state = TRACK_ACCEPTED;
	struct track t;

	if (l->states && w->message_id[0] && state_track_get(l->states, 'm', w->message_id, INT64_MAX, &t, &ignored) == 1) {
		for (size_t k = 0; k < t.n; k++)
			if (k == 0 || worth(t.rcpt[k].state) > worth(state))
				state = t.rcpt[k].state;
		track_release(&t);
	}
	return state;
}

/* ---- a row ---- */

static void marks(struct screen_list *l, const struct row *w, char out[5])
{
	out[0] = picks_has(&l->tagged, w->id) ? '*' : ' ';
	if (picks_has(&l->deleted, w->id) || (w->flags & FLAG_TRASHED))
		out[1] = 'D';
	else if (!(w->flags & FLAG_SEEN))
		out[1] = w->flags & FLAG_FRESH ? 'N' : 'O';
	else if (w->flags & FLAG_REPLIED)
		out[1] = 'r';
	else if (w->flags & FLAG_PASSED)
		out[1] = 'f';
	else
		out[1] = ' ';
	out[2] = w->flags & FLAG_FLAGGED ? '!' : ' ';
	out[3] = w->attachments ? '@' : ' ';
	out[4] = 0;
}

static enum style style_of(struct screen_list *l, const struct row *w)
{
	if (picks_has(&l->deleted, w->id))
		return STYLE_DELETED;
	if (picks_has(&l->tagged, w->id))
		return STYLE_TAGGED;
	if (w->flags & FLAG_FLAGGED)
		return STYLE_FLAGGED;
	return w->flags & FLAG_SEEN ? STYLE_NORMAL : STYLE_UNREAD;
}

static void draw_row(struct screen_list *l, struct grid *g, struct area r, int row, uint64_t k, bool current)
{
	const struct row *w = rows_get(l->rows, k);
	int cols = r.cols, at = r.col, who = cols >= 100 ? 22 : cols >= 70 ? 18 : 12, used;
	int64_t now = rt_now() / 1000000;
	enum style style;
	char flags[5];
	struct str s;

	if (!w)
		return;
	str_init(&s, 8192);
	style = style_of(l, w);
	marks(l, w, flags);
	at += grid_put(g, row, at, 5, sl(flags), style) + 1;
	fmt_date(&s, w->date, now);
	if (s.n == 10 && cols < 70)
		str_cut(&s, 7);         /* of another year: month is enough */
	grid_put(g, row, at, cols < 70 ? 7 : 10, str_sl(&s), style);
	at += cols < 70 ? 8 : 11;
	if (l->is_sent) {
		int state = delivery(l, w), wide = cols < 70 ? 4 : 9;

		grid_put_cut(g, row, at, wide, sl(delivery_word(state)), track_is_failure(state) ? STYLE_ERROR : style);
		at += wide + 1;
	}
	str_clear(&s);
	if (w->to)
		str_addf(&s, _("To %s"), w->to);
	else
		str_adds(&s, w->from_name[0] ? w->from_name : w->from);
	grid_put_cut(g, row, at, who, str_sl(&s), style);
	at += who + 1;
	if (cols >= 60) {
		str_clear(&s);
		fmt_size(&s, w->size);
		grid_put_right(g, row, at, 5, str_sl(&s), style);
		at += 6;
	}
	str_clear(&s);
	if (l->sort == SORT_THREAD)
		tree_of(l, k, w->depth, &s);
	w = rows_get(l->rows, k);
	used = w ? grid_put(g, row, at, MAX(r.col + cols - at, 0), str_sl(&s), current ? STYLE_CURSOR : STYLE_TREE) : 0;
	at += used;
	if (w && w->folded) {
		str_clear(&s);
		str_addf(&s, "[+%llu] ", (unsigned long long)w->folded);
		at += grid_put(g, row, at, MAX(r.col + cols - at, 0), str_sl(&s), STYLE_TREE);
	}
	if (w)
		grid_put_cut(g, row, at, MAX(r.col + cols - at, 0), sl(w->subject[0] ? w->subject : _("(no subject)")), style);
	if (current)
		grid_style(g, (struct area){ row, r.col, 1, r.cols }, STYLE_CURSOR);
	str_release(&s);
}

/* ---- nothing to show ---- */

static void empty(struct screen_list *l, struct grid *g, struct area r)
{
	struct app *a = l->s.app;
	const char *what, *next;

	if (index_note(folders_index(a->folders))) {
		what = _("No message can be shown, as the index of the mailboxes can't be written. No mail is lost.");
		next = _("Make room on the disk, or let the data folder be written, and start pabal again.");
	} else if (rows_finding(l->rows) || jobs_running(a)) {
		what = rows_finding(l->rows) ? _("Searching...") : _("Reading the mailbox...");
		next = "";
	} else if (l->limit) {
		what = _("No message is like that.");
		next = _("{limit} changes the limit; {limit} and then an empty line shows all messages.");
	} else if (!l->path) {
		what = _("Nothing was found.");
		next = _("{search-everywhere} searches for something else; {change-folder} opens a mailbox.");
	} else if (l->shown && !l->there) {
		what = _("There is no message here: the mailbox is not there any more.");
		next = _("{change-folder} opens another mailbox; {mailboxes} shows all.");
	} else if (a->conf.n_accounts == 0) {
		what = _("No account is set up yet, and this mailbox is empty.");
		next = _("{setup} sets up an account; {change-folder} opens another mailbox; {help} shows all keys.");
	} else {
		what = _("There is no message here.");
		next = _("{fetch-mail} fetches new mail, {mail} writes a message, {change-folder} opens another mailbox.");
	}
	appdraw_empty(a, r, what, next);
}

/* ---- the mailboxes ---- */

static void draw_sides(struct screen_list *l, struct grid *g, struct area r)
{
	struct str n;

	str_init(&n, 64);
	list_size(&l->side_at, l->n_sides, r.rows);
	for (int i = 0; i < r.rows; i++) {
		uint64_t k = l->side_at.top + (uint64_t)i;
		const struct side *s;
		bool open;
		int used;

		grid_put(g, r.row + i, r.col + r.cols, 1, SL("│"), STYLE_BORDER);
		if (k >= l->n_sides)
			continue;
		s = &l->sides[k];
		open = l->path && strcmp(s->path, l->path) == 0;
		str_clear(&n);
		if (s->unread)
			str_addf(&n, "%llu", (unsigned long long)s->unread);
		used = grid_width(str_sl(&n));
		grid_put(g, r.row + i, r.col, 1, open ? SL(">") : k == l->side_at.at ? SL("-") : SL(" "), STYLE_NORMAL);
		grid_put_cut(g, r.row + i, r.col + 1, r.cols - used - 2, sl(s->name), s->unread ? STYLE_UNREAD : STYLE_NORMAL);
		grid_put_right(g, r.row + i, r.col + r.cols - used - 1, used, str_sl(&n), STYLE_UNREAD);
		if (open)
			grid_style(g, (struct area){ r.row + i, r.col, 1, r.cols }, STYLE_SELECTION);
	}
	str_release(&n);
}

void list_draw(struct screen *s, struct grid *g, struct area whole, bool focus)
{
	struct screen_list *l = (struct screen_list *)s;
	struct area side, rows, message, r;

	list_area_split(s->app, whole, &side, &rows, &message);
	if (side.cols)
		draw_sides(l, g, side);
	r = rows.rows ? rows : message;
	if (focus && rows.rows) {       /* alone it has the place of the message, too */
		r = (struct area){ whole.row, rows.col, whole.rows, whole.col + whole.cols - rows.col };
	} else if (!focus) {
		if (!rows.rows)
			return;
		if (rows.rows == whole.rows)
			for (int i = 0; i < rows.rows; i++)
				grid_put(g, rows.row + i, rows.col + rows.cols, 1, SL("│"), STYLE_BORDER);
		else
			for (int i = 0; i < rows.cols; i++)
				grid_put(g, rows.row + rows.rows, rows.col + i, 1, SL("─"), STYLE_BORDER);
	}
	list_size(&l->at, rows_count(l->rows), r.rows);
	if (l->at.n == 0)
		empty(l, g, r);
	for (int i = 0; i < r.rows && l->at.top + (uint64_t)i < l->at.n; i++) {
		uint64_t k = l->at.top + (uint64_t)i;

		draw_row(l, g, r, r.row + i, k, k == l->at.at);
	}
	if (focus)
		grid_cursor(g, r.row + (int)(l->at.n ? l->at.at - l->at.top : 0), r.col, false);
}
