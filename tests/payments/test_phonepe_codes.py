"""PhonePe's UPI codes: what is sent, and what its documents' samples become."""

import dataclasses
import json

import pytest

from payments.errors import AmountRefused, OutcomeUnknown, PageLost
from payments.facts import FactKind
from payments.gateway import Capability
from payments.money import Money
from payments.phonepe import PhonePe
from tests.payments.phonepe_payloads import (
    ATTEMPT,
    COMPLETED,
    NOW,
    ORDER,
    PAY,
    PENDING,
    PROOF,
    Json,
    answering,
    order_event,
    says,
)

MAKE = "POST /payments/v2/pay"
ASK = "GET /payments/v2/order/ord_1-qr/status"
# developer.phonepe.com/payment-gateway-custom-checkout, "UPI QR", "Sample Response".
MADE: Json = {
    "orderId": "OMO123456789",
    "state": "PENDING",
    "expireAt": 1767226800000,
    "intentUrl": "ppe://url",
    "qrData": "",
}


async def test_what_is_sent_is_what_phonepe_documents() -> None:
    async with answering({MAKE: MADE}) as (till, vendor):
        code = await till.open_upi_qr(ORDER)
    (sent,) = vendor.of(MAKE)
    assert sent.json == {
        "merchantOrderId": "ord_1-qr",
        "amount": 50000,
        "expireAfter": 1200,
        "paymentFlow": {"type": "PG", "paymentMode": {"type": "UPI_QR"}},
    }
    assert vendor.of(PAY) == []
    assert (code.checkout_ref, code.says, code.image_url) == ("ord_1-qr", "ppe://url", "")
    assert int(code.expires_at.timestamp()) == 1767226800


@pytest.mark.parametrize("answer", [MADE | {"intentUrl": None}, MADE | {"intentUrl": "soon"}, {}])
async def test_an_answer_without_a_code_leaves_it_unknown(answer: Json) -> None:
    async with answering({MAKE: answer}) as (till, _):
        with pytest.raises(OutcomeUnknown):
            await till.open_upi_qr(ORDER)


async def test_a_code_made_before_is_not_made_again() -> None:
    taken = {"code": "BAD_REQUEST", "message": "merchantOrderId has been used already"}
    async with answering({MAKE: says(taken, 400), ASK: PENDING}) as (till, _):
        with pytest.raises(PageLost, match="does not show it again") as lost:
            await till.open_upi_qr(ORDER)
    assert lost.value.checkout_ref == "ord_1-qr"


async def test_upi_takes_rupees_only() -> None:
    async with answering({}) as (till, vendor):
        with pytest.raises(AmountRefused, match="rupees"):
            await till.open_upi_qr(dataclasses.replace(ORDER, amount=Money(4900, "USD")))
    assert vendor.heard == []


async def test_a_webhook_of_custom_checkout_is_confirmed_where_its_orders_are() -> None:
    # "Webhook" of Custom Checkout: the payload is that of Standard Checkout, the events have names of their own.
    body = json.dumps(order_event("pg.order.completed", merchantOrderId="ord_1-qr")).encode()
    async with answering({ASK: COMPLETED}) as (till, vendor):
        (fact,) = await till.read_webhook(body, {"Authorization": PROOF}, now=NOW)
    assert (fact.kind, fact.reference, fact.checkout_ref) == (FactKind.CAPTURED, "ord_1", "ord_1-qr")
    assert fact.captured == Money(50000, "INR")
    assert fact.event_id == f"pg.order.completed:ord_1-qr:{ATTEMPT['transactionId']}"
    assert [asked.line for asked in vendor.heard][-1] == ASK


@pytest.mark.parametrize("enabled", ["true", "false", ""])
def test_codes_are_offered_where_phonepe_has_enabled_them(enabled: str) -> None:
    section = {"client_id": "SHOP", "client_secret": "secret", "upi_qr": enabled}
    assert (Capability.UPI_QR in PhonePe.from_settings(section).capabilities) is (enabled == "true")
