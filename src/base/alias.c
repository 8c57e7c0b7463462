/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * alias: which table a label of mail means.  Labels are compared without case,
 * punctuation and the prefixes "x-" and "cs", and "windows-", "ms" and "ibm"
 * before a number count as "cp"; so one row serves every spelling.  Where a
 * label is used in practice for a superset, the superset is meant: that of
 * Windows for Korean, Japanese, Thai, Latin 1 and 5, GB 18030 for Chinese.
 * The rows are sorted; a test holds that and opens each table.
 */
#include "base/base.h"

struct alias { const char *key, *table; };

static const struct alias aliases[] = {
	{ "5601", "CP949" },
	{ "646", "WINDOWS-1252" },
	{ "ansix341968", "WINDOWS-1252" },
	{ "ansix341986", "WINDOWS-1252" },
	{ "arabic", "ISO-8859-6" },
	{ "armscii8", "ARMSCII-8" },
	{ "ascii", "WINDOWS-1252" },
	{ "asmo708", "ISO-8859-6" },
	{ "big5", "BIG5-HKSCS" },
	{ "big5eten", "BIG5-HKSCS" },
	{ "big5hkscs", "BIG5-HKSCS" },
	{ "big5hkscs2004", "BIG5-HKSCS" },
	{ "chinese", "GB18030" },
	{ "cnbig5", "BIG5-HKSCS" },
	{ "cngb", "GB18030" },
	{ "cp00858", "CP858" },
	{ "cp1125", "CP1125" },
	{ "cp1133", "CP1133" },
	{ "cp1250", "WINDOWS-1250" },
	{ "cp1251", "WINDOWS-1251" },
	{ "cp1252", "WINDOWS-1252" },
	{ "cp1253", "WINDOWS-1253" },
	{ "cp1254", "WINDOWS-1254" },
	{ "cp1255", "WINDOWS-1255" },
	{ "cp1256", "WINDOWS-1256" },
	{ "cp1257", "WINDOWS-1257" },
	{ "cp1258", "WINDOWS-1258" },
	{ "cp1361", "JOHAB" },
	{ "cp1363", "CP949" },
	{ "cp1386", "GB18030" },
	{ "cp31j", "CP932" },
	{ "cp367", "WINDOWS-1252" },
	{ "cp437", "CP437" },
	{ "cp50220", "ISO-2022-JP" },
	{ "cp50221", "ISO-2022-JP" },
	{ "cp50222", "ISO-2022-JP" },
	{ "cp51932", "EUC-JP-MS" },
	{ "cp51949", "CP949" },
	{ "cp54936", "GB18030" },
	{ "cp65000", "UTF-7" },
	{ "cp65001", "UTF-8" },
	{ "cp737", "CP737" },
	{ "cp775", "CP775" },
	{ "cp819", "WINDOWS-1252" },
	{ "cp850", "CP850" },
	{ "cp852", "CP852" },
	{ "cp855", "CP855" },
	{ "cp857", "CP857" },
	{ "cp858", "CP858" },
	{ "cp860", "CP860" },
	{ "cp861", "CP861" },
	{ "cp862", "CP862" },
	{ "cp863", "CP863" },
	{ "cp864", "CP864" },
	{ "cp865", "CP865" },
	{ "cp866", "CP866" },
	{ "cp869", "CP869" },
	{ "cp874", "CP874" },
	{ "cp932", "CP932" },
	{ "cp936", "GB18030" },
	{ "cp942", "CP932" },
	{ "cp943", "CP932" },
	{ "cp943c", "CP932" },
	{ "cp949", "CP949" },
	{ "cp950", "BIG5-HKSCS" },
	{ "cp970", "CP949" },
	{ "cyrillic", "ISO-8859-5" },
	{ "ecma114", "ISO-8859-6" },
	{ "ecma118", "ISO-8859-7" },
	{ "elot928", "ISO-8859-7" },
	{ "euccn", "GB18030" },
	{ "eucjisx0213", "EUC-JP-MS" },
	{ "eucjp", "EUC-JP-MS" },
	{ "eucjp2004", "EUC-JP-MS" },
	{ "eucjpms", "EUC-JP-MS" },
	{ "eucjpwin", "EUC-JP-MS" },
	{ "euckr", "CP949" },
	{ "eucpkdfmtjapanese", "EUC-JP-MS" },
	{ "euctw", "EUC-TW" },
	{ "extendedunixcodepackedformatforjapanese", "EUC-JP-MS" },
	{ "gb18030", "GB18030" },
	{ "gb2312", "GB18030" },
	{ "gb231280", "GB18030" },
	{ "gbk", "GB18030" },
	{ "georgianacademy", "GEORGIAN-ACADEMY" },
	{ "georgianps", "GEORGIAN-PS" },
	{ "greek", "ISO-8859-7" },
	{ "greek8", "ISO-8859-7" },
	{ "hebrew", "ISO-8859-8" },
	{ "hkscs", "BIG5-HKSCS" },
	{ "hproman8", "HP-ROMAN8" },
	{ "hz", "HZ" },
	{ "hzgb2312", "HZ" },
	{ "iso10646ucs2", "UTF-16" },
	{ "iso10646ucs4", "UTF-32" },
	{ "iso2022cn", "ISO-2022-CN" },
	{ "iso2022cnext", "ISO-2022-CN" },
	{ "iso2022jp", "ISO-2022-JP" },
	{ "iso2022jp1", "ISO-2022-JP" },
	{ "iso2022jp2", "ISO-2022-JP" },
	{ "iso2022jp2004", "ISO-2022-JP" },
	{ "iso2022jp3", "ISO-2022-JP" },
	{ "iso2022jpext", "ISO-2022-JP" },
	{ "iso2022jpms", "ISO-2022-JP" },
	{ "iso2022kr", "ISO-2022-KR" },
	{ "iso646us", "WINDOWS-1252" },
	{ "iso8859", "WINDOWS-1252" },
	{ "iso88591", "WINDOWS-1252" },
	{ "iso885910", "ISO-8859-10" },
	{ "iso885911", "CP874" },
	{ "iso885911987", "WINDOWS-1252" },
	{ "iso885913", "ISO-8859-13" },
	{ "iso885914", "ISO-8859-14" },
	{ "iso885915", "ISO-8859-15" },
	{ "iso885916", "ISO-8859-16" },
	{ "iso88592", "ISO-8859-2" },
	{ "iso885921987", "ISO-8859-2" },
	{ "iso88593", "ISO-8859-3" },
	{ "iso885931988", "ISO-8859-3" },
	{ "iso88594", "ISO-8859-4" },
	{ "iso885941988", "ISO-8859-4" },
	{ "iso88595", "ISO-8859-5" },
	{ "iso885951988", "ISO-8859-5" },
	{ "iso88596", "ISO-8859-6" },
	{ "iso885961987", "ISO-8859-6" },
	{ "iso88596e", "ISO-8859-6" },
	{ "iso88596i", "ISO-8859-6" },
	{ "iso88597", "ISO-8859-7" },
	{ "iso885971987", "ISO-8859-7" },
	{ "iso88598", "ISO-8859-8" },
	{ "iso885981988", "ISO-8859-8" },
	{ "iso88598e", "ISO-8859-8" },
	{ "iso88598i", "ISO-8859-8" },
	{ "iso88598logical", "ISO-8859-8" },
	{ "iso88599", "WINDOWS-1254" },
	{ "iso885991989", "WINDOWS-1254" },
	{ "isoceltic", "ISO-8859-14" },
	{ "isoir100", "WINDOWS-1252" },
	{ "isoir101", "ISO-8859-2" },
	{ "isoir109", "ISO-8859-3" },
	{ "isoir110", "ISO-8859-4" },
	{ "isoir126", "ISO-8859-7" },
	{ "isoir127", "ISO-8859-6" },
	{ "isoir138", "ISO-8859-8" },
	{ "isoir144", "ISO-8859-5" },
	{ "isoir148", "WINDOWS-1254" },
	{ "isoir149", "CP949" },
	{ "isoir157", "ISO-8859-10" },
	{ "isoir166", "CP874" },
	{ "isoir226", "ISO-8859-16" },
	{ "isoir58", "GB18030" },
	{ "isoir6", "WINDOWS-1252" },
	{ "isolatin1", "WINDOWS-1252" },
	{ "isolatin2", "ISO-8859-2" },
	{ "isolatin3", "ISO-8859-3" },
	{ "isolatin4", "ISO-8859-4" },
	{ "isolatin5", "WINDOWS-1254" },
	{ "isolatin6", "ISO-8859-10" },
	{ "isolatin9", "ISO-8859-15" },
	{ "isolatinarabic", "ISO-8859-6" },
	{ "isolatincyrillic", "ISO-8859-5" },
	{ "isolatingreek", "ISO-8859-7" },
	{ "isolatinhebrew", "ISO-8859-8" },
	{ "jis", "ISO-2022-JP" },
	{ "johab", "JOHAB" },
	{ "koi8", "KOI8-R" },
	{ "koi8r", "KOI8-R" },
	{ "koi8ru", "KOI8-U" },
	{ "koi8t", "KOI8-T" },
	{ "koi8u", "KOI8-U" },
	{ "korean", "CP949" },
	{ "ksc5601", "CP949" },
	{ "ksc56011987", "CP949" },
	{ "ksc56011989", "CP949" },
	{ "ksc56011992", "CP949" },
	{ "ksc5636", "WINDOWS-1252" },
	{ "ksc58611992", "CP949" },
	{ "ksx1001", "CP949" },
	{ "ksx10011992", "CP949" },
	{ "l1", "WINDOWS-1252" },
	{ "l10", "ISO-8859-16" },
	{ "l2", "ISO-8859-2" },
	{ "l3", "ISO-8859-3" },
	{ "l4", "ISO-8859-4" },
	{ "l5", "WINDOWS-1254" },
	{ "l6", "ISO-8859-10" },
	{ "l7", "ISO-8859-13" },
	{ "l9", "ISO-8859-15" },
	{ "latin1", "WINDOWS-1252" },
	{ "latin10", "ISO-8859-16" },
	{ "latin2", "ISO-8859-2" },
	{ "latin3", "ISO-8859-3" },
	{ "latin4", "ISO-8859-4" },
	{ "latin5", "WINDOWS-1254" },
	{ "latin6", "ISO-8859-10" },
	{ "latin7", "ISO-8859-13" },
	{ "latin8", "ISO-8859-14" },
	{ "latin9", "ISO-8859-15" },
	{ "logical", "ISO-8859-8" },
	{ "mac", "MACINTOSH" },
	{ "macce", "MAC-CENTRALEUROPE" },
	{ "maccentraleurope", "MAC-CENTRALEUROPE" },
	{ "macchinesesimp", "GB18030" },
	{ "macchinesetrad", "BIG5-HKSCS" },
	{ "maccyrillic", "MAC-CYRILLIC" },
	{ "macintosh", "MACINTOSH" },
	{ "macjapanese", "CP932" },
	{ "mackorean", "CP949" },
	{ "macroman", "MACINTOSH" },
	{ "macukrainian", "MAC-UK" },
	{ "msansi", "WINDOWS-1252" },
	{ "msarab", "WINDOWS-1256" },
	{ "mscyrl", "WINDOWS-1251" },
	{ "msee", "WINDOWS-1250" },
	{ "msgreek", "WINDOWS-1253" },
	{ "mshebr", "WINDOWS-1255" },
	{ "mskanji", "CP932" },
	{ "msturk", "WINDOWS-1254" },
	{ "pc850multilingual", "CP850" },
	{ "pc8codepage437", "CP437" },
	{ "pt154", "PT154" },
	{ "ptcp154", "PT154" },
	{ "r8", "HP-ROMAN8" },
	{ "rk1048", "RK1048" },
	{ "roman8", "HP-ROMAN8" },
	{ "shiftjis", "CP932" },
	{ "shiftjis2004", "CP932" },
	{ "shiftjisms", "CP932" },
	{ "sjis", "CP932" },
	{ "sjiswin", "CP932" },
	{ "strk10482002", "RK1048" },
	{ "tcvn", "TCVN" },
	{ "tcvn5712", "TCVN" },
	{ "thai", "CP874" },
	{ "tis620", "CP874" },
	{ "tis6202533", "CP874" },
	{ "ucs2", "UTF-16" },
	{ "ucs4", "UTF-32" },
	{ "uhc", "CP949" },
	{ "ujis", "EUC-JP-MS" },
	{ "unicode", "UTF-16" },
	{ "unicode11utf7", "UTF-7" },
	{ "unicode11utf8", "UTF-8" },
	{ "unicode20utf7", "UTF-7" },
	{ "unicode20utf8", "UTF-8" },
	{ "unicodefeff", "UTF-16" },
	{ "unicodefffe", "UTF-16BE" },
	{ "us", "WINDOWS-1252" },
	{ "usascii", "WINDOWS-1252" },
	{ "utf16", "UTF-16" },
	{ "utf16be", "UTF-16BE" },
	{ "utf16le", "UTF-16LE" },
	{ "utf32", "UTF-32" },
	{ "utf32be", "UTF-32BE" },
	{ "utf32le", "UTF-32LE" },
	{ "utf7", "UTF-7" },
	{ "utf8", "UTF-8" },
	{ "utf8bom", "UTF-8" },
	{ "utf8mb3", "UTF-8" },
	{ "utf8mb4", "UTF-8" },
	{ "utf8n", "UTF-8" },
	{ "viscii", "VISCII" },
	{ "visual", "ISO-8859-8" },
	{ "xbig5", "BIG5-HKSCS" },
	{ "xxbig5", "BIG5-HKSCS" },
};

