"""The proof: servers at work under load, what happens to them, and what must hold when all is quiet again."""

import asyncio
import math
import random
import re
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp

from payments.machine import State
from storage.database import Database
from tests.engine import books
from tests.engine.fleet import Fleet
from tests.engine.load import Load
from tests.engine.platforms import Arrival, Platforms

SOON = 120.0
"""Seconds in which everything that was begun is done, on a machine that has other work."""
STILL = 1.0
"""Seconds without a word after which no server is in the middle of saying one."""
BACK = 30.0
"""Seconds in which a conversation goes on whose server died."""
LOOKS = 0.5
"""Seconds between looks at what is in hand."""
LINE = re.compile(r"\d{3}/\d{5}|Thank you, .*|Paid: .*")
"""The lines that are said to one seat only, so that a second one is a repeat."""


@dataclass
class Outage:
    """When a server was cut off; `ended` once it is healed."""

    server: str
    began: float
    ended: float = math.inf

    def held_up(self, arrival: Arrival, first: Arrival) -> bool:
        """Whether the network brought it late: meanwhile another server had to say it."""
        return arrival.by == self.server and arrival.at >= self.ended and self.began <= first.at <= self.ended


@dataclass
class Proof:
    """One run. `deaths`: who died, and the lines that were not known to be said then.

    `unknown`: lines that were on their way when something else than a death stopped the work.
    """

    database: Database
    platforms: Platforms
    load: Load
    fleet: Fleet
    customers: int
    payments: int
    deaths: list[tuple[str, set[str]]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    blows: list[float] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    longest_hold: float = 0.0
    """Seconds: the longest that a job stayed in one hand, the dead ones' included."""
    _paid: int = 0
    _looks: int = 0

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for it."""
        async with asyncio.timeout(SOON):
            while not happened():  # noqa: ASYNC110  # it happens in another process
                await asyncio.sleep(0.02)

    def pay(self, count: int) -> None:
        """The next payments are made."""
        for number in range(self._paid, min(self._paid + count, self.payments)):
            self.load.pay(number)
        self._paid += count

    async def kill(self, place: int) -> None:
        """Kill a server and start another; what it had in flight may come once more, and nothing else."""
        others = {server.name for server in self.fleet.servers} - {self.fleet.servers[place].name}
        await self.until(lambda: any(each.by in others for each in self.platforms.arrivals[-200:]))
        self.blows.append(time.monotonic())
        victim = self.fleet.kill(place)
        self.fleet.revive(place)
        self.deaths.append((victim.name, await books.unsent(self.database)))

    async def struck(self) -> None:
        """Something else than a death stopped the work: all that was sent and is not known to be may come once more."""
        self.unknown |= self.platforms.first.keys() & await books.unsent(self.database)

    async def cut_off(self, server: str) -> "Outage":
        """Nothing gets to that server or away from it. What anybody has in hand may be under way, and come late."""
        self.outages.append(outage := Outage(server, time.monotonic()))
        self.blows.append(outage.began)
        self.unknown |= await books.in_hand(self.database)
        await self.struck()
        return outage

    async def stands_still(self) -> None:
        """Wait until no call is under way and nothing has arrived for a while."""
        async with asyncio.timeout(SOON):
            since, said = time.monotonic(), -1
            while time.monotonic() - since < STILL:
                await asyncio.sleep(0.02)
                if self.platforms.calls or len(self.platforms.arrivals) != said:
                    since, said = time.monotonic(), len(self.platforms.arrivals)

    async def goes_on(self) -> None:
        """Wait until all that waits now has arrived."""
        waiting = self.load.accepted.keys() - self.platforms.first.keys()
        await self.until(lambda: self.platforms.first.keys() >= waiting)

    async def quiet(self) -> None:
        """Everybody has said and paid what they wanted, and everything that follows is done."""
        self.pay(self.payments - self._paid)
        await self.load.end()
        async with asyncio.timeout(SOON):
            while await books.left(self.database):  # noqa: ASYNC110  # it happens in another process
                await asyncio.sleep(0.05)

    @property
    def in_flight(self) -> set[str]:
        """The lines that may come twice: who had sent them could not say so any more.

        Asked for in the end: what somebody sent before he died may reach the platform after his death.
        """
        return self.unknown.union(*(self.platforms.by(name) & unsent for name, unsent in self.deaths))

    @property
    def repeats(self) -> set[str]:
        """The lines that came more than once."""
        return {line for line in self.platforms.repeated() if LINE.fullmatch(line)}

    def told(self) -> str:
        """The run in figures."""
        return (
            f"{len(self.blows)} blows, {len(self.load.accepted)} words, {self.payments} payments, "
            f"{len(self.repeats)} repeats of {len(self.in_flight)} in flight, "
            f"taken up again in {self.longest_hold:.1f} s, back in {self.longest_wait():.1f} s"
        )

    async def watch(self) -> None:
        """See for how long each job stays in the hand that has taken it."""
        since: dict[books.Hold, float] = {}
        while True:
            await asyncio.sleep(LOOKS)
            # The database may be away, and each driver says so in its own way.
            with suppress(Exception):
                held = await books.holds(self.database)
                now = time.monotonic()
                since = {hold: since.get(hold, now) for hold in held}
                self.longest_hold = max([self.longest_hold, *(now - began for began in since.values())])
                self._looks += 1

    def longest_wait(self) -> float:
        """Seconds: the longest that a conversation stood still in which a word waited when somebody died.

        Where one death follows the other, a conversation may be struck each time that it is taken up again.
        """
        return max(
            (self._stood_still(blow, number) for blow in self.blows for number in range(self.customers)), default=0
        )

    def _stood_still(self, blow: float, number: int) -> float:
        arrived = [(each.at, taken) for word, taken in self.load.accepted.items() if word.startswith(f"{number:03}/")
                   for each in (self.platforms.first[word],)]  # fmt: skip
        later = [at for at, taken in arrived if taken < blow < at]
        return min(later) - blow if later else 0.0

    def held_up(self, arrival: Arrival) -> bool:
        """Whether it is the late word of a server that was cut off."""
        first = self.platforms.first[arrival.line]
        return any(outage.held_up(arrival, first) for outage in self.outages)

    async def check(self) -> None:
        """Nothing lost, nothing applied twice, all in order, no repeat but of what was in flight, and soon enough."""
        arrivals = self.platforms.arrivals
        words = [each.line for each in arrivals if re.fullmatch(r"\d{3}/\d{5}", each.line)]
        assert self.load.accepted.keys() - set(words) == set(), "lost"
        assert set(words) - self.load.accepted.keys() == set(), "said, and not accepted"
        prompt = [each.line for each in arrivals if not self.held_up(each)]
        for number in range(self.customers):
            mine = [line for line in prompt if line.startswith(f"{number:03}/")]
            assert mine == sorted(mine), f"out of order, the repeats too: {mine}"
        assert self.repeats <= self.in_flight, f"said twice and nobody died: {self.repeats - self.in_flight}"
        most = Counter(each.line for each in arrivals if each.line in self.repeats)
        assert sum(most.values()) - len(most) <= len(self.in_flight) + len(self.blows)
        assert await books.dead(self.database) == []
        assert (money := await books.money(self.database)) == {
            "states": {(State.PAID, 4900, 0): self.payments},
            "thanks": {1: self.payments},
            "refunds": {1: self.payments},
            "misfits": 0,
        }, money
        assert [len(keys) for keys in self.platforms.refunds.values()] == [1] * self.payments
        assert self._looks > 1, "nobody watched"
        assert self.longest_hold <= BACK


def listening(host: str = "127.0.0.1") -> socket.socket:
    """A socket where nobody listens yet."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer takes 40 ms.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.bind((host, 0))
    return made


@asynccontextmanager
async def at_work(
    database: Database,
    platforms: Platforms,
    fleet: Fleet,
    *,
    customers: int,
    payments: int,
    seed: int,
    connector: aiohttp.BaseConnector | None = None,
) -> AsyncIterator[Proof]:
    """Servers under load, from the moment the first words arrive. `connector`: how the load reaches them."""
    await books.settle(database, customers, payments)
    async with aiohttp.ClientSession(connector=connector) as http:
        load = Load(http, platforms, fleet.urls, random.Random(seed))
        proof = Proof(database, platforms, load, fleet, customers, payments)
        fleet.launch()
        load.begin(customers)
        try:
            await proof.until(lambda: bool(platforms.first))
            watching = asyncio.create_task(proof.watch())
            try:
                yield proof
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching
        finally:
            load.abandon()
