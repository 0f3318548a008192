"""What comes in, made durable: what arrives together is committed together, and nobody is answered before that.

A commit waits for the disk. While one is under way others gather behind it, and all of them go with the next.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.work import Work

AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update of a chat platform or an event of a gateway; `source` and `event_id` together tell repeats."""

    source: str
    event_id: str
    lane: str
    kind: str
    body: str


class Intake:
    """Brings arrivals into the inbox, many at once."""

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager["Work"]]) -> None:
        """`begin` is `Database.begin`."""
        self._begin = begin
        self._waiting: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, arrival: Arrival) -> None:
        """When this returns, the arrival is committed; a repeat changes nothing. Raises what the database raises."""
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, kept))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await kept

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            await self._keep(batch)

    async def _keep(self, batch: Sequence[tuple[Arrival, asyncio.Future[None]]]) -> None:
        try:
            async with self._begin() as work:
                await work.inbox.take_in([arrival for arrival, _ in batch])
        except Exception as error:
            if len(batch) == 1:
                _settle(batch[0][1], error)
                return
            # One that cannot be kept must not take the others with it.
            for alone in batch:
                await self._keep([alone])
        else:
            for _, kept in batch:
                _settle(kept)


def _settle(kept: asyncio.Future[None], error: Exception | None = None) -> None:
    if kept.done():
        # Whoever waited has gone away.
        return
    if error is None:
        kept.set_result(None)
    else:
        kept.set_exception(error)
