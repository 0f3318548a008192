"""What is sent to Stripe, word for word as its reference documents it: https://docs.stripe.com/api, read 2026-11."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from aiohttp import web

from payments.money import Money
from tests.payments.stripe_payloads import CHARGE, NOW, REFUND
from tests.payments.stripe_payloads import SESSION as WHOLE
from tests.payments.test_stripe_calls import ORDER, SESSION, answering

NOON_PLUS_ONE = int((NOW + timedelta(hours=1)).timestamp())


@dataclass(frozen=True)
class Sent:
    """One request as Stripe gets it; the form's fields in brackets, as documented."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


async def _sent(request: web.Request) -> Sent:
    form = {name: str(value) for name, value in (await request.post()).items()}
    return Sent(request.method, request.path, dict(request.query), form, dict(request.headers))


async def of_checkout(currency: str = "USD", minor: int = 4900, **other: object) -> Sent:
    sent: list[Sent] = []

    async def listens(request: web.Request) -> web.StreamResponse:
        sent.append(await _sent(request))
        return web.json_response(SESSION)

    async with answering(listens) as (till, _):
        await till.open_checkout(replace(ORDER, amount=Money(minor, currency), **other))  # type: ignore[arg-type]
    (one,) = sent
    return one


async def test_a_checkout_session_is_asked_for_as_documented() -> None:
    sent = await of_checkout()
    assert (sent.method, sent.path) == ("POST", "/v1/checkout/sessions")
    assert sent.headers["Authorization"] == "Bearer sk_test_dev"
    assert sent.headers["Idempotency-Key"] == "key_1"
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert sent.headers["Stripe-Version"] == "2026-10-28.endive"
    assert "Stripe-Account" not in sent.headers
    assert sent.form == {
        "mode": "payment",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "4900",
        "line_items[0][price_data][product_data][name]": "Consultation",
        "client_reference_id": "ord_1",
        "metadata[reference]": "ord_1",
        "payment_intent_data[metadata][reference]": "ord_1",
        "payment_intent_data[description]": "Acme: Consultation",
        "success_url": "http://127.0.0.1/back",
        "cancel_url": "http://127.0.0.1/away",
        "expires_at": str(NOON_PLUS_ONE),
        "locale": "en",
    }


@pytest.mark.parametrize(
    ("currency", "minor", "spelled"),
    [("JPY", 500, "500"), ("ISK", 500, "50000"), ("KWD", 5120, "5120"), ("INR", 29995, "29995")],
)
async def test_sums_are_spelled_as_stripe_counts_them(currency: str, minor: int, spelled: str) -> None:
    assert (await of_checkout(currency, minor)).form["line_items[0][price_data][unit_amount]"] == spelled


async def test_an_address_and_a_language_go_along_when_they_are_known() -> None:
    sent = await of_checkout(customer_email="mia@example.com", locale="pt_BR")
    assert (sent.form["customer_email"], sent.form["locale"]) == ("mia@example.com", "pt-BR")
    assert (await of_checkout(locale="tlh")).form["locale"] == "auto"


async def test_a_refund_is_asked_for_as_documented() -> None:
    sent: list[Sent] = []

    async def listens(request: web.Request) -> web.StreamResponse:
        sent.append(await _sent(request))
        return web.json_response({**REFUND, "charge": {**CHARGE, "amount_refunded": 500}})

    async with answering(listens) as (till, _):
        fact = await till.refund("pi_1", Money(500, "USD"), key="ord_1-refund-1", reason="left early")
    (one,) = sent
    assert (one.method, one.path) == ("POST", "/v1/refunds")
    assert one.headers["Idempotency-Key"] == "ord_1-refund-1"
    assert one.form == {
        "payment_intent": "pi_1",
        "amount": "500",
        "reason": "requested_by_customer",
        "metadata[reason]": "left early",
        "expand[0]": "charge",
    }
    assert fact.refunded == Money(500, "USD")


async def test_a_session_is_ended_and_asked_about_by_its_id() -> None:
    sent: list[Sent] = []

    async def listens(request: web.Request) -> web.StreamResponse:
        sent.append(await _sent(request))
        unpaid = {"status": "open", "payment_status": "unpaid", "payment_intent": None}
        return web.json_response({**WHOLE, **unpaid})

    async with answering(listens) as (till, _):
        await till.expire("cs_1")
        await till.look_up("cs_1")
    assert [(one.method, one.path, one.query) for one in sent] == [
        ("POST", "/v1/checkout/sessions/cs_1/expire", {}),
        ("GET", "/v1/checkout/sessions/cs_1", {"expand[0]": "payment_intent.latest_charge.refunds"}),
    ]
