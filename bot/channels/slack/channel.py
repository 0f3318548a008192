"""Slack as a chat channel: one class between the outbox, the inbox and every workspace that has the app."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime

from slack_sdk.errors import SlackApiError

from bot.channels.hold import Hold
from bot.channels.slack.app import Accept, CheckForm, Ears
from bot.channels.slack.behind import Behind
from bot.channels.slack.connection import Connection
from bot.channels.slack.files import pack, unpack
from bot.channels.slack.forms import to_modal
from bot.channels.slack.hear import HOME
from bot.channels.slack.keyring import Keyring
from bot.channels.slack.oauth import Install
from bot.channels.slack.offices import Office, Offices
from bot.channels.slack.places import CHANNEL
from bot.channels.slack.refusals import NO_MARK, STALE_TRIGGER, UNSEEN, code_of, in_our_words
from bot.channels.slack.say import to_blocks
from bot.channels.slack.text import Block
from bot.settings import SlackSettings
from handlers.channel import Departed, Fetch, Sent, TryLater, Undeliverable
from handlers.commands import CommandInfo
from handlers.effects import Mark
from handlers.heard import Origin, Place
from handlers.messages import Attachment, Form, Message
from storage.database import Database
from storage.tables import Seat, Side

ANOTHER_TOKEN = 1.0
"""Seconds until it is tried with the token of a newer installation."""
MARKS = {Mark.DELIVERED: "white_check_mark", Mark.FAILED: "warning"}


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class SlackChannel:
    """One app, in as many workspaces as have added it.

    `accept` takes what is heard, `check_form` finds a form's mistakes by field. `database`: where installations are
    kept; without it, or without the app's client id, the settings' workspace is the only one.
    """

    name = CHANNEL

    def __init__(self, settings: SlackSettings, *, accept: Accept, check_form: CheckForm, fetch: Fetch,
                 commands: Sequence[CommandInfo], public_url: str, now: Callable[[], datetime] = utc_now,
                 database: Database | None = None) -> None:  # fmt: skip
        self.per_second = settings.messages_per_second
        self._secret = settings.signing_secret.get_secret_value()
        self._fetch = fetch
        self._hold = Hold()
        root = settings.api_url.rstrip("/") + "/api/"
        installs = database if settings.installs else None
        token, app_token = settings.bot_token.get_secret_value(), settings.app_token.get_secret_value()
        self._connection = Connection(token, root, app_token, alone=installs is None)
        client = self._connection.client_like_ours()
        keyring = Keyring(settings, installs, client) if installs else None
        self._offices = Offices(self._connection, keyring, now)
        self.install = Install(settings, installs, self._offices, client, public_url) if installs else None
        words = frozenset(command.name for command in commands)
        self._behind = Behind()
        ears = Ears(self._offices, accept, check_form, self._open_form, words, now, self._behind)
        self.bolt = ears.app(client)

    @property
    def account(self) -> str:
        """The settings' workspace; empty until Slack was reached, and when the settings name none."""
        return self._connection.account

    @property
    def handle(self) -> str:
        """The bot's user name; empty until Slack was reached."""
        return self._connection.handle

    @property
    def hears_threads(self) -> bool:
        """Whether the settings' token lets us hear what is written in a case's thread."""
        return self._connection.hears_threads

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
        self._connection.start(self.bolt)

    async def until_listening(self) -> str:
        """Wait until Slack has told who we are there and, in Socket Mode, the line stands; the settings' workspace."""
        await self._connection.listening.wait()
        return self.account

    async def stop(self) -> None:
        """Disconnect, finish what was answered before it was stored, and close."""
        await self._behind.finish()
        await self._connection.stop()

    async def send(self, seat: Seat, account: str, message: Message, *, replaces: str = "") -> Sent:
        """Say `message` at `seat`. At the desk the first message (the case card) begins the thread of all others."""
        async with self._patiently(account, seat.chat, person=seat.side == Side.CUSTOMER) as office:
            chat = await _place(office, seat.chat)
            if replaces and await office.voice.change(chat, replaces, message):
                return Sent(message_id=replaces, thread=seat.thread)
            # A case card that was deleted took its thread with it: it begins a new one.
            thread = "" if replaces == seat.thread else seat.thread
            return await self._say(office, chat, message, thread, begins=seat.side == Side.AGENT)

    async def _say(self, office: Office, chat: str, message: Message, thread: str, *, begins: bool = False) -> Sent:
        """Say a message in `thread`; without one, it `begins` one if so wished."""
        parcel = await pack(office.client, message.files, self._fetch)
        ts = await office.voice.post(chat, message, thread)
        thread = thread or (ts if begins else "")
        try:
            await parcel.show(office.client, chat, thread)
        except Exception:
            # The whole message is tried again; what stands there already would be said twice.
            with suppress(SlackApiError):
                await office.client.chat_delete(channel=chat, ts=ts)
            raise
        return Sent(message_id=ts, thread=thread)

    async def answer(self, origin: Origin, message: Message, *, edit: bool = False) -> None:
        """Answer where `origin` was said: openly in a direct conversation, else for that person's eyes only.

        `edit` replaces a message in a direct conversation, or one that only this person sees. A shared card is never
        replaced by somebody's personal answer.
        """
        async with self._patiently(origin.account, origin.chat) as office:
            if message.form:
                await self._open(office, origin, message.form, message)
            elif origin.thread == HOME:
                await self._publish(office, origin, message)
            elif origin.place is Place.PRIVATE and not origin.ephemeral:
                await self._answer_openly(office, origin, message, edit=edit)
            else:
                await self._answer_hidden(office, origin, message, edit=edit)

    async def _publish(self, office: Office, origin: Origin, message: Message) -> None:
        view = {"type": "home", "blocks": to_blocks(message)}
        await office.client.views_publish(user_id=origin.user, view=view)

    async def _open(self, office: Office, origin: Origin, form: Form, message: Message) -> None:
        """Open a modal. A trigger lives for three seconds; after that a button is shown that brings a fresh one."""
        above = to_blocks(message.model_copy(update={"buttons": (), "form": None}))
        if origin.trigger and await _opened(office, origin.trigger, to_modal(form, origin, above)):
            return
        if origin.thread == HOME:
            await self._publish(office, origin, message)
        else:
            await self._answer_hidden(office, origin, message)

    async def _open_form(self, origin: Origin, form: Form) -> None:
        async with self._patiently(origin.account, origin.chat) as office:
            await self._open(office, origin, form, Message(form=form))

    async def _answer_openly(self, office: Office, origin: Origin, message: Message, *, edit: bool) -> None:
        chat = await _place(office, origin.chat)
        changed = edit and origin.message_id
        if not changed or not await office.voice.change(chat, origin.message_id, message):
            await self._say(office, chat, message, origin.thread)

    async def _answer_hidden(self, office: Office, origin: Origin, message: Message, *, edit: bool = False) -> None:
        # Slack shows a hidden answer in a thread only to those who have it open; on the card itself nobody has.
        thread = "" if origin.thread == origin.message_id else origin.thread
        replace = edit and origin.ephemeral
        by_address = origin.reply_to and await office.voice.reply(origin.reply_to, message, thread, replace=replace)
        if not by_address:
            await _whisper(office, origin, message, thread)
        if message.files:
            # Nobody's eyes only: files cannot be hidden, so they go to the person's own conversation.
            parcel = await pack(office.client, message.files, self._fetch)
            await parcel.show(office.client, await office.people.direct(origin.user), "")

    async def settle(self, origin: Origin, greeting: Message) -> str:
        """Say `greeting` in a channel that is to be a desk; else why that does not work, in a sentence."""
        try:
            async with self._patiently(origin.account, origin.chat) as office:
                await office.voice.post(origin.chat, greeting)
        except Departed:
            raise
        except Undeliverable as refused:
            return str(refused)
        return ""

    async def take_back(self, account: str, chat: str, message_id: str) -> None:
        """Delete a message of ours. Raises Undeliverable when it is gone, or the workspace does not let us."""
        async with self._patiently(account, chat) as office:
            await office.client.chat_delete(channel=chat, ts=message_id)

    async def mark(self, origin: Origin, mark: Mark) -> None:
        """React to the message at `origin`; where it takes no reactions, do nothing. The newest mark counts."""
        at = {"channel": origin.chat, "timestamp": origin.message_id}
        async with self._patiently(origin.account, origin.chat) as office:
            for old in MARKS.keys() - {mark}:
                with _unless(NO_MARK):
                    await office.client.reactions_remove(name=MARKS[old], **at)
            with _unless(NO_MARK):
                await office.client.reactions_add(name=MARKS[mark], **at)

    async def download(self, file: Attachment) -> bytes:
        """The bytes of a file in its workspace. Raises Undeliverable when it is gone or too large."""
        return await unpack((await self._offices.of(file.account)).client, file)

    @asynccontextmanager
    async def _patiently(self, account: str, chat: str, *, person: bool = False) -> AsyncIterator[Office]:
        """The workspace's office. Raises TryLater, Undeliverable or Departed instead of Slack's own errors."""
        place = f"{account}:{chat}"
        self._hold.check(place)
        try:
            with in_our_words(person=person):
                yield await self._offices.of(account)
        except TryLater as busy:
            self._hold.keep(place, busy.seconds)
            raise
        except Departed:
            if await self._offices.refused(account):
                raise TryLater(ANOTHER_TOKEN) from None
            raise


async def _place(office: Office, chat: str) -> str:
    """A person stands for the direct conversation with them."""
    return await office.people.direct(chat) if chat.startswith(("U", "W")) else chat


async def _opened(office: Office, trigger: str, view: Block) -> bool:
    try:
        await office.client.views_open(trigger_id=trigger, view=view)
    except SlackApiError as error:
        if code_of(error) not in STALE_TRIGGER:
            raise
        return False
    return True


async def _whisper(office: Office, origin: Origin, message: Message, thread: str) -> None:
    try:
        await office.voice.whisper(origin.chat, origin.user, message, thread)
    except SlackApiError as error:
        if code_of(error) not in UNSEEN:
            raise
        await office.voice.post(await office.people.direct(origin.user), message)


@contextmanager
def _unless(codes: frozenset[str]) -> Iterator[None]:
    """Pass over Slack's refusals in `codes`."""
    try:
        yield
    except SlackApiError as error:
        if code_of(error) not in codes:
            raise