#define KEY_MAX 48

static int by_key(const void *key, const void *row)
{
	return strcmp(key, ((const struct alias *)row)->key);
}

static const char *look_up(const char *key)
{
	const struct alias *a = bsearch(key, aliases, ARRAY_LEN(aliases), sizeof(*aliases), by_key);

	return a ? a->table : NULL;
}

/* "windows-1252", "ms949" and "IBM866" are cp1252, cp949 and cp866. */
static const char *with_cp(const char *key, char buf[KEY_MAX])
{
	static const char *const prefixes[] = { "windows", "win", "ms", "ibm", "oem", "dos" };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(key, prefixes[i], n) == 0 && ascii_isdigit(key[n])) {
			snprintf(buf, KEY_MAX, "cp%.40s", key + n);
			return buf;
		}
	}
	if (ascii_isdigit(key[0]) && !look_up(key)) {   /* "1251" */
		snprintf(buf, KEY_MAX, "cp%.40s", key);
		return buf;
	}
	return key;
}

const char *charset_table(struct slice label)
{
	char key[KEY_MAX], cp_key[KEY_MAX];
	const char *table;
	size_t n = 0;

	if (sl_istarts(label, "x-"))
		label = sl_skip(label, 2);
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (ascii_isalnum(c)) {
			if (n == sizeof(key) - 1)
				return NULL;
			key[n++] = (char)ascii_lower(c);
		} else if (!c || !strchr("-_.: ", c)) {
			return NULL;
		}
	}
	key[n] = 0;
	table = look_up(with_cp(key, cp_key));
	if (!table && strncmp(key, "cs", 2) == 0)
		table = look_up(with_cp(key + 2, cp_key));
	return table;
}
