import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.amounts import MOST_MINOR, AmbiguousAmount, Parsed, UnreadableAmount, parse_amount
from payments.currencies import in_use
from payments.money import Money, format_money


@pytest.mark.parametrize(
    ("text", "money", "description"),
    [
        ("49", Money(4900, "USD"), ""),
        ("49.00 usd", Money(4900, "USD"), ""),
        ("49.5", Money(4950, "USD"), ""),
        ("$49", Money(4900, "USD"), ""),
        ("$ 49", Money(4900, "USD"), ""),
        ("US $49", Money(4900, "USD"), ""),
        ("₹1,299.50", Money(129950, "INR"), ""),
        ("1,29,999.50 INR", Money(12999950, "INR"), ""),
        ("1.299,50 EUR", Money(129950, "EUR"), ""),
        ("1 299,50 €", Money(129950, "EUR"), ""),
        ("1 299 €", Money(129900, "EUR"), ""),
        ("1\u202f299 EUR", Money(129900, "EUR"), ""),
        ("1'299.50 CHF", Money(129950, "CHF"), ""),
        ("1,299,500", Money(129950000, "USD"), ""),
        ("JPY 500", Money(500, "JPY"), ""),
        ("1,299 JPY", Money(1299, "JPY"), ""),
        ("0.500 KWD", Money(500, "KWD"), ""),
        ("49usd", Money(4900, "USD"), ""),
        ("49 euros", Money(4900, "EUR"), ""),
        ("49 USD Consultation", Money(4900, "USD"), "Consultation"),
        ("49 Consultation by video", Money(4900, "USD"), "Consultation by video"),
        ("49: Consultation", Money(4900, "USD"), "Consultation"),
        ("49 - Consultation", Money(4900, "USD"), "Consultation"),
        ("$49 CAD tutoring", Money(4900, "CAD"), "tutoring"),
        ("49 ALL access", Money(4900, "ALL"), "access"),
        ("€49 all day", Money(4900, "EUR"), "all day"),
        ("49 for tea", Money(4900, "USD"), "for tea"),
        ("٤٩ USD", Money(4900, "USD"), ""),
    ],
)
def test_what_can_mean_one_sum_only_is_read(text: str, money: Money, description: str) -> None:
    assert parse_amount(text, "USD") == Parsed(money, description)


@pytest.mark.parametrize(
    ("text", "home", "money"),
    [
        ("$49", "EUR", Money(4900, "USD")),
        ("$49", "AUD", Money(4900, "AUD")),
        ("$49", "SGD", Money(4900, "SGD")),
        ("£49", "USD", Money(4900, "GBP")),
        ("¥500", "CNY", Money(50000, "CNY")),
        ("kr 500", "NOK", Money(50000, "NOK")),
        ("49 try", "TRY", Money(4900, "TRY")),
    ],
)
def test_a_shared_sign_means_the_teams_own_currency(text: str, home: str, money: Money) -> None:
    assert parse_amount(text, home).amount == money


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1,299", {Money(129900, "USD"), Money(130, "USD")}),
        ("1.299 EUR", {Money(129900, "EUR"), Money(130, "EUR")}),
        ("5.124 KWD", {Money(5124000, "KWD"), Money(5124, "KWD")}),
        ("¥500", {Money(500, "JPY"), Money(50000, "CNY")}),
        ("49 Top up", {Money(4900, "TOP"), Money(4900, "USD")}),
        ("49 100 pages", {Money(4910000, "USD"), Money(4900, "USD")}),
    ],
)
def test_what_can_mean_two_sums_is_asked_with_both(text: str, readings: set[Money]) -> None:
    with pytest.raises(AmbiguousAmount) as asked:
        parse_amount(text, "USD")
    assert set(asked.value.readings) == readings


def test_each_choice_comes_with_the_text_that_is_left() -> None:
    with pytest.raises(AmbiguousAmount) as asked:
        parse_amount("49 cup cakes", "USD")
    assert asked.value.choices == (Parsed(Money(4900, "CUP"), "cakes"), Parsed(Money(4900, "USD"), "cup cakes"))


def test_a_peso_team_is_asked_whether_its_dollar_sign_is_a_peso() -> None:
    with pytest.raises(AmbiguousAmount) as asked:
        parse_amount("$49", "MXN")
    assert set(asked.value.readings) == {Money(4900, "USD"), Money(4900, "MXN")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no amount"),
        ("hello", "no amount"),
        ("Consultation 49", "amount first"),
        ("0", "more than zero"),
        ("0.00 EUR", "more than zero"),
        ("-5", "more than zero"),
        ("$-5", "more than zero"),
        ("-$5", "more than zero"),
        ("−5", "more than zero"),
        ("49.9999", "USD has 2 decimals"),
        ("JPY 500.00", "JPY has no decimals"),
        ("1299.500", "USD has 2 decimals"),
        ("1.2.3", "not a number"),
        ("1,299,50", "not a number"),
        ("1,299.500,00", "not a number"),
        ("49 uds", "Did you mean USD"),
        ("EUT 49", "Did you mean EUR"),
        ("49 XYZ Consultation", "not a currency in use"),
        ("€49 USD", "different currencies"),
        ("49 Consultation EUR", "right beside the amount"),
        ("49,- EUR", "right beside the amount"),
        ("49k", "cannot read"),
        ("1e5", "cannot read"),
        ("49/hr", "cannot read"),
        ("49-50", "cannot read"),
        ("100 % off", "cannot read"),
        ("9999999999999", "too large"),
    ],
)
def test_what_means_no_sum_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UnreadableAmount, match=said) as refused:
        parse_amount(text, "USD")
    assert refused.value.sentence.endswith((".", "?"))


@given(
    st.integers(1, MOST_MINOR), st.sampled_from(sorted(in_use())), st.sampled_from(["en", "en-IN", "de", "fr", "de-CH"])
)
def test_what_we_show_is_read_back_or_asked_about(minor: int, currency: str, locale: str) -> None:
    money = Money(minor, currency)
    number = format_money(money, locale)
    try:
        assert parse_amount(number, currency).amount == money
    except AmbiguousAmount as asked:
        assert money in asked.readings


@given(st.text(max_size=40), st.sampled_from(["USD", "JPY", "KWD", "MXN"]))
def test_no_text_breaks_the_reader(text: str, home: str) -> None:
    try:
        parsed = parse_amount(text, home)
    except (AmbiguousAmount, UnreadableAmount):
        return
    assert 0 < parsed.amount.minor <= MOST_MINOR
