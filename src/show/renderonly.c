/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * renderonly: does a plain text only say that one should look at the HTML?  Each
 * sentence of such a text speaks of HTML, a browser, the mail program or the mail, and of
 * seeing or not, or says where to click; anything else in it is a text of its own.
 */
#include "priv.h"

#define READ_MAX 4000           /* bytes of a text that only says so, with addresses of pages */
#define ONLY_MAX 400            /* ... and without them                        */

/* What it speaks of, and what it says of it: folded, of each at least one. */
static const char *const things[] = {
	"html", "browser", "web version", "online version", "webversion", "onlineversion", "mail client", "email client", "e-mail client",
	"mail program", "mail reader", "email reader", "mailprogramm", "e-mail-programm", "im internet",
	"navigateur", "en ligne", "logiciel de messagerie", "client de messagerie", "navegador", "en l\xC3\xADnea", "cliente de correo",
	"nel browser", "versione online", "\xEB\xB8\x8C\xEB\x9D\xBC\xEC\x9A\xB0\xEC\xA0\x80", "\xEC\x9B\xB9",
	"\xE3\x83\x96\xE3\x83\xA9\xE3\x82\xA6\xE3\x82\xB6", "\xE6\xB5\x8F\xE8\xA7\x88\xE5\x99\xA8", "\xE7\x80\x8F\xE8\xA6\xBD\xE5\x99\xA8",
	"\xD0\xB1\xD1\x80\xD0\xB0\xD1\x83\xD0\xB7\xD0\xB5\xD1\x80",
	"web page", "email viewer", "please use a different client", "please use another", "plain text", "text version", "online anschauen", "no navegador",
	"przegl\304\205dar", "taray\304\261c\304\261",
};
static const char *const sayings[] = {
	"view", "see ", "read", "display", "support", "show", "open", "enable", "switch", "this is a", "is in html", "message is", "email is", "in html format", "html message", "html email", "html e-mail", "html mail", "trouble",
	"anzeigen", "ansehen", "angezeigt", "lesen", "unterst\xC3\xBCtz", "darstell", "\303\266ffnen",
	"afficher", "voir", "visualis", "consulter", "prend pas en charge", "supporte", "lire",
	"ver ", "mostrar", "abrir", "admite", "soporta", "leer", "visualiz", "visualizz", "leggere",
	"\xEB\xB3\xB4\xEA\xB8\xB0", "\xEB\xB3\xB4\xEC\x8B", "\xEB\xB3\xB4\xEC\x9D\xB4", "\xEC\xA7\x80\xEC\x9B\x90", "\xED\x99\x95\xEC\x9D\xB8",
	"\xE8\xA1\xA8\xE7\xA4\xBA", "\xE3\x81\x94\xE8\xA6\xA7", "\xE8\xA6\x8B\xE3\x82\x8B", "\xE5\xAF\xBE\xE5\xBF\x9C", "\xE3\x83\xA1\xE3\x83\xBC\xE3\x83\xAB",
	"\xE6\x9F\xA5\xE7\x9C\x8B", "\xE6\x94\xAF\xE6\x8C\x81", "\xE6\x98\xBE\xE7\xA4\xBA", "\xE6\x94\xAF\xE6\x8F\xB4", "\xE9\xA1\xAF\xE7\xA4\xBA", "\xE9\x82\xAE\xE4\xBB\xB6",
	"\xD0\xBF\xD1\x80\xD0\xBE\xD1\x81\xD0\xBC\xD0\xBE\xD1\x82\xD1\x80", "\xD0\xBF\xD0\xBE\xD0\xB4\xD0\xB4\xD0\xB5\xD1\x80\xD0\xB6",
	"contains", "use ", "need", "go ", "omit", "ommit", "not available", " only", "versendet", "versandt", "gesendet",
	"\xD0\xBE\xD1\x82\xD0\xBE\xD0\xB1\xD1\x80\xD0\xB0\xD0\xB6\xD0\xB0", "\xD0\xBE\xD1\x82\xD0\xBA\xD1\x80\xD1\x8B\xD0\xB2\xD0\xB0", "visualizar",
	"ler ", "lezen", "bekijk", "widzisz", "wy\xC5\x9Bwietl", "g\xC3\xB6r\xC3\xBCnt\xC3\xBCle", "\xEB\xB3\xB4\xEC\x9D\xBC", "\xEB\xA9\x94\xEC\x9D\xBC\xEC\x9E\x85\xEB\x8B\x88\xEB\x8B\xA4", "\xEA\xB9\xA8\xEC\xA0\xB8",
	"\xE6\x97\xA0\xE6\xB3\x95", "\xE7\x84\xA1\xE6\xB3\x95",
};

