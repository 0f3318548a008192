"""The set-up page: an owner types keys here, once, on a link of their own. No key is ever shown again."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Cookie, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.bodies import TooLarge, read_body
from bot.pages.look import Look
from bot.pages.setup_fields import Wrong, fields_of, offered, secret_field, section_from, with_problems
from bot.pages.setup_words import EVENTS, live_refusal, platform_of, trouble
from bot.settings import Settings
from handlers.accounts.keeping import Keys, Mixed, keep, keep_connected, own_account, remove, section_of
from handlers.accounts.listing import lines_of, mode
from handlers.accounts.visiting import Shut, Visitor, before_the_door, come_in, inside
from handlers.house import House
from handlers.moving.own_bot import own_bot_of
from payments.errors import PaymentError
from payments.gateway import AccountState
from payments.registry import GATEWAYS

COOKIE = "bellhop_setup"
LARGEST = 64 * 1024
"""Bytes of a form: a PEM key fits, a film does not."""
ASK_AGAIN = "Ask for a new link in the chat: /payments, in Slack /bellhop payments."

Typed = Mapping[str, str]
Secret = Annotated[str, Cookie(alias=COOKIE)]


@dataclass(frozen=True, slots=True)
class Desk:
    """What every part of the page works with."""

    house: House
    settings: Settings
    look: Look

    def shut(self, why: Exception) -> HTMLResponse:
        """The page stays closed, and how to come in."""
        return self.look.plain("The set-up page is closed", str(why), ASK_AGAIN, status=410)


def desk_of(house: House, settings: Settings) -> Desk:
    """What the pages behind `/setup` work with. Not even we ourselves frame them, unless an operator named who may."""
    return Desk(house, settings, Look(house.public_url, settings.frame_ancestors or ("'none'",)))


def setup_routes(house: House, settings: Settings) -> APIRouter:
    """`/setup/{code}` opens the door once; `/setup` and what is below it is the room behind, for one browser."""
    desk = desk_of(house, settings)
    router = APIRouter(include_in_schema=False)
    for part in (_door(desk), _overview(desk), _keys(desk), _connect(desk)):
        router.include_router(part)
    return router


def _door(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.get("/setup/{code}")
    async def look_at(code: str) -> HTMLResponse:
        try:
            visitor = await before_the_door(desk.house, code)
        except Shut as why:
            return desk.shut(why)
        return desk.look.page("setup_door.html", {"visitor": visitor})

    @router.post("/setup/{code}")
    async def open_door(code: str) -> Response:
        try:
            secret = await come_in(desk.house, code)
        except Shut as why:
            return desk.shut(why)
        answer = RedirectResponse("/setup", 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        secure = desk.house.public_url.startswith("https://")
        # Lax and not strict: the way back from Stripe begins at Stripe.
        answer.set_cookie(COOKIE, secret, path="/setup", httponly=True, secure=secure, samesite="lax")
        return answer

    return router


def _overview(desk: Desk) -> APIRouter:
    router = APIRouter()

    # The answer to a removal stands at its address, and a browser that brings the tab back asks for it.
    @router.get("/setup")
    @router.get("/setup/remove/{gateway}")
    async def overview(secret: Secret = "") -> HTMLResponse:
        try:
            return await show(desk, secret)
        except Shut as why:
            return desk.shut(why)

    @router.post("/setup/remove/{gateway}")
    async def take_away(gateway: str, request: Request, secret: Secret = "") -> HTMLResponse:
        try:
            await typed_in(request, secret)
            async with desk.house.database.begin(urgent=True) as work:
                said = await remove(desk.house, work, await inside(work, secret), gateway)
            return await show(desk, secret, title="Removed", said=said)
        except (Shut, TooLarge) as why:
            return desk.shut(why)

    return router


def _keys(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.get("/setup/keys/{gateway}")
    async def form(gateway: str, secret: Secret = "") -> HTMLResponse:
        try:
            return await _form(desk, secret, gateway)
        except Shut as why:
            return desk.shut(why)

    @router.post("/setup/keys/{gateway}")
    async def check_and_save(gateway: str, request: Request, secret: Secret = "") -> HTMLResponse:
        try:
            typed = await typed_in(request, secret)
            try:
                return await _save(desk, secret, gateway, typed)
            except Wrong as wrong:
                return await _form(desk, secret, gateway, typed, wrong.problems)
        except (Shut, TooLarge) as why:
            return desk.shut(why)

    return router


async def _form(
    desk: Desk, secret: str, gateway: str, typed: Typed | None = None, problems: Mapping[str, str] | None = None
) -> HTMLResponse:
    if gateway not in offered():
        raise Shut("There is no such gateway.")
    async with desk.house.database.begin() as work:
        visitor = await inside(work, secret)
        row = await own_account(work, visitor.team, gateway)
        before = section_of(work, row)
    webhook_url = desk.house.link(f"webhooks/{gateway}/{visitor.team.slug}")
    fields = fields_of(gateway, desk.settings, before, webhook_url)
    if typed is not None:
        fields = with_problems(fields, typed, problems or {})
    words = {
        "visitor": visitor, "gateway": gateway, "title": GATEWAYS[gateway].title, "fields": fields, "row": row,
        "webhook_url": webhook_url, "token": token_of(secret), "problem": (problems or {}).get("", ""),
        "live": mode(row.live) if row else "", "asks_whose": bool(before) and not (row and row.external_id),
        "another": bool(typed and typed.get("another")), "events": EVENTS.get(gateway, ()),
    }  # fmt: skip
    return desk.look.page("setup_keys.html", words, status=422 if problems else 200)


async def _save(desk: Desk, secret: str, gateway: str, typed: Typed) -> HTMLResponse:
    if gateway not in offered():
        raise Shut("There is no such gateway.")
    async with desk.house.database.begin() as work:
        visitor = await inside(work, secret)
        before = section_of(work, await own_account(work, visitor.team, gateway))
    section = section_from(gateway, desk.settings, typed, before)
    state = await _checked(desk, gateway, section)
    keys = Keys(gateway, section, state, another="another" in typed)
    try:
        async with desk.house.database.begin(urgent=True) as work:
            said = await keep(desk.house, work, await inside(work, secret), keys)
    except Mixed as mixed:
        raise Wrong({"": str(mixed)}) from None
    return await show(desk, secret, title=_saved(gateway, state), said=[*said, *state.faults])


async def _checked(desk: Desk, gateway: str, section: Mapping[str, str]) -> AccountState:
    """What the gateway says to the keys: one call that changes nothing. Raises Wrong."""
    try:
        made = GATEWAYS[gateway].from_settings(section, now=desk.house.now)
    except PaymentError as error:
        raise Wrong({secret_field(gateway): str(error)}) from None
    try:
        state = await made.check()
    except PaymentError as error:
        raise Wrong(trouble(error, secret_field(gateway))) from None
    finally:
        await made.aclose()
    if state.live and (refusal := live_refusal(desk.settings)):
        raise Wrong({"": refusal})
    return state


def _saved(gateway: str, state: AccountState) -> str:
    return f"{GATEWAYS[gateway].title} works: {state.name}, {mode(state.live)}"


def _connect(desk: Desk) -> APIRouter:
    router = APIRouter()
    platform = platform_of(desk.settings)
    back_at = desk.house.link("setup/stripe/back")

    @router.post("/setup/stripe/connect")
    async def connect(request: Request, secret: Secret = "") -> Response:
        try:
            await typed_in(request, secret)
            async with desk.house.database.begin() as work:
                await inside(work, secret)
            if platform is None:
                raise Shut("This Bellhop is not a Stripe platform.")
        except (Shut, TooLarge) as why:
            return desk.shut(why)
        url = platform.authorize_url(redirect_uri=back_at, state=_state(secret))
        return RedirectResponse(url, 303, {"Cache-Control": "no-store"})

    @router.get("/setup/stripe/back")
    async def back(state: str = "", code: str = "", error_description: str = "", secret: Secret = "") -> HTMLResponse:
        try:
            if platform is None or not hmac.compare_digest(state.encode(), _state(secret).encode()):
                raise Shut("This way back from Stripe does not belong to this visit.")
            if not code:
                return await show(desk, secret, problem=error_description or "Stripe did not connect the account.")
            return await _connected(desk, secret, code)
        except Shut as why:
            return desk.shut(why)

    return router


async def _connected(desk: Desk, secret: str, code: str) -> HTMLResponse:
    platform = platform_of(desk.settings)
    if platform is None:
        raise Shut("This Bellhop is not a Stripe platform.")
    try:
        connected = await platform.exchange(code)
        state = await _checked(desk, "stripe", desk.house.accounts.connected("stripe", connected.account))
        async with desk.house.database.begin(urgent=True) as work:
            said = await keep_connected(desk.house, work, await inside(work, secret), connected.account, state)
    except (PaymentError, Mixed, Wrong) as error:
        return await show(desk, secret, problem=str(error))
    return await show(desk, secret, title=_saved("stripe", state), said=[*said, *state.faults])


async def show(
    desk: Desk, secret: str, *, title: str = "", said: list[str] | None = None, problem: str = ""
) -> HTMLResponse:
    """The overview, with what was just done, or why it was not. Raises Shut."""
    async with desk.house.database.begin() as work:
        visitor: Visitor = await inside(work, secret)
        lines = await lines_of(desk.house, work, visitor.team)
        bot = await own_bot_of(work, visitor.team)
    there = {line.gateway for line in lines if line.own}
    more = [(name, GATEWAYS[name].title) for name in offered() if name not in there]
    words = {
        "visitor": visitor, "lines": lines, "more": more, "token": token_of(secret), "title": title,
        "bot": bot, "asks_bot": desk.settings.telegram is not None,
        "said": said or [], "problem": problem, "connects": platform_of(desk.settings) is not None,
    }  # fmt: skip
    return desk.look.page("setup.html", words, status=422 if problem else 200)


async def typed_in(request: Request, secret: str) -> Typed:
    """What was sent, when it came from our own page. Raises Shut, TooLarge."""
    typed = dict(parse_qsl((await read_body(request, LARGEST)).decode(errors="replace")))
    if not secret or not hmac.compare_digest(typed.get("token", "").encode(), token_of(secret).encode()):
        raise Shut("This did not come from the set-up page.")
    return typed


def token_of(secret: str) -> str:
    """What our own forms carry, and no other page knows."""
    return _derived(secret, "form")


def _state(secret: str) -> str:
    return _derived(secret, "stripe")


def _derived(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), what.encode(), hashlib.sha256).hexdigest()
