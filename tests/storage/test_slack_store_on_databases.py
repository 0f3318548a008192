"""The SDK's store of installations on our tables, on each kind of database."""

from datetime import UTC, datetime, timedelta

from slack_sdk.oauth.installation_store import Installation

from bot.channels.slack.installations import Installations, States
from storage.database import Database

FIRST = datetime(2026, 3, 29, 0, 59, 59, 123_456, tzinfo=UTC)


def added(token: str, at: datetime) -> Installation:
    """The app, added to one workspace."""
    return Installation(
        app_id="A1", team_id="T1", user_id="U1", bot_token=token, bot_id="B1", bot_user_id="UB", bot_scopes="a,b",
        bot_refresh_token="xoxe-1", bot_token_expires_at=int(at.timestamp()) + 43200, installed_at=at.timestamp(),
    )  # fmt: skip


async def test_the_newest_installation_counts_and_a_new_token_takes_its_place(database: Database) -> None:
    store = Installations("1.2", database)
    await store.async_save(added("xoxb-1", FIRST))
    await store.async_save(added("xoxb-2", FIRST + timedelta(microseconds=1)))
    bot = await store.async_find_bot(enterprise_id="E1", team_id="T1")
    assert bot is not None and (bot.bot_token, bot.bot_scopes) == ("xoxb-2", ["a", "b"])
    assert bot.bot_token_expires_at == int(FIRST.timestamp()) + 43200
    bot.bot_token, bot.bot_refresh_token = "xoxb-3" + "x" * 500, None
    await store.async_save_bot(bot)
    again = await store.async_find_bot(enterprise_id=None, team_id="T1")
    assert again is not None and again.bot_token == bot.bot_token and again.bot_refresh_token is None
    async with database.begin() as work:
        assert await work.installs.newest("T1") == FIRST + timedelta(microseconds=1)
        assert await work.installs.newest("T2") is None
        await work.installs.forget("T1")
    assert await store.async_find_installation(enterprise_id=None, team_id="T1") is None


async def test_a_word_comes_back_once(database: Database) -> None:
    states = States(database)
    word = await states.async_issue()
    assert [await states.async_consume(word), await states.async_consume(word)] == [True, False]
    assert not await states.async_consume("made up")
