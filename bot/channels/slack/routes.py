"""The address that Slack calls: `POST /slack/events`, for commands, buttons, forms and events alike."""

import time
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_sdk.signature import Clock, SignatureVerifier

from bot.bodies import TooLarge, read_body
from bot.channels.slack.channel import SlackChannel

STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


class _Clock(Clock):
    """The moment against which a signature's age is measured."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds

    def now(self) -> float:
        """Seconds since 1970."""
        return self._seconds()


def slack_routes(channel: SlackChannel, *, clock: Callable[[], float] = time.time) -> APIRouter:
    """The routes of `channel`. `clock` gives seconds since 1970; a signature lives for five minutes."""
    router = APIRouter()
    secret = channel.signing_secret
    verifier = SignatureVerifier(secret, _Clock(clock)) if secret else None

    @router.post("/slack/events", include_in_schema=False)
    async def receive(request: Request) -> Response:
        try:
            body = await read_body(request)
        except TooLarge:
            return PlainTextResponse("The request is too large.", 413)
        if verifier is None or not _is_signed(verifier, request, body):
            return PlainTextResponse("The signature is missing, wrong or too old.", 401)
        try:
            asked = to_async_bolt_request(request, body)
        except ValueError:
            return PlainTextResponse("This is not a request of Slack.", 400)
        return to_starlette_response(await channel.bolt.async_dispatch(asked))

    return router


def _is_signed(verifier: SignatureVerifier, request: Request, body: bytes) -> bool:
    try:
        return verifier.is_valid(body, request.headers.get(STAMP), request.headers.get(SIGNATURE))
    except (ValueError, TypeError, OverflowError):
        # The SDK trips over a stamp that is no number, and over a body or a signature of strange bytes.
        return False
