"""Giving money back: what is sent, and what is made of answers that do not come."""

from collections.abc import Iterator

import pytest
import stamina

from payments.errors import AmountRefused, NotConfigured, OutcomeUnknown, Unavailable
from payments.facts import FactKind
from payments.gateway import refund_key
from payments.money import Money
from payments.phonepe.facts import moment
from tests.payments.phonepe_payloads import (
    GIVE_BACK,
    NOW,
    REFUND,
    REFUND_MADE,
    Json,
    answering,
    ask_refund,
    never,
    says,
)

BACK = Money(10000, "INR")
FIRST, SECOND = refund_key("ord_1", 1), refund_key("ord_1", 2)
PENDING = REFUND | {"state": "PENDING"}
USED = says({"code": "BAD_REQUEST", "message": "merchantRefundId has been used already"}, 400)
TOO_MUCH = says({"code": "BAD_REQUEST", "message": "Refund amount is more than the order amount"}, 400)
UNKNOWN = says({"code": "NOT_FOUND", "message": "No entry found."}, 404)


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


async def test_what_is_sent_is_what_phonepe_documents() -> None:
    answers = {GIVE_BACK: REFUND_MADE, ask_refund(FIRST): [UNKNOWN, PENDING]}
    async with answering(answers) as (till, vendor):
        fact = await till.refund("ord_1", BACK, key=FIRST, reason="left early")
    (sent,) = vendor.of(GIVE_BACK)
    assert sent.json == {"merchantRefundId": FIRST, "originalMerchantOrderId": "ord_1", "amount": 10000}
    assert (fact.kind, fact.refunded, fact.at) == (FactKind.REFUND_PENDING, BACK, moment(REFUND["timestamp"]))
    assert (fact.refund_ref, fact.payment_ref, fact.event_id) == (FIRST, "ord_1", "")


@pytest.mark.parametrize(
    ("earlier", "now", "kind", "total"),
    [
        ("COMPLETED", "PENDING", FactKind.REFUND_PENDING, 20000),
        ("PENDING", "PENDING", FactKind.REFUND_PENDING, 20000),
        ("FAILED", "PENDING", FactKind.REFUND_PENDING, 10000),
        ("COMPLETED", "COMPLETED", FactKind.REFUNDED, 20000),
        ("PENDING", "COMPLETED", FactKind.REFUNDED, 10000),
        ("COMPLETED", "FAILED", FactKind.REFUND_FAILED, 10000),
    ],
)
async def test_the_total_counts_what_was_asked_for_before(earlier: str, now: str, kind: FactKind, total: int) -> None:
    answers = {
        GIVE_BACK: REFUND_MADE,
        ask_refund(FIRST): REFUND | {"state": earlier},
        ask_refund(SECOND): [UNKNOWN, REFUND | {"state": now}],
    }
    async with answering(answers) as (till, _):
        fact = await till.refund("ord_1", BACK, key=SECOND, reason="")
    assert (fact.kind, fact.refunded) == (kind, Money(total, "INR"))


async def test_a_key_of_any_other_form_works_once() -> None:
    async with answering({GIVE_BACK: REFUND_MADE, ask_refund("rf_0123"): PENDING}) as (till, vendor):
        fact = await till.refund("ord_1", BACK, key="rf_0123", reason="")
    assert (fact.refund_ref, fact.refunded, len(vendor.of(GIVE_BACK))) == ("rf_0123", BACK, 1)


async def test_a_refund_made_before_is_found_and_not_made_again() -> None:
    async with answering({GIVE_BACK: USED, ask_refund(FIRST): REFUND}) as (till, _):
        fact = await till.refund("ord_1", BACK, key=FIRST, reason="")
    assert (fact.kind, fact.refunded) == (FactKind.REFUNDED, BACK)


async def test_a_refund_whose_answer_was_lost_is_found() -> None:
    answers = {GIVE_BACK: [never, USED], ask_refund(FIRST): [UNKNOWN, PENDING]}
    async with answering(answers) as (till, vendor):
        fact = await till.refund("ord_1", BACK, key=FIRST, reason="")
    assert (fact.kind, fact.refunded) == (FactKind.REFUND_PENDING, BACK)
    assert [each.json["merchantRefundId"] for each in vendor.of(GIVE_BACK)] == [FIRST, FIRST]


@pytest.mark.parametrize("known", [REFUND | {"amount": 900}, REFUND | {"originalMerchantOrderId": "ord_2"}])
async def test_another_refund_of_the_same_id_is_not_ours(known: Json) -> None:
    async with answering({GIVE_BACK: USED, ask_refund("rf_1"): known}) as (till, _):
        with pytest.raises(NotConfigured, match="used already"):
            await till.refund("ord_1", BACK, key="rf_1", reason="")


async def test_more_than_is_left_is_refused() -> None:
    async with answering({GIVE_BACK: TOO_MUCH}) as (till, _):
        with pytest.raises(AmountRefused, match="more than the order amount"):
            await till.refund("ord_1", BACK, key=FIRST, reason="")


async def test_a_refusal_that_cannot_be_checked_is_to_be_asked_again() -> None:
    # It may be the refusal of a repeat, after money has moved.
    async with answering({GIVE_BACK: USED, ask_refund("rf_1"): says({}, 500)}) as (till, _):
        with pytest.raises(Unavailable):
            await till.refund("ord_1", BACK, key="rf_1", reason="")


@pytest.mark.parametrize("silence", [never, says({}, 500), says([])])
async def test_no_clear_answer_is_an_unknown_outcome(silence: object) -> None:
    async with answering({GIVE_BACK: silence}) as (till, vendor):
        with pytest.raises(OutcomeUnknown):
            await till.refund("ord_1", BACK, key=FIRST, reason="")
    assert {each.json["merchantRefundId"] for each in vendor.of(GIVE_BACK)} == {FIRST}


@pytest.mark.parametrize("later", [UNKNOWN, says({}, 500)])
async def test_a_refund_that_was_taken_in_is_on_its_way_though_it_cannot_be_looked_up_yet(later: object) -> None:
    async with answering({GIVE_BACK: REFUND_MADE, ask_refund("rf_1"): later}) as (till, _):
        fact = await till.refund("ord_1", BACK, key="rf_1", reason="")
    assert (fact.kind, fact.refunded, fact.at) == (FactKind.REFUND_PENDING, BACK, NOW)


async def test_when_earlier_refunds_cannot_be_asked_for_nothing_leaves() -> None:
    async with answering({GIVE_BACK: REFUND_MADE, ask_refund(FIRST): says({}, 500)}) as (till, vendor):
        with pytest.raises(Unavailable):
            await till.refund("ord_1", BACK, key=SECOND, reason="")
    assert vendor.of(GIVE_BACK) == []


@pytest.mark.parametrize(
    ("payment_ref", "amount", "key"),
    [("ord_1", Money(99, "INR"), FIRST), ("ord_1", Money(500, "USD"), FIRST), ("ord/1", BACK, FIRST),
     ("ord_1", BACK, "a" * 64), ("ord_1", BACK, "rf 1")],
)  # fmt: skip
async def test_what_phonepe_cannot_take_never_leaves(payment_ref: str, amount: Money, key: str) -> None:
    async with answering({}) as (till, vendor):
        with pytest.raises((AmountRefused, NotConfigured), match=r"rupees only|at least|63 letters"):
            await till.refund(payment_ref, amount, key=key, reason="")
    assert vendor.heard == []
