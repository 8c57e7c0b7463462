/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * renderlink: where links lead, and whether their text says so.
 */
#include "priv.h"
#include "io/io.h"

#define LISTED_MAX 100
#define WARNED_MAX 5

/* ---- hosts ---- */

/* What stands between "scheme://" and the path, as a browser reads it: a
 * backslash ends it too, and all before the last @ is a name to log in with. */
void url_host(struct slice url, struct str *out)
{
	ssize_t at = sl_search(url, SL("://"));
	struct slice s = at < 0 ? sl_trim(url) : sl_skip(url, (size_t)at + 3);
	size_t n = 0;

	while (s.n && (s.p[0] == '/' || s.p[0] == '\\'))
		s = sl_skip(s, 1);
	while (n < s.n && !strchr("/?#\\", s.p[n]))
		n++;
	s = sl_head(s, n);
	for (n = s.n; n > 0; n--) {
		if (s.p[n - 1] == '@') {
			s = sl_skip(s, n);
			break;
		}
	}
	if (s.n && s.p[0] == '[') {             /* an address of IPv6 */
		at = sl_find(s, ']');
		s = sl_head(s, at < 0 ? s.n : (size_t)at + 1);
	} else if ((at = sl_find(s, ':')) >= 0) {
		s = sl_head(s, (size_t)at);
	}
	n = out->n;
	if (sl_find(s, '%') < 0 || str_unpct(out, s) != 0)
		str_addsl(out, s);
	for (; n < out->n; n++)
		out->p[n] = (char)ascii_lower(out->p[n]);
	while (out->n && out->p[out->n - 1] == '.')
		str_cut(out, out->n - 1);
}

static bool is_under(struct slice a, struct slice b)
{
	return a.n > b.n + 1 && a.p[a.n - b.n - 1] == '.' && sl_ieq(sl_skip(a, a.n - b.n), b);
}

bool host_related(struct slice a, struct slice b)
{
	if (sl_istarts(a, "www."))
		a = sl_skip(a, 4);
	if (sl_istarts(b, "www."))
		b = sl_skip(b, 4);
	return sl_ieq(a, b) || (sl_find(b, '.') > 0 && is_under(a, b)) || (sl_find(a, '.') > 0 && is_under(b, a));
}

/* Labels with dots between, the last of two letters or more. */
bool host_like(struct slice s)
{
	size_t label = 0, dots = 0;
	bool letters = true;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			if (label == 0)
				return false;
			dots++;
			label = 0;
			letters = true;
		} else if (ascii_isalnum(s.p[i]) || s.p[i] == '-' || (unsigned char)s.p[i] >= 0x80) {
			label++;
			letters = letters && !ascii_isdigit(s.p[i]);
		} else {
			return false;
		}
	}
	return dots > 0 && label >= 2 && letters;
}

/* ---- does the text say where it leads? ---- */

static struct slice mail_target(struct slice url)
{
	struct slice s = sl_skip(url, strlen("mailto:"));
	ssize_t end = sl_find(s, '?');

	return end < 0 ? s : sl_head(s, (size_t)end);
}

static struct slice bare_word(struct slice word)
{
	while (word.n && strchr("<([{\"'", word.p[0]))
		word = sl_skip(word, 1);
	while (word.n && strchr(">)]}\"'.,;:!?", word.p[word.n - 1]))
		word.n--;
	return word;
}

static bool other_address(struct slice word, struct slice url)
{
	struct str target;
	bool other;

	if (!sl_istarts(url, "mailto:") || sl_find(word, '@') <= 0)
		return false;
	if (sl_istarts(word, "mailto:"))
		word = mail_target(word);
	str_init(&target, STR_MAX);
	if (str_unpct(&target, mail_target(url)) != 0)
		str_addsl(&target, mail_target(url));
	other = !sl_ieq(word, str_sl(&target));
	str_release(&target);
	return other;
}

/* A word that names a host, alone (as text of the link it may have a path) or
 * as an address of a page. */
static bool other_host(struct slice word, struct slice real, bool alone)
{
	struct str host;
	bool explicit = sl_search(word, SL("://")) > 0 || sl_istarts(word, "www."), other;

	if (!explicit && (!alone || sl_find(word, '@') >= 0))
		return false;
	str_init(&host, STR_MAX);
	url_host(word, &host);
	other = host.n > 0 && (host_like(str_sl(&host)) || explicit) && !host_related(str_sl(&host), real);
	str_release(&host);
	return other;
}

/* The word of the text that names another host or address, or none. */
static struct slice deceives(struct slice text, struct slice url, struct slice real)
{
	struct slice line, word;

	while (sl_line(&text, &line)) {
		bool alone = sl_find(sl_trim(line), ' ') < 0;

		while (sl_word(&line, &word)) {
			word = bare_word(word);
			if (other_address(word, url) || (real.n && other_host(word, real, alone)))
				return word;
		}
	}
	return SL_NONE;
}

/* ---- the list ---- */

static char *cleaned(struct slice s)
{
	struct str out;
	char *z;

	str_init(&out, STR_MAX);
	utf8_sanitize(&out, s, CLEAN_LINE);
	z = str_detach(&out);
	str_release(&out);
	return z;
}

/* The name as the network has it beside the one that is seen. */
static char *host_shown(struct slice host)
{
	struct str out;
	struct err err = ERR_INIT;
	char *z = sl_dup(host), *made;
	bool ascii = true;

	for (size_t i = 0; i < host.n; i++)
		ascii = ascii && (unsigned char)host.p[i] < 0x80;
	str_init(&out, STR_MAX);
	if (!ascii && idn_to_ascii(z, &out, &err) == 0)
		str_addf(&out, " (%s)", z);
	else
		str_adds(&out, z);
	made = cleaned(str_sl(&out));
	str_release(&out);
	free(z);
	return made;
}

