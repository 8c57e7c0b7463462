/* SPDX-License-Identifier: GPL-3.0-or-later
 * talk-read: dialogue files, see talk.h */
#include "talk.h"

static void unescape(struct str *out, struct slice s, bool crlf)
{
	static const char letters[] = "rnt0";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c != '\\' || i + 1 == s.n) {
			str_addc(out, c);
			continue;
		}
		c = s.p[++i];
		if (c == 'x' && i + 2 < s.n) {
			str_addc(out, (char)(hex_val(s.p[i + 1]) * 16 + hex_val(s.p[i + 2])));
			i += 2;
		} else if (c == 'c') {
			crlf = false;
		} else {
			const char *at = memchr(letters, c, 4);

			str_addc(out, at ? "\r\n\t\0"[at - letters] : c);
		}
	}
	if (crlf)
		str_adds(out, "\r\n");
}

static char *value_of(struct slice rest, const char *key)
{
	struct slice word;
	size_t n = strlen(key);

	while (sl_word(&rest, &word)) {
		if (sl_is(word, key))
			return mem_strdup("");
		if (sl_starts(word, key) && word.n > n && word.p[n] == '=')
			return sl_dup(sl_skip(word, n + 1));
	}
	return NULL;
}

static char *text_value(struct slice rest, const char *key)
{
	char *raw = value_of(rest, key), *text;
	struct str s;

	if (!raw)
		return NULL;
	str_init(&s, 4096);
	unescape(&s, sl(raw), false);
	free(raw);
	text = str_detach(&s);
	str_release(&s);
	return text;
}

const char *talk_conf(const struct talk *t, const char *key, char out[128])
{
	char *v = text_value(sl(t->conf), key);

	if (!v)
		return NULL;
	snprintf(out, 128, "%s", v);
	free(v);
	return out;
}

static void read_mail(struct talk *t, struct slice v)
{
	struct talk_mail *m = &t->mails[t->n_mails++];
	char *size = value_of(v, "size"), *last = value_of(v, "last"), *eight = value_of(v, "8bit"),
	     *utf8 = value_of(v, "utf8");

	m->m.from = m->from = text_value(v, "from");
	m->m.envid = m->envid = text_value(v, "envid");
	m->m.ret = m->ret = text_value(v, "ret");
	if (size)
		sl_u64(sl(size), UINT64_MAX, &m->m.size);
	m->m.last = last;
	m->m.eight_bit = eight;
	m->m.utf8 = utf8;
	str_init(&m->body, STR_MAX);
	free(size);
	free(last);
	free(eight);
	free(utf8);
}

static void read_rcpt(struct talk *t, struct slice v)
{
	size_t i = t->n_mails - 1;
	struct slice rest = v, addr = SL_NONE;
	struct str s;
	char *times = value_of(v, "times");
	uint64_t n = 1;

	sl_word(&rest, &addr);
	if (times)
		sl_u64(sl(times), 300, &n);
	for (uint64_t k = 0; k < n; k++) {
		struct smtp_rcpt *r = &t->rcpts[i][t->n_rcpts[i]++];

		str_init(&s, 4096);
		if (times)
			str_addf(&s, "%llu", (unsigned long long)k);
		unescape(&s, addr, false);
		*r = (struct smtp_rcpt){ .addr = str_detach(&s),
			.orcpt = text_value(v, "orcpt"),
			.notify = text_value(v, "notify") };
		str_release(&s);
	}
	free(times);
}

