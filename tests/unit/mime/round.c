/* SPDX-License-Identifier: GPL-3.0-or-later
 * round: see round.h */
#include "round.h"

static uint32_t rnd(uint32_t n)
{
	uint32_t r;

	rt_random(&r, sizeof(r));
	return n ? r % n : 0;
}

static bool one_in(uint32_t n)
{
	return rnd(n) == 0;
}

/* ---- words ---- */

static const char *const scripts[] = {
	"plain", "na\xc3\xafve", "\xce\xbb\xcf\x8c\xce\xb3\xce\xbf\xcf\x82", "\xd0\xbf\xd0\xb8\xd1\x81\xd1\x8c\xd0\xbc\xd0\xbe", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
	"\xd8\xb1\xd8\xb3\xd8\xa7\xd9\x84\xd8\xa9", "\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8\xe0\xa5\x8d\xe0\xa4\xa4\xe0\xa5\x87", "\xe0\xb8\xaa\xe0\xb8\xa7\xe0\xb8\xb1\xe0\xb8\xaa\xe0\xb8\x94\xe0\xb8\xb5",
	"\xed\x95\x9c\xea\xb8\x80\xed\x8e\xb8\xec\xa7\x80", "\xe6\x9d\xb1\xe4\xba\xac", "\xe3\x81\xa6\xe3\x81\x8c\xe3\x81\xbf", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "\xf0\x9f\x87\xb0\xf0\x9f\x87\xb7",
	"e\xcc\x81\xcc\xa7", "\xe2\x80\x8f\xd7\x90", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
};
static const char *const odd[] = {
	"=?utf-8?q?x?=", "a=?utf-8?b?eA==?=b", "=?", "?=", "\"", "\\", "(", ")", "<", ">", "@", ",", ";", ":", "[", "]", "=", "=3D", "%41", "'", "*", "--", "_", "?",
	"a\"b", "(x", "\\\"", ".", "..", "From", "&amp;", "$HOME", "~", "`", "|", "{x}", "!", "#",
};

static void add_word(struct str *s, bool ascii)
{
	if (one_in(3))
		str_adds(s, odd[rnd(ARRAY_LEN(odd))]);
	else if (ascii)
		for (uint32_t n = 1 + rnd(one_in(20) ? 120 : 9); n; n--)
			str_addc(s, (char)('a' + rnd(26)));
	else
		for (uint32_t n = 1 + rnd(one_in(20) ? 30 : 2); n; n--)
			str_adds(s, scripts[rnd(ARRAY_LEN(scripts))]);
}

/* Words of a line, blanks only between them; never empty. */
static void add_words(struct str *s, size_t most, bool ascii)
{
	size_t begin = s->n, want = 1 + rnd((uint32_t)most);

	while (s->n - begin < want) {
		if (s->n > begin)
			str_adds(s, one_in(12) ? "" : one_in(12) ? "  " : " ");
		add_word(s, ascii);
	}
	while (s->n > begin && s->p[s->n - 1] == ' ')
		str_cut(s, s->n - 1);
}

static char *words(size_t most)
{
	struct str s;

	str_init(&s, STR_MAX);
	add_words(&s, most, one_in(2));
	return str_detach(&s);
}

/* ---- addresses ---- */

static void add_address(struct addrs *to)
{
	static const char *const locals[] = { "a", "first.last", "x+tag", "o'neil", "!#$%&'*+-/=?^_`{|}~", "a b", "a\"b\\c", "a..b", "(x)", "x@y" };
	static const char *const domains[] = { "example.org", "mail.example.net", "xn--bcher-kva.example", "[192.0.2.1]", "x.test" };
	struct addr a = { .local = mem_strdup(locals[rnd(one_in(4) ? ARRAY_LEN(locals) : 4)]), .domain = mem_strdup(domains[rnd(ARRAY_LEN(domains))]) };

	if (!one_in(4))
		a.name = words(one_in(10) ? 120 : 25);
	addrs_add(to, &a);
	free(a.local);
	free(a.domain);
	free(a.name);
}

static void add_addresses(struct addrs *to, uint32_t most)
{
	for (uint32_t n = rnd(most + 1); n; n--)
		add_address(to);
}

/* ---- ids and fields ---- */

static char *ids(uint32_t n)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (uint32_t i = 0; i < n; i++) {
		str_addf(&s, "%s", i ? " " : "");
		for (uint32_t k = 1 + rnd(one_in(10) ? 200 : 20); k; k--)
			str_addc(&s, "abcdefghijklmnopqrstuvwxyz0123456789=+-$/_"[rnd(42)]);
		str_adds(&s, one_in(3) ? ".x" : "");
		str_addf(&s, "@%x.example", rnd(1 << 16));
	}
	return str_detach(&s);
}

