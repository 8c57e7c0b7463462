/* SPDX-License-Identifier: GPL-3.0-or-later
 * mbox: the files of other projects with the splits that they expect.  We differ in
 * two ways, on purpose, and both are checked here: a From_ line needs a blank line
 * before it (MimeKit's reader does not ask for one), and MIME is not looked at
 * (mbox-messageparser keeps an attached, unquoted mbox together). */
#include "box.h"
#include "store/priv.h"

#define ALL 64

static int split(const char *path, struct mbox_msg *v)
{
	struct err err = ERR_INIT;
	struct mbox m;
	int n = 0, r = -1;

	if (mbox_open(&m, path, &err) == 0)
		while ((r = mbox_next(&m, &v[MIN(n, ALL - 1)], &err)) == 1)
			n++;
	if (r < 0)
		tap_note("%s", err.text);
	mbox_close(&m);
	return r < 0 ? -1 : n;
}

static bool slurp(const char *name, struct str *out)
{
	struct err err = ERR_INIT;
	const char *path = tap_corpus(name);

	str_clear(out);
	if (path && fs_slurp(path, STR_MAX, out, &err) == 0)
		return true;
	tap_skip("%s is not in the corpus", name);
	return false;
}

static bool has(const struct mbox_msg *v, int n, off_t from)
{
	for (int i = 0; i < n; i++)
		if (v[i].from == from)
			return true;
	return false;
}

/* ---- how many ---- */

static const struct { const char *name; int n; } counts[] = {
	{ "attack-samples/mbox/content-length-lies-long.mbox", 2 },
	{ "attack-samples/mbox/content-length-lies-short.mbox", 2 },
	{ "attack-samples/mbox/content-length-negative.mbox", 1 },
	{ "attack-samples/mbox/from-line-odd-dates.mbox", 4 },
	{ "attack-samples/mbox/mboxrd-levels.mbox", 1 },
	{ "attack-samples/mbox/mmdf.mmdf", 2 },
	{ "attack-samples/mbox/no-blank-before-from.mbox", 1 },
	{ "attack-samples/mbox/no-final-newline.mbox", 1 },
	{ "attack-samples/mbox/nul-block-hole.mbox", 1 },
	{ "attack-samples/mbox/truncated-tail.mbox", 2 },
	{ "mimekit/mbox/unmunged.mbox.txt", 2 },
	{ "ietf-mailarchive/duplicate_tests.mbox", 10 }, { "ietf-mailarchive/export.mbox", 21 },
	{ "ietf-mailarchive/latin1.mbox", 1 }, { "ietf-mailarchive/search_api.mbox", 4 },
	{ "ietf-mailarchive/urlize.mbox", 1 }, { "ietf-mailarchive/mbox.1", 1 },
	{ "ietf-mailarchive/mailbox_mbox", 1 }, { "ietf-mailarchive/mailbox_mmdf", 5 },
	{ "ietf-mailarchive/thread.mail", 4 },
	{ "perl-mail-box/mbox.cpy", 45 }, { "perl-mail-box/mbox.src", 45 }, { "perl-mail-box/mbox.win", 45 },
	{ "mbox-messageparser/mailboxes/separators1.sep", 4 }, { "mbox-messageparser/mailboxes/separators2.sep", 2 },
	{ "mbox-messageparser/mailboxes/vm-emacs.txt", 1 },
};

static void t_counts(void)
{
	struct mbox_msg v[ALL];

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		const char *path = tap_corpus(counts[i].name);

		if (path)
			is_int(split(path, v), counts[i].n, "%s: messages", counts[i].name);
		else
			tap_skip("%s is not in the corpus", counts[i].name);
	}
}

/* ---- at which offsets ---- */

/* more: those inside of an attached mbox */
static const struct { const char *name; int more; } offsets[] = {
	{ "binary_body", 0 }, { "hessbug", 0 }, { "invalid-boundaries", 0 }, { "mailarc-1-dos", 2 },
	{ "mailarc-1", 2 }, { "mailarc-2", 1 }, { "mailarc-3", 3 }, { "mailbox_with_space", 0 },
	{ "mailseparators", 0 }, { "malformed", 0 }, { "newlines_at_beginning", 0 },
};

static void t_offsets(void)
{
	struct mbox_msg v[ALL];
	struct str text;

	str_init(&text, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
		char *list = tbox_path("mbox-messageparser/results/offset_%s.stdout", offsets[i].name);
		char *file = tbox_path("mbox-messageparser/mailboxes/%s.txt", offsets[i].name);
		struct slice rest, line;
		uint64_t at;
		int n, found = 0, want = 0;

		if (slurp(list, &text) && tap_corpus(file)) {
			n = split(tap_corpus(file), v);
			for (rest = str_sl(&text); sl_line(&rest, &line); want++)
				found += sl_u64(sl_trim(line), UINT32_MAX, &at) == 0 && has(v, n, (off_t)at);
			is_int(found, want, "%s: their offsets", offsets[i].name);
			is_int(n - found, offsets[i].more, "%s: ours inside of attachments", offsets[i].name);
		}
		free(list);
		free(file);
	}
	str_release(&text);
}

