/* SPDX-License-Identifier: GPL-3.0-or-later
 * src and sink: memory, ranges of files, streams */
#include "../../tap.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int file_with(size_t n)
{
	char *path = path_join(tap_tmpdir(), "f"), *bytes = mem_alloc(n);
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i % 251);
	fs_write_all(fd, bytes, n);
	free(bytes);
	free(path);
	return fd;
}

static void copy_range(int fd, off_t from, off_t to, size_t want)
{
	struct err e = ERR_INIT;
	struct src s;
	struct sink k;
	struct str out;
	bool same = true;

	str_init(&out, STR_MAX);
	sink_str(&k, &out);
	src_range(&s, fd, from, to);
	is_int(src_copy(&s, &k, &e), 0, "%lld to %lld", (long long)from, (long long)to);
	for (size_t i = 0; i < out.n; i++)
		same &= (unsigned char)out.p[i] == ((size_t)from + i) % 251;
	ok(out.n == want && k.count == want && same, "gives %zu bytes", want);
	src_release(&s);
	str_release(&out);
}

static void test_range(void)
{
	size_t n = 150000;
	int fd = file_with(n);
	struct err e = ERR_INIT;
	struct src s;
	char buf[100];

	copy_range(fd, 0, -1, n);
	copy_range(fd, 0, 0, 0);
	copy_range(fd, 65535, 65537, 2);
	copy_range(fd, 10, (off_t)n, n - 10);
	copy_range(fd, (off_t)n, -1, 0);
	src_range(&s, fd, (off_t)n - 5, (off_t)n + 5);
	is_int(src_read(&s, buf, sizeof(buf), &e), 5, "what is there is given");
	is_int(src_read(&s, buf, sizeof(buf), &e), -1, "a file that became shorter is an error");
	ok(e.kind == ERR_SYS && e.sys == EIO, "of the kind for disks");
	src_release(&s);
	ok(fcntl(fd, F_GETFD) >= 0, "the descriptor stays open");
	src_range(&s, fd, 0, -1);
	s.own_fd = true;
	src_release(&s);
	ok(fcntl(fd, F_GETFD) < 0, "unless it was given away");
	src_range(&s, -1, 0, -1);
	is_int(src_read(&s, buf, 1, &e), -1, "a bad descriptor is an error");
	is_int(e.sys, EBADF, "with its errno");
}

static void test_mem_and_stream(void)
{
	struct err e = ERR_INIT;
	struct src s;
	struct sink k;
	struct str out;
	int p[2];

	if (pipe(p) != 0)
		exit(99);
	src_mem(&s, sl_make("a\0b", 3));
	sink_fd(&k, p[1]);
	is_int(src_copy(&s, &k, &e), 0, "memory into a descriptor");
	is_int(sink_printf(&k, &e, "-%d", 7), 0, "a format too");
	is_int((long long)k.count, 5, "both are counted");
	src_release(&s);
	close(p[1]);
	str_init(&out, 4);
	sink_str(&k, &out);
	src_fd(&s, p[0]);
	e = (struct err)ERR_INIT;
	is_int(src_copy(&s, &k, &e), -1, "a stream into too little room");
	ok(e.kind == ERR_LIMIT && k.count == 0, "is a limit, and nothing counts");
	src_release(&s);
	close(p[0]);
	str_release(&out);
	src_mem(&s, SL_NONE);
	is_int(src_read(&s, p, 1, &e), 0, "nothing ends at once");
	sink_fd(&k, -1);
	is_int(sink_write(&k, SL("x"), &e), -1, "a bad descriptor");
	ok(e.kind == ERR_SYS && e.sys == EBADF, "has its errno");
	is_int(sink_write(&k, SL_NONE, &e), 0, "nothing can be written anywhere");
}

int main(void)
{
	int fds = tap_open_fds();

	test_range();
	test_mem_and_stream();
	is_int(tap_open_fds(), fds, "no descriptor is left open");
	return tap_done();
}
