/* SPDX-License-Identifier: GPL-3.0-or-later
 * line.c: replies, to the wire, from the wire. */
#include "../../tap.h"
#include "proto/proto.h"

/* ---- replies ---- */

struct reply_case { const char *name, *lines; int rc, code; const char *enh, *text; };
static const struct reply_case replies[] = {
	{ "RFC 5321 4.2 one line", "250 ok\n", 1, 250, "", "ok" },
	{ "RFC 5321 4.2 no text", "250\n", 1, 250, "", "" },
	{ "RFC 5321 4.2 blank only", "250 \n", 1, 250, "", "" },
	{ "RFC 5321 4.2.1 three lines", "220-a\n220-b\n220 c\n", 1, 220, "", "a b c" },
	{ "RFC 5321 4.2.1 not finished", "220-a\n", 0, 0, "", "" },
	{ "RFC 2034 3 enhanced code", "550 5.1.1 no such\n", 1, 550, "5.1.1", "no such" },
	{ "RFC 2034 3 enhanced code on each line", "550-5.1.1 a\n550 5.1.1 b\n", 1, 550, "5.1.1",
		"a b" },
	{ "RFC 2034 3 enhanced code alone", "250 2.0.0\n", 1, 250, "2.0.0", "" },
	{ "RFC 2034 3 class differs: it is text", "250 5.1.1 ok?\n", 1, 250, "", "5.1.1 ok?" },
	{ "RFC 2034 3 four digits: it is text", "250 2.1000.1 x\n", 1, 250, "", "2.1000.1 x" },
	{ "RFC 2034 3 two parts: it is text", "250 2.1 x\n", 1, 250, "", "2.1 x" },
	{ "RFC 5321 4.2.1 codes differ", "250-ok\n550 no\n", -1, 0, "", "" },
	{ "four digits", "2500 ok\n", -1, 0, "", "" },
	{ "code 000", "000 ok\n", -1, 0, "", "" },
	{ "code 199: no command has 1yz", "199 ok\n", -1, 0, "", "" },
	{ "code 260: y is at most 5", "260 ok\n", -1, 0, "", "" },
	{ "code 600", "600 ok\n", -1, 0, "", "" },
	{ "two digits", "25\n", -1, 0, "", "" },
	{ "empty line", "\n", -1, 0, "", "" },
	{ "not a reply", "HTTP/1.1 400 Bad Request\n", -1, 0, "", "" },
	{ "tab after the code", "250\tok\n", -1, 0, "", "" },
	{ "CR left by a lenient reader", "250 ok\r\n", 1, 250, "", "ok" },
	{ "escape codes become pictures", "250 a\033[2Jb\n", 1, 250, "", "a\u241b[2Jb" },
	{ "8-bit that is not UTF-8", "250 a\377b\n", 1, 250, "", "a\ufffdb" },
};

static void reply_one(const struct reply_case *c)
{
	struct reply_in in = { .code = 0 };
	struct reply r = { .code = 0 };
	struct err e = ERR_INIT;
	struct slice rest = sl(c->lines), line;
	int rc = 0;

	while (rest.n && rc == 0) {
		ssize_t n = sl_find(rest, '\n');

		line = sl_head(rest, (size_t)n);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n++;
		rest = sl_skip(rest, (size_t)n + 1);
		rc = reply_feed(&in, line, &r, &e);
	}
	is_int(rc, c->rc, "%s: result", c->name);
	if (rc == 1) {
		is_int(r.code, c->code, "%s: code", c->name);
		is_str(r.enh, c->enh, "%s: enhanced code", c->name);
		is_str(r.text, c->text, "%s: text", c->name);
	}
	if (rc < 0)
		ok(e.kind == ERR_PROTO && e.text[0], "%s: it is a protocol error in words",
			c->name);
	reply_release(&r);
	str_release(&in.text);
}

