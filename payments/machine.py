"""The payment's state machine: one table, read row by row, and two pure functions that walk it.

`settle` is what everyone should ask: it looks at all facts of a checkout at once, so that arrival order, repeats and
losses made up for later cannot change the answer. `decide` is the single step it takes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from payments.errors import IllegalTransition
from payments.facts import Fact, FactKind
from payments.money import Money


class State(StrEnum):
    """Where the payment of one checkout stands."""

    REQUESTED = "requested"
    OPENED = "opened"
    PROCESSING = "processing"
    PAID = "paid"
    PART_PAID = "part_paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUND_PENDING = "refund_pending"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


# Names short enough for the table below; `__` says "stays".
REQUESTED, OPENED, PROCESS, FAILED = State.REQUESTED, State.OPENED, State.PROCESSING, State.FAILED
PAID, PART_PAID, EXPIRED, CANCEL = State.PAID, State.PART_PAID, State.EXPIRED, State.CANCELLED
BACKING, PART_BACK, BACK = State.REFUND_PENDING, State.PART_REFUNDED, State.REFUNDED
DISPUTE, WON, LOST = State.DISPUTED, State.DISPUTE_WON, State.DISPUTE_LOST
__ = None

# What is on its way outlives its page: a slow method settles days after the page has closed.
# A failed attempt is not final: the customer may try again on the same page. A dead link never undoes money, and money
# is seen even when it comes after the end. Where PAID, BACK or WON stands, the totals have the last word: `_READINGS`.
# fmt: off
_ROWS: dict[State, tuple[State | None, ...]] = {
    #           opened  process. capture  failed  expired  cancel  refund.. ..done ..fail  dispute  won  lost
    REQUESTED: (OPENED, PROCESS, PAID,    FAILED, EXPIRED, CANCEL, BACKING, BACK, PAID,   DISPUTE, WON, LOST),
    OPENED:    (__,     PROCESS, PAID,    FAILED, EXPIRED, CANCEL, BACKING, BACK, PAID,   DISPUTE, WON, LOST),
    PROCESS:   (__,     __,      PAID,    FAILED, __,      __,     BACKING, BACK, PAID,   DISPUTE, WON, LOST),
    FAILED:    (__,     PROCESS, PAID,    __,     EXPIRED, CANCEL, BACKING, BACK, PAID,   DISPUTE, WON, LOST),
    EXPIRED:   (__,     PROCESS, PAID,    __,     __,      CANCEL, BACKING, BACK, PAID,   DISPUTE, WON, LOST),
    CANCEL:    (__,     PROCESS, PAID,    __,     __,      __,     BACKING, BACK, PAID,   DISPUTE, WON, LOST),
    PART_PAID: (__,     __,      PAID,    __,     __,      __,     BACKING, BACK, __,     DISPUTE, WON, LOST),
    PAID:      (__,     __,      __,      __,     __,      __,     BACKING, BACK, __,     DISPUTE, WON, LOST),
    BACKING:   (__,     __,      __,      __,     __,      __,     __,      BACK, PAID,   DISPUTE, WON, LOST),
    PART_BACK: (__,     __,      __,      __,     __,      __,     BACKING, BACK, __,     DISPUTE, WON, LOST),
    BACK:      (__,     __,      __,      __,     __,      __,     __,      __,   __,     DISPUTE, WON, LOST),
    DISPUTE:   (__,     __,      __,      __,     __,      __,     __,      __,   __,     __,      WON, LOST),
    WON:       (__,     __,      __,      __,     __,      __,     BACKING, BACK, __,     __,      __,  LOST),
    LOST:      (__,     __,      __,      __,     __,      __,     __,      __,   __,     __,      WON, __),
}
# fmt: on

NEXT: dict[tuple[State, FactKind], State] = {
    (state, kind): after or state for state, row in _ROWS.items() for kind, after in zip(FactKind, row, strict=True)
}

ENDED = frozenset({State.EXPIRED, State.CANCELLED})
"""No money is expected any more; what comes all the same is late."""

_MONEY_COMES = frozenset({FactKind.PROCESSING, FactKind.CAPTURED})
_MONEY_GOES = frozenset({FactKind.REFUNDED, FactKind.REFUND_FAILED})
_SENT_BACK = frozenset({State.REFUND_PENDING, State.PART_REFUNDED, State.REFUNDED})


@dataclass(frozen=True, slots=True)
class Decision:
    """What one fact does.

    `late`: money came, or is on its way, after the end: seat it or send it back. `overpaid`: what is beyond the sum
    asked. `ask`: the fact speaks of a refund without the total, so the gateway has to be looked up.
    """

    state: State
    changed: bool
    late: bool = False
    overpaid: Money | None = None
    ask: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What all facts of a checkout say together: the state, the cumulative totals behind it, and `decide`'s flags."""

    state: State
    captured: Money
    refunded: Money
    late: bool = False
    overpaid: Money | None = None
    ask: bool = False


def decide(state: State, fact: Fact, asked: Money) -> Decision:
    """Where one fact leads from a state. Raises IllegalTransition when it lacks the sum its kind must carry."""
    _must_make_sense(fact, asked)
    after, ask = _read_totals(state, fact, asked)
    return Decision(
        state=after,
        changed=after is not state,
        late=state in ENDED and fact.kind in _MONEY_COMES,
        overpaid=fact.captured - asked if fact.captured and fact.captured > asked else None,
        ask=ask,
    )


