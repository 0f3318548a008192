"""The journal of the pretend gateway, on each kind of database: in order, never changed, and one writer wins."""

import asyncio
from datetime import timedelta

import pytest

from payments.errors import OutcomeUnknown, Unavailable
from payments.gateway import CheckoutOrder, utc_now
from payments.money import Money
from payments.pretend.journal import Deed, Entry
from storage.database import Database
from storage.pretended import KeptJournal
from tests.storage.rows import NOON

ORDER = CheckoutOrder(
    reference="co_1", amount=Money(500, "JPY"), description="Grüße 😀", payee="Acme", return_url="http://127.0.0.1/b",
    cancel_url="http://127.0.0.1/a", expires_at=NOON + timedelta(hours=1), key="co_1",
)  # fmt: skip
LINES = [
    Entry(deed=Deed.OPENED, at=NOON, order=ORDER),
    Entry(deed=Deed.PAID, at=NOON + timedelta(microseconds=1)),
    Entry(deed=Deed.REFUNDED, at=NOON + timedelta(seconds=2), minor=200, key="k"),
]


async def test_lines_come_back_as_they_were_written_and_of_one_page_alone(database: Database) -> None:
    journal = KeptJournal(database.begin)
    for number, line in enumerate(LINES):
        assert await journal.add("a", number, line)
    assert await journal.add("A", 0, LINES[0])
    assert list(await journal.read("a")) == LINES
    assert await journal.read("b") == ()


async def test_of_many_that_write_a_line_at_once_one_does(database: Database) -> None:
    journal = KeptJournal(database.begin)
    written = await asyncio.gather(*(journal.add("a", 0, line) for line in LINES * 3))
    assert sum(written) == 1
    assert len(await journal.read("a")) == 1


async def test_a_database_that_is_away_is_told_in_the_words_of_payments() -> None:
    away = Database("sqlite:////nowhere/kept.db", keys=["k"], clock=utc_now)
    journal = KeptJournal(away.begin)
    with pytest.raises(Unavailable):
        await journal.read("a")
    with pytest.raises(OutcomeUnknown):
        await journal.add("a", 0, LINES[0])
    await away.aclose()
