/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * renderline: where lines of a message become lines of the screen: cleaned,
 * kept in memory that does not move until the next layout.
 */
#include "priv.h"

#define BLOCK 512
#define CHUNK ((size_t)64 << 10)

static void *keep(struct render *r, const void *p, size_t n)
{
	struct chunk *c = r->chunks;
	size_t need = (n + 15) / 16 * 16;
	void *at;

	if (!c || c->cap - c->n < need) {
		size_t cap = MAX(CHUNK, need);

		c = mem_alloc(sizeof(*c) + cap);
		*c = (struct chunk){ .next = r->chunks, .cap = cap };
		r->chunks = c;
	}
	at = c->data + c->n;
	c->n += need;
	if (n)
		memcpy(at, p, n);
	return at;
}

void lines_clear(struct render *r)
{
	while (r->chunks) {
		struct chunk *c = r->chunks;

		r->chunks = c->next;
		free(c);
	}
	for (size_t i = 0; i < r->n_blocks; i++)
		free(r->blocks[i]);
	r->n_blocks = r->n_lines = 0;
}

void line_put(struct render *r, enum line_kind kind, struct slice text, const struct render_span *spans,
	      size_t n_spans, unsigned quote, bool goes_on, unsigned part)
{
	struct render_line *line;

	str_clear(&r->line);
	utf8_sanitize(&r->line, text, CLEAN_LINE);
	if (!sl_eq(str_sl(&r->line), text))
		n_spans = 0;
	if (r->n_lines / BLOCK == r->n_blocks) {
		mem_grow(r->blocks, r->n_blocks, r->cap_blocks);
		r->blocks[r->n_blocks++] = mem_array(NULL, BLOCK, sizeof(**r->blocks));
	}
	line = &r->blocks[r->n_lines / BLOCK][r->n_lines % BLOCK];
	r->n_lines++;
	*line = (struct render_line){ .kind = kind, .quote = quote, .goes_on = goes_on, .part = part,
		.n_spans = n_spans };
	line->text = sl_make(keep(r, r->line.p, r->line.n), r->line.n);
	if (n_spans)
		line->spans = keep(r, spans, n_spans * sizeof(*spans));
}

static struct render_line *line_at(struct render *r, size_t k)
{
	return &r->blocks[k / BLOCK][k % BLOCK];
}

void lines_move(struct render *r, size_t at, size_t made)
{
	size_t n = r->n_lines - made;
	struct render_line *moved;

	if (n == 0 || at == made)
		return;
	moved = mem_array(NULL, n, sizeof(*moved));
	for (size_t k = 0; k < n; k++)
		moved[k] = *line_at(r, made + k);
	for (size_t k = made; k > at; k--)
		*line_at(r, k - 1 + n) = *line_at(r, k - 1);
	for (size_t k = 0; k < n; k++)
		*line_at(r, at + k) = moved[k];
	for (size_t i = 0; i < r->n_links; i++)
		if (r->links[i].line != UINT32_MAX && r->links[i].line >= at)
			r->links[i].line += (unsigned)n;
	free(moved);
}

size_t render_lines(const struct render *r)
{
	return r->n_lines;
}

const struct render_line *render_line(const struct render *r, size_t k)
{
	return k < r->n_lines ? &r->blocks[k / BLOCK][k % BLOCK] : NULL;
}

void line_wrap(struct render *r, enum line_kind kind, struct slice text, size_t name, int indent, unsigned part)
{
	struct str clean, row;
	struct slice rest;
	bool first = true;

	str_init(&clean, STR_MAX);
	str_init(&row, STR_MAX);
	utf8_sanitize(&clean, text, CLEAN_LINE);
	rest = str_sl(&clean);
	do {
		int in = first || indent > r->opts.width / 2 ? 0 : indent;
		size_t n = utf8_wrap(rest, r->opts.width - in, NULL), keep = n;
		struct render_span span = { .to = name, .kind = SPAN_NAME };

		while (keep && rest.p[keep - 1] == ' ')
			keep--;
		str_clear(&row);
		for (int i = 0; i < in; i++)
			str_addc(&row, ' ');
		str_add(&row, rest.p, keep);
		rest = sl_skip(rest, n);
		span.to = MIN(span.to, row.n);
		line_put(r, kind, str_sl(&row), &span, first && name > 0, 0, rest.n > 0, part);
		first = false;
	} while (rest.n);
	str_release(&clean);
	str_release(&row);
}

void line_note(struct render *r, const char *fmt, ...)
{
	struct str text;
	va_list ap;

	str_init(&text, STR_MAX);
	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	line_wrap(r, LINE_NOTE, str_sl(&text), 0, 0, 0);
	str_release(&text);
}
