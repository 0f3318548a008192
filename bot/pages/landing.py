"""The front page: what Bellhop does, what each permission is for, the ways in; behind it Slack's consent page."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request

from bot.channels.slack.oauth import INSTALL, REDIRECT, Install, Outcome
from bot.channels.slack.scopes import scopes
from bot.pages.look import Look
from handlers.house import House
from handlers.moving.arriving import Arrived, arrive
from storage.database import is_away

UNFINISHED = Outcome(
    problem="Slack has answered, but Bellhop could not write it down. Please begin again in a minute.", status=503
)


def landing_routes(house: House, look: Look, install: Install | None, telegram: Callable[[], str]) -> APIRouter:
    """`GET /`, `/privacy`, and with an `install` the way to Slack's consent page and back.

    `telegram` gives the bot's handle, empty while it is not known.
    """
    router = APIRouter()

    @router.get("/")
    async def landing() -> HTMLResponse:
        light = install is not None and install.light
        asked = scopes(light=light) if install else {}
        return _public(look, "landing.html", {"scopes": asked, "light": light, "telegram": telegram()})

    @router.get("/privacy")
    async def privacy() -> HTMLResponse:
        return _public(look, "privacy.html", {})

    if install is not None:
        router.include_router(_install_routes(house, look, install))
    return router


def _install_routes(house: House, look: Look, install: Install) -> APIRouter:
    router = APIRouter()

    @router.get(INSTALL)
    async def begin(request: Request) -> Response:
        way = await install.begin(to_async_bolt_request(request, b""))
        away = RedirectResponse(way.first_headers()["location"], 302, {"Cache-Control": "no-store"})
        away.headers["Set-Cookie"] = way.first_headers()["set-cookie"]
        return away

    @router.get(REDIRECT)
    async def finish(request: Request) -> HTMLResponse:
        try:
            outcome = await install.finish(to_async_bolt_request(request, b""))
            arrived = await arrive(house, outcome.arrival) if outcome.arrival else None
        except Exception as error:
            if not is_away(error):
                raise
            return _installed(look, UNFINISHED, None)
        return _installed(look, outcome, arrived)

    return router


def _installed(look: Look, outcome: Outcome, arrived: Arrived | None) -> HTMLResponse:
    words = {"arrived": arrived, "link": outcome.link, "problem": outcome.problem, "install": INSTALL}
    return look.page("installed.html", words, status=outcome.status)


def _public(look: Look, template: str, words: dict[str, object]) -> HTMLResponse:
    """A page that everybody may find: its address opens nothing."""
    page = look.page(template, words)
    del page.headers["X-Robots-Tag"]
    return page
