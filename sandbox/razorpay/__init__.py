"""Razorpay's stand-in."""

from sandbox.razorpay.twin import Razorpay

__all__ = ["Razorpay"]
