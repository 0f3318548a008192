"""What the Bot API refuses, and in which words, asked by the real python-telegram-bot over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LabeledPrice,
    ReplyParameters,
)
from telegram.error import BadRequest, RetryAfter, TelegramError

from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.world import World
from tests.sandbox.telegram_stage import GROUP, MIA, PNG, speaking

Ask = Callable[[Bot], Awaitable[Any]]


@pytest_asyncio.fixture
async def bot(world: World, cast: Cast, sandbox_server: str) -> AsyncIterator[Bot]:
    cast.telegram.people.start(MIA)
    async with speaking(world, sandbox_server) as speaker:
        yield speaker


def button(**about: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Go", **about)]])


WRONG_HTML = [
    ("é <x>", 'Unsupported start tag "x" at byte offset 3'),
    ("<!-- a -->", 'Unsupported start tag "!--" at byte offset 0'),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<b", "Unclosed start tag at byte offset 0"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
]


async def test_wrong_html_is_refused_with_its_place(bot: Bot, subtests: pytest.Subtests) -> None:
    for text, said in WRONG_HTML:
        with subtests.test(text):
            with pytest.raises(BadRequest) as refused:
                await bot.send_message(MIA, text, parse_mode="HTML")
            # python-telegram-bot changes the case of what it is told.
            assert refused.value.message == f"can't parse entities: {said}".capitalize()


PRICE = [LabeledPrice("a", 99)]
REFUSALS: list[tuple[str, Ask, str]] = [
    ("blank text", lambda bot: bot.send_message(MIA, " \n"), "Message text is empty"),
    ("text of 4097 units", lambda bot: bot.send_message(MIA, "🦵" * 2048 + "x"), "Message is too long"),
    ("text of 33 KB", lambda bot: bot.send_message(MIA, "x" * 33_000), "Text is too long"),
    ("caption of 1025", lambda bot: bot.send_photo(MIA, PNG, caption="x" * 1025), "Message caption is too long"),
    ("unknown chat", lambda bot: bot.send_message(42, "x"), "Chat not found"),
    ("callback data of 65 bytes", lambda bot: bot.send_message(MIA, "x", reply_markup=button(callback_data="é" * 33)),
     "Button_data_invalid"),
    ("link to nowhere", lambda bot: bot.send_message(MIA, "x", reply_markup=button(url="http://localhost")),
     "Inline keyboard button url 'http://localhost' is invalid: wrong http url"),
    ("link of another kind", lambda bot: bot.send_message(MIA, "x", reply_markup=button(url="javascript:alert(1)")),
     "Inline keyboard button url 'javascript:alert(1)' is invalid: wrong http url"),
    ("button without a use", lambda bot: bot.send_message(MIA, "x", reply_markup=button()),
     "Can't parse inline keyboard button: text buttons are unallowed in the inline keyboard"),
    ("101 buttons", lambda bot: bot.send_message(MIA, "x", reply_markup=InlineKeyboardMarkup(
        [[InlineKeyboardButton("a", callback_data="a")]] * 101)), "Reply markup is too long"),
    ("parse mode of elsewhere", lambda bot: bot.send_message(MIA, "x", parse_mode="rtf"), "Unsupported parse_mode"),
    ("answer to a gone message", lambda bot: bot.send_message(MIA, "x", reply_parameters=ReplyParameters(77)),
     "Message to be replied not found"),
    ("topic that is not there", lambda bot: bot.send_message(GROUP, "x", message_thread_id=77),
     "Message thread not found"),
    ("General by its number", lambda bot: bot.send_message(GROUP, "x", message_thread_id=1),
     "Message thread not found"),
    ("edit of nothing", lambda bot: bot.edit_message_text("x", MIA, 77), "Message to edit not found"),
    ("edit of Mia's words", lambda bot: bot.edit_message_text("x", MIA, 1), "Message can't be edited"),
    ("delete of nothing", lambda bot: bot.delete_message(MIA, 77), "Message to delete not found"),
    ("wrong action", lambda bot: bot.send_chat_action(MIA, "dance"), "Wrong parameter action in request"),
    ("photo of text", lambda bot: bot.send_photo(MIA, b"words"), "Image_process_failed"),
    ("unknown file", lambda bot: bot.send_document(MIA, "BQAC1"), "Wrong file identifier/http url specified"),
    ("unknown download", lambda bot: bot.get_file("BQAC1"), "Wrong file_id or the file is temporarily unavailable"),
    ("tick as a reaction", lambda bot: bot.set_message_reaction(MIA, 1, "✅"), "Reaction_invalid"),
    ("answer to no query", lambda bot: bot.answer_callback_query("1"),
     "Query is too old and response timeout expired or query id is invalid"),
    ("command in capitals", lambda bot: bot.set_my_commands([("Book", "b")]), "Bot_command_invalid"),
    ("topics in a private chat", lambda bot: bot.create_forum_topic(MIA, "x"), "The chat is not a forum"),
    ("closing no topic", lambda bot: bot.close_forum_topic(GROUP, 77), "Topic_id_invalid"),
    ("description of 513", lambda bot: bot.set_my_description("x" * 513), "Description is too long"),
    ("webhook in the clear", lambda bot: bot.set_webhook("http://example.com/"),
     "Bad webhook: an https url must be provided for webhook"),
    ("webhook nowhere", lambda bot: bot.set_webhook("hello"), "Invalid webhook url specified"),
    ("secret with a space", lambda bot: bot.set_webhook("https://x.example/", secret_token="a b"),
     "Secret token contains unallowed characters"),
    ("administrators of a private chat", lambda bot: bot.get_chat_administrators(MIA),
     "There are no administrators in the private chat"),
    ("price below the least", lambda bot: bot.send_invoice(MIA, "T", "D", "p", "USD", PRICE, "1:TEST:2"),
     "Currency_total_amount_invalid"),
    ("no payment provider", lambda bot: bot.send_invoice(MIA, "T", "D", "p", "USD", [LabeledPrice("a", 4900)]),
     "Payment_provider_invalid"),
    ("stars in two prices", lambda bot: bot.send_invoice(MIA, "T", "D", "p", "XTR", [LabeledPrice("a", 1)] * 2),
     "Stars_invoice_invalid"),
    ("refund of nothing", lambda bot: bot.refund_star_payment(MIA, "x"), "Charge_not_found"),
]  # fmt: skip


async def test_telegram_refuses_in_its_own_words(bot: Bot, subtests: pytest.Subtests) -> None:
    for name, ask, said in REFUSALS:
        with subtests.test(name):
            with pytest.raises(BadRequest) as refused:
                await ask(bot)
            assert refused.value.message.lower() == said.lower()


async def test_limits_are_met_exactly(bot: Bot) -> None:
    longest = await bot.send_message(MIA, "<b>" + "🦵" * 2048 + "</b>", parse_mode="HTML")
    assert longest.text == "🦵" * 2048
    await bot.send_message(MIA, "x", reply_markup=button(callback_data="é" * 32))
    await bot.send_photo(MIA, PNG, caption="x" * 1024)


async def test_names_of_errors_travel_as_the_real_server_writes_them(bot: Bot, sandbox_server: str) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "x" * 65}]]}
    call = {"chat_id": MIA, "text": "hello", "reply_markup": keyboard}
    async with aiohttp.ClientSession() as plain:
        reply = await plain.post(f"{sandbox_server}/telegram/bot{bot.token}/SENDMESSAGE", json=call)
        said = {"ok": False, "error_code": 400, "description": "Bad Request: BUTTON_DATA_INVALID"}
        assert (reply.status, await reply.json()) == (400, said)
        reply = await plain.get(f"{sandbox_server}/telegram/bot{bot.token}/sendMessage?chat_id={MIA}&text=hello")
        assert (await reply.json())["result"]["text"] == "hello"
        reply = await plain.post(f"{sandbox_server}/telegram/bot{bot.token}/sendMessage", data={"text": "x"})
        assert (await reply.json())["description"] == "Bad Request: chat_id is empty"


async def test_trouble_sounds_like_telegram(bot: Bot, world: World) -> None:
    world.faults.add(Rule("telegram", Fault.RATE_LIMITED, method="sendMessage", retry_after=7))
    with pytest.raises(RetryAfter, match="Retry in 0:00:07"):
        await bot.send_message(MIA, "x")
    world.faults.add(Rule("telegram", Fault.SERVER_ERROR, method="sendMessage"))
    with pytest.raises(TelegramError, match="Internal Server Error"):
        await bot.send_message(MIA, "x")
    await bot.send_message(MIA, "x")


async def test_the_flood_limit_can_be_switched_on(bot: Bot, cast: Cast) -> None:
    cast.telegram.state.flood_limit = True
    await bot.send_message(MIA, "x")
    with pytest.raises(RetryAfter, match="Retry in 0:00:01"):
        await bot.send_message(MIA, "y")
