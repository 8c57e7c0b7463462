/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * datename: names of months in the languages that programs write into Date fields against
 * RFC 5322 3.3, in the letters that utf8_casefold makes; a name that is the head of another is
 * left out.  What names different months in two of them ("listopada") is none, and so is a head
 * that could be of two.
 */
#include "priv.h"

static const char *const months[12] = {
	"january jänner janvier januari enero janeiro gennaio stycznia styczeń ocak января leden ledna siječanj "
		"siječnja ianuarie ιανουάριοσ ιανουαρίου січень січня студзеня јануар януари tammikuuta jaanuar janvāris "
		"sausio janúar gener januára",
	"february feber février fevrier febrero fevereiro febbraio lutego luty şubat февраля února veljača veljače "
		"februarie φεβρουάριοσ φεβρουαρίου лютий лютого лютага фебруар февруари helmikuuta veebruar februāris "
		"vasario febrúar februára",
	"march märz maerz mrz mars maart mrt marzo março marco marca marzec marts марта březen března ožujak ožujka "
		"marec március martie μάρτιοσ μαρτίου березень березня сакавіка maaliskuuta märts kovo maret",
	"avril abril aprile kwietnia kwiecień nisan апреля duben dubna travanj travnja apríla április aprilie απρίλιοσ "
		"απριλίου квітень квітня красавіка април huhtikuuta aprill aprīlis balandžio",
	"mei mayo maio maggio maja mayıs мая май květen května svibanj svibnja mája május μάιοσ μαΐου μάϊοσ травень "
		"травня траўня мај toukokuuta maijs gegužės maí maig",
	"june juin junio junho giugno czerwca czerwiec haziran июня июнь červen června čvn čen lipanj lipnja júna "
		"június iunie ιούνιοσ ιουνίου червень червня чэрвеня јун юни kesäkuuta juuni jūnijs birželio júní juny junij",
	"july juillet julho luglio lipca lipiec temmuz июля июль červenec července čvc čec srpanj srpnja júla július "
		"iulie ιούλιοσ ιουλίου липень липня ліпеня јул юли heinäkuuta juuli jūlijs liepos júlí juliol julij",
	"août aout augustus agosto augusti augusta sierpnia sierpień ağustos августа srpen srpna kolovoza αύγουστοσ αυγούστου "
		"серпень серпня жніўня avgust elokuuta rugpjūčio ágúst agustus augusztus",
	"september septembre septiembre setiembre setembro settembre września wrzesień eylül сентября září rujan rujna "
		"szeptember septembra septembrie σεπτέμβριοσ σεπτεμβρίου вересень вересня верасня септембар септември syyskuuta "
		"septembris rugsėjo setembre septembar",
	"october oktober octobre octubre outubro ottobre października ekim октября říjen října októbra október octombrie "
		"οκτώβριοσ οκτωβρίου жовтень жовтня кастрычніка октобар октомври lokakuuta oktoober oktobris spalio oktobar listopada",
	"november novembra listopadu listopada novembre noviembre novembro kasım ноября studeni studenoga noiembrie νοέμβριοσ νοεμβρίου листопада "
		"лістапада новембар ноември marraskuuta lapkričio nóvember novembar novembris",
	"december decembra dezember décembre decembre diciembre dezembro dicembre desember grudnia grudzień aralık декабря "
		"prosinec prosince prosinac prosinca decembrie δεκέμβριοσ δεκεμβρίου грудень грудня снежня децембар декември "
		"joulukuuta detsember decembris gruodžio desembre decembar",
};

int date_month(struct slice word)
{
	struct str low;
	int found = 0, exact = 0;

	str_init(&low, 64);
	if (word.n >= 3 && word.n < 32 && utf8_valid(word))
		utf8_casefold(&low, word);
	for (int i = 0; low.n && i < 12; i++) {
		struct slice rest = sl(months[i]), name;

		while (sl_word(&rest, &name)) {
			if (sl_is(name, low.p))
				exact = exact ? -1 : i + 1;
			else if (sl_starts(name, low.p))
				found = found && found != i + 1 ? -1 : i + 1;
		}
	}
	str_release(&low);
	return MAX(exact ? exact : found, 0);
}
