/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * renderbody: the texts of a message in slices of time: decoded up to a limit,
 * cleaned block by block, laid out some hundred lines at once.
 */
#include "priv.h"

#define CLEAN_BLOCK ((size_t)256 << 10)
#define LAY_LINES   256
#define FOLD_MIN    3           /* quoted lines that stay as they are */

/* ---- decoding ---- */

struct limited { struct str *out; size_t max; bool over; };

static int write_limited(struct sink *sink, struct slice s, struct err *err)
{
	struct limited *to = sink->ctx;
	size_t room = to->max - MIN(to->max, to->out->n);

	if (s.n > room) {
		while (room && ((unsigned char)s.p[room] & 0xC0) == 0x80)
			room--;
		to->over = true;
	}
	str_addsl(to->out, sl_head(s, room));
	return to->over ? err_set(err, ERR_LIMIT, "%s", _("the text is too long")) : 0;
}

static struct slice read_at(struct render *r, off_t at, size_t n, char *room)
{
	ssize_t got;

	if (r->fd < 0)
		return sl_head(sl_skip(str_sl(&r->mem), (size_t)at), n);
	got = fs_pread(r->fd, room, n, at);
	return sl_make(room, got > 0 ? (size_t)got : 0);
}

/* So much of the encoded part as gives the text: up to a line's end. */
static void shorten(struct render *r, struct part *p, off_t most)
{
	char room[4096];
	struct slice tail;

	if (p->end - p->body <= most)
		return;
	p->end = p->body + most;
	tail = read_at(r, p->end - (off_t)sizeof(room), sizeof(room), room);
	for (size_t i = tail.n; i > 0; i--) {
		if (tail.p[i - 1] == '\n') {
			p->end -= (off_t)(tail.n - i);
			return;
		}
	}
}

/* The words of a message or multipart that is encoded. */
static bool inside_text(struct render *r, const struct part *p, size_t max, struct str *out, bool *cut, struct err *err)
{
	struct part q = *p;
	struct mime_tree tree = { .root = &q };
	unsigned attachments;

	q.next = NULL;
	if (tree_text(&tree, r->fd, str_sl(&r->mem), max, out, &attachments, err) != 0)
		return false;
	*cut = out->n >= max;
	return true;
}

/* Of RTF its text, of enriched text its HTML. */
static void without_looks(const struct part *p, struct str *s)
{
	struct str text;

	str_init(&text, s->max);
	if (enriched_html(p, str_sl(s), &text) || (part_is(p, "text", "rtf") && rtf_text(str_sl(s), &text))) {
		str_clear(s);
		str_addsl(s, str_sl(&text));
	}
	str_release(&text);
}

bool body_text(struct render *r, const struct part *p, size_t max, struct str *out, bool *cut, struct err *err)
{
	struct part q = *p;
	struct limited to = { .out = out, .max = max };
	struct sink sink = { .write = write_limited, .ctx = &to, .fd = -1 };
	struct err limit = ERR_INIT;
	int rc;

	if (part_is_wrapped(p))
		return inside_text(r, p, max, out, cut, err);
	shorten(r, &q, (off_t)(max + max / 2));
	if (r->opt_charset)
		rc = part_text_as(&q, r->opt_charset, r->fd, str_sl(&r->mem), &sink, &limit);
	else
		rc = part_text(&q, r->fd, str_sl(&r->mem), &sink, &limit);
	*cut = to.over || q.end < p->end;
	if (rc != 0 && !to.over) {
		*err = limit;
		return false;
	}
	without_looks(p, out);
	return true;
}

static uint64_t count_bad(struct slice s)
{
	uint64_t n = 0;
	ssize_t at;

	while ((at = sl_search(s, SL("\xEF\xBF\xBD"))) >= 0) {
		n++;
		s = sl_skip(s, (size_t)at + 3);
	}
	return n;
}

/* ---- lines of a page into ours ---- */

static size_t mark_bytes(struct slice text, unsigned depth)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && depth && (text.p[i] == '>' || text.p[i] == ' '); i++) {
		if (text.p[i] != '>')
			continue;
		depth--;
		n = i + 1;
	}
	return n;
}

