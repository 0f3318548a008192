"""Load: requests made beforehand, sent by a number of connections or at an even pace; every answer is checked."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

import aiohttp


@dataclass(frozen=True, slots=True)
class Post:
    """What is posted."""

    path: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answers:
    """How long each took, and all together, in seconds."""

    latencies: Sequence[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds


async def flood(url: str, posts: Sequence[Post], connections: int = 32, within: float = float("inf")) -> Answers:
    """As fast as `connections` can, each sending its next when it has an answer; none after `within` seconds."""
    latencies = list[float]()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as client:
        began = time.perf_counter()
        waiting = takewhile(lambda _: time.perf_counter() - began < within, posts)
        await asyncio.gather(*(_drain(client, url, waiting, latencies) for _ in range(connections)))
        return Answers(latencies, time.perf_counter() - began)


async def pace(url: str, count: int, make: Callable[[int], Post], per_second: float) -> Answers:
    """One after the other at an even pace, each made just before it leaves."""
    latencies: list[float] = []
    async with aiohttp.ClientSession() as client:
        began = time.perf_counter()
        for number in range(count):
            await asyncio.sleep(max(0, began + number / per_second - time.perf_counter()))
            latencies.append(await _send(client, url, make(number)))
        return Answers(latencies, time.perf_counter() - began)


async def _drain(client: aiohttp.ClientSession, url: str, waiting: Iterable[Post], latencies: list[float]) -> None:
    for post in waiting:
        latencies.append(await _send(client, url, post))


async def _send(client: aiohttp.ClientSession, url: str, post: Post) -> float:
    began = time.perf_counter()
    async with client.post(url + post.path, data=post.body, headers=post.headers) as answer:
        told = await answer.text()
        assert answer.status == 200, f"{answer.status}: {told}"
    return time.perf_counter() - began
