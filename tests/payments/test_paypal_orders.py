"""What is sent to PayPal, as its documents want it, and how an approved order becomes money: a small real server."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import stamina

from payments.errors import AmountRefused, NotConfigured, OutcomeUnknown
from payments.facts import FactKind
from payments.money import Money
from tests.payments.paypal_desk import SHORT, desk, never, says
from tests.payments.paypal_payloads import (
    APPROVED,
    CAPTURE,
    CAPTURE_ID,
    CREATED,
    ORDER,
    ORDER_ID,
    REFUND,
    paid,
    refusal,
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
