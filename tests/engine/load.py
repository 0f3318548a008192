"""The load: customers who write, one word after the other, and Stripe that calls for each payment again and again."""

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.engine.books import FIRST_CHAT, TWICE
from tests.engine.fleet import STRIPE_SECRET, TELEGRAM_SECRET
from tests.engine.platforms import Platforms, intent, session
from tests.payments.stripe_payloads import event, signed

AHEAD = 2
"""Words of one customer that are taken and have not arrived."""
PATIENCE = aiohttp.ClientTimeout(total=2)
PAUSE = 0.02
Json = dict[str, Any]
_AWAY = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass
class Load:
    """`urls` are the servers as they are now. `accepted`: when each word was answered with a 200."""

    http: aiohttp.ClientSession
    platforms: Platforms
    urls: Callable[[], Sequence[str]]
    rng: random.Random
    accepted: dict[str, float] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    over: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _updates: int = 0

    def begin(self, customers: int) -> None:
        """All customers begin to write."""
        self._tasks = [asyncio.create_task(self._writes(number)) for number in range(customers)]

    async def end(self) -> None:
        """Nobody begins another word; returns when every word and every payment was taken."""
        self.over = True
        await asyncio.gather(*self._tasks)

    def abandon(self) -> None:
        """The test is over, whatever became of it."""
        for task in self._tasks:
            task.cancel()

    def pay(self, number: int) -> None:
        """The customer pays request `number` on both its pages; Stripe tells each of it by two events, twice."""
        for page in TWICE:
            name = f"{number}{page}"
            for kind, thing in (
                ("payment_intent.succeeded", intent(name)),
                ("checkout.session.completed", session(name)),
            ):
                told = event(kind, thing, id=f"evt_{kind}_{name}", created=int(time.time()))
                self._tasks += [asyncio.create_task(self.stripe_calls(told)) for _ in range(2)]

    async def stripe_calls(self, told: Json) -> None:
        """Deliver an event until it is taken."""
        body = json.dumps(told).encode()
        await self._until_taken(lambda: ("webhooks/stripe", body, signed(body, STRIPE_SECRET, int(time.time()))))

    async def _writes(self, number: int) -> None:
        words = 0
        while not self.over:
            word = f"{number:03}/{words:05}"
            words += 1
            await self.says(number, word)
            while not self.over and self._ahead(number, words) >= AHEAD:  # noqa: ASYNC110  # no event for that
                await asyncio.sleep(PAUSE)

    def _ahead(self, number: int, words: int) -> int:
        recent = range(max(words - AHEAD, 0), words)
        return sum(f"{number:03}/{each:05}" not in self.platforms.first for each in recent)

    async def says(self, number: int, word: str) -> None:
        """A customer says a word; returns when it was taken. Telegram repeats an update under its own number."""
        self._updates += 1
        body = json.dumps(update(self._updates, FIRST_CHAT + number, word)).encode()
        secret = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
        await self._until_taken(lambda: ("telegram", body, secret))
        self.accepted[word] = time.monotonic()

    async def _until_taken(self, call: Callable[[], tuple[str, bytes, dict[str, str]]]) -> None:
        """Call one server after the other, as a platform does whose call was not answered with a 200."""
        while True:
            path, body, headers = call()
            with suppress(*_AWAY):
                url = f"{self.rng.choice(self.urls())}/{path}"
                async with self.http.post(url, data=body, headers=headers, timeout=PATIENCE) as answer:
                    self.statuses.append(answer.status)
                    if answer.status == 200:
                        return
            await asyncio.sleep(PAUSE)


def update(number: int, chat: int, text: str) -> Json:
    """A private message, as Telegram's webhook brings it."""
    person = {"id": chat, "first_name": f"Customer {chat - FIRST_CHAT}"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": {**person, "is_bot": False, "language_code": "en"},
            "chat": {**person, "type": "private"},
            "date": int(time.time()),
            "text": text,
        },
    }
