"""A gateway whose account is known by a word of ours, where several accounts of one gateway stand side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from payments.facts import Fact
from payments.gateway import AccountState, Capability, CheckoutLink, CheckoutOrder, Gateway, Limits
from payments.money import Money


class Named:
    """Does what `gateway` does. Its account, and all that it tells, bears the word: nobody else's money is meant."""

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, gateway: Gateway, account: str) -> None:
        self._gateway, self._account = gateway, account
        # A gateway has its name as a class, and some can do more than others; this class stands for any of them.
        public = [name for name in dir(gateway) if not name.startswith("_")]
        more = {name: getattr(gateway, name) for name in public if not hasattr(type(self), name)}
        self.__dict__.update(more)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """As the gateway's own."""
        return self._gateway.capabilities

    @property
    def live(self) -> bool:
        """True when the key moves real money."""
        return self._gateway.live

    @property
    def account(self) -> str:
        """The word."""
        return self._account

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A page to pay on."""
        return await self._gateway.open_checkout(order)

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """Everything the gateway knows about a checkout now."""
        return self._ours(await self._gateway.look_up(checkout_ref))

    async def expire(self, checkout_ref: str) -> None:
        """The page takes no more money."""
        await self._gateway.expire(checkout_ref)

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Send money back."""
        return self._our(await self._gateway.refund(payment_ref, amount, key=key, reason=reason))

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """Verify the raw bytes, then read them."""
        return self._ours(await self._gateway.read_webhook(body, headers, now=now))

    def limits(self, currency: str) -> Limits | None:
        """What may be asked in this currency."""
        return self._gateway.limits(currency)

    async def check(self) -> AccountState:
        """A harmless call that tells whether the keys work."""
        return await self._gateway.check()

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._gateway.aclose()

    def _our(self, fact: Fact) -> Fact:
        return replace(fact, account=self._account)

    def _ours(self, facts: Sequence[Fact]) -> Sequence[Fact]:
        return tuple(self._our(fact) for fact in facts)
