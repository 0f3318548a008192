"""What happened to pretended payments, one line after the other; whoever keeps the lines keeps the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from payments.gateway import CheckoutOrder


class Deed(StrEnum):
    """What was done at one page."""

    OPENED = "opened"
    PAID = "paid"
    DECLINED = "declined"
    ENDED = "ended"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. `order` stands in the first line of a page; `minor` (minor units) and `key` in a refund's."""

    deed: Deed
    at: datetime
    order: CheckoutOrder | None = None
    minor: int = 0
    key: str = ""


class Journal(Protocol):
    """Keeps the lines of each page, numbered from 0 on, and never changes one."""

    async def read(self, checkout_ref: str) -> Sequence[Entry]:
        """The lines of a page, in order; () when there is no such page. Raises Unavailable."""
        ...

    async def add(self, checkout_ref: str, number: int, entry: Entry) -> bool:
        """Write line `number`; False when it is written already. Raises Unavailable, OutcomeUnknown."""
        ...