static void note_place(struct render *r, unsigned link)
{
	if (link && link <= r->n_links && r->links[link - 1].line == UINT32_MAX)
		r->links[link - 1].line = (unsigned)r->n_lines;
}

static void put_page_line(struct render *r, const struct page_line *line)
{
	struct slice text = sl_make(r->page.text.p + line->at, line->n);
	struct render_span few[16], *spans = few;
	enum line_kind kind = line->quote ? LINE_QUOTE : LINE_TEXT;
	size_t n = 0;

	if (line->n_runs * 3 + 1 > ARRAY_LEN(few))
		spans = mem_array(NULL, line->n_runs * 3 + 1, sizeof(*spans));
	if (line->quote)
		spans[n++] = (struct render_span){ .to = mark_bytes(text, line->quote), .kind = SPAN_QUOTE_MARK };
	for (size_t i = 0; i < line->n_runs; i++) {
		const struct page_run *run = &r->page.runs[line->run + i];
		struct render_span span = { .from = run->from, .to = run->to };

		span.kind = SPAN_BOLD;
		if (run->style & (RUN_BOLD | RUN_HEADING))
			spans[n++] = span;
		span.kind = SPAN_ITALIC;
		if (run->style & RUN_ITALIC)
			spans[n++] = span;
		span.kind = SPAN_LINK;
		span.link = run->link;
		if (run->link)
			spans[n++] = span;
		note_place(r, run->link);
	}
	r->signature = r->signature || sl_is(text, "-- ");
	line_put(r, r->signature ? LINE_SIGNATURE : kind, text, spans, n, r->signature ? 0 : line->quote, line->goes_on, 0);
	if (spans != few)
		free(spans);
}

static void put_folded(struct render *r, size_t from, size_t to, size_t count)
{
	struct render_span mark = { .to = 1, .kind = SPAN_QUOTE_MARK };
	struct str text;

	for (size_t i = from; i < to; i++)
		for (size_t k = 0; k < r->page.v[i].n_runs; k++)
			note_place(r, r->page.runs[r->page.v[i].run + k].link);
	str_init(&text, STR_MAX);
	str_addf(&text, ngettext_("> [%zu quoted line]", "> [%zu quoted lines]", count), count);
	line_put(r, LINE_QUOTE, str_sl(&text), &mark, 1, 1, false, 0);
	str_release(&text);
}

/* What is laid out becomes lines; a quote that may go on waits for its end. */
static void take_lines(struct render *r, bool last)
{
	struct page *page = &r->page;

	while (r->shown < page->n) {
		size_t end = r->shown, count = 0;

		if (!r->opts.fold_quotes || r->signature || !page->v[end].quote) {
			put_page_line(r, &page->v[r->shown++]);
			continue;
		}
		for (; end < page->n && page->v[end].quote; end++)
			count += !page->v[end].goes_on;
		if (end == page->n && !last)
			return;
		if (count > FOLD_MIN)
			put_folded(r, r->shown, end, count);
		else
			for (size_t i = r->shown; i < end; i++)
				put_page_line(r, &page->v[i]);
		r->shown = end;
	}
}

/* ---- pieces ---- */

static void blank_line(struct render *r)
{
	const struct render_line *last = r->n_lines ? render_line(r, r->n_lines - 1) : NULL;

	if (last && last->text.n)
		line_put(r, LINE_TEXT, SL_NONE, NULL, 0, 0, false, 0);
}

static bool says(const struct part *p, const char *name, const char *value)
{
	const char *found = params_get(&p->params, name);

	return found && sl_iis(sl(found), value);
}

/* Text whose lines are no lines yet, not too long to be put together here. */
static bool is_flowed(const struct part *p)
{
	return part_is(p, "text", "plain") && says(p, "format", "flowed") && p->end - p->body < (off_t)TEXT_MAX;
}

static void begin_text(struct render *r, const struct part *p)
{
	r->open = true;
	r->signature = false;
	r->flowed = part_is(p, "text", "plain") && says(p, "format", "flowed");
	r->delsp = r->flowed && says(p, "delsp", "yes");
	r->cleaned = r->at = r->shown = 0;
	page_clear(&r->page);
}

