/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mime: what mail is made of, as bytes and as meaning.  Pure: nothing here
 * opens, connects or asks the clock.  Parsers take slices, are linear in time
 * and iterative; limits are data (struct mime_limits).
 *
 * Line ends: every reader takes LF, CRLF and a mix (see lines.c); every writer writes LF.
 * CRLF exists on the wire only (proto/line.c).
 */
#ifndef MIME_MIME_H
#define MIME_MIME_H

#include "base/base.h"

struct mime_limits {
	unsigned depth;         /* nested parts                       100      */
	unsigned parts;         /* in one message                     10,000   */
	size_t   header;        /* header bytes kept for one message  1 MiB    */
	unsigned params;        /* of one field                       128      */
	unsigned addrs;         /* of one field                       100,000  */
	unsigned comment;       /* depth of nested comments           100      */
};
extern const struct mime_limits mime_limits_default;

/* ---- lex.c: RFC 5322 3.2 tokens in a slice ---- */

enum lex_kind { LEX_END, LEX_ATOM, LEX_QUOTED, LEX_LITERAL, LEX_SPECIAL };
struct lex { struct slice rest; struct slice comment; unsigned depth; bool mime; };
struct lex_tok { enum lex_kind kind; struct slice raw; char special; bool space_before; };
/* mime: the token rules of RFC 2045 5.1 (tspecials) in place of RFC 5322's. */
void lex_init(struct lex *, struct slice, bool mime);
/* Next token, blanks, folds and comments skipped; the last comment skipped is
 * in lex->comment (without its outer parentheses), the deepest nesting in
 * lex->depth.  An atom holds dots, controls and 8-bit bytes too.  Never fails:
 * a quoted string or comment without end reaches to the end. */
struct lex_tok lex_next(struct lex *);
/* Content of a quoted string, domain literal or comment: quotes off, pairs
 * resolved, line ends of folds gone. */
int  lex_unquote(struct slice raw, struct str *out);
bool lex_is_token(struct slice);                /* RFC 2045 token: not empty, all legal */
bool lex_is_atext(int c);                       /* RFC 5322 atext; bytes of UTF-8 count (RFC 6532) */

/* ---- hdr.c: a header block, field by field ---- */

struct hdr {
	struct slice name;      /* as written, without blanks before the colon  */
	struct slice value;     /* after the colon; folds and all, no last line end */
	struct slice whole;     /* name to line end, as in the block            */
};
/* Triple without need-more: 1 a field, 0 the end (blank line or end of slice).
 * Lines that are no field (and a leading "From " or ">From ") are skipped. */
int  hdr_next(struct slice *block, struct hdr *);
bool hdr_find(struct slice block, const char *name, struct hdr *);   /* the first such */
size_t hdr_count(struct slice block, const char *name);         /* how many there are */
size_t hdr_length(struct slice message);        /* bytes of the header of a message or part, its blank line included */
/* The header of an open message, from that offset, its blank line included.
 * 0: all of it, or all there is; 1: out is full before it ends; -1: errno. */
int  hdr_read(int fd, off_t from, struct str *out);
int  hdr_unfold(struct slice value, struct str *out);                /* RFC 5322 2.2.3, ends trimmed */
/* What a person reads: unfolded, encoded words decoded, raw 8-bit made UTF-8
 * (valid UTF-8 as such, else a guess, see guess_header).  Not sanitized. */
int  hdr_text(struct slice value, struct str *out);
/* Writes "Name: value" folded at 78 where blanks allow and never past 998,
 * ended by LF.  The value is written as it is but for blanks at its ends; CR, LF
 * and NUL in it are refused, and what no line of 998 holds (-1, nothing written). */
int  hdr_write(struct str *out, const char *name, struct slice value);
/* The same for text of any script: RFC 2047 where needed, folded at 76. */
int  hdr_write_text(struct str *out, const char *name, struct slice utf8);
bool hdr_name_ok(struct slice);                 /* RFC 5322 3.6.8 ftext */

/* ---- lines.c: messages of an old Macintosh ---- */
/* One whose lines end in CR alone (no LF in its first 16 KiB) gets LF in their place. */
bool lines_mend(struct str *message);
/* The same of a message in mem or in *fd, which becomes -1 then. */
int  message_mend(int *fd, struct str *mem, struct err *);

