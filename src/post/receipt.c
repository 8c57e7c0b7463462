/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * receipt: a read receipt that somebody asks for, and the answer (RFC 8098).
 *
 *   1  Never of one's own mail, to a bounce or to an automatic message; never twice; never
 *      with conditions that it does not know (2.2).
 *   2  By itself only where the person said so, and never to a list, to several addresses,
 *      or to another address than the message came from (2.1): then the person is asked.
 *   3  It goes out from the null sender, so that nothing answers it (3).
 */
#include "post/priv.h"

#define SUBJECT "Read receipt"

static bool has(struct slice header, const char *name)
{
	struct hdr h;

	return hdr_find(header, name, &h);
}

/* "<a@x>" of a Return-Path; NULL: there is none. */
static char *return_path(struct slice header)
{
	struct addrs list = { 0 };
	struct hdr h;
	struct str s;

	if (!hdr_find(header, "Return-Path", &h))
		return NULL;
	str_init(&s, 4096);
	addrs_parse(h.value, &mime_limits_default, &list);
	if (list.n)
		addr_spec(&list.v[0], &s);
	addrs_release(&list);
	return str_detach(&s);
}

/* Reports are automatic without saying so: no receipt for a receipt. */
static bool is_automatic(struct slice header)
{
	struct hdr h;

	if (hdr_find(header, "Content-Type", &h) && sl_istarts(sl_trim(h.value), "multipart/report"))
		return true;
	return hdr_find(header, "Auto-Submitted", &h) && !sl_istarts(sl_trim(h.value), "no");
}

static bool is_list(struct slice header)
{
	struct hdr h;

	return has(header, "List-Id") || has(header, "List-Post") || has(header, "List-Unsubscribe") || has(header, "Mailing-List") ||
		(hdr_find(header, "Precedence", &h) && (sl_iis(sl_trim(h.value), "list") || sl_iis(sl_trim(h.value), "bulk")));
}

/* 2.2: "signed-receipt=required,x; ...": no receipt without it, and none is known here. */
static bool requires_more(struct slice header)
{
	struct slice rest, one, importance;
	struct hdr h;

	if (!hdr_find(header, "Disposition-Notification-Options", &h))
		return false;
	for (rest = h.value; sl_cut(&rest, ';', &one);) {
		ssize_t eq = sl_find(one, '=');

		one = eq < 0 ? SL_NONE : sl_skip(one, (size_t)eq + 1);
		if (sl_cut(&one, ',', &importance) && sl_iis(sl_trim(importance), "required"))
			return true;
	}
	return false;
}

/* As RFC 5322 compares them: letters count in front of the @. */
static bool same_address(const char *a, const char *b)
{
	const char *at = strrchr(a, '@'), *other = strrchr(b, '@');

	return at && other && sl_eq(sl_make(a, (size_t)(at - a)), sl_make(b, (size_t)(other - b))) && sl_iis(sl(at), other);
}

static bool always_for(const struct conf *conf, const struct addr *to)
{
	struct str a, b;
	bool found = false;

	str_init(&a, 4096);
	str_init(&b, 4096);
	addr_spec(to, &a);
	for (size_t i = 0; i < conf->look.receipts_for.n && !found; i++) {
		str_clear(&b);
		addr_spec(&conf->look.receipts_for.v[i], &b);
		found = a.n && sl_ieq(str_sl(&a), str_sl(&b));
	}
	str_release(&a);
	str_release(&b);
	return found;
}

static bool from_me(const struct conf *conf, const struct env *env)
{
	for (size_t i = 0; i < env->from.n; i++)
		if (compose_is_me(conf, &env->from.v[i]))
			return true;
	return false;
}

/* What the person wants, for one who may be answered without a question. */
static enum receipt by_setting(const struct conf *conf, const struct addr *to)
{
	if (strcmp(conf->look.receipts, "never") == 0)
		return RECEIPT_NO;
	return strcmp(conf->look.receipts, "always") == 0 || always_for(conf, to) ? RECEIPT_SEND : RECEIPT_ASK;
}

enum receipt receipt_wanted(const struct conf *conf, struct slice header, const struct env *env, char **to)
{
	struct addrs asks = { 0 };
	enum receipt what = RECEIPT_NO;
	struct str spec;
	char *path;
	struct hdr h;
	bool twice;

	*to = NULL;
	if (!hdr_find(header, "Disposition-Notification-To", &h) || !env->message_id || from_me(conf, env) || is_automatic(header) ||
	    requires_more(header))
		return RECEIPT_NO;
	addrs_parse(h.value, &mime_limits_default, &asks);
	path = return_path(header);
	str_init(&spec, 4096);
	if (asks.n && asks.v[0].domain && addr_spec(&asks.v[0], &spec) == 0 && !(path && !path[0]))
		what = by_setting(conf, &asks.v[0]);
	/* two fields: which one is meant? */
	twice = hdr_count(header, "Disposition-Notification-To") > 1;
	if (what == RECEIPT_SEND && (asks.n > 1 || twice || is_list(header) || !path || !same_address(path, spec.p)))
		what = RECEIPT_ASK;
	if (what != RECEIPT_NO)
		*to = str_detach(&spec);
	str_release(&spec);
	addrs_release(&asks);
	free(path);
	return what;
}

