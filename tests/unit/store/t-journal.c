/* SPDX-License-Identifier: GPL-3.0-or-later
 * journal: actions written down, found again, and forgotten in time */
#include "box.h"
#include "store/store.h"
#include <unistd.h>

static struct state *state;
static struct err err;

static struct journal_item items[] = {
	{ 0xfedcba9876543210u, FLAG_SEEN, FLAG_FLAGGED, 0, "1700000000.M1.host", "1700000000.M2.host" },
	{ 0, 0, 0, FLAG_SEEN | FLAG_TRASHED, "", "" },
	{ 1, 127, 127, 127, "a name with \xed\x95\x9c\xea\xb8\x80", "" },
};

static int64_t add(int64_t action, int64_t at, enum journal_state st, size_t n)
{
	struct journal_row row = { .action = action, .at = at, .what = "move to Archive", .kind = 'm', .state = st,
		.from = "/mail/INBOX", .to = "/mail/Archive", .before = 5000000000, .v = items, .n = n };

	is_int(state_journal_put(state, &row, &err), 0, "a row is written: %s", err.text);
	return row.id;
}

struct seen { int64_t ids[64]; size_t n; bool same; };

static int see(void *ctx, const struct journal_row *r)
{
	struct seen *s = ctx;

	s->ids[s->n++] = r->id;
	s->same = strcmp(r->what, "move to Archive") == 0 && r->kind == 'm' && strcmp(r->from, "/mail/INBOX") == 0 &&
		strcmp(r->to, "/mail/Archive") == 0 && r->before == 5000000000 && r->n == ARRAY_LEN(items);
	for (size_t i = 0; s->same && i < r->n; i++)
		s->same = r->v[i].key == items[i].key && r->v[i].old == items[i].old && r->v[i].set == items[i].set &&
			r->v[i].clear == items[i].clear && strcmp(r->v[i].name, items[i].name) == 0 && strcmp(r->v[i].to_name, items[i].to_name) == 0;
	return 0;
}

static struct seen all(int64_t action, enum journal_state only)
{
	struct seen s = { .n = 0 };

	is_int(state_journal_each(state, action, only, see, &s, &err), 0, "the rows are read: %s", err.text);
	return s;
}

static void t_rows(void)
{
	int64_t action = 0, a, b;
	struct seen s;

	is_int(state_action(state, &action, &err), 0, "the number of an action");
	is_int((int)action, 1, "... begins with 1");
	a = add(action, 100, JOURNAL_PLANNED, ARRAY_LEN(items));
	s = all(0, 0);
	ok(s.n == 1 && s.same, "a row comes back as it was written");
	state_action(state, &action, &err);
	is_int((int)action, 2, "the next number");
	b = add(action, 200, JOURNAL_DONE, ARRAY_LEN(items));
	s = all(0, 0);
	ok(s.n == 2 && s.ids[0] == b && s.ids[1] == a, "the newest comes first");
	s = all(1, 0);
	ok(s.n == 1 && s.ids[0] == a, "the rows of an action");
	s = all(0, JOURNAL_DONE);
	ok(s.n == 1 && s.ids[0] == b, "the rows in a state");
	is_int(state_journal_set(state, a, JOURNAL_DONE, &err), 0, "a row is done");
	is_int((int)all(0, JOURNAL_DONE).n, 2, "... and found as such");
	is_int(state_journal_set(state, 99, JOURNAL_DONE, &err), -1, "a row that is not there is told");
	is_int(state_journal_drop(state, b, &err), 0, "a row is dropped");
	is_int((int)all(0, 0).n, 1, "... and gone");
	is_int((int)add(3, 1, JOURNAL_DONE, 0) > 0, 1, "a row without messages");
	is_int((int)all(3, 0).n, 1, "... is there");
}

static void t_prune(void)
{
	for (int64_t i = 10; i < 30; i++)
		add(i, i == 10 ? 1000 : 50, i == 12 ? JOURNAL_PLANNED : JOURNAL_DONE, 1);
	is_int(state_journal_prune(state, 100, 0, &err), 0, "there are fewer actions than are kept");
	is_int((int)all(0, JOURNAL_DONE).n, 21, "... and none is forgotten");
	is_int(state_journal_prune(state, 5, 0, &err), 0, "all but five actions are forgotten: %s", err.text);
	is_int((int)all(0, JOURNAL_DONE).n, 5, "... the five newest stay");
	is_int((int)all(12, 0).n, 1, "... and what is not done");
	is_int(state_journal_prune(state, 100, 60, &err), 0, "what is old is forgotten");
	is_int((int)all(0, JOURNAL_DONE).n, 0, "... all of it");
}

static int see_edit(void *ctx, uint64_t child, uint64_t parent)
{
	*(uint64_t *)ctx += child * 10 + parent;
	return 0;
}

static void t_words(void)
{
	uint64_t sum = 0;
	struct str rule;
	int64_t at = 0;

	str_init(&rule, 100);
	is_int(state_why_get(state, UINT64_MAX, &rule, &at, &err), 0, "nothing moved this message");
	is_int(state_why_put(state, UINT64_MAX, "lists", 77, &err), 0, "a filter did");
	is_int(state_why_get(state, UINT64_MAX, &rule, &at, &err), 1, "... and it is known");
	ok(strcmp(rule.p, "lists") == 0 && at == 77, "... which and when");
	str_release(&rule);
	is_int(state_edit_put(state, 1, 2, &err), 0, "a thread is joined by hand");
	is_int(state_edit_put(state, 1, 3, &err), 0, "... and otherwise");
	is_int(state_edit_put(state, 4, 0, &err), 0, "one is broken");
	is_int(state_edits(state, see_edit, &sum, &err), 0, "both are remembered");
	is_int((long long)sum, 13 + 40, "... as they were said last");
}

int main(void)
{
	char *dir = tbox_dir(), *path = tbox_path("%s/state.db", dir);

	is_int(state_open(&state, path, &err), 0, "a database");
	t_rows();
	state_close(&state);
	is_int(state_open(&state, path, &err), 0, "it is opened again");
	is_int((int)all(0, 0).n, 2, "... and the rows are there");
	t_prune();
	t_words();
	state_close(&state);
	free(path);
	free(dir);
	return tap_done();
}
