"""Reads a sum of money out of what a person typed, and asks instead of guessing.

The rules, in full:

- The amount comes first, with its currency before or after it, then what it is for: `49 USD Consultation`.
- The last of two kinds of separators is the decimal one. Groups have three digits, or two and then three, as in India.
- A single dot or comma followed by exactly three digits can be read two ways: both are offered.
- So can a lone space before three digits (`49 100 pages`), a sign many currencies share, and a code that is a word.
- More decimals than the currency has, nothing, less than nothing and unknown currencies are refused with a sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from payments.currencies import could_mean, in_use, is_word, meant_by, near
from payments.money import Money, exponent_of

MOST_MINOR = 10**12 - 1  # twelve digits: beyond any gateway, within any database
_LONGEST = 40  # Python refuses to read numbers of some thousand digits
_SPACES = "\u00a0\u202f\u2009"
_NUMBER = re.compile(rf"\d+(?:[.,'’{_SPACES}]\d+| \d{{3}}(?!\d))*")
_SIGN = re.compile(r"\s*([^\s\d.,;:()+*/%!?–—-]+)")
_GAP = re.compile(r"[.,;:–—-]*(\s+|$)[\s:;–—-]*(?![%‰])")
_GROUPS = re.compile(r"[1-9]\d{0,2}(,\d{3})+|[1-9]\d?(,\d{2})+,\d{3}")
_CODE = re.compile(r"[A-Za-z]{3}")
_CFA = re.compile(r"\bF\sCFA\b")
_HINT = "Write the amount first, as in 49 USD Consultation."


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sum, and what it is for ("" when nothing was said)."""

    amount: Money
    description: str = ""


class UnreadableAmount(ValueError):
    """No sum can be read; `sentence` tells the writer why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class AmbiguousAmount(ValueError):
    """Several sums can be read; `choices` holds each with its description, `readings` the sums alone."""

    def __init__(self, choices: tuple[Parsed, ...]) -> None:
        self.choices = choices
        self.readings = tuple(choice.amount for choice in choices)
        super().__init__("This can be read as " + " or as ".join(map(str, self.readings)) + ".")


@dataclass(frozen=True, slots=True)
class _Written:
    """The parts of what was typed: the number, the currencies it may be in, and the rest."""

    number: str
    currencies: tuple[str, ...]
    description: str


def parse_amount(text: str, default_currency: str) -> Parsed:
    """The one sum `text` can mean to a team of this currency. Raises AmbiguousAmount or UnreadableAmount."""
    choices = tuple(dict.fromkeys(_readings(_CFA.sub("FCFA", text.strip()), default_currency)))
    for choice in choices:
        _refuse_size(choice.amount)
    if len(choices) > 1:
        raise AmbiguousAmount(choices)
    return choices[0]


def _readings(text: str, home: str) -> Iterator[Parsed]:
    for written in _split(text, home):
        for currency in written.currencies:
            for minor in _minors(written.number, currency):
                yield Parsed(Money(minor, currency), written.description)


def _split(text: str, home: str) -> Iterator[_Written]:
    found = _NUMBER.search(text)
    if not found:
        raise UnreadableAmount(f"There is no amount in this. {_HINT}")
    if len(found.group()) > _LONGEST:
        raise UnreadableAmount("The amount is too large.")
    before, number, rest = _before(text[: found.start()]), found.group(), text[found.end() :]
    sign, tail = _sign_after(rest, named=bool(before))
    if sign and not (before and is_word(sign) and not _common(before, sign)):
        yield _Written(number, _agreed(before, sign, home), _description(tail))
        if not (is_word(sign) and sign.upper() != home):
            return
    yield from _without_sign(before, number, rest, home)


def _without_sign(before: str, number: str, rest: str, home: str) -> Iterator[_Written]:
    """No currency after the number: it stands before it, or it is the team's own."""
    currencies = meant_by(before, home) if before else (home,)
    description = _description(rest)
    if not before:
        _refuse_stray_currency(description)
    yield _Written(number, currencies, description)
    if re.fullmatch(r"\d+( \d{3})+", number):  # 49 100 pages
        first, others = number.split(" ", 1)
        yield _Written(first, currencies, f"{others} {description}".strip())


