"""Who people are, as their Slack profiles tell it; asked for seldom, and never waited for long."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.channel import TryLater
from handlers.heard import Heard, Place, Sender

T = TypeVar("T")
log = logging.getLogger(__name__)

FRESH = timedelta(hours=1)
PATIENCE = 1.0
"""Seconds: Slack wants its answer within three, and a trigger dies with them."""
CROWD = 10_000


@dataclass
class People:
    """Names, languages and time zones by user id, and where each person's direct messages are."""

    client: AsyncWebClient
    now: Callable[[], datetime]
    _known: dict[str, tuple[Sender, datetime]] = field(default_factory=dict)
    _direct: dict[str, str] = field(default_factory=dict)

    async def introduce(self, heard: Heard) -> Heard:
        """The same with all that the profile tells; a private word stands in the person's talk with us."""
        sender = await self.sender(heard.origin.user, heard.sender)
        origin = heard.origin
        if origin.place is Place.PRIVATE and origin.trigger:
            # A slash command may be typed in a talk with somebody else, where Bellhop cannot answer.
            chat = await in_time(self.direct(origin.user))
            origin = origin.model_copy(update={"chat": chat or origin.chat})
        return heard.model_copy(update={"sender": sender, "origin": origin})

    async def sender(self, user: str, told: Sender) -> Sender:
        """Name, language and zone of a person; what the payload `told` when Slack does not say in time."""
        known, since = self._known.get(user, (None, None))
        if known and since and self.now() - since < FRESH:
            return known
        asked = await in_time(self._ask(user))
        return asked or known or told

    async def names(self, users: Iterable[str]) -> dict[str, str]:
        """Names by id, of those that are known."""
        return {user: (await self.sender(user, Sender(name=user))).name for user in users}

    async def direct(self, user: str) -> str:
        """The id of the direct conversation with `user`. Raises SlackApiError."""
        if user not in self._direct:
            _make_room(self._direct)
            self._direct[user] = (await self.client.conversations_open(users=user))["channel"]["id"]
        return self._direct[user]

    async def _ask(self, user: str) -> Sender:
        told = (await self.client.users_info(user=user, include_locale=True))["user"]
        profile = told.get("profile", {})
        name = told.get("real_name") or profile.get("real_name") or profile.get("display_name") or told["name"]
        sender = Sender(name=name, language=told.get("locale") or "", zone=told.get("tz") or "")
        _make_room(self._known)
        self._known[user] = (sender, self.now())
        return sender


async def in_time(question: Awaitable[T]) -> T | None:
    """What Slack answers soon, None when it does not."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await question
    except (SlackApiError, ClientError, TimeoutError, TryLater) as error:
        log.warning("Slack does not say who somebody is: %s", type(error).__name__)
        return None


def _make_room(known: dict[str, Any]) -> None:
    if len(known) >= CROWD:
        known.clear()
