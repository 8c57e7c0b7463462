/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sendfate: what becomes of each recipient of an item that is sent: into the outbox's
 * record and the tracking in one transaction, and then told.
 */
#include "priv.h"

#define GIVE_UP_TRIES 5

static int64_t now_s(void)
{
	return rt_now() / 1000000;
}

static const char *fate_word(enum rcpt_fate f)
{
	switch (f) {
	case FATE_WAITING: return "waiting";
	case FATE_GOING: return "sending";
	case FATE_ACCEPTED: return "accepted";
	case FATE_FAILED: return "failed";
	case FATE_UNSURE: return "unsure";
	}
	return "";
}

bool send_relays(const struct send *s)
{
	return s->account && s->account->smtp.tls == CONF_MAY;
}

void send_tell(struct send *s, const struct fate *f)
{
	char code[16];

	snprintf(code, sizeof(code), "%d", f->code);
	front_item(s->front, "rcpt", "item", s->item->id, "addr", f->addr, "fate", fate_word(f->fate),
		"code", code, "enh", f->enh ? f->enh : "", "text", f->text ? f->text : "", NULL);
}

/* why NULL: each recipient that waits was told with its own reason. */
void send_tell_wait(struct send *s, const struct err *why)
{
	char next[24], kind[24];

	snprintf(next, sizeof(next), "%lld", (long long)outbox_next_try(s->conf, s->item, now_s()));
	snprintf(kind, sizeof(kind), "%d", (int)(why ? why->kind : ERR_TEMP));
	front_item(s->front, "wait", "item", s->item->id, "next", next, "why", why ? why->text : "", "errkind", kind, NULL);
}

/* What the tracking knows is written with what the outbox knows, or neither is. */
int send_follow(struct send *s, size_t i, bool expired, struct err *err)
{
	if (!s->track.id && track_item(s->state, s->item, &s->track, err) != 0)
		return -1;
	return track_fate(s->state, &s->track, s->item, i, expired, err);
}

int send_fate(struct send *s, size_t i, enum rcpt_fate fate, int code, const char *enh, const char *text, bool expired, struct err *err)
{
	struct fate *f = &s->item->fates.v[i];

	f->fate = fate;
	f->code = code;
	f->when = now_s();
	free(f->enh);
	free(f->text);
	f->enh = mem_strdup(enh ? enh : "");
	f->text = mem_strdup(text ? text : "");
	if (state_fate(s->state, s->item->id, f, err) != 0)
		return -1;
	return fate == FATE_GOING ? 0 : send_follow(s, i, expired, err);
}

static bool too_late(const struct send *s)
{
	int64_t from = MAX(s->item->env.created, s->item->env.send_at);

	/* A clock that jumps is no reason: some tries must have failed as well. */
	return now_s() - from >= (int64_t)s->conf->give_up && s->item->sending.attempts + 1 >= GIVE_UP_TRIES;
}

/* After a refusal for now: waits, or fails when its time is over. */
enum rcpt_fate send_waits(const struct send *s)
{
	return too_late(s) ? FATE_FAILED : FATE_WAITING;
}

/* Is this "too many recipients", with others taken? Then the rest goes at once. */
static bool in_next_batch(const struct smtp_rcpt *r, bool some)
{
	return some && r->state == RCPT_TEMP && r->reply.code == 452;
}

int send_record(struct send *s, struct err *err)
{
	bool some = false;
	int r = state_begin(s->state, err);

	if (r != 0)
		return -1;
	s->again = false;
	for (size_t i = 0; i < s->mail.n; i++)
		some = some || s->mail.rcpt[i].state == RCPT_SENT;
	for (size_t i = 0; i < s->mail.n && r == 0; i++) {
		struct smtp_rcpt *m = &s->mail.rcpt[i];
		enum rcpt_fate fate = FATE_WAITING;

		switch (m->state) {
		case RCPT_SENT: fate = FATE_ACCEPTED; break;
		case RCPT_PERM: fate = FATE_FAILED; break;
		case RCPT_UNSURE: fate = send_relays(s) ? send_waits(s) : FATE_UNSURE; break;
		case RCPT_TEMP: fate = in_next_batch(m, some) ? FATE_WAITING : send_waits(s); break;
		case RCPT_NEW: fate = FATE_WAITING; break;
		}
		s->again = s->again || in_next_batch(m, some);
		r = send_fate(s, s->which[i], fate, m->reply.code, m->reply.enh, m->reply.text, m->state == RCPT_TEMP, err);
	}
	if (r == 0 && some)
		r = state_track_dsn(s->state, s->track.id, smtp_caps(s->smtp) & SMTP_DSN ? 1 : 0, err);
	if (r == 0 && !s->again)
		r = state_tried(s->state, s->item->id, now_s(),
			item_waiting(s->item) ? outbox_next_try(s->conf, s->item, now_s()) : 0, err);
	if (r != 0) {
		state_rollback(s->state);
		return -1;
	}
	if (state_commit(s->state, err) != 0)
		return -1;
	for (size_t i = 0; i < s->mail.n; i++)
		if (!in_next_batch(&s->mail.rcpt[i], some))
			send_tell(s, &s->item->fates.v[s->which[i]]);
	if (!s->again && item_waiting(s->item))
		send_tell_wait(s, NULL);
	return 0;
}

