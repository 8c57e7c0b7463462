/* SPDX-License-Identifier: GPL-3.0-or-later
 * Messages to trees: structure, offsets, defects, limits; every split. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

/* ---- a tree as one line of text ---- */

static const char *const defect_names[] = {
	"no-end", "no-boundary", "empty", "bad-type", "bad-enc", "enc-on-multi",
	"twice", "depth", "parts", "header", "bad-field", "params",
};

static void show_body(struct str *out, struct slice body)
{
	str_addc(out, '"');
	for (size_t i = 0; i < body.n; i++) {
		if (body.p[i] == '\n')
			str_addc(out, '|');
		else if (body.p[i] == '\r')
			str_addc(out, '^');
		else
			str_addc(out, body.p[i] ? body.p[i] : '0');
	}
	str_addc(out, '"');
}

static void show_part(struct str *out, const struct part *p, struct slice message)
{
	if (!part_is(p, "text", "plain"))
		str_addf(out, "%s/%s", p->type, p->subtype);
	if (p->kind == PART_LEAF)
		show_body(out, sl_head(sl_skip(message, (size_t)p->body), (size_t)(p->end - p->body)));
	for (size_t i = 0; i < ARRAY_LEN(defect_names); i++)
		if (p->defects & 1u << i)
			str_addf(out, "!%s", defect_names[i]);
	if (p->kind == PART_LEAF)
		return;
	str_addc(out, p->kind == PART_MULTI ? '[' : '(');
	for (const struct part *c = p->child; c; c = c->next) {
		if (c != p->child)
			str_addc(out, ' ');
		show_part(out, c, message);
	}
	str_addc(out, p->kind == PART_MULTI ? ']' : ')');
}

struct parse { struct parser *ps; struct slice message; const char *want, *name; bool bad; };

static void begin(void *ctx)
{
	((struct parse *)ctx)->ps = parser_new(NULL);
}

static void feed(void *ctx, struct slice in, bool last)
{
	(void)last;
	parser_feed(((struct parse *)ctx)->ps, in);
}

static void check(void *ctx, const char *how)
{
	struct parse *t = ctx;
	struct mime_tree *tree = parser_finish(&t->ps);
	struct str got;

	str_init(&got, STR_MAX);
	show_part(&got, tree->root, t->message);
	if (!sl_is(str_sl(&got), t->want) && !t->bad) {
		t->bad = true;
		is_slice(str_sl(&got), sl(t->want), "%s, %s", t->name, how);
	}
	str_release(&got);
	tree_free(&tree);
}

