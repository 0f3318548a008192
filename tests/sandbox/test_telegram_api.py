"""What the Bot API does, asked by the real python-telegram-bot over HTTP."""

import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    KeyboardButton,
    MenuButtonCommands,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyParameters,
    WebAppInfo,
)
from telegram.constants import MessageEntityType, ReactionEmoji
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError

from sandbox.app import Cast
from sandbox.telegram.files import picture_size
from sandbox.world import World
from tests.sandbox.telegram_stage import ANA, ARJUN, EVE, GROUP, MIA, PNG, speaking


@pytest_asyncio.fixture
async def bot(world: World, cast: Cast, sandbox_server: str) -> AsyncIterator[Bot]:
    cast.telegram.people.start(MIA)
    async with speaking(world, sandbox_server) as speaker:
        yield speaker


def button(**about: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Go", **about)]])


async def test_the_bot_knows_itself(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (700100200, "bellhop_sandbox_bot", True)


async def test_another_token_is_unauthorized(world: World, sandbox_server: str) -> None:
    with pytest.raises(InvalidToken, match="was rejected by the server"):
        async with speaking(world, sandbox_server, token="700100200:wrong"):
            pass


async def test_an_unknown_method_fails_loudly_and_is_named(bot: Bot, world: World) -> None:
    with pytest.raises(NetworkError, match="the sandbox does not play sendDice"):
        await bot.send_dice(MIA)
    assert [(each.method, each.status) for each in world.wire][-1] == ("sendDice", 501)


async def test_html_becomes_text_with_entities_in_utf16_units(bot: Bot) -> None:
    sent = await bot.send_message(
        MIA,
        ' 🦵 <b>Hi <i>you</i></b> &lt;b&gt; <a href="https://example.com/?a=1&amp;b=2">page</a>'
        ' <pre><code class="language-py">x=1</code></pre> /pay ',
        parse_mode="HTML",
    )
    assert sent.text == "🦵 Hi you <b> page x=1 /pay"
    found = [(entity.type, sent.parse_entity(entity), entity.url, entity.language) for entity in sent.entities]
    assert found == [
        (MessageEntityType.BOLD, "Hi you", None, None),
        (MessageEntityType.ITALIC, "you", None, None),
        (MessageEntityType.TEXT_LINK, "page", "https://example.com/?a=1&b=2", None),
        (MessageEntityType.PRE, "x=1", None, "py"),
        (MessageEntityType.BOT_COMMAND, "/pay", None, None),
    ]


async def test_entities_may_be_given_instead_of_markup(bot: Bot) -> None:
    sent = await bot.send_message(MIA, "<b> is bold", entities=[MessageEntity(MessageEntityType.BOLD, 0, 3)])
    assert sent.text == "<b> is bold"
    assert sent.entities[0].type == MessageEntityType.BOLD


async def test_other_tags_of_the_html_mode_are_known(bot: Bot) -> None:
    first = "<u>a</u> <del>b</del> <tg-spoiler>c</tg-spoiler>"
    second = '<span class="tg-spoiler">d</span> <blockquote expandable>e</blockquote>'
    sent = await bot.send_message(MIA, f"{first} {second}", parse_mode="HTML")
    kinds = [str(entity.type) for entity in sent.entities]
    assert kinds == ["underline", "strikethrough", "spoiler", "spoiler", "expandable_blockquote"]


async def test_a_person_who_never_spoke_or_has_blocked_is_out_of_reach(bot: Bot, cast: Cast) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(ARJUN, "x")
    cast.telegram.people.block(MIA, True)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(MIA, "x")
    cast.telegram.people.block(MIA, False)
    await bot.send_message(MIA, "x")


async def test_edits_change_the_same_message_and_nothing_else_is_no_edit(bot: Bot) -> None:
    sent = await bot.send_message(MIA, "To pay", reply_markup=button(callback_data="pay"))
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await sent.edit_text("To pay", reply_markup=button(callback_data="pay"))
    edited = await sent.edit_text("<b>Paid</b>", parse_mode="HTML")
    assert not isinstance(edited, bool)
    assert (edited.message_id, edited.text, edited.reply_markup) == (sent.message_id, "Paid", None)
    assert edited.edit_date is not None
    with pytest.raises(BadRequest, match="is not modified"):
        await sent.edit_reply_markup(None)
    await sent.edit_reply_markup(button(url="http://127.0.0.1:8000/pay/x"))
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await sent.edit_caption("x")


async def test_a_documents_caption_and_file_change_but_it_has_no_text(bot: Bot) -> None:
    sent = await bot.send_document(MIA, b"one", caption="First", filename="a.txt")
    await sent.edit_caption("Second")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await sent.edit_text("x")
    edited = await sent.edit_media(InputMediaDocument(b"two", caption="Third", filename="b.txt"))
    assert not isinstance(edited, bool)
    assert edited.document is not None
    assert (edited.caption, edited.document.file_name) == ("Third", "b.txt")


async def test_files_come_back_as_they_were_sent(bot: Bot) -> None:
    sent = await bot.send_document(MIA, b"BEGIN:VCALENDAR", filename="visit.ics")
    assert sent.document is not None
    assert bytes(await (await sent.document.get_file()).download_as_bytearray()) == b"BEGIN:VCALENDAR"
    again = await bot.send_document(MIA, sent.document.file_id)
    assert again.document == sent.document
    with pytest.raises(BadRequest, match="Can't use file of type document as photo"):
        await bot.send_photo(MIA, sent.document.file_id)
    photo = (await bot.send_photo(MIA, PNG)).photo[-1]
    assert (photo.width, photo.height, photo.file_size) == (1, 1, len(PNG))


async def test_voice_video_audio_and_places_are_sent(bot: Bot) -> None:
    voice = (await bot.send_voice(MIA, b"ogg", duration=3)).voice
    audio = (await bot.send_audio(MIA, b"mp3", title="Song")).audio
    video = (await bot.send_video(MIA, b"mp4", width=10, height=20)).video
    place = (await bot.send_location(MIA, 52.5, 13.4)).location
    assert voice and audio and video and place
    assert (audio.title, video.width, video.height, place.latitude) == ("Song", 10, 20, 52.5)


async def test_copies_are_the_bots_own_and_forwards_name_their_author(bot: Bot) -> None:
    copied = await bot.copy_message(GROUP, MIA, 1)
    assert (await bot.edit_message_text("Changed", GROUP, copied.message_id)).text == "Changed"  # type: ignore[union-attr]
    forwarded = await bot.forward_message(GROUP, MIA, 1)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.to_dict()["sender_user"]["first_name"] == "Mia"
    with pytest.raises(BadRequest, match="Message to copy not found"):
        await bot.copy_message(GROUP, MIA, 77)


async def test_an_answer_quotes_and_may_do_without(bot: Bot) -> None:
    sent = await bot.send_message(MIA, "x", reply_parameters=ReplyParameters(1))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "/start"
    await bot.send_message(MIA, "x", reply_parameters=ReplyParameters(77, allow_sending_without_reply=True))


async def test_reply_keyboards_come_and_go(bot: Bot, cast: Cast) -> None:
    keys = [[KeyboardButton("Where I am", request_location=True)], [KeyboardButton("UTC")]]
    await bot.send_message(MIA, "Where?", reply_markup=ReplyKeyboardMarkup(keys))
    shown = cast.telegram.state.chats[MIA].keyboard
    assert shown is not None
    assert shown["keyboard"][1][0]["text"] == "UTC"
    sent = await bot.send_message(MIA, "x")
    with pytest.raises(BadRequest, match="Inline keyboard expected"):
        await bot.edit_message_text("y", MIA, sent.message_id, reply_markup=ReplyKeyboardMarkup(keys))  # type: ignore[arg-type]


async def test_a_topic_lives_from_opening_to_deletion(bot: Bot, cast: Cast) -> None:
    topic = await bot.create_forum_topic(GROUP, "M" * 130)
    assert topic.name == "M" * 128
    said = await bot.send_message(GROUP, "Hello", message_thread_id=topic.message_thread_id)
    assert (said.message_thread_id, said.is_topic_message) == (topic.message_thread_id, True)
    assert said.reply_to_message is not None
    assert said.reply_to_message.forum_topic_created is not None
    await bot.edit_forum_topic(GROUP, topic.message_thread_id, name="Mia")
    await bot.close_forum_topic(GROUP, topic.message_thread_id)
    with pytest.raises(BadRequest, match="Topic_not_modified"):
        await bot.close_forum_topic(GROUP, topic.message_thread_id)
    await bot.reopen_forum_topic(GROUP, topic.message_thread_id)
    assert cast.telegram.state.group.topics[topic.message_thread_id].name == "Mia"
    await bot.delete_forum_topic(GROUP, topic.message_thread_id)
    assert cast.telegram.state.group.messages == {}
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(GROUP, "x", message_thread_id=topic.message_thread_id)


async def test_without_the_right_the_bot_opens_no_topic(bot: Bot, cast: Cast) -> None:
    cast.telegram.state.bot_manages_topics = False
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await bot.create_forum_topic(GROUP, "Mia")


async def test_the_group_and_its_people_can_be_asked_about(bot: Bot) -> None:
    chat = await bot.get_chat(GROUP)
    assert (chat.title, chat.is_forum, chat.type) == ("Front desk", True, "supergroup")
    assert [admin.status for admin in await bot.get_chat_administrators(GROUP)] == ["creator", "administrator"]
    me = await bot.get_chat_member(GROUP, bot.id)
    assert isinstance(me, ChatMemberAdministrator)
    assert me.can_manage_topics is True
    assert (await bot.get_chat_member(GROUP, EVE)).status == "left"
    assert (await bot.get_chat_member(GROUP, ANA)).user.first_name == "Ana"
    assert (await bot.get_chat(MIA)).first_name == "Mia"


async def test_pins_and_leaving(bot: Bot) -> None:
    sent = await bot.send_message(GROUP, "Rules")
    await bot.pin_chat_message(GROUP, sent.message_id)
    assert (await bot.get_chat(GROUP)).pinned_message is not None
    await bot.unpin_chat_message(GROUP, sent.message_id)
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await bot.unpin_chat_message(GROUP)
    await bot.leave_chat(GROUP)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(GROUP, "x")


async def test_the_narrowest_menu_of_commands_is_shown(bot: Bot, cast: Cast, sandbox_server: str) -> None:
    await bot.set_my_commands([("help", "Help")])
    await bot.set_my_commands([BotCommand("hilfe", "Hilfe")], BotCommandScopeAllPrivateChats(), "de")
    assert await shown_commands(sandbox_server, MIA) == ["hilfe"]
    assert await shown_commands(sandbox_server, ARJUN) == ["help"]
    await bot.set_my_commands([("desk", "For the desk")], BotCommandScopeChat(GROUP))
    assert await shown_commands(sandbox_server, GROUP) == ["desk"]
    assert [each.command for each in await bot.get_my_commands(language_code="de")] == []
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), "de")
    assert await shown_commands(sandbox_server, MIA) == ["help"]


