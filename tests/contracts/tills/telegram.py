"""Telegram's adapter and Telegram's twin, selling for Stars."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from telegram import Bot

from payments.gateway import Gateway
from payments.money import Money
from payments.telegram import Telegram, TelegramKeys
from sandbox.telegram.updates import Hook
from tests.contracts.counter import Counter, Habits, Till, counter

MIA = 1001
SECRET = "made-up-webhook-secret"
# Only the header proves an update; a repeat makes a second link to one payment; nothing tells of a declined try, and
# there is no list of invoices.
HABITS = Habits(
    currency="XTR",
    signs_body=False,
    asks_sums=False,
    signs_time=False,
    tells_declines=False,
    too_small=0,
    repeats_links=False,
    fresh_links=True,
    knows_checkouts=False,
    foreign="KWD",
)


@dataclass
class TelegramTill:
    """Telegram, on both sides of the counter. `bot` is the program's other hand, which answers before each payment."""

    gateway: Gateway
    counter: Counter
    bot: Bot
    habits: Habits = field(default_factory=lambda: HABITS)

    async def pays(self, checkout_ref: str) -> None:
        """By the invoice's newest link."""
        await self._tries(checkout_ref)
        await self.counter.world.until(lambda: self._posts(b"successful_payment"))

    async def declines(self, checkout_ref: str) -> None:
        """After the program has said yes."""
        await self._tries(checkout_ref, declined=True)

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """By another program of the same bot."""
        payload = checkout_ref.partition(":")[2]
        charges = self.counter.cast.telegram.state.charges
        (charge,) = (each for each, paid in charges.items() if paid["invoice_payload"] == payload)
        await self.bot.refund_star_payment(MIA, charge)
        await self.counter.world.until(lambda: self._posts(b"refunded_payment"))

    async def _tries(self, checkout_ref: str, *, declined: bool = False) -> None:
        twin = self.counter.cast.telegram
        payload = checkout_ref.partition(":")[2]
        link = [link for link, invoice in twin.state.invoices.items() if invoice["payload"] == payload][-1]
        trying = asyncio.create_task(twin.people.pay_link(MIA, link, declined=declined))
        await self.counter.world.until(lambda: self._posts(b"pre_checkout_query"))
        waiting = [query.id for query in twin.state.queries.values() if query.answer is None]
        await self.bot.answer_pre_checkout_query(waiting[0], True)
        await trying
        # The question is answered; what is left are reports.
        told = self.counter.delivered.posts
        told[:] = [post for post in told if post not in self._posts(b"pre_checkout_query")]

    def _posts(self, kind: bytes) -> list[tuple[bytes, object]]:
        return [post for post in self.counter.delivered.posts if kind in post[0]]


@asynccontextmanager
async def telegram_till() -> AsyncIterator[Till]:
    """With the token that the sandbox knows."""
    async with counter("telegram") as there:
        token, api_url = there.world.secrets.telegram_token, f"{there.url}/telegram"
        hook = Hook(f"{there.world.product_url}/webhooks/telegram", SECRET)
        there.cast.telegram.state.updates.set_hook(hook)
        keys = TelegramKeys(token, stars=True, webhook_secret=SECRET, api_url=api_url, timeout=1)
        async with (
            aclosing(Telegram(keys, now=there.world.clock.now)) as gateway,
            Bot(token, base_url=f"{api_url}/bot") as bot,
        ):
            yield TelegramTill(gateway, there, bot)
