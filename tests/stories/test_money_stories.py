"""Money: declined, doubled, late, lost, expired, withdrawn, unreadable, and back again."""

from datetime import timedelta

import httpx2
import pytest

from bot.cli.money import reconciled
from sandbox.faults import Fault, Rule
from tests.stories.script import asks, claims, in_conversation, writes_in
from tests.stories.stage import Stage


async def test_declined_then_paid_on_the_same_page(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    await stage.cast.stripe.decline(session)
    await ana.hears("did not go through: $49.00")
    await mia.hears("did not go through: $49.00")
    await stage.cast.stripe.pay(session)
    await mia.hears("Paid: $49.00")
    await ana.hears("Paid: $49.00", "How we know")


async def test_a_doubled_webhook_pays_once(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    stage.world.faults.add(Rule("stripe", Fault.DOUBLED, count=10))
    await stage.cast.stripe.pay(session)
    await mia.hears("Thank you, $49.00")
    await stage.world.until(lambda: sum(e.note == "sent again" for e in stage.world.wire) >= 1)
    await mia.says("Did that work?")
    await ana.hears("Did that work?")
    assert mia.count("Thank you, $49.00") == 1


async def test_a_late_webhook_after_a_refund_changes_nothing(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    stage.world.faults.add(Rule("stripe", Fault.LATE, count=1, method="checkout.session.completed"))
    await stage.cast.stripe.pay(session)
    await mia.hears("Paid: $49.00")
    await ana.taps("Refund")
    await ana.taps("Refund $49.00")
    await mia.hears("Refunded: $49.00", without="for Consultation")
    await stage.world.release("stripe")
    await mia.says("Is it back?")
    await ana.hears("Is it back?")
    assert mia.count("Thank you, $49.00") == 1
    await ana.hears("Refunded: $49.00", without="for Consultation")


async def test_a_lost_webhook_is_made_up_for_by_asking(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    stage.world.faults.add(Rule("stripe", Fault.LOST, count=50))
    await stage.cast.stripe.pay(session)
    stage.world.clock.jump(timedelta(minutes=2))
    await mia.hears("Paid: $49.00", "Confirmed by asking Stripe")
    await ana.hears("Paid: $49.00", "confirmed by asking Stripe")


async def test_reconciling_finds_a_missed_payment_and_then_a_refund_made_elsewhere(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    stage.world.faults.add(Rule("stripe", Fault.LOST, count=50))
    day = stage.world.clock.now() - timedelta(days=1)
    await stage.cast.stripe.pay(session)
    asked, (drift,) = await reconciled(stage.settings, day)
    assert (asked, drift.unasked) == (1, False)
    assert "to pay" not in drift.sentence.rpartition("->")[2]
    assert drift.sentence.endswith("-> paid, $49.00 paid")
    await mia.hears("Paid: $49.00", "Confirmed by asking Stripe")
    await stage.cast.stripe.refund_in_dashboard(session, 1000)
    _, (drift,) = await reconciled(stage.settings, day)
    assert drift.sentence.endswith("$49.00 paid, $10.00 back")
    await ana.hears("Refunded: $10.00")
    assert (await reconciled(stage.settings, day))[1] == []


async def test_the_return_page_asks_the_gateway_and_believes_nothing_else(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana)
    session = await stage.session_of(page)
    async with httpx2.AsyncClient(follow_redirects=True) as browser:
        unpaid = await browser.get(f"{page}/back?session_id={session}&paid=1")
        assert "has been paid" not in unpaid.text
        stage.world.faults.add(Rule("stripe", Fault.LOST, count=50))
        await stage.cast.stripe.pay(session)
        paid = await browser.get(f"{page}/back")
    assert "has been paid" in paid.text
    await mia.hears("Paid: $49.00", "when the customer came back")


async def test_a_request_expires_and_its_page_says_so(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana)
    stage.world.clock.jump(timedelta(minutes=31))
    await mia.hears("Expired: $49.00")
    await ana.hears("Expired: $49.00")
    async with httpx2.AsyncClient() as browser:
        shown = await browser.get(page)
        tried = await browser.post(page, headers={"origin": stage.url})
    assert "expired" in shown.text and tried.status_code != 303


async def test_a_withdrawn_request_takes_no_money(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    await ana.taps("Withdraw")
    await mia.hears("Withdrawn: $49.00")
    await stage.world.until(lambda: stage.cast.stripe.sessions[session]["status"] == "expired")


async def test_money_that_comes_after_the_withdrawal_goes_back(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    stage.world.faults.add(Rule("stripe", Fault.SERVER_ERROR, count=30, method="expire"))
    await ana.taps("Withdraw")
    await mia.hears("Withdrawn: $49.00")
    await stage.cast.stripe.pay(session)
    await mia.hears("although the request had been withdrawn", "sent back")
    await ana.hears("although the request had been withdrawn")
    await stage.world.until(lambda: any(r["amount"] == 4900 for r in stage.cast.stripe.books.refunds.values()))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("1,299 USD", "Which sum do you mean?"),
        ("0.10 USD", "Stripe takes"),
        ("49.9999 USD", "decimal"),
        ("money", "amount"),
        ("-5 USD", "more than zero"),
    ],
)
async def test_what_cannot_be_read_is_asked_or_refused(stage: Stage, typed: str, answer: str) -> None:
    _, ana = await in_conversation(stage)
    before = len(ana.screen())
    await ana.says(f"!pay {typed}")
    await stage.world.until(lambda: len(ana.screen()) >= before + 2)
    assert answer in ana.screen()[-1].text
    assert stage.mia.count("To pay") == 0


async def test_an_ambiguous_sum_is_cleared_up_by_a_tap(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.says("!pay 1,299 USD Course")
    await ana.taps("$1,299.00")
    await ana.taps("Ask for $1,299.00")
    await mia.hears("To pay: $1,299.00", "Course")


async def test_pay_as_a_slash_command_finds_the_agents_only_case(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.commands("/pay 12.50 EUR Coffee, valid 2 h")
    await ana.hears("Ask Mia Schneider for €12.50?", "Case")
    await ana.taps("Ask for €12.50")
    await mia.hears("To pay: €12.50", "Coffee")


async def test_pay_by_a_form_on_slack(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.taps("Ask for money")
    await ana.fills(**{"How much?": "20", "What for?": "Materials"})
    await ana.taps("Ask for $20.00")
    await mia.hears("To pay: $20.00", "Materials")


async def test_pay_by_questions_on_telegram(stage: Stage) -> None:
    mia, ana = stage.mia, stage.ana_on_telegram
    await writes_in(mia, ana)
    await claims(mia, ana)
    await ana.taps("Ask for money")
    await ana.hears("How much?")
    await ana.says("twenty")
    await ana.hears("How much?", "There is no amount in this.")
    await ana.says("20")
    await ana.hears("What for?")
    await ana.says("Materials")
    await ana.taps("Ask for $20.00")
    await mia.hears("To pay: $20.00", "Materials")


async def test_a_refund_in_the_gateways_dashboard_shows_up(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    await stage.cast.stripe.pay(session)
    await mia.hears("Paid: $49.00")
    await stage.cast.stripe.refund_in_dashboard(session)
    await mia.hears("Refunded: $49.00", without="for Consultation")
    await ana.hears("Refunded: $49.00", without="for Consultation")


async def test_a_payment_of_another_sum_is_kept_and_flagged(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    stage.cast.stripe.sessions[session]["amount_total"] = 4800
    await stage.cast.stripe.pay(session)
    await ana.hears("Please check", "does not fit")
    assert mia.count("Paid: $49.00") == 0
