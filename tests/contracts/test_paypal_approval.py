"""What is PayPal's alone: the buyer approves, and the money moves when whoever finds the approval asks for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from payments.errors import BadSignature
from payments.facts import Fact, FactKind
from payments.machine import State, settle
from sandbox.faults import Fault, Rule
from sandbox.paypal import PayPal as Twin
from tests.contracts.counter import Till, heard, opened, price, read
from tests.contracts.tills.paypal import paypal_till


@pytest.fixture
async def till() -> AsyncIterator[Till]:
    async with paypal_till() as ready:
        yield ready


def twin(till: Till) -> Twin:
    return till.counter.cast.paypal


async def until_told(till: Till, kind: str) -> None:
    posts = till.counter.delivered.posts
    await till.counter.world.until(lambda: any(kind.encode() in body for body, _ in posts))


def state(till: Till, facts: Sequence[Fact]) -> State:
    return settle(facts, price(till)).state


async def test_the_webhook_of_the_approval_is_enough(till: Till) -> None:
    link = await opened(till)
    await twin(till).pay(link.checkout_ref)
    (approval,) = till.counter.delivered.posts
    assert state(till, await read(till, approval)) is State.PAID
    await until_told(till, "PAYMENT.CAPTURE.COMPLETED")
    assert state(till, await heard(till)) is State.PAID


async def test_webhook_return_page_and_poll_at_once_capture_once(till: Till) -> None:
    link = await opened(till)
    await twin(till).pay(link.checkout_ref)
    (approval,) = till.counter.delivered.posts
    asked = [till.gateway.look_up(link.checkout_ref) for _ in range(3)]
    told = await asyncio.gather(*asked, read(till, approval), read(till, approval))
    assert len(twin(till).captures) == 1
    assert {fact.payment_ref for facts in told for fact in facts if fact.kind is FactKind.CAPTURED} == set(
        twin(till).captures
    )


async def test_an_answer_lost_on_the_way_is_found_by_asking_again(till: Till) -> None:
    link = await opened(till)
    await twin(till).pay(link.checkout_ref)
    till.counter.world.faults.add(Rule("paypal", Fault.TIMEOUT, method="/capture"))
    assert state(till, await till.gateway.look_up(link.checkout_ref)) is State.PAID
    assert len(twin(till).captures) == 1


@pytest.mark.parametrize(("succeeded", "end"), [(True, State.PAID), (False, State.FAILED)])
async def test_an_echeck_is_on_its_way_until_it_clears_or_bounces(till: Till, succeeded: bool, end: State) -> None:
    link = await opened(till)
    await twin(till).pay_later(link.checkout_ref)
    assert state(till, await till.gateway.look_up(link.checkout_ref)) is State.PROCESSING
    await until_told(till, "PAYMENT.CAPTURE.PENDING")
    till.counter.world.clock.jump(timedelta(days=3))
    await twin(till).settle(link.checkout_ref, succeeded=succeeded)
    assert state(till, await heard(till)) is end
    assert state(till, await till.gateway.look_up(link.checkout_ref)) is end


async def test_an_approval_taken_back_and_a_page_that_lapsed_are_no_money(till: Till) -> None:
    link = await opened(till)
    await twin(till).pay(link.checkout_ref)
    await twin(till).reverse_approval(link.checkout_ref)
    facts = await read(till, till.counter.delivered.posts[-1])
    assert state(till, facts) is State.FAILED
    till.counter.world.clock.jump(timedelta(hours=4))
    assert state(till, await till.gateway.look_up(link.checkout_ref)) is State.EXPIRED


async def test_tokens_that_paypal_forgot_are_not_noticed(till: Till) -> None:
    twin(till).forget_tokens()
    link = await opened(till)
    twin(till).forget_tokens()
    assert await till.gateway.look_up(link.checkout_ref) == ()


async def test_where_the_certificate_cannot_be_had_paypal_vouches_for_its_webhooks(till: Till) -> None:
    till.counter.world.faults.add(Rule("paypal", Fault.SERVER_ERROR, count=100, method="/v1/notifications/certs"))
    link = await opened(till)
    await till.pays(link.checkout_ref)
    body, headers = till.counter.delivered.posts[-1]
    assert state(till, await read(till, (body, headers))) is State.PAID
    with pytest.raises(BadSignature):
        await read(till, (body.replace(b"49.00", b"49.01"), headers))
    assert [call.method for call in till.counter.world.wire if call.method.endswith("signature")]


async def test_no_token_and_no_secret_stand_on_the_wire(till: Till) -> None:
    await till.gateway.check()
    await opened(till)
    shown = "".join(call.request + call.response for call in till.counter.world.wire)
    assert "A21AA***" in shown
    assert till.counter.world.secrets.paypal_client_secret not in shown
