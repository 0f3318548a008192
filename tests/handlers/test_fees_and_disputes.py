"""What the gateway keeps and until when a dispute can be answered: both stand on the desk's card."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payments.facts import Fact, FactKind, Source
from payments.machine import State
from payments.money import Money
from storage.tables import PaymentRequest
from tests.handlers.market import Market
from tests.handlers.stall import ask, card, fresh, heard_by, rows


async def paid(market: Market, fee: Money | None = None) -> tuple[PaymentRequest, Fact]:
    """A payment, and the fact that told it."""
    request = await ask(market, "49 USD Consultation")
    market.till.pay(await market.open(request))
    fact = replace(market.till.webhooks[-1], fee=fee)
    await market.webhook(fact)
    return request, fact


def desk_card(market: Market) -> dict[str, str]:
    return rows(card(market, "acme-desk", ": $49.00"))


async def test_the_desk_sees_what_the_gateway_keeps_and_the_customer_does_not(market: Market) -> None:
    await paid(market, Money(172, "USD"))
    assert (desk_card(market)["Gateway fee"], desk_card(market)["After the fee"]) == ("$1.72", "$47.28")
    assert "fee" not in card(market, "mia", "Paid: $49.00").plain


async def test_a_fee_in_another_currency_is_not_taken_from_the_sum(market: Market) -> None:
    await paid(market, Money(171, "EUR"))
    assert desk_card(market)["Gateway fee"] == "€1.71" and "After the fee" not in desk_card(market)


async def test_a_fee_that_is_known_later_than_the_payment_is_shown_then(market: Market) -> None:
    _, fact = await paid(market)
    assert "Gateway fee" not in desk_card(market)
    asked = replace(fact, event_id="", source=Source.POLL)
    for known in (asked, replace(asked, fee=Money(172, "USD"))):
        await market.webhook(known)
    assert desk_card(market)["Gateway fee"] == "$1.72"


@pytest.mark.parametrize("told", [True, False])
async def test_a_dispute_is_warned_of_with_its_deadline_and_a_button_for_the_evidence(
    market: Market, told: bool
) -> None:
    request, fact = await paid(market)
    by = market.town.clock() + timedelta(days=7) if told else None
    disputed = replace(
        fact, kind=FactKind.DISPUTED, event_id="evt_disputed", at=fact.at + timedelta(seconds=1), captured=None,
        answer_by=by,
    )  # fmt: skip
    await market.webhook(disputed)
    assert (await fresh(market, request)).state is State.DISPUTED
    warned = card(market, "acme-desk", "Dispute")
    assert ("before its deadline." in warned.text) is not told
    assert [button.action for row in warned.buttons for button in row] == ["pay.evidence"]
    assert (desk_card(market).get("Answer by", "") in warned.text) and ("Answer by" in desk_card(market)) is told
    won = replace(disputed, kind=FactKind.DISPUTE_WON, event_id="evt_won", at=disputed.at + timedelta(seconds=1))
    await market.webhook(won)
    assert "Answer by" not in desk_card(market)


async def bank(market: Market, fact: Fact, *kinds: FactKind) -> None:
    """The customer's bank does one thing after the other."""
    for number, kind in enumerate(kinds, 1):
        at = fact.at + timedelta(hours=number)
        await market.webhook(replace(fact, kind=kind, event_id=f"evt_{kind}", at=at, captured=None, fee=None))


async def test_a_dispute_won_after_a_part_went_back_says_so_and_repeats_nothing(market: Market) -> None:
    request, fact = await paid(market)
    market.till.refund_in_dashboard(fact.checkout_ref, 2000)
    await market.webhook(market.till.webhooks[-1])
    await bank(market, fact, FactKind.DISPUTED, FactKind.DISPUTE_WON)
    assert (await fresh(market, request)).state is State.PART_REFUNDED
    assert "$29.00 for Consultation stays with you" in card(market, "acme-desk", "Dispute won").text
    assert heard_by(market, "mia", "Refunded: $20.00 for") == heard_by(market, "acme-desk", "Refunded: $20.00 for") == 1
    assert heard_by(market, "mia", "it stays paid") == 1
    assert [one.event for one in await market.told()] == ["payment.paid", "payment.refunded"]


async def test_a_dispute_lost_is_told_to_both_and_what_was_bought_is_taken_back(market: Market) -> None:
    request, fact = await paid(market, Money(172, "USD"))
    await bank(market, fact, FactKind.DISPUTED, FactKind.DISPUTE_LOST)
    assert (await fresh(market, request)).state is State.DISPUTE_LOST
    assert "$49.00 for Consultation is gone" in card(market, "acme-desk", "Dispute lost").text
    assert "After the fee" not in desk_card(market)
    assert heard_by(market, "mia", "Your bank pays $49.00 for Consultation back to you.") == 1
    assert [one.event for one in await market.told()] == ["payment.paid", "payment.refunded"]
