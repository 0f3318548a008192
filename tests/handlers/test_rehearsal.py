"""A team without an account rehearses a payment, and a live team cannot."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.checkout.opening import NotPayable
from handlers.checkout.refunds import FINAL
from handlers.declared import TeamFileError, read_team_file
from handlers.pay_page import begin_checkout
from handlers.rehearsal import play, rehearsal
from handlers.team_file import apply_team
from payments.gateway import Gateway
from payments.machine import State
from payments.pretend import Pretend
from payments.pretend.journal import Deed
from storage.database import Database
from storage.pretended import KeptJournal
from storage.tables import RoleKind
from tests.handlers.market import Market
from tests.handlers.till import Till
from tests.handlers.town import START, Town, Voice, town

FILE = 'name = "A"\nslug = "a"\ncurrency = "USD"\ntime_zone = "UTC"\n'


@dataclass
class Shop:
    """A market whose gateway pretends."""

    market: Market
    town: Town

    async def page(self) -> str:
        """The customer is at the pretend page; its word in the address."""
        await self.market.ask()
        url = await begin_checkout(self.town.house, (await self.market.requests())[-1].code)
        return url.rpartition("/")[2]

    async def does(self, ref: str, deed: Deed) -> None:
        """Press a button of that page; what it reports is taken in."""
        await play(self.town.house, ref, deed)
        async with self.town.database.begin() as work:
            jobs = await work.inbox.claim(16, START - START.replace(hour=0))
        for job in jobs:
            await self.town.jobs.take_in(job)
        await self.market.carry_out()

    async def state(self) -> State:
        """Of the newest request."""
        return (await self.market.requests())[-1].state


@pytest_asyncio.fixture
async def shop(template: Path) -> AsyncIterator[Shop]:
    gateways: dict[str, Gateway] = {}
    async with town(template, gateways) as made:
        gateways["pretend"] = pretend(made.database, made)
        async with made.database.begin() as work:
            (await work.people.team(made.team.id)).gateway = "pretend"
        market = Market(made, Till())
        await market.begin()
        yield Shop(market, made)


def pretend(database: Database, made: Town) -> Pretend:
    return Pretend(KeptJournal(database.begin), secret="made up", url="http://127.0.0.1:9/pretend", now=made.clock)


async def test_it_is_declined_then_paid_then_given_back(shop: Shop) -> None:
    ref = await shop.page()
    await shop.does(ref, Deed.DECLINED)
    assert await shop.state() is State.FAILED
    await shop.does(ref, Deed.PAID)
    assert await shop.state() is State.PAID
    await shop.market.hear(shop.market.desk.presses("refund.yes", "1"))
    assert await shop.state() is State.REFUNDED


async def test_every_card_says_that_it_pretends(shop: Shop) -> None:
    await shop.does(await shop.page(), Deed.PAID)
    cards = [one.message for one in shop.town.notebook.shown if "$49.00" in one.message.title]
    assert cards
    assert {card.badge for card in cards} == {"PRETEND, no money moves"}
    case = next(one.message for one in reversed(shop.town.notebook.shown) if "Case" in one.message.title)
    assert "PRETEND" in case.plain


async def test_a_second_click_changes_nothing(shop: Shop) -> None:
    ref = await shop.page()
    for _ in range(2):
        await shop.does(ref, Deed.PAID)
    (request,) = await shop.market.requests()
    assert (request.state, request.captured_minor) == (State.PAID, 4900)


async def test_another_program_on_the_same_database_knows_the_payment(shop: Shop) -> None:
    ref = await shop.page()
    other = pretend(shop.town.database, shop.town)
    await other.pay(ref)
    await shop.market.wait(minutes=1)
    assert await shop.state() is State.PAID


async def go_live(shop: Shop) -> None:
    async with shop.town.database.begin() as work:
        (await work.people.team(shop.town.team.id)).live = True


async def test_a_live_team_is_told_why_nothing_can_be_asked_for(shop: Shop) -> None:
    await go_live(shop)
    await shop.market.hear(shop.market.desk.does("pay", "49 USD Consultation"))
    _, answer = shop.town.notebook.answers[-1]
    assert "live" in answer.text
    assert "no money would move" in answer.text
    assert not await shop.market.requests()


async def test_a_page_from_before_takes_nothing_once_the_team_is_live(shop: Shop) -> None:
    ref = await shop.page()
    await go_live(shop)
    await shop.does(ref, Deed.PAID)
    page = await rehearsal(shop.town.house, ref)
    assert page is not None
    assert (page.is_open, "live now" in page.sentence) == (False, True)
    assert await shop.state() is State.OPENED
    with pytest.raises((NotPayable, *FINAL)):
        await begin_checkout(shop.town.house, (await shop.market.requests())[-1].code)


async def test_a_team_that_names_no_gateway_does_not_pretend(shop: Shop) -> None:
    async with shop.town.database.begin() as work:
        (await work.people.team(shop.town.team.id)).gateway = ""
    await shop.market.hear(shop.market.desk.does("pay", "49 USD Consultation"))
    _, answer = shop.town.notebook.answers[-1]
    assert "rehearse without money: /payments" in answer.text


async def owner(shop: Shop, *, gateway: str, declared: bool = False) -> Voice:
    """Ana runs the team, and sits alone with the bot."""
    async with shop.town.database.begin() as work:
        team = await work.people.team(shop.town.team.id)
        team.gateway, team.declared = gateway, declared
        role = await work.people.role(team.id, shop.town.ana.person_id)
        assert role is not None
        role.kind = RoleKind.OWNER
    return shop.town.ana


async def gateway_of(shop: Shop) -> str:
    async with shop.town.database.begin() as work:
        return (await work.people.team(shop.town.team.id)).gateway


async def test_an_owner_begins_a_rehearsal_and_ends_it(shop: Shop) -> None:
    ana = await owner(shop, gateway="")
    await shop.market.hear(ana.does("payments"))
    await shop.market.hear(ana.presses("payments.pretend", shop.town.notebook.button("payments.pretend")))
    assert await gateway_of(shop) == "pretend"
    await shop.does(await shop.page(), Deed.PAID)
    assert await shop.state() is State.PAID
    await shop.market.hear(ana.does("payments"))
    await shop.market.hear(ana.presses("payments.real", shop.town.notebook.button("payments.real")))
    assert await gateway_of(shop) == ""


async def test_only_an_owner_begins_a_rehearsal(shop: Shop) -> None:
    await owner(shop, gateway="")
    await shop.market.hear(shop.town.ben.presses("payments.pretend"))
    assert await gateway_of(shop) == ""


@pytest.mark.parametrize("action", ["payments.pretend", "payments.real"])
async def test_where_a_file_decides_the_buttons_change_nothing(shop: Shop, action: str) -> None:
    before = "" if action == "payments.pretend" else "pretend"
    ana = await owner(shop, gateway=before, declared=True)
    await shop.market.hear(ana.does("payments"))
    assert not [row for _, message in shop.town.notebook.answers for row in message.buttons if row[0].action == action]
    await shop.market.hear(ana.presses(action))
    assert await gateway_of(shop) == before
    assert "file" in shop.town.notebook.answers[-1][1].text


async def test_a_live_team_cannot_begin_a_rehearsal(shop: Shop) -> None:
    ana = await owner(shop, gateway="")
    await go_live(shop)
    await shop.market.hear(ana.presses("payments.pretend"))
    assert await gateway_of(shop) == ""
    assert "live" in shop.town.notebook.answers[-1][1].text


async def test_a_page_of_nobody_is_none(shop: Shop) -> None:
    assert await rehearsal(shop.town.house, "0" * 32) is None
    await play(shop.town.house, "0" * 32, Deed.PAID)


def test_a_file_cannot_be_live_and_pretend() -> None:
    assert read_team_file(f'{FILE}gateway = "pretend"\n').pretends
    with pytest.raises(TeamFileError, match="moves no money"):
        read_team_file(f'{FILE}gateway = ["stripe", "pretend"]\nlive = true\n')


async def test_live_keys_are_the_first_teams_so_another_may_still_rehearse(shop: Shop) -> None:
    file = read_team_file(f'{FILE}gateway = "pretend"\n')
    first = file.model_copy(update={"slug": "acme"})
    for mine, refused in ((first, True), (file, False)):
        with pytest.raises(TeamFileError, match="moves no money") if refused else nullcontext():
            async with shop.town.database.begin() as work:
                await apply_team(work, mine, {}, live_keys=True)