/* Directly below the header, though it is known only now. */
static void warn_of_links(struct render *r)
{
	size_t made = r->n_lines;

	links_warn(r);
	lines_move(r, r->trust_end, made);
}

static void lay_html(struct render *r)
{
	struct page *page = &r->page;

	html_page(str_sl(&r->raw), r->opts.width, page);
	r->left.remote += page->remote;
	r->left.trackers += page->trackers;
	r->left.hidden += page->hidden;
	r->left.scripts += page->scripts;
	r->left.forms += page->forms;
	r->left.cut_html |= page->cut;
	links_take(r, true);
	take_lines(r, true);
	r->open = false;
	if (r->piece + 1 == r->last_html)
		warn_of_links(r);
}

/* Texts behind others say where they come from. */
static void put_title(struct render *r)
{
	const struct piece *piece = &r->pieces[r->piece], *before = r->piece ? piece - 1 : NULL;

	if (!before || (before->kind != PIECE_TEXT && before->kind != PIECE_HTML))
		return;
	blank_line(r);
	if (piece->part->filename)
		line_note(r, _("[-- part %s: %s --]"), piece->part->number, piece->part->filename);
	else
		line_note(r, _("[-- part %s --]"), piece->part->number);
	blank_line(r);
}

static bool begin_piece(struct render *r, struct err *err)
{
	struct piece *piece = &r->pieces[r->piece];
	bool html = piece->kind == PIECE_HTML, cut;
	struct str room;

	switch (piece->kind) {
	case PIECE_NOTE:
		blank_line(r);
		line_note(r, "%s", piece->note);
		blank_line(r);
		break;
	case PIECE_HEADER:
		str_init(&room, mime_limits_default.header);
		head_put(r, render_head_of(r, piece->part, &room), true);
		str_release(&room);
		blank_line(r);
		break;
	case PIECE_CALENDAR:
	case PIECE_CARDS:
		str_clear(&r->raw);
		if (!body_text(r, piece->part, HTML_MAX, &r->raw, &cut, err))
			return false;
		blank_line(r);
		if (piece->kind == PIECE_CARDS)
			cards_put(r, str_sl(&r->raw));
		else
			calendar_put(r, str_sl(&r->raw));
		blank_line(r);
		break;
	case PIECE_TEXT:
	case PIECE_HTML:
		put_title(r);
		if (!html && r->opts.text && !is_flowed(piece->part) && !part_is_wrapped(piece->part) && !part_is(piece->part, "text", "rtf"))
			return r->opts.text(r->opts.ctx, r, piece->part, err) == 0;
		begin_text(r, piece->part);
		str_clear(&r->raw);
		str_clear(&r->text);
		if (!body_text(r, piece->part, html ? HTML_MAX : TEXT_MAX, &r->raw, &cut, err))
			return false;
		r->left.cut_html |= cut && html;
		r->left.cut_text |= cut && !html;
		r->left.bad += count_bad(str_sl(&r->raw));
		if (html)
			lay_html(r);
		break;
	}
	return true;
}

/* The next block of the text is cleaned: whole lines, or whole words at least. */
static void clean_block(struct render *r)
{
	struct slice rest = sl_skip(str_sl(&r->raw), r->cleaned);
	size_t n = MIN(rest.n, CLEAN_BLOCK), from = n;

	if (n < rest.n) {
		while (n > 0 && rest.p[n - 1] != '\n')
			n--;
		for (n = n ? n : from; n > 1 && ((unsigned char)rest.p[n] & 0xC0) == 0x80; )
			n--;
	}
	utf8_sanitize(&r->text, sl_head(rest, n), CLEAN_LINES | CLEAN_TABS);
	r->cleaned += n;
}

static void continue_text(struct render *r)
{
	bool done;

	if (r->cleaned < r->raw.n) {
		clean_block(r);
		return;
	}
	text_page_more(str_sl(&r->text), &r->at, r->flowed, r->delsp, r->opts.width, LAY_LINES, &r->page);
	done = r->at >= r->text.n;
	links_take(r, false);
	take_lines(r, done);
	r->open = !done;
}

