"""Receipts and credit notes: numbered and kept in the transaction that applies the money, then sent in the chat."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handlers.checkout.bills import bill_of
from handlers.house import House
from handlers.messages import Message
from handlers.papers.files import attachment
from handlers.papers.rows import SlipPart, SlipRow, paid_parts, parts_back, rows_of
from handlers.papers.slips import Seller, Slip
from handlers.papers.wording import words_for
from handlers.speech import say
from handlers.words import gateway_title, sum_of
from payments.numbering import PaperKind, paper_name
from payments.tax import Split, between, within
from storage.tables import Conversation, Paper, PaymentRequest, Person, Side, Team
from storage.work import Work


async def give_papers(house: House, work: Work, team: Team, request: PaymentRequest) -> None:
    """Bring a request's papers to where its money is: one receipt, and a credit note for each refund.

    The request is locked, so that two at once issue nothing twice.
    """
    conversation = await work.talk.conversation(request.conversation_id)
    if conversation is None:
        return
    desk = _Desk(house, work, team, request, conversation, await work.people.person(conversation.customer_id))
    papers = await work.papers.of_request(request.id)
    notes = [paper for paper in papers if paper.kind is PaperKind.CREDIT_NOTE]
    receipt = next((paper for paper in papers if paper.kind is PaperKind.RECEIPT), None) or await desk.receipt()
    before = await desk.standing(notes)
    if before < request.refunded_minor:
        await desk.credit_note(receipt, before, notes)


async def new_paper(work: Work, team: Team, request: PaymentRequest, kind: PaperKind, key: str | None = None) -> Paper:
    """A paper with its number drawn and its body still to be written; the year is the team's own."""
    year = work.now.astimezone(ZoneInfo(team.zone)).year
    number = await work.papers.next_number(team.id, kind, year, live=request.live)
    return Paper(
        team_id=team.id, request_id=request.id, kind=kind, live=request.live, year=year, number=number, key=key,
        name=paper_name(team.slug, kind, year, number, live=request.live), body="", issued_at=work.now,
    )  # fmt: skip


def _sum_of(parts: Sequence[SlipPart]) -> Split:
    return Split(sum(part.total for part in parts), sum(part.tax for part in parts))


class _Desk:
    """Issues the papers of one request."""

    def __init__(self, house: House, work: Work, team: Team, request: PaymentRequest, conversation: Conversation,
                 customer: Person) -> None:  # fmt: skip
        self._house, self._work, self._team, self._request = house, work, team, request
        self._conversation, self._customer = conversation, customer

    async def receipt(self) -> Paper:
        """Issue the request's receipt."""
        paid = self._request.captured_minor
        asked = await bill_of(self._work, self._request)
        # What was paid is what was asked for; if it ever is not, the paper says the sum and no more.
        rows, parts = (rows_of(asked), paid_parts(asked)) if paid == asked.now else ((), ())
        split = _sum_of(parts) if parts else within(paid, self._team.tax_rate or 0)
        key = f"receipt:{self._request.id}"
        return await self._issue(PaperKind.RECEIPT, key, split, upto=paid, rows=rows, parts=parts)

    async def standing(self, notes: Sequence[Paper]) -> int:
        """How much of the refunded total the credit notes cover. Those of refunds that failed after all are void."""
        upto = 0
        for note in notes:
            if note.void_at is None and note.upto_minor > self._request.refunded_minor:
                note.void_at = self._work.now
                await self._tell_void(note)
            elif note.void_at is None:
                upto = note.upto_minor
        return upto

    async def credit_note(self, receipt: Paper, before: int, notes: Sequence[Paper]) -> None:
        """The note for what has gone back beyond `before`, by the rate that stands on the receipt."""
        said = Slip.model_validate_json(receipt.body)
        back = self._request.refunded_minor
        key = f"credit:{self._request.id}:{len(notes) + 1}"
        earlier = [Slip.model_validate_json(note.body).parts for note in notes if note.void_at is None]
        parts = parts_back(said.parts, earlier, back - before) if said.parts else ()
        split = _sum_of(parts) if parts else between(before, back, said.rate or 0)
        await self._issue(PaperKind.CREDIT_NOTE, key, split, upto=back, receipt=said, parts=parts)

    async def _issue(self, kind: PaperKind, key: str, split: Split, *, upto: int, receipt: Slip | None = None,
                     rows: tuple[SlipRow, ...] = (), parts: tuple[SlipPart, ...] = ()) -> Paper:  # fmt: skip
        paper = await new_paper(self._work, self._team, self._request, kind, key)
        paper.upto_minor = upto
        slip = (await self._slip(paper, split, receipt)).model_copy(update={"rows": rows, "parts": parts})
        paper.body = slip.model_dump_json()
        await self._work.papers.add(paper)
        await self._send(paper)
        return paper

    async def _slip(self, paper: Paper, split: Split, receipt: Slip | None) -> Slip:
        request = self._request
        return Slip(
            kind=paper.kind, name=paper.name, receipt=receipt.name if receipt else "",
            language=self._customer.language, live=request.live, zone=self._team.zone, issued_at=self._work.now,
            seller=Seller.of(self._team), customer=self._customer.name, description=request.description,
            reason=await self._reason(split.total) if receipt else "", currency=request.currency, total=split.total,
            tax=split.tax, rate=receipt.rate if receipt else self._team.tax_rate, paid=request.captured_minor,
            back=request.refunded_minor if receipt else 0, paid_at=request.paid_at or self._work.now,
            gateway=gateway_title(self._house, request.gateway), payment=request.payment_ref,
        )  # fmt: skip

    async def _reason(self, minor: int) -> str:
        """What was said when the refund was asked for; nothing for one made at the gateway's own dashboard."""
        asked = await self._work.payments.refunds_of(self._request.id)
        return next((row.reason for row in reversed(asked) if row.confirmed_at and row.amount_minor == minor), "")

    async def _send(self, paper: Paper) -> None:
        words = words_for(self._customer.language)
        badge = "" if paper.live else "TEST"
        title = f"{words.title(paper.kind)} {paper.name}"
        message = Message(badge=badge, title=title, files=(attachment(paper),))
        await say(self._work, self._conversation, Side.CUSTOMER, message)
        kind = words_for("en").title(paper.kind)
        told = Message(badge=badge, title=f"{kind} {paper.name}", text=f"It goes to {self._customer.name}.")
        await say(self._work, self._conversation, Side.AGENT, told)

    async def _tell_void(self, note: Paper) -> None:
        text = f"Credit note {note.name} is void: {sum_of(note.upto_minor, self._request.currency)} has not gone back."
        for side in Side:
            await say(self._work, self._conversation, side, Message(text=text))
