from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import AmountRefused
from payments.money import Money
from payments.razorpay.money import SUPPORTED, limits, to_razorpay
from tests.payments.razorpay_payloads import NOW


@pytest.mark.parametrize(
    ("money", "amount"),
    # https://razorpay.com/docs/api/payments/payment-links: the worked examples.
    [
        (Money(30000, "INR"), 30000),
        (Money(29995, "INR"), 29995),
        (Money(295, "JPY"), 295),
        (Money(295990, "KWD"), 295990),
        (Money(99990, "OMR"), 99990),
    ],
)
def test_money_is_spelled_as_razorpay_documents_it(money: Money, amount: int) -> None:
    assert to_razorpay(money) == amount


@pytest.mark.parametrize("money", [Money(295991, "KWD"), Money(1, "BHD"), Money(99991, "TND")])
def test_a_sum_razorpay_cannot_say_is_refused_and_not_rounded(money: Money) -> None:
    with pytest.raises(AmountRefused, match="last digit"):
        to_razorpay(money)


@pytest.mark.parametrize("currency", ["XTR", "HRK", "IRR"])
def test_a_currency_razorpay_does_not_take_is_refused_before_anything_is_sent(currency: str) -> None:
    assert limits(currency) is None
    with pytest.raises(AmountRefused, match=currency):
        to_razorpay(Money(5000, currency))


@given(st.integers(0, 10**9), st.sampled_from(sorted(SUPPORTED)))
def test_units_are_those_of_iso_everywhere(units: int, currency: str) -> None:
    assert to_razorpay(Money(units * 10, currency)) == units * 10


@pytest.mark.parametrize(
    ("currency", "minimum", "maximum"),
    [("INR", 100, 999_999_999), ("USD", 1, 999_999_999), ("JPY", 1, 999_999_999), ("KWD", 10, 999_999_990)],
)
def test_limits_are_told_in_our_units(currency: str, minimum: int, maximum: int) -> None:
    taken = limits(currency)
    assert taken is not None
    assert (taken.minimum, taken.maximum) == (Money(minimum, currency), Money(maximum, currency))


@pytest.mark.parametrize("currency", sorted(SUPPORTED))
def test_every_limit_can_itself_be_charged(currency: str) -> None:
    taken = limits(currency)
    assert taken is not None
    assert to_razorpay(taken.minimum) <= to_razorpay(taken.maximum)


def test_an_expiry_is_moved_to_what_razorpay_accepts() -> None:
    taken = limits("INR")
    assert taken is not None
    assert taken.expiry(NOW + timedelta(minutes=5), now=NOW) > NOW + timedelta(minutes=15)
    assert taken.expiry(NOW + timedelta(days=2), now=NOW) == NOW + timedelta(days=2)
    assert taken.expiry(NOW + timedelta(days=400), now=NOW) < NOW + timedelta(days=181)
