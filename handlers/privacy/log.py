"""`/audit`: who of the team did and read what, newest first, for its owners; and all of it as CSV."""

import csv
import re
from collections.abc import Sequence
from io import StringIO
from zoneinfo import ZoneInfo

from handlers.channel import Undeliverable
from handlers.heard import Press
from handlers.house import House
from handlers.messages import Attachment, Button, Message, id_in
from handlers.privacy.asking import PLACE
from handlers.turn import Turn
from storage.tables import Audit
from storage.work import Work

AT_ONCE = 20
WHOM = re.compile(r"(?:person|customer) (\d+)")
"""How a line begins that is about somebody; not in the deeds whose lines people have worded."""
WORDED = frozenset({"team changed", "payment request"})
HEAD = ("at", "who", "did", "about")


async def show(turn: Turn) -> None:
    """The newest lines, or those before the one that a press names."""
    before = id_in(turn.heard.value) if isinstance(turn.heard, Press) else 0
    lines = await turn.work.audits.of(turn.team.id, AT_ONCE + 1, before=before)
    shown, names = lines[:AT_ONCE], await _names(turn.work, lines)
    told = [_line(line, names, turn.zone) for line in shown]
    older = Button(label="Older", action="audit", value=str(shown[-1].id)) if len(lines) > AT_ONCE else None
    sheet = Button(label="As CSV", action="audit.csv") if told else None
    settings = Button(label="Settings", action="setup.menu")
    message = Message(
        title=f"Who did what at {turn.team.name}",
        text="\n".join(told) or "Nothing is written down yet.",
        buttons=(tuple(button for button in (older, sheet, settings) if button),),
        secret=True,
    )
    await turn.answer(message, edit=isinstance(turn.heard, Press))


async def as_csv(turn: Turn) -> None:
    """All lines in a file; that they were read is written down too."""
    turn.work.audits.note(turn.team.id, turn.person.id, "log read", "as CSV")
    name = f"{turn.team.slug}-log.csv"
    file = Attachment(name=name, mime="text/csv", channel=PLACE, file_id=f"log.{turn.team.id}")
    await turn.answer(Message(text="The whole log:", files=(file,), secret=True))


async def make_csv(house: House, team_id: int) -> bytes:
    """The whole log of a team, oldest first, moments in UTC. Raises Undeliverable when there is none."""
    async with house.database.begin() as work:
        lines = list(reversed(await work.audits.of(team_id, limit=100_000)))
        names = await _names(work, lines)
    if not lines:
        raise Undeliverable("Nothing is written down yet.")
    sheet = StringIO()
    rows = [(line.at.isoformat(), names[line.actor_id], line.deed, _about(line, names)) for line in lines]
    csv.writer(sheet).writerows([HEAD, *(map(_inert, row) for row in rows)])
    return sheet.getvalue().encode("utf-8-sig")


def _inert(cell: str) -> str:
    # A spreadsheet would run what begins so: https://owasp.org/www-community/attacks/CSV_Injection
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _line(line: Audit, names: dict[int | None, str], zone: str) -> str:
    at = line.at.astimezone(ZoneInfo(zone))
    return " · ".join(
        part for part in (f"{at:%d %b %H:%M}", names[line.actor_id], line.deed, _about(line, names)) if part
    )


def _about(line: Audit, names: dict[int | None, str]) -> str:
    """What a line is about, people by the names they have now."""
    whom = _whom(line)
    return f"{names[whom]}{WHOM.sub('', line.about, count=1)}" if whom else line.about


def _whom(line: Audit) -> int | None:
    found = None if line.deed in WORDED else WHOM.match(line.about)
    return int(found[1]) if found else None


async def _names(work: Work, lines: Sequence[Audit]) -> dict[int | None, str]:
    known: dict[int | None, str] = {None: "Bellhop"}
    for person_id in {each for line in lines for each in (line.actor_id, _whom(line)) if each is not None}:
        known[person_id] = (await work.people.person(person_id)).name
    return known
