/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reply: answers, and what is passed on, from a message as it is read.
 */
#include "priv.h"

#define QUOTE_MAX  ((size_t)1 << 20)
#define PASSED_MAX ((size_t)16 << 20)
#define QUOTE_WIDTH 72

int compose_ready(struct render *r, struct recalled *m, struct err *err)
{
	int more = 1;

	while (!render_tree(r)) {
		int done = render_step(r, 100000, err);

		if (done < 0)
			return -1;
		/* laid out, and once more, and there is no tree */
		if (done == 1 && more-- == 0 && !render_tree(r))
			return err_set(err, ERR_INPUT, _("The message can't be read."));
	}
	memset(m, 0, sizeof(*m));
	m->render = r;
	m->tree = render_tree(r);
	m->env = render_env(r);
	m->header = render_header(r);
	render_bytes(r, &m->fd, &m->mem);
	return 0;
}

void compose_bytes(const struct recalled *m, struct src *src)
{
	if (m->fd >= 0)
		src_range(src, m->fd, 0, -1);
	else
		src_mem(src, m->mem);
}

static void take_identity(struct compose *c, const struct conf *conf, const struct recalled *m)
{
	const struct addr *identity = NULL;
	const struct account *a;
	struct str why;

	str_init(&why, 65536);
	a = reply_identity(conf, m->env, m->header, &identity, &why);
	if (a)
		compose_write_as(c, a, identity);
	str_release(&why);
}

void compose_take_thread(struct compose *c, const struct env *e)
{
	struct str refs;

	str_init(&refs, STR_MAX);
	compose_set(&c->in_reply_to, e->message_id);
	if (gen_references(e, &refs) == 0 && refs.n)
		compose_set(&c->references, refs.p);
	str_release(&refs);
}

static void set_text(struct compose *c, struct str *text)
{
	free(c->text);
	c->text = word_detach(text);
}

/* "Re: plan", or "Re: plan (and 2 more messages)" where their subjects differ. */
static void take_subject(struct compose *c, char *(*of)(const char *), const struct recalled *m, size_t n)
{
	bool same = true;
	struct str more;

	free(c->subject);
	c->subject = of(m[0].env->subject);
	for (size_t i = 1; i < n && same; i++) {
		char *other = of(m[i].env->subject);

		same = strcmp(c->subject, other) == 0;
		free(other);
	}
	if (same)
		return;
	str_init(&more, STR_MAX);
	str_addf(&more, ngettext_("%s (and %zu more message)", "%s (and %zu more messages)", n - 1), c->subject, n - 1);
	compose_set(&c->subject, more.p);
	str_release(&more);
}

static int oldest_first(const void *a, const void *b)
{
	const struct recalled *x = a, *y = b;

	return (x->env->date.sec > y->env->date.sec) - (x->env->date.sec < y->env->date.sec);
}

/* All of them, the oldest first; the caller frees. */
static struct recalled *ready(struct render *const *v, size_t n, struct err *err)
{
	struct recalled *m = mem_array(NULL, n, sizeof(*m));

	for (size_t i = 0; i < n; i++) {
		if (compose_ready(v[i], &m[i], err) != 0) {
			free(m);
			return NULL;
		}
	}
	qsort(m, n, sizeof(*m), oldest_first);
	return m;
}

/* In-Reply-To names them all; the thread is that of the first (RFC 5322 3.6.4). */
static void take_threads(struct compose *c, const struct recalled *m, size_t n)
{
	struct str ids;

	compose_take_thread(c, m[0].env);
	str_init(&ids, STR_MAX);
	for (size_t i = 0; i < n; i++)
		if (m[i].env->message_id)
			str_addf(&ids, "%s%s", ids.n ? " " : "", m[i].env->message_id);
	if (n > 1 && ids.n)
		compose_set(&c->in_reply_to, ids.p);
	str_release(&ids);
}

