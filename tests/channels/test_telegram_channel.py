"""What is Telegram's own: topics, private answers, keyboards, long messages, files by their id."""

import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram.error import TelegramError

from handlers.channel import TryLater, Undeliverable
from handlers.effects import Mark
from handlers.heard import Said
from handlers.messages import Attachment, Button, Message, rows
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.telegram.methods.settings import commands_for
from sandbox.telegram.params import Upload
from sandbox.telegram.state import GROUP_ID
from storage.tables import Seat
from tests.channels.contract import PIXEL, Seen, card
from tests.channels.telegram_stage import ANA, BEN, MIA, TelegramStage, telegram_stage


@pytest_asyncio.fixture
async def stage(cast: Cast, sandbox_server: str) -> AsyncIterator[TelegramStage]:
    async with telegram_stage(cast, sandbox_server) as stage:
        yield stage


async def say(stage: TelegramStage, seat: Seat, message: Message, replaces: str = "") -> str:
    return (await stage.channel.send(seat, stage.account, message, replaces=replaces)).message_id


def called(stage: TelegramStage, *methods: str) -> int:
    """How often the bot has called these methods."""
    return sum(each.method in methods for each in stage.twin.world.wire if each.service == "telegram")


async def test_a_topic_bears_the_cases_title(stage: TelegramStage) -> None:
    sent = await stage.channel.send(stage.desk, stage.account, Message(title="Mia Schneider " + "x" * 200))
    topic = stage.twin.state.group.topics[int(sent.thread)]
    assert topic.name.startswith("Mia Schneider") and len(topic.name) == 128


async def test_a_deleted_topic_is_begun_again(stage: TelegramStage) -> None:
    sent = await stage.channel.send(stage.desk, stage.account, Message(title="Mia"))
    del stage.twin.state.group.topics[int(sent.thread)]
    stage.twin.state.group.messages.clear()
    seat = stage.desk.model_copy(update={"thread": sent.thread})
    again = await stage.channel.send(seat, stage.account, Message(title="Mia", text="again"), replaces=sent.message_id)
    assert again.thread != sent.thread
    assert stage.sees("ana") == [Seen("Mia\nagain", thread=again.thread)]


async def test_a_case_card_refused_for_haste_opens_one_topic_only(stage: TelegramStage) -> None:
    stage.twin.world.faults.add(Rule("telegram", Fault.RATE_LIMITED, method="sendMessage", retry_after=1))
    with pytest.raises(TryLater):
        await say(stage, stage.desk, Message(title="Mia"))
    while True:
        try:
            await say(stage, stage.desk, Message(title="Mia"))
            break
        except TryLater:
            pass
    assert len(stage.twin.state.group.topics) == 1


async def test_a_refused_chat_is_left_alone_until_the_time_is_over(stage: TelegramStage) -> None:
    stage.demands_patience(30)
    with pytest.raises(TryLater):
        await say(stage, stage.customer, Message(text="one"))
    calls = called(stage, "sendMessage")
    with pytest.raises(TryLater) as refused:
        await say(stage, stage.customer, Message(text="two"))
    assert 25 < refused.value.seconds <= 30
    assert called(stage, "sendMessage") == calls
    await say(stage, stage.desk, Message(title="Others go on"))


async def test_a_desk_where_the_bot_may_not_open_topics_says_what_to_do(stage: TelegramStage) -> None:
    stage.twin.state.bot_manages_topics = False
    with pytest.raises(Undeliverable, match="make it an administrator") as refused:
        await say(stage, stage.desk, Message(title="Mia"))
    assert not refused.value.gone


async def test_a_group_that_the_bot_had_to_leave_is_gone(stage: TelegramStage) -> None:
    stage.twin.state.group.left = True
    with pytest.raises(Undeliverable) as refused:
        await say(stage, stage.desk, Message(title="Mia"))
    assert refused.value.gone


