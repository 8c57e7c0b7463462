/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * param: the parameters of Content-Type and Content-Disposition (RFC 2045 5.1,
 * RFC 2231), and what senders write in their place.
 *
 * 1. At most limits->params pieces are kept; an index is a number to sort by
 *    and nothing else.
 * 2. The first of two equal names counts, and an extended one (name*) before a
 *    plain one (RFC 2231 4.1).
 * 3. Values are UTF-8; only a boundary keeps its bytes, which must be found
 *    in the body again.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

/* name, name*, name*N or name*N* with its value as written. */
struct seg {
	struct slice name, value;
	int64_t index;          /* -1: none */
	bool ext, used;
};

struct reader {
	struct slice rest;
	struct seg *v;
	size_t n, cap;
	bool bad;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void params_release(struct params *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].value);
	}
	free(l->v);
	*l = (struct params){ .n = 0 };
}

const char *params_get(const struct params *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].name, name) == 0)
			return l->v[i].value;
	return NULL;
}

/* ---- cutting ---- */

static void skip_blanks(struct reader *r)
{
	while (r->rest.n && is_blank(r->rest.p[0]))
		r->rest = sl_skip(r->rest, 1);
}

/* Blanks and comments, by the rules of lex.c. */
static void skip_cfws(struct reader *r)
{
	struct lex lx;
	struct lex_tok t;

	skip_blanks(r);
	if (r->rest.n == 0 || r->rest.p[0] != '(')
		return;
	lex_init(&lx, r->rest, true);
	t = lex_next(&lx);
	r->rest = sl_range(t.raw.p, r->rest.p + r->rest.n);
}

/* What begins with "(1)" is a name of a file, unless one in quotes follows. */
static void skip_before_value(struct reader *r, bool file)
{
	struct reader behind;

	skip_blanks(r);
	behind = *r;
	skip_cfws(&behind);
	if (!file || (behind.rest.n && behind.rest.p[0] == '"'))
		*r = behind;
}

static size_t find_any(struct slice s, const char *set)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == '\0' || !strchr(set, s.p[i])))
		i++;
	return i;
}

/* "name=" comes next: a semicolon was forgotten. */
static bool is_name_ahead(struct slice s)
{
	size_t n = find_any(s, " \t\r\n;=\"");

	return n < s.n && s.p[n] == '=' && lex_is_token(sl_head(s, n));
}

/* The value, with its quotes when it has them; rest is then at a semicolon, at
 * a name or at the end. */
static struct slice take_value(struct reader *r)
{
	struct slice s = r->rest, value;

	if (sl_starts(s, "\"\"") && s.n > 2 && !is_blank(s.p[2]) && s.p[2] != ';') {
		s = sl_skip(s, 1);      /* quoted twice */
		r->bad = true;
	}
	if (s.n && s.p[0] == '"') {
		size_t i = 1;

		while (i < s.n && s.p[i] != '"')
			i += s.p[i] == '\\' ? 2 : 1;
		r->bad = r->bad || i >= s.n;
		value = sl_head(s, i + 1);
	} else {
		value = sl_head(s, find_any(s, " \t\r\n;"));
	}
	r->rest = sl_skip(s, value.n);
	skip_cfws(r);
	if (r->rest.n == 0 || r->rest.p[0] == ';')
		return value;
	r->bad = true;
	if (is_name_ahead(r->rest))
		return value;
	/* blanks or parentheses in a value without quotes: take it all */
	if (s.p[0] != '"')
		value = sl_trim(sl_head(s, find_any(s, ";")));
	r->rest = sl_range(r->rest.p + find_any(r->rest, ";"), s.p + s.n);
	return value;
}