def _before(text: str) -> str:
    sign = "".join(text.split())
    bare = sign.strip("-−–+ ")
    if bare and not could_mean(bare):
        raise UnreadableAmount(_unknown(bare) if _CODE.fullmatch(bare) else _HINT)
    if bare != sign:
        raise UnreadableAmount("The amount has to be more than zero, written without a plus or minus.")
    return bare


def _sign_after(rest: str, *, named: bool) -> tuple[str, str]:
    """The currency sign after the number and what follows it; ("", rest) when there is none."""
    found = _SIGN.match(rest)
    if not found:
        return "", rest
    sign, tail = found.group(1), rest[found.end() :]
    if could_mean(sign):
        return sign, tail
    if not named and _CODE.fullmatch(sign) and (sign.isupper() or not tail):
        raise UnreadableAmount(_unknown(sign))
    return "", rest


def _common(before: str, after: str) -> set[str]:
    return set(could_mean(before)) & set(could_mean(after))


def _agreed(before: str, after: str, home: str) -> tuple[str, ...]:
    if not before:
        return meant_by(after, home)
    common = _common(before, after)
    if not common:
        raise UnreadableAmount(f"“{before}” and “{after}” are different currencies; write one of them.")
    return tuple(common) if len(common) == 1 else tuple(c for c in meant_by(before, home) if c in common)


def _description(rest: str) -> str:
    gap = _GAP.match(rest)
    if not gap:
        raise UnreadableAmount(f"I cannot read “{rest.split()[0]}” right after the number. {_HINT}")
    return " ".join(rest[gap.end() :].split())


def _refuse_stray_currency(description: str) -> None:
    """`49 Consultation EUR` may not become 49 of the team's own currency."""
    for word in (raw.strip(".,;:()") for raw in description.split()):
        if word in in_use() or (could_mean(word) and not word[0].isalpha()):
            raise UnreadableAmount(f"Write {word} right beside the amount, as in 49 {word} Consultation.")


def _unknown(code: str) -> str:
    nearest = near(code)
    hint = (
        f"Did you mean {' or '.join(nearest)}?" if nearest else "If it is part of the description, name the currency."
    )
    return f"“{code}” is not a currency in use. {hint}"


def _refuse_size(amount: Money) -> None:
    if amount.minor <= 0:
        raise UnreadableAmount("The amount has to be more than zero.")
    if amount.minor > MOST_MINOR:
        raise UnreadableAmount("The amount is too large.")


def _minors(number: str, currency: str) -> tuple[int, ...]:
    """What a written number can mean in this currency's minor units: one sum, or two."""
    exponent = exponent_of(currency)
    plain = re.sub(rf"[{_SPACES}’]", lambda found: "'" if found.group() == "’" else " ", number)
    kinds = re.findall(r"[^\d]", plain)
    if not kinds:
        return (_scale(plain, "", exponent, currency),)
    if len(set(kinds)) == 1 and (len(kinds) > 1 or kinds[0] not in ".,"):
        return (_scale(_ungroup(plain, kinds[0]), "", exponent, currency),)
    if len(set(kinds)) > 2 or kinds[-1] not in ".," or kinds[-1] in kinds[:-1]:
        raise _misgrouped(number)
    head, _, tail = plain.rpartition(kinds[-1])
    if len(kinds) == 1 and len(tail) == 3 and _GROUPS.fullmatch(f"{head},{tail}"):
        return _two_ways(head, tail, exponent)
    return (_scale(_ungroup(head, kinds[0]), tail, exponent, currency),)


def _two_ways(head: str, tail: str, exponent: int) -> tuple[int, ...]:
    """`1,299`: a thousand and some, or one and some decimals, rounded to what the currency can hold."""
    whole = int(head + tail)
    return (whole * 10**exponent, (whole * 10**exponent + 500) // 1000) if exponent else (whole,)


def _ungroup(head: str, separator: str) -> str:
    if separator in head and not _GROUPS.fullmatch(head.replace(separator, ",")):
        raise _misgrouped(head)
    return head.replace(separator, "")


def _scale(whole: str, decimals: str, exponent: int, currency: str) -> int:
    if len(decimals) > exponent:
        allowed = f"{exponent} decimals" if exponent else "no decimals"
        raise UnreadableAmount(f"{currency} has {allowed}, and {whole}.{decimals} has {len(decimals)}.")
    return int(whole + decimals.ljust(exponent, "0"))


def _misgrouped(number: str) -> UnreadableAmount:
    return UnreadableAmount(f"{number} is not a number written in a way I know; try 1299.50.")
