"""What comes in, made durable: what arrives together is committed together, and nobody is answered before that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update of a chat platform or an event of a gateway; `source` and `event_id` together tell repeats."""

    source: str
    event_id: str
    lane: str
    kind: str
    body: str


async def take_in(work: "Work", arrivals: Sequence[Arrival]) -> Sequence[None]:
    """Into the inbox with them; a repeat changes nothing."""
    await work.inbox.take_in(arrivals)
    return [None] * len(arrivals)
