"""What every room provider promises, whoever it is."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.contracts.prosody import Prosody, Refused, is_moderator
from video.errors import NotConfigured
from video.provider import Participant, Role, VideoProvider
from video.registry import PROVIDERS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOST = Participant("u1", "Alice", Role.HOST, "en")
GUEST = Participant("u2", "Bob", Role.GUEST)
SECRET = "a-secret-for-tests-0123456789abcdef"
APP = "vpaas-magic-cookie-dev"


def pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


JAAS_KEY = generate_private_key(65537, 2048)

# Every provider, each of its ways to be set up, and the judge of its tokens where a server would judge them.
SETUPS: dict[str, tuple[str, dict[str, str], Prosody | None]] = {
    "own jitsi": (
        "jitsi",
        {"domain": "meet.example.com", "app_id": "my_app", "app_secret": SECRET},
        Prosody("HS256", "my_app", "meet.example.com", SECRET.encode()),
    ),
    "jitsi on this machine": (
        "jitsi",
        {"domain": "http://127.0.0.1:8001", "app_id": "my_app", "app_secret": SECRET},
        Prosody("HS256", "my_app", "127.0.0.1", SECRET.encode()),
    ),
    "jitsi in docker": (
        "jitsi",
        {"domain": "meet.example.com", "app_id": "my_app", "app_secret": SECRET, "subject": "meet.jitsi"},
        Prosody("HS256", "my_app", "meet.jitsi", SECRET.encode()),
    ),
    "jaas": (
        "jitsi",
        {"domain": "8x8.vc", "app_id": APP, "key_id": "0a1b2c", "private_key": pem(JAAS_KEY)},
        Prosody("RS256", "chat", APP, JAAS_KEY.public_key()),
    ),
    "own room, no servers": ("webrtc", {}, None),
    "own room with turn": (
        "webrtc",
        {"stun_urls": "stun:s.example.com", "turn_urls": "turn:t.example.com:3478", "turn_secret": "turn_secret_dev"},
        None,
    ),
}
UNFIT: dict[str, Mapping[str, str]] = {
    "jitsi": {"domain": "meet.example.com", "app_id": "my_app", "app_secret": "short"},
    "webrtc": {"turn_urls": "turn:t.example.com:3478"},
}


@pytest.fixture(params=sorted(SETUPS))
def setup(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def provider(setup: str) -> VideoProvider:
    name, section, _ = SETUPS[setup]
    return PROVIDERS[name].from_section(section)


@pytest.fixture
def judge(setup: str) -> Prosody | None:
    return SETUPS[setup][2]


def test_every_provider_takes_part_in_this_suite() -> None:
    assert {name for name, _, _ in SETUPS.values()} == set(PROVIDERS) == set(UNFIT)


def test_a_registered_name_is_the_providers_own() -> None:
    assert all(name == provider.name and provider.title for name, provider in PROVIDERS.items())


def test_a_good_setup_has_nothing_to_complain_about(provider: VideoProvider) -> None:
    assert provider.check() is None


def test_room_names_are_lower_case_url_safe_and_never_the_same(provider: VideoProvider) -> None:
    names = {provider.room_name() for _ in range(500)}
    assert len(names) == 500
    assert all(re.fullmatch(r"[a-z0-9-]{24,128}", name) for name in names)


@pytest.mark.parametrize("who", [HOST, GUEST], ids=["host", "guest"])
def test_a_ticket_can_be_sent_to_a_page_and_says_when_it_ends(provider: VideoProvider, who: Participant) -> None:
    ticket = provider.ticket(provider.room_name(), who, now=NOW, lasts=HOUR)
    assert ticket.expires_at == NOW + HOUR
    assert json.loads(json.dumps(dict(ticket.options))) == ticket.options
    assert ticket.origins == provider.origins()
    assert ticket.script_url == "" or ticket.script_url.startswith(provider.origins())


def test_an_origin_fits_a_content_security_policy(provider: VideoProvider) -> None:
    assert all(re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?", origin) for origin in provider.origins())


def test_a_ticket_that_lasts_no_time_is_refused(provider: VideoProvider) -> None:
    with pytest.raises(ValueError, match="longer than no time"):
        provider.ticket(provider.room_name(), HOST, now=NOW, lasts=timedelta())


@pytest.mark.parametrize("name", sorted(UNFIT))
def test_an_unfit_setup_says_why_and_gives_no_tickets(name: str) -> None:
    provider = PROVIDERS[name].from_section(UNFIT[name])
    sentence = provider.check()
    assert sentence is not None
    assert sentence.endswith(".")
    with pytest.raises(NotConfigured, match=re.escape(sentence)):
        provider.ticket(provider.room_name(), HOST, now=NOW, lasts=HOUR)


def test_the_server_lets_each_side_into_its_room_with_its_own_right(
    provider: VideoProvider, judge: Prosody | None
) -> None:
    room = provider.room_name()
    for who in (HOST, GUEST):
        ticket = provider.ticket(room, who, now=NOW, lasts=HOUR)
        assert ticket.room.rpartition("/")[2] == room
        if judge is None:
            assert ticket.token == ""
        else:
            assert is_moderator(judge.admit(ticket.token, room, now=NOW.timestamp())) is (who is HOST)


JUDGED = sorted(setup for setup, (_, _, judge) in SETUPS.items() if judge)


def admitted(setup: str, at: datetime, *, room: str = "order-7f3a") -> bool:
    name, section, judge = SETUPS[setup]
    assert judge is not None
    ticket = PROVIDERS[name].from_section(section).ticket("order-7f3a", GUEST, now=NOW, lasts=HOUR)
    try:
        judge.admit(ticket.token, room, now=at.timestamp())
    except Refused:
        return False
    return True


@pytest.mark.parametrize("setup", JUDGED)
def test_a_token_opens_its_own_room_only_and_its_own_hour_only(setup: str) -> None:
    assert admitted(setup, NOW)
    assert admitted(setup, NOW - timedelta(seconds=10)), "a server whose clock is a little late"
    assert not admitted(setup, NOW - timedelta(seconds=11))
    assert admitted(setup, NOW + HOUR - timedelta(seconds=1))
    assert not admitted(setup, NOW + HOUR)
    assert not admitted(setup, NOW, room="order-8888")
