/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * strip: the words of HTML, for searching.  One forward pass; what shows a page
 * to people (on gumbo) is another thing.
 *
 * Every search ahead (the end of a tag, a quote, a comment, a script) that fails
 * is remembered, and not made again: so hostile input costs no more than its size.
 */
#include "base/base.h"
#include "mime/mime.h"

/* ---- entities: HTML 4, and apos ---- */

static const struct { const char *name; uint32_t cp; } names[] = {
	{ "AElig", 198 }, { "Aacute", 193 }, { "Acirc", 194 }, { "Agrave", 192 },
	{ "Alpha", 913 }, { "Aring", 197 }, { "Atilde", 195 }, { "Auml", 196 },
	{ "Beta", 914 }, { "Ccedil", 199 }, { "Chi", 935 }, { "Dagger", 8225 },
	{ "Delta", 916 }, { "ETH", 208 }, { "Eacute", 201 }, { "Ecirc", 202 },
	{ "Egrave", 200 }, { "Epsilon", 917 }, { "Eta", 919 }, { "Euml", 203 },
	{ "Gamma", 915 }, { "Iacute", 205 }, { "Icirc", 206 }, { "Igrave", 204 },
	{ "Iota", 921 }, { "Iuml", 207 }, { "Kappa", 922 }, { "Lambda", 923 }, { "Mu", 924 },
	{ "Ntilde", 209 }, { "Nu", 925 }, { "OElig", 338 }, { "Oacute", 211 },
	{ "Ocirc", 212 }, { "Ograve", 210 }, { "Omega", 937 }, { "Omicron", 927 },
	{ "Oslash", 216 }, { "Otilde", 213 }, { "Ouml", 214 }, { "Phi", 934 }, { "Pi", 928 },
	{ "Prime", 8243 }, { "Psi", 936 }, { "Rho", 929 }, { "Scaron", 352 },
	{ "Sigma", 931 }, { "THORN", 222 }, { "Tau", 932 }, { "Theta", 920 },
	{ "Uacute", 218 }, { "Ucirc", 219 }, { "Ugrave", 217 }, { "Upsilon", 933 },
	{ "Uuml", 220 }, { "Xi", 926 }, { "Yacute", 221 }, { "Yuml", 376 }, { "Zeta", 918 },
	{ "aacute", 225 }, { "acirc", 226 }, { "acute", 180 }, { "aelig", 230 },
	{ "agrave", 224 }, { "alefsym", 8501 }, { "alpha", 945 }, { "amp", 38 },
	{ "and", 8743 }, { "ang", 8736 }, { "apos", 39 }, { "aring", 229 },
	{ "asymp", 8776 }, { "atilde", 227 }, { "auml", 228 }, { "bdquo", 8222 },
	{ "beta", 946 }, { "brvbar", 166 }, { "bull", 8226 }, { "cap", 8745 },
	{ "ccedil", 231 }, { "cedil", 184 }, { "cent", 162 }, { "chi", 967 },
	{ "circ", 710 }, { "clubs", 9827 }, { "cong", 8773 }, { "copy", 169 },
	{ "crarr", 8629 }, { "cup", 8746 }, { "curren", 164 }, { "dArr", 8659 },
	{ "dagger", 8224 }, { "darr", 8595 }, { "deg", 176 }, { "delta", 948 },
	{ "diams", 9830 }, { "divide", 247 }, { "eacute", 233 }, { "ecirc", 234 },
	{ "egrave", 232 }, { "empty", 8709 }, { "emsp", 8195 }, { "ensp", 8194 },
	{ "epsilon", 949 }, { "equiv", 8801 }, { "eta", 951 }, { "eth", 240 },
	{ "euml", 235 }, { "euro", 8364 }, { "exist", 8707 }, { "fnof", 402 },
	{ "forall", 8704 }, { "frac12", 189 }, { "frac14", 188 }, { "frac34", 190 },
	{ "frasl", 8260 }, { "gamma", 947 }, { "ge", 8805 }, { "gt", 62 }, { "hArr", 8660 },
	{ "harr", 8596 }, { "hearts", 9829 }, { "hellip", 8230 }, { "iacute", 237 },
	{ "icirc", 238 }, { "iexcl", 161 }, { "igrave", 236 }, { "image", 8465 },
	{ "infin", 8734 }, { "int", 8747 }, { "iota", 953 }, { "iquest", 191 },
	{ "isin", 8712 }, { "iuml", 239 }, { "kappa", 954 }, { "lArr", 8656 },
	{ "lambda", 955 }, { "lang", 9001 }, { "laquo", 171 }, { "larr", 8592 },
	{ "lceil", 8968 }, { "ldquo", 8220 }, { "le", 8804 }, { "lfloor", 8970 },
	{ "lowast", 8727 }, { "loz", 9674 }, { "lrm", 8206 }, { "lsaquo", 8249 },
	{ "lsquo", 8216 }, { "lt", 60 }, { "macr", 175 }, { "mdash", 8212 },
	{ "micro", 181 }, { "middot", 183 }, { "minus", 8722 }, { "mu", 956 },
	{ "nabla", 8711 }, { "nbsp", 160 }, { "ndash", 8211 }, { "ne", 8800 },
	{ "ni", 8715 }, { "not", 172 }, { "notin", 8713 }, { "nsub", 8836 },
	{ "ntilde", 241 }, { "nu", 957 }, { "oacute", 243 }, { "ocirc", 244 },
	{ "oelig", 339 }, { "ograve", 242 }, { "oline", 8254 }, { "omega", 969 },
	{ "omicron", 959 }, { "oplus", 8853 }, { "or", 8744 }, { "ordf", 170 },
	{ "ordm", 186 }, { "oslash", 248 }, { "otilde", 245 }, { "otimes", 8855 },
	{ "ouml", 246 }, { "para", 182 }, { "part", 8706 }, { "permil", 8240 },
	{ "perp", 8869 }, { "phi", 966 }, { "pi", 960 }, { "piv", 982 }, { "plusmn", 177 },
	{ "pound", 163 }, { "prime", 8242 }, { "prod", 8719 }, { "prop", 8733 },
	{ "psi", 968 }, { "quot", 34 }, { "rArr", 8658 }, { "radic", 8730 },
	{ "rang", 9002 }, { "raquo", 187 }, { "rarr", 8594 }, { "rceil", 8969 },
	{ "rdquo", 8221 }, { "real", 8476 }, { "reg", 174 }, { "rfloor", 8971 },
	{ "rho", 961 }, { "rlm", 8207 }, { "rsaquo", 8250 }, { "rsquo", 8217 },
	{ "sbquo", 8218 }, { "scaron", 353 }, { "sdot", 8901 }, { "sect", 167 },
	{ "shy", 173 }, { "sigma", 963 }, { "sigmaf", 962 }, { "sim", 8764 },
	{ "spades", 9824 }, { "sub", 8834 }, { "sube", 8838 }, { "sum", 8721 },
	{ "sup", 8835 }, { "sup1", 185 }, { "sup2", 178 }, { "sup3", 179 }, { "supe", 8839 },
	{ "szlig", 223 }, { "tau", 964 }, { "there4", 8756 }, { "theta", 952 },
	{ "thetasym", 977 }, { "thinsp", 8201 }, { "thorn", 254 }, { "tilde", 732 },
	{ "times", 215 }, { "trade", 8482 }, { "uArr", 8657 }, { "uacute", 250 },
	{ "uarr", 8593 }, { "ucirc", 251 }, { "ugrave", 249 }, { "uml", 168 },
	{ "upsih", 978 }, { "upsilon", 965 }, { "uuml", 252 }, { "weierp", 8472 },
	{ "xi", 958 }, { "yacute", 253 }, { "yen", 165 }, { "yuml", 255 }, { "zeta", 950 },
	{ "zwj", 8205 }, { "zwnj", 8204 },
};

