from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import BadSignature, NotConfigured
from payments.facts import FactKind
from payments.money import Money
from tests.payments.stripe_payloads import NOW, SECRET, SENT, gateway, signed

# Made with stripe-python 16.1.0; stripe-node 23.1.0 agrees.
BODY = (
    b'{"id":"evt_dev_1","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_test_dev_1",'
    b'"object":"checkout.session","amount_total":1999,"currency":"usd","payment_status":"paid",'
    b'"client_reference_id":"ord_dev_1"}}}'
)
V1 = "54a481c8bb54f172586c38bd7bee8fa3cefc10b287ef5f309225d8013cffe006"
HEADER = f"t={SENT},v1={V1}"
OTHER = "0" * 64


async def test_the_published_vector_is_read() -> None:
    (fact,) = await gateway().read_webhook(BODY, {"Stripe-Signature": HEADER}, now=NOW)
    assert (fact.kind, fact.captured, fact.reference) == (FactKind.CAPTURED, Money(1999, "USD"), "ord_dev_1")
    assert (fact.event_id, fact.checkout_ref) == ("evt_dev_1", "cs_test_dev_1")


@pytest.mark.parametrize(
    "header",
    [
        f"t={SENT},v1={OTHER},v1={V1}",
        f"t={SENT},v1={V1},v0={OTHER}",
        f"v1={V1},t={SENT}",
        f"t={SENT}, v1={V1}",
    ],
)
async def test_one_good_signature_among_several_is_enough(header: str) -> None:
    assert await gateway().read_webhook(BODY, {"stripe-signature": header}, now=NOW)


@pytest.mark.parametrize("secrets", [f"whsec_new,{SECRET}", f" {SECRET} , whsec_old"])
async def test_while_a_secret_is_rotated_the_old_and_the_new_one_count(secrets: str) -> None:
    assert await gateway(secrets).read_webhook(BODY, {"STRIPE-SIGNATURE": HEADER}, now=NOW)


async def test_a_signature_of_exactly_five_minutes_passes_and_a_second_later_does_not() -> None:
    at_the_edge = NOW + timedelta(seconds=300)
    assert await gateway().read_webhook(BODY, {"Stripe-Signature": HEADER}, now=at_the_edge)
    with pytest.raises(BadSignature, match="too old"):
        await gateway().read_webhook(BODY, {"Stripe-Signature": HEADER}, now=at_the_edge + timedelta(seconds=1))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        f"v1={V1}",
        f"t={SENT}",
        f"t=soon,v1={V1}",
        f"t=-1,v1={V1}",
        f"t=²,v1={V1}",
        f"t={'9' * 5000},v1={V1}",
        f"t={SENT},t={SENT},v1={V1}",
        f"t={SENT},v0={V1}",
        f"t={SENT},v1={OTHER}",
        f"t={SENT},v1=ünï",
        f"t={SENT + 1},v1={V1}",
        "\ud800",
    ],
)
async def test_a_malformed_or_foreign_header_is_a_bad_signature(header: str) -> None:
    with pytest.raises(BadSignature):
        await gateway().read_webhook(BODY, {"Stripe-Signature": header}, now=NOW)


@given(st.text(max_size=200))
async def test_no_header_breaks_the_verifier(header: str) -> None:
    with pytest.raises(BadSignature):
        await gateway().read_webhook(BODY, {"Stripe-Signature": header}, now=NOW)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
async def test_one_changed_byte_is_refused(place: int, flip: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= flip
    with pytest.raises(BadSignature):
        await gateway().read_webhook(bytes(changed), {"Stripe-Signature": HEADER}, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"not json",
        b'"event"',
        b"[" * 100_000,
        b'{"type":"checkout.session.completed"}',
        b'{"type":"checkout.session.completed","data":null}',
        b'{"type":"checkout.session.completed","data":{"object":{"id":"cs_1","amount_total":null,"currency":"usd"}}}',
        b'{"type":"checkout.session.completed","data":{"object":{"id":"cs_1","amount_total":5,"currency":"dollars"}}}',
        b'{"type":"refund.updated","created":1e300,"data":{"object":{}}}',
        b'{"type":["refund.updated"],"data":{"object":{}}}',
    ],
)
async def test_a_signed_body_that_is_no_event_is_refused_and_never_crashes(body: bytes) -> None:
    with pytest.raises(BadSignature):
        await gateway().read_webhook(body, signed(body), now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":"evt_1","object":"event","type":"customer.created","data":{"object":{}}}',
        b'{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.no_meter_found"}',
        b"{}",
    ],
)
async def test_events_that_do_not_concern_us_say_nothing(body: bytes) -> None:
    assert await gateway().read_webhook(body, signed(body), now=NOW) == ()


async def test_without_a_secret_nothing_can_be_verified() -> None:
    with pytest.raises(NotConfigured, match="webhook secret"):
        await gateway("").read_webhook(BODY, {"Stripe-Signature": HEADER}, now=NOW)
