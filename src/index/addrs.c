/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * addrs: addresses for completion.  All that are known are looked at once, bytes
 * against bytes; then it is counted, up to a bound, how often each that matches was
 * met, as there may be a million messages of one.
 */
#include "index/priv.h"

#define MATCHES 2000            /* of them it is asked how often they were met */
#define USES    64              /* of each kind                                */

struct seen { char *name, *spec; uint64_t used, best; };
struct search_addrs { struct index *i; bool lean; struct map *by_spec; struct seen *v; size_t n, cap; };

/* ---- matching ---- */

static bool word_end(char c)
{
	return (unsigned char)c < 0x80 && !ascii_isalnum((unsigned char)c);
}

/* folded is "name <spec>", or the spec alone: at the beginning of a word of the name,
 * or of the spec. */
static bool begins(struct slice folded, struct slice prefix)
{
	struct slice end = SL(" <");
	size_t spec = 0, at = 0;
	ssize_t found;

	if (folded.n && folded.p[folded.n - 1] == '>')
		for (size_t k = 0; k + end.n < folded.n; k++)
			if (memcmp(folded.p + k, end.p, end.n) == 0)
				spec = k + end.n;
	while ((found = sl_search(sl_skip(folded, at), prefix)) >= 0) {
		at += (size_t)found;
		if (at == spec || (at < spec && (at == 0 || word_end(folded.p[at - 1]))))
			return true;
		at++;
	}
	return false;
}

/* ---- counting ---- */

static int number(struct index *i, const char *sql, int64_t id, uint64_t *sum, struct err *err)
{
	int64_t n = 0;

	if (ix_int(i, sql, id, USES, &n, err) < 0)
		return -1;
	*sum += (uint64_t)(n > 0 ? n : 0);
	return 0;
}

/* Without indexes (a mailbox is read for the first time) it would take for ever. */
static int count(const struct search_addrs *s, int64_t id, uint64_t *used, struct err *err)
{
	struct index *i = s->i;

	*used = 0;
	if (s->lean)
		return 0;
	if (number(i, "SELECT count(*) FROM (SELECT 1 FROM msg WHERE sender = ?1 LIMIT ?2)", id, used, err) != 0)
		return -1;
	return number(i, "SELECT coalesce(sum(CASE WHEN folder.role = 115 THEN 10 ELSE 1 END), 0) "
		"FROM (SELECT msg FROM rcpt WHERE addr = ?1 ORDER BY kind DESC LIMIT ?2) AS r "
		"CROSS JOIN msg ON msg.id = r.msg CROSS JOIN folder ON folder.id = msg.folder", id, used, err);
}

/* One address under several names is one, under that which was met most. */
static int take(struct search_addrs *s, int64_t id, const char *name, const char *spec, struct err *err)
{
	struct str key;
	uint64_t used;
	struct seen *one;
	size_t at;

	if (count(s, id, &used, err) != 0)
		return -1;
	str_init(&key, STR_MAX);
	utf8_casefold(&key, sl(spec));
	at = (size_t)(uintptr_t)map_get(s->by_spec, str_sl(&key));
	if (!at) {
		mem_grow(s->v, s->n, s->cap);
		s->v[s->n++] = (struct seen){ .name = mem_strdup(name), .spec = mem_strdup(spec), .best = used };
		at = s->n;
		map_put(s->by_spec, str_sl(&key), (void *)(uintptr_t)at);
	}
	str_release(&key);
	one = &s->v[at - 1];
	one->used += used;
	if (*name && (!*one->name || used > one->best)) {
		free(one->name);
		one->name = mem_strdup(name);
		one->best = used;
	}
	return 0;
}

/* The newest addresses first, so that a bound leaves out the oldest. */
static int scan(struct search_addrs *s, struct slice prefix, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(s->i, "SELECT id, name, spec, folded FROM addr WHERE instr(folded, ?1) > 0 AND instr(spec, '@') > 0 ORDER BY id DESC", err);
	size_t matches = 0;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_text(st, 1, prefix.p, (int)prefix.n, SQLITE_TRANSIENT);
	while ((r = ix_step(s->i, st, err)) == 1) {
		struct slice folded = sl_make(ix_text(st, 3), (size_t)sqlite3_column_bytes(st, 3));

		if (!begins(folded, prefix))
			continue;
		if (take(s, sqlite3_column_int64(st, 0), ix_text(st, 1), ix_text(st, 2), err) != 0 || ++matches >= MATCHES)
			break;
	}
	if (r == 1) {
		sqlite3_reset(st);
		return matches >= MATCHES ? 0 : -1;
	}
	return r;
}

