"""What every chat channel promises, told once. A channel joins with a `Stage` over its platform's twin:

class TestTelegram(ChannelContract):
    @pytest_asyncio.fixture
    async def stage(self, ...) -> AsyncIterator[Stage]: ...
"""

from dataclasses import dataclass
from typing import Protocol

import pytest

from handlers.channel import Channel, TryLater, Undeliverable
from handlers.effects import Mark
from handlers.heard import Command, Edited, Heard, Place, Press, Said
from handlers.messages import Attachment, Button, Message, Style, pairs, rows
from storage.tables import Seat

ODD = "<b>&*_~ `:smile:` [a](https://e.example) <@U1> <!channel> &amp; \\ é 😀"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One message of ours as a person reads it: without markup, with the labels of its buttons and its files' bytes."""

    text: str
    buttons: tuple[str, ...] = ()
    files: tuple[bytes, ...] = ()
    thread: str = ""


class Stage(Protocol):
    """A channel at work: two seats, and people who read, write and press. Mia is the customer, Ana and Ben are agents.

    `customer` is Mia's seat, where Bellhop may already write; `desk` the agents', without a thread.
    `files`: what the channel's `Fetch` finds, by file_id. What people do returns what the channel heard of it.
    """

    channel: Channel
    account: str
    customer: Seat
    desk: Seat
    files: dict[str, bytes]

    def sees(self, person: str) -> list[Seen]:
        """Everything of ours that `person` can read anywhere, each place oldest first."""

    async def writes(self, person: str, text: str, *, thread: str = "") -> Heard:
        """Mia writes to the bot, Ana and Ben at the desk, in `thread` when given."""

    async def rewrites(self, person: str, heard: Heard, text: str) -> Heard:
        """`person` changes the message that was `heard`."""

    async def presses(self, person: str, label: str) -> Heard:
        """`person` presses the newest button with this label that they can see."""

    async def hands_in(self, person: str, name: str, mime: str, data: bytes) -> Heard:
        """`person` sends a file."""

    def marks(self, heard: Heard) -> int:
        """How many signs of ours the message that was `heard` carries."""

    def leaves(self) -> None:
        """Mia shuts the door: nothing reaches her any more."""

    def demands_patience(self, seconds: int) -> None:
        """The platform refuses the next call for `seconds`."""


def card(state: str) -> Message:
    """A payment card."""
    return Message(
        badge="TEST",
        title="Payment request",
        text="Consultation",
        pairs=pairs(Amount="USD 49.00", State=state),
        footnote="Confirmed by webhook" if state == "Paid" else "",
        buttons=rows([Button(label="Pay", action="pay", value="7", style=Style.PRIMARY)]) if state == "Open" else (),
    )


