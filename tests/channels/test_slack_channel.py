"""What Slack has and other platforms have not: threads, hidden answers, modals, signed posts, the home page."""

from datetime import timedelta

import pytest

from bot.manifest import manifest
from handlers.channel import Departed, TryLater, Undeliverable
from handlers.effects import Mark
from handlers.heard import Command
from handlers.messages import Attachment, Button, Message, rows
from sandbox.faults import Fault, Rule
from sandbox.slack.model import Channel
from tests.channels.contract import PIXEL
from tests.channels.slack_stage import COMMANDS, DESK, DIRECT, PEOPLE, TEAM, SlackStage

ANA, BEN, MIA = PEOPLE["ana"], PEOPLE["ben"], PEOPLE["mia"]
CLAIM = Message(title="Mia", buttons=rows([Button(label="Claim", action="case.claim", value="17")]))


async def test_it_knows_who_it_is(stage: SlackStage) -> None:
    assert (stage.channel.account, stage.channel.handle, stage.channel.problem) == (TEAM, "bellhop", "")


# Commands and answers


async def test_a_slash_command_is_heard_with_the_persons_name_language_and_zone(stage: SlackStage) -> None:
    heard = await stage.commands("ana", "/pay 49 USD Consultation")
    assert isinstance(heard, Command)
    assert (heard.name, heard.args) == ("pay", "49 USD Consultation")
    assert (heard.sender.name, heard.sender.language, heard.sender.zone) == ("Ana Silva", "de-DE", "Europe/Berlin")
    await stage.channel.answer(heard.origin, Message(text="To whom?"))
    assert stage.hidden("ana") == ["To whom?"]
    assert stage.hidden("ben") == []


async def test_a_command_in_a_direct_message_is_answered_openly(http: SlackStage) -> None:
    heard = await http.commands("mia", "/bellhop")
    assert (heard.origin.chat, getattr(heard, "name", "")) == (DIRECT, "help")
    await http.channel.answer(heard.origin, Message(text="I can do this"))
    assert [(seen.text, seen.thread) for seen in http.sees("mia")] == [("I can do this", "")]
    assert http.hidden("mia") == []


async def test_a_command_typed_to_a_colleague_belongs_to_the_talk_with_bellhop(http: SlackStage) -> None:
    between = Channel("D0BETWEEN", "", "im", [ANA, BEN])
    http.team.channels[between.id] = between
    heard = await http.commands("ana", "/agenda", channel=between.id)
    assert heard.origin.chat == http.team.direct(ANA).id
    await http.channel.answer(heard.origin, Message(text="Nothing today"))
    assert [seen.text for seen in http.sees("ana")] == ["Nothing today"]


async def test_a_command_works_where_bellhop_is_no_member(http: SlackStage) -> None:
    heard = await http.commands("ana", "/agenda", channel="C0GENERAL")
    await http.channel.answer(heard.origin, Message(text="Nothing today"))
    assert http.hidden("ana") == ["Nothing today"]


async def test_an_answer_that_comes_too_late_for_slacks_address_comes_all_the_same(http: SlackStage) -> None:
    heard = await http.commands("ana", "/agenda")
    http.twin.core.world.clock.jump(timedelta(minutes=31))
    await http.channel.answer(heard.origin, Message(text="Nothing today"))
    assert http.hidden("ana") == ["Nothing today"]


async def test_where_nobody_can_whisper_the_answer_goes_to_the_direct_messages(http: SlackStage) -> None:
    heard = await http.commands("ana", "/agenda", channel="C0GENERAL")
    http.twin.core.world.clock.jump(timedelta(minutes=31))
    await http.channel.answer(heard.origin, Message(text="Nothing today"))
    place, message = http.messages("ana")[-1]
    assert (place.id, message.blocks[0]["type"]) == (http.team.direct(ANA).id, "rich_text")


async def test_a_press_on_a_shared_card_is_answered_to_that_person_and_the_card_stays(stage: SlackStage) -> None:
    await stage.channel.send(stage.desk, TEAM, CLAIM)
    heard = await stage.presses("ana", "Claim")
    assert heard.sender.name == "Ana Silva"
    for edit in (False, True):
        await stage.channel.answer(heard.origin, Message(text="Ben has it already"), edit=edit)
    assert stage.hidden("ana") == ["Ben has it already"] * 2
    assert [seen.text for seen in stage.sees("ben")] == ["Mia"]


