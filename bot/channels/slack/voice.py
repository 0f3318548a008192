"""The calls by which Bellhop speaks in Slack: post, change, whisper."""

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels.slack.refusals import LOST_MESSAGE, code_of
from bot.channels.slack.say import pages
from handlers.channel import TryLater
from handlers.messages import Message

LONGEST_NAME = 80


@dataclass
class Voice:
    """Speaks through one client. `may_sign`: posts may bear a person's name, which wants chat:write.customize."""

    client: AsyncWebClient
    may_sign: bool = True

    async def post(self, chat: str, message: Message, thread: str = "") -> str:
        """Say a message; its id. A long one goes on below. Raises SlackApiError."""
        if message.author and self.may_sign:
            try:
                return await self._post(chat, message, thread, message.author[:LONGEST_NAME])
            except SlackApiError as error:
                if code_of(error) != "missing_scope":
                    raise
                self.may_sign = False
        return await self._post(chat, message, thread)

    async def _post(self, chat: str, message: Message, thread: str, username: str | None = None) -> str:
        first = ""
        for page in pages(message, byline=not self.may_sign):
            answer = await self.client.chat_postMessage(
                channel=chat,
                thread_ts=thread or None,
                username=username,
                unfurl_links=False,
                unfurl_media=False,
                **page,
            )
            first = first or answer["ts"]
        return first

    async def change(self, chat: str, ts: str, message: Message) -> bool:
        """Put `message` in the place of ours at `ts`; False when that is gone. Raises SlackApiError."""
        try:
            await self.client.chat_update(channel=chat, ts=ts, **pages(message, byline=not self.may_sign)[0])
        except SlackApiError as error:
            if code_of(error) not in LOST_MESSAGE:
                raise
            return False
        return True

    async def whisper(self, chat: str, user: str, message: Message, thread: str = "") -> None:
        """Say a message that only `user` sees; an author stands above their words. Raises SlackApiError."""
        for page in pages(message):
            await self.client.chat_postEphemeral(channel=chat, user=user, thread_ts=thread or None, **page)

    async def reply(self, address: str, message: Message, thread: str = "", *, replace: bool = False) -> bool:
        """Whisper through a response_url, which works where Bellhop is no member; False when it is used up.

        `replace`: in place of the whispered message whose button was pressed.
        """
        for number, page in enumerate(pages(message)):
            body = page | {"response_type": "ephemeral", "replace_original": replace and not number}
            webhook = AsyncWebhookClient(address, session=self.client.session, retry_handlers=[])
            answer = await webhook.send_dict(body | ({"thread_ts": thread} if thread else {}))
            if answer.status_code == 429:
                raise TryLater(float(answer.headers.get("Retry-After", 1)))
            if answer.status_code != 200:
                return False
        return True
