/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * field: the five MIME fields of a part's header (RFC 2045 4 to 8, RFC 2183).
 *
 * The first of doubled fields counts.  A Content-Type that cannot be read
 * means text/plain (RFC 2045 5.2), one that is not there too, save in a
 * multipart/digest (RFC 2046 5.1.5).  A body in an encoding that nobody knows
 * is application/octet-stream whatever it says of itself (RFC 2045 6.4).
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

static void set_lower(char **to, struct slice s)
{
	free(*to);
	*to = sl_dup(s);
	for (char *p = *to; *p; p++)
		*p = (char)ascii_lower((unsigned char)*p);
}

static void set_type(struct part *p, const char *type, const char *subtype)
{
	set_lower(&p->type, sl(type));
	set_lower(&p->subtype, sl(subtype));
}

/* What stands behind the first ';', or what some put for it, or behind a token where none was put. */
static struct slice params_after(struct lex *lex, struct slice value, struct part *p)
{
	struct lex_tok tok = lex_next(lex);

	if (tok.kind == LEX_END || (tok.kind == LEX_SPECIAL && tok.special == ';'))
		return lex->rest;
	p->defects |= DEF_BAD_FIELD;
	if (tok.kind == LEX_ATOM)
		return sl_range(tok.raw.p, value.p + value.n);
	if (tok.kind == LEX_SPECIAL && (tok.special == ',' || tok.special == ':'))
		return lex->rest;
	while (tok.kind != LEX_END && !(tok.kind == LEX_SPECIAL && tok.special == ';'))
		tok = lex_next(lex);
	return lex->rest;
}

static void read_params(struct part *p, struct slice text, const struct mime_limits *limits,
			struct params *out)
{
	params_parse(text, limits, out);
	if (out->n >= limits->params && out->bad)
		p->defects |= DEF_PARAMS;
	else if (out->bad)
		p->defects |= DEF_BAD_FIELD;
}

/* "type/subtype", out of its two tokens; false: it is not that. */
static bool take_type(struct part *p, struct slice type, struct slice subtype)
{
	if (!lex_is_token(type) || !lex_is_token(subtype))
		return false;
	set_lower(&p->type, type);
	set_lower(&p->subtype, subtype);
	return true;
}

/* Some put the whole into quotes. */
static bool take_quoted_type(struct part *p, struct slice raw)
{
	struct str text;
	struct slice rest, type;
	bool good;

	str_init(&text, raw.n + 1);
	lex_unquote(raw, &text);
	rest = str_sl(&text);
	good = sl_cut(&rest, '/', &type) && take_type(p, sl_trim(type), sl_trim(rest));
	if (good)
		p->defects |= DEF_BAD_FIELD;
	str_release(&text);
	return good;
}

static void read_type(struct part *p, struct slice value, const struct mime_limits *limits)
{
	struct lex lex;
	struct lex_tok type, slash;
	ssize_t semicolon = sl_find(value, ';');
	bool good = false;

	lex_init(&lex, value, true);
	type = lex_next(&lex);
	if (type.kind == LEX_QUOTED) {
		good = take_quoted_type(p, type.raw);
	} else if (type.kind == LEX_ATOM) {
		slash = lex_next(&lex);
		if (slash.kind == LEX_SPECIAL && slash.special == '/')
			good = take_type(p, type.raw, lex_next(&lex).raw);
	}
	if (good) {
		read_params(p, params_after(&lex, value, p), limits, &p->params);
		return;
	}
	p->defects |= DEF_BAD_TYPE;
	set_type(p, "text", "plain");
	if (semicolon >= 0)
		read_params(p, sl_skip(value, (size_t)semicolon + 1), limits, &p->params);
}

/* The first encoding that stands in a value among other things: "<base64>", "7bit." */
static enum enc find_encoding(struct slice value)
{
	enum enc enc = ENC_UNKNOWN;

	while (value.n && enc == ENC_UNKNOWN) {
		size_t n = 0;

		while (n < value.n && (ascii_isalnum(value.p[n]) || value.p[n] == '-'))
			n++;
		if (n)
			enc = enc_by_name(sl_head(value, n));
		value = sl_skip(value, n + 1);
	}
	return enc;
}

/* The token of RFC 2045 6.1, or what others write: words, an encoded word. */
static void read_encoding(struct part *p, struct slice value)
{
	struct lex lex;
	struct lex_tok tok;
	struct str text;

	str_init(&text, STR_MAX);
	lex_init(&lex, value, true);
	tok = lex_next(&lex);
	p->enc = tok.kind == LEX_ATOM || tok.kind == LEX_END ? enc_by_name(tok.raw) : ENC_UNKNOWN;
	if (p->enc != ENC_UNKNOWN && lex_next(&lex).kind == LEX_END)
		goto done;
	p->defects |= DEF_BAD_FIELD;
	if (p->enc != ENC_UNKNOWN)
		goto done;
	if (tok.kind == LEX_QUOTED)
		lex_unquote(tok.raw, &text);
	else
		hdr_text(value, &text);
	p->enc = enc_by_name(str_sl(&text));
	if (p->enc == ENC_UNKNOWN)
		p->enc = find_encoding(value);
	if (p->enc == ENC_UNKNOWN && charset_table(str_sl(&text)))
		p->enc = ENC_8BIT;              /* a charset, in the wrong field */
	if (p->enc == ENC_UNKNOWN) {
		p->defects |= DEF_BAD_ENC;
		p->defects &= ~(unsigned)DEF_BAD_FIELD;
		p->enc_raw = sl_dup(sl_trim(value));
	}
done:
	str_release(&text);
}

