"""Keeping a team's own accounts: new ones, new keys for old ones, removing them, and letting go when all is settled.

An account that takes no new money stays as long as something of it is open: its payments are still looked after and
given back with its own keys.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.accounts.listing import mode, unnamed
from handlers.accounts.visiting import Visitor, tell_where_asked
from handlers.house import House
from handlers.messages import Message
from handlers.words import gateway_title, until
from payments.gateway import AccountState, Capability
from storage.accounts import fresh_word, is_own
from storage.tables import GatewayAccount, Team
from storage.work import Work

FORMER_COUNTS = timedelta(hours=24)
"""So long at most the webhook secret of before is accepted: Stripe's own longest overlap when one is rolled."""
MOST_FORMER = 4
"""Secrets of before that are believed side by side."""
WEBHOOK = "webhook_"
"""How the settings that prove webhooks begin."""


class Mixed(Exception):
    """Test and live accounts would stand side by side; the text is a sentence for the owner."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What an owner typed, and what the gateway said to it. `another`: not the account that was there before."""

    gateway: str
    section: Mapping[str, str]
    state: AccountState
    another: bool = False


async def keep(house: House, work: Work, visitor: Visitor, keys: Keys) -> list[str]:
    """Keep checked keys as the team's account; what that means, a sentence each. Raises Mixed."""
    await work.accounts.lock(visitor.team.id)
    await _refuse_mixing(house, work, visitor.team, keys.gateway, live=keys.state.live)
    current = await own_account(work, visitor.team, keys.gateway)
    if current is not None and _is_same(current, keys):
        said = _change(work, current, keys, visitor)
        deed = "payment account changed"
    else:
        said = await _replace(work, current)
        await work.accounts.add(_new(work, visitor.team, keys))
        deed = "payment account added"
    return await _done(house, work, visitor, keys.gateway, f"{keys.state.name}, {mode(keys.state.live)}", deed, said)


async def keep_connected(house: House, work: Work, visitor: Visitor, account: str, state: AccountState) -> list[str]:
    """Keep an account that is connected to the operator's platform. Raises Mixed."""
    await work.accounts.lock(visitor.team.id)
    name = "stripe"
    await _refuse_mixing(house, work, visitor.team, name, live=state.live)
    rows = await work.accounts.at(visitor.team.id, name)
    mine = next((row for row in rows if row.account == account), None)
    current = await own_account(work, visitor.team, name)
    said = await _replace(work, current if current is not mine else None)
    if mine is None:
        mine = _row(work, visitor.team, name, account, state)
        await work.accounts.add(mine)
    mine.retired_at, mine.name, mine.live, mine.checked_at = None, state.name, state.live, work.now
    about = f"{state.name}, connected, {mode(state.live)}"
    return await _done(house, work, visitor, name, about, "payment account connected", said)


async def remove(house: House, work: Work, visitor: Visitor, gateway: str) -> list[str]:
    """The team's account takes no new money."""
    current = await own_account(work, visitor.team, gateway)
    if current is None:
        return ["There is no such account any more."]
    said = await _replace(work, current)
    if not is_own(current.account):
        said.append(
            f"It can be disconnected in {gateway_title(house, gateway)}'s dashboard, once nothing is to refund."
        )
    return await _done(house, work, visitor, gateway, current.name, "payment account removed", said)


async def own_account(work: Work, team: Team, gateway: str) -> GatewayAccount | None:
    """The team's own account there that takes money now, locked."""
    found = next((row for row in await work.accounts.of(team.id) if row.gateway == gateway), None)
    return await work.accounts.locked(found.id) if found else None


def section_of(work: Work, row: GatewayAccount | None) -> dict[str, str]:
    """An account's settings, secrets in the clear; nothing for a connected one."""
    section: dict[str, str] = json.loads(work.vault.open(row.sealed_section)) if row and row.sealed_section else {}
    return section


