"""An owner sets up the team's own payment account: keys on a page, money into it, new keys, another account, none."""

import re
from datetime import timedelta

import pytest

from sandbox.stripe.merchants import SECOND
from tests.stories.people import OnSlack
from tests.stories.script import asks, in_conversation
from tests.stories.setting_up import asks_for_link, browsing
from tests.stories.stage import Stage

pytestmark = pytest.mark.long

NEW_KEY = "sk_test_rolledAnew"
NEW_SECRET = "whsec_rolled_anew"


async def test_an_owner_on_slack_types_keys_and_is_paid_into_that_account(stage: Stage) -> None:
    async with browsing() as browser:
        mia, ana = await in_conversation(stage)
        merchants, keys = stage.cast.stripe.merchants, stage.world.secrets
        await browser.opens(await asks_for_link(stage.ana))
        assert "Stripe Set up by the operator, test mode" in browser.text
        await browser.goes(f"{stage.url}/setup/keys/stripe")
        assert f"{stage.url}/webhooks/stripe/bright" in browser.text

        await browser.sends(api_key="sk_test_mistyped", webhook_secret="whsec_x")
        assert browser.status == 422
        assert "Stripe does not accept the API key" in browser.text
        assert "mistyped" not in browser.page and "whsec_x" not in browser.page
        async with stage.app.house.database.begin() as work:
            assert not await work.accounts.of(1)

        secret = merchants.paste_endpoint(SECOND, f"{stage.url}/webhooks/stripe/bright")
        await browser.sends(api_key=keys.stripe_second_api_key, webhook_secret=secret)
        assert "Stripe works: Bella Bikes, test mode, no real money" in browser.text
        await ana.hears("Stripe: payment account added", "Bella Bikes")

        session = await stage.session_of(await asks(mia, ana))
        assert stage.cast.stripe.books.owner_of(session) == SECOND
        await stage.cast.stripe.pay(session)
        await ana.hears("Paid: $49.00", "confirmed by webhook from Stripe")
        await ana.taps("Refund")
        await ana.taps("Refund $49.00")
        await mia.hears("Refunded: $49.00")
        assert {refund["status"] for refund in stage.cast.stripe.refunds.values()} == {"succeeded"}


async def test_an_owner_on_telegram_rolls_keys_while_money_moves(stage: Stage) -> None:
    async with browsing() as browser:
        mia, ana = await in_conversation(stage)
        stripe, keys = stage.cast.stripe, stage.world.secrets
        old = stripe.merchants.paste_endpoint(SECOND, f"{stage.url}/webhooks/stripe/bright")
        await stage.ana_on_telegram.starts()
        await browser.opens(await asks_for_link(stage.ana_on_telegram))
        await browser.goes(f"{stage.url}/setup/keys/stripe")
        await browser.sends(api_key=keys.stripe_second_api_key, webhook_secret=old)
        first = await stage.session_of(await asks(mia, ana))

        stripe.merchants.roll_key(SECOND, NEW_KEY)
        await browser.goes(f"{stage.url}/setup/keys/stripe")
        await browser.sends(api_key=NEW_KEY, webhook_secret=NEW_SECRET)
        assert "The old webhook secret is accepted until the new one is seen" in browser.text
        # It is a day from now, and an hour alone would read as if it were over.
        assert re.search(r"at most until \w{3} \d+ \w{3}, \d\d:\d\d", browser.text)
        # The endpoint at Stripe still signs with the old one.
        await stripe.pay(first)
        await ana.hears("Paid: $49.00", "confirmed by webhook from Stripe")
        await ana.taps("Refund")
        await ana.taps("Refund $49.00")
        await mia.hears("Refunded: $49.00")

        stripe.merchants.paste_endpoint(SECOND, f"{stage.url}/webhooks/stripe/bright", NEW_SECRET)
        second = await stage.session_of(await asks(mia, ana, "20 USD Session", "$20.00"))
        await stripe.pay(second)
        await ana.hears("Paid: $20.00")
        stripe.merchants.paste_endpoint(SECOND, f"{stage.url}/webhooks/stripe/bright", old)
        await stripe.resend(next(iter(stripe.events)))
        assert stripe.delivered[next(iter(stripe.events))][-1] == 401
        async with stage.app.house.database.begin() as work:
            deeds = [line.deed for line in await work.audits.of(1)]
        assert "payment account changed" in deeds and "payment account added" in deeds


