/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * keys: what messages are compared by: who they are, and where they sort.  The
 * hashes have a fixed key, as edits of threads are kept by them for ever.
 */
#include "index/priv.h"

#define KEY_MAX 48      /* bytes of text in a sort key */

uint64_t ix_hash(const char *kind, struct slice s)
{
	static const unsigned char key[16] = "pabal ident";
	struct sip h;
	char hex[33];
	uint64_t v = 0;

	sip_init(&h, key);
	sip_add(&h, sl(kind));
	sip_add(&h, s);
	sip_hex(&h, hex);
	for (int i = 0; i < 16; i++)
		v = v << 4 | (uint64_t)hex_val(hex[i]);
	return v ? v : 1;
}

static void add_addrs(struct str *s, const struct addrs *l)
{
	for (size_t i = 0; i < l->n; i++) {
		str_addc(s, '\n');
		addr_spec(&l->v[i], s);
	}
}

uint64_t index_ident(const struct env *e, struct slice header)
{
	struct str s;
	uint64_t v;

	if (e->message_id)
		return ix_hash("id:", sl(e->message_id));
	if (header.n)
		return ix_hash("header:", header);
	str_init(&s, STR_MAX);
	str_addf(&s, "%lld %s", (long long)e->date.sec, e->subject ? e->subject : "");
	add_addrs(&s, &e->from);
	add_addrs(&s, &e->to);
	v = ix_hash("env:", str_sl(&s));
	str_release(&s);
	return v;
}

/* ---- subjects ---- */

static bool is_blank(struct slice s)
{
	return s.n && (ascii_isblank(s.p[0]) || s.p[0] == '\r' || s.p[0] == '\n');
}

static struct slice skip_blanks(struct slice s)
{
	while (is_blank(s))
		s = sl_skip(s, 1);
	return s;
}

static struct slice trim_end(struct slice s)
{
	while (s.n && is_blank(sl_make(s.p + s.n - 1, 1)))
		s.n--;
	return s;
}

/* Behind "[...]" and the blanks after it; false where there is none. */
static bool skip_blob(struct slice *s)
{
	size_t n = 1;

	if (!s->n || s->p[0] != '[')
		return false;
	while (n < s->n && s->p[n] != '[' && s->p[n] != ']')
		n++;
	if (n >= s->n || s->p[n] != ']')
		return false;
	*s = skip_blanks(sl_skip(*s, n + 1));
	return true;
}

/* "Re:", "Fwd [2]:", "답장:", with any blobs before it (subj-leader). */
static bool skip_reply(struct slice *s)
{
	static const char *const words[] = { "re", "fwd", "fw", "aw", "wg", "sv", "antw",
		"답장", "회신", "전달", "回复", "回覆", "答复", "转发", "轉寄" };
	struct slice at = *s;

	while (skip_blob(&at))
		;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct slice t = at;

		if (!sl_istarts(t, words[i]))
			continue;
		t = skip_blanks(sl_skip(t, strlen(words[i])));
		skip_blob(&t);
		if (sl_starts(t, ":"))
			t = sl_skip(t, 1);
		else if (sl_starts(t, "："))
			t = sl_skip(t, strlen("："));
		else
			continue;
		*s = skip_blanks(t);
		return true;
	}
	return false;
}

static struct slice skip_leaders(struct slice s, bool *reply)
{
	for (;;) {
		struct slice t = s;

		if (skip_reply(&t)) {
			*reply = true;
		} else if (!skip_blob(&t) || t.n == 0) {
			return s;
		}
		s = t;
	}
}

struct slice ix_base_subject(struct slice s, bool *reply, struct str *hold)
{
	bool gap = false;

	*reply = false;
	str_clear(hold);
	for (size_t i = 0; i < s.n; i++) {
		if (is_blank(sl_skip(s, i))) {
			gap = true;
			continue;
		}
		if (gap && hold->n)
			str_addc(hold, ' ');
		gap = false;
		str_addc(hold, s.p[i]);
	}
	s = str_sl(hold);
	for (;;) {
		while (s.n >= 5 && sl_ieq(sl_skip(s, s.n - 5), SL("(fwd)"))) {
			s = trim_end(sl_head(s, s.n - 5));
			*reply = true;
		}
		s = skip_leaders(s, reply);
		if (!sl_istarts(s, "[fwd:") || s.p[s.n - 1] != ']')
			return s;
		s = trim_end(skip_blanks(sl_make(s.p + 5, s.n - 6)));
		*reply = true;
	}
}

uint64_t ix_subject_ident(struct slice subject, bool *reply)
{
	struct str hold, fold;
	struct slice base;
	uint64_t v = 0;

	str_init(&hold, STR_MAX);
	str_init(&fold, STR_MAX);
	base = ix_base_subject(subject, reply, &hold);
	if (base.n && utf8_casefold(&fold, base) == 0)
		v = ix_hash("subject:", str_sl(&fold));
	str_release(&hold);
	str_release(&fold);
	return v;
}

/* ---- sorting ---- */

void ix_sort_key(struct slice text, int64_t date, struct str *fold, struct str *out)
{
	uint64_t back = ~((uint64_t)date ^ (uint64_t)1 << 63);
	struct slice s;
	size_t n;

	str_clear(fold);
	/* folding makes nothing longer than this cut away what the key needs */
	utf8_casefold(fold, sl_head(text, 4 * KEY_MAX));
	s = str_sl(fold);
	n = MIN(s.n, (size_t)KEY_MAX);
	while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	str_add(out, s.p, n);
	str_addc(out, 0);
	for (int shift = 56; shift >= 0; shift -= 8)
		str_addc(out, (char)(back >> shift & 0xFF));
}
