"""A pack of evidence: lines in the order of time, each hashed together with the hash of the line before it (SHA-256).

Whoever changes, takes out or adds a line has to change every hash after it, and the last one is written down elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from handlers.messages import Plain

NOTHING = "0" * 64
"""What stands for the hash before the first line."""


class Entry(Plain):
    """One thing that happened, at a moment in UTC, with what is known about it."""

    at: datetime
    what: str
    facts: dict[str, str] = Field(default_factory=dict)


class Line(Plain):
    """An entry in its place. `hash` covers all that stands before it in the line, `before` included."""

    number: int
    at: datetime
    what: str
    facts: dict[str, str]
    before: str
    hash: str


class Pack(Plain):
    """All that is known about one request. `head` is the hash of the last line."""

    name: str
    about: str
    team: str
    live: bool
    made_at: datetime
    lines: tuple[Line, ...]
    head: str


def chained(entries: Iterable[Entry]) -> tuple[Line, ...]:
    """The entries in the order of time, hashed one to the other."""
    lines: list[Line] = []
    for number, entry in enumerate(sorted(entries, key=lambda entry: entry.at), start=1):
        before = lines[-1].hash if lines else NOTHING
        line = Line(number=number, at=entry.at, what=entry.what, facts=entry.facts, before=before, hash="")
        lines.append(line.model_copy(update={"hash": line_hash(line)}))
    return tuple(lines)


def line_hash(line: Line) -> str:
    """SHA-256 of a line as JSON with sorted keys, without spaces and without its own hash."""
    told = line.model_dump(mode="json", exclude={"hash"})
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(pack: Pack) -> int | None:
    """The number of the first line that is not as it was written; None when all are.

    One more than the last line's number: lines are missing at the end.
    """
    before = NOTHING
    for number, line in enumerate(pack.lines, start=1):
        if (line.number, line.before, line.hash) != (number, before, line_hash(line)):
            return number
        before = line.hash
    return None if before == pack.head else len(pack.lines) + 1