class ChannelContract:
    """The promises."""

    async def test_a_card_shows_all_it_has(self, stage: Stage) -> None:
        await stage.channel.send(stage.customer, stage.account, card("Open"))
        seen = stage.sees("mia")[-1]
        for words in ("TEST", "Payment request", "Consultation", "Amount", "USD 49.00", "State", "Open"):
            assert words in seen.text
        assert seen.buttons == ("Pay",)

    async def test_a_card_said_again_is_changed_in_place(self, stage: Stage) -> None:
        sent = await stage.channel.send(stage.customer, stage.account, card("Open"))
        before = len(stage.sees("mia"))
        again = await stage.channel.send(stage.customer, stage.account, card("Paid"), replaces=sent.message_id)
        assert again.message_id == sent.message_id
        assert len(stage.sees("mia")) == before
        seen = stage.sees("mia")[-1]
        assert "Paid" in seen.text and "Confirmed by webhook" in seen.text and seen.buttons == ()

    async def test_saying_the_same_again_changes_nothing(self, stage: Stage) -> None:
        sent = await stage.channel.send(stage.customer, stage.account, card("Open"))
        before = stage.sees("mia")
        again = await stage.channel.send(stage.customer, stage.account, card("Open"), replaces=sent.message_id)
        assert again.message_id == sent.message_id
        assert stage.sees("mia") == before

    async def test_a_new_case_begins_its_own_thread_at_the_desk(self, stage: Stage) -> None:
        case = await stage.channel.send(stage.desk, stage.account, Message(title="Mia Schneider", text="wants to talk"))
        assert case.thread
        seat = stage.desk.model_copy(update={"thread": case.thread})
        words = await stage.channel.send(seat, stage.account, Message(author="Mia", text="Hello?"))
        assert words.thread == case.thread
        in_thread = [seen.text for seen in stage.sees("ana") if seen.thread == case.thread]
        assert "Mia Schneider" in in_thread[0] and in_thread[-1].endswith("Hello?")

    async def test_the_case_card_can_be_changed_inside_its_thread(self, stage: Stage) -> None:
        case = await stage.channel.send(stage.desk, stage.account, Message(title="Mia", text="waiting"))
        seat = stage.desk.model_copy(update={"thread": case.thread})
        fresh = Message(title="Mia", text="taken by Ana")
        again = await stage.channel.send(seat, stage.account, fresh, replaces=case.message_id)
        assert again == case
        assert [seen.text for seen in stage.sees("ana") if "Mia" in seen.text][-1].endswith("taken by Ana")

    @pytest.mark.parametrize("text", [ODD, "*bold* _it_ ~no~", "> quote\n- list\n1. one", "a  b", "</b>&lt;"])
    async def test_what_people_type_is_shown_as_they_typed_it(self, stage: Stage, text: str) -> None:
        await stage.channel.send(stage.customer, stage.account, Message(author="Ana <b>", text=text))
        seen = stage.sees("mia")[-1].text
        assert "Ana <b>" in seen
        assert text in seen

    async def test_what_we_said_is_taken_back_once(self, stage: Stage) -> None:
        case = await stage.channel.send(stage.desk, stage.account, Message(title="Mia Schneider", text="wants to talk"))
        seat = stage.desk.model_copy(update={"thread": case.thread})
        said = await stage.channel.send(seat, stage.account, Message(author="Mia", text="a secret"))
        await stage.channel.take_back(stage.account, seat.chat, said.message_id)
        assert not [seen for seen in stage.sees("ana") if "a secret" in seen.text]
        assert [seen for seen in stage.sees("ana") if "Mia Schneider" in seen.text]
        with pytest.raises(Undeliverable):
            await stage.channel.take_back(stage.account, seat.chat, said.message_id)

    async def test_a_long_text_arrives_whole(self, stage: Stage) -> None:
        words = [f"word{number}" for number in range(2500)]
        before = len(stage.sees("mia"))
        await stage.channel.send(stage.customer, stage.account, Message(text=" ".join(words)))
        assert " ".join(seen.text for seen in stage.sees("mia")[before:]).split() == words

    async def test_a_person_who_left_is_gone(self, stage: Stage) -> None:
        stage.leaves()
        with pytest.raises(Undeliverable) as refused:
            await stage.channel.send(stage.customer, stage.account, Message(text="Are you there?"))
        assert refused.value.gone
        assert str(refused.value).endswith(".")

    async def test_a_platform_that_asks_for_patience_gets_it(self, stage: Stage) -> None:
        stage.demands_patience(7)
        with pytest.raises(TryLater) as refused:
            await stage.channel.send(stage.customer, stage.account, Message(text="Hello"))
        assert 6 <= refused.value.seconds <= 8

    async def test_a_picture_from_elsewhere_arrives(self, stage: Stage) -> None:
        stage.files["elsewhere"] = PIXEL
        picture = Attachment(name="dot.png", mime="image/png", channel="pigeon", file_id="elsewhere", size=len(PIXEL))
        await stage.channel.send(stage.customer, stage.account, Message(author="Ana", text="Look", files=(picture,)))
        seen = stage.sees("mia")
        assert PIXEL in [data for each in seen for data in each.files]
        assert any("Look" in each.text for each in seen)

    async def test_a_file_of_our_own_arrives(self, stage: Stage) -> None:
        invitation = Attachment(name="call.ics", mime="text/calendar", content=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        await stage.channel.send(stage.customer, stage.account, Message(text="Your booking", files=(invitation,)))
        assert invitation.content in [data for each in stage.sees("mia") for data in each.files]

    async def test_a_file_that_somebody_sends_can_be_fetched(self, stage: Stage) -> None:
        heard = await stage.hands_in("mia", "notes.txt", "text/plain", b"my notes")
        assert isinstance(heard, Said)
        (file,) = heard.files
        assert (file.name, file.channel, file.account) == ("notes.txt", stage.channel.name, stage.account)
        assert await stage.channel.download(file) == b"my notes"

    async def test_words_are_heard_as_they_were_typed(self, stage: Stage) -> None:
        heard = await stage.writes("mia", ODD)
        assert isinstance(heard, Said)
        assert heard.text == ODD
        assert heard.origin.place is Place.PRIVATE
        assert heard.origin.chat == stage.customer.chat

    async def test_an_edit_names_the_message_it_changes(self, stage: Stage) -> None:
        said = await stage.writes("mia", "I come at nine")
        edited = await stage.rewrites("mia", said, "I come at ten")
        assert isinstance(edited, Edited)
        assert edited.text == "I come at ten"
        assert edited.origin.message_id == said.origin.message_id

    async def test_a_bang_in_a_thread_is_a_command(self, stage: Stage) -> None:
        case = await stage.channel.send(stage.desk, stage.account, Message(title="Mia"))
        heard = await stage.writes("ana", "!pay 49 USD  Consultation & <more>", thread=case.thread)
        assert isinstance(heard, Command)
        assert (heard.name, heard.args) == ("pay", "49 USD  Consultation & <more>")
        assert (heard.origin.place, heard.origin.thread) == (Place.GROUP, case.thread)

    async def test_a_press_tells_what_was_pressed_and_where(self, stage: Stage) -> None:
        await stage.channel.send(stage.customer, stage.account, card("Open"))
        heard = await stage.presses("mia", "Pay")
        assert isinstance(heard, Press)
        assert (heard.action, heard.value) == ("pay", "7")
        assert heard.origin.message_id and heard.origin.chat == stage.customer.chat

    async def test_an_answer_may_take_the_place_of_what_was_pressed(self, stage: Stage) -> None:
        await stage.channel.send(stage.customer, stage.account, card("Open"))
        heard = await stage.presses("mia", "Pay")
        before = len(stage.sees("mia"))
        await stage.channel.answer(heard.origin, Message(text="Opening the till"), edit=True)
        assert len(stage.sees("mia")) == before
        assert stage.sees("mia")[-1] == Seen("Opening the till", thread=stage.sees("mia")[-1].thread)

    async def test_an_answer_stands_where_the_question_was(self, stage: Stage) -> None:
        case = await stage.channel.send(stage.desk, stage.account, Message(title="Mia"))
        heard = await stage.writes("ana", "!agenda", thread=case.thread)
        await stage.channel.answer(heard.origin, Message(text="Nothing today"))
        assert Seen("Nothing today", thread=case.thread) in stage.sees("ana")

    async def test_a_secret_is_for_one_person_only(self, stage: Stage) -> None:
        button = Button(label="Join", action="join", value="3")
        await stage.channel.send(stage.desk, stage.account, Message(title="Mia", buttons=rows([button])))
        heard = await stage.presses("ana", "Join")
        await stage.channel.answer(heard.origin, Message(text="Your door code: 1234", secret=True))
        assert any("1234" in seen.text for seen in stage.sees("ana"))
        assert not any("1234" in seen.text for seen in [*stage.sees("ben"), *stage.sees("mia")])

    async def test_a_mark_is_put_on_somebodys_message(self, stage: Stage) -> None:
        heard = await stage.writes("mia", "hello")
        await stage.channel.mark(heard.origin, Mark.DELIVERED)
        assert stage.marks(heard) == 1
