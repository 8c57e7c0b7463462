/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * composecheck: what one should look at before a message goes: what it lacks, and
 * what was meant to be in it.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

#define CHECKS 16

struct checking { const struct compose *c; const struct conf *conf; struct state *st; unsigned bits; char *said[CHECKS]; size_t rcpts; };

static void say(struct checking *k, unsigned bit, const char *fmt, ...) PRINTF(3, 4);
static void say(struct checking *k, unsigned bit, const char *fmt, ...)
{
	struct str words;
	unsigned n = 0;
	va_list ap;

	/* Each bit has one sentence: the first that was found. */
	if (k->bits & bit)
		return;
	k->bits |= bit;
	while (bit >> n != 1)
		n++;
	bug_on(n >= CHECKS);
	str_init(&words, STR_MAX);
	va_start(ap, fmt);
	str_vaddf(&words, fmt, ap);
	va_end(ap);
	k->said[n] = str_detach(&words);
}

static void take_words(struct checking *k, struct str *out)
{
	for (unsigned n = 0; n < CHECKS; n++) {
		if (k->said[n])
			str_addf(out, "%s%s", out->n ? "\n" : "", k->said[n]);
		free(k->said[n]);
	}
}

/* ---- addresses ---- */

static void check_list(struct checking *k, const char *typed, const char *field, struct addrs *into)
{
	struct err err = ERR_INIT;

	if (sl_trim(sl(typed)).n && draft_add(into, typed, &err) != 0)
		say(k, CHECK_BAD_ADDR, _("%s: %s Mend it before you send."), field, err.text);
}

/* Mail to it came back the last time. */
static void check_failed(struct checking *k, const struct addrs *l)
{
	struct err ignored = ERR_INIT;
	struct str spec, why;

	str_init(&spec, 4096);
	str_init(&why, 4096);
	for (size_t i = 0; k->st && i < l->n && !(k->bits & CHECK_FAILED_BEFORE); i++) {
		str_clear(&spec);
		str_clear(&why);
		if (l->v[i].domain && addr_spec(&l->v[i], &spec) == 0 && track_failed(k->st, spec.p, &why, &ignored) == 1)
			say(k, CHECK_FAILED_BEFORE, _("The last mail to %s %s"), spec.p, why.p);
	}
	str_release(&spec);
	str_release(&why);
}

static void check_addrs(struct checking *k)
{
	const struct compose *c = k->c;
	struct addrs from = { 0 };
	struct err err = ERR_INIT;
	struct draft d;

	draft_init(&d);
	check_list(k, c->from, "From", &from);
	check_list(k, c->to, "To", &d.to);
	check_list(k, c->cc, "Cc", &d.cc);
	check_list(k, c->bcc, "Bcc", &d.bcc);
	check_list(k, c->reply_to, "Reply-To", &d.reply_to);
	k->rcpts = d.to.n + d.cc.n + d.bcc.n;
	if (from.n == 1) {
		d.from = from.v[0];
		from.n = 0;
	} else if (!(k->bits & CHECK_BAD_ADDR)) {
		say(k, CHECK_BAD_ADDR, _("From needs one address: yours. Write it there, or choose an account."));
	}
	if (k->rcpts == 0 && !(k->bits & CHECK_BAD_ADDR))
		say(k, CHECK_NO_RCPT, _("Nobody would get it. Write an address into To, Cc or Bcc."));
	if (k->bits == 0 && draft_check(&d, &err) != 0)
		say(k, CHECK_BAD_ADDR, "%s", err.text);
	check_failed(k, &d.to);
	check_failed(k, &d.cc);
	check_failed(k, &d.bcc);
	addrs_release(&from);
	draft_release(&d);
}

/* ---- files ---- */

static void check_files(struct checking *k, uint64_t max_size)
{
	const struct compose *c = k->c;
	uint64_t size = strlen(c->text) + 4096;
	struct str has, takes;

	for (size_t i = 0; i < c->n_files; i++) {
		const struct compose_file *f = &c->files[i];
		struct stat st;

		if (stat(f->path, &st) != 0 || !S_ISREG(st.st_mode) || access(f->path, R_OK) != 0) {
			say(k, CHECK_FILE_GONE, _("The file %s can't be read any more. Put it back, or take it off the message."), f->path);
			continue;
		}
		if ((uint64_t)st.st_size != f->size || (int64_t)st.st_mtime != f->mtime)
			say(k, CHECK_FILE_CHANGED, _("The file %s is not as it was when you attached it. Look whether it is what you want to send."),
				f->name ? f->name : f->path);
		size += (uint64_t)st.st_size / 57 * 77 + 1024;  /* base64, in lines */
	}
	if (!max_size || size <= max_size)
		return;
	str_init(&has, 64);
	str_init(&takes, 64);
	fmt_size(&has, size);
	fmt_size(&takes, max_size);
	say(k, CHECK_SIZE, _("The message has about %s, and the server takes no more than %s. Attach less, or send it in several messages."),
		has.p, takes.p);
	str_release(&has);
	str_release(&takes);
}

/* ---- words that promise a file ---- */

