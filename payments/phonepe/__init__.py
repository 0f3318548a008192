"""PhonePe: Standard Checkout version 2, in rupees."""

from payments.phonepe.gateway import PhonePe, PhonePeKeys

__all__ = ["PhonePe", "PhonePeKeys"]
