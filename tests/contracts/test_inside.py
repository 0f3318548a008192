"""What gateways promise that are paid at on our own page: by a UPI code, or by their form in a frame."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest

from payments.errors import AmountRefused, NotConfigured
from payments.facts import Expected, FactKind, misfit
from payments.gateway import Capability, EmbeddedGateway, PictureGateway, QrCode, QrGateway
from payments.machine import State, settle
from payments.money import Money
from tests.contracts.counter import Till, back, heard, order, price
from tests.contracts.tills import TILLS
from tests.pictures import says, squares

Scan = Callable[[Till, str], Awaitable[None]]
SCANS: dict[str, Scan] = {
    "razorpay": lambda till, code: till.counter.cast.razorpay.scan(code),
    "phonepe": lambda till, code: till.counter.cast.phonepe.pay(code),
}
"""A customer's UPI app."""


@pytest.fixture(params=sorted(SCANS))
async def till(request: pytest.FixtureRequest) -> AsyncIterator[Till]:
    async with TILLS[request.param]() as ready:
        yield ready


async def made(till: Till) -> QrCode:
    assert isinstance(till.gateway, QrGateway)
    return await till.gateway.open_upi_qr(order(till))


async def test_who_declares_codes_or_forms_has_them(till: Till) -> None:
    assert Capability.UPI_QR in till.gateway.capabilities
    assert Capability.EMBEDDED not in till.gateway.capabilities


async def test_a_code_is_something_to_scan(till: Till) -> None:
    code = await made(till)
    assert bool(code.says) is not bool(code.image_url)
    if code.image_url:
        assert isinstance(till.gateway, PictureGateway)
        picture = await till.gateway.qr_picture(code.image_url)
        wanted = f"upi://pay?pa=sandbox%40rzp&pn=Acme&tr={code.checkout_ref}&am=49.00&cu=INR"
        assert squares(picture.content, dot=6) == says(wanted)
    else:
        assert code.says.startswith("upi://pay?") and "am=49.00" in code.says


async def test_a_scanned_code_is_paid_as_asked_and_webhook_and_poll_agree(till: Till) -> None:
    code = await made(till)
    assert await till.gateway.look_up(code.checkout_ref) == ()
    await SCANS[till.gateway.name](till, code.checkout_ref)
    polled, told = await till.gateway.look_up(code.checkout_ref), await heard(till)
    expected = Expected(reference="ord_1", asked=price(till), live=False)
    assert [misfit(fact, expected) for fact in (*polled, *told)] == [None] * len((*polled, *told))
    for facts in (polled, told, [*polled, *told]):
        assert settle(facts, price(till)).state is State.PAID


async def test_money_from_a_code_goes_back(till: Till) -> None:
    code = await made(till)
    await SCANS[till.gateway.name](till, code.checkout_ref)
    (paid,) = (f for f in await till.gateway.look_up(code.checkout_ref) if f.kind is FactKind.CAPTURED)
    await till.gateway.refund(paid.payment_ref, price(till), key=back(1), reason="left early")
    facts = [*await till.gateway.look_up(code.checkout_ref), *await heard(till)]
    settled = settle(facts, price(till))
    assert (settled.state, settled.refunded) == (State.REFUNDED, price(till))


async def test_codes_are_for_rupees(till: Till) -> None:
    assert isinstance(till.gateway, QrGateway)
    with pytest.raises(AmountRefused):
        await till.gateway.open_upi_qr(order(till, amount=Money(4900, "USD")))


async def test_a_form_is_paid_in_its_frame_and_by_its_own_key_alone() -> None:
    async with TILLS["stripe"]() as till, httpx2.AsyncClient(follow_redirects=True) as browser:
        assert isinstance(till.gateway, EmbeddedGateway)
        form = await till.gateway.open_embedded(order(till))
        assert (await till.gateway.embedded(form.checkout_ref)).client_secret == form.client_secret
        assert form.client_secret not in str(till.counter.world.wire), "the wire log keeps it to itself"
        frame = f"{till.counter.url}/stripe/embedded/{form.client_secret}"
        assert (await browser.get(frame, params={"key": "pk_test_somebody"})).status_code == 404
        frame = f"{frame}?key={form.publishable_key}"
        assert "Pay $49.00" in (await browser.get(frame)).text
        paid = await browser.post(frame, data={"act": "card", "card": "pay"})
        assert "Thank you for your payment" in paid.text
        facts = [*await till.gateway.look_up(form.checkout_ref), *await heard(till)]
        assert settle(facts, price(till)).state is State.PAID
        with pytest.raises(NotConfigured):
            await till.gateway.embedded(form.checkout_ref)
