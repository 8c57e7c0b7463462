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
	"html", "browser", "web version", "online version", "webversion", "onlineversion",
	"mail client", "email client", "e-mail client", "mail program", "mail reader", "email reader",
	"mailprogramm", "e-mail-programm", "im internet", "navigateur", "en ligne",
	"logiciel de messagerie", "client de messagerie", "navegador", "en línea", "cliente de correo",
	"nel browser", "versione online", "브라우저", "웹", "ブラウザ", "浏览器", "瀏覽器", "браузер",
	"web page", "email viewer", "please use a different client", "please use another", "plain text",
	"text version", "online anschauen", "no navegador", "przeglądar", "tarayıcı",
};
static const char *const sayings[] = {
	"view", "see ", "read", "display", "support", "show", "open", "enable", "switch", "this is a",
	"is in html", "message is", "email is", "in html format", "html message", "html email",
	"html e-mail", "html mail", "trouble", "anzeigen", "ansehen", "angezeigt", "lesen",
	"unterstütz", "darstell", "öffnen", "afficher", "voir", "visualis", "consulter",
	"prend pas en charge", "supporte", "lire", "ver ", "mostrar", "abrir", "admite", "soporta",
	"leer", "visualiz", "visualizz", "leggere", "보기", "보시", "보신", "보실", "보십", "보이",
	"지원", "확인", "表示", "ご覧", "見る", "対応", "メール", "查看", "支持", "显示", "支援",
	"顯示", "邮件", "просмотр", "поддерж", "contains", "use ", "need", "go ", "omit", "ommit",
	"not available", " only", "versendet", "versandt", "gesendet", "отобража", "открыва",
	"visualizar", "ler ", "lezen", "bekijk", "widzisz", "wyświetl", "görüntüle", "보일",
	"보세", "형식", "메일입니다", "깨져", "无法", "無法",
};

/* Beside one that names such a thing: "Trouble viewing this email?" */
static const char *const mails[] = {
	"this email", "this e-mail", "this message", "this mail", "the message", "diese e-mail",
	"diese nachricht", "diesen newsletter", "ce message", "cet e-mail", "cet email", "este correo",
	"este mensaje", "questa email", "questo messaggio", "메일", "メール", "邮件", "郵件", "письмо",
	"сообщение", "este e-mail", "este email", "esta mensagem", "deze e-mail", "deze mail",
	"dit bericht", "tej wiadomości", "tego maila", "e-posta",
};

/* To where it can be seen. */
static const char *const pointers[] = {
	"click", "go here", "link below", "following link", "클릭", "눌러", "こちら", "点击", "點擊",
	"點選", "klick", "cliquez", "clic ", "clicca", "clique", "klik", "нажмите", "tıkla",
};

/* Of a text that has something to say. */
static const char *const others[] = {
	"attach", "report", "첨부", "添付", "附件", "anhang", "angehängt", "adjunt", "joint",
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
	static const char *const marks[] = { "。", "！", "？" };

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
