"""What several want of the database at one moment, done in one transaction that all of them share.

A commit waits for the disk. While one is under way others gather behind it, and all of them go with the next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from storage.work import Work

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")
AT_ONCE = 64


class Together(Generic[Wish, Answer]):
    """Grants wishes, many in one transaction."""

    def __init__(
        self,
        begin: Callable[[], AbstractAsyncContextManager["Work"]],
        grant: Callable[["Work", Sequence[Wish]], Awaitable[Sequence[Answer]]],
    ) -> None:
        """`begin` is `Database.begin`; `grant` answers each wish, in their order, and may be asked once more."""
        self._begin = begin
        self._grant = grant
        self._waiting: list[tuple[Wish, asyncio.Future[Answer]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, wish: Wish) -> Answer:
        """When this returns, what was granted is committed. Raises what came of this wish alone."""
        granted: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, granted))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await granted

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            await self._answer(batch)

    async def _answer(self, batch: Sequence[tuple[Wish, asyncio.Future[Answer]]]) -> None:
        try:
            async with self._begin() as work:
                answers = await self._grant(work, [wish for wish, _ in batch])
        except Exception as error:
            if len(batch) == 1:
                _refuse(batch[0][1], error)
                return
            # One that cannot be granted must not take the others with it.
            await asyncio.gather(*(self._answer([alone]) for alone in batch))
        else:
            for (_, granted), answer in zip(batch, answers, strict=True):
                _settle(granted, answer)


def _settle(granted: asyncio.Future[Answer], answer: Answer) -> None:
    # Whoever waited may have gone away.
    if not granted.done():
        granted.set_result(answer)


def _refuse(granted: asyncio.Future[Answer], error: Exception) -> None:
    if not granted.done():
        granted.set_exception(error)
