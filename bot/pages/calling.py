"""One page's part in the call of its room: its place, who else is there, and the way of words to the other browser.

All of it stands in the database, so that two people meet whatever servers their pages are open on.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import groupby
from operator import itemgetter

from bot.pages import words
from bot.pages.whole import whole
from handlers import calls
from handlers.calls import Entry, Full, Peer, Place
from handlers.house import House
from handlers.visits import Visit
from storage import signals

QUIET = 2.0
"""Seconds after which a page is looked after even when nothing was signalled."""
HURRY = 0.2
"""The same while two browsers look for each other and other servers' signals do not get here."""
SETTING_UP = 15.0
"""Seconds after the last word in which they may still do so."""
AT_ONCE = 50


class Calling:
    """The part of one page, from the first time it enters to its end."""

    def __init__(self, house: House, visit: Callable[[], Visit], tell: Callable[[Mapping[str, object]], None]) -> None:
        """`visit`: who they are, as it was read last. `tell` says something to the browser at once."""
        self._house, self._visit, self._tell = house, visit, tell
        self._entry: Entry | None = None
        self._peers: Mapping[int, Peer] = {}
        self._said: asyncio.Queue[tuple[Entry, Peer, Mapping[str, object]]] = asyncio.Queue()
        self._one = asyncio.Lock()
        self._busy_until = 0.0

    async def enter(self, call: str, *, direct: bool) -> None:
        """Into the call, or "full"."""
        async with self._one:
            await self._enter(call, direct=direct)
            await self._see()

    async def _enter(self, call: str, *, direct: bool) -> None:
        here = self._visit()
        self._entry, self._peers = None, {}
        try:
            self._entry = await calls.enter(self._house, here.room_id, here.person_id, call=call, direct=direct)
        except Full:
            self._tell({"type": "full"})
        self._is_busy()

    async def leave(self) -> None:
        """Out of the call, unless another page of the same person has taken it over."""
        async with self._one:
            entry, self._entry = self._entry, None
            if entry is not None:
                await calls.leave(self._house, entry)

    def say(self, word: words.Signal) -> None:
        """To the other browser, in the order in which it was said; to nobody when its entry is not the one meant."""
        peer = next((peer for peer in self._peers.values() if peer.call == word.to), None)
        if self._entry is not None and peer is not None:
            self._said.put_nowait((self._entry, peer, word.data))

    async def pass_on(self) -> None:
        """Bring what is said to the other browser. What comes in while the database writes goes with the next lot."""
        while True:
            lot = [await self._said.get()]
            while len(lot) < AT_ONCE and not self._said.empty():
                lot.append(self._said.get_nowait())
            self._is_busy()
            for (entry, peer), said in groupby(lot, key=itemgetter(0, 1)):
                await whole(calls.relay(self._house, entry, peer, [data for _, _, data in said]))

    async def watch(self) -> None:
        """Tell the browser what happens in the call."""
        here = self._visit()
        topics = signals.room(here.room_id), signals.call(here.room_id, here.person_id)
        async with self._house.database.signals.listen(*topics) as woken:
            while True:
                woken.clear()
                while await whole(self._look()):
                    pass
                with suppress(TimeoutError):
                    # A signal may be lost between processes; then the next look finds what it was about.
                    async with asyncio.timeout(self._patience()):
                        await woken.wait()

    def _patience(self) -> float:
        hurries = not self._house.database.hears_others and asyncio.get_running_loop().time() < self._busy_until
        return HURRY if hurries else QUIET

    def _is_busy(self) -> None:
        self._busy_until = asyncio.get_running_loop().time() + SETTING_UP

    async def _look(self) -> bool:
        async with self._one:
            return await self._see()

    async def _see(self) -> bool:
        """Say what is new; whether there may be more."""
        if self._entry is None:
            return False
        sight = await calls.look(self._house, self._entry)
        if sight.place is not Place.MINE:
            await self._has_lost(self._entry, sight.place)
            return self._entry is not None
        self._meet(sight.peers)
        for word in sight.heard:
            self._is_busy()
            self._tell(word)
        return len(sight.heard) > 0

    async def _has_lost(self, entry: Entry, place: Place) -> None:
        self._entry = None
        if place is Place.TAKEN_OVER:
            self._tell({"type": "taken_over"})
        elif self._visit().admitted:
            # This server was taken for dead, and is not.
            await self._enter(entry.call, direct=entry.direct)

    def _meet(self, peers: Mapping[int, Peer]) -> None:
        for person_id, peer in self._peers.items():
            if person_id not in peers:
                self._tell(_about(peer, here=False))
        for person_id, peer in peers.items():
            if peer != self._peers.get(person_id):
                self._tell(_about(peer, here=True))
                self._is_busy()
        self._peers = peers


def _about(peer: Peer, *, here: bool) -> dict[str, object]:
    return {"type": "peer", "here": here, "call": peer.call, "name": peer.name}
