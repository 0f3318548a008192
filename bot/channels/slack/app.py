"""Bolt's listeners: each kind of thing that Slack tells is heard, stored, and only then acknowledged."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

import bot.channels.slack.hear as hear
from bot.channels.slack.forms import OPEN_FORM
from bot.channels.slack.people import People
from bot.channels.slack.text import mentioned
from handlers.heard import Heard, Origin, Submitted
from handlers.messages import Form

Accept = Callable[[Heard], Awaitable[None]]
"""Stores what was heard durably; returns after the commit."""
CheckForm = Callable[[Submitted], Mapping[str, str]]
"""The mistakes in a form's answers: a sentence for each field."""

ANY = re.compile("")


@dataclass(frozen=True)
class Ears:
    """What listens. `words` are the commands that `!` may begin."""

    people: People
    accept: Accept
    check_form: CheckForm
    open_form: Callable[[Origin, Form], Awaitable[None]]
    words: Collection[str]
    now: Callable[[], datetime]

    def app(self, client: AsyncWebClient) -> AsyncApp:
        """A Bolt app with one listener for each kind. Whoever hands it a request has verified it."""
        # Bolt would acknowledge an event before its listener runs; what is not stored yet must come again.
        app = AsyncApp(client=client, request_verification_enabled=False, process_before_response=True)
        app.command(ANY)(self.on_command)
        app.action(ANY)(self.on_press)
        app.shortcut(ANY)(self.on_shortcut)
        app.view(ANY)(self.on_submission)
        app.event(ANY)(self.on_event)
        return app

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A slash command."""
        await self._take(hear.command(body, self.now()))
        await ack()

    async def on_press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button; the one that brings a form is answered right here, while its trigger lives."""
        pressed = body["actions"][0]
        if pressed["action_id"] == OPEN_FORM:
            await self.open_form(hear.origin_of(body), Form.model_validate_json(pressed["value"]))
        else:
            await self._take(hear.press(body, self.now()))
        await ack()

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A message shortcut."""
        await self._take(hear.shortcut(body, self.now()))
        await ack()

    async def on_submission(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A modal was sent off: mistakes go back to their fields, and the modal stays open."""
        form = hear.submitted(body, self.now())
        if mistakes := self.check_form(form):
            await ack(response_action="errors", errors=dict(mistakes))
            return
        await self._take(form)
        await ack()

    async def on_event(self, body: dict[str, Any]) -> None:
        """An event."""
        told = body["event"].get("message") or body["event"]
        names = await self.people.names(mentioned(told.get("text") or ""))
        await self._take(hear.event(body, self.words, names))

    async def _take(self, heard: Heard | None) -> None:
        if heard is not None:
            await self.accept(await self.people.introduce(heard))
