"""Coupons are counted by the database, whoever comes at the same moment, on each kind of it."""

from storage.database import Database
from storage.tables import Coupon, PaymentRequest
from storage.work import Work
from tests.storage.rows import NOON, Case, a_case
from tests.storage.test_laws_on_databases import MANY, race


async def _requests(database: Database, case: Case) -> list[int]:
    made = []
    async with database.begin() as work:
        for number in range(MANY):
            request = PaymentRequest(
                code=f"c{number}", team_id=case.team, conversation_id=case.conversation, asked_by_id=case.agent,
                amount_minor=100, currency="EUR", description="d", gateway="stripe", expires_at=NOON, made_at=NOON,
            )  # fmt: skip
            await work.payments.add(request)
            made.append(request.id)
    return made


async def _coupon(database: Database, case: Case, most_uses: int) -> int:
    async with database.begin() as work:
        coupon = Coupon(team_id=case.team, code="SPRING", percent=1000, most_uses=most_uses)
        await work.pricing.add(coupon)
        return coupon.id


async def _used(database: Database, coupon_id: int) -> int:
    async with database.begin() as work:
        return (await work.pricing.coupon_by_id(coupon_id)).used


async def test_of_many_who_use_a_coupon_at_once_no_more_have_it_than_may(database: Database) -> None:
    case = await a_case(database)
    requests, coupon_id = await _requests(database, case), await _coupon(database, case, 3)

    async def use(work: Work, number: int) -> bool:
        return await work.pricing.use(coupon_id, requests[number])

    told = await race(database, use)
    assert sorted(told) == [False] * (MANY - 3) + [True] * 3
    assert await _used(database, coupon_id) == 3


async def test_what_ends_unpaid_gives_its_use_back_once(database: Database) -> None:
    case = await a_case(database)
    requests, coupon_id = await _requests(database, case), await _coupon(database, case, 1)
    async with database.begin() as work:
        assert await work.pricing.use(coupon_id, requests[0])
    for _ in range(2):
        async with database.begin() as work:
            await work.pricing.free(requests[0])
    assert await _used(database, coupon_id) == 0
    async with database.begin() as work:
        assert await work.pricing.use(coupon_id, requests[1])
        for _ in range(2):
            await work.pricing.use_after_all(coupon_id, requests[0])
    assert await _used(database, coupon_id) == 2
