/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gen: a message is written.
 *
 * Invariants
 * 1. The output is what the strictest reader takes: LF lines of 998 octets at
 *    most, 7-bit but for an attached message that is 8-bit itself, a header
 *    folded at 78, no byte of a value that could start another field.
 * 2. Nothing is written before all that was given has been checked and every
 *    file that can be read twice has been read once.
 * 3. Text and files pass in blocks.  A file comes out of any reader with the
 *    bytes it went in with; the text with its lines.
 * 4. The boundary occurs in no part: it holds "=_", which no encoded body can,
 *    and bodies that are not encoded are searched for it.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define ID_MAX       900                /* with its name on a line of 998 */
#define HEADER_MAX   ((size_t)64 << 20)
#define BOUNDARY_LEN 26
#define BLOCK        16384

/* What the first reading found out about one body. */
struct body {
	struct enc_look look;
	enum enc enc;
	bool bad_utf8, clash;
};

struct work {
	struct gen *g;
	struct sink *sink;
	struct err *err;
	struct body text, html, *files;
	char boundary[BOUNDARY_LEN + 1];        /* of text and files            */
	char inner[BOUNDARY_LEN + 1];           /* of text and HTML             */
};

/* ---- what was given is checked ---- */

static bool has_line_break(const char *z)
{
	return z && z[strcspn(z, "\r\n")];
}

static bool is_type(const char *type)
{
	struct slice rest = sl(type), main_type;
	bool good = sl_cut(&rest, '/', &main_type);

	return good && strlen(type) <= 255 && lex_is_token(main_type) && lex_is_token(rest);
}

static int check_ids(const char *ids, struct err *err)
{
	struct slice rest = sl(ids), id;
	bool good = ids && ids[strspn(ids, " ")] && !ids[strcspn(ids, "\r\n<>\t")];

	while (good && sl_word(&rest, &id))
		good = id.n <= ID_MAX;
	if (good)
		return 0;
	return err_set(err, ERR_INPUT, "\"%.100s\" is not a message ID, so the message cannot be written.",
		       ids ? ids : "");
}

/* Fields that a user may not set by hand: gen writes them, or nobody does. */
static bool is_ours(struct slice name)
{
	static const char *const ours[] = {
		"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Resent-Bcc", "Subject", "Date",
		"Message-ID", "In-Reply-To", "References", "MIME-Version",
	};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (sl_iis(name, ours[i]))
			return true;
	return sl_istarts(name, "Content-");
}

/* Whether a line can hold each word of it. */
static bool fits(const struct gen_field *f)
{
	struct str out;
	bool good;

	str_init(&out, HEADER_MAX);
	good = (f->text ? hdr_write_text : hdr_write)(&out, f->name, sl(f->value)) == 0;
	str_release(&out);
	return good;
}

static int check(const struct gen *g, struct err *err)
{
	if (!g->from || g->from->n == 0)
		return err_set(err, ERR_INPUT, "The message has no sender, so it cannot be written.");
	bug_on(!g->message_id);
	if (check_ids(g->message_id, err) != 0 ||
	    (g->in_reply_to && check_ids(g->in_reply_to, err) != 0) ||
	    (g->references && check_ids(g->references, err) != 0))
		return -1;
	for (size_t i = 0; i < g->n_fields; i++) {
		const struct gen_field *f = &g->fields[i];

		if (!hdr_name_ok(sl(f->name)))
			return err_set(err, ERR_INPUT, "\"%.100s\" is not a name for a header field.", f->name);
		if (is_ours(sl(f->name)))
			return err_set(err, ERR_INPUT, "The header field %.100s cannot be set by hand.", f->name);
		if (has_line_break(f->value))
			return err_set(err, ERR_INPUT, "The header field %.100s has a line break in it.", f->name);
		if (!fits(f))
			return err_set(err, ERR_INPUT, "The header field %.100s has a word that no line can hold.", f->name);
	}
	if (g->text_type && !is_type(g->text_type))
		return err_set(err, ERR_INPUT, "\"%.100s\" is not a content type.", g->text_type);
	if (g->text_charset && !lex_is_token(sl(g->text_charset)))
		return err_set(err, ERR_INPUT, "\"%.100s\" is not the name of a character set.", g->text_charset);
	return 0;
}

