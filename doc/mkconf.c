/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mkconf: prints the settings as mdoc items: doc/pabal.conf.5 is made from the
 * same table that reads the file.  Usage: mkconf pabal.conf.5.in
 */
#include "base/base.h"
#include "conf/conf.h"

static void items(enum opt_where where)
{
	for (const struct opt *o = opts_all(); o->name; o++) {
		if (o->where != where)
			continue;
		printf(".It Ic %s No = Ar %s\n", o->name, o->type);
		/* A new line after each sentence, as mdoc asks. */
		for (const char *p = o->help; *p; p++) {
			putchar(*p);
			if ((*p == '.' || *p == '?') && p[1] == ' ' && p[2] >= 'A' && p[2] <= 'Z') {
				putchar('\n');
				p++;
			}
		}
		putchar('\n');
		if (o->def)
			printf("Default:\n.Ql %s .\n", o->def);
	}
}

int main(int argc, char **argv)
{
	FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
	char line[4096];

	if (!in) {
		fprintf(stderr, "usage: mkconf pabal.conf.5.in\n");
		return 1;
	}
	while (fgets(line, sizeof(line), in)) {
		if (strcmp(line, "@GENERAL@\n") == 0)
			items(OPT_GENERAL);
		else if (strcmp(line, "@ACCOUNT@\n") == 0)
			items(OPT_ACCOUNT);
		else if (strcmp(line, "@FILTER@\n") == 0)
			items(OPT_FILTER);
		else if (strcmp(line, "@SEARCH@\n") == 0)
			items(OPT_SEARCH);
		else if (strcmp(line, "@FOLDER@\n") == 0)
			items(OPT_FOLDER);
		else
			fputs(line, stdout);
	}
	fclose(in);
	return fflush(stdout) != 0;
}
