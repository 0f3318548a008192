from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import AmountRefused
from payments.money import Money
from payments.paypal.money import SUPPORTED, WHOLE, from_paypal, limits, to_paypal


@pytest.mark.parametrize(
    ("money", "value"),
    # https://developer.paypal.com/api/rest/reference/currency-codes/: HUF, JPY and TWD take no decimals.
    [
        (Money(1999, "USD"), "19.99"),
        (Money(1, "EUR"), "0.01"),
        (Money(29905, "INR"), "299.05"),
        (Money(500, "JPY"), "500"),
        (Money(1100, "HUF"), "11"),
        (Money(80000, "TWD"), "800"),
    ],
)
def test_money_is_spelled_as_paypal_documents_it(money: Money, value: str) -> None:
    assert to_paypal(money) == {"currency_code": money.currency, "value": value}
    assert from_paypal({"currency_code": money.currency, "value": value}) == money


@pytest.mark.parametrize("money", [Money(1050, "HUF"), Money(80045, "TWD"), Money(0, "USD"), Money(-5, "USD")])
def test_a_sum_paypal_cannot_say_is_refused_and_not_rounded(money: Money) -> None:
    with pytest.raises(AmountRefused, match="PayPal cannot charge"):
        to_paypal(money)


@given(st.integers(1, 10**9), st.sampled_from(sorted(SUPPORTED)))
def test_what_is_sent_comes_back_the_same(units: int, currency: str) -> None:
    money = Money(units * (100 if currency in WHOLE else 1), currency)
    assert from_paypal(to_paypal(money)) == money


@pytest.mark.parametrize(
    ("currency", "value", "minor"),
    [
        ("USD", "49", 4900),
        ("USD", "49.5", 4950),
        ("USD", "49.500", 4950),
        ("JPY", "500.00", 500),
        ("HUF", "11.00", 1100),
    ],
)
def test_a_value_may_be_written_with_fewer_or_idle_decimals(currency: str, value: str, minor: int) -> None:
    assert from_paypal({"currency_code": currency, "value": value}) == Money(minor, currency)


@pytest.mark.parametrize("value", ["", "-1.00", "1e3", "1,00", "1.", ".5", " 1", "\u0661", "1.001", "9" * 16, "NaN"])
def test_what_is_no_sum_of_the_currency_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="value"):
        from_paypal({"currency_code": "USD", "value": value})


@pytest.mark.parametrize("currency", sorted(SUPPORTED))
def test_every_limit_can_itself_be_charged_and_less_cannot(currency: str) -> None:
    taken = limits(currency)
    assert taken is not None
    assert len(to_paypal(taken.maximum)["value"].partition(".")[0]) == 7
    assert from_paypal(to_paypal(taken.minimum)) == taken.minimum
    with pytest.raises(AmountRefused):
        to_paypal(taken.minimum - Money(1, currency))


@pytest.mark.parametrize("currency", ["XTR", "KWD", "RUB"])
def test_a_currency_paypal_does_not_take_has_no_limits(currency: str) -> None:
    assert limits(currency) is None


def test_a_page_stays_open_as_long_as_paypal_keeps_it() -> None:
    now, taken = datetime(2026, 1, 1, tzinfo=UTC), limits("USD")
    assert taken is not None
    for wanted in (timedelta(minutes=5), timedelta(days=3)):
        assert timedelta(hours=2) < taken.expiry(now + wanted, now=now) - now < timedelta(hours=3)
