"""What every gateway promises, whoever it is."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from payments.errors import AmountRefused, BadSignature, NotConfigured, OutcomeUnknown, Unavailable
from payments.facts import Expected, FactKind, misfit
from payments.gateway import Capability
from payments.machine import ENDED, State, settle
from payments.money import Money
from payments.registry import EVERY
from sandbox.faults import Fault
from tests.contracts.counter import Till, back, heard, opened, order, price, read
from tests.contracts.tills import TILLS

SENT_BACK = frozenset({FactKind.REFUND_PENDING, FactKind.REFUNDED})


def expected(till: Till) -> Expected:
    return Expected(reference="ord_1", asked=price(till), live=False)


def part(till: Till) -> Money:
    return Money(900, till.habits.currency)


def some(till: Till) -> Money:
    """What goes back at once: a part, where parts can go back."""
    return part(till) if Capability.PARTIAL_REFUND in till.gateway.capabilities else price(till)


@pytest.fixture(params=sorted(TILLS))
async def till(request: pytest.FixtureRequest) -> AsyncIterator[Till]:
    async with TILLS[request.param]() as ready:
        yield ready


@pytest.fixture(params=sorted(set(TILLS) - {"pretend"}))
async def wired(request: pytest.FixtureRequest) -> AsyncIterator[Till]:
    """A gateway behind a wire, where answers are lost; what pretends is in the same house as its journal."""
    async with TILLS[request.param]() as ready:
        yield ready


def test_every_gateway_keeps_the_contract() -> None:
    assert sorted(TILLS) == sorted(EVERY)


async def test_a_checkout_opens_on_the_gateways_own_page(till: Till) -> None:
    link = await opened(till)
    assert link.url.startswith(till.counter.world.public_url)
    assert till.counter.world.clock.now() < link.expires_at
    assert await till.gateway.look_up(link.checkout_ref) == ()


async def test_the_same_key_opens_the_same_checkout(till: Till) -> None:
    same = order(till)
    link = await till.gateway.open_checkout(same)
    if till.habits.repeats_links:
        assert await till.gateway.open_checkout(same) == link
    elif till.habits.fresh_links:
        assert (await till.gateway.open_checkout(same)).checkout_ref == link.checkout_ref
    else:
        with pytest.raises(OutcomeUnknown):
            await till.gateway.open_checkout(same)


async def test_a_paid_link_reports_the_full_amount(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    captured = [fact for fact in await heard(till) if fact.kind is FactKind.CAPTURED]
    assert {fact.captured for fact in captured} == {price(till)}
    assert [misfit(fact, expected(till)) for fact in captured] == [None] * len(captured)
    assert settle(await heard(till), price(till)).state is State.PAID


async def test_webhook_and_poll_tell_the_same_story(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    polled, told = await till.gateway.look_up(link.checkout_ref), await heard(till)
    assert settle(polled, price(till)) == settle(told, price(till)) == settle([*polled, *told], price(till))
    assert {fact.payment_ref for fact in polled} == {fact.payment_ref for fact in told}
    has_receipt = Capability.RECEIPT_LINK in till.gateway.capabilities
    assert polled[0].receipt_url.startswith("http") is has_receipt
    assert misfit(polled[0], expected(till)) is None


async def test_a_decline_is_told_with_its_reason_and_can_be_made_good(till: Till) -> None:
    link = await opened(till)
    await till.declines(link.checkout_ref)
    if till.habits.tells_declines:
        assert settle(await heard(till), price(till)).state is State.FAILED
        (failed,) = await till.gateway.look_up(link.checkout_ref)
        assert (failed.kind, failed.detail != "") == (FactKind.FAILED, True)
    await till.pays(link.checkout_ref)
    assert settle(await heard(till), price(till)).state is State.PAID


async def test_a_changed_byte_is_never_believed(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    body, headers = till.counter.delivered.posts[0]
    changed = body.replace(b"4900", b"4901").replace(b"49.00", b"49.01")
    assert changed != body
    if till.habits.signs_body:
        with pytest.raises(BadSignature):
            await read(till, (changed, headers))
    elif not till.habits.asks_sums:
        assert all(misfit(fact, expected(till)) for fact in await read(till, (changed, headers)))
    else:
        # Its header proves the sender and not the body, so the sums are asked for and not read.
        assert {fact.captured for fact in await read(till, (changed, headers))} == {price(till)}


async def test_an_old_webhook_is_refused_or_says_what_was_known(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    at_once = await heard(till)
    till.counter.world.clock.jump(timedelta(minutes=6))
    if till.habits.signs_time:
        with pytest.raises(BadSignature):
            await heard(till)
    else:
        assert [fact.event_id for fact in await heard(till)] == [fact.event_id for fact in at_once]


async def test_every_webhook_has_its_own_id(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    ids = [fact.event_id for fact in await heard(till)]
    assert len(ids) == len(set(ids))
    assert "" not in ids


async def test_an_expired_page_says_so_and_may_be_expired_again(till: Till) -> None:
    link = await opened(till)
    await till.gateway.expire(link.checkout_ref)
    await till.gateway.expire(link.checkout_ref)
    if Capability.EXPIRE in till.gateway.capabilities:
        assert settle(await till.gateway.look_up(link.checkout_ref), price(till)).state in ENDED


async def test_expiring_a_paid_page_changes_nothing(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    await till.gateway.expire(link.checkout_ref)
    assert settle(await till.gateway.look_up(link.checkout_ref), price(till)).state is State.PAID


async def test_refunds_in_parts_carry_the_total(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    payment = (await till.gateway.look_up(link.checkout_ref))[0].payment_ref
    if Capability.PARTIAL_REFUND not in till.gateway.capabilities:
        with pytest.raises(AmountRefused):
            await till.gateway.refund(payment, part(till), key=back(1), reason="left early")
        return
    first = await till.gateway.refund(payment, part(till), key=back(1), reason="left early")
    assert (first.kind in SENT_BACK, first.refunded) == (True, part(till))
    rest = await till.gateway.refund(payment, price(till) - part(till), key=back(2), reason="left early")
    assert rest.refunded == price(till)
    settled = settle([*await till.gateway.look_up(link.checkout_ref), first, rest], price(till))
    assert (settled.state, settled.refunded) == (State.REFUNDED, price(till))


async def test_the_same_key_refunds_once(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    payment = (await till.gateway.look_up(link.checkout_ref))[0].payment_ref
    for _ in range(2):
        await till.gateway.refund(payment, some(till), key=back(1), reason="left early")
    assert settle(await till.gateway.look_up(link.checkout_ref), price(till)).refunded == some(till)


async def test_more_than_is_left_is_not_refunded(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    payment = (await till.gateway.look_up(link.checkout_ref))[0].payment_ref
    with pytest.raises(AmountRefused):
        await till.gateway.refund(payment, price(till) + part(till), key=back(1), reason="too much")


async def test_a_refund_made_elsewhere_is_seen(till: Till) -> None:
    link = await opened(till)
    await till.pays(link.checkout_ref)
    await till.refunds_elsewhere(link.checkout_ref, some(till))
    polled = await till.gateway.look_up(link.checkout_ref)
    settled = settle(polled if till.habits.lists_refunds else await heard(till), price(till))
    end = State.REFUNDED if some(till) == price(till) else State.PART_REFUNDED
    assert (settled.state, settled.refunded) == (end, some(till))
    assert settle([*await heard(till), *polled], price(till)).state is end


async def test_no_answer_is_an_unknown_outcome_and_the_same_key_finds_out(wired: Till) -> None:
    same = order(wired)
    wired.counter.trouble(wired.gateway.name, Fault.TIMEOUT)
    with pytest.raises(OutcomeUnknown):
        await wired.gateway.open_checkout(same)
    wired.counter.world.faults.clear()
    if wired.habits.repeats_links or wired.habits.fresh_links:
        assert (await wired.gateway.open_checkout(same)).url
    else:
        with pytest.raises(OutcomeUnknown):
            await wired.gateway.open_checkout(same)


async def test_a_broken_gateway_is_an_unknown_outcome(wired: Till) -> None:
    wired.counter.trouble(wired.gateway.name, Fault.SERVER_ERROR)
    with pytest.raises(OutcomeUnknown):
        await opened(wired)


async def test_a_busy_gateway_is_unavailable(wired: Till) -> None:
    wired.counter.trouble(wired.gateway.name, Fault.RATE_LIMITED)
    with pytest.raises(Unavailable):
        await opened(wired)


async def test_too_small_a_sum_is_refused_with_a_sentence(till: Till) -> None:
    with pytest.raises(AmountRefused, match=r"\w"):
        await opened(till, amount=Money(till.habits.too_small, till.habits.currency))


async def test_limits_are_those_the_gateway_keeps(till: Till) -> None:
    taken = till.gateway.limits(till.habits.currency)
    assert taken is not None
    assert (await opened(till, amount=taken.minimum)).url
    with pytest.raises(AmountRefused):
        await opened(till, amount=taken.minimum - Money(1, till.habits.currency), key="key_0000002")
    assert till.gateway.limits(till.habits.foreign) is None


async def test_an_unknown_checkout_is_a_matter_for_the_operator(till: Till) -> None:
    if not till.habits.knows_checkouts:
        assert await till.gateway.look_up("cs_test_unknown") == ()
        return
    with pytest.raises(NotConfigured):
        await till.gateway.look_up("cs_test_unknown")


async def test_the_check_tells_whose_account_it_is(till: Till) -> None:
    account = await till.gateway.check()
    assert account.name
    assert (account.live, account.faults) == (False, ())