/* ---- word.c: RFC 2047 encoded words ---- */
/* Decodes every encoded word of text; blanks between two words vanish, words
 * split inside a character are joined first, charset by charset_to_utf8. */
int  word_decode(struct slice text, struct str *out);
/* The narrower of B and Q, UTF-8, words of 75 at most, never splitting a
 * character (nor a grapheme if it fits), separated by one space.  Plain ASCII
 * words are copied as they are.  phrase: all or nothing is encoded, and only
 * with what RFC 2047 5(3) allows.  Line breaks and tabs in the text become
 * spaces, other controls go. */
int  word_encode(struct slice utf8, bool phrase, struct str *out);
/* The same for text that begins at that column: the first word is shorter. */
int  word_encode_at(struct slice utf8, bool phrase, size_t col, struct str *out);
/* Bytes of the encoded word that s begins with; 0: none. */
size_t word_match(struct slice s);
/* str_detach for text that may hold NULs: each becomes U+2400, so that nothing
 * behind it is hidden. */
char *word_detach(struct str *);

/* ---- addr.c: RFC 5322 3.4 address lists ---- */

struct addr {
	char *name;             /* decoded UTF-8 display name, or NULL           */
	char *local, *domain;   /* unquoted; domain NULL for a bare name; local ""
	                           where no address could be read ("Name <>")    */
	char *group;            /* name of the group it stands in, or NULL       */
	char *comment;          /* last comment, decoded, or NULL                */
};
struct addrs { struct addr *v; size_t n, cap; unsigned bad; /* pieces that did not parse */
	char *empty; /* the name of the first group without members, or NULL */ };
void addrs_release(struct addrs *);
/* Reads a list as found in mail: groups, comments, old routes, missing
 * commas' worth of nonsense; never fails, counts what it could not read.
 * Adds to out, which is zeroed at first. */
void addrs_parse(struct slice field, const struct mime_limits *, struct addrs *out);
/* Reads what a person typed: commas (and semicolons) between, "Name <a@b>",
 * "a@b (Name)", a single bare name; anything else is an error that names the
 * piece.  Those with a domain have passed addr_check. */
int  addrs_parse_typed(struct slice, struct addrs *out, struct err *);
void addrs_add(struct addrs *, const struct addr *);            /* copies */
/* "local@domain", the local part quoted where it must be.  Bare name: local
 * only.  -1 where there is no address, or one with controls in it. */
int  addr_spec(const struct addr *, struct str *out);
/* "Name <spec>" for a header: name quoted or encoded.  -1 as addr_spec. */
int  addr_format(const struct addr *, struct str *out);
/* "Name <spec>" for people, and for addrs_parse_typed: UTF-8, not sanitized. */
int  addr_show(const struct addr *, struct str *out);
/* "Name: a, b" folded; groups are kept together, an empty one is written where
 * it is alone, entries without an address are left out. */
int  addrs_write(struct str *out, const char *name, const struct addrs *);
/* The same mailbox: domain in any case, local part exact. */
bool addr_same(const struct addr *, const struct addr *);
/* RFC 5321 path check: 64 and 255 octets (local part over 64 is let through),
 * no control, no space outside quotes, a domain or literal.  err names why. */
int  addr_check(const struct addr *, struct err *);
bool addr_is_utf8(const struct addr *);         /* the local part needs SMTPUTF8 */

/* ---- date.c: RFC 5322 3.3, and what is found in its place ---- */

struct date { int64_t sec; int zone; bool ok; };        /* sec since 1970 UTC; zone minutes east */
/* Never overflows; years 0 to 9999; two- and three-digit years (4.3), named
 * and military zones, comments, no weekday, asctime form. !ok: not a date. */
struct date date_parse(struct slice);
int  date_write(struct str *out, int64_t sec, int zone);        /* "Thu, 13 Feb 2025 09:00:00 +0900" */
int  date_zone(int64_t sec);                    /* the local zone at that time, minutes east */
struct date_parts { int year, month, day, hour, min, sec, wday; };      /* month 1.., wday 0 Sunday */
void date_split(int64_t sec, int zone, struct date_parts *);
int64_t date_join(const struct date_parts *);   /* as UTC */

/* ---- param.c: RFC 2045 5.1 and RFC 2231 parameters ---- */

