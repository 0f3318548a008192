"""A request before anybody was asked: kept, and shown to its agent with a yes and a no."""

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta

from booking.zones import both_times
from handlers.cases import case_of
from handlers.checkout.bills import arithmetic, bill_of, described, set_bill
from handlers.checkout.ways import channels_of, nobody_takes_it, refusal, ways
from handlers.heard import Press, Submitted
from handlers.messages import Button, Message, Style, id_in, pairs
from handlers.turn import Turn
from handlers.words import badge, until
from payments.gateway import Gateway
from payments.items import Deposit
from payments.money import Money, format_money
from payments.pricing import Item
from storage.tables import Booking, PaymentRequest, Service

EXPIRES = timedelta(minutes=30)
_VALID = re.compile(r",?\s*\bvalid(?:\s+for)?\s+(\d{1,3})\s*(min|minutes?|m|h|hours?|d|days?)\s*$", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def validity(text: str) -> tuple[str, timedelta]:
    """`..., valid 2 h` at the end says how long the request stands."""
    found = _VALID.search(text)
    if found is None:
        return text, EXPIRES
    return text[: found.start()], int(found[1]) * _UNITS[found[2][0].lower()]


async def propose(turn: Turn, amount: Money, description: str, valid_for: timedelta) -> None:
    """Show the agent what the customer would be asked for; a sentence when no gateway takes the sum."""
    gateway = await takes(turn, amount)
    if gateway is not None:
        request = await keep(turn, gateway, amount, description, valid_for)
        await turn.answer(await preview_card(turn, request))


async def takes(turn: Turn, amount: Money) -> Gateway | None:
    """The likeliest gateway for a sum; None, and the agent is told why, when there is none."""
    channels = await channels_of(turn.work, case_of(turn).id)
    possible = await ways(turn.house, turn.work, turn.team, amount, channels=channels)
    if not possible:
        await turn.answer(Message(text=await _refusal(turn, amount, channels)))
    return possible[0] if possible else None


async def _refusal(turn: Turn, amount: Money, channels: Collection[str]) -> str:
    there = await turn.house.gateways_of(turn.work, turn.team)
    reasons = [refusal(gateway, amount, channels) for gateway in there]
    return " ".join(reasons) or await nobody_takes_it(turn)


async def keep(turn: Turn, gateway: Gateway, amount: Money, description: str, valid_for: timedelta) -> PaymentRequest:
    """A request that nobody was asked for yet."""
    ahead = await _booked(turn)
    request = PaymentRequest(
        code=secrets.token_urlsafe(16),
        team_id=turn.team.id,
        conversation_id=case_of(turn).id,
        service_id=ahead.service_id if ahead else None,
        booking_id=ahead.id if ahead else None,
        asked_by_id=turn.person.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        description=(description or await usual_words(turn))[:255],
        gateway=gateway.name,
        live=gateway.live,
        expires_at=turn.work.now + valid_for,
        made_at=turn.work.now,
    )
    await turn.work.payments.add(request)
    return request


async def keep_lines(turn: Turn, gateway: Gateway, items: Sequence[Item], currency: str, valid_for: timedelta,
                     deposit: Deposit | None = None) -> PaymentRequest:  # fmt: skip
    """The same, of several lines. The rest of a deposit falls due when what is booked ends."""
    request = await keep(turn, gateway, Money(0, currency), described(items), valid_for)
    await set_lines(turn, request, items, deposit)
    return request


async def set_lines(turn: Turn, request: PaymentRequest, items: Sequence[Item], deposit: Deposit | None) -> None:
    """Give a request that nobody was asked for yet other lines."""
    await set_bill(turn.work, request, items, deposit)
    ahead = await _booked(turn)
    request.booking_id = ahead.id if ahead else None
    request.rest_due_at = ahead.ends_at if ahead and deposit else None


async def _booked(turn: Turn) -> Booking | None:
    """What the customer of the case has booked next: what is asked for now is asked for that."""
    ahead = await turn.work.bookings.for_conversation(case_of(turn).id)
    return ahead[0] if ahead else None


async def booked_service(turn: Turn) -> Service | None:
    """The service of that booking."""
    ahead = await _booked(turn)
    return await turn.work.people.service(ahead.service_id) if ahead else None


async def usual_words(turn: Turn) -> str:
    """What a sum is for when nobody says so."""
    service = await booked_service(turn)
    return service.name if service else f"Payment to {turn.team.name}"


async def preview_card(turn: Turn, request: PaymentRequest) -> Message:
    """What the customer would see, for the agent's eyes, with the yes and the no."""
    customer = await turn.work.people.person(case_of(turn).customer_id)
    total = format_money(Money(request.amount_minor, request.currency))
    number = f"{request.id}|{request.amount_minor}"
    yes = Button(label=f"Ask for {total}", action="pay.send", value=number, style=Style.PRIMARY)
    drop = Button(label="Drop it", action="pay.drop", value=str(request.id))
    more = (
        Button(label="Add a line", action="pay.line", value=str(request.id)),
        Button(label="Deposit", action="pay.deposit", value=str(request.id)),
    )
    return Message(
        badge=badge(request),
        title=f"Ask {customer.name} for {total}?",
        pairs=(
            *pairs(Case=f"{request.conversation_id}, {customer.name}", For=request.description, Payee=turn.team.name),
            *arithmetic(await bill_of(turn.work, request)),
            *pairs(Booking=await _when_booked(turn, request)),
            *pairs(Pay_until=until(request.expires_at, turn.zone, turn.work.now)),
        ),
        footnote=_about_the_rest(request),
        buttons=((yes, drop), more),
    )


async def _when_booked(turn: Turn, request: PaymentRequest) -> str:
    """The booking that it is asked for: cancelling that gives it back."""
    booking = await turn.work.bookings.get(request.booking_id) if request.booking_id else None
    return both_times(booking.starts_at, booking.ends_at, turn.zone, turn.team.zone) if booking else ""


def _about_the_rest(request: PaymentRequest) -> str:
    if request.deposit_percent is None and request.deposit_minor is None:
        return ""
    by_itself = "by itself when the booking ends, or sooner " if request.rest_due_at else ""
    return f"Once the deposit is paid, the rest is asked for {by_itself}with a button on its card."


async def own_request(turn: Turn) -> PaymentRequest | None:
    """The request a press names, if it is this team's; its case becomes the turn's."""
    value = turn.heard.value if isinstance(turn.heard, Press | Submitted) else ""
    return await team_request(turn, id_in(value.partition("|")[0]))


async def team_request(turn: Turn, request_id: int) -> PaymentRequest | None:
    """The request of that id, if it is this team's; its case becomes the turn's."""
    request = await turn.work.payments.request(request_id)
    if request is None or request.team_id != turn.team.id:
        await turn.answer(Message(text="There is no such request here."))
        return None
    turn.conversation = await turn.work.talk.conversation(request.conversation_id)
    return request
