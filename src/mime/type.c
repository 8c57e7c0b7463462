/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * type: the content type of a file, by its name and its first bytes.
 *
 * A name is believed as far as its bytes do not contradict: what is called
 * text and has NULs is not text.  A file whose name says nothing is known by
 * the signature of its format, or is text if it reads as text.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

/* Sorted by extension. */
static const struct { const char *ext, *type; } builtin[] = {
	{ "7z", "application/x-7z-compressed" },
	{ "aac", "audio/aac" },
	{ "ai", "application/illustrator" },
	{ "apk", "application/vnd.android.package-archive" },
	{ "asc", "text/plain" },
	{ "avi", "video/x-msvideo" },
	{ "avif", "image/avif" },
	{ "bin", "application/octet-stream" },
	{ "bmp", "image/bmp" },
	{ "bz2", "application/x-bzip2" },
	{ "c", "text/x-csrc" },
	{ "cc", "text/x-c++src" },
	{ "conf", "text/plain" },
	{ "cpp", "text/x-c++src" },
	{ "crt", "application/x-x509-ca-cert" },
	{ "css", "text/css" },
	{ "csv", "text/csv" },
	{ "deb", "application/vnd.debian.binary-package" },
	{ "diff", "text/x-patch" },
	{ "djvu", "image/vnd.djvu" },
	{ "doc", "application/msword" },
	{ "docm", "application/vnd.ms-word.document.macroEnabled.12" },
	{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "dvi", "application/x-dvi" },
	{ "eml", "message/rfc822" },
	{ "eps", "image/x-eps" },
	{ "epub", "application/epub+zip" },
	{ "exe", "application/vnd.microsoft.portable-executable" },
	{ "flac", "audio/flac" },
	{ "gif", "image/gif" },
	{ "go", "text/x-go" },
	{ "gpg", "application/pgp-encrypted" },
	{ "gz", "application/gzip" },
	{ "h", "text/x-chdr" },
	{ "heic", "image/heif" },
	{ "heif", "image/heif" },
	{ "hpp", "text/x-c++hdr" },
	{ "htm", "text/html" },
	{ "html", "text/html" },
	{ "hwp", "application/x-hwp" },
	{ "hwpx", "application/hwp+zip" },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "ics", "text/calendar" },
	{ "ini", "text/plain" },
	{ "iso", "application/x-cd-image" },
	{ "jar", "application/x-java-archive" },
	{ "java", "text/x-java" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "js", "text/javascript" },
	{ "json", "application/json" },
	{ "key", "application/pgp-keys" },
	{ "log", "text/x-log" },
	{ "m3u", "audio/x-mpegurl" },
	{ "m4a", "audio/mp4" },
	{ "md", "text/markdown" },
	{ "mid", "audio/midi" },
	{ "mkv", "video/x-matroska" },
	{ "mov", "video/quicktime" },
	{ "mp3", "audio/mpeg" },
	{ "mp4", "video/mp4" },
	{ "mpeg", "video/mpeg" },
	{ "mpg", "video/mpeg" },
	{ "msg", "application/vnd.ms-outlook" },
	{ "odp", "application/vnd.oasis.opendocument.presentation" },
	{ "ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ "odt", "application/vnd.oasis.opendocument.text" },
	{ "ogg", "audio/ogg" },
	{ "opus", "audio/ogg" },
	{ "otf", "font/otf" },
	{ "p12", "application/x-pkcs12" },
	{ "p7m", "application/pkcs7-mime" },
	{ "p7s", "application/pkcs7-signature" },
	{ "patch", "text/x-patch" },
	{ "pdf", "application/pdf" },
	{ "pem", "application/x-x509-ca-cert" },
	{ "php", "application/x-php" },
	{ "pl", "application/x-perl" },
	{ "png", "image/png" },
	{ "pps", "application/vnd.ms-powerpoint" },
	{ "ppt", "application/vnd.ms-powerpoint" },
	{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "ps", "application/postscript" },
	{ "psd", "image/vnd.adobe.photoshop" },
	{ "py", "text/x-python" },
	{ "rar", "application/vnd.rar" },
	{ "rb", "application/x-ruby" },
	{ "rpm", "application/x-rpm" },
	{ "rs", "text/rust" },
	{ "rtf", "application/rtf" },
	{ "sh", "application/x-shellscript" },
	{ "sig", "application/pgp-signature" },
	{ "sql", "application/sql" },
	{ "svg", "image/svg+xml" },
	{ "tar", "application/x-tar" },
	{ "tar.bz2", "application/x-bzip2-compressed-tar" },
	{ "tar.gz", "application/x-compressed-tar" },
	{ "tar.xz", "application/x-xz-compressed-tar" },
	{ "tex", "text/x-tex" },
	{ "tgz", "application/x-compressed-tar" },
	{ "tif", "image/tiff" },
	{ "tiff", "image/tiff" },
	{ "toml", "application/toml" },
	{ "tsv", "text/tab-separated-values" },
	{ "ttf", "font/ttf" },
	{ "txt", "text/plain" },
	{ "vcf", "text/vcard" },
	{ "vsd", "application/vnd.visio" },
	{ "wasm", "application/wasm" },
	{ "wav", "audio/x-wav" },
	{ "webm", "video/webm" },
	{ "webp", "image/webp" },
	{ "wma", "audio/x-ms-wma" },
	{ "wmv", "video/x-ms-wmv" },
	{ "woff", "font/woff" },
	{ "woff2", "font/woff2" },
	{ "xhtml", "application/xhtml+xml" },
	{ "xls", "application/vnd.ms-excel" },
	{ "xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "xml", "application/xml" },
	{ "xz", "application/x-xz" },
	{ "yaml", "application/yaml" },
	{ "yml", "application/yaml" },
	{ "zip", "application/zip" },
	{ "zst", "application/zstd" },
};

static const struct { const char *bytes; size_t n; const char *type; } magic[] = {
#define MAGIC(bytes, type) { bytes, sizeof(bytes) - 1, type }
	MAGIC("%PDF-", "application/pdf"),
	MAGIC("\x89PNG\r\n\x1a\n", "image/png"),
	MAGIC("\xff\xd8\xff", "image/jpeg"),
	MAGIC("GIF87a", "image/gif"),
	MAGIC("GIF89a", "image/gif"),
	MAGIC("PK\x03\x04", "application/zip"),
	MAGIC("\x1f\x8b\x08", "application/gzip"),
	MAGIC("BZh", "application/x-bzip2"),
	MAGIC("\xfd" "7zXZ\0", "application/x-xz"),
	MAGIC("\x28\xb5\x2f\xfd", "application/zstd"),
	MAGIC("7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
	MAGIC("Rar!\x1a\x07", "application/vnd.rar"),
	MAGIC("\x7f" "ELF", "application/x-executable"),
	MAGIC("OggS", "audio/ogg"),
	MAGIC("fLaC", "audio/flac"),
	MAGIC("ID3", "audio/mpeg"),
	MAGIC("II*\0", "image/tiff"),
	MAGIC("MM\0*", "image/tiff"),
	MAGIC("%!PS", "application/postscript"),
	MAGIC("{\\rtf", "application/rtf"),
	MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
};

/* ---- the system's table ---- */

struct glob { int weight; char *type; };
static struct map *globs;               /* "ext" in lower case, "=name" for whole names */

static void globs_clear(void)
{
	size_t it = 0;
	struct slice key;
	void *value;

	while (globs && map_next(globs, &it, &key, &value)) {
		struct glob *g = value;

		free(g->type);
		free(g);
	}
	map_free(&globs);
}

/* "50:image/png:*.png[:flags]"; other patterns than *.ext and whole names are
 * rare and left out, as is what only counts in one case. */
static void add_glob(struct slice line)
{
	struct slice weight, type, pattern;
	uint64_t w;
	struct glob *g, *old;
	struct str key;

	if (!sl_cut(&line, ':', &weight) || sl_u64(weight, 1000, &w) != 0 ||
	    !sl_cut(&line, ':', &type) || !sl_cut(&line, ':', &pattern) || line.n)
		return;
	if (sl_find(type, '/') < 1 || type.n > 127 || pattern.n == 0 || pattern.n > 64)
		return;
	str_init(&key, 128);
	if (sl_starts(pattern, "*."))
		pattern = sl_skip(pattern, 2);
	else
		str_addc(&key, '=');
	str_addlower(&key, pattern);
	if (sl_find(pattern, '*') < 0 && sl_find(pattern, '[') < 0 && sl_find(pattern, '?') < 0) {
		old = map_get(globs, str_sl(&key));
		if (!old || old->weight < (int)w) {
			g = mem_zalloc(sizeof(*g));
			g->weight = (int)w;
			g->type = sl_dup(type);
			map_put(globs, str_sl(&key), g);
			if (old)
				free(old->type);
			free(old);
		}
	}
	str_release(&key);
}

void type_load(struct slice globs2)
{
	struct slice line;

	globs_clear();
	if (globs2.n == 0)
		return;
	globs = map_new();
	while (sl_line(&globs2, &line))
		if (line.n && line.p[0] != '#')
			add_glob(line);
}

static const char *lookup(struct slice key)
{
	size_t from = 0, to = ARRAY_LEN(builtin);
	const struct glob *g = globs ? map_get(globs, key) : NULL;

	if (g)
		return g->type;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int c = sl_cmp(key, sl(builtin[mid].ext));

		if (c == 0)
			return builtin[mid].type;
		if (c < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

const char *type_extension(struct slice type)
{
	for (size_t i = ARRAY_LEN(builtin); i > 0; i--)         /* "jpg" before "jpeg" */
		if (sl_iis(type, builtin[i - 1].type))
			return builtin[i - 1].ext;
	return NULL;
}

/* The longest known extension counts: "tar.gz" before "gz". */
static const char *by_name(struct slice name)
{
	const char *type = NULL;
	struct str key;
	struct slice rest;

	if (name.n > 255)
		name = sl_skip(name, name.n - 255);
	str_init(&key, 512);
	str_addc(&key, '=');
	str_addlower(&key, name);
	rest = str_sl(&key);
	type = lookup(rest);
	while (!type && rest.n) {
		ssize_t dot = sl_find(rest, '.');

		if (dot < 0)
			break;
		rest = sl_skip(rest, (size_t)dot + 1);
		type = lookup(rest);
	}
	str_release(&key);
	return type;
}

/* ---- by the bytes ---- */

/* Valid UTF-8 but for a character cut at the end, without controls that text
 * does not have. */
static bool is_text(struct slice s)
{
	while (s.n) {
		uint32_t cp;
		size_t used = utf8_decode(s, &cp);

		if (cp == UTF8_BAD && used == 1)
			return s.n < 4 && (unsigned char)s.p[0] >= 0xc2;
		if ((cp < 32 && (cp < 8 || cp > 13) && cp != 27) || cp == 127)
			return false;
		s = sl_skip(s, used);
	}
	return true;
}

static const char *by_bytes(struct slice bytes)
{
	for (size_t i = 0; i < ARRAY_LEN(magic); i++)
		if (bytes.n >= magic[i].n && memcmp(bytes.p, magic[i].bytes, magic[i].n) == 0)
			return magic[i].type;
	if (bytes.n >= 12 && sl_starts(bytes, "RIFF")) {
		if (memcmp(bytes.p + 8, "WEBP", 4) == 0)
			return "image/webp";
		if (memcmp(bytes.p + 8, "WAVE", 4) == 0)
			return "audio/x-wav";
	}
	return is_text(bytes) ? "text/plain" : "application/octet-stream";
}

const char *type_of(struct slice filename, struct slice first_bytes)
{
	const char *type;

	for (size_t i = filename.n; i > 0; i--)
		if (filename.p[i - 1] == '/') {
			filename = sl_skip(filename, i);
			break;
		}
	type = by_name(filename);
	if (!type)
		return by_bytes(first_bytes);
	if (sl_istarts(sl(type), "text/") && sl_find(first_bytes, 0) >= 0)
		return "application/octet-stream";
	return type;
}
