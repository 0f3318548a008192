"""Receipts and credit notes of several lines: the arithmetic as the customer agreed to it, and the tax by rate."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from handlers.papers.drawing import draw_slip
from handlers.papers.rows import RowKind, SlipPart, SlipRow
from handlers.papers.slips import Seller, Slip
from handlers.papers.wording import words_for
from handlers.pay_page import begin_checkout
from handlers.pay_sum import choose_tip, use_coupon
from payments.numbering import PaperKind
from storage.tables import Coupon, PaymentRequest
from tests.handlers.market import Market
from tests.handlers.test_papers import slips, team_says
from tests.handlers.till import Till
from tests.handlers.town import town

SLIP = Slip(
    kind=PaperKind.RECEIPT, name="ACME-2026-000001", language="en", live=True, zone="Europe/Berlin",
    issued_at=datetime(2026, 3, 2, 20, 0, tzinfo=UTC), seller=Seller(name="Bright Studio GmbH"), customer="Mia",
    description="Consultation, Materials (deposit)", currency="EUR", total=5868, tax=459, paid=5868,
    rows=(
        SlipRow(kind=RowKind.ITEM, minor=9800, text="Consultation", quantity=200, unit=4900),
        SlipRow(kind=RowKind.ITEM, minor=2000, text="Materials"),
        SlipRow(kind=RowKind.ON_TOP, minor=380, rate=1900),
        SlipRow(kind=RowKind.COUPON, minor=-1218, text="SPRING"),
        SlipRow(kind=RowKind.WHOLE, minor=10962),
        SlipRow(kind=RowKind.LATER, minor=-5481),
        SlipRow(kind=RowKind.TIP, minor=387),
    ),
    parts=(SlipPart(rate=700, total=4410, tax=288), SlipPart(rate=1900, total=1071, tax=171),
           SlipPart(rate=None, total=387, tax=0)),
    paid_at=datetime(2026, 3, 2, 19, 59, tzinfo=UTC), gateway="Stripe", payment="pi_1",
)  # fmt: skip


def text_of(slip: Slip) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(draw_slip(slip))).pages)


def test_the_paper_shows_each_line_and_the_tax_by_rate() -> None:
    text = text_of(SLIP)
    for words in ("2 × €49.00 Consultation", "€98.00", "Tax 19 % on top", "€3.80", "Coupon SPRING", "−€12.18",
                  "All lines", "Rest, to be paid later", "−€54.81", "Tip", "Tax 7 %", "€2.88", "€1.71"):  # fmt: skip
        assert words in text, words
    assert sum(row.minor for row in SLIP.rows if row.kind is not RowKind.WHOLE) == SLIP.total


@pytest.mark.parametrize("language", ["de", "hi", "es"])
def test_every_language_has_words_for_each_row(language: str) -> None:
    said = [row.label(words_for(language), "EUR") for row in SLIP.rows if row.kind is not RowKind.ITEM]
    english = [row.label(words_for("en"), "EUR") for row in SLIP.rows if row.kind is not RowKind.ITEM]
    assert all(said) and not set(said) & set(english)


async def _paid(market: Market, text: str, minor: int) -> PaymentRequest:
    await market.hear(market.desk.does("pay", text))
    await market.hear(market.desk.presses("pay.send", market.town.notebook.button("pay.send")))
    request = (await market.requests())[-1]
    house = market.town.house
    if "deposit" not in text:
        await use_coupon(house, request.code, "SPRING")
        await choose_tip(house, request.code, "own 5")
    page = (await begin_checkout(house, request.code, agreed=minor)).rpartition("/")[2]
    market.till.pay(page)
    await market.webhook(market.till.webhooks[-1])
    return request


@pytest.mark.parametrize("text", ["100 Course incl 19%; 50 Book incl 7%"])
async def test_taxes_of_all_credit_notes_together_are_the_receipts(template: Path, text: str) -> None:
    till = Till()
    async with town(template, {"till": till}) as made:
        market = Market(made, till)
        await market.begin()
        await team_says(market, tips="10")
        async with made.database.begin() as work:
            await work.pricing.add(Coupon(team_id=made.team.id, code="SPRING", percent=1000))
        await _paid(market, text, 14000)
        (page,) = [ref for ref, session in till.sessions.items() if session.captured]
        for minor in (3333, 1, 14000):
            till.refund_in_dashboard(page, minor)
            await market.webhook(replace(till.webhooks[-1]))
        receipt, *notes = await slips(market)
    # 150.00 less 10 %: 90.00 at 19 % holds 14.37, 45.00 at 7 % holds 2.94; the tip of 5.00 bears none.
    assert [(part.rate, part.total, part.tax) for part in receipt.parts] == [
        (1900, 9000, 1437), (700, 4500, 294), (None, 500, 0),
    ]  # fmt: skip
    assert (receipt.total, receipt.tax, len(notes)) == (14000, 1731, 3)
    assert (sum(note.total for note in notes), sum(note.tax for note in notes)) == (14000, 1731)
    for place, part in enumerate(receipt.parts):
        assert sum(note.parts[place].tax for note in notes) == part.tax


async def test_the_receipts_of_deposit_and_rest_hold_the_whole_tax(template: Path) -> None:
    till = Till()
    async with town(template, {"till": till}) as made:
        market = Market(made, till)
        await market.begin()
        await _paid(market, "100 Course incl 19%; 50 Book incl 7%; deposit 30%", 4500)
        await market.hear(market.desk.presses("pay.rest", market.town.notebook.button("pay.rest")))
        rest = (await market.requests())[-1]
        page = (await begin_checkout(made.house, rest.code, agreed=10500)).rpartition("/")[2]
        till.pay(page)
        await market.webhook(till.webhooks[-1])
        first, second = await slips(market)
    assert (first.description, second.description) == ("Course, Book (deposit)", "Course, Book (rest)")
    # 100 x 19 / 119 = 15.97; 50 x 7 / 107 = 3.27.
    assert (first.total + second.total, first.tax + second.tax) == (15000, 1597 + 327)
    assert {row.kind for row in second.rows} == {RowKind.ITEM, RowKind.WHOLE, RowKind.BEFORE}
