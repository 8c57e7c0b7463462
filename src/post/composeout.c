/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * composeout: where a message goes that was written: to the outbox, or to Drafts.
 * The folder it was written in goes only when the other copy is durable, and the
 * draft it was recalled from after that: a crash leaves one of them at least.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NOTE_CHUNK 200          /* bytes of a value in one word of the note */

/* ---- a draft ---- */

/* Ids as gen takes them: what is none is left out. */
static char *clean_ids(const char *ids)
{
	struct slice rest = sl(ids), id;
	struct str s;

	str_init(&s, STR_MAX);
	while (sl_word(&rest, &id)) {
		bool good = id.n <= 900;

		for (size_t i = 0; i < id.n && good; i++)
			good = (unsigned char)id.p[i] > ' ' && id.p[i] != '<' && id.p[i] != '>' && id.p[i] != 0x7f;
		if (good)
			str_addf(&s, "%s" SL_FMT, s.n ? " " : "", SL_ARG(id));
	}
	return s.n ? str_detach(&s) : (str_release(&s), NULL);
}

static char *notify_words(const struct compose *c)
{
	struct str s;

	str_init(&s, 64);
	if (c->notify_success)
		str_adds(&s, "SUCCESS");
	if (c->notify_failure)
		str_addf(&s, "%sFAILURE", s.n ? "," : "");
	if (c->notify_delay)
		str_addf(&s, "%sDELAY", s.n ? "," : "");
	if (s.n == 0)
		str_adds(&s, "NEVER");
	return str_detach(&s);
}

static int take_from(const struct compose *c, struct draft *d, struct err *err)
{
	struct addrs typed = { 0 };
	int r;

	if (sl_trim(sl(c->from)).n == 0) {
		if (d->account && d->account->address.local)
			addrs_add(&typed, &d->account->address);
		r = typed.n ? 0 : err_set(err, ERR_INPUT, _("From is empty: write your address there."));
	} else {
		r = draft_add(&typed, c->from, err);
	}
	if (r == 0 && typed.n != 1)
		r = err_set(err, ERR_INPUT, _("From takes one address."));
	if (r == 0) {
		d->from = typed.v[0];
		typed.n = 0;
	}
	addrs_release(&typed);
	return r;
}

static int take_list(struct addrs *to, const char *typed, struct err *err)
{
	return sl_trim(sl(typed)).n == 0 ? 0 : draft_add(to, typed, err);
}

static int spool_text(const struct compose *c, const struct conf *conf, struct draft *d, struct err *err)
{
	struct src src;
	int r;

	if (!*c->text)
		return 0;
	if (fs_mkdirs(conf->data, err) != 0)
		return -1;
	src_mem(&src, sl(c->text));
	r = draft_spool(d, &src, conf->data, err);
	src_release(&src);
	return r;
}

static void take_files(const struct compose *c, struct draft *d)
{
	for (size_t i = 0; i < c->n_files; i++) {
		const struct compose_file *f = &c->files[i];
		struct draft_file *to = draft_attach(d, f->path);

		to->name = mem_strdup(f->name);
		to->type = mem_strdup(f->type);
		to->description = f->description && *f->description ? mem_strdup(f->description) : NULL;
		to->is_inline = f->is_inline;
	}
}

static void take_words(const struct compose *c, const struct conf *conf, struct draft *d)
{
	draft_init(d);
	d->account = compose_account(c, conf);
	if (*c->subject)
		d->subject = mem_strdup(c->subject);
	d->in_reply_to = clean_ids(c->in_reply_to);
	d->references = clean_ids(c->references);
}

/* ---- a message that is passed on as it is ---- */

/* RFC 5322 3.6.6: a new block of Resent fields on top. */
static void resent_fields(struct draft *d, const struct conf *conf, struct str *out)
{
	struct addrs from = { .v = &d->from, .n = 1 };
	int64_t now = rt_now() / 1000000;

	addrs_write(out, "Resent-From", &from);
	if (d->to.n)
		addrs_write(out, "Resent-To", &d->to);
	if (d->cc.n)
		addrs_write(out, "Resent-Cc", &d->cc);
	str_adds(out, "Resent-Date: ");
	date_write(out, now, date_zone(now));
	str_adds(out, "\nResent-Message-ID: <");
	gen_message_id(out, sl(d->from.domain ? d->from.domain : conf_hostname(conf)));
	str_adds(out, ">\n");
}

