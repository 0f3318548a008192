from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import AmountRefused
from payments.money import Money
from payments.stripe.money import SUPPORTED, from_stripe, limits, to_stripe


@pytest.mark.parametrize(
    ("money", "amount"),
    # https://docs.stripe.com/currencies: the worked examples.
    [
        (Money(1000, "USD"), 1000),
        (Money(500, "JPY"), 500),
        (Money(29995, "INR"), 29995),
        (Money(5120, "KWD"), 5120),
        (Money(5, "ISK"), 500),
        (Money(5, "UGX"), 500),
        (Money(1050, "HUF"), 1050),
        (Money(80045, "TWD"), 80045),
        (Money(50000, "MGA"), 500),
    ],
)
def test_money_is_spelled_as_stripe_documents_it(money: Money, amount: int) -> None:
    assert to_stripe(money) == amount
    assert from_stripe(amount, money.currency.lower()) == money


@pytest.mark.parametrize("money", [Money(5124, "KWD"), Money(1, "BHD"), Money(50, "MGA")])
def test_a_sum_stripe_cannot_say_is_refused_and_not_rounded(money: Money) -> None:
    with pytest.raises(AmountRefused, match="last digit"):
        to_stripe(money)


@given(st.integers(0, 10**9), st.sampled_from(sorted(SUPPORTED)))
def test_what_is_sent_comes_back_the_same(units: int, currency: str) -> None:
    money = Money(units * 100, currency)
    assert from_stripe(to_stripe(money), currency.lower()) == money


@pytest.mark.parametrize(
    ("currency", "minimum", "maximum"),
    [
        ("USD", Money(50, "USD"), Money(99999999, "USD")),
        ("JPY", Money(50, "JPY"), Money(99999999, "JPY")),
        ("ISK", Money(1, "ISK"), Money(999999, "ISK")),
        ("KWD", Money(10, "KWD"), Money(99999990, "KWD")),
    ],
)
def test_limits_are_told_in_our_units(currency: str, minimum: Money, maximum: Money) -> None:
    taken = limits(currency)
    assert taken is not None
    assert (taken.minimum, taken.maximum) == (minimum, maximum)


@pytest.mark.parametrize("currency", sorted(SUPPORTED))
def test_every_limit_can_itself_be_charged(currency: str) -> None:
    taken = limits(currency)
    assert taken is not None
    assert to_stripe(taken.minimum) <= to_stripe(taken.maximum)


@pytest.mark.parametrize("currency", ["XTR", "IRR", "KPW"])
def test_a_currency_stripe_does_not_take_has_no_limits(currency: str) -> None:
    assert limits(currency) is None


def test_an_expiry_is_moved_to_what_stripe_accepts() -> None:
    now, taken = datetime(2026, 1, 1, tzinfo=UTC), limits("USD")
    assert taken is not None
    assert taken.expiry(now + timedelta(minutes=30), now=now) == now + timedelta(minutes=35)
    assert taken.expiry(now + timedelta(hours=2), now=now) == now + timedelta(hours=2)
    assert taken.expiry(now + timedelta(days=3), now=now) < now + timedelta(hours=24)
