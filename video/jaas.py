"""What JaaS (8x8.vc) tells by webhook about its rooms: who came, who left, when a room closed.

Deliveries repeat and come out of order: keep `event_id` once, and order by `at`. Source: developer.8x8.com/jaas.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from video.errors import BadToken

TOLERANCE = timedelta(minutes=5)


class RoomNews(StrEnum):
    """What happened to a room."""

    OPENED = "ROOM_CREATED"
    CLOSED = "ROOM_DESTROYED"
    JOINED = "PARTICIPANT_JOINED"
    LEFT = "PARTICIPANT_LEFT"


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """One thing that happened in a room, as the provider reports it; `at` is aware UTC."""

    event_id: str
    news: RoomNews
    room: str
    at: datetime
    person_id: str = ""
    person_name: str = ""
    host: bool = False


def read_webhook(body: bytes, signature: str, *, secret: str, now: datetime) -> RoomEvent | None:
    """The event in a signed delivery, None for kinds that do not matter here.

    `signature` is the X-Jaas-Signature header. Raises BadToken when it is wrong or stale, ValueError when the signed
    body is malformed.
    """
    _verify(body, signature, secret, now)
    told = json.loads(body)
    if not isinstance(told, dict):
        raise ValueError("a JaaS event is a JSON object")
    if told.get("eventType") not in set(RoomNews):
        return None
    try:
        return _event(told)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"a JaaS event lacks or misspells a field: {error}") from error


def _event(told: dict[str, object]) -> RoomEvent:
    data = told.get("data") or {}
    if not isinstance(data, dict):
        raise TypeError("data")
    return RoomEvent(
        event_id=str(told["idempotencyKey"]),
        news=RoomNews(str(told["eventType"])),
        room=str(told["fqn"]).rpartition("/")[2],
        at=datetime.fromtimestamp(int(str(told["timestamp"])) / 1000, UTC),
        person_id=str(data.get("id", "")),
        person_name=str(data.get("name", "")),
        host=data.get("moderator") in (True, "true"),  # JaaS sends either
    )


def _verify(body: bytes, signature: str, secret: str, now: datetime) -> None:
    # Base64 ends in "=", so each part is split at its first one only; schemes other than v1 are ignored.
    parts = [part.strip().partition("=") for part in signature.split(",")]
    sent = next((value for name, _, value in parts if name == "t"), "")
    digest = hmac.new(secret.encode(), sent.encode() + b"." + body, hashlib.sha256).digest()
    expected = b64encode(digest)
    if not secret or not any(
        name == "v1" and hmac.compare_digest(value.encode(), expected) for name, _, value in parts
    ):
        raise BadToken("the JaaS signature is missing or wrong")
    if not sent.isascii() or not sent.isdigit() or abs(now.timestamp() - int(sent)) > TOLERANCE.total_seconds():
        raise BadToken("the JaaS signature is stale")
