"""Card numbers that people type where they do not belong: found by their shape and check digit, and masked."""

import re
from collections.abc import Iterator

_BETWEEN = r"[\s._/\u2010-\u2015-]{0,2}"
# 13 to 19 digits as ISO/IEC 7812 has them; more where another number stands before or behind them.
_RUN = re.compile(rf"(?<![\d.,])\d(?:{_BETWEEN}\d){{12,27}}(?!\d)")
_GROUP = re.compile(r"\d+")
_SHAPES = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), *((length,) for length in range(13, 20)))
"""How card numbers are printed and typed: in one piece, or in the groups that stand on the card."""
_FIRST = range(2, 7)
"""The first digit of every card network's range, in whichever script it is written."""


_CODE = re.compile(
    r"\b((?:cvc|cvv|csc|cvn)2?|security code|card code|kartenprüfnummer|prüfziffer)\b"
    r"(\W{0,3}(?:\b(?:is|ist|code|number)\b\W{0,3})?)\d{3,4}(?!\d)",
    re.IGNORECASE,
)
"""The three or four digits beside the number, where somebody says that it is them."""


def mask_card_numbers(text: str) -> str:
    """The text with each card number cut to its last four digits, and its security code hidden; else as it is."""
    return _CODE.sub(r"\1\2•••", _RUN.sub(lambda found: _masked(found[0]), text))


def _masked(written: str) -> str:
    for start, end in _candidates(written):
        number = written[start:end]
        digits = [int(sign) for sign in number if sign.isdecimal()]
        if 13 <= len(digits) <= 19 and digits[0] in _FIRST and _checks(digits):
            last = "".join(str(digit) for digit in digits[-4:])
            return f"{written[:start]}•••• {last}{mask_card_numbers(written[end:])}"
    return written


def _candidates(written: str) -> Iterator[tuple[int, int]]:
    """Where in a run of digits a card number may stand: all of it, or groups of it that have a card's shape."""
    yield 0, len(written)
    groups = [(found.start(), found.end()) for found in _GROUP.finditer(written)]
    for first in range(len(groups)):
        for shape in _SHAPES:
            some = groups[first : first + len(shape)]
            if tuple(end - start for start, end in some) == shape:
                yield some[0][0], some[-1][1]


def _checks(digits: list[int]) -> bool:
    """The check digit by Luhn's rule, ISO/IEC 7812-1 annex B."""
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
