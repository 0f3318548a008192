"""How Stripe's answers, and its silences, become our errors: the real SDK against a small real server."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest
import stamina
from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.errors import AmountRefused, Declined, NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.facts import FactKind
from payments.gateway import CheckoutOrder
from payments.money import Money
from payments.stripe import Stripe, StripeKeys
from tests.payments.stripe_payloads import CHARGE, DISPUTE, INTENT, NOW, REFUND, gateway
from tests.payments.stripe_payloads import SESSION as SESSION_PAID

ORDER = CheckoutOrder(
    reference="ord_1",
    amount=Money(4900, "USD"),
    description="Consultation",
    payee="Acme",
    return_url="http://127.0.0.1/back",
    cancel_url="http://127.0.0.1/away",
    expires_at=NOW + timedelta(hours=1),
    key="key_1",
)
SESSION = {"id": "cs_1", "object": "checkout.session", "url": "http://127.0.0.1/c/cs_1", "expires_at": 1767229200}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def says(status: int, error: dict[str, str] | None = None, **headers: str) -> Answer:
    """A server that answers with Stripe's form of an error, or with a session."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body: dict[str, object] = {"error": error} if error is not None else {**SESSION}
        return web.json_response(body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def never(request: web.Request) -> web.StreamResponse:
    """Take the request and say nothing."""
    await asyncio.Event().wait()
    return web.Response()


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Take the request and hang up in the middle of the answer."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"id":')
    assert request.transport is not None
    request.transport.abort()
    return response


async def babbles(request: web.Request) -> web.StreamResponse:
    """A proxy's page instead of JSON."""
    return web.Response(text="<h1>Bad gateway</h1>", status=502)


@asynccontextmanager
async def answering(*answers: Answer, account: str = "") -> AsyncIterator[tuple[Stripe, list[web.Request]]]:
    """A gateway before a server that gives these answers in turn, the last one for ever."""
    heard: list[web.Request] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        await request.read()
        heard.append(request)
        return await answers[min(len(heard), len(answers)) - 1](request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        url = str(server.make_url("/"))
        async with aclosing(gateway(api_url=url, timeout=0.2, account=account)) as till:
            yield till, heard


REFUSALS: list[tuple[int, dict[str, str], type[PaymentError], str]] = [
    (401, {"message": "Invalid API Key provided: sk_test_******dev"}, NotConfigured, "API key"),
    (403, {"message": "This key may not."}, NotConfigured, "API key"),
    (402, {"type": "card_error", "message": "Your card was declined."}, Declined, "Your card was declined."),
    (429, {"message": "Too many requests", "code": "rate_limit"}, Unavailable, "slow down"),
    (400, {"message": "Too small.", "code": "amount_too_small", "param": "line_items"}, AmountRefused, "Too small."),
    (400, {"message": "Bad.", "param": "line_items[0][price_data][unit_amount]"}, AmountRefused, "Bad."),
    (400, {"message": "Done.", "code": "charge_already_refunded"}, AmountRefused, "Done."),
    (400, {"message": "No.", "param": "expires_at"}, NotConfigured, "No."),
    (404, {"message": "No such session", "code": "resource_missing"}, NotConfigured, "No such session"),
    (400, {"type": "idempotency_error", "message": "Other parameters."}, OutcomeUnknown, "looked up"),
    (409, {"message": "In use", "code": "idempotency_key_in_use"}, OutcomeUnknown, "looked up"),
    (500, {"type": "api_error", "message": "Ours."}, OutcomeUnknown, "looked up"),
]


@pytest.mark.parametrize(("status", "error", "expected", "said"), REFUSALS)
async def test_each_answer_becomes_the_error_that_says_what_to_do(
    status: int, error: dict[str, str], expected: type[PaymentError], said: str
) -> None:
    async with answering(says(status, error)) as (till, _):
        with pytest.raises(expected, match=said) as raised:
            await till.open_checkout(ORDER)
    assert type(raised.value) is expected


@pytest.mark.parametrize("silence", [never, breaks_off, babbles])
async def test_no_clear_answer_is_an_unknown_outcome_and_always_asked_with_the_same_key(silence: Answer) -> None:
    async with answering(silence) as (till, heard):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)
    assert [request.headers["Idempotency-Key"] for request in heard] == ["key_1"] * 3


async def test_nobody_listening_means_it_never_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with aclosing(gateway(api_url=f"http://127.0.0.1:{port}", timeout=0.5)) as till:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await till.open_checkout(ORDER)


async def test_an_unanswered_request_stays_unknown_though_the_next_is_turned_away() -> None:
    async with answering(never, says(429, {"message": "Too many requests"})) as (till, heard):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)
    assert len(heard) == 2


async def test_a_hiccup_is_not_noticed() -> None:
    async with answering(says(500, {"type": "api_error"}), never, says(200)) as (till, heard):
        link = await till.open_checkout(ORDER)
    assert (link.checkout_ref, len(heard)) == ("cs_1", 3)


async def test_stripes_advice_not_to_try_again_is_followed() -> None:
    async with answering(says(500, {"type": "api_error"}, Stripe_Should_Retry="false")) as (till, heard):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)
    assert len(heard) == 1


