/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * queue: a draft becomes an item of the outbox.
 */
#include "priv.h"
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct queueing {
	const struct conf *conf;
	struct draft *draft;
	const char *message_id;
	int64_t now;
	const char *dir;                /* for nameless files */
	bool has_mime;                  /* the raw message has a MIME-Version */
	bool is_bare, bad_utf8;         /* it has no MIME fields; not all of it is UTF-8 */
	bool kept;                      /* not sent: its Bcc stays in it */
};

/* ---- a message made of parts ---- */

struct from_fd { struct src src; int fd; };

static int rewind_fd(struct gen_file *f, struct err *err)
{
	struct from_fd *x = f->ctx;

	(void)err;
	src_range(&x->src, x->fd, 0, -1);
	return 0;
}

static void use_fd(struct gen_file *f, struct from_fd *x, int fd)
{
	x->fd = fd;
	src_range(&x->src, fd, 0, -1);
	f->src = &x->src;
	f->rewind = rewind_fd;
	f->ctx = x;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void load_types(void)
{
	static bool done;
	struct err ignored = ERR_INIT;
	struct str text;

	if (done)
		return;
	done = true;
	str_init(&text, 4 << 20);
	if (fs_slurp("/usr/share/mime/globs2", 4 << 20, &text, &ignored) == 0)
		type_load(str_sl(&text));
	str_release(&text);
}

static int open_attachment(struct gen_file *f, struct from_fd *x, const struct draft_file *from, struct err *err)
{
	const char *path = from->path;
	char first[4096];
	ssize_t n;
	int fd = fs_open_named(path, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return err_sys(err, _("Can't read the attachment %s"), path);
	n = fs_pread(fd, first, sizeof(first), 0);
	if (n < 0) {
		fs_close(&fd);
		return err_sys(err, _("Can't read the attachment %s"), path);
	}
	f->filename = from->name ? from->name : base_name(path);
	f->type = from->type ? from->type : type_of(sl(f->filename), sl_make(first, (size_t)n));
	f->description = from->description;
	f->inline_ = from->is_inline;
	use_fd(f, x, fd);
	return 0;
}

/* All fields that are not gen's own; names and values lie in hold. */
static void add_fields(const struct draft *d, struct gen *g, struct gen_field **out, struct str *hold)
{
	struct slice rest = sl(d->headers), line, name;
	size_t n = d->n_fields, lines = 2;
	struct gen_field *v;

	for (const char *p = d->headers; p && *p; p++)
		lines += *p == '\n';
	v = mem_array(NULL, n + lines, sizeof(*v));
	if (n)
		memcpy(v, d->fields, n * sizeof(*v));
	str_reserve(hold, rest.n + 2 * lines + 1);      /* it does not move from here on */
	while (sl_line(&rest, &line)) {
		if (sl_trim(line).n == 0)
			continue;
		if (!sl_cut(&line, ':', &name))
			name = SL_NONE;
		v[n] = (struct gen_field){ .name = hold->p + hold->n, .text = true };
		str_addsl(hold, sl_trim(name));
		str_addc(hold, 0);
		v[n++].value = hold->p + hold->n;
		str_addsl(hold, sl_trim(line));
		str_addc(hold, 0);
	}
	g->fields = *out = v;
	g->n_fields = n;
}

/* RFC 8098 2.1: to the writer. */
static void add_receipt(const struct draft *d, struct gen *g, struct gen_field *v, struct str *spec)
{
	if (!d->receipt || addr_spec(&d->from, spec) != 0)
		return;
	v[g->n_fields++] = (struct gen_field){ .name = "Disposition-Notification-To", .value = spec->p };
}

struct from_mem { struct src src; struct str text; };

static int rewind_mem(struct gen_file *f, struct err *err)
{
	struct from_mem *x = f->ctx;

	(void)err;
	src_mem(&x->src, str_sl(&x->text));
	return 0;
}

/* The text as HTML.  1; 0: it is none that could be. */
static int make_html(const struct draft *d, struct gen_file *f, struct from_mem *x, struct err *err)
{
	struct sink sink;
	struct str text;
	struct src src;
	int r;

	str_init(&text, MARKDOWN_MAX + 1);
	sink_str(&sink, &text);
	src_range(&src, d->text_fd, 0, -1);
	r = src_copy(&src, &sink, err);
	src_release(&src);
	if (r != 0 && text.full)
		*err = (struct err)ERR_INIT;
	r = r == 0 || text.full ? 0 : -1;
	if (r == 0 && !text.full && markdown_html(str_sl(&text), &x->text) == 0) {
		*f = (struct gen_file){ .src = &x->src, .rewind = rewind_mem, .ctx = x };
		r = rewind_mem(f, err) == 0;
	} else if (r == 0) {
		log_msg(LOG_WARN, "%s", _("The text is too long or no UTF-8, so it is sent as plain text only."));
	}
	str_release(&text);
	return r;
}

static int write_made(void *ctx, struct sink *sink, struct err *err)
{
	struct queueing *q = ctx;
	struct draft *d = q->draft;
	struct gen_field *fields;
	struct str hold, receipt;
	struct addrs from = { .v = &d->from, .n = 1 };
	struct gen_file *files = mem_zalloc((d->n_files + 1) * sizeof(*files));
	struct from_fd *fds = mem_zalloc((d->n_files + 1) * sizeof(*fds));
	struct gen_file text = { 0 }, html = { 0 };
	struct from_fd text_from;
	struct from_mem html_from = { 0 };
	struct gen g = {
		.from = &from, .to = d->to.n ? &d->to : NULL, .cc = d->cc.n ? &d->cc : NULL,
		.reply_to = d->reply_to.n ? &d->reply_to : NULL, .subject = d->subject,
		.date = q->now, .zone = date_zone(q->now), .message_id = q->message_id,
		.in_reply_to = d->in_reply_to, .references = d->references,
		.bcc = q->kept && d->bcc.n ? &d->bcc : NULL, .files = files,
	};
	int r = 0;

	str_init(&hold, STR_MAX);
	str_init(&receipt, 4096);
	str_init(&html_from.text, STR_MAX);
	add_fields(d, &g, &fields, &hold);
	add_receipt(d, &g, fields, &receipt);
	if (d->n_files)
		load_types();
	while (g.n_files < d->n_files && r == 0) {
		r = open_attachment(&files[g.n_files], &fds[g.n_files], &d->files[g.n_files], err);
		g.n_files += r == 0;
	}
	if (d->text_fd >= 0) {
		use_fd(&text, &text_from, d->text_fd);
		g.text = &text;
	}
	if (r == 0 && d->markdown && g.text && !q->kept) {
		r = make_html(d, &html, &html_from, err);
		g.html = r == 1 ? &html : NULL;
	}
	if (r >= 0)
		r = gen_write(&g, sink, err);
	for (size_t i = 0; i < g.n_files; i++)
		fs_close(&fds[i].fd);
	free(files);
	free(fds);
	free(fields);
	str_release(&html_from.text);
	str_release(&receipt);
	str_release(&hold);
	return r;
}

/* ---- a message that came whole (-t) ---- */

/* The header but Bcc fields and a leading "From " line, as it is. */
static int copy_header(struct slice head, struct str *out)
{
	struct slice rest = head;
	const char *from = head.p;
	struct hdr h;

	if (sl_starts(head, "From ") || sl_starts(head, ">From ")) {
		struct slice line;

		sl_line(&rest, &line);
		from = rest.p;
	}
	while (hdr_next(&rest, &h) == 1) {
		if (!sl_iis(h.name, "Bcc") && !sl_iis(h.name, "Resent-Bcc"))
			continue;
		str_addsl(out, sl_range(from, h.whole.p));
		from = h.whole.p + h.whole.n;
	}
	return str_addsl(out, sl_range(from, head.p + head.n));
}

/* LF, CRLF and bare CR become LF; the last line gets its end. */
struct lines { bool cr; char last; };

static int add_lines(struct lines *l, struct slice in, struct str *out)
{
	for (size_t i = 0; i < in.n; ) {
		const char *p = in.p + i, *cr;

		if (l->cr) {
			l->cr = false;
			if (*p == '\n') {
				i++;
				continue;
			}
		}
		cr = memchr(p, '\r', in.n - i);
		if (str_add(out, p, cr ? (size_t)(cr - p) : in.n - i) != 0)
			return -1;
		i = cr ? (size_t)(cr - in.p) + 1 : in.n;
		if (cr) {
			l->cr = true;
			str_addc(out, '\n');
		}
	}
	if (out->n)
		l->last = out->p[out->n - 1];
	return out->full ? -1 : 0;
}

/* What RFC 5322 asks for and the message lacks goes on top of it. */
static void add_missing(struct queueing *q, struct slice head, struct str *out)
{
	struct hdr h;

	if (!hdr_find(head, "Date", &h)) {
		str_adds(out, "Date: ");
		date_write(out, q->now, date_zone(q->now));
		str_addc(out, '\n');
	}
	if (!hdr_find(head, "From", &h)) {
		struct addrs from = { .v = &q->draft->from, .n = 1 };

		addrs_write(out, "From", &from);
	}
	if (!hdr_find(head, "Message-ID", &h))
		str_addf(out, "Message-ID: <%s>\n", q->message_id);
	q->has_mime = hdr_find(head, "MIME-Version", &h);
	q->is_bare = !q->has_mime && !hdr_find(head, "Content-Type", &h) && !hdr_find(head, "Content-Transfer-Encoding", &h);
}

/* Only where the answer counts: a label is added. */
static void look_at(struct queueing *q, struct charset *utf8, struct slice in, bool last)
{
	struct str scratch;

	if (!q->is_bare || q->bad_utf8)
		return;
	str_init(&scratch, STR_MAX);
	q->bad_utf8 = charset_feed(utf8, in, last, &scratch) != 0;
	str_release(&scratch);
}

static int write_normal(struct queueing *q, struct sink *sink, struct needs *needs, struct err *err)
{
	struct str head, out, kept;
	struct lines lines = { 0 };
	struct charset *utf8 = charset_open(SL("utf-8"));
	char *block = mem_alloc(65536);
	off_t at;
	ssize_t n = 0;
	int r;

	str_init(&head, 16 << 20);
	str_init(&out, 32 << 20);
	r = draft_raw_header(q->draft, &head, err);
	at = (off_t)head.n;
	add_missing(q, str_sl(&head), &out);
	lines.last = '\n';
	str_init(&kept, 32 << 20);
	copy_header(str_sl(&head), &kept);
	add_lines(&lines, str_sl(&kept), &out);
	str_release(&kept);
	if (head.n == 0)        /* everything is the body */
		str_addc(&out, '\n');
	while (r == 0) {
		needs_feed(needs, str_sl(&out));
		look_at(q, utf8, str_sl(&out), false);
		r = sink_write(sink, str_sl(&out), err);
		str_clear(&out);
		if (r != 0 || (n = fs_pread(q->draft->text_fd, block, 65536, at)) <= 0)
			break;
		at += n;
		add_lines(&lines, sl_make(block, (size_t)n), &out);
	}
	if (r == 0 && n < 0)
		r = err_sys(err, _("Can't read the message"));
	if (r == 0 && lines.last != '\n') {
		needs_feed(needs, SL("\n"));
		r = sink_write(sink, SL("\n"), err);
	}
	look_at(q, utf8, SL(""), true);
	charset_free(&utf8);
	free(block);
	str_release(&head);
	str_release(&out);
	return r;
}

static int write_raw(void *ctx, struct sink *sink, struct err *err)
{
	struct queueing *q = ctx;
	struct needs needs = { 0 };
	struct mime_tree *tree = NULL;
	struct sink first;
	struct src src;
	bool recode, says;
	int fd = fs_tmpfile(q->dir, err), r;

	if (fd < 0)
		return -1;
	sink_fd(&first, fd);
	r = write_normal(q, &first, &needs, err);
	recode = needs.nul || needs.long_lines;
	says = q->is_bare && needs.eight_bit && !q->bad_utf8;   /* else it would be US-ASCII */
	/* An encoded body means something in a MIME message only (RFC 2045 4). */
	if (r == 0 && !q->has_mime && (recode || says))
		r = sink_write(sink, SL("MIME-Version: 1.0\n"), err);
	if (r == 0 && says)
		r = sink_write(sink, SL("Content-Type: text/plain; charset=utf-8\n"), err);
	if (r == 0 && says && !recode)
		r = sink_write(sink, SL("Content-Transfer-Encoding: 8bit\n"), err);
	if (r == 0 && recode) {
		tree = mime_parse_fd(fd, 0, -1, &mime_limits_default, err);
		r = tree ? recode_write(tree, fd, true, sink, err) : -1;
		tree_free(&tree);
	} else if (r == 0) {
		src_range(&src, fd, 0, -1);
		r = src_copy(&src, sink, err);
		src_release(&src);
	}
	fs_close(&fd);
	return r;
}

/* ---- the envelope ---- */

int draft_message_id(const struct conf *conf, const struct draft *d, struct str *out)
{
	struct err ignored = ERR_INIT;
	struct str domain;
	int r;

	str_init(&domain, 1024);
	if (idn_to_ascii(d->from.domain ? d->from.domain : "", &domain, &ignored) != 0 || domain.n == 0)
		str_adds(&domain, conf_hostname(conf));
	r = gen_message_id(out, str_sl(&domain));
	str_release(&domain);
	return r;
}

/* The id that the message has already, or a new one. */
static int choose_id(struct queueing *q, struct str *id, char **subject, struct err *err)
{
	struct str head;
	struct env env;
	int r = 0;

	if (q->draft->is_raw) {
		str_init(&head, 16 << 20);
		r = draft_raw_header(q->draft, &head, err);
		env_parse(str_sl(&head), &mime_limits_default, &env);
		if (env.message_id)
			str_adds(id, env.message_id);
		*subject = mem_strdup(env.subject);
		env_release(&env);
		str_release(&head);
	} else {
		if (q->draft->message_id)
			str_adds(id, q->draft->message_id);
		*subject = mem_strdup(q->draft->subject ? q->draft->subject : "");
	}
	return r == 0 && id->n == 0 ? draft_message_id(q->conf, q->draft, id) : r;
}

static char *envelope_sender(const struct draft *d, struct err *err)
{
	struct addr a = d->from;
	struct str domain, spec;

	if (d->sender)
		return mem_strdup(d->sender);
	str_init(&domain, 1024);
	str_init(&spec, 4096);
	if (a.domain && idn_to_ascii(a.domain, &domain, err) != 0) {
		str_release(&domain);
		str_release(&spec);
		return NULL;
	}
	if (a.domain)
		a.domain = domain.p;
	addr_spec(&a, &spec);
	str_release(&domain);
	return str_detach(&spec);
}

/* xtext is the engine's work; here "rfc822;addr" or "utf-8;addr". */
static char *original_recipient(const char *addr)
{
	struct str s;
	bool ascii = true;

	for (const char *p = addr; *p; p++)
		ascii = ascii && (unsigned char)*p < 0x80;
	str_init(&s, 8192);
	str_addf(&s, "%s;%s", ascii ? "rfc822" : "utf-8", addr);
	return str_detach(&s);
}

int draft_write(const struct conf *conf, struct draft *d, bool kept, struct sink *sink, struct err *err)
{
	struct queueing q = { .conf = conf, .draft = d, .now = rt_now() / 1000000, .dir = conf->data, .kept = kept };
	char *subject = NULL;
	struct str mid;
	int r;

	str_init(&mid, 1024);
	r = choose_id(&q, &mid, &subject, err);
	q.message_id = mid.p;
	if (r == 0)
		r = (d->is_raw ? write_raw : write_made)(&q, sink, err);
	free(subject);
	str_release(&mid);
	return r;
}

int outbox_put_draft(struct outbox *o, const struct conf *conf, struct draft *d, char id[64], struct err *err)
{
	struct queueing q = { .conf = conf, .draft = d, .now = rt_now() / 1000000, .dir = conf->data };
	struct envelope env = { .created = q.now, .send_at = d->send_at > q.now ? d->send_at : 0 };
	unsigned char rnd[16];
	struct str mid, envid;
	char **addrs = NULL;
	size_t n = 0;
	int r = -1;

	str_init(&mid, 1024);
	str_init(&envid, 64);
	rt_random(rnd, sizeof(rnd));
	for (size_t i = 0; i < sizeof(rnd); i++)
		str_addf(&envid, "%02x", rnd[i]);
	env.envid = str_detach(&envid);
	env.ret = mem_strdup("HDRS");
	env.account = mem_strdup(d->account ? d->account->name : "");
	env.from = envelope_sender(d, err);
	if (!env.from || choose_id(&q, &mid, &env.subject, err) != 0 || draft_recipients(d, &addrs, &n, err) != 0)
		goto out;
	env.message_id = str_detach(&mid);
	q.message_id = env.message_id;
	env.rcpt = mem_zalloc(n * sizeof(*env.rcpt));
	env.n = n;
	for (size_t i = 0; i < n; i++) {
		env.rcpt[i].addr = mem_strdup(addrs[i]);
		env.rcpt[i].orcpt = original_recipient(addrs[i]);
		env.rcpt[i].notify = mem_strdup(d->notify ? d->notify : "FAILURE,DELAY");
	}
	r = outbox_put(o, &env, d->is_raw ? write_raw : write_made, &q, id, err);
out:
	for (size_t i = 0; i < n; i++)
		free(addrs[i]);
	free(addrs);
	str_release(&envid);
	str_release(&mid);
	envelope_release(&env);
	return r;
}
