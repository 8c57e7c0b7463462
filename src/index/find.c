/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * find: a tree of conditions as SQL over "msg m".  Numbers stand in it as they are,
 * texts are bound.
 *
 * What only the text of a message tells is not known while that is not in: such a
 * message counts as found, whatever is asked of its text, also where the condition is
 * negated; so "not" is carried down to the leaves.  Inside a negated FIND_THREAD it
 * is the other way: there only what is sure counts.
 */
#include "index/priv.h"
#include <inttypes.h>

#define DEPTH_MAX 100

struct make { struct index *i; struct ix_where *w; struct err *err; unsigned depth, inner; };
/* negated, and whether what is not known counts */
struct mode { bool negated, maybe; char m; };

static int part(struct make *, const struct find *, struct mode);

static void add(struct make *k, const char *fmt, ...) PRINTF(2, 3);
static void add(struct make *k, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&k->w->sql, fmt, ap);
	va_end(ap);
}

/* A parameter; taken over. */
static void add_text(struct make *k, char *text)
{
	mem_grow(k->w->texts, k->w->n, k->w->cap);
	k->w->texts[k->w->n++] = text;
	add(k, "?");
}

static char *fold(const char *text)
{
	struct str s;

	str_init(&s, STR_MAX);
	utf8_casefold(&s, sl(text));
	return str_detach(&s);
}

/* ---- leaves ---- */

static void range(struct make *k, const struct find *f, struct mode m, const char *column)
{
	add(k, "%sm%c.%s BETWEEN %" PRId64 " AND %" PRId64, m.negated ? "NOT " : "", m.m, column, f->min, f->max);
}

static void addresses(struct make *k, const struct find *f, struct mode m, char kind)
{
	const char *of = "(SELECT id FROM addr WHERE instr(folded, ";

	k->w->slow = true;
	add(k, "%s(", m.negated ? "NOT " : "");
	if (kind == 'f') {
		add(k, "m%c.sender IN %s", m.m, of);
		add_text(k, fold(f->text));
		add(k, ")) OR ");
	}
	add(k, "m%c.id IN (SELECT msg FROM rcpt WHERE kind = %d AND addr IN %s", m.m, kind, of);
	add_text(k, fold(f->text));
	add(k, "))))");
}

static void match(struct make *k, struct mode m, const char *table, const struct str *words)
{
	add(k, "m%c.id IN (SELECT rowid FROM %s WHERE %s MATCH ", m.m, table, table);
	add_text(k, mem_strdup(words->p));
	add(k, ")");
}

static void text(struct make *k, const struct find *f, struct mode m, bool head)
{
	struct str words;

	str_init(&words, STR_MAX);
	if (ix_text_match(f->text ? f->text : "", &words) != 0) {
		/* no word: the index can rule nothing out */
		add(k, "%d", m.maybe);
	} else {
		k->w->slow = true;
		add(k, "(%s(", m.negated ? "NOT " : "");
		if (head) {
			match(k, m, "head", &words);
			add(k, " OR ");
		}
		match(k, m, "body", &words);
		add(k, ") %s m%c.textless = %d)", m.maybe ? "OR" : "AND", m.m, m.maybe);
	}
	str_release(&words);
}

static void attachments(struct make *k, const struct find *f, struct mode m)
{
	add(k, "(");
	range(k, f, m, "attachments");
	add(k, " %s m%c.textless = %d)", m.maybe ? "OR" : "AND", m.m, m.maybe);
}

/* The folders that are searched, for what asks for others of them. */
static void scope(struct make *k)
{
	if (!k->w->scoped)
		return;
	add(k, " AND o.folder IN (");
	for (size_t n = 0; n < k->w->n_folders; n++)
		add(k, "%s%" PRId64, n ? "," : "", k->w->folders[n]);
	add(k, ")");
}

/* Once over all, as there may be no index yet. */
static void others(struct make *k, struct mode m, const char *column, bool exist)
{
	k->w->slow = true;
	add(k, "m%c.%s %sIN (SELECT o.%s FROM msg o WHERE 1", m.m, column, m.negated ? "NOT " : "", column);
	if (exist)
		scope(k);
	add(k, " GROUP BY o.%s HAVING count(*) %s 1)", column, exist ? ">" : "=");
}

