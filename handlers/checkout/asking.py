"""`/pay 49 USD Consultation`: read it, show it to the agent, and put it before the customer only after a yes."""

from handlers import forms
from handlers.cases import case_of, take
from handlers.checkout import itemising
from handlers.checkout.bills import arithmetic, bill_of
from handlers.checkout.cards import PAYABLE, show_request
from handlers.checkout.ending import end_unpaid
from handlers.checkout.previewing import EXPIRES, booked_service, own_request, propose, validity
from handlers.checkout.second_yes import Question, answered, ask_second, is_second, needs_second
from handlers.checkout.taxed import due
from handlers.heard import Command, Press, Submitted
from handlers.messages import Choice, FieldKind, Form, FormField, Message, id_in
from handlers.speech import say
from handlers.turn import Turn
from payments.amounts import AmbiguousAmount, UnreadableAmount, parse_amount
from payments.currencies import in_use
from payments.items import AmbiguousItems, Habits, is_itemised, parse_items
from payments.machine import State
from payments.money import Money, format_money
from storage.tables import PaymentRequest, Side


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
    service = await booked_service(turn)
    price = Money(service.price_minor, service.currency) if service and service.price_minor else None
    form = Form(
        name="pay",
        title="Ask for money",
        submit="Preview",
        value=str(case.id),
        fields=(
            FormField(name="amount", label="How much?", example=f"49 {turn.team.currency}",
                      hint=f"Without a currency it is {turn.team.currency}; 2 x 20 is twice 20.",
                      initial=str(price or "")),
            FormField(name="description", label="What for?", example="Consultation",
                      initial=service.name if service else ""),
        ),
    )  # fmt: skip
    await forms.ask(turn, form)


def check_form(submitted: Submitted) -> dict[str, str]:
    """What is wrong with a filled-in form, by field. The team's own currency is applied later."""
    amount = submitted.answers.get("amount", "")
    try:
        _ = parse_items(amount, Habits("USD")) if is_itemised(amount) else parse_amount(amount, "USD")
    except (AmbiguousAmount, AmbiguousItems):
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
        # What a form brings back may be made up; the choices that were shown are no promise.
        if id_in(minor) and currency in in_use():
            amount = due(turn.team, Money(int(minor), currency))
            await propose(turn, amount, description, EXPIRES)


async def _read(turn: Turn, text: str) -> None:
    if is_itemised(validity(text)[0]):
        await itemising.read(turn, text)
        return
    text, valid_for = validity(text)
    try:
        parsed = parse_amount(text, turn.team.currency)
    except AmbiguousAmount as error:
        await forms.ask(turn, _which(turn, error))
    except UnreadableAmount as error:
        await turn.answer(Message(text=error.sentence))
    else:
        await propose(turn, due(turn.team, parsed.amount), parsed.description, valid_for)


def _which(turn: Turn, error: AmbiguousAmount) -> Form:
    choices = tuple(
        Choice(label=format_money(choice.amount), value=f"{choice.amount.minor} {choice.amount.currency}")
        for choice in error.choices
    )
    field = FormField(name="reading", label="Which sum do you mean?", kind=FieldKind.CHOICE, choices=choices)
    value = f"{case_of(turn).id}|{error.choices[0].description}"
    return Form(name="pay.reading", title="Which sum?", submit="Preview", fields=(field,), value=value)


async def send_request(turn: Turn) -> None:
    """The yes: the card appears for the customer, on the room page and in the thread."""
    request = await own_request(turn)
    if request is None:
        return
    if request.sent_at is not None:
        await turn.answer(Message(text="This was asked for already."), edit=True)
        return
    if _is_stale(turn, request):
        await turn.answer(Message(text="This preview is out of date; ask again with /pay."), edit=True)
        return
    if await go_ahead(turn, request):
        await turn.answer(Message(text="The payment card is on its way."), edit=True)


def _is_stale(turn: Turn, request: PaymentRequest) -> bool:
    """Whether it is over, or its sum is not the one on the button any more: lines may have been added since."""
    shown = turn.heard.value.partition("|")[2] if isinstance(turn.heard, Press) else ""
    # In a Telegram topic all agents see one preview, and another may have added a line to it.
    changed = bool(shown) and shown != str(request.amount_minor)
    return changed or request.state is not State.REQUESTED or request.expires_at <= turn.work.now


async def go_ahead(turn: Turn, request: PaymentRequest, *, edit: bool = True) -> bool:
    """Put a request before the customer; before a colleague, and False, when all of it is above the team's limit."""
    asked = await bill_of(turn.work, request)
    if needs_second(turn.team, max(asked.bill.total, request.amount_minor), request.currency):
        about = Question("pay", request.amount_minor, f"{request.id}|{request.amount_minor}", arithmetic(asked))
        await ask_second(turn, case_of(turn), request, about=about, edit=edit)
        return False
    await put_forward(turn, request)
    return True


async def approved(turn: Turn) -> None:
    """The second yes to a sum above the team's limit."""
    request = await _waiting(turn)
    if request is not None and await is_second(turn, request.asked_by_id):
        request.approved_by_id = turn.person.id
        await put_forward(turn, request)
        await answered(turn, case_of(turn), "pay", f"{request.id}|{request.amount_minor}", said="approved")


async def refused(turn: Turn) -> None:
    """A colleague's no, or the asker's second thoughts: the customer saw nothing."""
    request = await _waiting(turn)
    if request is None:
        return
    request.state = State.CANCELLED
    turn.work.audits.note(turn.team.id, turn.person.id, "request refused", f"request {request.id}")
    await answered(turn, case_of(turn), "pay", f"{request.id}|{request.amount_minor}", said="refused")


async def _waiting(turn: Turn) -> PaymentRequest | None:
    """The request that waits for a colleague's answer; None, and who presses is told, when it does not any more."""
    request = await own_request(turn)
    if request is not None and (request.sent_at is not None or _is_stale(turn, request)):
        await turn.answer(Message(text="This was asked for already, or it is out of date."))
        return None
    return request


async def put_forward(turn: Turn, request: PaymentRequest) -> None:
    """The card goes to the customer, the room page and the thread, and whoever asked holds the case."""
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
    await end_unpaid(turn.house, turn.work, request, State.CANCELLED)
    turn.work.audits.note(turn.team.id, turn.person.id, "request withdrawn", f"request {request.id}")
    gone = Message(text=f"{turn.person.name} has withdrawn the request for {request.description}.")
    await say(turn.work, case_of(turn), Side.CUSTOMER, gone)
