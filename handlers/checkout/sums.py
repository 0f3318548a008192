"""The sum a checkout was opened for: fixed there, while its request's may change with a tip or a coupon."""

from payments.money import Money
from storage.tables import Checkout, PaymentRequest


def sum_asked(checkout: Checkout, request: PaymentRequest) -> Money:
    """What the gateway was asked for: what it reports must fit this."""
    minor = request.amount_minor if checkout.amount_minor is None else checkout.amount_minor
    return Money(minor, request.currency)


def fits(checkout: Checkout, request: PaymentRequest) -> bool:
    """Whether the request still asks for that sum; money for another one goes back."""
    return sum_asked(checkout, request).minor == request.amount_minor
