"""What can go wrong with a payment, named for what the caller does next."""


class PaymentError(Exception):
    """The root of them all; the message is a sentence fit for people and never holds a key.

    NotConfigured      tell the operator          | Declined        tell the customer, offer another way
    BadSignature       answer 401, touch nothing  | Unavailable     it never left us; retry with the same key
    IllegalTransition  keep the event, alert      | OutcomeUnknown  money may have moved: ask, never resend
    AmountRefused      tell the agent the limit   | CurrencyMismatch  two currencies met in one sum
    PageLost           open another checkout      |
    """


class NotConfigured(PaymentError):
    """The account, its keys or its rights are not as they should be: tell the operator."""


class BadSignature(PaymentError):
    """The sender could not be proven, or what it signed cannot be read: answer 401 and touch nothing."""


class IllegalTransition(PaymentError):
    """A fact that no table row can take, such as captured money without a sum: keep it and alert."""


class Declined(PaymentError):
    """The payer's bank said no: tell the customer and offer another way."""


class Unavailable(PaymentError):
    """The request never left us, or was turned away unread: retry with the same key."""


class OutcomeUnknown(PaymentError):
    """No answer came, so money may have moved: look it up, and never resend without the same key."""


class PageLost(OutcomeUnknown):
    """It was opened before, and the gateway does not say again where to pay it: nobody can. Open another one.

    `checkout_ref`: what the gateway calls the one that is lost.
    """

    def __init__(self, sentence: str, checkout_ref: str) -> None:
        super().__init__(sentence)
        self.checkout_ref = checkout_ref


class AmountRefused(PaymentError):
    """The gateway does not take this sum or this currency; the message says what it does take."""


class CurrencyMismatch(PaymentError):
    """Two currencies met in one sum or one comparison."""