struct param { char *name; char *value; };      /* name lower case; value decoded UTF-8 */
struct params { struct param *v; size_t n, cap; bool bad; };
void params_release(struct params *);
/* After the first ';' of a field; at most limits->params.  Continuations in any order, charsets, encoded words, raw 8-bit. */
void params_parse(struct slice, const struct mime_limits *, struct params *out);
const char *params_get(const struct params *, const char *name);
/* Adds "; name=value", quoted or (RFC 2231) encoded and continued as needed.
 * plain: the form in ASCII for old readers, and nothing where the value is that already. */
int  param_write(struct str *out, const char *name, struct slice utf8, bool plain);
bool param_name_ok(const char *);               /* a token of at most 60 bytes: what can be written */

/* ---- enc.c, qp.c, look.c: transfer encodings, streaming ---- */

enum enc { ENC_7BIT, ENC_8BIT, ENC_BINARY, ENC_QP, ENC_BASE64, ENC_UU, ENC_UNKNOWN };
enum enc enc_by_name(struct slice);             /* empty: ENC_7BIT */
const char *enc_name(enum enc);
struct enc_state { enum enc enc; bool encode; uint32_t bits; unsigned have, col; bool done, eof; char hold[80]; size_t held; };
void enc_init(struct enc_state *, enum enc, bool encode);
/* Converts in, adding to out.  last: no more comes.  Decoding never fails: junk
 * is skipped (base64) or kept literally (quoted-printable); returns 0, or -1
 * when out is full.  Encoding base64: lines of 76 and a final LF;
 * quoted-printable: LF in is a line end, lines of 76, words kept readable. */
int  enc_feed(struct enc_state *, struct slice in, bool last, struct str *out);
/* A source that decodes (or encodes) another; in must live until release. */
void enc_src(struct src *, struct src *in, enum enc, bool encode);
/* The narrowest encoding that carries these bytes as text lines: look at all
 * of it with enc_look_feed, then ask. */
struct enc_look { uint64_t n, high, nul, ctl, cr, longest, line; bool last_nl, from; unsigned match; };
void enc_look_feed(struct enc_look *, struct slice);
enum enc enc_look_best(const struct enc_look *, bool text, bool allow_8bit);

/* ---- part.c, field.c: the tree of a message ---- */

/* A leaf is also what could not be taken apart: a multipart without boundary or
 * parts, anything past a limit, a message inside that is encoded. */
enum part_kind { PART_LEAF, PART_MULTI, PART_MESSAGE };
enum part_defect {              /* bits; part_defect_text says each in words */
	DEF_NO_END = 1, DEF_NO_BOUNDARY = 2, DEF_EMPTY_MULTI = 4, DEF_BAD_TYPE = 8,
	DEF_BAD_ENC = 16, DEF_ENC_ON_MULTI = 32, DEF_TWICE = 64, DEF_DEPTH = 128,
	DEF_PARTS = 256, DEF_HEADER = 512, DEF_BAD_FIELD = 1024, DEF_PARAMS = 2048,
	DEF_COLON = 4096, DEF_JUNK = 8192, DEF_RAW = 16384,
};
struct part {
	struct part *parent, *child, *next;
	enum part_kind kind;
	off_t head, body, end;          /* header is [head, body), body is [body, end) */
	uint64_t lines;                 /* of the body; a last one without end counts */
	bool blank;                     /* the body holds nothing but white space   */
	char *type, *subtype;           /* lower case, never NULL                   */
	struct params params;           /* of Content-Type                          */
	enum enc enc; char *enc_raw;    /* label as found when ENC_UNKNOWN          */
	char *disposition;              /* lower case, or NULL                      */
	char *filename;                 /* the one name (FN2), as NFC: filename*, filename, name*, name; or NULL */
	char *id, *description;         /* Content-ID without <>, decoded description */
	char *number;                   /* as IMAP's (RFC 3501 6.4.5): "1", "2.1"; a
	                                   multipart that is a message's body: "TEXT", "2.TEXT" */
	unsigned defects;
};
struct mime_tree { struct part *root; unsigned parts; off_t size; unsigned defects; };
void tree_free(struct mime_tree **);
/* Depth first, document order: the part after p (NULL starts), or NULL. */
struct part *tree_next(const struct mime_tree *, const struct part *p);
struct part *tree_find(const struct mime_tree *, struct slice number);
bool part_is(const struct part *, const char *type, const char *subtype);      /* subtype NULL: any */
bool part_is_attached(const struct part *);     /* it says so, and is no message's whole body */
const char *part_charset(const struct part *);  /* label, or NULL */
const char *part_defect_text(unsigned one_bit);
/* What else is to be said of a part: a piece of a message, a body that is elsewhere,
 * a Macintosh's file.  Not sanitized; false: nothing. */
