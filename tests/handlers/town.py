"""A small town for handlers: a real database, two teams, a clock that is moved by hand, a channel that writes down."""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from bot.jobs import Jobs
from handlers.effects import EFFECT, Effect
from handlers.heard import (
    CameBack,
    Command,
    Edited,
    Heard,
    OpenedHome,
    Origin,
    Place,
    Press,
    Said,
    Sender,
    SharedPlace,
    Submitted,
    WentAway,
)
from handlers.house import House
from handlers.router import hear
from payments.gateway import Gateway
from storage import signals
from storage.database import Database
from storage.queues import Claimed
from storage.tables import (
    ChannelAccount,
    Desk,
    Hours,
    JobState,
    Outbox,
    Person,
    Role,
    RoleKind,
    Service,
    Side,
    Team,
)
from storage.work import Work
from tests.handlers.notebook import Notebook
from video.registry import PROVIDERS

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
"""What is thrown away need not reach a disk."""
TEST_LEASE = timedelta(seconds=60)
_event_ids = count(1)


@dataclass
class HandClock:
    """Stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True)
class Voice:
    """Somebody at some place, and the things they can do there."""

    account: str
    user: str
    chat: str
    place: Place = Place.PRIVATE
    thread: str = ""
    name: str = ""
    channel: str = "telegram"
    person_id: int = 0
    clock: HandClock = field(default_factory=HandClock)

    def at(self, chat: str, thread: str = "") -> "Voice":
        """The same person in a group."""
        return replace(self, chat=chat, place=Place.GROUP, thread=thread)

    def on_page(self, room_id: int, conversation_id: int) -> "Voice":
        """The same person on a room's page."""
        return replace(
            self, channel="room", account=str(room_id), chat=str(conversation_id), place=Place.ROOM,
            user=str(self.person_id), thread="",
        )  # fmt: skip

    def does(self, name: str, args: str = "") -> Heard:
        return Command(**self._common(), name=name, args=args)

    def presses(self, action: str, value: str = "") -> Heard:
        return Press(**self._common(), action=action, value=value)

    def fills(self, form: str, value: str, **answers: str) -> Submitted:
        return Submitted(**self._common(), form=form, value=value, answers=answers)

    def says(self, text: str, *, at: datetime | None = None, message_id: str = "") -> Heard:
        return Said(**(self._common(message_id) | {"at": at or self.clock.now}), text=text)

    def edits(self, message_id: str, text: str) -> Heard:
        return Edited(**self._common(message_id), text=text)

    def shares_place(self) -> Heard:
        return SharedPlace(**self._common(), latitude=28.6, longitude=77.2)

    def opens_home(self) -> Heard:
        return OpenedHome(**self._common())

    def leaves(self) -> Heard:
        return WentAway(**self._common())

    def returns(self) -> Heard:
        return CameBack(**self._common())

    def _common(self, message_id: str = "") -> dict[str, Any]:
        number = next(_event_ids)
        origin = Origin(
            channel=self.channel, account=self.account, chat=self.chat, place=self.place, user=self.user,
            thread=self.thread, message_id=message_id or f"heard{number}",
        )  # fmt: skip
        sender = Sender(name=self.name or self.user, language="en", zone="Europe/Berlin")
        return {"event_id": f"e{number}", "origin": origin, "sender": sender, "at": self.clock.now}


@dataclass
class Town:
    """Handlers with all they need. `team` and `rival` share the database and nothing else."""

    database: Database
    clock: HandClock
    house: House
    notebook: Notebook
    jobs: Jobs
    team: Team = field(init=False)
    rival: Team = field(init=False)
    mia: Voice = field(init=False)
    noor: Voice = field(init=False)
    ana: Voice = field(init=False)
    ben: Voice = field(init=False)
    rex: Voice = field(init=False)
    rita: Voice = field(init=False)
    service: Service = field(init=False)

    async def hear(self, *heard: Heard) -> list[Effect]:
        """Let the router decide about each; what must happen after the commits."""
        effects = []
        for one in heard:
            async with self.database.begin() as work:
                before = await newest_effect(work)
                await hear(self.house, work, one)
                effects += await effects_since(work, before)
        return effects

    async def answers(self, *heard: Heard) -> str:
        """What is answered last when all of it has been done, in one text."""
        await self.hear(*heard)
        await self.drain()
        return self.notebook.answers[-1][1].plain

    async def drain(self) -> None:
        """Carry out the outbox until nothing is due."""
        while jobs := await self._claim():
            for job in jobs:
                await self.jobs.send_out(job)

    async def _claim(self) -> list[Claimed]:
        async with self.database.begin() as work:
            return list(await work.outbox.claim(16, TEST_LEASE))

    async def case_thread(self, conversation_id: int) -> str:
        """The desk's thread of a case, once its card was delivered."""
        async with self.database.begin() as work:
            return next(seat.thread for seat in await work.talk.seats(conversation_id, Side.AGENT))


