"""The payment card: the same request in front of the customer and of the desk, edited in place as things happen."""

from datetime import datetime

from handlers.cases import show_case
from handlers.checkout.bills import Asked, arithmetic, bill_of
from handlers.checkout.pay_buttons import offer_at_home, pay_buttons, show_qr
from handlers.checkout.tip_buttons import tip_buttons
from handlers.checkout.ways import ways_of
from handlers.house import House
from handlers.messages import Button, Message, Style, pairs
from handlers.speech import say_card
from handlers.words import FOR_CUSTOMERS, STATES, badge, gateway_title, known_by, sum_of, until
from payments.gateway import Capability, Gateway
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
    if request.rest_of_id is not None:
        # The deposit's card says whether its rest can be asked for. The newest card comes last.
        await show_request(house, work, await work.payments.known_request(request.rest_of_id))
    for side, message in (
        (Side.CUSTOMER, await _for_customer(house, work, request)),
        (Side.AGENT, await _for_agents(house, work, request)),
    ):
        # The key is the same at every change, so that each seat edits the card it has.
        await say_card(work, conversation, side, f"pay:{request.id}:{side}", message)
    if request.state in PAYABLE:
        await offer_at_home(house, work, request)
    await show_case(work, conversation)


async def _for_customer(house: House, work: Work, request: PaymentRequest) -> Message:
    team = await work.people.team(request.team_id)
    conversation = await work.talk.conversation(request.conversation_id)
    customer = await work.people.person(conversation.customer_id) if conversation else None
    zone = (customer.zone if customer else "") or team.zone
    total = sum_of(request.amount_minor, request.currency)
    return Message(
        badge=badge(request),
        title=f"{FOR_CUSTOMERS[request.state]}: {total}",
        pairs=(
            *pairs(For=request.description, Payee=team.name),
            *arithmetic(await bill_of(work, request)),
            *pairs(
                Pay_until=until(request.expires_at, zone, work.now) if request.state in PAYABLE else "",
                Refunded=sum_of(request.refunded_minor, request.currency) if request.refunded_minor else "",
                Reason=request.detail if request.state is State.FAILED else "",
            ),
        ),
        footnote=await _customer_footnote(house, work, request),
        buttons=await _customer_buttons(house, work, request),
    )


async def _customer_buttons(house: House, work: Work, request: PaymentRequest) -> tuple[tuple[Button, ...], ...]:
    if request.state in PAYABLE:
        rows = pay_buttons(house, request, await work.payments.checkouts_of(request.id))
        coupon = Button(label="Enter a coupon", action="pay.coupon", value=str(request.id))
        offers = request.rest_of_id is None and bool(await work.pricing.coupons(request.team_id))
        tips = tip_buttons(await work.people.team(request.team_id), request, await bill_of(work, request))
        return (*rows, *((tips,) if tips else ()), *(((coupon,),) if offers else ()))
    return ((Button(label="Receipt", url=request.receipt_url),),) if request.receipt_url else ()


async def _customer_footnote(house: House, work: Work, request: PaymentRequest) -> str:
    if request.state in PAYABLE:
        return f"{how_to_pay(await ways_of(house, work, request))} Never write card numbers in a chat."
    known = known_by(request.known_by, gateway_title(house, request.gateway))
    return known[:1].upper() + known[1:] + "." if known else ""


def how_to_pay(possible: tuple[Gateway, ...]) -> str:
    """On whose page the customer will pay, in a sentence."""
    if all(Capability.PRETENDS in gateway.capabilities for gateway in possible) and possible:
        return "This is a rehearsal: you pay on a page that pretends."
    titles = [gateway.title for gateway in possible]
    if len(titles) == 1:
        return f"You pay on {titles[0]}'s own page."
    return f"You choose where to pay: {', '.join(titles[:-1])} or {titles[-1]}." if titles else ""


async def _for_agents(house: House, work: Work, request: PaymentRequest) -> Message:
    asked_by = await work.people.person(request.asked_by_id)
    team = await work.people.team(request.team_id)
    total = sum_of(request.amount_minor, request.currency)
    asked = await bill_of(work, request)
    return Message(
        badge=badge(request),
        title=f"{STATES[request.state]}: {total}",
        pairs=(
            *pairs(For=request.description, Asked_by=asked_by.name, Request=str(request.id)),
            *arithmetic(asked),
            *pairs(
                Pay_until=until(request.expires_at, team.zone, work.now) if request.state in PAYABLE else "",
                Reason=request.detail,
                Refunded=sum_of(request.refunded_minor, request.currency) if request.refunded_minor else "",
                Answer_by=_deadline(request, team.zone, work.now),
                How_we_know=known_by(request.known_by, gateway_title(house, request.gateway)),
                Payment=request.payment_ref,
                **_fee(request),
            ),
        ),
        buttons=_agent_buttons(request, rest=asked.rest if await rest_is_open(work, request, asked) else 0),
    )


def _deadline(request: PaymentRequest, zone: str, now: datetime) -> str:
    """Until when a dispute can be answered, while it can."""
    open_still = request.state is State.DISPUTED and request.answer_by is not None
    return until(request.answer_by, zone, now) if open_still and request.answer_by else ""


def _fee(request: PaymentRequest) -> dict[str, str]:
    """What the gateway keeps, and what is left of the payment where both are in one currency."""
    if request.fee_minor is None:
        return {}
    keeps = request.state in {State.PAID, State.DISPUTE_WON}
    left = request.captured_minor - request.fee_minor if request.fee_currency == request.currency else 0
    return {
        "Gateway_fee": sum_of(request.fee_minor, request.fee_currency),
        "After_the_fee": sum_of(left, request.currency) if keeps and left > 0 and not request.refunded_minor else "",
    }


async def rest_is_open(work: Work, request: PaymentRequest, asked: Asked) -> bool:
    """Whether a paid deposit's rest can be asked for: it was not yet, or what was asked for is over."""
    if not asked.rest or request.state not in {State.PAID, State.DISPUTE_WON}:
        return False
    return all(rest.state in {State.CANCELLED, State.EXPIRED} for rest in await work.pricing.rests_of(request.id))


def _agent_buttons(request: PaymentRequest, *, rest: int) -> tuple[tuple[Button, ...], ...]:
    number = str(request.id)
    if request.state in PAYABLE:
        withdraw = Button(label="Withdraw", action="pay.withdraw", value=number, ask="Withdraw this request?")
        return ((withdraw, show_qr(request)),)
    buttons = []
    if rest:
        label = f"Ask for the rest {sum_of(rest, request.currency)}"
        buttons.append(Button(label=label, action="pay.rest", value=number, style=Style.PRIMARY))
    if request.receipt_url:
        buttons.append(Button(label="Receipt", url=request.receipt_url))
    if request.state in REFUNDABLE:
        buttons.append(Button(label="Refund", action="refund.ask", value=number))
    if request.state in DISPUTES:
        buttons.append(Button(label="Evidence", action="pay.evidence", value=number))
    return (tuple(buttons),) if buttons else ()
