"""The arithmetic of a request: parts make their whole to the unit and none is below zero, however things are cut."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from payments.pricing import Bill, Discount, Item, Part, gathered, left, share, spread, taken, work_out

SUMS = st.integers(0, 10**10)
RATES = st.sampled_from([None, 0, 700, 810, 1900, 2500])
ITEMS = st.lists(
    st.builds(Item, st.just("x"), SUMS, st.integers(1, 10**6), RATES, st.booleans()), min_size=1, max_size=8
)
DISCOUNTS = st.one_of(
    st.none(), st.builds(Discount, percent=st.integers(0, 10_000)), st.builds(Discount, minor=SUMS)
)  # fmt: skip
BILLS = st.builds(work_out, ITEMS, DISCOUNTS)


def _sum(parts: tuple[Part, ...]) -> tuple[int, int]:
    return sum(part.total for part in parts), sum(part.tax for part in parts)


def test_two_hours_and_materials_with_tax_on_top() -> None:
    bill = work_out([Item("Consultation", 4900, 200, 700), Item("Materials", 2000, rate=1900, on_top=True)])
    # 98.00 x 7 / 107 = 6.41; 20.00 x 0.19 = 3.80.
    assert bill.parts == (Part(700, 9800, 641), Part(1900, 2380, 380))
    assert (bill.off, bill.total) == (0, 12180)


def test_a_discount_is_spread_over_the_lines_and_makes_their_tax_smaller() -> None:
    bill = work_out([Item("Course", 10000, rate=1900), Item("Book", 5000, rate=700)], Discount(percent=1000))
    # 15.00 off: 10.00 of the course, 5.00 of the book; 90.00 x 19 / 119 = 14.37; 45.00 x 7 / 107 = 2.94.
    assert (bill.off, bill.parts) == (1500, (Part(1900, 9000, 1437), Part(700, 4500, 294)))


def test_a_part_of_an_hour() -> None:
    assert Item("Lesson", 4999, 150).price == 7499, "74.985 goes up"


def test_a_deposit_takes_its_share_of_each_rate() -> None:
    bill = work_out([Item("Course", 10000, rate=1900), Item("Book", 5000, rate=700)])
    deposit = taken(bill.parts, share(bill.total, 3000))
    assert deposit == (Part(1900, 3000, 479), Part(700, 1500, 98))
    assert left(bill.parts, deposit) == (Part(1900, 7000, 1118), Part(700, 3500, 229))


@given(ITEMS, DISCOUNTS)
def test_lines_less_the_discount_make_the_total(items: list[Item], discount: Discount | None) -> None:
    bill = work_out(items, discount)
    assert bill.total == sum(item.priced.total for item in items) - bill.off
    assert all(0 <= part.tax <= part.total for part in bill.parts)
    assert len({part.rate for part in bill.parts}) == len(bill.parts)


@given(ITEMS)
def test_without_a_discount_tax_on_top_is_found_in_the_total_again(items: list[Item]) -> None:
    assert _sum(work_out(items).parts)[1] == sum(item.priced.tax for item in items)


@given(st.lists(SUMS, min_size=1, max_size=9), st.data())
def test_what_is_spread_adds_up_and_no_share_is_more_than_its_sum(sums: list[int], data: st.DataObject) -> None:
    minor = data.draw(st.integers(0, sum(sums)))
    shares = spread(minor, sums)
    assert sum(shares) == minor
    assert all(0 <= share <= whole for share, whole in zip(shares, sums, strict=True))


@given(BILLS, st.data())
def test_deposit_and_rest_make_the_whole(bill: Bill, data: st.DataObject) -> None:
    minor = data.draw(st.integers(0, bill.total))
    deposit = taken(bill.parts, minor)
    rest = left(bill.parts, deposit)
    assert _sum(deposit)[0] == minor
    assert tuple(a + b for a, b in zip(_sum(deposit), _sum(rest), strict=True)) == _sum(bill.parts)
    assert all(0 <= part.tax <= part.total for part in (*deposit, *rest))


@given(BILLS, st.lists(st.integers(0, 10**6), max_size=6))
def test_however_a_sum_goes_back_its_taxes_add_up_to_the_bills(bill: Bill, cuts: list[int]) -> None:
    assume(bill.total)
    notes: list[tuple[Part, ...]] = []
    for cut in cuts:
        open_still = left(bill.parts, *notes)
        notes.append(taken(open_still, min(cut, _sum(open_still)[0])))
    notes.append(left(bill.parts, *notes))
    assert all(0 <= part.tax <= part.total for note in notes for part in note)
    assert sum(_sum(note)[0] for note in notes) == bill.total
    assert sum(_sum(note)[1] for note in notes) == _sum(bill.parts)[1]


@given(SUMS, st.integers(0, 10_000))
def test_a_share_is_never_more_than_the_whole(total: int, percent: int) -> None:
    assert 0 <= share(total, percent) <= total


def test_what_cannot_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="more than the whole"):
        taken((Part(None, 5),), 6)
    for minor, over in ((1, [0]), (-1, [5]), (1, [-1, 5])):
        with pytest.raises(ValueError, match="nothing to spread"):
            spread(minor, over)


def test_parts_of_a_rate_are_put_together() -> None:
    assert gathered([Part(700, 1, 0), Part(None, 2), Part(700, 3, 1)]) == (Part(700, 4, 1), Part(None, 2))
