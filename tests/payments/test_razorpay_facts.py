"""Razorpay's events and answers as facts."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest

from payments.facts import Fact, Source
from payments.facts import FactKind as K
from payments.machine import State, settle
from payments.money import Money
from payments.razorpay.facts import READERS, Told, of_link, of_refunds, paid_by
from tests.payments.razorpay_payloads import (
    CODE,
    DISPUTE,
    FAILED,
    LINK,
    LISTED,
    NOW,
    ORDER,
    PAYMENT,
    POLLED,
    REFUND,
    SENT,
    UNPAID,
    Json,
    gateway,
    read,
)

ASKED = Money(50000, "INR")
LINK_ID, PAYMENT_ID = LINK["id"], PAYMENT["id"]
TOLD = Told(at=NOW, source=Source.POLL, live=False)


def polled(link: Json, payment: Json | None = None) -> Sequence[Fact]:
    """What a link says when it is asked about, with the payment that it names where that could be had."""
    return of_link(link, TOLD, payment or {"id": paid_by(link)})


def later(seconds: int) -> object:
    return NOW + timedelta(seconds=seconds)


async def test_a_paid_link_is_a_payment_with_all_its_references() -> None:
    (fact,) = await read("payment_link.paid", payment_link=LINK, order=ORDER, payment=PAYMENT)
    assert (fact.kind, fact.captured, fact.asked) == (K.CAPTURED, ASKED, ASKED)
    assert (fact.reference, fact.checkout_ref, fact.payment_ref) == ("ord_1", LINK_ID, PAYMENT_ID)
    assert (fact.source, fact.live, fact.account, fact.event_id) == (Source.WEBHOOK, False, "", "Evt0000000001")


@pytest.mark.parametrize(
    ("kind", "link", "at"),
    [
        # The envelope of a link's event is stamped with when the link was made.
        ("payment_link.paid", LINK, 38),
        ("payment_link.expired", UNPAID | {"status": "expired", "expired_at": SENT + 3700}, 3700),
        ("payment_link.cancelled", UNPAID | {"status": "cancelled", "cancelled_at": SENT + 60}, 60),
        ("payment_link.expired", UNPAID | {"status": "expired"}, 0),
    ],
)
async def test_a_links_own_times_are_believed_and_not_its_envelopes(kind: str, link: Json, at: int) -> None:
    (fact,) = await read(kind, payment_link=link)
    assert fact.at == later(at)


@pytest.mark.parametrize(
    ("kind", "link", "expected", "captured"),
    [
        ("payment_link.paid", LINK, K.CAPTURED, 50000),
        ("payment_link.partially_paid", LINK | {"status": "partially_paid", "amount_paid": 100}, K.CAPTURED, 100),
        ("payment_link.expired", UNPAID | {"status": "expired"}, K.EXPIRED, None),
        ("payment_link.cancelled", UNPAID | {"status": "cancelled"}, K.CANCELLED, None),
        # A snapshot is believed, whatever the event that carries it is called.
        ("payment_link.expired", LINK, K.CAPTURED, 50000),
    ],
)
async def test_a_link_is_read_by_its_status(kind: str, link: Json, expected: K, captured: int | None) -> None:
    (fact,) = await read(kind, payment_link=link)
    assert (fact.kind, fact.captured) == (expected, captured and Money(captured, "INR"))


async def test_a_link_that_nothing_happened_to_says_nothing() -> None:
    assert await read("payment_link.paid", payment_link=UNPAID) == ()
    assert polled(UNPAID) == polled(UNPAID | {"payments": []}) == ()


@pytest.mark.parametrize("notes", [[], None, {}, {"other": "x"}, "text"])
async def test_notes_in_any_shape_are_read(notes: object) -> None:
    (link,) = await read("payment_link.paid", payment_link=LINK | {"notes": notes}, payment=PAYMENT)
    (payment,) = await read("payment.captured", payment=PAYMENT | {"notes": notes})
    assert (link.reference, payment.reference, payment.payment_ref) == ("ord_1", "", PAYMENT_ID)


@pytest.mark.parametrize(
    ("kind", "payment", "expected"),
    [
        ("payment.authorized", PAYMENT | {"status": "authorized", "captured": False, "fee": None}, K.PROCESSING),
        ("payment.captured", PAYMENT, K.CAPTURED),
        ("payment.captured", PAYMENT | {"status": "refunded", "amount_refunded": 50000}, K.CAPTURED),
        ("order.paid", PAYMENT, K.CAPTURED),
        ("payment.failed", FAILED, K.FAILED),
    ],
)
async def test_a_payment_is_known_by_our_note(kind: str, payment: Json, expected: K) -> None:
    (fact,) = await read(kind, payment=payment, order=ORDER)
    assert (fact.kind, fact.payment_ref, fact.reference) == (expected, PAYMENT_ID, "ord_1")
    assert fact.captured == (ASKED if expected is K.CAPTURED else None)


async def test_a_payment_in_the_making_says_nothing() -> None:
    assert await read("payment.captured", payment=PAYMENT | {"status": "created"}) == ()


@pytest.mark.parametrize(("told", "said"), [("Wrong PIN.", "Wrong PIN."), (None, "The payment was declined.")])
async def test_a_decline_says_why_in_words_for_people(told: str | None, said: str) -> None:
    (fact,) = await read("payment.failed", payment=FAILED | {"error_description": told})
    assert fact.detail == said


@pytest.mark.parametrize(
    ("status", "expected", "total"),
    [("processed", K.REFUNDED, 30000), ("pending", K.REFUND_PENDING, None), ("failed", K.REFUND_FAILED, None)],
)
@pytest.mark.parametrize("kind", ["created", "processed", "failed", "speed_changed"])
async def test_a_refund_is_read_by_its_status(kind: str, status: str, expected: K, total: int | None) -> None:
    payment = PAYMENT | {"amount_refunded": 30000, "refund_status": "partial"}
    (fact,) = await read(f"refund.{kind}", refund=REFUND | {"status": status}, payment=payment)
    assert (fact.kind, fact.payment_ref, fact.refund_ref) == (expected, PAYMENT_ID, REFUND["id"])
    assert (fact.reference, fact.refunded) == ("ord_1", total and Money(total, "INR"))
    assert (fact.detail != "") == (expected is K.REFUND_FAILED)


async def test_a_refund_without_its_payment_asks_for_the_total() -> None:
    facts = [*await read("payment.captured", payment=PAYMENT), *await read("refund.processed", refund=REFUND)]
    assert settle(facts, ASKED).ask


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("open", K.DISPUTED),
        ("under_review", K.DISPUTED),
        ("won", K.DISPUTE_WON),
        ("closed", K.DISPUTE_WON),
        ("lost", K.DISPUTE_LOST),
    ],
)
@pytest.mark.parametrize("kind", ["created", "under_review", "action_required", "won", "lost", "closed"])
async def test_a_dispute_is_read_by_its_status_whatever_event_brings_it(kind: str, status: str, expected: K) -> None:
    (fact,) = await read(f"payment.dispute.{kind}", dispute=DISPUTE | {"status": status}, payment=PAYMENT)
    assert (fact.kind, fact.payment_ref, fact.reference) == (expected, PAYMENT_ID, "ord_1")
    assert fact.detail == "processed invalid expired card"


async def test_a_scanned_code_is_a_payment_of_its_checkout() -> None:
    paid = PAYMENT | {"order_id": None, "description": "QRv2 Payment"}
    (fact,) = await read("qr_code.credited", payment=paid, qr_code=CODE)
    assert (fact.kind, fact.captured, fact.payment_ref) == (K.CAPTURED, ASKED, PAYMENT_ID)
    assert (fact.checkout_ref, fact.reference) == (CODE["id"], "ord_1")


@pytest.mark.parametrize(
    ("reason", "expected"), [("paid", None), ("on_demand", K.CANCELLED), (None, K.EXPIRED), ("anything", K.EXPIRED)]
)
async def test_a_closed_code_says_why(reason: str | None, expected: K | None) -> None:
    closed = CODE | {"status": "closed", "closed_at": SENT + 90, "close_reason": reason}
    facts = await read("qr_code.closed", qr_code=closed)
    assert [(fact.kind, fact.at, fact.checkout_ref) for fact in facts] == (
        [(expected, later(90), CODE["id"])] if expected else []
    )


@pytest.mark.parametrize(
    ("key", "public_key", "live"),
    [
        ("rzp_test_dev", "rzp_test_XXXX", False),
        ("rzp_live_dev", "rzp_live_XXXX", True),
        ("rzp_live_dev", "rzp_test_XXXX", False),
        ("rzp_test_dev", "rzp_live_XXXX", True),
        ("rzp_live_dev", None, True),
        ("rzp_test_dev", "", False),
    ],
)
async def test_live_or_test_is_the_orders_where_it_says_so_and_else_the_keys(
    key: str, public_key: str | None, live: bool
) -> None:
    order = ORDER | {"public_key": public_key}
    (fact,) = await read("payment_link.paid", gateway(key_id=key), payment_link=LINK, order=order)
    assert fact.live is live


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 500), ("KWD", 295990), ("USD", 4900)])
async def test_sums_are_in_the_currencys_own_units(currency: str, minor: int) -> None:
    payment = PAYMENT | {"currency": currency, "amount": minor, "base_amount": 123456}
    (fact,) = await read("payment.captured", payment=payment)
    assert fact.captured == Money(minor, currency)


def test_a_polled_link_names_its_payment_and_when_it_was_made() -> None:
    (fact,) = polled(POLLED)
    assert (fact.kind, fact.payment_ref, fact.at) == (K.CAPTURED, PAYMENT_ID, later(20))


def test_of_several_payments_the_last_is_named() -> None:
    first = LISTED | {"payment_id": "pay_first", "created_at": SENT + 1}
    (fact,) = polled(POLLED | {"payments": [LISTED, first]})
    assert (fact.payment_ref, fact.captured) == (PAYMENT_ID, ASKED)


@pytest.mark.parametrize(
    ("statuses", "kind", "total"),
    [
        (["processed"], K.REFUNDED, 19000),
        (["pending", "processed"], K.REFUND_PENDING, 19000),
        (["processed", "failed"], K.REFUND_FAILED, 19000),
        (["processed", "processed"], K.REFUNDED, 38000),
        (["failed"], K.REFUND_FAILED, 0),
    ],
)
def test_a_poll_tells_all_refunds_as_one_fact(statuses: list[str], kind: K, total: int) -> None:
    refunds = [REFUND | {"id": f"rfnd_{number}", "status": status} for number, status in enumerate(statuses)]
    (fact,) = of_refunds(refunds, TOLD)
    assert (fact.kind, fact.refunded) == (kind, Money(total, "INR"))


async def story() -> list[Fact]:
    """A decline, a payment, a part refunded: every event that tells of it."""
    back = PAYMENT | {"amount_refunded": 19000, "refund_status": "partial"}
    told = [
        await read("payment.failed", payment=FAILED),
        await read("payment.authorized", payment=PAYMENT | {"status": "authorized", "captured": False}),
        await read("payment.captured", payment=PAYMENT),
        await read("payment_link.paid", payment_link=LINK, order=ORDER, payment=PAYMENT),
        await read("refund.created", refund=REFUND | {"status": "pending"}, payment=PAYMENT),
        await read("refund.processed", refund=REFUND, payment=back),
    ]
    return [fact for facts in told for fact in facts]


async def test_in_any_order_and_told_twice_the_story_ends_the_same() -> None:
    facts = await story()
    ends = {settle([*order, *order[:2]], ASKED) for order in itertools.permutations(facts)}
    assert [(end.state, end.captured, end.refunded) for end in ends] == [
        (State.PART_REFUNDED, ASKED, Money(19000, "INR"))
    ]


async def test_money_on_an_expired_link_is_late() -> None:
    gone = UNPAID | {"status": "expired", "expired_at": SENT + 10}
    facts = [
        *await read("payment_link.paid", payment_link=LINK),
        *await read("payment_link.expired", payment_link=gone),
    ]
    assert (settle(facts, ASKED).state, settle(facts, ASKED).late) == (State.PAID, True)


def test_every_event_of_money_in_the_documents_has_its_reader() -> None:
    documented = """payment_link.paid payment_link.partially_paid payment_link.expired payment_link.cancelled
        payment.authorized payment.captured payment.failed order.paid refund.created refund.processed refund.failed
        refund.speed_changed payment.dispute.created payment.dispute.under_review payment.dispute.action_required
        payment.dispute.won payment.dispute.lost payment.dispute.closed qr_code.credited qr_code.closed""".split()
    assert sorted(READERS) == sorted(documented)


async def test_a_dispute_says_until_when_it_can_be_answered() -> None:
    (open_still,) = await read("payment.dispute.created", dispute=DISPUTE, payment=PAYMENT)
    assert open_still.answer_by == later(86400)
    (won,) = await read("payment.dispute.won", dispute=DISPUTE | {"status": "won"}, payment=PAYMENT)
    assert won.answer_by is None
