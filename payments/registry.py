"""Every gateway there is, a line each."""

from payments.gateway import AccountGateway, Gateway
from payments.paypal import PayPal
from payments.phonepe import PhonePe
from payments.pretend import Pretend
from payments.razorpay import Razorpay
from payments.stripe import Stripe
from payments.telegram import Telegram

GATEWAYS: dict[str, type[AccountGateway]] = {
    gateway.name: gateway for gateway in (Stripe, PayPal, PhonePe, Razorpay, Telegram)
}
"""Those that settings set up."""

EVERY: dict[str, type[Gateway]] = {**GATEWAYS, Pretend.name: Pretend}
"""Those that a team may name."""
