"""Two machines of Bellhop and one of a database server in a network; one is cut off in the middle of its work."""

import socket
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bench.programs import free_port
from bot.engine import LEASE
from payments.gateway import utc_now
from storage.database import Database
from tests.budget import NIGHTLY
from tests.databases import require
from tests.engine.conftest import CUSTOMERS, SEED, Raise
from tests.engine.fleet import KEY, Fleet, Home, Nursery
from tests.engine.lan import ADDRESSES, Lan, Namespaces, Proxies, namespaces_work
from tests.engine.platforms import open_platforms
from tests.engine.proof import BACK, Proof, at_work, listening
from tests.engine.test_database_restarts import with_tables
from tests.servers import MariaDb, Postgres

NETWORKS: list[type[Lan]] = [Namespaces] if namespaces_work() else [Proxies]
if NIGHTLY and Proxies not in NETWORKS:
    NETWORKS.append(Proxies)
APART = ("first", "second")
CUTS = 10 if NIGHTLY else 1


class PostgresElsewhere(Postgres):
    """A server that listens at its machine's address, and for the test at a socket in its folder."""

    host = ""
    scheme = "postgresql://postgres"

    def prepare(self) -> None:
        super().prepare()
        with (self.folder / "data" / "pg_hba.conf").open("a") as trusted:
            trusted.write("host all all samenet trust\n")

    def command(self) -> list[str]:
        return [*super().command(), f"-clisten_addresses={self.host}", f"-cunix_socket_directories={self.folder}"]

    def url(self, name: str) -> str:
        return f"{self.scheme}@/{name}?host={self.folder}&port={self.port}"


class MariaDbElsewhere(MariaDb):
    """A server that listens at its machine's address, and for the test at a socket in its folder."""

    host = ""
    scheme = "mysql://root"

    def command(self) -> list[str]:
        return [*super().command(), f"--bind-address={self.host}"]

    def url(self, name: str) -> str:
        return f"{self.scheme}@/{name}?unix_socket={self.folder}/socket"


ELSEWHERE = {"postgresql": PostgresElsewhere, "mysql": MariaDbElsewhere}
Elsewhere = PostgresElsewhere | MariaDbElsewhere


@pytest_asyncio.fixture(params=NETWORKS)
async def lan(request: pytest.FixtureRequest) -> AsyncIterator[Lan]:
    """Machines in a network."""
    made: Lan = request.param()
    try:
        yield made
    finally:
        await made.close()


@pytest_asyncio.fixture(params=ELSEWHERE)
async def server(request: pytest.FixtureRequest, lan: Lan) -> AsyncIterator[Elsewhere]:
    """A database server on a machine of its own."""
    made = ELSEWHERE[require(request.param)]()
    made.host = lan.address("database")
    try:
        made.prepare()
        lan.inside("database", made.start)
        made.execute(made.home, "CREATE DATABASE bellhop")
        await with_tables(made.url("bellhop"))
        yield made
    finally:
        made.stop()


@pytest.mark.timeout(300 + 60 * CUTS)
@pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES])
async def test_what_a_machine_had_in_hand_that_was_cut_off_is_done_by_the_other(
    lan: Lan, server: Elsewhere, raised: Raise, tmp_path: Path
) -> None:
    database = Database(server.url("bellhop"), keys=[KEY], clock=utc_now)
    with lan.inside("outside", partial(listening, lan.address("outside"))) as listener:
        async with open_platforms(listener, SEED) as platforms:
            fleet = await machines(lan, server, listener.getsockname(), raised, tmp_path)
            work = at_work(
                database, platforms, fleet, customers=CUSTOMERS, payments=2 + 2 * CUTS, seed=SEED,
                connector=from_outside(lan),
            )  # fmt: skip
            async with work as proof:
                for number in range(CUTS):
                    proof.pay(2)
                    await one_is_cut_off(proof, lan, number % len(APART))
                await proof.quiet()
                print(proof.told())
                await proof.check()
                assert proof.longest_wait() <= BACK
    await database.aclose()


async def one_is_cut_off(proof: Proof, lan: Lan, place: int) -> None:
    """A machine hangs in the air until the other has done all that waited; then it works again."""
    name = proof.fleet.servers[place].name
    said = len(proof.platforms.arrivals)
    await proof.until(lambda: any(each.by == name for each in proof.platforms.arrivals[said:]))
    await lan.cut(APART[place])
    outage = await proof.cut_off(name)
    assert proof.in_flight, "it had nothing in hand"
    await proof.goes_on()
    outage.ended = time.monotonic()
    await lan.heal(APART[place])
    arrivals = proof.platforms.arrivals
    await proof.until(
        lambda: any(each.by == name and each.at > outage.ended and not proof.held_up(each) for each in arrivals[-200:])
    )


def from_outside(lan: Lan) -> aiohttp.TCPConnector:
    """Connections that begin outside."""

    def begun(address: tuple[int, int, int, str, tuple[str, int]]) -> socket.socket:
        family, kind, protocol, *_ = address
        made = lan.inside("outside", lambda: socket.socket(family, kind, protocol))
        made.setblocking(False)
        return made

    return aiohttp.TCPConnector(socket_factory=begun)


class Machines(Fleet):
    """One server on each of two machines. `doors`: where they are reached from outside."""

    nurseries: tuple[Nursery, ...]
    ports: tuple[int, ...]
    doors: list[str]

    def launch(self) -> None:
        """Start them all."""
        self.servers = [nursery.start(port) for nursery, port in zip(self.nurseries, self.ports, strict=True)]

    def urls(self) -> list[str]:
        return self.doors


async def machines(lan: Lan, server: Elsewhere, platforms: tuple[str, int], raised: Raise, folder: Path) -> Machines:
    """Nobody is at work yet."""
    nurseries, ports, doors = [], [], []
    for host in APART:
        at, port = await lan.wire(host, lan.address("database"), server.port)
        there, gate = await lan.wire(host, *platforms)
        home = Home(
            f"{server.scheme}@{at}:{port}/bellhop", f"http://{there}:{gate}", folder,
            host=lan.address(host), lease=LEASE.total_seconds(),
        )  # fmt: skip
        nurseries.append(lan.inside(host, partial(raised, home)))
        ports.append(free_port())
        door, knocker = await lan.wire(host, lan.address(host), ports[-1])
        doors.append(f"http://{door}:{knocker}")
    made = Machines(nurseries[0], len(APART))
    made.nurseries, made.ports, made.doors = tuple(nurseries), tuple(ports), doors
    return made
