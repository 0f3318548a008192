"""Files on their way into a Telegram chat, and out of Telegram's cloud."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram import Bot, InputFile
from telegram import Message as Posted
from telegram.constants import FileSizeLimit
from telegram.error import BadRequest, InvalidToken

from bot.channels.telegram.hear import CHANNEL
from bot.channels.telegram.refusals import for_the_outbox, says
from handlers.channel import Fetch, Undeliverable
from handlers.messages import Attachment

MEGABYTE = 1_000_000
PATIENCE = 60.0
"""Seconds for a large file to come."""
SENDERS: dict[str, Callable[..., Awaitable[Posted]]] = {
    "photo": Bot.send_photo,
    "document": Bot.send_document,
    "voice": Bot.send_voice,
    "video": Bot.send_video,
    "audio": Bot.send_audio,
}
KINDS = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/webp": "photo",
    "audio/ogg": "voice",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "video/mp4": "video",
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file ready to go: `content` is its bytes, or the id of a file that Telegram already has."""

    kind: str
    name: str
    content: bytes | str

    async def post(self, bot: Bot, **where: Any) -> Posted:
        """Send it; a picture that Telegram cannot show goes as a document."""
        try:
            return await self._send(self.kind, bot, **where)
        except BadRequest as error:
            if self.kind != "photo" or not says(error, "image_process_failed", "photo_", "photo must be"):
                raise
            return await self._send("document", bot, **where)

    async def _send(self, kind: str, bot: Bot, **where: Any) -> Posted:
        content = InputFile(self.content, filename=self.name) if isinstance(self.content, bytes) else self.content
        return await SENDERS[kind](bot, **{kind: content}, **where)


async def pack(file: Attachment, account: str, fetch: Fetch) -> Parcel:
    """Make `file` ready for the bot `account`. Raises Undeliverable when it is too large or cannot be had."""
    kind, _, file_id = file.file_id.partition(":")
    if file.channel == CHANNEL and file.account == account and kind in SENDERS:
        return Parcel(kind, file.name, file_id)
    _check(file.name, file.size, FileSizeLimit.FILESIZE_UPLOAD)
    data = file.content or await fetch(file)
    _check(file.name, len(data), FileSizeLimit.FILESIZE_UPLOAD)
    fits = len(data) <= FileSizeLimit.PHOTOSIZE_UPLOAD
    chosen = KINDS.get(file.mime.partition(";")[0].strip(), "document")
    return Parcel(chosen if chosen != "photo" or fits else "document", file.name, data)


async def unpack(bot: Bot, file: Attachment) -> bytes:
    """The bytes of a file that a bot was sent. Raises Undeliverable when it is gone or too large."""
    _check(file.name, file.size, FileSizeLimit.FILESIZE_DOWNLOAD)
    with for_the_outbox():
        found = await bot.get_file(file.file_id.partition(":")[2])
    try:
        return bytes(await found.download_as_bytearray(read_timeout=PATIENCE))
    except InvalidToken as error:
        # The library reads every 404 as a wrong token; here it is the download's address that has expired.
        raise Undeliverable("Telegram no longer has the file.") from error


def _check(name: str, size: int, limit: int) -> None:
    if size > limit:
        sentence = f"{name} has {size / MEGABYTE:.1f} MB; bots on Telegram can pass on {limit // MEGABYTE} MB."
        raise Undeliverable(sentence)
