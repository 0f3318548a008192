"""The way of a payment in: verified webhooks for checkouts that are each paid once, beside three other receivers."""

import json
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from statistics import median

from sqlalchemy import func, select
from sqlmodel import col

from bench.figures import Figure, Goal, against, figure, percentile
from bench.load import Answers, Post, flood
from bench.programs import free_port, running
from bench.stage import Stage
from payments.machine import State
from storage.tables import Checkout, Conversation, PaymentRequest, Person, Team
from storage.work import Work
from tests.payments.stripe_payloads import SESSION, event, signed

ROUNDS = 3
EACH = 120
PATH = "/webhooks/stripe"
BASELINES = ("noop", "tutorial", "commits")


async def measure(stage: Stage) -> list[Figure]:
    """Interleaved rounds, so that a slow moment of the machine hits all alike."""
    await _seed(stage, ROUNDS * EACH)
    secret = stage.cast.world.secrets.stripe_webhook_secret
    answers: dict[str, list[Answers]] = {name: [] for name in ("bellhop", *BASELINES)}
    async with AsyncExitStack() as stack:
        urls = {"bellhop": stage.bellhop.url}
        for name in BASELINES:
            port = free_port()
            arguments = (f"bench.baselines.{name}", str(port), str(stage.folder / f"{name}.db"), secret)
            program = running(*arguments, port=port, log=stage.folder / f"{name}.log")
            urls[name] = (await stack.enter_async_context(program)).url
        for number in range(ROUNDS):
            posts = [_paid(order, secret) for order in range(number * EACH, (number + 1) * EACH)]
            for name, url in urls.items():
                answers[name].append(await flood(url, posts))
    await _all_paid(stage, ROUNDS * EACH)
    return _figures(answers)


def _figures(answers: dict[str, list[Answers]]) -> list[Figure]:
    rates = {name: [each.rate for each in rounds] for name, rounds in answers.items()}
    others = {
        name: figure(f"webhooks: {words}", median(rates[name]), "/s", rounds=rates[name])
        for name, words in (
            ("noop", "a route that does nothing"),
            ("tutorial", "the tutorial's receiver"),
            ("commits", "one commit each, sqlite3"),
        )
    }
    worst = [percentile(each.latencies, 99) * 1000 for each in answers["bellhop"]]
    return [
        *others.values(),
        against("webhooks: Bellhop", rates["bellhop"], "/s", others["tutorial"], Goal(3, of_baseline=True)),
        against("webhooks: Bellhop", rates["bellhop"], "/s", others["commits"], Goal(0.6, of_baseline=True)),
        against("webhooks: Bellhop", rates["bellhop"], "/s", others["noop"]),
        figure("webhook ack p99, 32 connections", median(worst), "ms", Goal(60, at_most=True), rounds=worst),
    ]


def _paid(number: int, secret: str) -> Post:
    intent = f"pi_bench_{number}"
    session = SESSION | {"id": f"cs_bench_{number}", "client_reference_id": f"bench_{number}", "payment_intent": intent}
    session |= {"metadata": {"reference": f"bench_{number}"}}
    told = event("checkout.session.completed", session, id=f"evt_bench_{number}", created=int(time.time()))
    body = json.dumps(told).encode()
    return Post(PATH, body, signed(body, secret, int(time.time())) | {"Content-Type": "application/json"})


async def _seed(stage: Stage, count: int) -> None:
    """Each checkout has a request, a conversation and a customer of its own; nobody sits in these conversations."""
    async with stage.database.begin() as work:
        team = (await work.people.teams())[0]
        agent = Person(name="Ana Silva")
        await work.people.add(agent)
        for number in range(count):
            await _checkout(work, team, agent, number)


async def _checkout(work: Work, team: Team, agent: Person, number: int) -> None:
    later = work.now + timedelta(hours=1)
    customer = Person(name=f"Customer {number}")
    await work.people.add(customer)
    case = Conversation(team_id=team.id, customer_id=customer.id, holder_id=agent.id, opened_at=work.now)
    await work.talk.add(case)
    request = PaymentRequest(
        code=f"bench-{number}", team_id=team.id, conversation_id=case.id, asked_by_id=agent.id, sent_at=work.now,
        amount_minor=1999, currency="USD", description="Consultation", gateway="stripe", expires_at=later,
        receipt_url="https://pay.stripe.com/receipts/known-already", made_at=work.now,
    )  # fmt: skip
    await work.payments.add(request)
    checkout = Checkout(
        request_id=request.id, gateway="stripe", reference=f"bench_{number}", checkout_ref=f"cs_bench_{number}",
        expires_at=later, made_at=work.now,
    )  # fmt: skip
    await work.payments.add(checkout)


async def _all_paid(stage: Stage, count: int) -> None:
    asked = select(func.count()).where(
        col(PaymentRequest.state) == State.PAID, col(PaymentRequest.code).startswith("bench-")
    )
    async with stage.database.engine.connect() as connection:
        paid = (await connection.execute(asked)).scalar_one()
    assert paid == count, f"{paid} of {count} are paid"
