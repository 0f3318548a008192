"""Jitsi's twin: which tokens open a room, and who sees whom there."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiohttp
import jwt
import pytest
from yarl import URL

from sandbox.app import Cast
from sandbox.jitsi.token import Unwelcome, admit
from sandbox.world import Secrets, World

NOW = datetime(2026, 1, 1, tzinfo=UTC)
T = 1767225600
# Made with PyJWT 2.15.1 outside this program.
VECTOR = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJteV9hcHAiLCJhdWQiOiJqaXRzaSIsInN1YiI6Im1lZXQuZXhhbXBsZS5jb20iLCJyb29tI"
    "joib3JkZXItN2YzYSIsImlhdCI6MTc2NzIyNTYwMCwibmJmIjoxNzY3MjI1NTkwLCJleHAiOjE3NjcyMjkyMDAsImNvbnRleHQiOnsidXNlciI6eyJpZCI"
    "6InUxIiwibmFtZSI6IkFsaWNlIiwiYWZmaWxpYXRpb24iOiJvd25lciJ9LCJmZWF0dXJlcyI6eyJyZWNvcmRpbmciOmZhbHNlfX19.1-3W2bJKgqqabmaO"
    "VO5bftUy297dPZDAdcUQdsKeR1U"
)


def claims(**given: Any) -> dict[str, Any]:
    usual = {"iss": "sandbox", "aud": "jitsi", "sub": "127.0.0.1", "room": "order-7f3a", "nbf": T - 10, "exp": T + 60}
    told = usual | {"context": {"user": {"id": "u1", "name": "Alice"}}} | given
    return {name: value for name, value in told.items() if value is not ...}


def enter(token: str, room: str = "order-7f3a", secrets: Secrets | None = None, url: str = "http://127.0.0.1:1") -> Any:
    return admit(token, room, secrets=secrets or Secrets(), domain_url=url, now=NOW)


def signed(secret: str = Secrets().jitsi_app_secret, headers: dict[str, Any] | None = None, **given: Any) -> str:
    return jwt.encode(claims(**given), secret, "HS256", headers)


def test_a_token_made_elsewhere_opens_its_room() -> None:
    secrets = Secrets(jitsi_app_id="my_app", jitsi_app_secret="jitsi_app_secret_dev_0123456789abcdef")
    guest = enter(VECTOR, secrets=secrets, url="https://meet.example.com")
    assert (guest.user_id, guest.name, guest.moderator) == ("u1", "Alice", True)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"exp": T}, "expired"),
        ({"nbf": T + 1}, "not acceptable yet"),
        ({"exp": str(T + 60)}, "not a number"),
        ({"iss": "other"}, "issuer"),
        ({"iss": ...}, "'iss' claim is missing"),
        ({"aud": ...}, "'aud' claim"),
        ({"aud": ["jitsi"]}, "'aud' claim"),
        ({"sub": ...}, "'sub' claim is missing"),
        ({"sub": "elsewhere.example"}, "does not name this server"),
        ({"room": ...}, "'room' claim is missing"),
        ({"room": "another"}, "room does not match"),
        ({"context": {"user": {"id": None}}}, "neither text nor number"),
        ({"secret": "another-secret-0123456789abcdef0123"}, "invalid token"),
        ({"headers": {"typ": "at+jwt"}}, "typ"),
    ],
)
def test_every_fault_of_a_token_is_named(given: dict[str, Any], told: str) -> None:
    with pytest.raises(Unwelcome, match=told):
        enter(signed(**given))


def test_an_unsigned_token_opens_nothing() -> None:
    with pytest.raises(Unwelcome, match="alg"):
        enter(jwt.encode(claims(), "", "none"))
    with pytest.raises(Unwelcome, match="token required"):
        enter("")


@pytest.mark.parametrize(
    ("user", "moderator"),
    [
        ({"affiliation": "owner"}, True),
        ({"affiliation": "member"}, False),
        ({"moderator": True}, True),
        ({"moderator": "true"}, True),
        ({"moderator": "false"}, False),
        ({}, False),
    ],
)
def test_the_token_decides_who_moderates(user: dict[str, Any], moderator: bool) -> None:
    assert enter(signed(context={"user": user}, room="*", sub="*")).moderator is moderator


def invited(world: World, name: str, **user: Any) -> str:
    now = int(world.clock.now().timestamp())
    return signed(nbf=now - 10, exp=now + 60, context={"user": {"id": name, "name": name, **user}})


async def _hear(line: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while True:
            word: dict[str, Any] = await line.receive_json()
            if word["type"] == kind:
                return word


async def test_two_people_in_a_room_meet(world: World, cast: Cast, sandbox_server: str) -> None:
    place = URL(f"{sandbox_server}/jitsi/live/order-7f3a")
    agent, customer = invited(world, "Ana", affiliation="owner"), invited(world, "Mia")
    async with (
        aiohttp.ClientSession() as browser,
        browser.ws_connect(place.with_query(jwt=agent)) as first,
        browser.ws_connect(place.with_query(jwt=customer)) as second,
    ):
        await _hear(first, "welcome")
        assert (await _hear(first, "joined"))["person"]["name"] == "Mia"
        welcome = await _hear(second, "welcome")
        assert [(person["name"], person["moderator"]) for person in welcome["people"]] == [("Ana", True)]
        await first.send_json({"type": "chat", "text": "Hello"})
        assert (await _hear(second, "chat"))["text"] == "Hello"
        await second.send_json({"type": "kick", "id": welcome["people"][0]["id"]})
        await second.send_json({"type": "state", "audioMuted": True})
        assert (await _hear(first, "changed"))["person"]["audioMuted"] is True
        assert len(cast.jitsi.rooms["order-7f3a"].people) == 2
        await first.send_json({"type": "end"})
        assert await _hear(second, "ended")
    await world.until(lambda: not cast.jitsi.rooms)


async def test_a_bad_token_is_shown_its_reason(world: World, cast: Cast, sandbox_server: str) -> None:
    token = invited(world, "Mia")
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{sandbox_server}/another-room?jwt={token}") as page:
            assert page.status == 403 and "room does not match" in await page.text()
        async with browser.get(f"{sandbox_server}/order-7f3a?jwt={token}") as page:
            assert page.status == 200 and "SANDBOX" in await page.text()
        async with browser.ws_connect(URL(f"{sandbox_server}/jitsi/live/x").with_query(jwt=token)) as line:
            await line.receive()
            assert line.close_code == 4003
    assert [refusal.room for refusal in cast.jitsi.refusals] == ["another-room", "x"]
