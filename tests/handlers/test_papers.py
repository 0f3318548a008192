"""Receipts and credit notes: issued once, numbered in order, and reading the same for ever."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlmodel import col

from handlers.channel import Undeliverable
from handlers.messages import Attachment
from handlers.papers.files import PLACE, fetch_paper, written
from handlers.papers.slips import Seller, Slip
from handlers.team_file import TeamFileError, apply_team, read_team_file
from handlers.team_show import as_toml
from payments.facts import FactKind
from payments.money import Money
from payments.numbering import PaperKind
from storage.tables import Paper
from tests.handlers.market import PRICE, Market
from tests.handlers.test_paper_drawing import text_of


async def team_says(market: Market, **columns: object) -> None:
    async with market.town.database.begin() as work:
        team = await work.people.team(market.town.team.id)
        for name, value in columns.items():
            setattr(team, name, value)


async def papers(market: Market) -> list[Paper]:
    async with market.town.database.begin() as work:
        return list((await work.session.execute(select(Paper).order_by(col(Paper.id)))).scalars())


async def slips(market: Market) -> list[Slip]:
    return [Slip.model_validate_json(paper.body) for paper in await papers(market)]


async def pay(market: Market) -> str:
    """A request is paid; the gateway's word for its page."""
    await market.ask()
    page = await market.open((await market.requests())[-1])
    market.till.pay(page)
    await market.webhook(market.till.webhooks[-1])
    return page


async def give_back(market: Market, page: str, minor: int) -> None:
    market.till.refund_in_dashboard(page, minor)
    await market.webhook(market.till.webhooks[-1])


def sent(market: Market, chat: str) -> list[Attachment]:
    return [file for one in market.town.notebook.shown if one.chat == chat for file in one.message.files]


async def test_a_payment_brings_its_customer_one_receipt_and_the_desk_sees_it(market: Market) -> None:
    await pay(market)
    await market.webhook(replace(market.till.webhooks[-1], event_id="evt_again"))
    await market.reconcile()
    (file,) = sent(market, "mia")
    assert (file.name, file.mime) == ("TEST-ACME-2026-000001.pdf", "application/pdf")
    said = [one.message.plain for one in market.town.notebook.shown if one.chat == "acme-desk"]
    assert said.count("TEST · Receipt TEST-ACME-2026-000001\nIt goes to Mia.") == 1
    document = await fetch_paper(market.town.house, file)
    text = text_of(document)
    for part in ("Receipt", "TEST-ACME-2026-000001", "Acme", "Mia", "Consultation", "$49.00", "Till", "pay_cs_",
                 "March 2, 2026, 10:00, Berlin (UTC+1)", "This is test money. Nothing was paid."):  # fmt: skip
        assert part in text.replace("\n", " "), part
    assert "Tax" not in text
    assert await fetch_paper(market.town.house, file) == document


async def test_what_is_not_paid_has_no_receipt(market: Market) -> None:
    await market.ask()
    page = await market.open((await market.requests())[-1])
    market.till.decline(page)
    market.till.begin_slow(page)
    for fact in list(market.till.webhooks):
        await market.webhook(fact)
    assert await papers(market) == []


async def test_a_later_change_of_the_team_changes_no_old_paper(market: Market) -> None:
    await team_says(market, legal_name="Acme Ltd", legal_address="1 Old Street\nLondon", tax_id="GB1", tax_rate=2000)
    await pay(market)
    (paper,) = await papers(market)
    before = written(paper)
    await team_says(market, name="Zenith", legal_name="Zenith plc", legal_address="2 New Street", tax_rate=500)
    await pay(market)
    first, second = await papers(market)
    assert written(first) == before
    assert all(part in text_of(before) for part in ("Acme Ltd", "1 Old Street", "Tax ID: GB1", "Tax 20 %", "$8.17"))
    assert all(part in text_of(written(second)) for part in ("Zenith plc", "Tax 5 %", "$2.33"))


async def test_numbers_follow_each_other_and_begin_anew_with_the_teams_own_year(market: Market) -> None:
    for _ in range(2):
        await pay(market)
    # In Berlin the year has begun already.
    market.town.clock.now = datetime(2026, 12, 31, 23, 15, tzinfo=UTC)
    await pay(market)
    names = [paper.name for paper in await papers(market)]
    assert names == ["TEST-ACME-2026-000001", "TEST-ACME-2026-000002", "TEST-ACME-2027-000001"]


async def test_each_refund_brings_a_credit_note_and_their_taxes_make_the_receipts(market: Market) -> None:
    await team_says(market, tax_rate=1900)
    page = await pay(market)
    for minor in (1001, 1001, PRICE):
        await give_back(market, page, minor)
    receipt, *notes = await slips(market)
    assert [note.name for note in notes] == [f"TEST-ACME-CN-2026-00000{number}" for number in (1, 2, 3)]
    assert {note.receipt for note in notes} == {receipt.name}
    assert [(note.total, note.back) for note in notes] == [(1001, 1001), (1001, 2002), (PRICE - 2002, PRICE)]
    assert sum(note.tax for note in notes) == receipt.tax == 782
    assert [file.name for file in sent(market, "mia")] == [f"{one.name}.pdf" for one in (receipt, *notes)]
    text = text_of(written((await papers(market))[2]))
    assert all(part in text for part in ("Credit note", receipt.name, "$10.01", "$20.02 of $49.00 has been given back"))


