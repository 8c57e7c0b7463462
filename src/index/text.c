/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * text: the words of messages in two FTS5 tables: head (addresses, subject) and
 * body (what is in it, names of attachments); a row's number is the message's id.
 *
 * The tables hold words and nothing else: no text, no positions.  So each word
 * of a message goes in once; a phrase is only narrowed down here, and proven by
 * words_find.  What went in cannot be taken out: ids are never used again, and
 * whoever searches joins msg, so a message that is gone is not found.
 *
 * Words come folded from words_each and stand between blanks; the tokenizer
 * "ascii" splits there and nowhere else.  FTS5 gathers rows in memory only as
 * long as their ids rise: so index_text_missing gives them in that order.
 */
#include "index/priv.h"

const char ix_text_schema[] =
	"CREATE VIRTUAL TABLE head USING fts5(w, content='', detail=none, columnsize=0,"
	" tokenize='ascii');"
	"CREATE VIRTUAL TABLE body USING fts5(w, content='', detail=none, columnsize=0,"
	" tokenize='ascii');"
	"INSERT INTO head(head, rank) VALUES ('automerge', 0), ('usermerge', 2), ('hashsize', 4194304);"
	"INSERT INTO body(body, rank) VALUES ('automerge', 0), ('usermerge', 2), ('hashsize', 16777216);";

/* ---- the distinct words of a text ---- */

struct slot { uint32_t hash, at; };     /* at: 1 and more, in text              */
struct bag {
	struct str text;                /* a blank before and behind each word  */
	struct slot *slots; size_t n, size;
	size_t words;
};

/* Of one message.  FTS5's own table can be made to collide, too: so a message of a
 * million made-up words may not keep the index busy for an hour. */
#define BAG_MAX ((size_t)16 << 20)
#define WORDS_MAX 65536
#define PROBES 64                       /* words made to collide may stand twice */

static void bag_init(struct bag *bag)
{
	str_init(&bag->text, BAG_MAX);
	bag->n = bag->words = 0;
	bag->size = 1024;
	bag->slots = mem_zalloc(bag->size * sizeof(bag->slots[0]));
}

static void bag_clear(struct bag *bag)
{
	str_clear(&bag->text);
	bag->n = bag->words = 0;
	memset(bag->slots, 0, bag->size * sizeof(bag->slots[0]));
}

static void bag_release(struct bag *bag)
{
	str_release(&bag->text);
	free(bag->slots);
}

static void bag_grow(struct bag *bag)
{
	struct slot *old = bag->slots;
	size_t size = bag->size, mask = 2 * size - 1;

	bag->size = 2 * size;
	bag->slots = mem_zalloc(bag->size * sizeof(bag->slots[0]));
	for (size_t i = 0; i < size; i++) {
		size_t to = old[i].hash & mask;
		unsigned probes = 0;

		while (bag->slots[to].at && probes++ < PROBES)
			to = (to + 1) & mask;
		if (old[i].at && bag->slots[to].at == 0)
			bag->slots[to] = old[i];
	}
	free(old);
}

static uint32_t hash_word(struct slice word)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < word.n; i++)
		hash = (hash ^ (unsigned char)word.p[i]) * 16777619u;
	return hash ^ hash >> 15;
}

static bool is_at(const struct bag *bag, size_t at, struct slice word)
{
	return bag->text.n - at > word.n && bag->text.p[at + word.n] == ' ' &&
		memcmp(bag->text.p + at, word.p, word.n) == 0;
}

static int bag_add(void *ctx, struct slice word, bool last)
{
	struct bag *bag = ctx;
	uint32_t hash = hash_word(word);
	size_t i = hash & (bag->size - 1);
	unsigned probes = 0;

	(void)last;
	for (; bag->slots[i].at && probes < PROBES; i = (i + 1) & (bag->size - 1), probes++)
		if (bag->slots[i].hash == hash && is_at(bag, bag->slots[i].at, word))
			return 0;
	if (bag->text.n == 0)
		str_addc(&bag->text, ' ');
	if (bag->words == WORDS_MAX || str_reserve(&bag->text, word.n + 1) != 0)
		return -1;      /* so many words that the rest may stay out */
	bag->words++;
	if (bag->slots[i].at == 0)
		bag->slots[i] = (struct slot){ hash, (uint32_t)bag->text.n };
	str_addsl(&bag->text, word);
	str_addc(&bag->text, ' ');
	if (probes < PROBES && ++bag->n > bag->size / 2)
		bag_grow(bag);
	return 0;
}

static void add_z(struct bag *bag, const char *z)
{
	words_each(sl(z), bag_add, bag);
}

static void add_addrs(struct bag *bag, const struct addrs *list)
{
	for (size_t i = 0; i < list->n; i++) {
		add_z(bag, list->v[i].name);
		add_z(bag, list->v[i].group);
		add_z(bag, list->v[i].local);
		add_z(bag, list->v[i].domain);
	}
	add_z(bag, list->empty);
}

