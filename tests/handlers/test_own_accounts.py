"""Two teams in one database, each with its own Stripe account: money and webhooks of one never reach the other."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from handlers.accounts.keeping import Keys, Mixed, keep, remove, sweep_accounts
from handlers.accounts.opened import OpenAccounts
from handlers.accounts.visiting import Visitor
from handlers.accounts.webhooks import NoSuchGateway, take_settings_webhook, take_teams_webhook
from handlers.checkout.reports import take_report
from handlers.house import House
from handlers.pay_page import begin_checkout
from payments.errors import BadSignature
from payments.gateway import AccountState
from payments.machine import State
from payments.stripe import Stripe, StripeKeys
from sandbox.app import Cast
from sandbox.stripe.merchants import SECOND
from sandbox.stripe.objects import ACCOUNT
from sandbox.world import World
from storage.tables import Checkout, GatewayFact, Outbox, PaymentRequest
from tests.handlers.town import TEST_LEASE, Town, Voice, town
from tests.payments.stripe_payloads import SESSION
from tests.serving import running

SECRET = "whsec_of_the_rival"


@dataclass
class Street:
    """A town with Stripe outside: the first team has the settings' account, the rival may bring one of its own."""

    town: Town
    cast: Cast
    url: str
    operators: str
    owner: Visitor

    @property
    def house(self) -> House:
        return self.town.house

    async def keys(self, *, api_key: str = "", webhook_secret: str = SECRET) -> Keys:
        """What the rival's owner types, checked at Stripe."""
        key = api_key or self.cast.world.secrets.stripe_second_api_key
        section = {"api_key": key, "webhook_secret": webhook_secret, "api_url": self.url}
        stripe = Stripe.from_settings(section)
        try:
            return Keys("stripe", section, await stripe.check())
        finally:
            await stripe.aclose()

    async def rival_keeps(self, keys: Keys, house: House | None = None) -> list[str]:
        async with self.town.database.begin() as work:
            return await keep(house or self.house, work, self.owner, keys)

    async def asks(self, agent: Voice, customer: Voice, desk: str) -> PaymentRequest:
        """A case, a sum asked for, and the request."""
        await self.town.hear(customer.says("hello"))
        await self.town.drain()
        async with self.town.database.begin() as work:
            case = (await work.talk.open_cases(self._team_of(agent)))[0][0]
        speaker = agent.at(desk, await self.town.case_thread(case.id))
        await self.town.hear(speaker.does("claim"), speaker.does("pay", "49 USD Talk"))
        async with self.town.database.begin() as work:
            newest = (await work.payments.of_conversation(case.id))[0]
        await self.town.hear(speaker.presses("pay.send", str(newest.id)))
        return await self.request(newest.id)

    def _team_of(self, agent: Voice) -> int:
        return self.town.team.id if agent.account == "acme-bot" else self.town.rival.id

    async def request(self, number: int) -> PaymentRequest:
        async with self.town.database.begin() as work:
            found = await work.payments.request(number)
            assert found is not None
            return found

    async def session_of(self, request: PaymentRequest) -> str:
        return (await begin_checkout(self.house, request.code)).rpartition("/")[2]

    async def checkout(self, request: PaymentRequest) -> Checkout:
        async with self.town.database.begin() as work:
            return (await work.payments.checkouts_of(request.id))[0]

    def signed(self, secret: str, body: bytes) -> dict[str, str]:
        at = int(self.town.clock.now.timestamp())
        signature = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
        return {"stripe-signature": f"t={at},v1={signature}"}

    async def hear_reports(self) -> None:
        """The inbox, as the engine would."""
        async with self.town.database.begin() as work:
            for job in await work.inbox.claim(16, TEST_LEASE):
                await take_report(self.house, work, job.body)
                await work.inbox.done(job)

    async def count(self, table: Any) -> int:
        async with self.town.database.begin() as work:
            return int((await work.session.execute(select(func.count()).select_from(table))).scalar_one())


@pytest_asyncio.fixture
async def street(template: Path) -> AsyncIterator[Street]:
    world = World()
    cast = Cast.of(world)
    async with running(world, cast) as outside:
        url, keys = f"{outside}/stripe", world.secrets
        stripe = Stripe(StripeKeys(keys.stripe_api_key, keys.stripe_webhook_secret, url), now=world.clock.now)
        async with town(template, {"stripe": stripe}) as made:
            made.clock.now = world.clock.now()
            async with made.database.begin() as work:
                rex = await work.people.person(made.rex.person_id)
            visitor = Visitor(made.rival, rex, made.rex.says("keys").origin, made.clock.now)
            yield Street(made, cast, url, keys.stripe_webhook_secret, visitor)
            await made.house.close_gateways()


async def test_a_second_team_never_charges_on_the_first_ones_account(street: Street) -> None:
    await street.town.hear(street.town.rita.says("hello"))
    await street.town.drain()
    rex = street.town.rex.at("rival-desk", await street.town.case_thread(1))
    await street.town.hear(rex.does("claim"), rex.does("pay", "49 USD Talk"))
    await street.town.drain()
    assert "No payment account is set up for this team" in street.town.notebook.answers[-1][1].text
    assert await street.count(PaymentRequest) == 0


async def test_each_team_is_paid_into_its_own_account(street: Street) -> None:
    await street.rival_keeps(await street.keys())
    town = street.town
    ours = await street.session_of(await street.asks(town.ana, town.mia, "acme-desk"))
    theirs = await street.session_of(await street.asks(town.rex, town.rita, "rival-desk"))
    owner_of = street.cast.stripe.books.owner_of
    assert (owner_of(ours), owner_of(theirs)) == (ACCOUNT, SECOND)