/* Splits the stars off a name (RFC 2231 3 and 4.1). */
static bool split_name(struct seg *g)
{
	ssize_t star = sl_find(g->name, '*');
	struct slice tail;
	uint64_t index;

	g->index = -1;
	if (star < 0)
		return true;
	tail = sl_skip(g->name, (size_t)star + 1);
	g->name.n = (size_t)star;
	g->ext = tail.n == 0 || tail.p[tail.n - 1] == '*';
	if (tail.n == 0)
		return true;
	if (g->ext)
		tail.n--;
	if (sl_u64(tail, 1000000, &index) != 0)
		return false;
	g->index = (int64_t)index;
	return true;
}

static void read_seg(struct reader *r, size_t max)
{
	struct seg g = { .used = false };

	g.name = sl_head(r->rest, find_any(r->rest, " \t\r\n(;="));
	r->rest = sl_skip(r->rest, g.name.n);
	skip_cfws(r);
	if (r->rest.n == 0 || r->rest.p[0] != '=') {
		r->bad = true;
		r->rest = sl_skip(r->rest, find_any(r->rest, ";"));
		return;
	}
	r->rest = sl_skip(r->rest, 1);
	skip_before_value(r, sl_istarts(g.name, "name") || sl_istarts(g.name, "filename"));
	g.value = take_value(r);
	if (!split_name(&g) || !lex_is_token(g.name) || r->n >= max) {
		r->bad = true;
		return;
	}
	mem_grow(r->v, r->n, r->cap);
	r->v[r->n++] = g;
}

/* ---- joining ---- */

/* Quotes off.  Only pairs that a quote needs are resolved: "C:\new" is meant
 * as it stands. */
static void add_unquoted(struct slice s, struct str *out)
{
	bool quoted = s.n && s.p[0] == '"';

	for (size_t i = quoted ? 1 : 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
			continue;
		if (c == '\n') {
			if (i + 1 < s.n && ascii_isblank(s.p[i + 1])) {
				str_addc(out, ' ');     /* a fold, also by a tab */
				i++;
			}
			continue;
		}
		if (quoted && c == '"')
			break;
		if (quoted && c == '\\' && i + 1 < s.n &&
		    (s.p[i + 1] == '"' || s.p[i + 1] == '\\'))
			c = s.p[++i];
		str_addc(out, c);
	}
}

static void add_percent(struct slice s, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 2 < s.n && hex_val(s.p[i + 1]) >= 0 &&
		    hex_val(s.p[i + 2]) >= 0) {
			str_addc(out, (char)(hex_val(s.p[i + 1]) << 4 | hex_val(s.p[i + 2])));
			i += 2;
		} else {
			str_addc(out, s.p[i]);
		}
	}
}

/* charset'language'rest; some forget a mark.  Without any, all is rest. */
static struct slice take_charset(struct slice *s)
{
	ssize_t a = sl_find(*s, '\''), b;
	struct slice charset;

	if (a < 0)
		return SL_NONE;
	charset = sl_head(*s, (size_t)a);
	b = sl_find(sl_skip(*s, (size_t)a + 1), '\'');
	if (b < 0 && !charset_table(charset))
		return SL_NONE;
	*s = sl_skip(*s, (size_t)(a + b) + 2);  /* b is -1 where it is missing */
	return charset;
}

/* The segment of that name with the lowest index above last; the first of equal ones. */
static struct seg *next_seg(struct reader *r, struct slice name, int64_t last)
{
	struct seg *best = NULL;

	for (size_t i = 0; i < r->n; i++) {
		struct seg *g = &r->v[i];

		if (g->index > last && sl_ieq(g->name, name) && (!best || g->index < best->index))
			best = g;
	}
	return best;
}

static struct seg *whole_seg(struct reader *r, struct slice name, bool ext)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].index < 0 && r->v[i].ext == ext && sl_ieq(r->v[i].name, name))
			return &r->v[i];
	return NULL;
}

/* Of what is encoded, some cut inside of an escape: so it is decoded when all of it is there. */
static void end_escaped(struct str *escaped, struct str *bytes)
{
	add_percent(str_sl(escaped), bytes);
	str_clear(escaped);
}

