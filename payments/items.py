"""Reads the lines of a request out of what a person typed: `2 x 49 Consultation; 20 Materials +19%; deposit 30%`.

The rules, in full:

- Lines are parted by semicolons or line breaks. Each is a sum and what it is for (`payments.amounts`), with a quantity
  before it (`2 x 49`, `1.5 x 80`) or behind it (`49 USD x 2`).
- A line may end with its tax: `+19%` is put on top, `incl 19%` is in the price, `no tax` is none. A bare `19%` can be
  read three ways: it is asked for.
- `deposit 30%`, `deposit 20 USD`: so much is asked for now, the rest later. A bare `deposit` is the team's usual one.
- All lines are in one currency. A line that names none is in the one that another line names, else in the team's own.
- What can be read in several ways is asked for, one question after the other; `picks` are the answers so far.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from payments.amounts import MOST_MINOR, AmbiguousAmount, Parsed, UnreadableAmount, parse_amount
from payments.money import Money, format_money
from payments.pricing import ONE, Item, share, work_out
from payments.tax import percent

MOST_LINES = 20
_APART = re.compile(r"\s*[;\n]\s*")
_COUNT = r"(\d{1,5}(?:[.,]\d{1,2})?)"
# 250 XTR is no quantity of 250, and 5 X-rays are none of 5.
_BEFORE = re.compile(rf"{_COUNT}\s*[x×*](?:\s+(?=\S)|(?=\d|[^\w\s.,;:()-]))", re.IGNORECASE)
_BEHIND = re.compile(rf"[x×*]\s*{_COUNT}(?=\s|$)\s*", re.IGNORECASE)
_MISCOUNTED = re.compile(r"\S*\d\S*\s*[x×*]\s*\d", re.IGNORECASE)
_COUNTED_BEHIND = re.compile(r"\S*\d\s*[^\s\d]{1,4}\s+[x×*]\s*\d", re.IGNORECASE)
_PERCENT = r"(\d{1,2}(?:[.,]\d{1,2})?)\s*%"
_ON_TOP = re.compile(rf"[\s,]*\+\s*{_PERCENT}(?:\s*(?:tax|vat|gst))?\s*$", re.IGNORECASE)
_WITHIN = re.compile(rf"[\s,]*\b(?:incl\.?|including)\s*{_PERCENT}(?:\s*(?:tax|vat|gst))?\s*$", re.IGNORECASE)
_NONE = re.compile(r"[\s,]+(?:no|without) (?:tax|vat|gst)\s*$", re.IGNORECASE)
_BARE = re.compile(rf"[\s,]+{_PERCENT}(?:\s*(?:tax|vat|gst))?\s*$", re.IGNORECASE)
_DEPOSIT = re.compile(r"deposit\b(?:\s+of\b)?[\s:]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Deposit:
    """How much is asked for now: `percent` of all, in hundredths of a percent, or else the sum `minor`."""

    percent: int | None = None
    minor: int = 0

    def of(self, total: int) -> int:
        """What of a total is asked for now."""
        return min(self.minor, total) if self.percent is None else share(total, self.percent)


@dataclass(frozen=True, slots=True)
class Habits:
    """What a team means by what it leaves out: its currency, the tax of its prices, its usual deposit in hundredths."""

    currency: str
    rate: int | None = None
    on_top: bool = False
    deposit: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What was read."""

    currency: str
    items: tuple[Item, ...]
    deposit: Deposit | None = None


class AmbiguousItems(ValueError):
    """Something can be read in several ways; `choices` are for people, and the answer is the place of one of them."""

    def __init__(self, question: str, choices: Sequence[str]) -> None:
        super().__init__(question)
        self.question, self.choices = question, tuple(choices)


@dataclass(slots=True)
class _Asking:
    """The answers given so far, taken one after the other in the order of the questions."""

    picks: list[int] = field(default_factory=list)

    def choose(self, question: str, choices: Sequence[str]) -> int:
        if not self.picks or not 0 <= self.picks[0] < len(choices):
            raise AmbiguousItems(question, choices)
        return self.picks.pop(0)


def is_itemised(text: str) -> bool:
    """Whether it is more than one sum and what it is for."""
    pieces = _pieces(text)
    return len(pieces) > 1 or any(
        _DEPOSIT.match(piece) or _counted(piece) or any(tax.search(piece) for tax in (_ON_TOP, _WITHIN, _NONE, _BARE))
        for piece in pieces
    )


def parse_items(text: str, habits: Habits, picks: Sequence[int] = ()) -> Written:
    """The lines that `text` can only mean. Raises AmbiguousItems for what has to be asked, or UnreadableAmount."""
    asking = _Asking(list(picks))
    pieces = _pieces(text)
    lines = [piece for piece in pieces if not _DEPOSIT.match(piece)]
    deposits = [piece for piece in pieces if _DEPOSIT.match(piece)]
    if not lines:
        raise UnreadableAmount("There is no line with an amount in this, as in 2 x 49 Consultation.")
    if len(lines) > MOST_LINES:
        raise UnreadableAmount(f"These are {len(lines)} lines; a request has at most {MOST_LINES}.")
    home = _named_in(lines, habits.currency)
    read = [_line(line, home, habits, asking) for line in lines]
    currencies = dict.fromkeys(currency for currency, _ in read)
    if len(currencies) > 1:
        raise UnreadableAmount(f"All lines have to be in one currency, and these are in {' and '.join(currencies)}.")
    items = tuple(item for _, item in read)
    if not 0 < work_out(items).total <= MOST_MINOR:
        raise UnreadableAmount("All lines together have to be more than zero, and less than any bank would move.")
    return Written(read[0][0], items, _deposit(deposits, read[0][0], items, habits, asking))


