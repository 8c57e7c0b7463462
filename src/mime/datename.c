/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * datename: names of months in the languages that programs write into Date fields against
 * RFC 5322 3.3.  Left out is what names different months in two of them.
 */
#include "priv.h"

static const char *const months[12] = {
	"january januar jänner janvier januari enero janeiro gennaio stycznia styczeń ocak января",
	"february februar feber février fevrier februari febrero fevereiro febbraio lutego luty şubat февраля",
	"march märz maerz mrz mars maart mrt marzo março marco marca marzec marts mart марта",
	"april avril abril aprile kwietnia kwiecień nisan апреля",
	"may mai mei mayo maio maggio maj maja mayıs мая май",
	"june juni juin junio junho giugno czerwca czerwiec haziran июня июнь",
	"july juli juillet julio julho luglio lipca lipiec temmuz июля июль",
	"august août aout augustus agosto augusti sierpnia sierpień ağustos августа",
	"september septembre septiembre setiembre setembro settembre września wrzesień eylül сентября",
	"october oktober octobre octubre outubro ottobre października październik ekim октября",
	"november novembre noviembre novembro kasım ноября",
	"december dezember décembre decembre diciembre dezembro dicembre desember grudnia grudzień aralık декабря",
};

int date_month(struct slice word)
{
	struct str low;
	int found = 0;

	str_init(&low, 64);
	if (word.n >= 3 && word.n < 32 && utf8_valid(word))
		utf8_casefold(&low, word);
	for (int i = 0; low.n && i < 12; i++) {
		struct slice rest = sl(months[i]), name;

		while (sl_word(&rest, &name))
			if (sl_starts(name, low.p)) {
				found = found && found != i + 1 ? -1 : i + 1;
				break;
			}
	}
	str_release(&low);
	return MAX(found, 0);
}