static int of_role(struct make *k, const struct find *f, struct mode m)
{
	int64_t *ids = NULL;
	size_t n = 0;
	int r = ix_folder_ids(k->i, (char)f->min, &ids, &n, k->err);

	add(k, "m%c.folder %sIN (", m.m, m.negated ? "NOT " : "");
	for (size_t j = 0; j < n; j++)
		add(k, "%s%" PRId64, j ? "," : "", ids[j]);
	add(k, ")");
	free(ids);
	return r;
}

/* ---- groups ---- */

/* Halved again and again, because SQLite limits how deep a condition is nested. */
static int halves(struct make *k, const struct find *c, size_t n, bool all, struct mode m)
{
	size_t half = n / 2;

	if (n == 1)
		return part(k, c, m);
	add(k, "(");
	if (halves(k, c, half, all, m) != 0)
		return -1;
	add(k, all ? ") AND (" : ") OR (");
	for (size_t skip = 0; skip < half; skip++)
		c = c->next;
	if (halves(k, c, n - half, all, m) != 0)
		return -1;
	add(k, ")");
	return 0;
}

static int group(struct make *k, const struct find *f, struct mode m)
{
	bool all = (f->kind == FIND_AND) != m.negated;
	size_t n = 0;

	for (const struct find *c = f->child; c; c = c->next)
		n++;
	if (n > 0)
		return halves(k, f->child, n, all, m);
	add(k, "%d", all);
	return 0;
}

static int thread(struct make *k, const struct find *f, struct mode m)
{
	struct mode in = { false, m.negated ? !m.maybe : m.maybe, (char)('a' + k->inner++ % 12) };
	struct find all = { .kind = FIND_AND, .child = f->child };
	int r;

	k->w->slow = true;
	add(k, "m%c.thread %sIN (SELECT m%c.thread FROM msg m%c WHERE ", m.m, m.negated ? "NOT " : "", in.m, in.m);
	r = group(k, &all, in);
	add(k, ")");
	return r;
}

static int leaf(struct make *k, const struct find *f, struct mode m)
{
	const char *no = m.negated ? "NOT " : "";

	switch (f->kind) {
	case FIND_ALL:
		add(k, "%d", !m.negated);
		break;
	case FIND_AND:
	case FIND_OR:
		return group(k, f, m);
	case FIND_THREAD:
		return thread(k, f, m);
	case FIND_FOLDER:
		add(k, "m%c.folder %s %" PRId64, m.m, m.negated ? "<>" : "=", f->min);
		break;
	case FIND_ROLE:
		return of_role(k, f, m);
	case FIND_FLAGS:        /* as the partial indexes of schema.c say it */
		add(k, "(m%c.flags & %" PRId64 ") %s 0", m.m, f->min, m.negated ? "=" : "<>");
		break;
	case FIND_DATE:
		range(k, f, m, "date");
		break;
	case FIND_RECEIVED:
		range(k, f, m, "received");
		break;
	case FIND_SIZE:
		range(k, f, m, "size");
		break;
	case FIND_ATTACHMENTS:
		attachments(k, f, m);
		break;
	case FIND_FROM:
		addresses(k, f, m, 'f');
		break;
	case FIND_TO:
		addresses(k, f, m, 't');
		break;
	case FIND_CC:
		addresses(k, f, m, 'c');
		break;
	case FIND_SUBJECT:
		add(k, "%six_has(m%c.subject, ", no, m.m);
		add_text(k, fold(f->text));
		add(k, ")");
		k->w->slow = true;
		break;
	case FIND_MSGID:
		add(k, "%six_has(m%c.mid, ", no, m.m);
		add_text(k, fold(f->text));
		add(k, ")");
		k->w->slow = true;
		break;
	case FIND_WORDS:
		text(k, f, m, true);
		break;
	case FIND_TEXT:
		text(k, f, m, false);
		break;
	case FIND_DUPLICATE:
		others(k, m, "ident", true);
		break;
	case FIND_ALONE:
		others(k, m, "thread", false);
		break;
	case FIND_ID:
	case FIND_IDENT:
		add(k, "%sm%c.%s = %" PRId64, no, m.m, f->kind == FIND_ID ? "id" : "ident", f->min);
		k->w->slow = true;
		break;
	}
	return 0;
}

static int part(struct make *k, const struct find *f, struct mode m)
{
	int r;

	if (++k->depth > DEPTH_MAX)
		return err_set(k->err, ERR_LIMIT, _("This pattern is nested too deeply."));
	m.negated = m.negated != f->negated;
	r = leaf(k, f, m);
	k->depth--;
	return r;
}

