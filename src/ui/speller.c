/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * speller: misspelt words, by a program that speaks as "ispell -a": hunspell or aspell.
 * It runs as long as a message is written.  Asking takes microseconds; one that does not
 * answer in a tenth of a second is not asked again.
 */
#include "screens.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MS = 100, WORD_MAX = 60 };

struct speller { struct proc proc; struct map *known; struct str in; bool dead; };
static char right[1], wrong[1];         /* values of known */

static const char *const programs[] = { "hunspell -a -i utf-8", "aspell -a --encoding=utf-8" };

/* A line that it says; false: none came in time. */
static bool hear(struct speller *s, struct str *line, int ms)
{
	char *lf;

	str_clear(line);
	while (!(lf = memchr(s->in.p, '\n', s->in.n))) {
		char block[4096];
		ssize_t n = -1;

		if (io_wait(s->proc.out, ms) && (n = fs_read(s->proc.out, block, sizeof(block))) > 0 && str_add(&s->in, block, (size_t)n) == 0)
			continue;
		s->dead = true;
		return false;
	}
	str_add(line, s->in.p, (size_t)(lf - s->in.p));
	str_drop(&s->in, (size_t)(lf - s->in.p) + 1);
	return true;
}

static bool start(struct speller *s, const char *command)
{
	char sh[] = "sh", c[] = "-c", full[4096], *argv[] = { sh, c, full, NULL };
	struct err ignored = ERR_INIT;
	struct str hello;
	bool ok;

	snprintf(full, sizeof(full), "exec %s 2>/dev/null", command);
	if (proc_start(&s->proc, argv, PROC_IN | PROC_OUT, &ignored) != 0)
		return false;
	str_init(&hello, 65536);
	s->dead = false;
	ok = hear(s, &hello, 3000) && hello.p[0] == '@';
	str_release(&hello);
	return ok;
}

static void stop(struct speller *s)
{
	if (s->proc.pid <= 0)
		return;
	close(s->proc.in);
	close(s->proc.out);
	kill(s->proc.pid, SIGTERM);
	waitpid(s->proc.pid, NULL, 0);
	s->proc.pid = 0;
	str_clear(&s->in);
}

struct speller *speller_new(struct app *a)
{
	struct speller *s;
	const char *own = a->conf.look.speller;

	if ((own && strcmp(own, "no") == 0) || (!own && a->opts->script))
		return NULL;
	s = mem_zalloc(sizeof(*s));
	str_init(&s->in, 1 << 20);
	s->known = map_new();
	for (size_t i = 0; i < (own ? 1 : ARRAY_LEN(programs)); i++) {
		if (start(s, own ? own : programs[i]))
			return s;
		stop(s);
	}
	speller_free(&s);
	return NULL;
}

void speller_free(struct speller **sp)
{
	struct speller *s = *sp;

	if (!s)
		return;
	stop(s);
	map_free(&s->known);
	str_release(&s->in);
	free(s);
	*sp = NULL;
}

/* Letters only, and not too many: nothing in it means anything to the program. */
static bool is_word(struct slice w)
{
	bool letter = false;

	for (size_t i = 0; i < w.n; i++) {
		unsigned char c = (unsigned char)w.p[i];

		if (c < 0x80 && !ascii_isalpha(c) && c != '\'')
			return false;
		letter = letter || c != '\'';
	}
	return letter && w.n > 1 && w.n <= WORD_MAX;
}

/* Its answer to one word: "*", "& word n off: a, b" or "# word off". */
static bool ask(struct speller *s, struct slice word, struct str *answer)
{
	struct str line;
	bool ok;

	if (s->dead || !is_word(word))
		return false;
	str_init(&line, 65536);
	str_addf(&line, "^" SL_FMT "\n", SL_ARG(word));
	ok = fs_write_all(s->proc.in, line.p, line.n) == 0;
	str_clear(answer);
	while (ok && (ok = hear(s, &line, ANSWER_MS)) && line.n)
		if (answer->n == 0)
			str_addsl(answer, str_sl(&line));
	str_release(&line);
	return ok && answer->n;
}

/* Whether the dictionary has words in the script of this one: it is asked for one that
 * every dictionary of that script has.  Others are nobody's mistakes. */
static bool has_script(struct speller *s, struct slice word)
{
	static const struct { uint32_t first, last; const char *sure; } scripts[] = {
		{ 0x370, 0x3ff, "και" }, { 0x400, 0x52f, "на" }, { 0x590, 0x5ff, "של" }, { 0x600, 0x6ff, "من" }, { 0x900, 0x97f, "है" },
		{ 0xac00, 0xd7a3, "사람" },
	};
	uint32_t cp;

	utf8_decode(word, &cp);
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++)
		if (cp >= scripts[i].first && cp <= scripts[i].last)
			return sl_is(word, scripts[i].sure) || !speller_wrong(s, sl(scripts[i].sure));
	return cp < 0x370;
}

bool speller_wrong(struct speller *s, struct slice word)
{
	const char *known = map_get(s->known, word);
	struct str answer;

	if (known)
		return known == wrong;
	str_init(&answer, 65536);
	known = has_script(s, word) && ask(s, word, &answer) && (answer.p[0] == '&' || answer.p[0] == '#') ? wrong : right;
	str_release(&answer);
	map_put(s->known, word, (char *)(uintptr_t)known);
	return known == wrong;
}

void speller_accept(struct speller *s, struct slice word)
{
	map_put(s->known, word, right);
}

void speller_suggest(struct speller *s, struct slice word, struct choices *out)
{
	struct slice rest, one;
	struct str answer, clean;
	ssize_t colon;

	str_init(&answer, 65536);
	str_init(&clean, 4096);
	if (ask(s, word, &answer) && answer.p[0] == '&' && (colon = sl_find(str_sl(&answer), ':')) > 0) {
		rest = sl_skip(str_sl(&answer), (size_t)colon + 1);
		while (sl_cut(&rest, ',', &one) && out->n < 9) {
			str_clear(&clean);
			utf8_sanitize(&clean, sl_trim(one), CLEAN_LINE);
			choices_add(out, clean.p);
		}
	}
	str_release(&answer);
	str_release(&clean);
}