static int most_used(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int r;

	if (x->used != y->used)
		return x->used < y->used ? 1 : -1;
	r = strcmp(x->name, y->name);
	return r ? r : strcmp(x->spec, y->spec);
}

int index_addresses(struct index *i, struct slice prefix, size_t max,
	int (*each)(void *, const char *, const char *, uint64_t), void *ctx, struct err *err)
{
	struct search_addrs s = { .i = i, .by_spec = map_new() };
	int64_t lean = 0;
	int r = 0;

	if (prefix.n && max) {
		r = ix_look(i, err);
		if (r == 0) {
			r = ix_int(i, "SELECT lean FROM state", 0, 0, &lean, err) < 0 ? -1 : 0;
			s.lean = lean != 0;
			if (r == 0)
				r = scan(&s, prefix, err);
			ix_look_end(i);
		}
	}
	if (s.n)
		qsort(s.v, s.n, sizeof(*s.v), most_used);
	for (size_t k = 0; k < s.n; k++) {
		if (r == 0 && k < max)
			r = each(ctx, s.v[k].name, s.v[k].spec, s.v[k].used);
		free(s.v[k].name);
		free(s.v[k].spec);
	}
	free(s.v);
	map_free(&s.by_spec);
	return r;
}

/* ---- is it known? ---- */

/* Names differ, so an address has several rows; with no index on it all are looked at once. */
static int of_address(struct index *i, const char *spec, bool lean, bool *known, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT id FROM addr WHERE spec = ?1 COLLATE NOCASE", err);
	int64_t n = 0, from = 0, to = 0;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_text(st, 1, spec, -1, SQLITE_TRANSIENT);
	while ((r = ix_step(i, st, err)) == 1 && !*known) {
		int64_t id = sqlite3_column_int64(st, 0);

		if (lean) {                     /* without indexes: several names, or nothing is known */
			*known = ++n > 1;
			continue;
		}
		if (ix_int(i, "SELECT count(*) FROM (SELECT 1 FROM msg WHERE sender = ?1 LIMIT 2)", id, 0, &n, err) < 0 ||
		    ix_int(i, "SELECT count(*) FROM (SELECT msg FROM rcpt WHERE addr = ?1 LIMIT 64) AS r CROSS JOIN msg ON msg.id = r.msg WHERE msg.sender <> ?1", id, 0, &to, err) < 0)
			break;
		from += n;
		*known = from > 1 || to > 0;
	}
	if (r == 1)
		sqlite3_reset(st);
	return r == 1 && !*known ? -1 : r < 0 ? -1 : 0;
}

int index_known_address(struct index *i, const char *spec, struct err *err)
{
	bool known = false;
	int64_t lean = 0;
	int r = ix_look(i, err);

	if (r != 0)
		return -1;
	r = ix_int(i, "SELECT lean FROM state", 0, 0, &lean, err) < 0 ? -1 : of_address(i, spec, lean != 0, &known, err);
	ix_look_end(i);
	if (r == 0 && lean && !known)
		return err_set(err, ERR_LOCKED, "%s", _("the mailboxes are still being read"));
	return r != 0 ? -1 : known;
}

/* Of the last 2,000 messages of one folder. */
static int written_in(struct index *i, int64_t folder, size_t max, int (*each)(void *, const char *), void *ctx, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT addr.spec FROM (SELECT id FROM msg WHERE folder = ?1 ORDER BY date DESC LIMIT 2000) AS m "
		"CROSS JOIN rcpt ON rcpt.msg = m.id CROSS JOIN addr ON addr.id = rcpt.addr GROUP BY addr.spec HAVING count(*) > 1 LIMIT ?2", err);
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int64(st, 2, (int64_t)MIN(max, (size_t)100000));
	while ((r = ix_step(i, st, err)) == 1) {
		if (each(ctx, ix_text(st, 0)) != 0) {
			sqlite3_reset(st);
			return -1;
		}
	}
	return r;
}

int index_written_to(struct index *i, size_t max, int (*each)(void *, const char *), void *ctx, struct err *err)
{
	int64_t folder = 0;
	int r = ix_look(i, err);

	if (r != 0)
		return -1;
	/* role 115: what was sent */
	while (r == 0 && (r = ix_int(i, "SELECT id FROM folder WHERE role = 115 AND id > ?1 ORDER BY id LIMIT 1", folder, 0, &folder, err)) == 1)
		r = written_in(i, folder, max, each, ctx, err);
	ix_look_end(i);
	return r;
}
