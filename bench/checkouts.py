"""Checkouts that wait to be paid, the events that say they are, and waiting until Bellhop's ledger says so too."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel, col

from bench.load import Answers, Post, flood
from bench.receivers import PATH
from bench.stage import Stage
from payments.machine import State
from storage.database import Database, async_url
from storage.tables import Checkout, Conversation, PaymentRequest, Person, Team
from storage.work import Work
from tests.payments.stripe_payloads import SESSION, event, signed

PATIENCE = 60.0
LOOK = 0.01
LIFE = timedelta(hours=1)
Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Paid:
    """How Bellhop answered, and how many seconds after the first POST the last payment stood in its ledger."""

    answers: Answers
    seconds: float

    @property
    def rate(self) -> float:
        """Payments a second."""
        return len(self.answers.latencies) / self.seconds


async def pay(stage: Stage, posts: Sequence[Post], requests: Sequence[int]) -> Paid:
    """Pay each of these requests once, by the gateway's word. Raises TimeoutError when the ledger does not follow."""
    began = time.perf_counter()
    answers = await flood(stage.bellhop.url, posts)
    await _all_paid(stage.database, requests)
    return Paid(answers, time.perf_counter() - began)


def post(number: int, secret: str, path: str = PATH) -> Post:
    """What Stripe sends when checkout `number` is paid."""
    name = f"bench_{number}"
    session = SESSION | {"id": f"cs_{name}", "client_reference_id": name, "payment_intent": f"pi_{name}"}
    session |= {"metadata": {"reference": name}}
    sent = int(time.time())
    told = event("checkout.session.completed", session, id=f"evt_{name}", created=sent)
    body = json.dumps(told).encode()
    return Post(path, body, signed(body, secret, sent) | {"Content-Type": "application/json"})


async def lay_out(database: Database, numbers: range) -> list[int]:
    """Each checkout has a request, a conversation and a customer of its own; nobody sits in these conversations.

    Gives the requests' ids.
    """
    async with database.begin() as work:
        team = (await work.people.teams())[0]
        (agent,) = await _kept(work, [Person(name="Ana Silva")])
        customers = await _kept(work, [Person(name=f"Customer {number}") for number in numbers])
        cases = await _kept(work, [_case(work, team, agent, customer) for customer in customers])
        pairs = zip(numbers, cases, strict=True)
        requests = await _kept(work, [_request(work, number, case, agent) for number, case in pairs])
        await _kept(work, [_checkout(work, *each) for each in zip(numbers, requests, strict=True)])
        return [request.id for request in requests]


async def _kept(work: Work, rows: list[Row]) -> list[Row]:
    work.session.add_all(rows)
    await work.session.flush()
    return rows


def _case(work: Work, team: Team, agent: Person, customer: Person) -> Conversation:
    return Conversation(team_id=team.id, customer_id=customer.id, holder_id=agent.id, opened_at=work.now)


def _request(work: Work, number: int, case: Conversation, agent: Person) -> PaymentRequest:
    return PaymentRequest(
        code=f"bench-{number}", team_id=case.team_id, conversation_id=case.id, asked_by_id=agent.id,
        sent_at=work.now, amount_minor=1999, currency="USD", description="Consultation", gateway="stripe",
        # With it, nothing has to be asked of the gateway afterwards.
        receipt_url="https://pay.stripe.com/receipts/known-already", expires_at=work.now + LIFE, made_at=work.now,
    )  # fmt: skip


def _checkout(work: Work, number: int, request: PaymentRequest) -> Checkout:
    return Checkout(
        request_id=request.id, gateway="stripe", reference=f"bench_{number}", checkout_ref=f"cs_bench_{number}",
        expires_at=work.now + LIFE, made_at=work.now,
    )  # fmt: skip


async def _all_paid(database: Database, requests: Sequence[int]) -> None:
    """Look, as a reader that holds nobody up, until they are."""
    asked = select(func.count()).where(
        col(PaymentRequest.id).between(min(requests), max(requests)), col(PaymentRequest.state) == State.PAID
    )
    engine = create_async_engine(async_url(database.url.render_as_string(hide_password=False)))
    try:
        async with asyncio.timeout(PATIENCE), engine.connect() as reader:
            while (await reader.execute(asked)).scalar_one() < len(requests):
                await reader.rollback()
                await asyncio.sleep(LOOK)
    finally:
        await engine.dispose()
