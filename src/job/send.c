/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * send: tries what waits in the outbox, one connection for all items of an
 * account.  Invariants 2 to 6 of post/outbox.c are kept here:
 *
 *   lock -> settle -> MAIL, RCPT -> body -> "going" committed -> end of data
 *        -> reply -> each recipient's result committed -> next item or QUIT
 *        -> copy in Sent -> item removed (when nobody of it waits or failed)
 */
#include "priv.h"
#include <unistd.h>

#define AT_ONCE    100          /* items put off in one transaction */
#define CHUNK_FROM (1u << 20)   /* DATA is known best on every way; BDAT pays for large ones */

static int64_t now_s(void)
{
	return rt_now() / 1000000;
}

/* ---- the end of an item ---- */

/* Nobody waits any more: the copy, and the item goes unless a failure or a
 * doubt keeps it for its writer.  Without its copy it stays, for the next run to
 * make one; the mail behind it goes out all the same. */
static int finish(struct send *s, struct err *err)
{
	const struct account *a = conf_account(s->conf, s->item->env.account);
	struct err own = ERR_INIT;
	bool accepted = false;

	if (send_relays(s))
		return 0;       /* the server that it is for reports first */
	for (size_t i = 0; i < s->item->fates.n; i++)
		accepted = accepted || s->item->fates.v[i].fate == FATE_ACCEPTED;
	if (accepted && a && a->sent && outbox_copy_sent(s->outbox, s->item, a->sent, &own) != 0) {
		front_note(s->front, LOG_WARN, _("The message was sent, but its copy can't be kept: %s. pabal --flush tries that again."), own.text);
		return 0;
	}
	if (item_waiting(s->item) || item_failed(s->item))
		return 0;
	if (outbox_remove(s->outbox, s->item->id, err) != 0)
		return -1;
	front_item(s->front, "sent", "item", s->item->id, NULL);
	return 0;
}

/* ---- an item ---- */

static void drop_item(struct send *s)
{
	for (size_t i = 0; i < s->mail.n; i++)
		reply_release(&s->mail.rcpt[i].reply);
	free(s->mail.rcpt);
	free(s->which);
	s->which = NULL;
	memset(&s->mail, 0, sizeof(s->mail));
	if (s->recoded >= 0)
		fs_close(&s->recoded);
	if (s->fd >= 0)
		fs_close(&s->fd);
	if (s->lock >= 0)
		fs_close(&s->lock);
	track_release(&s->track);
	s->item = NULL;
}

static bool is_ascii(const char *z)
{
	while (*z)
		if ((unsigned char)*z++ >= 0x80)
			return false;
	return true;
}

static int look(int fd, struct needs *needs, struct err *err)
{
	char *block = mem_alloc(65536);
	off_t at = 0;
	ssize_t n;

	memset(needs, 0, sizeof(*needs));
	while ((n = fs_pread(fd, block, 65536, at)) > 0) {
		needs_feed(needs, sl_make(block, (size_t)n));
		at += n;
	}
	free(block);
	return n == 0 ? 0 : err_sys(err, _("Can't read a message in the outbox"));
}

/* A server without 8BITMIME gets a message that needs no 8 bits. */
static int narrow(struct send *s, struct needs *needs, struct err *err)
{
	struct mime_tree *tree = mime_parse_fd(s->fd, 0, -1, &mime_limits_default, err);
	struct sink sink;
	int r = -1;

	if (!tree)
		return -1;
	s->recoded = fs_tmpfile(s->conf->data, err);
	if (s->recoded >= 0) {
		sink_fd(&sink, s->recoded);
		r = recode_write(tree, s->fd, false, &sink, err);
	}
	tree_free(&tree);
	return r == 0 ? look(s->recoded, needs, err) : -1;
}

