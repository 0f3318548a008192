"""Webhooks to a team's own system, signed as the Standard Webhooks specification says (standardwebhooks.com)."""

import base64
import hashlib
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx2
from standardwebhooks import Webhook

from handlers.channel import TryLater
from handlers.effects import TellTeam
from handlers.house import House

TIMEOUT = 10.0
DEFAULT_PATIENCE = 30.0


async def post_to_team(house: House, effect: TellTeam) -> None:
    """POST one event. Anything but a 2xx answer is tried again with growing gaps.

    Raises httpx2.HTTPError when nobody answered, TryLater when the receiver asks for patience.
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
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(signing_key(secret)).sign(effect.webhook_id, now, body),
    }
    async with httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
        response = await client.post(url, content=body.encode(), headers=headers)
    if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        raise TryLater(_patience(response.headers.get("retry-after", ""), house.now()))
    response.raise_for_status()


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
