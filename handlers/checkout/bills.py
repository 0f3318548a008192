"""What a request is made of, worked out, and the same in words: lines, discount, tax, tip, deposit and rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.messages import Pair
from handlers.words import sum_of
from payments.items import Deposit
from payments.pricing import ONE, Bill, Discount, Item, Part, gathered, left, taken, work_out
from payments.tax import percent
from storage.tables import PaymentRequest, RequestLine, Team
from storage.work import Work

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's arithmetic; sums in minor units. `parts`: what is to be paid now, by rate of tax, without the tip.

    `rest`: what is left for later when this is a deposit. `before`: the deposit that was paid when this is the rest.
    """

    currency: str
    bill: Bill
    parts: tuple[Part, ...]
    tip: int = 0
    coupon: str = ""
    deposit_percent: int | None = None
    rest: int = 0
    before: int = 0

    @property
    def now(self) -> int:
        """What is to be paid now, with the tip."""
        return sum(part.total for part in self.parts) + self.tip

    @property
    def with_tip(self) -> tuple[Part, ...]:
        """What is to be paid now, by rate; a tip bears no tax, for it is given and not owed."""
        tip = (Part(None, self.tip),) if self.tip else ()
        return gathered((*self.parts, *tip))

    @property
    def is_plain(self) -> bool:
        """One sum and what it is for: there is no arithmetic to show."""
        only = self.bill.items[0]
        one = len(self.bill.items) == 1 and only.quantity == ONE and not only.on_top
        return one and not (self.bill.off or self.tip or self.rest or self.before)


async def bill_of(work: Work, request: PaymentRequest) -> Asked:
    """The arithmetic of a request."""
    if request.rest_of_id is None:
        bill = work_out(await items_of(work, request), Discount(minor=request.discount_minor))
        parts = taken(bill.parts, first_of(bill.total, deposit_in(request)))
        return await _asked(work, request, request, bill, parts)
    whole = await work.payments.known_request(request.rest_of_id)
    bill = work_out(await items_of(work, whole), Discount(minor=whole.discount_minor))
    parts = left(bill.parts, taken(bill.parts, first_of(bill.total, deposit_in(whole))))
    return await _asked(work, request, whole, bill, parts)


async def _asked(
    work: Work, request: PaymentRequest, whole: PaymentRequest, bill: Bill, parts: Sequence[Part]
) -> Asked:
    coupon = await work.pricing.coupon_by_id(whole.coupon_id) if whole.coupon_id else None
    other = bill.total - sum(part.total for part in parts)
    first = request is whole
    return Asked(
        request.currency, bill, tuple(parts), request.tip_minor, coupon.code if coupon else "",
        deposit_percent=whole.deposit_percent, rest=other if first else 0, before=0 if first else other,
    )  # fmt: skip


async def items_of(work: Work, request: PaymentRequest) -> list[Item]:
    """A request's lines; one that has none is a line by itself, with the tax of the team's prices in it."""
    lines = await work.pricing.lines_of(request.id)
    if lines:
        return [Item(line.text, line.unit_minor, line.quantity, line.tax_rate, line.on_top) for line in lines]
    team = await work.people.team(request.team_id)
    price = request.amount_minor - request.tip_minor + request.discount_minor
    return [Item(request.description, price, rate=team.tax_rate)]


def deposit_in(request: PaymentRequest) -> Deposit | None:
    """The deposit of a request; None when all is asked for at once."""
    if request.deposit_percent is not None:
        return Deposit(percent=request.deposit_percent)
    return None if request.deposit_minor is None else Deposit(minor=request.deposit_minor)


def first_of(total: int, deposit: Deposit | None) -> int:
    """What of a total is asked for first."""
    return deposit.of(total) if deposit else total


