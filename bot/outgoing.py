"""Webhooks to a team's own system, signed as the Standard Webhooks specification says (standardwebhooks.com)."""

import base64
import hashlib
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2
from standardwebhooks import Webhook

from bot.addresses import PrivateAddress, Resolve, public_addresses, system_resolve
from handlers.channel import TryLater
from handlers.effects import TellTeam
from handlers.house import House
from handlers.messages import Message
from handlers.telling import tell_owners

TIMEOUT = 10.0
DEFAULT_PATIENCE = 30.0


class NotTaken(Exception):
    """The team's system answered, and not that it took the event; the text is a sentence for its owners."""


async def post_to_team(house: House, effect: TellTeam, resolve: Resolve = system_resolve) -> None:
    """POST one event. Anything but a 2xx answer is tried again with growing gaps; a redirect is not followed.

    Raises httpx2.HTTPError or OSError when nobody answered, TryLater when the receiver asks for patience,
    PrivateAddress when the address is not one of the world's, NotTaken at any other answer.
    """
    async with house.database.begin() as work:
        team = await work.people.team(effect.team_id)
        url, secret = team.webhook_url, work.vault.open(team.sealed_webhook_secret)
    if not url:
        return
    now = house.now()
    body = f'{{"type":"{effect.event}","timestamp":"{effect.at.isoformat()}","data":{effect.data}}}'
    headers = {
        "content-type": "application/json",
        "webhook-id": effect.webhook_id,
        # Of this try and not of the event: receivers refuse what was signed long ago.
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(signing_key(secret)).sign(effect.webhook_id, now, body),
    }
    response = await _post(httpx2.URL(url), body.encode(), headers, house.outgoing_private, resolve)
    if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        raise TryLater(_patience(response.headers.get("retry-after", ""), house.now()))
    if response.is_redirect:
        raise NotTaken(f"It sends me to another address ({response.status_code}), and I follow none.")
    if not response.is_success:
        raise NotTaken(f"It answers {response.status_code}.")


async def _post(
    url: httpx2.URL, body: bytes, headers: dict[str, str], private: Collection[str], resolve: Resolve
) -> httpx2.Response:
    """POST to the first of the host's addresses that takes a connection; the certificate must be the host's."""
    port = url.port or (443 if url.scheme == "https" else 80)
    # Resolved once and called by address: asked again, the name might lead into our own network.
    *others, last = await public_addresses(url.host, port, private, resolve)
    headers = headers | {"host": url.netloc.decode()}
    async with httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:

        async def at(address: str) -> httpx2.Response:
            there = url.copy_with(host=address)
            return await client.post(there, content=body, headers=headers, extensions={"sni_hostname": url.host})

        for address in others:
            with suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await at(address)
        return await at(last)


async def gave_up(house: House, effect: TellTeam, problem: str) -> None:
    """It was tried often enough: the team's owners are told, since nobody else can set it right."""
    async with house.database.begin() as work:
        team = await work.people.team(effect.team_id)
        host = urlsplit(team.webhook_url).hostname or "nowhere"
        kind, _, sentence = problem.partition(": ")
        told = kind in {PrivateAddress.__name__, NotTaken.__name__}
        why = sentence if told else "Nobody answers there, however often I tried."
        text = f"Your system at {host} was not told of {effect.event}. {why} The event is {effect.webhook_id}."
        await tell_owners(work, team, Message(title="A webhook did not arrive", text=text))


def _patience(wanted: str, now: datetime) -> float:
    """What `Retry-After` asks for, in seconds or as a date, between a second and an hour."""
    try:
        seconds = float(wanted) if wanted.isdecimal() else (parsedate_to_datetime(wanted) - now).total_seconds()
    except (TypeError, ValueError):
        return DEFAULT_PATIENCE
    return min(max(seconds, 1.0), 3600.0)


def signing_key(secret: str) -> str:
    """The secret as the specification writes it: `whsec_` and base64. Any other word is made into one."""
    if secret.startswith("whsec_"):
        return secret
    return "whsec_" + base64.b64encode(hashlib.sha256(secret.encode()).digest()).decode()
