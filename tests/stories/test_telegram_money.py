"""Money inside Telegram: its own invoices, for Stars and for other money, with an agent who watches on Slack."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.databases import Pool
from tests.stories.script import asks, claims, in_conversation, writes_in
from tests.stories.stage import TEAM, Stage, set_up

pytestmark = pytest.mark.long

MIA, ARJUN = 1001, 1002
STARS = ("250 XTR Short answer", "XTR\u00a0250")
"""What the agent types, and the sum as people see it."""


BOTH_WAYS = pytest.mark.parametrize("stage", ["polling", "webhook"], indirect=True)
"""Updates are asked for, or brought: what arrives is the same."""


@pytest_asyncio.fixture
async def stage(request: Any, databases: Pool, tmp_path: Path) -> AsyncIterator[Stage]:
    """A team that sells by Stripe and in Telegram, whose updates are polled or pushed."""
    team = tmp_path / "team.toml"
    team.write_text(TEAM.read_text().replace('gateway = "stripe"', 'gateway = ["stripe", "telegram"]'))
    polling = getattr(request, "param", "polling") == "polling"
    database_url = await databases.ready("sqlite")
    async with set_up(tmp_path, database_url=database_url, telegram_sells=True, team=team, polling=polling) as whole:
        yield whole


async def invoice_of(stage: Stage, page: str) -> str:
    """Choose Telegram on the pay page; the invoice's link."""
    async with httpx2.AsyncClient(follow_redirects=False) as browser:
        gone = await browser.post(page, data={"way": "telegram"}, headers={"origin": stage.url})
    assert gone.status_code == 303, gone.text
    return gone.headers["location"]


async def pays(stage: Stage, link: str, person: int = MIA, **how: bool) -> dict[str, Any]:
    return await stage.cast.telegram.people.pay_link(person, link, **how)


def balance(stage: Stage) -> int:
    """The Stars that the bot holds."""
    return sum(each["amount"] if "source" in each else -each["amount"] for each in stage.cast.telegram.state.stars)


@BOTH_WAYS
async def test_paid_in_telegram_while_an_agent_on_slack_watches(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana)
    async with httpx2.AsyncClient() as browser:
        shown = await browser.get(page)
    assert "Stripe" in shown.text and "Telegram" in shown.text
    assert (await pays(stage, await invoice_of(stage, page)))["paid"]
    await mia.hears("Paid: $49.00", "Confirmed by webhook from Telegram")
    await mia.hears("Thank you, $49.00")
    await ana.hears("Paid: $49.00", "How we know", "confirmed by webhook from Telegram")
    async with httpx2.AsyncClient() as browser:
        assert "has been paid" in (await browser.get(page)).text


async def test_one_tap_on_the_card_opens_telegrams_own_payment(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana)
    link = await mia.taps("Pay in Telegram")
    # Nobody has opened anything yet, and the pay page leads to the very same invoice.
    await ana.hears("Waiting for payment: $49.00", "Asked by")
    assert await invoice_of(stage, page) == link
    assert (await pays(stage, link))["paid"]
    await mia.hears("Paid: $49.00", "Confirmed by webhook from Telegram")
    assert "Pay in Telegram" not in {label for seen in mia.screen() for label in seen.labels}


