/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * draft: what to send, before it is a message.  Every front end fills one and
 * calls draft_check; nothing is written before that passed.
 */
#include "post.h"
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void draft_init(struct draft *d)
{
	memset(d, 0, sizeof(*d));
	d->text_fd = -1;
}

static void addr_release(struct addr *a)
{
	struct addrs one = { .v = mem_alloc(sizeof(*a)), .n = 1, .cap = 1 };

	one.v[0] = *a;
	addrs_release(&one);
	memset(a, 0, sizeof(*a));
}

void draft_release(struct draft *d)
{
	addr_release(&d->from);
	addrs_release(&d->to);
	addrs_release(&d->cc);
	addrs_release(&d->bcc);
	addrs_release(&d->reply_to);
	for (size_t i = 0; i < d->n_files; i++) {
		free(d->files[i].path);
		free(d->files[i].name);
		free(d->files[i].type);
		free(d->files[i].description);
	}
	free(d->files);
	free(d->headers);
	free(d->notify);
	free(d->message_id);
	free(d->fields);
	free(d->sender);
	free(d->subject);
	free(d->in_reply_to);
	free(d->references);
	if (d->text_fd >= 0)
		fs_close(&d->text_fd);
	draft_init(d);
}

struct draft_file *draft_attach(struct draft *d, const char *path)
{
	d->files = mem_array(d->files, d->n_files + 1, sizeof(*d->files));
	d->files[d->n_files] = (struct draft_file){ .path = mem_strdup(path) };
	return &d->files[d->n_files++];
}

int draft_spool(struct draft *d, struct src *src, const char *dir, struct err *err)
{
	struct sink sink;
	int fd = fs_tmpfile(dir, err);

	if (fd < 0)
		return -1;
	sink_fd(&sink, fd);
	if (src_copy(src, &sink, err) != 0) {
		fs_close(&fd);
		return -1;
	}
	if (d->text_fd >= 0)
		fs_close(&d->text_fd);
	d->text_fd = fd;
	return 0;
}

int draft_add(struct addrs *list, const char *typed, struct err *err)
{
	struct addrs found = { 0 };
	int r;

	if (strpbrk(typed, "\r\n"))
		return err_set(err, ERR_INPUT, _("A line break does not belong into an address."));
	r = addrs_parse_typed(sl(typed), &found, err);
	for (size_t i = 0; i < found.n && r == 0; i++)
		addrs_add(list, &found.v[i]);
	addrs_release(&found);
	return r;
}

/* ---- checks ---- */

static int check_line(const char *z, const char *what, struct err *err)
{
	if (z && strpbrk(z, "\r\n"))
		return err_set(err, ERR_INPUT, _("A line break does not belong into the %s."), what);
	return 0;
}

/* A domain goes out as A-labels, in the header as in the envelope: then a
 * message needs SMTPUTF8 only where a local part does. */
static int check_addr(struct addr *a, struct err *err)
{
	struct str domain;
	int r;

	if (addr_check(a, err) != 0)
		return -1;
	/* Legal in quotes, but no engine of ours puts it into a command. */
	if (strpbrk(a->local, " <>"))
		return err_set(err, ERR_INPUT, _("\"%s\"@%s can't be sent to: a blank, < or > in an address is not safe on the way."), a->local, a->domain);
	str_init(&domain, 1024);
	r = idn_to_ascii(a->domain, &domain, err);
	/* ASCII stays as it was written, upper case too. */
	if (r == 0 && strcasecmp(domain.p, a->domain) != 0) {
		free(a->domain);
		a->domain = mem_strdup(domain.p);
	}
	str_release(&domain);
	return r;
}

/* A bare name gets the domain of the writer. */
static int check_addrs(struct draft *d, struct addrs *list, struct err *err)
{
	for (size_t i = 0; i < list->n; i++) {
		struct addr *a = &list->v[i];

		if (!a->domain && d->from.domain)
			a->domain = mem_strdup(d->from.domain);
		if (check_addr(a, err) != 0)
			return -1;
	}
	return 0;
}

