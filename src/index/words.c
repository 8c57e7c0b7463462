/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * words: the words of a text, as the index and every search for words know them.
 *
 * Text is a row of items: a word of letters and digits, or one character of a
 * script that is written without blanks (or, as Korean, with few), which joins
 * the one before it in a run.  Of a run the index holds the pairs, and its last
 * character by itself, so that one character alone is found as the head of a
 * pair wherever it stands.  A text is found where its items stand in a row;
 * what lies between words does not count, so that a line end hides nothing.
 *
 * A word is cut after IX_WORD_MAX bytes; jamo and voiced kana are composed, marks
 * that stay are in canonical order.
 */
#include "index/priv.h"
#include <unictype.h>
#include <uninorm.h>

/* ---- items ---- */

/* a to z and 0 to 9 for letters and digits of ASCII, else 0 */
static const unsigned char low[256] = {
	['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
	['A'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
	'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
	['a'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
	'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
};

enum item_kind { ITEM_END, ITEM_WORD, ITEM_CHAR };

struct items {
	const unsigned char *p, *end;
	uint32_t queue[IX_FOLD_MAX]; size_t at, n; /* of a character that was read */
	bool in_run;                    /* the last item was a character        */
	/* the item */
	char word[IX_WORD_MAX]; size_t len;
	bool joined;                    /* a character: in a run with the one before */
};

static void items_init(struct items *it, struct slice text)
{
	it->p = (const unsigned char *)text.p;
	it->end = it->p + text.n;
	it->at = it->n = 0;
	it->in_run = false;
}

/* The code point that comes next, with its class; false at the end. */
static bool peek(struct items *it, uint32_t *cp)
{
	while (it->at == it->n) {
		size_t left = (size_t)(it->end - it->p);

		if (left == 0)
			return false;
		it->at = 0;
		it->n = 1;
		if (*it->p < 0x80) {
			unsigned char c = low[*it->p++];

			it->queue[0] = IX_CP((uint32_t)c, c ? IX_BARE : IX_SEP);
			break;
		}
		it->p += utf8_decode(sl_make((const char *)it->p, left), cp);
		if (ix_is_whole(*cp))
			it->queue[0] = IX_CP(*cp, IX_PAIR);
		else
			it->n = ix_fold(*cp, it->queue);
	}
	*cp = it->queue[it->at];
	return true;
}

static void put(struct items *it, size_t at, uint32_t cp, bool *full)
{
	char text[4];
	size_t n = utf8_encode(cp, text);

	if (*full || it->len + n > IX_WORD_MAX) {
		*full = true;
		return;
	}
	memmove(it->word + at + n, it->word + at, it->len - at);
	memcpy(it->word + at, text, n);
	it->len += n;
}

/* Behind those of its letter that stand before it in canonical order. */
static size_t place_of_mark(const struct items *it, uint32_t cp)
{
	int class = uc_combining_class(cp);
	size_t at = it->len;

	while (class > 0 && at > 0) {
		size_t before = at - 1;
		uint32_t prev;

		while (before > 0 && (it->word[before] & 0xC0) == 0x80)
			before--;
		utf8_decode(sl_range(it->word + before, it->word + at), &prev);
		if (uc_combining_class(prev) <= class)
			break;
		at = before;
	}
	return at;
}

static void take_word(struct items *it)
{
	bool full = false, bare = true;
	uint32_t cp;

	it->len = 0;
	for (;;) {
		if (it->at == it->n && !full) {
			const unsigned char *p = it->p;
			size_t room = MIN((size_t)(it->end - p), IX_WORD_MAX - it->len);
			size_t i = 0;

			for (; i < room && low[p[i]]; i++)
				it->word[it->len + i] = (char)low[p[i]];
			it->len += i;
			it->p += i;
			bare |= i > 0;
		}
		if (!peek(it, &cp) || IX_CLASS(cp) == IX_SEP || IX_CLASS(cp) == IX_PAIR)
			return;
		it->at++;
		if (IX_CLASS(cp) == IX_BARE || IX_CLASS(cp) == IX_LETTER) {
			bare = IX_CLASS(cp) == IX_BARE;
			put(it, it->len, IX_CODE(cp), &full);
		} else if (IX_CLASS(cp) == IX_MARK && !bare) {
			put(it, place_of_mark(it, IX_CODE(cp)), IX_CODE(cp), &full);
		}
	}
}

/* The second half of a syllable, a voicing mark. */
static bool may_join(uint32_t cp)
{
	return ix_in(cp, 0x1161, 0x1175) || ix_in(cp, 0x11A8, 0x11C2) || ix_in(cp, 0x3099, 0x309A);
}

/* A whole character of three bytes that begins here, or 0. */
static uint32_t whole_at(const unsigned char *p, const unsigned char *end)
{
	uint32_t cp;

	if (end - p < 3 || p[0] < 0xE3 || p[0] > 0xED || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
		return 0;
	cp = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	return ix_is_whole(cp) ? cp : 0;
}

static void take_char(struct items *it, uint32_t cp)
{
	uint32_t next;

	while (peek(it, &next) && may_join(IX_CODE(next))) {
		ucs4_t both = uc_composition(cp, IX_CODE(next));

		if (both == 0)
			break;
		cp = both;
		it->at++;
	}
	it->len = utf8_encode(cp, it->word);
}

static enum item_kind items_next(struct items *it)
{
	bool joined = it->in_run;
	uint32_t cp;

	it->in_run = false;
	for (;;) {
		if (it->at == it->n) {
			const unsigned char *p = it->p;

			while (p < it->end && *p < 0x80 && !low[*p])
				p++;
			joined &= p == it->p;
			it->p = p;
			if ((cp = whole_at(p, it->end))) {
				memcpy(it->word, p, it->len = 3);
				it->p = p + 3;
				if (it->end - it->p >= 3 && it->p[0] >= 0x80 && !whole_at(it->p, it->end))
					take_char(it, cp);
				it->joined = joined;
				it->in_run = true;
				return ITEM_CHAR;
			}
		}
		if (!peek(it, &cp))
			return ITEM_END;
		if (IX_CLASS(cp) == IX_BARE || IX_CLASS(cp) == IX_LETTER) {
			take_word(it);
			return ITEM_WORD;
		}
		if (IX_CLASS(cp) == IX_PAIR) {
			it->at++;
			take_char(it, IX_CODE(cp));
			it->joined = joined;
			it->in_run = true;
			return ITEM_CHAR;
		}
		joined &= IX_CLASS(cp) != IX_SEP;
		it->at++;
	}
}

/* Nothing follows, not even a blank. */
static bool at_end(struct items *it)
{
	uint32_t cp;

	return !peek(it, &cp);
}

/* ---- words ---- */

int words_each(struct slice utf8, int (*each)(void *ctx, struct slice word, bool last), void *ctx)
{
	char pair[2 * IX_WORD_MAX];
	enum item_kind kind;
	struct items it;
	size_t n = 0;           /* of a character that waits for its neighbour */
	int rc = 0;

	items_init(&it, utf8);
	do {
		kind = items_next(&it);
		if (n && kind == ITEM_CHAR && it.joined) {
			memcpy(pair + n, it.word, it.len);
			rc = each(ctx, sl_make(pair, n + it.len), false);
		} else if (n) {
			rc = each(ctx, sl_make(pair, n), false);
		}
		n = 0;
		if (rc == 0 && kind == ITEM_WORD)
			rc = each(ctx, sl_make(it.word, it.len), at_end(&it));
		if (kind == ITEM_CHAR) {
			memcpy(pair, it.word, it.len);
			n = it.len;
		}
	} while (rc == 0 && kind != ITEM_END);
	return rc;
}

/* ---- a text is looked for ---- */

struct piece { enum item_kind kind; bool joined; size_t at, n; };
struct needle {
	struct str text;        /* of the pieces, one behind the other          */
	struct piece *v; size_t n, cap;
	bool open;              /* the last word may go on                      */
};

static void needle_init(struct needle *nd, const char *text)
{
	enum item_kind kind;
	struct items it;

	*nd = (struct needle){ .n = 0 };
	str_init(&nd->text, STR_MAX);
	items_init(&it, sl(text));
	while ((kind = items_next(&it)) != ITEM_END) {
		mem_grow(nd->v, nd->n, nd->cap);
		nd->v[nd->n++] = (struct piece){ kind, kind == ITEM_CHAR && it.joined,
			nd->text.n, it.len };
		str_add(&nd->text, it.word, it.len);
		nd->open = kind == ITEM_WORD && at_end(&it);
	}
}

static void needle_release(struct needle *nd)
{
	str_release(&nd->text);
	free(nd->v);
}

static struct slice piece_text(const struct needle *nd, size_t i)
{
	return sl_make(nd->text.p + nd->v[i].at, nd->v[i].n);
}

/* Is it piece i?  Of a run the first may stand anywhere in another. */
static bool is_piece(const struct items *it, enum item_kind kind, const struct needle *nd, size_t i)
{
	struct slice want = piece_text(nd, i);
	bool may_go_on = nd->open && i == nd->n - 1;

	if (kind != nd->v[i].kind || it->len < want.n || (it->len > want.n && !may_go_on))
		return false;
	if (kind == ITEM_CHAR && i > 0 && it->joined != nd->v[i].joined)
		return false;
	return memcmp(it->word, want.p, want.n) == 0;
}

/* Do the pieces after the first follow? */
static bool follows(const struct items *at, const struct needle *nd)
{
	struct items it;

	if (nd->n == 1)
		return true;
	it = *at;
	for (size_t i = 1; i < nd->n; i++)
		if (!is_piece(&it, items_next(&it), nd, i))
			return false;
	return true;
}

/* The commonest that separate words and do nothing else. */
static bool is_plain_sign(uint32_t cp)
{
	return cp == 0xA0 || cp == 0xB7 || ix_in(cp, 0x2010, 0x2027) || ix_in(cp, 0x2500, 0x26FF) ||
		ix_in(cp, 0x3001, 0x3003) || ix_in(cp, 0x3008, 0x3011) || ix_in(cp, 0xFF01, 0xFF0F) ||
		ix_in(cp, 0xFF1A, 0xFF20) || ix_in(cp, 0x1F300, 0x1F6FF) || cp == UTF8_BAD;
}

/* Is the character that ends before at none that letters could join? */
static bool is_plain_before(struct slice s, size_t at)
{
	size_t from = at - 1;
	uint32_t cp;

	while (from > 0 && at - from < 4 && ((unsigned char)s.p[from] & 0xC0) == 0x80)
		from--;
	return utf8_decode(sl_range(s.p + from, s.p + at), &cp) == at - from &&
		(ix_is_whole(cp) || is_plain_sign(cp));
}

/* The first character from p on that is more than its bytes, or end. */
static const unsigned char *find_odd(const unsigned char *p, const unsigned char *end)
{
	uint64_t eight;
	uint32_t cp;
	size_t n;

	while (p < end) {
		if (end - p >= 8) {
			memcpy(&eight, p, 8);
			if (!(eight & 0x8080808080808080u)) {
				p += 8;
				continue;
			}
		}
		if (*p < 0x80) {
			p++;
		} else if (whole_at(p, end)) {
			p += 3;
		} else {
			n = utf8_decode(sl_range((const char *)p, (const char *)end), &cp);
			if (!is_plain_sign(cp))
				return p;
			p += n;
		}
	}
	return end;
}

static bool is_plain(struct slice s)
{
	const unsigned char *end = (const unsigned char *)s.p + s.n;

	return find_odd((const unsigned char *)s.p, end) == end;
}

/* In what has to be folded: there are the runs without an ASCII separator that
 * hold an odd character. */
static bool find_folded(struct slice hay, const struct needle *nd)
{
	const unsigned char *p = (const unsigned char *)hay.p, *end = p + hay.n, *done = p;
	enum item_kind kind;
	struct items it;

	while ((p = find_odd(p, end)) < end) {
		const unsigned char *from = p;

		while (from > done && (from[-1] >= 0x80 || low[from[-1]]))
			from--;
		while (p < end && (*p >= 0x80 || low[*p]))
			p++;
		items_init(&it, sl_range((const char *)from, (const char *)end));
		while ((it.p < p || it.at < it.n) && (kind = items_next(&it)) != ITEM_END)
			if (is_piece(&it, kind, nd, 0) && follows(&it, nd))
				return true;
		done = p;
	}
	return false;
}

/* How rare a letter is, roughly: the first of these is the commonest. */
static unsigned rarity(unsigned char c)
{
	static const char common[] = "etaoinsrhldcumfpgwybvk10295384x67jqz";
	const char *p = strchr(common, c);

	return p ? (unsigned)(p - common) : 100;
}

#define LANES 64

/* Offset of a word of ASCII in any case, or -1; two of its bytes are looked for in
 * many places at once. */
static ssize_t search_ascii(struct slice hay, struct slice word)
{
	const unsigned char *h = (const unsigned char *)hay.p;
	const unsigned char *w = (const unsigned char *)word.p;
	size_t a = 0, b = word.n - 1, last;

	for (size_t i = 0; i < word.n; i++)
		if (rarity(w[i]) > rarity(w[a]))
			a = i;
	for (size_t i = 0; i < word.n; i++)
		if (i != a && (b == a || rarity(w[i]) > rarity(w[b])))
			b = i;
	if (hay.n < word.n)
		return -1;
	last = hay.n - word.n;
	for (size_t at = 0; at <= last; ) {
		size_t n = MIN(last - at + 1, LANES), i;

		if (n == LANES) {
			unsigned char any = 0;

			for (i = 0; i < LANES; i++)
				any |= (unsigned char)(((h[at + a + i] | 0x20) == w[a]) &
					((h[at + b + i] | 0x20) == w[b]));
			if (!any) {
				at += LANES;
				continue;
			}
		}
		for (i = 0; i < n; i++) {
			size_t k = 0;

			while (k < word.n && low[h[at + i + k]] == w[k])
				k++;
			if (k == word.n)
				return (ssize_t)(at + i);
		}
		at += n;
	}
	return -1;
}

static bool is_ascii(struct slice s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

/* By its bytes: they say all of what stands between plain characters. */
static bool find_bytes(struct slice hay, const struct needle *nd)
{
	bool is_word = nd->v[0].kind == ITEM_WORD;
	struct slice what = piece_text(nd, 0);
	struct items it;

	for (size_t i = 1; i < nd->n && nd->v[i].joined; i++)
		what.n += nd->v[i].n;
	if (is_word ? !is_ascii(what) : !is_plain(what))
		return false;
	for (size_t at = 0; at < hay.n; at++) {
		ssize_t off = is_word ? search_ascii(sl_skip(hay, at), what) :
			sl_search(sl_skip(hay, at), what);

		if (off < 0)
			return false;
		at += (size_t)off;
		if (is_word && at > 0 && (low[(unsigned char)hay.p[at - 1]] ||
		    ((unsigned char)hay.p[at - 1] >= 0x80 && !is_plain_before(hay, at))))
			continue;
		items_init(&it, sl_skip(hay, at));
		if (is_piece(&it, items_next(&it), nd, 0) && follows(&it, nd))
			return true;
	}
	return false;
}

bool words_find(struct slice hay, const char *text)
{
	struct needle nd;
	bool found;

	needle_init(&nd, text);
	if (nd.n == 0)
		found = sl_search(hay, sl(text)) >= 0;
	else
		found = find_bytes(hay, &nd) || find_folded(hay, &nd);
	needle_release(&nd);
	return found;
}

bool words_exact(const char *text)
{
	struct needle nd;
	bool exact;

	needle_init(&nd, text);
	exact = nd.n == 1 || (nd.n == 2 && nd.v[1].joined);
	needle_release(&nd);
	return exact;
}

#define TERMS_MAX 64            /* of an expression: more find no fewer     */

int ix_text_match(const char *text, struct str *match)
{
	struct needle nd;
	size_t terms = 0;

	needle_init(&nd, text);
	for (size_t i = 0; i < nd.n && terms < TERMS_MAX; i++) {
		struct slice term = piece_text(&nd, i);
		bool more = i + 1 < nd.n && nd.v[i + 1].joined;
		bool last = i == nd.n - 1;

		if (more)
			term.n += nd.v[i + 1].n;
		else if (nd.v[i].joined)
			continue;       /* the pair before has it */
		str_addf(match, "%s\"" SL_FMT "\"%s", terms ? " AND " : "", SL_ARG(term),
			last && (nd.open || nd.v[i].kind == ITEM_CHAR) ? "*" : "");
		terms++;
	}
	needle_release(&nd);
	return terms ? 0 : -1;
}
