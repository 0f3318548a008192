"""Stripe Connect's OAuth: the page on which an owner agrees, and the exchange of the code.

https://docs.stripe.com/connect/oauth-reference, read 2026-11.
"""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from sandbox.stripe.account import Account
from sandbox.stripe.merchants import SECOND
from sandbox.stripe.pages import shown

Text = Annotated[str, Form()]


def oauth(stripe: Account) -> APIRouter:
    """`/oauth/authorize` and `/oauth/token`."""
    router = APIRouter(include_in_schema=False)
    secrets = stripe.world.secrets

    @router.get("/oauth/authorize")
    async def ask(client_id: str, redirect_uri: str = "", state: str = "", response_type: str = "") -> HTMLResponse:
        if client_id != secrets.stripe_client_id or response_type != "code":
            return shown("closed.html", 400, title="Invalid request", told="No application matches it.", back="")
        merchant = stripe.merchants.by_id[SECOND]
        return shown("connect.html", platform=stripe.payee, merchant=merchant, redirect_uri=redirect_uri, state=state)

    @router.post("/oauth/authorize")
    async def agreed(redirect_uri: Text, account: Text, state: Text = "", act: Text = "") -> RedirectResponse:
        if act == "connect":
            query = {"scope": "read_write", "state": state, "code": stripe.merchants.allow(account)}
        else:
            told = "The user denied your request"
            query = {"error": "access_denied", "error_description": told, "state": state}
        return RedirectResponse(f"{redirect_uri}?{urlencode(query)}", 303)

    @router.post("/oauth/token")
    async def token(request: Request, grant_type: Text = "", code: Text = "") -> Response:
        if not _is_platform(request, secrets.stripe_api_key):
            return _refused("invalid_client", "No such API key.", 401)
        if grant_type != "authorization_code":
            return _refused("unsupported_grant_type", "Supported grant types: authorization_code.")
        account = stripe.merchants.exchange(code)
        if not account:
            return _refused("invalid_grant", f"Authorization code does not exist: {code}")
        return JSONResponse(
            {
                "access_token": "sk_test_of_the_connected", "livemode": False, "refresh_token": "rt_sandbox",
                "scope": "read_write", "stripe_publishable_key": "pk_test_sandbox", "stripe_user_id": account,
                "token_type": "bearer",
            }
        )  # fmt: skip

    return router


def _is_platform(request: Request, key: str) -> bool:
    return request.headers.get("authorization", "") == f"Bearer {key}"


def _refused(error: str, told: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": told}, status)
