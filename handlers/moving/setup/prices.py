"""What is asked for beside prices, changed in the messenger: tips, deposits, minutes beyond."""

from handlers import forms
from handlers.appointments.choice import StaleChoice
from handlers.heard import Press, Submitted
from handlers.messages import Button, Form, FormField, Message, Style, pairs, rows
from handlers.moving.setup.asked import DECLARED
from handlers.moving.setup.asked_prices import NONE, check_prices, prices_in
from handlers.moving.setup.coupons import label_of
from handlers.turn import Turn
from handlers.words import sum_of
from payments.money import Money, as_decimal
from payments.tax import percent
from storage.tables import Team

FORM = "setup.prices"
SHOWN = 30


async def overview(turn: Turn) -> None:
    """All of it, and every coupon with a button."""
    await turn.answer(await prices_page(turn), edit=isinstance(turn.heard, Press))


async def prices_page(turn: Turn, said: str = "") -> Message:
    """The page, with a sentence about what was just done."""
    team = turn.team
    coupons = await turn.work.pricing.coupons(team.id, also_retired=True)
    buttons = [Button(label=label_of(one), action="setup.coupon", value=str(one.id)) for one in coupons[:SHOWN]]
    change = (
        Button(label="Change", action="setup.prices.change"),
        Button(label="Add a coupon", action="setup.coupon.new", style=Style.PRIMARY),
    )
    tips = ", ".join(f"{tip} %" for tip in team.tips.split(",") if tip)
    deposit = team.deposit_percent
    return Message(
        title=f"Prices of {team.name}",
        text=said,
        pairs=pairs(
            Tips=tips or "none are suggested",
            Deposit="none by itself" if deposit is None else f"{percent(deposit)} %",
            Minutes_beyond=_overtime(team),
            Coupons="" if coupons else "none",
        ),
        footnote=DECLARED if team.declared else "What a service costs stands with the service.",
        buttons=(() if team.declared else change, *rows(buttons), (Button(label="Back", action="setup.menu"),)),
    )


def _overtime(team: Team) -> str:
    if team.overtime_minor == 0:
        return "nothing is suggested"
    own = team.overtime_minor
    price = "the service's price by the minute" if own is None else f"{sum_of(own, team.currency)} each"
    return f"{price}, once they are more than {team.overtime_after}"


async def change(turn: Turn) -> None:
    """Ask for all of it, each with what stands there now."""
    team = turn.team
    if team.declared:
        await turn.answer(Message(text=DECLARED))
        return
    own = team.overtime_minor
    overtime = "" if own is None else str(as_decimal(Money(own, team.currency)))
    fields = (
        FormField(name="tips", label="Which tips are suggested, in percent?", example="5, 10, 15", required=False,
                  hint=f"Up to five; {NONE} for none.", initial=team.tips.replace(",", ", ")),
        FormField(name="deposit", label="How many percent is a deposit?", example="30", required=False,
                  hint=f"What /pay … deposit means without a number; {NONE} for none.",
                  initial="" if team.deposit_percent is None else percent(team.deposit_percent)),
        FormField(name="overtime", label="What does a minute beyond cost?", example="1.50", required=False,
                  hint=f"In {team.currency}; 0 suggests nothing, {NONE} is the service's price by the minute.",
                  initial=overtime),
        FormField(name="overtime_after", label="How many minutes beyond are free?", example="5",
                  initial=str(team.overtime_after)),
    )  # fmt: skip
    await forms.ask(turn, Form(name=FORM, title="Prices", submit="Save", fields=fields, value=f"|{team.currency}"))


async def saved(turn: Turn) -> None:
    """The form is filled in."""
    heard, team = turn.heard, turn.team
    if not isinstance(heard, Submitted) or check_prices(heard):
        raise StaleChoice
    if team.declared:
        await turn.answer(Message(text=DECLARED))
        return
    for name, value in prices_in(heard, team.currency).columns.items():
        setattr(team, name, value)
    turn.work.audits.note(team.id, turn.person.id, "prices changed", team.slug)
    await turn.answer(await prices_page(turn, "Saved. It holds for what is asked for from now on."))
