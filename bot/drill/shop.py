"""The shop that is drilled: a running Bellhop's own database, seen from beside it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot.cli.refusals import Refused
from bot.drill.plays import Play
from handlers.checkout.giving_back import refund
from handlers.checkout.reconciling import reconcile, to_reconcile
from handlers.house import House
from handlers.pay_page import begin_checkout
from payments.machine import settle
from payments.money import Money
from storage.tables import Checkout, Conversation, PaymentRequest, Person, Role, Team
from storage.work import Work

DAY = timedelta(days=1)
OPENING = 60.0
"""Seconds until the team must be there, on a slow machine."""
LOOK_AGAIN = 0.1
"""Seconds between two looks at what another process does."""


class Shop:
    """`house` has the same settings and database as the running program, and an engine of its own it has not."""

    def __init__(self, house: House, still_running: Callable[[], None]) -> None:
        """`still_running` raises when the program beside us has ended."""
        self.house, self._still_running = house, still_running

    async def open(self) -> None:
        """Wait until the running program has applied its team."""
        try:
            async with asyncio.timeout(OPENING):
                await self._until(self._has_somebody)
        except TimeoutError as error:
            raise Refused("Bellhop runs beside the sandbox, and has not applied its team") from error

    async def ask(self, plays: Sequence[Play]) -> list[int]:
        """A request before a customer for each play; their ids, in order."""
        async with self.house.database.begin() as work:
            team = (await work.people.teams())[0]
            role = (await work.people.roles_of(team.id))[0]
            case = await _case(work, team)
            return [await _request(work, case, role, play) for play in plays]

    async def begin(self, request_id: int, way: str) -> Checkout:
        """The customer goes to a gateway's page."""
        async with self.house.database.begin() as work:
            request = await _found(work, request_id)
        await begin_checkout(self.house, request.code, way)
        async with self.house.database.begin() as work:
            return next(one for one in await work.payments.checkouts_of(request_id) if one.gateway == way)

    async def give_back(self, request_id: int, minor: int) -> None:
        """Somebody of the team gives back a sum (minor units) of what was paid; the running program carries it out."""
        async with self.house.database.begin() as work:
            request = await _found(work, request_id)
            paid = await work.payments.checkout(request.paid_checkout_id or 0)
            if paid is not None:
                await refund(work, request, paid, minor, reason="the drill")

    async def settled(self) -> None:
        """Wait until the running program has nothing in hand."""
        await self._until(self._is_idle)

    async def reconcile(self) -> int:
        """Ask the gateways about every checkout; how many they knew more about than we."""
        async with self.house.database.begin() as work:
            since = work.now - DAY
        drifts = [await reconcile(self.house, checkout) for checkout in await to_reconcile(self.house, since)]
        return sum(drift is not None for drift in drifts)

    async def stands(self, request_id: int) -> tuple[PaymentRequest, Sequence[Checkout]]:
        """A request and its checkouts, as our books have them now."""
        async with self.house.database.begin() as work:
            return await _found(work, request_id), await work.payments.checkouts_of(request_id)

    async def held(self, request: PaymentRequest, checkout: Checkout) -> tuple[int, int]:
        """What came in at a checkout and what went back, as its gateway says when it is asked; in minor units."""
        gateway = self.house.gateways[checkout.gateway]
        told = settle(await gateway.look_up(checkout.checkout_ref or ""), Money(request.amount_minor, request.currency))
        return told.captured.minor, told.refunded.minor

    async def _has_somebody(self) -> bool:
        async with self.house.database.begin() as work:
            teams = await work.people.teams()
            return bool(teams and await work.people.roles_of(teams[0].id))

    async def _is_idle(self) -> bool:
        async with self.house.database.begin() as work:
            return not ((await work.inbox.backlog()).depth or (await work.outbox.backlog()).depth)

    async def _until(self, found: Callable[[], Awaitable[bool]]) -> None:
        while not await found():
            self._still_running()
            await asyncio.sleep(LOOK_AGAIN)


async def _found(work: Work, request_id: int) -> PaymentRequest:
    request = await work.payments.request(request_id)
    if request is None:
        raise LookupError("a request of the drill is gone")
    return request


async def _case(work: Work, team: Team) -> Conversation:
    """A customer without any chat: what is said to them reaches nobody, and the money is the same."""
    customer = Person(name="Drill")
    await work.people.add(customer)
    case = Conversation(team_id=team.id, customer_id=customer.id, opened_at=work.now)
    await work.talk.add(case)
    return case


async def _request(work: Work, case: Conversation, role: Role, play: Play) -> int:
    request = PaymentRequest(
        code=secrets.token_urlsafe(16), team_id=case.team_id, conversation_id=case.id, asked_by_id=role.person_id,
        sent_at=work.now, amount_minor=play.minor, currency=play.currency, description=f"Drill {play.number + 1}",
        gateway=play.gateway, expires_at=work.now + DAY, made_at=work.now,
    )  # fmt: skip
    await work.payments.add(request)
    return request.id