int compose_reply(struct compose *c, const struct conf *conf, struct render *const *v, size_t n, enum reply_to how, struct err *err)
{
	struct recalled *m = ready(v, n, err);
	int r = m ? compose_reply_to(c, conf, m, n, how, err) : -1;
	struct str text, out;

	str_init(&text, QUOTE_MAX + 4096);
	str_init(&out, STR_MAX);
	for (size_t i = 0; i < n && r == 0; i++) {
		str_clear(&text);
		r = render_quotable(m[i].render, QUOTE_WIDTH, QUOTE_MAX / n, &text, err);
		compose_quote(m[i].env, str_sl(&text), &out);
	}
	if (r == 0) {
		take_identity(c, conf, &m[0]);
		take_threads(c, m, n);
		take_subject(c, compose_re, m, n);
		c->about_flag = 'R';
		compose_add_signature(compose_account(c, conf), &out);
		set_text(c, &out);
	}
	str_release(&out);
	str_release(&text);
	free(m);
	return r;
}

/* ---- passed on ---- */

static int attach_whole(struct compose *c, const struct recalled *m, struct err *err)
{
	struct str name, clean;
	struct src src;
	int r;

	str_init(&name, STR_MAX);
	str_init(&clean, 4096);
	str_addf(&name, "%s.eml", m->env->subject && *m->env->subject ? m->env->subject : "message");
	/* "a/b" in a subject is no path */
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/' || name.p[i] == '\\')
			name.p[i] = '-';
	filename_clean(str_sl(&name), "1", &clean);
	compose_bytes(m, &src);
	r = compose_attach_src(c, &src, clean.p, "message/rfc822", err);
	src_release(&src);
	str_release(&name);
	str_release(&clean);
	return r;
}

static int pass_on(struct compose *c, const struct recalled *m, struct str *out, struct err *err)
{
	struct str text;
	int r;

	str_init(&text, PASSED_MAX + 4096);
	r = render_quotable(m->render, QUOTE_WIDTH, PASSED_MAX, &text, err);
	if (r == 0) {
		compose_passed_on(m->env, str_sl(&text), out);
		str_addc(out, '\n');
		r = compose_take_parts(c, m, tree_best_text(m->tree), err);
	}
	str_release(&text);
	return r;
}

int compose_forward(struct compose *c, const struct conf *conf, struct render *const *v, size_t n, bool as_attachment, struct err *err)
{
	struct recalled *m = ready(v, n, err);
	struct str out;
	int r = m ? 0 : -1;

	str_init(&out, STR_MAX);
	str_addc(&out, '\n');
	for (size_t i = 0; i < n && r == 0; i++) {
		r = as_attachment ? attach_whole(c, &m[i], err) : pass_on(c, &m[i], &out, err);
		if (r == 0 && n > 1 && out.n > PASSED_MAX)
			r = err_set(err, ERR_LIMIT, "%s", _("Their texts are too long for one message. Pass them on as attachments."));
	}
	if (r == 0) {
		take_identity(c, conf, &m[0]);
		take_subject(c, compose_fwd, m, n);
		c->about_flag = 'P';
		compose_add_signature(compose_account(c, conf), &out);
		set_text(c, &out);
	}
	str_release(&out);
	free(m);
	return r;
}

int compose_resend(struct compose *c, const struct conf *conf, struct render *r, struct err *err)
{
	struct recalled m;
	struct src src;
	struct str clean;
	char *path = NULL;
	int failed;

	if (compose_ready(r, &m, err) != 0)
		return -1;
	take_identity(c, conf, &m);
	compose_bytes(&m, &src);
	failed = compose_keep(c, &src, "message.eml", &path, err);
	src_release(&src);
	if (failed)
		return -1;
	free(c->resend);
	c->resend = path;
	str_init(&clean, STR_MAX);
	utf8_sanitize(&clean, sl(m.env->subject), CLEAN_LINE);
	compose_set(&c->subject, clean.p);
	c->about_flag = 'P';
	str_release(&clean);
	return 0;
}
