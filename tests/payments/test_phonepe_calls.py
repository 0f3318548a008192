"""What is sent to PhonePe, and how its answers and its silences become our errors."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import stamina

from payments.errors import AmountRefused, NotConfigured, OutcomeUnknown, PageLost, PaymentError, Unavailable
from payments.gateway import Capability, CheckoutOrder
from payments.phonepe import PhonePe, PhonePeKeys
from tests.payments.phonepe_payloads import (
    ASK,
    NOW,
    OPENED,
    ORDER,
    PAY,
    PENDING,
    SECRET,
    TOKEN_SENT,
    TOKENS,
    Answer,
    Json,
    answering,
    babbles,
    breaks_off,
    gateway,
    never,
    says,
    says_nothing_useful,
)


def changed(order: CheckoutOrder = ORDER, **given: object) -> CheckoutOrder:
    kept = {name: getattr(order, name) for name in CheckoutOrder.__dataclass_fields__}
    return CheckoutOrder(**(kept | given))


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


async def test_what_is_sent_is_what_phonepe_documents() -> None:
    async with answering({PAY: OPENED}) as (till, vendor):
        link = await till.open_checkout(ORDER)
    token, pay = vendor.heard
    assert token.line == TOKENS
    assert token.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(token.body.decode())) == {
        "client_id": "SHOP_DEV",
        "client_version": "1",
        "client_secret": SECRET,
        "grant_type": "client_credentials",
    }
    assert (pay.line, pay.headers["Authorization"]) == (PAY, f"O-Bearer {TOKEN_SENT}")
    assert pay.headers["Content-Type"] == "application/json"
    assert pay.json == {
        "merchantOrderId": "ord_1",
        "amount": 50000,
        "expireAfter": 1200,
        "disablePaymentRetry": False,
        "paymentFlow": {
            "type": "PG_CHECKOUT",
            "message": "Acme: Consultation",
            "merchantUrls": {"redirectUrl": "https://shop.example.com/back"},
        },
    }
    assert (link.checkout_ref, link.url) == ("ord_1", OPENED["redirectUrl"])
    assert link.expires_at == NOW + timedelta(seconds=1200)


async def test_names_in_any_script_arrive_and_long_ones_are_cut() -> None:
    async with answering({PAY: OPENED}) as (till, vendor):
        await till.open_checkout(changed(payee="ಅಂಗಡಿ 💐", description="ध्यान" * 40_000))
    message = vendor.of(PAY)[0].json["paymentFlow"]["message"]
    assert (message.startswith("ಅಂಗಡಿ 💐: ध्यान"), len(message)) == (True, 100)


@pytest.mark.parametrize(("left", "sent"), [(60, 300), (300, 300), (3600, 3600), (3605, 3600)])
async def test_a_page_stays_open_as_long_as_phonepe_lets_it(left: int, sent: int) -> None:
    async with answering({PAY: OPENED}) as (till, vendor):
        await till.open_checkout(changed(expires_at=NOW + timedelta(seconds=left)))
    assert vendor.of(PAY)[0].json["expireAfter"] == sent


async def test_an_order_is_asked_about_by_our_reference() -> None:
    async with answering({ASK: PENDING}) as (till, vendor):
        assert await till.look_up("ord_1") == ()
    assert [(each.line, each.query) for each in vendor.heard[1:]] == [
        (ASK, {"details": "false", "errorContext": "true"})
    ]


REFUSALS: list[tuple[int, Json, type[PaymentError], str]] = [
    (401, {"code": "AUTHORIZATION_FAILED", "message": "Unauthorized"}, NotConfigured, "access token"),
    (403, {}, NotConfigured, "access token"),
    (429, {"code": "TOO_MANY_REQUESTS", "message": "Slow down"}, Unavailable, "slow down"),
    (400, {"code": "BAD_REQUEST", "message": "amount: must be at least 100"}, AmountRefused, "at least 100"),
    (400, {"code": "INVALID_AMOUNT", "message": "Bad"}, AmountRefused, "Bad"),
    (400, {"code": "BAD_REQUEST", "message": "expireAfter is wrong"}, NotConfigured, "expireAfter is wrong"),
    (404, {"success": False, "code": "404", "message": "Api Mapping Not Found"}, NotConfigured, "Mapping"),
    (417, {}, NotConfigured, "no reason"),
    (408, {}, OutcomeUnknown, "looked up"),
    (301, {}, OutcomeUnknown, "looked up"),
    (500, {"code": "INTERNAL_SERVER_ERROR", "message": "There is an error"}, OutcomeUnknown, "looked up"),
    (503, {}, OutcomeUnknown, "looked up"),
]


@pytest.mark.parametrize(("status", "body", "expected", "said"), REFUSALS)
async def test_each_answer_becomes_the_error_that_says_what_to_do(
    status: int, body: Json, expected: type[PaymentError], said: str
) -> None:
    async with answering({PAY: says(body, status)}) as (till, _):
        with pytest.raises(expected, match=said):
            await till.open_checkout(ORDER)


@pytest.mark.parametrize("silence", [never, breaks_off, babbles, says_nothing_useful])
async def test_no_clear_answer_is_an_unknown_outcome_and_always_asked_with_the_same_id(silence: Answer) -> None:
    async with answering({PAY: silence}) as (till, vendor):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)
    assert [each.json["merchantOrderId"] for each in vendor.of(PAY)] == ["ord_1"] * 3


@pytest.mark.parametrize("silence", [never, breaks_off, babbles])
async def test_a_question_that_is_not_answered_moved_nothing(silence: Answer) -> None:
    async with answering({ASK: silence}) as (till, vendor):
        with pytest.raises(Unavailable):
            await till.look_up("ord_1")
    assert len(vendor.of(ASK)) == 3


async def test_nobody_listening_means_it_never_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with aclosing(gateway(f"http://127.0.0.1:{port}")) as till:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await till.open_checkout(ORDER)


async def test_an_unanswered_request_stays_unknown_though_the_next_is_turned_away() -> None:
    async with answering({PAY: [never, says({}, 429)]}) as (till, vendor):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)
    assert len(vendor.of(PAY)) == 2


async def test_a_hiccup_is_not_noticed() -> None:
    async with answering({PAY: [says({}, 500), never, OPENED]}) as (till, _):
        assert (await till.open_checkout(ORDER)).checkout_ref == "ord_1"


USED = says({"code": "BAD_REQUEST", "message": "merchantOrderId has been used already"}, 400)


async def test_an_order_opened_before_is_not_opened_twice_and_its_page_is_named_when_phonepe_names_it() -> None:
    async with answering({PAY: USED, ASK: PENDING | {"redirectUrl": "https://phonepe.example/p"}}) as (till, _):
        link = await till.open_checkout(ORDER)
    assert (link.checkout_ref, link.url) == ("ord_1", "https://phonepe.example/p")


async def test_an_order_opened_before_whose_page_is_not_named_again_is_lost() -> None:
    async with answering({PAY: USED, ASK: PENDING}) as (till, vendor):
        with pytest.raises(PageLost, match="opened this order before") as lost:
            await till.open_checkout(ORDER)
    assert lost.value.checkout_ref == "ord_1"
    assert len(vendor.of(PAY)) == 1


@pytest.mark.parametrize("known", [PENDING | {"amount": 60000}, PENDING | {"amount": None}])
async def test_an_order_of_another_sum_is_not_ours(known: Json) -> None:
    async with answering({PAY: USED, ASK: known | {"redirectUrl": "https://phonepe.example/p"}}) as (till, _):
        with pytest.raises((NotConfigured, OutcomeUnknown)):
            await till.open_checkout(ORDER)


@pytest.mark.parametrize(
    "odd",
    [
        OPENED | {"redirectUrl": None},
        OPENED | {"redirectUrl": "javascript:alert(1)"},
        OPENED | {"expireAt": "soon"},
        OPENED | {"expireAt": 10**30},
        {"state": "PENDING"},
    ],
)
async def test_an_answer_without_a_page_is_no_clear_answer(odd: Json) -> None:
    async with answering({PAY: odd}) as (till, _):
        with pytest.raises(OutcomeUnknown):
            await till.open_checkout(ORDER)


@pytest.mark.parametrize("reference", ["", "a" * 64, "ord/1", "ord 1", "ørd", "../refund"])
async def test_a_reference_phonepe_cannot_take_never_leaves(reference: str) -> None:
    async with answering({}) as (till, vendor):
        with pytest.raises(NotConfigured, match="63 letters"):
            await till.open_checkout(changed(reference=reference))
        with pytest.raises(NotConfigured, match="63 letters"):
            await till.look_up(reference)
    assert vendor.heard == []


async def test_no_error_repeats_a_secret() -> None:
    leaky = {"code": "BAD_REQUEST", "message": f"Wrong: {SECRET} and {TOKEN_SENT}"}
    async with answering({PAY: says(leaky, 400)}) as (till, _):
        with pytest.raises(NotConfigured) as raised:
            await till.open_checkout(ORDER)
    assert SECRET not in str(raised.value)
    assert TOKEN_SENT not in str(raised.value)


async def test_a_page_cannot_be_closed_from_here_and_nobody_is_asked() -> None:
    async with answering({}) as (till, vendor):
        await till.expire("ord_1")
    assert Capability.EXPIRE not in till.capabilities
    assert vendor.heard == []


@pytest.mark.parametrize(
    ("api_url", "live"),
    [
        ("", True),
        ("https://api.phonepe.com/apis/pg/", True),
        ("https://api-preprod.phonepe.com/apis/pg-sandbox", False),
        ("http://127.0.0.1:8001/phonepe", False),
    ],
)
def test_live_or_test_is_read_from_the_address(api_url: str, live: bool) -> None:
    section = {"client_id": "A", "client_secret": "B", "client_version": "", "api_url": api_url}
    assert PhonePe.from_settings(section).live is live


@pytest.mark.parametrize(
    ("section", "missing"),
    [
        ({}, "client id"),
        ({"client_id": "A"}, "client secret"),
        ({"client_id": "A", "client_secret": "B", "client_version": "one"}, "client version"),
    ],
)
def test_an_incomplete_section_is_refused_at_the_start(section: dict[str, str], missing: str) -> None:
    with pytest.raises(NotConfigured, match=missing):
        PhonePe.from_settings(section)


def test_keys_do_not_show_when_printed() -> None:
    shown = repr(PhonePeKeys("SHOP_DEV", SECRET, webhook_password="Passw0rd1"))
    assert SECRET not in shown
    assert "Passw0rd1" not in shown


def test_naming_the_gateways_does_not_load_an_http_client() -> None:
    asked = "import sys, payments.registry; sys.exit(bool({'httpx2', 'stamina'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
