"""The address that Telegram calls: `POST /telegram`, answered in a word once the update is stored."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from telegram.error import TelegramError

from bot.bodies import TooLarge, read_body
from bot.channels.telegram.channel import NotOurs, TelegramChannel
from handlers.channel import Undeliverable

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
    try:
        body = await read_body(request)
        await channel.receive(body, request.headers.get(SECRET_HEADER))
    except TooLarge:
        return PlainTextResponse("The update is too large.", 413)
    except NotOurs:
        return PlainTextResponse("The secret token is missing or wrong.", 401)
    except ValueError:
        return PlainTextResponse("This is not an update of Telegram.", 400)
    except TelegramError:
        return PlainTextResponse("Telegram cannot be reached from here; please send it again.", 503)
    return PlainTextResponse("taken")
