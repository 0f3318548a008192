"""Whose turn it is to write, where only one can: what people and gateways wait for goes first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """One at a time. The urgent go before the others, but never twice in a row while others wait."""

    def __init__(self) -> None:
        """Nobody has a turn yet."""
        self._taken = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, urgent: bool) -> AsyncIterator[None]:
        """For as long as the block lasts nobody else has a turn."""
        if self._taken:
            await self._wait(self._urgent if urgent else self._others)
        self._taken = True
        try:
            yield
        finally:
            self._next(after_urgent=urgent)

    async def _wait(self, line: deque[asyncio.Future[None]]) -> None:
        mine = asyncio.get_running_loop().create_future()
        line.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                # The turn was given to somebody who does not want it any more.
                self._next(after_urgent=line is self._urgent)
            raise

    def _next(self, *, after_urgent: bool) -> None:
        first, second = (self._others, self._urgent) if after_urgent else (self._urgent, self._others)
        for line in (first, second):
            while line:
                waiting = line.popleft()
                if not waiting.done():
                    # The turn goes over without being free in between: nobody slips in.
                    waiting.set_result(None)
                    return
        self._taken = False