int receipt_once(struct state *s, const struct env *env, struct err *err)
{
	struct str key;
	int r;

	str_init(&key, 4096);
	str_addf(&key, "receipt %s", env->message_id ? env->message_id : "");
	r = state_track_notice(s, key.p, rt_now() / 1000000, err);
	str_release(&key);
	return r;
}

/* ---- the answer ---- */

struct writing { const struct conf *conf; struct slice header; const struct env *env; const char *to, *me, *id; bool automatic; };

static int write_receipt(void *ctx, struct sink *sink, struct err *err)
{
	const struct writing *w = ctx;
	int64_t now = rt_now() / 1000000;
	unsigned char rnd[16];
	char boundary[33];
	struct hdr h;
	struct str s;
	int r;

	rt_random(rnd, sizeof(rnd));
	for (size_t i = 0; i < sizeof(rnd); i++)
		snprintf(boundary + 2 * i, 3, "%02x", rnd[i]);
	str_init(&s, STR_MAX);
	str_addf(&s, "From: <%s>\nTo: <%s>\nSubject: " SUBJECT "\nDate: ", w->me, w->to);
	date_write(&s, now, date_zone(now));
	str_addf(&s, "\nMessage-ID: <%s>\nIn-Reply-To: <%s>\nReferences: <%s>\nMIME-Version: 1.0\n", w->id, w->env->message_id, w->env->message_id);
	if (w->automatic)
		str_adds(&s, "Auto-Submitted: auto-replied\n");
	str_addf(&s, "Content-Type: multipart/report; report-type=disposition-notification;\n\tboundary=\"%s\"\n\n", boundary);
	str_addf(&s, "--%s\nContent-Type: text/plain; charset=us-ascii\n\n"
		"Your message <%s> was shown to its reader.\nThat does not say that it was read or understood.\n", boundary, w->env->message_id);
	str_addf(&s, "\n--%s\nContent-Type: message/disposition-notification\n\nReporting-UA: %s; pabal\n", boundary, conf_hostname(w->conf));
	if (hdr_find(w->header, "Original-Recipient", &h) && h.value.n < 500)
		str_addf(&s, "Original-Recipient: " SL_FMT "\n", SL_ARG(sl_trim(h.value)));
	str_addf(&s, "Final-Recipient: rfc822; %s\nOriginal-Message-ID: <%s>\nDisposition: %s; displayed\n", w->me, w->env->message_id,
		w->automatic ? "automatic-action/MDN-sent-automatically" : "manual-action/MDN-sent-manually");
	str_addf(&s, "\n--%s--\n", boundary);
	r = sink_write(sink, str_sl(&s), err);
	str_release(&s);
	return r;
}

int receipt_put(const struct conf *conf, struct outbox *o, struct slice header, const struct env *env, const char *to, bool automatic,
	char id[64], struct err *err)
{
	const struct addr *identity = NULL;
	const struct account *a;
	struct writing w = { .conf = conf, .header = header, .env = env, .to = to, .automatic = automatic };
	char *account, *rcpt = mem_strdup(to), *never = mem_strdup("NEVER"), none[1] = "", subject[] = SUBJECT, *mid;
	struct rcpt one = { .addr = rcpt, .notify = never };
	unsigned char rnd[12];
	struct str me, msgid;
	int r = -1;

	str_init(&me, 4096);
	str_init(&msgid, 4096);
	a = reply_identity(conf, env, header, &identity, &me);
	str_clear(&me);
	rt_random(rnd, sizeof(rnd));
	for (size_t i = 0; i < sizeof(rnd); i++)
		str_addf(&msgid, "%02x", rnd[i]);
	str_addf(&msgid, ".receipt@%s", conf_hostname(conf));
	mid = str_detach(&msgid);
	account = mem_strdup(a ? a->name : "");
	if (!a || addr_spec(identity ? identity : &a->address, &me) != 0) {
		err_set(err, ERR_CONFIG, "%s", _("No account can answer it."));
	} else {
		struct envelope e = { .account = account, .from = none, .message_id = mid, .subject = subject, .created = rt_now() / 1000000, .rcpt = &one, .n = 1 };

		w.me = me.p;
		w.id = mid;
		r = outbox_put(o, &e, write_receipt, &w, id, err);
	}
	str_release(&me);
	str_release(&msgid);
	free(account);
	free(rcpt);
	free(never);
	free(mid);
	return r;
}
