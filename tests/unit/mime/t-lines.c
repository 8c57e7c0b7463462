/* SPDX-License-Identifier: GPL-3.0-or-later
 * Messages whose lines end in CR alone: mended in memory, in a file, in a header. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"
#include <fcntl.h>
#include <unistd.h>

static const struct { const char *name, *in, *out; } rows[] = {
	{ "CR alone", "Subject: x\r\ra\rb\r", "Subject: x\n\na\nb\n" },
	{ "LF", "Subject: x\n\na\rb\n", "Subject: x\n\na\rb\n" },
	{ "CRLF", "Subject: x\r\n\r\na\rb\r\n", "Subject: x\r\n\r\na\rb\r\n" },
	{ "a CR before the first LF hides nothing", "Subject: x\rBcc: y\n\na", "Subject: x\rBcc: y\n\na" },
	{ "no line at all", "Subject: x", "Subject: x" },
	{ "nothing", "", "" },
};

static int as_file(struct slice bytes)
{
	struct err err = ERR_INIT;
	int fd = fs_tmpfile(tap_tmpdir(), &err);

	if (fd < 0 || fs_write_all(fd, bytes.p, bytes.n) != 0)
		tap_skip_all("no room for a file");
	return fd;
}

int main(void)
{
	struct err err = ERR_INIT;
	struct str s, head;
	int fd;

	str_init(&head, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool mended = strcmp(rows[i].in, rows[i].out) != 0;

		str_init(&s, 1 << 20);
		str_adds(&s, rows[i].in);
		is_int(lines_mend(&s), mended, "%s", rows[i].name);
		is_slice(str_sl(&s), sl(rows[i].out), "... and what it is then");
		str_clear(&s);
		fd = as_file(sl(rows[i].in));
		str_clear(&head);
		is_int(hdr_read(fd, 0, &head), 0, "its header is read");
		is_slice(str_sl(&head), sl_head(sl(rows[i].out), hdr_length(sl(rows[i].out))), "... as mended");
		is_int(message_mend(&fd, &s, &err), 0, "in a file");
		ok((fd < 0) == mended, "... it lies in memory only where it had to be mended");
		is_slice(str_sl(&s), mended ? sl(rows[i].out) : SL(""), "... with the same bytes");
		if (fd >= 0)
			fs_close(&fd);
		str_release(&s);
	}
	/* a header longer than a block */
	str_init(&s, 1 << 20);
	for (int i = 0; i < 3000; i++)
		str_addf(&s, "X-%d: value\r", i);
	str_adds(&s, "\rbody\r");
	fd = as_file(str_sl(&s));
	str_clear(&head);
	is_int(hdr_read(fd, 0, &head), 0, "a long header is read");
	ok(sl_ends(str_sl(&head), "X-2999: value\n\n") && !memchr(head.p, '\r', head.n), "... to its end");
	fs_close(&fd);
	str_release(&s);
	str_release(&head);
	return tap_done();
}
