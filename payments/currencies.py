"""Which currencies are in use, the signs people write for them, and the nearest ones to a slip of the pen."""

from functools import lru_cache

from babel.core import Locale, get_global
from rapidfuzz import process
from rapidfuzz.distance import OSA

DOLLARS = tuple("USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD".split())
PESOS = ("MXN", "ARS", "CLP", "COP", "DOP", "PHP", "UYU")
POUNDS = ("GBP", "EGP", "FKP", "GIP", "SHP", "SSP")

# Signs and words that several currencies share. Dollars and pounds have a leader, who is meant when
# nothing else is said; of the others nobody could tell.
_SHARED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("$", "dollar", "dollars"), DOLLARS),
    **dict.fromkeys(("£", "pound", "pounds"), POUNDS),
    **dict.fromkeys(("¥", "￥"), ("JPY", "CNY")),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    **dict.fromkeys(("rs", "rs.", "rupee", "rupees"), ("INR", "PKR", "LKR", "NPR", "MUR", "SCR")),
    **dict.fromkeys(("peso", "pesos"), PESOS),
    **dict.fromkeys(("fcfa", "cfa"), ("XAF", "XOF")),
    **dict.fromkeys(("franc", "francs"), ("CHF", "XAF", "XOF", "XPF")),
}
_LED = frozenset({"$", "dollar", "dollars", "£", "pound", "pounds"})
# The languages whose way of writing "Australian dollar" is understood: A$, AU$, $AU ...
_LANGUAGES = ("en", "de", "es", "fr", "pt")

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
    **dict.fromkeys(("⭐", "⭐\ufe0f"), "XTR"),
}

_WORDS = frozenset("ALL BAM BOB COP CUP FT GEL MAD MOP NAD PEN PHP RON SOS TOP TRY".split())


@lru_cache(maxsize=1)
def in_use() -> frozenset[str]:
    """ISO codes that are legal tender somewhere today, as CLDR lists them; and Telegram's Stars."""
    tenders = (entry for entries in get_global("territory_currencies").values() for entry in entries)
    return frozenset({"XTR", *(code for code, _since, until, tender in tenders if until is None and tender)})


def is_word(sign: str) -> bool:
    """True for a code that is also a word, unless it stands in capitals: "49 top up" may not be about Tongan money."""
    return sign.upper() in _WORDS and not sign.isupper()


@lru_cache(maxsize=1)
def signs() -> dict[str, tuple[str, ...]]:
    """Every sign and word that stands for a currency, in lower case, with the currencies it may mean."""
    written: dict[str, tuple[str, ...]] = {}
    for language in _LANGUAGES:
        for code, sign in Locale(language).currency_symbols.items():
            known = written.get(sign.lower(), ())
            if code in in_use() and code not in known:
                written[sign.lower()] = (*known, code)
    codes = {code.lower(): (code,) for code in in_use()}
    return written | codes | {sign: (code,) for sign, code in _OWN.items()} | _SHARED


def meant_by(sign: str, home: str) -> tuple[str, ...]:
    """What a sign means to a team whose own currency is `home`: one code, several if nobody can tell, () if unknown."""
    family = could_mean(sign)
    if home in family:
        return (home,)
    if sign == "$" and home in PESOS:  # a peso is written with the same sign
        return ("USD", home)
    return family[:1] if sign.lower() in _LED else family


def could_mean(sign: str) -> tuple[str, ...]:
    """Every currency a sign may stand for."""
    return signs().get(sign.lower(), ())


def near(code: str) -> tuple[str, ...]:
    """Up to three currencies that a mistyped code may have been."""
    found = process.extract(code.upper(), sorted(in_use()), scorer=OSA.distance, score_cutoff=1, limit=3)
    return tuple(name for name, _distance, _index in found)