async def test_a_teams_secret_is_believed_about_its_own_checkouts_alone(street: Street) -> None:
    await street.rival_keeps(await street.keys())
    request = await street.asks(street.town.ana, street.town.mia, "acme-desk")
    session = await street.session_of(request)
    checkout = await street.checkout(request)
    told = {
        "id": "evt_of_the_first", "object": "event", "type": "checkout.session.completed", "livemode": False,
        "created": int(street.town.clock.now.timestamp()),
        "data": {"object": SESSION | {
            "id": session, "client_reference_id": checkout.reference, "amount_total": 4900, "currency": "usd",
            "payment_status": "paid", "payment_intent": "pi_forged",
        }},
    }  # fmt: skip
    body = json.dumps(told).encode()
    before = await street.count(Outbox)
    await take_teams_webhook(street.house, "stripe", "rival", body, street.signed(SECRET, body))
    await street.hear_reports()
    assert (await street.request(request.id)).state is State.OPENED
    assert await street.count(Outbox) == before, "nothing is said at the other team's desk"
    async with street.town.database.begin() as work:
        (kept,) = (await work.session.execute(select(GatewayFact))).scalars().all()
    assert kept.checkout_id is None

    # The forger has not used up the name of the real event either.
    await take_settings_webhook(street.house, "stripe", body, street.signed(street.operators, body))
    await street.hear_reports()
    assert (await street.request(request.id)).state is State.PAID


async def test_each_address_believes_its_own_secrets_alone(street: Street) -> None:
    await street.rival_keeps(await street.keys())
    body = b'{"id": "evt_1", "type": "customer.created", "data": {"object": {}}}'
    for slug in ("", "acme"):
        with pytest.raises(BadSignature):
            await _post(street, slug, body, SECRET)
    with pytest.raises(BadSignature):
        await _post(street, "rival", body, street.operators)
    await _post(street, "rival", body, SECRET)
    await _post(street, "acme", body, street.operators)
    with pytest.raises(NoSuchGateway):
        await _post(street, "nobody", body, SECRET)


async def _post(street: Street, slug: str, body: bytes, secret: str) -> None:
    headers = street.signed(secret, body)
    if slug:
        await take_teams_webhook(street.house, "stripe", slug, body, headers)
    else:
        await take_settings_webhook(street.house, "stripe", body, headers)


async def test_another_process_uses_new_keys_at_once(street: Street) -> None:
    elsewhere = replace(street.house, accounts=OpenAccounts())
    await street.rival_keeps(await street.keys())
    async with street.town.database.begin() as work:
        (before,) = await elsewhere.gateways_of(work, street.town.rival)
        (again,) = await elsewhere.gateways_of(work, street.town.rival)
    assert before is again
    street.cast.stripe.merchants.roll_key(SECOND, "sk_test_rolled")
    await street.rival_keeps(await street.keys(api_key="sk_test_rolled"))
    async with street.town.database.begin() as work:
        (after,) = await elsewhere.gateways_of(work, street.town.rival)
    assert (await after.check()).id == SECOND
    assert after.account == before.account, "new keys of the same account: its payments go on"
    await elsewhere.accounts.aclose()


async def test_an_old_secret_ends_after_a_day_and_with_the_first_new_webhook(street: Street) -> None:
    await street.rival_keeps(await street.keys(webhook_secret="whsec_first"))
    await street.rival_keeps(await street.keys(webhook_secret="whsec_second"))
    body = b'{"id": "evt_1", "type": "customer.created", "data": {"object": {}}}'
    await _post(street, "rival", body, "whsec_first")
    street.town.clock.now += timedelta(hours=24)
    with pytest.raises(BadSignature):
        await _post(street, "rival", body, "whsec_first")
    await street.rival_keeps(await street.keys(webhook_secret="whsec_third"))
    await _post(street, "rival", body, "whsec_third")
    with pytest.raises(BadSignature):
        await _post(street, "rival", body, "whsec_second")


async def test_test_and_live_never_mix_and_nothing_is_stored(street: Street) -> None:
    await street.rival_keeps(await street.keys())
    live = AccountState("Rival", live=True, country="", currency="", faults=())
    with pytest.raises(Mixed, match=r"Stripe is in test mode.*remove Stripe first"):
        await street.rival_keeps(Keys("paypal", {"client_id": "c", "client_secret": "s"}, live))
    async with street.town.database.begin() as work:
        assert [row.gateway for row in await work.accounts.of(street.town.rival.id)] == ["stripe"]


async def test_a_removed_accounts_keys_stay_until_nothing_of_it_is_open(street: Street) -> None:
    await street.rival_keeps(await street.keys())
    request = await street.asks(street.town.rex, street.town.rita, "rival-desk")
    await street.session_of(request)
    checkout = await street.checkout(request)
    async with street.town.database.begin() as work:
        await remove(street.house, work, street.owner, "stripe")
    await sweep_accounts(street.house)
    async with street.town.database.begin() as work:
        assert await street.house.gateways_of(work, street.town.rival) == ()
        assert await street.house.gateway_for(work, checkout) is not None
        kept = await work.payments.checkout(checkout.id)
        assert kept is not None
        kept.poll_at = None
    street.town.clock.now += timedelta(hours=1)
    await sweep_accounts(street.house)
    async with street.town.database.begin() as work:
        assert await work.accounts.known_as("stripe", checkout.account) == []
