/* SPDX-License-Identifier: GPL-3.0-or-later
 * draft and queue: who gets it, what is refused before anything is written, and
 * what becomes of a message that comes whole (-t) */
#include "../store/box.h"
#include "post/post.h"
#include <fcntl.h>
#include <unistd.h>

static char *home;
static struct state *state;
static struct outbox *box;
static struct conf conf;
static struct err err;

static void start(void)
{
	char *db, *dir;

	home = tbox_dir();
	db = tbox_path("%s/state.db", home);
	dir = tbox_path("%s/outbox", home);
	conf = (struct conf){ .data = home, .hostname = tbox_path("desk.x.test"), .retry = 60 };
	if (state_open(&state, db, &err) != 0 || outbox_open(&box, dir, state, &err) != 0)
		tap_note("%s", err.text);
	free(db);
	free(dir);
}

static void finish(void)
{
	outbox_close(&box);
	state_close(&state);
	free(conf.hostname);
	free(home);
}

static void from(struct draft *d, const char *typed)
{
	struct addrs one = { 0 };

	draft_init(d);
	err = (struct err)ERR_INIT;
	if (draft_add(&one, typed, &err) == 0) {
		d->from = one.v[0];
		one.n = 0;
	}
	addrs_release(&one);
}

static void spool(struct draft *d, struct slice text)
{
	struct src src;

	src_mem(&src, text);
	if (draft_spool(d, &src, home, &err) != 0)
		tap_note("%s", err.text);
	src_release(&src);
}

/* ---- recipients ---- */

static void t_recipients(void)
{
	struct draft d;
	char **v;
	size_t n;

	from(&d, "Me <me@x.test>");
	is_int(draft_add(&d.to, "A <a@x.test>, b@X.TEST; postmaster", &err), 0, "a typed list");
	draft_add(&d.cc, "a@x.test, \"A\" <a@X.test>, A@x.test", &err);
	draft_add(&d.bcc, "h\xc3\xa9@b\xc3\xbc" "cher.example, c@[127.0.0.1]", &err);
	is_int(draft_check(&d, &err), 0, "it is fine: %s", err.text);
	is_int(draft_recipients(&d, &v, &n, &err), 0, "its recipients");
	is_int((int)n, 6, "... each once, whatever the case of the domain");
	is_str(n > 0 ? v[0] : "", "a@x.test", "... in their order");
	is_str(n > 1 ? v[1] : "", "b@x.test", "... domains in lower case");
	is_str(n > 2 ? v[2] : "", "postmaster@x.test", "... a bare name in the writer's domain");
	is_str(n > 3 ? v[3] : "", "A@x.test", "... another local part is another mailbox (RFC 5321 2.4)");
	is_str(n > 4 ? v[4] : "", "h\xc3\xa9@xn--bcher-kva.example", "... A-labels (RFC 5890)");
	is_str(n > 5 ? v[5] : "", "c@[127.0.0.1]", "... an address literal as it is");
	for (size_t i = 0; i < n; i++)
		free(v[i]);
	free(v);
	draft_release(&d);
}

static void refused(const char *what, struct draft *d, const char *word)
{
	err = (struct err)ERR_INIT;
	is_int(draft_check(d, &err), -1, "%s is refused", what);
	ok(strstr(err.text, word), "... in words: %s", err.text);
	draft_release(d);
}

static void t_refused(void)
{
	struct draft d;
	char *fifo = tbox_path("%s/fifo", home), *gone = tbox_path("%s/gone", home);

	draft_init(&d);
	draft_add(&d.to, "a@x.test", &err);
	refused("a message of nobody", &d, "writer");
	from(&d, "me@x.test");
	refused("a message to nobody", &d, "No recipient");
	from(&d, "me@x.test");
	draft_add(&d.bcc, "a@x.test", &err);
	d.subject = mem_strdup("one\nBcc: all@x.test");
	refused("P24: a line break in a subject", &d, "line break");
	from(&d, "me@x.test");
	draft_add(&d.bcc, "a@x.test", &err);
	d.sender = mem_strdup("me@x.test>\r\nRCPT TO:<b@x.test");
	refused("P24: a line break in the envelope sender", &d, "line break");
	is_int(draft_add(&d.to, "a@x.test\nBcc: b@x.test", &err), -1, "P24: a line break in an address is refused");
	is_int(draft_add(&d.to, "a@", &err), -1, "an address without its domain is refused");
	is_int(draft_add(&d.to, "a b@x.test", &err), -1, "two words are no address");
	draft_release(&d);

	from(&d, "me@x.test");
	draft_add(&d.to, "a@x.test", &err);
	draft_attach(&d, gone);
	refused("an attachment that is not there", &d, gone);
	if (mkfifo(fifo, 0600) != 0)
		tap_note("no fifo");
	from(&d, "me@x.test");
	draft_add(&d.to, "a@x.test", &err);
	draft_attach(&d, fifo);
	refused("a pipe as an attachment", &d, "plain file");
	from(&d, "me@x.test");
	draft_add(&d.to, "a@x.test", &err);
	draft_attach(&d, home);
	refused("a folder as an attachment", &d, "plain file");
	free(fifo);
	free(gone);
}

