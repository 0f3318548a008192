"""Wakes those who wait for a commit: the workers of the queues, and the pages that show a conversation."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

INBOX = "inbox"
OUTBOX = "outbox"


def conversation(conversation_id: int) -> str:
    """The topic of one conversation."""
    return f"conversation:{conversation_id}"


def room(room_id: int) -> str:
    """The topic of one room: who knocks, who was let in, who left, when it ends."""
    return f"room:{room_id}"


def call(room_id: int, person_id: int) -> str:
    """The topic of one person's place in a call: the other browser has something to tell theirs."""
    return f"call:{room_id}:{person_id}"


class Signals:
    """Topics and the events that wait for them. A signal is a hint: whoever waits also looks by itself now and then."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def send(self, topics: Iterable[str]) -> None:
        """Wake everyone who waits for one of `topics`."""
        for topic in topics:
            for event in self._waiting.get(topic, ()):
                event.set()

    @asynccontextmanager
    async def listen(self, *topics: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever one of `topics` is signalled; the listener clears it."""
        event = asyncio.Event()
        for topic in topics:
            self._waiting.setdefault(topic, set()).add(event)
        try:
            yield event
        finally:
            for topic in topics:
                self._waiting[topic].discard(event)
                if not self._waiting[topic]:
                    del self._waiting[topic]
