"""A gateway's webhook on its way into the ledger: kept durably before it is answered, taken in right after."""

import hashlib
from collections.abc import Sequence

from pydantic import TypeAdapter

from handlers.checkout.ledger import record, unread
from handlers.house import House
from payments.facts import Fact
from storage.accounts import is_own
from storage.intake import Arrival
from storage.work import Work

KIND = "reported"
"""The inbox's word for what a gateway reported."""
FACTS: TypeAdapter[list[Fact]] = TypeAdapter(list[Fact])


async def accept_report(house: House, gateway: str, facts: Sequence[Fact]) -> None:
    """Keep what a gateway reported in the inbox; when this returns, it is committed. A repeat changes nothing."""
    if not facts:
        return
    body = FACTS.dump_json(list(facts)).decode()
    first = facts[0]
    # Events of one checkout name it in different ways, and may come in any order: the state table sees all at once.
    about = first.reference or first.checkout_ref or first.payment_ref
    event_id = first.event_id or hashlib.sha256(body.encode()).hexdigest()
    # What is signed with a team's own secret may claim any id: it can only repeat its own.
    source = f"{gateway}:{first.account}" if is_own(first.account) else gateway
    await house.database.intake.put(Arrival(source, event_id[:128], f"{source}:{about}"[:120], KIND, body))


async def take_report(house: House, work: Work, body: str) -> None:
    """Take in what `accept_report` kept."""
    facts = FACTS.validate_json(body)
    await record(house, work, facts[0].gateway, facts)


async def report_lost(house: House, work: Work, body: str, problem: str) -> None:
    """It could not be taken in however often it was tried: the team has to look."""
    for fact in FACTS.validate_json(body):
        await unread(house, work, fact, problem)
