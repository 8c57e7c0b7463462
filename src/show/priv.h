/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what the files of this folder share.
 */
#ifndef SHOW_PRIV_H
#define SHOW_PRIV_H

#include "show/show.h"

#define TEXT_MAX ((size_t)8 << 20)      /* of one text, shown; the same of raw bytes */
#define HTML_MAX ((size_t)2 << 20)

/* One thing of the body, in order. */
enum piece_kind { PIECE_TEXT, PIECE_HTML, PIECE_NOTE, PIECE_HEADER, PIECE_CALENDAR, PIECE_CARDS };
struct piece {
	enum piece_kind kind;
	const struct part *part;
	char *note;
};

enum phase { PHASE_PARSE, PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_END, PHASE_RAW, PHASE_DONE };

struct chunk { struct chunk *next; size_t n, cap; char data[]; };

/* What was met on the way and is told at the end. */
struct left_out { unsigned remote, trackers, hidden, scripts, forms; uint64_t bad; bool cut_text, cut_html; };

struct render {
	int fd; struct str mem; off_t size;
	struct parser *parser; off_t fed;
	struct mime_tree *tree;
	struct str header; bool header_cut; struct env env;
	enum phase phase;
	struct report report; struct str notice; bool notice_bad;       /* what it says where it is one */
	char *authserv;                         /* whose results are believed   */
	struct render_opts opts; char *opt_headers, *opt_charset;
	bool asked;                             /* a layout is wanted           */

	/* the lines of this layout; nothing of them moves */
	struct render_line **blocks; size_t n_lines, n_blocks, cap_blocks;
	struct chunk *chunks; struct str line;

	/* the plan of this layout */
	struct piece *pieces; size_t n_pieces, cap_pieces, piece;
	const struct part **parts; size_t n_parts, cap_parts;
	bool planned, has_calendar; unsigned cards;
	size_t trust_end, last_html;            /* line behind those of trust; piece + 1, 0: none */
	struct left_out left;

	/* the text being laid out */
	bool open, signature, flowed, delsp;
	struct str raw, text; size_t cleaned, at, shown;
	struct page page;
	struct render_link *links; size_t n_links, cap_links;   /* as those of the page */
	unsigned *by_number; size_t cap_number;                 /* places in them: those that show a number first */
	off_t raw_at; size_t raw_col;
};

/* ---- render.c ---- */
struct slice render_head_of(struct render *, const struct part *, struct str *room);   /* of a message inside */

bool render_key(struct render *, const char *command, struct str *out);        /* for a note; false: none is to be named */

/* ---- renderline.c: lines are made ---- */
void lines_clear(struct render *);
/* One line; the text is cleaned, and the spans go where that changes it. */
void line_put(struct render *, enum line_kind, struct slice text, const struct render_span *, size_t n_spans,
	unsigned quote, bool goes_on, unsigned part);
/* A sentence or field, wrapped; further rows are indented by so many columns.
 * name: bytes at the beginning that are SPAN_NAME. */
void line_wrap(struct render *, enum line_kind, struct slice text, size_t name, int indent, unsigned part);
void line_note(struct render *, const char *fmt, ...) PRINTF(2, 3);
/* The lines from `made` on are moved up before line `at`; links move along. */
void lines_move(struct render *, size_t at, size_t made);

/* ---- renderhead.c ---- */
/* The fields that the options ask for; inside: of a message inside another. */
void head_put(struct render *, struct slice header, bool inside);

/* ---- trustauth.c, trustlook.c: facts about a sender ---- */
enum auth_says { AUTH_NOTHING, AUTH_SOME, AUTH_PASS, AUTH_FAIL };      /* PASS: of DMARC */
/* domain: of the author who is seen, or NULL; out: a sentence, not cleaned. */
enum auth_says trust_auth(struct slice header, const char *trusted, const char *domain, struct str *out);
/* spec against known addresses, one after the other. */
struct lookalike { char *spec, *host; struct str host_bones, local_bones, like; bool known_host, by_name, done; };
void alike_init(struct lookalike *, const char *spec);
void alike_with(struct lookalike *, const char *friend_spec);
bool alike_found(const struct lookalike *);     /* of l->like */
void alike_release(struct lookalike *);

/* ---- calendar.c, calzone.c ---- */
/* Zones that bring no rules along get the names that libical knows, where they are Windows' own. */
void calendar_name_zones(struct icalcomponent_impl *calendar);
struct moment { bool ok, all_day, floating; int64_t sec; };     /* floating: the time of no zone */
struct icaltimetype;
struct moment calendar_moment(struct icaltimetype);

/* ---- rendercard.c: parts with facts in place of text ---- */
void calendar_put(struct render *, struct slice text);
void cards_put(struct render *, struct slice text);

/* ---- renderplan.c: which part is shown how ---- */
void plan_make(struct render *);
void plan_clear(struct render *);

/* ---- renderonly.c ---- */
bool only_says_html(struct slice text);         /* UTF-8; an empty one does, too */

/* ---- renderbody.c ---- */
/* The decoded text of a part, cleaned of nothing, at most max bytes; false with
 * err: it can't be read.  *cut: there is more. */
bool body_text(struct render *, const struct part *, size_t max, struct str *out, bool *cut, struct err *);
bool body_step(struct render *, int64_t until, struct err *);   /* sets phase behind the last piece */
void body_end(struct render *);                                 /* notes and attachments */
bool raw_step(struct render *, int64_t until, struct err *);
bool part_is_html(const struct part *);
bool part_is_wrapped(const struct part *);        /* a message or multipart that is encoded: its words are shown */

/* ---- renderlink.c ---- */
void links_take(struct render *, bool html);    /* new ones of the page; html: texts of known ones may have grown */
void links_list(struct render *);               /* lines: where those of pages lead */
void links_warn(struct render *);               /* lines: whose text names another host */
void links_clear(struct render *);
/* The host of an address of a page, lower case; "" if it names none. */
void url_host(struct slice url, struct str *out);
bool host_related(struct slice a, struct slice b);              /* the same, or one inside the other */
bool host_like(struct slice);                                   /* could be the name of a host */

#endif