async def newest_effect(work: Work) -> int:
    """The id of the outbox's last row."""
    return (await work.session.execute(select(func.max(col(Outbox.id))))).scalar_one() or 0


async def effects_since(work: Work, outbox_id: int) -> list[Effect]:
    """What was put into the outbox after that row, in order."""
    await work.settle()
    asked = select(col(Outbox.body)).where(col(Outbox.id) > outbox_id).order_by(col(Outbox.id))
    return [EFFECT.validate_json(body) for body in (await work.session.execute(asked)).scalars()]


async def skip_ahead(database: Database, clock: HandClock) -> None:
    """When nothing is in hand, go to the moment when something that failed is due again."""
    waits = col(Outbox.state) == JobState.WAITING
    async with database.begin() as work:
        held = select(func.count()).where(waits, col(Outbox.lease_until) > work.now)
        later = select(func.min(col(Outbox.due_at))).where(waits, col(Outbox.due_at) > work.now)
        due = None if (await work.session.execute(held)).scalar_one() else await work.session.scalar(later)
    if due is not None:
        clock.now = due
        database.signals.send([signals.OUTBOX])


@asynccontextmanager
async def town(template: Path, gateways: Mapping[str, Gateway] | None = None) -> AsyncIterator[Town]:
    """A town in a copy of `template`, an empty database of ours."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder) / "town.db"
        shutil.copy(template, path)
        clock = HandClock()
        database = Database(f"sqlite:///{path}", keys=["a key of the tests"], clock=clock)
        house = House(
            database=database, now=clock, public_url="http://127.0.0.1:9",
            gateways={} if gateways is None else gateways,
            rooms={"webrtc": PROVIDERS["webrtc"].from_section({})},
        )  # fmt: skip
        try:
            yield await settled(house, clock)
        finally:
            await database.aclose()


async def settled(house: House, clock: HandClock) -> Town:
    """The two teams and their people, in an empty house."""
    notebook = Notebook()
    made = Town(house.database, clock, house, notebook, Jobs(house, {"telegram": notebook}))
    gateway = next(iter(house.gateways), "")
    async with made.database.begin() as work:
        made.team, made.service = await _team(work, "acme", gateway)
        made.rival, _ = await _team(work, "rival", gateway)
        made.ana = await _agent(work, made.team, "ana", hours="Mon-Fri 09:00-17:00")
        made.ben = await _agent(work, made.team, "ben")
        made.rex = await _agent(work, made.rival, "rex", hours="Mon-Fri 09:00-17:00")
    made.ana, made.ben, made.rex = (replace(agent, clock=made.clock) for agent in (made.ana, made.ben, made.rex))
    made.mia = Voice("acme-bot", "mia", "mia", name="Mia", clock=made.clock)
    made.noor = Voice("acme-bot", "noor", "noor", name="Noor", clock=made.clock)
    made.rita = Voice("rival-bot", "rita", "rita", name="Rita", clock=made.clock)
    return made


async def _team(work: Work, slug: str, gateway: str) -> tuple[Team, Service]:
    team = Team(slug=slug, name=slug.title(), currency="USD", zone="Europe/Berlin", gateway=gateway, made_at=work.now)
    await work.people.add(team)
    account = ChannelAccount(team_id=team.id, channel="telegram", external_id=f"{slug}-bot")
    await work.people.add(account)
    await work.people.add(Desk(team_id=team.id, account_id=account.id, chat=f"{slug}-desk"))
    service = Service(
        team_id=team.id, slug="talk", name=f"Talk with {slug}", minutes=30, price_minor=4900, currency="USD"
    )
    await work.people.add(service)
    return team, service


async def employ(made: Town, name: str, kind: RoleKind) -> Voice:
    """Somebody new of the team, with that role."""
    async with made.database.begin() as work:
        voice = await _agent(work, made.team, name, kind=kind)
    return replace(voice, clock=made.clock)


async def _agent(work: Work, team: Team, name: str, *, hours: str = "", kind: RoleKind = RoleKind.AGENT) -> Voice:
    person = Person(name=name.title(), zone="Europe/Berlin", greeted_at=work.now)
    await work.people.add(person)
    account = await work.people.account("telegram", f"{team.slug}-bot")
    assert account is not None
    await work.people.also_known_as(person, account.id, name)
    await work.people.add(Role(team_id=team.id, person_id=person.id, kind=kind, slug=name))
    if hours:
        await work.people.add(Hours(team_id=team.id, person_id=person.id, zone="Europe/Berlin", text=hours))
    return Voice(f"{team.slug}-bot", name, name, name=name.title(), person_id=person.id)
