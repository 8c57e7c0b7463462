/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fetch: brings home what is new of one account, over POP3.
 *
 *   what is there (STAT, UIDL) -> what is new (state) -> RETR, pipelined, into
 *   arrive -> each batch committed -> DELE as the account says -> QUIT
 *
 * Invariants: DELE is sent only for a message whose uid is recorded as stored
 * (store/arrive.c, invariant 4).  A session that breaks keeps every message
 * that came whole, and the next one begins behind it.
 *
 * A server without UIDL: messages are known by the hash of their header (TOP),
 * or where that lacks too by the hash of the whole.
 */
#include "priv.h"
#include <unistd.h>

#define BATCH_MESSAGES 256
#define BATCH_BYTES    (32u << 20)
#define WINDOW         1024     /* RETRs under way: a long way to the server needs many */
#define REFUSED_SHOWN  10               /* refusals told one by one          */
#define REFUSED_MAX    1000             /* without anything else between     */

struct wanted { uint32_t num; char *uid; uint64_t size; };

enum phase { PH_LIST, PH_HEADS, PH_SIZES, PH_GET, PH_QUIT };

struct fetch {
	struct front *front;
	struct account *account;
	struct state *state;
	struct arrive *arrive;
	struct pop3 *pop3;
	struct session session;
	enum phase phase;
	bool no_uidl, looking;          /* looking: in the look-ups of a listing */
	bool filters;                   /* there are some                        */
	int whole;                      /* the record was, before this session   */
	uint64_t count, octets;         /* of STAT                               */
	struct map *seen;               /* uid of this listing -> its first number */
	struct map *twice;              /* uid of several messages -> how many   */
	struct wanted *want; size_t n_want, cap_want;
	size_t at;                      /* the wanted one whose RETR is answered next */
	uint32_t open_num;              /* being written into arrive, or hashed; 0 none */
	uint64_t open_bytes;            /* of it so far                          */
	struct sip head_hash;
	uint32_t *dele; size_t n_dele, cap_dele;        /* known before, to be deleted */
	uint32_t *batch; size_t n_batch, cap_batch;     /* nums of the open batch  */
	char **files; size_t n_files, cap_files;        /* what came, for filters  */
	struct notices notices;         /* those of it that may report back      */
	uint64_t got, got_bytes, left, deleted, doubles;
	unsigned refused, in_a_row;
	int64_t now;
};

/* ---- what to do with a message that is here already ---- */

static bool may_delete(const struct fetch *f, enum uidl_state state, int64_t when)
{
	switch (f->account->leave) {
	case LEAVE_FOREVER: return false;
	case LEAVE_NO: return true;
	case LEAVE_DAYS: return f->now - when >= (int64_t)f->account->leave_days * 86400;
	case LEAVE_UNTIL_DELETED: return state == UIDL_DELETE;
	}
	return false;
}

static bool is_twice(const struct fetch *f, const char *uid)
{
	return strchr(uid, '\001') || map_get(f->twice, sl(uid));
}

/* The numbers of a listing ascend. */
static void keep(struct fetch *f, uint32_t num)
{
	size_t lo = 0, hi = f->n_dele;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->dele[mid] < num)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < f->n_dele && f->dele[lo] == num)
		memmove(f->dele + lo, f->dele + lo + 1, (--f->n_dele - lo) * sizeof(*f->dele));
}

/* RFC 1939 forbids it, servers do it: several messages of one name.  Each is
 * fetched once and none is deleted, for tomorrow the name may be that of
 * another of them.  The second is known as NAME^A2 and so on. */
static void name_double(struct fetch *f, const char *uid, struct str *key)
{
	uintptr_t n = (uintptr_t)map_get(f->twice, sl(uid));

	if (n == 0) {
		keep(f, (uint32_t)(uintptr_t)map_get(f->seen, sl(uid)));
		n = 1;
	}
	map_put(f->twice, sl(uid), (void *)++n);
	str_addf(key, "\001%lu", (unsigned long)n);
	f->doubles++;
}