async def test_a_second_payment_is_refused_before_it_is_made(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    link = await invoice_of(stage, await asks(mia, ana))
    assert (await pays(stage, link))["paid"]
    await mia.hears("Paid: $49.00")
    again = await pays(stage, link, ARJUN)
    assert (again["paid"], "paid already" in again["error"]) == (False, True)
    assert len(stage.cast.telegram.state.charges) == 1


@BOTH_WAYS
async def test_of_two_who_pay_at_one_moment_one_is_let_through(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    link = await invoice_of(stage, await asks(mia, ana))
    told = await asyncio.gather(pays(stage, link), pays(stage, link, ARJUN))
    assert sorted(one["paid"] for one in told) == [False, True]
    await mia.hears("Paid: $49.00")
    assert len(stage.cast.telegram.state.charges) == 1


async def test_a_declined_card_leaves_the_way_free_for_its_owner(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    link = await invoice_of(stage, await asks(mia, ana))
    assert not (await pays(stage, link, declined=True))["paid"]
    assert "Somebody is paying" in (await pays(stage, link, ARJUN))["error"]
    assert (await pays(stage, link))["paid"]
    await ana.hears("Paid: $49.00", "How we know")


async def test_an_expired_or_withdrawn_request_is_not_paid_in_telegram(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    withdrawn = await invoice_of(stage, await asks(mia, ana))
    await ana.taps("Withdraw")
    await mia.hears("Withdrawn: $49.00")
    assert "withdrawn" in (await pays(stage, withdrawn))["error"]
    expired = await invoice_of(stage, await asks(mia, ana, "12 EUR Coffee", "€12.00"))
    stage.world.clock.jump(timedelta(minutes=31))
    await mia.hears("Expired: €12.00")
    assert "expired" in (await pays(stage, expired))["error"]
    assert stage.cast.telegram.state.charges == {}


async def test_another_sum_than_asked_is_refused(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    link = await invoice_of(stage, await asks(mia, ana))
    stage.cast.telegram.state.invoices[link]["total_amount"] = 100
    assert "does not fit" in (await pays(stage, link))["error"]
    stage.cast.telegram.state.invoices[link] |= {"total_amount": 4900, "payload": "somebody's else"}
    assert "not known here" in (await pays(stage, link))["error"]


@BOTH_WAYS
async def test_stars_are_paid_and_given_back(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    link = await invoice_of(stage, await asks(mia, ana, *STARS))
    assert (await pays(stage, link))["paid"]
    await mia.hears("Paid: XTR\u00a0250", "Telegram")
    await ana.taps("Refund")
    await ana.taps("Refund XTR\u00a0250")
    await mia.hears("Refunded: XTR\u00a0250", without="for Short answer")
    await ana.hears("Refunded: XTR\u00a0250", without="for Short answer")
    assert balance(stage) == 0
    await mia.says("Is it back?")
    await ana.hears("Is it back?")
    assert mia.count("Refunded: XTR\u00a0250 for Short answer") == 1


async def test_stars_whose_update_is_lost_are_found_by_asking(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await pays_unheard(stage, await invoice_of(stage, await asks(mia, ana, *STARS)))
    stage.world.clock.jump(timedelta(minutes=2))
    await mia.hears("Paid: XTR\u00a0250", "Confirmed by asking Telegram")


async def test_stars_that_came_unheard_go_back_when_the_request_is_withdrawn(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await pays_unheard(stage, await invoice_of(stage, await asks(mia, ana, *STARS)))
    await ana.taps("Withdraw")
    await mia.hears("although the request had been withdrawn", "sent back")
    await stage.world.until(lambda: balance(stage) == 0)


async def pays_unheard(stage: Stage, link: str) -> None:
    """Mia pays, and the update that tells of it is lost."""
    updates = stage.cast.telegram.state.updates
    updates.allowed -= {"message"}
    assert (await pays(stage, link))["paid"]
    updates.allowed |= {"message"}
    assert balance(stage) == 250


async def test_other_money_goes_back_at_the_provider_and_the_agent_is_told(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    assert (await pays(stage, await invoice_of(stage, await asks(mia, ana))))["paid"]
    await mia.hears("Paid: $49.00")
    await ana.taps("Refund")
    await ana.taps("Refund $49.00")
    await ana.hears("did not go through", "Refund it at the payment provider, as charge provider_1")


async def test_telegram_is_not_offered_to_a_customer_on_slack(stage: Stage) -> None:
    carla, ana = stage.carla, stage.ana
    await writes_in(carla, ana)
    await claims(carla, ana)
    await ana.says("!pay 250 XTR Short answer")
    await ana.hears("Telegram takes payments of customers on Telegram alone")
    page = await asks(carla, ana)
    async with httpx2.AsyncClient(follow_redirects=False) as browser:
        assert "Telegram" not in (await browser.get(page)).text
        tried = await browser.post(page, data={"way": "telegram"}, headers={"origin": stage.url})
    assert tried.status_code == 409


async def test_a_bot_that_takes_payments_tells_its_terms_and_helps(stage: Stage) -> None:
    await stage.mia.starts()
    await stage.mia.hears("Welcome to Bright Studio")
    await stage.mia.commands("/terms")
    await stage.mia.hears("Payments to Bright Studio", "answers for it")
    await stage.mia.commands("/paysupport")
    await stage.mia.hears("Help with a payment", "Bright Studio")
    await stage.mia.taps("Talk to a person")