def parse_deposit(
    text: str, currency: str, items: Sequence[Item], habits: Habits, picks: Sequence[int] = ()
) -> Deposit:
    """`30%` or `20 USD` of some lines. Raises what `parse_items` raises."""
    return _read_deposit(text.strip(), currency, items, habits, _Asking(list(picks)))


def _pieces(text: str) -> list[str]:
    return [piece for piece in _APART.split(text.strip()) if piece]


def _counted(piece: str) -> bool:
    return any(way.match(piece) for way in (_BEFORE, _MISCOUNTED, _COUNTED_BEHIND))


def _named_in(lines: Sequence[str], home: str) -> str:
    """The currency that lines name, when it is one other than the team's own."""
    named: dict[str, None] = {}
    for line in lines:
        found = _BEFORE.match(line)
        try:
            currencies = {parse_amount(line[found.end() :] if found else line, home).amount.currency}
        except AmbiguousAmount as error:
            currencies = {reading.currency for reading in error.readings}
        except UnreadableAmount:
            continue
        named |= dict.fromkeys(currencies if len(currencies) == 1 and home not in currencies else ())
    return next(iter(named)) if len(named) == 1 else home


def _line(line: str, home: str, habits: Habits, asking: _Asking) -> tuple[str, Item]:
    rest, rate, on_top = _tax(line, habits, asking)
    count, rest = _quantity(rest)
    read = _amount(rest, home, asking)
    words = read.description
    if behind := _BEHIND.match(words):
        count, words = _times(count, behind[1], line), words[behind.end() :]
    return read.amount.currency, Item(words, read.amount.minor, count, rate, on_top)


def _quantity(line: str) -> tuple[int, str]:
    found = _BEFORE.match(line)
    if found is None and _MISCOUNTED.match(line):
        raise UnreadableAmount(f"I cannot read the quantity in “{line}”. Write it as in 2 x 49 Consultation.")
    if found is None:
        return ONE, line
    if not re.search(r"\d", line[found.end() :]):
        raise UnreadableAmount(f"There is no price in “{line}”. Write it behind the quantity: 2 x 49 Consultation.")
    return _times(ONE, found[1], line), line[found.end() :]


def _times(before: int, written: str, line: str) -> int:
    count = _hundredths(written)
    if before != ONE or not count:
        raise UnreadableAmount(f"I cannot read the quantity in “{line}”. Write it as in 2 x 49 Consultation.")
    return count


def _hundredths(written: str) -> int:
    whole, _, rest = written.replace(",", ".").partition(".")
    return int(whole + rest.ljust(2, "0"))


def _amount(line: str, home: str, asking: _Asking) -> Parsed:
    try:
        return parse_amount(line, home)
    except AmbiguousAmount as error:
        labels = [f"{format_money(each.amount)} {each.description}".strip() for each in error.choices]
        return error.choices[asking.choose("Which sum do you mean?", labels)]
    except UnreadableAmount as error:
        raise UnreadableAmount(f"“{line}”: {error.sentence}") from error


def _tax(line: str, habits: Habits, asking: _Asking) -> tuple[str, int | None, bool]:
    """The line without its tax, the rate, and whether it comes on top."""
    if found := _ON_TOP.search(line):
        return line[: found.start()], _hundredths(found[1]), True
    if found := _WITHIN.search(line):
        return line[: found.start()], _hundredths(found[1]), False
    if found := _NONE.search(line):
        return line[: found.start()], None, False
    if found := _BARE.search(line):
        said = f"{percent(_hundredths(found[1]))} %"
        readings = (f"{said} tax on top", f"{said} tax in the price", "No tax: it belongs to the words")
        pick = asking.choose(f"What is {said} in “{line}”?", readings)
        if pick < len(readings) - 1:
            return line[: found.start()], _hundredths(found[1]), pick == 0
    return line, habits.rate, habits.on_top and bool(habits.rate)


def _deposit(
    written: Sequence[str], currency: str, items: Sequence[Item], habits: Habits, asking: _Asking
) -> Deposit | None:
    if len(written) > 1:
        raise UnreadableAmount("There can be one deposit; this names several.")
    if not written:
        return None
    return _read_deposit(_DEPOSIT.sub("", written[0], count=1), currency, items, habits, asking)


def _read_deposit(text: str, currency: str, items: Sequence[Item], habits: Habits, asking: _Asking) -> Deposit:
    if not text and habits.deposit:
        return Deposit(percent=habits.deposit)
    if not text:
        raise UnreadableAmount("Say how much the deposit is, as in deposit 30%.")
    if found := re.fullmatch(_PERCENT, text):
        if not _hundredths(found[1]):
            raise UnreadableAmount("The deposit has to be more than nothing.")
        return Deposit(percent=_hundredths(found[1]))
    read = _amount(text, currency, asking)
    whole = Money(work_out(items).total, currency)
    if read.description or read.amount.currency != currency:
        raise UnreadableAmount(f"I cannot read the deposit “{text}”. Write it as in deposit 30%, or deposit 20.")
    if not read.amount < whole:
        raise UnreadableAmount(f"The deposit has to be less than the {format_money(whole)} of all lines.")
    return Deposit(minor=read.amount.minor)