static uint32_t by_name(struct slice name)
{
	size_t from = 0, to = ARRAY_LEN(names);

	while (from < to) {
		size_t mid = (from + to) / 2;
		int order = sl_cmp(name, sl(names[mid].name));

		if (order == 0)
			return names[mid].cp;
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return 0;
}

/* &#128; to &#159; are meant as windows-1252. */
static uint32_t by_number(uint64_t n)
{
	static const uint16_t high[32] = {
		0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160,
		0x2039, 0x152, 0x8D, 0x17D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
		0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178,
	};

	if (n == 0 || n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF))
		return UTF8_BAD;
	return n >= 0x80 && n <= 0x9F ? high[n - 0x80] : (uint32_t)n;
}

/* Bytes of the entity that s begins with, or 0. */
static size_t entity(struct slice s, uint32_t *cp)
{
	bool number = s.n > 1 && s.p[1] == '#';
	bool hex = number && s.n > 2 && (s.p[2] | 0x20) == 'x';
	size_t from = number ? (hex ? 3 : 2) : 1, i = from;
	uint64_t n = 0;

	while (i < s.n && i < from + 32 &&
	    (number ? hex_val(s.p[i]) >= 0 && (hex || ascii_isdigit(s.p[i])) : ascii_isalnum(s.p[i]))) {
		n = MIN(n * (hex ? 16 : 10) + (uint64_t)MAX(hex_val(s.p[i]), 0), 0x110000);
		i++;
	}
	if (i == from)
		return 0;
	*cp = number ? by_number(n) : by_name(sl_range(s.p + from, s.p + i));
	if (*cp == 0)
		return 0;
	return i + (i < s.n && s.p[i] == ';');
}

