"""Stripe's stand-in."""

from sandbox.stripe.twin import Stripe

__all__ = ["Stripe"]