/* ---- what is queued ---- */

static char id[64];
static struct item item;
static struct str message;

/* Queues a draft and reads back what lies in the outbox. */
static int queue(struct draft *d)
{
	struct src src;
	struct sink sink;
	int fd, r;

	item_release(&item);
	str_clear(&message);
	r = draft_check(d, &err);
	if (r == 0)
		r = outbox_put_draft(box, &conf, d, id, &err);
	if (r == 0)
		r = outbox_get(box, id, &item, &err);
	if (r == 0) {
		fd = outbox_message(box, id, &err);
		src_range(&src, fd, 0, -1);
		sink_str(&sink, &message);
		r = src_copy(&src, &sink, &err);
		src_release(&src);
		fs_close(&fd);
		outbox_remove(box, id, &err);
	}
	draft_release(d);
	return r;
}

static int queue_raw(struct slice text)
{
	struct draft d;

	from(&d, "Me <me@x.test>");
	spool(&d, text);
	if (draft_from_raw(&d, &err) != 0) {
		draft_release(&d);
		return -1;
	}
	return queue(&d);
}

static bool has(const char *part)
{
	return sl_search(str_sl(&message), sl(part)) >= 0;
}

static bool goes_to(const char *list)
{
	struct str all;
	bool same;

	str_init(&all, 65536);
	for (size_t i = 0; i < item.env.n; i++)
		str_addf(&all, "%s%s", i ? " " : "", item.env.rcpt[i].addr);
	same = strcmp(all.p, list) == 0;
	if (!same)
		tap_note("to %s", all.p);
	str_release(&all);
	return same;
}

static void t_made(void)
{
	struct draft d;
	char *file = tbox_path("%s/notes.txt", home);

	tbox_put(file, SL("attached\n"));
	from(&d, "Me <me@x.test>");
	draft_add(&d.to, "a@x.test", &err);
	draft_add(&d.bcc, "hidden@x.test", &err);
	d.subject = mem_strdup("h\xc3\xa9llo");
	spool(&d, SL("text\r\nwith any\rline ends"));
	draft_attach(&d, file);
	is_int(queue(&d), 0, "a draft is queued: %s", err.text);
	ok(has("From: Me <me@x.test>\n") && has("To: a@x.test\n") && has("Date: ") && has("Message-ID: <"), "with its header");
	ok(!has("hidden"), "P24: Bcc is nowhere in it");
	ok(goes_to("a@x.test hidden@x.test"), "... but in the envelope");
	ok(has("text\nwith any\nline ends\n"), "its text has LF");
	ok(has("attached\n") && has("filename=notes.txt"), "its file is attached");
	is_str(item.env.subject, "h\xc3\xa9llo", "the envelope knows the subject");
	is_str(item.env.from, "me@x.test", "... the sender");
	ok(has(item.env.message_id) && strstr(item.env.message_id, "@x.test"), "... and the Message-ID, in the writer's domain");
	is_int((int)strlen(item.env.envid), 32, "... and an id of the envelope");
	is_str(item.env.rcpt[0].orcpt, "rfc822;a@x.test", "... and whom it was meant for");

	from(&d, "me@x.test");
	draft_add(&d.to, "a@x.test", &err);
	d.sender = mem_strdup("bounces@x.test");
	is_int(queue(&d), 0, "a draft without a text is queued");
	is_str(item.env.from, "bounces@x.test", "an envelope sender of its own");
	ok(!has("Subject"), "no subject, no field");
	free(file);
}

