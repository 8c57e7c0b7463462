/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * envelope: who sends an item of the outbox and to whom, as a file: lines of
 * "key value", values with %XX, the last line "end".  An unknown key is left
 * alone; anything damaged makes the whole unreadable.
 */
#include "priv.h"

void envelope_release(struct envelope *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->rcpt[i].addr);
		free(e->rcpt[i].orcpt);
		free(e->rcpt[i].notify);
	}
	free(e->rcpt);
	free(e->account);
	free(e->from);
	free(e->message_id);
	free(e->subject);
	free(e->envid);
	free(e->ret);
	free(e->stamp);
	memset(e, 0, sizeof(*e));
}

#define VALUE_MAX 4096          /* of one line, decoded */

/* Longer values are for listing only and are cut. */
static void put_line(struct str *s, const char *key, const char *value)
{
	struct slice v = sl(value);

	if (!value)
		return;
	if (v.n > VALUE_MAX)
		for (v.n = VALUE_MAX; v.n && ((unsigned char)v.p[v.n] & 0xC0) == 0x80; )
			v.n--;
	str_addf(s, "%s ", key);
	str_addpct(s, v);
	str_addc(s, '\n');
}

void envelope_format(const struct envelope *e, struct str *s)
{
	str_adds(s, "pabal-envelope 1\n");
	str_addf(s, "created %lld\n", (long long)e->created);
	if (e->send_at)
		str_addf(s, "send-at %lld\n", (long long)e->send_at);
	put_line(s, "account", e->account);
	put_line(s, "from", e->from);
	put_line(s, "message-id", e->message_id);
	put_line(s, "subject", e->subject);
	put_line(s, "envid", e->envid);
	put_line(s, "ret", e->ret);
	put_line(s, "stamp", e->stamp);
	for (size_t i = 0; i < e->n; i++) {
		put_line(s, "to", e->rcpt[i].addr);
		put_line(s, "orcpt", e->rcpt[i].orcpt);
		put_line(s, "notify", e->rcpt[i].notify);
	}
	str_adds(s, "end\n");
}

/* What goes out in commands may hold no control characters; a subject may. */
static int set(char **field, struct slice s, bool shown)
{
	struct str v;
	int r;

	str_init(&v, VALUE_MAX);
	r = str_unpct(&v, s);
	for (size_t i = 0; i < v.n && r == 0; i++)
		if (v.p[i] == 0 || (!shown && ((unsigned char)v.p[i] < ' ' || v.p[i] == 0x7f)))
			r = -1;
	free(*field);
	*field = str_detach(&v);
	return r;
}

static int envelope_line(struct envelope *e, size_t *cap, struct slice key, struct slice value)
{
	struct rcpt *last = e->n ? &e->rcpt[e->n - 1] : NULL;
	uint64_t n;

	if (sl_is(key, "created") || sl_is(key, "send-at")) {
		if (sl_u64(value, INT64_MAX, &n) != 0)
			return -1;
		*(sl_is(key, "created") ? &e->created : &e->send_at) = (int64_t)n;
	} else if (sl_is(key, "account")) {
		return set(&e->account, value, false);
	} else if (sl_is(key, "from")) {
		return set(&e->from, value, false);
	} else if (sl_is(key, "message-id")) {
		return set(&e->message_id, value, true);
	} else if (sl_is(key, "subject")) {
		return set(&e->subject, value, true);
	} else if (sl_is(key, "envid")) {
		return set(&e->envid, value, false);
	} else if (sl_is(key, "ret")) {
		return set(&e->ret, value, false);
	} else if (sl_is(key, "stamp")) {
		return set(&e->stamp, value, false);
	} else if (sl_is(key, "to")) {
		mem_grow(e->rcpt, e->n, *cap);
		e->rcpt[e->n++] = (struct rcpt){ 0 };
		return set(&e->rcpt[e->n - 1].addr, value, false);
	} else if (sl_is(key, "orcpt")) {
		return last ? set(&last->orcpt, value, false) : -1;
	} else if (sl_is(key, "notify")) {
		return last ? set(&last->notify, value, false) : -1;
	}
	return 0;
}

int envelope_read(struct slice text, struct envelope *e, const char *id, struct err *err)
{
	struct slice line, key;
	size_t cap = 0;
	bool end = false;
	int r = 0;

	memset(e, 0, sizeof(*e));
	if (!sl_line(&text, &line) || !sl_is(line, "pabal-envelope 1"))
		return err_set(err, ERR_CONFIG, _("The envelope of the outbox item %s is not one that this pabal can read."), id);
	while (r == 0 && !end && sl_line(&text, &line)) {
		end = sl_is(line, "end");
		if (!end && sl_cut(&line, ' ', &key))
			r = envelope_line(e, &cap, key, line);
	}
	if (r != 0 || !end || e->n == 0 || !e->account || !e->from) {
		envelope_release(e);
		return err_set(err, ERR_CONFIG, _("The envelope of the outbox item %s is damaged or cut off."), id);
	}
	if (!e->message_id)
		e->message_id = mem_strdup("");
	if (!e->subject)
		e->subject = mem_strdup("");
	return 0;
}

/* What does not fit into an envelope would be cut there. */
int envelope_check(const struct envelope *e, struct err *err)
{
	bool fits = e->n > 0 && strlen(e->from) <= VALUE_MAX && strlen(e->account) <= VALUE_MAX;

	for (size_t i = 0; i < e->n; i++)
		fits = fits && strlen(e->rcpt[i].addr) < VALUE_MAX - 16;
	return fits ? 0 : err_set(err, ERR_INPUT, _("An address is too long, or there is none."));
}
