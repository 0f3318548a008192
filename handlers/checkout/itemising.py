"""`/pay 2 x 49 Consultation; 20 Materials +19%; deposit 30%`: lines typed at once, or added to a preview one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import forms
from handlers.cases import case_of
from handlers.checkout.bills import deposit_in, first_of, items_of
from handlers.checkout.previewing import (
    keep_lines,
    own_request,
    preview_card,
    set_lines,
    takes,
    team_request,
    usual_words,
    validity,
)
from handlers.heard import Submitted
from handlers.messages import Choice, FieldKind, Form, FormField, Message, id_in
from handlers.turn import Turn
from payments.amounts import UnreadableAmount
from payments.items import MOST_LINES, AmbiguousItems, Deposit, Habits, parse_deposit, parse_items
from payments.machine import State
from payments.money import Money
from payments.pricing import Item, work_out
from payments.tax import percent
from storage.tables import PaymentRequest, Team

LONGEST = 2000
"""Characters of what an agent types: they travel with each question about it."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Words of an agent that are still to be understood: `picks` answer the questions so far.

    `what` is the whole request, one more line of `request_id`, or its deposit.
    """

    what: str
    text: str
    picks: tuple[int, ...] = ()
    request_id: int = 0

    @property
    def packed(self) -> str:
        """As a form carries it, behind the case's number."""
        return f"{self.what}|{self.request_id}|{','.join(map(str, self.picks))}|{self.text}"

    @classmethod
    def unpacked(cls, packed: str) -> "Typed":
        """What `packed` made."""
        what, number, picks, text = (packed.split("|", 3) + [""] * 4)[:4]
        return cls(what, text, tuple(map(id_in, filter(None, picks.split(",")))), id_in(number))


async def read(turn: Turn, text: str) -> None:
    """Several lines, or one with more than a sum: a preview, a question or a sentence."""
    await _understand(turn, Typed("all", text))


async def reading_chosen(turn: Turn) -> None:
    """One question about the lines was answered."""
    if isinstance(turn.heard, Submitted):
        typed = Typed.unpacked(turn.heard.value.partition("|")[2])
        pick = turn.heard.answers.get("reading", "")
        picks = (*typed.picks, id_in(pick)) if pick else typed.picks
        await _understand(turn, Typed(typed.what, typed.text, picks, typed.request_id))


async def line_form(turn: Turn) -> None:
    """The preview's button: one line more."""
    request = await own_request(turn)
    if request is None or not await _is_unsent(turn, request):
        return
    fields = (
        FormField(name="amount", label="How much?", example="2 x 20", hint=f"In {request.currency}."),
        FormField(name="description", label="What for?", example="Materials"),
        FormField(name="tax", label="Its tax?", example="+19% on top, incl 19% in the price, or no tax",
                  hint=_usual_tax(turn.team), required=False),
    )  # fmt: skip
    await forms.ask(turn, Form(name="pay.line", title="Add a line", submit="Preview", fields=fields,
                               value=f"{case_of(turn).id}|{request.id}"))  # fmt: skip


def _usual_tax(team: Team) -> str:
    if not team.tax_rate:
        return "Left out: nothing is said about tax."
    return f"Left out: {percent(team.tax_rate)} %, {'in the price' if team.prices_include_tax else 'on top'}."


async def line_filled(turn: Turn) -> None:
    """The form for one more line came back."""
    if isinstance(turn.heard, Submitted):
        words = [turn.heard.answers.get(name, "").strip() for name in ("amount", "description", "tax")]
        await _understand(turn, Typed("line", " ".join(filter(None, words)), request_id=_named_request(turn.heard)))


async def deposit_form(turn: Turn) -> None:
    """The preview's button: only a part of it now."""
    request = await own_request(turn)
    if request is None or not await _is_unsent(turn, request):
        return
    usual = f"{percent(turn.team.deposit_percent)}%" if turn.team.deposit_percent else ""
    field = FormField(name="deposit", label="How much now?", example="30%, or a sum", initial=usual)
    await forms.ask(turn, Form(name="pay.deposit", title="Deposit", submit="Preview", fields=(field,),
                               value=f"{case_of(turn).id}|{request.id}"))  # fmt: skip