def settle(facts: Iterable[Fact], asked: Money, *, start: State = State.REQUESTED) -> Settlement:
    """Where all facts together lead; the same for every order of arrival and any number of repeats."""
    nothing = Money.zero(asked.currency)
    so_far = Settlement(start, captured=nothing, refunded=nothing)
    # A set, for the same thing told twice is one fact; sorted, for webhooks come in any order.
    for fact in sorted(set(facts), key=_story_order):
        so_far = _take(so_far, fact, asked)
    return so_far


def _take(so_far: Settlement, fact: Fact, asked: Money) -> Settlement:
    _must_make_sense(fact, asked)
    # Totals never shrink: an event that was under way for long knows of less than a newer one.
    captured = max(so_far.captured, fact.captured or so_far.captured)
    refunded = _refunded(so_far.refunded, fact)
    step = decide(so_far.state, _with_known_totals(fact, captured, refunded), asked)
    return Settlement(
        state=step.state,
        captured=captured,
        refunded=refunded,
        late=so_far.late or step.late,
        overpaid=step.overpaid or so_far.overpaid,
        # A later total answers the question.
        ask=step.ask or (so_far.ask and fact.refunded is None),
    )


def _with_known_totals(fact: Fact, captured: Money, refunded: Money) -> Fact:
    """A fact that names no total is read with those already known, but a refund always brings its own."""
    return replace(
        fact,
        captured=captured if captured.minor else fact.captured,
        refunded=fact.refunded if fact.kind in _MONEY_GOES else refunded,
    )


def _refunded(known: Money, fact: Fact) -> Money:
    """Totals of money sent back only grow, except that a refund may fail after all and the money is ours again."""
    if fact.refunded is None or fact.kind not in _MONEY_GOES:
        return known
    return fact.refunded if fact.kind is FactKind.REFUND_FAILED else max(known, fact.refunded)


def _story_order(fact: Fact) -> tuple[object, ...]:
    """By the gateway's clock, whose ticks are seconds; within one, as `FactKind` lists them, small totals first."""
    totals = tuple(total.minor if total else -1 for total in (fact.captured, fact.refunded))
    return fact.at, tuple(FactKind).index(fact.kind), totals, fact.event_id


def _must_make_sense(fact: Fact, asked: Money) -> None:
    if fact.kind is FactKind.CAPTURED and fact.captured is None:
        raise IllegalTransition("The gateway reports a payment without saying how much was paid.")
    if any(total and total.currency != asked.currency for total in (fact.captured, fact.refunded)):
        raise IllegalTransition(f"The gateway reports another currency than the {asked.currency} asked for.")


def _read_totals(state: State, fact: Fact, asked: Money) -> tuple[State, bool]:
    """The table's answer, made part or full by the totals; and whether a total is missing."""
    after = NEXT[state, fact.kind]
    read = _READINGS.get((fact.kind, after))
    return read(state, fact, asked) if read else (after, False)


def _read_captured(state: State, fact: Fact, asked: Money) -> tuple[State, bool]:
    # What is paid stays paid: a late notice of a part takes nothing back.
    enough = state is PAID or fact.captured is None or fact.captured >= asked
    return (PAID if enough else PART_PAID), False


def _read_refunded(state: State, fact: Fact, asked: Money) -> tuple[State, bool]:
    # All of it is back already; a late notice of a part changes nothing.
    if state is BACK:
        return BACK, False
    # Without the total it may be part or all: on its way, until the gateway was asked.
    return (BACKING, True) if fact.refunded is None else (_what_is_left(fact, asked), False)


def _read_refund_failed(state: State, fact: Fact, asked: Money) -> tuple[State, bool]:
    if fact.refunded is None:
        # Where nothing was said to go back, its failing leaves no question.
        return NEXT[state, fact.kind], state in _SENT_BACK
    return _what_is_left(fact, asked), False


def _read_dispute_won(state: State, fact: Fact, asked: Money) -> tuple[State, bool]:
    # What was refunded before the dispute is not won back by it.
    gave_back = fact.refunded is not None and fact.refunded.minor > 0
    return (_what_is_left(fact, asked) if gave_back else WON), False


def _what_is_left(fact: Fact, asked: Money) -> State:
    captured, refunded = fact.captured or asked, fact.refunded or Money.zero(asked.currency)
    if refunded.minor > 0:
        if refunded >= captured:
            return BACK
        # What was paid too much may go back, and the sum is paid all the same.
        return PAID if captured - refunded >= asked else PART_BACK
    return PAID if captured >= asked else PART_PAID


_READINGS: dict[tuple[FactKind, State], Callable[[State, Fact, Money], tuple[State, bool]]] = {
    (FactKind.CAPTURED, PAID): _read_captured,
    (FactKind.REFUNDED, BACK): _read_refunded,
    (FactKind.REFUND_FAILED, PAID): _read_refund_failed,
    (FactKind.REFUND_FAILED, PART_PAID): _read_refund_failed,
    (FactKind.REFUND_FAILED, PART_BACK): _read_refund_failed,
    (FactKind.REFUND_FAILED, BACK): _read_refund_failed,
    (FactKind.DISPUTE_WON, WON): _read_dispute_won,
}


def diagram() -> str:
    """The table as a Mermaid state diagram: one arrow for each way to move, named by the facts that take it."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for (state, kind), after in NEXT.items():
        if after is not state:
            arrows.setdefault((state, after), []).append(kind.value)
    lines = [f"    {state} --> {after}: {', '.join(kinds)}" for (state, after), kinds in arrows.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.REQUESTED}", *lines]) + "\n"
