"""Time zones as people meet them: likely ones, names for them, and one moment told in two zones."""

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import tzfpy
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_datetime, format_skeleton
from babel.languages import get_official_languages

MOST = 6
EN_DAY = "EEE d MMM"  # CLDR's plain "en" is American ("Tue, Nov 24"); day before month reads the same to everyone

# CLDR knows which zones a territory has, not where most people live; these come first among equals.
CROWDED = (
    "Asia/Kolkata", "America/New_York", "Europe/London", "America/Los_Angeles", "America/Chicago", "Asia/Singapore",
    "Australia/Sydney", "America/Toronto", "Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/Paris",
    "Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires", "America/Lima",
    "America/Santiago", "America/Sao_Paulo", "Europe/Lisbon", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk",
    "Europe/Rome", "Europe/Amsterdam", "Europe/Brussels", "Asia/Dubai", "Asia/Riyadh", "Africa/Cairo", "Asia/Shanghai",
    "Asia/Hong_Kong", "Asia/Taipei", "Asia/Jakarta", "Africa/Lagos", "Africa/Nairobi", "Africa/Johannesburg",
    "America/Denver", "America/Phoenix",
)  # fmt: skip


@cache
def zones() -> frozenset[str]:
    """Every zone there is, by its IANA name. Found by reading folders, and the same for as long as the program runs."""
    return frozenset(available_timezones())


def likely_zones(language_code: str | None, team_zone: str) -> tuple[str, ...]:
    """At most six zones someone with this language (BCP 47, such as "de" or "pt-BR") may live in, likeliest first.

    The team's own zone leads where its country speaks the language or nothing is known, and closes the list otherwise.
    """
    locale = _locale(language_code)
    if locale is None:
        return tuple(dict.fromkeys((team_zone, *CROWDED)))[:MOST]
    named = bool(locale.territory)
    guesses = _territory_zones(locale.territory) if named and locale.territory else _language_zones(locale.language)
    home = get_global("zone_territories").get(team_zone)
    plausible = home == locale.territory if named else home in _territories(locale.language)
    if plausible:
        return tuple(dict.fromkeys((team_zone, *guesses)))[:MOST]
    return (*tuple(zone for zone in guesses if zone != team_zone)[: MOST - 1], team_zone)


def zone_at(latitude: float, longitude: float) -> str | None:
    """The zone of a place in degrees, or None where there is none; raises ValueError off the globe."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("latitude is -90 to 90 and longitude -180 to 180 degrees")
    return tzfpy.get_tz(longitude, latitude) or None


def zone_label(zone: str, at: datetime, locale: str = "en") -> str:
    """A zone by its city and distance from UTC at a moment: "Kolkata (UTC+5:30)"."""
    return f"{_city(zone, locale)} ({_offset_text(at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta())})"


def time_label(moment: datetime, zone: str, locale: str = "en") -> str:
    """The wall clock in `zone`, always on 24 hours: "10:00"."""
    return _format(moment.astimezone(ZoneInfo(zone)), "HH:mm", locale)


def date_label(day: date, locale: str = "en") -> str:
    """A date without its year: "Tue 24 Nov"."""
    parsed = _locale(locale) or Locale("en")
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("UTC"))
    return (
        _format(moment, EN_DAY, locale) if parsed.language == "en" else format_skeleton("MMMEd", moment, locale=parsed)
    )


def day_label(day: date, today: date, locale: str = "en") -> str:
    """A date as a button says it: "Today", "Tomorrow" (in English only: Babel lacks the words) or "Tue 24 Nov"."""
    near = {0: "Today", 1: "Tomorrow"}.get((day - today).days)
    english = (_locale(locale) or Locale("en")).language == "en"
    return near if near and english else date_label(day, locale)


def both_times(start: datetime, end: datetime, reader_zone: str, other_zone: str, locale: str = "en") -> str:
    """One stretch told in two zones: "Tue 24 Nov, 10:00-10:30 Kolkata time (05:30-06:00 Berlin time)", with en dashes.

    The second is left out where both clocks agree, and carries its own date where that differs.
    """
    mine, theirs = ZoneInfo(reader_zone), ZoneInfo(other_zone)
    here, there = start.astimezone(mine), start.astimezone(theirs)
    text = f"{date_label(here.date(), locale)}, {_stretch(start, end, reader_zone, locale)}"
    if here.utcoffset() == there.utcoffset() and end.astimezone(mine).utcoffset() == end.astimezone(theirs).utcoffset():
        return text
    day = "" if here.date() == there.date() else f"{date_label(there.date(), locale)}, "
    return f"{text} ({day}{_stretch(start, end, other_zone, locale)})"


def _stretch(start: datetime, end: datetime, zone: str, locale: str) -> str:
    begins, ends = time_label(start, zone, locale), time_label(end, zone, locale)
    return f"{begins}\N{EN DASH}{ends} {_zone_words(zone, locale)}"


def _zone_words(zone: str, locale: str) -> str:
    parsed = _locale(locale) or Locale("en")
    pattern = "%s time" if parsed.language == "en" else parsed.zone_formats.get("region", "%s")
    return pattern % _city(zone, locale) if "/" in zone else _city(zone, locale)


def _city(zone: str, locale: str) -> str:
    """CLDR's name for the zone's city where it differs from the zone's own spelling."""
    known = (_locale(locale) or Locale("en")).time_zones.get(zone) or {}
    return str(known.get("city") or zone.rpartition("/")[2].replace("_", " "))


def _offset_text(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    if not hours and not minutes:
        return "UTC"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def _format(moment: datetime, pattern: str, locale: str) -> str:
    # Babel would shift an aware moment into its default zone unless told the moment's own.
    return format_datetime(moment, pattern, tzinfo=moment.tzinfo, locale=_locale(locale) or Locale("en"))


def _locale(code: str | None) -> Locale | None:
    if not code:
        return None
    try:
        return Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _territories(language: str) -> frozenset[str]:
    """Where a language is official, and where most of its speakers are said to live."""
    official = (
        place for place in get_global("territory_zones") if language in get_official_languages(place, de_facto=True)
    )
    return frozenset(official) | {_likely_territory(language)}


def _likely_territory(language: str) -> str:
    return str(get_global("likely_subtags").get(language, "")).rpartition("_")[2]


@cache
def _principal_zones() -> frozenset[str]:
    """One zone per distinct rule set, as Windows lists them: it spares people "America/Indiana/Vevay"."""
    return frozenset(get_global("windows_zone_mapping").values()) | frozenset(CROWDED)


def _rank(zone: str) -> tuple[int, str]:
    return (CROWDED.index(zone) if zone in CROWDED else len(CROWDED), zone)


def _territory_zones(territory: str) -> tuple[str, ...]:
    """A territory's zones, crowded ones first, without the many that only history tells apart."""
    every = get_global("territory_zones").get(territory, [])
    principal = [zone for zone in every if zone in _principal_zones()]
    return tuple(sorted(principal or every[:1], key=_rank))


def _language_zones(language: str) -> tuple[str, ...]:
    """The likeliest country's first zone, then the zones of every country that speaks the language."""
    rest = (zone for place in _territories(language) for zone in _territory_zones(place))
    return tuple(dict.fromkeys((*_territory_zones(_likely_territory(language))[:1], *sorted(rest, key=_rank))))
