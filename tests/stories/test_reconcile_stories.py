"""Every webhook is lost: `bellhop reconcile` finds payments, refunds and disputes made in the gateways' dashboards."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from bot.cli.money import reconciled
from sandbox.faults import Fault, Rule
from sandbox.paypal.account import Account as PayPal
from sandbox.phonepe.account import Account as PhonePe
from sandbox.razorpay.account import Account as Razorpay
from sandbox.stripe.account import Account as Stripe
from tests.databases import Pool
from tests.stories.people import SOON
from tests.stories.script import asks, in_conversation
from tests.stories.stage import TEAM, Stage, set_up

pytestmark = pytest.mark.long

FULL = 'gateway = ["stripe", "paypal", "razorpay", "phonepe"]'
SUMS = {"USD": ("49 USD Lesson", "$49.00"), "INR": ("49 INR Lesson", "₹49.00")}
HOME = {"stripe": "USD", "paypal": "USD", "razorpay": "INR", "phonepe": "INR"}


@pytest_asyncio.fixture
async def stage(databases: Pool, tmp_path: Path) -> AsyncIterator[Stage]:
    """A team with every gateway that has a dashboard."""
    team = tmp_path / "team.toml"
    team.write_text(TEAM.read_text().replace('gateway = "stripe"', FULL))
    async with set_up(tmp_path, database_url=await databases.ready("sqlite"), team=team, all_gateways=True) as whole:
        yield whole


def twin(stage: Stage, gateway: str) -> Stripe | PayPal | Razorpay | PhonePe:
    there = getattr(stage.cast, gateway)
    assert isinstance(there, Stripe | PayPal | Razorpay | PhonePe)
    return there


async def page_at(stage: Stage, page: str, gateway: str) -> str:
    """The customer chooses a gateway; its word for the checkout."""
    async with httpx2.AsyncClient(follow_redirects=False) as browser:
        gone = await browser.post(page, data={"way": gateway}, headers={"origin": stage.url})
    assert gone.status_code == 303, gone.text
    word = str(gone.headers["location"]).rstrip("/").rpartition("/")[2]
    return next(iter(stage.cast.phonepe.orders)) if gateway == "phonepe" else word


async def quiet(stage: Stage) -> None:
    """Nothing waits to be done: a question that the program asks by itself would find what is to be found here."""
    async with asyncio.timeout(SOON):
        while True:
            async with stage.app.house.database.begin() as work:
                if await work.outbox.next_due() is None:
                    return
            await asyncio.sleep(0.02)


async def drift(stage: Stage) -> str:
    """What `bellhop reconcile --since yesterday` prints of the one checkout."""
    _, (found,) = await reconciled(stage.settings, stage.world.clock.now() - timedelta(days=1))
    assert not found.unasked, found.sentence
    assert (await reconciled(stage.settings, stage.world.clock.now() - timedelta(days=1)))[1] == []
    return found.sentence.rpartition("-> ")[2]


@pytest.mark.parametrize("gateway", ["stripe", "paypal", "razorpay", "phonepe"])
async def test_what_happened_at_the_gateway_alone_is_found_and_told(stage: Stage, gateway: str) -> None:
    mia, ana = await in_conversation(stage)
    asked, total = SUMS[HOME[gateway]]
    word = await page_at(stage, await asks(mia, ana, asked, total), gateway)
    there = twin(stage, gateway)
    stage.world.faults.add(Rule(gateway, Fault.LOST, count=1000))
    await there.pay(word)
    assert await drift(stage) == f"paid, {total} paid"
    await mia.hears(f"Paid: {total}", "Confirmed by asking")
    await quiet(stage)
    if isinstance(there, PhonePe):
        # It tells of refunds made in its dashboard by webhook alone, and has no disputes.
        return
    await there.refund_in_dashboard(word, 900)
    part = total.replace("49.00", "9.00")
    assert await drift(stage) == f"refunded in part, {total} paid, {part} back"
    await mia.hears(f"Refunded: {part}")
    dispute = await there.dispute(word)
    assert await drift(stage) == f"disputed, {total} paid, {part} back"
    await ana.hears("Dispute", f"disputes {total}. Answer in")
    await ana.hears(f"Disputed: {total}", "Answer by")
    await there.close_dispute(dispute, won=False)
    assert await drift(stage) == f"dispute lost, {total} paid, {part} back"
