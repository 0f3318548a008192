"""A stall at which things are sold line by line: what agents and customers do there, and what they see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from handlers.messages import Message
from handlers.pay_page import begin_checkout
from payments.machine import State
from storage.tables import Booking, BookingState, Coupon, PaymentRequest
from tests.handlers.market import Market
from tests.handlers.till import Till
from tests.handlers.town import Voice, town

LINES = "2 x 49 Consultation; 20 Materials +19%"
"""98.00 and 23.80: 121.80."""


@asynccontextmanager
async def stall(template: Path) -> AsyncIterator[Market]:
    """A market with its customer and its till."""
    till = Till()
    async with town(template, {"till": till}) as made:
        there = Market(made, till)
        await there.begin()
        yield there


async def team_says(market: Market, **columns: object) -> None:
    async with market.town.database.begin() as work:
        team = await work.people.team(market.town.team.id)
        for name, value in columns.items():
            setattr(team, name, value)


async def coupon(market: Market, **columns: Any) -> None:
    """Ten percent off by SPRING, as often as one likes, unless said otherwise."""
    async with market.town.database.begin() as work:
        await work.pricing.add(Coupon(team_id=market.town.team.id, code="SPRING", **({"percent": 1000} | columns)))


async def uses(market: Market) -> int:
    async with market.town.database.begin() as work:
        return (await work.session.execute(select(Coupon))).scalars().one().used


def answer(market: Market) -> Message:
    return market.town.notebook.answers[-1][1]


def card(market: Market, chat: str, title: str) -> Message:
    return [one.message for one in market.town.notebook.shown if one.chat == chat and title in one.message.title][-1]


def heard_by(market: Market, chat: str, words: str) -> int:
    """How many messages there have shown these words."""
    return sum(words in one.message.plain for one in market.town.notebook.shown if one.chat == chat)


def rows(message: Message) -> dict[str, str]:
    return {pair.label: pair.value for pair in message.pairs}


async def press(market: Market, action: str, voice: Voice | None = None) -> None:
    """Press the newest button with that action, as somebody who sees it would."""
    await market.hear((voice or market.desk).presses(action, market.town.notebook.button(action)))


async def ask(market: Market, text: str = LINES) -> PaymentRequest:
    await market.hear(market.desk.does("pay", text))
    await press(market, "pay.send")
    return (await market.requests())[-1]


async def pay(market: Market, request: PaymentRequest) -> None:
    """The customer agrees and pays."""
    url = await begin_checkout(market.town.house, request.code, agreed=request.amount_minor)
    market.till.pay(url.rpartition("/")[2])
    await market.webhook(market.till.webhooks[-1])


async def paying(market: Market) -> str:
    await market.ask()
    return await market.open((await market.requests())[-1])


async def state_of(market: Market) -> State:
    return (await market.requests())[-1].state


async def paid(market: Market) -> PaymentRequest:
    market.till.pay(await paying(market))
    await market.webhook(market.till.webhooks[-1])
    return (await market.requests())[-1]


async def fresh(market: Market, request: PaymentRequest) -> PaymentRequest:
    async with market.town.database.begin() as work:
        return await work.payments.known_request(request.id)


async def booked(market: Market, *, starts_in: int, minutes: int = 30) -> Booking:
    """The customer of case 1 has a time."""
    async with market.town.database.begin() as work:
        case = await work.talk.conversation(1)
        assert case is not None
        start = work.now + timedelta(minutes=starts_in)
        end = start + timedelta(minutes=minutes)
        booking = Booking(
            team_id=market.town.team.id, service_id=market.town.service.id, customer_id=case.customer_id,
            agent_id=market.town.ana.person_id, conversation_id=1, starts_at=start, ends_at=end, busy_until=end,
            state=BookingState.CONFIRMED, uid="u", made_at=work.now,
        )  # fmt: skip
        await work.bookings.hold(booking)
        return booking
