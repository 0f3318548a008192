"""Bellhop's own room: its TURN passwords and its set-ups."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from video.provider import Participant, Role
from video.webrtc import WebRtc, WebRtcKeys, turn_credentials

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALICE = Participant("alice", "Alice", Role.HOST)


def list_of_servers(options: Mapping[str, object]) -> list[dict[str, object]]:
    servers = options["iceServers"]
    assert isinstance(servers, list)
    return servers


def test_a_turn_password_is_the_one_coturn_expects() -> None:
    expected = ("1767229200:alice", "B+0wsEIcZQw+KTW4TBxcUpO5JhM=")
    assert turn_credentials("turn_secret_dev", "alice", datetime.fromtimestamp(1767229200, UTC)) == expected


def test_a_ticket_carries_servers_and_a_password_that_ends_with_it() -> None:
    keys = WebRtcKeys(("stun:s.example.com",), ("turn:t.example.com:3478",), "turn_secret_dev")
    ticket = WebRtc(keys).ticket("a-room", ALICE, now=NOW, lasts=timedelta(hours=1))
    assert ticket.options["iceServers"] == [
        {"urls": ["stun:s.example.com"]},
        {
            "urls": ["turn:t.example.com:3478"],
            "username": "1767229200:alice",
            "credential": "B+0wsEIcZQw+KTW4TBxcUpO5JhM=",
        },
    ]


def test_a_room_without_any_server_still_opens() -> None:
    ticket = WebRtc().ticket("a-room", ALICE, now=NOW, lasts=timedelta(hours=1))
    assert ticket.options == {"iceServers": []}


def test_settings_are_lists_with_commas() -> None:
    section = {"turn_urls": "turn:t.example.com:3478?transport=udp, turns:t.example.com:5349", "turn_secret": "x"}
    ticket = WebRtc.from_section(section).ticket("a-room", ALICE, now=NOW, lasts=timedelta(hours=1))
    [turn] = list_of_servers(ticket.options)
    assert turn["urls"] == ["turn:t.example.com:3478?transport=udp", "turns:t.example.com:5349"]


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (WebRtcKeys(turn_secret="x"), "both its addresses and its secret"),
        (WebRtcKeys(("https://s.example.com",)), "'https://s.example.com' is no STUN or TURN address"),
        (WebRtcKeys((), ("turn:",), "x"), "'turn:' is no STUN or TURN address"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(keys: WebRtcKeys, sentence: str) -> None:
    assert sentence in (WebRtc(keys).check() or "")


def test_the_turn_secret_does_not_show() -> None:
    assert "turn_secret_dev" not in repr(WebRtcKeys(turn_secret="turn_secret_dev"))
