"""The phrases of time `booking.when` understands: patterns, each read as a condition on a slot's local start.

English is always understood; weekdays and months of other languages come from CLDR, a few more words from `WORDS`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from functools import cache

from babel import Locale

Fits = Callable[[datetime], bool]


class Kind(Enum):
    """How a condition combines: days all hold, any of the times, limits always; a weekday alone is the coming one."""

    DAY = auto()
    WEEKDAY = auto()
    NEXT_WEEKDAY = auto()
    TIME = auto()
    LIMIT = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, and what it says of a slot's local start; `read` raises ValueError on an impossible date or time."""

    pattern: re.Pattern[str]
    kind: Kind
    read: Callable[[re.Match[str], datetime], Fits]


# Relative days, parts of the day (from hour, before hour) and the word before a clock time, per language.
WORDS: dict[str, tuple[dict[str, int], dict[str, tuple[int, int]], tuple[str, ...]]] = {
    "en": (
        {"day after tomorrow": 2, "today": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1},
        {"morning": (5, 12), "lunchtime": (12, 14), "afternoon": (12, 18), "evening": (17, 22), "night": (19, 24)},
        ("at", "@", "around", "about", "or"),
    ),
    "de": (
        {"übermorgen": 2, "heute": 0, "morgen": 1},
        {"vormittags?": (8, 12), "nachmittags?": (12, 18), "abends?": (17, 22), "mittags?": (12, 14)},
        ("um", "gegen", "oder"),
    ),
    "es": (
        {"pasado mañana": 2, "hoy": 0, "mañana": 1},
        {"(?:de|por) la mañana": (5, 12), "(?:de|por) la tarde": (12, 20), "(?:de|por) la noche": (19, 24)},
        ("a las?", "o"),
    ),
    "fr": (
        {"après-demain": 2, "aujourd'hui": 0, "demain": 1},
        {"(?:du )?matin": (5, 12), "(?:de l')?après-midi": (12, 18), "(?:du )?soir": (17, 23)},
        ("à", "vers", "ou"),
    ),
    "pt": (
        {"depois de amanhã": 2, "hoje": 0, "amanhã": 1},
        {"da manhã": (5, 12), "(?:da|à) tarde": (12, 19), "(?:da|à) noite": (18, 24)},
        ("às?", "ou"),
    ),
    "hi": ({"परसों": 2, "आज": 0, "कल": 1}, {"सुबह": (5, 12), "दोपहर": (11, 16), "शाम": (16, 21), "रात": (19, 24)}, ()),
}  # fmt: skip
NOTHING_MORE: tuple[dict[str, int], dict[str, tuple[int, int]], tuple[str, ...]] = ({}, {}, ())

NUMBERS = {
    word: number + 1
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
}
NUMBER = rf"(?:\d{{1,2}}|{'|'.join(NUMBERS)}|an?)"
HALF = r"a\.?m\.?|p\.?m\.?"
AFTER_CLOCK = r"(?:\s*(?:o'?clock|uhr|h|बजे))?"
DAYTIME = range(1, 8)  # "after 3" at a desk means the afternoon


def clock(name: str) -> str:
    """A pattern for a time of day, its parts named after `name`."""
    hours = rf"(?P<{name}h>\d{{1,2}}|{'|'.join(NUMBERS)})"
    return rf"{hours}(?:\s?[:.h]\s?(?P<{name}m>\d{{2}}))?(?:\s*(?P<{name}p>{HALF}))?{AFTER_CLOCK}"


def _number(text: str) -> int:
    return 1 if text in ("a", "an") else NUMBERS.get(text) or int(text)


def _readings(match: re.Match[str], name: str = "") -> list[int]:
    """The minutes of the day a clock time may mean: "5" is 05:00 or 17:00, "05:00" and "5 pm" are one."""
    hour, minute = _number(match[f"{name}h"]), int(match[f"{name}m"] or 0)
    if half := match[f"{name}p"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} has no am or pm")
        return [(hour % 12 + 12 * half.startswith("p")) * 60 + minute]
    time(hour % 24 if hour == 24 else hour, minute)  # raises on 25:00 and 9:70
    both = 1 <= hour <= 12 and not match[f"{name}h"].startswith("0")
    return [hour * 60 + minute, (hour % 12 + 12 * (hour < 12)) * 60 + minute] if both else [hour * 60 + minute]


def _daytime(match: re.Match[str], name: str) -> int:
    """The one reading a limit takes."""
    readings = _readings(match, name)
    return readings[1] if len(readings) > 1 and readings[0] // 60 in DAYTIME else readings[0]


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _at(minutes: list[int]) -> Fits:
    return lambda start: _minute(start) in minutes


def _within(first: int, last: int) -> Fits:
    return lambda start: first <= _minute(start) < last


def _on(*days: date) -> Fits:
    return lambda start: start.date() in days


