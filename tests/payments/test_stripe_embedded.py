"""Stripe's form inside a page of ours: what is sent, which keys go together, what the page has to allow."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.errors import NotConfigured
from payments.gateway import Capability
from payments.stripe import Stripe, StripeKeys
from payments.stripe.embedded import JS_URL, sources
from tests.payments.stripe_payloads import NOW
from tests.payments.test_stripe_calls import ORDER

# docs.stripe.com/api/checkout/sessions/object, of a session with ui_mode embedded_page.
OPEN: dict[str, Any] = {
    "id": "cs_test_a1", "object": "checkout.session", "ui_mode": "embedded_page", "url": None, "status": "open",
    "client_secret": "cs_test_a1_secret_fid", "expires_at": 1767227400, "payment_status": "unpaid", "livemode": False,
}  # fmt: skip


@asynccontextmanager
async def answering(session: dict[str, Any]) -> AsyncIterator[tuple[Stripe, list[dict[str, list[str]]]]]:
    """A gateway with a publishable key before a server that knows one session; the forms that it was sent."""
    forms: list[dict[str, list[str]]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        forms.append(parse_qs((await request.read()).decode()))
        return web.json_response(session)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        keys = StripeKeys("sk_test_dev", api_url=str(server.make_url("")), publishable_key="pk_test_dev")
        async with aclosing(Stripe(keys, now=lambda: NOW)) as till:
            yield till, forms


async def test_what_is_sent_is_what_stripe_documents_for_a_page_that_nobody_leaves() -> None:
    async with answering(OPEN) as (till, forms):
        form = await till.open_embedded(ORDER)
    (sent,) = forms
    assert (sent["ui_mode"], sent["redirect_on_completion"]) == (["embedded_page"], ["never"])
    assert not {"success_url", "cancel_url", "return_url"} & sent.keys()
    assert sent["line_items[0][price_data][unit_amount]"] == ["4900"]
    assert sent["client_reference_id"] == sent["payment_intent_data[metadata][reference]"] == ["ord_1"]
    told = (form.checkout_ref, form.client_secret, form.publishable_key, form.script_url)
    assert told == ("cs_test_a1", "cs_test_a1_secret_fid", "pk_test_dev", JS_URL)
    assert "secret_fid" not in repr(form)


async def test_a_form_is_shown_again_while_it_is_open_and_not_after() -> None:
    async with answering(OPEN) as (till, _):
        assert (await till.embedded("cs_test_a1")).client_secret == "cs_test_a1_secret_fid"
    async with answering(OPEN | {"status": "complete", "client_secret": None}) as (till, _):
        with pytest.raises(NotConfigured, match="no money any more"):
            await till.embedded("cs_test_a1")


@pytest.mark.parametrize(
    ("api_key", "publishable_key"),
    [("sk_test_x", "pk_live_x"), ("rk_live_x", "pk_test_x"), ("sk_live_x", "sk_live_x"), ("sk_test_x", "whatever")],
)
def test_keys_of_two_modes_never_mix(api_key: str, publishable_key: str) -> None:
    with pytest.raises(NotConfigured, match="publishable key has to begin with pk_") as raised:
        Stripe.from_settings({"api_key": api_key, "publishable_key": publishable_key})
    assert publishable_key not in str(raised.value)


@pytest.mark.parametrize("js_url", ["http://js.stripe.com/endive/stripe.js", "https://js.stripe.com.example.com/x.js"])
def test_where_real_money_moves_the_script_is_stripes(js_url: str) -> None:
    section = {"api_key": "sk_live_x", "publishable_key": "pk_live_x"}
    with pytest.raises(NotConfigured, match=r"has to come from https://js\.stripe\.com"):
        Stripe.from_settings(section | {"js_url": js_url})
    assert Capability.EMBEDDED in Stripe.from_settings(section).capabilities


@pytest.mark.parametrize("publishable_key", ["pk_test_x", ""])
def test_forms_are_offered_with_a_publishable_key_alone(publishable_key: str) -> None:
    till = Stripe.from_settings({"api_key": "sk_test_x", "publishable_key": publishable_key})
    assert (Capability.EMBEDDED in till.capabilities) is bool(publishable_key)


def test_a_page_allows_what_stripe_documents_and_for_a_stand_in_its_place_alone() -> None:
    # docs.stripe.com/security/guide#content-security-policy, "Checkout" and "Stripe.js".
    theirs = sources(JS_URL)
    assert {"https://js.stripe.com", "https://checkout.stripe.com"} <= set(theirs.scripts) & set(theirs.frames)
    assert set(theirs.connections) == {"https://api.stripe.com", "https://checkout.stripe.com"}
    everything = (*theirs.scripts, *theirs.frames, *theirs.connections, *theirs.pictures)
    assert all(source.startswith("https://") and source.endswith(".stripe.com") for source in everything)
    stand_in = sources("http://127.0.0.1:8001/static/stripe/stripe.js")
    assert {*stand_in.scripts, *stand_in.frames, *stand_in.connections} == {"http://127.0.0.1:8001"}
