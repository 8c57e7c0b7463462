/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * query: the pattern language of searches, limits and filters: text to a tree, and one
 * message against it.  Nothing is opened or read here but by the callbacks of its caller.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "base/base.h"
#include "mime/mime.h"
#include "index/index.h"

/* ---- query.c, qtree.c, qdate.c, qregex.c: the pattern language, text to tree ---- */

/* mutt's: ~f ~t ~c ~C (to, cc) ~L (from, to, cc) ~e ~s ~i ~x ~b ~B ~h ~y (X-Label) take text:
 * without metacharacters a substring in any case, else a POSIX extended regular
 * expression, in any case unless it has a capital; =f: a substring always, exact
 * where it has a capital.  In the text, ~b and plain words find words as the index
 * does (words_find); =b is a substring.  ~d ~r take dates (<7d =1w 2/3/2026- 2026-03-02*1w
 * -yesterday), ~z ~X numbers (>10k 1M-5M).  ~D ~U ~N ~O ~R ~F ~Q ~T ~A ~v ~p ~P
 * ~l ~= ~$ stand alone.  ~(...) threads with such a message, ! not, | or, nothing:
 * and.  A word alone: in sender, recipients, subject or text.  Quotes "" and ''
 * hold blanks; \ before a quote or itself takes its meaning; ~ ) | end a word. */
enum query_kind { QUERY_ALL, QUERY_TERM, QUERY_AND, QUERY_OR, QUERY_THREAD };
enum query_how {                /* how the text of a term is looked for       */
	QUERY_FOLD,             /* needle, folded, in folded text             */
	QUERY_EXACT,            /* needle in NFC text                         */
	QUERY_REGEX,
};
enum query_need {               /* what must be known of a message            */
	QUERY_NEEDS_FLAGS = 1,  /* flags, fresh, tagged, collapsed, duplicate, unreferenced */
	QUERY_NEEDS_ENV = 2,
	QUERY_NEEDS_DATES = 4,  /* received, and env.date                     */
	QUERY_NEEDS_SIZE = 8,
	QUERY_NEEDS_WHO = 16,   /* is_me, is_list                             */
	QUERY_NEEDS_THREAD = 32,
	QUERY_NEEDS_PARTS = 64, /* attachments                                */
	QUERY_NEEDS_HEADER = 128,
	QUERY_NEEDS_TEXT = 256,
	QUERY_NEEDS_RAW = 512,
	QUERY_NEEDS_SCAN = 1024, /* exact text, a regular expression, =b: not in words */
};
struct query {
	enum query_kind kind;
	bool negated;
	char letter;            /* of a term, as typed: 'f' of ~f; 0: a plain word */
	enum query_how how;
	char *text;             /* what was typed, NFC; NULL where none follows */
	char *needle;           /* folded or NFC                              */
	int64_t min, max;       /* of a range, both in it                     */
	unsigned needs;         /* query_need of it and all below it          */
	struct query_regex *regex;
	struct query *child, *next;     /* AND, OR: two and more; THREAD: one */
};
/* at and n: bytes of the text, the character (or word) it points at; n is 0 at the end. */
struct query_error { char text[240]; size_t at, n; };
/* 0, or -1 and what is wrong.  Pure but for the local time zone; now in seconds.
 * Limits: 256 KiB of text, 1,000 terms, 32 parentheses deep. */
int  query_parse(struct slice text, int64_t now, struct query **, struct query_error *);
struct query *query_all(void);                  /* as of the empty text */
void query_free(struct query **);
unsigned query_needs(const struct query *);
/* Text that gives the same tree again (dates: at the same time); -1: out is full. */
int  query_format(const struct query *, struct str *out);
/* A tree for one that knows no more than `can` (query_need): finds all that the
 * whole one finds, and perhaps more; what it finds is then asked of the whole. */
struct query *query_narrow(const struct query *, unsigned can);

/* ---- match.c: one message against a tree ---- */

/* Only what query_needs names must be filled; a callback that it names is set. */
struct match_input {
	const struct env *env;
	const char *flags;      /* Maildir letters, any order                 */
	bool fresh;             /* nobody has listed it yet (in new/)         */
	bool tagged, collapsed, duplicate, unreferenced;
	unsigned attachments;
	uint64_t size;
	int64_t received;       /* seconds; ~d too where Date is none         */
	bool (*is_me)(void *ctx, const struct addr *);
	bool (*is_list)(void *ctx, const struct addr *);
	/* Has its thread such a message?  1, 0, -1. */
	int (*thread)(void *ctx, const struct query *, struct err *);
	/* Decoded text as UTF-8, header, whole message; borrowed until the match ends.
	 * Each is called when it is needed, once at most. */
	int (*body)(void *ctx, struct slice *, struct err *);
	int (*header)(void *ctx, struct slice *, struct err *);
	int (*raw)(void *ctx, struct slice *, struct err *);
	void *ctx;
};
/* 1 or 0; -1 where a callback failed, or there is no memory for a regular
 * expression.  What is cheap is asked first.  A regular expression sees a line
 * at a time, and a line of over 16 KiB in pieces that overlap by 1 KiB. */
int  query_match(const struct query *, const struct match_input *, struct err *);

#endif
