"""The workspaces we speak in: for each a client with its token, the people there, and our voice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.connection import Connection
from bot.channels.slack.keyring import Keyring
from bot.channels.slack.people import People
from bot.channels.slack.refusals import DEAD_TOKEN, code_of
from bot.channels.slack.voice import Voice
from handlers.channel import Departed, TryLater

NO_TOKEN = "Bellhop has no token for that Slack workspace; add the app there again."  # noqa: S105 - a sentence
UNDECIDED = 10.0
"""Seconds until we look again whether Slack has said where the settings' token speaks."""


@dataclass(frozen=True)
class Office:
    """One workspace or organisation."""

    client: AsyncWebClient
    people: People
    voice: Voice


class Offices:
    """Each workspace's office, with the token that is good now.

    The settings' workspace speaks with the settings' token for as long as Slack takes it; every other one, and that
    one afterwards, with what the installation brought.
    """

    def __init__(self, connection: Connection, keyring: Keyring | None, now: Callable[[], datetime]) -> None:
        """Without a `keyring` only the settings' workspace can be served."""
        self._connection = connection
        self._keyring = keyring
        self._now = now
        self._known: dict[str, Office] = {}

    @property
    def many(self) -> bool:
        """Whether workspaces can add the app by themselves."""
        return self._keyring is not None

    def knows(self, account: str) -> bool:
        """Whether there was a token when last something was said or heard there."""
        return account in self._known

    async def of(self, account: str) -> Office:
        """The office of a workspace. Raises Departed when we have no token for it, TryLater while Slack is silent."""
        token = await self._token(account)
        if not token:
            self._known.pop(account, None)
            raise Departed(NO_TOKEN)
        if account not in self._known:
            self._known[account] = self._opened()
        office = self._known[account]
        office.client.token = token
        return office

    async def refused(self, account: str) -> bool:
        """Slack does not take the token any more; whether there is another one to try."""
        if self._keyring is None or not await self._connection.serves(account):
            return False
        self._connection.lost()
        return bool(await self._keyring.token(account))

    async def works(self, account: str) -> bool:
        """Whether Slack still takes our token there. Raises SlackApiError when it does not say."""
        try:
            await (await self.of(account)).client.auth_test()
        except Departed:
            return False
        except SlackApiError as error:
            if code_of(error) not in DEAD_TOKEN:
                raise
            return False
        return True

    async def _token(self, account: str) -> str:
        if await self._connection.serves(account):
            return self._connection.token
        token = await self._keyring.token(account) if self._keyring else ""
        if not token and self._connection.undecided:
            raise TryLater(UNDECIDED)
        return token

    def _opened(self) -> Office:
        client = self._connection.client_like_ours()
        return Office(client, People(client, self._now), Voice(client))