static int check_file(const char *path, struct err *err)
{
	int fd = fs_open_named(path, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;

	if (fd < 0)
		return err_sys(err, _("Can't read the attachment %s"), path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		fs_close(&fd);
		return err_set(err, ERR_INPUT, _("The attachment %s is not a plain file."), path);
	}
	fs_close(&fd);
	return 0;
}

int draft_check(struct draft *d, struct err *err)
{
	if (!d->from.local)
		return err_set(err, ERR_CONFIG, _("Nobody is set as the writer: set up an account with an address, or give -r FROM."));
	if (check_line(d->subject, _("subject"), err) != 0 ||
	    check_line(d->sender, _("envelope sender"), err) != 0 || check_addr(&d->from, err) != 0)
		return -1;
	if (check_addrs(d, &d->to, err) != 0 || check_addrs(d, &d->cc, err) != 0 ||
	    check_addrs(d, &d->bcc, err) != 0 || check_addrs(d, &d->reply_to, err) != 0)
		return -1;
	if (d->to.n + d->cc.n + d->bcc.n == 0)
		return err_set(err, ERR_INPUT, d->is_raw
			? _("No recipient: the message names nobody in To, Cc or Bcc.")
			: _("No recipient: name at least one address."));
	if (d->is_raw && d->n_files)
		return err_set(err, ERR_INPUT, _("With -t the message comes whole, so nothing can be attached to it."));
	if (d->is_raw && d->markdown)
		return err_set(err, ERR_INPUT, _("With -t the message comes whole, so no HTML can be added to it."));
	for (size_t i = 0; i < d->n_files; i++)
		if (check_file(d->files[i].path, err) != 0)
			return -1;
	return 0;
}

/* ---- recipients ---- */

int draft_recipients(const struct draft *d, char ***out, size_t *n, struct err *err)
{
	const struct addrs *const lists[] = { &d->to, &d->cc, &d->bcc };
	struct map *seen = map_new();
	char **v = NULL;
	size_t count = 0, cap = 0;
	int r = 0;

	for (size_t l = 0; l < ARRAY_LEN(lists) && r == 0; l++) {
		for (size_t i = 0; i < lists[l]->n && r == 0; i++) {
			struct addr a = lists[l]->v[i];
			struct str spec, domain;

			str_init(&spec, 4096);
			str_init(&domain, 1024);
			r = idn_to_ascii(a.domain, &domain, err);
			if (r == 0) {
				a.domain = domain.p;
				r = addr_spec(&a, &spec);
			}
			if (r == 0 && !map_get(seen, str_sl(&spec))) {
				map_put(seen, str_sl(&spec), out);
				mem_grow(v, count, cap);
				v[count++] = str_detach(&spec);
			}
			str_release(&spec);
			str_release(&domain);
		}
	}
	map_free(&seen);
	*out = v;
	*n = count;
	return r;
}

/* ---- a whole message from outside ---- */

/* Does the text begin with a field, a blank line or "From "?  Else all of it is
 * the body: what looks like a field further down is text. */
static bool has_header(struct slice text)
{
	struct slice rest = text, line;
	struct hdr h;

	if (sl_starts(text, "From ") || sl_starts(text, ">From "))
		sl_line(&text, &line);
	rest = text;
	if (!sl_line(&rest, &line))
		return false;
	rest = text;
	return line.n == 0 || (hdr_next(&rest, &h) == 1 && h.whole.p == text.p);
}

int draft_raw_header(const struct draft *d, struct str *out, struct err *err)
{
	int r = hdr_read(d->text_fd, 0, out);

	if (r < 0)
		return err_sys(err, _("Can't read the message"));
	if (!has_header(str_sl(out)))
		str_clear(out);
	else if (r == 1)
		return err_set(err, ERR_LIMIT, _("The header of the message is larger than 16 MiB."));
	return 0;
}

static int take_field(struct draft *d, const struct hdr *h, struct slice name, struct err *err)
{
	struct addrs *list = sl_iis(name, "To") ? &d->to : sl_iis(name, "Cc") ? &d->cc : sl_iis(name, "Bcc") ? &d->bcc : NULL;
	struct addrs found = { 0 };
	bool bad;

	if (!list)
		return 0;
	addrs_parse(h->value, &mime_limits_default, &found);
	bad = found.bad > 0;
	for (size_t i = 0; i < found.n; i++)
		addrs_add(list, &found.v[i]);
	addrs_release(&found);
	/* Somebody would not get it, and nobody would know. */
	return bad ? err_set(err, ERR_INPUT, _("The field " SL_FMT " of the message holds something that is no address."),
		SL_ARG(h->name)) : 0;
}

int draft_from_raw(struct draft *d, struct err *err)
{
	struct slice rest;
	struct hdr h;
	struct str head;
	bool resent;
	int r;

	str_init(&head, 16 << 20);
	r = draft_raw_header(d, &head, err);
	rest = str_sl(&head);
	resent = hdr_find(rest, "Resent-To", &h) || hdr_find(rest, "Resent-Cc", &h) || hdr_find(rest, "Resent-Bcc", &h);
	while (r == 0 && hdr_next(&rest, &h) == 1) {
		if (!resent)
			r = take_field(d, &h, h.name, err);
		else if (sl_istarts(h.name, "Resent-"))
			r = take_field(d, &h, sl_skip(h.name, strlen("Resent-")), err);
	}
	str_release(&head);
	d->is_raw = true;
	return r;
}
