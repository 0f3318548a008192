"""PayPal's objects, typed from the Orders 2.13, Payments 2.5 and Disputes 1.10 specifications, and events around them.

Events are signed as https://developer.paypal.com/api/rest/webhooks/rest says, with a key of our own.
"""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from payments.gateway import CheckoutOrder
from payments.money import Money

Json = dict[str, Any]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
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
AT = "2026-01-01T00:00:00Z"
WEBHOOK_ID = "1JE4291016473214C"
ORDER_ID, CAPTURE_ID, REFUND_ID = "5O190127TN364715T", "3C679366HH908993F", "1JU08902781691411"
CERT_PATH = "/v1/notifications/certs/CERT-360caa42-fca2a594-90621ecd"
SINCE, UNTIL = datetime(2025, 6, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


@lru_cache(maxsize=2)
def key(owner: str) -> RSAPrivateKey:
    """The private key of PayPal, or of somebody else."""
    return generate_private_key(65537, 2048)


def certificate(public: RSAPublicKey | None = None, since: datetime = SINCE, until: datetime = UNTIL) -> bytes:
    """A certificate in PEM for that key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "messageverificationcerts.paypal.com")])
    made = x509.CertificateBuilder(
        name, name, public or key("paypal").public_key(), x509.random_serial_number(), since, until
    ).sign(key("paypal"), SHA256())
    return made.public_bytes(Encoding.PEM)


def signed(body: bytes, root: str, webhook_id: str = WEBHOOK_ID, owner: str = "paypal", **other: str) -> dict[str, str]:
    """The headers of a delivery; `other` replaces some of them, with `_` for `-`."""
    sent_as = "69cd13f0-d67a-11e5-baa3-778b53f4ae55"
    message = f"{sent_as}|{AT}|{webhook_id}|{zlib.crc32(body)}"
    sealed = base64.b64encode(key(owner).sign(message.encode(), PKCS1v15(), SHA256())).decode()
    headers = {
        "PAYPAL-TRANSMISSION-ID": sent_as,
        "PAYPAL-TRANSMISSION-TIME": AT,
        "PAYPAL-TRANSMISSION-SIG": sealed,
        "PAYPAL-CERT-URL": f"{root}{CERT_PATH}",
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
    }
    return headers | {f"PAYPAL-{name.replace('_', '-').upper()}": value for name, value in other.items()}


def event(kind: str, resource: Any, **more: Any) -> bytes:
    told = {
        "id": "WH-58D329510W468432D-8HN650336L201105X",
        "event_version": "1.0",
        "create_time": AT,
        "resource_type": "capture",
        "resource_version": "2.0",
        "event_type": kind,
        "summary": "Payment completed for $ 19.99 USD",
        "resource": resource,
        "links": [],
    }
    return json.dumps(told | more).encode()


def link(rel: str, href: str) -> Json:
    return {"href": f"https://api.paypal.com{href}", "rel": rel, "method": "GET"}


def usd(value: str) -> Json:
    return {"currency_code": "USD", "value": value}


CREATED: Json = {
    "id": ORDER_ID,
    "status": "PAYER_ACTION_REQUIRED",
    "payment_source": {"paypal": {}},
    "links": [
        link("self", f"/v2/checkout/orders/{ORDER_ID}"),
        {"href": f"https://www.paypal.com/checkoutnow?token={ORDER_ID}", "rel": "payer-action", "method": "GET"},
    ],
}
CAPTURE: Json = {
    "id": CAPTURE_ID,
    "status": "COMPLETED",
    "amount": usd("19.99"),
    "seller_protection": {"status": "ELIGIBLE", "dispute_categories": ["ITEM_NOT_RECEIVED"]},
    "supplementary_data": {"related_ids": {"order_id": ORDER_ID}},
    "final_capture": True,
    "seller_receivable_breakdown": {
        "gross_amount": usd("19.99"),
        "paypal_fee": usd("1.19"),
        "net_amount": usd("18.80"),
    },
    "custom_id": "ord_1",
    "invoice_id": "ord_1",
    "create_time": AT,
    "update_time": AT,
    "links": [link("self", f"/v2/payments/captures/{CAPTURE_ID}"), link("up", f"/v2/checkout/orders/{ORDER_ID}")],
}
REFUND: Json = {
    "id": REFUND_ID,
    "status": "COMPLETED",
    "amount": usd("5.00"),
    "note_to_payer": "Sorry",
    "seller_payable_breakdown": {
        "gross_amount": usd("5.00"),
        "paypal_fee": usd("0.00"),
        "net_amount": usd("5.00"),
        "total_refunded_amount": usd("7.00"),
    },
    "create_time": "2026-01-01T00:05:00Z",
    "update_time": "2026-01-01T00:05:00Z",
    "links": [link("self", f"/v2/payments/refunds/{REFUND_ID}"), link("up", f"/v2/payments/captures/{CAPTURE_ID}")],
}
UNIT: Json = {
    "reference_id": "default",
    "amount": usd("19.99"),
    "payee": {"email_address": "merchant@example.com", "merchant_id": "MJRUQCVE8CVPN"},
    "custom_id": "ord_1",
    "invoice_id": "ord_1",
}
APPROVED: Json = {
    "id": ORDER_ID,
    "intent": "CAPTURE",
    "status": "APPROVED",
    "payment_source": {"paypal": {"email_address": "buyer@example.com", "account_id": "QYR5Z8XDVJNXQ"}},
    "purchase_units": [UNIT],
    "payer": {"name": {"given_name": "Zoë", "surname": "Łukasz"}, "payer_id": "QYR5Z8XDVJNXQ"},
    "create_time": "2025-12-31T23:58:00Z",
    "update_time": "2025-12-31T23:59:00Z",
    "links": [link("self", f"/v2/checkout/orders/{ORDER_ID}")],
}
DISPUTE: Json = {
    "dispute_id": "PP-D-4012",
    "create_time": AT,
    "update_time": AT,
    "disputed_transactions": [{"seller_transaction_id": CAPTURE_ID, "buyer_transaction_id": "8MN12345MN123456X"}],
    "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    "status": "OPEN",
    "dispute_amount": usd("19.99"),
    "dispute_life_cycle_stage": "INQUIRY",
    "seller_response_due_date": "2026-01-11T00:00:00.000Z",
}


def paid(capture: Json = CAPTURE, *refunds: Json) -> Json:
    """A captured order, as it is shown when it is asked for."""
    payments = {"captures": [capture]} | ({"refunds": list(refunds)} if refunds else {})
    return APPROVED | {"status": "COMPLETED", "purchase_units": [UNIT | {"payments": payments}]}


def refusal(issue: str, told: str = "No.") -> Json:
    """PayPal's form of an error."""
    name = "RESOURCE_NOT_FOUND" if issue == "INVALID_RESOURCE_ID" else "UNPROCESSABLE_ENTITY"
    return {
        "name": name,
        "details": [{"issue": issue, "description": told}],
        "message": "The requested action could not be performed.",
        "debug_id": "f1f1f1f1f1f1f",
        "links": [],
    }
