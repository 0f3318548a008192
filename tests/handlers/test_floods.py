"""Who floods is slowed and told so; nobody else notices."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from sqlalchemy import func, select

from handlers.floods import Flood, Floods
from handlers.heard import Heard
from handlers.hearing import accept
from storage.tables import Inbox
from tests.handlers.town import Town, Voice, town


@pytest_asyncio.fixture
async def made(template: Path) -> AsyncIterator[Town]:
    async with town(template) as each:
        each.house = replace(each.house, floods=Floods(customer=5, team=12))
        yield each


async def arrives(made: Town, *heard: Heard) -> int:
    """How many of these were kept."""
    before = await kept(made)
    for one in heard:
        await accept(made.house, one)
    await made.drain()
    return await kept(made) - before


async def kept(made: Town) -> int:
    async with made.database.begin() as work:
        return (await work.session.execute(select(func.count()).select_from(Inbox))).scalar_one()


def told(made: Town, who: Voice) -> list[str]:
    return [message.text for origin, message in made.notebook.answers if origin.user == who.user]


async def test_what_one_customer_writes_beyond_the_limit_is_not_taken_and_said_once(made: Town) -> None:
    assert await arrives(made, *(made.mia.says(f"{number}") for number in range(20))) == 5
    assert told(made, made.mia) == [Flood.CUSTOMER.value]
    assert await arrives(made, made.noor.says("hello"), made.mia.leaves()) == 2
    assert not told(made, made.noor)


async def test_the_desk_hears_of_it_once_and_asks_nothing_afterwards(made: Town) -> None:
    await made.hear(made.mia.says("hello"))
    await made.drain()
    await arrives(made, *(made.mia.presses("menu") for _ in range(20)))
    notices = [one.message.text for one in made.notebook.shown if "more than a person can" in one.message.text]
    assert len(notices) == 1
    async with made.database.begin() as work:
        case = await work.talk.conversation(1)
        assert case is not None and case.abusive


async def test_a_crowd_is_slowed_where_it_gathers_and_nowhere_else(made: Town) -> None:
    crowd = [replace(made.mia, user=f"guest{number}", chat=f"guest{number}") for number in range(20)]
    assert await arrives(made, *(guest.says("hello") for guest in crowd)) == 12
    assert told(made, crowd[-1]) == [Flood.TEAM.value]
    assert await arrives(made, made.rita.says("hello")) == 1


async def test_agents_at_their_desk_are_not_slowed_one_by_one(made: Town) -> None:
    ana = made.ana.at("acme-desk")
    assert await arrives(made, *(ana.says(f"{number}") for number in range(10))) == 10
