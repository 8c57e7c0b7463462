/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * render: a message is read once, in steps, and laid out for a width as often
 * as that changes.
 *
 *   PARSE -> IDLE -> (render_layout) HEAD -> BODY -> END -> DONE
 *                                    RAW  -> DONE
 */
#include "priv.h"
#include <errno.h>

#define READ_BLOCK ((size_t)256 << 10)
#define DEFAULT_WIDTH 80

struct render *render_open(int fd, struct str *mem, const struct conf *conf)
{
	struct render *r = mem_zalloc(sizeof(*r));
	struct err ignored = ERR_INIT;
	struct stat st;

	r->fd = fd;
	r->authserv = conf ? mem_strdup(conf->look.trusted_authserv) : NULL;
	str_init(&r->mem, STR_MAX);
	if (fd < 0) {
		struct str empty;

		str_init(&empty, mem->max);
		r->mem = *mem;
		*mem = empty;
	}
	message_mend(&r->fd, &r->mem, &ignored);
	r->size = r->fd < 0 ? (off_t)r->mem.n : fstat(r->fd, &st) == 0 ? st.st_size : 0;
	str_init(&r->header, mime_limits_default.header);
	str_init(&r->line, STR_MAX);
	str_init(&r->raw, STR_MAX);
	str_init(&r->text, STR_MAX);
	str_init(&r->notice, STR_MAX);
	r->parser = parser_new(&mime_limits_default);
	r->opts.width = DEFAULT_WIDTH;
	return r;
}

void render_free(struct render **rp)
{
	struct render *r = *rp;

	if (!r)
		return;
	lines_clear(r);
	plan_clear(r);
	links_clear(r);
	page_release(&r->page);
	parser_free(&r->parser);
	tree_free(&r->tree);
	env_release(&r->env);
	str_release(&r->header);
	str_release(&r->line);
	str_release(&r->raw);
	str_release(&r->text);
	str_release(&r->notice);
	report_release(&r->report);
	str_release(&r->mem);
	free(r->blocks);
	free(r->pieces);
	free(r->parts);
	free(r->links);
	free(r->by_number);
	free(r->opt_headers);
	free(r->opt_charset);
	free(r->authserv);
	if (r->fd >= 0)
		fs_close(&r->fd);
	free(r);
	*rp = NULL;
}

/* ---- reading ---- */

static int read_header(struct render *r, struct err *err)
{
	int rc = 0;

	if (r->fd < 0)
		str_addsl(&r->header, sl_head(sl_head(str_sl(&r->mem), hdr_length(str_sl(&r->mem))), r->header.max));
	else
		rc = hdr_read(r->fd, 0, &r->header);
	if (rc < 0)
		return err_sys(err, _("the message can't be read"));
	env_parse(str_sl(&r->header), &mime_limits_default, &r->env);
	return 0;
}

static void read_notice(struct render *r)
{
	struct err ignored = ERR_INIT;

	if (report_maybe(str_sl(&r->header)) && report_read(r->tree, r->fd, str_sl(&r->mem), &r->report, &ignored) == 0)
		r->notice_bad = notice_words(&r->report, &r->notice);
}

/* False when the time is over. */
static int parse_step(struct render *r, int64_t until, struct err *err)
{
	char *block = r->fd >= 0 ? mem_alloc(READ_BLOCK) : NULL;
	int rc = 0;

	do {
		size_t want = (size_t)MIN(r->size - r->fed, (off_t)READ_BLOCK);
		ssize_t n = (ssize_t)want;

		if (r->fd < 0)
			parser_feed(r->parser, sl_head(sl_skip(str_sl(&r->mem), (size_t)r->fed), want));
		else if ((n = fs_pread(r->fd, block, want, r->fed)) > 0)
			parser_feed(r->parser, sl_make(block, (size_t)n));
		if (n < 0) {
			rc = err_sys(err, _("the message can't be read"));
		} else if (n == 0 || (r->fed += n) >= r->size) {
			r->tree = parser_finish(&r->parser);
			rc = read_header(r, err);
			read_notice(r);
			plan_make(r);
			r->phase = r->asked ? (r->opts.raw ? PHASE_RAW : PHASE_HEAD) : PHASE_IDLE;
		}
	} while (rc == 0 && r->phase == PHASE_PARSE && rt_mono() < until);
	free(block);
	return rc;
}

static void put_sentences(struct render *r, enum line_kind kind, const struct str *s)
{
	struct slice rest = str_sl(s), line;

	while (sl_line(&rest, &line))
		line_wrap(r, kind, line, 0, 4, 0);
}