/* Where the message in the file begins: behind a "From " line of an mbox. */
static off_t behind_from(int fd)
{
	char first[1024];
	ssize_t n = fs_pread(fd, first, sizeof(first), 0);
	struct slice rest = sl_make(first, n > 0 ? (size_t)n : 0), line;

	if (!sl_starts(rest, "From ") && !sl_starts(rest, ">From "))
		return 0;
	sl_line(&rest, &line);
	return rest.p - first;
}

static int spool_resent(const struct compose *c, const struct conf *conf, struct draft *d, struct err *err)
{
	int from = fs_open_named(c->resend, O_RDONLY, 0), to = -1, r = -1;
	struct sink sink;
	struct src src;
	struct str head;

	str_init(&head, STR_MAX);
	if (from < 0)
		err_sys(err, _("Can't read the message %s"), c->resend);
	else if (fs_mkdirs(conf->data, err) == 0)
		to = fs_tmpfile(conf->data, err);
	if (to >= 0) {
		resent_fields(d, conf, &head);
		sink_fd(&sink, to);
		src_range(&src, from, behind_from(from), -1);
		r = sink_write(&sink, str_sl(&head), err);
		if (r == 0)
			r = src_copy(&src, &sink, err);
		src_release(&src);
	}
	if (from >= 0)
		fs_close(&from);
	if (r == 0)
		d->text_fd = to;
	else if (to >= 0)
		fs_close(&to);
	str_release(&head);
	return r;
}

/* check: as it must be before it is queued; else only that it can be written. */
static int make(const struct compose *c, const struct conf *conf, bool check, struct draft *d, struct err *err)
{
	int r;

	take_words(c, conf, d);
	r = take_from(c, d, err);
	if (r == 0)
		r = take_list(&d->to, c->to, err);
	if (r == 0)
		r = take_list(&d->cc, c->cc, err);
	if (r == 0)
		r = take_list(&d->bcc, c->bcc, err);
	if (r == 0)
		r = take_list(&d->reply_to, c->reply_to, err);
	d->headers = mem_strdup(c->headers);
	d->receipt = c->receipt;
	d->markdown = c->markdown && !c->resend;
	d->notify = notify_words(c);
	d->send_at = c->send_at;
	d->is_raw = c->resend != NULL;
	if (!c->resend)
		take_files(c, d);
	if (r == 0 && (check || d->to.n + d->cc.n + d->bcc.n))
		r = draft_check(d, err);
	if (r == 0)
		r = c->resend ? spool_resent(c, conf, d, err) : spool_text(c, conf, d, err);
	if (r != 0)
		draft_release(d);
	return r;
}

int compose_draft(const struct compose *c, const struct conf *conf, struct draft *d, struct err *err)
{
	return make(c, conf, true, d, err);
}

/* The message of a draft in a nameless file: a descriptor. */
static int write_out(const struct conf *conf, struct draft *d, bool kept, struct err *err)
{
	int fd = fs_mkdirs(conf->data, err) == 0 ? fs_tmpfile(conf->data, err) : -1;
	struct sink sink;

	if (fd < 0)
		return -1;
	sink_fd(&sink, fd);
	if (draft_write(conf, d, kept, &sink, err) != 0)
		fs_close(&fd);
	return fd;
}

int compose_preview(const struct compose *c, const struct conf *conf, struct err *err)
{
	struct draft d;
	int fd;

	if (make(c, conf, false, &d, err) != 0)
		return -1;
	fd = write_out(conf, &d, false, err);
	draft_release(&d);
	return fd;
}

/* ---- the draft that it was recalled from ---- */

