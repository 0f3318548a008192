"""`/pay 49 USD Consultation`: read it, show it to the agent, and put it before the customer only after a yes."""

import re
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from handlers import forms
from handlers.cases import case_of, take
from handlers.checkout.cards import PAYABLE, badge, show_request
from handlers.checkout.second_yes import answered, ask_second, is_second, needs_second
from handlers.checkout.taxed import due, tax_in
from handlers.checkout.ways import channels_of, refusal, ways
from handlers.effects import EndCheckout, send
from handlers.heard import Command, Press, Submitted
from handlers.messages import Button, Choice, FieldKind, Form, FormField, Message, Style, id_in, pairs
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import clock_time
from payments.amounts import AmbiguousAmount, Parsed, UnreadableAmount, parse_amount
from payments.currencies import in_use
from payments.gateway import Gateway
from payments.machine import State
from payments.money import Money, format_money
from storage.tables import PaymentRequest, Service, Side

EXPIRES = timedelta(minutes=30)
_VALID = re.compile(r",?\s*\bvalid(?:\s+for)?\s+(\d{1,3})\s*(min|minutes?|m|h|hours?|d|days?)\s*$", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


async def pay(turn: Turn) -> None:
    """`/pay` with a sum: a preview. Without one: the form."""
    text = turn.heard.args.strip() if isinstance(turn.heard, Command) else ""
    if text:
        await _read(turn, text)
    else:
        await ask_form(turn)


async def ask_form(turn: Turn) -> None:
    """The form for a payment request, filled with the booked service's price where there is one."""
    case = case_of(turn)
    service = await _booked_service(turn)
    price = Money(service.price_minor, service.currency) if service and service.price_minor else None
    form = Form(
        name="pay",
        title="Ask for money",
        submit="Preview",
        value=str(case.id),
        fields=(
            FormField(name="amount", label="How much?", example=f"49 {turn.team.currency}",
                      hint=f"Without a currency it is {turn.team.currency}.", initial=str(price or "")),
            FormField(name="description", label="What for?", example="Consultation",
                      initial=service.name if service else ""),
        ),
    )  # fmt: skip
    await forms.ask(turn, form)


def check_form(submitted: Submitted) -> dict[str, str]:
    """What is wrong with a filled-in form, by field. The team's own currency is applied later."""
    try:
        parse_amount(submitted.answers.get("amount", ""), "USD")
    except AmbiguousAmount:
        return {}
    except UnreadableAmount as error:
        return {"amount": error.sentence}
    return {}


async def form_filled(turn: Turn) -> None:
    """The form came back: the same as if it had been typed."""
    if isinstance(turn.heard, Submitted):
        answers = turn.heard.answers
        await _read(turn, f"{answers.get('amount', '')} {answers.get('description', '')}".strip())


async def reading_chosen(turn: Turn) -> None:
    """An ambiguous sum was made clear."""
    if isinstance(turn.heard, Submitted):
        _, _, description = turn.heard.value.partition("|")
        minor, _, currency = turn.heard.answers.get("reading", "").partition(" ")
        if id_in(minor) and currency in in_use():
            await _preview(turn, Parsed(Money(int(minor), currency), description), EXPIRES)


async def _read(turn: Turn, text: str) -> None:
    text, valid_for = _validity(text)
    try:
        parsed = parse_amount(text, turn.team.currency)
    except AmbiguousAmount as error:
        await forms.ask(turn, _which(turn, error))
    except UnreadableAmount as error:
        await turn.answer(Message(text=error.sentence))
    else:
        await _preview(turn, parsed, valid_for)


def _validity(text: str) -> tuple[str, timedelta]:
    """`..., valid 2 h` at the end says how long the request stands."""
    found = _VALID.search(text)
    if found is None:
        return text, EXPIRES
    return text[: found.start()], int(found[1]) * _UNITS[found[2][0].lower()]


def _which(turn: Turn, error: AmbiguousAmount) -> Form:
    choices = tuple(
        Choice(label=format_money(choice.amount), value=f"{choice.amount.minor} {choice.amount.currency}")
        for choice in error.choices
    )
    field = FormField(name="reading", label="Which sum do you mean?", kind=FieldKind.CHOICE, choices=choices)
    value = f"{case_of(turn).id}|{error.choices[0].description}"
    return Form(name="pay.reading", title="Which sum?", submit="Preview", fields=(field,), value=value)


async def _preview(turn: Turn, parsed: Parsed, valid_for: timedelta) -> None:
    parsed = replace(parsed, amount=due(turn.team, parsed.amount))
    channels = await channels_of(turn.work, case_of(turn).id)
    possible = ways(turn.house, turn.team, parsed.amount, channels=channels)
    if not possible:
        await turn.answer(Message(text=_refusal(turn, parsed.amount, channels)))
        return
    request = await _keep(turn, possible[0], parsed, valid_for)
    await turn.answer(await preview_card(turn, request))


def _refusal(turn: Turn, amount: Money, channels: Collection[str]) -> str:
    reasons = [refusal(gateway, amount, channels) for gateway in turn.house.gateways_of(turn.team)]
    nobody = "No payment account is set up for this team, so nothing can be asked for. An owner can add one."
    return " ".join(reasons) or nobody


async def _keep(turn: Turn, gateway: Gateway, parsed: Parsed, valid_for: timedelta) -> PaymentRequest:
    service = await _booked_service(turn)
    request = PaymentRequest(
        code=secrets.token_urlsafe(16),
        team_id=turn.team.id,
        conversation_id=case_of(turn).id,
        service_id=service.id if service else None,
        asked_by_id=turn.person.id,
        amount_minor=parsed.amount.minor,
        currency=parsed.amount.currency,
        description=(parsed.description or (service.name if service else "") or f"Payment to {turn.team.name}")[:255],
        gateway=gateway.name,
        live=gateway.live,
        expires_at=turn.work.now + valid_for,
        made_at=turn.work.now,
    )
    await turn.work.payments.add(request)
    return request


async def _booked_service(turn: Turn) -> Service | None:
    ahead = await turn.work.bookings.for_conversation(case_of(turn).id)
    return await turn.work.people.service(ahead[0].service_id) if ahead else None


async def preview_card(turn: Turn, request: PaymentRequest) -> Message:
    """What the customer would see, for the agent's eyes, with the yes and the no."""
    customer = await turn.work.people.person(case_of(turn).customer_id)
    total = format_money(Money(request.amount_minor, request.currency))
    return Message(
        badge=badge(request),
        title=f"Ask {customer.name} for {total}?",
        pairs=pairs(
            Case=f"{request.conversation_id}, {customer.name}",
            For=request.description,
            Payee=turn.team.name,
            Tax=tax_in(turn.team, request.amount_minor, request.currency),
            Pay_until=clock_time(request.expires_at, turn.zone),
        ),
        buttons=(
            (
                Button(label=f"Ask for {total}", action="pay.send", value=str(request.id), style=Style.PRIMARY),
                Button(label="Drop it", action="pay.drop", value=str(request.id)),
            ),
        ),
    )


async def send_request(turn: Turn) -> None:
    """The yes: the card appears for the customer, on the room page and in the thread."""
    request = await own_request(turn)
    if request is None:
        return
    if request.sent_at is not None:
        await turn.answer(Message(text="This was asked for already."), edit=True)
        return
    if request.state is not State.REQUESTED or request.expires_at <= turn.work.now:
        await turn.answer(Message(text="This preview is out of date; ask again with /pay."), edit=True)
        return
    if needs_second(turn.team, request.amount_minor, request.currency):
        await ask_second(
            turn, case_of(turn), request, what="Ask for", minor=request.amount_minor, action="pay.approve",
            value=str(request.id),
        )  # fmt: skip
        return
    await _put_forward(turn, request)
    await turn.answer(Message(text="The payment card is on its way."), edit=True)


async def approved(turn: Turn) -> None:
    """The second yes to a sum above the team's limit."""
    request = await own_request(turn)
    if request is None:
        return
    if request.sent_at is not None or request.state is not State.REQUESTED or request.expires_at <= turn.work.now:
        await turn.answer(Message(text="This was asked for already, or it is out of date."))
        return
    if await is_second(turn, request.asked_by_id):
        request.approved_by_id = turn.person.id
        await _put_forward(turn, request)
        await answered(turn, case_of(turn), "pay.approve", str(request.id), what="Request")


async def _put_forward(turn: Turn, request: PaymentRequest) -> None:
    request.sent_at = turn.work.now
    await take(turn)
    await show_request(turn.house, turn.work, request)
    total = format_money(Money(request.amount_minor, request.currency))
    turn.work.audits.note(turn.team.id, turn.person.id, "payment request", f"{total}, request {request.id}")


async def drop_preview(turn: Turn) -> None:
    """The no: nobody saw it."""
    request = await own_request(turn)
    if request is not None and request.sent_at is None:
        request.state = State.CANCELLED
        await turn.answer(Message(text="Dropped. The customer saw nothing."), edit=True)


async def withdraw(turn: Turn) -> None:
    """Take a request back that was not paid yet; its pay page must take no more money."""
    request = await own_request(turn)
    if request is None or request.sent_at is None or request.state not in PAYABLE:
        await turn.answer(Message(text="This request cannot be withdrawn any more."))
        return
    request.state = State.CANCELLED
    turn.work.audits.note(turn.team.id, turn.person.id, "request withdrawn", f"request {request.id}")
    for checkout in await turn.work.payments.checkouts_of(request.id):
        await send(turn.work, EndCheckout(checkout_id=checkout.id))
    await show_request(turn.house, turn.work, request)
    gone = Message(text=f"{turn.person.name} has withdrawn the request for {request.description}.")
    await say(turn.work, case_of(turn), Side.CUSTOMER, gone)


async def own_request(turn: Turn) -> PaymentRequest | None:
    """The request a press names, if it is this team's; its case becomes the turn's."""
    value = turn.heard.value if isinstance(turn.heard, Press | Submitted) else ""
    request = await turn.work.payments.request(id_in(value.partition("|")[0]))
    if request is None or request.team_id != turn.team.id:
        await turn.answer(Message(text="There is no such request here."))
        return None
    turn.conversation = await turn.work.talk.conversation(request.conversation_id)
    return request
