"""Stripe's own SDK against the twin."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
import stripe

from sandbox.app import Cast
from sandbox.world import World

pytestmark = pytest.mark.usefixtures("sandbox_server")


def wanted(**given: Any) -> Any:
    price = {"currency": "usd", "unit_amount": 4900, "product_data": {"name": "Consultation"}}
    return {
        "mode": "payment",
        "success_url": "http://127.0.0.1:9/paid?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/back",
        "client_reference_id": "ord_1",
        "metadata": {"order": "ord_1"},
        "payment_intent_data": {"metadata": {"order": "ord_1"}, "description": "Consultation"},
        "line_items": [{"quantity": 1, "price_data": price}],
    } | given


@pytest_asyncio.fixture
async def client(sandbox_server: str, world: World) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.AIOHTTPClient()
    addresses: Any = {"api": f"{sandbox_server}/stripe"}
    yield stripe.StripeClient(
        world.secrets.stripe_api_key, base_addresses=addresses, http_client=http, max_network_retries=0
    )
    await http.close_async()  # type: ignore[no-untyped-call]


async def test_a_session_is_opened_and_read_again(client: stripe.StripeClient, sandbox_server: str) -> None:
    made = await client.v1.checkout.sessions.create_async(wanted())
    assert (made.status, made.payment_status, made.amount_total, made.currency) == ("open", "unpaid", 4900, "usd")
    assert made.url == f"{sandbox_server}/stripe/pay/{made.id}"
    assert made.payment_intent is None and made.livemode is False
    read = await client.v1.checkout.sessions.retrieve_async(made.id, {"expand": ["line_items"]})
    assert read.metadata is not None and read.metadata["order"] == "ord_1"
    assert read.line_items is not None and read.line_items.data[0].description == "Consultation"


async def test_a_wrong_key_is_refused(sandbox_server: str) -> None:
    http, addresses = stripe.AIOHTTPClient(), {"api": f"{sandbox_server}/stripe"}
    stranger = stripe.StripeClient("sk_test_stranger_key", base_addresses=addresses, http_client=http)  # type: ignore[arg-type]
    with pytest.raises(stripe.AuthenticationError, match=r"Invalid API Key provided: sk_test_\*+_key"):
        await stranger.v1.balance.retrieve_async()
    await http.close_async()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"favourite_colour": "blue"}, "parameter_unknown", "favourite_colour"),
        ({"line_items": [{"quantity": 1, "prise": "x"}]}, "parameter_unknown", "line_items[0][prise]"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": "nowhere"}, "url_invalid", "success_url"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
        ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
        ({"metadata": {f"k{n}": "v" for n in range(51)}}, None, "metadata"),
        ({"client_reference_id": "r" * 201}, None, "client_reference_id"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"submit_type": "steal"}, None, "submit_type"),
    ],
)
async def test_what_stripe_would_not_take_is_refused(
    client: stripe.StripeClient, given: dict[str, Any], code: str | None, param: str
) -> None:
    asked = {key: value for key, value in wanted(**given).items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.checkout.sessions.create_async(asked)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.param) == (code, param)


@pytest.mark.parametrize(
    ("currency", "amount", "told"),
    [
        ("usd", 49, "amount_too_small"),
        ("jpy", 49, "amount_too_small"),
        ("usd", 100_000_000, "amount_too_large"),
        ("isk", 4010, "invalid_charge_amount_no_decimal_compatible"),
        ("kwd", 5124, "invalid_charge_amount_no_decimal_compatible"),
    ],
)
async def test_sums_that_cannot_be_charged_are_refused(
    client: stripe.StripeClient, currency: str, amount: int, told: str
) -> None:
    line = {"quantity": 1, "price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": "x"}}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.checkout.sessions.create_async(wanted(line_items=[line]))
    assert refused.value.code == told


async def test_an_unheard_of_currency_is_refused(client: stripe.StripeClient) -> None:
    line = {"quantity": 1, "price_data": {"currency": "gold", "unit_amount": 100, "product_data": {"name": "x"}}}
    with pytest.raises(stripe.InvalidRequestError, match="Invalid currency: gold") as refused:
        await client.v1.checkout.sessions.create_async(wanted(line_items=[line]))
    assert refused.value.param == "line_items[0][price_data][currency]"


@pytest.mark.parametrize(("minutes", "allowed"), [(29, False), (31, True), (24 * 60 - 1, True), (24 * 60 + 1, False)])
async def test_a_session_ends_half_an_hour_to_a_day_ahead(
    client: stripe.StripeClient, world: World, minutes: int, allowed: bool
) -> None:
    asked = wanted(expires_at=int((world.clock.now() + timedelta(minutes=minutes)).timestamp()))
    if allowed:
        assert (await client.v1.checkout.sessions.create_async(asked)).expires_at == asked["expires_at"]
        return
    with pytest.raises(stripe.InvalidRequestError, match="expires_at"):
        await client.v1.checkout.sessions.create_async(asked)


async def test_a_key_makes_one_session_however_often_it_is_sent(client: stripe.StripeClient, cast: Cast) -> None:
    first = await client.v1.checkout.sessions.create_async(wanted(), {"idempotency_key": "k1"})
    again = await client.v1.checkout.sessions.create_async(wanted(), {"idempotency_key": "k1"})
    assert first.id == again.id and len(cast.stripe.sessions) == 1
    assert again.last_response is not None and again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError, match="k1"):
        await client.v1.checkout.sessions.create_async(wanted(client_reference_id="ord_2"), {"idempotency_key": "k1"})


async def test_a_key_that_met_bad_parameters_may_be_used_again(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.checkout.sessions.create_async(wanted(success_url="nowhere"), {"idempotency_key": "k1"})
    assert (await client.v1.checkout.sessions.create_async(wanted(), {"idempotency_key": "k1"})).status == "open"


async def test_a_paid_session_leads_to_its_intent_and_charge(client: stripe.StripeClient, cast: Cast) -> None:
    made = await client.v1.checkout.sessions.create_async(wanted())
    await cast.stripe.pay(made.id)
    read = await client.v1.checkout.sessions.retrieve_async(made.id, {"expand": ["payment_intent.latest_charge"]})
    assert (read.status, read.payment_status, read.url) == ("complete", "paid", None)
    assert isinstance(read.payment_intent, stripe.PaymentIntent)
    assert (read.payment_intent.status, read.payment_intent.amount_received) == ("succeeded", 4900)
    assert read.payment_intent.metadata["order"] == "ord_1"
    assert isinstance(read.payment_intent.latest_charge, stripe.Charge) and read.payment_intent.latest_charge.paid


async def test_only_an_open_session_can_be_expired(client: stripe.StripeClient, cast: Cast) -> None:
    made = await client.v1.checkout.sessions.create_async(wanted())
    assert (await client.v1.checkout.sessions.expire_async(made.id)).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="has a status of expired"):
        await client.v1.checkout.sessions.expire_async(made.id)
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session"):
        await client.v1.checkout.sessions.retrieve_async("cs_test_nobody")


async def test_refunds_add_up_and_stop_at_what_was_paid(client: stripe.StripeClient, cast: Cast) -> None:
    made = await client.v1.checkout.sessions.create_async(wanted())
    await cast.stripe.pay(made.id)
    intent = cast.stripe.sessions[made.id]["payment_intent"]
    part = await client.v1.refunds.create_async({"payment_intent": intent, "amount": 900})
    assert (part.status, part.amount, part.payment_intent) == ("succeeded", 900, intent)
    with pytest.raises(stripe.InvalidRequestError, match=r"\$49\.00.*greater than.*\$40\.00"):
        await client.v1.refunds.create_async({"payment_intent": intent, "amount": 4900})
    assert (await client.v1.refunds.create_async({"payment_intent": intent})).amount == 4000
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"
    listed = await client.v1.refunds.list_async({"payment_intent": intent})
    assert [refund.amount for refund in listed.data] == [4000, 900]
    assert (await client.v1.charges.retrieve_async(part.charge)).refunded  # type: ignore[arg-type]


async def test_the_disputes_of_a_payment_can_be_listed(client: stripe.StripeClient, cast: Cast) -> None:
    paid, other = [(await client.v1.checkout.sessions.create_async(wanted())).id for _ in range(2)]
    for session in (paid, other):
        await cast.stripe.pay(session)
    dispute = await cast.stripe.dispute(paid)
    for session, found in ((paid, [dispute]), (other, [])):
        listed = await client.v1.disputes.list_async(
            {"payment_intent": cast.stripe.sessions[session]["payment_intent"]}
        )
        assert [each.id for each in listed.data] == found


async def test_lists_come_in_pages_newest_first(client: stripe.StripeClient) -> None:
    made = [(await client.v1.checkout.sessions.create_async(wanted())).id for _ in range(5)]
    first = await client.v1.checkout.sessions.list_async({"limit": 2})
    assert first.has_more and [session.id for session in first.data] == made[:2:-1]
    assert [session.id async for session in first.auto_paging_iter()] == made[::-1]


async def test_events_can_be_asked_for_by_kind(client: stripe.StripeClient, cast: Cast) -> None:
    made = await client.v1.checkout.sessions.create_async(wanted())
    await cast.stripe.pay(made.id)
    found = await client.v1.events.list_async({"types": ["checkout.session.completed"]})
    assert [event.type for event in found.data] == ["checkout.session.completed"]
    assert (await client.v1.events.retrieve_async(found.data[0].id)).data.object["id"] == made.id


async def test_the_account_and_its_balance_are_told(client: stripe.StripeClient, cast: Cast) -> None:
    made = await client.v1.checkout.sessions.create_async(wanted())
    await cast.stripe.pay(made.id)
    balance = await client.v1.balance.retrieve_async()
    assert [(item.amount, item.currency) for item in balance.pending] == [(4900, "usd")]
    assert (await client.v1.accounts.retrieve_current_async()).charges_enabled


async def test_what_is_not_played_says_so(client: stripe.StripeClient, world: World) -> None:
    with pytest.raises(stripe.APIError, match="does not play POST /v1/customers"):
        await client.v1.customers.create_async({"name": "x"})
    assert world.wire[-1].status == 501
