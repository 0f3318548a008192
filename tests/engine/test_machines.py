"""Two machines of Bellhop and one of PostgreSQL in a network; one machine is cut off in the middle of its work."""

import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from bench.programs import free_port
from bot.engine import AT_ONCE
from payments.gateway import utc_now
from storage.database import Database
from tests.databases import require
from tests.engine.conftest import CUSTOMERS, SEED, Raise
from tests.engine.fleet import KEY, Fleet, Home, Nursery
from tests.engine.lan import Lan, Namespaces, Proxies, bound, namespaces_work
from tests.engine.platforms import open_platforms
from tests.engine.proof import Proof, at_work
from tests.engine.test_database_restarts import with_tables
from tests.servers import Postgres

LANS = [Namespaces, Proxies] if namespaces_work() else [Proxies]
LEASE = 4.0
"""Seconds."""
ADDRESSES = ["127.0.0.1", *(f"10.77.0.{number}" for number in range(1, 5))]


class PostgresElsewhere(Postgres):
    """A server that listens at its machine's address, and for the test at a socket in its folder."""

    host = "127.0.0.1"

    def command(self) -> list[str]:
        return [*super().command(), f"-clisten_addresses={self.host}", f"-cunix_socket_directories={self.folder}"]

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}&port={self.port}"


@pytest_asyncio.fixture(params=LANS)
async def lan(request: pytest.FixtureRequest) -> AsyncIterator[Lan]:
    """Machines in a network."""
    made: Lan = request.param()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def server(lan: Lan) -> AsyncIterator[PostgresElsewhere]:
    """PostgreSQL on a machine of its own."""
    made = PostgresElsewhere()
    made.host = lan.address("database")
    try:
        made.prepare()
        lan.inside("database", made.start)
        made.execute(made.home, "CREATE DATABASE bellhop")
        await with_tables(made.url("bellhop"))
        yield made
    finally:
        made.stop()


@pytest.mark.timeout(300)
@pytest.mark.allow_hosts(ADDRESSES)
async def test_what_a_machine_had_in_hand_that_was_cut_off_is_done_by_the_other(
    lan: Lan, server: PostgresElsewhere, raised: Raise, tmp_path: Path
) -> None:
    database = Database(server.url("bellhop"), keys=[KEY], clock=utc_now)
    with lan.inside("outside", lambda: bound(lan.address("outside"))) as listener:
        async with open_platforms(listener, SEED) as platforms:
            fleet = await Machines.of(lan, server, listener.getsockname(), raised, tmp_path)
            called_from = partial(lan.inside, "outside")
            async with at_work(
                database, platforms, fleet, customers=CUSTOMERS, payments=6, seed=SEED, called_from=called_from
            ) as proof:
                healed_at: dict[int, float] = {}
                for number in range(2):
                    proof.pay(2)
                    healed_at[number] = await one_is_cut_off(proof, lan, ("first", "second")[number])
                await proof.quiet()
                for number, moment in healed_at.items():
                    assert proof.came_late(fleet.servers[number].name, moment) <= AT_ONCE
                print(proof.told())
                await proof.check()
    await database.aclose()


async def one_is_cut_off(proof: Proof, lan: Lan, host: str) -> float:
    """A machine hangs in the air until the other has done all that waited; when that was over."""
    await proof.goes_on()
    await lan.cut(host)
    await proof.struck()
    await proof.goes_on()
    await lan.heal(host)
    return time.monotonic()


class Machines(Fleet):
    """One server on each of two machines."""

    nurseries: tuple[Nursery, Nursery]

    @classmethod
    async def of(
        cls, lan: Lan, server: Postgres, platforms: tuple[str, int], raised: Raise, folder: Path
    ) -> "Machines":
        """Nobody is at work yet."""
        made = []
        for host in ("first", "second"):
            at, port = await lan.route(host, lan.address("database"), server.port)
            url = f"postgresql://postgres@{at}:{port}/bellhop"
            there, gate = await lan.route(host, *platforms)
            home = Home(url, f"http://{there}:{gate}", folder, host=lan.address(host), lease=LEASE)
            made.append(lan.inside(host, partial(raised, home)))
        fleet = cls(made[0], 2)
        fleet.nurseries = made[0], made[1]
        return fleet

    def launch(self) -> None:
        """Start them both."""
        self.servers = [nursery.start(free_port()) for nursery in self.nurseries]
