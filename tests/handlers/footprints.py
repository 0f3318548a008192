"""One customer who leaves words wherever words can be left, and the search for them in every table there is."""

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from sqlalchemy import select
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  # declares them
from handlers.channel import TryLater
from handlers.heard import Heard, Said
from handlers.messages import Attachment, Message
from handlers.privacy.files import fetch_private
from handlers.rooms import make_link
from payments.facts import FactKind
from storage.database import Database
from storage.intake import Arrival
from storage.tables import Presence, Room, Side
from tests.handlers.market import Market
from tests.handlers.town import TEST_LEASE, Town, Voice

NAME, ID, WORD, MAIL = "Zyxmia Qwertz", "zyxid77", "xylophone", "zyx.mail@example.com"
MARKS = ("zyxmia", "qwertz", ID, WORD, MAIL)
"""What must be nowhere afterwards, in lower case."""


LEDGER = ("paymentrequest", "checkout", "gatewayfact", "refund", "paper", "papercount", "booking")
"""The tables of the books."""


async def found(database: Database, marks: tuple[str, ...] = MARKS) -> set[str]:
    """The columns in which one of the words stands, of all tables."""
    places: set[str] = set()
    async with database.begin() as work:
        for table in SQLModel.metadata.sorted_tables:
            for row in (await work.session.execute(select(table))).mappings():
                places |= {f"{table.name}.{name}" for name, value in row.items() if _holds(value, marks)}
    return places


def _holds(value: object, marks: tuple[str, ...]) -> bool:
    text = str(value).lower()
    return any(mark in text for mark in marks)


async def rows(made: Town, *tables: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of some tables, as they stand."""
    async with made.database.begin() as work:
        return {
            name: [dict(row) for row in (await work.session.execute(select(SQLModel.metadata.tables[name]))).mappings()]
            for name in tables
        }


def sums(books: dict[str, list[dict[str, Any]]]) -> list[tuple[str, object]]:
    """What a ledger adds up: every number, state and reference of it."""
    words = {"description", "detail", "receipt_url", "reason", "problem", "url", "body"}
    return [
        (f"{table}.{name}", value)
        for table, lines in books.items()
        for line in lines
        for name, value in line.items()
        if name not in words
    ]


def newest(made: Town) -> Message:
    return made.notebook.answers[-1][1]


async def copy_of(market: Market, voice: Voice) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Press the button, and unpack what came."""
    await market.hear(voice.presses("privacy.copy"))
    (file,) = newest(market.town).files
    archive = ZipFile(BytesIO(await fetch_private(market.town.house, fetch, file)))
    files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("data.json")), files


async def fetch(file: Attachment) -> bytes:
    return file.content or f"the bytes of {file.name}".encode()


def customer(town: Town) -> Voice:
    """The one who will be erased."""
    return Voice("acme-bot", ID, ID, name=NAME, clock=town.clock)


def sends(voice: Voice, text: str, name: str) -> Heard:
    """Words with a file."""
    content, where = WORD.encode(), f"document:{name}"
    file = Attachment(name=name, mime="text/plain", channel="telegram", file_id=where, content=content)
    said = voice.says(text)
    assert isinstance(said, Said)
    return said.model_copy(update={"files": (file,)})


