"""Razorpay's two signatures: the webhook's, over raw bytes, and the return page's, over its query."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import BadSignature, NotConfigured
from payments.facts import Expected, FactKind, misfit
from payments.gateway import Returned
from payments.money import Money
from payments.razorpay import verified_return
from tests.payments.razorpay_payloads import KEY_SECRET, LINK, NOW, PAYMENT, SECRET, event, gateway, signed

# Made with razorpay-python 2.0.1; razorpay-node 2.9.8 agrees.
BODY = (
    b'{"entity":"event","account_id":"acc_dev","event":"payment_link.paid","payload":{"payment_link":{"entity":'
    b'{"id":"plink_dev1","reference_id":"ord_dev_1","status":"paid","amount":50000,"amount_paid":50000,'
    b'"currency":"INR"}}},"created_at":1767225600}'
)
SIGNATURE = "dfb00a3f893938c8eb835c6756bc08940f5c47e43768d3b741768bb1c964d7fa"
HEADERS = {"X-Razorpay-Signature": SIGNATURE, "X-Razorpay-Event-Id": "EvtDev1"}
RETURNED = {
    "razorpay_payment_id": "pay_dev1",
    "razorpay_payment_link_id": "plink_dev1",
    "razorpay_payment_link_reference_id": "ord_dev_1",
    "razorpay_payment_link_status": "paid",
    "razorpay_signature": "81161b3deef59dcc1fbdff250359c3649ecc0be14c44d788594e67f95d67cf84",
}


async def test_the_published_vector_is_read() -> None:
    (fact,) = await gateway().read_webhook(BODY, HEADERS, now=NOW)
    assert (fact.kind, fact.captured, fact.reference) == (FactKind.CAPTURED, Money(50000, "INR"), "ord_dev_1")
    assert (fact.event_id, fact.checkout_ref, fact.at, fact.live) == ("EvtDev1", "plink_dev1", NOW, False)


@pytest.mark.parametrize("secrets", [f"new,{SECRET}", f" {SECRET} , old"])
async def test_while_a_secret_is_changed_the_old_and_the_new_one_count(secrets: str) -> None:
    assert await gateway(secrets).read_webhook(BODY, HEADERS, now=NOW)


async def test_another_secret_is_refused() -> None:
    with pytest.raises(BadSignature):
        await gateway("another_secret").read_webhook(BODY, HEADERS, now=NOW)


@pytest.mark.parametrize("header", ["", SIGNATURE.upper(), SIGNATURE[:-1], f" {SIGNATURE}", "ünï", "\ud800", "0" * 64])
async def test_a_malformed_or_foreign_header_is_a_bad_signature(header: str) -> None:
    with pytest.raises(BadSignature):
        await gateway().read_webhook(BODY, {"X-Razorpay-Signature": header}, now=NOW)


@given(st.text(max_size=200))
async def test_no_header_breaks_the_verifier(header: str) -> None:
    with pytest.raises(BadSignature):
        await gateway().read_webhook(BODY, {"x-razorpay-signature": header}, now=NOW)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
async def test_one_changed_byte_is_refused(place: int, flip: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= flip
    with pytest.raises(BadSignature):
        await gateway().read_webhook(bytes(changed), HEADERS, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"not json",
        b'"event"',
        b"[" * 100_000,
        b'{"event":"payment_link.paid"}',
        b'{"event":"payment_link.paid","payload":null}',
        b'{"event":"payment_link.paid","payload":[]}',
        b'{"event":"payment_link.paid","payload":{"payment_link":{"entity":[]}}}',
        b'{"event":"payment_link.paid","payload":{"payment_link":{"entity":{"status":"paid"}}}}',
        b'{"event":"payment.captured","payload":{"payment":{"entity":{"id":"pay_1","status":"captured",'
        b'"amount":"500","currency":"INR"}}}}',
        b'{"event":"payment.captured","payload":{"payment":{"entity":{"id":"pay_1","status":"captured",'
        b'"amount":5.5,"currency":"INR"}}}}',
        b'{"event":"payment.captured","payload":{"payment":{"entity":{"id":"pay_1","status":["captured"]}}}}',
        b'{"event":"refund.processed","created_at":1e300,"payload":{"refund":{"entity":{}}}}',
        b'{"event":["payment.captured"],"payload":{}}',
    ],
)
async def test_a_signed_body_that_is_no_event_is_refused_and_never_crashes(body: bytes) -> None:
    with pytest.raises(BadSignature):
        await gateway().read_webhook(body, signed(body), now=NOW)


@pytest.mark.parametrize("kind", ["subscription.charged", "payout.processed", "qr_code.created", "payment.unheard_of"])
async def test_events_that_do_not_concern_us_say_nothing(kind: str) -> None:
    body = json.dumps(event(kind, {"payment": PAYMENT})).encode()
    assert await gateway().read_webhook(body, signed(body), now=NOW) == ()


async def test_without_a_secret_nothing_can_be_verified() -> None:
    with pytest.raises(NotConfigured, match="webhook secret"):
        await gateway("").read_webhook(BODY, HEADERS, now=NOW)


@pytest.mark.parametrize("event_id", ["", "x" * 65, "two words", "ünï", "a;b", "\ud800"])
async def test_an_event_without_a_usable_id_is_known_by_its_body(event_id: str) -> None:
    told = [await gateway().read_webhook(BODY, signed(BODY, event_id=event_id), now=NOW) for _ in range(2)]
    other = BODY.replace(b"1767225600", b"1767225601")
    (another,) = await gateway().read_webhook(other, signed(other, event_id=event_id), now=NOW)
    assert told[0][0].event_id == told[1][0].event_id != another.event_id
    assert len(another.event_id) == 64


async def test_the_same_event_delivered_again_keeps_its_id() -> None:
    once, again = [await gateway().read_webhook(BODY, HEADERS, now=NOW) for _ in range(2)]
    assert once == again


@pytest.mark.parametrize(
    ("account", "fits"),
    [("", True), ("acc_BFQ7uQEaa7j2z7", True), ("acc_another", False)],
)
async def test_another_merchants_event_does_not_fit_an_account_that_is_named(account: str, fits: bool) -> None:
    body = json.dumps(event("payment_link.paid", {"payment_link": LINK, "payment": PAYMENT})).encode()
    till = gateway(account=account)
    (fact,) = await till.read_webhook(body, signed(body), now=NOW)
    expected = Expected(reference="ord_1", asked=Money(50000, "INR"), live=False, account=till.account)
    assert (misfit(fact, expected) is None) is fits


async def test_a_hundred_kilobytes_of_notes_and_other_scripts_are_read() -> None:
    notes = {"reference": "ord_1", "नोट": "ग" * 100_000, "name": "Zoë 🙂 \u0000"}
    link = LINK | {"notes": notes, "customer": {"name": "गौरव कुमार"}}
    body = json.dumps(event("payment_link.paid", {"payment_link": link}), ensure_ascii=False).encode()
    (fact,) = await gateway().read_webhook(body, signed(body), now=NOW)
    assert fact.captured == Money(50000, "INR")


def test_the_published_return_is_read_with_the_keys_secret() -> None:
    assert verified_return(RETURNED, KEY_SECRET) == Returned("plink_dev1", "ord_dev_1", "paid", "pay_dev1")
    assert gateway().returned(RETURNED).checkout_ref == "plink_dev1"


def test_a_return_is_not_signed_with_the_webhooks_secret() -> None:
    with pytest.raises(BadSignature):
        verified_return(RETURNED, SECRET)


@pytest.mark.parametrize("name", sorted(RETURNED))
@pytest.mark.parametrize("value", ["", "other", "ünï", "\ud800", None])
def test_a_changed_or_missing_part_of_a_return_is_refused(name: str, value: str | None) -> None:
    params = {key: other for key, other in RETURNED.items() if key != name} | ({} if value is None else {name: value})
    with pytest.raises(BadSignature):
        verified_return(params, KEY_SECRET)


def test_a_return_without_a_reference_is_signed_over_an_empty_one() -> None:
    without = {name: value for name, value in RETURNED.items() if not name.endswith("reference_id")}
    signature = hmac.new(KEY_SECRET.encode(), b"plink_dev1||paid|pay_dev1", hashlib.sha256).hexdigest()
    read = verified_return(without | {"razorpay_signature": signature}, KEY_SECRET)
    assert read == Returned("plink_dev1", "", "paid", "pay_dev1")
