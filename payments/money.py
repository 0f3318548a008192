"""Money: whole minor units with a currency, and the one way to show it to people."""

import copy
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, total_ordering

from babel.core import Locale, UnknownLocaleError

from payments.errors import CurrencyMismatch

# ISO 4217 decides, not CLDR: CLDR rounds for show and calls LBP, RSD, IRR or ALL decimal-free, which no bank does.
# XTR is Telegram's Stars. Whatever is not listed has two decimals; so have MGA and MRU, though a fifth is their coin.
EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF XTR".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
DEFAULT_EXPONENT = 2
# CLDR puts a space between a code and the digits beside it, Babel does not.
BETWEEN = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
CODE = re.compile(r"[A-Z]{3}")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit: Money(49900, "INR") is ₹499.00, Money(500, "JPY") is ¥500."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {type(self.minor).__name__}")
        if not CODE.fullmatch(self.currency):
            raise ValueError(f"{self.currency!r} is not a currency code of three capital letters")

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in this currency."""
        return cls(0, currency)

    @property
    def exponent(self) -> int:
        """How many decimals the currency has."""
        return exponent_of(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __str__(self) -> str:
        return f"{self.currency} {as_decimal(self)}"

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be put together.")
        return other.minor


def exponent_of(currency: str) -> int:
    """How many decimals a currency has, by ISO 4217."""
    return EXPONENTS.get(currency, DEFAULT_EXPONENT)


def as_decimal(money: Money) -> Decimal:
    """The amount in major units, exactly: Money(4900, "USD") is Decimal("49.00")."""
    return Decimal(money.minor).scaleb(-money.exponent)


def format_money(money: Money, locale: str = "en") -> str:
    """The amount as readers of this locale write it; an unknown locale reads English."""
    place = _locale(locale)
    # A copy of the locale's own pattern, with the number of decimals ISO gives and not CLDR's.
    pattern = copy.copy(place.currency_formats["standard"])
    pattern.frac_prec = (money.exponent, money.exponent)
    text = str(pattern.apply(as_decimal(money), place, currency=money.currency, currency_digits=False))
    return BETWEEN.sub("\u00a0", text)


@lru_cache(maxsize=256)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name, sep="-") if "-" in name else Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale("en")