static int listed(struct fetch *f, uint32_t num, const char *uid, struct err *err)
{
	enum uidl_state state;
	int64_t when;
	struct str key;
	int r;

	str_init(&key, 4096);
	str_adds(&key, uid);
	if (map_get(f->seen, sl(uid)))
		name_double(f, uid, &key);
	else
		map_put(f->seen, sl(uid), (void *)(uintptr_t)num);
	r = state_uidl_get(f->state, f->account->name, key.p, &state, &when, err);
	if (r == 1 && state != UIDL_INTENT) {
		if (!is_twice(f, key.p) && may_delete(f, state, when)) {
			mem_grow(f->dele, f->n_dele, f->cap_dele);
			f->dele[f->n_dele++] = num;
		}
	} else if (r >= 0) {
		mem_grow(f->want, f->n_want, f->cap_want);
		f->want[f->n_want++] = (struct wanted){ num, str_detach(&key), 0 };
	}
	str_release(&key);
	return r < 0 ? -1 : 0;
}

/* ---- the deletions of the account's owner ---- */

struct gone { struct fetch *f; struct maildir box; bool open; struct map *names; struct str *uids; int r; struct err *err; };

static int still_there(void *ctx, const struct uidl *u)
{
	struct gone *g = ctx;

	if (u->state != UIDL_DONE || strcmp(u->box, g->box.path) != 0 || map_get(g->names, sl(u->file)))
		return 0;
	str_adds(g->uids, u->uid);
	return str_addc(g->uids, '\n');
}

/* A message that is no longer in its mailbox was deleted (or moved by another
 * program) by its owner. */
static int mark_in(struct fetch *f, const char *path, struct err *err)
{
	struct gone g = { .f = f, .names = map_new() };
	struct slice rest, uid;
	struct entries all;
	struct str uids;
	int r = 0;

	if (maildir_open(&g.box, path, false, err) != 0) {
		map_free(&g.names);
		return -1;
	}
	str_init(&uids, STR_MAX);
	g.uids = &uids;
	/* A name that changes under a listing may be missed by it: two passes. */
	for (int pass = 0; pass < 2 && r == 0; pass++) {
		r = maildir_scan(&g.box, &all, err);
		for (size_t i = 0; i < all.n && r == 0; i++)
			map_put(g.names, entry_base(all.v[i].name), f);
		entries_release(&all);
	}
	if (r == 0)
		r = state_uidls(f->state, f->account->name, UIDL_DONE, still_there, &g, err);
	rest = str_sl(&uids);
	if (r == 0 && rest.n && (r = state_begin(f->state, err)) == 0) {
		while (r == 0 && sl_line(&rest, &uid)) {
			char *z = sl_dup(uid);

			r = state_uidl_set(f->state, f->account->name, z, UIDL_DELETE, err);
			free(z);
		}
		if (r == 0)
			r = state_commit(f->state, err);
		else
			state_rollback(f->state);
	}
	str_release(&uids);
	map_free(&g.names);
	maildir_close(&g.box);
	return r;
}

static int note_box(void *ctx, const struct uidl *u)
{
	map_put(ctx, sl(u->box), ctx);
	return 0;
}

/* "until-deleted": what was moved is looked for where it was moved to.  A mailbox that
 * is gone as a whole says nothing. */
static int mark_deleted(struct fetch *f, struct err *err)
{
	struct map *boxes = map_new();
	struct slice path;
	size_t it = 0;
	void *value;
	int r = state_uidls(f->state, f->account->name, UIDL_DONE, note_box, boxes, err);

	while (r == 0 && map_next(boxes, &it, &path, &value)) {
		char *z = sl_dup(path);

		if (maildir_is(z) || strcmp(z, f->account->inbox) == 0)
			r = mark_in(f, z, err);
		free(z);
	}
	map_free(&boxes);
	return r;
}

/* ---- messages coming in ---- */

static void take_file(void *ctx, const char *uid, const char *file)
{
	struct fetch *f = ctx;

	notices_file(&f->notices, uid, file);
	if (!f->filters)
		return;
	mem_grow(f->files, f->n_files, f->cap_files);
	f->files[f->n_files++] = mem_strdup(file);
}

static int commit(struct fetch *f, struct err *err)
{
	if (arrive_commit(f->arrive, take_file, f, err) != 0)
		return -1;
	for (size_t i = 0; i < f->n_batch; i++)
		if (f->account->leave == LEAVE_NO && f->batch[i])
			pop3_dele(f->pop3, f->batch[i]);
	f->n_batch = 0;
	return 0;
}

static struct wanted *wanted(struct fetch *f, uint32_t num)
{
	while (f->at < f->n_want && f->want[f->at].num != num)
		f->at++;
	return f->at < f->n_want ? &f->want[f->at] : NULL;
}

