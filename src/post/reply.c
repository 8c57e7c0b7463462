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

int compose_reply(struct compose *c, const struct conf *conf, struct render *r, enum reply_to how, struct err *err)
{
	struct str text, out;
	struct recalled m;

	if (compose_ready(r, &m, err) != 0 || compose_reply_to(c, conf, m.env, m.header, how, err) != 0)
		return -1;
	str_init(&text, QUOTE_MAX + 4096);
	if (render_quotable(r, QUOTE_WIDTH, QUOTE_MAX, &text, err) != 0) {
		str_release(&text);
		return -1;
	}
	take_identity(c, conf, &m);
	compose_take_thread(c, m.env);
	free(c->subject);
	c->subject = compose_re(m.env->subject);
	c->about_flag = 'R';
	str_init(&out, STR_MAX);
	compose_quote(m.env, str_sl(&text), &out);
	compose_add_signature(compose_account(c, conf), &out);
	set_text(c, &out);
	str_release(&out);
	str_release(&text);
	return 0;
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

int compose_forward(struct compose *c, const struct conf *conf, struct render *r, bool as_attachment, struct err *err)
{
	struct str text, out;
	struct recalled m;
	int failed;

	if (compose_ready(r, &m, err) != 0)
		return -1;
	str_init(&text, PASSED_MAX + 4096);
	str_init(&out, STR_MAX);
	take_identity(c, conf, &m);
	str_addc(&out, '\n');
	if (as_attachment) {
		failed = attach_whole(c, &m, err);
	} else {
		failed = render_quotable(r, QUOTE_WIDTH, PASSED_MAX, &text, err);
		if (failed == 0) {
			compose_passed_on(m.env, str_sl(&text), &out);
			str_addc(&out, '\n');
			failed = compose_take_parts(c, &m, tree_best_text(m.tree), err);
		}
	}
	if (failed == 0) {
		free(c->subject);
		c->subject = compose_fwd(m.env->subject);
		c->about_flag = 'P';
		compose_add_signature(compose_account(c, conf), &out);
		set_text(c, &out);
	}
	str_release(&text);
	str_release(&out);
	return failed == 0 ? 0 : -1;
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