/* ---- text ---- */

struct strip {
	struct slice in; size_t at;
	struct str *out; bool full;
	bool space;             /* blanks came since the last thing written     */
	bool line;              /* ... and a line ends there                    */
	size_t none[256];       /* by byte: none from here on, plus 1; 0: not known */
	bool no_script, no_style, no_template, no_comment;
};

static void flush_space(struct strip *st)
{
	size_t n = st->out->n;

	if (st->space && n && st->out->p[n - 1] != '\n')
		st->full |= str_addc(st->out, st->line ? '\n' : ' ') != 0;
	st->space = st->line = false;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void put_text(struct strip *st, struct slice s)
{
	for (size_t i = 0; i < s.n; ) {
		size_t from = i;

		while (i < s.n && !is_blank(s.p[i]))
			i++;
		if (i > from) {
			flush_space(st);
			st->full |= str_add(st->out, s.p + from, i - from) != 0;
		}
		while (i < s.n && is_blank(s.p[i])) {
			st->space = true;
			i++;
		}
	}
}

static void put_code(struct strip *st, uint32_t cp)
{
	char text[4];

	if (cp == 0xA0 || cp <= ' ')
		st->space = true;
	else if (cp != 0xAD)
		put_text(st, sl_make(text, utf8_encode(cp, text)));
}

/* Text without tags. */
static void put_entities(struct strip *st, struct slice s)
{
	while (s.n) {
		ssize_t at = sl_find(s, '&');
		uint32_t cp;
		size_t n;

		put_text(st, at < 0 ? s : sl_head(s, (size_t)at));
		if (at < 0)
			return;
		s = sl_skip(s, (size_t)at);
		n = entity(s, &cp);
		if (n)
			put_code(st, cp);
		else
			put_text(st, sl_head(s, 1));
		s = sl_skip(s, n ? n : 1);
	}
}

/* ---- tags ---- */

/* Offset of c at or behind from, or -1. */
static ssize_t find_byte(struct strip *st, size_t from, char c)
{
	size_t *none = &st->none[(unsigned char)c];
	ssize_t off;

	if (*none && from + 1 >= *none)
		return -1;
	off = sl_find(sl_skip(st->in, from), c);
	if (off < 0) {
		*none = from + 1;
		return -1;
	}
	return (ssize_t)from + off;
}

static bool is_in(struct slice name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i][0] == name.p[0] && sl_is(name, list[i]))
			return true;
	return false;
}

static bool is_block(struct slice name)
{
	static const char *const list[] = {
		"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd",
		"details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
		"h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "legend", "li",
		"main", "menu", "nav", "ol", "option", "p", "pre", "section", "select", "summary",
		"table", "tbody", "textarea", "tfoot", "thead", "title", "tr", "ul",
	};

	return is_in(name, list, ARRAY_LEN(list));
}

/* One attribute from at; offset behind it.  A quote without end ends at the tag's. */
static size_t attribute(struct strip *st, size_t at, bool wanted)
{
	struct slice in = st->in, name, value = SL_NONE;
	size_t from = at;
	ssize_t end;

	while (at < in.n && in.p[at] != '=' && in.p[at] != '>' && in.p[at] != '/' && !is_blank(in.p[at]))
		at++;
	name = sl_range(in.p + from, in.p + at);
	if (at == from)
		return at + 1;
	while (at < in.n && is_blank(in.p[at]))
		at++;
	if (at == in.n || in.p[at] != '=')
		return at;
	for (at++; at < in.n && is_blank(in.p[at]); )
		at++;
	if (at < in.n && (in.p[at] == '"' || in.p[at] == '\'')) {
		end = find_byte(st, at + 1, in.p[at]);
		if (end < 0) {
			end = find_byte(st, at, '>');
			return end < 0 ? in.n : (size_t)end;
		}
		value = sl_range(in.p + at + 1, in.p + end);
		at = (size_t)end + 1;
	} else {
		from = at;
		while (at < in.n && in.p[at] != '>' && !is_blank(in.p[at]))
			at++;
		value = sl_range(in.p + from, in.p + at);
	}
	if (wanted && (sl_iis(name, "alt") || sl_iis(name, "title"))) {
		st->space = true;
		put_entities(st, value);
		st->space = true;
	}
	return at;
}