async def test_another_bots_conversation_is_not_ours_to_write_in(stage: TelegramStage) -> None:
    with pytest.raises(Undeliverable, match="another bot"):
        await stage.channel.send(stage.customer, "42", Message(text="hello"))


async def test_an_agent_who_never_opened_the_bot_is_asked_to(stage: TelegramStage) -> None:
    button = Button(label="Join", action="join", value="3")
    case = await stage.channel.send(stage.desk, stage.account, Message(title="Mia", buttons=rows([button])))
    heard = await stage.presses("ben", "Join")
    await stage.channel.answer(heard.origin, Message(text="Your link", secret=True))
    assert stage.sees("ben")[-1].text == "Open a chat with me once, then press again."
    assert stage.sees("ben")[-1].thread == case.thread
    told = await stage.twin.people.tap_label(BEN, "Open the chat", chat=GROUP_ID)
    assert told == {"url": f"https://t.me/{stage.channel.handle}"}
    stage.twin.people.start(BEN)
    await stage.next()
    await stage.channel.answer(heard.origin, Message(text="Your link", secret=True))
    assert "Your link" in [seen.text for seen in stage.sees("ben")]
    assert "Your link" not in [seen.text for seen in stage.sees("ana")]


async def test_a_location_can_be_shared_with_one_key(stage: TelegramStage) -> None:
    zones = rows([Button(label="Berlin", action="zone", value="Europe/Berlin")])
    await say(stage, stage.customer, Message(text="Which time zone?", buttons=zones, asks_place=True))
    assert [seen.buttons for seen in stage.sees("mia")[-2:]] == [("Berlin",), ()]
    stage.twin.people.press(MIA, 0, 0)
    heard = await stage.next()
    assert heard.kind == "place"


async def test_nobody_is_asked_for_a_location_in_a_group(stage: TelegramStage) -> None:
    await say(stage, stage.desk, Message(title="Where?", asks_place=True))
    assert stage.twin.state.group.keyboard is None


def long(words: int) -> Message:
    return Message(text=" ".join(f"word{number}" for number in range(words)), buttons=card("Open").buttons)


@pytest.mark.parametrize(("before", "after"), [(2500, 20), (20, 2500), (1200, 2500), (2500, 2400)])
async def test_a_long_message_is_changed_in_all_its_pages(stage: TelegramStage, before: int, after: int) -> None:
    start = len(stage.sees("mia"))
    ids = await say(stage, stage.customer, long(before))
    await say(stage, stage.customer, long(after), replaces=ids)
    seen = stage.sees("mia")[start:]
    assert " ".join(each.text for each in seen) == long(after).text
    assert [each.buttons for each in seen if each.buttons] == [("Pay",)]
    assert seen[-1].buttons == ("Pay",)


async def test_later_pages_wait_for_their_turn(stage: TelegramStage) -> None:
    stage.twin.state.flood_limit = True
    start = len(stage.sees("mia"))
    await say(stage, stage.customer, long(600))
    assert " ".join(each.text for each in stage.sees("mia")[start:]) == long(600).text


async def test_a_message_that_is_gone_is_said_anew(stage: TelegramStage) -> None:
    ids = await say(stage, stage.customer, card("Open"))
    stage.twin.state.chats[MIA].messages.clear()
    again = await say(stage, stage.customer, card("Paid"), replaces=ids)
    assert again != ids
    assert "Paid" in stage.sees("mia")[-1].text


async def test_a_caption_is_changed_in_place(stage: TelegramStage) -> None:
    picture = Attachment(name="dot.png", mime="image/png", content=PIXEL)
    ids = await say(stage, stage.customer, Message(text="before", files=(picture,)))
    count = len(stage.sees("mia"))
    assert await say(stage, stage.customer, Message(text="after", files=(picture,)), replaces=ids) == ids
    assert stage.sees("mia")[-1] == Seen("after", files=(PIXEL,))
    assert len(stage.sees("mia")) == count