/* ---- the first reading ---- */

static void make_boundary(char out[BOUNDARY_LEN + 1])
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.";
	unsigned char r[BOUNDARY_LEN];

	rt_random(r, sizeof(r));
	for (size_t i = 0; i < BOUNDARY_LEN; i++)
		out[i] = letters[r[i] & 63];
	out[0] = '=';
	out[1] = '_';
	/* a blank or dot at the end is lost on some ways */
	out[BOUNDARY_LEN - 1] = letters[r[0] % 62];
	out[BOUNDARY_LEN] = 0;
}

static bool has_boundary(const struct work *w, struct slice s)
{
	return sl_search(s, sl(w->boundary)) >= 0 || (w->inner[0] && sl_search(s, sl(w->inner)) >= 0);
}

/* Reads all of src, for its encoding, its charset and the boundary. */
static int look(struct work *w, struct src *src, bool text, struct body *b)
{
	struct charset *utf8 = charset_open(SL("utf-8"));
	char buf[BOUNDARY_LEN + BLOCK];
	size_t keep = 0;
	struct str scratch;
	ssize_t n;

	str_init(&scratch, 8 * BLOCK);
	do {
		struct slice in, both;

		n = src_read(src, buf + keep, BLOCK, w->err);
		if (n < 0)
			break;
		in = sl_make(buf + keep, (size_t)n);
		both = sl_make(buf, keep + (size_t)n);
		enc_look_feed(&b->look, in);
		if (text && !b->bad_utf8) {
			str_clear(&scratch);
			b->bad_utf8 = charset_feed(utf8, in, n == 0, &scratch) != 0;
		}
		if (has_boundary(w, both))
			b->clash = true;
		keep = MIN(both.n, BOUNDARY_LEN - 1);
		memmove(buf, both.p + both.n - keep, keep);
	} while (n > 0);
	charset_free(&utf8);
	str_release(&scratch);
	return n < 0 ? -1 : 0;
}

/* The text as it is written: LF, and one at its end. */
static int look_text(struct work *w, struct gen_file *f, struct body *b)
{
	struct src lines;
	int result;

	*b = (struct body){ 0 };
	if (!f)
		return 0;
	if (!f->rewind) {
		b->enc = ENC_BASE64;
		b->look.high = 1;
		return 0;
	}
	lines_src(&lines, f->src, LINES_FROM_CR | LINES_FINAL);
	result = look(w, &lines, true, b);
	src_release(&lines);
	b->enc = enc_look_best(&b->look, true, false);
	return result == 0 ? f->rewind(f, w->err) : -1;
}

static bool is_message(const struct gen_file *f)
{
	return sl_iis(sl(f->type), "message/rfc822") || sl_iis(sl(f->type), "message/global");
}

/* A message inside is never encoded as long as its bytes pass as they are
 * (RFC 2046 5.2.1); one that they do not pass is, though no RFC has a way. */
static enum enc choose(const struct gen_file *f, const struct enc_look *seen)
{
	enum enc enc = enc_look_best(seen, false, is_message(f));

	if (!is_message(f))
		return enc;
	if (seen->nul || seen->cr || seen->longest > 998)
		return ENC_BASE64;
	return seen->high ? ENC_8BIT : ENC_7BIT;
}

static int look_file(struct work *w, struct gen_file *f, struct body *b)
{
	*b = (struct body){ .enc = ENC_BASE64, .bad_utf8 = true };
	if (!f->rewind)
		return 0;
	b->bad_utf8 = false;
	if (look(w, f->src, sl_istarts(sl(f->type), "text/"), b) != 0)
		return -1;
	b->enc = choose(f, &b->look);
	return f->rewind(f, w->err);
}

/* Reads everything until there is a boundary that stands nowhere; more than
 * one round is next to impossible. */
