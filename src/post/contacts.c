/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * contacts: the address book, a file that people edit and other programs read: what is
 * changed is one line, and all others stay as they are.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

#define BOOK_MAX ((size_t)16 << 20)

static void contact_release(struct contact *c)
{
	free(c->nick);
	free(c->name);
	free(c->addr);
	free(c->note);
	free(c->failed);
}

void contacts_release(struct contacts *l)
{
	for (size_t i = 0; i < l->n; i++)
		contact_release(&l->v[i]);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

/* ---- a line ---- */

static char *clean(struct slice s)
{
	struct str out;

	str_init(&out, STR_MAX);
	utf8_sanitize(&out, sl_trim(s), CLEAN_LINE);
	return str_detach(&out);
}

/* "  # note" at its end: a # after a blank, outside of quotes. */
static struct slice cut_note(struct slice *line)
{
	bool quoted = false;

	for (size_t i = 0; i < line->n; i++) {
		if (line->p[i] == '\\' && quoted)
			i++;
		else if (line->p[i] == '"')
			quoted = !quoted;
		else if (line->p[i] == '#' && !quoted && (i == 0 || ascii_isblank((unsigned char)line->p[i - 1]))) {
			struct slice note = sl_skip(*line, i + 1);

			*line = sl_head(*line, i);
			return sl_trim(note);
		}
	}
	return SL_NONE;
}

/* mutt: "alias [-group NAME]... nick address". */
static bool skip_alias(struct slice *rest)
{
	struct slice t = *rest, word;

	if (!sl_word(&t, &word) || !sl_is(word, "alias"))
		return true;
	while (sl_starts(sl_trim(t), "-group")) {
		sl_word(&t, &word);
		if (!sl_word(&t, &word))
			return false;
	}
	*rest = t;
	return true;
}

/* One address, with or without a nick before it; a list of several is none of ours. */
static bool read_addr(struct slice text, struct contact *c)
{
	struct addrs l = { 0 };
	struct err ignored = ERR_INIT;
	struct str spec;
	bool good = addrs_parse_typed(text, &l, &ignored) == 0 && l.n == 1 && l.v[0].domain;

	str_init(&spec, 4096);
	if (good && addr_spec(&l.v[0], &spec) == 0) {
		c->addr = str_detach(&spec);
		c->name = clean(sl(l.v[0].name ? l.v[0].name : l.v[0].comment));
	} else {
		good = false;
	}
	str_release(&spec);
	addrs_release(&l);
	return good;
}

static bool read_line(struct slice line, struct contact *c)
{
	struct slice note, rest, nick;

	memset(c, 0, sizeof(*c));
	note = cut_note(&line);
	rest = sl_trim(line);
	if (rest.n == 0 || !skip_alias(&rest))
		return false;
	rest = sl_trim(rest);
	line = rest;
	/* "nick address"; where the first word is a part of the address, there is no nick */
	if (!sl_word(&rest, &nick))
		return false;
	if (sl_trim(rest).n && !memchr(nick.p, '@', nick.n) && !memchr(nick.p, '"', nick.n) && !memchr(nick.p, '<', nick.n) && read_addr(sl_trim(rest), c))
		c->nick = clean(nick);
	else if (read_addr(line, c))
		c->nick = mem_strdup("");
	else
		return false;
	c->note = clean(note);
	return true;
}

/* ---- the file ---- */

/* One that is not there is empty. */
static int slurp(const struct conf *conf, struct str *text, struct err *err)
{
	if (access(conf->look.address_book, F_OK) != 0 && errno == ENOENT)
		return 0;
	if (fs_slurp(conf->look.address_book, BOOK_MAX, text, err) == 0)
		return 0;
	err_prefix(err, _("The address book can't be read"));
	return -1;
}

int contacts_load(const struct conf *conf, struct contacts *out, struct err *err)
{
	struct slice rest, line;
	struct contact c;
	struct str text;
	int r;

	memset(out, 0, sizeof(*out));
	str_init(&text, BOOK_MAX + 1);
	r = slurp(conf, &text, err);
	rest = str_sl(&text);
	while (r == 0 && sl_line(&rest, &line)) {
		if (!read_line(line, &c))
			continue;
		mem_grow(out->v, out->n, out->cap);
		out->v[out->n++] = c;
	}
	str_release(&text);
	return r;
}

/* Is it the same mailbox?  As addr_same, of texts. */
static bool same_addr(const char *a, const char *b)
{
	const char *at = strrchr(a, '@'), *bt = strrchr(b, '@');

	return at && bt && at - a == bt - b && memcmp(a, b, (size_t)(at - a)) == 0 && strcasecmp(at, bt) == 0;
}

/* addr_show leaves a # as it is, and here it begins a note; and without a nick the first
 * word of a name would be taken for one. */
static void show_name(const struct addr *a, bool nick, struct str *out)
{
	if (!a->name || (nick && !strchr(a->name, '#'))) {
		addr_show(a, out);
		return;
	}
	str_addquoted(out, sl(a->name));
	str_adds(out, " <");
	addr_spec(a, out);
	str_addc(out, '>');
}

static void format(const struct contact *c, struct str *out)
{
	struct addrs l = { 0 };
	struct err ignored = ERR_INIT;

	if (*c->nick)
		str_addf(out, "%s  ", c->nick);
	if (addrs_parse_typed(sl(c->addr), &l, &ignored) == 0 && l.n == 1) {
		free(l.v[0].name);
		l.v[0].name = c->name && *c->name ? mem_strdup(c->name) : NULL;
		show_name(&l.v[0], *c->nick, out);
	} else {
		str_adds(out, c->addr);
	}
	addrs_release(&l);
	if (c->note && *c->note)
		str_addf(out, "  # %s", c->note);
	str_addc(out, '\n');
}

/* The file with the lines of one address replaced by the first, the others left out. */
static void rewrite(struct slice text, const char *addr, struct slice line_now, struct str *out, unsigned *met)
{
	struct slice rest = text, line;

	*met = 0;
	while (sl_line(&rest, &line)) {
		struct contact c;
		bool is = read_line(line, &c) && same_addr(c.addr, addr);

		contact_release(&c);
		if (!is)
			str_addsl(out, sl_range(line.p, rest.n ? rest.p : text.p + text.n));
		else if ((*met)++ == 0)
			str_addsl(out, line_now);
		if (out->n && out->p[out->n - 1] != '\n')
			str_addc(out, '\n');
	}
}

static int replace(const struct conf *conf, const struct str *out, struct err *err)
{
	const char *path = conf->look.address_book;
	char *real = realpath(path, NULL), *above = mem_strdup(real ? real : path), *slash = strrchr(above, '/');
	int r = 0;

	/* a link stays one: what it leads to is changed */
	if (slash && slash > above) {
		*slash = 0;
		r = fs_mkdirs(above, err);
	}
	if (r == 0)
		r = out->full ? err_set(err, ERR_LIMIT, _("The address book is larger than 16 MiB.")) : fs_replace(real ? real : path, str_sl(out), err);
	if (r != 0)
		err_prefix(err, _("The address book can't be saved"));
	free(above);
	free(real);
	return r;
}

/* What is written is read again as the same. */
static int check(const struct contact *in, struct contact *c, struct err *err)
{
	struct addrs l = { 0 };
	struct str spec;
	int r = addrs_parse_typed(sl(in->addr), &l, err);

	memset(c, 0, sizeof(*c));
	str_init(&spec, 4096);
	if (r == 0 && (l.n != 1 || !l.v[0].domain || addr_spec(&l.v[0], &spec) != 0))
		r = err_set(err, ERR_INPUT, _("The address book takes one address, such as kim@example.org."));
	if (r == 0) {
		c->addr = str_detach(&spec);
		c->nick = clean(sl(in->nick));
		c->name = clean(sl(in->name));
		c->note = clean(sl(in->note));
		if (strpbrk(c->nick, " \t,;:<>@\"#()\\") || strcmp(c->nick, "alias") == 0)
			r = err_set(err, ERR_INPUT, _("A short name is one word without @, # or quotes."));
	}
	str_release(&spec);
	addrs_release(&l);
	if (r != 0)
		contact_release(c);
	return r;
}

/* Two that change it at once would lose the line of one. */
static int lock_book(const struct conf *conf, int *lock, struct err *err)
{
	char *path = path_join(conf->data, "addresses.lock");
	int r = fs_mkdirs(conf->data, err);

	if (r == 0)
		r = fs_lock(path, true, lock, err);
	free(path);
	return r;
}

int contacts_put(const struct conf *conf, const struct contact *in, struct err *err)
{
	struct str text, out, line;
	struct contact c;
	unsigned met;
	int lock, r = check(in, &c, err);

	if (r != 0)
		return -1;
	if (lock_book(conf, &lock, err) != 0) {
		contact_release(&c);
		return -1;
	}
	str_init(&text, BOOK_MAX + 1);
	str_init(&out, BOOK_MAX);
	str_init(&line, STR_MAX);
	format(&c, &line);
	r = slurp(conf, &text, err);
	if (r == 0) {
		rewrite(str_sl(&text), c.addr, str_sl(&line), &out, &met);
		if (met == 0)
			str_addsl(&out, str_sl(&line));
		r = replace(conf, &out, err);
	}
	fs_close(&lock);
	contact_release(&c);
	str_release(&line);
	str_release(&text);
	str_release(&out);
	return r;
}

int contacts_drop(const struct conf *conf, const char *addr, struct err *err)
{
	struct str text, out;
	unsigned met = 0;
	int lock, r;

	if (lock_book(conf, &lock, err) != 0)
		return -1;
	str_init(&text, BOOK_MAX + 1);
	str_init(&out, BOOK_MAX);
	r = slurp(conf, &text, err);
	if (r == 0)
		rewrite(str_sl(&text), addr, SL_NONE, &out, &met);
	if (r == 0)
		r = met ? replace(conf, &out, err) : err_set(err, ERR_NOTFOUND, _("%s is not in the address book."), addr);
	fs_close(&lock);
	str_release(&text);
	str_release(&out);
	return r;
}

/* ---- completion ---- */

struct finding { struct contacts *out; struct map *seen; size_t max; };

static bool is_letter(struct slice s, size_t at)
{
	unsigned char c = (unsigned char)s.p[at];

	return c >= 0x80 || ascii_isalnum(c);
}

/* Folded both: a word of text begins with prefix. */
static bool begins(const char *text, struct slice prefix, bool words)
{
	struct str folded;
	bool found = false;
	size_t at = 0;
	ssize_t next;

	if (!text || !*text)
		return false;
	str_init(&folded, STR_MAX);
	utf8_casefold(&folded, sl(text));
	while (!found && (next = sl_search(sl_skip(str_sl(&folded), at), prefix)) >= 0) {
		at += (size_t)next;
		found = at == 0 || (words && !is_letter(str_sl(&folded), at - 1));
		at++;
		if (!words)
			break;
	}
	str_release(&folded);
	return found;
}

static struct contact *add(struct finding *f, const struct contact *c)
{
	struct str key;
	struct contact *to;
	uintptr_t at;

	str_init(&key, STR_MAX);
	utf8_casefold(&key, sl(c->addr));
	at = (uintptr_t)map_get(f->seen, str_sl(&key));
	if (at) {
		str_release(&key);
		return &f->out->v[at - 1];
	}
	mem_grow(f->out->v, f->out->n, f->out->cap);
	to = &f->out->v[f->out->n++];
	*to = (struct contact){ .nick = mem_strdup(c->nick), .name = mem_strdup(c->name), .addr = mem_strdup(c->addr),
		.note = mem_strdup(c->note), .used = c->used };
	map_put(f->seen, str_sl(&key), (void *)(uintptr_t)f->out->n);
	str_release(&key);
	return to;
}

static int from_index(void *ctx, const char *name, const char *spec, uint64_t used)
{
	struct finding *f = ctx;
	char *shown = clean(sl(name)), *addr = clean(sl(spec));
	struct contact c = { .nick = (char[]){ "" }, .name = shown, .addr = addr, .note = (char[]){ "" }, .used = used };

	/* what is cleaned is another address: nobody could be written to by it */
	if (strcmp(addr, spec) == 0)
		add(f, &c)->used = used;
	free(shown);
	free(addr);
	return 0;
}

static int most_used(const void *a, const void *b)
{
	const struct contact *x = a, *y = b;
	int r;

	if (x->used != y->used)
		return x->used < y->used ? 1 : -1;
	r = strcmp(x->nick, y->nick);
	return r ? r : strcmp(x->addr, y->addr);
}

int contacts_find(const struct contacts *book, struct index *index, struct slice typed, size_t max, struct contacts *out, struct err *err)
{
	struct finding f = { .out = out, .seen = map_new(), .max = max };
	struct str folded;
	size_t booked;
	int r = 0;

	memset(out, 0, sizeof(*out));
	str_init(&folded, 65536);
	utf8_casefold(&folded, sl_trim(sl_head(typed, 4096)));
	for (size_t i = 0; i < book->n; i++) {
		const struct contact *c = &book->v[i];

		if (folded.n == 0 || begins(c->nick, str_sl(&folded), false) || begins(c->name, str_sl(&folded), true) || begins(c->addr, str_sl(&folded), false))
			add(&f, c);
	}
	booked = out->n;
	if (index && folded.n && max)
		r = index_addresses(index, str_sl(&folded), max + booked, from_index, &f, err);
	if (booked)
		qsort(out->v, booked, sizeof(*out->v), most_used);
	while (out->n > max)
		contact_release(&out->v[--out->n]);
	map_free(&f.seen);
	str_release(&folded);
	if (r != 0)
		contacts_release(out);
	return r;
}

int contacts_mark(struct contacts *l, struct state *st, struct err *err)
{
	struct contact *bad = mem_array(NULL, l->n + 1, sizeof(*bad));
	size_t to = 0, n_bad = 0;
	struct str why;
	int r = 0;

	str_init(&why, 4096);
	for (size_t i = 0; i < l->n; i++) {
		int failed = r < 0 ? 0 : track_failed(st, l->v[i].addr, &why, err);

		if (failed == 1) {
			l->v[i].failed = str_detach(&why);
			bad[n_bad++] = l->v[i];
		} else {
			l->v[to++] = l->v[i];
		}
		r = MIN(r, failed);
		str_clear(&why);
	}
	if (n_bad)
		memcpy(l->v + to, bad, n_bad * sizeof(*bad));
	free(bad);
	str_release(&why);
	return r < 0 ? -1 : 0;
}
