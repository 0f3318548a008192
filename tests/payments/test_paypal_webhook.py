import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.errors import BadSignature, NotConfigured, Unavailable
from payments.facts import FactKind
from payments.money import Money
from tests.payments.paypal_desk import SHORT, desk, never, says
from tests.payments.paypal_payloads import (
    CAPTURE,
    CERT_PATH,
    NOW,
    SINCE,
    UNTIL,
    WEBHOOK_ID,
    certificate,
    event,
    signed,
)

# Made with cryptography and binascii.crc32 from PayPal's description; its checksum is 3041771173.
BODY = (
    b'{"id":"WH-DEV-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource_type":"capture","resource":{"id":'
    b'"3C679366HH908993F","status":"COMPLETED","amount":{"currency_code":"USD","value":"19.99"},"custom_id":"ord_dev_1"}}'
)
SIGNATURE = (
    "PbWI1/MnqRBJSQY6U+B9etizvEboUyZg0kPqbdTGrUd/7/CCzQv3PMlRu3nuqxZycIkAkfBLODhhtrjEPywVnXiq3qJDprh/Xs+yFObc/nY8EPbLq4"
    "HUt1OBOvCjrsJtsairyvpYA1kGCKMfGDzWvU0ZIt/Tm6IPt0pIPkgYmUTfB2kWPYYU1ehHQaWg6HQhAJorAV6aM7wVUfu16QBe0JXu7d4j6Qz2kmPr"
    "PFWmLn0uGk+5faUN751RBLdY+NzeSYpGTaCQW1DJO1uTDrfZJ81JJtWIQfnbbm2JBWTETFiwm3U2tuemg34ANYrMFqesoJbq3/zaVYH2LgAKVEx1Zg=="
)
PUBLIC_KEY = b"""-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq1xDXZfgyP8WZxcBQ3sT
CU7Lp1/SgCnmutGjMIt697NoeeGNbhmEw865RenLMRbdRxSqUo/3YMaWIRIDNQfk
AqtwAY+hrj9v0UWSx95hqKyTH+mVNhh4IpJFq4AWnpFKh4TiMen+B+qZ3ffhQoxi
CdgKRCVvmZUIxEIBBcRSYMaFiTvXveVqgOe5pouCGGkhBu/mgUJxpFUQ1OU4k2GD
TZbq+I2tkraBKyAd9/iJVlLf+9shIFYFMjM30kWOS2TJY3uSu0N2n67SLdqwy7CU
pXK6BfiSNz1/bfTAmvzZeuzusJbV2ivysWSXDFQ0X+OZnFTquexcFzUKqwzusVK/
tQIDAQAB
-----END PUBLIC KEY-----
"""
GOOD = event("PAYMENT.CAPTURE.COMPLETED", CAPTURE)


def paper(pem: bytes) -> Any:
    async def answer(request: Any) -> Any:
        return web.Response(body=pem)

    return answer


async def test_the_published_vector_is_read() -> None:
    public = load_pem_public_key(PUBLIC_KEY)
    assert isinstance(public, RSAPublicKey)
    async with desk() as there:
        there.papers.append(paper(certificate(public)))
        headers = signed(BODY, there.root, transmission_sig=SIGNATURE)
        (fact,) = await there.till.read_webhook(BODY, headers, now=NOW)
    assert (fact.kind, fact.captured, fact.reference) == (FactKind.CAPTURED, Money(1999, "USD"), "ord_dev_1")
    assert (fact.event_id, fact.payment_ref, fact.live) == ("WH-DEV-1", "3C679366HH908993F", False)


async def test_the_certificate_is_fetched_once_and_paypal_is_not_asked() -> None:
    async with desk() as there:
        for _ in range(3):
            assert await there.till.read_webhook(GOOD, signed(GOOD, there.root), now=NOW)
        assert (there.fetched, there.granted, there.heard) == ([CERT_PATH], [], [])


async def test_header_names_come_in_any_case_and_retries_after_days_are_taken() -> None:
    async with desk() as there:
        headers = {name.title(): value for name, value in signed(GOOD, there.root).items()}
        assert await there.till.read_webhook(GOOD, headers, now=NOW + timedelta(days=3))


