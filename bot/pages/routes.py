"""All pages, in one router."""

from collections.abc import Callable

from fastapi import APIRouter

from bot.channels.slack.oauth import Install
from bot.pages.landing import landing_routes
from bot.pages.live import live_routes
from bot.pages.look import Look, static_routes
from bot.pages.pay import pay_routes, sum_routes
from bot.pages.pretend import pretend_routes
from bot.pages.room import room_routes
from bot.pages.ways import way_routes
from handlers.channel import Fetch
from handlers.house import House


def page_routes(
    house: House, fetch: Fetch, *, frame_ancestors: tuple[str, ...] = ("'self'",), install: Install | None = None,
    telegram: Callable[[], str] = str,
) -> APIRouter:  # fmt: skip
    """The front page, the room, its socket and files, the pay page, and what they are made of.

    `fetch` brings the bytes of a file sent in the chat. `frame_ancestors`: who may show our pages in a frame.
    `install` adds the app to a Slack workspace, `telegram` gives the bot's handle.
    """
    look = Look(house.public_url, frame_ancestors)
    router = APIRouter(include_in_schema=False)
    for part in (room_routes(house, look, fetch), live_routes(house), pay_routes(house, look)):
        router.include_router(part)
    router.include_router(sum_routes(house, look))
    router.include_router(pretend_routes(house, look))
    router.include_router(landing_routes(house, look, install, telegram))
    router.include_router(way_routes(house, look))
    router.include_router(static_routes(look))
    return router
