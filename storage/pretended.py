"""The journal of the pretend gateway, kept where everything else is kept, so that it survives a restart."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import col

from payments.errors import OutcomeUnknown, PaymentError, Unavailable
from payments.pretend.journal import Entry
from storage.tables import PretendedLine
from storage.work import Work

ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)
Begin = Callable[[], AbstractAsyncContextManager[Work]]


class KeptJournal:
    """A `payments.pretend.journal.Journal` in the database. Each line is a transaction of its own."""

    def __init__(self, begin: Begin) -> None:
        """`begin` is the database's: no transaction may be open in the same task while the journal is asked."""
        self._begin = begin

    async def read(self, checkout_ref: str) -> Sequence[Entry]:
        """The lines of a page, in order. Raises Unavailable."""
        asked = select(PretendedLine).where(col(PretendedLine.checkout_ref) == checkout_ref)
        async with _told(Unavailable), self._begin() as work:
            rows = (await work.session.execute(asked.order_by(col(PretendedLine.number)))).scalars().all()
        return tuple(ENTRY.validate_json(row.body) for row in rows)

    async def add(self, checkout_ref: str, number: int, entry: Entry) -> bool:
        """Write line `number`; False when it is written already. Raises OutcomeUnknown."""
        line = PretendedLine(checkout_ref=checkout_ref, number=number, body=ENTRY.dump_json(entry).decode())
        async with _told(OutcomeUnknown):
            try:
                async with self._begin() as work:
                    work.session.add(line)
            except IntegrityError:
                return False
        return True


@asynccontextmanager
async def _told(unless: type[PaymentError]) -> AsyncIterator[None]:
    """To the gateway, a database that does not answer is its own trouble: `unless`."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise unless("The pretend gateway's journal cannot be reached.") from error