async def test_a_refund_at_the_desk_stands_on_its_note_with_its_reason(market: Market) -> None:
    await pay(market)
    await market.hear(market.desk.presses("refund.some", "1"))
    await market.hear(market.desk.fills("refund", "1", amount="10", reason="left early"))
    await market.hear(market.desk.presses("refund.yes", market.town.notebook.button("refund.yes")))
    _, note = await slips(market)
    assert (note.total, note.reason) == (1000, "left early")


async def test_a_note_says_why_the_yes_was_said_and_not_what_was_only_asked_about(market: Market) -> None:
    await pay(market)
    await market.hear(market.desk.does("refund", "10 left early"))
    agreed = market.town.notebook.button("refund.yes")
    await market.hear(market.desk.does("refund", "10 the wrong customer"))
    await market.hear(market.desk.presses("refund.yes", agreed))
    _, note = await slips(market)
    assert (note.total, note.reason) == (1000, "left early")


async def test_a_payment_that_is_heard_of_when_it_has_gone_back_has_both_papers(market: Market) -> None:
    await market.ask()
    page = await market.open((await market.requests())[-1])
    market.till.pay(page)
    await give_back(market, page, PRICE)
    receipt, note = await slips(market)
    assert (receipt.kind, receipt.total) == (PaperKind.RECEIPT, PRICE)
    assert (note.kind, note.total, note.receipt) == (PaperKind.CREDIT_NOTE, PRICE, receipt.name)


async def test_the_note_of_a_refund_that_fails_is_void_and_the_next_one_covers_the_sum(market: Market) -> None:
    page = await pay(market)
    await give_back(market, page, PRICE)
    market.town.clock.pass_by(hours=1)
    failed = replace(
        market.till.webhooks[-1], kind=FactKind.REFUND_FAILED, event_id="evt_failed", refunded=Money(0, "USD"),
        at=market.town.clock(),
    )  # fmt: skip
    await market.webhook(failed)
    _, note = await papers(market)
    assert note.void_at is not None and "Void: this refund did not go through." in text_of(written(note))
    void = "Credit note TEST-ACME-CN-2026-000001 is void: $49.00 has not gone back."
    assert [one.chat for one in market.town.notebook.shown if one.message.text == void] == ["mia", "acme-desk"]
    market.town.clock.pass_by(hours=1)
    again = replace(failed, kind=FactKind.REFUNDED, event_id="evt_more", refunded=Money(1000, "USD"),
                    at=market.town.clock())  # fmt: skip
    await market.webhook(again)
    *_, second = await slips(market)
    assert (second.name, second.total, second.back) == ("TEST-ACME-CN-2026-000002", 1000, 1000)


async def test_a_team_whose_prices_are_without_tax_asks_for_it_on_top(market: Market) -> None:
    await team_says(market, tax_rate=1900, prices_include_tax=False)
    await pay(market)
    (request,) = await market.requests()
    (receipt,) = await slips(market)
    assert (request.amount_minor, receipt.total, receipt.net, receipt.tax) == (5831, 5831, 4900, 931)


async def test_the_receipt_speaks_the_customers_language(market: Market) -> None:
    async with market.town.database.begin() as work:
        mia = await work.people.known_as((await work.people.accounts_of(market.town.team.id))[0].id, "mia")
        assert mia is not None
        mia.language = "de-AT"
    await pay(market)
    assert "Quittung TEST-ACME-2026-000001" in [one.message.title for one in market.town.notebook.shown]
    text = text_of(written((await papers(market))[0]))
    assert all(part in text for part in ("Quittung", "2. März 2026", "49,00", "Bezahlt mit"))


async def test_a_file_that_names_no_paper_is_refused(market: Market) -> None:
    for number in ("7.pdf", "x.pdf", ""):
        with pytest.raises(Undeliverable, match="is not there any more"):
            await fetch_paper(market.town.house, Attachment(name="a.pdf", channel=PLACE, file_id=number))


async def test_a_message_holds_a_papers_name_and_not_its_bytes(market: Market) -> None:
    await pay(market)
    assert [(file.channel, file.content) for file in sent(market, "mia")] == [(PLACE, b"")]


LEGAL = """
name = "Legal"
slug = "legal"
currency = "CHF"
time_zone = "Europe/Zurich"
"""


async def test_the_team_file_says_what_stands_on_papers(market: Market) -> None:
    part = (
        '[legal]\nname = "Legal AG"\naddress = "Weg 1\\nBern"\ntax_id = "CHE-1"\n'
        "tax_rate = 8.1\nprices_include_tax = false\n"
    )
    async with market.town.database.begin() as work:
        await apply_team(work, read_team_file(LEGAL + part), {})
        team = await work.people.team_by_slug("legal")
        assert team is not None
        assert (team.tax_rate, team.prices_include_tax) == (810, False)
        assert Seller.of(team) == Seller(name="Legal AG", address="Weg 1\nBern", tax_id="CHE-1")
        told = await as_toml(work, team)
        assert part in told
        assert await apply_team(work, read_team_file(told), {}) == []
        assert await apply_team(work, read_team_file(LEGAL), {}) != []
        assert Seller.of(team) == Seller(name="Legal") and team.tax_rate is None


@pytest.mark.parametrize("rate", ["-1", "101", "8.125", '"much"', "nan"])
def test_a_rate_that_is_none_is_refused_by_its_place(rate: str) -> None:
    with pytest.raises(TeamFileError, match=r"legal\.tax_rate: "):
        read_team_file(f"{LEGAL}[legal]\ntax_rate = {rate}\n")
