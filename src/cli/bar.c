/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bar: what a command shows while its job is at work.
 */
#include "priv.h"
#include <unistd.h>

void cli_bar_draw(uint64_t done, uint64_t total, struct slice what)
{
	struct str line;

	str_init(&line, 4096);
	str_adds(&line, "\r\033[K");
	utf8_sanitize(&line, what, CLEAN_LINE);
	str_addf(&line, "  %llu/%llu  [", (unsigned long long)done, (unsigned long long)total);
	for (uint64_t i = 0; i < 20; i++)
		str_addc(&line, i * total < done * 20 ? '#' : '.');
	str_addc(&line, ']');
	fs_write_all(STDERR_FILENO, line.p, line.n);
	str_release(&line);
}

void cli_bar_wipe(void)
{
	fs_write_all(STDERR_FILENO, "\r\033[K", 4);
}

void cli_bar(struct cli_bar *b, uint64_t done, uint64_t total, struct slice what)
{
	int64_t now = rt_mono();

	if (!b->since || done <= 1)
		b->since = now;
	if (!b->on || total == 0 || now - b->since < 500000 || now - b->last < 100000)
		return;
	b->last = now;
	b->drawn = true;
	cli_bar_draw(done, total, what);
}

void cli_bar_sync(void *ctx, uint64_t done, uint64_t total)
{
	struct cli_bar *b = ctx;

	cli_bar(b, done, total, sl(b->what));
}

void cli_bar_clear(struct cli_bar *b)
{
	if (b->drawn)
		cli_bar_wipe();
	b->drawn = false;
	b->since = 0;
}

/* ---- jobs ---- */

static void on_progress(void *ctx, uint64_t done, uint64_t total, struct slice what)
{
	struct cli_job *j = ctx;

	cli_bar(&j->bar, done, total, what);
}

static void on_note(void *ctx, enum log_level level, struct slice text)
{
	struct cli_job *j = ctx;

	if (level > LOG_WARN && !j->cli->verbose)
		return;
	cli_bar_clear(&j->bar);
	cli_say(SL_FMT, SL_ARG(text));
}

static void on_end(void *ctx, const struct err *err)
{
	struct cli_job *j = ctx;

	cli_bar_clear(&j->bar);
	if (err->kind != ERR_NONE)
		j->code = cli_fail(err);
}

struct job_events cli_job_events(struct cli_job *j)
{
	j->bar.on = isatty(STDERR_FILENO);
	return (struct job_events){ .progress = on_progress, .note = on_note, .end = on_end, .ctx = j };
}
