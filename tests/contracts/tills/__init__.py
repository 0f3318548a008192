"""Every gateway's till, a line each."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from tests.contracts.counter import Till
from tests.contracts.tills.paypal import paypal_till
from tests.contracts.tills.phonepe import phonepe_till
from tests.contracts.tills.pretend import pretend_till
from tests.contracts.tills.razorpay import razorpay_till
from tests.contracts.tills.stripe import stripe_till
from tests.contracts.tills.telegram import telegram_till

TILLS: dict[str, Callable[[], AbstractAsyncContextManager[Till]]] = {
    "stripe": stripe_till,
    "razorpay": razorpay_till,
    "paypal": paypal_till,
    "phonepe": phonepe_till,
    "telegram": telegram_till,
    "pretend": pretend_till,
}
