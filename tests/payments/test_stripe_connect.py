"""Connecting a Stripe account: the address to agree at, the code's exchange, and who has left.

Answers typed from https://docs.stripe.com/connect/oauth-reference, read 2026-11.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.errors import Declined, NotConfigured, OutcomeUnknown, PaymentError
from payments.stripe.connect import Connected, Platform
from tests.payments.stripe_payloads import event, gateway

TOKEN = {
    "access_token": "sk_test_of_the_connected", "livemode": False, "refresh_token": "rt_1", "scope": "read_write",
    "stripe_publishable_key": "pk_test_1", "stripe_user_id": "acct_1032D82eZvKYlo2C", "token_type": "bearer",
}  # fmt: skip
REFUSALS: list[tuple[int, object, type[PaymentError]]] = [
    (400, {"error": "invalid_grant", "error_description": "Authorization code does not exist: ac_1"}, Declined),
    (401, {"error": {"message": "Invalid API Key provided: sk_test_******dev"}}, NotConfigured),
    (500, {"error": {"type": "api_error", "message": "Ours."}}, OutcomeUnknown),
]


@asynccontextmanager
async def answering(status: int, body: object) -> AsyncIterator[tuple[Platform, list[dict[str, str]]]]:
    """A platform before a server that answers so, and what it was asked."""
    asked: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        asked.append({"path": request.path, "key": request.headers["Authorization"], **form})
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_post("/oauth/token", answer)
    async with TestServer(app) as server:
        yield Platform("sk_test_dev", "ca_1", str(server.make_url("/"))), asked


async def test_a_code_is_exchanged_for_the_account_behind_it() -> None:
    async with answering(200, TOKEN) as (platform, asked):
        assert await platform.exchange("ac_1") == Connected("acct_1032D82eZvKYlo2C", live=False)
    assert asked == [
        {"path": "/oauth/token", "key": "Bearer sk_test_dev", "grant_type": "authorization_code", "code": "ac_1"}
    ]


@pytest.mark.parametrize(("status", "body", "expected"), REFUSALS)
async def test_a_refusal_says_what_to_do(status: int, body: object, expected: type[PaymentError]) -> None:
    async with answering(status, body) as (platform, _):
        with pytest.raises(expected) as raised:
            await platform.exchange("ac_1")
    assert "sk_test" not in str(raised.value)


async def test_nobody_listening_is_no_clear_answer() -> None:
    with pytest.raises(OutcomeUnknown):
        await Platform("sk_test_dev", "ca_1", "http://127.0.0.1:1").exchange("ac_1")


def test_an_owner_agrees_at_stripe_and_comes_back_to_us() -> None:
    url = urlsplit(Platform("sk_test_dev", "ca_1").authorize_url(redirect_uri="https://b.example/back", state="s"))
    assert (url.netloc, url.path) == ("connect.stripe.com", "/oauth/authorize")
    assert parse_qs(url.query) == {
        "response_type": ["code"], "client_id": ["ca_1"], "scope": ["read_write"],
        "redirect_uri": ["https://b.example/back"], "state": ["s"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "left"), [("account.application.deauthorized", "acct_1"), ("account.updated", ""), ("charge.refunded", "")]
)
def test_only_a_deauthorization_says_who_has_left(kind: str, left: str) -> None:
    told = event(kind, {"id": "ca_1", "object": "application", "name": "Bellhop"}, account="acct_1")
    assert gateway().left(json.dumps(told).encode()) == left
    # A platform's live endpoint hears of test mode too, and the other way round.
    assert gateway().left(json.dumps(told | {"livemode": True}).encode()) == ""