async def test_words_too_long_for_a_caption_go_before_the_file(stage: TelegramStage) -> None:
    picture = Attachment(name="dot.png", mime="image/png", content=PIXEL)
    await say(stage, stage.customer, Message(text="long " * 300, files=(picture, picture)))
    words, first, second = stage.sees("mia")[-3:]
    assert words.text == ("long " * 300).strip()
    assert first.files == second.files == (PIXEL,)


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_a_file_that_telegram_has_is_not_carried_again(stage: TelegramStage, kind: str) -> None:
    stage.twin.people.send_file(MIA, Upload("dot.png", "image/png", PIXEL), kind, "look")
    heard = await stage.next()
    assert isinstance(heard, Said)
    await say(stage, stage.desk, Message(author="Mia", text=heard.text, files=heard.files))
    assert stage.sees("ana")[-1].files == (PIXEL,)
    assert called(stage, "getFile") == 0


async def test_a_broken_picture_goes_as_a_document(stage: TelegramStage) -> None:
    broken = Attachment(name="dot.png", mime="image/png", content=b"not a picture")
    await say(stage, stage.customer, Message(files=(broken,)))
    assert stage.sees("mia")[-1].files == (b"not a picture",)
    assert "document" in next(reversed(stage.twin.state.chats[MIA].messages.values()))


async def test_a_file_too_large_for_a_bot_is_refused_before_it_is_carried(stage: TelegramStage) -> None:
    film = Attachment(name="film.mov", mime="video/quicktime", channel="slack", file_id="F1", size=70_000_000)
    with pytest.raises(Undeliverable, match=r"film.mov has 70.0 MB; bots on Telegram can pass on 50 MB"):
        await say(stage, stage.customer, Message(text="my film", files=(film,)))
    heavy = film.model_copy(update={"channel": "telegram", "file_id": "document:BQAC", "size": 30_000_000})
    with pytest.raises(Undeliverable, match=r"30\.0 MB"):
        await stage.channel.download(heavy)


async def test_a_file_that_telegram_has_forgotten_cannot_be_fetched(stage: TelegramStage) -> None:
    lost = Attachment(name="a.pdf", channel="telegram", account=stage.account, file_id="document:BQAC-lost", size=9)
    with pytest.raises(Undeliverable, match="no longer has the file"):
        await stage.channel.download(lost)


async def test_a_mark_on_a_message_that_is_gone_is_no_trouble(stage: TelegramStage) -> None:
    heard = await stage.writes("mia", "hello")
    stage.twin.people.delete(MIA, int(heard.origin.message_id))
    await stage.channel.mark(heard.origin, Mark.FAILED)
    await say(stage, stage.customer, Message(text="And yet we talk on"))
    assert [seen.text for seen in stage.sees("mia")] == ["And yet we talk on"]


async def test_a_failing_telegram_is_neither_gone_nor_a_matter_of_patience(stage: TelegramStage) -> None:
    stage.twin.world.faults.add(Rule("telegram", Fault.SERVER_ERROR, method="sendMessage"))
    with pytest.raises(TelegramError):
        await say(stage, stage.customer, Message(text="hello"))


async def test_the_token_stands_in_no_log(stage: TelegramStage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await say(stage, stage.customer, Message(text="hello"))
    await stage.writes("ana", "hello")
    assert stage.twin.world.secrets.telegram_token not in caplog.text


async def test_the_menus_offer_what_each_side_may_do(stage: TelegramStage) -> None:
    state = stage.twin.state
    private = commands_for(state, state.chats[MIA], state.people[MIA])
    group = commands_for(state, state.group, state.people[ANA])
    assert [each["command"] for each in private] == ["book", "help"]
    assert group[0] == {"command": "pay", "description": "Ask for money (49 USD Consultation)"}
    assert "a person of the team may read along" in stage.twin.state.texts[("description", "")]


async def test_an_agent_in_their_own_chat_needs_no_topic(stage: TelegramStage) -> None:
    seat = stage.desk.model_copy(update={"chat": str(ANA)})
    assert (await stage.channel.send(seat, stage.account, Message(title="Mia"))).thread == ""