static int look_all(struct work *w)
{
	bool clash;

	do {
		make_boundary(w->boundary);
		if (w->g->html)
			make_boundary(w->inner);
		if (look_text(w, w->g->text, &w->text) != 0 || look_text(w, w->g->html, &w->html) != 0)
			return -1;
		clash = w->text.clash || w->html.clash;
		for (size_t i = 0; i < w->g->n_files; i++) {
			if (look_file(w, &w->g->files[i], &w->files[i]) != 0)
				return -1;
			clash = clash || w->files[i].clash;
		}
	} while (clash && (w->g->n_files || w->g->html));
	return 0;
}

/* ---- the header ---- */

static void add_addrs(struct str *out, const char *name, const struct addrs *addrs)
{
	if (addrs && addrs->n)
		addrs_write(out, name, addrs);
}

static void add_ids(struct str *out, const char *name, const char *ids)
{
	struct slice rest = sl(ids), id;
	struct str value;

	if (!ids)
		return;
	str_init(&value, HEADER_MAX);
	while (sl_word(&rest, &id))
		str_addf(&value, "%s<" SL_FMT ">", value.n ? " " : "", SL_ARG(id));
	hdr_write(out, name, str_sl(&value));
	str_release(&value);
}

static void add_fields(struct work *w, struct str *out)
{
	const struct gen *g = w->g;
	struct str date;

	str_init(&date, 64);
	date_write(&date, g->date, g->zone);
	add_addrs(out, "From", g->from);
	add_addrs(out, "Sender", g->sender);
	add_addrs(out, "Reply-To", g->reply_to);
	add_addrs(out, "To", g->to);
	add_addrs(out, "Cc", g->cc);
	add_addrs(out, "Bcc", g->bcc);
	if (g->subject)
		hdr_write_text(out, "Subject", sl(g->subject));
	hdr_write(out, "Date", str_sl(&date));
	add_ids(out, "Message-ID", g->message_id);
	add_ids(out, "In-Reply-To", g->in_reply_to);
	add_ids(out, "References", g->references);
	for (size_t i = 0; i < g->n_fields; i++) {
		if (g->fields[i].text)
			hdr_write_text(out, g->fields[i].name, sl(g->fields[i].value));
		else
			hdr_write(out, g->fields[i].name, sl(g->fields[i].value));
	}
	hdr_write(out, "MIME-Version", SL("1.0"));
	str_release(&date);
}

/* "Content-Type: type; name=value" where the value may be NULL. */
static void add_type(struct str *out, const char *type, const char *name, const char *value)
{
	str_addf(out, "Content-Type: %s", type);
	if (value)
		param_write(out, name, sl(value), false);
	str_addc(out, '\n');
}

static void add_encoding(struct str *out, enum enc enc)
{
	hdr_write(out, "Content-Transfer-Encoding", sl(enc_name(enc)));
}

static const char *charset_of(const struct body *b)
{
	if (b->look.high == 0)
		return "us-ascii";
	return b->bad_utf8 ? "unknown-8bit" : "utf-8";
}

static void add_text_fields(struct work *w, struct str *out)
{
	const struct gen *g = w->g;

	add_type(out, g->text_type ? g->text_type : "text/plain", "charset",
		 g->text_charset ? g->text_charset : charset_of(&w->text));
	add_encoding(out, w->text.enc);
}

/* A label for bytes that are no UTF-8, or for seven bits that mean something else;
 * NULL: what the bytes say is known better here. */
static const char *said_charset(const struct params *params, const struct body *b)
{
	const char *said = params_get(params, "charset");

	if (!said || !lex_is_token(sl(said)) || sl_iis(sl(said), "us-ascii") || sl_iis(sl(said), "utf-8"))
		return NULL;
	return b->bad_utf8 || b->look.high == 0 ? said : NULL;
}

/* Parameters of the type of a file.  The plain form of its name stands here, because readers differ in
 * which they take of two in Content-Disposition. */
