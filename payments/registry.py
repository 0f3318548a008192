"""Every gateway there is, a line each."""

from payments.gateway import Gateway
from payments.paypal import PayPal
from payments.phonepe import PhonePe
from payments.razorpay import Razorpay
from payments.stripe import Stripe
from payments.telegram import Telegram

GATEWAYS: dict[str, type[Gateway]] = {
    gateway.name: gateway for gateway in (Stripe, PayPal, PhonePe, Razorpay, Telegram)
}
