"""The laws that unique keys and locks carry hold in every race, on each kind of database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col

from payments.facts import FactKind, Source
from payments.machine import State
from storage.bookings import SlotTaken, Taken, cells_of
from storage.database import Database
from storage.intake import Arrival
from storage.tables import (
    BookedCell,
    Booking,
    BookingState,
    Checkout,
    GatewayFact,
    Inbox,
    PaymentRequest,
    Service,
    SpokenMessage,
)
from storage.work import Work
from tests.storage.rows import NOON, Case, a_case

MANY = 8
HALF = timedelta(minutes=30)


@pytest_asyncio.fixture
async def case(database: Database) -> Case:
    return await a_case(database)


@pytest_asyncio.fixture
async def service(database: Database, case: Case) -> Service:
    made = Service(team_id=case.team, slug="s", name="S", minutes=30, price_minor=1, currency="EUR")
    async with database.begin() as work:
        await work.people.add(made)
    return made


async def race(database: Database, act: Callable[[Work, int], Awaitable[Any]]) -> Sequence[Any]:
    """Several transactions at once; what each returned or raised."""
    begun = asyncio.Barrier(1 if database.url.get_backend_name() == "sqlite" else MANY)

    async def one(number: int) -> Any:
        async with database.begin() as work:
            await work.people.teams()
            # All of them are in the middle of a transaction; SQLite lets in one after the other.
            await begun.wait()
            return await act(work, number)

    return await asyncio.gather(*(one(number) for number in range(MANY)), return_exceptions=True)


def booking(case: Case, service: Service, number: int) -> Booking:
    """Half an hour that begins a little later each time, so that every two of them overlap."""
    starts = NOON + timedelta(minutes=5 * (number % 3))
    return Booking(
        team_id=case.team, service_id=service.id, customer_id=case.customer, agent_id=case.agent, starts_at=starts,
        ends_at=starts + timedelta(minutes=30), busy_until=starts + timedelta(minutes=30), state=BookingState.HELD,
        hold_until=NOON + timedelta(days=9999), uid=str(number), made_at=NOON,
    )  # fmt: skip


async def test_of_many_who_want_a_slot_one_gets_it(database: Database, case: Case, service: Service) -> None:
    async def hold(work: Work, number: int) -> int:
        await work.bookings.hold(booking(case, service, number))
        return number

    told = await race(database, hold)
    won = [each for each in told if isinstance(each, int)]
    assert len(won) == 1 and all(isinstance(each, SlotTaken) for each in told if each not in won), told
    async with database.begin() as work:
        assert (await work.session.execute(select(func.count(col(BookedCell.id))))).scalar_one() == 6
        assert (await work.session.execute(select(col(Booking.uid)))).scalars().all() == [str(won[0])]


async def test_of_many_bookings_that_move_to_a_slot_one_gets_it_and_the_others_stay(
    database: Database, case: Case, service: Service
) -> None:
    there: dict[int, datetime] = {}
    async with database.begin() as work:
        for number in range(MANY):
            one = booking(case, service, 0)
            one.uid, one.state, one.hold_until = str(number), BookingState.CONFIRMED, None
            one.starts_at = NOON + number * HALF
            one.ends_at = one.busy_until = one.starts_at + HALF
            await work.bookings.hold(one)
            there[one.id] = one.starts_at

    async def move(work: Work, number: int) -> int:
        mine = await work.bookings.get(list(there)[number])
        assert mine is not None
        starts = NOON + timedelta(days=1, minutes=5 * (number % 3))
        await work.bookings.move(mine, Taken(case.agent, starts, starts + HALF), starts + HALF)
        return mine.id

    told = await race(database, move)
    won = [each for each in told if isinstance(each, int)]
    assert len(won) == 1 and all(isinstance(each, SlotTaken) for each in told if each not in won), told
    async with database.begin() as work:
        assert (await work.session.execute(select(func.count(col(BookedCell.id))))).scalar_one() == 6 * MANY
        kept = (await work.session.execute(select(Booking))).scalars().all()
        assert {one.id for one in kept if one.starts_at != there[one.id]} == set(won)


async def test_bookings_of_two_agents_that_change_places_at_once_end_no_transaction(
    database: Database, case: Case, service: Service
) -> None:
    async with database.begin() as work:
        other = await work.people.meet(case.account, "other", name="O")
        first, second = booking(case, service, 0), booking(case, service, 0)
        second.uid, second.agent_id = "second", other.id
        for one in (first, second):
            one.state, one.hold_until = BookingState.CONFIRMED, None
            await work.bookings.hold(one)
    places = {first.id: other.id, second.id: case.agent}

    async def swap(work: Work, number: int) -> None:
        mine = await work.bookings.get((first.id, second.id)[number % 2])
        assert mine is not None
        await work.bookings.move(mine, Taken(places[mine.id], NOON, NOON + HALF), NOON + HALF)

    told = await race(database, swap)
    assert all(isinstance(each, SlotTaken) for each in told), told


async def test_a_booking_moves_onto_a_part_of_its_own_time(database: Database, case: Case, service: Service) -> None:
    starts, ends = NOON + timedelta(minutes=15), NOON + timedelta(minutes=45)
    async with database.begin() as work:
        mine = booking(case, service, 0)
        await work.bookings.hold(mine)
        await work.bookings.move(mine, Taken(case.agent, starts, ends), ends)
    async with database.begin() as work:
        asked = select(col(BookedCell.starts_at)).order_by(col(BookedCell.starts_at))
        assert (await work.session.execute(asked)).scalars().all() == cells_of(starts, ends)


async def test_of_many_who_claim_a_case_one_holds_it(database: Database, case: Case) -> None:
    async with database.begin() as work:
        agents = [await work.people.meet(case.account, f"a{number}", name="A") for number in range(MANY)]

    async def claim(work: Work, number: int) -> bool:
        return await work.talk.claim(case.conversation, agents[number].id)

    told = await race(database, claim)
    assert sorted(told) == [False] * (MANY - 1) + [True]
    async with database.begin() as work:
        held = await work.talk.conversation(case.conversation)
        assert held is not None and held.holder_id == agents[told.index(True)].id
        assert await work.talk.claim(case.conversation, agents[told.index(True)].id), "to claim twice changes nothing"


async def test_what_comes_in_many_times_at_once_is_taken_once(database: Database, case: Case) -> None:
    async def take(work: Work, number: int) -> bool:
        await work.inbox.take_in([Arrival("telegram:1", "update 7", "l", "k", str(number))])
        return True

    assert await race(database, take) == [True] * MANY
    async with database.begin() as work:
        kept = (await work.session.execute(select(col(Inbox.body)))).scalars().all()
    assert len(kept) == 1


async def test_what_came_in_is_taken_again_when_the_first_who_took_it_failed(database: Database, case: Case) -> None:
    async def take(work: Work, number: int) -> bool:
        await work.inbox.take_in([Arrival("telegram:1", "update 7", "l", "k", str(number))])
        if number < MANY // 2:
            raise RuntimeError
        return True

    told = await race(database, take)
    # Where those who wait for a transaction that fails make a deadlock of it, the server ends some of them.
    again = [number for number, each in enumerate(told) if isinstance(each, OperationalError)]
    for number in again:
        async with database.begin() as work:
            await take(work, max(number, MANY // 2))
    assert told.count(True) + len(again) >= MANY - MANY // 2, told
    async with database.begin() as work:
        kept = (await work.session.execute(select(col(Inbox.body)))).scalars().all()
    assert [int(body) >= MANY // 2 for body in kept] == [True]


async def test_versions_of_a_conversation_leave_no_gap_and_are_given_once(database: Database, case: Case) -> None:
    async def say(work: Work, number: int) -> int:
        version = await work.talk.next_version(case.conversation)
        await work.talk.add(message(case, version))
        return version

    assert sorted(await race(database, say)) == list(range(1, MANY + 1))


def message(case: Case, version: int, key: str | None = None) -> SpokenMessage:
    return SpokenMessage(conversation_id=case.conversation, card_key=key, body="{}", version=version, said_at=NOON)


async def test_a_card_is_there_once_and_words_without_a_key_as_often_as_said(database: Database, case: Case) -> None:
    async with database.begin() as work:
        for version, key in enumerate((None, None, None, "case", "pay:1"), start=1):
            await work.talk.add(message(case, version, key))
    with pytest.raises(IntegrityError):
        async with database.begin() as work:
            await work.talk.add(message(case, 6, "case"))


async def test_after_a_broken_key_in_a_savepoint_the_transaction_goes_on(database: Database, case: Case) -> None:
    async with database.begin() as work:
        await work.talk.add(message(case, 1, "case"))
        with pytest.raises(IntegrityError):
            async with work.session.begin_nested():
                await work.talk.add(message(case, 2, "case"))
        await work.talk.add(message(case, 3, "other"))
    async with database.begin() as work:
        kept = await work.session.execute(select(col(SpokenMessage.version)).order_by(col(SpokenMessage.version)))
        assert kept.scalars().all() == [1, 3]


async def a_checkout(database: Database, case: Case) -> tuple[int, int]:
    """A request with an open checkout; their numbers."""
    async with database.begin() as work:
        request = PaymentRequest(
            code="c", team_id=case.team, conversation_id=case.conversation, asked_by_id=case.agent, amount_minor=100,
            currency="EUR", description="d", gateway="stripe", expires_at=NOON, made_at=NOON,
        )  # fmt: skip
        await work.payments.add(request)
        checkout = Checkout(
            request_id=request.id, gateway="stripe", reference="r", checkout_ref="cs_1", expires_at=NOON, made_at=NOON
        )
        await work.payments.add(checkout)
        return request.id, checkout.id


async def test_facts_that_arrive_together_see_each_other(database: Database, case: Case) -> None:
    request_id, checkout_id = await a_checkout(database, case)

    async def hear(work: Work, number: int) -> int:
        found = await work.payments.checkout_for("stripe", checkout_ref="cs_1", reference="", payment_ref="")
        await work.payments.request(request_id)
        assert found is not None
        told = await work.payments.keep_fact(
            GatewayFact(
                gateway="stripe", event_key=f"e{number}", checkout_id=checkout_id, kind=FactKind.CAPTURED,
                source=Source.WEBHOOK, body="{}", heard_at=NOON,
            )
        )  # fmt: skip
        assert told
        return len(await work.payments.facts_of(checkout_id))

    assert sorted(await race(database, hear)) == list(range(1, MANY + 1))


async def test_under_the_lock_a_request_and_its_checkout_read_as_they_are_now(database: Database, case: Case) -> None:
    request_id, checkout_id = await a_checkout(database, case)

    async def pay(work: Work, number: int) -> tuple[str, str]:
        early, checkout = await work.payments.request_by_code("c"), await work.payments.checkout(checkout_id)
        request = await work.payments.request(request_id)
        assert early is request and request is not None and checkout is not None
        seen = request.payment_ref, checkout.payment_ref
        request.payment_ref = checkout.payment_ref = f"pi_{number}"
        request.state = State.PAID
        return seen

    seen = await race(database, pay)
    assert len({request for request, _ in seen}) == MANY, "each saw what the one before it had written"
    assert all(request == checkout for request, checkout in seen)


async def test_a_hold_that_is_confirmed_while_it_runs_out_is_not_taken_away(
    database: Database, case: Case, service: Service
) -> None:
    async with database.begin() as work:
        held = booking(case, service, 0)
        held.hold_until = work.now - timedelta(microseconds=1)
        work.session.add(held)

    async def confirm_or_sweep(work: Work, number: int) -> str:
        if number % 2:
            await work.bookings.let_lapse(case.agent if number % 3 else None)
            return ""
        mine = await work.bookings.get(held.id)
        assert mine is not None
        if mine.state is BookingState.HELD:
            mine.state, mine.hold_until = BookingState.CONFIRMED, None
        return mine.state

    told = [each for each in await race(database, confirm_or_sweep) if each != ""]
    assert len(set(told)) == 1, told
    async with database.begin() as work:
        now = await work.bookings.get(held.id)
        assert now is not None and now.state == told[0]