async def test_a_dialogue_at_the_desk_goes_on_in_its_hidden_message(stage: SlackStage) -> None:
    heard = await stage.commands("ana", "/book")
    question = Message(text="Which day?", buttons=rows([Button(label="Monday", action="day", value="1")]))
    await stage.channel.answer(heard.origin, question)
    pressed = await stage.presses("ana", "Monday")
    assert pressed.origin.ephemeral
    await stage.channel.answer(pressed.origin, Message(text="Monday it is"), edit=True)
    assert stage.hidden("ana") == ["Monday it is"]


async def test_a_file_for_one_person_goes_to_their_direct_messages(http: SlackStage) -> None:
    heard = await http.commands("ana", "/agenda")
    entry = Attachment(name="day.ics", mime="text/calendar", content=b"BEGIN:VCALENDAR")
    await http.channel.answer(heard.origin, Message(text="Your day", files=(entry,)))
    place, message = next((place, each) for place, each in http.messages("ana") if each.files)
    assert (place.id, http.seen(place, message).files) == (http.team.direct(ANA).id, (entry.content,))
    assert http.hidden("ana") == ["Your day"]


# Forms


# Saying


async def test_a_persons_words_bear_their_name_and_a_mention_stays_words(http: SlackStage) -> None:
    await http.channel.send(http.customer, TEAM, Message(author="Ana Silva", text="Hi <!channel>"))
    _, message = http.messages("mia")[-1]
    assert (message.username, message.text) == ("Ana Silva", "Hi &lt;!channel&gt;")
    assert message.blocks[0]["elements"][0]["elements"] == [{"type": "text", "text": "Hi <!channel>"}]


async def test_without_the_scope_the_name_stands_above_the_words(http: SlackStage) -> None:
    install = http.team.install
    assert install is not None
    install.scopes = install.scopes - {"chat:write.customize"}
    sent = await http.channel.send(http.customer, TEAM, Message(author="Ana Silva", text="Hi"))
    assert http.sees("mia")[-1].text == "Ana Silva\nHi"
    await http.channel.send(http.customer, TEAM, Message(author="Ana Silva", text="Hi!"), replaces=sent.message_id)
    assert http.sees("mia")[-1].text == "Ana Silva\nHi!"


async def test_a_customer_known_by_their_id_is_written_to_directly(http: SlackStage) -> None:
    seat = http.customer.model_copy(update={"chat": MIA})
    await http.channel.send(seat, TEAM, Message(text="Hello"))
    assert [(place.id, each.text) for place, each in http.messages("mia")] == [(DIRECT, "Hello")]


async def test_a_deleted_case_card_begins_a_new_thread(http: SlackStage) -> None:
    card = await http.channel.send(http.desk, TEAM, CLAIM)
    place = http.team.channels[DESK]
    message = place.find(card.message_id)
    assert message is not None
    http.twin.core.remove(http.team, place, message)
    seat = http.desk.model_copy(update={"thread": card.thread})
    again = await http.channel.send(seat, TEAM, CLAIM, replaces=card.message_id)
    assert again.message_id == again.thread != card.message_id


async def test_a_file_that_cannot_be_fetched_leaves_no_words_behind(http: SlackStage) -> None:
    lost = Attachment(name="dot.png", mime="image/png", channel="pigeon", file_id="lost")
    with pytest.raises(KeyError):
        await http.channel.send(http.customer, TEAM, Message(text="Look", files=(lost,)))
    assert http.sees("mia") == []


async def test_a_file_that_slack_does_not_take_at_last_leaves_no_words_behind(http: SlackStage) -> None:
    http.files["dot"] = PIXEL
    dot = Attachment(name="dot.png", mime="image/png", channel="pigeon", file_id="dot")
    http.twin.core.world.faults.add(Rule("slack", Fault.SERVER_ERROR, method="completeUpload"))
    with pytest.raises(Exception, match="internal_error"):
        await http.channel.send(http.customer, TEAM, Message(text="Look", files=(dot,)))
    assert http.sees("mia") == []
    await http.channel.send(http.customer, TEAM, Message(text="Look", files=(dot,)))
    assert [seen.files for seen in http.sees("mia")] == [(), (PIXEL,)]


async def test_a_channel_without_bellhop_says_how_to_invite_it(http: SlackStage) -> None:
    seat = http.desk.model_copy(update={"chat": "C0GENERAL"})
    with pytest.raises(Undeliverable, match="/invite @Bellhop") as refused:
        await http.channel.send(seat, TEAM, CLAIM)
    assert not refused.value.gone


async def test_another_workspaces_conversation_is_not_said_here(http: SlackStage) -> None:
    with pytest.raises(Departed, match="no token for that Slack workspace"):
        await http.channel.send(http.customer, "T0GLOBEX", Message(text="Hello"))