class Life:
    """Everything that one customer can do, and that can be done about them."""

    def __init__(self, market: Market) -> None:
        self.market, self.town = market, market.town
        self.zyx = customer(market.town)
        self.case = 0
        self.desk = market.town.ana

    async def whole(self) -> None:
        """A life that is over: all money has arrived or gone back, nothing is booked any more."""
        await self.talks()
        await self.pays()
        await self.meets()
        await self.rates()
        await self.leaves_things_half_done()

    async def talks(self) -> None:
        """Words, a file with a caption, an edit, an answer, notes."""
        await self.market.hear(self.zyx.does("start", WORD), self.zyx.says(f"I play the {WORD}", message_id="first"))
        async with self.town.database.begin() as work:
            self.case = max(case.id for case, _ in await work.talk.open_cases(self.town.team.id))
        self.desk = self.town.ana.at("acme-desk", await self.town.case_thread(self.case))
        await self.market.hear(
            sends(self.zyx, f"My {WORD}, by {NAME}", f"{WORD}.txt"),
            self.zyx.edits("first", f"I play the {WORD} well, write to {MAIL}"),
            self.desk.does("claim"),
            self.desk.says(f"Dear Zyxmia, a {WORD} it is"),
            self.desk.says(f"// {NAME} seems odd"),
            self.desk.does("note", f"her {WORD} is loud"),
            self.zyx.does(WORD),
        )

    async def pays(self) -> None:
        """Declined, paid, half of it refunded with words; disputed, with a pack of evidence; another never paid."""
        await self.asked(f"49 USD Consultation for {NAME}, valid 2 h")
        first = (await self.market.requests())[-1]
        ref = await self.market.open(first)
        self.market.till.decline(ref)
        declined = replace(self.market.till.webhooks[-1], detail=f"The card of {MAIL} was declined.")
        self.market.till.pay(ref)
        paid = replace(self.market.till.webhooks[-1], receipt_url=f"https://till.invalid/receipts/{MAIL}")
        for fact in (declined, paid):
            await self.market.webhook(fact)
        await self.market.hear(self.desk.does("refund", f"9 USD {WORD} out of tune"))
        await self.market.hear(self.desk.presses("refund.yes", self.town.notebook.button("refund.yes")))
        await self.market.carry_out()
        await self._disputes()
        await self.asked(f"20 USD Strings for Qwertz and her {NAME}")

    async def asked(self, what: str) -> None:
        """A request before the customer."""
        await self.market.hear(self.desk.does("pay", what))
        await self.market.hear(self.desk.presses("pay.send", str((await self.market.requests())[-1].id)))

    async def _disputes(self) -> None:
        self.town.clock.pass_by(hours=1)
        base = self.market.till.webhooks[-1]
        words = f"{NAME} says no"
        told = replace(base, kind=FactKind.DISPUTED, event_id="evt_bank", at=self.town.clock(), detail=words)
        await self.market.webhook(told)
        await self.market.hear(self.desk.presses("pay.evidence", self.town.notebook.button("pay.evidence")))
        self.town.clock.pass_by(hours=1)
        await self.market.webhook(
            replace(told, kind=FactKind.DISPUTE_WON, event_id="evt_bank_2", at=self.town.clock(), detail="")
        )

    async def meets(self) -> None:
        """A room, words on its page, and being in it."""
        async with self.town.database.begin() as work:
            case = await work.talk.conversation(self.case)
            assert case is not None
            room = Room(
                conversation_id=self.case, provider="webrtc", name="a-room-of-hers", opened_at=work.now,
                closes_at=work.now + timedelta(hours=3),
            )  # fmt: skip
            await work.rooms.add(room)
            person = await work.people.person(case.customer_id)
            await make_link(self.town.house, work, room, person, Side.CUSTOMER)
            await work.rooms.add(Presence(room_id=room.id, person_id=person.id, joined_at=work.now, seen_at=work.now))
        page = replace(self.zyx, person_id=person.id).on_page(room.id, self.case)
        await self.market.hear(page.says(f"Do you hear the {WORD}?"))

    async def rates(self) -> None:
        """The case is closed, and she says how it was."""
        await self.market.hear(self.desk.does("close"))
        await self.market.hear(self.zyx.presses("rate", f"{self.case}|4"))
        await self.market.hear(self.zyx.presses("rate.word", str(self.case)))
        await self.market.hear(self.zyx.says(f"More {WORD}, please"))
        await self.market.hear(self.desk.does("reopen"))

    async def leaves_things_half_done(self) -> None:
        """Forms nobody went on with, updates that wait or were given up, a chat that was told to be patient."""
        await self.market.hear(self.desk.does("claim"))
        self.town.notebook.fails = {ID: TryLater(30)}
        await self.town.hear(self.desk.says(f"Are you there, {NAME}?"))
        async with self.town.database.begin() as work:
            jobs = await work.outbox.claim(16, TEST_LEASE)
        for job in jobs:
            try:
                await self.town.jobs.send_out(job)
            except TryLater:
                async with self.town.database.begin() as work:
                    await work.outbox.retry(job, due_at=work.now + timedelta(hours=1), problem=f"{NAME} is busy")
        self.town.notebook.fails = {}
        await self.market.hear(self.town.ben.does("snooze"), self.desk.does("pay"))
        await self.market.hear(self.desk.says("15 USD"))
        await self.market.hear(self.zyx.presses("rate.word", str(self.case)))
        for number, heard in enumerate((self.zyx.says(f"{WORD}?"), self.desk.says(f"To {ID}"))):
            told = Arrival("telegram:acme-bot", f"w{number}", heard.lane, heard.kind, heard.model_dump_json())
            await self.town.database.intake.put(told)
        async with self.town.database.begin() as work:
            for job in await work.inbox.claim(2, TEST_LEASE):
                await work.inbox.bury(job, "it was too odd")

    async def erases(self) -> None:
        """The two presses, and what follows."""
        await self.market.hear(self.zyx.does("privacy"), self.zyx.presses("privacy.erase"))
        await self.market.hear(self.zyx.presses("privacy.erased", self.town.notebook.button("privacy.erased")))
