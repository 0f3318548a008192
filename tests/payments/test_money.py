from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import CurrencyMismatch
from payments.money import Money, as_decimal, exponent_of, format_money


def test_adding_two_currencies_raises() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(100, "INR") + Money(100, "USD")
    with pytest.raises(CurrencyMismatch):
        Money(100, "INR") - Money(100, "USD")


def test_comparing_two_currencies_raises_but_they_are_simply_unequal() -> None:
    with pytest.raises(CurrencyMismatch):
        assert Money(100, "INR") > Money(1, "USD")
    assert Money(100, "INR") != Money(100, "USD")


def test_sums_of_one_currency_add_subtract_and_compare() -> None:
    assert Money(4900, "USD") + Money(100, "USD") == Money(5000, "USD")
    assert Money(4900, "USD") - Money(5000, "USD") == Money(-100, "USD")
    assert Money.zero("USD") < Money(1, "USD") <= Money(1, "USD")


@pytest.mark.parametrize("minor", [49.0, Decimal(49), True, "49"])
def test_only_whole_numbers_are_minor_units(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["usd", "US", "USDT", "", "₹"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="currency code"):
        Money(1, currency)


@pytest.mark.parametrize(
    ("currency", "exponent"),
    # ISO 4217; CLDR says 0 for LBP, RSD, IRR, ALL, MGA and UGX alike.
    [("USD", 2), ("JPY", 0), ("KWD", 3), ("UGX", 0), ("ISK", 0), ("LBP", 2), ("RSD", 2), ("MGA", 2), ("XTR", 0)],
)  # fmt: skip
def test_decimals_are_those_of_iso_4217(currency: str, exponent: int) -> None:
    assert Money(1, currency).exponent == exponent_of(currency) == exponent


@pytest.mark.parametrize(
    ("money", "locale", "shown"),
    [
        (Money(49900, "INR"), "en", "₹499.00"),
        (Money(500, "JPY"), "en", "¥500"),
        (Money(5124, "KWD"), "en", "KWD\xa05.124"),
        (Money(129950, "EUR"), "de", "1.299,50\xa0€"),
        (Money(150000, "RSD"), "en", "RSD\xa01,500.00"),
        (Money(-4900, "USD"), "en", "-$49.00"),
        (Money(4900, "USD"), "pt-br", "US$\xa049,00"),
        (Money(4900, "USD"), "klingon", "$49.00"),
        (Money(10**17 + 1, "USD"), "en", "$1,000,000,000,000,000.01"),
    ],
)
def test_money_is_shown_as_its_readers_write_it(money: Money, locale: str, shown: str) -> None:
    assert format_money(money, locale) == shown


@given(st.integers(), st.sampled_from(["USD", "JPY", "KWD", "INR"]))
def test_the_decimal_form_is_exact(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert int(as_decimal(money).scaleb(money.exponent)) == minor or abs(minor) >= 10**28
