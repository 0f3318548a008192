"""What is sent to PayPal, and how its answers, and its silences, become our errors: against a small real server."""

import asyncio
import base64
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import stamina

from payments.errors import AmountRefused, Declined, NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.facts import FactKind
from payments.gateway import CheckoutOrder
from payments.money import Money
from payments.paypal import PayPal, PayPalKeys
from payments.paypal.gateway import NEEDED
from tests.payments.paypal_desk import SHORT, Answer, babbles, breaks_off, desk, never, says
from tests.payments.paypal_payloads import (
    APPROVED,
    CAPTURE,
    CAPTURE_ID,
    CREATED,
    NOW,
    ORDER_ID,
    REFUND,
    WEBHOOK_ID,
    paid,
    refusal,
)

ORDER = CheckoutOrder(
    reference="ord_1",
    amount=Money(1999, "USD"),
    description="Consultation",
    payee="Acme",
    return_url="http://127.0.0.1/back",
    cancel_url="http://127.0.0.1/away",
    expires_at=NOW + timedelta(hours=2),
    key="key_1",
)
NO_DISPUTES = says({"items": []})


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


async def test_an_order_is_made_as_paypal_documents_it() -> None:
    async with desk(says(CREATED, 201)) as there:
        link = await there.till.open_checkout(ORDER)
        (granted,), (asked,) = there.granted, there.heard
    assert (link.checkout_ref, link.expires_at) == (ORDER_ID, ORDER.expires_at)
    assert link.url == f"https://www.paypal.com/checkoutnow?token={ORDER_ID}"
    assert granted.body == b"grant_type=client_credentials"
    assert granted.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert granted.headers["Authorization"] == "Basic " + base64.b64encode(b"client:secret-of-ours").decode()
    assert (asked.method, asked.path) == ("POST", "/v2/checkout/orders")
    assert asked.headers["Authorization"] == "Bearer A21AAtoken1"
    assert (asked.headers["Content-Type"], asked.headers["PayPal-Request-Id"]) == ("application/json", "key_1")
    assert json.loads(asked.body) == {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "custom_id": "ord_1",
                "invoice_id": "ord_1",
                "description": "Acme: Consultation",
                "amount": {"currency_code": "USD", "value": "19.99"},
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "brand_name": "Acme",
                    "return_url": "http://127.0.0.1/back",
                    "cancel_url": "http://127.0.0.1/away",
                    "user_action": "PAY_NOW",
                    "shipping_preference": "NO_SHIPPING",
                }
            }
        },
    }


async def test_long_words_are_cut_and_a_full_locale_and_an_address_go_along() -> None:
    long = replace(ORDER, payee="Ω" * 200, description="ë" * 200, locale="pt_BR", customer_email="ana@example.com")
    async with desk(says(CREATED)) as there:
        await there.till.open_checkout(long)
        told = json.loads(there.heard[0].body)
    wallet = told["payment_source"]["paypal"]
    assert (wallet["email_address"], wallet["experience_context"]["locale"]) == ("ana@example.com", "pt-BR")
    assert len(wallet["experience_context"]["brand_name"]) == 127
    assert len(told["purchase_units"][0]["description"]) == 127


async def test_an_approve_link_is_taken_too_and_an_order_without_a_page_is_not() -> None:
    old = CREATED | {"links": [{"rel": "approve", "href": "https://www.paypal.com/old", "method": "GET"}]}
    async with desk(says(old)) as there:
        assert (await there.till.open_checkout(ORDER)).url == "https://www.paypal.com/old"
    async with desk(says(CREATED | {"links": []})) as there:
        with pytest.raises(OutcomeUnknown):
            await there.till.open_checkout(ORDER)


async def test_an_approved_order_is_captured_with_a_key_of_its_approval() -> None:
    async with desk(says(APPROVED), says(paid(), 201), NO_DISPUTES) as there:
        (fact,) = await there.till.look_up(ORDER_ID)
        order, capture, disputes = there.heard
    assert (fact.kind, fact.captured) == (FactKind.CAPTURED, Money(1999, "USD"))
    assert (order.method, order.path) == ("GET", f"/v2/checkout/orders/{ORDER_ID}")
    assert (capture.method, capture.path) == ("POST", f"/v2/checkout/orders/{ORDER_ID}/capture")
    assert (capture.body, capture.headers["Content-Type"]) == (b"{}", "application/json")
    assert capture.headers["Prefer"] == "return=representation"
    assert capture.headers["PayPal-Request-Id"] == f"capture-{ORDER_ID}-20251231T235900Z"
    assert disputes.path == f"/v1/customer/disputes?disputed_transaction_id={CAPTURE_ID}"


