"""Rupees: a UPI code beside the gateway's own page; whichever is paid first wins, and the other takes no more money."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from sandbox.faults import Fault, Rule
from tests.databases import Pool
from tests.stories.script import asks, in_conversation
from tests.stories.stage import TEAM, Stage, set_up

pytestmark = pytest.mark.long

Json = dict[str, Any]
ASKED = ("500 INR Consultation", "₹500.00")


@pytest_asyncio.fixture
async def stage(databases: Pool, tmp_path: Path) -> AsyncIterator[Stage]:
    """A team that sells in India."""
    team = tmp_path / "team.toml"
    team.write_text(TEAM.read_text().replace('gateway = "stripe"', 'gateway = ["razorpay", "phonepe"]'))
    async with set_up(tmp_path, database_url=await databases.ready("sqlite"), team=team, all_gateways=True) as whole:
        yield whole


async def chooses(stage: Stage, page: str, path: str = "", **chosen: str) -> str:
    """Press a button of the pay page; where it leads."""
    async with httpx2.AsyncClient(follow_redirects=False, timeout=30) as browser:
        gone = await browser.post(f"{page}{path}", data=chosen, headers={"origin": stage.url})
    assert gone.status_code == 303, gone.text
    return str(gone.headers["location"])


async def shown(url: str, **brought: str) -> str:
    async with httpx2.AsyncClient(follow_redirects=True) as browser:
        return (await browser.get(url, params=brought or None)).text


def code_of(stage: Stage) -> Json:
    """The code that Razorpay has made."""
    (code,) = stage.cast.razorpay.books.codes.values()
    return code


async def test_a_scanned_code_pays_and_the_open_page_takes_no_more_money(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana, *ASKED)
    link = (await chooses(stage, page, way="razorpay")).rpartition("/")[2]
    code_page = stage.url + await chooses(stage, page, "/upi/razorpay")
    assert "Scan this code with any UPI app." in await shown(code_page)
    await stage.cast.razorpay.scan(code_of(stage)["id"])
    await mia.hears("Paid: ₹500.00", "Confirmed by webhook from Razorpay")
    await ana.hears("Paid: ₹500.00", "How we know")
    await stage.world.until(lambda: stage.cast.razorpay.books.links[link]["status"] == "cancelled")
    assert "This has been paid. Thank you." in await shown(code_page)


async def test_a_page_that_is_paid_closes_the_code(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana, *ASKED)
    await chooses(stage, page, "/upi/razorpay")
    link = (await chooses(stage, page, way="razorpay")).rpartition("/")[2]
    await stage.cast.razorpay.pay(link, "upi")
    await mia.hears("Paid: ₹500.00")
    await stage.world.until(lambda: code_of(stage)["close_reason"] == "on_demand")


async def test_a_withdrawn_request_closes_its_code_and_shows_none(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana, *ASKED)
    code_page = stage.url + await chooses(stage, page, "/upi/razorpay")
    await ana.taps("Withdraw")
    await mia.hears("Withdrawn: ₹500.00")
    await stage.world.until(lambda: code_of(stage)["status"] == "closed")
    assert "This request has been withdrawn." in await shown(code_page)
    async with httpx2.AsyncClient() as browser:
        assert (await browser.get(f"{page}/qr.svg")).status_code == 404
        assert (await browser.post(f"{page}/upi/razorpay/code")).status_code == 409


async def test_a_code_of_phonepes_is_paid_and_goes_back(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana, *ASKED)
    code_page = stage.url + await chooses(stage, page, "/upi/phonepe")
    assert 'href="upi://pay?' in await shown(code_page)
    (order,) = stage.cast.phonepe.orders.values()
    async with httpx2.AsyncClient() as browser:
        picture = await browser.get(f"{code_page}/picture")
    assert (
        picture.headers["content-type"] == "image/svg+xml" and "sandbox" in picture.headers["content-security-policy"]
    )
    await stage.cast.phonepe.decline(order.merchant_order_id)
    await ana.hears("did not go through: ₹500.00")
    await stage.cast.phonepe.pay(order.merchant_order_id)
    await mia.hears("Paid: ₹500.00", "PhonePe")
    await ana.taps("Refund")
    await ana.taps("Refund ₹500.00")
    await mia.hears("Refunded: ₹500.00", without="for Consultation")


async def test_the_signed_way_back_says_whom_to_ask_and_proves_nothing(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana, *ASKED)
    link = (await chooses(stage, page, way="razorpay")).rpartition("/")[2]
    await chooses(stage, page, "/upi/razorpay")
    stage.world.faults.add(Rule("razorpay", Fault.LOST, count=50))
    await stage.cast.razorpay.pay(link, "upi")
    forged = {"razorpay_payment_link_id": link, "razorpay_payment_id": "pay_x", "razorpay_signature": "00"}
    back, signed = stage.cast.razorpay.way_back(link).split("?")
    # The newest checkout is the code; while it cannot be asked about, only who is named tells more.
    stage.world.faults.add(Rule("razorpay", Fault.SERVER_ERROR, count=50, method=code_of(stage)["id"]))
    assert "This has been paid" not in await shown(back, **forged)
    assert "This has been paid" in await shown(f"{back}?{signed}")
    await mia.hears("Paid: ₹500.00", "came back from Razorpay")


async def test_a_page_whose_address_was_lost_on_its_way_is_opened_anew(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    page = await asks(mia, ana, *ASKED)
    stage.world.faults.add(Rule("phonepe", Fault.TIMEOUT, method="v2/pay"))
    # Bellhop gives PhonePe ten seconds to answer, then asks again by the same name.
    await chooses(stage, page, way="phonepe")
    lost, found = stage.cast.phonepe.orders
    await stage.cast.phonepe.pay(found)
    await mia.hears("Paid: ₹500.00", "PhonePe")
    # Nobody was told where to pay the first; if money came all the same, it would go back.
    await stage.cast.phonepe.pay(lost)
    await ana.hears("arrived at PhonePe although it had been paid already")
