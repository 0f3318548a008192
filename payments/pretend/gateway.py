"""The pretend gateway: everything a gateway does, with a journal instead of an account, and no money behind it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from payments.currencies import in_use
from payments.errors import AmountRefused, BadSignature, NotConfigured, Unavailable
from payments.facts import Fact, Source
from payments.gateway import AccountState, Capability, CheckoutLink, CheckoutOrder, Clock, Limits, utc_now
from payments.money import Money
from payments.pretend.journal import Deed, Entry, Journal
from payments.pretend.page import NAME, PAYMENT, Page, page_of
from payments.pretend.signatures import HEADER, sign, verify

STARS = "XTR"
SMALLEST, LARGEST = 1, 99_999_999_99
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=30)
TRIES = 20
"""So often a line is put behind those that others wrote meanwhile."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What another gateway would send as a webhook: the raw body, and the headers that prove it."""

    body: bytes
    headers: Mapping[str, str]


class Pretend:
    """See `payments.gateway.Gateway` for what each method promises."""

    name: ClassVar[str] = NAME
    title: ClassVar[str] = "Pretend gateway"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.REFUND, Capability.PARTIAL_REFUND, Capability.EXPIRE, Capability.PRETENDS}
    )

    def __init__(self, journal: Journal, *, secret: str, url: str, now: Clock = utc_now) -> None:
        """`secret` signs notices; the pages to pay on stand below `url`."""
        self._journal, self._secret, self._url, self._now = journal, secret, url.rstrip("/"), now

    @property
    def live(self) -> bool:
        """Never."""
        return False

    @property
    def account(self) -> str:
        """There is none."""
        return ""

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A page of ours. The same key leads to the same page, also after a restart."""
        taken = self.limits(order.amount.currency)
        if taken is None or not taken.minimum <= order.amount <= taken.maximum:
            raise AmountRefused(f"The pretend gateway does not take {order.amount}.")
        ref = hashlib.sha256(order.key.encode()).hexdigest()[:32]
        if not await self._journal.add(ref, 0, Entry(deed=Deed.OPENED, at=self._now(), order=order)):
            known = await self._known(ref)
            if known.order != order:
                raise NotConfigured("This key has opened a page for another order.")
        return CheckoutLink(ref, f"{self._url}/{ref}", order.expires_at)

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """All that happened at the page."""
        page = await self._known(checkout_ref)
        return tuple(page.facts(Source.POLL, self._now()))

    async def expire(self, checkout_ref: str) -> None:
        """The page takes no more payments."""
        await self._write(checkout_ref, self._if_open(Deed.ENDED))

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Pretended money goes back at once."""
        ref = payment_ref.removeprefix(PAYMENT)

        def back(page: Page) -> Entry | None:
            return page.give_back(amount, key, self._now()) if page.refund(key) is None else None

        page = await self._write(ref, back)
        number = page.refund(key)
        if number is None:
            raise Unavailable("The refund was not written down.")
        return page.fact(number, Source.POLL)

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """What the journal says of the line that a notice speaks of."""
        verify(body, headers, self._secret, now=now)
        try:
            told: dict[str, Any] = json.loads(body)
            ref, number, event = str(told["checkout"]), int(told["number"]), str(told["id"])
        except (LookupError, TypeError, ValueError) as error:
            raise BadSignature("The signed body is not a notice.") from error
        page = await self._known(ref)
        return (page.fact(number, Source.WEBHOOK, event),) if 0 < number < len(page.entries) else ()

    def limits(self, currency: str) -> Limits | None:
        """Every currency in use, but not Telegram's Stars: only Telegram can pretend those."""
        if currency == STARS or currency not in in_use():
            return None
        return Limits(Money(SMALLEST, currency), Money(LARGEST, currency), SHORTEST, LONGEST)

    async def check(self) -> AccountState:
        """There is nothing that could be wrong."""
        return AccountState(name="no account, no money moves", live=False, country="", currency="", faults=())

    async def aclose(self) -> None:
        """Nothing is open."""

    # What the person at the page does.

    async def page(self, checkout_ref: str) -> Page | None:
        """The page as it stands; None when there is none."""
        return page_of(checkout_ref, await self._journal.read(checkout_ref))

    async def pay(self, checkout_ref: str) -> Notice | None:
        """Pretend to pay; the notice of it. None when the page takes no payments any more."""
        return await self._act(checkout_ref, Deed.PAID)

    async def decline(self, checkout_ref: str) -> Notice | None:
        """Pretend that the bank says no; the page stays open."""
        return await self._act(checkout_ref, Deed.DECLINED)

    async def _act(self, ref: str, deed: Deed) -> Notice | None:
        page = await self._write(ref, self._if_open(deed))
        # A second click finds the line of the first: the same notice again, which changes nothing.
        return self._notice(page, len(page.entries) - 1) if page.entries[-1].deed is deed else None

    def _if_open(self, deed: Deed) -> Callable[[Page], Entry | None]:
        return lambda page: Entry(deed=deed, at=self._now()) if page.is_open(self._now()) else None

    def _notice(self, page: Page, number: int) -> Notice:
        told = {"id": f"evt_{page.ref}_{number}", "checkout": page.ref, "number": number,
                "amount": page.order.amount.minor, "currency": page.order.amount.currency}  # fmt: skip
        body = json.dumps(told).encode()
        return Notice(body, {HEADER: sign(body, self._secret, at=self._now())})

    async def _known(self, ref: str) -> Page:
        page = await self.page(ref)
        if page is None:
            raise NotConfigured("The pretend gateway knows no such page.")
        return page

    async def _write(self, ref: str, wanted: Callable[[Page], Entry | None]) -> Page:
        """Add the line that is wanted of the page as it stands, if any; the page after it."""
        for _ in range(TRIES):
            page = await self._known(ref)
            entry = wanted(page)
            if entry is None:
                return page
            if await self._journal.add(ref, len(page.entries), entry):
                return Page(ref, page.order, (*page.entries, entry))
        raise Unavailable("Too many are at this page at once.")
