"""Calls between servers: a place for each person, words that come once and in order, and those whose server died."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlmodel import col

from handlers import calls
from handlers.calls import BEAT, GRACE, MISSING, MOST_WORDS, PAIR, Entry, Full, Peer, Place
from handlers.checkout.overtime import sweep_rooms
from handlers.house import House
from handlers.visits import end_room, visit
from storage import signals
from storage.database import Database
from storage.tables import CallSignal, Person, Presence, Room
from tests.handlers.town import HandClock
from tests.pages.stage import Stage, furnish, let_in

OFFER = {"description": {"type": "offer", "sdp": "v=0\r\no=- 1 2 IN IP4 192.0.2.7\r\n"}}


@dataclass
class Servers:
    """Two servers on one database, with one clock, and what is said on them."""

    here: House
    there: House
    clock: HandClock
    stage: Stage

    async def enters(self, house: House, person_id: int, call: str = "", *, direct: bool = True) -> Entry:
        entry = await calls.enter(
            house, self.stage.room_id, person_id, call=call or f"call-of-{person_id}", direct=direct
        )
        assert entry is not None
        return entry

    async def both(self) -> tuple[Entry, Entry]:
        """Ana is in the call here, and Carla there."""
        return (
            await self.enters(self.here, self.stage.agent_id),
            await self.enters(self.there, self.stage.customer_id),
        )

    async def log(self) -> Sequence[Presence]:
        async with self.here.database.begin() as work:
            return await work.rooms.log(self.stage.room_id)

    async def room(self) -> Room:
        async with self.here.database.begin() as work:
            return await work.rooms.room(self.stage.room_id)

    async def waiting(self) -> int:
        """How many words wait for somebody."""
        async with self.here.database.begin() as work:
            return (await work.session.execute(select(func.count(col(CallSignal.id))))).scalar_one()

    async def third(self) -> int:
        async with self.here.database.begin() as work:
            person = Person(name="Bruno Costa")
            await work.people.add(person)
            return person.id


@pytest_asyncio.fixture
async def servers(database_url: str) -> AsyncIterator[Servers]:
    clock = HandClock()
    made = [Database(database_url, keys=["k"], clock=clock) for _ in range(2)]
    here, there = (House(database, clock, "https://bellhop.test") for database in made)
    stage = await furnish(here)
    await let_in(stage)
    yield Servers(here, there, clock, stage)
    for database in made:
        await database.aclose()


async def peer(house: House, entry: Entry) -> Peer:
    (only,) = (await calls.look(house, entry)).peers.values()
    return only


async def heard(house: House, entry: Entry) -> list[Any]:
    return [word["data"] for word in (await calls.look(house, entry)).heard]


async def test_two_on_different_servers_see_each_other_and_words_pass_both_ways(servers: Servers) -> None:
    ana, carla = await servers.both()
    to_carla, to_ana = await peer(servers.here, ana), await peer(servers.there, carla)
    assert (to_carla.name, to_carla.call, to_ana.name) == ("Carla Meyer", carla.call, "Ana Silva")
    await calls.relay(servers.here, ana, to_carla, [OFFER])
    await calls.relay(servers.there, carla, to_ana, [{"candidate": None}])
    told = (await calls.look(servers.there, carla)).heard
    assert told == [{"type": "signal", "from": ana.call, "to": carla.call, "data": OFFER}]
    assert await heard(servers.here, ana) == [{"candidate": None}]
    assert await servers.waiting() == 0, "what was delivered is deleted"


async def test_words_come_in_the_order_in_which_they_were_said_and_once_whoever_looks(servers: Servers) -> None:
    ana, carla = await servers.both()
    other = await peer(servers.here, ana)
    for lot in range(20):
        await calls.relay(servers.here, ana, other, [{"n": 10 * lot + number} for number in range(10)])
    looks = await asyncio.gather(*(heard(house, carla) for house in (servers.there, servers.here) * 3))
    assert sorted(len(look) for look in looks) == [0] * 4 + [100, 100], "each look takes so much, and no word twice"
    assert sorted([word["n"] for word in look] for look in looks if look) == [[*range(100)], [*range(100, 200)]]


async def test_words_are_not_readable_in_the_database(servers: Servers) -> None:
    ana, _ = await servers.both()
    await calls.relay(servers.here, ana, await peer(servers.here, ana), [OFFER])
    async with servers.here.database.begin() as work:
        (kept,) = (await work.session.execute(select(col(CallSignal.sealed_word)))).scalars()
    assert "192.0.2.7" not in kept and "192.0.2.7" in servers.here.database.vault.open(kept)


async def test_a_third_finds_no_place_and_disturbs_nobody(servers: Servers) -> None:
    ana, carla = await servers.both()
    bruno = await servers.third()
    with pytest.raises(Full):
        await servers.enters(servers.there, bruno)
    assert [sorted((await calls.look(servers.here, one)).peers) for one in (ana, carla)] == [
        [servers.stage.customer_id],
        [servers.stage.agent_id],
    ]
    await calls.leave(servers.there, carla)
    await servers.enters(servers.there, bruno)


async def test_of_many_who_come_at_once_two_get_in(servers: Servers) -> None:
    people = [await servers.third() for _ in range(6)]
    houses = (servers.here, servers.there) * 3
    came = await asyncio.gather(
        *(servers.enters(house, person) for house, person in zip(houses, people, strict=True)), return_exceptions=True
    )
    assert len([one for one in came if isinstance(one, Full)]) == len(people) - PAIR, came
    assert len([one for one in came if isinstance(one, Entry)]) == PAIR, came


async def test_of_one_persons_many_pages_one_has_the_call(servers: Servers) -> None:
    ana = servers.stage.agent_id
    houses = (servers.here, servers.there) * 3
    entries = await asyncio.gather(*(servers.enters(house, ana, f"browser-{n}") for n, house in enumerate(houses)))
    places = [(await calls.look(servers.here, entry)).place for entry in entries]
    assert sorted(place.name for place in places) == ["MINE"] + ["TAKEN_OVER"] * 5
    assert len(await servers.log()) == 1, "it is one stay in the room"


async def test_the_older_page_hears_that_it_was_taken_over_and_cannot_end_the_call(servers: Servers) -> None:
    old, carla = await servers.both()
    to_ana = await peer(servers.there, carla)
    new = await servers.enters(servers.there, servers.stage.agent_id, "another-browser")
    assert (await calls.look(servers.here, old)).place is Place.TAKEN_OVER
    await calls.leave(servers.here, old)
    assert (await peer(servers.there, carla)).call == "another-browser"
    await calls.relay(servers.here, old, await peer(servers.there, new), [OFFER])
    await calls.relay(servers.there, carla, to_ana, [OFFER])
    assert await servers.waiting() == 0, "nothing is kept of an earlier connection, or for it"


async def test_a_page_that_comes_back_on_another_server_goes_on_where_it_was(servers: Servers) -> None:
    ana, carla = await servers.both()
    before = await peer(servers.there, carla)
    await calls.relay(servers.there, carla, before, [OFFER])
    back = await servers.enters(servers.there, servers.stage.agent_id, ana.call)
    assert await heard(servers.there, back) == [OFFER]
    after = await peer(servers.there, carla)
    assert after != before and after.call == before.call, "the other is told, so that both say again what may be lost"
    assert [row.left_at for row in await servers.log()] == [None, None]


async def test_strangers_and_those_of_another_room_say_nothing(servers: Servers) -> None:
    ana, carla = await servers.both()
    to_carla, bruno = await peer(servers.here, ana), await servers.third()
    onlooker = await servers.enters(servers.here, bruno, direct=False)
    assert (await calls.look(servers.here, onlooker)).peers == {}
    elsewhere = await furnish_another(servers, bruno)
    forged = Entry(ana.room_id, bruno, ana.presence_id, "0" * 32, ana.call, direct=True)
    for stranger in (onlooker, elsewhere, forged):
        await calls.relay(servers.here, stranger, to_carla, [OFFER])
    assert await heard(servers.there, carla) == []
    await calls.relay(servers.here, ana, Peer(onlooker.presence_id, onlooker.word, onlooker.call, ""), [OFFER])
    assert await servers.waiting() == 0
    await calls.relay(servers.here, ana, to_carla, [OFFER])
    await servers.enters(servers.there, bruno, "another-call", direct=False)
    await calls.leave(servers.here, elsewhere)
    assert await heard(servers.there, carla) == [OFFER], "nor do they end what two say to each other"


async def furnish_another(servers: Servers, person_id: int) -> Entry:
    """That person in another room of the same conversation."""
    async with servers.here.database.begin() as work:
        first = await work.rooms.room(servers.stage.room_id)
        room = Room(conversation_id=first.conversation_id, provider="webrtc", name="another",
                    opened_at=work.now, closes_at=first.closes_at)  # fmt: skip
        await work.rooms.add(room)
    entry = await calls.enter(servers.here, room.id, person_id, call="call-elsewhere", direct=True)
    assert entry is not None
    return entry


async def test_one_who_never_fetches_fills_no_table(servers: Servers) -> None:
    ana, carla = await servers.both()
    other = await peer(servers.here, ana)
    for _ in range(8):
        await calls.relay(servers.here, ana, other, [{"candidate": number} for number in range(50)])
    assert await servers.waiting() == MOST_WORDS
    await calls.leave(servers.there, carla)
    assert await servers.waiting() == 0


async def test_what_was_said_goes_when_either_leaves_and_when_the_room_ends(servers: Servers) -> None:
    for end in ("sayer", "hearer", "room"):
        ana, carla = await servers.both()
        await calls.relay(servers.here, ana, await peer(servers.here, ana), [OFFER])
        assert await servers.waiting() == 1
        if end == "room":
            await end_room(servers.there, await visit(servers.there, servers.stage.agent_link.rpartition("/")[2]))
        else:
            await calls.leave(servers.here, ana if end == "sayer" else carla)
        assert await servers.waiting() == 0, end
    assert all(row.left_at and (row.entry, row.call) == ("", "") for row in await servers.log())
    assert await calls.enter(servers.here, servers.stage.room_id, 1, call="too-late", direct=True) is None


async def beats(servers: Servers, entry: Entry, **span: float) -> None:
    """So much time passes in which one server, here, looks and sweeps as it does."""
    until = servers.clock() + timedelta(**span)
    while servers.clock() < until:
        servers.clock.pass_by(seconds=2)
        assert (await calls.look(servers.here, entry)).place is Place.MINE
        await calls.sweep_calls(servers.here)


async def test_whose_server_died_has_left_when_they_were_last_seen(servers: Servers) -> None:
    ana, carla = await servers.both()
    await beats(servers, ana, seconds=2)
    await calls.look(servers.there, carla)
    servers.clock.pass_by(seconds=BEAT.seconds)
    await calls.look(servers.there, carla)
    seen = servers.clock()
    await calls.relay(servers.here, ana, await peer(servers.here, ana), [OFFER])
    await beats(servers, ana, seconds=MISSING.seconds + GRACE.seconds - 4)
    assert [row.left_at for row in await servers.log()] == [None, None]
    async with servers.here.database.signals.listen(signals.room(ana.room_id)) as woken:
        await beats(servers, ana, seconds=6)
        assert woken.is_set()
    assert [row.left_at for row in await servers.log()] == [None, seen]
    assert (await calls.look(servers.here, ana)).peers == {}
    assert await servers.waiting() == 0
    assert "Room: open, 1 inside" in await servers.stage.case_card()
    assert (await calls.look(servers.there, carla)).place is Place.ENDED


@pytest.mark.parametrize("jump", [timedelta(minutes=30), timedelta(hours=-2)])
async def test_a_clock_that_jumps_ends_no_call_of_those_who_live(servers: Servers, jump: timedelta) -> None:
    ana, carla = await servers.both()
    for _ in range(3):
        servers.clock.now += jump
        await calls.sweep_calls(servers.there)
        servers.clock.pass_by(seconds=1)
        await calls.sweep_calls(servers.there)
        for house, entry in ((servers.here, ana), (servers.there, carla)):
            assert (await calls.look(house, entry)).place is Place.MINE
    await beats(servers, ana, seconds=10)
    servers.clock.pass_by(seconds=MISSING.seconds)
    await beats(servers, ana, seconds=GRACE.seconds + 4)
    assert [row.left_at is None for row in await servers.log()] == [True, False], "and the dead are ended all the same"


async def sweep_all(servers: Servers) -> None:
    await calls.sweep_calls(servers.here)
    await sweep_rooms(servers.here)


async def test_a_room_whose_time_is_over_closes_when_nobody_is_in_it_any_more(servers: Servers) -> None:
    ana, carla = await servers.both()
    started = servers.clock()
    servers.clock.pass_by(hours=2, minutes=59, seconds=30)
    await calls.look(servers.here, ana)
    await calls.look(servers.there, carla)
    servers.clock.pass_by(hours=1)
    await sweep_rooms(servers.here)
    await calls.leave(servers.here, ana)
    await sweep_all(servers)
    assert (await servers.room()).closed_at is None, "Carla is only missed"
    servers.clock.pass_by(seconds=GRACE.seconds)
    await sweep_all(servers)
    assert (await servers.room()).closed_at == started + timedelta(hours=3)
    stays = [row.left_at - started for row in await servers.log() if row.left_at]
    assert stays == [timedelta(hours=3), timedelta(hours=2, minutes=59, seconds=30)]


async def test_a_stay_that_outlived_its_room_ends_with_it(servers: Servers) -> None:
    await servers.both()
    async with servers.here.database.begin() as work:
        (await work.rooms.room(servers.stage.room_id)).closed_at = ended = work.now + timedelta(seconds=1)
    servers.clock.pass_by(hours=1)
    async with servers.here.database.begin() as work:
        for caller in await work.calls.callers(servers.stage.room_id):
            await work.calls.alive(caller)
    for _ in range(3):
        servers.clock.pass_by(seconds=MISSING.seconds)
        await calls.sweep_calls(servers.here)
    assert [row.left_at for row in await servers.log()] == [ended, ended]


async def test_an_agent_who_ends_the_room_ends_nothing_later_than_it_was_seen(servers: Servers) -> None:
    ana, _ = await servers.both()
    began = servers.clock()
    await beats(servers, ana, seconds=MISSING.seconds + 6)
    await end_room(servers.here, await visit(servers.here, servers.stage.agent_link.rpartition("/")[2]))
    assert [row.left_at for row in await servers.log()] == [servers.clock(), began]


async def test_a_room_that_was_erased_meanwhile_ends_without_a_word(servers: Servers) -> None:
    ana, carla = await servers.both()
    await calls.relay(servers.here, ana, await peer(servers.here, ana), [OFFER])
    async with servers.here.database.begin() as work:
        await work.forgetting.words([servers.stage.conversation_id])
    assert await servers.waiting() == 0
    await calls.leave(servers.there, carla)
    assert (await calls.look(servers.here, ana)).place is Place.ENDED
    assert await calls.enter(servers.here, ana.room_id, ana.person_id, call=ana.call, direct=True) is None
