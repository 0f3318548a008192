"""A booking is brought to mind a day and an hour before it starts, as it stands then."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from handlers.appointments.reminding import sweep_reminders
from tests.handlers.town import Town, town

AT = "1|20260304T1000|0"
"""Wednesday at 11:00 in Berlin, two days and an hour after all begins."""


@pytest_asyncio.fixture
async def made(template: Path) -> AsyncIterator[Town]:
    async with town(template) as each:
        await each.hear(each.mia.presses("book.hold", AT), each.mia.presses("book.yes", "1"))
        yield each


async def after(made: Town, **span: float) -> tuple[str, str]:
    """Time passes and what is due happens, asked for twice: what customer and desk are reminded of."""
    await made.drain()
    before = len(made.notebook.shown)
    made.clock.pass_by(**span)
    await sweep_reminders(made.house)
    await sweep_reminders(made.house)
    await made.drain()
    said = made.notebook.shown[before:]
    mia, desk = ([one.message.plain for one in said if one.chat == chat] for chat in ("mia", "acme-desk"))
    return "\n".join(mia), "\n".join(desk)


async def test_customer_and_desk_are_reminded_a_day_and_an_hour_before(made: Town) -> None:
    assert await after(made, hours=24) == ("", "")
    mia, desk = await after(made, hours=1)
    assert mia.count("begins tomorrow at 11:00") == 1 and "Wed 4 Mar, 11:00" in mia
    assert made.notebook.button("book.quiet") == made.notebook.button("book.cancel") == "1"
    assert desk.count("Mia begins tomorrow at 11:00. Ana is booked for it.") == 1
    assert await after(made, hours=22) == ("", "")
    mia, desk = await after(made, hours=1)
    assert mia.count("begins in 60 minutes") == 1
    assert "book.quiet" not in str(made.notebook.shown[-2:]), "there is no other to come"
    assert desk.count("begins in 60 minutes") == 1
    assert await after(made, hours=2) == ("", "")


async def test_a_machine_that_slept_reminds_once_of_what_is_still_ahead(made: Town) -> None:
    mia, desk = await after(made, hours=48, minutes=45)
    assert mia.count("begins in 15 minutes") == desk.count("begins in 15 minutes") == 1
    assert await after(made, hours=2) == ("", "")


async def test_what_has_begun_is_nothing_to_remind_of(made: Town) -> None:
    assert await after(made, hours=49) == ("", "")


async def test_what_was_cancelled_is_nothing_to_remind_of(made: Town) -> None:
    await made.hear(made.mia.presses("book.cancelled", "1"))
    assert await after(made, hours=25) == ("", "")


async def test_who_wants_no_more_reminders_gets_none(made: Town) -> None:
    await after(made, hours=25)
    await made.hear(made.mia.presses("book.quiet", made.notebook.button("book.quiet")))
    assert await after(made, hours=23) == ("", "")
    assert "not be reminded" in made.notebook.answers[-1][1].plain


async def test_nobody_quietens_the_reminders_of_another(made: Town) -> None:
    await made.hear(made.noor.presses("book.quiet", "1"))
    mia, _ = await after(made, hours=25)
    assert "begins tomorrow" in mia
