/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * row: one message of a list, as columns for people or as JSON.
 */
#include "priv.h"

/* Cuts or fills clean text to so many columns. */
static void column(struct str *line, struct slice text, int cols)
{
	struct str clean;
	size_t n;
	int used;

	str_init(&clean, STR_MAX);
	utf8_sanitize(&clean, text, CLEAN_LINE);
	n = utf8_fit(str_sl(&clean), cols, &used);
	str_add(line, clean.p, n);
	while (used++ < cols)
		str_addc(line, ' ');
	str_release(&clean);
}

static void add_addr(struct str *out, const char *name, const char *addr)
{
	struct addrs parsed = { 0 };
	struct addr a = { .name = name[0] ? (char *)(uintptr_t)name : NULL };

	addrs_parse(sl(addr), &mime_limits_default, &parsed);
	a.local = parsed.n ? parsed.v[0].local : (char[]){ "" };
	a.domain = parsed.n ? parsed.v[0].domain : NULL;
	if (parsed.n || a.name)
		addr_show(&a, out);
	addrs_release(&parsed);
}

static void json_pair(struct str *s, const char *key, struct slice value)
{
	str_addf(s, "%s\"%s\":", s->n > 1 ? "," : "", key);
	str_addjson(s, value);
}

static int add_to(void *ctx, char kind, const char *name, const char *addr)
{
	struct str *out = ctx;

	if (kind != 't')
		return 0;
	if (out->n)
		str_adds(out, ", ");
	add_addr(out, name, addr);
	return 0;
}

static void row_file(struct str *out, const struct cli_rows *rows, const struct index_row *r)
{
	const char *path = folder_of(rows->folders, r->msg.folder);

	str_adds(out, path ? path : "");
	if (!r->msg.ref.name[0])
		return;
	if (path && maildir_is(path))
		str_adds(out, r->msg.ref.fresh ? "/new" : "/cur");
	str_addf(out, "/%s", r->msg.ref.name);
}

static void print_json(const struct cli_rows *rows, const struct index_row *r)
{
	const char *path = folder_of(rows->folders, r->msg.folder);
	struct err ignored = ERR_INIT;
	struct str s, text;
	char id[13], flags[8];

	str_init(&s, STR_MAX);
	str_init(&text, STR_MAX);
	snprintf(id, sizeof(id), "%012llx", (unsigned long long)(r->msg.ref.key >> 16));
	flags_letters(r->msg.flags, flags);
	str_addc(&s, '{');
	json_pair(&s, "id", sl(id));
	json_pair(&s, "folder", sl(path ? folder_name(rows->conf, path) : ""));
	row_file(&text, rows, r);
	json_pair(&s, "file", str_sl(&text));
	json_pair(&s, "flags", sl(flags));
	str_clear(&text);
	fmt_iso(&text, r->date, r->zone);
	json_pair(&s, "date", str_sl(&text));
	str_clear(&text);
	add_addr(&text, r->from_name, r->from);
	json_pair(&s, "from", str_sl(&text));
	str_clear(&text);
	if (rows->to)
		rows->to(rows->ctx, r, &text);
	else
		index_rcpts(folders_index(rows->folders), r->msg.id, add_to, &text, &ignored);
	json_pair(&s, "to", str_sl(&text));
	json_pair(&s, "subject", sl(r->subject));
	str_addf(&s, ",\"size\":%llu", (unsigned long long)r->msg.size);
	json_pair(&s, "message_id", sl(r->message_id));
	str_adds(&s, "}\n");
	fwrite(s.p, 1, s.n, stdout);
	str_release(&s);
	str_release(&text);
}

static void print_text(const struct cli_rows *rows, const struct index_row *r)
{
	unsigned f = r->msg.flags;
	struct str line, text;

	str_init(&line, STR_MAX);
	str_init(&text, STR_MAX);
	str_addf(&line, "%012llx %c%c ", (unsigned long long)(r->msg.ref.key >> 16),
		f & FLAG_SEEN ? ' ' : f & FLAG_FRESH ? 'N' : 'O',
		f & FLAG_FLAGGED ? '!' : f & FLAG_REPLIED ? 'r' : ' ');
	fmt_date(&text, r->date, rows->now);
	column(&line, str_sl(&text), 11);
	column(&line, sl(r->from_name[0] ? r->from_name : r->from), 20);
	str_adds(&line, "  ");
	str_clear(&text);
	fmt_size(&text, r->msg.size);
	for (size_t i = text.n; i < 5; i++)
		str_addc(&line, ' ');
	str_addsl(&line, str_sl(&text));
	str_adds(&line, "  ");
	for (unsigned i = 0; i < MIN(r->depth, 8u); i++)
		str_adds(&line, i + 1 == MIN(r->depth, 8u) ? "└ " : "  ");
	utf8_sanitize(&line, sl(r->subject), CLEAN_LINE);
	str_addc(&line, '\n');
	fwrite(line.p, 1, line.n, stdout);
	str_release(&line);
	str_release(&text);
}

int cli_row(void *ctx, const struct index_row *r)
{
	struct cli_rows *rows = ctx;

	if (rows->cli->json)
		print_json(rows, r);
	else
		print_text(rows, r);
	rows->n++;
	return ferror(stdout) ? -1 : 0;
}
