"""How PayPal's answers, and its silences, become our errors, and what a token is good for: a small real server."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
import stamina

from payments.errors import AmountRefused, Declined, NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.money import Money
from payments.paypal import PayPal, PayPalKeys
from payments.paypal.gateway import NEEDED
from tests.payments.paypal_desk import SHORT, Answer, babbles, breaks_off, desk, never, says
from tests.payments.paypal_payloads import (
    CAPTURE_ID,
    CREATED,
    NOW,
    ORDER,
    ORDER_ID,
    WEBHOOK_ID,
    paid,
    refusal,
)

NO_DISPUTES = says({"items": []})


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


REFUSALS: list[tuple[int, Any, type[PaymentError], str]] = [
    (401, {"name": "AUTHENTICATION_FAILURE", "message": "Authentication failed."}, NotConfigured, "client id"),
    (403, {"name": "NOT_AUTHORIZED", "message": "No permission."}, NotConfigured, "client id"),
    (422, refusal("INSTRUMENT_DECLINED", "It was declined."), Declined, "It was declined."),
    (429, {"name": "RATE_LIMIT_REACHED"}, Unavailable, "slow down"),
    (422, refusal("CURRENCY_NOT_SUPPORTED", "Not this currency."), AmountRefused, "Not this currency."),
    (422, refusal("REFUND_AMOUNT_EXCEEDED", "Too much."), AmountRefused, "Too much."),
    (422, refusal("CAPTURE_FULLY_REFUNDED", "Done."), AmountRefused, "Done."),
    (422, refusal("PAYEE_ACCOUNT_RESTRICTED", "Restricted."), NotConfigured, "Restricted."),
    (400, refusal("INVALID_PARAMETER_SYNTAX", "Bad."), NotConfigured, "Bad."),
    (400, {"details": None, "name": None}, NotConfigured, "it gave no reason"),
    (404, refusal("INVALID_RESOURCE_ID", "Unknown."), NotConfigured, "Unknown."),
    (409, refusal("PREVIOUS_REQUEST_IN_PROGRESS"), OutcomeUnknown, "looked up"),
    (500, {"name": "INTERNAL_SERVER_ERROR"}, OutcomeUnknown, "looked up"),
    (302, {}, OutcomeUnknown, "looked up"),
    (200, ["no object"], OutcomeUnknown, "looked up"),
]


@pytest.mark.parametrize(("status", "body", "expected", "said"), REFUSALS)
async def test_each_answer_becomes_the_error_that_says_what_to_do(
    status: int, body: Any, expected: type[PaymentError], said: str
) -> None:
    async with desk(says(body, status)) as there:
        with pytest.raises(expected, match=said) as raised:
            await there.till.refund(CAPTURE_ID, Money(500, "USD"), key="rf_1", reason="")
    assert type(raised.value) is expected


@pytest.mark.parametrize("silence", [never, breaks_off, babbles])
async def test_no_clear_answer_is_an_unknown_outcome_and_always_asked_with_the_same_key(silence: Answer) -> None:
    async with desk(silence, patience=SHORT) as there:
        with pytest.raises(OutcomeUnknown):
            await there.till.open_checkout(ORDER)
    assert [asked.headers["PayPal-Request-Id"] for asked in there.heard] == ["key_1"] * 3


async def test_an_unanswered_request_stays_unknown_though_the_next_is_turned_away() -> None:
    async with desk(never, says({}, 429), patience=SHORT) as there:
        with pytest.raises(OutcomeUnknown):
            await there.till.open_checkout(ORDER)
    assert len(there.heard) == 2


async def test_a_hiccup_is_not_noticed() -> None:
    async with desk(says({}, 500), never, says(CREATED), patience=SHORT) as there:
        assert (await there.till.open_checkout(ORDER)).checkout_ref == ORDER_ID
    assert len(there.heard) == 3


async def test_nobody_listening_means_it_never_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    keys = PayPalKeys("client", "secret", api_url=f"http://127.0.0.1:{port}", timeout=0.5)
    async with aclosing(PayPal(keys)) as till:
        with pytest.raises(Unavailable):
            await till.open_checkout(ORDER)


@pytest.mark.parametrize(
    "trouble", [never, breaks_off, babbles, says({}), says({"access_token": "x", "expires_in": "?"})]
)
async def test_without_a_token_nothing_ever_left(trouble: Answer) -> None:
    async with desk(patience=SHORT) as there:
        there.grants.extend([trouble] * 3)
        with pytest.raises(Unavailable, match="access token"):
            await there.till.open_checkout(ORDER)
        assert there.heard == []


async def test_a_token_lost_in_a_hiccup_is_asked_for_again() -> None:
    async with desk(says(CREATED)) as there:
        there.grants.append(says({}, 503))
        assert (await there.till.open_checkout(ORDER)).checkout_ref == ORDER_ID


async def test_wrong_keys_are_the_operators_matter_and_are_not_repeated() -> None:
    told = {"error": "invalid_client", "error_description": "Client Authentication failed for secret-of-ours"}
    async with desk() as there:
        there.grants.append(says(told, 401))
        with pytest.raises(NotConfigured, match="client id and secret") as raised:
            await there.till.check()
        assert len(there.granted) == 1
    assert "secret-of-ours" not in str(raised.value)


async def test_one_token_serves_until_shortly_before_its_end() -> None:
    async with desk(says(CREATED)) as there:
        await asyncio.gather(*(there.till.open_checkout(ORDER) for _ in range(5)))
        there.now = NOW + timedelta(seconds=32400 - 61)
        await there.till.open_checkout(ORDER)
        assert len(there.granted) == 1
        there.now = NOW + timedelta(seconds=32400 - 59)
        await there.till.open_checkout(ORDER)
        assert len(there.granted) == 2
    assert [asked.headers["Authorization"][-1] for asked in there.heard] == ["1"] * 6 + ["2"]


async def test_a_token_taken_back_is_replaced_and_the_request_sent_again_with_its_key() -> None:
    async with desk(says({"error": "invalid_token"}, 401), says(CREATED)) as there:
        assert (await there.till.open_checkout(ORDER)).checkout_ref == ORDER_ID
    sent = [(asked.headers["Authorization"], asked.headers["PayPal-Request-Id"]) for asked in there.heard]
    assert sent == [("Bearer A21AAtoken1", "key_1"), ("Bearer A21AAtoken2", "key_1")]


async def test_no_error_repeats_a_key() -> None:
    leaky = refusal(
        "NOT_SUPPORTED", "Header Authorization: Bearer A21AAsomething-secret is odd, and A21AAother_one too"
    )
    async with desk(says(leaky, 400)) as there:
        with pytest.raises(NotConfigured) as raised:
            await there.till.open_checkout(ORDER)
    assert "something" not in str(raised.value)
    assert "other_one" not in str(raised.value)


@pytest.mark.parametrize(
    "given", [{}, {"client_id": "a"}, {"client_secret": "b"}, {"client_id": "", "client_secret": "b"}]
)
def test_both_keys_are_needed(given: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match="client id and a client secret"):
        PayPal.from_settings(given)


@pytest.mark.parametrize(
    ("url", "live"),
    [
        ("", True),
        ("https://api-m.paypal.com", True),
        ("https://API-M.paypal.com/", True),
        ("https://api-m.sandbox.paypal.com", False),
        ("http://127.0.0.1:8001/paypal", False),
        ("https://api-m.paypal.com.evil.example", False),
    ],
)
def test_live_or_test_is_read_from_the_address(url: str, live: bool) -> None:
    assert PayPal.from_settings({"client_id": "a", "client_secret": "b", "api_url": url}).live is live


async def test_a_stand_in_may_be_said_to_play_live() -> None:
    async with desk(says(paid()), NO_DISPUTES, live=True) as there:
        (fact,) = await there.till.look_up(ORDER_ID)
    assert (there.till.live, fact.live) == (True, True)


def test_keys_do_not_show_when_printed() -> None:
    assert "hidden" not in repr(PayPalKeys("client", "hidden"))


@pytest.mark.parametrize(
    ("names", "faults"),
    [
        (sorted(NEEDED), ()),
        (["*"], ()),
        (
            sorted(NEEDED - {"PAYMENT.CAPTURE.REFUNDED"}),
            ("The webhook is not subscribed to PAYMENT.CAPTURE.REFUNDED.",),
        ),
    ],
)
async def test_the_check_says_what_the_webhook_does_not_tell(names: list[str], faults: tuple[str, ...]) -> None:
    async with desk(says({"id": WEBHOOK_ID, "event_types": [{"name": name} for name in names]})) as there:
        state = await there.till.check()
        assert there.heard[0].path == f"/v1/notifications/webhooks/{WEBHOOK_ID}"
    assert (state.name, state.live, state.faults) == ("app APP-80W284485P519543T", False, faults)


async def test_the_check_knows_a_wrong_webhook_id() -> None:
    async with desk(says(refusal("INVALID_RESOURCE_ID"), 404)) as there:
        assert (await there.till.check()).faults == ("PayPal knows no webhook with this id.",)


def test_naming_the_gateways_does_not_load_their_libraries() -> None:
    asked = "import sys, payments.registry; sys.exit(bool({'httpx2', 'cryptography', 'stamina'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
