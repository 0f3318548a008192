"""Wishes that are granted together: one transaction for those that wait, and none spoils it for the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from storage.together import AT_ONCE, Together
from storage.work import Work


@dataclass
class Books:
    """A database that writes down what was committed together. Some wishes it cannot take."""

    spoilt: frozenset[int] = frozenset()
    commits: list[Sequence[int]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Work]:
        """The transaction is the list of the wishes granted in it."""
        granted: list[int] = []
        self.begun.set()
        await self.gate.wait()
        yield cast("Work", granted)
        self.commits.append(granted)

    async def double(self, work: Any, wishes: Sequence[int]) -> Sequence[int]:
        for wish in wishes:
            if wish in self.spoilt:
                raise ValueError(f"not {wish}")
            work.append(wish)
        return [wish * 2 for wish in wishes]


async def test_those_who_wait_share_a_transaction_and_each_gets_their_own_answer() -> None:
    books = Books()
    together = Together(books.begin, books.double)
    first = asyncio.create_task(together.put(1))
    await books.begun.wait()
    others = [asyncio.create_task(together.put(number)) for number in range(2, AT_ONCE + 3)]
    await asyncio.sleep(0)
    books.gate.set()
    assert await asyncio.gather(first, *others) == [number * 2 for number in range(1, AT_ONCE + 3)]
    assert [len(granted) for granted in books.commits] == [1, AT_ONCE, 1]


async def test_one_that_cannot_be_granted_does_not_take_the_others_with_it() -> None:
    books = Books(spoilt=frozenset({2}))
    books.gate.set()
    together = Together(books.begin, books.double)
    answers = await asyncio.gather(*(together.put(number) for number in (1, 2, 3)), return_exceptions=True)
    assert answers[0] == 2 and answers[2] == 6
    assert isinstance(answers[1], ValueError) and str(answers[1]) == "not 2"
    assert sorted(map(tuple, books.commits)) == [(1,), (3,)]


async def test_an_answer_that_is_an_exception_is_an_answer() -> None:
    books = Books()
    books.gate.set()

    async def refuse(_work: Work, wishes: Sequence[int]) -> Sequence[Exception]:
        return [KeyError(wish) for wish in wishes]

    (answer,) = await asyncio.gather(Together(books.begin, refuse).put(7))
    assert isinstance(answer, KeyError) and answer.args == (7,)


async def test_whoever_goes_away_holds_up_nobody() -> None:
    books = Books()
    together = Together(books.begin, books.double)
    gone, stays = asyncio.create_task(together.put(1)), asyncio.create_task(together.put(2))
    await books.begun.wait()
    gone.cancel()
    with suppress(asyncio.CancelledError):
        await gone
    books.gate.set()
    assert await stays == 4


async def test_a_database_that_is_away_is_told_to_all() -> None:
    class Away(Books):
        @asynccontextmanager
        async def begin(self) -> AsyncIterator[Work]:
            async with super().begin():
                raise OSError("nobody there")
            yield  # type: ignore[unreachable]

    books = Away()
    books.gate.set()
    together = Together(books.begin, books.double)
    answers = await asyncio.gather(*(together.put(number) for number in (1, 2)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["nobody there"] * 2
    with pytest.raises(OSError, match="nobody there"):
        await together.put(3)
