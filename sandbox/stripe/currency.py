"""What Stripe takes: currencies, smallest and largest charges, and how many decimals it counts.

https://docs.stripe.com/currencies, read 2026-11.
"""

from sandbox.stripe.errors import Refused

CURRENCIES = tuple(
    """usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad
    cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl
    hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga
    mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron
    rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs
    vnd vuv wst xaf xcd xcg xof xpf yer zar zmw""".split()
)
WHOLE = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split())
THREE = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
SMALLEST = {
    "usd": 50, "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
LARGEST = 99_999_999
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "inr": "₹", "jpy": "¥", "aud": "A$", "cad": "C$"}


def spelled(minor: int, currency: str) -> str:
    """A sum for human eyes: `$49.00`, `¥500`, `KWD 5.120`."""
    digits = 0 if currency in WHOLE else 3 if currency in THREE else 2
    whole, part = divmod(minor, 10**digits)
    number = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    return f"{SIGNS[currency]}{number}" if currency in SIGNS else f"{currency.upper()} {number}"


def known(currency: str, param: str) -> str:
    """The code in lower case. Raises `Refused` for what Stripe does not take."""
    code = currency.lower()
    if code not in CURRENCIES:
        told = f"Invalid currency: {currency}. Stripe currently supports these currencies: {', '.join(CURRENCIES)}"
        raise Refused(told, param=param)
    return code


def check_total(total: int, currency: str) -> None:
    """Raise `Refused` when a sum is too small, too large, or has decimals that cannot be charged."""
    due = "The Checkout Session's total amount due must"
    if total < (smallest := SMALLEST.get(currency, 1)):
        told = f"{due} add up to at least {spelled(smallest, currency)} {currency}"
        raise Refused(told, code="amount_too_small", param="line_items")
    if total > LARGEST:
        told = f"{due} be no more than {spelled(LARGEST, currency)} {currency}"
        raise Refused(told, code="amount_too_large", param="line_items")
    # ISK is counted in hundredths although it has none; three-decimal sums must end in 0.
    step = 100 if currency == "isk" else 10 if currency in THREE else 1
    if total % step:
        told = f"Invalid amount for {currency}: it must be a multiple of {step}"
        raise Refused(told, code="invalid_charge_amount_no_decimal_compatible", param="line_items")
