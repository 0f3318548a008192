"""Files on their way into a Slack conversation, and out of Slack."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.refusals import in_our_words
from handlers.channel import Fetch, Undeliverable
from handlers.messages import Attachment

MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
"""What a bot may send on Telegram; a larger file would get no further than here."""
PATIENCE = aiohttp.ClientTimeout(total=120)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that lie at Slack already, but in no conversation yet."""

    files: list[dict[str, str | None]]

    async def show(self, client: AsyncWebClient, chat: str, thread: str) -> None:
        """Put the files into a conversation."""
        if self.files:
            await client.files_completeUploadExternal(files=self.files, channel_id=chat, thread_ts=thread or None)


async def pack(client: AsyncWebClient, files: tuple[Attachment, ...], fetch: Fetch) -> Parcel:
    """Bring the bytes of `files` to Slack, which is the part that takes long and may fail."""
    return Parcel([await _upload(client, file, file.content or await fetch(file)) for file in files])


async def _upload(client: AsyncWebClient, file: Attachment, data: bytes) -> dict[str, str | None]:
    if not data:
        raise Undeliverable(f"{file.name} is empty; Slack takes no empty files.")
    _check(file.name, len(data))
    place = await client.files_getUploadURLExternal(filename=file.name, length=len(data))
    async with (
        aiohttp.ClientSession(timeout=PATIENCE, trust_env=True) as session,
        session.post(place["upload_url"], data=data) as answer,
    ):
        answer.raise_for_status()
    return {"id": place["file_id"], "title": file.name}


async def unpack(client: AsyncWebClient, file: Attachment) -> bytes:
    """The bytes of a file at Slack. Raises Undeliverable when it is gone, elsewhere or too large."""
    _check(file.name, file.size)
    with in_our_words():
        found = (await client.files_info(file=file.file_id))["file"]
    _check(file.name, found.get("size", 0))
    address = found.get("url_private_download") or found.get("url_private") or ""
    if not _is_slacks(address, client.base_url):
        raise Undeliverable(f"{file.name} does not lie in Slack.")
    headers = {"Authorization": f"Bearer {client.token}"}
    async with (
        aiohttp.ClientSession(timeout=PATIENCE, trust_env=True) as session,
        session.get(address, headers=headers) as answer,
    ):
        return await _read(file.name, found, answer)


async def _read(name: str, found: dict[str, Any], answer: aiohttp.ClientResponse) -> bytes:
    if answer.status in (403, 404, 410):
        raise Undeliverable(f"Slack no longer has {name}.")
    answer.raise_for_status()
    # Without the right to see the file Slack shows its sign-in page, with status 200.
    if answer.content_type == "text/html" and found.get("mimetype") != "text/html":
        raise Undeliverable(f"Slack does not let Bellhop read {name}: the app needs the scope files:read.")
    data = b""
    async for piece in answer.content.iter_chunked(MEGABYTE):
        data += piece
        _check(name, len(data))
    return data


def _is_slacks(address: str, base_url: str) -> bool:
    """The token goes to nobody but Slack; an external file's address is somebody else's."""
    host = urlsplit(address).hostname or ""
    return host == urlsplit(base_url).hostname or host.endswith(".slack.com")


def _check(name: str, size: int) -> None:
    if size > LARGEST:
        sentence = f"{name} has {size / MEGABYTE:.0f} MB; Bellhop passes on {LARGEST // MEGABYTE} MB at most."
        raise Undeliverable(sentence)
