"""What gateways report, from wherever it comes: kept, held against what was asked, settled by the state table.

A webhook, a poll and the return page all end here. The order is the argument: keep the fact under its unique key, check
that it fits, let the table settle all that is known of the checkout, then say what changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pydantic import TypeAdapter

from handlers.checkout.cards import show_request
from handlers.checkout.giving_back import refund
from handlers.checkout.happening import KEEPS_MONEY, happened
from handlers.checkout.sums import fits, sum_asked
from handlers.effects import AskGateway, EndCheckout, send
from handlers.house import House
from handlers.messages import Button, Message
from handlers.speech import say
from handlers.tracing import about
from handlers.words import gateway_title, sum_of
from payments.errors import IllegalTransition
from payments.facts import Expected, Fact, misfit
from payments.machine import ENDED, Settlement, State, settle
from payments.money import Money
from storage.accounts import is_own
from storage.tables import BookingState, Checkout, GatewayFact, PaymentRequest, Side
from storage.work import Work

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
BROUGHT_MONEY = frozenset(
    {State.PAID, State.PART_PAID, State.REFUND_PENDING, State.PART_REFUNDED, State.REFUNDED,
     State.DISPUTED, State.DISPUTE_WON, State.DISPUTE_LOST}
)  # fmt: skip
MONEY_MOVES = BROUGHT_MONEY | {State.PROCESSING}
Rows = tuple[tuple[Button, ...], ...]
SOON = timedelta(seconds=1)
"""What can wait until the news is out."""
RELAXED = timedelta(hours=6)
"""Where money is or is on its way, the gateway is asked now and then: at first after so long, then ever less often."""


async def record(house: House, work: Work, gateway: str, facts: Sequence[Fact]) -> None:
    """Take in what a gateway reported. Repeats change nothing; what does not fit is kept and shown, never applied."""
    for place, fact in enumerate(facts):
        checkout = await work.payments.checkout_for(
            gateway,
            checkout_ref=fact.checkout_ref,
            reference=fact.reference,
            payment_ref=fact.payment_ref,
            account=fact.account,
        )
        request = await work.payments.request(checkout.request_id) if checkout else None
        if request is not None and await _is_erased(work, request):
            # Asked again, the gateway would bring back what it says of them and the link to its own receipt.
            fact = replace(fact, detail="", receipt_url="")
        kept = GatewayFact(
            gateway=gateway,
            event_key=_key(fact, place),
            checkout_id=checkout.id if checkout else None,
            kind=fact.kind,
            source=fact.source,
            body=FACT.dump_json(fact).decode(),
            misfit=_misfit(fact, checkout, request),
            heard_at=work.now,
        )
        # The unique key decides who was first, between processes too.
        if not await work.payments.keep_fact(kept):
            continue
        if checkout is not None and request is not None:
            await _apply(house, work, request, checkout, fact, kept)


async def _is_erased(work: Work, request: PaymentRequest) -> bool:
    conversation = await work.talk.conversation(request.conversation_id)
    return conversation is not None and (await work.people.person(conversation.customer_id)).erased_at is not None


def _key(fact: Fact, place: int) -> str:
    """A webhook's facts are known by its event; a polled fact by what it says, so that asking twice changes nothing.

    A team that signs with a secret of its own has keys of its own too: it cannot take those of others.
    """
    whose = f"{fact.account}/" if is_own(fact.account) else ""
    if fact.event_id:
        # As long as the column. The end is kept, since the number stands there.
        return f"{whose}{fact.event_id}#{place}"[-160:]
    sums = "/".join(str(total.minor) if total else "-" for total in (fact.captured, fact.refunded))
    # A fee may be known only later than the payment itself: then that is news.
    sums += f"/{fact.fee.minor}" if fact.fee else ""
    return f"{whose}asked:{fact.checkout_ref or fact.payment_ref}:{fact.kind}:{sums}:{fact.refund_ref}"[:160]


def _misfit(fact: Fact, checkout: Checkout | None, request: PaymentRequest | None) -> str:
    if checkout is None or request is None:
        return "It names no checkout of ours."
    asked = sum_asked(checkout, request)
    known = Money(checkout.captured_minor, asked.currency)
    if fact.captured and fact.captured == known and known > asked:
        # Somebody of the team has taken it with what is too much in it.
        fact = replace(fact, captured=asked)
    return _misfit_of(fact, checkout, request)


def _misfit_of(fact: Fact, checkout: Checkout, request: PaymentRequest) -> str:
    asked = sum_asked(checkout, request)
    expected = Expected(reference=checkout.reference, asked=asked, live=request.live, account=checkout.account)
    return misfit(fact, expected) or ""


async def _apply(
    house: House, work: Work, request: PaymentRequest, checkout: Checkout, fact: Fact, kept: GatewayFact
) -> None:
    about(event=fact.event_id, team=request.team_id, conversation=request.conversation_id)
    if kept.misfit:
        await _flag(house, work, request, kept.misfit, _take_it(request, checkout, fact, kept))
        return
    asked = sum_asked(checkout, request)
    # All of them and not the new one alone: where it ends must not depend on which came first.
    facts = [FACT.validate_json(row.body) for row in await work.payments.facts_of(checkout.id)]
    try:
        settled = settle(facts, asked)
    except IllegalTransition as error:
        kept.misfit = str(error)
        await _flag(house, work, request, str(error))
        return
    _note(checkout, fact, settled)
    if settled.ask:
        # The event names no total; only the gateway knows how much of the money has gone back.
        await send(work, AskGateway(checkout_id=checkout.id))
    await _follow(house, work, request, checkout, fact)


async def take_in(house: House, work: Work, request: PaymentRequest, checkout: Checkout, kept: GatewayFact) -> None:
    """Apply a fact that did not fit, since a person of the team says so. The request must be locked."""
    kept.misfit = ""
    await _apply(house, work, request, checkout, FACT.validate_json(kept.body), kept)


def _take_it(request: PaymentRequest, checkout: Checkout, fact: Fact, kept: GatewayFact) -> Rows:
    """The button to take a payment all the same, where nothing is wrong with it but that it is too much."""
    asked, paid = sum_asked(checkout, request), fact.captured
    if (
        paid is None
        or paid.currency != asked.currency
        or paid <= asked
        or _misfit_of(replace(fact, captured=asked), checkout, request)
    ):
        return ()
    label = f"Take it, refund {sum_of(paid.minor - asked.minor, asked.currency)}"
    return ((Button(label=label, action="pay.excess", value=f"{request.id}|{kept.id}"),),)


def _note(checkout: Checkout, fact: Fact, settled: Settlement) -> None:
    checkout.state = settled.state
    checkout.captured_minor = settled.captured.minor
    checkout.refunded_minor = settled.refunded.minor
    checkout.payment_ref = fact.payment_ref or checkout.payment_ref
    checkout.checkout_ref = checkout.checkout_ref or fact.checkout_ref or None
    if settled.state in ENDED:
        checkout.poll_at = None


async def _follow(house: House, work: Work, request: PaymentRequest, checkout: Checkout, fact: Fact) -> None:
    """What the checkout's new state means for its request."""
    # The first that is paid wins; the money of any other goes back.
    first = request.paid_checkout_id in {None, checkout.id}
    if checkout.state in BROUGHT_MONEY and not first:
        await _send_back(house, work, request, checkout, "it had been paid already")
        return
    if checkout.state in BROUGHT_MONEY and request.state is State.CANCELLED:
        await _send_back(house, work, request, checkout, "the request had been withdrawn")
        return
    if checkout.state in BROUGHT_MONEY and request.paid_checkout_id is None and await _is_called_off(work, request):
        await _send_back(house, work, request, checkout, "the booking had been cancelled")
        return
    if not fits(checkout, request):
        # A tip or a coupon has changed the sum since; only what is asked for now may be paid.
        if checkout.state in BROUGHT_MONEY:
            await _send_back(house, work, request, checkout, "the sum had changed meanwhile")
        return
    if checkout.state in ENDED and request.state not in ENDED:
        # A checkout that ended does not end its request: the customer may open another until the request expires.
        return
    if not first or (request.state in ENDED and checkout.state not in MONEY_MOVES):
        return
    if request.state is State.PROCESSING and checkout.state not in MONEY_MOVES and await _is_moving(work, request):
        # Another checkout's money is on its way: a page that was opened or declined beside it changes nothing.
        return
    await _move(house, work, request, checkout, fact)


