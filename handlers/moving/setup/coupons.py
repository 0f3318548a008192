"""A team's coupons, changed in the messenger: add, change, take no more, take again."""

from handlers import forms
from handlers.appointments.choice import StaleChoice
from handlers.declared_prices import CouponOffer
from handlers.heard import Press, Submitted
from handlers.messages import Button, Form, FormField, Message, id_in, pairs
from handlers.moving.setup.asked import DECLARED
from handlers.moving.setup.asked_prices import NONE, check_coupon, coupon_in
from handlers.turn import Turn
from handlers.words import sum_of
from payments.money import Money, as_decimal
from payments.tax import percent
from storage.tables import Coupon

FORM = "setup.coupon"


def label_of(coupon: Coupon) -> str:
    """A coupon on a button."""
    return f"{coupon.code} · {_off(coupon)}" + (" · not taken" * coupon.retired)


def _off(coupon: Coupon) -> str:
    if coupon.percent is not None:
        return f"{percent(coupon.percent)} %"
    return sum_of(coupon.sum_minor or 0, coupon.currency)


async def one(turn: Turn) -> None:
    """One coupon, and what can be changed about it."""
    coupon = await _own(turn)
    if coupon is not None:
        await turn.answer(_card(turn, coupon), edit=True)


def _card(turn: Turn, coupon: Coupon, said: str = "") -> Message:
    number = str(coupon.id)
    end = Button(label="End", action="setup.coupon.retire", value=number, ask=f"Take {coupon.code} no more?")
    keep = Button(label="Take again", action="setup.coupon.back", value=number) if coupon.retired else end
    changes = (Button(label="Change", action="setup.coupon.change", value=number), keep)
    most = "" if coupon.most_uses is None else f" of {coupon.most_uses}"
    return Message(
        title=f"Coupon {coupon.code}",
        text=said,
        pairs=pairs(
            Off=_off(coupon),
            Used=f"{coupon.used}{most}",
            From=coupon.starts_on,
            Until=coupon.ends_on,
            Taken="no" if coupon.retired else "",
        ),
        footnote=DECLARED if turn.team.declared else "",
        buttons=(() if turn.team.declared else changes, (Button(label="Back", action="setup.prices"),)),
    )


async def _own(turn: Turn) -> Coupon | None:
    """The coupon of this team that a press or a form names; else the person is told."""
    heard = turn.heard
    number = id_in(heard.value.partition("|")[0]) if isinstance(heard, Press | Submitted) else 0
    mine = await turn.work.pricing.coupons(turn.team.id, also_retired=True)
    found = next((coupon for coupon in mine if coupon.id == number), None)
    if found is None:
        await turn.answer(Message(text="There is no such coupon here."))
    return found


async def _changeable(turn: Turn) -> Coupon | None:
    """The same, unless the team's file owns it."""
    if turn.team.declared:
        await turn.answer(Message(text=DECLARED))
        return None
    return await _own(turn)


async def new(turn: Turn) -> None:
    """Ask for a new coupon."""
    if turn.team.declared:
        await turn.answer(Message(text=DECLARED))
    else:
        await forms.ask(turn, _form(turn, None))


async def change(turn: Turn) -> None:
    """Ask anew what a coupon is worth; its code stays."""
    coupon = await _changeable(turn)
    if coupon is not None:
        await forms.ask(turn, _form(turn, coupon))


def _form(turn: Turn, coupon: Coupon | None) -> Form:
    code = FormField(name="code", label="Which code do customers type?", example="SPRING")
    most = coupon.most_uses if coupon else None
    fields = (
        FormField(name="off", label="How much is taken off?", hint="A part or a sum.", example="10 % or 5 EUR",
                  initial=_typed(coupon) if coupon else ""),
        FormField(name="uses", label="How often can it be used in all?", hint=f"A number; {NONE} for any number.",
                  required=False, initial="" if most is None else str(most)),
        FormField(name="since", label="From which day?", hint=f"{NONE} for now.", example="2026-03-01", required=False,
                  initial=coupon.starts_on if coupon else ""),
        FormField(name="until", label="Until which day?", hint=f"{NONE} for always.", example="2026-03-31",
                  required=False, initial=coupon.ends_on if coupon else ""),
    )  # fmt: skip
    return Form(
        name=FORM, title=coupon.code[:24] if coupon else "A new coupon", submit="Save",
        value=f"{coupon.id if coupon else ''}|{turn.team.currency}", fields=fields if coupon else (code, *fields),
    )  # fmt: skip


def _typed(coupon: Coupon) -> str:
    """What is taken off, as it can be typed again."""
    if coupon.percent is not None:
        return f"{percent(coupon.percent)} %"
    return f"{as_decimal(Money(coupon.sum_minor or 0, coupon.currency))} {coupon.currency}"


async def saved(turn: Turn) -> None:
    """The form is filled in: a new coupon, or a changed one."""
    heard = turn.heard
    if not isinstance(heard, Submitted) or check_coupon(heard):
        raise StaleChoice
    offer = coupon_in(heard, turn.team.currency)
    coupon = await _changeable(turn) if heard.value.partition("|")[0] else await _add(turn, offer)
    if coupon is None:
        return
    for name, value in offer.columns.items():
        setattr(coupon, name, value)
    turn.work.audits.note(turn.team.id, turn.person.id, "coupon saved", coupon.code)
    await turn.answer(_card(turn, coupon, "Saved. Customers can use it on the pay page and on the card."))


async def _add(turn: Turn, offer: CouponOffer) -> Coupon | None:
    """A new row, or the one of a coupon that is not taken any more: how often it was used stays."""
    code = offer.code.upper()
    if turn.team.declared:
        await turn.answer(Message(text=DECLARED))
        return None
    there = await turn.work.pricing.coupons(turn.team.id, also_retired=True)
    known = next((coupon for coupon in there if coupon.code == code), None)
    if known is not None and not known.retired:
        await turn.answer(Message(text=f"There is a coupon {code} already. Press it on the list to change it."))
        return None
    if known is None:
        known = Coupon(team_id=turn.team.id, code=code, **offer.columns)
        await turn.work.pricing.add(known)
    return known


async def retire(turn: Turn) -> None:
    """It is not taken any more; where it was used it stands."""
    await _take(turn, retired=True, said="It is taken no more. Where it was used, it stands.")


async def take_again(turn: Turn) -> None:
    """It can be used again."""
    await _take(turn, retired=False, said="It can be used again.")


async def _take(turn: Turn, *, retired: bool, said: str) -> None:
    coupon = await _changeable(turn)
    if coupon is None:
        return
    coupon.retired = retired
    deed = "coupon ended" if retired else "coupon taken again"
    turn.work.audits.note(turn.team.id, turn.person.id, deed, coupon.code)
    await turn.answer(_card(turn, coupon, said), edit=True)
