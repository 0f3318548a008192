"""Slack as a chat channel: one class between the outbox, the inbox and one workspace."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.hold import Hold
from bot.channels.slack.app import Accept, CheckForm, Ears
from bot.channels.slack.connection import Connection
from bot.channels.slack.files import pack, unpack
from bot.channels.slack.forms import to_modal
from bot.channels.slack.hear import CHANNEL, HOME
from bot.channels.slack.people import People
from bot.channels.slack.refusals import NO_MARK, STALE_TRIGGER, UNSEEN, code_of, in_our_words
from bot.channels.slack.say import to_blocks
from bot.channels.slack.text import Block
from bot.channels.slack.voice import Voice
from bot.settings import SlackSettings
from handlers.channel import Fetch, Sent, TryLater, Undeliverable
from handlers.commands import CommandInfo
from handlers.effects import Mark
from handlers.heard import Origin, Place
from handlers.messages import Attachment, Form, Message
from storage.tables import Seat, Side

MARKS = {Mark.DELIVERED: "white_check_mark", Mark.FAILED: "warning"}


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class SlackChannel:
    """One app in one workspace. `accept` takes what is heard, `check_form` finds a form's mistakes by field."""

    name = CHANNEL

    def __init__(self, settings: SlackSettings, *, accept: Accept, check_form: CheckForm, fetch: Fetch,
                 commands: Sequence[CommandInfo], public_url: str,
                 now: Callable[[], datetime] = utc_now) -> None:  # fmt: skip
        self.per_second = settings.messages_per_second
        # What failed is tried again by the outbox, which also knows what was said since; the SDK tries nothing itself.
        root = settings.api_url.rstrip("/") + "/api/"
        self._client = AsyncWebClient(settings.bot_token.get_secret_value(), base_url=root, retry_handlers=[])
        self._secret = settings.signing_secret.get_secret_value()
        self._fetch = fetch
        self._people = People(self._client, now)
        self._voice = Voice(self._client)
        self._hold = Hold()
        words = frozenset(command.name for command in commands)
        ears = Ears(self._people, accept, check_form, self._open_form, words, now)
        self.bolt = ears.app(self._client)
        self._connection = Connection(self._client, self.bolt, settings.app_token.get_secret_value())

    @property
    def account(self) -> str:
        """The workspace's id; empty until Slack was reached."""
        return self._connection.account

    @property
    def handle(self) -> str:
        """The bot's user name; empty until Slack was reached."""
        return self._connection.handle

    @property
    def problem(self) -> str:
        """Why Slack is not connected, in a sentence; empty when it is."""
        return self._connection.problem

    @property
    def signing_secret(self) -> str:
        """By which requests to our address prove that they are Slack's; empty when none can be."""
        return self._secret

    async def start(self) -> None:
        """Connect in the background; an unreachable Slack is tried until it answers."""
        self._connection.start()

    async def until_listening(self) -> str:
        """Wait until Slack has told who we are there and, in Socket Mode, the line stands; the workspace's id."""
        await self._connection.listening.wait()
        return self.account

    async def stop(self) -> None:
        """Disconnect and close."""
        await self._connection.stop()

    async def send(self, seat: Seat, account: str, message: Message, *, replaces: str = "") -> Sent:
        """Say `message` at `seat`. At the desk the first message (the case card) begins the thread of all others."""
        if self.account and account != self.account:
            raise Undeliverable("This conversation belongs to another workspace than the one set up here.")
        with self._patiently(seat.chat, person=seat.side == Side.CUSTOMER):
            chat = await self._people.direct(seat.chat) if seat.chat.startswith(("U", "W")) else seat.chat
            if replaces and await self._voice.change(chat, replaces, message):
                return Sent(message_id=replaces, thread=seat.thread)
            # A case card that was deleted took its thread with it: it begins a new one.
            thread = "" if replaces == seat.thread else seat.thread
            return await self._say(chat, message, thread, begins=seat.side == Side.AGENT)

    async def _say(self, chat: str, message: Message, thread: str, *, begins: bool = False) -> Sent:
        """Say a message in `thread`; without one, it `begins` one if so wished."""
        parcel = await pack(self._client, message.files, self._fetch)
        ts = await self._voice.post(chat, message, thread)
        thread = thread or (ts if begins else "")
        try:
            await parcel.show(self._client, chat, thread)
        except Exception:
            # The whole message is tried again; what stands there already would be said twice.
            with suppress(SlackApiError):
                await self._client.chat_delete(channel=chat, ts=ts)
            raise
        return Sent(message_id=ts, thread=thread)

    async def answer(self, origin: Origin, message: Message, *, edit: bool = False) -> None:
        """Answer where `origin` was said: openly in a direct conversation, else for that person's eyes only.

        `edit` replaces a message in a direct conversation, or one that only this person sees. A shared card is never
        replaced by somebody's personal answer.
        """
        with self._patiently(origin.chat):
            if origin.thread == HOME:
                await self._publish(origin, message)
            elif message.form:
                await self._open(origin, message.form, message)
            elif origin.place is Place.PRIVATE and not origin.ephemeral:
                await self._answer_openly(origin, message, edit=edit)
            else:
                await self._answer_hidden(origin, message, edit=edit)

    async def _publish(self, origin: Origin, message: Message) -> None:
        view = {"type": "home", "blocks": to_blocks(message)}
        await self._client.views_publish(user_id=origin.user, view=view)

    async def _open(self, origin: Origin, form: Form, message: Message) -> None:
        """Open a modal. A trigger lives for three seconds; after that a button is shown that brings a fresh one."""
        above = to_blocks(message.model_copy(update={"buttons": (), "form": None}))
        if not origin.trigger or not await self._opened(origin.trigger, to_modal(form, origin, above)):
            await self._answer_hidden(origin, message)

    async def _open_form(self, origin: Origin, form: Form) -> None:
        with self._patiently(origin.chat):
            await self._open(origin, form, Message(form=form))

    async def _opened(self, trigger: str, view: Block) -> bool:
        try:
            await self._client.views_open(trigger_id=trigger, view=view)
        except SlackApiError as error:
            if code_of(error) not in STALE_TRIGGER:
                raise
            return False
        return True

    async def _answer_openly(self, origin: Origin, message: Message, *, edit: bool) -> None:
        changed = edit and origin.message_id
        if not changed or not await self._voice.change(origin.chat, origin.message_id, message):
            await self._say(origin.chat, message, origin.thread)

    async def _answer_hidden(self, origin: Origin, message: Message, *, edit: bool = False) -> None:
        # Slack shows a hidden answer in a thread only to those who have it open; on the card itself nobody has.
        thread = "" if origin.thread == origin.message_id else origin.thread
        replace = edit and origin.ephemeral
        by_address = origin.reply_to and await self._voice.reply(origin.reply_to, message, thread, replace=replace)
        if not by_address:
            await self._whisper(origin, message, thread)
        if message.files:
            # Nobody's eyes only: files cannot be hidden, so they go to the person's own conversation.
            parcel = await pack(self._client, message.files, self._fetch)
            await parcel.show(self._client, await self._people.direct(origin.user), "")

    async def _whisper(self, origin: Origin, message: Message, thread: str) -> None:
        try:
            await self._voice.whisper(origin.chat, origin.user, message, thread)
        except SlackApiError as error:
            if code_of(error) not in UNSEEN:
                raise
            await self._voice.post(await self._people.direct(origin.user), message)

    async def mark(self, origin: Origin, mark: Mark) -> None:
        """React to the message at `origin`; where it takes no reactions, do nothing. The newest mark counts."""
        at = {"channel": origin.chat, "timestamp": origin.message_id}
        with self._patiently(origin.chat):
            for old in MARKS.keys() - {mark}:
                with _unless(NO_MARK):
                    await self._client.reactions_remove(name=MARKS[old], **at)
            with _unless(NO_MARK):
                await self._client.reactions_add(name=MARKS[mark], **at)

    async def download(self, file: Attachment) -> bytes:
        """The bytes of a file in this workspace. Raises Undeliverable when it is gone or too large."""
        return await unpack(self._client, file)

    @contextmanager
    def _patiently(self, chat: str, *, person: bool = False) -> Iterator[None]:
        self._hold.check(chat)
        try:
            with in_our_words(person=person):
                yield
        except TryLater as busy:
            self._hold.keep(chat, busy.seconds)
            raise


@contextmanager
def _unless(codes: frozenset[str]) -> Iterator[None]:
    """Pass over Slack's refusals in `codes`."""
    try:
        yield
    except SlackApiError as error:
        if code_of(error) not in codes:
            raise
