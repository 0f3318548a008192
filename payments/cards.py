"""Card numbers that people type where they do not belong: found by their shape and check digit, and masked."""

import re

# 13 to 19 digits as ISO/IEC 7812 has them, in groups or not; the first digit of every card network's range is 2 to 6.
_NUMBER = re.compile(r"(?<![\d.,])[2-6](?:[ .\u00a0-]?\d){12,18}(?![\d])")


def mask_card_numbers(text: str) -> str:
    """The text with each card number cut to its last four digits; all else is left as it is."""
    return _NUMBER.sub(lambda found: _masked(found[0]), text)


def _masked(written: str) -> str:
    digits = [int(sign) for sign in written if sign.isdigit()]
    return f"•••• {written[-4:]}" if _checks(digits) else written


def _checks(digits: list[int]) -> bool:
    """The check digit by Luhn's rule, ISO/IEC 7812-1 annex B."""
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
