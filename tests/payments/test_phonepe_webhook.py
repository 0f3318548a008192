"""PhonePe's webhooks: who sent them is proven, what they say is asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import BadSignature, NotConfigured, Unavailable
from payments.facts import FactKind, Source
from payments.money import Money
from payments.phonepe.webhook import proof
from tests.payments.phonepe_payloads import (
    ASK,
    COMPLETED,
    DECLINED,
    FAILED,
    FAILED_ATTEMPT,
    NOW,
    PASSWORD,
    PENDING,
    PROOF,
    REFUND,
    USERNAME,
    Json,
    answering,
    ask_refund,
    gateway,
    never,
    order_event,
    refund_event,
    says,
)

SIGNED = {"Authorization": PROOF}
BODY = json.dumps(order_event()).encode()


def test_the_header_is_the_one_that_phonepes_own_sdk_accepts() -> None:
    assert proof(USERNAME, PASSWORD) == PROOF


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
async def test_a_proven_webhook_is_read(name: str) -> None:
    async with answering({ASK: COMPLETED}) as (till, _):
        (fact,) = await till.read_webhook(BODY, {name: PROOF}, now=NOW)
    assert (fact.kind, fact.captured, fact.reference) == (FactKind.CAPTURED, Money(50000, "INR"), "ord_1")
    assert (fact.source, fact.live, fact.gateway) == (Source.WEBHOOK, False, "phonepe")
    assert fact.event_id == "checkout.order.completed:ord_1:OM12334"


@pytest.mark.parametrize(
    "header",
    ["", PROOF.upper(), PROOF[:-1], PROOF + "0", f"SHA256 {PROOF}", "0" * 64, "ünï", "\ud800", proof(USERNAME, "x")],
)
async def test_a_foreign_or_malformed_header_is_refused_and_nobody_is_asked(header: str) -> None:
    async with answering({ASK: COMPLETED}) as (till, vendor):
        with pytest.raises(BadSignature):
            await till.read_webhook(BODY, {"Authorization": header}, now=NOW)
    assert vendor.heard == []


@given(st.text(max_size=200))
async def test_no_header_breaks_the_verifier(header: str) -> None:
    with pytest.raises(BadSignature):
        await gateway().read_webhook(BODY, {"Authorization": header}, now=NOW)


async def test_without_a_header_nothing_is_proven() -> None:
    with pytest.raises(BadSignature):
        await gateway().read_webhook(BODY, {}, now=NOW)


@pytest.mark.parametrize("missing", ["webhook_username", "webhook_password"])
async def test_without_both_words_nothing_can_be_verified(missing: str) -> None:
    with pytest.raises(NotConfigured, match="username or password"):
        await gateway(**{missing: ""}).read_webhook(BODY, {"Authorization": proof("", "")}, now=NOW)


async def test_sums_and_states_are_asked_for_and_never_believed() -> None:
    lies = order_event(amount=1, state="COMPLETED", expireAt=1, metaInfo={"udf1": "paid"})
    async with answering({ASK: DECLINED}) as (till, vendor):
        (fact,) = await till.read_webhook(json.dumps(lies).encode(), SIGNED, now=NOW)
    assert (fact.kind, fact.asked, fact.captured) == (FactKind.FAILED, Money(50000, "INR"), None)
    assert [each.line for each in vendor.heard[1:]] == [ASK]


async def test_an_end_that_phonepe_does_not_confirm_yet_is_asked_for_again() -> None:
    async with answering({ASK: PENDING}) as (till, _):
        with pytest.raises(Unavailable, match="does not confirm yet"):
            await till.read_webhook(BODY, SIGNED, now=NOW)


@pytest.mark.parametrize("body", [order_event(), refund_event()])
async def test_what_phonepe_does_not_know_is_refused(body: Json) -> None:
    async with answering({}) as (till, _):
        with pytest.raises(BadSignature, match="does not know"):
            await till.read_webhook(json.dumps(body).encode(), SIGNED, now=NOW)


@pytest.mark.parametrize("silence", [never, says({}, 500), says({}, 429), says([]), says({"state": "COMPLETED"})])
async def test_when_phonepe_cannot_be_asked_the_webhook_has_to_come_again(silence: object) -> None:
    async with answering({ASK: silence}) as (till, _):
        with pytest.raises(Unavailable):
            await till.read_webhook(BODY, SIGNED, now=NOW)


async def test_the_older_type_is_understood_where_the_event_is_missing() -> None:
    body = order_event() | {"event": None}
    async with answering({ASK: COMPLETED}) as (till, _):
        (fact,) = await till.read_webhook(json.dumps(body).encode(), SIGNED, now=NOW)
    assert fact.event_id == "checkout.order.completed:ord_1:OM12334"


async def test_a_failed_order_is_told_with_its_reason_and_its_page_is_closed() -> None:
    async with answering({ASK: FAILED}) as (till, _):
        failed, ended = await till.read_webhook(
            json.dumps(order_event("checkout.order.failed", state="FAILED")).encode(), SIGNED, now=NOW
        )
    assert (failed.kind, ended.kind) == (FactKind.FAILED, FactKind.EXPIRED)
    assert failed.detail == "zm"
    assert ended.detail == "Invalid UPI PIN entered by customer"


async def test_each_failed_try_has_its_own_id_and_a_repeat_the_same() -> None:
    event = "checkout.transaction.attempt.failed"
    second = FAILED_ATTEMPT | {"transactionId": "OM2"}
    bodies = [order_event(event, paymentDetails=[each]) for each in (FAILED_ATTEMPT, second, FAILED_ATTEMPT)]
    async with answering({ASK: DECLINED}) as (till, _):
        told = [await till.read_webhook(json.dumps(body).encode(), SIGNED, now=NOW) for body in bodies]
    first, other, again = (facts[0].event_id for facts in told)
    assert first == again != other


@pytest.mark.parametrize(
    ("event", "state", "kind", "total"),
    [
        ("pg.refund.accepted", "CONFIRMED", FactKind.REFUND_PENDING, 10000),
        ("pg.refund.completed", "COMPLETED", FactKind.REFUNDED, 10000),
        ("pg.refund.failed", "FAILED", FactKind.REFUND_FAILED, 0),
        ("pg.refund.completed", "SOMETHING_NEW", FactKind.REFUND_PENDING, 10000),
    ],
)
async def test_a_refund_is_asked_about_and_not_believed(event: str, state: str, kind: FactKind, total: int) -> None:
    body = refund_event(event, amount=1, state="COMPLETED")
    known = REFUND | {"state": state}
    async with answering({ask_refund("ord_1-refund-1"): known}) as (till, _):
        (fact,) = await till.read_webhook(json.dumps(body).encode(), SIGNED, now=NOW)
    assert (fact.kind, fact.refunded, fact.refund_ref) == (kind, Money(total, "INR"), "ord_1-refund-1")
    assert (fact.checkout_ref, fact.payment_ref, fact.reference) == ("ord_1", "ord_1", "ord_1")
    assert fact.event_id == f"{event}:ord_1-refund-1"


async def test_a_refund_made_in_the_dashboard_is_added_to_our_own() -> None:
    refunds = {ask_refund("ord_1-refund-1"): REFUND, ask_refund("DASH1"): REFUND | {"amount": 700}}
    async with answering(refunds) as (till, _):
        body = refund_event(refund_id="DASH1")
        (fact,) = await till.read_webhook(json.dumps(body).encode(), SIGNED, now=NOW)
    assert (fact.refunded, fact.refund_ref) == (Money(10700, "INR"), "DASH1")


@pytest.mark.parametrize("order", ["", None, 7, ["ord_1"]])
async def test_a_refund_whose_order_phonepe_does_not_name_is_not_believed(order: object) -> None:
    known = REFUND | {"originalMerchantOrderId": order}
    async with answering({ask_refund("DASH1"): known}) as (till, _):
        with pytest.raises(Unavailable, match="cannot be read"):
            await till.read_webhook(json.dumps(refund_event(refund_id="DASH1")).encode(), SIGNED, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event": "subscription.paused", "payload": {}},
        {"event": "subscription.setup.order.completed", "payload": {"merchantOrderId": "ord_1"}},
        {"event": ["checkout.order.completed"]},
        {"event": "settlement.created", "payload": None},
    ],
)
async def test_events_that_do_not_concern_us_say_nothing_and_nobody_is_asked(body: Json) -> None:
    async with answering({}) as (till, vendor):
        assert await till.read_webhook(json.dumps(body).encode(), SIGNED, now=NOW) == ()
    assert vendor.heard == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"not json",
        b'"event"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"event":"checkout.order.completed"}',
        b'{"event":"checkout.order.completed","payload":null}',
        b'{"event":"checkout.order.completed","payload":{"merchantOrderId":null}}',
        b'{"event":"checkout.order.completed","payload":{"merchantOrderId":"../refund"}}',
        b'{"event":"checkout.order.completed","payload":{"merchantOrderId":["ord_1"]}}',
        b'{"event":"checkout.order.completed","payload":{"merchantOrderId":"ord_1","paymentDetails":[7]}}',
        b'{"event":"pg.refund.completed","payload":{"merchantOrderId":"ord_1"}}',
        b'{"event":"pg.refund.completed","payload":{"merchantRefundId":"a/b","originalMerchantOrderId":"ord_1"}}',
        b'{"type":5}',
    ],
)
async def test_a_proven_body_in_no_shape_that_phonepe_sends_is_refused_and_nobody_is_asked(body: bytes) -> None:
    async with answering({ASK: COMPLETED}) as (till, vendor):
        with pytest.raises(BadSignature):
            await till.read_webhook(body, SIGNED, now=NOW)
    assert vendor.heard == []


@pytest.mark.parametrize(
    "odd",
    [
        {"metaInfo": {"udf1": "ಹಣ" * 25_000}},
        {"metaInfo": []},
        {"metaInfo": None, "paymentDetails": None},
        {"paymentDetails": []},
        {"paymentDetails": {}},
        {"something": {"new": True}},
    ],
)
async def test_what_is_not_needed_may_have_any_shape(odd: Json) -> None:
    async with answering({ASK: COMPLETED}) as (till, _):
        body = json.dumps(order_event(**odd)).encode()
        (fact,) = await till.read_webhook(body, SIGNED, now=NOW)
    assert fact.captured == Money(50000, "INR")


@given(st.binary(max_size=300))
async def test_no_body_breaks_the_reader(body: bytes) -> None:
    try:
        assert await gateway().read_webhook(body, SIGNED, now=NOW) == ()
    except BadSignature as error:
        assert str(error) == "The body is not in a shape that PhonePe sends."