/* Of an address of a page its host, as it stands there. */
static char *claimed(struct slice word)
{
	struct str host;
	char *made;

	str_init(&host, STR_MAX);
	if (sl_find(word, '@') < 0 || sl_search(word, SL("://")) > 0)
		url_host(word, &host);
	made = cleaned(host.n ? str_sl(&host) : word);
	str_release(&host);
	return made;
}

static void judge(struct render_link *to, const struct page_link *from)
{
	struct slice url = sl(from->href), rest = sl(from->text), first = SL_NONE, claim;
	struct str host;

	str_init(&host, STR_MAX);
	if (sl_search(url, SL("://")) > 0)
		url_host(url, &host);
	sl_line(&rest, &first);
	free(to->host);
	free(to->shown);
	to->host = host_shown(str_sl(&host));
	to->shown = sl_eq(first, url) ? mem_strdup("") : cleaned(first);
	free(to->claims);
	to->claims = NULL;
	claim = deceives(sl(from->text), url, str_sl(&host));
	to->deceptive = claim.n > 0;
	if (to->deceptive)
		to->claims = claimed(claim);
	str_release(&host);
}

static void put_in_order(struct render *r)
{
	size_t others = r->page.numbers;

	if (r->cap_number < r->cap_links) {
		r->cap_number = r->cap_links;
		r->by_number = mem_array(r->by_number, r->cap_number, sizeof(*r->by_number));
	}
	for (size_t i = 0; i < r->n_links; i++) {
		unsigned number = r->page.links[i].number;

		r->by_number[number ? number - 1 : others++] = (unsigned)i;
	}
}

void links_take(struct render *r, bool html)
{
	size_t known = r->n_links;

	while (r->n_links < r->page.n_links) {
		mem_grow(r->links, r->n_links, r->cap_links);
		r->links[r->n_links] = (struct render_link){ .line = UINT32_MAX };
		r->links[r->n_links].url = cleaned(sl(r->page.links[r->n_links].href));
		r->n_links++;
	}
	for (size_t i = html ? 0 : known; i < r->n_links; i++)
		judge(&r->links[i], &r->page.links[i]);
	if (html || r->n_links > known)
		put_in_order(r);
}

void links_clear(struct render *r)
{
	for (size_t i = 0; i < r->n_links; i++) {
		free(r->links[i].url);
		free(r->links[i].host);
		free(r->links[i].shown);
		free(r->links[i].claims);
	}
	r->n_links = 0;
}

/* ---- what is said of them ---- */

/* Where it leads, for people. */
static void add_target(const struct render_link *l, struct str *out)
{
	if (l->host[0])
		str_adds(out, l->host);
	else if (sl_istarts(sl(l->url), "mailto:"))
		str_addsl(out, mail_target(sl(l->url)));
}

static void list_one(struct render *r, size_t k)
{
	const struct render_link *l = render_link(r, k);
	struct render_span span = { .kind = SPAN_LINK, .link = (unsigned)k + 1 };
	struct slice row;
	struct str text;
	size_t n;

	str_init(&text, STR_MAX);
	str_addf(&text, "[%zu] ", k + 1);
	n = text.n;
	add_target(l, &text);
	str_addf(&text, "%s%s", text.n > n ? "  " : "", l->url);
	row = str_sl(&text);
	n = utf8_fit(row, r->opts.width, NULL);
	span.to = n;
	line_put(r, LINE_NOTE, sl_head(row, n), &span, 1, 0, false, 0);
	str_release(&text);
}

/* The section behind the text; lines and spans as they are after utf8_sanitize. */
void links_list(struct render *r)
{
	size_t n = 0;
	struct str key;

	for (size_t k = 0; k < r->page.numbers; k++) {
		if (!render_link(r, k)->shown[0])
			continue;
		if (n++ == 0)
			line_note(r, "%s", _("Links:"));
		if (n <= LISTED_MAX)
			list_one(r, k);
	}
	if (n <= LISTED_MAX)
		return;
	str_init(&key, 64);
	if (render_key(r, "links", &key))
		line_note(r, ngettext_("and %zu more (%s lists all)", "and %zu more (%s lists all)", n - LISTED_MAX), n - LISTED_MAX, key.p);
	else
		line_note(r, ngettext_("and %zu more", "and %zu more", n - LISTED_MAX), n - LISTED_MAX);
	str_release(&key);
}

void links_warn(struct render *r)
{
	struct str text, target;
	size_t n = 0;

	str_init(&text, STR_MAX);
	str_init(&target, STR_MAX);
	for (size_t k = 0; k < r->page.numbers; k++) {
		const struct render_link *l = render_link(r, k);

		if (!l->deceptive || n++ >= WARNED_MAX)
			continue;
		str_clear(&text);
		str_clear(&target);
		add_target(l, &target);
		str_addf(&text, _("Link [%zu] says %s but leads to %s."), k + 1, l->claims, target.n ? target.p : l->url);
		line_wrap(r, LINE_TRUST, str_sl(&text), 0, 4, 0);
	}
	if (n > WARNED_MAX) {
		n -= WARNED_MAX;
		str_clear(&text);
		str_addf(&text, ngettext_("and %zu more link does so", "and %zu more links do so", n), n);
		line_wrap(r, LINE_TRUST, str_sl(&text), 0, 4, 0);
	}
	str_release(&text);
	str_release(&target);
}

size_t render_links(const struct render *r)
{
	return r->n_links;
}

const struct render_link *render_link(const struct render *r, size_t k)
{
	return k < r->n_links ? &r->links[r->by_number[k]] : NULL;
}
