"""Customers and agents say and do things in any order: who reads what, and how often."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from handlers.channel import Undeliverable
from handlers.messages import Button, Message
from storage.tables import Conversation, Side
from tests.budget import rounds
from tests.handlers.machine import MODEST, InTown
from tests.handlers.town import START, Voice, town

CUSTOMERS = st.sampled_from(["mia", "noor"])
AGENTS = st.sampled_from(["ana", "ben"])


@dataclass
class Case:
    """A case as it should be."""

    customer: str
    holder: str = ""
    closed: bool = False


@dataclass
class Words:
    """Something an agent wrote, and whether the customer may ever read it."""

    message_id: str
    agent: str
    case: int
    text: str
    outside: bool


class TheDesk(InTown):
    """Two customers, two agents, any number of cases."""

    @initialize()
    def begin(self) -> None:
        self.cases: dict[int, Case] = {}
        self.from_customers: list[str] = []
        self.words: list[Words] = []
        self.outside: list[str] = []
        self.inside: list[str] = []
        self.spoken = 0

    def word(self) -> str:
        self.spoken += 1
        return f"word{self.spoken}."

    def agent(self, name: str, case: int) -> Voice:
        voice: Voice = getattr(self.town, name)
        return voice.at("acme-desk", self.run(self.town.case_thread(case)))

    def pick(self, index: int) -> int:
        return sorted(self.cases)[index % len(self.cases)]

    async def _hear(self, *heard: object) -> None:
        await self.town.hear(*heard)  # type: ignore[arg-type]
        await self.town.drain()
        self.town.clock.pass_by(seconds=2)

    @rule(who=CUSTOMERS)
    def a_customer_says(self, who: str) -> None:
        text = self.word()
        self.run(self._hear(getattr(self.town, who).says(text)))
        self.from_customers.append(text)
        if not any(case.customer == who and not case.closed for case in self.cases.values()):
            self.cases[len(self.cases) + 1] = Case(who)

    @precondition(lambda self: self.cases)
    @rule(who=AGENTS, index=st.integers(0, 9))
    def an_agent_claims(self, who: str, index: int) -> None:
        case = self.pick(index)
        self.run(self._hear(self.agent(who, case).presses("case.claim", str(case))))
        self.cases[case].holder = self.cases[case].holder or who

    @precondition(lambda self: self.cases)
    @rule(who=AGENTS, index=st.integers(0, 9))
    def an_agent_hands_back(self, who: str, index: int) -> None:
        case = self.pick(index)
        self.run(self._hear(self.agent(who, case).does("back")))
        self.cases[case].holder = ""

    @precondition(lambda self: self.cases)
    @rule(who=AGENTS, index=st.integers(0, 9))
    def an_agent_closes(self, who: str, index: int) -> None:
        case = self.pick(index)
        self.run(self._hear(self.agent(who, case).does("close")))
        self.cases[case].closed = True

    @precondition(lambda self: self.cases)
    @rule(who=AGENTS, index=st.integers(0, 9))
    def an_agent_reopens(self, who: str, index: int) -> None:
        case = self.pick(index)
        self.run(self._hear(self.agent(who, case).presses("case.reopen", str(case))))
        mine = self.cases[case]
        if not any(one.customer == mine.customer and not one.closed for one in self.cases.values()):
            mine.closed = False

    @precondition(lambda self: self.cases)
    @rule(who=AGENTS, index=st.integers(0, 9), note=st.booleans(), late=st.booleans())
    def an_agent_writes(self, who: str, index: int, *, note: bool, late: bool) -> None:
        case, text = self.pick(index), self.word()
        at = START - timedelta(hours=1) if late else None
        message_id = f"at{self.spoken}"
        written = f"// {text}" if note else text
        self.run(self._hear(self.agent(who, case).says(written, at=at, message_id=message_id)))
        outside = self.cases[case].holder == who and not note and not late
        self.words.append(Words(message_id, who, case, text, outside))
        (self.outside if outside else self.inside).append(text)

    @precondition(lambda self: self.words)
    @rule(who=AGENTS, index=st.integers(0, 99), note=st.booleans())
    def an_agent_edits(self, who: str, index: int, *, note: bool) -> None:
        words, text = self.words[index % len(self.words)], self.word()
        heard = self.agent(who, words.case).edits(words.message_id, f"// {text}" if note else text)
        self.run(self._hear(heard))
        if words.agent != who or note or not words.outside:
            self.inside.append(text)

    @rule(who=AGENTS)
    def an_agent_writes_a_note_by_command(self, who: str) -> None:
        for case in list(self.cases)[:1]:
            text = self.word()
            self.run(self._hear(self.agent(who, case).does("note", text)))
            self.inside.append(text)

    @invariant()
    def notes_and_words_of_others_never_leave(self) -> None:
        seen = " ".join(one.message.plain for one in self.town.notebook.shown if one.side is Side.CUSTOMER)
        assert not [text for text in self.inside if text in seen]

    @invariant()
    def what_is_said_arrives_once(self) -> None:
        new = Counter((one.side, one.message.text) for one in self.town.notebook.shown if not one.replaces)
        for text in self.from_customers:
            assert new[Side.AGENT, text] == 1
            assert new[Side.CUSTOMER, text] == 0
        for text in self.outside:
            assert new[Side.CUSTOMER, text] == 1

    @invariant()
    def each_case_has_one_card(self) -> None:
        cards = [one for one in self.town.notebook.shown if one.message.title.startswith("Case ")]
        assert len([one for one in cards if not one.replaces]) == len(self.cases)

    @invariant()
    def the_holder_is_who_came_first(self) -> None:
        async def holders() -> dict[int, tuple[str, bool]]:
            async with self.town.database.begin() as work:
                rows = [await work.session.get_one(Conversation, case) for case in self.cases]
                names = {self.town.ana.person_id: "ana", self.town.ben.person_id: "ben", None: ""}
                return {row.id: (names[row.holder_id], row.closed_at is not None) for row in rows}

        assert self.run(holders()) == {number: (case.holder, case.closed) for number, case in self.cases.items()}


TheDesk.TestCase.settings = MODEST
TestTheDesk = pytest.mark.long(pytest.mark.timeout(rounds(60))(TheDesk.TestCase))


def buttons_of(message: Message) -> list[Button]:
    return [button for row in message.buttons for button in row]


async def test_words_for_a_customer_who_cannot_be_reached_are_answered_for(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.says("hello"))
        await made.drain()
        ana = made.ana.at("acme-desk", await made.case_thread(1))
        await made.hear(ana.does("claim"))
        await made.drain()
        await made.hear(made.mia.leaves(), ana.says("are you there?"))
        await made.drain()
        told = [one.message for one in made.notebook.shown if one.message.title == "Not delivered"]
        assert ["are you there?" in message.text for message in told] == [True]


async def test_every_word_behind_the_one_that_could_not_be_delivered_is_answered_for(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.says("hello"))
        await made.drain()
        ana = made.ana.at("acme-desk", await made.case_thread(1))
        await made.hear(ana.does("claim"))
        await made.drain()
        made.notebook.fails = {"mia": Undeliverable("the bot was blocked", gone=True)}
        await made.hear(ana.says("one"), ana.says("two"), ana.says("three"))
        await made.drain()
        told = [one.message for one in made.notebook.shown if one.message.title == "Not delivered"]
        assert [word for word in ("one", "two", "three") if any(f"“{word}”" in one.text for one in told)] == [
            "one", "two", "three",
        ]  # fmt: skip


async def test_a_word_that_failed_arrives_when_it_is_tried_again(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.says("hello"))
        await made.drain()
        ana = made.ana.at("acme-desk", await made.case_thread(1))
        await made.hear(ana.does("claim"))
        await made.drain()
        made.notebook.fails = {"mia": Undeliverable("it was too long")}
        await made.hear(ana.says("a word"))
        await made.drain()
        made.notebook.fails = {}
        notice = made.notebook.shown[-1].message if made.notebook.shown[-1].message.buttons else None
        notice = notice or next(one.message for one in made.notebook.shown if one.message.title == "Not delivered")
        retry = next(button for button in buttons_of(notice) if button.action == "retry")
        await made.hear(ana.presses("retry", retry.value))
        await made.drain()
        assert [one.message.text for one in made.notebook.shown if one.chat == "mia"][-1] == "a word"


async def test_a_desk_that_cannot_be_reached_is_not_told_so_again_and_again(template: Path) -> None:
    async with town(template) as made:
        made.notebook.fails = {"acme-desk": Undeliverable("the bot is not in that channel")}
        await made.hear(made.mia.says("hello"))
        await made.drain()
        for _ in range(5):
            made.clock.pass_by(minutes=2)
            await made.drain()
        async with made.database.begin() as work:
            assert await work.outbox.next_due() is None
        told = [one.message.title for one in made.notebook.shown if one.chat == "mia"]
        assert told == ["Not delivered"]


async def test_an_agent_at_the_desk_books_for_the_customer_of_the_case(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.says("hello"))
        await made.drain()
        desk = made.ana.at("acme-desk")
        await made.hear(desk.does("book"))
        await made.drain()
        question = made.notebook.answers[-1][1]
        assert [button.label for button in buttons_of(question)] == ["Case 1 · Mia"]


async def test_an_agent_who_calls_for_a_person_at_the_desk_does_not_become_a_customer(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.says("hello"))
        await made.drain()
        await made.hear(
            made.ana.at("acme-desk", await made.case_thread(1)).does("talk"), made.ana.at("acme-desk").does("talk")
        )
        async with made.database.begin() as work:
            assert len(await work.talk.open_cases(made.team.id)) == 1


async def test_an_edit_cannot_make_a_note_of_words_that_have_left(template: Path) -> None:
    async with town(template) as made:
        await made.hear(made.mia.says("hello"))
        await made.drain()
        ana = made.ana.at("acme-desk", await made.case_thread(1))
        await made.hear(ana.does("claim"), ana.says("a word", message_id="at1"), ana.edits("at1", "// a secret"))
        await made.drain()
        assert not [one for one in made.notebook.shown if "a secret" in one.message.plain]
        await made.hear(ana.edits("at1", "another word"))
        await made.drain()
        assert made.notebook.shown[-1].message.text == "another word"
        assert made.notebook.shown[-1].replaces