/* Joins the value of a name from its best form. */
static char *join(struct reader *r, struct slice name)
{
	struct seg *g = whole_seg(r, name, true);
	struct str raw, escaped, bytes, charset, out;
	bool ext = false;

	str_init(&raw, STR_MAX);
	str_init(&escaped, STR_MAX);
	str_init(&bytes, STR_MAX);
	str_init(&charset, STR_MAX);
	str_init(&out, STR_MAX);
	if (!g)
		g = next_seg(r, name, -1);
	if (!g)
		g = whole_seg(r, name, false);
	for (; g; g = g->index < 0 ? NULL : next_seg(r, name, g->index)) {
		struct slice s;

		str_clear(&raw);
		add_unquoted(g->value, &raw);
		s = str_sl(&raw);
		if (g->ext && !ext)
			str_addsl(&charset, take_charset(&s));
		if (charset.n && s.n > 1 && s.p[0] == '"' && sl_ends(s, "\""))         /* utf-8''"name" */
			s = sl_range(s.p + 1, s.p + s.n - 1);
		if (!g->ext)
			end_escaped(&escaped, &bytes);
		str_addsl(g->ext ? &escaped : &bytes, s);
		ext = ext || g->ext;
	}
	end_escaped(&escaped, &bytes);
	if (sl_iis(name, "boundary"))
		str_addsl(&out, str_sl(&bytes));
	else if (ext && charset.n)
		charset_to_utf8(sl(guess_said(str_sl(&bytes), charset.p)), str_sl(&bytes), &out);
	else
		word_decode(str_sl(&bytes), &out);
	str_release(&raw);
	str_release(&escaped);
	str_release(&bytes);
	str_release(&charset);
	return word_detach(&out);
}

void params_parse(struct slice text, const struct mime_limits *lim, struct params *out)
{
	struct reader r = { .rest = text.n ? text : SL("") };

	*out = (struct params){ .n = 0 };
	for (;;) {
		while (skip_cfws(&r), r.rest.n && r.rest.p[0] == ';')
			r.rest = sl_skip(r.rest, 1);
		if (r.rest.n == 0)
			break;
		read_seg(&r, lim->params);
	}
	for (size_t i = 0; i < r.n; i++) {
		char *name;

		if (r.v[i].used)
			continue;
		for (size_t j = i; j < r.n; j++) {
			if (!sl_ieq(r.v[i].name, r.v[j].name))
				continue;
			if (j > i && r.v[i].index == r.v[j].index && r.v[i].ext == r.v[j].ext)
				r.bad = true;   /* said twice */
			r.v[j].used = true;
		}
		name = sl_dup(r.v[i].name);
		for (char *p = name; *p; p++)
			*p = (char)ascii_lower(*p);
		mem_grow(out->v, out->n, out->cap);
		out->v[out->n++] = (struct param){ .name = name, .value = join(&r, r.v[i].name) };
	}
	out->bad = r.bad;
	free(r.v);
}

/* ---- writing ---- */

#define LINE_WISH 78
#define PLAIN_MAX 60    /* of the plain form of one that is encoded elsewhere */

/* The column after the last line of out. */
static size_t column(const struct str *out)
{
	size_t n = out->n;

	while (n > 0 && out->p[n - 1] != '\n')
		n--;
	return out->n - n;
}

/* ";" and a blank or, where n more do not fit, a fold. */
static void separate(struct str *out, size_t n)
{
	str_addc(out, ';');
	if (column(out) + 1 + n + 1 > LINE_WISH)
		str_addc(out, '\n');
	str_addc(out, ' ');
}

/* ASCII without controls, and nothing that a reader would decode. */
static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return sl_search(s, SL("=?")) < 0;
}

static void quote(struct slice s, struct str *out)
{
	if (lex_is_token(s))
		str_addsl(out, s);
	else
		str_addquoted(out, s);
}

static void add_form(const char *name, struct slice form, struct str *out)
{
	separate(out, strlen(name) + 1 + form.n);
	str_adds(out, name);
	str_addc(out, '=');
	str_addsl(out, form);
}

