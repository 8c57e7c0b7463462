/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calzone: zones of calendars that bring no rules for them along (against RFC 5545
 * 3.6.5), by the names that Windows has for them, or with the name of a program in front.
 */
#include "priv.h"
#include <libical/ical.h>

#define LEVELS_MAX    8
#define ZONE_NAME_MAX 100       /* bytes of a name that is looked at */

/* As in CLDR's windowsZones; the zone of the largest place. */
static const struct { const char *windows, *iana; } zones[] = {
	{ "UTC", "Etc/UTC" }, { "GMT Standard Time", "Europe/London" }, { "Greenwich Standard Time", "Atlantic/Reykjavik" },
	{ "W. Europe Standard Time", "Europe/Berlin" }, { "Central Europe Standard Time", "Europe/Budapest" },
	{ "Central European Standard Time", "Europe/Warsaw" }, { "Romance Standard Time", "Europe/Paris" },
	{ "E. Europe Standard Time", "Europe/Chisinau" }, { "GTB Standard Time", "Europe/Bucharest" }, { "FLE Standard Time", "Europe/Kiev" },
	{ "Turkey Standard Time", "Europe/Istanbul" }, { "Russian Standard Time", "Europe/Moscow" }, { "Israel Standard Time", "Asia/Jerusalem" },
	{ "Egypt Standard Time", "Africa/Cairo" }, { "South Africa Standard Time", "Africa/Johannesburg" },
	{ "W. Central Africa Standard Time", "Africa/Lagos" }, { "E. Africa Standard Time", "Africa/Nairobi" },
	{ "Morocco Standard Time", "Africa/Casablanca" }, { "Arab Standard Time", "Asia/Riyadh" }, { "Arabian Standard Time", "Asia/Dubai" },
	{ "Iran Standard Time", "Asia/Tehran" }, { "Pakistan Standard Time", "Asia/Karachi" }, { "India Standard Time", "Asia/Kolkata" },
	{ "Nepal Standard Time", "Asia/Kathmandu" }, { "Bangladesh Standard Time", "Asia/Dhaka" }, { "SE Asia Standard Time", "Asia/Bangkok" },
	{ "China Standard Time", "Asia/Shanghai" }, { "Taipei Standard Time", "Asia/Taipei" }, { "Singapore Standard Time", "Asia/Singapore" },
	{ "W. Australia Standard Time", "Australia/Perth" }, { "Korea Standard Time", "Asia/Seoul" }, { "Tokyo Standard Time", "Asia/Tokyo" },
	{ "Cen. Australia Standard Time", "Australia/Adelaide" }, { "AUS Eastern Standard Time", "Australia/Sydney" },
	{ "E. Australia Standard Time", "Australia/Brisbane" }, { "New Zealand Standard Time", "Pacific/Auckland" },
	{ "Hawaiian Standard Time", "Pacific/Honolulu" }, { "Alaskan Standard Time", "America/Anchorage" },
	{ "Pacific Standard Time", "America/Los_Angeles" }, { "US Mountain Standard Time", "America/Phoenix" },
	{ "Mountain Standard Time", "America/Denver" }, { "Central Standard Time", "America/Chicago" },
	{ "Canada Central Standard Time", "America/Regina" }, { "Central America Standard Time", "America/Guatemala" },
	{ "Central Standard Time (Mexico)", "America/Mexico_City" }, { "Eastern Standard Time", "America/New_York" },
	{ "SA Pacific Standard Time", "America/Bogota" }, { "Atlantic Standard Time", "America/Halifax" },
	{ "Newfoundland Standard Time", "America/St_Johns" }, { "E. South America Standard Time", "America/Sao_Paulo" },
	{ "Argentina Standard Time", "America/Buenos_Aires" }, { "Pacific SA Standard Time", "America/Santiago" },
};

/* "/mozilla.org/20050126_1/Europe/Berlin": what is known behind one of the slashes. */
static icaltimezone *known_end(const char *name)
{
	icaltimezone *zone = NULL;

	for (int i = 0; i < 4 && name && *name == '/' && !zone; i++) {
		zone = icaltimezone_get_builtin_timezone(name + 1);
		name = strchr(name + 1, '/');
	}
	return zone;
}

static icaltimezone *known_zone(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(zones); i++)
		if (sl_ieq(sl(name), sl(zones[i].windows)))
			return icaltimezone_get_builtin_timezone(zones[i].iana);
	return known_end(name);
}

static void name_property(icalcomponent *calendar, icalproperty *p)
{
	icalparameter *x = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
	const char *name = x ? icalparameter_get_tzid(x) : NULL;
	icaltimezone *zone;

	if (!name || strlen(name) > ZONE_NAME_MAX || icalcomponent_get_timezone(calendar, name))
		return;
	zone = known_zone(name);
	if (zone)
		icalparameter_set_tzid(x, icaltimezone_get_location(zone));     /* frees the name */
}

static void name_all(icalcomponent *calendar, icalcomponent *c, int levels)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_ANY_PROPERTY);
	icalcomponent *in = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT);

	for (; p; p = icalcomponent_get_next_property(c, ICAL_ANY_PROPERTY))
		name_property(calendar, p);
	for (; in && levels > 0; in = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT))
		name_all(calendar, in, levels - 1);
}

void calendar_name_zones(icalcomponent *calendar)
{
	name_all(calendar, calendar, LEVELS_MAX);
}