/* Beside one that names such a thing: "Trouble viewing this email?" */
static const char *const mails[] = {
	"this email", "this e-mail", "this message", "this mail", "the message", "diese e-mail", "diese nachricht", "diesen newsletter",
	"ce message", "cet e-mail", "cet email", "este correo", "este mensaje", "questa email", "questo messaggio",
	"\xEB\xA9\x94\xEC\x9D\xBC", "\xE3\x83\xA1\xE3\x83\xBC\xE3\x83\xAB", "\xE9\x82\xAE\xE4\xBB\xB6", "\xE9\x83\xB5\xE4\xBB\xB6",
	"\xD0\xBF\xD0\xB8\xD1\x81\xD1\x8C\xD0\xBC\xD0\xBE", "\xD1\x81\xD0\xBE\xD0\xBE\xD0\xB1\xD1\x89\xD0\xB5\xD0\xBD\xD0\xB8\xD0\xB5", "este e-mail",
	"este email", "esta mensagem", "deze e-mail", "deze mail", "dit bericht", "tej wiadomo\305\233ci", "tego maila", "e-posta",
};

/* To where it can be seen. */
static const char *const pointers[] = {
	"click", "go here", "link below", "following link", "\xED\x81\xB4\xEB\xA6\xAD", "\xEB\x88\x8C\xEB\x9F\xAC", "\xE3\x81\x93\xE3\x81\xA1\xE3\x82\x89",
	"\xE7\x82\xB9\xE5\x87\xBB", "\xE9\xBB\x9E\xE6\x93\x8A", "\xE9\xBB\x9E\xE9\x81\xB8", "klick", "cliquez", "clic ", "clicca", "clique", "klik",
	"\xD0\xBD\xD0\xB0\xD0\xB6\xD0\xBC\xD0\xB8\xD1\x82\xD0\xB5", "t\xC4\xB1kla",
};

/* Of a text that has something to say. */
static const char *const others[] = {
	"attach", "report", "\xEC\xB2\xA8\xEB\xB6\x80", "\xE6\xB7\xBB\xE4\xBB\x98", "\xE9\x99\x84\xE4\xBB\xB6", "anhang", "angeh\xC3\xA4ngt", "adjunt",
	"joint",
};

static bool has_one(struct slice text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sl_search(text, sl(list[i])) >= 0)
			return true;
	return false;
}

/* Letters of any script; addresses of pages are none. */
static bool has_words(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (ascii_isalpha(text.p[i]) || (unsigned char)text.p[i] >= 0xC3)
			return true;
	return false;
}

/* Bytes of the mark that ends a sentence here; 0: none. */
static size_t sentence_end(struct slice s)
{
	static const char *const marks[] = { "\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F" };

	if (strchr("!?|", s.p[0]) || ((s.p[0] == '.' || s.p[0] == ':') && (s.n == 1 || s.p[1] == ' ')))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (sl_starts(s, marks[i]))
			return strlen(marks[i]);
	return 0;
}

/* One row of words: line ends are blanks, addresses of pages are out; where a line of its own begins, a mark stays. */
static void flatten(struct slice text, struct str *out)
{
	struct slice line, word;

	while (sl_line(&text, &line)) {
		if (sl_trim(line).n == 0 && out->n)
			str_addc(out, '|');
		while (sl_word(&line, &word)) {
			if (sl_search(word, SL("://")) >= 0 || sl_starts(word, "www.") || sl_starts(word, "<http"))
				str_addc(out, '|');
			else
				str_addsl(out, word);
			str_addc(out, ' ');
		}
	}
}

#define HAS(sentence, list) has_one(sentence, list, ARRAY_LEN(list))

/* Does every sentence say so, and at least one what is to be looked at, or one that the mail
 * can't be seen and one where it can? */
static bool all_say(struct slice rest)
{
	bool thing = false, mail = false, pointer = false;

	while (rest.n) {
		size_t n = 0, end = 0;
		struct slice sentence;

		while (n < rest.n && (end = sentence_end(sl_skip(rest, n))) == 0)
			n++;
		sentence = sl_head(rest, n);
		rest = sl_skip(rest, n + end);
		if (!has_words(sentence))
			continue;
		if (HAS(sentence, sayings) && HAS(sentence, things))
			thing = true;
		else if (HAS(sentence, sayings) && HAS(sentence, mails))
			mail = true;
		else if (!HAS(sentence, pointers))
			return false;
		pointer = pointer || HAS(sentence, pointers);
	}
	return thing || (mail && pointer);
}

bool only_says_html(struct slice text)
{
	struct str folded, flat;
	bool only;

	text = sl_trim(text);
	if (text.n == 0 || text.n > READ_MAX)
		return text.n == 0;
	str_init(&folded, STR_MAX);
	str_init(&flat, STR_MAX);
	utf8_casefold(&folded, text);
	flatten(str_sl(&folded), &flat);
	only = !has_words(str_sl(&flat)) || (flat.n <= ONLY_MAX && !HAS(str_sl(&flat), others) && all_say(str_sl(&flat)));
	str_release(&folded);
	str_release(&flat);
	return only;
}
