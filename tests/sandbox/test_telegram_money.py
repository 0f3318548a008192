"""Telegram's payments in the sandbox: an invoice link's sheet, the question before it, and the list of Stars."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from telegram import Bot, LabeledPrice, TransactionPartnerUser
from telegram.error import BadRequest

from sandbox.app import Cast
from sandbox.telegram.people import People
from sandbox.world import World
from tests.sandbox.telegram_stage import ARJUN, MIA, speaking

PROVIDER = "1:TEST:2"


@pytest_asyncio.fixture
async def bot(world: World, sandbox_server: str) -> AsyncIterator[Bot]:
    async with speaking(world, sandbox_server) as speaker:
        yield speaker


@pytest.fixture
def people(cast: Cast) -> People:
    return cast.telegram.people


async def stars(bot: Bot, amount: int = 50) -> str:
    return await bot.create_invoice_link("Talk", "Half an hour", "ord_1", "XTR", [LabeledPrice("Talk", amount)])


async def says_yes(bot: Bot) -> None:
    """Answer the question that comes, as a program would."""
    updates = await bot.get_updates(timeout=5, allowed_updates=["pre_checkout_query", "message"])
    query = updates[-1].pre_checkout_query
    assert query is not None
    await query.answer(True)


async def submits(link: str, **form: str) -> tuple[int, str]:
    """Send the sheet's form; the answer's status and text."""
    async with aiohttp.ClientSession() as browser, browser.post(link, data=form) as answer:
        return answer.status, await answer.text()


async def test_a_link_opens_a_sheet_that_pays_or_is_closed(bot: Bot, cast: Cast) -> None:
    link = await stars(bot)
    async with aiohttp.ClientSession() as browser, browser.get(link) as shown:
        text = await shown.text()
    assert shown.status == 200
    for part in ("SANDBOX", "Talk", "Half an hour", "⭐ 50", "Mia"):
        assert part in text
    assert "Nothing was paid" in (await submits(link, act="cancel"))[1]
    assert cast.telegram.state.queries == {}
    paying = asyncio.create_task(submits(link, person=str(MIA), act="pay"))
    await says_yes(bot)
    assert "Paid." in (await paying)[1]
    assert [paid["user"] for paid in cast.telegram.state.charges.values()] == [MIA]


async def test_a_declined_card_takes_nothing_and_tells_the_bot_nothing(bot: Bot, cast: Cast) -> None:
    link = await bot.create_invoice_link("Talk", "D", "ord_2", "JPY", [LabeledPrice("Talk", 500)], PROVIDER)
    paying = asyncio.create_task(submits(link, person=str(ARJUN), act="decline"))
    await says_yes(bot)
    _, text = await paying
    assert "The card was declined" in text and "500 JPY" in text
    assert (cast.telegram.state.charges, cast.telegram.state.chats[ARJUN].messages) == ({}, {})


async def test_a_question_without_an_answer_fails_the_payment(bot: Bot, cast: Cast, people: People) -> None:
    cast.telegram.state.answer_within = 0.05
    assert await people.pay_link(MIA, await stars(bot)) == {"paid": False, "error": "The bot did not answer in time"}
    (query,) = cast.telegram.state.queries
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_pre_checkout_query(query, True)


async def test_the_list_of_stars_goes_from_the_oldest_on_and_shows_refunds(bot: Bot, people: People) -> None:
    for number in (1, 2):
        paying = asyncio.create_task(people.pay_link(MIA, await stars(bot, number)))
        await says_yes(bot)
        await paying
    first, second = (await bot.get_star_transactions()).transactions
    await bot.refund_star_payment(MIA, first.id)
    assert [each.amount for each in (first, second)] == [1, 2]
    assert isinstance(first.source, TransactionPartnerUser)
    assert (first.source.user.id, first.source.invoice_payload) == (MIA, "ord_1")
    (last,) = (await bot.get_star_transactions(offset=2, limit=1)).transactions
    assert (last.id, last.source) == (first.id, None)
    assert isinstance(last.receiver, TransactionPartnerUser)


async def test_a_link_to_nothing_and_a_provider_that_is_none_are_refused(bot: Bot, world: World) -> None:
    nowhere = f"{world.public_url}/telegram/invoice/nothing"
    assert (await submits(nowhere, person=str(MIA)))[0] == 404
    with pytest.raises(BadRequest, match="Payment_provider_invalid"):
        await bot.create_invoice_link("Talk", "D", "ord_2", "EUR", [LabeledPrice("Talk", 500)], "nonsense")