static void put_sent(struct render *r)
{
	struct str wrong, fine;

	if (!r->opts.sent)
		return;
	str_init(&wrong, STR_MAX);
	str_init(&fine, STR_MAX);
	r->opts.sent(r->opts.ctx, r, &wrong, &fine);
	put_sentences(r, LINE_TRUST, &wrong);
	put_sentences(r, LINE_NOTE, &fine);
	str_release(&wrong);
	str_release(&fine);
}

static void head_step(struct render *r)
{
	struct trust trust = r->opts.trust ? *r->opts.trust : (struct trust){ 0 };
	struct str wrong, fine;

	head_put(r, str_sl(&r->header), false);
	str_init(&wrong, STR_MAX);
	str_init(&fine, STR_MAX);
	if (!trust.authserv)
		trust.authserv = r->authserv;
	trust_line(str_sl(&r->header), &r->env, &trust, &wrong, &fine);
	put_sentences(r, LINE_TRUST, &wrong);
	r->trust_end = r->n_lines;
	if (fine.n)
		line_wrap(r, LINE_NOTE, str_sl(&fine), 0, 4, 0);
	str_release(&wrong);
	str_release(&fine);
	put_sent(r);
	line_put(r, LINE_TEXT, SL_NONE, NULL, 0, 0, false, 0);
	put_sentences(r, r->notice_bad ? LINE_TRUST : LINE_NOTE, &r->notice);
	if (r->notice.n)
		line_put(r, LINE_TEXT, SL_NONE, NULL, 0, 0, false, 0);
	r->phase = PHASE_BODY;
}

int render_step(struct render *r, int64_t usec, struct err *err)
{
	int64_t until = rt_mono() + usec;

	do {
		bool ok = true;

		switch (r->phase) {
		case PHASE_PARSE:
			ok = parse_step(r, until, err) == 0;
			break;
		case PHASE_HEAD:
			head_step(r);
			break;
		case PHASE_BODY:
			ok = body_step(r, until, err);
			break;
		case PHASE_END:
			body_end(r);
			r->phase = PHASE_DONE;
			break;
		case PHASE_RAW:
			ok = raw_step(r, until, err);
			break;
		case PHASE_IDLE:
		case PHASE_DONE:
			break;
		}
		if (!ok)
			return -1;
	} while (r->phase != PHASE_IDLE && r->phase != PHASE_DONE && rt_mono() < until);
	return r->phase == PHASE_IDLE || r->phase == PHASE_DONE;
}

void render_layout(struct render *r, const struct render_opts *opts)
{
	char *headers = mem_strdup(opts->headers), *charset = mem_strdup(opts->charset);

	free(r->opt_headers);
	free(r->opt_charset);
	r->opts = *opts;
	r->opts.headers = r->opt_headers = headers;
	r->opts.charset = r->opt_charset = charset;
	r->opts.width = MAX(opts->width, 10);
	lines_clear(r);
	plan_clear(r);
	links_clear(r);
	page_release(&r->page);
	str_clear(&r->raw);
	str_clear(&r->text);
	r->open = false;
	r->raw_at = 0;
	r->raw_col = 0;
	r->left = (struct left_out){ 0 };
	r->asked = true;
	plan_make(r);
	if (r->phase != PHASE_PARSE)
		r->phase = opts->raw ? PHASE_RAW : PHASE_HEAD;
}

/* ---- what is known ---- */

const struct mime_tree *render_tree(const struct render *r)
{
	return r->tree;
}

const struct env *render_env(const struct render *r)
{
	return r->tree ? &r->env : NULL;
}

struct slice render_header(const struct render *r)
{
	return str_sl(&r->header);
}

const struct report *render_report(const struct render *r)
{
	return &r->report;
}

void render_bytes(const struct render *r, int *fd, struct slice *mem)
{
	*fd = r->fd;
	*mem = r->fd < 0 ? str_sl(&r->mem) : SL_NONE;
}

bool render_key(struct render *r, const char *command, struct str *out)
{
	if (r->opts.key)
		r->opts.key(r->opts.ctx, command, out);
	return out->n > 0;
}

struct slice render_head_of(struct render *r, const struct part *p, struct str *room)
{
	size_t n = (size_t)MIN(p->body - p->head, (off_t)room->max);
	ssize_t got;

	if (r->fd < 0)
		return sl_head(sl_skip(str_sl(&r->mem), (size_t)p->head), n);
	str_clear(room);
	if (str_reserve(room, n) != 0 || (got = fs_pread(r->fd, room->p, n, p->head)) < 0)
		return SL_NONE;
	return sl_make(room->p, (size_t)got);
}
