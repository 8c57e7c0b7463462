/* SPDX-License-Identifier: GPL-3.0-or-later
 * The configuration: any file is taken whole, or refused with file and line. */
#include "fuzz.h"
#include "conf/conf.h"
#include <unistd.h>

static char dir[] = "/tmp/pabal-fuzz-XXXXXX", path[64];

static void remove_all(void)
{
	unlink(path);
	rmdir(dir);
}

FUZZ(in)
{
	struct err err = ERR_INIT;
	struct conf conf;
	struct server server = { .set = false };
	unsigned seconds;
	FILE *f;

	if (!path[0]) {
		bug_on(!mkdtemp(dir));
		snprintf(path, sizeof(path), "%s/config", dir);
		atexit(remove_all);
	}
	f = fopen(path, "wb");
	bug_on(!f || fchmod(fileno(f), 0600) != 0 || fwrite(in.p, 1, in.n, f) != in.n || fclose(f) != 0);
	if (conf_load(&conf, path, &err) == 0) {
		for (size_t i = 0; i < conf.n_accounts; i++)
			bug_on(conf_account(&conf, conf.accounts[i].name) != &conf.accounts[i]);
		conf_release(&conf);
	} else {
		bug_on(!err.text[0]);
	}
	if (server_parse(in, fuzz_number(in, 2), &server, &err) == 0)
		bug_on(!server.host || !conf_host_ok(sl(server.host)));
	server_release(&server);
	conf_duration(in, &seconds);
}
