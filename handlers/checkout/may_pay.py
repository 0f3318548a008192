"""The last word before money moves, where a gateway asks for it: may this checkout be paid now?

Telegram asks before each payment and an invoice there can be opened by anybody who has its link, so this is where a
second payment is refused. A yes is kept as a fact: for a minute it stands in the way of everybody but the same payer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.checkout.cards import PAYABLE
from handlers.checkout.ledger import FACT, record
from handlers.house import House
from payments.facts import Expected, Fact, misfit
from payments.machine import ENDED, State
from payments.money import Money
from storage.tables import Checkout, GatewayFact, PaymentRequest
from storage.work import Work

UNDER_WAY = timedelta(minutes=1)
"""From a yes to the money it takes seconds; a payment that its bank declines is reported by nobody."""

UNKNOWN = "This invoice is not known here any more. Nothing was taken; please ask in the chat."
OVER = "This request has expired. Nothing was taken; ask for a new one in the chat."
CHANGED = "This invoice does not fit what was asked for. Nothing was taken; please open the newest one."
BUSY = "Somebody is paying this right now. Nothing was taken from you; look into the chat in a minute."
_SENTENCES = {
    State.CANCELLED: "This request has been withdrawn. Nothing was taken.",
    State.EXPIRED: OVER,
    State.PROCESSING: "This is being paid already. Nothing was taken a second time.",
}
_PAID = "This has been paid already. Nothing was taken a second time."


async def may_pay(house: House, question: Fact) -> str:
    """Why a checkout must not be paid now, as a sentence for the payer; "" when it may.

    `question` names the checkout by `reference`, the sum by `asked` and the payer by `detail`.
    """
    async with house.database.begin() as work:
        checkout = await work.payments.checkout_for(
            question.gateway, checkout_ref="", reference=question.reference, payment_ref=""
        )
        # Locked until the commit: of two payers at one moment the second sees the first.
        request = await work.payments.request(checkout.request_id) if checkout else None
        if checkout is None or request is None:
            return UNKNOWN
        refusal = _refusal(request, checkout, question, work.now) or await _busy(work, checkout, question)
        if not refusal:
            await record(house, work, question.gateway, [question])
        return refusal


def _refusal(request: PaymentRequest, checkout: Checkout, question: Fact, now: datetime) -> str:
    asked = Money(request.amount_minor, request.currency)
    expected = Expected(reference=checkout.reference, asked=asked, live=request.live, account=checkout.account)
    if request.sent_at is None or misfit(question, expected):
        return CHANGED
    if request.state not in PAYABLE:
        return _SENTENCES.get(request.state, _PAID)
    if request.expires_at <= now or checkout.expires_at <= now or checkout.state in ENDED:
        return OVER
    return ""


async def _busy(work: Work, checkout: Checkout, question: Fact) -> str:
    since = work.now - UNDER_WAY
    recent = [row for row in await work.payments.facts_of(checkout.id) if row.heard_at > since]
    return BUSY if any(payer != question.detail for payer in _payers(recent)) else ""


def _payers(rows: Sequence[GatewayFact]) -> Sequence[str]:
    """Who was told yes."""
    facts = [FACT.validate_json(row.body) for row in rows]
    return [fact.detail for fact in facts if fact.event_id.startswith("asked:")]
