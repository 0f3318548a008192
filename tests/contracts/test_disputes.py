"""What gateways with disputes promise: told with its deadline by webhook and when asked, and how it ended; and fees."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from payments.facts import Fact, FactKind
from payments.gateway import Capability
from payments.machine import State, settle
from sandbox.paypal.account import Account as PayPalTwin
from sandbox.razorpay.account import Account as RazorpayTwin
from sandbox.stripe.account import Account as StripeTwin
from tests.contracts.counter import Till, heard, opened, price
from tests.contracts.tills import TILLS

WITH_DISPUTES = ("paypal", "razorpay", "stripe")


@pytest_asyncio.fixture(params=WITH_DISPUTES)
async def till(request: pytest.FixtureRequest) -> AsyncIterator[Till]:
    async with TILLS[request.param]() as ready:
        yield ready


def twin(till: Till) -> PayPalTwin | RazorpayTwin | StripeTwin:
    there = getattr(till.counter.cast, till.gateway.name)
    assert isinstance(there, PayPalTwin | RazorpayTwin | StripeTwin)
    return there


def state(till: Till, facts: Sequence[Fact]) -> State:
    return settle(facts, price(till)).state


def deadlines(facts: Sequence[Fact]) -> set[datetime | None]:
    return {fact.answer_by for fact in facts if fact.kind is FactKind.DISPUTED}


@pytest.mark.parametrize("name", sorted(TILLS))
async def test_who_declares_disputes_keeps_this_contract(name: str) -> None:
    async with TILLS[name]() as there:
        assert (Capability.DISPUTES in there.gateway.capabilities) is (name in WITH_DISPUTES)


@pytest.mark.parametrize(("won", "end"), [(True, State.DISPUTE_WON), (False, State.DISPUTE_LOST)])
async def test_a_dispute_is_told_with_its_deadline_and_can_be_looked_up(till: Till, won: bool, end: State) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    dispute = await twin(till).dispute(link.checkout_ref)
    told, polled = await heard(till), await till.gateway.look_up(link.checkout_ref)
    assert state(till, told) is state(till, polled) is State.DISPUTED
    (deadline,) = deadlines(told) | deadlines(polled)
    assert deadline is not None and deadline > till.counter.world.clock.now()
    till.counter.world.clock.jump(timedelta(minutes=1))
    await twin(till).close_dispute(dispute, won=won)
    assert state(till, await heard(till)) is end
    assert state(till, await till.gateway.look_up(link.checkout_ref)) is end


async def test_what_the_gateway_keeps_is_told_when_asked(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    (fee,) = {fact.fee for fact in await till.gateway.look_up(link.checkout_ref) if fact.kind is FactKind.CAPTURED}
    assert fee is not None and 0 < fee.minor < price(till).minor // 10
    assert fee.currency == till.habits.currency