/* The recipients that wait become a transaction. */
static int build(struct send *s, struct err *err)
{
	struct item *it = s->item;
	struct needs needs;

	if (look(s->fd, &needs, err) != 0)
		return -1;
	if (needs.eight_bit && !(smtp_caps(s->smtp) & SMTP_8BITMIME) && narrow(s, &needs, err) != 0)
		return -1;
	s->mail = (struct smtp_mail){ .from = it->env.from, .envid = it->env.envid, .ret = it->env.ret,
		.size = needs.size_crlf, .eight_bit = needs.eight_bit, .utf8 = !is_ascii(it->env.from),
		.chunk = needs.size_crlf >= CHUNK_FROM };
	s->mail.rcpt = mem_zalloc((it->env.n + 1) * sizeof(*s->mail.rcpt));
	s->which = mem_array(NULL, it->env.n + 1, sizeof(*s->which));
	for (size_t i = 0; i < it->env.n; i++) {
		if (it->fates.v[i].fate != FATE_WAITING)
			continue;
		s->which[s->mail.n] = i;
		s->mail.rcpt[s->mail.n++] = (struct smtp_rcpt){ .addr = it->env.rcpt[i].addr,
			.orcpt = it->env.rcpt[i].orcpt, .notify = it->env.rcpt[i].notify };
		s->mail.utf8 = s->mail.utf8 || !is_ascii(it->env.rcpt[i].addr);
	}
	s->mail.last = s->at >= s->n && s->mail.n <= 100;
	return 0;
}

/* What a crash left between the end of data and its answer is unsure, and told. */
static int settle(struct send *s, struct err *err)
{
	struct fates *f = &s->item->fates;
	bool *going = mem_zalloc(f->n + 1);
	int r;

	for (size_t i = 0; i < f->n; i++)
		going[i] = f->v[i].fate == FATE_GOING;
	r = outbox_settle(s->outbox, s->item, err);
	for (size_t i = 0; i < f->n && r == 0; i++)
		if (going[i])
			r = send_follow(s, i, false, err);
	for (size_t i = 0; i < f->n; i++)
		if (r == 0 && going[i] && !s->only)
			send_tell(s, &f->v[i]);
	free(going);
	return r;
}

/* Takes the next item that is still ours to send: 1, or 0: no more. */
static int take_item(struct send *s, struct err *err)
{
	while (s->at < s->n) {
		struct item *it = &s->queue[s->at++];
		struct err own = ERR_INIT;
		char id[64];

		memcpy(id, it->id, sizeof(id));
		if (outbox_lock(s->outbox, id, &s->lock, &own) != 0)
			continue;       /* another process sends it, or it is gone */
		item_release(it);
		memset(it, 0, sizeof(*it));
		if (outbox_get(s->outbox, id, it, &own) != 0) {
			fs_close(&s->lock);
			continue;
		}
		s->item = it;
		if (settle(s, err) != 0)
			return -1;
		for (size_t i = 0; (s->only || send_relays(s)) && i < it->fates.n; i++)
			if (it->fates.v[i].fate == FATE_UNSURE || (s->only && it->fates.v[i].fate == FATE_FAILED))
				it->fates.v[i].fate = FATE_WAITING;     /* the person says so */
		if (it->sending.held && item_waiting(it)) {
			drop_item(s);   /* somebody edits it, or thinks it over */
			continue;
		}
		if (item_waiting(it)) {
			s->fd = outbox_message(s->outbox, id, err);
			return s->fd < 0 ? -1 : 1;
		}
		if (finish(s, err) != 0)
			return -1;
		drop_item(s);
	}
	return 0;
}

static int start_next(struct send *s, struct err *err)
{
	int r;

	if (s->again) {                 /* the rest of the same item */
		struct item *it = s->item;
		int lock = s->lock, fd = s->fd;

		s->lock = s->fd = -1;
		drop_item(s);
		s->item = it;
		s->lock = lock;
		s->fd = fd;
		s->again = false;
	} else if (!s->item) {
		r = take_item(s, err);
		if (r <= 0) {
			if (r == 0)
				smtp_quit(s->smtp);
			return r;
		}
	}
	if (build(s, err) != 0)
		return -1;
	smtp_mail(s->smtp, &s->mail);
	return 0;
}

/* Invariant 2: "going" is on disk before the end of data is on the wire. */
static int commit_going(struct send *s, struct err *err)
{
	int r = state_begin(s->state, err);

	if (r != 0)
		return -1;
	for (size_t i = 0; i < s->mail.n && r == 0; i++)
		if (s->mail.rcpt[i].state == RCPT_NEW)
			r = send_fate(s, s->which[i], FATE_GOING, 0, NULL, NULL, false, err);
	if (r == 0)
		return state_commit(s->state, err);
	state_rollback(s->state);
	return -1;
}

static int send_body(struct send *s, const struct act *act, struct err *err)
{
	struct src src;
	int r;

	src_range(&src, s->recoded >= 0 ? s->recoded : s->fd, 0, -1);
	r = session_body(&s->session, act, &src, err);
	src_release(&src);
	return r;
}

