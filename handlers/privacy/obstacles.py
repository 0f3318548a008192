"""What must come to its end before a customer can be erased: money under way, and time that is paid for."""

from collections.abc import Sequence

from booking.zones import both_times
from handlers.words import sum_of
from payments.machine import State
from storage.tables import Booking, BookingState, PaymentRequest, Person
from storage.work import Work

UNDER_WAY = {
    State.PROCESSING: "A payment of {sum} for {what} is on its way. Wait until it has arrived or failed.",
    State.REFUND_PENDING: "A refund of {sum} for {what} is on its way to you. Wait until it has arrived.",
    State.DISPUTED: "Your bank still decides about {sum} for {what}. Wait until it has.",
}
"""Why a request in that state needs its customer still."""


class NotYet(Exception):
    """A customer cannot be erased now; `sentences` says what must end first."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)


async def obstacles(work: Work, person: Person) -> list[str]:
    """What must end first, a sentence each, in the customer's words and on their clock."""
    cases = [case.id for case in await work.holdings.conversations(person.id)]
    requests = await work.holdings.requests(cases)
    found = [sentence for request in requests if (sentence := await _money(work, request))]
    for booking in await ahead(work, person.id):
        if _paid_for(booking, requests):
            found.append(await _booked(work, person, booking))
    return found


async def ahead(work: Work, person_id: int) -> list[Booking]:
    """A customer's bookings and holds with any team that are not over."""
    alive = {BookingState.CONFIRMED, BookingState.HELD}
    return [row for row in await work.holdings.bookings(person_id) if row.state in alive and row.ends_at > work.now]


async def _money(work: Work, request: PaymentRequest) -> str:
    state = State.REFUND_PENDING if await _refund_runs(work, request) else request.state
    total = sum_of(request.amount_minor, request.currency)
    return UNDER_WAY[state].format(sum=total, what=request.description) if state in UNDER_WAY else ""


async def _refund_runs(work: Work, request: PaymentRequest) -> bool:
    return any(not row.done_at and not row.problem for row in await work.holdings.refunds([request.id]))


def _paid_for(booking: Booking, requests: Sequence[PaymentRequest]) -> bool:
    return any(
        request.conversation_id == booking.conversation_id
        and request.service_id == booking.service_id
        and request.captured_minor > request.refunded_minor
        for request in requests
    )


async def _booked(work: Work, person: Person, booking: Booking) -> str:
    team = await work.people.team(booking.team_id)
    service = await work.people.service(booking.service_id)
    when = both_times(booking.starts_at, booking.ends_at, person.zone or team.zone, team.zone)
    what = service.name if service else "A booking"
    return f"{what}, {when}, is paid for. Cancel it first, so that the money can come back, or wait until it is over."