bool part_remark(const struct part *, struct str *out);
/* What is wrong with the encoding of its body, which takes a pass over it; NULL: nothing. */
const char *part_damage(const struct part *, int fd, struct slice mem);
/* The part that a reader wants first: plain text before other text, alternatives
 * by RFC 2046 5.1.4, never an attachment; NULL: none. */
struct part *tree_best_text(const struct mime_tree *);
/* A source of the decoded body; fd is the message's file (or -1 with mem the message). */
struct part_src { struct src raw; struct src dec; };
void part_open(struct part_src *, const struct part *, int fd, struct slice mem);
struct src *part_src(struct part_src *);
void part_close(struct part_src *);
/* Decoded text as UTF-8 with LF line ends into sink, by the charset that the part
 * or its HTML names, or a guess where nothing is named or the bytes contradict. */
int  part_text(const struct part *, int fd, struct slice mem, struct sink *, struct err *);
/* The same by that charset, as a person says; unknown: as part_text. */
int  part_text_as(const struct part *, const char *label, int fd, struct slice mem, struct sink *, struct err *);
/* The label that part_text would read it by. */
int  part_text_label(const struct part *, int fd, struct slice mem, char label[64], struct err *);

/* ---- inner.c, tnef.c: files inside a part that are no parts of the message ---- */

enum inner_kind { INNER_UU, INNER_YENC, INNER_TNEF, INNER_RTF, INNER_UTF16, INNER_PART };
struct inner {
	enum inner_kind kind;
	char *name;                     /* as found, UTF-8; "" where it has none */
	const struct part *part;        /* INNER_PART: of a message that is encoded */
	uint64_t from, to;              /* in the decoded bytes of the part     */
	uint64_t said; bool whole, bad_size, base64;    /* its size by =ybegin or =ypart; =yend denies it */
};
/* bytes: decoded, of winmail.dat or a message, whose tree is tree; bad: not all of it could be read. */
struct inners { struct inner *v; size_t n, cap; struct str bytes; struct mime_tree *tree; bool bad; };
bool inner_may_be(const struct part *);         /* worth looking for            */
/* uuencode and yEnc in a text, what winmail.dat (TNEF) and a message that is encoded hold.
 * Only a read error fails. */
int  inner_find(const struct part *, int fd, struct slice mem, struct inners *out, struct err *);
int  inner_copy(const struct part *, const struct inners *, const struct inner *, int fd, struct slice mem,
	struct sink *, struct err *);
void inners_release(struct inners *);

/* ---- guess.c: charsets of bytes of which nothing is said ---- */
void guess_reader(const char *locale);          /* "ko_KR.UTF-8": its language decides where the bytes leave it open */
/* The header whose fields are read next: its raw 8-bit bytes are taken as one text (in the
 * charset of its Content-Type where that fits).  SL_NONE: none, each field for itself. */
void guess_header(struct slice block);

/* ---- text.c, strip.c: what can be searched ---- */
/* All that a person could look for in a message, as UTF-8 lines: its texts (of alternatives one,
 * HTML without tags), names and descriptions of attachments, attached texts (the first 256 KiB),
 * messages inside; no encoded junk.  At most max bytes in out; more is left out.
 * attachments: parts with a file name or disposition of that kind.  Only a read error fails. */
int  tree_text(const struct mime_tree *, int fd, struct slice mem, size_t max,
	struct str *out, unsigned *attachments, struct err *);
/* The words of HTML in UTF-8, broken or not; a block is a line.  -1: out is full. */
int  html_words(struct slice html, struct str *out);
bool rtf_text(struct slice, struct str *out);   /* rtf.c: what RTF says, as UTF-8; false: it is none */
bool enriched_html(const struct part *, struct slice, struct str *out); /* enriched.c: as HTML; false: the part is none */

