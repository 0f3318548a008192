"""Lines as agents type them: read in one way only, or asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.amounts import UnreadableAmount
from payments.items import AmbiguousItems, Deposit, Habits, Written, is_itemised, parse_deposit, parse_items
from payments.pricing import Item

HABITS = Habits("USD")
NET = Habits("EUR", rate=1900, on_top=True, deposit=3000)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("2 x 49 Consultation", [Item("Consultation", 4900, 200)]),
        ("2x49 USD Consultation", [Item("Consultation", 4900, 200)]),
        ("1.5 × 80 Lesson", [Item("Lesson", 8000, 150)]),
        ("1,5 x $80 Lesson", [Item("Lesson", 8000, 150)]),
        ("49 USD x 2 Consultation", [Item("Consultation", 4900, 200)]),
        ("20 Materials +19%", [Item("Materials", 2000, rate=1900, on_top=True)]),
        ("20 Materials + 8,1 % VAT", [Item("Materials", 2000, rate=810, on_top=True)]),
        ("20 Materials incl 7%", [Item("Materials", 2000, rate=700)]),
        ("20 Voucher, no tax; 5 Card", [Item("Voucher", 2000), Item("Card", 500)]),
        ("49 Consultation\n20 Materials\n", [Item("Consultation", 4900), Item("Materials", 2000)]),
    ],
)
def test_what_can_be_read_in_one_way(text: str, items: list[Item]) -> None:
    assert is_itemised(text)
    assert parse_items(text, HABITS) == Written("USD", tuple(items))


def test_the_whole_grammar_in_one_request() -> None:
    read = parse_items("2 x 49 Consultation; 20 Materials +19%; deposit 30%", HABITS)
    items = (Item("Consultation", 4900, 200), Item("Materials", 2000, rate=1900, on_top=True))
    assert read == Written("USD", items, Deposit(percent=3000))


def test_a_team_whose_prices_are_without_tax_need_not_say_so() -> None:
    read = parse_items("49 Consultation; 20 Book incl 7%; deposit", NET)
    assert read.items == (Item("Consultation", 4900, rate=1900, on_top=True), Item("Book", 2000, rate=700))
    assert (read.currency, read.deposit) == ("EUR", Deposit(percent=3000))


@pytest.mark.parametrize("text", [
    "49 USD Consultation", "$49", "49 Consultation, half an hour", "1,299 USD Course", "250 XTR Short answer",
    "5000 xof Rent", "5 X-rays", "49 Deposit for the room",
])  # fmt: skip
def test_one_sum_and_what_it_is_for_is_no_list(text: str) -> None:
    assert not is_itemised(text)


def test_lines_that_name_no_currency_are_in_the_one_that_another_names() -> None:
    assert parse_items("49 EUR Consultation; 20 Materials", HABITS).currency == "EUR"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("49 EUR Consultation; 20 USD Materials", "one currency"),
        ("49 Consultation; bring your papers", "bring your papers"),
        ("2 x Consultation", "no price"),
        ("0 x 49 Consultation", "quantity"),
        ("1,299 x 3 Pens", "quantity"),
        ("2 x 49 x 3 Pens", "quantity"),
        ("deposit 30%", "no line"),
        ("49 A; deposit", "how much"),
        ("49 A; deposit 0%", "more than nothing"),
        ("49 A; deposit 49", "less than the $49.00"),
        ("49 A; deposit 20 EUR", "cannot read the deposit"),
        ("49 A; deposit 20 soon", "cannot read the deposit"),
        ("49 A; deposit 10; deposit 20", "one deposit"),
        ("99999 x 9999999999 Gold", "any bank"),
        ("0.01 x 0.01 Dust", "more than zero"),
        ("1 A;" * 21, "at most 20"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableAmount, match=sentence.replace("$", r"\$")):
        parse_items(text, HABITS)


def test_a_bare_rate_is_asked_for() -> None:
    text = "49 Consultation; 20 Materials 19%"
    with pytest.raises(AmbiguousItems, match="What is 19 %") as asked:
        parse_items(text, HABITS)
    assert len(asked.value.choices) == 3
    read = [parse_items(text, HABITS, [pick]).items[1] for pick in range(3)]
    assert read == [
        Item("Materials", 2000, rate=1900, on_top=True), Item("Materials", 2000, rate=1900), Item("Materials 19%", 2000)
    ]  # fmt: skip


def test_questions_come_one_after_the_other() -> None:
    text = "1,299 Course; 1,500 Books 7%; deposit 1,100"
    picks: list[int] = []
    asked = []
    for answer in (0, 1, 0, 0):
        with pytest.raises(AmbiguousItems) as error:
            parse_items(text, HABITS, picks)
        asked.append(error.value.choices[answer])
        picks.append(answer)
    read = parse_items(text, HABITS, picks)
    assert read.items == (Item("Course", 129900), Item("Books", 150000, rate=700))
    assert read.deposit == Deposit(minor=110000)
    assert asked == ["$1,299.00 Course", "7 % tax in the price", "$1,500.00 Books", "$1,100.00"]


@pytest.mark.parametrize("picks", [[-1], [3], [99]])
def test_an_answer_that_was_never_offered_is_asked_again(picks: list[int]) -> None:
    with pytest.raises(AmbiguousItems):
        parse_items("20 Materials 19%", HABITS, picks)


def test_a_deposit_by_itself() -> None:
    items = [Item("Course", 10000)]
    assert parse_deposit("30 %", "USD", items, HABITS) == Deposit(percent=3000)
    assert parse_deposit("25", "USD", items, HABITS) == Deposit(minor=2500)


@given(st.text(alphabet="0123456789.,x×;%+ $€deposit incl\nABC", max_size=40))
def test_whatever_is_typed_is_read_asked_or_refused(text: str) -> None:
    is_itemised(text)
    try:
        read = parse_items(text, HABITS)
    except (AmbiguousItems, UnreadableAmount):
        return
    assert read.items
    assert all(item.unit > 0 and item.quantity > 0 for item in read.items)
