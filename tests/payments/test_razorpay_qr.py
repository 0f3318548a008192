"""UPI QR codes: what is sent, and the adapter's and the twin's way with one from scan to refund."""

import dataclasses
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
import stamina
from aiohttp import web

from payments.errors import AmountRefused, OutcomeUnknown, Unavailable
from payments.facts import Expected, FactKind, misfit
from payments.gateway import Capability, Picture, QrGateway
from payments.machine import ENDED, State, settle
from payments.money import Money
from payments.razorpay import Razorpay
from tests.contracts.counter import Till, heard, order
from tests.contracts.tills.razorpay import razorpay_till
from tests.payments.razorpay_desk import ORDER, Answer, answering, babbles, lists, never, says, serving
from tests.payments.razorpay_payloads import CODE, SENT, gateway

PRICE = Money(4900, "INR")
CODES = f"GET /v1/payments/qr_codes?from={SENT - 7200}&count=100"
MAKE = "POST /v1/payments/qr_codes"


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
async def till() -> AsyncIterator[Till]:
    async with razorpay_till() as ready:
        yield ready


def codes(till: Till) -> QrGateway:
    assert isinstance(till.gateway, Razorpay)
    return till.gateway


async def test_what_is_sent_is_what_razorpay_documents() -> None:
    async with answering(lists(), says(CODE)) as (till, heard):
        code = await till.open_upi_qr(ORDER)
    assert [asked.line for asked in heard] == [CODES, MAKE]
    assert heard[1].json == {
        "type": "upi_qr",
        "usage": "single_use",
        "fixed_amount": True,
        "payment_amount": 50000,
        "name": "Acme",
        "description": "Consultation",
        "close_by": SENT + 3600,
        "notes": {"reference": "ord_1"},
    }
    assert (code.checkout_ref, code.image_url) == (CODE["id"], CODE["image_url"])
    # Razorpay's own word counts, as it cuts longer times.
    assert code.expires_at == datetime.fromtimestamp(SENT + 7200, UTC)


@pytest.mark.parametrize(("minutes", "seconds"), [(1, 180), (60, 3600), (600, 7200)])
async def test_a_code_lasts_as_long_as_razorpay_lets_it(minutes: int, seconds: int) -> None:
    wanted = dataclasses.replace(ORDER, expires_at=datetime.fromtimestamp(SENT, UTC) + timedelta(minutes=minutes))
    async with answering(lists(), says(CODE)) as (till, heard):
        await till.open_upi_qr(wanted)
    assert heard[1].json["close_by"] == SENT + seconds


async def test_a_code_made_before_is_shown_again() -> None:
    other = CODE | {"id": "qr_other", "notes": {"reference": "ord_2"}}
    dearer = CODE | {"id": "qr_dearer", "payment_amount": 50001}
    async with answering(lists(other, CODE | {"notes": []}, dearer, CODE)) as (till, heard):
        assert (await till.open_upi_qr(ORDER)).checkout_ref == CODE["id"]
    assert len(heard) == 1


@pytest.mark.parametrize("silence", [never, babbles])
async def test_a_code_in_doubt_is_never_made_again_unasked(silence: Answer) -> None:
    async with answering(lists(), silence) as (till, heard):
        with pytest.raises(OutcomeUnknown):
            await till.open_upi_qr(ORDER)
    assert [asked.line for asked in heard] == [CODES, MAKE]


async def test_upi_takes_rupees_only() -> None:
    async with answering(says(CODE)) as (till, heard):
        with pytest.raises(AmountRefused, match="INR"):
            await till.open_upi_qr(dataclasses.replace(ORDER, amount=Money(4900, "USD")))
    assert heard == []


@pytest.mark.parametrize("enabled", ["true", "false", ""])
def test_codes_are_offered_where_razorpay_has_enabled_them(enabled: str) -> None:
    section = {"key_id": "rzp_test_dev", "key_secret": "secret", "upi_qr": enabled}
    assert (Capability.UPI_QR in Razorpay.from_settings(section).capabilities) is (enabled == "true")


async def test_the_picture_is_fetched_where_razorpay_says_and_without_its_keys() -> None:
    shown: list[Mapping[str, str]] = []

    async def leads_on(request: web.Request) -> web.StreamResponse:
        shown.append(request.headers)
        if request.path == "/i/code":
            raise web.HTTPFound("/files/code.png")
        return web.Response(body=b"the code", content_type="image/png")

    async with serving(leads_on) as url:
        assert await gateway().qr_picture(f"{url}i/code") == Picture("image/png", b"the code")
    assert ["Authorization" in headers for headers in shown] == [False, False]


@pytest.mark.parametrize("answer", [babbles, says({"no": "picture"}), never])
async def test_what_is_no_picture_is_not_shown(answer: Answer) -> None:
    async with serving(answer) as url:
        with pytest.raises(Unavailable, match="picture"):
            await gateway(timeout=0.3).qr_picture(f"{url}i/code")


async def test_a_scanned_code_is_paid_and_webhook_and_poll_agree(till: Till) -> None:
    code = await codes(till).open_upi_qr(order(till))
    assert await till.gateway.look_up(code.checkout_ref) == ()
    assert await codes(till).open_upi_qr(order(till)) == code
    await till.counter.cast.razorpay.scan(code.checkout_ref)
    polled, told = await till.gateway.look_up(code.checkout_ref), await heard(till)
    assert settle(polled, PRICE) == settle(told, PRICE) == settle([*polled, *told], PRICE)
    assert settle(polled, PRICE).state is State.PAID
    expected = Expected(reference="ord_1", asked=PRICE, live=False)
    assert [misfit(fact, expected) for fact in (*polled, *told)] == [None] * len((*polled, *told))
    assert {fact.checkout_ref for fact in (*polled, *told)} == {code.checkout_ref}


async def test_a_scanned_code_can_be_refunded(till: Till) -> None:
    code = await codes(till).open_upi_qr(order(till))
    await till.counter.cast.razorpay.scan(code.checkout_ref)
    (paid,) = await till.gateway.look_up(code.checkout_ref)
    await till.gateway.refund(paid.payment_ref, PRICE, key="back_000001", reason="left early")
    settled = settle(await till.gateway.look_up(code.checkout_ref), PRICE)
    assert (settled.state, settled.refunded) == (State.REFUNDED, PRICE)


async def test_a_closed_code_takes_no_money_and_may_be_closed_again(till: Till) -> None:
    code = await codes(till).open_upi_qr(order(till))
    await till.gateway.expire(code.checkout_ref)
    await till.gateway.expire(code.checkout_ref)
    (gone,) = await till.gateway.look_up(code.checkout_ref)
    assert gone.kind is FactKind.CANCELLED


async def test_a_code_that_was_paid_stays_paid_when_it_is_closed(till: Till) -> None:
    code = await codes(till).open_upi_qr(order(till))
    await till.counter.cast.razorpay.scan(code.checkout_ref)
    await till.gateway.expire(code.checkout_ref)
    assert settle(await till.gateway.look_up(code.checkout_ref), PRICE).state is State.PAID


async def test_a_code_whose_time_is_over_has_expired(till: Till) -> None:
    code = await codes(till).open_upi_qr(order(till))
    till.counter.world.clock.jump(timedelta(hours=3))
    till.counter.world.touched("clock")
    closed = await till.counter.world.until(lambda: till.counter.delivered.posts)
    assert len(closed) == 1
    polled, told = await till.gateway.look_up(code.checkout_ref), await heard(till)
    assert settle([*polled, *told], PRICE).state in ENDED
    assert {fact.kind for fact in (*polled, *told)} == {FactKind.EXPIRED}
