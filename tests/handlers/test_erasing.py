"""One customer is erased after a whole life: they are nowhere, but for a ledger that names nobody and adds up."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from payments.machine import State
from storage.tables import Conversation, PaymentRequest, Person, Side, SpokenMessage
from tests.handlers.footprints import ID, LEDGER, NAME, WORD, Life, copy_of, found, newest, rows, sums
from tests.handlers.market import Market
from tests.handlers.till import Till
from tests.handlers.town import Town, town

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYWHERE = {
    "message.body", "person.name", "identity.external_id", "seat.chat", "inbox.body", "outbox.body", "draft.form",
    "draft.external_id", "paper.body", "paymentrequest.description", "paymentrequest.receipt_url", "gatewayfact.body",
    "refund.reason", "pace.key", "rating.comment",
}  # fmt: skip
"""Where the customer of these tests leaves words."""


@dataclass
class Erased:
    """A customer who is gone, and how things stood before."""

    market: Market
    life: Life
    stood_in: set[str]
    books: dict[str, list[dict[str, Any]]]
    others: list[tuple[object, ...]]
    copy: tuple[dict[str, Any], dict[str, bytes]]

    @property
    def town(self) -> Town:
        return self.market.town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def erased(template: Path) -> AsyncIterator[Erased]:
    till = Till()
    async with town(template, {"till": till}) as made:
        market = Market(made, till)
        await market.begin()
        await market.hear(made.noor.says("My words stay"))
        life = Life(market)
        await life.whole()
        before = Erased(
            market, life, await found(made.database), await rows(made, *LEDGER), await of_others(made),
            await copy_of(market, life.zyx),
        )  # fmt: skip
        await life.erases()
        assert newest(made).title == "You are erased"
        yield before


def settled(books: dict[str, list[dict[str, Any]]]) -> list[tuple[str, object]]:
    """The sums, but for the state of what was never paid: that is withdrawn."""
    return [pair for pair in sums(books) if pair[1] not in {State.REQUESTED, State.OPENED, State.CANCELLED}]


async def of_others(made: Town) -> list[tuple[object, ...]]:
    """What was said with other customers."""
    async with made.database.begin() as work:
        asked = (
            select(SpokenMessage, Person)
            .join(Conversation, col(Conversation.id) == col(SpokenMessage.conversation_id))
            .join(Person, col(Person.id) == col(Conversation.customer_id))
            .where(col(Person.name).in_(["Noor", "Mia"]))
        )
        return [(line.body, line.version, person.name) for line, person in await work.session.execute(asked)]


async def test_an_erased_customer_is_nowhere_and_the_ledger_adds_up(erased: Erased) -> None:
    market = erased.market
    assert erased.stood_in >= EVERYWHERE
    assert await found(market.town.database) == set()
    assert settled(await rows(market.town, *LEDGER)) == settled(erased.books)
    kept = market.till.kept
    await market.reconcile()
    assert await found(market.town.database) == set()
    left = sum(line.captured_minor - line.refunded_minor for line in await market.requests())
    assert left == kept == market.till.kept


async def test_papers_keep_their_number_and_sums_under_a_pseudonym(erased: Erased) -> None:
    async with erased.town.database.begin() as work:
        requests = (await work.session.execute(select(PaymentRequest))).scalars().all()
        papers = await work.holdings.papers([request.id for request in requests])
    told = {paper.name: json.loads(paper.body) for paper in papers}
    receipt = told["TEST-ACME-2026-000001"]
    assert receipt["customer"].startswith("Erased customer ")
    assert (receipt["total"], receipt["description"]) == (4900, f"Consultation for {receipt['customer']}")
    assert told["TEST-ACME-CN-2026-000001"]["reason"] == ""
    assert told["TEST-ACME-EV-2026-000001"]["lines"] == []


async def test_nobody_elses_words_are_touched(erased: Erased) -> None:
    assert await of_others(erased.town) == erased.others != []


async def test_the_desk_sees_what_is_left_and_the_log_says_who_did_it(erased: Erased) -> None:
    made, life = erased.town, erased.life
    at_desk = [one.message for one in made.notebook.shown if one.side is Side.AGENT]
    assert any(message.title.startswith(f"Case {life.case} · Erased customer ") for message in at_desk)
    assert any("erased themselves" in message.text for message in at_desk)
    withdrawn = [message for message in at_desk if message.title == "Withdrawn: $20.00"]
    assert withdrawn and "Zyxmia" not in withdrawn[-1].plain
    async with made.database.begin() as work:
        line, *_ = await work.audits.of(made.team.id)
        who = await work.people.person(line.actor_id or 0)
    assert (line.deed, line.about) == ("customer erased", f"customer {who.id}")
    assert who.name == f"Erased customer {who.id}"


async def test_the_copies_of_their_words_at_the_desk_are_taken_back(erased: Erased) -> None:
    """Theirs, and nobody else's: what agents wrote and the cards stay."""
    shown = erased.town.notebook.shown
    back = {message_id for chat, message_id in erased.town.notebook.taken_back if chat == "acme-desk"}
    texts = {one.message.text for one in shown if one.message_id in back}
    assert {f"I play the {WORD}", f"Do you hear the {WORD}?"} <= texts
    at_desk = [one for one in shown if one.side is Side.AGENT and one.message_id not in back]
    assert not [one for one in at_desk if one.message.author == NAME]
    assert "My words stay" in {one.message.text for one in at_desk}


async def test_a_copy_holds_words_files_and_payments_and_no_note(erased: Erased) -> None:
    told, files = erased.copy
    assert (told["you"]["name"], told["you"]["known_as"]) == (NAME, [{"channel": "telegram", "id": ID}])
    (case,) = told["conversations"]
    words = [line["text"] for line in case["messages"]]
    assert f"I play the {WORD} well, write to zyx.mail@example.com" in words and f"Dear Zyxmia, a {WORD} it is" in words
    assert not any("seems odd" in text or "is loud" in text for text in words)
    assert case["your_rating"] == {"score": 4, "comment": f"More {WORD}, please"}
    first, *_ = told["payments"]
    assert (first["sum"], first["paid"], first["gone_back"]) == ("$49.00", "$49.00", "$9.00")
    assert set(first["papers"]) <= set(files) and len(first["papers"]) == 2
    assert [data for name, data in files.items() if name.endswith(f"{WORD}.txt")] == [WORD.encode()]
    assert told["files_left_out"] == []