static void reply_limits(void)
{
	struct reply_in in = { .code = 0 };
	struct reply r = { .code = 0 }, copy = { .code = 0 };
	struct err e = ERR_INIT;
	char *long_line = malloc(70000);
	int rc = 0;

	for (int i = 0; i < 511; i++)
		rc |= reply_feed(&in, SL("220-x"), &r, &e);
	is_int(rc, 0, "511 lines of a reply are taken");
	is_int(reply_feed(&in, SL("220 x"), &r, &e), 1, "512 lines are a reply");
	rc = 0;
	for (int i = 0; i < 512; i++)
		rc |= reply_feed(&in, SL("220-x"), &r, &e);
	is_int(rc, 0, "512 lines that go on");
	is_int(reply_feed(&in, SL("220 x"), &r, &e), -1, "513 lines are an error");
	is_int(e.kind, ERR_LIMIT, "which is about a limit");
	str_release(&in.text);
	in = (struct reply_in){ .code = 0 };
	memset(long_line, 'a', 70000);
	memcpy(long_line, "250-", 4);
	is_int(reply_feed(&in, sl_make(long_line, 70000), &r, &e), 0,
		"words past 64 KiB are dropped");
	is_int(reply_feed(&in, SL("250 end"), &r, &e), 1, "and the reply is one");
	is_str(r.text, "end", "with the words that had room");
	reply_copy(&copy, &r);
	ok(copy.code == 250 && copy.text != r.text && strcmp(copy.text, r.text) == 0,
		"a copy owns its words");
	reply_release(&copy);
	reply_release(&r);
	str_release(&in.text);
	free(long_line);
}

/* ---- to the wire ---- */

struct stuff_ctx { struct stuff s; struct str out; struct slice want; const char *name; bool dot; };

static void stuff_begin(void *p)
{
	struct stuff_ctx *c = p;

	stuff_init(&c->s, c->dot);
	str_clear(&c->out);
}

static void stuff_piece(void *p, struct slice s, bool last)
{
	struct stuff_ctx *c = p;

	stuff_feed(&c->s, s, &c->out);
	if (last)
		stuff_end(&c->s, &c->out);
}

static bool quiet_check(struct slice got, struct slice want)
{
	return sl_eq(got, want);
}

static int bad;

static void stuff_check(void *p, const char *how)
{
	struct stuff_ctx *c = p;

	if (!quiet_check(str_sl(&c->out), c->want)) {
		bad++;
		is_slice(str_sl(&c->out), c->want, "%s, %s", c->name, how);
	}
}

static void stuff_one(const char *name, struct slice in, struct slice want, bool dot)
{
	struct stuff_ctx c = { .name = name, .want = want, .dot = dot };
	struct tap_split t = { stuff_begin, stuff_piece, stuff_check, &c };

	bad = 0;
	str_init(&c.out, STR_MAX);
	tap_each_split(in, &t);
	ok(bad == 0, "stuff, %s, however it is cut", name);
	str_release(&c.out);
}

static void stuff_all(void)
{
	stuff_one("nothing", SL(""), SL(""), true);
	stuff_one("LF becomes CRLF", SL("a\nb\n"), SL("a\r\nb\r\n"), true);
	stuff_one("CRLF stays", SL("a\r\nb\r\n"), SL("a\r\nb\r\n"), true);
	stuff_one("bare CR becomes CRLF (2.3.8)", SL("a\rb\r"), SL("a\r\nb\r\n"), true);
	stuff_one("CR CR LF is two ends", SL("a\r\r\nb\n"), SL("a\r\n\r\nb\r\n"), true);
	stuff_one("LF CR is two ends", SL("a\n\rb\n"), SL("a\r\n\r\nb\r\n"), true);
	stuff_one("the last line gets its end", SL("a"), SL("a\r\n"), true);
	stuff_one("dots at line starts (4.5.2)", SL(".\n..\n.a\na.\n"),
		SL("..\r\n...\r\n..a\r\na.\r\n"), true);
	stuff_one("dot after a bare CR", SL("a\r.\rb"), SL("a\r\n..\r\nb\r\n"), true);
	stuff_one("dots are left alone in BDAT", SL(".\n.a\n"), SL(".\r\n.a\r\n"), false);
	stuff_one("NUL and 8-bit pass", SL("\0.\n\377\n"), SL("\0.\r\n\377\r\n"), true);
	stuff_one("only line ends", SL("\n\r\r\n\n"), SL("\r\n\r\n\r\n\r\n"), true);
}

/* ---- from the wire ---- */

struct un_ctx {
	struct unstuff u;
	struct str out, rest;
	struct slice want, left;
	const char *name;
	bool strict, raw, bare;
	int rc;
};

static void un_begin(void *p)
{
	struct un_ctx *c = p;

	unstuff_init(&c->u, c->strict);
	c->u.raw = c->raw;
	str_clear(&c->out);
	str_clear(&c->rest);
}

static void un_piece(void *p, struct slice s, bool last)
{
	struct un_ctx *c = p;
	struct slice run;

	while ((c->rc = unstuff_next(&c->u, &s, &run)) == 1) {
		if (run.n == 0)
			bad++;
		str_addsl(&c->out, run);
	}
	str_addsl(&c->rest, s);
	(void)last;
}

