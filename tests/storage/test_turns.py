import asyncio

from hypothesis import given
from hypothesis import strategies as st

from storage.turns import Turns


async def _played(wishes: list[bool]) -> list[int]:
    """Everybody asks at once, behind somebody who has the turn; the order in which they get it."""
    turns, order, inside = Turns(), list[int](), 0

    async def one(number: int, *, urgent: bool) -> None:
        nonlocal inside
        async with turns.turn(urgent=urgent):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            order.append(number)
            inside -= 1

    async with turns.turn(urgent=False):
        tasks = [asyncio.create_task(one(number, urgent=urgent)) for number, urgent in enumerate(wishes)]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    return order


@given(st.lists(st.booleans(), max_size=12))
def test_the_urgent_go_first_and_nobody_waits_for_ever(wishes: list[bool]) -> None:
    order = asyncio.run(_played(wishes))
    assert sorted(order) == list(range(len(wishes)))
    urgent, others = [n for n in order if wishes[n]], [n for n in order if not wishes[n]]
    assert urgent == sorted(urgent) and others == sorted(others)
    if urgent:
        assert order[0] == urgent[0]
    both = min(len(urgent), len(others))
    assert [wishes[n] for n in order[: 2 * both]] == [True, False] * both


async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    turns = Turns()

    async def wait() -> None:
        async with turns.turn(urgent=True):
            raise AssertionError("it was cancelled before")

    async with turns.turn(urgent=False):
        gone = asyncio.create_task(wait())
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
    assert gone.cancelled()
    async with asyncio.timeout(5), turns.turn(urgent=False):
        pass


async def test_a_turn_that_is_given_to_one_who_leaves_goes_on_to_the_next() -> None:
    turns, reached = Turns(), asyncio.Event()

    async def wait(said: asyncio.Event | None = None) -> None:
        async with turns.turn(urgent=False):
            if said:
                said.set()

    async with turns.turn(urgent=False):
        gone = asyncio.create_task(wait())
        after = asyncio.create_task(wait(reached))
        await asyncio.sleep(0)
    gone.cancel()
    async with asyncio.timeout(5):
        await reached.wait()
    await after
