/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What files of mime share among themselves. */
#ifndef MIME_PRIV_H
#define MIME_PRIV_H

#include "mime/mime.h"

/* hdr.c: s, or what is behind the byte order mark at its front. */
struct slice hdr_without_bom(struct slice);

/* datename.c: 1 to 12, by its name or its head in one of many languages; 0: none, or of several. */
int date_month(struct slice word);

/* qp.c: the two ways of quoted-printable, called by enc_feed. */
int qp_decode(struct enc_state *, struct slice in, bool last, struct str *out);
int qp_encode(struct enc_state *, struct slice in, bool last, struct str *out);

/* All before end was written into the room that was reserved, and is part of the string now. */
static inline void str_grown(struct str *s, const void *end)
{
	s->n = (size_t)((const char *)end - s->p);
	s->p[s->n] = 0;
}

/* vec.c: loops that look at every byte.  Behind what they make they may write
 * VEC_SLACK bytes more. */
#define VEC_SLACK 64
/* Clean base64 (whole groups, with the ends of full lines) as bytes; how much of it was taken. */
size_t vec_b64_decode(const unsigned char *in, size_t n, unsigned char *out, size_t *made);
/* Bytes as full lines, 57 as 76 letters and LF; how many were taken. */
size_t vec_b64_encode(const unsigned char *in, size_t n, char *out);
/* Text, escapes, line ends and soft breaks of quoted-printable, before anything odd; the
 * end of what was made. */
char *vec_qp_decode(const char **from, const char *end, char *to);
/* Bytes as quoted-printable writes them, LF as it is, lines not yet broken; the end of
 * what was made. */
char *vec_qp_tokens(const char **from, const char *end, char *to);
/* Bytes of the whole lines at the front of which none begins with c; their number is added. */
size_t vec_skip_lines(const char *in, size_t n, char c, uint64_t *lines);
bool vec_is_fast(void);
void vec_plain(bool);           /* byte by byte from now on: for tests */

/* qp.c: digits of hexadecimal, each and one; 0: none. */
extern const uint8_t qp_digit[256];
static inline int hex_byte(const char *two)     /* or -1 */
{
	int high = qp_digit[(unsigned char)two[0]], low = qp_digit[(unsigned char)two[1]];

	return high && low ? (high - 1) << 4 | (low - 1) : -1;
}

/* part.c: a part with the defaults of RFC 2045 5.2, a tree of nothing else. */
struct part *part_new(void);
void part_free(struct part *);
/* Gives every part its IMAP number, once the tree is complete. */
void tree_number(struct mime_tree *);

/* field.c: the MIME fields of one part's header into the part. */
void part_read_fields(struct part *, struct slice header, bool in_digest,
		      const struct mime_limits *);
/* The boundary that such a header asks for, or NULL; owned by the caller. */
char *header_boundary(struct slice header, const struct mime_limits *);

/* guess.c: labels are borrowed until the next guess, and never NULL. */
const char *guess_bytes(struct slice);
/* The label to read text by of which that is said; NULL: nothing. */
const char *guess_said(struct slice, const char *said);
char *guess_meta(struct slice html);            /* what HTML says of itself, or NULL; the caller's */
const char *guess_field(struct slice text);     /* for raw bytes of a header field */
/* guesstab.c: is that a pair that its language has everywhere? */
enum guess_list { GUESS_KOREAN, GUESS_SIMPLIFIED, GUESS_TRADITIONAL };
bool guess_is_typical(enum guess_list, unsigned pair);

/* report.c, for what follows */
void report_status_in(struct slice, char out[12]);              /* the first code like 5.1.1; "" */
struct report_rcpt *report_rcpt_new(struct report *);           /* NULL: too many        */
void report_blocks(struct report *, struct slice);              /* fields of RFC 3464    */
void report_original(struct report *, struct slice message);    /* what is known of what is returned */
bool report_is_original(const struct part *);
bool part_is_inside(const struct part *);                       /* of a message inside   */
int  report_part(const struct part *, int fd, struct slice mem, struct str *out, struct err *);

