/* SPDX-License-Identifier: GPL-3.0-or-later
 * round-gmime: what was written, read by gmime; see round.h */
#include "round.h"
#ifdef HAVE_GMIME
#include <gmime/gmime.h>

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* It keeps the line end of a fold within quotes. */
static bool same_name(const char *found, const char *want)
{
	struct str flat;
	bool good;

	str_init(&flat, STR_MAX);
	for (; found && *found; found++)
		if (*found != '\n')
			str_addc(&flat, *found);
	good = same(flat.p, want);
	str_release(&flat);
	return good;
}

static bool same_list(InternetAddressList *l, const struct addrs *want)
{
	int n = l ? internet_address_list_length(l) : 0;
	bool good = (size_t)n == want->n;

	for (int i = 0; i < n && good; i++) {
		InternetAddress *a = internet_address_list_get_address(l, i);
		struct str spec;

		str_init(&spec, 4096);
		addr_spec(&want->v[i], &spec);
		good = INTERNET_ADDRESS_IS_MAILBOX(a) && same_name(internet_address_get_name(a), want->v[i].name) &&
			same(internet_address_mailbox_get_idn_addr((InternetAddressMailbox *)a), spec.p);
		if (!good && INTERNET_ADDRESS_IS_MAILBOX(a))
			tap_note("gmime has \"%s\" <%s>, it was \"%s\" <%s>", internet_address_get_name(a),
				 internet_address_mailbox_get_idn_addr((InternetAddressMailbox *)a), want->v[i].name ? want->v[i].name : "", spec.p);
		str_release(&spec);
	}
	return good;
}

static bool same_ids(GMimeMessage *m, const char *name, const char *want)
{
	GMimeReferences *refs;
	struct str all;
	bool good;

	if (!want)
		return true;
	str_init(&all, STR_MAX);
	refs = g_mime_references_parse(NULL, g_mime_object_get_header((GMimeObject *)m, name));
	for (int i = 0; i < g_mime_references_length(refs); i++)
		str_addf(&all, "%s%s", i ? " " : "", g_mime_references_get_message_id(refs, i));
	g_mime_references_free(refs);
	good = same(all.p, want);
	str_release(&all);
	return good;
}

static const char *read_head(const struct round *r, GMimeMessage *m)
{
	GDateTime *date = g_mime_message_get_date(m);

	if (!same(g_mime_message_get_subject(m), r->subject)) {
		tap_note("gmime has the subject \"%s\", it was \"%s\"", g_mime_message_get_subject(m), r->subject);
		return "gmime: subject";
	}
	if (!same_list(g_mime_message_get_from(m), &r->from))
		return "gmime: from";
	if (!same_list(g_mime_message_get_to(m), &r->to))
		return "gmime: to";
	if (!same_list(g_mime_message_get_cc(m), &r->cc))
		return "gmime: cc";
	if (!same_list(g_mime_message_get_reply_to(m), &r->reply_to))
		return "gmime: reply-to";
	/* it knows the years 1970 to 2037 only */
	if (r->date > 0 && r->date < INT32_MAX && (!date || g_date_time_to_unix(date) != r->date))
		return "gmime: date";
	if (!same_ids(m, "Message-ID", r->id) || !same_ids(m, "In-Reply-To", r->in_reply_to) || !same_ids(m, "References", r->references))
		return "gmime: ids";
	for (size_t i = 0; i < r->n_fields; i++) {
		const char *found = g_mime_object_get_header((GMimeObject *)m, r->fields[i].name);

		if (!same(found, r->fields[i].want)) {
			tap_note("gmime has \"%s\", it was \"%s\"", found, r->fields[i].want);
			return "gmime: a field";
		}
	}
	return NULL;
}

static bool has_bytes(GMimeObject *o, struct slice want)
{
	GMimeDataWrapper *content = GMIME_IS_PART(o) ? g_mime_part_get_content((GMimePart *)o) : NULL;
	GMimeStream *mem = g_mime_stream_mem_new();
	GByteArray *bytes;
	bool good;

	if (content)
		g_mime_data_wrapper_write_to_stream(content, mem);
	bytes = g_mime_stream_mem_get_byte_array((GMimeStreamMem *)mem);
	good = content && sl_eq(sl_make((const char *)bytes->data, bytes->len), want);
	g_object_unref(mem);
	return good;
}