async def test_whoever_finds_the_same_approval_captures_under_the_same_key_and_another_approval_has_another() -> None:
    again = APPROVED | {"update_time": "2026-01-01T00:07:00Z"}
    declined = says(refusal("INSTRUMENT_DECLINED"), 422)
    async with desk(
        says(APPROVED), declined, says(APPROVED), declined, says(again), says(paid()), NO_DISPUTES
    ) as there:
        told = [fact.kind for _ in range(3) for fact in await there.till.look_up(ORDER_ID)]
        keys = [asked.headers["PayPal-Request-Id"] for asked in there.heard if asked.path.endswith("/capture")]
    assert told == [FactKind.FAILED, FactKind.FAILED, FactKind.CAPTURED]
    assert keys[0] == keys[1] != keys[2]


async def test_an_unapproved_order_is_not_captured() -> None:
    async with desk(says(APPROVED | {"status": "PAYER_ACTION_REQUIRED"})) as there:
        assert await there.till.look_up(ORDER_ID) == ()
        assert [asked.method for asked in there.heard] == ["GET"]


@pytest.mark.parametrize("issue", ["ORDER_ALREADY_CAPTURED", "ORDER_COMPLETION_IN_PROGRESS"])
async def test_an_order_captured_meanwhile_is_read_again(issue: str) -> None:
    async with desk(says(APPROVED), says(refusal(issue), 422), says(paid()), NO_DISPUTES) as there:
        (fact,) = await there.till.look_up(ORDER_ID)
    assert fact.kind is FactKind.CAPTURED


async def test_an_approval_gone_meanwhile_is_nothing_yet() -> None:
    async with desk(says(APPROVED), says(refusal("ORDER_NOT_APPROVED"), 422)) as there:
        assert await there.till.look_up(ORDER_ID) == ()


@pytest.mark.parametrize("issue", ["INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED"])
async def test_a_declined_capture_says_why(issue: str) -> None:
    async with desk(says(APPROVED), says(refusal(issue, "The instrument was declined"), 422)) as there:
        (fact,) = await there.till.look_up(ORDER_ID)
    assert (fact.kind, fact.detail) == (FactKind.FAILED, "The instrument was declined.")
    assert (fact.checkout_ref, fact.reference, fact.asked) == (ORDER_ID, "ord_1", Money(1999, "USD"))


async def test_a_capture_that_gets_no_answer_is_unknown_and_always_asked_with_the_same_key() -> None:
    async with desk(says(APPROVED), never, patience=SHORT) as there:
        with pytest.raises(OutcomeUnknown):
            await there.till.look_up(ORDER_ID)
        assert len({asked.headers["PayPal-Request-Id"] for asked in there.heard[1:]}) == 1
        assert len(there.heard) == 4


async def test_an_order_that_lapsed_has_expired_and_a_strange_id_is_the_operators_matter() -> None:
    async with desk(says(refusal("INVALID_RESOURCE_ID"), 404)) as there:
        (fact,) = await there.till.look_up(ORDER_ID)
        with pytest.raises(NotConfigured):
            await there.till.look_up("cs/../1?x")
        assert there.heard[1].path == "/v2/checkout/orders/cs%2F..%2F1%3Fx"
    assert (fact.kind, fact.checkout_ref) == (FactKind.EXPIRED, ORDER_ID)


@pytest.mark.parametrize("order", [{}, {"status": "APPROVED"}, paid(CAPTURE | {"amount": {}})])
async def test_an_order_in_no_known_shape_is_no_clear_answer(order: Any) -> None:
    async with desk(says(order)) as there:
        if order:
            with pytest.raises(OutcomeUnknown):
                await there.till.look_up(ORDER_ID)
        else:
            assert await there.till.look_up(ORDER_ID) == ()


async def test_a_refund_is_asked_for_as_paypal_documents_it() -> None:
    async with desk(says(REFUND, 201)) as there:
        fact = await there.till.refund(CAPTURE_ID, Money(500, "USD"), key="rf_1", reason="left early")
        (asked,) = there.heard
    assert (fact.kind, fact.refunded, fact.payment_ref) == (FactKind.REFUNDED, Money(700, "USD"), CAPTURE_ID)
    assert (asked.method, asked.path) == ("POST", f"/v2/payments/captures/{CAPTURE_ID}/refund")
    assert (asked.headers["PayPal-Request-Id"], asked.headers["Prefer"]) == ("rf_1", "return=representation")
    assert json.loads(asked.body) == {
        "amount": {"currency_code": "USD", "value": "5.00"},
        "invoice_id": "rf_1",
        "custom_id": "left early",
    }


async def test_nothing_is_sent_for_a_sum_paypal_cannot_say() -> None:
    async with desk() as there:
        with pytest.raises(AmountRefused, match="no decimals"):
            await there.till.open_checkout(replace(ORDER, amount=Money(1050, "HUF")))
        with pytest.raises(AmountRefused, match="no decimals"):
            await there.till.refund(CAPTURE_ID, Money(80045, "TWD"), key="rf_1", reason="")
        assert (there.granted, there.heard) == ([], [])


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
