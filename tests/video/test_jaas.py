"""JaaS deliveries: the vendor's signature, and what is refused."""

import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from video.errors import BadToken
from video.jaas import RoomEvent, RoomNews, read_webhook

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "whsec_jaas_dev"
BODY = (
    b'{"idempotencyKey":"d11f155d-ced5-4a7e-b6d9-aaa135c64f65","eventType":"PARTICIPANT_JOINED",'
    b'"sessionId":"c3348153-1027-4382-afad-5ae91b433c26","timestamp":1767225600112,'
    b'"fqn":"vpaas-magic-cookie-dev/order-7f3a","data":{"name":"Alice","moderator":"true"}}'
)
SIGNATURE = "t=1767225600,v1=LwpZcG6k6X1D6XsVlMqoog7grOVP3Np2kZ+BLopjXt4="


def signed(body: bytes) -> str:
    digest = hmac.new(SECRET.encode(), b"1767225600." + body, hashlib.sha256).digest()
    return f"t=1767225600,v1={b64encode(digest).decode()}"


def test_the_vendors_example_is_read() -> None:
    assert read_webhook(BODY, SIGNATURE, secret=SECRET, now=NOW) == RoomEvent(
        event_id="d11f155d-ced5-4a7e-b6d9-aaa135c64f65",
        news=RoomNews.JOINED,
        room="order-7f3a",
        at=datetime(2026, 1, 1, 0, 0, 0, 112000, tzinfo=UTC),
        person_name="Alice",
        host=True,
    )


@pytest.mark.parametrize(("moderator", "host"), [(b"true", True), (b'"false"', False), (b"false", False)])
def test_whether_somebody_is_the_host_is_read_from_a_word_and_from_a_truth(moderator: bytes, host: bool) -> None:
    body = BODY.replace(b'"true"', moderator)
    event = read_webhook(body, signed(body), secret=SECRET, now=NOW)
    assert event is not None and event.host is host


def test_schemes_of_the_future_are_ignored() -> None:
    assert read_webhook(BODY, f"{SIGNATURE},v2=abc=", secret=SECRET, now=NOW) is not None


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY.replace(b"Alice", b"Mallo"), SIGNATURE),
        (BODY, SIGNATURE.replace("LwpZ", "LwpY")),
        (BODY, SIGNATURE.replace("t=1767225600", "t=1767225601")),
        (BODY, SIGNATURE.replace("v1", "v2")),
        (BODY, ""),
        (BODY, "t=,v1="),
        (BODY, "t=\u0661,v1=\u00e9"),
    ],
)
def test_what_is_not_signed_as_it_is_is_refused(body: bytes, signature: str) -> None:
    with pytest.raises(BadToken):
        read_webhook(body, signature, secret=SECRET, now=NOW)


def test_nothing_verifies_without_a_secret() -> None:
    empty = "t=1767225600,v1=" + b64encode(hmac.new(b"", b"1767225600." + BODY, hashlib.sha256).digest()).decode()
    with pytest.raises(BadToken):
        read_webhook(BODY, empty, secret="", now=NOW)


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_an_old_delivery_is_refused(late: timedelta) -> None:
    with pytest.raises(BadToken, match="stale"):
        read_webhook(BODY, SIGNATURE, secret=SECRET, now=NOW + late)


def test_other_kinds_of_news_are_passed_over() -> None:
    body = BODY.replace(b"PARTICIPANT_JOINED", b"RECORDING_STARTED")
    assert read_webhook(body, signed(body), secret=SECRET, now=NOW) is None


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'{"eventType":"ROOM_CREATED"}',
        BODY.replace(b"1767225600112", b'"soon"'),
        BODY.replace(b'{"name":"Alice","moderator":"true"}', b'"text"'),
    ],
)
def test_a_signed_but_malformed_delivery_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_webhook(body, signed(body), secret=SECRET, now=NOW)
