"""PayPal's stand-in."""

from sandbox.paypal.twin import PayPal

__all__ = ["PayPal"]
