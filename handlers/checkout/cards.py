"""The payment card: the same request in front of the customer and of the desk, edited in place as things happen."""

from handlers.cases import show_case
from handlers.checkout.ways import ways_of
from handlers.house import House
from handlers.messages import Button, Message, Style, pairs
from handlers.speech import say_card
from handlers.words import STATES, clock_time, gateway_title, known_by, sum_of
from payments.gateway import Gateway
from payments.machine import State
from storage.tables import PaymentRequest, Side
from storage.work import Work

PAYABLE = frozenset({State.REQUESTED, State.OPENED, State.FAILED})
"""States in which the customer may still pay."""
REFUNDABLE = frozenset({State.PAID, State.PART_PAID, State.PART_REFUNDED, State.DISPUTE_WON})
DISPUTES = frozenset({State.DISPUTED, State.DISPUTE_WON, State.DISPUTE_LOST})


async def show_request(house: House, work: Work, request: PaymentRequest) -> None:
    """Say both cards of a request, and the case card, as things stand now."""
    conversation = await work.talk.conversation(request.conversation_id)
    if conversation is None or request.sent_at is None:
        return
    for side, message in (
        (Side.CUSTOMER, await _for_customer(house, work, request)),
        (Side.AGENT, await _for_agents(house, work, request)),
    ):
        await say_card(work, conversation, side, f"pay:{request.id}:{side}", message)
    await show_case(work, conversation)


def badge(request: PaymentRequest) -> str:
    """Test money is marked wherever it is shown."""
    return "" if request.live else "TEST"


async def _for_customer(house: House, work: Work, request: PaymentRequest) -> Message:
    team = await work.people.team(request.team_id)
    conversation = await work.talk.conversation(request.conversation_id)
    customer = await work.people.person(conversation.customer_id) if conversation else None
    zone = (customer.zone if customer else "") or team.zone
    total = sum_of(request.amount_minor, request.currency)
    pay = Button(label=f"Pay {total}", url=house.link(f"pay/{request.code}"), style=Style.PRIMARY)
    receipt = Button(label="Receipt", url=request.receipt_url) if request.receipt_url else None
    buttons = (pay,) if request.state in PAYABLE else (receipt,) if receipt else ()
    return Message(
        badge=badge(request),
        title=f"{STATES[request.state]}: {total}",
        pairs=pairs(
            For=request.description,
            Payee=team.name,
            Pay_until=clock_time(request.expires_at, zone) if request.state in PAYABLE else "",
            Refunded=sum_of(request.refunded_minor, request.currency) if request.refunded_minor else "",
            What_happened=request.detail if request.state is State.FAILED else "",
        ),
        footnote=await _customer_footnote(house, work, request),
        buttons=(buttons,) if buttons else (),
    )


async def _customer_footnote(house: House, work: Work, request: PaymentRequest) -> str:
    if request.state in PAYABLE:
        return f"{how_to_pay(await ways_of(house, work, request))} Never write card numbers in a chat."
    known = known_by(request.known_by, gateway_title(house, request.gateway))
    return known[:1].upper() + known[1:] + "." if known else ""


def how_to_pay(possible: tuple[Gateway, ...]) -> str:
    """On whose page the customer will pay, in a sentence."""
    titles = [gateway.title for gateway in possible]
    if len(titles) == 1:
        return f"You pay on {titles[0]}'s own page."
    return f"You choose where to pay: {', '.join(titles[:-1])} or {titles[-1]}." if titles else ""


async def _for_agents(house: House, work: Work, request: PaymentRequest) -> Message:
    asked_by = await work.people.person(request.asked_by_id)
    team = await work.people.team(request.team_id)
    total = sum_of(request.amount_minor, request.currency)
    return Message(
        badge=badge(request),
        title=f"{STATES[request.state]}: {total}",
        pairs=pairs(
            For=request.description,
            Asked_by=asked_by.name,
            Expires=clock_time(request.expires_at, team.zone) if request.state in PAYABLE else "",
            What_happened=request.detail,
            Refunded=sum_of(request.refunded_minor, request.currency) if request.refunded_minor else "",
            How_we_know=known_by(request.known_by, gateway_title(house, request.gateway)),
            Payment=request.payment_ref,
        ),
        buttons=_agent_buttons(request),
    )


def _agent_buttons(request: PaymentRequest) -> tuple[tuple[Button, ...], ...]:
    number = str(request.id)
    if request.state in PAYABLE:
        return ((Button(label="Withdraw", action="pay.withdraw", value=number, ask="Withdraw this request?"),),)
    buttons = []
    if request.receipt_url:
        buttons.append(Button(label="Receipt", url=request.receipt_url))
    if request.state in REFUNDABLE:
        buttons.append(Button(label="Refund", action="refund.ask", value=number))
    if request.state in DISPUTES:
        buttons.append(Button(label="Evidence", action="pay.evidence", value=number))
    return (tuple(buttons),) if buttons else ()
