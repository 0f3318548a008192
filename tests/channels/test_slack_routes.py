"""The address that Slack calls: its signature, bad input, and nothing acknowledged that is not stored."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from bot.channels.slack import SlackChannel, slack_routes
from bot.settings import SlackSettings
from handlers.heard import Command, Heard
from handlers.messages import Attachment
from sandbox.app import Cast
from tests.channels.slack_stage import COMMANDS
from tests.channels.test_slack_hear import SAID
from tests.sandbox.slack_stage import serving

DOCUMENTED = (
    "8f742231b10e8888abcd99yyyzzz85a5",
    1531420618,
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."
    "803a0bc887a14d10d2c447fce8b6703c",
    "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
)
SHORT = (
    "slack_signing_secret_dev",
    1767225600,
    "command=%2Fbook&text=now&team_id=T1&channel_id=C1&user_id=U1&trigger_id=1.2.3",
    "v0=26d3129ad1dcbf3eb5c5096cb4daa990cf24d51fca2acb6c53611361eb1a018a",
)
SECRET, NOW = SHORT[0], SHORT[1]
FORM = "application/x-www-form-urlencoded"


class Desk:
    """A channel behind its address; `broken` while nothing can be stored."""

    def __init__(self, cast: Cast, secret: str, now: float) -> None:
        self.heard: list[Heard] = []
        self.broken = False
        settings = SlackSettings(
            bot_token=SecretStr(cast.world.secrets.slack_bot_token),
            signing_secret=SecretStr(secret),
            api_url=f"{cast.world.public_url}/slack",
        )
        self.channel = SlackChannel(
            settings, accept=self._take, check_form=lambda form: {}, fetch=_nothing, commands=COMMANDS, public_url=""
        )
        self.app = FastAPI()
        self.app.include_router(slack_routes(self.channel, clock=lambda: now))
        self.url = ""

    async def post(self, body: bytes | str, stamp: object, signature: str, kind: str = FORM) -> httpx2.Response:
        """What the address answers."""
        proof = {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": signature, "Content-Type": kind}
        headers = {name.encode(): value.encode() for name, value in proof.items()}
        raw = body.encode() if isinstance(body, str) else body
        async with httpx2.AsyncClient(verify=False) as client:
            return await client.post(f"{self.url}/slack/events", content=raw, headers=headers)

    async def tell(self, body: Any) -> httpx2.Response:
        """An event, signed."""
        raw = json.dumps(body)
        return await self.post(raw, NOW, sign(raw), "application/json")

    async def _take(self, heard: Heard) -> None:
        if self.broken:
            raise OSError("disk full")
        self.heard.append(heard)


async def _nothing(file: Attachment) -> bytes:
    return b""


def sign(body: str, secret: str = SECRET, stamp: object = NOW) -> str:
    """Slack's signature, by its documents."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()


@pytest_asyncio.fixture
async def desk(cast: Cast, sandbox_server: str) -> AsyncIterator[Desk]:
    """Listens with the short vector's secret, at the moment of its stamp."""
    desk = Desk(cast, SECRET, NOW)
    async with serving(desk.app) as desk.url:
        yield desk


@pytest.mark.parametrize(("secret", "stamp", "body", "signature"), [DOCUMENTED, SHORT])
async def test_a_request_as_slack_documents_it_is_heard(
    cast: Cast, sandbox_server: str, secret: str, stamp: int, body: str, signature: str
) -> None:
    desk = Desk(cast, secret, stamp + 300)
    async with serving(desk.app) as desk.url:
        answer = await desk.post(body, stamp, signature)
    assert (answer.status_code, answer.text) == (200, "")
    (heard,) = desk.heard
    assert isinstance(heard, Command)
    assert heard.name in ("webhook-collect", "book")


async def test_a_request_older_than_five_minutes_is_refused(cast: Cast, sandbox_server: str) -> None:
    desk = Desk(cast, SECRET, NOW + 301)
    async with serving(desk.app) as desk.url:
        answer = await desk.post(SHORT[2], NOW, SHORT[3])
    assert answer.status_code == 401
    assert desk.heard == []


@pytest.mark.parametrize(
    ("body", "stamp", "signature"),
    [
        (SHORT[2] + "x", NOW, SHORT[3]),
        (SHORT[2], NOW + 1, SHORT[3]),
        (SHORT[2], NOW, ""),
        (SHORT[2], NOW, "v0=é"),
        (SHORT[2], NOW, sign(SHORT[2], "another secret")),
        (SHORT[2], NOW, sign(SHORT[2], "")),
        (SHORT[2], "", SHORT[3]),
        (SHORT[2], "soon", SHORT[3]),
        (SHORT[2], "9" * 400, SHORT[3]),
        (b"\xff\xfe", NOW, SHORT[3]),
        ("ssl_check=1", NOW, ""),
    ],
)
async def test_what_slack_did_not_sign_is_refused_in_a_line(
    desk: Desk, body: bytes | str, stamp: object, signature: str
) -> None:
    answer = await desk.post(body, stamp, signature)
    assert (answer.status_code, answer.text) == (401, "The signature is missing, wrong or too old.")
    assert desk.heard == []


async def test_without_a_secret_nothing_is_slacks(cast: Cast, sandbox_server: str) -> None:
    desk = Desk(cast, "", NOW)
    async with serving(desk.app) as desk.url:
        assert (await desk.post(SHORT[2], NOW, sign(SHORT[2], ""))).status_code == 401


async def test_a_request_of_over_a_mebibyte_is_refused(desk: Desk) -> None:
    body = "x" * (1024 * 1024 + 1)
    answer = await desk.post(body, NOW, sign(body))
    assert (answer.status_code, answer.text) == (413, "The request is too large.")


async def test_a_signed_request_that_cannot_be_read_is_refused(desk: Desk) -> None:
    answer = await desk.post("{broken", NOW, sign("{broken"), "application/json")
    assert (answer.status_code, answer.text) == (400, "This is not a request of Slack.")


async def test_the_address_proves_itself_to_slack(desk: Desk) -> None:
    answer = await desk.tell({"token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV", "type": "url_verification"})
    assert answer.status_code == 200
    assert answer.json() == {"challenge": "3eZbrw1aBm2rZgRNFdxV"}


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(desk: Desk) -> None:
    desk.broken = True
    assert (await desk.tell(SAID)).status_code == 500
    desk.broken = False
    assert (await desk.tell(SAID)).status_code == 200
    assert [heard.event_id for heard in desk.heard] == ["Ev123ABC456"]


async def test_an_event_that_nobody_waits_for_is_taken_quietly(desk: Desk) -> None:
    reacted = SAID | {"event": {"type": "reaction_added"}}
    assert (await desk.tell(reacted)).status_code == 200
    assert desk.heard == []


async def test_many_at_once_are_all_heard(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.tell(SAID | {"event_id": f"Ev{number}"}) for number in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert {heard.event_id for heard in desk.heard} == {f"Ev{number}" for number in range(20)}