/* ---- page.c, html.c, htmlout.c: text and HTML laid out in lines ---- */

enum { RUN_BOLD = 1, RUN_ITALIC = 2, RUN_HEADING = 4, RUN_DIM = 8 };
struct page_run { size_t from, to; unsigned style; unsigned link; };    /* bytes of the line; link from 1, 0: none */
struct page_line { size_t at, n; unsigned quote; bool goes_on; size_t run, n_runs; };
/* text: where they differ, a line for each; "" in plain text; number: that is shown, 0: none. */
struct page_link { char *href, *text; unsigned number; };
struct page {
	struct str text; struct page_line *v; size_t n, cap;
	struct page_run *runs; size_t n_runs, cap_runs;
	struct page_link *links; size_t n_links, cap_links;
	unsigned numbers; struct map *by_href;  /* how many links show one */
	unsigned images, remote, trackers, hidden, scripts, forms;      /* what was met and not shown */
	bool cut;                       /* a limit was met; the rest is left out */
};
void page_release(struct page *);
/* Lines and counts go; links and numbers stay, those of a further page go on from them. */
void page_clear(struct page *);
/* HTML (UTF-8; at most 2 MiB of it are read) as a person reads the page, at that width:
 * headings, lists, quotes, pre, tables of data as columns and others as flow, links as "text [1]"
 * (no number where the text is the address of a mailto:), images as their alt text; what is hidden is
 * left out and counted; nothing is run or fetched.  Lines are cleaned as running text; links are as found. */
void html_page(struct slice html, int width, struct page *out);
/* Plain text: lines wrapped at width (UAX 14), quotes by leading ">"; flowed (RFC 3676):
 * paragraphs joined first; URLs are links. */
void text_page(struct slice text, bool flowed, bool delsp, int width, struct page *out);
/* text_page in pieces for long texts: from *at on, until so many lines are made; *at moves. */
void text_page_more(struct slice text, size_t *at, bool flowed, bool delsp, int width, size_t lines, struct page *out);

/* ---- parse.c: bytes to tree, one forward pass ---- */
struct parser;
struct parser *parser_new(const struct mime_limits *);
void parser_free(struct parser **);
/* Any split of the message, including one byte at a time, gives the same tree. */
void parser_feed(struct parser *, struct slice);
struct mime_tree *parser_finish(struct parser **);      /* never NULL; frees the parser */
struct mime_tree *mime_parse_mem(struct slice, const struct mime_limits *);
/* Reads the whole file from `from`; only a read error fails (NULL). */
struct mime_tree *mime_parse_fd(int fd, off_t from, off_t to, const struct mime_limits *, struct err *);

/* ---- env.c: what a list row and a reply need of a header ---- */
struct env {
	char *subject;                          /* decoded, not sanitized; "" if none */
	struct addrs from, sender, reply_to, to, cc, bcc;
	char *message_id;                       /* without <>, or NULL           */
	char *in_reply_to, *references;         /* ids without <>, space between; at most 20 + NULL */
	struct date date;
};
void env_parse(struct slice header, const struct mime_limits *, struct env *);
void env_release(struct env *);
/* The ids of a References, In-Reply-To or Message-ID value, one a call. */
bool msgid_next(struct slice *rest, struct slice *id);

/* ---- report.c, bounce.c: what became of a message, as a notice says (RFC 3464, 6533, 8098, 5965, or none) ---- */

enum report_kind { REPORT_NONE, REPORT_DSN, REPORT_MDN, REPORT_FEEDBACK, REPORT_BOUNCE, REPORT_VACATION, REPORT_CHALLENGE };
enum report_action { ACTION_NONE, ACTION_FAILED, ACTION_DELAYED, ACTION_DELIVERED, ACTION_RELAYED, ACTION_EXPANDED,
	ACTION_DISPLAYED, ACTION_DELETED, ACTION_PROCESSED, ACTION_DENIED };