/* A disposition in quotes or as an encoded word is as good; where there is none, the parameters count. */
static struct slice odd_disposition(struct part *p, struct slice value)
{
	ssize_t semicolon = sl_find(value, ';');
	struct slice first = sl_trim(semicolon >= 0 ? sl_head(value, (size_t)semicolon) : value);
	struct str plain, word;

	p->defects |= DEF_BAD_FIELD;
	str_init(&plain, first.n + 1);
	str_init(&word, STR_MAX);
	lex_unquote(first, &plain);
	word_decode(str_sl(&plain), &word);
	if (lex_is_token(str_sl(&word)))
		set_lower(&p->disposition, str_sl(&word));
	str_release(&plain);
	str_release(&word);
	return semicolon >= 0 ? sl_skip(value, (size_t)semicolon + 1) : SL_NONE;
}

/* Macintoshes send names taken apart (NFD). */
static void take_filename(struct part *p, const char *name)
{
	struct str composed;

	if (p->filename || !name || !*name)
		return;
	str_init(&composed, STR_MAX);
	if (utf8_nfc(&composed, sl(name)) == 0)
		p->filename = str_detach(&composed);
	else
		p->filename = mem_strdup(name);
	str_release(&composed);
}

static void read_disposition(struct part *p, struct slice value, const struct mime_limits *limits)
{
	struct params params = { 0 };
	struct lex lex;
	struct lex_tok tok;

	lex_init(&lex, value, true);
	tok = lex_next(&lex);
	if (tok.kind == LEX_ATOM && sl_starts(sl_trim(lex.rest), "=")) {
		p->defects |= DEF_BAD_FIELD;    /* it is left out */
		read_params(p, value, limits, &params);
	} else if (tok.kind == LEX_ATOM && lex_is_token(tok.raw)) {
		set_lower(&p->disposition, tok.raw);
		read_params(p, params_after(&lex, value, p), limits, &params);
	} else {
		read_params(p, odd_disposition(p, value), limits, &params);
	}
	take_filename(p, params_get(&params, "filename"));
	params_release(&params);
}

static void read_id(struct part *p, struct slice value)
{
	struct slice id = sl_trim(value);
	ssize_t open = sl_find(id, '<'), close;

	if (open >= 0) {
		id = sl_skip(id, (size_t)open + 1);
		close = sl_find(id, '>');
		id = sl_trim(close >= 0 ? sl_head(id, (size_t)close) : id);
	}
	if (id.n)
		p->id = sl_dup(id);
}

static void read_description(struct part *p, struct slice value)
{
	struct str text;

	str_init(&text, STR_MAX);
	if (hdr_text(value, &text) == 0 && text.n)
		p->description = str_detach(&text);
	str_release(&text);
}

enum { TYPE, ENCODING, DISPOSITION, ID, DESCRIPTION };
static const char *const field_names[] = {
	"Content-Type", "Content-Transfer-Encoding", "Content-Disposition",
	"Content-ID", "Content-Description",
};

void part_read_fields(struct part *p, struct slice header, bool in_digest,
		      const struct mime_limits *limits)
{
	bool seen[ARRAY_LEN(field_names)] = { false };
	struct hdr hdr;

	if (in_digest)
		set_type(p, "message", "rfc822");
	guess_header(header);
	while (hdr_next(&header, &hdr) == 1) {
		size_t i = sl_istarts(hdr.name, "content-") ? 0 : ARRAY_LEN(field_names);

		while (i < ARRAY_LEN(field_names) && !sl_iis(hdr.name, field_names[i]))
			i++;
		if (i == ARRAY_LEN(field_names))
			continue;
		if (seen[i]) {
			p->defects |= DEF_TWICE;
			continue;
		}
		seen[i] = true;
		switch (i) {
		case TYPE:
			read_type(p, hdr.value, limits);
			break;
		case ENCODING:
			read_encoding(p, hdr.value);
			break;
		case DISPOSITION:
			read_disposition(p, hdr.value, limits);
			break;
		case ID:
			read_id(p, hdr.value);
			break;
		case DESCRIPTION:
			read_description(p, hdr.value);
			break;
		}
	}
	guess_header(SL_NONE);
	take_filename(p, params_get(&p->params, "name"));
	if (p->enc == ENC_UNKNOWN && !part_is(p, "multipart", NULL) && !part_is(p, "message", NULL))
		set_type(p, "application", "octet-stream");
}

char *header_boundary(struct slice header, const struct mime_limits *limits)
{
	struct part *p = part_new();
	struct hdr hdr;
	char *boundary = NULL;

	if (hdr_find(header, "Content-Type", &hdr)) {
		read_type(p, hdr.value, limits);
		if (part_is(p, "multipart", NULL))
			boundary = mem_strdup(params_get(&p->params, "boundary"));
	}
	part_free(p);
	return boundary;
}

static void add_param(const struct part *p, const char *name, const char *before, struct str *out)
{
	const char *value = params_get(&p->params, name);

	if (value && *value)
		str_addf(out, "%s%s", before, value);
}

bool part_remark(const struct part *p, struct str *out)
{
	size_t start = out->n;

	if (part_is(p, "message", "partial")) {
		str_adds(out, "a piece of a longer message");
		add_param(p, "number", ", number ", out);
		add_param(p, "total", " of ", out);
		add_param(p, "id", ", id ", out);
	} else if (part_is(p, "message", "external-body")) {
		str_adds(out, "the body is elsewhere and is not fetched");
		add_param(p, "access-type", ": ", out);
		add_param(p, "url", " ", out);
		add_param(p, "site", " ", out);
		add_param(p, "directory", " ", out);
		add_param(p, "name", " ", out);
	} else if (part_is(p, "multipart", "appledouble")) {
		str_adds(out, "a file of a Macintosh: the second part is the file");
	}
	return out->n > start;
}
