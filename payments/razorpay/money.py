"""How Razorpay spells money, and what it takes. Read 2026-11.

https://razorpay.com/docs/payments/international-payments and /docs/api/payments/payment-links.
"""

from datetime import timedelta

from payments.errors import AmountRefused
from payments.gateway import Limits
from payments.money import Money, format_money

# Its list of currencies, whose exponents are those of ISO 4217, so that sums are sent as they are.
SUPPORTED = frozenset(
    """AED ALL AMD AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BZD CAD CHF CLP CNY COP CRC CUP CVE
    CZK DJF DKK DOP DZD EGP ETB EUR FJD GBP GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD ISK JMD JOD JPY
    KES KGS KHR KMF KRW KWD KYD KZT LAK LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO
    NOK NPR NZD OMR PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SCR SEK SGD SLL SOS SVC SZL THB TND TRY TTD TWD
    TZS UAH UGX USD UYU UZS VND VUV XAF XCD XOF XPF YER ZAR ZMW""".split()
)
# Three-decimal sums must end in 0: 295.991 KWD is sent as 295990.
STEP = 10
# One rupee; for other currencies Razorpay says so when it is asked.
SMALLEST = {"INR": 100}
# Nine digits. How much of it an account may take is agreed with its owner, and told in the refusal.
LARGEST = 999_999_999

# A link lasts from 15 minutes to six months; the margins are for clocks that differ and for retries.
SHORTEST, LONGEST = timedelta(minutes=17), timedelta(days=180)
# A QR code lasts from two minutes to two hours.
QR_SHORTEST, QR_LONGEST = timedelta(minutes=3), timedelta(hours=2)


def to_razorpay(money: Money) -> int:
    """Our minor units as Razorpay counts them. Raises AmountRefused for what it cannot say."""
    if money.currency not in SUPPORTED:
        raise AmountRefused(f"Razorpay does not take {money.currency}.")
    if money.minor % _step(money.currency):
        raise AmountRefused(f"Razorpay cannot charge {format_money(money)}: the last digit has to be 0.")
    return money.minor


def limits(currency: str) -> Limits | None:
    """The smallest and largest payment; None for a currency Razorpay does not take."""
    if currency not in SUPPORTED:
        return None
    step = _step(currency)
    smallest = max(SMALLEST.get(currency, 1), step)
    return Limits(Money(smallest, currency), Money(LARGEST - LARGEST % step, currency), SHORTEST, LONGEST)


def _step(currency: str) -> int:
    return STEP if Money.zero(currency).exponent == 3 else 1