static void add_params(struct str *out, struct slice typed, bool text, const struct body *b, const char *filename)
{
	struct params params = { 0 };
	const char *charset = NULL;

	params_parse(typed, &mime_limits_default, &params);
	for (size_t i = 0; i < params.n; i++)
		if (param_name_ok(params.v[i].name) && !sl_iis(sl(params.v[i].name), "charset") && !sl_iis(sl(params.v[i].name), "boundary"))
			param_write(out, params.v[i].name, sl(params.v[i].value), false);
	if (text)
		charset = said_charset(&params, b);
	if (text && !charset && !b->bad_utf8)
		charset = charset_of(b);
	if (charset)
		param_write(out, "charset", sl(charset), false);
	if (filename && !params_get(&params, "name"))
		param_write(out, "name", sl(filename), true);
	params_release(&params);
}

static void add_file_fields(const struct gen_file *f, const struct body *b, struct str *out)
{
	struct slice rest = sl(f->type), name = SL_NONE;
	bool good;
	char *type;

	sl_cut(&rest, ';', &name);
	type = sl_dup(sl_trim(name));
	good = is_type(type) && !sl_istarts(sl(type), "multipart/");
	str_addf(out, "Content-Type: %s", good ? type : "application/octet-stream");
	add_params(out, good ? rest : SL_NONE, good && sl_istarts(sl(type), "text/"), b, f->filename);
	str_addc(out, '\n');
	free(type);
	add_encoding(out, b->enc);
	str_addf(out, "Content-Disposition: %s", f->inline_ ? "inline" : "attachment");
	if (f->filename)
		param_write(out, "filename", sl(f->filename), false);
	str_addc(out, '\n');
	if (f->description)
		hdr_write_text(out, "Content-Description", sl(f->description));
	if (f->id && check_ids(f->id, &(struct err)ERR_INIT) == 0)
		add_ids(out, "Content-ID", f->id);
}

/* ---- bodies ---- */

static int write_encoded(struct work *w, struct src *in, enum enc enc)
{
	struct src encoded;
	int result;

	enc_src(&encoded, in, enc, true);
	result = src_copy(&encoded, w->sink, w->err);
	src_release(&encoded);
	return result;
}

/* Lines inside base64 keep LF: see doc/departures. */
static int write_text(struct work *w, struct gen_file *f, const struct body *b)
{
	struct src lines;
	int result;

	if (!f)
		return 0;
	lines_src(&lines, f->src, LINES_FROM_CR | LINES_FINAL);
	result = write_encoded(w, &lines, b->enc);
	src_release(&lines);
	return result;
}

/* The line end before a boundary is the boundary's.  Base64, and what ends in
 * a soft break, have one at their end that means nothing. */
static int write_boundary(struct work *w, const char *boundary, const struct body *before, bool last)
{
	bool has_end = before && (before->enc == ENC_BASE64 ||
				  (before->enc == ENC_QP && !before->look.last_nl)) &&
		(before->look.n || before->enc == ENC_BASE64);

	return sink_printf(w->sink, w->err, "%s--%s%s\n", before && !has_end ? "\n" : "",
			   boundary, last ? "--" : "");
}

/* RFC 2046 5.1.4: the richer form comes last. */
static int write_html(struct work *w)
{
	struct str out;
	int result;

	str_init(&out, HEADER_MAX);
	add_type(&out, "text/html", "charset", charset_of(&w->html));
	add_encoding(&out, w->html.enc);
	str_addc(&out, '\n');
	result = write_boundary(w, w->inner, &w->text, false) != 0 || sink_write(w->sink, str_sl(&out), w->err) != 0 ||
		write_text(w, w->g->html, &w->html) != 0 ? -1 : write_boundary(w, w->inner, &w->html, true);
	str_release(&out);
	return result;
}

static int write_files(struct work *w)
{
	const struct body *before = w->g->html ? NULL : &w->text;
	struct str out;
	int result = 0;

	str_init(&out, HEADER_MAX);
	for (size_t i = 0; i < w->g->n_files && result == 0; i++) {
		struct gen_file *f = &w->g->files[i];

		str_clear(&out);
		add_file_fields(f, &w->files[i], &out);
		str_addc(&out, '\n');
		result = write_boundary(w, w->boundary, before, false) != 0 ||
			sink_write(w->sink, str_sl(&out), w->err) != 0 ||
			write_encoded(w, f->src, w->files[i].enc) != 0 ? -1 : 0;
		before = &w->files[i];
	}
	str_release(&out);
	return result == 0 ? write_boundary(w, w->boundary, before, true) : -1;
}

