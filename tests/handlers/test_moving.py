"""A booking is moved: the same row takes another time, what was paid for it stays paid, and everyone knows."""

from datetime import timedelta

import pytest

from handlers.messages import Message
from payments.machine import State
from storage.tables import Booking, BookingState, Service
from tests.handlers.market import PRICE, Market
from tests.handlers.stall import ask, booked, card, fresh, heard_by, pay, rows
from tests.handlers.test_booking import bookings
from tests.handlers.town import START, Voice

DAY = 24 * 60
THERE = START + timedelta(days=2, hours=1)
"""Wednesday 10:00 UTC, 11:00 in Berlin."""
LATER = "20260305T1000"
"""The day after, at the same hour."""


async def at_ten(market: Market) -> Booking:
    return await booked(market, starts_in=2 * DAY + 60)


async def row(market: Market, booking: Booking) -> Booking:
    async with market.town.database.begin() as work:
        known = await work.bookings.get(booking.id)
        assert known is not None
        return known


def to(market: Market, booking: Booking, when: str = LATER) -> str:
    return f"{market.town.service.id}|{when}|0|{booking.id}"


async def moves(market: Market, voice: Voice, booking: Booking, when: str = LATER) -> Message:
    """What somebody hears who says yes to that time."""
    await market.hear(voice.presses("book.moved", to(market, booking, when)))
    return answer(market)


def answer(market: Market) -> Message:
    return market.town.notebook.answers[-1][1]


def labels(message: Message) -> list[str]:
    return [button.label for line in message.buttons for button in line]


async def policy(market: Market, **columns: object) -> None:
    async with market.town.database.begin() as work:
        service = await work.people.service(market.town.service.id)
        assert service is not None
        for name, value in columns.items():
            setattr(service, name, value)


async def test_a_paid_booking_takes_another_time_and_stays_paid(market: Market) -> None:
    booking = await at_ten(market)
    await pay(market, await ask(market, "49 USD"))
    await market.hear(market.town.mia.presses("book.move", str(booking.id)))
    assert "You can move it free of charge" in answer(market).text
    await market.hear(market.town.mia.presses("book.day", to(market, booking, "")))
    await market.hear(market.town.mia.presses("book.time", to(market, booking, "2026-03-05")))
    assert to(market, booking) in [button.value for line in answer(market).buttons for button in line]
    await market.hear(market.town.mia.presses("book.move.to", to(market, booking)))
    question = answer(market)
    assert question.title == "Move it?"
    assert rows(question)["From"] == "Wed 4 Mar, 11:00\u201311:30 Berlin time"
    assert rows(question)["To"] == "Thu 5 Mar, 11:00\u201311:30 Berlin time"
    assert rows(question)["Price"] == "the same. What was paid stays paid"
    await moves(market, market.town.mia, booking)
    now = await row(market, booking)
    assert (now.starts_at, now.ends_at) == (THERE + timedelta(days=1), THERE + timedelta(days=1, minutes=30))
    assert (now.uid, now.sequence, now.state) == (booking.uid, 1, BookingState.CONFIRMED)
    assert [one.state for one in await market.requests()] == [State.PAID] and market.till.kept == PRICE
    async with market.town.database.begin() as work:
        deeds = [(line.deed, line.about) for line in await work.audits.of(market.town.team.id)]
    assert ("booking moved", f"booking {booking.id}, from 2026-03-04 10:00 UTC") in deeds


async def test_everyone_hears_of_the_new_time(market: Market) -> None:
    booking = await at_ten(market)
    await moves(market, market.town.mia, booking)
    assert rows(card(market, "mia", "Your booking"))["When"].startswith("Thu 5 Mar, 11:00")
    files = [file for one in market.town.notebook.shown if one.chat == "mia" for file in one.message.files]
    calendar = files[-1].content.decode()
    assert "UID:u\r\n" in calendar and "SEQUENCE:1\r\n" in calendar and "DTSTART:20260305T100000Z" in calendar
    assert heard_by(market, "acme-desk", "Moved by Mia: Talk with acme, Wed 4 Mar, 11:00") == 1
    assert "Thu 5 Mar, 11:00" in rows(card(market, "acme-desk", "Case 1"))["Booking"]
    told = [one for one in await market.told() if one.event == "booking.moved"]
    assert [THERE.isoformat() in one.data and "2026-03-05T10:00" in one.data for one in told] == [True]


async def test_a_second_yes_moves_nothing(market: Market) -> None:
    booking = await at_ten(market)
    await moves(market, market.town.mia, booking)
    assert (await moves(market, market.town.mia, booking)).text == "It is at that time already."
    assert (await row(market, booking)).sequence == 1


async def test_an_agent_moves_from_the_thread_and_the_customer_is_told_who_did(market: Market) -> None:
    await policy(market, late_fee_percent=100)
    booking = await booked(market, starts_in=60)
    await market.hear(market.desk.presses("book.move", str(booking.id)))
    assert "which day" in answer(market).title
    await market.hear(market.desk.presses("book.move.to", to(market, booking)))
    assert rows(answer(market))["For"] == "Mia"
    await moves(market, market.desk, booking)
    assert (await row(market, booking)).starts_at == THERE + timedelta(days=1)
    assert heard_by(market, "mia", "Moved by Ana: Talk with acme") == 1


async def test_a_customer_who_is_late_is_told_why_and_whom_to_ask(market: Market) -> None:
    await policy(market, late_fee_percent=100)
    booking = await booked(market, starts_in=60)
    for action, value in (("book.move", str(booking.id)), ("book.move.to", to(market, booking)),
                          ("book.moved", to(market, booking))):  # fmt: skip
        await market.hear(market.town.mia.presses(action, value))
        assert "less than 24 hours before the start" in answer(market).text
        assert labels(answer(market)) == ["Talk to a person", "Keep it"]
    assert (await row(market, booking)).sequence == 0


