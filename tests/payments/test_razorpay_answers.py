"""Razorpay's refunds and polls: what is sent, and how answers become facts."""

from collections.abc import Iterator

import pytest
import stamina

from payments.errors import NotConfigured, OutcomeUnknown
from payments.facts import FactKind
from payments.money import Money
from tests.payments.razorpay_desk import OPENED, ORDER, answering, lists, never, refuses, routing, says
from tests.payments.razorpay_payloads import DISPUTE, POLLED, REFUND, UNPAID
from tests.payments.razorpay_payloads import PAYMENT as PAID_PAYMENT

LINK, PAYMENT = UNPAID["id"], REFUND["payment_id"]


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


async def test_a_refund_is_sent_with_its_key_and_told_with_the_total() -> None:
    other = REFUND | {"id": "rfnd_other", "amount": 100}
    refused = REFUND | {"id": "rfnd_refused", "amount": 7, "status": "failed"}
    async with answering(says(REFUND), lists(REFUND, other, refused)) as (till, heard):
        fact = await till.refund(PAYMENT, Money(19000, "INR"), key="re_0123456789", reason="नहीं " * 100)
    assert [asked.line for asked in heard] == [
        f"POST /v1/payments/{PAYMENT}/refund",
        f"GET /v1/payments/{PAYMENT}/refunds?count=100",
    ]
    assert heard[0].headers["X-Refund-Idempotency"] == "re_0123456789"
    assert (heard[0].json["amount"], heard[0].json["speed"]) == (19000, "normal")
    assert len(heard[0].json["notes"]["reason"]) == 255
    assert (fact.kind, fact.refund_ref, fact.refunded) == (FactKind.REFUNDED, REFUND["id"], Money(19100, "INR"))


@pytest.mark.parametrize("key", ["short", "with a space in it", "नहीं-नहीं-नहीं", "x" * 65])
async def test_a_key_razorpay_would_not_take_is_digested_the_same_each_time(key: str) -> None:
    async with answering(says(REFUND), lists(REFUND), says(REFUND), lists(REFUND)) as (till, heard):
        for _ in range(2):
            await till.refund(PAYMENT, Money(19000, "INR"), key=key, reason="left early")
    first, again = (asked.headers["X-Refund-Idempotency"] for asked in heard[::2])
    assert first == again
    assert (len(first), first.isalnum()) == (64, True)


async def test_a_refund_in_doubt_is_asked_again_with_its_key() -> None:
    async with answering(never, refuses("In progress", 409), says(REFUND), lists(REFUND)) as (till, heard):
        await till.refund(PAYMENT, Money(19000, "INR"), key="re_0123456789", reason="left early")
    assert {asked.headers["X-Refund-Idempotency"] for asked in heard[:3]} == {"re_0123456789"}
    assert len({asked.body for asked in heard[:3]}) == 1


async def test_a_refund_that_was_made_is_told_even_when_the_total_cannot_be_had() -> None:
    async with answering(says(REFUND), refuses("Ours", 500, "SERVER_ERROR")) as (till, _):
        fact = await till.refund(PAYMENT, Money(19000, "INR"), key="re_0123456789", reason="left early")
    assert (fact.kind, fact.refunded) == (FactKind.REFUNDED, None)


ODD = [{}, {"id": None}, {"id": 7, "status": ["paid"]}, {"items": None, "payment_links": [7]}]


@pytest.mark.parametrize("odd", ODD)
async def test_an_answer_in_no_known_shape_is_an_unknown_outcome(odd: object) -> None:
    async with answering(says(odd)) as (till, _):
        for asked in (
            till.open_checkout(ORDER),
            till.open_upi_qr(ORDER),
            till.refund(PAYMENT, Money(100, "INR"), key="back_000001", reason="left early"),
        ):
            with pytest.raises(OutcomeUnknown):
                await asked


@pytest.mark.parametrize("odd", [{"status": "paid"}, {"id": 7, "status": ["paid"]}, POLLED | {"payments": [{}]}])
async def test_a_link_in_no_known_shape_is_an_unknown_outcome(odd: object) -> None:
    async with answering(says(odd)) as (till, _):
        with pytest.raises(OutcomeUnknown, match="cannot be read"):
            await till.look_up(LINK)


PAID = {
    f"GET /v1/payment_links/{LINK}": says(POLLED),
    f"GET /v1/payments/{PAYMENT}": says(PAID_PAYMENT),
    f"GET /v1/payments/{PAYMENT}/refunds": lists(REFUND),
    "GET /v1/disputes": lists(DISPUTE | {"payment_id": "pay_another"}, DISPUTE | {"status": "lost"}),
}


async def test_a_poll_finds_the_payment_its_refunds_and_its_dispute() -> None:
    async with routing(PAID) as (till, heard):
        captured, refunded, lost = await till.look_up(LINK)
    assert [fact.kind for fact in (captured, refunded, lost)] == [
        FactKind.CAPTURED,
        FactKind.REFUNDED,
        FactKind.DISPUTE_LOST,
    ]
    assert {fact.payment_ref for fact in (captured, refunded, lost)} == {PAYMENT}
    assert {asked.line for asked in heard} == {
        f"GET /v1/payment_links/{LINK}",
        f"GET /v1/payments/{PAYMENT}",
        f"GET /v1/payments/{PAYMENT}/refunds?count=100",
        "GET /v1/disputes?count=100",
    }
    assert captured.fee == Money(PAID_PAYMENT["fee"], "INR")


async def test_a_payment_is_told_without_its_fee_when_that_cannot_be_asked_for() -> None:
    async with routing(PAID | {f"GET /v1/payments/{PAYMENT}": refuses("Ours", 500, "SERVER_ERROR")}) as (till, _):
        captured, *_ = await till.look_up(LINK)
    assert (captured.captured, captured.payment_ref, captured.fee) == (Money(50000, "INR"), PAYMENT, None)


async def test_a_key_that_may_not_see_disputes_still_finds_the_payment() -> None:
    async with routing(PAID | {"GET /v1/disputes": refuses("Access denied", 403)}) as (till, _):
        assert [fact.kind for fact in await till.look_up(LINK)] == [FactKind.CAPTURED, FactKind.REFUNDED]


async def test_disputes_that_cannot_be_asked_for_now_are_not_passed_over() -> None:
    async with routing(PAID | {"GET /v1/disputes": refuses("Ours", 500, "SERVER_ERROR")}) as (till, _):
        with pytest.raises(OutcomeUnknown):
            await till.look_up(LINK)


async def test_a_link_that_cannot_be_closed_while_it_is_open_is_a_fault() -> None:
    routes = {f"POST /v1/payment_links/{LINK}/cancel": refuses("No."), f"GET /v1/payment_links/{LINK}": OPENED}
    async with routing(routes) as (till, _):
        with pytest.raises(NotConfigured, match="No"):
            await till.expire(LINK)
