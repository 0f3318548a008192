"""The address that Telegram calls: `POST /telegram`, answered in a word once the update is stored."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from telegram.error import TelegramError

from bot.channels.telegram.channel import NotOurs, TelegramChannel
from handlers.channel import Undeliverable

MAX_BODY = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


def telegram_routes(channel: TelegramChannel) -> APIRouter:
    """The routes of `channel`."""
    router = APIRouter()

    @router.post("/telegram", include_in_schema=False)
    async def receive(request: Request) -> Response:
        return await _receive(channel, request)

    @router.post("/telegram/{account}", include_in_schema=False)
    async def receive_own(account: str, request: Request) -> Response:
        try:
            bot = await channel.own.of(account) if channel.own else None
        except Undeliverable:
            bot = None
        return await _receive(bot, request) if bot else PlainTextResponse("There is no such bot here.", 404)

    return router


async def _receive(channel: TelegramChannel, request: Request) -> Response:
    body = await _body(request)
    if body is None:
        return PlainTextResponse("The update is too large.", 413)
    try:
        await channel.receive(body, request.headers.get(SECRET_HEADER))
    except NotOurs:
        return PlainTextResponse("The secret token is missing or wrong.", 401)
    except ValueError:
        return PlainTextResponse("This is not an update of Telegram.", 400)
    except TelegramError:
        return PlainTextResponse("Telegram cannot be reached from here; please send it again.", 503)
    return PlainTextResponse("taken")


async def _body(request: Request) -> bytes | None:
    """The whole body, None when it is over a mebibyte."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)