static void add_field(struct round *r)
{
	struct round_field *f = &r->fields[r->n_fields];
	struct str name, value;

	str_init(&name, 256);
	str_init(&value, STR_MAX);
	str_addf(&name, "X-Field%zu%s", r->n_fields, one_in(3) ? "!#$%&'*+-^_`|~." : "");
	f->text = one_in(2);
	if (f->text) {
		add_words(&value, one_in(5) ? 600 : 60, one_in(3));
	} else {
		for (uint32_t n = 1 + rnd(12); n; n--)
			str_addf(&value, "%s%.*s", value.n ? " " : "", (int)(1 + rnd(30)), "a<b@c>;(d)\"e\",=f!?*'%~{g}|[h]:/");
	}
	f->name = str_detach(&name);
	f->value = str_detach(&value);
	f->want = mem_strdup(f->value);
	r->n_fields++;
}

/* ---- bodies ---- */

static void add_line(struct str *s, bool ascii)
{
	switch (rnd(14)) {
	case 0: break;
	case 1: str_adds(s, one_in(2) ? "From here" : "From "); break;
	case 2: str_adds(s, one_in(2) ? "." : ".."); break;
	case 3: str_addf(s, "--%s", one_in(2) ? "=_" : "x--"); break;
	case 4: for (uint32_t n = rnd(one_in(3) ? 2100 : 200); n; n--) str_addc(s, 'l'); break;
	case 5: for (uint32_t n = 70 + rnd(12); n; n--) str_addc(s, one_in(9) ? ' ' : '='); break;
	case 6: for (uint32_t n = 990 + rnd(12); n; n--) str_addc(s, 'm'); break;
	case 7: add_words(s, 100, ascii); str_adds(s, one_in(2) ? "  " : "\t"); break;
	case 8: str_adds(s, one_in(2) ? " indented" : "\t\tx\fy"); break;
	case 9: str_adds(s, ">From you"); break;
	default: add_words(s, one_in(4) ? 1500 : 90, ascii); break;
	}
}

/* plain: a text as people write them; else any line ends, and what is no text. */
static void add_body(struct str *s, bool plain)
{
	uint32_t lines = one_in(10) ? 0 : 1 + rnd(one_in(10) ? 200 : 12), odds = plain ? 0 : rnd(4);
	bool ascii = one_in(3);

	for (uint32_t i = 0; i < lines; i++) {
		add_line(s, ascii);
		if (i + 1 < lines || one_in(2))
			str_adds(s, odds == 1 ? "\r\n" : odds == 2 && one_in(3) ? "\r" : "\n");
	}
	for (uint32_t n = odds == 3 ? 1 + rnd(20) : 0; n && s->n; n--)
		s->p[rnd((uint32_t)s->n)] = (char)(one_in(4) ? 0 : rnd(256));
}

/* LF for every line end, and one at the end. */
static void normal(struct slice in, struct str *out)
{
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == '\r' && i + 1 < in.n && in.p[i + 1] == '\n')
			continue;
		str_addc(out, in.p[i] == '\r' ? '\n' : in.p[i]);
	}
	if (out->n && out->p[out->n - 1] != '\n')
		str_addc(out, '\n');
}

/* ---- files ---- */

static struct round *make(uint64_t seed, unsigned depth);

static void add_message(struct round_file *f, unsigned depth)
{
	uint32_t kind = depth ? rnd(4) : 3;

	f->type = mem_strdup("message/rfc822");
	if (kind < 2 && (f->inside = make(0, depth - 1)))
		str_addsl(&f->bytes, str_sl(&f->inside->out));
	else if (kind == 2)
		str_adds(&f->bytes, "Subject: caf\xc3\xa9\n\nraw \xe9 bytes\n");
	else if (one_in(2))
		str_adds(&f->bytes, "Subject: lines\r\nX: y\r\n\r\nof \r kinds\r\n");
	else
		str_addsl(&f->bytes, SL("Subject: nul\n\na\0b\n"));
	f->opaque = memchr(f->bytes.p, '\r', f->bytes.n) || memchr(f->bytes.p, 0, f->bytes.n);
}