async def _is_called_off(work: Work, request: PaymentRequest) -> bool:
    booking = await work.bookings.get(request.booking_id) if request.booking_id else None
    return booking is not None and booking.state is not BookingState.CONFIRMED


async def _is_moving(work: Work, request: PaymentRequest) -> bool:
    return any(each.state is State.PROCESSING for each in await work.payments.checkouts_of(request.id))


async def _move(house: House, work: Work, request: PaymentRequest, checkout: Checkout, fact: Fact) -> None:
    before, gone_before = request.state, request.refunded_minor
    request.state, request.gateway = checkout.state, checkout.gateway
    request.captured_minor, request.refunded_minor = checkout.captured_minor, checkout.refunded_minor
    request.payment_ref = checkout.payment_ref
    request.receipt_url = fact.receipt_url or request.receipt_url
    request.answer_by = fact.answer_by or request.answer_by
    if fact.fee is not None:
        request.fee_minor, request.fee_currency = fact.fee.minor, fact.fee.currency
    request.detail = fact.detail[:300] if request.state is State.FAILED else ""
    if before is not request.state or request.known_by is None:
        request.known_by = fact.source if request.state in BROUGHT_MONEY else request.known_by
    if request.state in BROUGHT_MONEY:
        await _brought(work, request, checkout)
    await show_request(house, work, request)
    if before is not request.state or gone_before < request.refunded_minor:
        await happened(house, work, request, before=before, went_back=gone_before < request.refunded_minor)
        if request.state in KEEPS_MONEY and not request.receipt_url:
            # A webhook carries no link to the receipt; the gateway has it. Both sides read "Paid" first.
            await send(work, AskGateway(checkout_id=checkout.id), after=SOON)