static bool is_type(GMimeObject *o, const char *want)
{
	char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(o));
	bool good = g_ascii_strcasecmp(type, want) == 0;

	g_free(type);
	return good;
}

static const char *name_of(GMimeObject *o)
{
	GMimeContentDisposition *d = g_mime_object_get_content_disposition(o);

	return d ? g_mime_content_disposition_get_parameter(d, "filename") : NULL;
}

static const char *read_all(const struct round *r, GMimeMessage *m);

static const char *read_file(const struct round_file *f, GMimeObject *o)
{
	const char *description = g_mime_object_get_header(o, "Content-Description");
	GMimeContentDisposition *d = g_mime_object_get_content_disposition(o);

	if (!is_type(o, f->type))
		return "gmime: type of a file";
	if (!same(name_of(o), f->name)) {
		tap_note("gmime has the name \"%s\", it was \"%s\"", name_of(o), f->name);
		return "gmime: name of a file";
	}
	if (!same(description, f->description))
		return "gmime: description of a file";
	if (!same(g_mime_object_get_content_id(o), f->id))
		return "gmime: id of a file";
	if (!d || g_ascii_strcasecmp(g_mime_content_disposition_get_disposition(d), f->is_inline ? "inline" : "attachment") != 0)
		return "gmime: disposition of a file";
	if (f->inside)
		return GMIME_IS_MESSAGE_PART(o) ? read_all(f->inside, g_mime_message_part_get_message((GMimeMessagePart *)o)) : "gmime: a message is none";
	return GMIME_IS_MESSAGE_PART(o) || has_bytes(o, str_sl(&f->bytes)) ? NULL : "gmime: bytes of a file";
}

static const char *read_all(const struct round *r, GMimeMessage *m)
{
	const char *what = m ? read_head(r, m) : "gmime: nothing";
	GMimeObject *o = m ? g_mime_message_get_mime_part(m) : NULL, *text = o;
	GMimeMultipart *mixed = NULL;

	if (what)
		return what;
	if (!o)
		return "gmime: no body";
	if (r->n_files) {
		if (!GMIME_IS_MULTIPART(o) || (size_t)g_mime_multipart_get_count((GMimeMultipart *)o) != r->n_files + 1)
			return "gmime: tree";
		mixed = (GMimeMultipart *)o;
		text = g_mime_multipart_get_part(mixed, 0);
	}
	if (r->has_html) {
		if (!is_type(text, "multipart/alternative") || g_mime_multipart_get_count((GMimeMultipart *)text) != 2)
			return "gmime: tree";
		if (!has_bytes(g_mime_multipart_get_part((GMimeMultipart *)text, 1), str_sl(&r->html)))
			return "gmime: html";
		text = g_mime_multipart_get_part((GMimeMultipart *)text, 0);
	}
	if (!has_bytes(text, str_sl(&r->text)))
		return "gmime: text";
	for (size_t i = 0; i < r->n_files && !what; i++)
		what = read_file(&r->files[i], g_mime_multipart_get_part(mixed, (int)i + 1));
	return what;
}

const char *round_gmime(const struct round *r)
{
	GMimeStream *mem = g_mime_stream_mem_new_with_buffer(r->out.p, r->out.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(mem);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
	const char *what = read_all(r, m);

	if (m)
		g_object_unref(m);
	g_object_unref(parser);
	g_object_unref(mem);
	return what;
}

void round_gmime_begin(void)
{
	g_mime_init();
}

void round_gmime_end(void)
{
	g_mime_shutdown();
}
#else
const char *round_gmime(const struct round *r)
{
	(void)r;
	return NULL;
}

void round_gmime_begin(void)
{
	tap_skip("built without gmime");
}

void round_gmime_end(void)
{
}
#endif
