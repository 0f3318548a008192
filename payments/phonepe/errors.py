"""Two errors finer than those of `payments.errors`, for what has to be told apart in here."""

from payments.errors import NotConfigured, Unavailable


class Refusal(NotConfigured):
    """PhonePe understood the request and turned it down, for another reason than the keys or the sum."""


class Busy(Unavailable):
    """PhonePe asks for patience: trying again at once is of no use."""
