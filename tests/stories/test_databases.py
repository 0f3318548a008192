"""Whole stories on the database servers, and what people notice when a database goes away or its disk is full."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.databases import Pool, Server, require, running_server
from tests.stories.script import asks, in_conversation
from tests.stories.stage import Stage, set_up
from tests.stories.test_whole_story import PAIRS
from tests.stories.test_whole_story import test_a_customer_books_talks_meets_pays_and_gets_the_money_back as whole_story

SERVERS = pytest.mark.parametrize("kind", ["postgresql", "mysql"])


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


@SERVERS
async def test_words_said_while_the_database_is_away_arrive_in_order_when_it_is_back(
    stage: Stage, server: Server
) -> None:
    mia, ana = await in_conversation(stage)
    assert (await readiness(stage))[0] == 200
    for word in ("word 1", "word 2", "word 3"):
        await mia.says(word)
    server.kill()
    status, problems = await readiness(stage)
    assert status == 503 and "The database does not answer" in problems["database"]
    for word in ("word 4", "word 5"):
        await mia.says(word)
    server.start()
    stage.world.clock.advance(seconds=61)
    await ana.hears("word 5")
    said = [seen.text.rpartition("\n")[2] for seen in ana.screen() if "word " in seen.text]
    assert sorted(set(said), key=said.index) == [f"word {number}" for number in range(1, 6)], said
    assert (await readiness(stage)) == (200, {})