/* The size that the server told, if any, is a hint: what comes is what counts. */
static int check_size(struct fetch *f, uint32_t num, struct slice run, struct err *err)
{
	if (f->open_num != num)
		f->open_bytes = 0;
	f->open_bytes += run.n;
	if (f->open_bytes <= (uint64_t)f->account->max_fetch << 20)
		return 0;
	return err_set(err, ERR_LIMIT, _("Message %u is larger than max-fetch (%u MiB), and its server did not say so; it stays there."),
		num, f->account->max_fetch);
}

static int bytes_came(struct fetch *f, uint32_t num, struct slice run, struct err *err)
{
	struct wanted *w;

	if (check_size(f, num, run, err) != 0)
		return -1;
	if (f->phase == PH_HEADS) {
		if (f->open_num != num)
			state_hash_init(f->state, &f->head_hash);
		f->open_num = num;
		sip_add(&f->head_hash, run);
		return 0;
	}
	if (f->open_num != num) {
		w = wanted(f, num);
		if (!w)
			return err_set(err, ERR_PROTO, _("The server sent a message that was not asked for."));
		if (arrive_begin(f->arrive, w->uid, err) != 0)
			return -1;
		f->open_num = num;
		notices_begin(&f->notices);
	}
	f->got_bytes += run.n;
	notices_bytes(&f->notices, run);
	return arrive_write(f->arrive, run, err);
}

static int head_came(struct fetch *f, uint32_t num, struct err *err)
{
	char hex[33], uid[64];

	if (f->open_num != num)
		state_hash_init(f->state, &f->head_hash);
	f->open_num = 0;
	sip_hex(&f->head_hash, hex);
	snprintf(uid, sizeof(uid), "head:%s", hex);
	return listed(f, num, uid, err);
}

static int message_came(struct fetch *f, uint32_t num, struct err *err)
{
	uint64_t bytes;
	bool twice; int r;

	/* An empty message has no run of bytes. */
	if (f->open_num != num && bytes_came(f, num, SL(""), err) != 0)
		return -1;
	f->open_num = 0;
	r = arrive_end(f->arrive, err);
	if (r < 0)
		return -1;
	twice = is_twice(f, arrive_uid(f->arrive));
	f->got += r == 1;
	if (r == 1) {
		notices_end(&f->notices, arrive_uid(f->arrive));
		mem_grow(f->batch, f->n_batch, f->cap_batch);
		f->batch[f->n_batch++] = twice ? 0 : num;
	} else if (f->account->leave == LEAVE_NO && !twice) {
		pop3_dele(f->pop3, num);
	}
	front_progress(f->front, f->at + 1, f->n_want, f->account->name);
	if (arrive_pending(f->arrive, &bytes) >= BATCH_MESSAGES || bytes >= BATCH_BYTES)
		return commit(f, err);
	return 0;
}

/* ---- the course of a session ---- */

static void ask_all(struct fetch *f)
{
	for (size_t i = 0; i < f->n_dele; i++)
		pop3_dele(f->pop3, f->dele[i]);
	for (size_t i = 0; i < f->n_want; i++) {
		uint64_t limit = (uint64_t)f->account->max_fetch << 20;

		if (f->want[i].size > limit) {
			f->left++;
			front_note(f->front, LOG_WARN, _("A message of %llu MiB stays on the server of %s: it is larger than max-fetch (%u MiB)."),
				(unsigned long long)(f->want[i].size >> 20), f->account->name, f->account->max_fetch);
			continue;
		}
		pop3_retr(f->pop3, f->want[i].num);
	}
}

/* The engine is idle: what comes next? */
static int advance(struct fetch *f, struct err *err)
{
	switch (f->phase) {
	case PH_LIST:
		if (f->no_uidl) {
			bool top = (pop3_caps(f->pop3) & POP3_TOP) != 0;

			f->phase = top && f->count ? PH_HEADS : PH_SIZES;
			for (uint64_t i = 1; i <= f->count; i++) {
				if (top) {
					pop3_top(f->pop3, (uint32_t)i, 0);
				} else {
					mem_grow(f->want, f->n_want, f->cap_want);
					f->want[f->n_want++] = (struct wanted){ (uint32_t)i, mem_strdup(""), 0 };
				}
			}
			if (top && f->count)
				return 0;
		}
		FALLTHROUGH;
	case PH_HEADS:
		f->phase = PH_SIZES;
		/* No single message can be over the limit if all of them are not. */
		if (f->n_want && f->octets > (uint64_t)f->account->max_fetch << 20) {
			pop3_list(f->pop3);
			return 0;
		}
		FALLTHROUGH;
	case PH_SIZES:
		f->phase = PH_GET;
		if (f->n_want || f->n_dele) {
			ask_all(f);
			/* Where nothing will be deleted QUIT need not wait for the disk. */
			if (f->account->leave != LEAVE_NO && f->n_dele == 0) {
				f->phase = PH_QUIT;
				pop3_quit(f->pop3);
			}
			return 0;
		}
		FALLTHROUGH;
	case PH_GET:
		if (commit(f, err) != 0)
			return -1;
		f->phase = PH_QUIT;
		pop3_quit(f->pop3);     /* behind the DELEs that commit queued */
		return 0;
	case PH_QUIT:
		return 0;
	}
	return 0;
}

