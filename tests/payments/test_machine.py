import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import IllegalTransition
from payments.facts import FactKind
from payments.machine import ENDED, NEXT, Settlement, State, decide, diagram, settle
from payments.money import Money
from tests.payments.stories import ASKED, PAYMENT, STORIES, K, fact, usd

ENDS = {
    "paid": State.PAID,
    "paid_then_link_dies": State.PAID,
    "expired": State.EXPIRED,
    "cancelled": State.CANCELLED,
    "paid_late": State.PAID,
    "bank_debit": State.PAID,
    "bank_debit_bounced": State.FAILED,
    "declined_then_bank_debit": State.PROCESSING,
    "part_paid": State.PART_PAID,
    "paid_in_parts": State.PAID,
    "refunded_in_parts": State.REFUNDED,
    "part_refunded": State.PART_REFUNDED,
    "refund_failed": State.PAID,
    "refund_undone": State.PAID,
    "refund_failed_then_done": State.REFUNDED,
    "dispute_lost": State.DISPUTE_LOST,
    "part_refunded_dispute_won": State.PART_REFUNDED,
}
MONEY_IS_IN = frozenset(State) - {State.REQUESTED, State.OPENED, State.PROCESSING, State.FAILED} - ENDED


@pytest.mark.parametrize("pair", [*product(State, FactKind)], ids=lambda pair: f"{pair[0]}+{pair[1]}")
def test_every_pair_of_state_and_fact_is_decided(pair: tuple[State, FactKind]) -> None:
    state, kind = pair
    refunded = ASKED if kind is K.REFUNDED else usd(0)
    decision = decide(state, fact(kind, captured=ASKED, refunded=refunded), ASKED)
    assert decision.changed == (decision.state is not state)
    assert decision.state in (NEXT[pair], State.PAID)
    if state in MONEY_IS_IN:
        assert decision.state in MONEY_IS_IN, "money that came may not be forgotten"


def test_the_table_has_no_pair_too_many() -> None:
    assert set(NEXT) == set(product(State, FactKind))


@pytest.mark.parametrize("state", sorted(State))
def test_the_same_fact_twice_changes_nothing_the_second_time(state: State) -> None:
    for kind in FactKind:
        told = fact(kind, captured=ASKED, refunded=usd(900))
        once = decide(state, told, ASKED)
        assert not decide(once.state, told, ASKED).changed


@pytest.mark.parametrize("story", sorted(STORIES))
def test_a_story_ends_where_a_seller_would_expect(story: str) -> None:
    assert settle(STORIES[story], ASKED).state is ENDS[story]


@given(st.sampled_from(sorted(STORIES)), st.randoms(use_true_random=False), st.integers(0, 6))
def test_order_and_repeats_never_change_where_a_payment_ends(story: str, dice: random.Random, repeats: int) -> None:
    told = list(STORIES[story])
    heard = told + dice.choices(told, k=repeats)
    dice.shuffle(heard)
    assert settle(heard, ASKED) == settle(told, ASKED)


@given(st.sampled_from(sorted(STORIES)), st.data())
def test_a_lost_webhook_is_made_up_for_by_a_poll(story: str, data: st.DataObject) -> None:
    """Totals can be polled for and a cancellation is our own; of the rest, whatever comes last is enough."""
    *before, last = STORIES[story]
    kept = data.draw(st.lists(st.sampled_from(before), unique=True)) if before else []
    known = [told for told in before if told.kind in (K.CAPTURED, K.REFUNDED, K.CANCELLED)]
    assert settle([*kept, *known, last], ASKED).state is ENDS[story]


@pytest.mark.parametrize("ended", sorted(ENDED))
def test_money_after_the_end_is_paid_and_late(ended: State) -> None:
    decision = decide(ended, fact(K.CAPTURED, captured=ASKED), ASKED)
    assert (decision.state, decision.late) == (State.PAID, True)


def test_money_that_was_on_its_way_when_the_link_died_is_late_too() -> None:
    facts = (fact(K.EXPIRED, 1), fact(K.PROCESSING, 2), fact(K.CAPTURED, 3, captured=ASKED))
    assert settle(facts, ASKED).late


def test_money_in_time_is_not_late_though_its_notice_comes_after_the_end() -> None:
    assert not settle(STORIES["paid_then_link_dies"][::-1], ASKED).late


def test_totals_are_carried_and_never_added_up() -> None:
    end = settle(STORIES["refunded_in_parts"] * 2, ASKED)
    assert end == Settlement(State.REFUNDED, captured=ASKED, refunded=ASKED)


def test_what_is_paid_beyond_the_sum_is_told() -> None:
    assert settle([fact(K.CAPTURED, captured=usd(9800))], ASKED).overpaid == ASKED


def test_a_refund_without_its_total_asks_for_it() -> None:
    heard = (*PAYMENT, fact(K.REFUNDED, 100))
    assert settle(heard, ASKED).ask
    assert settle(heard, ASKED).state is State.REFUND_PENDING
    polled = settle((*heard, fact(K.REFUNDED, 101, refunded=usd(900))), ASKED)
    assert (polled.state, polled.ask) == (State.PART_REFUNDED, False)


def test_a_payment_without_a_sum_is_illegal() -> None:
    with pytest.raises(IllegalTransition):
        decide(State.OPENED, fact(K.CAPTURED), ASKED)


def test_another_currency_is_illegal() -> None:
    with pytest.raises(IllegalTransition):
        settle([fact(K.CAPTURED, captured=Money(4900, "EUR"))], ASKED)


def test_nothing_told_leaves_the_request_as_it_was() -> None:
    assert settle((), ASKED) == Settlement(State.REQUESTED, captured=usd(0), refunded=usd(0))


def test_the_diagram_draws_every_way_to_move_and_no_standstill() -> None:
    drawn = diagram()
    assert drawn.startswith("stateDiagram-v2\n")
    assert "    expired --> paid: captured, refund_failed\n" in drawn
    arrows = [line.split(":")[0].split(" --> ") for line in drawn.splitlines()[2:]]
    assert all(start != end for start, end in arrows)
    assert len(arrows) == len({(state, after) for (state, _), after in NEXT.items() if state is not after})