/* reportsay.c: what is meant, and the reasons, of a delivery status that stand in its text only. */
int report_say(const struct mime_tree *, int fd, struct slice mem, struct report *, struct err *);
/* bounce.c: notices that keep to no standard; r is empty, or a DSN without recipients, or with
 * one that is no address. */
int bounce_read(const struct mime_tree *, int fd, struct slice mem, struct report *r, struct err *);

/* What is looked at of a message: its words, small where that is said. */
enum { SIGN_NULL = 1, SIGN_FROM = 2, SIGN_AUTO = 4, SIGN_FAILED = 8, SIGN_REPORT = 16, SIGN_SUBJECT = 32,
	SIGN_ANSWER = 64, SIGN_BULK = 128, SIGN_DAEMON = 256 };  /* named MAILER-DAEMON */
struct letter {
	struct str head; struct slice header;
	unsigned signs;                 /* of a mail system, in the header      */
	struct str subject, from, to;   /* small; addresses as they are, the first */
	struct str text, low;           /* low: the same in small letters, byte for byte */
	size_t notice;                  /* so much of it is no returned message */
	struct str flat;                /* that, small, one blank between words */
	struct str returned; size_t returned_end;       /* the header of what is returned, and where it ends */
	bool returns;                   /* what is returned is a part of its own */
};
/* bounceletter.c */
#define LETTER_HEADER ((size_t)256 << 10)       /* looked at of a header        */
int  letter_open(struct letter *, const struct mime_tree *, int fd, struct slice mem, struct err *);     /* no signs: no text */
void letter_release(struct letter *);
void letter_split(struct letter *, size_t after);       /* a returned message that begins there or behind */
void letter_address(struct slice header, const char *name, struct str *out);     /* the first */
unsigned bounce_signs(struct slice header, struct str *subject, struct str *from);
/* bounceline.c: low: in small letters */
bool line_address(struct slice line, size_t sign, size_t *from, size_t *to);    /* around the @ at that offset */
bool line_is_domain(unsigned char);
bool line_is_stop(struct slice);                /* a stop or bracket of Asian texts begins it */
bool line_is_frame(char);                       /* blanks, brackets, bullets */
struct slice line_before(struct slice), line_behind(struct slice);      /* without frames at its end, its beginning */
bool line_code(struct slice, unsigned *code);   /* "550 ", "<<< 550-5.1.1", "[550": a reply for no, anywhere */
bool line_is_reply(struct slice line);          /* ... at its beginning */
bool line_is_when(struct slice);                /* a date                       */
bool line_is_name(struct slice lead);           /* a few words in front of an address */
bool line_in_brackets(struct slice line, size_t at, size_t end);        /* "(a@b)", and nothing behind it */
enum { LINE_WORD = 32 };
struct slice line_word(struct slice, char buf[LINE_WORD]);      /* "收 件 人" as one word, in buf; others as they are */
bool line_is_number(struct slice);              /* nothing, or that of a row: "1.", "2)" */
bool line_is_towards(struct slice tail);        /* behind an address: to whom, in Korean and Japanese */
bool line_is_between(struct slice);             /* what stands between two addresses of a list */
char *line_remote(struct slice);                /* who refused it, or NULL      */
char *line_original(struct slice);              /* the address as the sender wrote it, or NULL */
/* bouncercpt.c: who it is about, what happened and why. */
void bounce_recipients(const struct letter *, struct report *);
void bounce_sole(const struct letter *, struct report *);       /* ... if it names one address and no other, or its subject does */
/* bounceauto.c: answers of programs that are no failures. */
#define COMPLAINT_FIELD "X-HmXmrOriginalRecipient"     /* of Microsoft's: whose mailbox a message was in */
bool bounce_to_many(const struct letter *);               /* by the program of a list */
bool bounce_automatic(const struct letter *, enum report_kind *);        /* true, REPORT_NONE: of a list */
bool bounce_answers(const struct hdr *);        /* a field of those     */
bool bounce_json(const struct letter *, struct report *);       /* a notice of a service, as JSON */
/* bouncetab.c */
enum words { WORDS_FAILED, WORDS_DELAYED, WORDS_FOR_GOOD, WORDS_DELIVERED, WORDS_RELAYED, WORDS_DAEMON, WORDS_SUBJECT, WORDS_TOLD, WORDS_TO, WORDS_OTHER,
	WORDS_RETURNED, WORDS_AWAY_SUBJECT, WORDS_AWAY_TEXT, WORDS_GUARD_WHO, WORDS_GUARD_DO, WORDS_GUARD_THEN, WORDS_LIST, WORDS_COMPLAINT,
	WORDS_EXPIRED, WORDS_MAIL, WORDS_GOODS, WORDS_YOURS, WORDS_GUARD_SUBJECT, WORDS_AUTO };
