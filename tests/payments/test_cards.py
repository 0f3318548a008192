import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.cards import mask_card_numbers

# Test numbers that the networks and gateways publish for this purpose.
PUBLISHED = [
    "4242424242424242", "4000 0027 6000 3184", "5555-5555-5555-4444", "2223003122003222", "378282246310005",
    "6011111111111117", "30569309025904", "3566002020360505", "6205500000000000004", "4242.4242.4242.4242",
    "4242\N{EN DASH}4242\N{EN DASH}4242\N{EN DASH}4242", "4242/4242/4242/4242", "4242  4242  4242  4242",
    "4242\n4242\n4242\n4242", "3782 822463 10005",
]  # fmt: skip


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_card_number_is_cut_to_its_last_four_digits(number: str) -> None:
    assert mask_card_numbers(f"Take {number}, 12/29, please") == f"Take •••• {number[-4:]}, 12/29, please"


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424241",  # the check digit is wrong
        "Call +49 30 901820 or 0041 44 668 18 00",
        "49.00 USD on 2026-11-23 at 10:30, order 1234567890",
        "IBAN DE89 3704 0044 0532 0130 00",
        "1111111111111117",
        "9" * 40,
        "",
    ],
)
def test_what_is_no_card_number_is_left_alone(text: str) -> None:
    assert mask_card_numbers(text) == text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("4242424242424242 cvc 123, thanks", "•••• 4242 cvc •••, thanks"),
        ("my CVV2 is: 1234", "my CVV2 is: •••"),
        ("Prüfziffer: 123", "Prüfziffer: •••"),
        ("the security code 987 on the back", "the security code ••• on the back"),
        ("cvc 12 and room 123", "cvc 12 and room 123"),
    ],
)
def test_a_security_code_is_hidden_where_somebody_says_that_it_is_one(written: str, kept: str) -> None:
    assert mask_card_numbers(written) == kept


@pytest.mark.parametrize(
    "zero", ["\N{FULLWIDTH DIGIT ZERO}", "\N{DEVANAGARI DIGIT ZERO}", "\N{ARABIC-INDIC DIGIT ZERO}"]
)
def test_a_card_number_in_other_scripts_digits_is_one_too(zero: str) -> None:
    written = "4242 4242 4242 4242".translate({ord("0") + n: ord(zero) + n for n in range(10)})
    assert mask_card_numbers(f"Card {written}") == "Card •••• 4242"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("room 5 4242424242424242", "room 5 •••• 4242"),
        ("2 x 12 4242 4242 4242 4242", "2 x 12 •••• 4242"),
        ("4242424242424242 12/29", "•••• 4242 12/29"),
        ("4242 4242 4242 4242 123", "•••• 4242 123"),
        ("4242424242424242 5555555555554444", "•••• 4242 •••• 4444"),
    ],
)
def test_a_card_number_between_other_numbers_is_found(text: str, masked: str) -> None:
    assert mask_card_numbers(text) == masked


def test_every_number_in_a_text_is_masked() -> None:
    assert mask_card_numbers("4242424242424242\n5555555555554444") == "•••• 4242\n•••• 4444"


@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_card_numbers(text)
    assert mask_card_numbers(once) == once
