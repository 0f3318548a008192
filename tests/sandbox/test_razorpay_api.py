"""Razorpay's own SDK against the twin."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import razorpay
from razorpay.errors import BadRequestError

from sandbox.app import Cast
from sandbox.server import running
from sandbox.world import World

Json = dict[str, Any]
LINK: Json = {"amount": 50000, "currency": "INR", "reference_id": "ord_1", "description": "Consultation"}


class Desk:
    """The twin, and the SDK that calls it from a thread."""

    def __init__(self, world: World, cast: Cast, url: str) -> None:
        self.world, self.twin, self.url = world, cast.razorpay, url
        auth = (world.secrets.razorpay_key_id, world.secrets.razorpay_key_secret)
        self.client = razorpay.Client(auth=auth, base_url=f"{url}/razorpay")

    async def ask(self, call: Callable[[Any], Any]) -> Any:
        """What the SDK answers."""
        return await asyncio.to_thread(call, self.client)

    async def refused(self, call: Callable[[Any], Any]) -> str:
        """Why the SDK says it was refused."""
        with pytest.raises(BadRequestError) as raised:
            await self.ask(call)
        return str(raised.value)

    async def paid(self) -> tuple[Json, str]:
        """A link that was paid, and its payment's id."""
        link = await self.ask(lambda api: api.payment_link.create(dict(LINK)))
        await self.twin.pay(link["id"])
        listed = await self.ask(lambda api: api.payment_link.fetch(link["id"]))
        return listed, listed["payments"][0]["payment_id"]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    world = World()
    cast = Cast.of(world)
    world.product_url = "http://127.0.0.1:1"
    cast.razorpay.gaps = ()
    async with running(world, cast) as url:
        ready = Desk(world, cast, url)
        yield ready
        ready.client.session.close()


async def test_a_link_is_made_found_changed_and_cancelled(desk: Desk) -> None:
    made = await desk.ask(lambda api: api.payment_link.create(dict(LINK)))
    assert (made["status"], made["payments"], made["amount_paid"]) == ("created", None, 0)
    found = await desk.ask(lambda api: api.payment_link.all({"reference_id": "ord_1"}))
    assert [link["id"] for link in found["payment_links"]] == [made["id"]]
    assert (await desk.ask(lambda api: api.payment_link.all({"reference_id": "ord_2"})))["payment_links"] == []
    edited = await desk.ask(lambda api: api.payment_link.edit(made["id"], {"notes": {"a": "b"}}))
    assert edited["notes"] == {"a": "b"}
    gone = await desk.ask(lambda api: api.payment_link.cancel(made["id"]))
    assert gone["status"] == "cancelled"
    assert "expired link" in await desk.refused(lambda api: api.payment_link.cancel(made["id"]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": 99}, "at least INR 1.00"),
        ({"amount": "500"}, "integer"),
        ({"amount": 10**10}, "maximum"),
        ({"amount": 295991, "currency": "KWD"}, "last digit"),
        ({"currency": "XTR"}, "not supported"),
        ({"reference_id": "x" * 41}, "no more than 40"),
        ({"description": "x" * 2049}, "no more than 2048"),
        ({"notes": {str(n): "x" for n in range(16)}}, "15"),
        ({"notes": {"a": "x" * 256}}, "255"),
        ({"callback_url": "nowhere", "callback_method": "get"}, "valid URL"),
        ({"callback_url": "https://a.example", "callback_method": "post"}, "callback_method"),
        ({"upi_link": True}, "not supported in Test Mode"),
        ({"expire_by": 1}, "15 minutes"),
        ({"colour": "red"}, "colour is/are not required"),
    ],
)
async def test_what_a_link_must_keep_to(desk: Desk, changes: Json, said: str) -> None:
    assert said in await desk.refused(lambda api: api.payment_link.create(LINK | changes))
    assert desk.twin.books.links == {}


async def test_a_reference_is_taken_once(desk: Desk) -> None:
    await desk.ask(lambda api: api.payment_link.create(dict(LINK)))
    assert "already attempted" in await desk.refused(lambda api: api.payment_link.create(dict(LINK)))


async def test_a_paid_link_lists_its_payment_and_cannot_be_cancelled(desk: Desk) -> None:
    link, payment = await desk.paid()
    assert (link["status"], link["amount_paid"]) == ("paid", 50000)
    found = await desk.ask(lambda api: api.payment_link.all({"payment_id": payment}))
    assert [each["id"] for each in found["payment_links"]] == [link["id"]]
    assert "already paid" in await desk.refused(lambda api: api.payment_link.cancel(link["id"]))


async def test_a_refund_key_carries_out_one_refund(desk: Desk) -> None:
    _, payment = await desk.paid()

    def refund(amount: int, key: str = "key_0000001") -> Callable[[Any], Any]:
        return lambda api: api.payment.refund(payment, {"amount": amount}, headers={"X-Refund-Idempotency": key})

    assert await desk.ask(refund(100)) == await desk.ask(refund(100))
    assert "Different request" in await desk.refused(refund(200))
    assert "at least 10" in await desk.refused(refund(200, "short"))
    assert "greater than amount captured" in await desk.refused(refund(49901, "key_0000002"))
    await desk.ask(refund(49900, "key_0000003"))
    assert "fully refunded" in await desk.refused(refund(100, "key_0000004"))
    refunds = await desk.ask(lambda api: api.payment.fetch_multiple_refund(payment, {"count": 1}))
    assert [each["amount"] for each in refunds["items"]] == [49900]
    assert "integer" in await desk.refused(lambda api: api.payment.fetch_multiple_refund(payment, {"count": "x"}))


async def test_a_codes_time_is_cut_to_two_hours(desk: Desk) -> None:
    now = int(desk.world.clock.now().timestamp())
    form = {"type": "upi_qr", "usage": "single_use", "fixed_amount": True, "payment_amount": 300}
    code = await desk.ask(lambda api: api.qrcode.create(form | {"close_by": now + 86400}))
    assert now + 7200 <= code["close_by"] < now + 7300
    assert "2 minutes" in await desk.refused(lambda api: api.qrcode.create(form | {"close_by": now + 60}))
    assert "a single use" in await desk.refused(lambda api: api.qrcode.create(form | {"usage": "multiple_use"}))


async def test_a_link_ends_by_itself(desk: Desk) -> None:
    made = await desk.ask(lambda api: api.payment_link.create(dict(LINK)))
    desk.world.clock.jump(timedelta(days=200))
    desk.world.touched("clock")
    await desk.world.until(lambda: desk.twin.books.links[made["id"]]["status"] == "expired")
    assert (await desk.ask(lambda api: api.payment_link.fetch(made["id"])))["expired_at"] > made["created_at"]


async def test_the_dashboard_shows_and_does_what_people_do(desk: Desk) -> None:
    made = await desk.ask(lambda api: api.payment_link.create(dict(LINK)))
    here = f"{desk.url}/ui/razorpay"
    async with aiohttp.ClientSession() as person:
        for act, status in (("decline", 200), ("pay", 200), ("pay", 400), ("dispute", 200), ("fly", 404)):
            async with person.post(f"{here}/pages/{made['id']}/{act}", json={}) as answer:
                assert (act, answer.status) == (act, status)
        async with person.get(here) as answer:
            told = await answer.json()
        event = told["events"][0]
        async with person.post(f"{here}/resend/{event['id']}") as answer:
            assert answer.status == 200
    assert [(link["id"], link["sum"], link["status"]) for link in told["links"]] == [(made["id"], "INR 500.00", "paid")]
    assert event["type"] == "payment.dispute.created"
    assert len(desk.twin.delivered[event["id"]]) == 2