bool words_in(struct slice low, enum words);
bool words_end(struct slice low, enum words);                   /* ... at its end        */
bool words_are(struct slice low, enum words);     /* one of them, and nothing else */

/* inner.c */
void inner_add(struct inners *, const struct inner *);  /* takes the name over */
/* A message or multipart that is encoded, against RFC 2045 6.4; what stands before its bytes
 * then, so that they can be parsed. */
bool part_is_encoded(const struct part *);
void part_encoded_start(const struct part *, struct str *out);
/* tnef.c: what stands in winmail.dat, as offsets in it; -1: it is broken there. */
int  tnef_read(struct slice, struct inners *);
void tnef_rtf(struct slice packed, struct str *out);

/* lines.c: a source of text whose lines (LF or CRLF) end with LF, or as said;
 * in must live until release. */
enum {
	LINES_FROM_CR = 1,      /* a bare CR is a line end too          */
	LINES_FINAL   = 2,      /* a last line without end gets one     */
};
void lines_src(struct src *, struct src *in, unsigned how);

/* page.c: one paragraph as rows. */
struct page_para {
	struct slice text;
	const struct page_run *runs; size_t n_runs;     /* of the text, in order, apart */
	struct slice first, rest;       /* what stands before the first row, and the others */
	unsigned quote;
	bool goes_on;                   /* after its last row                   */
};
void page_rows(struct page *, const struct page_para *, int width);
/* The number of a link from 1; text: what stands for it.  0: too many. */
unsigned page_link(struct page *, struct slice href, struct slice text);

/* htmlscan.c: HTML as a plainer one, which cannot cost its parser more than its
 * size: no comments, scripts, unknown elements; blocks nested at most so deep;
 * what is within a line as <img x="+name"> and <img x="-name">. */
struct html_scan {
	struct str out, css;            /* css: what stood in <style>           */
	struct slice *texts; size_t n_texts, cap_texts; /* of the HTML, as <img x="#number"> in out */
	unsigned scripts;
};
void html_scan(struct slice html, struct html_scan *);

/* htmlcss.c: what a style says of being seen; 0: nothing, 1: as named, 2: not. */
struct css {
	unsigned char none, invisible, tiny, clear, flat /* 3: a pixel */, clipped, placed, away, bold, italic,
		pre /* 3: its lines */;
	unsigned char marker;                   /* before an item of a list, as Word writes it */
	unsigned char box, right;               /* of it: CSS_BLOCK or CSS_INLINE; its text to the right */
	char list;                              /* '1', 'a', 'A', 'i', 'I', '*': a mark, '-': none */
	unsigned char top, bottom, pad_top, pad_bottom;         /* 1: room as of an empty line, 2: less */
	bool has_color, has_back, vague_back;   /* vague: an image, or not understood */
	uint32_t color, back;           /* color: or CSS_CLEAR                  */
};
enum { CSS_BLOCK = 1, CSS_INLINE };
#define CSS_CLEAR 0x1000000u    /* no color: what is behind is seen      */
#define CSS_SHEER 0x2000000u    /* or'ed to one: what is behind is seen, too */
void css_declarations(struct slice, struct css *);      /* adds to it           */
bool css_counts(struct slice name);             /* a property that says anything of it */
int64_t css_thousandths(struct slice, struct slice *unit);      /* the number at its front */
void css_background(struct slice, struct css *);
bool css_color(struct slice, uint32_t *);       /* htmlcolor.c          */
struct css_rules;
struct css_rules *css_rules_new(struct slice text);     /* NULL: no rules       */
void css_rules_free(struct css_rules **);
/* What the rules say of an element, in the order of their weight. */
void css_match(const struct css_rules *, struct slice tag, struct slice classes, struct slice id, struct css *);

