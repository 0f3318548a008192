"""Installations: a whole organisation, tokens at rest, tokens that end, and what Slack tells of our own standing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import text

from bot.channels.slack import SlackChannel, hear
from bot.channels.slack.installations import Installations
from bot.pages.landing import landing_routes
from bot.pages.look import Look
from bot.settings import SlackSettings
from handlers.channel import Departed
from handlers.heard import AccessChanged, AppRemoved, Heard, Standing
from handlers.house import House
from handlers.messages import Message
from storage.database import Database
from storage.tables import Seat, Side
from tests.channels.slack_org import ORG, TOKEN, Organisation
from tests.databases import Pool
from tests.sandbox.slack_stage import serving

# slack_sdk 3.47 still hands aiohttp its BasicAuth.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

DESK = Seat(conversation_id=1, account_id=1, side=Side.AGENT, chat="C2147483705")
EVENT: dict[str, Any] = {
    "token": "XXYYZZ",
    "team_id": "T123ABC456",
    "api_app_id": "A123ABC456",
    "type": "event_callback",
    "event_id": "Ev123ABC456",
    "event_time": 1767225600,
    "authorizations": [
        {"enterprise_id": None, "team_id": "T123ABC456", "user_id": "U123BOT", "is_bot": True,
         "is_enterprise_install": False}
    ],
}  # fmt: skip
IN_ORG = {"enterprise_id": ORG, "team_id": None, "user_id": "U123BOT", "is_bot": True, "is_enterprise_install": True}


class Clock:
    """The time as the test has it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class Bellhop:
    """The channel and the pages, with a database, before an organisation's Slack."""

    def __init__(self, url: str, slack: str) -> None:
        self.clock = Clock()
        self.database = Database(url, keys=["k"], clock=self.clock)
        self.heard: list[Heard] = []
        told = SlackSettings(client_id="1.2", client_secret=SecretStr("hush"), api_url=slack, authorize_url=slack)
        self.channel = SlackChannel(
            told, accept=self._take, check_form=lambda form: {}, fetch=_nothing, commands=(), public_url="http://b.test",
            now=self.clock, database=self.database,
        )  # fmt: skip
        self.house = House(self.database, self.clock, "http://b.test")
        self.web = FastAPI()
        self.web.include_router(landing_routes(self.house, Look("http://b.test"), self.channel.install, str))

    async def _take(self, heard: Heard) -> None:
        self.heard.append(heard)

    async def installed(self) -> httpx2.Response:
        """Somebody adds the app, and comes back from Slack's page."""
        async with serving(self.web) as url, httpx2.AsyncClient(follow_redirects=False) as browser:
            away = await browser.get(f"{url}/slack/install")
            [state] = parse_qs(urlsplit(away.headers["location"]).query)["state"]
            return await browser.get(f"{url}/slack/oauth_redirect", params={"code": "1.2.3", "state": state})


async def _nothing(_: object) -> bytes:
    return b""


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[tuple[Organisation, str]]:
    """An organisation's Slack, and its address."""
    organisation = Organisation()
    async with serving(organisation.app()) as url:
        yield organisation, url


@pytest_asyncio.fixture
async def bellhop(slack: tuple[Organisation, str], databases: Pool) -> AsyncIterator[Bellhop]:
    """Bellhop before it."""
    made = Bellhop(await databases.ready("sqlite"), slack[1])
    await made.channel.start()
    await asyncio.wait_for(made.channel.until_listening(), 10)
    yield made
    await made.channel.stop()
    await made.database.aclose()


async def test_an_organisation_adds_the_app_for_all_of_its_workspaces(
    bellhop: Bellhop, slack: tuple[Organisation, str]
) -> None:
    page = await bellhop.installed()
    assert "Bellhop is ready for Globular Construct" in page.text
    async with bellhop.database.begin() as work:
        account = await work.people.account("slack", ORG)
        assert account is not None and account.team_id is not None and account.hears_threads
        team = await work.people.team(account.team_id)
        assert (team.slug, team.currency, team.zone) == ("globular-construct", "EUR", "Europe/Paris")
    await bellhop.channel.send(DESK, ORG, Message(text="Hello"))
    assert slack[0].tokens("chat.postMessage") == [TOKEN]
    with pytest.raises(Departed):
        await bellhop.channel.send(DESK, "T123ABC456", Message(text="Hello"))


async def test_a_token_is_changed_before_it_ends_and_the_old_one_goes_on_when_slack_refuses(
    bellhop: Bellhop, slack: tuple[Organisation, str]
) -> None:
    organisation, _ = slack
    await bellhop.installed()
    bellhop.clock.now += timedelta(hours=10, minutes=30)
    organisation.refuses = "invalid_refresh_token"
    await bellhop.channel.send(DESK, ORG, Message(text="Hello"))
    organisation.refuses = ""
    # Whoever tried last has the turn for a minute.
    await bellhop.channel.send(DESK, ORG, Message(text="Hello"))
    bellhop.clock.now += timedelta(minutes=2)
    await bellhop.channel.send(DESK, ORG, Message(text="Hello"))
    assert organisation.tokens("chat.postMessage") == [TOKEN, TOKEN, f"{TOKEN}-next"]
    assert len(organisation.tokens("oauth.v2.access")) == 3


