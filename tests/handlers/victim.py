"""One customer's whole affairs, and their rows as they stand: what nobody else may see or change."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from handlers.codes import digest
from handlers.effects import Answer, Deliver, Effect
from handlers.rooms import make_link
from payments.machine import State
from storage.tables import (
    Booking,
    BookingState,
    CannedReply,
    Checkout,
    Coupon,
    GatewayAccount,
    Invitation,
    PaymentRequest,
    RoleKind,
    Room,
    SetupVisit,
    Side,
)
from storage.work import Work
from tests.handlers.town import START, Town, Voice

MARK = "Zebedee"
"""Stands in every text of the victim's."""

ROWS = {
    "conversation": "id = :case",
    "seat": "conversation_id = :case",
    "message": "conversation_id = :case",
    "delivery": "message_id IN (SELECT id FROM message WHERE conversation_id = :case)",
    "room": "conversation_id = :case",
    "joincode": "room_id IN (SELECT id FROM room WHERE conversation_id = :case)",
    "presence": "room_id IN (SELECT id FROM room WHERE conversation_id = :case)",
    "callsignal": "to_id IN (SELECT p.id FROM presence p JOIN room ON room.id = room_id WHERE conversation_id = :case)",
    "booking": "customer_id = :customer",
    "bookedcell": "booking_id IN (SELECT id FROM booking WHERE customer_id = :customer)",
    "paymentrequest": "conversation_id = :case",
    "checkout": "request_id IN (SELECT id FROM paymentrequest WHERE conversation_id = :case)",
    "refund": "request_id IN (SELECT id FROM paymentrequest WHERE conversation_id = :case)",
    "person": "id = :customer",
    "identity": "person_id = :customer",
    "role": "team_id = :team",
    "invitation": "team_id = :team",
    "cannedreply": "team_id = :team",
    "coupon": "team_id = :team",
    "deskcode": "team_id = :team",
    "rating": "conversation_id = :case",
    "service": "team_id = :team",
    "hours": "team_id = :team",
    "desk": "team_id = :team",
    "channelaccount": "team_id = :team",
    "gatewayaccount": "team_id = :team",
    "setupvisit": "team_id = :team",
    "team": "id = :team",
}
"""The victim's rows, table by table."""


Rows = dict[str, list[object]]


@dataclass(frozen=True)
class Victim:
    """The ids that others will try, by what they name."""

    team: int
    case: int
    customer: int
    thread: str
    ids: dict[str, tuple[int, ...]]

    async def rows(self, work: Work) -> Rows:
        """All that is theirs, as it stands now."""
        await work.session.flush()
        named = {"team": self.team, "case": self.case, "customer": self.customer}
        dump: Rows = {}
        for table, mine in ROWS.items():
            asked = text(f"SELECT * FROM {table} WHERE {mine} ORDER BY id")  # noqa: S608  # the words above
            needed = {name: value for name, value in named.items() if f":{name}" in mine}
            dump[table] = [tuple(row) for row in await work.session.execute(asked, needed)]
        return dump

    async def leaked(self, work: Work, effects: list[Effect]) -> list[Effect]:
        """The effects that say something of theirs, or go to one of their seats."""
        seats = {seat.id for seat in await work.talk.seats(self.case)}
        return [one for one in effects if (isinstance(one, Deliver) and one.seat_id in seats) or _speaks(one)]


def _speaks(effect: Effect) -> bool:
    return isinstance(effect, Answer) and MARK in effect.message.model_dump_json()


async def victim_in(town: Town) -> Victim:
    """Zebedee, a customer of the team with a case, words, a note, bookings, requests in several states and a room."""
    zebedee = Voice("acme-bot", "zebedee", "zebedee", name=MARK)
    await town.hear(zebedee.says(f"I am {MARK}"))
    await town.drain()
    thread = await town.case_thread(1)
    desk = town.ana.at("acme-desk", thread)
    await town.hear(desk.does("claim"), desk.says(f"// {MARK} is difficult"), desk.says(f"Hello {MARK}"))
    await town.drain()
    async with town.database.begin() as work:
        case = await work.talk.conversation(1)
        assert case is not None
        ids = {
            "case": (case.id,),
            "booking": await _bookings(town, work, case.customer_id, case.id),
            "request": await _requests(town, work, case.id),
            "room": (await _room(town, work, case.id, case.customer_id),),
            "message": await _messages(work, case.id),
            "service": (town.service.id,),
            "team": (town.team.id,),
            "person": (case.customer_id,),
            "role": tuple(role.id for role in await work.people.roles_of(town.team.id)),
            "invitation": (await _invitation(town, work),),
            "reply": (await _reply(town, work),),
            "coupon": (await _coupon(town, work),),
        }
        await _payment_account(town, work)
        return Victim(town.team.id, case.id, case.customer_id, thread, ids)


