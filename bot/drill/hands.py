"""The hands at the sandbox: customers at the gateways' pages, and the levers that lead webhooks astray."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from bot.cli.refusals import Refused
from bot.drill.plays import Trouble

PAGES = {"stripe": "sessions", "razorpay": "pages", "paypal": "orders", "phonepe": "orders"}
"""What each gateway's page is called at the sandbox."""
FATES = {"lost": Trouble.LOST, "sent again": Trouble.DOUBLED, "late": Trouble.LATE, "out of order": Trouble.REORDERED}
"""What the wire log notes of a webhook."""
HELD = "held back"
"""What it notes of one that will come later."""
MOST = 3
"""So many webhooks of one act meet the same trouble: a gateway reports one payment in several events."""


@dataclass
class Hands:
    """`url` is the sandbox's. `fates` counts webhooks by gateway and by what became of them ("" arrived at once)."""

    url: str
    http: httpx2.AsyncClient
    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    _seen: int = 0

    async def act(
        self, gateway: str, checkout_ref: str, deed: str, trouble: Trouble | None, *, may_be_closed: bool = False
    ) -> None:
        """Somebody pays or is declined at a gateway's page, and its webhooks meet trouble.

        `may_be_closed`: another page was paid before, and who hears of it in time closes this one.
        """
        async with self.astray(gateway, trouble):
            path = f"/ui/{gateway}/{PAGES[gateway]}/{checkout_ref}/{deed}"
            await self._ask("POST", path, {}, but=(400,) if may_be_closed else ())

    @asynccontextmanager
    async def astray(self, gateway: str, trouble: Trouble | None) -> AsyncIterator[None]:
        """For as long as the block lasts, the gateway's webhooks meet trouble."""
        if trouble is not None:
            await self._ask("POST", "/ui/faults", {"service": gateway, "fault": trouble, "count": MOST})
        yield
        await self._ask("DELETE", f"/ui/faults?service={gateway}")
        await self.read_the_wire()

    async def release(self) -> None:
        """What was held back is sent at last."""
        await self._ask("POST", "/ui/faults/release", {})

    async def read_the_wire(self) -> None:
        """Count what became of the webhooks since the last look; the log keeps the newest two thousand lines."""
        for line in (await self._ask("GET", f"/ui/wire?after={self._seen}")).json():
            self._seen = line["number"]
            if line["direction"] == "out" and line["service"] in PAGES and line["note"] != HELD:
                self.fates[line["service"], FATES.get(line["note"], "")] += 1

    async def _ask(
        self, method: str, path: str, told: dict[str, object] | None = None, but: tuple[int, ...] = ()
    ) -> httpx2.Response:
        answer = await self.http.request(method, f"{self.url}{path}", json=told)
        if answer.is_error and answer.status_code not in but:
            raise Refused(f"the sandbox does not take {path}: {answer.status_code} {answer.text[:200]}")
        return answer
