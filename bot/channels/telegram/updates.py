"""Reading what Telegram sends, also when it has grown faster than the library that reads it.

The library refuses an object that lacks a field it holds to be required. One such update must not stop those behind it:
it is taken as one that says nothing.
"""

import json
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.request import HTTPXRequest

log = structlog.get_logger(__name__)

UNREADABLE = (TypeError, ValueError, KeyError, AttributeError)


def read_update(body: bytes, bot: Bot) -> Update:
    """The update in a webhook's body. Raises ValueError when it is none."""
    try:
        data = json.loads(body)
        number = data["update_id"]
    except (*UNREADABLE, RecursionError) as error:
        raise ValueError("not an update of Telegram") from error
    if not isinstance(number, int):
        raise ValueError("not an update of Telegram")
    return Update.de_json(_readable(data), bot)


class PollRequest(HTTPXRequest):
    """The HTTP client for polling: what cannot be read is left out of an answer before the library reads all of it."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer to a call, with updates that can be read."""
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [_readable(each) for each in answer["result"]]
        return answer


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(update)
    except UNREADABLE as error:
        log.warning("telegram_update_unreadable", update_id=update["update_id"], reason=type(error).__name__)
        return {"update_id": update["update_id"]}
    return update