/* The numbers behind a name, in a JSON file. */
static bool next_number(struct slice *s, const char *name, uint64_t *v)
{
	ssize_t at = sl_search(*s, sl(name));
	size_t n = 0;

	if (at < 0)
		return false;
	*s = sl_skip(*s, (size_t)at + strlen(name));
	while (n < s->n && ascii_isdigit(s->p[n]))
		n++;
	return sl_u64(sl_head(*s, n), UINT32_MAX, v) == 0;
}

static void t_mimekit(const char *name)
{
	char *file = tbox_path("mimekit/mbox/%s.mbox.txt", name), *json = tbox_path("mimekit/mbox/%s.unix-offsets.json", name);
	struct mbox_msg v[ALL];
	struct str text, list;
	int n, wrong = 0, found = 0;

	str_init(&text, STR_MAX);
	str_init(&list, STR_MAX);
	if (slurp(file, &text) && slurp(json, &list)) {
		struct slice s = str_sl(&list);
		uint64_t at;

		n = split(tap_corpus(file), v);
		while (next_number(&s, "\"mboxMarkerOffset\": ", &at)) {
			bool blank = at < 2 || (text.p[at - 1] == '\n' && text.p[at - 2] == '\n');

			found += has(v, n, (off_t)at);
			wrong += has(v, n, (off_t)at) != blank;
		}
		is_int(wrong, 0, "%s: those of theirs that follow a blank line", name);
		is_int(n, found, "%s: and no others", name);
	}
	str_release(&text);
	str_release(&list);
	free(file);
	free(json);
}

/* ---- where the parts of each message lie ---- */

/* Theirs in the order of ours: "mimeType", "headersEndOffset", "endOffset" of each. */
static int same_parts(const struct mime_tree *t, off_t base, struct slice list)
{
	int n = 0, wrong = 0;

	for (const struct part *p = tree_next(t, NULL); p; p = tree_next(t, p), n++) {
		uint64_t body = 0, end = 0;
		char type[256];
		ssize_t at = sl_search(list, SL("\"mimeType\": \""));

		snprintf(type, sizeof(type), "%s/%s\"", p->type, p->subtype);
		if (at < 0)
			return n + 1000;
		list = sl_skip(list, (size_t)at + strlen("\"mimeType\": \""));
		wrong += !sl_istarts(list, type);
		if (!next_number(&list, "\"headersEndOffset\": ", &body) || !next_number(&list, "\"endOffset\": ", &end))
			return n + 1000;
		/* the whole ends where the mailbox was split */
		wrong += base + p->body != (off_t)body || (p->parent && base + p->end != (off_t)end);
	}
	return wrong;
}

/* odd: parts whose body follows its header without a blank line; theirs is all header. */
static void t_mimekit_parts(const char *name, int odd)
{
	char *file = tbox_path("mimekit/mbox/%s.mbox.txt", name), *json = tbox_path("mimekit/mbox/%s.unix-offsets.json", name);
	struct mbox_msg v[ALL];
	struct str text, list;
	int seen = 0, wrong = 0;

	str_init(&text, STR_MAX);
	str_init(&list, STR_MAX);
	if (slurp(file, &text) && slurp(json, &list)) {
		struct slice rest = str_sl(&list), own;
		int n = split(tap_corpus(file), v);
		uint64_t at;

		while (next_number(&rest, "\"mboxMarkerOffset\": ", &at)) {
			ssize_t next = sl_search(rest, SL("\"mboxMarkerOffset\""));
			struct mime_tree *t;

			own = next < 0 ? rest : sl_head(rest, (size_t)next);
			for (int i = 0; i < n; i++) {
				if (v[i].from != (off_t)at)
					continue;
				t = mime_parse_mem(sl_make(text.p + v[i].at, (size_t)v[i].len), NULL);
				wrong += same_parts(t, v[i].at, own);
				seen++;
				tree_free(&t);
			}
		}
		ok(seen > 0, "%s: %d messages with their parts", name, seen);
		is_int(wrong, odd, "%s: the same types, from and to the same bytes", name);
	}
	str_release(&text);
	str_release(&list);
	free(file);
	free(json);
}

int main(void)
{
	t_counts();
	t_offsets();
	t_mimekit("content-length");
	t_mimekit("issue1189");
	t_mimekit_parts("content-length", 0);
	t_mimekit_parts("issue1189", 1);
	return tap_done();
}
