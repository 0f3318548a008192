"""Which currencies are in use, the signs people write for them, and the nearest ones to a slip of the pen."""

from functools import lru_cache

from babel.core import Locale, get_global
from rapidfuzz import process
from rapidfuzz.distance import OSA

DOLLARS = tuple("USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD".split())
POUNDS = ("GBP", "EGP", "FKP", "GIP", "SHP", "SSP")

# Signs and words that several currencies share. The first of a family is meant when nothing else is said, except for
# the families of `_NO_LEADER`, where nobody could tell.
_SHARED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("$", "dollar", "dollars"), DOLLARS),
    **dict.fromkeys(("£", "pound", "pounds"), POUNDS),
    **dict.fromkeys(("¥", "￥"), ("JPY", "CNY")),  # noqa: RUF001 - the full-width sign is what Japanese keyboards write
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    **dict.fromkeys(("rs", "rs.", "rupee", "rupees"), ("INR", "PKR", "LKR", "NPR", "MUR", "SCR")),
    **dict.fromkeys(("peso", "pesos"), ("MXN", "ARS", "CLP", "COP", "DOP", "PHP", "UYU")),
    **dict.fromkeys(("franc", "francs"), ("CHF", "XAF", "XOF", "XPF")),
}
_NO_LEADER = frozenset({"¥", "￥", "kr", "rs", "rs.", "rupee", "rupees", "peso", "pesos", "franc", "francs"})  # noqa: RUF001

_OWN: dict[str, str] = {
    **dict.fromkeys(("€", "euro", "euros"), "EUR"),
    "us$": "USD",
    "c$": "CAD",
    "s$": "SGD",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "₴": "UAH",
    "฿": "THB",
    "₾": "GEL",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "yen": "JPY",
    "yuan": "CNY",
}


@lru_cache(maxsize=1)
def in_use() -> frozenset[str]:
    """ISO codes that are legal tender somewhere today, as CLDR lists them."""
    tenders = (entry for entries in get_global("territory_currencies").values() for entry in entries)
    return frozenset(code for code, _since, until, tender in tenders if until is None and tender)


@lru_cache(maxsize=1)
def signs() -> dict[str, tuple[str, ...]]:
    """Every sign and word that stands for a currency, in lower case, with the currencies it may mean."""
    ours: dict[str, tuple[str, ...]] = {sign: (code,) for sign, code in _OWN.items()} | _SHARED
    english = {sign.lower(): (code,) for code, sign in Locale("en").currency_symbols.items() if code in in_use()}
    return english | {code.lower(): (code,) for code in in_use()} | ours


def meant_by(sign: str, home: str) -> tuple[str, ...]:
    """What a sign means to a team whose own currency is `home`: one code, several when nobody can tell, () if unknown."""
    family = signs().get(sign.lower(), ())
    if home in family:
        return (home,)
    return family if sign.lower() in _NO_LEADER else family[:1]


def could_mean(sign: str) -> tuple[str, ...]:
    """Every currency a sign may stand for."""
    return signs().get(sign.lower(), ())


def near(code: str) -> tuple[str, ...]:
    """Up to three currencies that a mistyped code may have been."""
    found = process.extract(code.upper(), sorted(in_use()), scorer=OSA.distance, score_cutoff=1, limit=3)
    return tuple(name for name, _distance, _index in found)
