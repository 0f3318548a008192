"""A team's own Telegram bot on the set-up page: its token is typed once, asked about at Telegram, and sealed."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError

from bot.bodies import TooLarge
from bot.pages.setup import Desk, Secret, desk_of, show, typed_in
from bot.settings import Settings
from handlers.accounts.visiting import Shut, inside
from handlers.house import House
from handlers.moving.own_bot import NotYours, keep_bot, remove_bot

TOKEN = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,100}")
NOT_ONE = "This is no token. @BotFather writes it like 123456789:AAE…, under /newbot or /token."
WRONG = "Telegram does not accept this token. Ask @BotFather for it again: /token."
AWAY = "Telegram cannot be reached at the moment. Try again in a minute; nothing was kept."


class Refused(Exception):
    """The token is not taken; the text is a sentence for the owner."""


def bot_routes(house: House, settings: Settings) -> APIRouter:
    """What the set-up page's form for a bot is sent to; none where this Bellhop has no Telegram at all."""
    desk = desk_of(house, settings)
    router = APIRouter(include_in_schema=False)

    # What came of the form stands at these addresses, and a browser that brings its tab back asks for it.
    @router.get("/setup/bot")
    @router.get("/setup/bot/remove")
    async def overview(secret: Secret = "") -> HTMLResponse:
        try:
            return await show(desk, secret)
        except Shut as why:
            return desk.shut(why)

    @router.post("/setup/bot")
    async def take(request: Request, secret: Secret = "") -> HTMLResponse:
        try:
            typed = await typed_in(request, secret)
            try:
                return await _taken(desk, secret, typed.get("bot_token", "").strip())
            except (Refused, NotYours) as why:
                return await show(desk, secret, problem=str(why))
        except (Shut, TooLarge) as why:
            return desk.shut(why)

    @router.post("/setup/bot/remove")
    async def remove(request: Request, secret: Secret = "") -> HTMLResponse:
        try:
            await typed_in(request, secret)
            async with desk.house.database.begin() as work:
                visitor = await inside(work, secret)
                await remove_bot(work, visitor.team, visitor.person)
            return await show(desk, secret, title="The bot was removed, and its token is forgotten")
        except (Shut, TooLarge) as why:
            return desk.shut(why)

    return router


async def _taken(desk: Desk, secret: str, token: str) -> HTMLResponse:
    async with desk.house.database.begin() as work:
        await inside(work, secret)
    me = await _asked(desk.settings, token)
    async with desk.house.database.begin() as work:
        visitor = await inside(work, secret)
        handle = me.username or ""
        await keep_bot(work, visitor.team, visitor.person, account=str(me.id), handle=handle, token=token)
    return await show(desk, secret, title=f"@{handle} is {visitor.team.name}'s own bot now")


async def _asked(settings: Settings, token: str) -> User:
    """Who the bot of a token is: one call that changes nothing. Raises Refused."""
    if not TOKEN.fullmatch(token) or settings.telegram is None:
        raise Refused(NOT_ONE)
    try:
        async with Bot(token, base_url=f"{settings.telegram.api_url.rstrip('/')}/bot") as bot:
            return bot.bot
    except InvalidToken:
        raise Refused(WRONG) from None
    except TelegramError:
        raise Refused(AWAY) from None
