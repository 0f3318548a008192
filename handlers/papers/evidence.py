"""Evidence for a dispute: what was offered, seen, said, delivered and paid, from our own books, by the hour."""

from datetime import timedelta

from handlers.checkout.bills import arithmetic, bill_of
from handlers.checkout.cards import DISPUTES
from handlers.checkout.ledger import FACT
from handlers.checkout.previewing import own_request
from handlers.checkout.sums import sum_asked
from handlers.effects import EFFECT, TellTeam
from handlers.fulfilment import promised
from handlers.messages import Message
from handlers.papers.chain import Entry, Pack, chained
from handlers.papers.cleaning import clean
from handlers.papers.files import attachment
from handlers.papers.issuing import new_paper
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import STATES, badge, sum_of
from payments.money import Money
from payments.numbering import PaperKind
from storage.tables import JobState, Paper, PaymentRequest, Side, SpokenMessage
from storage.work import Work

BEFORE = timedelta(days=1)
"""Words are told from so long before a request was made ..."""
AFTER = timedelta(days=7)
"""... until so long after it was made or paid."""
_TOLD = {JobState.WAITING: "on its way", JobState.DONE: "accepted", JobState.DEAD: "given up"}


async def asked_for(turn: Turn) -> None:
    """An agent wants the evidence of a disputed request: it comes to the case's thread."""
    request = await own_request(turn)
    if request is None or turn.conversation is None:
        return
    if request.state not in DISPUTES:
        await turn.answer(Message(text="This payment is not disputed."))
        return
    paper = await make_evidence(turn.work, request, actor_id=turn.person.id)
    text = "Read it before you hand it in: it repeats what was said in the chat."
    files = attachment(paper), attachment(paper, "json")
    message = Message(badge=badge(request), title=f"Evidence {paper.name}", text=text, files=files)
    await say(turn.work, turn.conversation, Side.AGENT, message)


async def make_evidence(work: Work, request: PaymentRequest, *, actor_id: int | None = None) -> Paper:
    """A pack of all that is known about a request now. Its last hash goes into the team's log."""
    team = await work.people.team(request.team_id)
    paper = await new_paper(work, team, request, PaperKind.EVIDENCE)
    lines = chained([entry for part in _PARTS for entry in await part(work, request)])
    about = f"Request {request.id}: {sum_of(request.amount_minor, request.currency)} for {clean(request.description)}"
    pack = Pack(
        name=paper.name, about=about, team=team.legal_name or team.name, live=request.live, made_at=work.now,
        lines=lines, head=lines[-1].hash,
    )  # fmt: skip
    paper.body = pack.model_dump_json(indent=1)
    await work.papers.add(paper)
    work.audits.note(team.id, actor_id, "evidence", f"{paper.name} of request {request.id}, sha256 {pack.head}")
    return paper


def _facts(**named: str) -> dict[str, str]:
    """What is known, cleaned; what is empty is left out."""
    return {name.replace("_", " "): clean(value) for name, value in named.items() if value}


async def _offer(work: Work, request: PaymentRequest) -> list[Entry]:
    team = await work.people.team(request.team_id)
    conversation = await work.talk.conversation(request.conversation_id)
    customer = await work.people.person(conversation.customer_id) if conversation else None
    offered = _facts(
        sum=sum_of(request.amount_minor, request.currency),
        description=request.description,
        payee=team.name,
        customer=customer.name if customer else "",
        asked_by=await _name(work, request.asked_by_id),
        approved_by=await _name(work, request.approved_by_id),
        payable_until=request.expires_at.isoformat(),
        money="live" if request.live else "test",
    )
    worked_out = {pair.label: clean(pair.value) for pair in arithmetic(await bill_of(work, request))}
    facts = offered | worked_out
    entries = [Entry(at=request.made_at, what="The request was written and shown to its agent", facts=facts)]
    if request.sent_at is not None:
        entries.append(Entry(at=request.sent_at, what="The request was put before the customer"))
    return entries


async def _checkouts(work: Work, request: PaymentRequest) -> list[Entry]:
    """To go on to the gateway's page is the customer's own deed: nobody else does it for them."""
    what = "The customer opened the pay page and went on to the gateway"
    entries = []
    for row in await work.payments.checkouts_of(request.id):
        asked = sum_of(sum_asked(row, request).minor, request.currency)
        if row.agreed_at is not None:
            yes = "The customer saw how the sum comes about, and agreed to pay it"
            entries.append(Entry(at=row.agreed_at, what=yes, facts=_facts(sum=asked)))
        facts = _facts(gateway=row.gateway, our_reference=row.reference, sum=asked)
        entries.append(Entry(at=row.made_at, what=what, facts=facts))
    return entries