/* The same with '_' for what is not plain, cut to PLAIN_MAX with its suffix. */
static void add_plain(const char *name, struct slice s, struct str *out)
{
	struct str plain, form;
	size_t keep = 0;
	uint32_t cp;

	str_init(&plain, STR_MAX);
	str_init(&form, STR_MAX);
	for (; s.n; s = sl_skip(s, utf8_decode(s, &cp))) {
		utf8_decode(s, &cp);
		if (cp < ' ' || cp > '~' || strchr("\"\\?", (int)cp))
			cp = '_';
		str_addc(&plain, (char)cp);
	}
	while (keep < plain.n && keep < 12 && plain.p[plain.n - keep - 1] != '.')
		keep++;
	keep = keep < 12 && keep < plain.n ? keep + 1 : 0;
	if (plain.n > PLAIN_MAX) {
		memmove(plain.p + PLAIN_MAX - keep, plain.p + plain.n - keep, keep);
		str_cut(&plain, PLAIN_MAX);
	}
	quote(str_sl(&plain), &form);
	add_form(name, str_sl(&form), out);
	str_release(&plain);
	str_release(&form);
}

/* The next character of s as RFC 2231 writes it. */
static size_t encode_char(struct slice s, char enc[13], size_t *n)
{
	static const char hex[] = "0123456789ABCDEF";
	char utf8[4];
	uint32_t cp;
	size_t used = utf8_decode(s, &cp), bytes = utf8_encode(cp, utf8);

	*n = 0;
	if (bytes == 1 && cp && (ascii_isalnum(utf8[0]) || strchr("!#$&+-.^_`{|}~", utf8[0]))) {
		enc[(*n)++] = utf8[0];
		return used;
	}
	for (size_t i = 0; i < bytes; i++) {
		enc[(*n)++] = '%';
		enc[(*n)++] = hex[(unsigned char)utf8[i] >> 4];
		enc[(*n)++] = hex[utf8[i] & 15];
	}
	return used;
}

/* name*=utf-8''..., or name*0*= and so on, each on a line of its own. */
static void add_extended(const char *name, struct slice s, struct str *out)
{
	struct str all, line;
	char enc[13];
	size_t n, i = 0;

	str_init(&all, STR_MAX);
	str_init(&line, 256);
	str_adds(&all, "utf-8''");
	for (struct slice t = s; t.n && all.n <= LINE_WISH; ) {
		t = sl_skip(t, encode_char(t, enc, &n));
		str_add(&all, enc, n);
	}
	if (1 + strlen(name) + 2 + all.n + 1 <= LINE_WISH) {
		str_addf(&line, "%s*", name);
		add_form(line.p, str_sl(&all), out);
		s.n = 0;
	}
	while (s.n) {
		char label[128];
		size_t room;

		snprintf(label, sizeof(label), "%s*%zu*", name, i);
		room = LINE_WISH - MIN(strlen(label) + 3, 60);
		str_clear(&line);
		if (i++ == 0)
			str_adds(&line, "utf-8''");
		while (s.n) {
			size_t used = encode_char(s, enc, &n);

			if (line.n + n > room)
				break;
			str_add(&line, enc, n);
			s = sl_skip(s, used);
		}
		add_form(label, str_sl(&line), out);
	}
	str_release(&all);
	str_release(&line);
}

bool param_name_ok(const char *name)
{
	return lex_is_token(sl(name)) && strlen(name) <= 60;
}

int param_write(struct str *out, const char *name, struct slice utf8, bool plain)
{
	struct str form;

	bug_on(!param_name_ok(name));
	str_init(&form, STR_MAX);
	if (is_plain(utf8))
		quote(utf8, &form);
	if (form.n && 1 + strlen(name) + 1 + form.n + 1 <= LINE_WISH) {
		if (!plain)
			add_form(name, str_sl(&form), out);
	} else if (plain) {
		add_plain(name, utf8, out);
	} else {
		add_extended(name, utf8, out);
	}
	str_release(&form);
	return out->full ? -1 : 0;
}
