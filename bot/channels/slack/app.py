"""Bolt's listeners: each kind of thing that Slack tells is heard, stored, and only then acknowledged."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import bot.channels.slack.hear as hear
from bot.channels.slack.behind import LATER, Behind, Busy
from bot.channels.slack.forms import OPEN_FORM
from bot.channels.slack.offices import Offices
from bot.channels.slack.people import People, in_time
from bot.channels.slack.places import account_of
from bot.channels.slack.text import all_mentioned, mentioned
from handlers.channel import Departed
from handlers.heard import AppRemoved, Heard, Origin, Submitted
from handlers.messages import Form

Accept = Callable[[Heard], Awaitable[None]]
"""Stores what was heard durably; returns after the commit."""
CheckForm = Callable[[Submitted], Mapping[str, str]]
"""The mistakes in a form's answers: a sentence for each field."""

ANY = re.compile("")
NOT_HERE = "Bellhop is not installed in this workspace any more. Whoever looks after it here can add it again."


@dataclass(frozen=True)
class Ears:
    """What listens. `words` are the commands that `!` may begin."""

    offices: Offices
    accept: Accept
    check_form: CheckForm
    open_form: Callable[[Origin, Form], Awaitable[None]]
    words: Collection[str]
    now: Callable[[], datetime]
    behind: Behind = field(default_factory=Behind)

    def app(self, client: AsyncWebClient) -> AsyncApp:
        """A Bolt app with one listener for each kind. Whoever hands it a request has verified it."""
        # Bolt would acknowledge an event before its listener runs; what is not stored yet must come again.
        app = AsyncApp(
            # Without one, Bolt reads the source of every frame on the stack to find a name.
            name="bellhop",
            client=client,
            authorize=_authorize,
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
            process_before_response=True,
        )
        app.command(ANY)(self.on_command)
        app.action(ANY)(self.on_press)
        app.shortcut(ANY)(self.on_shortcut)
        app.view(ANY)(self.on_submission)
        app.event(ANY)(self.on_event)
        return app

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A slash command. Where the app has no token it could not answer later, so it says so at once."""
        named = {user for user, _ in all_mentioned(body.get("text") or "")}
        heard = hear.command(body, self.now(), await self._names(body, named))
        if await self._is_strange(heard.origin.account):
            await ack(NOT_HERE)
            return
        in_time = await self._is_taken_soon(heard)
        await (ack() if in_time else ack(LATER))

    async def on_press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button; the one that brings a form is answered right here, while its trigger lives."""
        pressed = body["actions"][0]
        if pressed["action_id"] == OPEN_FORM:
            await self.open_form(hear.origin_of(body), Form.model_validate_json(pressed["value"]))
        else:
            await self._is_taken_soon(hear.press(body, self.now()))
        await ack()

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A message shortcut."""
        await self._is_taken_soon(hear.shortcut(body, self.now()))
        await ack()

    async def on_submission(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A modal was sent off: mistakes go back to their fields, and the modal stays open."""
        form = hear.submitted(body, self.now())
        if mistakes := self.check_form(form):
            await ack(response_action="errors", errors=dict(mistakes))
            return
        await self._is_taken_soon(form)
        await ack()

    async def on_event(self, body: dict[str, Any]) -> None:
        """An event. Raises Busy when it is not stored in time: Slack brings events again, and only events."""
        told = body["event"].get("message") or body["event"]
        heard = hear.event(body, self.words, await self._names(body, mentioned(told.get("text") or "")))
        if isinstance(heard, AppRemoved):
            await self._removed(heard)
        elif not await self._is_taken_soon(heard):
            raise Busy

    async def _removed(self, heard: AppRemoved) -> None:
        """An event of an installation that another one has followed says nothing about that one: its token works."""
        if not await self.offices.works(heard.origin.account):
            await self.accept(heard.model_copy(update={"at": self.now()}))

    async def _is_taken_soon(self, heard: Heard | None) -> bool:
        """Whether it is stored before Slack gives up waiting; if not, the work goes on behind the answer."""
        return await self.behind.is_done_soon(self._take(heard), heard.origin.reply_to if heard else "")

    async def _take(self, heard: Heard | None) -> None:
        if heard is not None:
            people = await self._people(heard.origin.account)
            await self.accept(await people.introduce(heard) if people else heard)

    async def _names(self, body: dict[str, Any], users: set[str]) -> Mapping[str, str]:
        people = await self._people(account_of(body)) if users else None
        return await people.names(users) if people else {}

    async def _people(self, account: str) -> People | None:
        """Those of a workspace; None when nobody can be asked there."""
        try:
            office = await in_time(self.offices.of(account))
        except Departed:
            return None
        return office.people if office else None

    async def _is_strange(self, account: str) -> bool:
        """Whether the app has no token there; while that cannot be told it may have one."""
        if not self.offices.many or self.offices.knows(account):
            return False
        try:
            await in_time(self.offices.of(account))
        except Departed:
            return True
        return False


async def _authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
    """Nobody needs a token to listen; the one to speak with is looked up when something is said."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)