@pytest.mark.parametrize("at", [SINCE - timedelta(seconds=1), UNTIL + timedelta(seconds=1)])
async def test_a_certificate_counts_only_while_it_is_valid(at: Any) -> None:
    async with desk() as there:
        assert await there.till.read_webhook(GOOD, signed(GOOD, there.root), now=UNTIL)
        with pytest.raises(BadSignature, match="not valid at this time"):
            await there.till.read_webhook(GOOD, signed(GOOD, there.root), now=at)


async def test_an_event_for_another_receiver_or_of_another_signer_is_refused() -> None:
    async with desk() as there:
        for headers in (signed(GOOD, there.root, "WEBHOOK_ID"), signed(GOOD, there.root, owner="somebody")):
            with pytest.raises(BadSignature, match="does not belong"):
                await there.till.read_webhook(GOOD, headers, now=NOW)


@pytest.mark.parametrize(
    "other",
    [
        {"transmission_id": ""},
        {"transmission_id": "another"},
        {"transmission_id": "ünï"},
        {"transmission_id": "9" * 5000},
        {"transmission_time": ""},
        {"transmission_time": "2026-01-01T00:00:01Z"},
        {"transmission_sig": ""},
        {"transmission_sig": "not base64!"},
        {"transmission_sig": base64.b64encode(b"short").decode()},
        {"transmission_sig": "\ud800"},
        {"auth_algo": "SHA1withRSA"},
        {"auth_algo": "none"},
        {"auth_algo": ""},
        {"cert_url": ""},
    ],
)
async def test_a_malformed_or_foreign_header_is_a_bad_signature(other: dict[str, str]) -> None:
    async with desk() as there:
        with pytest.raises(BadSignature):
            await there.till.read_webhook(GOOD, signed(GOOD, there.root, **other), now=NOW)


async def test_without_headers_nothing_is_fetched() -> None:
    async with desk() as there:
        with pytest.raises(BadSignature):
            await there.till.read_webhook(GOOD, {}, now=NOW)
        assert there.fetched == []


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(["transmission_id", "transmission_time", "transmission_sig", "cert_url", "auth_algo"]),
    st.text(max_size=60),
)
async def test_no_header_breaks_the_verifier(name: str, value: str) -> None:
    headers = signed(GOOD, "http://127.0.0.1:1", **{name: value})
    if name == "auth_algo" and value.lower() == "sha256withrsa":
        return
    async with desk() as there:
        headers |= {"PAYPAL-CERT-URL": f"{there.root}{CERT_PATH}"} if name != "cert_url" else {}
        with pytest.raises(BadSignature):
            await there.till.read_webhook(GOOD, headers, now=NOW)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
async def test_one_changed_byte_is_refused(place: int, flip: int) -> None:
    changed = bytearray(GOOD)
    changed[place] ^= flip
    async with desk() as there:
        with pytest.raises(BadSignature):
            await there.till.read_webhook(bytes(changed), signed(GOOD, there.root), now=NOW)


async def test_a_certificate_elsewhere_is_not_even_fetched() -> None:
    async with desk() as there, desk() as stranger:
        headers = signed(GOOD, stranger.root)
        with pytest.raises(BadSignature, match="not at an address"):
            await there.till.read_webhook(GOOD, headers, now=NOW)
        assert (stranger.fetched, there.heard) == ([], [])


@pytest.mark.parametrize(
    "trouble",
    [never, says({}, 500), says({}, 404), says({}, 302, Location="/v1/elsewhere"), paper(b"no certificate")],
)
async def test_where_the_certificate_cannot_be_had_paypal_is_asked_with_the_event_as_it_came(trouble: Any) -> None:
    body = event("PAYMENT.CAPTURE.COMPLETED", CAPTURE).replace(b"ord_1", "ord_\\u00e9 ë".encode())
    async with desk(says({"verification_status": "SUCCESS"}), patience=SHORT) as there:
        there.papers.append(trouble)
        (fact,) = await there.till.read_webhook(body, signed(body, there.root), now=NOW)
        (asked,) = there.heard
    assert (asked.method, asked.path) == ("POST", "/v1/notifications/verify-webhook-signature")
    assert asked.headers["Authorization"] == "Bearer A21AAtoken1"
    assert body in asked.body
    assert json.loads(asked.body) == {
        "auth_algo": "SHA256withRSA",
        "cert_url": f"{there.root}{CERT_PATH}",
        "transmission_id": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
        "transmission_sig": signed(body, there.root)["PAYPAL-TRANSMISSION-SIG"],
        "transmission_time": "2026-01-01T00:00:00Z",
        "webhook_id": WEBHOOK_ID,
        "webhook_event": json.loads(body),
    }
    assert fact.reference == "ord_é ë"