/* type.c: "png" of "image/png", or NULL */
const char *type_extension(struct slice type);

/* htmlout.c: paragraphs of a page, put together from pieces. */
struct look { unsigned style, link; bool pre, lines, marker, hidden, invisible, tiny, has_back; uint32_t color, back; };
struct flow_seg { char *first, *rest; bool used; unsigned quote; int cols; };
struct flow {
	struct page *page; int width;
	struct str para; struct page_run *runs; size_t n_runs, cap_runs;
	bool space;             /* blanks came since the last word              */
	bool blank;             /* an empty line stands before the next row     */
	bool any;               /* something is on the page                     */
	bool filler;            /* the last word was none that is seen          */
	bool cell;              /* within a cell of a table: "\n" ends a line   */
	struct flow_seg *segs; size_t n_segs, cap_segs, low;
	struct str link_text; unsigned link; bool link_marked, link_seen;
	size_t mark_end;        /* where the last number of one ended */
};
void flow_init(struct flow *, struct page *, int width);
void flow_release(struct flow *);
void flow_text(struct flow *, struct slice, const struct look *);
void flow_word(struct flow *, struct slice, const struct look *);       /* as it is, cleaned */
void flow_break(struct flow *);                 /* the line ends                */
void flow_blank(struct flow *);                 /* ... and an empty one follows */
void flow_hard_break(struct flow *);            /* <br>                         */
void flow_push(struct flow *, const char *first, const char *rest, unsigned quote);
void flow_pop(struct flow *);
int  flow_room(const struct flow *);            /* columns between the edges    */
unsigned flow_link_begin(struct flow *, struct slice href);      /* 0: too many */
void flow_link_end(struct flow *, const struct look *); /* no number where its text is the address, or nothing is seen */
bool is_unseen(const struct look *);            /* hidden, or of the colour of its ground */
/* html.c: where a walk over the tree stands. */
struct GumboInternalNode;
struct html_entry { const char *name; struct look look; bool mark, link, cell, right; const char *close;
	unsigned char top, bottom, box; char list; };   /* look: behind its begin; close: put at its end; others as of css */
struct html_walk {
	struct flow flow;
	const struct html_scan *scan;
	struct css_rules *rules;
	struct html_entry *stack; size_t n, cap, marks;
	struct html_list { char style; bool items; long next, step; } list;     /* style: as of css; items: there were some */
	unsigned depth, lists;
};
void html_children(struct html_walk *, const struct GumboInternalNode *);
/* An element that is none of the walk's: its look for all that is in it. */
void html_enter(struct html_walk *, const struct GumboInternalNode *, bool cell);
void html_leave(struct html_walk *);
const char *html_attr(const struct GumboInternalNode *, const char *name);      /* NULL: none */
long html_number(const struct GumboInternalNode *, const char *attr, long none, long least, long most);
bool html_text(const struct html_walk *, const struct GumboInternalNode *, struct slice *);     /* false: it is none */
/* htmllist.c */
void html_list(struct html_walk *, const struct GumboInternalNode *, bool ordered);
void html_item(struct html_walk *, const struct GumboInternalNode *);
int  html_table_place(const struct GumboInternalNode *);        /* of a child of a table: 0 first, 1, 2 last */
/* htmltable.c: true when the table holds data, and was put. */
bool html_table(struct html_walk *, const struct GumboInternalNode *);

/* One row of its own: text with runs. */
void flow_row(struct flow *, struct slice text, const struct page_run *, size_t n_runs);

#endif