async def test_what_is_kept_is_sealed_and_a_workspace_is_found_without_its_organisation(bellhop: Bellhop) -> None:
    store = Installations("1.2", bellhop.database)
    added = Installation(app_id="A1", enterprise_id=ORG, team_id="T1", user_id="U1", bot_token="xoxb-open",
                         bot_refresh_token="xoxe-1-open", bot_id="B1", bot_user_id="UB")  # fmt: skip
    await store.async_save(added)
    for told in ({"enterprise_id": None}, {"enterprise_id": ORG}):
        found = await store.async_find_bot(**told, team_id="T1")
        assert found is not None and (found.bot_token, found.bot_refresh_token) == ("xoxb-open", "xoxe-1-open")
        whole = await store.async_find_installation(**told, team_id="T1")
        assert whole is not None and (whole.bot_token, whole.user_id) == ("xoxb-open", "U1")
    assert await store.async_find_bot(enterprise_id=ORG, team_id=None, is_enterprise_install=True) is None
    async with bellhop.database.engine.begin() as connection:
        kept = [str(row) for table in ("slackbot", "slackinstallation")
                for row in await connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608  # two names  # fmt: skip
    assert len(kept) == 2 and not any("open" in row for row in kept)
    await store.async_delete_all(enterprise_id=ORG, team_id="T1")
    assert await store.async_find_bot(enterprise_id=None, team_id="T1") is None


async def test_an_answer_counts_in_its_own_browser_and_once(bellhop: Bellhop) -> None:
    async with serving(bellhop.web) as url, httpx2.AsyncClient(follow_redirects=False) as browser:
        away = await browser.get(f"{url}/slack/install")
        cookie = away.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=600" in cookie
        [state] = parse_qs(urlsplit(away.headers["location"]).query)["state"]
        answer = {"code": "1.2.3", "state": state}
        async with httpx2.AsyncClient() as stranger:
            assert "another browser" in (await stranger.get(f"{url}/slack/oauth_redirect", params=answer)).text
        assert (await browser.get(f"{url}/slack/oauth_redirect", params=answer)).status_code == 200
        again = await browser.get(f"{url}/slack/oauth_redirect", params=answer)
    assert again.status_code == 400 and "a second time" in again.text


async def test_words_that_nobody_came_back_with_do_not_pile_up(bellhop: Bellhop) -> None:
    async with bellhop.database.engine.begin() as connection:
        await connection.execute(text("INSERT INTO slackstate (state, expire_at) VALUES ('old', '2020-01-01')"))
    async with serving(bellhop.web) as url, httpx2.AsyncClient(follow_redirects=False) as browser:
        await browser.get(f"{url}/slack/install")
    async with bellhop.database.engine.begin() as connection:
        assert (await connection.execute(text("SELECT COUNT(*) FROM slackstate"))).scalar_one() == 1


@pytest.mark.parametrize(
    "event",
    [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"oauth": ["U01"], "bot": ["U123BOT"]}}],
)
@pytest.mark.parametrize(("allowed", "account"), [(EVENT["authorizations"][0], "T123ABC456"), (IN_ORG, ORG)])
def test_the_end_of_an_installation_is_heard(event: dict[str, Any], allowed: dict[str, Any], account: str) -> None:
    heard = hear.event(EVENT | {"event": event, "authorizations": [allowed]}, set())
    assert isinstance(heard, AppRemoved)
    assert (heard.origin.account, heard.origin.user, heard.event_id) == (account, "", "Ev123ABC456")


@pytest.mark.parametrize("granted", [True, False])
def test_an_organisation_tells_which_of_its_workspaces_have_the_app(granted: bool) -> None:
    """docs.slack.dev/reference/events/team_access_granted: the authorization may name one workspace alone."""
    body = {
        "token": "XXYYZZ", "team_id": None, "enterprise_id": ORG, "api_app_id": "A123ABC456", "type": "event_callback",
        "event": {"type": f"team_access_{'granted' if granted else 'revoked'}", "team_ids": ["T1XX3", "TXX34"]},
        "authorizations": [
            {"enterprise_id": ORG, "team_id": "T123ABC456", "is_bot": False, "is_enterprise_install": False}
        ],
        "event_id": "Ev123ABC456", "event_time": 1767225600,
    }  # fmt: skip
    heard = hear.event(body, set())
    assert isinstance(heard, AccessChanged)
    assert (heard.origin.account, heard.workspaces, heard.granted) == (ORG, ("T1XX3", "TXX34"), granted)
    # Whoever is in no organisation has nothing to tell of it.
    assert hear.event(body | {"authorizations": EVENT["authorizations"], "enterprise_id": None}, set()) is None


def test_what_is_said_in_an_organisation_names_the_workspace() -> None:
    said = {"type": "message", "channel": "D024BE91L", "user": "W1234", "text": "Hello", "ts": "1355517523.000005",
            "event_ts": "1355517523.000005", "channel_type": "im"}  # fmt: skip
    told = [
        hear.event(EVENT | {"event": said, "authorizations": [who], "team_id": team}, set())
        for who, team in ((IN_ORG, "T123ABC456"), (IN_ORG, ORG), (EVENT["authorizations"][0], "T123ABC456"))
    ]
    assert [(one.origin.account, one.origin.workspace) for one in told if one] == [
        (ORG, "T123ABC456"), (ORG, ""), ("T123ABC456", ""),
    ]  # fmt: skip


def test_coming_into_a_channel_and_being_taken_out_is_heard() -> None:
    came = {"type": "member_joined_channel", "user": "U123BOT", "channel": "C0698JE0H", "channel_type": "C",
            "team": "T123ABC456", "inviter": "U123456789"}  # fmt: skip
    joined = hear.event(EVENT | {"event": came}, set())
    assert isinstance(joined, Standing)
    assert (joined.trouble, joined.origin.chat, joined.origin.user) == ("", "C0698JE0H", "U123456789")
    assert hear.event(EVENT | {"event": came | {"user": "U123456789"}}, set()) is None
    for kind in ("channel_left", "group_left"):
        left = hear.event(EVENT | {"event": {"type": kind, "channel": "C0698JE0H", "actor_id": "U02"}}, set())
        assert isinstance(left, Standing) and "taken out" in left.trouble and left.origin.user == "U02"
