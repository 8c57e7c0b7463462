/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * composesend: from a message being written to the outbox: what should be looked at
 * first, sending now, in a while, or at a time, and taking it back.
 */
#include "screens.h"
#include <unistd.h>

/* ---- the outbox ---- */

int post_open(struct app *a, struct state **st, struct outbox **o, struct err *err)
{
	char *db = path_join(a->conf.data, "state.db"), *dir = path_join(a->conf.data, "outbox");
	int r;

	*st = NULL;
	*o = NULL;
	r = fs_mkdirs(a->conf.data, err);
	if (r == 0)
		r = state_open(st, db, err);
	if (r == 0)
		r = outbox_open(o, dir, *st, err);
	free(db);
	free(dir);
	return r;
}

void post_close(struct state **st, struct outbox **o)
{
	outbox_close(o);
	state_close(st);
}

/* ---- what waits is tried when its time comes ---- */

enum { AGAIN_SEC = 60, LOOK_SEC = 600 };

static void due_time(void *ctx)
{
	struct app *a = ctx;

	a->due_timer = NULL;
	jobs_send(a, NULL, false);             /* and when it is over, the next time is looked for */
}

/* Seconds until the first of them; what is due and was not sent is tried in a while. */
static int64_t next_due(struct app *a, const struct items *items, int64_t now)
{
	int64_t wait = -1;

	for (size_t i = 0; i < items->n; i++) {
		const struct item *it = &items->v[i];
		int64_t sec = it->sending.next_try - now;

		if (it->sending.held || !item_waiting(it) || (a->pending_send.on && strcmp(a->pending_send.id, it->id) == 0))
			continue;
		sec = item_due(it, now) ? AGAIN_SEC : MIN(sec, LOOK_SEC);       /* a computer sleeps, clocks are set */
		wait = wait < 0 ? sec : MIN(wait, sec);
	}
	return wait;
}

void send_plan(struct app *a)
{
	struct items items = { 0 };
	struct err ignored = ERR_INIT;
	int64_t wait = AGAIN_SEC;
	struct outbox *o;
	struct state *st;

	if (a->opts->script)
		return;
	watch_free(&a->due_timer);
	if (post_open(a, &st, &o, &ignored) == 0 && outbox_list(o, &items, &ignored) == 0) {
		wait = next_due(a, &items, rt_now() / 1000000);
		items_release(&items);
	}
	post_close(&st, &o);
	if (wait >= 0)
		a->due_timer = loop_timer(a->loop, (wait + 1) * 1000000, due_time, a);
}

/* ---- going ---- */

static void send_time(void *ctx)
{
	struct app *a = ctx;
	int64_t now = rt_now() / 1000000;
	bool counts;

	a->count_timer = NULL;
	if (!a->pending_send.on)
		return;
	counts = !a->said || strcmp(a->said, a->pending_send.said) == 0;        /* what else was said is not talked over */
	if (now >= a->pending_send.at) {
		if (counts)
			app_unsay(a);
		a->pending_send.on = false;
		jobs_send(a, a->pending_send.id, true);
		return;
	}
	if (counts) {
		app_say(a, STYLE_NORMAL, ngettext_("It goes out in %lld second; {undo} takes it back.", "It goes out in %lld seconds; {undo} takes it back.", a->pending_send.at - now),
			(long long)(a->pending_send.at - now));
		snprintf(a->pending_send.said, sizeof(a->pending_send.said), "%s", a->said);
	}
	a->count_timer = loop_timer(a->loop, 1000000, send_time, a);
}

void send_wait(struct app *a, const char *item, int64_t at)
{
	if (a->pending_send.on)         /* the one before goes now */
		jobs_send(a, a->pending_send.id, true);
	watch_free(&a->count_timer);
	snprintf(a->pending_send.id, sizeof(a->pending_send.id), "%s", item);
	a->pending_send.at = at;
	a->pending_send.on = true;
	app_unsay(a);
	send_time(a);
}

/* Whether somebody has it, or may have it, already. */
static bool may_be_there(struct outbox *o, const char *item, struct err *err)
{
	struct item it = { 0 };
	bool may = false;

	if (outbox_get(o, item, &it, err) != 0)
		return false;
	for (size_t i = 0; i < it.fates.n; i++)
		may = may || it.fates.v[i].fate == FATE_ACCEPTED || it.fates.v[i].fate == FATE_UNSURE;
	item_release(&it);
	return may;
}

