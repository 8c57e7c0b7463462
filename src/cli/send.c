/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * send: "pabal -s SUBJECT ADDR < TEXT" and --flush.  The message is safe in
 * the outbox before the first byte goes to a server.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

/* ---- what the job says ---- */

struct later { char *addr, *why; };

struct outcome {
	const char *item;               /* only this one counts; NULL: all */
	bool quiet_ok;
	unsigned accepted, failed, unsure;
	enum err_kind waits;            /* why something waits; ERR_NONE: nothing does */
	bool said_wait;
	struct later *later; size_t n_later, cap_later; /* who waits, not yet said */
};

static struct slice get(const struct wire *w, const char *key, struct str *buf)
{
	str_clear(buf);
	wire_get(w, key, buf);
	return str_sl(buf);
}

static void clock_words(int64_t at, char out[32])
{
	struct date_parts d;

	date_split(at, date_zone(at), &d);
	snprintf(out, 32, "%02d:%02d", d.hour, d.min);
}

static void add_later(struct outcome *o, const char *addr, const char *code, const char *enh, const char *text)
{
	struct str why;

	str_init(&why, 16384);
	if (strcmp(code, "0") != 0)
		str_addf(&why, "%s %s%s", code, enh, *enh ? " " : "");
	str_adds(&why, text);
	mem_grow(o->later, o->n_later, o->cap_later);
	o->later[o->n_later++] = (struct later){ mem_strdup(addr), str_detach(&why) };
	str_release(&why);
	if (o->waits == ERR_NONE)
		o->waits = ERR_TEMP;
}

static void drop_later(struct outcome *o)
{
	for (size_t i = 0; i < o->n_later; i++) {
		free(o->later[i].addr);
		free(o->later[i].why);
	}
	o->n_later = 0;
}

/* One line for all who wait for the same reason. */
static void say_later(struct outcome *o, const char *when)
{
	enum { NAMED = 3 };
	struct str who;

	for (size_t i = 0; i < o->n_later; i++) {
		unsigned long n = 0;

		if (!o->later[i].addr)
			continue;
		str_init(&who, 65536);
		for (size_t k = i; k < o->n_later; k++) {
			if (!o->later[k].addr || strcmp(o->later[k].why, o->later[i].why) != 0)
				continue;
			if (n++ < NAMED)
				str_addf(&who, "%s%s", n > 1 ? ", " : "", o->later[k].addr);
			free(o->later[k].addr);
			o->later[k].addr = NULL;
		}
		if (n > NAMED)
			str_addf(&who, ngettext_(" and %lu more", " and %lu more", n - NAMED), n - NAMED);
		cli_say(_("%s: not now (%s); tried again after %s by pabal --flush."), who.p, o->later[i].why, when);
		str_release(&who);
	}
	drop_later(o);
}

static void took_rcpt(struct outcome *o, const struct wire *w)
{
	struct str addr, fate, code, enh, text;

	str_init(&addr, 8192);
	str_init(&fate, 64);
	str_init(&code, 64);
	str_init(&enh, 64);
	str_init(&text, 8192);
	get(w, "addr", &addr);
	get(w, "code", &code);
	get(w, "enh", &enh);
	get(w, "text", &text);
	get(w, "fate", &fate);
	if (strcmp(fate.p, "accepted") == 0) {
		o->accepted++;
	} else if (strcmp(fate.p, "failed") == 0) {
		o->failed++;
		if (strcmp(code.p, "0") == 0)
			cli_say("%s: %s", addr.p, text.p);
		else
			cli_say("%s: %s%s%s %s", addr.p, code.p, enh.n ? " " : "", enh.p, text.p);
	} else if (strcmp(fate.p, "unsure") == 0) {
		o->unsure++;
		cli_say(_("%s: The server's answer never came. It may have the message or not; it is not sent again by itself."), addr.p);
	} else {
		add_later(o, addr.p, code.p, enh.p, text.p);
	}
	str_release(&addr);
	str_release(&fate);
	str_release(&code);
	str_release(&enh);
	str_release(&text);
}

static void took_wait(struct outcome *o, const struct wire *w)
{
	uint64_t next = 0, kind = ERR_NET;
	char when[32];
	struct str why;

	str_init(&why, 8192);
	wire_get_u64(w, "next", &next);
	wire_get_u64(w, "errkind", &kind);
	clock_words((int64_t)next, when);
	o->waits = (enum err_kind)MIN(kind, (uint64_t)ERR_CANCEL);
	get(w, "why", &why);
	if (why.n == 0) {
		say_later(o, when);
		str_release(&why);
		return;
	}
	drop_later(o);
	if (!strchr(".!?", why.p[why.n - 1]))
		str_addc(&why, '.');
	if (!o->said_wait)
		cli_say(_("The message waits in the outbox: %s It is tried again after %s by pabal --flush."), why.p, when);
	o->said_wait = o->item == NULL;
	str_release(&why);
}

