"""What PhonePe's order and refund statuses say, as facts with cumulative totals."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import AmountRefused, NotConfigured, Unavailable
from payments.facts import Expected, Fact, FactKind, Source, misfit
from payments.machine import State, settle
from payments.money import Money
from payments.phonepe.facts import Returned, Told, moment, of_order, of_refund, read_refund
from payments.phonepe.money import from_phonepe, limits, to_phonepe
from tests.payments.phonepe_payloads import (
    ASK,
    ATTEMPT,
    COMPLETED,
    DECLINED,
    FAILED,
    FAILED_ATTEMPT,
    NOW,
    PENDING,
    REFUND,
    Json,
    answering,
    ask_refund,
)

ASKED = Money(50000, "INR")
PAID = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
TOLD = Told(at=NOW + timedelta(minutes=10), source=Source.POLL, live=False)


def read(order: Json) -> list[Fact]:
    return list(of_order(order, "ord_1", TOLD))


def test_a_completed_order_is_a_payment_at_phonepes_own_time() -> None:
    (fact,) = read(COMPLETED)
    assert (fact.kind, fact.captured, fact.asked, fact.at) == (FactKind.CAPTURED, ASKED, ASKED, PAID)
    assert (fact.checkout_ref, fact.payment_ref, fact.reference) == ("ord_1", "ord_1", "ord_1")
    assert misfit(fact, Expected(reference="ord_1", asked=ASKED, live=False)) is None


@pytest.mark.parametrize("odd", [None, [], {}, "x", [7], [None], [{}], [{"timestamp": None}]])
def test_money_is_seen_whatever_the_tries_look_like(odd: object) -> None:
    (fact,) = read(COMPLETED | {"paymentDetails": odd})
    assert (fact.kind, fact.captured, fact.at) == (FactKind.CAPTURED, ASKED, TOLD.at)


@pytest.mark.parametrize(
    "order",
    [
        PENDING,
        PENDING | {"paymentDetails": []},
        PENDING | {"paymentDetails": [ATTEMPT | {"state": "PENDING"}]},
        PENDING | {"paymentDetails": [ATTEMPT]},
        PENDING | {"state": "SOMETHING_NEW"},
    ],
)
def test_only_the_root_state_counts(order: Json) -> None:
    assert read(order) == []


def test_a_failed_try_leaves_the_page_open() -> None:
    (fact,) = read(DECLINED | {"errorContext": {"description": "Invalid UPI PIN entered by customer"}})
    assert (fact.kind, fact.captured, fact.detail) == (FactKind.FAILED, None, "zm")
    assert settle([fact], ASKED).state is State.FAILED
    assert settle([fact, *read(COMPLETED)], ASKED).state is State.PAID


@pytest.mark.parametrize(
    ("attempt", "detail"),
    [
        (FAILED_ATTEMPT | {"detailedErrorCode": None}, "authorization error"),
        (FAILED_ATTEMPT | {"detailedErrorCode": "TXN_AUTO_FAILED"}, "txn auto failed"),
        (FAILED_ATTEMPT | {"errorContext": {"description": "No balance"}}, "No balance"),
        (FAILED_ATTEMPT | {"errorContext": [], "errorCode": None, "detailedErrorCode": ""}, "The payment did not go"),
    ],
)
def test_a_failed_try_always_has_a_reason(attempt: Json, detail: str) -> None:
    assert read(PENDING | {"paymentDetails": [attempt]})[0].detail.startswith(detail)


def test_a_failed_order_takes_no_more_money() -> None:
    assert settle(read(FAILED), ASKED).state is State.EXPIRED
    (never_tried,) = read({**FAILED, "paymentDetails": []})
    assert (never_tried.kind, never_tried.at) == (FactKind.EXPIRED, TOLD.at)
    (long_ago,) = read({**FAILED, "paymentDetails": [], "expireAt": 1767225660000})
    assert long_ago.at == PAID


def test_an_answer_about_another_order_does_not_fit() -> None:
    (fact,) = read(COMPLETED | {"merchantOrderId": "ord_2"})
    assert misfit(fact, Expected(reference="ord_1", asked=ASKED, live=False)) is not None


@pytest.mark.parametrize(
    "odd",
    [
        COMPLETED | {"amount": "50000"},
        COMPLETED | {"amount": 500.0},
        COMPLETED | {"amount": True},
        COMPLETED | {"amount": -1},
        COMPLETED | {"amount": None},
        COMPLETED | {"paymentDetails": [ATTEMPT | {"timestamp": 1e300}]},
        COMPLETED | {"paymentDetails": [ATTEMPT | {"timestamp": 10**30}]},
        COMPLETED | {"state": ["COMPLETED"], "amount": {}},
        {"state": "COMPLETED"},
        {},
    ],
)
async def test_an_answer_that_cannot_be_read_is_no_money(odd: Json) -> None:
    async with answering({ASK: odd}) as (till, _):
        with pytest.raises(Unavailable, match="cannot be read"):
            await till.look_up("ord_1")


async def test_an_unknown_order_is_a_matter_for_the_operator() -> None:
    async with answering({}) as (till, _):
        with pytest.raises(NotConfigured, match="No entry found"):
            await till.look_up("ord_1")


async def test_refunds_are_looked_for_once_money_came_and_past_numbers_that_phonepe_refused() -> None:
    third = REFUND | {"amount": 5000, "timestamp": REFUND["timestamp"] + 1000}
    answers = {ASK: COMPLETED, ask_refund("ord_1-refund-1"): REFUND, ask_refund("ord_1-refund-3"): third}
    async with answering(answers) as (till, vendor):
        facts = await till.look_up("ord_1")
    assert [(fact.kind, fact.refund_ref) for fact in facts[1:]] == [
        (FactKind.REFUNDED, "ord_1-refund-1"),
        (FactKind.REFUNDED, "ord_1-refund-3"),
    ]
    settled = settle(facts, ASKED)
    assert (settled.state, settled.refunded) == (State.PART_REFUNDED, Money(15000, "INR"))
    assert len(vendor.heard) == 1 + 1 + 6


@pytest.mark.parametrize(
    ("states", "state", "total"),
    [
        (("COMPLETED",), State.PART_REFUNDED, 10000),
        (("PENDING",), State.REFUND_PENDING, 0),
        (("CONFIRMED",), State.REFUND_PENDING, 0),
        (("FAILED",), State.PAID, 0),
        (("COMPLETED", "FAILED"), State.PART_REFUNDED, 10000),
        (("FAILED", "COMPLETED"), State.PART_REFUNDED, 10000),
        (("COMPLETED", "PENDING"), State.REFUND_PENDING, 10000),
        (("COMPLETED",) * 5, State.REFUNDED, 50000),
    ],
)
async def test_a_poll_tells_how_all_refunds_stand(states: tuple[str, ...], state: State, total: int) -> None:
    answers: dict[str, Any] = {ASK: COMPLETED}
    for number, each in enumerate(states, 1):
        at = REFUND["timestamp"] + number * 1000
        answers[ask_refund(f"ord_1-refund-{number}")] = REFUND | {"state": each, "timestamp": at}
    async with answering(answers) as (till, _):
        settled = settle(await till.look_up("ord_1"), ASKED)
    assert (settled.state, settled.refunded) == (state, Money(total, "INR"))


def test_the_time_of_a_refund_is_found_in_the_older_shape_too() -> None:
    older = {name: value for name, value in REFUND.items() if name != "timestamp"}
    inner = older | {"paymentDetails": [{"transactionId": "OMR1", "timestamp": 1709808824322, "state": "CONFIRMED"}]}
    assert read_refund(inner, "rf_1", order_id="", asked_at=NOW).at == moment(1709808824322)
    assert read_refund(older, "rf_1", order_id="", asked_at=NOW).at == NOW


def test_a_refund_is_of_the_order_that_phonepe_names() -> None:
    assert read_refund(REFUND, "rf_1", order_id="ord_9", asked_at=NOW).order_id == "ord_1"
    nameless = REFUND | {"originalMerchantOrderId": ""}
    assert read_refund(nameless, "rf_1", order_id="ord_9", asked_at=NOW).order_id == "ord_9"


def _at(state: str, minute: int) -> Json:
    return REFUND | {"state": state, "timestamp": REFUND["timestamp"] + minute * 60000}


def told_of(order: Json, *refunds: tuple[str, str, int]) -> list[Fact]:
    """The facts that were told when these refunds stood like this: id, state, minute."""
    known = [read_refund(_at(state, minute), name, order_id="ord_1", asked_at=NOW) for name, state, minute in refunds]
    return [*of_order(order, "ord_1", TOLD), *(of_refund(each, known, TOLD) for each in known)]


STORY = [
    *told_of(DECLINED),
    *told_of(COMPLETED),
    *told_of(COMPLETED, ("a", "PENDING", 1)),
    *told_of(COMPLETED, ("a", "FAILED", 1)),
    *told_of(COMPLETED, ("a", "FAILED", 1), ("b", "PENDING", 2)),
    *told_of(COMPLETED, ("a", "FAILED", 1), ("b", "COMPLETED", 3)),
]


@given(st.permutations(STORY), st.lists(st.sampled_from(STORY)))
def test_order_and_repeats_of_what_was_told_change_nothing(facts: list[Fact], again: list[Fact]) -> None:
    settled = settle([*facts, *again], ASKED)
    assert (settled.state, settled.refunded) == (State.PART_REFUNDED, Money(10000, "INR"))


@pytest.mark.parametrize("order", list(permutations(["PENDING", "CONFIRMED", "FAILED"])))
def test_a_refund_that_failed_is_over_though_its_steps_have_one_time(order: tuple[str, ...]) -> None:
    facts = [fact for state in order for fact in told_of(COMPLETED, ("a", state, 1))]
    assert settle(facts, ASKED).state is State.PAID


def test_a_refund_counts_once_though_it_is_known_twice() -> None:
    mine = Returned("a", "ord_1", Money(900, "INR"), FactKind.REFUND_PENDING, NOW)
    assert of_refund(mine, [mine, mine], TOLD).refunded == Money(900, "INR")


@given(st.integers(100, 10**12))
def test_what_is_sent_comes_back_the_same(paisa: int) -> None:
    assert from_phonepe(to_phonepe(Money(paisa, "INR"))) == Money(paisa, "INR")


@pytest.mark.parametrize(
    "money",
    [Money(99, "INR"), Money(0, "INR"), Money(-100, "INR"), Money(500, "USD"), Money(500, "JPY"), Money(5120, "KWD")],
)
def test_other_currencies_and_small_change_are_refused_with_a_sentence(money: Money) -> None:
    with pytest.raises(AmountRefused, match=r"rupees only|₹1\.00 at least"):
        to_phonepe(money)


def test_limits_are_those_of_the_documents() -> None:
    taken = limits("INR")
    assert taken is not None
    assert (taken.minimum, limits("USD"), limits("KWD")) == (Money(100, "INR"), None, None)
    assert timedelta(seconds=300) < taken.shortest < taken.longest == timedelta(seconds=3600)