async def test_a_removed_account_gives_back_what_it_took(stage: Stage) -> None:
    async with browsing() as browser:
        mia, ana = await in_conversation(stage)
        stripe, keys = stage.cast.stripe, stage.world.secrets
        secret = stripe.merchants.paste_endpoint(SECOND, f"{stage.url}/webhooks/stripe/bright")
        await browser.opens(await asks_for_link(stage.ana))
        await browser.goes(f"{stage.url}/setup/keys/stripe")
        await browser.sends(api_key=keys.stripe_second_api_key, webhook_secret=secret)
        session = await stage.session_of(await asks(mia, ana))
        await stripe.pay(session)
        await ana.hears("Paid: $49.00")

        await browser.sends("/setup/remove/stripe")
        assert "takes no new payments" in browser.text
        other = await stage.session_of(await asks(mia, ana, "20 USD Session", "$20.00"))
        assert stripe.books.owner_of(other) != SECOND
        await ana.commands("/refund")
        await ana.taps("Refund $49.00")
        await mia.hears("Refunded: $49.00")


async def test_stripe_is_connected_with_one_click_and_says_when_it_was_left(stage: Stage) -> None:
    async with browsing() as browser:
        mia, ana = await in_conversation(stage)
        stripe = stage.cast.stripe
        await stage.ana_on_telegram.starts()
        await browser.opens(await asks_for_link(stage.ana))
        await browser.sends("/setup/stripe/connect")
        assert "asks to take payments" in browser.text
        await browser.sends(act="deny")
        assert "The user denied your request" in browser.text
        await browser.sends("/setup/stripe/connect")
        await browser.sends(act="connect")
        assert "Stripe works: Bella Bikes, test mode" in browser.text
        assert "Bella Bikes: connected, test mode" in browser.text

        session = await stage.session_of(await asks(mia, ana))
        assert stripe.books.owner_of(session) == SECOND
        await stripe.pay(session)
        await ana.hears("Paid: $49.00", "confirmed by webhook from Stripe")
        await stripe.disconnect(SECOND)
        await stage.ana_on_telegram.hears("Stripe disconnected", "Bella Bikes")
        await OnSlack(stage.cast, "U0ANA").hears("Stripe disconnected", "Bella Bikes")
        other = await stage.session_of(await asks(mia, ana, "20 USD Session", "$20.00"))
        assert stripe.books.owner_of(other) != SECOND


async def test_the_page_opens_for_one_owner_once_and_not_for_long(stage: Stage) -> None:
    async with browsing() as browser, browsing() as another:
        await stage.ben.commands("/bellhop payments")
        await stage.ben.hears("Only an owner of Bright Studio can do this.")
        link = await asks_for_link(stage.ana)
        # A messenger that looks at the link first does not use it up.
        await another.goes(link)
        await browser.opens(link)
        assert "Payment accounts" in browser.text and browser.status == 200
        assert (await another.goes(link)).status == 410
        assert (await another.goes(f"{stage.url}/setup")).status == 410
        await browser.client.post(f"{stage.url}/setup/remove/stripe", data={"token": "guessed"})
        forged = await browser.client.post(f"{stage.url}/setup/keys/stripe", data={"api_key": "sk_test_1"})
        assert forged.status_code == 410 and "did not come from the set-up page" in forged.text
        policy = forged.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and forged.headers["cache-control"] == "no-store"

        async with stage.app.house.database.begin() as work:
            role = await work.people.role(1, (await work.people.agents(1))[0].id)
            assert role is not None
            role.kind = type(role.kind).AGENT
        assert "Only an owner" in (await browser.goes(f"{stage.url}/setup")).text
        async with stage.app.house.database.begin() as work:
            role = await work.people.role(1, (await work.people.agents(1))[0].id)
            assert role is not None
            role.kind = type(role.kind).OWNER
        stage.world.clock.jump(timedelta(minutes=31))
        assert (await browser.goes(f"{stage.url}/setup")).status == 410
        late = await asks_for_link(stage.ana)
        stage.world.clock.jump(timedelta(minutes=16))
        assert "used up or too old" in (await another.goes(late)).text