static void add_file(struct round *r, unsigned depth)
{
	static const char *const types[] = { "text/plain", "text/html", "image/png", "application/octet-stream", "text/x-patch", "application/pdf", "audio/ogg" };
	struct round_file *f = &r->files[r->n_files++];
	struct str s;

	str_init(&f->bytes, STR_MAX);
	str_init(&s, STR_MAX);
	if (one_in(6)) {
		add_message(f, depth);
	} else {
		f->type = mem_strdup(types[rnd(ARRAY_LEN(types))]);
		if (one_in(3))
			for (uint32_t n = rnd(one_in(10) ? 20000 : 500); n; n--)
				str_addc(&f->bytes, (char)rnd(256));
		else
			add_body(&f->bytes, false);
	}
	if (!one_in(8)) {
		add_words(&s, one_in(6) ? 250 : 30, one_in(2));
		str_adds(&s, one_in(2) ? ".txt" : "");
		f->name = str_detach(&s);
	}
	f->description = one_in(4) ? words(one_in(3) ? 200 : 30) : NULL;
	f->id = one_in(4) ? ids(1) : NULL;
	f->is_inline = one_in(4);
	str_release(&s);
}

/* ---- the message ---- */

struct mem_file { struct src src; struct slice bytes; };

static int mem_rewind(struct gen_file *f, struct err *err)
{
	struct mem_file *m = f->ctx;

	(void)err;
	src_release(&m->src);
	src_mem(&m->src, m->bytes);
	return 0;
}

static void as_file(struct gen_file *f, struct mem_file *m, struct slice bytes)
{
	m->bytes = bytes;
	src_mem(&m->src, bytes);
	*f = (struct gen_file){ .src = &m->src, .rewind = mem_rewind, .ctx = m };
}

static int write_out(struct round *r, struct slice text, struct slice html, struct err *err)
{
	struct gen_file t, h, files[ROUND_FILES];
	struct mem_file tm, hm, mem[ROUND_FILES];
	struct gen_field fields[ROUND_FIELDS];
	struct gen g = {
		.from = &r->from, .to = &r->to, .cc = &r->cc, .reply_to = &r->reply_to, .subject = r->subject, .date = r->date, .zone = r->zone,
		.message_id = r->id, .in_reply_to = r->in_reply_to, .references = r->references, .fields = fields, .n_fields = r->n_fields,
		.text = &t, .html = r->has_html ? &h : NULL, .files = files, .n_files = r->n_files,
	};
	struct sink sink;

	as_file(&t, &tm, text);
	as_file(&h, &hm, html);
	for (size_t i = 0; i < r->n_fields; i++)
		fields[i] = (struct gen_field){ r->fields[i].name, r->fields[i].value, r->fields[i].text };
	for (size_t i = 0; i < r->n_files; i++) {
		as_file(&files[i], &mem[i], str_sl(&r->files[i].bytes));
		files[i].type = r->files[i].type;
		files[i].filename = r->files[i].name;
		files[i].description = r->files[i].description;
		files[i].id = r->files[i].id;
		files[i].inline_ = r->files[i].is_inline;
	}
	sink_str(&sink, &r->out);
	return gen_write(&g, &sink, err);
}

static struct round *make(uint64_t seed, unsigned depth)
{
	struct round *r = mem_zalloc(sizeof(*r));
	struct err err = ERR_INIT;
	struct str text, html;

	r->seed = seed;
	str_init(&text, STR_MAX);
	str_init(&html, STR_MAX);
	str_init(&r->text, STR_MAX);
	str_init(&r->html, STR_MAX);
	str_init(&r->out, STR_MAX);
	add_address(&r->from);
	add_addresses(&r->to, one_in(20) ? 60 : 3);
	add_addresses(&r->cc, 2);
	add_addresses(&r->reply_to, one_in(4));
	r->subject = one_in(12) ? NULL : words(one_in(8) ? 400 : 60);
	r->date = one_in(10) ? (int64_t)rnd(UINT32_MAX) * 58 - 62135596800 : (int64_t)rnd(2000000000);
	r->zone = (int)rnd(2 * 14 * 60) - 14 * 60;
	r->id = ids(1);
	r->in_reply_to = one_in(2) ? ids(1) : NULL;
	r->references = one_in(2) ? ids(1 + rnd(20)) : NULL;
	for (uint32_t n = rnd(ROUND_FIELDS + 1); n; n--)
		add_field(r);
	add_body(&text, one_in(2));
	normal(str_sl(&text), &r->text);
	r->has_html = one_in(4);
	if (r->has_html)
		add_body(&html, one_in(2));
	normal(str_sl(&html), &r->html);
	for (uint32_t n = one_in(2) ? 0 : rnd(ROUND_FILES + 1); n; n--)
		add_file(r, depth);
	if (write_out(r, str_sl(&text), str_sl(&html), &err) != 0) {
		tap_note("seed %llu: %s", (unsigned long long)seed, err.text);
		round_free(&r);
	}
	str_release(&text);
	str_release(&html);
	return r;
}

