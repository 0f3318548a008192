"""Gateways made of teams' own accounts: each at its first use, once for each version of its keys."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from payments.gateway import Gateway, utc_now
from payments.named import Named
from payments.registry import GATEWAYS
from storage.accounts import is_own
from storage.tables import GatewayAccount
from storage.vault import Vault

MOST = 500
"""So many are held open; who was not asked for longest goes first."""
GRACE = 60.0
"""Seconds in which calls under way end before their gateway is closed."""


@dataclass(slots=True)
class OpenAccounts:
    """The teams' gateways of one process. `platforms`: the settings' sections, for accounts that are connected to them.

    A change is noticed by the version in the row, which every use reads anew.
    """

    platforms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    now: Callable[[], datetime] = utc_now
    _held: OrderedDict[int, tuple[int, Gateway]] = field(default_factory=OrderedDict)
    _leaving: list[tuple[float, Gateway]] = field(default_factory=list)

    async def gateway(self, vault: Vault, row: GatewayAccount) -> Gateway | None:
        """The gateway of an account; None when the operator's platform, to which it is connected, is gone.

        Raises WrongKey when its keys cannot be read.
        """
        if not self._is_reachable(row):
            return None
        version, held = self._held.get(row.id, (0, None))
        if held is not None and version >= row.version:
            self._held.move_to_end(row.id)
            return held
        made = self._made(vault, row)
        if held is not None:
            self._let_go(held)
        self._held[row.id] = row.version, made
        while len(self._held) > MOST:
            self._let_go(self._held.popitem(last=False)[1][1])
        await self._close_those_who_left()
        return made

    def formers(self, vault: Vault, row: GatewayAccount, *, now: datetime) -> list[Gateway]:
        """The account with each of its webhook secrets of before, as long as they count; to be closed after use."""
        if row.former_until is None or row.former_until <= now:
            return []
        section = json.loads(vault.open(row.sealed_section))
        former = json.loads(vault.open(row.sealed_former) or "[]")
        return [self._own(row, section | secrets) for secrets in former]

    def connected(self, gateway: str, account: str) -> dict[str, str]:
        """The section by which the operator's key works on an account that is connected to it."""
        return {**self.platforms.get(gateway, {}), "account": account}

    async def aclose(self) -> None:
        """Close all."""
        for gateway in [gateway for _, gateway in (*self._held.values(), *self._leaving)]:
            await gateway.aclose()
        self._held.clear()
        self._leaving.clear()

    def _is_reachable(self, row: GatewayAccount) -> bool:
        return is_own(row.account) or row.gateway in self.platforms

    def _made(self, vault: Vault, row: GatewayAccount) -> Gateway:
        if is_own(row.account):
            return self._own(row, json.loads(vault.open(row.sealed_section)))
        return GATEWAYS[row.gateway].from_settings(self.connected(row.gateway, row.account), now=self.now)

    def _own(self, row: GatewayAccount, section: Mapping[str, str]) -> Gateway:
        return Named(GATEWAYS[row.gateway].from_settings(section, now=self.now), row.account)

    def _let_go(self, gateway: Gateway) -> None:
        self._leaving.append((asyncio.get_running_loop().time() + GRACE, gateway))

    async def _close_those_who_left(self) -> None:
        now = asyncio.get_running_loop().time()
        gone = [gateway for until, gateway in self._leaving if until <= now]
        self._leaving = [(until, gateway) for until, gateway in self._leaving if until > now]
        for gateway in gone:
            await gateway.aclose()
