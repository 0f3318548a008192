"""Razorpay: Payment Links, UPI QR codes, refunds and signed webhooks."""

from payments.razorpay.gateway import Razorpay, RazorpayKeys
from payments.razorpay.signatures import verified_return

__all__ = ["Razorpay", "RazorpayKeys", "verified_return"]
