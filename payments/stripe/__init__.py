"""Stripe: hosted Checkout pages, refunds and signed webhooks."""

from payments.stripe.gateway import Stripe, StripeKeys

__all__ = ["Stripe", "StripeKeys"]
