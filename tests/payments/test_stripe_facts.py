from datetime import timedelta

import pytest

from payments.facts import FactKind as K
from payments.facts import Source
from payments.money import Money
from tests.payments.stripe_payloads import CHARGE, DECLINED, DISPUTE, INTENT, NOW, REFUND, SESSION, Json, read

GONE = INTENT | {"status": "canceled", "amount_received": 0}
USD1999 = Money(1999, "USD")


async def test_a_completed_session_is_a_payment_with_all_its_references() -> None:
    (fact,) = await read("checkout.session.completed", SESSION)
    assert (fact.kind, fact.captured, fact.asked) == (K.CAPTURED, USD1999, USD1999)
    assert (fact.reference, fact.checkout_ref, fact.payment_ref) == ("ord_1", "cs_test_a1", "pi_1")
    assert (fact.at, fact.source, fact.live, fact.account) == (NOW, Source.WEBHOOK, False, "")
    assert fact.event_id == "evt_1NG8Du2eZvKYlo2CUI79vXWy"


async def test_account_and_live_mode_are_those_of_the_envelope() -> None:
    (fact,) = await read("checkout.session.completed", SESSION, livemode=True, account="acct_1")
    assert (fact.live, fact.account) == (True, "acct_1")


@pytest.mark.parametrize(
    ("kind", "session", "expected"),
    [
        ("checkout.session.completed", SESSION | {"payment_status": "unpaid"}, K.PROCESSING),
        (
            "checkout.session.completed",
            SESSION | {"payment_status": "no_payment_required", "amount_total": 0},
            K.CAPTURED,
        ),
        ("checkout.session.async_payment_succeeded", SESSION, K.CAPTURED),
        ("checkout.session.async_payment_failed", SESSION | {"payment_status": "unpaid"}, K.FAILED),
        ("checkout.session.expired", SESSION | {"payment_status": "unpaid", "status": "expired"}, K.EXPIRED),
    ],
)
async def test_a_session_is_paid_only_when_it_says_so(kind: str, session: Json, expected: K) -> None:
    (fact,) = await read(kind, session)
    assert fact.kind is expected
    assert (fact.captured is not None) == (expected is K.CAPTURED)


@pytest.mark.parametrize(
    ("kind", "intent", "expected"),
    [
        ("payment_intent.succeeded", INTENT, K.CAPTURED),
        ("payment_intent.processing", INTENT | {"status": "processing", "amount_received": 0}, K.PROCESSING),
        ("payment_intent.payment_failed", DECLINED, K.FAILED),
        ("payment_intent.canceled", GONE | {"cancellation_reason": "automatic"}, K.EXPIRED),
        ("payment_intent.canceled", GONE | {"cancellation_reason": "requested_by_customer"}, K.CANCELLED),
    ],
)  # fmt: skip
async def test_an_intent_tells_the_same_money_as_its_session(kind: str, intent: Json, expected: K) -> None:
    (fact,) = await read(kind, intent)
    assert (fact.kind, fact.payment_ref, fact.reference, fact.asked) == (expected, "pi_1", "ord_1", USD1999)
    assert fact.captured == (USD1999 if expected is K.CAPTURED else None)


async def test_a_decline_says_why_in_words_for_people() -> None:
    (fact,) = await read("payment_intent.payment_failed", DECLINED)
    assert fact.detail == "Your card has insufficient funds."


async def test_a_refunded_charge_tells_the_total_sent_back() -> None:
    (fact,) = await read("charge.refunded", CHARGE | {"amount_refunded": 700})
    assert (fact.kind, fact.captured, fact.refunded) == (K.REFUNDED, USD1999, Money(700, "USD"))
    assert (fact.payment_ref, fact.receipt_url) == ("pi_1", "https://pay.stripe.com/receipts/payment/1")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", K.REFUND_PENDING),
        ("requires_action", K.REFUND_PENDING),
        ("succeeded", K.REFUNDED),
        ("failed", K.REFUND_FAILED),
        ("canceled", K.REFUND_FAILED),
    ],
)
@pytest.mark.parametrize("kind", ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"])
async def test_a_refund_is_read_by_its_status(kind: str, status: str, expected: K) -> None:
    (fact,) = await read(kind, REFUND | {"status": status, "failure_reason": "lost_or_stolen_card"})
    assert (fact.kind, fact.payment_ref, fact.refund_ref, fact.refunded) == (expected, "pi_1", "re_1", None)
    assert fact.detail == "lost or stolen card"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("warning_needs_response", K.DISPUTED),
        ("warning_under_review", K.DISPUTED),
        ("needs_response", K.DISPUTED),
        ("under_review", K.DISPUTED),
        ("warning_closed", K.DISPUTE_WON),
        ("won", K.DISPUTE_WON),
        ("lost", K.DISPUTE_LOST),
    ],
)
@pytest.mark.parametrize("kind", ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"])
async def test_a_dispute_is_read_by_its_status_whatever_event_brings_it(kind: str, status: str, expected: K) -> None:
    (fact,) = await read(f"charge.dispute.{kind}", DISPUTE | {"status": status})
    assert (fact.kind, fact.payment_ref, fact.detail) == (expected, "pi_1", "product not received")
    assert fact.answer_by == (NOW + timedelta(days=7) if expected is K.DISPUTED else None)


async def test_yen_are_not_divided_by_a_hundred() -> None:
    (fact,) = await read("checkout.session.completed", SESSION | {"currency": "jpy", "amount_total": 500})
    assert fact.captured == Money(500, "JPY")
