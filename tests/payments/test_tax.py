"""Tax in whole minor units: one rule of rounding, and parts that add up to the whole however a sum is cut."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.numbering import PaperKind, paper_name
from payments.tax import between, half_up, percent, upon, within

SUMS = st.integers(0, 10**12)
RATES = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("total", "rate", "tax"),
    # 49.00 at 19 %: 4900 x 19 / 119 = 782.35; 1.00 at 8.1 %: 100 x 8.1 / 108.1 = 7.49; 3 at 20 %: exactly a half.
    [(4900, 1900, 782), (100, 810, 7), (3, 2000, 1), (49900, 1800, 7612), (1, 1900, 0), (0, 1900, 0), (500, 0, 0)],
)
def test_the_tax_in_a_price(total: int, rate: int, tax: int) -> None:
    assert within(total, rate).tax == tax


@given(SUMS, RATES)
def test_it_is_rounded_as_the_decimal_arithmetic_of_accountants_does(total: int, rate: int) -> None:
    exact = Decimal(total) * rate / (10_000 + rate)
    assert within(total, rate).tax == exact.quantize(Decimal(1), ROUND_HALF_UP)
    assert upon(total, rate).tax == (Decimal(total) * rate / 10_000).quantize(Decimal(1), ROUND_HALF_UP)


@given(SUMS, RATES)
def test_net_and_tax_make_the_total(total: int, rate: int) -> None:
    split = within(total, rate)
    assert split.net + split.tax == split.total == total
    assert 0 <= split.tax <= split.total


@given(SUMS, RATES)
def test_tax_that_was_put_on_top_is_found_in_the_total_again(net: int, rate: int) -> None:
    assert within(upon(net, rate).total, rate) == upon(net, rate)
    assert upon(net, rate).net == net


@given(SUMS, RATES, st.lists(SUMS, max_size=20))
def test_however_a_sum_goes_back_its_taxes_add_up_to_the_receipts(total: int, rate: int, cuts: list[int]) -> None:
    steps = [0, *sorted(min(cut, total) for cut in cuts), total]
    notes = [between(before, after, rate) for before, after in pairwise(steps)]
    assert sum(note.total for note in notes) == total
    assert sum(note.tax for note in notes) == within(total, rate).tax
    assert all(0 <= note.tax <= note.total for note in notes)


def test_only_sums_are_rounded() -> None:
    for numerator, denominator in ((-1, 2), (1, 0)):
        with pytest.raises(ValueError, match="only sums from zero on"):
            half_up(numerator, denominator)


@pytest.mark.parametrize(("rate", "shown"), [(1900, "19"), (810, "8.1"), (1825, "18.25"), (0, "0"), (5, "0.05")])
def test_a_rate_as_people_write_it(rate: int, shown: str) -> None:
    assert percent(rate) == shown


@pytest.mark.parametrize(
    ("kind", "live", "name"),
    [
        (PaperKind.RECEIPT, True, "ACME-2026-000001"),
        (PaperKind.RECEIPT, False, "TEST-ACME-2026-000001"),
        (PaperKind.CREDIT_NOTE, True, "ACME-CN-2026-000001"),
        (PaperKind.EVIDENCE, True, "ACME-EV-2026-000001"),
    ],
)
def test_numbers_as_they_stand_on_papers(kind: PaperKind, live: bool, name: str) -> None:
    assert paper_name("acme", kind, 2026, 1, live=live) == name