async def test_what_slack_cannot_do_just_now_is_left_to_be_tried_again(http: SlackStage) -> None:
    http.twin.core.world.faults.add(Rule("slack", Fault.SERVER_ERROR, method="chat.postMessage"))
    with pytest.raises(Exception, match="internal_error") as refused:
        await http.channel.send(http.customer, TEAM, Message(text="Hello"))
    assert not isinstance(refused.value, (Undeliverable, TryLater))


async def test_a_place_that_asked_for_patience_is_left_alone_and_others_are_not(http: SlackStage) -> None:
    http.demands_patience(30)
    for _ in range(2):
        with pytest.raises(TryLater):
            await http.channel.send(http.customer, TEAM, Message(text="Hello"))
    await http.channel.send(http.desk, TEAM, CLAIM)
    assert http.sees("mia") == []


# Marks, files, shortcuts, the home page


async def test_the_newest_mark_counts(http: SlackStage) -> None:
    card = await http.channel.send(http.desk, TEAM, CLAIM)
    heard = await http.writes("ana", "On my way", thread=card.thread)
    signs = []
    for mark in (Mark.FAILED, Mark.DELIVERED, Mark.DELIVERED, Mark.FAILED):
        await http.channel.mark(heard.origin, mark)
        signs.append(http.signs(heard))
    assert signs == [{"warning"}, {"white_check_mark"}, {"white_check_mark"}, {"warning"}]


async def test_a_mark_on_a_deleted_message_is_nothing(http: SlackStage) -> None:
    heard = await http.writes("mia", "oops")
    await http.twin.people.deletes(MIA, DIRECT, heard.origin.message_id)
    await http.channel.mark(heard.origin, Mark.DELIVERED)
    await http.channel.send(http.customer, TEAM, Message(text="And yet we talk on"))
    assert [seen.text for seen in http.sees("mia")] == ["And yet we talk on"]


async def test_a_file_that_is_gone_says_so(http: SlackStage) -> None:
    gone = Attachment(name="gone.txt", channel="slack", account=TEAM, file_id="F0NOWHERE")
    with pytest.raises(Undeliverable, match="no longer in Slack"):
        await http.channel.download(gone)


async def test_a_file_too_large_to_pass_on_says_so(http: SlackStage) -> None:
    huge = Attachment(name="film.mov", channel="slack", account=TEAM, file_id="F1", size=60 * 1024 * 1024)
    with pytest.raises(Undeliverable, match=r"film\.mov has 60 MB"):
        await http.channel.download(huge)


async def test_a_shortcut_of_the_manifest_is_the_command_in_that_thread(stage: SlackStage) -> None:
    stage.twin.use_manifest(manifest("https://desk.example", socket_mode=False, commands=COMMANDS))
    card = await stage.channel.send(stage.desk, TEAM, CLAIM)
    said = await stage.writes("ana", "Hello", thread=card.thread)
    await stage.twin.people.uses_shortcut(ANA, DESK, said.origin.message_id, "video")
    heard = await stage.next()
    assert isinstance(heard, Command)
    assert (heard.name, heard.origin.thread) == ("video", card.thread)
    await stage.channel.answer(heard.origin, Message(text="The room is open"))
    assert stage.hidden("ana") == ["The room is open"]


async def test_the_home_page_is_published_to_whoever_opens_it(stage: SlackStage) -> None:
    await stage.twin.people.opens_home(ANA)
    heard = await stage.next()
    button = Button(label="Agenda", action="agenda", value="today")
    await stage.channel.answer(heard.origin, Message(title="Good morning", buttons=rows([button])))
    assert stage.twin.sees(ANA)["home"]["blocks"][0]["elements"][0]["elements"][0]["text"] == "Good morning"
    await stage.twin.people.presses_in_view(ANA, "Agenda", home=True)
    pressed = await stage.next()
    assert pressed.origin.chat == stage.team.direct(ANA).id
    await stage.channel.answer(pressed.origin, Message(title="Nothing today"))
    assert stage.twin.sees(ANA)["home"]["blocks"][0]["elements"][0]["elements"][0]["text"] == "Nothing today"


async def test_people_mentioned_are_called_by_their_names(http: SlackStage) -> None:
    heard = await http.writes("mia", "Is @ben there, or <@U0BEN>?")
    assert getattr(heard, "text", "") == "Is @Ben Okafor there, or <@U0BEN>?"


async def test_somebody_whom_slack_does_not_tell_of_is_heard_all_the_same(http: SlackStage) -> None:
    http.twin.core.world.faults.add(Rule("slack", Fault.SERVER_ERROR, method="users.info"))
    heard = await http.writes("mia", "Hello")
    assert heard.sender.name == MIA


# The line
