"""What is sent to the Bot API, and how its answers and its silences become our errors."""

import asyncio
import dataclasses
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing

import pytest
import stamina
from aiohttp import web

from payments.errors import AmountRefused, NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.facts import FactKind
from payments.gateway import Capability
from payments.machine import State, settle
from payments.money import Money
from payments.telegram.gateway import Telegram
from tests.payments.telegram_payloads import (
    CHARGE,
    DATE,
    ORDER,
    PROVIDER,
    TOKEN,
    Answer,
    answering,
    gateway,
    refuses,
    transaction,
)

LINK = "https://t.me/$abc"
LONG = "stx" + "x" * 140
STARS = Money(250, "XTR")


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


async def never(request: web.Request) -> web.StreamResponse:
    """Take the request and say nothing."""
    await asyncio.Event().wait()
    return web.Response()


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Take the request and hang up."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def babbles(request: web.Request) -> web.StreamResponse:
    """A proxy's page instead of JSON."""
    return web.Response(text="<h1>Bad gateway</h1>", status=502)


async def test_an_invoice_in_stars_names_no_provider() -> None:
    async with answering({"createInvoiceLink": LINK}) as (till, api):
        link = await till.open_checkout(ORDER)
    (sent,) = api.called("createInvoiceLink")
    assert json.loads(sent.pop("prices")) == [{"label": "Consultation", "amount": 250}]
    assert sent.pop("provider_token", "") == ""
    assert sent == {
        "title": "Consultation", "description": "Acme: Consultation", "payload": "ord_1", "currency": "XTR",
    }  # fmt: skip
    assert (link.checkout_ref, link.url, link.expires_at) == ("XTR:ord_1", LINK, ORDER.expires_at)


async def test_an_invoice_in_money_goes_through_the_provider_and_long_words_are_cut() -> None:
    order = dataclasses.replace(ORDER, amount=Money(4900, "EUR"), payee="Čajovna", description="ध्यान" * 40_000)
    async with answering({"createInvoiceLink": LINK}) as (till, api):
        await till.open_checkout(order)
    (sent,) = api.called("createInvoiceLink")
    assert (sent["provider_token"], sent["currency"]) == (PROVIDER, "EUR")
    assert (len(sent["title"]), len(sent["description"])) == (32, 255)
    assert sent["description"].startswith("Čajovna: ध्यान")


@pytest.mark.parametrize("money", [Money(99, "USD"), Money(1_000_001, "USD"), Money(25_001, "XTR"), Money(500, "KWD")])
async def test_what_telegram_does_not_take_is_never_sent(money: Money) -> None:
    async with answering({}) as (till, api):
        with pytest.raises(AmountRefused, match="Telegram takes"):
            await till.open_checkout(dataclasses.replace(ORDER, amount=money))
    assert api.heard == []


async def test_a_reference_longer_than_a_payload_is_refused() -> None:
    async with answering({}) as (till, _):
        with pytest.raises(NotConfigured, match="128 bytes"):
            await till.open_checkout(dataclasses.replace(ORDER, reference="é" * 65))


async def test_the_list_of_stars_is_read_in_pages_and_read_on() -> None:
    lines = [transaction(f"stx{number}", 1, f"other_{number}") for number in range(150)]
    async with answering({"getStarTransactions": lines}) as (till, api):
        assert await till.look_up("XTR:ord_1") == ()
        lines.append(transaction(LONG))
        (paid,) = await till.look_up("XTR:ord_1")
        lines.append(transaction(LONG, at=DATE + 60, back=True))
        story = await till.look_up("XTR:ord_1")
    assert [form.get("offset") for form in api.called("getStarTransactions")] == ["0", "100", "150", "151"]
    assert (paid.kind, paid.captured, len(paid.payment_ref) <= 110) == (FactKind.CAPTURED, STARS, True)
    assert settle(story, STARS).state is State.REFUNDED


async def test_two_payments_of_one_invoice_are_told_together() -> None:
    async with answering({"getStarTransactions": [transaction("stx1"), transaction("stx2")]}) as (till, _):
        (paid,) = await till.look_up("XTR:ord_1")
    assert paid.captured == Money(500, "XTR")


async def test_stars_that_moved_otherwise_are_passed_over() -> None:
    moved = [
        {"id": "w1", "amount": 10, "date": DATE, "receiver": {"type": "fragment"}},
        {"id": "w2", "amount": 10, "date": DATE, "source": {"type": "other"}},
        {"id": "w3", "amount": 10, "date": DATE},
        transaction(CHARGE),
    ]
    async with answering({"getStarTransactions": moved}) as (till, _):
        (paid,) = await till.look_up("XTR:ord_1")
    assert paid.payment_ref == CHARGE


async def test_other_money_is_not_asked_about() -> None:
    async with answering({}) as (till, api):
        assert (await till.look_up("USD:ord_1"), await till.look_up("XTR:"), api.heard) == ((), (), [])


async def test_stars_go_back_to_who_paid_them() -> None:
    answers = {"getStarTransactions": [transaction(CHARGE)], "refundStarPayment": True}
    async with answering(answers) as (till, api):
        fact = await till.refund(CHARGE, STARS, key="ord_1-refund-1", reason="left early")
    assert api.called("refundStarPayment") == [{"user_id": "42", "telegram_payment_charge_id": CHARGE}]
    assert (fact.kind, fact.refunded, fact.reference) == (FactKind.REFUNDED, STARS, "ord_1")