static void un_check(void *p, const char *how)
{
	struct un_ctx *c = p;

	if (!sl_eq(str_sl(&c->out), c->want) || !sl_eq(str_sl(&c->rest), c->left) ||
		c->u.bare != c->bare || c->u.end != (c->left.p != NULL)) {
		bad++;
		is_slice(str_sl(&c->out), c->want, "%s, %s: text", c->name, how);
		is_slice(str_sl(&c->rest), c->left, "%s, %s: what follows", c->name, how);
		is_int(c->u.bare, c->bare, "%s, %s: bare", c->name, how);
	}
}

/* left NULL: the end must not be seen. */
static void un_one(const char *name, struct slice in, struct slice want, const char *left,
	bool strict, bool bare)
{
	struct un_ctx c = {
		.name = name, .want = want, .left = sl(left), .strict = strict, .bare = bare
	};
	struct tap_split t = { un_begin, un_piece, un_check, &c };

	bad = 0;
	str_init(&c.out, STR_MAX);
	str_init(&c.rest, STR_MAX);
	tap_each_split(in, &t);
	ok(bad == 0, "unstuff, %s, however it is cut", name);
	str_release(&c.out);
	str_release(&c.rest);
}

static void un_all(void)
{
	un_one("an empty message", SL(".\r\n"), SL(""), "", true, false);
	un_one("one line", SL("a\r\n.\r\n"), SL("a\n"), "", true, false);
	un_one("what follows stays", SL("a\r\n.\r\nQUIT\r\n"), SL("a\n"), "QUIT\r\n", true, false);
	un_one("empty lines", SL("\r\n\r\na\r\n\r\n.\r\n"), SL("\n\na\n\n"), "", true, false);
	un_one("dots (4.5.2)", SL("..\r\n...\r\n..a\r\na.\r\n.\r\n"), SL(".\n..\n.a\na.\n"), "",
		true, false);
	un_one("a dot that nobody doubled", SL(".hidden\r\n.\r\n"), SL("hidden\n"), "", false,
		false);
	un_one("NUL and 8-bit", SL("\0\377\r\n.\r\n"), SL("\0\377\n"), "", true, false);
	un_one("no end yet", SL("a\r\n.\r"), SL("a\n"), NULL, true, false);
	un_one("no end yet, CR held", SL("a\r"), SL("a"), NULL, true, false);
	/* ATTACKS.md 2.2: only CRLF . CRLF ends */
	un_one("LF . LF", SL("a\n.\nb\r\n.\r\n"), SL("a\n.\nb\n"), "", true, true);
	un_one("LF . CRLF", SL("a\n.\r\nb\r\n.\r\n"), SL("a\n.\nb\n"), "", true, true);
	un_one("CRLF . LF", SL("a\r\n.\nb\r\n.\r\n"), SL("a\n\nb\n"), "", true, true);
	un_one("CR . CR", SL("a\r.\rb\r\n.\r\n"), SL("a\r.\rb\n"), "", true, true);
	un_one("CR . LF", SL("a\r.\nb\r\n.\r\n"), SL("a\r.\nb\n"), "", true, true);
	un_one("LF . CR", SL("a\n.\rb\r\n.\r\n"), SL("a\n.\rb\n"), "", true, true);
	un_one("CR . CRLF", SL("a\r.\r\nb\r\n.\r\n"), SL("a\r.\nb\n"), "", true, true);
	un_one("CRLF . CR", SL("a\r\n.\rb\r\n.\r\n"), SL("a\n\rb\n"), "", true, true);
	un_one("CRLF NUL . CRLF", SL("a\r\n\0.\r\nb\r\n.\r\n"), SL("a\n\0.\nb\n"), "", true, false);
	un_one("CRLF . NUL CRLF", SL("a\r\n.\0\r\nb\r\n.\r\n"), SL("a\n\0\nb\n"), "", true, false);
	un_one("CRLF . CR CRLF", SL("a\r\n.\r\r\nb\r\n.\r\n"), SL("a\n\r\nb\n"), "", true, true);
	un_one("CR CRLF . CR CRLF", SL("a\r\r\n.\r\r\nb\r\n.\r\n"), SL("a\r\n\r\nb\n"), "", true,
		true);
	un_one("CR CRLF . CRLF ends, and the CR is seen", SL("a\r\r\n.\r\n"), SL("a\r\n"), "", true,
		true);
	/* the client of POP3 keeps bytes */
	un_one("POP3: LF . LF is text", SL("l1\n.\nDELE 1\r\n.\r\n"), SL("l1\n.\nDELE 1\n"), "",
		false, false);
	un_one("POP3: bare CR is text", SL("a\r.\rb\r\n.\r\n"), SL("a\r.\rb\n"), "", false, true);
	un_one("POP3: dot LF is no end", SL("x\r\n.\n"), SL("x\n\n"), NULL, false, false);
}