async def _brought(work: Work, request: PaymentRequest, checkout: Checkout) -> None:
    """It is this checkout that brought the money, and the first one to do so ends the others."""
    first = request.paid_checkout_id is None
    request.paid_checkout_id = checkout.id
    request.paid_at = request.paid_at or work.now
    # Nothing more is expected soon; refunds made at the gateway's own dashboard are still looked for.
    checkout.poll_at = work.now + RELAXED
    if first:
        await _end_others(work, request, checkout)
        if request.coupon_id is not None:
            await work.pricing.use_after_all(request.coupon_id, request.id)


async def _end_others(work: Work, request: PaymentRequest, paid: Checkout) -> None:
    """The first that is paid wins: the request's other pages take no more money."""
    for other in await work.payments.checkouts_of(request.id):
        if other.id != paid.id and other.state not in ENDED:
            await send(work, EndCheckout(checkout_id=other.id))


async def _send_back(house: House, work: Work, request: PaymentRequest, checkout: Checkout, why: str) -> None:
    """Money that nobody asked for any more goes back at once, and both sides know."""
    left = checkout.captured_minor - checkout.refunded_minor
    # Every later fact of this checkout comes here too, and the money goes back once.
    earlier = await work.payments.count_refunds(checkout)
    if left <= 0 or earlier or not checkout.payment_ref:
        return
    await refund(work, request, checkout, left, reason=why)
    conversation = await work.talk.conversation(request.conversation_id)
    back, title = sum_of(left, request.currency), gateway_title(house, checkout.gateway)
    if conversation is not None:
        for side in Side:
            text = f"{back} for {request.description} arrived at {title} although {why}. It is being sent back."
            await say(work, conversation, side, Message(text=text))


async def unread(house: House, work: Work, fact: Fact, problem: str) -> None:
    """A report that we could not make sense of is shown to the team, when it names a checkout of theirs."""
    checkout = await work.payments.checkout_for(
        fact.gateway,
        checkout_ref=fact.checkout_ref,
        reference=fact.reference,
        payment_ref=fact.payment_ref,
        account=fact.account,
    )
    request = await work.payments.request(checkout.request_id) if checkout else None
    if request is not None:
        await _flag(house, work, request, f"It could not be read ({problem[:100]}).")


async def _flag(house: House, work: Work, request: PaymentRequest, why: str, buttons: Rows = ()) -> None:
    """What does not fit is the team's to look at; it changes nothing."""
    conversation = await work.talk.conversation(request.conversation_id)
    if conversation is None:
        return
    title = gateway_title(house, request.gateway)
    text = f"{title} reported something about {request.description} that does not fit, so it was not applied. {why}"
    await say(work, conversation, Side.AGENT, Message(title="Please check", text=text, buttons=buttons))