static int mail_done(struct send *s, struct err *err)
{
	if (send_record(s, err) != 0)
		return -1;
	if (s->again)
		return 0;
	if (finish(s, err) != 0)
		return -1;
	s->item->id[0] = 0;     /* it had its try: put_off passes it by */
	drop_item(s);
	return 0;
}

static int course(struct send *s, struct err *err)
{
	struct act act;
	struct slice run;

	for (;;) {
		int r = 0;

		switch (session_next(&s->session, &act, &run)) {
		case WANT_NEXT: r = start_next(s, err); break;
		case WANT_BODY: r = send_body(s, &act, err); break;
		case WANT_COMMIT:
			r = commit_going(s, err);
			if (r == 0)
				smtp_engine.go(s->smtp);
			break;
		case WANT_EVENT: r = act.event == EV_MAIL_DONE ? mail_done(s, err) : 0; break;
		case WANT_DONE: return 0;
		case WANT_FAIL: *err = act.err; return -1;
		default: r = err_set(err, ERR_PROTO, _("The SMTP session asked for something unknown.")); break;
		}
		if (r != 0)
			return -1;
	}
}

/* ---- an account ---- */

/* Its recipients wait (or fail, where their time is over) because of why. */
static int put_off_item(struct send *s, const struct err *why, struct err *err)
{
	bool nowhere = send_relays(s) && why->kind == ERR_NOTFOUND;
	enum rcpt_fate fate = nowhere ? FATE_FAILED : send_waits(s);
	struct item *it = s->item;
	int r = state_begin(s->state, err);

	if (r != 0)
		return -1;
	for (size_t i = 0; i < it->fates.n && r == 0; i++)
		if (it->fates.v[i].fate == FATE_WAITING)
			r = send_fate(s, i, fate, it->fates.v[i].code, nowhere ? "5.1.2" : NULL, why->text, !nowhere, err);
	if (r == 0)
		r = state_tried(s->state, it->id, now_s(), outbox_next_try(s->conf, it, now_s()), err);
	if (r != 0) {
		state_rollback(s->state);
		return -1;
	}
	if (state_commit(s->state, err) != 0)
		return -1;
	for (size_t i = 0; i < it->fates.n; i++)
		if (fate == FATE_FAILED && it->fates.v[i].fate == fate)
			send_tell(s, &it->fates.v[i]);
	if (item_waiting(it))
		send_tell_wait(s, why);
	return 0;
}

/* One that another process tried meanwhile is not tried once more by this: its result is newer. */
static int put_off_one(struct send *s, struct item *it, const struct err *why, struct err *err)
{
	unsigned attempts = it->sending.attempts;
	struct err own = ERR_INIT;
	char id[64];
	int lock, r;

	memcpy(id, it->id, sizeof(id));
	if (!id[0] || outbox_lock(s->outbox, id, &lock, &own) != 0)
		return 0;
	item_release(it);
	memset(it, 0, sizeof(*it));
	if (outbox_get(s->outbox, id, it, &own) != 0) {
		fs_close(&lock);
		return 0;
	}
	s->item = it;
	r = settle(s, err);
	if (r == 0 && item_waiting(it) && it->sending.attempts == attempts)
		r = put_off_item(s, why, err);
	track_release(&s->track);
	s->item = NULL;
	fs_close(&lock);
	return r;
}

/* The connection or the login failed: every item that is due and had no try waits.  Many are
 * one transaction: who has thousands in the outbox has not the disk for a sync of each. */
static int put_off(struct send *s, const struct err *why, struct err *err)
{
	for (size_t n = 0; n < s->n; ) {
		size_t end = MIN(s->n, n + AT_ONCE);
		int r = state_begin(s->state, err);

		if (r != 0)
			return -1;
		for (; n < end && r == 0; n++)
			r = put_off_one(s, &s->queue[n], why, err);
		if (r != 0) {
			state_rollback(s->state);
			return -1;
		}
		if (state_commit(s->state, err) != 0)
			return -1;
	}
	return 0;
}

/* What its server takes at most, where it said so: who writes the next message wants
 * to know. */
static void tell_limit(struct send *s)
{
	char max[24];

	if (smtp_max_size(s->smtp) == 0)
		return;
	snprintf(max, sizeof(max), "%llu", (unsigned long long)smtp_max_size(s->smtp));
	front_item(s->front, "server", "account", s->account->name, "max", max, NULL);
}