static void end_look(struct fetch *f)
{
	if (f->looking)
		state_look_end(f->state);
	f->looking = false;
}

/* A server that refuses to give or to delete a message: the others come. */
static int refused(struct fetch *f, const struct act *act, struct err *err)
{
	if (f->phase == PH_LIST && act->num == 0) {
		f->no_uidl = true;
		front_note(f->front, LOG_INFO, _("The server of %s has no UIDL; messages are told apart by their contents."), f->account->name);
		return 0;
	}
	if (act->num == 0)      /* LIST: the sizes were to be a hint only */
		return 0;
	if (++f->refused <= REFUSED_SHOWN)
		front_note(f->front, LOG_WARN, _("%s, message %u: %s"), f->account->name, act->num, act->err.text);
	if (++f->in_a_row < REFUSED_MAX)
		return 0;
	return err_set(err, ERR_PROTO, _("%s refuses all that is asked, %u times now; the last words were: %s"),
		f->account->pop3.host, f->refused, act->err.text);
}

static int event(struct fetch *f, const struct act *act, struct err *err)
{
	char uid[256];

	switch (act->event) {
	case EV_STAT:
		f->count = act->count;
		f->octets = act->size;
		break;
	case EV_UID:
		if (!f->looking && state_look(f->state, err) != 0)
			return -1;
		f->looking = true;
		snprintf(uid, sizeof(uid), SL_FMT, SL_ARG(act->uid));
		return listed(f, act->num, uid, err);
	case EV_SIZE:
		/* Both lists ascend with every server; a size is a hint only. */
		for (size_t i = f->at; i < f->n_want && f->want[i].num <= act->num; f->at = i++)
			if (f->want[i].num == act->num)
				f->want[i].size = act->size;
		break;
	case EV_LIST_END:
		end_look(f);
		f->at = 0;
		break;
	case EV_GOT:
		f->in_a_row = 0;
		return f->phase == PH_HEADS ? head_came(f, act->num, err) : message_came(f, act->num, err);
	case EV_DELETED:
		f->deleted++;
		f->in_a_row = 0;
		break;
	case EV_REFUSED:
		return refused(f, act, err);
	default:
		break;
	}
	return 0;
}

static int course(struct fetch *f, struct err *err)
{
	struct act act;
	struct slice run;

	pop3_stat(f->pop3);
	pop3_uidl(f->pop3);
	for (;;) {
		int r = 0;

		switch (session_next(&f->session, &act, &run)) {
		case WANT_NEXT: r = advance(f, err); break;
		case WANT_SINK: r = bytes_came(f, act.num, run, err); break;
		case WANT_EVENT: r = event(f, &act, err); break;
		case WANT_DONE: return commit(f, err);
		case WANT_FAIL: *err = act.err; return -1;
		default: r = err_set(err, ERR_PROTO, _("The POP3 session asked for something unknown.")); break;
		}
		if (r != 0)
			return -1;
	}
}

static int prepare(struct fetch *f, const struct conf *conf, struct err *err)
{
	char *path;
	int r;

	if (fs_mkdirs(conf->data, err) != 0 || fs_check_private(conf->data, err) != 0)
		return -1;
	path = path_join(conf->data, "state.db");
	r = state_open(&f->state, path, err);
	free(path);
	if (r != 0 || arrive_open(&f->arrive, f->account->inbox, f->state, f->account->name, err) != 0 ||
	    arrive_recover(f->arrive, err) != 0)
		return -1;
	f->whole = state_whole(f->state, f->account->name, err);
	if (f->whole < 0 || (f->whole == 0 && arrive_compare(f->arrive, err) != 0))
		return -1;
	if (f->account->leave == LEAVE_UNTIL_DELETED)
		return mark_deleted(f, err);
	return 0;
}