async def shown_commands(url: str, chat: int) -> list[str]:
    async with aiohttp.ClientSession() as page:
        state = await (await page.get(f"{url}/ui/telegram/state")).json()
    return [each["command"] for shown in state["chats"] if shown["id"] == chat for each in shown["commands"]]


async def test_texts_of_the_profile_and_the_menu_button_are_kept(bot: Bot) -> None:
    await bot.set_my_description("Books and talks")
    await bot.set_my_short_description("Books", language_code="de")
    await bot.set_chat_menu_button(MIA, MenuButtonCommands())
    assert (await bot.get_my_description("de")).description == "Books and talks"
    assert (await bot.get_my_short_description("de")).short_description == "Books"
    assert (await bot.get_chat_menu_button(MIA)).type == "commands"


async def test_reactions_of_the_bot_replace_each_other(bot: Bot, cast: Cast) -> None:
    await bot.set_message_reaction(MIA, 1, ReactionEmoji.THUMBS_UP)
    await bot.set_message_reaction(MIA, 1, ReactionEmoji.RED_HEART)
    assert cast.telegram.state.chats[MIA].reactions[1] == {bot.id: "❤"}
    await bot.set_message_reaction(MIA, 1, [])
    assert cast.telegram.state.chats[MIA].reactions[1] == {}