async def _gateways(work: Work, request: PaymentRequest) -> list[Entry]:
    return [
        Entry(
            at=(fact := FACT.validate_json(row.body)).at,
            what=f"{row.gateway} reported: {row.kind.value.replace('_', ' ')}",
            facts=_facts(
                known_by=row.source.value.replace("_", " "), heard_at=row.heard_at.isoformat(), event=fact.event_id,
                payment=fact.payment_ref, refund=fact.refund_ref, paid=_sum(fact.captured),
                gone_back=_sum(fact.refunded), detail=fact.detail, not_applied=row.misfit,
                answer_by=fact.answer_by.isoformat() if fact.answer_by else "",
            ),
        )
        for row in await work.papers.facts_about(request.id)
    ]  # fmt: skip


def _sum(total: Money | None) -> str:
    return sum_of(total.minor, total.currency) if total else ""


async def _words(work: Work, request: PaymentRequest) -> list[Entry]:
    """What both sides could read. Notes, lines for the desk and cards that changed since are not told."""
    until = (request.paid_at or request.made_at) + AFTER
    said = await work.papers.words_between(request.conversation_id, request.made_at - BEFORE, until)
    heard = [row for row in said if not row.note and row.card_key is None and row.audience is not Side.AGENT]
    return [await _word(work, row) for row in heard]


async def _word(work: Work, row: SpokenMessage) -> Entry:
    message = Message.model_validate_json(row.body)
    who = {Side.CUSTOMER: "The customer", Side.AGENT: "The agent", None: "Bellhop"}[row.from_side]
    files = ", ".join(file.name for file in message.files)
    facts = _facts(name=await _name(work, row.author_id), words=message.plain, files=files)
    return Entry(at=row.said_at, what=f"{who} wrote", facts=facts)


async def _visits(work: Work, request: PaymentRequest) -> list[Entry]:
    entries = []
    for row, person in await work.papers.visits(request.conversation_id):
        entries.append(Entry(at=row.joined_at, what="Joined the video room", facts=_facts(name=person.name)))
        if row.left_at is not None:
            entries.append(Entry(at=row.left_at, what="Left the video room", facts=_facts(name=person.name)))
    return entries


async def _delivered(work: Work, request: PaymentRequest) -> list[Entry]:
    entries = []
    if request.fulfilled_at is not None and await promised(work, request) is not None:
        service = await work.people.service(request.service_id) if request.service_id else None
        what = "What was bought was delivered in the chat"
        entries.append(Entry(at=request.fulfilled_at, what=what, facts=_facts(service=service.name if service else "")))
    for row in await work.papers.told_team(f"team:{request.team_id}", request.made_at):
        effect = EFFECT.validate_json(row.body)
        if isinstance(effect, TellTeam) and request.code in effect.data:
            facts = _facts(event=effect.event, webhook=effect.webhook_id, outcome=_TOLD[row.state])
            entries.append(Entry(at=effect.at, what="The team's own system was told", facts=facts))
    return entries


async def _refunds(work: Work, request: PaymentRequest) -> list[Entry]:
    return [
        Entry(
            at=row.confirmed_at,
            what="A refund was sent to the gateway",
            facts=_facts(
                sum=sum_of(row.amount_minor, request.currency), reason=row.reason, problem=row.problem,
                asked_by=await _name(work, row.asked_by_id), approved_by=await _name(work, row.approved_by_id),
            ),
        )
        for row in await work.payments.refunds_of(request.id)
        if row.confirmed_at is not None
    ]  # fmt: skip


async def _papers(work: Work, request: PaymentRequest) -> list[Entry]:
    told = [row for row in await work.papers.of_request(request.id) if row.kind is not PaperKind.EVIDENCE]
    return [Entry(at=row.issued_at, what=f"{row.kind.value.replace('_', ' ').capitalize()} {row.name} was issued")
            for row in told]  # fmt: skip


async def _now(work: Work, request: PaymentRequest) -> list[Entry]:
    facts = _facts(
        state=STATES[request.state], paid=sum_of(request.captured_minor, request.currency),
        gone_back=sum_of(request.refunded_minor, request.currency), payment=request.payment_ref,
    )  # fmt: skip
    return [Entry(at=work.now, what="This pack was made; the request stands as follows", facts=facts)]


async def _name(work: Work, person_id: int | None) -> str:
    return (await work.people.person(person_id)).name if person_id is not None else ""


_PARTS = (_offer, _checkouts, _gateways, _words, _visits, _delivered, _refunds, _papers, _now)
