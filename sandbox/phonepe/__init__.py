"""PhonePe's stand-in."""

from sandbox.phonepe.twin import PhonePe

__all__ = ["PhonePe"]