static const char *const promises[] = {
	"attach", "attached", "attaches", "attaching", "attachment", "attachments", "enclosed", "enclosing", "enclosure",
	"anhang", "anhänge", "anbei", "angehängt", "beigefügt", "beigefügte", "beigefügten", "beiliegend", "anlage",
	"ci-joint", "ci-jointe", "ci-joints", "ci-jointes", "pièce jointe", "pièces jointes", "en annexe",
	"adjunto", "adjunta", "adjuntos", "adjuntas",
	"첨부", "동봉", "별첨", "添付", "附件", "附上", "随附", "隨附",
};

/* Letters of scripts that have blanks between words. */
static bool is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return ascii_isalnum((int)cp) || cp == '_';
	return (cp >= 0xC0 && cp < 0x530 && cp != 0xD7 && cp != 0xF7) || (cp >= 0x1E00 && cp < 0x2000);
}

static bool letter_before(struct slice line, size_t at)
{
	uint32_t cp = 0;

	if (at == 0)
		return false;
	do
		at--;
	while (at && ((unsigned char)line.p[at] & 0xC0) == 0x80);
	utf8_decode(sl_skip(line, at), &cp);
	return is_letter(cp);
}

/* As a word of its own; words of scripts without blanks anywhere. */
static bool has_word(struct slice line, struct slice word)
{
	uint32_t first = 0, next = 0;
	size_t at = 0;
	ssize_t found;

	if (word.n == 0)
		return false;
	utf8_decode(word, &first);
	while ((found = sl_search(sl_skip(line, at), word)) >= 0) {
		size_t from = at + (size_t)found, to = from + word.n;

		next = 0;
		if (to < line.n)
			utf8_decode(sl_skip(line, to), &next);
		if (!is_letter(first) || (!letter_before(line, from) && !is_letter(next)))
			return true;
		at = from + 1;
	}
	return false;
}

static bool fold(struct slice text, struct str *out)
{
	str_clear(out);
	return utf8_casefold(out, text) == 0;
}

static bool has_own_word(const char *own, struct slice line, struct str *hold)
{
	struct slice rest = sl(own), word;
	bool found = false;

	while (!found && rest.n) {
		while (rest.n && (ascii_isblank((unsigned char)*rest.p) || *rest.p == ',' || *rest.p == ';'))
			rest = sl_skip(rest, 1);
		for (word = sl_head(rest, 0); rest.n && !ascii_isblank((unsigned char)*rest.p) && *rest.p != ',' && *rest.p != ';'; word.n++)
			rest = sl_skip(rest, 1);
		found = fold(word, hold) && has_word(line, str_sl(hold));
	}
	return found;
}

const char *compose_forward_mark(void)
{
	return _("---------- Forwarded message ----------");
}

size_t compose_sig_at(struct slice text)
{
	struct slice rest = text, line;
	size_t at = 0;
	bool found = false;

	while (sl_line(&rest, &line)) {
		if (sl_is(line, "-- ")) {
			at = (size_t)(line.p - text.p);
			found = true;
		}
	}
	return found ? at : text.n;
}

/* The first line that promises a file: its word is in hold. */
static bool promises_file(const struct compose *c, const struct conf *conf, struct str *word)
{
	struct slice rest = sl_head(sl(c->text), compose_sig_at(sl(c->text))), line;
	struct str folded, hold;
	bool found = false;

	str_init(&folded, STR_MAX);
	str_init(&hold, STR_MAX);
	while (!found && sl_line(&rest, &line)) {
		if (sl_starts(line, ">"))
			continue;
		if (sl_is(line, compose_forward_mark()))
			break;
		fold(line, &folded);
		for (size_t i = 0; i < ARRAY_LEN(promises) && !found; i++) {
			found = fold(sl(promises[i]), &hold) && has_word(str_sl(&folded), str_sl(&hold));
			if (found)
				str_adds(word, promises[i]);
		}
		if (!found && conf->look.attach_words && has_own_word(conf->look.attach_words, str_sl(&folded), &hold)) {
			found = true;
			str_addsl(word, str_sl(&hold));
		}
	}
	str_release(&folded);
	str_release(&hold);
	return found;
}

static void check_text(struct checking *k)
{
	const struct compose *c = k->c;
	struct slice own = sl_head(sl(c->text), compose_sig_at(sl(c->text)));
	struct str word;

	if (c->n_files)
		return;
	str_init(&word, 4096);
	if (sl_trim(own).n == 0)
		say(k, CHECK_EMPTY, _("There is nothing in the message. Write something, or send it empty if that is what you want."));
	else if (promises_file(c, k->conf, &word))
		say(k, CHECK_FORGOT_FILE, _("The text says \"%s\", but no file is attached. Attach it, or send without one."), word.p);
	str_release(&word);
}

unsigned compose_check(const struct compose *c, const struct conf *conf, struct state *st, uint64_t max_size, struct str *words)
{
	struct checking k = { .c = c, .conf = conf, .st = st };
	unsigned warn = conf->look.warn_rcpts;

	check_addrs(&k);
	check_files(&k, max_size);
	if (c->rcpts_before && warn && k.rcpts > warn)
		say(&k, CHECK_MANY_RCPTS, ngettext_("This answer goes to %zu person. Take out whom it is not meant for.",
			"This answer goes to %zu people. Take out whom it is not meant for.", k.rcpts), k.rcpts);
	if (!c->resend) {
		if (sl_trim(sl(c->subject)).n == 0)
			say(&k, CHECK_NO_SUBJECT, _("The message has no subject. Write one, so that it can be found again."));
		check_text(&k);
	}
	take_words(&k, words);
	return k.bits;
}