@pytest.mark.parametrize("answer", [{"verification_status": "FAILURE"}, {}, {"verification_status": None}])
async def test_what_paypal_does_not_vouch_for_is_refused(answer: dict[str, Any]) -> None:
    async with desk(says(answer)) as there:
        there.papers.append(says({}, 500))
        with pytest.raises(BadSignature):
            await there.till.read_webhook(GOOD, signed(GOOD, there.root), now=NOW)


@pytest.mark.parametrize("answer", [never, says({}, 500), says({}, 403), says({}, 429)])
async def test_when_nobody_can_say_it_is_to_be_sent_again(answer: Any) -> None:
    async with desk(answer, patience=SHORT) as there:
        there.papers.append(says({}, 500))
        with pytest.raises(Unavailable):
            await there.till.read_webhook(GOOD, signed(GOOD, there.root), now=NOW)


@pytest.mark.parametrize(
    "body", [b'{},"webhook_id":"other"', b"{}{}", b"[]", b"", "{}".encode("utf-16"), b"[" * 100_000]
)
async def test_a_body_that_would_break_the_question_is_never_asked_about(body: bytes) -> None:
    async with desk(says({"verification_status": "SUCCESS"})) as there:
        there.papers.append(says({}, 500))
        with pytest.raises(BadSignature):
            await there.till.read_webhook(body, signed(body, there.root), now=NOW)
        assert there.heard == []


@pytest.mark.parametrize(
    "resource",
    [
        None,
        [],
        "capture",
        CAPTURE | {"amount": None},
        CAPTURE | {"amount": {"currency_code": "USD", "value": 19.99}},
        CAPTURE | {"amount": {"currency_code": "usd", "value": "19.99"}},
        CAPTURE | {"amount": {"currency_code": "USD", "value": "19.999"}},
        CAPTURE | {"amount": {"currency_code": "USD", "value": "-19.99"}},
        CAPTURE | {"create_time": "yesterday"},
        CAPTURE | {"create_time": "2026-01-01T00:00:00"},
        CAPTURE | {"status": ["COMPLETED"]},
    ],
)
async def test_a_signed_event_in_no_known_shape_is_refused_and_never_crashes(resource: Any) -> None:
    body = event("PAYMENT.CAPTURE.COMPLETED", resource)
    async with desk() as there:
        with pytest.raises(BadSignature, match="shape"):
            await there.till.read_webhook(body, signed(body, there.root), now=NOW)


@pytest.mark.parametrize("kind", ["BILLING.PLAN.CREATED", "PAYMENT.PAYOUTSBATCH.SUCCESS", "", None, 7])
async def test_events_that_do_not_concern_us_say_nothing(kind: Any) -> None:
    body = event(kind, {"notes": [], "id": None})
    async with desk() as there:
        assert await there.till.read_webhook(body, signed(body, there.root), now=NOW) == ()


async def test_long_notes_foreign_names_and_nulls_do_not_matter() -> None:
    odd = CAPTURE | {"note": "x" * 100_000, "payer": {"name": "Зоя 明"}, "links": None, "supplementary_data": None}
    body = json.dumps(json.loads(event("PAYMENT.CAPTURE.COMPLETED", odd)), ensure_ascii=False).encode()
    async with desk() as there:
        (fact,) = await there.till.read_webhook(body, signed(body, there.root), now=NOW)
    assert (fact.captured, fact.checkout_ref) == (Money(1999, "USD"), "")


async def test_without_a_webhook_id_nothing_can_be_verified() -> None:
    async with desk(webhook_id="") as there:
        with pytest.raises(NotConfigured, match="webhook id"):
            await there.till.read_webhook(GOOD, signed(GOOD, there.root), now=NOW)