/* Ways to log in that only POP3 has say nothing about SMTP. */
static const char *smtp_mech(const struct account *a)
{
	return a->auth && (strcmp(a->auth, "USER") == 0 || strcmp(a->auth, "APOP") == 0) ? NULL : a->auth;
}

static int send_account(struct send *s, struct err *err)
{
	const struct account *a = s->account;
	struct err why = ERR_INIT;
	struct smtp_conf sc = { .helo = a->helo ? a->helo : conf_hostname(s->conf), .host = a->smtp.host,
		.tls = session_tls(&a->smtp), .user = a->smtp.user, .mech = smtp_mech(a),
		.clear_ok = session_clear_ok(a, &a->smtp) };
	int r;

	if (!a->smtp.set) {
		err_set(&why, ERR_CONFIG, _("The account %s has no SMTP server. Add: smtp = smtps://user@host"), a->name);
		return put_off(s, &why, err);
	}
	s->smtp = smtp_new(&sc);
	r = session_open(&s->session, s->front, s->conf, a, &a->smtp, &smtp_engine, s->smtp, s->trace, &why);
	if (r == 0) {
		r = course(s, &why);
		tell_limit(s);
		session_close(&s->session);
	}
	if (s->item) {
		/* The engine said nothing final of it: it waits, or settles as unsure. */
		drop_item(s);
	}
	s->again = false;
	smtp_free(&s->smtp);
	if (r == 0)
		return 0;
	if (why.kind == ERR_SYS || why.kind == ERR_CANCEL) {
		*err = why;
		return -1;
	}
	return put_off(s, &why, err);
}

static void swap_items(struct item *a, struct item *b)
{
	struct item t = *a;

	*a = *b;
	*b = t;
}

/* Moves the items of the first account in v to the front; how many they are. */
static size_t group(struct item *v, size_t n)
{
	size_t k = 1;

	for (size_t i = 1; i < n; i++)
		if (strcmp(v[i].env.account, v[0].env.account) == 0)
			swap_items(&v[i], &v[k++]);
	return k;
}

static bool wanted(const struct send *s, const struct item *it)
{
	if (s->of && strcmp(it->env.account, s->of) != 0)
		return false;
	if (s->only)
		return strcmp(it->id, s->only) == 0;
	if (it->sending.held)
		return false;
	/* An item without a waiting recipient is one whose end a crash cut off. */
	if (!item_waiting(it))
		return !item_failed(it);
	return (s->all && !item_scheduled(it, now_s())) || item_due(it, now_s());
}

static int send_all(struct send *s, struct items *all, struct err *err)
{
	size_t n = 0, k;

	for (size_t i = 0; i < all->n; i++)
		if (wanted(s, &all->v[i]))
			swap_items(&all->v[i], &all->v[n++]);
	if (s->only && n == 0)
		return err_set(err, ERR_NOTFOUND, _("There is no item %s in the outbox."), s->only);
	if (s->only && all->v[0].sending.held)
		return err_set(err, ERR_LOCKED, _("The message %s is held back: let it go first."), s->only);
	for (size_t i = 0; i < n; i += k) {
		k = group(all->v + i, n - i);
		s->queue = all->v + i;
		s->n = k;
		s->at = 0;
		s->account = conf_account(s->conf, s->queue[0].env.account);
		if (!s->account) {
			struct err why = ERR_INIT;

			err_set(&why, ERR_CONFIG, _("The account %s of a waiting message is no longer in the configuration."), s->queue[0].env.account);
			if (put_off(s, &why, err) != 0)
				return -1;
		} else if (send_account(s, err) != 0) {
			return -1;
		}
	}
	return 0;
}

int send_run(struct front *front, const struct conf *conf, const char *account, const char *only, bool all, struct trace *trace, struct err *err)
{
	struct send s = { .front = front, .conf = conf, .trace = trace, .of = account, .only = only, .all = all,
		.lock = -1, .fd = -1, .recoded = -1 };
	char *db = path_join(conf->data, "state.db"), *box = path_join(conf->data, "outbox");
	struct items items = { 0 };
	int r;

	r = fs_mkdirs(conf->data, err);
	if (r == 0)
		r = state_open(&s.state, db, err);
	if (r == 0)
		r = outbox_open(&s.outbox, box, s.state, err);
	if (r == 0)
		r = outbox_list(s.outbox, &items, err);
	if (r == 0)
		r = send_all(&s, &items, err);
	items_release(&items);
	outbox_close(&s.outbox);
	state_close(&s.state);
	free(db);
	free(box);
	return r;
}
