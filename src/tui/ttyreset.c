/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ttyreset: the terminal put right when the program dies by a fatal signal.
 * Only what is safe in a signal handler: bytes prepared before, write(2),
 * tcsetattr(3).  Whoever handled the signal before (a sanitizer) gets it then.
 */
#include "tui/priv.h"
#include <signal.h>
#include <unistd.h>

static const int fatal[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };
static struct sigaction before[ARRAY_LEN(fatal)];
static char stack[1 << 16];             /* the other one may have run over */
static bool is_caught;

static volatile sig_atomic_t armed;
static int out_fd;
static char reset[512];
static size_t reset_n;
static struct termios mode;

static void give_back(int sig)
{
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		if (fatal[i] == sig)
			sigaction(sig, &before[i], NULL);
}

static void on_fatal(int sig, siginfo_t *info, void *ctx)
{
	if (armed) {
		armed = 0;
		if (write(out_fd, reset, reset_n) < 0) {
			/* nothing better can be done */
		}
		tcsetattr(out_fd, TCSANOW, &mode);
	}
	give_back(sig);
	/* a fault happens again by itself, and then with its address */
	if (info->si_code <= 0 || sig == SIGABRT)
		raise(sig);
}

static void catch_fatal(void)
{
	struct sigaction sa = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t old, own = { .ss_sp = stack, .ss_size = sizeof(stack) };

	if (is_caught)
		return;
	is_caught = true;
	sigemptyset(&sa.sa_mask);
	if (sigaltstack(NULL, &old) == 0 && old.ss_flags & SS_DISABLE)
		sigaltstack(&own, NULL);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &sa, &before[i]);
}

void reset_add(struct str *out, const char *s)
{
	const char *end;

	while (s && *s) {
		if (s[0] == '$' && s[1] == '<' && (end = strchr(s, '>')) != NULL)
			s = end + 1;
		else
			str_addc(out, *s++);
	}
}

void reset_arm(int fd, struct slice bytes, const struct termios *saved)
{
	armed = 0;
	out_fd = fd;
	reset_n = MIN(bytes.n, sizeof(reset));
	memcpy(reset, bytes.p, reset_n);
	mode = *saved;
	catch_fatal();
	armed = 1;
}

void reset_disarm(void)
{
	armed = 0;
}