static void t_raw(void)
{
	static const char whole[] = "Date: Fri, 21 Nov 2025 10:00:00 +0000\nFROM:  Other <o@x.test>\n"
		"message-id: <own@x.test>\nTo:\ta@x.test,\n b@x.test\nX-Odd:  kept   as it is \nSubject: raw\n\nbody\n";

	is_int(queue_raw(sl(whole)), 0, "a whole message is queued");
	is_slice(str_sl(&message), sl(whole), "byte for byte");
	ok(goes_to("a@x.test b@x.test"), "to those in its To");
	is_str(item.env.message_id, "own@x.test", "its Message-ID is known");
	is_str(item.env.subject, "raw", "... and its subject");
	is_str(item.env.from, "me@x.test", "the envelope sender is ours, not its From");

	is_int(queue_raw(SL("To: a@x.test\nBcc: h@x.test,\n i@x.test\nbcc : j@x.test\nX: y\n\nBcc: stays\n")), 0, "Bcc fields");
	ok(goes_to("a@x.test h@x.test i@x.test j@x.test"), "... are recipients");
	ok(has("To: a@x.test\nX: y\n\nBcc: stays\n"), "P24: ... and go, folds and all, from the header only");
	is_int(queue_raw(SL("Resent-To: a@x.test\nResent-Bcc: h@x.test\nTo: old@x.test\nBcc: older@x.test\n\nx\n")), 0, "Resent fields");
	ok(goes_to("a@x.test h@x.test"), "... win (RFC 5322 3.6.6)");
	ok(!has("h@x.test") && !has("older@x.test") && has("To: old@x.test"), "... and both kinds of Bcc go");

	is_int(queue_raw(SL("To: a@x.test\n\nbody")), 0, "what is missing");
	ok(has("Date: ") && has("From: Me <me@x.test>\n") && has("Message-ID: <"), "... is put there");
	ok(sl_starts(str_sl(&message), "Date: ") && has("\nTo: a@x.test\n\nbody\n"), "... on top, and the last line gets its end");
	ok(has(item.env.message_id), "... with the id that the envelope knows");
}

static void t_raw_refused(void)
{
	struct draft d;

	is_int(queue_raw(SL("Subject: x\n\nbody\n")), -1, "nobody named");
	ok(strstr(err.text, "No recipient"), "... %s", err.text);
	is_int(queue_raw(SL("To: a@x.test, what is this\n\nbody\n")), -1, "something that is no address");
	ok(strstr(err.text, "To") && strstr(err.text, "no address"), "... %s", err.text);
	is_int(queue_raw(SL("Dear all,\nTo: a@x.test\n\nbody\n")), -1, "a text that only looks like a header further down");
	ok(strstr(err.text, "No recipient"), "... is a text: %s", err.text);
	from(&d, "me@x.test");
	spool(&d, SL("To: a@x.test\n\nx\n"));
	draft_from_raw(&d, &err);
	draft_attach(&d, "/etc/passwd");
	is_int(draft_check(&d, &err), -1, "attachments to a whole message");
	draft_release(&d);
}

/* No header: with recipients from elsewhere. */
static void t_no_header(void)
{
	static const struct { const char *what; struct slice in; const char *end; } cases[] = {
		{ "a text without a header", SL("Dear all,\nTo: be or not\n"), "\n\nDear all,\nTo: be or not\n" },
		{ "an empty header", SL("\nbody\n"), "\n\nbody\n" },
		{ "an empty header with CRLF", SL("\r\nbody\r\n"), "\n\nbody\n" },
		{ "nothing at all", SL(""), "\n\n" },
		{ "a \"From \" line", SL("From me Fri Nov 21 2025\nX: y\n\nFrom here\n"), "\nX: y\n\nFrom here\n" },
		{ "a \">From \" line", SL(">From me Fri Nov 21 2025\nX: y\n\nb\n"), "\nX: y\n\nb\n" },
		{ "a header without a body", SL("X: y\n"), "\nX: y\n" },
		{ "a header without its end", SL("X: y"), "\nX: y\n" },
		{ "CRLF", SL("X: y\r\n z\r\n\r\na\r\n\r\nb"), "\nX: y\n z\n\na\n\nb\n" },
		{ "CR alone", SL("X: y\n\na\rb\r\rc\r"), "\nX: y\n\na\nb\n\nc\n" },
		{ "8-bit text", SL("X: y\n\n\xed\x95\x9c \xff\n"), "\nX: y\n\n\xed\x95\x9c \xff\n" },
	};
	struct draft d;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		from(&d, "me@x.test");
		draft_add(&d.to, "a@x.test", &err);
		spool(&d, cases[i].in);
		is_int(draft_from_raw(&d, &err) == 0 ? queue(&d) : -1, 0, "%s: %s", cases[i].what, err.text);
		ok(sl_ends(str_sl(&message), cases[i].end) && !has("From me"), "... is sent as it should be");
		ok(sl_starts(str_sl(&message), "Date: "), "... under a header");
		if (!sl_ends(str_sl(&message), cases[i].end))
			is_slice(str_sl(&message), sl(cases[i].end), "... as said");
	}
}