async def test_the_bot_deletes_its_words_and_in_the_group_anybodys(bot: Bot, cast: Cast, world: World) -> None:
    await (await bot.send_message(MIA, "Oops")).delete()
    said = cast.telegram.people.send_text(ANA, "Spam", GROUP)
    await bot.delete_message(GROUP, said["message_id"])
    assert list(cast.telegram.state.chats[MIA].messages) == [1]
    world.clock.jump(timedelta(hours=49))
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(MIA, 1)


def test_the_size_of_a_picture_is_read_from_its_head() -> None:
    jpeg = bytes.fromhex("ffd8ffe000040000ffc0000b080010002001012200ffd9")
    webp = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (31).to_bytes(3, "little") + (15).to_bytes(3, "little")
    assert picture_size(PNG) == (1, 1)
    assert picture_size(b"GIF89a" + bytes([32, 0, 16, 0])) == (32, 16)
    assert picture_size(jpeg) == picture_size(webp) == (32, 16)
    assert picture_size(b"words") is picture_size(b"\xff\xd8\xff\xda") is None


async def test_a_mini_app_is_opened_with_signed_data(bot: Bot, cast: Cast, world: World) -> None:
    await bot.send_message(MIA, "Open", reply_markup=button(web_app=WebAppInfo("https://app.example/")))
    opened = await cast.telegram.people.tap_label(MIA, "Go")
    data = parse_qs(urlsplit(opened["url"]).fragment)["tgWebAppData"][0]
    pairs = dict(parse_qsl(data, strict_parsing=True))
    signature = pairs.pop("hash")
    lines = "\n".join(f"{name}={value}" for name, value in sorted(pairs.items()))
    key = hmac.digest(b"WebAppData", world.secrets.telegram_token.encode(), "sha256")
    assert hmac.new(key, lines.encode(), "sha256").hexdigest() == signature
    assert json.loads(pairs["user"])["id"] == MIA
