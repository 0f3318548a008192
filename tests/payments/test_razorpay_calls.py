"""How Razorpay's answers, and its silences, become our errors: the real SDK against a small real server."""

import asyncio
import base64
import dataclasses
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime

import pytest
import stamina

from payments.errors import AmountRefused, NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.facts import FactKind
from payments.money import Money
from payments.razorpay import Razorpay, RazorpayKeys
from tests.payments.razorpay_desk import (
    OPENED,
    ORDER,
    TAKEN,
    Answer,
    answering,
    babbles,
    breaks_off,
    finds,
    hangs_up,
    never,
    refuses,
    says,
)
from tests.payments.razorpay_payloads import KEY_SECRET, POLLED, REFUND, SENT, UNPAID, gateway

LINK, PAYMENT = UNPAID["id"], REFUND["payment_id"]
LINKS = "POST /v1/payment_links"


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the SDK says on standard output, which belongs to the program; the log of the repeats is our own."""
    return [line for line in capsys.readouterr().out.splitlines() if "stamina.retry_scheduled" not in line]


REFUSALS: list[tuple[Answer, type[PaymentError], str]] = [
    (refuses("Authentication failed", 401), NotConfigured, "API key"),
    (refuses("Access denied", 403), NotConfigured, "API key"),
    (refuses("Request failed. Please try after sometime.", 429), Unavailable, "slow down"),
    (refuses("The amount must be at least INR 1.00"), AmountRefused, "at least INR 1.00"),
    (refuses("Amount exceeds maximum amount allowed."), AmountRefused, "maximum"),
    (refuses("Currency is not supported"), AmountRefused, "Currency"),
    (refuses("The payment has been fully refunded already."), AmountRefused, "fully refunded"),
    (refuses("The refund amount provided is greater than amount captured."), AmountRefused, "greater"),
    (refuses("wrong input fields sent."), NotConfigured, "wrong input fields"),
    (refuses("timestamp must be at least 15 minutes in future"), NotConfigured, "15 minutes"),
    (refuses("Cannot create a payment link, as Merchant is Suspended."), NotConfigured, "Suspended"),
    (refuses(""), NotConfigured, "no reason"),
    (refuses("In progress", 409), OutcomeUnknown, "looked up"),
    (refuses("Bank is down", 502, "GATEWAY_ERROR"), OutcomeUnknown, "looked up"),
    (refuses("Bank is down", 400, "GATEWAY_ERROR"), OutcomeUnknown, "looked up"),
    (refuses("Ours", 500, "SERVER_ERROR"), OutcomeUnknown, "looked up"),
    (refuses("Ours", 400, "SERVER_ERROR"), OutcomeUnknown, "looked up"),
    (says({"error": None}, 400), OutcomeUnknown, "looked up"),
    (says([], 400), OutcomeUnknown, "looked up"),
    (says([]), OutcomeUnknown, "looked up"),
]


@pytest.mark.parametrize(("answer", "expected", "said"), REFUSALS)
async def test_each_answer_becomes_the_error_that_says_what_to_do(
    answer: Answer, expected: type[PaymentError], said: str
) -> None:
    async with answering(answer) as (till, _):
        with pytest.raises(expected, match=said) as raised:
            await till.refund(PAYMENT, Money(100, "INR"), key="back_000001", reason="left early")
    assert type(raised.value) is expected


@pytest.mark.parametrize("silence", [never, breaks_off, hangs_up, babbles])
async def test_no_clear_answer_is_an_unknown_outcome_and_the_same_is_asked_again(
    silence: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    async with answering(silence) as (till, heard):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)
    assert [asked.line for asked in heard] == [LINKS] * 3
    assert len({asked.body for asked in heard}) == 1
    assert printed(capsys) == []


async def test_nobody_listening_means_it_never_left(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with aclosing(gateway(api_url=f"http://127.0.0.1:{port}", timeout=0.5)) as till:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await till.open_checkout(ORDER)
    assert printed(capsys) == []


async def test_an_unanswered_request_stays_unknown_though_the_next_is_turned_away() -> None:
    async with answering(never, refuses("Too many requests", 429)) as (till, heard):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)
    assert len(heard) > 1


async def test_a_hiccup_is_not_noticed() -> None:
    async with answering(refuses("Ours", 500, "SERVER_ERROR"), refuses("Slowly", 429), OPENED) as (till, heard):
        link = await till.open_checkout(ORDER)
    assert (link.checkout_ref, link.url, len(heard)) == (LINK, UNPAID["short_url"], 3)
    assert link.expires_at == datetime.fromtimestamp(UNPAID["expire_by"], UTC)


async def test_a_link_whose_answer_was_lost_is_found_by_its_reference() -> None:
    async with answering(never, refuses(TAKEN), finds(UNPAID)) as (till, heard):
        link = await till.open_checkout(ORDER)
    assert link.checkout_ref == LINK
    assert [asked.line for asked in heard] == [LINKS, LINKS, "GET /v1/payment_links?reference_id=ord_1"]


@pytest.mark.parametrize(
    "found",
    [
        finds(),
        says({"payment_links": None}),
        finds(UNPAID | {"amount": 50001}),
        finds(UNPAID | {"currency": "USD"}),
        finds(UNPAID | {"reference_id": "ord_2"}),
    ],
)
async def test_a_reference_taken_by_another_order_is_refused(found: Answer) -> None:
    async with answering(refuses(TAKEN), found) as (till, _):
        with pytest.raises(NotConfigured, match="already attempted"):
            await till.open_checkout(ORDER)


async def test_no_error_repeats_a_key() -> None:
    async with answering(refuses(f"Wrong key rzp_test_dev with {KEY_SECRET}")) as (till, _):
        with pytest.raises(NotConfigured) as raised:
            await till.look_up(LINK)
    assert KEY_SECRET not in str(raised.value)
    assert "rzp_test_dev" not in str(raised.value)


async def test_what_is_sent_is_what_razorpay_documents() -> None:
    async with answering(OPENED) as (till, heard):
        await till.open_checkout(dataclasses.replace(ORDER, customer_email="zoë@example.com"))
    (asked,) = heard
    assert asked.line == LINKS
    assert asked.headers["Authorization"] == "Basic " + base64.b64encode(f"rzp_test_dev:{KEY_SECRET}".encode()).decode()
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.json == {
        "amount": 50000,
        "currency": "INR",
        "accept_partial": False,
        "reference_id": "ord_1",
        "description": "Consultation",
        "notes": {"reference": "ord_1"},
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "expire_by": SENT + 3600,
        "callback_url": "http://127.0.0.1/back",
        "callback_method": "get",
        "customer": {"email": "zoë@example.com"},
    }


async def test_a_long_description_is_cut_and_a_missing_one_names_the_payee() -> None:
    async with answering(OPENED) as (till, heard):
        await till.open_checkout(dataclasses.replace(ORDER, description="ग" * 3000))
        await till.open_checkout(dataclasses.replace(ORDER, description=""))
    assert [asked.json["description"] for asked in heard] == ["ग" * 2048, "Acme"]


async def test_many_calls_at_once_each_get_their_own_answer() -> None:
    async with answering(says(POLLED | {"status": "expired", "payments": []})) as (till, heard):
        told = await asyncio.gather(*(till.look_up(f"plink_{number}") for number in range(20)))
    # Where an answer is slow, it is asked for once more.
    assert {asked.line for asked in heard} == {f"GET /v1/payment_links/plink_{n}" for n in range(20)}
    assert {facts[0].kind for facts in told} == {FactKind.EXPIRED}


@pytest.mark.parametrize("key_id", ["", "rzp_1", "sk_test_1", "rzp_prod_1"])
def test_a_key_of_another_kind_is_refused_at_the_start(key_id: str) -> None:
    with pytest.raises(NotConfigured, match="key id"):
        Razorpay.from_settings({"key_id": key_id, "key_secret": "s"})


def test_a_missing_secret_is_refused_at_the_start() -> None:
    with pytest.raises(NotConfigured, match="key secret"):
        Razorpay.from_settings({"key_id": "rzp_test_1"})


@pytest.mark.parametrize(("key_id", "live"), [("rzp_test_1", False), ("rzp_live_1", True)])
def test_live_or_test_is_read_from_the_key(key_id: str, live: bool) -> None:
    assert Razorpay.from_settings({"key_id": key_id, "key_secret": "s"}).live is live


def test_keys_do_not_show_when_printed() -> None:
    assert "hidden" not in repr(RazorpayKeys("rzp_test_1", "hidden_key", "hidden_hook"))


def test_naming_the_gateways_does_not_load_their_sdks() -> None:
    asked = "import sys, payments.registry; sys.exit(bool({'razorpay', 'requests'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


async def test_the_check_is_a_question_that_changes_nothing() -> None:
    async with answering(finds()) as (till, heard):
        state = await till.check()
    assert (state.name, state.live, state.faults) == ("key rzp_test_dev", False, ())
    assert [asked.line for asked in heard] == ["GET /v1/payment_links?count=1"]
