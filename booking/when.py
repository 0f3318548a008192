"""Free text as a filter over offered slots: it narrows, it never invents.

No parser of dates in text is right every time, so text is a shortcut beside the buttons: one slot left is confirmed,
several are asked about, none brings the nearest. Whatever holds a "not" or an unexplained number is not understood.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from booking.phrases import Fits, Kind, rules, word
from booking.slots import Slot

NEAREST = 3
DAYS = tuple(timedelta(days=count) for count in range(15))
QUARTERS = tuple(timedelta(minutes=15 * count) for count in range(49))
ON_A_DAY = (Kind.DAY, Kind.WEEKDAY, Kind.NEXT_WEEKDAY)
Found = list[tuple[Kind, Fits]]
NEGATED = word(
    r"not|no|don't|dont|can't|cant|cannot|won't|never|except|unless|nicht|kein\w*|nein|außer|ne|pas|sauf|não|नहीं"
)
EITHER = word("or|oder|ou|o|या")
EARLIEST = word(r"earliest|soonest|asap|as soon as possible|(?:first|next) (?:available|free|slot|one)")
# Negations that say a limit, in the words the rules know.
PLAIN = (
    (word(r"(?:not|no) (?:before|earlier than)"), "after"),
    (word(r"(?:not|no) (?:after|later than)"), "by"),
)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What text leaves of the offered slots.

    `understood` says whether it spoke of time at all. `slots` are those that fit; when none does, `nearest` are the
    offered ones nearest to what was asked.
    """

    slots: tuple[Slot, ...] = ()
    understood: bool = False
    nearest: tuple[Slot, ...] = ()


def narrow(text: str, slots: Sequence[Slot], zone: str, now: datetime, locale: str = "en") -> Narrowed:
    """The offered slots that `text`, said at `now` by someone in `zone`, may mean."""
    plain = _plain(text)
    local = ZoneInfo(zone)
    earliest = EARLIEST.search(plain) is not None
    found, rest = _read(EARLIEST.sub(" ", plain), now.astimezone(local), _language(locale))
    if found is None or not (found or earliest) or NEGATED.search(rest) or re.search(r"\d", rest):
        return Narrowed()
    starts = [(slot, slot.start.astimezone(local)) for slot in sorted(slots)]
    day, hour = _conditions(found, now.astimezone(local), either=EITHER.search(rest) is not None)
    fitting = tuple(slot for slot, start in starts if day(start) and hour(start))
    if fitting:
        return Narrowed(fitting[:1] if earliest else fitting, True)
    nearest = sorted(starts, key=lambda pair: (_shift(pair[1], day, DAYS), _shift(pair[1], hour, QUARTERS), pair[0]))
    return Narrowed((), True, tuple(sorted(slot for slot, _ in nearest[:NEAREST])))


def _read(text: str, now: datetime, language: str) -> tuple[Found | None, str]:
    """The conditions found, and what is left of the text; None when a date or time in it cannot be."""
    found: Found = []
    for rule in rules(language):
        for match in rule.pattern.finditer(text):
            try:
                found.append((rule.kind, rule.read(match, now)))
            except ValueError:
                return None, text
        text = rule.pattern.sub(" ", text)
    return found, text


def _conditions(found: Found, now: datetime, *, either: bool) -> tuple[Fits, Fits]:
    """One condition on the day and one on the hour."""
    combine = any if either else all
    days, times, limits = (
        [fits for kind, fits in found if kind in kinds] for kinds in (ON_A_DAY, (Kind.TIME,), (Kind.LIMIT,))
    )
    last = _last_day(found, now)

    def day(start: datetime) -> bool:
        return now.date() <= start.date() <= last and (not days or combine(fits(start) for fits in days))

    def hour(start: datetime) -> bool:
        exact = not times or any(fits(start) for fits in times)
        return exact and (not limits or combine(fits(start) for fits in limits))

    return day, hour


def _last_day(found: Found, now: datetime) -> date:
    """A weekday by itself is the coming one; today's own name, and "next", leave two to ask about."""
    kinds = {kind for kind, _ in found}
    if Kind.DAY in kinds or not kinds & set(ON_A_DAY):
        return date.max
    return now.date() + timedelta(days=14 if Kind.NEXT_WEEKDAY in kinds else 7)


def _shift(start: datetime, fits: Fits, steps: Sequence[timedelta]) -> timedelta:
    """How far a start must be moved, either way, to fit."""
    return next((step for step in steps if fits(start + step) or fits(start - step)), timedelta.max)


def _plain(text: str) -> str:
    """Lower case, one kind of apostrophe, dash and space."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    plain = re.sub("[\u2010-\u2015]", "-", re.sub(r"\s+", " ", plain)).strip()
    for pattern, said in PLAIN:
        plain = pattern.sub(said, plain)
    return plain


def _language(locale: str) -> str:
    try:
        return Locale.parse(locale.replace("-", "_")).language
    except (UnknownLocaleError, ValueError):
        return "en"