bool compose_where(const char *where, struct str *path, uint64_t *key)
{
	const char *nl = where ? strrchr(where, '\n') : NULL;
	size_t digits = nl ? strlen(nl + 1) : 0;

	if (!nl || nl == where || digits == 0 || digits > 16)
		return false;
	*key = 0;
	for (const char *p = nl + 1; *p; p++) {
		if (hex_val((unsigned char)*p) < 0)
			return false;
		*key = *key << 4 | (uint64_t)hex_val((unsigned char)*p);
	}
	return str_addsl(path, sl_range(where, nl)) == 0;
}

struct wanted { uint64_t key; struct box_ref ref; char *name; };

static int look_at(void *ctx, const struct box_msg *m)
{
	struct wanted *w = ctx;

	if (m->ref.key != w->key || w->name)
		return 0;
	w->name = mem_strdup(m->ref.name);
	w->ref = m->ref;
	w->ref.name = w->name;
	return 0;
}

/* Its name may have changed since: it is known by its key. */
static int remove_draft(const char *where, struct err *err)
{
	struct wanted w = { 0 };
	struct box_change change;
	bool resumed = false;
	struct str path;
	struct box box;
	int r;

	str_init(&path, 65536);
	if (!compose_where(where, &path, &w.key) || box_open(&box, path.p, err) != 0) {
		str_release(&path);
		return err->kind == ERR_NONE || err->kind == ERR_NOTFOUND ? 0 : -1;
	}
	r = box_scan(&box, NULL, &resumed, look_at, &w, err);
	if (r == 0 && w.name) {
		change = (struct box_change){ .ref = w.ref, .remove = true };
		r = box_change(&box, &change, 1, NULL, NULL, err);
		free(change.name);
	}
	free(w.name);
	box_close(&box);
	str_release(&path);
	return r < 0 ? -1 : 0;
}

/* The message is safe elsewhere: what is left of it here is only told of. */
static void clean_up(struct compose *c)
{
	struct err err = ERR_INIT;

	if (c->draft && remove_draft(c->draft, &err) != 0)
		log_msg(LOG_WARN, _("The older draft stays: %s"), err.text);
	err = (struct err)ERR_INIT;
	if (compose_drop(c, &err) != 0)
		log_msg(LOG_WARN, "%s", err.text);
}

/* On disk before it is queued: a crash in between may make it go twice, and whoever
 * gets both can tell that they are one (P8). */
static int keep_id(struct compose *c, const struct conf *conf, struct draft *d, struct err *err)
{
	char *id;
	struct str s;
	int r = compose_save(c, err);

	if (r != 0)
		return -1;
	id = clean_ids(c->message_id);
	if (!id || strchr(id, ' ')) {
		str_init(&s, 1024);
		r = draft_message_id(conf, d, &s);
		compose_set(&c->message_id, s.p);
		compose_set(&id, s.p);
		str_release(&s);
		if (r == 0)
			r = compose_save_id(c, err);
	}
	d->message_id = id;
	return r;
}

int compose_queue(struct compose *c, const struct conf *conf, struct outbox *o, char id[64], struct err *err)
{
	struct draft d;
	int r;

	if (make(c, conf, true, &d, err) != 0)
		return -1;
	r = c->resend ? compose_save(c, err) : keep_id(c, conf, &d, err);
	if (r == 0)
		r = outbox_put_draft(o, conf, &d, id, err);
	draft_release(&d);
	if (r == 0)
		clean_up(c);
	return r;
}

/* ---- Drafts ---- */

/* " key=value" in words that a header can be folded between. */
static void note(struct str *s, const char *key, const char *value)
{
	struct slice rest = sl(value);

	if (!value)
		return;
	do {
		str_addf(s, "%s%s=", s->n ? " " : "", key);
		str_addpct(s, sl_head(rest, NOTE_CHUNK));
		rest = sl_skip(rest, MIN(rest.n, (size_t)NOTE_CHUNK));
	} while (rest.n);
}

static void note_number(struct str *s, const char *key, int64_t n)
{
	if (n)
		str_addf(s, "%s%s=%lld", s->n ? " " : "", key, (long long)n);
}

