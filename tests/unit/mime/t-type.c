/* SPDX-License-Identifier: GPL-3.0-or-later
 * Content types of files, and names to save parts under. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

static void is_type(const char *name, struct slice bytes, const char *want)
{
	is_str(type_of(sl(name), bytes), want, "type of %s is %s", *name ? name : "(no name)", want);
}

static void test_names(void)
{
	is_type("report.pdf", SL(""), "application/pdf");
	is_type("/tmp/x.d/REPORT.PDF", SL(""), "application/pdf");
	is_type("a.tar.gz", SL(""), "application/x-compressed-tar");
	is_type("a.b.gz", SL(""), "application/gzip");
	is_type("bill.hwp", SL(""), "application/x-hwp");
	is_type("bill.hwpx", SL(""), "application/hwp+zip");
	is_type("a.7z", SL(""), "application/x-7z-compressed");
	is_type("a.zst", SL(""), "application/zstd");
	is_type("notes.txt", SL("hello\n"), "text/plain");
	is_type("notes.txt", SL("\xc7\xd1\xb1\xdb\n"), "text/plain");
	is_type("notes.txt", SL("h\0i"), "application/octet-stream");
	is_type("page.html", SL("\0<"), "application/octet-stream");
	is_type("pdf", SL("hello"), "text/plain");
	is_type("a.unknown", SL("hello"), "text/plain");
	is_type("a.", SL("hello"), "text/plain");
}

static void test_bytes(void)
{
	is_type("", SL(""), "text/plain");
	is_type("x", SL("caf\xc3\xa9"), "text/plain");
	is_type("x", SL("cut \xed\x95"), "text/plain");
	is_type("x", SL("caf\xe9 au lait"), "application/octet-stream");
	is_type("x", SL("a\0b"), "application/octet-stream");
	is_type("x", SL("\x01\x02"), "application/octet-stream");
	is_type("x", SL("%PDF-1.7"), "application/pdf");
	is_type("x", SL("\x89PNG\r\n\x1a\n\0\0"), "image/png");
	is_type("x", SL("\xff\xd8\xff\xe0"), "image/jpeg");
	is_type("x", SL("GIF89a"), "image/gif");
	is_type("x", SL("PK\x03\x04"), "application/zip");
	is_type("x", SL("\x1f\x8b\x08\0"), "application/gzip");
	is_type("x", SL("\x7f" "ELF"), "application/x-executable");
	is_type("x", SL("RIFF1234WEBPVP8"), "image/webp");
	is_type("x", SL("RIFF"), "text/plain");
}

static void test_globs(void)
{
	type_load(SL("# comment\n50:application/x-test:*.tst\n60:application/x-better:*.tst\n"
		     "40:application/x-worse:*.tst\n50:text/x-makefile:makefile\n50:text/x-c++:*.C:cs\n"
		     "50:application/x-long:*.a.tst\nnonsense\n50:bad\n99999999999999999999:a/b:*.q\n"
		     "50:x/y:*.[0-9]\n50:application/x-pdf2:*.pdf"));
	is_type("a.TST", SL(""), "application/x-better");
	is_type("a.a.tst", SL(""), "application/x-long");
	is_type("Makefile", SL("a:\n"), "text/x-makefile");
	is_type("a.C", SL(""), "text/x-csrc");
	is_type("a.5", SL(""), "text/plain");
	is_type("a.pdf", SL(""), "application/x-pdf2");
	is_type("a.png", SL(""), "image/png");
	type_load(SL_NONE);
	is_type("a.pdf", SL(""), "application/pdf");
}

static const struct { struct slice in; const char *out, *name; } names[] = {
#define NAME(in, out, name) { { in, sizeof(in) - 1 }, out, name }
	NAME("report.pdf", "report.pdf", "a good name"),
	NAME("보고서 최종.hwp", "보고서 최종.hwp", "a Korean name"),
	NAME("../../x", "x", "dots and slashes"),
	NAME("/etc/passwd", "passwd", "an absolute path"),
	NAME("..\\..\\x.exe", "x.exe", "backslashes"),
	NAME("C:\\dir\\x.doc", "x.doc", "a drive"),
	NAME("C:x.doc", "C_x.doc", "a drive without backslash"),
	NAME(".", "part-2.bin", "a dot"),
	NAME("..", "part-2.bin", "two dots"),
	NAME("", "part-2.bin", "nothing"),
	NAME("/", "part-2.bin", "a slash"),
	NAME("file:///", "part-2.bin", "a URL without name"),
	NAME("-rf", "rf", "a dash"),
	NAME("--output=x", "output=x", "an option"),
	NAME("|id", "|id", "a pipe is only a letter"),
	NAME("$(id)", "$(id)", "so is a dollar"),
	NAME("a\nb.txt", "a_b.txt", "a line break"),
	NAME("a\r\n\x1b[2Jb.txt", "a_[2Jb.txt", "an escape sequence"),
	NAME("~/.ssh/authorized_keys", "authorized_keys", "a home folder"),
	NAME(".bashrc", "bashrc", "a hidden file"),
	NAME("-.-x", "x", "dots and dashes"),
	NAME("%s%n", "%s%n", "a format"),
	NAME("a\0b.txt", "a_b.txt", "NUL"),
	NAME("\xe2\x88\x95" "etc\xe2\x88\x95passwd", "_etc_passwd", "U+2215"),
	NAME("bill.pdf          .exe", "bill.pdf .exe", "an extension far away"),
	NAME("bill.txt. . ", "bill.txt", "dots and blanks at the end"),
	NAME("x:2,S", "x_2,S", "Maildir flags"),
	NAME(".lock", "lock", "a lock"),
	NAME("  a  b  ", "a b", "blanks"),
	NAME("a\xe2\x80\xae" "txt.exe", "a_txt.exe", "a direction override"),
	NAME("caf\xe9.txt", "caf_.txt", "not UTF-8"),
	NAME("cafe\xcc\x81.txt", "caf\xc3\xa9.txt", "NFD becomes NFC"),
	NAME("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c", "Hangul letters become syllables"),
};

static void test_part_name(void)
{
	static const struct { const char *filename, *description, *type, *subtype, *want; } rows[] = {
		{ "a/b.pdf", "c.txt", "image", "png", "b.pdf" }, { NULL, "Report 2.xls", "application", "octet-stream", "Report 2.xls" },
		{ NULL, "../x.csv", "text", "csv", "x.csv" }, { NULL, "We met. Then we left", "image", "png", "part-1.2.png" },
		{ NULL, "Mr. Lee", "image", "jpeg", "part-1.2.jpg" }, { "", NULL, "text", "plain", "part-1.2.txt" }, { NULL, NULL, "text", "html", "part-1.2.html" },
		{ NULL, NULL, "message", "rfc822", "part-1.2.eml" }, { NULL, NULL, "image", "x/../y", "y" }, { NULL, NULL, "x", "y", "part-1.2.bin" },
	};
	struct str out;

	str_init(&out, 4096);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct part p = { .filename = (char *)(uintptr_t)rows[i].filename, .description = (char *)(uintptr_t)rows[i].description,
			.type = (char *)(uintptr_t)rows[i].type, .subtype = (char *)(uintptr_t)rows[i].subtype, .number = (char *)(uintptr_t)"1.2" };

		str_clear(&out);
		part_name(&p, &out);
		is_slice(str_sl(&out), sl(rows[i].want), "a part is saved as %s", rows[i].want);
	}
	str_release(&out);
}

static void test_clean(void)
{
	struct str out, in;

	str_init(&out, 4096);
	str_init(&in, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		str_clear(&out);
		filename_clean(names[i].in, "2", &out);
		is_slice(str_sl(&out), sl(names[i].out), "name: %s", names[i].name);
		str_clear(&in);
		str_addsl(&in, str_sl(&out));
		str_clear(&out);
		filename_clean(str_sl(&in), "2", &out);
		is_slice(str_sl(&out), str_sl(&in), "name: %s, cleaned again", names[i].name);
	}
	str_clear(&in);
	for (int i = 0; i < 5000; i++)
		str_addc(&in, 'a');
	str_adds(&in, ".pdf");
	str_clear(&out);
	filename_clean(str_sl(&in), "1", &out);
	ok(out.n == 255 && sl_ends(str_sl(&out), "aa.pdf"), "name: 5,000 letters, extension kept");
	str_clear(&in);
	for (int i = 0; i < 300; i++)
		str_adds(&in, "\xed\x95\x9c");
	str_adds(&in, ".hwp");
	str_clear(&out);
	filename_clean(str_sl(&in), "1", &out);
	ok(out.n == 253 && utf8_valid(str_sl(&out)) && sl_ends(str_sl(&out), "\x9c.hwp"), "name: 300 syllables cut at an edge");
	for (int n = 254; n <= 256; n++) {
		str_clear(&in);
		for (int i = 0; i < n; i++)
			str_addc(&in, 'a');
		str_clear(&out);
		filename_clean(str_sl(&in), "1", &out);
		is_int((long long)out.n, MIN(n, 255), "name: %d bytes", n);
	}
	str_clear(&in);
	for (int i = 0; i < 254; i++)
		str_addc(&in, 'a');
	str_adds(&in, " bc");
	str_clear(&out);
	filename_clean(str_sl(&in), "1", &out);
	is_int((long long)out.n, 254, "name: no blank is left where it is cut");
	str_clear(&in);
	for (int i = 0; i < 250; i++)
		str_addc(&in, 'a');
	str_adds(&in, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xa7");
	str_clear(&out);
	filename_clean(str_sl(&in), "1", &out);
	is_int((long long)out.n, 250, "name: an emoji of several characters is not cut inside");
	str_clear(&out);
	filename_clean(SL(""), NULL, &out);
	is_slice(str_sl(&out), SL("part-1.bin"), "name: no number either");
	str_release(&out);
	str_release(&in);
}

int main(void)
{
	test_names();
	test_bytes();
	test_globs();
	test_clean();
	test_part_name();
	return tap_done();
}
