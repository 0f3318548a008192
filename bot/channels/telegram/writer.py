"""Puts messages into Telegram's chats and changes them there: pages of text, captions, files, buttons."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram import Message as Posted
from telegram.constants import ParseMode
from telegram.error import BadRequest, RetryAfter

from bot.channels.telegram.files import pack
from bot.channels.telegram.refusals import TOO_LATE_TO_EDIT, says, wait
from bot.channels.telegram.say import SHARE_PLACE, Look, to_telegram
from handlers.channel import Fetch
from handlers.messages import Message

MAX_PAUSE = 15.0
MAX_IDS = 64
ASK_PLACE = "Or share where you are: only the time zone is kept."
# A preview is made by opening the link, and some of ours may be opened only once.
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Spot:
    """A chat, or a topic in it."""

    chat: str
    thread: str = ""

    @property
    def is_group(self) -> bool:
        """Groups have negative ids."""
        return self.chat.startswith("-")

    @property
    def address(self) -> dict[str, Any]:
        """As the Bot API names it."""
        return {"chat_id": self.chat, **({"message_thread_id": int(self.thread)} if self.thread else {})}


@dataclass(frozen=True, slots=True)
class Writer:
    """The writing hand of the bot `account`. Its errors are the library's, or those of `fetch`.

    A message may take several of Telegram's; their ids travel as one word that `say` gives and `replace` takes.
    """

    bot: Bot
    account: str
    fetch: Fetch

    async def say(self, spot: Spot, message: Message) -> str:
        """Say `message` at `spot`; returns its ids."""
        look = to_telegram(message)
        # Everything is fetched before anything is said, so that nothing arrives by half.
        parcels = [await pack(file, self.account, self.fetch) for file in message.files]
        pieces: list[Callable[[], Awaitable[Posted]]] = []
        if look.captioned:
            first, *parcels = parcels
            pieces.append(lambda: first.post(self.bot, **spot.address, **_caption(look)))
        else:
            pieces += [_late(self._page, spot, page) for page in look.pages[:-1]]
            pieces.append(lambda: self._page(spot, look.pages[-1], look.buttons))
        worded = len(pieces)
        pieces += [_late(parcel.post, self.bot, **spot.address) for parcel in parcels]
        if message.asks_place and not spot.is_group:
            pieces.append(lambda: self.bot.send_message(**spot.address, text=ASK_PLACE, reply_markup=SHARE_PLACE))
        posted = await _all(pieces)
        return pack_ids([each.message_id for each in posted[:worded]])

    async def replace(self, spot: Spot, ids: str, message: Message) -> str:
        """Let the message `ids` read as `message`; returns its ids. What cannot be changed any more is said anew."""
        look = to_telegram(message)
        numbers = unpack_ids(ids)
        try:
            if not look.captioned:
                return await self._rewrite(spot, numbers, look)
            change = self.bot.edit_message_caption(chat_id=spot.chat, message_id=numbers[0], **_caption(look))
            await _unless_same(change)
        except BadRequest as error:
            if not says(error, *TOO_LATE_TO_EDIT):
                raise
            return await self.say(spot, message)
        return ids

    async def _rewrite(self, spot: Spot, numbers: list[int], look: Look) -> str:
        kept = numbers[: len(look.pages)]
        last = len(look.pages) - 1
        for index, (number, page) in enumerate(zip(kept, look.pages, strict=False)):
            await self._change(spot, number, page, look.buttons if index == last else None)
        for index, page in enumerate(look.pages[len(kept) :], len(kept)):
            posted = await self._page(spot, page, look.buttons if index == last else None)
            kept.append(posted.message_id)
        for number in numbers[len(look.pages) :]:
            with suppress(BadRequest):
                await self.bot.delete_message(spot.chat, number)
        return pack_ids(kept)

    async def _page(self, spot: Spot, page: str, buttons: InlineKeyboardMarkup | None = None) -> Posted:
        return await self.bot.send_message(
            **spot.address, text=page, parse_mode=ParseMode.HTML, reply_markup=buttons, link_preview_options=NO_PREVIEW
        )

    async def _change(self, spot: Spot, number: int, page: str, buttons: InlineKeyboardMarkup | None) -> None:
        change = self.bot.edit_message_text(
            page,
            chat_id=spot.chat,
            message_id=number,
            parse_mode=ParseMode.HTML,
            reply_markup=buttons,
            link_preview_options=NO_PREVIEW,
        )
        await _unless_same(change)


def pack_ids(numbers: Sequence[int]) -> str:
    """Message ids as one short word: the first, then the gaps (10, 11, 14 is "10+1+3").

    An id beyond 64 characters is left out: that page keeps its old words when the message is changed.
    """
    word = ""
    for step in [*numbers[:1], *(right - left for left, right in pairwise(numbers))]:
        longer = f"{word}+{step}" if word else str(step)
        if len(longer) > MAX_IDS:
            break
        word = longer
    return word


def unpack_ids(word: str) -> list[int]:
    """The ids in a word that `pack_ids` made."""
    return list(accumulate(int(step) for step in word.split("+")))


def _caption(look: Look) -> dict[str, Any]:
    return {"caption": look.pages[0], "parse_mode": ParseMode.HTML, "reply_markup": look.buttons}


def _late(post: Callable[..., Awaitable[Posted]], *what: Any, **where: Any) -> Callable[[], Awaitable[Posted]]:
    return lambda: post(*what, **where)


async def _unless_same(change: Awaitable[object]) -> None:
    try:
        await change
    except BadRequest as error:
        if not says(error, "message is not modified"):
            raise


async def _all(pieces: Sequence[Callable[[], Awaitable[Posted]]]) -> list[Posted]:
    """Post one after the other. Only the first may be refused for haste: begun again, it would come twice."""
    posted = [await pieces[0]()]
    for piece in pieces[1:]:
        posted.append(await _in_time(piece))
    return posted


async def _in_time(piece: Callable[[], Awaitable[Posted]]) -> Posted:
    while True:
        try:
            return await piece()
        except RetryAfter as busy:
            if wait(busy) > MAX_PAUSE:
                raise
            await asyncio.sleep(wait(busy))