/* ---- in ---- */

/* Lists show that a message has attachments: they are told. */
static int tell_attachments(struct index *ix, int64_t id, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(ix, "SELECT folder FROM msg WHERE id = ?1", err);
	int64_t folder = 0;
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	rc = ix_step(ix, st, err);
	if (rc == 1)
		folder = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == 1 ? ix_event(ix, 'f', folder, id, err) : rc;
}

/* 1: its text is wanted; 0: it is in, or the message is gone; -1. */
static int take_mark(struct index *ix, int64_t id, unsigned attachments, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(ix, "UPDATE msg SET textless = 0, attachments = ?2"
		" WHERE id = ?1 AND textless = 1", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, attachments);
	if (ix_run(ix, st, err) != 0)
		return -1;
	if (sqlite3_changes(ix->db) == 0)
		return 0;
	if (attachments && tell_attachments(ix, id, err) != 0)
		return -1;
	st = ix_stmt(ix, "UPDATE folder SET textless = textless - 1"
		" WHERE id = (SELECT folder FROM msg WHERE id = ?1)", err);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	return ix_run(ix, st, err) == 0 ? 1 : -1;
}

static int put_bag(struct index *ix, sqlite3_stmt *st, int64_t id, const struct bag *bag,
		struct err *err)
{
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_text(st, 2, bag->text.p, (int)bag->text.n, SQLITE_STATIC);
	rc = ix_run(ix, st, err);
	sqlite3_clear_bindings(st);
	return rc;
}

static int put_words(struct index *ix, int64_t id, const struct env *env, struct slice text,
		struct err *err)
{
	struct bag bag;
	int rc;

	bag_init(&bag);
	add_addrs(&bag, &env->from);
	add_addrs(&bag, &env->to);
	add_addrs(&bag, &env->cc);
	add_z(&bag, env->subject);
	rc = put_bag(ix, ix_stmt(ix, "INSERT INTO head(rowid, w) VALUES (?1, ?2)", err),
		id, &bag, err);
	if (rc == 0) {
		bag_clear(&bag);
		words_each(text, bag_add, &bag);
		rc = put_bag(ix, ix_stmt(ix, "INSERT INTO body(rowid, w) VALUES (?1, ?2)", err),
			id, &bag, err);
	}
	bag_release(&bag);
	return rc;
}

int index_text_put(struct index *ix, int64_t id, const struct env *env, struct slice text,
		unsigned attachments, struct err *err)
{
	int rc;

	if (index_begin(ix, err) != 0)
		return -1;
	rc = take_mark(ix, id, attachments, err);
	if (rc == 1)
		rc = put_words(ix, id, env, text, err);
	if (rc == 0)
		return index_commit(ix, err);
	index_rollback(ix);
	return -1;
}

/* ---- what is missing ---- */

int index_text_missing(struct index *ix, int64_t folder, size_t max,
		int (*each)(void *ctx, const struct index_row *), void *ctx, struct err *err)
{
	/* The newest of each folder, of these the newest, and these by their ids. */
	sqlite3_stmt *st = ix_stmt(ix, "SELECT " IX_ROW_COLUMNS " FROM " IX_ROW_FROM
		" WHERE msg.id IN (SELECT t.id FROM folder f JOIN msg t ON t.id IN"
		"  (SELECT id FROM msg WHERE folder = f.id AND textless = 1"
		"   ORDER BY date DESC LIMIT ?2)"
		"  WHERE f.id = ?1 OR (?1 = 0 AND f.no_text = 0)"
		"  ORDER BY t.date DESC LIMIT ?2)"
		" ORDER BY msg.id", err);
	struct index_row row;
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)MIN(max, (size_t)INT32_MAX));
	while ((rc = ix_step(ix, st, err)) == 1) {
		ix_row(ix, st, &row);
		if (each(ctx, &row) != 0) {
			sqlite3_reset(st);
			return -1;
		}
	}
	return rc;
}

/* ---- after many ---- */

#define STEP_PAGES 1000         /* merged in one go, some 4 MiB                 */

/* FTS5 has no more to merge when a step changes nothing but the command's row. */
static int settle(struct index *ix, const char *sql, struct err *err)
{
	int before, changed = 2;

	while (changed > 1) {
		sqlite3_stmt *st = ix_stmt(ix, sql, err);

		if (!st)
			return -1;
		sqlite3_bind_int(st, 1, STEP_PAGES);
		before = sqlite3_total_changes(ix->db);
		if (ix_run(ix, st, err) != 0)
			return -1;
		changed = sqlite3_total_changes(ix->db) - before;
	}
	return 0;
}

int index_text_settle(struct index *ix, struct err *err)
{
	if (settle(ix, "INSERT INTO head(head, rank) VALUES ('merge', ?1)", err) != 0)
		return -1;
	return settle(ix, "INSERT INTO body(body, rank) VALUES ('merge', ?1)", err);
}
