"""The address that Slack calls: `POST /slack/events`, for commands, buttons, forms and events alike."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response

from bot.channels.slack.channel import SlackChannel

MAX_BODY = 1024 * 1024
STAMP_HEADER = "X-Slack-Request-Timestamp"


def slack_routes(channel: SlackChannel) -> APIRouter:
    """The routes of `channel`."""
    router = APIRouter()

    @router.post("/slack/events", include_in_schema=False)
    async def receive(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("The request is too large.", 413)
        # Bolt would answer 500 to a time stamp that is no number, and take an empty secret for a secret.
        stamp = request.headers.get(STAMP_HEADER, "")
        if not channel.listens_over_http or not (stamp.isascii() and stamp.isdigit()):
            return PlainTextResponse("The signature is missing or wrong.", 401)
        try:
            asked = to_async_bolt_request(request, body)
        except ValueError:
            return PlainTextResponse("This is not a request of Slack.", 400)
        answer = await channel.bolt.async_dispatch(asked)
        if answer.status == 401:
            return PlainTextResponse("The signature is missing or wrong.", 401)
        return to_starlette_response(answer)

    return router


async def _body(request: Request) -> bytes | None:
    """The whole body, None when it is over a mebibyte."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)