async def test_stars_that_went_back_before_are_back() -> None:
    refused = refuses(400, "Bad Request: CHARGE_ALREADY_REFUNDED")
    async with answering({"getStarTransactions": [transaction(CHARGE)], "refundStarPayment": refused}) as (till, _):
        assert (await till.refund(CHARGE, STARS, key="k", reason="")).refunded == STARS


@pytest.mark.parametrize(
    ("reference", "money", "expected", "said"),
    [
        (CHARGE, Money(100, "XTR"), AmountRefused, "back whole"),
        ("unknown", STARS, NotConfigured, "no such payment"),
        ("p1", Money(1999, "USD"), AmountRefused, "at the payment provider, as charge p1"),
    ],
)
async def test_what_cannot_go_back_is_said(
    reference: str, money: Money, expected: type[PaymentError], said: str
) -> None:
    async with answering({"getStarTransactions": [transaction(CHARGE)]}) as (till, api):
        with pytest.raises(expected, match=said):
            await till.refund(reference, money, key="k", reason="")
    assert api.called("refundStarPayment") == []


REFUSALS = [
    (400, "Bad Request: CURRENCY_TOTAL_AMOUNT_INVALID", AmountRefused, "sum"),
    (400, "Bad Request: CURRENCY_INVALID", AmountRefused, "currency"),
    (400, "Bad Request: PAYMENT_PROVIDER_INVALID", NotConfigured, "provider token"),
    (400, "Bad Request: STARS_INVOICE_INVALID", NotConfigured, "(?i)stars_invoice"),
    (401, "Unauthorized", NotConfigured, "token"),
    (404, "Not Found", NotConfigured, "token"),
    (403, "Forbidden: bot was blocked", NotConfigured, "may not"),
    (500, "Internal Server Error", OutcomeUnknown, "looked up"),
]


@pytest.mark.parametrize(("code", "description", "expected", "said"), REFUSALS)
async def test_each_answer_becomes_the_error_that_says_what_to_do(
    code: int, description: str, expected: type[PaymentError], said: str
) -> None:
    async with answering({"createInvoiceLink": refuses(code, description)}) as (till, _):
        with pytest.raises(expected, match=said) as raised:
            await till.open_checkout(ORDER)
    assert TOKEN not in str(raised.value)


async def test_a_busy_telegram_is_not_pressed() -> None:
    busy = refuses(429, "Too Many Requests: retry after 7", retry_after=7)
    async with answering({"createInvoiceLink": busy}) as (till, api):
        with pytest.raises(Unavailable, match="slow down"):
            await till.open_checkout(ORDER)
    assert len(api.heard) == 1


@pytest.mark.parametrize("silence", [never, breaks_off, babbles])
async def test_no_clear_answer_is_an_unknown_outcome_and_asked_again(silence: Answer) -> None:
    async with answering({"createInvoiceLink": silence}) as (till, api):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)
    assert len(api.heard) == 3


async def test_what_never_left_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with aclosing(gateway(f"http://127.0.0.1:{closed.getsockname()[1]}")) as till:
            with pytest.raises(Unavailable, match="reached"):
                await till.open_checkout(ORDER)


async def test_the_check_names_the_bot_and_tries_the_provider() -> None:
    me = {"id": 123456, "is_bot": True, "first_name": "Bell", "username": "bell_bot"}
    async with answering({"getMe": me, "createInvoiceLink": LINK}) as (till, api):
        state = await till.check()
    assert (state.name, state.live) == ("@bell_bot", False)
    assert api.called("createInvoiceLink")[0]["provider_token"] == PROVIDER
    refused = refuses(400, "Bad Request: PAYMENT_PROVIDER_INVALID")
    async with answering({"getMe": me, "createInvoiceLink": refused}) as (till, _):
        with pytest.raises(NotConfigured, match="provider token"):
            await till.check()


def section(**other: str) -> dict[str, str]:
    return {"token": TOKEN, "api_url": "https://api.telegram.org"} | other


@pytest.mark.parametrize(
    ("given", "live", "stars", "money", "gives_back"),
    [
        ({"stars": "True"}, True, True, False, True),
        ({"stars": "True", "api_url": "http://127.0.0.1:8001/telegram"}, False, True, False, True),
        ({"provider_token": PROVIDER}, False, False, True, False),
        ({"provider_token": "700:LIVE:x", "stars": "True"}, True, True, True, True),
    ],
)
def test_the_settings_say_what_is_sold_and_whether_it_is_real(
    given: dict[str, str], live: bool, stars: bool, money: bool, gives_back: bool
) -> None:
    till = Telegram.from_settings(section(**given))
    assert till.live is live
    assert (till.limits("XTR") is not None, till.limits("USD") is not None) == (stars, money)
    assert (till.capabilities == {Capability.REFUND}) is gives_back


@pytest.mark.parametrize("given", [{}, {"stars": "False"}, {"stars": "True", "provider_token": PROVIDER}])
def test_nothing_to_sell_and_mixed_money_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(NotConfigured) as raised:
        Telegram.from_settings(section(**given))
    assert TOKEN not in str(raised.value) and PROVIDER not in str(raised.value)


def test_keys_are_not_shown() -> None:
    shown = repr(gateway()._keys)
    assert TOKEN not in shown and PROVIDER not in shown


def test_the_sdk_is_imported_at_the_first_call_only() -> None:
    code = "import sys, payments.telegram; sys.exit('telegram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
