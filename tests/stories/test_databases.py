"""Whole stories on the database servers, and what people notice when a database goes away or its disk is full."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot.engine import LEASE
from storage.tables import Checkout, GatewayFact, PaymentRequest, SpokenMessage
from tests.databases import Pool, require
from tests.servers import Server, running_server
from tests.stories.people import SOON
from tests.stories.script import asks, in_conversation
from tests.stories.stage import Stage, set_up
from tests.stories.test_whole_story import PAIRS
from tests.stories.test_whole_story import test_a_customer_books_talks_meets_pays_and_gets_the_money_back as whole_story

TELLING = {"payment_intent.succeeded", "checkout.session.completed"}
SERVERS = pytest.mark.parametrize("kind", ["postgresql", "mysql"])


@pytest.mark.long
@pytest.mark.parametrize(("kind", "pair"), [("postgresql", PAIRS[0]), ("mysql", PAIRS[0])])
async def test_the_whole_story_plays_on_a_database_server(
    databases: Pool, tmp_path: Path, kind: str, pair: str
) -> None:
    async with set_up(tmp_path, database_url=await databases.ready(require(kind))) as stage:
        await whole_story(stage, pair)


@pytest.fixture
def server(kind: str) -> Iterator[Server]:
    """A server that a test may kill: nobody else's."""
    with running_server(require(kind)) as server:
        server.execute(server.home, "CREATE DATABASE bellhop")
        yield server


@pytest_asyncio.fixture
async def stage(server: Server, tmp_path: Path) -> AsyncIterator[Stage]:
    async with set_up(tmp_path, database_url=server.url("bellhop")) as whole:
        yield whole


async def readiness(stage: Stage) -> tuple[int, dict[str, str]]:
    async with httpx2.AsyncClient() as anybody:
        answer = await anybody.get(f"{stage.url}/readyz")
    return answer.status_code, answer.json()["problems"]


@pytest.mark.long
@SERVERS
async def test_what_happens_while_the_database_is_away_is_made_good_when_it_is_back(
    stage: Stage, server: Server
) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    assert await readiness(stage) == (200, {})
    for word in ("word 1", "word 2", "word 3"):
        await mia.says(word)
    server.kill()
    status, problems = await readiness(stage)
    assert status == 503 and "The database does not answer" in problems["database"]
    for word in ("word 4", "word 5"):
        await mia.says(word)
    await stage.cast.stripe.pay(session)
    assert answers(stage) and min(answers(stage)) >= 500
    await asyncio.to_thread(server.start)
    # Beyond the lease of what was in hand.
    stage.world.clock.jump(LEASE * 1.1)
    await ana.hears("word 5")
    said = [seen.text.rpartition("\n")[2] for seen in ana.screen() if "word " in seen.text]
    assert list(dict.fromkeys(said)) == [f"word {number}" for number in range(1, 6)], said
    await ana.hears("Paid: $49.00")
    await mia.hears("Thank you, $49.00")
    assert mia.count("Thank you, $49.00") == 1
    await until_ready(stage)


TAKEN_LONG_AGO = """
    INSERT INTO inbox (source, event_id, lane, kind, body, state, due_at, tries, failures, reserved, problem, made_at)
    SELECT 'filling', hex(randomblob(8)), 'filling', 'said', '{}', 'done', made_at, 1, 0, 0, '', made_at
    FROM inbox LIMIT 1
"""
"""The last page of the inbox may have room for one more row: it is taken too."""


def answers(stage: Stage) -> list[int]:
    """What Stripe was told of the events that speak of money, attempt by attempt."""
    delivered = stage.cast.stripe.delivered
    telling = [each["id"] for each in stage.cast.stripe.events.values() if each["type"] in TELLING]
    return [status or 0 for event_id in telling for status in delivered.get(event_id, [])]


async def until_ready(stage: Stage) -> None:
    async with asyncio.timeout(SOON):
        while (found := await readiness(stage)) != (200, {}):
            assert found[0] == 503, found


@pytest.mark.long
async def test_a_full_disk_is_never_called_taken_and_all_is_well_when_there_is_room_again(tmp_path: Path) -> None:
    async with set_up(tmp_path) as stage:
        mia, ana = await in_conversation(stage)
        session = await stage.session_of(await asks(mia, ana))
        before = await money(stage)
        await fill_the_disk(stage)
        await stage.cast.stripe.pay(session)
        await mia.says("Is anybody there?")
        assert answers(stage) and min(answers(stage)) >= 500
        assert await money(stage) == before, "a webhook that was not taken has left nothing behind"
        await make_room(stage)
        await ana.hears("Is anybody there?")
        await ana.hears("Paid: $49.00")
        await mia.hears("Thank you, $49.00")
        assert mia.count("Thank you, $49.00") == 1
        assert await whole(stage) == "ok"


async def money(stage: Stage) -> list[tuple[object, ...]]:
    """All that a webhook may change, row by row."""
    async with stage.app.house.database.engine.connect() as connection:
        found = [
            await connection.execute(select(table)) for table in (GatewayFact, PaymentRequest, Checkout, SpokenMessage)
        ]
        return [tuple(row) for rows in found for row in rows]


async def fill_the_disk(stage: Stage) -> None:
    """From now on the file may not grow, and nothing is free in it."""
    async with stage.app.house.database.engine.connect() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text("CREATE TABLE junk (id INTEGER PRIMARY KEY, filling TEXT)"))
        await connection.execute(text(f"PRAGMA max_page_count = {pages + 8}"))
        await connection.commit()
        for filling in ("INSERT INTO junk (filling) VALUES (hex(zeroblob(1500)))", TAKEN_LONG_AGO):
            with pytest.raises(OperationalError, match="full"):
                while True:
                    await connection.execute(text(filling))
                    await connection.commit()


async def make_room(stage: Stage) -> None:
    async with stage.app.house.database.engine.connect() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1000000"))
        await connection.commit()


async def whole(stage: Stage) -> str:
    async with stage.app.house.database.engine.connect() as connection:
        return str((await connection.execute(text("PRAGMA integrity_check"))).scalar_one())
