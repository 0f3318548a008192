"""Checkout's form as a frame inside somebody's page: what the stand-in for Stripe.js mounts."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from sandbox.stripe.account import Account
from sandbox.stripe.errors import Refused
from sandbox.stripe.forms import Json
from sandbox.stripe.pages import carry_out, checkout, shown


def frames(stripe: Account) -> APIRouter:
    """`GET` and `POST /embedded/{client_secret}`; `key` is the page's publishable key."""
    router = APIRouter(include_in_schema=False)

    @router.get("/embedded/{client_secret}")
    async def show(client_secret: str, key: str = "") -> Response:
        session = _session(stripe, client_secret)
        if session is None or not secrets.compare_digest(key, stripe.world.secrets.stripe_publishable_key):
            told = "The client secret and the publishable key do not belong together."
            return shown("closed.html", 404, title="This form does not exist", told=told, back="")
        if session["status"] == "complete":
            return shown("done.html", client_secret=client_secret)
        return checkout(stripe, session, here=f"{client_secret}?key={key}")

    @router.post("/embedded/{client_secret}")
    async def act(client_secret: str, act: Annotated[str, Form()], card: Annotated[str, Form()] = "pay",
                  key: str = "") -> Response:  # fmt: skip
        session = _session(stripe, client_secret)
        if session is not None:
            try:
                await carry_out(stripe, session["id"], card if act == "card" else act)
            except Refused:
                # A second click, or a form left open too long: what stands now is shown.
                pass
        return RedirectResponse(f"{client_secret}?key={key}", 303)

    return router


def _session(stripe: Account, client_secret: str) -> Json | None:
    return next((one for one in stripe.sessions.values() if one["client_secret"] == client_secret), None)