void send_take_back(struct app *a, const char *item)
{
	struct compose *c = mem_zalloc(sizeof(*c));
	struct err err = ERR_INIT;
	struct outbox *o;
	struct state *st;
	int lock = -1, r;
	bool there = false;

	compose_init(c, &a->conf, conf_account(&a->conf, NULL));
	r = post_open(a, &st, &o, &err);
	/* Whoever holds the lock sends it right now; then it is too late. */
	if (r == 0)
		r = outbox_lock(o, item, &lock, &err);
	if (r == 0)
		there = may_be_there(o, item, &err);
	if (r == 0)
		r = compose_from_item(c, &a->conf, o, item, &err);
	if (r == 0 && a->pending_send.on && strcmp(a->pending_send.id, item) == 0)
		c->send_at = 0;         /* the time to think, and none that was asked for */
	if (r == 0)
		r = compose_save(c, &err);
	if (r == 0 && outbox_remove(o, item, &err) == 0)
		state_item_drop(st, item, &err);
	if (lock >= 0)
		fs_close(&lock);
	post_close(&st, &o);
	if (a->pending_send.on && strcmp(a->pending_send.id, item) == 0) {
		a->pending_send.on = false;
		watch_free(&a->count_timer);
	}
	if (r == 0) {
		compose_open(a, c, false);
		app_say(a, there ? STYLE_WARNING : STYLE_GOOD, "%s", there ? _("Out of the outbox. Somebody may have it already, as it was.") :
			_("Taken back: nothing was sent."));
	} else {
		if (err.kind == ERR_LOCKED)
			err_set(&err, ERR_LOCKED, "%s", _("Too late: it is being sent right now."));
		app_fail(a, &err);
		compose_release(c);
		free(c);
	}
	app_changed(a, CHANGED_OUTBOX);
}

static void queue(struct screen_compose *k)
{
	struct app *a = k->s.app;
	int64_t now = rt_now() / 1000000;
	bool later = k->c->send_at > now;
	char *about = mem_strdup(k->c->about), flag = k->c->about_flag;
	struct err err = ERR_INIT;
	char id[64];
	struct outbox *o;
	struct state *st;
	int r;

	if (!later)
		k->c->send_at = a->conf.look.undo_send ? now + a->conf.look.undo_send : 0;
	r = post_open(a, &st, &o, &err);
	if (r == 0)
		r = compose_queue(k->c, &a->conf, o, id, &err);
	post_close(&st, &o);
	if (r != 0) {
		if (!later)
			k->c->send_at = 0;
		app_fail(a, &err);
		free(about);
		return;
	}
	if (about)
		act_flag_about(a, about, flag == 'R' ? "+replied" : "+passed");
	free(about);
	compose_leave(k);
	if (later) {
		struct str when;

		str_init(&when, 64);
		send_when(&when, k->c->send_at, now);
		app_say(a, STYLE_GOOD, _("In the outbox ({outbox}); it goes out at %s."), when.p);
		str_release(&when);
	} else if (a->conf.look.undo_send) {
		send_wait(a, id, now + a->conf.look.undo_send);
	} else {
		jobs_send(a, id, true);
	}
	app_changed(a, CHANGED_OUTBOX);
	jobs_index(a, NULL, true);
}

/* ---- what a server takes at most: lines "account octets" in cache/limits ---- */

static char *limits_path(struct app *a)
{
	return path_join(a->conf.cache, "limits");
}

static uint64_t limit_of(struct app *a, const char *account)
{
	char *path = limits_path(a);
	struct err ignored = ERR_INIT;
	struct slice rest, line, word;
	uint64_t max = 0;
	struct str text;

	str_init(&text, 65536);
	if (fs_slurp(path, 65536, &text, &ignored) == 0)
		for (rest = str_sl(&text); sl_line(&rest, &line); )
			if (sl_word(&line, &word) && sl_is(sl_trim(line), account))
				sl_u64(word, UINT64_MAX, &max);
	str_release(&text);
	free(path);
	return max;
}

void send_learn_limit(struct app *a, const struct wire *w, uint64_t max)
{
	char *path = limits_path(a);
	struct err ignored = ERR_INIT;
	struct slice rest, line, whole, word;
	struct str account, text, out;

	str_init(&account, 4096);
	str_init(&text, 65536);
	str_init(&out, 131072);
	if (wire_get(w, "account", &account) && limit_of(a, account.p) != max) {
		fs_slurp(path, 65536, &text, &ignored);
		for (rest = str_sl(&text); sl_line(&rest, &line); ) {
			whole = line;
			if (sl_word(&line, &word) && !sl_is(sl_trim(line), account.p))
				str_addf(&out, SL_FMT "\n", SL_ARG(whole));
		}
		str_addf(&out, "%llu %s\n", (unsigned long long)max, account.p);
		fs_replace(path, str_sl(&out), &ignored);
	}
	str_release(&account);
	str_release(&text);
	str_release(&out);
	free(path);
}

/* ---- checks ---- */

static void check_next(struct screen_compose *k);

static void check_answered(void *ctx, bool yes)
{
	struct screen_compose *k = ctx;

	if (yes)
		check_next(k);
	else
		k->passed = 0;
}

static enum field field_to_mend(unsigned bit)
{
	return bit == CHECK_NO_SUBJECT ? FIELD_SUBJECT : FIELD_TO;
}

/* The sentence of the n-th of the bits that are set. */
static char *sentence(const struct str *words, unsigned bits, unsigned bit)
{
	struct slice rest = str_sl(words), line = SL_NONE;

	for (unsigned b = 1; b <= bit; b <<= 1)
		if (bits & b)
			sl_line(&rest, &line);
	return sl_dup(line);
}

