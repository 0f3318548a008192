"""PayPal: hosted approval pages, captures, refunds and signed webhooks."""

from payments.paypal.gateway import PayPal, PayPalKeys

__all__ = ["PayPal", "PayPalKeys"]
