"""Being in a call: who has a place in it, on whichever server, and the way of two browsers' words to each other."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from handlers.cases import show_case
from handlers.house import House
from storage.tables import Presence, Room
from storage.work import Work

PAIR = 2
"""Two people see each other directly; a third would need a video server."""
BEAT = timedelta(seconds=20)
"""How often it is noted that a page is open."""
MISSING = 3 * BEAT
GRACE = timedelta(seconds=30)
"""Whoever is missed has that long to be seen. A clock that jumps makes everybody missed, and those who live are seen
again at once; a browser whose line broke is back by then."""
MOST_WORDS = 300
"""What waits for one browser; what two need to find each other stays far below."""


class Full(Exception):
    """Two others are connected directly already."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page's place in a call. `word`: ours for this entry. `call`: the browser's. `direct`: no server between."""

    room_id: int
    person_id: int
    presence_id: int
    word: str
    call: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Peer:
    """The other of the two, as they have entered."""

    presence_id: int
    word: str
    call: str
    name: str


class Place(Enum):
    """What has become of a page's place: it has it, another page of the same person has it, or it was ended."""

    MINE = auto()
    TAKEN_OVER = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Sight:
    """What a page sees of its call: its place, the others by their persons' ids, and what was said to it."""

    place: Place
    peers: Mapping[int, Peer]
    heard: Sequence[Mapping[str, object]]


async def enter(house: House, room_id: int, person_id: int, *, call: str, direct: bool) -> Entry | None:
    """Into the call, with this page: one that the same person has open elsewhere loses it. Raises Full.

    None when the room has closed.
    """
    async with house.database.begin(urgent=True) as work:
        room = await work.calls.hold(room_id)
        if room is None or room.closed_at is not None:
            return None
        there = await work.calls.callers(room_id)
        others = [caller for caller in there if caller.person_id != person_id]
        if direct and len([caller for caller in others if caller.direct]) >= PAIR:
            raise Full
        mine = next((caller for caller in there if caller.person_id == person_id), None)
        if mine is not None and mine.direct and mine.call != call:
            # Nobody hears any more what was said to an earlier connection, or by it.
            await work.calls.forget(there)
        if mine is None:
            mine = Presence(room_id=room_id, person_id=person_id, joined_at=work.now, seen_at=work.now)
            await work.rooms.add(mine)
            await _show(work, room)
        mine.entry, mine.call, mine.direct = secrets.token_hex(16), call, direct
        mine.seen_at, mine.missed_at = work.now, None
        work.rooms.changed(room_id)
        return Entry(room_id, person_id, mine.id, mine.entry, call, direct)


async def leave(house: House, entry: Entry) -> None:
    """Out of the call, unless another page of the same person has taken it over."""
    async with house.database.begin() as work:
        room = await work.calls.hold(entry.room_id)
        there = await work.calls.callers(entry.room_id)
        mine = _own(there, entry)
        if room is not None and mine is not None:
            await _end(work, room, there, mine, work.now)


async def look(house: House, entry: Entry) -> Sight:
    """What there is to know for a page that has entered; what was said to it is taken, and comes once."""
    async with house.database.begin(urgent=True) as work:
        there = await work.calls.seen_by(entry.room_id)
        mine = _own([caller for caller, _ in there], entry)
        if mine is None:
            again = any(caller.person_id == entry.person_id for caller, _ in there)
            return Sight(Place.TAKEN_OVER if again else Place.ENDED, {}, ())
        if not work.now - BEAT < mine.seen_at <= work.now or mine.missed_at is not None:
            await work.calls.alive(mine)
        heard = [json.loads(word) for word in await work.calls.take(mine)]
        peers = {
            caller.person_id: Peer(caller.id, caller.entry, caller.call, name)
            for caller, name in there
            if entry.direct and caller.direct and caller is not mine
        }
        return Sight(Place.MINE, peers, heard)


async def relay(house: House, entry: Entry, peer: Peer, said: Sequence[Mapping[str, object]]) -> None:
    """Hand words to the other of the two while both have the places that they had; nobody else ever sees them."""
    async with house.database.begin(urgent=True) as work:
        there = await work.calls.locked((entry.presence_id, peer.presence_id))
        mine = _own(there, entry)
        for other in there:
            if mine is not None and other is not mine and _may_hear(mine, other, peer):
                await work.calls.tell(other, [_word(mine, other, data) for data in said], MOST_WORDS)


def _may_hear(caller: Presence, other: Presence, peer: Peer) -> bool:
    """A browser that came back by another page is the same while its connection is."""
    return caller.room_id == other.room_id and caller.direct and other.direct and other.call == peer.call


def _word(caller: Presence, other: Presence, data: Mapping[str, object]) -> str:
    told = {"type": "signal", "from": caller.call, "to": other.call, "data": data}
    return json.dumps(told, ensure_ascii=False)


def _own(there: Sequence[Presence], entry: Entry) -> Presence | None:
    return next((caller for caller in there if caller.id == entry.presence_id and caller.entry == entry.word), None)


async def sweep_calls(house: House) -> None:
    """Whose server died has left, at the moment at which they were last seen."""
    async with house.database.begin() as work:
        await work.calls.doubt(MISSING, 2 * BEAT)
        lost = await work.calls.lost(MISSING, GRACE)
    for room_id, presence_id in lost:
        async with house.database.begin() as work:
            await _give_up(work, room_id, presence_id)


async def _give_up(work: Work, room_id: int, presence_id: int) -> None:
    room = await work.calls.hold(room_id)
    there = await work.calls.callers(room_id)
    # They may have been seen just now.
    gone = next((caller for caller in there if caller.id == presence_id and caller.missed_at is not None), None)
    if room is not None and gone is not None:
        await _end(work, room, there, gone, gone.seen_at)


async def close_room(work: Work, room: Room, at: datetime) -> None:
    """A room that is held has ended at that moment, for everybody inside."""
    there = await work.calls.callers(room.id)
    for caller in there:
        _has_left(caller, caller.seen_at if caller.missed_at is not None else at)
    await work.calls.forget(there)
    room.closed_at = at
    work.rooms.changed(room.id)


async def _end(work: Work, room: Room, there: Sequence[Presence], caller: Presence, at: datetime) -> None:
    """One of those who are there has left; what two said to each other ends with it."""
    # Who stays until the time is over hears of it a moment later.
    _has_left(caller, min(at, room.closed_at or room.closes_at))
    if caller.direct:
        await work.calls.forget(there)
    work.rooms.changed(room.id)
    await _show(work, room)


def _has_left(caller: Presence, at: datetime) -> None:
    caller.left_at = max(at, caller.joined_at)
    caller.entry, caller.call, caller.missed_at = "", "", None


async def _show(work: Work, room: Room) -> None:
    """The case card says how many are inside."""
    case = await work.talk.conversation(room.conversation_id)
    if case is not None:
        await show_case(work, case)
