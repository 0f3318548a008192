"""What the database knows: who there is before the proof begins, and what it says when all is over."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlmodel import col

from handlers.effects import Deliver
from handlers.messages import Message
from payments.machine import State
from storage.database import Database
from storage.tables import (
    ChannelAccount,
    Checkout,
    Conversation,
    Delivery,
    Desk,
    GatewayFact,
    Identity,
    Inbox,
    JobState,
    Outbox,
    PaymentRequest,
    Person,
    Refund,
    Role,
    RoleKind,
    Seat,
    Side,
    SpokenMessage,
    Team,
)  # fmt: skip
from storage.work import Work
from tests.engine.fleet import BOT

DELIVER = "deliver"
DESK = "-1001"
FIRST_CHAT = 1000
Hold = tuple[str, int | None, int]
TWICE = ("a", "b")
"""Each request is paid on two pages; the second one's money has to go back."""


def thanks(number: int) -> str:
    """What the customer reads when request `number` was paid."""
    return f"Thank you, $49.00 for Item {number:04} has been paid to Acme."


async def settle(database: Database, customers: int, payments: int) -> None:
    """A team on Telegram, customers in conversation with it, and payments asked of them in turn."""
    async with database.begin() as work:
        team = Team(slug="acme", name="Acme", currency="USD", zone="UTC", gateway="stripe", made_at=work.now)
        await work.people.add(team)
        account = ChannelAccount(team_id=team.id, channel="telegram", external_id=BOT)
        await work.people.add(account)
        await work.people.add(Desk(team_id=team.id, account_id=account.id, chat=DESK))
        agent = Person(name="Ana", greeted_at=work.now)
        await work.people.add(agent)
        await work.people.add(Role(team_id=team.id, person_id=agent.id, kind=RoleKind.AGENT, slug="ana"))
        cases = [await _case(work, team, account, number) for number in range(customers)]
        for number in range(payments):
            await _request(work, cases[number % customers], agent, number)


async def _case(work: Work, team: Team, account: ChannelAccount, number: int) -> Conversation:
    chat = str(FIRST_CHAT + number)
    customer = Person(name=f"Customer {number}", greeted_at=work.now)
    await work.people.add(customer)
    await work.people.add(Identity(account_id=account.id, external_id=chat, person_id=customer.id))
    case = Conversation(
        team_id=team.id, customer_id=customer.id, opened_at=work.now, told_waiting_at=work.now
    )  # fmt: skip
    await work.talk.add(case)
    for side, at, thread in ((Side.AGENT, DESK, str(100 + number)), (Side.CUSTOMER, chat, "")):
        await work.talk.add(Seat(conversation_id=case.id, account_id=account.id, side=side, chat=at, thread=thread))
    return case


async def _request(work: Work, case: Conversation, agent: Person, number: int) -> None:
    until = work.now + timedelta(days=1)
    request = PaymentRequest(
        code=f"code{number}", team_id=case.team_id, conversation_id=case.id, asked_by_id=agent.id, sent_at=work.now,
        amount_minor=4900, currency="USD", description=f"Item {number:04}", state=State.OPENED, gateway="stripe",
        expires_at=until, made_at=work.now,
    )  # fmt: skip
    await work.payments.add(request)
    for page in TWICE:
        name = f"{number}{page}"
        await work.payments.add(
            Checkout(
                request_id=request.id, gateway="stripe", reference=f"ord_{name}", checkout_ref=f"cs_test_{name}",
                state=State.OPENED, expires_at=until, made_at=work.now,
            )
        )  # fmt: skip


async def unsent(database: Database) -> set[str]:
    """The lines of which the database does not know that they have arrived."""
    asked = select(col(SpokenMessage.body)).join(Delivery).where(col(Delivery.sent_version) == 0)
    async with database.begin() as work:
        bodies = (await work.session.execute(asked)).scalars().all()
    return {_line(body) for body in bodies}


async def in_hand(database: Database) -> set[str]:
    """The lines that somebody has in hand."""
    leased = select(col(Outbox.body)).where(
        col(Outbox.state) == JobState.WAITING, col(Outbox.lease_until).is_not(None), col(Outbox.kind) == DELIVER
    )
    async with database.begin() as work:
        ids = [Deliver.model_validate_json(body).message_id for body in (await work.session.scalars(leased)).all()]
        said = await work.session.scalars(select(col(SpokenMessage.body)).where(col(SpokenMessage.id).in_(ids)))
        return {_line(body) for body in said}


def _line(body: str) -> str:
    """The last line of what is said, as the platform sees it."""
    return Message.model_validate_json(body).text.rpartition("\n")[2]


async def holds(database: Database) -> set[Hold]:
    """Who has what in hand: queue, job, and the how-manieth claim of it."""
    async with database.begin() as work:
        return {
            (table.__name__, job, tries)
            for table in (Inbox, Outbox)
            for job, tries in (await work.session.execute(_held(table))).all()
        }


def _held(table: type[Inbox | Outbox]) -> Select[int | None, int]:
    waiting = col(table.state) == JobState.WAITING
    return select(col(table.id), col(table.tries)).where(waiting, col(table.lease_until).is_not(None))


async def left(database: Database) -> int:
    """How many jobs wait."""
    async with database.begin() as work:
        counts = [
            await work.session.scalar(select(func.count()).where(col(table.state) == JobState.WAITING))
            for table in (Inbox, Outbox)
        ]
    return sum(count or 0 for count in counts)


async def dead(database: Database) -> list[str]:
    """What was given up, and why."""
    async with database.begin() as work:
        rows = [
            await work.session.execute(select(col(table.problem)).where(col(table.state) == JobState.DEAD))
            for table in (Inbox, Outbox)
        ]
    return [problem for row in rows for problem in row.scalars()]


async def money(database: Database) -> dict[str, object]:
    """The books of all payments: states of requests and sums, how often each was thanked for, refunds, misfits.

    What Stripe told of a stranger's money is kept as a misfit without a checkout; it is not of these.
    """
    async with database.begin() as work:
        requests = (await work.session.execute(select(PaymentRequest))).scalars().all()
        said = (await work.session.execute(select(col(SpokenMessage.body)))).scalars().all()
        refunds = (await work.session.execute(select(col(Refund.payment_ref)))).scalars().all()
        misfits = (
            await work.session.execute(
                select(col(GatewayFact.misfit)).where(
                    col(GatewayFact.misfit) != "", col(GatewayFact.checkout_id).is_not(None)
                )
            )
        ).all()
    lines = Counter(Message.model_validate_json(body).text for body in said)
    return {
        "states": Counter((row.state, row.captured_minor, row.refunded_minor) for row in requests),
        "thanks": Counter(lines[thanks(number)] for number in range(len(requests))),
        "refunds": Counter(Counter(refunds).values()),
        "misfits": len(misfits),
    }
