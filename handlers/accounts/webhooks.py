"""Webhooks of teams' own accounts: believed by the team's own secrets, and about its own checkouts alone."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing

from handlers.accounts.leaving import has_left
from handlers.checkout.reports import accept_report
from handlers.house import House
from payments.errors import BadSignature, PaymentError
from payments.facts import Fact
from payments.gateway import ConnectGateway, Gateway
from storage.tables import GatewayAccount


class NoSuchGateway(Exception):
    """Nobody here has an account there."""


async def take_settings_webhook(house: House, name: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Keep what the settings' account reports. Raises NoSuchGateway, BadSignature, PaymentError."""
    gateway = house.gateways.get(name)
    if gateway is None:
        raise NoSuchGateway
    await _take(house, gateway, body, headers)


async def take_teams_webhook(house: House, name: str, slug: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Keep what an account of that team reports. Raises NoSuchGateway, BadSignature, PaymentError."""
    rows, first = await _accounts(house, name, slug)
    ours = house.gateways.get(name) if first else None
    if not rows and ours is None:
        raise NoSuchGateway
    refusal: PaymentError = BadSignature("The signature does not belong to this body.")
    for row in rows:
        try:
            await accept_report(house, name, await _read(house, row, body, headers))
            return
        except PaymentError as error:
            # What one account cannot prove, another one of the team may: an older one goes on reporting here.
            refusal = refusal if isinstance(error, BadSignature) else error
    if ours is None:
        raise refusal
    await _take(house, ours, body, headers)


async def _take(house: House, gateway: Gateway, body: bytes, headers: Mapping[str, str]) -> None:
    facts = await gateway.read_webhook(body, headers, now=house.now())
    if isinstance(gateway, ConnectGateway) and (account := gateway.left(body)):
        await has_left(house, gateway.name, account)
    await accept_report(house, gateway.name, facts)


async def _accounts(house: House, name: str, slug: str) -> tuple[list[GatewayAccount], bool]:
    """A team's accounts with keys of their own, the newest first; whether the settings' accounts are its too."""
    async with house.database.begin() as work:
        team = await work.people.team_by_slug(slug)
        if team is None:
            return [], False
        rows = [row for row in await work.accounts.at(team.id, name) if row.sealed_section]
        return rows, await work.accounts.has_the_settings(team.id)


async def _read(house: House, row: GatewayAccount, body: bytes, headers: Mapping[str, str]) -> Sequence[Fact]:
    """What one account says. Raises PaymentError when it does not prove it."""
    vault = house.database.vault
    gateway = await house.accounts.gateway(vault, row)
    if gateway is None:
        raise BadSignature("The account is not reachable any more.")
    try:
        facts = await gateway.read_webhook(body, headers, now=house.now())
    except BadSignature:
        return await _read_with_formers(house, row, body, headers)
    if row.sealed_former:
        await _forget_formers(house, row)
    return facts


async def _read_with_formers(
    house: House, row: GatewayAccount, body: bytes, headers: Mapping[str, str]
) -> Sequence[Fact]:
    for former in house.accounts.formers(house.database.vault, row, now=house.now()):
        async with aclosing(former):
            try:
                return await former.read_webhook(body, headers, now=house.now())
            except BadSignature:
                continue
    raise BadSignature("The signature does not belong to this body.")


async def _forget_formers(house: House, row: GatewayAccount) -> None:
    """The gateway signs with the new secret: nothing else is believed from now on."""
    async with house.database.begin() as work:
        mine = await work.accounts.locked(row.id)
        if mine is not None and mine.version == row.version:
            mine.sealed_former, mine.former_until = "", None
