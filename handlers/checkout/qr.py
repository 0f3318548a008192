"""The pay link as a QR code: what was asked for on one screen is paid with the phone in one's hand.

A code is drawn only for a request that can be paid. It holds the address of our pay page and nothing else.
"""

from io import BytesIO

import segno

from handlers.checkout.cards import PAYABLE
from handlers.checkout.opening import sentence
from handlers.heard import Command, Place, Press
from handlers.house import House
from handlers.messages import Attachment, Message, id_in, pairs
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import badge, sum_of, until
from storage.tables import PaymentRequest, Side
from storage.work import Work

DOT = 8
"""Pixels of a picture for the length of one of the code's squares."""
NOTHING = "There is nothing to pay at the moment."


async def show(turn: Turn) -> None:
    """`/qr`, or the card's button: the code as a picture, for the customer or for the desk."""
    request = await _meant(turn)
    if request is None:
        await turn.answer(Message(text=NOTHING))
    elif not _can_be_paid(request, turn.work):
        await turn.answer(Message(text=sentence(request, turn.work.now)))
    elif turn.is_agent and turn.origin.place is Place.GROUP:
        await _show_desk(turn, request)
    else:
        await turn.answer(await _card(turn, request))


async def pay_link_svg(house: House, code: str) -> bytes | None:
    """The code for a page, as SVG; None when there is nothing to pay there."""
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        payable = request is not None and request.sent_at is not None and _can_be_paid(request, work)
    return svg_of(house.link(f"pay/{code}")) if payable else None


def svg_of(text: str) -> bytes:
    """A QR code as SVG, dark on white in every colour scheme: not every phone reads it the other way round."""
    drawn = BytesIO()
    segno.make(text, micro=False).save(drawn, kind="svg", scale=DOT, light="#fff", omitsize=True)
    return drawn.getvalue()


def png_of(text: str) -> bytes:
    """The same as a picture for chats."""
    drawn = BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=DOT)
    return drawn.getvalue()


async def _meant(turn: Turn) -> PaymentRequest | None:
    """The request that a press names, or the newest one of the case that can be paid, if it is the person's to see."""
    heard = turn.heard
    if isinstance(heard, Press):
        found = await turn.work.payments.request(id_in(heard.value))
    elif isinstance(heard, Command) and turn.conversation is not None:
        asked = await turn.work.payments.of_conversation(turn.conversation.id)
        found = next((one for one in asked if one.sent_at and _can_be_paid(one, turn.work)), None)
    else:
        found = None
    return found if found is not None and await _may_see(turn, found) else None


async def _may_see(turn: Turn, request: PaymentRequest) -> bool:
    if request.team_id != turn.team.id or request.sent_at is None:
        return False
    case = await turn.work.talk.conversation(request.conversation_id)
    return turn.is_agent or (case is not None and case.customer_id == turn.person.id)


def _can_be_paid(request: PaymentRequest, work: Work) -> bool:
    return request.state in PAYABLE and request.expires_at > work.now


async def _show_desk(turn: Turn, request: PaymentRequest) -> None:
    """Into the case's thread, where both platforms show pictures: a hidden answer in Slack cannot carry one."""
    case = await turn.work.talk.conversation(request.conversation_id)
    if case is None:
        return
    await say(turn.work, case, Side.AGENT, await _card(turn, request))
    if not turn.origin.thread:
        await turn.answer(Message(text=f"The QR code is in the thread of case {case.id}."))


async def _card(turn: Turn, request: PaymentRequest) -> Message:
    total = sum_of(request.amount_minor, request.currency)
    picture = png_of(turn.house.link(f"pay/{request.code}"))
    return Message(
        badge=badge(request),
        title=f"Scan to pay {total}",
        pairs=pairs(
            Payee=turn.team.name,
            For=request.description,
            Pay_until=until(request.expires_at, turn.zone, turn.work.now),
        ),
        footnote="Point a phone's camera at the code: it opens the pay page there.",
        files=(Attachment(name="QR code to pay.png", mime="image/png", size=len(picture), content=picture),),
    )
