"""All pages, in one router."""

from fastapi import APIRouter

from bot.pages.hub import Hub
from bot.pages.live import live_routes
from bot.pages.look import Look, static_routes
from bot.pages.pay import pay_routes
from bot.pages.room import room_routes
from handlers.channel import Fetch
from handlers.house import House


def page_routes(house: House, fetch: Fetch, *, frame_ancestors: tuple[str, ...] = ("'self'",)) -> APIRouter:
    """The room, its socket and files, the pay page, and what they are made of.

    `fetch` brings the bytes of a file sent in the chat. `frame_ancestors`: who may show our pages in a frame.
    """
    look = Look(house.public_url, frame_ancestors)
    router = APIRouter(include_in_schema=False)
    for part in (room_routes(house, look, fetch), live_routes(house, Hub()), pay_routes(house, look)):
        router.include_router(part)
    router.include_router(static_routes(look))
    return router