static void read_header(struct talk *t, struct slice key, struct slice v)
{
	if (sl_is(key, "name")) {
		snprintf(t->name, sizeof(t->name), SL_FMT, SL_ARG(v));
	} else if (sl_is(key, "engine")) {
		snprintf(t->engine, sizeof(t->engine), SL_FMT, SL_ARG(v));
	} else if (sl_is(key, "conf")) {
		snprintf(t->conf, sizeof(t->conf), SL_FMT, SL_ARG(v));
	} else if (sl_is(key, "mail")) {
		read_mail(t, v);
	} else if (sl_is(key, "rcpt")) {
		read_rcpt(t, v);
	} else if (sl_is(key, "body")) {
		unescape(&t->mails[t->n_mails - 1].body, v, false);
	} else if (sl_is(key, "do")) {
		t->dos[t->n_dos++] = sl_dup(v);
	} else if (sl_is(key, "answer")) {
		t->answers[t->n_answers++] = sl_dup(v);
	} else if (sl_is(key, "event")) {
		str_addsl(&t->events, v);
		str_addc(&t->events, '\n');
	} else if (sl_is(key, "drop")) {
		struct slice uid = SL_NONE;

		sl_cut(&v, ':', &uid);
		t->drop[t->n_drop].uid = sl_dup(uid);
		str_init(&t->drop[t->n_drop].text, STR_MAX);
		unescape(&t->drop[t->n_drop++].text, v, false);
	}
}

static int read_line(struct talk *t, struct slice line)
{
	struct slice head;
	uint64_t times = 1;

	if (line.n == 0)
		return 0;
	if (sl_starts(line, "# ")) {
		line = sl_skip(line, 2);
		if (sl_cut(&line, ':', &head))
			read_header(t, head, sl_trim(line));
		return 0;
	}
	if (!strchr("SCTX", line.p[0]) || !sl_cut(&line, ':', &head))
		return -1;
	if (head.n > 2 && sl_u64(sl_skip(head, 2), 2000000, &times) != 0)
		return -1;
	if (line.n && line.p[0] == ' ')
		line = sl_skip(line, 1);
	mem_grow(t->lines, t->n, t->cap);
	t->lines[t->n].who = head.p[0];
	str_init(&t->lines[t->n].text, STR_MAX);
	for (; times; times--)
		unescape(&t->lines[t->n].text, line, true);
	t->n++;
	return 0;
}

int talk_read(struct talk *t, const char *path, struct err *e)
{
	struct str file;
	struct slice rest, line;
	char mine;
	int rc;

	memset(t, 0, sizeof(*t));
	str_init(&t->events, 1 << 20);
	str_init(&file, 1 << 20);
	rc = fs_slurp(path, 1 << 20, &file, e);
	rest = str_sl(&file);
	while (rc == 0 && sl_line(&rest, &line))
		if (read_line(t, line) != 0)
			rc = err_set(
				e, ERR_INPUT, "%s: what is \"" SL_FMT "\"?", path, SL_ARG(line));
	str_release(&file);
	mine = strchr(t->engine, 'd') ? 'S' : 'C';
	for (size_t i = 0; i < t->n; i++)
		if (t->lines[i].who == (mine == 'S' ? 'C' : 'S'))
			t->peer_bytes += t->lines[i].text.n;
	return rc;
}

void talk_release(struct talk *t)
{
	for (size_t i = 0; i < t->n; i++)
		str_release(&t->lines[i].text);
	free(t->lines);
	for (size_t i = 0; i < t->n_mails; i++) {
		free(t->mails[i].from);
		free(t->mails[i].envid);
		free(t->mails[i].ret);
		str_release(&t->mails[i].body);
		for (size_t k = 0; k < t->n_rcpts[i]; k++) {
			free((void *)(uintptr_t)t->rcpts[i][k].addr);
			free((void *)(uintptr_t)t->rcpts[i][k].orcpt);
			free((void *)(uintptr_t)t->rcpts[i][k].notify);
		}
	}
	for (size_t i = 0; i < t->n_dos; i++)
		free(t->dos[i]);
	for (size_t i = 0; i < t->n_answers; i++)
		free(t->answers[i]);
	for (size_t i = 0; i < t->n_drop; i++) {
		free(t->drop[i].uid);
		str_release(&t->drop[i].text);
	}
	str_release(&t->events);
}
