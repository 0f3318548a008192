"""Many customers, few slots, and a clock that jumps: nobody is ever booked over somebody else."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import select
from sqlmodel import col

from handlers.effects import Answer
from handlers.sweeps import sweep_holds
from storage.bookings import ALIVE, cells_of
from storage.tables import BookedCell, Booking, BookingState, Hours, Service
from tests.budget import rounds
from tests.handlers.machine import MODEST, InTown
from tests.handlers.town import START, Town, Voice, town

CUSTOMERS = [Voice("acme-bot", name, name, name=name.title()) for name in ("mia", "noor", "omar", "pia", "quinn")]
STARTS = ("20260303T0800", "20260303T0815", "20260303T0830", "20260303T0900", "20260302T0930")


async def bookings(made: Town) -> Sequence[Booking]:
    """All bookings there ever were."""
    async with made.database.begin() as work:
        return (await work.session.execute(select(Booking).order_by(col(Booking.id)))).scalars().all()


async def second_service(made: Town) -> None:
    """A longer one, with a pause behind it and starts in between; and a second agent."""
    async with made.database.begin() as work:
        longer = Service(
            team_id=made.team.id, slug="longer", name="Longer", minutes=45, price_minor=0, currency="USD",
            step_minutes=15, pause_minutes=10,
        )  # fmt: skip
        await work.people.add(longer)
        ben = Hours(team_id=made.team.id, person_id=made.ben.person_id, zone="Europe/Berlin", text="Tue 09:00-10:00")
        await work.people.add(ben)


class TheCalendar(InTown):
    """Holding, confirming, dropping, moving, cancelling, waiting."""

    @initialize()
    def begin(self) -> None:
        self.run(second_service(self.town))

    @rule(who=st.sampled_from(CUSTOMERS), start=st.sampled_from(STARTS), service=st.sampled_from([1, 3]))
    def hold(self, who: Voice, start: str, service: int) -> None:
        self.run(self.town.hear(who.presses("book.hold", f"{service}|{start}|0")))

    @rule(who=st.sampled_from(CUSTOMERS), what=st.sampled_from(["book.yes", "book.yes", "book.no", "book.cancelled"]))
    def decide(self, who: Voice, what: str) -> None:
        for booking in list(self.run(bookings(self.town)))[-4:]:
            self.run(self.town.hear(who.presses(what, str(booking.id))))

    @rule(who=st.sampled_from(CUSTOMERS), start=st.sampled_from(STARTS), service=st.sampled_from([1, 3]))
    def move(self, who: Voice, start: str, service: int) -> None:
        for booking in list(self.run(bookings(self.town)))[-4:]:
            self.run(self.town.hear(who.presses("book.moved", f"{service}|{start}|0|{booking.id}")))

    @rule(who=st.sampled_from(CUSTOMERS))
    def drop_everything(self, who: Voice) -> None:
        self.run(self.town.hear(who.does("cancel")))

    @rule(minutes=st.sampled_from([1, 6, 11]), swept=st.booleans())
    def wait(self, minutes: int, *, swept: bool) -> None:
        self.town.clock.pass_by(minutes=minutes)
        if swept:
            self.run(sweep_holds(self.town.house))

    @invariant()
    def nobody_is_booked_twice(self) -> None:
        alive = [one for one in self.run(bookings(self.town)) if one.state in ALIVE]
        for one, other in combinations(alive, 2):
            apart = one.busy_until <= other.starts_at or other.busy_until <= one.starts_at
            assert one.agent_id != other.agent_id or apart

    @invariant()
    def the_cells_are_those_of_the_bookings_that_stand(self) -> None:
        async def cells() -> set[tuple[int, object]]:
            async with self.town.database.begin() as work:
                rows = await work.session.execute(select(BookedCell))
                return {(row.booking_id, row.starts_at) for row in rows.scalars()}

        alive = [one for one in self.run(bookings(self.town)) if one.state in ALIVE]
        expected = {(one.id, cell) for one in alive for cell in cells_of(one.starts_at, one.busy_until)}
        assert self.run(cells()) == expected


TheCalendar.TestCase.settings = MODEST
TestTheCalendar = pytest.mark.long(pytest.mark.timeout(rounds(60))(TheCalendar.TestCase))


async def test_of_many_who_take_one_slot_at_once_one_gets_it(template: Path) -> None:
    async with town(template) as made:
        crowd = [Voice("acme-bot", f"c{number}", f"c{number}", name=f"C{number}") for number in range(20)]
        await asyncio.gather(*(made.hear(one.presses("book.hold", "1|20260303T0800|0")) for one in crowd))
        held = [one for one in await bookings(made) if one.state is BookingState.HELD]
        assert len(held) == 1


async def test_who_is_too_late_is_offered_the_next_times(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.presses("book.hold", "1|20260303T0800|0"))
        _, answer = await made.hear(made.noor.presses("book.hold", "1|20260303T0800|0"))
        assert isinstance(answer, Answer)
        assert answer.message.text.startswith("Sorry, that time has just been taken.")
        assert [row[0].value for row in answer.message.buttons[:2]] == ["1|20260303T0830|0", "1|20260303T0900|0"]


async def test_a_hold_that_lapsed_unswept_is_free_for_the_next(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.presses("book.hold", "1|20260303T0800|0"))
        made.clock.pass_by(minutes=10)
        await made.hear(made.noor.presses("book.hold", "1|20260303T0800|0"), made.mia.presses("book.yes", "1"))
        await made.hear(made.noor.presses("book.yes", "2"))
        assert [one.state for one in await bookings(made)] == [BookingState.LAPSED, BookingState.CONFIRMED]


async def test_an_old_yes_does_not_change_a_cancelled_booking(template: Path) -> None:
    async with town(template) as made:
        await made.hear(*(made.mia.presses(*one) for one in (
            ("book.hold", "1|20260303T0800|0"), ("book.yes", "1"), ("book.cancelled", "1"), ("book.yes", "1"),
        )))  # fmt: skip
        assert [one.state for one in await bookings(made)] == [BookingState.CANCELLED]


async def test_days_on_which_an_agent_is_away_are_not_offered(template: Path) -> None:
    async with town(template) as made:
        async with made.database.begin() as work:
            for hours in await work.people.hours_of(made.team.id):
                hours.closed = "2026-03-03,2026-03-04"
        _, answer = await made.hear(made.mia.presses("book.day", "1||0"))
        assert isinstance(answer, Answer)
        days = [button.value for row in answer.message.buttons for button in row if button.action == "book.time"]
        assert days[:2] == ["1|2026-03-02|0", "1|2026-03-05|0"]


def test_cells_of_times_beside_the_grid_meet_those_on_it() -> None:
    beside = cells_of(START + timedelta(minutes=3), START + timedelta(minutes=33))
    on_it = cells_of(START, START + timedelta(minutes=5))
    assert set(on_it) <= set(beside)
    assert len(cells_of(START, START + timedelta(minutes=30))) == 6