/* ---- the folders that it is about ---- */

static void keep_both(struct ix_where *w, int64_t *ids, size_t n)
{
	size_t kept = 0;

	if (!w->scoped) {
		w->folders = ids;
		w->n_folders = n;
		w->scoped = true;
		return;
	}
	for (size_t a = 0; a < w->n_folders; a++)
		for (size_t b = 0; b < n; b++)
			if (w->folders[a] == ids[b]) {
				w->folders[kept++] = ids[b];
				break;
			}
	w->n_folders = kept;
	free(ids);
}

/* Conditions on the folder that hold for all that is found; pure: nothing else. */
static int narrow(struct make *k, const struct find *f, unsigned depth)
{
	int64_t *ids = NULL;
	size_t n = 1;
	int r = 0;

	if (f->kind == FIND_FOLDER && !f->negated) {
		ids = mem_array(NULL, 1, sizeof(*ids));
		ids[0] = f->min;
		keep_both(k->w, ids, n);
	} else if (f->kind == FIND_ROLE && !f->negated) {
		r = ix_folder_ids(k->i, (char)f->min, &ids, &n, k->err);
		keep_both(k->w, ids, n);
	} else if (f->kind == FIND_AND && !f->negated && depth < DEPTH_MAX) {
		for (const struct find *c = f->child; r == 0 && c; c = c->next)
			r = narrow(k, c, depth + 1);
	} else if (f->kind != FIND_ALL || f->negated) {
		k->w->pure = false;
	}
	return r;
}

int ix_where_make(struct index *i, const struct find *f, struct ix_where *w, struct err *err)
{
	struct make k = { .i = i, .w = w, .err = err };
	int r;

	*w = (struct ix_where){ .pure = true };
	str_init(&w->sql, 4 << 20);
	r = ix_look(i, err);
	if (r != 0)
		return -1;
	r = narrow(&k, f, 0);
	if (r == 0)
		r = part(&k, f, (struct mode){ false, true, ' ' });
	ix_look_end(i);
	if (r == 0 && w->sql.full)
		r = err_set(err, ERR_LIMIT, _("This pattern is too long."));
	return r;
}

void ix_where_release(struct ix_where *w)
{
	for (size_t k = 0; k < w->n; k++)
		free(w->texts[k]);
	free(w->texts);
	free(w->folders);
	str_release(&w->sql);
	*w = (struct ix_where){ 0 };
}

void ix_where_bind(const struct ix_where *w, sqlite3_stmt *st, int first)
{
	for (size_t k = 0; k < w->n; k++)
		sqlite3_bind_text(st, first + (int)k, w->texts[k], -1, SQLITE_STATIC);
}

/* ---- inside, folded ---- */

/* Letters of ASCII made small, Hangul syllables and ideographs as they are: folding
 * does no more to them.  False: there are others. */
static bool fold_quickly(struct str *out, struct slice s)
{
	if (str_reserve(out, s.n) != 0)
		return false;
	str_addsl(out, s);
	for (size_t k = 0; k < s.n; k++) {
		unsigned char c = (unsigned char)s.p[k];

		if (c < 0x80) {
			out->p[k] = (char)(c + ((unsigned)c - 'A' < 26u ? 32 : 0));
		} else {
			uint32_t cp;

			if (utf8_decode(sl_skip(s, k), &cp) != 3 || !((cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0x4E00 && cp <= 0x9FFF)))
				return false;
			k += 2;
		}
	}
	return true;
}

static void has(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct slice hay = sl_make((const char *)sqlite3_value_text(v[0]), (size_t)sqlite3_value_bytes(v[0]));
	struct slice needle = sl_make((const char *)sqlite3_value_text(v[1]), (size_t)sqlite3_value_bytes(v[1]));
	struct str *room = sqlite3_user_data(c);
	(void)n;

	str_clear(room);
	if (!fold_quickly(room, hay)) {
		str_clear(room);
		utf8_casefold(room, hay);
	}
	sqlite3_result_int(c, needle.n == 0 || sl_search(str_sl(room), needle) >= 0);
}

int ix_find_open(struct index *i)
{
	return sqlite3_create_function_v2(i->db, "ix_has", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, &i->fold, has, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}
