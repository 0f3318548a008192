from typing import Any

import pytest

from payments.facts import Expected, misfit
from payments.money import Money
from tests.payments.stories import ASKED, K, fact

EXPECTED = Expected(reference="ord_1", asked=ASKED, live=False)
FITTING: dict[str, Any] = {"reference": "ord_1", "asked": ASKED, "captured": ASKED}


def test_a_fact_that_fits_has_nothing_against_it() -> None:
    assert misfit(fact(K.CAPTURED, **FITTING), EXPECTED) is None


def test_what_the_gateway_leaves_out_cannot_contradict() -> None:
    assert misfit(fact(K.REFUND_PENDING), EXPECTED) is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"reference": "ord_2"}, "reference ord_2"),
        ({"asked": Money(4901, "USD")}, "USD 49.01"),
        ({"captured": Money(4901, "USD")}, "more than"),
        ({"captured": Money(4900, "EUR")}, "in EUR"),
        ({"refunded": Money(100, "EUR")}, "in EUR"),
        ({"account": "acct_2"}, "another payment account"),
        ({"live": True}, "live money"),
    ],
)
def test_each_thing_that_does_not_fit_is_named(wrong: dict[str, object], named: str) -> None:
    sentence = misfit(fact(K.CAPTURED, **(FITTING | wrong)), EXPECTED)
    assert sentence is not None
    assert named in sentence
