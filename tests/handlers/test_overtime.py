"""Minutes beyond the booked ones, from the room's own log."""

from datetime import timedelta

import pytest

from handlers.checkout.overtime import sweep_rooms
from handlers.visits import end_room, visit
from storage.tables import Presence, Room, Side
from tests.handlers.market import Market
from tests.handlers.stall import booked, card, press, team_says


async def talked(market: Market, minutes: int) -> Room:
    """Both sides were in the room for so long; its time is over a while later."""
    async with market.town.database.begin() as work:
        case = await work.talk.conversation(1)
        assert case is not None
        room = Room(conversation_id=1, provider="webrtc", name="r", opened_at=work.now,
                    closes_at=work.now + timedelta(hours=3))  # fmt: skip
        await work.rooms.add(room)
        for person_id in (case.customer_id, market.town.ana.person_id):
            await work.rooms.add(
                Presence(room_id=room.id, person_id=person_id, joined_at=work.now, seen_at=work.now,
                         left_at=work.now + timedelta(minutes=minutes))
            )  # fmt: skip
    market.town.clock.pass_by(hours=4)
    for _ in range(2):
        await sweep_rooms(market.town.house)
    await market.carry_out()
    return room


async def test_minutes_beyond_the_booked_ones_are_suggested_and_asked_for_after_a_yes(market: Market) -> None:
    await booked(market, starts_in=0)
    await talked(market, 42)
    assert "12 minutes beyond the booked 30: ask for $19.60?" in card(market, "acme-desk", "beyond").title
    assert not await market.requests(), "nothing is asked for by itself"
    for _ in range(2):
        await press(market, "overtime.yes")
    (request,) = await market.requests()
    assert (request.amount_minor, request.service_id, request.sent_at is not None) == (1960, None, True)
    assert "Ana asks for $19.60." in card(market, "acme-desk", "Time beyond").plain


@pytest.mark.parametrize(
    ("minutes", "columns"), [(35, {}), (42, {"overtime_minor": 0}), (42, {"overtime_after": 12}), (20, {})]
)
async def test_what_is_nothing_to_ask_for_is_not_suggested(
    market: Market, minutes: int, columns: dict[str, object]
) -> None:
    await team_says(market, **columns)
    await booked(market, starts_in=0)
    await talked(market, minutes)
    assert not [one for one in market.town.notebook.shown if "beyond" in one.message.title]


async def test_the_teams_own_price_by_the_minute_and_a_no(market: Market) -> None:
    await team_says(market, overtime_minor=200)
    await booked(market, starts_in=0)
    await talked(market, 42)
    assert "ask for $24.00?" in card(market, "acme-desk", "beyond").title
    await press(market, "overtime.no")
    assert not await market.requests()
    assert not card(market, "acme-desk", "Time beyond").buttons


async def test_the_agent_who_ends_the_call_is_asked_at_once(market: Market) -> None:
    await booked(market, starts_in=0)
    await market.hear(market.desk.presses("room.open", "1"))
    link = next(message for _, message in market.town.notebook.answers if message.secret).buttons[0][0].url
    host = await visit(market.town.house, link.rpartition("/")[2])
    async with market.town.database.begin() as work:
        case = await work.talk.conversation(1)
        assert case is not None
        for person_id in (case.customer_id, host.person_id):
            await work.rooms.add(
                Presence(room_id=host.room_id, person_id=person_id, joined_at=work.now, seen_at=work.now)
            )
    market.town.clock.pass_by(minutes=37)
    await end_room(market.town.house, host)
    await market.carry_out()
    assert "7 minutes beyond the booked 30: ask for $11.43?" in card(market, "acme-desk", "beyond").title


async def test_without_a_booking_nothing_is_beyond_it(market: Market) -> None:
    await talked(market, 90)
    assert not [one for one in market.town.notebook.shown if one.side is Side.AGENT and "beyond" in one.message.title]