async def deposit_filled(turn: Turn) -> None:
    """The form for a deposit came back."""
    if isinstance(turn.heard, Submitted):
        text = turn.heard.answers.get("deposit", "")
        await _understand(turn, Typed("deposit", text, request_id=_named_request(turn.heard)))


def _named_request(submitted: Submitted) -> int:
    return id_in(submitted.value.partition("|")[2])


async def _unsent(turn: Turn, request_id: int) -> PaymentRequest | None:
    request = await team_request(turn, request_id)
    return request if request is not None and await _is_unsent(turn, request) else None


async def _is_unsent(turn: Turn, request: PaymentRequest) -> bool:
    if request.sent_at is None and request.state is State.REQUESTED and request.expires_at > turn.work.now:
        return True
    await turn.answer(Message(text="This preview is out of date; ask again with /pay."))
    return False


async def _understand(turn: Turn, typed: Typed) -> None:
    if len(typed.text) > LONGEST:
        await turn.answer(Message(text=f"This is too long; a request has room for {LONGEST} characters."))
        return
    ways_to_read = {"all": _whole, "line": _one_more, "deposit": _deposit}
    try:
        await ways_to_read.get(typed.what, _whole)(turn, typed)
    except AmbiguousItems as error:
        await forms.ask(turn, _which(turn, typed, error))
    except UnreadableAmount as error:
        await turn.answer(Message(text=error.sentence))


def _which(turn: Turn, typed: Typed, error: AmbiguousItems) -> Form:
    choices = tuple(Choice(label=label[:75], value=str(place)) for place, label in enumerate(error.choices))
    field = FormField(name="reading", label=str(error)[:150], kind=FieldKind.CHOICE, choices=choices)
    value = f"{case_of(turn).id}|{typed.packed}"
    return Form(name="pay.items", title="Which is it?", submit="Preview", fields=(field,), value=value)


async def _whole(turn: Turn, typed: Typed) -> None:
    text, valid_for = validity(typed.text)
    written = parse_items(text, habits(turn.team), typed.picks)
    items = await _named(turn, written.items)
    gateway = await takes(turn, _now(written.currency, items, written.deposit))
    if gateway is not None:
        request = await keep_lines(turn, gateway, items, written.currency, valid_for, written.deposit)
        await turn.answer(await preview_card(turn, request))


async def _one_more(turn: Turn, typed: Typed) -> None:
    request = await _unsent(turn, typed.request_id)
    if request is None:
        return
    there = await items_of(turn.work, request)
    written = parse_items(typed.text, habits(turn.team, request.currency), typed.picks)
    if written.currency != request.currency:
        raise UnreadableAmount(f"The other lines are in {request.currency}, so this one has to be too.")
    items = [*there, *await _named(turn, written.items)]
    if len(items) > MOST_LINES:
        raise UnreadableAmount(f"A request has at most {MOST_LINES} lines.")
    await _again(turn, request, items, written.deposit or deposit_in(request))


async def _deposit(turn: Turn, typed: Typed) -> None:
    request = await _unsent(turn, typed.request_id)
    if request is None:
        return
    items = await items_of(turn.work, request)
    deposit = parse_deposit(typed.text, request.currency, items, habits(turn.team, request.currency), typed.picks)
    await _again(turn, request, items, deposit)


async def _again(turn: Turn, request: PaymentRequest, items: Sequence[Item], deposit: Deposit | None) -> None:
    """The preview with what has changed; a sentence, and no change, when no gateway takes the new sum."""
    gateway = await takes(turn, _now(request.currency, items, deposit))
    if gateway is not None:
        request.gateway, request.live = gateway.name, gateway.live
        await set_lines(turn, request, items, deposit)
        await turn.answer(await preview_card(turn, request))


def _now(currency: str, items: Sequence[Item], deposit: Deposit | None) -> Money:
    """What lines ask for now."""
    return Money(first_of(work_out(items).total, deposit), currency)


async def _named(turn: Turn, items: Sequence[Item]) -> list[Item]:
    usual = await usual_words(turn)
    return [Item(item.text or usual, item.unit, item.quantity, item.rate, item.on_top) for item in items]


def habits(team: Team, currency: str = "") -> Habits:
    """What a team means by what it leaves out."""
    on_top = bool(team.tax_rate) and not team.prices_include_tax
    return Habits(currency or team.currency, team.tax_rate, on_top, team.deposit_percent)