struct round *round_make(uint64_t seed)
{
	rt_set_seed(seed);
	return make(seed, 2);
}

void round_free(struct round **rp)
{
	struct round *r = *rp;

	if (!r)
		return;
	addrs_release(&r->from);
	addrs_release(&r->to);
	addrs_release(&r->cc);
	addrs_release(&r->reply_to);
	free(r->subject);
	free(r->id);
	free(r->in_reply_to);
	free(r->references);
	for (size_t i = 0; i < r->n_fields; i++) {
		free(r->fields[i].name);
		free(r->fields[i].value);
		free(r->fields[i].want);
	}
	for (size_t i = 0; i < r->n_files; i++) {
		free(r->files[i].name);
		free(r->files[i].type);
		free(r->files[i].description);
		free(r->files[i].id);
		str_release(&r->files[i].bytes);
		round_free(&r->files[i].inside);
	}
	str_release(&r->text);
	str_release(&r->html);
	str_release(&r->out);
	free(r);
	*rp = NULL;
}

/* ---- as JSON ---- */

static void key(struct str *s, const char *name)
{
	str_addf(s, "%s\"%s\":", s->n && s->p[s->n - 1] != '{' ? "," : "", name);
}

static void put(struct str *s, const char *name, const char *value)
{
	key(s, name);
	if (value)
		str_addjson(s, sl(value));
	else
		str_adds(s, "null");
}

static void put_bytes(struct str *s, const char *name, struct slice bytes)
{
	struct enc_state e;
	struct str b;

	str_init(&b, STR_MAX);
	enc_init(&e, ENC_BASE64, true);
	enc_feed(&e, bytes, true, &b);
	put(s, name, b.p ? b.p : "");
	str_release(&b);
}

static void put_addrs(struct str *s, const char *name, const struct addrs *a)
{
	key(s, name);
	str_addc(s, '[');
	for (size_t i = 0; i < a->n; i++) {
		struct str spec;

		str_init(&spec, 4096);
		addr_spec(&a->v[i], &spec);
		str_adds(s, i ? ",[" : "[");
		str_addjson(s, sl(a->v[i].name ? a->v[i].name : ""));
		str_addc(s, ',');
		str_addjson(s, str_sl(&spec));
		str_addc(s, ']');
		str_release(&spec);
	}
	str_addc(s, ']');
}

void round_json(const struct round *r, struct str *s)
{
	str_addc(s, '{');
	put_addrs(s, "from", &r->from);
	put_addrs(s, "to", &r->to);
	put_addrs(s, "cc", &r->cc);
	put_addrs(s, "reply-to", &r->reply_to);
	put(s, "subject", r->subject);
	put(s, "message-id", r->id);
	put(s, "in-reply-to", r->in_reply_to);
	put(s, "references", r->references);
	key(s, "date");
	str_addf(s, "%lld", (long long)r->date);
	key(s, "fields");
	str_addc(s, '[');
	for (size_t i = 0; i < r->n_fields; i++) {
		str_adds(s, i ? ",{" : "{");
		put(s, "name", r->fields[i].name);
		put(s, "value", r->fields[i].want);
		str_addc(s, '}');
	}
	str_addc(s, ']');
	put_bytes(s, "text", str_sl(&r->text));
	if (r->has_html)
		put_bytes(s, "html", str_sl(&r->html));
	key(s, "files");
	str_addc(s, '[');
	for (size_t i = 0; i < r->n_files; i++) {
		const struct round_file *f = &r->files[i];

		str_adds(s, i ? ",{" : "{");
		put(s, "name", f->name);
		put(s, "type", f->type);
		put(s, "description", f->description);
		put(s, "id", f->id);
		put(s, "disposition", f->is_inline ? "inline" : "attachment");
		put_bytes(s, "bytes", str_sl(&f->bytes));
		key(s, "opaque");
		str_adds(s, f->opaque ? "true" : "false");
		if (f->inside) {
			key(s, "inside");
			round_json(f->inside, s);
		}
		str_addc(s, '}');
	}
	str_adds(s, "]}");
}
