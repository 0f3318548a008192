"""The database server dies and comes back while servers of Bellhop are at work."""

import asyncio

import pytest

from payments.gateway import utc_now
from storage.database import Database
from storage.schema import upgrade
from tests.databases import require
from tests.engine.conftest import Working
from tests.engine.fleet import KEY
from tests.servers import running_server

TIMES = 2


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
async def test_servers_go_on_by_themselves_when_the_database_is_back(kind: str, working: Working) -> None:
    with running_server(require(kind)) as server:
        server.execute(server.home, "CREATE DATABASE bellhop")
        url = server.url("bellhop")
        await with_tables(url)
        async with working(url) as proof:
            lives = {each.pid for each in proof.fleet.servers}
            for _ in range(TIMES):
                proof.pay(2)
                await proof.goes_on()
                said = set(proof.platforms.first)
                await proof.struck()
                server.kill()
                answered = len(proof.load.statuses)
                await proof.until(lambda answered=answered: 500 in proof.load.statuses[answered:])  # type: ignore[misc]
                await asyncio.to_thread(server.start)
                # What was on its way when the server died could be noted nowhere.
                proof.unknown |= proof.platforms.first.keys() - said
                await proof.goes_on()
            await proof.quiet()
            await proof.check()
            assert lives == {each.pid for each in proof.fleet.servers}


async def with_tables(url: str) -> None:
    database = Database(url, keys=[KEY], clock=utc_now)
    await upgrade(database)
    await database.aclose()
