"""What has been chosen so far, small enough for a button: service, day or moment, and for which case."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

SEPARATOR = "|"
MOMENT = "%Y%m%dT%H%M"
# Ids that a database holds, days of this century: a calendar runs over at the first and the last day there is.
_WHEN = r"|20[0-9]{2}-[0-9]{2}-[0-9]{2}|20[0-9]{6}T[0-9]{4}"
_VALUE = re.compile(rf"([0-9]{{1,18}})\|({_WHEN})\|([0-9]{{1,18}})(?:\|([0-9]{{1,18}}))?")


class StaleChoice(Exception):
    """The button is from another time, or not from us."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`case`: the conversation an agent books for; 0 when customers book for themselves.

    `moves`: the booking that takes the chosen time; 0 when it is for a new one.
    """

    service: int = 0
    day: date | None = None
    start: datetime | None = None
    case: int = 0
    moves: int = 0

    @property
    def value(self) -> str:
        """The choice as a button carries it."""
        when = self.start.strftime(MOMENT) if self.start else self.day.isoformat() if self.day else ""
        moves = (str(self.moves),) if self.moves else ()
        return SEPARATOR.join((str(self.service), when, str(self.case), *moves))

    @property
    def taken_by(self) -> str:
        """The action of a button that takes the chosen moment."""
        return "book.move.to" if self.moves else "book.hold"

    def anew(self) -> "Choice":
        """The same before a day was chosen."""
        return replace(self, day=None, start=None)

    def on(self, day: date) -> "Choice":
        """The same on that day."""
        return replace(self, day=day, start=None)

    def at(self, start: datetime) -> "Choice":
        """The same at that moment."""
        return replace(self, day=None, start=start.astimezone(UTC))


def read_choice(value: str) -> Choice:
    """What `Choice.value` wrote. Raises StaleChoice."""
    found = _VALUE.fullmatch(value)
    if found is None:
        raise StaleChoice(value)
    service, when, case, moves = found.groups()
    try:
        start = datetime.strptime(when, MOMENT).replace(tzinfo=UTC) if "T" in when else None
        day = date.fromisoformat(when) if when and start is None else None
        return Choice(service=int(service), day=day, start=start, case=int(case), moves=int(moves or 0))
    except ValueError as error:
        raise StaleChoice(value) from error