static void on_item(void *ctx, const struct wire *w)
{
	struct outcome *o = ctx;
	struct str kind, item;

	str_init(&kind, 64);
	str_init(&item, 128);
	get(w, "kind", &kind);
	get(w, "item", &item);
	if (!o->item || strcmp(o->item, item.p) == 0) {
		if (strcmp(kind.p, "rcpt") == 0)
			took_rcpt(o, w);
		else if (strcmp(kind.p, "wait") == 0)
			took_wait(o, w);
	}
	str_release(&kind);
	str_release(&item);
}

static void on_note(void *ctx, enum log_level level, struct slice text)
{
	(void)ctx;
	if (level <= LOG_WARN)
		cli_say(SL_FMT, SL_ARG(text));
}

static int on_password(void *ctx, struct slice account, struct slice user, struct slice host, struct str *out)
{
	(void)ctx;
	return cli_password(account, user, host, out);
}

/* made_now: the item was in the outbox a moment ago, so if it is not there any
 * more another pabal has sent it. */
static int try_now(struct cli *c, const char *item, bool made_now, struct outcome *o)
{
	struct job_events ev = { .item = on_item, .note = on_note, .password = on_password, .ctx = o };
	struct job_spec spec = { .kind = "send", .item = item, .all = item == NULL && !c->due, .conf_path = c->conf_path, .trace = c->trace };
	struct err err = ERR_INIT;
	int r;

	o->item = item;
	r = job_here(&spec, &ev, &err);
	drop_later(o);
	free(o->later);
	if (r != 0 && made_now && err.kind == ERR_NOTFOUND)
		return EXIT_OK;
	if (r != 0) {
		r = cli_fail(&err);
		if (made_now)
			cli_say("%s", _("The message is in the outbox; pabal --flush tries it again."));
		return r;
	}
	if (o->failed || o->unsure) {
		cli_say("%s", o->failed ? _("The text is kept in the outbox; pabal --outbox shows it.")
			: _("pabal --outbox shows it; pabal --flush ID sends it again, pabal --drop ID gives it up."));
		return o->failed ? EXIT_REFUSED : EXIT_LATER;
	}
	if (o->waits == ERR_AUTH || o->waits == ERR_CONFIG)
		return cli_code(o->waits);
	return EXIT_OK;
}

/* ---- the draft ---- */

static int choose_account(struct cli *c, const struct conf *conf, struct draft *d, struct err *err)
{
	struct addrs typed = { 0 };

	if (c->from && c->from[0]) {
		if (draft_add(&typed, c->from, err) != 0)
			return -1;
		if (typed.n != 1) {
			addrs_release(&typed);
			return err_set(err, ERR_INPUT, _("-r takes one address."));
		}
		d->from = typed.v[0];
		typed.n = 0;
		addrs_release(&typed);
		d->account = conf_account_by_address(conf, &d->from);
	}
	if (c->account || !d->account)
		d->account = conf_account(conf, c->account);
	if (!d->account)
		return c->account ? err_set(err, ERR_NOTFOUND, _("There is no account %s in the configuration."), c->account)
			: err_set(err, ERR_CONFIG, _("No account is set up. Write one into %s/pabal/config (see pabal.conf(5)), or try pabal --demo."),
				getenv("XDG_CONFIG_HOME") ? getenv("XDG_CONFIG_HOME") : "~/.config");
	return 0;
}

static void take_own_address(struct draft *d)
{
	struct addrs one = { 0 };

	if (d->from.local)
		return;
	addrs_add(&one, &d->account->address);
	d->from = one.v[0];
	one.n = 0;
	addrs_release(&one);
}

