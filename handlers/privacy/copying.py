"""A customer's copy of what is kept about them: a ZIP with one JSON and the files, made when somebody fetches it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from handlers.channel import Fetch, Undeliverable
from handlers.house import House
from handlers.messages import Attachment, Message
from handlers.papers.files import attachment as paper_file
from handlers.words import STATES, sum_of
from payments.numbering import PaperKind
from storage.tables import Booking, Conversation, PaymentRequest, Person, SpokenMessage
from storage.work import Work

LARGEST = 45_000_000
"""Bytes of all files together: what a bot may send on Telegram is 50 MB, and the words need some room."""
PAGE = 500
"""Messages that are read at once."""
Told = dict[str, Any]


@dataclass(slots=True)
class Copy:
    """What goes into the ZIP. `files` by their place in it; `left_out` says why a file is not there."""

    told: Told
    files: dict[str, Attachment] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def place(self, file: Attachment, folder: str = "files") -> str:
        """Give a file its place, the same one each time it is shown."""
        for place, known in self.files.items():
            if known == file:
                return place
        place = f"{folder}/{len(self.files) + 1}-{PurePath(file.name).name or 'file'}"
        self.files[place] = file
        return place


async def make_copy(house: House, fetch: Fetch, person_id: int, *, notes: bool = False) -> bytes:
    """The ZIP. `notes`: what agents wrote among themselves too, which is for the operator to decide.

    Raises Undeliverable when there is no such person.
    """
    async with house.database.begin() as work:
        person = await work.holdings.find(person_id)
        if person is None:
            raise Undeliverable("There is nothing to copy any more.")
        copy = await _gather(work, person, notes=notes)
    await _fetch_all(copy, fetch)
    return await asyncio.to_thread(_packed, copy)


async def _fetch_all(copy: Copy, fetch: Fetch) -> None:
    total = 0
    for place, file in copy.files.items():
        try:
            data = file.content or await fetch(file)
        except Undeliverable as error:
            copy.left_out.append(f"{place}: {error}")
            continue
        if total + len(data) > LARGEST:
            copy.left_out.append(f"{place}: too large for one message together with the others; ask for it.")
        else:
            total += len(data)
            copy.contents[place] = data


def _packed(copy: Copy) -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        told = copy.told | {"files_left_out": copy.left_out}
        archive.writestr("data.json", json.dumps(told, indent=2, ensure_ascii=False, default=_plain))
        for place, data in copy.contents.items():
            archive.writestr(place, data)
    return whole.getvalue()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def _gather(work: Work, person: Person, *, notes: bool) -> Copy:
    cases = await work.holdings.conversations(person.id)
    copy = Copy({"made_at": work.now, "you": await _you(work, person)})
    copy.told["conversations"] = [await _conversation(work, copy, case, notes=notes) for case in cases]
    copy.told["bookings"] = [await _booking(work, row) for row in await work.holdings.bookings(person.id)]
    requests = await work.holdings.requests([case.id for case in cases])
    copy.told["payments"] = [await _payment(work, copy, request) for request in requests]
    visits = await work.holdings.visits(person.id)
    copy.told["video_calls"] = [{"joined": row.joined_at, "left": row.left_at} for row, _ in visits]
    return copy


async def _you(work: Work, person: Person) -> Told:
    known = [{"channel": channel, "id": name} for channel, name in await work.holdings.addresses(person.id)]
    return {
        "number": person.id, "name": person.name, "language": person.language, "time_zone": person.zone,
        "told_who_reads_along": person.greeted_at, "known_as": known,
    }  # fmt: skip


async def _conversation(work: Work, copy: Copy, case: Conversation, *, notes: bool) -> Told:
    names: dict[int, str] = {}
    lines = [await _line(work, copy, row, names) async for row in _rows(work, case.id, notes=notes)]
    told: Told = {
        "number": case.id, "team": (await work.people.team(case.team_id)).name, "opened": case.opened_at,
        "closed": case.closed_at, "words_forgotten": case.emptied_at, "messages": lines,
    }  # fmt: skip
    rating = await work.holdings.rating(case.id)
    return told | ({"your_rating": {"score": rating.score, "comment": rating.comment}} if rating else {})


async def _rows(work: Work, case_id: int, *, notes: bool) -> AsyncIterator[SpokenMessage]:
    after = 0
    while page := await work.holdings.messages(case_id, notes=notes, after=after, limit=PAGE):
        for row in page:
            yield row
        after = page[-1].version


async def _line(work: Work, copy: Copy, row: SpokenMessage, names: dict[int, str]) -> Told:
    message = Message.model_validate_json(row.body)
    author = row.author_id
    if author is not None and author not in names:
        names[author] = (await work.people.person(author)).name
    told: Told = {"at": row.said_at, "by": names[author] if author is not None else "Bellhop", "text": message.plain}
    told |= {"note": True} if row.note else {}
    files = [copy.place(file) for file in message.files]
    return told | ({"files": files} if files else {})


async def _booking(work: Work, row: Booking) -> Told:
    service = await work.people.service(row.service_id)
    agent = await work.people.person(row.agent_id)
    return {
        "team": (await work.people.team(row.team_id)).name, "service": service.name if service else "",
        "with": agent.name, "starts": row.starts_at, "ends": row.ends_at, "state": row.state.value,
        "made": row.made_at,
    }  # fmt: skip


async def _payment(work: Work, copy: Copy, request: PaymentRequest) -> Told:
    refunds = await work.holdings.refunds([request.id])
    return {
        "number": request.id, "team": (await work.people.team(request.team_id)).name,
        "for": request.description, "sum": sum_of(request.amount_minor, request.currency),
        "paid": sum_of(request.captured_minor, request.currency), "paid_at": request.paid_at,
        "gone_back": sum_of(request.refunded_minor, request.currency), "state": STATES[request.state],
        "gateway": request.gateway, "payment": request.payment_ref, "live": request.live,
        "refunds": [{"sum": sum_of(row.amount_minor, request.currency), "at": row.confirmed_at, "reason": row.reason}
                    for row in refunds],
        "papers": await _papers(work, copy, request),
    }  # fmt: skip


async def _papers(work: Work, copy: Copy, request: PaymentRequest) -> list[str]:
    """Receipts and credit notes; a pack of evidence is the team's own."""
    mine = [row for row in await work.holdings.papers([request.id]) if row.kind is not PaperKind.EVIDENCE]
    return [copy.place(paper_file(row), "papers") for row in mine]