async def _refuse_mixing(house: House, work: Work, team: Team, gateway: str, *, live: bool) -> None:
    """One mode for a team, whatever it replaces: a customer must never be sent to the wrong one."""
    for other in await house.gateways_at_hand(work, team):
        pretends = Capability.PRETENDS in other.capabilities
        if other.name != gateway and not pretends and other.live is not live:
            text = f"{other.title} is in {mode(other.live)}, and these keys are {mode(live)}. The two never mix:"
            raise Mixed(f"{text} remove {other.title} first, or use keys of its kind. Nothing was stored.")


def _is_same(current: GatewayAccount, keys: Keys) -> bool:
    """Whether the keys are new ones for the account that is there: then its payments go on with them."""
    if not is_own(current.account) or current.live is not keys.state.live:
        return False
    if current.external_id and keys.state.id:
        return current.external_id == keys.state.id
    return not keys.another


def _new(work: Work, team: Team, keys: Keys) -> GatewayAccount:
    row = _row(work, team, keys.gateway, fresh_word(), keys.state)
    row.sealed_section = work.vault.seal(json.dumps(dict(keys.section)))
    return row


def _row(work: Work, team: Team, gateway: str, account: str, state: AccountState) -> GatewayAccount:
    return GatewayAccount(
        team_id=team.id, gateway=gateway, account=account, external_id=state.id, name=state.name[:200],
        live=state.live, checked_at=work.now, made_at=work.now,
    )  # fmt: skip


def _change(work: Work, row: GatewayAccount, keys: Keys, visitor: Visitor) -> list[str]:
    said = _remember_secrets(work, row, keys.section, visitor)
    row.sealed_section = work.vault.seal(json.dumps(dict(keys.section)))
    row.name, row.external_id = keys.state.name[:200], keys.state.id
    row.checked_at, row.version = work.now, row.version + 1
    return said


def _remember_secrets(work: Work, row: GatewayAccount, new: Mapping[str, str], visitor: Visitor) -> list[str]:
    """What was signed with the secret of before is on its way, and the gateway may still sign with it."""
    old = _proofs(section_of(work, row))
    if not any(old.values()) or old == _proofs(new):
        return []
    known = formers_of(work, row) if _still(row.former_until, work.now) else []
    row.sealed_former = work.vault.seal(json.dumps([old, *known][:MOST_FORMER]))
    row.former_until = work.now + FORMER_COUNTS
    end = until(row.former_until, visitor.person.zone or visitor.team.zone, work.now)
    return [f"The old webhook secret is accepted until the new one is seen on a webhook, at most until {end}."]


def formers_of(work: Work, row: GatewayAccount) -> list[dict[str, str]]:
    """What proved the account's webhooks before, the latest first."""
    known: list[dict[str, str]] = json.loads(work.vault.open(row.sealed_former) or "[]")
    return known


def _proofs(section: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in section.items() if name.startswith(WEBHOOK)}


def _still(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


async def _replace(work: Work, current: GatewayAccount | None) -> list[str]:
    if current is None:
        return []
    current.retired_at = work.now
    return [f"The account “{current.name}” takes no new payments; those it took are still looked after and refunded."]


async def _done(
    house: House, work: Work, visitor: Visitor, gateway: str, about: str, deed: str, said: list[str]
) -> list[str]:
    """Write it down for the owners, and say it in the chat where the link was asked for."""
    title = gateway_title(house, gateway)
    work.audits.note(visitor.team.id, visitor.person.id, deed, f"{title}: {about}")
    hint = [unnamed(visitor.team, gateway)] if not deed.endswith("removed") else []
    sentences = [sentence for sentence in (*said, *hint) if sentence]
    text = " ".join([f"{about}.", *sentences])
    await tell_where_asked(work, visitor, Message(title=f"{title}: {deed}", text=text))
    return sentences


async def sweep_accounts(house: House) -> None:
    """Forget the keys of retired accounts of which nothing is open any more."""
    async with house.database.begin() as work:
        if await work.pacing.take_turn("accounts", EVERY):
            for row in await work.accounts.settled():
                work.audits.note(row.team_id, None, "payment account forgotten", f"{row.gateway}: {row.name}")
                await work.accounts.forget(row.id)


EVERY = timedelta(minutes=10)
"""How often it is looked for accounts to forget."""