async def _bookings(town: Town, work: Work, customer_id: int, case_id: int) -> tuple[int, ...]:
    made = []
    for hour, state in enumerate((BookingState.HELD, BookingState.CONFIRMED, BookingState.CANCELLED)):
        start = START + timedelta(days=1, hours=hour)
        booking = Booking(
            team_id=town.team.id, service_id=town.service.id, customer_id=customer_id, agent_id=town.ana.person_id,
            conversation_id=case_id, starts_at=start, ends_at=start + timedelta(minutes=30),
            busy_until=start + timedelta(minutes=30), state=state, uid=f"{MARK}{hour}", made_at=START,
            hold_until=START + timedelta(minutes=10) if state is BookingState.HELD else None,
        )  # fmt: skip
        await work.bookings.hold(booking)
        if state is BookingState.CANCELLED:
            await work.bookings.release(booking, state)
        made.append(booking.id)
    return tuple(made)


async def _requests(town: Town, work: Work, case_id: int) -> tuple[int, ...]:
    made = []
    states = ((State.REQUESTED, False), (State.OPENED, True), (State.PAID, True), (State.REFUNDED, True))
    for number, (state, sent) in enumerate(states):
        paid = 4900 if state in {State.PAID, State.REFUNDED} else 0
        request = PaymentRequest(
            code=f"code-{MARK}-{number}", team_id=town.team.id, conversation_id=case_id,
            asked_by_id=town.ana.person_id, sent_at=START if sent else None, amount_minor=4900, currency="USD",
            description=f"For {MARK}", state=state, gateway=town.team.gateway, captured_minor=paid,
            refunded_minor=paid if state is State.REFUNDED else 0, payment_ref=f"pay_{number}" if paid else "",
            expires_at=START + timedelta(minutes=30), made_at=START,
        )  # fmt: skip
        await work.payments.add(request)
        if paid:
            request.paid_checkout_id = await _paid_at(work, request)
        made.append(request.id)
    return tuple(made)


async def _paid_at(work: Work, request: PaymentRequest) -> int:
    checkout = Checkout(
        request_id=request.id, gateway=request.gateway, reference=f"co_{request.id}", checkout_ref=f"cs_{request.id}",
        state=request.state, payment_ref=request.payment_ref, captured_minor=request.captured_minor,
        refunded_minor=request.refunded_minor, expires_at=request.expires_at, made_at=START,
    )  # fmt: skip
    await work.payments.add(checkout)
    return checkout.id


async def _room(town: Town, work: Work, case_id: int, customer_id: int) -> int:
    room = Room(
        conversation_id=case_id, provider="webrtc", name="a-room", opened_at=START,
        closes_at=START + timedelta(hours=3),
    )  # fmt: skip
    await work.rooms.add(room)
    await make_link(town.house, work, room, await work.people.person(customer_id), Side.CUSTOMER)
    return room.id


async def _invitation(town: Town, work: Work) -> int:
    row = Invitation(
        team_id=town.team.id, kind=RoleKind.AGENT, digest=digest(MARK), made_by_id=town.ana.person_id, made_at=START,
        expires_at=START + timedelta(days=3),
    )  # fmt: skip
    await work.desk.add(row)
    return row.id


async def _payment_account(town: Town, work: Work) -> None:
    """The team's own account, and an owner's way to the page on which its keys are typed."""
    section = f'{{"client_id": "{MARK}", "client_secret": "{MARK}"}}'
    account = GatewayAccount(
        team_id=town.team.id, gateway="paypal", account="own_of_the_victim", name=MARK,
        sealed_section=work.vault.seal(section), checked_at=START, made_at=START,
    )  # fmt: skip
    visit = SetupVisit(
        digest=digest(f"visit {MARK}"), team_id=town.team.id, person_id=town.ana.person_id,
        origin=town.ana.says("keys").origin.model_dump_json(), expires_at=START + timedelta(minutes=15),
    )  # fmt: skip
    await work.accounts.add(account)
    await work.accounts.add(visit)


async def _coupon(town: Town, work: Work) -> int:
    row = Coupon(team_id=town.team.id, code=MARK.upper(), percent=1000)
    await work.pricing.add(row)
    return row.id


async def _reply(town: Town, work: Work) -> int:
    row = CannedReply(team_id=town.team.id, key="hello", text=f"This is about {MARK}")
    await work.desk.add(row)
    return row.id


async def _messages(work: Work, case_id: int) -> tuple[int, ...]:
    return tuple(row.id for row in await work.talk.since(case_id, 0, Side.AGENT))
