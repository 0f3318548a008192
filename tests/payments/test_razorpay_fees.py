"""What Razorpay keeps of a payment, and who bears it: the team, or the payer on top of the sum."""

import pytest

from payments.facts import FactKind as K
from payments.money import Money
from tests.payments.razorpay_payloads import LINK, LISTED, ORDER, PAYMENT, POLLED, Json, read
from tests.payments.test_razorpay_facts import ASKED, polled


async def test_what_razorpay_keeps_is_told_by_each_event_and_when_asked() -> None:
    told = [
        *await read("payment_link.paid", payment_link=LINK, order=ORDER, payment=PAYMENT),
        *await read("payment.captured", payment=PAYMENT),
        *polled(POLLED, PAYMENT),
    ]
    assert [(fact.captured, fact.fee) for fact in told] == [(ASKED, Money(2, "INR"))] * 3
    (authorized,) = await read("payment.authorized", payment=PAYMENT | {"status": "authorized", "fee": None})
    assert authorized.fee is None


# As payment_link.paid is documented, but that the customer bears the fee: "they pay the order amount plus the fee, and
# you receive the full order amount". razorpay.com/docs, "Customer Fee Bearer", read 2026-11.
BORNE: Json = PAYMENT | {"amount": 51180, "fee": 1180, "tax": 180, "fee_bearer": "customer"}


@pytest.mark.parametrize("paid", [50000, 51180], ids=["the link without the fee", "the link with it"])
async def test_a_fee_that_the_customer_bears_is_not_money_too_much(paid: int) -> None:
    link = LINK | {"amount_paid": paid}
    told = [
        *await read("payment.captured", payment=BORNE),
        *await read("payment_link.paid", payment_link=link, order=ORDER, payment=BORNE),
        *polled(link | {"payments": [LISTED | {"amount": 51180}]}, BORNE),
    ]
    assert [fact.captured for fact in told] == [ASKED] * 3
    assert [fact.fee for fact in told] == [Money(0, "INR")] * 3
    assert [fact.kind for fact in told] == [K.CAPTURED] * 3


async def test_money_beyond_the_sum_is_told_as_it_is_where_the_team_bears_the_fee() -> None:
    (fact,) = await read("payment.captured", payment=BORNE | {"fee_bearer": "platform"})
    assert fact.captured == Money(51180, "INR")