@pytest.mark.parametrize("who", ["mia", "ana"])
async def test_what_has_begun_is_moved_by_nobody(market: Market, who: str) -> None:
    booking = await booked(market, starts_in=10)
    market.town.clock.pass_by(minutes=10)
    told = await moves(market, market.town.mia if who == "mia" else market.desk, booking)
    assert told.text == "This has already started and can no longer be moved."
    assert (await row(market, booking)).sequence == 0


@pytest.mark.parametrize("state", [BookingState.HELD, BookingState.CANCELLED, BookingState.LAPSED])
async def test_what_does_not_stand_is_not_moved(market: Market, state: BookingState) -> None:
    booking = await at_ten(market)
    async with market.town.database.begin() as work:
        known = await work.bookings.get(booking.id)
        assert known is not None
        known.state = state
    assert (await moves(market, market.town.mia, booking)).text == "This booking is not standing any more."
    assert (await row(market, booking)).starts_at == THERE


@pytest.mark.parametrize("who", ["noor", "rex", "rita"])
@pytest.mark.parametrize(
    ("action", "when"),
    [
        ("book.move", None),
        ("book.day", ""),
        ("book.time", "2026-03-05"),
        ("book.move.to", LATER),
        ("book.moved", LATER),
    ],
)
async def test_nobody_else_moves_it(market: Market, who: str, action: str, when: str | None) -> None:
    booking = await at_ten(market)
    voice: Voice = getattr(market.town, who)
    await market.hear(voice.presses(action, str(booking.id) if when is None else to(market, booking, when)))
    assert answer(market).text == "This menu is out of date."
    assert (await row(market, booking)).starts_at == THERE


async def test_a_button_that_names_another_service_is_out_of_date(market: Market) -> None:
    booking = await at_ten(market)
    other = Service(team_id=market.town.team.id, slug="dear", name="Dear", minutes=60, price_minor=9900, currency="USD")
    async with market.town.database.begin() as work:
        await work.people.add(other)
    await market.hear(market.town.mia.presses("book.moved", f"{other.id}|{LATER}|0|{booking.id}"))
    assert answer(market).text == "This menu is out of date."


async def test_who_comes_too_late_for_a_time_keeps_the_old_one(market: Market) -> None:
    booking = await at_ten(market)
    await market.hear(market.town.noor.presses("book.hold", f"{market.town.service.id}|{LATER}|0"))
    told = await moves(market, market.town.mia, booking)
    assert told.text.startswith("Sorry, that time has just been taken.")
    again = told.buttons[0][0]
    assert (again.action, again.value) == ("book.move.to", to(market, booking, "20260305T1030"))
    assert (await row(market, booking)).starts_at == THERE


async def test_a_day_with_nothing_free_but_its_own_time_is_not_offered(market: Market) -> None:
    async with market.town.database.begin() as work:
        (hours,) = [one for one in await work.people.hours_of(market.town.team.id)]
        hours.text = "Mon-Fri 11:00-11:30"
    booking = await at_ten(market)
    await market.hear(market.town.mia.presses("book.move", str(booking.id)))
    days = [button.value for line in answer(market).buttons for button in line if button.action == "book.time"]
    assert to(market, booking, "2026-03-04") not in days
    assert to(market, booking, "2026-03-05") in days and len(days) == 10


async def test_its_own_old_time_is_in_its_way_nowhere(market: Market) -> None:
    await policy(market, step_minutes=15)
    booking = await at_ten(market)
    await market.hear(market.town.mia.presses("book.time", to(market, booking, "2026-03-04")))
    assert {"10:45", "11:15"} <= set(labels(answer(market))) and "11:00" not in labels(answer(market))
    await moves(market, market.town.mia, booking, "20260304T1015")
    assert (await row(market, booking)).starts_at == THERE + timedelta(minutes=15)


async def test_a_service_that_is_sold_no_more_can_still_be_moved(market: Market) -> None:
    booking = await at_ten(market)
    await policy(market, retired=True)
    await moves(market, market.town.mia, booking)
    assert (await row(market, booking)).starts_at == THERE + timedelta(days=1)


async def test_the_rest_of_a_deposit_is_asked_for_at_the_new_end(market: Market) -> None:
    booking = await at_ten(market)
    deposit = await ask(market, "100 USD Course; deposit 30%")
    assert (await fresh(market, deposit)).rest_due_at == THERE + timedelta(minutes=30)
    await moves(market, market.town.mia, booking, "20260303T1000")
    assert (await fresh(market, deposit)).rest_due_at == THERE - timedelta(days=1, minutes=-30)


@pytest.mark.parametrize("quiet", [False, True])
async def test_reminders_follow_unless_the_customer_wants_none(market: Market, quiet: bool) -> None:
    await market.hear(market.town.mia.presses("book.hold", f"{market.town.service.id}|20260304T1000|0"))
    await market.hear(market.town.mia.presses("book.yes", "1"))
    if quiet:
        await market.hear(market.town.mia.presses("book.quiet", "1"))
    booking = await row(market, (await bookings(market.town))[0])
    await moves(market, market.town.mia, booking)
    assert (await row(market, booking)).remind_at == (None if quiet else THERE)


async def test_keeping_it_changes_nothing(market: Market) -> None:
    booking = await at_ten(market)
    await market.hear(market.town.mia.presses("book.keep"))
    assert answer(market).text == "It stays as it is."
    assert (await row(market, booking)).sequence == 0
