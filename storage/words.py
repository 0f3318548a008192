"""What is said in one transaction: kept together at its end, for a single event may say seven things."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from storage import statements
from storage.repeats import blank, table_of
from storage.tables import Delivery, Seat, SpokenMessage

Then = Callable[[], Awaitable[None]]


class Words:
    """New messages that wait to be kept, the seats they go to, and what is to be done with each when it has its id."""

    def __init__(self, session: AsyncSession) -> None:
        """Part of one `Work`."""
        self._db = session
        self._waiting: list[tuple[SpokenMessage, Sequence[Seat], Then]] = []

    def add(self, spoken: SpokenMessage, seats: Sequence[Seat], then: Then) -> None:
        """Keep a message, with all others that wait."""
        self._waiting.append((spoken, seats, then))

    def has(self, conversation_id: int, card_key: str) -> bool:
        """Whether that card waits."""
        return any((each.conversation_id, each.card_key) == (conversation_id, card_key) for each, *_ in self._waiting)

    async def settle(self) -> None:
        """Keep what waits; then each is brought on its way, in the order in which it was said."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        await self._keep([spoken for spoken, *_ in waiting])
        await self.address([(spoken, seat) for spoken, seats, _ in waiting for seat in seats])
        for *_, then in waiting:
            await then()

    async def address(self, ways: Sequence[tuple[SpokenMessage, Seat]]) -> None:
        """Note that messages are on their way to seats that they never were on their way to."""
        if ways:
            rows = [{**blank(Delivery), "message_id": spoken.id, "seat_id": seat.id} for spoken, seat in ways]
            await self._db.execute(insert(table_of(Delivery)), rows)

    async def _keep(self, spoken: Sequence[SpokenMessage]) -> None:
        """In one statement; the ids are asked for afterwards, since not every database gives them back in order."""
        rows = [each.model_dump(exclude={"id"}) for each in spoken]
        await self._db.execute(insert(table_of(SpokenMessage)), rows)
        asked = {"of": list({each.conversation_id for each in spoken}), "versions": [each.version for each in spoken]}
        ids = {(of, version): number for number, of, version in await self._db.execute(statements.numbers(), asked)}
        for each in spoken:
            each.id = ids[each.conversation_id, each.version]
