"""Papers are numbered without gaps and without doubles, whoever draws at once and whatever fails, on each database."""

import asyncio

from sqlalchemy import select
from sqlmodel import col

from payments.numbering import PaperKind
from storage.database import Database
from storage.tables import Paper, PaymentRequest
from storage.work import Work
from tests.storage.rows import NOON, Case, a_case
from tests.storage.test_laws_on_databases import MANY, race

ROUNDS = 3


class Torn(Exception):
    """The transaction does not go through."""


async def a_request(database: Database, case: Case) -> int:
    async with database.begin() as work:
        request = PaymentRequest(
            code="c", team_id=case.team, conversation_id=case.conversation, asked_by_id=case.agent, amount_minor=100,
            currency="EUR", description="d", gateway="stripe", expires_at=NOON, made_at=NOON,
        )  # fmt: skip
        await work.payments.add(request)
        return request.id


async def draw(work: Work, case: Case, request_id: int, *, year: int = 2026, live: bool = True) -> int:
    """Issue a receipt; its number."""
    number = await work.papers.next_number(case.team, PaperKind.RECEIPT, year, live=live)
    await work.papers.add(
        Paper(
            team_id=case.team, request_id=request_id, kind=PaperKind.RECEIPT, live=live, year=year, number=number,
            name=str(number), body="{}", issued_at=NOON,
        )
    )  # fmt: skip
    return number


async def kept(database: Database, *, live: bool = True) -> list[int]:
    async with database.begin() as work:
        asked = select(col(Paper.number)).where(col(Paper.live).is_(live)).order_by(col(Paper.number))
        return list((await work.session.execute(asked)).scalars())


async def test_many_at_once_draw_one_number_each_from_the_first_of_the_year_on(database: Database) -> None:
    case = await a_case(database)
    request_id = await a_request(database, case)

    async def one(work: Work, number: int) -> int:
        return await draw(work, case, request_id)

    told = [number for _ in range(ROUNDS) for number in await race(database, one)]
    assert sorted(told) == list(range(1, ROUNDS * MANY + 1))
    assert await kept(database) == sorted(told)


async def test_what_is_rolled_back_leaves_no_gap(database: Database) -> None:
    case = await a_case(database)
    request_id = await a_request(database, case)

    async def one(work: Work, number: int) -> int:
        drawn = await draw(work, case, request_id)
        if number % 2:
            raise Torn
        return drawn

    told = [each for _ in range(ROUNDS) for each in await race(database, one)]
    drawn = [each for each in told if isinstance(each, int)]
    assert len(drawn) == ROUNDS * MANY // 2 and all(isinstance(each, Torn) for each in told if each not in drawn), told
    assert await kept(database) == sorted(drawn) == list(range(1, len(drawn) + 1))


async def test_who_draws_second_waits_until_the_first_has_committed(database: Database) -> None:
    case = await a_case(database)
    request_id = await a_request(database, case)
    first_has_drawn, order = asyncio.Event(), list[str]()

    async def first() -> None:
        async with database.begin() as work:
            await draw(work, case, request_id)
            first_has_drawn.set()
            # A round trip on the same connection: the other has every chance to overtake.
            await work.people.teams()
            order.append("first")

    async def second() -> int:
        await first_has_drawn.wait()
        async with database.begin() as work:
            number = await draw(work, case, request_id)
            order.append("second")
            return number

    _, number = await asyncio.gather(first(), second())
    assert (number, order) == (2, ["first", "second"])


async def test_years_kinds_and_test_money_have_sequences_of_their_own(database: Database) -> None:
    case = await a_case(database)
    request_id = await a_request(database, case)
    async with database.begin() as work:
        drawn = [await draw(work, case, request_id, year=year, live=live) for year, live in SEQUENCES]
        notes = await work.papers.next_number(case.team, PaperKind.CREDIT_NOTE, 2026, live=True)
    assert (drawn, notes) == ([1, 1, 1, 2, 2], 1)


SEQUENCES = ((2026, True), (2027, True), (2026, False), (2026, True), (2026, False))