async def test_no_error_repeats_a_key() -> None:
    leaky = {"message": "Wrong key sk_live_abc123 with whsec_def456", "param": "mode"}
    async with answering(says(400, leaky)) as (till, _):
        with pytest.raises(NotConfigured) as raised:
            await till.open_checkout(ORDER)
    assert "abc123" not in str(raised.value)
    assert "def456" not in str(raised.value)


async def test_the_connected_account_and_our_reference_go_along() -> None:
    forms: list[dict[str, str]] = []

    async def listens(request: web.Request) -> web.StreamResponse:
        forms.append({name: str(value) for name, value in (await request.post()).items()})
        return web.json_response(SESSION)

    async with answering(listens, account="acct_1") as (till, heard):
        await till.open_checkout(ORDER)
    assert heard[0].headers["Stripe-Account"] == "acct_1"
    assert forms[0]["client_reference_id"] == forms[0]["metadata[reference]"] == "ord_1"
    assert forms[0]["payment_intent_data[metadata][reference]"] == "ord_1"
    assert forms[0]["line_items[0][price_data][unit_amount]"] == "4900"
    assert forms[0]["locale"] == "en"


@pytest.mark.parametrize("key", ["", "pk_test_1", "whsec_1", "sk_1"])
def test_a_key_of_another_kind_is_refused_at_the_start(key: str) -> None:
    with pytest.raises(NotConfigured, match="API key"):
        Stripe.from_settings({"api_key": key})


@pytest.mark.parametrize(
    ("key", "live"), [("sk_test_1", False), ("rk_test_1", False), ("sk_live_1", True), ("rk_live_1", True)]
)
def test_live_or_test_is_read_from_the_key(key: str, live: bool) -> None:
    assert Stripe.from_settings({"api_key": key}).live is live


def test_keys_do_not_show_when_printed() -> None:
    assert "secret" not in repr(StripeKeys("sk_test_secret", "whsec_secret"))


async def test_a_poll_of_a_disputed_payment_looks_the_dispute_up() -> None:
    charge = CHARGE | {"disputed": True, "refunds": {"object": "list", "data": [], "has_more": False}}
    session = SESSION_PAID | {"payment_intent": INTENT | {"latest_charge": charge}}
    asked: list[str] = []

    async def answers(request: web.Request) -> web.StreamResponse:
        asked.append(request.path_qs)
        disputes = {"object": "list", "data": [DISPUTE | {"status": "lost"}], "has_more": False, "url": "/v1/disputes"}
        return web.json_response(disputes if request.path == "/v1/disputes" else session)

    async with answering(answers) as (till, _):
        captured, lost = await till.look_up("cs_test_a1")
    assert (captured.kind, lost.kind) == (FactKind.CAPTURED, FactKind.DISPUTE_LOST)
    assert captured.receipt_url == "https://pay.stripe.com/receipts/payment/1"
    assert asked[1] == "/v1/disputes?payment_intent=pi_1"


@pytest.mark.parametrize(("may_ask", "fee"), [(True, Money(171, "EUR")), (False, None)])
async def test_the_fee_is_told_in_the_currency_it_is_taken_in_and_never_hides_a_payment(
    may_ask: bool, fee: Money | None
) -> None:
    charge = CHARGE | {"balance_transaction": "txn_1", "refunds": {"object": "list", "data": [], "has_more": False}}
    booked = {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": 1840,
        "currency": "eur",
        "fee": 171,
        "net": 1669,
    }

    async def answers(request: web.Request) -> web.StreamResponse:
        if request.path != "/v1/balance_transactions/txn_1":
            return web.json_response(SESSION_PAID | {"payment_intent": INTENT | {"latest_charge": charge}})
        return web.json_response(booked) if may_ask else await says(403, {"message": "not permitted"})(request)

    async with answering(answers) as (till, _):
        (captured,) = await till.look_up("cs_test_a1")
    assert (captured.captured, captured.fee) == (Money(1999, "USD"), fee)


@pytest.mark.parametrize(
    ("statuses", "sent_back", "kind", "total"),
    [
        (["succeeded"], 500, FactKind.REFUNDED, 500),
        (["pending", "succeeded"], 1000, FactKind.REFUND_PENDING, 500),
        (["succeeded", "failed"], 500, FactKind.REFUND_FAILED, 500),
        (["failed"], 0, FactKind.REFUND_FAILED, 0),
    ],
)
async def test_a_poll_tells_all_refunds_as_one_fact(
    statuses: list[str], sent_back: int, kind: FactKind, total: int
) -> None:
    refunds = [REFUND | {"id": f"re_{number}", "status": status} for number, status in enumerate(statuses)]
    charge = CHARGE | {"amount_refunded": sent_back, "refunds": {"object": "list", "data": refunds, "has_more": False}}

    async def answers(request: web.Request) -> web.StreamResponse:
        return web.json_response(SESSION_PAID | {"payment_intent": INTENT | {"latest_charge": charge}})

    async with answering(answers) as (till, _):
        _, told = await till.look_up("cs_test_a1")
    assert (told.kind, told.refunded) == (kind, Money(total, "USD"))


def test_naming_the_gateways_does_not_load_their_sdks() -> None:
    asked = "import sys, payments.registry; sys.exit(bool({'stripe', 'aiohttp', 'stamina'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