/* The attributes of a tag, and its end: offset behind '>', or 0.  What was read
 * is never read again: a tag whose only '>' are in quotes takes all there is. */
static size_t attributes(struct strip *st, size_t at, bool wanted)
{
	if (find_byte(st, at, '>') < 0)
		return 0;
	while (at < st->in.n && st->in.p[at] != '>') {
		if (is_blank(st->in.p[at]) || st->in.p[at] == '/')
			at++;
		else
			at = attribute(st, at, wanted);
	}
	return MIN(at + 1, st->in.n);
}

/* Behind "</name", or where we are when there is none. */
static size_t skip_element(struct strip *st, size_t at, struct slice name, bool *none)
{
	size_t from = at;
	ssize_t end;

	while (!*none && (end = find_byte(st, at, '<')) >= 0) {
		at = (size_t)end + 1;
		if (at < st->in.n && st->in.p[at] == '/' &&
		    sl_ieq(sl_head(sl_skip(st->in, at + 1), name.n), name))
			return at - 1;
	}
	*none = true;
	return from;
}

/* A tag whose name begins at `at`; offset behind it, or 0: it has no end. */
static size_t tag(struct strip *st, size_t at, bool closing)
{
	char low[12];
	struct slice name = { low, 0 };
	size_t end;

	for (; at < st->in.n && ascii_isalnum(st->in.p[at]); at++)
		if (name.n < sizeof(low))
			low[name.n++] = (char)ascii_lower(st->in.p[at]);
	end = attributes(st, at, !closing && sl_is(name, "img"));
	if (end == 0)
		return 0;
	if (is_block(name))
		st->space = st->line = true;
	else if (sl_is(name, "td") || sl_is(name, "th"))
		st->space = true;
	if (closing)
		return end;
	if (sl_is(name, "script"))
		return skip_element(st, end, name, &st->no_script);
	if (sl_is(name, "style"))
		return skip_element(st, end, name, &st->no_style);
	if (sl_is(name, "template"))
		return skip_element(st, end, name, &st->no_template);
	return end;
}

static size_t comment(struct strip *st, size_t at)
{
	struct slice rest = sl_skip(st->in, at);
	ssize_t end = -1;

	if (sl_starts(rest, ">"))
		return at + 1;
	if (sl_starts(rest, "->"))
		return at + 2;
	if (!st->no_comment)
		end = sl_search(rest, SL("-->"));
	if (end >= 0)
		return at + (size_t)end + 3;
	st->no_comment = true;
	end = find_byte(st, at, '>');
	return end < 0 ? 0 : (size_t)end + 1;
}

/* What begins with '<' here; offset behind it, or 0: it is text. */
static size_t markup(struct strip *st, size_t at)
{
	struct slice rest = sl_skip(st->in, at + 1);
	ssize_t end;

	if (rest.n == 0)
		return 0;
	if (ascii_isalpha(rest.p[0]))
		return tag(st, at + 1, false);
	if (sl_starts(rest, "!--"))
		return comment(st, at + 4);
	if (rest.p[0] == '/' && rest.n > 1 && ascii_isalpha(rest.p[1]))
		return tag(st, at + 2, true);
	if (rest.p[0] != '!' && rest.p[0] != '?' && rest.p[0] != '/')
		return 0;
	end = find_byte(st, at + 1, '>');
	return end < 0 ? 0 : (size_t)end + 1;
}

int html_words(struct slice html, struct str *out)
{
	struct strip st = { .in = html, .out = out };

	while (st.at < html.n && !st.full) {
		ssize_t lt = find_byte(&st, st.at, '<');
		size_t text = lt < 0 ? html.n : (size_t)lt, behind;

		put_entities(&st, sl_range(html.p + st.at, html.p + text));
		st.at = text;
		if (lt < 0)
			break;
		behind = markup(&st, text);
		if (behind == 0)
			put_text(&st, SL("<"));
		st.at = behind ? behind : text + 1;
	}
	return st.full ? -1 : 0;
}