bool body_step(struct render *r, int64_t until, struct err *err)
{
	while (r->piece < r->n_pieces) {
		if (r->open)
			continue_text(r);
		else if (!begin_piece(r, err))
			return false;
		if (!r->open)
			r->piece++;
		if (rt_mono() >= until)
			return true;
	}
	r->phase = PHASE_END;
	return true;
}

/* ---- the end ---- */

static void left_notes(struct render *r)
{
	const struct left_out *l = &r->left;

	if (r->n_pieces == 0)
		line_note(r, "%s", _("This message has no text."));
	if (l->cut_text)
		line_note(r, _("The text is longer than %zu MiB; the rest is left out. It can be saved, or seen raw."), TEXT_MAX >> 20);
	if (l->cut_html)
		line_note(r, "%s", _("The page is too large or too deep; the rest is left out. It can be saved, or seen raw."));
	if (l->bad)
		line_note(r, ngettext_("%llu character could not be read and is shown as \xEF\xBF\xBD.",
			"%llu characters could not be read and are shown as \xEF\xBF\xBD.", l->bad), (unsigned long long)l->bad);
	if (l->remote)
		line_note(r, ngettext_("%u remote image was not loaded.", "%u remote images were not loaded.", l->remote), l->remote);
	if (l->trackers)
		line_note(r, ngettext_("%u of them looks like a tracker.", "%u of them look like trackers.", l->trackers), l->trackers);
	if (l->hidden)
		line_note(r, ngettext_("Hidden text of %u character was left out.", "Hidden text of %u characters was left out.", l->hidden), l->hidden);
	if (l->scripts)
		line_note(r, "%s", _("Scripts were left out."));
	if (l->forms)
		line_note(r, "%s", _("A form was left out; it can't be filled in here."));
	for (unsigned bit = 1; bit && bit <= r->tree->defects; bit <<= 1)
		if (r->tree->defects & bit)
			line_note(r, _("This message is not well formed: %s."), part_defect_text(bit));
}

uint64_t render_part_size(const struct part *p)
{
	uint64_t n = (uint64_t)(p->end - p->body);

	return p->enc == ENC_BASE64 ? (n - MIN(n, p->lines - (p->lines > 0))) / 4 * 3 : n;
}

static void add_size(struct str *out, uint64_t n)
{
	static const char units[] = "KMGT";
	double size = (double)n;
	int k = -1;

	if (n < 1000) {
		str_addf(out, "%u", (unsigned)n);
		return;
	}
	while (size >= 999.5 && k < 3) {
		size /= 1024;
		k++;
	}
	str_addf(out, size < 9.95 ? "%.1f%c" : "%.0f%c", size, units[k]);
}

static void attachment_lines(struct render *r)
{
	struct str text;

	str_init(&text, STR_MAX);
	for (size_t k = 0; k < r->n_parts; k++) {
		const struct part *p = r->parts[k];
		const char *name = p->filename ? p->filename : p->description;

		str_clear(&text);
		str_addf(&text, "[%zu] %s%s%s/%s  ", k + 1, name ? name : "", name ? "  " : "", p->type, p->subtype);
		add_size(&text, render_part_size(p));
		line_wrap(r, LINE_ATTACHMENT, str_sl(&text), 0, 4, (unsigned)k);
	}
	str_release(&text);
}

void body_end(struct render *r)
{
	size_t before = r->n_lines, blank, notes;

	blank_line(r);
	blank = r->n_lines;
	links_list(r);
	if (r->n_lines > blank)
		blank_line(r);
	notes = r->n_lines;
	left_notes(r);
	if (r->n_parts && r->n_lines > notes)
		blank_line(r);
	attachment_lines(r);
	if (r->n_lines == notes)
		r->n_lines = notes > blank ? notes - 1 : before;
	for (size_t i = 0; i < r->n_links; i++)
		if (r->links[i].line == UINT32_MAX)
			r->links[i].line = 0;
}
