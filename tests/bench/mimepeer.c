/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mimepeer: the same work by gmime.
 *
 *   mimepeer enc|dec base64|qp FILE | memory enc|dec base64|qp FILE | tree (names on standard input) | extract FILE NAME
 */
#include <fcntl.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int stream(const char *how, const char *enc, const char *path)
{
	GMimeContentEncoding encoding = strcmp(enc, "qp") == 0 ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE : GMIME_CONTENT_ENCODING_BASE64;
	GMimeStream *in = g_mime_stream_fs_new(open(path, O_RDONLY)), *out = g_mime_stream_fs_new(1);
	GMimeStream *both = g_mime_stream_filter_new(in);
	static char buf[65536];
	ssize_t n;

	g_mime_stream_filter_add(GMIME_STREAM_FILTER(both), g_mime_filter_basic_new(encoding, how[0] == 'e'));
	while ((n = g_mime_stream_read(both, buf, sizeof(buf))) > 0)
		g_mime_stream_write(out, buf, (size_t)n);
	g_mime_stream_flush(out);       /* fails where it can't be synced */
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The file in memory, in pieces into one place; the best of seven. */
static int memory(const char *how, const char *enc, const char *path)
{
	GMimeContentEncoding encoding = strcmp(enc, "qp") == 0 ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE : GMIME_CONTENT_ENCODING_BASE64;
	static char out[49152 * 4];
	double best = 0;
	gchar *bytes;
	gsize n;

	if (!g_file_get_contents(path, &bytes, &n, NULL))
		return 1;
	for (int r = 0; r < 7; r++) {
		GMimeEncoding state;
		double t = now();

		if (how[0] == 'e')
			g_mime_encoding_init_encode(&state, encoding);
		else
			g_mime_encoding_init_decode(&state, encoding);
		for (gsize at = 0; at < n; at += 49152)
			g_mime_encoding_step(&state, bytes + at, n - at < 49152 ? n - at : 49152, out);
		t = now() - t;
		best = r && best < t ? best : t;
	}
	printf("%.9f\n", best);
	g_free(bytes);
	return 0;
}

static GMimeMessage *parse(const char *path)
{
	int fd = open(path, O_RDONLY);
	GMimeStream *in;
	GMimeParser *parser;
	GMimeMessage *message;

	if (fd < 0)
		return NULL;
	in = g_mime_stream_fs_new(fd);
	parser = g_mime_parser_new_with_stream(in);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(in);
	g_object_unref(parser);
	return message;
}

static void print_part(GMimeObject *o, int depth)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	const char *name = GMIME_IS_PART(o) ? g_mime_part_get_filename(GMIME_PART(o)) : NULL;

	printf("%*s%s/%s %s\n", depth * 2, "", g_mime_content_type_get_media_type(type), g_mime_content_type_get_media_subtype(type), name ? name : "");
	if (GMIME_IS_MULTIPART(o)) {
		int n = g_mime_multipart_get_count(GMIME_MULTIPART(o));

		for (int i = 0; i < n; i++)
			print_part(g_mime_multipart_get_part(GMIME_MULTIPART(o), i), depth + 1);
	} else if (GMIME_IS_MESSAGE_PART(o)) {
		GMimeMessage *inside = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));

		if (inside && g_mime_message_get_mime_part(inside))
			print_part(g_mime_message_get_mime_part(inside), depth + 1);
	}
}

static int tree(void)
{
	char path[8192];

	while (fgets(path, sizeof(path), stdin)) {
		GMimeMessage *m;
		GDateTime *date;
		char *from;

		path[strcspn(path, "\n")] = 0;
		m = parse(path);
		if (!m)
			continue;
		puts(path);
		if (g_mime_message_get_mime_part(m))
			print_part(g_mime_message_get_mime_part(m), 1);
		from = internet_address_list_to_string(g_mime_message_get_from(m), NULL, FALSE);
		date = g_mime_message_get_date(m);
		printf("%s | %s | %lld\n", from ? from : "", g_mime_message_get_subject(m), date ? (long long)g_date_time_to_unix(date) : 0);
		g_free(from);
		g_object_unref(m);
	}
	return 0;
}

static void extract(GMimeObject *parent, GMimeObject *o, gpointer name)
{
	const char *found = GMIME_IS_PART(o) ? g_mime_part_get_filename(GMIME_PART(o)) : NULL;
	GMimeStream *out;

	(void)parent;
	if (!found || strcmp(found, name) != 0)
		return;
	out = g_mime_stream_fs_new(dup(1));
	g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(o)), out);
	g_mime_stream_flush(out);
	g_object_unref(out);
}

int main(int argc, char **argv)
{
	g_mime_init();
	if (argc == 4 && (strcmp(argv[1], "enc") == 0 || strcmp(argv[1], "dec") == 0))
		return stream(argv[1], argv[2], argv[3]);
	if (argc == 5 && strcmp(argv[1], "memory") == 0)
		return memory(argv[2], argv[3], argv[4]);
	if (argc == 2 && strcmp(argv[1], "tree") == 0)
		return tree();
	if (argc == 4 && strcmp(argv[1], "extract") == 0) {
		GMimeMessage *m = parse(argv[2]);

		if (m)
			g_mime_message_foreach(m, extract, argv[3]);
		return !m;
	}
	return 2;
}