struct report_rcpt {
	char *address, *original;       /* address never NULL; original: as the sender wrote it, or NULL */
	enum report_action action, meant;
	char status[12], code[12];      /* "5.1.1" or ""; meant, code: what the text makes of both */
	char *remote, *diagnostic;      /* or NULL; decoded, not sanitized       */
};
struct report {
	enum report_kind kind;
	struct report_rcpt *rcpts; size_t n, cap;
	char *envelope_id, *reporter;
	char *message_id, *subject; struct date date;   /* of the message it speaks of; NULL, !ok: not said */
};
/* At most 10,000 recipients; of a program's answer: whose it is.  Only a read error fails. */
int  report_read(const struct mime_tree *, int fd, struct slice mem, struct report *, struct err *);
void report_release(struct report *);
bool report_maybe(struct slice header);         /* worth reading; cheap */
const char *report_kind_word(enum report_kind), *report_action_word(enum report_action);        /* "dsn", "none"; "failed", "" for none */

/* ---- type.c, filename.c: content types and names of files ---- */

/* By name and by the first bytes: shared-mime-info's globs2 where it is
 * installed (loaded once by type_load from its text), else a built-in table.
 * Text only where the bytes are text.  Never NULL. */
void type_load(struct slice globs2);
const char *type_of(struct slice filename, struct slice first_bytes);
/* "report.pdf" out of anything a sender wrote: base name, no leading dot or dash, no control or
 * slash, NFC, 1 to 255 bytes with the extension kept; else "part-N.bin" (FN1). */
int  filename_clean(struct slice name, const char *number, struct str *out);
int  part_name(const struct part *, struct str *out);   /* to save it as; without a name its description, or "part-2.png" */

/* ---- gen.c: a message is written ---- */
struct gen_file {
	struct src *src;                /* read once or twice by rewind          */
	int  (*rewind)(struct gen_file *, struct err *);
	void *ctx;
	const char *type;               /* "image/png", "text/calendar; method=REPLY" */
	const char *filename;           /* UTF-8, or NULL                        */
	const char *description, *id;   /* or NULL                               */
	bool inline_;
};
struct gen_field { const char *name; const char *value; bool text; };   /* text: RFC 2047 where needed */
struct gen {
	const struct addrs *from, *sender, *reply_to, *to, *cc;         /* NULL: no field */
	const struct addrs *bcc;        /* never of what is sent: for a draft that is kept */
	const char *subject;            /* NULL: no field                        */
	int64_t date; int zone;
	const char *message_id, *in_reply_to, *references;      /* ids without <>; NULL: no field */
	const struct gen_field *fields; size_t n_fields;        /* further ones, checked */
	struct gen_file *text;          /* the body: LF, CRLF or CR lines; only src and rewind count; NULL: empty */
	const char *text_charset, *text_type;   /* NULL: UTF-8 (US-ASCII where it is), "text/plain" */
	struct gen_file *html;          /* the same as HTML, beside it (multipart/alternative); NULL: none */
	struct gen_file *files; size_t n_files;
};
/* Writes the message with LF.  From, Date, Message-ID, MIME-Version and the
 * content fields always.  The text in the narrowest encoding (7bit,
 * quoted-printable, base64), files likewise byte for byte; a boundary that
 * occurs nowhere (random by rt_random, checked by reading twice). */
int  gen_write(struct gen *, struct sink *, struct err *);
/* "random.time@domain"; the domain is checked and falls back to "localhost". */
int  gen_message_id(struct str *out, struct slice domain);
/* References of a reply: parent's references + parent's id, first and last 19
 * when more than 20 (RFC 5322 3.6.4). */
int  gen_references(const struct env *parent, struct str *out);

/* ---- recode.c: an existing message made fit for a narrower path ---- */
/* What the message at hand needs of a path. */
struct needs {
	bool eight_bit;                 /* in the body; utf8_header: in the header */
	bool nul, long_lines, bare_cr, utf8_header;
	uint64_t size_crlf;             /* octets on the wire, without dot-stuffing */
	uint64_t line; char last; bool cr, in_body;     /* state between feeds   */
};
void needs_feed(struct needs *, struct slice);          /* all of it, in pieces; zero it first */
/* Writes the message again with each leaf that is 8-bit, has NULs or lines over
 * 998 in quoted-printable or base64; all other bytes stay.  keep_8bit: only
 * NULs and long lines are mended.  ERR_INPUT: such a leaf may not be changed
 * (signed, or of a kind that must be 7bit); some bytes may be written by then. */
int  recode_write(const struct mime_tree *, int fd, bool keep_8bit, struct sink *, struct err *);

#endif