/* Line ends that fall on the end of a block of 64 KiB. */
static void t_blocks(void)
{
	for (size_t pad = 65530; pad < 65542; pad++) {
		struct draft d;
		struct str in, want;

		str_init(&in, 1 << 20);
		str_init(&want, 1 << 20);
		str_adds(&in, "To: a@x.test\r\nX-Pad: ");
		str_adds(&want, "To: a@x.test\nX-Pad: ");
		while (in.n < pad) {
			size_t n = MIN(pad - in.n, (size_t)70);

			for (size_t i = 0; i < n; i++) {
				str_addc(&in, 'x');
				str_addc(&want, 'x');
			}
			if (n == 70 && in.n < pad) {
				str_adds(&in, "\r\n ");
				str_adds(&want, "\n ");
			}
		}
		str_adds(&in, "\r\n\r\none\r\ntwo\r\n");
		str_adds(&want, "\n\none\ntwo\n");
		from(&d, "me@x.test");
		spool(&d, str_sl(&in));
		if (draft_from_raw(&d, &err) != 0 || queue(&d) != 0 || !sl_ends(str_sl(&message), want.p)) {
			ok(false, "a header that ends near the end of a block (%zu): %s", pad, err.text);
			break;
		}
		str_release(&in);
		str_release(&want);
	}
	ok(true, "headers that end near the end of a block are whole");
}

static int decoded(struct str *out)
{
	struct mime_tree *tree = mime_parse_mem(str_sl(&message), &mime_limits_default);
	struct part_src ps;
	struct sink sink;
	int r;

	str_clear(out);
	part_open(&ps, tree->root, -1, str_sl(&message));
	sink_str(&sink, out);
	r = src_copy(part_src(&ps), &sink, &err);
	part_close(&ps);
	tree_free(&tree);
	return r;
}

static bool fits_smtp(void)
{
	struct needs needs = { 0 };

	needs_feed(&needs, str_sl(&message));
	return !needs.nul && !needs.long_lines && !needs.bare_cr;
}

/* What SMTP can't carry is encoded; nothing else is touched. */
static void t_recoded(void)
{
	struct str long_line, back;

	str_init(&long_line, 65536);
	str_init(&back, 65536);
	is_int(queue_raw(SL("To: a@x.test\nX-Odd:   kept\n\nnul \0 here\n")), 0, "a NUL in the body");
	ok(fits_smtp() && has("\nX-Odd:   kept\n") && has("Content-Transfer-Encoding: ") && has("MIME-Version: 1.0\n"), "... is encoded");
	decoded(&back);
	is_slice(sl_trim(str_sl(&back)), SL("nul \0 here"), "... and comes back (P15)");
	str_adds(&long_line, "To: a@x.test\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n");
	for (int i = 0; i < 999; i++)
		str_addc(&long_line, 'y');
	str_addc(&long_line, '\n');
	is_int(queue_raw(str_sl(&long_line)), 0, "a line of 999");
	ok(fits_smtp() && has("quoted-printable"), "... is encoded (RFC 5322 2.1.1)");
	is_int((int)(sl_search(sl_skip(str_sl(&message), (size_t)sl_search(str_sl(&message), SL("MIME-Version")) + 1), SL("MIME-Version"))), -1,
		"... under one MIME-Version");
	decoded(&back);
	is_int((int)back.n, 1000, "... and comes back");
	str_cut(&long_line, long_line.n - 2);
	str_addc(&long_line, '\n');
	is_int(queue_raw(str_sl(&long_line)), 0, "a line of 998");
	ok(sl_ends(str_sl(&message), sl_skip(str_sl(&long_line), 13).p) && !has("quoted"), "... is left alone");
	is_int(queue_raw(SL("To: a@x.test\n\ncaf\xc3\xa9\n")), 0, "UTF-8 that says nothing of itself");
	ok(fits_smtp() && has("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"), "... is labelled");
	is_int(queue_raw(SL("To: a@x.test\n\ncaf\xc3\xa9 \0\n")), 0, "... with a NUL");
	ok(fits_smtp() && has("charset=utf-8\n") && !has("8bit"), "... is labelled and encoded");
	is_int(queue_raw(SL("To: a@x.test\n\ncaf\xe9\n")), 0, "other bytes that say nothing");
	ok(!has("MIME-Version"), "... are left alone");
	is_int(queue_raw(SL("To: a@x.test\nContent-Type: text/html\n\ncaf\xc3\xa9\n")), 0, "what says something");
	ok(!has("utf-8"), "... is left alone");
	is_int(queue_raw(SL("To: a@x.test\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n"
		"--b\n\nnul \0\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n")), -1, "a NUL in what is signed");
	ok(strstr(err.text, "signed"), "... is refused, and nothing is queued: %s", err.text);
	str_release(&long_line);
	str_release(&back);
}

int main(void)
{
	int fds;

	str_init(&message, 64 << 20);
	start();
	fds = tap_open_fds();
	t_recipients();
	t_refused();
	t_made();
	t_raw();
	t_raw_refused();
	t_no_header();
	t_blocks();
	t_recoded();
	item_release(&item);
	str_release(&message);
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	finish();
	return tap_done();
}