static int lock_account(const struct conf *conf, const struct account *a, int *lock, struct err *err)
{
	struct str path;
	int r;

	if (fs_mkdirs(conf->data, err) != 0)
		return -1;
	str_init(&path, 8192);
	str_addf(&path, "%s/fetch-", conf->data);
	str_addpct(&path, sl(a->name));
	str_adds(&path, ".lock");
	r = fs_lock(path.p, false, lock, err);
	if (r != 0 && err->kind == ERR_LOCKED)
		err_set(err, ERR_LOCKED, _("Another pabal is fetching the mail of %s right now."), a->name);
	str_release(&path);
	return r;
}

static void report(struct fetch *f)
{
	char got[24], bytes[24], left[24], deleted[24];

	snprintf(got, sizeof(got), "%llu", (unsigned long long)f->got);
	snprintf(bytes, sizeof(bytes), "%llu", (unsigned long long)f->got_bytes);
	snprintf(left, sizeof(left), "%llu", (unsigned long long)f->left);
	snprintf(deleted, sizeof(deleted), "%llu", (unsigned long long)f->deleted);
	front_item(f->front, "fetched", "account", f->account->name, "new", got, "bytes", bytes, "left", left, "deleted", deleted, NULL);
	if (f->doubles)
		front_note(f->front, LOG_WARN, _("The server of %s gives several messages the same name (UIDL); they were fetched and stay there."), f->account->name);
}

int fetch_run(struct front *front, const struct conf *conf, struct account *a, struct trace *trace, struct err *err)
{
	struct fetch f = { .front = front, .account = a, .filters = conf->n_filters > 0, .now = rt_now() / 1000000 };
	struct pop3_conf pc = { .host = a->pop3.host, .tls = session_tls(&a->pop3), .user = a->pop3.user,
		.mech = a->auth, .clear_ok = session_clear_ok(a, &a->pop3), .window = WINDOW };
	struct err late = ERR_INIT;
	int lock = -1, r;

	if (!a->pop3.set)
		return err_set(err, ERR_CONFIG, _("The account %s has no POP3 server. Add: pop3 = pop3s://user@host"), a->name);
	if (!a->pop3.user)
		return err_set(err, ERR_CONFIG, _("The POP3 server of the account %s needs a user: pop3s://user@host"), a->name);
	if (lock_account(conf, a, &lock, err) != 0)
		return -1;
	f.seen = map_new();
	f.twice = map_new();
	notices_init(&f.notices);
	f.pop3 = pop3_new(&pc);
	r = prepare(&f, conf, err);
	if (r == 0) {
		r = session_open(&f.session, front, conf, a, &a->pop3, &pop3_engine, f.pop3, trace, err);
		if (r == 0) {
			r = course(&f, err);
			end_look(&f);
			session_close(&f.session);
			if (r == 0 && !f.whole)
				r = state_whole_set(f.state, a->name, err);
		}
		/* What came whole before a break stays. */
		arrive_abort(f.arrive);
		if (r != 0 && arrive_commit(f.arrive, take_file, &f, &late) != 0)
			front_note(front, LOG_WARN, "%s", late.text);
		late = (struct err)ERR_INIT;
		if (notices_read(&f.notices, front, conf, a->inbox, &late) != 0)
			front_note(front, LOG_WARN, "%s", late.text);
		/* It is all here: a filter that fails leaves mail in the inbox, no more. */
		late = (struct err)ERR_INIT;
		if (filter_new(front, conf, a->inbox, (const char *const *)f.files, f.n_files, &late) != 0)
			front_note(front, LOG_WARN, "%s", late.text);
		report(&f);
		if (r == 0 && f.refused)
			r = err_set(err, ERR_TEMP, ngettext_("The server refused what was asked of %u message; it is tried again next time.",
				"The server refused what was asked of %u messages; it is tried again next time.", f.refused), f.refused);
	}
	pop3_free(&f.pop3);
	arrive_close(&f.arrive);
	state_close(&f.state);
	map_free(&f.seen);
	map_free(&f.twice);
	notices_release(&f.notices);
	for (size_t i = 0; i < f.n_want; i++)
		free(f.want[i].uid);
	for (size_t i = 0; i < f.n_files; i++)
		free(f.files[i]);
	free(f.files);
	free(f.want);
	free(f.dele);
	free(f.batch);
	fs_close(&lock);
	return r;
}
