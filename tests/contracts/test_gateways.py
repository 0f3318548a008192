"""What every gateway promises, whoever it is."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from payments.errors import AmountRefused, BadSignature, NotConfigured, OutcomeUnknown, Unavailable
from payments.facts import Expected, FactKind, misfit
from payments.machine import State, settle
from payments.money import Money
from payments.registry import GATEWAYS
from sandbox.faults import Fault
from tests.contracts.gateways import PRICE, TILLS, Till, heard, opened, order, read

EXPECTED = Expected(reference="ord_1", asked=PRICE, live=False)
PART = Money(900, "USD")


@pytest.fixture(params=sorted(TILLS))
async def till(request: pytest.FixtureRequest) -> AsyncIterator[Till]:
    async with TILLS[request.param]() as ready:
        yield ready


def test_every_gateway_keeps_the_contract() -> None:
    assert sorted(TILLS) == sorted(GATEWAYS)


async def test_a_checkout_opens_on_the_gateways_own_page(till: Till) -> None:
    link = await opened(till)
    assert link.url.startswith(till.world.public_url)
    assert till.world.clock.now() < link.expires_at
    assert await till.gateway.look_up(link.checkout_ref) == ()


async def test_the_same_key_opens_the_same_checkout(till: Till) -> None:
    same = order(till)
    assert await till.gateway.open_checkout(same) == await till.gateway.open_checkout(same)


async def test_a_paid_link_reports_the_full_amount(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    captured = [fact for fact in heard(till) if fact.kind is FactKind.CAPTURED]
    assert {fact.captured for fact in captured} == {PRICE}
    assert [misfit(fact, EXPECTED) for fact in captured] == [None] * len(captured)
    assert settle(heard(till), PRICE).state is State.PAID


async def test_webhook_and_poll_tell_the_same_story(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    polled = await till.gateway.look_up(link.checkout_ref)
    assert settle(polled, PRICE) == settle(heard(till), PRICE) == settle([*polled, *heard(till)], PRICE)
    assert {fact.payment_ref for fact in polled} == {fact.payment_ref for fact in heard(till)}
    assert polled[0].receipt_url.startswith("http")
    assert misfit(polled[0], EXPECTED) is None


async def test_a_decline_is_told_with_its_reason_and_can_be_made_good(till: Till) -> None:
    link = await opened(till)
    await till.declines(link.checkout_ref)
    assert settle(heard(till), PRICE).state is State.FAILED
    (failed,) = await till.gateway.look_up(link.checkout_ref)
    assert (failed.kind, failed.detail != "") == (FactKind.FAILED, True)
    await till.pays(link.checkout_ref)
    assert settle(heard(till), PRICE).state is State.PAID


async def test_a_changed_byte_is_refused(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    body, headers = till.delivered.posts[0]
    with pytest.raises(BadSignature):
        read(till, (body.replace(b"4900", b"4901"), headers))


async def test_an_old_webhook_is_refused(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    till.world.clock.jump(timedelta(minutes=6))
    with pytest.raises(BadSignature):
        heard(till)


async def test_every_webhook_has_its_own_id(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    ids = [fact.event_id for fact in heard(till)]
    assert len(ids) == len(set(ids))
    assert "" not in ids


async def test_an_expired_page_says_so_and_may_be_expired_again(till: Till) -> None:
    link = await opened(till)
    await till.gateway.expire(link.checkout_ref)
    await till.gateway.expire(link.checkout_ref)
    assert settle(await till.gateway.look_up(link.checkout_ref), PRICE).state is State.EXPIRED


async def test_expiring_a_paid_page_changes_nothing(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    await till.gateway.expire(link.checkout_ref)
    assert settle(await till.gateway.look_up(link.checkout_ref), PRICE).state is State.PAID


async def test_refunds_in_parts_carry_the_total(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    payment = heard(till)[0].payment_ref or (await till.gateway.look_up(link.checkout_ref))[0].payment_ref
    first = await till.gateway.refund(payment, PART, key="back_1", reason="left early")
    assert (first.kind, first.refunded) == (FactKind.REFUNDED, PART)
    rest = await till.gateway.refund(payment, PRICE - PART, key="back_2", reason="left early")
    assert rest.refunded == PRICE
    settled = settle([*await till.gateway.look_up(link.checkout_ref), first, rest], PRICE)
    assert (settled.state, settled.refunded) == (State.REFUNDED, PRICE)


async def test_the_same_key_refunds_once(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    payment = (await till.gateway.look_up(link.checkout_ref))[0].payment_ref
    for _ in range(2):
        await till.gateway.refund(payment, PART, key="back_1", reason="left early")
    assert settle(await till.gateway.look_up(link.checkout_ref), PRICE).refunded == PART


async def test_more_than_is_left_is_not_refunded(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    payment = (await till.gateway.look_up(link.checkout_ref))[0].payment_ref
    with pytest.raises(AmountRefused):
        await till.gateway.refund(payment, PRICE + PART, key="back_1", reason="too much")


async def test_a_refund_made_elsewhere_is_seen(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    await till.refunds_elsewhere(link.checkout_ref, PART)
    polled = settle(await till.gateway.look_up(link.checkout_ref), PRICE)
    assert (polled.state, polled.refunded) == (State.PART_REFUNDED, PART)
    assert settle([*heard(till), *await till.gateway.look_up(link.checkout_ref)], PRICE).state is State.PART_REFUNDED


async def test_no_answer_is_an_unknown_outcome_and_the_same_key_finds_out(till: Till) -> None:
    same = order(till)
    till.trouble(Fault.TIMEOUT)
    with pytest.raises(OutcomeUnknown):
        await till.gateway.open_checkout(same)
    till.world.faults.clear()
    assert (await till.gateway.open_checkout(same)).url


async def test_a_broken_gateway_is_an_unknown_outcome(till: Till) -> None:
    till.trouble(Fault.SERVER_ERROR)
    with pytest.raises(OutcomeUnknown):
        await opened(till)


async def test_a_busy_gateway_is_unavailable(till: Till) -> None:
    till.trouble(Fault.RATE_LIMITED)
    with pytest.raises(Unavailable):
        await opened(till)


async def test_too_small_a_sum_is_refused_with_a_sentence(till: Till) -> None:
    with pytest.raises(AmountRefused, match=r"\w"):
        await opened(till, amount=Money(1, "USD"))


async def test_limits_are_those_the_gateway_keeps(till: Till) -> None:
    taken = till.gateway.limits("USD")
    assert taken is not None
    assert (await opened(till, amount=taken.minimum)).url
    with pytest.raises(AmountRefused):
        await opened(till, amount=taken.minimum - Money(1, "USD"), key="key_2")
    assert till.gateway.limits("XTR") is None


async def test_an_unknown_checkout_is_a_matter_for_the_operator(till: Till) -> None:
    with pytest.raises(NotConfigured):
        await till.gateway.look_up("cs_test_unknown")


async def test_the_check_tells_whose_account_it_is(till: Till) -> None:
    account = await till.gateway.check()
    assert account.name
    assert (account.live, account.faults) == (False, ())
