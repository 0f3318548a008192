"""How Stripe spells money, and what it takes. https://docs.stripe.com/currencies, read 2026-11."""

from datetime import timedelta

from payments.errors import AmountRefused
from payments.gateway import Limits
from payments.money import Money, exponent_of, format_money

# Where Stripe counts in other units than ISO 4217. ISK and UGX lost their decimals but are still sent with two, always
# 00 ("to charge 5 ISK, provide 500"); the page also lists UGX as zero-decimal, but its worked example says 500.
EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}
# Three-decimal sums must end in 0: 5.124 KWD has to be 5120 or 5130.
STEP = dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10)

SUPPORTED = frozenset(
    """USD AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF
    CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR
    MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD
    SHP SOS SRD STD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER
    ZAR ZMW""".split()
)
# What Stripe charges at least, in its own units. For the others it depends on the settlement currency: it says so then.
SMALLEST = {
    **dict.fromkeys("USD AUD BRL CAD CHF EUR INR JPY NZD SGD".split(), 50),
    "GBP": 30, "BGN": 100, "AED": 200, "MYR": 200, "PLN": 200, "RON": 200, "DKK": 250, "NOK": 300, "SEK": 300,
    "HKD": 400, "MXN": 1000, "THB": 1000, "CZK": 1500, "HUF": 17500,
}  # fmt: skip
LARGEST = 99_999_999  # eight digits

# Stripe closes a page 30 minutes to 24 hours after it is made; the margin is for clocks that differ and for retries.
SHORTEST, LONGEST = timedelta(minutes=35), timedelta(hours=23, minutes=55)


def to_stripe(money: Money) -> int:
    """Our minor units as Stripe counts them. Raises AmountRefused for a sum Stripe cannot say."""
    shift = _shift(money.currency)
    amount, rest = divmod(money.minor * int(10 ** max(shift, 0)), int(10 ** max(-shift, 0)))
    if rest or amount % STEP.get(money.currency, 1):
        raise AmountRefused(f"Stripe cannot charge {format_money(money)}: the last digit has to be 0.")
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Stripe's number and lower-case currency as our money."""
    code = currency.upper()
    shift = _shift(code)
    # ISK and UGX always end in 00 here, so nothing is lost by the division.
    return Money(amount * int(10 ** max(-shift, 0)) // int(10 ** max(shift, 0)), code)


def limits(currency: str) -> Limits | None:
    """The smallest and largest charge; None for a currency Stripe does not take."""
    if currency not in SUPPORTED:
        return None
    smallest = max(SMALLEST.get(currency, 1), STEP.get(currency, 1), 10 ** max(_shift(currency), 0))
    largest = LARGEST - LARGEST % STEP.get(currency, 1)
    return Limits(from_stripe(smallest, currency), from_stripe(largest, currency), SHORTEST, LONGEST)


def _shift(currency: str) -> int:
    return EXPONENTS.get(currency, exponent_of(currency)) - exponent_of(currency)