/* "success,delay" or "never" as RCPT has it (RFC 3461 4.1); sendmail has the same words behind -N. */
static int take_notify(const char *typed, struct draft *d, struct err *err)
{
	static const char *const words[] = { "SUCCESS", "FAILURE", "DELAY", "NEVER" };
	struct slice rest = sl(typed), word;
	unsigned seen = 0;
	struct str s;

	while (sl_cut(&rest, ',', &word)) {
		unsigned k = 0;

		while (k < ARRAY_LEN(words) && !sl_iis(sl_trim(word), words[k]))
			k++;
		seen |= 1u << k;
	}
	if (seen == 0 || seen > 8)      /* something else, or never and one more */
		return err_set(err, ERR_INPUT, _("--notify takes success, failure and delay with commas between, or never; not \"%s\"."), typed);
	str_init(&s, 64);
	for (unsigned k = 0; k < ARRAY_LEN(words); k++)
		if (seen & 1u << k)
			str_addf(&s, "%s%s", s.n ? "," : "", words[k]);
	d->notify = str_detach(&s);
	return 0;
}

static int take_wishes(struct cli *c, struct draft *d, struct err *err)
{
	d->markdown = c->markdown;
	d->receipt = c->ask_receipt;
	if (c->ask_receipt && c->from_header)
		return err_set(err, ERR_INPUT, "%s", _("--ask-receipt and -t do not go together: write Disposition-Notification-To into the header."));
	return c->notify ? take_notify(c->notify, d, err) : 0;
}

static int take_lists(struct cli *c, struct draft *d, struct err *err)
{
	for (size_t i = 0; i < c->n; i++)
		if (draft_add(&d->to, c->operands[i], err) != 0)
			return -1;
	for (size_t i = 0; i < c->n_cc; i++)
		if (draft_add(&d->cc, c->cc[i], err) != 0)
			return -1;
	for (size_t i = 0; i < c->n_bcc; i++)
		if (draft_add(&d->bcc, c->bcc[i], err) != 0)
			return -1;
	for (size_t i = 0; i < c->n_files; i++)
		draft_attach(d, c->files[i]);
	if (c->subject)
		d->subject = mem_strdup(c->subject);
	return take_wishes(c, d, err);
}

static int read_text(const struct conf *conf, struct draft *d, bool raw, struct err *err)
{
	struct src in;
	int r;

	if (fs_mkdirs(conf->data, err) != 0)
		return -1;
	if (isatty(STDIN_FILENO))
		cli_say("%s", _("Type the message; Ctrl-D on a line of its own ends it."));
	src_fd(&in, STDIN_FILENO);
	r = draft_spool(d, &in, conf->data, err);
	src_release(&in);
	if (r == 0 && raw)
		r = draft_from_raw(d, err);
	return r;
}

static int queue(const struct conf *conf, struct draft *d, char id[64], struct err *err)
{
	char *db = path_join(conf->data, "state.db"), *box = path_join(conf->data, "outbox");
	struct outbox *o = NULL;
	struct state *s = NULL;
	int r;

	r = state_open(&s, db, err);
	if (r == 0)
		r = outbox_open(&o, box, s, err);
	if (r == 0)
		r = outbox_put_draft(o, conf, d, id, err);
	outbox_close(&o);
	state_close(&s);
	free(db);
	free(box);
	return r;
}

int cli_send(struct cli *c)
{
	struct err err = ERR_INIT;
	struct conf conf;
	struct draft d;
	char id[64];
	int code, r;

	if (cli_conf(c, &conf, &code) != 0)
		return code;
	draft_init(&d);
	r = choose_account(c, &conf, &d, &err);
	if (r == 0) {
		take_own_address(&d);
		r = take_lists(c, &d, &err);
	}
	/* All that can be wrong with the arguments is said before the text is read. */
	if (r == 0 && !c->from_header)
		r = draft_check(&d, &err);
	if (r == 0)
		r = read_text(&conf, &d, c->from_header, &err);
	if (r == 0 && c->from_header)
		r = draft_check(&d, &err);
	if (r == 0)
		r = queue(&conf, &d, id, &err);
	draft_release(&d);
	conf_release(&conf);
	return r == 0 ? cli_try_item(c, id) : cli_fail(&err);
}

int cli_try_item(struct cli *c, const char *id)
{
	struct outcome o = { 0 };

	return try_now(c, id, true, &o);
}

int cli_flush_outbox(struct cli *c)
{
	struct outcome o = { 0 };
	int worst = EXIT_OK;

	if (c->due && c->n) {
		cli_say("%s", _("--flush takes ids or --due."));
		return EXIT_USAGE;
	}
	if (c->n == 0)
		return try_now(c, NULL, false, &o);
	for (size_t i = 0; i < c->n; i++) {
		struct outcome one = { 0 };
		int code = try_now(c, c->operands[i], false, &one);

		worst = MAX(worst, code);
	}
	return worst;
}