static void check_next(struct screen_compose *k)
{
	const unsigned hard = CHECK_NO_RCPT | CHECK_BAD_ADDR | CHECK_FILE_GONE;
	struct app *a = k->s.app;
	struct err ignored = ERR_INIT;
	unsigned bits, bit = 1;
	struct state *st;
	struct str words;
	char *text;

	str_init(&words, 65536);
	track_open(&a->conf, &st, &ignored);
	bits = compose_check(k->c, &a->conf, st, limit_of(a, k->c->account), &words);
	state_close(&st);
	if (k->c->resend)
		k->passed |= ~(hard | CHECK_FAILED_BEFORE);
	while (bit && !(bits & ~k->passed & bit))
		bit <<= 1;
	if (!bit || !(bits & ~k->passed)) {
		str_release(&words);
		k->passed = 0;
		queue(k);
		return;
	}
	text = sentence(&words, bits, bit);
	if (bit & hard) {
		app_say(a, STYLE_ERROR, "%s", text);
		if (bit != CHECK_FILE_GONE)
			compose_edit_field(k, field_to_mend(bit));
	} else {
		k->passed |= bit;
		if (bit == CHECK_NO_SUBJECT)
			list_goto(&k->at, FIELD_SUBJECT);
		ask_yes(a, false, check_answered, k, _("%s Send it all the same?"), text);
	}
	free(text);
	str_release(&words);
}

void compose_send(struct screen_compose *k)
{
	k->editing = false;
	k->passed = 0;
	if (compose_store(k))
		check_next(k);
}

/* ---- at a time ---- */

/* The hour, and the day where it is another one. */
void send_when(struct str *out, int64_t at, int64_t now)
{
	size_t begin = out->n;

	fmt_date(out, at, now);
	if (!strchr(out->p + begin, ':')) {
		str_cut(out, begin);
		fmt_moment(out, at, now);
	}
}

static int clock_of(struct slice s, struct date_parts *d)
{
	struct slice h;
	uint64_t hour, min = 0;

	if (!sl_cut(&s, ':', &h) || sl_u64(h, 23, &hour) != 0 || (s.n && sl_u64(s, 59, &min) != 0))
		return -1;
	d->hour = (int)hour;
	d->min = (int)min;
	d->sec = 0;
	return 0;
}

static int day_of(struct slice s, struct date_parts *d)
{
	struct slice part;
	uint64_t v[3] = { 0 };

	for (size_t i = 0; i < 3; i++)
		if (!sl_cut(&s, '-', &part) || sl_u64(part, 9999, &v[i]) != 0)
			return -1;
	if (v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31)
		return -1;
	d->year = (int)v[0];
	d->month = (int)v[1];
	d->day = (int)v[2];
	return 0;
}

/* The zone is that of the day meant, which may be in the other half of the year. */
static int64_t local_time(const struct date_parts *d)
{
	int64_t utc = date_join(d), sec = utc - (int64_t)date_zone(utc) * 60;

	return utc - (int64_t)date_zone(sec) * 60;
}

/* "+2h", "18:00" (today, or tomorrow when that is past), "tomorrow 9:00", "2026-12-24 8:00". */
static int when_of(const char *text, int64_t now, int64_t *out)
{
	struct slice rest = sl_trim(sl(text)), word;
	int zone = date_zone(now);
	struct date_parts d, tomorrow;
	bool day = false;
	unsigned sec;

	if (sl_starts(rest, "+")) {
		if (conf_duration(sl_skip(rest, 1), &sec) != 0)
			return -1;
		*out = now + sec;
		return 0;
	}
	date_split(now, zone, &d);
	while (sl_word(&rest, &word)) {
		if (sl_iis(word, "tomorrow") || sl_is(word, _("tomorrow"))) {
			date_split(now + 86400, zone, &d);
			day = true;
		} else if (day_of(word, &d) == 0) {
			day = true;
		} else if (clock_of(word, &d) != 0) {
			return -1;
		}
	}
	*out = local_time(&d);
	if (*out <= now && !day) {
		date_split(now + 86400, zone, &tomorrow);
		d.year = tomorrow.year;
		d.month = tomorrow.month;
		d.day = tomorrow.day;
		*out = local_time(&d);
	}
	return *out > now ? 0 : -1;
}

void compose_send_later(struct screen_compose *k, const char *when)
{
	int64_t at;

	if (!when[0]) {
		k->c->send_at = 0;
		app_say(k->s.app, STYLE_NORMAL, "%s", _("It is sent as soon as {send-message} is pressed."));
		return;
	}
	if (when_of(when, rt_now() / 1000000, &at) != 0) {
		app_say(k->s.app, STYLE_ERROR, "%s", _("That is no time to come. Write such as 18:00, +2h, tomorrow 9:00 or 2026-12-24 8:00."));
		return;
	}
	k->c->send_at = at;
	compose_changed(k);
	compose_send(k);
}
