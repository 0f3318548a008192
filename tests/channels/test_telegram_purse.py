"""Money that Telegram speaks of where no gateway was set up for it, and questions whose answer does not arrive."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from telegram import Bot, LabeledPrice, Update

from bot.channels.telegram import Purse
from payments.telegram import Telegram, TelegramKeys
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.world import World
from tests.handlers.conftest import template
from tests.handlers.town import Town, town
from tests.sandbox.telegram_stage import MIA, speaking
from tests.serving import running

__all__ = ["template"]


@pytest_asyncio.fixture
async def cast() -> AsyncIterator[Cast]:
    world = World(product_url="http://127.0.0.1:9")
    whole = Cast.of(world)
    async with running(world, whole):
        yield whole


@pytest_asyncio.fixture
async def bot(cast: Cast) -> AsyncIterator[Bot]:
    async with speaking(cast.world, cast.world.public_url) as speaker:
        yield speaker


@pytest_asyncio.fixture
async def house(template: Path) -> AsyncIterator[Town]:
    async with town(template) as made:
        yield made


def selling(cast: Cast) -> Telegram:
    secrets = cast.world.secrets
    keys = TelegramKeys(secrets.telegram_token, stars=True, api_url=f"{cast.world.public_url}/telegram")
    return Telegram(keys, now=cast.world.clock.now)


async def next_update(bot: Bot) -> Update:
    return (await bot.get_updates(timeout=5, allowed_updates=["pre_checkout_query", "message"]))[-1]


async def paying(bot: Bot, cast: Cast) -> "asyncio.Task[dict[str, object]]":
    link = await bot.create_invoice_link("Talk", "D", "ord_1", "XTR", [LabeledPrice("Talk", 50)])
    return asyncio.create_task(cast.telegram.people.pay_link(MIA, link))


@pytest.mark.parametrize("with_gateway", [False, True])
async def test_an_invoice_that_nobody_here_made_is_refused(
    bot: Bot, cast: Cast, template: Path, with_gateway: bool
) -> None:
    gateways = {"telegram": selling(cast)} if with_gateway else {}
    async with town(template, gateways) as made:
        trying = await paying(bot, cast)
        assert await Purse(made.house).take(await next_update(bot), bot)
    told = await trying
    assert (told["paid"], "Nothing was taken" in str(told["error"])) == (False, True)


async def test_an_answer_that_does_not_get_through_is_sent_again(bot: Bot, cast: Cast, house: Town) -> None:
    cast.world.faults.add(Rule("telegram", Fault.SERVER_ERROR, count=1, method="answerPreCheckoutQuery"))
    trying = await paying(bot, cast)
    assert await Purse(house.house).take(await next_update(bot), bot)
    assert "Nothing was taken" in str((await trying)["error"])


async def test_a_question_that_is_too_old_stops_nothing(bot: Bot, cast: Cast, house: Town) -> None:
    cast.telegram.state.answer_within = 0.01
    assert not (await (await paying(bot, cast)))["paid"]
    assert await Purse(house.house).take(await next_update(bot), bot)


async def test_what_is_said_is_not_money(bot: Bot, cast: Cast, house: Town) -> None:
    cast.telegram.people.start(MIA)
    assert not await Purse(house.house).take(await next_update(bot), bot)