static void is_tree(const char *name, struct slice message, const char *want)
{
	struct parse t = { .message = message, .want = want, .name = name };
	struct tap_split split = { begin, feed, check, &t };

	tap_each_split(message, &split);
	if (!t.bad)
		ok(true, "%s, in every split", name);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define PLAIN "Content-Type: text/plain\n\n"
#define HTML "Content-Type: text/html\n\n"

static const struct row { const char *name; struct slice in; const char *out; } rows[] = {
#define ROW(name, in, out) { name, { in, sizeof(in) - 1 }, out }
	ROW("an empty message", "", "\"\""),
	ROW("only a line end", "\r\n", "\"\""),
	ROW("only NUL", "\0\0", "\"00\""),
	ROW("RFC 2045 5.2: no Content-Type is text/plain", "Subject: x\n\nhello\n", "\"hello|\""),
	ROW("CRLF", "Subject: x\r\n\r\nhello\r\n", "\"hello^|\""),
	ROW("no body", "Subject: x\n", "\"\""),
	ROW("no body, no line end", "Subject: x", "\"\""),
	ROW("RFC 2046 5.1.1: two parts", MIXED "--b\n" PLAIN "A\n--b\n" HTML "B\n\n--b--\n",
	    "multipart/mixed[\"A\" text/html\"B|\"]"),
	ROW("RFC 2046 5.1.1: CRLF belongs to the boundary", "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	    "--b\r\n\r\nA\r\n--b\r\n\r\nB\r\n\r\n--b--\r\n", "multipart/mixed[\"A\" \"B^|\"]"),
	ROW("mixed line ends", "Content-Type: multipart/mixed; boundary=b\n\r\n"
	    "--b\r\n\nA\n--b\n\r\nB\r\n--b--", "multipart/mixed[\"A\" \"B\"]"),
	ROW("RFC 2046 5.1.1: preamble and epilogue", MIXED "pre\n--b\n\nA\n--b--\nepi\n--b\n\nC\n--b--\n",
	    "multipart/mixed[\"A\"]"),
	ROW("RFC 2046 5.1.1: padding behind a boundary", MIXED "--b \t \n\nA\n--b--  \nx\n", "multipart/mixed[\"A\"]"),
	ROW("much padding", MIXED "--b                                   \n\nA\n--b--", "multipart/mixed[\"A\"]"),
	ROW("not padding", MIXED "--b\n\nA\n--b                     x\n--b--", "multipart/mixed[\"A|--b                     x\"]"),
	ROW("a longer line is no boundary", MIXED "--b\n\nA\n--bb\n--b-\n--b--x\n --b\n--b--", "multipart/mixed[\"A|--bb|--b-|--b--x| --b\"]"),
	ROW("an empty part", MIXED "--b\n\n--b\n\n--b--", "multipart/mixed[\"\" \"\"]"),
	ROW("RFC 2046 5.1.1: a boundary right behind another", MIXED "--b\n--b\n\nA\n--b\n--b\n\nB\n--b\n--b--", "multipart/mixed[\"A\" \"B\"]"),
	ROW("a boundary at the end", MIXED "--b\n\nA\n--b\n", "multipart/mixed!no-end[\"A\"]"),
	ROW("no other boundary", MIXED "--b\n--b--", "multipart/mixed[\"\"]"),
	ROW("a header that is indented", MIXED "--b\n Content-Type: text/html\n x=y\n\nA\n--b\n  no: header\nB\n--b--", "multipart/mixed[\"A\" \"  no: header|B\"]"),
	ROW("a part of one blank line", MIXED "--b\n\n\n--b--", "multipart/mixed[\"\"]"),
	ROW("no final boundary", MIXED "--b\n\nA\n--b\n\nB\n", "multipart/mixed!no-end[\"A\" \"B|\"]"),
	ROW("cut in a part's header", MIXED "--b\nContent-Type: text/html\nX", "multipart/mixed!no-end[text/html\"X\"]"),
	ROW("cut behind a boundary", MIXED "--b\n", "multipart/mixed!no-end[\"\"]"),
	ROW("RFC 2046 5.1.1: no boundary parameter", "Content-Type: multipart/mixed\n\n--b\n\nA\n--b--\n",
	    "multipart/mixed\"--b||A|--b--|\"!no-boundary"),
	ROW("an empty boundary", "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nA\n----\n",
	    "multipart/mixed\"--||A|----|\"!no-boundary"),
	ROW("a boundary that never comes", MIXED "--c\n\nA\n--c--\n", "multipart/mixed\"--c||A|--c--|\"!no-end!empty"),
	ROW("only a close", MIXED "A\n--b--\n", "multipart/mixed\"A|--b--|\"!empty"),
	ROW("a quoted boundary", "Content-Type: multipart/mixed; boundary=\"a\\\"b c\"\n\n--a\"b c\n\nA\n--a\"b c--\n",
	    "multipart/mixed[\"A\"]"),
	ROW("two boundaries: the first", "Content-Type: multipart/mixed; boundary=b; boundary=c\n\n--c\n--b\n\nA\n--b--\n",
	    "multipart/mixed!bad-field[\"A\"]"),
	ROW("two types: the first", "Content-Type: multipart/mixed; boundary=b\nContent-Type: text/html\n\n--b\n\nA\n--b--\n",
	    "multipart/mixed!twice[\"A\"]"),

	ROW("nested", MIXED "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nA\n--c\n" HTML "B\n--c--\n\n--b\n\nC\n--b--\n",
	    "multipart/mixed[multipart/alternative[\"A\" text/html\"B\"] \"C\"]"),
	ROW("prefix boundaries, outer shorter", MIXED "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nA\n--bb--\n--b\n\nB\n--b--\n",
	    "multipart/mixed[multipart/mixed[\"A\"] \"B\"]"),
	ROW("prefix boundaries, outer longer", "Content-Type: multipart/mixed; boundary=bb\n\n--bb\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nA\n--b--\n--bb\n\nB\n--bb--\n",
	    "multipart/mixed[multipart/mixed[\"A\"] \"B\"]"),
	ROW("a boundary that looks like another's close", MIXED "--b\nContent-Type: multipart/mixed; boundary=b--\n\n--b--\n\nA\n--b----\n--b--\n",
	    "multipart/mixed[multipart/mixed[\"A\"]]"),
	ROW("the same boundary inside", MIXED "--b\n" MIXED "--b\n\nA\n--b--\n--b\n\nB\n--b--\n",
	    "multipart/mixed[multipart/mixed[\"A\"] \"B\"]"),
	ROW("RFC 2046 5.1.2: the outer close ends the inner", MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nA\n--b--\n--c\n\nB\n",
	    "multipart/mixed[multipart/mixed!no-end[\"A\"]]"),
	ROW("the outer boundary ends the inner", MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nA\n--b\n\nB\n--b--\n",
	    "multipart/mixed[multipart/mixed!no-end[\"A\"] \"B\"]"),
	ROW("a boundary ends a header", MIXED "--b\nContent-Type: text/html\n--b\nContent-Type: text/html\nX: y\n--b--\n",
	    "multipart/mixed[text/html\"\" text/html\"\"]"),

	ROW("RFC 2046 5.2.1: a message inside", "Content-Type: message/rfc822\n\nSubject: x\n\nhello\n", "message/rfc822(\"hello|\")"),
	ROW("a message inside a multipart", MIXED "--b\nContent-Type: message/rfc822\n\nSubject: x\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nA\n--c--\n--b\n\nB\n--b--\n",
	    "multipart/mixed[message/rfc822(multipart/mixed[\"A\"]) \"B\"]"),
	ROW("a message inside, cut in its header", MIXED "--b\nContent-Type: message/rfc822\n\nSubject: x\n--b--\n",
	    "multipart/mixed[message/rfc822(\"\")]"),
	ROW("a message inside without anything", MIXED "--b\nContent-Type: message/rfc822\n\n--b--\n",
	    "multipart/mixed[message/rfc822(\"\")]"),
	ROW("a message inside with an mbox separator", "Content-Type: message/rfc822\n\n>From me\nContent-Type: text/html\n\nA", "message/rfc822(text/html\"A\")"),
	ROW("RFC 6532 3.7: message/global", "Content-Type: message/global\n\n\nA", "message/global(\"A\")"),
	ROW("RFC 2046 5.1.5: a digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nA\n--b\n" PLAIN "B\n--b--\n",
	    "multipart/digest[message/rfc822(\"A\") \"B\"]"),
	ROW("an encoded message is a leaf", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3Vi\n", "message/rfc822\"U3Vi|\"!enc-on-multi"),
	ROW("an encoding on a multipart is not believed", "Content-Transfer-Encoding: base64\n" MIXED "--b\n\nA\n--b--\n", "multipart/mixed!enc-on-multi[\"A\"]"),
	ROW("RFC 2046 5.2.3: external-body is a leaf", "Content-Type: message/external-body; access-type=local-file\n\nContent-Type: text/html\n\n", "message/external-body\"Content-Type: text/html||\""),

	ROW("RFC 2045 5.2: a type that is none", "Content-Type: text\n\nA", "\"A\"!bad-type"),
	ROW("a type that is words", "Content-Type: see below; x=y\n\nA", "\"A\"!bad-type"),
	ROW("an empty type", "Content-Type:\n\nA", "\"A\"!bad-type"),
	ROW("RFC 2045 5.1: comments and case", "content-TYPE: Text (really) / (x) HTML (y); charset=x\n\nA", "text/html\"A\""),
	ROW("a folded type", "Content-Type:\n\tmultipart/mixed;\n boundary=b\n\n--b\n\nA\n--b--", "multipart/mixed[\"A\"]"),
	ROW("no semicolon", "Content-Type: multipart/mixed boundary=b\n\n--b\n\nA\n--b--", "multipart/mixed!bad-field[\"A\"]"),
	ROW("a comma for the semicolon", "Content-Type: multipart/mixed, boundary=b\n\n--b\n\nA\n--b--", "multipart/mixed!bad-field[\"A\"]"),
	ROW("a charset for an encoding", "Content-Transfer-Encoding: utf-8\n" HTML "A", "text/html\"A\"!bad-field"),
	ROW("a field without its name is no body", "Subject: x\n: y\n\nb", "\"b\""),
	ROW("an encoding among other things", "Content-Transfer-Encoding: <8bit>.\n" HTML "A", "text/html\"A\"!bad-field"),
	ROW("... and as an encoded word that has no end", "Content-Transfer-Encoding: =?utf-8?Q?8bit\n" HTML "A", "text/html\"A\"!bad-field"),
	ROW("RFC 2045 6.4: an unknown encoding", "Content-Transfer-Encoding: x-gzip64\n" HTML "A", "application/octet-stream\"A\"!bad-enc"),
	ROW("a quoted type", "Content-Type: \"text/html\"; x=y\n\nA", "text/html\"A\"!bad-field"),
	ROW("an encoded encoding", "Content-Transfer-Encoding: =?utf-8?Q?8bit?=\n" HTML "A", "text/html\"A\"!bad-field"),
	ROW("an encoding in two words", "Content-Transfer-Encoding: quoted printable\n" HTML "A", "text/html\"A\"!bad-field"),
	ROW("a boundary that reads as a field", "Content-Type: multipart/mixed; boundary=\"a:b\"\n \n--a:b\n\nA\n--a:b--\n", "multipart/mixed[\"A\"]"),
	ROW("blanks before the colon", "Content-Type : text/html\n\nA", "text/html\"A\""),

	ROW("no blank line: a line that is no field starts the body", "Subject: x\nthis is text\nTo: not a field?\n", "\"this is text|To: not a field?|\""),
	ROW("no blank line: fields of the body are not the header's", "this is text\nContent-Type: text/html\n", "\"this is text|Content-Type: text/html|\""),
	ROW("no blank line: fields before it are", "Content-Type: text/html\ntext\nContent-Type: image/x\n", "text/html\"text|Content-Type: image/x|\""),
	ROW("a line that is no field, a blank line", "Subject: x\nthis is text\nmore\n\nyet more\n", "\"this is text|more||yet more|\""),
	ROW("a fold that lost its blank", "Subject: x\ny z\nContent-Type: text/html\n\nA", "text/html\"A\""),
	ROW("a parameter that lost its blank", "Content-Type: multipart/mixed;\nboundary=b\ncharset=x\n\n--b\n\nA\n--b--\n", "multipart/mixed[\"A\"]"),
	ROW("a mark of bytes before the first field", "\xEF\xBB\xBF" HTML "A", "text/html\"A\""),
	ROW("no header at all", "hello there\n\nbye\n", "\"hello there||bye|\""),
	ROW("the first line is a continuation", " x\nContent-Type: text/html\n\nA", "text/html\"A\""),
	ROW("a leading blank line ends the header", "\nSubject: x\n\nA", "\"Subject: x||A\""),
	ROW("an mbox separator first", "From me Thu Jan  1\nContent-Type: text/html\n\nFrom me\n", "text/html\"From me|\""),
	ROW("bare CR is no line end", "Subject: x\rContent-Type: text/html\n\nA\rB", "\"A^B\""),
	ROW("8-bit and NUL in a header", "Subject: \xff\0\nContent-Type: text/html\n\nA", "text/html\"A\""),
	ROW("a header that runs into its own boundary", "Content-Type: multipart/mixed; boundary=b\n--b\nContent-Type: text/html\n\nA\n--b--\n", "multipart/mixed[text/html\"A\"]"),
	ROW("a message inside a header without blank line", "Content-Type: message/rfc822\nno field\n", "message/rfc822(\"no field|\")"),
	ROW("text in place of a part's header", MIXED "--b\nhello you\nthere\n--b--\n", "multipart/mixed[\"hello you|there\"]"),
};

static void test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		is_tree(rows[i].name, rows[i].in, rows[i].out);
}

/* ---- fields ---- */

static struct mime_tree *parse(const char *text)
{
	return mime_parse_mem(sl(text), NULL);
}

static void test_fields(void)
{
	struct mime_tree *t = parse("Content-Type: text/plain; charset=\"EUC-KR\"; name=b.txt\n"
		"Content-Disposition: ATTACHMENT; filename=a.txt\nContent-ID: <x@y>\n"
		"Content-Description: =?utf-8?q?caf=C3=A9?=\nContent-Transfer-Encoding: Base64 (yes)\n\nQQ==\n");
	struct part *p = t->root;

	is_str(part_charset(p), "EUC-KR", "RFC 2046 4.1.2: charset");
	is_str(p->disposition, "attachment", "RFC 2183: disposition in lower case");
	is_str(p->filename, "a.txt", "filename before name");
	is_str(p->id, "x@y", "RFC 2045 7: Content-ID");
	is_str(p->description, "caf\xc3\xa9", "RFC 2045 8: Content-Description decoded");
	is_int(p->enc, ENC_BASE64, "RFC 2045 6: encoding with a comment");
	is_int((long long)p->lines, 1, "lines of the body");
	is_int(t->size, p->end, "a message ends where its file ends");
	tree_free(&t);
	t = parse("Content-Type: x/y; name=b.txt; name*=utf-8''c.txt\n\n");
	is_str(t->root->filename, "c.txt", "name* before name");
	tree_free(&t);
	t = parse("Content-Disposition: attachment; filename=a; filename*=utf-8''c.txt\nContent-Type: x/y; name=b\n\n");
	is_str(t->root->filename, "c.txt", "filename* before all");
	tree_free(&t);
	t = parse("Content-Disposition: attachment; filename*=utf-8''%E1%84%92%E1%85%A1%E1%86%ABe%CC%81\n\n");
	is_str(t->root->filename, "\xed\x95\x9c\xc3\xa9", "a name of a Macintosh is put together");
	tree_free(&t);
	t = parse("Content-Disposition: filename=\"a.pdf\"\n\n");
	is_str(t->root->filename, "a.pdf", "a disposition that is left out");
	ok(!t->root->disposition && t->root->defects & DEF_BAD_FIELD, "... is none, and that is said");
	tree_free(&t);
	t = parse("Content-Disposition: attachment; filename=\"\"\nContent-Type: x/y; name=b\n\n");
	is_str(t->root->filename, "b", "an empty name is none");
	tree_free(&t);
	for (unsigned i = 0; i < 2; i++) {
		t = parse(i ? "Content-Disposition: \"ATTACHMENT\"; filename=a\n\n" : "Content-Disposition: =?utf-8?q?attachment?=; filename=a\n\n");
		is_str(t->root->disposition, "attachment", "a disposition %s", i ? "in quotes" : "as an encoded word");
		is_str(t->root->filename, "a", "... and its name");
		is_int(t->defects, DEF_BAD_FIELD, "... and that is said");
		tree_free(&t);
	}
	t = parse("Content-Transfer-Encoding: uu; x\nContent-Transfer-Encoding: 8bit\n\n");
	is_str(t->root->enc_raw, "uu; x", "an unknown encoding as it was written");
	is_int(t->defects, DEF_BAD_ENC | DEF_TWICE, "defects of the parts are the tree's");
	tree_free(&t);
	for (unsigned bit = 1; bit <= DEF_PARAMS; bit <<= 1)
		ok(part_defect_text(bit)[0], "defect %u has words", bit);
}

static void test_numbers(void)
{
	struct mime_tree *t = parse(MIXED "--b\n\nA\n--b\n"
		"Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=c\n\n"
		"--c\n\nB\n--c\nContent-Type: multipart/mixed; boundary=d\n\n--d\n\nC\n--d--\n--c--\n--b\n"
		"Content-Type: message/rfc822\n\n\nD\n--b\n"
		"Content-Type: multipart/mixed; boundary=e\n\n--e\n\nE\n--e--\n--b--\n");
	struct str s;

	str_init(&s, STR_MAX);
	for (struct part *p = tree_next(t, NULL); p; p = tree_next(t, p))
		str_addf(&s, "%s ", p->number);
	is_slice(str_sl(&s), SL("TEXT 1 2 2.TEXT 2.1 2.2 2.2.1 3 3.1 4 4.1 "), "RFC 3501 6.4.5: part numbers");
	ok(tree_find(t, SL("2.2.1")) && tree_find(t, SL("2.2.1"))->kind == PART_LEAF, "a part is found by number");
	ok(!tree_find(t, SL("5")) && !tree_find(t, SL("")), "a number that is none");
	tree_free(&t);
	t = parse("Content-Type: message/rfc822\n\n\nA");
	is_str(t->root->number, "1", "a message as the whole body is 1");
	is_str(t->root->child->number, "1.1", "and its body 1.1");
	tree_free(&t);
	str_release(&s);
}

static void test_lines(void)
{
	struct mime_tree *t = parse(MIXED "--b\n\nA\nB\n--b\n\n--b\n\n\n--b\n\nA\r\n\r\n--b--\n");
	unsigned want[] = { 2, 0, 0, 2 }, i = 0;

	for (struct part *p = t->root->child; p && i < 4; p = p->next, i++)
		is_int((long long)p->lines, want[i], "lines of part %u", i + 1);
	is_int((long long)t->root->lines, 14, "lines of the multipart");
	ok(!t->root->blank && !t->root->child->blank && t->root->child->next->blank, "what is blank is marked");
	tree_free(&t);
}

/* ---- the text to read, and bytes ---- */

static void is_best(const char *message, const char *number, const char *name)
{
	struct mime_tree *t = parse(message);
	struct part *p = tree_best_text(t);

	is_str(p ? p->number : "none", number, "best text: %s", name);
	tree_free(&t);
}

static void test_best(void)
{
	is_best("\nA", "1", "of a plain message");
	is_best(HTML "A", "1", "of an HTML message");
	is_best("Content-Type: image/png\n\nA", "none", "of an image");
#define ALT "Content-Type: multipart/alternative; boundary=b\n\n--b\n"
	is_best(ALT PLAIN "A\n--b\n" HTML "B\n--b--", "1", "RFC 2046 5.1.4: plain before HTML");
	is_best(ALT HTML "A\n--b\n" PLAIN "B\n--b--", "2", "plain behind HTML");
	is_best(ALT PLAIN " \n\n--b\n" HTML "B\n--b--", "2", "HTML where plain is empty");
	is_best(ALT PLAIN "A\n--b\n" PLAIN "B\n--b--", "2", "the last of equals");
	is_best(ALT PLAIN "A\n--b\nContent-Type: multipart/related; boundary=c\n\n--c\n" HTML "B\n--c\nContent-Type: image/png\n\nx\n--c--\n--b--",
		"1", "plain before related HTML");
	is_best(ALT "Content-Type: text/calendar\n\nA\n--b\nContent-Type: image/png\n\nx\n--b--", "1", "another text before none");
	is_best(MIXED "--b\n" HTML "A\n--b\n" PLAIN "a list footer\n--b--", "1", "the first text of a mixed message");
	is_best(MIXED "--b\nContent-Disposition: attachment\n\nA\n--b\n\nB\n--b--", "2", "not an attachment");
	is_best(MIXED "--b\nContent-Type: message/rfc822\n\n\nA\n--b--", "none", "not of a message inside");
	is_best(MIXED "--b\n\n\n--b\n\nB\n--b--", "2", "not an empty one before another");
	is_best(MIXED "--b\n\n\n--b--", "1", "an empty one where there is no other");
	is_best("Content-Type: multipart/related; boundary=b; start=\"<r>\"\n\n--b\nContent-ID: <q>\n\nA\n--b\nContent-ID: <r>\n\nB\n--b--",
		"2", "RFC 2387 3.2: the start of related");
	is_best("Content-Type: multipart/mixed\n\nA", "1", "a multipart that cannot be taken apart");
}

static void is_text(struct slice message, struct slice want, const char *name)
{
	struct mime_tree *t = mime_parse_mem(message, NULL);
	struct str out;
	struct sink sink;
	struct err err = ERR_INIT;

	str_init(&out, STR_MAX);
	sink_str(&sink, &out);
	is_int(part_text(t->root, -1, message, &sink, &err), 0, "text is read: %s", name);
	is_slice(str_sl(&out), want, "text: %s", name);
	str_release(&out);
	tree_free(&t);
}

static void test_text(void)
{
	struct str s;

	is_text(SL("\nA\r\nB\rC\n\r\nD\r"), SL("A\nB\nC\n\nD\n"), "line ends become LF");
	is_text(SL("Content-Type: text/plain; charset=euc-kr\n\n\xc7\xd1\n"), SL("\xed\x95\x9c\n"), "the charset of the part");
	is_text(SL("Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\ncaf=E9=\n!"), SL("caf\xc3\xa9!"), "quoted-printable");
	is_text(SL("Content-Transfer-Encoding: base64\n\nNobody encoded this text,\nit only says so.\n"),
		SL("Nobody encoded this text,\nit only says so.\n"), "text that says base64 and is none");
	is_text(SL("Content-Transfer-Encoding: base64\n\nDear Bob\n\nit is said of this, too.\n"),
		SL("Dear Bob\n\nit is said of this, too.\n"), "text that says base64 and begins with few words");
	is_text(SL("Content-Transfer-Encoding: base64\n\nSGVsbG8hCg==\n-- \nYou are on the list, as you know; more of it is here.\n"),
		SL("Hello!\n"), "base64 with a long footer of a list");
	is_text(SL("Content-Transfer-Encoding: base64\n\nSGVs bG8h Cg==\n"), SL("Hello!\n"), "base64 with blanks in it");
	is_text(SL("Content-Transfer-Encoding: 8BITMIME\n\na=20b\n"), SL("a=20b\n"), "a name for no encoding");
	is_text(SL("Content-Transfer-Encoding: QP\n\na=20b\n"), SL("a b\n"), "a short name of one");
	is_text(SL("Content-Type: text/plain; charset=iso-2022-kr\nContent-Transfer-Encoding: base64\n\nGyQpQw5HUQ8NCg==\n"),
		SL("\xed\x95\x9c\n"), "base64 of a stateful charset");
	is_text(SL("\na\xe2\x80\xa8" "b\xe2\x80\xa9" "c\xe2\x80\xa6\xe2\x80\xa8"), SL("a\nb\nc\xe2\x80\xa6\n"), "separators of lines");
	is_text(SL("Content-Type: text/calendar\n\na\xe2\x80\xa8" "b"), SL("a\xe2\x80\xa8" "b"), "separators of lines in what has lines of its own");
	is_text(SL("\ncaf\xc3\xa9"), SL("caf\xc3\xa9"), "nothing said: UTF-8");
	is_text(SL("\ncaf\xe9"), SL("caf\xc3\xa9"), "nothing said: windows-1252 where it is not UTF-8");
	is_text(SL("Content-Type: text/plain; charset=us-ascii\n\ncaf\xc3\xa9"), SL("caf\xc3\xa9"), "us-ascii says nothing");
	is_text(SL("Content-Type: text/plain; charset=x-none\n\ncaf\xe9"), SL("caf\xc3\xa9"), "an unknown charset");
	str_init(&s, STR_MAX);
	str_adds(&s, "Content-Type: text/plain; charset=utf-8\n\n");
	for (int i = 0; i < 20000; i++)
		str_adds(&s, i % 7 ? "\xed\x95\x9c" : "\r\n");
	{
		struct str want;

		str_init(&want, STR_MAX);
		for (int i = 0; i < 20000; i++)
			str_adds(&want, i % 7 ? "\xed\x95\x9c" : "\n");
		is_text(str_sl(&s), str_sl(&want), "characters and line ends across blocks");
		str_release(&want);
	}
	str_release(&s);
}

/* ---- limits ---- */

static struct mime_tree *parse_blocks(struct str *s, const struct mime_limits *lim)
{
	struct parser *ps = parser_new(lim);

	for (struct slice rest = str_sl(s); rest.n; rest = sl_skip(rest, 65536))
		parser_feed(ps, sl_head(rest, 65536));
	return parser_finish(&ps);
}

static unsigned depth_of(const struct mime_tree *t)
{
	unsigned most = 0;

	for (struct part *p = tree_next(t, NULL); p; p = tree_next(t, p)) {
		unsigned n = 0;

		for (struct part *up = p; up; up = up->parent)
			n++;
		most = MAX(most, n);
	}
	return most;
}

static void nested(struct str *s, int depth)
{
	str_clear(s);
	str_adds(s, "Content-Type: multipart/mixed; boundary=b0\n\n");
	for (int i = 1; i < depth - 1; i++)
		str_addf(s, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i - 1, i);
	str_addf(s, "--b%d\n\nA\n", depth - 2);
}

static void test_depth(void)
{
	struct str s;
	struct mime_tree *t;

	str_init(&s, STR_MAX);
	for (int depth = 99; depth <= 101; depth++) {
		nested(&s, depth);
		t = parse_blocks(&s, NULL);
		is_int(depth_of(t), MIN(depth, 100), "depth %d", depth);
		is_int((t->defects & DEF_DEPTH) != 0, depth > 100, "depth %d is marked or not", depth);
		tree_free(&t);
	}
	nested(&s, 100000);
	t = parse_blocks(&s, NULL);
	is_int(depth_of(t), 100, "100,000 nested multiparts");
	is_int(t->parts, 100, "and no more parts");
	tree_free(&t);
	str_clear(&s);
	for (int i = 0; i < 100000; i++)
		str_adds(&s, "Content-Type: message/rfc822\n\n");
	t = parse_blocks(&s, NULL);
	is_int(depth_of(t), 100, "100,000 nested messages");
	ok(t->defects & DEF_DEPTH, "are marked");
	tree_free(&t);
	str_release(&s);
}

static void test_parts(void)
{
	struct mime_limits lim = mime_limits_default;
	struct mime_tree *t;
	struct part *last = NULL;
	struct str s;

	str_init(&s, STR_MAX);
	lim.parts = 4;
	for (unsigned n = 2; n <= 4; n++) {
		str_clear(&s);
		str_adds(&s, MIXED);
		for (unsigned i = 0; i < n; i++)
			str_adds(&s, "--b\n\nA\n");
		str_adds(&s, "--b--\n");
		t = parse_blocks(&s, &lim);
		is_int((t->defects & DEF_PARTS) != 0, n > 3, "%u parts of 4 are marked or not", n + 1);
		for (struct part *p = t->root; p; p = tree_next(t, p))
			last = p;
		is_int(last->end, n > 3 ? t->size : t->size - 7, "the last part ends where it should");
		tree_free(&t);
	}
	str_clear(&s);
	str_adds(&s, MIXED);
	for (int i = 0; i < 1000000; i++)
		str_adds(&s, "--b\n\n");
	t = parse_blocks(&s, NULL);
	is_int(t->parts, 10001, "a million empty parts");
	ok(t->defects & DEF_PARTS, "are marked");
	tree_free(&t);
	str_release(&s);
}

static void test_header(void)
{
	struct mime_limits lim = mime_limits_default;
	struct mime_tree *t;
	struct str s;

	str_init(&s, STR_MAX);
	lim.header = 100;
	for (int n = 99; n <= 101; n++) {
		str_clear(&s);
		str_adds(&s, "Content-Description: ");
		while ((int)s.n < n - 1)
			str_addc(&s, 'x');
		str_adds(&s, "\nContent-Type: text/html\n\nA");
		t = parse_blocks(&s, &lim);
		is_int((t->defects & DEF_HEADER) != 0, 1, "header of %d and more", n);
		is_int(t->root->description != NULL, n <= 100, "a field of %d of 100 is kept or not", n);
		is_int(t->root->body, (long long)s.n - 1, "the body is found");
		tree_free(&t);
	}
	str_clear(&s);
	for (int i = 0; i < 1000000; i++)
		str_adds(&s, i % 2 ? "A:\n" : "Content-X: y\n");
	str_adds(&s, "\nA");
	t = parse_blocks(&s, NULL);
	is_int(t->root->body, (long long)s.n - 1, "a million fields");
	tree_free(&t);
	str_clear(&s);
	str_adds(&s, "Subject: ");
	str_reserve(&s, 4000100);
	for (int i = 0; i < 1000000; i++)
		str_adds(&s, "xxxx");
	str_adds(&s, "\nContent-Type: text/html\n\n");
	t = parse_blocks(&s, NULL);
	ok(part_is(t->root, "text", "html"), "what follows a field of 4 MB is read");
	tree_free(&t);
	str_release(&s);
}

static void test_bad_boundaries(void)
{
	struct str s;
	struct mime_tree *t;
	char *b = mem_alloc(3001);

	str_init(&s, STR_MAX);
	memset(b, 'x', 3000);
	b[3000] = 0;
	str_addf(&s, "Content-Type: multipart/mixed; boundary=%s\n\n--%s\n\n--%sx\n--%s--\n", b, b, b, b);
	t = parse_blocks(&s, NULL);
	ok(t->root->kind == PART_MULTI && t->root->child->end - t->root->child->body == 3003, "a boundary of 3,000");
	tree_free(&t);
	free(b);
	str_release(&s);
}

static void test_fd(void)
{
	static const char message[] = MIXED "--b\nContent-Transfer-Encoding: base64\n\nQUI=\n--b--\n";
	struct err err = ERR_INIT;
	struct mime_tree *t;
	FILE *f = tmpfile();
	struct part_src ps;
	char buf[16];

	fputs(message, f);
	fputs(message, f);
	fflush(f);
	t = mime_parse_fd(fileno(f), 0, -1, NULL, &err);
	ok(t && t->size == 2 * (sizeof(message) - 1), "a file is parsed to its end: %s", err.text);
	part_open(&ps, t->root->child, fileno(f), SL_NONE);
	is_int(src_read(part_src(&ps), buf, sizeof(buf), &err), 2, "a part's decoded bytes, of a file");
	part_close(&ps);
	part_open(&ps, t->root->child, -1, sl(message));
	is_int(src_read(part_src(&ps), buf, sizeof(buf), &err), 2, "a part's decoded bytes, of memory");
	part_close(&ps);
	tree_free(&t);
	t = mime_parse_fd(fileno(f), sizeof(message) - 1, 2 * sizeof(message) - 2, NULL, &err);
	ok(t && t->size == sizeof(message) - 1 && t->root->child, "a range of a file is parsed: %s", err.text);
	tree_free(&t);
	fclose(f);
	t = mime_parse_fd(-1, 0, -1, NULL, &err);
	ok(!t && err.kind == ERR_SYS, "a file that cannot be read is an error: %s", err.text);
}

int main(void)
{
	test_rows();
	test_fields();
	test_numbers();
	test_lines();
	test_best();
	test_text();
	test_depth();
	test_parts();
	test_header();
	test_bad_boundaries();
	test_fd();
	return tap_done();
}