def as_lines(request: PaymentRequest, items: Sequence[Item]) -> list[RequestLine]:
    """Lines to be kept with a request, in their order."""
    return [
        RequestLine(
            request_id=request.id, place=place, text=item.text[:255], quantity=item.quantity, unit_minor=item.unit,
            tax_rate=item.rate, on_top=item.on_top,
        )
        for place, item in enumerate(items, 1)
    ]  # fmt: skip


async def set_bill(work: Work, request: PaymentRequest, items: Sequence[Item], deposit: Deposit | None) -> None:
    """The lines of a request that nobody was asked for yet, its deposit, and the sum and words that follow."""
    await work.pricing.set_lines(request.id, as_lines(request, items))
    request.deposit_percent = deposit.percent if deposit else None
    request.deposit_minor = deposit.minor if deposit and deposit.percent is None else None
    request.description = described(items, "deposit" if deposit else "")
    request.amount_minor = (await bill_of(work, request)).now


def described(items: Sequence[Item], what: str = "") -> str:
    """What lines are for, in a line; `what`: that it is their deposit, or their rest."""
    words = ", ".join(dict.fromkeys(item.text for item in items))
    end = f" ({what})" if what else ""
    return (words if len(words) + len(end) <= 255 else words[: 254 - len(end)] + "…") + end


def team_item(team: Team, text: str, unit: int) -> Item:
    """A line at the team's own rate, with the tax where the team's prices have it."""
    return Item(text, unit, rate=team.tax_rate, on_top=bool(team.tax_rate) and not team.prices_include_tax)


def arithmetic(asked: Asked) -> tuple[Pair, ...]:
    """How the sum comes about, line by line; of one plain sum the tax in it alone, () without any."""
    if asked.is_plain:
        return _tax_within(asked)
    rows = [Pair(label=_label(item, asked), value=_sum(item.price, asked)) for item in asked.bill.items]
    rows += [Pair(label=f"Tax {percent(rate)} % on top", value=_sum(tax, asked)) for rate, tax in on_top(asked)]
    if asked.bill.off:
        rows.append(Pair(label=f"Coupon {asked.coupon}".strip(), value=MINUS + _sum(asked.bill.off, asked)))
    rows.append(Pair(label="Total", value=_sum(asked.bill.total, asked)))
    return (*rows, *_tax_within(asked), *_payment(asked))


def _tax_within(asked: Asked) -> tuple[Pair, ...]:
    within = [f"{_sum(part.tax, asked)} ({percent(part.rate)} %)" for part in asked.bill.parts if part.rate]
    return (Pair(label="Tax included", value=", ".join(within)),) if within else ()


def _payment(asked: Asked) -> list[Pair]:
    """What of the total is paid now, where that is not all of it, or more."""
    rows = []
    if asked.before:
        rows.append(Pair(label="Deposit, paid", value=MINUS + _sum(asked.before, asked)))
    if asked.rest:
        part = f", {percent(asked.deposit_percent)} %" if asked.deposit_percent else ""
        rows.append(Pair(label=f"Deposit now{part}", value=_sum(asked.now - asked.tip, asked)))
        rows.append(Pair(label="Rest, later", value=_sum(asked.rest, asked)))
    if asked.tip:
        rows.append(Pair(label="Tip", value=_sum(asked.tip, asked)))
    if asked.tip or asked.before:
        rows.append(Pair(label="To pay now", value=_sum(asked.now, asked)))
    return rows


def _label(item: Item, asked: Asked) -> str:
    return item.text if item.quantity == ONE else f"{counted(item)} × {_sum(item.unit, asked)} {item.text}"


def counted(item: Item) -> str:
    """A quantity as people write it: `2`, `1.5`."""
    return percent(item.quantity)


def on_top(asked: Asked) -> list[tuple[int, int]]:
    """The taxes that are put on top, by rate."""
    sums: dict[int, int] = {}
    for item in asked.bill.items:
        if item.on_top and item.rate:
            sums[item.rate] = sums.get(item.rate, 0) + item.priced.tax
    return list(sums.items())


def _sum(minor: int, asked: Asked) -> str:
    return sum_of(minor, asked.currency)