def _between(match: re.Match[str], now: datetime) -> Fits:
    """From the first time to the second; "2-4pm" gives both the second's half of the day where that keeps the order."""
    last = _daytime(match, "b")
    readings = _readings(match, "a")
    fitting = [reading for reading in readings if reading < last]
    if not fitting:
        raise ValueError("the second time is not after the first")
    first = max(fitting) if match["bp"] and not match["ap"] else min(fitting, key=lambda m: (m // 60 in DAYTIME, m))
    return _within(first, last)


def _past(match: re.Match[str], now: datetime) -> Fits:
    """Reads "half past three", "quarter to five", "ten past 2"."""
    amount = {"half": 30, "quarter": 15}.get(match["part"]) or _number(match["part"])
    sign = 1 if match["way"] in ("past", "after") else -1
    return _at([(reading + sign * amount) % 1440 for reading in _readings(match)])


def _ahead(match: re.Match[str], now: datetime) -> Fits:
    """Reads "in 2 hours" is within the hour that then begins; "in 3 days" is that day."""
    count, unit = _number(match["n"]), match["unit"]
    if unit.startswith(("day", "week")):
        return _on(now.date() + timedelta(days=count * (7 if unit.startswith("week") else 1)))
    length = timedelta(minutes=count * (60 if unit.startswith("h") else 1))
    begins = now.astimezone(UTC) + length  # in UTC: two times of one zone are subtracted as wall clocks
    return lambda start: begins <= start.astimezone(UTC) < begins + timedelta(hours=1)


def _dates(now: datetime, pairs: list[tuple[int, int]], year: str | None) -> Fits:
    """The named (day, month) pairs that exist, this year or next unless the year is said."""
    years = [int(year) + (2000 if len(year) < 3 else 0)] if year else [now.year, now.year + 1]
    days = [date(y, month, day) for y in years for day, month in pairs if _exists(y, month, day)]
    if not days:
        raise ValueError("no such date")
    return _on(*days)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _slashed(match: re.Match[str], now: datetime) -> Fits:
    """Day and month in either order: "3/12" is asked about when both are offered."""
    one, two = int(match["one"]), int(match["two"])
    return _dates(now, [(one, two), (two, one)], match["year"])


def _day_of_month(match: re.Match[str], now: datetime) -> Fits:
    day = int(match["day"])
    if not 1 <= day <= 31:
        raise ValueError("no such day")
    return lambda start: start.day == day and start.date() < now.date() + timedelta(days=31)


def _week(ahead: int) -> Callable[[re.Match[str], datetime], Fits]:
    return lambda match, now: lambda start: start.isocalendar()[:2] == (now + timedelta(weeks=ahead)).isocalendar()[:2]


def _weekdays(*numbers: int) -> Callable[[re.Match[str], datetime], Fits]:
    return lambda match, now: lambda start: start.weekday() in numbers


def _relative(days: int) -> Callable[[re.Match[str], datetime], Fits]:
    return lambda match, now: _on(now.date() + timedelta(days=days))


def _part(first: int, last: int) -> Callable[[re.Match[str], datetime], Fits]:
    return lambda match, now: _within(first * 60, last * 60)


def word(pattern: str) -> re.Pattern[str]:
    """The pattern as whole words."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


@cache
def rules(language: str) -> tuple[Rule, ...]:
    """Every rule for a language, in the order they are tried: what is longer and surer comes first."""
    return (*_dated(language), *_clocked(language), *_named_days(language), *_bare(language))


def _dated(language: str) -> Iterator[Rule]:
    months = _names(language, "months")
    said = "|".join(sorted((re.escape(name) for name in months), key=len, reverse=True))
    day, year = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|er)?", r"(?:,?\s+(?P<year>\d{4}))?"

    def named(match: re.Match[str], now: datetime) -> Fits:
        return _dates(now, [(int(match["day"]), months[match["month"]])], match["year"])

    iso = r"(?P<y>\d{4})-(?P<mo>\d{1,2})-(?P<d>\d{1,2})"
    yield Rule(word(iso), Kind.DAY, lambda m, now: _on(date(int(m["y"]), int(m["mo"]), int(m["d"]))))
    yield Rule(word(rf"{day}\s+(?:of\s+|de\s+)?(?P<month>{said})\.?{year}"), Kind.DAY, named)
    yield Rule(word(rf"(?P<month>{said})\.?\s+(?:the\s+)?{day}(?!\s*(?:[:h]\d|am|pm|uhr)){year}"), Kind.DAY, named)
    yield Rule(word(r"(?P<one>\d{1,2})/(?P<two>\d{1,2})(?:/(?P<year>\d{2}|\d{4}))?"), Kind.DAY, _slashed)
    dotted = r"(?P<one>\d{1,2})\.\s?(?P<two>\d{1,2})\.(?P<year>\d{4}|\d{2})?"
    yield Rule(word(dotted), Kind.DAY, lambda m, now: _dates(now, [(int(m["one"]), int(m["two"]))], m["year"]))
    yield Rule(word(r"(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)"), Kind.DAY, _day_of_month)
    units = r"(?P<unit>minutes?|mins?|hours?|hrs?|days?|weeks?)"
    yield Rule(word(rf"in\s+(?P<n>{NUMBER})\s+{units}"), Kind.LIMIT, _ahead)


def _clocked(language: str) -> Iterator[Rule]:
    to = r"\s*(?:and|to|till|until|-|bis|y|et)\s*"
    yield Rule(word(rf"(?:between|from|zwischen|von|entre)\s+{clock('a')}{to}{clock('b')}"), Kind.LIMIT, _between)
    yield Rule(word(rf"{clock('a')}\s*(?:-|to)\s*(?=\d{{1,2}}\s?(?::|{HALF})){clock('b')}"), Kind.LIMIT, _between)
    past = rf"(?:a\s+)?(?P<part>half|quarter|{NUMBER})\s+(?P<way>past|to|after|before)\s+{clock('')}"
    yield Rule(word(past), Kind.TIME, _past)
    yield Rule(
        word(rf"(?:after|from|nach|ab|après|después de)\s+{clock('a')}"),
        Kind.LIMIT,
        lambda m, now: _within(_daytime(m, "a"), 1440),
    )
    yield Rule(
        word(rf"(?:before|until|vor|avant|antes de)\s+{clock('a')}"),
        Kind.LIMIT,
        lambda m, now: _within(0, _daytime(m, "a")),
    )
    yield Rule(word(rf"by\s+{clock('a')}"), Kind.LIMIT, lambda m, now: _within(0, _daytime(m, "a") + 1))
    yield Rule(word(r"(?:at\s+)?(?:12\s+)?(?:noon|midday)"), Kind.TIME, lambda m, now: _at([720]))
    yield Rule(word(r"(?:at\s+)?(?:12\s+)?midnight"), Kind.TIME, lambda m, now: _at([0]))
    before = "|".join((*WORDS["en"][2], *WORDS.get(language, NOTHING_MORE)[2]))
    yield Rule(word(rf"(?:{before})\s*{clock('')}"), Kind.TIME, lambda m, now: _at(_readings(m)))
    sure = rf"(?=\d{{1,2}}\s?(?:[:.h]\s?\d\d|{HALF}|o'?clock|uhr|h(?!\w)|बजे)|\w+\s+o'?clock)"
    yield Rule(word(rf"{sure}{clock('')}"), Kind.TIME, lambda m, now: _at(_readings(m)))


def _named_days(language: str) -> Iterator[Rule]:
    other = WORDS.get(language, NOTHING_MORE)
    for part, hours in {**other[1], **WORDS["en"][1]}.items():
        yield Rule(word(part), Kind.LIMIT, _part(*hours))
    yield Rule(
        word("tonight"), Kind.DAY, lambda match, now: lambda start: start.date() == now.date() and start.hour >= 17
    )
    for said, days in {**other[0], **WORDS["en"][0]}.items():
        yield Rule(word(said), Kind.DAY, _relative(days))
    for name, number in sorted(_names(language, "days").items(), key=lambda item: -len(item[0])):
        yield Rule(word(rf"next\s+{re.escape(name)}"), Kind.NEXT_WEEKDAY, _weekdays(number))
        yield Rule(word(rf"(?:this\s+|coming\s+)?{re.escape(name)}s?\.?"), Kind.WEEKDAY, _weekdays(number))
    yield Rule(word("(?:this\\s+)?weekend"), Kind.WEEKDAY, _weekdays(5, 6))
    yield Rule(word("weekdays?"), Kind.WEEKDAY, _weekdays(0, 1, 2, 3, 4))
    yield Rule(word(r"this\s+week"), Kind.DAY, _week(0))
    yield Rule(word(r"next\s+week"), Kind.DAY, _week(1))


def _bare(language: str) -> Iterator[Rule]:
    """A last lonely number is a time only at the end of what was said: "tuesday 5", not "2 people"."""
    yield Rule(re.compile(rf"(?<!\w)(?=\d){clock('')}[\s.!?]*$"), Kind.TIME, lambda m, now: _at(_readings(m)))


def _names(language: str, what: str) -> dict[str, int]:
    """Weekday or month names to numbers: long ones in the language, long and short ones in English.

    Short ones of other languages are left out: German "so" and Spanish "mar" mean too much else.
    """
    english, locale = (getattr(Locale.parse(code), what)["format"] for code in ("en", language))
    pairs = [*locale["wide"].items(), *english["abbreviated"].items(), *english["wide"].items()]
    extra = {"tues": 1, "thur": 3, "thurs": 3} if what == "days" else {"sept": 9}
    return {name.lower(): number for number, name in pairs} | extra
