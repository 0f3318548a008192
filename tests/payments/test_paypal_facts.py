"""What PayPal's events and orders say, in our words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from payments.errors import BadSignature
from payments.facts import Fact, Source
from payments.facts import FactKind as K
from payments.machine import State, settle
from payments.money import Money
from tests.payments.paypal_desk import SHORT, desk, never, says
from tests.payments.paypal_payloads import (
    APPROVED,
    CAPTURE,
    CAPTURE_ID,
    DISPUTE,
    NOW,
    ORDER_ID,
    REFUND,
    REFUND_ID,
    UNIT,
    Json,
    event,
    link,
    paid,
    refusal,
    signed,
    usd,
)

USD1999 = Money(1999, "USD")
PENDING = CAPTURE | {"status": "PENDING", "status_details": {"reason": "PENDING_REVIEW"}}
DENIED = CAPTURE | {"status": "DECLINED"}


async def read(kind: str, resource: Any, **more: Any) -> Sequence[Fact]:
    async with desk() as there:
        body = event(kind, resource, **more)
        return await there.till.read_webhook(body, signed(body, there.root), now=NOW)


async def polled(order: Json, *disputes: Json) -> Sequence[Fact]:
    listed = {"items": [{"dispute_id": each["dispute_id"]} for each in disputes]}
    async with desk(says(order), says(listed), *(says(each) for each in disputes)) as there:
        return await there.till.look_up(ORDER_ID)


async def test_a_capture_is_a_payment_with_all_its_references() -> None:
    (fact,) = await read("PAYMENT.CAPTURE.COMPLETED", CAPTURE)
    assert (fact.kind, fact.captured, fact.at, fact.source) == (K.CAPTURED, USD1999, NOW, Source.WEBHOOK)
    assert (fact.reference, fact.checkout_ref, fact.payment_ref) == ("ord_1", ORDER_ID, CAPTURE_ID)
    assert fact.fee == Money(119, "USD")
    assert (fact.event_id, fact.live, fact.account) == ("WH-58D329510W468432D-8HN650336L201105X", False, "")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("COMPLETED", K.CAPTURED),
        ("PARTIALLY_REFUNDED", K.CAPTURED),
        ("REFUNDED", K.CAPTURED),
        ("PENDING", K.PROCESSING),
        ("DECLINED", K.FAILED),
        ("FAILED", K.FAILED),
    ],
)
@pytest.mark.parametrize("kind", ["COMPLETED", "PENDING", "DENIED", "DECLINED"])
async def test_a_capture_is_read_by_its_status_whatever_event_brings_it(kind: str, status: str, expected: K) -> None:
    (fact,) = await read(f"PAYMENT.CAPTURE.{kind}", CAPTURE | {"status": status})
    assert (fact.kind, fact.payment_ref) == (expected, CAPTURE_ID)
    assert fact.captured == (USD1999 if expected is K.CAPTURED else None)


async def test_a_capture_in_a_state_nobody_knows_counts_as_nothing() -> None:
    assert await read("PAYMENT.CAPTURE.COMPLETED", CAPTURE | {"status": "SOMETHING_NEW"}) == ()


async def test_money_under_review_says_what_it_waits_for_and_a_denial_has_a_sentence() -> None:
    (waits,) = await read("PAYMENT.CAPTURE.PENDING", PENDING)
    (denied,) = await read("PAYMENT.CAPTURE.DENIED", DENIED)
    assert (waits.detail, denied.detail) == ("pending review", "The payment was declined.")


async def test_yen_and_forints_have_their_own_decimals() -> None:
    (yen,) = await read("PAYMENT.CAPTURE.COMPLETED", CAPTURE | {"amount": {"currency_code": "JPY", "value": "500"}})
    (forint,) = await read("PAYMENT.CAPTURE.COMPLETED", CAPTURE | {"amount": {"currency_code": "HUF", "value": "11"}})
    assert (yen.captured, forint.captured) == (Money(500, "JPY"), Money(1100, "HUF"))


async def test_a_refund_tells_the_total_and_names_its_capture_by_the_link_up() -> None:
    (fact,) = await read("PAYMENT.CAPTURE.REFUNDED", REFUND)
    assert (fact.kind, fact.refunded, fact.captured) == (K.REFUNDED, Money(700, "USD"), None)
    assert (fact.payment_ref, fact.refund_ref, fact.reference) == (CAPTURE_ID, REFUND_ID, "")
    assert fact.at == datetime(2026, 1, 1, 0, 5, tzinfo=UTC)


async def test_a_refund_without_its_total_makes_the_ledger_ask() -> None:
    bare = {name: value for name, value in REFUND.items() if name != "seller_payable_breakdown"}
    captured, refunded = await read("PAYMENT.CAPTURE.COMPLETED", CAPTURE), await read("PAYMENT.CAPTURE.REFUNDED", bare)
    settled = settle([*captured, *refunded], USD1999)
    assert (settled.ask, settled.state) == (True, State.REFUND_PENDING)


@pytest.mark.parametrize(
    ("status", "expected", "total"),
    [("PENDING", K.REFUND_PENDING, 700), ("FAILED", K.REFUND_FAILED, None), ("CANCELLED", K.REFUND_FAILED, None)],
)
async def test_a_refund_is_read_by_its_status(status: str, expected: K, total: int | None) -> None:
    (fact,) = await read("PAYMENT.CAPTURE.REFUNDED", REFUND | {"status": status})
    assert (fact.kind, fact.refunded and fact.refunded.minor) == (expected, total)


async def test_a_reversal_may_be_told_as_the_capture_itself() -> None:
    (fact,) = await read("PAYMENT.CAPTURE.REVERSED", CAPTURE)
    (other,) = await read("PAYMENT.CAPTURE.REVERSED", REFUND)
    assert (fact.kind, fact.payment_ref, fact.refunded) == (K.REFUNDED, CAPTURE_ID, None)
    assert (other.kind, other.payment_ref, other.refunded) == (K.REFUNDED, CAPTURE_ID, Money(700, "USD"))


async def test_an_approval_taken_back_is_a_failed_try() -> None:
    (fact,) = await read("CHECKOUT.PAYMENT-APPROVAL.REVERSED", {"order_id": ORDER_ID, "purchase_units": [UNIT]})
    assert (fact.kind, fact.checkout_ref, fact.detail != "") == (K.FAILED, ORDER_ID, True)


@pytest.mark.parametrize(
    ("status", "outcome", "expected"),
    [
        ("OPEN", None, K.DISPUTED),
        ("WAITING_FOR_SELLER_RESPONSE", None, K.DISPUTED),
        ("UNDER_REVIEW", "RESOLVED_SELLER_FAVOUR", K.DISPUTED),
        ("RESOLVED", "RESOLVED_SELLER_FAVOUR", K.DISPUTE_WON),
        ("RESOLVED", "RESOLVED_WITH_PAYOUT", K.DISPUTE_WON),
        ("RESOLVED", "CANCELED_BY_BUYER", K.DISPUTE_WON),
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR", K.DISPUTE_LOST),
        ("RESOLVED", "ACCEPTED", K.DISPUTE_LOST),
        ("RESOLVED", "SOMETHING_NEW", K.DISPUTED),
        ("RESOLVED", None, K.DISPUTED),
    ],
)
@pytest.mark.parametrize("kind", ["CREATED", "UPDATED", "RESOLVED"])
async def test_a_dispute_is_read_by_its_outcome(kind: str, status: str, outcome: str | None, expected: K) -> None:
    resource = DISPUTE | {"status": status, "dispute_outcome": {"outcome_code": outcome} if outcome else None}
    (fact,) = await read(f"CUSTOMER.DISPUTE.{kind}", resource)
    told = (fact.kind, fact.payment_ref, fact.detail)
    assert told == (expected, CAPTURE_ID, "merchandise or service not received")
    assert fact.answer_by == (datetime(2026, 1, 11, tzinfo=UTC) if expected is K.DISPUTED else None)


async def test_an_approval_is_captured_when_it_is_told_and_the_fact_is_the_events() -> None:
    body = event("CHECKOUT.ORDER.APPROVED", APPROVED)
    async with desk(says(APPROVED), says(paid(), 201), says({"items": []})) as there:
        (fact,) = await there.till.read_webhook(body, signed(body, there.root), now=NOW)
    assert (fact.kind, fact.captured, fact.asked, fact.source) == (K.CAPTURED, USD1999, USD1999, Source.WEBHOOK)
    assert (fact.payment_ref, fact.checkout_ref, fact.reference) == (CAPTURE_ID, ORDER_ID, "ord_1")
    assert fact.event_id.startswith("WH-58D329510W468432D-8HN650336L201105X")


async def test_an_approval_told_again_after_a_decline_is_another_thing_to_know() -> None:
    body = event("CHECKOUT.ORDER.APPROVED", APPROVED)
    async with desk(says(APPROVED), says(refusal("INSTRUMENT_DECLINED"), 422), says(paid()), says({})) as there:
        (declined,) = await there.till.read_webhook(body, signed(body, there.root), now=NOW)
        (captured,) = await there.till.read_webhook(body, signed(body, there.root), now=NOW)
    assert (declined.kind, captured.kind) == (K.FAILED, K.CAPTURED)
    assert declined.event_id != captured.event_id


@pytest.mark.parametrize("trouble", [never, says({}, 500), says({}, 429), says({}, 403)])
async def test_an_approval_that_cannot_be_captured_now_is_on_its_way(trouble: Any) -> None:
    body = event("CHECKOUT.ORDER.APPROVED", APPROVED)
    async with desk(trouble, patience=SHORT) as there:
        (fact,) = await there.till.read_webhook(body, signed(body, there.root), now=NOW)
    assert (fact.kind, fact.checkout_ref, fact.reference, fact.asked) == (K.PROCESSING, ORDER_ID, "ord_1", USD1999)


@pytest.mark.parametrize("resource", [None, {}, {"purchase_units": []}])
async def test_an_approval_of_nothing_is_in_no_known_shape(resource: Any) -> None:
    with pytest.raises(BadSignature):
        await read("CHECKOUT.ORDER.APPROVED", resource)


@pytest.mark.parametrize("status", ["CREATED", "SAVED", "PAYER_ACTION_REQUIRED", "COMPLETED", "SOMETHING_NEW"])
async def test_an_order_without_money_says_nothing(status: str) -> None:
    assert await polled(APPROVED | {"status": status}) == ()


async def test_a_voided_order_is_cancelled() -> None:
    (fact,) = await polled(APPROVED | {"status": "VOIDED"})
    assert (fact.kind, fact.reference) == (K.CANCELLED, "ord_1")


async def test_the_capture_that_holds_money_speaks_for_its_order() -> None:
    order = paid()
    order["purchase_units"][0]["payments"]["captures"] = [DENIED | {"id": "A"}, CAPTURE, PENDING | {"id": "B"}]
    (fact,) = await polled(order)
    assert (fact.kind, fact.payment_ref) == (K.CAPTURED, CAPTURE_ID)


@pytest.mark.parametrize(
    ("statuses", "kind", "total"),
    [
        (["COMPLETED"], K.REFUNDED, 500),
        (["COMPLETED", "COMPLETED"], K.REFUNDED, 1000),
        (["PENDING", "COMPLETED"], K.REFUND_PENDING, 500),
        (["COMPLETED", "FAILED"], K.REFUND_FAILED, 500),
        (["CANCELLED"], K.REFUND_FAILED, 0),
    ],
)
async def test_a_poll_tells_all_refunds_as_one_fact(statuses: list[str], kind: K, total: int) -> None:
    refunds = [REFUND | {"id": f"R{number}", "status": status} for number, status in enumerate(statuses)]
    _, told = await polled(paid(CAPTURE | {"status": "PARTIALLY_REFUNDED"}, *refunds))
    assert (told.kind, told.refunded, told.payment_ref) == (kind, Money(total, "USD"), CAPTURE_ID)


@pytest.mark.parametrize(("status", "total"), [("REFUNDED", USD1999), ("PARTIALLY_REFUNDED", None)])
async def test_an_order_that_leaves_its_refunds_out_still_says_that_money_went_back(
    status: str, total: Money | None
) -> None:
    _, told = await polled(paid(CAPTURE | {"status": status}))
    assert (told.kind, told.refunded) == (K.REFUNDED, total)


async def test_a_poll_of_a_paid_order_looks_disputes_up() -> None:
    lost = DISPUTE | {"status": "RESOLVED", "dispute_outcome": {"outcome_code": "RESOLVED_BUYER_FAVOUR"}}
    captured, told = await polled(paid(), lost)
    assert (captured.kind, told.kind, told.source) == (K.CAPTURED, K.DISPUTE_LOST, Source.POLL)


@pytest.mark.parametrize("trouble", [says({}, 403), never, says([]), says({"items": [{}]})])
async def test_a_payment_is_told_though_disputes_may_not_be_asked_for(trouble: Any) -> None:
    async with desk(says(paid()), trouble, patience=SHORT) as there:
        (fact,) = await there.till.look_up(ORDER_ID)
    assert fact.kind is K.CAPTURED


async def test_all_facts_settle_to_the_same_end_in_any_order() -> None:
    second = REFUND | {"id": "2", "create_time": "2026-01-01T00:09:00Z", "update_time": "2026-01-01T00:09:00Z"}
    second["seller_payable_breakdown"] = {"total_refunded_amount": usd("19.99")}
    told = [
        *await read("PAYMENT.CAPTURE.PENDING", PENDING, id="WH-1"),
        *await read("PAYMENT.CAPTURE.COMPLETED", CAPTURE, id="WH-2"),
        *await read(
            "PAYMENT.CAPTURE.REFUNDED", REFUND | {"links": [link("up", f"/x/captures/{CAPTURE_ID}")]}, id="WH-3"
        ),
        *await read("PAYMENT.CAPTURE.REFUNDED", second, id="WH-4"),
        *await polled(paid(CAPTURE | {"status": "PARTIALLY_REFUNDED"}, REFUND)),
    ]
    ends = {
        (each.state, each.refunded) for each in (settle([*order, order[0]], USD1999) for order in permutations(told))
    }
    assert ends == {(State.REFUNDED, USD1999)}