/* What goes out comes back, for text with every kind of line end. */
static void round_trips(void)
{
	static const char alphabet[] = "a.\r\n\0\377";
	struct str wire, back, local;
	int wrong = 0;

	str_init(&wire, STR_MAX);
	str_init(&back, STR_MAX);
	str_init(&local, STR_MAX);
	for (unsigned n = 0; n < 6 * 6 * 6 * 6 * 6 * 6; n++) {
		struct stuff s;
		struct unstuff u;
		struct slice in, run;
		char text[6];

		for (unsigned i = 0, k = n; i < 6; i++, k /= 6)
			text[i] = alphabet[k % 6];
		str_clear(&wire);
		str_clear(&back);
		str_clear(&local);
		stuff_init(&s, true);
		stuff_feed(&s, sl_make(text, 6), &wire);
		stuff_end(&s, &wire);
		str_adds(&wire, ".\r\n");
		in = str_sl(&wire);
		unstuff_init(&u, true);
		while (unstuff_next(&u, &in, &run) == 1)
			str_addsl(&back, run);
		for (unsigned i = 0; i < 6; i++) {
			if (text[i] == '\r' && i < 5 && text[i + 1] == '\n')
				continue;
			str_addc(&local, text[i] == '\r' ? '\n' : text[i]);
		}
		if (local.n && local.p[local.n - 1] != '\n')
			str_addc(&local, '\n');
		wrong += !u.end || u.bare || in.n || !sl_eq(str_sl(&local), str_sl(&back));
	}
	is_int(wrong, 0,
		"each text of six from a . CR LF NUL 8-bit comes back with clean line ends");
	str_release(&wire);
	str_release(&back);
	str_release(&local);
}

static void raw_chunks(void)
{
	struct un_ctx c = {
		.name = "BDAT", .want = SL(".\n.a\nb"), .left = SL_NONE, .strict = true, .raw = true
	};
	struct tap_split t = { un_begin, un_piece, un_check, &c };

	bad = 0;
	str_init(&c.out, STR_MAX);
	str_init(&c.rest, STR_MAX);
	tap_each_split(SL(".\r\n.a\r\nb"), &t);
	ok(bad == 0, "unstuff, BDAT: dots are text and nothing is an end (RFC 3030)");
	str_release(&c.out);
	str_release(&c.rest);
}

/* smuggle-client.tsv: name, local bytes, wire bytes, both in hex. */
static struct slice unhex(struct slice hex, char *out)
{
	for (size_t i = 0; i + 1 < hex.n; i += 2)
		out[i / 2] = (char)(hex_val(hex.p[i]) * 16 + hex_val(hex.p[i + 1]));
	return sl_make(out, hex.n / 2);
}

static void smuggling(void)
{
	const char *path = tap_corpus("attack-inputs/smuggle-client.tsv");
	struct err e = ERR_INIT;
	struct slice rest, line, name, local, wire;
	struct str file;
	char *a, *b, title[64];

	if (!path) {
		tap_skip("the corpus is not there (smuggle-client.tsv)");
		return;
	}
	str_init(&file, 1 << 20);
	a = malloc(1 << 20);
	b = malloc(1 << 20);
	ok(fs_slurp(path, 1 << 20, &file, &e) == 0, "smuggle-client.tsv is read");
	rest = str_sl(&file);
	sl_line(&rest, &line);
	while (sl_line(&rest, &line)) {
		if (!sl_cut(&line, '\t', &name) || !sl_cut(&line, '\t', &local) ||
			!sl_cut(&line, '\t', &wire))
			continue;
		snprintf(title, sizeof(title), "smuggle-client %.*s", (int)MIN(name.n, 40), name.p);
		stuff_one(title, unhex(local, a), unhex(wire, b), true);
	}
	str_release(&file);
	free(a);
	free(b);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(replies); i++)
		reply_one(&replies[i]);
	reply_limits();
	stuff_all();
	un_all();
	raw_chunks();
	round_trips();
	smuggling();
	return tap_done();
}
