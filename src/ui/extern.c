/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * extern: other programs on the terminal: editors, viewers, shells.  Nothing that came
 * in a message is run: only what the person, the configuration or mailcap names.
 */
#include "priv.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

bool extern_allowed(struct app *a)
{
	if (a->tty)
		return true;
	app_say(a, STYLE_WARNING, "%s", _("There is no terminal for other programs here."));
	return false;
}

static void press_a_key(void)
{
	struct str line;
	char c;

	str_init(&line, 1024);
	str_adds(&line, _("\nPress Enter to go back to pabal. "));
	fs_write_all(STDOUT_FILENO, line.p, line.n);
	str_release(&line);
	while (fs_read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		;
}

static int status_of(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(struct app *a, const char *command, struct src *input, bool pause)
{
	char sh[] = "sh", c[] = "-c", *own = mem_strdup(command), *argv[] = { sh, c, own, NULL };
	struct err err = ERR_INIT;
	struct proc p;
	void (*quit)(int), (*intr)(int);
	int code = -1;

	if (!extern_allowed(a)) {
		free(own);
		return -1;
	}
	tty_suspend(a->tty);
	quit = signal(SIGQUIT, SIG_IGN);
	intr = signal(SIGINT, SIG_IGN);
	if (proc_start(&p, argv, input ? PROC_IN : 0, &err) == 0) {
		if (input) {
			struct sink to;
			struct err broken = ERR_INIT;

			sink_fd(&to, p.in);
			src_copy(input, &to, &broken);  /* a command need not read all of it */
			close(p.in);
		}
		code = status_of(p.pid);
		if (pause)
			press_a_key();
	}
	signal(SIGINT, intr);
	signal(SIGQUIT, quit);
	tty_resume(a->tty);
	if (err.kind != ERR_NONE)
		app_fail(a, &err);
	else if (code == 127)
		app_say(a, STYLE_ERROR, _("The shell does not find the program of \"%s\"."), command);
	else if (code != 0 && !pause)
		app_say(a, STYLE_WARNING, _("\"%s\" ended with code %d."), command, code);
	app_changed(a, CHANGED_SIZE);
	free(own);
	return code;
}

int extern_run(struct app *a, const char *command, bool pause)
{
	return run(a, command, NULL, pause);
}

int extern_pipe(struct app *a, const char *command, struct src *input)
{
	return run(a, command, input, true);
}

int extern_edit(struct app *a, const char *path)
{
	const char *editor = a->conf.look.editor;
	struct str cmd;
	int code;

	if (!editor)
		editor = getenv("VISUAL") ? "$VISUAL" : getenv("EDITOR") ? "$EDITOR" : "vi";
	str_init(&cmd, 65536);
	str_addf(&cmd, "%s '", editor);
	for (const char *p = path; *p; p++)
		if (*p == '\'')
			str_adds(&cmd, "'\\''");
		else
			str_addc(&cmd, *p);
	str_addc(&cmd, '\'');
	code = extern_run(a, cmd.p, false);
	str_release(&cmd);
	return code;
}

void extern_stop(struct app *a)
{
	if (!extern_allowed(a))
		return;
	tty_suspend(a->tty);
	kill(0, SIGTSTP);
	tty_resume(a->tty);
	app_changed(a, CHANGED_SIZE);
}
