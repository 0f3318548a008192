"""Telegram's list of a bot's Stars, read on from where it was left: nothing is ever changed or put in between.

https://core.telegram.org/bots/api#getstartransactions: "in chronological order". A refund is an entry of its own that
bears the id of the payment.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from payments.telegram.facts import StarPayment, short

PAGE = 100
"""The most that Telegram gives at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list. `payment` is None for a refund, and for Stars that moved otherwise."""

    charge: str
    at: datetime
    payment: StarPayment | None = None


Read = Callable[[int], Awaitable[Sequence[Entry]]]
"""Up to a hundred lines from a place on, oldest first. Raises PaymentError."""


@dataclass(slots=True)
class Statement:
    """All payments so far, by charge id."""

    read: Read
    _known: dict[str, StarPayment] = field(default_factory=dict)
    _place: int = 0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def payments_for(self, payload: str) -> Sequence[StarPayment]:
        """Those of one checkout, oldest first. Raises PaymentError when Telegram does not answer."""
        await self._read_on()
        return [one for one in self._known.values() if one.payload == payload]

    async def payment(self, payment_ref: str) -> StarPayment | None:
        """The one of that id, or None. Raises PaymentError when Telegram does not answer."""
        await self._read_on()
        return next((one for one in self._known.values() if short(one.charge) == payment_ref), None)

    async def _read_on(self) -> None:
        async with self._turn:
            while page := await self.read(self._place):
                self._place += len(page)
                for entry in page:
                    self._enter(entry)
                if len(page) < PAGE:
                    return

    def _enter(self, entry: Entry) -> None:
        if entry.payment is not None:
            self._known[entry.charge] = entry.payment
        elif paid := self._known.get(entry.charge):
            self._known[entry.charge] = replace(paid, back=entry.at)