/* What was typed may be no list yet: then the field is left out, and the note has it. */
static void keep_list(struct addrs *to, const char *typed, const char *key, struct str *s)
{
	struct err ignored = ERR_INIT;
	char *again = NULL;

	if (take_list(to, typed, &ignored) != 0) {
		addrs_release(to);
		memset(to, 0, sizeof(*to));
	}
	compose_list(&again, to);
	if (strcmp(again, typed) != 0)
		note(s, key, typed);
	free(again);
}

/* All that a message has no field for. */
static void note_rest(const struct compose *c, struct str *s)
{
	char flag[2] = { c->about_flag, 0 };

	note(s, "account", c->account && *c->account ? c->account : NULL);
	note(s, "headers", c->headers);
	note(s, "about", c->about);
	note(s, "flag", c->about_flag ? flag : NULL);
	str_addf(s, "%snotify=%s%s%s-", s->n ? " " : "", c->notify_success ? "S" : "", c->notify_failure ? "F" : "", c->notify_delay ? "D" : "");
	note_number(s, "receipt", c->receipt);
	note_number(s, "markdown", c->markdown);
	note_number(s, "send-at", c->send_at);
	note_number(s, "rcpts", c->rcpts_before);
	note_number(s, "resend", c->resend != NULL);
}

static int draft_message(const struct compose *c, const struct conf *conf, struct err *err)
{
	struct gen_field *field = mem_zalloc(sizeof(*field));
	struct draft d;
	struct str s;
	struct err bad = ERR_INIT;
	int fd = -1, r;

	str_init(&s, STR_MAX);
	take_words(c, conf, &d);
	for (char *p = d.subject; p && *p; p++)
		if (*p == '\r' || *p == '\n')
			*p = ' ';
	r = take_from(c, &d, &bad);
	if (r != 0 && d.account && d.account->address.local) {
		struct addrs own = { 0 };

		addrs_add(&own, &d.account->address);
		d.from = own.v[0];
		free(own.v);
		note(&s, "from", c->from);
		r = 0;
	} else if (r != 0) {
		*err = bad;
	}
	keep_list(&d.to, c->to, "to", &s);
	keep_list(&d.cc, c->cc, "cc", &s);
	keep_list(&d.bcc, c->bcc, "bcc", &s);
	keep_list(&d.reply_to, c->reply_to, "reply-to", &s);
	note_rest(c, &s);
	*field = (struct gen_field){ .name = "X-Pabal-Draft", .value = s.p };
	d.fields = field;
	d.n_fields = 1;
	take_files(c, &d);
	if (c->resend)
		draft_attach(&d, c->resend)->type = mem_strdup("message/rfc822");
	if (r == 0)
		r = spool_text(c, conf, &d, err);
	if (r == 0)
		fd = write_out(conf, &d, true, err);
	draft_release(&d);
	str_release(&s);
	return fd;
}

static int make_box(const char *path, struct err *err)
{
	int kind = box_kind_of(path, err), r = 0;
	char *above, *slash;

	if (kind != 0)
		return kind < 0 ? -1 : 0;
	above = mem_strdup(path);
	slash = strrchr(above, '/');
	if (slash && slash > above) {
		*slash = 0;
		r = fs_mkdirs(above, err);
	}
	free(above);
	if (r == 0)
		r = box_create(path, BOX_MAILDIR, err);
	/* another one made it meanwhile */
	if (r != 0 && err->kind == ERR_EXISTS)
		r = 0;
	return r;
}

int compose_postpone(struct compose *c, const struct conf *conf, struct err *err)
{
	struct box_meta meta = { .flags = FLAG_DRAFT | FLAG_SEEN, .received = rt_now() / 1000000 };
	int fd = draft_message(c, conf, err), r;
	struct box_put *put = NULL;
	struct src src;

	if (fd < 0)
		return -1;
	r = make_box(conf->drafts, err);
	if (r == 0)
		r = box_put_open(&put, conf->drafts, "", err);
	if (r == 0) {
		src_range(&src, fd, 0, -1);
		r = box_put(put, &src, &meta, NULL, err);
		src_release(&src);
	}
	if (r == 0)
		r = box_put_commit(put, NULL, NULL, err);
	box_put_close(&put);
	fs_close(&fd);
	if (r == 0)
		clean_up(c);
	return r;
}
