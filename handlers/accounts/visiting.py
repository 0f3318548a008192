"""The way to the set-up page: a link for one owner that opens once, then one browser for a while."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from handlers.accounts.listing import told
from handlers.effects import Answer, send
from handlers.heard import Origin
from handlers.house import House
from handlers.messages import Button, Message, Style
from handlers.rehearsing import choice
from handlers.rights import Right, may
from handlers.turn import Turn
from handlers.words import clock_time
from storage.tables import Person, SetupVisit, Team
from storage.work import Work

LINK_LASTS = timedelta(minutes=15)
"""Until then the link must be opened."""
VISIT_LASTS = timedelta(minutes=30)
"""So long the page stays open in the browser that opened the link: a gateway's dashboard takes its time."""
SETTINGS = (Button(label="Settings", action="setup.menu"),)
ON_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


class Shut(Exception):
    """The page does not open; the text is a sentence for the person before it."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """An owner on the set-up page of their team."""

    team: Team
    person: Person
    origin: Origin
    until: datetime

    @property
    def until_text(self) -> str:
        """Until when the page stays open, on their clock."""
        return clock_time(self.until, self.person.zone or self.team.zone)


async def payments(turn: Turn) -> None:
    """`/payments`: which accounts the team has, and a link to the page on which keys are typed."""
    if not is_private(turn.house.public_url):
        text = "Keys are typed on a page of ours, and its address has no https. An operator can set one: PUBLIC_URL."
        await turn.answer(Message(text=text, buttons=(*await choice(turn), SETTINGS), secret=True))
        return
    link = await _new_link(turn)
    until = clock_time(turn.work.now + LINK_LASTS, turn.zone)
    await turn.answer(
        Message(
            title=f"Payment accounts of {turn.team.name}",
            text="Keys are typed on a page of ours, and never in a chat.",
            pairs=await told(turn.house, turn.work, turn.team),
            buttons=(
                (Button(label="Open the set-up page", url=link, style=Style.PRIMARY),),
                *await choice(turn),
                SETTINGS,
            ),
            footnote=f"The link is for you alone and opens once, until {until}.",
            secret=True,
        )
    )


def is_private(public_url: str) -> bool:
    """Whether nobody on the way can read what is typed on our pages."""
    address = urlsplit(public_url)
    return address.scheme == "https" or address.hostname in ON_THIS_MACHINE


async def _new_link(turn: Turn) -> str:
    await turn.work.accounts.drop_visits_of(turn.team.id, turn.person.id)
    code = secrets.token_urlsafe(24)
    visit = SetupVisit(
        digest=digest(code), team_id=turn.team.id, person_id=turn.person.id,
        origin=turn.origin.model_dump_json(), expires_at=turn.work.now + LINK_LASTS,
    )  # fmt: skip
    await turn.work.accounts.add(visit)
    return turn.house.link(f"setup/{code}")


async def before_the_door(house: House, code: str) -> Visitor:
    """Whose link it is, without opening it: messengers look at links before people do. Raises Shut."""
    async with house.database.begin() as work:
        return await _visitor(work, await _unopened(work, code))


async def come_in(house: House, code: str) -> str:
    """Open the link, once; the browser's own secret for the rest of the visit. Raises Shut."""
    cookie = secrets.token_urlsafe(32)
    async with house.database.begin(urgent=True) as work:
        visit = await _unopened(work, code)
        await _visitor(work, visit)
        visit.digest, visit.opened_at, visit.expires_at = digest(cookie), work.now, work.now + VISIT_LASTS
    return cookie


async def inside(work: Work, cookie: str) -> Visitor:
    """Who is on the page in that browser. Raises Shut."""
    visit = await work.accounts.visit(digest(cookie))
    if visit is None or visit.opened_at is None:
        raise Shut("This page is closed: it stays open for half an hour, in the browser that opened the link.")
    return await _visitor(work, visit)


async def _unopened(work: Work, code: str) -> SetupVisit:
    visit = await work.accounts.visit(digest(code))
    if visit is None or visit.opened_at is not None:
        raise Shut("This link is used up or too old.")
    return visit


async def _visitor(work: Work, visit: SetupVisit) -> Visitor:
    team, person = await work.people.team(visit.team_id), await work.people.person(visit.person_id)
    role = await work.people.role(team.id, person.id)
    if not may(role.kind if role else None, Right.OWNER):
        raise Shut(f"Only an owner of {team.name} can do this.")
    return Visitor(team, person, Origin.model_validate_json(visit.origin), visit.expires_at)


async def tell_where_asked(work: Work, visitor: Visitor, message: Message) -> None:
    """What was done on the page is said where its link was asked for, to that person."""
    await send(work, Answer(origin=visitor.origin, message=message.model_copy(update={"secret": True})))


def digest(secret: str) -> str:
    """What is kept of a secret: a stolen database opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
