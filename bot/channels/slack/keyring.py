"""Whose token speaks in which workspace: the settings' own, or the one that was got when the app was added there."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.installations import Installations
from bot.channels.slack.places import is_organisation
from bot.settings import SlackSettings
from storage.database import Database

log = logging.getLogger(__name__)

EARLY = timedelta(hours=2)
"""A token that rotates lives for twelve hours (docs.slack.dev/authentication/using-token-rotation)."""
TURN = timedelta(minutes=1)
"""How long one process alone may fetch a workspace's next token: a refresh token works once."""
AT_ONCE = 10**9
"""Minutes before its end at which the SDK would fetch a new token: we have looked at our own clock already."""


class Keyring:
    """The tokens of the workspaces with the app, read anew each time: another process may have changed them."""

    def __init__(self, settings: SlackSettings, database: Database, client: AsyncWebClient) -> None:
        """`client` speaks to Slack without a token of its own."""
        self.installations = Installations(settings.client_id, database)
        self._database = database
        secret = settings.client_secret.get_secret_value()
        self._rotator = AsyncTokenRotator(client_id=settings.client_id, client_secret=secret, client=client)
        self._now: Callable[[], datetime] = database.clock

    async def token(self, account: str) -> str:
        """The token for a workspace or organisation, fresh; empty when the app is not installed there."""
        bot = await self._bot(account)
        if bot is None:
            return ""
        if self._ends_soon(bot) and await self._has_turn(account):
            bot = await self._rotated(await self._bot(account) or bot)
        return bot.bot_token

    async def _bot(self, account: str) -> Bot | None:
        whole = is_organisation(account)
        ids = (account, None) if whole else (None, account)
        return await self.installations.async_find_bot(
            enterprise_id=ids[0], team_id=ids[1], is_enterprise_install=whole
        )

    def _ends_soon(self, bot: Bot) -> bool:
        ends = bot.bot_token_expires_at
        return ends is not None and ends <= (self._now() + EARLY).timestamp()

    async def _has_turn(self, account: str) -> bool:
        """The old token still works meanwhile, so whoever has no turn goes on with it."""
        async with self._database.begin() as work:
            return await work.pacing.take_turn(f"slack-token:{account}", TURN)

    async def _rotated(self, bot: Bot) -> Bot:
        if not self._ends_soon(bot):
            return bot
        try:
            fresh = await self._rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=AT_ONCE)
        except SlackTokenRotationError as error:
            log.warning("Slack gives no new token: %s", error.api_error.response.get("error"))
            return bot
        if fresh is None:
            return bot
        await self.installations.async_save_bot(fresh)
        return fresh