static int write_all(struct work *w)
{
	bool multi = w->g->n_files > 0;
	struct str out;
	int result;

	str_init(&out, HEADER_MAX);
	add_fields(w, &out);
	if (multi) {
		enum enc enc = ENC_7BIT;

		for (size_t i = 0; i < w->g->n_files; i++)
			if (w->files[i].enc == ENC_8BIT)
				enc = ENC_8BIT;
		add_type(&out, "multipart/mixed", "boundary", w->boundary);
		add_encoding(&out, enc);
		str_addf(&out, "\n--%s\n", w->boundary);
	}
	if (w->g->html) {
		add_type(&out, "multipart/alternative", "boundary", w->inner);
		add_encoding(&out, ENC_7BIT);
		str_addf(&out, "\n--%s\n", w->inner);
	}
	add_text_fields(w, &out);
	str_addc(&out, '\n');
	if (out.full)
		result = err_set(w->err, ERR_LIMIT, "The header of the message is larger than 64 MiB.");
	else
		result = sink_write(w->sink, str_sl(&out), w->err);
	str_release(&out);
	if (result == 0)
		result = write_text(w, w->g->text, &w->text);
	if (result == 0 && w->g->html)
		result = write_html(w);
	return result == 0 && multi ? write_files(w) : result;
}

int gen_write(struct gen *g, struct sink *sink, struct err *err)
{
	struct work w = { .g = g, .sink = sink, .err = err };
	int result;

	if (check(g, err) != 0)
		return -1;
	w.files = mem_zalloc(MAX(g->n_files, 1) * sizeof(*w.files));
	result = look_all(&w) == 0 ? write_all(&w) : -1;
	free(w.files);
	return result;
}

/* ---- ids ---- */

static bool is_domain(struct slice domain)
{
	if (domain.n == 0 || domain.n > 255 || domain.p[0] == '.' || domain.p[0] == '-')
		return false;
	for (size_t i = 0; i < domain.n; i++) {
		char c = domain.p[i];

		if (!ascii_isalnum((unsigned char)c) && c != '-' && c != '.')
			return false;
		if (c == '.' && (i + 1 == domain.n || domain.p[i + 1] == '.'))
			return false;
	}
	return true;
}

int gen_message_id(struct str *out, struct slice domain)
{
	unsigned char r[12];

	rt_random(r, sizeof(r));
	for (size_t i = 0; i < sizeof(r); i++)
		str_addf(out, "%02x", r[i]);
	str_addf(out, ".%llx@", (unsigned long long)rt_now());
	return str_addsl(out, is_domain(domain) ? domain : SL("localhost"));
}

#define IDS_MAX 20

/* The first id stays; of the others the last ones do. */
static void keep_id(struct slice *ids, size_t *n, struct slice id)
{
	if (*n == IDS_MAX) {
		memmove(ids + 1, ids + 2, (IDS_MAX - 2) * sizeof(*ids));
		--*n;
	}
	ids[(*n)++] = id;
}

int gen_references(const struct env *parent, struct str *out)
{
	struct slice ids[IDS_MAX], id, rest = sl_trim(sl(parent->references));
	size_t n = 0;

	/* RFC 5322 3.6.4: In-Reply-To stands in if it holds a single id. */
	if (rest.n == 0)
		rest = sl_trim(sl(parent->in_reply_to));
	if (!parent->references && sl_find(rest, ' ') >= 0)
		rest = SL_NONE;
	while (sl_word(&rest, &id))
		keep_id(ids, &n, id);
	if (parent->message_id)
		keep_id(ids, &n, sl(parent->message_id));
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_addc(out, ' ');
		str_addsl(out, ids[i]);
	}
	return out->full ? -1 : 0;
}
