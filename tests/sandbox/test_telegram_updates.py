"""How people's acts reach the bot: by long poll and by webhook."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import Bot, LabeledPrice, Update
from telegram.error import BadRequest, Conflict

from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.telegram.params import Upload
from sandbox.telegram.people import CannotDo, People
from sandbox.world import World
from tests.sandbox.telegram_stage import ANA, ARJUN, EVE, GROUP, MIA, PNG, Listener, listening, speaking


@pytest_asyncio.fixture
async def bot(world: World, cast: Cast, sandbox_server: str) -> AsyncIterator[Bot]:
    async with speaking(world, sandbox_server) as speaker:
        yield speaker


@pytest_asyncio.fixture
async def program(world: World) -> AsyncIterator[Listener]:
    async with listening(world) as listener:
        yield listener


@pytest.fixture
def people(cast: Cast) -> People:
    return cast.telegram.people


async def newest(bot: Bot, **about: object) -> Update:
    """The newest update that waits; forgets those before it."""
    updates = await bot.get_updates(offset=-1, timeout=5, **about)  # type: ignore[arg-type]
    return updates[0]


async def test_a_waiting_poll_is_woken_and_confirms_by_offset(bot: Bot, people: People) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=10))
    people.start(MIA, link="https://t.me/bellhop_sandbox_bot?start=acme")
    people.send_text(MIA, "Hello")
    first = (await waiting)[0]
    assert first.message is not None
    assert first.message.from_user is not None
    assert (first.message.text, first.message.from_user.language_code) == ("/start acme", "de")
    assert first.message.parse_entities(["bot_command"])
    rest = await bot.get_updates(offset=first.update_id + 1)
    assert [each.message and each.message.text for each in rest] == ["Hello"]
    assert rest[0].update_id == first.update_id + 1
    assert await bot.get_updates(offset=rest[0].update_id + 1, timeout=0) == ()


async def test_a_second_poll_ends_the_first(bot: Bot, world: World, sandbox_server: str, cast: Cast) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=10))
    await world.until(lambda: cast.telegram.state.updates._polls == 1)
    async with speaking(world, sandbox_server) as other:
        newer = asyncio.create_task(other.get_updates(timeout=10))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await older
        cast.telegram.people.start(MIA)
        assert len(await newer) == 1


async def test_only_wanted_kinds_are_kept(bot: Bot, people: People) -> None:
    await bot.get_updates(timeout=0, allowed_updates=["message_reaction"])
    people.start(MIA)
    people.react(MIA, 1, "👍")
    people.react(MIA, 1, "")
    updates = await bot.get_updates(timeout=5)
    assert [bool(each.message_reaction and each.message_reaction.new_reaction) for each in updates] == [True, False]


async def test_a_tap_is_answered_once_with_a_toast(bot: Bot, people: People) -> None:
    people.start(MIA)
    keyboard = {"inline_keyboard": [[{"text": "Book", "callback_data": "book:1"}]]}
    await bot.send_message(MIA, "What next?", api_kwargs={"reply_markup": keyboard})
    tapped = asyncio.create_task(people.tap_label(MIA, "Book"))
    query = (await newest(bot, allowed_updates=["callback_query"])).callback_query
    while query is None:
        query = (await newest(bot)).callback_query
    assert (query.data, query.message and query.message.message_id) == ("book:1", 2)
    await query.answer("Noted", show_alert=True)
    assert await tapped == {"answered": True, "text": "Noted", "alert": True, "url": ""}
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_a_tap_that_nobody_answers_says_so(bot: Bot, people: People) -> None:
    people.start(MIA)
    keyboard = {
        "inline_keyboard": [[{"text": "Book", "callback_data": "b"}, {"text": "Pay", "url": "https://pay.example/x"}]]
    }
    await bot.send_message(MIA, "What next?", api_kwargs={"reply_markup": keyboard})
    assert await people.tap(MIA, 2, 0, 0, wait=0.05) == {"answered": False}
    assert await people.tap(MIA, 2, 0, 1) == {"url": "https://pay.example/x"}
    await bot.edit_message_text("Gone", MIA, 2)
    with pytest.raises(CannotDo, match="There is no such button"):
        await people.tap(MIA, 2, 0, 0)


async def test_files_places_edits_and_blocks_are_told(bot: Bot, people: People) -> None:
    people.start(MIA)
    people.send_file(MIA, Upload("knee.png", "image/png", PNG), "photo", "My knee")
    photo = (await newest(bot)).message
    assert photo is not None
    assert photo.caption == "My knee"
    assert bytes(await (await photo.photo[-1].get_file()).download_as_bytearray()) == PNG
    people.send_file(MIA, Upload("a.oga", "audio/ogg", b"ogg"), "voice")
    voice = (await newest(bot)).message
    assert voice is not None
    assert voice.voice is not None
    people.edit(MIA, photo.message_id, "My left knee")
    edited = (await newest(bot)).edited_message
    assert edited is not None
    assert edited.caption == "My left knee"
    people.share_location(MIA, 28.6, 77.2)
    place = (await newest(bot)).message
    assert place is not None
    assert place.location is not None
    people.block(MIA, True)
    change = (await newest(bot)).my_chat_member
    assert change is not None
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")


async def test_agents_write_in_topics_of_their_group(bot: Bot, people: People) -> None:
    people.create_topic(ANA, "Mia")
    opened = (await newest(bot)).message
    assert opened is not None
    assert opened.forum_topic_created is not None
    thread = opened.message_thread_id or 0
    people.send_text(ANA, "Good day", GROUP, thread)
    said = (await newest(bot)).message
    assert said is not None
    assert (said.message_thread_id, said.is_topic_message, said.chat.is_forum) == (thread, True, True)
    assert said.reply_to_message is not None
    assert said.reply_to_message.forum_topic_created is not None
    people.send_text(ANA, "In general", GROUP)
    general = (await newest(bot)).message
    assert general is not None
    assert (general.message_thread_id, general.is_topic_message) == (None, None)
    with pytest.raises(CannotDo, match="Eve is not in the group"):
        people.send_text(EVE, "Let me in", GROUP)


async def test_a_payment_asks_first_and_can_be_refused(bot: Bot, people: People) -> None:
    people.start(MIA)
    sent = await bot.send_invoice(MIA, "Talk", "Half an hour", "ord_1", "XTR", [LabeledPrice("Talk", 50)])
    paying = asyncio.create_task(people.pay(MIA, sent.message_id))
    await answer_checkout(bot, ok=False)
    assert await paying == {"paid": False, "error": "Sold out"}
    paying = asyncio.create_task(people.pay(MIA, sent.message_id))
    await answer_checkout(bot, ok=True)
    assert (await paying)["paid"] is True
    money = (await newest(bot)).message
    assert money is not None
    assert money.successful_payment is not None
    assert (money.successful_payment.total_amount, money.successful_payment.invoice_payload) == (50, "ord_1")
    with pytest.raises(CannotDo, match="This invoice is paid"):
        await people.pay(MIA, sent.message_id)
    charge = money.successful_payment.telegram_payment_charge_id
    await bot.refund_star_payment(MIA, charge)
    with pytest.raises(BadRequest, match="Charge_already_refunded"):
        await bot.refund_star_payment(MIA, charge)


async def answer_checkout(bot: Bot, ok: bool) -> None:
    query = (await newest(bot)).pre_checkout_query
    assert query is not None
    await query.answer(ok, None if ok else "Sold out")


async def test_an_invoice_link_leads_to_the_same_payment(bot: Bot, people: People) -> None:
    people.start(ARJUN)
    prices = [LabeledPrice("Talk", 9900)]
    link = await bot.create_invoice_link("Talk", "D", "ord_2", "EUR", prices, "1:TEST:2")
    paying = asyncio.create_task(people.pay_link(ARJUN, link))
    await answer_checkout(bot, ok=True)
    assert (await paying)["paid"] is True


async def test_a_webhook_is_pushed_with_its_secret(bot: Bot, people: People, program: Listener, world: World) -> None:
    await bot.set_webhook(program.url, secret_token="s3cret_-", allowed_updates=["message"])
    people.start(MIA)
    await world.until(lambda: program.heard)
    secret, body = program.heard[0]
    update = Update.de_json(body, bot)
    assert secret == "s3cret_-"
    assert update.message is not None
    assert update.message.text == "/start"
    info = await bot.get_webhook_info()
    assert (info.url, info.allowed_updates) == (program.url, ("message",))
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates(timeout=0) == ()


async def test_a_failed_push_is_repeated_in_order(bot: Bot, cast: Cast, program: Listener, world: World) -> None:
    people = cast.telegram.people
    program.statuses = [500, 503]
    await bot.set_webhook(program.url)
    people.start(MIA)
    people.send_text(MIA, "one")
    people.send_text(MIA, "two")
    await world.until(lambda: not cast.telegram.state.updates.pending)
    assert [body["message"]["text"] for _, body in program.heard] == ["/start", "one", "two"]
    assert [each.status for each in world.wire if each.direction == "out"] == [500, 503, 200, 200, 200]
    info = await bot.get_webhook_info()
    assert (info.last_error_message, info.pending_update_count) == ("Wrong response from the webhook: 503", 0)


async def test_what_nobody_took_waits_for_the_next_webhook(
    bot: Bot, people: People, program: Listener, world: World
) -> None:
    await bot.set_webhook("http://127.0.0.1:9/telegram")
    people.start(MIA)
    await world.until(lambda: any(each.direction == "out" for each in world.wire))
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.set_webhook(program.url)
    await world.until(lambda: program.heard)
    await bot.set_webhook(program.url, drop_pending_updates=True)


async def test_a_lost_push_is_not_repeated(bot: Bot, people: People, program: Listener, world: World) -> None:
    world.faults.add(Rule("telegram", Fault.LOST))
    await bot.set_webhook(program.url)
    people.start(MIA)
    people.send_text(MIA, "after")
    await world.until(lambda: program.heard)
    assert [body["message"]["text"] for _, body in program.heard] == ["after"]


async def test_keys_of_the_bots_keyboard_write_or_share_the_place(bot: Bot, people: People) -> None:
    people.start(MIA)
    keys = {"keyboard": [["UTC"], [{"text": "Here", "request_location": True}]]}
    await bot.send_message(MIA, "Where?", api_kwargs={"reply_markup": keys})
    assert people.press(MIA, 0, 0)["text"] == "UTC"
    people.press(MIA, 1, 0, latitude=28.6, longitude=77.2)
    place = (await newest(bot)).message
    assert place is not None
    assert place.location is not None
    assert place.location.latitude == 28.6
    with pytest.raises(CannotDo, match="There is no such key"):
        people.press(MIA, 2, 0)


async def test_one_chat_does_not_wait_for_another(bot: Bot, people: People, program: Listener, world: World) -> None:
    await bot.set_webhook(program.url)
    program.statuses = [500, 200]
    people.start(MIA)
    await world.until(lambda: any(each.status == 500 for each in world.wire))
    people.start(ARJUN)
    await world.until(lambda: len(program.heard) == 2)
    assert [body["message"]["chat"]["id"] for _, body in program.heard] == [ARJUN, MIA]


async def test_people_take_back_only_what_is_theirs(bot: Bot, people: People, cast: Cast) -> None:
    people.start(MIA)
    await bot.send_message(MIA, "From the bot")
    people.delete(MIA, 1)
    assert list(cast.telegram.state.chats[MIA].messages) == [2]
    with pytest.raises(CannotDo, match="Only one's own message"):
        people.delete(MIA, 2)
